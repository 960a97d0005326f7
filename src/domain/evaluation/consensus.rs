//! What several readers of a film agree on: computed for an evaluation's truth, and stored in no layer of the project.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::domain::geometry::Rect;

/// Marks of two readers that overlap at least so much (IoU) are the same lesion.
pub const SAME_LESION: f64 = 0.5;

/// What one reader marked.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ReaderMark {
    /// A number for each reader of the film; which one it is changes nothing.
    pub reader: u32,
    pub class: u16,
    /// `xmin, ymin, xmax, ymax` in pixels of the original film; finite, with an area.
    pub rect: [f64; 4],
}

/// Marks of one class, at most one of each reader.
struct Group {
    class: u16,
    readers: Vec<u32>,
    rects: Vec<[f64; 4]>,
}

/// The boxes of a film that at least half of its readers have (of three: two; of two: one), by class and then by
/// coordinates.
///
/// Marks of the same class by different readers are put together where they overlap by [`SAME_LESION`], the largest
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
    let groups = merged(alike(marks));
    let agreed = groups.iter().filter(|group| group.readers.len() >= needed);
    let mut boxes: Vec<_> = agreed.map(|group| (group.class, median(&group.rects))).collect();
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

/// Marks on the very same place, by class and place. The first copy of each reader makes a group, the second ones another:
/// so no order of readers decides which of equal marks go together.
fn alike(marks: &[ReaderMark]) -> Vec<Group> {
    let mut order: Vec<&ReaderMark> = marks.iter().collect();
    order.sort_by(|a, b| by_place((a.class, a.rect), (b.class, b.rect)));
    let mut groups: Vec<Group> = Vec::new();
    let is_same = |a: &&ReaderMark, b: &&ReaderMark| by_place((a.class, a.rect), (b.class, b.rect)).is_eq();
    for place in order.chunk_by(is_same) {
        let first = groups.len();
        let mut num_of_reader: BTreeMap<u32, usize> = BTreeMap::new();
        for mark in place {
            let copy = num_of_reader.entry(mark.reader).or_default();
            if first + *copy == groups.len() {
                groups.push(Group { class: mark.class, readers: Vec::new(), rects: Vec::new() });
            }
            let group = &mut groups[first + *copy];
            group.readers.push(mark.reader);
            group.rects.push(mark.rect);
            *copy += 1;
        }
    }
    groups
}

/// Puts groups together, the largest overlap first; of equal ones, by the places of the groups.
fn merged(mut groups: Vec<Group>) -> Vec<Group> {
    let rects: Vec<Option<Rect>> = groups
        .iter()
        .map(|group| group.rects[0])
        .map(|[xmin, ymin, xmax, ymax]| Rect::from_columns(xmin, ymin, xmax, ymax))
        .collect();
    let mut pairs = Vec::new();
    for (a, first) in rects.iter().enumerate() {
        for (b, second) in rects.iter().enumerate().skip(a + 1) {
            if groups[a].class != groups[b].class {
                break;
            }
            if let (Some(first), Some(second)) = (first, second) {
                let overlap = first.iou(second);
                if overlap >= SAME_LESION {
                    pairs.push((overlap, a, b));
                }
            }
        }
    }
    pairs.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let mut now_in: Vec<usize> = (0..groups.len()).collect();
    for (_, a, b) in pairs {
        let (a, b) = (now_in[a], now_in[b]);
        if a == b || groups[a].readers.iter().any(|reader| groups[b].readers.contains(reader)) {
            continue;
        }
        let readers = std::mem::take(&mut groups[b].readers);
        let rects = std::mem::take(&mut groups[b].rects);
        groups[a].readers.extend(readers);
        groups[a].rects.extend(rects);
        for place in now_in.iter_mut().filter(|place| **place == b) {
            *place = a;
        }
    }
    groups.retain(|group| !group.readers.is_empty());
    groups
}

fn median(rects: &[[f64; 4]]) -> [f64; 4] {
    std::array::from_fn(|axis| {
        let mut values: Vec<f64> = rects.iter().map(|rect| rect[axis]).collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
    })
}

#[cfg(test)]
mod tests {
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

    fn some_marks() -> impl Strategy<Value = Vec<ReaderMark>> {
        // Few places, so that ties, copies and chains are many.
        let mark = (0..4_u32, 0..2_u16, 0..5_u32, 0..3_u32, 4..7_u32).prop_map(|(reader, class, x, y, side)| {
            let [x, y, side] = [x, y, side].map(f64::from);
            ReaderMark { reader, class, rect: [x, y, x + side, y + side] }
        });
        prop::collection::vec(mark, 0..16)
    }

    proptest! {
        #[test]
        fn no_order_of_readers_or_marks_changes_anything(
            said in some_marks(),
            names in Just([0_u32, 1, 2, 3]).prop_shuffle(),
            seed in any::<u64>(),
        ) {
            let mut other: Vec<ReaderMark> =
                said.iter().map(|mark| ReaderMark { reader: names[mark.reader as usize], ..*mark }).collect();
            let mut place = seed;
            for at in (1..other.len()).rev() {
                place = place.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                other.swap(at, (place >> 33) as usize % (at + 1));
            }
            prop_assert_eq!(boxes(4, &said), boxes(4, &other));
        }

        #[test]
        fn every_mark_is_in_one_group_and_every_reader_at_most_once(said in some_marks()) {
            let groups = merged(alike(&said));
            prop_assert_eq!(groups.iter().map(|group| group.rects.len()).sum::<usize>(), said.len());
            for group in &groups {
                let mut readers = group.readers.clone();
                readers.sort_unstable();
                readers.dedup();
                prop_assert_eq!(readers.len(), group.readers.len());
                let [xmin, ymin, xmax, ymax] = median(&group.rects);
                prop_assert!(xmin < xmax && ymin < ymax);
            }
        }
    }
}
