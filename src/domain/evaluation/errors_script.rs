//! What the gallery's items must be at the boundaries, in every order and under every filter.

use super::cases::{BoxColumns, Cases, FilmCase};
use super::errors::*;
use super::point::OperatingPoint;
use super::settings::Settings;
use crate::domain::fusion::FusionRule;
use crate::domain::label::LabelName;
use crate::domain::study::{Sex, View};

/// A film in short.
#[derive(Clone, Copy, Default)]
pub struct Film<'a> {
    pub truths: &'a [(u16, [f64; 4])],
    pub detections: &'a [(u16, [f64; 4], f64)],
    pub truth: Option<bool>,
    pub probability: Option<f64>,
    pub sex: Option<Sex>,
}

/// Films `film0`, `film1` ... with classes A, B and C.
pub fn cases(films: &[Film<'_>]) -> Cases {
    let mut made = Cases {
        classes: ["A", "B", "C"].map(LabelName::new).to_vec(),
        truths: BoxColumns::default(),
        detections: BoxColumns::default(),
        has_detector: true,
        ..Cases::default()
    };
    for (n, film) in films.iter().enumerate() {
        let name = format!("film{n}");
        made.films.push(FilmCase {
            image: name.as_str().into(),
            study: name.as_str().into(),
            patient: name.as_str().into(),
            is_abnormal: film.truth,
            size: Some([100, 100]),
            age_years: None,
            sex: film.sex,
            view: View::Lateral,
            readers: vec!["R1".into()],
        });
        made.truths.push_film(film.truths.iter().map(|&(class, rect)| (class, rect, None)));
        made.detections.push_film(film.detections.iter().map(|&(class, rect, score)| (class, rect, Some(score))));
        made.probabilities.push(film.probability);
    }
    made
}

const SQUARE: [f64; 4] = [0.0, 0.0, 10.0, 10.0];
const HALF: [f64; 4] = [0.0, 0.0, 10.0, 5.0];
const LESS: [f64; 4] = [0.0, 0.0, 10.0, 4.99];
const FAR: [f64; 4] = [50.0, 50.0, 90.0, 90.0];

fn point(c_star: f64, min_score: f64) -> OperatingPoint {
    OperatingPoint { c_star, min_score }
}

fn shown(films: &[Film<'_>], point: OperatingPoint, filter: &ErrorFilter, order: ErrorOrder) -> Vec<ErrorItem> {
    let cases = cases(films);
    let items = ErrorItems::new(&cases, &Settings::default());
    let shown = items.shown(&cases, (point, FusionRule::Paper), filter, order);
    // The same in memory that held everything.
    let all = (OperatingPoint { c_star: 0.0, min_score: 0.0 }, FusionRule::Paper);
    let before = items.shown(&cases, all, &ErrorFilter::default(), ErrorOrder::default());
    let again = items.shown_again(before, &cases, (point, FusionRule::Paper), filter, order);
    assert_eq!((&again.places, again.counts), (&shown.places, shown.counts));
    assert!(shown.counts.iter().sum::<u64>() >= shown.places.len() as u64);
    shown.places.iter().map(|&place| items.item(&cases, place)).collect()
}

fn kinds(films: &[Film<'_>], at: OperatingPoint) -> Vec<ErrorKind> {
    shown(films, at, &ErrorFilter::default(), ErrorOrder::default()).iter().map(|item| item.kind).collect()
}

#[test]
fn boxes_at_the_boundaries() {
    use ErrorKind::{Confusion, FalseNegative, FalsePositive, TruePositive};
    let of = |truths: &[(u16, [f64; 4])], detections: &[(u16, [f64; 4], f64)], min_score: f64| {
        kinds(&[Film { truths, detections, ..Film::default() }], point(0.5, min_score))
    };
    let truth = [(0, SQUARE)];
    // An overlap of exactly a half matches; less does not.
    assert_eq!(of(&truth, &[(0, HALF, 0.9)], 0.3), [TruePositive]);
    assert_eq!(of(&truth, &[(0, LESS, 0.9)], 0.3), [FalsePositive, FalseNegative]);
    assert_eq!(of(&truth, &[(1, HALF, 0.9)], 0.3), [Confusion]);
    assert_eq!(of(&truth, &[(1, LESS, 0.9)], 0.3), [FalsePositive, FalseNegative]);
    // A score of exactly the operating point counts; less does not.
    assert_eq!(of(&truth, &[(0, SQUARE, 0.3)], 0.3), [TruePositive]);
    assert_eq!(of(&truth, &[(0, SQUARE, 0.299_999)], 0.3), [FalseNegative]);
    assert_eq!(of(&[], &[(0, SQUARE, 0.3)], 0.3), [FalsePositive]);
    assert_eq!(of(&[], &[(0, SQUARE, 0.299_999)], 0.3), []);
    // No boxes at all, and none of either.
    assert_eq!(of(&truth, &[], 0.3), [FalseNegative]);
    assert_eq!(of(&[], &[], 0.3), []);
    assert_eq!(kinds(&[], point(0.5, 0.3)), []);
    // The class that is found later takes the truth back from the one it was confused with.
    let both = [(1, SQUARE, 0.9), (0, SQUARE, 0.4)];
    assert_eq!(of(&truth, &both, 0.5), [Confusion]);
    assert_eq!(of(&truth, &both, 0.4), [FalsePositive, TruePositive]);
    assert_eq!(of(&truth, &both, 0.95), [FalseNegative]);
}

#[test]
fn the_rule_leaves_boxes_of_normal_films_out() {
    let films = |score: f64, p: f64| {
        let detections = [(0, SQUARE, score)];
        let film = Film { detections: &detections, probability: Some(p), ..Film::default() };
        kinds(&[film], point(0.5, 0.3))
    };
    assert_eq!(films(0.4, 0.5), [ErrorKind::FalsePositive], "p of exactly c* is abnormal");
    assert_eq!(films(0.4, 0.49), []);
    assert_eq!(films(0.5, 0.49), [], "over a half");
    assert_eq!(films(0.5 + 1e-12, 0.49), [ErrorKind::FalsePositive]);
    let floor = |rule| {
        let film = Film { probability: Some(0.1), ..Film::default() };
        floors(&cases(&[film, Film::default()]), point(0.5, 0.3), rule)
    };
    assert_eq!(floor(FusionRule::ReleasedCode), [0.5, 0.3]);
    assert_eq!(floor(FusionRule::Gate), [f64::INFINITY, 0.3]);
    assert_eq!(floor(FusionRule::DetectorOnly), [0.3, 0.3]);
    // The same as the rule itself says, box by box.
    for (rule, _) in FusionRule::ALL {
        for score in [0.0, 0.3, 0.499, 0.5, 0.5_f64.next_up(), 0.7, 1.0] {
            let kept = score >= 0.3 && rule.leaves_out(Some(false), score).is_none();
            assert_eq!(score >= floor(rule)[0], kept, "{rule:?} {score}");
        }
    }
}

#[test]
fn films_by_truth_and_probability() {
    use ErrorKind::{FilmFalseNegative, FilmFalsePositive, FilmTrueNegative, FilmTruePositive};
    let of = |truth, probability| kinds(&[Film { truth, probability, ..Film::default() }], point(0.5, 0.3));
    assert_eq!(of(Some(true), Some(0.5)), [FilmTruePositive]);
    assert_eq!(of(Some(true), Some(0.49)), [FilmFalseNegative]);
    assert_eq!(of(Some(false), Some(0.5)), [FilmFalsePositive]);
    assert_eq!(of(Some(false), Some(0.49)), [FilmTrueNegative]);
    assert_eq!(of(None, Some(0.9)), []);
    assert_eq!(of(Some(true), None), []);
}

#[test]
fn orders_put_what_lacks_the_quantity_last_and_ties_by_film() {
    let a = [(0, SQUARE, 0.9), (0, FAR, 0.6)];
    let b = [(0, FAR, 0.9)];
    let missed = [(1, SQUARE)];
    let films = [
        Film { detections: &a, ..Film::default() },
        Film { detections: &b, truths: &missed, ..Film::default() },
        Film { truths: &[(0, HALF)], detections: &[(0, SQUARE, 0.7)], ..Film::default() },
    ];
    let told = |order| -> Vec<String> {
        let items = shown(&films, point(0.5, 0.3), &ErrorFilter::default(), order);
        let score = |item: &ErrorItem| item.score.map_or_else(|| "-".to_owned(), |score| score.to_string());
        items.iter().map(|item| format!("{}:{} {} {}", item.film, score(item), item.iou, item.area)).collect()
    };
    let (a9, a6, b9) = ("0:0.9 0 100", "0:0.6 0 1600", "1:0.9 0 1600");
    let (miss, hit) = ("1:- 0 100", "2:0.7 0.5 50");
    assert_eq!(told(ErrorOrder::HighestScore), [a9, b9, hit, a6, miss]);
    assert_eq!(told(ErrorOrder::LowestScore), [a6, hit, a9, b9, miss]);
    assert_eq!(told(ErrorOrder::HighestIou), [hit, a9, a6, b9, miss]);
    assert_eq!(told(ErrorOrder::LowestIou), [a9, a6, b9, miss, hit]);
    assert_eq!(told(ErrorOrder::Largest), [a6, b9, a9, miss, hit]);
    assert_eq!(told(ErrorOrder::Smallest), [hit, a9, miss, a6, b9]);
}

#[test]
fn filters_by_kind_class_answer_score_and_slice() {
    let first = [(0, SQUARE), (1, FAR)];
    let answers = [(1, SQUARE, 0.9), (1, FAR, 0.8), (2, [70.0, 0.0, 80.0, 10.0], 0.4)];
    let films = [
        Film { truths: &first, detections: &answers, sex: Some(Sex::Female), ..Film::default() },
        Film { detections: &[(0, SQUARE, 0.5)], sex: Some(Sex::Male), ..Film::default() },
    ];
    let num = |filter: ErrorFilter| shown(&films, point(0.5, 0.3), &filter, ErrorOrder::default()).len();
    let all = ErrorFilter::default;
    assert_eq!(num(all()), 4);
    assert_eq!(num(ErrorFilter { kinds: vec![ErrorKind::FalsePositive], ..all() }), 2);
    assert_eq!(num(ErrorFilter::disagreements()), 3);
    assert_eq!(num(ErrorFilter { class: Some(0), ..all() }), 2, "a confusion is of the truth's class");
    assert_eq!(num(ErrorFilter { class: Some(0), answered: Some(1), ..all() }), 1);
    assert_eq!(num(ErrorFilter { answered: Some(2), ..all() }), 1);
    // As the counts by class have it: a confusion is a false positive of what was said and a miss of what is there.
    let counted =
        |kind, class, answered| num(ErrorFilter { kinds: vec![kind, ErrorKind::Confusion], class, answered, ..all() });
    assert_eq!(counted(ErrorKind::FalsePositive, None, Some(1)), 1);
    assert_eq!(counted(ErrorKind::FalsePositive, None, Some(2)), 1);
    assert_eq!(counted(ErrorKind::FalsePositive, None, Some(0)), 1);
    assert_eq!(counted(ErrorKind::FalseNegative, Some(0), None), 1);
    assert_eq!(counted(ErrorKind::FalseNegative, Some(1), None), 0);
    assert_eq!(num(ErrorFilter { scores: Some([0.5, 0.8]), ..all() }), 2, "both ends are in");
    let slice = |by: &str, name: &str| ErrorFilter { slice: Some((by.into(), name.into())), ..all() };
    assert_eq!(num(slice("sex", "Female")), 3);
    assert_eq!(num(slice("sex", "Male")), 1);
    assert_eq!(num(slice("sex", "Other")), 0);
    assert_eq!(num(slice("size", "medium (under 96 x 96)")), 1);
    assert_eq!(num(slice("size", "small (under 32 x 32)")), 3);
    assert_eq!(num(slice("weather", "rain")), 0);
}

#[test]
fn counts_are_of_all_kinds_whatever_kinds_are_shown() {
    let films = [Film { truths: &[(0, SQUARE)], detections: &[(0, FAR, 0.9)], ..Film::default() }];
    let cases = cases(&films);
    let items = ErrorItems::new(&cases, &Settings::default());
    let filter = ErrorFilter { kinds: vec![ErrorKind::FalseNegative], ..ErrorFilter::default() };
    let shown = items.shown(&cases, (point(0.5, 0.3), FusionRule::Paper), &filter, ErrorOrder::default());
    assert_eq!(shown.places.len(), 1);
    assert_eq!(shown.counts, [0, 1, 1, 0, 0, 0, 0, 0]);
}

#[test]
fn a_second_box_on_a_finding_is_told_from_other_false_positives() {
    let truths = [(0, SQUARE), (1, FAR)];
    let detections = [(0, SQUARE, 0.9), (0, HALF, 0.8), (0, LESS, 0.7), (0, FAR, 0.6), (1, SQUARE, 0.5)];
    let cases = cases(&[Film::default(), Film { truths: &truths, detections: &detections, ..Film::default() }]);
    let second: Vec<bool> = (1..5).map(|at| is_found_already(&cases, at, 0.5)).collect();
    // An overlap of exactly the limit is one; less is not, nor is the place of another class.
    assert_eq!(second, [true, false, false, false]);
}
