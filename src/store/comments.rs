//! The table of comments: threads about a film, a place on it or a mark.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, params};

use crate::domain::comment::{Comment, Pin, threads};
use crate::domain::geometry::Point;
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::reading::Reading;

use super::error::StoreError;
use super::project::Store;

pub(super) fn load_comments(conn: &Connection, image: &ImageId, reader: &ReaderId) -> Result<Vec<Comment>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT id, answers, pin_mark, pin_x, pin_y, text, is_resolved, made_at FROM comment
         WHERE image_id = ?1 AND rad_id = ?2 ORDER BY id",
    )?;
    let rows = statement.query_map([image.as_str(), reader.as_str()], |row| {
        let (mark, x, y): (Option<i64>, Option<f64>, Option<f64>) = (row.get(2)?, row.get(3)?, row.get(4)?);
        Ok(Comment {
            id: AnnotationId(row.get(0)?),
            answers: row.get::<_, Option<i64>>(1)?.map(AnnotationId),
            pin: match (mark, x.zip(y)) {
                (Some(id), _) => Pin::Mark(AnnotationId(id)),
                (None, Some((x, y))) => Pin::Place(Point::new(x, y)),
                (None, None) => Pin::Film,
            },
            text: row.get(5)?,
            is_resolved: row.get(6)?,
            made_at_ms: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Brings the rows of one reading from `before` to `after`.
pub(super) fn write_comments(conn: &Connection, before: &Reading, after: &Reading) -> Result<(), StoreError> {
    if before.comments() == after.comments() {
        return Ok(());
    }
    let mut delete = conn.prepare_cached("DELETE FROM comment WHERE id = ?1")?;
    for comment in before.comments().iter().filter(|c| !after.comments().contains(c)) {
        delete.execute([comment.id.0])?;
    }
    let mut insert = conn.prepare_cached(
        "INSERT INTO comment (id, image_id, rad_id, answers, pin_mark, pin_x, pin_y, text, is_resolved, made_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for comment in after.comments().iter().filter(|c| !before.comments().contains(c)) {
        let (mark, place) = match comment.pin {
            Pin::Film => (None, None),
            Pin::Place(p) => (None, Some(p)),
            Pin::Mark(id) => (Some(id.0), None),
        };
        insert.execute(params![
            comment.id.0,
            after.image().as_str(),
            after.reader().as_str(),
            comment.answers.map(|id| id.0),
            mark,
            place.map(|p| p.x),
            place.map(|p| p.y),
            comment.text,
            comment.is_resolved,
            comment.made_at_ms,
        ])?;
    }
    Ok(())
}

impl Store {
    /// How many threads wait for an answer, by film: of this reader's comments, and of everybody's where the project is
    /// open.
    pub(super) fn open_threads(&self, reader: &ReaderId) -> Result<HashMap<String, u32>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT image_id, rad_id FROM comment WHERE rad_id = ?1 OR ?2 ORDER BY image_id, rad_id",
        )?;
        let rows = statement.query_map(params![reader.as_str(), self.project().is_open], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut by_film: BTreeMap<String, Vec<Reading>> = BTreeMap::new();
        for row in rows {
            let (image, by) = row?;
            let (film, by) = (ImageId::from(image.as_str()), ReaderId::from(by.as_str()));
            let comments = load_comments(&self.conn, &film, &by)?;
            by_film.entry(image).or_default().push(Reading::new(film, by).with_comments(comments));
        }
        let num_open =
            |readings: &[Reading]| threads(readings).iter().filter(|thread| !thread.is_resolved).count() as u32;
        Ok(by_film.into_iter().map(|(image, readings)| (image, num_open(&readings))).collect())
    }
}
