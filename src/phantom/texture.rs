//! Periodic grain in millimetres: trabeculae, fat lobules, and the clouds that keep soft tissue from looking painted.

use std::sync::OnceLock;

use super::random::Random;

/// Texels along one side of a tile; a power of two.
const SIDE: usize = 512;
/// Millimetres a texel of the fine tile.
const FINE_MM: f32 = 0.22;
/// Millimetres a texel of the cloud tile.
const CLOUD_MM: f32 = 0.9;

/// The tiles, mean 0 and standard deviation 1, repeating without a seam.
#[derive(Debug)]
pub struct Texture {
    trabeculae: Vec<f32>,
    clouds: Vec<f32>,
}

impl Texture {
    /// The same tiles for every film; films differ by where they take them from.
    pub fn shared() -> &'static Self {
        static TILES: OnceLock<Texture> = OnceLock::new();
        TILES.get_or_init(Self::new)
    }

    fn new() -> Self {
        let mut random = Random::part(0, "texture", 0);
        let mut noise = || -> Vec<f32> { (0..SIDE * SIDE).map(|_| random.normal()).collect() };
        // Vertical load-bearing trabeculae, thinner cross struts, and marrow spaces between them.
        let vertical = normalised(blurred(&blurred(&noise(), 1, 6), 0, 4));
        let across = normalised(blurred(&blurred(&noise(), 4, 1), 2, 0));
        let marrow = normalised(blurred(&blurred(&noise(), 5, 6), 4, 5));
        let trabeculae = vertical.iter().zip(&across).zip(&marrow).map(|((v, a), m)| v + 0.6 * a + 0.8 * m).collect();
        let mut clouds = vec![0.0; SIDE * SIDE];
        for (radius, weight) in [(2, 0.25), (5, 0.5), (12, 0.8), (28, 1.0)] {
            let octave = normalised(blurred(&blurred(&noise(), radius, radius), radius, radius));
            clouds.iter_mut().zip(&octave).for_each(|(sum, value)| *sum += weight * value);
        }
        Self { trabeculae: normalised(trabeculae), clouds: normalised(clouds) }
    }

    /// Cancellous bone at a place in millimetres.
    pub fn trabeculae(&self, x: f32, y: f32) -> f32 {
        sample(&self.trabeculae, x / FINE_MM, y / FINE_MM)
    }

    /// Slow variation over 2 to 50 mm.
    pub fn clouds(&self, x: f32, y: f32) -> f32 {
        sample(&self.clouds, x / CLOUD_MM, y / CLOUD_MM)
    }
}

/// Bilinear, repeating.
fn sample(tile: &[f32], x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (fx, fy) = (x - left, y - top);
    let mask = SIDE as i32 - 1;
    let (x0, y0) = ((left as i32 & mask) as usize, (top as i32 & mask) as usize);
    let (x1, y1) = ((x0 + 1) & (SIDE - 1), (y0 + 1) & (SIDE - 1));
    let upper = tile[y0 * SIDE + x0] * (1.0 - fx) + tile[y0 * SIDE + x1] * fx;
    let lower = tile[y1 * SIDE + x0] * (1.0 - fx) + tile[y1 * SIDE + x1] * fx;
    upper * (1.0 - fy) + lower * fy
}

/// Box means over 2 * radius + 1 texels each way, repeating.
fn blurred(tile: &[f32], radius_x: usize, radius_y: usize) -> Vec<f32> {
    let across = box_mean(tile, radius_x, 1, SIDE);
    box_mean(&across, radius_y, SIDE, 1)
}

fn box_mean(tile: &[f32], radius: usize, step: usize, line: usize) -> Vec<f32> {
    if radius == 0 {
        return tile.to_vec();
    }
    let mut out = vec![0.0; tile.len()];
    let share = 1.0 / (2 * radius + 1) as f64;
    for start in (0..SIDE).map(|i| i * line) {
        let at = |i: usize| start + (i & (SIDE - 1)) * step;
        let mut sum: f64 = (0..=2 * radius).map(|i| f64::from(tile[at(i + SIDE - radius)])).sum();
        for i in 0..SIDE {
            out[at(i)] = (sum * share) as f32;
            sum += f64::from(tile[at(i + radius + 1)]) - f64::from(tile[at(i + SIDE - radius)]);
        }
    }
    out
}

fn normalised(mut tile: Vec<f32>) -> Vec<f32> {
    let count = tile.len() as f64;
    let mean = tile.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
    let variance = tile.iter().map(|&v| (f64::from(v) - mean) * (f64::from(v) - mean)).sum::<f64>() / count;
    let scale = 1.0 / variance.sqrt();
    for value in &mut tile {
        *value = ((f64::from(*value) - mean) * scale) as f32;
    }
    tile
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_repeat_without_a_seam() {
        let texture = Texture::shared();
        let period = SIDE as f32 * FINE_MM;
        for (x, y) in [(0.3, 0.4), (-7.0, 3.0), (50.0, -20.0)] {
            let here = texture.trabeculae(x, y);
            assert!((here - texture.trabeculae(x + period, y)).abs() < 0.02);
            assert!((here - texture.trabeculae(x, y - period)).abs() < 0.02);
            assert!((here - texture.trabeculae(x + 0.01, y)).abs() < 0.5);
        }
    }
}
