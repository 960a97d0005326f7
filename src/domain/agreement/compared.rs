//! Two readings of one film held against each other: marks paired at three overlaps, and labels present or not.

use crate::domain::geometry::Rect;

use super::pairing::{Overlap, best_pairs};
use super::readings::{Readings, Said};

/// Overlaps (IoU) from which two marks are a pair.
pub const IOUS: [f64; 3] = [0.3, 0.5, 0.75];
/// Of these, the one that pairs are measured at.
const MAIN: usize = 1;

/// What one side says of a film: a reader, or the others together.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Side {
    /// By label.
    pub marks: Vec<(u16, [f64; 4])>,
    /// Labels marked on the film or said of all of it; rising, each once.
    pub present: Vec<u16>,
}

impl Side {
    /// `only`: nothing but this label counts.
    pub fn of(readings: &Readings, said: &Said, only: Option<u16>) -> Self {
        let is_meant = |label: u16| only.is_none_or(|only| only == label);
        let marks = readings.marks_of(said).iter().filter(|mark| is_meant(mark.label));
        let marks = marks.map(|mark| (mark.label, mark.rect)).collect();
        Self::new(marks, readings.image_labels_of(said).iter().copied().filter(|&label| is_meant(label)))
    }

    pub fn new(mut marks: Vec<(u16, [f64; 4])>, image_labels: impl Iterator<Item = u16>) -> Self {
        marks.sort_by_key(|&(label, _)| label);
        let mut present: Vec<u16> = marks.iter().map(|&(label, _)| label).chain(image_labels).collect();
        present.sort_unstable();
        present.dedup();
        Self { marks, present }
    }

    pub const fn is_abnormal(&self) -> bool {
        !self.present.is_empty()
    }

    pub fn has(&self, label: u16) -> bool {
        self.present.binary_search(&label).is_ok()
    }

    fn of_label(&self, label: u16) -> &[(u16, [f64; 4])] {
        let from = self.marks.partition_point(|&(one, _)| one < label);
        let to = self.marks.partition_point(|&(one, _)| one <= label);
        &self.marks[from..to]
    }
}

/// What two sides have in common of one label.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct OfLabel {
    pub label: u16,
    /// Pairs of marks, by [`IOUS`].
    pub pairs: [u32; 3],
    /// Marks of both sides together.
    pub num_marks: u32,
    /// Sum of overlaps of the pairs at 0.5.
    pub iou: f64,
    /// Whether each side says that the film has it.
    pub has: [bool; 2],
}

impl OfLabel {
    /// Somebody has what the other has not.
    pub fn differs(&self) -> bool {
        2 * self.pairs[MAIN] < self.num_marks || self.has[0] != self.has[1]
    }
}

/// Label by label, rising, those that at least one side has.
pub fn compare(first: &Side, second: &Side) -> Vec<OfLabel> {
    let mut labels: Vec<u16> = first.present.iter().chain(&second.present).copied().collect();
    labels.sort_unstable();
    labels.dedup();
    labels
        .into_iter()
        .map(|label| {
            let (own, others) = (first.of_label(label), second.of_label(label));
            let (pairs, iou) = paired(own, others);
            let num_marks = (own.len() + others.len()) as u32;
            OfLabel { label, pairs, num_marks, iou, has: [first.has(label), second.has(label)] }
        })
        .collect()
}

/// Pairs at each of [`IOUS`], and the sum of overlaps at 0.5.
fn paired(first: &[(u16, [f64; 4])], second: &[(u16, [f64; 4])]) -> ([u32; 3], f64) {
    let rect = |&(_, [xmin, ymin, xmax, ymax]): &(u16, [f64; 4])| Rect::from_columns(xmin, ymin, xmax, ymax);
    let others: Vec<Option<Rect>> = second.iter().map(rect).collect();
    let mut overlaps = Vec::new();
    for (at, own) in first.iter().map(rect).enumerate() {
        for (to, other) in others.iter().enumerate() {
            let iou = own.zip(*other).map_or(0.0, |(own, other)| own.iou(&other));
            if iou >= IOUS[0] {
                overlaps.push(Overlap { first: at, second: to, iou });
            }
        }
    }
    let (mut pairs, mut sum) = ([0; 3], 0.0);
    for (place, least) in IOUS.into_iter().enumerate() {
        overlaps.retain(|one| one.iou >= least);
        let best = best_pairs(&overlaps);
        pairs[place] = best.len() as u32;
        if place == MAIN {
            sum = best.iter().map(|one| one.iou).sum();
        }
    }
    (pairs, sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(marks: &[(u16, f64)], image_labels: &[u16]) -> Side {
        let marks = marks.iter().map(|&(label, x)| (label, [x, 0.0, x + 100.0, 100.0])).collect();
        Side::new(marks, image_labels.iter().copied())
    }

    /// The worked example: three marks and four, three of them paired: F1 is 6/7.
    #[test]
    fn three_of_three_and_four() {
        let found = compare(
            &side(&[(0, 0.0), (0, 200.0), (0, 400.0)], &[]),
            &side(&[(0, 0.0), (0, 200.0), (0, 400.0), (0, 900.0)], &[]),
        );
        let [one] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((one.pairs, one.num_marks, one.has), ([3; 3], 7, [true, true]));
        assert!((2.0 * f64::from(one.pairs[1]) / f64::from(one.num_marks) - 6.0 / 7.0).abs() < 1e-12);
        assert!(one.differs());
    }

    #[test]
    fn labels_of_the_whole_film_count_as_present() {
        let found = compare(&side(&[(1, 0.0)], &[3]), &side(&[], &[1, 2]));
        let what: Vec<_> = found.iter().map(|one| (one.label, one.num_marks, one.has)).collect();
        assert_eq!(what, [(1, 1, [true, true]), (2, 0, [false, true]), (3, 0, [true, false])]);
        assert!(compare(&side(&[], &[]), &side(&[], &[])).is_empty());
        assert!(!side(&[], &[]).is_abnormal());
    }

    #[test]
    fn each_overlap_pairs_for_itself() {
        // IoU 1/3, 0.6, 100/101.
        let found = compare(
            &side(&[(0, 0.0), (0, 1000.0), (0, 2000.0)], &[]),
            &side(&[(0, 50.0), (0, 1025.0), (0, 2000.5)], &[]),
        );
        assert_eq!(found[0].pairs, [3, 2, 1]);
        assert!((found[0].iou - (0.6 + 99.5 / 100.5)).abs() < 1e-12);
    }
}
