//! Contrast-limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV, 1994, VIII.5).
//!
//! The film's range (its 0.5th to 99.5th percentile) is equalised in tiles; between the middles of tiles their maps are
//! mixed bilinearly. A bin holds at most `CLIP_LIMIT` times its fair share, what is above goes to all bins alike in
//! one pass, so that no map is steeper than `CLIP_LIMIT` and a bit: flat regions don't turn into noise. Maps are
//! straight between bins, so that 12 bits stay 12 bits; values outside the range stay as they are.

use super::{Plane, is_value};

/// Bins over the film's range.
pub const NUM_BINS: usize = 256;

/// The steepest slope of a map, before what was cut off is given back.
pub const CLIP_LIMIT: f32 = 2.5;

/// Tiles along the longer side; the other has as many as make them nearly square.
const LONGER_SIDE: f32 = 8.0;

/// A tile with less than this share of values (the rest is padding) leaves its values as they are.
const LEAST_SHARE: f32 = 1.0 / 16.0;

/// Columns and rows of tiles; tile `i` of `n` covers pixels `i * side / n` to `(i + 1) * side / n`.
pub fn tiles(width: u32, height: u32) -> (u32, u32) {
    let longer = width.max(height) as f32;
    let along = |side: u32| ((LONGER_SIDE * side as f32 / longer).round() as u32).clamp(1, side.max(1));
    (along(width), along(height))
}

pub(super) fn apply(plane: &mut Plane, (low, high): (f32, f32)) {
    let (columns, rows) = tiles(plane.width, plane.height);
    let scale = NUM_BINS as f32 / (high - low);
    let maps: Vec<Vec<f32>> = (0..columns * rows)
        .map(|tile| map_of_tile(plane, (tile % columns, tile / columns), (columns, rows), low, scale))
        .collect();
    let (step_x, step_y) = (columns as f32 / plane.width as f32, rows as f32 / plane.height as f32);
    for y in 0..plane.height {
        for x in 0..plane.width {
            let value = &mut plane.values[y as usize * plane.width as usize + x as usize];
            if !is_value(*value) || *value <= low || *value >= high {
                continue;
            }
            let at = (*value - low) * scale;
            let (tx, ty) = ((x as f32 + 0.5) * step_x - 0.5, (y as f32 + 0.5) * step_y - 0.5);
            let (fx, fy) = (tx - tx.floor(), ty - ty.floor());
            let mapped = |dx: i32, dy: i32| {
                let column = (tx.floor() as i32 + dx).clamp(0, columns as i32 - 1);
                let row = (ty.floor() as i32 + dy).clamp(0, rows as i32 - 1);
                looked_up(&maps[(row * columns as i32 + column) as usize], at)
            };
            let top = mapped(0, 0) * (1.0 - fx) + mapped(1, 0) * fx;
            let bottom = mapped(0, 1) * (1.0 - fx) + mapped(1, 1) * fx;
            *value = low + (top * (1.0 - fy) + bottom * fy) * (high - low);
        }
    }
}

/// The share of the tile's values below each bin's lower border, clipped; `NUM_BINS + 1` of them from 0 to 1.
fn map_of_tile(plane: &Plane, tile: (u32, u32), tiles: (u32, u32), low: f32, scale: f32) -> Vec<f32> {
    let span = |i: u32, n: u32, side: u32| {
        (u64::from(i) * u64::from(side) / u64::from(n)) as usize
            ..(u64::from(i + 1) * u64::from(side) / u64::from(n)) as usize
    };
    let (columns, rows) = (span(tile.0, tiles.0, plane.width), span(tile.1, tiles.1, plane.height));
    let mut counts = [0u32; NUM_BINS];
    for row in rows.clone() {
        for &value in &plane.values[row * plane.width as usize..][columns.clone()] {
            if is_value(value) {
                counts[((value - low) * scale).clamp(0.0, NUM_BINS as f32 - 1.0) as usize] += 1;
            }
        }
    }
    map_of_counts(&counts, columns.len() * rows.len())
}

fn map_of_counts(counts: &[u32; NUM_BINS], num_pixels: usize) -> Vec<f32> {
    let num: u32 = counts.iter().sum();
    if (num as f32) < LEAST_SHARE * num_pixels as f32 || num == 0 {
        return (0..=NUM_BINS).map(|i| i as f32 / NUM_BINS as f32).collect();
    }
    let limit = CLIP_LIMIT * num as f32 / NUM_BINS as f32;
    let kept: f32 = counts.iter().map(|&count| (count as f32).min(limit)).sum();
    let share = (num as f32 - kept) / NUM_BINS as f32;
    let mut below = 0.0;
    let mut map = vec![0.0];
    for &count in counts {
        below += (count as f32).min(limit) + share;
        map.push(below / num as f32);
    }
    map
}

fn looked_up(map: &[f32], at: f32) -> f32 {
    let bin = (at as usize).min(NUM_BINS - 1);
    map[bin] + (map[bin + 1] - map[bin]) * (at - bin as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_rises_from_0_to_1_and_is_nowhere_too_steep() {
        let mut counts = [0u32; NUM_BINS];
        counts[40] = 5000;
        counts[41] = 90;
        counts[200] = 900;
        let map = map_of_counts(&counts, 6000);
        assert_eq!(map.len(), NUM_BINS + 1);
        assert!((map[NUM_BINS] - 1.0).abs() < 1e-5);
        let steepest = map.windows(2).map(|pair| (pair[1] - pair[0]) * NUM_BINS as f32).fold(0.0, f32::max);
        assert!(steepest > 2.5 && steepest < 3.5, "{steepest}");
        assert!(map.windows(2).all(|pair| pair[1] >= pair[0]));
    }

    #[test]
    fn an_even_histogram_changes_nothing_and_an_empty_one_neither() {
        for counts in [[7; NUM_BINS], [0; NUM_BINS]] {
            let map = map_of_counts(&counts, 7 * NUM_BINS);
            assert!(map.iter().enumerate().all(|(i, m)| (m - i as f32 / 256.0).abs() < 1e-5));
        }
    }

    #[test]
    fn tiles_are_nearly_square() {
        assert_eq!(tiles(2000, 2000), (8, 8));
        assert_eq!(tiles(2500, 1600), (8, 5));
        assert_eq!(tiles(3, 900), (1, 8));
    }
}
