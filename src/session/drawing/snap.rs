//! The film's edge draws what is near it to itself.

use crate::domain::geometry::{Point, Rect, Size};

use super::super::open_film::OpenFilm;
use super::super::viewport::Canvas;

/// Screen points within which something is drawn to the edge.
const REACH: f64 = 4.0;

/// How near the edge, in film pixels along x and y, something has to be; zero where snapping is off.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in super::super) struct Snap {
    reach: Point,
    film: Size,
}

impl Snap {
    pub fn of(film: &OpenFilm, canvas: Canvas, is_on: bool) -> Self {
        let grid = film.grid();
        let scale = film.viewport.scale(canvas, grid);
        let reach = |stretch: f64| if is_on { REACH / (scale * stretch) } else { 0.0 };
        Self { reach: Point::new(reach(grid.stretch[0]), reach(grid.stretch[1])), film: grid.size }
    }

    /// Nothing is drawn to an edge.
    pub const fn off(film: Size) -> Self {
        Self { reach: Point::new(0.0, 0.0), film }
    }

    /// A point brought onto the film, and to its edge where that is near.
    pub fn point(&self, p: Point) -> Point {
        let snapped = |at: f64, reach: f64, end: f64| match at.clamp(0.0, end) {
            at if at <= reach => 0.0,
            at if end - at <= reach => end,
            at => at,
        };
        Point::new(snapped(p.x, self.reach.x, self.film.width), snapped(p.y, self.reach.y, self.film.height))
    }

    /// How far something with these bounds moves when it is to move by `by`.
    pub fn shift(&self, bounds: Rect, by: Point) -> Point {
        let snapped = |low: f64, high: f64, by: f64, reach: f64, end: f64| {
            let (to_low, to_high) = (-(low + by), end - (high + by));
            match (to_low.abs() < reach, to_high.abs() < reach) {
                (true, _) => by + to_low,
                (false, true) => by + to_high,
                (false, false) => by,
            }
        };
        Point::new(
            snapped(bounds.xmin(), bounds.xmax(), by.x, self.reach.x, self.film.width),
            snapped(bounds.ymin(), bounds.ymax(), by.y, self.reach.y, self.film.height),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SNAP: Snap = Snap { reach: Point::new(4.0, 2.0), film: Size::new(200.0, 100.0) };

    #[test]
    fn points_near_an_edge_lie_on_it() {
        for (p, expected) in [
            ((4.0, 50.0), (0.0, 50.0)),
            ((4.5, 97.9), (4.5, 97.9)),
            ((197.0, 98.5), (200.0, 100.0)),
            ((-9.0, 120.0), (0.0, 100.0)),
        ] {
            assert_eq!(SNAP.point(Point::new(p.0, p.1)), Point::new(expected.0, expected.1), "{p:?}");
        }
        let off = Snap { reach: Point::default(), ..SNAP };
        assert_eq!(off.point(Point::new(0.5, 99.5)), Point::new(0.5, 99.5));
    }

    #[test]
    fn what_is_moved_near_an_edge_lies_against_it() {
        let bounds = Rect::from_corners(Point::new(10.0, 10.0), Point::new(50.0, 40.0));
        for (by, expected) in
            [((-7.0, 0.0), (-10.0, 0.0)), ((147.0, 59.0), (150.0, 60.0)), ((20.0, 20.0), (20.0, 20.0))]
        {
            assert_eq!(SNAP.shift(bounds, Point::new(by.0, by.1)), Point::new(expected.0, expected.1), "{by:?}");
        }
    }
}
