//! Boxes of all films by falling score: one walk counts what the rule and the smallest score leave, and traces the curves.

use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::matched::Matched;
use crate::domain::evaluation::point::OperatingPoint;
use crate::domain::evaluation::result::Figure;
use crate::domain::evaluation::settings::Interpolation;
use crate::domain::fusion::{FusionRule, NORMAL_FILM_SCORE, is_abnormal};
use crate::domain::metrics::average_precision::{area, mean};

use super::{BoxSnapshot, ClassSnapshot, MOST_POINTS, share};

/// A box as the walk needs it: eight bytes, because a million of them go through the processor for every frame.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Ranked {
    film: u32,
    class: u16,
    flags: u16,
}

/// It finds a truth of its class.
const FOUND: u16 = 1;
/// What keeps it on a film that the classifier calls normal, by rule.
const OVER_HALF: u16 = 2;
const FROM_HALF: u16 = 4;
const ALWAYS: u16 = 8;
/// The next box has a lower score.
const ENDS_SCORE: u16 = 16;

/// At this place in the order, a truth becomes confused with an answer, or is found after all.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Confusion {
    place: u32,
    truth: u16,
    answer: u16,
    is_over: bool,
}

/// Boxes that are looked at, sorted.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Boxes {
    /// Falling; equal ones in the order of films, as pycocotools has them.
    scores: Vec<f64>,
    ranked: Vec<Ranked>,
    /// By place.
    confusions: Vec<Confusion>,
    /// Of each film, for the rule; infinite where the classifier says nothing: then every box stays.
    gates: Vec<f64>,
    num_truths: Vec<u64>,
    interpolation: Interpolation,
}

/// What a walk found.
pub(super) struct Walked {
    /// Without intervals.
    pub snapshot: BoxSnapshot,
    /// Boxes that count, film by film.
    pub tp_of_film: Vec<u32>,
    pub fp_of_film: Vec<u32>,
}

impl Boxes {
    pub fn new(cases: &Cases, matched: &Matched, interpolation: Interpolation) -> Self {
        let mut order: Vec<(f64, u32)> = matched
            .detections
            .iter()
            .enumerate()
            .filter(|(_, one)| one.is_looked_at)
            .map(|(index, one)| (one.score, index as u32))
            .collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut confusions = Vec::new();
        let mut ranked = Vec::with_capacity(order.len());
        for (place, &(score, index)) in order.iter().enumerate() {
            let one = &matched.detections[index as usize];
            let flags = [
                (one.found.is_some(), FOUND),
                (score > NORMAL_FILM_SCORE, OVER_HALF),
                (score >= NORMAL_FILM_SCORE, FROM_HALF),
                (true, ALWAYS),
                (order.get(place + 1).is_none_or(|next| next.0 < score), ENDS_SCORE),
            ];
            let flags = flags.iter().filter(|(is_so, _)| *is_so).fold(0, |all, (_, flag)| all | flag);
            ranked.push(Ranked { film: one.film, class: one.class, flags });
            // A truth that is confused first and found later by a lower score of its own class is found.
            let over = one.found.and_then(|truth| matched.truths[truth as usize].confused_by.map(|by| (truth, by)));
            if let Some((truth, by)) = over {
                let answer = matched.detections[by as usize].class;
                let truth = matched.truths[truth as usize].class;
                confusions.push(Confusion { place: place as u32, truth, answer, is_over: true });
            }
            if let Some(truth) = one.confused {
                let truth = matched.truths[truth as usize].class;
                confusions.push(Confusion { place: place as u32, truth, answer: one.class, is_over: false });
            }
        }
        let mut num_truths = vec![0; cases.classes.len()];
        for &class in &cases.truths.classes {
            num_truths[class as usize] += 1;
        }
        let gate = |film: usize| cases.probabilities.get(film).copied().flatten().unwrap_or(f64::INFINITY);
        Self {
            scores: order.iter().map(|&(score, _)| score).collect(),
            ranked,
            confusions,
            gates: (0..cases.films.len()).map(gate).collect(),
            num_truths,
            interpolation,
        }
    }

    pub fn walk(&self, point: OperatingPoint, rule: FusionRule) -> Walked {
        let mask = match rule {
            FusionRule::Paper => OVER_HALF,
            FusionRule::ReleasedCode => FROM_HALF,
            FusionRule::Gate => 0,
            FusionRule::DetectorOnly => ALWAYS,
        };
        let abnormal: Vec<u16> =
            self.gates.iter().map(|&p| if is_abnormal(p, point.c_star) { u16::MAX } else { 0 }).collect();
        // One comparison for "the film is abnormal, or the rule keeps the box on a normal one".
        let is_kept = |one: &Ranked| (one.flags & mask) | abnormal[one.film as usize] != 0;
        let mut walk = Walk::new(self);
        let num_shown = self.scores.partition_point(|&score| score >= point.min_score);
        let (shown, rest) = self.ranked.split_at(num_shown);
        let num_films = self.gates.len();
        let (mut tp_of_film, mut fp_of_film) = (vec![0_u32; num_films], vec![0_u32; num_films]);
        for one in shown {
            let kept = is_kept(one);
            if one.flags & FOUND == 0 {
                // Without a branch: whether a box stays is anyone's guess.
                walk.fp[one.class as usize] += u32::from(kept);
                fp_of_film[one.film as usize] += u32::from(kept);
            } else if kept {
                walk.find(one.class);
                tp_of_film[one.film as usize] += 1;
            }
            walk.pass(one.flags);
        }
        let (tp, fp) = (walk.tp.clone(), walk.fp.clone());
        for one in rest {
            let kept = is_kept(one);
            if one.flags & FOUND == 0 {
                walk.fp[one.class as usize] += u32::from(kept);
            } else if kept {
                walk.find(one.class);
            }
            walk.pass(one.flags);
        }
        let num_classes = self.num_truths.len();
        let mut confusion = vec![vec![0_u64; num_classes + 1]; num_classes + 1];
        for event in self.confusions.iter().take_while(|event| (event.place as usize) < num_shown) {
            if is_kept(&self.ranked[event.place as usize]) {
                let cell = &mut confusion[event.truth as usize][event.answer as usize];
                *cell = if event.is_over { *cell - 1 } else { *cell + 1 };
            }
        }
        let classes = self.classes(&walk, &tp, &fp, &mut confusion);
        let (all_tp, all_fp) = (sum(&tp), sum(&fp));
        let figure = |value: Option<f64>| value.map(|value| Figure { value, interval: None });
        let snapshot = BoxSnapshot {
            map: mean(classes.iter().map(|class| class.ap)),
            classes,
            lesion_sensitivity: figure(share(all_tp, self.num_truths.iter().sum())),
            false_positives_per_film: figure(share(all_fp, num_films as u64)),
            confusion,
            froc: walk.froc(self),
        };
        Walked { snapshot, tp_of_film, fp_of_film }
    }

    /// Completes the confusions by what is found, missed and made up.
    fn classes(&self, walk: &Walk, tp: &[u32], fp: &[u32], confusion: &mut [Vec<u64>]) -> Vec<ClassSnapshot> {
        let nothing = self.num_truths.len();
        let one = |class: usize| {
            let (num_truths, tp, fp) = (self.num_truths[class], u64::from(tp[class]), u64::from(fp[class]));
            let confusions: u64 = (0..nothing).map(|truth| confusion[truth][class]).sum();
            let taken: u64 = confusion[class][..nothing].iter().sum();
            let ap = (num_truths > 0).then(|| area(&walk.ranks[class], num_truths as u32, self.interpolation));
            let curve = walk.curve(class, num_truths);
            (ClassSnapshot { num_truths, tp, fp, fn_: num_truths - tp, confusions, ap, curve }, taken)
        };
        let all: Vec<(ClassSnapshot, u64)> = (0..nothing).map(one).collect();
        for (class, (snapshot, taken)) in all.iter().enumerate() {
            confusion[class][class] = snapshot.tp;
            confusion[class][nothing] = snapshot.fn_ - taken;
            confusion[nothing][class] = snapshot.fp - snapshot.confusions;
        }
        all.into_iter().map(|(snapshot, _)| snapshot).collect()
    }
}

/// Counts while the scores fall.
struct Walk {
    tp: Vec<u32>,
    fp: Vec<u32>,
    /// Class by class: at each box that finds a truth, how many of the class there are with it.
    ranks: Vec<Vec<u32>>,
    /// At some of them, over all classes: truths found and false positives.
    all: Vec<[u32; 2]>,
    /// A point is to be kept as soon as all boxes of this score are counted: no threshold lies between them.
    is_due: bool,
    num_found: usize,
    /// One in so many is kept of `all`.
    stride: usize,
}

impl Walk {
    fn new(boxes: &Boxes) -> Self {
        let num_classes = boxes.num_truths.len();
        let most = boxes.num_truths.iter().sum::<u64>() as usize;
        Self {
            tp: vec![0; num_classes],
            fp: vec![0; num_classes],
            ranks: boxes.num_truths.iter().map(|&num| Vec::with_capacity(num as usize)).collect(),
            all: Vec::new(),
            is_due: false,
            num_found: 0,
            stride: most.div_ceil(MOST_POINTS - 1).max(1),
        }
    }

    fn find(&mut self, class: u16) {
        let class = class as usize;
        self.tp[class] += 1;
        self.ranks[class].push(self.tp[class] + self.fp[class]);
        self.is_due |= self.num_found.is_multiple_of(self.stride);
        self.num_found += 1;
    }

    /// After each box.
    fn pass(&mut self, flags: u16) {
        if self.is_due && flags & ENDS_SCORE != 0 {
            self.is_due = false;
            self.note();
        }
    }

    fn note(&mut self) {
        self.all.push([self.tp.iter().sum(), self.fp.iter().sum()]);
    }

    /// Between two boxes that find something, precision falls at the same recall: each gives the point before it and its
    /// own, so that every operating point lies on the curve.
    fn curve(&self, class: usize, num_truths: u64) -> Vec<[f64; 2]> {
        let ranks = &self.ranks[class];
        let point = |found: usize, boxes: u32| [found as f64 / num_truths as f64, found as f64 / f64::from(boxes)];
        let num = ranks.len().min(MOST_POINTS / 2);
        let mut points = Vec::with_capacity(MOST_POINTS + 1);
        for i in 0..num {
            let at = if num < 2 { i } else { i * (ranks.len() - 1) / (num - 1) };
            points.extend((at > 0).then(|| point(at, ranks[at] - 1)));
            points.push(point(at + 1, ranks[at]));
        }
        let boxes = self.tp[class] + self.fp[class];
        if boxes > 0 && num_truths > 0 {
            points.push(point(ranks.len(), boxes));
        }
        points
    }

    fn froc(&mut self, boxes: &Boxes) -> Vec<[f64; 2]> {
        self.note();
        let (films, truths) = (boxes.gates.len() as f64, boxes.num_truths.iter().sum::<u64>() as f64);
        if truths == 0.0 {
            return Vec::new();
        }
        self.all.iter().map(|&[tp, fp]| [f64::from(fp) / films, f64::from(tp) / truths]).collect()
    }
}

fn sum(counts: &[u32]) -> u64 {
    counts.iter().map(|&count| u64::from(count)).sum()
}
