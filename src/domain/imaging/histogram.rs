//! How often each value occurs on a film: percentiles, shares and bars for drawing.

use super::{DisplayFacts, Film, GreyPlane, Pixels};
use crate::domain::geometry::Rect;

/// Modality values of a film or of a part of it, at full resolution, padding left out.
#[derive(Clone, PartialEq, Debug)]
pub struct Histogram {
    /// Every value that occurs, ascending.
    levels: Vec<Level>,
    num_pixels: u64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Level {
    value: f64,
    count: u32,
    /// Pixels of this value and of all below it.
    num_up_to: u64,
}

impl Histogram {
    /// Of every pixel; `None` for colour films.
    pub fn of_film(film: &Film) -> Option<Self> {
        let Pixels::Grey(plane) = &film.pixels else { return None };
        let mut counts = vec![0u32; 1 << 16];
        for &texel in &plane.texels {
            counts[texel as usize] += 1;
        }
        Some(Self::from_counts(&counts, plane, &film.facts))
    }

    /// Of the pixels whose middle lies in the region; `None` for colour films.
    pub fn of_region(film: &Film, region: Rect) -> Option<Self> {
        let Pixels::Grey(plane) = &film.pixels else { return None };
        let mut counts = vec![0u32; 1 << 16];
        let pixels = |low: f64, high: f64, limit: u32| {
            let first = (low - 0.5).ceil().clamp(0.0, f64::from(limit)) as usize;
            first..((high - 0.5).floor() + 1.0).clamp(first as f64, f64::from(limit)) as usize
        };
        let columns = pixels(region.xmin(), region.xmax(), film.width);
        for row in pixels(region.ymin(), region.ymax(), film.height) {
            for &texel in &plane.texels[row * film.width as usize..][columns.clone()] {
                counts[texel as usize] += 1;
            }
        }
        Some(Self::from_counts(&counts, plane, &film.facts))
    }

    /// From the number of pixels of each texel, 65,536 of them.
    pub(super) fn from_counts(counts: &[u32], plane: &GreyPlane, facts: &DisplayFacts) -> Self {
        let mut levels: Vec<Level> = counts
            .iter()
            .enumerate()
            .filter(|&(_, &count)| count > 0)
            .map(|(texel, &count)| (plane.stored_value(texel as u16), count))
            .filter(|&(stored, _)| !facts.is_padding(stored))
            .map(|(stored, count)| Level { value: facts.modality_value(stored), count, num_up_to: 0 })
            .filter(|level| level.value.is_finite())
            .collect();
        // A negative slope or a LUT turns the order of stored values over.
        levels.sort_by(|a, b| a.value.total_cmp(&b.value));
        let mut num_pixels = 0;
        for level in &mut levels {
            num_pixels += u64::from(level.count);
            level.num_up_to = num_pixels;
        }
        Self { levels, num_pixels }
    }

    pub const fn num_pixels(&self) -> u64 {
        self.num_pixels
    }

    /// Least and greatest value; `None` where every pixel is padding.
    pub fn range(&self) -> Option<(f64, f64)> {
        Some((self.levels.first()?.value, self.levels.last()?.value))
    }

    /// The value that `share` (0..=1) of the pixels lie below or at: 0 gives the least value, 1 the greatest.
    pub fn value_at(&self, share: f64) -> Option<f64> {
        let needed = share.clamp(0.0, 1.0) * self.num_pixels as f64;
        let at = self.levels.partition_point(|level| (level.num_up_to as f64) < needed);
        self.levels.get(at).or(self.levels.last()).map(|level| level.value)
    }

    /// The share of pixels strictly below a value, 0..=1.
    pub fn share_below(&self, value: f64) -> f64 {
        match self.levels.partition_point(|level| level.value < value).checked_sub(1) {
            Some(last) => self.levels[last].num_up_to as f64 / self.num_pixels as f64,
            None => 0.0,
        }
    }

    /// Numbers of pixels in `num` bars of equal width from `low` to `high`; what lies outside is in none.
    pub fn bars(&self, num: usize, low: f64, high: f64) -> Vec<u64> {
        let mut bars = vec![0u64; num];
        let width = (high - low) / num as f64;
        if width <= 0.0 || !width.is_finite() {
            return bars;
        }
        for level in &self.levels {
            let at = (level.value - low) / width;
            if at >= 0.0 && level.value <= high {
                bars[(at as usize).min(num - 1)] += u64::from(level.count);
            }
        }
        bars
    }

    /// Bytes that a histogram of this many values takes.
    pub(super) const fn num_bytes(num_values: usize) -> usize {
        num_values * size_of::<Level>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geometry::Point;
    use crate::domain::imaging::Modality;
    use proptest::prelude::*;

    fn film(width: u32, texels: Vec<u16>, facts: DisplayFacts) -> Film {
        let height = texels.len() as u32 / width;
        Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
    }

    #[test]
    fn values_are_counted_in_modality_units_and_padding_is_left_out() {
        let facts = DisplayFacts {
            modality: Modality::Rescale { slope: -2.0, intercept: 10.0 },
            padding: Some((7.0, 7.0)),
            ..DisplayFacts::default()
        };
        let histogram = Histogram::of_film(&film(3, vec![0, 1, 1, 7, 7, 5], facts)).expect("grey");
        assert_eq!(histogram.num_pixels(), 4);
        assert_eq!(histogram.range(), Some((0.0, 10.0)));
        assert_eq!(histogram.value_at(0.5), Some(8.0));
        assert_eq!(histogram.share_below(10.0), 0.75);
        assert_eq!(histogram.bars(2, 0.0, 10.0), [1, 3]);
        assert_eq!(histogram.bars(5, 8.0, 10.0), [2, 0, 0, 0, 1]);
    }

    #[test]
    fn a_region_counts_the_pixels_whose_middle_it_holds() {
        let film = film(4, (0..16).collect(), DisplayFacts::default());
        let count = |a: (f64, f64), b: (f64, f64)| {
            let region = Rect::from_corners(Point::new(a.0, a.1), Point::new(b.0, b.1));
            let histogram = Histogram::of_region(&film, region).expect("grey");
            (histogram.num_pixels(), histogram.range())
        };
        assert_eq!(count((1.0, 1.0), (3.0, 3.0)), (4, Some((5.0, 10.0))));
        assert_eq!(count((1.4, 1.4), (2.6, 2.6)), (4, Some((5.0, 10.0))));
        assert_eq!(count((1.6, 1.6), (2.4, 2.4)), (0, None));
        assert_eq!(count((-9.0, -9.0), (99.0, 99.0)), (16, Some((0.0, 15.0))));
        assert_eq!(count((50.0, 50.0), (60.0, 60.0)), (0, None));
    }

    #[test]
    fn a_film_of_padding_alone_has_no_values() {
        let facts = DisplayFacts { padding: Some((0.0, 0.0)), ..DisplayFacts::default() };
        let histogram = Histogram::of_film(&film(2, vec![0; 4], facts)).expect("grey");
        assert_eq!((histogram.range(), histogram.value_at(0.5), histogram.share_below(1.0)), (None, None, 0.0));
        assert_eq!(histogram.bars(3, 0.0, 0.0), [0; 3]);
    }

    proptest! {
        #[test]
        fn percentiles_are_those_of_the_sorted_values(
            texels in prop::collection::vec(any::<u16>(), 1..300), share in 0.0..=1.0f64,
        ) {
            let mut sorted = texels.clone();
            sorted.sort_unstable();
            let histogram = Histogram::of_film(&film(1, texels, DisplayFacts::default())).expect("grey");
            let nth = ((share * sorted.len() as f64).ceil() as usize).clamp(1, sorted.len());
            prop_assert_eq!(histogram.value_at(share), Some(f64::from(sorted[nth - 1])));
            prop_assert_eq!(histogram.bars(7, 0.0, 65535.0).iter().sum::<u64>(), sorted.len() as u64);
        }
    }
}
