//! What is asked before an evaluation is made, deleted or written, and what becomes of the answer.

use std::path::PathBuf;

use crate::domain::evaluation::run::{AnswerSource, FilmChoice, Plan, TruthSource};
use crate::domain::evaluation::settings::{Folding, Settings};
use crate::domain::model::ModelId;

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
    /// the consensus of readers, with the project's rule and thresholds, the folding that fits the detector, and the
    /// paper's settings.
    pub fn first_plan(&self) -> Plan {
        if let Some(plan) = &self.evaluating.last_plan {
            return Plan { name: String::new(), films: FilmChoice::WithTruth, ..(**plan).clone() };
        }
        let pipeline = self.models.pipeline;
        Plan {
            name: String::new(),
            answer: AnswerSource::Models { classifier: pipeline.classifier, detector: pipeline.detector },
            truth: TruthSource::Consensus,
            films: FilmChoice::WithTruth,
            settings: Settings { folding: self.fitting_folding(pipeline.detector), ..Settings::of_pipeline(&pipeline) },
        }
    }

    /// Whether labels that a detector has no class for count as "Other lesions", by its card.
    pub fn fitting_folding(&self, detector: Option<ModelId>) -> Folding {
        let model = self.models.models.iter().find(|model| Some(model.id) == detector);
        match (model, self.label_set()) {
            (Some(model), Some(labels)) => Folding::fitting(labels, &model.card.classes),
            _ => Folding::None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::label::LabelName;
    use crate::domain::model::{Architecture, Model, ModelCard, ModelContent, ModelTask};
    use crate::domain::preprocessing::Preprocessing;
    use crate::session::gesture_script::reading_session;

    fn detector(id: ModelId, classes: &[&str]) -> Model {
        let card = ModelCard {
            name: "detector".into(),
            task: ModelTask::Detect,
            classes: classes.iter().map(|&name| LabelName::new(name)).collect(),
            preprocessing: Preprocessing::PAPER_DETECTOR,
            threshold: None,
            is_synthetic: true,
            training: String::new(),
            data_sha256: None,
            metrics: Vec::new(),
            licence: String::new(),
            notes: String::new(),
        };
        let content = ModelContent::Weights { architecture: Architecture::RetinaNetSmall, sha256: [1; 32] };
        Model { id, version: 1, content, card, added_at_ms: 0, added_by: String::new(), is_deleted: false }
    }

    #[test]
    fn the_first_form_has_the_consensus_and_the_folding_that_fits_the_detector_in_use() {
        let mut session = reading_session();
        let all: Vec<String> = session.label_set().unwrap().local().map(|label| label.name.to_string()).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let (few, every) = (ModelId(1), ModelId(2));
        session.models.models = vec![detector(few, &["Osteophytes", "Other lesions"]), detector(every, &all)];
        let plan = session.first_plan();
        assert_eq!((plan.truth, plan.settings.folding), (TruthSource::Consensus, Folding::None));
        session.models.pipeline.detector = Some(few);
        assert_eq!(session.first_plan().settings.folding, Folding::OtherLesions);
        session.models.pipeline.detector = Some(every);
        assert_eq!(session.first_plan().settings.folding, Folding::None);
        // What was chosen last goes before what fits.
        session.models.pipeline.detector = Some(few);
        let chosen = Plan { truth: TruthSource::EveryReader, ..session.first_plan() };
        let chosen = Plan { settings: Settings { folding: Folding::None, ..chosen.settings.clone() }, ..chosen };
        session.start_evaluation(Box::new(chosen.clone()));
        assert_eq!(session.first_plan(), chosen);
    }
}
