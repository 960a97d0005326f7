//! Statistics of the pixels inside an ellipse or a rectangle, and the value at one place.

use std::f64::consts::PI;
use std::ops::Range;

use super::scale::{Area, Length, Scale};
use crate::domain::geometry::{Point, Rect};
use crate::domain::imaging::{Film, GreyPlane, Pixels};

/// An outline around pixels. Its sides are those of the film, so an ellipse's axes are horizontal and vertical.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Outline {
    Rectangle(Rect),
    /// The ellipse that touches the four sides of the box.
    Ellipse(Rect),
}

/// Modality values of the pixels whose centres are inside an outline or on it, padding left out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RegionStats {
    pub num_pixels: u64,
    pub mean: f64,
    /// Of these pixels, which are all there are: divided by their number, not by one less.
    pub standard_deviation: f64,
    pub min: f64,
    pub max: f64,
}

impl Outline {
    pub const fn bounds(&self) -> Rect {
        match self {
            Self::Rectangle(rect) | Self::Ellipse(rect) => *rect,
        }
    }

    /// Half axes on the plane of `scale`, horizontal and vertical.
    fn half_axes(&self, scale: &Scale) -> [f64; 2] {
        let bounds = self.bounds();
        let (low, high) = (scale.plane_from_film(bounds.min()), scale.plane_from_film(bounds.max()));
        [(high.x - low.x) / 2.0, (high.y - low.y) / 2.0]
    }

    /// Of the outline itself, not of the pixels in it.
    pub fn area(&self, scale: &Scale) -> Area {
        let [a, b] = self.half_axes(scale);
        scale.area(match self {
            Self::Rectangle(_) => 4.0 * a * b,
            Self::Ellipse(_) => PI * a * b,
        })
    }

    pub fn perimeter(&self, scale: &Scale) -> Length {
        let [a, b] = self.half_axes(scale);
        scale.length(match self {
            Self::Rectangle(_) => 4.0 * (a + b),
            Self::Ellipse(_) => ellipse_perimeter(a, b),
        })
    }

    /// Horizontal and vertical extent.
    pub fn extent(&self, scale: &Scale) -> [Length; 2] {
        self.half_axes(scale).map(|half| scale.length(2.0 * half))
    }

    fn has_inside(&self, p: Point) -> bool {
        let bounds = self.bounds();
        match self {
            Self::Rectangle(_) => bounds.contains(p),
            Self::Ellipse(_) => {
                let center = bounds.center();
                let (a, b) = (bounds.width() / 2.0, bounds.height() / 2.0);
                let (x, y) = ((p.x - center.x) / a, (p.y - center.y) / b);
                x * x + y * y <= 1.0
            }
        }
    }

    /// The columns of a row whose pixel centres are inside.
    fn columns(&self, row: u32, width: u32) -> Range<u32> {
        let bounds = self.bounds();
        let y = f64::from(row) + 0.5;
        let half_width = match self {
            Self::Rectangle(_) => bounds.width() / 2.0,
            Self::Ellipse(_) => {
                let from_middle = (y - bounds.center().y) / (bounds.height() / 2.0);
                bounds.width() / 2.0 * (1.0 - from_middle * from_middle).max(0.0).sqrt()
            }
        };
        // Rounding may be one off where a centre lies on the outline: the ends are judged by the definition itself.
        let at = |x: f64| x.clamp(0.0, f64::from(width)) as u32;
        let middle = bounds.center().x;
        let mut start = at((middle - half_width - 0.5).ceil() - 1.0);
        let mut end = at((middle + half_width - 0.5).floor() + 2.0);
        let is_outside = |column: u32| !self.has_inside(Point::new(f64::from(column) + 0.5, y));
        while start < end && is_outside(start) {
            start += 1;
        }
        while start < end && is_outside(end - 1) {
            end -= 1;
        }
        start..end
    }
}

/// `None` on a colour film, and where no pixel that is not padding has its centre inside.
pub fn region_stats(film: &Film, outline: &Outline) -> Option<RegionStats> {
    let Pixels::Grey(plane) = &film.pixels else { return None };
    let bounds = outline.bounds();
    let at = |y: f64| y.clamp(0.0, f64::from(film.height)) as u32;
    let mut counts = vec![0u32; 1 << 16];
    for row in at(bounds.ymin().floor())..at(bounds.ymax().ceil()) {
        let first = row as usize * film.width as usize;
        let columns = outline.columns(row, film.width);
        let texels = plane.texels.get(first + columns.start as usize..first + columns.end as usize)?;
        for &texel in texels {
            counts[usize::from(texel)] += 1;
        }
    }
    of_counts(film, plane, &counts)
}

/// From how often each texel was met: exact in the sums, whatever the order of the pixels.
fn of_counts(film: &Film, plane: &GreyPlane, counts: &[u32]) -> Option<RegionStats> {
    let met: Vec<(f64, f64)> = (0..=u16::MAX)
        .zip(counts)
        .filter(|(_, count)| **count > 0)
        .map(|(texel, &count)| (plane.stored_value(texel), f64::from(count)))
        .filter(|(stored, _)| !film.facts.is_padding(*stored))
        .map(|(stored, count)| (film.facts.modality_value(stored), count))
        .collect();
    let num: f64 = met.iter().map(|(_, count)| count).sum();
    if num == 0.0 {
        return None;
    }
    let mean = met.iter().map(|(value, count)| value * count).sum::<f64>() / num;
    let variance = met.iter().map(|(value, count)| (value - mean) * (value - mean) * count).sum::<f64>() / num;
    let values = || met.iter().map(|(value, _)| *value);
    Some(RegionStats {
        num_pixels: num as u64,
        mean,
        standard_deviation: variance.sqrt(),
        min: values().fold(f64::INFINITY, f64::min),
        max: values().fold(f64::NEG_INFINITY, f64::max),
    })
}

/// What one pixel holds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum PixelValue {
    Grey { stored: f64, modality: f64, is_padding: bool },
    Rgb([u8; 3]),
}

/// Of the pixel that a place on the film lies in; `None` outside the film.
pub fn pixel_value(film: &Film, place: Point) -> Option<PixelValue> {
    let [x, y] = pixel_at(place)?;
    if let Some(rgb) = film.rgb(x, y) {
        return Some(PixelValue::Rgb(rgb));
    }
    let stored = film.stored_value(x, y)?;
    let facts = &film.facts;
    Some(PixelValue::Grey { stored, modality: facts.modality_value(stored), is_padding: facts.is_padding(stored) })
}

/// Column and row; `None` left of the film and above it.
pub(super) fn pixel_at(place: Point) -> Option<[u32; 2]> {
    (place.x >= 0.0 && place.y >= 0.0).then_some([place.x as u32, place.y as u32])
}

/// By the arithmetic-geometric mean, which gives the complete elliptic integral to the last digits in a few steps
/// (M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, 17.6).
fn ellipse_perimeter(a: f64, b: f64) -> f64 {
    let (mut a, mut b) = (a.max(b), a.min(b));
    if b <= 0.0 {
        return 4.0 * a;
    }
    let squared = a * a;
    let mut sum = 0.5 * (a * a - b * b);
    let mut weight = 1.0;
    while (a - b).abs() > 1e-15 * a {
        let half_difference = (a - b) / 2.0;
        (a, b) = (f64::midpoint(a, b), (a * b).sqrt());
        sum += weight * half_difference * half_difference;
        weight *= 2.0;
    }
    2.0 * PI * (squared - sum) / a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{DisplayFacts, Modality, PixelGeometry, SpacingSource};
    use proptest::prelude::*;

    fn film(width: u32, height: u32, texels: Vec<u16>, facts: DisplayFacts) -> Film {
        let plane = GreyPlane { texels, scale: 1.0, offset: -32768.0 };
        Film::new(width, height, Pixels::Grey(plane), facts)
    }

    fn rect(a: f64, b: f64, c: f64, d: f64) -> Rect {
        Rect::from_corners(Point::new(a, b), Point::new(c, d))
    }

    #[test]
    fn perimeters_of_known_ellipses() {
        // A circle; nothing but a line there and back; and Ramanujan's second series to order h^6 at 2 : 1.
        assert!((ellipse_perimeter(3.0, 3.0) - 6.0 * PI).abs() < 1e-12);
        assert_eq!(ellipse_perimeter(0.0, 5.0), 20.0);
        assert!((ellipse_perimeter(2.0, 1.0) - 9.688_448_220_547_675).abs() < 1e-12);
        assert!((ellipse_perimeter(1e-9, 1.0) - 4.0).abs() < 1e-7);
    }

    #[test]
    fn area_and_perimeter_honour_the_pixels_form() {
        let scale = Scale::of(&PixelGeometry::spaced([0.4, 0.1], SpacingSource::PixelSpacing { is_calibrated: true }));
        // 200 columns of 0.1 mm by 50 rows of 0.4 mm: 20 mm by 20 mm.
        let bounds = rect(100.0, 100.0, 300.0, 150.0);
        let mm2 = |outline: Outline| outline.area(&scale).mm2.expect("spacing");
        let mm = |outline: Outline| outline.perimeter(&scale).mm.expect("spacing");
        assert!((mm2(Outline::Rectangle(bounds)) - 400.0).abs() < 1e-9);
        assert!((mm(Outline::Rectangle(bounds)) - 80.0).abs() < 1e-9);
        assert!((mm2(Outline::Ellipse(bounds)) - 100.0 * PI).abs() < 1e-9);
        assert!((mm(Outline::Ellipse(bounds)) - 20.0 * PI).abs() < 1e-9);
    }

    #[test]
    fn padding_and_what_is_outside_do_not_count() {
        let facts = DisplayFacts {
            modality: Modality::Rescale { slope: 2.0, intercept: -10.0 },
            padding: Some((-32768.0, -32768.0)),
            ..DisplayFacts::default()
        };
        let texels = [0, 5, 7, 0, 32768, 32770, 9, 9, 9].to_vec();
        let film = film(3, 3, texels, facts);
        let stats = region_stats(&film, &Outline::Rectangle(rect(0.9, 0.9, 2.6, 1.9))).expect("two pixels");
        // Columns 1 and 2 of row 1: stored 0 and 2.
        assert_eq!((stats.num_pixels, stats.mean, stats.standard_deviation), (2, -8.0, 2.0));
        assert_eq!((stats.min, stats.max), (-10.0, -6.0));
        assert_eq!(region_stats(&film, &Outline::Rectangle(rect(0.0, 0.0, 0.9, 0.9))), None, "padding only");
        assert_eq!(region_stats(&film, &Outline::Rectangle(rect(0.6, 0.6, 1.4, 1.4))), None, "no centre inside");
        assert_eq!(region_stats(&film, &Outline::Ellipse(rect(0.7, 0.7, 0.7, 0.7))), None, "no extent");
        let all = region_stats(&film, &Outline::Rectangle(rect(-50.0, -50.0, 50.0, 50.0))).expect("all");
        assert_eq!(all.num_pixels, 7);
    }

    #[test]
    fn a_probe_reads_the_pixel_it_is_in() {
        let facts =
            DisplayFacts { modality: Modality::Rescale { slope: 0.5, intercept: 1.0 }, ..DisplayFacts::default() };
        let film = film(2, 2, vec![32768, 32770, 32772, 32774], facts);
        let grey = |stored: f64| PixelValue::Grey { stored, modality: 0.5 * stored + 1.0, is_padding: false };
        assert_eq!(pixel_value(&film, Point::new(0.0, 0.99)), Some(grey(0.0)));
        assert_eq!(pixel_value(&film, Point::new(1.0, 1.5)), Some(grey(6.0)));
        for outside in [(2.0, 0.0), (0.0, 2.0), (-0.1, 0.0), (0.0, -0.1)] {
            assert_eq!(pixel_value(&film, Point::new(outside.0, outside.1)), None, "{outside:?}");
        }
        let colour = Film::new(2, 2, Pixels::Rgb((0..12).collect()), film.facts);
        assert_eq!(pixel_value(&colour, Point::new(1.2, 0.3)), Some(PixelValue::Rgb([3, 4, 5])));
        assert_eq!(region_stats(&colour, &Outline::Rectangle(rect(0.0, 0.0, 2.0, 2.0))), None);
    }

    proptest! {
        /// Against the definition, pixel by pixel.
        #[test]
        fn the_pixels_inside_are_those_whose_centres_are(
            corners in prop::array::uniform4(-8.0..40.0f64), halves in prop::array::uniform4(any::<bool>()),
            is_ellipse: bool, seed: u16,
        ) {
            // Half the corners lie on half pixels, where centres lie on the outline.
            let mut corners = corners;
            for (value, is_half) in corners.iter_mut().zip(halves) {
                if is_half {
                    *value = (*value * 2.0).round() / 2.0;
                }
            }
            let (width, height) = (31u32, 23u32);
            let texels: Vec<u16> = (0..width * height).map(|i| (i as u16).wrapping_mul(seed | 1)).collect();
            let film = film(width, height, texels.clone(), DisplayFacts::default());
            let bounds = rect(corners[0], corners[1], corners[2], corners[3]);
            let outline = if is_ellipse { Outline::Ellipse(bounds) } else { Outline::Rectangle(bounds) };
            let inside: Vec<f64> = (0..width * height)
                .filter(|i| outline.has_inside(Point::new(f64::from(i % width) + 0.5, f64::from(i / width) + 0.5)))
                .map(|i| f64::from(texels[i as usize]) - 32768.0)
                .collect();
            let found = region_stats(&film, &outline);
            prop_assert_eq!(found.map_or(0, |s| s.num_pixels), inside.len() as u64);
            if let Some(found) = found {
                let mean = inside.iter().sum::<f64>() / inside.len() as f64;
                prop_assert!((found.mean - mean).abs() < 1e-9);
                prop_assert_eq!(found.min, inside.iter().copied().fold(f64::INFINITY, f64::min));
                prop_assert_eq!(found.max, inside.iter().copied().fold(f64::NEG_INFINITY, f64::max));
            }
        }
    }
}
