//! What the readers of a film agree on for an evaluation's truth: by majority, and stored in no layer of the project.

use std::cmp::Ordering;

use super::clusters::{ClusterRule, ReaderMark, clusters};

/// The boxes of a film that at least half of its readers have (of three: two; of two: one), by class and then by
/// coordinates.
///
/// Marks of the same class by different readers are put together where they overlap by [`super::SAME_LESION`], the largest
/// overlap first; a group has at most one mark of each reader, and two groups become one where any two of their marks
/// overlap so much. The box of a group is the median of its marks, coordinate by coordinate; of an even number, the mean
/// of the middle two. What comes out depends neither on the order of the marks nor on that of the readers.
///
/// A film with one reader keeps that reader's marks as they are, in their order. `num_readers` counts those too that
/// marked nothing.
pub fn boxes(num_readers: usize, marks: &[ReaderMark]) -> Vec<(u16, [f64; 4])> {
    if num_readers <= 1 {
        return marks.iter().map(|mark| (mark.class, mark.rect)).collect();
    }
    let needed = num_readers.div_ceil(2);
    let found = clusters(marks, ClusterRule::default());
    let agreed = found.iter().filter(|cluster| cluster.len() >= needed);
    let of_cluster = |cluster: &Vec<usize>| {
        let rects: Vec<[f64; 4]> = cluster.iter().map(|&mark| marks[mark].rect).collect();
        (marks[cluster[0]].class, median(&rects))
    };
    let mut boxes: Vec<_> = agreed.map(of_cluster).collect();
    boxes.sort_by(|a, b| by_place(*a, *b));
    boxes
}

/// Whether a film is abnormal, from what each of its readers says: where at least half of them say so, so that a tie is
/// abnormal. `None` where nobody says anything.
pub fn is_abnormal(said: impl IntoIterator<Item = bool>) -> Option<bool> {
    let (num_abnormal, num_said) =
        said.into_iter().fold((0_usize, 0_usize), |(yes, all), one| (yes + usize::from(one), all + 1));
    (num_said > 0).then_some(2 * num_abnormal >= num_said)
}

fn by_place(a: (u16, [f64; 4]), b: (u16, [f64; 4])) -> Ordering {
    let coordinates = a.1.iter().zip(&b.1).map(|(x, y)| x.total_cmp(y));
    a.0.cmp(&b.0).then(coordinates.fold(Ordering::Equal, Ordering::then))
}

pub(super) fn median(rects: &[[f64; 4]]) -> [f64; 4] {
    std::array::from_fn(|axis| {
        let mut values: Vec<f64> = rects.iter().map(|rect| rect[axis]).collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
    })
}

#[cfg(test)]
mod tests {
    use super::super::clusters::tests::{shuffled, some_marks};
    use super::*;
    use proptest::prelude::*;

    const A: [f64; 4] = [0.0, 0.0, 100.0, 100.0];
    /// Overlaps `A` by exactly a half.
    const HALF_A: [f64; 4] = [0.0, 0.0, 100.0, 50.0];
    /// Overlaps `A` by less.
    const LESS: [f64; 4] = [0.0, 0.0, 100.0, 49.0];
    const FAR: [f64; 4] = [500.0, 500.0, 600.0, 600.0];

    fn marks(said: &[(u32, u16, [f64; 4])]) -> Vec<ReaderMark> {
        said.iter().map(|&(reader, class, rect)| ReaderMark { reader, class, rect }).collect()
    }

    #[test]
    fn what_readers_agree_on() {
        let check = |num_readers: usize, said: &[(u32, u16, [f64; 4])], expected: &[(u16, [f64; 4])]| {
            assert_eq!(boxes(num_readers, &marks(said)), expected, "{num_readers} readers, {said:?}");
        };
        check(0, &[], &[]);
        // One reader: as they stand, the same twice and in their order.
        check(1, &[(0, 1, FAR), (0, 0, A), (0, 0, A)], &[(1, FAR), (0, A), (0, A)]);
        // Two readers: a lesion of both is one, with the mean of the coordinates; one that one has counts.
        check(2, &[(0, 0, A), (1, 0, HALF_A)], &[(0, [0.0, 0.0, 100.0, 75.0])]);
        check(2, &[(0, 0, A), (1, 0, LESS)], &[(0, LESS), (0, A)]);
        check(2, &[(0, 0, A), (1, 1, A)], &[(0, A), (1, A)]);
        check(2, &[(0, 0, A), (0, 0, HALF_A)], &[(0, HALF_A), (0, A)]);
        // Three: two of them are enough, and the box is the middle one's.
        check(3, &[(0, 0, A)], &[]);
        check(3, &[(0, 0, A), (1, 0, FAR), (2, 0, A)], &[(0, A)]);
        let three = [(2, 0, [10.0, 0.0, 110.0, 100.0]), (0, 0, A), (1, 0, [4.0, 8.0, 104.0, 108.0])];
        check(3, &three, &[(0, [4.0, 0.0, 104.0, 100.0])]);
        // A group has one mark of each reader: the one that overlaps more.
        check(3, &[(0, 0, HALF_A), (0, 0, A), (1, 0, A)], &[(0, A)]);
        // Copies: the first of each go together, the second stands alone.
        check(3, &[(0, 0, A), (0, 0, A), (1, 0, A), (2, 0, A)], &[(0, A)]);
        // Four: two are half of them.
        check(4, &[(0, 0, A), (3, 0, A), (1, 0, FAR)], &[(0, A)]);
        // A chain: its ends overlap too little, but both overlap the one between them.
        let chain = [(0, 0, A), (1, 0, [25.0, 0.0, 125.0, 100.0]), (2, 0, [50.0, 0.0, 150.0, 100.0])];
        check(5, &chain, &[(0, [25.0, 0.0, 125.0, 100.0])]);
    }

    #[test]
    fn a_tie_is_abnormal() {
        let check = |said: &[bool], expected| assert_eq!(is_abnormal(said.iter().copied()), expected, "{said:?}");
        check(&[], None);
        check(&[true], Some(true));
        check(&[false], Some(false));
        check(&[true, false], Some(true));
        check(&[false, true, false], Some(false));
        check(&[false, true, true], Some(true));
        check(&[false, true, false, true], Some(true));
    }

    proptest! {
        #[test]
        fn no_order_of_readers_or_marks_changes_anything(
            said in some_marks(),
            names in Just([0_u32, 1, 2, 3]).prop_shuffle(),
            seed in any::<u64>(),
        ) {
            let renamed: Vec<ReaderMark> =
                said.iter().map(|mark| ReaderMark { reader: names[mark.reader as usize], ..*mark }).collect();
            let other = shuffled(&renamed, seed);
            prop_assert_eq!(boxes(4, &said), boxes(4, &other));
        }
    }
}
