//! The film's canvas: pointer in, film pass and overlays out.

use egui::{Color32, CursorIcon, Event, Id, MouseWheelUnit, Pos2, Rect, Sense, Ui, WidgetInfo};

use crate::domain::geometry::{Handle, Point, Size};
use crate::render::{FilmCallback, FramePlan};
use crate::session::gesture::{Gesture, HANDLE_REACH};
use crate::session::viewport::Canvas;
use crate::session::{Command, Input, OpenFilm, Picture, PointerButton, PointerEvent, PointerKind, Session, Tool};

use super::{Panel, overlay, theme};

/// The canvas holds the keyboard while a film is read.
pub fn id() -> Id {
    Id::unique("film canvas")
}

/// Fills what is left of `ui` with the film.
pub(super) fn canvas_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let rect = ui.available_rect_before_wrap();
    ui.allocate_rect(rect, Sense::hover());
    let response = ui.interact(rect, id(), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, accessible_name(panel.session)));
    keep_focus(ui, panel, &response);
    ui.painter().rect_filled(rect, 0.0, theme::CANVAS);

    let canvas = Canvas {
        size: Size::new(f64::from(rect.width()), f64::from(rect.height())),
        pixels_per_point: f64::from(ui.ctx().pixels_per_point()),
    };
    if panel.session.canvas != canvas {
        panel.out.push(Input::CanvasResized(canvas));
        ui.ctx().request_repaint();
    }
    pointer_inputs(ui, panel, &response, rect);
    let Some(film) = &panel.session.film else { return };
    match &film.picture {
        Picture::Ready(picture) => {
            if let Some(display) = &film.display
                && panel.state.has_gpu
            {
                let to_image = film.viewport.image_from_screen(canvas, film.size());
                let image_from_framebuffer =
                    to_image.from_framebuffer(f64::from(rect.min.x), f64::from(rect.min.y), canvas.pixels_per_point);
                let plan = FramePlan::new(picture.clone(), display.clone(), image_from_framebuffer);
                let callback = eframe::egui_wgpu::Callback::new_paint_callback(rect, FilmCallback { slot: 0, plan });
                ui.painter().add(callback);
            } else if !panel.state.has_gpu {
                message(ui, rect, "No graphics device: the film can't be shown", theme::BAD);
            }
        }
        Picture::Loading => message(ui, rect, "Opening the film…", theme::WEAK),
        Picture::Failed(why) => message(ui, rect, &format!("This film can't be shown: {why}"), theme::BAD),
    }
    let painter = ui.painter().with_clip_rect(rect);
    overlay::overlay_ui(&painter, panel.session, film, rect);
    cursor_icon(ui, panel.session, film, &response, rect);
    context_menu(panel, &response);
}

fn accessible_name(session: &Session) -> String {
    match &session.film {
        Some(film) => format!("Film canvas, {} findings", film.reading.num_boxes()),
        None => "Film canvas".to_owned(),
    }
}

/// A film that comes up takes the keyboard; Tab, arrows and Escape then mean findings, not widgets.
fn keep_focus(ui: &Ui, panel: &mut Panel<'_>, response: &egui::Response) {
    let image = panel.session.film.as_ref().map(|f| f.image().clone());
    if panel.state.focused_film != image || response.clicked() || response.drag_started() {
        panel.state.focused_film = image;
        response.request_focus();
    }
    if response.has_focus() {
        ui.memory_mut(|memory| {
            memory.set_focus_lock_filter(
                response.id,
                egui::EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true },
            );
        });
        if ui.input(|i| i.key_pressed(egui::Key::F6)) {
            response.surrender_focus();
        }
    } else if ui.input(|i| i.key_pressed(egui::Key::F6)) {
        response.request_focus();
    }
}

fn message(ui: &Ui, rect: Rect, text: &str, color: Color32) {
    let galley = ui.painter().layout(text.to_owned(), egui::FontId::proportional(15.0), color, rect.width() * 0.8);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, color);
}

fn to_canvas(rect: Rect, pos: Pos2) -> Point {
    Point::new(f64::from(pos.x - rect.min.x), f64::from(pos.y - rect.min.y))
}

/// Raw events in their order: a frame may hold a press, moves and a release.
fn pointer_inputs(ui: &Ui, panel: &mut Panel<'_>, response: &egui::Response, rect: Rect) {
    let is_over = response.contains_pointer();
    let has_gesture = panel.session.film.as_ref().is_some_and(|f| f.gesture.is_some());
    let events = ui.input(|i| i.events.clone());
    let mut is_pressed = has_gesture;
    if !ui.ctx().egui_wants_keyboard_input() || response.has_focus() {
        panel.state.is_space_held = ui.input(|i| i.key_down(egui::Key::Space));
    }
    let is_ctrl = ui.input(|i| i.modifiers.ctrl);
    let mut send = |kind, pos: Pos2| {
        panel.out.push(Input::Pointer(PointerEvent {
            kind,
            at: to_canvas(rect, pos),
            is_ctrl,
            is_space: panel.state.is_space_held,
        }));
    };
    let mut wheel = Vec::new();
    for event in events {
        match event {
            Event::PointerMoved(pos) if is_over || is_pressed => send(PointerKind::Move, pos),
            Event::PointerButton { pos, button, pressed, .. } => {
                let Some(button) = button_of(button) else { continue };
                if pressed && is_over {
                    is_pressed = true;
                    send(PointerKind::Move, pos);
                    send(PointerKind::Down(button), pos);
                } else if !pressed && is_pressed {
                    is_pressed = false;
                    send(PointerKind::Move, pos);
                    send(PointerKind::Up(button), pos);
                }
            }
            Event::PointerGone => send(PointerKind::Leave, rect.min),
            Event::MouseWheel { unit, delta, .. } if is_over => {
                let steps = match unit {
                    MouseWheelUnit::Line => delta.y,
                    MouseWheelUnit::Point => delta.y / 50.0,
                    MouseWheelUnit::Page => delta.y * 5.0,
                };
                wheel.push(f64::from(steps));
            }
            Event::Zoom(factor) if is_over => wheel.push(f64::from(factor).ln() / 1.2f64.ln()),
            _ => {}
        }
    }
    let is_cursor_shown = panel.session.film.as_ref().is_some_and(|f| f.cursor.is_some());
    if is_cursor_shown && !is_over && !is_pressed {
        panel.out.push(Input::Pointer(PointerEvent {
            kind: PointerKind::Leave,
            at: Point::default(),
            is_ctrl: false,
            is_space: false,
        }));
    }
    if let Some(pos) = ui.input(|i| i.pointer.hover_pos()) {
        for steps in wheel {
            panel.out.push(Input::Wheel { at: to_canvas(rect, pos), steps });
        }
    }
}

fn button_of(button: egui::PointerButton) -> Option<PointerButton> {
    match button {
        egui::PointerButton::Primary => Some(PointerButton::Left),
        egui::PointerButton::Secondary => Some(PointerButton::Right),
        egui::PointerButton::Middle => Some(PointerButton::Middle),
        egui::PointerButton::Extra1 | egui::PointerButton::Extra2 => None,
    }
}

fn cursor_icon(ui: &Ui, session: &Session, film: &OpenFilm, response: &egui::Response, rect: Rect) {
    if !response.contains_pointer() {
        return;
    }
    let icon = match &film.gesture {
        Some(Gesture::Pan { .. }) => CursorIcon::Grabbing,
        Some(Gesture::Move { .. }) => CursorIcon::Move,
        Some(Gesture::Resize { handle, .. }) => handle_cursor(*handle, film),
        Some(Gesture::WindowLevel { .. }) => CursorIcon::AllScroll,
        _ if session.tool == Tool::Select => CursorIcon::Default,
        _ => CursorIcon::Crosshair,
    };
    let hovered = ui.input(|i| i.pointer.hover_pos()).and_then(|pos| {
        let selected = film.selected()?;
        let r = selected.rect().filter(|_| film.gesture.is_none() && !film.locked.contains(&selected.id()))?;
        let to_screen = film.viewport.screen_from_image(session.canvas, film.size());
        let at = to_canvas(rect, pos);
        let handle = Handle::ALL.into_iter().find(|&h| {
            let p = to_screen.apply(r.handle_position(h));
            (p.x - at.x).abs().max((p.y - at.y).abs()) <= HANDLE_REACH
        });
        let inside = r.contains(film.viewport.image_from_screen(session.canvas, film.size()).apply(at));
        handle.map(|h| handle_cursor(h, film)).or(inside.then_some(CursorIcon::Move))
    });
    ui.ctx().set_cursor_icon(hovered.unwrap_or(icon));
}

fn handle_cursor(handle: Handle, film: &OpenFilm) -> CursorIcon {
    let is_turned = film.viewport.quarter_turns % 2 == 1;
    let is_mirrored = film.viewport.is_flipped != is_turned;
    match handle {
        Handle::North | Handle::South if is_turned => CursorIcon::ResizeHorizontal,
        Handle::East | Handle::West if is_turned => CursorIcon::ResizeVertical,
        Handle::North | Handle::South => CursorIcon::ResizeVertical,
        Handle::East | Handle::West => CursorIcon::ResizeHorizontal,
        Handle::NorthWest | Handle::SouthEast if is_mirrored => CursorIcon::ResizeNeSw,
        Handle::NorthEast | Handle::SouthWest if is_mirrored => CursorIcon::ResizeNwSe,
        Handle::NorthWest | Handle::SouthEast => CursorIcon::ResizeNwSe,
        Handle::NorthEast | Handle::SouthWest => CursorIcon::ResizeNeSw,
    }
}

/// Right click without motion; a right-drag windows and opens nothing.
fn context_menu(panel: &mut Panel<'_>, response: &egui::Response) {
    response.context_menu(|ui| {
        let has_selection = panel.session.film.as_ref().is_some_and(|f| f.selection.is_some());
        let marks = [Command::Duplicate, Command::Copy, Command::ToggleHidden, Command::ToggleLocked, Command::Delete];
        let film =
            [Command::Paste, Command::NoFinding, Command::Invert, Command::Fit, Command::OneToOne, Command::ResetView];
        let commands: Vec<Command> = if has_selection { marks.into_iter().chain(film).collect() } else { film.into() };
        for command in commands {
            let title = command.row().map_or("", |row| row.title);
            let key = command.chord().map(super::kit::key_text).unwrap_or_default();
            if ui.add(egui::Button::new(title).shortcut_text(key)).clicked() {
                panel.ask(command);
                ui.close();
            }
        }
    });
}
