//! Measuring: points by drags and by clicks, the values while they are drawn, and handles to put them right.
//!
//! A press places a point. Where it travels, the next point of the same line follows until it is let go; where it does
//! not, the next press places the next point. Both may be mixed, so that a Cobb angle is two drags or four clicks.

use std::sync::{Arc, OnceLock};

use crate::domain::edit::Edit;
use crate::domain::geometry::{Point, Transform};
use crate::domain::id::AnnotationId;
use crate::domain::imaging::{Film, PixelGeometry};
use crate::domain::measure::{MeasureKind, MeasureShape, Measurement, Values, values};

use super::effect::Effect;
use super::gesture::{DRAG_THRESHOLD, Gesture, HANDLE_REACH, on_film};
use super::open_film::OpenFilm;
use super::screen::{NoticeKind, Session, Tool};

/// Screen points from a line within which a press is on it.
const LINE_REACH: f64 = 6.0;

/// Two points of a measure are at least so many screen points apart: a second click in place is a slip of the hand.
const SMALLEST: f64 = 2.0;

/// A measure that is being drawn: the points placed so far, in film pixels.
#[derive(Clone, PartialEq, Debug)]
pub struct Sketch {
    pub kind: MeasureKind,
    pub points: Vec<Point>,
}

impl Sketch {
    /// With `next` as the point to come; all of it, or what there is of it so far.
    pub fn strokes(&self, next: Option<Point>) -> Vec<Vec<Point>> {
        let points = self.with(next);
        match MeasureShape::new(self.kind, points.clone()) {
            Some(shape) => shape.strokes(),
            None if self.kind == MeasureKind::Angle => vec![points],
            None => points.chunks(2).map(<[Point]>::to_vec).collect(),
        }
    }

    fn shape(&self, next: Option<Point>) -> Option<MeasureShape> {
        MeasureShape::new(self.kind, self.with(next))
    }

    fn with(&self, next: Option<Point>) -> Vec<Point> {
        let mut points = self.points.clone();
        if points.len() < self.kind.num_points() {
            points.extend(next);
        }
        points
    }
}

/// A measure as it is shown now, and its values: computed when first asked for, and again when it has changed.
#[derive(Clone, Debug)]
pub struct Measured {
    /// `None` while it is being drawn.
    pub id: Option<AnnotationId>,
    pub shape: MeasureShape,
    film: Arc<Film>,
    values: OnceLock<Values>,
}

impl Measured {
    pub fn values(&self) -> &Values {
        let geometry: &PixelGeometry = &self.film.facts.geometry;
        self.values.get_or_init(|| values(&self.shape, geometry, Some(&self.film)))
    }

    #[cfg(test)]
    pub(super) fn is_computed(&self) -> bool {
        self.values.get().is_some()
    }
}

impl OpenFilm {
    pub fn selected_measurement(&self) -> Option<&Measurement> {
        self.selection.and_then(|id| self.reading.measurement(id))
    }

    /// A measurement with a running gesture's preview in place.
    fn shown_shape<'a>(&'a self, measurement: &'a Measurement) -> &'a MeasureShape {
        match &self.gesture {
            Some(Gesture::Reshape { id, preview, .. }) if *id == measurement.id => preview,
            _ => &measurement.shape,
        }
    }

    /// The point that the pointer would place next.
    pub fn next_point(&self) -> Option<Point> {
        match &self.gesture {
            Some(Gesture::Sketch { next, .. }) => *next,
            _ => self.cursor,
        }
    }

    /// Brings [`OpenFilm::measured`] up to date. Values that still hold are kept.
    fn measure(&mut self) {
        let Some(film) = self.film().cloned() else {
            self.measured.clear();
            return;
        };
        let held = self.reading.measurements().iter().map(|m| (Some(m.id), self.shown_shape(m).clone()));
        let sketched = self.sketch.as_ref().and_then(|sketch| sketch.shape(self.next_point()));
        let shown: Vec<_> = held.chain(sketched.map(|shape| (None, shape))).collect();
        let is_same = |old: &Measured, (id, shape): &(Option<AnnotationId>, MeasureShape)| {
            old.id == *id && old.shape == *shape && Arc::ptr_eq(&old.film, &film)
        };
        if self.measured.len() == shown.len() && self.measured.iter().zip(&shown).all(|(old, new)| is_same(old, new)) {
            return;
        }
        let mut before = std::mem::take(&mut self.measured);
        self.measured = shown
            .into_iter()
            .map(|new| match before.iter().position(|old| is_same(old, &new)) {
                Some(at) => before.swap_remove(at),
                None => Measured { id: new.0, shape: new.1, film: film.clone(), values: OnceLock::new() },
            })
            .collect();
    }

    /// The measurement whose line is under a place on the screen, the nearest first.
    pub(super) fn measurement_at(&self, to_screen: &Transform, at: Point) -> Option<AnnotationId> {
        let distance = |m: &Measurement| distance_to(&m.shape, to_screen, at);
        let shown = self.reading.measurements().iter().filter(|m| !self.hidden.contains(&m.id));
        shown
            .map(|m| (m.id, distance(m)))
            .filter(|(_, distance)| *distance <= LINE_REACH)
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
            .map(|(id, _)| id)
    }

    /// A press on the selected measurement takes hold of a point, or of all of it.
    pub(super) fn grab_measurement(&self, to_screen: &Transform, at: Point, at_image: Point) -> Option<Gesture> {
        let selected = self.selected_measurement()?;
        if !self.may_change(selected.id) {
            return None;
        }
        let shape = &selected.shape;
        let reach = |p: Point| {
            let q = to_screen.apply(p);
            (q.x - at.x).abs().max((q.y - at.y).abs())
        };
        let nearest = (0..shape.points().len()).min_by(|a, b| {
            let distance = |i: &usize| reach(shape.points()[*i]);
            distance(a).total_cmp(&distance(b))
        })?;
        let point = (reach(shape.points()[nearest]) <= HANDLE_REACH).then_some(nearest);
        let is_region = matches!(shape.kind(), MeasureKind::Ellipse | MeasureKind::Rectangle);
        let is_on_body =
            || distance_to(shape, to_screen, at) <= LINE_REACH || is_region && shape.bounds().contains(at_image);
        (point.is_some() || is_on_body()).then(|| Self::reshape(selected, point, at_image))
    }

    pub(super) fn reshape(measurement: &Measurement, point: Option<usize>, grabbed: Point) -> Gesture {
        let before = measurement.shape.clone();
        Gesture::Reshape { id: measurement.id, point, grabbed, preview: before.clone(), before }
    }

    pub(super) fn may_change(&self, id: AnnotationId) -> bool {
        !self.locked.contains(&id) && !self.hidden.contains(&id) && !self.is_completed()
    }
}

/// The shape as the pointer takes it along.
pub(super) fn reshaped(film: &OpenFilm, before: &MeasureShape, point: Option<usize>, by: Point) -> MeasureShape {
    let size = film.size();
    match point.and_then(|index| Some((index, before.points().get(index)?))) {
        Some((index, from)) => before.with_point(index, Point::new(from.x + by.x, from.y + by.y), size),
        None => before.moved_within(by.x, by.y, size),
    }
}

/// In screen points, from a place on the screen to the nearest line of a shape.
fn distance_to(shape: &MeasureShape, to_screen: &Transform, at: Point) -> f64 {
    let strokes = shape.strokes();
    let of_points = || {
        let on_screen = shape.points().iter().map(|p| to_screen.apply(*p));
        on_screen.map(|p| (p.x - at.x).hypot(p.y - at.y)).fold(f64::INFINITY, f64::min)
    };
    let of_lines = strokes.iter().flat_map(|stroke| stroke.windows(2)).map(|ends| {
        let (a, b) = (to_screen.apply(ends[0]), to_screen.apply(ends[1]));
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let along = ((at.x - a.x) * dx + (at.y - a.y) * dy) / (dx * dx + dy * dy).max(f64::MIN_POSITIVE);
        let t = along.clamp(0.0, 1.0);
        (a.x + t * dx - at.x).hypot(a.y + t * dy - at.y)
    });
    let nearest = of_lines.fold(f64::INFINITY, f64::min);
    // A region's corners lie outside its outline; the other shapes' points end their lines.
    if strokes.is_empty() || shape.kind() == MeasureKind::Slip { nearest.min(of_points()) } else { nearest }
}

/// Whether a drag from this point draws to the next: they end the same line.
const fn begins_line(kind: MeasureKind, index: usize) -> bool {
    match kind {
        MeasureKind::Angle => index < 2,
        MeasureKind::Probe => false,
        MeasureKind::Slip => index == 0,
        _ => index.is_multiple_of(2),
    }
}

impl Session {
    /// Every open film's measures follow its reading, its picture and the pointer.
    pub(super) fn measure_films(&mut self) {
        for pane in std::iter::once(&mut self.pane).chain(&mut self.other_panes) {
            if let Some(film) = &mut pane.film {
                film.measure();
            }
        }
    }

    /// A measuring tool is taken up or laid down; what was half drawn goes.
    pub(super) fn drop_sketches(&mut self) -> bool {
        let mut has_dropped = false;
        for pane in std::iter::once(&mut self.pane).chain(&mut self.other_panes) {
            has_dropped |=
                pane.film.as_mut().is_some_and(|film| film.sketch.take().is_some() | film.drawing.take().is_some());
        }
        has_dropped
    }

    /// The last point placed is taken back; `false` where nothing is being drawn.
    pub(super) fn unplace_point(&mut self) -> bool {
        let Some(film) = &mut self.pane.film else { return false };
        let Some(sketch) = &mut film.sketch else { return false };
        sketch.points.pop();
        if sketch.points.is_empty() {
            film.sketch = None;
        }
        true
    }

    /// A left press with a measuring tool. `None` where it is for something else.
    pub(super) fn press_to_measure(&mut self, at: Point, at_image: Point) -> Option<Gesture> {
        let Tool::Measure(kind) = self.drag_tool else { return None };
        let film = self.pane.film.as_ref()?;
        film.film()?;
        let to_screen = film.viewport.screen_from_image(self.pane.canvas, film.grid());
        if film.sketch.is_none() && film.measurement_at(&to_screen, at).is_some() {
            return Some(Gesture::Press { at_screen: at, at_image });
        }
        self.place_point(kind, at, at_image)
    }

    /// Places a point under the pressed pointer.
    pub(super) fn place_point(&mut self, kind: MeasureKind, at: Point, at_image: Point) -> Option<Gesture> {
        let film = self.pane.film.as_mut()?;
        if film.is_completed() {
            self.notify(NoticeKind::Warning, "The reading is completed. Press Ctrl+R to reopen it for changes.");
            return Some(Gesture::Pan { last: at });
        }
        let size = film.size();
        let to_screen = film.viewport.screen_from_image(self.pane.canvas, film.grid());
        film.select_only(None);
        let sketch = film.sketch.get_or_insert_with(|| Sketch { kind, points: Vec::new() });
        let is_far = |p: &Point| {
            let q = to_screen.apply(*p);
            (q.x - at.x).abs().max((q.y - at.y).abs()) >= SMALLEST
        };
        if sketch.points.last().is_none_or(is_far) {
            sketch.points.push(on_film(at_image, size));
        }
        Some(Gesture::Sketch { at_screen: at, next: None })
    }

    /// The pressed pointer travels: the next point of the line follows it, or the one just placed does.
    pub(super) fn stretch_sketch(film: &mut OpenFilm, at: Point, at_image: Point) {
        let size = film.size();
        let Some(Gesture::Sketch { at_screen, next }) = &mut film.gesture else { return };
        let Some(sketch) = &mut film.sketch else { return };
        let has_travelled = (at.x - at_screen.x).abs().max((at.y - at_screen.y).abs()) >= DRAG_THRESHOLD;
        let to = on_film(at_image, size);
        let last = sketch.points.len().saturating_sub(1);
        if begins_line(sketch.kind, last) {
            if has_travelled || next.is_some() {
                *next = Some(to);
            }
        } else if let Some(point) = sketch.points.last_mut()
            && has_travelled
        {
            *point = to;
        }
    }

    /// The pointer is let go: the point that followed it stays, and a whole measure is kept.
    pub(super) fn release_sketch(&mut self, next: Option<Point>, now_ms: i64) -> Vec<Effect> {
        let canvas = self.pane.canvas;
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        let Some(sketch) = &mut film.sketch else { return Vec::new() };
        sketch.points.extend(next);
        let Some(shape) = sketch.shape(None) else { return Vec::new() };
        film.sketch = None;
        let bounds = shape.bounds();
        let scale = film.viewport.scale(canvas, film.grid());
        let is_region = matches!(shape.kind(), MeasureKind::Ellipse | MeasureKind::Rectangle);
        if is_region && bounds.width().min(bounds.height()) * scale < SMALLEST {
            return Vec::new();
        }
        self.add_measurement(shape, now_ms)
    }

    fn add_measurement(&mut self, shape: MeasureShape, now_ms: i64) -> Vec<Effect> {
        let Some(id) = self.new_id() else { return Vec::new() };
        let effects =
            self.commit_with_opening(Edit::Measure { before: None, after: Some(Measurement { id, shape }) }, now_ms);
        if !effects.is_empty()
            && let Some(film) = &mut self.pane.film
        {
            film.select_only(Some(id));
        }
        effects
    }

    /// The selected measurement becomes this shape; `None` is no change.
    pub(super) fn change_measurement(
        &mut self,
        id: AnnotationId,
        shape: Option<MeasureShape>,
        now_ms: i64,
    ) -> Vec<Effect> {
        let before = self.pane.film.as_ref().and_then(|film| film.reading.measurement(id)).cloned();
        match (before, shape) {
            (Some(before), Some(shape)) if before.shape != shape => {
                self.commit(Edit::Measure { before: Some(before), after: Some(Measurement { id, shape }) }, now_ms)
            }
            _ => Vec::new(),
        }
    }

    /// Deletes the selected measurement; `None` where none is selected.
    pub(super) fn delete_measurement(&mut self, now_ms: i64) -> Option<Vec<Effect>> {
        let film = self.pane.film.as_ref()?;
        let id = film.selected_measurement()?.id;
        if self.is_locked(id) {
            return Some(Vec::new());
        }
        let edit = Edit::remove_measurement(&self.pane.film.as_ref()?.reading, id)?;
        Some(self.commit(edit, now_ms))
    }

    /// Moves the selected measurement by film pixels; `None` where none is selected.
    pub(super) fn nudge_measurement(&mut self, dx: f64, dy: f64, now_ms: i64) -> Option<Vec<Effect>> {
        let film = self.pane.film.as_ref()?;
        let selected = film.selected_measurement()?;
        let (id, moved) = (selected.id, selected.shape.moved_within(dx, dy, film.size()));
        if self.is_locked(id) {
            return Some(Vec::new());
        }
        Some(self.change_measurement(id, Some(moved), now_ms))
    }

    /// A copy of the selected measurement beside itself; `None` where none is selected.
    pub(super) fn duplicate_measurement(&mut self, offset: f64, now_ms: i64) -> Option<Vec<Effect>> {
        let film = self.pane.film.as_ref()?;
        let shape = &film.selected_measurement()?.shape;
        let moved = shape.moved_within(offset, offset, film.size());
        let moved = if moved == *shape { shape.moved_within(-offset, -offset, film.size()) } else { moved };
        Some(self.add_measurement(moved, now_ms))
    }

    /// The selected vertebral height gets a middle line, or loses it.
    pub(super) fn toggle_middle_height(&mut self, now_ms: i64) -> Vec<Effect> {
        let selected = self.pane.film.as_ref().and_then(OpenFilm::selected_measurement);
        let Some((id, shape)) = selected.map(|m| (m.id, m.shape.with_middle_toggled())) else { return Vec::new() };
        if self.is_locked(id) { Vec::new() } else { self.change_measurement(id, shape, now_ms) }
    }

    fn is_locked(&mut self, id: AnnotationId) -> bool {
        let is_locked = self.pane.film.as_ref().is_some_and(|film| film.locked.contains(&id));
        if is_locked {
            self.notify(NoticeKind::Warning, "The measurement is locked. Unlock it with Shift+L to change it.");
        }
        is_locked
    }

    /// What kind of measurement is selected.
    pub fn selected_kind(&self) -> Option<MeasureKind> {
        Some(self.pane.film.as_ref()?.selected_measurement()?.shape.kind())
    }

    /// The selected measurement in words, for the clipboard.
    pub fn selected_measure_text(&self) -> Option<String> {
        let film = self.pane.film.as_ref()?;
        let id = film.selected_measurement()?.id;
        let measured = film.measured.iter().find(|m| m.id == Some(id))?;
        Some(format!("{}: {}", measured.shape.kind().title(), measured.values().text()))
    }
}
