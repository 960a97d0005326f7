//! From outlines to pixels and back.

use crate::domain::geometry::{Point, Rect};

use super::mask::Span;
use super::outline::bridged;
use super::polygon::{crossing, edges_of};
use super::{Mask, Polygon};

/// Nothing further out becomes pixels: films have at most 65,535 rows and columns (DICOM PS3.3 C.7.6.3.1).
const FURTHEST: f64 = 200_000.0;

impl Polygon {
    /// All pixels whose centre lies in any part; `None` where there is none.
    ///
    /// Even-odd within a part. A centre exactly on an edge is inside where the inside lies right of the edge or below
    /// it, so that outlines which share an edge share no pixel and leave none out.
    pub fn to_mask(&self) -> Option<Mask> {
        Mask::from_spans(self.parts().iter().flat_map(|part| spans_of(part)))
    }
}

impl Mask {
    /// All pixels whose centre lies in the box, its left and upper edge included; `None` where there is none.
    pub fn from_rect(rect: Rect) -> Option<Self> {
        Polygon::from_rect(rect).to_mask()
    }

    /// The exact outline along the edges of the pixels: one part for each piece that hangs together by sides. A hole is
    /// joined to the outline around it by a level bridge, so that even-odd leaves it out.
    #[must_use]
    pub fn to_polygon(&self) -> Polygon {
        let (holes, outers): (Vec<_>, Vec<_>) = loops_of(self).into_iter().partition(|ring| is_hole(ring));
        Polygon::new(bridged(outers, holes)).expect("every piece has an outline")
    }

    /// The outline with fewer points and nowhere further than `tolerance_px` from the exact one. From half a pixel on the
    /// steps of slanting edges are gone; one pixel is what a hand would draw.
    #[must_use]
    pub fn to_polygon_within(&self, tolerance_px: f64) -> Polygon {
        if tolerance_px < STEP {
            return self.to_polygon().simplified(tolerance_px);
        }
        let (holes, outers): (Vec<_>, Vec<_>) = loops_of(self).into_iter().partition(|ring| is_hole(ring));
        let slanting = |rings: Vec<Vec<Point>>| rings.iter().map(|ring| without_steps(ring)).collect();
        let outline = Polygon::new(bridged(slanting(outers), slanting(holes)));
        outline.expect("every piece has an outline").simplified(tolerance_px - STEP)
    }
}

/// How far taking out steps moves an outline at most, in pixels.
const STEP: f64 = 0.5;

/// A staircase goes through the middle of its steps: there slanting edges were before they became pixels.
fn without_steps(ring: &[Point]) -> Vec<Point> {
    let num = ring.len();
    let at = |i: usize| ring[i % num];
    let turns_right = |i: usize| {
        let (a, b, c) = (at(i + num - 1), at(i), at(i + 1));
        (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x) > 0.0
    };
    // A side is a step where the outline turns one way before it and the other way after it.
    let is_step = |i: usize| turns_right(i % num) != turns_right((i + 1) % num);
    let length = |i: usize| (at(i + 1).x - at(i).x).abs() + (at(i + 1).y - at(i).y).abs();
    let is_cut = |i: usize| {
        let before = i + num - 1;
        is_step(before) && is_step(i) && length(before).min(length(i)) <= 1.0
    };
    let mut smooth = Vec::with_capacity(num);
    for i in 0..num {
        if !is_cut(i) {
            smooth.push(at(i));
        }
        if is_cut(i) || is_cut((i + 1) % num) {
            smooth.push(Point::new(f64::midpoint(at(i).x, at(i + 1).x), f64::midpoint(at(i).y, at(i + 1).y)));
        }
    }
    smooth
}

/// Every row's crossings in pairs; the pixels whose centres lie between the two of a pair.
fn spans_of(part: &[Point]) -> Vec<Span> {
    let mut crossings: Vec<(i32, f64)> = Vec::new();
    for (a, b) in edges_of(part) {
        let (top, bottom) = (a.y.min(b.y).max(-FURTHEST), a.y.max(b.y).min(FURTHEST));
        for row in (top - 0.5).floor() as i32..=(bottom - 0.5).ceil() as i32 {
            crossings.extend(crossing((a, b), f64::from(row) + 0.5).map(|x| (row, x)));
        }
    }
    crossings.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let first_at = |x: f64| (x.clamp(-FURTHEST, FURTHEST) - 0.5).ceil() as i32;
    crossings.chunks_exact(2).map(|pair| (pair[0].0, first_at(pair[0].1), first_at(pair[1].1))).collect()
}

/// A side of pixels from corner to corner, the inside on its right hand as one looks along it on the screen.
type Side = ((i32, i32), (i32, i32));

/// All closed lines between inside and outside, inside on the right hand.
fn loops_of(mask: &Mask) -> Vec<Vec<Point>> {
    let mut sides: Vec<Side> = Vec::new();
    let spans: Vec<Span> = mask.film_spans().collect();
    for &(row, from, to) in &spans {
        sides.push(((from, row + 1), (from, row)));
        sides.push(((to, row), (to, row + 1)));
    }
    for y in mask.y()..=mask.y() + mask.height() as i32 {
        let of_row = |row: i32| {
            let start = spans.partition_point(|s| s.0 < row);
            spans[start..].iter().take_while(move |s| s.0 == row).map(|s| (s.1, s.2)).collect::<Vec<_>>()
        };
        let (above, below) = (of_row(y - 1), of_row(y));
        sides.extend(only_first(&below, &above).into_iter().map(|(from, to)| ((from, y), (to, y))));
        sides.extend(only_first(&above, &below).into_iter().map(|(from, to)| ((to, y), (from, y))));
    }
    sides.sort_unstable();
    let mut is_used = vec![false; sides.len()];
    let mut loops = Vec::new();
    for start in 0..sides.len() {
        if is_used[start] {
            continue;
        }
        let mut ring: Vec<(i32, i32)> = Vec::new();
        let mut at = start;
        while !is_used[at] {
            is_used[at] = true;
            let (from, to) = sides[at];
            // A corner in the middle of a straight line is none.
            if ring.len() >= 2 && is_straight(ring[ring.len() - 2], ring[ring.len() - 1], from) {
                ring.pop();
            }
            ring.push(from);
            let first = sides.partition_point(|side| side.0 < to);
            let next = (first..sides.len()).take_while(|&i| sides[i].0 == to).filter(|&i| !is_used[i]);
            // Where two pixels touch by a corner, the line stays with its own pixel: the sharpest turn to the right.
            let Some(next) = next.min_by_key(|&i| turn((from, to), sides[i])) else { break };
            at = next;
        }
        while ring.len() > 3 && is_straight(ring[ring.len() - 2], ring[ring.len() - 1], ring[0]) {
            ring.pop();
        }
        if ring.len() > 3 && is_straight(ring[ring.len() - 1], ring[0], ring[1]) {
            ring.remove(0);
        }
        loops.push(ring.into_iter().map(|(x, y)| Point::new(f64::from(x), f64::from(y))).collect());
    }
    loops
}

/// What the first list covers and the second does not; both in order.
fn only_first(first: &[(i32, i32)], second: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut left = Vec::new();
    let mut skip = 0;
    for &(mut from, to) in first {
        while skip < second.len() && second[skip].1 <= from {
            skip += 1;
        }
        for &(cut_from, cut_to) in second[skip..].iter().take_while(|s| s.0 < to) {
            if cut_from > from {
                left.push((from, cut_from));
            }
            from = from.max(cut_to);
        }
        if from < to {
            left.push((from, to));
        }
    }
    left
}

fn is_straight(a: (i32, i32), b: (i32, i32), c: (i32, i32)) -> bool {
    (a.0 == b.0 && b.0 == c.0) || (a.1 == b.1 && b.1 == c.1)
}

/// 0 for right, 1 for straight on, 2 for left, with y downwards.
fn turn(from: Side, to: Side) -> u8 {
    let way = |((x0, y0), (x1, y1)): Side| ((x1 - x0).signum(), (y1 - y0).signum());
    let ((ax, ay), (bx, by)) = (way(from), way(to));
    match ax * by - ay * bx {
        1 => 0,
        0 => 1,
        _ => 2,
    }
}

/// Walked with the inside on the right hand, an outline runs clockwise on the screen and a hole does not.
fn is_hole(ring: &[Point]) -> bool {
    edges_of(ring).map(|(a, b)| a.x * b.y - b.x * a.y).sum::<f64>() < 0.0
}
