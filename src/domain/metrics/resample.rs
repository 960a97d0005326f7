//! Bootstrap resamples: how often each unit is drawn, block by block, the same for the same seed on any number of threads.

use std::collections::BTreeMap;

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

/// The jackknife leaves out groups of units where there are more units than this.
const MOST_LEFT_OUT: usize = 1000;

/// Resamples of one block: they are drawn and counted side by side.
pub const LANES: usize = 16;

/// Which units there are and how they are drawn: as many as there are, with replacement, each as likely as any other.
/// What is of one unit (films of one study, of one patient) is drawn together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draws {
    /// Of every case, from 0, without gaps.
    unit_of_case: Vec<u32>,
    num_units: u32,
    seed: u64,
    /// Whether a unit has a negative and a positive case; empty where resamples of one class are as good as others.
    has_classes: Vec<[bool; 2]>,
}

/// How often each unit is in each of [`LANES`] resamples.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Weights(Vec<[u8; LANES]>);

impl Weights {
    /// Once, in every resample.
    pub fn ones(num_units: usize) -> Self {
        Self(vec![[1; LANES]; num_units])
    }

    /// Of one unit, resample by resample.
    pub fn of_unit(&self, unit: u32) -> &[u8; LANES] {
        &self.0[unit as usize]
    }

    pub fn units(&self) -> &[[u8; LANES]] {
        &self.0
    }
}

impl Draws {
    /// `unit_of_case`: for every case the unit that it is drawn with, numbered from 0 without gaps ([`number_units`]).
    pub fn new(unit_of_case: &[u32], seed: u64) -> Self {
        let num_units = unit_of_case.iter().max().map_or(0, |&last| last + 1);
        Self { unit_of_case: unit_of_case.to_vec(), num_units, seed, has_classes: Vec::new() }
    }

    /// A resample that has cases of one class only is drawn again and not counted, as the released code of VinDr-SpineXR
    /// does: no ROC curve is defined on it. Without effect where `truth`, case by case, has one class only itself.
    #[must_use]
    pub fn with_both_classes(mut self, truth: &[bool]) -> Self {
        self.has_classes = Vec::new();
        if truth.contains(&true) && truth.contains(&false) {
            self.has_classes = vec![[false; 2]; self.num_units as usize];
            for (&unit, &is_positive) in self.unit_of_case.iter().zip(truth) {
                self.has_classes[unit as usize][usize::from(is_positive)] = true;
            }
        }
        self
    }

    pub const fn num_cases(&self) -> usize {
        self.unit_of_case.len()
    }

    pub const fn num_units(&self) -> usize {
        self.num_units as usize
    }

    pub fn unit_of_case(&self) -> &[u32] {
        &self.unit_of_case
    }

    /// Blocks that hold this many resamples; the last lanes of the last block may be too many.
    pub const fn num_blocks(num_resamples: usize) -> usize {
        num_resamples.div_ceil(LANES)
    }

    /// The weights in resamples `block * LANES` and following. They depend on the seed, the block and the units alone.
    pub fn block(&self, block: usize) -> Weights {
        let mut weights = vec![[0; LANES]; self.num_units()];
        let mut random = stream(self.seed, block as u64, 0);
        let mut draws = Below::new(&mut random, self.num_units);
        for _ in 0..self.num_units {
            for quarter in 0..LANES / 4 {
                // Neighbours in time go to different resamples: no addition waits for the one before.
                for (lane, unit) in draws.four().into_iter().enumerate() {
                    weights[unit as usize][4 * quarter + lane] += 1;
                }
            }
        }
        for lane in 0..LANES {
            let mut attempt = 0;
            while !self.has_both_classes(&weights, lane) {
                attempt += 1;
                self.draw_again(&mut weights, lane, block, attempt);
            }
        }
        Weights(weights)
    }

    fn draw_again(&self, weights: &mut [[u8; LANES]], lane: usize, block: usize, attempt: u64) {
        for of_unit in &mut *weights {
            of_unit[lane] = 0;
        }
        let mut random = stream(self.seed, block as u64, attempt * LANES as u64 + lane as u64);
        let mut draws = Below::new(&mut random, self.num_units);
        let mut left = self.num_units;
        while left > 0 {
            for unit in draws.four().into_iter().take(left as usize) {
                weights[unit as usize][lane] += 1;
                left -= 1;
            }
        }
    }

    fn has_both_classes(&self, weights: &[[u8; LANES]], lane: usize) -> bool {
        let mut found = [false; 2];
        for (of_unit, has) in weights.iter().zip(&self.has_classes) {
            if of_unit[lane] > 0 {
                found = [found[0] | has[0], found[1] | has[1]];
                if found == [true, true] {
                    return true;
                }
            }
        }
        self.has_classes.is_empty()
    }

    /// Resamples of the jackknife: one for each unit, or for each of 1,000 groups of them. One for each of 100,000 units would
    /// be ten times the work of the bootstrap itself, for one number (the acceleration of BCa) that 1,000 give as well.
    pub const fn num_left_out(&self) -> usize {
        if self.num_units() < MOST_LEFT_OUT { self.num_units() } else { MOST_LEFT_OUT }
    }

    pub const fn num_blocks_without_one(&self) -> usize {
        self.num_left_out().div_ceil(LANES)
    }

    /// The jackknife: lane `l` leaves out unit, or group, `block * LANES + l` and has every other once. Groups are of units
    /// that follow each other, as large as each other or larger by one. Lanes beyond the last leave nothing out.
    pub fn block_without_one(&self, block: usize) -> Weights {
        let mut weights = Weights::ones(self.num_units());
        let (num_units, num) = (self.num_units(), self.num_left_out());
        for (lane, group) in (block * LANES..num).take(LANES).enumerate() {
            for of_unit in &mut weights.0[group * num_units / num..(group + 1) * num_units / num] {
                of_unit[lane] = 0;
            }
        }
        weights
    }
}

/// Numbers units in the order in which their keys first come.
pub fn number_units<K: Ord>(keys: impl IntoIterator<Item = K>) -> Vec<u32> {
    let mut known = BTreeMap::new();
    keys.into_iter()
        .map(|key| {
            let next = known.len() as u32;
            *known.entry(key).or_insert(next)
        })
        .collect()
}

/// A stream of numbers of its own for each block, and for each lane that is drawn again.
fn stream(seed: u64, block: u64, part: u64) -> Pcg64Mcg {
    let key = mixed(mixed(mixed(seed) ^ block) ^ part);
    Pcg64Mcg::new((u128::from(key) << 64) | u128::from(mixed(key)) | 1)
}

/// SplitMix64 (Steele, Lea and Flood, 2014): neighbours become strangers.
const fn mixed(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Whole numbers from 0 to below `n`, each exactly as likely as the others: several from one word by multiplication, with
/// words that would favour some drawn again (Brackett-Rozinsky and Lemire, "Batched ranged random integer generation",
/// 2024).
struct Below<'a> {
    random: &'a mut Pcg64Mcg,
    n: u64,
}

impl<'a> Below<'a> {
    const fn new(random: &'a mut Pcg64Mcg, n: u32) -> Self {
        Self { random, n: n as u64 }
    }

    fn four(&mut self) -> [u32; 4] {
        // Up to here the fourth power leaves 8 bits of the word, so that few words need a closer look.
        if self.n <= 1 << 14 {
            self.batch()
        } else {
            let ([a, b], [c, d]) = (self.batch(), self.batch());
            [a, b, c, d]
        }
    }

    #[inline]
    fn batch<const N: usize>(&mut self) -> [u32; N] {
        let product = self.n.pow(N as u32);
        loop {
            let mut rest = self.random.next_u64();
            let numbers = std::array::from_fn(|_| {
                let wide = u128::from(rest) * u128::from(self.n);
                rest = wide as u64;
                (wide >> 64) as u32
            });
            // The second comparison divides, and is seldom needed.
            if rest >= product || rest >= product.wrapping_neg() % product {
                return numbers;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(weights: &Weights) -> [u32; LANES] {
        let mut sums = [0; LANES];
        for of_unit in weights.units() {
            for (sum, &weight) in sums.iter_mut().zip(of_unit) {
                *sum += u32::from(weight);
            }
        }
        sums
    }

    #[test]
    fn every_resample_is_as_large_as_the_set() {
        for num_units in [1, 2, 3, 7, 100, 20_000] {
            let units: Vec<u32> = (0..num_units).collect();
            let draws = Draws::new(&units, 1999);
            for block in 0..3 {
                assert_eq!(sums(&draws.block(block)), [num_units; LANES], "{num_units} units");
            }
        }
        assert!(Draws::new(&[], 1).block(0).units().is_empty());
    }

    #[test]
    fn a_block_depends_on_seed_and_number_alone() {
        let units: Vec<u32> = (0..50).collect();
        let draws = Draws::new(&units, 7);
        let (later, first) = (draws.block(5), draws.block(0));
        assert_eq!(later, Draws::new(&units, 7).block(5));
        assert_ne!(later, first);
        assert_ne!(first, Draws::new(&units, 8).block(0));
        let lane = |weights: &Weights, lane: usize| weights.units().iter().map(|w| w[lane]).collect::<Vec<_>>();
        for other in 1..LANES {
            assert_ne!(lane(&first, 0), lane(&first, other), "lanes 0 and {other}");
        }
    }

    /// Each unit is drawn once on average, with the variance 1 - 1/n of the multinomial distribution, in every place.
    #[test]
    fn units_are_equally_likely() {
        for num_units in [13_u32, 1000] {
            let units: Vec<u32> = (0..num_units).collect();
            let draws = Draws::new(&units, 3);
            let num_blocks = 2000;
            let mut sum = vec![0_u64; num_units as usize];
            let mut sum_of_squares = 0_u64;
            for block in 0..num_blocks {
                for (unit, of_unit) in draws.block(block).units().iter().enumerate() {
                    sum[unit] += of_unit.iter().map(|&w| u64::from(w)).sum::<u64>();
                    sum_of_squares += of_unit.iter().map(|&w| u64::from(w).pow(2)).sum::<u64>();
                }
            }
            let num_resamples = (num_blocks * LANES) as f64;
            // Five standard errors of a mean of 32,000: 5 / sqrt(32,000) = 0.028.
            for (unit, &sum) in sum.iter().enumerate() {
                assert!((sum as f64 / num_resamples - 1.0).abs() < 0.028, "unit {unit} of {num_units}: {sum}");
            }
            let variance = sum_of_squares as f64 / (num_resamples * f64::from(num_units)) - 1.0;
            assert!((variance - (1.0 - 1.0 / f64::from(num_units))).abs() < 0.02, "{num_units}: {variance}");
        }
    }

    #[test]
    fn resamples_of_one_class_are_drawn_again() {
        let units: Vec<u32> = (0..6).collect();
        let truth = [true, false, false, false, false, false];
        let (plain, drawn_again) = (Draws::new(&units, 2), Draws::new(&units, 2).with_both_classes(&truth));
        let mut num_without = 0;
        for block in 0..40 {
            let (before, after) = (plain.block(block), drawn_again.block(block));
            assert_eq!(sums(&after), [6; LANES]);
            for lane in 0..LANES {
                let positives = before.of_unit(0)[lane];
                let has_both = (1..6).contains(&positives);
                num_without += u32::from(!has_both);
                assert!((1..6).contains(&after.of_unit(0)[lane]));
                let is_kept = (0..6).all(|unit| before.of_unit(unit)[lane] == after.of_unit(unit)[lane]);
                assert!(is_kept || !has_both, "a resample with both classes stays");
            }
        }
        // (5/6)^6 of 640 are expected without the positive: 214.
        assert!((160..270).contains(&num_without), "{num_without}");
        let one_class = Draws::new(&units, 2).with_both_classes(&[true; 6]);
        assert_eq!(one_class.block(0), plain.block(0));
    }

    #[test]
    fn the_jackknife_leaves_each_unit_out_once() {
        let draws = Draws::new(&number_units(["a", "b", "a", "c"]), 0);
        assert_eq!((draws.num_cases(), draws.num_units(), draws.num_blocks_without_one()), (4, 3, 1));
        let weights = draws.block_without_one(0);
        for unit in 0..3 {
            let expected: Vec<u8> = (0..LANES).map(|lane| u8::from(lane != unit)).collect();
            assert_eq!(weights.of_unit(unit as u32).as_slice(), expected);
        }
        let many = Draws::new(&(0..20).collect::<Vec<_>>(), 0);
        assert_eq!(many.num_blocks_without_one(), 2);
        assert_eq!(many.block_without_one(1).of_unit(17)[1], 0);
        assert_eq!(sums(&many.block_without_one(1))[..5], [19, 19, 19, 19, 20]);
    }

    #[test]
    fn of_many_units_groups_are_left_out() {
        for num_units in [999_u32, 1000, 1001, 2500] {
            let draws = Draws::new(&(0..num_units).collect::<Vec<_>>(), 0);
            assert_eq!((draws.num_left_out(), draws.num_blocks_without_one()), (num_units.min(1000) as usize, 63));
            let mut times_left_out = vec![0; num_units as usize];
            for block in 0..63 {
                let weights = draws.block_without_one(block);
                for (lane, sum) in sums(&weights).into_iter().enumerate().take(draws.num_left_out() - block * LANES) {
                    let size = num_units - sum;
                    assert!((num_units / 1000..=num_units.div_ceil(1000)).contains(&size) && size > 0);
                    let is_out = weights.units().iter().map(|of_unit| u32::from(of_unit[lane] == 0));
                    times_left_out.iter_mut().zip(is_out).for_each(|(times, is_out)| *times += is_out);
                }
            }
            assert_eq!(times_left_out, vec![1; num_units as usize], "each unit once");
        }
    }

    #[test]
    fn units_are_numbered_as_they_come() {
        assert_eq!(number_units(["p2", "p1", "p2", "p3", "p1"]), [0, 1, 0, 2, 1]);
        assert!(number_units::<u32>([]).is_empty());
    }
}
