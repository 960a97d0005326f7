//! Agreement with what chance would give taken off: kappas and alpha, from sums alone.

/// Two readers' yes and no on the same films. Counts, or sums of weights in a resample.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct TwoByTwo {
    pub both: f64,
    pub only_first: f64,
    pub only_second: f64,
    pub neither: f64,
}

impl TwoByTwo {
    fn sum(&self) -> f64 {
        self.both + self.only_first + self.only_second + self.neither
    }

    /// The share of films on which both say the same.
    pub fn observed(&self) -> Option<f64> {
        divided(self.both + self.neither, self.sum())
    }

    /// Cohen (1960). `None` where both always say the same one thing: chance explains all.
    pub fn cohen_kappa(&self) -> Option<f64> {
        let n = self.sum();
        let (first, second) = (self.both + self.only_first, self.both + self.only_second);
        let by_chance = divided(first * second + (n - first) * (n - second), n * n)?;
        divided(self.observed()? - by_chance, 1.0 - by_chance)
    }

    /// Prevalence-adjusted and bias-adjusted kappa (Byrt, Bishop and Carlin, 1993): twice the observed agreement less 1.
    /// Where a finding is rare, Cohen's kappa is low however well readers agree.
    pub fn pabak(&self) -> Option<f64> {
        Some(2.0 * self.observed()? - 1.0)
    }

    /// Of all yes, those that the other says too (Cicchetti and Feinstein, 1990).
    pub fn positive_agreement(&self) -> Option<f64> {
        divided(2.0 * self.both, 2.0 * self.both + self.only_first + self.only_second)
    }

    /// Of all no, those that the other says too.
    pub fn negative_agreement(&self) -> Option<f64> {
        divided(2.0 * self.neither, 2.0 * self.neither + self.only_first + self.only_second)
    }
}

/// Yes and no of several readers, not the same number on each film.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct ManyReaders {
    /// Films with two readers or more.
    pub films: f64,
    /// Over films, the share of pairs of readers who do not say the same.
    pub disagreement: f64,
    /// Over films, readers; and those who say yes.
    pub ratings: f64,
    pub yes: f64,
}

impl ManyReaders {
    /// One film with so many readers, of whom so many say yes; without effect below two readers.
    pub fn add(&mut self, num_readers: usize, num_yes: usize) {
        if num_readers < 2 {
            return;
        }
        let (n, yes) = (num_readers as f64, num_yes as f64);
        self.films += 1.0;
        self.disagreement += 2.0 * yes * (n - yes) / (n * (n - 1.0));
        self.ratings += n;
        self.yes += yes;
    }

    /// Fleiss (1971), with shares of films that have different numbers of readers averaged film by film, and what chance
    /// gives taken from all ratings. `None` where everybody always says the same one thing.
    pub fn fleiss_kappa(&self) -> Option<f64> {
        let observed = 1.0 - divided(self.disagreement, self.films)?;
        let yes = divided(self.yes, self.ratings)?;
        let by_chance = yes * yes + (1.0 - yes) * (1.0 - yes);
        divided(observed - by_chance, 1.0 - by_chance)
    }
}

/// Krippendorff's alpha for names without an order ("Computing Krippendorff's alpha-reliability", 2011).
///
/// `same`: over units, the sum over values of `n (n - 1) / (m - 1)`, where `n` of the `m` readers of the unit gave the value;
/// `of_value`: how often each value was given. Units that one reader alone judged count in neither. `None` where only one
/// value was ever given.
pub fn krippendorff_alpha(same: f64, of_value: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (n, squares) = of_value.into_iter().fold((0.0, 0.0), |(n, squares), one| (n + one, squares + one * one));
    let expected = divided(n * n - squares, n - 1.0)?;
    Some(1.0 - divided(n - same, expected)?)
}

/// `None` where there is nothing to divide by. Sums of weights are whole numbers or nearly, so a hair counts as nothing.
pub(super) fn divided(part: f64, whole: f64) -> Option<f64> {
    (whole > 1e-12).then(|| part / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: Option<f64>, expected: Option<f64>) {
        match (value, expected) {
            (Some(value), Some(expected)) => assert!((value - expected).abs() < 1e-12, "{value}, not {expected}"),
            (value, expected) => assert_eq!(value, expected),
        }
    }

    /// Cohen's own kind of table, reckoned by hand: 20 both, 5 and 10 alone, 15 neither.
    #[test]
    fn two_readers() {
        let table = TwoByTwo { both: 20.0, only_first: 5.0, only_second: 10.0, neither: 15.0 };
        near(table.observed(), Some(0.7));
        near(table.cohen_kappa(), Some(0.4));
        near(table.pabak(), Some(0.4));
        near(table.positive_agreement(), Some(40.0 / 55.0));
        near(table.negative_agreement(), Some(30.0 / 45.0));
    }

    /// Rare findings: readers agree on 98 of 100 films, and Cohen's kappa knows nothing of it.
    #[test]
    fn a_rare_finding_makes_kappa_small_and_pabak_not() {
        let table = TwoByTwo { both: 0.0, only_first: 1.0, only_second: 1.0, neither: 98.0 };
        assert!(table.cohen_kappa().is_some_and(|kappa| kappa < 0.0));
        near(table.pabak(), Some(0.96));
        near(table.positive_agreement(), Some(0.0));
    }

    #[test]
    fn where_chance_explains_all_there_is_no_kappa() {
        near(TwoByTwo { neither: 9.0, ..TwoByTwo::default() }.cohen_kappa(), None);
        near(TwoByTwo { neither: 9.0, ..TwoByTwo::default() }.positive_agreement(), None);
        near(TwoByTwo { neither: 9.0, ..TwoByTwo::default() }.pabak(), Some(1.0));
        near(TwoByTwo::default().pabak(), None);
        let mut films = ManyReaders::default();
        near(films.fleiss_kappa(), None);
        films.add(3, 0);
        near(films.fleiss_kappa(), None);
        films.add(1, 1);
        assert!((films.films - 1.0).abs() < 1e-12, "one reader alone says nothing");
        near(krippendorff_alpha(0.0, []), None);
        near(krippendorff_alpha(6.0, [6.0, 0.0]), None);
    }

    #[test]
    fn perfect_agreement_is_one() {
        let mut films = ManyReaders::default();
        films.add(3, 3);
        films.add(2, 0);
        near(films.fleiss_kappa(), Some(1.0));
        near(krippendorff_alpha(5.0, [3.0, 2.0]), Some(1.0));
    }
}
