//! The resamples behind the live intervals: drawn once, and summed for every operating point.
//!
//! Films: the sums of weights up to every [`STRIDE`]th film by falling probability are kept, and the few after it are added.
//! Boxes: the fusion rule moves with c* while the boxes' threshold stands, so no single order of boxes serves both sliders.
//! What counts is summed by unit first; then one sum over units for each resample, sixteen at a time in 16 bits.

use crate::domain::evaluation::cases::BoxColumns;
use crate::domain::evaluation::settings::Bootstrap;
use crate::domain::metrics::confusion_counts::Counts;
use crate::domain::metrics::interval::percentile;
use crate::domain::metrics::resample::{Draws, LANES, Weights};

use super::films::Films;

const STRIDE: usize = 64;

/// Weights of all units in all resamples.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Resampled {
    unit_of_film: Vec<u32>,
    num_units: usize,
    num_resamples: usize,
    level: f64,
    blocks: Vec<Weights>,
    /// The largest of all weights.
    largest: u32,
    /// Block by block, for every [`STRIDE`]th film by falling probability: weights of abnormal and normal films before it.
    /// The last is over all.
    before: Vec<Vec<[[u32; LANES]; 2]>>,
    /// Resample by resample.
    num_films: Vec<u32>,
    num_truths: Vec<u32>,
}

impl Resampled {
    pub fn new(
        unit_of_film: Vec<u32>,
        num_resamples: usize,
        bootstrap: &Bootstrap,
        films: Option<&Films>,
        truths: &BoxColumns,
    ) -> Self {
        let draws = Draws::new(&unit_of_film, bootstrap.seed);
        let blocks: Vec<Weights> = (0..Draws::num_blocks(num_resamples)).map(|block| draws.block(block)).collect();
        let largest = blocks.iter().flat_map(Weights::units).flatten().max();
        let mut whole = Self {
            num_units: draws.num_units(),
            num_resamples,
            level: bootstrap.level,
            largest: largest.copied().unwrap_or(0).into(),
            before: Vec::new(),
            num_films: Vec::new(),
            num_truths: Vec::new(),
            unit_of_film,
            blocks,
        };
        if let Some(films) = films {
            whole.before = whole.blocks.iter().map(|block| whole.checkpoints(block, films)).collect();
        }
        let of_films = (0..truths.num_films()).map(|film| [1, truths.of_film(film).len() as u32]);
        let sums = whole.sums(&whole.by_unit(of_films));
        whole.num_films = sums.iter().map(|sum| sum[0]).collect();
        whole.num_truths = sums.iter().map(|sum| sum[1]).collect();
        whole
    }

    fn checkpoints(&self, block: &Weights, films: &Films) -> Vec<[[u32; LANES]; 2]> {
        let mut sums = [[0; LANES]; 2];
        let mut kept = Vec::new();
        for place in 0..films.len() {
            if place.is_multiple_of(STRIDE) {
                kept.push(sums);
            }
            self.add(&mut sums, block, films, place);
        }
        kept.push(sums);
        kept
    }

    /// Adds the weights of the film at this place.
    fn add(&self, sums: &mut [[u32; LANES]; 2], block: &Weights, films: &Films, place: usize) {
        let (film, is_abnormal) = films.film(place);
        let weights = block.of_unit(self.unit_of_film[film as usize]);
        let sums = &mut sums[usize::from(!is_abnormal)];
        for (sum, &weight) in sums.iter_mut().zip(weights) {
            *sum += u32::from(weight);
        }
    }

    /// Of sensitivity, specificity, precision and F1. A resample in which a figure is undefined is left out of its interval.
    pub fn films(&self, films: &Films, c_star: f64) -> [Option<[f64; 2]>; 4] {
        let called = films.num_called(c_star);
        let mut values: [Vec<Option<f64>>; 4] = std::array::from_fn(|_| Vec::with_capacity(self.num_resamples));
        for (number, (block, before)) in self.blocks.iter().zip(&self.before).enumerate() {
            let mut sums = before[called / STRIDE];
            for place in called / STRIDE * STRIDE..called {
                self.add(&mut sums, block, films, place);
            }
            let [abnormal, normal] = before[before.len() - 1];
            // The last block may have more lanes than are asked for.
            for lane in 0..LANES.min(self.num_resamples - number * LANES) {
                let [tp, fp] = sums.map(|sum| u64::from(sum[lane]));
                let counts = Counts { tp, fp, tn: u64::from(normal[lane]) - fp, fn_: u64::from(abnormal[lane]) - tp };
                let figures = [counts.sensitivity(), counts.specificity(), counts.precision(), counts.f1()];
                for (values, figure) in values.iter_mut().zip(figures) {
                    values.push(figure);
                }
            }
        }
        values.map(|values| between(&values, self.level))
    }

    /// What counts on each film, summed over the resamples. From a tally of the same run at another operating point, only
    /// the units that changed are looked at, where those are fewer.
    pub fn tally(&self, tp_of_film: &[u32], fp_of_film: &[u32], from: Option<&Tally>) -> Tally {
        let of_units = self.by_unit(tp_of_film.iter().zip(fp_of_film).map(|(&tp, &fp)| [tp, fp]));
        let sums = match from.filter(|from| from.of_units.len() == of_units.len()) {
            Some(from) => self.changed(from, &of_units),
            None => self.sums(&of_units),
        };
        Tally { of_units, sums }
    }

    fn changed(&self, from: &Tally, of_units: &[[u32; 2]]) -> Vec<[u32; 2]> {
        let num_changed = from.of_units.iter().zip(of_units).filter(|(before, now)| before != now).count();
        let num_counted = of_units.iter().filter(|counts| **counts != [0, 0]).count();
        if num_changed >= num_counted {
            return self.sums(of_units);
        }
        let pairs = || from.of_units.iter().zip(of_units);
        let over = |(a, b): (&[u32; 2], &[u32; 2])| [a[0].saturating_sub(b[0]), a[1].saturating_sub(b[1])];
        let removed: Vec<[u32; 2]> = pairs().map(over).collect();
        let added: Vec<[u32; 2]> = pairs().map(|(before, now)| over((now, before))).collect();
        let (removed, added) = (self.sums(&removed), self.sums(&added));
        let all = from.sums.iter().zip(&removed).zip(&added);
        all.map(|((sum, less), more)| [sum[0] + more[0] - less[0], sum[1] + more[1] - less[1]]).collect()
    }

    /// Of the share of truths found and of false positives per film.
    pub fn boxes(&self, tally: &Tally) -> [Option<[f64; 2]>; 2] {
        let sums = &tally.sums;
        let share = |part: u32, whole: u32| (whole > 0).then(|| f64::from(part) / f64::from(whole));
        let found: Vec<_> = sums.iter().zip(&self.num_truths).map(|(sum, &whole)| share(sum[0], whole)).collect();
        let made_up: Vec<_> = sums.iter().zip(&self.num_films).map(|(sum, &whole)| share(sum[1], whole)).collect();
        [between(&found, self.level), between(&made_up, self.level)]
    }

    fn by_unit(&self, of_films: impl Iterator<Item = [u32; 2]>) -> Vec<[u32; 2]> {
        let mut of_units = vec![[0_u32; 2]; self.num_units];
        for (&unit, counts) in self.unit_of_film.iter().zip(of_films) {
            let sum = &mut of_units[unit as usize];
            *sum = [sum[0] + counts[0], sum[1] + counts[1]];
        }
        of_units
    }

    /// For each resample, two counts of each unit times its weight.
    fn sums(&self, of_units: &[[u32; 2]]) -> Vec<[u32; 2]> {
        // One count after the other: few units have found anything, and those that have not are not looked at.
        let runs = [0, 1].map(|which| Run::all(of_units.iter().map(|counts| counts[which]), self.largest));
        let mut sums = Vec::with_capacity(self.blocks.len() * LANES);
        for block in &self.blocks {
            let wide = runs.each_ref().map(|runs| {
                let mut wide = [0_u32; LANES];
                for run in runs {
                    run.add(block, &mut wide);
                }
                wide
            });
            sums.extend((0..LANES).map(|lane| [wide[0][lane], wide[1][lane]]));
        }
        sums.truncate(self.num_resamples);
        sums
    }
}

/// What counts, unit by unit, and its sums, resample by resample: found and false.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Tally {
    of_units: Vec<[u32; 2]>,
    sums: Vec<[u32; 2]>,
}

/// Units whose sums fit into 16 bits, whatever their weights.
struct Run(Vec<(u32, u16)>);

impl Run {
    fn all(of_units: impl Iterator<Item = u32>, largest: u32) -> Vec<Self> {
        let room = u32::from(u16::MAX) / largest.max(1);
        let mut runs = Vec::new();
        let mut units = Vec::new();
        let mut left = room;
        for (unit, count) in of_units.enumerate() {
            let mut rest = count;
            while rest > 0 {
                // What does not fit any more goes into the next run, in parts where it is more than one holds.
                let part = rest.min(left);
                units.push((unit as u32, part as u16));
                (left, rest) = (left - part, rest - part);
                if left == 0 {
                    runs.push(Self(std::mem::take(&mut units)));
                    left = room;
                }
            }
        }
        runs.push(Self(units));
        runs
    }

    fn add(&self, block: &Weights, wide: &mut [u32; LANES]) {
        let mut sums = [0_u16; LANES];
        let units = block.units();
        for &(unit, count) in &self.0 {
            let weights = &units[unit as usize];
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum += u16::from(weight) * count;
            }
        }
        for (wide, sum) in wide.iter_mut().zip(sums) {
            *wide += u32::from(sum);
        }
    }
}

fn between(values: &[Option<f64>], level: f64) -> Option<[f64; 2]> {
    percentile(values, level).map(|interval| [interval.low, interval.high])
}
