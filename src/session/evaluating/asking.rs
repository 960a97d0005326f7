//! What is asked before an evaluation is made, deleted or written, and what becomes of the answer.

use std::path::PathBuf;

use crate::domain::evaluation::run::{AnswerSource, FilmChoice, Plan, TruthSource};
use crate::domain::evaluation::settings::Settings;

use super::super::effect::{Effect, FilePurpose};
use super::super::screen::{Dialog, Session};
use super::EvaluationTask;

/// A question about evaluations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EvaluateDialog {
    /// What is held against which truth.
    New,
    /// Whether the open run is to go.
    Delete,
}

/// A file that the form asks for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FormFile {
    Predictions,
    Classifier,
    Truth,
}

impl FormFile {
    pub(super) const fn purpose(self) -> FilePurpose {
        match self {
            Self::Predictions => FilePurpose::EvaluatePredictions,
            Self::Classifier => FilePurpose::EvaluateClassifier,
            Self::Truth => FilePurpose::EvaluateTruth,
        }
    }

    const fn of_purpose(purpose: FilePurpose) -> Option<Self> {
        match purpose {
            FilePurpose::EvaluatePredictions => Some(Self::Predictions),
            FilePurpose::EvaluateClassifier => Some(Self::Classifier),
            FilePurpose::EvaluateTruth => Some(Self::Truth),
            _ => None,
        }
    }
}

impl Session {
    /// What the form of a new evaluation starts with: the last one that was asked for, or else the models in use against
    /// every reader, with the project's rule and thresholds and the paper's settings.
    pub fn first_plan(&self) -> Plan {
        if let Some(plan) = &self.evaluating.last_plan {
            return Plan { name: String::new(), ..(**plan).clone() };
        }
        let pipeline = self.models.pipeline;
        Plan {
            name: String::new(),
            answer: AnswerSource::Models { classifier: pipeline.classifier, detector: pipeline.detector },
            truth: TruthSource::EveryReader,
            films: FilmChoice::WithTruth,
            settings: Settings::of_pipeline(&pipeline),
        }
    }

    pub(super) fn ask_new_evaluation(&mut self, now_ms: i64) -> Vec<Effect> {
        let effects = self.show_evaluations(now_ms);
        self.evaluating.failure = None;
        self.dialog = Some(Dialog::Evaluate(EvaluateDialog::New));
        effects
    }

    pub(super) fn start_evaluation(&mut self, plan: Box<Plan>) -> Vec<Effect> {
        self.evaluating.last_plan = Some(plan.clone());
        self.dialog = None;
        self.evaluation_task(EvaluationTask::Start(plan), "Evaluating")
    }

    /// A path for the form, which stands in front again, or for a file that is to be written.
    pub(in super::super) fn evaluation_path_chosen(&mut self, purpose: FilePurpose, path: PathBuf) -> Vec<Effect> {
        if let Some(file) = FormFile::of_purpose(purpose) {
            self.evaluating.files.insert(file, path);
            self.dialog = Some(Dialog::Evaluate(EvaluateDialog::New));
            return Vec::new();
        }
        match self.evaluating.open.as_ref().map(|run| run.summary.id) {
            Some(run) => self.evaluation_task(EvaluationTask::Export { run, to: path }, "Writing the file"),
            None => Vec::new(),
        }
    }
}
