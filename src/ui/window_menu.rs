//! Every window that a film can be shown with: its own, the computed one, percentiles, and the project's.

use egui::{RichText, Ui};

use crate::domain::imaging::{Film, Pixels, Voi, shipped_presets};
use crate::session::windowing::WindowCommand;
use crate::session::{Command, Session, Tool};

use super::words::{tr, tr_args};
use super::{Panel, kit, theme};

/// One window to choose.
pub(super) struct Item {
    pub name: String,
    pub command: Command,
    /// Position among the project's own.
    pub project: Option<usize>,
}

/// In the order of their keys: the file's, computed, percentiles, the project's.
pub(super) fn items(session: &Session, film: &Film) -> Vec<Item> {
    let mut items = Vec::new();
    for (n, voi) in film.facts.voi.iter().enumerate() {
        let own = voi.explanation().filter(|text| !text.trim().is_empty());
        let name = own.map_or_else(|| tr_args("Window {}", &[&(n + 1)]), str::to_owned);
        let kind = if matches!(voi, Voi::Lut(_)) { "  LUT" } else { "" };
        items.push(Item { name: format!("{name}{kind}"), command: Command::WindowPreset(n), project: None });
    }
    if matches!(film.pixels, Pixels::Rgb(_)) {
        return items;
    }
    items.push(Item { name: tr("Computed from the film").to_owned(), command: Command::ComputedWindow, project: None });
    for n in 1..shipped_presets().len() {
        items.push(Item {
            name: shipped_name(n).to_owned(),
            command: Command::Window(WindowCommand::Shipped(n)),
            project: None,
        });
    }
    for (n, preset) in session.windowing.presets.iter().enumerate() {
        items.push(Item {
            name: preset.name.clone(),
            command: Command::Window(WindowCommand::Project(n)),
            project: Some(n),
        });
    }
    items
}

/// In the language spoken; a test holds it to the presets.
fn shipped_name(n: usize) -> &'static str {
    match n {
        1 => tr("Bone"),
        2 => tr("Soft tissue"),
        _ => tr("Wide"),
    }
}

/// The menu above the film.
pub(super) fn menu_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(film) = panel.session.pane.film.as_ref().and_then(|f| f.film().cloned()) else {
        ui.add_enabled(false, egui::Button::new(tr("Window")));
        return;
    };
    ui.menu_button(tr("Window"), |ui| {
        let items = items(panel.session, &film);
        let first_of_project = items.iter().position(|item| item.project.is_some());
        for (n, item) in items.into_iter().enumerate() {
            if Some(n) == first_of_project {
                ui.separator();
                ui.label(RichText::new(tr("Of this project")).small().color(theme::weak()));
            }
            kit::named_menu_item(ui, panel, &item.command, &item.name);
        }
        ui.separator();
        for command in [
            Command::UseTool(Tool::Region),
            Command::Window(WindowCommand::OfFinding),
            Command::Window(WindowCommand::ToggleKeep),
            Command::Window(WindowCommand::Name),
            Command::Window(WindowCommand::TogglePanel),
            Command::Window(WindowCommand::ToggleSharpening),
            Command::Window(WindowCommand::ToggleEqualised),
            Command::Window(WindowCommand::NextInterpolation),
        ] {
            kit::menu_item(ui, panel, &command);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_presets_are_named_as_they_are() {
        for (n, preset) in shipped_presets().into_iter().enumerate().skip(1) {
            assert_eq!(shipped_name(n), preset.name);
        }
    }
}
