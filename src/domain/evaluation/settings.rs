//! How an evaluation is done: every choice that a figure depends on, each written down with the result.

use super::cases::FilmCase;
use crate::domain::fusion::{FusionRule, Pipeline};
use crate::domain::label::{LabelName, LabelSet};

/// How a precision-recall curve becomes one number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Interpolation {
    /// Mean of the precision at recall 0, 0.01 ... 1 (COCO, and VinDr-SpineXR, section 3.1).
    #[default]
    Points101,
    /// Area under the curve, made monotone (PASCAL VOC from 2010 on).
    Voc2010,
    /// Mean of the precision at recall 0, 0.1 ... 1 (PASCAL VOC 2007).
    Voc2007,
}

impl Interpolation {
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Points101, "101"), (Self::Voc2010, "voc2010"), (Self::Voc2007, "voc2007")];

    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(one, _)| *one == self).map_or("", |(_, text)| text)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == text).map(|(one, _)| one)
    }
}

/// What is drawn when intervals are computed: what belongs together is drawn together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ResampleUnit {
    #[default]
    Image,
    Study,
    Patient,
}

impl ResampleUnit {
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Image, "image"), (Self::Study, "study"), (Self::Patient, "patient")];

    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(one, _)| *one == self).map_or("", |(_, text)| text)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == text).map(|(one, _)| one)
    }

    /// What a film is drawn with.
    pub fn of(self, film: &FilmCase) -> &str {
        match self {
            Self::Image => film.image.as_str(),
            Self::Study => film.study.as_str(),
            Self::Patient => film.patient.as_str(),
        }
    }

    /// Whether these films are of two units or more: of one there is no interval, because it would be drawn again and again.
    pub fn has_several(self, films: &[FilmCase]) -> bool {
        films.iter().any(|film| self.of(film) != self.of(&films[0]))
    }
}

/// How the resampled values become an interval.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum IntervalMethod {
    #[default]
    Percentile,
    /// Bias-corrected and accelerated (Efron, 1987).
    Bca,
}

impl IntervalMethod {
    pub const ALL: [(Self, &'static str); 2] = [(Self::Percentile, "percentile"), (Self::Bca, "bca")];

    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(one, _)| *one == self).map_or("", |(_, text)| text)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == text).map(|(one, _)| one)
    }
}

/// Where the classifier's operating point comes from.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ThresholdChoice {
    Given(f64),
    /// The first maximum of sensitivity + specificity - 1 over the films themselves: optimistic, and said so.
    Youden,
}

/// How resampling is done.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bootstrap {
    /// 0: no intervals.
    pub num_resamples: u32,
    pub unit: ResampleUnit,
    pub seed: u64,
    pub method: IntervalMethod,
    /// In each resample the threshold is chosen anew; only with [`ThresholdChoice::Youden`].
    pub is_threshold_rechosen: bool,
    /// 0.95 for 95 %.
    pub level: f64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self {
            num_resamples: 10_000,
            unit: ResampleUnit::Image,
            seed: 1999,
            method: IntervalMethod::Percentile,
            is_threshold_rechosen: false,
            level: 0.95,
        }
    }
}

/// Which probability is evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ProbabilitySource {
    #[default]
    Classifier,
    /// Averaged with the best box's score ([`crate::domain::fusion::counterpart`]).
    Counterpart,
}

/// What becomes of labels that the answer has no class for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Folding {
    /// Each label is a class; one that the answer does not have is never found.
    #[default]
    None,
    /// They count as "Other lesions", in truth and answer: VinDr-SpineXR's detector has seven classes, and what else was
    /// labelled is put into the last of them, because there is too little of it to learn from.
    OtherLesions,
}

impl Folding {
    /// The label that the others count as.
    pub const INTO: &'static str = "Other lesions";

    pub const ALL: [(Self, &'static str); 2] = [(Self::None, "none"), (Self::OtherLesions, "other lesions")];

    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(one, _)| *one == self).map_or("", |(_, text)| text)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == text).map(|(one, _)| one)
    }

    /// What fits a detector with these classes: folding where it has "Other lesions" and lacks other labels of boxes.
    pub fn fitting(labels: &LabelSet, detector: &[LabelName]) -> Self {
        let own_name =
            |class: &LabelName| labels.resolve(class.as_str()).map_or_else(|| class.clone(), |l| l.name.clone());
        let classes: Vec<LabelName> = detector.iter().map(own_name).collect();
        let mut asked = labels.local().map(|label| &label.name).filter(|name| !name.is_no_finding());
        let has_other = classes.iter().any(|class| class.as_str() == Self::INTO);
        if has_other && asked.any(|name| !classes.contains(name)) { Self::OtherLesions } else { Self::None }
    }
}

/// All settings of one evaluation.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// What the classifier does to the boxes; [`FusionRule::DetectorOnly`]: nothing.
    pub rule: FusionRule,
    pub probability: ProbabilitySource,
    pub threshold: ThresholdChoice,
    /// Ascending, each over 0 and at most 1. A box matches from exactly this overlap on.
    pub ious: Vec<f64>,
    /// The one of `ious` that counts, curves and the gallery are of.
    pub main_iou: f64,
    pub interpolation: Interpolation,
    /// Of each film and class, by score, as pycocotools counts them; the paper and COCO have 100.
    pub max_detections: usize,
    /// Boxes under this score are not shown and not counted as false positives; figures over all scores (AP, FROC) keep
    /// them.
    pub min_score: f64,
    pub folding: Folding,
    pub bootstrap: Bootstrap,
}

impl Settings {
    /// IoU 0.20, 0.25 ... 0.50, as the released code of VinDr-SpineXR has it.
    pub const RELEASED_IOUS: [f64; 7] = [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5];
    /// IoU 0.50, 0.55 ... 0.95, as COCO has it.
    pub const COCO_IOUS: [f64; 10] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];
    /// c* of the paper's ensemble.
    pub const PAPERS_C_STAR: f64 = 0.2808;

    /// What an evaluation in a project starts with, in the window and on the command line: the rule and the thresholds
    /// of the models in use, and the paper's settings.
    pub fn of_pipeline(pipeline: &Pipeline) -> Self {
        Self {
            rule: pipeline.rule,
            threshold: ThresholdChoice::Given(pipeline.threshold),
            min_score: pipeline.min_score,
            ..Self::default()
        }
    }
}

impl Default for Settings {
    /// As the paper: mAP@0.5 over 101 points, fused at 0.2808, 10,000 resamples of images.
    fn default() -> Self {
        Self {
            rule: FusionRule::Paper,
            probability: ProbabilitySource::Classifier,
            threshold: ThresholdChoice::Given(Self::PAPERS_C_STAR),
            ious: vec![0.5],
            main_iou: 0.5,
            interpolation: Interpolation::Points101,
            max_detections: 100,
            min_score: 0.3,
            folding: Folding::None,
            bootstrap: Bootstrap::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::label::{Label, LabelKind};

    #[test]
    fn classes_are_folded_where_a_detector_knows_others_and_lacks_some() {
        let set = |names: &[&str]| {
            let mut labels: Vec<Label> = names.iter().map(|&name| Label::named(name, LabelKind::Local)).collect();
            labels.push(Label::named("No finding", LabelKind::Global));
            LabelSet::new("set", "Set", "", labels).unwrap()
        };
        let check = |labels: &[&str], detector: &[&str], expected: Folding| {
            let detector: Vec<LabelName> = detector.iter().map(|&name| LabelName::new(name)).collect();
            assert_eq!(Folding::fitting(&set(labels), &detector), expected, "{labels:?}, {detector:?}");
        };
        let all = ["Osteophytes", "Fracture", "Other lesions"];
        check(&all, &["Osteophytes", "Other lesions"], Folding::OtherLesions);
        check(&all, &["osteophytes", "other lesions"], Folding::OtherLesions);
        check(&all, &all, Folding::None);
        check(&all, &["Osteophytes"], Folding::None);
        check(&all, &[], Folding::None);
        check(&["Osteophytes", "Other lesions"], &["Osteophytes", "Other lesions"], Folding::None);
    }
}
