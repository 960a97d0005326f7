//! The window: each frame takes news in, shows the session, and carries out what was asked.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::render;
use crate::session::{Event, Input, Session};
use crate::ui::{self, UiState};

use super::inbox::News;
use super::outside::{self, Outside};

/// The program's state as eframe runs it.
#[derive(Debug)]
pub struct Window {
    pub session: Session,
    pub state: UiState,
    outside: Outside,
    context: egui::Context,
    inputs: Vec<Input>,
}

impl Window {
    /// Sets the looks up, installs the film pass where there is a GPU device, and starts with an empty session.
    pub fn new(creation: &eframe::CreationContext<'_>, outside: Outside, state: UiState) -> Self {
        ui::theme::install(&creation.egui_ctx);
        let has_gpu = creation.wgpu_render_state.as_ref().map(render::install).is_some();
        Self {
            session: Session::default(),
            state: UiState { has_gpu, label_sets: outside::label_sets(), ..state },
            outside,
            context: creation.egui_ctx.clone(),
            inputs: Vec::new(),
        }
    }

    /// As if the person had asked.
    pub fn handle(&mut self, input: Input) {
        let (film_before, was_full_screen) = (self.shown_image(), self.session.is_full_screen);
        for effect in self.session.handle(input, now_ms()) {
            self.outside.carry_out(effect);
        }
        if self.shown_image() != film_before {
            self.prepare_neighbours();
        }
        if self.session.is_full_screen != was_full_screen {
            let is_full_screen = self.session.is_full_screen;
            self.context.send_viewport_cmd(egui::ViewportCommand::Fullscreen(is_full_screen));
        }
    }

    fn shown_image(&self) -> Option<crate::domain::id::ImageId> {
        self.session.pane.film.as_ref().map(|film| film.image().clone())
    }

    /// Thumbnails of the study, and the film that comes next, while the person looks at this one.
    fn prepare_neighbours(&self) {
        let Some(film) = &self.session.pane.film else { return };
        if let Some(next) = self.session.worklist.next_open(film.image()) {
            self.outside.prepare_film(next);
        }
        self.outside
            .prepare_study(film.study.iter().chain(&film.priors), |image| self.state.thumbnails.contains_key(image));
    }

    fn take_news(&mut self, context: &egui::Context) {
        while let Some(news) = self.outside.next_news() {
            match news {
                News::Event(event) => self.handle(Input::Event(*event)),
                News::Outcome { number, outcome } => {
                    if let Some(event) = self.outside.outcome(number, outcome) {
                        self.handle(Input::Event(event));
                    }
                }
                News::Opened { store, event } => {
                    self.outside.opened(*store, &event);
                    self.state.thumbnails.clear();
                    self.state.search.clear();
                    self.handle(Input::Event(*event));
                }
                News::Thumbnail { image, width, height, levels } => {
                    let picture = egui::ColorImage::from_gray([width, height], &levels);
                    let texture = context.load_texture(image.as_str(), picture, egui::TextureOptions::LINEAR);
                    self.state.thumbnails.insert(image, texture);
                }
            }
        }
    }
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_millis() as i64)
}

impl eframe::App for Window {
    fn logic(&mut self, context: &egui::Context, _frame: &mut eframe::Frame) {
        self.take_news(context);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        ui::show(ui, &self.session, &mut self.state, &mut self.inputs);
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
            } else if copies && let Some((label, r)) = &self.session.clipboard {
                ui.ctx().copy_text(format!("{label}, {}, {}, {}, {}", r.xmin(), r.ymin(), r.xmax(), r.ymax()));
            }
        }
    }

    fn on_exit(&mut self) {
        self.handle(Input::Command(crate::session::Command::KeepComment));
        if let Some(view) = self.session.view_state() {
            self.outside.remember_view(&view);
        }
        self.outside.close_project();
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        [0.0, 0.0, 0.0, 1.0]
    }
}

/// Opens a project in a window that has just started.
pub(super) fn open_at_start(window: &mut Window, folder: std::path::PathBuf) {
    window.session.opening = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let purpose = crate::session::FilePurpose::OpenProject;
    window.handle(Input::Event(Event::PathChosen { purpose, paths: vec![folder] }));
}
