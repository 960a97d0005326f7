//! Films by falling probability: how many are called rightly from any c* on.

use crate::domain::evaluation::after_rule::probabilities;
use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::settings::Settings;
use crate::domain::metrics::confusion_counts::Counts;
use crate::domain::metrics::roc::{Roc, falling};

/// Films that have a truth and a probability, sorted.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Films {
    /// Falling.
    scores: Vec<f64>,
    /// For each of `scores`: its position among all films.
    positions: Vec<u32>,
    /// For each of `scores`, and one at the end: how many before it are abnormal.
    abnormal_before: Vec<u32>,
    youden: Option<f64>,
}

impl Films {
    /// `None` without a classifier.
    pub fn new(cases: &Cases, settings: &Settings) -> Option<Self> {
        if cases.probabilities.is_empty() {
            return None;
        }
        let probabilities = probabilities(cases, settings);
        let known = (0..cases.films.len()).filter_map(|film| {
            let score = probabilities[film]?;
            Some((film as u32, cases.films[film].is_abnormal?, score))
        });
        let known: Vec<(u32, bool, f64)> = known.collect();
        let scores: Vec<f64> = known.iter().map(|one| one.2).collect();
        let truth: Vec<bool> = known.iter().map(|one| one.1).collect();
        let order = falling(&scores)?;
        let mut abnormal_before = vec![0];
        for &place in &order {
            let before = abnormal_before[abnormal_before.len() - 1];
            abnormal_before.push(before + u32::from(truth[place as usize]));
        }
        let roc = Roc::of(&truth, &scores);
        Some(Self {
            scores: order.iter().map(|&place| scores[place as usize]).collect(),
            positions: order.iter().map(|&place| known[place as usize].0).collect(),
            abnormal_before,
            youden: roc.map(|roc| roc.youden().threshold).filter(|threshold| threshold.is_finite()),
        })
    }

    pub const fn len(&self) -> usize {
        self.scores.len()
    }

    pub const fn youden(&self) -> Option<f64> {
        self.youden
    }

    /// How many have at least this probability.
    pub fn num_called(&self, c_star: f64) -> usize {
        self.scores.partition_point(|&score| score >= c_star)
    }

    /// Position among all films, and whether it is abnormal, of the one at this place.
    pub fn film(&self, place: usize) -> (u32, bool) {
        (self.positions[place], self.abnormal_before[place + 1] > self.abnormal_before[place])
    }

    pub fn counts(&self, c_star: f64) -> Counts {
        let called = self.num_called(c_star);
        let (tp, abnormal) = (self.abnormal_before[called], self.abnormal_before[self.len()]);
        let (fp, normal) = (called as u32 - tp, self.len() as u32 - abnormal);
        Counts { tp: tp.into(), fp: fp.into(), tn: (normal - fp).into(), fn_: (abnormal - tp).into() }
    }
}
