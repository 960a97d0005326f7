//! The form of a new run: what it starts with, what it lacks, and what becomes of it as it changes.

use crate::domain::model::{Architecture, ModelContent, ModelId, ModelTask};
use crate::domain::training::dataset::DatasetId;
use crate::domain::training::recipe::{Preset, Recipe};
use crate::domain::training::spec::{StartChoice, TrainingId, is_trainable};

use super::super::effect::Effect;
use super::super::screen::Session;
use super::{TrainPage, TrainTask};

/// What stands in the form of a new run.
#[derive(Clone, PartialEq, Debug)]
pub struct RunDraft {
    /// Empty: named by network and data set.
    pub name: String,
    pub dataset: Option<DatasetId>,
    pub architecture: Architecture,
    pub preset: Preset,
    pub recipe: Recipe,
    /// Nobody changed a value: of "this computer" they follow what fits.
    pub is_as_preset: bool,
    pub start: StartChoice,
    /// None: the best there is.
    pub device: Option<String>,
    /// Three classifiers of three seeds become an ensemble.
    pub is_ensemble: bool,
}

impl RunDraft {
    /// Another network: parameters of another task are its preset's.
    pub fn set_architecture(&mut self, architecture: Architecture) {
        if architecture.task() != self.architecture.task() {
            self.recipe = Recipe::new(architecture.task(), self.preset);
            self.is_as_preset = true;
            self.is_ensemble = false;
        }
        if architecture != self.architecture {
            self.start = StartChoice::Nothing;
        }
        self.architecture = architecture;
    }

    /// All parameters as the preset has them.
    pub fn set_preset(&mut self, preset: Preset) {
        self.preset = preset;
        self.recipe = Recipe::new(self.architecture.task(), preset);
        self.is_as_preset = true;
    }
}

impl Session {
    /// A form that could be started as it stands: the newest data set, the network of the model in use, this computer.
    fn first_draft(&self, dataset: Option<DatasetId>) -> RunDraft {
        let architecture = self.models.pipeline.classifier.and_then(|id| self.architecture_of(id));
        let architecture = architecture.filter(|one| is_trainable(*one)).unwrap_or(Architecture::DenseNetSmall);
        let preset = Preset::ThisComputer;
        RunDraft {
            name: String::new(),
            dataset: dataset.or_else(|| self.training.datasets.first().map(|row| row.id)),
            architecture,
            preset,
            recipe: Recipe::new(architecture.task(), preset),
            is_as_preset: true,
            start: StartChoice::Nothing,
            device: None,
            is_ensemble: false,
        }
    }

    fn architecture_of(&self, id: ModelId) -> Option<Architecture> {
        match self.models.model(id)?.content {
            ModelContent::Weights { architecture, .. } => Some(architecture),
            ModelContent::Ensemble { .. } => None,
        }
    }

    /// Models that a run of this network can start from, the newest first.
    pub fn models_to_start_from(&self, architecture: Architecture) -> Vec<(ModelId, String)> {
        let models = self.models.models.iter().rev().filter(|model| !model.is_deleted);
        let fitting = models.filter(|model| self.architecture_of(model.id) == Some(architecture));
        fitting.map(|model| (model.id, format!("{} (version {})", model.card.name, model.version))).collect()
    }

    pub(super) fn begin_draft(&mut self, dataset: Option<DatasetId>) -> Vec<Effect> {
        self.training.page = TrainPage::New;
        let mut draft = match self.training.draft.take() {
            Some(draft) => *draft,
            None => self.first_draft(dataset),
        };
        draft.dataset = dataset.or(draft.dataset);
        self.draft_changed(Box::new(draft))
    }

    pub(super) fn draft_changed(&mut self, draft: Box<RunDraft>) -> Vec<Effect> {
        self.training.draft = Some(draft.clone());
        self.training.estimate = None;
        if draft.dataset.is_none() {
            return Vec::new();
        }
        self.train_quietly(TrainTask::Estimate(draft))
    }

    /// New labels, the same recipe, from the weights that this run made.
    pub(super) fn continue_training(&mut self, id: TrainingId) -> Vec<Effect> {
        let Some(run) = self.training.run(id).cloned() else { return Vec::new() };
        let Some(model) = run.made_model else { return Vec::new() };
        let newest = self.training.datasets.first().map(|row| row.id);
        let mut draft = self.first_draft(newest);
        draft.set_architecture(run.architecture);
        draft.name = run.name;
        // Values of the run, also where they are no longer those of its preset.
        if let Some(recipe) = run.recipe {
            (draft.preset, draft.recipe, draft.is_as_preset) = (run.preset, recipe, false);
            draft.device = run.device;
        }
        draft.start = StartChoice::Model(model);
        self.training.page = TrainPage::New;
        self.draft_changed(Box::new(draft))
    }

    /// What the form lacks; `None` where it can be started.
    pub fn why_no_start(&self) -> Option<&'static str> {
        let Some(draft) = &self.training.draft else { return Some("Choose a data set first.") };
        let Some(dataset) = draft.dataset else { return Some("Choose a data set first.") };
        let Some(row) = self.training.datasets.iter().find(|row| row.id == dataset) else {
            return Some("This data set is gone. Choose another one.");
        };
        if row.num_films[0] == 0 {
            return Some("This data set has no films to learn from. Freeze one with train films.");
        }
        None
    }

    /// What fits this computer is known before it is started.
    pub(super) fn is_draft_settled(&self) -> bool {
        let is_fitted = |draft: &RunDraft| draft.preset != Preset::ThisComputer || !draft.is_as_preset;
        self.training.draft.as_ref().is_some_and(|draft| is_fitted(draft))
            || matches!(self.training.estimate, Some(Ok(_)))
    }

    /// Of the form's answer, what still fits the form.
    pub(super) fn estimated(&mut self, asked: &RunDraft, outcome: Result<super::Estimate, String>) {
        let Some(draft) = &mut self.training.draft else { return };
        if **draft != *asked {
            return;
        }
        if let Ok(estimate) = &outcome
            && let Some(fitted) = &estimate.fitted
            && draft.preset == Preset::ThisComputer
            && draft.is_as_preset
        {
            draft.recipe = fitted.clone();
        }
        self.training.estimate = Some(outcome);
    }
}

/// Networks of a task that can be trained, in the order that people see.
pub fn networks(task: ModelTask) -> impl Iterator<Item = Architecture> {
    Architecture::ALL.into_iter().map(|(one, _)| one).filter(move |one| one.task() == task && is_trainable(*one))
}
