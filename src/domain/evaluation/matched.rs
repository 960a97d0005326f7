//! What became of every box and every truth at the main overlap: found, confused with another class, missed, false alarm.

use super::cases::{BoxColumns, Cases};
use super::settings::Settings;
use crate::domain::metrics::matching::{MatchPlan, Matching, overlap};

/// A detection held against the truths of its film.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DetectionMatch {
    pub film: u32,
    /// Position in [`Cases::classes`].
    pub class: u16,
    /// False where the film has too many boxes of this class with better scores: then it is neither hit nor false alarm.
    pub is_looked_at: bool,
    pub score: f64,
    /// The truth of its own class that it finds.
    pub found: Option<u32>,
    /// The truth of another class that it is taken for; never beside `found`. It holds while that truth is not found by
    /// a box of its own class that counts.
    pub confused: Option<u32>,
    /// The truth of any class that it overlaps most, the first of equals; `None` when it overlaps none.
    pub nearest: Option<u32>,
    /// Overlap with `found`, or else `confused`, or else `nearest`; 0 without any.
    pub iou: f64,
}

/// A truth and what finds it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TruthMatch {
    pub film: u32,
    pub class: u16,
    /// The detection of its class that finds it; as long as that one counts, the truth is found.
    pub found_by: Option<u32>,
    /// The detection of another class that is taken for it; as long as that one counts and `found_by` does not, the truth
    /// is confused.
    pub confused_by: Option<u32>,
    /// The score of `found_by`.
    pub score: Option<f64>,
    pub confused_score: Option<f64>,
}

/// The pairs of one evaluation at its main overlap. They hold for every operating point and fusion rule: these leave out
/// boxes of the lowest scores of a film, and a box takes nothing from one with a better score.
///
/// Pairs of one class are pycocotools'. A box that finds none takes the truth of another class that it overlaps most, from
/// the main overlap on, unless a better box of any class has found that truth or is taken for it; of two overlapped
/// equally, the later one.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Matched {
    /// One for each of [`Cases::detections`], in their order.
    pub detections: Vec<DetectionMatch>,
    /// One for each of [`Cases::truths`], in their order.
    pub truths: Vec<TruthMatch>,
}

impl Matched {
    pub fn new(cases: &Cases, settings: &Settings) -> Self {
        let num_classes = cases.classes.len();
        let (truths, detections) = (&cases.truths, &cases.detections);
        let plan = MatchPlan::new(truths, detections, &[settings.main_iou], settings.max_detections, num_classes);
        let matching = plan.finish((0..plan.num_blocks()).map(|block| plan.block(block)));
        Self::of(truths, detections, &matching, 0, settings.main_iou)
    }

    /// From a matching that there is already; `position` is the main overlap's in it.
    pub fn of(
        truths: &BoxColumns,
        detections: &BoxColumns,
        matching: &Matching,
        position: usize,
        main_iou: f64,
    ) -> Self {
        let mut matched = Self { detections: unmatched(detections), truths: missed(truths) };
        for &detection in matching.left_out() {
            matched.detections[detection as usize].is_looked_at = false;
        }
        for (detection, truth) in matching.pairs(position) {
            let score = detections.scores[detection as usize];
            matched.detections[detection as usize].found = Some(truth);
            let one = &mut matched.truths[truth as usize];
            (one.found_by, one.score) = (Some(detection), Some(score));
        }
        let floor = f64::min(main_iou, 1.0 - 1e-10);
        for film in 0..truths.num_films() {
            if !truths.of_film(film).is_empty() {
                for detection in detections.of_film(film) {
                    matched.place(truths, detections, film, detection, floor);
                }
            }
        }
        matched
    }

    /// Looks for the truth that a detection is confused with, and for the nearest.
    fn place(&mut self, truths: &BoxColumns, detections: &BoxColumns, film: usize, index: usize, floor: f64) {
        let rect = &detections.rects[index];
        let mut one = self.detections[index];
        let (mut nearest, mut confused) = ((None, 0.0), (None, floor));
        for truth in truths.of_film(film) {
            let iou = overlap(rect, &truths.rects[truth]);
            if iou > nearest.1 {
                nearest = (Some(truth as u32), iou);
            }
            let other = &self.truths[truth];
            // Boxes come by falling score: who has found it before is better.
            let is_free = other.confused_by.is_none() && other.found_by.is_none_or(|by| by as usize > index);
            if iou >= confused.1 && other.class != one.class && is_free {
                confused = (Some(truth as u32), iou);
            }
        }
        one.nearest = nearest.0;
        one.iou = nearest.1;
        if let Some(truth) = one.found {
            one.iou = overlap(rect, &truths.rects[truth as usize]);
        } else if let (Some(truth), true) = (confused.0, one.is_looked_at) {
            one.confused = Some(truth);
            one.iou = confused.1;
            let other = &mut self.truths[truth as usize];
            (other.confused_by, other.confused_score) = (Some(index as u32), Some(one.score));
        }
        self.detections[index] = one;
    }
}

fn unmatched(detections: &BoxColumns) -> Vec<DetectionMatch> {
    let all = (0..detections.num_films()).flat_map(|film| detections.of_film(film).map(move |index| (film, index)));
    let all = all.map(|(film, index)| DetectionMatch {
        film: film as u32,
        class: detections.classes[index],
        is_looked_at: true,
        score: detections.scores[index],
        found: None,
        confused: None,
        nearest: None,
        iou: 0.0,
    });
    all.collect()
}

fn missed(truths: &BoxColumns) -> Vec<TruthMatch> {
    let all = (0..truths.num_films()).flat_map(|film| truths.of_film(film).map(move |index| (film, index)));
    let all = all.map(|(film, index)| TruthMatch {
        film: film as u32,
        class: truths.classes[index],
        found_by: None,
        confused_by: None,
        score: None,
        confused_score: None,
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [f64; 4] = [0.0, 0.0, 10.0, 10.0];
    const NEAR: [f64; 4] = [0.0, 0.0, 10.0, 8.0];
    const FAR: [f64; 4] = [50.0, 50.0, 60.0, 60.0];

    /// One film: for each detection what it finds, what it is confused with, and the nearest.
    fn of_film(
        truth: &[(u16, [f64; 4])],
        boxes: &[(u16, [f64; 4], f64)],
    ) -> Vec<(Option<u32>, Option<u32>, Option<u32>)> {
        let matched = matched(truth, boxes);
        matched.detections.iter().map(|one| (one.found, one.confused, one.nearest)).collect()
    }

    fn matched(truth: &[(u16, [f64; 4])], boxes: &[(u16, [f64; 4], f64)]) -> Matched {
        let mut truths = BoxColumns::default();
        truths.push_film([]);
        truths.push_film(truth.iter().map(|&(class, rect)| (class, rect, None)));
        let mut detections = BoxColumns::default();
        detections.push_film([]);
        detections.push_film(boxes.iter().map(|&(class, rect, score)| (class, rect, Some(score))));
        let cases = Cases {
            classes: ["A", "B", "C"].map(crate::domain::label::LabelName::new).to_vec(),
            truths,
            detections,
            has_detector: true,
            ..Cases::default()
        };
        Matched::new(&cases, &Settings { max_detections: 3, ..Settings::default() })
    }

    #[test]
    fn every_box_has_one_outcome() {
        let truth = [(0, SQUARE)];
        let hit = (Some(0), None, Some(0));
        let taken_for = (None, Some(0), Some(0));
        let false_alarm = (None, None, Some(0));
        let nowhere = (None, None, None);
        for (boxes, expected) in [
            (vec![(0, NEAR, 0.9)], vec![hit]),
            (vec![(1, NEAR, 0.9)], vec![taken_for]),
            (vec![(0, FAR, 0.9)], vec![nowhere]),
            // Found first: the other class is only a false alarm, and so is the second of the same class.
            (vec![(0, NEAR, 0.9), (1, SQUARE, 0.8), (0, SQUARE, 0.7)], vec![hit, false_alarm, false_alarm]),
            // Found later: above that score the truth is confused.
            (vec![(1, NEAR, 0.9), (0, NEAR, 0.8)], vec![taken_for, hit]),
            // Confused once only.
            (vec![(1, NEAR, 0.9), (2, NEAR, 0.8)], vec![taken_for, false_alarm]),
            (vec![(1, [0.0, 0.0, 10.0, 4.9], 0.9)], vec![false_alarm]),
            (vec![(1, [0.0, 0.0, 10.0, 5.0], 0.9)], vec![taken_for]),
            (vec![], vec![]),
        ] {
            assert_eq!(of_film(&truth, &boxes), expected, "{boxes:?}");
        }
        assert_eq!(of_film(&[], &[(0, SQUARE, 0.5)]), [nowhere]);
    }

    #[test]
    fn the_own_class_goes_before_a_better_overlap() {
        let found = matched(&[(0, NEAR), (1, SQUARE)], &[(0, SQUARE, 0.9), (0, SQUARE, 0.8)]);
        let [first, second] = found.detections[..] else { panic!("two") };
        assert_eq!((first.found, first.confused, first.nearest, first.iou), (Some(0), None, Some(1), 0.8));
        assert_eq!((second.found, second.confused, second.iou), (None, Some(1), 1.0));
        let [a, b] = found.truths[..] else { panic!("two") };
        assert_eq!((a.film, a.found_by, a.score, a.confused_by), (1, Some(0), Some(0.9), None));
        assert_eq!((b.found_by, b.score, b.confused_by, b.confused_score), (None, None, Some(1), Some(0.8)));
    }

    #[test]
    fn boxes_beyond_the_limit_are_no_false_alarms_and_confuse_nothing() {
        let boxes: Vec<_> = [0.9, 0.8, 0.7, 0.6].map(|score| (1, FAR, score)).to_vec();
        let found = matched(&[(0, FAR)], &boxes);
        assert_eq!(found.detections.iter().map(|one| one.is_looked_at).collect::<Vec<_>>(), [true, true, true, false]);
        let far = matched(&[(0, SQUARE)], &[(1, FAR, 0.9), (1, FAR, 0.8), (1, FAR, 0.7), (1, SQUARE, 0.6)]);
        assert_eq!(far.truths[0].confused_by, None);
    }
}
