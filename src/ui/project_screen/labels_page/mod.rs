//! The label-set editor: the labels left, one of them right, and below what applying would do and what was before.

mod form;
mod list;
mod preview;

use egui::{RichText, ScrollArea, Ui, WidgetInfo};

use crate::domain::label_change::LabelDraft;
use crate::session::{Command, LabelSetCommand, ProjectCommand};
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, theme};

/// What the page keeps between frames.
#[derive(Debug, Default)]
pub struct LabelEditorState {
    /// Place in the list of the label that is shown.
    selected: usize,
    /// Other names as they are typed, and of which label.
    aliases: (usize, String),
}

/// Height of what applying would do; more of it scrolls.
const PREVIEW_HEIGHT: f32 = 96.0;

/// Width of the list of labels.
const LIST_WIDTH: f32 = 420.0;

pub(super) fn labels_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(before) = panel.session.label_draft() else { return };
    let mut draft = before.clone();
    files_ui(ui, panel, &draft);
    ui.add_space(theme::UNIT);
    // One room whatever stands in it: below, nothing moves and no field loses the keyboard as lines come and go.
    ui.allocate_ui(egui::vec2(ui.available_width(), PREVIEW_HEIGHT), |ui| {
        ui.set_min_height(PREVIEW_HEIGHT);
        ScrollArea::vertical().id_salt("what applying does").auto_shrink(false).show(ui, |ui| {
            preview::preview_ui(ui, panel, &mut draft);
        });
    });
    ui.add_space(2.0 * theme::UNIT);
    ui.horizontal_top(|ui| {
        ui.allocate_ui_with_layout(
            egui::vec2(LIST_WIDTH, ui.available_height()),
            egui::Layout::top_down(egui::Align::Min),
            |ui| {
                ui.set_width(LIST_WIDTH);
                list::list_ui(ui, panel, &mut draft);
            },
        );
        ui.add_space(6.0 * theme::UNIT);
        ui.vertical(|ui| form::form_ui(ui, panel, &mut draft));
    });
    ui.add_space(2.0 * theme::UNIT);
    preview::history_ui(ui, panel);
    if draft != before {
        ask(panel, LabelSetCommand::Draft(Box::new(draft)));
    }
}

fn ask(panel: &mut Panel<'_>, command: LabelSetCommand) {
    panel.ask(Command::ChangeProject(Box::new(ProjectCommand::Labels(command))));
}

fn files_ui(ui: &mut Ui, panel: &mut Panel<'_>, draft: &LabelDraft) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(translated(&draft.base.title)).size(theme::HEADING).color(theme::strong()));
        let version = panel.session.label_desk.versions.first().map_or(0, |newest| newest.version);
        let text = if version == 0 {
            tr("as it ships").to_owned()
        } else {
            tr_args("version {} of this project", &[&version])
        };
        ui.label(RichText::new(text).color(theme::weak()));
        for (text, help, command) in [
            (tr("Import…"), tr("Labels from a CSV or JSON file"), LabelSetCommand::Import),
            (tr("Take over…"), tr("Labels of another project"), LabelSetCommand::TakeOver),
            (
                tr("Export CSV…"),
                tr("These labels, as they are in force, for other programs"),
                LabelSetCommand::ExportCsv,
            ),
            (
                tr("Export JSON…"),
                tr("These labels, as they are in force, with everything that this program knows of them"),
                LabelSetCommand::ExportJson,
            ),
        ] {
            if labelled_button(ui, text, text).on_hover_text(help).clicked() {
                ask(panel, command);
            }
        }
    });
}

/// A button whose accessible name says more than its text.
fn labelled_button(ui: &mut Ui, text: &str, name: &str) -> egui::Response {
    let response = ui.button(text);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, name));
    response
}
