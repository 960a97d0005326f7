//! Brush, eraser and knife: one stroke, one edit.

use crate::domain::annotation::Annotation;
use crate::domain::edit::Edit;
use crate::domain::geometry::Point;
use crate::domain::shape::{Mask, Shape};

use super::super::effect::Effect;
use super::super::screen::{NoticeKind, Session};

/// The radii that a brush can have, in film pixels.
const RADII: (f64, f64) = (0.5, 400.0);

/// How much larger the next radius is.
const STEP: f64 = 1.25;

/// Brush and eraser.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Brush {
    /// In film pixels.
    pub radius: f64,
}

impl Default for Brush {
    fn default() -> Self {
        Self { radius: 12.0 }
    }
}

/// What a stroke acts on.
enum Target {
    Mask(Box<Annotation>, Mask),
    /// A polygon: brush and eraser change pixels.
    Outline,
    Locked,
    Nothing,
}

impl Session {
    pub(super) fn change_brush(&mut self, steps: f64) -> Vec<Effect> {
        let radius = (self.brush.radius * STEP.powf(steps)).clamp(RADII.0, RADII.1);
        self.brush = Brush { radius };
        self.notify(NoticeKind::Info, format!("Brush: {radius:.1} pixels"));
        Vec::new()
    }

    /// The selected mark as a stroke through these points meets it.
    fn target(&self, points: &[Point]) -> Target {
        let Some(film) = &self.pane.film else { return Target::Nothing };
        let Some(mark) = film.selected().filter(|mark| !film.hidden.contains(&mark.id())) else {
            return Target::Nothing;
        };
        match mark.shape() {
            Some(Shape::Mask(_)) if film.is_shape_locked(mark) => Target::Locked,
            Some(Shape::Mask(mask)) => Target::Mask(Box::new(mark.clone()), mask.clone()),
            Some(shape @ Shape::Polygon(_)) if points.iter().any(|p| shape.distance_to(*p) <= self.brush.radius) => {
                Target::Outline
            }
            _ => Target::Nothing,
        }
    }

    fn stroked(&self, points: &[Point]) -> Option<Mask> {
        let size = self.pane.film.as_ref()?.size();
        Mask::stroke(points, self.brush.radius)?.clipped_to(size)
    }

    /// Adds pixels to the selected mask of the armed label, or makes a new one.
    pub(super) fn paint(&mut self, points: &[Point], now_ms: i64) -> Vec<Effect> {
        let Some(painted) = self.stroked(points) else { return Vec::new() };
        match self.target(points) {
            Target::Mask(mark, mask) if self.armed.as_ref().is_none_or(|armed| armed == mark.label()) => {
                self.reshape_mark(mark.id(), Shape::Mask(mask.union(&painted)), now_ms)
            }
            Target::Locked => self.say_locked(),
            Target::Outline => self.offer_conversion(),
            Target::Mask(..) | Target::Nothing => self.take_shape(Shape::Mask(painted), now_ms),
        }
    }

    /// Takes pixels from the selected mask; a mask with none left is removed.
    pub(super) fn erase(&mut self, points: &[Point], now_ms: i64) -> Vec<Effect> {
        let Some(erased) = self.stroked(points) else { return Vec::new() };
        match self.target(points) {
            Target::Mask(mark, mask) => match mask.difference(&erased) {
                Some(left) => self.reshape_mark(mark.id(), Shape::Mask(left), now_ms),
                None => {
                    let Some(film) = &self.pane.film else { return Vec::new() };
                    let mut edits: Vec<Edit> =
                        film.reading.on_shape(mark.shape_key()).cloned().map(Edit::Remove).collect();
                    let name = format!("Remove {}", mark.label());
                    let edit = if edits.len() == 1 { edits.remove(0) } else { Edit::Batch { name, edits } };
                    self.commit(edit, now_ms)
                }
            },
            Target::Locked => self.say_locked(),
            Target::Outline => self.offer_conversion(),
            Target::Nothing => {
                self.notify(NoticeKind::Info, "Select the mask to erase from first: Shift+click it.");
                Vec::new()
            }
        }
    }

    /// Cuts the selected polygon or mask along a line.
    pub(super) fn cut(&mut self, line: &[Point], now_ms: i64) -> Vec<Effect> {
        let selected = self.pane.film.as_ref().and_then(|film| film.selected()).cloned();
        let Some((mark, shape)) = selected.and_then(|mark| mark.shape().cloned().map(|shape| (mark, shape))) else {
            self.notify(NoticeKind::Info, "Select the polygon or mask to cut first: Shift+click it.");
            return Vec::new();
        };
        if self.pane.film.as_ref().is_some_and(|film| film.is_shape_locked(&mark)) {
            return self.say_locked();
        }
        let pieces: Option<Vec<Shape>> = match &shape {
            Shape::Polygon(polygon) => polygon.cut(line).map(|pieces| pieces.into_iter().map(Shape::Polygon).collect()),
            Shape::Mask(mask) => mask
                .to_polygon()
                .cut(line)
                .map(|pieces| pieces.iter().filter_map(|piece| piece.to_mask().map(Shape::Mask)).collect()),
            Shape::Box(_) | Shape::Point(_) | Shape::Line(_) => {
                self.notify(NoticeKind::Info, "Only polygons and masks can be cut.");
                return Vec::new();
            }
        };
        match pieces.filter(|pieces| pieces.len() > 1) {
            Some(pieces) => self.break_up(&mark, pieces, format!("Cut {}", mark.label()), now_ms),
            None => {
                self.notify(NoticeKind::Info, "Nothing was cut: begin and end the cut outside the selected mark.");
                Vec::new()
            }
        }
    }

    pub(super) fn say_locked(&mut self) -> Vec<Effect> {
        self.notify(NoticeKind::Warning, "The mark is locked. Unlock it with Shift+L to change it.");
        Vec::new()
    }

    fn offer_conversion(&mut self) -> Vec<Effect> {
        self.notify(
            NoticeKind::Warning,
            "The selected mark is a polygon. Alt+C makes a mask of it, which can be painted.",
        );
        Vec::new()
    }
}
