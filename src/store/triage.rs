//! What the models in use say of each film, for one reader's list: only where that reader may see it.

use std::collections::HashMap;

use rusqlite::params;
use serde::Deserialize;

use crate::domain::annotation::Origin;
use crate::domain::answer::Classified;
use crate::domain::fusion::{Pipeline, ensemble, is_abnormal};
use crate::domain::geometry::{Point, Rect};
use crate::domain::id::ReaderId;
use crate::domain::label::{LabelName, LabelSet};
use crate::domain::model::{ModelContent, ModelId};
use crate::domain::suggestion::{ModelVisibility, Suggestion, SuggestionKey, own_name};
use crate::domain::task::TaskState;
use crate::domain::triage::{BoxCounts, Disagreement, ReaderMark, Triage, compare, uncertainty};
use crate::domain::worklist::WorklistRow;

use super::error::{StoreError, unreadable};
use super::origin::origin_from_columns;
use super::project::Store;

/// The one thing of a detector's card that is needed here.
#[derive(Deserialize)]
struct CardClasses {
    classes: Vec<String>,
}

/// A detector and what it is compared by.
struct Detector {
    id: ModelId,
    classes: Vec<LabelName>,
}

impl Store {
    /// Puts what the models say on the lines. A project without models costs one small query.
    pub(super) fn add_triage(
        &self,
        rows: &mut [WorklistRow],
        reader: &ReaderId,
        labels: &LabelSet,
    ) -> Result<(), StoreError> {
        let visibility = self.project().model_visibility;
        let pipeline = self.pipeline()?;
        if visibility == ModelVisibility::Off || (pipeline.classifier.is_none() && pipeline.detector.is_none()) {
            return Ok(());
        }
        let may_see = self.may_see(rows, reader, visibility)?;
        let said = self.classified(rows, &pipeline)?;
        let detector = self.detector(&pipeline, labels)?;
        let has_boxes = detector.as_ref().map(|detector| self.looked_at(rows, detector.id)).transpose()?;
        for (n, row) in rows.iter_mut().enumerate().filter(|(n, _)| may_see[*n]) {
            let has_boxes = has_boxes.as_ref().is_some_and(|has| has[n]);
            let classified = said.get(n).filter(|classified| classified.probability.is_some());
            if classified.is_none() && !has_boxes {
                continue;
            }
            let said_abnormal = classified.and_then(|c| c.is_abnormal);
            let boxes = match detector.as_ref().filter(|_| has_boxes && row.state == TaskState::Completed) {
                Some(detector) => Some(self.compare_boxes(
                    row.image.as_str(),
                    &row.layer,
                    (detector, labels),
                    &pipeline,
                    said_abnormal,
                )?),
                None => None,
            };
            row.triage = Some(Triage {
                probability: classified.and_then(|c| c.probability),
                is_abnormal: said_abnormal,
                uncertainty: classified.and_then(|c| uncertainty(&c.members, pipeline.threshold)),
                disagreement: (row.state == TaskState::Completed)
                    .then(|| Disagreement::new(said_abnormal, row.decision, boxes)),
            });
        }
        Ok(())
    }

    /// For each line, whether the reader may see what models say of the film: always, or while it is completed. Where
    /// a model's answer was shown once it stays in sight.
    fn may_see(
        &self,
        rows: &[WorklistRow],
        reader: &ReaderId,
        visibility: ModelVisibility,
    ) -> Result<Vec<bool>, StoreError> {
        if visibility == ModelVisibility::Always {
            return Ok(vec![true; rows.len()]);
        }
        // Under the layer of the line: who reads a film again has not seen it yet.
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT image_id, rad_id FROM model_seen
             WHERE rad_id IN (SELECT ?1 UNION SELECT rad_id FROM reader WHERE repeat_of = ?1)",
        )?;
        let seen = statement.query_map([reader.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut layers: HashMap<String, Vec<String>> = HashMap::new();
        for seen in seen {
            let (image, layer): (String, String) = seen?;
            layers.entry(image).or_default().push(layer);
        }
        let was_seen = |row: &WorklistRow| {
            layers.get(row.image.as_str()).is_some_and(|layers| layers.iter().any(|layer| layer == row.layer.as_str()))
        };
        Ok(rows.iter().map(|row| row.state == TaskState::Completed || was_seen(row)).collect())
    }

    /// For each line, what the classifiers say; as long as `rows`, or empty without a classifier.
    fn classified(&self, rows: &[WorklistRow], pipeline: &Pipeline) -> Result<Vec<Classified>, StoreError> {
        let Some(model) = pipeline.classifier.map(|id| self.model(id)).transpose()?.flatten() else {
            return Ok(Vec::new());
        };
        let (ids, mean) = match &model.content {
            ModelContent::Ensemble { members, mean } => (members.clone(), Some(*mean)),
            ModelContent::Weights { .. } => (vec![model.id], None),
        };
        let index = index(rows);
        let mut all = vec![Classified::default(); rows.len()];
        for id in &ids {
            let mut statement =
                self.conn.prepare_cached("SELECT image_id, probability FROM prediction WHERE model_id = ?1")?;
            let mut found = statement.query([id.0])?;
            while let Some(row) = found.next()? {
                let image = row.get_ref(0)?.as_str().map_err(|e| unreadable("a prediction", e))?;
                if let (Some(&n), Some(probability)) = (index.get(image), row.get(1)?) {
                    all[n].members.push(probability);
                }
            }
        }
        for classified in &mut all {
            // An ensemble answers only when every member has.
            let members = &classified.members;
            classified.probability = match mean {
                _ if members.len() < ids.len() => None,
                Some(mean) => ensemble(members, mean),
                None => members.first().copied(),
            };
            classified.is_abnormal = classified.probability.map(|p| is_abnormal(p, pipeline.threshold));
        }
        Ok(all)
    }

    fn detector(&self, pipeline: &Pipeline, labels: &LabelSet) -> Result<Option<Detector>, StoreError> {
        let Some(model) = pipeline.detector.map(|id| self.model(id)).transpose()?.flatten() else { return Ok(None) };
        let card: CardClasses = serde_json::from_str(&model.card).map_err(|e| unreadable("a model's card", e))?;
        let classes = card.classes.into_iter().map(|class| own_name(labels, &LabelName::new(class))).collect();
        Ok(Some(Detector { id: model.id, classes }))
    }

    /// For each line, whether the model has looked at the film.
    fn looked_at(&self, rows: &[WorklistRow], model: ModelId) -> Result<Vec<bool>, StoreError> {
        let index = index(rows);
        let mut has = vec![false; rows.len()];
        let mut statement = self.conn.prepare_cached("SELECT image_id FROM prediction WHERE model_id = ?1")?;
        let mut found = statement.query([model.0])?;
        while let Some(row) = found.next()? {
            let image = row.get_ref(0)?.as_str().map_err(|e| unreadable("a prediction", e))?;
            if let Some(&n) = index.get(image) {
                has[n] = true;
            }
        }
        Ok(has)
    }

    /// The boxes that the pipeline keeps and shows at first, beside the reader's marks.
    fn compare_boxes(
        &self,
        image: &str,
        reader: &ReaderId,
        (detector, labels): (&Detector, &LabelSet),
        pipeline: &Pipeline,
        said_abnormal: Option<bool>,
    ) -> Result<BoxCounts, StoreError> {
        let mut boxes = Vec::new();
        let mut statement = self.conn.prepare_cached(
            "SELECT lesion_type, xmin, ymin, xmax, ymax, score, number FROM detection
             WHERE image_id = ?1 AND model_id = ?2 ORDER BY number",
        )?;
        let mut found = statement.query(params![image, detector.id.0])?;
        while let Some(row) = found.next()? {
            let score: f64 = row.get(5)?;
            // By falling score: none of the rest is shown either.
            if score < pipeline.min_score {
                break;
            }
            if pipeline.rule.leaves_out(said_abnormal, score).is_none() {
                let (word, rect) = label_and_rect(row)?;
                let label = own_name(labels, &word);
                let key = SuggestionKey { model: detector.id, number: row.get(6)? };
                boxes.push(Suggestion { key, label, score, rect });
            }
        }
        let mut marks = Vec::new();
        let mut statement = self.conn.prepare_cached(
            "SELECT lesion_type, xmin, ymin, xmax, ymax, origin, import_id FROM annotation
             WHERE image_id = ?1 AND rad_id = ?2 AND xmin IS NOT NULL ORDER BY id",
        )?;
        let mut found = statement.query(params![image, reader.as_str()])?;
        while let Some(row) = found.next()? {
            let (label, bounds) = label_and_rect(row)?;
            let origin = row.get_ref(5)?.as_str().map_err(|e| unreadable("a mark", e))?;
            let origin = origin_from_columns(origin, row.get(6)?).map_err(|e| unreadable("a mark", e))?;
            let from = match origin {
                Origin::Suggested(key) => Some(key),
                _ => None,
            };
            marks.push(ReaderMark { label, bounds, from });
        }
        Ok(compare(&boxes, &detector.classes, &marks))
    }
}

fn index(rows: &[WorklistRow]) -> HashMap<&str, usize> {
    rows.iter().enumerate().map(|(n, row)| (row.image.as_str(), n)).collect()
}

fn label_and_rect(row: &rusqlite::Row<'_>) -> Result<(LabelName, Rect), StoreError> {
    let label = row.get_ref(0)?.as_str().map_err(|e| unreadable("a box", e))?;
    let [a, b, c, d]: [f64; 4] = [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
    // A point or a straight line has no area: it overlaps with nothing.
    let rect = Rect::from_corners(Point::new(a, b), Point::new(c, d));
    Ok((LabelName::new(label), rect))
}
