//! Suggestions on the film: dashed boxes, fainter than marks, each with its class and score outside of every box.

use egui::{Align2, Painter, Pos2, Rect, Stroke, Vec2};

use crate::domain::geometry::Transform;
use crate::domain::shape::Shape;
use crate::domain::suggestion::SuggestionKey;
use crate::session::{OpenFilm, Session};

use super::mark_pen::Pen;
use super::{color_of, shaded_text};
use crate::ui::theme;

/// Between a box and its text.
const GAP: f32 = 4.0;
/// Names of marks that texts keep clear of; among more nothing is free anyway.
const MOST_MARKS: usize = 200;

pub(super) fn suggestions_ui(
    painter: &Painter,
    session: &Session,
    film: &OpenFilm,
    to_screen: &Transform,
    canvas: Rect,
) {
    let mut drawn = session.drawn_suggestions(film);
    if drawn.is_empty() {
        return;
    }
    let pen = Pen { to_screen, canvas };
    let focused = &film.suggesting.focused;
    let hovered = film.suggesting.hovered.filter(|key| drawn.iter().any(|(one, _)| one.key == *key));
    // What is in focus lies on top, and its text has the first choice of a place.
    drawn.sort_by_key(|(one, _)| !focused.contains(&one.key));
    let mut occupied: Vec<Rect> = drawn.iter().map(|(_, rect)| pen.rect(*rect)).collect();
    for (_, shape) in film.visible_marks().take(MOST_MARKS) {
        let bounds = pen.bounds(&shape);
        occupied.push(bounds);
        let name = Rect::from_min_size(bounds.left_top() - Vec2::new(0.0, NAME.y + 3.0), NAME);
        occupied.push(name);
    }
    for (one, rect) in &drawn {
        let on_screen = pen.rect(*rect);
        if !canvas.intersects(on_screen.expand(40.0)) {
            continue;
        }
        let is_focused = focused.contains(&one.key);
        let strength = strength(one.key, hovered, is_focused);
        let color = color_of(session, &one.label);
        let text = format!("{} {:.2}", one.label, one.score);
        let galley = painter.layout_no_wrap(text.clone(), theme::overlay_font(), color);
        let Some(place) = place_of_text(on_screen, galley.size() + Vec2::new(6.0, 1.0), canvas, &occupied) else {
            continue;
        };
        occupied.push(place);
        let ink = theme::readable(color).gamma_multiply(strength);
        shaded_text(painter, place.min + Vec2::new(3.0, 0.5), Align2::LEFT_TOP, &text, ink);
    }
    for (one, rect) in drawn.iter().rev() {
        let is_focused = focused.contains(&one.key);
        let strength = strength(one.key, hovered, is_focused);
        let color = theme::readable(color_of(session, &one.label)).gamma_multiply(strength);
        let width = if is_focused { theme::SELECTED_STROKE } else { theme::BOX_STROKE };
        let shape = Shape::Box(*rect);
        for stroke in [Stroke::new(width + 1.5, theme::HALO.gamma_multiply(strength)), Stroke::new(width, color)] {
            pen.dashes(&shape, stroke, |ink| {
                painter.add(ink);
            });
        }
        if is_focused && focused.last() == Some(&one.key) && !film.is_completed() {
            pen.handles(*rect, color, |ink| {
                painter.add(ink);
            });
        }
    }
}

/// About as large as a mark's name.
const NAME: Vec2 = Vec2::new(90.0, 16.0);

fn strength(key: SuggestionKey, hovered: Option<SuggestionKey>, is_focused: bool) -> f32 {
    match hovered {
        Some(hovered) if hovered == key => 1.0,
        Some(_) => theme::FAINT,
        None if is_focused => 1.0,
        None => theme::SUGGESTED,
    }
}

/// Where a text of this size goes: beside its box, on no other box and no other text; where there is no such place, at
/// least beside its own. `None` where its box fills the canvas.
pub(super) fn place_of_text(own: Rect, size: Vec2, canvas: Rect, occupied: &[Rect]) -> Option<Rect> {
    let (w, h) = (size.x, size.y);
    let corners = [
        Pos2::new(own.left(), own.bottom() + GAP),
        Pos2::new(own.left(), own.top() - GAP - h),
        Pos2::new(own.right() - w, own.bottom() + GAP),
        Pos2::new(own.right() - w, own.top() - GAP - h),
        Pos2::new(own.right() + GAP, own.top()),
        Pos2::new(own.right() + GAP, own.bottom() - h),
        Pos2::new(own.left() - GAP - w, own.top()),
        Pos2::new(own.left() - GAP - w, own.bottom() - h),
    ];
    let on_canvas = |rect: &Rect| canvas.contains_rect(*rect);
    let places = corners.map(|min| Rect::from_min_size(min, size));
    let is_free = |rect: &Rect| !occupied.iter().any(|other| overlaps(*other, *rect));
    let found = places.iter().find(|rect| on_canvas(rect) && is_free(rect));
    found.or_else(|| places.iter().find(|rect| on_canvas(rect))).copied()
}

/// By more than a shared edge.
fn overlaps(a: Rect, b: Rect) -> bool {
    a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_lies_on_no_box() {
        let rect = |x: f32, y: f32, w: f32, h: f32| Rect::from_min_size(Pos2::new(x, y), Vec2::new(w, h));
        let canvas = rect(0.0, 0.0, 400.0, 400.0);
        let size = Vec2::new(80.0, 16.0);
        let own = rect(100.0, 100.0, 60.0, 60.0);
        let check = |own: Rect, others: &[Rect], expected: Option<Pos2>| {
            let mut occupied = vec![own];
            occupied.extend(others);
            let place = place_of_text(own, size, canvas, &occupied);
            assert_eq!(place.map(|place| place.min), expected, "{others:?}");
            if let Some(place) = place {
                assert!(!overlaps(place, own) && canvas.contains_rect(place));
            }
        };
        check(own, &[], Some(Pos2::new(100.0, 164.0)));
        // Another finding right below: above it then.
        check(own, &[rect(90.0, 162.0, 100.0, 40.0)], Some(Pos2::new(100.0, 80.0)));
        let around = [rect(0.0, 162.0, 400.0, 40.0), rect(0.0, 60.0, 400.0, 38.0)];
        check(own, &around, Some(Pos2::new(164.0, 100.0)));
        check(rect(100.0, 350.0, 60.0, 49.0), &[], Some(Pos2::new(100.0, 330.0)));
        // No free place at all: beside its own box all the same.
        check(own, &[canvas], Some(Pos2::new(100.0, 164.0)));
        check(canvas, &[], None);
    }
}
