//! Which films to look at first: the order of the list by what models say, and the films of one answer.

use crate::domain::answer::answer;
use crate::domain::id::ImageId;
use crate::domain::label::{LabelName, LabelSet};
use crate::domain::prediction::Prediction;
use crate::domain::suggestion::{ModelVisibility, own_name};
use crate::domain::task::TaskState;
use crate::domain::triage::{BoxCounts, Disagreement, ReaderMark, Triage, compare, uncertainty};

use super::effect::Effect;
use super::model_shelf::ModelShelf;
use super::open_film::OpenFilm;
use super::screen::Session;
use super::worklist::{Filter, ModelFilter, Sort, SortBy};

/// Something asked of the list by what models say.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum TriageCommand {
    /// `None`: back to the project's order.
    Sort(Option<Sort>),
    Filter(Option<ModelFilter>),
}

impl TriageCommand {
    pub(super) fn is_on(self, session: &Session) -> bool {
        match self {
            Self::Sort(sort) => session.worklist.sort() == sort,
            Self::Filter(filter) => session.worklist.filter.model == filter,
        }
    }

    pub(super) fn is_available(self, session: &Session) -> bool {
        session.reader.is_some()
            && match self {
                Self::Sort(Some(Sort { by: SortBy::ReadingQueue, .. })) => session.worklist.has_reading_queue(),
                _ => session.may_see_models() || self.is_way_back(),
            }
    }

    const fn is_way_back(self) -> bool {
        matches!(self, Self::Sort(None) | Self::Filter(None))
    }
}

impl Session {
    pub(super) fn triage_command(&mut self, command: TriageCommand) -> Vec<Effect> {
        match command {
            TriageCommand::Sort(sort) => self.worklist.set_sort(sort),
            TriageCommand::Filter(model) => {
                self.worklist.set_filter(Filter { model, ..self.worklist.filter.clone() });
            }
        }
        Vec::new()
    }

    /// Models are in use and readers may see what they say, at least after their own reading.
    pub fn may_see_models(&self) -> bool {
        let visibility = self.project.as_ref().map_or(ModelVisibility::Off, |open| open.settings.model_visibility);
        let pipeline = &self.models.pipeline;
        visibility != ModelVisibility::Off && (pipeline.classifier.is_some() || pipeline.detector.is_some())
    }

    /// Lines carry what models say: with other models, or another word on who sees it, they are read anew.
    pub(super) fn reload_list_if(&self, is_other: bool) -> Vec<Effect> {
        let reader = self.reader_id().cloned().filter(|_| is_other && self.worklist.is_loaded);
        reader.map(|reader| Effect::LoadWorklist { reader }).into_iter().collect()
    }

    /// After an edit of the film on screen: its boxes are held against the marks as they are now.
    pub(super) fn list_active_again(&mut self) {
        let Some(film) = &self.pane.film else { return };
        let (image, predictions) = (film.image().clone(), film.suggesting.predictions().to_vec());
        self.list_predictions(&image, &predictions);
    }

    /// The list is looked at: what came of films that have left the screen is not in it yet.
    pub(super) fn refresh_list_of_models(&mut self) -> Vec<Effect> {
        if !self.may_see_models() {
            return Vec::new();
        }
        self.is_worklist_wanted |= !self.pending.is_empty();
        self.reload_list_if(self.pending.is_empty())
    }

    /// The film's line says what models say of it now. Predictions are asked for only where the reader may see them.
    pub(super) fn list_predictions(&mut self, image: &ImageId, predictions: &[Prediction]) {
        if predictions.is_empty() || !self.may_see_models() {
            return;
        }
        let open = self.panes().filter_map(|(_, pane)| pane.film.as_ref()).find(|film| film.image() == image);
        // It was asked for while it might be seen; by now it may not.
        let Some(film) = open.filter(|film| self.why_models_hidden(film).is_none()) else { return };
        let boxes = compared(film, &self.models, self.label_set(), predictions);
        let models = &self.models;
        let answer = answer(&models.models, &models.pipeline, predictions);
        let said = answer.classified;
        self.worklist.update(image, |row| {
            let whole = said.probability.is_some();
            row.triage = Some(Triage {
                probability: said.probability,
                is_abnormal: said.is_abnormal,
                uncertainty: uncertainty(&said.members, models.pipeline.threshold).filter(|_| whole),
                disagreement: (row.state == TaskState::Completed)
                    .then(|| Disagreement::new(said.is_abnormal, row.decision, boxes)),
            });
        });
    }
}

/// The detector's boxes that the pipeline keeps and shows, beside the marks of a film's reader.
fn compared(
    film: &OpenFilm,
    shelf: &ModelShelf,
    labels: Option<&LabelSet>,
    predictions: &[Prediction],
) -> Option<BoxCounts> {
    let detector = shelf.model(shelf.pipeline.detector?)?;
    predictions.iter().find(|prediction| prediction.model == detector.id)?;
    let mut boxes = answer(&shelf.models, &shelf.pipeline, predictions).fused.kept;
    boxes.retain(|suggestion| suggestion.score >= shelf.pipeline.min_score);
    let own = |word: &LabelName| labels.map_or_else(|| word.clone(), |labels| own_name(labels, word));
    for suggestion in &mut boxes {
        suggestion.label = own(&suggestion.label);
    }
    let classes: Vec<LabelName> = detector.card.classes.iter().map(own).collect();
    let marks: Vec<ReaderMark> = film.reading.annotations().iter().filter_map(ReaderMark::new).collect();
    Some(compare(&boxes, &classes, &marks))
}
