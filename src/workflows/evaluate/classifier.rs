//! How well films are told apart: counts, areas and calibration, with their intervals.

use crate::domain::evaluation::result::{ClassifierFigures, Figure};
use crate::domain::evaluation::settings::{IntervalMethod, ThresholdChoice};
use crate::domain::metrics::bootstrap::{ClassifierBootstrap, Figure as Kind, Resamples, Threshold};
use crate::domain::metrics::calibration::{Binning, Calibration};
use crate::domain::metrics::confusion_counts::Counts;
use crate::domain::metrics::delong::DeLong;
use crate::domain::metrics::pr::PrCurve;
use crate::domain::metrics::resample::Draws;
use crate::domain::metrics::roc::Roc;

use super::{Desk, Times, can_draw, interval_of, timed, units};

/// Of the expected calibration error.
const NUM_BINS: usize = 10;

/// Films that both the truth and the classifier say something of.
pub(super) struct Judged {
    /// Positions among the cases.
    pub films: Vec<u32>,
    pub truth: Vec<bool>,
    pub scores: Vec<f64>,
}

impl Judged {
    pub(super) fn of(desk: &Desk<'_>, probabilities: &[Option<f64>]) -> Self {
        let mut judged = Self { films: Vec::new(), truth: Vec::new(), scores: Vec::new() };
        for (number, (film, p)) in desk.cases.films.iter().zip(probabilities).enumerate() {
            if let (Some(is_abnormal), Some(p)) = (film.is_abnormal, p) {
                judged.films.push(number as u32);
                judged.truth.push(is_abnormal);
                judged.scores.push(*p);
            }
        }
        judged
    }
}

/// Values of each figure over the resamples, and without each unit where BCa needs them.
struct Resampled {
    values: Resamples,
    without_one: Resamples,
}

pub(super) fn figures(
    desk: &Desk<'_>,
    probabilities: &[Option<f64>],
    times: &mut Times,
    stand_ins: &mut Vec<String>,
) -> anyhow::Result<ClassifierFigures> {
    let judged = Judged::of(desk, probabilities);
    let Judged { truth, scores, .. } = &judged;
    let roc = Roc::of(truth, scores);
    let threshold = match desk.settings.threshold {
        ThresholdChoice::Given(threshold) => Some(threshold),
        ThresholdChoice::Youden => roc.as_ref().map(|roc| roc.youden().threshold).filter(|t| t.is_finite()),
    };
    let counts = threshold.map_or_else(Counts::default, |threshold| Counts::at(truth, scores, threshold));
    let resampled = match threshold {
        Some(threshold) if desk.settings.bootstrap.num_resamples > 0 => {
            Some(timed(&mut times.films, || resampled(desk, &judged, threshold))?)
        }
        _ => None,
    };
    let mut figure = |name: &str, kind: Kind, value: Option<f64>| {
        value.map(|value| {
            let interval = resampled.as_ref().and_then(|r| {
                let values = [r.values.values(kind), r.without_one.values(kind)];
                interval_of(&desk.settings.bootstrap, name, value, values.each_ref().map(Vec::as_slice), stand_ins)
            });
            Figure { value, interval }
        })
    };
    let auroc = figure("AUROC", Kind::Auroc, roc.as_ref().map(Roc::auroc));
    let mut at_point =
        |name, kind, value: fn(Counts) -> Option<f64>| figure(name, kind, threshold.and_then(|_| value(counts)));
    let calibration = Calibration::of(truth, scores, NUM_BINS, Binning::EqualWidth);
    let delong = DeLong::of(truth, scores).and_then(|delong| delong.interval(desk.settings.bootstrap.level));
    Ok(ClassifierFigures {
        num_abnormal: truth.iter().filter(|&&is_abnormal| is_abnormal).count() as u64,
        num_normal: truth.iter().filter(|&&is_abnormal| !is_abnormal).count() as u64,
        num_left_out: (desk.cases.films.len() - truth.len()) as u64,
        threshold,
        counts,
        auroc,
        auroc_delong: delong.map(|interval| [interval.low, interval.high]),
        sensitivity: at_point("Sensitivity", Kind::Sensitivity, Counts::sensitivity),
        specificity: at_point("Specificity", Kind::Specificity, Counts::specificity),
        precision: at_point("Precision", Kind::Precision, Counts::precision),
        f1: at_point("F1", Kind::F1, Counts::f1),
        average_precision: PrCurve::of(truth, scores).map(|curve| curve.average_precision()),
        ece: calibration.as_ref().map(|c| c.ece),
        brier: calibration.map(|c| c.brier),
    })
}

fn resampled(desk: &Desk<'_>, judged: &Judged, threshold: f64) -> anyhow::Result<Resampled> {
    let bootstrap = &desk.settings.bootstrap;
    let films = judged.films.iter().map(|&film| &desk.cases.films[film as usize]);
    let draws = Draws::new(&units(films, bootstrap.unit), bootstrap.seed).with_both_classes(&judged.truth);
    let is_rechosen = bootstrap.is_threshold_rechosen && desk.settings.threshold == ThresholdChoice::Youden;
    let threshold = if is_rechosen { Threshold::Rechosen } else { Threshold::Fixed(threshold) };
    let num_resamples = bootstrap.num_resamples as usize;
    let plan = ClassifierBootstrap::new(&judged.truth, &judged.scores, &draws, num_resamples, threshold);
    let Some(plan) = plan.filter(|_| can_draw(&draws)) else {
        return Ok(Resampled { values: Resamples::default(), without_one: Resamples::default() });
    };
    let stage = "Resampling films";
    let values = ClassifierBootstrap::finish(desk.blocks(stage, plan.num_blocks(), |block| plan.block(block))?);
    let num_left_out = if bootstrap.method == IntervalMethod::Bca { plan.num_blocks_without_one() } else { 0 };
    let blocks = desk.blocks(stage, num_left_out, |block| plan.block_without_one(block))?;
    Ok(Resampled { values, without_one: ClassifierBootstrap::finish(blocks) })
}
