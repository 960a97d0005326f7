//! What the outside answers: projects, films, saves and jobs as they come in.

use std::sync::Arc;

use crate::domain::geometry::{PixelGrid, Size};
use crate::domain::id::ImageId;
use crate::domain::imaging::{Film, Voi};
use crate::domain::log::LogEntry;
use crate::domain::model::ModelId;
use crate::domain::reading::Reading;
use crate::domain::study::FilmEntry;

use super::effect::{Effect, Persist};
use super::event::Event;
use super::history::History;
use super::input_map::InputMap;
use super::labelling::is_shared;
use super::open_film::{OpenFilm, Picture};
use super::panes::Pane;
use super::screen::{Dialog, JobView, NoticeKind, OpenProject, Screen, Session};
use super::viewport::{FilmView, ShownWindow, Viewport};
use super::windowing::CarriedDisplay;

impl Session {
    pub(super) fn event(&mut self, event: Event, now_ms: i64) -> Vec<Effect> {
        match event {
            Event::ProjectOpened { folder, project, label_set, readers, number, is_read_only, view } => {
                let pane = Pane { canvas: self.pane.canvas, ..Pane::default() };
                let settings = self.settings.clone();
                let resumes_unasked = std::mem::take(&mut self.resumes_unasked);
                *self = Self { pane, settings, next_ticket: self.next_ticket, ..Self::default() };
                self.project =
                    Some(OpenProject { folder, settings: project, label_set, readers, number, is_read_only });
                self.screen = Screen::SignIn;
                if let Some(view) = view {
                    let reader = view.reader.clone();
                    self.restoring = Some(view);
                    // Where it might be somebody else, nobody reads under the last one's name without having seen it.
                    if resumes_unasked || !self.is_choice_of_people(&reader) {
                        return self.begin_sign_in(&reader);
                    }
                }
                Vec::new()
            }
            Event::ProjectChanged { project, label_set } => {
                let mut labels_before = None;
                let was_open = self.project.as_ref().is_some_and(|open| open.settings.is_open);
                let has_opened = was_open != project.is_open;
                let seen_before = self.project.as_ref().map(|open| open.settings.model_visibility);
                let has_other_sight = seen_before != Some(project.model_visibility);
                if let Some(open) = &mut self.project {
                    open.settings = *project;
                    labels_before = Some(std::mem::replace(&mut open.label_set, label_set));
                    labels_before.take_if(|before| **before == *open.label_set);
                }
                for slot in 0..self.layout.num_panes() {
                    self.with_pane(slot, |session| {
                        session.keep_readers_apart();
                        session.check_film();
                    });
                }
                if labels_before.is_some() {
                    self.answer_all_anew();
                }
                self.list_words();
                let mut effects = labels_before.map_or_else(Vec::new, |before| self.labels_changed(&before));
                // Other readers' marks come into view, or go.
                if has_opened {
                    self.reload_shown();
                }
                effects.extend(self.reload_if_wanted());
                if has_other_sight {
                    self.worklist.forget_models();
                }
                effects.extend(self.reload_list_if(has_other_sight));
                effects
            }
            Event::LabelDeskLoaded { uses, versions } => {
                (self.label_desk.uses, self.label_desk.versions) = (uses, versions);
                Vec::new()
            }
            Event::LabelSetRead(read) => self.labels_read(read),
            Event::ProjectFailed { message } => {
                (self.opening, self.resumes_unasked) = (None, false);
                // A slip of the keys: what was typed stands in the field again.
                self.dialog = self.typed_for.take().map(|purpose| Dialog::PathField { purpose });
                self.notify(NoticeKind::Error, message);
                Vec::new()
            }
            Event::PathChosen { purpose, paths } => self.path_chosen(purpose, paths),
            Event::NoFileDialog(purpose) => {
                self.dialog = Some(Dialog::PathField { purpose });
                Vec::new()
            }
            Event::ReadersLoaded(readers) => {
                if let Some(project) = &mut self.project {
                    project.readers = readers;
                }
                self.list_words();
                Vec::new()
            }
            Event::WorklistLoaded { reader, rows } => {
                if self.reader_id() != Some(&reader) {
                    return Vec::new();
                }
                self.list_words();
                self.worklist.set_rows(rows);
                // Edits still on their way are newer than what was read.
                self.is_worklist_wanted |= !self.pending.is_empty();
                self.restore_films(now_ms)
            }
            Event::FiltersLoaded { reader, filters } => {
                self.filters_loaded(&reader, filters);
                Vec::new()
            }
            Event::ReadingLoaded { study, priors, image, reading, log, others, models_seen } => {
                let related = Related { study, priors, others, models_seen };
                match self.slot_of(&image) {
                    Some(slot) => self.reading_loaded(slot, related, &image, (reading, &log), now_ms),
                    None => Vec::new(),
                }
            }
            Event::ReadingFailed { image, message } => {
                if let Some(slot) = self.slot_of(&image) {
                    self.with_pane(slot, |session| session.pane.give_up(&image));
                    self.notify(NoticeKind::Error, message);
                }
                Vec::new()
            }
            Event::PictureLoaded { image, frame, film } => {
                if let Some(slot) = self.slot_of(&image) {
                    self.with_pane(slot, |session| session.picture_loaded(&image, frame, film));
                }
                Vec::new()
            }
            Event::PictureFailed { image, frame, message } => {
                if let Some(slot) = self.slot_of(&image) {
                    self.with_pane(slot, |session| session.picture_failed(image, frame, message));
                }
                Vec::new()
            }
            Event::TagsLoaded { image, tags } => {
                self.tags_loaded(&image, tags);
                Vec::new()
            }
            Event::Saved { ticket, .. } => {
                self.pending.remove(&ticket);
                self.failed.remove(&ticket);
                self.reload_if_wanted()
            }
            Event::SaveFailed { ticket, message } => {
                self.notify(NoticeKind::Error, not_saved(&message));
                self.failed.insert(ticket, message);
                Vec::new()
            }
            Event::SaveRefused { ticket, message } => {
                // Those that built on a refused one went with it, and nothing new is to be said of them.
                if let Some(refused) = self.pending.get(&ticket).cloned() {
                    let is_gone = |p: &Persist| p.image == refused.image && p.reader == refused.reader;
                    let gone: Vec<Persist> = self.pending.values().filter(|p| is_gone(p)).cloned().collect();
                    self.pending.retain(|_, p| !is_gone(p));
                    self.failed.retain(|t, _| self.pending.contains_key(t));
                    // What was said of the study stands on its other films too.
                    let shown = self.panes().filter_map(|(_, pane)| Some(pane.film.as_ref()?.image().clone()));
                    let shown: Vec<ImageId> =
                        shown.filter(|image| gone.iter().any(|p| self.concerns(p, image))).collect();
                    self.reloads_wanted.extend(shown);
                    self.reloads_wanted.insert(refused.image);
                    self.is_worklist_wanted = true;
                    self.notify(NoticeKind::Error, not_saved(&message));
                }
                self.reload_if_wanted()
            }
            Event::JobStarted { title, can_stop } => {
                self.job = Some(JobView {
                    title,
                    stage: String::new(),
                    done: 0,
                    total: 0,
                    started_at_ms: now_ms,
                    outcome: None,
                    can_stop,
                });
                Vec::new()
            }
            Event::JobProgress { stage, done, total } => {
                if let Some(job) = &mut self.job {
                    (job.stage, job.done, job.total) = (stage, done, total);
                }
                Vec::new()
            }
            Event::JobFinished { is_success, summary, report } => self.job_finished(is_success, summary, report),
            Event::ReferencesLoaded(references) => {
                self.guide.references = references;
                Vec::new()
            }
            Event::PresetsLoaded(presets) => {
                self.windowing.presets = presets;
                Vec::new()
            }
            Event::SettingsLoaded(settings) => {
                self.settings = *settings;
                Vec::new()
            }
            Event::InputLoaded { reader, choices } => {
                if self.reader_id() == Some(&reader) {
                    self.input = InputMap::new(*choices);
                }
                Vec::new()
            }
            Event::ChangedElsewhere(elsewhere) => self.changed_elsewhere(&elsewhere),
            Event::ModelsLoaded(shelf) => {
                let is_other = self.models.pipeline != shelf.pipeline;
                self.models_loaded(*shelf);
                self.desk_follows_shelf();
                self.reload_list_if(is_other)
            }
            Event::ModelFileSeen(seen) => self.model_file_seen(seen),
            Event::ModelsChanged(outcome) => self.models_changed(outcome),
            Event::StudyDone(news) => self.study_done(news),
            Event::Training(news) => self.train_news(*news),
            Event::Team(news) => self.team_news(*news, now_ms),
            Event::EvaluationsLoaded(runs) => self.evaluations_loaded(runs),
            Event::EvaluationDone(text) => self.evaluation_done(text),
            Event::EvaluationFailed(why) => {
                self.evaluation_failed(why);
                Vec::new()
            }
            Event::EvaluationOpened(outcome) => self.evaluation_opened(outcome),
            Event::EvaluationBeside(outcome) => {
                self.evaluation_beside(outcome.map(|beside| *beside));
                Vec::new()
            }
            Event::RulingsLoaded { .. } | Event::ErrorsListed(_) | Event::UnderVerdictsCounted { .. } => {
                self.errors_event(event);
                Vec::new()
            }
            Event::EngineChanged(state) => {
                self.engine = state;
                Vec::new()
            }
            Event::PredictionsLoaded { image, predictions, num_awaited } => {
                self.list_predictions(&image, &predictions);
                self.predictions_loaded(&image, &predictions, num_awaited)
            }
            Event::StatisticsLoaded { reader, statistics } => {
                let is_own = self.reader_id() == Some(&reader);
                if let Some(Dialog::MyStatistics(place)) = self.dialog.as_mut().filter(|_| is_own) {
                    *place = Some(statistics);
                }
                Vec::new()
            }
            Event::FilesDropped(paths) => {
                if self.job.as_ref().is_some_and(|job| job.outcome.is_none()) {
                    self.notify(NoticeKind::Warning, "One import at a time: drop them again when this one is done.");
                    Vec::new()
                } else if self.project.is_some() {
                    self.dialog = Some(Dialog::CopyFilms { paths });
                    Vec::new()
                } else {
                    paths.into_iter().next().map(Effect::OpenProject).into_iter().collect()
                }
            }
            Event::Warning(text) => {
                self.notify(NoticeKind::Warning, text);
                Vec::new()
            }
        }
    }

    fn job_finished(&mut self, is_success: bool, summary: String, report: Vec<String>) -> Vec<Effect> {
        let title = self.job.as_mut().map_or_else(String::new, |job| {
            job.outcome = Some(is_success);
            job.title.clone()
        });
        self.notify(if is_success { NoticeKind::Info } else { NoticeKind::Error }, summary.clone());
        if !report.is_empty() {
            let lines = std::iter::once(summary).chain(report).collect();
            self.dialog = Some(Dialog::Report { title, lines });
        }
        let mut effects = Vec::new();
        if let Some(reader) = self.reader_id().cloned() {
            self.reload_shown();
            effects.extend(self.reload_if_wanted());
            effects.push(Effect::LoadWorklist { reader });
        }
        effects
    }

    /// Every film on the screen is to be read again.
    fn reload_shown(&mut self) {
        let shown: Vec<ImageId> =
            self.panes().filter_map(|(_, pane)| pane.film.as_ref()).map(|f| f.image().clone()).collect();
        self.reloads_wanted.extend(shown);
    }

    /// The viewports as they were left, film by film.
    fn restore_films(&mut self, now_ms: i64) -> Vec<Effect> {
        // Somebody asked who reads before the list was there: the view waits for its reader.
        let Some(view) = self.restoring.take_if(|_| self.screen != Screen::SignIn) else { return Vec::new() };
        (self.overlay, self.tool) = (view.overlay, view.tool);
        self.armed.clone_from(&view.armed);
        self.windowing.is_panel_open = view.is_window_panel_open;
        self.is_history_open = view.is_history_open;
        self.brush.radius = view.brush_radius;
        let mut effects = self.set_layout(view.layout, now_ms);
        let is_listed = |film: &FilmView| self.worklist.row(&film.image).is_some();
        let films: Vec<(usize, FilmView)> = (view.films.into_iter().enumerate())
            .filter_map(|(slot, film)| Some((slot, film.filter(is_listed)?)))
            .filter(|(slot, _)| *slot < view.layout.num_panes())
            .collect();
        if films.is_empty() {
            return effects;
        }
        for (slot, film) in films {
            let image = film.image.clone();
            self.left_views.push(film);
            effects.extend(self.with_pane(slot, |session| session.request(image, false)));
        }
        self.activate(view.active_slot);
        self.is_linked = view.is_linked;
        self.screen = view.screen;
        effects
    }

    fn reading_loaded(
        &mut self,
        slot: usize,
        related: Related,
        image: &ImageId,
        (reading, log): (Reading, &[LogEntry]),
        now_ms: i64,
    ) -> Vec<Effect> {
        let study = related.study.clone();
        // What was typed meanwhile belongs to the film that leaves.
        let mut effects = self.with_pane(slot, |session| {
            let is_leaving = session.pane.film.as_ref().is_some_and(|film| film.image() != image);
            if is_leaving { session.keep_comment(now_ms) } else { Vec::new() }
        });
        let is_placed = self.with_pane(slot, |session| session.place_reading(related, image, reading, log));
        if !is_placed {
            return effects;
        }
        let hangs_study = self.with_pane(slot, |session| std::mem::take(&mut session.pane.hangs_study));
        if hangs_study && slot == self.active_slot {
            effects.extend(self.hang(&study, now_ms));
        }
        effects
    }

    /// Puts a reading into the active viewport; `false` where nobody waits for it any more.
    fn place_reading(&mut self, related: Related, image: &ImageId, reading: Reading, log: &[LogEntry]) -> bool {
        let Related { study, mut priors, others, models_seen } = related;
        let Some(entry) = study.iter().find(|e| e.facts.image == *image).cloned() else { return false };
        super::hanging::sort_priors(&entry, &mut priors);
        let is_shown = self.pane.film.as_ref().is_some_and(|f| f.image() == image);
        let is_wanted = self.pane.wanted.as_ref() == Some(image);
        if Some(reading.reader()) != self.layer_of(image).as_ref() || !(is_wanted || is_shown) {
            return false;
        }
        // Edits still on their way are newer than what was read.
        if is_shown && self.has_pending_edits(image) {
            self.reloads_wanted.insert(image.clone());
            return false;
        }
        if is_wanted {
            self.pane.wanted = None;
            if matches!(self.dialog, Some(Dialog::ConfirmNoFinding { .. } | Dialog::PendingSuggestions { .. })) {
                self.dialog = None;
            }
        }
        let history = History::from_log(log);
        let before = self.pane.film.take();
        self.keep_hidden_and_locked(before.as_ref());
        let view = self.restored_view(image);
        let carried = before.as_ref().filter(|_| self.settings.keeps_window).and_then(|left| {
            // A film that was passed before it was there gives on what it was given.
            CarriedDisplay::of(left).or_else(|| left.carried.clone())
        });
        let linked = self.linked_view(&entry);
        let film = match before {
            Some(old) if old.image() == image => {
                let film = OpenFilm { entry, study, priors, reading, history, others, ..old.clone() };
                self.tell_of_change(&old, &film);
                film
            }
            old => {
                let film = OpenFilm {
                    hidden: self.kept.0.clone(),
                    locked: self.kept.1.clone(),
                    others,
                    ..OpenFilm::new(entry, study, priors, reading, history)
                };
                match (view, old) {
                    (Some(view), _) => {
                        let mut film = OpenFilm {
                            frame: view.frame,
                            viewport: view.viewport,
                            selection: view.selection,
                            restored: Some((view.window, view.is_inverted, view.enhancement)),
                            ..film
                        };
                        if let Some(text) = view.unfinished.bring_back(&mut film) {
                            self.notify(NoticeKind::Info, text);
                        }
                        film
                    }
                    // Linked, a film comes up as enlarged as the one beside it.
                    (None, _) if linked.is_some() => OpenFilm { viewport: linked.unwrap_or_default(), carried, ..film },
                    (None, Some(old)) if self.settings.keeps_view => {
                        OpenFilm { viewport: old.viewport.carried(old.grid(), film.grid()), carried, ..film }
                    }
                    (None, _) => OpenFilm { carried, ..film },
                }
            }
        };
        self.pane.film = Some(film);
        self.keep_readers_apart();
        let is_reference = std::mem::take(&mut self.pane.is_reference);
        if let Some(film) = &mut self.pane.film {
            film.is_reference |= is_reference;
            film.suggesting.note_seen(models_seen);
            film.selection = film.selection.filter(|id| film.reading.has(*id));
            film.also_selected.retain(|id| film.reading.has(*id));
        }
        if let Some((early, frame, picture)) = self.pane.early_picture.take_if(|(early, _, _)| early == image) {
            self.picture_loaded(&early, frame, picture);
        }
        if let (Some((_, message)), Some(film)) =
            (self.pane.early_failure.take_if(|(early, _)| early == image), &mut self.pane.film)
        {
            film.picture = Picture::Failed(message);
        }
        self.check_film();
        true
    }

    /// With linked viewports, how a film that comes up lies: as the one that is there already.
    fn linked_view(&self, entry: &FilmEntry) -> Option<Viewport> {
        let other = self.other_panes.iter().filter(|_| self.is_linked).find_map(|pane| pane.film.as_ref())?;
        let size = Size::new(f64::from(entry.facts.width.max(1)), f64::from(entry.facts.height.max(1)));
        let view = other.viewport.carried(other.grid(), PixelGrid::square(size));
        Some(Viewport { quarter_turns: 0, is_flipped: false, ..view })
    }

    /// How a film was left at the last start, once.
    fn restored_view(&mut self, image: &ImageId) -> Option<FilmView> {
        let at = self.left_views.iter().position(|film| film.image == *image)?;
        Some(self.left_views.swap_remove(at))
    }

    pub(super) fn keep_hidden_and_locked(&mut self, film: Option<&OpenFilm>) {
        if let Some(film) = film {
            self.kept.0.extend(&film.hidden);
            self.kept.1.extend(&film.locked);
        }
    }

    fn picture_failed(&mut self, image: ImageId, frame: u32, message: String) {
        if let Some(open) = self.pane.film.as_mut().filter(|f| *f.image() == image && f.frame == frame) {
            open.picture = Picture::Failed(message.clone());
        }
        if self.pane.wanted.as_ref() == Some(&image) {
            self.pane.early_failure = Some((image, message));
        }
    }

    fn picture_loaded(&mut self, image: &ImageId, frame: u32, picture: Arc<Film>) {
        if self.pane.wanted.as_ref() == Some(image) {
            self.pane.early_picture = Some((image.clone(), frame, picture));
            return;
        }
        match self.pane.film.as_mut().filter(|f| f.image() == image) {
            Some(open) if open.frame == frame => {
                if open.display.is_none() {
                    let mut display = picture.initial_settings();
                    if let Some((window, is_inverted, enhancement)) = open.restored.take() {
                        display.is_inverted = is_inverted;
                        display.enhancement = enhancement;
                        match window {
                            ShownWindow::OfFile(n) => {
                                display.voi = picture.facts.voi.get(n).cloned().unwrap_or(display.voi);
                            }
                            ShownWindow::Chosen(window) => {
                                display.voi = Voi::Window(window);
                                open.is_display_changed = true;
                            }
                        }
                    }
                    if let Some(carried) = open.carried.take() {
                        open.is_display_changed |= carried.show_on(open, &picture, &mut display);
                    }
                    open.display = Some(display);
                }
                open.picture = Picture::Ready(picture);
                let progress = self.study_progress();
                if let (Some(project), Some(open)) = (&self.project, &mut self.pane.film) {
                    open.check_rules(project, progress);
                }
            }
            Some(_) | None => {}
        }
    }

    fn has_pending_edits(&self, image: &ImageId) -> bool {
        self.pending.values().any(|p| self.concerns(p, image))
    }

    /// Whether an edit changes what is said of this film: it is the film's own, or of the series or study around it.
    fn concerns(&self, persist: &Persist, image: &ImageId) -> bool {
        let study = |image: &ImageId| self.worklist.row(image).map(|row| &row.study);
        let is_of_study = || study(image).is_some_and(|found| study(&persist.image) == Some(found));
        persist.image == *image || (is_shared(&persist.edit) && is_of_study())
    }

    /// Nothing of other readers stays on a film where the project keeps them apart.
    fn keep_readers_apart(&mut self) {
        let is_open = self.project.as_ref().is_some_and(|project| project.settings.is_open);
        if let Some(film) = self.pane.film.as_mut().filter(|_| !is_open) {
            film.others.clear();
        }
    }

    /// Reads open readings again when nothing of them is on its way any more.
    pub(super) fn reload_if_wanted(&mut self) -> Vec<Effect> {
        let Some(reader) = self.reader_id().cloned() else { return Vec::new() };
        let ready: Vec<ImageId> =
            self.reloads_wanted.iter().filter(|image| !self.has_pending_edits(image)).cloned().collect();
        self.reloads_wanted.retain(|image| !ready.contains(image));
        let shown = ready.into_iter().filter(|image| self.is_shown(image));
        let mut effects: Vec<Effect> =
            shown.filter_map(|image| Some(Effect::LoadReading { reader: self.layer_of(&image)?, image })).collect();
        if self.pending.is_empty() && std::mem::take(&mut self.is_worklist_wanted) {
            effects.push(Effect::LoadWorklist { reader });
        }
        effects
    }
}

/// The films that belong with one that is opened.
struct Related {
    study: Vec<FilmEntry>,
    priors: Vec<FilmEntry>,
    /// Other readers' readings of the film itself.
    others: Vec<Reading>,
    /// Models whose answers about the film the reader has seen before.
    models_seen: Vec<ModelId>,
}

fn not_saved(message: &str) -> String {
    if message.starts_with("Not saved") { message.to_owned() } else { format!("Not saved: {message}") }
}
