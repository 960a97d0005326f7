//! Comments on the film: a small numbered pin beside what it is about, never over it.

use egui::{Align2, Painter, Rect, Stroke, Vec2};

use crate::domain::geometry::{Point, Transform};
use crate::session::threads::PIN_RADIUS;
use crate::session::{OpenFilm, Pane, Session};

use super::screen_point;
use crate::ui::theme;

/// How far a question's pin lies from its place, each way, in points.
const QUESTION_OFFSET: f32 = 22.0;

/// Where reviewers ask the reader something: a question mark with its number.
pub(super) fn questions_ui(painter: &Painter, session: &Session, film: &OpenFilm, to_screen: &Transform, canvas: Rect) {
    for question in session.questions_on(film) {
        let at = screen_point(to_screen, question.place, canvas);
        if !canvas.expand(30.0).contains(at) {
            continue;
        }
        let color = if question.answer.is_some() { theme::film::WEAK } else { theme::film::WARN };
        let radius = PIN_RADIUS as f32;
        // Beside the place, on the side where there is room: what is asked about must be seen.
        let to_right = at.x + 4.0 * radius < canvas.right();
        let middle = at + Vec2::new(if to_right { 1.0 } else { -1.0 }, -1.0) * QUESTION_OFFSET;
        let stem = middle + (at - middle).normalized() * radius;
        painter.line_segment([at, stem], Stroke::new(3.0, theme::HALO));
        painter.line_segment([at, stem], Stroke::new(1.5, color));
        painter.circle_filled(at, 2.5, color);
        painter.circle_filled(middle, radius + 2.0, theme::HALO);
        painter.circle(middle, radius + 0.5, theme::CANVAS, Stroke::new(1.5, color));
        let text = format!("?{}", question.number);
        painter.text(middle, Align2::CENTER_CENTER, text, theme::small_font(), color);
    }
}

pub(super) fn pins_ui(painter: &Painter, session: &Session, pane: &Pane, canvas: Rect) {
    let chosen = pane.film.as_ref().and_then(|film| film.discussion.chosen);
    for pin in session.shown_pins(pane) {
        let on_screen = |p: Point| canvas.min + Vec2::new(p.x as f32, p.y as f32);
        let (at, middle) = (on_screen(pin.at), on_screen(pin.middle));
        if !canvas.expand(30.0).contains(at) {
            continue;
        }
        let color = match (pin.is_resolved, chosen == Some(pin.thread)) {
            (_, true) => theme::film::ACCENT,
            (true, false) => theme::film::WEAK,
            (false, false) => theme::film::WARN,
        };
        let radius = PIN_RADIUS as f32;
        // The stem ends where the pin begins.
        let stem = middle + (at - middle).normalized() * radius;
        painter.line_segment([at, stem], Stroke::new(3.0, theme::HALO));
        painter.line_segment([at, stem], Stroke::new(1.5, color));
        painter.circle_filled(middle, radius + 1.0, theme::HALO);
        painter.circle(middle, radius - 0.5, theme::CANVAS, Stroke::new(1.5, color));
        painter.text(middle, Align2::CENTER_CENTER, pin.number.to_string(), theme::small_font(), color);
    }
}
