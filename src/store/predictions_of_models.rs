//! What one model says of all films, row by row, without making objects of it.

use super::error::StoreError;
use super::project::Store;
use crate::domain::model::ModelId;

/// A detection as the database holds it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct StoredDetection<'a> {
    pub image: &'a str,
    pub label: &'a str,
    /// 0 to 1, falling within a film.
    pub score: f64,
    /// `xmin, ymin, xmax, ymax` in pixels of the original film.
    pub columns: [f64; 4],
}

impl Store {
    /// Calls `visit` with film and probability of everything that the model has looked at, by film.
    pub fn for_each_prediction_of(
        &self,
        model: ModelId,
        mut visit: impl FnMut(&str, Option<f64>),
    ) -> Result<(), StoreError> {
        self.require_models()?;
        let sql = "SELECT image_id, probability FROM prediction WHERE model_id = ?1 ORDER BY image_id";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([model.0])?;
        while let Some(row) = rows.next()? {
            let image = row.get_ref(0)?.as_str().map_err(|why| super::error::unreadable("a film's id", why))?;
            visit(image, row.get(1)?);
        }
        Ok(())
    }

    /// Calls `visit` for every detection of the model, film by film in the order of their numbers.
    pub fn for_each_detection_of(
        &self,
        model: ModelId,
        mut visit: impl FnMut(&StoredDetection<'_>),
    ) -> Result<(), StoreError> {
        self.require_models()?;
        let sql = "SELECT p.image_id, d.lesion_type, d.score, d.xmin, d.ymin, d.xmax, d.ymax
            FROM prediction p JOIN detection d ON d.image_id = p.image_id AND d.model_id = p.model_id
            WHERE p.model_id = ?1 ORDER BY p.image_id, d.number";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([model.0])?;
        while let Some(row) = rows.next()? {
            let text = |column: usize| {
                row.get_ref(column)?.as_str().map_err(|why| super::error::unreadable("a detection", why))
            };
            visit(&StoredDetection {
                image: text(0)?,
                label: text(1)?,
                score: row.get(2)?,
                columns: [row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?],
            });
        }
        Ok(())
    }
}
