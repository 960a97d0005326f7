//! Labels that may be wrong, by what a model says against them, the surest first: a list to look at, never a correction.
//!
//! Films by confident learning (Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset
//! Labels", Journal of Artificial Intelligence Research 70, 2021, section 3.1): a film counts against its label when the
//! probability of the other class is at least the mean probability of that class over the films labelled so. A
//! threshold of its own for each class is what makes this hold for models that are too sure, or not sure enough.
//!
//! Boxes in the same spirit, each by what speaks against the label at that place.

use super::cases::{Cases, area};
use super::errors::{ErrorItem, ErrorKind};
use super::matched::Matched;
use crate::domain::metrics::matching::overlap;

/// What a label may lack.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    /// The model is sure of a finding where the label has none.
    Overlooked,
    /// The label has a finding of which the model sees nothing.
    Doubtful,
    /// Both have a finding here, and call it differently.
    Swapped,
    /// The film is labelled normal, and the model holds it for abnormal.
    FilmAbnormal,
    /// The other way round.
    FilmNormal,
}

/// A label that may be wrong.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Suspect {
    pub item: ErrorItem,
    pub reason: Reason,
    /// How sure the model is against the label, 0 to 1.
    pub confidence: f64,
}

/// From this overlap on a box lies near another.
const NEAR: f64 = 0.1;
/// Under this the model is not sure enough to speak against anybody.
const LEAST_CONFIDENCE: f64 = 0.5;
/// A list that people go through.
const MOST: usize = 1000;

/// Classes with truth boxes that no detection of any score is of: the model has no word for them, and its silence says
/// nothing of their labels.
pub fn unanswered(cases: &Cases) -> Vec<u16> {
    let mut is_said = vec![false; cases.classes.len()];
    let mut is_held = is_said.clone();
    for (columns, seen) in [(&cases.detections, &mut is_said), (&cases.truths, &mut is_held)] {
        for class in &columns.classes {
            seen[usize::from(*class)] = true;
        }
    }
    (0..cases.classes.len() as u16).filter(|&n| is_held[usize::from(n)] && !is_said[usize::from(n)]).collect()
}

/// The surest first; of equals, in the order of films, boxes before films. Labels of [`unanswered`] classes are left
/// out.
pub fn suspects(cases: &Cases, matched: &Matched) -> Vec<Suspect> {
    let mut found = Vec::new();
    let unanswered = unanswered(cases);
    for film in (0..cases.films.len()).filter(|_| cases.has_detector) {
        overlooked_and_swapped(cases, matched, film, &mut found);
        doubtful(cases, matched, film, &mut found);
    }
    let is_answerable =
        |truth: Option<u32>| truth.is_none_or(|at| !unanswered.contains(&cases.truths.classes[at as usize]));
    found.retain(|suspect| suspect.confidence >= LEAST_CONFIDENCE && is_answerable(suspect.item.truth));
    found.extend(films(cases));
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.item.film.cmp(&b.item.film)));
    found.truncate(MOST);
    found
}

fn overlooked_and_swapped(cases: &Cases, matched: &Matched, film: usize, found: &mut Vec<Suspect>) {
    for detection in cases.detections.of_film(film) {
        let one = &matched.detections[detection];
        // Falling scores: none that follows is surer.
        if one.score < LEAST_CONFIDENCE {
            break;
        }
        if one.found.is_some() || !one.is_looked_at {
            continue;
        }
        let item = ErrorItem {
            kind: ErrorKind::FalsePositive,
            film: film as u32,
            detection: Some(detection as u32),
            truth: None,
            score: Some(one.score),
            iou: one.iou,
            area: area(cases.detections.rects[detection]),
        };
        match one.confused {
            Some(truth) => {
                let held = &matched.truths[truth as usize];
                // What the model itself says for the label's class at this place.
                let for_label = held.score.unwrap_or(0.0);
                let area = area(cases.truths.rects[truth as usize]);
                let item = ErrorItem { kind: ErrorKind::Confusion, truth: Some(truth), area, ..item };
                let confidence = (one.score - for_label).max(0.0);
                found.push(Suspect { item, reason: Reason::Swapped, confidence });
            }
            None => {
                // A second box on a labelled finding is no finding that was overlooked.
                let confidence = one.score * (1.0 - one.iou);
                found.push(Suspect { item, reason: Reason::Overlooked, confidence });
            }
        }
    }
}

fn doubtful(cases: &Cases, matched: &Matched, film: usize, found: &mut Vec<Suspect>) {
    for truth in cases.truths.of_film(film) {
        let held = &matched.truths[truth];
        if held.found_by.is_some() || held.confused_by.is_some() {
            continue;
        }
        let rect = &cases.truths.rects[truth];
        let (mut support, mut best) = (0.0_f64, 0.0_f64);
        for detection in cases.detections.of_film(film) {
            let iou = overlap(&cases.detections.rects[detection], rect);
            best = best.max(iou);
            if iou >= NEAR {
                support = support.max(cases.detections.scores[detection]);
            }
        }
        let item = ErrorItem {
            kind: ErrorKind::FalseNegative,
            film: film as u32,
            detection: None,
            truth: Some(truth as u32),
            score: None,
            iou: best,
            area: area(*rect),
        };
        found.push(Suspect { item, reason: Reason::Doubtful, confidence: 1.0 - support });
    }
}

/// Films whose label the classifier speaks against, by confident learning; none with one class only.
fn films(cases: &Cases) -> Vec<Suspect> {
    let known = |film: usize| {
        let probability = cases.probabilities.get(film).copied().flatten()?;
        Some((cases.films[film].is_abnormal?, probability))
    };
    let mean = |of: bool| {
        let own = (0..cases.films.len()).filter_map(known).filter(|(truth, _)| *truth == of);
        let (sum, num) = own.fold((0.0, 0u32), |(sum, num), (_, p)| (sum + if of { p } else { 1.0 - p }, num + 1));
        (num > 0).then(|| sum / f64::from(num))
    };
    let (Some(abnormal_from), Some(normal_from)) = (mean(true), mean(false)) else { return Vec::new() };
    let suspect = |film: usize| {
        let (truth, p) = known(film)?;
        let (is_over_abnormal, is_over_normal) = (p >= abnormal_from, 1.0 - p >= normal_from);
        // Where both reach their threshold, the likelier one.
        let is_against = match (is_over_abnormal, is_over_normal) {
            (true, true) => (p > 0.5) != truth && (p - 0.5).abs() > 0.0,
            (true, false) => !truth,
            (false, true) => truth,
            (false, false) => false,
        };
        let (kind, reason, confidence) = if truth {
            (ErrorKind::FilmFalseNegative, Reason::FilmNormal, 1.0 - p)
        } else {
            (ErrorKind::FilmFalsePositive, Reason::FilmAbnormal, p)
        };
        let item =
            ErrorItem { kind, film: film as u32, detection: None, truth: None, score: Some(p), iou: 0.0, area: 0.0 };
        is_against.then_some(Suspect { item, reason, confidence })
    };
    (0..cases.films.len()).filter_map(suspect).collect()
}

#[cfg(test)]
mod tests {
    use super::super::errors_script::{Film, cases};
    use super::super::settings::Settings;
    use super::*;

    const SQUARE: [f64; 4] = [0.0, 0.0, 10.0, 10.0];
    const FAR: [f64; 4] = [50.0, 50.0, 60.0, 60.0];

    fn of(films: &[Film<'_>]) -> Vec<(Reason, u32, f64)> {
        let cases = cases(films);
        let matched = Matched::new(&cases, &Settings::default());
        let round = |x: f64| (x * 1e6).round() / 1e6;
        suspects(&cases, &matched).iter().map(|s| (s.reason, s.item.film, round(s.confidence))).collect()
    }

    fn boxes<'a>(truths: &'a [(u16, [f64; 4])], detections: &'a [(u16, [f64; 4], f64)]) -> Film<'a> {
        Film { truths, detections, ..Film::default() }
    }

    #[test]
    fn each_kind_of_wrong_box_has_its_reason() {
        for (truths, detections, expected) in [
            (vec![], vec![(0, SQUARE, 0.9)], vec![(Reason::Overlooked, 0, 0.9)]),
            (vec![], vec![(0, SQUARE, 0.5)], vec![(Reason::Overlooked, 0, 0.5)]),
            (vec![], vec![(0, SQUARE, 0.499)], vec![]),
            // A second box on the same finding is none that was overlooked.
            (vec![(0, SQUARE)], vec![(0, SQUARE, 0.9), (0, SQUARE, 0.8)], vec![]),
            (vec![(0, SQUARE)], vec![(1, SQUARE, 0.9)], vec![(Reason::Swapped, 0, 0.9)]),
            // The model says the label's class too, less surely.
            (vec![(0, SQUARE)], vec![(1, SQUARE, 0.9), (0, SQUARE, 0.3)], vec![(Reason::Swapped, 0, 0.6)]),
            (vec![(0, SQUARE)], vec![(0, FAR, 0.2)], vec![(Reason::Doubtful, 0, 1.0)]),
            // Something near, at a low score, speaks for the label.
            (vec![(0, SQUARE)], vec![(0, [0.0, 0.0, 10.0, 4.0], 0.4)], vec![(Reason::Doubtful, 0, 0.6)]),
            (vec![(0, SQUARE)], vec![(0, [0.0, 0.0, 10.0, 4.0], 0.6)], vec![]),
        ] {
            // Elsewhere the model says both classes.
            let elsewhere = boxes(&[], &[(0, FAR, 0.01), (1, FAR, 0.01)]);
            assert_eq!(of(&[boxes(&truths, &detections), elsewhere]), expected, "{truths:?} {detections:?}");
        }
    }

    #[test]
    fn what_the_model_has_no_word_for_is_no_wrong_label() {
        let swapped = boxes(&[(0, SQUARE)], &[(1, SQUARE, 0.9)]);
        let missed = boxes(&[(0, SQUARE)], &[]);
        assert_eq!(of(&[swapped, missed]), []);
        let both = cases(&[boxes(&[(0, SQUARE), (1, FAR)], &[(1, SQUARE, 0.9)])]);
        assert_eq!((unanswered(&both), unanswered(&cases(&[]))), (vec![0], vec![]));
    }

    #[test]
    fn films_count_against_their_label_from_the_other_class_s_mean_on() {
        let films = |rows: &[(bool, f64)]| -> Vec<(Reason, u32, f64)> {
            let films: Vec<Film<'_>> = rows
                .iter()
                .map(|&(truth, p)| Film { truth: Some(truth), probability: Some(p), ..Film::default() })
                .collect();
            of(&films)
        };
        // Means: abnormal (0.9 + 0.7 + 0.2) / 3 = 0.6, normal (0.9 + 0.8 + 0.4) / 3 = 0.7.
        let rows = [(true, 0.9), (true, 0.7), (true, 0.2), (false, 0.1), (false, 0.2), (false, 0.6)];
        assert_eq!(films(&rows), [(Reason::FilmNormal, 2, 0.8), (Reason::FilmAbnormal, 5, 0.6)]);
        // One class only: nothing to hold a film against.
        assert_eq!(films(&[(true, 0.1), (true, 0.9)]), []);
        assert_eq!(films(&[]), []);
    }
}
