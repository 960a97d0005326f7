//! Whether two models err on different films equally often, at their operating points.

use super::gauss;

/// Cases that only one of two models gets right. Those that both or neither get right say nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Discordant {
    pub only_first: u64,
    pub only_second: u64,
}

impl Discordant {
    /// From what each model gets right, case by case.
    pub fn of(is_right: impl IntoIterator<Item = (bool, bool)>) -> Self {
        let mut counts = Self::default();
        for (first, second) in is_right {
            counts.only_first += u64::from(first && !second);
            counts.only_second += u64::from(second && !first);
        }
        counts
    }

    pub const fn total(self) -> u64 {
        self.only_first + self.only_second
    }

    /// Two-sided exact p-value: twice the smaller tail of the binomial distribution with probability one half, at most 1;
    /// 1 where the models never differ.
    pub fn exact(self) -> f64 {
        let (n, k) = (self.total(), self.only_first.min(self.only_second));
        // The sum of the first binomial coefficients, times 2^-scale lest it grow too large.
        let (mut term, mut sum, mut scale) = (1.0_f64, 1.0_f64, 0_i32);
        const STEP: i32 = 512;
        for i in 1..=k {
            term *= (n - i + 1) as f64 / i as f64;
            sum += term;
            if sum > 1e200 {
                (term, sum) = (libm::scalbn(term, -STEP), libm::scalbn(sum, -STEP));
                scale += STEP;
            }
        }
        let power = i32::try_from(n).unwrap_or(i32::MAX);
        libm::scalbn(sum, scale.saturating_sub(power).saturating_add(1)).min(1.0)
    }

    /// The chi-square statistic with continuity correction, (|b - c| - 1)^2 / (b + c), and its p-value with one degree of
    /// freedom. Where b = c the statistic is 0 (other programs square the -1). `None` where the models never differ.
    pub fn chi_square(self) -> Option<(f64, f64)> {
        let apart = self.only_first.abs_diff(self.only_second).saturating_sub(1) as f64;
        (self.total() > 0).then(|| {
            let statistic = apart * apart / self.total() as f64;
            (statistic, gauss::two_sided(libm::sqrt(statistic)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(only_first: u64, only_second: u64) -> Discordant {
        Discordant { only_first, only_second }
    }

    #[test]
    fn small_tails_by_hand() {
        for (first, second, expected) in [
            (0, 0, 1.0),
            (0, 1, 1.0),
            (1, 1, 1.0),
            (0, 5, 2.0 / 32.0),
            (5, 0, 2.0 / 32.0),
            (1, 5, 2.0 * 7.0 / 64.0),
            (2, 4, 2.0 * 22.0 / 64.0),
            (3, 3, 1.0),
        ] {
            assert_eq!(counts(first, second).exact(), expected, "{first} {second}");
        }
        assert_eq!(counts(0, 5000).exact(), 0.0, "beyond the smallest number");
        assert!(counts(50_000, 50_001).exact() > 0.99, "and no overflow on the way");
    }

    #[test]
    fn the_statistic_at_its_boundaries() {
        assert_eq!(counts(0, 0).chi_square(), None);
        assert_eq!(counts(4, 4).chi_square(), Some((0.0, 1.0)));
        assert_eq!(counts(4, 5).chi_square(), Some((0.0, 1.0)));
        assert_eq!(counts(10, 2).chi_square().unwrap().0, 49.0 / 12.0);
    }

    #[test]
    fn only_cases_where_the_models_differ_count() {
        let cases = [(true, true), (true, false), (false, true), (true, false), (false, false)];
        assert_eq!(Discordant::of(cases), counts(2, 1));
    }
}
