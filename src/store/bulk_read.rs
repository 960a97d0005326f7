//! The marks of a whole project on their way into a published table, row by row without making objects of them.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::domain::attribute::VertebralLevel;
use crate::domain::people::{Act, Matter};
use crate::domain::quality::{UnfitFilm, UnfitReason};

use crate::domain::shape::ShapeKind;

use super::error::{StoreError, unreadable};
use super::project::Store;

/// A mark as the database holds it.
#[derive(Clone, Copy, Debug)]
pub struct StoredMark<'a> {
    pub id: i64,
    pub image: &'a str,
    pub reader: &'a str,
    pub label: &'a str,
    /// `xmin, ymin, xmax, ymax` in image pixels; `None` for "No finding".
    pub columns: Option<[f64; 4]>,
    pub coordinate_text: Option<&'a str>,
    pub extra: Option<&'a str>,
    /// The import it came with.
    pub import: Option<i64>,
    /// Its line in the imported file.
    pub line: Option<i64>,
    /// `None` for a box and for "No finding".
    pub shape: Option<ShapeKind>,
    /// As its reader gave it.
    pub level: Option<VertebralLevel>,
}

/// A table that was imported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredImport {
    pub id: i64,
    /// Stable key of the table's form.
    pub format: String,
    /// The header line as comma-separated cells.
    pub header: String,
}

/// What one reading says of its film.
#[derive(Clone, Debug)]
pub struct StoredReading<'a> {
    pub image: &'a str,
    pub reader: &'a str,
    pub is_completed: bool,
    pub has_no_finding: bool,
    /// Of its boxes and image labels together, "No finding" included.
    pub labels: Vec<String>,
}

impl Store {
    /// Calls `visit` for every mark, in the order of ids.
    pub fn for_each_mark(&self, mut visit: impl FnMut(&StoredMark<'_>)) -> Result<(), StoreError> {
        self.require_sight()?;
        let mut statement = self.conn.prepare(
            "SELECT id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, coordinate_text, extra, import_id,
             import_line, shape, json_extract(attributes, '$.level') FROM annotation ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            visit(&mark_from_row(row)?);
        }
        Ok(())
    }

    /// Every table that was imported, the oldest first.
    pub fn imports(&self) -> Result<Vec<StoredImport>, StoreError> {
        self.require(Matter::Films, Act::See)?;
        let mut statement = self.conn.prepare("SELECT id, format, coalesce(header, '') FROM import ORDER BY id")?;
        let rows = statement
            .query_map([], |row| Ok(StoredImport { id: row.get(0)?, format: row.get(1)?, header: row.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Calls `visit` with image, study and series of every film that has a study: as an imported table says, and for
    /// other films as the film itself says.
    pub fn for_each_place(&self, mut visit: impl FnMut(&str, &str, &str)) -> Result<(), StoreError> {
        self.require(Matter::Films, Act::See)?;
        let mut statement = self.conn.prepare(
            "SELECT image_id, study_id, series_id FROM imported_film UNION ALL
             SELECT image_id, study_id, series_id FROM film WHERE image_id NOT IN (SELECT image_id FROM imported_film)",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            visit(text(row, 0)?, text(row, 1)?, text(row, 2)?);
        }
        Ok(())
    }

    /// Calls `visit` for every reading: those of imported tables of image labels in the order of their rows, then the
    /// others by film and reader.
    pub fn for_each_reading(&self, mut visit: impl FnMut(&StoredReading<'_>)) -> Result<(), StoreError> {
        self.require_sight()?;
        let mut statement = self.conn.prepare(
            "SELECT r.image_id, r.rad_id, r.state = 'completed', r.has_no_finding, r.labels FROM reading r
             LEFT JOIN (SELECT image_id, rad_id, min(import_id) AS import_id, position FROM imported_reading
                        GROUP BY image_id, rad_id) o ON o.image_id = r.image_id AND o.rad_id = r.rad_id
             ORDER BY o.import_id IS NULL, o.import_id, o.position, r.image_id, r.rad_id",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            visit(&StoredReading {
                image: text(row, 0)?,
                reader: text(row, 1)?,
                is_completed: row.get(2)?,
                has_no_finding: row.get(3)?,
                labels: serde_json::from_str(text(row, 4)?).map_err(|e| unreadable("a reading's labels", e))?,
            });
        }
        Ok(())
    }

    /// Every film that a reader found unfit to be read, and why, by film and reader.
    pub fn unfit_films(&self) -> Result<Vec<UnfitFilm>, StoreError> {
        self.require_sight()?;
        let mut statement = self
            .conn
            .prepare("SELECT image_id, rad_id, unfit FROM reading WHERE unfit IS NOT NULL ORDER BY image_id, rad_id")?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let key = text(row, 2)?;
            let reason = UnfitReason::from_key(key).ok_or_else(|| unreadable("a reason", key))?;
            found.push(UnfitFilm { image: text(row, 0)?.into(), reader: text(row, 1)?.into(), reason });
        }
        Ok(found)
    }

    /// Calls `visit` with image and reader of every reading that is not completed.
    pub fn for_each_unfinished(&self, mut visit: impl FnMut(&str, &str)) -> Result<(), StoreError> {
        self.require_sight()?;
        let mut statement = self.conn.prepare("SELECT image_id, rad_id FROM reading WHERE state <> 'completed'")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            visit(text(row, 0)?, text(row, 1)?);
        }
        Ok(())
    }
}

fn mark_from_row<'r>(row: &'r Row<'_>) -> Result<StoredMark<'r>, StoreError> {
    let number = |i: usize| match row.get_ref(i)? {
        ValueRef::Null => Ok(None),
        ValueRef::Real(value) => Ok(Some(value)),
        ValueRef::Integer(value) => Ok(Some(value as f64)),
        other => Err(unreadable("a coordinate", other.data_type())),
    };
    let columns = match (number(4)?, number(5)?, number(6)?, number(7)?) {
        (Some(xmin), Some(ymin), Some(xmax), Some(ymax)) => Some([xmin, ymin, xmax, ymax]),
        _ => None,
    };
    Ok(StoredMark {
        id: row.get(0)?,
        image: text(row, 1)?,
        reader: text(row, 2)?,
        label: text(row, 3)?,
        columns,
        coordinate_text: optional_text(row, 8)?,
        extra: optional_text(row, 9)?,
        import: row.get(10)?,
        line: row.get(11)?,
        shape: optional_text(row, 12)?.and_then(ShapeKind::from_key),
        level: optional_text(row, 13)?.and_then(VertebralLevel::parse),
    })
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r str, StoreError> {
    row.get_ref(column)?.as_str().map_err(|e| unreadable("a text", e))
}

fn optional_text<'r>(row: &'r Row<'_>, column: usize) -> Result<Option<&'r str>, StoreError> {
    row.get_ref(column)?.as_str_or_null().map_err(|e| unreadable("a text", e))
}
