//! One label of the draft, with everything that can be said of it.

use egui::{Grid, RichText, Ui, WidgetInfo};

use crate::domain::attribute::AttributeKind;
use crate::domain::label::{FamilyChoice, Label, LabelKind, LabelName, LabelScope, Side};
use crate::domain::label_change::{COLORS, LabelDraft};
use crate::domain::shape::ShapeKind;
use crate::session::command::Context;
use crate::session::input_map::Asked;
use crate::session::keymap::Chord;
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, theme};

use super::list::use_of;

const FIELD_WIDTH: f32 = 320.0;

pub(super) fn form_ui(ui: &mut Ui, panel: &mut Panel<'_>, draft: &mut LabelDraft) {
    let index = panel.state.label_editor.selected;
    let Some(row) = draft.rows.get(index) else { return };
    let is_used = use_of(panel, row).is_some();
    let is_no_finding = row.label.name.is_no_finding();
    let grid = Grid::new("label form").num_columns(2).spacing(egui::vec2(3.0 * theme::UNIT, 1.5 * theme::UNIT));
    grid.show(ui, |ui| {
        name_ui(ui, draft, index, is_no_finding);
        let label = &mut draft.rows[index].label;
        text_row(ui, tr("Short name"), &mut Text::Optional(&mut label.short_name));
        kind_ui(ui, draft, index, is_used || is_no_finding);
        family_ui(ui, draft, index, is_no_finding);
        let label = &mut draft.rows[index].label;
        color_ui(ui, label);
        key_ui(ui, panel, label, is_no_finding);
        text_row(ui, tr("Code"), &mut Text::Optional(&mut label.code));
        definition_ui(ui, label);
        aliases_ui(ui, panel, label, index);
        if label.kind == LabelKind::Local {
            shapes_ui(ui, label);
            attributes_ui(ui, label);
            limits_ui(ui, label);
        }
    });
}

fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::weak()));
}

enum Text<'t> {
    Plain(&'t mut String),
    Optional(&'t mut Option<String>),
}

fn text_row(ui: &mut Ui, title: &'static str, text: &mut Text<'_>) -> bool {
    heading(ui, title);
    let mut typed = match text {
        Text::Plain(text) => text.clone(),
        Text::Optional(text) => text.clone().unwrap_or_default(),
    };
    let response = ui.add(egui::TextEdit::singleline(&mut typed).desired_width(FIELD_WIDTH));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, title));
    ui.end_row();
    if response.changed() {
        match text {
            Text::Plain(text) => **text = typed,
            Text::Optional(text) => **text = Some(typed).filter(|typed| !typed.is_empty()),
        }
    }
    response.changed()
}

fn name_ui(ui: &mut Ui, draft: &mut LabelDraft, index: usize, is_no_finding: bool) {
    if is_no_finding {
        heading(ui, tr("Name"));
        ui.label(RichText::new(draft.rows[index].label.name.as_str()).color(theme::strong()))
            .on_hover_text(tr("\"No finding\" keeps its name, in every project."));
        ui.end_row();
        return;
    }
    let mut name = draft.rows[index].label.name.to_string();
    if text_row(ui, tr("Name"), &mut Text::Plain(&mut name)) {
        draft.rename(index, &name);
    }
}

/// A choice of few, each a button that can be reached by its name.
fn choices_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    value: &mut T,
    all: &[(T, &'static str)],
    is_enabled: bool,
    why_not: &'static str,
) -> bool {
    let before = *value;
    for (choice, text) in all {
        let is_on = *value == *choice;
        let response = ui.add_enabled(is_enabled, egui::Button::new(*text).selected(is_on));
        response.widget_info(|| WidgetInfo::selected(egui::Role::RadioButton, is_enabled, is_on, *text));
        if response.on_disabled_hover_text(why_not).clicked() {
            *value = *choice;
        }
    }
    before != *value
}

fn kind_ui(ui: &mut Ui, draft: &mut LabelDraft, index: usize, is_fixed: bool) {
    let label = &mut draft.rows[index].label;
    let why_not = tr("In use: what was said with it would mean something else.");
    heading(ui, tr("Kind"));
    let mut is_moved = false;
    ui.horizontal_wrapped(|ui| {
        let kinds = [(LabelKind::Local, tr("Finding, drawn")), (LabelKind::Global, tr("Impression"))];
        is_moved |= choices_ui(ui, &mut label.kind, &kinds, !is_fixed, why_not);
        if label.kind == LabelKind::Local {
            label.scope = LabelScope::Image;
            return;
        }
        ui.label(RichText::new(tr("of the")).color(theme::weak()));
        let scopes =
            [(LabelScope::Image, tr("Film")), (LabelScope::Series, tr("Series")), (LabelScope::Study, tr("Study"))];
        is_moved |= choices_ui(ui, &mut label.scope, &scopes, !is_fixed, why_not);
    });
    ui.end_row();
    if is_moved {
        label.parent = None;
        draft.set_parent_form(index);
    }
}

/// A parent of the same kind and scope, or what its children may be where it is one itself.
fn family_ui(ui: &mut Ui, draft: &mut LabelDraft, index: usize, is_no_finding: bool) {
    if is_no_finding {
        return;
    }
    heading(ui, tr("Family"));
    let label = &draft.rows[index].label;
    let has_children = draft.rows.iter().any(|row| row.label.parent.as_ref() == Some(&label.name));
    if has_children {
        let label = &mut draft.rows[index].label;
        ui.horizontal(|ui| {
            let all =
                [(FamilyChoice::Multiple, tr("several of its kinds")), (FamilyChoice::Single, tr("one of its kinds"))];
            choices_ui(ui, &mut label.choice, &all, true, "");
        });
        ui.end_row();
        return;
    }
    let is_possible = |other: &&Label| {
        other.name != label.name
            && other.parent.is_none()
            && !other.name.is_no_finding()
            && (other.kind, other.scope) == (label.kind, label.scope)
    };
    let parents: Vec<LabelName> =
        draft.rows.iter().map(|row| &row.label).filter(is_possible).map(|l| l.name.clone()).collect();
    let shown = label.parent.as_ref().map_or_else(|| tr("stands by itself").to_owned(), ToString::to_string);
    let mut chosen = label.parent.clone();
    let combo = egui::ComboBox::from_id_salt("family").width(FIELD_WIDTH).selected_text(shown);
    let response = combo.show_ui(ui, |ui| {
        ui.selectable_value(&mut chosen, None, tr("stands by itself"));
        for parent in parents {
            ui.selectable_value(&mut chosen, Some(parent.clone()), parent.as_str());
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Family")));
    draft.rows[index].label.parent = chosen;
    ui.end_row();
}

fn color_ui(ui: &mut Ui, label: &mut Label) {
    heading(ui, tr("Colour"));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        for color in COLORS {
            let (rect, response) = ui.allocate_exact_size(egui::vec2(17.0, 20.0), egui::Sense::click());
            let [r, g, b] = color;
            let is_on = label.color == color;
            response.widget_info(|| {
                let name = tr_args("Colour {}", &[&format!("{r:02x}{g:02x}{b:02x}")]);
                WidgetInfo::selected(egui::Role::Button, true, is_on, name)
            });
            ui.painter().rect_filled(rect.shrink(1.0), 3.0, theme::label_color(color));
            if is_on {
                let stroke = egui::Stroke::new(2.0, theme::strong());
                ui.painter().rect_stroke(rect, 3.0, stroke, egui::StrokeKind::Inside);
            }
            if response.clicked() {
                label.color = color;
            }
        }
        let response = ui.color_edit_button_srgb(&mut label.color);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::ColorWell, true, tr("Another colour")));
    });
    ui.end_row();
}

fn key_ui(ui: &mut Ui, panel: &Panel<'_>, label: &mut Label, is_no_finding: bool) {
    heading(ui, tr("Key"));
    ui.horizontal(|ui| {
        let mut typed = label.hotkey.map_or_else(String::new, |key| key.to_ascii_uppercase().to_string());
        let field = egui::TextEdit::singleline(&mut typed).desired_width(28.0);
        let response = ui.add_enabled(!is_no_finding, field);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, !is_no_finding, tr("Key")));
        if response.changed() {
            let last = typed.chars().rfind(char::is_ascii_alphanumeric);
            label.hotkey = last.map(|key| key.to_ascii_lowercase());
        }
        let also = label.hotkey.filter(|_| !is_no_finding).and_then(|key| command_of(panel, key));
        if let Some(title) = also {
            let text = tr_args("On a film it goes before the key of \"{}\"", &[&tr(title)]);
            ui.label(RichText::new(text).small().color(theme::warn()));
        }
    });
    ui.end_row();
}

/// The command that has this key where no label has it.
fn command_of(panel: &Panel<'_>, key: char) -> Option<&'static str> {
    let chord = Chord::parse(&key.to_ascii_uppercase().to_string())?;
    match panel.session.input.command_for(&[chord], Context::Film) {
        Asked::Command { command, .. } => command.row().map(|row| row.title),
        Asked::More | Asked::Nothing => None,
    }
}

fn definition_ui(ui: &mut Ui, label: &mut Label) {
    heading(ui, tr("Definition"));
    let field = egui::TextEdit::multiline(&mut label.definition).desired_rows(3).desired_width(FIELD_WIDTH);
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Definition")));
    ui.end_row();
}

fn aliases_ui(ui: &mut Ui, panel: &mut Panel<'_>, label: &mut Label, index: usize) {
    heading(ui, tr("Also called"));
    let typed = &mut panel.state.label_editor.aliases;
    let names = |text: &str| -> Vec<String> {
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    };
    // The text as it is typed, with its commas; from the label where that is another one by now.
    if typed.0 != index || names(&typed.1) != label.aliases {
        *typed = (index, label.aliases.join(", "));
    }
    let response = ui.add(egui::TextEdit::singleline(&mut typed.1).desired_width(FIELD_WIDTH));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Also called")));
    let response = response.on_hover_text(tr("Other spellings that imports know it by, with commas between them"));
    if response.changed() {
        label.aliases = names(&typed.1);
    }
    ui.end_row();
}

fn toggles_ui<T: Copy + PartialEq>(ui: &mut Ui, values: &mut Vec<T>, all: &[(T, String, String)]) {
    for (value, text, name) in all {
        let is_on = values.contains(value);
        let response = ui.add(egui::Button::new(text).selected(is_on));
        response.widget_info(|| WidgetInfo::selected(egui::Role::CheckBox, true, is_on, name));
        if response.clicked() {
            if is_on {
                values.retain(|other| other != value);
            } else {
                values.push(*value);
            }
        }
    }
}

fn shapes_ui(ui: &mut Ui, label: &mut Label) {
    heading(ui, tr("Shapes"));
    ui.horizontal(|ui| {
        let all = ShapeKind::ALL
            .map(|kind| (kind, tr(shape_title(kind)).to_owned(), tr_args("Shape {}", &[&tr(shape_title(kind))])));
        toggles_ui(ui, &mut label.shapes, &all);
        if label.shapes.is_empty() {
            ui.label(RichText::new(tr("any")).color(theme::weak()));
        }
    });
    ui.end_row();
}

const fn shape_title(kind: ShapeKind) -> &'static str {
    match kind {
        ShapeKind::Box => "Box",
        ShapeKind::Polygon => "Polygon",
        ShapeKind::Mask => "Mask",
        ShapeKind::Point => "Point",
        ShapeKind::Line => "Line",
    }
}

fn attributes_ui(ui: &mut Ui, label: &mut Label) {
    for (title, values, hint) in
        [(tr("Asked"), &mut label.attributes, "Asked: {}"), (tr("Required"), &mut label.required, "Required: {}")]
    {
        heading(ui, title);
        ui.horizontal(|ui| {
            let all = AttributeKind::ALL.map(|kind| {
                let text = tr(kind.title()).to_owned();
                let name = tr(hint).replace("{}", &text);
                (kind, text, name)
            });
            toggles_ui(ui, values, &all);
        });
        ui.end_row();
    }
}

fn limits_ui(ui: &mut Ui, label: &mut Label) {
    heading(ui, tr("Side"));
    ui.horizontal(|ui| {
        let all = [
            (None, tr("either")),
            (Some(Side::Right), tr("patient's right")),
            (Some(Side::Left), tr("patient's left")),
        ];
        choices_ui(ui, &mut label.side, &all, true, "");
    });
    ui.end_row();
    heading(ui, tr("Most on a film"));
    let mut most = label.most_per_film.unwrap_or(0);
    let value = egui::DragValue::new(&mut most)
        .range(0..=999)
        .custom_formatter(|n, _| if n == 0.0 { tr("any number").to_owned() } else { format!("{n:.0}") });
    let response = ui.add(value);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, tr("Most on a film")));
    label.most_per_film = Some(most).filter(|most| *most > 0);
    ui.end_row();
}
