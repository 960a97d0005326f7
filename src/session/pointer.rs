//! The pointer on the film: presses become gestures, releases become edits.

use crate::domain::geometry::{Point, Rect, Size};
use crate::domain::imaging::{Pixels, Voi};
use crate::domain::measure::MeasureKind;
use crate::domain::shape::Shape;

use super::command::{COMMANDS, Command};
use super::discussing::DiscussCommand;
use super::drawing::{Hold, Snap, move_together, with_vertex};
use super::effect::Effect;
use super::gesture::{DRAG_THRESHOLD, Gesture, dragged_window, dragged_zoom, on_film};
use super::handle::Input;
use super::input_map::{DragAction, Held, Press, PressAction};
use super::measuring::reshaped;
use super::open_film::OpenFilm;
use super::panes::Pane;
use super::screen::{NoticeKind, OverlayState, Screen, Session, Tool};
use super::viewport::Canvas;

/// The mouse's buttons as the window system tells them.
pub use super::input_map::MouseButton as PointerButton;

/// Two clicks within this time are a double click.
const DOUBLE_CLICK_MS: i64 = 400;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PointerKind {
    Down(PointerButton),
    Move,
    Up(PointerButton),
    /// The pointer left the canvas.
    Leave,
}

/// The pointer over a viewport's canvas, in canvas points.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PointerEvent {
    pub slot: usize,
    pub kind: PointerKind,
    pub at: Point,
    pub is_ctrl: bool,
    pub is_shift: bool,
    pub is_alt: bool,
    pub is_space: bool,
}

impl PointerEvent {
    pub const fn held(&self) -> Held {
        Held { ctrl: self.is_ctrl, shift: self.is_shift, alt: self.is_alt }
    }
}

impl Session {
    /// A press makes its viewport the active one; a mere move or leave does not.
    pub(super) fn pointer(&mut self, event: PointerEvent, now_ms: i64) -> Vec<Effect> {
        if self.pane_at(event.slot).is_none() {
            return Vec::new();
        }
        if self.screen == Screen::Review
            && let Some(effects) = self.review_pointer(event, now_ms)
        {
            return effects;
        }
        if let Some(command) = self.pressed_command(event) {
            let mut effects = self.keep_comment(now_ms);
            self.activate(event.slot);
            effects.extend(self.handle(Input::Command(command), now_ms));
            return effects;
        }
        // Looking is no choosing: a drag that windows, pans or zooms leaves the film that keys decide on as it is.
        if matches!(event.kind, PointerKind::Down(_))
            && event.slot != self.active_slot
            && self.pane_at(event.slot).is_some_and(|pane| pane.film.is_some())
            && !self.is_for_looking(event)
        {
            let mut effects = self.keep_comment(now_ms);
            self.activate(event.slot);
            effects.extend(self.pointer_in_active(event, now_ms));
            return effects;
        }
        // A running drag belongs to the viewport in which it began.
        let slot = self.slot_of_gesture().unwrap_or(event.slot);
        self.with_pane(slot, |session| session.pointer_in_active(event, now_ms))
    }

    /// The viewport in which a drag is running.
    pub fn slot_of_gesture(&self) -> Option<usize> {
        let is_dragging = |pane: &Pane| pane.film.as_ref().is_some_and(|film| film.gesture.is_some());
        self.panes().find(|(_, pane)| is_dragging(pane)).map(|(slot, _)| slot)
    }

    /// Whether what is pressed only changes how a film is shown.
    fn is_for_looking(&self, event: PointerEvent) -> bool {
        let PointerKind::Down(button) = event.kind else { return false };
        if event.is_space && button == PointerButton::Left {
            return true;
        }
        match self.input.press(Press { button, held: event.held() }) {
            PressAction::Drag(DragAction::Tool) => matches!(self.tool, Tool::Window | Tool::Pan | Tool::Zoom),
            PressAction::Drag(DragAction::Select) | PressAction::Command(_) => false,
            PressAction::Drag(_) | PressAction::Nothing => true,
        }
    }

    /// The command that the pressed button asks for, where it asks for one that makes sense now.
    fn pressed_command(&self, event: PointerEvent) -> Option<Command> {
        let PointerKind::Down(button) = event.kind else { return None };
        let is_drawing =
            self.pane_at(event.slot).and_then(|pane| pane.film.as_ref()).is_some_and(|f| f.drawing.is_some());
        if button == PointerButton::Left
            && !is_drawing
            && let Some(thread) = self.pane_at(event.slot).and_then(|pane| self.pin_at(pane, event.at))
        {
            return Some(Command::Discuss(DiscussCommand::ShowThread(thread)));
        }
        let PressAction::Command(id) = self.input.press(Press { button, held: event.held() }) else { return None };
        let row = COMMANDS.iter().find(|row| row.id == id)?;
        row.command.is_available(self).then(|| row.command.clone())
    }

    /// Two fingers end what the first one began.
    pub(super) fn pinch(&mut self, slot: usize, at: Point, factor: f64, by: Point) -> Vec<Effect> {
        self.with_pane(slot, |session| {
            session.let_gesture_go();
            session.on_view(|view, canvas, grid| {
                view.zoom_at(factor, at, canvas, grid);
                view.pan(by.x, by.y, canvas, grid);
            })
        })
    }

    fn pointer_in_active(&mut self, event: PointerEvent, now_ms: i64) -> Vec<Effect> {
        let canvas = self.pane.canvas;
        self.pane.pointer_at = (event.kind != PointerKind::Leave).then_some(event.at);
        let is_read_only = self.save_failure().is_some();
        let is_leaving = self.pane.wanted.is_some();
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        let size = film.size();
        let to_image = film.viewport.image_from_screen(canvas, film.grid());
        let at_image = to_image.apply(event.at);
        film.cursor = inside(at_image, size);
        // The pointer is on the film, so on no line of the list.
        film.hovered = None;
        if event.kind == PointerKind::Down(PointerButton::Right) {
            film.menu_at = film.cursor;
        } else if matches!(event.kind, PointerKind::Down(_)) {
            film.menu_at = None;
        }
        match event.kind {
            PointerKind::Leave => {
                film.cursor = None;
                if let Some(drawing) = &mut film.drawing {
                    drawing.next = None;
                }
                Vec::new()
            }
            PointerKind::Down(button) => {
                self.drag_button = button;
                let action = if event.is_space && button == PointerButton::Left {
                    DragAction::Pan
                } else {
                    match self.input.press(Press { button, held: event.held() }) {
                        PressAction::Drag(action) => action,
                        PressAction::Command(_) | PressAction::Nothing => return Vec::new(),
                    }
                };
                let tool = match action {
                    DragAction::Tool => self.tool,
                    DragAction::Select => Tool::Select,
                    DragAction::Window => return self.start_window(event.at),
                    DragAction::Pan => return self.start(Gesture::Pan { last: event.at }),
                    DragAction::Zoom => return self.start(Gesture::Zoom { last: event.at, anchor: event.at }),
                    DragAction::ContextMenu => return Vec::new(),
                };
                self.drag_tool = tool;
                self.drag_held = event.held();
                let is_viewing = matches!(tool, Tool::Window | Tool::Pan | Tool::Zoom);
                if is_leaving {
                    return Vec::new();
                }
                if is_read_only && !is_viewing {
                    self.notify(NoticeKind::Error, "The film is read-only until the last change is saved.");
                    return Vec::new();
                }
                // What is drawn on a bare film would be there and not be seen.
                if !is_viewing && tool != Tool::Region && self.overlay == OverlayState::Nothing {
                    self.overlay = OverlayState::BoxesOnly;
                }
                if let Some(effects) = self.press_on_shapes(tool, event, at_image, now_ms) {
                    return effects;
                }
                let Some(film) = &mut self.pane.film else { return Vec::new() };
                let to_screen = film.viewport.screen_from_image(canvas, film.grid());
                let held = film
                    .grab_measurement(&to_screen, event.at, at_image)
                    .filter(|_| film.sketch.is_none() && !is_read_only);
                let gesture = held
                    .or_else(|| self.press_to_measure(event.at, at_image))
                    .unwrap_or(Gesture::Press { at_screen: event.at, at_image });
                self.start(gesture)
            }
            PointerKind::Move => {
                let (view, display) = (film.viewport, film.display.clone());
                let snap = Snap::of(film, canvas, self.settings.snaps_to_edge && !event.is_alt);
                let drag = Drag { tool: self.drag_tool, is_band: self.drag_held.shift, snap };
                let is_measuring = advance(film, canvas, drag, event, at_image);
                Self::follow_drawing(film, event.at, snap.point(at_image));
                self.follow_view(&view);
                if let Some(display) = display {
                    self.follow_display(&display);
                }
                self.warn_of_contradiction();
                if let Some((kind, from_screen, from)) = is_measuring
                    && let Some(gesture) = self.place_point(kind, from_screen, from)
                {
                    self.start(gesture);
                }
                if let Some(film) = &mut self.pane.film {
                    Self::stretch_sketch(film, event.at, at_image);
                }
                Vec::new()
            }
            PointerKind::Up(button) => self.release(button, event.at, now_ms),
        }
    }

    /// A press that selects several marks, takes a point off a shape, or draws; `None` where it is for something else.
    fn press_on_shapes(
        &mut self,
        tool: Tool,
        event: PointerEvent,
        at_image: Point,
        now_ms: i64,
    ) -> Option<Vec<Effect>> {
        let canvas = self.pane.canvas;
        let film = self.pane.film.as_mut()?;
        let is_drawing = film.drawing.is_some();
        if event.is_shift && is_for_marks(tool) && !is_drawing {
            film.gesture = Some(Gesture::Press { at_screen: event.at, at_image });
            return Some(Vec::new());
        }
        let takes_hold = !matches!(tool, Tool::Draw(tool) if tool.is_stroked() || is_drawing);
        if takes_hold {
            if let Some((mark, Hold::Vertex(at))) = film.hold_at(canvas, event.at)
                && event.is_ctrl
                && let Some(shape) = mark.shape().cloned()
            {
                let id = mark.id();
                return Some(self.remove_vertex(id, &shape, at, now_ms));
            }
            if let Some(gesture) = film.grab(canvas, tool, event.at, event.held()) {
                film.gesture = Some(gesture);
                return Some(Vec::new());
            }
            if let Some(gesture) = self.grab_suggestion(event.at, at_image) {
                return Some(self.start(gesture));
            }
        }
        let Tool::Draw(tool) = tool else { return None };
        let film = self.pane.film.as_ref()?;
        let snap = Snap::of(film, canvas, self.settings.snaps_to_edge && !event.is_alt);
        Some(self.press_to_draw(tool, event.at, snap.point(at_image), now_ms))
    }

    fn start_window(&mut self, from_screen: Point) -> Vec<Effect> {
        let gesture = self.pane.film.as_ref().and_then(|film| window_gesture(film, from_screen));
        gesture.map_or_else(Vec::new, |gesture| self.start(gesture))
    }

    fn start(&mut self, gesture: Gesture) -> Vec<Effect> {
        self.on_film(|film| film.gesture = Some(gesture))
    }

    /// Drawing on a film that says "No finding", is completed, or has a box without a label: stopped at once.
    fn warn_of_contradiction(&mut self) {
        let Some(film) = &self.pane.film else { return };
        if film.gesture.as_ref().and_then(Gesture::drawn).is_none() {
            return;
        }
        let Some(text) = self.obstacle_to_drawing() else { return };
        self.on_film(|film| film.gesture = None);
        self.notify(NoticeKind::Warning, text);
    }

    fn release(&mut self, button: PointerButton, at: Point, now_ms: i64) -> Vec<Effect> {
        let suggested = self.suggestion_at(at);
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        if button != self.drag_button {
            return Vec::new();
        }
        let scale = film.viewport.scale(self.pane.canvas, film.grid());
        match film.gesture.take() {
            Some(Gesture::Press { .. }) if self.drag_held.shift && is_for_marks(self.drag_tool) => {
                if let Some(id) = film.mark_at(self.pane.canvas, at) {
                    film.toggle_selected(id);
                }
                Vec::new()
            }
            Some(Gesture::Press { .. }) => {
                let to_screen = film.viewport.screen_from_image(self.pane.canvas, film.grid());
                let under = film.measurement_at(&to_screen, at).or_else(|| film.mark_at(self.pane.canvas, at));
                // The smaller of a mark and a suggestion, as of two marks.
                let area = |id| film.reading.annotation(id)?.bounds().map(|bounds| bounds.area());
                let suggested = suggested.filter(|(_, own)| under.and_then(area).is_none_or(|area| *own < area));
                match suggested {
                    Some((key, _)) => film.focus_on(vec![key]),
                    None => film.select_only(under),
                }
                let is_on_mark = suggested.is_some() || film.selection.is_some();
                self.notice = None;
                self.clicked(at, is_on_mark, now_ms);
                Vec::new()
            }
            Some(Gesture::Draw { from, to }) => {
                let rect = Rect::from_corners(from, to);
                // Smaller than a few screen points is a slip of the hand.
                if rect.width() * scale < DRAG_THRESHOLD / 2.0 || rect.height() * scale < DRAG_THRESHOLD / 2.0 {
                    return Vec::new();
                }
                self.take_shape(Shape::Box(rect), now_ms)
            }
            Some(Gesture::Move { moved, .. }) => self.release_moved(moved, now_ms),
            Some(Gesture::Resize { id, preview, .. }) => self.reshape_mark(id, Shape::Box(preview), now_ms),
            Some(Gesture::Vertex { id, preview, .. }) => self.reshape_mark(id, preview, now_ms),
            Some(Gesture::Adjust { key, before, preview, .. }) if before == preview => {
                film.focus_on(vec![key]);
                Vec::new()
            }
            Some(Gesture::Adjust { key, preview, .. }) => self.accept_adjusted(key, preview, now_ms),
            Some(Gesture::Place { has_moved, .. }) => self.release_point(has_moved, now_ms),
            Some(Gesture::Stroke) => self.release_stroke(now_ms),
            Some(Gesture::Band { from, to }) => {
                let band = Rect::from_corners(from, to);
                film.select_in(band);
                if film.selection.is_none() {
                    let keys = self.suggestions_in(band);
                    self.on_film(|film| film.focus_on(keys));
                }
                Vec::new()
            }
            Some(Gesture::Sketch { next, .. }) => self.release_sketch(next, now_ms),
            Some(Gesture::Reshape { id, preview, .. }) => self.change_measurement(id, Some(preview), now_ms),
            Some(Gesture::Region { from, to }) => self.window_region(Rect::from_corners(from, to)),
            // A right click that windows nothing opens the menu of what lies under it.
            Some(Gesture::WindowLevel { has_moved: false, .. }) if film.drawing.is_none() => {
                match (film.mark_at(self.pane.canvas, at), suggested) {
                    (Some(id), _) if !film.is_selected(id) => film.select_only(Some(id)),
                    (None, Some((key, _))) => film.focus_on(vec![key]),
                    _ => {}
                }
                Vec::new()
            }
            Some(Gesture::Pan { .. } | Gesture::Zoom { .. } | Gesture::WindowLevel { .. }) | None => Vec::new(),
        }
    }
}

impl Session {
    /// A second click on an empty place soon after the first shows the viewport alone, or all of them again.
    fn clicked(&mut self, at: Point, is_on_mark: bool, now_ms: i64) {
        let before = self.last_click.take();
        if is_on_mark {
            return;
        }
        let is_second = before.is_some_and(|(then, slot, place)| {
            slot == self.active_slot
                && now_ms - then <= DOUBLE_CLICK_MS
                && (place.x - at.x).abs().max((place.y - at.y).abs()) <= DRAG_THRESHOLD
        });
        if is_second {
            self.is_maximised = !self.is_maximised;
        } else {
            self.last_click = Some((now_ms, self.active_slot, at));
        }
    }
}

/// The point where it lies on the film.
pub(super) fn inside(p: Point, film: Size) -> Option<Point> {
    ((0.0..film.width).contains(&p.x) && (0.0..film.height).contains(&p.y)).then_some(p)
}

/// Whether the tool is about marks: Shift+click and Shift+drag select with it.
const fn is_for_marks(tool: Tool) -> bool {
    matches!(tool, Tool::Select | Tool::Box | Tool::Draw(_))
}

/// What decides how a drag goes on.
#[derive(Clone, Copy)]
struct Drag {
    tool: Tool,
    /// Shift was held when it began.
    is_band: bool,
    snap: Snap,
}

/// Windowing from this place of the screen on, once there is a window.
fn window_gesture(film: &OpenFilm, from_screen: Point) -> Option<Gesture> {
    let (before, shown) = (film.window()?, film.display.clone()?);
    Some(Gesture::WindowLevel { from_screen, before, shown, has_moved: false })
}

/// The running gesture follows the pointer. A press that has become the beginning of a measure is given back: what is
/// measured, and where it was pressed on the screen and on the film.
fn advance(
    film: &mut OpenFilm,
    canvas: Canvas,
    Drag { tool, is_band, snap }: Drag,
    event: PointerEvent,
    at_image: Point,
) -> Option<(MeasureKind, Point, Point)> {
    let size = film.size();
    let mut gesture = film.gesture.take()?;
    match &mut gesture {
        Gesture::Press { at_screen, at_image: from } => {
            let travelled = (event.at.x - at_screen.x).abs().max((event.at.y - at_screen.y).abs());
            if travelled >= DRAG_THRESHOLD {
                if let Tool::Measure(kind) = tool {
                    return Some((kind, *at_screen, *from)).filter(|_| !film.is_completed());
                }
                let to_screen = film.viewport.screen_from_image(canvas, film.grid());
                let measured = film.measurement_at(&to_screen, *at_screen).filter(|id| film.may_change(*id));
                if let Some(measured) = measured.filter(|_| tool == Tool::Select)
                    && let Some(measurement) = film.reading.measurement(measured)
                {
                    let gesture = OpenFilm::reshape(measurement, None, *from);
                    film.selection = Some(measured);
                    film.gesture = Some(gesture);
                    return None;
                }
                let under = film.mark_at(canvas, *at_screen).filter(|_| tool == Tool::Select && !film.is_completed());
                let moved = under.map(|id| (id, film.moved_with(id))).filter(|(_, moved)| !moved.is_empty());
                gesture = match (tool, moved) {
                    (tool, _) if is_band && is_for_marks(tool) => {
                        Gesture::Band { from: on_film(*from, size), to: on_film(at_image, size) }
                    }
                    (Tool::Select, Some((id, mut moved))) => {
                        if !film.is_selected(id) {
                            film.select_only(Some(id));
                        }
                        let by = Point::new(at_image.x - from.x, at_image.y - from.y);
                        move_together(&mut moved, by, snap, size);
                        Gesture::Move { grabbed: *from, moved }
                    }
                    (Tool::Select | Tool::Pan, _) => Gesture::Pan { last: *at_screen },
                    (Tool::Zoom, _) => Gesture::Zoom { last: *at_screen, anchor: *at_screen },
                    (Tool::Window, _) => window_gesture(film, *at_screen)?,
                    (Tool::Region, _) => Gesture::Region { from: on_film(*from, size), to: on_film(at_image, size) },
                    (Tool::Box | Tool::Draw(_) | Tool::Measure(_), _) => {
                        Gesture::Draw { from: snap.point(*from), to: snap.point(at_image) }
                    }
                };
            }
        }
        Gesture::Draw { to, .. } => *to = snap.point(at_image),
        Gesture::Region { to, .. } | Gesture::Band { to, .. } => *to = on_film(at_image, size),
        Gesture::Move { grabbed, moved } => {
            let by = Point::new(at_image.x - grabbed.x, at_image.y - grabbed.y);
            move_together(moved, by, snap, size);
        }
        Gesture::Resize { handle, before, preview, .. } => {
            *preview = before.resized(*handle, snap.point(at_image), size);
        }
        // From the corner over the middle goes who draws a box there, not who adjusts the one that is suggested.
        Gesture::Adjust { key, handle: Some(handle), grabbed, before, .. }
            if tool == Tool::Box
                && film.suggesting.focus() != Some(*key)
                && before.is_past_middle(*handle, at_image) =>
        {
            gesture = Gesture::Draw { from: snap.point(*grabbed), to: snap.point(at_image) };
        }
        Gesture::Adjust { handle, grabbed, before, preview, .. } => {
            *preview = match handle {
                Some(handle) => before.resized(*handle, snap.point(at_image), size),
                None => before.moved_within(at_image.x - grabbed.x, at_image.y - grabbed.y, size),
            };
        }
        Gesture::Vertex { at, before, preview, .. } => {
            *preview = with_vertex(before, *at, snap.point(at_image));
        }
        Gesture::Reshape { point, grabbed, before, preview, .. } => {
            let by = Point::new(at_image.x - grabbed.x, at_image.y - grabbed.y);
            *preview = reshaped(film, before, *point, by);
        }
        Gesture::Sketch { .. } | Gesture::Place { .. } | Gesture::Stroke => {}
        Gesture::Pan { last } => {
            film.viewport.pan(event.at.x - last.x, event.at.y - last.y, canvas, film.grid());
            *last = event.at;
        }
        Gesture::Zoom { last, anchor } => {
            film.viewport.zoom_at(dragged_zoom(last.y - event.at.y), *anchor, canvas, film.grid());
            *last = event.at;
        }
        Gesture::WindowLevel { from_screen, before, has_moved, .. } => {
            let (dx, dy) = (event.at.x - from_screen.x, event.at.y - from_screen.y);
            *has_moved |= dx.abs().max(dy.abs()) >= DRAG_THRESHOLD;
            if *has_moved {
                let window = dragged_window(before, dx, dy, value_range(film), event.is_ctrl);
                if let Some(display) = &mut film.display {
                    display.voi = Voi::Window(window);
                    film.is_display_changed = true;
                }
            }
        }
    }
    film.gesture = Some(gesture);
    None
}

/// The span of modality values that the film's bits can hold.
fn value_range(film: &OpenFilm) -> f64 {
    match film.film() {
        Some(f) => match &f.pixels {
            Pixels::Grey(plane) => {
                let top = (1u32 << f.facts.bits_stored.clamp(1, 16)) - 1;
                let low = f.facts.modality_value(plane.stored_value(0));
                let high =
                    f.facts.modality_value(plane.stored_value(0) + f64::from(top) * plane.scale.max(f64::MIN_POSITIVE));
                (high - low).abs().max(1.0)
            }
            Pixels::Rgb(_) => 256.0,
        },
        None => 4096.0,
    }
}
