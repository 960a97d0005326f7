//! What the pointer takes hold of on the selected mark: a handle, a point, an edge, or all of it.

use std::collections::BTreeMap;

use crate::domain::annotation::Annotation;
use crate::domain::geometry::{Handle, Point, Transform};
use crate::domain::id::AnnotationId;
use crate::domain::shape::Shape;

use super::super::gesture::{Gesture, HANDLE_REACH, Moved};
use super::super::input_map::Held;
use super::super::open_film::OpenFilm;
use super::super::screen::{DrawTool, Tool};
use super::super::viewport::Canvas;
use super::snap::Snap;

/// Screen points from an edge, a line or a point within which a press is on it.
const EDGE_REACH: f64 = 6.0;

/// A point of a polygon or line: which part, and which point of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VertexAt {
    /// 0 for a line.
    pub part: usize,
    pub index: usize,
}

/// What is under the pointer on the selected mark.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Hold {
    Handle(Handle),
    Vertex(VertexAt),
    /// Between the point before and this one; where on it, in film pixels.
    Edge(VertexAt, Point),
    Inside,
}

/// The points of a shape that can be taken one by one, part by part, and whether each part is closed.
pub fn outlines(shape: &Shape) -> (Vec<&[Point]>, bool) {
    match shape {
        Shape::Polygon(polygon) => (polygon.parts().iter().map(Vec::as_slice).collect(), true),
        Shape::Line(line) => (vec![line.points()], false),
        Shape::Box(_) | Shape::Mask(_) | Shape::Point(_) => (Vec::new(), false),
    }
}

/// The same outline with one point elsewhere.
pub(in super::super) fn with_vertex(shape: &Shape, at: VertexAt, to: Point) -> Shape {
    match shape {
        Shape::Polygon(polygon) => Shape::Polygon(polygon.with_point_moved(at.part, at.index, to)),
        Shape::Line(line) => Shape::Line(line.with_point_moved(at.index, to)),
        other => other.clone(),
    }
}

/// With one point more, at this place in the order.
fn with_vertex_added(shape: &Shape, at: VertexAt, to: Point) -> Shape {
    let after = at.index.saturating_sub(1);
    match shape {
        Shape::Polygon(polygon) => Shape::Polygon(polygon.with_point_inserted(at.part, after, to)),
        Shape::Line(line) => Shape::Line(line.with_point_inserted(after, to)),
        other => other.clone(),
    }
}

/// With one point fewer; `None` where nothing would be left.
pub(super) fn without_vertex(shape: &Shape, at: VertexAt) -> Option<Shape> {
    match shape {
        Shape::Polygon(polygon) => polygon.without_point(at.part, at.index).map(Shape::Polygon),
        Shape::Line(line) => line.without_point(at.index).map(Shape::Line),
        _ => None,
    }
}

/// The nearest place of the stretch from `a` to `b`, and how far it is.
fn nearest_on(a: Point, b: Point, p: Point) -> (f64, f64) {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let along = ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy).max(f64::MIN_POSITIVE);
    let t = along.clamp(0.0, 1.0);
    (t, (a.x + t * dx - p.x).hypot(a.y + t * dy - p.y))
}

/// The nearest edge of a shape's outline on the screen, its place on the film, and how far it is in screen points.
fn nearest_edge(shape: &Shape, to_screen: &Transform, at: Point) -> Option<(VertexAt, Point, f64)> {
    let (parts, is_closed) = outlines(shape);
    let edges = parts.iter().enumerate().flat_map(|(part, points)| {
        let num = if is_closed { points.len() } else { points.len() - 1 };
        (0..num).map(move |i| (VertexAt { part, index: i + 1 }, points[i], points[(i + 1) % points.len()]))
    });
    edges
        .map(|(vertex, a, b)| {
            let (t, distance) = nearest_on(to_screen.apply(a), to_screen.apply(b), at);
            (vertex, Point::new(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t), distance)
        })
        .min_by(|a, b| a.2.total_cmp(&b.2))
}

impl OpenFilm {
    /// What a press at this place of the screen would take hold of.
    pub fn hold_at(&self, canvas: Canvas, at: Point) -> Option<(&Annotation, Hold)> {
        let mark = self.selected()?;
        let shape = mark.shape()?;
        if self.is_shape_locked(mark) || self.hidden.contains(&mark.id()) || self.is_completed() {
            return None;
        }
        let to_screen = self.viewport.screen_from_image(canvas, self.grid());
        let at_image = to_screen.inverse().apply(at);
        let distance = |p: Point| {
            let q = to_screen.apply(p);
            (q.x - at.x).abs().max((q.y - at.y).abs())
        };
        let hold = match shape {
            Shape::Box(rect) => {
                let nearest = Handle::ALL
                    .into_iter()
                    .map(|handle| (handle, distance(rect.handle_position(handle))))
                    .min_by(|a, b| a.1.total_cmp(&b.1))?;
                if nearest.1 <= HANDLE_REACH {
                    Some(Hold::Handle(nearest.0))
                } else {
                    rect.contains(at_image).then_some(Hold::Inside)
                }
            }
            Shape::Point(p) => (distance(*p) <= HANDLE_REACH).then_some(Hold::Inside),
            Shape::Mask(mask) => mask.contains(at_image).then_some(Hold::Inside),
            Shape::Polygon(_) | Shape::Line(_) => {
                let (parts, _) = outlines(shape);
                let points = parts.iter().enumerate().flat_map(|(part, points)| {
                    points.iter().enumerate().map(move |(index, p)| (VertexAt { part, index }, *p))
                });
                let vertex = points.map(|(vertex, p)| (vertex, distance(p))).min_by(|a, b| a.1.total_cmp(&b.1))?;
                let edge = nearest_edge(shape, &to_screen, at)?;
                if vertex.1 <= HANDLE_REACH {
                    Some(Hold::Vertex(vertex.0))
                } else if edge.2 <= EDGE_REACH {
                    Some(Hold::Edge(edge.0, edge.1))
                } else {
                    shape.contains(at_image).then_some(Hold::Inside)
                }
            }
        };
        hold.map(|hold| (mark, hold))
    }

    /// The smallest visible mark under a place: small findings on large ones stay reachable.
    pub fn mark_at(&self, canvas: Canvas, at: Point) -> Option<AnnotationId> {
        let to_screen = self.viewport.screen_from_image(canvas, self.grid());
        let at_image = to_screen.inverse().apply(at);
        let is_hit = |shape: &Shape| match shape {
            Shape::Point(p) => {
                let q = to_screen.apply(*p);
                (q.x - at.x).hypot(q.y - at.y) <= HANDLE_REACH
            }
            Shape::Line(_) => nearest_edge(shape, &to_screen, at).is_some_and(|edge| edge.2 <= EDGE_REACH),
            area => area.contains(at_image),
        };
        self.visible_marks()
            .filter(|(_, shape)| is_hit(shape))
            .min_by(|(_, a), (_, b)| a.bounds().area().total_cmp(&b.bounds().area()))
            .map(|(mark, _)| mark.id())
    }

    /// The marks that move when one of the selected ones is dragged.
    pub(in super::super) fn moved_with(&self, id: AnnotationId) -> Vec<Moved> {
        let others = self.selected_marks().filter(|_| self.is_selected(id));
        let all = self.reading.annotation(id).into_iter().chain(others);
        let mut moved: BTreeMap<AnnotationId, Moved> = BTreeMap::new();
        for mark in all.filter(|mark| !self.is_shape_locked(mark) && !self.hidden.contains(&mark.id())) {
            let key = mark.shape_key();
            if let Some(shape) = mark.shape() {
                let one = || Moved { id: mark.id(), key, before: shape.clone(), preview: shape.clone() };
                moved.entry(key).or_insert_with(one);
            }
        }
        moved.into_values().collect()
    }

    /// A press on the selected mark takes hold of a handle, a point or all of it. `held` puts a point on an edge.
    pub(in super::super) fn grab(&self, canvas: Canvas, tool: Tool, at: Point, held: Held) -> Option<Gesture> {
        let to_image = self.viewport.image_from_screen(canvas, self.grid());
        let at_image = to_image.apply(at);
        let is_clicking = matches!(tool, Tool::Draw(tool) if !tool.is_stroked());
        let (mark, hold) = self.hold_at(canvas, at)?;
        let (id, key, shape) = (mark.id(), mark.shape_key(), mark.shape()?.clone());
        match hold {
            Hold::Handle(handle) => {
                let before = shape.as_box()?;
                Some(Gesture::Resize { id, key, handle, before, preview: before })
            }
            Hold::Vertex(at) => Some(Gesture::Vertex { id, key, at, before: shape.clone(), preview: shape }),
            Hold::Edge(at, place) if held.ctrl => {
                let before = with_vertex_added(&shape, at, place);
                Some(Gesture::Vertex { id, key, at, preview: before.clone(), before })
            }
            // A tool that draws by clicks draws on the selected mark too; a drag still moves it.
            Hold::Edge(..) | Hold::Inside if is_clicking && !matches!(shape, Shape::Point(_)) => None,
            Hold::Edge(..) | Hold::Inside => Some(Gesture::Move { grabbed: at_image, moved: self.moved_with(id) }),
        }
    }
}

impl DrawTool {
    /// Whether it draws in one stroke rather than by clicks.
    pub const fn is_stroked(self) -> bool {
        matches!(self, Self::Freehand | Self::Brush | Self::Eraser | Self::Knife)
    }
}

/// Moves marks together by what the pointer travelled: none leaves the film, and none is parted from the others.
pub(in super::super) fn move_together(moved: &mut [Moved], by: Point, snap: Snap, film: crate::domain::geometry::Size) {
    use crate::domain::geometry::Rect;
    let corner = |rect: Rect, other: Rect| {
        let (a, b) = (rect.min(), other.min());
        let (c, d) = (rect.max(), other.max());
        Rect::from_corners(Point::new(a.x.min(b.x), a.y.min(b.y)), Point::new(c.x.max(d.x), c.y.max(d.y)))
    };
    let Some(bounds) = moved.iter().map(|moved| moved.before.bounds()).reduce(corner) else { return };
    let by = snap.shift(bounds, by);
    let to = bounds.moved_within(by.x, by.y, film);
    let (dx, dy) = (to.xmin() - bounds.xmin(), to.ymin() - bounds.ymin());
    for moved in moved {
        moved.preview = moved.before.moved_within(dx, dy, film);
    }
}
