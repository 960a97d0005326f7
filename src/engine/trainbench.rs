//! `rachis-engine trainbench`: the time of one training step, losses, gradients and change of the weights, on films of
//! noise. `tests/parity/speed_training.py` times torchvision's beside it.

use std::time::Instant;

use clap::Args;
use rachis::domain::model::{Architecture, ModelTask};
use rachis::domain::training::parameters::{Key, Value};
use rachis::domain::training::recipe::{Preset, Recipe};
use tch::{Device, Kind, Tensor};

use crate::device;
use crate::failure::Failure;
use crate::formula;
use crate::layers::Norm;
use crate::models::{self, ImageBatch, Network, Options};
use crate::params::{Params, Role};
use crate::precision::channels_last;
use crate::train::losses::losses;
use crate::train::{BoxTarget, Chance, LossContext, TrainBatch};

#[derive(Args, Debug)]
pub struct TrainBenchArgs {
    /// The network: densenet121, retinanet_resnet50_fpn, and so on.
    #[arg(long)]
    pub arch: String,
    /// Films a step.
    #[arg(long, default_value_t = 2)]
    pub films: i64,
    #[arg(long, default_value_t = 224)]
    pub height: i64,
    #[arg(long, default_value_t = 224)]
    pub width: i64,
    /// Steps that are timed, after one to warm up.
    #[arg(long, default_value_t = 3)]
    pub steps: u64,
    /// Number of threads; without it, all cores.
    #[arg(long)]
    pub threads: Option<i32>,
    /// cpu, cuda:0; without it the best there is.
    #[arg(long)]
    pub device: Option<String>,
    /// f32 or bf16; bf16 only on CUDA.
    #[arg(long, default_value = "f32")]
    pub precision: String,
    /// Films with their channels in planes, as PyTorch has them unless told otherwise.
    #[arg(long)]
    pub planes: bool,
}

/// Prints the best step's milliseconds, and nothing else.
pub fn run(args: &TrainBenchArgs) -> Result<(), Failure> {
    if let Some(threads) = args.threads {
        tch::set_num_threads(threads.max(1));
    }
    let device = device::parse(args.device.as_deref())?;
    let mut params = Params::new(device);
    let options = Options { norm: Norm::Frozen, ..Options::new(7) };
    let network = Architecture::parse(&args.arch)
        .and_then(|architecture| models::build(architecture, &options, &mut params))
        .ok_or_else(|| Failure::new(format!("There is no network {} that can be trained.", args.arch)))?;
    let task = if matches!(network, Network::Classifier(_)) { ModelTask::Classify } else { ModelTask::Detect };
    let mut recipe = Recipe::new(task, Preset::Paper);
    let refused = recipe.set(Key::Precision, Value::Choice(args.precision.clone()));
    refused.map_err(|refused| Failure::new(refused.to_string()))?;
    let batch = batch(args, device);
    let learned = params.iter().filter(|(_, role, _)| *role == Role::Parameter);
    let mut learned: Vec<[Tensor; 2]> = learned.map(|(_, _, t)| [t.shallow_clone(), t.detach().zeros_like()]).collect();
    let mut best = f64::INFINITY;
    for step in 0..=args.steps {
        let began = Instant::now();
        let mut chance = Chance::new(7, 0, step);
        let losses =
            losses(&network, &batch, &mut LossContext { recipe: &recipe, chance: &mut chance, normaliser: None })?;
        let sum = losses.sum();
        sum.backward();
        change(&mut learned);
        // Reading a number waits for the device.
        let _ = sum.double_value(&[]);
        let _ = learned.first().map(|[tensor, _]| tensor.flatten(0, -1).double_value(&[0]));
        if step > 0 {
            best = best.min(began.elapsed().as_secs_f64() * 1000.0);
        }
    }
    println!("{best:.3}");
    Ok(())
}

/// Noise; two boxes on each film.
fn batch(args: &TrainBenchArgs, device: Device) -> TrainBatch {
    let [films, height, width] = [args.films.max(1), args.height, args.width];
    let noise = formula::noise("trainbench", (3 * height * width) as usize);
    let film = Tensor::from_slice(&noise).reshape([1, 3, height, width]);
    let pixels = film.repeat([films, 1, 1, 1]).to_device(device);
    let pixels = if args.planes { pixels } else { channels_last(&pixels) };
    let sides = Tensor::from_slice(&[width, height, width, height]).to_kind(Kind::Float);
    let boxes = Tensor::from_slice(&[0.1f32, 0.2, 0.5, 0.7, 0.6, 0.5, 0.7, 0.6]).reshape([2, 4]) * sides;
    let target =
        |_| BoxTarget { boxes: boxes.to_device(device), labels: Tensor::from_slice(&[0i64, 3]).to_device(device) };
    TrainBatch {
        images: ImageBatch { pixels, sizes: vec![[height, width]; films as usize] },
        boxes: (0..films).map(target).collect(),
        is_abnormal: Tensor::ones([films], (Kind::Float, device)),
    }
}

/// SGD with momentum 0.9 and weight decay 1e-4, at a rate that leaves the weights as good as they are.
fn change(learned: &mut [[Tensor; 2]]) {
    tch::no_grad(|| {
        for [tensor, velocity] in learned {
            let mut gradient = tensor.grad();
            if gradient.defined() {
                let _ = gradient.g_add_(&(&*tensor * 1e-4));
                let _ = velocity.g_mul_scalar_(0.9).g_add_(&gradient);
                let _ = tensor.g_sub_(&(&*velocity * 1e-6));
                let _ = gradient.zero_();
            }
        }
    });
}
