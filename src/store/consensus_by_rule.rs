//! Writes what a rule makes of many readings into the consensus layer: all films in one transaction, each an entry of the log.

use std::collections::HashMap;

use rusqlite::{Connection, TransactionBehavior, params};

use crate::domain::adjudication::MarkSource;
use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::Edit;
use crate::domain::geometry::Rect;
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::log::{NewLogEntry, Step};
use crate::domain::people::{Act, CONSENSUS_LAYER, Matter};
use crate::domain::presence::LabelAnswers;
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::reading::Reading;
use crate::domain::task::TaskState;

use super::adjudication_rows::mark_source_to_json;
use super::error::StoreError;
use super::project::Store;
use super::project_events::insert_event;
use super::readings::{load_reading, write_entry_over};
use super::rows::edit_from_json;
use super::settling::ids_from;

/// The log's name of the step: by it a later rule knows that it may replace what an earlier one made.
const STEP: &str = "Consensus by rule";

/// What a rule says of a film.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleFilm {
    pub image: ImageId,
    pub marks: Vec<RuleMark>,
    /// Present on the film as a whole.
    pub labels: Vec<LabelName>,
    /// Only without marks and labels.
    pub has_no_finding: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct RuleMark {
    pub label: LabelName,
    pub rect: Rect,
    /// The mark whose place it takes over where it has one source; else the first of several.
    pub from: AnnotationId,
    pub source: MarkSource,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RuleWritten {
    pub num_written: u64,
    /// Reviewers settled them, or a consensus was imported or changed by hand: they stay as they are.
    pub num_kept: u64,
}

impl Store {
    /// Whoever hands films out may put together what came back. Readers' layers stay as they are; films that reviewers
    /// settled, and such whose consensus was imported, stay too. `what` is the sentence for the project's history.
    /// `go_on` is asked before each film; where it says no, nothing is written.
    pub fn write_consensus_by_rule(
        &mut self,
        films: &[RuleFilm],
        what: &str,
        at_ms: i64,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Result<Option<RuleWritten>, StoreError> {
        self.require_sight()?;
        self.require(Matter::Tasks, Act::Change)?;
        let by = self.doer("");
        let session = self.session();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known = known_films(&tx)?;
        let layer = ReaderId::new(CONSENSUS_LAYER);
        let mut ids = Ids { session: ids_from(&tx, at_ms)?, next: 1 };
        let mut written = RuleWritten::default();
        for (place, film) in films.iter().enumerate() {
            if !go_on(place as u64) {
                return Ok(None);
            }
            let before = match known.get(film.image.as_str()) {
                None => Reading::new(film.image.clone(), layer.clone()),
                Some(IsReplaced(true)) => load_reading(&tx, &film.image, &layer)?,
                Some(IsReplaced(false)) => {
                    written.num_kept += 1;
                    continue;
                }
            };
            write_film(&tx, session, &mut ids, film, &before, at_ms)?;
            written.num_written += 1;
        }
        let event =
            ProjectEvent { at_ms, by, kind: EventKind::ConsensusMade, what: what.to_owned(), films: Vec::new() };
        insert_event(&tx, &event)?;
        tx.commit()?;
        Ok(Some(written))
    }
}

/// Whether a rule made it, so that another may replace it.
struct IsReplaced(bool);

/// Films whose consensus layer says something.
fn known_films(tx: &Connection) -> Result<HashMap<String, IsReplaced>, StoreError> {
    let mut statement = tx.prepare(
        "SELECT r.image_id, coalesce(a.is_settled, 0),
                (SELECT e.edit FROM edit_log e WHERE e.image_id = r.image_id AND e.rad_id = r.rad_id
                 ORDER BY e.seq DESC LIMIT 1)
         FROM reading r LEFT JOIN adjudication a ON a.image_id = r.image_id WHERE r.rad_id = ?1",
    )?;
    let mut rows = statement.query([CONSENSUS_LAYER])?;
    let mut known = HashMap::new();
    while let Some(row) = rows.next()? {
        let (is_settled, edit): (bool, Option<String>) = (row.get(1)?, row.get(2)?);
        let is_by_rule = match edit {
            Some(edit) if !is_settled => matches!(edit_from_json(&edit)?, Edit::Batch { name, .. } if name == STEP),
            _ => false,
        };
        known.insert(row.get(0)?, IsReplaced(is_by_rule));
    }
    Ok(known)
}

/// Ids of marks from a session of their own, because the window counts ids of its session by itself.
struct Ids {
    session: u32,
    next: u32,
}

impl Ids {
    const fn take(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }
}

fn write_film(
    tx: &Connection,
    session: u32,
    ids: &mut Ids,
    film: &RuleFilm,
    before: &Reading,
    at_ms: i64,
) -> Result<(), StoreError> {
    let mut marks: Vec<(Annotation, Option<&MarkSource>)> = Vec::new();
    if film.has_no_finding {
        marks.push((Annotation::no_finding(AnnotationId::new(ids.session, ids.take()), Origin::Drawn), None));
    }
    for mark in &film.marks {
        let id = AnnotationId::new(ids.session, ids.take());
        let origin = Origin::Copied { from: mark.from };
        let made = Annotation::boxed(id, mark.label.clone(), mark.rect, origin);
        marks.extend(made.map(|made| (made, Some(&mark.source))));
    }
    let edit = change(before, &marks, film.labels.iter().cloned().collect());
    let (image, reader) = (film.image.clone(), before.reader().clone());
    let entry = NewLogEntry { image, reader, step: Step::Do, edit, made_at_ms: at_ms };
    write_entry_over(tx, session, &entry, before)?;
    if !before.annotations().is_empty() {
        tx.prepare_cached("DELETE FROM settled_mark WHERE image_id = ?1 AND layer = ?2")?
            .execute([film.image.as_str(), CONSENSUS_LAYER])?;
    }
    let mut insert =
        tx.prepare_cached("INSERT INTO settled_mark (annotation_id, image_id, layer, source) VALUES (?1, ?2, ?3, ?4)")?;
    for (mark, source) in &marks {
        if let Some(source) = source {
            insert.execute(params![mark.id().0, film.image.as_str(), CONSENSUS_LAYER, mark_source_to_json(source)])?;
        }
    }
    Ok(())
}

/// From what stands to what the rule says, completed.
fn change(before: &Reading, marks: &[(Annotation, Option<&MarkSource>)], labels: LabelAnswers) -> Edit {
    let mut edits = Vec::new();
    let mut state = before.state();
    if state == TaskState::Completed {
        edits.push(Edit::SetTaskState { before: state, after: TaskState::Doing });
        state = TaskState::Doing;
    }
    edits.extend(before.annotations().iter().cloned().map(Edit::Remove));
    if *before.image_labels() != labels {
        edits.push(Edit::SetImageLabels { before: before.image_labels().clone(), after: labels });
    }
    edits.extend(marks.iter().map(|(mark, _)| Edit::Add(mark.clone())));
    edits.push(Edit::SetTaskState { before: state, after: TaskState::Completed });
    Edit::Batch { name: STEP.into(), edits }
}
