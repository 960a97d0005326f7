//! The one entrance: an input comes in, the state changes, effects go out.

use crate::domain::geometry::{PixelGrid, Point};
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::imaging::Voi;
use crate::domain::presence::Presence;

use super::command::Command;
use super::effect::{Effect, FilePurpose};
use super::event::Event;
use super::gesture::Gesture;
use super::input_map::{InputChange, InputMap};
use super::labelling::{LabelCommand, NextLabel};
use super::listing::ListCommand;
use super::open_film::{OpenFilm, Picture};
use super::pointer::PointerEvent;
use super::project_settings::ProjectCommand;
use super::screen::{Dialog, NoticeKind, Screen, Session, Tool};
use super::settings::Settings;
use super::suggesting::SuggestCommand;
use super::team::{AssignCommand, TeamCommand};
use super::viewport::{Canvas, Viewport};

/// Anything that happens.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one is handled at a time; none is kept")]
pub enum Input {
    Command(Command),
    Pointer(PointerEvent),
    /// Wheel over a viewport's canvas: positive zooms in.
    Wheel {
        slot: usize,
        at: Point,
        steps: f64,
    },
    /// Two fingers on the canvas: what lies between them grows by this factor and moves by this many points.
    Pinch {
        slot: usize,
        at: Point,
        factor: f64,
        by: Point,
    },
    /// The film of that viewport was painted: from now on it counts as seen.
    FilmDrawn {
        slot: usize,
    },
    CanvasResized {
        slot: usize,
        canvas: Canvas,
    },
    /// The window has the keyboard now, or has no longer.
    WindowFocused(bool),
    Event(Event),
}

impl Session {
    /// Takes one input; `now_ms` is milliseconds since 1970-01-01 UTC.
    pub fn handle(&mut self, input: Input, now_ms: i64) -> Vec<Effect> {
        let is_by_person = input.is_by_person();
        let mut effects = self.take(input, now_ms);
        self.measure_films();
        effects.extend(self.mind_errors());
        effects.extend(self.mind_suggestions());
        effects.extend(self.mind_questions());
        // Before the store changes: the time belongs to the project that it was spent on.
        let is_leaving =
            effects.iter().any(|effect| matches!(effect, Effect::OpenProject(_) | Effect::CreateProject { .. }));
        let times = if is_leaving { self.keep_time(now_ms) } else { self.mind_time(is_by_person, now_ms) };
        effects.splice(..0, times);
        effects
    }

    fn take(&mut self, input: Input, now_ms: i64) -> Vec<Effect> {
        match input {
            Input::Command(command) => self.command(command, now_ms),
            Input::Pointer(event) => self.pointer(event, now_ms),
            Input::Wheel { slot, .. } | Input::CanvasResized { slot, .. } | Input::Pinch { slot, .. }
                if self.pane_at(slot).is_none() =>
            {
                Vec::new()
            }
            Input::Pinch { slot, at, factor, by } => self.pinch(slot, at, factor, by),
            Input::Wheel { slot, at, steps } => self.with_pane(slot, |session| {
                session.on_view(|view, canvas, film| view.zoom_at(1.2f64.powf(steps), at, canvas, film))
            }),
            Input::CanvasResized { slot, canvas } => {
                self.with_pane(slot, |session| session.pane.canvas = canvas);
                Vec::new()
            }
            Input::FilmDrawn { slot } => {
                let is_there = self.pane_at(slot).is_some();
                if is_there {
                    self.with_pane(slot, |session| session.on_film(|film| film.is_drawn |= film.film().is_some()));
                }
                Vec::new()
            }
            Input::WindowFocused(is_focused) => {
                self.is_window_left = !is_focused;
                Vec::new()
            }
            Input::Event(event) => self.event(event, now_ms),
        }
    }

    pub(super) fn command(&mut self, command: Command, now_ms: i64) -> Vec<Effect> {
        let keeps_notice = matches!(
            command,
            Command::Escape
                | Command::Label(LabelCommand::Hover(_))
                | Command::Suggest(SuggestCommand::Hover(_) | SuggestCommand::HeatOpacity(_))
                // Rows of the list move under a pointer that rests.
                | Command::Team(super::team::TeamCommand::Review(super::team::ReviewCommand::Hover(_)))
        );
        if !keeps_notice {
            self.notice = None;
        }
        let Some(command) = self.meant_while_drawing(command) else { return Vec::new() };
        match command {
            Command::OpenProject => {
                self.with_comment_kept(now_ms, |_| vec![Effect::ChoosePath(FilePurpose::OpenProject)])
            }
            Command::CreateProject => {
                self.with_comment_kept(now_ms, |_| vec![Effect::ChoosePath(FilePurpose::CreateProject)])
            }
            Command::CreateAs(wish) => match self.dialog.take() {
                Some(Dialog::ChooseLabels { folder }) => vec![Effect::CreateProject { folder, wish }],
                other => {
                    self.dialog = other;
                    Vec::new()
                }
            },
            Command::ImportFilms => vec![Effect::ChoosePath(FilePurpose::ImportFilms)],
            Command::ImportFilmFiles => vec![Effect::ChoosePath(FilePurpose::ImportFilmFiles)],
            Command::ImportPaths { copies } => match self.dialog.take() {
                Some(Dialog::CopyFilms { paths }) => vec![Effect::ImportFilms { paths, copies }],
                other => {
                    self.dialog = other;
                    Vec::new()
                }
            },
            Command::ImportRows { wish } => match self.dialog.take() {
                Some(Dialog::BadRows { path }) => vec![Effect::ImportLabels { path, wish }],
                other => {
                    self.dialog = other;
                    Vec::new()
                }
            },
            Command::ImportLabels => vec![Effect::ChoosePath(FilePurpose::ImportLabels)],
            Command::ExportSpineXr => vec![Effect::ChoosePath(FilePurpose::ExportSpineXr)],
            Command::ExportCxr => vec![Effect::ChoosePath(FilePurpose::ExportCxr)],
            Command::ExportKaggle => vec![Effect::ChoosePath(FilePurpose::ExportKaggle)],
            Command::ExportMeasures => vec![Effect::ChoosePath(FilePurpose::ExportMeasures)],
            Command::PredictFilms => self.predict_films(),
            Command::CancelJob => vec![Effect::CancelJob],
            Command::ShowWorklist => {
                let mut effects = self.keep_comment(now_ms);
                if self.project.is_some() && self.reader.is_some() {
                    self.screen = Screen::Worklist;
                    effects.extend(self.refresh_list_of_models());
                }
                effects
            }
            Command::ShowFilm => self.show_film(now_ms),
            Command::NextFilm => self.with_comment_kept(now_ms, |session| session.step_film(1, now_ms)),
            Command::PreviousFilm => self.with_comment_kept(now_ms, |session| session.step_film(-1, now_ms)),
            Command::NextFrame => self.step_frame(1),
            Command::PreviousFrame => self.step_frame(-1),
            Command::OpenFilm(image) => self.with_comment_kept(now_ms, |session| session.open_film(image, now_ms)),
            Command::ChangeReader => self.change_reader(now_ms),
            Command::RetrySave => vec![Effect::RetrySave],
            Command::AddReader => vec![Effect::AddReader],
            Command::SignInAs(id) => self.with_comment_kept(now_ms, |session| session.begin_sign_in(&id)),
            Command::NoFinding => self.no_finding(false, now_ms),
            Command::NormalAndNext => self.with_comment_kept(now_ms, |session| session.normal_and_next(now_ms)),
            Command::MarkAbnormal => self.mark_abnormal(now_ms),
            Command::Complete => self.with_comment_kept(now_ms, |session| session.complete(now_ms)),
            Command::CompleteAndNext => self.with_comment_kept(now_ms, |session| session.complete_and_next(now_ms)),
            Command::Reopen => self.reopen(now_ms),
            Command::AssignLabel(name) => self.name_label(&name, now_ms),
            Command::ToggleImageLabel(name) => self.toggle_answer(&name, Presence::Present, now_ms),
            Command::SelectMark(id) => {
                self.select(id);
                Vec::new()
            }
            Command::SelectNext => self.select_step(1),
            Command::SelectPrevious => self.select_step(-1),
            Command::Escape => {
                self.let_go();
                Vec::new()
            }
            Command::Delete => self.delete_selected(now_ms),
            Command::DeleteMark(id) => self.delete_mark(id, now_ms),
            Command::DeleteAll => self.delete_all(now_ms),
            Command::Duplicate => self.duplicate(now_ms),
            Command::Copy => {
                if let Some(text) = self.selected_measure_text() {
                    self.notify(NoticeKind::Info, format!("Copied: {text}"));
                    return Vec::new();
                }
                self.copy_marks();
                Vec::new()
            }
            Command::ToggleMiddleHeight => self.toggle_middle_height(now_ms),
            Command::Paste => self.paste(now_ms),
            Command::NudgeLeft => self.nudge(-1.0, 0.0, now_ms),
            Command::NudgeRight => self.nudge(1.0, 0.0, now_ms),
            Command::NudgeUp => self.nudge(0.0, -1.0, now_ms),
            Command::NudgeDown => self.nudge(0.0, 1.0, now_ms),
            Command::NudgeLeftFar => self.nudge(-10.0, 0.0, now_ms),
            Command::NudgeRightFar => self.nudge(10.0, 0.0, now_ms),
            Command::NudgeUpFar => self.nudge(0.0, -10.0, now_ms),
            Command::NudgeDownFar => self.nudge(0.0, 10.0, now_ms),
            Command::ToggleHidden => self.on_selected(|film, id| toggle(&mut film.hidden, id)),
            Command::ToggleLocked => self.on_selected(|film, id| toggle(&mut film.locked, id)),
            Command::HideMark(id) => self.on_film(|film| toggle(&mut film.hidden, id)),
            Command::LockMark(id) => self.on_film(|film| toggle(&mut film.locked, id)),
            Command::Undo => self.undo(now_ms),
            Command::Redo => self.redo(now_ms),
            Command::DraftComment(text) => self.on_film(|film| film.comment_draft = Some(text)),
            // The window closes itself; what was typed goes with it.
            Command::Quit | Command::KeepComment => self.keep_comment(now_ms),
            Command::UseTool(tool) => {
                self.use_tool(tool);
                self.drop_sketches();
                Vec::new()
            }
            Command::Invert => self.change_display(|_, display| display.is_inverted = !display.is_inverted),
            Command::RotateRight => self.on_view(|view, _, _| view.rotate_right()),
            Command::RotateLeft => self.on_view(|view, _, _| (0..3).for_each(|_| view.rotate_right())),
            Command::FlipHorizontal => self.on_view(|view, _, _| view.flip_horizontal()),
            Command::FlipVertical => self.on_view(|view, _, _| view.flip_vertical()),
            Command::Fit => self.on_view(|view, _, _| view.zoom = super::viewport::Zoom::Fit),
            Command::FitWidth => self.on_view(Viewport::fit_width),
            Command::OneToOne => self.on_view(Viewport::one_to_one),
            Command::ZoomIn => self.zoom_middle(1.2),
            Command::ZoomOut => self.zoom_middle(1.0 / 1.2),
            Command::ResetView => {
                self.on_view(|view, _, _| *view = Viewport::default());
                self.on_film(|film| {
                    film.display = film.film().map(|f| f.initial_settings());
                    film.is_display_changed = false;
                })
            }
            Command::WindowPreset(n) => self.change_display(|film, display| {
                if let Some(voi) = film.facts.voi.get(n) {
                    display.voi = voi.clone();
                }
            }),
            Command::ComputedWindow => {
                self.change_display(|film, display| display.voi = Voi::Window(film.computed_window()))
            }
            Command::Window(command) => self.window_command(command),
            Command::Draw(command) => self.draw_command(command, now_ms),
            Command::Label(command) => self.label_command(command, now_ms),
            Command::Discuss(command) => self.discuss_command(command, now_ms),
            Command::Triage(command) => self.triage_command(command),
            Command::Walk(command) => self.walk_command(&command, now_ms),
            Command::Suggest(command) => self.suggest_command(command, now_ms),
            Command::ShowProject => self.project_command(ProjectCommand::Show(self.project_page), now_ms),
            Command::Model(command) => self.model_command(command, now_ms),
            Command::Evaluate(command) => self.evaluate_command(command, now_ms),
            Command::Train(command) => self.train_command(command, now_ms),
            Command::Team(command) => self.team_command(command, now_ms),
            Command::ChangeProject(command) => self.project_command(*command, now_ms),
            Command::ApplyMend(mend) => self.apply_mend(&mend, now_ms),
            Command::NextProblem => self.next_problem(),
            Command::SetLayout(layout) => self.set_layout(layout, now_ms),
            Command::NextLayout => self.set_layout(self.layout.next(), now_ms),
            Command::ActivatePane(slot) => self.with_comment_kept(now_ms, |session| {
                session.activate(slot);
                Vec::new()
            }),
            Command::NextPane => self.with_comment_kept(now_ms, |session| {
                session.activate_next();
                Vec::new()
            }),
            Command::ShowIn { slot, image } => self.show_in(slot, &image, now_ms),
            Command::ComparePrior => self.compare_with_prior(now_ms),
            Command::ToggleLinked => self.switch(|session| &mut session.is_linked),
            Command::ToggleMaximised => self.switch(|session| &mut session.is_maximised),
            Command::ToggleFullScreen => self.switch(|session| &mut session.is_full_screen),
            Command::ToggleMagnifier => self.switch(|session| &mut session.is_magnifier_on),
            Command::ToggleKeepView => {
                let keeps_view = !self.settings.keeps_view;
                self.change_settings(Settings { keeps_view, ..self.settings.clone() })
            }
            Command::ChangeSettings(settings) => self.change_settings(*settings),
            Command::ChangeInput(change) => self.change_input(change),
            Command::ShowSettings => self.toggle_dialog(Dialog::Settings),
            Command::ShowTestPattern => self.toggle_dialog(Dialog::TestPattern),
            Command::ShowTags => self.show_tags(),
            Command::CycleOverlay => {
                self.overlay = self.overlay.next();
                Vec::new()
            }
            Command::Palette => self.toggle_dialog(Dialog::Palette),
            Command::CheatSheet => self.toggle_dialog(Dialog::CheatSheet),
            Command::Confirm => self.confirm(now_ms),
            Command::CloseDialog => self.close_dialog(),
            Command::FilterWorklist(text) => self.list_command(ListCommand::Query(text)),
            Command::FilterState(state) => self.list_command(ListCommand::State(state)),
            Command::FilterLabel(label) => self.list_command(ListCommand::Label(label)),
            Command::List(command) => self.list_command(command),
        }
    }

    pub(super) fn sign_in(&mut self, id: &ReaderId) -> Vec<Effect> {
        let reader = self.project.as_ref().and_then(|p| p.readers.iter().find(|r| r.id == *id)).cloned();
        let Some(reader) = reader else { return Vec::new() };
        self.restoring.take_if(|view| view.reader != *id);
        self.close_what_the_reader_saw();
        self.screen = Screen::Worklist;
        self.input = InputMap::default();
        let id = reader.id.clone();
        self.reader = Some(reader);
        vec![
            Effect::LoadInput { reader: id.clone() },
            Effect::LoadFilters { reader: id.clone() },
            Effect::LoadWorklist { reader: id },
        ]
    }

    fn show_film(&mut self, now_ms: i64) -> Vec<Effect> {
        if self.pane.film.is_some() {
            self.screen = Screen::Film;
            return Vec::new();
        }
        match self.worklist.first_open().cloned() {
            Some(image) => self.open_film(image, now_ms),
            None => Vec::new(),
        }
    }

    /// Shows the film: in the viewport that has it already, else in the active one, with its study hung beside it.
    pub(super) fn open_film(&mut self, image: ImageId, now_ms: i64) -> Vec<Effect> {
        if self.reader.is_none() {
            return Vec::new();
        }
        if let Some(effects) = self.open_otherwise(&image, now_ms) {
            return effects;
        }
        self.screen = Screen::Film;
        let Some(slot) = self.slot_of(&image) else {
            return if self.is_anything_unfinished() { Vec::new() } else { self.request(image, true) };
        };
        self.activate(slot);
        self.read_again();
        let Some(film) = self.pane.film.as_ref().filter(|f| *f.image() == image) else {
            // On its way already; asked again, it is asked for again.
            return self.request(image, true);
        };
        let (study, frame) = (film.study.clone(), film.frame);
        let has_failed = matches!(film.picture, Picture::Failed(_));
        let was_leaving = self.pane.wanted.take().is_some();
        let mut effects = if was_leaving { self.hang(&study, now_ms) } else { Vec::new() };
        if has_failed {
            effects.push(Effect::LoadPicture { image, frame });
        }
        effects
    }

    pub(super) fn change_settings(&mut self, settings: Settings) -> Vec<Effect> {
        if self.settings == settings {
            return Vec::new();
        }
        self.settings = settings.clone();
        vec![Effect::RememberSettings(Box::new(settings))]
    }

    /// A preset also takes the tool up that its readers expect on the left button.
    fn change_input(&mut self, change: InputChange) -> Vec<Effect> {
        if let InputChange::UsePreset(preset) = change {
            self.tool = preset.first_tool();
        }
        self.input = self.input.changed(change);
        let choices = Box::new(self.input.choices().clone());
        self.reader_id().cloned().map(|reader| Effect::RememberInput { reader, choices }).into_iter().collect()
    }

    /// Asks for reading and picture for the active viewport. The film now shown stays, read-only, until the wanted one
    /// is there.
    pub(super) fn request(&mut self, image: ImageId, hangs_study: bool) -> Vec<Effect> {
        let Some(reader) = self.layer_of(&image) else { return Vec::new() };
        if let Some(film) = &mut self.pane.film {
            film.gesture = None;
        }
        let frame = self.left_views.iter().find(|film| film.image == image).map_or(0, |film| film.frame);
        self.pane.wanted = Some(image.clone());
        self.pane.hangs_study = hangs_study;
        self.pane.is_reference = false;
        self.pane.early_picture = None;
        self.pane.early_failure = None;
        // A view that was left counts for the film that is shown in its place now, not whenever it is opened again.
        let wanted: Vec<ImageId> = self.panes().filter_map(|(_, pane)| pane.wanted.clone()).collect();
        self.left_views.retain(|view| wanted.contains(&view.image));
        vec![Effect::LoadReading { image: image.clone(), reader }, Effect::LoadPicture { image, frame }]
    }

    fn step_film(&mut self, step: isize, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return self.show_film(now_ms) };
        let from = self.pane.wanted.as_ref().unwrap_or_else(|| film.image());
        match self.worklist.neighbour(from, step).cloned() {
            Some(next) => self.open_film(next, now_ms),
            None => {
                let end = if step > 0 { "last" } else { "first" };
                self.notify(NoticeKind::Info, format!("This is the {end} film of the list."));
                Vec::new()
            }
        }
    }

    fn step_frame(&mut self, step: i64) -> Vec<Effect> {
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        let last = i64::from(film.entry.facts.num_frames.max(1)) - 1;
        let next = (i64::from(film.frame) + step).clamp(0, last) as u32;
        if next == film.frame {
            return Vec::new();
        }
        film.frame = next;
        vec![Effect::LoadPicture { image: film.image().clone(), frame: next }]
    }

    fn confirm(&mut self, now_ms: i64) -> Vec<Effect> {
        match self.dialog.take() {
            Some(Dialog::ConfirmNoFinding { image, completes, .. })
                if self.pane.film.as_ref().is_some_and(|f| *f.image() == image) =>
            {
                let mut effects = self.replace_by_no_finding(now_ms);
                if completes && self.pane.film.as_ref().is_some_and(|f| f.reading.has_no_finding()) {
                    effects.extend(self.complete_and_next(now_ms));
                }
                effects
            }
            Some(Dialog::PendingSuggestions { image, then })
                if self.pane.film.as_ref().is_some_and(|f| *f.image() == image) =>
            {
                self.complete_all_the_same(then, now_ms)
            }
            Some(Dialog::GiveBack(asked)) => {
                let command = AssignCommand::GiveBack(asked);
                self.handle(Input::Command(Command::Team(TeamCommand::Assign(command))), now_ms)
            }
            _ => Vec::new(),
        }
    }

    fn toggle_dialog(&mut self, dialog: Dialog) -> Vec<Effect> {
        self.dialog = if self.dialog.as_ref() == Some(&dialog) { None } else { Some(dialog) };
        Vec::new()
    }

    /// Escape: the innermost thing first.
    fn let_go(&mut self) {
        if self.dialog.take().is_some() || (self.screen == Screen::Review && self.let_review_go()) {
            return;
        }
        let has_sketch =
            self.pane.film.as_mut().is_some_and(|film| film.drawing.take().is_some() || film.sketch.take().is_some());
        if self.let_gesture_go() || has_sketch {
            return;
        }
        if let Some(film) = &mut self.pane.film {
            if film.unlabelled.take().is_some() {
                return;
            }
            if film.selection.is_some() {
                film.select_only(None);
                return;
            }
            if !std::mem::take(&mut film.suggesting.focused).is_empty() {
                return;
            }
        }
        if matches!(self.tool, Tool::Measure(_) | Tool::Draw(_)) {
            self.tool = self.input.choices().preset.first_tool();
            return;
        }
        if self.tool == Tool::Region {
            self.tool = self.windowing.tool_before;
            return;
        }
        if std::mem::take(&mut self.next_label) != NextLabel::default() || self.label_card.take().is_some() {
            return;
        }
        if self.notice.take().is_none() {
            self.armed = None;
        }
    }

    /// Drops the running gesture; one that windowed brings the window back.
    pub(super) fn let_gesture_go(&mut self) -> bool {
        let Some(film) = &mut self.pane.film else { return false };
        let mut dragged = None;
        if let Some(Gesture::WindowLevel { shown, .. }) = &film.gesture {
            dragged = film.display.replace(shown.clone());
        }
        if matches!(film.gesture, Some(Gesture::Sketch { .. })) {
            self.unplace_point();
        }
        match self.pane.film.as_ref().and_then(|film| film.gesture.as_ref()) {
            Some(Gesture::Place { .. }) => {
                self.take_point_back();
            }
            Some(Gesture::Stroke) => {
                self.drop_sketches();
            }
            _ => {}
        }
        let has_gone = self.pane.film.as_mut().is_some_and(|film| film.gesture.take().is_some());
        if let Some(dragged) = dragged {
            self.follow_display(&dragged);
        }
        has_gone
    }

    fn select(&mut self, id: AnnotationId) {
        if let Some(film) = &mut self.pane.film
            && film.reading.has(id)
        {
            film.select_only(Some(id));
        }
    }

    fn select_step(&mut self, step: isize) -> Vec<Effect> {
        self.on_film(|film| {
            let mut ids: Vec<AnnotationId> = film.visible_marks().map(|(a, _)| a.id()).collect();
            ids.extend(film.reading.measurements().iter().map(|m| m.id).filter(|id| !film.hidden.contains(id)));
            let n = ids.len() as isize;
            if n > 0 {
                let at = film.selection.and_then(|id| ids.iter().position(|&other| other == id));
                let next = at.map_or(if step > 0 { 0 } else { n - 1 }, |i| (i as isize + step).rem_euclid(n));
                film.select_only(Some(ids[next as usize]));
            }
        })
    }

    pub(super) fn on_film(&mut self, change: impl FnOnce(&mut OpenFilm)) -> Vec<Effect> {
        if let Some(film) = &mut self.pane.film {
            change(film);
        }
        Vec::new()
    }

    fn on_selected(&mut self, change: impl FnOnce(&mut OpenFilm, AnnotationId)) -> Vec<Effect> {
        self.on_film(|film| {
            if let Some(id) = film.selection {
                change(film, id);
            }
        })
    }

    pub(super) fn on_view(&mut self, change: impl FnOnce(&mut Viewport, Canvas, PixelGrid)) -> Vec<Effect> {
        let (canvas, pointer) = (self.pane.canvas, self.pane.pointer_at);
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        let (before, grid) = (film.viewport, film.grid());
        change(&mut film.viewport, canvas, grid);
        // The pointer stands still and is over another place of the film now.
        let under = pointer.map(|at| film.viewport.image_from_screen(canvas, grid).apply(at));
        film.cursor = film.cursor.and(under).and_then(|p| super::pointer::inside(p, grid.size));
        self.follow_view(&before);
        Vec::new()
    }

    fn switch(&mut self, state: impl FnOnce(&mut Self) -> &mut bool) -> Vec<Effect> {
        let state = state(self);
        *state = !*state;
        Vec::new()
    }

    fn zoom_middle(&mut self, factor: f64) -> Vec<Effect> {
        self.on_view(|view, canvas, film| {
            view.zoom_at(factor, canvas.middle(), canvas, film);
        })
    }
}

fn toggle(set: &mut std::collections::BTreeSet<AnnotationId>, id: AnnotationId) {
    if !set.remove(&id) {
        set.insert(id);
    }
}
