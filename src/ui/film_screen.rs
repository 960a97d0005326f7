//! The screen on which films are read: tools above, the study's films left, findings right, the film in the middle.

use egui::{Align, CentralPanel, Layout, RichText, Ui};

use crate::session::{Command, Tool};

use super::{Panel, canvas, film_strip, findings, kit, shell, theme};

pub(super) fn film_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    if panel.session.film.is_none() {
        shell::empty_ui(ui, panel, "Opening the film…", "", &[Command::ShowWorklist]);
        return;
    }
    egui::Panel::top("tools").frame(shell::bar_frame()).show_separator_line(false).show(ui, |ui| tools_ui(ui, panel));
    if panel.session.film.as_ref().is_some_and(|f| f.study.len() > 1) {
        egui::Panel::left("strip")
            .exact_size(theme::STRIP_WIDTH)
            .resizable(false)
            .show_separator_line(false)
            .frame(shell::bar_frame())
            .show(ui, |ui| film_strip::strip_ui(ui, panel));
    }
    egui::Panel::right("findings")
        .exact_size(theme::SIDE_PANEL_WIDTH)
        .resizable(false)
        .show_separator_line(false)
        .frame(shell::bar_frame())
        .show(ui, |ui| findings::findings_ui(ui, panel));
    CentralPanel::no_frame().show(ui, |ui| canvas::canvas_ui(ui, panel));
}

fn tools_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal(|ui| {
        kit::titled_button(ui, panel, &Command::ShowWorklist, None);
        position_ui(ui, panel);
        ui.separator();
        let tool = panel.session.tool;
        kit::toggle_button(ui, panel, &Command::UseTool(Tool::Box), "Box", tool == Tool::Box);
        kit::toggle_button(ui, panel, &Command::UseTool(Tool::Select), "Select", tool == Tool::Select);
        ui.separator();
        let is_inverted = panel.session.film.as_ref().and_then(|f| f.display.as_ref()).is_some_and(|d| d.is_inverted);
        kit::toggle_button(ui, panel, &Command::Invert, "Invert", is_inverted);
        kit::titled_button(ui, panel, &Command::RotateRight, None);
        kit::titled_button(ui, panel, &Command::FlipHorizontal, Some("Flip"));
        kit::titled_button(ui, panel, &Command::Fit, None);
        kit::titled_button(ui, panel, &Command::OneToOne, None);
        window_menu(ui, panel);
        ui.separator();
        kit::titled_button(ui, panel, &Command::Undo, None);
        kit::titled_button(ui, panel, &Command::Redo, None);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            kit::titled_button(ui, panel, &Command::CheatSheet, Some("?"));
        });
    });
}

fn position_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(film) = &panel.session.film else { return };
    let (list, image) = (&panel.session.worklist, film.image());
    if let Some(at) = list.position(image) {
        ui.label(RichText::new(format!("{} of {}", at + 1, list.num_shown())).color(theme::WEAK));
    }
}

fn window_menu(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(film) = panel.session.film.as_ref().and_then(|f| f.film().cloned()) else {
        ui.add_enabled(false, egui::Button::new("Window"));
        return;
    };
    ui.menu_button("Window", |ui| {
        for (n, voi) in film.facts.voi.iter().enumerate() {
            let name = voi.explanation().map_or_else(|| format!("Window {}", n + 1), str::to_owned);
            let key = Command::WindowPreset(n).chord().map(kit::key_text).unwrap_or_default();
            if ui.add(egui::Button::new(name).shortcut_text(key)).clicked() {
                panel.ask(Command::WindowPreset(n));
                ui.close();
            }
        }
        let key = Command::ComputedWindow.chord().map(kit::key_text).unwrap_or_default();
        if ui.add(egui::Button::new("Computed from the film").shortcut_text(key)).clicked() {
            panel.ask(Command::ComputedWindow);
            ui.close();
        }
    });
}
