//! Writes what a rule makes of many readings into the consensus layer: all films in one transaction, each an entry of the log.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, TransactionBehavior};

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::consensus::sources::emptied_sentence;
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

use super::consensus_source::{IS_BY_RULE, WITH_STANDING, beginning_by_rule};
use super::error::StoreError;
use super::large_write::{MANY_ROWS, take_away};
use super::project::Store;
use super::project_events::insert_event;
use super::readings::{load_reading, write_entry_over};
use super::settling::{KeptSource, forget_source, ids_from, write_source};

/// The log's name of the step: by it a later rule knows that it may replace what an earlier one made.
pub(super) const STEP: &str = "Consensus by rule";

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
    pub source: KeptSource,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RuleWritten {
    pub num_written: u64,
    /// Reviewers settled them, or a consensus was imported or changed by hand: they stay as they are.
    pub num_kept: u64,
    /// An earlier rule made them, and this one says nothing of them: they have no consensus any more.
    pub num_emptied: u64,
}

impl Store {
    /// Whoever hands films out may put together what came back. Readers' layers stay as they are; films that reviewers
    /// settled, and such whose consensus was imported, stay too. What an earlier rule made of other films is taken back.
    /// `what` is the sentence for the project's history. `go_on` is asked before each film; where it says no, nothing is written.
    pub fn write_consensus_by_rule(
        &mut self,
        films: &[RuleFilm],
        what: &str,
        at_ms: i64,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Result<Option<RuleWritten>, StoreError> {
        self.require_sight()?;
        self.require(Matter::Tasks, Act::Change)?;
        if films.iter().map(|film| film.marks.len()).sum::<usize>() < MANY_ROWS {
            return self.write_rule_films(films, what, at_ms, false, go_on);
        }
        self.begin_large_write()?;
        let written = self.write_rule_films(films, what, at_ms, true, go_on);
        let ended = self.end_large_write();
        // What was written stays written, whatever becomes of the journal.
        let written = written?;
        ended.or_else(|why| if written.is_some() { Ok(()) } else { Err(why) })?;
        Ok(written)
    }

    fn write_rule_films(
        &mut self,
        films: &[RuleFilm],
        what: &str,
        at_ms: i64,
        is_large: bool,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Result<Option<RuleWritten>, StoreError> {
        let by = self.doer("");
        let session = self.session();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Whether "No finding" contradicts a mark is asked of each film once, by its edit, and not of each row again.
        let put_back = if is_large { take_away(&tx, "annotation", &["trigger"])? } else { Vec::new() };
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
                Some(Standing::Empty | Standing::ByRule) => load_reading(&tx, &film.image, &layer)?,
                Some(Standing::Kept) => {
                    written.num_kept += 1;
                    continue;
                }
            };
            write_film(&tx, session, &mut ids, film, &before, at_ms)?;
            written.num_written += 1;
        }
        // What an earlier rule said where this one says nothing would pass for this one's word.
        let said: HashSet<&str> = films.iter().map(|film| film.image.as_str()).collect();
        let is_old =
            |(image, standing): &(&String, &Standing)| **standing == Standing::ByRule && !said.contains(image.as_str());
        let mut old: Vec<&String> = known.iter().filter(is_old).map(|(image, _)| image).collect();
        old.sort_unstable();
        for image in old {
            if !go_on(films.len() as u64) {
                return Ok(None);
            }
            empty_film(&tx, session, &load_reading(&tx, &ImageId::new(image.as_str()), &layer)?, at_ms)?;
            written.num_emptied += 1;
        }
        let mut what = what.to_owned();
        if written.num_emptied > 0 {
            what = format!("{what} {}", emptied_sentence(written.num_emptied));
        }
        let event = ProjectEvent { at_ms, by, kind: EventKind::ConsensusMade, what, films: Vec::new() };
        insert_event(&tx, &event)?;
        for trigger in put_back {
            tx.execute_batch(&trigger)?;
        }
        tx.commit()?;
        Ok(Some(written))
    }
}

/// What stands in the consensus layer of a film.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Nothing, perhaps because a signature or a rule was taken back.
    Empty,
    /// A rule made it, so that another may replace it.
    ByRule,
    Kept,
}

/// Films that have a consensus layer.
fn known_films(tx: &Connection) -> Result<HashMap<String, Standing>, StoreError> {
    let mut statement = tx.prepare(&format!(
        "SELECT r.image_id, coalesce(a.is_settled, 0),
                r.state <> 'completed' AND r.num_marks = 0 AND r.num_image_labels = 0 AND NOT r.has_no_finding
                    AND r.unfit IS NULL,
                {IS_BY_RULE}
         FROM reading r LEFT JOIN adjudication a ON a.image_id = r.image_id {WITH_STANDING} WHERE r.rad_id = ?1",
    ))?;
    let mut rows = statement.query([CONSENSUS_LAYER, &beginning_by_rule()])?;
    let mut known = HashMap::new();
    while let Some(row) = rows.next()? {
        let (is_settled, is_empty, is_by_rule): (bool, bool, bool) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let standing = match (is_empty, is_by_rule) {
            _ if is_settled => Standing::Kept,
            (true, _) => Standing::Empty,
            (false, true) => Standing::ByRule,
            (false, false) => Standing::Kept,
        };
        known.insert(row.get(0)?, standing);
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
    let mut marks: Vec<(Annotation, Option<&KeptSource>)> = Vec::new();
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
    for gone in before.annotations() {
        forget_source(tx, gone.id())?;
    }
    for (mark, source) in &marks {
        if let Some(source) = source {
            write_source(tx, mark.id(), source)?;
        }
    }
    Ok(())
}

/// As if no rule had said anything.
fn empty_film(tx: &Connection, session: u32, before: &Reading, at_ms: i64) -> Result<(), StoreError> {
    let (image, reader, state) = (before.image().clone(), before.reader().clone(), before.state());
    let mut edits = Vec::new();
    if state == TaskState::Completed {
        edits.push(Edit::SetTaskState { before: state, after: TaskState::Doing });
    }
    edits.extend(before.annotations().iter().cloned().map(Edit::Remove));
    if *before.image_labels() != LabelAnswers::default() {
        edits.push(Edit::SetImageLabels { before: before.image_labels().clone(), after: LabelAnswers::default() });
    }
    edits.push(Edit::SetTaskState { before: TaskState::Doing, after: TaskState::New });
    let edit = Edit::Batch { name: STEP.into(), edits };
    for gone in before.annotations() {
        forget_source(tx, gone.id())?;
    }
    write_entry_over(tx, session, &NewLogEntry { image, reader, step: Step::Do, edit, made_at_ms: at_ms }, before)?;
    Ok(())
}

/// From what stands to what the rule says, completed.
fn change(before: &Reading, marks: &[(Annotation, Option<&KeptSource>)], labels: LabelAnswers) -> Edit {
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
