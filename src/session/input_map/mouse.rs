//! Mouse buttons with the modifiers held, and what a press or a turn of the wheel over the film may do.

use std::fmt;

/// Back and forward are the buttons 4 and 5 under the thumb.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum MouseButton {
    #[default]
    Left,
    Middle,
    Right,
    Back,
    Forward,
}

impl MouseButton {
    pub const ALL: [Self; 5] = [Self::Left, Self::Middle, Self::Right, Self::Back, Self::Forward];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Left => "Left",
            Self::Middle => "Middle",
            Self::Right => "Right",
            Self::Back => "Button 4",
            Self::Forward => "Button 5",
        }
    }
}

/// Modifier keys held while a button is pressed or the wheel is turned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Held {
    pub ctrl: bool,
    pub shift: bool,
    pub alt: bool,
}

impl Held {
    /// The ones that can be bound: none, or one of them.
    pub const ALL: [Self; 4] = [
        Self { ctrl: false, shift: false, alt: false },
        Self { ctrl: true, shift: false, alt: false },
        Self { ctrl: false, shift: true, alt: false },
        Self { ctrl: false, shift: false, alt: true },
    ];

    /// Reads what [`Held`] is shown as: `Ctrl+Shift`, or nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let mut held = Self::default();
        for part in text.split('+').filter(|part| !part.is_empty()) {
            match part {
                "Ctrl" => held.ctrl = true,
                "Shift" => held.shift = true,
                "Alt" => held.alt = true,
                _ => return None,
            }
        }
        Some(held)
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [(self.ctrl, "Ctrl"), (self.shift, "Shift"), (self.alt, "Alt")];
        let held: Vec<&str> = names.into_iter().filter_map(|(is_held, name)| is_held.then_some(name)).collect();
        f.write_str(&held.join("+"))
    }
}

/// A button with what is held.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Press {
    pub button: MouseButton,
    pub held: Held,
}

/// What dragging with a button does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DragAction {
    /// What the tool that is chosen does.
    Tool,
    /// Window width to the right, level down; Ctrl is faster.
    Window,
    Pan,
    /// Up enlarges.
    Zoom,
    /// Moves boxes, whichever tool is chosen.
    Select,
    /// Nothing but the menu on release.
    ContextMenu,
}

impl DragAction {
    pub const ALL: [Self; 6] = [Self::Tool, Self::Window, Self::Pan, Self::Zoom, Self::Select, Self::ContextMenu];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Tool => "the tool",
            Self::Window => "window width and level",
            Self::Pan => "pan",
            Self::Zoom => "zoom",
            Self::Select => "select and move",
            Self::ContextMenu => "menu",
        }
    }
}

/// What a press does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PressAction {
    Drag(DragAction),
    /// The command of that id.
    Command(String),
    Nothing,
}

/// What a turn of the wheel does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WheelAction {
    /// At the cursor; away from the hand enlarges.
    Zoom,
    /// Towards the hand is the next film of the list.
    Films,
    /// Frames where the film has several, else films.
    Frames,
    Nothing,
}

impl WheelAction {
    pub const ALL: [Self; 4] = [Self::Zoom, Self::Films, Self::Frames, Self::Nothing];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Zoom => "Zoom at the cursor",
            Self::Films => "Previous and next film",
            Self::Frames => "Frames, else films",
            Self::Nothing => "Nothing",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_reads_back_as_written() {
        for held in Held::ALL {
            assert_eq!(Held::parse(&held.to_string()), Some(held));
        }
        let all = Held { ctrl: true, shift: true, alt: true };
        assert_eq!(all.to_string(), "Ctrl+Shift+Alt");
        assert_eq!(Held::parse("Ctrl+Shift+Alt"), Some(all));
        assert_eq!(Held::parse("Hyper"), None);
    }
}
