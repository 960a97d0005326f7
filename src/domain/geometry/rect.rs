//! An axis-aligned box with ordered corners, and the eight handles that resize it.

use super::{Point, Size};

/// A box in image pixels. `xmin <= xmax` and `ymin <= ymax` hold by construction.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rect {
    xmin: f64,
    ymin: f64,
    xmax: f64,
    ymax: f64,
}

/// A grip on the edge or corner of a box, named by compass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handle {
    NorthWest,
    North,
    NorthEast,
    East,
    SouthEast,
    South,
    SouthWest,
    West,
}

impl Handle {
    pub const ALL: [Self; 8] = [
        Self::NorthWest,
        Self::North,
        Self::NorthEast,
        Self::East,
        Self::SouthEast,
        Self::South,
        Self::SouthWest,
        Self::West,
    ];

    const fn moves_west(self) -> bool {
        matches!(self, Self::NorthWest | Self::West | Self::SouthWest)
    }
    const fn moves_east(self) -> bool {
        matches!(self, Self::NorthEast | Self::East | Self::SouthEast)
    }
    const fn moves_north(self) -> bool {
        matches!(self, Self::NorthWest | Self::North | Self::NorthEast)
    }
    const fn moves_south(self) -> bool {
        matches!(self, Self::SouthWest | Self::South | Self::SouthEast)
    }
}

impl Rect {
    /// Width and height, in pixels, below which resizing does not go.
    pub const SMALLEST: f64 = 1.0;

    /// The box with these two opposite corners, whichever they are.
    pub fn from_corners(a: Point, b: Point) -> Self {
        Self { xmin: a.x.min(b.x), ymin: a.y.min(b.y), xmax: a.x.max(b.x), ymax: a.y.max(b.y) }
    }

    /// From the four published columns; `None` where they are not finite or not strictly ordered.
    pub fn from_columns(xmin: f64, ymin: f64, xmax: f64, ymax: f64) -> Option<Self> {
        let finite = [xmin, ymin, xmax, ymax].iter().all(|v| v.is_finite());
        (finite && xmin < xmax && ymin < ymax).then_some(Self { xmin, ymin, xmax, ymax })
    }

    pub const fn xmin(&self) -> f64 {
        self.xmin
    }
    pub const fn ymin(&self) -> f64 {
        self.ymin
    }
    pub const fn xmax(&self) -> f64 {
        self.xmax
    }
    pub const fn ymax(&self) -> f64 {
        self.ymax
    }
    pub fn width(&self) -> f64 {
        self.xmax - self.xmin
    }
    pub fn height(&self) -> f64 {
        self.ymax - self.ymin
    }
    pub fn area(&self) -> f64 {
        self.width() * self.height()
    }
    pub fn center(&self) -> Point {
        Point::new(f64::midpoint(self.xmin, self.xmax), f64::midpoint(self.ymin, self.ymax))
    }
    pub fn min(&self) -> Point {
        Point::new(self.xmin, self.ymin)
    }
    pub fn max(&self) -> Point {
        Point::new(self.xmax, self.ymax)
    }

    pub fn contains(&self, p: Point) -> bool {
        p.x >= self.xmin && p.x <= self.xmax && p.y >= self.ymin && p.y <= self.ymax
    }

    /// Intersection over union, in 0..=1; 0 where both are empty.
    pub fn iou(&self, other: &Self) -> f64 {
        let w = (self.xmax.min(other.xmax) - self.xmin.max(other.xmin)).max(0.0);
        let h = (self.ymax.min(other.ymax) - self.ymin.max(other.ymin)).max(0.0);
        let intersection = w * h;
        let union = self.area() + other.area() - intersection;
        if union > 0.0 { intersection / union } else { 0.0 }
    }

    /// Cut to the film. A box wholly outside becomes empty on the nearest edge.
    #[must_use]
    pub fn clamped_to(&self, film: Size) -> Self {
        Self {
            xmin: self.xmin.clamp(0.0, film.width),
            ymin: self.ymin.clamp(0.0, film.height),
            xmax: self.xmax.clamp(0.0, film.width),
            ymax: self.ymax.clamp(0.0, film.height),
        }
    }

    /// Moved by (dx, dy) pixels and stopped at the film's edge with its size kept.
    /// A box larger than the film stays where it is on that axis.
    #[must_use]
    pub fn moved_within(&self, dx: f64, dy: f64, film: Size) -> Self {
        let stop = |min: f64, max: f64, delta: f64, limit: f64| {
            if max - min > limit { 0.0 } else { delta.min(limit - max).max(-min) }
        };
        let dx = stop(self.xmin, self.xmax, dx, film.width);
        let dy = stop(self.ymin, self.ymax, dy, film.height);
        Self { xmin: self.xmin + dx, ymin: self.ymin + dy, xmax: self.xmax + dx, ymax: self.ymax + dy }
    }

    /// Resized by taking `handle` to `to`. Crossing the opposite edge turns the box over; the
    /// result stays on the film, and stays a box: at least [`Self::SMALLEST`] pixels each way.
    #[must_use]
    pub fn resized(&self, handle: Handle, to: Point, film: Size) -> Self {
        let to = Point::new(to.x.clamp(0.0, film.width), to.y.clamp(0.0, film.height));
        let (mut x0, mut y0, mut x1, mut y1) = (self.xmin, self.ymin, self.xmax, self.ymax);
        if handle.moves_west() {
            x0 = to.x;
        }
        if handle.moves_east() {
            x1 = to.x;
        }
        if handle.moves_north() {
            y0 = to.y;
        }
        if handle.moves_south() {
            y1 = to.y;
        }
        let spread = |a: &mut f64, b: &mut f64, moved_a: bool, limit: f64| {
            if (*a - *b).abs() >= Self::SMALLEST {
                return;
            }
            let (kept, moved) = if moved_a { (*b, a) } else { (*a, b) };
            *moved = if kept + Self::SMALLEST <= limit { kept + Self::SMALLEST } else { kept - Self::SMALLEST };
        };
        spread(&mut x0, &mut x1, handle.moves_west(), film.width);
        spread(&mut y0, &mut y1, handle.moves_north(), film.height);
        Self::from_corners(Point::new(x0, y0), Point::new(x1, y1))
    }

    /// Whether a point lies beyond the middle as seen from a corner, both ways.
    pub fn is_past_middle(&self, corner: Handle, p: Point) -> bool {
        let (from, middle) = (self.handle_position(corner), self.center());
        let is_past = |from: f64, middle: f64, p: f64| (p - middle) * (middle - from) > 0.0;
        is_past(from.x, middle.x, p.x) && is_past(from.y, middle.y, p.y)
    }

    /// Where a handle sits on this box.
    pub fn handle_position(&self, handle: Handle) -> Point {
        let center = self.center();
        let x = if handle.moves_west() {
            self.xmin
        } else if handle.moves_east() {
            self.xmax
        } else {
            center.x
        };
        let y = if handle.moves_north() {
            self.ymin
        } else if handle.moves_south() {
            self.ymax
        } else {
            center.y
        };
        Point::new(x, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rect(xmin: f64, ymin: f64, xmax: f64, ymax: f64) -> Rect {
        Rect::from_columns(xmin, ymin, xmax, ymax).expect("ordered")
    }

    #[test]
    fn columns_must_be_finite_and_ordered() {
        for (a, b, c, d) in [
            (1.0, 0.0, 1.0, 2.0),
            (2.0, 0.0, 1.0, 2.0),
            (0.0, 2.0, 1.0, 2.0),
            (f64::NAN, 0.0, 1.0, 2.0),
            (0.0, 0.0, f64::INFINITY, 2.0),
        ] {
            assert!(Rect::from_columns(a, b, c, d).is_none(), "{a} {b} {c} {d}");
        }
    }

    #[test]
    fn iou_of_known_pairs() {
        let check = |a: Rect, b: Rect, expected: f64| {
            assert!((a.iou(&b) - expected).abs() < 1e-12, "{a:?} {b:?}");
        };
        let unit = rect(0.0, 0.0, 10.0, 10.0);
        check(unit, unit, 1.0);
        check(unit, rect(5.0, 0.0, 15.0, 10.0), 1.0 / 3.0);
        check(unit, rect(10.0, 0.0, 20.0, 10.0), 0.0);
        check(unit, rect(0.0, 0.0, 10.0, 5.0), 0.5);
    }

    proptest! {
        #[test]
        fn whatever_is_done_the_box_stays_on_the_film(
            x in 0.0..100.0f64, y in 0.0..80.0f64, w in 0.1..50.0f64, h in 0.1..50.0f64,
            tx in -500.0..500.0f64, ty in -500.0..500.0f64, which in 0usize..8,
        ) {
            let film = Size::new(100.0, 80.0);
            let start = Rect::from_corners(Point::new(x, y), Point::new(x + w, y + h)).clamped_to(film);
            let moved = start.moved_within(tx, ty, film);
            let resized = start.resized(Handle::ALL[which], Point::new(tx, ty), film);
            for r in [start, moved, resized] {
                prop_assert!(r.xmin() >= 0.0 && r.ymin() >= 0.0);
                prop_assert!(r.xmax() <= film.width + 1e-9 && r.ymax() <= film.height + 1e-9);
                prop_assert!(r.xmin() <= r.xmax() && r.ymin() <= r.ymax());
            }
            prop_assert!((moved.width() - start.width()).abs() < 1e-9);
            if start.width() > 1.0 && start.height() > 1.0 {
                prop_assert!(resized.width() >= 0.999 && resized.height() >= 0.999, "{resized:?}");
            }
        }

        #[test]
        fn iou_is_symmetric_and_bounded(
            a in prop::array::uniform4(0.0..50.0f64), b in prop::array::uniform4(0.0..50.0f64),
        ) {
            let a = Rect::from_corners(Point::new(a[0], a[1]), Point::new(a[2], a[3]));
            let b = Rect::from_corners(Point::new(b[0], b[1]), Point::new(b[2], b[3]));
            prop_assert!((a.iou(&b) - b.iou(&a)).abs() < 1e-12);
            prop_assert!((0.0..=1.0 + 1e-12).contains(&a.iou(&b)));
        }
    }
}
