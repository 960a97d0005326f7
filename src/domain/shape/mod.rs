//! What is drawn around a finding: box, polygon, mask, point or line, in image pixels.

use super::geometry::{Point, Rect, Size};

mod line;
mod mask;
mod polygon;

pub use line::Line;
pub use mask::Mask;
pub use polygon::Polygon;

/// The shape of one mark, in image pixels of the original film.
#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    Box(Rect),
    Polygon(Polygon),
    Mask(Mask),
    Point(Point),
    Line(Line),
}

/// Which shape.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ShapeKind {
    Box,
    Polygon,
    Mask,
    Point,
    Line,
}

impl ShapeKind {
    pub const ALL: [Self; 5] = [Self::Box, Self::Polygon, Self::Mask, Self::Point, Self::Line];

    /// Stable, as stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::Polygon => "polygon",
            Self::Mask => "mask",
            Self::Point => "point",
            Self::Line => "line",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// Whether the shape covers an area. Points and lines have none: their bounds may be empty, and they are no boxes.
    pub const fn has_area(self) -> bool {
        matches!(self, Self::Box | Self::Polygon | Self::Mask)
    }
}

impl Shape {
    pub const fn kind(&self) -> ShapeKind {
        match self {
            Self::Box(_) => ShapeKind::Box,
            Self::Polygon(_) => ShapeKind::Polygon,
            Self::Mask(_) => ShapeKind::Mask,
            Self::Point(_) => ShapeKind::Point,
            Self::Line(_) => ShapeKind::Line,
        }
    }

    /// The box itself, where the shape is one.
    pub const fn as_box(&self) -> Option<Rect> {
        match self {
            Self::Box(rect) => Some(*rect),
            _ => None,
        }
    }

    /// The smallest box around the shape; empty in one direction or both for points and straight lines.
    pub fn bounds(&self) -> Rect {
        match self {
            Self::Box(rect) => *rect,
            Self::Polygon(polygon) => polygon.bounds(),
            Self::Mask(mask) => mask.bounds(),
            Self::Point(point) => Rect::from_corners(*point, *point),
            Self::Line(line) => line.bounds(),
        }
    }

    /// Whether the point lies in the shape; never for points and lines, which have no inside.
    pub fn contains(&self, p: Point) -> bool {
        match self {
            Self::Box(rect) => rect.contains(p),
            Self::Polygon(polygon) => polygon.contains(p),
            Self::Mask(mask) => mask.contains(p),
            Self::Point(_) | Self::Line(_) => false,
        }
    }

    /// Moved by (dx, dy) pixels, stopped at the film's edge with its size kept. A mask moves by whole pixels.
    #[must_use]
    pub fn moved_within(&self, dx: f64, dy: f64, film: Size) -> Self {
        let bounds = self.bounds();
        let moved = bounds.moved_within(dx, dy, film);
        let (dx, dy) = (moved.xmin() - bounds.xmin(), moved.ymin() - bounds.ymin());
        let shift = |p: &Point| Point::new(p.x + dx, p.y + dy);
        match self {
            Self::Box(_) => Self::Box(moved),
            Self::Polygon(polygon) => Self::Polygon(polygon.mapped(shift)),
            Self::Mask(mask) => Self::Mask(mask.moved(dx.round() as i32, dy.round() as i32)),
            Self::Point(point) => Self::Point(shift(point)),
            Self::Line(line) => Self::Line(line.mapped(shift)),
        }
    }
}

/// The smallest box around points; `None` where there are none.
fn bounds_of<'a>(points: impl Iterator<Item = &'a Point>) -> Option<Rect> {
    let mut bounds: Option<(Point, Point)> = None;
    for p in points {
        let (low, high) = bounds.unwrap_or((*p, *p));
        bounds = Some((Point::new(low.x.min(p.x), low.y.min(p.y)), Point::new(high.x.max(p.x), high.y.max(p.y))));
    }
    bounds.map(|(low, high)| Rect::from_corners(low, high))
}
