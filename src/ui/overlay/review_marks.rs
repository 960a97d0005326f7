//! Over a film under review: each reader's boxes in their own colour, the model's dashed, what all agree on faint.

use egui::{Align2, Color32, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2};

use crate::domain::geometry::Transform;
use crate::domain::shape::Shape;
use crate::session::team::{Hand, ShownFinding, ShownMark, Standing, Who};
use crate::session::{OpenFilm, OverlayState, Session};
use crate::ui::review_screen::words::{mark_color, who_text};
use crate::ui::theme;
use crate::ui::words::{tr, tr_args};

use super::mark_pen::Pen;
use super::shaded_text;
use super::suggestions::place_of_text;

pub(super) fn review_marks_ui(
    painter: &Painter,
    session: &Session,
    film: &OpenFilm,
    to_screen: &Transform,
    canvas: Rect,
) {
    let desk = &session.team.reviewing;
    let is_shown = session.overlay != OverlayState::Nothing && !desk.is_bare && film.film().is_some();
    if !is_shown || desk.image.as_ref() != Some(film.image()) {
        return;
    }
    let pen = Pen { to_screen, canvas };
    let held = match &desk.hand {
        Hand::Box(held) => Some(held),
        Hand::Free | Hand::Asking { .. } => None,
    };
    // The chosen one lies on top.
    let mut findings: Vec<&ShownFinding> = desk.listed().collect();
    findings.sort_by_key(|finding| (desk.is_chosen(finding.key), desk.hovered == Some(finding.key)));
    for finding in &findings {
        let is_held = held.is_some_and(|held| held.of == Some(finding.key));
        finding_ui(painter, &pen, session, finding, is_held);
    }
    texts_ui(painter, &pen, session, &findings);
    let Some(held) = held else { return };
    let Some(rect) = held.rect else {
        let text = tr("Drag a box around the finding");
        shaded_text(painter, canvas.center_top() + Vec2::new(0.0, 40.0), Align2::CENTER_TOP, text, theme::film::STRONG);
        return;
    };
    for stroke in [
        Stroke::new(theme::SELECTED_STROKE + 2.0, theme::HALO),
        Stroke::new(theme::SELECTED_STROKE, theme::film::STRONG),
    ] {
        painter.rect_stroke(pen.rect(rect), 0.0, stroke, StrokeKind::Middle);
    }
    pen.handles(rect, theme::film::STRONG, |ink| {
        painter.add(ink);
    });
    let on_screen = pen.rect(rect);
    shaded_text(
        painter,
        on_screen.left_top() - Vec2::new(-3.0, 4.0),
        Align2::LEFT_BOTTOM,
        held.label.as_str(),
        theme::film::STRONG,
    );
}

/// How much of a finding is seen beside what is looked at.
fn strength(session: &Session, finding: &ShownFinding) -> f32 {
    let desk = &session.team.reviewing;
    match desk.hovered {
        Some(hovered) if hovered == finding.key => 1.0,
        Some(_) => theme::ISOLATED,
        None if desk.is_chosen(finding.key) => 1.0,
        None if finding.is_settled() || finding.is_unanimous => theme::FAINT,
        None => theme::BESIDE_ITEM,
    }
}

fn finding_ui(painter: &Painter, pen: &Pen<'_>, session: &Session, finding: &ShownFinding, is_held: bool) {
    let desk = &session.team.reviewing;
    let is_looked_at = desk.is_chosen(finding.key) || desk.hovered == Some(finding.key);
    let strength = strength(session, finding);
    // What is decided is one box; who drew what comes back when it is looked at.
    if !finding.is_settled() || is_looked_at {
        for mark in &finding.marks {
            mark_ui(painter, pen, mark, strength, is_looked_at);
        }
    }
    if is_held || finding.standing == Standing::Rejected {
        return;
    }
    let (color, is_drawn) = match finding.standing {
        Standing::Accepted => (theme::film::GOOD, true),
        // Of an open finding, what Enter would make of it.
        _ => (theme::film::STRONG, is_looked_at && finding.marks.len() != 1),
    };
    if is_drawn {
        let width = if is_looked_at { theme::SELECTED_STROKE } else { theme::BOX_STROKE };
        for stroke in [
            Stroke::new(width + 1.5, theme::HALO.gamma_multiply(strength)),
            Stroke::new(width, color.gamma_multiply(strength)),
        ] {
            painter.rect_stroke(pen.rect(finding.rect), 0.0, stroke, StrokeKind::Middle);
        }
    }
}

fn mark_ui(painter: &Painter, pen: &Pen<'_>, mark: &ShownMark, strength: f32, is_looked_at: bool) {
    let color = mark_color(mark.who).gamma_multiply(strength);
    let width = if is_looked_at { theme::BOX_STROKE + 0.5 } else { theme::BOX_STROKE };
    for stroke in [Stroke::new(width + 1.5, theme::HALO.gamma_multiply(strength)), Stroke::new(width, color)] {
        if mark.who == Who::Model {
            pen.dashes(&Shape::Box(mark.rect), stroke, |ink| {
                painter.add(ink);
            });
        } else {
            painter.rect_stroke(pen.rect(mark.rect), 0.0, stroke, StrokeKind::Middle);
        }
    }
}

/// Names beside the boxes that are looked at; of the others a letter alone, in their colour.
fn texts_ui(painter: &Painter, pen: &Pen<'_>, session: &Session, findings: &[&ShownFinding]) {
    let desk = &session.team.reviewing;
    let mut occupied: Vec<Rect> = Vec::new();
    for finding in findings {
        occupied.extend(finding.rects().map(|rect| pen.rect(rect)));
    }
    for finding in findings.iter().rev() {
        let is_looked_at = desk.is_chosen(finding.key) || desk.hovered == Some(finding.key);
        if !is_looked_at {
            continue;
        }
        let mut lines: Vec<(String, Color32, Rect)> = finding
            .marks
            .iter()
            .map(|mark| {
                let score = mark.score.map(|score| format!(" {score:.2}")).unwrap_or_default();
                let text = format!("{} {}{score}", who_text(session, mark.who), mark.label);
                (text, mark_color(mark.who), pen.rect(mark.rect))
            })
            .collect();
        if finding.standing == Standing::Accepted {
            lines.push((tr_args("Settled: {}", &[&finding.label]), theme::film::GOOD, pen.rect(finding.rect)));
        }
        for (text, color, own) in lines {
            let galley = painter.layout_no_wrap(text.clone(), theme::overlay_font(), color);
            let size = galley.size() + Vec2::new(6.0, 1.0);
            let Some(place) = place_of_text(own, size, pen.canvas, &occupied) else { continue };
            let place = beside(place, &occupied_texts(&occupied, findings, pen), pen.canvas);
            occupied.push(place);
            shaded_text(
                painter,
                place.min + Vec2::new(3.0, 0.5),
                Align2::LEFT_TOP,
                &text,
                theme::readable(color).gamma_multiply(strength(session, finding)),
            );
        }
    }
}

/// The texts among what is occupied: they come after the boxes.
fn occupied_texts(occupied: &[Rect], findings: &[&ShownFinding], _pen: &Pen<'_>) -> Vec<Rect> {
    let num_boxes: usize = findings.iter().map(|finding| finding.rects().count()).sum();
    occupied[num_boxes..].to_vec()
}

/// Where boxes leave no free place, texts stand under each other rather than on each other.
fn beside(place: Rect, texts: &[Rect], canvas: Rect) -> Rect {
    let step = Vec2::new(0.0, place.height() + 1.0);
    let places = (0..12).map(|n| place.translate(step * n as f32));
    let is_free =
        |place: &Rect| canvas.contains_rect(*place) && !texts.iter().any(|text| text.shrink(0.5).intersects(*place));
    places.into_iter().find(is_free).unwrap_or(place)
}
