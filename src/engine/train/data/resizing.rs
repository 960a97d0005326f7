//! A plane in another size: bilinear with antialiasing, as Pillow resizes, in plain arithmetic.
//!
//! libtorch has the same (`_upsample_bilinear2d_aa`), but its last bits may depend on how it shares the rows among
//! threads, and a team of its threads for each loader thread would fight the network for the cores.

use super::plane::Plane;

/// For one place of the result: the first source place that counts, and the weights from there on.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

/// Pillow's `precompute_coeffs` with the triangle filter, which widens as the picture gets smaller.
fn taps(from: usize, to: usize) -> Vec<Taps> {
    let scale = from as f64 / to as f64;
    let support = scale.max(1.0);
    let one = |place: usize| {
        let centre = (place as f64 + 0.5) * scale;
        let first = (centre - support + 0.5).max(0.0) as usize;
        let last = ((centre + support + 0.5) as usize).min(from);
        let weight = |source: usize| (1.0 - ((source as f64 - centre + 0.5) / support).abs()).max(0.0);
        let sum: f64 = (first..last).map(weight).sum();
        Taps { first, weights: (first..last).map(|source| (weight(source) / sum) as f32).collect() }
    };
    (0..to).map(one).collect()
}

impl Plane {
    /// In this size.
    #[must_use]
    pub fn resized(self, [width, height]: [usize; 2]) -> Self {
        let wide = if width == self.width { self } else { self.of_width(width) };
        if height == wide.height { wide } else { wide.of_height(height) }
    }

    fn of_width(&self, width: usize) -> Self {
        let taps = taps(self.width, width);
        let mut levels = Vec::with_capacity(width * self.height);
        for row in self.levels.chunks_exact(self.width) {
            levels.extend(taps.iter().map(|tap| {
                let source = &row[tap.first..tap.first + tap.weights.len()];
                source.iter().zip(&tap.weights).map(|(level, weight)| level * weight).sum::<f32>()
            }));
        }
        Self { width, height: self.height, levels }
    }

    fn of_height(&self, height: usize) -> Self {
        let mut levels = vec![0.0; self.width * height];
        for (row, tap) in levels.chunks_exact_mut(self.width).zip(taps(self.height, height)) {
            let sources = self.levels[tap.first * self.width..].chunks_exact(self.width);
            for (source, weight) in sources.zip(&tap.weights) {
                for (level, value) in row.iter_mut().zip(source) {
                    *level += value * weight;
                }
            }
        }
        Self { width: self.width, height, levels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Tensor;

    #[test]
    fn sizes_are_changed_as_libtorch_changes_them() {
        let levels =
            |width: usize, height: usize| (0..width * height).map(|i| ((i * 7919) % 256) as f32).collect::<Vec<f32>>();
        for (from, to) in [([211, 307], [64, 93]), ([64, 50], [64, 33]), ([50, 64], [37, 64]), ([40, 30], [61, 47])] {
            let plane = Plane { width: from[0], height: from[1], levels: levels(from[0], from[1]) };
            let theirs = Tensor::from_slice(&plane.levels)
                .reshape([1, 1, from[1] as i64, from[0] as i64])
                .internal_upsample_bilinear2d_aa([to[1] as i64, to[0] as i64], false, None, None);
            let theirs = Vec::<f32>::try_from(theirs.flatten(0, -1)).unwrap();
            let ours = plane.resized(to);
            assert_eq!([ours.width, ours.height], to);
            let largest = ours.levels.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(ours.levels.len() == theirs.len() && largest < 1e-3, "{from:?} to {to:?}: {largest}");
        }
    }
}
