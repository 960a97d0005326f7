//! From what the window system calls keys to commands, by the map in force.

use egui::{Event, Key, Modifiers};

use crate::session::command::Context;
use crate::session::discussing::DiscussCommand;
use crate::session::input_map::Asked;
use crate::session::keymap::Chord;
use crate::session::team::{ReviewCommand, TeamCommand};
use crate::session::{Command, Dialog, Input, Session};

use super::{UiState, comments, review_screen, unfit_menu};

/// Seconds in which the second of two strokes must follow.
const SECOND_STROKE: f64 = 1.5;

/// What the keys pressed in this frame ask for. Text fields and focused buttons keep theirs.
pub fn inputs(ui: &egui::Ui, session: &Session, state: &mut UiState, canvas: egui::Id, out: &mut Vec<Input>) {
    let focus = ui.ctx().memory(egui::Memory::focused);
    let is_typing = ui.ctx().egui_wants_keyboard_input();
    let is_on_widget = focus.is_some_and(|id| id != canvas);
    let is_on_film = matches!(session.keys_heard_first(), Context::Film | Context::Review);
    let (events, now) = ui.input(|i| (i.events.clone(), i.time));
    state.first_stroke.take_if(|(_, struck)| now - *struck > SECOND_STROKE);
    for event in events {
        let is_held = is_held_key(&event, state);
        let Some((chord, _)) = stroke(&event, state, is_on_film) else { continue };
        let is_repeat = is_held;
        // Lists on the review screen, of names and of findings to merge, find, step and take with plain keys.
        let for_list = session.dialog.is_none().then(|| review_screen::key_of_list(session, &chord, is_repeat));
        if let Some(asked) = for_list.flatten() {
            out.extend(asked.into_iter().map(Input::Command));
            continue;
        }
        let is_plain = !chord.ctrl && !chord.alt;
        let is_editing_chord = chord.ctrl && matches!(chord.key.as_str(), "C" | "V" | "X" | "Z" | "Y" | "A");
        let text_keeps_it =
            is_typing && focus != Some(canvas) && chord.key != "Escape" && (is_plain || is_editing_chord);
        // It posts what is typed, and says nothing of the film.
        let posts_comment = chord.key == "Enter" && focus == Some(comments::field_id());
        // Sends the answer, and does not complete the film.
        let sends_answer = chord.ctrl && chord.key == "Enter" && focus.is_some() && focus == state.answer_field;
        if text_keeps_it || posts_comment || sends_answer {
            continue;
        }
        let widget_keeps_it = is_on_widget
            && is_plain
            && matches!(chord.key.as_str(), "Enter" | "Space" | "Tab")
            && session.dialog.is_none();
        if widget_keeps_it {
            continue;
        }
        if let Some(dialog) = &session.dialog {
            // It closes the list that is open in the dialog, not what was filled in.
            if chord.key == "Escape" && egui::Popup::is_any_open(ui.ctx()) {
                continue;
            }
            dialog_key(session, dialog, &chord, is_repeat, is_on_widget, state, out);
            continue;
        }
        let command = asked(session, state, &chord, now);
        let command = command.filter(|command| command.is_available(session) && (!is_repeat || repeats(command)));
        // Slow frames gather what a held key repeats: one film a frame, and none after the key is let go.
        let is_gathered = is_repeat && command.as_ref().is_some_and(|c| pages(c) && is_asked(out, c));
        if let Some(command) = command.filter(|_| !is_gathered) {
            // What opens a list that keys choose from takes the keyboard from the field that had it.
            if matches!(&command, Command::Discuss(DiscussCommand::ChooseUnfit { .. }))
                && let Some(id) = focus
            {
                ui.memory_mut(|memory| memory.surrender_focus(id));
            }
            out.push(Input::Command(command));
        }
    }
}

fn pages(command: &Command) -> bool {
    matches!(command, Command::NextFilm | Command::PreviousFilm | Command::NextFrame | Command::PreviousFrame)
}

fn is_asked(out: &[Input], command: &Command) -> bool {
    out.iter().any(|input| matches!(input, Input::Command(asked) if asked == command))
}

/// Whether a key that is pressed was down already. By where it lies on the keyboard: `?` goes down with Shift and comes
/// up as `/` where Shift was let go first, so that its own name would be held for ever.
fn is_held_key(event: &Event, state: &mut UiState) -> bool {
    match event {
        Event::Key { key, physical_key, pressed: true, .. } => !state.held_keys.insert(physical_key.unwrap_or(*key)),
        Event::Key { key, physical_key, pressed: false, .. } => {
            state.held_keys.remove(&physical_key.unwrap_or(*key));
            false
        }
        Event::WindowFocused(false) => {
            state.held_keys.clear();
            false
        }
        _ => false,
    }
}

/// The chord of an event. The space bar speaks when it is let go: while it is held it pans.
fn stroke(event: &Event, state: &mut UiState, is_on_film: bool) -> Option<(Chord, bool)> {
    match event {
        Event::Key { key: Key::Space, pressed, modifiers, repeat, .. } if is_on_film => {
            if *pressed {
                state.has_space_dragged &= *repeat;
                return None;
            }
            (!state.has_space_dragged).then(|| Some((chord(Key::Space, *modifiers)?, false)))?
        }
        Event::Key { key, pressed: true, modifiers, repeat, .. } => Some((chord(*key, *modifiers)?, *repeat)),
        Event::Copy => Some((Chord::parse("Ctrl+C")?, false)),
        Event::Cut => Some((Chord::parse("Ctrl+X")?, false)),
        Event::Paste(_) => Some((Chord::parse("Ctrl+V")?, false)),
        _ => None,
    }
}

/// What keys do while something stands in front of the screen.
fn dialog_key(
    session: &Session,
    dialog: &Dialog,
    chord: &Chord,
    is_repeat: bool,
    is_on_widget: bool,
    state: &UiState,
    out: &mut Vec<Input>,
) {
    // The settings page listens for the keys to bind.
    if *dialog == Dialog::Settings && state.settings.is_listening() {
        return;
    }
    let asks_again = || match session.input.command_for(std::slice::from_ref(chord), Context::Everywhere) {
        Asked::Command { command, .. } => match dialog {
            Dialog::Palette => command == Command::Palette,
            Dialog::CheatSheet => command == Command::CheatSheet,
            Dialog::Settings => command == Command::ShowSettings,
            Dialog::TestPattern => command == Command::ShowTestPattern,
            Dialog::ChooseUnfit { .. } => matches!(command, Command::Discuss(DiscussCommand::ChooseUnfit { .. })),
            _ => false,
        },
        Asked::More | Asked::Nothing => false,
    };
    let closes = match (dialog, chord.key.as_str()) {
        (_, "Escape") => true,
        _ if is_repeat => false,
        (Dialog::ConfirmNoFinding { .. } | Dialog::PendingSuggestions { .. } | Dialog::GiveBack(_), "Enter")
            if !is_on_widget =>
        {
            out.push(Input::Command(Command::Confirm));
            false
        }
        (Dialog::ChooseUnfit { goes_on, .. }, _) => {
            out.extend(unfit_menu::reason_of_key(chord, *goes_on).map(Input::Command));
            asks_again()
        }
        (Dialog::CheatSheet | Dialog::MyStatistics(_) | Dialog::Report { .. }, "Enter") => !is_on_widget,
        _ => asks_again(),
    };
    if closes {
        out.push(Input::Command(Command::CloseDialog));
    }
}

/// The command of a stroke, or of two.
fn asked(session: &Session, state: &mut UiState, chord: &Chord, now: f64) -> Option<Command> {
    let first = state.first_stroke.take().map(|(first, _)| first);
    let strokes: Vec<Chord> = first.into_iter().chain([chord.clone()]).collect();
    match session.asked(&strokes, session.keys_heard_first()) {
        Asked::Command { command, .. } => Some(command),
        Asked::More => {
            state.first_stroke = Some((chord.clone(), now));
            None
        }
        Asked::Nothing => None,
    }
}

/// What a held key goes on doing. A decision is never one of them: a key that rests must not sign films off.
fn repeats(command: &Command) -> bool {
    use Command::{
        NextFilm, NextFrame, NudgeDown, NudgeDownFar, NudgeLeft, NudgeLeftFar, NudgeRight, NudgeRightFar, NudgeUp,
        NudgeUpFar, PreviousFilm, PreviousFrame, Redo, SelectNext, SelectPrevious, Undo, ZoomIn, ZoomOut,
    };
    if let Command::Team(TeamCommand::Review(ReviewCommand::Step(_))) = command {
        return true;
    }
    matches!(
        command,
        NextFilm
            | NextFrame
            | NudgeDown
            | NudgeDownFar
            | NudgeLeft
            | NudgeLeftFar
            | NudgeRight
            | NudgeRightFar
            | NudgeUp
            | NudgeUpFar
            | PreviousFilm
            | PreviousFrame
            | Redo
            | SelectNext
            | SelectPrevious
            | Undo
            | ZoomIn
            | ZoomOut
    )
}

/// A key with its modifiers as the map knows it.
pub(super) fn chord(key: Key, modifiers: Modifiers) -> Option<Chord> {
    let name = match key {
        Key::ArrowLeft => "ArrowLeft",
        Key::ArrowRight => "ArrowRight",
        Key::ArrowUp => "ArrowUp",
        Key::ArrowDown => "ArrowDown",
        Key::Questionmark => "?",
        Key::Slash if modifiers.shift => "?",
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        Key::Copy | Key::Cut | Key::Paste => return None,
        // Held with another key they are its modifiers; by themselves they ask for nothing.
        Key::ShiftLeft | Key::ShiftRight | Key::ControlLeft | Key::ControlRight | Key::AltLeft | Key::AltRight => {
            return None;
        }
        other => other.name(),
    };
    // Symbols are reached through Shift on some keyboards and not on others.
    let is_symbol =
        matches!(key, Key::Questionmark | Key::Slash | Key::Plus | Key::Equals | Key::Minus | Key::Backtick);
    Some(Chord {
        ctrl: modifiers.command || modifiers.ctrl,
        shift: modifiers.shift && !is_symbol,
        alt: modifiers.alt,
        key: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::COMMANDS;

    #[test]
    fn every_chord_of_the_table_can_be_typed() {
        let typed: Vec<String> = Key::ALL
            .iter()
            .flat_map(|&key| [false, true].map(|shift| chord(key, Modifiers { shift, ..Modifiers::NONE })))
            .flatten()
            .map(|chord| chord.key)
            .collect();
        for row in COMMANDS.iter() {
            for text in row.chords {
                let key = Chord::parse(text).expect("parses").key;
                assert!(typed.contains(&key), "{text} of {} can't be typed", row.id);
            }
        }
    }
}
