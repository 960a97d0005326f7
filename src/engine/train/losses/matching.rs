//! Which anchor or proposal stands for which box, and which of them a step looks at.

use std::collections::BTreeMap;

use tch::{Kind, Tensor};

use crate::ops::{places, places_where};
use crate::train::Chance;

/// The candidate stands for no box: it should say that nothing is there.
pub const BELOW: i64 = -1;
/// The candidate overlaps a box too much to be none and too little to be it: it does not count.
pub const BETWEEN: i64 = -2;

/// torchvision's Matcher (`models/detection/_utils.py`), which is detectron2's with labels of another kind.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Matcher {
    /// From this overlap on a candidate stands for the box.
    pub high: f64,
    /// Below this overlap it stands for none.
    pub low: f64,
    /// The best candidate of every box stands for its best box even below.
    pub keeps_best: bool,
}

impl Matcher {
    /// For overlaps (boxes, candidates): the place of a box, or [`BELOW`], or [`BETWEEN`], (candidates).
    pub fn matches(&self, overlaps: &Tensor) -> Tensor {
        let [boxes, candidates] = [0, 1].map(|side| overlaps.size()[side]);
        if boxes == 0 || candidates == 0 {
            return Tensor::full([candidates], BELOW, (Kind::Int64, overlaps.device()));
        }
        let (best, place) = overlaps.max_dim(0, false);
        let below = place.full_like(BELOW);
        let matches = place.where_self(&best.ge(self.low), &below);
        let between = best.ge(self.low).logical_and(&best.lt(self.high));
        let matches = place.full_like(BETWEEN).where_self(&between, &matches);
        if !self.keeps_best {
            return matches;
        }
        let (of_box, _) = overlaps.max_dim(1, true);
        // All that are best for a box, not only the first, as torchvision does; but a box that nothing overlaps, such as
        // one without area, makes nothing positive. In torchvision it makes every other anchor so.
        let is_best = overlaps.eq_tensor(&of_box).logical_and(&of_box.gt(0.0)).any_dim(0, false);
        place.where_self(&is_best, &matches)
    }
}

/// torchvision's BalancedPositiveNegativeSampler for one film: of candidates whose label is at least 1 at most this share
/// of `count`, the rest of those with label 0; others are never chosen. Places of the positive and the negative ones.
pub fn balanced(labels: &Tensor, count: i64, share: f64, chance: &mut Chance) -> [Tensor; 2] {
    let positive = places_where(&labels.ge(1));
    let negative = places_where(&labels.eq(0));
    let num_positive = ((count as f64 * share) as i64).min(positive.size()[0]);
    let num_negative = (count - num_positive).min(negative.size()[0]);
    [some_of(&positive, num_positive, chance), some_of(&negative, num_negative, chance)]
}

fn some_of(all: &Tensor, count: i64, chance: &mut Chance) -> Tensor {
    let len = all.size()[0];
    if count == len {
        return all.shallow_clone();
    }
    all.index_select(0, &places(&drawn(count as u64, len as u64, chance), all.device()))
}

/// `count` different numbers below `len`, rising. The first steps of Fisher's and Yates' shuffle, of which only the places
/// that moved are kept: the anchors of a film are hundreds of thousands.
fn drawn(count: u64, len: u64, chance: &mut Chance) -> Vec<i64> {
    let mut moved: BTreeMap<u64, u64> = BTreeMap::new();
    let mut chosen = Vec::new();
    for first in 0..count.min(len) {
        let other = first + chance.below(len - first);
        let at = |place: u64, moved: &BTreeMap<u64, u64>| moved.get(&place).copied().unwrap_or(place);
        chosen.push(at(other, &moved) as i64);
        moved.insert(other, at(first, &moved));
    }
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::wholes;
    use tch::Device;

    #[test]
    fn every_place_is_drawn_as_often_as_any_other_and_none_twice() {
        let mut counts = [0u32; 10];
        for step in 0..4000 {
            let chosen = drawn(3, 10, &mut Chance::new(1, 2, step));
            assert!(chosen.len() == 3 && chosen.is_sorted_by(|a, b| a < b));
            for place in chosen {
                counts[place as usize] += 1;
            }
        }
        // 1200 each; a standard deviation is 29.
        assert!(counts.iter().all(|count| (1080..1320).contains(count)), "{counts:?}");
        assert_eq!(drawn(12, 4, &mut Chance::new(1, 2, 3)), [0, 1, 2, 3]);
    }

    #[test]
    fn a_step_looks_at_few_positives_and_fills_up_with_negatives() {
        let labels = Tensor::from_slice(&[1i64, 0, -1, 2, 0, 0, -1, 3, 0, 0]);
        let [positive, negative] = balanced(&labels, 4, 0.5, &mut Chance::new(1, 2, 3)).map(|t| wholes(&t));
        assert!(positive.len() == 2 && positive.iter().all(|p| [0, 3, 7].contains(p)));
        assert!(negative.len() == 2 && negative.iter().all(|p| [1, 4, 5, 8, 9].contains(p)));
        let [positive, negative] = balanced(&labels, 100, 0.5, &mut Chance::new(1, 2, 3)).map(|t| wholes(&t));
        assert_eq!((positive, negative), (vec![0, 3, 7], vec![1, 4, 5, 8, 9]));
    }

    #[test]
    fn a_box_that_nothing_overlaps_makes_nothing_positive() {
        let overlaps = Tensor::from_slice2(&[[0.0f32, 0.0, 0.0], [0.2, 0.6, 0.4]]);
        let matcher = Matcher { high: 0.5, low: 0.3, keeps_best: true };
        assert_eq!(wholes(&matcher.matches(&overlaps)), [BELOW, 1, BETWEEN]);
        let none = Tensor::zeros([0, 3], (Kind::Float, Device::Cpu));
        assert_eq!(wholes(&matcher.matches(&none)), [BELOW; 3]);
    }
}
