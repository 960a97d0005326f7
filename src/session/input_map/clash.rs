//! What the map in force can't give: keys that mean two things, and keys taken from labels.

use crate::domain::label::{LabelName, LabelSet};

use super::super::command::{COMMANDS, CommandRow, Context};
use super::super::keymap::Chord;
use super::{InputMap, Keys};

/// Keys that do not do what one of their owners says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Clash {
    /// Both commands have the keys; the first gets them where both are heard.
    Commands { keys: Keys, first: &'static str, second: &'static str },
    /// The label's hotkey goes before the command, or after it where the reader bound the command.
    Label { keys: Keys, command: &'static str, label: LabelName, is_label_first: bool },
    /// The first stroke of the second command is the first command: the second can't be reached.
    Start { keys: Keys, first: &'static str, second: &'static str },
}

impl InputMap {
    /// Every clash, in the order of the command table; `labels` is the open label set.
    pub fn clashes(&self, labels: Option<&LabelSet>) -> Vec<Clash> {
        let rows: Vec<_> = COMMANDS.iter().zip(&self.keys).collect();
        // The order in which keys are looked up: film commands first.
        let (review, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(row, _)| row.context == Context::Review);
        let (film, general): (Vec<_>, Vec<_>) = others.into_iter().partition(|(row, _)| row.context == Context::Film);
        let all: Vec<_> = review.into_iter().chain(film).chain(general).collect();
        let mut clashes = Vec::new();
        for (n, (row, own)) in all.iter().enumerate() {
            for keys in *own {
                for (other, others) in &all[n + 1..] {
                    if others.contains(keys) && are_heard_together(row, other) {
                        clashes.push(Clash::Commands { keys: self.turned(keys), first: row.id, second: other.id });
                    }
                }
                for (other, others) in all.iter().filter(|(other, _)| are_heard_together(row, other)) {
                    for longer in others.iter().filter(|longer| is_start(keys, longer)) {
                        clashes.push(Clash::Start { keys: self.turned(longer), first: row.id, second: other.id });
                    }
                }
                // Labels are named while a film is read.
                let is_with_labels = row.context != Context::Review;
                let first = keys.strokes().first().filter(|_| is_with_labels);
                if let Some(label) = first.and_then(|stroke| label_of(stroke, labels)) {
                    let is_label_first = !self.is_changed(row);
                    clashes.push(Clash::Label { keys: self.turned(keys), command: row.id, label, is_label_first });
                }
            }
        }
        clashes
    }
}

/// Whether there is a screen on which the keys of both are heard.
fn are_heard_together(one: &CommandRow, other: &CommandRow) -> bool {
    [Context::Everywhere, Context::Film, Context::Review]
        .into_iter()
        .any(|here| one.context.is_heard_with(&one.command, here) && other.context.is_heard_with(&other.command, here))
}

/// The label that a stroke would stand for.
fn label_of(stroke: &Chord, labels: Option<&LabelSet>) -> Option<LabelName> {
    // The keys of the map have their digits as the preset has them, and so have the hotkeys.
    let is_plain = !stroke.ctrl && !stroke.alt && !stroke.shift;
    let mut letters = stroke.key.chars();
    let letter = letters.next().filter(|_| letters.next().is_none() && is_plain)?;
    let label = labels?.by_hotkey(letter)?;
    // "No finding" is a label and a command: the same key for the same thing.
    (!label.name.is_no_finding()).then(|| label.name.clone())
}

fn is_start(keys: &Keys, longer: &Keys) -> bool {
    longer.strokes().len() > keys.strokes().len() && longer.strokes().starts_with(keys.strokes())
}

#[cfg(test)]
mod tests {
    use super::super::{InputChange, Keys};
    use super::*;
    use crate::domain::label::{Label, LabelKind};

    fn bound(id: &str, keys: &str) -> InputMap {
        InputMap::default().changed(InputChange::BindKeys(id.to_owned(), vec![Keys::parse(keys).unwrap()]))
    }

    #[test]
    fn two_commands_on_one_chord() {
        let keys = Keys::parse("Ctrl+K").unwrap();
        assert_eq!(
            bound("invert", "Ctrl+K").clashes(None),
            [Clash::Commands { keys, first: "invert", second: "palette" }]
        );
    }

    #[test]
    fn a_start_that_is_a_command() {
        let keys = Keys::parse("I R").unwrap();
        assert_eq!(bound("rotate", "I R").clashes(None), [Clash::Start { keys, first: "invert", second: "rotate" }]);
    }

    #[test]
    fn a_label_s_key() {
        let label = |name: &str, hotkey| Label { hotkey: Some(hotkey), ..Label::named(name, LabelKind::Local) };
        let set = LabelSet::new("set", "", "", vec![label("Osteophytes", '1'), label("Ivory", 'i')]).unwrap();
        let clash = |keys: &str, command, name: &str, is_label_first| Clash::Label {
            keys: Keys::parse(keys).unwrap(),
            command,
            label: LabelName::new(name),
            is_label_first,
        };
        assert_eq!(InputMap::default().clashes(Some(&set)), [clash("I", "invert", "Ivory", true)]);
        let own = bound("fit", "1").clashes(Some(&set));
        // On a film under review, where fitting is heard too, 1 takes the first reader's box.
        let under_review = Clash::Commands { keys: Keys::parse("1").unwrap(), first: "review_take_1", second: "fit" };
        let expected = [under_review, clash("I", "invert", "Ivory", true), clash("1", "fit", "Osteophytes", false)];
        assert_eq!(own, expected);
    }
}
