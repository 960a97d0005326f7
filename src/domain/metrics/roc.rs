//! The ROC curve and the area under it, ties counted as halves.

use super::confusion_counts::Counts;

/// One point: everything with a score of at least `threshold` is called positive.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RocPoint {
    /// Infinite at the first point, where nothing is called positive.
    pub threshold: f64,
    /// TP / positives: sensitivity.
    pub tpr: f64,
    /// FP / negatives: 1 - specificity.
    pub fpr: f64,
    pub tp: u64,
    pub fp: u64,
}

/// The curve from (0, 0) to (1, 1), one point for each distinct score, falling thresholds, as scikit-learn's
/// `roc_curve(drop_intermediate=False)`.
#[derive(Clone, PartialEq, Debug)]
pub struct Roc {
    pub points: Vec<RocPoint>,
    pub num_positive: u64,
    pub num_negative: u64,
    /// Twice the number of pairs (positive, negative) in the right order, pairs of equal scores counted once: exact.
    twice_u: u64,
}

impl Roc {
    /// `None` where the truth has one class only (or no case at all), or a score is no number. `truth` and `scores` are of
    /// the same length, in any order; scores need not be probabilities.
    pub fn of(truth: &[bool], scores: &[f64]) -> Option<Self> {
        let order = falling(scores)?;
        let num_positive = truth.iter().filter(|&&is_positive| is_positive).count() as u64;
        let num_negative = truth.len() as u64 - num_positive;
        if num_positive == 0 || num_negative == 0 {
            return None;
        }
        let (all_positive, all_negative) = (num_positive as f64, num_negative as f64);
        let mut points = vec![RocPoint { threshold: f64::INFINITY, tpr: 0.0, fpr: 0.0, tp: 0, fp: 0 }];
        let (mut tp, mut fp, mut twice_u) = (0, 0, 0);
        for group in order.chunk_by(|&a, &b| scores[a as usize] == scores[b as usize]) {
            let positives = group.iter().filter(|&&i| truth[i as usize]).count() as u64;
            let negatives = group.len() as u64 - positives;
            twice_u += negatives * (2 * tp + positives);
            tp += positives;
            fp += negatives;
            let (tpr, fpr) = (tp as f64 / all_positive, fp as f64 / all_negative);
            points.push(RocPoint { threshold: scores[group[0] as usize], tpr, fpr, tp, fp });
        }
        Some(Self { points, num_positive, num_negative, twice_u })
    }

    /// The probability that a positive scores higher than a negative, equal scores half: the area under the curve by
    /// trapezoids, and the Mann-Whitney statistic over the number of pairs. 0 to 1, rounded once.
    pub fn auroc(&self) -> f64 {
        auroc(self.twice_u, self.num_positive, self.num_negative)
    }

    /// The first point (highest threshold) where tpr - fpr is largest (Youden, 1950). The differences are compared as
    /// scikit-learn's arrays have them, so that `argmax(tpr - fpr)` there names the same point to the last bit.
    pub fn youden(&self) -> RocPoint {
        let mut best = self.points[0];
        for &point in &self.points[1..] {
            if point.tpr - point.fpr > best.tpr - best.fpr {
                best = point;
            }
        }
        best
    }

    /// The counts when everything with a score of at least this is called positive.
    pub fn counts_at(&self, threshold: f64) -> Counts {
        let place = self.points.partition_point(|point| point.threshold >= threshold);
        // A threshold that is no number, or more than infinite, calls nothing positive.
        let point = self.points[place.max(1) - 1];
        let (tp, fp) = (point.tp, point.fp);
        Counts { tp, fp, tn: self.num_negative - fp, fn_: self.num_positive - tp }
    }
}

/// From twice the Mann-Whitney statistic; both classes have cases.
pub(super) fn auroc(twice_u: u64, num_positive: u64, num_negative: u64) -> f64 {
    twice_u as f64 / (2 * num_positive * num_negative) as f64
}

/// Positions by falling score, equal scores in the order given; `None` where one is no number.
pub fn falling(scores: &[f64]) -> Option<Vec<u32>> {
    if scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    // 0 and -0 are the same score.
    order.sort_by(|&a, &b| scores[b as usize].partial_cmp(&scores[a as usize]).unwrap_or(std::cmp::Ordering::Equal));
    Some(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roc(positives: &[f64], negatives: &[f64]) -> Roc {
        let truth: Vec<bool> = positives.iter().map(|_| true).chain(negatives.iter().map(|_| false)).collect();
        let scores: Vec<f64> = positives.iter().chain(negatives).copied().collect();
        Roc::of(&truth, &scores).unwrap()
    }

    #[test]
    fn the_area_at_its_boundaries() {
        for (positives, negatives, expected) in [
            (&[0.9, 0.8][..], &[0.7, 0.1][..], 1.0),
            (&[0.1], &[0.9], 0.0),
            (&[0.5], &[0.5], 0.5),
            (&[0.5, 0.5, 0.5], &[0.5, 0.5], 0.5),
            (&[0.8, 0.4], &[0.6, 0.2], 0.75),
            (&[0.8, 0.4], &[0.4, 0.2], 0.875),
            (&[0.0], &[-0.0], 0.5),
        ] {
            assert_eq!(roc(positives, negatives).auroc(), expected, "{positives:?} {negatives:?}");
        }
    }

    #[test]
    fn one_class_none_at_all_and_no_number_have_no_curve() {
        assert_eq!(Roc::of(&[true, true], &[0.1, 0.2]), None);
        assert_eq!(Roc::of(&[false], &[0.1]), None);
        assert_eq!(Roc::of(&[], &[]), None);
        assert_eq!(Roc::of(&[true, false], &[f64::NAN, 0.2]), None);
    }

    #[test]
    fn a_point_for_each_distinct_score() {
        let roc = roc(&[0.8, 0.4, 0.4], &[0.4, 0.2]);
        let points: Vec<_> = roc.points.iter().map(|p| (p.threshold, p.tp, p.fp)).collect();
        assert_eq!(points, [(f64::INFINITY, 0, 0), (0.8, 1, 0), (0.4, 3, 1), (0.2, 3, 2)]);
        for (threshold, tp, fp) in
            [(f64::INFINITY, 0, 0), (0.9, 0, 0), (0.8, 1, 0), (0.400_001, 1, 0), (0.4, 3, 1), (0.0, 3, 2), (-1.0, 3, 2)]
        {
            let counts = roc.counts_at(threshold);
            assert_eq!((counts.tp, counts.fp), (tp, fp), "at {threshold}");
            assert_eq!((counts.num_positive(), counts.num_negative()), (3, 2));
        }
        assert_eq!(roc.counts_at(f64::NAN).tp, 0);
    }

    #[test]
    fn the_first_of_equal_maxima_is_the_operating_point() {
        // 0.5 at 0.9 and again at 0.6: 2 of 4 positives and no negative, then all positives and 2 of 4 negatives.
        let best = roc(&[0.9, 0.9, 0.6, 0.6], &[0.7, 0.7, 0.1, 0.1]).youden();
        assert_eq!((best.threshold, best.tp, best.fp), (0.9, 2, 0));
        // Worse than chance everywhere: nothing is called positive.
        assert_eq!(roc(&[0.1], &[0.9]).youden().threshold, f64::INFINITY);
    }
}
