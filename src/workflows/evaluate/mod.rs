//! All figures of one evaluation: the pure parts cut into blocks, the blocks on all cores.

mod classifier;
mod compared;
mod detector;
mod sliced;

pub use compared::{Comparison, compare};

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use rayon::prelude::*;

use crate::domain::evaluation::after_rule;
use crate::domain::evaluation::cases::{Cases, FilmCase};
use crate::domain::evaluation::result::Evaluation;
use crate::domain::evaluation::settings::{Bootstrap, IntervalMethod, ResampleUnit, Settings};
use crate::domain::metrics::interval;
use crate::domain::metrics::resample::{Draws, number_units};
use crate::jobs::{CancelToken, Progress};

/// How long the two parts took that people compare programs by.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Times {
    /// Matching of boxes and average precision, every class and overlap.
    pub detection: Duration,
    /// Resampling of the films' figures.
    pub films: Duration,
    /// Resampling of the mean average precision.
    pub boxes: Duration,
}

/// Computes everything that the settings ask for.
///
/// # Errors
/// When it was cancelled.
pub fn evaluate(
    cases: &Cases,
    settings: &Settings,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<Evaluation> {
    Ok(evaluate_timed(cases, settings, watch, cancel)?.0)
}

/// The same, and how long its parts took.
///
/// # Errors
/// When it was cancelled.
pub fn evaluate_timed(
    cases: &Cases,
    settings: &Settings,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<(Evaluation, Times)> {
    let desk = Desk { cases, settings, watch, cancel };
    let mut stand_ins = Vec::new();
    let mut times = Times::default();
    let probabilities = after_rule::probabilities(cases, settings);
    let classifier = if cases.probabilities.is_empty() {
        None
    } else {
        Some(classifier::figures(&desk, &probabilities, &mut times, &mut stand_ins)?)
    };
    let c_star = classifier.as_ref().and_then(|figures| figures.threshold);
    let detections = after_rule::kept(cases, settings.rule, c_star);
    let detector = if cases.has_detector {
        Some(detector::figures(&desk, &detections, &mut times, &mut stand_ins)?)
    } else {
        None
    };
    let held = detector.as_ref().map(|(_, matched)| (&*detections, matched));
    let slices = sliced::figures(&desk, &probabilities, c_star, held)?;
    let detector = detector.map(|(figures, _)| figures);
    Ok((Evaluation { classifier, detector, slices, percentile_instead: stand_ins }, times))
}

/// What every part needs.
struct Desk<'a> {
    cases: &'a Cases,
    settings: &'a Settings,
    watch: &'a (dyn Fn(Progress) + Sync),
    cancel: &'a CancelToken,
}

impl Desk<'_> {
    /// The blocks of a plan on all cores, in their order.
    fn blocks<T: Send>(
        &self,
        stage: &str,
        num_blocks: usize,
        block: impl Fn(usize) -> T + Sync,
    ) -> anyhow::Result<Vec<T>> {
        let done = AtomicU64::new(0);
        let run = |number: usize| {
            if self.cancel.is_cancelled() {
                return None;
            }
            let value = block(number);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(16) {
                (self.watch)(Progress::new(stage, done, num_blocks as u64));
            }
            Some(value)
        };
        let blocks: Option<Vec<T>> = (0..num_blocks).into_par_iter().map(run).collect();
        match blocks {
            Some(blocks) => Ok(blocks),
            None => bail!("The evaluation was stopped. Nothing was kept."),
        }
    }
}

/// The unit of each film that is drawn together with it.
fn units<'a>(films: impl IntoIterator<Item = &'a FilmCase>, unit: ResampleUnit) -> Vec<u32> {
    number_units(films.into_iter().map(|film| unit.of(film)))
}

/// Whether there is anything to draw: one unit gives itself again and again, and an interval without width.
const fn can_draw(draws: &Draws) -> bool {
    draws.num_units() >= 2
}

/// The interval of a figure from its values in the resamples and, for BCa, without each unit. Where BCa is undefined, the
/// percentile interval stands in, and the figure is named in `stand_ins`.
fn interval_of(
    bootstrap: &Bootstrap,
    name: &str,
    value: f64,
    [values, without_one]: [&[Option<f64>]; 2],
    stand_ins: &mut Vec<String>,
) -> Option<[f64; 2]> {
    let bca = (bootstrap.method == IntervalMethod::Bca)
        .then(|| interval::bca(value, values, without_one, bootstrap.level))
        .flatten();
    let found = bca.or_else(|| interval::percentile(values, bootstrap.level))?;
    if bootstrap.method == IntervalMethod::Bca && bca.is_none() {
        stand_ins.push(name.to_owned());
    }
    Some([found.low, found.high])
}

fn timed<T>(total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = work();
    *total += started.elapsed();
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_interval_that_stands_in_for_bca_is_named() {
        let values: Vec<Option<f64>> = (0..100_u8).map(|i| Some(f64::from(i))).collect();
        let (skewed, flat) = ([Some(1.0), Some(2.0), Some(4.0)], [Some(2.0); 3]);
        for (method, without_one, expected) in [
            (IntervalMethod::Bca, &skewed, vec![]),
            (IntervalMethod::Bca, &flat, vec!["F1".to_owned()]),
            (IntervalMethod::Percentile, &flat, vec![]),
        ] {
            let mut stand_ins = Vec::new();
            let bootstrap = Bootstrap { method, ..Bootstrap::default() };
            assert!(interval_of(&bootstrap, "F1", 50.0, [&values, without_one], &mut stand_ins).is_some());
            assert_eq!(stand_ins, expected, "{method:?}");
        }
        // Without values there is no interval, and nothing stands in.
        let (bca, mut stand_ins) = (Bootstrap { method: IntervalMethod::Bca, ..Bootstrap::default() }, Vec::new());
        assert_eq!(interval_of(&bca, "F1", 50.0, [&[], &flat], &mut stand_ins), None);
        assert!(stand_ins.is_empty());
    }
}
