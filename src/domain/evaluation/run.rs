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
    /// Of a film that was settled, the settled consensus. Of others what the readers who completed them agree on
    /// ([`crate::domain::consensus`]); of a film with one reader, that reading. It is computed for the evaluation, and
    /// stored in no layer of the project. Second readings by the same person are left out.
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

impl RunSummary {
    /// What a list calls it: the name it was given, else the short name of its answer, whatever the truth is.
    pub fn title(&self) -> String {
        let is_made_up = self.name.is_empty()
            || self.name == short_name(&self.answer)
            || self.name == format!("{} against {}", self.answer, self.truth);
        if is_made_up { short_name(&self.answer) } else { self.name.clone() }
    }
}

/// `Spine and Boxes v2` of `Spine (version 1) and Boxes (version 2)`: what an evaluation is called that nobody named.
pub fn short_name(answer: &str) -> String {
    let mut parts = answer.replace(" (version 1)", "").split(" (version ").map(str::to_owned).collect::<Vec<_>>();
    for part in parts.iter_mut().skip(1) {
        if let Some(end) = part.find(')') {
            part.remove(end);
        }
    }
    parts.join(" v")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_nobody_named_has_a_short_name() {
        assert_eq!(short_name("Spine (version 1) and Boxes (version 12)"), "Spine and Boxes v12");
        assert_eq!(short_name("Spine (version 3) and Boxes (version 1)"), "Spine v3 and Boxes");
        assert_eq!(short_name("predictions.jsonl"), "predictions.jsonl");
        assert_eq!(short_name(""), "");
        let mut summary = RunSummary {
            id: EvaluationId(1),
            name: "Spine (version 2) against R1".to_owned(),
            made_at_ms: 0,
            made_by: String::new(),
            answer: "Spine (version 2)".to_owned(),
            truth: "R1".to_owned(),
            num_films: 0,
            auroc: None,
            map: None,
            truth_sha256: [0; 32],
            is_truth_changed: false,
        };
        assert_eq!(summary.title(), "Spine v2", "as older runs are called");
        summary.name = "After training".to_owned();
        assert_eq!(summary.title(), "After training");
    }
}
