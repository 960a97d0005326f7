//! The screen of training: what is learned from, how, how runs go, and which films to read next; one tab each.

mod data;
mod dialogs;
mod new_run;
mod next;
mod parameters;
mod promote;
mod run;
mod run_list;
mod samples;
mod words;

use egui::{CentralPanel, RichText, Ui};

use crate::session::{Command, TrainCommand, TrainPage};

use super::words::{tr, translated};
use super::{Panel, kit, shell, theme};

pub use dialogs::FreezeForm;
pub(super) use dialogs::{dialog_title, dialog_ui};
pub(super) use words::live_run_text;

const SIDE_WIDTH: f32 = 300.0;
/// Of a window that is narrower, the side takes too much.
const LEAST_WIDTH_WITH_SIDE: f32 = 1000.0;
const NARROW_SIDE_WIDTH: f32 = 232.0;

/// What the screen keeps between frames that is not the session's business.
#[derive(Debug, Default)]
pub struct TrainScreenState {
    /// What is typed about a run, until it is left.
    note: Option<(crate::domain::training::spec::TrainingId, String)>,
    /// What is typed into a field of steps, by the parameter's name.
    steps_text: Option<(&'static str, String)>,
}

pub(super) fn train_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    egui::Panel::top("train bar").frame(shell::bar_frame()).show_separator_line(false).show(ui, |ui| bar_ui(ui, panel));
    let page = panel.session.training.page;
    let is_narrow = ui.ctx().content_rect().width() < LEAST_WIDTH_WITH_SIDE;
    egui::Panel::left("side of training")
        .exact_size(if is_narrow { NARROW_SIDE_WIDTH } else { SIDE_WIDTH })
        .resizable(false)
        .show_separator_line(false)
        .frame(egui::Frame::new().fill(theme::panel()).inner_margin(10))
        .show(ui, |ui| {
            failure_ui(ui, panel);
            match page {
                TrainPage::Data => data::list_ui(ui, panel),
                TrainPage::New => new_run::choices_ui(ui, panel),
                TrainPage::Runs => run_list::list_ui(ui, panel),
                TrainPage::Next => next::side_ui(ui, panel),
            }
        });
    CentralPanel::default().frame(shell::body_frame().inner_margin(16)).show(ui, |ui| match page {
        TrainPage::Data => data::data_ui(ui, panel),
        TrainPage::New => parameters::parameters_ui(ui, panel),
        TrainPage::Runs => run::run_ui(ui, panel),
        TrainPage::Next => next::next_ui(ui, panel),
    });
}

fn bar_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal_wrapped(|ui| {
        kit::toggle_button(ui, panel, &Command::Train(TrainCommand::Leave), tr("Back"), false);
        ui.heading(tr("Train"));
        for (page, name) in TrainPage::ALL {
            let is_on = panel.session.training.page == page;
            kit::toggle_button(ui, panel, &Command::Train(TrainCommand::Page(page)), tr(name), is_on);
        }
        if let Some(doing) = panel.session.training.doing {
            ui.add(egui::Spinner::new().size(14.0));
            ui.label(RichText::new(&*translated(doing)).color(theme::weak()));
        }
    });
}

fn failure_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(why) = &panel.session.training.failure else { return };
    ui.add(egui::Label::new(RichText::new(&*translated(why)).color(theme::bad())).wrap());
    ui.horizontal(|ui| {
        if !panel.session.training.is_loaded && ui.button(tr("Try again")).clicked() {
            panel.ask(Command::Train(TrainCommand::Reload));
        }
        if ui.button(tr("Understood")).clicked() {
            panel.ask(Command::Train(TrainCommand::Dismiss));
        }
    });
    ui.add_space(theme::UNIT);
    ui.separator();
}

/// The one thing to do next.
fn primary_button(ui: &mut Ui, panel: &mut Panel<'_>, command: TrainCommand, text: &str, help: &str) {
    let command = Command::Train(command);
    let is_available = command.is_available(panel.session);
    let button = egui::Button::new(RichText::new(text).color(theme::strong())).fill(theme::accent_dim());
    let response = ui.add_enabled(is_available, button.min_size(egui::vec2(0.0, 30.0)));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, is_available, text));
    if response.on_hover_text(help).on_disabled_hover_text(help).clicked() {
        panel.ask(command);
    }
}

/// Another thing that can be done.
fn action_button(ui: &mut Ui, panel: &mut Panel<'_>, command: TrainCommand, text: &str, help: &str) {
    let command = Command::Train(command);
    let is_available = command.is_available(panel.session);
    let response = ui.add_enabled(is_available, egui::Button::new(text));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, is_available, text));
    if response.on_hover_text(help).on_disabled_hover_text(help).clicked() {
        panel.ask(command);
    }
}

fn weak(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
}

/// Sentences that should be read before a figure is trusted.
fn warnings_ui(ui: &mut Ui, warnings: &[String]) {
    for warning in warnings {
        ui.horizontal_top(|ui| {
            ui.label(RichText::new("⚠").color(theme::warn()));
            ui.add(egui::Label::new(RichText::new(&*translated(warning)).color(theme::warn())).wrap());
        });
    }
}

/// A middle with nothing in it yet: what this is for, and the one thing to do.
fn empty_ui(ui: &mut Ui, panel: &mut Panel<'_>, title: &str, texts: &[&str], next: Option<(TrainCommand, &str)>) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.24);
        ui.heading(title);
        ui.add_space(theme::UNIT);
        let width = ui.available_width().min(560.0);
        ui.scope(|ui| {
            ui.set_max_width(width);
            for text in texts {
                weak(ui, text);
            }
        });
        ui.add_space(3.0 * theme::UNIT);
        if let Some((command, text)) = next {
            primary_button(ui, panel, command, text, text);
        }
    });
}
