//! Readings held against hidden truths: how often a reader finds what is there, and only that.

use crate::domain::label::LabelName;

/// Boxes that overlap at least so much, with the same label, are the same finding.
pub const SAME_IOU: f64 = 0.5;

/// What somebody says of a film, as far as it is compared: label and `xmin, ymin, xmax, ymax` of each box.
pub type Marks = [(LabelName, [f64; 4])];

/// Counts over films with a known truth.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Score {
    /// Films that were read.
    pub num_films: u32,
    /// Of these, those called normal or abnormal as the truth has it.
    pub num_right: u32,
    /// Findings of the truth that the reader has too.
    pub found: u32,
    /// Findings of the truth that the reader does not have.
    pub missed: u32,
    /// The reader's findings that the truth does not have.
    pub extra: u32,
}

impl Score {
    /// `None` where no film was read.
    pub fn accuracy(&self) -> Option<f64> {
        (self.num_films > 0).then(|| f64::from(self.num_right) / f64::from(self.num_films))
    }

    /// Of the truth's findings, those found; `None` where the truth has none.
    pub fn sensitivity(&self) -> Option<f64> {
        let all = self.found + self.missed;
        (all > 0).then(|| f64::from(self.found) / f64::from(all))
    }

    /// Of the reader's findings, those that are there; `None` where the reader has none.
    pub fn precision(&self) -> Option<f64> {
        let all = self.found + self.extra;
        (all > 0).then(|| f64::from(self.found) / f64::from(all))
    }

    pub const fn add(&mut self, other: Self) {
        self.num_films += other.num_films;
        self.num_right += other.num_right;
        self.found += other.found;
        self.missed += other.missed;
        self.extra += other.extra;
    }
}

/// One film's reading against its truth. Within a label the pairs that overlap most go together first, each box once, so
/// that the order of marks changes nothing. `is_right`: both call the film normal, or both abnormal.
pub fn held_against(reading: &Marks, truth: &Marks, is_right: bool) -> Score {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (r, (label, a)) in reading.iter().enumerate() {
        for (t, (_, b)) in truth.iter().enumerate().filter(|(_, (other, _))| other == label) {
            let overlap = iou(*a, *b);
            if overlap >= SAME_IOU {
                pairs.push((overlap, r, t));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut is_used, mut is_found) = (vec![false; reading.len()], vec![false; truth.len()]);
    let mut found = 0;
    for (_, r, t) in pairs {
        if !is_used[r] && !is_found[t] {
            (is_used[r], is_found[t]) = (true, true);
            found += 1;
        }
    }
    Score {
        num_films: 1,
        num_right: u32::from(is_right),
        found,
        missed: truth.len() as u32 - found,
        extra: reading.len() as u32 - found,
    }
}

fn iou(a: [f64; 4], b: [f64; 4]) -> f64 {
    let width = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0);
    let height = (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    let area = |r: [f64; 4]| (r[2] - r[0]) * (r[3] - r[1]);
    let shared = width * height;
    if shared > 0.0 { shared / (area(a) + area(b) - shared) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(label: &str, x: f64) -> (LabelName, [f64; 4]) {
        (LabelName::new(label), [x, 0.0, x + 12.0, 10.0])
    }

    #[test]
    fn a_finding_counts_once_and_under_its_own_label() {
        let check = |reading: &Marks, truth: &Marks, expected: [u32; 4]| {
            let score = held_against(reading, truth, reading.is_empty() == truth.is_empty());
            assert_eq!([score.num_right, score.found, score.missed, score.extra], expected);
        };
        check(&[], &[], [1, 0, 0, 0]);
        check(&[mark("a", 0.0)], &[], [0, 0, 0, 1]);
        check(&[], &[mark("a", 0.0)], [0, 0, 1, 0]);
        check(&[mark("b", 0.0)], &[mark("a", 0.0)], [1, 0, 1, 1]);
        // Half of the union is the same finding, less is not: 8 of 16, 7 of 17.
        check(&[mark("a", 5.0)], &[mark("a", 0.0)], [1, 0, 1, 1]);
        check(&[mark("a", 4.0)], &[mark("a", 0.0)], [1, 1, 0, 0]);
        // Two boxes on one finding: one of them is too many.
        check(&[mark("a", 1.0), mark("a", 0.0)], &[mark("a", 0.0)], [1, 1, 0, 1]);
        // The better pair goes first: each box of the reader finds one.
        check(&[mark("a", 0.0), mark("a", 3.0)], &[mark("a", 3.0), mark("a", 2.0)], [1, 2, 0, 0]);
    }

    #[test]
    fn shares_of_nothing_are_none() {
        let none = Score::default();
        assert_eq!((none.accuracy(), none.sensitivity(), none.precision()), (None, None, None));
        let mut sum = held_against(&[mark("a", 0.0)], &[mark("a", 0.0), mark("a", 50.0)], true);
        sum.add(held_against(&[], &[], true));
        assert_eq!((sum.accuracy(), sum.sensitivity(), sum.precision()), (Some(1.0), Some(0.5), Some(1.0)));
    }
}
