//! What one run of training is to do; with its data set and its seed it says every step.

use crate::domain::model::Architecture;

use super::recipe::{Preset, Recipe};

/// The number of a run in its project; never given away again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TrainingId(pub i64);

/// Which weights a run starts from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StartFrom {
    /// Drawn by the seed.
    Nothing,
    /// A file of weights, copied into the run's folder as `start.safetensors`. What fits by name and shape is taken: a
    /// head for other classes starts anew.
    Weights {
        /// `Demo detector (version 1)`, `densenet121-a639ec97.pth`.
        description: String,
        sha256: [u8; 32],
    },
}

/// What one run is to do.
#[derive(Clone, PartialEq, Debug)]
pub struct TrainingSpec {
    /// What the model will be called.
    pub name: String,
    pub architecture: Architecture,
    /// Of the data set's file.
    pub dataset_sha256: [u8; 32],
    pub preset: Preset,
    pub recipe: Recipe,
    pub start: StartFrom,
    /// `cpu`, `cuda:0`; none: the best there is.
    pub device: Option<String>,
    /// Threads of libtorch on the processor; none: one core is left to the window. On the processor the last bits depend
    /// on it, so a run that is resumed keeps it.
    pub num_threads: Option<u32>,
    /// Runs of one group become an ensemble.
    pub group: Option<String>,
    pub program_version: String,
}
