//! Films that are unfit to be read: the button, the list of reasons, the banner; and what the study says.

use egui::{RichText, Ui, WidgetInfo};

use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::session::discussing::DiscussCommand;
use crate::session::keymap::Chord;
use crate::session::{Command, OpenFilm};

use super::words::{tr, tr_args};
use super::{Panel, kit, theme};

/// In the language spoken; a test holds it to the reasons.
pub(super) fn reason_text(reason: UnfitReason) -> &'static str {
    match reason {
        UnfitReason::OtherModality => tr("Other modality"),
        UnfitReason::OtherBodyPart => tr("Other body part"),
        UnfitReason::Paediatric => tr("Paediatric"),
        UnfitReason::LowQuality => tr("Low quality"),
        UnfitReason::LateralView => tr("Lateral view"),
        UnfitReason::WrongOrientation => tr("Wrong orientation"),
        UnfitReason::ResidualText => tr("Residual text"),
    }
}

const fn unfit(reason: UnfitReason, goes_on: bool) -> Command {
    Command::Discuss(DiscussCommand::Unfit { reason, goes_on })
}

/// The button above "No finding" and "Abnormal".
pub(super) fn button_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let choose = Command::Discuss(DiscussCommand::ChooseUnfit { goes_on: false });
    let is_unfit = film.reading.unfit().is_some();
    let mut button = egui::Button::new(RichText::new(tr("Unfit…")).small()).selected(is_unfit);
    if is_unfit {
        button = button.stroke(egui::Stroke::new(1.0, theme::warn()));
    }
    let (response, _) = egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
        for reason in UnfitReason::ALL {
            let is_on = film.reading.unfit() == Some(reason);
            let row = ui.add(egui::Button::new(reason_text(reason)).selected(is_on));
            row.widget_info(|| WidgetInfo::selected(egui::Role::MenuItem, true, is_on, reason_text(reason)));
            if row.clicked() {
                panel.ask(unfit(reason, false));
                ui.close();
            }
        }
        ui.separator();
        kit::menu_item(ui, panel, &Command::Discuss(DiscussCommand::Fit));
        kit::menu_item(ui, panel, &Command::Discuss(DiscussCommand::ChooseUnfit { goes_on: true }));
    });
    response.on_hover_text(kit::tooltip(panel.session, &choose));
}

/// Says that the film is out of the queue, and takes it back with one click.
pub(super) fn banner_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let Some(reason) = film.reading.unfit() else { return };
    let frame = egui::Frame::new()
        .stroke(egui::Stroke::new(1.0, theme::warn()))
        .corner_radius(4.0)
        .inner_margin(egui::Margin::symmetric(8, 6));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let text = tr_args("Unfit to be read: {}", &[&reason_text(reason)]);
        ui.label(RichText::new(text).color(theme::warn()));
        ui.label(RichText::new(tr("Out of the queue and of the exported tables")).small().color(theme::weak()));
        ui.horizontal(|ui| {
            kit::command_button(ui, panel, &Command::Discuss(DiscussCommand::Fit));
        });
    });
}

/// What the reader's films say of the whole study; nothing where the film is all of it.
pub(super) fn study_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let Some(study) = panel.session.worklist.study(film.image()) else { return };
    if study.num_readable + study.num_unfit < 2 {
        return;
    }
    let (text, color) = decision_words(study.decision);
    let progress = tr_args("{} of {} films decided", &[&study.num_decided, &study.num_readable]);
    let whole = format!("{} {text} · {progress}", tr("Study:"));
    let line = ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.label(RichText::new(tr("Study:")).color(theme::weak()));
        ui.label(RichText::new(text).color(color));
        ui.label(RichText::new(format!("· {progress}")).color(theme::weak()));
        if study.num_unfit > 0 {
            ui.label(RichText::new(format!("· {}", tr_args("{} unfit", &[&study.num_unfit]))).color(theme::warn()));
        }
    });
    line.response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &whole));
    let shown = Command::Discuss(DiscussCommand::NoFindingOnShown);
    if panel.session.panes().count() > 1 && shown.is_available(panel.session) {
        ui.horizontal(|ui| {
            kit::command_button(ui, panel, &shown);
            kit::key_cap(ui, &kit::shortcut(panel.session, &shown));
        });
    }
}

/// A decision in a word, and its colour.
pub(super) fn decision_words(decision: Decision) -> (&'static str, egui::Color32) {
    match decision {
        Decision::Undecided => (tr("undecided"), theme::weak()),
        Decision::Normal => (tr("normal"), theme::good()),
        Decision::Abnormal => (tr("abnormal"), theme::warn()),
    }
}

/// The small list that a key opens: a digit or a click chooses.
pub(super) fn choose_ui(ui: &mut Ui, panel: &mut Panel<'_>, goes_on: bool) {
    kit::set_dialog_width(ui, 320.0);
    let current = panel.session.pane.film.as_ref().and_then(|film| film.reading.unfit());
    let intro = if goes_on {
        tr("Why can this film not be read? It leaves the queue, and the next film opens.")
    } else {
        tr("Why can this film not be read? It leaves the queue.")
    };
    ui.label(RichText::new(intro).color(theme::weak()));
    ui.add_space(theme::UNIT);
    for (n, reason) in UnfitReason::ALL.into_iter().enumerate() {
        ui.horizontal(|ui| {
            kit::key_cap(ui, &(n + 1).to_string());
            let is_on = current == Some(reason);
            let width = ui.available_width();
            let row = ui.add(egui::Button::new(reason_text(reason)).selected(is_on).min_size(egui::vec2(width, 28.0)));
            row.widget_info(|| {
                WidgetInfo::selected(egui::Role::Button, true, is_on, tr_args("Unfit: {}", &[&reason_text(reason)]))
            });
            if row.clicked() {
                panel.ask(unfit(reason, goes_on));
            }
        });
    }
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        if ui.button(tr("Cancel")).clicked() {
            panel.ask(Command::CloseDialog);
        }
        if current.is_some() && ui.button(tr("Fit again")).clicked() {
            panel.ask(Command::Discuss(DiscussCommand::Fit));
            panel.ask(Command::CloseDialog);
        }
    });
}

/// The digits of the list.
pub(super) fn reason_of_key(chord: &Chord, goes_on: bool) -> Option<Command> {
    let digit = chord.key.parse::<usize>().ok().filter(|_| !chord.ctrl && !chord.alt)?;
    UnfitReason::ALL.get(digit.checked_sub(1)?).map(|&reason| unfit(reason, goes_on))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_named_as_they_are() {
        for reason in UnfitReason::ALL {
            assert_eq!(reason_text(reason), reason.title());
        }
    }
}
