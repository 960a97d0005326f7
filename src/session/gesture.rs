//! A running drag: a preview outside the reading until release commits one edit, or Escape drops it.

use crate::domain::geometry::{Handle, Point, Rect, Size};
use crate::domain::id::AnnotationId;
use crate::domain::imaging::{DisplaySettings, VoiFunction, Window};
use crate::domain::measure::MeasureShape;
use crate::domain::shape::Shape;

/// Screen points that the pointer must travel before a press becomes a drag.
pub const DRAG_THRESHOLD: f64 = 4.0;

/// Half the side of a resize handle, in screen points; presses this near to it take it.
pub const HANDLE_REACH: f64 = 7.0;

/// What a pressed button is doing.
#[derive(Clone, PartialEq, Debug)]
pub enum Gesture {
    /// Left pressed, not yet moved far enough: a click unless it travels.
    Press {
        at_screen: Point,
        at_image: Point,
    },
    /// Drawing a box; both in film pixels, inside the film.
    Draw {
        from: Point,
        to: Point,
    },
    /// Moving a mark from where it was grabbed.
    Move {
        id: AnnotationId,
        grabbed: Point,
        before: Shape,
        preview: Shape,
    },
    Resize {
        id: AnnotationId,
        handle: Handle,
        before: Rect,
        preview: Rect,
    },
    /// Pressed while a measure is drawn; its points so far are the film's sketch.
    Sketch {
        at_screen: Point,
        /// The point that follows the pointer.
        next: Option<Point>,
    },
    /// Moving a point of a measurement, or all of it.
    Reshape {
        id: AnnotationId,
        point: Option<usize>,
        grabbed: Point,
        before: MeasureShape,
        preview: MeasureShape,
    },
    /// Last pointer position in canvas points.
    Pan {
        last: Point,
    },
    /// Dragging the region whose values make a window; both in film pixels, inside the film.
    Region {
        from: Point,
        to: Point,
    },
    /// Last pointer position in canvas points; the place that stays under the pointer.
    Zoom {
        last: Point,
        anchor: Point,
    },
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
    /// Where a mark is shown while it is being dragged.
    pub fn preview_of(&self, mark: AnnotationId) -> Option<Shape> {
        match self {
            Self::Move { id, preview, .. } if *id == mark => Some(preview.clone()),
            Self::Resize { id, preview, .. } if *id == mark => Some(Shape::Box(*preview)),
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
