//! The first screen: choose a project.

use egui::{CentralPanel, RichText, Ui, WidgetInfo};

use crate::session::{Command, Input};

use super::words::{tr, tr_args};
use super::{Panel, kit, shell, theme};

pub(super) fn welcome_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    CentralPanel::no_frame().frame(shell::body_frame()).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() * 0.26);
            ui.label(
                RichText::new("Rachis").font(egui::FontId::new(34.0, theme::strong_family())).color(theme::strong()),
            );
            ui.label(RichText::new(tr("Read, annotate and export radiographs")).color(theme::weak()));
            ui.add_space(6.0 * theme::UNIT);
            if let Some(name) = &panel.session.opening {
                ui.label(tr_args("Opening {}…", &[name]));
                return;
            }
            kit::command_button(ui, panel, &Command::OpenProject);
            kit::command_button(ui, panel, &Command::CreateProject);
            kit::command_button(ui, panel, &Command::ShowSettings);
            recent_ui(ui, panel);
            ui.add_space(6.0 * theme::UNIT);
            let text = tr("Or drop a project folder here. Everything stays on this computer.");
            ui.label(RichText::new(text).color(theme::weak()));
        });
    });
}

fn recent_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    if panel.state.recent.is_empty() {
        return;
    }
    ui.add_space(4.0 * theme::UNIT);
    ui.label(RichText::new(tr("Opened before")).small().color(theme::weak()));
    for folder in panel.state.recent.clone() {
        let name = folder.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let button = ui.add(egui::Button::new(&name).frame(false)).on_hover_text(folder.display().to_string());
        button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr_args("Open {}", &[&name])));
        if button.clicked() {
            let purpose = crate::session::FilePurpose::OpenProject;
            panel.out.push(Input::Event(crate::session::Event::PathChosen { purpose, paths: vec![folder] }));
        }
    }
}
