//! The screen of models: which there are, how good they were found to be, which are in use, and who sees what they say.

mod card;
mod card_rows;
mod engine;
mod forms;
mod history;
mod list;
mod pipeline;

use egui::{Align, CentralPanel, Layout, RichText, ScrollArea, Ui, WidgetInfo};

use crate::domain::model::Model;
use crate::session::{Command, ModelCommand, Session};

use super::words::{tr, translated};
use super::{Panel, kit, shell, theme};

pub use forms::ModelForms;
pub(super) use forms::{dialog_title, dialog_ui};

/// What the screen keeps between frames.
#[derive(Default, Debug)]
pub struct ModelsScreenState {
    pub forms: ModelForms,
    /// Threshold and starting confidence while they are dragged or typed.
    pub(in crate::ui::models_screen) held: [Option<f64>; 2],
}

const LIST_WIDTH: f32 = 330.0;

pub(super) fn models_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    egui::Panel::top("models bar")
        .frame(shell::bar_frame())
        .show_separator_line(false)
        .show(ui, |ui| bar_ui(ui, panel));
    banner_ui(ui, panel);
    let session = panel.session;
    if !session.model_desk.is_loaded {
        match &session.model_desk.failure {
            Some(why) => {
                let next = [Command::Model(ModelCommand::Reload)];
                shell::empty_ui(ui, panel, tr("The models can't be read"), &translated(why), &next);
            }
            None => shell::empty_ui(ui, panel, tr("Reading the models…"), "", &[]),
        }
        return;
    }
    if session.models.models.iter().all(|model| model.is_deleted) && !session.model_desk.shows_deleted {
        empty_ui(ui, panel);
        return;
    }
    egui::Panel::top("pipeline")
        .frame(shell::body_frame().inner_margin(12))
        .show_separator_line(false)
        .show(ui, |ui| pipeline::pipeline_ui(ui, panel));
    egui::Panel::left("list of models")
        .exact_size(LIST_WIDTH)
        .resizable(false)
        .show_separator_line(false)
        .frame(egui::Frame::new().fill(theme::panel()).inner_margin(8))
        .show(ui, |ui| list::list_ui(ui, panel));
    CentralPanel::default().frame(shell::body_frame().inner_margin(16)).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            card::cards_ui(ui, panel);
            history::history_ui(ui, panel);
        });
    });
}

fn bar_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal(|ui| {
        let leave = Command::Model(ModelCommand::Leave);
        kit::toggle_button(ui, panel, &leave, tr("Back"), false);
        ui.heading(tr("Models"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            kit::command_button(ui, panel, &Command::Model(ModelCommand::ChooseFile));
            kit::command_button(ui, panel, &Command::Model(ModelCommand::AskEnsemble));
            kit::command_button(ui, panel, &Command::PredictFilms);
            ui.separator();
            engine::state_ui(ui, panel.session);
            if let Some(doing) = panel.session.model_desk.doing.filter(|doing| !doing.is_empty()) {
                ui.add(egui::Spinner::new().size(14.0));
                ui.label(RichText::new(translated(doing)).color(theme::weak()));
            }
        });
    });
}

/// What stands in the way: the engine, or what was asked for last.
fn banner_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    engine::banner_ui(ui, panel.session);
    let session = panel.session;
    // A form tells its own failure, and so does the empty screen.
    let Some(why) = session.model_desk.failure.as_ref().filter(|_| session.dialog.is_none()) else { return };
    if !session.model_desk.is_loaded {
        return;
    }
    egui::Panel::top("models failure").frame(shell::bar_frame()).show_separator_line(false).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&*translated(why)).color(theme::bad()));
            for (text, command) in
                [(tr("Choose another file…"), ModelCommand::ChooseFile), (tr("Understood"), ModelCommand::Dismiss)]
            {
                if ui.button(text).clicked() {
                    panel.ask(Command::Model(command));
                }
            }
        });
    });
}

fn empty_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let has_deleted = !panel.session.models.models.is_empty();
    CentralPanel::no_frame().frame(shell::body_frame()).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() * 0.28);
            ui.heading(tr("No models yet"));
            for text in [
                tr("A classifier says how likely a film is abnormal; a detector draws boxes around what it finds."),
                tr("Bring weights in that you have: .safetensors, a state dict (.pth) or TorchScript (.pt)."),
                tr("Everything runs on this computer. Nothing in the file is executed, except by TorchScript."),
            ] {
                ui.label(RichText::new(text).color(theme::weak()));
            }
            ui.add_space(3.0 * theme::UNIT);
            kit::command_button(ui, panel, &Command::Model(ModelCommand::ChooseFile));
            if has_deleted {
                let show = Command::Model(ModelCommand::ToggleDeleted);
                kit::toggle_button(ui, panel, &show, tr("Show deleted models"), false);
            }
        });
    });
}

/// A button for something with one model; why it can't be done now stands in its tooltip.
fn action_ui(ui: &mut Ui, panel: &mut Panel<'_>, command: ModelCommand, text: &str, name: &str, help: &str) {
    let command = Command::Model(command);
    let is_available = command.is_available(panel.session);
    let response = ui.add_enabled(is_available, egui::Button::new(text));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_available, name));
    if response.on_hover_text(help).on_disabled_hover_text(help).clicked() {
        panel.ask(command);
    }
}

/// `Spine detector, version 2`.
fn full_name(model: &Model) -> String {
    format!("{} {}", model.card.name, version_text(model.version))
}

fn version_text(version: u32) -> String {
    super::words::tr_args("v{}", &[&version])
}

fn reader_name<'a>(session: &'a Session, id: &'a str) -> &'a str {
    let readers = session.project.as_ref().map_or(&[][..], |project| &project.readers);
    readers.iter().find(|reader| reader.id.as_str() == id).map_or(id, |reader| reader.name.as_str())
}
