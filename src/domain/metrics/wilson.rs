//! An interval for a share that needs no resampling.

use super::gauss;
use super::interval::Interval;

/// The score interval for `part` of `whole` (Wilson, 1927), without continuity correction: within 0 to 1, at 0 of n it
/// starts at exactly 0, at n of n it ends at exactly 1. `None` where `whole` is 0 or less than `part`.
pub fn wilson(part: u64, whole: u64, level: f64) -> Option<Interval> {
    if whole == 0 || part > whole {
        return None;
    }
    let n = whole as f64;
    let share = part as f64 / n;
    let z = gauss::quantile(f64::midpoint(1.0, level));
    let squared = z * z;
    let middle = share + squared / (2.0 * n);
    let reach = z * libm::sqrt(share * (1.0 - share) / n + squared / (4.0 * n * n));
    let bound = |value: f64| value / (1.0 + squared / n);
    let low = if part == 0 { 0.0 } else { bound(middle - reach) };
    let high = if part == whole { 1.0 } else { bound(middle + reach) };
    Some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_at_the_ends() {
        assert_eq!(wilson(0, 0, 0.95), None);
        assert_eq!(wilson(3, 2, 0.95), None);
        let (none, all) = (wilson(0, 10, 0.95).unwrap(), wilson(10, 10, 0.95).unwrap());
        assert_eq!((none.low, all.high), (0.0, 1.0));
        // z^2 / (n + z^2) with z^2 = 3.841459.
        assert!((none.high - 3.841_459 / 13.841_459).abs() < 1e-6);
        assert!((all.low - (1.0 - none.high)).abs() < 1e-12);
    }
}
