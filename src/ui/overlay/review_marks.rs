//! Over a film under review: each reader's boxes in their own colour, the model's dashed, what all agree on faint.

use egui::{Align2, Color32, Painter, Rect, Shape as Ink, Stroke, Vec2};

use crate::domain::adjudication::{Finding, Outcome};
use crate::domain::geometry::Transform;
use crate::domain::shape::Shape;
use crate::session::team::{Hand, Merging, ReviewDesk, Seen};
use crate::session::{OpenFilm, OverlayState, Session};
use crate::ui::review_screen::words::{color_on_film, seen_text};
use crate::ui::theme;
use crate::ui::words::{tr, tr_args};

use super::edges;
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
        Hand::Free | Hand::Asking { .. } | Hand::Merging(_) => None,
    };
    // What is looked at lies on top.
    let mut findings: Vec<&Finding> = desk.listed().collect();
    findings.sort_by_key(|finding| look(desk, finding));
    for finding in &findings {
        let is_held = held.is_some_and(|held| held.of == Some(finding.key()));
        finding_ui(painter, &pen, desk, finding, is_held);
    }
    if let Some(held) = held {
        let Some(rect) = held.rect else {
            let at = canvas.center_top() + Vec2::new(0.0, 40.0);
            shaded_text(painter, at, Align2::CENTER_TOP, tr("Drag a box around the finding"), theme::film::STRONG);
            return;
        };
        line_ui(painter, &pen, &Shape::Box(rect), (theme::SELECTED_STROKE, theme::film::STRONG), 1.0, false);
        pen.handles(rect, theme::film::STRONG, |ink| {
            painter.add(ink);
        });
        let at = pen.rect(rect).left_top() + Vec2::new(3.0, -4.0);
        shaded_text(painter, at, Align2::LEFT_BOTTOM, held.label.as_str(), theme::film::STRONG);
        return;
    }
    texts_ui(painter, &pen, session, &findings);
    if let Some((merging, other)) = desk.merging().and_then(|merging| Some((merging, merging.marked()?))) {
        let (of, other) = (desk.number_of(merging.of), desk.number_of(other));
        let others = merging.others.iter().map(|key| desk.number_of(*key).to_string()).collect::<Vec<_>>().join(", ");
        let text = tr_args("Merge {} with {}? These overlap it: {}", &[&of, &other, &others]);
        let at = canvas.center_top() + Vec2::new(0.0, 40.0);
        shaded_text(painter, at, Align2::CENTER_TOP, &text, theme::film::STRONG);
    }
}

/// How a finding stands out, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Look {
    Aside,
    /// Under the pointer here or in the list, or one of those to merge with.
    Pointed,
    /// The one that would be merged.
    Marked,
    Chosen,
}

fn look(desk: &ReviewDesk, finding: &Finding) -> Look {
    let key = finding.key();
    if desk.is_chosen(key) {
        Look::Chosen
    } else if desk.merging().and_then(Merging::marked) == Some(key) {
        Look::Marked
    } else if desk.hovered == Some(key) || desk.may_be_merged(key) {
        Look::Pointed
    } else {
        Look::Aside
    }
}

/// How much of a finding is seen beside what is looked at.
fn strength(desk: &ReviewDesk, finding: &Finding) -> f32 {
    if look(desk, finding) > Look::Aside {
        return 1.0;
    }
    match desk.hovered {
        Some(_) => theme::ISOLATED,
        None if desk.merging().is_some() => theme::ISOLATED,
        None if finding.ruling().is_some() => theme::SETTLED,
        None if finding.is_unanimous() => theme::FAINT,
        None => theme::UNDECIDED,
    }
}

fn finding_ui(painter: &Painter, pen: &Pen<'_>, desk: &ReviewDesk, finding: &Finding, is_held: bool) {
    let (look, strength) = (look(desk, finding), strength(desk, finding));
    let is_chosen = look == Look::Chosen;
    // What is decided is one mark; who drew what comes back when it is looked at.
    if finding.ruling().is_none() || look > Look::Aside {
        for (who, source) in desk.members(finding) {
            let width = if is_chosen { theme::BOX_STROKE + 0.5 } else { theme::BOX_STROKE };
            let ink = (width, color_on_film(who));
            line_ui(painter, pen, &source.shape, ink, strength, who == Seen::Model);
        }
    }
    let Some((_, shape)) = finding.shown().filter(|_| !is_held) else { return };
    let width = if is_chosen { theme::SELECTED_STROKE } else { theme::SETTLED_STROKE };
    if finding.is_kept() {
        line_ui(painter, pen, shape, (width, theme::film::SETTLED), strength, false);
    } else if is_chosen && finding.members().len() > 1 {
        // What Enter would make of it.
        corners_ui(painter, pen.bounds(shape));
    }
    if desk.may_be_merged(finding.key()) {
        let width = if look == Look::Marked { theme::SELECTED_STROKE } else { 1.0 };
        let around = pen.bounds(shape).expand(5.0);
        for stroke in [Stroke::new(width + 1.5, theme::HALO), Stroke::new(width, theme::film::STRONG)] {
            painter.rect_stroke(around, 0.0, stroke, egui::StrokeKind::Outside);
        }
    }
}

/// Corners alone, so that the boxes of readers are seen under what is proposed.
fn corners_ui(painter: &Painter, rect: Rect) {
    let rect = rect.expand(2.5);
    let long = (rect.width().min(rect.height()) * 0.3).clamp(4.0, 14.0);
    let at = [
        (rect.left_top(), 1.0, 1.0),
        (rect.right_top(), -1.0, 1.0),
        (rect.right_bottom(), -1.0, -1.0),
        (rect.left_bottom(), 1.0, -1.0),
    ];
    for (width, color) in [(theme::SELECTED_STROKE + 1.5, theme::HALO), (theme::SELECTED_STROKE, theme::film::STRONG)] {
        for (corner, x, y) in at {
            for end in [corner + Vec2::new(long * x, 0.0), corner + Vec2::new(0.0, long * y)] {
                painter.line_segment([corner, end], Stroke::new(width, color));
            }
        }
    }
}

/// A shape's lines on a dark seam, so that they are seen on white bone.
fn line_ui(
    painter: &Painter,
    pen: &Pen<'_>,
    shape: &Shape,
    (width, color): (f32, Color32),
    strength: f32,
    is_dashed: bool,
) {
    for stroke in [
        Stroke::new(width + 1.5, theme::HALO.gamma_multiply(strength)),
        Stroke::new(width, color.gamma_multiply(strength)),
    ] {
        let add = |ink: Ink| {
            painter.add(ink);
        };
        if is_dashed {
            pen.dashes(shape, stroke, add);
        } else {
            pen.lines(shape, None, stroke, add);
        }
    }
}

/// Beside each box of what is looked at, whose it is and what they call it.
fn texts_ui(painter: &Painter, pen: &Pen<'_>, session: &Session, findings: &[&Finding]) {
    let desk = &session.team.reviewing;
    let mut boxes: Vec<Rect> = Vec::new();
    for finding in findings {
        boxes.extend(desk.members(finding).iter().map(|(_, source)| pen.bounds(&source.shape)));
        boxes.extend(finding.shown().map(|(_, shape)| pen.bounds(shape)));
    }
    if session.overlay == OverlayState::All {
        boxes.extend(edges::taken(pen.canvas));
    }
    for finding in findings {
        number_ui(painter, pen, desk, finding);
    }
    let mut texts: Vec<Rect> = Vec::new();
    for finding in findings.iter().rev().filter(|finding| look(desk, finding) > Look::Aside) {
        for (text, color, own) in lines_of(session, pen, finding) {
            let galley = painter.layout_no_wrap(text.clone(), theme::overlay_font(), color);
            let size = galley.size() + Vec2::new(6.0, 1.0);
            let occupied: Vec<Rect> = boxes.iter().chain(&texts).copied().collect();
            let Some(place) = place_of_text(own, size, pen.canvas, &occupied) else { continue };
            let place = beside(place, &texts, pen.canvas);
            texts.push(place);
            shaded_text(painter, place.min + Vec2::new(3.0, 0.5), Align2::LEFT_TOP, &text, theme::readable(color));
        }
    }
}

/// The finding's number in the list, at the corner of its box.
fn number_ui(painter: &Painter, pen: &Pen<'_>, desk: &ReviewDesk, finding: &Finding) {
    // What is rejected has no box to stand beside.
    let Some((_, shape)) = finding.shown() else { return };
    let rect = pen.bounds(shape);
    let at = rect.right_top() + Vec2::new(4.0, 0.0);
    if !pen.canvas.contains(at) {
        return;
    }
    let strength = strength(desk, finding).max(theme::FAINT);
    let color = if finding.is_kept() { theme::film::SETTLED } else { theme::film::STRONG }.gamma_multiply(strength);
    let text = desk.number_of(finding.key()).to_string();
    let galley = painter.layout_no_wrap(text, theme::small_font(), color);
    let ground = Rect::from_min_size(at, galley.size()).expand2(Vec2::new(2.0, 0.0));
    painter.rect_filled(ground, 2.0, theme::SHADE.gamma_multiply(strength));
    painter.galley(at, galley, color);
}

/// Text, colour, and the box that it belongs to.
fn lines_of(session: &Session, pen: &Pen<'_>, finding: &Finding) -> Vec<(String, Color32, Rect)> {
    let members = session.team.reviewing.members(finding);
    let mut lines: Vec<(String, Color32, Rect)> = members
        .iter()
        .map(|(who, source)| {
            let score = source.score.map(|score| format!(" {score:.2}")).unwrap_or_default();
            let text = format!("{} {}{score}", seen_text(session, *who), source.label);
            (text, color_on_film(*who), pen.bounds(&source.shape))
        })
        .collect();
    match finding.ruling().map(|ruling| &ruling.outcome) {
        Some(Outcome::Kept { label, shape, .. }) => {
            lines.push((tr_args("Settled: {}", &[label]), theme::film::SETTLED, pen.bounds(shape)));
        }
        Some(Outcome::Rejected) => {
            let own = pen.bounds(&finding.proposal().shape);
            lines.push((tr("Rejected").to_owned(), theme::film::BAD, own));
        }
        None => {}
    }
    lines
}

/// Where boxes leave no free place, texts stand under each other rather than on each other.
fn beside(place: Rect, texts: &[Rect], canvas: Rect) -> Rect {
    let step = Vec2::new(0.0, place.height() + 1.0);
    let places = (0..12).map(|n| place.translate(step * n as f32));
    let is_free =
        |place: &Rect| canvas.contains_rect(*place) && !texts.iter().any(|text| text.shrink(0.5).intersects(*place));
    places.into_iter().find(is_free).unwrap_or(place)
}
