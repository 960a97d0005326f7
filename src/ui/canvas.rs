//! The viewports: pointer in, film pass and overlays out.

use std::sync::Arc;

use egui::{Color32, CursorIcon, Id, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo};

use crate::domain::geometry::{Handle, Size, Transform};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::imaging::{DisplaySettings, Film};
use crate::render::{FilmCallback, FramePlan};
use crate::session::drawing::Hold;
use crate::session::gesture::Gesture;
use crate::session::viewport::Canvas;
use crate::session::{
    Command, DrawCommand, DrawTool, Input, Layout, OpenFilm, Pane, PasteSource, Picture, Screen, Session,
    SuggestCommand, Tool,
};

use super::hands::to_canvas;
use super::words::{tr, tr_args};
use super::{Panel, comments, hands, kit, lens, overlay, review_screen, theme};

/// The canvas of a viewport; the active one holds the keyboard while a film is read.
pub fn id(slot: usize) -> Id {
    Id::unique(("film canvas", slot))
}

/// Fills what is left of `ui` with the viewports.
pub(super) fn panes_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let rect = ui.available_rect_before_wrap();
    ui.allocate_rect(rect, Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme::CANVAS);
    let session = panel.session;
    let layout = if session.is_maximised || session.screen == Screen::Review { Layout::One } else { session.layout };
    for (slot, at) in slots_on_screen(session, layout, rect) {
        pane_ui(ui, panel, slot, at);
        if layout != Layout::One {
            let (width, color) =
                if slot == session.active_slot { (1.5, theme::film::ACCENT) } else { (1.0, theme::film::LINE) };
            ui.painter().rect_stroke(at, 0.0, Stroke::new(width, color), StrokeKind::Inside);
        }
    }
}

/// Where each viewport lies; columns first, on whole points so that no film shimmers.
fn slots_on_screen(session: &Session, layout: Layout, rect: Rect) -> Vec<(usize, Rect)> {
    let (columns, rows) = match layout {
        Layout::One => return vec![(session.active_slot, rect)],
        Layout::Two => (2, 1),
        Layout::Four => (2, 2),
    };
    let edge = |from: f32, to: f32, n: usize, of: usize| (from + (to - from) * n as f32 / of as f32).round();
    let mut slots = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let min =
                Pos2::new(edge(rect.left(), rect.right(), column, columns), edge(rect.top(), rect.bottom(), row, rows));
            let max = Pos2::new(
                edge(rect.left(), rect.right(), column + 1, columns),
                edge(rect.top(), rect.bottom(), row + 1, rows),
            );
            slots.push((row * columns + column, Rect::from_min_max(min, max)));
        }
    }
    slots
}

fn pane_ui(ui: &mut Ui, panel: &mut Panel<'_>, slot: usize, rect: Rect) {
    let session = panel.session;
    let Some(pane) = session.pane_at(slot) else { return };
    let response = ui.interact(rect, id(slot), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, accessible_name(session, slot, pane)));
    keep_focus(ui, panel, &response, slot);

    let canvas = Canvas {
        size: Size::new(f64::from(rect.width()), f64::from(rect.height())),
        pixels_per_point: f64::from(ui.ctx().pixels_per_point()),
    };
    if pane.canvas != canvas {
        panel.out.push(Input::CanvasResized { slot, canvas });
        ui.ctx().request_repaint();
    }
    hands::inputs(ui, panel, &response, slot, rect);
    take_dropped_film(panel, &response, slot);
    let Some(film) = &pane.film else {
        let text = if pane.wanted.is_some() { tr("Opening the film…") } else { tr("Drag a film of the strip here") };
        message(ui, rect, text, theme::film::WEAK);
        return;
    };
    match &film.picture {
        Picture::Ready(picture) => {
            if let Some(display) = &film.display
                && panel.state.has_gpu
            {
                let to_image = film.viewport.image_from_screen(canvas, film.grid());
                draw_film(ui, slot, rect, plan(picture, display, (session, film), to_image, rect, canvas));
                if !film.is_drawn {
                    panel.out.push(Input::FilmDrawn { slot });
                }
            } else if !panel.state.has_gpu {
                message(ui, rect, tr("No graphics device: the film can't be shown"), theme::film::BAD);
            }
        }
        Picture::Loading => message(ui, rect, tr("Opening the film…"), theme::film::WEAK),
        Picture::Failed(why) => {
            message(ui, rect, &format!("{}: {why}", tr("This film can't be shown")), theme::film::BAD);
        }
    }
    let painter = ui.painter().with_clip_rect(rect);
    overlay::overlay_ui(&painter, (session, panel.state), slot, pane, film, rect);
    lens::lens_ui(ui, (session, panel.state), slot, film, rect);
    if session.screen == Screen::Review {
        review_screen::cursor_icon(ui, session, film, &response, rect);
        return;
    }
    cursor_icon(ui, session, pane, film, &response, rect);
    if slot == session.active_slot {
        context_menu(panel, &response);
    }
}

/// The film as the session shows it, through this map from the viewport's points.
pub(super) fn plan(
    picture: &Arc<Film>,
    display: &DisplaySettings,
    (session, film): (&Session, &OpenFilm),
    to_image: Transform,
    rect: Rect,
    canvas: Canvas,
) -> FramePlan {
    let image_from_framebuffer =
        to_image.from_framebuffer(f64::from(rect.min.x), f64::from(rect.min.y), canvas.pixels_per_point);
    FramePlan {
        interpolation: session.settings.interpolation,
        is_dithered: session.settings.is_dithered,
        heat_map: session.shown_heat(film),
        ..FramePlan::new(picture.clone(), display.clone(), image_from_framebuffer)
    }
}

pub(super) fn draw_film(ui: &Ui, slot: usize, rect: Rect, plan: FramePlan) {
    ui.painter().add(eframe::egui_wgpu::Callback::new_paint_callback(rect, FilmCallback { slot, plan }));
}

/// A thumbnail of the film strip that is let go over this viewport.
fn take_dropped_film(panel: &mut Panel<'_>, response: &egui::Response, slot: usize) {
    if let Some(image) = response.dnd_release_payload::<ImageId>() {
        panel.ask(Command::ShowIn { slot, image: (*image).clone() });
    }
}

fn accessible_name(session: &Session, slot: usize, pane: &Pane) -> String {
    let place = if session.layout == Layout::One { String::new() } else { format!(" {}", slot + 1) };
    match &pane.film {
        Some(film) => tr_args("Film canvas{}, {} findings", &[&place, &film.reading.num_marks()]),
        None => tr_args("Film canvas{}, empty", &[&place]),
    }
}

/// A film that comes up takes the keyboard; Tab, arrows and Escape then mean findings, not widgets.
fn keep_focus(ui: &Ui, panel: &mut Panel<'_>, response: &egui::Response, slot: usize) {
    if slot != panel.session.active_slot {
        return;
    }
    let image = panel.session.pane.film.as_ref().map(|f| f.image().clone());
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

fn cursor_icon(ui: &Ui, session: &Session, pane: &Pane, film: &OpenFilm, response: &egui::Response, rect: Rect) {
    if !response.contains_pointer() {
        return;
    }
    let icon = match &film.gesture {
        Some(Gesture::Pan { .. }) => CursorIcon::Grabbing,
        Some(
            Gesture::Move { .. }
            | Gesture::Vertex { .. }
            | Gesture::Reshape { .. }
            | Gesture::Adjust { handle: None, .. },
        ) => CursorIcon::Move,
        Some(Gesture::Resize { handle, .. } | Gesture::Adjust { handle: Some(handle), .. }) => {
            handle_cursor(*handle, film)
        }
        Some(Gesture::WindowLevel { .. }) => CursorIcon::AllScroll,
        Some(Gesture::Zoom { .. }) => CursorIcon::ZoomIn,
        _ if session.tool == Tool::Select => CursorIcon::Default,
        _ if session.tool == Tool::Pan => CursorIcon::Grab,
        _ if session.tool == Tool::Zoom => CursorIcon::ZoomIn,
        _ if session.tool == Tool::Window => CursorIcon::AllScroll,
        // The ring says where and how much.
        _ if matches!(session.tool, Tool::Draw(DrawTool::Brush | DrawTool::Eraser)) => CursorIcon::None,
        _ => CursorIcon::Crosshair,
    };
    let takes_hold = film.gesture.is_none()
        && film.drawing.is_none()
        && !matches!(session.tool, Tool::Draw(tool) if tool.is_stroked());
    let hovered = ui.input(|i| i.pointer.hover_pos()).filter(|_| takes_hold).and_then(|pos| {
        let held = ui.input(|i| i.modifiers.command || i.modifiers.ctrl || i.modifiers.alt);
        let at = to_canvas(rect, pos);
        let Some((_, hold)) = film.hold_at(pane.canvas, at) else {
            let is_active = session.pane.image() == pane.image();
            let (_, handle, _) = is_active.then(|| session.suggestion_hold_at(film, at)).flatten()?;
            return Some(handle.map_or(CursorIcon::Move, |handle| handle_cursor(handle, film)));
        };
        Some(match hold {
            Hold::Handle(handle) => handle_cursor(handle, film),
            Hold::Vertex(_) if held => CursorIcon::NoDrop,
            Hold::Vertex(_) => CursorIcon::PointingHand,
            Hold::Edge(..) if held => CursorIcon::Copy,
            Hold::Edge(..) | Hold::Inside if matches!(session.tool, Tool::Draw(_)) => return None,
            Hold::Edge(..) | Hold::Inside => CursorIcon::Move,
        })
    });
    ui.ctx().set_cursor_icon(hovered.unwrap_or(icon));
}

pub(super) fn handle_cursor(handle: Handle, film: &OpenFilm) -> CursorIcon {
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
        let session = panel.session;
        let has_selection = session.pane.film.as_ref().is_some_and(|f| f.selection.is_some());
        let is_drawing = session.pane.film.as_ref().is_some_and(|f| f.drawing.is_some());
        if is_drawing {
            for command in [Command::Draw(DrawCommand::Finish), Command::Draw(DrawCommand::TakeBack), Command::Escape] {
                kit::menu_item(ui, panel, &command);
            }
            return;
        }
        let shapes = [
            Command::ToggleMiddleHeight,
            Command::Draw(DrawCommand::Smooth),
            Command::Draw(DrawCommand::Split),
            Command::Draw(DrawCommand::Join),
            Command::Draw(DrawCommand::Convert),
            Command::Draw(DrawCommand::Mirror),
        ];
        // What does not apply to the selected mark is left out: the menu stays short.
        let shapes = shapes.into_iter().filter(|command| command.is_available(session));
        let marks = [Command::Duplicate, Command::Copy, Command::ToggleHidden, Command::ToggleLocked, Command::Delete];
        let film =
            [Command::Paste, Command::NoFinding, Command::Invert, Command::Fit, Command::OneToOne, Command::ResetView];
        let commands: Vec<Command> =
            if has_selection { shapes.chain(marks).chain(film).collect() } else { film.into() };
        if session.pane.film.as_ref().is_some_and(|f| f.suggesting.focus().is_some()) {
            for command in [SuggestCommand::Accept, SuggestCommand::AcceptAndAdjust, SuggestCommand::Reject] {
                kit::menu_item(ui, panel, &Command::Suggest(command));
            }
            ui.separator();
        }
        for command in commands {
            kit::menu_item(ui, panel, &command);
        }
        let prior = Command::Draw(DrawCommand::PasteFrom(PasteSource::Prior));
        if prior.is_available(panel.session) {
            kit::menu_item(ui, panel, &prior);
        }
        for reader in readers_with_marks(panel.session) {
            let name = tr_args("Paste the marks of {}", &[&reader]);
            let command = Command::Draw(DrawCommand::PasteFrom(PasteSource::Reader(reader)));
            kit::named_menu_item(ui, panel, &command, &name);
        }
        comments::menu_ui(ui, panel);
    });
}

/// Other readers of the film whose marks may be seen.
fn readers_with_marks(session: &Session) -> Vec<ReaderId> {
    let others = session.pane.film.iter().flat_map(|film| &film.others);
    others.filter(|reading| reading.num_marks() > 0).map(|reading| reading.reader().clone()).collect()
}
