//! Deals units (films, studies, patients) out to training, dev and test: at random or evenly by class, with exact counts.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

use super::dataset::{Split, SplitMethod, SplitSize};

/// What is dealt out as one: a film, a study's films, a patient's films.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Unit {
    /// How often each class is in it, every unit with the same classes in the same order.
    pub counts: Vec<u32>,
    /// It has a locked film: it goes to the test films whatever the method is.
    pub is_locked: bool,
    /// Models learned from it or were chosen by it: it stays in that split as long as there is room.
    pub kept: Option<Split>,
}

/// Why sizes can't be had.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum SplitError {
    #[error("The share of {0} is not from 0 to 1.")]
    BadShare(&'static str),
    #[error("The shares are more than 1 together.")]
    TooMuch,
    #[error("{asked} are asked for by count, and there are {present}.")]
    TooMany { asked: u64, present: usize },
    #[error("Nothing is left for training. Ask for a training share over 0, or for fewer dev and test films.")]
    NothingToLearn,
}

/// How many units go to train, dev and test; what is more is left out.
///
/// Counts are kept exactly. Shares are of what is not given by count; parts of a unit go to the largest remainders, the
/// earlier split of equal ones. Where more units are locked than test films are asked for, test grows by what was left
/// out, then by training films, then by dev films.
pub fn sizes(num_units: usize, asked: [SplitSize; 3], num_locked: usize) -> Result<[usize; 3], SplitError> {
    let mut counted = 0_u64;
    let mut shares = [0.0; 3];
    for (number, size) in asked.into_iter().enumerate() {
        match size {
            SplitSize::Count(count) => counted += u64::from(count),
            SplitSize::Share(share) if (0.0..=1.0).contains(&share) => shares[number] = share,
            SplitSize::Share(_) => return Err(SplitError::BadShare(Split::ALL[number].as_str())),
        }
    }
    // 0.7 + 0.2 + 0.1 is a little more than 1 in f64.
    if shares.iter().sum::<f64>() > 1.0 + 1e-9 {
        return Err(SplitError::TooMuch);
    }
    let rest = num_units as u64;
    let rest = rest.checked_sub(counted).ok_or(SplitError::TooMany { asked: counted, present: num_units })? as f64;
    let wanted = shares.map(|share| share * rest);
    let mut sizes = wanted.map(|wanted| (wanted + 1e-9).floor() as usize);
    let all = (wanted.iter().sum::<f64>() + 1e-9).round() as usize;
    let mut order = [0, 1, 2];
    let remainder = |n: usize| wanted[n] - sizes[n] as f64;
    order.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)));
    let num_missing = all.saturating_sub(sizes.iter().sum());
    for &number in order.iter().filter(|&&number| shares[number] > 0.0).take(num_missing) {
        sizes[number] += 1;
    }
    for (number, size) in asked.into_iter().enumerate() {
        if let SplitSize::Count(count) = size {
            sizes[number] = count as usize;
        }
    }
    let mut num_left_out = num_units - sizes.iter().sum::<usize>();
    while sizes[2] < num_locked {
        let from = if num_left_out > 0 {
            &mut num_left_out
        } else if sizes[0] > 0 {
            &mut sizes[0]
        } else {
            &mut sizes[1]
        };
        *from -= 1;
        sizes[2] += 1;
    }
    if sizes[0] == 0 {
        return Err(SplitError::NothingToLearn);
    }
    Ok(sizes)
}

/// The split of each unit; `None` for those that are left out. As many as [`sizes`] says, to the unit.
pub fn deal(units: &[Unit], sizes: [usize; 3], method: SplitMethod, seed: u64) -> Vec<Option<Split>> {
    let mut random = Chooser::new(seed);
    let order = random.shuffled(units.len());
    let num_left_out = units.len() - sizes.iter().sum::<usize>();
    let mut subsets = Subsets::new(units, &[sizes[0], sizes[1], sizes[2], num_left_out]);
    for &unit in order.iter().filter(|&&unit| units[unit].is_locked) {
        subsets.put(unit, TEST);
    }
    for (subset, split) in Split::ALL.into_iter().enumerate() {
        for &unit in order.iter().filter(|&&unit| !units[unit].is_locked && units[unit].kept == Some(split)) {
            if subsets.room[subset] > 0 {
                subsets.put(unit, subset);
            }
        }
    }
    match method {
        SplitMethod::Stratified => subsets.stratify(&order, &mut random),
        SplitMethod::Random => {
            let free: Vec<usize> = order.iter().copied().filter(|&unit| subsets.subset_of[unit].is_none()).collect();
            let mut free = free.into_iter();
            for subset in 0..subsets.room.len() {
                for unit in free.by_ref().take(subsets.room[subset]).collect::<Vec<_>>() {
                    subsets.put(unit, subset);
                }
            }
        }
    }
    let split = |subset: Option<usize>| Split::ALL.get(subset.expect("every unit is put somewhere")).copied();
    subsets.subset_of.into_iter().map(split).collect()
}

const TEST: usize = 2;

/// Subsets while they are filled.
struct Subsets<'a> {
    units: &'a [Unit],
    subset_of: Vec<Option<usize>>,
    /// How many units still fit.
    room: Vec<usize>,
    /// `[subset][class]`: how many of the class it should still get, times the number of units: whole numbers, so that no
    /// rounding decides between equal needs.
    need: Vec<Vec<i64>>,
}

impl<'a> Subsets<'a> {
    fn new(units: &'a [Unit], sizes: &[usize]) -> Self {
        let num_classes = units.first().map_or(0, |unit| unit.counts.len());
        let total = |class: usize| units.iter().map(|unit| i64::from(unit.counts[class])).sum::<i64>();
        let totals: Vec<i64> = (0..num_classes).map(total).collect();
        let need = |&size: &usize| totals.iter().map(|total| size as i64 * total).collect();
        Self { units, subset_of: vec![None; units.len()], room: sizes.to_vec(), need: sizes.iter().map(need).collect() }
    }

    fn put(&mut self, unit: usize, subset: usize) {
        self.subset_of[unit] = Some(subset);
        self.room[subset] -= 1;
        for (need, &count) in self.need[subset].iter_mut().zip(&self.units[unit].counts) {
            *need -= i64::from(count) * self.units.len() as i64;
        }
    }

    /// Iterative stratification (Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data", ECML PKDD
    /// 2011, algorithm 1), with two changes: a unit can hold a class several times, so that needs are counts and not 0 or
    /// 1 (as the splits of VinDr-Mammo were made); and a subset that is full takes no more, so that the counts that were
    /// asked for are exact.
    fn stratify(&mut self, order: &[usize], random: &mut Chooser) {
        loop {
            let free: Vec<usize> = order.iter().copied().filter(|&unit| self.subset_of[unit].is_none()).collect();
            let num_of = |class: usize| free.iter().map(|&unit| u64::from(self.units[unit].counts[class])).sum::<u64>();
            let num_classes = self.need.first().map_or(0, Vec::len);
            let rarest = (0..num_classes).map(|class| (num_of(class), class)).filter(|&(num, _)| num > 0).min();
            let Some((_, class)) = rarest else {
                for unit in free {
                    let subset = self.best(random, |subsets, subset| subsets.room[subset] as i64);
                    self.put(unit, subset);
                }
                return;
            };
            for unit in free.into_iter().filter(|&unit| self.units[unit].counts[class] > 0) {
                let subset = self.best(random, |subsets, subset| subsets.need[subset][class]);
                self.put(unit, subset);
            }
        }
    }

    /// The subset with room that wants a unit most, of equal ones that with most room, of equal ones any.
    fn best(&self, random: &mut Chooser, wants: impl Fn(&Self, usize) -> i64) -> usize {
        let with_room = (0..self.room.len()).filter(|&subset| self.room[subset] > 0);
        let ranked: Vec<_> = with_room.map(|subset| ((wants(self, subset), self.room[subset]), subset)).collect();
        let most = ranked.iter().map(|(rank, _)| *rank).max();
        let best: Vec<usize> =
            ranked.iter().filter(|(rank, _)| Some(*rank) == most).map(|(_, subset)| *subset).collect();
        best[if best.len() > 1 { random.below(best.len()) } else { 0 }]
    }
}

/// Chance by a seed, the same on every computer.
pub(in crate::domain) struct Chooser(Pcg64Mcg);

impl Chooser {
    pub fn new(seed: u64) -> Self {
        // The generator wants an odd state with both halves busy.
        Self(Pcg64Mcg::new((u128::from(seed) << 64 | 0x9e37_79b9_7f4a_7c15) | 1))
    }

    /// A whole number below `n`, which is not 0: the high half of a product (Lemire 2019), whose bias of `n` in 2^64 no
    /// data set is large enough to show.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// 0 to `n` - 1 in some order (Fisher and Yates).
    pub fn shuffled(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for at in (1..n).rev() {
            let other = self.below(at + 1);
            order.swap(at, other);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use SplitSize::{Count, Share};

    #[test]
    fn sizes_are_what_was_asked_for() {
        let check = |num, asked, num_locked, expected: [usize; 3]| {
            assert_eq!(sizes(num, asked, num_locked), Ok(expected), "{num} {asked:?} {num_locked}");
        };
        let tenths = [Share(0.7), Share(0.1), Share(0.2)];
        check(100, tenths, 0, [70, 10, 20]);
        check(5000, [Share(0.8), Share(0.0), Count(1000)], 0, [3200, 0, 1000]);
        check(5000, [Share(1.0), Count(0), Count(1000)], 0, [4000, 0, 1000]);
        // Parts of a unit go to the largest remainders: 7.7, 1.1 and 2.2 of 11.
        check(11, tenths, 0, [8, 1, 2]);
        check(1, tenths, 0, [1, 0, 0]);
        check(3, [Share(1.0 / 3.0), Share(1.0 / 3.0), Share(1.0 / 3.0)], 0, [1, 1, 1]);
        check(10, [Count(3), Count(2), Count(1)], 0, [3, 2, 1]);
        check(10, [Share(0.5), Share(0.0), Share(0.0)], 0, [5, 0, 0]);
        // Locked units are test units, whatever was asked for.
        check(100, tenths, 20, [70, 10, 20]);
        check(100, tenths, 23, [67, 10, 23]);
        check(10, [Count(3), Count(2), Count(1)], 4, [3, 2, 4]);
        check(10, [Count(3), Count(2), Count(1)], 7, [1, 2, 7]);
    }

    #[test]
    fn sizes_that_cannot_be_are_refused() {
        let check = |num, asked, num_locked, expected| {
            assert_eq!(sizes(num, asked, num_locked), Err(expected), "{num} {asked:?} {num_locked}");
        };
        check(10, [Share(0.8), Share(-0.1), Share(0.1)], 0, SplitError::BadShare("dev"));
        check(10, [Share(f64::NAN), Share(0.1), Share(0.1)], 0, SplitError::BadShare("train"));
        check(10, [Share(0.8), Share(0.2), Share(0.1)], 0, SplitError::TooMuch);
        check(10, [Count(8), Count(2), Count(1)], 0, SplitError::TooMany { asked: 11, present: 10 });
        check(10, [Share(1.0), Count(5), Count(5)], 0, SplitError::NothingToLearn);
        check(10, [Share(0.8), Share(0.1), Share(0.1)], 10, SplitError::NothingToLearn);
        check(0, [Share(0.8), Share(0.1), Share(0.1)], 0, SplitError::NothingToLearn);
    }

    fn num_of(dealt: &[Option<Split>], split: Split) -> usize {
        dealt.iter().filter(|of| **of == Some(split)).count()
    }

    fn some_units() -> impl Strategy<Value = Vec<Unit>> {
        let unit = (prop::collection::vec(prop_oneof![3 => Just(0_u32), 1 => 1..6_u32], 4), prop::bool::weighted(0.1))
            .prop_map(|(counts, is_locked)| Unit { counts, is_locked, kept: None });
        prop::collection::vec(unit, 3..80)
    }

    proptest! {
        #[test]
        fn counts_are_exact_and_locked_units_are_tested(
            units in some_units(),
            shares in prop::array::uniform3(0.05..1.0f64),
            is_stratified in any::<bool>(),
            seed in any::<u64>(),
        ) {
            let all: f64 = shares.iter().sum::<f64>() * 1.1;
            let num_locked = units.iter().filter(|unit| unit.is_locked).count();
            let asked = shares.map(|share| Share(share / all));
            let Ok(wanted) = sizes(units.len(), asked, num_locked) else { return Ok(()) };
            let method = if is_stratified { SplitMethod::Stratified } else { SplitMethod::Random };
            let dealt = deal(&units, wanted, method, seed);
            prop_assert_eq!(Split::ALL.map(|split| num_of(&dealt, split)), wanted);
            for (unit, split) in units.iter().zip(&dealt) {
                prop_assert!(!unit.is_locked || *split == Some(Split::Test));
            }
            prop_assert_eq!(deal(&units, wanted, method, seed), dealt);
        }

        #[test]
        fn sizes_never_exceed_what_is_there(
            num in 1..500_usize, shares in prop::array::uniform3(0.0..=0.4f64), count in 0..20_u32, which in 0..3_usize,
        ) {
            let mut asked = shares.map(Share);
            asked[which] = Count(count);
            if let Ok(sizes) = sizes(num, asked, 0) {
                prop_assert_eq!(sizes[which], count as usize);
                prop_assert!(sizes.iter().sum::<usize>() <= num);
                for (size, share) in sizes.iter().zip(shares).enumerate().filter(|(n, _)| *n != which).map(|(_, of)| of) {
                    let wanted = share * (num - count as usize) as f64;
                    prop_assert!((*size as f64 - wanted).abs() < 1.0 + 1e-6, "{size} for {wanted}");
                }
            }
        }
    }

    #[test]
    fn units_that_were_learned_from_stay_where_they_were_as_long_as_there_is_room() {
        let unit = |n: usize| {
            let kept = match n {
                0..7 => Some(Split::Train),
                7..14 => Some(Split::Dev),
                _ => None,
            };
            Unit { counts: vec![1], is_locked: n == 0, kept }
        };
        let units: Vec<Unit> = (0..20).map(unit).collect();
        for method in SplitMethod::ALL {
            let dealt = deal(&units, [10, 4, 6], method, 3);
            assert_eq!(dealt[0], Some(Split::Test), "locked before all");
            assert!(dealt[1..7].iter().all(|split| *split == Some(Split::Train)), "{dealt:?}");
            assert_eq!(num_of(&dealt[7..14], Split::Dev), 4, "as many as there is room for: {dealt:?}");
            assert_eq!(Split::ALL.map(|split| num_of(&dealt, split)), [10, 4, 6]);
        }
    }

    #[test]
    fn another_seed_deals_otherwise() {
        let units = vec![Unit { counts: vec![1], ..Unit::default() }; 200];
        for method in SplitMethod::ALL {
            let dealt = |seed| deal(&units, [140, 20, 40], method, seed);
            assert_ne!(dealt(1), dealt(2), "{method:?}");
        }
    }

    /// 5,000 studies with as many boxes of each class as Table 2 of the VinDr-SpineXR paper, thrown onto half of them. The
    /// paper's own split is off by 112 boxes of osteophytes and by at most 2 of every other class.
    #[test]
    fn classes_are_split_as_evenly_as_in_the_paper() {
        let boxes = [7, 1155, 67, 482, 12, 15562, 29, 349, 110, 536, 337, 21, 311];
        let mut random = Chooser::new(7);
        let mut units = vec![Unit { counts: vec![0; boxes.len()], ..Unit::default() }; 5000];
        for (class, &num) in boxes.iter().enumerate() {
            for _ in 0..num {
                let unit = random.below(2500);
                units[unit].counts[class] += 1;
            }
        }
        let dealt = deal(&units, [4000, 0, 1000], SplitMethod::Stratified, 1999);
        let by_chance = deal(&units, [4000, 0, 1000], SplitMethod::Random, 1999);
        let worst = |dealt: &[Option<Split>]| {
            let mut worst = 0.0_f64;
            for (class, &num) in boxes.iter().enumerate() {
                let tested: u32 = units
                    .iter()
                    .zip(dealt)
                    .filter(|(_, split)| **split == Some(Split::Test))
                    .map(|(unit, _)| unit.counts[class])
                    .sum();
                worst = worst.max((f64::from(tested) - 0.2 * f64::from(num)).abs());
            }
            worst
        };
        // Boxes more or less than a fifth. A study has several, so that the last ones can't all be placed to the box.
        assert!(worst(&dealt) <= 2.0, "{}", worst(&dealt));
        assert!(worst(&by_chance) > 20.0, "{}", worst(&by_chance));
    }

    /// By `iterstrat`, see `tests/parity/split_iterstrat.py`; its units stand in their order there.
    #[test]
    fn units_go_where_another_program_puts_them() {
        let text = include_str!("../../../tests/parity/split_iterstrat.txt");
        let mut num = 0;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split(' ').collect();
            let [of_sizes, rows, expected] = words[..] else { panic!("three columns: {line}") };
            let of_sizes: Vec<usize> = of_sizes.split(',').map(|size| size.parse().unwrap()).collect();
            let counts = |row: &str| row.bytes().map(|bit| u32::from(bit - b'0')).collect();
            let units: Vec<Unit> = rows.split(',').map(|row| Unit { counts: counts(row), ..Unit::default() }).collect();
            let mut subsets = Subsets::new(&units, &of_sizes);
            subsets.stratify(&(0..units.len()).collect::<Vec<_>>(), &mut Chooser::new(0));
            let found: String = subsets.subset_of.iter().map(|of| char::from(b'0' + of.unwrap() as u8)).collect();
            assert_eq!(found, expected, "{line}");
            num += 1;
        }
        assert_eq!(num, 24);
    }
}
