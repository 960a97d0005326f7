//! Which rules a reading must keep, and the project's own rules.

use egui::{Align, Grid, Layout, RichText, Ui, WidgetInfo};

use crate::domain::project::Project;
use crate::domain::rules::{CustomRule, RuleId, RuleSetting, Severity};
use crate::session::{Command, ProjectCommand};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, theme};

use super::custom_rule_form::{self, Draft};

/// What the page keeps between frames.
#[derive(Default, Debug)]
pub struct RulesPageState {
    /// A rule's number while it is dragged or typed.
    number: Option<(RuleId, f64)>,
    pub(super) draft: Option<Draft>,
}

/// Texts are no wider than can be read.
const WIDTH: f32 = 860.0;

pub(super) fn rules_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(open) = &panel.session.project else { return };
    let project = &open.settings;
    ui.set_max_width(WIDTH);
    ui.heading(tr("Rules"));
    ui.label(RichText::new(tr("An error stands against completing a film; a warning is shown.")).color(theme::weak()));
    ui.add_space(2.0 * theme::UNIT);
    for rule in &project.rules {
        rule_ui(ui, panel, project, rule);
    }
    ui.add_space(3.0 * theme::UNIT);
    ui.heading(tr("Rules of this project"));
    let text = tr("By label, count, size and combination. They are checked after the rules above.");
    ui.label(RichText::new(text).color(theme::weak()));
    ui.add_space(theme::UNIT);
    if project.custom_rules.is_empty() && panel.state.rules_page.draft.is_none() {
        ui.label(RichText::new(tr("None yet.")).color(theme::weak()));
    }
    for (at, rule) in project.custom_rules.iter().enumerate() {
        let is_edited = panel.state.rules_page.draft.as_ref().is_some_and(|draft| draft.at == Some(at));
        if is_edited {
            custom_rule_form::form_ui(ui, panel, project);
        } else {
            own_rule_ui(ui, panel, project, at, rule);
        }
    }
    match &panel.state.rules_page.draft {
        None => {
            let response = ui.button(tr("Add a rule"));
            if response.clicked() {
                panel.state.rules_page.draft = Some(Draft::default());
            }
        }
        Some(Draft { at: None, .. }) => custom_rule_form::form_ui(ui, panel, project),
        Some(_) => {}
    }
    ui.add_space(4.0 * theme::UNIT);
}

fn rule_ui(ui: &mut Ui, panel: &mut Panel<'_>, project: &Project, rule: &RuleSetting) {
    let row = rule.id.row();
    let title = tr(row.title);
    let set = |panel: &mut Panel<'_>, changed: RuleSetting| {
        let with = |other: &RuleSetting| if other.id == changed.id { changed } else { *other };
        let rules = project.rules.iter().map(with).collect();
        panel.ask(Command::ChangeProject(Box::new(ProjectCommand::SetRules(rules))));
    };
    ui.separator();
    ui.horizontal(|ui| {
        let switches = 3.0 * 82.0;
        ui.allocate_ui_with_layout(
            egui::vec2((ui.available_width() - switches).max(200.0), 0.0),
            Layout::top_down(Align::Min),
            |ui| {
                let color = if rule.severity == Severity::Off { theme::weak() } else { theme::strong() };
                ui.add(egui::Label::new(RichText::new(title).color(color)).wrap());
                ui.add(egui::Label::new(RichText::new(tr(row.help)).small().color(theme::weak())).wrap());
                if row.parameter.is_some()
                    && let Some(parameter) = number_ui(ui, panel, rule)
                {
                    set(panel, RuleSetting { parameter, ..*rule });
                }
            },
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(severity) = severity_ui(ui, title, rule.severity) {
                set(panel, RuleSetting { severity, ..*rule });
            }
        });
    });
}

/// Off, warning, error; what was chosen. In a layout from the right.
pub(super) fn severity_ui(ui: &mut Ui, title: &str, now: Severity) -> Option<Severity> {
    let mut chosen = None;
    for severity in Severity::ALL.into_iter().rev() {
        let is_on = severity == now;
        let text = tr(severity.title());
        let color = match severity {
            _ if !is_on => theme::weak(),
            Severity::Off => theme::text(),
            Severity::Warning => theme::warn(),
            Severity::Error => theme::bad(),
        };
        let button = egui::Button::new(RichText::new(text).color(color)).selected(is_on);
        let response = ui.add(button.min_size(egui::vec2(70.0, 0.0)));
        response.widget_info(|| WidgetInfo::selected(egui::Role::RadioButton, true, is_on, format!("{title}: {text}")));
        if response.clicked() && !is_on {
            chosen = Some(severity);
        }
    }
    chosen
}

/// The rule's number; a new one when it is let go.
fn number_ui(ui: &mut Ui, panel: &mut Panel<'_>, rule: &RuleSetting) -> Option<f64> {
    let parameter = rule.id.row().parameter?;
    let held = &mut panel.state.rules_page.number;
    let mut value = held.filter(|(id, _)| *id == rule.id).map_or(rule.parameter, |(_, value)| value);
    let is_share = parameter.most <= 1.0;
    let mut settled = None;
    ui.horizontal_wrapped(|ui| {
        let meaning = tr(parameter.meaning);
        let unit = if parameter.unit.is_empty() { String::new() } else { format!(" {}", tr(parameter.unit)) };
        let drag = egui::DragValue::new(&mut value)
            .range(parameter.least..=parameter.most)
            .speed(if is_share { 0.005 } else { 0.1 })
            .max_decimals(if is_share { 2 } else { 4 })
            .update_while_editing(false)
            .suffix(&unit);
        let response = ui.add(drag);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, meaning));
        let range = tr_args("{} to {}", &[&parameter.least, &parameter.most]);
        let text = RichText::new(format!("{meaning} ({range})")).small().color(theme::weak());
        ui.add(egui::Label::new(text).wrap());
        if response.changed() {
            *held = Some((rule.id, value));
        }
        if (response.drag_stopped() || response.lost_focus() || (response.changed() && !response.dragged()))
            && held.is_some_and(|(id, _)| id == rule.id)
        {
            *held = None;
            settled = Some(value);
        }
    });
    settled.filter(|value| value.to_bits() != rule.parameter.to_bits())
}

fn own_rule_ui(ui: &mut Ui, panel: &mut Panel<'_>, project: &Project, at: usize, rule: &CustomRule) {
    ui.separator();
    Grid::new(("own rule", at)).num_columns(2).show(ui, |ui| {
        ui.vertical(|ui| {
            ui.set_width(WIDTH - 420.0);
            let color = if rule.severity == Severity::Off { theme::weak() } else { theme::strong() };
            ui.add(egui::Label::new(RichText::new(&rule.title).color(color)).wrap());
            let sentence = custom_rule_form::sentence(&rule.condition);
            if sentence != rule.title {
                ui.add(egui::Label::new(RichText::new(sentence).small().color(theme::weak())).wrap());
            }
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (text, name) in [
                (tr("Delete"), tr_args("Delete the rule {}", &[&rule.title])),
                (tr("Edit"), tr_args("Edit the rule {}", &[&rule.title])),
            ] {
                let response = ui.button(text);
                response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
                if response.clicked() && text == tr("Edit") {
                    panel.state.rules_page.draft = Some(Draft::of(at, rule));
                } else if response.clicked() {
                    let others = project.custom_rules.iter().enumerate().filter(|(n, _)| *n != at);
                    let others = others.map(|(_, rule)| rule.clone()).collect();
                    panel.state.rules_page.draft = None;
                    panel.ask(Command::ChangeProject(Box::new(ProjectCommand::SetCustomRules(others))));
                }
            }
            ui.add_space(theme::UNIT);
            if let Some(severity) = severity_ui(ui, &rule.title, rule.severity) {
                let mut rules = project.custom_rules.clone();
                rules[at].severity = severity;
                panel.ask(Command::ChangeProject(Box::new(ProjectCommand::SetCustomRules(rules))));
            }
        });
        ui.end_row();
    });
}
