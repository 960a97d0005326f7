//! Everything that happened in a project as one list in the order of time: edits, imports, steps of reviewers, and what
//! happened beside readings.

use std::collections::HashMap;

use rusqlite::params;
use serde_json::Value;

use crate::domain::adjudication::{SourceId, Step};
use crate::domain::audit::{RecordKind, TrailRow};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::people::{Act, Matter};

use super::adjudication::stored_steps;
use super::adjudication_rows::step_from_json;
use super::error::{StoreError, unreadable};
use super::project::Store;
use super::rows::edit_from_json;

/// Which part of the record is wanted; what is `None` is not asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TrailFilter {
    pub image: Option<ImageId>,
    pub by: Option<ReaderId>,
    /// From this moment on, and before that one; milliseconds since 1970-01-01 UTC.
    pub since_ms: Option<i64>,
    pub until_ms: Option<i64>,
    pub edits: TrailEdits,
}

/// Which edits of readings are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TrailEdits {
    #[default]
    All,
    /// Where a reading was opened, completed or reopened, and rows of imports: each film that somebody read, and not
    /// what they did on it.
    Milestones,
    None,
}

/// A row of the log, and who made it: with rows of an import that is among what is kept of the import.
const EDITS: &str = "
    SELECT log.made_at, 'edit', log.seq, coalesce(log.rad_id, import.details ->> '$.by'), log.image_id, log.rad_id,
           log.step, iif(log.step = 'import', '', log.edit), log.import_id, import.file_name
    FROM edit_log log LEFT JOIN import ON import.id = log.import_id
    WHERE (?5 = 0 OR (?5 = 1 AND (log.step = 'import' OR log.edit LIKE '%\"set_task_state\"%')))
      AND (?2 IS NULL OR coalesce(log.rad_id, import.details ->> '$.by') = ?2)
      AND (?3 IS NULL OR log.made_at >= ?3) AND (?4 IS NULL OR log.made_at < ?4)";

/// Rows of an import lie in the log in chunks of some thousand films, whose text is large: what an import brought to one
/// film is found by the film's marks, those that were removed since too, and by its rows in tables of image labels. The
/// import is told once, as its first chunk.
const IMPORTS_OF_FILM: &str = "
    SELECT * FROM (
        SELECT import.made_at, 'edit',
               (SELECT seq FROM edit_log WHERE import_id = import.id AND step = 'import' ORDER BY seq LIMIT 1) AS first_seq,
               import.details ->> '$.by' AS doer, NULL, NULL, 'import', '', import.id, import.file_name
        FROM import
        WHERE ?5 < 2 AND import.header <> '' AND import.id IN (
                  SELECT import_id FROM annotation WHERE image_id = ?1
                  UNION SELECT import_id FROM imported_film WHERE image_id = ?1
                  UNION SELECT import_id FROM imported_reading WHERE image_id = ?1
                  UNION SELECT part.atom FROM edit_log removed, json_tree(removed.edit) part
                  WHERE removed.image_id = ?1 AND part.key = 'import_id')
          AND (?2 IS NULL OR import.details ->> '$.by' = ?2)
          AND (?3 IS NULL OR import.made_at >= ?3) AND (?4 IS NULL OR import.made_at < ?4))
    WHERE first_seq IS NOT NULL";

/// What is no edit.
const OTHERS: &str = "
    SELECT at, 'event', seq, by, iif(json_array_length(details, '$.films') = 1, json_extract(details, '$.films[0]'), NULL),
           NULL, kind, details, NULL, NULL FROM project_event
    WHERE (?2 IS NULL OR by = ?2) AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR at < ?4)
      AND (?1 IS NULL OR EXISTS (SELECT 1 FROM json_each(details, '$.films') WHERE value = ?1))
    UNION ALL
    SELECT made_at, 'step', seq, rad_id, image_id, NULL, '', step, NULL, NULL FROM adjudication_step
    WHERE (?1 IS NULL OR image_id = ?1) AND (?2 IS NULL OR rad_id = ?2)
      AND (?3 IS NULL OR made_at >= ?3) AND (?4 IS NULL OR made_at < ?4)
    ORDER BY 1, 2, 3";

/// One film's part of the record goes through indexes.
fn sql_of(is_of_film: bool) -> String {
    if is_of_film {
        return format!("{EDITS} AND log.image_id = ?1 UNION ALL {IMPORTS_OF_FILM} UNION ALL {OTHERS}");
    }
    format!("{EDITS} UNION ALL {OTHERS}")
}

impl Store {
    /// Every line of the record that passes, in the order of time.
    pub fn for_each_trail_row(&self, filter: &TrailFilter, mut visit: impl FnMut(TrailRow)) -> Result<(), StoreError> {
        self.require_sight()?;
        self.require(Matter::Audit, Act::See)?;
        let mut statement = self.conn.prepare_cached(&sql_of(filter.image.is_some()))?;
        let image = filter.image.as_ref().map(ImageId::as_str);
        let by = filter.by.as_ref().map(ReaderId::as_str);
        let edits = filter.edits as i64;
        let mut rows = statement.query(params![image, by, filter.since_ms, filter.until_ms, edits])?;
        let mut reviews = ReviewWords::default();
        while let Some(row) = rows.next()? {
            let (kind, step, text): (String, String, String) = (row.get(1)?, row.get(6)?, row.get(7)?);
            let kind = RecordKind::parse(&kind).ok_or_else(|| unreadable("the record", kind))?;
            let mut is_signature = false;
            let what = match kind {
                RecordKind::Edit if step == "import" => rows_in_words(row.get(8)?, row.get(9)?),
                RecordKind::Edit => edit_in_words(&step, &text)?,
                RecordKind::Event => event_in_words(&text)?,
                RecordKind::Step => {
                    let image = ImageId::new(row.get::<_, Option<String>>(4)?.unwrap_or_default());
                    let step = step_from_json(&text, &image)?;
                    is_signature = matches!(step, Step::Sign | Step::Unsign);
                    format!("Review: {}", reviews.in_words(self, &image, &step)?)
                }
            };
            visit(TrailRow {
                at_ms: row.get(0)?,
                by: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
                kind,
                seq: row.get(2)?,
                // Rows of an import are of many films; asked about one, they are told as that one's.
                image: row
                    .get::<_, Option<String>>(4)?
                    .map(ImageId::new)
                    .or_else(|| filter.image.clone().filter(|_| kind == RecordKind::Edit)),
                layer: row.get::<_, Option<String>>(5)?.map(ReaderId::new),
                is_signature,
                what,
            });
        }
        Ok(())
    }

    /// Under whose names something is recorded on a film: those whose readings can be gone through.
    pub fn recorded_layers(&self, image: &ImageId) -> Result<Vec<ReaderId>, StoreError> {
        self.require_sight()?;
        self.require(Matter::Audit, Act::See)?;
        let mut statement =
            self.conn.prepare_cached("SELECT DISTINCT rad_id FROM edit_log WHERE image_id = ?1 ORDER BY rad_id")?;
        let rows = statement.query_map([image.as_str()], |row| Ok(ReaderId::new(row.get::<_, String>(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Names of the findings that steps of reviewers are about. A step holds only the finding's key; what it is called stands
/// in the step that began the review.
#[derive(Default)]
struct ReviewWords {
    by_film: HashMap<ImageId, HashMap<SourceId, String>>,
}

impl ReviewWords {
    fn in_words(&mut self, store: &Store, image: &ImageId, step: &Step) -> Result<String, StoreError> {
        let title = step.title();
        let about = step.findings();
        if about.is_empty() {
            return Ok(title);
        }
        if !self.by_film.contains_key(image) {
            self.by_film.insert(image.clone(), names_of_findings(store, image)?);
        }
        let names: Vec<&str> =
            about.iter().filter_map(|finding| self.by_film.get(image)?.get(&finding.0).map(String::as_str)).collect();
        Ok(if names.is_empty() { title } else { format!("{title}: {}", names.join(" + ")) })
    }
}

/// Label and level of every mark and box that a film's review knows.
fn names_of_findings(store: &Store, image: &ImageId) -> Result<HashMap<SourceId, String>, StoreError> {
    let mut names = HashMap::new();
    let mut num_added = 0;
    for made in stored_steps(&store.conn, image)? {
        match made.step {
            Step::Open(case) => {
                for source in case.sources() {
                    let level = source.attributes.level.map_or_else(String::new, |level| format!(" {level}"));
                    names.insert(source.id, format!("{}{level}", source.label));
                }
            }
            Step::Add { label, .. } => {
                names.insert(SourceId::Added(num_added), label.to_string());
                num_added += 1;
            }
            _ => {}
        }
    }
    Ok(names)
}

fn rows_in_words(import: Option<i64>, file: Option<String>) -> String {
    let number = import.unwrap_or_default();
    file.map_or_else(|| format!("Rows of import {number}"), |file| format!("Rows of {file} (import {number})"))
}

fn edit_in_words(step: &str, edit: &str) -> Result<String, StoreError> {
    let title = edit_from_json(edit)?.title();
    Ok(match step {
        "undo" => format!("Undo: {title}"),
        "redo" => format!("Redo: {title}"),
        _ => title,
    })
}

fn event_in_words(details: &str) -> Result<String, StoreError> {
    let details: Value = serde_json::from_str(details).map_err(|why| unreadable("what happened", why))?;
    Ok(details["what"].as_str().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edit::Edit;
    use crate::domain::id::AnnotationId;
    use crate::domain::label::NO_FINDING;
    use crate::domain::log::{NewLogEntry, Step as LogStep};
    use crate::domain::rules::default_rules;
    use crate::domain::task::TaskState;
    use crate::store::{ChunkKind, ChunkWriter, ImportedFile, ImportedMark, MarkRow, NewProject, ReadingSum};

    fn store(place: &std::path::Path) -> Store {
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        Store::create(place, &project).unwrap()
    }

    /// "No finding" of R1 on a film; `extra` is a further cell of the row.
    fn import(store: &mut Store, image: &str, extra: &str) -> AnnotationId {
        let session = store.begin_session().unwrap();
        let id = AnnotationId::new(session, 1);
        let mut import = store.begin_import(session, 1, 5).unwrap();
        let (reader, label, line) = ("R1", NO_FINDING, 2);
        let mark =
            ImportedMark { id, image, reader, label, columns: None, line, coordinate_text: None, extra: Some(extra) };
        import.write_marks(std::iter::once(mark)).unwrap();
        let mut chunk = ChunkWriter::new(ChunkKind::Marks, TaskState::Completed);
        chunk.push_mark(&MarkRow {
            id: id.0,
            image_id: image.into(),
            rad_id: reader.into(),
            lesion_type: label.into(),
            coordinates: None,
            coordinate_text: None,
            extra: Some(extra.into()),
        });
        import.write_chunk(&chunk.take()).unwrap();
        let sum = ReadingSum {
            image,
            reader,
            state: TaskState::Completed,
            num_marks: 0,
            num_image_labels: 0,
            has_no_finding: true,
            labels_json: "[\"No finding\"]",
        };
        import.write_readings(std::iter::once(sum)).unwrap();
        import.write_readers(std::iter::once(reader)).unwrap();
        let file =
            ImportedFile { name: "f.csv", sha256: [0; 32], format: "f", header: "a,b", num_rows: 1, details: "{}" };
        import.commit(&file, "Imported.".into()).unwrap();
        id
    }

    fn said(store: &Store, image: &str, edits: TrailEdits) -> Vec<String> {
        let mut said = Vec::new();
        let filter = TrailFilter { image: Some(image.into()), edits, ..TrailFilter::default() };
        store.for_each_trail_row(&filter, |row| said.push(row.what)).unwrap();
        said
    }

    #[test]
    fn a_film_is_told_of_imports_that_brought_it_something_and_of_no_others() {
        let place = tempfile::tempdir().unwrap();
        let mut store = store(place.path());
        // The second film's id stands in a row of the first one.
        let id = import(&mut store, "first", "second");
        assert_eq!(said(&store, "first", TrailEdits::All), ["Rows of f.csv (import 1)"]);
        assert!(said(&store, "first", TrailEdits::None).is_empty());
        assert!(said(&store, "second", TrailEdits::All).is_empty());
        let held = store.reading(&"first".into(), &"R1".into()).unwrap();
        let mark = held.annotations().iter().find(|mark| mark.id() == id).unwrap().clone();
        let (completed, doing) = (TaskState::Completed, TaskState::Doing);
        let edits = vec![Edit::SetTaskState { before: completed, after: doing }, Edit::Remove(mark)];
        let edit = Edit::Batch { name: "Reopen and clear".into(), edits };
        let (image, reader, step) = ("first".into(), "R1".into(), LogStep::Do);
        store.commit(&NewLogEntry { image, reader, step, edit, made_at_ms: 9 }).unwrap();
        // What was removed since did come with the import, and a batch that reopens a film is told among the milestones.
        assert_eq!(said(&store, "first", TrailEdits::Milestones), ["Rows of f.csv (import 1)", "Reopen and clear"]);
        let edit = Edit::SetComment { before: String::new(), after: "\"set_task_state\"".into() };
        let (image, reader) = ("first".into(), "R1".into());
        store.commit(&NewLogEntry { image, reader, step: LogStep::Do, edit, made_at_ms: 10 }).unwrap();
        assert_eq!(said(&store, "first", TrailEdits::Milestones).len(), 2);
        assert_eq!(said(&store, "first", TrailEdits::All).len(), 3);
    }

    #[test]
    fn one_films_part_goes_through_indexes() {
        let place = tempfile::tempdir().unwrap();
        let store = store(place.path());
        let mut statement = store.conn.prepare(&format!("EXPLAIN QUERY PLAN {}", sql_of(true))).unwrap();
        let plan: Vec<String> = statement
            .query_map(params!["first", None::<&str>, None::<i64>, None::<i64>, 0], |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let is_by_film = |table: &str| plan.iter().any(|line| line.starts_with(&format!("SEARCH {table} USING")));
        assert!(["log", "annotation", "imported_film", "removed"].into_iter().all(is_by_film), "{plan:#?}");
    }
}
