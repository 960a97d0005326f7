//! The gallery as the session has it: which items pass, and going through them film by film.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::answer;
use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::errors::{ErrorFilter, ErrorItem, ErrorItems, ErrorOrder, ShownErrors};
use crate::domain::evaluation::label_errors::{Suspect, suspects, unanswered};
use crate::domain::evaluation::point::OperatingPoint;
use crate::domain::evaluation::result::Evaluation;
use crate::domain::evaluation::run::{AnswerSource, EvaluationId, Run};
use crate::domain::evaluation::verdict::Ruling;
use crate::domain::geometry::Rect;
use crate::domain::id::ImageId;
use crate::domain::imaging::DisplaySettings;
use crate::domain::model::ModelId;
use crate::domain::suggestion::ModelVisibility;

use super::super::effect::Effect;
use super::super::event::Event;
use super::super::screen::{NoticeKind, Screen, Session};
use super::super::viewport::Zoom;
use super::review::{DraftKey, RulingKey, latest};
use super::{EvaluateCommand, EvaluatePage};

/// Everything of a run that can be looked at, sorted for looking.
#[derive(Clone, PartialEq, Debug)]
pub struct ErrorIndex {
    pub run: EvaluationId,
    pub items: ErrorItems,
    /// Labels that may be wrong, the surest first.
    pub suspects: Vec<Suspect>,
    /// Classes that the truth has and the answer never says: their labels are no suspects.
    pub unanswered: Vec<u16>,
}

impl ErrorIndex {
    /// Everything sorted: a fraction of a second for a million detections.
    pub fn of(run: &Run) -> Self {
        let items = ErrorItems::new(&run.cases, &run.plan.settings);
        let suspects = suspects(&run.cases, &items.matched);
        Self { run: run.summary.id, suspects, unanswered: unanswered(&run.cases), items }
    }
}

/// Which list is gone through.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ErrorList {
    #[default]
    Gallery,
    Suspects,
}

/// The gallery, the review and the way through them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ErrorDesk {
    /// `None` until it is sorted.
    pub index: Option<Arc<ErrorIndex>>,
    pub is_sorting: bool,
    /// What passes the filter at the operating point, in order.
    pub shown: ShownErrors,
    pub(super) made_for: Option<(OperatingPoint, ErrorFilter, ErrorOrder)>,
    /// Every disagreement at the operating point, whatever the filter: what the review is to go through.
    pub(super) all: Option<(OperatingPoint, ShownErrors)>,
    pub list: ErrorList,
    /// The reader was told that what is shown here is not blind.
    pub knows_it_is_not_blind: bool,
    /// Films whose boxes this reader was noted to have seen.
    noted: BTreeSet<u32>,
    /// How the reader last had films that were opened from here, each with a number that is new with every change.
    pub windows: BTreeMap<ImageId, (u32, Arc<DisplaySettings>)>,
    /// The item is to be brought into sight as soon as its film is there.
    wants_sight: bool,
    /// In the order in which they were given.
    pub rulings: Vec<Ruling>,
    pub(super) ruled: BTreeMap<RulingKey, usize>,
    /// What was typed about the item that is open.
    pub note: String,
    /// What was typed about items and belongs to no verdict yet, until a verdict takes it along.
    pub(super) drafts: BTreeMap<DraftKey, String>,
    /// The figures with the truth as the verdicts have it; `None` until they are computed.
    pub under_verdicts: Option<Arc<Evaluation>>,
    /// For how many verdicts they were computed, or are being.
    pub(super) num_under: Option<usize>,
}

impl ErrorDesk {
    /// For another run; what the reader was told stays told.
    pub(super) fn of_run(rulings: &[Ruling], before: &Self) -> Self {
        Self {
            knows_it_is_not_blind: before.knows_it_is_not_blind,
            drafts: before.drafts.clone(),
            rulings: rulings.to_vec(),
            ruled: latest(rulings),
            ..Self::default()
        }
    }
}

/// How much of the canvas an item fills when it is opened, side against side.
const SHARE_OF_ITEM: f64 = 1.0 / 3.0;

impl Session {
    /// The item at a place of the list that is gone through.
    pub fn error_at(&self, place: usize) -> Option<ErrorItem> {
        let desk = &self.evaluating;
        let (run, index) = (desk.open.as_ref()?, desk.errors.index.as_ref()?);
        match desk.errors.list {
            ErrorList::Gallery => desk.errors.shown.places.get(place).map(|&shown| index.items.item(&run.cases, shown)),
            ErrorList::Suspects => index.suspects.get(place).map(|suspect| suspect.item),
        }
    }

    /// How many there are in that list.
    pub fn num_errors(&self) -> usize {
        let desk = &self.evaluating.errors;
        match (&desk.index, desk.list) {
            (None, _) => 0,
            (Some(_), ErrorList::Gallery) => desk.shown.places.len(),
            (Some(index), ErrorList::Suspects) => index.suspects.len(),
        }
    }

    /// The item that is looked at in its film now.
    pub fn error_looked_at(&self) -> Option<ErrorItem> {
        self.error_at(self.evaluating.looked_at.filter(|_| self.screen == Screen::Film)?)
    }

    /// The films of the items that follow, or went before, those next to it first; not the item's own.
    pub fn error_films(&self, step: isize) -> impl Iterator<Item = &ImageId> {
        let films = self.evaluating.open.as_ref().map(|run| &run.cases.films);
        let from = self.evaluating.looked_at.filter(|_| films.is_some());
        let places = (1..).map_while(move |n: usize| from?.checked_add_signed(step * n as isize));
        let mut last = from.and_then(|from| self.error_at(from)).map(|item| item.film);
        places.map_while(|place| self.error_at(place)).filter_map(move |item| {
            let is_other = last != Some(item.film);
            last = Some(item.film);
            is_other.then(|| films.map(|films| &films[item.film as usize].image)).flatten()
        })
    }

    /// Readings are kept apart from each other or from models, and the reader has not been told that here they are not.
    pub fn must_be_told_not_blind(&self) -> bool {
        let Some(project) = self.project.as_ref().filter(|_| self.reader.is_some()) else { return false };
        let is_apart = !project.settings.is_open || project.settings.model_visibility != ModelVisibility::Always;
        is_apart && !self.evaluating.errors.knows_it_is_not_blind
    }

    pub(super) fn open_error(&mut self, list: ErrorList, place: usize, now_ms: i64) -> Vec<Effect> {
        if self.must_be_told_not_blind() {
            self.evaluating.page = EvaluatePage::Gallery;
            return Vec::new();
        }
        let list_before = std::mem::replace(&mut self.evaluating.errors.list, list);
        let image = self.error_at(place).and_then(|item| self.film_of(&item));
        let Some(image) = image else {
            self.evaluating.errors.list = list_before;
            return Vec::new();
        };
        if self.worklist.row(&image).is_none() {
            self.evaluating.errors.list = list_before;
            let text = format!("Film {image} is not in this project, so it can't be opened here.");
            self.notify(NoticeKind::Warning, text);
            return Vec::new();
        }
        // The note is of the item that is left, in the list that it was opened from.
        self.evaluating.errors.list = list_before;
        let mut kept = self.leave_note(now_ms);
        self.evaluating.errors.list = list;
        let opened = self.with_comment_kept(now_ms, |session| {
            session.remember_window();
            let mut effects = session.open_film(image.clone(), now_ms);
            if session.pane.image() != Some(&image) {
                return effects;
            }
            session.evaluating.looked_at = Some(place);
            session.evaluating.errors.wants_sight = true;
            session.evaluating.errors.note = session.note_of_looked_at();
            effects.extend(session.error_looked_at().map(|item| item.film).and_then(|film| session.note_seen(film)));
            effects
        });
        kept.extend(opened);
        kept
    }

    /// The next one of the list, or the one before.
    pub(super) fn step_error(&mut self, step: isize, now_ms: i64) -> Vec<Effect> {
        let Some(at) = self.evaluating.looked_at else { return Vec::new() };
        match at.checked_add_signed(step).filter(|place| *place < self.num_errors()) {
            Some(place) => self.open_error(self.evaluating.errors.list, place, now_ms),
            None => {
                let text =
                    if step > 0 { "This is the last item of the list." } else { "This is the first item of the list." };
                self.notify(NoticeKind::Info, text);
                Vec::new()
            }
        }
    }

    /// From the film to the page that it was opened from.
    pub(super) fn back_to_errors(&mut self, now_ms: i64) -> Vec<Effect> {
        let mut kept = self.leave_note(now_ms);
        kept.extend(self.with_comment_kept(now_ms, |session| {
            session.remember_window();
            session.screen = Screen::Evaluate;
            Vec::new()
        }));
        kept
    }

    /// Crops show what the model says of their films.
    pub(super) fn saw_crops(&mut self, films: &[u32]) -> Vec<Effect> {
        if self.must_be_told_not_blind() {
            return Vec::new();
        }
        films.iter().filter_map(|film| self.note_seen(*film)).collect()
    }

    /// Whether it is known that this reader saw what the run's models say of the film.
    pub fn is_noted(&self, film: u32) -> bool {
        self.evaluating.errors.noted.contains(&film)
    }

    fn film_of(&self, item: &ErrorItem) -> Option<ImageId> {
        self.evaluating.open.as_ref().map(|run| run.cases.films[item.film as usize].image.clone())
    }

    /// That the reader sees what the run's models say of this film, once.
    fn note_seen(&mut self, film: u32) -> Option<Effect> {
        let models = self.models_of_run();
        let may_write = self.project.as_ref().is_some_and(|project| !project.is_read_only);
        let reader = self.reader_id().cloned()?;
        let image = self.evaluating.open.as_ref()?.cases.films.get(film as usize)?.image.clone();
        let is_here = self.worklist.row(&image).is_some();
        if !self.evaluating.errors.noted.insert(film) || models.is_empty() || !is_here {
            return None;
        }
        for pane in std::iter::once(&mut self.pane).chain(&mut self.other_panes) {
            if let Some(open) = pane.film.as_mut().filter(|open| *open.image() == image) {
                open.suggesting.note_seen(models.iter().copied());
            }
        }
        may_write.then_some(Effect::NoteModelSeen { image, reader, models })
    }

    /// The models whose answers the open run is of; an ensemble by its members.
    fn models_of_run(&self) -> Vec<ModelId> {
        let Some(run) = &self.evaluating.open else { return Vec::new() };
        let AnswerSource::Models { classifier, detector } = run.plan.answer else { return Vec::new() };
        let mut models: Vec<ModelId> = [classifier, detector]
            .into_iter()
            .flatten()
            .flat_map(|id| answer::predicting(&self.models.models, id))
            .collect();
        models.sort_unstable();
        models.dedup();
        models
    }

    /// How the film that is looked at is shown, for its crops.
    fn remember_window(&mut self) {
        let Some(film) = self.pane.film.as_ref().filter(|film| film.is_display_changed) else { return };
        let (Some(display), image) = (&film.display, film.image().clone()) else { return };
        let windows = &mut self.evaluating.errors.windows;
        let before = windows.get(&image);
        if before.is_none_or(|(_, before)| **before != *display) {
            let number = before.map_or(1, |(number, _)| number + 1);
            let display = Arc::new(display.clone());
            windows.insert(image, (number, display));
        }
    }

    /// News for the gallery and the review.
    pub(in super::super) fn errors_event(&mut self, event: Event) {
        match event {
            Event::RulingsLoaded { run, rulings } => self.rulings_loaded(run, rulings),
            Event::ErrorsListed(index) => self.errors_listed(index),
            Event::UnderVerdictsCounted { run, evaluation } => self.under_verdicts_counted(run, evaluation),
            _ => {}
        }
    }

    fn errors_listed(&mut self, index: Arc<ErrorIndex>) {
        let is_of_open = self.evaluating.open.as_ref().is_some_and(|run| run.summary.id == index.run);
        if is_of_open {
            self.evaluating.errors.is_sorting = false;
            self.evaluating.errors.index = Some(index);
            self.evaluating.errors.made_for = None;
            self.evaluating.errors.all = None;
        }
    }

    /// After every input: asks for what the pages need, keeps the list at the operating point, and ends a walk that
    /// was left.
    pub(in super::super) fn mind_errors(&mut self) -> Vec<Effect> {
        let Some(run) = self.evaluating.open.clone() else { return Vec::new() };
        self.end_walk_if_left();
        let is_on_page = self.screen == Screen::Evaluate
            && matches!(self.evaluating.page, EvaluatePage::Gallery | EvaluatePage::Review);
        if !is_on_page && self.evaluating.looked_at.is_none() {
            return Vec::new();
        }
        let desk = &mut self.evaluating;
        let Some(index) = desk.errors.index.clone() else {
            if desk.errors.is_sorting {
                return Vec::new();
            }
            desk.errors.is_sorting = true;
            return vec![Effect::ListErrors(run)];
        };
        if let Some(point) = desk.point {
            let made_for = (point, desk.filter.clone(), desk.order);
            // While a film of the list is open the list stays as it is: "3 of 214" means the same at every step.
            if desk.errors.made_for.as_ref() != Some(&made_for) && (is_on_page || desk.errors.made_for.is_none()) {
                let rule = run.plan.settings.rule;
                let before = std::mem::take(&mut desk.errors.shown);
                desk.errors.shown =
                    index.items.shown_again(before, &run.cases, (point, rule), &desk.filter, desk.order);
                if desk.errors.made_for.is_some() && desk.errors.list == ErrorList::Gallery {
                    desk.looked_at = None;
                }
                desk.errors.made_for = Some(made_for);
            }
            let is_counted = desk.errors.all.as_ref().is_some_and(|(of, _)| *of == point);
            if desk.page == EvaluatePage::Review && !is_counted {
                let (rule, filter) = (run.plan.settings.rule, ErrorFilter::disagreements());
                desk.errors.all = Some((point, index.items.shown(&run.cases, (point, rule), &filter, desk.order)));
            }
        }
        self.bring_error_into_sight();
        self.count_under_verdicts()
    }

    /// Another film, or another screen, and the walk is over.
    fn end_walk_if_left(&mut self) {
        let Some(place) = self.evaluating.looked_at else { return };
        let is_over = match self.screen {
            Screen::Evaluate => false,
            Screen::Film => {
                let image = self.error_at(place).and_then(|item| self.film_of(&item));
                image.is_none_or(|image| self.slot_of(&image).is_none())
            }
            _ => true,
        };
        if is_over {
            self.tell_of_draft();
            self.evaluating.looked_at = None;
        }
    }

    fn bring_error_into_sight(&mut self) {
        if !self.evaluating.errors.wants_sight {
            return;
        }
        let Some(item) = self.error_looked_at() else { return };
        let image = self.film_of(&item);
        let is_there =
            self.pane.film.as_ref().is_some_and(|film| Some(film.image()) == image.as_ref() && film.film().is_some());
        if is_there {
            self.evaluating.errors.wants_sight = false;
            let bounds = self.evaluating.open.as_ref().and_then(|run| bounds_of(&run.cases, &item));
            self.on_view(|view, canvas, film| match bounds {
                Some(bounds) => view.show_part(bounds, SHARE_OF_ITEM, canvas, film),
                None => view.zoom = Zoom::Fit,
            });
        }
    }
}

/// Around the boxes of an item; `None` for those of whole films.
pub fn bounds_of(cases: &Cases, item: &ErrorItem) -> Option<Rect> {
    let detection = item.detection.and_then(|index| cases.detections.rect(index as usize));
    let truth = item.truth.and_then(|index| cases.truths.rect(index as usize));
    match (detection, truth) {
        (Some(a), Some(b)) => {
            let low = crate::domain::geometry::Point::new(a.xmin().min(b.xmin()), a.ymin().min(b.ymin()));
            let high = crate::domain::geometry::Point::new(a.xmax().max(b.xmax()), a.ymax().max(b.ymax()));
            Some(Rect::from_corners(low, high))
        }
        (one, other) => one.or(other),
    }
}

/// Whether a command needs a film of the list to be open.
pub(super) fn is_of_walk(command: &EvaluateCommand) -> bool {
    matches!(
        command,
        EvaluateCommand::NextError
            | EvaluateCommand::PreviousError
            | EvaluateCommand::Rule(_)
            | EvaluateCommand::Note(_)
            | EvaluateCommand::KeepNote
            | EvaluateCommand::FixLabel
            | EvaluateCommand::BackToErrors
    )
}
