//! The project's models, task by task, each with its headline figure.

use egui::{Align, Layout, RichText, ScrollArea, Sense, Ui, WidgetInfo};

use crate::domain::model::{Model, ModelTask};
use crate::session::{Command, ModelCommand};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

use super::card_rows::figure_text;
use super::{full_name, version_text};

const ROW_HEIGHT: f32 = 48.0;

pub(super) fn list_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let num_deleted = session.models.models.iter().filter(|model| model.is_deleted).count();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for (task, title, none) in [
            (ModelTask::Classify, tr("Classifiers"), tr("None: films get no p(abnormal).")),
            (ModelTask::Detect, tr("Detectors"), tr("None: no boxes are suggested.")),
        ] {
            kit::section(ui, title);
            let is_shown =
                |model: &&Model| model.card.task == task && (!model.is_deleted || session.model_desk.shows_deleted);
            let mut shown: Vec<&Model> = session.models.models.iter().filter(is_shown).collect();
            // What is in use first, then the newest.
            shown.sort_by_key(|model| {
                (!session.models.is_in_use(model.id), model.is_deleted, std::cmp::Reverse(model.id))
            });
            if shown.is_empty() {
                ui.label(RichText::new(none).color(theme::weak()));
            }
            for model in shown {
                row_ui(ui, panel, model);
            }
        }
        if num_deleted > 0 {
            ui.add_space(2.0 * theme::UNIT);
            let text = tr_args("Show deleted ({})", &[&num_deleted]);
            let is_on = session.model_desk.shows_deleted;
            if kit::chip(ui, &text, is_on).clicked() {
                panel.ask(Command::Model(ModelCommand::ToggleDeleted));
            }
        }
    });
}

fn row_ui(ui: &mut Ui, panel: &mut Panel<'_>, model: &Model) {
    let session = panel.session;
    let is_selected = session.model_desk.selected == Some(model.id);
    let is_compared = session.model_desk.compared == Some(model.id);
    let (rect, response) = ui.allocate_exact_size(egui::vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    let is_in_use = session.models.is_in_use(model.id);
    response.widget_info(|| {
        let mut text = tr_args("Model {}", &[&full_name(model)]);
        if is_in_use {
            text = format!("{text}, {}", tr("in use"));
        }
        WidgetInfo::selected(egui::Role::Row, true, is_selected, text)
    });
    let fill = match (is_selected || is_compared, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(egui::vec2(8.0, 5.0))));
    inside.spacing_mut().interact_size.y = 16.0;
    inside.spacing_mut().item_spacing.y = 2.0;
    inside.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if model.is_deleted {
                kit::badge(ui, tr("DELETED"), theme::weak());
            }
            if is_in_use {
                kit::badge(ui, tr("IN USE"), theme::good());
            }
            ui.label(RichText::new(version_text(model.version)).color(theme::weak()));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let color = if model.is_deleted { theme::weak() } else { theme::strong() };
                ui.add(egui::Label::new(RichText::new(&model.card.name).color(color)).truncate().selectable(false));
            });
        });
    });
    inside.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if model.card.is_synthetic {
                ui.label(RichText::new(tr("SYNTHETIC")).font(theme::small_font()).color(theme::warn()));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let (text, color) = match model.card.metrics.first() {
                    Some(metric) => (format!("{} {}", metric.name, figure_text(metric)), theme::text()),
                    None => (tr("No figures").to_owned(), theme::warn()),
                };
                ui.add(egui::Label::new(RichText::new(text).small().color(color)).truncate().selectable(false));
            });
        });
    });
    if response.clicked() {
        panel.ask(Command::Model(ModelCommand::Select(model.id)));
    }
}
