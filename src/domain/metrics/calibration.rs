//! Whether films called abnormal with probability 0.7 are abnormal 7 times in 10.

use super::interval::quantile;

/// How probabilities are put into bins.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Binning {
    /// Between 0, 1/n, 2/n ... 1.
    EqualWidth,
    /// Between quantiles of the probabilities, so that bins hold about as many films each; equal probabilities stay
    /// together.
    EqualMass,
}

/// The films of one bin, at least one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ReliabilityBin {
    /// A probability of exactly `low` is in the bin before (in the first bin, in this one).
    pub low: f64,
    /// One of exactly `high` is in this bin.
    pub high: f64,
    pub count: u64,
    pub num_positive: u64,
    /// What the classifier says, on average.
    pub mean_probability: f64,
}

impl ReliabilityBin {
    /// What is so.
    pub fn share_positive(&self) -> f64 {
        self.num_positive as f64 / self.count as f64
    }

    /// How far what is said is from what is so.
    pub fn gap(&self) -> f64 {
        (self.mean_probability - self.share_positive()).abs()
    }
}

/// Reliability of probabilities of being abnormal.
#[derive(Clone, PartialEq, Debug)]
pub struct Calibration {
    /// In rising order; empty bins are left out.
    pub bins: Vec<ReliabilityBin>,
    /// Expected calibration error: the mean gap over the films, 0 to 1 (Naeini et al., 2015).
    pub ece: f64,
    /// The largest gap.
    pub mce: f64,
    /// Mean squared distance of probability and truth, 0 to 1 (Brier, 1950); does not depend on bins.
    pub brier: f64,
}

impl Calibration {
    /// Bins as scikit-learn's `calibration_curve` makes them. One class only is no hindrance. `None` without films or bins,
    /// with lengths that differ, or with a probability that is not from 0 to 1.
    pub fn of(truth: &[bool], probabilities: &[f64], num_bins: usize, binning: Binning) -> Option<Self> {
        let is_usable = truth.len() == probabilities.len() && !truth.is_empty() && num_bins > 0;
        if !is_usable || !probabilities.iter().all(|p| (0.0..=1.0).contains(p)) {
            return None;
        }
        let edges = edges(probabilities, num_bins, binning);
        let (mut counts, mut num_positive, mut sums) =
            (vec![0_u64; num_bins], vec![0_u64; num_bins], vec![0.0; num_bins]);
        let mut squares = 0.0;
        for (&is_positive, &p) in truth.iter().zip(probabilities) {
            let bin = edges[1..num_bins].partition_point(|&edge| edge < p);
            counts[bin] += 1;
            num_positive[bin] += u64::from(is_positive);
            sums[bin] += p;
            let distance = p - f64::from(u8::from(is_positive));
            squares += distance * distance;
        }
        let bins: Vec<ReliabilityBin> = (0..num_bins)
            .filter(|&bin| counts[bin] > 0)
            .map(|bin| ReliabilityBin {
                low: edges[bin],
                high: edges[bin + 1],
                count: counts[bin],
                num_positive: num_positive[bin],
                mean_probability: sums[bin] / counts[bin] as f64,
            })
            .collect();
        let total = truth.len() as f64;
        Some(Self {
            ece: bins.iter().map(|bin| bin.count as f64 * bin.gap()).sum::<f64>() / total,
            mce: bins.iter().map(ReliabilityBin::gap).fold(0.0, f64::max),
            brier: squares / total,
            bins,
        })
    }
}

/// One more than there are bins.
fn edges(probabilities: &[f64], num_bins: usize, binning: Binning) -> Vec<f64> {
    // As numpy's linspace: a rounded step times the number; so 3 of 10 is 0.30000000000000004.
    let step = 1.0 / num_bins as f64;
    let even = |k: usize| if k == num_bins { 1.0 } else { k as f64 * step };
    match binning {
        Binning::EqualWidth => (0..=num_bins).map(even).collect(),
        Binning::EqualMass => {
            let mut sorted = probabilities.to_vec();
            sorted.sort_unstable_by(f64::total_cmp);
            (0..=num_bins).map(|k| quantile(&sorted, even(k))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_at_an_edge_is_in_the_lower_bin() {
        let counts = |probabilities: &[f64]| -> Vec<(f64, u64)> {
            let truth = vec![true; probabilities.len()];
            let calibration = Calibration::of(&truth, probabilities, 4, Binning::EqualWidth).unwrap();
            calibration.bins.iter().map(|bin| (bin.high, bin.count)).collect()
        };
        assert_eq!(counts(&[0.0, 0.25]), [(0.25, 2)]);
        assert_eq!(counts(&[0.250_001, 0.5]), [(0.5, 2)]);
        assert_eq!(counts(&[0.75, 0.750_001, 1.0]), [(0.75, 1), (1.0, 2)]);
    }

    #[test]
    fn figures_by_hand() {
        let truth = [false, true, true, true];
        let calibration = Calibration::of(&truth, &[0.1, 0.3, 0.6, 0.8], 2, Binning::EqualWidth).unwrap();
        let bins: Vec<_> = calibration.bins.iter().map(|b| (b.count, b.num_positive, b.mean_probability)).collect();
        assert_eq!(bins, [(2, 1, 0.2), (2, 2, 0.7)]);
        assert!((calibration.ece - 0.3).abs() < 1e-12 && (calibration.mce - 0.3).abs() < 1e-12);
        assert!((calibration.brier - (0.01 + 0.49 + 0.16 + 0.04) / 4.0).abs() < 1e-12);
    }

    #[test]
    fn equal_probabilities_stay_in_one_bin() {
        let calibration = Calibration::of(&[true, false, true, false, true], &[0.5; 5], 3, Binning::EqualMass).unwrap();
        assert_eq!((calibration.bins.len(), calibration.bins[0].count), (1, 5));
        assert!((calibration.ece - 0.1).abs() < 1e-12);
    }

    #[test]
    fn what_is_no_probability_has_no_calibration() {
        for (truth, probabilities, num_bins) in [
            (&[][..], &[][..], 10),
            (&[true], &[0.5], 0),
            (&[true], &[0.5, 0.6], 10),
            (&[true], &[1.1], 10),
            (&[true], &[-0.1], 10),
            (&[true], &[f64::NAN], 10),
        ] {
            assert_eq!(Calibration::of(truth, probabilities, num_bins, Binning::EqualWidth), None);
        }
        let certain = Calibration::of(&[true], &[1.0], 10, Binning::EqualWidth).unwrap();
        assert_eq!((certain.ece, certain.mce, certain.brier), (0.0, 0.0, 0.0));
    }
}
