//! Which box finds which truth: pycocotools' greedy rule, film by film and class by class, at several overlaps at once.
//!
//! Source: `COCOeval.evaluateImg` and `bbIou` of pycocotools 2.0.11, area "all", no crowds. Within a film and a class, the
//! boxes choose by falling score, equal scores in the order given; each takes the truth that it overlaps most among those
//! that are still free; of two overlapped equally, the later one. A lower score never takes anything from a higher one, so
//! leaving out boxes under a score leaves all other pairs as they are: one matching serves every threshold.

use std::ops::Range;

use crate::domain::evaluation::cases::BoxColumns;

/// A box finds nothing here.
pub const NO_TRUTH: u32 = u32::MAX;

/// Films a block: enough that threads are not busy with handing out work.
const FILMS_PER_BLOCK: usize = 512;

/// Which truth each detection finds, at each overlap. Kept only for those that find one: few do.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Matching {
    num_ious: usize,
    /// Detections that find a truth at one overlap or more, ascending.
    finders: Vec<u32>,
    /// For each of `finders`, the truth at each overlap, or [`NO_TRUTH`].
    truths: Vec<u32>,
    /// Detections that are not looked at, because their film has more of their class; ascending.
    left_out: Vec<u32>,
}

impl Matching {
    pub const fn num_ious(&self) -> usize {
        self.num_ious
    }

    /// The truth that a detection finds at the overlap of this position.
    pub fn truth_of(&self, iou: usize, detection: u32) -> Option<u32> {
        let place = self.finders.binary_search(&detection).ok()?;
        Some(self.truths_of_finder(place)[iou]).filter(|&truth| truth != NO_TRUTH)
    }

    /// Detections that find a truth at one overlap or more, ascending.
    pub fn finders(&self) -> &[u32] {
        &self.finders
    }

    /// What the finder of this place finds, overlap by overlap; [`NO_TRUTH`] where nothing.
    pub fn truths_of_finder(&self, place: usize) -> &[u32] {
        &self.truths[place * self.num_ious..][..self.num_ious]
    }

    /// Pairs of detection and truth at one overlap, in the order of detections.
    pub fn pairs(&self, iou: usize) -> impl Iterator<Item = (u32, u32)> {
        let found = self.finders.iter().enumerate().map(move |(place, &one)| (one, self.truths_of_finder(place)[iou]));
        found.filter(|&(_, truth)| truth != NO_TRUTH)
    }

    /// Detections that are neither hits nor false alarms, because their film has more boxes of their class with better
    /// scores; ascending.
    pub fn left_out(&self) -> &[u32] {
        &self.left_out
    }
}

/// The matching of a block of films.
#[derive(Clone, Debug)]
pub struct MatchBlock(Matching);

/// Matching, cut into blocks of films.
#[derive(Clone, Debug)]
pub struct MatchPlan<'a> {
    truths: &'a BoxColumns,
    detections: &'a BoxColumns,
    /// The smallest overlap that counts, for each asked.
    floors: Vec<f64>,
    max_detections: usize,
    num_classes: usize,
}

impl<'a> MatchPlan<'a> {
    /// Both columns have the same films. Classes are under `num_classes`. Within a film, detections stand by falling score.
    /// `max_detections` of each film *and class* are looked at: so it is in pycocotools, though detectors are mostly
    /// limited by film.
    pub fn new(
        truths: &'a BoxColumns,
        detections: &'a BoxColumns,
        ious: &[f64],
        max_detections: usize,
        num_classes: usize,
    ) -> Self {
        assert_eq!(truths.num_films(), detections.num_films(), "the same films on both sides");
        // As pycocotools has it: at an overlap of 1, rounding may not cost the match.
        let floors = ious.iter().map(|&iou| f64::min(iou, 1.0 - 1e-10)).collect();
        Self { truths, detections, floors, max_detections, num_classes }
    }

    pub const fn num_blocks(&self) -> usize {
        self.truths.num_films().div_ceil(FILMS_PER_BLOCK)
    }

    pub fn block(&self, block: usize) -> MatchBlock {
        let films = block * FILMS_PER_BLOCK..self.truths.num_films().min((block + 1) * FILMS_PER_BLOCK);
        let mut desk = Desk::new(self);
        for film in films {
            desk.film(self.truths.of_film(film), self.detections.of_film(film));
        }
        MatchBlock(desk.out)
    }

    /// The blocks in their order.
    pub fn finish(&self, blocks: impl IntoIterator<Item = MatchBlock>) -> Matching {
        let mut whole = Matching { num_ious: self.floors.len(), ..Matching::default() };
        for MatchBlock(part) in blocks {
            whole.finders.extend(part.finders);
            whole.truths.extend(part.truths);
            whole.left_out.extend(part.left_out);
        }
        whole
    }
}

/// All blocks one after the other: [`MatchPlan`] says what is what.
pub fn match_boxes(
    truths: &BoxColumns,
    detections: &BoxColumns,
    ious: &[f64],
    max_detections: usize,
    num_classes: usize,
) -> Matching {
    let plan = MatchPlan::new(truths, detections, ious, max_detections, num_classes);
    plan.finish((0..plan.num_blocks()).map(|block| plan.block(block)))
}

/// Intersection over union as pycocotools computes it; 0 for boxes that only touch.
pub fn overlap(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    let width = f64::min(a[2], b[2]) - f64::max(a[0], b[0]);
    if width <= 0.0 {
        return 0.0;
    }
    let height = f64::min(a[3], b[3]) - f64::max(a[1], b[1]);
    if height <= 0.0 {
        return 0.0;
    }
    let shared = width * height;
    shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)
}

/// Room that is used again from film to film.
struct Desk<'a> {
    plan: &'a MatchPlan<'a>,
    lowest: f64,
    /// The first truth of a class on this film, counted from the film's first; [`NO_TRUTH`] for none.
    first: Vec<u32>,
    /// The next truth of the same class.
    next: Vec<u32>,
    /// For each truth of the film and each overlap.
    is_taken: Vec<bool>,
    /// Truths that one detection overlaps enough at the lowest overlap, in order, with the overlap.
    near: Vec<(u32, f64)>,
    /// Boxes of each class on this film so far.
    counts: Vec<u32>,
    out: Matching,
}

impl<'a> Desk<'a> {
    fn new(plan: &'a MatchPlan) -> Self {
        Self {
            plan,
            lowest: plan.floors.iter().copied().fold(1.0, f64::min),
            first: vec![NO_TRUTH; plan.num_classes],
            next: Vec::new(),
            is_taken: Vec::new(),
            near: Vec::new(),
            counts: vec![0; plan.num_classes],
            out: Matching { num_ious: plan.floors.len(), ..Matching::default() },
        }
    }

    fn film(&mut self, truths: Range<usize>, detections: Range<usize>) {
        if detections.len() > self.plan.max_detections {
            self.leave_out(detections.clone());
        }
        if truths.is_empty() || detections.is_empty() {
            return;
        }
        let truth_classes = &self.plan.truths.classes[truths.clone()];
        self.next.clear();
        self.next.resize(truths.len(), NO_TRUTH);
        for (truth, &class) in truth_classes.iter().enumerate().rev() {
            self.next[truth] = std::mem::replace(&mut self.first[class as usize], truth as u32);
        }
        self.is_taken.clear();
        self.is_taken.resize(truths.len() * self.plan.floors.len(), false);
        let mut beyond = self.out.left_out.partition_point(|&one| (one as usize) < detections.start);
        for detection in detections {
            if self.out.left_out.get(beyond) == Some(&(detection as u32)) {
                beyond += 1;
                continue;
            }
            let first = self.first[self.plan.detections.classes[detection] as usize];
            if first != NO_TRUTH {
                self.detection(detection, first, truths.start);
            }
        }
        for &class in truth_classes {
            self.first[class as usize] = NO_TRUTH;
        }
    }

    fn leave_out(&mut self, detections: Range<usize>) {
        self.counts.fill(0);
        for detection in detections {
            let count = &mut self.counts[self.plan.detections.classes[detection] as usize];
            *count += 1;
            if *count as usize > self.plan.max_detections {
                self.out.left_out.push(detection as u32);
            }
        }
    }

    fn detection(&mut self, detection: usize, first: u32, start: usize) {
        let rect = &self.plan.detections.rects[detection];
        self.near.clear();
        let mut truth = first;
        while truth != NO_TRUTH {
            let iou = overlap(rect, &self.plan.truths.rects[start + truth as usize]);
            if iou >= self.lowest {
                self.near.push((truth, iou));
            }
            truth = self.next[truth as usize];
        }
        if self.near.is_empty() {
            return;
        }
        let row = self.out.truths.len();
        let num_ious = self.plan.floors.len();
        let mut is_finder = false;
        for (k, &floor) in self.plan.floors.iter().enumerate() {
            let mut best = NO_TRUTH;
            let mut least = floor;
            for &(truth, iou) in &self.near {
                if iou >= least && !self.is_taken[truth as usize * num_ious + k] {
                    (best, least) = (truth, iou);
                }
            }
            if best == NO_TRUTH {
                self.out.truths.push(NO_TRUTH);
            } else {
                self.is_taken[best as usize * num_ious + k] = true;
                self.out.truths.push(start as u32 + best);
                is_finder = true;
            }
        }
        if is_finder {
            self.out.finders.push(detection as u32);
        } else {
            self.out.truths.truncate(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [f64; 4] = [0.0, 0.0, 10.0, 10.0];

    fn truths(films: &[&[(u16, [f64; 4])]]) -> BoxColumns {
        let mut columns = BoxColumns::default();
        for film in films {
            columns.push_film(film.iter().map(|&(class, rect)| (class, rect, None)));
        }
        columns
    }

    fn detections(films: &[&[(u16, [f64; 4], f64)]]) -> BoxColumns {
        let mut columns = BoxColumns::default();
        for film in films {
            columns.push_film(film.iter().map(|&(class, rect, score)| (class, rect, Some(score))));
        }
        columns
    }

    /// What each detection of one film finds at an overlap.
    fn found(truth: &[(u16, [f64; 4])], boxes: &[(u16, [f64; 4], f64)], iou: f64) -> Vec<Option<u32>> {
        let matching = match_boxes(&truths(&[truth]), &detections(&[boxes]), &[iou], 100, 3);
        (0..boxes.len() as u32).map(|detection| matching.truth_of(0, detection)).collect()
    }

    #[test]
    fn a_box_matches_from_exactly_the_overlap_on() {
        let half = [0.0, 0.0, 10.0, 5.0];
        let less = [0.0, 0.0, 10.0, 4.999];
        assert_eq!(overlap(&SQUARE, &half), 0.5);
        for (class, rect, iou, expected) in [
            (0, half, 0.5, Some(0)),
            (0, less, 0.5, None),
            (0, less, 0.499, Some(0)),
            (0, half, 0.5_f64.next_up(), None),
            (1, SQUARE, 0.5, None),
            (0, SQUARE, 1.0, Some(0)),
            (0, [0.0, 0.0, 10.0, 9.999], 1.0, None),
            (0, [10.0, 0.0, 20.0, 10.0], 0.01, None),
        ] {
            assert_eq!(found(&[(0, SQUARE)], &[(class, rect, 0.9)], iou), [expected], "{rect:?} at {iou}");
        }
    }

    #[test]
    fn a_truth_is_found_once_and_by_the_best_score() {
        let near = [0.0, 0.0, 10.0, 8.0];
        // The second finds nothing, however well it lies.
        assert_eq!(found(&[(0, SQUARE)], &[(0, near, 0.9), (0, SQUARE, 0.8)], 0.5), [Some(0), None]);
        // Equal scores: in the order given.
        assert_eq!(found(&[(0, SQUARE)], &[(0, near, 0.5), (0, SQUARE, 0.5)], 0.5), [Some(0), None]);
        // The best truth is taken: the next best of those free will do.
        let both = [(0, SQUARE), (0, near)];
        assert_eq!(found(&both, &[(0, near, 0.9), (0, near, 0.8), (0, near, 0.7)], 0.5), [Some(1), Some(0), None]);
        // Overlapped equally: the later truth.
        assert_eq!(found(&[(0, SQUARE), (0, SQUARE)], &[(0, near, 0.9)], 0.5), [Some(1)]);
    }

    #[test]
    fn films_without_boxes_and_without_truths_match_nothing() {
        assert_eq!(found(&[], &[(0, SQUARE, 0.9)], 0.5), [None]);
        assert_eq!(found(&[(0, SQUARE)], &[], 0.5), []);
        let none = match_boxes(&BoxColumns::default(), &BoxColumns::default(), &[0.5], 100, 0);
        assert_eq!((none.finders().len(), none.num_ious()), (0, 1));
    }

    #[test]
    fn each_class_of_a_film_has_its_own_limit() {
        let boxes: Vec<_> = (0..7).map(|i| (i % 2, SQUARE, 1.0 - f64::from(i) / 10.0)).collect();
        let truth = truths(&[&[(0, SQUARE), (0, SQUARE), (0, SQUARE)], &[(1, SQUARE)]]);
        let matching = match_boxes(&truth, &detections(&[&boxes, &boxes]), &[0.5], 2, 2);
        assert_eq!(matching.left_out(), [4, 5, 6, 11, 12, 13]);
        assert_eq!(matching.pairs(0).collect::<Vec<_>>(), [(0, 2), (2, 1), (8, 3)]);
    }

    #[test]
    fn several_overlaps_are_matched_each_for_itself() {
        // At 0.2 the better score takes the truth that the other needs at 0.7.
        let low = [0.0, 0.0, 10.0, 3.0];
        let boxes = detections(&[&[(0, low, 0.9), (0, SQUARE, 0.8)]]);
        let matching = match_boxes(&truths(&[&[(0, SQUARE)]]), &boxes, &[0.2, 0.7], 100, 1);
        assert_eq!(matching.pairs(0).collect::<Vec<_>>(), [(0, 0)]);
        assert_eq!(matching.pairs(1).collect::<Vec<_>>(), [(1, 0)]);
        assert_eq!(matching.finders(), [0, 1]);
    }
}
