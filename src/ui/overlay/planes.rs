//! The film's own overlays (groups 60xx), drawn over it as it is turned and zoomed.

use std::sync::{Arc, Weak};

use egui::{Color32, ColorImage, Mesh, Painter, Pos2, Rect, TextureHandle, TextureOptions};

use crate::domain::geometry::{Point, Transform};
use crate::domain::imaging::{Film, OverlayKind, OverlayPlane};
use crate::session::{OpenFilm, Session};

use super::screen_point;
use crate::ui::theme;

/// Overlays are drawn no finer than this; a thin line stays a line, since a block counts where any of it does.
const LARGEST_SIDE: usize = 2048;
/// Films whose overlays are kept: those of all viewports.
const NUM_KEPT: usize = 6;

/// Overlays as textures, for the films that were shown last, as long as those are in memory.
#[derive(Default)]
pub struct PlaneTextures {
    /// Held weakly: what keeps decoded films has a budget, and a film kept here would be outside it.
    films: Vec<(Weak<Film>, Vec<TextureHandle>)>,
}

impl std::fmt::Debug for PlaneTextures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlaneTextures").field("num_films", &self.films.len()).finish()
    }
}

impl PlaneTextures {
    pub(super) fn planes_ui(
        &mut self,
        painter: &Painter,
        session: &Session,
        film: &OpenFilm,
        to_screen: &Transform,
        canvas: Rect,
    ) {
        self.forget_gone();
        let is_shown = |plane: &OverlayPlane| !is_hidden(session, plane);
        let Some(picture) = film.film().filter(|picture| picture.facts.overlays.iter().any(is_shown)) else { return };
        let drawn = picture.facts.overlays.iter().zip(self.textures_of(painter.ctx(), picture));
        for (plane, texture) in drawn.filter(|(plane, _)| is_shown(plane)) {
            let [left, top] = plane.origin.map(f64::from);
            let (right, bottom) = (left + f64::from(plane.width), top + f64::from(plane.height));
            let mut mesh = Mesh::with_texture(texture.id());
            for (x, y, u, v) in
                [(left, top, 0.0, 0.0), (right, top, 1.0, 0.0), (right, bottom, 1.0, 1.0), (left, bottom, 0.0, 1.0)]
            {
                let pos = screen_point(to_screen, Point::new(x, y), canvas);
                mesh.vertices.push(egui::epaint::Vertex { pos, uv: Pos2::new(u, v), color: theme::UNTINTED });
            }
            mesh.add_triangle(0, 1, 2);
            mesh.add_triangle(0, 2, 3);
            painter.add(mesh);
        }
    }

    fn forget_gone(&mut self) {
        self.films.retain(|(film, _)| film.strong_count() > 0);
    }

    fn textures_of(&mut self, context: &egui::Context, film: &Arc<Film>) -> &[TextureHandle] {
        let at = self.films.iter().position(|(known, _)| known.as_ptr() == Arc::as_ptr(film));
        let entry = match at {
            Some(at) => self.films.remove(at),
            None => {
                let load = |plane| context.load_texture("overlay", image_of(plane), TextureOptions::LINEAR);
                (Arc::downgrade(film), film.facts.overlays.iter().map(load).collect())
            }
        };
        self.films.push(entry);
        if self.films.len() > NUM_KEPT {
            self.films.remove(0);
        }
        self.films.last().map_or(&[], |(_, textures)| textures)
    }
}

/// Whether a blinded reader does not see it: devices write names and dates into their drawings.
pub(super) fn is_hidden(session: &Session, plane: &OverlayPlane) -> bool {
    session.is_blind() && plane.kind == OverlayKind::Graphics
}

/// The bitmap in the overlay's colour on nothing.
fn image_of(plane: &OverlayPlane) -> ColorImage {
    let (width, height) = (plane.width as usize, plane.height as usize);
    let step = width.max(height).div_ceil(LARGEST_SIDE).max(1);
    let (columns, rows) = (width.div_ceil(step), height.div_ceil(step));
    let mut pixels = vec![Color32::TRANSPARENT; columns * rows];
    for (y, row) in plane.bits.chunks_exact(width.max(1)).enumerate() {
        for (x, bit) in row.iter().enumerate() {
            if *bit != 0 {
                pixels[y / step * columns + x / step] = theme::film::OVERLAY;
            }
        }
    }
    ColorImage::new([columns, rows], pixels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{DisplayFacts, Pixels};

    #[test]
    fn textures_keep_no_film_in_memory() {
        let plane = OverlayPlane {
            origin: [0, 0],
            width: 1,
            height: 1,
            bits: vec![1].into(),
            label: None,
            kind: OverlayKind::Graphics,
        };
        let facts = DisplayFacts { overlays: vec![plane], ..DisplayFacts::default() };
        let film = Arc::new(Film::new(1, 1, Pixels::Rgb(vec![0; 3]), facts));
        let (context, mut textures) = (egui::Context::default(), PlaneTextures::default());
        let first = textures.textures_of(&context, &film)[0].id();
        assert_eq!(textures.textures_of(&context, &film)[0].id(), first, "made once");
        let other = Arc::new(Film::clone(&film));
        assert_ne!(textures.textures_of(&context, &other)[0].id(), first, "another film of the same content");
        let gone = Arc::downgrade(&film);
        drop(film);
        assert!(gone.upgrade().is_none());
        textures.forget_gone();
        assert_eq!(textures.films.len(), 1);
    }

    #[test]
    fn a_thin_line_stays_when_the_overlay_is_reduced() {
        let (width, height) = (5000u32, 40u32);
        let bits: Vec<u8> = (0..width * height).map(|i| u8::from(i % width == 4321)).collect();
        let plane =
            OverlayPlane { origin: [0, 0], width, height, bits: bits.into(), label: None, kind: OverlayKind::Graphics };
        let image = image_of(&plane);
        assert_eq!(image.size, [1667, 14]);
        let drawn = image.pixels.iter().filter(|p| **p == theme::film::OVERLAY).count();
        assert_eq!(drawn, 14);
    }
}
