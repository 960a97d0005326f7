//! Right and wrong answers at one threshold, and the figures that follow from the four counts.

/// How often a film that is called abnormal, or normal, is so.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Counts {
    pub tp: u64,
    pub fp: u64,
    pub tn: u64,
    /// False negatives (`fn` is a word of the language).
    pub fn_: u64,
}

impl Counts {
    /// At `score >= threshold`: a score of exactly the threshold counts as positive. `truth` and `scores` run side by
    /// side; what is longer is cut.
    pub fn at(truth: &[bool], scores: &[f64], threshold: f64) -> Self {
        let mut counts = Self::default();
        for (&is_positive, &score) in truth.iter().zip(scores) {
            counts.add(is_positive, score >= threshold);
        }
        counts
    }

    /// One more case.
    pub const fn add(&mut self, is_positive: bool, is_called_positive: bool) {
        match (is_positive, is_called_positive) {
            (true, true) => self.tp += 1,
            (true, false) => self.fn_ += 1,
            (false, true) => self.fp += 1,
            (false, false) => self.tn += 1,
        }
    }

    pub const fn num_positive(self) -> u64 {
        self.tp + self.fn_
    }

    pub const fn num_negative(self) -> u64 {
        self.tn + self.fp
    }

    pub const fn total(self) -> u64 {
        self.num_positive() + self.num_negative()
    }

    /// TP / positives; `None` without positives.
    pub fn sensitivity(self) -> Option<f64> {
        ratio(self.tp, self.num_positive())
    }

    /// TN / negatives; `None` without negatives.
    pub fn specificity(self) -> Option<f64> {
        ratio(self.tn, self.num_negative())
    }

    /// TP / called positive; `None` when nothing is called positive.
    pub fn precision(self) -> Option<f64> {
        ratio(self.tp, self.tp + self.fp)
    }

    /// TN / called negative; `None` when nothing is called negative.
    pub fn npv(self) -> Option<f64> {
        ratio(self.tn, self.tn + self.fn_)
    }

    /// 2 TP / (2 TP + FP + FN); `None` where neither truth nor answer has a positive (scikit-learn says 0 there, with a
    /// warning). With positives of which none is found it is 0, though precision may be undefined.
    pub fn f1(self) -> Option<f64> {
        ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn_)
    }

    /// Share of right answers; `None` without cases.
    pub fn accuracy(self) -> Option<f64> {
        ratio(self.tp + self.tn, self.total())
    }

    /// Sensitivity + specificity - 1; `None` with one class only.
    pub fn youden(self) -> Option<f64> {
        Some(self.sensitivity()? + self.specificity()? - 1.0)
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_at_the_threshold_counts_as_positive() {
        let truth = [true, true, false, false];
        let scores = [0.5, 0.499_999, 0.5, 0.2808];
        let counts = |threshold| Counts::at(&truth, &scores, threshold);
        assert_eq!(counts(0.5), Counts { tp: 1, fn_: 1, fp: 1, tn: 1 });
        assert_eq!(counts(0.500_001), Counts { tp: 0, fn_: 2, fp: 0, tn: 2 });
        assert_eq!(counts(0.2808), Counts { tp: 2, fn_: 0, fp: 2, tn: 0 });
        assert_eq!(counts(0.280_800_1), Counts { tp: 2, fn_: 0, fp: 1, tn: 1 });
        assert_eq!(counts(f64::INFINITY), Counts { tp: 0, fn_: 2, fp: 0, tn: 2 });
    }

    /// VinDr-SpineXR, table 3: 839 of 1,010 abnormal and 847 of 1,068 normal films give the ensemble's row.
    #[test]
    fn the_published_counts_give_the_published_figures() {
        let counts = Counts { tp: 839, fn_: 1010 - 839, tn: 847, fp: 1068 - 847 };
        let percent = |value: Option<f64>| (value.unwrap() * 1e4).round() / 1e2;
        assert_eq!(percent(counts.sensitivity()), 83.07);
        // Table 3 and the text have 79.32; the nearest count gives 79.31.
        assert!((percent(counts.specificity()) - 79.32).abs() < 0.015);
        assert!((percent(counts.f1()) - 81.06).abs() < 0.005);
        assert_eq!(percent(counts.precision()), 79.15);
        assert_eq!(percent(counts.accuracy()), 81.14);
    }

    #[test]
    fn what_is_undefined_is_left_out() {
        let none = Counts::default();
        for value in [none.sensitivity(), none.specificity(), none.precision(), none.npv(), none.f1(), none.accuracy()]
        {
            assert_eq!(value, None);
        }
        let all_normal = Counts { tn: 5, ..none };
        assert_eq!(
            (all_normal.specificity(), all_normal.npv(), all_normal.accuracy()),
            (Some(1.0), Some(1.0), Some(1.0))
        );
        assert_eq!((all_normal.sensitivity(), all_normal.precision(), all_normal.f1()), (None, None, None));
        assert_eq!(all_normal.youden(), None);
        let all_missed = Counts { tn: 5, fn_: 2, ..none };
        assert_eq!((all_missed.sensitivity(), all_missed.precision(), all_missed.f1()), (Some(0.0), None, Some(0.0)));
        let all_called = Counts { tp: 2, fp: 5, ..none };
        assert_eq!((all_called.specificity(), all_called.npv()), (Some(0.0), None));
    }
}
