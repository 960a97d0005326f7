//! Giving completed films back to the person who read them, to be read again: where it is asked for, and the question.

use egui::{Response, RichText, Ui};

use crate::domain::people::{Act, Matter};
use crate::domain::worklist::WorklistRow;
use crate::session::Command;
use crate::session::team::{AssignCommand, GiveBack, ReadFilm, TeamCommand};

use super::words::{tr, tr_args};
use super::{Panel, kit, theme};

/// The menu of a line of the worklist, for whoever hands films out and may know who has read what.
pub(super) fn row_menu(panel: &mut Panel<'_>, response: &Response, row: &WorklistRow) {
    let Some(held) = row.held.as_ref().filter(|_| panel.session.may(Matter::Tasks, Act::Change)) else { return };
    response.context_menu(|ui| {
        if held.done.is_empty() {
            let text = if held.num_done == 0 {
                tr("Nobody has completed this film.")
            } else {
                tr("This film was completed by somebody to whom it was not handed out. Only what was handed out can be given back.")
            };
            ui.label(RichText::new(text).color(theme::weak()));
        }
        for done in held.done.iter() {
            let to = &done.person;
            let has_both = held.done.iter().filter(|other| other.person == *to).count() > 1;
            let text = match (done.is_again(), has_both) {
                (true, _) => tr_args("Give the later reading {} back to {}, to be read again…", &[&done.layer, to]),
                (false, true) => tr_args("Give the first reading back to {}, to be read again…", &[to]),
                (false, false) => tr_args("Give back to {}, to be read again…", &[to]),
            };
            if ui.button(text).clicked() {
                let film = Some(ReadFilm { image: row.image.clone(), layer: done.layer.clone() });
                let asked = GiveBack { to: to.clone(), film, num_films: 1 };
                panel.ask(Command::Team(TeamCommand::Assign(AssignCommand::AskGiveBack(asked))));
                ui.close();
            }
        }
    });
}

pub(super) fn confirm_ui(ui: &mut Ui, panel: &mut Panel<'_>, asked: &GiveBack) {
    kit::set_dialog_width(ui, 420.0);
    let to = &asked.to;
    ui.label(match asked.num_films {
        1 => match asked.later_reading() {
            Some(layer) => tr_args("Give the later reading {} of the film back to {}, to be read again?", &[layer, to]),
            None => tr_args("Give the film back to {}, to be read again?", &[to]),
        },
        num => tr_args("Give {} completed films back to {}, to be read again?", &[&num, to]),
    });
    let text = tr_args("No mark is removed: {} finds everything as it was left, and completes it anew.", &[to]);
    ui.label(RichText::new(text).color(theme::weak()));
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        if ui.button(tr_args("Give back to {}", &[to])).clicked() {
            panel.ask(Command::Confirm);
        }
        if ui.button(tr("Leave as it is")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
    ui.label(RichText::new(tr("Enter gives back, Escape leaves as it is")).small().color(theme::weak()));
}
