//! Whether a film may be reviewed, and by whom: stage 1 is complete, and the reviewer neither read it nor is junior.

use rusqlite::{Connection, params};

use crate::domain::adjudication::{Case, why_not};
use crate::domain::answer::{detect, fuse};
use crate::domain::fusion::{ensemble, is_abnormal};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::model::{ModelContent, ModelId};
use crate::domain::people::{CONSENSUS_LAYER, Reader};
use crate::domain::project::Workflow;
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
    workflow: Workflow,
}

impl Stages {
    pub(super) fn num_completed(&self) -> usize {
        self.readers.iter().filter(|(_, state)| *state == TaskState::Completed).count()
    }

    pub(super) fn is_stage_one_complete(&self) -> bool {
        self.workflow.is_stage_one_complete(self.readers.len(), self.num_completed())
    }
}

/// Readers of stage 1, of one film (`?2`) or of all, each with the state of their reading: layers that were handed a film
/// to read, and those that completed it without, as dealing counts them; of a film that nobody was handed, everybody who
/// said something of it. A layer that knows a hidden truth is no reader, nor is a second reading, nor the consensus (`?1`).
pub(super) fn readers_sql(is_one_film: bool) -> String {
    let of_film = if is_one_film { "AND r.image_id = ?2" } else { "" };
    format!(
        "SELECT one.image_id, one.rad_id, coalesce(s.state, 'new') AS state FROM (
             SELECT r.image_id, r.rad_id FROM task r WHERE r.stage = 'read' {of_film}
             UNION SELECT r.image_id, r.rad_id FROM reading r
             WHERE (r.state = 'completed'
                 OR (r.num_marks > 0 OR r.num_image_labels > 0 OR r.has_no_finding OR r.unfit IS NOT NULL)
                 AND NOT EXISTS (SELECT 1 FROM task t WHERE t.image_id = r.image_id AND t.stage = 'read')) {of_film}) one
         LEFT JOIN reading s ON s.image_id = one.image_id AND s.rad_id = one.rad_id
         WHERE one.rad_id <> ?1 AND one.rad_id NOT IN (SELECT rad_id FROM reader WHERE repeat_of IS NOT NULL)
         AND (one.image_id, one.rad_id) NOT IN (SELECT image_id, layer FROM hidden_truth)"
    )
}

/// What a person said of the film, under whatever layer.
const HAS_READ: &str = "SELECT EXISTS (SELECT 1 FROM task t WHERE t.image_id = ?1 AND t.stage = 'read'
        AND (t.rad_id = ?2 OR t.rad_id IN (SELECT rad_id FROM reader WHERE repeat_of = ?2)))
     OR EXISTS (SELECT 1 FROM reading r WHERE r.image_id = ?1
        AND (r.rad_id = ?2 OR r.rad_id IN (SELECT rad_id FROM reader WHERE repeat_of = ?2))
        AND (r.state = 'completed' OR r.num_marks > 0 OR r.num_image_labels > 0 OR r.has_no_finding
            OR r.unfit IS NOT NULL))";

pub(super) fn stages(conn: &Connection, image: &ImageId, workflow: Workflow) -> Result<Stages, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{} ORDER BY one.rad_id", readers_sql(true)))?;
    let mut rows = statement.query([CONSENSUS_LAYER, image.as_str()])?;
    let mut readers = Vec::new();
    while let Some(row) = rows.next()? {
        let state: String = row.get(2)?;
        let state = TaskState::parse(&state).ok_or_else(|| unreadable("a reading's state", state))?;
        readers.push((ReaderId::new(row.get::<_, String>(1)?), state));
    }
    let mut statement =
        conn.prepare_cached("SELECT rad_id FROM task WHERE image_id = ?1 AND stage = 'review' ORDER BY rad_id")?;
    let reviewers = statement.query_map([image.as_str()], |row| row.get::<_, String>(0))?;
    let reviewers: Vec<ReaderId> = reviewers.map(|id| id.map(ReaderId::new)).collect::<Result<_, _>>()?;
    let is_handed_out = workflow.hands_out() || !reviewers.is_empty();
    Ok(Stages { readers, reviewers, is_handed_out, workflow })
}

/// Everybody, whoever asks: whether somebody is senior is for the store to know.
pub(super) fn people(conn: &Connection) -> Result<Vec<Reader>, StoreError> {
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
        let stages = stages(&self.conn, image, self.project().workflow)?;
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
            let (num, all) = (stages.num_completed(), stages.readers.len().max(stages.workflow.least_readers()));
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
        let (width, height) = self
            .conn
            .prepare_cached("SELECT width, height FROM film WHERE image_id = ?1")?
            .query_row([image.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let case = Case::new(image.clone(), &readings, &boxes, &stages.reviewers, num_signatures);
        Ok(case.on_film(width, height))
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
