//! The figures of one evaluation, with their intervals.

use crate::domain::label::LabelName;
use crate::domain::metrics::confusion_counts::Counts;

/// A figure from 0 to 1 and, where resampling was asked for, its interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Figure {
    pub value: f64,
    pub interval: Option<[f64; 2]>,
}

/// How well films are told apart.
#[derive(Clone, PartialEq, Debug)]
pub struct ClassifierFigures {
    pub num_abnormal: u64,
    pub num_normal: u64,
    /// Films without a truth or without a probability.
    pub num_left_out: u64,
    /// The operating point, given or chosen; `None` where none could be chosen (one class only).
    pub threshold: Option<f64>,
    /// At the threshold.
    pub counts: Counts,
    /// `None` with one class only.
    pub auroc: Option<Figure>,
    /// By DeLong's variance, at the level of the settings ([`super::settings::Bootstrap::level`]), beside the resampled
    /// interval.
    pub auroc_delong: Option<[f64; 2]>,
    pub sensitivity: Option<Figure>,
    pub specificity: Option<Figure>,
    pub precision: Option<Figure>,
    pub f1: Option<Figure>,
    /// Area under the precision-recall steps (average precision of films).
    pub average_precision: Option<f64>,
    /// Expected calibration error over ten equal bins.
    pub ece: Option<f64>,
    pub brier: Option<f64>,
}

/// How well one class is found.
#[derive(Clone, PartialEq, Debug)]
pub struct ClassFigures {
    pub label: LabelName,
    pub num_truths: u64,
    /// Boxes of any score, after the rule.
    pub num_detections: u64,
    /// One for each IoU of the settings; `None` without truth.
    pub ap: Vec<Option<f64>>,
    /// At the main IoU.
    pub ap_main: Option<Figure>,
    /// The largest recall that any score gives, at the main IoU; `None` without truth.
    pub recall: Option<f64>,
    /// At the operating point and the main IoU.
    pub tp: u64,
    pub fp: u64,
    pub fn_: u64,
}

/// How well boxes are found.
#[derive(Clone, PartialEq, Debug)]
pub struct DetectorFigures {
    /// In the order of [`super::cases::Cases::classes`], those without truth too.
    pub classes: Vec<ClassFigures>,
    /// Mean over classes with truth, one for each IoU of the settings.
    pub map: Vec<Option<f64>>,
    /// At the main IoU.
    pub map_main: Option<Figure>,
    /// Mean over the IoUs of `map`.
    pub map_mean: Option<f64>,
    /// Classes that the mean leaves out because there is nothing to find.
    pub without_truth: Vec<LabelName>,
    /// Mean over classes and IoUs of the recall of at most 1, 10 and 100 boxes a film.
    pub average_recall: [Option<f64>; 3],
    /// Sensitivity at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false positives a film, over all classes.
    pub froc: Option<[f64; 7]>,
    /// Their mean (CPM).
    pub cpm: Option<f64>,
    /// mAP at IoU 0.4 with a box for "No finding", as the VinBigData competition has it.
    pub kaggle: Option<f64>,
    /// Rows: truth; columns: answer; the last of each: nothing. At the operating point and the main IoU.
    pub confusion: Vec<Vec<u64>>,
}

/// The figures of a part of the films or boxes.
#[derive(Clone, PartialEq, Debug)]
pub struct SliceFigures {
    /// `age`, `sex`, `view`, `reader`, `size`, `level`.
    pub by: String,
    /// `60 to 69`, `Lateral`.
    pub name: String,
    pub num_films: u64,
    pub num_truths: u64,
    pub auroc: Option<f64>,
    pub sensitivity: Option<f64>,
    pub specificity: Option<f64>,
    pub map: Option<f64>,
    /// Share of the truth boxes that are found at the operating point.
    pub lesion_sensitivity: Option<f64>,
    pub false_positives_per_film: Option<f64>,
}

/// All figures of one evaluation.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Evaluation {
    pub classifier: Option<ClassifierFigures>,
    pub detector: Option<DetectorFigures>,
    pub slices: Vec<SliceFigures>,
    /// Figures whose BCa interval is undefined, so that the percentile interval stands in: `AUROC`, `AP@0.5 Osteophytes`.
    pub percentile_instead: Vec<String>,
}

/// A figure of two runs over the same films.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// `AUROC`, `F1`, `mAP@0.5`, `AP@0.5 Osteophytes`.
    pub name: String,
    /// `None` where one of the two has none.
    pub a: Option<f64>,
    pub b: Option<f64>,
    /// b - a, with the percentile interval of the differences on the same draws for both.
    pub delta: Option<Figure>,
    /// Two-sided.
    pub p_value: Option<f64>,
    /// `DeLong`, `McNemar, exact`, `paired bootstrap`.
    pub test: &'static str,
}
