//! Joining, cutting and comparing outlines.
//!
//! `i_overlay` rounds to a grid of 64-bit whole numbers: for a film of 5,000 pixels far below a thousandth of a pixel.
//! Points that come out where one went in are given back as they went in.

use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::float::simplify::SimplifyShape;
use i_overlay::float::single::SingleFloatOverlay;
use i_overlay::float::slice::FloatSlice;

use crate::domain::geometry::{Point, Rect, Size};

use super::Polygon;
use super::outline::bridged;

/// Outer outlines, each followed by its holes.
type Areas = Vec<Vec<Vec<[f64; 2]>>>;

/// A point this near to one that went in, in pixels, is that point.
const SAME_POINT: f64 = 1e-4;

impl Polygon {
    /// What lies in either, with outlines that overlap or share an edge made one; others stay parts of their own.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        let areas = combined(&areas_of(self), &areas_of(other), OverlayRule::Union);
        from_areas(&areas, &[self, other]).unwrap_or_else(|| self.clone())
    }

    /// What lies in both; `None` where that has no area.
    pub fn common(&self, other: &Self) -> Option<Self> {
        from_areas(&combined(&areas_of(self), &areas_of(other), OverlayRule::Intersect), &[self, other])
    }

    /// What lies in this one and not in the other; `None` where nothing is left.
    pub fn without(&self, other: &Self) -> Option<Self> {
        from_areas(&combined(&areas_of(self), &areas_of(other), OverlayRule::Difference), &[self, other])
    }

    /// In square pixels: even-odd within a part, and what lies in several parts counts once.
    pub fn area(&self) -> f64 {
        area_of(&areas_of(self))
    }

    /// The pieces that a line cuts the polygon into, one polygon each; `None` where it does not cut through any part.
    pub fn cut(&self, line: &[Point]) -> Option<Vec<Self>> {
        let areas = areas_of(self);
        let knife: Vec<[f64; 2]> = line.iter().map(|p| [p.x, p.y]).collect();
        if knife.len() < 2 || areas.is_empty() {
            return None;
        }
        let pieces = areas.slice_by_as::<i64>(&knife, FillRule::EvenOdd);
        if pieces.len() <= areas.len() {
            return None;
        }
        Some(pieces.into_iter().filter_map(|piece| from_areas(&vec![piece], &[self])).collect())
    }

    /// Cut to the film; `None` where nothing of it lies there.
    pub fn clamped_to(&self, film: Size) -> Option<Self> {
        let edge = Rect::from_corners(Point::default(), Point::new(film.width, film.height));
        let bounds = self.bounds();
        if edge.contains(bounds.min()) && edge.contains(bounds.max()) {
            return Some(self.clone());
        }
        self.common(&Self::from_rect(edge))
    }

    /// Area in common over area together, in 0..=1; 0 where both are empty.
    pub fn iou(&self, other: &Self) -> f64 {
        let (a, b) = (areas_of(self), areas_of(other));
        let common = area_of(&combined(&a, &b, OverlayRule::Intersect));
        let together = area_of(&a) + area_of(&b) - common;
        if together > 0.0 { (common / together).clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// The polygon's area as outlines that neither cross nor overlap.
fn areas_of(polygon: &Polygon) -> Areas {
    let mut parts = polygon.parts().iter().map(|part| {
        let points: Vec<[f64; 2]> = part.iter().map(|p| [p.x, p.y]).collect();
        points.simplify_shape_as::<i64>(FillRule::EvenOdd)
    });
    let first = parts.next().unwrap_or_default();
    parts.fold(first, |areas, part| combined(&areas, &part, OverlayRule::Union))
}

/// What an outline encloses by even-odd: outer outlines, each followed by its holes.
pub(super) fn rings_of(part: &[Point]) -> Vec<Vec<Vec<Point>>> {
    let whole = Polygon::new(vec![part.to_vec()]);
    let point = |p: &[f64; 2]| Point::new(p[0], p[1]);
    let areas = whole.map(|polygon| areas_of(&polygon)).unwrap_or_default();
    areas.iter().map(|rings| rings.iter().map(|ring| ring.iter().map(point).collect()).collect()).collect()
}

fn combined(a: &Areas, b: &Areas, rule: OverlayRule) -> Areas {
    a.overlay_as::<i64>(b, rule, FillRule::EvenOdd)
}

fn area_of(areas: &Areas) -> f64 {
    let ring = |ring: &Vec<[f64; 2]>| {
        let Some(o) = ring.first() else { return 0.0 };
        // Relative to a point of its own: small outlines far from the origin keep their digits.
        let next = ring.iter().cycle().skip(1);
        let twice: f64 =
            ring.iter().zip(next).map(|(a, b)| (a[0] - o[0]) * (b[1] - o[1]) - (b[0] - o[0]) * (a[1] - o[1])).sum();
        twice.abs() / 2.0
    };
    areas.iter().map(|rings| rings.first().map_or(0.0, ring) - rings.iter().skip(1).map(ring).sum::<f64>()).sum()
}

fn from_areas(areas: &Areas, sources: &[&Polygon]) -> Option<Polygon> {
    let known: Vec<Point> = {
        let mut points: Vec<Point> = sources.iter().flat_map(|s| s.parts().iter().flatten().copied()).collect();
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        points
    };
    let restored = |p: &[f64; 2]| {
        let from = known.partition_point(|q| q.x < p[0] - SAME_POINT);
        let near = known[from..].iter().take_while(|q| q.x <= p[0] + SAME_POINT);
        let same = near.copied().find(|q| (q.y - p[1]).abs() <= SAME_POINT);
        same.unwrap_or(Point::new(p[0], p[1]))
    };
    let rings = |rings: &Vec<Vec<[f64; 2]>>| -> Vec<Vec<Point>> {
        rings.iter().map(|ring| ring.iter().map(restored).collect()).collect()
    };
    let mut parts = Vec::new();
    for area in areas {
        let mut rings = rings(area);
        if rings.is_empty() {
            continue;
        }
        let holes = rings.split_off(1);
        parts.extend(bridged(rings, holes));
    }
    Polygon::new(parts)
}
