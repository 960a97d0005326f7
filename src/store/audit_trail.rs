//! Everything that happened in a project as one list in the order of time: edits, imports, steps of reviewers, and what
//! happened beside readings.

use rusqlite::params;
use serde_json::Value;

use crate::domain::audit::{RecordKind, TrailRow};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::people::{Act, Matter};

use super::adjudication_rows::step_in_words;
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
    /// Leaves edits of readings out.
    pub is_without_edits: bool,
}

const ALL: &str = "
    SELECT made_at, 'edit', seq, rad_id, image_id, rad_id, step, iif(step = 'import', '', edit), import_id FROM edit_log
    WHERE ?5 = 0 AND (?1 IS NULL OR image_id = ?1) AND (?2 IS NULL OR rad_id = ?2)
      AND (?3 IS NULL OR made_at >= ?3) AND (?4 IS NULL OR made_at < ?4)
    UNION ALL
    SELECT at, 'event', seq, by, NULL, NULL, kind, details, NULL FROM project_event
    WHERE (?2 IS NULL OR by = ?2) AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR at < ?4)
      AND (?1 IS NULL OR EXISTS (SELECT 1 FROM json_each(details, '$.films') WHERE value = ?1))
    UNION ALL
    SELECT made_at, 'step', seq, rad_id, image_id, NULL, '', step, NULL FROM adjudication_step
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
        let mut rows =
            statement.query(params![image, by, filter.since_ms, filter.until_ms, filter.is_without_edits])?;
        while let Some(row) = rows.next()? {
            let (kind, step, text): (String, String, String) = (row.get(1)?, row.get(6)?, row.get(7)?);
            let kind = RecordKind::parse(&kind).ok_or_else(|| unreadable("the record", kind))?;
            let what = match kind {
                RecordKind::Edit => edit_in_words(&step, &text, row.get(8)?)?,
                RecordKind::Event => event_in_words(&text)?,
                RecordKind::Step => format!("Review: {}", step_in_words(&text)?),
            };
            visit(TrailRow {
                at_ms: row.get(0)?,
                by: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
                kind,
                seq: row.get(2)?,
                image: row.get::<_, Option<String>>(4)?.map(ImageId::new),
                layer: row.get::<_, Option<String>>(5)?.map(ReaderId::new),
                what,
            });
        }
        Ok(())
    }
}

fn edit_in_words(step: &str, edit: &str, import: Option<i64>) -> Result<String, StoreError> {
    if step == "import" {
        return Ok(format!("Rows of import {}", import.unwrap_or_default()));
    }
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
