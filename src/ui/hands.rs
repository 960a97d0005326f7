//! Mouse, wheel, trackpad and fingers over a viewport, as inputs of the session.

use egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, Rect, Ui};

use crate::domain::geometry::Point;
use crate::session::input_map::{Held, WheelAction};
use crate::session::{Command, DrawCommand, DrawTool, Input, PointerButton, PointerEvent, PointerKind, Tool};

use super::Panel;

/// Points that a trackpad or a smooth wheel moves for one notch of a plain wheel.
const POINTS_A_NOTCH: f64 = 50.0;

/// A point of the window as a point of the viewport.
pub(super) fn to_canvas(rect: Rect, pos: Pos2) -> Point {
    Point::new(f64::from(pos.x - rect.min.x), f64::from(pos.y - rect.min.y))
}

/// Raw events in their order: a frame may hold a press, moves and a release.
pub(super) fn inputs(ui: &Ui, panel: &mut Panel<'_>, response: &egui::Response, slot: usize, rect: Rect) {
    let is_dragged_film = egui::DragAndDrop::has_any_payload(ui.ctx());
    let dragging = panel.session.slot_of_gesture();
    let has_gesture = dragging == Some(slot);
    // A drag that began in another viewport goes on there.
    let is_other_dragging = dragging.is_some_and(|other| other != slot);
    let is_over = response.contains_pointer() && !is_dragged_film && !is_other_dragging;
    if !ui.ctx().egui_wants_keyboard_input() || response.has_focus() {
        panel.state.is_space_held = ui.input(|i| i.key_down(egui::Key::Space));
    }
    if let Some(touch) = ui.input(egui::InputState::multi_touch).filter(|touch| rect.contains(touch.center_pos)) {
        let by = Point::new(f64::from(touch.translation_delta.x), f64::from(touch.translation_delta.y));
        let (at, factor) = (to_canvas(rect, touch.center_pos), f64::from(touch.zoom_delta));
        panel.out.push(Input::Pinch { slot, at, factor, by });
        return;
    }
    let (events, held) = ui.input(|i| (i.events.clone(), i.modifiers));
    let pane = panel.session.pane_at(slot);
    let is_cursor_shown = pane.and_then(|pane| pane.film.as_ref()).is_some_and(|f| f.cursor.is_some());
    let mut is_pressed = has_gesture;
    for event in events {
        match event {
            Event::PointerMoved(pos) if is_over || is_pressed => send(panel, slot, rect, PointerKind::Move, pos, held),
            Event::PointerButton { pos, button, pressed, modifiers } => {
                let button = button_of(button);
                if pressed && is_over {
                    is_pressed = true;
                    panel.state.has_space_dragged |= panel.state.is_space_held;
                    send(panel, slot, rect, PointerKind::Move, pos, modifiers);
                    send(panel, slot, rect, PointerKind::Down(button), pos, modifiers);
                } else if !pressed && is_pressed {
                    is_pressed = false;
                    send(panel, slot, rect, PointerKind::Move, pos, modifiers);
                    send(panel, slot, rect, PointerKind::Up(button), pos, modifiers);
                }
            }
            Event::PointerGone if is_cursor_shown => send(panel, slot, rect, PointerKind::Leave, rect.min, held),
            Event::MouseWheel { unit, delta, modifiers, source, .. } if is_over => {
                let Some(pos) = ui.input(|i| i.pointer.hover_pos()) else { continue };
                let is_trackpad = match source {
                    MouseWheelSource::Trackpad => true,
                    MouseWheelSource::Unknown => unit == MouseWheelUnit::Point,
                    _ => false,
                };
                wheel(panel, slot, to_canvas(rect, pos), (unit, delta, is_trackpad), modifiers);
            }
            Event::Zoom(factor) if is_over => {
                let Some(pos) = ui.input(|i| i.pointer.hover_pos()) else { continue };
                let (at, factor) = (to_canvas(rect, pos), f64::from(factor));
                panel.out.push(Input::Pinch { slot, at, factor, by: Point::default() });
            }
            _ => {}
        }
    }
    if is_cursor_shown && !is_over && !is_pressed {
        send(panel, slot, rect, PointerKind::Leave, rect.min, Modifiers::NONE);
    }
}

fn send(panel: &mut Panel<'_>, slot: usize, rect: Rect, kind: PointerKind, pos: Pos2, held: Modifiers) {
    panel.out.push(Input::Pointer(PointerEvent {
        slot,
        kind,
        at: to_canvas(rect, pos),
        is_ctrl: held.ctrl || held.command,
        is_shift: held.shift,
        is_alt: held.alt,
        is_space: panel.state.is_space_held,
    }));
}

const fn button_of(button: egui::PointerButton) -> PointerButton {
    match button {
        egui::PointerButton::Primary => PointerButton::Left,
        egui::PointerButton::Secondary => PointerButton::Right,
        egui::PointerButton::Middle => PointerButton::Middle,
        egui::PointerButton::Extra1 => PointerButton::Back,
        egui::PointerButton::Extra2 => PointerButton::Forward,
    }
}

/// One turn of the wheel, or two fingers on a trackpad, by the map in force.
fn wheel(
    panel: &mut Panel<'_>,
    slot: usize,
    at: Point,
    (unit, delta, is_trackpad): (MouseWheelUnit, egui::Vec2, bool),
    modifiers: Modifiers,
) {
    let held = Held { ctrl: modifiers.ctrl || modifiers.command, shift: modifiers.shift, alt: modifiers.alt };
    // Some window systems turn the wheel sideways while Shift is held.
    let along = if delta.y == 0.0 && held.shift { delta.x } else { delta.y };
    let notches = match unit {
        MouseWheelUnit::Line => f64::from(along),
        MouseWheelUnit::Point => f64::from(along) / POINTS_A_NOTCH,
        MouseWheelUnit::Page => f64::from(along) * 5.0,
    };
    // With a brush in the hand, Shift turns its size.
    let is_brush = matches!(panel.session.tool, Tool::Draw(DrawTool::Brush | DrawTool::Eraser));
    if is_brush && held == (Held { shift: true, ..Held::default() }) {
        let (larger, smaller) = (Command::Draw(DrawCommand::BrushLarger), Command::Draw(DrawCommand::BrushSmaller));
        return step(panel, slot, notches, &larger, &smaller);
    }
    match panel.session.input.wheel(held) {
        // A trackpad tells points and both directions: two fingers move the film as they move, and pinching zooms.
        WheelAction::Zoom if is_trackpad && unit == MouseWheelUnit::Point && held == Held::default() => {
            let by = Point::new(f64::from(delta.x), f64::from(delta.y));
            panel.out.push(Input::Pinch { slot, at, factor: 1.0, by });
        }
        WheelAction::Zoom => panel.out.push(Input::Wheel { slot, at, steps: notches }),
        WheelAction::Films => step(panel, slot, notches, &Command::PreviousFilm, &Command::NextFilm),
        WheelAction::Frames => {
            let film = panel.session.pane_at(slot).and_then(|pane| pane.film.as_ref());
            if film.is_some_and(|film| film.entry.facts.num_frames > 1) {
                step(panel, slot, notches, &Command::PreviousFrame, &Command::NextFrame);
            } else {
                step(panel, slot, notches, &Command::PreviousFilm, &Command::NextFilm);
            }
        }
        WheelAction::Nothing => {}
    }
}

/// A command for each whole notch; what is left over counts for the next turn.
fn step(panel: &mut Panel<'_>, slot: usize, notches: f64, back: &Command, forth: &Command) {
    let rest = panel.state.wheel_rest;
    // A turn the other way starts anew.
    let sum = if rest * notches < 0.0 { notches } else { rest + notches };
    let whole = sum.trunc();
    panel.state.wheel_rest = sum - whole;
    if whole != 0.0 && slot != panel.session.active_slot {
        panel.ask(Command::ActivatePane(slot));
    }
    for _ in 0..(whole.abs() as usize).min(5) {
        panel.ask(if whole > 0.0 { back.clone() } else { forth.clone() });
    }
}
