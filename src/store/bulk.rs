//! Published tables into the project: a million rows in one transaction, the log included.
//!
//! The caller has checked the rows against each other and against what [`BulkImport`] says the project holds; nothing can
//! change in between, because the import holds the write lock from its beginning. A large import takes the secondary
//! indexes and the triggers of tables that are still empty away and puts them back as they were, within the same
//! transaction: a crash in between leaves the project as it was before.

use std::collections::BTreeSet;

use rusqlite::params;

use crate::domain::exchange::ImportEffects;
use crate::domain::id::AnnotationId;
use crate::domain::people::{Act, Matter};
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::task::TaskState;

use super::error::{StoreError, unreadable};
use super::incoming::{KnownReaders, Unread, conclude};
use super::large_write::{MANY_ROWS, take_away};
use super::one_step::Unit;
use super::project::Store;

/// The file that rows come from.
#[derive(Clone, Debug)]
pub struct ImportedFile<'a> {
    /// Without folders.
    pub name: &'a str,
    pub sha256: [u8; 32],
    /// Stable key of the table's form.
    pub format: &'a str,
    /// The header line as comma-separated cells.
    pub header: &'a str,
    pub num_rows: usize,
    /// JSON.
    pub details: &'a str,
}

/// One mark of an imported file. It is checked: ordered, and "No finding" exactly where there are no columns.
#[derive(Clone, Copy, Debug)]
pub struct ImportedMark<'a> {
    pub id: AnnotationId,
    pub image: &'a str,
    pub reader: &'a str,
    pub label: &'a str,
    /// `xmin, ymin, xmax, ymax` in image pixels.
    pub columns: Option<[f64; 4]>,
    /// Of the file.
    pub line: u32,
    /// Where it is not the shortest form.
    pub coordinate_text: Option<&'a str>,
    pub extra: Option<&'a str>,
}

/// What one reading is after the import.
#[derive(Clone, Copy, Debug)]
pub struct ReadingSum<'a> {
    pub image: &'a str,
    pub reader: &'a str,
    pub state: TaskState,
    pub num_marks: u32,
    pub num_image_labels: u32,
    pub has_no_finding: bool,
    /// Names of marks and image labels together, sorted, each once, as [`labels_json`] writes them.
    pub labels_json: &'a str,
}

/// The form in which the database keeps the names of a reading's labels.
pub fn labels_json<'a>(sorted_names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = sorted_names.into_iter().collect();
    serde_json::to_string(&names).expect("a list of text")
}

/// A reading that the project holds already.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldReading {
    pub state: TaskState,
    pub num_marks: u32,
    /// Those that are present.
    pub num_image_labels: u32,
    pub has_no_finding: bool,
    /// Names of marks and image labels together.
    pub labels: Vec<String>,
    /// Image labels that the reader is unsure of: they too stand against "No finding".
    pub num_unsure: u32,
}

impl HeldReading {
    /// How many things stand against "No finding".
    pub const fn num_findings(&self) -> u32 {
        self.num_marks + self.num_image_labels + self.num_unsure
    }
}

/// An import under way. Dropped without [`BulkImport::commit`] it changes nothing.
#[derive(Debug)]
pub struct BulkImport<'s> {
    tx: Unit<'s>,
    import_id: i64,
    session: u32,
    made_at_ms: i64,
    /// What to run before the commit: the indexes and triggers that were taken away.
    put_back: Vec<String>,
    /// No mark of the project has an id greater than those of this import, and no trigger looks at ids.
    has_greatest_ids: bool,
    /// Of the latest mark, where `has_greatest_ids`.
    last_id: Option<i64>,
    /// Reader id of whoever imports; empty where nobody signed in.
    by: String,
    /// Handed-out films that were not read before.
    unread: Unread,
    /// Who came with it.
    came: ImportEffects,
}

impl Store {
    /// Takes the write lock and gives the import its number. `session` is from [`Store::begin_session`] and makes
    /// the ids of its marks; `num_rows` is about how many rows will come.
    pub fn begin_import(
        &mut self,
        session: u32,
        num_rows: usize,
        made_at_ms: i64,
    ) -> Result<BulkImport<'_>, StoreError> {
        self.require(Matter::Exports, Act::Change)?;
        let by = self.doer("");
        let tx = Unit::begin(&mut self.conn)?;
        let unread = super::incoming::unread(&tx)?;
        let import_id = tx.query_row("SELECT 1 + coalesce(max(id), 0) FROM import", [], |row| row.get(0))?;
        let mut import = BulkImport {
            tx,
            import_id,
            session,
            made_at_ms,
            put_back: Vec::new(),
            has_greatest_ids: false,
            last_id: None,
            by,
            unread,
            came: ImportEffects::default(),
        };
        // Building an index once is then quicker than keeping it up to date.
        if num_rows >= MANY_ROWS {
            for table in ["annotation", "image_label", "reading"] {
                if !import.has_rows(table)? {
                    import.put_back.extend(take_away(&import.tx, table, &["index", "trigger"])?);
                    import.has_greatest_ids |= table == "annotation";
                }
            }
        }
        Ok(import)
    }

    /// Makes the database ready for a large import (`large_write.rs`). What the CHECK constraints say has been checked
    /// already, row by row and with line numbers.
    pub fn prepare_large_import(&self) -> Result<(), StoreError> {
        self.require(Matter::Exports, Act::Change)?;
        self.begin_large_write()
    }

    /// Takes back what [`Store::prepare_large_import`] did.
    pub fn finish_large_import(&self) -> Result<(), StoreError> {
        self.require(Matter::Exports, Act::Change)?;
        self.end_large_write()
    }
}

impl BulkImport<'_> {
    /// The number of this import in the project.
    pub const fn id(&self) -> i64 {
        self.import_id
    }

    /// Whether the project has readings.
    pub fn holds_readings(&self) -> Result<bool, StoreError> {
        self.has_rows("reading")
    }

    /// Whether the project has films.
    pub fn holds_films(&self) -> Result<bool, StoreError> {
        self.has_rows("film")
    }

    /// Calls `visit` with image, reader and what is held, for every reading of the project.
    pub fn for_each_reading(&self, mut visit: impl FnMut(&str, &str, HeldReading)) -> Result<(), StoreError> {
        let mut statement = self.tx.prepare(
            "SELECT image_id, rad_id, state, num_marks, num_image_labels, has_no_finding, labels, (
                SELECT count(*) FROM image_label l
                WHERE l.image_id = reading.image_id AND l.rad_id = reading.rad_id AND l.presence = 'unsure'
             ) FROM reading",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("a reading", e));
            let held = HeldReading {
                state: TaskState::parse(text(2)?).ok_or_else(|| unreadable("a reading's state", "unknown"))?,
                num_marks: row.get(3)?,
                num_image_labels: row.get(4)?,
                has_no_finding: row.get(5)?,
                labels: serde_json::from_str(text(6)?).map_err(|e| unreadable("a reading's labels", e))?,
                num_unsure: row.get(7)?,
            };
            visit(text(0)?, text(1)?, held);
        }
        Ok(())
    }

    /// Label, columns and further cells of the boxes that a reader has on a film.
    pub fn boxes_of(&self, image: &str, reader: &str) -> Result<Vec<(String, [f64; 4], String)>, StoreError> {
        let mut statement = self.tx.prepare_cached(
            "SELECT lesion_type, xmin, ymin, xmax, ymax, coalesce(extra, '') FROM annotation
             WHERE image_id = ?1 AND rad_id = ?2 AND xmin IS NOT NULL",
        )?;
        let rows = statement.query_map([image, reader], |row| {
            Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?], row.get(5)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The image labels that a reader says are present on a film.
    pub fn image_labels_of(&self, image: &str, reader: &str) -> Result<Vec<String>, StoreError> {
        let mut statement = self.tx.prepare_cached(
            "SELECT label FROM image_label WHERE image_id = ?1 AND rad_id = ?2 AND presence = 'present'",
        )?;
        let rows = statement.query_map([image, reader], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Calls `visit` with image, width and height of every film of the project.
    pub fn for_each_film(&self, mut visit: impl FnMut(&str, u32, u32)) -> Result<(), StoreError> {
        let mut statement = self.tx.prepare("SELECT image_id, width, height FROM film")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            visit(row.get_ref(0)?.as_str().map_err(|e| unreadable("a film", e))?, row.get(1)?, row.get(2)?);
        }
        Ok(())
    }

    /// Writes marks, each with an id greater than the one before. Their log chunks are written apart, by
    /// [`BulkImport::write_chunk`].
    pub fn write_marks<'a>(&mut self, marks: impl Iterator<Item = ImportedMark<'a>>) -> Result<(), StoreError> {
        let mut insert = self.tx.prepare_cached(
            "INSERT INTO annotation (id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, origin, coordinate_text,
             extra, import_id, import_line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'imported', ?9, ?10, ?11, ?12)",
        )?;
        insert.raw_bind_parameter(11, self.import_id)?;
        // A bound text is copied; what is the same as in the row before stays bound.
        let mut bound = [""; 3];
        for mark in marks {
            // Where nobody has a greater id, SQLite gives the next one by itself, without looking whether it is taken.
            let is_next = self.last_id.is_some_and(|last| last + 1 == mark.id.0);
            insert.raw_bind_parameter(1, (!is_next).then_some(mark.id.0))?;
            for ((before, text), place) in bound.iter_mut().zip([mark.image, mark.reader, mark.label]).zip(2..) {
                if *before != text {
                    insert.raw_bind_parameter(place, text)?;
                    *before = text;
                }
            }
            for (i, place) in (5..9).enumerate() {
                insert.raw_bind_parameter(place, mark.columns.map(|c| c[i]))?;
            }
            insert.raw_bind_parameter(9, mark.coordinate_text)?;
            insert.raw_bind_parameter(10, mark.extra)?;
            insert.raw_bind_parameter(12, mark.line)?;
            insert.raw_execute()?;
            if self.has_greatest_ids {
                self.last_id = Some(mark.id.0);
            }
        }
        if let Some(last) = self.last_id
            && self.tx.last_insert_rowid() != last
        {
            return Err(unreadable("the ids of marks", "another mark has a greater id than those of this import"));
        }
        Ok(())
    }

    /// Writes image labels that are present: image, reader, label. Another answer of the same reader gives way. Best
    /// sorted by all three.
    pub fn write_image_labels<'a>(
        &mut self,
        labels: impl Iterator<Item = (&'a str, &'a str, &'a str)>,
    ) -> Result<(), StoreError> {
        let mut insert = self.tx.prepare(
            "INSERT INTO image_label (image_id, rad_id, label) VALUES (?1, ?2, ?3)
             ON CONFLICT (image_id, rad_id, label) DO UPDATE SET presence = 'present'",
        )?;
        for (image, reader, label) in labels {
            insert.execute([image, reader, label])?;
        }
        Ok(())
    }

    /// Appends a chunk of rows to the log.
    pub fn write_chunk(&mut self, chunk: &str) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "INSERT INTO edit_log (made_at, session, step, import_id, edit) VALUES (?1, ?2, 'import', ?3, ?4)",
            )?
            .execute(params![self.made_at_ms, self.session, self.import_id, chunk])?;
        Ok(())
    }

    /// Completes a reading that the import brings nothing for but its existence, and logs that.
    pub fn write_completion(&mut self, image: &str, reader: &str, before: TaskState) -> Result<(), StoreError> {
        let edit = serde_json::json!({
            "set_task_state": { "before": before.as_str(), "after": TaskState::Completed.as_str() }
        });
        self.tx
            .prepare_cached(
                "INSERT INTO edit_log (made_at, session, image_id, rad_id, step, edit)
                 VALUES (?1, ?2, ?3, ?4, 'do', ?5)",
            )?
            .execute(params![self.made_at_ms, self.session, image, reader, edit.to_string()])?;
        Ok(())
    }

    /// Writes what readings are after the import. Best sorted by reader and image.
    pub fn write_readings<'a>(&mut self, readings: impl Iterator<Item = ReadingSum<'a>>) -> Result<(), StoreError> {
        let mut insert = self.tx.prepare(
            "INSERT INTO reading (rad_id, image_id, state, updated_at, num_marks, num_image_labels, has_no_finding,
             labels) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (rad_id, image_id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at,
             num_marks = excluded.num_marks, num_image_labels = excluded.num_image_labels,
             has_no_finding = excluded.has_no_finding, labels = excluded.labels",
        )?;
        insert.raw_bind_parameter(4, self.made_at_ms)?;
        for sum in readings {
            super::incoming::refuse_settled(&self.tx, sum.image, sum.reader)?;
            insert.raw_bind_parameter(1, sum.reader)?;
            insert.raw_bind_parameter(2, sum.image)?;
            insert.raw_bind_parameter(3, sum.state.as_str())?;
            insert.raw_bind_parameter(5, sum.num_marks)?;
            insert.raw_bind_parameter(6, sum.num_image_labels)?;
            insert.raw_bind_parameter(7, sum.has_no_finding)?;
            insert.raw_bind_parameter(8, sum.labels_json)?;
            insert.raw_execute()?;
        }
        Ok(())
    }

    /// Writes image, study and series of films. Best sorted by image; the last import wins.
    pub fn write_films<'a>(
        &mut self,
        films: impl Iterator<Item = (&'a str, &'a str, &'a str)>,
    ) -> Result<(), StoreError> {
        let mut insert = self.tx.prepare(
            "INSERT OR REPLACE INTO imported_film (image_id, study_id, series_id, import_id) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (image, study, series) in films {
            insert.execute(params![image, study, series, self.import_id])?;
        }
        Ok(())
    }

    /// Writes the order of the rows of a table of image labels: image, reader.
    pub fn write_row_order<'a>(&mut self, rows: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), StoreError> {
        let mut insert = self
            .tx
            .prepare("INSERT INTO imported_reading (import_id, position, image_id, rad_id) VALUES (?1, ?2, ?3, ?4)")?;
        for (position, (image, reader)) in rows.enumerate() {
            insert.execute(params![self.import_id, position as i64, image, reader])?;
        }
        Ok(())
    }

    /// Adds readers that the project does not know yet, under their ids as names.
    pub fn write_readers<'a>(&mut self, readers: impl Iterator<Item = &'a str>) -> Result<(), StoreError> {
        self.came.add(super::incoming::add_readers(&self.tx, readers)?);
        Ok(())
    }

    /// Whose rows may be taken without bringing somebody into the project.
    pub fn known_readers(&self) -> Result<KnownReaders, StoreError> {
        KnownReaders::read(&self.tx)
    }

    /// Films whose consensus people have signed.
    pub fn signed_films(&self) -> Result<BTreeSet<String>, StoreError> {
        super::incoming::signed_films(&self.tx)
    }

    /// Puts the indexes back, notes the file, tells the record with `what`, and makes everything lasting.
    pub fn commit(self, file: &ImportedFile<'_>, what: String) -> Result<ImportEffects, StoreError> {
        for sql in &self.put_back {
            self.tx.execute_batch(sql)?;
        }
        self.tx.execute(
            "INSERT INTO import (id, made_at, session, file_name, sha256, format, header, num_rows, details)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, json_set(?9, '$.by', ?10))",
            params![
                self.import_id,
                self.made_at_ms,
                self.session,
                file.name,
                file.sha256,
                file.format,
                file.header,
                file.num_rows as i64,
                file.details,
                self.by,
            ],
        )?;
        let event = ProjectEvent {
            at_ms: self.made_at_ms,
            by: self.by,
            kind: EventKind::LabelsImported,
            what,
            films: Vec::new(),
        };
        let effects = conclude(&self.tx, &self.unread, self.came, &event)?;
        self.tx.commit()?;
        Ok(effects)
    }

    fn has_rows(&self, table: &'static str) -> Result<bool, StoreError> {
        let sql = format!("SELECT 1 FROM {table} LIMIT 1");
        Ok(self.tx.prepare_cached(&sql)?.exists([])?)
    }
}
