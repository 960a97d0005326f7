//! The labels of the draft in their order: chosen by a click, moved by dragging or by buttons.

use egui::{Align, Layout, RichText, Sense, Ui, WidgetInfo};

use crate::domain::label::{LabelKind, LabelName};
use crate::domain::label_change::{DraftRow, LabelDraft, LabelUse};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

use super::labelled_button;

pub(super) fn list_ui(ui: &mut Ui, panel: &mut Panel<'_>, draft: &mut LabelDraft) {
    let last = draft.rows.len().saturating_sub(1);
    panel.state.label_editor.selected = panel.state.label_editor.selected.min(last);
    let selected = panel.state.label_editor.selected;
    ui.horizontal_wrapped(|ui| {
        if labelled_button(ui, tr("+ Finding"), tr("Add a finding")).clicked() {
            panel.state.label_editor.selected = draft.add(LabelKind::Local, tr("New finding"));
        }
        if labelled_button(ui, tr("+ Impression"), tr("Add an impression")).clicked() {
            panel.state.label_editor.selected = draft.add(LabelKind::Global, tr("New impression"));
        }
        for (text, name, to) in [
            (tr("Up"), tr("Move the label up"), selected.checked_sub(1)),
            (tr("Down"), tr("Move the label down"), Some(selected + 1).filter(|to| *to <= last)),
        ] {
            let response = ui.add_enabled(to.is_some(), egui::Button::new(text));
            response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, to.is_some(), name));
            if let Some(to) = to.filter(|_| response.clicked()) {
                draft.shift(selected, to);
                panel.state.label_editor.selected = to;
            }
        }
        delete_ui(ui, panel, draft, selected);
    });
    ui.add_space(theme::UNIT);
    ui.spacing_mut().item_spacing.y = 1.0;
    let mut moved = None;
    for index in 0..draft.rows.len() {
        if let Some(from) = row_ui(ui, panel, draft, index) {
            moved = Some((from, index));
        }
    }
    if let Some((from, to)) = moved {
        draft.shift(from, to);
        panel.state.label_editor.selected = to;
    }
}

/// Only what nobody used goes; the button says why not.
fn delete_ui(ui: &mut Ui, panel: &Panel<'_>, draft: &mut LabelDraft, selected: usize) {
    let found = draft.rows.get(selected).and_then(|row| use_of(panel, row));
    let has_label = draft.rows.get(selected).is_some();
    let is_free = has_label && found.is_none();
    let response = ui.add_enabled(is_free, egui::Button::new(tr("Delete")));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_free, tr("Delete the label")));
    if response.clicked() {
        draft.remove(selected);
    }
    if let Some(found) = found {
        response.on_disabled_hover_text(tr_args(
            "In use: {} marks and {} answers in {} readings. Relabel them first.",
            &[&found.num_marks, &found.num_answers, &found.num_readings],
        ));
    }
}

/// How often the label in force is used that this row is; `None` where nobody did.
pub(super) fn use_of<'p>(panel: &'p Panel<'_>, row: &DraftRow) -> Option<&'p LabelUse> {
    row.from.as_ref().and_then(|name| panel.session.label_desk.uses.get(name))
}

/// The row that was dropped on this one.
fn row_ui(ui: &mut Ui, panel: &mut Panel<'_>, draft: &LabelDraft, index: usize) -> Option<usize> {
    let row = draft.rows.get(index)?;
    let label = &row.label;
    let size = egui::vec2(ui.available_width(), theme::label_row_height());
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let is_selected = panel.state.label_editor.selected == index;
    response.widget_info(|| {
        let name = tr_args("Edit {}", &[&label.name]);
        WidgetInfo::selected(egui::Role::ListItem, true, is_selected, name)
    });
    let is_target = response.dnd_hover_payload::<usize>().is_some_and(|from| *from != index);
    let fill = match (is_selected || is_target, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::window(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let found = use_of(panel, row).copied();
    let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(egui::vec2(8.0, 1.0))));
    inner.horizontal_centered(|ui| {
        if label.parent.is_some() {
            ui.add_space(4.0 * theme::UNIT);
        }
        kit::key_cap(ui, &label.hotkey.map_or_else(String::new, |k| k.to_ascii_uppercase().to_string()));
        kit::swatch(ui, theme::label_color(label.color));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(note_of(row, found)).small().color(theme::weak()));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let color = if label.kind == LabelKind::Local { theme::strong() } else { theme::text() };
                ui.add(egui::Label::new(RichText::new(label.name.as_str()).color(color)).selectable(false).truncate());
            });
        });
    });
    if response.clicked() {
        panel.state.label_editor.selected = index;
    }
    response.dnd_set_drag_payload(index);
    response.dnd_release_payload::<usize>().map(|from| *from).filter(|from| *from != index)
}

fn note_of(row: &DraftRow, found: Option<LabelUse>) -> String {
    let kind = if row.label.kind == LabelKind::Local { tr("finding") } else { tr("impression") };
    let is_renamed = |from: &LabelName| *from != row.label.name;
    match (&row.from, found) {
        (None, _) => tr_args("{}, new", &[&kind]),
        (Some(from), _) if is_renamed(from) => tr_args("was {}", &[from]),
        (_, Some(found)) => tr_args("{}, in use: {}", &[&kind, &(found.num_marks + found.num_answers)]),
        _ => kind.to_owned(),
    }
}
