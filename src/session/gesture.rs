//! A running drag: a preview outside the reading until release commits one edit, or Escape drops it.

use crate::domain::annotation::Annotation;
use crate::domain::geometry::{Handle, Point, Rect, Size};
use crate::domain::id::AnnotationId;
use crate::domain::imaging::{DisplaySettings, VoiFunction, Window};
use crate::domain::measure::MeasureShape;
use crate::domain::shape::Shape;
use crate::domain::suggestion::SuggestionKey;

use super::drawing::VertexAt;

/// Screen points that the pointer must travel before a press becomes a drag.
pub const DRAG_THRESHOLD: f64 = 4.0;

/// Half the side of a resize handle, in screen points; presses this near to it take it.
pub const HANDLE_REACH: f64 = 7.0;

/// One of the marks that are being moved.
#[derive(Clone, PartialEq, Debug)]
pub struct Moved {
    pub id: AnnotationId,
    pub key: AnnotationId,
    pub before: Shape,
    pub preview: Shape,
}

/// What a pressed button is doing.
#[derive(Clone, PartialEq, Debug)]
pub enum Gesture {
    /// Left pressed, not yet moved far enough: a click unless it travels.
    Press { at_screen: Point, at_image: Point },
    /// Drawing a box; both in film pixels, inside the film.
    Draw { from: Point, to: Point },
    /// Moving the selected marks from where one of them was grabbed; in the order of their keys, each once.
    Move { grabbed: Point, moved: Vec<Moved> },
    Resize {
        id: AnnotationId,
        /// What every label on the same shape shares.
        key: AnnotationId,
        handle: Handle,
        before: Rect,
        preview: Rect,
    },
    /// Dragging a model's suggestion by one of its grips, or with `None` all of it: it becomes a mark when it is let go.
    Adjust { key: SuggestionKey, handle: Option<Handle>, grabbed: Point, before: Rect, preview: Rect },
    /// Moving one point of a polygon or line; `before` has the point already where the press put it there.
    Vertex { id: AnnotationId, key: AnnotationId, at: VertexAt, before: Shape, preview: Shape },
    /// Pressed while a shape is drawn point by point; the point is in the film's drawing and follows the pointer.
    Place { at_screen: Point, has_moved: bool },
    /// Drawing in one stroke; what was stroked so far is in the film's drawing.
    Stroke,
    /// Dragging a band around marks to select them; both in film pixels, inside the film.
    Band { from: Point, to: Point },
    /// Pressed while a measure is drawn; its points so far are the film's sketch.
    Sketch {
        at_screen: Point,
        /// The point that follows the pointer.
        next: Option<Point>,
    },
    /// Moving a point of a measurement, or all of it.
    Reshape { id: AnnotationId, point: Option<usize>, grabbed: Point, before: MeasureShape, preview: MeasureShape },
    /// Last pointer position in canvas points.
    Pan { last: Point },
    /// Dragging the region whose values make a window; both in film pixels, inside the film.
    Region { from: Point, to: Point },
    /// Last pointer position in canvas points; the place that stays under the pointer.
    Zoom { last: Point, anchor: Point },
    /// Window and pointer at the start.
    WindowLevel {
        from_screen: Point,
        before: Window,
        /// What Escape brings back.
        shown: DisplaySettings,
        has_moved: bool,
    },
}

impl Gesture {
    /// Where a mark is shown while it, or another label on its shape, is being dragged.
    pub fn preview_of(&self, mark: &Annotation) -> Option<Shape> {
        match self {
            Self::Move { moved, .. } => {
                let at = moved.binary_search_by_key(&mark.shape_key(), |moved| moved.key).ok()?;
                Some(moved[at].preview.clone())
            }
            Self::Resize { key, preview, .. } if *key == mark.shape_key() => Some(Shape::Box(*preview)),
            Self::Vertex { key, preview, .. } if *key == mark.shape_key() => Some(preview.clone()),
            _ => None,
        }
    }

    /// The suggestion that is being dragged, and where it is now.
    pub fn adjusted(&self) -> Option<(SuggestionKey, Rect)> {
        match self {
            Self::Adjust { key, preview, .. } => Some((*key, *preview)),
            _ => None,
        }
    }

    /// The band around marks that are to be selected.
    pub fn band(&self) -> Option<Rect> {
        match self {
            Self::Band { from, to } => Some(Rect::from_corners(*from, *to)),
            _ => None,
        }
    }

    /// The region of values being dragged.
    pub fn region(&self) -> Option<Rect> {
        match self {
            Self::Region { from, to } => Some(Rect::from_corners(*from, *to)),
            _ => None,
        }
    }

    /// The box being drawn.
    pub fn drawn(&self) -> Option<Rect> {
        match self {
            Self::Draw { from, to } => Some(Rect::from_corners(*from, *to)),
            _ => None,
        }
    }
}

/// The window after dragging by (dx, dy) screen points: right is wider, down is a higher level.
///
/// `full_range` is the span of the film's values: across 1,024 points the drag covers it all,
/// four times as fast with Ctrl held.
pub fn dragged_window(before: &Window, dx: f64, dy: f64, full_range: f64, is_fast: bool) -> Window {
    let per_point = full_range / 1024.0 * if is_fast { 4.0 } else { 1.0 };
    let least = match before.function {
        VoiFunction::Linear => before.function.least_width(),
        VoiFunction::LinearExact | VoiFunction::Sigmoid => full_range / 4096.0,
    };
    Window {
        center: before.center + dy * per_point,
        width: (before.width + dx * per_point).max(least),
        explanation: None,
        ..before.clone()
    }
}

/// How much a film is enlarged by dragging up by that many screen points; 100 points double it.
pub fn dragged_zoom(up: f64) -> f64 {
    2.0f64.powf(up / 100.0)
}

/// A point brought onto the film.
pub fn on_film(p: Point, film: Size) -> Point {
    Point::new(p.x.clamp(0.0, film.width), p.y.clamp(0.0, film.height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_is_wider_and_down_is_higher() {
        let before = Window::linear(2000.0, 1000.0);
        let after = dragged_window(&before, 10.0, 20.0, 4096.0, false);
        assert_eq!((after.width, after.center), (1040.0, 2080.0));
        let fast = dragged_window(&before, 10.0, 20.0, 4096.0, true);
        assert_eq!((fast.width, fast.center), (1160.0, 2320.0));
        assert_eq!(dragged_window(&before, -1e6, 0.0, 4096.0, false).width, 1.0);
    }
}
