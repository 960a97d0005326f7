//! What reviewers ask the reader about a film: the question, its number on the film, and a field for the answer.

use egui::{RichText, Sense, Ui, WidgetInfo};

use crate::domain::id::ImageId;
use crate::session::team::{ReaderQuestion, ReviewCommand, TeamCommand};
use crate::session::{Command, OpenFilm};

use super::words::{tr, tr_args};
use super::{Panel, kit, theme};

const fn review(command: ReviewCommand) -> Command {
    Command::Team(TeamCommand::Review(command))
}

/// Above everything else of the panel; nothing where nobody asked.
pub(super) fn questions_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    panel.state.answer_field = None;
    let mut questions: Vec<ReaderQuestion> = panel.session.questions_on(film).cloned().collect();
    if questions.is_empty() {
        return;
    }
    questions.sort_by_key(|question| (question.answer.is_some(), question.number));
    ui.horizontal(|ui| {
        kit::section_title(ui, tr("Questions from review"));
        let next = review(ReviewCommand::OpenQuestion);
        if panel.session.num_questions_waiting() > 0 {
            kit::key_cap(ui, &kit::shortcut(panel.session, &next)).on_hover_text(kit::tooltip(panel.session, &next));
        }
    });
    for question in &questions {
        question_ui(ui, panel, question);
    }
    ui.add_space(theme::UNIT);
    ui.separator();
}

fn question_ui(ui: &mut Ui, panel: &mut Panel<'_>, question: &ReaderQuestion) {
    let number = question.number;
    let text = format!("?{number}  {}", question.text);
    let color = if question.answer.is_none() { theme::warn() } else { theme::text() };
    let label = egui::Label::new(RichText::new(&text).color(color)).wrap().selectable(false).sense(Sense::click());
    let response = ui.add(label);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &text));
    let response = response.on_hover_text(tr("Show its place on the film"));
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        panel.ask(review(ReviewCommand::ShowQuestion(number)));
    }
    if let Some(answer) = &question.answer {
        let text = tr_args("You answered: {}", &[answer]);
        ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
        return;
    }
    answer_ui(ui, panel, question);
}

fn answer_ui(ui: &mut Ui, panel: &mut Panel<'_>, question: &ReaderQuestion) {
    let is_here = |draft: &(ImageId, u32, String)| draft.0 == question.image && draft.1 == question.number;
    let mut typed =
        panel.state.answer_draft.as_ref().filter(|draft| is_here(draft)).map_or_else(String::new, |d| d.2.clone());
    // An id of its own: by its place alone, what stands there next would have the keyboard.
    let salt = ("answer", question.number);
    let field = egui::TextEdit::multiline(&mut typed).id_salt(salt).desired_rows(2).desired_width(f32::INFINITY);
    let response = ui.add(field.hint_text(tr("Your answer")));
    let name = tr_args("Your answer to question {}", &[&question.number]);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::MultilineTextInput, true, &name));
    let (wanted, times) = panel.session.team.reviewing.question_focus;
    if wanted == question.number && panel.state.answer_focus != times {
        panel.state.answer_focus = times;
        response.request_focus();
        response.scroll_to_me(None);
    }
    if response.has_focus() {
        panel.state.answer_field = Some(response.id);
    }
    let may_send = !typed.trim().is_empty();
    if response.changed() {
        panel.state.answer_draft = Some((question.image.clone(), question.number, typed.clone()));
    }
    // By the event's own modifiers: in a slow frame they are let go before it ends.
    let is_sending = |event: &egui::Event| matches!(event, egui::Event::Key { key: egui::Key::Enter, pressed: true, modifiers, .. } if modifiers.command || modifiers.ctrl);
    let sends = response.has_focus() && ui.input(|i| i.events.iter().any(is_sending));
    let is_pressed = ui
        .horizontal(|ui| {
            let button = ui.add_enabled(may_send, egui::Button::new(tr("Send the answer")));
            kit::key_cap(ui, "Ctrl+Enter");
            button.clicked()
        })
        .inner;
    if may_send && (sends || is_pressed) {
        panel.state.answer_draft = None;
        response.surrender_focus();
        let (image, number) = (question.image.clone(), question.number);
        panel.ask(review(ReviewCommand::AnswerQuestion { image, number, text: typed }));
    }
}
