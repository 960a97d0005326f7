//! Writes the consensus layer of a film at the last signature, and takes it back when a signature is taken back.
//!
//! Both are ordinary entries of the log under the consensus layer; taking back is the undo of the entry that wrote it, so
//! that what stood there before, say an imported consensus, stands there again.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::adjudication::{Layer, MarkSource};
use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::{Edit, EditError};
use crate::domain::id::{AnnotationId, ImageId, LogSeq, ReaderId};
use crate::domain::log::{NewLogEntry, Step};
use crate::domain::people::CONSENSUS_LAYER;
use crate::domain::presence::LabelAnswers;
use crate::domain::reading::Reading;
use crate::domain::task::TaskState;

use super::adjudication_rows::mark_source_to_json;
use super::error::{StoreError, unreadable};
use super::project::session_number;
use super::readings::{load_reading, write_entry};
use super::rows::edit_from_json;

/// Whether the consensus layer says what the document says, no more and no less.
pub(super) fn is_written(conn: &Connection, image: &ImageId, layer: &Layer) -> Result<bool, StoreError> {
    let written = load_reading(conn, image, &ReaderId::new(CONSENSUS_LAYER))?;
    let found = written.annotations().iter().filter_map(|mark| Some((mark.label(), mark.shape()?, mark.attributes())));
    let expected = layer.marks.iter().map(|mark| (&mark.label, &mark.shape, &mark.attributes));
    Ok(found.eq(expected)
        && written.has_no_finding() == layer.has_no_finding
        && *written.image_labels() == layer.labels
        && written.unfit() == layer.unfit)
}

/// Within the caller's transaction; the place in the log.
pub(super) fn write_layer(
    tx: &Connection,
    session: u32,
    image: &ImageId,
    layer: &Layer,
    at_ms: i64,
) -> Result<LogSeq, StoreError> {
    let reader = ReaderId::new(CONSENSUS_LAYER);
    let before = load_reading(tx, image, &reader)?;
    let marks = marks_of(layer, ids_from(tx, at_ms)?);
    let entry = NewLogEntry {
        image: image.clone(),
        reader,
        step: Step::Do,
        edit: change(&before, layer, &marks),
        made_at_ms: at_ms,
    };
    let seq = write_entry(tx, session, &entry)?;
    for (mark, settled) in marks.iter().zip(&layer.marks) {
        write_source(tx, mark.id(), &KeptSource::from(&settled.source))?;
    }
    Ok(seq)
}

/// Within the caller's transaction.
pub(super) fn take_layer_back(
    tx: &Connection,
    session: u32,
    image: &ImageId,
    written: LogSeq,
    at_ms: i64,
) -> Result<(), StoreError> {
    let edit: Option<String> = tx
        .prepare_cached("SELECT edit FROM edit_log WHERE seq = ?1")?
        .query_row([written.0], |row| row.get(0))
        .optional()?;
    let edit = edit.ok_or_else(|| unreadable("a settled film", format!("entry {} is not in the log", written.0)))?;
    let edit = edit_from_json(&edit)?;
    let entry = NewLogEntry {
        image: image.clone(),
        reader: ReaderId::new(CONSENSUS_LAYER),
        step: Step::Undo(written),
        edit: edit.inverse(),
        made_at_ms: at_ms,
    };
    match write_entry(tx, session, &entry) {
        Err(StoreError::Edit(EditError::Stale)) => {
            let now = load_reading(tx, image, &entry.reader)?;
            let edit = emptied(&edit, &now).ok_or_else(|| {
                StoreError::RuleRefused(
                    "the consensus of this film was changed since it was settled, perhaps by an import. Bring it back to \
                     what was settled, then take the signature back"
                        .into(),
                )
            })?;
            write_entry(tx, session, &NewLogEntry { step: Step::Do, edit, ..entry })?
        }
        other => other?,
    };
    let Edit::Batch { edits, .. } = edit else { return Ok(()) };
    for edit in edits {
        if let Edit::Add(mark) = edit {
            forget_source(tx, mark.id())?;
        }
    }
    Ok(())
}

/// Where a mark of the consensus comes from, in the form in which the database keeps it: whoever has many of them makes it
/// on several threads, before the one that writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptSource(Box<str>);

impl From<&MarkSource> for KeptSource {
    fn from(source: &MarkSource) -> Self {
        Self(mark_source_to_json(source).into())
    }
}

pub(super) fn write_source(tx: &Connection, mark: AnnotationId, source: &KeptSource) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO settled_mark (annotation_id, source) VALUES (?1, ?2)")?
        .execute(params![mark.0, source.0])?;
    Ok(())
}

/// Of a mark that is gone for good.
pub(super) fn forget_source(tx: &Connection, mark: AnnotationId) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM settled_mark WHERE annotation_id = ?1")?.execute([mark.0])?;
    Ok(())
}

/// For a layer that was empty before it was settled and whose marks are all still there, under new names of labels: a
/// label that was renamed since is renamed in the layer, but not in the log.
fn emptied(settled: &Edit, now: &Reading) -> Option<Edit> {
    let Edit::Batch { edits, .. } = settled else { return None };
    let added = edits.iter().filter_map(|edit| if let Edit::Add(mark) = edit { Some(mark.id()) } else { None });
    let was_empty = edits.iter().all(|edit| match edit {
        Edit::Remove(_) => false,
        Edit::SetImageLabels { before, .. } => before.is_empty(),
        _ => true,
    });
    let is_same = now.annotations().iter().map(Annotation::id).eq(added);
    if !was_empty || !is_same || now.state() != TaskState::Completed {
        return None;
    }
    let state = edits.iter().find_map(|edit| match edit {
        Edit::SetTaskState { before, .. } => Some(*before),
        _ => None,
    });
    let empty = LabelAnswers::default();
    let mut taken_back = vec![Edit::SetTaskState { before: TaskState::Completed, after: TaskState::Doing }];
    taken_back.extend(now.annotations().iter().cloned().map(Edit::Remove));
    if *now.image_labels() != empty {
        taken_back.push(Edit::SetImageLabels { before: now.image_labels().clone(), after: empty });
    }
    if now.unfit().is_some() {
        taken_back.push(Edit::SetUnfit { before: now.unfit(), after: None });
    }
    if state != Some(TaskState::Doing) {
        taken_back.push(Edit::SetTaskState { before: TaskState::Doing, after: TaskState::New });
    }
    Some(Edit::Batch { name: "Take the consensus back".into(), edits: taken_back })
}

/// A session of its own, because the window that asks counts ids of the current one by itself.
pub(super) fn ids_from(tx: &Connection, at_ms: i64) -> Result<u32, StoreError> {
    tx.execute(
        "INSERT INTO session (opened_at, program_version) VALUES (?1, ?2)",
        params![at_ms, env!("CARGO_PKG_VERSION")],
    )?;
    session_number(tx.last_insert_rowid())
}

/// In the order of [`Layer::marks`]; where there are none but "No finding", that.
fn marks_of(layer: &Layer, ids: u32) -> Vec<Annotation> {
    let id = |place: usize| AnnotationId::new(ids, place as u32 + 1);
    if layer.has_no_finding {
        return vec![Annotation::no_finding(id(0), Origin::Drawn)];
    }
    let marks = layer.marks.iter().enumerate().filter_map(|(place, mark)| {
        let made = Annotation::shaped(id(place), mark.label.clone(), mark.shape.clone(), mark.origin.clone())?;
        Some(made.with_attributes(mark.attributes.clone()))
    });
    marks.collect()
}

/// From what stands to the layer, completed. Comments and measurements of the layer stay.
fn change(before: &Reading, layer: &Layer, marks: &[Annotation]) -> Edit {
    let mut edits = Vec::new();
    let mut state = before.state();
    if state == TaskState::Completed {
        edits.push(Edit::SetTaskState { before: state, after: TaskState::Doing });
        state = TaskState::Doing;
    }
    edits.extend(before.annotations().iter().cloned().map(Edit::Remove));
    if *before.image_labels() != layer.labels {
        edits.push(Edit::SetImageLabels { before: before.image_labels().clone(), after: layer.labels.clone() });
    }
    if before.unfit() != layer.unfit {
        edits.push(Edit::SetUnfit { before: before.unfit(), after: layer.unfit });
    }
    edits.extend(marks.iter().cloned().map(Edit::Add));
    edits.push(Edit::SetTaskState { before: state, after: TaskState::Completed });
    Edit::Batch { name: "Settle".into(), edits }
}
