//! The operating point: moved by the slider, and everything that it changes counted at once.

use std::sync::Arc;

use crate::domain::evaluation::live::{Live, Snapshot};
use crate::domain::evaluation::point::OperatingPoint;
use crate::domain::evaluation::run::Run;
use crate::domain::evaluation::settings::ThresholdChoice;
use crate::session::screen::Session;

use super::Slider;

impl OperatingPoint {
    /// What this slider moves.
    pub const fn value(self, slider: Slider) -> f64 {
        match slider {
            Slider::Film => self.c_star,
            Slider::Box => self.min_score,
        }
    }
}

impl Session {
    /// Values outside 0 to 1 are refused.
    pub(super) fn move_point(&mut self, value: f64) {
        let slider = self.evaluating.slider;
        let is_share = (0.0..=1.0).contains(&value);
        if let Some(point) = self.evaluating.point.as_mut().filter(|point| is_share && point.value(slider) != value) {
            match slider {
                Slider::Film => point.c_star = value,
                Slider::Box => point.min_score = value,
            }
            self.point_moved();
        }
    }

    /// To the next hundredth: 0.2808 goes to 0.29 or 0.28, so that steps end on round numbers.
    pub(super) fn step_point(&mut self, is_up: bool) {
        if let Some(point) = self.evaluating.point {
            let hundredths = point.value(self.evaluating.slider) * 100.0;
            // What lies a rounding beside a hundredth is that hundredth.
            let next = if is_up { (hundredths + 1e-9).floor() + 1.0 } else { (hundredths - 1e-9).ceil() - 1.0 };
            self.move_point((next / 100.0).clamp(0.0, 1.0));
        }
    }

    pub(super) fn reset_point(&mut self) {
        self.evaluating.point = self.evaluating.open.as_deref().map(starting_point);
        self.point_moved();
    }

    pub(super) fn move_to_youden(&mut self) {
        if let Some(best) = self.evaluating.live.as_ref().and_then(|live| live.youden()) {
            self.evaluating.slider = Slider::Film;
            self.move_point(best);
        }
    }

    /// Counts anew, for the open run and the one beside it, each by its own rule.
    pub(super) fn point_moved(&mut self) {
        let desk = &mut self.evaluating;
        let beside = desk.beside.as_ref().map(|beside| beside.live.clone());
        let at = |live: Arc<Live>, before: Option<&Arc<Snapshot>>| {
            let point = desk.point?;
            Some(Arc::new(match before {
                Some(before) => live.moved(before, point, live.rule()),
                None => live.at(point, live.rule()),
            }))
        };
        let [open, other] = &desk.snapshots;
        desk.snapshots = [
            desk.live.clone().and_then(|live| at(live, open.as_ref())),
            beside.and_then(|live| at(live, other.as_ref())),
        ];
    }
}

/// Where the slider stands when a run is opened.
fn starting_point(run: &Run) -> OperatingPoint {
    let chosen = run.evaluation.classifier.as_ref().and_then(|figures| figures.threshold);
    let given = match run.plan.settings.threshold {
        ThresholdChoice::Given(threshold) => Some(threshold),
        ThresholdChoice::Youden => None,
    };
    OperatingPoint { c_star: chosen.or(given).unwrap_or(0.5), min_score: run.plan.settings.min_score }
}
