//! From film pixels to square pixels and millimetres: where every length, angle and area gets its scale.

use crate::domain::geometry::Point;
use crate::domain::imaging::{PixelGeometry, SpacingSource};

/// The plane that measures are taken on. Its unit is the width of one film pixel, both ways, so that a pixel that is
/// not square bends no angle and stretches no length.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scale {
    /// Height of a pixel over its width.
    aspect: f64,
    /// Width of a pixel.
    mm_per_px: Option<f64>,
    source: SpacingSource,
}

/// A length in widths of a film pixel, and in millimetres where the file says how wide one is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Length {
    pub px: f64,
    pub mm: Option<f64>,
    pub source: SpacingSource,
}

/// An area in squares of a film pixel's width, and in square millimetres where the file says how wide one is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Area {
    pub px2: f64,
    pub mm2: Option<f64>,
    pub source: SpacingSource,
}

impl Scale {
    /// Distances that are not positive and finite count as unknown, and so does an aspect.
    pub fn of(geometry: &PixelGeometry) -> Self {
        let is_usable = |v: f64| v.is_finite() && v > 0.0;
        match geometry.spacing_mm.filter(|spacing| spacing.iter().all(|&v| is_usable(v))) {
            Some([row, column]) => Self { aspect: row / column, mm_per_px: Some(column), source: geometry.source },
            None => Self {
                aspect: if is_usable(geometry.aspect) { geometry.aspect } else { 1.0 },
                mm_per_px: None,
                source: SpacingSource::None,
            },
        }
    }

    /// A place on the film, on this plane.
    pub fn plane_from_film(&self, p: Point) -> Point {
        Point::new(p.x, p.y * self.aspect)
    }

    /// Where a place on this plane is on the film.
    pub fn film_from_plane(&self, p: Point) -> Point {
        Point::new(p.x, p.y / self.aspect)
    }

    pub const fn source(&self) -> SpacingSource {
        self.source
    }

    pub const fn has_mm(&self) -> bool {
        self.mm_per_px.is_some()
    }

    /// Between two places on the film.
    pub fn distance(&self, a: Point, b: Point) -> Length {
        let (a, b) = (self.plane_from_film(a), self.plane_from_film(b));
        self.length((b.x - a.x).hypot(b.y - a.y))
    }

    /// Of so many units of this plane. Signs stay.
    pub fn length(&self, px: f64) -> Length {
        Length { px, mm: self.mm_per_px.map(|mm| px * mm), source: self.source }
    }

    /// Of so many square units of this plane.
    pub fn area(&self, px2: f64) -> Area {
        Area { px2, mm2: self.mm_per_px.map(|mm| px2 * mm * mm), source: self.source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(super) fn spaced(row: f64, column: f64) -> Scale {
        Scale::of(&PixelGeometry::spaced([row, column], SpacingSource::PixelSpacing { is_calibrated: true }))
    }

    #[test]
    fn a_length_needs_no_spacing_for_pixels_and_one_for_millimetres() {
        let (a, b) = (Point::new(10.0, 10.0), Point::new(40.0, 50.0));
        let none = Scale::of(&PixelGeometry::default()).distance(a, b);
        assert_eq!((none.px, none.mm, none.source), (50.0, None, SpacingSource::None));
        let square = spaced(0.2, 0.2).distance(a, b);
        assert_eq!(square.px, 50.0);
        assert!((square.mm.expect("spacing") - 10.0).abs() < 1e-12);
        // 30 columns of 0.1 mm and 40 rows of 0.3 mm.
        let tall = spaced(0.3, 0.1).distance(a, b);
        assert!((tall.mm.expect("spacing") - 3.0f64.hypot(12.0)).abs() < 1e-12);
        let aspect = Scale::of(&PixelGeometry { aspect: 3.0, ..PixelGeometry::default() }).distance(a, b);
        assert!((aspect.px - 30.0f64.hypot(120.0)).abs() < 1e-12 && aspect.mm.is_none());
    }

    #[test]
    fn nonsense_in_a_header_is_no_scale() {
        for spacing in [[0.0, 0.1], [0.1, f64::NAN], [-0.1, 0.1], [0.1, f64::INFINITY]] {
            let geometry = PixelGeometry {
                spacing_mm: Some(spacing),
                source: SpacingSource::PixelSpacing { is_calibrated: true },
                aspect: f64::NAN,
            };
            let scale = Scale::of(&geometry);
            assert_eq!((scale.has_mm(), scale.source()), (false, SpacingSource::None), "{spacing:?}");
            assert_eq!(scale.length(2.0).px, 2.0);
        }
    }

    proptest! {
        /// Two places with a known distance in millimetres, laid on pixels of any shape.
        #[test]
        fn a_known_distance_comes_back(
            row in 0.05..1.0f64, column in 0.05..1.0f64, mm in 0.5..400.0f64, turn in 0.0..6.3f64,
        ) {
            let (x, y) = (mm * turn.cos(), mm * turn.sin());
            let a = Point::new(1000.0, 1500.0);
            let b = Point::new(a.x + x / column, a.y + y / row);
            let length = spaced(row, column).distance(a, b);
            prop_assert!((length.mm.expect("spacing") - mm).abs() < 1e-9);
        }

        #[test]
        fn the_plane_leads_back_to_the_film(row in 0.05..1.0f64, column in 0.05..1.0f64, x in -1e4..1e4f64, y in -1e4..1e4f64) {
            let scale = spaced(row, column);
            let back = scale.film_from_plane(scale.plane_from_film(Point::new(x, y)));
            prop_assert!((back.x - x).abs() < 1e-9 && (back.y - y).abs() < 1e-6);
        }
    }
}
