//! A film seen coarsely: a grid of cells with their mean brightness, from a fixed sample of the pixels.

use super::{Film, GreyPlane, Histogram, Pixels};

/// Cells along the longer side, at most.
const MOST_CELLS: u32 = 160;

/// Pixels looked at along each side of a cell, at most.
const MOST_SAMPLES: u32 = 4;

/// The grid over a grey film. What is looked at is at most 410,000 pixels, whatever the film's size.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    film: &'a Film,
    plane: &'a GreyPlane,
    /// The side of a cell, in pixels.
    pub cell_px: u32,
    pub columns: usize,
    pub rows: usize,
    /// Mean brightness as shown (the modality value, negated where the lowest is shown white), spread so that 0 and 1
    /// are the 0.5th and 99.5th percentile of the cells. NaN where most of a cell is padding.
    pub levels: Vec<f32>,
}

impl<'a> Survey<'a> {
    /// `None` for colour films.
    pub fn new(film: &'a Film) -> Option<Self> {
        let Pixels::Grey(plane) = &film.pixels else { return None };
        let cell_px = film.width.max(film.height).div_ceil(MOST_CELLS).max(1);
        let (columns, rows) = (film.width.div_ceil(cell_px) as usize, film.height.div_ceil(cell_px) as usize);
        let mut survey = Self { film, plane, cell_px, columns, rows, levels: Vec::new() };
        survey.levels = (0..columns * rows).map(|cell| survey.mean_brightness(cell)).collect();
        survey.spread_levels();
        Some(survey)
    }

    pub fn num_cells(&self) -> usize {
        self.levels.len()
    }

    /// The values of these cells' samples.
    pub fn histogram(&self, is_counted: impl Fn(usize) -> bool) -> Histogram {
        let mut counts = vec![0u32; 1 << 16];
        for cell in (0..self.num_cells()).filter(|&cell| is_counted(cell)) {
            self.for_each_texel(cell, |texel| counts[texel as usize] += 1);
        }
        Histogram::from_counts(&counts, self.plane, &self.film.facts)
    }

    /// The cells above, below, left and right, as far as they are on the film.
    pub fn neighbours(&self, cell: usize) -> impl Iterator<Item = usize> {
        let (x, y, columns, rows) = (cell % self.columns, cell / self.columns, self.columns, self.rows);
        [
            (x > 0).then(|| cell - 1),
            (x + 1 < columns).then(|| cell + 1),
            (y > 0).then(|| cell - columns),
            (y + 1 < rows).then(|| cell + columns),
        ]
        .into_iter()
        .flatten()
    }

    pub fn is_on_outline(&self, cell: usize) -> bool {
        let (x, y) = (cell % self.columns, cell / self.columns);
        x == 0 || y == 0 || x + 1 == self.columns || y + 1 == self.rows
    }

    /// The samples of a cell, padding among them: always the same pixels.
    fn for_each_texel(&self, cell: usize, mut see: impl FnMut(u16)) {
        let (x, y) = ((cell % self.columns) as u32 * self.cell_px, (cell / self.columns) as u32 * self.cell_px);
        let num = self.cell_px.min(MOST_SAMPLES);
        let step = |n: u32| (2 * n + 1) * self.cell_px / (2 * num);
        for row in (0..num).map(|n| y + step(n)).filter(|&row| row < self.film.height) {
            let start = row as usize * self.film.width as usize;
            for column in (0..num).map(|n| x + step(n)).filter(|&column| column < self.film.width) {
                see(self.plane.texels[start + column as usize]);
            }
        }
    }

    fn mean_brightness(&self, cell: usize) -> f32 {
        let facts = &self.film.facts;
        let (mut sum, mut num, mut num_padding) = (0.0, 0u32, 0u32);
        self.for_each_texel(cell, |texel| {
            let stored = self.plane.stored_value(texel);
            if facts.is_padding(stored) {
                num_padding += 1;
            } else {
                sum += facts.modality_value(stored);
                num += 1;
            }
        });
        if num <= num_padding {
            return f32::NAN;
        }
        let mean = (sum / f64::from(num)) as f32;
        if facts.is_inverted { -mean } else { mean }
    }

    fn spread_levels(&mut self) {
        let mut sorted: Vec<f32> = self.levels.iter().copied().filter(|level| level.is_finite()).collect();
        sorted.sort_by(f32::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else { return };
        let low = sorted[last / 200];
        let span = (sorted[last - last / 200] - low).max(f32::MIN_POSITIVE);
        for level in &mut self.levels {
            *level = (*level - low) / span;
        }
    }
}
