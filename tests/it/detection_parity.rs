//! Boxes against truths on 200 small sets: the same figures as pycocotools, MONAI and two published programs.
//!
//! `tests/parity/detection_pycocotools.py` made the numbers; `detection_sets.py` beside it makes the sets, as here.

use rachis::domain::evaluation::cases::{BoxColumns, Cases};
use rachis::domain::evaluation::matched::Matched;
use rachis::domain::evaluation::settings::{Interpolation, Settings};
use rachis::domain::label::LabelName;
use rachis::domain::metrics::average_precision::{Ranking, mean, rank};
use rachis::domain::metrics::average_recall::Recalls;
use rachis::domain::metrics::confusion_matrix::ConfusionMatrix;
use rachis::domain::metrics::froc::{Froc, RATES};
use rachis::domain::metrics::kaggle::KaggleScore;
use rachis::domain::metrics::matching::{Matching, match_boxes};
use serde_json::Value;

/// Overlap 0.5 among those asked.
const HALF: usize = 6;
const TOLERANCE: f64 = 1e-9;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn rolls(&mut self, offset: u64, sides: [u64; 4]) -> [u64; 4] {
        let [x, y, w, h] = sides;
        [offset + self.roll(x), offset + self.roll(y), self.roll(w), self.roll(h)]
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Ties,
    Crowded,
    Sparse,
    Many,
}

struct Set {
    num_classes: usize,
    truths: BoxColumns,
    detections: BoxColumns,
}

impl Set {
    fn make(index: u64) -> Self {
        use Kind::{Crowded, Many, Plain, Sparse, Ties};
        let mut dice = Dice(index * 2_654_435_761 + 12345);
        let kind = [Plain, Ties, Crowded, Sparse, Many][index as usize % 5];
        let place = |dice: &mut Dice| {
            let crowded = kind == Crowded;
            let (corner, sides, least) =
                if crowded { (100, [12, 12, 16, 16], 40) } else { (0, [400, 400, 80, 80], 20) };
            let [x, y, w, h] = dice.rolls(corner, sides);
            [x, y, least + w, least + h]
        };
        let score = |dice: &mut Dice| if kind == Ties { 125 * (1 + dice.roll(7)) } else { 1 + dice.roll(999) };
        let num_classes = 1 + dice.roll(5);
        let mut set = Self {
            num_classes: num_classes as usize,
            truths: BoxColumns::default(),
            detections: BoxColumns::default(),
        };
        let num_films = if kind == Many { 3 } else { 6 + dice.roll(24) };
        for film in 0..num_films {
            let is_empty = kind == Sparse && dice.roll(3) > 0;
            let num_truths = if is_empty { 0 } else { dice.roll(if kind == Crowded { 16 } else { 6 }) };
            let truths: Vec<(u64, [u64; 4])> = (0..num_truths)
                .map(|_| {
                    let class = dice.roll(num_classes);
                    (if kind == Sparse { class / 2 * 2 } else { class }, place(&mut dice))
                })
                .collect();
            let mut boxes: Vec<(u64, [u64; 4], u64)> = Vec::new();
            for &(class, [x, y, w, h]) in &truths {
                if dice.roll(4) == 0 {
                    continue;
                }
                let class = if dice.roll(8) > 0 { class } else { dice.roll(num_classes) };
                let [dx, dy, dw, dh] = dice.rolls(0, [17, 17, 9, 9]);
                boxes.push((class, [x + dx, y + dy, w + dw, h + dh], score(&mut dice)));
            }
            let clutter = if kind == Many && film == 1 { 130 + dice.roll(100) } else { dice.roll(10) };
            for _ in 0..clutter {
                let class = if kind != Many || dice.roll(6) == 0 { dice.roll(num_classes) } else { 0 };
                let is_near = !truths.is_empty() && dice.roll(3) == 0;
                let [x, y, w, h] =
                    if is_near { truths[dice.roll(truths.len() as u64) as usize].1 } else { place(&mut dice) };
                let [dx, dy] = [dice.roll(3), dice.roll(3)];
                boxes.push((class, [x + dx, y + dy, w, h], score(&mut dice)));
            }
            boxes.sort_by_key(|&(_, _, score)| std::cmp::Reverse(score));
            let rect = |[x, y, w, h]: [u64; 4]| [x, y, x + w, y + h].map(|side| side as f64 / 4.0);
            set.truths.push_film(truths.iter().map(|&(class, sides)| (class as u16, rect(sides), None)));
            let boxes = boxes.iter().map(|&(class, sides, s)| (class as u16, rect(sides), Some(s as f64 / 1000.0)));
            set.detections.push_film(boxes);
        }
        set
    }

    fn matching(&self) -> Matching {
        let ious: Vec<f64> = (0..16).map(|i| f64::from(20 + 5 * i) / 100.0).collect();
        match_boxes(&self.truths, &self.detections, &ious, 100, self.num_classes)
    }

    fn ranking(&self, matching: &Matching) -> Ranking {
        rank(&self.truths, &self.detections, matching, self.num_classes)
    }
}

/// Runs a check on each set with its golden figures.
fn each_set(check: impl Fn(&Set, &Value)) {
    let golden: Value = serde_json::from_str(include_str!("../parity/detection_pycocotools.json")).unwrap();
    let golden = golden.as_array().unwrap();
    assert_eq!(golden.len(), 200);
    for (index, figures) in golden.iter().enumerate() {
        let outcome =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&Set::make(index as u64), figures)));
        assert!(outcome.is_ok(), "set {index}");
    }
}

fn fixed(value: &Value) -> f64 {
    value.as_i64().unwrap() as f64 / 1e10
}

fn close(found: f64, expected: &Value, what: &str) {
    assert!((found - fixed(expected)).abs() <= TOLERANCE, "{what}: {found}, not {}", fixed(expected));
}

/// Classes with truths, with their place among the golden ones.
fn known(golden: &Value) -> impl Iterator<Item = (usize, usize)> {
    let truths = golden["truths"].as_array().unwrap().iter().enumerate();
    truths.filter(|(_, count)| count.as_u64() > Some(0)).map(|(class, _)| class).enumerate()
}

#[test]
fn average_precision_and_recall_are_those_of_pycocotools() {
    each_set(|set, golden| {
        let matching = set.matching();
        let ranking = set.ranking(&matching);
        let recalls = Recalls::of(&set.truths, &set.detections, &matching, set.num_classes, 100);
        for (class, count) in golden["truths"].as_array().unwrap().iter().enumerate() {
            assert_eq!(u64::from(ranking.class(class).num_truths), count.as_u64().unwrap());
            let found = ranking.average_precision(&matching, class, 0, Interpolation::Points101);
            assert_eq!(found.is_some(), count.as_u64() > Some(0), "class {class}");
        }
        for (place, class) in known(golden) {
            for iou in 0..16 {
                let ap = ranking.average_precision(&matching, class, iou, Interpolation::Points101).unwrap();
                close(ap, &golden["ap"][place][iou], &format!("class {class} overlap {iou}"));
                let found = golden["found"][place][iou].as_u64().unwrap();
                assert_eq!(u64::from(recalls.num_found(class, iou)), found, "class {class} overlap {iou}");
                assert_eq!(ranking.curve(&matching, class, iou).len() as u64, found);
            }
        }
        for (place, limit) in [1, 10, 100].into_iter().enumerate() {
            let recalls = Recalls::of(&set.truths, &set.detections, &matching, set.num_classes, limit);
            match golden["recall"].get(place) {
                Some(expected) => close(recalls.mean().unwrap(), expected, "mean recall"),
                None => assert_eq!(recalls.mean(), None),
            }
        }
    });
}

#[test]
fn voc_precision_is_that_of_the_published_package() {
    each_set(|set, golden| {
        let matching = set.matching();
        let ranking = set.ranking(&matching);
        for (place, class) in known(golden) {
            for (form, interpolation) in [Interpolation::Voc2010, Interpolation::Voc2007].into_iter().enumerate() {
                let ap = ranking.average_precision(&matching, class, HALF, interpolation).unwrap();
                close(ap, &golden["voc"][place][form], &format!("class {class} {interpolation:?}"));
            }
        }
    });
}

#[test]
fn froc_is_that_of_monai() {
    each_set(|set, golden| {
        let froc = Froc::of(&set.truths, &set.detections, &set.matching(), HALF, None);
        assert_eq!(froc.is_some(), !golden["froc"].as_array().unwrap().is_empty());
        let Some(froc) = froc else { return };
        let mut sum = 0.0;
        for (place, rate) in RATES.into_iter().enumerate() {
            close(froc.sensitivity_at(rate), &golden["froc"][place], &format!("at {rate}"));
            sum += fixed(&golden["froc"][place]);
        }
        assert!((froc.cpm() - sum / 7.0).abs() <= TOLERANCE);
    });
}

#[test]
fn the_confusion_matrix_is_that_of_a_plain_loop_over_the_boxes_that_count() {
    each_set(|set, golden| {
        let cases = Cases {
            classes: (0..set.num_classes).map(|class| LabelName::new(class.to_string())).collect(),
            truths: set.truths.clone(),
            detections: set.detections.clone(),
            has_detector: true,
            ..Cases::default()
        };
        let matched = Matched::new(&cases, &Settings { max_detections: 1000, ..Settings::default() });
        let matrix = ConfusionMatrix::of(&matched, set.num_classes, |_, one| one.score >= 0.3);
        let found: Vec<&[u32]> = (0..=set.num_classes).map(|row| matrix.row(row)).collect();
        assert_eq!(serde_json::to_value(found).unwrap(), golden["confused"]);
    });
}

#[test]
fn the_score_of_the_competition_is_that_of_pycocotools_with_class_14() {
    each_set(|set, golden| {
        let no_finding = |film: usize| {
            let best = set.detections.scores[set.detections.of_film(film)].first().map(|s| (s * 1000.0).round());
            (best.is_none() || film.is_multiple_of(3)).then(|| (1000.0 - best.unwrap_or(0.0)) / 1000.0)
        };
        let no_finding: Vec<_> = (0..set.truths.num_films()).map(no_finding).collect();
        let score = KaggleScore::of(&set.truths, &set.detections, &no_finding, set.num_classes);
        close(score.mean.unwrap(), &golden["kaggle"], "mean");
    });
}

/// 101 points stand close to the whole area where there are many truths.
#[test]
fn voc_2010_and_101_points_differ_little_on_a_big_set() {
    let mut whole = Set { num_classes: 5, truths: BoxColumns::default(), detections: BoxColumns::default() };
    for set in (0..200).map(Set::make) {
        for (all, part) in [(&mut whole.truths, &set.truths), (&mut whole.detections, &set.detections)] {
            for film in 0..part.num_films() {
                let boxes = part.of_film(film);
                all.push_film(boxes.map(|i| (part.classes[i], part.rects[i], part.scores.get(i).copied())));
            }
        }
    }
    let matching = whole.matching();
    let ranking = whole.ranking(&matching);
    let by = |interpolation| {
        mean((0..5).map(|class| ranking.average_precision(&matching, class, HALF, interpolation))).unwrap()
    };
    let (points, area) = (by(Interpolation::Points101), by(Interpolation::Voc2010));
    assert!((points - area).abs() < 0.01, "{points} and {area}");
    assert!(points != area && points > 0.01, "{points} and {area}");
}
