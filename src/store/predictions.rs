//! What models say of films: written once for each film and model, and never changed.

use rusqlite::{OptionalExtension, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use crate::domain::geometry::Rect;
use crate::domain::id::ImageId;
use crate::domain::label::LabelName;
use crate::domain::model::ModelId;
use crate::domain::people::{Act, Matter};
use crate::domain::prediction::{Detection, HeatGrid, Prediction};

use super::error::{StoreError, unreadable};
use super::project::{Store, now_ms};

/// How a prediction was made.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PredictionOrigin {
    /// From the film's file to the answer.
    pub took_ms: u64,
    /// Name and version of the engine.
    pub engine: String,
}

/// Where a classifier looked, as JSON.
#[derive(Serialize, Deserialize)]
struct HeatJson {
    width: u32,
    height: u32,
    values: Vec<f32>,
}

impl Store {
    /// Writes a prediction; `false` where this model's answer about the film is there already, which stays as it is.
    pub fn add_prediction(&mut self, prediction: &Prediction, origin: &PredictionOrigin) -> Result<bool, StoreError> {
        self.require(Matter::Models, Act::See)?;
        let heat = prediction.heat.as_ref().map(heat_to_json).transpose()?;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (image, model) = (prediction.image.as_str(), prediction.model.0);
        let num_written = tx
            .prepare_cached(
                "INSERT INTO prediction (image_id, model_id, probability, heat, made_at, took_ms, engine)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (image_id, model_id) DO NOTHING",
            )?
            .execute(params![
                image,
                model,
                prediction.probability,
                heat,
                now_ms(),
                origin.took_ms.cast_signed(),
                origin.engine
            ])?;
        if num_written == 0 {
            return Ok(false);
        }
        {
            let mut insert = tx.prepare_cached(
                "INSERT INTO detection (image_id, model_id, number, lesion_type, score, xmin, ymin, xmax, ymax)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            for (number, d) in prediction.detections.iter().enumerate() {
                let r = &d.rect;
                let label = d.label.as_str();
                insert.execute(params![
                    image,
                    model,
                    number as i64,
                    label,
                    d.score,
                    r.xmin(),
                    r.ymin(),
                    r.xmax(),
                    r.ymax()
                ])?;
            }
        }
        tx.commit()?;
        Ok(true)
    }

    /// What these models said of the film, in their order; those that have not looked at it are left out.
    pub fn predictions(&self, image: &ImageId, models: &[ModelId]) -> Result<Vec<Prediction>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        let mut found = Vec::new();
        for &model in models {
            found.extend(self.prediction(image, model)?);
        }
        Ok(found)
    }

    pub fn prediction(&self, image: &ImageId, model: ModelId) -> Result<Option<Prediction>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        if !self.may_see_models_on(image)? {
            return Ok(None);
        }
        self.stored_prediction(image, model)
    }

    /// Whoever asks; for what the caller lets people see by another rule.
    pub(super) fn stored_prediction(&self, image: &ImageId, model: ModelId) -> Result<Option<Prediction>, StoreError> {
        let sql = "SELECT probability, heat FROM prediction WHERE image_id = ?1 AND model_id = ?2";
        let row = self
            .conn
            .prepare_cached(sql)?
            .query_row(params![image.as_str(), model.0], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?)))
            .optional()?;
        let Some((probability, heat)) = row else { return Ok(None) };
        let heat = heat.as_deref().map(heat_from_json).transpose()?;
        let detections = self.detections(image, model)?;
        Ok(Some(Prediction { image: image.clone(), model, probability, detections, heat }))
    }

    fn detections(&self, image: &ImageId, model: ModelId) -> Result<Vec<Detection>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT lesion_type, score, xmin, ymin, xmax, ymax FROM detection
             WHERE image_id = ?1 AND model_id = ?2 ORDER BY number",
        )?;
        let mut rows = statement.query(params![image.as_str(), model.0])?;
        let mut detections = Vec::new();
        while let Some(row) = rows.next()? {
            let rect = Rect::from_columns(row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)
                .ok_or_else(|| unreadable("a detection", format!("film {image}")))?;
            detections.push(Detection { label: LabelName::new(row.get::<_, String>(0)?), score: row.get(1)?, rect });
        }
        Ok(detections)
    }

    /// Which of these models have not looked at the film, in their order.
    pub fn models_without(&self, image: &ImageId, models: &[ModelId]) -> Result<Vec<ModelId>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        let sql = "SELECT 1 FROM prediction WHERE image_id = ?1 AND model_id = ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut missing = Vec::new();
        for &model in models {
            if !statement.exists(params![image.as_str(), model.0])? {
                missing.push(model);
            }
        }
        Ok(missing)
    }
}

fn heat_to_json(heat: &HeatGrid) -> Result<String, StoreError> {
    let json = HeatJson { width: heat.width, height: heat.height, values: heat.values.clone() };
    serde_json::to_string(&json).map_err(|error| unreadable("a heat map", error))
}

fn heat_from_json(text: &str) -> Result<HeatGrid, StoreError> {
    let heat: HeatJson = serde_json::from_str(text).map_err(|error| unreadable("a heat map", error))?;
    if u64::from(heat.width) * u64::from(heat.height) != heat.values.len() as u64 {
        return Err(unreadable("a heat map", "width and height do not fit its values"));
    }
    Ok(HeatGrid { width: heat.width, height: heat.height, values: heat.values })
}
