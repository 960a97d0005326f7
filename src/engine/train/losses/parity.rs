//! Losses and gradients held against torchvision's and effdet's on the same weights, films and samples, and fifty steps
//! against torchvision's (`tests/parity/train_torchvision.py`, `train_effdet.py`).

use std::collections::BTreeMap;

use rachis::domain::model::{Architecture, ModelTask};
use rachis::domain::training::recipe::{Preset, Recipe};
use serde::Deserialize;
use tch::{Device, Kind, Tensor};

use super::faster_rcnn::{self, Sampling};
use super::{losses, normaliser};
use crate::formula;
use crate::golden::{Digest, fill_with_gain, in_64_bits};
use crate::layers::Norm;
use crate::models::{DetectorKind, ImageBatch, Network, Options, build};
use crate::params::{Params, Role};
use crate::train::{BoxTarget, Chance, LossContext, Losses, TrainBatch};

const SEED: u64 = 7;

#[derive(Deserialize)]
struct Once {
    losses: BTreeMap<String, f64>,
    gradients: BTreeMap<String, Digest>,
}

#[derive(Deserialize)]
struct Fifty {
    rate: f64,
    steps: Vec<BTreeMap<String, f64>>,
}

fn case<C: serde::de::DeserializeOwned>(file: &str, name: &str) -> C {
    let all: BTreeMap<String, serde_json::Value> = serde_json::from_str(file).unwrap();
    serde_json::from_value(all[name].clone()).unwrap()
}

const TORCHVISION: &str = include_str!("../../../../tests/parity/train_torchvision.json");
const EFFDET: &str = include_str!("../../../../tests/parity/train_effdet.json");

/// The films that the scripts make: noise with a bright box for every marked one.
fn film(no: usize, height: i64, width: i64) -> (Tensor, BoxTarget) {
    const CORNERS: [&[[f64; 4]]; 4] =
        [&[[0.1, 0.2, 0.5, 0.7], [0.6, 0.5, 0.9, 0.9]], &[[0.3, 0.1, 0.9, 0.4]], &[], &[[0.2, 0.3, 0.6, 0.9]]];
    const LABELS: [&[i64]; 4] = [&[0, 1], &[2], &[], &[1]];
    let noise = formula::noise(&format!("train {no}"), (3 * height * width) as usize);
    let pixels = Tensor::from_slice(&noise).reshape([3, height, width]) * 0.5;
    let mut boxes = Vec::new();
    for (corners, label) in CORNERS[no].iter().zip(LABELS[no]) {
        let sides = [width, height, width, height];
        let [x1, y1, x2, y2] = [0, 1, 2, 3].map(|i| (corners[i] * sides[i] as f64) as i64);
        let _ = pixels.narrow(1, y1, y2 - y1).narrow(2, x1, x2 - x1).g_add_scalar_(0.5 + *label as f64);
        boxes.extend([x1, y1, x2, y2].map(|side| side as f32));
    }
    let boxes = Tensor::from_slice(&boxes).reshape([-1, 4]);
    (pixels, BoxTarget { boxes, labels: Tensor::from_slice(LABELS[no]) })
}

fn batch(numbers: &[usize], height: i64, width: i64) -> TrainBatch {
    let (pixels, boxes): (Vec<Tensor>, Vec<BoxTarget>) = numbers.iter().map(|no| film(*no, height, width)).unzip();
    let abnormal: Vec<f32> = boxes.iter().map(|target| f32::from(target.boxes.size()[0] > 0)).collect();
    TrainBatch { images: ImageBatch::padded(&pixels), boxes, is_abnormal: Tensor::from_slice(&abnormal) }
}

fn network(name: &str) -> (Network, Params) {
    let (architecture, _) = Architecture::ALL.into_iter().find(|(_, text)| *text == name).unwrap();
    let mut params = Params::bare(Device::Cpu);
    let options = Options { norm: Norm::Frozen, ..Options::new(3) };
    let network = build(architecture, &options, &mut params).unwrap();
    let is_damped =
        |name: &str| name.contains("body.layer") && !name.contains("downsample") || name.contains("bboxes_delta");
    fill_with_gain(&mut params, |name| match name {
        _ if is_damped(name) => 0.3,
        _ if name.starts_with("class_net.predict") || name.starts_with("box_net.predict") => 0.8,
        _ => 1.0,
    });
    tch::no_grad(|| {
        for bias in ["head.classification_head.cls_logits.bias", "class_net.predict.conv_pw.bias"] {
            let _ = params.get(bias).map(|bias| bias.shallow_clone().fill_(-2.0));
        }
        if let Some(boxes) = params.get("init_proposal_boxes.weight") {
            let _ = boxes.shallow_clone().g_mul_scalar_(0.3).g_add_scalar_(0.5);
        }
    });
    (network, params)
}

fn losses_at(network: &Network, batch: &TrainBatch, step: u64) -> Losses {
    let task = if matches!(network, Network::Classifier(_)) { ModelTask::Classify } else { ModelTask::Detect };
    let recipe = Recipe::new(task, Preset::Paper);
    let mut chance = Chance::new(SEED, 0, step);
    if let Network::Detector(net) = network
        && let DetectorKind::FasterRcnn(net) = net.kind()
    {
        // The second stage sees every proposal: two of nearly the same score change places with the last bit, and a draw
        // would take the other one.
        return faster_rcnn::losses(net, batch, &mut chance, &Sampling { boxes: 2000, ..Sampling::default() });
    }
    losses(network, batch, &mut LossContext { recipe: &recipe, chance: &mut chance, normaliser: None }).unwrap()
}

fn once(file: &str, name: &str, height: i64, width: i64) {
    let golden: Once = case(file, name);
    let (network, params) = network(name);
    in_64_bits(&params);
    let mut batch = batch(&[0, 1, 2], height, width);
    batch.images.pixels = batch.images.pixels.to_kind(Kind::Double);
    batch.is_abnormal = batch.is_abnormal.to_kind(Kind::Double);
    let found = losses_at(&network, &batch, 0);
    assert_eq!(found.0.len(), golden.losses.len());
    for (part, loss) in &found.0 {
        let [ours, theirs] = [loss.double_value(&[]), golden.losses[*part]];
        assert!((ours - theirs).abs() <= 1e-4 * theirs.abs(), "{name} {part}: {ours}, reference {theirs}");
    }
    found.sum().backward();
    for (key, digest) in &golden.gradients {
        digest.assert_same(&format!("{name}: gradient of {key}"), &params.get(key).unwrap().grad());
    }
}

#[test]
fn losses_and_their_gradients_are_torchvisions() {
    for name in ["densenet_small", "fasterrcnn_small", "retinanet_small"] {
        once(TORCHVISION, name, 96, 128);
    }
}

#[test]
fn losses_and_their_gradients_are_effdets_and_sparse_rcnns() {
    once(EFFDET, "efficientdet_small", 128, 128);
    once(EFFDET, "sparse_rcnn_small", 96, 128);
}

/// A step in parts of two films and one is the step of three, though the films have two boxes, one and none.
#[test]
fn parts_of_a_step_have_the_gradients_of_the_whole() {
    let recipe = Recipe::new(ModelTask::Detect, Preset::Paper);
    for (name, height, width) in
        [("efficientdet_small", 128, 128), ("sparse_rcnn_small", 96, 128), ("retinanet_small", 96, 128)]
    {
        let (network, params) = network(name);
        // The same film each time: the norms' statistics, which follow the part, are those of the whole then.
        let batch = |numbers: &[usize]| {
            let mut batch = batch(numbers, height, width);
            let pixels = film(0, height, width).0;
            batch.images = ImageBatch::padded(&numbers.iter().map(|_| pixels.shallow_clone()).collect::<Vec<_>>());
            batch
        };
        let gradients = |parts: &[TrainBatch], whole: Option<f64>| {
            let num_films: usize = parts.iter().map(|part| part.boxes.len()).sum();
            let mut loss = 0.0;
            for part in parts {
                let share = part.boxes.len() as f64 / num_films as f64;
                let normaliser = whole.map(|whole| whole * share);
                let mut chance = Chance::new(SEED, 0, 0);
                let context = &mut LossContext { recipe: &recipe, chance: &mut chance, normaliser };
                let sum = losses(&network, part, context).unwrap().sum() * share;
                loss += sum.double_value(&[]);
                sum.backward();
            }
            let mut all = BTreeMap::new();
            for (key, _, tensor) in params.iter().filter(|(_, role, _)| *role == Role::Parameter) {
                let mut tensor = tensor.shallow_clone();
                if tensor.grad().defined() {
                    all.insert(key.to_owned(), tensor.grad().copy());
                    tensor.zero_grad();
                }
            }
            (loss, all)
        };
        let (loss, whole) = gradients(&[batch(&[0, 1, 2])], None);
        let parts = [batch(&[0, 1]), batch(&[2])];
        let (sum, of_parts) = gradients(&parts, normaliser(&network, &parts));
        assert!((loss - sum).abs() < 1e-4 * loss, "{name}: {loss} in one, {sum} in parts");
        assert!(!whole.is_empty() && whole.len() == of_parts.len());
        let largest = whole.values().map(|one| one.abs().max().double_value(&[])).fold(0.0, f64::max);
        for (key, gradient) in &whole {
            let size = gradient.abs().max().double_value(&[]);
            let apart = (gradient - &of_parts[key]).abs().max().double_value(&[]);
            // What a norm takes away again is nothing but last bits.
            assert!(apart <= 1e-3 * size + 1e-5 * largest, "{name} {key}: {apart} of {size}, {largest}");
        }
    }
}

/// SGD with momentum 0.9 and weight decay 1e-4, as torch.optim.SGD computes it.
fn fifty(name: &str) {
    let golden: Fifty = case(TORCHVISION, name);
    let (network, params) = network(name);
    let learned = params.iter().filter(|(_, role, _)| *role == Role::Parameter);
    let mut learned: Vec<(Tensor, Option<Tensor>)> = learned.map(|(_, _, t)| (t.shallow_clone(), None)).collect();
    let batches: Vec<TrainBatch> = match network {
        Network::Classifier(_) => vec![batch(&[0, 2, 3, 1], 64, 64)],
        Network::Detector(_) => (0..4).map(|no| batch(&[no], 64, 64)).collect(),
    };
    assert_eq!(golden.steps.len(), 50);
    let mut worst: f64 = 0.0;
    for (step, theirs) in golden.steps.iter().enumerate() {
        let found = losses_at(&network, &batches[step % batches.len()], step as u64);
        let sum = found.sum();
        let [ours, theirs] = [sum.double_value(&[]), theirs.values().sum()];
        worst = worst.max((ours - theirs).abs() / theirs);
        assert!((ours - theirs).abs() <= 1e-3 * theirs, "{name}, step {step}: {ours}, torchvision {theirs}; {found:?}");
        sum.backward();
        tch::no_grad(|| {
            for (tensor, velocity) in &mut learned {
                let mut gradient = tensor.grad();
                if gradient.defined() {
                    let change = &gradient + &*tensor * 1e-4;
                    let now = velocity.as_ref().map_or_else(|| change.shallow_clone(), |v| v * 0.9 + &change);
                    let _ = tensor.g_sub_(&(&now * golden.rate));
                    *velocity = Some(now);
                    let _ = gradient.zero_();
                }
            }
        });
    }
    println!("{name}: off by {worst:.1e} at most");
}

#[test]
fn fifty_steps_of_densenet_121_follow_torchvisions() {
    fifty("densenet121");
}

#[test]
fn fifty_steps_of_retinanet_follow_torchvisions() {
    fifty("retinanet_resnet50_fpn");
}

#[test]
fn fifty_steps_of_faster_rcnn_follow_torchvisions() {
    fifty("fasterrcnn_resnet50_fpn");
}
