//! Exposure and read-out: Beer-Lambert, heel effect, scatter, collimator, quantum noise, blur, processing curve.

use super::canvas::{Bounds, Canvas, Grid};
use super::random::Random;

/// How a film was taken and read out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Exposure {
    /// Attenuation that the automatic exposure is set by.
    pub reference: f32,
    /// Photons a square millimetre behind that attenuation.
    pub photons: f32,
    /// Scattered over primary photons.
    pub scatter: f32,
    /// Change of the beam from the top to the bottom of the film (heel effect), as a share.
    pub heel: f32,
    /// Edge of the collimated field, and its turn in radians; none where it is wider than the film.
    pub field: Bounds,
    pub field_turn: f32,
    /// Steepness of the processing curve.
    pub contrast: f32,
    /// How much of the slow variation the processing keeps, 0..1.
    pub slow: f32,
    pub noise_key: u64,
}

/// Grey of every pixel, 0 (no attenuation) to 1 (opaque), from the canvas's sums.
pub fn expose(canvas: Canvas, exposure: &Exposure) -> Vec<f32> {
    let grid = canvas.grid;
    let mut photons = canvas.sums;
    for (row, line) in photons.chunks_exact_mut(grid.width).enumerate() {
        primary(&grid, exposure, grid.y(row), line);
    }
    scattered(&grid, exposure, &mut photons);
    let per_pixel = exposure.photons * grid.pixel_mm * grid.pixel_mm;
    for (row, line) in photons.chunks_exact_mut(grid.width).enumerate() {
        let mut random = Random::part(exposure.noise_key, "noise", row as u64);
        add_noise(&mut random, per_pixel, line);
    }
    blur(&grid, &mut photons);
    for value in &mut photons {
        *value = -libm::logf(value.max(1e-4));
    }
    processed(&grid, exposure, photons)
}

/// What passes straight through, 1 behind the reference attenuation.
fn primary(grid: &Grid, exposure: &Exposure, y: f32, line: &mut [f32]) {
    // Distance from source to detector, in mm of the plane of the spine.
    const FOCUS2: f32 = 1000.0 * 1000.0;
    let along = y / (0.5 * grid.height as f32 * grid.pixel_mm);
    let heel = 1.0 + 0.5 * exposure.heel * along;
    let (sin, cos) = (libm::sinf(exposure.field_turn), libm::cosf(exposure.field_turn));
    let field = exposure.field;
    for (column, value) in line.iter_mut().enumerate() {
        let x = grid.x(column);
        let fall = FOCUS2 / (FOCUS2 + x * x + y * y);
        let (u, v) = (x * cos + y * sin, y * cos - x * sin);
        let inside = (u - field.min[0]).min(field.max[0] - u).min(v - field.min[1]).min(field.max[1] - v);
        // The focal spot is not a point: the collimator's edge is soft.
        let open = (inside / 1.6 + 0.5).clamp(0.002, 1.0);
        *value = libm::expf((exposure.reference - *value).min(6.0)) * heel * fall * open;
    }
}

/// Adds the fog of scattered photons: a wide blur of what passes.
fn scattered(grid: &Grid, exposure: &Exposure, photons: &mut [f32]) {
    let coarse = Coarse::new(grid, 5.0, photons, |value| value.min(6.0)).blurred(24.0);
    for (row, line) in photons.chunks_exact_mut(grid.width).enumerate() {
        coarse.add_row(row, line, |value, fog| value + exposure.scatter * fog);
    }
    let total = 1.0 + exposure.scatter;
    for value in photons {
        *value /= total;
    }
}

fn add_noise(random: &mut Random, per_pixel: f32, line: &mut [f32]) {
    let scale = 1.0 / per_pixel.sqrt();
    for value in line {
        // Four 16-bit uniforms: normal enough, and the same on every machine.
        let bits = random.next_u64();
        let sum = (bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48);
        let normal = (sum as f32 - 131_070.0) * (1.732_050_8 / 65536.0);
        *value = (*value + normal * scale * value.max(0.0).sqrt()).max(1e-4);
    }
}

/// The detector's own blur: [1 2 1] / 4 both ways, or less where a pixel is coarse.
fn blur(grid: &Grid, photons: &mut [f32]) {
    let side = if grid.pixel_mm < 0.3 { 0.22 } else { 0.08 };
    let keep = 1.0 - 2.0 * side;
    let width = grid.width;
    for line in photons.chunks_exact_mut(width) {
        let mut before = line[0];
        for column in 0..width {
            let here = line[column];
            let after = line[(column + 1).min(width - 1)];
            line[column] = keep * here + side * (before + after);
            before = here;
        }
    }
    let mut above: Vec<f32> = photons[..width].to_vec();
    for row in 0..grid.height {
        let (head, tail) = photons.split_at_mut((row + 1) * width);
        let line = &mut head[row * width..];
        for (column, value) in line.iter_mut().enumerate() {
            let here = *value;
            let below = if tail.is_empty() { here } else { tail[column] };
            *value = keep * here + side * (above[column] + below);
            above[column] = here;
        }
    }
}

/// From log exposure to grey: slow variation pressed together, detail kept, a soft toe and shoulder.
fn processed(grid: &Grid, exposure: &Exposure, mut logs: Vec<f32>) -> Vec<f32> {
    let slow = Coarse::new(grid, 2.5, &logs, |value| value.clamp(-2.2, 1.8)).blurred(16.0);
    for (row, line) in logs.chunks_exact_mut(grid.width).enumerate() {
        slow.add_row(row, line, |value, slow| {
            let grey = exposure.contrast * ((value - slow) * 1.15 + slow * exposure.slow + 0.12);
            0.5 + 0.5 * grey / (1.0 + grey * grey).sqrt()
        });
    }
    logs
}

/// A film at cells of some millimetres, for what varies slowly.
struct Coarse {
    width: usize,
    height: usize,
    /// Pixels along a cell.
    cell: usize,
    cell_mm: f32,
    values: Vec<f32>,
}

impl Coarse {
    fn new(grid: &Grid, cell_mm: f32, values: &[f32], take: impl Fn(f32) -> f32) -> Self {
        let cell = ((cell_mm / grid.pixel_mm) as usize).max(1);
        let (width, height) = (grid.width.div_ceil(cell), grid.height.div_ceil(cell));
        let mut sums = vec![0.0f32; width * height];
        for (row, line) in values.chunks_exact(grid.width).enumerate() {
            let cells = &mut sums[row / cell * width..][..width];
            for (column, part) in line.chunks(cell).enumerate() {
                cells[column] += part.iter().map(|&value| take(value)).sum::<f32>();
            }
        }
        for (index, sum) in sums.iter_mut().enumerate() {
            let columns = (grid.width - index % width * cell).min(cell);
            let rows = (grid.height - index / width * cell).min(cell);
            *sum /= (columns * rows) as f32;
        }
        Self { width, height, cell, cell_mm: cell as f32 * grid.pixel_mm, values: sums }
    }

    /// Three box means: near a Gaussian of this standard deviation. Edges are held.
    fn blurred(mut self, sigma_mm: f32) -> Self {
        let radius = (sigma_mm / self.cell_mm + 0.5) as usize;
        for _ in 0..3 {
            self.values = box_mean(&self.values, self.width, self.height, radius, false);
            self.values = box_mean(&self.values, self.width, self.height, radius, true);
        }
        self
    }

    /// Combines a row of the full film with the coarse one, interpolated.
    fn add_row(&self, row: usize, line: &mut [f32], combine: impl Fn(f32, f32) -> f32) {
        let along = |index: usize, count: usize| {
            let at = ((index as f32 + 0.5) / self.cell as f32 - 0.5).clamp(0.0, (count - 1) as f32);
            let first = at as usize;
            (first, (first + 1).min(count - 1), at - first as f32)
        };
        let (y0, y1, fy) = along(row, self.height);
        let cells: Vec<f32> = (0..self.width)
            .map(|x| self.values[y0 * self.width + x] * (1.0 - fy) + self.values[y1 * self.width + x] * fy)
            .collect();
        for (column, value) in line.iter_mut().enumerate() {
            let (x0, x1, fx) = along(column, self.width);
            *value = combine(*value, cells[x0] * (1.0 - fx) + cells[x1] * fx);
        }
    }
}

fn box_mean(values: &[f32], width: usize, height: usize, radius: usize, is_vertical: bool) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    let (lines, count) = if is_vertical { (width, height) } else { (height, width) };
    let at = |line: usize, i: usize| if is_vertical { i * width + line } else { line * width + i };
    for line in 0..lines {
        let held = |i: isize| f64::from(values[at(line, i.clamp(0, count as isize - 1) as usize)]);
        let reach = radius as isize;
        let mut sum: f64 = (-reach..=reach).map(held).sum();
        for i in 0..count {
            out[at(line, i)] = (sum / (2 * radius + 1) as f64) as f32;
            sum += held(i as isize + reach + 1) - held(i as isize - reach);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exposure() -> Exposure {
        Exposure {
            reference: 4.0,
            photons: 40_000.0,
            scatter: 0.4,
            heel: 0.0,
            field: Bounds::new(-1e4, -1e4, 1e4, 1e4),
            field_turn: 0.0,
            contrast: 0.8,
            slow: 0.6,
            noise_key: 1,
        }
    }

    #[test]
    fn more_in_the_beam_is_brighter_and_noisier() {
        let grid = Grid { width: 300, height: 200, pixel_mm: 0.2 };
        let region = |sum: f32| {
            let mut canvas = Canvas::new(grid);
            canvas.sums.fill(sum);
            let grey = expose(canvas, &exposure());
            let mean = grey.iter().sum::<f32>() / grey.len() as f32;
            let spread = grey.iter().map(|g| (g - mean) * (g - mean)).sum::<f32>() / grey.len() as f32;
            (mean, spread.sqrt())
        };
        let (thin, thin_noise) = region(3.0);
        let (thick, thick_noise) = region(5.0);
        assert!(thick > thin + 0.1, "{thin} {thick}");
        assert!(thick_noise > 1.5 * thin_noise, "{thin_noise} {thick_noise}");
    }

    #[test]
    fn outside_the_collimator_it_is_white() {
        let grid = Grid { width: 100, height: 100, pixel_mm: 1.0 };
        let mut canvas = Canvas::new(grid);
        canvas.sums.fill(4.0);
        let field = Bounds::new(-30.0, -30.0, 30.0, 30.0);
        let grey = expose(canvas, &Exposure { field, ..exposure() });
        assert!(grey[50 * 100 + 5] > grey[50 * 100 + 50] + 0.2);
    }
}
