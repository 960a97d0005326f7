//! Everything that a moved operating point changes, from columns that are sorted once: counts, curves, dots, intervals.
//!
//! A threshold on scores and every fusion rule keep the best boxes of each film, and a better box keeps what it found
//! ([`super::matched`]). So nothing is matched again: a snapshot is one walk over the boxes by falling score, and for the
//! intervals one weighted sum for each resample.

mod boxes;
mod films;
mod plots;
mod resampled;
#[cfg(test)]
mod live_script;

use std::fmt;
use std::sync::Arc;

use super::cases::Cases;
use super::matched::Matched;
use super::plot::{Matrix, Plot};
use super::point::OperatingPoint;
use super::result::Figure;
use super::run::Run;
use super::settings::{ResampleUnit, Settings};
use crate::domain::fusion::FusionRule;
use crate::domain::metrics::confusion_counts::Counts;
use crate::domain::metrics::resample::number_units;

use boxes::Boxes;
use films::Films;
use plots::Drawn;
use resampled::{Resampled, Tally};

pub use plots::side_by_side;

/// Resamples behind an interval that moves with the slider; a run's own figures have more.
pub const NUM_RESAMPLES: usize = 2000;

/// A run with what its slider needs; put together off the window's thread.
#[derive(Clone, PartialEq, Debug)]
pub struct OpenRun {
    pub run: Arc<Run>,
    pub live: Arc<Live>,
}

impl OpenRun {
    /// Takes about a second at 18,000 films and 1,000,000 boxes.
    pub fn new(run: Arc<Run>) -> Self {
        let live = Arc::new(Live::new(&run.cases, &run.plan.settings));
        Self { run, live }
    }
}

/// The cases of one run, ready for any operating point.
#[derive(Clone, PartialEq)]
pub struct Live {
    films: Option<Films>,
    boxes: Option<Boxes>,
    resampled: Option<Resampled>,
    drawn: Drawn,
    rule: FusionRule,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

/// What holds at one operating point.
#[derive(Clone, PartialEq, Debug)]
pub struct Snapshot {
    pub point: OperatingPoint,
    pub rule: FusionRule,
    /// `None` without a classifier.
    pub films: Option<FilmSnapshot>,
    /// `None` without a detector.
    pub boxes: Option<BoxSnapshot>,
    /// Those that there is something to draw for: films first, then boxes.
    pub plots: Vec<Plot>,
    pub confusion: Option<Matrix>,
    /// From where the next point is counted.
    tally: Option<Arc<Tally>>,
}

/// Films called abnormal from c* on.
#[derive(Clone, PartialEq, Debug)]
pub struct FilmSnapshot {
    pub counts: Counts,
    /// `None` without abnormal films.
    pub sensitivity: Option<Figure>,
    /// `None` without normal films.
    pub specificity: Option<Figure>,
    /// `None` where no film is called abnormal.
    pub precision: Option<Figure>,
    /// `None` where no film is abnormal or called so.
    pub f1: Option<Figure>,
}

/// Boxes that count: those that the rule keeps at c*, from the smallest score on.
#[derive(Clone, PartialEq, Debug)]
pub struct BoxSnapshot {
    /// In the order of [`Cases::classes`].
    pub classes: Vec<ClassSnapshot>,
    /// Mean over the classes that have truth; `None` when none has.
    pub map: Option<f64>,
    /// Share of all truths that are found; `None` without truths.
    pub lesion_sensitivity: Option<Figure>,
    /// `None` without films.
    pub false_positives_per_film: Option<Figure>,
    /// Rows: truth; columns: answer; the last of each: nothing.
    pub confusion: Vec<Vec<u64>>,
    /// False positives per film and share of the truths found, by falling score; at most [`MOST_POINTS`] of it.
    pub froc: Vec<[f64; 2]>,
}

/// Points that are kept of a curve: more can't be told apart on a screen.
pub const MOST_POINTS: usize = 400;

/// One class at the operating point.
#[derive(Clone, PartialEq, Debug)]
pub struct ClassSnapshot {
    pub num_truths: u64,
    /// Boxes that find a truth of their class.
    pub tp: u64,
    /// All others of the class, those confused with another class too.
    pub fp: u64,
    /// Truths that no box of their class finds, those confused with another class too.
    pub fn_: u64,
    /// Of `fp`: boxes at the place of a truth of another class that nothing else has found.
    pub confusions: u64,
    /// Over all scores, after the rule at c*: it moves with c* alone. `None` without truth.
    pub ap: Option<f64>,
    /// Recall and precision by falling score after the rule, at most [`MOST_POINTS`] of it.
    pub curve: Vec<[f64; 2]>,
}

impl ClassSnapshot {
    /// `None` without truth.
    pub fn recall(&self) -> Option<f64> {
        share(self.tp, self.num_truths)
    }

    /// `None` without boxes.
    pub fn precision(&self) -> Option<f64> {
        share(self.tp, self.tp + self.fp)
    }
}

pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl Live {
    /// Intervals are left out where the settings ask for no resamples.
    pub fn new(cases: &Cases, settings: &Settings) -> Self {
        let films = Films::new(cases, settings);
        let matched = cases.has_detector.then(|| Matched::new(cases, settings));
        let boxes = matched.as_ref().map(|matched| Boxes::new(cases, matched, settings.interpolation));
        let drawn = Drawn::new(cases, settings, matched.as_ref());
        let num = NUM_RESAMPLES.min(settings.bootstrap.num_resamples as usize);
        let resampled = (num > 0 && !cases.films.is_empty()).then(|| {
            let units = match settings.bootstrap.unit {
                ResampleUnit::Image => (0..cases.films.len() as u32).collect(),
                ResampleUnit::Study => number_units(cases.films.iter().map(|film| &film.study)),
                ResampleUnit::Patient => number_units(cases.films.iter().map(|film| &film.patient)),
            };
            Resampled::new(units, num, &settings.bootstrap, films.as_ref(), &cases.truths)
        });
        Self { films, boxes, resampled, drawn, rule: settings.rule }
    }

    /// The run's own rule.
    pub const fn rule(&self) -> FusionRule {
        self.rule
    }

    /// The probability at the first maximum of sensitivity + specificity - 1; `None` without both classes.
    pub fn youden(&self) -> Option<f64> {
        self.films.as_ref().and_then(Films::youden)
    }

    /// Everything at one point. A film of probability c* is abnormal, a box of the smallest score counts.
    pub fn at(&self, point: OperatingPoint, rule: FusionRule) -> Snapshot {
        self.from(None, point, rule)
    }

    /// The same, quicker where little changes from a snapshot of this run at another point.
    pub fn moved(&self, from: &Snapshot, point: OperatingPoint, rule: FusionRule) -> Snapshot {
        self.from(from.tally.as_deref(), point, rule)
    }

    fn from(&self, before: Option<&Tally>, point: OperatingPoint, rule: FusionRule) -> Snapshot {
        let films = self.films.as_ref().map(|films| {
            let counts = films.counts(point.c_star);
            let intervals = self.resampled.as_ref().map(|resampled| resampled.films(films, point.c_star));
            let figure = |value: Option<f64>, which: usize| {
                value.map(|value| Figure { value, interval: intervals.and_then(|all| all[which]) })
            };
            FilmSnapshot {
                counts,
                sensitivity: figure(counts.sensitivity(), 0),
                specificity: figure(counts.specificity(), 1),
                precision: figure(counts.precision(), 2),
                f1: figure(counts.f1(), 3),
            }
        });
        let mut tally = None;
        let boxes = self.boxes.as_ref().map(|boxes| {
            let walked = boxes.walk(point, rule);
            let intervals = self.resampled.as_ref().map(|resampled| {
                let now = resampled.tally(&walked.tp_of_film, &walked.fp_of_film, before);
                let intervals = resampled.boxes(&now);
                tally = Some(Arc::new(now));
                intervals
            });
            let mut snapshot = walked.snapshot;
            if let Some([sensitivity, false_positives]) = intervals {
                if let Some(figure) = &mut snapshot.lesion_sensitivity {
                    figure.interval = sensitivity;
                }
                if let Some(figure) = &mut snapshot.false_positives_per_film {
                    figure.interval = false_positives;
                }
            }
            snapshot
        });
        let plots = self.drawn.plots(point, rule, films.as_ref(), boxes.as_ref());
        let confusion = boxes.as_ref().and_then(|boxes| self.drawn.confusion(point, rule, boxes));
        Snapshot { point, rule, films, boxes, plots, confusion, tally }
    }
}
