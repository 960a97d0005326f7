//! Truth and answer over a film of the gallery: coloured by what became of each, the answer dashed, what was missed marked.

use egui::{Align2, Color32, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2};

use crate::domain::geometry::Transform;
use crate::domain::shape::Shape;
use crate::session::{BoxRole, OpenFilm, OverlayState, Session, ShownBox};
use crate::ui::theme;
use crate::ui::words::{tr, tr_args};

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
    let pointer = painter.ctx().pointer_latest_pos().filter(|at| canvas.contains(*at));
    let hovered = hovered(&boxes, &pen, pointer);
    for one in &boxes {
        let color = color_of(one.role).gamma_multiply(strength(one, has_focus));
        let width = if one.is_looked_at { theme::SELECTED_STROKE + 1.0 } else { theme::BOX_STROKE };
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
    let is_legend = session.overlay == OverlayState::All && !boxes.is_empty();
    let mut texts: Vec<Rect> = if is_legend { vec![legend(painter, canvas)] } else { Vec::new() };
    let others = boxes.iter().filter(|one| !one.is_looked_at).count();
    let has_room = session.overlay == OverlayState::All && others < FEW;
    // The item's own words have the first choice of a place.
    for (at, one) in boxes.iter().enumerate().rev() {
        let rect = pen.rect(one.rect);
        if !canvas.intersects(rect) {
            continue;
        }
        let is_told = one.is_looked_at || has_room || hovered.is_some_and(|h| h == at || are_pair(&boxes[h], one));
        let Some(text) = (if is_told { Some(text_of(one)) } else { short_text(one) }) else { continue };
        let color = color_of(one.role);
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
            theme::readable(color).gamma_multiply(strength(one, has_focus)),
        );
    }
}

/// From so many boxes beside the item on, they have their words under the pointer only.
const FEW: usize = 5;

/// What is looked at stands out; a whole film has nothing that would.
fn strength(one: &ShownBox, has_focus: bool) -> f32 {
    if one.is_looked_at || !has_focus { 1.0 } else { theme::BESIDE_ITEM }
}

/// The smallest box under the pointer.
fn hovered(boxes: &[ShownBox], pen: &Pen<'_>, pointer: Option<Pos2>) -> Option<usize> {
    let pointer = pointer?;
    let under = boxes.iter().enumerate().map(|(at, one)| (at, pen.rect(one.rect).area(), pen.rect(one.rect)));
    let under = under.filter(|(_, _, rect)| rect.expand(3.0).contains(pointer));
    under.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, ..)| at)
}

fn are_pair(a: &ShownBox, b: &ShownBox) -> bool {
    matches!(a.role, BoxRole::Pair(_) | BoxRole::Confused(_)) && a.role == b.role
}

/// How truth and answer are drawn, and what the colours say; its place.
fn legend(painter: &Painter, canvas: Rect) -> Rect {
    let words = [
        (tr("truth ——"), theme::film::TEXT),
        (tr("model – –"), theme::film::TEXT),
        (tr("found"), color_of(BoxRole::Pair(0))),
        (tr("confused"), color_of(BoxRole::Confused(0))),
        (tr("false"), color_of(BoxRole::FalsePositive)),
        (tr("missed"), color_of(BoxRole::Missed)),
    ];
    let galleys = words.map(|(word, color)| painter.layout_no_wrap(word.to_owned(), theme::small_font(), color));
    let gap = 3.0 * theme::UNIT;
    let width = galleys.iter().map(|galley| galley.size().x + gap).sum::<f32>() - gap;
    let height = galleys.iter().map(|galley| galley.size().y).fold(0.0, f32::max);
    let top = canvas.center_top() + Vec2::new(-width / 2.0, 10.0 + 3.0 * theme::OVERLAY_TEXT);
    let place = Rect::from_min_size(top, Vec2::new(width, height)).expand2(Vec2::new(5.0, 1.5));
    painter.rect_filled(place, 2.0, theme::SHADE);
    let mut at = top;
    for galley in galleys {
        let wide = galley.size().x;
        painter.galley(at, galley, theme::film::TEXT);
        at.x += wide + gap;
    }
    place
}

/// Of a pair how well it fits, once; of others nothing.
fn short_text(one: &ShownBox) -> Option<String> {
    let is_pair = !one.is_truth && matches!(one.role, BoxRole::Pair(_) | BoxRole::Confused(_));
    one.iou.filter(|_| is_pair).map(|iou| format!("{iou:.2}"))
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
        BoxRole::Pair(_) => theme::film::GOOD,
        BoxRole::Confused(_) => theme::film::ACCENT,
        BoxRole::FalsePositive | BoxRole::Second => theme::film::WARN,
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
        (false, BoxRole::Second) => {
            tr_args("False positive, found already: {} {}, IoU {}", &[&one.label, &score, &iou])
        }
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
