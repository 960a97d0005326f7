//! What readers disagree on, finding by finding: the list of findings, the film, and the card of one finding.

mod card;
mod decisions;
mod films;
mod list;
mod merging;
mod naming;
mod testimonies;
pub(in crate::ui) mod words;

use egui::{CentralPanel, CursorIcon, Rect, RichText, Ui};

use crate::session::gesture::Gesture;
use crate::session::keymap::Chord;
use crate::session::team::{Hand, ReviewCommand, TeamCommand};
use crate::session::{Command, OpenFilm, Session};

use super::hands::to_canvas;
use super::words::{tr, tr_args, translated};
use super::{Panel, canvas, kit, shell, theme, window_menu};

/// What the screen keeps between frames.
#[derive(Default, Debug)]
pub struct ReviewScreenState {
    /// The reason for a decision while it is typed, and the finding that it is of.
    rationale: Option<(crate::domain::adjudication::FindingKey, String)>,
    /// The field that finds a name has taken the keyboard.
    has_name_focus: bool,
    /// The field for a question has taken the keyboard.
    has_question_focus: bool,
    /// The pointer is over the list of findings.
    is_over_list: bool,
    /// The row that was last brought into sight.
    scrolled_to: Option<crate::session::team::ReviewItem>,
}

const fn review(command: ReviewCommand) -> Command {
    Command::Team(TeamCommand::Review(command))
}

/// What a plain key does while a list stands open that is chosen from; `None` where none does, or the key is not for it.
pub(super) fn key_of_list(session: &Session, chord: &Chord, is_repeat: bool) -> Option<Vec<Command>> {
    naming::key(session, chord, is_repeat).or_else(|| merging::key(session, chord, is_repeat))
}

pub(super) fn review_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.team.reviewing;
    if desk.image.is_none() {
        films::films_ui(ui, panel);
        return;
    }
    // The key that keeps the film bare was let go.
    if desk.is_bare && panel.state.held_keys.is_empty() {
        panel.ask(review(ReviewCommand::Bare(false)));
    }
    egui::Panel::top("review tools").frame(shell::bar_frame()).show_separator_line(false).show(ui, |ui| {
        tools_ui(ui, panel);
    });
    if let Some(why) = &desk.failure {
        let why = translated(why).into_owned();
        shell::empty_ui(ui, panel, tr("This film can't be reviewed now"), &why, &[review(ReviewCommand::Load)]);
        return;
    }
    egui::Panel::left("findings of readers")
        .exact_size(theme::REVIEW_LIST_WIDTH)
        .resizable(false)
        .show_separator_line(false)
        .frame(shell::bar_frame())
        .show(ui, |ui| list::list_ui(ui, panel));
    egui::Panel::right("finding card")
        .exact_size(theme::REVIEW_CARD_WIDTH)
        .resizable(false)
        .show_separator_line(false)
        .frame(shell::bar_frame())
        .show(ui, |ui| card::card_ui(ui, panel));
    CentralPanel::no_frame().show(ui, |ui| canvas::panes_ui(ui, panel));
}

fn tools_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal_wrapped(|ui| {
        kit::titled_button(ui, panel, &review(ReviewCommand::Load), None);
        kit::titled_button(ui, panel, &review(ReviewCommand::StepFilm(-1)), Some("◀"));
        kit::titled_button(ui, panel, &review(ReviewCommand::StepFilm(1)), Some("▶"));
        let desk = &panel.session.team.reviewing;
        let shown = &desk.list.shown;
        let is_open = |place: &usize| desk.films.get(*place).map(|film| &film.image) == desk.image.as_ref();
        if let Some(at) = shown.iter().position(is_open) {
            let text = tr_args("Film {} of {}", &[&(at + 1), &shown.len()]);
            ui.label(RichText::new(text).color(theme::weak()));
        }
        ui.separator();
        window_menu::menu_ui(ui, panel);
        let display = panel.session.pane.film.as_ref().and_then(|film| film.display.as_ref());
        kit::toggle_button(ui, panel, &Command::Invert, tr("Invert"), display.is_some_and(|d| d.is_inverted));
        kit::titled_button(ui, panel, &Command::Fit, None);
        kit::titled_button(ui, panel, &Command::OneToOne, None);
        ui.separator();
        let names = review(ReviewCommand::ToggleNames);
        kit::toggle_button(ui, panel, &names, tr("Names"), names.is_on(panel.session));
        ui.separator();
        undo_ui(ui, panel);
        kit::titled_button(ui, panel, &review(ReviewCommand::AdoptUnanimous), None);
        kit::titled_button(ui, panel, &Command::CheatSheet, Some("?"));
    });
}

/// Undo and redo say what they would take back.
fn undo_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let (Some(open), Some(me)) = (&session.team.reviewing.review, session.reader_id()) else { return };
    for (command, text, what) in
        [(ReviewCommand::Undo, tr("Undo"), open.undo_title(me)), (ReviewCommand::Redo, tr("Redo"), open.redo_title(me))]
    {
        let command = review(command);
        let title = command.row().map_or("", |row| tr(row.title));
        let response = ui.add_enabled(what.is_some(), egui::Button::new(text));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, what.is_some(), title));
        let help = match &what {
            Some(what) => format!("{}\n{}", kit::tooltip(session, &command), translated(what)),
            None => kit::tooltip(session, &command),
        };
        if response.on_hover_text(&help).on_disabled_hover_text(&help).clicked() {
            panel.ask(command);
        }
    }
}

/// What a press on the film would do.
pub(super) fn cursor_icon(ui: &Ui, session: &Session, film: &OpenFilm, response: &egui::Response, rect: Rect) {
    if !response.contains_pointer() {
        return;
    }
    let at = ui.input(|i| i.pointer.hover_pos()).map(|pos| to_canvas(rect, pos));
    let hold = at.and_then(|at| session.review_hold_at(at));
    let icon = match (&film.gesture, &session.team.reviewing.hand, hold) {
        (Some(Gesture::Pan { .. }), ..) => CursorIcon::Grabbing,
        (Some(Gesture::WindowLevel { .. }), ..) => CursorIcon::AllScroll,
        (Some(Gesture::Zoom { .. }), ..) => CursorIcon::ZoomIn,
        (_, _, Some(Some(handle))) => canvas::handle_cursor(handle, film),
        (_, _, Some(None)) => CursorIcon::Move,
        (_, Hand::Box(held), None) if held.rect.is_none() => CursorIcon::Crosshair,
        _ if session.team.reviewing.hovered.is_some() => CursorIcon::PointingHand,
        _ => CursorIcon::Default,
    };
    ui.ctx().set_cursor_icon(icon);
}
