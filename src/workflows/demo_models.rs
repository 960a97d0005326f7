//! The two small models that a demo brings along, trained on synthetic films of other seeds: so that suggestions work at once.

use std::fs;

use anyhow::Context as _;

use crate::domain::model_draft::ModelDraft;
use crate::domain::suggestion::ModelVisibility;
use crate::store::Store;
use crate::workflows::models::{Doer, import, promote};

/// Each with the name of its file in the repository and what is in it; `assets/models/README.md` tells how they were made.
pub const DEMO_MODELS: [(&str, &[u8]); 2] = [
    ("demo_classifier.safetensors", include_bytes!("../../assets/models/demo_classifier.safetensors")),
    ("demo_detector.safetensors", include_bytes!("../../assets/models/demo_detector.safetensors")),
];

/// Brings the models into a demo, puts them in use and lets every reader see what they say. A demo that has a model
/// already keeps its own. The same `at_ms` gives the same project.
pub fn add_demo_models(store: &mut Store, at_ms: i64) -> anyhow::Result<()> {
    if !store.models()?.is_empty() {
        return Ok(());
    }
    let doer = Doer { by: "", at_ms };
    for (name, bytes) in DEMO_MODELS {
        // The import takes files: it copies, hashes and checks this one as any other.
        let path = store.folder().join(format!("{name}.unfinished"));
        fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
        let imported = import(store, &path, &ModelDraft::default(), doer);
        fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
        promote(store, imported?.id, doer)?;
    }
    Ok(store.set_model_visibility(ModelVisibility::Always)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{Architecture, ModelContent, ModelTask};
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;
    use crate::workflows::models::register;
    use sha2::{Digest as _, Sha256};

    fn project(folder: &std::path::Path) -> Store {
        let project = NewProject {
            name: "Demo".to_owned(),
            label_set: "vindr_spine".to_owned(),
            rules: default_rules(),
            is_synthetic: true,
        };
        Store::create(folder, &project).unwrap()
    }

    #[test]
    fn a_demo_has_both_models_in_use_for_every_reader() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = project(&folder.path().join("demo"));
        add_demo_models(&mut store, 5).unwrap();
        add_demo_models(&mut store, 6).unwrap();
        let register = register(&store).unwrap();
        assert_eq!(register.models.len(), 2, "a second call adds nothing");
        let in_use = [register.pipeline.classifier, register.pipeline.detector];
        assert_eq!(in_use, [Some(register.models[0].id), Some(register.models[1].id)]);
        assert_eq!(Some(register.pipeline.threshold), register.models[0].card.threshold, "c* is the classifier's");
        assert_eq!(store.project().model_visibility, ModelVisibility::Always);
        let stored = store.models().unwrap();
        for (stored, (_, bytes)) in stored.iter().zip(DEMO_MODELS) {
            let on_disk = fs::read(store.model_path(stored).unwrap()).unwrap();
            assert!(on_disk == bytes, "{} lies in the project as it was shipped", stored.name);
            let ModelContent::Weights { sha256, .. } = stored.content else { panic!("a file of weights") };
            assert_eq!(sha256, <[u8; 32]>::from(Sha256::digest(bytes)));
        }
        let names: Vec<String> =
            fs::read_dir(store.folder()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        assert!(!names.iter().any(|name| name.ends_with(".unfinished")), "{names:?}");
    }

    #[test]
    fn their_cards_are_honest_and_fit_the_label_set() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = project(&folder.path().join("demo"));
        add_demo_models(&mut store, 5).unwrap();
        let models = register(&store).unwrap().models;
        let labels = crate::formats::label_set::shipped_by_id("vindr_spine").unwrap();
        let tasks = [ModelTask::Classify, ModelTask::Detect];
        let architectures = [Architecture::DenseNetSmall, Architecture::FasterRcnnSmall];
        for ((model, task), expected) in models.iter().zip(tasks).zip(architectures) {
            let ModelContent::Weights { architecture, .. } = &model.content else { panic!("a file of weights") };
            assert_eq!((model.card.task, *architecture), (task, expected));
            assert!(model.card.is_synthetic && model.card.notes.contains("never for people"));
            assert!(!model.card.metrics.is_empty());
            for metric in &model.card.metrics {
                let [low, high] = metric.interval.unwrap();
                assert!(low <= metric.value && metric.value <= high, "{metric:?}");
                assert!(metric.measured_on.starts_with("321 synthetic films, evaluation \"demo-test\""), "{metric:?}");
            }
        }
        assert_eq!(models[1].card.classes.len(), 7);
        for class in &models[1].card.classes {
            assert!(labels.labels().iter().any(|label| label.name == *class), "{class} is a label of the demo");
        }
        let megabytes: usize = DEMO_MODELS.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() >> 20;
        assert!(megabytes < 6, "{megabytes} MB in every copy of the program");
    }
}
