//! Which mark of one reader is which mark of another: the pairing with the greatest sum of overlaps.
//!
//! Within a class, pairs overlap by at least a threshold, each mark is in one pair at most, and the sum of IoU is the
//! greatest that there is (Kuhn, 1955; Munkres, 1957), as RedBrick and Kappa-IoU pair boxes. Unlike a greedy choice it is
//! the same from either reader's side.

/// More pairs are better where sums are equal: one perfect overlap against two of a half.
const FOR_EACH_PAIR: f64 = 1e-9;

/// Two marks that overlap: their places, and by how much.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Overlap {
    pub first: usize,
    pub second: usize,
    /// Above 0.
    pub iou: f64,
}

/// The pairs, as they are in `overlaps`, which holds every two marks that may be a pair.
pub fn best_pairs(overlaps: &[Overlap]) -> Vec<Overlap> {
    let mut pairs = Vec::new();
    for part in parts(overlaps) {
        let one_sided = |side: fn(&Overlap) -> usize| part.iter().all(|one| side(one) == side(&part[0]));
        if one_sided(|one| one.first) || one_sided(|one| one.second) {
            // Of equal ones the first: it changes neither sum nor number.
            let best = part.iter().copied().reduce(|best, one| if one.iou > best.iou { one } else { best });
            pairs.extend(best);
        } else {
            pairs.extend(assigned(&part));
        }
    }
    pairs
}

/// Overlaps that have to do with each other.
fn parts(overlaps: &[Overlap]) -> Vec<Vec<Overlap>> {
    let mut parts: Vec<Vec<Overlap>> = Vec::new();
    for &one in overlaps {
        let touches =
            |part: &Vec<Overlap>| part.iter().any(|other| other.first == one.first || other.second == one.second);
        let mut joined = vec![one];
        let mut at = 0;
        while at < parts.len() {
            if touches(&parts[at]) {
                joined.extend(parts.swap_remove(at));
            } else {
                at += 1;
            }
        }
        parts.push(joined);
    }
    parts
}

/// The assignment of least cost by shortest augmenting paths (Jonker and Volgenant, 1987), cost being what overlaps lack.
fn assigned(part: &[Overlap]) -> Vec<Overlap> {
    let places = |side: fn(&Overlap) -> usize| {
        let mut places: Vec<usize> = part.iter().map(side).collect();
        places.sort_unstable();
        places.dedup();
        places
    };
    let (firsts, seconds) = (places(|one| one.first), places(|one| one.second));
    // A square, so that everything gets somebody; what does not overlap costs nothing and is left out at the end.
    let n = firsts.len().max(seconds.len());
    let mut cost = vec![vec![0.0; n + 1]; n + 1];
    let mut overlap_at = vec![vec![None; n + 1]; n + 1];
    for one in part {
        if let (Ok(row), Ok(column)) = (firsts.binary_search(&one.first), seconds.binary_search(&one.second)) {
            cost[row + 1][column + 1] = -(one.iou + FOR_EACH_PAIR);
            overlap_at[row + 1][column + 1] = Some(*one);
        }
    }
    // Row and column 0 stand for "none yet".
    let (mut of_row, mut of_column) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    let mut row_of_column = vec![0; n + 1];
    for row in 1..=n {
        row_of_column[0] = row;
        let (mut least, mut from, mut is_done) = (vec![f64::INFINITY; n + 1], vec![0; n + 1], vec![false; n + 1]);
        let mut column = 0;
        while row_of_column[column] != 0 {
            is_done[column] = true;
            let at_row = row_of_column[column];
            let (mut step, mut next) = (f64::INFINITY, 0);
            for other in (1..=n).filter(|&other| !is_done[other]) {
                let reduced = cost[at_row][other] - of_row[at_row] - of_column[other];
                if reduced < least[other] {
                    (least[other], from[other]) = (reduced, column);
                }
                if least[other] < step {
                    (step, next) = (least[other], other);
                }
            }
            for other in 0..=n {
                if is_done[other] {
                    of_row[row_of_column[other]] += step;
                    of_column[other] -= step;
                } else {
                    least[other] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of_column[column] = row_of_column[from[column]];
            column = from[column];
        }
    }
    (1..=n).filter_map(|column| overlap_at[row_of_column[column]][column]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn overlaps(said: &[(usize, usize, f64)]) -> Vec<Overlap> {
        said.iter().map(|&(first, second, iou)| Overlap { first, second, iou }).collect()
    }

    fn sum(pairs: &[Overlap]) -> f64 {
        pairs.iter().map(|one| one.iou).sum()
    }

    #[test]
    fn the_sum_decides_not_the_best_single_pair() {
        let check = |said: &[(usize, usize, f64)], num: usize, expected: f64| {
            let pairs = best_pairs(&overlaps(said));
            assert_eq!(pairs.len(), num, "{said:?}: {pairs:?}");
            assert!((sum(&pairs) - expected).abs() < 1e-12, "{said:?}: {pairs:?}");
        };
        check(&[], 0, 0.0);
        check(&[(0, 0, 0.4)], 1, 0.4);
        check(&[(0, 0, 0.4), (0, 1, 0.6)], 1, 0.6);
        check(&[(0, 0, 0.6), (0, 1, 0.5), (1, 0, 0.5)], 2, 1.0);
        check(&[(0, 0, 0.9), (0, 1, 0.4), (1, 0, 0.4)], 1, 0.9);
        // As much: rather two pairs.
        check(&[(0, 0, 1.0), (0, 1, 0.5), (1, 0, 0.5)], 2, 1.0);
        check(&[(0, 0, 0.5), (1, 1, 0.7), (5, 9, 0.3)], 3, 1.5);
    }

    /// Every way to pair, tried out.
    fn best_sum(left: &[Overlap]) -> f64 {
        let Some((one, rest)) = left.split_first() else { return 0.0 };
        let free: Vec<Overlap> =
            rest.iter().copied().filter(|other| other.first != one.first && other.second != one.second).collect();
        best_sum(rest).max(one.iou + best_sum(&free))
    }

    proptest! {
        #[test]
        fn no_pairing_has_a_greater_sum(said in prop::collection::btree_map((0..4_usize, 0..4_usize), 1..10_u8, 0..10)) {
            let all: Vec<Overlap> = said
                .into_iter()
                .map(|((first, second), tenths)| Overlap { first, second, iou: f64::from(tenths) / 10.0 })
                .collect();
            let pairs = best_pairs(&all);
            prop_assert!((sum(&pairs) - best_sum(&all)).abs() < 1e-9);
            for side in [|one: &Overlap| one.first, |one: &Overlap| one.second] {
                let mut places: Vec<usize> = pairs.iter().map(side).collect();
                places.sort_unstable();
                places.dedup();
                prop_assert_eq!(places.len(), pairs.len());
            }
        }
    }
}
