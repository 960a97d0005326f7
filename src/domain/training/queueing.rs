//! Which films are worth reading next: where the models are unsure or at odds, what they have not seen the like of, and
//! some at random.

use std::collections::BTreeSet;

use crate::domain::fusion::{logit, sigmoid};
use crate::domain::id::ImageId;

use super::split::Chooser;

/// Why a film is in the queue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reason {
    /// The classifier can't decide ([`crate::domain::triage::uncertainty`]).
    Uncertainty,
    /// Its members, or the classifier and the detector, say different things ([`disagreement`]).
    Disagreement,
    /// It is far from every film that was learned from ([`super::grey_print`]).
    Novelty,
    /// By chance alone, so that what the models are wrongly sure of is met, too.
    Random,
}

impl Reason {
    pub const ALL: [Self; 4] = [Self::Uncertainty, Self::Disagreement, Self::Novelty, Self::Random];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uncertainty => "uncertainty",
            Self::Disagreement => "disagreement",
            Self::Novelty => "novelty",
            Self::Random => "random",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// What is known of a film that nobody has read; each from 0 to 1, none where it can't be said.
#[derive(Clone, PartialEq, Debug)]
pub struct Signals {
    pub image: ImageId,
    pub uncertainty: Option<f64>,
    pub disagreement: Option<f64>,
    pub novelty: Option<f64>,
}

impl Signals {
    const fn of(&self, reason: Reason) -> Option<f64> {
        match reason {
            Reason::Uncertainty => self.uncertainty,
            Reason::Disagreement => self.disagreement,
            Reason::Novelty => self.novelty,
            Reason::Random => None,
        }
    }
}

/// How much of the queue each reason has, in the order of [`Reason::ALL`]; only how they compare counts.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Shares(pub [f64; 4]);

impl Default for Shares {
    /// A choice of this program: as much for doubt as for the two others, and a fifth by chance.
    fn default() -> Self {
        Self([0.4, 0.2, 0.2, 0.2])
    }
}

/// A film of the queue.
#[derive(Clone, PartialEq, Debug)]
pub struct Queued {
    pub image: ImageId,
    pub reason: Reason,
    /// Of its reason, 0 to 1; 0 by chance.
    pub score: f64,
}

/// How far the answers about a film are apart, 0 to 1: the widest of what an ensemble's members say and of the
/// classifiers' mean against the detector's best box. Probabilities are first moved so that the operating point c* becomes
/// one half, as [`crate::domain::triage::uncertainty`] does. None where there is nothing to compare.
pub fn disagreement(members: &[f64], threshold: f64, best_box: Option<f64>) -> Option<f64> {
    let moved: Vec<f64> = members.iter().map(|&p| sigmoid(logit(p) - logit(threshold))).collect();
    let most = moved.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least = moved.iter().copied().fold(f64::INFINITY, f64::min);
    let of_members = (moved.len() > 1).then_some(most - least);
    let mean = moved.iter().sum::<f64>() / moved.len().max(1) as f64;
    let of_boxes = best_box.filter(|_| !moved.is_empty()).map(|score| (mean - score).abs());
    of_members.into_iter().chain(of_boxes).max_by(f64::total_cmp)
}

/// The first `num` films worth reading, in their order, each once. Reasons take turns so that any beginning of the queue
/// has them as the shares say; a reason that has no film left gives its turns to the others. The order of `films` does not
/// count.
pub fn choose(films: &[Signals], num: usize, shares: &Shares, seed: u64) -> Vec<Queued> {
    let mut films: Vec<&Signals> = films.iter().collect();
    films.sort_by(|a, b| a.image.cmp(&b.image));
    let by_chance = Chooser::new(seed).shuffled(films.len());
    let of_reason = |reason: Reason| -> Vec<usize> {
        if reason == Reason::Random {
            return by_chance.clone();
        }
        let value = |film: usize| films[film].of(reason).filter(|value| *value > 0.0);
        let mut known: Vec<usize> = (0..films.len()).filter(|&film| value(film).is_some()).collect();
        known.sort_by(|&a, &b| value(b).unwrap_or(0.0).total_cmp(&value(a).unwrap_or(0.0)));
        known
    };
    let mut waiting = Reason::ALL.map(|reason| of_reason(reason).into_iter().peekable());
    let mut given = [0.0; 4];
    let mut taken = BTreeSet::new();
    let mut queue = Vec::new();
    while queue.len() < num {
        for films in &mut waiting {
            while films.next_if(|film| taken.contains(film)).is_some() {}
        }
        let next = (0..4).filter(|&n| shares.0[n] > 0.0 && waiting[n].peek().is_some());
        // The reason that has had least of its share by now; of equal ones the first.
        let Some(next) = next.min_by(|&a, &b| {
            let due = |n: usize| (given[n] + 0.5) / shares.0[n];
            due(a).total_cmp(&due(b))
        }) else {
            break;
        };
        let Some(film) = waiting[next].next() else { break };
        taken.insert(film);
        given[next] += 1.0;
        let reason = Reason::ALL[next];
        let score = films[film].of(reason).unwrap_or(0.0);
        queue.push(Queued { image: films[film].image.clone(), reason, score });
    }
    queue
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn film(n: usize, uncertainty: Option<f64>, disagreement: Option<f64>, novelty: Option<f64>) -> Signals {
        Signals { image: format!("film{n:03}").as_str().into(), uncertainty, disagreement, novelty }
    }

    fn told(queue: &[Queued]) -> Vec<(&str, Reason)> {
        queue.iter().map(|one| (one.image.as_str(), one.reason)).collect()
    }

    #[test]
    fn reasons_take_turns_and_the_first_of_each_comes_first() {
        let films: Vec<Signals> = (0..100)
            .map(|n| {
                let of = |at: usize| Some(((n + at) % 100) as f64 / 100.0);
                film(n, of(0), of(30), of(60))
            })
            .collect();
        let queue = choose(&films, 20, &Shares::default(), 1);
        let num = |reason| queue.iter().filter(|one| one.reason == reason).count();
        assert_eq!(Reason::ALL.map(num), [8, 4, 4, 4]);
        let first = |reason| queue.iter().find(|one| one.reason == reason).map(|one| (one.image.as_str(), one.score));
        assert_eq!(first(Reason::Uncertainty), Some(("film099", 0.99)));
        assert_eq!(first(Reason::Disagreement), Some(("film069", 0.99)));
        assert_eq!(first(Reason::Novelty), Some(("film039", 0.99)));
        assert_eq!(first(Reason::Random).map(|(_, score)| score), Some(0.0));
        let reasons: Vec<Reason> = queue[..5].iter().map(|one| one.reason).collect();
        use Reason::{Disagreement, Novelty, Random, Uncertainty};
        assert_eq!(reasons, [Uncertainty, Disagreement, Novelty, Random, Uncertainty]);
    }

    #[test]
    fn without_models_films_come_by_chance() {
        let films: Vec<Signals> = (0..10).map(|n| film(n, None, None, None)).collect();
        let queue = choose(&films, 20, &Shares::default(), 1);
        assert_eq!(queue.len(), 10);
        assert!(queue.iter().all(|one| one.reason == Reason::Random));
        assert_ne!(told(&queue), told(&choose(&films, 20, &Shares::default(), 2)));
        assert_eq!(choose(&films, 20, &Shares([1.0, 1.0, 1.0, 0.0]), 1), []);
        assert_eq!(choose(&[], 20, &Shares::default(), 1), []);
    }

    #[test]
    fn answers_that_are_apart_disagree() {
        let check = |members: &[f64], best_box, expected: Option<f64>| {
            let found = disagreement(members, 0.5, best_box);
            let is_near = found.zip(expected).is_some_and(|(a, b)| (a - b).abs() < 1e-9);
            assert!(is_near || (found.is_none() && expected.is_none()), "{members:?} {best_box:?}: {found:?}");
        };
        check(&[], None, None);
        check(&[], Some(0.9), None);
        check(&[0.7], None, None);
        check(&[0.7], Some(0.2), Some(0.5));
        check(&[0.1, 0.9, 0.5], None, Some(0.8));
        check(&[0.1, 0.9], Some(0.0), Some(0.8));
        check(&[0.9, 0.9], Some(0.0), Some(0.9));
        // At c* a film is half way, whatever c* is.
        assert!((disagreement(&[0.28], 0.28, Some(0.5)).unwrap()).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn every_film_is_there_once_whatever_order_they_come_in(
            values in prop::collection::vec(prop::array::uniform3(prop::option::of(0.0..=1.0f64)), 0..40),
            num in 0..50_usize,
            seed in any::<u64>(),
        ) {
            let films: Vec<Signals> = (0..).zip(&values).map(|(n, &[a, b, c])| film(n, a, b, c)).collect();
            let queue = choose(&films, num, &Shares::default(), seed);
            prop_assert_eq!(queue.len(), num.min(films.len()));
            let images: BTreeSet<&ImageId> = queue.iter().map(|one| &one.image).collect();
            prop_assert_eq!(images.len(), queue.len());
            let backwards: Vec<Signals> = films.iter().rev().cloned().collect();
            prop_assert_eq!(&choose(&backwards, num, &Shares::default(), seed), &queue);
            // A longer queue begins as the shorter one.
            prop_assert_eq!(&choose(&films, num + 5, &Shares::default(), seed)[..queue.len()], &queue[..]);
        }
    }
}
