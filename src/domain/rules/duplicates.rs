//! The same finding marked twice: found by sorting the marks of a label and looking only at neighbours.

use std::collections::BTreeMap;

use crate::domain::geometry::Point;
use crate::domain::id::AnnotationId;
use crate::domain::label::LabelName;
use crate::domain::shape::Shape;

use super::{Found, Look, Mark, Mend};

/// Boxes, polygons and masks of one label whose intersection over union is above `most`.
pub(super) fn same_areas(look: &Look<'_>, most: f64) -> Vec<Found> {
    let groups = groups(look, |shape| shape.kind().has_area());
    // Neither of two that overlap begins further away than the other is wide; nor, for two boxes, than the share of the
    // width that may differ.
    let share = 1.0 - most.clamp(0.0, 1.0);
    let found = groups.into_iter().flat_map(|marks| {
        let is_boxes = marks.iter().all(|mark| matches!(mark.shape, Shape::Box(_)));
        let axis = Axis::of(&marks);
        let longest = marks.iter().map(|mark| axis.length(mark)).fold(0.0, f64::max);
        let reach = move |length: f64| {
            if is_boxes { ((share * length / most.max(1e-9)).min(longest), share * length) } else { (longest, length) }
        };
        same(&marks, axis, reach, move |a, b| iou_above(a, b, most))
    });
    told(look, found.collect())
}

/// Points of one label at most so far apart, and lines whose points are.
pub(super) fn same_points(look: &Look<'_>, most: f64) -> Vec<Found> {
    let groups = groups(look, |shape| !shape.kind().has_area());
    let found = groups.into_iter().flat_map(|marks| {
        let axis = Axis::of(&marks);
        same(&marks, axis, |_| (most, most), move |a, b| are_near(a.shape, b.shape, most))
    });
    told(look, found.collect())
}

fn told(look: &Look<'_>, mut found: Vec<Vec<AnnotationId>>) -> Vec<Found> {
    found.sort_by_key(|ids| ids[0]);
    let tell = |ids: Vec<AnnotationId>| {
        let label = look.reading.annotation(ids[0]).map_or_else(String::new, |mark| mark.label().to_string());
        let message = match ids.len() {
            2 => format!("{label} is marked twice in the same place. Delete one of the two."),
            n => format!("{label} is marked {n} times in the same place. Delete all but one."),
        };
        let mends = vec![Mend::Remove(ids[1..].to_vec())];
        Found::new(message, ids, mends)
    };
    found.into_iter().map(tell).collect()
}

/// The marks of each label that has several, in drawing order.
fn groups<'l, 'a>(look: &'l Look<'a>, is_meant: impl Fn(&Shape) -> bool) -> Vec<Vec<&'l Mark<'a>>> {
    let mut groups: BTreeMap<&LabelName, Vec<&Mark<'a>>> = BTreeMap::new();
    for mark in look.marks.iter().filter(|mark| is_meant(mark.shape)) {
        groups.entry(mark.label()).or_default().push(mark);
    }
    groups.into_values().filter(|marks| marks.len() > 1).collect()
}

/// Along which marks are sorted.
#[derive(Clone, Copy)]
enum Axis {
    X,
    Y,
}

impl Axis {
    /// The one that spreads the marks more, so that fewer are neighbours.
    fn of(marks: &[&Mark<'_>]) -> Self {
        let spread = |axis: Self| {
            let low = marks.iter().map(|mark| axis.begin(mark)).fold(f64::INFINITY, f64::min);
            let high = marks.iter().map(|mark| axis.begin(mark)).fold(f64::NEG_INFINITY, f64::max);
            high - low
        };
        if spread(Self::X) >= spread(Self::Y) { Self::X } else { Self::Y }
    }

    const fn begin(self, mark: &Mark<'_>) -> f64 {
        match self {
            Self::X => mark.bounds.xmin(),
            Self::Y => mark.bounds.ymin(),
        }
    }

    fn length(self, mark: &Mark<'_>) -> f64 {
        match self {
            Self::X => mark.bounds.width(),
            Self::Y => mark.bounds.height(),
        }
    }
}

/// Each mark with the later ones that are the same, every mark in one such list at most. `reach` says from the length of
/// a mark along the axis how far before and after its beginning one like it can begin.
fn same(
    marks: &[&Mark<'_>],
    axis: Axis,
    reach: impl Fn(f64) -> (f64, f64),
    are_same: impl Fn(&Mark<'_>, &Mark<'_>) -> bool,
) -> Vec<Vec<AnnotationId>> {
    let mut sorted: Vec<(f64, usize)> = marks.iter().enumerate().map(|(i, mark)| (axis.begin(mark), i)).collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut is_taken = vec![false; marks.len()];
    let mut found = Vec::new();
    for (i, mark) in marks.iter().enumerate() {
        if is_taken[i] {
            continue;
        }
        let (before, after) = reach(axis.length(mark));
        let begin = axis.begin(mark);
        let from = sorted.partition_point(|(at, _)| *at < begin - before);
        let near = sorted[from..].iter().take_while(|(at, _)| *at <= begin + after);
        let mut like: Vec<usize> =
            near.map(|(_, j)| *j).filter(|&j| j > i && !is_taken[j] && are_same(mark, marks[j])).collect();
        if like.is_empty() {
            continue;
        }
        like.sort_unstable();
        for &j in &like {
            is_taken[j] = true;
        }
        found.push(std::iter::once(mark.id()).chain(like.iter().map(|&j| marks[j].id())).collect());
    }
    found
}

fn iou_above(a: &Mark<'_>, b: &Mark<'_>, most: f64) -> bool {
    let (p, q) = (a.bounds, b.bounds);
    let width = p.xmax().min(q.xmax()) - p.xmin().max(q.xmin());
    let height = p.ymax().min(q.ymax()) - p.ymin().max(q.ymin());
    // What they have in common lies in both bounds: outlines are compared only where that could be enough.
    let could_be = width > 0.0 && height > 0.0 && width * height > most * least_area(a.shape).max(least_area(b.shape));
    could_be && a.shape.iou(b.shape).is_some_and(|iou| iou > most)
}

/// The shape covers at least so much: its largest part.
fn least_area(shape: &Shape) -> f64 {
    let of_part = |part: &Vec<Point>| {
        let next = part.iter().cycle().skip(1);
        part.iter().zip(next).map(|(a, b)| a.x * b.y - b.x * a.y).sum::<f64>().abs() / 2.0
    };
    match shape {
        Shape::Polygon(polygon) => polygon.parts().iter().map(of_part).fold(0.0, f64::max),
        other => other.area(),
    }
}

/// Points, or lines point by point in either direction.
fn are_near(a: &Shape, b: &Shape, most: f64) -> bool {
    let near = |a: &Point, b: &Point| (a.x - b.x).hypot(a.y - b.y) <= most;
    match (a, b) {
        (Shape::Point(a), Shape::Point(b)) => near(a, b),
        (Shape::Line(a), Shape::Line(b)) => {
            let (a, b) = (a.points(), b.points());
            let forth = || a.iter().zip(b).all(|(a, b)| near(a, b));
            let back = || a.iter().zip(b.iter().rev()).all(|(a, b)| near(a, b));
            a.len() == b.len() && (forth() || back())
        }
        _ => false,
    }
}
