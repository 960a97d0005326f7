//! Readings and their log: one edit is one transaction of the log entry, the changed rows and the summary.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::domain::annotation::Annotation;
use crate::domain::id::{AnnotationId, ImageId, LogSeq, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::log::{LogEntry, NewLogEntry, Step};
use crate::domain::presence::Presence;
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Reading;
use crate::domain::task::TaskState;

use super::audit_chain::seal;
use super::comments::{load_comments, write_comments};
use super::error::{StoreError, unreadable};
use super::measurements::{load_measurements, write_measurements};
use super::origin::{origin_from_columns, origin_to_columns};
use super::project::Store;
use super::rejections::{load_rejections, write_rejections};
use super::rows::{
    annotation_from_parts, box_from_columns, edit_from_json, edit_to_json, step_from_columns, step_to_columns,
};
use super::shape_rows::{AttributesRow, ShapeRow};
use super::shared_labels::{check_scopes, load_shared, places_of, write_shared};

/// What the `reading` table says in sum of a reading's marks and labels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Summary {
    pub num_marks: i64,
    /// Those that are present.
    pub num_image_labels: i64,
    pub has_no_finding: bool,
    /// Names of marks, present image labels and "No finding" together.
    pub labels: BTreeSet<String>,
    pub unfit: Option<String>,
}

impl Summary {
    pub(super) fn of(reading: &Reading) -> Self {
        let of_marks = reading.annotations().iter().map(Annotation::label);
        Self {
            num_marks: reading.num_marks() as i64,
            num_image_labels: reading.image_labels().num_present() as i64,
            has_no_finding: reading.has_no_finding(),
            labels: of_marks.chain(reading.image_labels().present()).map(ToString::to_string).collect(),
            unfit: reading.unfit().map(|reason| reason.key().to_owned()),
        }
    }

    pub(super) fn labels_json(&self) -> String {
        serde_json::to_string(&self.labels).expect("a list of text")
    }
}

impl Store {
    /// How many films each reader has completed.
    pub fn num_completed_by_reader(&self) -> Result<BTreeMap<ReaderId, u64>, StoreError> {
        self.require_sight()?;
        let mut statement = self
            .conn
            .prepare_cached("SELECT rad_id, COUNT(*) FROM reading WHERE state = 'completed' GROUP BY rad_id")?;
        let rows = statement.query_map([], |row| {
            Ok((ReaderId::new(row.get::<_, String>(0)?), row.get::<_, i64>(1)?.cast_unsigned()))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What this reader said of this film; an empty reading where that is nothing yet.
    pub fn reading(&self, image: &ImageId, reader: &ReaderId) -> Result<Reading, StoreError> {
        self.require_layer(image, reader)?;
        load_reading(&self.conn, image, reader)
    }

    /// Film and reader of every reading with a mark, a label, a state or a comment, by film.
    pub fn reading_keys(&self) -> Result<Vec<(ImageId, ReaderId)>, StoreError> {
        self.require_sight()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT image_id, rad_id FROM reading UNION SELECT image_id, rad_id FROM annotation
             UNION SELECT image_id, rad_id FROM image_label
             UNION SELECT image_id, rad_id FROM comment
             UNION SELECT image_id, rad_id FROM rejected_suggestion
             UNION SELECT image_id, rad_id FROM measurement ORDER BY 1, 2",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((ImageId::new(row.get::<_, String>(0)?), ReaderId::new(row.get::<_, String>(1)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the other readers said of this film, by reader; what the same person said at another time is none of it.
    /// Whether anybody may see it is for the caller to know.
    pub fn readings_of_others(&self, image: &ImageId, reader: &ReaderId) -> Result<Vec<Reading>, StoreError> {
        if !self.may_see_others_of(image)? {
            return Err(StoreError::Blind);
        }
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT reading.rad_id FROM reading LEFT JOIN reader ON reader.rad_id = reading.rad_id
                 WHERE image_id = ?1 AND coalesce(repeat_of, reading.rad_id)
                 <> coalesce((SELECT repeat_of FROM reader WHERE rad_id = ?2), ?2) ORDER BY reading.rad_id",
            )?;
        let others = statement.query_map([image.as_str(), reader.as_str()], |row| row.get::<_, String>(0))?;
        let others: Vec<String> = others.collect::<Result<_, _>>()?;
        others.into_iter().map(|other| load_reading(&self.conn, image, &ReaderId::new(other))).collect()
    }

    /// The edits of one reading in their order. Imported rows are no edits and are not in it.
    pub fn log(&self, image: &ImageId, reader: &ReaderId) -> Result<Vec<LogEntry>, StoreError> {
        self.require_layer(image, reader)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT seq, step, of_seq, edit, made_at FROM edit_log
             WHERE image_id = ?1 AND rad_id = ?2 ORDER BY seq",
        )?;
        let mut rows = statement.query([image.as_str(), reader.as_str()])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            let (step, edit): (String, String) = (row.get(1)?, row.get(3)?);
            entries.push(LogEntry {
                seq: LogSeq(row.get(0)?),
                entry: NewLogEntry {
                    image: image.clone(),
                    reader: reader.clone(),
                    step: step_from_columns(&step, row.get(2)?)?,
                    edit: edit_from_json(&edit)?,
                    made_at_ms: row.get(4)?,
                },
            });
        }
        Ok(entries)
    }

    /// Writes the entry and what it changes, in one transaction. An edit that does not fit what is stored is refused
    /// with nothing changed, and so is an undo or redo that does not match the entry it names.
    pub fn commit(&mut self, entry: &NewLogEntry) -> Result<LogSeq, StoreError> {
        self.require_own(&entry.reader)?;
        let session = self.session();
        self.require_task(entry)?;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let seq = write_entry(&tx, session, entry)?;
        seal(&tx)?;
        tx.commit()?;
        Ok(seq)
    }
}

/// Writes an entry and what it changes, within a transaction of the caller's.
pub(super) fn write_entry(tx: &Connection, session: u32, entry: &NewLogEntry) -> Result<LogSeq, StoreError> {
    check_step(tx, entry)?;
    check_scopes(tx, &entry.edit, &entry.image)?;
    let before = load_reading(tx, &entry.image, &entry.reader)?;
    write_entry_over(tx, session, entry, &before)
}

/// The same where the caller knows what stands there, and neither undoes nor says anything of a whole series or study.
pub(super) fn write_entry_over(
    tx: &Connection,
    session: u32,
    entry: &NewLogEntry,
    before: &Reading,
) -> Result<LogSeq, StoreError> {
    let mut after = before.clone();
    entry.edit.apply(&mut after)?;
    write_changes(tx, before, &after)?;
    write_shared(tx, &entry.edit, &after)?;
    write_summary(tx, &after, entry.made_at_ms)?;
    let (step, of_seq) = step_to_columns(entry.step);
    tx.prepare_cached(
        "INSERT INTO edit_log (made_at, session, image_id, rad_id, step, of_seq, edit)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        entry.made_at_ms,
        session,
        entry.image.as_str(),
        entry.reader.as_str(),
        step,
        of_seq,
        edit_to_json(&entry.edit),
    ])?;
    Ok(LogSeq(tx.last_insert_rowid()))
}

/// An undo carries the inverse of the edit it names and a redo the same edit, both of the same reading.
fn check_step(conn: &Connection, entry: &NewLogEntry) -> Result<(), StoreError> {
    let (Step::Undo(of) | Step::Redo(of)) = entry.step else { return Ok(()) };
    let mut statement =
        conn.prepare_cached("SELECT edit FROM edit_log WHERE seq = ?1 AND image_id = ?2 AND rad_id = ?3")?;
    let found: Option<String> =
        statement.query_row(params![of.0, entry.image.as_str(), entry.reader.as_str()], |row| row.get(0)).optional()?;
    let named = edit_from_json(&found.ok_or(StoreError::WrongStep(of.0))?)?;
    let expected = if matches!(entry.step, Step::Undo(_)) { named.inverse() } else { named };
    if expected == entry.edit { Ok(()) } else { Err(StoreError::WrongStep(of.0)) }
}

pub(super) fn load_reading(conn: &Connection, image: &ImageId, reader: &ReaderId) -> Result<Reading, StoreError> {
    let key = [image.as_str(), reader.as_str()];
    let mut annotations = Vec::new();
    let mut statement = conn.prepare_cached(
        "SELECT id, lesion_type, xmin, ymin, xmax, ymax, origin, import_id, coordinate_text, extra,
         shape, geometry, attributes, shape_key FROM annotation WHERE image_id = ?1 AND rad_id = ?2 ORDER BY id",
    )?;
    let mut rows = statement.query(key)?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let corrupt = |e: String| unreadable(&format!("mark {id}"), e);
        let geometry = |i: usize| row.get_ref(i)?.as_str_or_null().map_err(|e| unreadable(&format!("mark {id}"), e));
        let shape = match (geometry(10)?, geometry(11)?, row.get::<_, Option<f64>>(2)?) {
            (Some(kind), Some(json), _) => Some(ShapeRow::from_columns(kind, json).map_err(corrupt)?),
            (_, _, None) => None,
            (_, _, Some(xmin)) => {
                box_from_columns(Some([xmin, row.get(3)?, row.get(4)?, row.get(5)?])).map_err(corrupt)?
            }
        };
        let origin = row.get_ref(6)?.as_str().map_err(|e| corrupt(e.to_string()))?;
        let origin = origin_from_columns(origin, row.get(7)?).map_err(corrupt)?;
        let label = LabelName::new(row.get::<_, String>(1)?);
        let attributes = geometry(12)?.map(AttributesRow::from_json).transpose().map_err(corrupt)?.unwrap_or_default();
        let shape_key = row.get::<_, Option<i64>>(13)?.map(AnnotationId);
        let mark = annotation_from_parts(id, label, shape, origin, row.get(8)?, row.get(9)?).map_err(corrupt)?;
        annotations.push(mark.with_attributes(attributes).with_shape_key(shape_key));
    }

    let mut statement =
        conn.prepare_cached("SELECT label, presence FROM image_label WHERE image_id = ?1 AND rad_id = ?2")?;
    let mut rows = statement.query(key)?;
    let mut labels = Vec::new();
    while let Some(row) = rows.next()? {
        let (label, presence): (String, String) = (row.get(0)?, row.get(1)?);
        let known = Presence::from_key(&presence).ok_or_else(|| unreadable("an answer", presence))?;
        labels.push((LabelName::new(label), known));
    }
    let labels = labels.into_iter().collect();

    let mut statement =
        conn.prepare_cached("SELECT state, comment, unfit FROM reading WHERE rad_id = ?2 AND image_id = ?1")?;
    let stored: Option<(String, String, Option<String>)> =
        statement.query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let (state, comment, unfit) = match stored {
        None => (TaskState::New, String::new(), None),
        Some((state, comment, unfit)) => {
            let state = TaskState::parse(&state).ok_or_else(|| unreadable("a reading's state", state))?;
            let reason = |key: String| UnfitReason::from_key(&key).ok_or_else(|| unreadable("a reading's reason", key));
            (state, comment, unfit.map(reason).transpose()?)
        }
    };
    let (series, study) = match places_of(conn, image)? {
        Some((series, study)) => (load_shared(conn, &series, reader)?, load_shared(conn, &study, reader)?),
        None => Default::default(),
    };
    let reading = Reading::restored(image.clone(), reader.clone(), annotations, labels, state, comment);
    Ok(reading
        .with_unfit(unfit)
        .with_shared_labels(series, study)
        .with_comments(load_comments(conn, image, reader)?)
        .with_rejected(load_rejections(conn, image, reader)?)
        .with_measurements(load_measurements(conn, image, reader)?))
}

/// Brings the rows of one reading from `before` to `after`: what goes first, so that the schema's rules hold at every row.
fn write_changes(conn: &Connection, before: &Reading, after: &Reading) -> Result<(), StoreError> {
    let (image, reader) = (after.image().as_str(), after.reader().as_str());
    let mut delete = conn.prepare_cached("DELETE FROM annotation WHERE id = ?1")?;
    for gone in before.annotations().iter().filter(|a| after.annotation(a.id()).is_none()) {
        delete.execute([gone.id().0])?;
    }
    let mut delete =
        conn.prepare_cached("DELETE FROM image_label WHERE image_id = ?1 AND rad_id = ?2 AND label = ?3")?;
    let (said_before, said_after) = (before.image_labels(), after.image_labels());
    for (label, _) in said_before.iter().filter(|(label, p)| said_after.get(label) != Some(*p)) {
        delete.execute([image, reader, label.as_str()])?;
    }

    let mut update = conn.prepare_cached(
        "UPDATE annotation SET lesion_type = ?4, xmin = ?5, ymin = ?6, xmax = ?7, ymax = ?8, origin = ?9,
         import_id = ?10, coordinate_text = ?11, extra = ?12, shape = ?13, geometry = ?14, attributes = ?15,
         shape_key = ?16 WHERE id = ?1 AND image_id = ?2 AND rad_id = ?3",
    )?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO annotation (id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, origin, import_id,
         coordinate_text, extra, shape, geometry, attributes, shape_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?;
    for mark in after.annotations() {
        let statement = match before.annotation(mark.id()) {
            Some(same) if same == mark => continue,
            Some(_) => &mut update,
            None => &mut insert,
        };
        let (origin, import_id) = origin_to_columns(mark.origin());
        let bounds = mark.bounds();
        let geometry = mark.shape().and_then(ShapeRow::columns);
        statement.execute(params![
            mark.id().0,
            image,
            reader,
            mark.label().as_str(),
            bounds.map(|r| r.xmin()),
            bounds.map(|r| r.ymin()),
            bounds.map(|r| r.xmax()),
            bounds.map(|r| r.ymax()),
            origin,
            import_id,
            mark.coordinate_text(),
            mark.extra(),
            geometry.as_ref().map(|(kind, _)| *kind),
            geometry.as_ref().map(|(_, json)| json),
            AttributesRow::to_json(mark.attributes()),
            mark.stored_shape_key().map(|key| key.0),
        ])?;
    }
    let mut insert =
        conn.prepare_cached("INSERT INTO image_label (image_id, rad_id, label, presence) VALUES (?1, ?2, ?3, ?4)")?;
    for (label, presence) in said_after.iter().filter(|(label, p)| said_before.get(label) != Some(*p)) {
        insert.execute([image, reader, label.as_str(), presence.key()])?;
    }
    write_comments(conn, before, after)?;
    write_rejections(conn, before, after)?;
    write_measurements(conn, before, after)
}

fn write_summary(conn: &Connection, reading: &Reading, made_at_ms: i64) -> Result<(), StoreError> {
    let summary = Summary::of(reading);
    conn.prepare_cached(
        "INSERT INTO reading (rad_id, image_id, state, comment, updated_at, num_marks, num_image_labels,
         has_no_finding, labels, unfit) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (rad_id, image_id) DO UPDATE SET state = excluded.state, comment = excluded.comment,
         updated_at = excluded.updated_at, num_marks = excluded.num_marks,
         num_image_labels = excluded.num_image_labels, has_no_finding = excluded.has_no_finding,
         labels = excluded.labels, unfit = excluded.unfit",
    )?
    .execute(params![
        reading.reader().as_str(),
        reading.image().as_str(),
        reading.state().as_str(),
        reading.comment(),
        made_at_ms,
        summary.num_marks,
        summary.num_image_labels,
        summary.has_no_finding,
        summary.labels_json(),
        summary.unfit,
    ])?;
    Ok(())
}
