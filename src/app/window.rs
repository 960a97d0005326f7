//! The window: each frame takes news in, shows the session, and carries out what was asked.

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::Duration;

use eframe::egui_wgpu::RenderState;

use crate::domain::annotation::Annotation;
use crate::domain::id::ImageId;
use crate::render::{self, FilmPass, Graphics};
use crate::session::training::Leaving;
use crate::session::{Event, Input, Session};
use crate::store;
use crate::ui::{self, CropKey, UiState};

use super::inbox::News;
use super::outside::{self, Outside};
use super::pictures::CropWish;
use super::project_changes::now_ms;
use super::startup::Reopening;
use super::thumbnails::Thumbnail;
use super::view_keeper::ViewKeeper;

/// The program's state as eframe runs it.
pub struct Window {
    pub session: Session,
    pub state: UiState,
    outside: Outside,
    context: egui::Context,
    inputs: Vec<Input>,
    has_focus: bool,
    views: ViewKeeper,
    gpu: Option<RenderState>,
    graphics: Option<Graphics>,
    /// Takes the project's folder when the graphics device is lost and the window wants to be opened again.
    pub(super) reopen: Option<Sender<Reopening>>,
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window").field("session", &self.session).field("outside", &self.outside).finish_non_exhaustive()
    }
}

/// Thumbnails kept as textures, 64 KiB each.
const NUM_THUMBNAILS: usize = 256;

impl Window {
    /// Sets the looks up, installs the film pass where there is a GPU device, and starts with an empty session.
    pub fn new(creation: &eframe::CreationContext<'_>, outside: Outside, state: UiState) -> Self {
        ui::theme::install(&creation.egui_ctx);
        let graphics = creation.wgpu_render_state.as_ref().map(render::install);
        if let Some(gpu) = &creation.wgpu_render_state
            && let Some(pass) = gpu.renderer.read().callback_resources.get::<FilmPass>()
        {
            outside.set_uploader(pass.uploader(&gpu.device, &gpu.queue));
        }
        Self {
            session: Session::default(),
            state: UiState {
                has_gpu: graphics.is_some(),
                can_enhance: graphics.as_ref().is_some_and(|graphics| graphics.can_enhance),
                screen_bits: graphics.as_ref().map_or(8, |graphics| graphics.bits),
                label_sets: outside::label_sets(),
                utc_offset_secs: store::utc_offset_secs(),
                ..state
            },
            outside,
            context: creation.egui_ctx.clone(),
            inputs: Vec::new(),
            has_focus: true,
            views: ViewKeeper::default(),
            gpu: creation.wgpu_render_state.clone(),
            graphics,
            reopen: None,
        }
    }

    /// As if the person had asked. What is there already is answered at once, so that the next frame shows it.
    pub fn handle(&mut self, input: Input) {
        let was_full_screen = self.session.is_full_screen;
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            if matches!(&input, Input::Event(Event::JobFinished { .. })) {
                self.outside.films_changed();
            }
            if let Input::Event(Event::ProjectChanged { project, label_set }) = &input {
                self.outside.project_changed(project.is_open, label_set);
            }
            for effect in self.session.handle(input, now_ms()) {
                inputs.extend(self.outside.carry_out(effect).map(Input::Event));
            }
        }
        if self.session.is_full_screen != was_full_screen {
            let is_full_screen = self.session.is_full_screen;
            self.context.send_viewport_cmd(egui::ViewportCommand::Fullscreen(is_full_screen));
        }
        let thumbnails = &self.state.thumbnails;
        if self.outside.look_ahead(&self.session, |image| thumbnails.contains_key(image)) {
            self.upload_next();
        }
    }

    /// Bytes of decoded films in memory.
    pub fn film_bytes(&self) -> u64 {
        self.outside.num_film_bytes() as u64
    }

    /// Has the films that are expected next and are decoded already brought onto the graphics card, by another thread.
    fn upload_next(&self) {
        let Some(gpu) = &self.gpu else { return };
        let renderer = gpu.renderer.read();
        let Some(pass) = renderer.callback_resources.get::<FilmPass>() else { return };
        for film in self.outside.ready_next().into_iter().filter(|film| !pass.has(film)) {
            self.outside.upload(film);
        }
    }

    /// Both budgets as the settings have them, and what is used of them now.
    fn mind_memory(&mut self) {
        let settings = &self.session.settings;
        let texture_budget = u64::from(settings.texture_budget_mb) << 20;
        self.outside.set_budgets((settings.film_budget_mb as usize) << 20, texture_budget);
        self.state.memory_used[0] = Some(self.outside.num_film_bytes() as u64);
        if let Some(gpu) = &self.gpu
            && let Some(pass) = gpu.renderer.write().callback_resources.get_mut::<FilmPass>()
        {
            pass.set_budget(texture_budget);
            self.state.memory_used[1] = Some(pass.num_bytes());
        }
    }

    fn is_device_lost(&self) -> bool {
        self.graphics.as_ref().is_some_and(Graphics::is_lost)
    }

    /// Has the view written soon after it changed, for the case that the program is killed.
    fn keep_view(&mut self, context: &egui::Context) {
        let view = if self.session.is_in_motion() { None } else { self.session.view_state() };
        if let Some(view) = self.views.look(view, now_ms()) {
            self.outside.remember_view(&view);
        }
        if let Some(wait_ms) = self.views.wait_ms(now_ms()) {
            context.request_repaint_after(Duration::from_millis(wait_ms));
        }
    }

    /// A window over a run of training asks first; what was answered closes it.
    fn mind_closing(&mut self, context: &egui::Context) {
        if self.is_device_lost() {
            return;
        }
        if context.input(|input| input.viewport().close_requested()) && !self.session.may_close() {
            context.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            context.request_repaint();
        } else if self.session.training.leaving == Leaving::Decided {
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    /// Leaves the work as it is for the next window.
    fn close(&mut self) {
        self.handle(Input::Command(crate::session::Command::KeepComment));
        if let Some(view) = self.session.view_state() {
            self.outside.remember_view(&view);
        }
        for effect in self.session.stop_clock(now_ms()) {
            self.outside.carry_out(effect);
        }
        self.outside.close_project();
    }

    /// Has the parts of films made that the gallery shows and does not have.
    fn wish_for_crops(&mut self) {
        let Some(keys) = self.state.crops.take_wishes() else { return };
        let windows = &self.session.evaluating.errors.windows;
        let wish = |key: CropKey| {
            let display = windows.get(&key.image).map(|(_, display)| display.clone());
            CropWish { key, display }
        };
        self.outside.wish_for(keys.into_iter().map(wish).collect());
    }

    /// A thumbnail as a texture; those of films left long ago make room.
    fn keep_thumbnail(&mut self, context: &egui::Context, image: ImageId, thumbnail: &Thumbnail) {
        if self.state.thumbnails.len() >= NUM_THUMBNAILS {
            let film = self.session.pane.film.as_ref();
            let near: HashSet<&ImageId> =
                film.iter().flat_map(|f| f.study.iter().chain(&f.priors)).map(|entry| &entry.facts.image).collect();
            self.state.thumbnails.retain(|image, _| near.contains(image));
        }
        let size = [thumbnail.width as usize, thumbnail.height as usize];
        let picture = egui::ColorImage::from_gray(size, &thumbnail.levels);
        let texture = context.load_texture(image.as_str(), picture, egui::TextureOptions::LINEAR);
        self.state.thumbnails.insert(image, texture);
    }

    fn take_news(&mut self, context: &egui::Context) {
        while let Some(news) = self.outside.next_news() {
            match news {
                News::Event(event) => self.handle(Input::Event(*event)),
                News::EventOf { opening, event } => {
                    if self.outside.is_open(opening) {
                        self.handle(Input::Event(*event));
                    }
                }
                News::Outcome { number, outcome } => {
                    if let Some(event) = self.outside.outcome(number, outcome) {
                        self.handle(Input::Event(event));
                    }
                }
                News::Opened { store, event } => {
                    self.outside.opened(*store, &event);
                    self.state.thumbnails.clear();
                    self.state.crops = ui::CropShelf::default();
                    self.state.search.clear();
                    self.handle(Input::Event(*event));
                }
                News::Crop { key, crop } => {
                    let crop = crop.map(|crop| (crop.picture, crop.part));
                    self.state.crops.keep(context, key, crop);
                }
                News::Thumbnail { image, thumbnail } => self.keep_thumbnail(context, image, &thumbnail),
                News::ReadAhead { number, film } => self.outside.read_ahead(&self.session, number, *film),
            }
        }
    }
}

impl Drop for Window {
    /// A device may be lost in the middle of a frame, where eframe ends in a panic that its starter catches.
    fn drop(&mut self) {
        if self.is_device_lost()
            && let Some(reopen) = self.reopen.take()
        {
            let next = Reopening::of(&self.session);
            if std::thread::panicking() {
                self.close();
            }
            // Where the program no longer waits for it, closing is all that is left.
            reopen.send(next).ok();
        }
    }
}

impl eframe::App for Window {
    fn logic(&mut self, context: &egui::Context, _frame: &mut eframe::Frame) {
        self.take_news(context);
        let has_focus = context.input(|input| input.focused);
        if has_focus != self.has_focus {
            self.has_focus = has_focus;
            self.handle(Input::WindowFocused(has_focus));
        }
        self.mind_memory();
        self.keep_view(context);
        self.mind_closing(context);
        // eframe keeps the device that it has: a new one comes with a new window, which shows the same picture.
        if self.is_device_lost() {
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        // egui-wgpu panics where a lost device has no buffer for what is to be drawn: nothing is.
        if self.is_device_lost() {
            return;
        }
        self.state.now_ms = now_ms();
        ui::show(ui, &self.session, &mut self.state, &mut self.inputs);
        self.wish_for_crops();
        let inputs = std::mem::take(&mut self.inputs);
        if !inputs.is_empty() {
            ui.ctx().request_repaint();
        }
        for input in inputs {
            if matches!(&input, Input::Command(crate::session::Command::Quit)) {
                ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
            }
            let copies = matches!(&input, Input::Command(crate::session::Command::Copy));
            self.handle(input);
            // Without text on the system's clipboard the window system never tells of Ctrl+V.
            if let Some(text) = self.session.selected_measure_text().filter(|_| copies) {
                ui.ctx().copy_text(text);
            } else if copies && !self.session.clipboard.is_empty() {
                let line = |mark: &Annotation| {
                    let r = mark.bounds()?;
                    Some(format!("{}, {}, {}, {}, {}", mark.label(), r.xmin(), r.ymin(), r.xmax(), r.ymax()))
                };
                let lines: Vec<String> = self.session.clipboard.iter().filter_map(line).collect();
                ui.ctx().copy_text(lines.join("\n"));
            }
        }
    }

    fn on_exit(&mut self) {
        self.close();
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        [0.0, 0.0, 0.0, 1.0]
    }
}

/// Opens a project in a window that has just started.
pub(super) fn open_at_start(window: &mut Window, folder: PathBuf) {
    window.session.opening = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let purpose = crate::session::FilePurpose::OpenProject;
    window.handle(Input::Event(Event::PathChosen { purpose, paths: vec![folder] }));
}
