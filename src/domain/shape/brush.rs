//! A stroke of the brush as a mask.

use crate::domain::geometry::{Point, Rect};

use super::{Mask, bounds_of, distance_to_segment};

/// No stroke is painted further out than this: films have at most 65,535 rows and columns (DICOM PS3.3 C.7.6.3.1).
const FURTHEST: f64 = 200_000.0;

impl Mask {
    /// All pixels whose centre lies within `radius` of a line through these points; of a single point, a disc.
    /// `None` where there is no such pixel.
    pub fn stroke(points: &[Point], radius: f64) -> Option<Self> {
        let limits = Point::new(FURTHEST, FURTHEST);
        let limits = Rect::from_corners(Point::new(-limits.x, -limits.y), limits);
        if radius.is_nan() || radius <= 0.0 || !bounds_of(points.iter()).is_some_and(|b| is_within(b, limits)) {
            return None;
        }
        let mut spans = Vec::new();
        let single = points.first().map(|&p| (p, p)).filter(|_| points.len() == 1);
        for (a, b) in single.into_iter().chain(points.windows(2).map(|ends| (ends[0], ends[1]))) {
            let (top, bottom) = (a.y.min(b.y) - radius, a.y.max(b.y) + radius);
            for row in (top - 0.5).floor() as i32..=(bottom - 0.5).ceil() as i32 {
                if let Some((from, to)) = row_of(a, b, radius, row) {
                    spans.push((row, from, to));
                }
            }
        }
        Self::from_spans(spans)
    }
}

fn is_within(inner: Rect, outer: Rect) -> bool {
    outer.contains(inner.min()) && outer.contains(inner.max())
}

/// The pixels of a row whose centres lie within `radius` of the stretch from `a` to `b`; they hang together, since
/// what is near a stretch is convex.
fn row_of(a: Point, b: Point, radius: f64, row: i32) -> Option<(i32, i32)> {
    let y = f64::from(row) + 0.5;
    let is_near = |x: i32| distance_to_segment(Point::new(f64::from(x) + 0.5, y), a, b) <= radius;
    let mut reach: Option<(f64, f64)> = None;
    let mut include = |from: f64, to: f64| {
        let (low, high) = reach.unwrap_or((from, to));
        reach = Some((low.min(from), high.max(to)));
    };
    for end in [a, b] {
        let half = radius * radius - (y - end.y) * (y - end.y);
        if half >= 0.0 {
            include(end.x - half.sqrt(), end.x + half.sqrt());
        }
    }
    // The sides of the stretch, `radius` to its left and to its right.
    let length = (b.x - a.x).hypot(b.y - a.y);
    if length > 0.0 {
        let (nx, ny) = (-(b.y - a.y) / length * radius, (b.x - a.x) / length * radius);
        for (sx, sy) in [(nx, ny), (-nx, -ny)] {
            let t = (y - a.y - sy) / (b.y - a.y);
            if t.is_finite() && (0.0..=1.0).contains(&t) {
                let x = a.x + sx + t * (b.x - a.x);
                include(x, x);
            }
        }
    }
    let (low, high) = reach?;
    // Rounding may be off by one pixel at either end; the distance itself decides.
    let (mut from, mut to) = ((low - 0.5).floor() as i32 - 1, (high - 0.5).ceil() as i32 + 1);
    while from <= to && !is_near(from) {
        from += 1;
    }
    while to >= from && !is_near(to) {
        to -= 1;
    }
    (from <= to).then_some((from, to + 1))
}
