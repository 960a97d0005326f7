//! Whether a film may be reviewed, and by whom: stage 1 is complete, and the reviewer neither read it nor is junior.

use rusqlite::{Connection, params};

use crate::domain::adjudication::{Case, why_not};
use crate::domain::answer::{detect, fuse};
use crate::domain::fusion::{ensemble, is_abnormal};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::model::{ModelContent, ModelId};
use crate::domain::people::{CONSENSUS_LAYER, Reader};
use crate::domain::suggestion::{ModelVisibility, Suggestion};
use crate::domain::task::TaskState;

use super::error::{StoreError, unreadable};
use super::model_rows::{read_model, read_pipeline};
use super::people::roles_from_text;
use super::project::Store;
use super::readings::load_reading;

/// Who read a film in stage 1, and to whom it was handed for stage 2.
pub(super) struct Stages {
    /// Layers with their states, in the order of ids. Second readings by the same person are none of them.
    pub(super) readers: Vec<(ReaderId, TaskState)>,
    /// In the order of ids.
    pub(super) reviewers: Vec<ReaderId>,
    /// Only those to whom the film was handed may review it.
    pub(super) is_handed_out: bool,
}

impl Stages {
    pub(super) fn num_completed(&self) -> usize {
        self.readers.iter().filter(|(_, state)| *state == TaskState::Completed).count()
    }

    /// Somebody read the film, and everybody who was to has completed it.
    pub(super) fn is_stage_one_complete(&self) -> bool {
        !self.readers.is_empty() && self.num_completed() == self.readers.len()
    }
}

/// Layers that were handed the film to read; where nobody was, those that said something of it. A layer that knows a
/// hidden truth is no reader, nor is the consensus.
const READERS: &str = "SELECT t.rad_id, coalesce(r.state, 'new') FROM task t
     LEFT JOIN reading r ON r.image_id = t.image_id AND r.rad_id = t.rad_id
     WHERE t.image_id = ?1 AND t.stage = 'read'
     AND NOT EXISTS (SELECT 1 FROM reader p WHERE p.rad_id = t.rad_id AND p.repeat_of IS NOT NULL) ORDER BY t.rad_id";

const SPEAKERS: &str = "SELECT r.rad_id, r.state FROM reading r
     WHERE r.image_id = ?1 AND r.rad_id <> ?2
     AND (r.state = 'completed' OR r.num_marks > 0 OR r.num_image_labels > 0 OR r.has_no_finding OR r.unfit IS NOT NULL)
     AND NOT EXISTS (SELECT 1 FROM reader p WHERE p.rad_id = r.rad_id AND p.repeat_of IS NOT NULL)
     AND NOT EXISTS (SELECT 1 FROM hidden_truth h WHERE h.image_id = r.image_id AND h.layer = r.rad_id) ORDER BY r.rad_id";

/// What a person said of the film, under whatever layer.
const HAS_READ: &str = "SELECT EXISTS (SELECT 1 FROM task t WHERE t.image_id = ?1 AND t.stage = 'read'
        AND (t.rad_id = ?2 OR t.rad_id IN (SELECT rad_id FROM reader WHERE repeat_of = ?2)))
     OR EXISTS (SELECT 1 FROM reading r WHERE r.image_id = ?1
        AND (r.rad_id = ?2 OR r.rad_id IN (SELECT rad_id FROM reader WHERE repeat_of = ?2))
        AND (r.state = 'completed' OR r.num_marks > 0 OR r.num_image_labels > 0 OR r.has_no_finding))";

pub(super) fn stages(conn: &Connection, image: &ImageId, hands_out: bool) -> Result<Stages, StoreError> {
    let read = |sql: &str, args: &[&str]| -> Result<Vec<(ReaderId, TaskState)>, StoreError> {
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(args))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let state: String = row.get(1)?;
            let state = TaskState::parse(&state).ok_or_else(|| unreadable("a reading's state", state))?;
            found.push((ReaderId::new(row.get::<_, String>(0)?), state));
        }
        Ok(found)
    };
    let mut readers = read(READERS, &[image.as_str()])?;
    if readers.is_empty() {
        readers = read(SPEAKERS, &[image.as_str(), CONSENSUS_LAYER])?;
    }
    let mut statement =
        conn.prepare_cached("SELECT rad_id FROM task WHERE image_id = ?1 AND stage = 'review' ORDER BY rad_id")?;
    let reviewers = statement.query_map([image.as_str()], |row| row.get::<_, String>(0))?;
    let reviewers: Vec<ReaderId> = reviewers.map(|id| id.map(ReaderId::new)).collect::<Result<_, _>>()?;
    let is_handed_out = hands_out || !reviewers.is_empty();
    Ok(Stages { readers, reviewers, is_handed_out })
}

/// Everybody, whoever asks: whether somebody is senior is for the store to know.
fn people(conn: &Connection) -> Result<Vec<Reader>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT rad_id, years_of_experience, roles, has_left FROM reader WHERE repeat_of IS NULL ORDER BY rad_id",
    )?;
    let mut rows = statement.query([])?;
    let mut people = Vec::new();
    while let Some(row) = rows.next()? {
        let roles: String = row.get(2)?;
        people.push(Reader {
            years_of_experience: row.get(1)?,
            roles: roles_from_text(&roles)?,
            has_left: row.get(3)?,
            ..Reader::new(row.get::<_, String>(0)?.as_str(), "")
        });
    }
    Ok(people)
}

impl Store {
    /// Refuses, in a sentence, whoever may not review this film now.
    pub(super) fn admit_reviewer(&self, image: &ImageId, reviewer: &ReaderId) -> Result<Stages, StoreError> {
        let refuse = |why: String| Err(StoreError::RuleRefused(why));
        let is_known: bool = self
            .conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM film WHERE image_id = ?1)")?
            .query_row([image.as_str()], |row| row.get(0))?;
        if !is_known {
            return refuse(format!("the project has no film {image}; check its id"));
        }
        let people = people(&self.conn)?;
        let Some(person) = people.iter().find(|person| person.id == *reviewer) else {
            return refuse(format!("the project has no reader {reviewer}; add the person first"));
        };
        let stages = stages(&self.conn, image, self.project().workflow.hands_out())?;
        if stages.is_handed_out && !stages.reviewers.contains(reviewer) {
            return refuse(format!("the film is not handed to {reviewer} for review; ask the data manager"));
        }
        let has_read: bool = self
            .conn
            .prepare_cached(HAS_READ)?
            .query_row(params![image.as_str(), reviewer.as_str()], |row| row.get(0))?;
        let readers = people.iter().filter(|one| stages.readers.iter().any(|(id, _)| *id == one.id));
        let read_it = has_read.then_some(person);
        if let Some(why) = why_not(person, readers.chain(read_it)) {
            return refuse(why.to_string());
        }
        if !stages.is_stage_one_complete() {
            let (num, all) = (stages.num_completed(), stages.readers.len());
            return refuse(format!(
                "{num} of the {all} readers of this film have completed it; it can be reviewed once all have"
            ));
        }
        Ok(stages)
    }

    /// The film as reviewers get it now.
    pub(super) fn case_of(&self, image: &ImageId, stages: &Stages) -> Result<Case, StoreError> {
        let readings: Vec<_> = stages
            .readers
            .iter()
            .map(|(reader, _)| load_reading(&self.conn, image, reader))
            .collect::<Result<_, _>>()?;
        let num_signatures = self.project().workflow.reviewers() as usize;
        let boxes = self.boxes_for_review(image)?;
        Ok(Case::new(image.clone(), &readings, &boxes, &stages.reviewers, num_signatures))
    }

    /// What the models in use say of the film; nothing where the project shows readers none of it: films for testing are
    /// settled without.
    fn boxes_for_review(&self, image: &ImageId) -> Result<Vec<Suggestion>, StoreError> {
        if self.project().model_visibility == ModelVisibility::Off {
            return Ok(Vec::new());
        }
        let pipeline = read_pipeline(&self.conn)?;
        let Some(detector) = pipeline.detector else { return Ok(Vec::new()) };
        let classifier = pipeline.classifier.map(|id| read_model(&self.conn, id)).transpose()?.flatten();
        let (ids, mean) = match classifier.map(|model| (model.id, model.content)) {
            None => (Vec::new(), None),
            Some((id, ModelContent::Weights { .. })) => (vec![id], None),
            Some((_, ModelContent::Ensemble { members, mean })) => (members, Some(mean)),
        };
        let said = |id: &ModelId| self.stored_prediction(image, *id);
        let of_members = ids.iter().map(said).collect::<Result<Vec<_>, _>>()?;
        let members: Vec<f64> = of_members.iter().flatten().filter_map(|one| one.probability).collect();
        let probability = match mean {
            // An ensemble answers only when every member has.
            _ if members.len() < ids.len() => None,
            Some(mean) => ensemble(&members, mean),
            None => members.first().copied(),
        };
        let is_abnormal = probability.map(|p| is_abnormal(p, pipeline.threshold));
        let boxes = said(&detector)?.and_then(|one| detect(&pipeline, &[one])).unwrap_or_default();
        let mut kept = fuse(pipeline.rule, is_abnormal, boxes).kept;
        kept.retain(|suggestion| suggestion.score >= pipeline.min_score && suggestion.rect.area() > 0.0);
        Ok(kept)
    }
}
