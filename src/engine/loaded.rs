//! A model ready to answer: its card, its network with weights, where and how exactly it computes.

use std::path::Path;

use rachis::domain::model::{Architecture, ModelCard};
use rachis::formats::model_card;
use rachis::formats::model_file::{self, StateDict};
use tch::Device;

use crate::failure::Failure;
use crate::models::torchscript::{Answer, ScriptClassifier, ScriptDetector, ScriptError};
use crate::models::{self, ImageBatch, Limits, Network, Options};
use crate::params::Params;
use crate::precision::{self, Precision};
use crate::precision_trial;
use crate::weights;

/// A model in memory.
#[derive(Debug)]
pub struct Loaded {
    pub card: ModelCard,
    pub network: Network,
    pub device: Device,
    pub precision: Precision,
    /// Holds the tensors that the network's layers share.
    #[allow(dead_code, reason = "its readers are the tests")]
    params: Params,
}

impl Loaded {
    /// Reads a model's file; `sha256` is what the project knows it by, empty where nothing is known. Without a precision
    /// it takes the fastest that finds the same.
    pub fn read(path: &Path, sha256: &str, device: Device, precision: Option<Precision>) -> Result<Self, Failure> {
        let unreadable = |error: std::io::Error| Failure::new(format!("The model's file can't be read: {error}."));
        let found = model_file::hex(&model_file::sha256(path).map_err(unreadable)?);
        if !sha256.is_empty() && !found.eq_ignore_ascii_case(sha256) {
            return Err(Failure::new(
                "The model's file is not the one that was brought in. Bring the model in again to use it.",
            ));
        }
        if path.extension().is_some_and(|extension| extension != "safetensors") {
            return Self::script(path, device);
        }
        let (card, state) = weights::read(path)?;
        let (architecture, card) = card.ok_or_else(|| Failure::new("The model's file has no card."))?;
        Self::new(architecture, card, &state, device, precision)
    }

    /// A network of that architecture with those weights.
    pub fn new(
        architecture: Architecture,
        card: ModelCard,
        state: &StateDict,
        device: Device,
        precision: Option<Precision>,
    ) -> Result<Self, Failure> {
        let precision = match precision {
            Some(precision) if precision.suits(architecture) => precision,
            // The job tells it.
            Some(_) => Precision::F32,
            None => precision_trial::fastest(architecture, &card, state, device),
        };
        Self::with(architecture, card, state, device, precision, Limits::default())
    }

    /// The same with all choices made.
    pub fn with(
        architecture: Architecture,
        card: ModelCard,
        state: &StateDict,
        device: Device,
        precision: Precision,
        limits: Limits,
    ) -> Result<Self, Failure> {
        let (mut params, network) = network(architecture, card.classes.len() as i64, state, device, limits)?;
        precision::lower(&mut params, precision);
        Ok(Self { card, network, device, precision, params })
    }

    /// A TorchScript module with its card beside it.
    fn script(path: &Path, device: Device) -> Result<Self, Failure> {
        let absent = |error: std::io::Error| Failure::new(format!("The model's card can't be read: {error}."));
        let text = std::fs::read_to_string(model_card::beside(path)).map_err(absent)?;
        let (architecture, card) = model_card::parse(&text).map_err(|error| Failure::new(error.to_string()))?;
        let refused = |error: ScriptError| Failure::from_text(&error.to_string());
        let network = match architecture {
            Architecture::TorchScriptClassifier => {
                Network::Classifier(Box::new(ScriptClassifier::load(path, Answer::default(), device).map_err(refused)?))
            }
            Architecture::TorchScriptDetector => {
                Network::Detector(Box::new(ScriptDetector::load(path, 1, device).map_err(refused)?))
            }
            _ => {
                return Err(Failure::new(
                    "The model's card says that it is no TorchScript module, but its file is one.",
                ));
            }
        };
        Ok(Self { card, network, device, precision: Precision::F32, params: Params::bare(device) })
    }

    /// An input where the network computes, in its numbers and layout.
    pub fn prepared(&self, input: ImageBatch) -> ImageBatch {
        let pixels = input.pixels.to_device(self.device).to_kind(self.precision.kind());
        ImageBatch { pixels: precision::channels_last(&pixels), sizes: input.sizes }
    }

    /// One of the network's tensors.
    #[allow(dead_code, reason = "for tests")]
    pub fn tensor(&self, name: &str) -> Option<&tch::Tensor> {
        self.params.get(name)
    }
}

/// A network with 32-bit weights from a state dict.
pub fn network(
    architecture: Architecture,
    num_classes: i64,
    state: &StateDict,
    device: Device,
    limits: Limits,
) -> Result<(Params, Network), Failure> {
    let mut params = Params::bare(device);
    let options = Options { limits, ..Options::of_names(num_classes, state.keys().map(String::as_str)) };
    let network = models::build(architecture, &options, &mut params)
        .ok_or_else(|| Failure::new(format!("This engine can't run {}; a newer Rachis may.", architecture.as_str())))?;
    weights::load(&mut params, state)?;
    Ok((params, network))
}
