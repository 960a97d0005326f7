//! A closed outline of one or more parts: a rib's front and back are two parts of one mark.

use crate::domain::geometry::{Point, Rect};

use super::{bounds_of, distance_to_segment};

/// One or more closed outlines in image pixels; what lies in any of them lies in the polygon.
///
/// Every part has at least three points, all finite; the last is joined to the first and not repeated. A part may touch
/// or cross itself: even-odd says what is inside. A hole is joined to the outline around it by a bridge, a line that is
/// walked there and back and so encloses nothing.
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

    /// The outline of a box, clockwise from its upper left corner.
    pub fn from_rect(rect: Rect) -> Self {
        let corner = Point::new;
        let (xmin, ymin, xmax, ymax) = (rect.xmin(), rect.ymin(), rect.xmax(), rect.ymax());
        Self { parts: vec![vec![corner(xmin, ymin), corner(xmax, ymin), corner(xmax, ymax), corner(xmin, ymax)]] }
    }

    pub fn parts(&self) -> &[Vec<Point>] {
        &self.parts
    }

    /// Of all parts together.
    pub fn num_points(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    pub fn bounds(&self) -> Rect {
        bounds_of(self.parts.iter().flatten()).expect("a polygon has points")
    }

    /// The same outline with every point moved.
    #[must_use]
    pub fn mapped(&self, change: impl Fn(&Point) -> Point) -> Self {
        Self { parts: self.parts.iter().map(|part| part.iter().map(&change).collect()).collect() }
    }

    /// Left and right changed over about the upright line at `x`.
    #[must_use]
    pub fn mirrored_at(&self, x: f64) -> Self {
        self.mapped(|p| Point::new(2.0 * x - p.x, p.y))
    }

    /// Even-odd within a part, any part counts.
    pub fn contains(&self, p: Point) -> bool {
        self.parts.iter().any(|part| is_inside(part, p))
    }

    /// A new point on the edge that starts at `after_index`; unchanged where there is no such point.
    #[must_use]
    pub fn with_point_inserted(&self, part: usize, after_index: usize, at: Point) -> Self {
        let mut parts = self.parts.clone();
        if let Some(points) = parts.get_mut(part).filter(|points| after_index < points.len()) {
            points.insert(after_index + 1, at);
        }
        Self { parts }
    }

    /// Without this point. A part of three points goes as a whole; `None` where it was the last part.
    pub fn without_point(&self, part: usize, index: usize) -> Option<Self> {
        let mut parts = self.parts.clone();
        match parts.get_mut(part) {
            Some(points) if index < points.len() && points.len() > 3 => {
                points.remove(index);
            }
            Some(points) if index < points.len() => {
                parts.remove(part);
            }
            _ => {}
        }
        (!parts.is_empty()).then_some(Self { parts })
    }

    /// With this point elsewhere, and with it the other end of a bridge that lies on the same place.
    #[must_use]
    pub fn with_point_moved(&self, part: usize, index: usize, to: Point) -> Self {
        let mut parts = self.parts.clone();
        if let Some(points) = parts.get_mut(part)
            && let Some(&from) = points.get(index)
        {
            points.iter_mut().filter(|p| **p == from).for_each(|p| *p = to);
        }
        Self { parts }
    }

    /// The same outlines as polygons of one part each.
    pub fn split_parts(&self) -> Vec<Self> {
        self.parts.iter().map(|part| Self { parts: vec![part.clone()] }).collect()
    }

    /// The outlines as they are drawn, each with whether it is closed: bridges to holes are left out, which cuts an
    /// outline into open stretches that meet.
    pub fn strokes(&self) -> Vec<(Vec<Point>, bool)> {
        self.parts.iter().flat_map(|part| without_bridges(part)).collect()
    }

    /// Part, index and distance of the point that is nearest.
    pub fn nearest_vertex(&self, p: Point) -> (usize, usize, f64) {
        let points = self.parts.iter().enumerate();
        let points = points.flat_map(|(part, points)| points.iter().enumerate().map(move |(i, q)| (part, i, q)));
        nearest(points.map(|(part, i, q)| (part, i, (q.x - p.x).hypot(q.y - p.y))))
    }

    /// Part, index of the starting point and distance of the edge that is nearest.
    pub fn nearest_edge(&self, p: Point) -> (usize, usize, f64) {
        let edges = self.parts.iter().enumerate();
        let edges = edges.flat_map(|(part, points)| edges_of(points).enumerate().map(move |(i, edge)| (part, i, edge)));
        nearest(edges.map(|(part, i, (a, b))| (part, i, distance_to_segment(p, a, b))))
    }
}

fn without_bridges(part: &[Point]) -> Vec<(Vec<Point>, bool)> {
    let key = |(a, b): (Point, Point)| [a.x, a.y, b.x, b.y];
    let order = |a: &[f64; 4], b: &[f64; 4]| {
        a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    };
    let mut backwards: Vec<[f64; 4]> = edges_of(part).map(|(a, b)| key((b, a))).collect();
    backwards.sort_by(order);
    let is_bridge = |edge: (Point, Point)| backwards.binary_search_by(|other| order(other, &key(edge))).is_ok();
    if !edges_of(part).any(is_bridge) {
        return vec![(part.to_vec(), true)];
    }
    let mut strokes: Vec<Vec<Point>> = Vec::new();
    let mut is_going_on = false;
    for (a, b) in edges_of(part) {
        if is_bridge((a, b)) {
            is_going_on = false;
            continue;
        }
        match strokes.last_mut().filter(|_| is_going_on) {
            Some(stroke) => stroke.push(b),
            None => strokes.push(vec![a, b]),
        }
        is_going_on = true;
    }
    strokes.into_iter().map(|stroke| (stroke, false)).collect()
}

fn nearest(all: impl Iterator<Item = (usize, usize, f64)>) -> (usize, usize, f64) {
    all.min_by(|a, b| a.2.total_cmp(&b.2)).expect("a polygon has points")
}

/// The edges of a closed outline, each from a point to the next.
pub(super) fn edges_of(points: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    points.iter().copied().zip(points.iter().copied().cycle().skip(1))
}

/// Where an edge crosses the row at `y`, if it does: the upper end counts, the lower does not.
///
/// The same for both directions of an edge to the last bit, so that a bridge cancels itself and outlines that share an
/// edge share no pixel.
pub(super) fn crossing((a, b): (Point, Point), y: f64) -> Option<f64> {
    if (a.y > y) == (b.y > y) {
        return None;
    }
    let (a, b) = if a.y <= b.y { (a, b) } else { (b, a) };
    Some((b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x)
}

/// Even-odd rule; a point exactly on an edge is inside where the inside lies right of the edge or below it.
fn is_inside(outline: &[Point], p: Point) -> bool {
    let crossings = edges_of(outline).filter_map(|edge| crossing(edge, p.y)).filter(|&x| p.x < x);
    crossings.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polygon(parts: &[&[(f64, f64)]]) -> Polygon {
        let part = |points: &&[(f64, f64)]| points.iter().map(|&(x, y)| Point::new(x, y)).collect();
        Polygon::new(parts.iter().map(part).collect()).expect("outlines")
    }

    fn length(stroke: &[Point]) -> f64 {
        stroke.windows(2).map(|ends| (ends[1].x - ends[0].x).hypot(ends[1].y - ends[0].y)).sum()
    }

    const SQUARE: &[(f64, f64)] = &[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)];
    const TRIANGLE: &[(f64, f64)] = &[(20.0, 0.0), (30.0, 0.0), (20.0, 10.0)];

    #[test]
    fn points_are_put_in_taken_out_and_moved() {
        let shape = polygon(&[SQUARE, TRIANGLE]);
        let more = shape.with_point_inserted(0, 3, Point::new(-2.0, 5.0));
        assert_eq!(more.parts()[0].len(), 5);
        assert_eq!(more.parts()[0][4], Point::new(-2.0, 5.0), "on the edge that closes the outline");
        assert_eq!(more.without_point(0, 4), Some(shape.clone()));
        assert_eq!(shape.with_point_inserted(5, 0, Point::default()), shape, "no such part");
        let moved = shape.with_point_moved(1, 2, Point::new(21.0, 12.0));
        assert_eq!(moved.parts()[1][2], Point::new(21.0, 12.0));
        assert_eq!(moved.parts()[0], shape.parts()[0]);
    }

    #[test]
    fn a_part_of_three_points_goes_with_any_of_them() {
        let shape = polygon(&[SQUARE, TRIANGLE]);
        assert_eq!(shape.without_point(1, 0), Some(polygon(&[SQUARE])));
        assert_eq!(polygon(&[TRIANGLE]).without_point(0, 1), None);
        assert_eq!(shape.split_parts(), [polygon(&[SQUARE]), polygon(&[TRIANGLE])]);
    }

    #[test]
    fn the_nearest_point_and_edge_of_any_part() {
        let shape = polygon(&[SQUARE, TRIANGLE]);
        assert_eq!(shape.nearest_vertex(Point::new(10.0, 13.0)), (0, 2, 3.0));
        assert_eq!(shape.nearest_edge(Point::new(5.0, -2.0)), (0, 0, 2.0));
        assert_eq!(shape.nearest_edge(Point::new(19.0, 4.0)), (1, 2, 1.0), "the edge that closes the outline");
    }

    #[test]
    fn the_ends_of_a_bridge_move_together() {
        let ring = polygon(&[&[
            (0.0, 0.0),
            (9.0, 0.0),
            (9.0, 9.0),
            (0.0, 9.0),
            (0.0, 3.0),
            (3.0, 3.0),
            (3.0, 6.0),
            (6.0, 6.0),
            (6.0, 3.0),
            (3.0, 3.0),
            (0.0, 3.0),
        ]]);
        assert!(!ring.contains(Point::new(4.5, 4.5)) && ring.contains(Point::new(1.5, 3.0)));
        let drawn: f64 = ring.strokes().iter().map(|(stroke, _)| length(stroke)).sum();
        assert_eq!(drawn, 4.0 * 9.0 + 4.0 * 3.0, "without the bridge");
        let moved = ring.with_point_moved(0, 4, Point::new(0.0, 2.0));
        assert_eq!((moved.parts()[0][4], moved.parts()[0][10]), (Point::new(0.0, 2.0), Point::new(0.0, 2.0)));
        assert!(!moved.contains(Point::new(4.5, 4.5)) && moved.contains(Point::new(1.5, 2.5)));
    }
}
