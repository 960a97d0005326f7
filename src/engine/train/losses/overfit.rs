//! One batch learned by heart by every small network: what is wrong in a loss or a gradient does not get through this.

use rachis::domain::model::{Architecture, ModelTask};
use rachis::domain::training::recipe::{Preset, Recipe};
use tch::{Device, Tensor};

use super::losses;
use crate::formula;
use crate::models::{ImageBatch, Network, Options, build};
use crate::params::{Params, Role};
use crate::train::{BoxTarget, Chance, LossContext, TrainBatch};

/// Adam (Kingma and Ba 2015), as plain as it can be.
struct Adam {
    moments: Vec<(Tensor, [Tensor; 2])>,
    step: i32,
}

impl Adam {
    fn new(params: &Params) -> Self {
        let learned = params.iter().filter(|(_, role, _)| *role == Role::Parameter);
        let moments = learned.map(|(_, _, t)| (t.shallow_clone(), [t.detach().zeros_like(), t.detach().zeros_like()]));
        Self { moments: moments.collect(), step: 0 }
    }

    fn step(&mut self, rate: f64) {
        let _guard = tch::no_grad_guard();
        self.step += 1;
        let [first, second] = [0.9f64, 0.999].map(|beta| 1.0 - beta.powi(self.step));
        for (tensor, [mean, square]) in &mut self.moments {
            let gradient = tensor.grad();
            if !gradient.defined() {
                continue;
            }
            *mean = &*mean * 0.9 + &gradient * 0.1;
            *square = &*square * 0.999 + gradient.square() * 0.001;
            let change = &*mean / first / ((&*square / second).sqrt() + 1e-8) * rate;
            *tensor -= change;
            tensor.zero_grad();
        }
    }
}

/// Two films of noise with bright boxes, one or two on each.
fn batch(side: i64) -> TrainBatch {
    let corners: [&[[f32; 4]]; 2] = [&[[0.1, 0.2, 0.5, 0.7], [0.6, 0.5, 0.9, 0.9]], &[[0.3, 0.1, 0.9, 0.4]]];
    let labels: [&[i64]; 2] = [&[0, 1], &[2]];
    let films: Vec<Tensor> = (0..2)
        .map(|film| {
            let noise = formula::noise(&format!("overfit {film}"), (3 * side * side) as usize);
            let pixels = Tensor::from_slice(&noise).reshape([3, side, side]) * 0.3;
            for (corners, label) in corners[film].iter().zip(labels[film]) {
                let [x1, y1, x2, y2] = corners.map(|c| (c * side as f32) as i64);
                let _ = pixels.narrow(1, y1, y2 - y1).narrow(2, x1, x2 - x1).g_add_scalar_(1.0 + *label as f64);
            }
            pixels
        })
        .collect();
    let boxes = (0..2).map(|film| BoxTarget {
        boxes: Tensor::from_slice(corners[film].as_flattened()).reshape([-1, 4]) * side as f64,
        labels: Tensor::from_slice(labels[film]),
    });
    TrainBatch {
        images: ImageBatch::padded(&films),
        boxes: boxes.collect(),
        is_abnormal: Tensor::from_slice(&[1.0f32, 0.0]),
    }
}

/// Learns until the loss is under 5 % of its start.
fn learn_by_heart(architecture: Architecture, side: i64, rate: f64, most: u64) {
    tch::manual_seed(7);
    let mut params = Params::new(Device::Cpu);
    let network = build(architecture, &Options::new(3), &mut params).unwrap();
    let task = if matches!(network, Network::Classifier(_)) { ModelTask::Classify } else { ModelTask::Detect };
    let recipe = Recipe::new(task, Preset::Paper);
    let batch = batch(side);
    let mut adam = Adam::new(&params);
    let mut start = None;
    let mut trace = Vec::new();
    for step in 0..most {
        let mut chance = Chance::new(1, 0, step);
        let losses =
            losses(&network, &batch, &mut LossContext { recipe: &recipe, chance: &mut chance, normaliser: None })
                .unwrap();
        let sum = losses.sum();
        let now = sum.double_value(&[]);
        assert!(now.is_finite(), "{losses:?}");
        trace.push(now);
        if now < 0.05 * *start.get_or_insert(now) {
            println!("{}: {step} steps", architecture.as_str());
            return;
        }
        sum.backward();
        adam.step(rate);
    }
    panic!("{}: {:?}", architecture.as_str(), trace.iter().step_by(10).collect::<Vec<_>>());
}

#[test]
fn densenet_learns_one_batch_by_heart() {
    learn_by_heart(Architecture::DenseNetSmall, 64, 3e-3, 60);
}

#[test]
fn retinanet_learns_one_batch_by_heart() {
    learn_by_heart(Architecture::RetinaNetSmall, 96, 2e-3, 300);
}

#[test]
fn faster_rcnn_learns_one_batch_by_heart() {
    learn_by_heart(Architecture::FasterRcnnSmall, 96, 2e-3, 100);
}

#[test]
fn efficientdet_learns_one_batch_by_heart() {
    learn_by_heart(Architecture::EfficientDetSmall, 128, 1e-2, 300);
}

#[test]
fn sparse_rcnn_learns_one_batch_by_heart() {
    learn_by_heart(Architecture::SparseRcnnSmall, 96, 1e-3, 400);
}
