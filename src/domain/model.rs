//! A model as people know it: what it is for, how it sees a film, how good it was found to be, and who trained it on what.

use crate::domain::label::LabelName;
use crate::domain::preprocessing::Preprocessing;

/// A model in one project. Marks and predictions name it, so the number is never given away again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ModelId(pub i64);

/// What a model answers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ModelTask {
    /// One probability a film: is it abnormal?
    Classify,
    /// Boxes with a class and a score.
    Detect,
}

impl ModelTask {
    pub const ALL: [Self; 2] = [Self::Classify, Self::Detect];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Classify => "classify",
            Self::Detect => "detect",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.as_str() == text)
    }
}

/// A network's family and size. The text form is what files, cards and the command line say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Architecture {
    DenseNet121,
    DenseNet169,
    DenseNet201,
    /// DenseNet of growth 12 with blocks of 3, 6, 8 and 6 layers and 24 first channels: for demos and tests on the CPU.
    DenseNetSmall,
    FasterRcnnResNet18,
    FasterRcnnResNet34,
    FasterRcnnResNet50,
    /// On the small ResNet (widths 16, 32, 64, 128; two basic blocks each) with a pyramid of 64 channels.
    FasterRcnnSmall,
    RetinaNetResNet18,
    RetinaNetResNet34,
    RetinaNetResNet50,
    RetinaNetSmall,
    EfficientDetD0,
    EfficientDetD1,
    EfficientDetD2,
    EfficientDetSmall,
    SparseRcnnResNet50,
    SparseRcnnSmall,
    /// A TorchScript module that answers with one logit a film.
    TorchScriptClassifier,
    /// A TorchScript module that answers with boxes, labels and scores, as torchvision's detectors do.
    TorchScriptDetector,
}

impl Architecture {
    /// Each with its text form, in the order that people see.
    pub const ALL: [(Self, &'static str); 20] = [
        (Self::DenseNet121, "densenet121"),
        (Self::DenseNet169, "densenet169"),
        (Self::DenseNet201, "densenet201"),
        (Self::DenseNetSmall, "densenet_small"),
        (Self::FasterRcnnResNet18, "fasterrcnn_resnet18_fpn"),
        (Self::FasterRcnnResNet34, "fasterrcnn_resnet34_fpn"),
        (Self::FasterRcnnResNet50, "fasterrcnn_resnet50_fpn"),
        (Self::FasterRcnnSmall, "fasterrcnn_small"),
        (Self::RetinaNetResNet18, "retinanet_resnet18_fpn"),
        (Self::RetinaNetResNet34, "retinanet_resnet34_fpn"),
        (Self::RetinaNetResNet50, "retinanet_resnet50_fpn"),
        (Self::RetinaNetSmall, "retinanet_small"),
        (Self::EfficientDetD0, "efficientdet_d0"),
        (Self::EfficientDetD1, "efficientdet_d1"),
        (Self::EfficientDetD2, "efficientdet_d2"),
        (Self::EfficientDetSmall, "efficientdet_small"),
        (Self::SparseRcnnResNet50, "sparse_rcnn_resnet50_fpn"),
        (Self::SparseRcnnSmall, "sparse_rcnn_small"),
        (Self::TorchScriptClassifier, "torchscript_classifier"),
        (Self::TorchScriptDetector, "torchscript_detector"),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(one, _)| *one == self).map_or("", |(_, text)| text)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == text).map(|(one, _)| one)
    }

    pub const fn task(self) -> ModelTask {
        match self {
            Self::DenseNet121
            | Self::DenseNet169
            | Self::DenseNet201
            | Self::DenseNetSmall
            | Self::TorchScriptClassifier => ModelTask::Classify,
            _ => ModelTask::Detect,
        }
    }
}

/// How the probabilities of several classifiers become one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum EnsembleMean {
    /// Mean of the probabilities: "average ensemble", as the paper says.
    #[default]
    Probability,
    /// Mean of the logits, each probability first held within 1e-6 and 1 - 1e-6: what the released code does.
    Logit,
}

/// What a model is made of.
#[derive(Clone, PartialEq, Debug)]
pub enum ModelContent {
    /// One file of weights.
    Weights {
        architecture: Architecture,
        /// Of the file as it lies in the project.
        sha256: [u8; 32],
    },
    /// Several classifiers of the same project, averaged.
    Ensemble { members: Vec<ModelId>, mean: EnsembleMean },
}

/// A figure that a model was found to have, and on what.
#[derive(Clone, PartialEq, Debug)]
pub struct CardMetric {
    /// As the field says: `AUROC`, `mAP@0.5`, `AP@0.5 Osteophytes`.
    pub name: String,
    pub value: f64,
    /// 95 % interval, where one was computed.
    pub interval: Option<[f64; 2]>,
    /// `120 synthetic films that training never saw`.
    pub measured_on: String,
}

/// What a model's file says of it; people compare cards before they trust a model.
#[derive(Clone, PartialEq, Debug)]
pub struct ModelCard {
    pub name: String,
    pub task: ModelTask,
    /// Detector: its classes in the order of its outputs, without background. Classifier: one, what a high
    /// probability means.
    pub classes: Vec<LabelName>,
    pub preprocessing: Preprocessing,
    /// Classifier: the operating point c*; a film is abnormal from here on.
    pub threshold: Option<f64>,
    /// Trained on synthetic films only: never for people.
    pub is_synthetic: bool,
    /// On what, by whom, when, in plain words.
    pub training: String,
    /// SHA-256 of the frozen training data, where it is known.
    pub data_sha256: Option<String>,
    pub metrics: Vec<CardMetric>,
    pub licence: String,
    /// What else people should know: intended use, limits.
    pub notes: String,
}

/// A model of a project.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    pub id: ModelId,
    /// Counted from 1 among models of the same name.
    pub version: u32,
    pub content: ModelContent,
    pub card: ModelCard,
    pub added_at_ms: i64,
    /// Who brought it in or trained it; empty where nobody was signed in.
    pub added_by: String,
    /// Its weights are gone; marks and predictions that name it stay.
    pub is_deleted: bool,
}

/// A hash in hexadecimal digits, as files, cards and the project write it.
pub fn hex_from_hash(hash: &[u8; 32]) -> String {
    let digit = |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0');
    hash.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The hash that 64 hexadecimal digits say.
pub fn hash_from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = [0; 32];
    for (n, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// Something that happened to a model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ModelStep {
    Imported,
    /// From other models of the project, or by training in it.
    Made,
    /// What people read about it was changed; its weights are the same.
    CardEdited,
    /// In use for its task from here on.
    Promoted,
    /// Out of use again; the one before came back where there was one.
    RolledBack,
    Deleted,
}

impl ModelStep {
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Imported, "imported"),
        (Self::Made, "made"),
        (Self::CardEdited, "card edited"),
        (Self::Promoted, "promoted"),
        (Self::RolledBack, "rolled back"),
        (Self::Deleted, "deleted"),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(step, _)| *step == self).map_or("", |(_, text)| text)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == text).map(|(step, _)| step)
    }
}

/// One line of a project's history of models.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelEvent {
    pub model: ModelId,
    pub step: ModelStep,
    pub at_ms: i64,
    /// Reader id; empty where nobody was signed in.
    pub by: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_architecture_has_one_text_form() {
        for (architecture, text) in Architecture::ALL {
            assert_eq!(architecture.as_str(), text);
            assert_eq!(Architecture::parse(text), Some(architecture));
        }
        assert_eq!(Architecture::parse("resnet"), None);
    }

    #[test]
    fn a_hash_is_64_digits() {
        let hash = std::array::from_fn(|n| n as u8 * 8 + 1);
        assert_eq!(hash_from_hex(&hex_from_hash(&hash)), Some(hash));
        for text in ["", "0", &"g".repeat(64), &"0".repeat(63), &"+1".repeat(32)] {
            assert_eq!(hash_from_hex(text), None, "{text}");
        }
    }
}
