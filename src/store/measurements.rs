//! The table of measurements: kind and points, one row each.

use rusqlite::{Connection, Row, params_from_iter};

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::measure::Measurement;
use crate::domain::reading::Reading;

use super::error::{StoreError, unreadable};
use super::project::Store;
use super::rows::measurement_from_parts;

/// Points that the table has columns for.
const MOST_POINTS: usize = 6;

const POINTS: &str = "x1, y1, x2, y2, x3, y3, x4, y4, x5, y5, x6, y6";

/// A measurement and whose it is.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredMeasurement {
    pub image: ImageId,
    pub reader: ReaderId,
    pub measurement: Measurement,
}

impl Store {
    /// Every measurement of the project, by film, then by reader, then in the order of drawing.
    pub fn measurements(&self) -> Result<Vec<StoredMeasurement>, StoreError> {
        self.require_sight()?;
        let mut statement = self.conn.prepare(&format!(
            "SELECT id, kind, {POINTS}, image_id, rad_id FROM measurement ORDER BY image_id, rad_id, id"
        ))?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(StoredMeasurement {
                image: ImageId::new(row.get::<_, String>(2 + 2 * MOST_POINTS)?),
                reader: ReaderId::new(row.get::<_, String>(3 + 2 * MOST_POINTS)?),
                measurement: measurement_from_row(row)?,
            });
        }
        Ok(found)
    }
}

pub(super) fn load_measurements(
    conn: &Connection,
    image: &ImageId,
    reader: &ReaderId,
) -> Result<Vec<Measurement>, StoreError> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT id, kind, {POINTS} FROM measurement WHERE image_id = ?1 AND rad_id = ?2 ORDER BY id"
    ))?;
    let mut rows = statement.query([image.as_str(), reader.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(measurement_from_row(row)?);
    }
    Ok(found)
}

/// Brings the rows of one reading from `before` to `after`.
pub(super) fn write_measurements(conn: &Connection, before: &Reading, after: &Reading) -> Result<(), StoreError> {
    let mut delete = conn.prepare_cached("DELETE FROM measurement WHERE id = ?1")?;
    for gone in before.measurements().iter().filter(|m| after.measurement(m.id).is_none()) {
        delete.execute([gone.id.0])?;
    }
    let mut update = conn.prepare_cached(
        "UPDATE measurement SET kind = ?4, x1 = ?5, y1 = ?6, x2 = ?7, y2 = ?8, x3 = ?9, y3 = ?10, x4 = ?11, y4 = ?12,
         x5 = ?13, y5 = ?14, x6 = ?15, y6 = ?16 WHERE id = ?1 AND image_id = ?2 AND rad_id = ?3",
    )?;
    let mut insert = conn.prepare_cached(&format!(
        "INSERT INTO measurement (id, image_id, rad_id, kind, {POINTS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
    ))?;
    for measured in after.measurements() {
        let statement = match before.measurement(measured.id) {
            Some(same) if same == measured => continue,
            Some(_) => &mut update,
            None => &mut insert,
        };
        let key = [
            measured.id.0.into(),
            after.image().as_str().to_owned().into(),
            after.reader().as_str().to_owned().into(),
            measured.shape.kind().key().to_owned().into(),
        ];
        let mut columns: Vec<rusqlite::types::Value> = key.into();
        columns.extend(measured.shape.points().iter().flat_map(|p| [p.x.into(), p.y.into()]));
        columns.resize(4 + 2 * MOST_POINTS, rusqlite::types::Value::Null);
        statement.execute(params_from_iter(columns))?;
    }
    Ok(())
}

/// From `id, kind` and the points.
fn measurement_from_row(row: &Row<'_>) -> Result<Measurement, StoreError> {
    let id: i64 = row.get(0)?;
    let mut points = Vec::new();
    for i in 0..MOST_POINTS {
        let x: Option<f64> = row.get(2 + 2 * i)?;
        let y: Option<f64> = row.get(3 + 2 * i)?;
        points.extend(x.zip(y).map(|(x, y)| [x, y]));
    }
    let kind: String = row.get(1)?;
    measurement_from_parts(id, &kind, points).map_err(|e| unreadable(&format!("measurement {id}"), e))
}
