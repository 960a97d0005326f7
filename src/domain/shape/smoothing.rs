//! Fewer points and rounder corners.

use crate::domain::geometry::Point;

use super::boolean::rings_of;
use super::outline::bridged;
use super::polygon::edges_of;
use super::{Polygon, distance_to_segment};

/// Points along a part while it is smoothed.
const NUM_SAMPLES: usize = 96;
const NUM_ROUNDS: usize = 6;
/// One step inwards and one outwards: together they take out what is finer than a tenth of the sampling and keep the
/// size (Taubin, "A signal processing approach to fair surface design", SIGGRAPH 1995, pass-band 0.1).
const STEPS: [f64; 2] = [0.5, -1.0 / 1.9];
/// Points closer than this to the smooth line, in shares of the sampling, are left out of it.
const TOLERANCE: f64 = 0.05;

impl Polygon {
    /// The same outline with its corners rounded and its tremor gone; the area stays within about 2 %.
    #[must_use]
    pub fn smoothed(&self) -> Self {
        let parts = self.parts().iter().flat_map(|part| {
            // Bridges would come apart: holes are smoothed by themselves and joined anew.
            let mut rings = if passes_twice(part) { rings_of(part) } else { vec![vec![part.clone()]] };
            rings.iter_mut().flatten().for_each(|ring| *ring = smooth(ring));
            rings.into_iter().flat_map(|mut rings| {
                let holes = rings.split_off(1.min(rings.len()));
                bridged(rings, holes)
            })
        });
        Self::new(parts.collect()).unwrap_or_else(|| self.clone())
    }

    /// The same outline with fewer points, none of those left out further than `tolerance_px` from it (Ramer 1972,
    /// Douglas and Peucker 1973). Places that an outline comes through twice, bridges among them, stay.
    #[must_use]
    pub fn simplified(&self, tolerance_px: f64) -> Self {
        let parts = self.parts().iter().map(|part| {
            let fewer = simplified_ring(part, tolerance_px);
            if fewer.len() >= 3 { fewer } else { part.clone() }
        });
        Self::new(parts.collect()).unwrap_or_else(|| self.clone())
    }
}

/// An open line with fewer points, none of those left out further than `tolerance_px` from it; both ends stay.
pub fn simplified_line(points: &[Point], tolerance_px: f64) -> Vec<Point> {
    let mut keep = vec![false; points.len()];
    if let (Some(first), true) = (keep.first_mut(), points.len() > 1) {
        *first = true;
    }
    if let Some(last) = keep.last_mut() {
        *last = true;
    }
    // A list of its own rather than recursion: a freehand stroke may be very long.
    let mut open = vec![(0, points.len().saturating_sub(1))];
    while let Some((from, to)) = open.pop() {
        let between = (from + 1..to).map(|i| (i, distance_to_segment(points[i], points[from], points[to])));
        if let Some((i, distance)) = between.max_by(|a, b| a.1.total_cmp(&b.1))
            && distance > tolerance_px
        {
            keep[i] = true;
            open.push((from, i));
            open.push((i, to));
        }
    }
    points.iter().zip(keep).filter(|(_, keep)| *keep).map(|(p, _)| *p).collect()
}

fn simplified_ring(part: &[Point], tolerance_px: f64) -> Vec<Point> {
    // Anchors: what is passed twice, else the two points that are farthest apart along x + y.
    let mut sorted: Vec<usize> = (0..part.len()).collect();
    sorted.sort_by(|&a, &b| part[a].x.total_cmp(&part[b].x).then(part[a].y.total_cmp(&part[b].y)));
    let mut anchors: Vec<usize> = sorted.windows(2).filter(|p| part[p[0]] == part[p[1]]).flatten().copied().collect();
    let along = |i: usize| part[i].x + part[i].y;
    let all = 0..part.len();
    anchors.extend(all.clone().min_by(|&a, &b| along(a).total_cmp(&along(b))));
    anchors.extend(all.max_by(|&a, &b| along(a).total_cmp(&along(b))));
    anchors.sort_unstable();
    anchors.dedup();
    let mut kept = Vec::new();
    for (n, &from) in anchors.iter().enumerate() {
        let to = anchors.get(n + 1).copied().unwrap_or(anchors[0] + part.len());
        let stretch: Vec<Point> = (from..=to).map(|i| part[i % part.len()]).collect();
        let mut fewer = simplified_line(&stretch, tolerance_px);
        fewer.pop();
        kept.extend(fewer);
    }
    kept
}

fn passes_twice(part: &[Point]) -> bool {
    let mut sorted = part.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    sorted.windows(2).any(|pair| pair[0] == pair[1])
}

fn smooth(part: &[Point]) -> Vec<Point> {
    let spacing = perimeter(part) / NUM_SAMPLES as f64;
    if spacing <= 0.0 {
        return part.to_vec();
    }
    let mut points = resampled(part, NUM_SAMPLES);
    for step in STEPS.iter().cycle().take(2 * NUM_ROUNDS) {
        let n = points.len();
        points = (0..n)
            .map(|i| {
                let (before, at, after) = (points[(i + n - 1) % n], points[i], points[(i + 1) % n]);
                let middle = Point::new(f64::midpoint(before.x, after.x), f64::midpoint(before.y, after.y));
                Point::new(at.x + step * (middle.x - at.x), at.y + step * (middle.y - at.y))
            })
            .collect();
    }
    let fewer = simplified_ring(&points, TOLERANCE * spacing);
    if fewer.len() >= 3 { fewer } else { part.to_vec() }
}

fn perimeter(part: &[Point]) -> f64 {
    edges_of(part).map(|(a, b)| (b.x - a.x).hypot(b.y - a.y)).sum()
}

/// `num` points at equal distances along a closed outline, from its first point on.
fn resampled(part: &[Point], num: usize) -> Vec<Point> {
    let spacing = perimeter(part) / num as f64;
    let mut points = Vec::with_capacity(num);
    let mut passed = 0.0;
    for (a, b) in edges_of(part) {
        let length = (b.x - a.x).hypot(b.y - a.y);
        while points.len() < num && points.len() as f64 * spacing < passed + length {
            let t = (points.len() as f64 * spacing - passed) / length;
            points.push(Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)));
        }
        passed += length;
    }
    points
}
