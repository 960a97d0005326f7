//! Which film comes when: every film once a round in shuffled order, rare findings more often, by the seed alone.
//!
//! Repeat factors are those of "LVIS: A Dataset for Large Vocabulary Instance Segmentation" (Gupta et al. 2019, section 4.2),
//! rounded up or down by chance in each round, as detectron2's RepeatFactorTrainingSampler does it.

use std::collections::BTreeSet;

use crate::train::Chance;

/// Keeps what is drawn here apart from what others draw by the same seed.
const PURPOSE: u64 = 5 << 32;

/// How often each film is shown in a round: of a class in less than `threshold` of the films, sqrt(threshold / share)
/// times; a film counts by its rarest class. 1 for films without boxes, and for all where the threshold is 0.
pub fn repeat_factors(classes_of_films: &[BTreeSet<usize>], threshold: f64) -> Vec<f64> {
    let num_films = classes_of_films.len() as f64;
    let num_classes = classes_of_films.iter().flatten().max().map_or(0, |last| last + 1);
    let of_class: Vec<f64> = (0..num_classes)
        .map(|class| {
            let share = classes_of_films.iter().filter(|classes| classes.contains(&class)).count() as f64 / num_films;
            // A class of no film is asked for by no film.
            (threshold / share).sqrt().max(1.0)
        })
        .collect();
    classes_of_films.iter().map(|classes| classes.iter().map(|&class| of_class[class]).fold(1.0, f64::max)).collect()
}

/// An endless row of films; where it stands follows from how many were drawn.
#[derive(Clone, Debug)]
pub struct Order {
    seed: u64,
    factors: Vec<f64>,
    round: u64,
    films: Vec<usize>,
    next: usize,
}

impl Order {
    /// Of films 0, 1, ... with these factors, after `drawn` films; at least one factor.
    pub fn starting_at(seed: u64, factors: Vec<f64>, drawn: u64) -> Self {
        let mut order = Self { seed, factors, round: 0, films: Vec::new(), next: 0 };
        order.films = order.round_of(0);
        let mut left = drawn;
        while left >= order.films.len() as u64 {
            left -= order.films.len() as u64;
            order.round += 1;
            order.films = order.round_of(order.round);
        }
        order.next = left as usize;
        order
    }

    fn round_of(&self, round: u64) -> Vec<usize> {
        let mut chance = Chance::new(self.seed, PURPOSE, round);
        let mut films = Vec::new();
        for (film, factor) in self.factors.iter().enumerate() {
            let times = factor.floor() + f64::from(u8::from(chance.unit() < factor.fract()));
            films.extend(std::iter::repeat_n(film, times as usize));
        }
        chance.shuffle(&mut films);
        films
    }

    /// The next film.
    pub fn draw(&mut self) -> usize {
        while self.next == self.films.len() {
            self.round += 1;
            self.films = self.round_of(self.round);
            self.next = 0;
        }
        self.next += 1;
        self.films[self.next - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_findings_come_as_often_as_the_formula_says() {
        // 100 films: class 0 on 50, class 1 on 4, class 2 on 1 (which has class 0 too), 46 without boxes.
        let mut films: Vec<BTreeSet<usize>> = vec![BTreeSet::from([0]); 49];
        films.extend(vec![BTreeSet::from([1]); 4]);
        films.push(BTreeSet::from([0, 2]));
        films.extend(vec![BTreeSet::new(); 46]);
        let factors = repeat_factors(&films, 0.1);
        assert_eq!(factors[0], 1.0);
        assert!((factors[49] - 2.5f64.sqrt()).abs() < 1e-12 && (factors[53] - 10f64.sqrt()).abs() < 1e-12);
        assert_eq!(factors[60], 1.0);
        assert!(repeat_factors(&films, 0.0).iter().all(|factor| *factor == 1.0));

        let mut order = Order::starting_at(3, factors.clone(), 0);
        let mut times = vec![0u64; 100];
        let rounds = 400;
        let mean: f64 = factors.iter().sum();
        for _ in 0..(mean * f64::from(rounds)) as usize {
            times[order.draw()] += 1;
        }
        for (film, factor) in factors.iter().enumerate() {
            let mean = times[film] as f64 / f64::from(rounds);
            // Four deviations of a coin that falls 400 times, and the last round, which is cut.
            assert!((mean - factor).abs() < 0.11, "film {film}: {mean} for {factor}");
        }
    }

    #[test]
    fn a_round_has_every_film_and_every_round_its_own_order() {
        let mut order = Order::starting_at(7, vec![1.0; 20], 0);
        let rounds: Vec<Vec<usize>> = (0..3).map(|_| (0..20).map(|_| order.draw()).collect()).collect();
        for round in &rounds {
            assert_eq!(round.iter().copied().collect::<BTreeSet<_>>().len(), 20);
        }
        assert!(rounds[0] != rounds[1] && rounds[1] != rounds[2]);
    }

    #[test]
    fn going_on_anywhere_gives_what_would_have_come() {
        let factors = vec![1.0, 2.5, 1.3, 1.0, 4.7];
        let mut order = Order::starting_at(11, factors.clone(), 0);
        let all: Vec<usize> = (0..200).map(|_| order.draw()).collect();
        for start in [0, 1, 9, 10, 11, 57, 150] {
            let mut order = Order::starting_at(11, factors.clone(), start as u64);
            let rest: Vec<usize> = (start..200).map(|_| order.draw()).collect();
            assert_eq!(rest, all[start..], "from {start}");
        }
        let mut other = Order::starting_at(12, factors, 0);
        assert_ne!((0..200).map(|_| other.draw()).collect::<Vec<_>>(), all);
    }
}
