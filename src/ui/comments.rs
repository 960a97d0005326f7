//! Threads in the panel: who said what and when, answering, settling, and going to the place.

use egui::{RichText, Sense, Ui, WidgetInfo};

use crate::domain::annotation::Annotation;
use crate::domain::comment::{Pin, Said, Thread};
use crate::domain::id::{AnnotationId, ReaderId};
use crate::domain::moment::utc_text;
use crate::session::discussing::DiscussCommand;
use crate::session::threads::{Draft, Target};
use crate::session::{Command, OpenFilm, Session};

use super::words::{tr, tr_args};
use super::{Panel, kit, theme};

const fn discuss(command: DiscussCommand) -> Command {
    Command::Discuss(command)
}

/// The section of the panel.
pub(super) fn comments_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let session = panel.session;
    let threads = session.threads(film);
    let num_open = threads.iter().filter(|thread| !thread.is_resolved).count();
    let num_resolved = threads.len() - num_open;
    ui.add_space(theme::UNIT);
    ui.horizontal_wrapped(|ui| {
        kit::section_title(ui, &format!("{}  {num_open}", tr("Comments")));
        let response = ui.button(tr("Write…"));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr("Write a comment")));
        let tooltip = kit::tooltip(session, &discuss(DiscussCommand::Comment));
        if response.on_hover_text(tooltip).clicked() {
            panel.ask(discuss(DiscussCommand::CommentOn(pin_of_selection(film))));
        }
        kit::key_cap(ui, &kit::shortcut(session, &discuss(DiscussCommand::Comment)));
        if num_resolved > 0 {
            let text = tr_args("{} resolved", &[&num_resolved]);
            if kit::chip(ui, &text, session.shows_resolved).clicked() {
                panel.ask(discuss(DiscussCommand::ToggleResolved));
            }
        }
    });
    for (n, thread) in threads.iter().enumerate() {
        if !thread.is_resolved || session.shows_resolved || film.discussion.chosen == Some(thread.key) {
            thread_ui(ui, panel, film, thread, n + 1);
        }
    }
    if let Some(Draft { target: Target::New(pin), .. }) = &film.discussion.draft {
        ui.label(RichText::new(place_text(film, *pin)).small().color(theme::weak()));
        draft_ui(ui, panel, film);
    }
}

fn pin_of_selection(film: &OpenFilm) -> Pin {
    film.selected().filter(|mark| mark.shape().is_some()).map_or(Pin::Film, |mark| Pin::Mark(mark.id()))
}

/// What a comment is about, in words.
fn place_text(film: &OpenFilm, pin: Pin) -> String {
    match pin {
        Pin::Film => tr("On the film").to_owned(),
        Pin::Place(_) => tr("At a place on the film").to_owned(),
        Pin::Mark(id) => match film.reading.annotation(id).or_else(|| mark_of_others(film, id)) {
            Some(mark) => tr_args("On {}", &[mark.label()]),
            None => tr("On a finding that is gone").to_owned(),
        },
    }
}

fn mark_of_others(film: &OpenFilm, id: AnnotationId) -> Option<&crate::domain::annotation::Annotation> {
    film.others.iter().find_map(|reading| reading.annotation(id))
}

fn thread_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm, thread: &Thread, number: usize) {
    let is_chosen = film.discussion.chosen == Some(thread.key);
    let fill = if is_chosen { theme::accent_dim() } else { theme::raised() };
    let frame = egui::Frame::new().fill(fill).corner_radius(4.0).inner_margin(egui::Margin::symmetric(8, 6));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let text = format!("{number}  {}", place_text(film, thread.pin));
        let color = if thread.is_resolved { theme::weak() } else { theme::strong() };
        let head = ui.add(egui::Label::new(RichText::new(&text).color(color)).selectable(false).sense(Sense::click()));
        let state = if thread.is_resolved { tr("resolved") } else { tr("open") };
        head.widget_info(|| {
            WidgetInfo::selected(egui::Role::ListItem, true, is_chosen, tr_args("Comment {}, {}", &[&number, &state]))
        });
        if head.on_hover_text(tr("Show its place on the film")).clicked() {
            panel.ask(discuss(DiscussCommand::ShowThread(thread.key)));
        }
        if thread.first().is_none() {
            ui.label(RichText::new(tr("The first comment was deleted.")).small().color(theme::weak()));
        }
        for said in &thread.said {
            said_ui(ui, panel, film, said);
        }
        foot_ui(ui, panel, film, thread, number);
    });
    ui.add_space(2.0);
}

fn said_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm, said: &Said) {
    let comment = &said.comment;
    let is_own = panel.session.reader_id() == Some(&said.by);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(RichText::new(author(panel.session, &said.by)).small().color(theme::text()));
        let ago = ago_text((panel.state.now_ms - comment.made_at_ms).max(0) / 1000);
        let when = utc_text(comment.made_at_ms);
        ui.label(RichText::new(ago).small().color(theme::weak())).on_hover_text(when);
        if is_own {
            for (text, name, command) in [
                (tr("edit"), tr("Edit comment"), DiscussCommand::ChangeComment(comment.id)),
                (tr("delete"), tr("Delete comment"), DiscussCommand::DeleteComment(comment.id)),
            ] {
                let button = ui.add(egui::Button::new(RichText::new(text).small().color(theme::weak())).frame(false));
                button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, name));
                if button.clicked() {
                    panel.ask(discuss(command));
                }
            }
        }
    });
    if film.discussion.draft.as_ref().is_some_and(|draft| draft.target == Target::Change(comment.id)) {
        draft_ui(ui, panel, film);
    } else if comment.text.is_empty() {
        ui.label(RichText::new(tr("Resolved this thread.")).color(theme::weak()));
    } else {
        ui.add(egui::Label::new(RichText::new(&comment.text).color(theme::text())).wrap());
    }
}

fn foot_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm, thread: &Thread, number: usize) {
    if film.discussion.draft.as_ref().is_some_and(|draft| draft.target == Target::Answer(thread.key)) {
        draft_ui(ui, panel, film);
        return;
    }
    ui.horizontal(|ui| {
        let (settle, name, command) = if thread.is_resolved {
            (tr("Reopen"), tr_args("Reopen comment {}", &[&number]), DiscussCommand::Unresolve(thread.key))
        } else {
            (tr("Resolve"), tr_args("Resolve comment {}", &[&number]), DiscussCommand::Resolve(thread.key))
        };
        let answer = tr_args("Answer comment {}", &[&number]);
        for (text, name, command) in
            [(tr("Answer"), answer, DiscussCommand::Answer(thread.key)), (settle, name, command)]
        {
            let button = ui.small_button(text);
            button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
            if button.clicked() {
                panel.ask(discuss(command));
            }
        }
    });
}

/// The field in which a comment is typed.
pub(super) fn field_id() -> egui::Id {
    egui::Id::unique("comment draft")
}

/// The field: Ctrl+Enter posts; leaving the film keeps what was typed.
fn draft_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let Some(draft) = &film.discussion.draft else { return };
    let mut text = draft.text.clone();
    let field = egui::TextEdit::multiline(&mut text).id(field_id()).desired_rows(2).desired_width(f32::INFINITY);
    let response = ui.add(field.hint_text(tr("Ctrl+Enter posts it")));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Comment text")));
    // The field that has just come up takes the keyboard, once.
    let begun = (film.image().clone(), draft.target, film.reading.comments().len());
    if panel.state.begun_draft.as_ref() != Some(&begun) {
        panel.state.begun_draft = Some(begun);
        response.request_focus();
        response.scroll_to_me(None);
    }
    // By what was held as the key went down: at the end of the frame Ctrl may be up again.
    let is_chord = |event: &egui::Event| match event {
        egui::Event::Key { key: egui::Key::Enter, pressed: true, modifiers, .. } => modifiers.ctrl || modifiers.command,
        _ => false,
    };
    let posts = response.has_focus() && ui.input(|i| i.events.iter().any(is_chord));
    if response.changed() {
        panel.ask(discuss(DiscussCommand::Type(text)));
    }
    ui.horizontal(|ui| {
        let button = ui.small_button(tr("Post"));
        button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr("Post comment")));
        if button.clicked() || posts {
            panel.ask(discuss(DiscussCommand::Post));
        }
        let button = ui.small_button(tr("Discard"));
        button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr("Discard comment")));
        if button.clicked() {
            panel.ask(discuss(DiscussCommand::DropDraft));
        }
    });
}

/// The lines of the film's menu: a comment where it was opened, and references.
pub(super) fn menu_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(film) = &panel.session.pane.film else { return };
    let selected = film.selected().filter(|mark| mark.shape().is_some()).map(Annotation::id);
    ui.separator();
    let on_mark = selected.map(|id| (tr("Comment on this finding"), Pin::Mark(id)));
    let here = film.menu_at.or(film.cursor).map(|place| (tr("Comment here"), Pin::Place(place)));
    for (name, pin) in on_mark.into_iter().chain(here) {
        kit::named_menu_item(ui, panel, &discuss(DiscussCommand::CommentOn(pin)), name);
    }
    if selected.is_some() {
        kit::menu_item(ui, panel, &discuss(DiscussCommand::UseAsReference));
    }
    kit::menu_item(ui, panel, &discuss(DiscussCommand::AddFilmAsReference));
}

/// One's own name; of others only the id, as the tables have it.
fn author(session: &Session, by: &ReaderId) -> String {
    match &session.reader {
        Some(reader) if reader.id == *by => reader.name.clone(),
        _ => by.to_string(),
    }
}

/// To the minute at best.
fn ago_text(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (minutes, hours, days) {
        (0, ..) => tr("just now").to_owned(),
        (_, 0, _) => tr_args("{} min ago", &[&minutes]),
        (_, _, 0) => tr_args("{} h ago", &[&hours]),
        _ => tr_args("{} d ago", &[&days]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told() {
        let check = |seconds: i64, expected: &str| assert_eq!(ago_text(seconds), expected, "{seconds}");
        check(59, "just now");
        check(60, "1 min ago");
        check(3599, "59 min ago");
        check(3600, "1 h ago");
        check(86_399, "23 h ago");
        check(86_400, "1 d ago");
    }
}
