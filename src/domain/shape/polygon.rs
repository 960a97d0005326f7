//! A closed outline of one or more parts: a rib's front and back are two parts of one mark.

use crate::domain::geometry::{Point, Rect};

use super::bounds_of;

/// One or more closed outlines in image pixels; what lies in any of them lies in the polygon.
///
/// Every part has at least three points, all finite; the last is joined to the first and not repeated.
#[derive(Clone, PartialEq, Debug)]
pub struct Polygon {
    parts: Vec<Vec<Point>>,
}

impl Polygon {
    /// `None` where there is no part, a part has fewer than three points, or a coordinate is not finite.
    pub fn new(parts: Vec<Vec<Point>>) -> Option<Self> {
        let is_outline = |part: &Vec<Point>| part.len() >= 3 && part.iter().all(|p| p.x.is_finite() && p.y.is_finite());
        (!parts.is_empty() && parts.iter().all(is_outline)).then_some(Self { parts })
    }

    pub fn parts(&self) -> &[Vec<Point>] {
        &self.parts
    }

    pub fn bounds(&self) -> Rect {
        bounds_of(self.parts.iter().flatten()).expect("a polygon has points")
    }

    /// The same outline with every point moved.
    #[must_use]
    pub fn mapped(&self, change: impl Fn(&Point) -> Point) -> Self {
        Self { parts: self.parts.iter().map(|part| part.iter().map(&change).collect()).collect() }
    }

    /// Even-odd within a part, any part counts.
    pub fn contains(&self, p: Point) -> bool {
        self.parts.iter().any(|part| is_inside(part, p))
    }
}

/// Even-odd rule; a point exactly on an edge counts on the lower and right side only.
fn is_inside(outline: &[Point], p: Point) -> bool {
    let before = outline.iter().cycle().skip(outline.len() - 1);
    let crossings = outline
        .iter()
        .zip(before)
        .filter(|(a, b)| (a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x);
    crossings.count() % 2 == 1
}
