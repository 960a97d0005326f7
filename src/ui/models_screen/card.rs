//! The card of the selected model, or two cards side by side with what differs marked.

use egui::{Grid, RichText, Stroke, Ui};

use crate::domain::model::{CardMetric, Model, ModelContent};
use crate::session::{Command, ModelCommand};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

use super::card_rows::{CardRow, figure_names, figure_text, purpose, rows};
use super::{action_ui, full_name, version_text};

/// Width of the titles of lines.
const TITLE_WIDTH: f32 = 130.0;
/// Width of a figure with its margins and the gap to the next.
const FIGURE_ROOM: f32 = 210.0;
/// Texts are no wider than can be read.
const TEXT_WIDTH: f32 = 760.0;

pub(super) fn cards_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(model) = session.model_desk.selected.and_then(|id| session.models.model(id)) else {
        ui.label(RichText::new(tr("Choose a model on the left to see its card.")).color(theme::weak()));
        return;
    };
    let other = session.model_desk.compared.and_then(|id| session.models.model(id));
    head_ui(ui, panel, model);
    ui.add_space(theme::UNIT);
    actions_ui(ui, panel, model);
    ui.add_space(2.0 * theme::UNIT);
    match other {
        Some(other) => compared_ui(ui, panel, model, other),
        None => card_ui(ui, panel, model),
    }
}

fn head_ui(ui: &mut Ui, panel: &Panel<'_>, model: &Model) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(&model.card.name).size(22.0).color(theme::strong()));
        ui.label(RichText::new(version_text(model.version)).size(theme::HEADING).color(theme::weak()));
        if panel.session.models.is_in_use(model.id) {
            kit::badge(ui, tr("IN USE"), theme::good());
        }
        if model.is_deleted {
            kit::badge(ui, tr("DELETED"), theme::weak());
        }
        if model.card.is_synthetic {
            kit::badge(ui, tr("SYNTHETIC: NEVER FOR PEOPLE"), theme::warn());
        }
    });
    ui.add(egui::Label::new(RichText::new(purpose(model)).color(theme::text())).wrap());
}

fn actions_ui(ui: &mut Ui, panel: &mut Panel<'_>, model: &Model) {
    let name = full_name(model);
    let shelf = &panel.session.models;
    let is_in_use = shelf.is_in_use(model.id);
    let why_not_delete = if model.is_deleted {
        tr("Its weights are deleted already. The card stays, because predictions and marks name it.").to_owned()
    } else if is_in_use {
        tr("It is in use. Roll it back or put another one in use first.").to_owned()
    } else if let Some(ensemble) = shelf.ensemble_with(model.id) {
        tr_args("It is a member of {}. Delete that first.", &[&full_name(ensemble)])
    } else {
        tr("Delete the weights; what it said and this card stay.").to_owned()
    };
    ui.horizontal_wrapped(|ui| {
        if is_in_use {
            let help = tr("Take it out of use; the model that was in use before it comes back, or none.");
            let task = model.card.task;
            action_ui(
                ui,
                panel,
                ModelCommand::RollBack(task),
                tr("Roll back"),
                &tr_args("Roll back {}", &[&name]),
                help,
            );
        } else {
            let help = tr("This model looks at films from now on. A classifier brings its threshold along.");
            let text = tr("Put in use");
            action_ui(ui, panel, ModelCommand::Promote(model.id), text, &tr_args("Put {} in use", &[&name]), help);
        }
        let help = if matches!(model.content, ModelContent::Ensemble { .. }) {
            tr("An ensemble has no file of its own: export its members.")
        } else {
            tr("Write weights and card to a file, for another project.")
        };
        let export = ModelCommand::ChooseExport(model.id);
        action_ui(ui, panel, export, tr("Export…"), &tr_args("Export {}", &[&name]), help);
        let help = tr("Change what the card says of training, licence and limits.");
        let texts = ModelCommand::AskTexts(model.id);
        action_ui(ui, panel, texts, tr("Texts…"), &tr_args("Change the texts of {}", &[&name]), help);
        let delete = ModelCommand::AskDelete(model.id);
        action_ui(ui, panel, delete, tr("Delete…"), &tr_args("Delete {}", &[&name]), &why_not_delete);
        compare_ui(ui, panel, model);
    });
}

fn compare_ui(ui: &mut Ui, panel: &mut Panel<'_>, model: &Model) {
    let session = panel.session;
    let others: Vec<&Model> = (session.models.models.iter())
        .filter(|other| other.id != model.id && other.card.task == model.card.task)
        .filter(|other| !other.is_deleted || session.model_desk.shows_deleted)
        .collect();
    if others.is_empty() {
        return;
    }
    ui.separator();
    let chosen = session.model_desk.compared.and_then(|id| session.models.model(id));
    let text = chosen.map_or_else(|| tr("Compare with…").to_owned(), full_name);
    let combo = egui::ComboBox::from_id_salt("compare with").selected_text(text).width(200.0);
    let response = combo.show_ui(ui, |ui| {
        if ui.selectable_label(chosen.is_none(), tr("Nothing")).clicked() {
            panel.ask(Command::Model(ModelCommand::CompareWith(None)));
        }
        for other in others {
            if ui.selectable_label(chosen.is_some_and(|c| c.id == other.id), full_name(other)).clicked() {
                panel.ask(Command::Model(ModelCommand::CompareWith(Some(other.id))));
            }
        }
    });
    response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Compare with")));
}

fn card_ui(ui: &mut Ui, panel: &Panel<'_>, model: &Model) {
    kit::section_title(ui, tr("How good it was found to be"));
    if model.card.metrics.is_empty() {
        let text = tr("Nobody has said. Try it on films that you know before you trust it.");
        ui.label(RichText::new(text).color(theme::warn()));
    }
    // A frame's width is known only when it is drawn, so a wrapping layout would let it run off the edge.
    let num_columns = ((ui.available_width() / FIGURE_ROOM) as usize).max(1);
    for line in model.card.metrics.chunks(num_columns) {
        ui.horizontal(|ui| line.iter().for_each(|metric| figure_ui(ui, metric)));
    }
    ui.add_space(2.0 * theme::UNIT);
    kit::section_title(ui, tr("Card"));
    // The first line stands at the head already.
    for row in rows(panel.session, model, panel.state.utc_offset_secs).iter().skip(1) {
        // Each line as high as its text: a grid lays wrapped text over the next line.
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            title_ui(ui, &row.title, theme::weak());
            ui.vertical(|ui| value_ui(ui, row, ui.available_width().min(TEXT_WIDTH), theme::text()));
        });
        ui.add_space(2.0);
    }
}

/// One figure: what it is called, how high, from where to where, and on what.
fn figure_ui(ui: &mut Ui, metric: &CardMetric) {
    let frame = egui::Frame::new().fill(theme::panel()).corner_radius(6.0).inner_margin(egui::Margin::symmetric(12, 8));
    let shown = frame.show(ui, |ui| {
        ui.vertical(|ui| {
            ui.set_width(176.0);
            ui.set_min_height(76.0);
            ui.label(RichText::new(&metric.name).small().color(theme::weak()));
            ui.horizontal(|ui| {
                ui.label(RichText::new(format!("{:.3}", metric.value)).size(20.0).color(theme::strong()));
                if let Some([from, to]) = metric.interval {
                    let text = tr_args("{} to {}", &[&format!("{from:.3}"), &format!("{to:.3}")]);
                    ui.label(RichText::new(text).small().color(theme::text())).on_hover_text(tr("95 % interval"));
                }
            });
            let on = if metric.measured_on.is_empty() { tr("Not said on what") } else { &metric.measured_on };
            ui.add(egui::Label::new(RichText::new(on).small().color(theme::weak())).wrap());
        });
    });
    let name = format!("{} {}", metric.name, figure_text(metric));
    shown.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &name));
}

fn compared_ui(ui: &mut Ui, panel: &Panel<'_>, model: &Model, other: &Model) {
    let offset = panel.state.utc_offset_secs;
    let (first, second) = (rows(panel.session, model, offset), rows(panel.session, other, offset));
    let figures = figure_names(model, other).into_iter().map(|name| {
        let of = |model: &Model| {
            let metric = model.card.metrics.iter().find(|metric| metric.name == name);
            let value = metric.map_or_else(String::new, figure_text);
            let detail = metric.map_or_else(String::new, |metric| metric.measured_on.clone());
            CardRow { title: name.clone(), value, detail }
        };
        (of(model), of(other))
    });
    let mut pairs: Vec<(CardRow, CardRow)> = figures.collect();
    for row in first {
        let same = second.iter().find(|other| other.title == row.title).cloned();
        let empty = CardRow { title: row.title.clone(), value: String::new(), detail: String::new() };
        pairs.push((row, same.unwrap_or(empty)));
    }
    let num_different = pairs.iter().filter(|(a, b)| a.value != b.value).count();
    let text = tr_args("{} of {} lines differ; those are marked.", &[&num_different, &pairs.len()]);
    ui.label(RichText::new(text).color(theme::weak()));
    let width = ((ui.available_width() - TITLE_WIDTH - 60.0) / 2.0).clamp(200.0, TEXT_WIDTH);
    Grid::new("compared cards").num_columns(3).min_row_height(0.0).spacing([20.0, 10.0]).show(ui, |ui| {
        ui.label("");
        for head in [model, other] {
            ui.label(RichText::new(full_name(head)).strong().color(theme::strong()));
        }
        ui.end_row();
        for (a, b) in pairs {
            let is_different = a.value != b.value || a.detail != b.detail;
            let title = title_ui(ui, &a.title, if is_different { theme::strong() } else { theme::weak() });
            let color = if is_different { theme::strong() } else { theme::weak() };
            value_ui(ui, &a, width, color);
            value_ui(ui, &b, width, color);
            if is_different {
                let x = title.left() - 8.0;
                ui.painter().vline(x, title.y_range(), Stroke::new(3.0, theme::warn()));
            }
            ui.end_row();
        }
    });
}

fn title_ui(ui: &mut Ui, title: &str, color: egui::Color32) -> egui::Rect {
    ui.allocate_ui_with_layout(egui::vec2(TITLE_WIDTH, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
        ui.set_width(TITLE_WIDTH);
        ui.add(egui::Label::new(RichText::new(title).color(color)).wrap()).rect
    })
    .inner
}

fn value_ui(ui: &mut Ui, row: &CardRow, width: f32, color: egui::Color32) {
    ui.allocate_ui_with_layout(egui::vec2(width, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
        ui.set_width(width);
        let text = if row.value.is_empty() {
            RichText::new(tr("not said")).italics().color(theme::weak())
        } else {
            RichText::new(&row.value).color(color)
        };
        let response = ui.add(egui::Label::new(text).wrap().selectable(true));
        if !row.detail.is_empty() {
            response.on_hover_text(&row.detail);
        }
    });
}
