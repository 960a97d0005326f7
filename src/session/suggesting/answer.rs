//! From the stored answers of models to what is shown: one probability, the boxes that the fusion rule leaves, and a map
//! of where the classifier looked.

use std::sync::Arc;

use crate::domain::answer;
use crate::domain::fusion::FusionRule;
use crate::domain::geometry::{Point, Size, Transform};
use crate::domain::imaging::{ColorMap, HeatMap};
use crate::domain::label::LabelSet;
use crate::domain::model::ModelId;
use crate::domain::prediction::HeatGrid;
use crate::domain::suggestion::{Suggestion, own_name};

use super::super::model_shelf::ModelShelf;
use super::super::open_film::OpenFilm;

impl OpenFilm {
    /// The models' answers put together by the pipeline that is in force now.
    pub(super) fn answer_anew(&mut self, shelf: &ModelShelf, labels: Option<&LabelSet>) {
        let size = self.size();
        let suggesting = &mut self.suggesting;
        let pipeline = &shelf.pipeline;
        let classifiers = pipeline.classifier.map_or_else(Vec::new, |id| answer::predicting(&shelf.models, id));
        let of = |model: &ModelId| suggesting.predictions.iter().find(|p| p.model == *model);
        let classified = answer::classify(&shelf.models, pipeline, &suggesting.predictions);
        // Until the classifier has spoken nobody knows which boxes stay.
        let is_awaited = classified.probability.is_none() && suggesting.num_awaited > 0;
        let is_waiting = is_awaited && pipeline.classifier.is_some() && pipeline.rule != FusionRule::DetectorOnly;
        let boxes = answer::detect(pipeline, &suggesting.predictions).filter(|_| !is_waiting).unwrap_or_default();
        let boxes = boxes.into_iter().filter_map(|one| offered(one, size, labels)).collect();
        let grids: Vec<&HeatGrid> = classifiers.iter().filter_map(|id| of(id)?.heat.as_ref()).collect();
        let heat = mean_grid(&grids).map(|grid| heat_map(grid, size));
        suggesting.probability = classified.probability;
        suggesting.suggestions = answer::fuse(pipeline.rule, classified.is_abnormal, boxes).kept;
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
        let needed = answer::predicting_all(&shelf.models, &shelf.pipeline);
        needed.iter().filter(|id| self.predictions.iter().all(|prediction| prediction.model != **id)).count()
    }
}

/// The box as it can become a mark: on the film, by the project's own name of the finding.
fn offered(mut suggestion: Suggestion, film: Size, labels: Option<&LabelSet>) -> Option<Suggestion> {
    suggestion.rect = suggestion.rect.clamped_to(film);
    if let Some(labels) = labels {
        suggestion.label = own_name(labels, &suggestion.label);
    }
    (suggestion.rect.width() > 0.0 && suggestion.rect.height() > 0.0).then_some(suggestion)
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
