//! The project's models as the window knows them, and how the learning engine is.

use crate::domain::fusion::Pipeline;
use crate::domain::model::{Model, ModelContent, ModelEvent, ModelId, ModelTask};

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

    /// The model in use for this task.
    pub const fn in_use(&self, task: ModelTask) -> Option<ModelId> {
        match task {
            ModelTask::Classify => self.pipeline.classifier,
            ModelTask::Detect => self.pipeline.detector,
        }
    }

    pub fn is_in_use(&self, id: ModelId) -> bool {
        ModelTask::ALL.into_iter().any(|task| self.in_use(task) == Some(id))
    }

    /// An ensemble that is there and has this model as a member.
    pub fn ensemble_with(&self, id: ModelId) -> Option<&Model> {
        self.models.iter().find(|model| {
            !model.is_deleted
                && matches!(&model.content, ModelContent::Ensemble { members, .. } if members.contains(&id))
        })
    }

    /// Classifiers with weights of their own that are there.
    pub fn classifiers_to_join(&self) -> impl Iterator<Item = &Model> {
        self.models.iter().filter(|model| {
            !model.is_deleted
                && model.card.task == ModelTask::Classify
                && matches!(model.content, ModelContent::Weights { .. })
        })
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
