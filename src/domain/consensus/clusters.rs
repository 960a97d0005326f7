//! Marks of several readers put together where they mean the same lesion: the ground of every consensus and agreement.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::domain::geometry::Rect;

/// What one reader marked.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ReaderMark {
    /// A number for each reader of the film; which one it is changes nothing.
    pub reader: u32,
    pub class: u16,
    /// `xmin, ymin, xmax, ymax` in pixels of the original film; finite, with an area.
    pub rect: [f64; 4],
}

/// When two marks are the same lesion.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ClusterRule {
    /// They overlap at least so much (intersection over union).
    pub min_iou: f64,
    /// Also where their classes differ: marks of one class are put together first, what is left then across classes. So
    /// the clusters of one class are never torn apart by this.
    pub is_across_classes: bool,
}

impl Default for ClusterRule {
    fn default() -> Self {
        Self { min_iou: super::SAME_LESION, is_across_classes: false }
    }
}

/// Places in `marks`, lesion by lesion. Every mark is in one cluster, and a cluster has at most one mark of each reader.
///
/// Marks of different readers are put together where they overlap by the rule, the largest overlap first; two clusters
/// become one where any two of their marks overlap so much. What comes out depends neither on the order of the marks nor
/// on that of the readers. Clusters go down the film, then to the right; the marks in one by class and place.
pub fn clusters(marks: &[ReaderMark], rule: ClusterRule) -> Vec<Vec<usize>> {
    let mut groups = merged(alike(marks), marks, rule);
    for group in &mut groups {
        group.sort_by(|&a, &b| by_class_and_place(&marks[a], &marks[b]).then(marks[a].reader.cmp(&marks[b].reader)));
    }
    groups.sort_by(|a, b| {
        let [a_at, b_at] = [a, b].map(|group| top_left(group, marks));
        let pairs = a.iter().zip(b).map(|(&x, &y)| by_class_and_place(&marks[x], &marks[y]));
        let readers = a.iter().map(|&x| marks[x].reader).cmp(b.iter().map(|&x| marks[x].reader));
        // On the very same place: what more readers saw first.
        let by_place = by_coordinates(&a_at, &b_at).then_with(|| pairs.fold(Ordering::Equal, Ordering::then));
        by_place.then(b.len().cmp(&a.len())).then(readers)
    });
    groups
}

/// Its highest side and its leftmost.
fn top_left(group: &[usize], marks: &[ReaderMark]) -> [f64; 2] {
    let least = |axis: usize| group.iter().map(|&mark| marks[mark].rect[axis]).fold(f64::INFINITY, f64::min);
    [least(1), least(0)]
}

fn by_coordinates(a: &[f64], b: &[f64]) -> Ordering {
    a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).fold(Ordering::Equal, Ordering::then)
}

pub(super) fn by_class_and_place(a: &ReaderMark, b: &ReaderMark) -> Ordering {
    a.class.cmp(&b.class).then_with(|| by_coordinates(&a.rect, &b.rect))
}

/// Marks on the very same place, by class and place. The first copy of each reader makes a group, the second ones another:
/// so no order of readers decides which of equal marks go together.
fn alike(marks: &[ReaderMark]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..marks.len()).collect();
    order.sort_by(|&a, &b| by_class_and_place(&marks[a], &marks[b]));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for place in order.chunk_by(|&a, &b| by_class_and_place(&marks[a], &marks[b]).is_eq()) {
        let first = groups.len();
        let mut num_of_reader: BTreeMap<u32, usize> = BTreeMap::new();
        for &mark in place {
            let copy = num_of_reader.entry(marks[mark].reader).or_default();
            if first + *copy == groups.len() {
                groups.push(Vec::new());
            }
            groups[first + *copy].push(mark);
            *copy += 1;
        }
    }
    groups
}

/// Puts groups together: of one class first, the largest overlap first; of equal ones, by the places of the groups.
fn merged(mut groups: Vec<Vec<usize>>, marks: &[ReaderMark], rule: ClusterRule) -> Vec<Vec<usize>> {
    let of_group = |group: &Vec<usize>| {
        let ReaderMark { class, rect: [xmin, ymin, xmax, ymax], .. } = marks[group[0]];
        (class, Rect::from_columns(xmin, ymin, xmax, ymax))
    };
    let places: Vec<(u16, Option<Rect>)> = groups.iter().map(of_group).collect();
    let mut pairs = Vec::new();
    for (a, (class, first)) in places.iter().enumerate() {
        for (b, (other, second)) in places.iter().enumerate().skip(a + 1) {
            let is_other = class != other;
            if is_other && !rule.is_across_classes {
                break;
            }
            if let (Some(first), Some(second)) = (first, second) {
                let overlap = first.iou(second);
                if overlap >= rule.min_iou && overlap > 0.0 {
                    pairs.push((is_other, overlap, a, b));
                }
            }
        }
    }
    pairs.sort_by(|x, y| x.0.cmp(&y.0).then(y.1.total_cmp(&x.1)).then((x.2, x.3).cmp(&(y.2, y.3))));
    let mut now_in: Vec<usize> = (0..groups.len()).collect();
    for (_, _, a, b) in pairs {
        let (a, b) = (now_in[a], now_in[b]);
        let has = |group: &Vec<usize>, reader: u32| group.iter().any(|&mark| marks[mark].reader == reader);
        if a == b || groups[a].iter().any(|&mark| has(&groups[b], marks[mark].reader)) {
            continue;
        }
        let moved = std::mem::take(&mut groups[b]);
        groups[a].extend(moved);
        for place in now_in.iter_mut().filter(|place| **place == b) {
            *place = a;
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: [f64; 4] = [0.0, 0.0, 100.0, 100.0];
    /// Overlaps `A` by exactly a half.
    const HALF_A: [f64; 4] = [0.0, 0.0, 100.0, 50.0];
    const FAR: [f64; 4] = [500.0, 500.0, 600.0, 600.0];

    fn marks(said: &[(u32, u16, [f64; 4])]) -> Vec<ReaderMark> {
        said.iter().map(|&(reader, class, rect)| ReaderMark { reader, class, rect }).collect()
    }

    #[test]
    fn marks_of_one_lesion_go_together() {
        let check = |is_across_classes: bool, said: &[(u32, u16, [f64; 4])], expected: &[&[usize]]| {
            let rule = ClusterRule { min_iou: 0.5, is_across_classes };
            assert_eq!(clusters(&marks(said), rule), expected, "{is_across_classes}, {said:?}");
        };
        check(false, &[], &[]);
        // Down the film, whatever the order.
        check(false, &[(0, 0, FAR), (0, 0, A), (1, 0, FAR)], &[&[1], &[0, 2]]);
        check(false, &[(0, 0, A), (1, 0, HALF_A)], &[&[1, 0]]);
        // Two marks of one reader stay two.
        check(false, &[(0, 0, A), (0, 0, A), (1, 0, A)], &[&[0, 2], &[1]]);
        // Another class is another lesion, unless the rule says so.
        check(false, &[(0, 0, A), (1, 1, A)], &[&[0], &[1]]);
        check(true, &[(0, 0, A), (1, 1, A)], &[&[0, 1]]);
        // Of one class first, even where another class lies nearer.
        check(true, &[(0, 0, A), (1, 0, HALF_A), (1, 1, A)], &[&[1, 0], &[2]]);
    }

    #[test]
    fn boxes_that_do_not_touch_are_never_one() {
        let rule = ClusterRule { min_iou: 0.0, is_across_classes: true };
        assert_eq!(clusters(&marks(&[(0, 0, A), (1, 0, FAR)]), rule).len(), 2);
    }

    pub(in crate::domain) fn some_marks() -> impl Strategy<Value = Vec<ReaderMark>> {
        // Few places, so that ties, copies and chains are many.
        let mark = (0..4_u32, 0..2_u16, 0..5_u32, 0..3_u32, 4..7_u32).prop_map(|(reader, class, x, y, side)| {
            let [x, y, side] = [x, y, side].map(f64::from);
            ReaderMark { reader, class, rect: [x, y, x + side, y + side] }
        });
        prop::collection::vec(mark, 0..16)
    }

    /// The same marks in another order.
    pub(in crate::domain) fn shuffled(marks: &[ReaderMark], seed: u64) -> Vec<ReaderMark> {
        let (mut marks, mut place) = (marks.to_vec(), seed);
        for at in (1..marks.len()).rev() {
            place = place.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            marks.swap(at, (place >> 33) as usize % (at + 1));
        }
        marks
    }

    fn rule() -> impl Strategy<Value = ClusterRule> {
        (prop::sample::select(vec![0.3, 0.5, 0.75]), any::<bool>())
            .prop_map(|(min_iou, is_across_classes)| ClusterRule { min_iou, is_across_classes })
    }

    proptest! {
        #[test]
        fn no_order_of_marks_changes_anything(said in some_marks(), rule in rule(), seed in any::<u64>()) {
            let other = shuffled(&said, seed);
            let what = |marks: &[ReaderMark]| -> Vec<Vec<ReaderMark>> {
                clusters(marks, rule).into_iter().map(|one| one.into_iter().map(|mark| marks[mark]).collect()).collect()
            };
            prop_assert_eq!(what(&said), what(&other));
        }

        #[test]
        fn every_mark_is_in_one_cluster_and_every_reader_at_most_once(said in some_marks(), rule in rule()) {
            let found = clusters(&said, rule);
            let mut places: Vec<usize> = found.iter().flatten().copied().collect();
            places.sort_unstable();
            prop_assert_eq!(places, (0..said.len()).collect::<Vec<_>>());
            for cluster in &found {
                let mut readers: Vec<u32> = cluster.iter().map(|&mark| said[mark].reader).collect();
                readers.sort_unstable();
                readers.dedup();
                prop_assert_eq!(readers.len(), cluster.len());
            }
        }

        #[test]
        fn across_classes_tears_no_cluster_apart(said in some_marks()) {
            let of = |is_across_classes| clusters(&said, ClusterRule { min_iou: 0.5, is_across_classes });
            let wide = of(true);
            for cluster in of(false) {
                prop_assert!(wide.iter().any(|whole| cluster.iter().all(|mark| whole.contains(mark))));
            }
        }
    }
}
