//! From the stored answers of models to what is shown: one probability, the boxes that the fusion rule leaves, and a map
//! of where the classifier looked.

use std::sync::Arc;

use crate::domain::fusion::{self, FusionRule, Pipeline};
use crate::domain::geometry::{Point, Size, Transform};
use crate::domain::imaging::{ColorMap, HeatMap};
use crate::domain::model::{EnsembleMean, ModelContent, ModelId};
use crate::domain::prediction::{HeatGrid, Prediction};
use crate::domain::suggestion::{Suggestion, SuggestionKey};

use super::super::model_shelf::ModelShelf;
use super::super::open_film::OpenFilm;

impl OpenFilm {
    /// The models' answers put together by the pipeline that is in force now.
    pub(super) fn answer_anew(&mut self, shelf: &ModelShelf) {
        let size = self.size();
        let suggesting = &mut self.suggesting;
        let pipeline = &shelf.pipeline;
        let classifiers = classifiers(shelf);
        let of = |model: &ModelId| suggesting.predictions.iter().find(|p| p.model == *model);
        suggesting.probability = probability(shelf, &classifiers, of);
        let boxes = pipeline.detector.as_ref().and_then(of);
        // Until the classifier has spoken nobody knows which boxes stay.
        let is_awaited = suggesting.probability.is_none() && suggesting.num_awaited > 0;
        let is_waiting = is_awaited && pipeline.classifier.is_some() && pipeline.rule != FusionRule::DetectorOnly;
        let boxes = boxes.filter(|_| !is_waiting).map_or_else(Vec::new, |boxes| offered(boxes, size));
        suggesting.suggestions = fused(boxes, suggesting.probability, pipeline);
        let grids: Vec<&HeatGrid> = classifiers.iter().filter_map(|id| of(id)?.heat.as_ref()).collect();
        let heat = mean_grid(&grids).map(|grid| heat_map(grid, size));
        // The same map keeps its place on the graphics card.
        if heat.as_ref().map(|heat| &heat.values) != suggesting.heat.as_ref().map(|heat| &heat.values) {
            suggesting.heat = heat;
        }
        self.suggesting.follow(&self.reading, &self.history);
    }
}

impl super::Suggesting {
    /// Models in use that have said nothing of the film.
    pub fn num_missing(&self, shelf: &ModelShelf) -> usize {
        let needed = classifiers(shelf).into_iter().chain(shelf.pipeline.detector);
        needed.filter(|id| self.predictions.iter().all(|prediction| prediction.model != *id)).count()
    }
}

/// The classifier in use, or the members of the ensemble.
fn classifiers(shelf: &ModelShelf) -> Vec<ModelId> {
    let Some(id) = shelf.pipeline.classifier else { return Vec::new() };
    match shelf.model(id).map(|model| &model.content) {
        Some(ModelContent::Ensemble { members, .. }) => members.clone(),
        Some(ModelContent::Weights { .. }) | None => vec![id],
    }
}

/// The boxes as they can become marks: on the film.
fn offered(prediction: &Prediction, film: Size) -> Vec<Suggestion> {
    let offer = |(number, detection): (usize, &crate::domain::prediction::Detection)| {
        let rect = detection.rect.clamped_to(film);
        let key = SuggestionKey { model: prediction.model, number: number as u32 };
        let suggestion = Suggestion { key, label: detection.label.clone(), score: detection.score, rect };
        (rect.width() > 0.0 && rect.height() > 0.0).then_some(suggestion)
    };
    prediction.detections.iter().enumerate().filter_map(offer).collect()
}

/// `None` until every member has answered.
fn probability<'p>(
    shelf: &ModelShelf,
    classifiers: &[ModelId],
    of: impl Fn(&ModelId) -> Option<&'p Prediction>,
) -> Option<f64> {
    let said: Vec<f64> = classifiers.iter().map(|id| of(id)?.probability).collect::<Option<_>>()?;
    let content = shelf.pipeline.classifier.and_then(|id| shelf.model(id)).map(|model| &model.content);
    let mean = match content {
        Some(ModelContent::Ensemble { mean, .. }) => *mean,
        _ => EnsembleMean::Probability,
    };
    fusion::ensemble(&said, mean)
}

/// What the rule leaves of the boxes.
fn fused(boxes: Vec<Suggestion>, probability: Option<f64>, pipeline: &Pipeline) -> Vec<Suggestion> {
    let is_abnormal = probability.map(|probability| fusion::is_abnormal(probability, pipeline.threshold));
    boxes.into_iter().filter(|one| pipeline.rule.leaves_out(is_abnormal, one.score).is_none()).collect()
}

/// The mean of the members' maps; where their grids differ, the first member's alone.
fn mean_grid(grids: &[&HeatGrid]) -> Option<HeatGrid> {
    let first = *grids.first()?;
    let alike: Vec<&&HeatGrid> =
        grids.iter().filter(|grid| (grid.width, grid.height) == (first.width, first.height)).collect();
    let mean = |at: usize| alike.iter().filter_map(|grid| grid.values.get(at)).sum::<f32>() / alike.len() as f32;
    let values: Vec<f32> = (0..first.values.len()).map(mean).collect();
    let most = values.iter().copied().fold(0.0, f32::max);
    let values = if most > 0.0 { values.iter().map(|value| value / most).collect() } else { values };
    Some(HeatGrid { values, ..*first })
}

fn heat_map(grid: HeatGrid, film: Size) -> HeatMap {
    let scale = [f64::from(grid.width) / film.width, f64::from(grid.height) / film.height];
    HeatMap {
        width: grid.width,
        height: grid.height,
        values: Arc::from(grid.values),
        color_map: ColorMap::Inferno,
        opacity: 1.0,
        grid_from_image: Transform::stretched_view(scale, 0, false, Point::default(), Point::default()),
    }
}
