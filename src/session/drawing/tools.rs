//! A shape while it is drawn: clicks place points, a stroke leaves a trail, and one edit comes of it in the end.

use crate::domain::geometry::{Point, Rect};
use crate::domain::shape::{Line, Polygon, Shape, simplified_line};

use super::super::effect::Effect;
use super::super::gesture::{DRAG_THRESHOLD, Gesture};
use super::super::open_film::OpenFilm;
use super::super::screen::{DrawTool, NoticeKind, Session};

/// Screen points from a polygon's first point within which a click closes it.
const CLOSE_REACH: f64 = 8.0;

/// Screen points within which a second click is on the same place.
const SAME_PLACE: f64 = 3.0;

/// Two clicks on one place within this time finish a polygon or line.
const DOUBLE_CLICK_MS: i64 = 400;

/// Screen points that a stroke's outline may be off when it is simplified.
const STROKE_TOLERANCE: f64 = 0.75;

/// A shape that is being drawn, in film pixels.
#[derive(Clone, PartialEq, Debug)]
pub struct Drawing {
    pub tool: DrawTool,
    /// Points placed, or the trail of the stroke.
    pub points: Vec<Point>,
    /// Where the next point would be; `None` while the pointer is off the film.
    pub next: Option<Point>,
    /// Points taken back, the last one last.
    taken_back: Vec<Point>,
    placed_at_ms: i64,
}

impl Drawing {
    fn new(tool: DrawTool) -> Self {
        Self { tool, points: Vec::new(), next: None, taken_back: Vec::new(), placed_at_ms: i64::MIN }
    }

    /// Half drawn when the program ended, to be gone on with.
    pub(in crate::session) fn resumed(tool: DrawTool, points: Vec<Point>) -> Self {
        Self { points, ..Self::new(tool) }
    }

    /// The box that the points span so far, with the next one.
    pub fn spanned(&self) -> Option<Rect> {
        let mut points = self.points.iter().copied().chain(self.next);
        let first = points.next()?;
        let grown = |r: Rect, p: Point| {
            let (low, high) = (r.min(), r.max());
            Rect::from_corners(Point::new(low.x.min(p.x), low.y.min(p.y)), Point::new(high.x.max(p.x), high.y.max(p.y)))
        };
        Some(points.fold(Rect::from_corners(first, first), grown))
    }

    /// The number of points that end the shape by themselves.
    const fn num_points(&self) -> Option<usize> {
        match self.tool {
            DrawTool::BoxByCorners => Some(2),
            DrawTool::BoxByExtremes => Some(4),
            DrawTool::Point => Some(1),
            _ => None,
        }
    }

    /// What the points make; `None` where they make nothing yet.
    fn shape(&self) -> Option<Shape> {
        match self.tool {
            DrawTool::BoxByCorners | DrawTool::BoxByExtremes => {
                let is_whole = Some(self.points.len()) == self.num_points();
                Self { next: None, ..self.clone() }.spanned().filter(|_| is_whole).map(Shape::Box)
            }
            DrawTool::Polygon | DrawTool::Freehand => Polygon::new(vec![self.points.clone()]).map(Shape::Polygon),
            DrawTool::Point => self.points.first().copied().map(Shape::Point),
            DrawTool::Line => Line::new(self.points.clone()).map(Shape::Line),
            DrawTool::Brush | DrawTool::Eraser | DrawTool::Knife => None,
        }
    }
}

impl Session {
    /// A left press with a drawing tool: `p` is where it lies on the film.
    pub(in super::super) fn press_to_draw(
        &mut self,
        tool: DrawTool,
        at_screen: Point,
        p: Point,
        now_ms: i64,
    ) -> Vec<Effect> {
        if let Some(text) = self.obstacle_to_drawing() {
            self.notify(NoticeKind::Warning, text);
            return Vec::new();
        }
        let canvas = self.pane.canvas;
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        if film.film().is_none() {
            return Vec::new();
        }
        let to_screen = film.viewport.screen_from_image(canvas, film.grid());
        let drawing = film.drawing.get_or_insert_with(|| Drawing::new(tool));
        if tool.is_stroked() {
            drawing.points.push(p);
            drawing.next = Some(p);
            film.gesture = Some(Gesture::Stroke);
            return Vec::new();
        }
        let distance = |q: &Point| {
            let q = to_screen.apply(*q);
            (q.x - at_screen.x).hypot(q.y - at_screen.y)
        };
        let is_open = matches!(tool, DrawTool::Polygon | DrawTool::Line);
        let is_closing = tool == DrawTool::Polygon
            && drawing.points.len() >= 3
            && drawing.points.first().is_some_and(|first| distance(first) <= CLOSE_REACH);
        let is_again = drawing.points.last().is_some_and(|last| distance(last) <= SAME_PLACE);
        let is_double = is_again && is_open && now_ms - drawing.placed_at_ms <= DOUBLE_CLICK_MS;
        if is_closing || is_double {
            return self.finish_drawing(now_ms);
        }
        // A second click in place is a slip of the hand.
        if !is_again {
            drawing.points.push(p);
            drawing.taken_back.clear();
            drawing.placed_at_ms = now_ms;
        }
        drawing.next = Some(p);
        film.select_only(None);
        film.gesture = Some(Gesture::Place { at_screen, has_moved: false });
        Vec::new()
    }

    /// The pointer travels over the film: the point or the trail follows it.
    pub(in super::super) fn follow_drawing(film: &mut OpenFilm, at_screen: Point, p: Point) {
        let Some(drawing) = &mut film.drawing else { return };
        drawing.next = Some(p);
        match &mut film.gesture {
            Some(Gesture::Stroke) if drawing.points.last() != Some(&p) => drawing.points.push(p),
            Some(Gesture::Place { at_screen: from, has_moved }) => {
                *has_moved |= (at_screen.x - from.x).abs().max((at_screen.y - from.y).abs()) >= DRAG_THRESHOLD;
                // Between two corners the first one stays: a drag is as good as two clicks.
                if *has_moved
                    && drawing.tool != DrawTool::BoxByCorners
                    && let Some(last) = drawing.points.last_mut()
                {
                    *last = p;
                }
            }
            _ => {}
        }
    }

    /// The button is let go after placing a point.
    pub(in super::super) fn release_point(&mut self, has_moved: bool, now_ms: i64) -> Vec<Effect> {
        let Some(drawing) = self.pane.film.as_mut().and_then(|film| film.drawing.as_mut()) else { return Vec::new() };
        if has_moved && drawing.tool == DrawTool::BoxByCorners && drawing.points.len() == 1 {
            drawing.points.extend(drawing.next);
        }
        if drawing.num_points() == Some(drawing.points.len()) { self.finish_drawing(now_ms) } else { Vec::new() }
    }

    /// The button is let go after a stroke.
    pub(in super::super) fn release_stroke(&mut self, now_ms: i64) -> Vec<Effect> {
        let canvas = self.pane.canvas;
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        let scale = film.viewport.scale(canvas, film.grid());
        let Some(mut drawing) = film.drawing.take() else { return Vec::new() };
        match drawing.tool {
            DrawTool::Brush => self.paint(&drawing.points, now_ms),
            DrawTool::Eraser => self.erase(&drawing.points, now_ms),
            DrawTool::Knife => self.cut(&simplified_line(&drawing.points, STROKE_TOLERANCE / scale), now_ms),
            _ => {
                let is_slip = drawing.spanned().is_none_or(|r| r.width().max(r.height()) * scale < DRAG_THRESHOLD);
                if is_slip {
                    // A click and no stroke: what is there is selected, as with the box.
                    let at =
                        drawing.points.first().map(|p| film.viewport.screen_from_image(canvas, film.grid()).apply(*p));
                    let under = at.and_then(|at| film.mark_at(canvas, at));
                    film.select_only(under);
                    return Vec::new();
                }
                drawing.points = simplified_line(&drawing.points, STROKE_TOLERANCE / scale);
                film.drawing = Some(drawing);
                self.finish_drawing(now_ms)
            }
        }
    }

    /// What is drawn so far becomes the shape.
    pub(super) fn finish_drawing(&mut self, now_ms: i64) -> Vec<Effect> {
        let canvas = self.pane.canvas;
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        let scale = film.viewport.scale(canvas, film.grid());
        let Some(drawing) = film.drawing.take() else { return Vec::new() };
        let Some(shape) = drawing.shape() else {
            let text = match drawing.tool {
                DrawTool::Polygon => "A polygon needs three points. Click on, or press Escape to drop it.",
                DrawTool::Line => "A line needs two points. Click on, or press Escape to drop it.",
                DrawTool::Freehand => {
                    self.notify(NoticeKind::Info, "Nothing was drawn: the stroke goes around nothing.");
                    return Vec::new();
                }
                _ => "The box needs more points. Click on, or press Escape to drop it.",
            };
            film.drawing = Some(drawing);
            self.notify(NoticeKind::Info, text);
            return Vec::new();
        };
        film.gesture = None;
        let bounds = shape.bounds();
        // Smaller than a few screen points is a slip of the hand, and so is an area of no height or width.
        let least = bounds.width().min(bounds.height()) * scale;
        if shape.kind().has_area() && least < DRAG_THRESHOLD / 2.0 {
            self.notify(NoticeKind::Info, "Too small to be a finding: nothing was drawn.");
            return Vec::new();
        }
        self.take_shape(shape, now_ms)
    }

    pub(in super::super) fn take_point_back(&mut self) -> bool {
        let Some(film) = &mut self.pane.film else { return false };
        let Some(drawing) = &mut film.drawing else { return false };
        film.gesture = None;
        drawing.taken_back.extend(drawing.points.pop());
        if drawing.points.is_empty() {
            film.drawing = None;
        }
        true
    }

    pub(super) fn put_point_again(&mut self) {
        if let Some(drawing) = self.pane.film.as_mut().and_then(|film| film.drawing.as_mut()) {
            drawing.points.extend(drawing.taken_back.pop());
        }
    }
}
