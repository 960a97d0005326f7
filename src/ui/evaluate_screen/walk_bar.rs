//! Over a film that was opened from the gallery: which item it is, the way on and back, and the verdict on it.

use egui::{RichText, Ui, WidgetInfo};

use crate::domain::evaluation::errors::{ErrorItem, ErrorKind};
use crate::domain::evaluation::verdict::Verdict;
use crate::session::evaluating::TruthOwner;
use crate::session::{Command, EvaluateCommand};

use super::super::words::{tr, tr_args, translated};
use super::super::{Panel, kit, theme};
use super::error_words::{item_text, kind_color, verdict_text};

const NOTE_WIDTH: f32 = 190.0;

/// Nothing where the film was not opened from a gallery.
pub(in crate::ui) fn walk_bar_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let (Some(item), Some(run), Some(at)) =
        (session.error_looked_at(), session.evaluating.open.clone(), session.evaluating.looked_at)
    else {
        return;
    };
    egui::Panel::top("errors").frame(super::super::shell::bar_frame()).show_separator_line(false).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            let ask = |command| Command::Evaluate(command);
            kit::titled_button(ui, panel, &ask(EvaluateCommand::BackToErrors), None);
            for (command, text) in [(EvaluateCommand::PreviousError, "◀"), (EvaluateCommand::NextError, "▶")] {
                let keys = kit::shortcut(session, &ask(command.clone()));
                kit::titled_button(ui, panel, &ask(command), Some(&format!("{text} {keys}")));
            }
            let place = tr_args("{} of {}: {}", &[&(at + 1), &session.num_errors(), &item_text(&run, &item)]);
            ui.label(RichText::new(place).color(kind_color(item.kind)).strong());
        });
        ui.horizontal_wrapped(|ui| {
            verdicts_ui(ui, panel, &item);
            ui.separator();
            fix_ui(ui, panel, &item);
        });
    });
}

fn verdicts_ui(ui: &mut Ui, panel: &mut Panel<'_>, item: &ErrorItem) {
    let session = panel.session;
    let now = session.ruling_on(item).map(|ruling| ruling.verdict);
    ui.label(RichText::new(tr("Verdict")).color(theme::weak()));
    for (verdict, _) in Verdict::ALL {
        let command = Command::Evaluate(EvaluateCommand::Rule(verdict));
        let text = format!("{} {}", verdict_text(verdict), kit::shortcut(session, &command));
        kit::toggle_button(ui, panel, &command, text.trim_end(), now == Some(verdict));
    }
    let mut note = session.evaluating.errors.note.clone();
    let field = egui::TextEdit::singleline(&mut note).desired_width(NOTE_WIDTH).hint_text(tr("Note"));
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Note on the verdict")));
    if response.changed() {
        panel.ask(Command::Evaluate(EvaluateCommand::Note(note)));
    }
    if response.lost_focus() {
        panel.ask(Command::Evaluate(EvaluateCommand::KeepNote));
    }
}

/// What of the model's answer may be taken over, and whose the truth is.
fn fix_ui(ui: &mut Ui, panel: &mut Panel<'_>, item: &ErrorItem) {
    let what = match item.kind {
        ErrorKind::FalsePositive => Some(tr("add its box")),
        ErrorKind::FalseNegative => Some(tr("remove the box")),
        ErrorKind::Confusion => Some(tr("change the label")),
        _ => None,
    };
    if let Some(what) = what {
        let command = Command::Evaluate(EvaluateCommand::FixLabel);
        let name = tr("Take the model's answer");
        let text = format!("{name}: {what} {}", kit::shortcut(panel.session, &command));
        let refusal = panel.session.why_no_fix();
        let may = refusal.is_none() && command.is_available(panel.session);
        let button = ui.add_enabled(may, egui::Button::new(text.trim_end()));
        button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, may, name));
        let help =
            refusal.as_deref().map_or_else(|| kit::tooltip(panel.session, &command), |why| translated(why).into());
        if button.on_hover_text(&help).on_disabled_hover_text(&help).clicked() {
            panel.ask(command);
        }
    }
    let owner = match panel.session.truth_owner(item) {
        Some(TruthOwner::Own) => tr("The truth is your own reading.").to_owned(),
        Some(TruthOwner::Other(reader)) => {
            tr_args("The truth is the reading of {}; what you change is your own.", &[&reader])
        }
        Some(TruthOwner::Together(num_readers)) => {
            tr_args("The truth is of {} readers together; what you change is your own reading.", &[&num_readers])
        }
        Some(TruthOwner::File) => tr("The truth is a file; what you change is your own reading.").to_owned(),
        None => return,
    };
    ui.label(RichText::new(owner).small().color(theme::weak()));
}
