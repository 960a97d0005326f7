//! Where each film's consensus comes from: reviewers signed it, a rule made it, or it was imported.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, Row};

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
}

/// The edit that a layer `r` of the table `reading` was made by: the newest one that was not taken back.
pub(super) const STANDING_EDIT: &str = "SELECT e.edit FROM edit_log e
    WHERE e.image_id = r.image_id AND e.rad_id = r.rad_id AND e.step <> 'undo' AND NOT EXISTS (
        SELECT 1 FROM edit_log u
        WHERE u.image_id = e.image_id AND u.rad_id = e.rad_id AND u.step = 'undo' AND u.of_seq = e.seq)
    ORDER BY e.seq DESC LIMIT 1";

/// A table of labels that was imported over what a rule said leaves its own marks.
fn layers_sql(is_one_film: bool) -> String {
    format!(
        "SELECT r.image_id, r.state = 'completed', r.unfit IS NOT NULL, coalesce(a.is_settled, 0),
                coalesce(substr(({STANDING_EDIT}), 1, length(?2)) = ?2, 0) AND NOT EXISTS (
                    SELECT 1 FROM annotation m
                    WHERE m.image_id = r.image_id AND m.rad_id = r.rad_id AND m.import_id IS NOT NULL)
         FROM reading r LEFT JOIN adjudication a ON a.image_id = r.image_id
         WHERE r.rad_id = ?1 {}
         AND (r.state = 'completed' OR r.num_marks > 0 OR r.num_image_labels > 0 OR r.has_no_finding
             OR r.unfit IS NOT NULL)",
        if is_one_film { "AND r.image_id = ?3" } else { "" }
    )
}

/// How the log's entry of a rule begins.
fn beginning_by_rule() -> String {
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
    Ok(ConsensusLayer { source, is_completed: row.get(1)?, is_unfit: row.get(2)? })
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

    /// The rule that made what rules made, in words; empty where none did.
    pub fn consensus_rule(&self) -> Result<String, StoreError> {
        self.require_sight()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT json_extract(details, '$.what') FROM project_event WHERE kind = ?1 ORDER BY seq DESC LIMIT 1",
        )?;
        let what: Option<String> =
            statement.query_row([EventKind::ConsensusMade.as_str()], |row| row.get(0)).optional()?;
        Ok(what.as_deref().and_then(rule_of_sentence).unwrap_or_default().to_owned())
    }

    /// How many films have a consensus from where; such as are not completed are none yet.
    pub fn consensus_sources(&self) -> Result<ConsensusSources, StoreError> {
        self.require_sight()?;
        let layers = self.consensus_layers()?;
        let completed = layers.values().filter(|layer| layer.is_completed).map(|layer| layer.source);
        Ok(ConsensusSources::of(completed, &self.consensus_rule()?))
    }

    /// Where the consensus of one film comes from, for its reviewer; `None` where it has none.
    pub fn consensus_source(&self, image: &ImageId) -> Result<Option<ConsensusSource>, StoreError> {
        self.require_review(image)?;
        let mut statement = self.conn.prepare_cached(&layers_sql(true))?;
        let found = statement.query_row([CONSENSUS_LAYER, &beginning_by_rule(), image.as_str()], layer).optional()?;
        Ok(found.map(|layer| layer.source))
    }
}
