//! Average precision by class and overlap: how well boxes stand by falling score, as COCO and PASCAL VOC count it.
//!
//! Sources: `COCOeval.accumulate` of pycocotools 2.0.11 (101 points); the PASCAL VOC development kit, `VOCap.m` (2010: area
//! under the curve made monotone) and its 2007 form (11 points). What finds what is COCO's rule in all three
//! ([`super::matching`]): a box takes the best truth that is still free. The development kit of PASCAL VOC gives a box its best
//! truth, and a second box on that truth is a false alarm even where it overlaps a free one enough; only the
//! interpolation is VOC's here, and its figures may differ. Films come one after the other, so equal scores stand in
//! the order of films and, within one, in the order given.
//!
//! Between two boxes that find something there are only false alarms, and they only lower precision. So what is kept of
//! all boxes of a class is, for each that finds something, its rank: precision there is finds so far / rank.

use std::ops::Range;

use crate::domain::evaluation::cases::BoxColumns;
use crate::domain::evaluation::settings::Interpolation;
use crate::domain::metrics::matching::{Matching, NO_TRUTH};

/// Steps of the score from 0 to 1.
const NUM_STEPS: usize = 1024;
/// Fewer boxes are not worth a block of their own.
const LEAST_PER_BLOCK: usize = 1 << 15;
/// Every block has a count for each finder, and all blocks are held until the end: their number must not grow with the boxes.
const MOST_BLOCKS: usize = 16;

/// The boxes of each class by falling score, as far as figures need them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Ranking {
    num_ious: usize,
    classes: Vec<RankedClass>,
}

/// One class of a [`Ranking`].
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RankedClass {
    /// All truths of the class.
    pub num_truths: u32,
    /// All boxes of the class that are looked at.
    pub num_detections: u32,
    /// The boxes that find something at one overlap or more, by falling score.
    pub finders: Vec<Finder>,
}

/// A box that finds something at one overlap or more.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Finder {
    pub detection: u32,
    pub score: f64,
    /// Its place among all boxes of its class, from 1.
    pub rank: u32,
    /// Its place among [`Matching::finders`].
    place: u32,
}

/// A point of a precision-recall or FROC curve: all boxes with this score and more.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CurvePoint {
    pub score: f64,
    pub true_positives: u32,
    pub false_positives: u32,
}

/// Ranking, cut into blocks of boxes.
#[derive(Clone, Debug)]
pub struct RankPlan<'a> {
    detections: &'a BoxColumns,
    matching: &'a Matching,
    ranking: Ranking,
    /// For each class, where its counts start: it has one more than it has finders.
    starts: Vec<u32>,
    /// For each class and step of the score, how many finders are of a higher step: most searches end there.
    steps: Vec<[u32; NUM_STEPS + 1]>,
    /// The result does not depend on it.
    boxes_per_block: usize,
}

/// For each finder, class by class, how many others stand between the finder before and itself; after each class's last
/// finder, how many stand behind it.
#[derive(Clone, Debug)]
pub struct RankBlock(Vec<u32>);

impl<'a> RankPlan<'a> {
    /// `num_classes` is over every class in the columns.
    pub fn new(truths: &BoxColumns, detections: &'a BoxColumns, matching: &'a Matching, num_classes: usize) -> Self {
        let mut classes = vec![RankedClass::default(); num_classes];
        for &class in &truths.classes {
            classes[class as usize].num_truths += 1;
        }
        for (place, &detection) in matching.finders().iter().enumerate() {
            let score = detections.scores[detection as usize];
            let finder = Finder { detection, score, rank: 0, place: place as u32 };
            classes[detections.classes[detection as usize] as usize].finders.push(finder);
        }
        let mut starts = Vec::with_capacity(num_classes);
        let mut steps = vec![[0; NUM_STEPS + 1]; num_classes];
        let mut start = 0;
        for (class, steps) in classes.iter_mut().zip(&mut steps) {
            class.finders.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.detection.cmp(&b.detection)));
            starts.push(start);
            start += class.finders.len() as u32 + 1;
            class.finders.iter().for_each(|one| steps[step(one.score)] += 1);
            let mut higher = 0;
            for count in steps.iter_mut().rev() {
                higher += std::mem::replace(count, higher);
            }
        }
        starts.push(start);
        let ranking = Ranking { num_ious: matching.num_ious(), classes };
        Self { detections, matching, ranking, starts, steps, boxes_per_block: boxes_per_block(detections.len()) }
    }

    /// Its finders have no rank yet.
    pub(super) fn class(&self, class: usize) -> &RankedClass {
        &self.ranking.classes[class]
    }

    pub const fn num_blocks(&self) -> usize {
        self.detections.len().div_ceil(self.boxes_per_block)
    }

    pub fn block(&self, block: usize) -> RankBlock {
        let boxes = block * self.boxes_per_block..self.detections.len().min((block + 1) * self.boxes_per_block);
        let mut counts = vec![0; *self.starts.last().expect("one more than there are classes") as usize];
        self.each_other(boxes, |_, class, place| counts[self.starts[class] as usize + place] += 1);
        RankBlock(counts)
    }

    pub fn finish(self, blocks: impl IntoIterator<Item = RankBlock>) -> Ranking {
        let mut counts = vec![0; *self.starts.last().expect("one more than there are classes") as usize];
        for RankBlock(part) in blocks {
            counts.iter_mut().zip(part).for_each(|(count, more)| *count += more);
        }
        let mut ranking = self.ranking;
        for (class, &start) in ranking.classes.iter_mut().zip(&self.starts) {
            let mut rank = 0;
            let counts = &counts[start as usize..];
            for (finder, others) in class.finders.iter_mut().zip(counts) {
                rank += others + 1;
                finder.rank = rank;
            }
            class.num_detections = rank + counts[class.finders.len()];
        }
        ranking
    }

    /// For each box that is looked at and finds nothing at any overlap: itself, its class, and how many finders of its
    /// class stand before it.
    pub(super) fn each_other(&self, boxes: Range<usize>, mut visit: impl FnMut(usize, usize, usize)) {
        let from = |list: &'a [u32]| {
            let start = list.partition_point(|&one| (one as usize) < boxes.start);
            list[start..].iter().copied().peekable()
        };
        let (mut finders, mut left_out) = (from(self.matching.finders()), from(self.matching.left_out()));
        for detection in boxes {
            let is_next = |next: Option<&u32>| next == Some(&(detection as u32));
            if is_next(finders.peek()) {
                finders.next();
            } else if is_next(left_out.peek()) {
                left_out.next();
            } else {
                let class = self.detections.classes[detection] as usize;
                let score = self.detections.scores[detection];
                let ranked = &self.ranking.classes[class].finders;
                let (steps, step) = (&self.steps[class], step(score));
                let higher = steps[step] as usize;
                let same = higher..step.checked_sub(1).map_or(ranked.len(), |lower| steps[lower] as usize);
                let before = ranked[same].partition_point(|one| {
                    one.score > score || one.score == score && (one.detection as usize) < detection
                });
                visit(detection, class, higher + before);
            }
        }
    }
}

fn boxes_per_block(num_boxes: usize) -> usize {
    num_boxes.div_ceil(MOST_BLOCKS).max(LEAST_PER_BLOCK)
}

/// Rises with the score; scores beyond 0 and 1 are on the first and the last step.
fn step(score: f64) -> usize {
    (score * NUM_STEPS as f64).min(NUM_STEPS as f64) as usize
}

/// All blocks one after the other: [`RankPlan`] says what is what.
pub fn rank(truths: &BoxColumns, detections: &BoxColumns, matching: &Matching, num_classes: usize) -> Ranking {
    let plan = RankPlan::new(truths, detections, matching, num_classes);
    let blocks: Vec<RankBlock> = (0..plan.num_blocks()).map(|block| plan.block(block)).collect();
    plan.finish(blocks)
}

impl Ranking {
    pub const fn num_classes(&self) -> usize {
        self.classes.len()
    }

    pub const fn num_ious(&self) -> usize {
        self.num_ious
    }

    pub fn class(&self, class: usize) -> &RankedClass {
        &self.classes[class]
    }

    /// The curve of a class at an overlap, at each box that finds a truth there, by falling score. The boxes between two
    /// points, and those behind the last ([`RankedClass::num_detections`] in all), are false alarms. `matching` is the
    /// one that was ranked.
    pub fn curve(&self, matching: &Matching, class: usize, iou: usize) -> Vec<CurvePoint> {
        let mut true_positives = 0;
        let hits = self.classes[class].finders.iter().filter(|one| one.is_hit(matching, iou));
        let points = hits.map(|one| {
            true_positives += 1;
            CurvePoint { score: one.score, true_positives, false_positives: one.rank - true_positives }
        });
        points.collect()
    }

    /// 0 to 1. `None` for a class without truths: it is left out of the mean, and named. Without boxes 0.
    pub fn average_precision(
        &self,
        matching: &Matching,
        class: usize,
        iou: usize,
        interpolation: Interpolation,
    ) -> Option<f64> {
        let ranked = &self.classes[class];
        let ranks = ranked.finders.iter().filter(|one| one.is_hit(matching, iou)).map(|one| one.rank);
        (ranked.num_truths > 0).then(|| area(&ranks.collect::<Vec<u32>>(), ranked.num_truths, interpolation))
    }
}

impl Finder {
    pub(super) fn is_hit(&self, matching: &Matching, iou: usize) -> bool {
        matching.truths_of_finder(self.place as usize)[iou] != NO_TRUTH
    }
}

/// The mean over those that have a value; `None` when none has.
pub fn mean(values: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    let (sum, count) = values.into_iter().flatten().fold((0.0, 0_u32), |(sum, n), value| (sum + value, n + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// The distance between points of recall, as numpy multiplies it, and the number of the last one; `None` for the whole
/// area.
pub(super) const fn points(interpolation: Interpolation) -> Option<(f64, u32)> {
    match interpolation {
        Interpolation::Points101 => Some((0.01, 100)),
        Interpolation::Voc2007 => Some((0.1, 10)),
        Interpolation::Voc2010 => None,
    }
}

/// Average precision from the ranks (from 1, ascending) of the boxes that find a truth.
///
/// pycocotools adds 2e-16 to each denominator, so that its precision of a first hit is 1 - 2e-16; this one's is 1.
pub fn area(ranks: &[u32], num_truths: u32, interpolation: Interpolation) -> f64 {
    let (step, last) = points(interpolation).unwrap_or((1.0, 0));
    let recall = |hits: usize| hits as f64 / f64::from(num_truths);
    // From the last hit to the first: the best precision from here on is what each point of recall up to here gets.
    let mut best = 0.0;
    let mut sum = 0.0;
    // The points are `i * step`, as numpy makes them, and not the nearest numbers to 0.35 or 0.7: a recall that falls on
    // one is compared with the same number as there.
    let mut point = last as i64;
    let reached = |point: i64, recall: f64| point as f64 * step <= recall;
    for (i, &rank) in ranks.iter().enumerate().rev() {
        while point >= 0 && !reached(point, recall(i + 1)) {
            point -= 1;
            sum += best;
        }
        best = f64::max(best, (i + 1) as f64 / f64::from(rank));
        if interpolation == Interpolation::Voc2010 {
            sum += best * (recall(i + 1) - recall(i));
        }
    }
    match interpolation {
        Interpolation::Voc2010 => sum,
        _ => (sum + (point + 1) as f64 * best) / f64::from(last + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluation::published::TABLE_5;
    use crate::domain::metrics::matching::match_boxes;
    use Interpolation::{Points101, Voc2007, Voc2010};

    fn close(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 1e-12, "{actual} for {expected}");
    }

    #[test]
    fn areas_by_hand() {
        // Two truths, hits at ranks 1 and 3: precision 1 up to recall 1/2, then 2/3.
        close(area(&[1, 3], 2, Points101), (51.0 + 50.0 * 2.0 / 3.0) / 101.0);
        close(area(&[1, 3], 2, Voc2010), 0.5 + 0.5 * 2.0 / 3.0);
        close(area(&[1, 3], 2, Voc2007), (6.0 + 5.0 * 2.0 / 3.0) / 11.0);
        // A later hit of better precision lifts what is before it: 1/4 becomes 2/5.
        close(area(&[4, 5], 4, Voc2010), 0.5 * 0.4);
        close(area(&[4, 5], 4, Points101), 51.0 * 0.4 / 101.0);
        for interpolation in [Points101, Voc2010, Voc2007] {
            close(area(&[], 3, interpolation), 0.0);
            close(area(&[1, 2, 3], 3, interpolation), 1.0);
        }
    }

    #[test]
    fn equal_scores_stand_in_the_order_of_films() {
        let rect = [0.0, 0.0, 10.0, 10.0];
        let mut truths = BoxColumns::default();
        let mut detections = BoxColumns::default();
        for (truth, score) in [(None, 0.5), (Some(rect), 0.5), (Some(rect), 0.9), (None, 0.5)] {
            truths.push_film(truth.map(|rect| (0, rect, None)));
            detections.push_film([(0, rect, Some(score))]);
        }
        let matching = match_boxes(&truths, &detections, &[0.5], 100, 2);
        let ranking = rank(&truths, &detections, &matching, 2);
        let point = |score, true_positives, false_positives| CurvePoint { score, true_positives, false_positives };
        assert_eq!(ranking.curve(&matching, 0, 0), [point(0.9, 1, 0), point(0.5, 2, 1)]);
        assert_eq!(ranking.class(0).num_detections, 4);
        assert_eq!(ranking.average_precision(&matching, 0, 0, Voc2010), Some(0.5 + 0.5 * 2.0 / 3.0));
        // Nothing is known of a class without truths.
        assert_eq!(ranking.average_precision(&matching, 1, 0, Voc2010), None);
        assert_eq!(mean([Some(0.5), None, Some(1.0)]), Some(0.75));
        assert_eq!(mean([None]), None);
    }

    #[test]
    fn blocks_are_few_and_change_nothing() {
        for (num_boxes, expected) in
            [(0_usize, 0), (1, 1), (1 << 15, 1), ((1 << 15) + 1, 2), (1 << 19, 16), (100_000_007, 16)]
        {
            assert_eq!(num_boxes.div_ceil(boxes_per_block(num_boxes)), expected, "{num_boxes} boxes");
        }
        let (mut truths, mut detections) = (BoxColumns::default(), BoxColumns::default());
        for film in 0..50_u32 {
            let rect = |n: u32| [0.0, 0.0, 10.0, f64::from(1 + (film * 7 + n * 5) % 10)];
            truths.push_film([(0, rect(0), None), ((film % 2) as u16, rect(1), None)]);
            let score = |n: u32| f64::from((film * 37 + 60 - n * 11) % 20 + 20 * (2 - n)) / 60.0;
            detections.push_film((0..3).map(|n| ((n % 2) as u16, rect(n + 1), Some(score(n)))));
        }
        let matching = match_boxes(&truths, &detections, &[0.5], 100, 2);
        let expected = rank(&truths, &detections, &matching, 2);
        assert!(expected.class(0).finders.len() > 10);
        for boxes_per_block in [1, 7, 149, 150] {
            let plan = RankPlan { boxes_per_block, ..RankPlan::new(&truths, &detections, &matching, 2) };
            let blocks: Vec<RankBlock> = (0..plan.num_blocks()).map(|block| plan.block(block)).collect();
            assert_eq!(plan.finish(blocks), expected, "{boxes_per_block} boxes a block");
        }
    }

    /// VinDr-SpineXR, Table 5: the classes' AP at IoU 0.5 average to the mAP that the text gives.
    #[test]
    fn the_rows_of_table_5_average_to_their_means() {
        for row in TABLE_5 {
            let found = mean(row.ap.map(Some)).unwrap();
            assert_eq!((found * 100.0).round() / 100.0, row.map, "{}", row.name);
        }
    }
}
