//! The network that a run starts with: drawn by the seed, or from weights that are there, as far as they fit.

use std::collections::BTreeMap;
use std::path::Path;

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
    let weights = match (&spec.start, start) {
        (StartFrom::Nothing, _) => BTreeMap::new(),
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
    if !weights.is_empty() {
        take(&params, &weights)?;
    }
    freeze(&params, recipe.whole(Key::FrozenStages));
    let optimiser = Optimiser::new(&params, recipe);
    let decay = recipe.real(Key::EmaDecay);
    let ema = (decay > 0.0).then(|| Ema::new(&params, decay));
    Ok((network, Learner { params, optimiser, ema }))
}

fn read(path: &Path, sha256: &[u8; 32]) -> Result<BTreeMap<String, Tensor>, Failure> {
    let found = model_file::sha256(path).map_err(|error| {
        Failure::new(format!("The weights to start from can't be read ({error}). Start the run anew."))
    })?;
    if found != *sha256 {
        return Err(Failure::new(
            "The weights to start from are not the ones that the run was made with. Start the run anew.",
        ));
    }
    tracing::info!(sha256 = hex_from_hash(sha256), "starting from weights");
    let (_, state) = weights::read(path)?;
    let tensors = state.iter().map(|(name, stored)| (name.clone(), weights::tensor(stored))).collect();
    Ok(with_current_names(tensors))
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

/// Takes what fits by name and shape.
fn take(params: &Params, weights: &BTreeMap<String, Tensor>) -> Result<(), Failure> {
    let _guard = tch::no_grad_guard();
    let mut fresh = Vec::new();
    let mut num_taken = 0;
    for (name, _, tensor) in params.iter() {
        let found = weights.get(name).or_else(|| weights.get(name.strip_prefix(BODY)?));
        match found.filter(|found| found.size() == tensor.size()) {
            Some(found) => {
                tensor.shallow_clone().copy_(found);
                num_taken += 1;
            }
            None => fresh.push(name),
        }
    }
    if num_taken == 0 {
        return Err(Failure::new(
            "The weights to start from are of another network: not one of them fits. Choose others, or start from nothing.",
        ));
    }
    tracing::info!(taken = num_taken, fresh = fresh.len(), names = fresh.join(" "), "weights that fit are taken");
    Ok(())
}

/// The first stages do not learn; their norms keep their statistics too (see `BatchNorm2d`).
fn freeze(params: &Params, num_stages: u64) {
    for (name, _, tensor) in params.iter() {
        if stage(name).is_some_and(|stage| stage <= num_stages) && tensor.requires_grad() {
            let _ = tensor.set_requires_grad(false);
        }
    }
}

/// The stage of a tensor, counted from 1, which is what comes before the first block: detectron2's FREEZE_AT.
fn stage(name: &str) -> Option<u64> {
    let name = name.strip_prefix(BODY).or_else(|| name.strip_prefix("backbone.")).unwrap_or(name);
    let name = name.strip_prefix("features.").unwrap_or(name);
    let steps: Vec<&str> = name.split('.').collect();
    let number = |text: &str| text.parse::<u64>().ok();
    match steps.as_slice() {
        ["conv1" | "bn1" | "conv0" | "norm0" | "conv_stem", ..] => Some(1),
        [block, ..] if block.starts_with("layer") => number(&block["layer".len()..]).map(|no| no + 1),
        [block, ..] if block.starts_with("denseblock") => number(&block["denseblock".len()..]).map(|no| no + 1),
        [block, ..] if block.starts_with("transition") => number(&block["transition".len()..]).map(|no| no + 1),
        // EfficientNet's seven groups of blocks; those of one size count as one stage.
        ["blocks", group, ..] => number(group).map(|no| [2, 2, 3, 4, 4, 5, 5].get(no as usize).copied().unwrap_or(5)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial;
    use rachis::domain::model::Architecture;

    #[test]
    fn stages_are_counted_as_the_reference_counts_them() {
        for (name, expected) in [
            ("backbone.body.conv1.weight", Some(1)),
            ("backbone.body.bn1.bias", Some(1)),
            ("backbone.body.layer1.0.conv2.weight", Some(2)),
            ("backbone.body.layer4.1.bn1.weight", Some(5)),
            ("backbone.fpn.layer_blocks.0.0.weight", None),
            ("features.norm0.weight", Some(1)),
            ("features.denseblock1.denselayer2.conv1.weight", Some(2)),
            ("features.transition1.conv.weight", Some(2)),
            ("features.denseblock4.denselayer1.norm1.bias", Some(5)),
            ("features.norm5.weight", None),
            ("backbone.conv_stem.weight", Some(1)),
            ("backbone.blocks.6.0.bn1.weight", Some(5)),
            ("rpn.head.conv.0.0.weight", None),
        ] {
            assert_eq!(stage(name), expected, "{name}");
        }
    }

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
        take(&params, &weights).unwrap();
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
        let other = BTreeMap::from([("weight".to_owned(), Tensor::from(1.0f32))]);
        assert!(take(&params, &other).unwrap_err().message.contains("another network"));
    }

    #[test]
    fn a_classifiers_weights_fill_a_detectors_body() {
        let params = params(Architecture::FasterRcnnSmall, 2);
        let body = |(name, _, tensor): (&str, _, &Tensor)| {
            Some((name.strip_prefix(BODY)?.to_owned(), Tensor::full_like(tensor, 0.5)))
        };
        let weights: BTreeMap<String, Tensor> = params.iter().filter_map(body).collect();
        take(&params, &weights).unwrap();
        for (name, _, tensor) in params.iter().filter(|(name, ..)| name.starts_with(BODY)) {
            assert!(tensor.equal(&weights[&name[BODY.len()..]]), "{name}");
        }
        assert_eq!(options(2, &weights).norm, Norm::Frozen);
    }

    #[test]
    fn frozen_stages_have_no_gradient() {
        let params = params(Architecture::FasterRcnnSmall, 2);
        let num_before = params.iter().filter(|(_, _, tensor)| tensor.requires_grad()).count();
        freeze(&params, 0);
        assert_eq!(params.iter().filter(|(_, _, tensor)| tensor.requires_grad()).count(), num_before);
        freeze(&params, 2);
        for (name, _, tensor) in params.iter().filter(|(name, ..)| name.ends_with("weight")) {
            let is_frozen = name.starts_with("backbone.body.conv1")
                || name.starts_with("backbone.body.bn1")
                || name.starts_with("backbone.body.layer1");
            assert_eq!(tensor.requires_grad(), !is_frozen, "{name}");
        }
    }
}
