//! Precision over recall for whole films, and the average precision.

use super::roc::falling;

/// One point: everything with a score of at least `threshold` is called positive.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PrPoint {
    pub threshold: f64,
    /// TP / called positive.
    pub precision: f64,
    /// TP / positives.
    pub recall: f64,
    pub tp: u64,
    pub fp: u64,
}

/// One point for each distinct score, falling thresholds, rising recall: scikit-learn's `precision_recall_curve` the other
/// way round and without its last point (precision 1, recall 0), which no threshold has.
#[derive(Clone, PartialEq, Debug)]
pub struct PrCurve {
    pub points: Vec<PrPoint>,
    pub num_positive: u64,
}

impl PrCurve {
    /// `None` without positives, or where a score is no number; without negatives precision is 1 everywhere. `truth` and
    /// `scores` are of the same length, in any order.
    pub fn of(truth: &[bool], scores: &[f64]) -> Option<Self> {
        let order = falling(scores)?;
        let num_positive = truth.iter().filter(|&&is_positive| is_positive).count() as u64;
        if num_positive == 0 {
            return None;
        }
        let (mut tp, mut fp) = (0, 0);
        let groups = order.chunk_by(|&a, &b| scores[a as usize] == scores[b as usize]);
        let points = groups.map(|group| {
            let positives = group.iter().filter(|&&i| truth[i as usize]).count() as u64;
            tp += positives;
            fp += group.len() as u64 - positives;
            let (precision, recall) = (tp as f64 / (tp + fp) as f64, tp as f64 / num_positive as f64);
            PrPoint { threshold: scores[group[0] as usize], precision, recall, tp, fp }
        });
        Some(Self { points: points.collect(), num_positive })
    }

    /// The sum of precision times the gain in recall, without interpolation (scikit-learn's `average_precision_score`).
    /// Not the detection's average precision, which is interpolated.
    pub fn average_precision(&self) -> f64 {
        let mut before = 0.0;
        let gains = self.points.iter().map(|point| {
            let gain = point.recall - before;
            before = point.recall;
            gain * point.precision
        });
        gains.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_by_hand() {
        let curve = PrCurve::of(&[true, false, true, false], &[0.9, 0.5, 0.5, 0.1]).unwrap();
        let points: Vec<_> = curve.points.iter().map(|p| (p.threshold, p.tp, p.fp)).collect();
        assert_eq!(points, [(0.9, 1, 0), (0.5, 2, 1), (0.1, 2, 2)]);
        assert_eq!(curve.average_precision(), 0.5 * 1.0 + 0.5 * (2.0 / 3.0));
    }

    #[test]
    fn one_class_and_none_at_all() {
        assert_eq!(PrCurve::of(&[false, false], &[0.1, 0.2]), None);
        assert_eq!(PrCurve::of(&[], &[]), None);
        assert_eq!(PrCurve::of(&[true], &[f64::NAN]), None);
        assert_eq!(PrCurve::of(&[true, true], &[0.1, 0.2]).unwrap().average_precision(), 1.0);
    }
}
