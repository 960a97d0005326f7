//! `rachis-engine selftest`: does this computer compute what torchvision does, and how fast is it?

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use clap::Args;
use rachis::domain::model::Architecture;
use serde::Deserialize;
use tch::{Device, Kind, Tensor};

use crate::device;
use crate::failure::{Failure, caught};
use crate::formula;
use crate::layers::Mode;
use crate::models::{self, ImageBatch, Network, Options};
use crate::ops::nms::nms;
use crate::ops::roi_align::RoiAlign;
use crate::params::Params;
use crate::precision::{self, Precision, channels_last};

/// What torchvision answered; `tests/parity/selftest_torchvision.py` wrote it down.
const GOLDEN: &str = include_str!("../../tests/parity/selftest.json");
/// Of a tensor's largest value, in 32 bits.
const TOLERANCE: f64 = 1e-4;
/// Time spent on each speed, at most one run more.
const PATIENCE: Duration = Duration::from_secs(4);

#[derive(Args, Debug)]
pub struct SelftestArgs {
    /// cpu, cuda:0; without it the best there is.
    #[arg(long)]
    pub device: Option<String>,
    /// Number of threads; without it, all cores.
    #[arg(long)]
    pub threads: Option<i32>,
    /// Parity only.
    #[arg(long)]
    pub no_speed: bool,
}

#[derive(Deserialize)]
struct Golden {
    film: [i64; 2],
    networks: Vec<NetworkCase>,
    operators: BTreeMap<String, Kept>,
}

#[derive(Deserialize)]
struct NetworkCase {
    architecture: String,
    classes: i64,
    outputs: BTreeMap<String, Kept>,
}

#[derive(Deserialize)]
struct Kept {
    shape: Vec<i64>,
    every: usize,
    samples: Vec<f64>,
    abs_max: f64,
}

impl Kept {
    /// The largest difference as a share of the largest value; infinite where the shapes differ.
    fn error(&self, found: &Tensor) -> f64 {
        let flat = Vec::<f64>::try_from(found.detach().to_device(Device::Cpu).to_kind(Kind::Double).flatten(0, -1));
        let Ok(flat) = flat else { return f64::INFINITY };
        if found.size() != self.shape {
            return f64::INFINITY;
        }
        let pairs = flat.iter().step_by(self.every).zip(&self.samples);
        let largest =
            pairs.map(|(a, b)| if (a - b).is_nan() { f64::INFINITY } else { (a - b).abs() }).fold(0.0, f64::max);
        largest / self.abs_max.max(f64::MIN_POSITIVE)
    }
}

/// Prints the table; an error where something is not what it should be.
pub fn run(args: &SelftestArgs) -> Result<(), Failure> {
    if let Some(threads) = args.threads {
        tch::set_num_threads(threads.max(1));
    }
    let device = device::parse(args.device.as_deref())?;
    println!("Device {device:?}, {} threads", tch::get_num_threads());
    println!("{:<34} {:>12}  parity with torchvision", "", "error");
    let mut num_failed = 0;
    for (name, error) in parity(device)? {
        let is_same = error <= TOLERANCE;
        num_failed += i32::from(!is_same);
        println!("{name:<34} {error:>12.1e}  {}", if is_same { "same" } else { "DIFFERS" });
    }
    if !args.no_speed {
        println!("{:<34} {:>12}  speed, best run", "", "ms");
        for (name, speed) in speeds(device) {
            match speed {
                Ok(ms) => println!("{name:<34} {ms:>12.0}"),
                Err(failure) => println!("{name:<34} {:>12}  {failure}", "-"),
            }
        }
    }
    if num_failed > 0 {
        return Err(Failure::new(format!(
            "{num_failed} results are not torchvision's: do not use predictions of this computer before that is understood."
        )));
    }
    Ok(())
}

/// Every case by name, with its largest error.
pub fn parity(device: Device) -> Result<Vec<(String, f64)>, Failure> {
    let _guard = tch::no_grad_guard();
    let golden: Golden = serde_json::from_str(GOLDEN).map_err(|error| Failure::new(error.to_string()))?;
    let mut rows = Vec::new();
    for (name, tensor) in operators(device) {
        let kept = golden.operators.get(&name);
        rows.push((name, kept.map_or(f64::INFINITY, |kept| kept.error(&tensor))));
    }
    let [h, w] = golden.film;
    let film = noise(&format!("film {h}x{w}"), &[1, 3, h, w]).to_device(device);
    for case in &golden.networks {
        let (network, mut params) = by_formula(&case.architecture, case.classes, device)?;
        // As predictions are made: norms folded, channels last.
        precision::lower(&mut params, Precision::F32);
        let batch = ImageBatch { pixels: channels_last(&film), sizes: vec![[h, w]] };
        let outputs = outputs(&network, &batch);
        let error = |(name, kept): (&String, &Kept)| {
            let found = outputs.iter().find(|(found, _)| found == name);
            found.map_or(f64::INFINITY, |(_, tensor)| kept.error(tensor))
        };
        rows.push((case.architecture.clone(), case.outputs.iter().map(error).fold(0.0, f64::max)));
    }
    Ok(rows)
}

fn noise(name: &str, shape: &[i64]) -> Tensor {
    Tensor::from_slice(&formula::noise(name, shape.iter().product::<i64>() as usize)).reshape(shape)
}

fn operators(device: Device) -> Vec<(String, Tensor)> {
    let corners = noise("selftest corners", &[200, 2]) * 50.0 + 60.0;
    let sides = (noise("selftest sides", &[200, 2]) + 1.2) * 20.0;
    let boxes = Tensor::cat(&[&corners, &(&corners + sides)], 1).to_device(device);
    let scores = noise("selftest scores", &[200]).to_device(device);
    let map = noise("selftest map", &[1, 8, 30, 40]).to_device(device);
    let rois = Tensor::cat(&[&boxes.narrow(1, 0, 1).zeros_like(), &boxes], 1);
    let mut found = vec![("nms".to_owned(), nms(&boxes, &scores, 0.5))];
    for (name, is_aligned) in [("roi_align plain", false), ("roi_align aligned", true)] {
        let align = RoiAlign { output: [7, 7], scale: 0.25, sampling_ratio: 2, is_aligned };
        found.push((name.to_owned(), align.forward(&map, &rois)));
    }
    found
}

fn by_formula(name: &str, classes: i64, device: Device) -> Result<(Network, Params), Failure> {
    let mut params = Params::new(device);
    let network = Architecture::parse(name)
        .and_then(|architecture| models::build(architecture, &Options::new(classes), &mut params))
        .ok_or_else(|| Failure::new(format!("There is no network {name}.")))?;
    let state = formula::state(&params);
    params.load(&state).map_err(|error| Failure::new(error.to_string()))?;
    Ok((network, params))
}

fn outputs(network: &Network, batch: &ImageBatch) -> Vec<(String, Tensor)> {
    match network {
        Network::Classifier(net) => {
            let features = net.features(&batch.pixels, Mode::Eval);
            let logits = net.logits_of(&features);
            vec![("features".to_owned(), features), ("logits".to_owned(), logits)]
        }
        Network::Detector(net) => {
            let mut named = net.raw(batch, Mode::Eval);
            for found in net.detect(batch).into_iter().take(1) {
                named.push(("boxes.0".to_owned(), found.boxes));
                named.push(("scores.0".to_owned(), found.scores));
                named.push(("labels.0".to_owned(), found.labels));
            }
            named
        }
    }
}

/// The best time of each network in milliseconds.
fn speeds(device: Device) -> Vec<(String, Result<f64, Failure>)> {
    let mut rows = Vec::new();
    for (name, size) in [
        ("densenet121", [1, 3, 224, 224]),
        ("densenet121", [32, 3, 224, 224]),
        ("retinanet_resnet50_fpn", [1, 3, 800, 800]),
        ("fasterrcnn_resnet50_fpn", [1, 3, 800, 800]),
    ] {
        for precision in Precision::worth_using(device) {
            let title = format!("{name} {}x{}x{} {}", size[0], size[2], size[3], precision.as_str());
            rows.push((title, caught(|| speed(name, size, device, *precision))));
        }
    }
    rows
}

fn speed(name: &str, size: [i64; 4], device: Device, precision: Precision) -> Result<f64, Failure> {
    let _guard = tch::no_grad_guard();
    let (network, mut params) = by_formula(name, 7, device)?;
    precision::lower(&mut params, precision);
    let pixels = noise("speed", &size).to_device(device).to_kind(precision.kind());
    let batch = ImageBatch { pixels: channels_last(&pixels), sizes: vec![[size[2], size[3]]; size[0] as usize] };
    Ok(best_ms(&network, &batch, usize::MAX, PATIENCE))
}

/// The best of several runs after one to warm up.
pub fn best_ms(network: &Network, batch: &ImageBatch, most: usize, patience: Duration) -> f64 {
    let run = || {
        let began = Instant::now();
        match network {
            Network::Classifier(net) => drop(net.logits(&batch.pixels, Mode::Eval).to_device(Device::Cpu)),
            Network::Detector(net) => {
                for found in net.detect(batch) {
                    // Reading the answer waits for the device.
                    drop(found.scores.to_device(Device::Cpu));
                }
            }
        }
        began.elapsed().as_secs_f64() * 1000.0
    };
    let _warm = run();
    let began = Instant::now();
    let mut best = f64::INFINITY;
    for _ in 0..most {
        best = best.min(run());
        if began.elapsed() > patience {
            break;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_torchvisions_on_the_processor() {
        let rows = parity(Device::Cpu).unwrap();
        assert_eq!(rows.len(), 6);
        for (name, error) in rows {
            assert!(error <= TOLERANCE, "{name}: {error}");
        }
    }

    #[test]
    fn a_wrong_result_is_an_infinite_or_large_error() {
        let kept = Kept { shape: vec![2], every: 1, samples: vec![1.0, 2.0], abs_max: 2.0 };
        assert_eq!(kept.error(&Tensor::from_slice(&[1.0, 2.0])), 0.0);
        assert_eq!(kept.error(&Tensor::from_slice(&[1.0, 3.0])), 0.5);
        assert_eq!(kept.error(&Tensor::from_slice(&[1.0, f64::NAN])), f64::INFINITY);
        assert_eq!(kept.error(&Tensor::from_slice(&[1.0, 2.0, 3.0])), f64::INFINITY);
    }
}
