//! `rachis-engine forward`: a network run once on tensors from a file, every raw output written by name, for comparison
//! with other programs.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use rachis::domain::model::Architecture;
use rachis::formats::model_file::{self, StateDict};
use tch::{Kind, Tensor};

use crate::device;
use crate::failure::Failure;
use crate::layers::Mode;
use crate::loaded;
use crate::models::{self, ImageBatch, Limits, Network, Options};
use crate::params::Params;
use crate::precision::{self, Precision};
use crate::selftest;
use crate::weights;

#[derive(Args, Debug)]
pub struct ForwardArgs {
    #[command(flatten)]
    pub network: NetworkArgs,
    /// Where the outputs go, as .safetensors.
    #[arg(long)]
    pub output: PathBuf,
}

#[derive(Args, Debug)]
pub struct BenchArgs {
    #[command(flatten)]
    pub network: NetworkArgs,
    /// Number of runs that are timed, after one to warm up.
    #[arg(long, default_value_t = 3)]
    pub repeats: usize,
}

/// A network, its weights and its input.
#[derive(Args, Debug)]
pub struct NetworkArgs {
    /// The network: densenet121, retinanet_resnet50_fpn, and so on; resnet18_fpn and its kin give the pyramid alone.
    #[arg(long)]
    pub arch: String,
    /// Its weights: .safetensors, or a PyTorch state dict (.pth).
    #[arg(long)]
    pub weights: PathBuf,
    /// Tensors: `input` (films, 3, height, width), normalised; where films are padded, `sizes` (films, 2): height and
    /// width of each.
    #[arg(long)]
    pub input: PathBuf,
    /// cpu, cuda:0; without it the best there is.
    #[arg(long)]
    pub device: Option<String>,
    /// f32 or bf16.
    #[arg(long, default_value = "f32")]
    pub precision: String,
    /// Number of threads; without it, all cores.
    #[arg(long)]
    pub threads: Option<i32>,
    /// Number of a detector's classes, background not counted; without it, what the weights' own shape says.
    #[arg(long)]
    pub classes: Option<i64>,
}

/// A network and its input, ready to run.
pub struct Prepared {
    pub runner: Runner,
    pub batch: ImageBatch,
}

/// What can be run.
pub enum Runner {
    Network(Network, #[allow(dead_code, reason = "holds the tensors that the layers share")] Params),
    Body(Box<models::fpn::ResNetFpn>, #[allow(dead_code, reason = "the same")] Params),
}

/// Reads weights and input.
pub fn prepare(args: &NetworkArgs) -> Result<Prepared, Failure> {
    if let Some(threads) = args.threads {
        tch::set_num_threads(threads.max(1));
    }
    let device = device::parse(args.device.as_deref())?;
    let precision = Precision::parse(&args.precision)
        .ok_or_else(|| Failure::new(format!("There is no precision {}; there is f32 and bf16.", args.precision)))?;
    let (card, state) = weights::read(&args.weights)?;
    let (_, inputs) = model_file::read(&args.input).map_err(|error| Failure::new(error.to_string()))?;
    let tensor = |name: &str| inputs.get(name).map(weights::tensor);
    let pixels = tensor("input").ok_or_else(|| Failure::new("The input file has no tensor called input."))?;
    let (films, _, height, width) = pixels.size4()?;
    let sizes = match tensor("sizes") {
        Some(sizes) => Vec::<i64>::try_from(sizes.to_kind(Kind::Int64).flatten(0, -1))?.as_chunks::<2>().0.to_vec(),
        None => vec![[height, width]; films as usize],
    };
    if sizes.len() != films as usize {
        return Err(Failure::new("The input file has another number of sizes than of films."));
    }
    let (runner, mut params) = match Architecture::parse(&args.arch) {
        Some(architecture) => {
            let of_card = card.map(|(_, card)| card.classes.len() as i64);
            let num_classes = args.classes.or(of_card).unwrap_or_else(|| classes_of(architecture, &state));
            let (params, network) = loaded::network(architecture, num_classes, &state, device, Limits::default())?;
            (Ok(network), params)
        }
        None => {
            let mut params = Params::bare(device);
            let norm = Options::of_names(1, state.keys().map(String::as_str)).norm;
            let body = models::build_body(&args.arch, norm, &mut params).ok_or_else(|| {
                let known: Vec<&str> = Architecture::ALL.iter().map(|(_, text)| *text).collect();
                Failure::new(format!("There is no network {}; there is {}.", args.arch, known.join(", ")))
            })?;
            weights::load(&mut params, &state)?;
            (Err(body), params)
        }
    };
    precision::lower(&mut params, precision);
    let pixels = precision::channels_last(&pixels.to_device(device).to_kind(precision.kind()));
    let runner = match runner {
        Ok(network) => Runner::Network(network, params),
        Err(body) => Runner::Body(Box::new(body), params),
    };
    Ok(Prepared { runner, batch: ImageBatch { pixels, sizes } })
}

/// A detector's classes by the shape of its last classifying layer. A RetinaNet's has nine anchors a class, an
/// EfficientDet's too; a Faster R-CNN's counts the background.
fn classes_of(architecture: Architecture, state: &StateDict) -> i64 {
    let rows = |name: &str| state.get(name).and_then(|tensor| tensor.shape.first()).map(|rows| *rows as i64);
    let name = architecture.as_str();
    let found = if name.starts_with("fasterrcnn") {
        rows("roi_heads.box_predictor.cls_score.bias").map(|rows| rows - 1)
    } else if name.starts_with("retinanet") {
        rows("head.classification_head.cls_logits.bias").map(|rows| rows / 9)
    } else if name.starts_with("efficientdet") {
        rows("class_net.predict.conv_pw.bias").map(|rows| rows / 9)
    } else if name.starts_with("sparse") {
        rows("head.head_series.0.class_logits.bias")
    } else {
        None
    };
    found.unwrap_or(1)
}

/// Every output by name; detectors' final lists as `boxes.0`, `scores.0`, `labels.0` of film 0, and so on.
pub fn outputs(prepared: &Prepared) -> Vec<(String, Tensor)> {
    let _guard = tch::no_grad_guard();
    let Prepared { runner, batch } = prepared;
    match runner {
        Runner::Network(Network::Classifier(net), _) => {
            let features = net.features(&batch.pixels, Mode::Eval);
            let logits = net.logits_of(&features);
            vec![("features".to_owned(), features), ("logits".to_owned(), logits)]
        }
        Runner::Network(Network::Detector(net), _) => {
            let mut named = net.raw(batch, Mode::Eval);
            for (film, found) in net.detect(batch).into_iter().enumerate() {
                named.push((format!("boxes.{film}"), found.boxes));
                named.push((format!("scores.{film}"), found.scores));
                named.push((format!("labels.{film}"), found.labels));
            }
            named
        }
        Runner::Body(body, _) => {
            let levels = body.forward(&batch.pixels, Mode::Eval);
            levels.into_iter().enumerate().map(|(i, level)| (format!("level.{i}"), level)).collect()
        }
    }
}

pub fn run(args: &ForwardArgs) -> Result<(), Failure> {
    let prepared = prepare(&args.network)?;
    let mut stored = StateDict::new();
    for (name, tensor) in outputs(&prepared) {
        let tensor = if tensor.kind() == Kind::BFloat16 { tensor.to_kind(Kind::Float) } else { tensor };
        stored.insert(name, weights::stored(&tensor)?);
    }
    model_file::write(&args.output, None, &stored).map_err(|error| Failure::new(error.to_string()))
}

/// Prints the best run's milliseconds, and nothing else.
pub fn bench(args: &BenchArgs) -> Result<(), Failure> {
    let _guard = tch::no_grad_guard();
    let prepared = prepare(&args.network)?;
    let Runner::Network(network, _) = &prepared.runner else {
        return Err(Failure::new("Pyramids alone are not timed; name a whole network."));
    };
    println!("{:.3}", selftest::best_ms(network, &prepared.batch, args.repeats, Duration::MAX));
    Ok(())
}
