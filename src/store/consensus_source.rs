//! Where each film's consensus comes from: reviewers signed it, a rule made it, or it was imported.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension as _, Row, params};

use crate::domain::consensus::sources::{ConsensusSource, ConsensusSources, rule_of_sentence};
use crate::domain::edit::Edit;
use crate::domain::id::ImageId;
use crate::domain::people::CONSENSUS_LAYER;
use crate::domain::project_event::EventKind;

use super::consensus_by_rule::STEP;
use super::error::StoreError;
use super::project::Store;
use super::rows::edit_to_json;

/// What stands in a film's consensus layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConsensusLayer {
    pub source: ConsensusSource,
    pub is_completed: bool,
    /// It says that the film can't be read.
    pub is_unfit: bool,
    /// When what stands there was said; of a film by rule, when that rule was asked for.
    pub said_at_ms: Option<i64>,
}

/// Joins to a layer `r` of the table `reading` the entry of the log that it was made by, as `standing`: the newest one that
/// was not taken back. `?1` is the consensus layer.
pub(super) const WITH_STANDING: &str = "LEFT JOIN edit_log standing ON standing.seq = (
    SELECT e.seq FROM edit_log e
    WHERE e.image_id = r.image_id AND e.rad_id = r.rad_id AND e.step <> 'undo' AND NOT EXISTS (
        SELECT 1 FROM edit_log u
        WHERE u.image_id = e.image_id AND u.rad_id = e.rad_id AND u.step = 'undo' AND u.of_seq = e.seq)
    ORDER BY e.seq DESC LIMIT 1)";

/// Whether a rule made it, given [`WITH_STANDING`]; `?2` is [`beginning_by_rule`]. Tables of labels are imported past the
/// films' own entries of the log: what they brought over a rule's word shows in their rows.
pub(super) const IS_BY_RULE: &str = "coalesce(substr(standing.edit, 1, length(?2)) = ?2, 0)
    AND NOT EXISTS (
        SELECT 1 FROM annotation m
        WHERE m.image_id = r.image_id AND m.rad_id = r.rad_id AND m.import_id IS NOT NULL)
    AND r.image_id NOT IN (SELECT image_id FROM imported_reading WHERE rad_id = ?1)";

fn layers_sql(is_one_film: bool) -> String {
    format!(
        "SELECT r.image_id, r.state = 'completed', r.unfit IS NOT NULL, coalesce(a.is_settled, 0), {IS_BY_RULE},
                standing.made_at
         FROM reading r LEFT JOIN adjudication a ON a.image_id = r.image_id {WITH_STANDING}
         WHERE r.rad_id = ?1 {}
         AND (r.state = 'completed' OR r.num_marks > 0 OR r.num_image_labels > 0 OR r.has_no_finding
             OR r.unfit IS NOT NULL)",
        if is_one_film { "AND r.image_id = ?3" } else { "" }
    )
}

/// How the log's entry of a rule begins.
pub(super) fn beginning_by_rule() -> String {
    let json = edit_to_json(&Edit::Batch { name: STEP.into(), edits: Vec::new() });
    let end = json.find("[]").unwrap_or(json.len());
    json[..end].to_owned()
}

fn layer(row: &Row<'_>) -> rusqlite::Result<ConsensusLayer> {
    let source = match (row.get(3)?, row.get(4)?) {
        (true, _) => ConsensusSource::Settled,
        (false, true) => ConsensusSource::ByRule,
        (false, false) => ConsensusSource::Imported,
    };
    Ok(ConsensusLayer { source, is_completed: row.get(1)?, is_unfit: row.get(2)?, said_at_ms: row.get(5)? })
}

impl Store {
    /// What stands in the consensus, film by film; films without one are left out.
    pub fn consensus_layers(&self) -> Result<BTreeMap<ImageId, ConsensusLayer>, StoreError> {
        self.require_sight()?;
        let mut statement = self.conn.prepare_cached(&layers_sql(false))?;
        let rows = statement.query_map([CONSENSUS_LAYER, &beginning_by_rule()], |row| {
            Ok((ImageId::new(row.get::<_, String>(0)?), layer(row)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The rules that made those of these layers which rules made, in words; empty where there are none.
    pub fn consensus_rules<'a>(
        &self,
        layers: impl IntoIterator<Item = &'a ConsensusLayer>,
    ) -> Result<String, StoreError> {
        self.require_sight()?;
        let by_rule = layers.into_iter().filter(|layer| layer.source == ConsensusSource::ByRule);
        let times: BTreeSet<Option<i64>> = by_rule.map(|layer| layer.said_at_ms).collect();
        let mut statement = self.conn.prepare_cached(
            "SELECT json_extract(details, '$.what') FROM project_event WHERE kind = ?1 AND at = ?2 ORDER BY seq DESC LIMIT 1",
        )?;
        let mut rules: Vec<String> = Vec::new();
        for at in times {
            let what: Option<String> =
                statement.query_row(params![EventKind::ConsensusMade.as_str(), at], |row| row.get(0)).optional()?;
            if let Some(rule) = what.as_deref().and_then(rule_of_sentence)
                && !rules.iter().any(|known| known == rule)
            {
                rules.push(rule.to_owned());
            }
        }
        Ok(rules.join("; "))
    }

    /// How many films have a consensus from where; such as are not completed are none yet.
    pub fn consensus_sources(&self) -> Result<ConsensusSources, StoreError> {
        self.require_sight()?;
        let mut layers = self.consensus_layers()?;
        layers.retain(|_, layer| layer.is_completed);
        let rules = self.consensus_rules(layers.values())?;
        Ok(ConsensusSources::of(layers.values().map(|layer| layer.source), &rules))
    }

    /// Where the consensus of one film comes from, for its reviewer; `None` where it has none.
    pub fn consensus_source(&self, image: &ImageId) -> Result<Option<ConsensusSource>, StoreError> {
        self.require_review(image)?;
        let mut statement = self.conn.prepare_cached(&layers_sql(true))?;
        let found = statement.query_row([CONSENSUS_LAYER, &beginning_by_rule(), image.as_str()], layer).optional()?;
        Ok(found.map(|layer| layer.source))
    }
}
