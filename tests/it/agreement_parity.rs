//! Consensus and agreement beside SciPy, scikit-learn, statsmodels, krippendorff, ensemble-boxes and crowd-kit.

use rachis::domain::agreement::compared::{Side, compare};
use rachis::domain::agreement::readings::{Film, Layer, Mark};
use rachis::domain::agreement::{Agreement, AgreementPlan, Cell, Figure, Readings};
use rachis::domain::consensus::dawid_skene::{Vote, likely_within};
use rachis::domain::consensus::wbf::{Confidence, ScoredBox, Settings, fuse};
use rachis::domain::label::LabelName;
use rachis::jobs::CancelToken;
use rachis::workflows::agreement::{AgreementAsked, agreement_of_readings, policies_of};
use serde_json::Value;

/// The formula of `tests/parity/agreement_readers.py` (SplitMix64).
struct Roll(u64);

impl Roll {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }

    fn numbers(&mut self, n: usize, all: usize) -> Vec<usize> {
        let mut free: Vec<usize> = (0..all).collect();
        (0..n).map(|_| free.remove(self.below(free.len()))).collect()
    }
}

fn golden(part: &str) -> Vec<Value> {
    let mut all: Value = serde_json::from_str(include_str!("../parity/agreement_readers.json")).unwrap();
    let Value::Array(rows) = all[part].take() else { panic!("rows of {part}") };
    assert!(rows.len() > 1, "rows of {part}");
    rows
}

fn same(ours: Option<f64>, theirs: &Value, tolerance: f64, what: &dyn std::fmt::Debug) {
    let is_same = match (ours, theirs.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= tolerance,
        (None, None) => true,
        _ => false,
    };
    assert!(is_same, "{ours:?}, but the reference has {theirs}: {what:?}");
}

fn given(row: &Value, key: &str) -> Vec<usize> {
    row[key].as_array().unwrap().iter().map(|one| one.as_u64().unwrap() as usize).collect()
}

fn readings(row: &Value) -> Readings {
    let [seed, num_films, num_readers, num_of_film, num_labels] = given(row, "films")[..] else { panic!("{row}") };
    let mut roll = Roll(seed as u64);
    let mut readings = Readings {
        readers: (0..num_readers).map(|at| Layer { id: format!("R{at}").as_str().into(), repeat_of: None }).collect(),
        labels: (0..=num_labels).map(|at| LabelName::new(format!("label {at}"))).collect(),
        months: vec!["2026-03".into()],
        ..Readings::default()
    };
    for film in 0..num_films {
        let mut readers = roll.numbers(num_of_film, num_readers);
        readers.sort_unstable();
        let mut lesions = Vec::new();
        for cell in 0..4 {
            if roll.unit() < 0.35 {
                lesions.push((roll.below(num_labels), 200 * cell + roll.below(40), roll.below(40)));
            }
        }
        let has_global = roll.unit() < 0.3;
        let mut said = Vec::new();
        for reader in readers {
            let (mut marks, mut image_labels) = (Vec::new(), Vec::new());
            for &(label, x, y) in &lesions {
                if roll.unit() < 0.75 {
                    let label = if roll.unit() < 0.15 { (label + 1) % num_labels } else { label };
                    let (x, y) = (x + roll.below(20), y + roll.below(20));
                    let rect = [x, y, x + 100 + roll.below(12), y + 100 + roll.below(12)].map(|side| side as f64);
                    marks.push(Mark { id: 0, label: label as u16, rect });
                }
            }
            if roll.unit() < if has_global { 0.8 } else { 0.1 } {
                image_labels.push(num_labels as u16);
            }
            said.push((reader as u16, 0, false, marks, image_labels));
        }
        readings.push_film(Film { image: format!("film {film}").as_str().into(), patient: film as u32 }, said);
    }
    readings
}

fn agreement(readings: &Readings, num_resamples: u32) -> Agreement {
    let asked = AgreementAsked { num_resamples, ..AgreementAsked::default() };
    agreement_of_readings(readings, &asked, &|_| {}, &CancelToken::new()).unwrap()
}

#[test]
fn figures_equal_independent_programs() {
    for row in golden("agreement") {
        let readings = readings(&row);
        let found = agreement(&readings, 0);
        let check = |cell: Cell, theirs: &Value| {
            let Some(figures) = found.cells.get(&cell) else { panic!("{cell:?} of {}", row["films"]) };
            let mut num = 0;
            for (figure, estimate) in &figures.figures {
                let Some(theirs) = theirs.get(figure.key()) else { panic!("{figure:?} of {cell:?}") };
                same(estimate.value, theirs, 1e-12, &(cell, figure));
                num += 1;
            }
            assert!(num >= 8);
        };
        check(Cell::All, &row["all"]);
        for (at, theirs) in row["labels"].as_array().unwrap().iter().enumerate() {
            check(Cell::Label(at as u16), theirs);
        }
        for (at, theirs) in row["readers"].as_array().unwrap().iter().enumerate() {
            check(Cell::Reader(at as u16), theirs);
        }
        for theirs in row["pairs"].as_array().unwrap() {
            let [a, b] = given(theirs, "readers")[..] else { panic!("{theirs}") };
            check(Cell::Pair(a as u16, b as u16), theirs);
            let figures = found.pair(b as u16, a as u16).unwrap();
            assert_eq!(figures.num_comparisons, theirs["films"].as_u64().unwrap());
        }
        // The only month has everything; the sums are only added up in another order.
        for (figure, estimate) in &found.cells[&Cell::Month(0)].figures {
            same(estimate.value, &row["all"][figure.key()], 1e-12, figure);
        }
    }
}

/// A resample is what the same films give when each is there as often as its patient was drawn.
#[test]
fn a_resample_is_the_agreement_of_the_films_that_were_drawn() {
    let row = &golden("agreement")[1];
    let readings = readings(row);
    let asked = AgreementAsked::default();
    let settings = rachis::domain::agreement::Settings {
        only: None,
        policies: policies_of(&asked.policy, &readings.labels),
        num_resamples: 16,
        seed: 7,
        method: asked.method,
        level: 0.95,
    };
    let plan = AgreementPlan::new(&readings, &settings);
    let counted = plan.counted((0..plan.num_blocks()).map(|block| plan.block(block)).collect());
    let lanes = counted.block(0);
    let patients: Vec<u32> = (0..readings.films.len() as u32).collect();
    let weights = rachis::domain::metrics::resample::Draws::new(&patients, 7).block(0);
    for (lane, values) in lanes.iter().enumerate() {
        let mut drawn = Readings {
            films: Vec::new(),
            starts: vec![0],
            readings: Vec::new(),
            marks: Vec::new(),
            image_labels: Vec::new(),
            ..readings.clone()
        };
        for film in 0..readings.films.len() {
            for _ in 0..weights.of_unit(film as u32)[lane] {
                let said = readings.of_film(film).iter().map(|said| {
                    let (marks, labels) = (readings.marks_of(said).to_vec(), readings.image_labels_of(said).to_vec());
                    (said.reader, said.month, said.has_no_finding, marks, labels)
                });
                let patient = drawn.films.len() as u32;
                drawn.push_film(Film { image: readings.films[film].image.clone(), patient }, said.collect::<Vec<_>>());
            }
        }
        let expected: Vec<Option<f64>> = agreement(&drawn, 0)
            .cells
            .values()
            .flat_map(|cell| cell.figures.iter().map(|(_, estimate)| estimate.value))
            .collect();
        // Cells stand in their own order in the result, and in another in the resamples.
        let mut ours: Vec<f64> = values.iter().flatten().copied().collect();
        let mut theirs: Vec<f64> = expected.into_iter().flatten().collect();
        ours.sort_by(f64::total_cmp);
        theirs.sort_by(f64::total_cmp);
        assert_eq!(ours.len(), theirs.len(), "resample {lane}");
        for (a, b) in ours.iter().zip(&theirs) {
            assert!((a - b).abs() < 1e-9, "resample {lane}: {a}, not {b}");
        }
    }
}

#[test]
fn intervals_hold_their_figures_and_no_order_changes_them() {
    let readings = readings(&golden("agreement")[0]);
    let found = agreement(&readings, 400);
    let f1 = found.cells[&Cell::All].figure(Figure::F1At50);
    let ([low, high], value) = (f1.interval.unwrap(), f1.value.unwrap());
    assert!(low < value && value < high && high - low < 0.4, "{f1:?}");
    assert_eq!(found, agreement(&readings, 400), "the same seed");
}

#[test]
fn pairs_of_marks_equal_scipys_assignment() {
    for row in golden("pairing") {
        let [seed, num, side] = given(&row, "boxes")[..] else { panic!("{row}") };
        let mut roll = Roll(seed as u64);
        let mut side_of = || {
            let marks = (0..num).map(|_| {
                let (x, y) = (roll.below(side), roll.below(side));
                (0, [x, y, x + 20 + roll.below(30), y + 20 + roll.below(30)].map(|one| one as f64))
            });
            Side::new(marks.collect(), std::iter::empty())
        };
        let (first, second) = (side_of(), side_of());
        for (own, others) in [(&first, &second), (&second, &first)] {
            let found = compare(own, others);
            for (at, theirs) in row["found"].as_array().unwrap().iter().enumerate() {
                assert_eq!(u64::from(found[0].pairs[at]), theirs[0].as_u64().unwrap(), "{}", row["boxes"]);
            }
            same(Some(found[0].iou), &row["found"][1][1], 1e-12, &row["boxes"]);
        }
    }
}

#[test]
fn fused_boxes_equal_those_of_ensemble_boxes() {
    let mut num_fused = 0;
    for row in golden("fusion") {
        let [seed, num_models, num_boxes, side] = given(&row, "boxes")[..] else { panic!("{row}") };
        let mut roll = Roll(seed as u64);
        let mut boxes = Vec::new();
        for model in 0..num_models {
            let from = boxes.len();
            for _ in 0..num_boxes {
                let (x, y) = (roll.below(side), roll.below(side));
                let rect = [x, y, x + 40 + roll.below(60), y + 40 + roll.below(60)].map(|one| one as f64 / 1000.0);
                boxes.push(ScoredBox { model: model as u32, class: 0, rect, score: 0.0 });
            }
            boxes[from..].iter_mut().for_each(|one| one.score = 0.05 + 0.95 * roll.unit());
            boxes[from..].iter_mut().for_each(|one| one.class = roll.below(2) as u16);
        }
        let weights: Vec<f64> = row["weights"].as_array().unwrap().iter().map(|one| one.as_f64().unwrap()).collect();
        let settings = Settings {
            weights: &weights,
            min_iou: row["iou"].as_f64().unwrap(),
            min_score: row["skip"].as_f64().unwrap(),
            confidence: match row["confidence"].as_str().unwrap() {
                "avg" => Confidence::Average,
                "max" => Confidence::Max,
                "box_and_model_avg" => Confidence::BoxAndModelAverage,
                _ => Confidence::AbsentModelAware,
            },
            allows_overflow: row["overflow"].as_bool().unwrap(),
        };
        let found = fuse(&boxes, &settings);
        let theirs = row["found"].as_array().unwrap();
        assert_eq!(found.len(), theirs.len(), "{}", row["boxes"]);
        num_fused += found.iter().filter(|one| one.sources.len() > 1).count();
        // The reference adds up in numbers of 32 bits.
        for one in &found {
            let is_same = |other: &&Value| {
                let near = |ours: f64, at: usize| (ours - other[at].as_f64().unwrap()).abs() < 2e-6;
                other[0].as_u64() == Some(u64::from(one.class))
                    && near(one.score, 1)
                    && (0..4).all(|side| near(one.rect[side], 2 + side))
            };
            assert_eq!(theirs.iter().filter(is_same).count(), 1, "{one:?} of {}", row["boxes"]);
        }
    }
    assert!(num_fused > 10, "{num_fused} boxes of several");
}

#[test]
fn likely_answers_equal_those_of_crowd_kit() {
    for row in golden("dawid_skene") {
        let [seed, num_films, num_readers, num_of_film] = given(&row, "votes")[..] else { panic!("{row}") };
        let mut roll = Roll(seed as u64);
        let errors: Vec<[f64; 2]> =
            (0..num_readers).map(|_| [0.05 + 0.3 * roll.unit(), 0.05 + 0.3 * roll.unit()]).collect();
        let mut votes = Vec::new();
        for film in 0..num_films {
            let truth = roll.unit() < 0.4;
            let mut free: Vec<usize> = (0..num_readers).collect();
            for _ in 0..num_of_film {
                let reader = free.remove(roll.below(free.len()));
                let is_wrong = roll.unit() < errors[reader][usize::from(!truth)];
                votes.push(Vote { film: film as u32, reader: reader as u32, says_yes: truth != is_wrong });
            }
        }
        let found = likely_within(&votes, num_films, num_readers, 5000);
        for (key, ours) in [
            ("probability", &found.probability),
            ("sensitivity", &found.sensitivity),
            ("specificity", &found.specificity),
        ] {
            let theirs = row[key].as_array().unwrap();
            assert_eq!(ours.len(), theirs.len());
            for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                same(Some(*ours), theirs, 1e-8, &(key, at));
            }
        }
    }
}
