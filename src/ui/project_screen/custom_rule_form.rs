//! A rule of the project's own while it is written: what kind, which labels, which limits, and the sentence it makes.

use egui::{ComboBox, RichText, TextEdit, Ui, WidgetInfo};

use crate::domain::label::{LabelName, LabelSet};
use crate::domain::project::Project;
use crate::domain::rules::{Condition, ConditionError, CustomRule, Severity, SizeUnit};
use crate::session::{Command, ProjectCommand};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, theme};

use super::rules_page::severity_ui;

/// A rule as far as it is written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The rule that is changed; `None` for a new one.
    pub at: Option<usize>,
    /// Frames that it has been open; it is scrolled into view in the first ones.
    num_frames: u8,
    id: i64,
    /// Empty: the sentence that the condition makes.
    title: String,
    severity: Severity,
    kind: Kind,
    label: Option<LabelName>,
    other: Option<LabelName>,
    group: Vec<LabelName>,
    /// As typed; empty for no limit.
    least: String,
    most: String,
    unit: SizeUnit,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Count,
    CountOfGroup,
    Size,
    Requires,
    Excludes,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Count, Self::CountOfGroup, Self::Size, Self::Requires, Self::Excludes];

    fn title(self) -> &'static str {
        match self {
            Self::Count => tr("Number of marks"),
            Self::CountOfGroup => tr("Number of marks of several labels"),
            Self::Size => tr("Size of marks"),
            Self::Requires => tr("One asks for the other"),
            Self::Excludes => tr("One excludes the other"),
        }
    }
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            at: None,
            num_frames: 0,
            id: 0,
            title: String::new(),
            severity: Severity::Warning,
            kind: Kind::Count,
            label: None,
            other: None,
            group: Vec::new(),
            least: String::new(),
            most: String::new(),
            unit: SizeUnit::Px,
        }
    }
}

impl Draft {
    pub fn of(at: usize, rule: &CustomRule) -> Self {
        let text = |limit: Option<String>| limit.unwrap_or_default();
        let title = if rule.title == rule.condition.to_string() { String::new() } else { rule.title.clone() };
        let draft = Self { at: Some(at), id: rule.id, title, severity: rule.severity, ..Self::default() };
        match rule.condition.clone() {
            Condition::Count { label, at_least, at_most } => Self {
                label: Some(label),
                least: text(at_least.map(|n| n.to_string())),
                most: text(at_most.map(|n| n.to_string())),
                ..draft
            },
            Condition::CountOfGroup { labels, at_least, at_most } => Self {
                kind: Kind::CountOfGroup,
                group: labels,
                least: text(at_least.map(|n| n.to_string())),
                most: text(at_most.map(|n| n.to_string())),
                ..draft
            },
            Condition::Size { label, at_least, at_most, unit } => Self {
                kind: Kind::Size,
                label: Some(label),
                least: text(at_least.map(|n| n.to_string())),
                most: text(at_most.map(|n| n.to_string())),
                unit,
                ..draft
            },
            Condition::Requires { label, other } => {
                Self { kind: Kind::Requires, label: Some(label), other: Some(other), ..draft }
            }
            Condition::Excludes { label, other } => {
                Self { kind: Kind::Excludes, label: Some(label), other: Some(other), ..draft }
            }
        }
    }

    /// The condition, or what is still missing.
    fn condition(&self, labels: &LabelSet) -> Result<Condition, &'static str> {
        let label = || self.label.clone().ok_or_else(|| tr("Choose a label."));
        let other = || self.other.clone().ok_or_else(|| tr("Choose the other label."));
        let (least, most) = (self.least.trim(), self.most.trim());
        let count = |text: &str| match text {
            "" => Ok(None),
            text => text.parse::<u32>().map(Some).map_err(|_| tr("Counts are whole numbers.")),
        };
        let size = |text: &str| match text {
            "" => Ok(None),
            text => text.replace(',', ".").parse::<f64>().map(Some).map_err(|_| tr("Sizes are positive numbers.")),
        };
        let condition = match self.kind {
            Kind::Count => Condition::Count { label: label()?, at_least: count(least)?, at_most: count(most)? },
            Kind::CountOfGroup => {
                let labels = self.group.clone();
                Condition::CountOfGroup { labels, at_least: count(least)?, at_most: count(most)? }
            }
            Kind::Size => {
                Condition::Size { label: label()?, at_least: size(least)?, at_most: size(most)?, unit: self.unit }
            }
            Kind::Requires => Condition::Requires { label: label()?, other: other()? },
            Kind::Excludes => Condition::Excludes { label: label()?, other: other()? },
        };
        condition.check(Some(labels)).map_err(|why| match why {
            ConditionError::UnknownLabel(_) => tr("The label set no longer has this label."),
            ConditionError::NoLimit => tr("Give a least, a most, or both."),
            ConditionError::Crossed => tr("The least is more than the most."),
            ConditionError::BadSize => tr("Sizes are positive numbers."),
            ConditionError::SameLabel => tr("Choose two different labels."),
            ConditionError::NoGroup => tr("Choose at least two labels."),
        })?;
        Ok(condition)
    }
}

/// What a condition says, in words.
pub(super) fn sentence(condition: &Condition) -> String {
    let unit = |unit: SizeUnit| unit.key();
    match condition {
        Condition::Count { label, at_least, at_most } => counted(label.as_str(), *at_least, *at_most),
        Condition::CountOfGroup { labels, at_least, at_most } => {
            let names: Vec<&str> = labels.iter().map(LabelName::as_str).collect();
            counted(&names.join(" + "), *at_least, *at_most)
        }
        Condition::Size { label, at_least: Some(least), at_most: Some(most), unit: u } => {
            tr_args("Every {} measures between {} and {} {}.", &[label, least, most, &unit(*u)])
        }
        Condition::Size { label, at_least: Some(least), unit: u, .. } => {
            tr_args("Every {} measures at least {} {}.", &[label, least, &unit(*u)])
        }
        Condition::Size { label, at_most, unit: u, .. } => {
            tr_args("Every {} measures at most {} {}.", &[label, &at_most.unwrap_or_default(), &unit(*u)])
        }
        Condition::Requires { label, other } => tr_args("Where {} is, {} is too.", &[label, other]),
        Condition::Excludes { label, other } => tr_args("{} and {} are never on one film.", &[label, other]),
    }
}

fn counted(name: &str, least: Option<u32>, most: Option<u32>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => tr_args("{}: between {} and {} on a film.", &[&name, &least, &most]),
        (Some(least), None) => tr_args("{}: at least {} on a film.", &[&name, &least]),
        (None, most) => tr_args("{}: at most {} on a film.", &[&name, &most.unwrap_or_default()]),
    }
}

/// The form; saving or leaving it takes the draft away.
pub(super) fn form_ui(ui: &mut Ui, panel: &mut Panel<'_>, project: &Project) {
    let Some(mut draft) = panel.state.rules_page.draft.take() else { return };
    let Some(open) = &panel.session.project else { return };
    let labels = &open.label_set;
    let mut is_done = false;
    ui.separator();
    let frame = egui::Frame::new().fill(theme::window()).corner_radius(6.0).inner_margin(12.0).show(ui, |ui| {
        ui.set_width(ui.available_width().min(620.0));
        fields_ui(ui, &mut draft, labels);
        let condition = draft.condition(labels);
        let (text, color) = match &condition {
            Ok(condition) => (sentence(condition), theme::strong()),
            Err(missing) => ((*missing).to_owned(), theme::weak()),
        };
        ui.add_space(theme::UNIT);
        let response = ui.add(egui::Label::new(RichText::new(&text).color(color)).wrap());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, tr_args("The rule: {}", &[&text])));
        ui.add_space(theme::UNIT);
        ui.horizontal(|ui| {
            let title = condition.as_ref().map_or_else(
                |_| String::new(),
                |c| match draft.title.trim() {
                    "" => c.to_string(),
                    title => title.to_owned(),
                },
            );
            let is_new_title =
                project.custom_rules.iter().enumerate().all(|(n, rule)| Some(n) == draft.at || rule.title != title);
            let is_ready = condition.is_ok() && is_new_title;
            let response = ui.add_enabled(is_ready, egui::Button::new(tr("Save the rule")));
            if response.clicked()
                && let Ok(condition) = condition.clone()
            {
                let rule = CustomRule { id: draft.id, title, severity: draft.severity, condition };
                let mut rules = project.custom_rules.clone();
                match draft.at {
                    Some(at) if at < rules.len() => rules[at] = rule,
                    _ => rules.push(rule),
                }
                panel.ask(Command::ChangeProject(Box::new(ProjectCommand::SetCustomRules(rules))));
                is_done = true;
            }
            is_done |= ui.button(tr("Cancel")).clicked();
            if !is_new_title {
                ui.label(RichText::new(tr("There is a rule of this name.")).color(theme::warn()));
            }
        });
    });
    // It opens at the page's foot, where half of it would be out of sight; its size is known after some frames.
    if draft.num_frames < 3 {
        frame.response.scroll_to_me(Some(egui::Align::BOTTOM));
        draft.num_frames += 1;
        ui.ctx().request_repaint();
    }
    if !is_done {
        panel.state.rules_page.draft = Some(draft);
    }
}

fn fields_ui(ui: &mut Ui, draft: &mut Draft, labels: &LabelSet) {
    egui::Grid::new("rule form").num_columns(2).spacing([12.0, 8.0]).show(ui, |ui| {
        ui.label(tr("Kind"));
        let response =
            ComboBox::from_id_salt("rule kind").selected_text(draft.kind.title()).width(280.0).show_ui(ui, |ui| {
                for kind in Kind::ALL {
                    ui.selectable_value(&mut draft.kind, kind, kind.title());
                }
            });
        response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Kind")));
        ui.end_row();

        if draft.kind == Kind::CountOfGroup {
            group_ui(ui, draft, labels);
        } else {
            label_ui(ui, tr("Label"), &mut draft.label, labels);
        }
        if matches!(draft.kind, Kind::Requires | Kind::Excludes) {
            label_ui(ui, tr("Other label"), &mut draft.other, labels);
        } else {
            limits_ui(ui, draft);
        }
        ui.label(tr("Title"));
        let hint = tr("Left empty: the rule itself");
        let response = ui.add(TextEdit::singleline(&mut draft.title).hint_text(hint).desired_width(280.0));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Title")));
        ui.end_row();

        ui.label(tr("Broken, it is"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if let Some(severity) = severity_ui(ui, tr("New rule"), draft.severity) {
                draft.severity = severity;
            }
        });
        ui.end_row();
    });
}

fn label_ui(ui: &mut Ui, title: &'static str, chosen: &mut Option<LabelName>, labels: &LabelSet) {
    ui.label(title);
    let text = chosen.as_ref().map_or(tr("Choose…"), LabelName::as_str).to_owned();
    let response = ComboBox::from_id_salt(title).selected_text(text).width(280.0).show_ui(ui, |ui| {
        for label in labels.labels().iter().filter(|label| !label.name.is_no_finding()) {
            let is_on = chosen.as_ref() == Some(&label.name);
            if ui.selectable_label(is_on, label.name.as_str()).clicked() {
                *chosen = Some(label.name.clone());
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, title));
    ui.end_row();
}

fn group_ui(ui: &mut Ui, draft: &mut Draft, labels: &LabelSet) {
    ui.label(tr("Labels"));
    ui.horizontal_wrapped(|ui| {
        ui.set_max_width(440.0);
        for label in labels.local() {
            let mut is_on = draft.group.contains(&label.name);
            if ui.checkbox(&mut is_on, label.name.as_str()).changed() {
                draft.group.retain(|name| *name != label.name);
                if is_on {
                    draft.group.push(label.name.clone());
                }
            }
        }
    });
    ui.end_row();
}

fn limits_ui(ui: &mut Ui, draft: &mut Draft) {
    ui.label(tr("Limits"));
    ui.horizontal(|ui| {
        for (title, text) in [(tr("At least"), &mut draft.least), (tr("At most"), &mut draft.most)] {
            ui.label(RichText::new(title).color(theme::weak()));
            let response = ui.add(TextEdit::singleline(text).desired_width(56.0));
            response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, title));
        }
        if draft.kind == Kind::Size {
            for unit in SizeUnit::ALL {
                ui.selectable_value(&mut draft.unit, unit, unit.key());
            }
        }
    });
    ui.end_row();
}
