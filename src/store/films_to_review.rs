//! A reviewer's list: films in hand for review, or in a project that hands nothing out those that others have read.

use std::collections::HashMap;

use crate::domain::adjudication::{FilmToReview, Gist, Review, ReviewStage};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::people::{Act, CONSENSUS_LAYER, Matter};

use super::adjudication::stored_review;
use super::error::{StoreError, unreadable};
use super::project::Store;
use super::review_gate::readers_sql;

const IN_HAND: &str =
    "SELECT t.image_id, t.is_paused, a.num_clusters, a.num_settled, a.signers, a.num_waiting, a.is_settled
     FROM task t LEFT JOIN adjudication a ON a.image_id = t.image_id
     WHERE t.stage = 'review' AND t.rad_id = ?1 ORDER BY t.is_paused, t.priority DESC, t.place, t.image_id";

/// Films that this person has not read and that were handed to nobody else for review.
const FREE: &str = "SELECT f.image_id, 0, a.num_clusters, a.num_settled, a.signers, a.num_waiting, a.is_settled
     FROM film f LEFT JOIN adjudication a ON a.image_id = f.image_id
     WHERE f.image_id NOT IN (SELECT r.image_id FROM reading r WHERE r.rad_id = ?1
         AND (r.state = 'completed' OR r.num_marks > 0 OR r.num_image_labels > 0 OR r.has_no_finding
             OR r.unfit IS NOT NULL))
     AND (f.image_id IN (SELECT image_id FROM task WHERE stage = 'review' AND rad_id = ?1)
         OR f.image_id NOT IN (SELECT image_id FROM task WHERE stage = 'review'))
     ORDER BY f.image_id";

impl Store {
    /// Films that this person may review, in their order: higher priorities first, paused ones last. In a project that
    /// hands out, those handed to them for review; otherwise every film that somebody has read and they have not.
    pub fn films_to_review(&self, reviewer: &ReaderId) -> Result<Vec<FilmToReview>, StoreError> {
        self.require(Matter::Consensus, Act::See)?;
        self.require_person(reviewer)?;
        let workflow = self.project().workflow;
        let hands_out = workflow.hands_out();
        let readers = self.readers_by_film()?;
        let mut statement = self.conn.prepare_cached(if hands_out { IN_HAND } else { FREE })?;
        let mut rows = statement.query([reviewer.as_str()])?;
        let mut films = Vec::new();
        while let Some(row) = rows.next()? {
            let image: String = row.get(0)?;
            let (num_readers, num_completed) = readers.get(&image).copied().unwrap_or_default();
            if num_readers == 0 && !hands_out {
                continue;
            }
            let count = |place: usize| -> Result<usize, StoreError> {
                Ok(row.get::<_, Option<i64>>(place)?.unwrap_or_default().unsigned_abs() as usize)
            };
            let signers: Option<String> = row.get(4)?;
            let signers: Vec<String> = match &signers {
                None => Vec::new(),
                Some(json) => serde_json::from_str(json).map_err(|why| unreadable("a review's signatures", why))?,
            };
            let is_begun = row.get::<_, Option<i64>>(2)?.is_some();
            let stage = if row.get::<_, Option<bool>>(6)?.unwrap_or_default() {
                ReviewStage::Settled
            } else if !workflow.is_stage_one_complete(num_readers, num_completed) {
                ReviewStage::Reading
            } else if is_begun {
                ReviewStage::UnderWay
            } else {
                ReviewStage::Ready
            };
            films.push(FilmToReview {
                image: ImageId::new(image),
                stage,
                num_readers: num_readers.max(workflow.least_readers()),
                num_completed,
                num_items: count(2)?,
                num_settled: count(3)?,
                signers: signers.into_iter().map(ReaderId::new).collect(),
                num_questions: count(5)?,
                is_paused: row.get(1)?,
            });
        }
        Ok(films)
    }

    /// What the readers of these films marked, in sum; films that this person may not review now are left out. Each film is
    /// read and put together as when it is opened, and nothing is written: ask for a screenful at a time.
    pub fn gists_to_review(&self, reviewer: &ReaderId, images: &[ImageId]) -> Result<Vec<(ImageId, Gist)>, StoreError> {
        self.require(Matter::Consensus, Act::See)?;
        self.require_person(reviewer)?;
        let mut gists = Vec::new();
        for image in images {
            let stages = match self.admit_reviewer(image, reviewer) {
                Ok(stages) => stages,
                Err(StoreError::RuleRefused(_)) => continue,
                Err(other) => return Err(other),
            };
            let case = self.case_of(image, &stages)?;
            let begun = stored_review(&self.conn, image)?;
            let begun = begun.filter(|review| {
                let document = review.document();
                document.is_settled() || document.case().still_holds(&case)
            });
            let review = begun.unwrap_or_else(|| Review::open(case));
            gists.push((image.clone(), Gist::of(review.document())));
        }
        Ok(gists)
    }

    /// Readers of each film, and how many of them have completed it.
    fn readers_by_film(&self) -> Result<HashMap<String, (usize, usize)>, StoreError> {
        let sql = format!(
            "SELECT image_id, count(*), sum(state = 'completed') FROM ({}) GROUP BY image_id",
            readers_sql(false)
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map([CONSENSUS_LAYER], |row| {
            let [all, completed] = [row.get::<_, i64>(1)?, row.get::<_, i64>(2)?];
            Ok((row.get(0)?, (all.unsigned_abs() as usize, completed.unsigned_abs() as usize)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
