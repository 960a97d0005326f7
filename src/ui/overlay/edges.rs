//! The edges of a viewport: which way the patient lies, and how long a centimetre is.

use egui::{Align2, Painter, Rect, Stroke, Vec2};

use crate::domain::imaging::{PixelGeometry, SpacingSource};
use crate::session::{OpenFilm, Pane};

use super::shaded_text;
use crate::ui::theme;
use crate::ui::words::tr;

/// The scale bar is the longest of these that stays under `LONGEST_BAR`, in millimetres.
const BARS_MM: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0];
/// In points.
const LONGEST_BAR: f64 = 180.0;

pub(super) fn edges_ui(painter: &Painter, pane: &Pane, film: &OpenFilm, canvas: Rect) {
    let Some(picture) = film.film() else { return };
    if let Some(orientation) = &picture.facts.orientation {
        let letters = orientation.edge_letters(film.viewport.quarter_turns, film.viewport.is_flipped);
        let inner = canvas.shrink2(Vec2::new(10.0, 32.0));
        let places = [
            (inner.center_top(), Align2::CENTER_TOP),
            (inner.right_center(), Align2::RIGHT_CENTER),
            (inner.center_bottom(), Align2::CENTER_BOTTOM),
            (inner.left_center(), Align2::LEFT_CENTER),
        ];
        for (letters, (at, anchor)) in letters.iter().zip(places) {
            if let Some(letters) = letters {
                shaded_text(painter, at, anchor, letters, theme::film::STRONG);
            }
        }
    }
    scale_bar_ui(painter, pane, film, &picture.facts.geometry, canvas);
}

/// Where letters stand at the edges and facts in the corners, about: other texts keep clear of them.
pub(super) fn taken(canvas: Rect) -> [Rect; 7] {
    let inner = canvas.shrink2(Vec2::new(10.0, 32.0));
    let letter = Vec2::splat(18.0);
    let corner = |at: egui::Pos2, wide: f32, high: f32| Rect::from_min_size(at, Vec2::new(wide, high));
    [
        Rect::from_center_size(inner.center_top() + Vec2::new(0.0, 9.0), letter),
        Rect::from_center_size(inner.right_center() - Vec2::new(9.0, 0.0), letter),
        Rect::from_center_size(inner.center_bottom() - Vec2::new(0.0, 9.0), letter),
        Rect::from_center_size(inner.left_center() + Vec2::new(9.0, 0.0), letter),
        Rect::from_center_size(canvas.center_top() + Vec2::new(0.0, 18.0), Vec2::new(90.0, 20.0)),
        corner(canvas.left_bottom() + Vec2::new(8.0, -66.0), 300.0, 60.0),
        corner(canvas.left_top() + Vec2::new(8.0, 8.0), 120.0, 24.0),
    ]
}

/// Upright at the right, so that it stays clear of the corners; none where the film does not say how large it is.
fn scale_bar_ui(painter: &Painter, pane: &Pane, film: &OpenFilm, geometry: &PixelGeometry, canvas: Rect) {
    let Some(spacing_mm) = geometry.spacing_mm else { return };
    let grid = film.grid();
    // Along the screen's vertical lie the film's columns, or its rows while it is turned on its side.
    let is_upright = film.viewport.quarter_turns.is_multiple_of(2);
    let (stretch, mm) = if is_upright { (grid.stretch[1], spacing_mm[0]) } else { (grid.stretch[0], spacing_mm[1]) };
    let points_per_mm = film.viewport.scale(pane.canvas, grid) * stretch / mm;
    let room = LONGEST_BAR.min(f64::from(canvas.height()) * 0.35);
    let Some(bar_mm) = BARS_MM.into_iter().rev().find(|bar| bar * points_per_mm <= room) else { return };
    let length = (bar_mm * points_per_mm) as f32;
    let x = canvas.right() - 34.0;
    // Under the letter of the right edge.
    let top = canvas.center().y + 20.0;
    let bottom = top + length;
    for (width, color) in [(4.0, theme::SHADE), (1.5, theme::film::TEXT)] {
        let stroke = Stroke::new(width, color);
        painter.vline(x, top..=bottom, stroke);
        for tick in 0..=10 {
            let reach = if tick % 5 == 0 { 8.0 } else { 4.0 };
            let y = top + length * tick as f32 / 10.0;
            if length >= 60.0 || tick % 10 == 0 {
                painter.hline(x..=x + reach, y, stroke);
            }
        }
    }
    let at = egui::pos2(canvas.right() - 10.0, bottom + 6.0);
    let mut text = if bar_mm >= 10.0 { format!("{} cm", bar_mm / 10.0) } else { format!("{bar_mm} mm") };
    if !geometry.is_in_patient() {
        let place = match geometry.source {
            SpacingSource::PixelSpacing { .. } => tr("uncalibrated"),
            SpacingSource::NominalScannedPixelSpacing => tr("scanned film"),
            SpacingSource::ImagerPixelSpacing { .. } | SpacingSource::None => tr("at the detector"),
        };
        text = format!("{text} {place}");
    }
    shaded_text(painter, at, Align2::RIGHT_TOP, &text, theme::film::TEXT);
}
