//! What lies on the film: marks, orientation, scale, the film's own overlays, the corners' facts, and the word SYNTHETIC.

mod chain_line;
mod corners;
mod drawing;
mod edges;
mod error_boxes;
mod mark_chunks;
mod mark_ink;
mod mark_layers;
mod mark_pen;
mod marks;
mod measures;
mod pins;
mod planes;
mod region;
mod review_marks;
mod suggestions;

use egui::{Align2, Color32, Painter, Pos2, Rect, Vec2};

use crate::domain::geometry::{Point, Transform};
use crate::domain::label::LabelName;
use crate::session::{OpenFilm, OverlayState, Pane, Screen, Session};

use super::words::tr;
use super::{UiState, theme};

pub(super) use corners::{patient_line, patient_text};
pub use mark_layers::MarkLayers;
pub use planes::PlaneTextures;

pub(super) fn overlay_ui(
    painter: &Painter,
    (session, state): (&Session, &mut UiState),
    slot: usize,
    pane: &Pane,
    film: &OpenFilm,
    canvas: Rect,
) {
    let to_screen = film.viewport.screen_from_image(pane.canvas, film.grid());
    if session.overlay == OverlayState::All {
        state.planes.planes_ui(painter, session, film, &to_screen, canvas);
    }
    marks_ui(painter, (session, state), slot, film, &to_screen, canvas);
    region::region_ui(painter, film, &to_screen, canvas);
    if session.screen != Screen::Review {
        pins::pins_ui(painter, session, pane, canvas);
        if session.overlay == OverlayState::All {
            pins::questions_ui(painter, session, film, &to_screen, canvas);
        }
    }
    if session.overlay == OverlayState::All {
        edges::edges_ui(painter, pane, film, canvas);
        corners::corners_ui(painter, (session, state), pane, film, canvas);
    }
    if film.entry.facts.is_synthetic {
        let at = canvas.center_top() + Vec2::new(0.0, 10.0);
        shaded_text(painter, at, Align2::CENTER_TOP, tr("SYNTHETIC"), theme::film::WARN);
    }
    if session.shown_heat(film).is_some() {
        let at = canvas.center_top() + Vec2::new(0.0, 10.0 + 4.0 * theme::OVERLAY_TEXT);
        let text = tr("Heat map: where the classifier looked, not what it found");
        shaded_text(painter, at, Align2::CENTER_TOP, text, theme::film::TEXT);
    }
}

/// What the reader marked, through this map from the film to the points of `canvas`.
pub(super) fn marks_ui(
    painter: &Painter,
    (session, state): (&Session, &mut UiState),
    slot: usize,
    film: &OpenFilm,
    to_screen: &Transform,
    canvas: Rect,
) {
    if session.screen == Screen::Review {
        return review_marks::review_marks_ui(painter, session, film, to_screen, canvas);
    }
    if session.overlay != OverlayState::Nothing && film.film().is_some() {
        let card_slot = state.has_gpu.then_some(slot);
        marks::marks_ui(painter, session, film, to_screen, canvas, (&mut state.marks, card_slot));
        if session.error_boxes(film).is_empty() {
            suggestions::suggestions_ui(painter, session, film, to_screen, canvas);
        }
        error_boxes::error_boxes_ui(painter, session, film, to_screen, canvas);
        drawing::drawing_ui(painter, session, film, to_screen, canvas);
        measures::measures_ui(painter, film, to_screen, canvas);
    }
}

/// A place on the film in the window's points.
fn screen_point(to_screen: &Transform, p: Point, canvas: Rect) -> Pos2 {
    let q = to_screen.apply(p);
    canvas.min + Vec2::new(q.x as f32, q.y as f32)
}

/// The colour a label is drawn in.
pub(super) fn color_of(session: &Session, label: &LabelName) -> Color32 {
    session
        .label_set()
        .and_then(|set| set.resolve(label.as_str()))
        .map_or(theme::film::TEXT, |label| theme::label_color(label.color))
}

/// Text with a thin shade behind it: readable on white bone and on black air.
/// Returns where it lies.
fn shaded_text(painter: &Painter, at: Pos2, anchor: Align2, text: &str, color: Color32) -> Rect {
    let galley = painter.layout_no_wrap(text.to_owned(), theme::overlay_font(), color);
    let rect = anchor.anchor_size(at, galley.size());
    painter.rect_filled(rect.expand2(Vec2::new(3.0, 0.5)), 2.0, theme::SHADE);
    painter.galley(rect.min, galley, color);
    rect
}
