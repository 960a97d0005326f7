//! The same figures over parts of the films and of the truth boxes: by age, sex, view, reader, size and level.

use crate::domain::evaluation::cases::{BoxColumns, Cases};
use crate::domain::evaluation::matched::Matched;
use crate::domain::evaluation::result::SliceFigures;
use crate::domain::evaluation::settings::Settings;
use crate::domain::evaluation::slices::{self, Slicing};
use crate::domain::metrics::average_precision::mean;
use crate::domain::metrics::confusion_counts::Counts;
use crate::domain::metrics::roc::Roc;

use super::Desk;
use super::classifier::Judged;
use super::detector::Found;

/// `detector`: the boxes that the rule keeps, and what became of them.
pub(super) fn figures(
    desk: &Desk<'_>,
    probabilities: &[Option<f64>],
    c_star: Option<f64>,
    detector: Option<(&BoxColumns, &Matched)>,
) -> anyhow::Result<Vec<SliceFigures>> {
    let cases = desk.cases;
    let judged = Judged::of(desk, probabilities);
    let mut all = Vec::new();
    for slicing in slices::of_films(&cases.films).iter().filter(|slicing| !slicing.is_all_unknown()) {
        for name in &slicing.names {
            let films: Vec<usize> = slicing.items(name).collect();
            let mut figures = empty(slicing, name, films.len() as u64);
            add_classifier(&mut figures, &judged, &films, c_star);
            if let Some((detections, _)) = detector {
                add_detector(desk, &mut figures, detections, &films)?;
            }
            all.push(figures);
        }
    }
    let Some((_, matched)) = detector else { return Ok(all) };
    for slicing in slices::of_boxes(&cases.truths, &cases.films, &cases.classes, &cases.truth_levels)
        .iter()
        .filter(|slicing| !slicing.is_all_unknown())
    {
        all.extend(slicing.names.iter().map(|name| of_boxes(desk, slicing, name, matched)));
    }
    Ok(all)
}

fn empty(slicing: &Slicing, name: &str, num_films: u64) -> SliceFigures {
    SliceFigures {
        by: slicing.by.to_owned(),
        name: name.to_owned(),
        num_films,
        num_truths: 0,
        auroc: None,
        sensitivity: None,
        specificity: None,
        map: None,
        lesion_sensitivity: None,
        false_positives_per_film: None,
    }
}

fn add_classifier(figures: &mut SliceFigures, judged: &Judged, films: &[usize], c_star: Option<f64>) {
    let is_in = |place: &usize| films.binary_search(&(judged.films[*place] as usize)).is_ok();
    let places: Vec<usize> = (0..judged.films.len()).filter(is_in).collect();
    let truth: Vec<bool> = places.iter().map(|&place| judged.truth[place]).collect();
    let scores: Vec<f64> = places.iter().map(|&place| judged.scores[place]).collect();
    figures.auroc = Roc::of(&truth, &scores).map(|roc| roc.auroc());
    if let Some(c_star) = c_star {
        let counts = Counts::at(&truth, &scores, c_star);
        figures.sensitivity = counts.sensitivity();
        figures.specificity = counts.specificity();
    }
}

fn add_detector(
    desk: &Desk<'_>,
    figures: &mut SliceFigures,
    detections: &BoxColumns,
    films: &[usize],
) -> anyhow::Result<()> {
    let Desk { cases, settings, .. } = desk;
    let part = Cases {
        classes: cases.classes.clone(),
        truths: of_films(&cases.truths, films),
        detections: of_films(detections, films),
        has_detector: true,
        ..Cases::default()
    };
    let at_main = Settings { ious: vec![settings.main_iou], ..(*settings).clone() };
    let part_desk = Desk { cases: &part, settings: &at_main, watch: desk.watch, cancel: desk.cancel };
    let found = Found::of(&part_desk, &part.detections)?;
    let ap = (0..part.classes.len()).map(|class| found.average_precisions(&part_desk, class)[0]);
    figures.map = mean(ap);
    figures.num_truths = part.truths.len() as u64;
    let counts = |index: usize| part.detections.scores[index] >= settings.min_score;
    let num_found = found.matching.pairs(0).filter(|&(detection, _)| counts(detection as usize)).count();
    let num_looked_at = (0..part.detections.len())
        .filter(|&index| counts(index) && found.matching.left_out().binary_search(&(index as u32)).is_err())
        .count();
    figures.lesion_sensitivity = share(num_found, part.truths.len());
    figures.false_positives_per_film = share(num_looked_at - num_found, films.len());
    Ok(())
}

fn of_boxes(desk: &Desk<'_>, slicing: &Slicing, name: &str, matched: &Matched) -> SliceFigures {
    let truths: Vec<usize> = slicing.items(name).collect();
    let films: std::collections::BTreeSet<u32> = truths.iter().map(|&truth| matched.truths[truth].film).collect();
    let is_found = |truth: &&usize| matched.truths[**truth].score.is_some_and(|s| s >= desk.settings.min_score);
    let num_found = truths.iter().filter(is_found).count();
    SliceFigures {
        num_truths: truths.len() as u64,
        lesion_sensitivity: share(num_found, truths.len()),
        ..empty(slicing, name, films.len() as u64)
    }
}

fn of_films(boxes: &BoxColumns, films: &[usize]) -> BoxColumns {
    let mut part = BoxColumns::default();
    for &film in films {
        part.push_film(boxes.of_film(film).map(|i| (boxes.classes[i], boxes.rects[i], boxes.scores.get(i).copied())));
    }
    part
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
