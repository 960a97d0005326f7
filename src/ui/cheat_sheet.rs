//! Every key on one page: mouse, labels and commands, as the map in force has them, with a search.

use egui::{RichText, ScrollArea, Ui, WidgetInfo};

use crate::session::Session;
use crate::session::command::COMMANDS;
use crate::session::input_map::{Held, MouseButton, Press, PressAction};

use super::words::{tr, tr_args};
use super::{Panel, kit, palette, theme};

const COLUMN: f32 = 290.0;

pub(super) fn cheat_sheet_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let field = egui::TextEdit::singleline(&mut panel.state.palette_query).desired_width(260.0);
    let response = ui.add(field.hint_text(tr("Find a command or a key")));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Find a command or a key")));
    let query = panel.state.palette_query.clone();
    let screen = ui.ctx().content_rect();
    let height = screen.height() - 240.0;
    let columns = (((screen.width() - 120.0) / COLUMN) as usize).clamp(1, 4);
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
        ui.set_width(COLUMN * columns as f32);
        if query.is_empty() {
            kit::section(ui, tr("Mouse"));
            for line in mouse_lines(session) {
                ui.label(line);
            }
            labels_ui(ui, session, columns);
        }
        kit::section(ui, tr("Commands"));
        let rows: Vec<_> = COMMANDS
            .iter()
            .filter(|row| !session.input.keys_of(&row.command).is_empty())
            .filter(|row| palette::matches(session, row, &query))
            .collect();
        if rows.is_empty() {
            ui.label(RichText::new(tr("No command has these words")).color(theme::weak()));
            return;
        }
        columns_ui(ui, &rows, columns, |ui, row| {
            for keys in session.input.keys_of(&row.command) {
                kit::key_cap(ui, &kit::keys_text(&keys));
            }
            ui.add(egui::Label::new(tr(row.title)).truncate()).on_hover_text(tr(row.help));
        });
    });
}

/// What each button and the wheel do.
fn mouse_lines(session: &Session) -> Vec<String> {
    let mut lines = Vec::new();
    for button in MouseButton::ALL {
        let press = Press { button, held: Held::default() };
        let does = action_text(&session.input.press(press));
        lines.push(format!("{}: {does}", tr(button.name())));
    }
    lines.push(format!("{}: {}", tr("Wheel"), tr(session.input.wheel(Held::default()).name())));
    lines.push(tr("Space and drag: pan").to_owned());
    lines.push(tr("Right click without motion: menu").to_owned());
    lines.push(tr("Two fingers: pinch to zoom, move to pan").to_owned());
    // Two to a line: the page is wide.
    lines.chunks(3).map(|few| few.join("     ")).collect()
}

/// What a press does, in words.
pub(super) fn action_text(action: &PressAction) -> String {
    match action {
        PressAction::Drag(drag) => tr_args("drag: {}", &[&tr(drag.name())]),
        PressAction::Command(id) => {
            COMMANDS.iter().find(|row| row.id == id).map_or_else(String::new, |row| tr(row.title).to_owned())
        }
        PressAction::Nothing => tr("Nothing").to_owned(),
    }
}

fn labels_ui(ui: &mut Ui, session: &Session, columns: usize) {
    let Some(set) = session.label_set() else { return };
    kit::section(ui, tr("Labels"));
    let labels: Vec<_> = set.labels().iter().filter(|label| label.hotkey.is_some()).collect();
    columns_ui(ui, &labels, columns, |ui, label| {
        kit::key_cap(ui, &label.hotkey.map_or_else(String::new, |k| k.to_ascii_uppercase().to_string()));
        ui.add(egui::Label::new(label.name.as_str()).truncate()).on_hover_text(&label.definition);
    });
}

/// Lines in columns of one width, read downwards.
fn columns_ui<T>(ui: &mut Ui, lines: &[T], columns: usize, mut line_ui: impl FnMut(&mut Ui, &T)) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for column in lines.chunks(lines.len().div_ceil(columns).max(1)) {
            ui.vertical(|ui| {
                ui.set_width(COLUMN);
                for line in column {
                    ui.horizontal(|ui| {
                        ui.spacing_mut().item_spacing.x = theme::UNIT;
                        line_ui(ui, line);
                    });
                }
            });
        }
    });
}
