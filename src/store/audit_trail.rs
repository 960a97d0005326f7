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

/// Rows of an import lie in chunks of some thousand, which name their films in fields of their own between tabs and line
/// ends (src/store/chunk.rs). Who brought them is among what is kept of the import.
const ALL: &str = "
    SELECT log.made_at, 'edit', log.seq, coalesce(log.rad_id, import.details ->> '$.by'), log.image_id, log.rad_id,
           log.step, iif(log.step = 'import', '', log.edit), log.import_id, import.file_name
    FROM edit_log log LEFT JOIN import ON import.id = log.import_id
    WHERE (?5 = 0 OR (?5 = 1 AND (log.step = 'import' OR log.edit LIKE '{\"set_task_state\"%')))
      AND (?1 IS NULL OR log.image_id = ?1 OR log.step = 'import' AND (
          instr(log.edit, char(9) || ?1 || char(9)) > 0 OR instr(log.edit || char(10), char(9) || ?1 || char(10)) > 0
          OR instr(log.edit, char(10) || ?1 || char(9)) > 0
          OR instr(log.edit || char(10), char(10) || ?1 || char(10)) > 0))
      AND (?2 IS NULL OR coalesce(log.rad_id, import.details ->> '$.by') = ?2)
      AND (?3 IS NULL OR log.made_at >= ?3) AND (?4 IS NULL OR log.made_at < ?4)
    UNION ALL
    SELECT at, 'event', seq, by, iif(json_array_length(details, '$.films') = 1, json_extract(details, '$.films[0]'), NULL),
           NULL, kind, details, NULL, NULL FROM project_event
    WHERE (?2 IS NULL OR by = ?2) AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR at < ?4)
      AND (?1 IS NULL OR EXISTS (SELECT 1 FROM json_each(details, '$.films') WHERE value = ?1))
    UNION ALL
    SELECT made_at, 'step', seq, rad_id, image_id, NULL, '', step, NULL, NULL FROM adjudication_step
    WHERE (?1 IS NULL OR image_id = ?1) AND (?2 IS NULL OR rad_id = ?2)
      AND (?3 IS NULL OR made_at >= ?3) AND (?4 IS NULL OR made_at < ?4)
    ORDER BY 1, 2, 3";

impl Store {
    /// Every line of the record that passes, in the order of time.
    pub fn for_each_trail_row(&self, filter: &TrailFilter, mut visit: impl FnMut(TrailRow)) -> Result<(), StoreError> {
        self.require_sight()?;
        self.require(Matter::Audit, Act::See)?;
        let mut statement = self.conn.prepare_cached(ALL)?;
        let image = filter.image.as_ref().map(ImageId::as_str);
        let by = filter.by.as_ref().map(ReaderId::as_str);
        let edits = filter.edits as i64;
        let mut rows = statement.query(params![image, by, filter.since_ms, filter.until_ms, edits])?;
        let mut reviews = ReviewWords::default();
        while let Some(row) = rows.next()? {
            let (kind, step, text): (String, String, String) = (row.get(1)?, row.get(6)?, row.get(7)?);
            let kind = RecordKind::parse(&kind).ok_or_else(|| unreadable("the record", kind))?;
            let what = match kind {
                RecordKind::Edit if step == "import" => rows_in_words(row.get(8)?, row.get(9)?),
                RecordKind::Edit => edit_in_words(&step, &text)?,
                RecordKind::Event => event_in_words(&text)?,
                RecordKind::Step => {
                    let image = ImageId::new(row.get::<_, Option<String>>(4)?.unwrap_or_default());
                    format!("Review: {}", reviews.step_in_words(self, &image, &text)?)
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
    fn step_in_words(&mut self, store: &Store, image: &ImageId, json: &str) -> Result<String, StoreError> {
        let step = step_from_json(json, image)?;
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
