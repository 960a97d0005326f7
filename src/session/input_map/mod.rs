//! Which key, mouse button and turn of the wheel asks for what: a preset, and the reader's own changes to it.
//!
//! A plain key is looked up in this order: what the reader bound, the open label set's hotkey, the preset. So a preset
//! never takes a label's key away, and a reader who wants one gets it, with a [`Clash`] that says so.

mod clash;
mod mouse;
mod presets;

use std::collections::BTreeMap;
use std::fmt;

use super::command::{COMMANDS, Command, CommandRow, Context};
use super::keymap::Chord;

pub use clash::Clash;
pub use mouse::{DragAction, Held, MouseButton, Press, PressAction, WheelAction};
pub use presets::Preset;

/// One chord, or two that are struck one after the other, written with a space between them: `Ctrl+G R`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Keys(Vec<Chord>);

impl Keys {
    /// `None` where there are no strokes, more than two, or one that is no chord.
    pub fn new(strokes: Vec<Chord>) -> Option<Self> {
        ((1..=2).contains(&strokes.len())).then_some(Self(strokes))
    }

    pub fn parse(text: &str) -> Option<Self> {
        let strokes: Option<Vec<Chord>> = text.split(' ').map(Chord::parse).collect();
        Self::new(strokes?)
    }

    pub fn strokes(&self) -> &[Chord] {
        &self.0
    }

    /// As keyboards print them, two strokes with a space between them.
    pub fn printed(&self) -> String {
        self.0.iter().map(Chord::printed).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, stroke) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{stroke}")?;
        }
        Ok(())
    }
}

/// What plain digits are for; the other one has them with Alt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Digits {
    #[default]
    Labels,
    Windows,
}

/// What one reader chose. A command that is not named here has the preset's keys; one with no keys has none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct InputChoices {
    pub preset: Preset,
    /// By the id of the command's row; ids of other versions of the program are kept as they are.
    pub keys: BTreeMap<String, Vec<Keys>>,
    pub buttons: BTreeMap<Press, PressAction>,
    pub wheel: BTreeMap<Held, WheelAction>,
    pub digits: Digits,
}

/// One change to the choices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InputChange {
    /// Takes the preset and drops what the reader had changed.
    UsePreset(Preset),
    /// These keys and no others, for the command of that id.
    BindKeys(String, Vec<Keys>),
    /// The preset's keys again.
    ResetKeys(String),
    BindButton(Press, PressAction),
    BindWheel(Held, WheelAction),
    UseDigitsFor(Digits),
}

/// What a stroke asks for.
#[derive(Clone, PartialEq, Debug)]
pub enum Asked {
    Command {
        command: Command,
        /// The reader bound it; it goes before a label's hotkey.
        is_own: bool,
    },
    /// The first of two strokes.
    More,
    Nothing,
}

/// The map in force.
#[derive(Clone, PartialEq, Debug)]
pub struct InputMap {
    choices: InputChoices,
    /// For each row of the command table, in its order.
    keys: Vec<Vec<Keys>>,
}

impl Default for InputMap {
    fn default() -> Self {
        Self::new(InputChoices::default())
    }
}

impl InputMap {
    pub fn new(choices: InputChoices) -> Self {
        let keys = COMMANDS
            .iter()
            .map(|row| choices.keys.get(row.id).cloned().unwrap_or_else(|| choices.preset.keys(row)))
            .collect();
        Self { choices, keys }
    }

    pub const fn choices(&self) -> &InputChoices {
        &self.choices
    }

    /// The map after a change.
    #[must_use]
    pub fn changed(&self, change: InputChange) -> Self {
        let mut choices = self.choices.clone();
        match change {
            InputChange::UsePreset(preset) => {
                choices = InputChoices { preset, digits: choices.digits, ..InputChoices::default() };
            }
            InputChange::BindKeys(id, keys) => {
                choices.keys.insert(id, keys.iter().map(|keys| self.turned(keys)).collect());
            }
            InputChange::ResetKeys(id) => {
                choices.keys.remove(&id);
            }
            InputChange::BindButton(press, action) => {
                choices.buttons.insert(press, action);
            }
            InputChange::BindWheel(held, action) => {
                choices.wheel.insert(held, action);
            }
            InputChange::UseDigitsFor(digits) => choices.digits = digits,
        }
        Self::new(choices)
    }

    /// What the strokes so far ask for where keys of this context are heard first; general ones come last.
    pub fn command_for(&self, strokes: &[Chord], here: Context) -> Asked {
        let strokes: Vec<Chord> = strokes.iter().map(|stroke| self.with_digits_turned(stroke)).collect();
        let mut is_start = false;
        for context in [Context::Review, Context::Film, Context::Everywhere] {
            let heard = |row: &CommandRow| row.context == context && context.is_heard_with(&row.command, here);
            for (row, keys) in COMMANDS.iter().zip(&self.keys).filter(|(row, _)| heard(row)) {
                if keys.iter().any(|keys| keys.strokes() == strokes) {
                    let is_own = self.choices.keys.contains_key(row.id);
                    return Asked::Command { command: row.command.clone(), is_own };
                }
                is_start |=
                    keys.iter().any(|keys| keys.strokes().len() > strokes.len() && keys.0.starts_with(&strokes));
            }
        }
        if is_start { Asked::More } else { Asked::Nothing }
    }

    /// The label hotkey that a stroke stands for: a plain key, or a digit with Alt where plain digits choose windows.
    pub fn label_key(&self, stroke: &Chord) -> Option<String> {
        let stroke = self.with_digits_turned(stroke);
        (!stroke.ctrl && !stroke.alt && !stroke.shift).then_some(stroke.key)
    }

    /// The keys of a command's row, as they are to be shown.
    pub fn keys_of(&self, command: &Command) -> Vec<Keys> {
        COMMANDS.iter().position(|row| row.command == *command).map_or_else(Vec::new, |n| self.keys_of_row(n))
    }

    /// The same for the `n`th row of the table.
    pub fn keys_of_row(&self, n: usize) -> Vec<Keys> {
        self.keys.get(n).map_or_else(Vec::new, |keys| keys.iter().map(|keys| self.turned(keys)).collect())
    }

    /// The first keys of a command, for tooltips.
    pub fn first_keys(&self, command: &Command) -> Option<Keys> {
        self.keys_of(command).into_iter().next()
    }

    /// Whether the reader changed this row's keys.
    pub fn is_changed(&self, row: &CommandRow) -> bool {
        self.choices.keys.contains_key(row.id)
    }

    /// What a press of a button does. Where these modifiers mean nothing, the button alone decides.
    pub fn press(&self, press: Press) -> PressAction {
        let alone = Press { held: Held::default(), ..press };
        let chosen = |press| self.choices.buttons.get(&press).cloned().or_else(|| self.choices.preset.press(press));
        chosen(press).or_else(|| chosen(alone)).unwrap_or(PressAction::Nothing)
    }

    /// What a turn of the wheel does.
    pub fn wheel(&self, held: Held) -> WheelAction {
        let chosen = |held| self.choices.wheel.get(&held).copied().or_else(|| self.choices.preset.wheel(held));
        chosen(held).or_else(|| chosen(Held::default())).unwrap_or(WheelAction::Nothing)
    }

    fn turned(&self, keys: &Keys) -> Keys {
        Keys(keys.0.iter().map(|stroke| self.with_digits_turned(stroke)).collect())
    }

    /// Where plain digits choose windows, a plain digit and the same with Alt change places.
    fn with_digits_turned(&self, stroke: &Chord) -> Chord {
        let is_digit = stroke.key.len() == 1 && stroke.key.starts_with(|c: char| c.is_ascii_digit());
        let is_turned = self.choices.digits == Digits::Windows && is_digit && !stroke.ctrl && !stroke.shift;
        Chord { alt: stroke.alt != is_turned, ..stroke.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(map: &InputMap, text: &str) -> Asked {
        map.command_for(Keys::parse(text).unwrap().strokes(), Context::Film)
    }

    fn command(map: &InputMap, text: &str) -> Option<Command> {
        match asked(map, text) {
            Asked::Command { command, .. } => Some(command),
            Asked::More | Asked::Nothing => None,
        }
    }

    fn bind(id: &str, keys: &[&str]) -> InputChange {
        InputChange::BindKeys(id.to_owned(), keys.iter().map(|text| Keys::parse(text).unwrap()).collect())
    }

    #[test]
    fn the_preset_named_after_the_program_is_the_command_table() {
        let map = InputMap::default();
        for row in COMMANDS.iter() {
            let shown: Vec<String> = map.keys_of(&row.command).iter().map(ToString::to_string).collect();
            assert_eq!(shown, row.chords, "{}", row.id);
            for chord in row.chords {
                let strokes = Keys::parse(chord).unwrap();
                let here = if row.context == Context::Review { Context::Review } else { Context::Film };
                let asked = map.command_for(strokes.strokes(), here);
                assert!(
                    matches!(&asked, Asked::Command { command, .. } if *command == row.command),
                    "{chord}: {asked:?}"
                );
            }
        }
    }

    #[test]
    fn rebinding_takes_the_old_keys_away_and_resetting_brings_them_back() {
        let map = InputMap::default().changed(bind("invert", &["Ctrl+Alt+J"]));
        assert_eq!(command(&map, "Ctrl+Alt+J"), Some(Command::Invert));
        assert_eq!(asked(&map, "I"), Asked::Nothing);
        let map = map.changed(InputChange::ResetKeys("invert".to_owned()));
        assert_eq!(command(&map, "I"), Some(Command::Invert));
        assert_eq!(asked(&map, "Ctrl+Alt+J"), Asked::Nothing);
        let none = map.changed(bind("invert", &[]));
        assert!(none.keys_of(&Command::Invert).is_empty());
        assert_eq!(asked(&none, "I"), Asked::Nothing);
    }

    #[test]
    fn two_strokes_wait_for_the_second() {
        let map = InputMap::default().changed(bind("rotate", &["G R"]));
        assert_eq!(asked(&map, "G"), Asked::More);
        assert_eq!(command(&map, "G R"), Some(Command::RotateRight));
        assert_eq!(asked(&map, "G X"), Asked::Nothing);
        assert_eq!(map.command_for(Keys::parse("G").unwrap().strokes(), Context::Everywhere), Asked::Nothing);
        assert_eq!(Keys::parse("G R").unwrap().to_string(), "G R");
        assert!(Keys::parse("G R X").is_none() && Keys::parse("").is_none() && Keys::parse("G ").is_none());
    }

    #[test]
    fn what_the_reader_bound_is_told_from_the_preset() {
        let map = InputMap::default().changed(bind("fit", &["1"]));
        assert!(matches!(asked(&map, "1"), Asked::Command { is_own: true, .. }));
        assert!(matches!(asked(&map, "I"), Asked::Command { is_own: false, .. }));
    }

    #[test]
    fn digits_change_places_with_alt() {
        let map = InputMap::default();
        let digit = Chord::parse("2").unwrap();
        let with_alt = Chord::parse("Alt+2").unwrap();
        assert_eq!((map.label_key(&digit).as_deref(), map.label_key(&with_alt)), (Some("2"), None));
        assert_eq!(command(&map, "Alt+2"), Some(Command::WindowPreset(1)));
        let turned = map.changed(InputChange::UseDigitsFor(Digits::Windows));
        assert_eq!((turned.label_key(&digit), turned.label_key(&with_alt).as_deref()), (None, Some("2")));
        assert_eq!(command(&turned, "2"), Some(Command::WindowPreset(1)));
        assert_eq!(asked(&turned, "Alt+2"), Asked::Nothing);
        assert_eq!(turned.first_keys(&Command::WindowPreset(1)).unwrap().to_string(), "2");
    }

    #[test]
    fn a_button_with_modifiers_that_mean_nothing_is_the_button_alone() {
        let map = InputMap::default();
        let ctrl = Held { ctrl: true, ..Held::default() };
        let right = Press { button: MouseButton::Right, held: Held::default() };
        assert_eq!(map.press(right), PressAction::Drag(DragAction::Window));
        assert_eq!(map.press(Press { held: ctrl, ..right }), PressAction::Drag(DragAction::Window));
        let own =
            map.changed(InputChange::BindButton(Press { held: ctrl, ..right }, PressAction::Drag(DragAction::Zoom)));
        assert_eq!(own.press(Press { held: ctrl, ..right }), PressAction::Drag(DragAction::Zoom));
        assert_eq!(own.press(right), PressAction::Drag(DragAction::Window));
        let wheel = own.changed(InputChange::BindWheel(ctrl, WheelAction::Films));
        assert_eq!((wheel.wheel(Held::default()), wheel.wheel(ctrl)), (WheelAction::Zoom, WheelAction::Films));
    }

    #[test]
    fn a_preset_drops_what_was_changed() {
        let map =
            InputMap::default().changed(bind("invert", &["Ctrl+J"])).changed(InputChange::UsePreset(Preset::Ohif));
        assert_eq!(map, InputMap::new(InputChoices { preset: Preset::Ohif, ..InputChoices::default() }));
    }
}
