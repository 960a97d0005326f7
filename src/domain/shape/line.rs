//! An open line of two points or more.

use crate::domain::geometry::{Point, Rect};

use super::bounds_of;

/// At least two points in image pixels, all finite.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    points: Vec<Point>,
}

impl Line {
    /// `None` where there are fewer than two points or a coordinate is not finite.
    pub fn new(points: Vec<Point>) -> Option<Self> {
        let is_line = points.len() >= 2 && points.iter().all(|p| p.x.is_finite() && p.y.is_finite());
        is_line.then_some(Self { points })
    }

    pub fn points(&self) -> &[Point] {
        &self.points
    }

    pub fn bounds(&self) -> Rect {
        bounds_of(self.points.iter()).expect("a line has points")
    }

    #[must_use]
    pub fn mapped(&self, change: impl Fn(&Point) -> Point) -> Self {
        Self { points: self.points.iter().map(change).collect() }
    }
}
