//! What the program and the learning engine say to each other: one JSON object a line, over the engine's stdin and stdout.
//!
//! A line has at most [`MAX_LINE`] bytes. A closed stdin means: stop everything and end. The engine prints nothing else on
//! stdout; what libtorch prints goes to stderr and from there to the log. No patient's name is in a message; paths of
//! films are, so messages are never logged whole.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Counted up when either side could misunderstand the other.
pub const VERSION: u32 = 1;

/// The longest line either side accepts, in bytes.
pub const MAX_LINE: usize = 64 << 10;

/// A job, by the number its starter gave it.
pub type JobNumber = u64;

/// To the engine.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum ToEngine {
    /// First of all; answered by `ready`, or by `refused` where the versions do not fit.
    Hello {
        protocol: u32,
        version: String,
    },
    /// Jobs run one after another, in the order of arrival.
    Start {
        job: JobNumber,
        spec: JobSpec,
    },
    /// Stops a job that runs or waits; answered by its `finished`.
    Cancel {
        job: JobNumber,
    },
    Ping,
    /// End after what is running.
    Bye,
}

/// What a job is to do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobSpec {
    Predict(PredictSpec),
}

/// Every model on every film; a `predicted` for each pair.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PredictSpec {
    pub models: Vec<ModelRef>,
    pub films: Vec<FilmRef>,
    /// Classifiers also tell where they looked.
    pub heat: bool,
    /// `cpu`, `cuda:0`; none: the best there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// `f32`, `bf16`; none: the fastest whose detections stay the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<String>,
}

/// A file of weights. The engine keeps what it loaded, by hash.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ModelRef {
    /// The model's id in the project; comes back with each prediction.
    pub model: i64,
    /// A `.safetensors` file with a card in its header, or a TorchScript module with its card beside it.
    pub path: PathBuf,
    /// Of the file, in hexadecimal digits.
    pub sha256: String,
}

/// A film to look at.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FilmRef {
    pub image_id: String,
    pub path: PathBuf,
    /// The film's name inside, where `path` is a zip file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
}

/// From the engine.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum FromEngine {
    Ready {
        protocol: u32,
        engine_version: String,
        torch_version: String,
        devices: Vec<DeviceRow>,
    },
    /// The engine can't work with this program; it ends.
    Refused {
        message: String,
    },
    Started {
        job: JobNumber,
    },
    Progress {
        job: JobNumber,
        stage: String,
        done: u64,
        /// 0 while unknown.
        total: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        eta_secs: Option<f64>,
    },
    /// A figure of training.
    Scalar {
        job: JobNumber,
        step: u64,
        split: String,
        name: String,
        value: f64,
    },
    Predicted {
        job: JobNumber,
        prediction: PredictionRow,
    },
    /// One film could not be predicted; the others go on.
    FilmFailed {
        job: JobNumber,
        image_id: String,
        message: String,
    },
    /// A file that the job made, relative to the run folder.
    Artifact {
        job: JobNumber,
        kind: String,
        path: PathBuf,
        sha256: String,
    },
    Warning {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        job: Option<JobNumber>,
        message: String,
    },
    Finished {
        job: JobNumber,
        outcome: OutcomeRow,
    },
    Pong,
}

/// A device that networks can run on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DeviceRow {
    /// `cpu`, `cuda:0`.
    pub id: String,
    /// As its maker calls it.
    pub name: String,
    /// Memory in bytes, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// Precisions that are worth using on it, the fastest first: `bf16`, `f32`.
    pub precisions: Vec<String>,
}

/// How a job ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum OutcomeRow {
    Completed,
    Cancelled,
    Failed {
        /// The sentence that matters; the rest is in the log.
        message: String,
        /// What to change, where that is known (out of memory: fewer or smaller films, another device).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        advice: Option<String>,
    },
}

/// What one model says of one film: a line of `predictions.jsonl` too.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PredictionRow {
    pub image_id: String,
    pub model: i64,
    /// Of the model's file, or empty for an ensemble.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model_sha256: String,
    /// That the film is abnormal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// By falling score, at most 100 a film.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub detections: Vec<DetectionRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heat: Option<HeatRow>,
    /// From the film's file to the answer, in milliseconds.
    #[serde(default)]
    pub took_ms: u64,
}

/// A box in pixels of the original film, under the published column names.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DetectionRow {
    pub lesion_type: String,
    pub score: f64,
    pub xmin: f64,
    pub ymin: f64,
    pub xmax: f64,
    pub ymax: f64,
}

/// Where a classifier looked, on a grid over the whole film, row by row, 0 to 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HeatRow {
    pub width: u32,
    pub height: u32,
    pub values: Vec<f32>,
}
