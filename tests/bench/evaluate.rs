//! Detection evaluation: boxes by score, matching, average precision; and its intervals over resamples of films.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::Criterion;
use rachis::domain::evaluation::cases::{BoxColumns, BoxesOfFilms};
use rachis::domain::evaluation::settings::{Interpolation, Settings};
use rachis::domain::metrics::average_precision::{RankPlan, Ranking, mean};
use rachis::domain::metrics::interval::percentile;
use rachis::domain::metrics::matching::{MatchPlan, Matching};
use rachis::domain::metrics::precision_bootstrap::PrecisionBootstrap;
use rachis::domain::metrics::resample::Draws;
use rayon::prelude::*;

const NUM_CLASSES: usize = 7;
const MAX_DETECTIONS: usize = 100;
const NUM_RESAMPLES: usize = 1000;

pub fn bench(criterion: &mut Criterion) {
    for num_films in [2_078, 100_000] {
        let set = Set::make(num_films);
        let mut group = criterion.benchmark_group(format!("detection evaluation of {num_films} films"));
        group.sample_size(if num_films > 10_000 { 10 } else { 100 });
        group.bench_function("IoU 0.5", |b| b.iter_custom(|n| set.time(&[0.5], n)));
        group.bench_function("IoU 0.50-0.95", |b| b.iter_custom(|n| set.time(&Settings::COCO_IOUS, n)));
        if num_films == 2_078 {
            group.bench_function("1,000 resamples, IoU 0.5", |b| b.iter_custom(|n| set.time_resamples(&[0.5], n)));
            let ious = &Settings::COCO_IOUS;
            group.bench_function("1,000 resamples, IoU 0.50-0.95", |b| b.iter_custom(|n| set.time_resamples(ious, n)));
        }
        group.finish();
    }
}

struct Set {
    truths: BoxColumns,
    /// Each film's boxes in any order, as a detector or a file lists them.
    detections: BoxColumns,
}

impl Set {
    /// About half the films have four truths; three of four are found, beside some 70 boxes of low scores on each film.
    fn make(num_films: usize) -> Self {
        let mut state = 7_u64;
        let mut roll = |sides: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % sides
        };
        let mut set = Self { truths: BoxColumns::default(), detections: BoxColumns::default() };
        for _ in 0..num_films {
            let num_truths = if roll(100) < 48 { 1 + roll(7) } else { 0 };
            let mut place = || [roll(1500), roll(2400), 40 + roll(360), 40 + roll(360), roll(NUM_CLASSES as u64)];
            let rect = |[x, y, w, h, _]: [u64; 5]| [x, y, x + w, y + h].map(|side| side as f64);
            let truths: Vec<[u64; 5]> = (0..num_truths).map(|_| place()).collect();
            let clutter: Vec<[u64; 5]> = (0..68).map(|_| place()).collect();
            set.truths.push_film(truths.iter().map(|&one| (one[4] as u16, rect(one), None)));
            let mut boxes = Vec::new();
            for &one in clutter.iter().chain(truths.iter().filter(|one| one[0] % 4 != 0)) {
                let is_clutter = boxes.len() < clutter.len();
                let [x, y, w, h, class] = one;
                let moved = [x + roll(20), y + roll(20), w + roll(20), h + roll(20), class];
                let score = roll(1_000_000) as f64 / 1e6;
                let score = if is_clutter { score * score * score } else { score.sqrt() };
                boxes.push((class as u16, rect(moved), Some(score)));
            }
            set.detections.push_film(boxes);
        }
        set
    }

    /// Written by `tests/parity/speed_evaluation.py`: number of films; then for truths and detections the number of
    /// boxes, the film of each (falling behind none before), the class, four corners, and the score of detections; all
    /// numbers f64, lowest byte first.
    fn read(file: &Path) -> Self {
        let bytes = std::fs::read(file).expect("the set");
        let mut numbers = bytes.chunks_exact(8).map(|eight| f64::from_le_bytes(eight.try_into().expect("eight")));
        let num_films = numbers.next().expect("the number of films") as usize;
        let mut part = |has_scores: bool| {
            let num_boxes = numbers.next().expect("the number of boxes") as usize;
            let mut column = |n: usize| numbers.by_ref().take(n).collect::<Vec<f64>>();
            let films = column(num_boxes);
            let mut starts = vec![0; num_films + 1];
            for &film in &films {
                starts[film as usize + 1] += 1;
            }
            for film in 0..num_films {
                starts[film + 1] += starts[film];
            }
            let classes = column(num_boxes).into_iter().map(|class| class as u16).collect();
            let rects = column(4 * num_boxes).chunks_exact(4).map(|c| [c[0], c[1], c[2], c[3]]).collect();
            BoxColumns { starts, classes, rects, scores: column(if has_scores { num_boxes } else { 0 }) }
        };
        Self { truths: part(false), detections: part(true) }
    }

    /// All of it, from boxes in any order: what the peers do between their `evaluate` and the end of their `accumulate`.
    fn evaluate(&self, detections: BoxColumns, ious: &[f64]) -> Option<f64> {
        let detections = sorted(detections);
        let matching = matched(&self.truths, &detections, ious);
        let ranking = ranked(&self.truths, &detections, &matching);
        let of = |class, iou| ranking.average_precision(&matching, class, iou, Interpolation::Points101);
        mean((0..NUM_CLASSES).flat_map(|class| (0..ious.len()).map(move |iou| of(class, iou))))
    }

    fn time(&self, ious: &[f64], times: u64) -> Duration {
        let once = |_| {
            let detections = self.detections.clone();
            let start = Instant::now();
            black_box(self.evaluate(detections, ious));
            start.elapsed()
        };
        (0..times).map(once).sum()
    }

    /// Intervals of the mean average precision from boxes by score: matching, drawing and counting.
    fn time_resamples(&self, ious: &[f64], times: u64) -> Duration {
        let detections = sorted(self.detections.clone());
        let once = |_| {
            let start = Instant::now();
            let films: Vec<u32> = (0..self.truths.num_films() as u32).collect();
            let draws = Draws::new(&films, 1999);
            let matching = matched(&self.truths, &detections, ious);
            let points = Interpolation::Points101;
            let plan = PrecisionBootstrap::new(
                &self.truths,
                &detections,
                &matching,
                NUM_CLASSES,
                points,
                &draws,
                NUM_RESAMPLES,
            );
            let blocks: Vec<_> = (0..plan.num_blocks()).into_par_iter().map(|block| plan.block(block)).collect();
            black_box(percentile(&plan.finish(blocks).means_of_all(), 0.95));
            start.elapsed()
        };
        (0..times).map(once).sum()
    }
}

fn sorted(mut detections: BoxColumns) -> BoxColumns {
    detections.parts().into_par_iter().for_each(BoxesOfFilms::sort);
    detections
}

fn matched(truths: &BoxColumns, detections: &BoxColumns, ious: &[f64]) -> Matching {
    let plan = MatchPlan::new(truths, detections, ious, MAX_DETECTIONS, NUM_CLASSES);
    let blocks: Vec<_> = (0..plan.num_blocks()).into_par_iter().map(|block| plan.block(block)).collect();
    plan.finish(blocks)
}

fn ranked(truths: &BoxColumns, detections: &BoxColumns, matching: &Matching) -> Ranking {
    let plan = RankPlan::new(truths, detections, matching, NUM_CLASSES);
    let blocks: Vec<_> = (0..plan.num_blocks()).into_par_iter().map(|block| plan.block(block)).collect();
    plan.finish(blocks)
}

/// For `tests/parity/speed_evaluation.py`: measures the set in the file `RACHIS_DETECTION_SET` and prints, for each
/// protocol, its mean average precision and the seconds of each repetition.
pub fn turn() {
    let file = std::env::var_os("RACHIS_DETECTION_SET").expect("the file of the set");
    let set = Set::read(Path::new(&file));
    let repetitions = if set.truths.num_films() > 10_000 { 5 } else { 15 };
    for (name, ious) in [("ap50", &[0.5][..]), ("full", &Settings::COCO_IOUS)] {
        let value = set.evaluate(set.detections.clone(), ious).expect("a class with truths");
        let secs: Vec<f64> = (0..repetitions).map(|_| set.time(ious, 1).as_secs_f64()).collect();
        println!("{name} {value:.12} {secs:?}");
    }
}
