//! Outlines with holes as one closed line each: a hole is joined to the outline around it by a bridge.

use crate::domain::geometry::Point;

use super::polygon::{crossing, edges_of};

/// Every hole walked from the outline that lies left of it: a level line there, around the hole, and the same line back.
///
/// Each hole lies within one of `outers`. The bridge starts at the hole's leftmost point, which nothing else can hide
/// from what is nearest on its left, the outline or a hole that was joined before.
pub(super) fn bridged(outers: Vec<Vec<Point>>, mut holes: Vec<Vec<Point>>) -> Vec<Vec<Point>> {
    let leftmost = |hole: &[Point]| {
        let points = hole.iter().enumerate();
        points.min_by(|(_, a), (_, b)| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y))).map(|(i, p)| (i, *p))
    };
    holes.retain(|hole| hole.len() >= 3);
    holes.sort_by(|a, b| {
        let x = |hole: &[Point]| leftmost(hole).map_or(0.0, |(_, p)| p.x);
        x(a).total_cmp(&x(b))
    });
    let mut rings = outers;
    for hole in &holes {
        let Some((start, at)) = leftmost(hole) else { continue };
        let mut nearest: Option<(f64, usize, usize)> = None;
        for (n, ring) in rings.iter().enumerate() {
            for (i, edge) in edges_of(ring).enumerate() {
                if let Some(x) = crossing(edge, at.y).filter(|&x| x <= at.x)
                    && nearest.is_none_or(|(best, _, _)| x > best)
                {
                    nearest = Some((x, n, i));
                }
            }
        }
        let Some((x, n, i)) = nearest else { continue };
        let foot = Point::new(x, at.y);
        let around = hole.iter().cycle().skip(start).take(hole.len()).copied();
        let detour: Vec<Point> = [foot].into_iter().chain(around).chain([at, foot]).collect();
        let rest = rings[n].split_off(i + 1);
        rings[n].extend(detour.into_iter().chain(rest));
        rings[n].dedup();
    }
    rings.retain(|ring| ring.len() >= 3);
    rings
}
