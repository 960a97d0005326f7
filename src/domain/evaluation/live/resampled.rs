//! The resamples behind the live intervals: drawn once, and summed for every operating point.
//!
//! Films: the sums of weights up to every [`STRIDE`]th film by falling probability are kept, and the few after it are added.
//! Boxes: the fusion rule moves with c* while the boxes' threshold stands, so no single order of boxes serves both sliders.
//! What counts is summed by unit first. Units that count alike are then summed together, in 8 bits while that holds them, and
//! each group's sum is multiplied once: so a point anywhere costs one addition for each unit and resample, 64 of them side
//! by side, and one beside a known point only those of the units that changed.

use crate::domain::evaluation::cases::BoxColumns;
use crate::domain::evaluation::settings::Bootstrap;
use crate::domain::metrics::confusion_counts::Counts;
use crate::domain::metrics::interval::percentile;
use crate::domain::metrics::resample::{Draws, LANES, number_units};

use super::films::Films;

const STRIDE: usize = 64;

/// Fewer units have no interval: the same one would be drawn again and again.
const LEAST_UNITS: usize = 2;

/// Resamples that are summed side by side: the weights of a unit in them fill a cache line.
const WIDE: usize = 4 * LANES;

/// Of one unit, resample by resample.
#[derive(Clone, Copy, PartialEq, Debug)]
#[repr(align(64))]
struct Row([u8; WIDE]);

/// Block by block of [`WIDE`] resamples, unit by unit; those too many in the last block may have no weight.
fn rows(draws: &Draws, num_resamples: usize) -> Vec<Vec<Row>> {
    let num = Draws::num_blocks(num_resamples);
    let block = |wide: usize| {
        let mut rows = vec![Row([0; WIDE]); draws.num_units()];
        for (part, block) in (wide * WIDE / LANES..num).take(WIDE / LANES).enumerate() {
            for (row, weights) in rows.iter_mut().zip(draws.block(block).units()) {
                row.0[part * LANES..][..LANES].copy_from_slice(weights);
            }
        }
        rows
    };
    (0..num_resamples.div_ceil(WIDE)).map(block).collect()
}

/// Weights of all units in all resamples: of 18,000 films in 9,000 units some 42 MB, what [`Judged`] keeps among it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Resampled {
    judged: Option<Judged>,
    unit_of_film: Vec<u32>,
    num_units: usize,
    num_resamples: usize,
    level: f64,
    blocks: Vec<Vec<Row>>,
    /// So many weights, whichever, add up to no more than 8 bits hold.
    num_in_a_byte: usize,
    /// Resample by resample.
    num_films: Vec<u32>,
    num_truths: Vec<u32>,
}

/// The draws that figures of films are of.
#[derive(Clone, PartialEq, Debug)]
struct Judged {
    /// By place among [`Films`].
    unit_of_place: Vec<u32>,
    num_units: usize,
    blocks: Vec<Vec<Row>>,
    /// Block by block, for every [`STRIDE`]th film by falling probability: weights of abnormal and normal films before it.
    /// The last is over all.
    before: Vec<Vec<[[u32; WIDE]; 2]>>,
}

impl Judged {
    fn new(unit_of_film: &[u32], num_resamples: usize, seed: u64, films: &Films) -> Self {
        // Numbered in the order of films, as a run numbers them: the same seed then draws the same.
        let mut places: Vec<usize> = (0..films.len()).collect();
        places.sort_unstable_by_key(|&place| films.film(place).0);
        let film = |&place: &usize| films.film(place);
        let units = number_units(places.iter().map(|place| unit_of_film[film(place).0 as usize]));
        let truth: Vec<bool> = places.iter().map(|place| film(place).1).collect();
        let draws = Draws::new(&units, seed).with_both_classes(&truth);
        let mut unit_of_place = vec![0; films.len()];
        for (&place, &unit) in places.iter().zip(&units) {
            unit_of_place[place] = unit;
        }
        let blocks = rows(&draws, num_resamples);
        let mut judged = Self { unit_of_place, num_units: draws.num_units(), blocks, before: Vec::new() };
        judged.before = judged.blocks.iter().map(|block| judged.checkpoints(block, films)).collect();
        judged
    }

    fn checkpoints(&self, block: &[Row], films: &Films) -> Vec<[[u32; WIDE]; 2]> {
        let mut sums = [[0; WIDE]; 2];
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
    fn add(&self, sums: &mut [[u32; WIDE]; 2], block: &[Row], films: &Films, place: usize) {
        let (_, is_abnormal) = films.film(place);
        let weights = &block[self.unit_of_place[place] as usize].0;
        let sums = &mut sums[usize::from(!is_abnormal)];
        for (sum, &weight) in sums.iter_mut().zip(weights) {
            *sum += u32::from(weight);
        }
    }
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
        let blocks = rows(&draws, num_resamples);
        let largest = blocks.iter().flatten().flat_map(|row| row.0).max().unwrap_or(0);
        let mut whole = Self {
            num_units: draws.num_units(),
            num_resamples,
            level: bootstrap.level,
            num_in_a_byte: usize::from(u8::MAX / largest.max(1)),
            judged: films.map(|films| Judged::new(&unit_of_film, num_resamples, bootstrap.seed, films)),
            num_films: Vec::new(),
            num_truths: Vec::new(),
            unit_of_film,
            blocks,
        };
        let num_films = whole.by_unit((0..truths.num_films()).map(|_| 1));
        let num_truths = whole.by_unit((0..truths.num_films()).map(|film| truths.of_film(film).len() as u32));
        [whole.num_films, whole.num_truths] = whole.sums([&num_films, &num_truths]);
        whole
    }

    /// Of sensitivity, specificity, precision and F1. A resample in which a figure is undefined is left out of its interval;
    /// of one unit there is none.
    pub fn films(&self, films: &Films, c_star: f64) -> [Option<[f64; 2]>; 4] {
        let Some(judged) = self.judged.as_ref().filter(|judged| judged.num_units >= LEAST_UNITS) else {
            return [None; 4];
        };
        let called = films.num_called(c_star);
        let mut values: [Vec<Option<f64>>; 4] = std::array::from_fn(|_| Vec::with_capacity(self.num_resamples));
        for (number, (block, before)) in judged.blocks.iter().zip(&judged.before).enumerate() {
            let mut sums = before[called / STRIDE];
            for place in called / STRIDE * STRIDE..called {
                judged.add(&mut sums, block, films, place);
            }
            let [abnormal, normal] = before[before.len() - 1];
            // The last block may have more lanes than are asked for.
            for lane in 0..WIDE.min(self.num_resamples - number * WIDE) {
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
        let of_units = [tp_of_film, fp_of_film].map(|counts| self.by_unit(counts.iter().copied()));
        let more = [0, 1].map(|which| from.and_then(|from| changed(&from.of_units[which], &of_units[which])));
        let mut sums = self.sums([0, 1].map(|which| more[which].as_deref().unwrap_or(&of_units[which])));
        for which in [0, 1] {
            if let (Some(from), Some(_)) = (from, &more[which]) {
                for (sum, before) in sums[which].iter_mut().zip(&from.sums[which]) {
                    *sum = sum.wrapping_add(*before);
                }
            }
        }
        Tally { of_units, sums }
    }

    /// Of the share of truths found and of false positives per film.
    pub fn boxes(&self, tally: &Tally) -> [Option<[f64; 2]>; 2] {
        if self.num_units < LEAST_UNITS {
            return [None; 2];
        }
        let share = |part: u32, whole: u32| (whole > 0).then(|| f64::from(part) / f64::from(whole));
        let over = |parts: &[u32], wholes: &[u32]| {
            let shares: Vec<_> = parts.iter().zip(wholes).map(|(&part, &whole)| share(part, whole)).collect();
            between(&shares, self.level)
        };
        [over(&tally.sums[0], &self.num_truths), over(&tally.sums[1], &self.num_films)]
    }

    fn by_unit(&self, of_films: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut of_units = vec![0_u32; self.num_units];
        for (&unit, count) in self.unit_of_film.iter().zip(of_films) {
            of_units[unit as usize] += count;
        }
        of_units
    }

    /// For each resample, the count of each unit times its weight; two counts while the weights are at hand.
    fn sums(&self, of_units: [&[u32]; 2]) -> [Vec<u32>; 2] {
        let counted = of_units.map(|of_units| {
            let mut counted: Vec<(u32, u32)> =
                of_units.iter().copied().zip(0..).filter(|(count, _)| *count != 0).collect();
            counted.sort_unstable();
            counted
        });
        let mut sums = [0, 1].map(|_| Vec::with_capacity(self.blocks.len() * WIDE));
        for rows in &self.blocks {
            for (counted, sums) in counted.iter().zip(&mut sums) {
                let mut wide = [0_u32; WIDE];
                for group in counted.chunk_by(|a, b| a.0 == b.0) {
                    for (wide, sum) in wide.iter_mut().zip(self.of_group(rows, group)) {
                        *wide = wide.wrapping_add(sum.wrapping_mul(group[0].0));
                    }
                }
                sums.extend(wide);
            }
        }
        for sums in &mut sums {
            sums.truncate(self.num_resamples);
        }
        sums
    }

    /// The weights of these units, summed.
    fn of_group(&self, rows: &[Row], group: &[(u32, u32)]) -> [u32; WIDE] {
        let mut sums = [0_u32; WIDE];
        for part in group.chunks(self.num_in_a_byte) {
            let mut narrow = Row([0; WIDE]);
            for &(_, unit) in part {
                for (sum, weight) in narrow.0.iter_mut().zip(&rows[unit as usize].0) {
                    *sum = sum.wrapping_add(*weight);
                }
            }
            for (sum, narrow) in sums.iter_mut().zip(narrow.0) {
                *sum += u32::from(narrow);
            }
        }
        sums
    }
}

/// What counts, unit by unit, and its sums, resample by resample: of what is found and of what is false.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Tally {
    of_units: [Vec<u32>; 2],
    sums: [Vec<u32>; 2],
}

/// How much more each unit counts than before; `None` where it is quicker to sum everything.
fn changed(before: &[u32], now: &[u32]) -> Option<Vec<u32>> {
    // Below zero in two's complement: modulo 2^32 the sums come out right all the same.
    let more: Vec<u32> = before.iter().zip(now).map(|(before, now)| now.wrapping_sub(*before)).collect();
    let num = |counts: &[u32]| counts.iter().filter(|&&count| count != 0).count();
    (before.len() == now.len() && num(&more) < num(now)).then_some(more)
}

fn between(values: &[Option<f64>], level: f64) -> Option<[f64; 2]> {
    percentile(values, level).map(|interval| [interval.low, interval.high])
}
