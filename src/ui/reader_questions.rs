//! What reviewers ask the reader about a film: the question, its number on the film, and a field for the answer.

use egui::{RichText, Ui, WidgetInfo};

use crate::session::team::{ReaderQuestion, ReviewCommand, TeamCommand};
use crate::session::{Command, OpenFilm};

use super::words::{tr, tr_args};
use super::{Panel, kit, theme};

/// Nothing where nobody asked.
pub(super) fn questions_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let questions: Vec<ReaderQuestion> = panel.session.questions_on(film).cloned().collect();
    if questions.is_empty() {
        return;
    }
    kit::section(ui, tr("Questions from review"));
    for question in &questions {
        question_ui(ui, panel, question);
    }
}

fn question_ui(ui: &mut Ui, panel: &mut Panel<'_>, question: &ReaderQuestion) {
    let text = format!("?{}  {}", question.number, question.text);
    let color = if question.answer.is_none() { theme::warn() } else { theme::text() };
    ui.add(egui::Label::new(RichText::new(text).color(color)).wrap());
    if let Some(answer) = &question.answer {
        let text = tr_args("You answered: {}", &[answer]);
        ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
        return;
    }
    let is_here =
        |draft: &(crate::domain::id::ImageId, u32, String)| draft.0 == question.image && draft.1 == question.number;
    let mut typed =
        panel.state.answer_draft.as_ref().filter(|draft| is_here(draft)).map_or_else(String::new, |d| d.2.clone());
    let field = egui::TextEdit::multiline(&mut typed).desired_rows(2).desired_width(f32::INFINITY);
    let response = ui.add(field.hint_text(tr("Your answer")));
    let name = tr_args("Your answer to question {}", &[&question.number]);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::MultilineTextInput, true, &name));
    let may_send = !typed.trim().is_empty();
    if response.changed() {
        panel.state.answer_draft = Some((question.image.clone(), question.number, typed.clone()));
    }
    if ui.add_enabled(may_send, egui::Button::new(tr("Send the answer"))).clicked() {
        panel.state.answer_draft = None;
        let (image, number) = (question.image.clone(), question.number);
        panel.ask(Command::Team(TeamCommand::Review(ReviewCommand::AnswerQuestion { image, number, text: typed })));
    }
}
