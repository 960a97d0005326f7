//! A reader's keys and buttons as they are kept in a project's settings: a wire twin of [`InputChoices`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::id::ReaderId;
use crate::session::Event;
use crate::session::input_map::{
    Digits, DragAction, Held, InputChoices, Keys, MouseButton, Preset, Press, PressAction, WheelAction,
};
use crate::store::StoreThread;

use super::inbox::Post;

/// The settings key of one reader.
pub fn key(reader: &ReaderId) -> String {
    format!("input:{reader}")
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct Row {
    preset: String,
    /// By command id; an empty list takes the preset's keys away.
    keys: BTreeMap<String, Vec<String>>,
    /// "Ctrl+right": "window", "back": "command:next_film".
    buttons: BTreeMap<String, String>,
    /// "" or "Ctrl": "zoom".
    wheel: BTreeMap<String, String>,
    digits: String,
}

/// Reads a reader's keys and buttons; answered by `InputLoaded` where there are any.
pub(super) fn load(store: &StoreThread, post: Post, reader: ReaderId) {
    store.with(move |store| match store.get_setting(&key(&reader)) {
        Ok(None) => {}
        Ok(Some(json)) => match from_json(&json) {
            Some(choices) => post.event(Event::InputLoaded { reader, choices: Box::new(choices) }),
            None => post.event(Event::Warning("Your keys can't be read, so the preset's are in force.".to_owned())),
        },
        Err(error) => post.event(Event::Warning(error.to_string())),
    });
}

/// Keeps a reader's keys and buttons.
pub(super) fn remember(store: &StoreThread, post: Post, reader: &ReaderId, choices: &InputChoices) {
    let (key, json) = (key(reader), to_json(choices));
    store.with(move |store| {
        if let Err(error) = store.set_setting(&key, &json) {
            post.event(Event::Warning(error.to_string()));
        }
    });
}

/// As JSON.
pub fn to_json(choices: &InputChoices) -> String {
    let row = Row {
        preset: choices.preset.name().to_lowercase(),
        keys: choices
            .keys
            .iter()
            .map(|(id, keys)| (id.clone(), keys.iter().map(ToString::to_string).collect()))
            .collect(),
        buttons: choices.buttons.iter().map(|(press, action)| (press_name(*press), action_name(action))).collect(),
        wheel: choices.wheel.iter().map(|(held, action)| (held.to_string(), wheel_name(*action).to_owned())).collect(),
        digits: if choices.digits == Digits::Windows { "windows" } else { "labels" }.to_owned(),
    };
    serde_json::to_string(&row).expect("plain text")
}

/// `None` where the text is no map at all; a single entry that this version does not know is left out.
pub fn from_json(text: &str) -> Option<InputChoices> {
    let row: Row = serde_json::from_str(text).ok()?;
    Some(InputChoices {
        preset: Preset::ALL.into_iter().find(|p| p.name().to_lowercase() == row.preset).unwrap_or_default(),
        keys: row
            .keys
            .into_iter()
            .map(|(id, keys)| (id, keys.iter().filter_map(|text| Keys::parse(text)).collect()))
            .collect(),
        buttons: row
            .buttons
            .iter()
            .filter_map(|(press, action)| Some((press_of(press)?, action_of(action)?)))
            .collect(),
        wheel: row.wheel.iter().filter_map(|(held, action)| Some((Held::parse(held)?, wheel_of(action)?))).collect(),
        digits: if row.digits == "windows" { Digits::Windows } else { Digits::Labels },
    })
}

const BUTTONS: [(MouseButton, &str); 5] = [
    (MouseButton::Left, "left"),
    (MouseButton::Middle, "middle"),
    (MouseButton::Right, "right"),
    (MouseButton::Back, "back"),
    (MouseButton::Forward, "forward"),
];

const DRAGS: [(DragAction, &str); 6] = [
    (DragAction::Tool, "tool"),
    (DragAction::Window, "window"),
    (DragAction::Pan, "pan"),
    (DragAction::Zoom, "zoom"),
    (DragAction::Select, "select"),
    (DragAction::ContextMenu, "menu"),
];

const WHEELS: [(WheelAction, &str); 4] = [
    (WheelAction::Zoom, "zoom"),
    (WheelAction::Films, "films"),
    (WheelAction::Frames, "frames"),
    (WheelAction::Nothing, "nothing"),
];

fn name_in<T: Copy + PartialEq>(table: &[(T, &'static str)], value: T) -> &'static str {
    table.iter().find(|(known, _)| *known == value).map_or("", |(_, name)| *name)
}

fn find_in<T: Copy>(table: &[(T, &'static str)], name: &str) -> Option<T> {
    table.iter().find(|(_, known)| *known == name).map(|(value, _)| *value)
}

fn press_name(press: Press) -> String {
    let button = name_in(&BUTTONS, press.button);
    if press.held == Held::default() { button.to_owned() } else { format!("{}+{button}", press.held) }
}

fn press_of(text: &str) -> Option<Press> {
    let (held, button) = text.rsplit_once('+').unwrap_or(("", text));
    Some(Press { button: find_in(&BUTTONS, button)?, held: Held::parse(held)? })
}

fn action_name(action: &PressAction) -> String {
    match action {
        PressAction::Drag(drag) => name_in(&DRAGS, *drag).to_owned(),
        PressAction::Command(id) => format!("command:{id}"),
        PressAction::Nothing => "nothing".to_owned(),
    }
}

fn action_of(text: &str) -> Option<PressAction> {
    match text.strip_prefix("command:") {
        Some(id) => Some(PressAction::Command(id.to_owned())),
        None if text == "nothing" => Some(PressAction::Nothing),
        None => find_in(&DRAGS, text).map(PressAction::Drag),
    }
}

fn wheel_name(action: WheelAction) -> &'static str {
    name_in(&WHEELS, action)
}

fn wheel_of(text: &str) -> Option<WheelAction> {
    find_in(&WHEELS, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_s_choices_come_back_as_they_were() {
        let press = |button, held| Press { button, held };
        let ctrl = Held { ctrl: true, ..Held::default() };
        let choices = InputChoices {
            preset: Preset::Weasis,
            keys: [
                ("invert".to_owned(), vec![Keys::parse("Ctrl+G I").unwrap(), Keys::parse("F5").unwrap()]),
                ("rotate".to_owned(), Vec::new()),
            ]
            .into(),
            buttons: [
                (press(MouseButton::Back, Held::default()), PressAction::Command("undo".to_owned())),
                (press(MouseButton::Right, ctrl), PressAction::Drag(DragAction::Zoom)),
                (press(MouseButton::Middle, Held::default()), PressAction::Nothing),
            ]
            .into(),
            wheel: [(Held::default(), WheelAction::Films), (ctrl, WheelAction::Zoom)].into(),
            digits: Digits::Windows,
        };
        assert_eq!(from_json(&to_json(&choices)), Some(choices));
        assert_eq!(from_json(&to_json(&InputChoices::default())), Some(InputChoices::default()));
    }

    #[test]
    fn every_name_is_there_and_reads_back() {
        for button in MouseButton::ALL {
            for held in Held::ALL {
                let press = Press { button, held };
                assert_eq!(press_of(&press_name(press)), Some(press));
            }
        }
        for drag in DragAction::ALL {
            assert_eq!(action_of(&action_name(&PressAction::Drag(drag))), Some(PressAction::Drag(drag)));
        }
        for wheel in WheelAction::ALL {
            assert_eq!(wheel_of(wheel_name(wheel)), Some(wheel));
        }
    }

    #[test]
    fn what_another_version_wrote_is_read_as_far_as_it_is_known() {
        let text = "{\"preset\":\"pacs9\",\"keys\":{\"invert\":[\"\",\"J\"]},\"wheel\":{\"Ctrl\":\"cine\"},\"x\":1}";
        let choices = from_json(text).unwrap();
        assert_eq!(choices.preset, Preset::Rachis);
        assert_eq!(choices.keys["invert"], [Keys::parse("J").unwrap()]);
        assert!(choices.wheel.is_empty());
        assert_eq!(from_json("nothing of the kind"), None);
    }
}
