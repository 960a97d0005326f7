//! Three ready-made maps: the program's own, and the habits that people bring from OHIF and Weasis.
//!
//! Sources: OHIF's `platform/core/src/defaults/hotkeyBindings.js` and its default tool group (left window, right zoom,
//! middle pan, wheel scroll); Weasis' page "Keyboard and Mouse Shortcuts". Left out on purpose: arrow keys go on nudging
//! the selected box, Escape goes on letting go, and digits stay with labels (see [`super::Digits`]), because this
//! program annotates.

use super::super::command::CommandRow;
use super::super::screen::Tool;
use super::Keys;
use super::mouse::{DragAction, Held, MouseButton, Press, PressAction, WheelAction};

/// A ready-made map.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Preset {
    #[default]
    Rachis,
    Ohif,
    Weasis,
}

/// Keys of a command other than in the command table.
type Row = (&'static str, &'static [&'static str]);

const OHIF: &[Row] = &[
    ("fit", &["Equals", "F", "Home"]),
    ("zoom_in", &["Plus"]),
    ("reset_view", &["Space", "Ctrl+0"]),
    ("tool_zoom", &["Z"]),
    ("rotate_left", &["L", "Alt+L"]),
];

const WEASIS: &[Row] = &[
    ("next_film", &["PageDown"]),
    ("previous_film", &["PageUp"]),
    ("rotate", &["Alt+R"]),
    ("tool_pan", &["T"]),
    ("tool_window", &["W"]),
    ("tool_zoom", &["Z"]),
    ("tool_ruler", &["D"]),
    ("tool_angle", &["A"]),
    ("flip_horizontal", &["Alt+F"]),
    ("flip_vertical", &["Alt+V"]),
    ("zoom_in", &["Ctrl+Plus", "Ctrl+Equals", "Plus", "Equals"]),
    ("zoom_out", &["Ctrl+Minus", "Minus"]),
    ("overlay", &["I", "Space", "Backtick"]),
    ("invert", &["Alt+I"]),
];

impl Preset {
    pub const ALL: [Self; 3] = [Self::Rachis, Self::Ohif, Self::Weasis];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Rachis => "Rachis",
            Self::Ohif => "OHIF",
            Self::Weasis => "Weasis",
        }
    }

    /// What the left button does at first: other viewers window with it until a tool is chosen.
    pub const fn first_tool(self) -> Tool {
        match self {
            Self::Rachis => Tool::Box,
            Self::Ohif | Self::Weasis => Tool::Window,
        }
    }

    const fn rows(self) -> &'static [Row] {
        match self {
            Self::Rachis => &[],
            Self::Ohif => OHIF,
            Self::Weasis => WEASIS,
        }
    }

    /// The keys of one command.
    pub(super) fn keys(self, row: &CommandRow) -> Vec<Keys> {
        let chords = self.rows().iter().find(|(id, _)| *id == row.id).map_or(row.chords, |(_, chords)| *chords);
        chords.iter().filter_map(|text| Keys::parse(text)).collect()
    }

    /// What a press does; `None` where these modifiers mean nothing.
    pub(super) fn press(self, press: Press) -> Option<PressAction> {
        if press.held != Held::default() {
            return None;
        }
        let drag = match (self, press.button) {
            (_, MouseButton::Back) => return Some(PressAction::Command("previous_film".to_owned())),
            (_, MouseButton::Forward) => return Some(PressAction::Command("next_film".to_owned())),
            (_, MouseButton::Left) => DragAction::Tool,
            (_, MouseButton::Middle) => DragAction::Pan,
            (Self::Rachis, MouseButton::Right) => DragAction::Window,
            (Self::Ohif, MouseButton::Right) => DragAction::Zoom,
            (Self::Weasis, MouseButton::Right) => DragAction::ContextMenu,
        };
        Some(PressAction::Drag(drag))
    }

    pub(super) fn wheel(self, held: Held) -> Option<WheelAction> {
        let is_zoom_in_stacks = held == Held { ctrl: true, ..Held::default() };
        let is_films_when_zooming = held == Held { shift: true, ..Held::default() };
        match self {
            Self::Rachis if held == Held::default() => Some(WheelAction::Zoom),
            Self::Rachis if is_films_when_zooming => Some(WheelAction::Frames),
            Self::Ohif | Self::Weasis if held == Held::default() => Some(WheelAction::Frames),
            Self::Ohif | Self::Weasis if is_zoom_in_stacks => Some(WheelAction::Zoom),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::command::COMMANDS;
    use super::super::{InputChoices, InputMap};
    use super::*;

    #[test]
    fn presets_name_commands_that_exist_and_keys_that_parse() {
        for preset in Preset::ALL {
            for (id, chords) in preset.rows() {
                let row = COMMANDS.iter().find(|row| row.id == *id).unwrap_or_else(|| panic!("{id} is no command"));
                assert_eq!(preset.keys(row).len(), chords.len(), "{id}");
                assert_ne!(row.chords, *chords, "{id} differs in nothing");
            }
        }
    }

    #[test]
    fn no_preset_clashes_with_itself() {
        for preset in Preset::ALL {
            let map = InputMap::new(InputChoices { preset, ..InputChoices::default() });
            assert_eq!(map.clashes(None), [], "{}", preset.name());
        }
    }
}
