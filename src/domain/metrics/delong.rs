//! The variance of an AUROC and the test of two AUROCs on the same films, without resampling.

use super::gauss;
use super::interval::Interval;

/// An AUROC with its structural components (DeLong, DeLong and Clarke-Pearson, 1988), found by ranks in O(n log n) (Sun and
/// Xu, "Fast implementation of DeLong's algorithm", 2014). Cases count as independent: with several films of one patient
/// the variance is too small, and the bootstrap by patient is the honest one.
#[derive(Clone, PartialEq, Debug)]
pub struct DeLong {
    pub auroc: f64,
    /// For each positive, in the order given, the share of negatives that it scores above, equal scores half.
    positives: Vec<f64>,
    /// For each negative, the share of positives that score above it.
    negatives: Vec<f64>,
}

/// Two AUROCs on the same cases.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PairedTest {
    /// First minus second.
    pub difference: f64,
    pub variance: f64,
    /// The difference over its standard error; `None` where that is 0.
    pub z: Option<f64>,
    /// Two-sided. 1 where the models rank all pairs alike; `None` where they differ without any variance, as one that is
    /// always right and one that always says the same do.
    pub p_value: Option<f64>,
}

impl DeLong {
    /// `None` with one class only, or where a score is no number.
    pub fn of(truth: &[bool], scores: &[f64]) -> Option<Self> {
        let of_class = |class: bool| -> Vec<f64> {
            truth.iter().zip(scores).filter(|(is_positive, _)| **is_positive == class).map(|(_, &s)| s).collect()
        };
        let (positives, negatives) = (of_class(true), of_class(false));
        if positives.is_empty() || negatives.is_empty() || scores.iter().any(|score| score.is_nan()) {
            return None;
        }
        let all: Vec<f64> = positives.iter().chain(&negatives).copied().collect();
        let twice_rank = twice_midranks(&all);
        let (num_positive, num_negative) = (positives.len() as f64, negatives.len() as f64);
        // A rank among all less the rank among one's own is how many of the others are below, equal scores half.
        let below = |own: &[f64], among_all: &[u64]| -> Vec<u64> {
            twice_midranks(own).iter().zip(among_all).map(|(own, all)| all - own).collect()
        };
        let (of_positive, of_negative) = twice_rank.split_at(positives.len());
        let twice_below = below(&positives, of_positive);
        let twice_u: u64 = twice_below.iter().sum();
        Some(Self {
            auroc: twice_u as f64 / (2.0 * num_positive * num_negative),
            positives: twice_below.iter().map(|&twice| twice as f64 / (2.0 * num_negative)).collect(),
            negatives: below(&negatives, of_negative)
                .iter()
                .map(|&twice| 1.0 - twice as f64 / (2.0 * num_positive))
                .collect(),
        })
    }

    /// Of the AUROC; `None` with fewer than two positives or negatives.
    pub fn variance(&self) -> Option<f64> {
        Some(variance_of_mean(&self.positives)? + variance_of_mean(&self.negatives)?)
    }

    /// AUROC plus and minus standard errors, cut at 0 and 1 (as pROC's `ci.auc`). At an AUROC of exactly 1 it has no width:
    /// there it says little. `None` as for [`Self::variance`].
    pub fn interval(&self, level: f64) -> Option<Interval> {
        let reach = gauss::quantile(f64::midpoint(1.0, level)) * libm::sqrt(self.variance()?);
        Some(Interval { low: (self.auroc - reach).max(0.0), high: (self.auroc + reach).min(1.0) })
    }

    /// Both on the same cases in the same order. `None` where they are not, or as for [`Self::variance`].
    pub fn against(&self, other: &Self) -> Option<PairedTest> {
        // The variance of the difference is that of the components' differences, covariances and all.
        let apart = |a: &[f64], b: &[f64]| -> Option<Vec<f64>> {
            (a.len() == b.len()).then(|| a.iter().zip(b).map(|(a, b)| a - b).collect())
        };
        let (positives, negatives) =
            (apart(&self.positives, &other.positives)?, apart(&self.negatives, &other.negatives)?);
        let variance = variance_of_mean(&positives)? + variance_of_mean(&negatives)?;
        let difference = self.auroc - other.auroc;
        let z = (variance > 0.0).then(|| difference / libm::sqrt(variance));
        let p_value = z.map(gauss::two_sided).or_else(|| (difference == 0.0).then_some(1.0));
        Some(PairedTest { difference, variance, z, p_value })
    }
}

/// The sample variance over the number of values; `None` for fewer than two.
fn variance_of_mean(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    // Equal values must give 0, though their mean is rounded.
    let is_flat = values.windows(2).all(|pair| pair[0] == pair[1]);
    (values.len() >= 2).then(|| if is_flat { 0.0 } else { squares / (n - 1.0) / n })
}

/// Twice the rank of each value from below, counted from 1; equal values share the mean of their ranks, so twice it is
/// whole.
fn twice_midranks(values: &[f64]) -> Vec<u64> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
    let mut ranks = vec![0; values.len()];
    let mut before = 0;
    for group in order.chunk_by(|&a, &b| values[a as usize] == values[b as usize]) {
        for &place in group {
            ranks[place as usize] = 2 * before + group.len() as u64 + 1;
        }
        before += group.len() as u64;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::metrics::roc::Roc;

    const TRUTH: [bool; 6] = [true, false, true, false, true, false];

    #[test]
    fn the_area_is_that_of_the_curve() {
        for scores in [[0.9, 0.1, 0.5, 0.5, 0.4, 0.4], [0.0, -0.0, 0.0, 1.0, 0.3, 0.3]] {
            let area = DeLong::of(&TRUTH, &scores).unwrap().auroc;
            assert_eq!(area, Roc::of(&TRUTH, &scores).unwrap().auroc());
        }
    }

    #[test]
    fn what_is_undefined_is_left_out() {
        assert_eq!(DeLong::of(&[true, true], &[0.1, 0.2]), None);
        assert_eq!(DeLong::of(&[], &[]), None);
        assert_eq!(DeLong::of(&[true, false], &[0.1, f64::NAN]), None);
        let one_positive = DeLong::of(&[true, false, false], &[0.5, 0.1, 0.9]).unwrap();
        assert_eq!((one_positive.auroc, one_positive.variance(), one_positive.interval(0.95)), (0.5, None, None));
        assert_eq!(one_positive.against(&one_positive), None);
        let other_cases = DeLong::of(&TRUTH, &[0.1; 6]).unwrap();
        assert_eq!(one_positive.against(&other_cases), None);
    }

    #[test]
    fn models_without_variance() {
        let right = DeLong::of(&TRUTH, &[0.9, 0.1, 0.8, 0.2, 0.7, 0.3]).unwrap();
        let same = DeLong::of(&TRUTH, &[0.5; 6]).unwrap();
        assert_eq!((right.variance(), same.variance()), (Some(0.0), Some(0.0)));
        assert_eq!(right.interval(0.95), Some(Interval { low: 1.0, high: 1.0 }));
        let test = right.against(&same).unwrap();
        assert_eq!((test.difference, test.z, test.p_value), (0.5, None, None));
        let test = right.against(&right).unwrap();
        assert_eq!((test.difference, test.z, test.p_value), (0.0, None, Some(1.0)));
    }
}
