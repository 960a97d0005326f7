//! What the outside answers: projects, films, saves and jobs as they come in.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::id::ImageId;
use crate::domain::imaging::{Film, Voi};
use crate::domain::log::LogEntry;
use crate::domain::reading::Reading;
use crate::domain::study::FilmEntry;

use super::effect::{Effect, FilePurpose};
use super::event::Event;
use super::history::History;
use super::open_film::{OpenFilm, Picture};
use super::screen::{Dialog, JobView, NoticeKind, OpenProject, Screen, Session};
use super::viewport::ShownWindow;

impl Session {
    pub(super) fn event(&mut self, event: Event, now_ms: i64) -> Vec<Effect> {
        match event {
            Event::ProjectOpened { folder, project, label_set, readers, number, view } => {
                *self = Self { canvas: self.canvas, next_ticket: self.next_ticket, ..Self::default() };
                self.project = Some(OpenProject { folder, settings: project, label_set, readers, number });
                self.screen = Screen::SignIn;
                if let Some(view) = view {
                    let reader = view.reader.clone();
                    self.restoring = Some(view);
                    return self.sign_in(&reader);
                }
                Vec::new()
            }
            Event::ProjectFailed { message } => {
                self.opening = None;
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
                Vec::new()
            }
            Event::WorklistLoaded { reader, rows } => {
                if self.reader_id() != Some(&reader) {
                    return Vec::new();
                }
                self.worklist.set_rows(rows);
                match self.restoring.as_ref().map(|view| (view.screen, view.image.clone())) {
                    Some((screen, Some(image))) if self.worklist.row(&image).is_some() => {
                        let effects = self.open_film(image);
                        self.screen = screen;
                        effects
                    }
                    _ => Vec::new(),
                }
            }
            Event::ReadingLoaded { study, image, reading, log } => {
                self.reading_loaded(study, &image, reading, &log);
                Vec::new()
            }
            Event::ReadingFailed { image, message } => {
                if self.film.as_ref().is_none_or(|f| *f.image() == image) {
                    self.notify(NoticeKind::Error, message);
                }
                Vec::new()
            }
            Event::PictureLoaded { image, frame, film } => {
                self.picture_loaded(&image, frame, film);
                Vec::new()
            }
            Event::PictureFailed { image, frame, message } => {
                if self.wanted.as_ref() == Some(&image) {
                    self.early_failure = Some((image.clone(), message.clone()));
                }
                if let Some(open) = self.film.as_mut().filter(|f| *f.image() == image && f.frame == frame) {
                    open.picture = Picture::Failed(message);
                }
                Vec::new()
            }
            Event::Saved { ticket, .. } => {
                self.pending.remove(&ticket);
                self.failed.remove(&ticket);
                self.reload_if_wanted()
            }
            Event::SaveFailed { ticket, message } => {
                self.notify(NoticeKind::Error, format!("Not saved: {message}"));
                self.failed.insert(ticket, message);
                Vec::new()
            }
            Event::SaveRefused { ticket, message } => {
                let refused = self.pending.get(&ticket).map(|p| (p.image.clone(), p.reader.clone()));
                if let Some(reading) = refused {
                    self.pending.retain(|_, p| (p.image.clone(), p.reader.clone()) != reading);
                    self.failed.retain(|t, _| self.pending.contains_key(t));
                    self.is_reload_wanted = true;
                }
                self.notify(NoticeKind::Error, format!("Not saved: {message}"));
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
        self.notify(if is_success { NoticeKind::Info } else { NoticeKind::Error }, summary);
        if !report.is_empty() {
            self.dialog = Some(Dialog::Report { title, lines: report });
        }
        let mut effects = Vec::new();
        if let Some(reader) = self.reader_id().cloned() {
            self.is_reload_wanted = true;
            effects.extend(self.reload_if_wanted());
            effects.push(Effect::LoadWorklist { reader });
        }
        effects
    }

    fn path_chosen(&mut self, purpose: FilePurpose, paths: Vec<PathBuf>) -> Vec<Effect> {
        self.dialog = None;
        let Some(path) = paths.first().cloned() else { return Vec::new() };
        match purpose {
            FilePurpose::OpenProject => {
                self.opening = path.file_name().map(|name| name.to_string_lossy().into_owned());
                vec![Effect::OpenProject(path)]
            }
            FilePurpose::CreateProject => {
                self.dialog = Some(Dialog::ChooseLabels { folder: path });
                Vec::new()
            }
            FilePurpose::ImportFilms | FilePurpose::ImportFilmFiles => {
                self.dialog = Some(Dialog::CopyFilms { paths });
                Vec::new()
            }
            FilePurpose::ImportLabels => {
                self.dialog = Some(Dialog::BadRows { path });
                Vec::new()
            }
            FilePurpose::ExportSpineXr | FilePurpose::ExportCxr | FilePurpose::ExportKaggle => {
                vec![Effect::Export { purpose, to: path }]
            }
        }
    }

    fn reading_loaded(&mut self, study: Vec<FilmEntry>, image: &ImageId, reading: Reading, log: &[LogEntry]) {
        let Some(entry) = study.iter().find(|e| e.facts.image == *image).cloned() else { return };
        let is_shown = self.film.as_ref().is_some_and(|f| f.image() == image);
        let is_wanted = self.wanted.as_ref() == Some(image);
        if Some(reading.reader()) != self.reader_id() || !(is_wanted || is_shown) {
            return;
        }
        // Edits still on their way are newer than what was read.
        if is_shown && self.has_pending_edits(image) {
            self.is_reload_wanted = true;
            return;
        }
        if is_wanted {
            self.wanted = None;
            if matches!(self.dialog, Some(Dialog::ConfirmNoFinding { .. })) {
                self.dialog = None;
            }
        }
        let history = History::from_log(log);
        let before = self.film.take();
        if let Some(before) = &before {
            self.kept.0.extend(&before.hidden);
            self.kept.1.extend(&before.locked);
        }
        let kept = before.filter(|f| f.image() == image);
        let view = self.restoring.take_if(|v| v.image.as_ref() == Some(image));
        let mut film = OpenFilm {
            entry,
            study,
            frame: view.as_ref().map_or(0, |v| v.frame),
            picture: Picture::Loading,
            reading,
            history,
            viewport: view.as_ref().map(|v| v.viewport).unwrap_or_default(),
            display: None,
            restored: None,
            is_display_changed: false,
            selection: view.as_ref().and_then(|v| v.selection),
            hidden: self.kept.0.clone(),
            locked: self.kept.1.clone(),
            gesture: None,
            unlabelled: None,
            comment_draft: None,
            cursor: None,
            violations: Vec::new(),
        };
        if let Some(old) = kept {
            film =
                OpenFilm { reading: film.reading, history: film.history, study: film.study, entry: film.entry, ..old };
        }
        if let Some(view) = view {
            self.overlay = view.overlay;
            self.tool = view.tool;
            self.armed = view.armed;
            film.restored = Some((view.window, view.is_inverted));
        }
        film.selection = film.selection.filter(|id| film.reading.annotation(*id).is_some());
        self.film = Some(film);
        if let Some((early, frame, picture)) = self.early_picture.take_if(|(early, _, _)| early == image) {
            self.picture_loaded(&early, frame, picture);
        }
        if let (Some((_, message)), Some(film)) =
            (self.early_failure.take_if(|(early, _)| early == image), &mut self.film)
        {
            film.picture = Picture::Failed(message);
        }
        if let (Some(project), Some(film)) = (&self.project, &mut self.film) {
            film.check_rules(&project.settings.rules);
        }
    }

    fn picture_loaded(&mut self, image: &ImageId, frame: u32, picture: Arc<Film>) {
        if self.wanted.as_ref() == Some(image) {
            self.early_picture = Some((image.clone(), frame, picture));
            return;
        }
        match self.film.as_mut().filter(|f| f.image() == image) {
            Some(open) if open.frame == frame => {
                if open.display.is_none() {
                    let mut display = picture.initial_settings();
                    if let Some((window, is_inverted)) = open.restored.take() {
                        display.is_inverted = is_inverted;
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
                    open.display = Some(display);
                }
                open.picture = Picture::Ready(picture);
                if let Some(project) = &self.project {
                    open.check_rules(&project.settings.rules);
                }
            }
            Some(_) | None => {}
        }
    }

    fn has_pending_edits(&self, image: &ImageId) -> bool {
        self.pending.values().any(|p| p.image == *image)
    }

    /// Reads the open reading again when nothing of it is on its way any more.
    fn reload_if_wanted(&mut self) -> Vec<Effect> {
        let Some(film) = self.film.as_ref().filter(|_| self.is_reload_wanted) else { return Vec::new() };
        if self.has_pending_edits(film.image()) {
            return Vec::new();
        }
        let (image, reader) = (film.image().clone(), film.reading.reader().clone());
        self.is_reload_wanted = false;
        vec![Effect::LoadReading { image, reader }]
    }
}
