//! The measurements beside the film, each with its value, and values in the words of the window.

use egui::{Align, Layout, RichText, Sense, Ui, WidgetInfo};

use crate::domain::id::AnnotationId;
use crate::domain::measure::{Amount, Values};
use crate::session::measuring::Measured;
use crate::session::{Command, OpenFilm};

use super::words::{tr, tr_args};
use super::{Panel, kit, theme};

/// A value as it is shown: number, unit, and what the millimetres rest on.
pub(super) fn amount_text(amount: &Amount) -> String {
    match (amount, amount.note()) {
        (Amount::Grade(grade), _) => tr(grade).to_owned(),
        (_, None) => amount.figure(),
        (_, Some((note, None))) => format!("{} ({})", amount.figure(), tr(note)),
        (_, Some((note, Some(number)))) => format!("{} ({} {number:.2})", amount.figure(), tr(note)),
    }
}

/// The value that stands for all of them: the first that there is, with its name where the kind does not say it.
fn summary(values: &Values) -> String {
    let readouts = values.readouts();
    let Some(first) = readouts.first() else { return String::new() };
    match values {
        Values::VertebralHeight(_) | Values::Region(_) => format!("{} {}", tr(first.name), amount_text(&first.amount)),
        _ => amount_text(&first.amount),
    }
}

/// Nothing where nothing was measured: the panel is for findings first.
pub(super) fn measurements_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let held: Vec<&Measured> = film.measured.iter().filter(|m| m.id.is_some()).collect();
    if held.is_empty() {
        return;
    }
    kit::section(ui, &format!("{}  {}", tr("Measurements"), held.len()));
    let mut per_kind = std::collections::BTreeMap::new();
    for measured in held {
        let n = per_kind.entry(measured.shape.kind()).and_modify(|n| *n += 1).or_insert(1);
        row_ui(ui, panel, film, measured, *n);
    }
}

fn row_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm, measured: &Measured, n: usize) {
    let (_, rect) = ui.allocate_space(egui::vec2(ui.available_width(), theme::row_height()));
    let Some(id) = measured.id.filter(|_| ui.is_rect_visible(rect)) else { return };
    let is_selected = film.selection == Some(id);
    let (is_hidden, is_locked) = (film.hidden.contains(&id), film.locked.contains(&id));
    let name = format!("{} {n}", tr(measured.shape.kind().title()));
    let value = summary(measured.values());
    let response = ui.interact(rect, ui.scope_id().with(("measurement", id.0)), Sense::click());
    response.widget_info(|| {
        let label = tr_args("Measurement {}: {}", &[&name, &value]);
        WidgetInfo::selected(egui::Role::ListItem, true, is_selected, label)
    });
    let fill = match (is_selected, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    if response.clicked() {
        panel.ask(Command::SelectMark(id));
    }
    let has_buttons = is_selected || response.contains_pointer() || is_hidden || is_locked;
    let mut row = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(egui::vec2(8.0, 2.0))));
    // The buttons first, so that a long name is cut and not drawn under them.
    row.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0 * theme::UNIT;
        if has_buttons {
            buttons_ui(ui, panel, id, &name, is_hidden, is_locked);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let color = if is_hidden { theme::weak() } else { theme::strong() };
            ui.add(egui::Label::new(RichText::new(&value).color(color)).selectable(false).truncate());
            ui.add(egui::Label::new(RichText::new(&name).small().color(theme::weak())).selectable(false).truncate());
        });
    });
    // Values that the line has no room for.
    response.on_hover_ui(|ui| {
        for readout in measured.values().readouts() {
            ui.label(format!("{}  {}", tr(readout.name), amount_text(&readout.amount)));
        }
    });
}

fn buttons_ui(ui: &mut Ui, panel: &mut Panel<'_>, id: AnnotationId, name: &str, is_hidden: bool, is_locked: bool) {
    ui.spacing_mut().button_padding.x = 0.0;
    for (text, label, command) in [
        ("×", tr("Delete"), Command::Delete),
        (
            if is_locked { tr("unlock") } else { tr("lock") },
            if is_locked { tr("Unlock") } else { tr("Lock") },
            Command::LockMark(id),
        ),
        (
            if is_hidden { tr("show") } else { tr("hide") },
            if is_hidden { tr("Show") } else { tr("Hide") },
            Command::HideMark(id),
        ),
    ] {
        let button = ui.add(egui::Button::new(RichText::new(text).small().color(theme::weak())).frame(false));
        button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("{label} {name}")));
        if button.clicked() {
            if command == Command::Delete {
                panel.ask(Command::SelectMark(id));
            }
            panel.ask(command);
        }
    }
}
