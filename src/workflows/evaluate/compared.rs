//! Two runs over the films that both have, figure by figure: differences with intervals from the same draws, and p-values.

use std::collections::BTreeMap;

use crate::domain::evaluation::after_rule;
use crate::domain::evaluation::cases::{BoxColumns, Cases};
use crate::domain::evaluation::result::{Difference, Figure};
use crate::domain::evaluation::run::Run;
use crate::domain::evaluation::settings::{Settings, ThresholdChoice};
use crate::domain::fusion::is_abnormal;
use crate::domain::label::LabelName;
use crate::domain::metrics::average_precision::mean;
use crate::domain::metrics::bootstrap::{ClassifierBootstrap, Figure as Kind, Resamples, Threshold};
use crate::domain::metrics::confusion_counts::Counts;
use crate::domain::metrics::delong::DeLong;
use crate::domain::metrics::interval;
use crate::domain::metrics::mcnemar::Discordant;
use crate::domain::metrics::precision_bootstrap::ResampledPrecision;
use crate::domain::metrics::resample::Draws;
use crate::domain::metrics::roc::Roc;
use crate::jobs::{CancelToken, Progress};

use super::detector::{Found, Resampled};
use super::{Desk, can_draw, units};

/// What two runs differ in.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Comparison {
    pub differences: Vec<Difference>,
    /// Films that both have, and that only one has.
    pub num_shared: u64,
    pub num_unshared: u64,
    /// Of the shared films, those of which the two runs hold something else for true.
    pub num_other_truths: u64,
}

/// One run over the shared films, with the truth of the first run and the classes of both.
struct Side<'a> {
    cases: Cases,
    settings: &'a Settings,
    probabilities: Vec<Option<f64>>,
    threshold: Option<f64>,
    detections: BoxColumns,
}

/// Holds both to the truth of the first, each at its own operating point and by its own rule; overlap, interpolation and
/// resampling are the first's. Differences are second minus first. Their intervals are percentile ones, whatever the runs
/// have; where a run chooses its threshold anew in each resample, so is it here.
///
/// # Errors
/// When it was cancelled.
pub fn compare(
    first: &Run,
    second: &Run,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<Comparison> {
    let places: BTreeMap<&str, usize> =
        second.cases.films.iter().enumerate().map(|(place, film)| (film.image.as_str(), place)).collect();
    let shared: Vec<[usize; 2]> = first
        .cases
        .films
        .iter()
        .enumerate()
        .filter_map(|(place, film)| Some([place, *places.get(film.image.as_str())?]))
        .collect();
    let num_films = first.cases.films.len() + second.cases.films.len();
    let mut comparison = Comparison {
        num_shared: shared.len() as u64,
        num_unshared: (num_films - 2 * shared.len()) as u64,
        num_other_truths: shared.iter().filter(|&&pair| !is_same_truth(&first.cases, &second.cases, pair)).count()
            as u64,
        differences: Vec::new(),
    };
    let classes = classes_of_both(&first.cases, &second.cases);
    let sides = [side(first, first, &shared, [0, 0], &classes), side(second, first, &shared, [1, 0], &classes)];
    if sides.iter().all(|side| !side.probabilities.is_empty()) {
        add_films(&mut comparison.differences, &sides, watch, cancel)?;
    }
    if sides.iter().all(|side| side.cases.has_detector) {
        add_boxes(&mut comparison.differences, &sides, watch, cancel)?;
    }
    Ok(comparison)
}

/// The same finding and the same boxes, in whatever order.
fn is_same_truth(first: &Cases, second: &Cases, [of_first, of_second]: [usize; 2]) -> bool {
    let boxes = |cases: &Cases, film: usize| {
        let of_film = cases.truths.of_film(film);
        let mut boxes: Vec<(LabelName, [u64; 4])> = of_film
            .map(|i| {
                (cases.classes[usize::from(cases.truths.classes[i])].clone(), cases.truths.rects[i].map(f64::to_bits))
            })
            .collect();
        boxes.sort_unstable();
        boxes
    };
    first.films[of_first].is_abnormal == second.films[of_second].is_abnormal
        && boxes(first, of_first) == boxes(second, of_second)
}

fn classes_of_both(first: &Cases, second: &Cases) -> Vec<LabelName> {
    let mut classes = first.classes.clone();
    classes.extend(second.classes.iter().filter(|name| !first.classes.contains(name)).cloned());
    classes
}

/// `places` says which of a pair is the answer's film, and which the truth's.
fn side<'a>(run: &'a Run, truth: &Run, shared: &[[usize; 2]], places: [usize; 2], classes: &[LabelName]) -> Side<'a> {
    let settings = &run.plan.settings;
    let threshold = run.evaluation.classifier.as_ref().and_then(|figures| figures.threshold);
    let all = after_rule::probabilities(&run.cases, settings);
    let kept = after_rule::kept(&run.cases, settings.rule, threshold);
    let [answer, of_truth] = places.map(|of| shared.iter().map(|pair| pair[of]).collect::<Vec<usize>>());
    let cases = Cases {
        classes: classes.to_vec(),
        films: of_truth.iter().map(|&film| truth.cases.films[film].clone()).collect(),
        truths: renumbered(&truth.cases.truths, &truth.cases.classes, &of_truth, classes),
        has_detector: run.cases.has_detector,
        ..Cases::default()
    };
    let probabilities = if all.is_empty() { Vec::new() } else { answer.iter().map(|&film| all[film]).collect() };
    let detections = renumbered(&kept, &run.cases.classes, &answer, classes);
    Side { cases, settings, probabilities, threshold, detections }
}

fn renumbered(boxes: &BoxColumns, own: &[LabelName], films: &[usize], classes: &[LabelName]) -> BoxColumns {
    let place = |name: &LabelName| classes.iter().position(|known| known == name).unwrap_or_default() as u16;
    let place_of: Vec<u16> = own.iter().map(place).collect();
    let mut part = BoxColumns::default();
    for &film in films {
        let of_film = boxes.of_film(film);
        part.push_film(
            of_film.map(|i| (place_of[usize::from(boxes.classes[i])], boxes.rects[i], boxes.scores.get(i).copied())),
        );
    }
    part
}

/// Films that the truth and both classifiers say something of.
struct Pairs {
    films: Vec<usize>,
    truth: Vec<bool>,
    scores: [Vec<f64>; 2],
}

fn pairs(sides: &[Side<'_>; 2]) -> Pairs {
    let mut pairs = Pairs { films: Vec::new(), truth: Vec::new(), scores: [Vec::new(), Vec::new()] };
    for (film, case) in sides[0].cases.films.iter().enumerate() {
        let said = [0, 1].map(|side: usize| sides[side].probabilities[film]);
        if let (Some(truth), [Some(first), Some(second)]) = (case.is_abnormal, said) {
            pairs.films.push(film);
            pairs.truth.push(truth);
            pairs.scores[0].push(first);
            pairs.scores[1].push(second);
        }
    }
    pairs
}

fn add_films(
    differences: &mut Vec<Difference>,
    sides: &[Side<'_>; 2],
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<()> {
    let pairs = pairs(sides);
    let Pairs { truth, scores, .. } = &pairs;
    let resamples = resample_both(sides, &pairs, watch, cancel)?;
    let auroc = [0, 1].map(|side: usize| Roc::of(truth, &scores[side]).map(|roc| roc.auroc()));
    let delong = [0, 1].map(|side: usize| DeLong::of(truth, &scores[side]));
    let test = delong[1].as_ref().zip(delong[0].as_ref()).and_then(|(b, a)| b.against(a));
    let level = sides[0].settings.bootstrap.level;
    differences.push(Difference {
        p_value: test.and_then(|test| test.p_value),
        test: "DeLong",
        ..paired("AUROC", auroc, resamples.as_ref(), Kind::Auroc, level)
    });
    let (Some(a), Some(b)) = (sides[0].threshold, sides[1].threshold) else { return Ok(()) };
    let counts = [Counts::at(truth, &scores[0], a), Counts::at(truth, &scores[1], b)];
    let of = |value: fn(Counts) -> Option<f64>| counts.map(value);
    let is_right = |number: usize| {
        let called = [is_abnormal(scores[0][number], a), is_abnormal(scores[1][number], b)];
        (called[0] == truth[number], called[1] == truth[number])
    };
    let mcnemar = |is_meant: &dyn Fn(bool) -> bool| {
        let cases = (0..truth.len()).filter(|&number| is_meant(truth[number])).map(is_right);
        Some(Discordant::of(cases).exact())
    };
    let mut add = |name: &str, kind: Kind, values: [Option<f64>; 2], p_value: Option<f64>| {
        let difference = paired(name, values, resamples.as_ref(), kind, level);
        differences.push(match p_value {
            Some(p) => Difference { p_value: Some(p), test: "McNemar, exact", ..difference },
            None => difference,
        });
    };
    add("F1", Kind::F1, of(Counts::f1), None);
    add("Sensitivity", Kind::Sensitivity, of(Counts::sensitivity), mcnemar(&|truth| truth));
    add("Specificity", Kind::Specificity, of(Counts::specificity), mcnemar(&|truth| !truth));
    Ok(())
}

/// Both over the same draws; `None` where none are asked for.
fn resample_both(
    sides: &[Side<'_>; 2],
    pairs: &Pairs,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<Option<[Resamples; 2]>> {
    let bootstrap = &sides[0].settings.bootstrap;
    if bootstrap.num_resamples == 0 || pairs.films.is_empty() {
        return Ok(None);
    }
    let films = pairs.films.iter().map(|&film| &sides[0].cases.films[film]);
    let draws = Draws::new(&units(films, bootstrap.unit), bootstrap.seed).with_both_classes(&pairs.truth);
    if !can_draw(&draws) {
        return Ok(None);
    }
    let mut both = [Resamples::default(), Resamples::default()];
    for (side, resamples) in both.iter_mut().enumerate() {
        let own = sides[side].settings;
        let is_rechosen = own.bootstrap.is_threshold_rechosen && own.threshold == ThresholdChoice::Youden;
        let threshold = match sides[side].threshold {
            _ if is_rechosen => Threshold::Rechosen,
            threshold => Threshold::Fixed(threshold.unwrap_or(f64::INFINITY)),
        };
        let scores = &pairs.scores[side];
        let num = bootstrap.num_resamples as usize;
        let Some(plan) = ClassifierBootstrap::new(&pairs.truth, scores, &draws, num, threshold) else {
            return Ok(None);
        };
        let desk = Desk { cases: &sides[side].cases, settings: sides[side].settings, watch, cancel };
        let blocks = desk.blocks("Comparing films", plan.num_blocks(), |block| plan.block(block))?;
        *resamples = ClassifierBootstrap::finish(blocks);
    }
    Ok(Some(both))
}

fn paired(
    name: &str,
    [a, b]: [Option<f64>; 2],
    resamples: Option<&[Resamples; 2]>,
    kind: Kind,
    level: f64,
) -> Difference {
    let values = resamples.map(|[first, second]| interval::differences(&second.values(kind), &first.values(kind)));
    difference(name, [a, b], values.as_deref(), level)
}

/// With the interval and the p-value of paired differences, second minus first.
fn difference(name: &str, [a, b]: [Option<f64>; 2], values: Option<&[Option<f64>]>, level: f64) -> Difference {
    let interval = values.and_then(|values| interval::percentile(values, level)).map(|found| [found.low, found.high]);
    let delta = a.zip(b).map(|(a, b)| Figure { value: b - a, interval });
    let p_value = delta.and(values).and_then(interval::p_value);
    Difference { name: name.to_owned(), a, b, delta, p_value, test: "paired bootstrap" }
}

fn add_boxes(
    differences: &mut Vec<Difference>,
    sides: &[Side<'_>; 2],
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<()> {
    let first = sides[0].settings;
    let settings = Settings { ious: vec![first.main_iou], ..first.clone() };
    let mut ap = [Vec::new(), Vec::new()];
    let mut resampled = [None, None];
    for (number, (side, ap)) in sides.iter().zip(&mut ap).enumerate() {
        let desk = Desk { cases: &side.cases, settings: &settings, watch, cancel };
        let found = Found::of(&desk, &side.detections)?;
        // The same films by the same seed: the same draws.
        resampled[number] = Resampled::of(&desk, &side.detections, &found)?;
        *ap = (0..side.cases.classes.len()).map(|class| found.average_precisions(&desk, class)[0]).collect();
    }
    let iou = first.main_iou;
    let level = first.bootstrap.level;
    let map = [mean(ap[0].iter().copied()), mean(ap[1].iter().copied())];
    let paired = |pick: &dyn Fn(&ResampledPrecision) -> Vec<Option<f64>>| match &resampled {
        [Some(first), Some(second)] => Some(interval::differences(&pick(&second.values), &pick(&first.values))),
        _ => None,
    };
    let values = paired(&|resampled| resampled.means(0));
    differences.push(difference(&format!("mAP@{iou}"), map, values.as_deref(), level));
    for (class, label) in sides[0].cases.classes.iter().enumerate().filter(|&(class, _)| ap[0][class].is_some()) {
        let values = paired(&|resampled| resampled.values(class, 0));
        let both = [ap[0][class], ap[1][class]];
        differences.push(difference(&format!("AP@{iou} {label}"), both, values.as_deref(), level));
    }
    Ok(())
}
