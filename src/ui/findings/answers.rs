//! Labels to draw with, and impressions: what is said of the film, its series or its study without drawing.

use egui::{Align, Layout, Rect, RichText, Sense, Stroke, Ui, WidgetInfo};

use crate::domain::label::{FamilyChoice, Label, LabelKind, LabelName, LabelScope, LabelSet};
use crate::domain::presence::Presence;
use crate::session::labelling::answers_of;
use crate::session::{Command, LabelCommand, NextLabel, OpenFilm};

use super::super::words::{tr, tr_args};
use super::super::{Panel, kit, theme};
use super::matches;

/// From so many labels on they stand in two columns.
const MANY_LABELS: usize = 15;
/// So many have room to spare; more stand a little closer.
const FEW_LABELS: usize = 10;

pub(super) fn labels_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let session = panel.session;
    let Some(set) = session.label_set() else { return };
    let query = panel.state.findings.query.clone();
    heading_ui(ui, panel);
    let shown: Vec<&Label> = set.local().filter(|label| matches_label(&query, label)).collect();
    let width = ui.available_width();
    let widest = shown.iter().map(|label| narrow_width(ui, label)).fold(0.0, f32::max);
    let is_narrow = shown.len() >= MANY_LABELS && widest <= (width - COLUMN_GAP) / 2.0;
    let num_columns = if is_narrow { 2 } else { 1 };
    let num_rows = shown.len().div_ceil(num_columns);
    let column = (width - COLUMN_GAP * (num_columns - 1) as f32) / num_columns as f32;
    let is_long = shown.len() > FEW_LABELS;
    let height = if is_long { theme::label_row_height().min(22.0) } else { theme::label_row_height() };
    let (_, place) = ui.allocate_space(egui::vec2(width, height * num_rows as f32));
    for (index, label) in shown.into_iter().enumerate() {
        let at = egui::vec2((index / num_rows) as f32 * (column + COLUMN_GAP), (index % num_rows) as f32 * height);
        let rect = Rect::from_min_size(place.min + at, egui::vec2(column, height - 1.0));
        label_ui(ui, panel, film, label, rect, is_narrow);
    }
}

const COLUMN_GAP: f32 = 4.0;
/// Of a narrow cell beside the name: margins, key and gap.
const BESIDE_NAME: f32 = 30.0;

fn narrow_width(ui: &Ui, label: &Label) -> f32 {
    let indent = if label.parent.is_some() { INDENT } else { 0.0 };
    let name = label.name.as_str().to_owned();
    BESIDE_NAME + indent + ui.painter().layout_no_wrap(name, name_font(), theme::text()).size().x
}

fn name_font() -> egui::FontId {
    egui::FontId::new(12.5, egui::FontFamily::Proportional)
}

/// The heading tells what the next label is for, where that is not the usual.
fn heading_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        kit::section_title(ui, tr("Labels"));
        let (text, color) = match panel.session.next_label {
            NextLabel::Assign => return,
            NextLabel::Add => (tr("next: one more on the shape"), theme::accent()),
            NextLabel::Answer(Presence::Absent) => (tr("next: absent"), theme::warn()),
            NextLabel::Answer(Presence::Unsure) => (tr("next: unsure"), theme::warn()),
            NextLabel::Answer(Presence::Present) => (tr("next: present"), theme::warn()),
        };
        ui.label(RichText::new(text).small().color(color));
    });
}

fn label_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm, label: &Label, rect: Rect, is_narrow: bool) {
    let session = panel.session;
    let is_armed = session.armed.as_ref() == Some(&label.name);
    let response = ui.interact(rect, ui.scope_id().with(("label", label.name.as_str())), Sense::click());
    response.widget_info(|| {
        let name = format!("{} {}", tr("Label"), label.name);
        WidgetInfo::selected(egui::Role::Button, true, is_armed, name)
    });
    let fill = match (is_armed, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let said = film.reading.image_labels().get(&label.name);
    let mut row =
        ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(egui::vec2(if is_narrow { 3.0 } else { 4.0 }, 1.0))));
    row.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = if is_narrow { 4.0 } else { 6.0 };
        if label.parent.is_some() {
            ui.add_space(INDENT);
        }
        let key = label.hotkey.map_or_else(String::new, |k| k.to_ascii_uppercase().to_string());
        if is_narrow {
            colored_cap(ui, &key, theme::label_color(label.color));
        } else {
            kit::key_cap(ui, &key);
            kit::swatch(ui, theme::label_color(label.color));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(said) = said {
                ui.label(RichText::new(presence_sign(said)).small().color(presence_color(said)));
            } else if let Some(code) = label.code.as_ref().filter(|_| !is_narrow) {
                ui.label(RichText::new(code).small().color(theme::weak()));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let color = if is_armed { theme::strong() } else { theme::text() };
                let name = RichText::new(label.name.as_str()).font(name_font()).color(color);
                ui.add(egui::Label::new(name).selectable(false).truncate());
            });
        });
    });
    if response.clicked() {
        panel.ask(Command::AssignLabel(label.name.clone()));
    }
    let response = response.on_hover_text(&label.definition);
    response.context_menu(|ui| label_menu_ui(ui, panel, film, label));
}

/// A key on its label's colour, where there is no room for both.
fn colored_cap(ui: &mut Ui, key: &str, color: egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(18.0, 16.0), Sense::hover());
    ui.painter().rect_filled(rect, 3.0, color);
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, key, theme::small_font(), theme::on_color(color));
}

/// What else a label can be used for.
fn label_menu_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm, label: &Label) {
    let name = || label.name.clone();
    let mut items: Vec<(String, Command)> = Vec::new();
    if label.kind == LabelKind::Local && film.selected().is_some() {
        items.push((tr("One more on the selected shape").to_owned(), Command::Label(LabelCommand::AddToShape(name()))));
    }
    let said = answers_of(&film.reading, label.scope).get(&label.name);
    for presence in Presence::ALL {
        let answer = (said != Some(presence)).then_some(presence);
        let text = match answer {
            Some(_) => tr_args("{} on this film, without a mark", &[&tr(presence_title(presence))]),
            None => tr_args("Take back: {}", &[&tr(presence_title(presence))]),
        };
        items.push((text, Command::Label(LabelCommand::Answer(name(), answer))));
    }
    items.push((tr("What it means").to_owned(), Command::Label(LabelCommand::ShowCard(Some(name())))));
    for (text, command) in items {
        if ui.button(text).clicked() {
            panel.ask(command);
            ui.close();
        }
    }
}

pub(super) fn impressions_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let session = panel.session;
    let Some(set) = session.label_set() else { return };
    let query = panel.state.findings.query.clone();
    let shown: Vec<&Label> =
        set.global().filter(|label| !label.name.is_no_finding() && matches_label(&query, label)).collect();
    if shown.is_empty() {
        return;
    }
    let num_present: usize = LabelScope::ALL.map(|scope| answers_of(&film.reading, scope).num_present()).iter().sum();
    kit::section(ui, &format!("{}  {num_present}", tr("Impressions")));
    let has_scopes = set.global().any(|label| label.scope != LabelScope::Image);
    for scope in LabelScope::ALL {
        let of_scope: Vec<&Label> = shown.iter().copied().filter(|label| label.scope == scope).collect();
        if of_scope.is_empty() {
            continue;
        }
        if has_scopes {
            ui.label(RichText::new(tr(scope_title(scope))).small().color(theme::weak()));
        }
        for label in in_families(set, &of_scope) {
            impression_ui(ui, panel, film, set, label);
        }
    }
}

/// Children follow their parent; a child whose parent is not shown stands by itself.
fn in_families<'s>(set: &LabelSet, shown: &[&'s Label]) -> Vec<&'s Label> {
    let is_shown = |name: &LabelName| shown.iter().any(|label| label.name == *name);
    let mut ordered = Vec::with_capacity(shown.len());
    for &top in shown.iter().filter(|label| !label.parent.as_ref().is_some_and(is_shown)) {
        ordered.push(top);
        let is_child = |label: &&&Label| set.children(&top.name).any(|child| child.name == label.name);
        ordered.extend(shown.iter().filter(is_child).copied());
    }
    ordered
}

fn impression_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm, set: &LabelSet, label: &Label) {
    let said = answers_of(&film.reading, label.scope).get(&label.name);
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), theme::label_row_height()), Sense::click());
    let is_present = said == Some(Presence::Present);
    response.widget_info(|| {
        let name = format!("{} {}", tr("Impression"), label.name);
        WidgetInfo::selected(egui::Role::Button, true, is_present, name)
    });
    let fill = match (is_present, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let mut row = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(egui::vec2(4.0, 1.0))));
    row.horizontal_centered(|ui| {
        let family = label.parent.as_ref().and_then(|parent| set.label(parent)).map(|parent| parent.choice);
        if family.is_some() {
            ui.add_space(INDENT);
        }
        kit::key_cap(ui, &label.hotkey.map_or_else(String::new, |k| k.to_ascii_uppercase().to_string()));
        match family {
            Some(choice) => choice_ui(ui, choice, is_present, theme::label_color(label.color)),
            None => kit::swatch(ui, theme::label_color(label.color)),
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.spacing_mut().button_padding.x = 5.0;
            for presence in [Presence::Unsure, Presence::Absent, Presence::Present] {
                presence_ui(ui, panel, label, said, presence);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let color = if said.is_some() { theme::strong() } else { theme::text() };
                let name = RichText::new(label.name.as_str()).font(name_font()).color(color);
                ui.add(egui::Label::new(name).selectable(false).truncate());
            });
        });
    });
    if response.clicked() {
        panel.ask(Command::ToggleImageLabel(label.name.clone()));
    }
    let response = response.on_hover_text(&label.definition);
    response.context_menu(|ui| label_menu_ui(ui, panel, film, label));
}

const INDENT: f32 = 12.0;

/// A round mark where one child may be chosen, a square one where several may.
fn choice_ui(ui: &mut Ui, choice: FamilyChoice, is_on: bool, color: egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(10.0, 14.0), Sense::hover());
    let radius = match choice {
        FamilyChoice::Single => 5.0,
        FamilyChoice::Multiple => 1.0,
    };
    let box_rect = Rect::from_center_size(rect.center(), egui::vec2(10.0, 10.0));
    ui.painter().rect_stroke(box_rect, radius, Stroke::new(1.5, color), egui::StrokeKind::Inside);
    if is_on {
        ui.painter().rect_filled(box_rect.shrink(2.5), radius, color);
    }
}

fn presence_ui(ui: &mut Ui, panel: &mut Panel<'_>, label: &Label, said: Option<Presence>, presence: Presence) {
    let is_on = said == Some(presence);
    let color = if is_on { presence_color(presence) } else { theme::weak() };
    let text = RichText::new(presence_sign(presence)).small().color(color);
    let response = ui.add(egui::Button::new(text).selected(is_on).min_size(egui::vec2(0.0, 18.0)));
    let title = tr(presence_title(presence));
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, is_on, format!("{}: {title}", label.name)));
    if response.on_hover_text(title).clicked() {
        let answer = (!is_on).then_some(presence);
        panel.ask(Command::Label(LabelCommand::Answer(label.name.clone(), answer)));
    }
}

pub(super) const fn presence_title(presence: Presence) -> &'static str {
    match presence {
        Presence::Present => "Present",
        Presence::Absent => "Absent",
        Presence::Unsure => "Unsure",
    }
}

/// The short word of an answer.
fn presence_sign(presence: Presence) -> &'static str {
    match presence {
        Presence::Present => tr("yes"),
        Presence::Absent => tr("no"),
        Presence::Unsure => "?",
    }
}

fn presence_color(presence: Presence) -> egui::Color32 {
    match presence {
        Presence::Present => theme::bad(),
        Presence::Absent => theme::good(),
        Presence::Unsure => theme::warn(),
    }
}

const fn scope_title(scope: LabelScope) -> &'static str {
    match scope {
        LabelScope::Image => "Film",
        LabelScope::Series => "Series",
        LabelScope::Study => "Study",
    }
}

/// By name, short name, code or alias.
pub(super) fn matches_label(query: &str, label: &Label) -> bool {
    let others = label.short_name.iter().chain(&label.code).chain(&label.aliases);
    matches(query, label.name.as_str()) || others.into_iter().any(|text| matches(query, text))
}
