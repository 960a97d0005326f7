//! The magnifier: a lens at the pointer that shows the film enlarged, windowed as the film is.

use egui::{Pos2, Rect, Stroke, StrokeKind, Ui, Vec2};

use crate::domain::geometry::{Point, Transform};
use crate::session::{OpenFilm, Session};

use super::{UiState, canvas, overlay, theme};

/// Width and height of the lens in points.
const SIZE: f32 = 280.0;
/// How much larger than around it the film is in the lens.
const ENLARGEMENT: f64 = 2.5;
/// The render slot of the lens, after those of the viewports.
const SLOT: usize = 8;

/// Draws the lens where the pointer is, kept inside its viewport.
pub(super) fn lens_ui(ui: &Ui, (session, state): (&Session, &mut UiState), slot: usize, film: &OpenFilm, rect: Rect) {
    let (Some(pane), Some(picture), Some(display)) = (session.pane_at(slot), film.film(), &film.display) else {
        return;
    };
    let (Some(at), Some(under)) = (pane.pointer_at, film.cursor) else { return };
    if !session.is_magnifier_on {
        return;
    }
    let center = rect.min + Vec2::new(at.x as f32, at.y as f32);
    let side = SIZE.min(rect.width()).min(rect.height());
    let half = Vec2::splat(side / 2.0);
    let inside = Rect::from_min_max(rect.min + half, rect.max - half);
    // Not `clamp`, which stops the program where rounding leaves the least place beyond the greatest.
    let lens = Rect::from_center_size(center.max(inside.min).min(inside.max), half * 2.0);
    // The point under the pointer lies under the pointer in the lens too.
    let middle = Point::new(f64::from(center.x - lens.min.x), f64::from(center.y - lens.min.y));
    let grid = film.grid();
    let scale = film.viewport.scale(pane.canvas, grid) * ENLARGEMENT;
    let view = &film.viewport;
    let to_lens = Transform::stretched_view(
        grid.stretch.map(|stretch| scale * stretch),
        view.quarter_turns,
        view.is_flipped,
        under,
        middle,
    );
    canvas::draw_film(
        ui,
        SLOT,
        lens,
        canvas::plan(picture, display, (session, film), to_lens.inverse(), lens, pane.canvas),
    );
    // What is marked lies on the same anatomy in the lens as around it.
    let painter = ui.painter().with_clip_rect(lens.intersect(ui.clip_rect()));
    overlay::marks_ui(&painter, (session, state), SLOT, film, &to_lens, lens);
    ui.painter().rect_stroke(lens, 0.0, Stroke::new(1.0, theme::film::WEAK), StrokeKind::Outside);
    cross(ui, center);
}

/// Where the pointer is: the system's cursor may hide the pixel that is looked at.
fn cross(ui: &Ui, at: Pos2) {
    let stroke = Stroke::new(1.0, theme::film::ACCENT);
    for (from, to) in [(-9.0, -4.0), (4.0, 9.0)] {
        ui.painter().line_segment([at + Vec2::new(from, 0.0), at + Vec2::new(to, 0.0)], stroke);
        ui.painter().line_segment([at + Vec2::new(0.0, from), at + Vec2::new(0.0, to)], stroke);
    }
}
