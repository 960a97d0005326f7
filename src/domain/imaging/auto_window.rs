//! A sensible first window for a radiograph that brings none.

use super::{Film, Pixels, Window};

/// Share of pixels cut off at each end of the histogram.
const TAIL: f64 = 0.005;

/// A window over the modality values of the film between its 0.5th and 99.5th percentile, padding left
/// out, and the extreme values left out where they alone fill a tenth of the film: a collimated border
/// or burnt-out air is one flat value, anatomy never is.
pub fn auto_window(film: &Film) -> Window {
    let Pixels::Grey(plane) = &film.pixels else { return Window::linear(128.0, 256.0) };
    let mut counts = vec![0u32; 1 << 16];
    let mut num = 0u64;
    for &texel in &plane.texels {
        counts[texel as usize] += 1;
        num += 1;
    }
    for (texel, count) in counts.iter_mut().enumerate() {
        if *count > 0 && film.facts.is_padding(plane.stored_value(texel as u16)) {
            num -= u64::from(*count);
            *count = 0;
        }
    }
    let flat = num / 10;
    for from_low in [true, false] {
        let end = if from_low { counts.iter().position(|&c| c > 0) } else { counts.iter().rposition(|&c| c > 0) };
        if let Some(end) = end
            && u64::from(counts[end]) > flat
            && num > u64::from(counts[end])
        {
            num -= u64::from(counts[end]);
            counts[end] = 0;
        }
    }
    let tail = (num as f64 * TAIL) as u64;
    let low = nth_value(&counts, 0..counts.len(), tail);
    let high = nth_value(&counts, (0..counts.len()).rev(), tail);
    let a = film.facts.modality_value(plane.stored_value(low as u16));
    let b = film.facts.modality_value(plane.stored_value(high as u16));
    let width = (b - a).abs().max(1.0) + 1.0;
    Window { explanation: Some("computed".to_owned()), ..Window::linear(f64::midpoint(a, b) + 0.5, width) }
}

/// The first texel, in this order, that more than `tail` pixels have passed.
fn nth_value(counts: &[u32], mut order: impl Iterator<Item = usize>, tail: u64) -> usize {
    let mut seen = 0u64;
    order
        .find(|&texel| {
            seen += u64::from(counts[texel]);
            seen > tail
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{DisplayFacts, GreyPlane};

    fn film(texels: Vec<u16>, facts: DisplayFacts) -> Film {
        let width = texels.len() as u32;
        Film::new(width, 1, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
    }

    #[test]
    fn a_flat_border_and_padding_do_not_stretch_the_window() {
        let mut texels: Vec<u16> = (1000..2000).collect();
        texels.extend([0; 400]);
        texels.extend([65535; 300]);
        texels.extend([9000; 200]);
        let facts = DisplayFacts { padding: Some((9000.0, 9000.0)), ..DisplayFacts::default() };
        let window = auto_window(&film(texels, facts));
        assert!((window.center - 1500.0).abs() < 5.0, "{window:?}");
        assert!((window.width - 990.0).abs() < 15.0, "{window:?}");
    }

    #[test]
    fn a_constant_film_has_a_window_too() {
        let window = auto_window(&film(vec![7; 64], DisplayFacts::default()));
        assert!(window.width >= 1.0 && window.center.is_finite());
    }
}
