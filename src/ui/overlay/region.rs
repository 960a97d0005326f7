//! The region whose values are about to make a window, while it is dragged.

use egui::{Align2, Painter, Rect, Stroke, StrokeKind, Vec2};

use crate::domain::geometry::{Point, Transform};
use crate::domain::imaging::window_of_region;
use crate::session::OpenFilm;

use super::{screen_point, shaded_text};
use crate::ui::theme;

pub(super) fn region_ui(painter: &Painter, film: &OpenFilm, to_screen: &Transform, canvas: Rect) {
    let Some(region) = film.gesture.as_ref().and_then(crate::session::gesture::Gesture::region) else { return };
    let corner = |x: f64, y: f64| screen_point(to_screen, Point::new(x, y), canvas);
    let on_screen = Rect::from_two_pos(corner(region.xmin(), region.ymin()), corner(region.xmax(), region.ymax()));
    painter.rect_stroke(on_screen, 0.0, Stroke::new(1.0, theme::film::ACCENT), StrokeKind::Middle);
    let Some(window) = film.film().and_then(|picture| window_of_region(picture, region)) else { return };
    let text = format!("W {:.0}  L {:.0}", window.width, window.center);
    let at = on_screen.left_bottom() + Vec2::new(0.0, 4.0);
    shaded_text(painter, at, Align2::LEFT_TOP, &text, theme::film::TEXT);
}
