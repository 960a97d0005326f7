//! The screen of evaluations: kept runs at the left, pages of the open run beside them, one slider over all of them.

mod crops;
mod curves;
mod data;
mod error_words;
mod filter_chips;
mod gallery;
pub(in crate::ui) mod new_run;
mod numbers;
pub(in crate::ui) mod plot_kit;
mod readers;
mod reader_masks;
mod review;
mod runs;
mod slider;
mod summary;
mod walk_bar;

use egui::{CentralPanel, RichText, Ui};

use crate::session::{Command, EvaluateCommand, EvaluatePage, Session};

use super::words::{tr, translated};
use super::{Panel, kit, shell, theme};

pub(in crate::ui) use crops::Shelved;
pub use crops::{CropKey, CropShelf};
pub use gallery::GalleryState;
pub use new_run::NewRunForm;
pub use review::ReviewState;
pub(super) use walk_bar::walk_bar_ui;

const LIST_WIDTH: f32 = 280.0;
/// Of a window that is narrower, the list takes too much.
const LEAST_WIDTH_WITH_LIST: f32 = 1000.0;

pub(super) fn evaluate_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    egui::Panel::top("evaluate bar")
        .frame(shell::bar_frame())
        .show_separator_line(false)
        .show(ui, |ui| bar_ui(ui, panel));
    if !is_narrow(ui) {
        egui::Panel::left("list of evaluations")
            .exact_size(LIST_WIDTH)
            .resizable(false)
            .show_separator_line(false)
            .frame(egui::Frame::new().fill(theme::panel()).inner_margin(8))
            .show(ui, |ui| runs::runs_ui(ui, panel));
    }
    let is_of_run = !matches!(panel.session.evaluating.page, EvaluatePage::Readers | EvaluatePage::Data);
    if panel.session.evaluating.point.is_some() && is_of_run {
        egui::Panel::top("operating point")
            .frame(egui::Frame::new().fill(theme::panel()).inner_margin(8))
            .show_separator_line(false)
            .show(ui, |ui| slider::slider_ui(ui, panel));
    }
    CentralPanel::default().frame(shell::body_frame().inner_margin(16)).show(ui, |ui| {
        match panel.session.evaluating.page {
            EvaluatePage::Summary => summary::summary_ui(ui, panel),
            EvaluatePage::Curves => curves::curves_ui(ui, panel),
            EvaluatePage::Gallery => gallery::gallery_ui(ui, panel),
            EvaluatePage::Review => review::review_ui(ui, panel),
            EvaluatePage::Readers => readers::readers_ui(ui, panel),
            EvaluatePage::Data => data::data_ui(ui, panel),
        }
    });
}

/// What stands on a page of a run while no run is open.
fn nothing_open_ui(ui: &mut Ui, session: &Session) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.3);
        if let Some(doing) = session.evaluating.doing.filter(|doing| !doing.is_empty()) {
            ui.spinner();
            ui.label(RichText::new(translated(doing)).color(theme::weak()));
        } else {
            ui.heading(tr("No evaluation is open"));
            ui.label(RichText::new(tr("Choose one from the list, or make a new one.")).color(theme::weak()));
        }
    });
}

/// The list stands in a menu, so that tables and plots have the width.
fn is_narrow(ui: &Ui) -> bool {
    ui.ctx().content_rect().width() < LEAST_WIDTH_WITH_LIST
}

fn list_menu_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let config =
        egui::containers::menu::MenuConfig::new().close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    let button = egui::Button::new(tr("Evaluations"));
    egui::containers::menu::MenuButton::from_button(button).config(config).ui(ui, |ui| {
        ui.set_width(LIST_WIDTH);
        ui.set_max_height(ui.ctx().content_rect().height() * 0.75);
        runs::runs_ui(ui, panel);
    });
    let desk = &panel.session.evaluating;
    if desk.doing.is_some_and(|doing| !doing.is_empty()) {
        ui.add(egui::Spinner::new().size(14.0));
    }
    if desk.failure.is_some() {
        ui.label(RichText::new("!").color(theme::bad()));
    }
}

fn bar_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal_wrapped(|ui| {
        kit::toggle_button(ui, panel, &Command::Evaluate(EvaluateCommand::Leave), tr("Back"), false);
        if is_narrow(ui) {
            list_menu_ui(ui, panel);
        } else {
            ui.heading(tr("Evaluate"));
        }
        for (page, name) in EvaluatePage::ALL {
            let is_on = panel.session.evaluating.page == page;
            kit::toggle_button(ui, panel, &Command::Evaluate(EvaluateCommand::Page(page)), tr(name), is_on);
        }
    });
}
