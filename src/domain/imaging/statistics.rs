//! What is worked out from a film's values once and kept with it: its histogram, the patient's, and the exposed field.

use std::sync::OnceLock;

use super::collimator::Division;
use super::survey::Survey;
use super::{ExposedField, Film, Histogram, Pixels, Window, auto_window};

/// Made when first asked for. Equal to any other: it follows from the film.
#[derive(Clone, Debug, Default)]
pub(super) struct StatisticsCell {
    histogram: OnceLock<Option<Histogram>>,
    patient: OnceLock<Patient>,
}

/// The film without what surrounds the patient.
#[derive(Clone, Debug)]
struct Patient {
    field: ExposedField,
    histogram: Option<Histogram>,
}

impl PartialEq for StatisticsCell {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Film {
    /// Of every pixel but padding, at full resolution (about 10 ms for 9 megapixels, the first time); `None` for colour
    /// films.
    pub fn histogram(&self) -> Option<&Histogram> {
        self.statistics.histogram.get_or_init(|| Histogram::of_film(self)).as_ref()
    }

    /// Of a fixed sample of the patient: padding, border and open air left out, but for padding where nothing else is
    /// left. `None` for colour films. Under 10 ms the first time, whatever the film's size.
    pub fn patient_histogram(&self) -> Option<&Histogram> {
        self.patient().histogram.as_ref()
    }

    /// Whether both histograms are made, so that asking for them costs nothing.
    pub fn has_histograms(&self) -> bool {
        self.statistics.histogram.get().is_some() && self.statistics.patient.get().is_some()
    }

    /// What the collimator, a shutter or a scanned frame left open; the whole film where there is none of them, and on
    /// colour films.
    pub fn exposed_field(&self) -> &ExposedField {
        &self.patient().field
    }

    /// A window from the patient's values; see [`auto_window()`].
    pub fn computed_window(&self) -> Window {
        auto_window(self)
    }

    /// What both histograms may take, whether they are made yet or not.
    pub(super) fn num_bytes_of_statistics(&self) -> usize {
        match &self.pixels {
            Pixels::Grey(plane) => {
                2 * Histogram::num_bytes((1 << self.facts.bits_stored.min(16)).min(plane.texels.len()))
            }
            Pixels::Rgb(_) => 0,
        }
    }

    fn patient(&self) -> &Patient {
        self.statistics.patient.get_or_init(|| {
            let Some(survey) = Survey::new(self) else {
                return Patient { field: ExposedField::whole(self), histogram: None };
            };
            let division = Division::of(self, &survey);
            let patient = survey.histogram(|cell| !division.is_left_out[cell]);
            let histogram = if patient.num_pixels() > 0 { patient } else { survey.histogram(|_| true) };
            Patient { field: division.field, histogram: Some(histogram) }
        })
    }
}
