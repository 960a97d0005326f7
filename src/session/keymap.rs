//! Chords as people write them: `Ctrl+Shift+Z`.

use std::fmt;

use crate::domain::label::LabelName;

use super::command::{Command, Context};
use super::input_map::Asked;
use super::screen::{Screen, Session};

/// A key with its modifiers. Keys carry the names that keyboards print: `A`, `1`, `Enter`, `PageDown`, `?`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Chord {
    pub ctrl: bool,
    pub shift: bool,
    pub alt: bool,
    pub key: String,
}

impl Chord {
    /// Reads `Ctrl+Shift+Z`; `None` where no key is named.
    pub fn parse(text: &str) -> Option<Self> {
        let mut chord = Self { ctrl: false, shift: false, alt: false, key: String::new() };
        let mut rest = text;
        loop {
            if let Some(after) = rest.strip_prefix("Ctrl+") {
                chord.ctrl = true;
                rest = after;
            } else if let Some(after) = rest.strip_prefix("Shift+") {
                chord.shift = true;
                rest = after;
            } else if let Some(after) = rest.strip_prefix("Alt+") {
                chord.alt = true;
                rest = after;
            } else {
                rest.clone_into(&mut chord.key);
                return (!chord.key.is_empty()).then_some(chord);
            }
        }
    }
}

impl Chord {
    /// As keyboards print it: `Ctrl+←`.
    pub fn printed(&self) -> String {
        let key = match self.key.as_str() {
            "Backtick" => "`",
            "Equals" => "=",
            "Plus" => "+",
            "Minus" => "-",
            "Comma" => ",",
            "Period" => ".",
            "Semicolon" => ";",
            "Colon" => ":",
            "Quote" => "'",
            "Slash" => "/",
            "Backslash" => "\\",
            "Pipe" => "|",
            "Exclamationmark" => "!",
            "OpenCurlyBracket" => "{",
            "CloseCurlyBracket" => "}",
            "PageDown" => "PgDn",
            "PageUp" => "PgUp",
            "ArrowLeft" => "←",
            "ArrowRight" => "→",
            "ArrowUp" => "↑",
            "ArrowDown" => "↓",
            other => other,
        };
        Self { key: key.to_owned(), ..self.clone() }.to_string()
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (is_held, name) in [(self.ctrl, "Ctrl+"), (self.shift, "Shift+"), (self.alt, "Alt+")] {
            if is_held {
                f.write_str(name)?;
            }
        }
        f.write_str(&self.key)
    }
}

impl Session {
    /// Whose keys come first on the screen that is shown.
    pub fn keys_heard_first(&self) -> Context {
        let has_film = self.pane.film.is_some() && self.dialog.is_none();
        match self.screen {
            Screen::Film if has_film => Context::Film,
            Screen::Review if self.dialog.is_none() => Context::Review,
            _ => Context::Everywhere,
        }
    }

    /// What the strokes so far ask for: first what the reader bound, then the label's hotkey, then the preset's.
    pub fn asked(&self, strokes: &[Chord], here: Context) -> Asked {
        let label = || {
            let [stroke] = strokes else { return None };
            let key = (here == Context::Film).then(|| self.input.label_key(stroke)).flatten()?;
            let command = self.label_for_key(&key).map(Command::AssignLabel)?;
            Some(Asked::Command { command, is_own: false })
        };
        match self.input.command_for(strokes, here) {
            // "No finding" is a label too, but the command also takes it back.
            asked @ (Asked::More
            | Asked::Command { is_own: true, .. }
            | Asked::Command { command: Command::NoFinding, .. }) => asked,
            asked @ (Asked::Command { .. } | Asked::Nothing) => label().unwrap_or(asked),
        }
    }

    /// The label that a plain key stands for in the open project's label set: `1`, `b`.
    pub fn label_for_key(&self, key: &str) -> Option<LabelName> {
        let mut letters = key.chars();
        let first = letters.next().filter(|_| letters.next().is_none())?;
        self.label_set()?.by_hotkey(first).map(|label| label.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::command::{COMMANDS, CommandRow};
    use super::*;

    #[test]
    fn chords_read_back_as_written() {
        for row in COMMANDS.iter() {
            for chord in row.chords {
                assert_eq!(Chord::parse(chord).expect(chord).to_string(), *chord);
            }
        }
    }

    #[test]
    fn no_chord_means_two_things() {
        for here in [Context::Film, Context::Review] {
            let heard = |row: &&&CommandRow| row.context.is_heard_with(&row.command, here);
            let mut seen: HashMap<&str, &str> = HashMap::new();
            for row in COMMANDS.iter().filter(heard) {
                for chord in row.chords {
                    if let Some(other) = seen.insert(chord, row.id) {
                        panic!("{chord} means both {other} and {}", row.id);
                    }
                }
            }
        }
    }
}
