//! The list of films: counts that filter, a query, filters that are kept, and one line a film.

mod filters;
mod kept;
mod query_field;
mod table;

use egui::{Align, CentralPanel, Layout, Ui};

use crate::domain::people::{Act, Matter, may};
use crate::session::team::{ReviewCommand, TeamCommand};
use crate::session::{Command, EvaluateCommand, ModelCommand, TrainCommand};

use super::words::tr;
use super::{Panel, kit, shell};

pub use query_field::QueryFieldState;

pub(super) fn worklist_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    egui::Panel::top("worklist head")
        .frame(shell::bar_frame())
        .show_separator_line(false)
        .show(ui, |ui| head_ui(ui, panel));
    if !panel.session.worklist.is_loaded {
        shell::empty_ui(ui, panel, tr("Reading the list…"), "", &[]);
    } else if panel.session.worklist.is_empty() && waits_for_films(panel) {
        let text = tr("Films come here as soon as somebody who looks after the project hands them out to you.");
        shell::empty_ui(ui, panel, tr("No films are in your hands"), text, &[]);
    } else if panel.session.worklist.is_empty() {
        let text = tr("Add DICOM films from a folder of any depth, a zip file or a DICOMDIR, or drop them here.");
        shell::empty_ui(ui, panel, tr("No films yet"), text, &[Command::ImportFilms, Command::ImportFilmFiles]);
    } else {
        CentralPanel::no_frame().frame(shell::body_frame()).show(ui, |ui| table::table_ui(ui, panel));
    }
}

/// A reader of a project that hands films out, who can't do so.
fn waits_for_films(panel: &Panel<'_>) -> bool {
    let hands_out = panel.session.project.as_ref().is_some_and(|open| open.settings.workflow.hands_out());
    let roles = panel.session.reader.as_ref().map(|reader| reader.roles);
    hands_out && roles.is_some_and(|roles| !may(roles, Matter::Tasks, Act::Change))
}

fn head_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal(|ui| {
        let name = panel.session.project.as_ref().map_or("", |p| p.settings.name.as_str());
        ui.heading(name);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            kit::titled_button(ui, panel, &Command::CheatSheet, Some("?"));
            kit::titled_button(ui, panel, &Command::ShowSettings, None);
            kit::command_button(ui, panel, &Command::OpenProject);
            kit::titled_button(ui, panel, &Command::Model(ModelCommand::Show), Some(tr("Models")));
            kit::titled_button(ui, panel, &Command::ShowProject, Some(tr("Project")));
            kit::titled_button(ui, panel, &Command::Train(TrainCommand::Show), Some(tr("Train")));
            kit::titled_button(ui, panel, &Command::Evaluate(EvaluateCommand::Show), Some(tr("Evaluate")));
            let num_questions = panel.session.num_questions_waiting();
            if num_questions > 0 {
                let command = Command::Team(TeamCommand::Review(ReviewCommand::OpenQuestion));
                kit::titled_button(ui, panel, &command, Some(&format!("{} {num_questions}", tr("Questions"))));
            }
            let review = Command::Team(TeamCommand::Review(ReviewCommand::Load));
            if review.is_available(panel.session) {
                kit::titled_button(ui, panel, &review, Some(tr("Review")));
            }
            ui.menu_button(tr("Export"), |ui| {
                let tables =
                    [Command::ExportSpineXr, Command::ExportCxr, Command::ExportKaggle, Command::ExportMeasures];
                for command in tables {
                    if kit::command_button(ui, panel, &command).clicked() {
                        ui.close();
                    }
                }
            });
            // Grey for whoever may never do it would only ask why.
            if panel.session.may(Matter::Films, Act::Change) || panel.session.may(Matter::Exports, Act::Change) {
                ui.menu_button(tr("Import"), |ui| {
                    for command in [Command::ImportFilms, Command::ImportFilmFiles, Command::ImportLabels] {
                        if kit::command_button(ui, panel, &command).clicked() {
                            ui.close();
                        }
                    }
                });
            }
            if Command::PredictFilms.is_available(panel.session) {
                kit::command_button(ui, panel, &Command::PredictFilms);
            }
            kit::command_button(ui, panel, &Command::ShowFilm);
        });
    });
    ui.horizontal_wrapped(|ui| filters::chips_ui(ui, panel));
    ui.horizontal_wrapped(|ui| {
        query_field::query_field_ui(ui, panel);
        filters::menus_ui(ui, panel);
        kept::kept_filters_ui(ui, panel);
    });
    query_field::error_ui(ui, panel);
}
