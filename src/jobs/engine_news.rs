//! What the keeper of the learning engine tells: how the engine is, and what models say of films.

use crate::domain::id::ImageId;
use crate::domain::prediction::Prediction;

use super::engine_failure::EngineFailure;
use super::protocol::{DeviceRow, PredictionRow};

/// How the engine is.
#[derive(Clone, PartialEq, Debug)]
pub enum EngineCondition {
    /// Not needed, so not running.
    Idle,
    Starting,
    Ready {
        engine_version: String,
        torch_version: String,
        devices: Vec<DeviceRow>,
    },
    /// It does not start.
    Absent(EngineFailure),
    /// It ended on its own; it is started again when it is needed.
    Crashed(EngineFailure),
}

/// What one model said of one film, just now.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    pub prediction: Prediction,
    pub model_sha256: String,
    pub took_ms: u64,
    /// Which engine said it.
    pub engine: String,
}

impl Answer {
    /// As a line of `predictions.jsonl`.
    pub fn row(&self) -> PredictionRow {
        PredictionRow::of(&self.prediction, &self.model_sha256, self.took_ms)
    }
}

/// Told as it happens, on the keeper's thread.
#[derive(Clone, PartialEq, Debug)]
pub enum EngineNews {
    Changed(EngineCondition),
    Answered(Answer),
    /// Nobody looks at the film any more: all models have answered, or this is why not, or it is not wanted any more.
    Settled {
        image: ImageId,
        failure: Option<EngineFailure>,
    },
}

/// Told to who gave films as a batch.
#[derive(Clone, PartialEq, Debug)]
pub enum BatchNews {
    Answered(Answer),
    /// All models have answered, or this is why not.
    Settled {
        image: ImageId,
        failure: Option<EngineFailure>,
    },
    /// The engine does not start or does not stay, or all films fail of the same cause, such as a bad file of weights: the
    /// rest of the batch is given up.
    GaveUp(EngineFailure),
    /// A line of the engine's stderr, without places of films.
    Words(String),
}
