//! The score of the VinBigData Chest X-ray competition (Kaggle, 2020-2021), in which "No finding" is a class with a box.
//!
//! The mean over classes with truths of the PASCAL VOC 2010 average precision. A box finds a truth when their overlap is
//! over 0.4: exactly 0.4 does not do. A film without findings has one truth of a further class (14 there) with the box
//! `[0, 0, 1, 1]`, and an answer says "no finding" by that box with a confidence.
//!
//! Of PASCAL VOC only the interpolation is taken. Which box finds which truth is COCO's rule ([`super::matching`]): the best
//! truth that is still free, and not, as in VOC, the best truth alone. Where truths of one class overlap much, the score is
//! not the competition's to the last digit.

use crate::domain::evaluation::cases::BoxColumns;
use crate::domain::evaluation::settings::Interpolation;
use crate::domain::metrics::average_precision::{mean, rank};
use crate::domain::metrics::matching::match_boxes;

/// Overlaps over this one match.
pub const OVERLAP: f64 = 0.4;
const NO_FINDING_BOX: [f64; 4] = [0.0, 0.0, 1.0, 1.0];

/// The score and what it is the mean of.
#[derive(Clone, PartialEq, Debug)]
pub struct KaggleScore {
    /// Average precision of each class; `None` for those without truths.
    pub classes: Vec<Option<f64>>,
    /// Of "No finding"; `None` when every film has a truth.
    pub no_finding: Option<f64>,
    /// `None` without films.
    pub mean: Option<f64>,
}

impl KaggleScore {
    /// `no_finding`: film by film, the confidence of the answer's "No finding" box, or `None` for no such box; films
    /// beyond its end have none. The competition's sample says 1 for a film without boxes ([`said_by_boxes`]); its winners
    /// said 1 - p(abnormal).
    pub fn of(truths: &BoxColumns, detections: &BoxColumns, no_finding: &[Option<f64>], num_classes: usize) -> Self {
        let further = num_classes as u16;
        let mut all_truths = BoxColumns::default();
        let mut all_detections = BoxColumns::default();
        for film in 0..truths.num_films() {
            let normal = truths.of_film(film).is_empty().then_some((further, NO_FINDING_BOX, None));
            let known = truths.of_film(film).map(|i| (truths.classes[i], truths.rects[i], None));
            all_truths.push_film(known.chain(normal));
            let boxes = detections.of_film(film);
            let normal = no_finding.get(film).copied().flatten();
            let better = detections.scores[boxes.clone()].partition_point(|&score| normal.is_none_or(|it| score >= it));
            let said = |i: usize| (detections.classes[i], detections.rects[i], Some(detections.scores[i]));
            let (before, after) = (boxes.start..boxes.start + better, boxes.start + better..boxes.end);
            let normal = normal.map(|score| (further, NO_FINDING_BOX, Some(score)));
            all_detections.push_film(before.map(said).chain(normal).chain(after.map(said)));
        }
        let matching = match_boxes(&all_truths, &all_detections, &[OVERLAP.next_up()], usize::MAX, num_classes + 1);
        let ranking = rank(&all_truths, &all_detections, &matching, num_classes + 1);
        let of_class = |class| ranking.average_precision(&matching, class, 0, Interpolation::Voc2010);
        let classes: Vec<_> = (0..num_classes).map(of_class).collect();
        let no_finding = of_class(num_classes);
        let mean = mean(classes.iter().copied().chain([no_finding]));
        Self { classes, no_finding, mean }
    }
}

/// "No finding" with confidence 1 on each film without boxes, and on no other.
pub fn said_by_boxes(detections: &BoxColumns) -> Vec<Option<f64>> {
    (0..detections.num_films()).map(|film| detections.of_film(film).is_empty().then_some(1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_without_findings_is_found_by_its_box() {
        let square = [0.0, 0.0, 10.0, 10.0];
        let forty = [0.0, 0.0, 10.0, 4.0];
        let over_forty = [0.0, 0.0, 10.0, 4.01];
        for (rect, no_finding, expected) in [
            (square, [None, Some(1.0)], (Some(1.0), Some(1.0), Some(1.0))),
            // Said first of a film with findings: half the precision.
            (square, [Some(1.0), Some(0.5)], (Some(1.0), Some(0.5), Some(0.75))),
            (square, [None, None], (Some(1.0), Some(0.0), Some(0.5))),
            (over_forty, [None, Some(1.0)], (Some(1.0), Some(1.0), Some(1.0))),
            (forty, [None, Some(1.0)], (Some(0.0), Some(1.0), Some(0.5))),
        ] {
            let mut truths = BoxColumns::default();
            truths.push_film([(0, square, None)]);
            truths.push_film([]);
            let mut detections = BoxColumns::default();
            detections.push_film([(0, rect, Some(0.9))]);
            detections.push_film([]);
            let score = KaggleScore::of(&truths, &detections, &no_finding, 2);
            assert_eq!((score.classes[0], score.no_finding, score.mean), expected, "{rect:?} {no_finding:?}");
            assert_eq!(score.classes[1], None);
            assert_eq!(said_by_boxes(&detections), [None, Some(1.0)]);
        }
        let none = BoxColumns::default();
        assert_eq!(KaggleScore::of(&none, &none, &[], 1).mean, None);
    }
}
