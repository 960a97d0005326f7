//! Which class is taken for which, with nothing there ("background") as one more class on both sides.

use crate::domain::evaluation::matched::{DetectionMatch, Matched};

/// Counts of truths and false alarms. Row: the truth's class, the last for nothing there. Column: the box's class, the
/// last for none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfusionMatrix {
    num_classes: usize,
    counts: Vec<u32>,
}

impl ConfusionMatrix {
    /// `counts` says of a detection, by position and what became of it, whether it counts; of one film, those that do
    /// have better scores than those that do not.
    ///
    /// A truth counts once: found by a box of its own class, or else taken for another class, or else missed. A box that
    /// finds none and confuses none counts once as a false alarm.
    pub fn of(matched: &Matched, num_classes: usize, counts: impl Fn(usize, &DetectionMatch) -> bool) -> Self {
        let mut matrix = Self { num_classes, counts: vec![0; (num_classes + 1) * (num_classes + 1)] };
        let counts = |index: u32| {
            let one = &matched.detections[index as usize];
            (one.is_looked_at && counts(index as usize, one)).then_some(one)
        };
        for truth in &matched.truths {
            let column = if truth.found_by.and_then(counts).is_some() {
                truth.class as usize
            } else {
                truth.confused_by.and_then(counts).map_or(num_classes, |one| one.class as usize)
            };
            matrix.add(truth.class as usize, column);
        }
        for index in 0..matched.detections.len() as u32 {
            let Some(one) = counts(index) else { continue };
            let holds = |truth: u32| matched.truths[truth as usize].found_by.and_then(counts).is_none();
            if one.found.is_none() && !one.confused.is_some_and(holds) {
                matrix.add(num_classes, one.class as usize);
            }
        }
        matrix
    }

    fn add(&mut self, row: usize, column: usize) {
        self.counts[row * (self.num_classes + 1) + column] += 1;
    }

    pub const fn num_classes(&self) -> usize {
        self.num_classes
    }

    /// `num_classes` stands for nothing there in a row, for missed in a column. Nothing taken for nothing is always 0.
    pub fn count(&self, truth: usize, detection: usize) -> u32 {
        self.counts[truth * (self.num_classes + 1) + detection]
    }

    /// The counts of a truth's class by column, the last one missed.
    pub fn row(&self, truth: usize) -> &[u32] {
        &self.counts[truth * (self.num_classes + 1)..][..=self.num_classes]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluation::cases::BoxColumns;
    use crate::domain::metrics::matching::match_boxes;

    #[test]
    fn a_truth_changes_its_column_as_the_threshold_falls() {
        let square = [0.0, 0.0, 10.0, 10.0];
        let mut truths = BoxColumns::default();
        truths.push_film([(0, square, None)]);
        let mut detections = BoxColumns::default();
        detections.push_film([(1, square, Some(0.9)), (0, square, Some(0.8)), (0, square, Some(0.7))]);
        let matching = match_boxes(&truths, &detections, &[0.5], 100, 2);
        let matched = Matched::of(&truths, &detections, &matching, 0, 0.5);
        for (threshold, expected) in [
            (0.95, [[0, 0, 1], [0, 0, 0], [0, 0, 0]]),
            (0.9, [[0, 1, 0], [0, 0, 0], [0, 0, 0]]),
            (0.8, [[1, 0, 0], [0, 0, 0], [0, 1, 0]]),
            (0.7, [[1, 0, 0], [0, 0, 0], [1, 1, 0]]),
        ] {
            let matrix = ConfusionMatrix::of(&matched, 2, |_, one| one.score >= threshold);
            let rows = [0, 1, 2].map(|row| matrix.row(row));
            assert_eq!(rows, expected.each_ref().map(|row| &row[..]), "at {threshold}");
        }
    }
}
