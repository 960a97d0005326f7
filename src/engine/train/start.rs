//! The network that a run starts with: drawn by the seed, or from weights that are there, as far as they fit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rachis::domain::label::LabelName;
use rachis::domain::model::{ModelTask, hex_from_hash};
use rachis::domain::training::dataset::FrozenDataset;
use rachis::domain::training::parameters::Key;
use rachis::domain::training::spec::{StartFrom, TrainingSpec};
use rachis::formats::model_file;
use tch::{Device, Tensor};

use super::checkpoint::Learner;
use super::ema::Ema;
use super::optimiser::Optimiser;
use crate::failure::Failure;
use crate::layers::Norm;
use crate::models::stages::stage_of;
use crate::models::torchvision_names::with_current_names;
use crate::models::{self, Network, Options};
use crate::params::Params;
use crate::weights;

/// A classifier's weights in a detector's body have this before their names.
const BODY: &str = "backbone.body.";

/// A network that has learned nothing yet in this run, and what will teach it.
pub fn learner(
    spec: &TrainingSpec,
    dataset: &FrozenDataset,
    start: Option<&Path>,
    device: Device,
) -> Result<(Network, Learner), Failure> {
    let recipe = &spec.recipe;
    let (classes, weights) = match (&spec.start, start) {
        (StartFrom::Nothing, _) => (None, BTreeMap::new()),
        (StartFrom::Weights { sha256, .. }, Some(path)) => read(path, sha256)?,
        (StartFrom::Weights { description, .. }, None) => {
            return Err(Failure::new(format!(
                "The weights to start from ({description}) are not in the run's folder. Start the run anew."
            )));
        }
    };
    let num_classes = match recipe.task() {
        ModelTask::Classify => 1,
        ModelTask::Detect => dataset.classes.len() as i64,
    };
    tch::manual_seed(recipe.whole(Key::Seed) as i64);
    let mut params = Params::new(device);
    let options = options(num_classes, &weights);
    let network = models::build(spec.architecture, &options, &mut params).ok_or_else(|| {
        Failure::new("This network can't be trained, because it comes as a whole program. Choose one of Rachis' own.")
    })?;
    let has_other_classes = recipe.task() == ModelTask::Detect && classes.is_some_and(|its| its != dataset.classes);
    if has_other_classes {
        tracing::info!("the start weights are for other classes, or in another order: what says the class starts anew");
    }
    let taken = if weights.is_empty() { BTreeSet::new() } else { take(&params, &weights, has_other_classes)? };
    freeze(&params, recipe.whole(Key::FrozenStages), &taken);
    let optimiser = Optimiser::new(&params, recipe);
    let decay = recipe.real(Key::EmaDecay);
    let ema = (decay > 0.0).then(|| Ema::new(&params, decay));
    Ok((network, Learner { params, optimiser, ema }))
}

/// The classes that its card tells, and the weights by name.
type Start = (Option<Vec<LabelName>>, BTreeMap<String, Tensor>);

fn read(path: &Path, sha256: &[u8; 32]) -> Result<Start, Failure> {
    let found = model_file::sha256(path).map_err(|error| {
        Failure::new(format!("The weights to start from can't be read ({error}). Start the run anew."))
    })?;
    if found != *sha256 {
        return Err(Failure::new(
            "The weights to start from are not the ones that the run was made with. Start the run anew.",
        ));
    }
    tracing::info!(sha256 = hex_from_hash(sha256), "starting from weights");
    let (card, state) = weights::read(path)?;
    let tensors = state.iter().map(|(name, stored)| (name.clone(), weights::tensor(stored))).collect();
    Ok((card.map(|(_, card)| card.classes), with_current_names(tensors)))
}

/// As the names tell. Norms whose statistics others froze stay frozen, with the eps that every reader of the finished
/// model will take: its names don't tell any more that there was none.
fn options(num_classes: i64, weights: &BTreeMap<String, Tensor>) -> Options {
    if weights.is_empty() {
        return Options::new(num_classes);
    }
    let options = Options::of_names(num_classes, weights.keys().map(String::as_str));
    // A classifier's weights for a detector's body: torchvision freezes its norms, because a detector's batches are small.
    let is_body = weights.contains_key("layer1.0.conv1.weight");
    let norm = if is_body || options.norm == Norm::FrozenWithoutEps { Norm::Frozen } else { options.norm };
    Options { norm, ..options }
}

/// Whether a tensor of a detector has numbers for each class: what it learned of one class is nothing to another.
fn is_of_classes(name: &str) -> bool {
    // The first stage of Faster R-CNN has `cls_logits` too, for all classes alike.
    ["classification_head.cls_logits.", "box_predictor.", "class_net.predict.", ".class_logits."]
        .iter()
        .any(|part| name.contains(part))
}

/// Takes what fits by name and shape, and tells which it took.
fn take<'p>(
    params: &'p Params,
    weights: &BTreeMap<String, Tensor>,
    has_other_classes: bool,
) -> Result<BTreeSet<&'p str>, Failure> {
    let _guard = tch::no_grad_guard();
    let mut fresh = Vec::new();
    let mut taken = BTreeSet::new();
    for (name, _, tensor) in params.iter() {
        let found = weights.get(name).or_else(|| weights.get(name.strip_prefix(BODY)?));
        let is_fit = |found: &&Tensor| found.size() == tensor.size() && !(has_other_classes && is_of_classes(name));
        match found.filter(is_fit) {
            Some(found) => {
                tensor.shallow_clone().copy_(found);
                taken.insert(name);
            }
            None => fresh.push(name),
        }
    }
    if taken.is_empty() {
        return Err(Failure::new(
            "The weights to start from are of another network: not one of them fits. Choose others, or start from nothing.",
        ));
    }
    tracing::info!(taken = taken.len(), fresh = fresh.len(), names = fresh.join(" "), "weights that fit are taken");
    Ok(taken)
}

/// The first stages do not learn, as far as their weights were taken: what was drawn by chance would stay noise. Their
/// norms keep their statistics too (see `BatchNorm2d`).
fn freeze(params: &Params, num_stages: u64, taken: &BTreeSet<&str>) {
    let (mut num_frozen, mut num_fresh) = (0, 0);
    for (name, _, tensor) in params.iter() {
        if stage_of(name).is_some_and(|stage| stage <= num_stages) && tensor.requires_grad() {
            if taken.contains(name) {
                let _ = tensor.set_requires_grad(false);
                num_frozen += 1;
            } else {
                num_fresh += 1;
            }
        }
    }
    if num_fresh > 0 {
        tracing::info!(
            stages = num_stages,
            frozen = num_frozen,
            learning = num_fresh,
            "the first stages should stay as they are, but what starts from nothing learns all the same"
        );
    } else if num_frozen > 0 {
        tracing::info!(stages = num_stages, frozen = num_frozen, "the first stages stay as they are");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial;
    use rachis::domain::model::Architecture;

    fn params(architecture: Architecture, num_classes: i64) -> Params {
        let mut params = Params::new(Device::Cpu);
        let _ = models::build(architecture, &Options::new(num_classes), &mut params).unwrap();
        params
    }

    #[test]
    fn a_head_for_other_classes_starts_anew_and_the_rest_is_taken() {
        let state = trial::state(Architecture::RetinaNetSmall, 2);
        let weights: BTreeMap<String, Tensor> =
            state.iter().map(|(name, stored)| (name.clone(), weights::tensor(stored))).collect();
        let params = params(Architecture::RetinaNetSmall, 5);
        let before = super::super::ema::values(&params);
        let taken = take(&params, &weights, false).unwrap();
        let mut fresh = Vec::new();
        for (name, _, tensor) in params.iter() {
            if tensor.size() == weights[name].size() {
                assert!(tensor.equal(&weights[name]), "{name}");
            } else {
                assert!(tensor.equal(&before[name]), "{name}");
                fresh.push(name);
            }
        }
        assert!(!fresh.is_empty() && fresh.iter().all(|name| name.contains("cls_logits")), "{fresh:?}");
        assert_eq!(taken.len() + fresh.len(), params.iter().count());
        let other = BTreeMap::from([("weight".to_owned(), Tensor::from(1.0f32))]);
        assert!(take(&params, &other, false).unwrap_err().message.contains("another network"));
    }

    #[test]
    fn what_says_the_class_starts_anew_where_the_classes_are_others() {
        let detectors = [
            Architecture::RetinaNetSmall,
            Architecture::FasterRcnnSmall,
            Architecture::EfficientDetSmall,
            Architecture::SparseRcnnSmall,
        ];
        for architecture in detectors {
            let [few, many] = [3, 4].map(|num_classes| params(architecture, num_classes));
            for (name, _, tensor) in few.iter() {
                let has_classes = many.get(name).unwrap().size() != tensor.size();
                // EfficientDet's last layer looks at each channel by itself before it says the classes.
                let is_expected = has_classes || name.starts_with("class_net.predict.");
                assert_eq!(is_of_classes(name), is_expected, "{name}");
            }
            let weights = super::super::ema::values(&few);
            let other = params(architecture, 3);
            let taken = take(&other, &weights, true).unwrap();
            assert!(other.iter().all(|(name, ..)| taken.contains(name) != is_of_classes(name)));
            assert_eq!(take(&other, &weights, false).unwrap().len(), weights.len());
        }
    }

    #[test]
    fn a_classifiers_weights_fill_a_detectors_body() {
        let params = params(Architecture::FasterRcnnSmall, 2);
        let body = |(name, _, tensor): (&str, _, &Tensor)| {
            Some((name.strip_prefix(BODY)?.to_owned(), Tensor::full_like(tensor, 0.5)))
        };
        let weights: BTreeMap<String, Tensor> = params.iter().filter_map(body).collect();
        take(&params, &weights, false).unwrap();
        for (name, _, tensor) in params.iter().filter(|(name, ..)| name.starts_with(BODY)) {
            assert!(tensor.equal(&weights[&name[BODY.len()..]]), "{name}");
        }
        assert_eq!(options(2, &weights).norm, Norm::Frozen);
    }

    #[test]
    fn frozen_stages_have_no_gradient() {
        let params = params(Architecture::FasterRcnnSmall, 2);
        let num_before = params.iter().filter(|(_, _, tensor)| tensor.requires_grad()).count();
        let all: BTreeSet<&str> = params.iter().map(|(name, ..)| name).collect();
        freeze(&params, 0, &all);
        assert_eq!(params.iter().filter(|(_, _, tensor)| tensor.requires_grad()).count(), num_before);
        freeze(&params, 2, &BTreeSet::new());
        let num_after = params.iter().filter(|(_, _, tensor)| tensor.requires_grad()).count();
        assert_eq!(num_after, num_before, "what was drawn by chance learns");
        freeze(&params, 2, &all);
        for (name, _, tensor) in params.iter().filter(|(name, ..)| name.ends_with("weight")) {
            let is_frozen = name.starts_with("backbone.body.conv1")
                || name.starts_with("backbone.body.bn1")
                || name.starts_with("backbone.body.layer1");
            assert_eq!(tensor.requires_grad(), !is_frozen, "{name}");
        }
    }
}
