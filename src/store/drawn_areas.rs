//! Areas that readers drew on films, of completed readings: what masks are compared by.

use crate::domain::label::NO_FINDING;
use crate::domain::shape::Shape;

use super::error::{StoreError, unreadable};
use super::project::Store;
use super::rows::box_from_columns;
use super::shape_rows::ShapeRow;

impl Store {
    /// Whether anything was ever drawn that is a polygon or a mask.
    pub fn has_outlines(&self) -> Result<bool, StoreError> {
        self.require_sight()?;
        let sql = "SELECT EXISTS (SELECT 1 FROM annotation WHERE shape IN ('polygon', 'mask'))";
        Ok(self.conn.query_row(sql, [], |row| row.get(0))?)
    }

    /// Calls `visit` with image, reader, label and shape of every box, polygon and mask of a completed reading, by film
    /// and reader.
    pub fn for_each_area(&self, mut visit: impl FnMut(&str, &str, &str, Shape)) -> Result<(), StoreError> {
        self.require_sight()?;
        let mut statement = self.conn.prepare(
            "SELECT a.id, a.image_id, a.rad_id, a.lesion_type, a.shape, a.geometry, a.xmin, a.ymin, a.xmax, a.ymax
             FROM annotation a JOIN reading r ON r.image_id = a.image_id AND r.rad_id = a.rad_id
             WHERE r.state = 'completed' AND a.lesion_type <> ?1 AND a.xmin IS NOT NULL
             AND (a.shape IS NULL OR a.shape IN ('polygon', 'mask')) ORDER BY a.image_id, a.rad_id, a.id",
        )?;
        let mut rows = statement.query([NO_FINDING])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let corrupt = |e: String| unreadable(&format!("mark {id}"), e);
            let optional = |i: usize| row.get_ref(i)?.as_str_or_null().map_err(|e| corrupt(e.to_string()));
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| corrupt(e.to_string()));
            let shape = match (optional(4)?, optional(5)?) {
                (Some(kind), Some(json)) => Some(ShapeRow::from_columns(kind, json).map_err(corrupt)?),
                _ => box_from_columns(Some([row.get(6)?, row.get(7)?, row.get(8)?, row.get(9)?])).map_err(corrupt)?,
            };
            if let Some(shape) = shape {
                visit(text(1)?, text(2)?, text(3)?, shape);
            }
        }
        Ok(())
    }
}
