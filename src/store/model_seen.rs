//! Which models' answers about a film a reader has seen: what was read before and after is kept apart. Not in the log.

use rusqlite::params;

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::model::ModelId;
use crate::domain::people::{Act, Matter};

use super::error::StoreError;
use super::project::Store;

impl Store {
    /// In the order of their ids.
    pub fn models_seen(&self, image: &ImageId, reader: &ReaderId) -> Result<Vec<ModelId>, StoreError> {
        self.require_layer(image, reader)?;
        let mut statement = self
            .conn
            .prepare_cached("SELECT model_id FROM model_seen WHERE image_id = ?1 AND rad_id = ?2 ORDER BY model_id")?;
        let rows = statement.query_map([image.as_str(), reader.as_str()], |row| Ok(ModelId(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps when a reader first saw these; what is kept already stays as it is.
    pub fn note_models_seen(
        &mut self,
        image: &ImageId,
        reader: &ReaderId,
        models: &[ModelId],
        at_ms: i64,
    ) -> Result<(), StoreError> {
        self.require(Matter::Films, Act::See)?;
        if !self.is_own(reader)? {
            return Err(StoreError::NotYours(reader.clone()));
        }
        let tx = self.conn.transaction()?;
        for model in models {
            tx.prepare_cached(
                "INSERT OR IGNORE INTO model_seen (image_id, rad_id, model_id, first_seen_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![image.as_str(), reader.as_str(), model.0, at_ms])?;
        }
        Ok(tx.commit()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    #[test]
    fn the_first_time_is_kept_and_outlives_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(folder.path(), &project).unwrap();
        let (image, reader): (ImageId, ReaderId) = ("film".into(), "R1".into());
        assert_eq!(store.models_seen(&image, &reader).unwrap(), []);
        store.note_models_seen(&image, &reader, &[ModelId(2)], 10).unwrap();
        store.note_models_seen(&image, &reader, &[ModelId(1), ModelId(2)], 20).unwrap();
        drop(store);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.models_seen(&image, &reader).unwrap(), [ModelId(1), ModelId(2)]);
        assert_eq!(store.models_seen(&image, &"R2".into()).unwrap(), []);
        assert_eq!(store.models_seen(&"other".into(), &reader).unwrap(), []);
        let first: i64 = store
            .conn
            .query_row("SELECT first_seen_at FROM model_seen WHERE model_id = 2", [], |row| row.get(0))
            .unwrap();
        assert_eq!(first, 10);
    }
}
