//! What is drawn around a finding: box, polygon, mask, point or line, in image pixels.

use super::geometry::{Point, Rect, Size};

mod line;
mod mask;
mod mask_sets;
mod brush;
mod polygon;
mod boolean;
mod outline;
mod smoothing;
mod raster;

pub use line::Line;
pub use mask::{Mask, Span};
pub use polygon::Polygon;
pub use smoothing::simplified_line;

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

    /// How far the shape is from a point, in image pixels; 0 inside a box, polygon or mask.
    pub fn distance_to(&self, p: Point) -> f64 {
        match self {
            _ if self.contains(p) => 0.0,
            Self::Box(rect) => Polygon::from_rect(*rect).nearest_edge(p).2,
            Self::Polygon(polygon) => polygon.nearest_edge(p).2,
            Self::Mask(mask) => mask.distance_to(p),
            Self::Point(point) => (point.x - p.x).hypot(point.y - p.y),
            Self::Line(line) => line.nearest_edge(p).1,
        }
    }

    /// Left and right changed over about the upright line at `x`.
    #[must_use]
    pub fn mirrored_at(&self, x: f64) -> Self {
        let mirror = |p: Point| Point::new(2.0 * x - p.x, p.y);
        match self {
            Self::Box(rect) => Self::Box(Rect::from_corners(mirror(rect.min()), mirror(rect.max()))),
            Self::Polygon(polygon) => Self::Polygon(polygon.mirrored_at(x)),
            Self::Mask(mask) => Self::Mask(mask.mirrored_at(x)),
            Self::Point(point) => Self::Point(mirror(*point)),
            Self::Line(line) => Self::Line(line.mirrored_at(x)),
        }
    }

    /// Cut to the film; `None` where nothing of it lies there. The points of a line outside are brought to its edge.
    pub fn clamped_to(&self, film: Size) -> Option<Self> {
        let onto = |p: &Point| Point::new(p.x.clamp(0.0, film.width), p.y.clamp(0.0, film.height));
        let is_on = |p: &Point| onto(p) == *p;
        match self {
            Self::Box(rect) => {
                let rect = rect.clamped_to(film);
                (rect.width() > 0.0 && rect.height() > 0.0).then_some(Self::Box(rect))
            }
            Self::Polygon(polygon) => polygon.clamped_to(film).map(Self::Polygon),
            Self::Mask(mask) => mask.clipped_to(film).map(Self::Mask),
            Self::Point(point) => is_on(point).then_some(self.clone()),
            Self::Line(line) => line.points().iter().any(is_on).then(|| Self::Line(line.mapped(onto))),
        }
    }

    /// With edges and points that are within `reach_px` of the film's edge brought to it, from inside or outside.
    /// A mask is cut to the film.
    #[must_use]
    pub fn snapped_to_edges(&self, film: Size, reach_px: f64) -> Self {
        let snap = |v: f64, end: f64| match v {
            v if v.abs() <= reach_px => 0.0,
            v if (v - end).abs() <= reach_px => end,
            v => v,
        };
        let onto = |p: &Point| Point::new(snap(p.x, film.width), snap(p.y, film.height));
        match self {
            Self::Box(rect) => {
                let snapped = Rect::from_corners(onto(&rect.min()), onto(&rect.max()));
                let is_box = snapped.width() > 0.0 && snapped.height() > 0.0;
                Self::Box(if is_box { snapped } else { *rect })
            }
            Self::Polygon(polygon) => {
                let snapped = polygon.mapped(onto);
                Self::Polygon(if snapped.area() > 0.0 { snapped } else { polygon.clone() })
            }
            Self::Mask(mask) => Self::Mask(mask.clipped_to(film).unwrap_or_else(|| mask.clone())),
            Self::Point(point) => Self::Point(onto(point)),
            Self::Line(line) => Self::Line(line.mapped(onto)),
        }
    }

    /// Area in square pixels; 0 for points and lines.
    pub fn area(&self) -> f64 {
        match self {
            Self::Box(rect) => rect.area(),
            Self::Polygon(polygon) => polygon.area(),
            Self::Mask(mask) => mask.num_pixels() as f64,
            Self::Point(_) | Self::Line(_) => 0.0,
        }
    }

    /// Area in common over area together, in 0..=1; `None` where one of them has no area. Beside a mask the other shape
    /// counts by its pixels.
    pub fn iou(&self, other: &Self) -> Option<f64> {
        let bounds = (self.bounds(), other.bounds());
        if !self.kind().has_area() || !other.kind().has_area() {
            return None;
        }
        if bounds.0.xmax() < bounds.1.xmin()
            || bounds.1.xmax() < bounds.0.xmin()
            || bounds.0.ymax() < bounds.1.ymin()
            || bounds.1.ymax() < bounds.0.ymin()
        {
            return Some(0.0);
        }
        match (self, other) {
            (Self::Box(a), Self::Box(b)) => Some(a.iou(b)),
            (Self::Mask(_), _) | (_, Self::Mask(_)) => {
                let (a, b) = (self.to_mask(), other.to_mask());
                Some(a.zip(b).map_or(0.0, |(a, b)| a.iou(&b)))
            }
            _ => Some(self.to_polygon()?.iou(&other.to_polygon()?)),
        }
    }

    /// The pixels whose centres lie inside; `None` where there are none.
    pub fn to_mask(&self) -> Option<Mask> {
        match self {
            Self::Box(rect) => Mask::from_rect(*rect),
            Self::Polygon(polygon) => polygon.to_mask(),
            Self::Mask(mask) => Some(mask.clone()),
            Self::Point(_) | Self::Line(_) => None,
        }
    }

    /// The outline of what has an area.
    pub fn to_polygon(&self) -> Option<Polygon> {
        match self {
            Self::Box(rect) => Some(Polygon::from_rect(*rect)),
            Self::Polygon(polygon) => Some(polygon.clone()),
            Self::Mask(mask) => Some(mask.to_polygon()),
            Self::Point(_) | Self::Line(_) => None,
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

/// The box through four extreme points: the topmost, the lowest and the outermost on both sides, in any order
/// (Papadopoulos et al., "Extreme clicking for efficient object annotation", ICCV 2017).
pub fn rect_of_extremes(points: &[Point; 4]) -> Rect {
    bounds_of(points.iter()).expect("four points")
}

/// From a point to the nearest place of the stretch from `a` to `b`.
fn distance_to_segment(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = dx * dx + dy * dy;
    let t = if length > 0.0 { (((p.x - a.x) * dx + (p.y - a.y) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (p.x - a.x - t * dx).hypot(p.y - a.y - t * dy)
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
