//! Measures on the film: thin lines with a dark edge, and the values beside them.

use egui::{Align2, Painter, Pos2, Rect, Shape, Stroke, Vec2};

use crate::domain::geometry::{Point, Transform};
use crate::domain::measure::{MeasureKind, Values};
use crate::session::OpenFilm;
use crate::session::measuring::Measured;

use super::{screen_point, shaded_text};
use crate::ui::measurements::amount_text;
use crate::ui::theme;
use crate::ui::words::tr;

/// Half the length of the strokes that end a length, in points.
const TICK: f32 = 5.0;
/// Radius of the arc of an angle.
const ARC: f32 = 18.0;
/// Between a measure and its values.
const GAP: f32 = 9.0;

/// How measures are drawn on one viewport.
struct Pen<'a> {
    painter: &'a Painter,
    to_screen: &'a Transform,
    canvas: Rect,
    width: f32,
}

pub(super) fn measures_ui(painter: &Painter, film: &OpenFilm, to_screen: &Transform, canvas: Rect) {
    let is_shown = |m: &&Measured| m.id.is_none_or(|id| !film.hidden.contains(&id));
    let mut taken = Vec::new();
    for measured in film.measured.iter().filter(is_shown) {
        let is_selected = measured.id.is_some() && film.selection == measured.id;
        let width = theme::MEASURE_STROKE * if is_selected { 1.6 } else { 1.0 };
        let pen = Pen { painter, to_screen, canvas, width };
        measure_ui(&pen, measured);
        values_ui(&pen, measured, is_selected || measured.id.is_none(), &mut taken);
        let may_change =
            is_selected && measured.id.is_some_and(|id| !film.locked.contains(&id)) && !film.is_completed();
        if may_change {
            measured.shape.points().iter().for_each(|&p| pen.handle(p));
        }
    }
    if let Some(sketch) = &film.sketch {
        let pen = Pen { painter, to_screen, canvas, width: theme::MEASURE_STROKE };
        let is_whole = film.measured.iter().any(|m| m.id.is_none());
        if !is_whole {
            for stroke in sketch.strokes(film.next_point()) {
                pen.stroke(&stroke);
            }
        }
        sketch.points.iter().for_each(|&p| pen.dot(p));
    }
}

fn measure_ui(pen: &Pen<'_>, measured: &Measured) {
    let p = measured.shape.points();
    match (measured.shape.kind(), measured.values()) {
        (MeasureKind::Ruler, _) => pen.length([p[0], p[1]]),
        (MeasureKind::Angle, _) => {
            pen.stroke(p);
            pen.arc(p[1], p[0], p[2]);
        }
        (MeasureKind::Cobb, _) => {
            let middle = |a: Point, b: Point| Point::new(f64::midpoint(a.x, b.x), f64::midpoint(a.y, b.y));
            pen.stroke(&p[..2]);
            pen.stroke(&p[2..]);
            pen.dashed(middle(p[0], p[1]), middle(p[2], p[3]));
        }
        (MeasureKind::VertebralHeight, _) => {
            for (pair, letter) in p.chunks_exact(2).zip(["A", "P", "M"]) {
                pen.length([pair[0], pair[1]]);
                pen.letter(pair[0], pair[1], letter);
            }
        }
        (MeasureKind::Slip, Values::Slip(slip)) => {
            pen.stroke(&p[..2]);
            // The foot of the perpendicular divides the plate alike on the film and on the screen.
            let share = slip.percent.unwrap_or_default() / 100.0;
            let foot = Point::new(p[0].x + share * (p[1].x - p[0].x), p[0].y + share * (p[1].y - p[0].y));
            pen.dashed(p[2], foot);
            pen.thick(p[0], foot);
            pen.dot(p[2]);
            pen.letter(p[0], p[0], "P");
            pen.letter(p[1], p[1], "A");
        }
        (MeasureKind::Cardiothoracic, Values::Cardiothoracic(widths)) => {
            for pair in p.chunks_exact(2) {
                pen.extent([pair[0], pair[1]], widths.is_along_rows);
            }
        }
        (MeasureKind::Probe, _) => pen.cross(p[0]),
        _ => measured.shape.strokes().iter().for_each(|stroke| pen.stroke(stroke)),
    }
}

/// How many of the values stand on the film while the measure is not selected; the panel has them all.
const fn num_lines(kind: MeasureKind) -> usize {
    match kind {
        MeasureKind::Ruler | MeasureKind::Angle | MeasureKind::Cobb | MeasureKind::Cardiothoracic => 1,
        MeasureKind::VertebralHeight
        | MeasureKind::Slip
        | MeasureKind::Ellipse
        | MeasureKind::Rectangle
        | MeasureKind::Probe => 2,
    }
}

/// Beside the measure and never on it, on the side where the canvas has room and no other values stand yet.
fn values_ui(pen: &Pen<'_>, measured: &Measured, is_whole: bool, taken: &mut Vec<Rect>) {
    let readouts = measured.values().readouts();
    let num = if is_whole { readouts.len() } else { num_lines(measured.shape.kind()) };
    let lines: Vec<String> = match readouts.as_slice() {
        [] => return,
        [only] => vec![amount_text(&only.amount)],
        several => several.iter().take(num).map(|r| format!("{} {}", tr(r.name), amount_text(&r.amount))).collect(),
    };
    let bounds = pen.bounds(measured);
    if !pen.canvas.intersects(bounds) {
        return;
    }
    let text = lines.join("\n");
    let size = pen.painter.layout_no_wrap(text.clone(), theme::overlay_font(), theme::film::MEASURE).size();
    let inner = pen.canvas.shrink(4.0);
    let middle = bounds.center().y - size.y / 2.0;
    let places = [
        Pos2::new(bounds.right() + GAP, middle),
        Pos2::new(bounds.left() - GAP - size.x, middle),
        Pos2::new(bounds.center().x - size.x / 2.0, bounds.bottom() + GAP),
        Pos2::new(bounds.center().x - size.x / 2.0, bounds.top() - GAP - size.y),
    ];
    let fits = |at: &Pos2| inner.contains_rect(Rect::from_min_size(*at, size));
    let is_free = |at: &Pos2| !taken.iter().any(|other| other.intersects(Rect::from_min_size(*at, size)));
    let free = places.into_iter().find(|at| fits(at) && is_free(at));
    let at = free.or_else(|| places.into_iter().find(fits)).unwrap_or_else(|| {
        let most = (inner.max - size).max(inner.min);
        places[0].clamp(inner.min, most)
    });
    taken.push(Rect::from_min_size(at, size).expand(2.0));
    shaded_text(pen.painter, at, Align2::LEFT_TOP, &text, theme::film::MEASURE);
}

impl Pen<'_> {
    fn at(&self, p: Point) -> Pos2 {
        screen_point(self.to_screen, p, self.canvas)
    }

    fn halo(&self) -> Stroke {
        Stroke::new(self.width + 2.0, theme::HALO)
    }

    fn ink(&self) -> Stroke {
        Stroke::new(self.width, theme::film::MEASURE)
    }

    fn bounds(&self, measured: &Measured) -> Rect {
        let mut bounds = Rect::NOTHING;
        let strokes = measured.shape.strokes();
        for p in strokes.iter().flatten().chain(measured.shape.points()) {
            bounds.extend_with(self.at(*p));
        }
        bounds
    }

    fn line(&self, points: Vec<Pos2>) {
        self.painter.add(Shape::line(points.clone(), self.halo()));
        self.painter.add(Shape::line(points, self.ink()));
    }

    fn stroke(&self, points: &[Point]) {
        self.line(points.iter().map(|p| self.at(*p)).collect());
    }

    fn dashed(&self, from: Point, to: Point) {
        let ends = [self.at(from), self.at(to)];
        self.painter.extend(Shape::dashed_line(&ends, self.halo(), 3.0, 5.0));
        self.painter.extend(Shape::dashed_line(&ends, self.ink(), 3.0, 5.0));
    }

    fn thick(&self, from: Point, to: Point) {
        let stroke = Stroke::new(self.width * 2.4, theme::film::MEASURE);
        self.painter.line_segment([self.at(from), self.at(to)], stroke);
    }

    /// A line with a stroke across each end.
    fn length(&self, ends: [Point; 2]) {
        let [a, b] = ends.map(|p| self.at(p));
        self.line(vec![a, b]);
        let across = (b - a).normalized().rot90() * TICK;
        for end in [a, b] {
            self.line(vec![end - across, end + across]);
        }
    }

    /// The extent of two points along the rows or the columns of the film, at the height between them.
    fn extent(&self, [a, b]: [Point; 2], is_along_rows: bool) {
        let level = if is_along_rows { f64::midpoint(a.y, b.y) } else { f64::midpoint(a.x, b.x) };
        let on_level = |p: Point| if is_along_rows { Point::new(p.x, level) } else { Point::new(level, p.y) };
        self.length([on_level(a), on_level(b)]);
        for p in [a, b] {
            self.dashed(p, on_level(p));
            self.dot(p);
        }
    }

    fn arc(&self, vertex: Point, from: Point, to: Point) {
        let (vertex, from, to) = (self.at(vertex), self.at(from), self.at(to));
        let (a, b) = ((from - vertex).angle(), (to - vertex).angle());
        let turn = (b - a + 3.0 * std::f32::consts::PI).rem_euclid(std::f32::consts::TAU) - std::f32::consts::PI;
        let radius = ARC.min((from - vertex).length()).min((to - vertex).length());
        let points = (0..=16).map(|i| vertex + radius * Vec2::angled(a + turn * i as f32 / 16.0)).collect();
        self.line(points);
    }

    fn cross(&self, p: Point) {
        let at = self.at(p);
        for (x, y) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
            let way = Vec2::new(x, y);
            self.line(vec![at + 3.0 * way, at + 9.0 * way]);
        }
    }

    fn dot(&self, p: Point) {
        self.painter.circle(self.at(p), 2.5, theme::film::MEASURE, Stroke::new(1.0, theme::HALO));
    }

    fn handle(&self, p: Point) {
        let stroke = Stroke::new(1.5, theme::film::MEASURE);
        self.painter.circle(self.at(p), theme::HANDLE_SIZE / 2.0 + 0.5, theme::SHADE, stroke);
    }

    /// A letter beside the middle of a line, outside at its left.
    fn letter(&self, a: Point, b: Point, letter: &str) {
        let at = self.at(a) + (self.at(b) - self.at(a)) / 2.0 - Vec2::new(TICK + 3.0, 0.0);
        shaded_text(self.painter, at, Align2::RIGHT_CENTER, letter, theme::film::MEASURE);
    }
}
