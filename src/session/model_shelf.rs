//! The project's models as the window knows them, and how the learning engine is.

use crate::domain::fusion::Pipeline;
use crate::domain::model::{Model, ModelEvent, ModelId};

/// All models of the project, which are in use, and what happened to them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ModelShelf {
    /// In the order of ids, deleted ones too.
    pub models: Vec<Model>,
    pub pipeline: Pipeline,
    /// The newest first.
    pub history: Vec<ModelEvent>,
}

impl ModelShelf {
    pub fn model(&self, id: ModelId) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
    }
}

/// A device that networks run on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EngineDevice {
    /// `cpu`, `cuda:0`.
    pub id: String,
    pub name: String,
    /// In bytes, where it is known.
    pub memory: Option<u64>,
}

/// How the learning engine is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum EngineState {
    /// Not needed yet.
    #[default]
    Idle,
    Starting,
    Ready {
        torch_version: String,
        devices: Vec<EngineDevice>,
    },
    /// It is not installed or does not start: why, and how to get it.
    Absent {
        message: String,
        advice: String,
    },
    /// It ended on its own; it is started again when it is needed.
    Crashed {
        message: String,
    },
}
