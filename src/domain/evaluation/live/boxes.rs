//! Boxes of all films by falling score: what the rule and the smallest score leave is counted, and the curves are traced.
//!
//! A rule keeps every box of a film that is called abnormal, and of the others those of the best scores only: those before
//! one *place* in the order of all boxes, the same for all such films. So boxes that find nothing, nearly all of them, are
//! kept as lists of films, class by class, and what stays of a stretch of such a list is a sum of ones and zeros.

use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::matched::Matched;
use crate::domain::evaluation::point::OperatingPoint;
use crate::domain::evaluation::result::Figure;
use crate::domain::evaluation::settings::Interpolation;
use crate::domain::fusion::{FusionRule, NORMAL_FILM_SCORE, is_abnormal};
use crate::domain::metrics::average_precision::{area, mean};

use super::{BoxSnapshot, ClassSnapshot, MOST_POINTS, share};

/// A box that finds a truth of its class.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Found {
    place: u32,
    film: u32,
    /// How many of the same list before it find nothing.
    false_before: u32,
}

/// Boxes of one class, or of all, by falling score.
#[derive(Clone, PartialEq, Debug, Default)]
struct Column {
    found: Vec<Found>,
    /// Those that find nothing: their films, and their places in the order of all boxes.
    false_films: Vec<u32>,
    false_places: Vec<u32>,
}

/// At this place in the order, a truth becomes confused with an answer, or is found after all.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Confusion {
    place: u32,
    film: u32,
    truth: u16,
    answer: u16,
    is_over: bool,
}

/// Boxes that are looked at, sorted.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Boxes {
    /// Falling; equal ones in the order of films, as pycocotools has them.
    scores: Vec<f64>,
    /// Class by class, and at the end all together.
    columns: Vec<Column>,
    /// Film by film, places of boxes that find a truth, and of those that do not.
    of_films: [Places; 2],
    /// By place.
    confusions: Vec<Confusion>,
    /// Of each film, for the rule; infinite where the classifier says nothing: then every box stays.
    gates: Vec<f64>,
    num_truths: Vec<u64>,
    interpolation: Interpolation,
}

/// Places film by film: ascending within each.
#[derive(Clone, PartialEq, Debug)]
struct Places {
    /// Of each film, and one at the end.
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl Places {
    fn new(num_films: usize, boxes: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0_u32; num_films + 1];
        for (film, _) in boxes.clone() {
            starts[film as usize + 1] += 1;
        }
        for film in 0..num_films {
            starts[film + 1] += starts[film];
        }
        let mut next = starts.clone();
        let mut places = vec![0; starts[num_films] as usize];
        for (film, place) in boxes {
            places[next[film as usize] as usize] = place;
            next[film as usize] += 1;
        }
        Self { starts, places }
    }

    /// For each film, how many lie before the place that is asked for it.
    fn before(&self, ends: impl Iterator<Item = u32>) -> Vec<u32> {
        let films = self.starts.windows(2).zip(ends);
        films
            .map(|(range, end)| {
                let of_film = &self.places[range[0] as usize..range[1] as usize];
                of_film.partition_point(|&place| place < end) as u32
            })
            .collect()
    }
}

impl Column {
    fn push(&mut self, place: u32, film: u32, is_found: bool) {
        if is_found {
            self.found.push(Found { place, film, false_before: self.false_films.len() as u32 });
        } else {
            self.false_films.push(film);
            self.false_places.push(place);
        }
    }
}

/// What a rule keeps at some c*.
struct Kept {
    /// 1 for films that are called abnormal: all their boxes stay. Otherwise 0.
    is_abnormal: Vec<u8>,
    /// Boxes before this place stay on every film.
    always: u32,
}

impl Kept {
    fn keeps(&self, place: u32, film: u32) -> bool {
        place < self.always || self.is_abnormal[film as usize] != 0
    }

    /// How many of a column's boxes that find nothing, from one of them to another, stay.
    fn count(&self, column: &Column, always: usize, from: usize, to: usize) -> u32 {
        let start = always.clamp(from, to);
        let rest = &column.false_films[start..to];
        (start - from) as u32 + rest.iter().map(|&film| u32::from(self.is_abnormal[film as usize])).sum::<u32>()
    }
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
        let mut columns = vec![Column::default(); cases.classes.len() + 1];
        for (place, &(_, index)) in order.iter().enumerate() {
            let one = &matched.detections[index as usize];
            let (place, film) = (place as u32, one.film);
            for column in [one.class as usize, cases.classes.len()] {
                columns[column].push(place, film, one.found.is_some());
            }
            // A truth that is confused first and found later by a lower score of its own class is found.
            let over = one.found.and_then(|truth| matched.truths[truth as usize].confused_by.map(|by| (truth, by)));
            if let Some((truth, by)) = over {
                let answer = matched.detections[by as usize].class;
                let truth = matched.truths[truth as usize].class;
                confusions.push(Confusion { place, film, truth, answer, is_over: true });
            }
            if let Some(truth) = one.confused {
                let truth = matched.truths[truth as usize].class;
                confusions.push(Confusion { place, film, truth, answer: one.class, is_over: false });
            }
        }
        let all = &columns[cases.classes.len()];
        let found = all.found.iter().map(|one| (one.film, one.place));
        let made_up = all.false_films.iter().copied().zip(all.false_places.iter().copied());
        let of_films = [Places::new(cases.films.len(), found), Places::new(cases.films.len(), made_up)];
        let mut num_truths = vec![0; cases.classes.len()];
        for &class in &cases.truths.classes {
            num_truths[class as usize] += 1;
        }
        let gate = |film: usize| cases.probabilities.get(film).copied().flatten().unwrap_or(f64::INFINITY);
        Self {
            scores: order.iter().map(|&(score, _)| score).collect(),
            columns,
            of_films,
            confusions,
            gates: (0..cases.films.len()).map(gate).collect(),
            num_truths,
            interpolation,
        }
    }

    pub fn walk(&self, point: OperatingPoint, rule: FusionRule) -> Walked {
        let before = |is_before: &dyn Fn(f64) -> bool| self.scores.partition_point(|&score| is_before(score)) as u32;
        let kept = Kept {
            is_abnormal: self.gates.iter().map(|&p| u8::from(is_abnormal(p, point.c_star))).collect(),
            always: match rule {
                FusionRule::Paper => before(&|score| score > NORMAL_FILM_SCORE),
                FusionRule::ReleasedCode => before(&|score| score >= NORMAL_FILM_SCORE),
                FusionRule::Gate => 0,
                FusionRule::DetectorOnly => self.scores.len() as u32,
            },
        };
        let num_shown = before(&|score| score >= point.min_score);
        let num_films = self.gates.len();
        let [tp_of_film, fp_of_film] = self.of_films.each_ref().map(|places| {
            let end = |&is_abnormal: &u8| if is_abnormal == 0 { num_shown.min(kept.always) } else { num_shown };
            places.before(kept.is_abnormal.iter().map(end))
        });
        let (all, classes) = self.columns.split_last().expect("one for all classes together");
        let walks: Vec<Walk> = classes.iter().map(|column| Walk::new(column, &kept, num_shown)).collect();
        let num_classes = self.num_truths.len();
        let mut confusion = vec![vec![0_u64; num_classes + 1]; num_classes + 1];
        for event in self.confusions.iter().take_while(|event| event.place < num_shown) {
            if kept.keeps(event.place, event.film) {
                let cell = &mut confusion[event.truth as usize][event.answer as usize];
                *cell = if event.is_over { *cell - 1 } else { *cell + 1 };
            }
        }
        let classes = self.classes(&walks, &mut confusion);
        let all_tp = classes.iter().map(|class| class.tp).sum();
        let all_fp = classes.iter().map(|class| class.fp).sum();
        let figure = |value: Option<f64>| value.map(|value| Figure { value, interval: None });
        let snapshot = BoxSnapshot {
            map: mean(classes.iter().map(|class| class.ap)),
            classes,
            lesion_sensitivity: figure(share(all_tp, self.num_truths.iter().sum())),
            false_positives_per_film: figure(share(all_fp, num_films as u64)),
            confusion,
            froc: self.froc(all, &kept),
        };
        Walked { snapshot, tp_of_film, fp_of_film }
    }

    /// Completes the confusions by what is found, missed and made up.
    fn classes(&self, walks: &[Walk], confusion: &mut [Vec<u64>]) -> Vec<ClassSnapshot> {
        let nothing = self.num_truths.len();
        let one = |class: usize| {
            let (walk, num_truths) = (&walks[class], self.num_truths[class]);
            let [tp, fp] = walk.shown.map(u64::from);
            let confusions: u64 = (0..nothing).map(|truth| confusion[truth][class]).sum();
            let taken: u64 = confusion[class][..nothing].iter().sum();
            let ap = (num_truths > 0).then(|| area(&walk.ranks, num_truths as u32, self.interpolation));
            let curve = walk.curve(num_truths);
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

    /// False positives per film and share of the truths found: at some of the boxes that find one, each with all others of
    /// its score, because no threshold lies between them, and at the end.
    fn froc(&self, column: &Column, kept: &Kept) -> Vec<[f64; 2]> {
        let num_truths = self.num_truths.iter().sum::<u64>();
        if num_truths == 0 {
            return Vec::new();
        }
        let stride = (num_truths as usize).div_ceil(MOST_POINTS - 1).max(1);
        let before = |end: u32| column.false_places.partition_point(|&place| place < end);
        let always = before(kept.always);
        let (mut tp, mut fp, mut at) = (0_u32, 0, 0);
        let mut points = Vec::with_capacity(MOST_POINTS + 1);
        let mut note = |tp: u32, end: u32| {
            let to = before(end);
            fp += kept.count(column, always, at, to);
            at = to;
            points.push([f64::from(fp) / self.gates.len() as f64, f64::from(tp) / num_truths as f64]);
        };
        // A point is to be kept as soon as all boxes before this place are counted.
        let mut due: Option<u32> = None;
        for one in column.found.iter().filter(|one| kept.keeps(one.place, one.film)) {
            if let Some(end) = due.filter(|&end| one.place >= end) {
                note(tp, end);
                due = None;
            }
            if (tp as usize).is_multiple_of(stride) && due.is_none() {
                let score = self.scores[one.place as usize];
                due = Some(self.scores.partition_point(|&other| other >= score) as u32);
            }
            tp += 1;
        }
        if let Some(end) = due {
            note(tp, end);
        }
        note(tp, self.scores.len() as u32);
        points
    }
}

/// One class while the scores fall.
struct Walk {
    /// Boxes that count: those that find a truth and the others.
    shown: [u32; 2],
    /// At each box that finds a truth, how many there are with it.
    ranks: Vec<u32>,
    /// That the rule leaves, of any score.
    num_boxes: u32,
}

impl Walk {
    fn new(column: &Column, kept: &Kept, num_shown: u32) -> Self {
        let before = |end: u32| column.false_places.partition_point(|&place| place < end);
        let (always, shown) = (before(kept.always), before(num_shown));
        let mut ranks = Vec::with_capacity(column.found.len());
        let (mut fp, mut at) = (0, 0);
        let mut tp_shown = 0;
        let mut fp_shown = None;
        // The stretch of those that find nothing is cut where they stop to count.
        let mut go = |to: usize| {
            if to >= shown && fp_shown.is_none() {
                fp += kept.count(column, always, at, shown);
                at = shown;
                fp_shown = Some(fp);
            }
            fp += kept.count(column, always, at, to);
            at = to;
            fp
        };
        for one in &column.found {
            let fp = go(one.false_before as usize);
            if kept.keeps(one.place, one.film) {
                ranks.push(ranks.len() as u32 + 1 + fp);
                tp_shown += u32::from(one.place < num_shown);
            }
        }
        let fp = go(column.false_films.len());
        let num_boxes = ranks.len() as u32 + fp;
        Self { shown: [tp_shown, fp_shown.unwrap_or(fp)], ranks, num_boxes }
    }

    /// Between two boxes that find something, precision falls at the same recall: each gives the point before it and its
    /// own, so that every operating point lies on the curve.
    fn curve(&self, num_truths: u64) -> Vec<[f64; 2]> {
        let ranks = &self.ranks;
        let point = |found: usize, boxes: u32| [found as f64 / num_truths as f64, found as f64 / f64::from(boxes)];
        let num = ranks.len().min(MOST_POINTS / 2);
        let mut points = Vec::with_capacity(MOST_POINTS + 1);
        for i in 0..num {
            let at = if num < 2 { i } else { i * (ranks.len() - 1) / (num - 1) };
            points.extend((at > 0).then(|| point(at, ranks[at] - 1)));
            points.push(point(at + 1, ranks[at]));
        }
        let boxes = self.num_boxes;
        if boxes > 0 && num_truths > 0 {
            points.push(point(ranks.len(), boxes));
        }
        points
    }
}
