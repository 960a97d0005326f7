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
use crate::domain::metrics::resample::number_units;
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
    let mut times = Times::default();
    let probabilities = after_rule::probabilities(cases, settings);
    let classifier = if cases.probabilities.is_empty() {
        None
    } else {
        Some(classifier::figures(&desk, &probabilities, &mut times)?)
    };
    let c_star = classifier.as_ref().and_then(|figures| figures.threshold);
    let detections = after_rule::kept(cases, settings.rule, c_star);
    let detector = if cases.has_detector { Some(detector::figures(&desk, &detections, &mut times)?) } else { None };
    let held = detector.as_ref().map(|(_, matched)| (&*detections, matched));
    let slices = sliced::figures(&desk, &probabilities, c_star, held)?;
    let detector = detector.map(|(figures, _)| figures);
    Ok((Evaluation { classifier, detector, slices }, times))
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
    number_units(films.into_iter().map(|film| match unit {
        ResampleUnit::Image => film.image.as_str(),
        ResampleUnit::Study => film.study.as_str(),
        ResampleUnit::Patient => film.patient.as_str(),
    }))
}

/// The interval of a figure from its values in the resamples and, for BCa, without each unit. Where BCa is undefined, the
/// percentile interval stands in.
fn interval_of(
    bootstrap: &Bootstrap,
    value: f64,
    values: &[Option<f64>],
    without_one: &[Option<f64>],
) -> Option<[f64; 2]> {
    let bca = (bootstrap.method == IntervalMethod::Bca)
        .then(|| interval::bca(value, values, without_one, bootstrap.level))
        .flatten();
    let found = bca.or_else(|| interval::percentile(values, bootstrap.level))?;
    Some([found.low, found.high])
}

fn timed<T>(total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = work();
    *total += started.elapsed();
    done
}
