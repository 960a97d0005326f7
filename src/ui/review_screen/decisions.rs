//! The card's buttons, the question to readers, the reason for a decision, and the signatures.

use egui::{RichText, Ui, Vec2, WidgetInfo};

use crate::domain::adjudication::{Document, Finding};
use crate::session::Command;
use crate::session::team::{Hand, ReviewCommand};

use super::super::words::{tr, tr_args};
use super::super::{Panel, kit, theme};
use super::review;
use super::words::reader_name;

/// Every decision with its key.
pub(super) fn buttons_ui(ui: &mut Ui, panel: &mut Panel<'_>, finding: &Finding) {
    if let Hand::Asking { .. } = &panel.session.team.reviewing.hand {
        return asking_ui(ui, panel);
    }
    // The ring around the field that is gone goes with the next frame.
    if std::mem::take(&mut panel.state.reviewing.has_question_focus) {
        ui.ctx().request_repaint();
    }
    if let Hand::Box(_) = &panel.session.team.reviewing.hand {
        let text = tr("Drag the box by its handles.");
        ui.label(RichText::new(text).color(theme::weak()));
        rows_ui(ui, panel, &[(ReviewCommand::Accept, tr("Take this box"))], 1);
        kit::titled_button(ui, panel, &Command::Escape, Some(tr("Leave it")));
        return;
    }
    let accept = if finding.ruling().is_some() { tr("Next") } else { tr("Accept") };
    rows_ui(
        ui,
        panel,
        &[
            (ReviewCommand::Accept, accept),
            (ReviewCommand::Reject, tr("Reject")),
            (ReviewCommand::Edit, tr("Edit box")),
            (ReviewCommand::Add, tr("Add finding")),
            (ReviewCommand::Merge, tr("Merge")),
            (ReviewCommand::Split, tr("Split")),
            (ReviewCommand::Ask, tr("Send back")),
            (ReviewCommand::NextUnsettled, tr("Next open")),
        ],
        2,
    );
}

/// So many buttons a line, each with its key.
fn rows_ui(ui: &mut Ui, panel: &mut Panel<'_>, buttons: &[(ReviewCommand, &str)], num: usize) {
    let width = (ui.available_width() - theme::UNIT * (num - 1) as f32) / num as f32 - 1.0;
    for pair in buttons.chunks(num) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::UNIT;
            // Two words of another language have room beside their key.
            ui.spacing_mut().button_padding.x = 6.0;
            for (command, text) in pair {
                let command = review(command.clone());
                let (session, title) = (panel.session, command.row().map_or("", |row| tr(row.title)));
                let is_available = command.is_available(session);
                let button = egui::Button::new(*text).shortcut_text(kit::shortcut(session, &command)).truncate();
                let size = Vec2::new(width, theme::row_height());
                let response = ui.add_enabled_ui(is_available, |ui| ui.add_sized(size, button)).inner;
                response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_available, title));
                if response.on_hover_text(kit::tooltip(session, &command)).clicked() {
                    panel.ask(command);
                }
            }
        });
    }
}

/// A question to some readers; it says nothing of the others.
fn asking_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Hand::Asking { of, text, .. } = &session.team.reviewing.hand else { return };
    let Some(document) = session.team.reviewing.document() else { return };
    kit::section_title(ui, tr("Question to readers"));
    ui.horizontal_wrapped(|ui| {
        for (place, testimony) in document.case().readers().iter().enumerate() {
            if kit::chip(ui, &reader_name(session, place), of.contains(&testimony.reader)).clicked() {
                panel.ask(review(ReviewCommand::AskOf(testimony.reader.clone())));
            }
        }
    });
    let mut typed = text.clone();
    // An id of its own: by its place alone, what stands there next would have the keyboard.
    let field = egui::TextEdit::multiline(&mut typed).id_salt("question").desired_rows(3).desired_width(f32::INFINITY);
    let response = ui.add(field.hint_text(tr("What shall they look at? They see the place and your question only.")));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::MultilineTextInput, true, tr("Your question")));
    if !std::mem::replace(&mut panel.state.reviewing.has_question_focus, true) {
        response.request_focus();
    }
    if response.changed() {
        panel.ask(review(ReviewCommand::Question(typed)));
    }
    ui.horizontal(|ui| {
        let may_send = !text.trim().is_empty() && !of.is_empty();
        let keys = kit::shortcut(session, &review(ReviewCommand::SendQuestion));
        let button = ui.add_enabled(may_send, egui::Button::new(tr("Send the question")).shortcut_text(keys));
        button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, may_send, tr("Send the question")));
        if button.clicked() {
            panel.ask(review(ReviewCommand::SendQuestion));
        }
        kit::titled_button(ui, panel, &Command::Escape, Some(tr("Leave it")));
    });
}

/// Why it was decided so; kept when the field is left.
pub(super) fn rationale_ui(ui: &mut Ui, panel: &mut Panel<'_>, finding: &Finding) {
    let Some(ruling) = finding.ruling() else {
        panel.state.reviewing.rationale = None;
        return;
    };
    kit::section(ui, &tr_args("Decided by {}", &[&ruling.by]));
    let state = &mut panel.state.reviewing.rationale;
    if state.as_ref().is_none_or(|(key, _)| *key != finding.key()) {
        *state = Some((finding.key(), ruling.rationale.clone()));
    }
    let Some((_, typed)) = state else { return };
    let salt = ("reason", finding.key());
    let field = egui::TextEdit::multiline(typed).id_salt(salt).desired_rows(2).desired_width(f32::INFINITY);
    let response = ui.add(field.hint_text(tr("Why, in a few words")));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::MultilineTextInput, true, tr("Reason for the decision")));
    if response.lost_focus() && *typed != ruling.rationale {
        let text = typed.clone();
        panel.ask(review(ReviewCommand::Explain(text)));
    } else if !response.has_focus() && *typed != ruling.rationale && !response.lost_focus() {
        typed.clone_from(&ruling.rationale);
    }
    kit::titled_button(ui, panel, &review(ReviewCommand::Clear), None);
}

/// Who has signed, who has to, and signing itself.
pub(super) fn signing_ui(ui: &mut Ui, panel: &mut Panel<'_>, document: &Document) {
    ui.add_space(theme::UNIT);
    let me = panel.session.reader_id();
    let signed: Vec<String> = document.signatures().keys().map(ToString::to_string).collect();
    let case = document.case();
    let waiting: Vec<String> = case
        .reviewers()
        .iter()
        .filter(|one| !document.signatures().contains_key(one))
        .map(ToString::to_string)
        .collect();
    if document.is_settled() {
        ui.label(RichText::new(tr("Settled: everybody has signed.")).color(theme::good()));
    }
    if !signed.is_empty() {
        ui.label(RichText::new(tr_args("Signed by {}", &[&signed.join(", ")])).color(theme::text()));
    }
    if !waiting.is_empty() {
        ui.label(RichText::new(tr_args("Yet to sign: {}", &[&waiting.join(", ")])).color(theme::weak()));
    } else if !document.is_settled() {
        let num = case.num_signatures().saturating_sub(signed.len());
        ui.label(RichText::new(tr_args("Signatures still asked for: {}", &[&num])).color(theme::weak()));
    }
    let has_signed = me.is_some_and(|me| document.signatures().contains_key(me));
    let command = review(if has_signed { ReviewCommand::Unsign } else { ReviewCommand::Sign });
    let is_ready = (has_signed || document.is_complete()) && command.is_available(panel.session);
    let title = command.row().map_or("", |row| tr(row.title));
    let button = egui::Button::new(title)
        .shortcut_text(kit::shortcut(panel.session, &command))
        .min_size(Vec2::new(ui.available_width(), theme::row_height()));
    let num_open = document.num_items() - document.num_settled();
    if !is_ready && num_open > 0 {
        let text = match num_open {
            1 => tr("1 still open: settle it, then sign.").to_owned(),
            num => tr_args("{} still open: settle them, then sign.", &[&num]),
        };
        ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
    }
    let num_waiting = panel.session.team.reviewing.num_waiting_answers();
    if num_waiting > 0 && !has_signed {
        let text = match num_waiting {
            1 => tr("1 question has no answer yet.").to_owned(),
            num => tr_args("{} questions have no answer yet.", &[&num]),
        };
        ui.add(egui::Label::new(RichText::new(text).color(theme::warn())).wrap());
    }
    let response = ui.add_enabled(is_ready, button);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_ready, title));
    let help = kit::tooltip(panel.session, &command);
    if response.on_hover_text(help).clicked() {
        panel.ask(command);
    }
}
