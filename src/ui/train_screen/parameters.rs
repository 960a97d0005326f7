//! Of the screen of training: every parameter with its value, its unit and what it does, group by group.

use egui::{CollapsingHeader, RichText, ScrollArea, Ui, Vec2, WidgetInfo};

use crate::domain::training::parameters::{Group, Kind, Parameter, Value};
use crate::domain::training::recipe::Recipe;
use crate::session::training::RunDraft;
use crate::session::{Command, TrainCommand};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, theme};

use super::words::{group_text, is_open_first};
use super::{TrainScreenState, weak};

const TITLE_WIDTH: f32 = 180.0;
const VALUE_WIDTH: f32 = 150.0;
const GROUPS: [Group; 8] = [
    Group::Length,
    Group::Input,
    Group::Films,
    Group::LearningRate,
    Group::Optimiser,
    Group::Loss,
    Group::Keeping,
    Group::Computer,
];

pub(super) fn parameters_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(before) = &session.training.draft else {
        ui.spinner();
        return;
    };
    // What the preset gives on this computer, to say what was changed.
    let fitted = match &session.training.estimate {
        Some(Ok(estimate)) => estimate.fitted.clone(),
        _ => None,
    };
    let base = fitted.unwrap_or_else(|| Recipe::new(before.recipe.task(), before.preset));
    let mut draft = before.clone();
    ui.heading(tr("Parameters"));
    weak(ui, tr("They stand as the preset has them. Nothing has to be changed to start."));
    ui.add_space(theme::UNIT);
    theme::solid_scroll_bars(ui);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for group in GROUPS {
            group_ui(ui, &mut panel.state.train, &mut draft, &base, group);
        }
    });
    if draft != *before {
        panel.ask(Command::Train(TrainCommand::Draft(draft)));
    }
}

fn group_ui(ui: &mut Ui, state: &mut TrainScreenState, draft: &mut RunDraft, base: &Recipe, group: Group) {
    let rows: Vec<&'static Parameter> = Recipe::rows(draft.recipe.task()).filter(|row| row.group == group).collect();
    if rows.is_empty() {
        return;
    }
    let changed = rows.iter().filter(|row| draft.recipe.get(row.key) != base.get(row.key)).count();
    let mut title = RichText::new(group_text(group)).color(theme::strong());
    if changed > 0 {
        title = RichText::new(format!("{}   ({})", group_text(group), tr_args("{} changed", &[&changed])))
            .color(theme::accent());
    }
    CollapsingHeader::new(title).id_salt(group_key(group)).default_open(is_open_first(group)).show(ui, |ui| {
        for row in rows {
            row_ui(ui, state, draft, base, row);
        }
        ui.add_space(theme::UNIT);
    });
}

const fn group_key(group: Group) -> usize {
    group as usize
}

fn row_ui(ui: &mut Ui, state: &mut TrainScreenState, draft: &mut RunDraft, base: &Recipe, row: &'static Parameter) {
    let Some(value) = draft.recipe.get(row.key).cloned() else { return };
    let first = base.get(row.key).cloned();
    let is_changed = first.as_ref() != Some(&value);
    let help_width = (ui.available_width() - TITLE_WIDTH - VALUE_WIDTH - 40.0).max(160.0);
    ui.horizontal_top(|ui| {
        let color = if is_changed { theme::accent() } else { theme::text() };
        cell(ui, TITLE_WIDTH, |ui| {
            ui.add(egui::Label::new(RichText::new(tr(row.title)).color(color)).wrap());
        });
        let mut new = value.clone();
        cell(ui, VALUE_WIDTH, |ui| {
            ui.horizontal(|ui| {
                value_ui(ui, state, row, &mut new);
                if !row.unit.is_empty() {
                    ui.label(RichText::new(tr(row.unit)).small().color(theme::weak()));
                }
            });
        });
        // Out of range: what was there stays.
        if new != value && draft.recipe.set(row.key, new).is_ok() {
            draft.is_as_preset = false;
        }
        cell(ui, help_width, |ui| {
            weak_small(ui, tr(row.help));
            if let Some(first) = first.filter(|_| is_changed) {
                let text = tr_args("Back to {}", &[&value_text(&first)]);
                let response = ui.small_button(&text);
                response.widget_info(|| {
                    WidgetInfo::labeled(egui::Role::Button, true, format!("{}: {text}", tr(row.title)))
                });
                if response.clicked() {
                    // The preset's values are within their ranges.
                    let _ = draft.recipe.set(row.key, first);
                    draft.is_as_preset = draft.recipe == *base;
                }
            }
        });
    });
    ui.add_space(2.0);
}

fn cell(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(Vec2::new(width, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
        ui.set_width(width);
        add(ui);
    });
}

fn weak_small(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).small().color(theme::weak())).wrap());
}

fn value_ui(ui: &mut Ui, state: &mut TrainScreenState, row: &'static Parameter, value: &mut Value) {
    let name = tr(row.title);
    match (row.kind, value) {
        (Kind::Whole { least, most }, Value::Whole(value)) => {
            let speed = (*value as f64 * 0.01).max(0.1);
            let response = ui.add(egui::DragValue::new(value).range(least..=most).speed(speed));
            response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, name));
        }
        (Kind::Real { least, most }, Value::Real(value)) => {
            let speed = (*value * 0.01).abs().max(1e-5);
            let drag = egui::DragValue::new(value).range(least..=most).speed(speed);
            let response = ui.add(drag.custom_formatter(|value, _| real_text(value)));
            response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, name));
        }
        (Kind::Switch, Value::Switch(value)) => {
            let text = if *value { tr("on") } else { tr("off") };
            let response = ui.checkbox(value, text);
            response.widget_info(|| WidgetInfo::selected(egui::Role::CheckBox, true, *value, name));
        }
        (Kind::Choice(all), Value::Choice(value)) => {
            let combo = egui::ComboBox::from_id_salt(row.name).selected_text(value.as_str()).width(VALUE_WIDTH - 20.0);
            let response = combo.truncate().show_ui(ui, |ui| {
                for one in all {
                    ui.selectable_value(value, (*one).to_owned(), *one);
                }
            });
            response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, name));
        }
        (Kind::Steps, Value::Steps(value)) => steps_ui(ui, state, row, value),
        _ => {}
    }
}

/// Rising numbers with commas; what is no such list stays typed and changes nothing.
fn steps_ui(ui: &mut Ui, state: &mut TrainScreenState, row: &'static Parameter, value: &mut Vec<u64>) {
    let typed = state.steps_text.take().filter(|(name, _)| *name == row.name);
    let mut text = typed.map_or_else(|| value_text(&Value::Steps(value.clone())), |(_, text)| text);
    let field = egui::TextEdit::singleline(&mut text).desired_width(VALUE_WIDTH - 50.0).hint_text(tr("never"));
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr(row.title)));
    let parsed: Option<Vec<u64>> =
        text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(|one| one.parse().ok()).collect();
    if let Some(parsed) = parsed.filter(|steps| steps.is_sorted_by(|a, b| a < b)) {
        *value = parsed;
    }
    if response.has_focus() {
        state.steps_text = Some((row.name, text));
    }
}

/// `0.0001`: as many digits as it has, no more.
fn real_text(value: f64) -> String {
    let text = format!("{value:.8}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-" { "0".to_owned() } else { text.to_owned() }
}

pub(super) fn value_text(value: &Value) -> String {
    match value {
        Value::Whole(value) => value.to_string(),
        Value::Real(value) => real_text(*value),
        Value::Switch(true) => tr("on").to_owned(),
        Value::Switch(false) => tr("off").to_owned(),
        Value::Choice(value) => value.clone(),
        Value::Steps(steps) => steps.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
    }
}
