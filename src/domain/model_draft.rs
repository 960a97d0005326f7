//! What a person says of a model: the beginnings of a card, its texts, and which models become one.

use super::label::LabelName;
use super::model::{Architecture, EnsembleMean, ModelCard, ModelId, ModelTask};
use super::model_guess::ModelGuess;
use super::preprocessing::Preprocessing;

/// What is said at import. What is left out comes from the file where it has a card, else from its tensors.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ModelDraft {
    pub name: Option<String>,
    pub architecture: Option<Architecture>,
    /// In the order of the network's outputs, without background.
    pub classes: Option<Vec<LabelName>>,
    pub preprocessing: Option<Preprocessing>,
    /// Classifier: c*.
    pub threshold: Option<f64>,
    /// On what it was trained, by whom, when.
    pub training: String,
    pub licence: String,
    pub notes: String,
    pub is_synthetic: bool,
}

impl ModelDraft {
    /// Whether it says more than a file with a card lets anybody say: that card holds.
    pub fn is_beyond_card(&self) -> bool {
        self.architecture.is_some() || self.classes.is_some() || self.preprocessing.is_some()
    }

    /// The card of a file that brings none. What is missing is said as the end of a sentence.
    pub fn card(&self, file_stem: &str, guessed: Option<ModelGuess>) -> Result<(Architecture, ModelCard), String> {
        let architecture = (self.architecture.or(guessed.map(|guess| guess.architecture)))
            .ok_or("the architecture is not said, and its tensors do not tell it")?;
        let usual = guessed.filter(|guess| guess.architecture == architecture);
        let usual = || usual.map_or_else(|| usual_preprocessing(architecture), |guess| guess.usual_preprocessing());
        let task = architecture.task();
        let classes = match (&self.classes, task) {
            (Some(classes), _) => classes.clone(),
            (None, ModelTask::Classify) => vec![LabelName::new(ABNORMAL)],
            (None, ModelTask::Detect) => return Err("its classes are not said, in the order of its outputs".to_owned()),
        };
        let name = self.name.as_deref().unwrap_or(file_stem).trim();
        let card = ModelCard {
            name: name.to_owned(),
            task,
            classes,
            preprocessing: self.preprocessing.unwrap_or_else(usual),
            threshold: self.threshold,
            is_synthetic: self.is_synthetic,
            training: self.training.trim().to_owned(),
            data_sha256: None,
            metrics: Vec::new(),
            licence: self.licence.trim().to_owned(),
            notes: self.notes.trim().to_owned(),
        };
        Ok((architecture, card))
    }
}

/// An ensemble to be made.
#[derive(Clone, PartialEq, Debug)]
pub struct EnsembleDraft {
    pub name: String,
    pub members: Vec<ModelId>,
    pub mean: EnsembleMean,
    /// c* of the mean; the members' own thresholds say nothing about it.
    pub threshold: Option<f64>,
}

/// The texts of a card that people may change; figures, classes and preprocessing stay.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CardTexts {
    pub training: String,
    pub licence: String,
    pub notes: String,
}

/// What a classifier's one probability is of, unless somebody says otherwise.
pub const ABNORMAL: &str = "Abnormal";

/// The preset that fits a network trained as its reference implementation does by default.
pub fn usual_preprocessing(architecture: Architecture) -> Preprocessing {
    use Architecture as A;
    match architecture {
        A::SparseRcnnResNet50 | A::SparseRcnnSmall => Preprocessing::RELEASED_DETECTOR,
        A::EfficientDetD0 | A::EfficientDetSmall => Preprocessing::EFFDET_D0_DETECTOR,
        A::EfficientDetD1 => Preprocessing::EFFDET_D1_DETECTOR,
        A::EfficientDetD2 => Preprocessing::EFFDET_D2_DETECTOR,
        _ if architecture.task() == ModelTask::Classify => Preprocessing::PAPER_CLASSIFIER,
        _ => Preprocessing::TORCHVISION_DETECTOR,
    }
}

impl ModelGuess {
    /// The preset that fits the weights in the file: those released with VinDr-SpineXR had another input than others of
    /// the same network.
    pub fn usual_preprocessing(&self) -> Preprocessing {
        match (self.is_released, self.architecture.task()) {
            (true, ModelTask::Classify) => Preprocessing::RELEASED_CLASSIFIER,
            (true, ModelTask::Detect) => Preprocessing::RELEASED_DETECTOR,
            (false, _) => usual_preprocessing(self.architecture),
        }
    }
}

/// Names of classes as people write them in one line, with commas between.
pub fn classes_of(line: &str) -> Vec<LabelName> {
    line.split(',').map(str::trim).filter(|name| !name.is_empty()).map(LabelName::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::preprocessing::Resize;

    #[test]
    fn a_draft_becomes_a_card_or_says_what_is_missing() {
        let draft = ModelDraft::default();
        assert!(draft.card("m", None).expect_err("no architecture").contains("architecture"));
        let guess = |architecture| Some(ModelGuess { architecture, num_classes: 1, is_released: false });
        assert!(draft.card("m", guess(Architecture::RetinaNetSmall)).expect_err("no classes").contains("classes"));
        let (architecture, card) = draft.card(" m ", guess(Architecture::DenseNet169)).expect("a classifier");
        assert_eq!((architecture, card.name.as_str()), (Architecture::DenseNet169, "m"));
        assert_eq!(card.classes, [LabelName::new("Abnormal")]);
        assert_eq!(card.preprocessing, Preprocessing::PAPER_CLASSIFIER);
        let classes = classes_of("Osteophytes, Foraminal stenosis ,,");
        let draft = ModelDraft { classes: Some(classes.clone()), name: Some("n".into()), ..draft };
        let (_, card) = draft.card("m", guess(Architecture::SparseRcnnSmall)).expect("a detector");
        assert_eq!((card.name.as_str(), card.classes), ("n", classes));
        assert_eq!(card.preprocessing, Preprocessing::RELEASED_DETECTOR);
    }

    #[test]
    fn weights_get_the_input_that_they_were_trained_with() {
        let input = |architecture, is_released| {
            let guess = ModelGuess { architecture, num_classes: 1, is_released };
            let draft = ModelDraft { classes: Some(classes_of("a")), ..ModelDraft::default() };
            draft.card("m", Some(guess)).expect("a card").1.preprocessing
        };
        assert_eq!(input(Architecture::DenseNet201, false), Preprocessing::PAPER_CLASSIFIER);
        assert_eq!(input(Architecture::DenseNet201, true), Preprocessing::RELEASED_CLASSIFIER);
        assert_eq!(input(Architecture::SparseRcnnResNet50, true), Preprocessing::RELEASED_DETECTOR);
        assert_eq!(input(Architecture::RetinaNetResNet50, false), Preprocessing::TORCHVISION_DETECTOR);
        for (architecture, side) in [
            (Architecture::EfficientDetD0, 512),
            (Architecture::EfficientDetD1, 640),
            (Architecture::EfficientDetD2, 768),
        ] {
            assert_eq!(input(architecture, false).resize, Resize::Letterbox { side });
        }
        // Somebody says another network than its tensors do: what is usual for that one.
        let draft = ModelDraft { architecture: Some(Architecture::DenseNet121), ..ModelDraft::default() };
        let guess = ModelGuess { architecture: Architecture::DenseNet201, num_classes: 1, is_released: true };
        assert_eq!(draft.card("m", Some(guess)).expect("a card").1.preprocessing, Preprocessing::PAPER_CLASSIFIER);
    }
}
