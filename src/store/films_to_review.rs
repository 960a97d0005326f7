//! A reviewer's list: films in hand for review, or in a project that hands nothing out those that others have read.

use rusqlite::params;

use crate::domain::adjudication::{FilmToReview, ReviewStage};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::people::{Act, CONSENSUS_LAYER, Matter};

use super::error::{StoreError, unreadable};
use super::project::Store;

/// Readers of each film, and how many of them have completed it: those who were handed the film; where nobody was, those
/// that said something of it.
const SUMS: &str = "WITH handed AS (
        SELECT t.image_id, count(*) AS num, sum(coalesce(r.state, 'new') = 'completed') AS done FROM task t
        LEFT JOIN reading r ON r.image_id = t.image_id AND r.rad_id = t.rad_id
        WHERE t.stage = 'read'
        AND NOT EXISTS (SELECT 1 FROM reader p WHERE p.rad_id = t.rad_id AND p.repeat_of IS NOT NULL)
        GROUP BY t.image_id
     ), spoken AS (
        SELECT r.image_id, count(*) AS num, sum(r.state = 'completed') AS done FROM reading r
        WHERE r.rad_id <> ?2
        AND (r.state = 'completed' OR r.num_marks > 0 OR r.num_image_labels > 0 OR r.has_no_finding
             OR r.unfit IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM reader p WHERE p.rad_id = r.rad_id AND p.repeat_of IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM hidden_truth h WHERE h.image_id = r.image_id AND h.layer = r.rad_id)
        GROUP BY r.image_id
     )";

const COLUMNS: &str =
    "coalesce(h.num, s.num, 0), coalesce(h.done, s.done, 0), a.num_clusters, a.num_settled, a.signers,
     a.num_waiting, a.is_settled";

impl Store {
    /// Films that this person may review, in their order: higher priorities first, paused ones last. In a project that
    /// hands out, those handed to them for review; otherwise every film that somebody has read and they have not.
    pub fn films_to_review(&self, reviewer: &ReaderId) -> Result<Vec<FilmToReview>, StoreError> {
        self.require(Matter::Consensus, Act::See)?;
        self.require_person(reviewer)?;
        let sql = if self.project().workflow.hands_out() {
            format!(
                "{SUMS} SELECT t.image_id, {COLUMNS}, t.is_paused FROM task t
                 LEFT JOIN handed h ON h.image_id = t.image_id LEFT JOIN spoken s ON s.image_id = t.image_id
                 LEFT JOIN adjudication a ON a.image_id = t.image_id
                 WHERE t.stage = 'review' AND t.rad_id = ?1 ORDER BY t.is_paused, t.priority DESC, t.place, t.image_id"
            )
        } else {
            format!(
                "{SUMS} SELECT f.image_id, {COLUMNS}, 0 FROM film f
                 LEFT JOIN handed h ON h.image_id = f.image_id LEFT JOIN spoken s ON s.image_id = f.image_id
                 LEFT JOIN adjudication a ON a.image_id = f.image_id
                 WHERE coalesce(h.num, s.num, 0) > 0
                 AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.image_id = f.image_id AND r.rad_id = ?1
                     AND (r.state = 'completed' OR r.num_marks > 0 OR r.num_image_labels > 0 OR r.has_no_finding))
                 AND (EXISTS (SELECT 1 FROM task t WHERE t.image_id = f.image_id AND t.stage = 'review' AND t.rad_id = ?1)
                     OR NOT EXISTS (SELECT 1 FROM task t WHERE t.image_id = f.image_id AND t.stage = 'review'))
                 ORDER BY f.image_id"
            )
        };
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![reviewer.as_str(), CONSENSUS_LAYER])?;
        let mut films = Vec::new();
        while let Some(row) = rows.next()? {
            let count = |place: usize| -> Result<usize, StoreError> {
                Ok(row.get::<_, Option<i64>>(place)?.unwrap_or_default().unsigned_abs() as usize)
            };
            let (num_readers, num_completed) = (count(1)?, count(2)?);
            let signers: Option<String> = row.get(5)?;
            let signers: Vec<String> = match &signers {
                None => Vec::new(),
                Some(json) => serde_json::from_str(json).map_err(|why| unreadable("a review's signatures", why))?,
            };
            let is_begun = row.get::<_, Option<i64>>(3)?.is_some();
            let stage = if row.get::<_, Option<bool>>(7)?.unwrap_or_default() {
                ReviewStage::Settled
            } else if num_readers == 0 || num_completed < num_readers {
                ReviewStage::Reading
            } else if is_begun {
                ReviewStage::UnderWay
            } else {
                ReviewStage::Ready
            };
            films.push(FilmToReview {
                image: ImageId::new(row.get::<_, String>(0)?),
                stage,
                num_readers,
                num_completed,
                num_items: count(3)?,
                num_settled: count(4)?,
                signers: signers.into_iter().map(ReaderId::new).collect(),
                num_questions: count(6)?,
                is_paused: row.get(8)?,
            });
        }
        Ok(films)
    }
}
