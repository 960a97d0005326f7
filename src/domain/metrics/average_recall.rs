//! Average recall: how many of the truths are found at all, with so many boxes a film and class, over several overlaps.
//!
//! Source: the recall of `COCOeval.accumulate` and its mean in `COCOeval.summarize` (pycocotools 2.0.11).

use crate::domain::evaluation::cases::BoxColumns;
use crate::domain::metrics::average_precision::mean;
use crate::domain::metrics::matching::{Matching, NO_TRUTH};

/// Truths found, by class and overlap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recalls {
    num_ious: usize,
    /// Truths of each class.
    num_truths: Vec<u32>,
    /// For each class, overlap by overlap.
    found: Vec<u32>,
}

impl Recalls {
    /// Counts the best `limit` boxes of each film and class, of those that were matched: a lower limit finds what a
    /// higher one finds, less what is beyond.
    pub fn of(
        truths: &BoxColumns,
        detections: &BoxColumns,
        matching: &Matching,
        num_classes: usize,
        limit: usize,
    ) -> Self {
        let num_ious = matching.num_ious();
        let mut found = vec![0; num_classes * num_ious];
        let mut num_truths = vec![0; num_classes];
        truths.classes.iter().for_each(|&class| num_truths[class as usize] += 1);
        let mut places = matching.finders().iter().enumerate().peekable();
        let mut counts = vec![0; num_classes];
        for film in 0..detections.num_films() {
            let boxes = detections.of_film(film);
            let has_finder = |place: Option<&(usize, &u32)>| place.is_some_and(|&(_, &one)| (one as usize) < boxes.end);
            if !has_finder(places.peek()) {
                continue;
            }
            counts.fill(0);
            for detection in boxes {
                let class = detections.classes[detection] as usize;
                counts[class] += 1;
                let Some((place, _)) = places.next_if(|&(_, &one)| one as usize == detection) else { continue };
                if counts[class] <= limit {
                    let rows = found[class * num_ious..].iter_mut().zip(matching.truths_of_finder(place));
                    rows.for_each(|(count, &truth)| *count += u32::from(truth != NO_TRUTH));
                }
            }
        }
        Self { num_ious, num_truths, found }
    }

    pub fn num_found(&self, class: usize, iou: usize) -> u32 {
        self.found[class * self.num_ious + iou]
    }

    pub fn num_truths(&self, class: usize) -> u32 {
        self.num_truths[class]
    }

    /// 0 to 1; `None` for a class without truths.
    pub fn recall(&self, class: usize, iou: usize) -> Option<f64> {
        let all = self.num_truths[class];
        (all > 0).then(|| f64::from(self.num_found(class, iou)) / f64::from(all))
    }

    /// The mean over overlaps and over classes with truths; `None` when no class has any.
    pub fn mean(&self) -> Option<f64> {
        let classes = 0..self.num_truths.len();
        mean(classes.flat_map(|class| (0..self.num_ious).map(move |iou| self.recall(class, iou))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::metrics::matching::match_boxes;

    #[test]
    fn a_limit_counts_each_film_and_class_for_itself() {
        let square = |x: f64| [x, 0.0, x + 10.0, 10.0];
        let mut truths = BoxColumns::default();
        let mut detections = BoxColumns::default();
        for _ in 0..2 {
            truths.push_film([(0, square(0.0), None), (0, square(20.0), None), (1, square(40.0), None)]);
            let boxes = [(0, square(0.0), 0.9), (1, square(40.0), 0.8), (0, square(60.0), 0.7), (0, square(21.0), 0.6)];
            detections.push_film(boxes.map(|(class, rect, score)| (class, rect, Some(score))));
        }
        let matching = match_boxes(&truths, &detections, &[0.5, 0.95], 100, 3);
        for (limit, found, expected) in
            [(0, [0, 0], 0.0), (1, [2, 2], 0.75), (2, [2, 2], 0.75), (3, [4, 2], 0.875), (100, [4, 2], 0.875)]
        {
            let recalls = Recalls::of(&truths, &detections, &matching, 3, limit);
            assert_eq!([recalls.num_found(0, 0), recalls.num_found(0, 1)], found, "at most {limit}");
            assert_eq!(recalls.mean(), Some(expected), "at most {limit}");
            assert_eq!(recalls.recall(2, 0), None);
        }
        let none = BoxColumns::default();
        assert_eq!(Recalls::of(&none, &none, &match_boxes(&none, &none, &[0.5], 1, 1), 1, 1).mean(), None);
    }
}
