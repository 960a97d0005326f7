//! Asking the models in use to look at many films.

use super::effect::Effect;
use super::screen::Session;

impl Session {
    /// There are models in use, films in the list, and no other job.
    pub(super) fn can_predict_films(&self) -> bool {
        let is_writable = self.project.as_ref().is_some_and(|project| !project.is_read_only);
        let has_model = self.models.pipeline.classifier.or(self.models.pipeline.detector).is_some();
        let is_free = self.job.as_ref().is_none_or(|job| job.outcome.is_some());
        is_writable && has_model && is_free && self.reader.is_some() && self.worklist.num_shown() > 0
    }

    /// The films of the list in its order, the filter held.
    pub(super) fn predict_films(&mut self) -> Vec<Effect> {
        if !self.can_predict_films() {
            return Vec::new();
        }
        let rows = (0..self.worklist.num_shown()).filter_map(|n| self.worklist.shown(n));
        vec![Effect::PredictFilms { images: rows.map(|row| row.image.clone()).collect() }]
    }
}
