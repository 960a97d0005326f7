//! Which precision a model is run with where nobody chose: the fastest that answers as 32 bits do.
//!
//! The trial is on a film made by a formula, not on the reader's: the same model on the same computer has to give the
//! same answers whichever film comes first.

use rachis::domain::imaging::{DisplayFacts, Film, GreyPlane, Pixels};
use rachis::domain::model::{Architecture, ModelCard};
use rachis::formats::model_file::StateDict;
use tch::{Device, Kind};

use crate::failure::{Failure, caught};
use crate::formula;
use crate::layers::Mode;
use crate::loaded::Loaded;
use crate::models::{Limits, Network};
use crate::precision::Precision;
use crate::predict::{self, Answer};
use crate::preprocess;

/// The best boxes of the trial film that have to be found again.
const NUM_COMPARED: usize = 20;
/// How many of them may be lost: near-equal boxes suppress each other by chance.
const MAX_LOST: usize = 1;
/// A box is the same with at least this overlap.
const SAME_IOU: f64 = 0.9;
/// Scores may differ by this.
const MAX_SCORE_DIFFERENCE: f64 = 0.02;
/// Logits may differ by this, which is 0.02 of probability where it changes fastest. The trial film's own probability may
/// be next to 0 or 1, where nothing makes a difference.
const MAX_LOGIT_DIFFERENCE: f64 = 0.08;

/// The precision for a model on a device. Where the trial can't be made, it is 32 bits: whether the model can be used at
/// all, the films show.
pub fn fastest(architecture: Architecture, card: &ModelCard, state: &StateDict, device: Device) -> Precision {
    let candidate = Precision::worth_using(device).iter().copied().find(|p| *p != Precision::F32);
    let Some(candidate) = candidate.filter(|candidate| candidate.suits(architecture)) else {
        return Precision::F32;
    };
    let film = film();
    // One model in memory at a time.
    let shown = |precision: Precision| -> Result<Shown, Failure> {
        caught(|| Shown::of(&Loaded::with(architecture, card.clone(), state, device, precision, all_boxes())?, &film))
    };
    let is_same = shown(Precision::F32).and_then(|exact| Ok(exact.is_same(&shown(candidate)?)));
    match is_same {
        Ok(true) => return candidate,
        Ok(false) => tracing::info!(network = architecture.as_str(), "runs in f32: bf16 finds something else"),
        Err(error) => tracing::warn!(network = architecture.as_str(), %error, "runs in f32: the trial failed"),
    }
    Precision::F32
}

/// Without a least score there are always boxes to compare.
fn all_boxes() -> Limits {
    Limits { min_score: 0.0, ..Limits::default() }
}

/// What a model says of the trial film.
#[derive(Debug)]
enum Shown {
    Logit(f64),
    Boxes(Answer),
}

impl Shown {
    fn of(model: &Loaded, film: &Film) -> Result<Self, Failure> {
        let Network::Classifier(net) = &model.network else {
            return Ok(Self::Boxes(predict::answer_above(model, film, false, 0.0)?));
        };
        let _guard = tch::no_grad_guard();
        let input = model.prepared(preprocess::input(film, &model.card.preprocessing));
        let features = net.features(&input.pixels, Mode::Eval).to_kind(Kind::Float);
        Ok(Self::Logit(net.logits_of(&features).double_value(&[0, 0])))
    }

    /// Never where a logit is no number.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Logit(a), Self::Logit(b)) => (a - b).abs() <= MAX_LOGIT_DIFFERENCE,
            (Self::Boxes(a), Self::Boxes(b)) => same_boxes(a, b),
            _ => false,
        }
    }
}

/// Both ways: nothing lost, nothing new.
fn same_boxes(a: &Answer, b: &Answer) -> bool {
    let lost = |from: &Answer, to: &Answer| {
        let best = from.detections.iter().take(NUM_COMPARED);
        best.filter(|one| {
            !to.detections.iter().any(|other| {
                one.lesion_type == other.lesion_type
                    && (one.score - other.score).abs() <= MAX_SCORE_DIFFERENCE
                    && iou([one.xmin, one.ymin, one.xmax, one.ymax], [other.xmin, other.ymin, other.xmax, other.ymax])
                        >= SAME_IOU
            })
        })
        .count()
    };
    !a.detections.is_empty() && lost(a, b) <= MAX_LOST && lost(b, a) <= MAX_LOST
}

fn iou(a: [f64; 4], b: [f64; 4]) -> f64 {
    let area = |c: [f64; 4]| (c[2] - c[0]).max(0.0) * (c[3] - c[1]).max(0.0);
    let both = area([a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]);
    both / (area(a) + area(b) - both).max(f64::MIN_POSITIVE)
}

/// A column of bright blocks on a soft background with a little noise: as much like a spine as a formula gets.
fn film() -> Film {
    let (width, height) = (480u32, 600u32);
    let noise = formula::noise("trial film", (width * height) as usize);
    let texel = |x: u32, y: u32| {
        let (fx, fy) = (f64::from(x) / f64::from(width) - 0.5, f64::from(y) / f64::from(height));
        let body = (-(fx / 0.35).powi(2)).exp() * 1500.0;
        let sway = 0.04 * (fy * 5.0).sin();
        let is_vertebra = (fx - sway).abs() < 0.09 && (fy * 9.0).fract() > 0.2;
        let speckle = f64::from(noise[(y * width + x) as usize]) * 60.0;
        (600.0 + body + if is_vertebra { 900.0 } else { 0.0 } + speckle) as u16
    };
    let texels = (0..height).flat_map(|y| (0..width).map(move |x| texel(x, y))).collect();
    Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), DisplayFacts::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial;
    use rachis::jobs::protocol::DetectionRow;

    #[test]
    fn a_moved_box_another_class_or_score_is_noticed() {
        let row = |x: f64, score: f64, class: &str| DetectionRow {
            lesion_type: class.into(),
            score,
            xmin: x,
            ymin: 0.0,
            xmax: x + 100.0,
            ymax: 100.0,
        };
        let answer = |rows: Vec<DetectionRow>| Answer { detections: rows, ..Answer::default() };
        let base = || vec![row(0.0, 0.9, "a"), row(300.0, 0.8, "b"), row(600.0, 0.7, "a")];
        let check = |change: fn(&mut Vec<DetectionRow>), expected: bool| {
            let mut rows = base();
            change(&mut rows);
            assert_eq!(same_boxes(&answer(base()), &answer(rows)), expected);
        };
        check(|_| {}, true);
        check(|rows| rows.iter_mut().for_each(|row| row.score += 0.01), true);
        check(|rows| rows.iter_mut().for_each(|row| row.xmin += 5.0), true);
        check(|rows| rows.iter_mut().for_each(|row| row.xmin += 15.0), false);
        check(|rows| rows.iter_mut().for_each(|row| row.score -= 0.03), false);
        check(|rows| rows.iter_mut().for_each(|row| row.lesion_type = "c".into()), false);
        check(|rows| rows.truncate(1), false);
        assert!(!same_boxes(&answer(Vec::new()), &answer(Vec::new())), "nothing to compare proves nothing");
    }

    #[test]
    fn logits_are_compared_where_probabilities_would_all_be_1() {
        let check = |a: f64, b: f64, expected: bool| {
            assert_eq!(Shown::Logit(a).is_same(&Shown::Logit(b)), expected, "{a} {b}");
        };
        check(0.3, 0.37, true);
        check(0.3, 0.39, false);
        check(40.0, 50.0, false);
        check(f64::NAN, f64::NAN, false);
        check(f64::INFINITY, f64::INFINITY, false);
    }

    #[test]
    fn a_detector_shows_boxes_to_compare_however_low_they_score() {
        let architecture = Architecture::RetinaNetSmall;
        let card = trial::card(architecture, 96);
        let mut state = trial::state(architecture, card.classes.len() as i64);
        // Every score below what a film's answer keeps.
        let bias = state.get_mut("head.classification_head.cls_logits.bias").unwrap();
        bias.bytes = (-9.0f32).to_le_bytes().repeat(bias.bytes.len() / 4);
        let weight = state.get_mut("head.classification_head.cls_logits.weight").unwrap();
        weight.bytes.fill(0);
        let model = Loaded::with(architecture, card, &state, Device::Cpu, Precision::F32, all_boxes()).unwrap();
        assert!(predict::answer(&model, &film(), false).unwrap().detections.is_empty());
        let Shown::Boxes(answer) = Shown::of(&model, &film()).unwrap() else { panic!("a detector") };
        assert!(answer.detections.len() >= NUM_COMPARED);
        assert!(same_boxes(&answer, &answer));
    }

    #[test]
    fn weights_that_fit_no_network_end_no_trial() {
        let architecture = Architecture::DenseNet121;
        let card = trial::card(architecture, 64);
        assert_eq!(fastest(architecture, &card, &StateDict::new(), Device::Cpu), Precision::F32);
    }
}
