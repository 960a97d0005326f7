//! One evaluation that was made and kept: what was asked, when, by whom, and what came out.

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::model::ModelId;

use super::cases::Cases;
use super::problems::Problems;
use super::result::Evaluation;
use super::settings::Settings;
use super::verdict::Ruling;

/// The number of an evaluation in its project; never given away again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EvaluationId(pub i64);

/// Whose answers are evaluated.
#[derive(Clone, PartialEq, Debug)]
pub enum AnswerSource {
    /// As stored in the project; an ensemble is put together from its members.
    Models { classifier: Option<ModelId>, detector: Option<ModelId> },
    /// Files of predictions, as they lie on the disk.
    Files { predictions: Option<std::path::PathBuf>, classifier: Option<std::path::PathBuf> },
    /// What this reader said, taken as an answer: every box with score 1, p(abnormal) 0 or 1.
    Reader(ReaderId),
}

/// What is held for true.
#[derive(Clone, PartialEq, Debug)]
pub enum TruthSource {
    /// The completed readings of one reader.
    Reader(ReaderId),
    /// What the readers who completed a film agree on ([`super::consensus`]); of a film with one reader, that reading.
    /// Computed for the evaluation, and stored in no layer of the project.
    Consensus,
    /// The completed readings of all readers side by side: a lesion that two readers marked counts twice.
    EveryReader,
    /// As an earlier evaluation of this project froze it, whatever became of the labels since. Classes that were folded
    /// there stay so.
    Kept(EvaluationId),
    /// A published table.
    File(std::path::PathBuf),
}

/// Which films are evaluated.
#[derive(Clone, PartialEq, Debug)]
pub enum FilmChoice {
    /// Every film that the truth says something of.
    WithTruth,
    These(Vec<ImageId>),
}

/// What is asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// As people call it; empty: named by what is evaluated.
    pub name: String,
    pub answer: AnswerSource,
    pub truth: TruthSource,
    pub films: FilmChoice,
    pub settings: Settings,
}

/// An evaluation as a list shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct RunSummary {
    pub id: EvaluationId,
    pub name: String,
    pub made_at_ms: i64,
    /// Reader id; empty where nobody was signed in.
    pub made_by: String,
    /// `Demo detector (version 1)`, `predictions.jsonl`.
    pub answer: String,
    /// `R1`, `consensus of readers`, `as in evaluation 3`, `truth.csv`.
    pub truth: String,
    pub num_films: u64,
    /// 0 to 1.
    pub auroc: Option<f64>,
    /// 0 to 1, at the main IoU.
    pub map: Option<f64>,
    /// Of the cases as they were, so that two runs over the same truth are known as such.
    pub truth_sha256: [u8; 32],
    /// The project's truth is another one by now.
    pub is_truth_changed: bool,
}

/// An evaluation with everything that its screens need.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    pub summary: RunSummary,
    pub plan: Plan,
    pub cases: Cases,
    pub problems: Problems,
    pub evaluation: Evaluation,
    /// In the order in which they were given; a later one about the same disagreement replaces an earlier one.
    pub rulings: Vec<Ruling>,
}
