//! Shapes and maps in image space: pixels of the original film, f64, origin at the top-left corner
//! of the top-left pixel, x right, y down.

mod pixel_grid;
mod rect;
mod transform;

pub use pixel_grid::PixelGrid;
pub use rect::{Handle, Rect};
pub use transform::Transform;

/// A place on a film or on the screen; the name of the variable says which.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }
}

/// Width and height in pixels.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

impl Size {
    pub const fn new(width: f64, height: f64) -> Self {
        Self { width, height }
    }
}
