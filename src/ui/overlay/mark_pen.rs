//! How a shape of each kind looks on the screen.

use egui::{Color32, Pos2, Rect, Shape as Ink, Stroke, StrokeKind, Vec2};

use crate::domain::geometry::{self, Handle, Point, Transform};
use crate::domain::shape::{Mask, Polygon, Shape};
use crate::ui::theme;

use super::screen_point;

/// Radius of a point's ring, in points of the screen.
pub(super) const RING: f32 = 4.0;
/// How far the strokes beside the ring reach from its middle.
pub(super) const CROSS: f32 = 10.0;
/// Points of an outline nearer together than this on the screen are drawn as one.
const FINEST: f32 = 0.75;
/// Rows of a mask lower than this on the screen are filled together.
const LOWEST_ROW: f64 = 1.5;

/// From the film to the points of a viewport.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen<'a> {
    pub to_screen: &'a Transform,
    pub canvas: Rect,
}

impl Pen<'_> {
    pub fn at(&self, p: Point) -> Pos2 {
        screen_point(self.to_screen, p, self.canvas)
    }

    pub fn rect(&self, rect: geometry::Rect) -> Rect {
        Rect::from_two_pos(self.at(rect.min()), self.at(rect.max()))
    }

    /// Where a shape and what belongs to it lies: a point is a place on the film and a ring on the screen.
    pub fn bounds(&self, shape: &Shape) -> Rect {
        let bounds = self.rect(shape.bounds());
        if matches!(shape, Shape::Point(_)) { bounds.expand(CROSS) } else { bounds }
    }

    /// The lines of a shape. `outline` is a mask's, which is costly to find.
    pub fn lines(&self, shape: &Shape, outline: Option<&Polygon>, stroke: Stroke, mut add: impl FnMut(Ink)) {
        match shape {
            Shape::Box(rect) => add(Ink::rect_stroke(self.rect(*rect), 0.0, stroke, StrokeKind::Middle)),
            Shape::Point(point) => {
                let at = self.at(*point);
                add(Ink::circle_stroke(at, RING, stroke));
                for way in [Vec2::X, -Vec2::X, Vec2::Y, -Vec2::Y] {
                    add(Ink::line_segment([at + way * RING, at + way * CROSS], stroke));
                }
            }
            Shape::Line(_) | Shape::Polygon(_) | Shape::Mask(_) => {
                for (points, is_closed) in self.paths(shape, outline) {
                    add(if is_closed { Ink::closed_line(points, stroke) } else { Ink::line(points, stroke) });
                }
            }
        }
    }

    /// The same, dashed: what is not yet a mark.
    pub fn dashes(&self, shape: &Shape, stroke: Stroke, mut add: impl FnMut(Ink)) {
        let mut dash = |points: &[Pos2]| Ink::dashed_line(points, stroke, 6.0, 4.0).into_iter().for_each(&mut add);
        let outline = match shape {
            Shape::Box(rect) => Some(Shape::Polygon(Polygon::from_rect(*rect))),
            Shape::Point(_) => return self.lines(shape, None, stroke, add),
            _ => None,
        };
        for (mut points, is_closed) in self.paths(outline.as_ref().unwrap_or(shape), None) {
            if is_closed {
                points.extend(points.first().copied());
            }
            dash(&points);
        }
    }

    /// A mask's pixels as level bands.
    pub fn fill(&self, mask: &Mask, color: Color32, mut add: impl FnMut(Rect, Color32)) {
        let row_height = self.rect(geometry::Rect::from_corners(Point::default(), Point::new(1.0, 1.0)));
        let row_height = f64::from(row_height.width().min(row_height.height()));
        let step = (LOWEST_ROW / row_height.max(1e-6)).ceil().max(1.0) as i32;
        let mut band = |from: (i32, i32), to: (i32, i32)| {
            let corner = |(x, y): (i32, i32)| Point::new(f64::from(x), f64::from(y));
            add(self.rect(geometry::Rect::from_corners(corner(from), corner(to))), color);
        };
        // Stretches that lie alike in row after row are one band; rows too low to be seen go by the middle one of them.
        let mut open: Vec<((i32, i32), i32, i32)> = Vec::new();
        let rows = mask.film_spans().filter(|(row, _, _)| (row - mask.y()) % step == step / 2 || step == 1);
        let bottom = mask.y() + mask.height() as i32;
        for (row, from, to) in rows {
            let (top, end) = (row - (row - mask.y()) % step, (row - (row - mask.y()) % step + step).min(bottom));
            match open.iter_mut().find(|(across, _, below)| *across == (from, to) && *below == top) {
                Some((_, _, below)) => *below = end,
                None => open.push(((from, to), top, end)),
            }
            open.retain(|&((left, right), first, below)| {
                let is_open = below >= top;
                if !is_open {
                    band((left, first), (right, below));
                }
                is_open
            });
        }
        for ((left, right), top, below) in open {
            band((left, top), (right, below));
        }
    }

    /// Grips at the corners and edges of a box.
    pub fn handles(&self, rect: geometry::Rect, color: Color32, mut add: impl FnMut(Ink)) {
        for handle in Handle::ALL {
            let grip = Rect::from_center_size(self.at(rect.handle_position(handle)), Vec2::splat(theme::HANDLE_SIZE));
            let stroke = Stroke::new(1.5, color);
            add(egui::epaint::RectShape::new(grip, 1.0, theme::CANVAS, stroke, StrokeKind::Inside).into());
        }
    }

    /// Lines on the screen with no more points than can be seen, each with whether it is closed.
    pub fn paths(&self, shape: &Shape, outline: Option<&Polygon>) -> Vec<(Vec<Pos2>, bool)> {
        let strokes = match shape {
            Shape::Polygon(polygon) => polygon.strokes(),
            Shape::Mask(mask) => match outline {
                Some(outline) => outline.strokes(),
                None => mask.to_polygon().strokes(),
            },
            Shape::Line(line) => vec![(line.points().to_vec(), false)],
            Shape::Box(_) | Shape::Point(_) => Vec::new(),
        };
        let seen = |(points, is_closed): (Vec<Point>, bool)| {
            let mut path: Vec<Pos2> = Vec::with_capacity(points.len());
            let last = points.len() - 1;
            for (i, p) in points.into_iter().enumerate() {
                let at = self.at(p);
                if path.last().is_none_or(|before| before.distance(at) >= FINEST) || (i == last && !is_closed) {
                    path.push(at);
                }
            }
            (path, is_closed)
        };
        // What is too small to be seen is a dot.
        let whole = |(mut path, is_closed): (Vec<Pos2>, bool)| {
            if path.len() == 1 {
                path.push(path[0] + Vec2::splat(1.0));
            }
            (path, is_closed)
        };
        strokes.into_iter().map(seen).map(whole).collect()
    }
}
