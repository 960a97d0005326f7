//! A sensible first window for a radiograph that brings none, and one for a region that the reader points at.

use super::{Film, Histogram, VoiFunction, Window};
use crate::domain::geometry::Rect;

/// Share of the patient's pixels left out at each end before the margin is added: noise, lead letters.
const TAIL: f64 = 0.005;

/// Added at each end, as a share of the width: the darkest and brightest anatomy is not black and white.
const MARGIN: f64 = 0.02;

/// The same for a region, which is small and has no letters.
const REGION_TAIL: f64 = 0.01;

/// Below this many units LINEAR's -1 (PS3.3 C.11.2.1.2.1) would eat a visible part of the width.
const NARROW: f64 = 8.0;

/// A window over the patient's values: padding, collimated border and open air at the film's edge left out.
///
/// Looks at a fixed sample of at most 410,000 pixels, so its time does not grow with the film. Colour films get the
/// window that leaves them as they are.
pub fn auto_window(film: &Film) -> Window {
    let window = film.patient_histogram().and_then(|patient| window_of(patient, TAIL, MARGIN));
    let window = window.unwrap_or_else(|| Window::linear(128.0, 256.0));
    Window { explanation: Some("computed".to_owned()), ..window }
}

/// A window over the values of a region; `None` on colour films and where the region holds no pixel.
pub fn window_of_region(film: &Film, region: Rect) -> Option<Window> {
    let window = window_of(&Histogram::of_region(film, region)?, REGION_TAIL, MARGIN)?;
    Some(Window { explanation: Some("region".to_owned()), ..window })
}

/// The window that shows `low` black and `high` white, whichever is less.
pub fn window_between(low: f64, high: f64) -> Window {
    let function = if (high - low).abs() < NARROW { VoiFunction::LinearExact } else { VoiFunction::Linear };
    Window::between(low, high, function)
}

fn window_of(histogram: &Histogram, tail: f64, margin: f64) -> Option<Window> {
    let (low, high) = (histogram.value_at(tail)?, histogram.value_at(1.0 - tail)?);
    // A film of one value is shown grey, not black or white.
    let margin = if high > low { (high - low) * margin } else { 0.5 };
    Some(window_between(low - margin, high + margin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geometry::Point;
    use crate::domain::imaging::{DisplayFacts, GreyPlane, Pixels};

    fn film(width: u32, texels: Vec<u16>, facts: DisplayFacts) -> Film {
        let height = texels.len() as u32 / width;
        Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
    }

    /// Values 1000..2000 within a white border, a black shutter outside of that, and a strip of padding.
    fn bordered() -> Film {
        let texels = (0..400u32 * 400).map(|n| {
            let (x, y) = (n % 400, n / 400);
            match (x.min(y).min(399 - x).min(399 - y), x > 380) {
                (_, true) => 9000,
                (0..=19, _) => 0,
                (20..=49, _) => 4000,
                _ => (1000 + (x * 7 + y * 13) % 1000) as u16,
            }
        });
        let facts = DisplayFacts { padding: Some((9000.0, 9000.0)), ..DisplayFacts::default() };
        film(400, texels.collect(), facts)
    }

    #[test]
    fn border_shutter_and_padding_do_not_stretch_the_window() {
        let window = auto_window(&bordered());
        assert!((window.center - 1500.0).abs() < 10.0 && (window.width - 1030.0).abs() < 25.0, "{window:?}");
    }

    #[test]
    fn a_region_gets_the_window_of_its_own_values() {
        let region = Rect::from_corners(Point::new(100.0, 100.0), Point::new(110.0, 120.0));
        let window = window_of_region(&bordered(), region).expect("grey");
        // 1000 + (7x + 13y) mod 1000 with x in 100..110, y in 100..120 runs from 1000 to 1310.
        assert!((window.center - 1155.0).abs() < 10.0 && (window.width - 310.0).abs() < 20.0, "{window:?}");
        let beside = Rect::from_corners(Point::new(-20.0, 0.0), Point::new(-10.0, 5.0));
        assert_eq!(window_of_region(&bordered(), beside), None);
    }

    #[test]
    fn black_and_white_are_where_they_were_asked_for() {
        for (low, high) in [(10.0, 2000.0), (-1e-3, 2e-3), (0.0, 5.0)] {
            let window = window_between(low, high);
            let span = high - low;
            assert!(
                window.fraction(low + span / 1e4) < 0.01 && window.fraction(high - span / 1e4) > 0.99,
                "{window:?}"
            );
            assert!((window.fraction(f64::midpoint(low, high)) - 0.5).abs() < 1e-9, "{window:?}");
        }
        assert_eq!(window_between(5.0, 1.0), window_between(1.0, 5.0));
    }

    #[test]
    fn a_constant_film_is_shown_grey() {
        let window = auto_window(&film(8, vec![7; 64], DisplayFacts::default()));
        assert_eq!(window.fraction(7.0), 0.5, "{window:?}");
        let padded = DisplayFacts { padding: Some((0.0, 9.0)), ..DisplayFacts::default() };
        assert!(auto_window(&film(8, vec![7; 64], padded)).width >= 1.0);
    }
}
