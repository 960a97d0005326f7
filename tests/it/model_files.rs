//! Small files of weights for tests: the tensors that tell one network from others, and no more.

use std::path::{Path, PathBuf};

use rachis::domain::label::LabelName;
use rachis::domain::model::{Architecture, CardMetric, ModelCard, ModelTask};
use rachis::domain::preprocessing::Preprocessing;
use rachis::formats::model_file::{self, Element, StateDict, StoredTensor};

/// The card of a classifier with figures.
pub fn classifier_card(name: &str, auroc: f64) -> ModelCard {
    ModelCard {
        name: name.into(),
        task: ModelTask::Classify,
        classes: vec![LabelName::new("Abnormal")],
        preprocessing: Preprocessing::PAPER_CLASSIFIER,
        threshold: Some(0.31),
        is_synthetic: true,
        training: "On 1,200 synthetic spine films, by the Rachis project, in 2026.".into(),
        data_sha256: Some("ab".repeat(32)),
        metrics: vec![CardMetric {
            name: "AUROC".into(),
            value: auroc,
            interval: Some([auroc - 0.03, auroc + 0.02]),
            measured_on: "120 synthetic films that training never saw".into(),
        }],
        licence: "CC0 1.0".into(),
        notes: "Synthetic films only. Never for people.".into(),
    }
}

/// What a small DenseNet is known by; `value` makes files differ.
pub fn densenet(value: f32) -> StateDict {
    let tensor = |shape: &[usize]| {
        let bytes = std::iter::repeat_n(value.to_le_bytes(), shape.iter().product()).flatten().collect();
        StoredTensor { element: Element::F32, shape: shape.to_vec(), bytes }
    };
    let layer = |n| (format!("features.denseblock3.denselayer{n}.conv1.weight"), tensor(&[2]));
    let mut all: StateDict = (1..=8).map(layer).collect();
    all.insert("features.conv0.weight".into(), tensor(&[24, 3, 7, 7]));
    all.insert("classifier.weight".into(), tensor(&[1, 145]));
    all
}

/// A classifier with its card.
pub fn classifier(folder: &Path, file: &str, name: &str, auroc: f64) -> PathBuf {
    let path = folder.join(file);
    let card = classifier_card(name, auroc);
    model_file::write(&path, Some((Architecture::DenseNetSmall, &card)), &densenet(auroc as f32)).unwrap();
    path
}

/// A classifier's weights without a card.
pub fn plain(folder: &Path, file: &str, value: f32) -> PathBuf {
    let path = folder.join(file);
    model_file::write(&path, None, &densenet(value)).unwrap();
    path
}
