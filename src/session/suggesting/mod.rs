//! What models say of the open film: who may see it and when, what of it is shown, and which suggestion is looked at.
//!
//! What a reader may not see is not in the session: it is asked for when it may be seen, and dropped when it may not.

mod answer;
mod asking;
mod deciding;
mod holding;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::Edit;
use crate::domain::fusion::Pipeline;
use crate::domain::geometry::Rect;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::imaging::HeatMap;
use crate::domain::model::ModelId;
use crate::domain::prediction::Prediction;
use crate::domain::reading::Reading;
use crate::domain::suggestion::{self, Fate, ModelVisibility, Provenance, Suggestion, SuggestionKey};
use crate::domain::task::TaskState;

use super::effect::Effect;
use super::history::History;
use super::model_shelf::ModelShelf;
use super::open_film::OpenFilm;
use super::screen::{Dialog, OverlayState, Session};

pub use asking::Completing;

/// Steps of the slider in all.
pub const NUM_STEPS: f64 = 20.0;

/// Something done about what models say.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum SuggestCommand {
    /// The suggestion in focus becomes a mark as it is.
    Accept,
    /// The same, selected, to be adjusted by its handles.
    AcceptAndAdjust,
    AcceptAll,
    Reject,
    Next,
    Previous,
    /// Suggestions need a score higher by a twentieth.
    ScoreUp,
    ScoreDown,
    MinScore(f64),
    ToggleShown,
    ToggleHeat,
    HeatOpacity(f32),
    /// These, by a click beside them.
    AcceptThis(SuggestionKey),
    RejectThis(SuggestionKey),
    /// A rejection is taken back.
    Restore(SuggestionKey),
    FocusOn(SuggestionKey),
    /// The pointer is over this one in the list.
    Hover(Option<SuggestionKey>),
}

/// How readers want to see what models say.
#[derive(Clone, PartialEq, Debug)]
pub struct Advice {
    pub is_hidden: bool,
    pub shows_heat: bool,
    /// Of the highest value of the heat map.
    pub heat_opacity: f32,
    /// The least score shown, of readers who moved it.
    min_scores: BTreeMap<ReaderId, f64>,
}

impl Default for Advice {
    fn default() -> Self {
        Self { is_hidden: false, shows_heat: false, heat_opacity: 0.25, min_scores: BTreeMap::new() }
    }
}

impl Advice {
    /// The next reader starts as at first, but for a slider of their own.
    pub(super) fn forget_reader(&mut self) {
        let min_scores = std::mem::take(&mut self.min_scores);
        *self = Self { min_scores, ..Self::default() };
    }
}

/// Why a reader does not see what models say of a film.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhyHidden {
    /// No model is in use.
    NoModel,
    /// The project shows it to nobody who reads.
    Off,
    /// First the reader's own reading.
    UntilCompleted,
    /// The film is shown to compare with.
    Reference,
}

/// What models say of one open film, as far as the reader may see it.
#[derive(Clone, Debug, Default)]
pub struct Suggesting {
    /// The models whose answers were asked for; `None` while they may not be seen.
    asked: Option<[Option<ModelId>; 2]>,
    /// An answer has come.
    pub is_loaded: bool,
    /// Models that are looking at the film now.
    pub num_awaited: usize,
    predictions: Vec<Prediction>,
    /// Of the classifier or ensemble, that the film is abnormal.
    pub probability: Option<f64>,
    /// What the fusion rule leaves of the detector's boxes, by falling score.
    pub suggestions: Vec<Suggestion>,
    /// What became of each.
    pub fates: Vec<Fate>,
    /// What became of all together.
    pub provenance: Provenance,
    /// Where the classifier looked.
    pub heat: Option<HeatMap>,
    /// What keys act on, the last foremost. Nothing is selected then.
    pub focused: Vec<SuggestionKey>,
    /// Under the pointer in the list.
    pub hovered: Option<SuggestionKey>,
    /// Models whose answers about the film this reader has seen, now or at an earlier time.
    seen: BTreeSet<ModelId>,
    was_completed: bool,
    /// Left undecided by the reader's own word at completing.
    waived: BTreeSet<SuggestionKey>,
}

impl Suggesting {
    /// The foremost suggestion in focus.
    pub fn focus(&self) -> Option<SuggestionKey> {
        self.focused.last().copied()
    }

    pub fn suggestion(&self, key: SuggestionKey) -> Option<&Suggestion> {
        self.suggestions.iter().find(|suggestion| suggestion.key == key)
    }

    pub(super) fn predictions(&self) -> &[Prediction] {
        &self.predictions
    }

    /// Every suggestion with what became of it.
    pub fn all(&self) -> impl Iterator<Item = (&Suggestion, Fate)> {
        self.suggestions.iter().zip(self.fates.iter().copied())
    }

    /// Nothing of a prediction stays; that some were seen does.
    fn forget(&mut self) {
        let (seen, was_completed) = (std::mem::take(&mut self.seen), self.was_completed);
        *self = Self { seen, was_completed, ..Self::default() };
    }

    /// The reading is another one now.
    pub(super) fn follow(&mut self, reading: &Reading, history: &History) {
        let completes = |edit: &Edit| matches!(edit, Edit::SetTaskState { after: TaskState::Completed, .. });
        self.was_completed =
            reading.state() == TaskState::Completed || history.done().any(|entry| completes(&entry.edit));
        self.fates = suggestion::fates(reading, &self.suggestions);
        self.provenance = suggestion::provenance(reading, &self.fates);
        let pending: BTreeSet<SuggestionKey> =
            self.all().filter(|(_, fate)| *fate == Fate::Pending).map(|(suggestion, _)| suggestion.key).collect();
        self.focused.retain(|key| pending.contains(key));
    }

    pub(super) fn note_seen(&mut self, models: impl IntoIterator<Item = ModelId>) {
        self.seen.extend(models);
    }
}

impl OpenFilm {
    pub(super) fn focus_on(&mut self, keys: Vec<SuggestionKey>) {
        self.select_only(None);
        self.suggesting.focused = keys;
    }

    /// What an edit had decided and is open again, after the edit was taken back.
    pub(super) fn focus_on_decided(&mut self, edit: &Edit) {
        let mut keys = Vec::new();
        deciding::decided_by(edit, &mut keys);
        let is_open = |key: &SuggestionKey| {
            self.suggesting.all().any(|(suggestion, fate)| suggestion.key == *key && fate == Fate::Pending)
        };
        keys.retain(is_open);
        if !keys.is_empty() {
            self.focus_on(keys);
        }
    }
}

impl Session {
    /// Why what models say of this film is not shown; `None` where the reader may see it.
    pub fn why_models_hidden(&self, film: &OpenFilm) -> Option<WhyHidden> {
        why_hidden(film, self.model_visibility(), &self.models.pipeline)
    }

    fn model_visibility(&self) -> ModelVisibility {
        self.project.as_ref().map_or(ModelVisibility::Off, |project| project.settings.model_visibility)
    }

    /// Suggestions under this score are not shown.
    pub fn min_score(&self) -> f64 {
        let own = self.reader_id().and_then(|reader| self.advice.min_scores.get(reader));
        own.copied().unwrap_or(self.models.pipeline.min_score)
    }

    pub(super) fn set_min_score(&mut self, score: f64) {
        // Twentieths, made by a division, are the numbers that people write: 0.3 and no hair more.
        let score = (score * NUM_STEPS).round().clamp(0.0, NUM_STEPS) / NUM_STEPS;
        if let Some(reader) = self.reader_id().cloned() {
            self.advice.min_scores.insert(reader, score);
        }
    }

    /// Suggestions that wait for the reader and are in sight, by falling score.
    pub fn shown_suggestions<'f>(&self, film: &'f OpenFilm) -> Vec<&'f Suggestion> {
        if self.advice.is_hidden || self.why_models_hidden(film).is_some() {
            return Vec::new();
        }
        let least = self.min_score();
        film.suggesting
            .all()
            .filter(|(suggestion, fate)| *fate == Fate::Pending && suggestion.score >= least)
            .map(|(suggestion, _)| suggestion)
            .collect()
    }

    /// Those of them that are painted over the film: only what is seen is decided about and in focus.
    pub fn seen_suggestions<'f>(&self, film: &'f OpenFilm) -> Vec<&'f Suggestion> {
        let is_painted = film.is_drawn && film.film().is_some() && self.overlay != OverlayState::Nothing;
        if is_painted { self.shown_suggestions(film) } else { Vec::new() }
    }

    /// Nothing that went out of sight stays in focus, and nobody is asked about what is decided by now.
    fn leave_what_is_not_seen(&mut self) {
        for slot in 0..self.layout.num_panes() {
            let Some(film) = self.pane_at(slot).and_then(|pane| pane.film.as_ref()) else { continue };
            if film.suggesting.focused.is_empty() {
                continue;
            }
            let seen: Vec<SuggestionKey> = self.seen_suggestions(film).iter().map(|one| one.key).collect();
            self.with_pane(slot, |session| {
                session.on_film(|film| film.suggesting.focused.retain(|key| seen.contains(key)))
            });
        }
        if matches!(self.dialog, Some(Dialog::PendingSuggestions { .. })) {
            let film = self.pane.film.as_ref();
            if film.is_none_or(|film| self.shown_suggestions(film).is_empty()) {
                self.dialog = None;
            }
        }
    }

    /// The same with the one that is being dragged where it is dragged to.
    pub fn drawn_suggestions<'f>(&self, film: &'f OpenFilm) -> Vec<(&'f Suggestion, Rect)> {
        let dragged = film.gesture.as_ref().and_then(super::gesture::Gesture::adjusted);
        let place = |one: &Suggestion| dragged.filter(|(key, _)| *key == one.key).map_or(one.rect, |(_, rect)| rect);
        self.shown_suggestions(film).into_iter().map(|one| (one, place(one))).collect()
    }

    /// The map of where the classifier looked, where it is on and the film is not bare.
    pub fn shown_heat(&self, film: &OpenFilm) -> Option<HeatMap> {
        let is_shown = self.advice.shows_heat && self.overlay != OverlayState::Nothing;
        let heat = film.suggesting.heat.as_ref().filter(|_| is_shown && self.why_models_hidden(film).is_none())?;
        Some(HeatMap { opacity: self.advice.heat_opacity, ..heat.clone() })
    }

    /// The model that a mark was taken from, and what became of its suggestion where that is known here.
    pub fn origin_of(&self, film: &OpenFilm, mark: &Annotation) -> Option<(ModelId, Option<Fate>)> {
        let Origin::Suggested(key) = mark.origin() else { return None };
        let suggestion = film.suggesting.suggestion(*key);
        Some((key.model, suggestion.map(|suggestion| suggestion::fate_of_taken(mark, suggestion))))
    }

    /// Asks for what may be seen and is not there, and drops what may not be seen any more.
    pub(super) fn mind_suggestions(&mut self) -> Vec<Effect> {
        self.leave_what_is_not_seen();
        let (visibility, pipeline) = (self.model_visibility(), self.models.pipeline);
        let wanted = [pipeline.classifier, pipeline.detector];
        let mut effects = Vec::new();
        for pane in std::iter::once(&mut self.pane).chain(&mut self.other_panes) {
            let Some(film) = &mut pane.film else { continue };
            if why_hidden(film, visibility, &pipeline).is_some() {
                if film.suggesting.asked.is_some() {
                    film.suggesting.forget();
                }
            } else if film.suggesting.asked != Some(wanted) && pane.wanted.is_none() {
                film.suggesting.asked = Some(wanted);
                effects.push(Effect::LoadPredictions { image: film.image().clone() });
            }
        }
        effects
    }

    /// Films on screen that lack an answer are asked about once more.
    pub(super) fn ask_again_for_missing(&mut self) {
        for pane in std::iter::once(&mut self.pane).chain(&mut self.other_panes) {
            if let Some(film) = pane.film.as_mut().filter(|film| film.suggesting.num_missing(&self.models) > 0) {
                film.suggesting.asked = None;
            }
        }
    }

    pub(super) fn predictions_loaded(
        &mut self,
        image: &ImageId,
        predictions: &[Prediction],
        num_awaited: usize,
    ) -> Vec<Effect> {
        let (visibility, pipeline) = (self.model_visibility(), self.models.pipeline);
        let reader = self.layer_of(image);
        let labels = self.project.as_ref().map(|project| project.label_set.clone());
        let may_write = self.project.as_ref().is_some_and(|project| !project.is_read_only);
        let mut effects = Vec::new();
        for pane in std::iter::once(&mut self.pane).chain(&mut self.other_panes) {
            let Some(film) = pane.film.as_mut().filter(|film| film.image() == image) else { continue };
            // It was asked for while it might be seen; by now it may not.
            if film.suggesting.asked.is_none() || why_hidden(film, visibility, &pipeline).is_some() {
                continue;
            }
            film.suggesting.is_loaded = true;
            film.suggesting.num_awaited = num_awaited;
            predictions.clone_into(&mut film.suggesting.predictions);
            film.answer_anew(&self.models, labels.as_deref());
            let unseen = |model: &ModelId| !film.suggesting.seen.contains(model);
            let models: Vec<ModelId> = predictions.iter().map(|p| p.model).filter(unseen).collect();
            film.suggesting.note_seen(models.iter().copied());
            if let Some(reader) = reader.clone().filter(|_| may_write && !models.is_empty()) {
                effects.push(Effect::NoteModelSeen { image: image.clone(), reader, models });
            }
        }
        effects
    }

    /// Other models are in use, or their answers are put together in another way.
    pub(super) fn models_loaded(&mut self, shelf: ModelShelf) {
        self.models = shelf;
        self.answer_all_anew();
    }

    /// Models, or the project's labels, are not what they were.
    pub(super) fn answer_all_anew(&mut self) {
        let labels = self.project.as_ref().map(|project| project.label_set.clone());
        for pane in std::iter::once(&mut self.pane).chain(&mut self.other_panes) {
            if let Some(film) = &mut pane.film {
                film.answer_anew(&self.models, labels.as_deref());
            }
        }
    }

    /// A suggestion's model, as its marks name it.
    pub fn model_name(&self, model: ModelId) -> Option<String> {
        let model = self.models.model(model)?;
        Some(format!("{} v{}", model.card.name, model.version))
    }
}

fn why_hidden(film: &OpenFilm, visibility: ModelVisibility, pipeline: &Pipeline) -> Option<WhyHidden> {
    let has_seen = film.suggesting.was_completed || !film.suggesting.seen.is_empty();
    if pipeline.classifier.is_none() && pipeline.detector.is_none() {
        Some(WhyHidden::NoModel)
    } else if film.is_reference {
        Some(WhyHidden::Reference)
    } else {
        match visibility {
            ModelVisibility::Off => Some(WhyHidden::Off),
            ModelVisibility::AfterReading if !has_seen => Some(WhyHidden::UntilCompleted),
            ModelVisibility::AfterReading | ModelVisibility::Always => None,
        }
    }
}
