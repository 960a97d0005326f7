//! From resampled values to an interval, and from paired differences to a p-value.

use super::gauss;

/// From the lower to the upper bound; the figure itself need not lie inside.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// The percentile interval as the released code of VinDr-SpineXR takes it: of N sorted values those at the positions
/// floor(N (1 - level) / 2) and N minus that, counted from 0 (so the upper one is one further out than the lower; with
/// few values it is the last). Undefined values are left out. `None` without values.
pub fn percentile(values: &[Option<f64>], level: f64) -> Option<Interval> {
    let mut values: Vec<f64> = values.iter().flatten().copied().collect();
    let last = values.len().checked_sub(1)?;
    // (1 - 0.9) / 2 is a little less than 0.05.
    let from = (((1.0 - level) / 2.0 * values.len() as f64 + 1e-9).floor() as usize).min(last);
    let to = (values.len() - from).min(last);
    let (_, &mut low, above) = values.select_nth_unstable_by(from, f64::total_cmp);
    let further = to.checked_sub(from + 1);
    let high = further.map_or(low, |further| *above.select_nth_unstable_by(further, f64::total_cmp).1);
    Some(Interval { low, high })
}

/// The bias-corrected and accelerated interval (Efron, 1987; DiCiccio and Efron, 1996), as `scipy.stats.bootstrap` has it:
/// `point` is the figure of the set itself, `without_one` its values with each unit left out; equal values count as half
/// below `point`, and quantiles are interpolated linearly.
///
/// `None` where it is undefined: no values, all of them on one side of `point`, a figure that no unit changes, or one that
/// is undefined when a unit is left out. The percentile interval then stands in for it, and is named.
///
/// From 1,001 units on, `without_one` is of groups of units ([`super::resample::Draws::block_without_one`]): the skewness of
/// many units' influence is then estimated from 1,000 sums of it (a grouped jackknife).
pub fn bca(point: f64, values: &[Option<f64>], without_one: &[Option<f64>], level: f64) -> Option<Interval> {
    let mut values: Vec<f64> = values.iter().flatten().copied().collect();
    let (below, equal) = values.iter().fold((0, 0), |(below, equal), &value| {
        (below + usize::from(value < point), equal + usize::from(value == point))
    });
    let share = (below as f64 + 0.5 * equal as f64) / values.len() as f64;
    let bias = gauss::quantile(share);
    let acceleration = acceleration(without_one)?;
    let z = gauss::quantile(f64::midpoint(1.0, level));
    let corrected = |z: f64| gauss::cdf(bias + (bias + z) / (1.0 - acceleration * (bias + z)));
    let (low, high) = (corrected(-z), corrected(z));
    if !bias.is_finite() || low.is_nan() || high.is_nan() {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    Some(Interval { low: quantile(&values, low), high: quantile(&values, high) })
}

/// A sixth of the skewness of the jackknife's values; `None` where one of them is undefined or all are equal.
fn acceleration(without_one: &[Option<f64>]) -> Option<f64> {
    let values: Vec<f64> = without_one.iter().copied().collect::<Option<_>>()?;
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let sum = |of: fn(f64) -> f64| values.iter().map(|value| of(mean - value)).sum::<f64>();
    let (squares, cubes) = (sum(|d| d * d), sum(|d| d * d * d));
    let is_flat = values.iter().all(|&value| value == values[0]);
    (!is_flat).then(|| cubes / (6.0 * squares * libm::sqrt(squares)))
}

/// Of sorted values, at least one, interpolated linearly between the two nearest (`numpy.quantile`, method "linear").
pub(in crate::domain) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let at = q * (sorted.len() - 1) as f64;
    let (from, part) = (at.floor() as usize, at - at.floor());
    let (a, b) = (sorted[from], sorted[(from + 1).min(sorted.len() - 1)]);
    // From the nearer end, as numpy does: so equal neighbours give themselves.
    if part < 0.5 { a + (b - a) * part } else { b - (b - a) * (1.0 - part) }
}

/// Value by value on the same draws; `None` where either is undefined.
pub fn differences(first: &[Option<f64>], second: &[Option<f64>]) -> Vec<Option<f64>> {
    first.iter().zip(second).map(|(a, b)| Some((*a)? - (*b)?)).collect()
}

/// Two-sided p-value of "no difference" from paired differences of resamples: twice the smaller share at or beyond 0, the
/// set itself counted as one more resample (Davison and Hinkley, 1997, section 4.4), so never 0; at most 1. `None` without
/// values. With 10,000 resamples the smallest is 0.0002.
pub fn p_value(differences: &[Option<f64>]) -> Option<f64> {
    let count = |keep: fn(f64) -> bool| differences.iter().flatten().filter(|&&value| keep(value)).count();
    let (all, low, high) = (count(|_| true), count(|value| value <= 0.0), count(|value| value >= 0.0));
    (all > 0).then(|| (2.0 * (low.min(high) + 1) as f64 / (all + 1) as f64).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(values: impl IntoIterator<Item = f64>) -> Vec<Option<f64>> {
        values.into_iter().map(Some).collect()
    }

    #[test]
    fn the_percentile_interval_takes_the_papers_places() {
        for (count, level, expected) in [
            (10_000, 0.95, (250.0, 9750.0)),
            (10_000, 0.9, (500.0, 9500.0)),
            (2000, 0.99, (10.0, 1990.0)),
            (41, 0.95, (1.0, 40.0)),
            (39, 0.95, (0.0, 38.0)),
            (1, 0.95, (0.0, 0.0)),
            (3, 0.0, (1.0, 2.0)),
        ] {
            // Shuffled by a step that shares no factor with the count; undefined values between.
            let values = (0..count).flat_map(|i| [Some((i * 7919 % count) as f64), None]).collect::<Vec<_>>();
            let interval = percentile(&values, level).unwrap();
            assert_eq!((interval.low, interval.high), expected, "{count} at {level}");
        }
        assert_eq!(percentile(&[], 0.95), None);
        assert_eq!(percentile(&[None], 0.95), None);
    }

    #[test]
    fn without_bias_and_skewness_bca_is_the_plain_quantile() {
        let values = some((0..=1000).map(f64::from));
        let jackknife = some([-1.0, 1.0, -2.0, 2.0]);
        let interval = bca(500.0, &values, &jackknife, 0.9).unwrap();
        assert!((interval.low - 50.0).abs() < 1e-9 && (interval.high - 950.0).abs() < 1e-9, "{interval:?}");
    }

    #[test]
    fn bca_is_undefined_where_a_part_of_it_is() {
        let (values, jackknife) = (some([1.0, 2.0, 3.0]), some([1.0, 2.0, 4.0]));
        assert!(bca(2.0, &values, &jackknife, 0.95).is_some());
        assert_eq!(bca(0.0, &values, &jackknife, 0.95), None, "all above");
        assert_eq!(bca(9.0, &values, &jackknife, 0.95), None, "all below");
        assert_eq!(bca(2.0, &values, &some([2.0; 3]), 0.95), None, "no unit changes it");
        assert_eq!(bca(2.0, &values, &[Some(1.0), None], 0.95), None, "undefined without a unit");
        assert_eq!(bca(2.0, &[None], &jackknife, 0.95), None, "no values");
        assert_eq!(bca(2.0, &values, &[], 0.95), None, "no units");
    }

    #[test]
    fn p_values_of_differences() {
        let share = |low: usize, zero: usize, high: usize| {
            let values = [vec![-0.1; low], vec![0.0; zero], vec![0.1; high]].concat();
            p_value(&some(values))
        };
        assert_eq!(share(0, 0, 9999), Some(2.0 / 10_000.0));
        assert_eq!(share(9999, 0, 0), Some(2.0 / 10_000.0));
        assert_eq!(share(24, 0, 975), Some(0.05));
        assert_eq!(share(50, 0, 50), Some(1.0), "102 / 101 is cut");
        assert_eq!(share(0, 7, 0), Some(1.0), "the same model twice");
        assert_eq!(share(0, 0, 0), None);
        let pairs = differences(&[Some(0.75), None, Some(0.5)], &[Some(0.5), Some(0.1), None]);
        assert_eq!(pairs, [Some(0.25), None, None]);
    }
}
