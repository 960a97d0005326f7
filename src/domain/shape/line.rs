//! An open line of two points or more.

use crate::domain::geometry::{Point, Rect};

use super::{bounds_of, distance_to_segment};

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

    /// Left and right changed over about the upright line at `x`.
    #[must_use]
    pub fn mirrored_at(&self, x: f64) -> Self {
        self.mapped(|p| Point::new(2.0 * x - p.x, p.y))
    }

    /// A new point between the one at `after_index` and the next, or at the end; unchanged where there is no such point.
    #[must_use]
    pub fn with_point_inserted(&self, after_index: usize, at: Point) -> Self {
        let mut points = self.points.clone();
        if after_index < points.len() {
            points.insert(after_index + 1, at);
        }
        Self { points }
    }

    /// Without this point; `None` where it was one of two.
    pub fn without_point(&self, index: usize) -> Option<Self> {
        let mut points = self.points.clone();
        if index < points.len() {
            points.remove(index);
        }
        (points.len() >= 2).then_some(Self { points })
    }

    #[must_use]
    pub fn with_point_moved(&self, index: usize, to: Point) -> Self {
        let mut points = self.points.clone();
        if let Some(point) = points.get_mut(index) {
            *point = to;
        }
        Self { points }
    }

    /// Index and distance of the point that is nearest.
    pub fn nearest_vertex(&self, p: Point) -> (usize, f64) {
        let distances = self.points.iter().map(|q| (q.x - p.x).hypot(q.y - p.y)).enumerate();
        distances.min_by(|a, b| a.1.total_cmp(&b.1)).expect("a line has points")
    }

    /// Index of the starting point and distance of the stretch that is nearest.
    pub fn nearest_edge(&self, p: Point) -> (usize, f64) {
        let distances = self.points.windows(2).map(|ends| distance_to_segment(p, ends[0], ends[1])).enumerate();
        distances.min_by(|a, b| a.1.total_cmp(&b.1)).expect("a line has two points or more")
    }

    /// In pixels.
    pub fn length(&self) -> f64 {
        self.points.windows(2).map(|ends| (ends[1].x - ends[0].x).hypot(ends[1].y - ends[0].y)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_put_in_taken_out_and_moved() {
        let line = Line::new(vec![Point::new(0.0, 0.0), Point::new(10.0, 0.0)]).expect("two points");
        assert_eq!(line.without_point(0), None);
        let bent = line.with_point_inserted(0, Point::new(5.0, 5.0));
        assert_eq!(bent.points()[1], Point::new(5.0, 5.0));
        assert_eq!(bent.without_point(1), Some(line.clone()));
        assert_eq!(bent.with_point_moved(1, Point::new(5.0, -5.0)).points()[1].y, -5.0);
        assert_eq!(line.nearest_edge(Point::new(4.0, 3.0)), (0, 3.0));
        assert_eq!(line.nearest_vertex(Point::new(13.0, 4.0)), (1, 5.0));
        assert_eq!(line.length(), 10.0);
        assert_eq!(bent.mirrored_at(3.0).mirrored_at(3.0), bent);
    }
}
