//! From what the window system calls keys to the chords of the command table.

use egui::{Event, Key, Modifiers};

use crate::session::keymap::{Chord, resolve};
use crate::session::{Command, Dialog, Input, Screen, Session};

/// What the keys pressed in this frame ask for. Text fields and focused buttons keep theirs.
pub fn inputs(ui: &egui::Ui, session: &Session, canvas: egui::Id, out: &mut Vec<Input>) {
    let focus = ui.ctx().memory(egui::Memory::focused);
    let is_typing = ui.ctx().egui_wants_keyboard_input();
    let is_on_widget = focus.is_some_and(|id| id != canvas);
    let is_on_film = session.screen == Screen::Film && session.pane.film.is_some() && session.dialog.is_none();
    let events = ui.input(|i| i.events.clone());
    for event in events {
        let (chord, is_repeat) = match event {
            Event::Key { key, pressed: true, modifiers, repeat, .. } => (chord(key, modifiers), repeat),
            Event::Copy => (Chord::parse("Ctrl+C"), false),
            Event::Paste(_) => (Chord::parse("Ctrl+V"), false),
            _ => continue,
        };
        let Some(chord) = chord else { continue };
        let is_plain = !chord.ctrl && !chord.alt;
        let is_editing_chord = chord.ctrl && matches!(chord.key.as_str(), "C" | "V" | "X" | "Z" | "Y" | "A");
        let text_keeps_it =
            is_typing && focus != Some(canvas) && chord.key != "Escape" && (is_plain || is_editing_chord);
        if text_keeps_it {
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
            match (dialog, chord.key.as_str()) {
                (_, "Escape") => out.push(Input::Command(Command::CloseDialog)),
                _ if is_repeat => {}
                (Dialog::ConfirmNoFinding { .. }, "Enter") if !is_on_widget => {
                    out.push(Input::Command(Command::Confirm));
                }
                (Dialog::CheatSheet | Dialog::Report { .. }, "Enter" | "?" | "F1") => {
                    out.push(Input::Command(Command::CloseDialog));
                }
                (Dialog::Palette, "K") if chord.ctrl => out.push(Input::Command(Command::CloseDialog)),
                _ => {}
            }
            continue;
        }
        let command = resolve(&chord, is_on_film).or_else(|| {
            let is_label_key = is_on_film && is_plain && !chord.shift;
            is_label_key.then(|| session.label_for_key(&chord.key)).flatten().map(Command::AssignLabel)
        });
        let command = command.filter(|command| command.is_available(session) && (!is_repeat || repeats(command)));
        if let Some(command) = command {
            out.push(Input::Command(command));
        }
    }
}

/// What a held key goes on doing. A decision is never one of them: a key that rests must not sign films off.
fn repeats(command: &Command) -> bool {
    use Command::{
        NextFilm, NextFrame, NudgeDown, NudgeDownFar, NudgeLeft, NudgeLeftFar, NudgeRight, NudgeRightFar, NudgeUp,
        NudgeUpFar, PreviousFilm, PreviousFrame, Redo, SelectNext, SelectPrevious, Undo, ZoomIn, ZoomOut,
    };
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

fn chord(key: Key, modifiers: Modifiers) -> Option<Chord> {
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
        for row in COMMANDS {
            for text in row.chords {
                let key = Chord::parse(text).expect("parses").key;
                assert!(typed.contains(&key), "{text} of {} can't be typed", row.id);
            }
        }
    }
}
