//! Average precision over bootstrap resamples of films: matched and sorted once, then counted with each film's weight.
//!
//! A film that is drawn twice counts as two films, one after the other. Its boxes are the same in both, so that nothing has
//! to be matched again; between two boxes that find something only the sum of the others' weights matters.
//!
//! Equal scores stand in the order of films, a film's copies next to each other: of films A and B, each drawn twice, A, A',
//! B, B'. Where two boxes of one film have equal scores too, the copies of a box stand together (a, a', b, b'), and not film
//! by film (a, b, a', b').

use crate::domain::evaluation::cases::BoxColumns;
use crate::domain::evaluation::settings::Interpolation;
use crate::domain::metrics::average_precision::{RankPlan, mean, points};
use crate::domain::metrics::matching::Matching;
use crate::domain::metrics::resample::{Draws, LANES, Weights};

/// Resampling of the average precision of each class and overlap, cut into blocks that may run in any order.
#[derive(Clone, Debug)]
pub struct PrecisionBootstrap<'a> {
    draws: &'a Draws,
    num_resamples: usize,
    num_ious: usize,
    points: Points,
    classes: Vec<Class>,
}

#[derive(Clone, Debug, Default)]
struct Class {
    /// The unit of each truth.
    truths: Vec<u32>,
    /// By falling score; those behind the last one that finds something change nothing and are left out.
    finders: Vec<Finder>,
    /// The units of the boxes that find nothing, by the finder that they stand before.
    others: Vec<u32>,
    /// For each overlap, the finders that find something there, last one first.
    hits: Vec<Vec<u32>>,
}

#[derive(Clone, Copy, Debug)]
struct Finder {
    unit: u32,
    /// How many of `others` stand before it.
    end: u32,
}

/// Average precision by resample, then class, then overlap.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ResampledPrecision {
    num_classes: usize,
    num_ious: usize,
    values: Vec<Option<f64>>,
}

impl ResampledPrecision {
    pub const fn num_resamples(&self) -> usize {
        let row = self.num_classes * self.num_ious;
        // Without classes there is nothing to count resamples by.
        self.values.len() / if row == 0 { 1 } else { row }
    }

    /// Of a class at an overlap, resample by resample; `None` where no truth of the class was drawn.
    pub fn values(&self, class: usize, iou: usize) -> Vec<Option<f64>> {
        self.rows().map(|row| row[class * self.num_ious + iou]).collect()
    }

    /// The mean over classes at an overlap, resample by resample, without those of which no truth was drawn.
    pub fn means(&self, iou: usize) -> Vec<Option<f64>> {
        self.rows().map(|row| mean(row.iter().skip(iou).step_by(self.num_ious).copied())).collect()
    }

    /// The mean over classes and overlaps.
    pub fn means_of_all(&self) -> Vec<Option<f64>> {
        self.rows().map(|row| mean(row.iter().copied())).collect()
    }

    fn rows(&self) -> impl Iterator<Item = &[Option<f64>]> {
        self.values.chunks_exact((self.num_classes * self.num_ious).max(1))
    }
}

impl<'a> PrecisionBootstrap<'a> {
    /// `draws` has the films as its cases, in the columns' order.
    pub fn new(
        truths: &BoxColumns,
        detections: &BoxColumns,
        matching: &Matching,
        num_classes: usize,
        interpolation: Interpolation,
        draws: &'a Draws,
        num_resamples: usize,
    ) -> Self {
        assert_eq!(draws.num_cases(), truths.num_films(), "films are what is drawn");
        let plan = RankPlan::new(truths, detections, matching, num_classes);
        let units = draws.unit_of_case();
        let mut classes = vec![Class::default(); num_classes];
        for (film, &unit) in units.iter().enumerate() {
            for &class in &truths.classes[truths.of_film(film)] {
                classes[class as usize].truths.push(unit);
            }
        }
        for (number, class) in classes.iter_mut().enumerate() {
            let finders = &plan.class(number).finders;
            let unit = |detection: u32| units[detections.film_of(detection as usize)];
            class.finders = finders.iter().map(|one| Finder { unit: unit(one.detection), end: 0 }).collect();
            let hits = |iou| {
                let found = (0..finders.len()).rev().filter(|&i| finders[i].is_hit(matching, iou));
                found.map(|i| i as u32).collect()
            };
            class.hits = (0..matching.num_ious()).map(hits).collect();
        }
        // Counted, then put in their places.
        plan.each_other(0..detections.len(), |_, class, place| {
            if let Some(finder) = classes[class].finders.get_mut(place) {
                finder.end += 1;
            }
        });
        for class in &mut classes {
            let mut end = 0;
            for finder in &mut class.finders {
                end += std::mem::replace(&mut finder.end, end);
            }
            class.others = vec![0; end as usize];
        }
        let mut film = 0;
        plan.each_other(0..detections.len(), |detection, class, place| {
            while detections.starts[film + 1] as usize <= detection {
                film += 1;
            }
            let class = &mut classes[class];
            if let Some(finder) = class.finders.get_mut(place) {
                class.others[finder.end as usize] = units[film];
                finder.end += 1;
            }
        });
        Self { draws, num_resamples, num_ious: matching.num_ious(), points: Points::of(interpolation), classes }
    }

    /// Never 0, so that a progress bar has something to divide by.
    pub const fn num_blocks(&self) -> usize {
        let num = Draws::num_blocks(self.num_resamples);
        if num == 0 { 1 } else { num }
    }

    pub fn block(&self, block: usize) -> ResampledPrecision {
        let num_left = self.num_resamples.saturating_sub(block * LANES).min(LANES);
        if num_left == 0 {
            return self.empty();
        }
        self.count(&self.draws.block(block), num_left)
    }

    /// Blocks of the jackknife, for [`Self::block_without_one`].
    pub const fn num_blocks_without_one(&self) -> usize {
        self.draws.num_blocks_without_one()
    }

    /// The jackknife: everything but one unit, or one group of many units ([`Draws::block_without_one`]).
    pub fn block_without_one(&self, block: usize) -> ResampledPrecision {
        let num_left = self.draws.num_left_out().saturating_sub(block * LANES).min(LANES);
        self.count(&self.draws.block_without_one(block), num_left)
    }

    /// The blocks in their order.
    pub fn finish(&self, blocks: impl IntoIterator<Item = ResampledPrecision>) -> ResampledPrecision {
        let mut whole = self.empty();
        whole.values = blocks.into_iter().flat_map(|block| block.values).collect();
        whole
    }

    const fn empty(&self) -> ResampledPrecision {
        ResampledPrecision { num_classes: self.classes.len(), num_ious: self.num_ious, values: Vec::new() }
    }

    fn count(&self, weights: &Weights, num_lanes: usize) -> ResampledPrecision {
        let mut columns = Vec::with_capacity(self.classes.len() * self.num_ious);
        let mut ranks = Vec::new();
        for class in &self.classes {
            let mut num_truths = [0; LANES];
            class.truths.iter().for_each(|&unit| add(&mut num_truths, weights.of_unit(unit)));
            class.rank(weights, &mut ranks);
            let with_class = |area: [f64; LANES]| {
                let defined = |lane: usize| (num_truths[lane] > 0).then_some(area[lane]);
                std::array::from_fn::<_, LANES, _>(defined)
            };
            let areas = class.hits.iter().map(|hits| class.area(weights, &ranks, hits, &num_truths, self.points));
            columns.extend(areas.map(with_class));
        }
        let mut block = self.empty();
        block.values = (0..num_lanes).flat_map(|lane| columns.iter().map(move |column| column[lane])).collect();
        block
    }
}

impl Class {
    /// The rank of each finder in each resample: the weights of all boxes up to and with it.
    fn rank(&self, weights: &Weights, ranks: &mut Vec<[i32; LANES]>) {
        ranks.clear();
        let mut rank = [0; LANES];
        let mut start = 0;
        for finder in &self.finders {
            for &unit in &self.others[start..finder.end as usize] {
                add(&mut rank, weights.of_unit(unit));
            }
            start = finder.end as usize;
            add(&mut rank, weights.of_unit(finder.unit));
            ranks.push(rank);
        }
    }

    /// As [`super::average_precision::area`], in each resample. A hit that was not drawn has the recall of the one before
    /// and no better precision, and so changes nothing.
    fn area(
        &self,
        weights: &Weights,
        ranks: &[[i32; LANES]],
        hits: &[u32],
        num_truths: &[i32; LANES],
        points: Points,
    ) -> [f64; LANES] {
        let truths = num_truths.map(|num| f64::from(num.max(1)));
        let mut num_hits = [0; LANES];
        for &hit in hits {
            add(&mut num_hits, weights.of_unit(self.finders[hit as usize].unit));
        }
        let mut best = [0.0; LANES];
        let mut sum = [0.0; LANES];
        let mut reached = points.reached(&num_hits, &truths);
        for &hit in hits {
            let rank = &ranks[hit as usize];
            let weight = weights.of_unit(self.finders[hit as usize].unit);
            for lane in 0..LANES {
                let precision = f64::from(num_hits[lane]) / f64::from(rank[lane]).max(1.0);
                best[lane] = if precision > best[lane] { precision } else { best[lane] };
                num_hits[lane] -= i32::from(weight[lane]);
            }
            let before = points.reached(&num_hits, &truths);
            for lane in 0..LANES {
                sum[lane] += best[lane] * (reached[lane] - before[lane]);
            }
            reached = before;
        }
        std::array::from_fn(|lane| (sum[lane] + best[lane] * reached[lane]) * points.scale)
    }
}

fn add(sum: &mut [i32; LANES], weights: &[u8; LANES]) {
    for (sum, &weight) in sum.iter_mut().zip(weights) {
        *sum += i32::from(weight);
    }
}

/// How much of the recall axis is reached, by points or as it is.
#[derive(Clone, Copy, Debug)]
struct Points {
    /// The number of the last point; 0 for the area.
    last: f64,
    step: f64,
    /// What one of the units of `reached` is of the whole.
    scale: f64,
}

impl Points {
    fn of(interpolation: Interpolation) -> Self {
        points(interpolation).map_or(Self { last: 0.0, step: 0.0, scale: 1.0 }, |(step, last)| Self {
            last: f64::from(last),
            step,
            scale: 1.0 / f64::from(last + 1),
        })
    }

    /// Points up to the recall of so many hits; the recall itself for the area.
    #[inline]
    fn reached(&self, num_hits: &[i32; LANES], truths: &[f64; LANES]) -> [f64; LANES] {
        // More than the rounding of the product, less than one truth of a hundred million.
        const NEARLY: f64 = 1e-10;
        // Added and taken away again it leaves the nearest whole number, without a conversion: from 2^52 to 2^53 there are
        // no others, and half as much again leaves room below 0.
        const ROUND: f64 = (3_u64 << 51) as f64;
        let recall: [f64; LANES] = std::array::from_fn(|lane| f64::from(num_hits[lane]) / truths[lane]);
        if self.last == 0.0 {
            return recall;
        }
        std::array::from_fn(|lane| {
            let place = (recall[lane] * self.last + NEARLY - 0.5 + ROUND) - ROUND;
            // Compared as numpy does: some products stand just above the fraction that they are meant for.
            if place * self.step > recall[lane] { place } else { place + 1.0 }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::metrics::average_precision::rank;
    use crate::domain::metrics::matching::match_boxes;

    const NUM_CLASSES: usize = 4;
    const IOUS: [f64; 3] = [0.3, 0.5, 0.7];

    /// 20 films of three classes, the third one on two of them, no two boxes of one score; the last class has boxes and no
    /// truths.
    fn films() -> (BoxColumns, BoxColumns) {
        let roll = |i: u64, sides: u64| (i.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) % sides;
        let (mut truths, mut detections) = (BoxColumns::default(), BoxColumns::default());
        for film in 0..20 {
            let rect = |i: u64| {
                let corner = [roll(i, 30) as f64, roll(i + 5, 30) as f64];
                [corner[0], corner[1], corner[0] + 20.0, corner[1] + 20.0]
            };
            let class = |i: u64, n: u64| roll(i + 77, n) as u16;
            let known = (0..roll(film, 4)).map(|i| film * 100 + i).map(|i| (class(i, 2), rect(i), None));
            truths.push_film(known.chain((film % 9 == 8).then(|| (2, rect(film), None))));
            let mut boxes: Vec<_> = (0..12)
                .map(|i| film * 1000 + i)
                .map(|i| (class(i, 4), rect(i + 3), Some(((i * 7919) % 20_011) as f64 / 20_011.0)))
                .collect();
            boxes.sort_by(|a, b| b.2.partial_cmp(&a.2).unwrap());
            detections.push_film(boxes);
        }
        (truths, detections)
    }

    /// The films as often as their units were drawn, evaluated from the start.
    fn written_out(of_film: impl Fn(usize) -> u8, interpolation: Interpolation) -> Vec<Option<f64>> {
        let (truths, detections) = films();
        let repeat = |columns: &BoxColumns| {
            let mut out = BoxColumns::default();
            for film in (0..columns.num_films()).flat_map(|film| std::iter::repeat_n(film, of_film(film) as usize)) {
                let boxes = columns.of_film(film);
                out.push_film(boxes.map(|i| (columns.classes[i], columns.rects[i], columns.scores.get(i).copied())));
            }
            out
        };
        let (truths, detections) = (repeat(&truths), repeat(&detections));
        let matching = match_boxes(&truths, &detections, &IOUS, 100, NUM_CLASSES);
        let ranking = rank(&truths, &detections, &matching, NUM_CLASSES);
        let of = |class, iou| ranking.average_precision(&matching, class, iou, interpolation);
        (0..NUM_CLASSES).flat_map(|class| (0..IOUS.len()).map(move |iou| of(class, iou))).collect()
    }

    fn close(found: &[Option<f64>], expected: &[Option<f64>]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            match (found, expected) {
                (Some(a), Some(b)) => assert!((a - b).abs() < 1e-12, "{a}, not {b}"),
                _ => assert_eq!(found, expected),
            }
        }
    }

    #[test]
    fn a_resample_equals_the_films_written_out() {
        let (truths, detections) = films();
        let matching = match_boxes(&truths, &detections, &IOUS, 100, NUM_CLASSES);
        let by_film: Vec<u32> = (0..20).collect();
        let by_patient: Vec<u32> = (0..20).map(|film| film / 3).collect();
        let mut num_undefined = 0;
        for units in [by_film, by_patient] {
            let draws = Draws::new(&units, 5);
            for interpolation in [Interpolation::Points101, Interpolation::Voc2010, Interpolation::Voc2007] {
                let plan =
                    PrecisionBootstrap::new(&truths, &detections, &matching, NUM_CLASSES, interpolation, &draws, 40);
                let all = plan.finish((0..plan.num_blocks()).map(|block| plan.block(block)));
                assert_eq!((plan.num_blocks(), all.num_resamples()), (3, 40));
                for (resample, row) in all.rows().enumerate() {
                    let weights = draws.block(resample / LANES);
                    let of_film = |film: usize| weights.of_unit(units[film])[resample % LANES];
                    close(row, &written_out(of_film, interpolation));
                    num_undefined += row[..9].iter().filter(|value| value.is_none()).count();
                }
                let without = plan.finish((0..plan.num_blocks_without_one()).map(|b| plan.block_without_one(b)));
                assert_eq!(without.num_resamples(), draws.num_units());
                for (unit, row) in without.rows().enumerate() {
                    close(row, &written_out(|film| u8::from(units[film] != unit as u32), interpolation));
                }
                assert!(all.values(3, 0).iter().all(Option::is_none), "nothing is known of the last class");
                let first = [all.values(0, 1)[0], all.values(1, 1)[0], all.values(2, 1)[0]];
                assert_eq!(all.means(1)[0], mean(first));
            }
        }
        assert!(num_undefined > 0, "some resamples miss a class");
    }

    #[test]
    fn recall_on_a_point_reaches_it_where_numpy_says_so() {
        for (interpolation, last) in [(Interpolation::Points101, 100), (Interpolation::Voc2007, 10)] {
            let (points, step) = (Points::of(interpolation), points(interpolation).unwrap().0);
            for num_truths in [1, 7, 10, 20, 100, 700, 12_345] {
                for hits in (0..=num_truths).step_by(if num_truths > 1000 { 13 } else { 1 }) {
                    let recall = f64::from(hits) / f64::from(num_truths);
                    let expected = (0..=last).filter(|&i| f64::from(i) * step <= recall).count();
                    let found = points.reached(&[hits; LANES], &[f64::from(num_truths); LANES]);
                    assert_eq!(found, [expected as f64; LANES], "{hits} of {num_truths}");
                }
            }
        }
    }

    #[test]
    fn without_classes_or_films_there_is_nothing() {
        let none = BoxColumns::default();
        let matching = match_boxes(&none, &none, &[0.5], 100, 0);
        let draws = Draws::new(&[], 1);
        for num_classes in [0, 2] {
            let plan =
                PrecisionBootstrap::new(&none, &none, &matching, num_classes, Interpolation::Voc2010, &draws, 20);
            let all = plan.finish((0..plan.num_blocks()).map(|block| plan.block(block)));
            assert!(all.means(0).iter().all(Option::is_none));
        }
    }
}
