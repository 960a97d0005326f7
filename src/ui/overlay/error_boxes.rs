//! Truth and answer over a film of the gallery: pairs in the same colour, the answer dashed, what was missed marked.

use egui::{Align2, Color32, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2};

use crate::domain::geometry::Transform;
use crate::domain::shape::Shape;
use crate::session::{BoxRole, OpenFilm, Session, ShownBox};
use crate::ui::theme;
use crate::ui::words::tr_args;

use super::mark_pen::Pen;
use super::shaded_text;
use super::suggestions::place_of_text;

pub(super) fn error_boxes_ui(
    painter: &Painter,
    session: &Session,
    film: &OpenFilm,
    to_screen: &Transform,
    canvas: Rect,
) {
    let boxes = session.error_boxes(film);
    let pen = Pen { to_screen, canvas };
    let mut occupied: Vec<Rect> = boxes.iter().map(|one| pen.rect(one.rect)).collect();
    let has_focus = boxes.iter().any(|one| one.is_looked_at);
    for one in &boxes {
        // What is looked at stands out; a whole film has nothing that would.
        let strength = if one.is_looked_at || !has_focus { 1.0 } else { theme::SUGGESTED };
        let color = color_of(one.role).gamma_multiply(strength);
        let width = if one.is_looked_at { theme::SELECTED_STROKE } else { theme::BOX_STROKE };
        for stroke in [Stroke::new(width + 1.5, theme::HALO), Stroke::new(width, color)] {
            if one.is_truth {
                painter.rect_stroke(pen.rect(one.rect), 0.0, stroke, StrokeKind::Middle);
            } else {
                pen.dashes(&Shape::Box(one.rect), stroke, |ink| {
                    painter.add(ink);
                });
            }
        }
        if one.is_truth && one.role == BoxRole::Missed {
            corners(painter, pen.rect(one.rect), color);
        }
    }
    let mut texts: Vec<Rect> = Vec::new();
    // The item's own words have the first choice of a place.
    for one in boxes.iter().rev() {
        let rect = pen.rect(one.rect);
        if !canvas.intersects(rect) {
            continue;
        }
        let strength = if one.is_looked_at || !has_focus { 1.0 } else { theme::SUGGESTED };
        let (text, color) = (text_of(one), color_of(one.role));
        let galley = painter.layout_no_wrap(text.clone(), theme::overlay_font(), color);
        let Some(place) = place_of_text(rect, galley.size() + Vec2::new(6.0, 1.0), canvas, &occupied) else { continue };
        let place = beside_texts(place, &texts, canvas);
        occupied.push(place);
        texts.push(place);
        shaded_text(
            painter,
            place.min + Vec2::new(3.0, 0.5),
            Align2::LEFT_TOP,
            &text,
            theme::readable(color).gamma_multiply(strength),
        );
    }
}

/// Where boxes leave no free place, texts stand under each other rather than on each other.
fn beside_texts(place: Rect, texts: &[Rect], canvas: Rect) -> Rect {
    let step = Vec2::new(0.0, place.height() + 2.0);
    let places = (0..12).map(|n| place.translate(step * n as f32));
    let is_free =
        |place: &Rect| canvas.contains_rect(*place) && !texts.iter().any(|text| text.shrink(0.5).intersects(*place));
    places.into_iter().find(is_free).unwrap_or(place)
}

fn color_of(role: BoxRole) -> Color32 {
    match role {
        BoxRole::Pair(n) | BoxRole::Confused(n) => theme::PAIRS[n % theme::PAIRS.len()],
        BoxRole::FalsePositive => theme::film::WARN,
        BoxRole::Missed => theme::film::BAD,
    }
}

/// "Osteophytes 0.91, IoU 0.62"; of the truth, its class and what became of it.
fn text_of(one: &ShownBox) -> String {
    let iou = one.iou.map(|iou| format!("{iou:.2}")).unwrap_or_default();
    let score = one.score.map(|score| format!("{score:.2}")).unwrap_or_default();
    match (one.is_truth, one.role) {
        (true, BoxRole::Missed) => tr_args("Missed: {}", &[&one.label]),
        (true, BoxRole::Confused(_)) => tr_args("Truth: {}", &[&one.label]),
        (true, _) => tr_args("Truth: {}, IoU {}", &[&one.label, &iou]),
        (false, BoxRole::FalsePositive) => tr_args("False positive: {} {}, IoU {}", &[&one.label, &score, &iou]),
        (false, BoxRole::Confused(_)) => tr_args("Called {} {}, IoU {}", &[&one.label, &score, &iou]),
        (false, _) => format!("{} {}", one.label, score),
    }
}

/// Thick corners, so that a miss is told from a pair without its colour.
fn corners(painter: &Painter, rect: Rect, color: Color32) {
    let long = (rect.width().min(rect.height()) * 0.3).clamp(4.0, 16.0);
    let stroke = Stroke::new(theme::SELECTED_STROKE + 1.5, color);
    let at = [
        (rect.left_top(), 1.0, 1.0),
        (rect.right_top(), -1.0, 1.0),
        (rect.right_bottom(), -1.0, -1.0),
        (rect.left_bottom(), 1.0, -1.0),
    ];
    for (corner, x, y) in at {
        let ends: [Pos2; 2] = [corner + Vec2::new(long * x, 0.0), corner + Vec2::new(0.0, long * y)];
        for end in ends {
            painter.line_segment([corner, end], stroke);
        }
    }
}
