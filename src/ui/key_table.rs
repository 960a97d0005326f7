//! Keys and mouse of the settings page: presets, the key table that is changed by pressing keys, and what clashes.

use egui::{ComboBox, RichText, ScrollArea, Sense, Ui, WidgetInfo};

use crate::session::command::{COMMANDS, CommandRow};
use crate::session::input_map::{
    Clash, Digits, DragAction, Held, InputChange, Keys, MouseButton, Preset, Press, PressAction, WheelAction,
};
use crate::session::keymap::Chord;
use crate::session::{Command, Session};

use super::words::{tr, tr_args};
use super::{Panel, cheat_sheet, keys, kit, palette, theme};

/// Seconds in which a second stroke may follow the first.
const SECOND_STROKE: f64 = 1.2;

/// A row that waits for its keys.
#[derive(Debug)]
pub struct Listening {
    /// Position in the command table.
    row: usize,
    /// The new keys are beside the old ones, not in their place.
    adds: bool,
    strokes: Vec<Chord>,
    struck: f64,
}

/// Commands that a button under the thumb may ask for.
const BUTTON_COMMANDS: [&str; 8] =
    ["previous_film", "next_film", "undo", "invert", "fit", "overlay", "no_finding", "complete_and_next"];

fn ask(panel: &mut Panel<'_>, change: InputChange) {
    panel.ask(Command::ChangeInput(change));
}

pub(super) fn keys_ui(ui: &mut Ui, panel: &mut Panel<'_>, height: f32) {
    let session = panel.session;
    ui.add_enabled_ui(session.reader.is_some(), |ui| {
        presets_ui(ui, panel);
        digits_ui(ui, panel);
        clashes_ui(ui, session);
        let field = egui::TextEdit::singleline(&mut panel.state.settings.query).desired_width(260.0);
        let response = ui.add(field.hint_text(tr("Find a command or a key")));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Find a command or a key")));
        let query = panel.state.settings.query.clone();
        listen(ui, panel);
        ScrollArea::vertical().max_height(height - 130.0).auto_shrink(false).show(ui, |ui| {
            for (n, row) in COMMANDS.iter().enumerate() {
                if palette::matches(session, row, &query) {
                    row_ui(ui, panel, n, row);
                }
            }
        });
    });
}

fn presets_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal(|ui| {
        ui.label(tr("Preset"));
        let chosen = panel.session.input.choices().preset;
        for preset in Preset::ALL {
            let response = ui.add(egui::Button::new(preset.name()).selected(preset == chosen));
            let name = format!("{}: {}", tr("Preset"), preset.name());
            response.widget_info(|| WidgetInfo::selected(egui::Role::RadioButton, true, preset == chosen, &name));
            if response.on_hover_text(tr("Takes keys, mouse and wheel; your own changes go")).clicked() {
                ask(panel, InputChange::UsePreset(preset));
            }
        }
    });
}

fn digits_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let mut is_windows = panel.session.input.choices().digits == Digits::Windows;
    if ui.checkbox(&mut is_windows, tr("Plain digits choose windows; labels have them with Alt")).changed() {
        ask(panel, InputChange::UseDigitsFor(if is_windows { Digits::Windows } else { Digits::Labels }));
    }
}

fn title_of(id: &str) -> &'static str {
    COMMANDS.iter().find(|row| row.id == id).map_or("", |row| tr(row.title))
}

/// One sentence for each clash.
fn clash_text(clash: &Clash) -> String {
    match clash {
        Clash::Commands { keys, first, second } => {
            tr_args("{}: {} has it, {} is out of reach", &[&kit::keys_text(keys), &title_of(first), &title_of(second)])
        }
        Clash::Start { keys, first, second } => tr_args(
            "{}: {} takes the first stroke, {} is out of reach",
            &[&kit::keys_text(keys), &title_of(first), &title_of(second)],
        ),
        Clash::Label { keys, command, label, is_label_first: true } => {
            tr_args("{}: the label {} has it, not {}", &[&kit::keys_text(keys), label, &title_of(command)])
        }
        Clash::Label { keys, command, label, is_label_first: false } => {
            tr_args("{}: {} takes it from the label {}", &[&kit::keys_text(keys), &title_of(command), label])
        }
    }
}

fn clashes_ui(ui: &mut Ui, session: &Session) {
    let clashes = session.input.clashes(session.label_set());
    if clashes.is_empty() {
        ui.label(RichText::new(tr("No keys clash")).color(theme::good()));
        return;
    }
    ScrollArea::vertical().id_salt("clashes").max_height(72.0).show(ui, |ui| {
        for clash in &clashes {
            ui.label(RichText::new(clash_text(clash)).color(theme::warn()));
        }
    });
}

fn row_ui(ui: &mut Ui, panel: &mut Panel<'_>, n: usize, row: &CommandRow) {
    let (session, title) = (panel.session, tr(row.title));
    ui.horizontal(|ui| {
        ui.allocate_ui_with_layout(
            egui::vec2(210.0, theme::row_height()),
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_min_width(210.0);
                ui.add(egui::Label::new(title).truncate()).on_hover_text(tr(row.help));
            },
        );
        let listening = panel.state.settings.listening.as_ref().filter(|listening| listening.row == n);
        if let Some(listening) = listening {
            let struck: Vec<String> = listening.strokes.iter().map(ToString::to_string).collect();
            let text = if struck.is_empty() { tr("Press the keys; Escape leaves it") } else { &*struck.join(" ") };
            ui.label(RichText::new(text).color(theme::accent()));
            return;
        }
        let held = session.input.keys_of_row(n);
        for keys in &held {
            kit::key_cap(ui, &kit::keys_text(keys));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let button = |ui: &mut Ui, text: &str, what: &str| {
                let response = ui.small_button(text);
                response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("{what}: {title}")));
                response.on_hover_text(what).clicked()
            };
            if session.input.is_changed(row) && button(ui, tr("Reset"), tr("The preset's keys again")) {
                ask(panel, InputChange::ResetKeys(row.id.to_owned()));
            }
            if !held.is_empty() && button(ui, "×", tr("No keys")) {
                ask(panel, InputChange::BindKeys(row.id.to_owned(), Vec::new()));
            }
            let adds = button(ui, "+", tr("One more"));
            if button(ui, tr("Change"), tr("Change keys")) || adds {
                let struck = ui.input(|i| i.time);
                panel.state.settings.listening = Some(Listening { row: n, adds, strokes: Vec::new(), struck });
            }
        });
    });
}

/// Takes the strokes of a row that waits for them. One stroke counts after a moment without a second one.
fn listen(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(mut listening) = panel.state.settings.listening.take() else { return };
    // Whatever has the keyboard must not act on what is pressed now, so something without an action takes it.
    let ear = ui.interact(egui::Rect::NOTHING, ui.scope_id().with("ear"), Sense::focusable_noninteractive());
    ear.request_focus();
    ui.memory_mut(|memory| {
        let all = egui::EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true };
        memory.set_focus_lock_filter(ear.id, all);
    });
    let (events, now) = ui.input(|i| (i.events.clone(), i.time));
    for event in events {
        let chord = match event {
            egui::Event::Key { key, pressed: true, modifiers, repeat: false, .. } => keys::chord(key, modifiers),
            egui::Event::Copy => Chord::parse("Ctrl+C"),
            egui::Event::Cut => Chord::parse("Ctrl+X"),
            egui::Event::Paste(_) => Chord::parse("Ctrl+V"),
            _ => None,
        };
        let Some(chord) = chord else { continue };
        if chord.key == "Escape" {
            ear.surrender_focus();
            return;
        }
        listening.strokes.push(chord);
        listening.struck = now;
    }
    let is_over =
        listening.strokes.len() == 2 || (!listening.strokes.is_empty() && now - listening.struck > SECOND_STROKE);
    if !is_over {
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
        panel.state.settings.listening = Some(listening);
        return;
    }
    ear.surrender_focus();
    let Some(new) = Keys::new(listening.strokes) else { return };
    let Some(row) = COMMANDS.get(listening.row) else { return };
    let mut all = if listening.adds { panel.session.input.keys_of_row(listening.row) } else { Vec::new() };
    all.retain(|keys| *keys != new);
    all.push(new);
    ask(panel, InputChange::BindKeys(row.id.to_owned(), all));
}

pub(super) fn mouse_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.add_enabled_ui(panel.session.reader.is_some(), |ui| {
        presets_ui(ui, panel);
        ui.add_space(theme::UNIT);
        egui::Grid::new("buttons").num_columns(2).spacing([24.0, 8.0]).show(ui, |ui| {
            for button in MouseButton::ALL {
                for held in Held::ALL {
                    press_ui(ui, panel, Press { button, held });
                }
            }
            for held in Held::ALL {
                wheel_ui(ui, panel, held);
            }
        });
    });
}

fn held_name(held: Held, name: &str) -> String {
    if held == Held::default() { name.to_owned() } else { format!("{held} + {name}") }
}

fn press_ui(ui: &mut Ui, panel: &mut Panel<'_>, press: Press) {
    let name = held_name(press.held, tr(press.button.name()));
    ui.label(&name);
    let now = panel.session.input.press(press);
    let drags = DragAction::ALL.map(PressAction::Drag).into_iter();
    let commands = BUTTON_COMMANDS.iter().map(|id| PressAction::Command((*id).to_owned()));
    let all: Vec<PressAction> = drags.chain(commands).chain([PressAction::Nothing]).collect();
    if let Some(action) = combo_ui(ui, &name, &all, &now, cheat_sheet::action_text) {
        ask(panel, InputChange::BindButton(press, action));
    }
    ui.end_row();
}

fn wheel_ui(ui: &mut Ui, panel: &mut Panel<'_>, held: Held) {
    let name = held_name(held, tr("Wheel"));
    ui.label(&name);
    let now = panel.session.input.wheel(held);
    let chosen = combo_ui(ui, &name, &WheelAction::ALL, &now, |action| tr(action.name()).to_owned());
    if let Some(action) = chosen {
        ask(panel, InputChange::BindWheel(held, action));
    }
    ui.end_row();
}

fn combo_ui<T: Clone + PartialEq>(
    ui: &mut Ui,
    title: &str,
    all: &[T],
    now: &T,
    name: impl Fn(&T) -> String,
) -> Option<T> {
    let mut picked = None;
    let response = ComboBox::from_id_salt(title).selected_text(name(now)).width(260.0).show_ui(ui, |ui| {
        for value in all {
            if ui.selectable_label(value == now, name(value)).clicked() {
                picked = Some(value.clone());
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, title));
    picked
}
