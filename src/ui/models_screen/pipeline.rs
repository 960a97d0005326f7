//! How a film's answers come about: classifier, threshold, rule, detector; and who sees them when.

use egui::{Align, Layout, RichText, Ui, WidgetInfo};

use crate::domain::fusion::{FusionRule, Pipeline};
use crate::domain::model::{Model, ModelTask};
use crate::domain::suggestion::ModelVisibility;
use crate::session::{Command, ModelCommand};
use crate::ui::words::tr;
use crate::ui::{Panel, kit, theme};

use super::full_name;

/// Width of what stands between two parts.
const ARROW_WIDTH: f32 = 22.0;
const PART_HEIGHT: f32 = 104.0;

pub(super) fn pipeline_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let pipeline = panel.session.models.pipeline;
    let num_parts = 5.0;
    let spacing = ui.spacing().item_spacing.x;
    let free = ui.available_width() - (num_parts - 1.0) * (ARROW_WIDTH + 2.0 * spacing);
    let width = (free / num_parts - 22.0).max(150.0);
    ui.horizontal(|ui| {
        part_ui(ui, width, tr("Classifier"), &classifier_help(panel), |ui| {
            slot_ui(ui, panel, ModelTask::Classify, width);
        });
        arrow_ui(ui);
        let help = tr("A film counts as abnormal from this probability on. Promoting a classifier brings its own.");
        part_ui(ui, width, tr("Threshold c*"), help, |ui| {
            let set = |threshold| Pipeline { threshold, ..pipeline };
            number_ui(ui, panel, 0, tr("Threshold c*"), pipeline.threshold, set);
        });
        arrow_ui(ui);
        part_ui(ui, width, tr("Rule"), rule_help(pipeline.rule), |ui| rule_ui(ui, panel, &pipeline, width));
        arrow_ui(ui);
        part_ui(ui, width, tr("Detector"), &detector_help(panel), |ui| slot_ui(ui, panel, ModelTask::Detect, width));
        arrow_ui(ui);
        let help = tr("Boxes under this score start hidden; each reader can move it.");
        part_ui(ui, width, tr("Shown from score"), help, |ui| {
            let set = |min_score| Pipeline { min_score, ..pipeline };
            number_ui(ui, panel, 1, tr("Shown from score"), pipeline.min_score, set);
        });
    });
    ui.add_space(theme::UNIT);
    visibility_ui(ui, panel);
}

/// One part: what it is, its control, and what it does.
fn part_ui(ui: &mut Ui, width: f32, title: &str, help: &str, control: impl FnOnce(&mut Ui)) {
    let frame = egui::Frame::new().fill(theme::panel()).corner_radius(6.0).inner_margin(egui::Margin::symmetric(10, 8));
    frame.show(ui, |ui| {
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            ui.set_min_height(PART_HEIGHT);
            kit::section_title(ui, title);
            control(ui);
            ui.add(egui::Label::new(RichText::new(help).small().color(theme::weak())).wrap());
        });
    });
}

fn arrow_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ARROW_WIDTH, PART_HEIGHT), egui::Sense::hover());
    let (from, to) = (rect.left_center(), rect.right_center());
    ui.painter().arrow(from, to - from, egui::Stroke::new(1.5, theme::weak()));
}

/// The model of a task; choosing another puts that in use.
fn slot_ui(ui: &mut Ui, panel: &mut Panel<'_>, task: ModelTask, width: f32) {
    let session = panel.session;
    let now = session.models.in_use(task).and_then(|id| session.models.model(id));
    let text = now.map_or_else(|| tr("None").to_owned(), full_name);
    let (name, salt) = match task {
        ModelTask::Classify => (tr("Classifier in use"), "classifier in use"),
        ModelTask::Detect => (tr("Detector in use"), "detector in use"),
    };
    let choices: Vec<&Model> =
        (session.models.models.iter().rev()).filter(|model| model.card.task == task && !model.is_deleted).collect();
    let combo = egui::ComboBox::from_id_salt(salt).selected_text(text).width(width).truncate();
    let response = combo.show_ui(ui, |ui| {
        if choices.is_empty() {
            ui.label(RichText::new(tr("The project has none: import one.")).color(theme::weak()));
        }
        for model in choices {
            let is_on = now.is_some_and(|now| now.id == model.id);
            if ui.selectable_label(is_on, full_name(model)).clicked() && !is_on {
                panel.ask(Command::Model(ModelCommand::Promote(model.id)));
            }
        }
        if now.is_some() {
            ui.separator();
            let help = tr("Take it out of use; the model that was in use before it comes back, or none.");
            if ui.selectable_label(false, tr("Roll back")).on_hover_text(help).clicked() {
                panel.ask(Command::Model(ModelCommand::RollBack(task)));
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, name));
}

fn classifier_help(panel: &Panel<'_>) -> String {
    match panel.session.models.pipeline.classifier {
        Some(_) => tr("Says of the whole film how likely it is abnormal: p.").to_owned(),
        None => tr("Without one, no film gets a p, and every rule keeps all boxes.").to_owned(),
    }
}

fn detector_help(panel: &Panel<'_>) -> String {
    match panel.session.models.pipeline.detector {
        Some(_) => tr("Draws boxes with a class and a score; the rule says which of them are kept.").to_owned(),
        None => tr("Without one, no boxes are suggested.").to_owned(),
    }
}

fn rule_ui(ui: &mut Ui, panel: &mut Panel<'_>, pipeline: &Pipeline, width: f32) {
    let combo = egui::ComboBox::from_id_salt("fusion rule").selected_text(rule_title(pipeline.rule)).width(width);
    let response = combo.show_ui(ui, |ui| {
        for (rule, _) in FusionRule::ALL {
            let response = ui.selectable_label(rule == pipeline.rule, rule_title(rule)).on_hover_text(rule_help(rule));
            if response.clicked() && rule != pipeline.rule {
                panel.ask(Command::Model(ModelCommand::SetPipeline(Pipeline { rule, ..*pipeline })));
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Fusion rule")));
}

fn rule_title(rule: FusionRule) -> &'static str {
    match rule {
        FusionRule::Paper => tr("As the paper"),
        FusionRule::ReleasedCode => tr("As the released code"),
        FusionRule::Gate => tr("If abnormal, locate"),
        FusionRule::DetectorOnly => tr("Detector alone"),
    }
}

fn rule_help(rule: FusionRule) -> &'static str {
    match rule {
        FusionRule::Paper => tr("p at least c*: all boxes. Below: only boxes with a score over 0.5."),
        FusionRule::ReleasedCode => tr("p at least c*: all boxes. Below: only boxes with a score of 0.5 or more."),
        FusionRule::Gate => tr("p at least c*: all boxes. Below: none."),
        FusionRule::DetectorOnly => tr("All boxes, whatever the classifier says."),
    }
}

/// A number from 0 to 1; asked for when it is let go.
fn number_ui(ui: &mut Ui, panel: &mut Panel<'_>, place: usize, name: &str, stored: f64, set: impl Fn(f64) -> Pipeline) {
    let held = &mut panel.state.models.held[place];
    let mut value = held.unwrap_or(stored);
    let drag =
        egui::DragValue::new(&mut value).range(0.0..=1.0).speed(0.002).max_decimals(4).update_while_editing(false);
    let response = ui.add_enabled(!panel.session.project.as_ref().is_some_and(|p| p.is_read_only), drag);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, name));
    if response.changed() {
        *held = Some(value);
    }
    let is_settled = response.drag_stopped() || response.lost_focus() || (response.changed() && !response.dragged());
    if is_settled
        && let Some(value) = held.take()
        && value.to_bits() != stored.to_bits()
    {
        panel.ask(Command::Model(ModelCommand::SetPipeline(set(value))));
    }
}

fn visibility_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(now) = panel.session.project.as_ref().map(|project| project.settings.model_visibility) else { return };
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(tr("Readers see what models say:")).color(theme::strong()));
        for visibility in ModelVisibility::ALL {
            let (text, help) = visibility_words(visibility);
            let is_on = visibility == now;
            let response = kit::chip(ui, text, is_on).on_hover_text(help);
            if response.clicked() && !is_on {
                panel.ask(Command::Model(ModelCommand::SetVisibility(visibility)));
            }
        }
        ui.add(egui::Label::new(RichText::new(visibility_words(now).1).color(theme::weak())).wrap());
    });
}

fn visibility_words(visibility: ModelVisibility) -> (&'static str, &'static str) {
    match visibility {
        ModelVisibility::Off => (
            tr("Never"),
            tr(
                "No reader sees any answer of a model: not on films, not in the list. For a reading that no model can sway.",
            ),
        ),
        ModelVisibility::AfterReading => (
            tr("After reading"),
            tr(
                "Readers see them once they have completed the film, and from then on. What was said before and after is kept apart.",
            ),
        ),
        ModelVisibility::Always => (
            tr("Always"),
            tr(
                "Suggestions stand on the film from the start, and the list can be sorted by them. Readings are not blind to the models.",
            ),
        ),
    }
}
