//! A model ready to answer: its card, its network with weights, where and how exactly it computes.

use std::path::Path;

use rachis::domain::model::{Architecture, ModelCard};
use rachis::formats::model_file::{self, StateDict};
use tch::Device;

use crate::failure::Failure;
use crate::layers::Norm;
use crate::models::{self, ImageBatch, Network, Options};
use crate::params::Params;
use crate::precision::{self, Precision};
use crate::weights;

/// A model in memory.
#[derive(Debug)]
pub struct Loaded {
    pub card: ModelCard,
    pub architecture: Architecture,
    pub network: Network,
    pub device: Device,
    pub precision: Precision,
    /// Holds the tensors that the network's layers share.
    params: Params,
}

impl Loaded {
    /// Reads a model's file; `sha256` is what the project knows it by, empty where nothing is known.
    pub fn read(path: &Path, sha256: &str, device: Device, precision: Option<Precision>) -> Result<Self, Failure> {
        let unreadable = |error: std::io::Error| Failure::new(format!("The model's file can't be read: {error}."));
        let found = model_file::hex(&model_file::sha256(path).map_err(unreadable)?);
        if !sha256.is_empty() && !found.eq_ignore_ascii_case(sha256) {
            return Err(Failure::new(
                "The model's file is not the one that was brought in. Bring the model in again to use it.",
            ));
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
        let (mut params, network) = network(architecture, card.classes.len() as i64, state, device)?;
        let precision = precision.unwrap_or(Precision::F32);
        precision::lower(&mut params, precision);
        Ok(Self { card, architecture, network, device, precision, params })
    }

    /// An input where the network computes, in its numbers and layout.
    pub fn prepared(&self, input: ImageBatch) -> ImageBatch {
        let pixels = input.pixels.to_device(self.device).to_kind(self.precision.kind());
        ImageBatch { pixels: precision::channels_last(&pixels), sizes: input.sizes }
    }

    /// Number of learned values.
    pub fn num_learned(&self) -> i64 {
        self.params.num_learned()
    }
}

/// A network with 32-bit weights from a state dict.
pub fn network(
    architecture: Architecture,
    num_classes: i64,
    state: &StateDict,
    device: Device,
) -> Result<(Params, Network), Failure> {
    let mut params = Params::new(device);
    let options = Options { norm: norm_of(state), ..Options::new(num_classes) };
    let network = models::build(architecture, &options, &mut params).ok_or_else(|| {
        Failure::new(format!("This engine can't run {}; a newer Rachis may.", architecture.as_str()))
    })?;
    weights::load(&mut params, state)?;
    Ok((params, network))
}

/// Which norms a detector's body was saved with: frozen ones count no batches.
pub fn norm_of(state: &StateDict) -> Norm {
    let counts = state.keys().any(|name| name.ends_with("bn1.num_batches_tracked"));
    if counts { Norm::Batch } else { Norm::Frozen }
}
