//! Which precision a model is run with where nobody chose: the fastest that answers as 32 bits do.
//!
//! The trial is on a film made by a formula, not on the reader's: the same model on the same computer has to give the
//! same answers whichever film comes first.

use rachis::domain::imaging::{DisplayFacts, Film, GreyPlane, Pixels};
use rachis::domain::model::{Architecture, ModelCard};
use rachis::formats::model_file::StateDict;
use tch::Device;

use crate::failure::Failure;
use crate::formula;
use crate::loaded::Loaded;
use crate::models::{Limits, Network};
use crate::precision::Precision;
use crate::predict::{self, Answer};

/// The best boxes of the trial film that have to be found again.
const NUM_COMPARED: usize = 20;
/// How many of them may be lost: near-equal boxes suppress each other by chance.
const MAX_LOST: usize = 1;
/// A box is the same with at least this overlap.
const SAME_IOU: f64 = 0.9;
/// Scores and probabilities may differ by this.
const MAX_SCORE_DIFFERENCE: f64 = 0.02;

/// The precision for a model on a device.
pub fn fastest(
    architecture: Architecture,
    card: &ModelCard,
    state: &StateDict,
    device: Device,
) -> Result<Precision, Failure> {
    let candidate = Precision::worth_using(device).iter().copied().find(|p| *p != Precision::F32);
    let Some(candidate) = candidate.filter(|candidate| candidate.suits(architecture)) else {
        return Ok(Precision::F32);
    };
    // Without a least score there are always boxes to compare.
    let limits = Limits { min_score: 0.0, ..Limits::default() };
    let film = film();
    let answer = |precision: Precision| -> Result<(Answer, bool), Failure> {
        let model = Loaded::with(architecture, card.clone(), state, device, precision, limits)?;
        Ok((predict::answer(&model, &film, false)?, matches!(model.network, Network::Classifier(_))))
    };
    let ((exact, is_classifier), (fast, _)) = (answer(Precision::F32)?, answer(candidate)?);
    let is_same = if is_classifier { same_probability(&exact, &fast) } else { same_boxes(&exact, &fast) };
    if !is_same {
        tracing::info!(network = architecture.as_str(), "runs in f32: bf16 finds something else");
    }
    Ok(if is_same { candidate } else { Precision::F32 })
}

fn same_probability(a: &Answer, b: &Answer) -> bool {
    match (a.probability, b.probability) {
        (Some(a), Some(b)) => (a - b).abs() <= MAX_SCORE_DIFFERENCE,
        _ => false,
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
}
