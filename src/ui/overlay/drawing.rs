//! What is being drawn on the film: points placed, the stroke so far, the brush's ring, the band around marks, and the
//! points of the selected outline.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2};

use crate::domain::geometry::{Point, Transform};
use crate::session::drawing::{Drawing, outlines};
use crate::session::{DrawTool, OpenFilm, Session, Tool};

use super::{color_of, screen_point};
use crate::ui::theme;

/// Points of an outline nearer than this on the screen, in points, are too many to be taken one by one.
const CROWDED: f32 = 9.0;

pub(super) fn drawing_ui(painter: &Painter, session: &Session, film: &OpenFilm, to_screen: &Transform, canvas: Rect) {
    let color = session.armed.as_ref().map_or(theme::film::STRONG, |label| color_of(session, label));
    vertices_ui(painter, session, film, to_screen, canvas);
    if let Some(drawing) = &film.drawing {
        shape_ui(painter, session, drawing, color, to_screen, canvas);
    }
    if let Some(band) = film.gesture.as_ref().and_then(crate::session::gesture::Gesture::band) {
        let at = |p| screen_point(to_screen, p, canvas);
        let rect = Rect::from_two_pos(at(band.min()), at(band.max()));
        painter.rect_filled(rect, 0.0, theme::film::ACCENT.gamma_multiply(0.12));
        painter.rect_stroke(rect, 0.0, Stroke::new(1.0, theme::film::ACCENT), StrokeKind::Middle);
    }
    if matches!(session.tool, Tool::Draw(DrawTool::Brush | DrawTool::Eraser))
        && let Some(at) = film.cursor
    {
        let at = screen_point(to_screen, at, canvas);
        let radius = screen_radius(to_screen, session.brush.radius);
        let ring = if session.tool == Tool::Draw(DrawTool::Eraser) { theme::film::STRONG } else { color };
        painter.circle_stroke(at, radius, Stroke::new(3.0, theme::HALO));
        painter.circle_stroke(at, radius, Stroke::new(1.5, ring));
    }
}

/// A length in film pixels as points of the screen.
fn screen_radius(to_screen: &Transform, radius: f64) -> f32 {
    let (a, b) = (to_screen.apply(Point::default()), to_screen.apply(Point::new(radius, 0.0)));
    (a.x - b.x).hypot(a.y - b.y) as f32
}

fn shape_ui(
    painter: &Painter,
    session: &Session,
    drawing: &Drawing,
    color: Color32,
    to_screen: &Transform,
    canvas: Rect,
) {
    let at = |p: &Point| screen_point(to_screen, *p, canvas);
    let placed: Vec<Pos2> = drawing.points.iter().map(at).collect();
    let next = drawing.next.as_ref().map(at);
    let stroke = Stroke::new(theme::BOX_STROKE, color);
    match drawing.tool {
        DrawTool::BoxByCorners | DrawTool::BoxByExtremes => {
            if let Some(spanned) = drawing.spanned() {
                let rect = Rect::from_two_pos(at(&spanned.min()), at(&spanned.max()));
                painter.rect_stroke(rect, 0.0, stroke, StrokeKind::Middle);
            }
        }
        DrawTool::Brush | DrawTool::Eraser => {
            let radius = screen_radius(to_screen, session.brush.radius);
            let tint = if drawing.tool == DrawTool::Eraser { theme::HALO } else { color.gamma_multiply(0.45) };
            trail_ui(painter, &placed, radius, tint);
            return;
        }
        DrawTool::Knife => {
            haloed(painter, placed, Stroke::new(theme::BOX_STROKE, theme::film::STRONG));
            return;
        }
        DrawTool::Freehand => {
            haloed(painter, placed, stroke);
            return;
        }
        DrawTool::Polygon | DrawTool::Line | DrawTool::Point => {
            let mut line = placed.clone();
            line.extend(next);
            if drawing.tool == DrawTool::Polygon && line.len() > 2 {
                let closing = [line[line.len() - 1], line[0]];
                painter.extend(Shape::dashed_line(&closing, Stroke::new(1.0, color), 4.0, 4.0));
            }
            haloed(painter, line, stroke);
        }
    }
    for (n, place) in placed.iter().enumerate() {
        // The first point of a polygon is where a click closes it.
        let is_closing = n == 0 && drawing.tool == DrawTool::Polygon && placed.len() > 2;
        let size = if is_closing { theme::HANDLE_SIZE + 3.0 } else { theme::HANDLE_SIZE - 2.0 };
        let grip = Rect::from_center_size(*place, Vec2::splat(size));
        painter.rect(grip, size / 2.0, theme::CANVAS, Stroke::new(1.5, color), StrokeKind::Inside);
    }
}

fn haloed(painter: &Painter, line: Vec<Pos2>, stroke: Stroke) {
    painter.add(Shape::line(line.clone(), Stroke::new(stroke.width + 2.0, theme::HALO)));
    painter.add(Shape::line(line, stroke));
}

/// A broad stroke with round ends.
fn trail_ui(painter: &Painter, trail: &[Pos2], radius: f32, tint: Color32) {
    for end in trail.first().into_iter().chain(trail.last()) {
        painter.circle_filled(*end, radius, tint);
    }
    painter.add(Shape::line(trail.to_vec(), Stroke::new(radius * 2.0, tint)));
}

/// Every point of the selected polygon or line, where there is room for them.
fn vertices_ui(painter: &Painter, session: &Session, film: &OpenFilm, to_screen: &Transform, canvas: Rect) {
    let Some(selected) = film.selected().filter(|mark| !film.is_completed() && !film.locked.contains(&mark.id()))
    else {
        return;
    };
    let Some(shape) = selected.shape().filter(|_| !film.hidden.contains(&selected.id())) else { return };
    let preview = film.gesture.as_ref().and_then(|gesture| gesture.preview_of(selected));
    let shape = preview.as_ref().unwrap_or(shape);
    let color = color_of(session, selected.label());
    let (parts, _) = outlines(shape);
    for part in parts {
        let mut last: Option<Pos2> = None;
        for p in part {
            let at = screen_point(to_screen, *p, canvas);
            if !canvas.contains(at) || last.is_some_and(|last| (last - at).length() < CROWDED) {
                continue;
            }
            last = Some(at);
            let grip = Rect::from_center_size(at, Vec2::splat(theme::HANDLE_SIZE));
            painter.rect(grip, theme::HANDLE_SIZE / 2.0, theme::CANVAS, Stroke::new(1.5, color), StrokeKind::Inside);
        }
    }
}
