//! The program's own widgets: every button knows its command, its title and its key.

use egui::{Align2, Color32, Response, RichText, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use crate::session::input_map::Keys;
use crate::session::keymap::Chord;
use crate::session::{Command, Session};

use super::words::tr;
use super::{Panel, theme};

/// A button for a command, named by its title, with help and key in the tooltip.
pub(crate) fn command_button(ui: &mut Ui, panel: &mut Panel<'_>, command: &Command) -> Response {
    titled_button(ui, panel, command, None)
}

/// The same under a shorter name; the accessible name stays the title.
pub(crate) fn titled_button(ui: &mut Ui, panel: &mut Panel<'_>, command: &Command, text: Option<&str>) -> Response {
    let row = command.row();
    let title = row.map_or("", |row| tr(row.title));
    let is_available = command.is_available(panel.session);
    let response = ui.add_enabled(is_available, egui::Button::new(text.unwrap_or(title)));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_available, title));
    let response =
        response.on_hover_text(tooltip(panel.session, command)).on_disabled_hover_text(tooltip(panel.session, command));
    if response.clicked() {
        panel.ask(command.clone());
    }
    response
}

/// A button that shows whether its command's state is on.
pub(crate) fn toggle_button(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    command: &Command,
    text: &str,
    is_on: bool,
) -> Response {
    let title = command.row().map_or(text, |row| tr(row.title));
    let is_available = command.is_available(panel.session);
    let mut button = egui::Button::new(text).selected(is_on);
    if is_on {
        button = button.stroke(Stroke::new(1.0, theme::accent()));
    }
    let response = ui.add_enabled(is_available, button);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, is_available, is_on, title));
    let response = response.on_hover_text(tooltip(panel.session, command));
    if response.clicked() {
        panel.ask(command.clone());
    }
    response
}

/// A menu of commands, each with its key; what is not available is grey.
pub(crate) fn command_menu(ui: &mut Ui, panel: &mut Panel<'_>, title: &str, commands: &[Command]) {
    ui.menu_button(title, |ui| {
        for command in commands {
            menu_item(ui, panel, command);
        }
    });
}

/// A menu of tools, lit while one of them is in the hand.
pub(crate) fn tool_menu(ui: &mut Ui, panel: &mut Panel<'_>, title: &str, commands: &[Command]) {
    let is_on = commands.iter().any(|command| command.is_on(panel.session));
    let mut button = egui::Button::new(title).selected(is_on);
    if is_on {
        button = button.stroke(Stroke::new(1.0, theme::accent()));
    }
    egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
        for command in commands {
            menu_item(ui, panel, command);
        }
    });
}

/// One line of a menu.
pub(crate) fn menu_item(ui: &mut Ui, panel: &mut Panel<'_>, command: &Command) {
    let name = command.row().map_or("", |row| tr(row.title));
    named_menu_item(ui, panel, command, name);
}

/// The same under another name.
pub(crate) fn named_menu_item(ui: &mut Ui, panel: &mut Panel<'_>, command: &Command, name: &str) {
    let is_available = command.is_available(panel.session);
    let is_on = command.is_on(panel.session);
    let button = egui::Button::new(name).shortcut_text(shortcut(panel.session, command)).selected(is_on);
    let response = ui.add_enabled(is_available, button).on_hover_text(tooltip(panel.session, command));
    response.widget_info(|| WidgetInfo::selected(egui::Role::MenuItem, is_available, is_on, name));
    if response.clicked() {
        panel.ask(command.clone());
        ui.close();
    }
}

/// "Fit: Show the whole film  `[F]`".
pub(crate) fn tooltip(session: &Session, command: &Command) -> String {
    command.row().map_or_else(String::new, |row| match shortcut(session, command) {
        keys if keys.is_empty() => format!("{}: {}", tr(row.title), tr(row.help)),
        keys => format!("{}: {}  [{keys}]", tr(row.title), tr(row.help)),
    })
}

/// The first keys of a command in the map in force; empty where it has none.
pub(crate) fn shortcut(session: &Session, command: &Command) -> String {
    session.input.first_keys(command).map_or_else(String::new, |keys| keys_text(&keys))
}

/// Keys as keyboards print them: `Ctrl+←`, and for two strokes `Ctrl+G then R`.
pub(crate) fn keys_text(keys: &Keys) -> String {
    let strokes: Vec<String> = keys.strokes().iter().map(stroke_text).collect();
    strokes.join(&format!(" {} ", tr("then")))
}

fn stroke_text(stroke: &Chord) -> String {
    let key = if stroke.key == "Space" { tr("Space") } else { &stroke.key };
    Chord { key: key.to_owned(), ..stroke.clone() }.printed()
}

/// A ring around whatever has the keyboard: every widget, drawn in one place, so that none is forgotten.
pub(crate) fn focus_ring(ctx: &egui::Context) {
    let Some(response) = ctx.memory(egui::Memory::focused).and_then(|id| ctx.read_response(id)) else { return };
    // The canvas shows by its frame that it is the active one; a ring would lie on the film.
    if response.rect.width().min(response.rect.height()) > LARGEST_RINGED {
        return;
    }
    let layer = egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("focus ring"));
    let painter = ctx.layer_painter(layer);
    let rect = response.rect.expand(1.0);
    painter.rect_stroke(rect, 5.0, Stroke::new(theme::FOCUS_STROKE, theme::accent()), StrokeKind::Outside);
}

/// Points; what is larger both ways is a canvas.
const LARGEST_RINGED: f32 = 280.0;

/// So wide, or as wide as the window has room for.
pub(crate) fn set_dialog_width(ui: &mut Ui, width: f32) {
    ui.set_width(width.min(ui.ctx().content_rect().width() - 40.0));
}

/// Buttons of a row that wraps, with this gap between them. In a scope of their own the last ones of a full row would
/// stand under each other, and the row would be as high as all of them.
pub(crate) fn close_together(ui: &mut Ui, gap: f32, add: impl FnOnce(&mut Ui)) {
    let usual = std::mem::replace(&mut ui.spacing_mut().item_spacing.x, gap);
    add(ui);
    ui.spacing_mut().item_spacing.x = usual;
    ui.add_space(usual - gap);
}

/// A small key cap.
pub(crate) fn key_cap(ui: &mut Ui, text: &str) -> Response {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::small_font(), theme::weak());
    let size = Vec2::new((galley.size().x + 8.0).max(18.0), 17.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect(rect, 3.0, theme::window(), Stroke::new(1.0, theme::line()), StrokeKind::Inside);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, theme::small_font(), theme::weak());
    response
}

/// A filled square in a label's colour.
pub(crate) fn swatch(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(10.0, 14.0), Sense::hover());
    ui.painter().rect_filled(rect.shrink2(Vec2::new(0.0, 1.5)), 2.0, color);
}

/// A heading inside a side panel.
pub(crate) fn section(ui: &mut Ui, text: &str) {
    ui.add_space(theme::UNIT);
    section_title(ui, text);
}

/// The heading alone.
pub(crate) fn section_title(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).font(egui::FontId::new(12.0, theme::strong_family())).color(theme::weak()));
}

/// A filter chip with a count.
pub(crate) fn chip(ui: &mut Ui, text: &str, is_on: bool) -> Response {
    let mut button = egui::Button::new(text).corner_radius(13.0).selected(is_on);
    if is_on {
        button = button.stroke(Stroke::new(1.0, theme::accent()));
    }
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, is_on, text));
    response
}

/// A word in a rounded frame: SYNTHETIC, COMPLETED.
pub(crate) fn badge(ui: &mut Ui, text: &str, color: Color32) {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::small_font(), color);
    let size = galley.size() + Vec2::new(12.0, 5.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, text));
    ui.painter().rect_stroke(rect, 4.0, Stroke::new(1.0, color), StrokeKind::Inside);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, theme::small_font(), color);
}
