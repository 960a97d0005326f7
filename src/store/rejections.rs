//! Suggestions of models that readers turned down.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::model::ModelId;
use crate::domain::reading::Reading;
use crate::domain::suggestion::SuggestionKey;

use super::error::StoreError;

pub(super) fn load_rejections(
    conn: &Connection,
    image: &ImageId,
    reader: &ReaderId,
) -> Result<BTreeSet<SuggestionKey>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT model_id, number FROM rejected_suggestion WHERE image_id = ?1 AND rad_id = ?2")?;
    let rows = statement.query_map([image.as_str(), reader.as_str()], |row| {
        Ok(SuggestionKey { model: ModelId(row.get(0)?), number: row.get(1)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Brings the rows of one reading from `before` to `after`.
pub(super) fn write_rejections(conn: &Connection, before: &Reading, after: &Reading) -> Result<(), StoreError> {
    let (image, reader) = (after.image().as_str(), after.reader().as_str());
    let mut delete = conn.prepare_cached(
        "DELETE FROM rejected_suggestion WHERE image_id = ?1 AND rad_id = ?2 AND model_id = ?3 AND number = ?4",
    )?;
    for key in before.rejected().difference(after.rejected()) {
        delete.execute(params![image, reader, key.model.0, key.number])?;
    }
    let mut insert = conn.prepare_cached(
        "INSERT INTO rejected_suggestion (image_id, rad_id, model_id, number) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for key in after.rejected().difference(before.rejected()) {
        insert.execute(params![image, reader, key.model.0, key.number])?;
    }
    Ok(())
}
