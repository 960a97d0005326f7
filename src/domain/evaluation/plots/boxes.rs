//! Plots of boxes: precision and recall, FROC, average precision by class, scores, and which class is taken for which.

use crate::domain::evaluation::matched::Matched;
use crate::domain::evaluation::plot::{Axis, Matrix, Plot, Style};
use crate::domain::evaluation::result::DetectorFigures;
use crate::domain::evaluation::settings::Settings;
use crate::domain::fusion;
use crate::domain::label::LabelName;

use super::{Source, histogram, line, percent, score_plot, thinned};

/// FROC is drawn, and its mean taken, between these numbers of false positives a film.
pub(in crate::domain::evaluation) const FROC_RANGE: [f64; 2] = [0.125, 8.0];
/// What the last row and column of the confusion matrix are.
pub const NO_LESION: &str = "No lesion";
pub const MISSED: &str = "Missed";

/// What became of each box, as far as curves and counts need it.
#[derive(Clone, Debug)]
pub struct BoxOutcomes {
    /// Boxes that the rule keeps and that are looked at, by falling score, equal scores in the order of films.
    order: Vec<u32>,
    num_truths: Vec<u64>,
}

impl BoxOutcomes {
    pub fn new(source: Source<'_>) -> Self {
        let Source { cases, matched, settings, point } = source;
        let is_kept = |index: &u32| {
            let one = &matched.detections[*index as usize];
            let probability = cases.probabilities.get(one.film as usize).copied().flatten();
            let is_abnormal = probability.map(|probability| fusion::is_abnormal(probability, point.c_star));
            one.is_looked_at && settings.rule.leaves_out(is_abnormal, one.score).is_none()
        };
        let mut order: Vec<u32> = (0..matched.detections.len() as u32).filter(is_kept).collect();
        order.sort_by(|&a, &b| matched.detections[b as usize].score.total_cmp(&matched.detections[a as usize].score));
        let mut num_truths = vec![0; cases.classes.len()];
        for truth in &matched.truths {
            num_truths[usize::from(truth.class)] += 1;
        }
        Self { order, num_truths }
    }

    /// Right and wrong boxes with a score of at least each distinct score, by falling score; of one class, or of all.
    fn steps(&self, matched: &Matched, class: Option<u16>) -> Vec<(f64, u64, u64)> {
        let mut steps: Vec<(f64, u64, u64)> = Vec::new();
        let (mut right, mut wrong) = (0, 0);
        let boxes = self.order.iter().map(|&index| &matched.detections[index as usize]);
        for one in boxes.filter(|one| class.is_none_or(|class| class == one.class)) {
            *if one.found.is_some() { &mut right } else { &mut wrong } += 1;
            match steps.last_mut() {
                Some(last) if last.0 == one.score => *last = (one.score, right, wrong),
                _ => steps.push((one.score, right, wrong)),
            }
        }
        steps
    }
}

/// Precision over recall, class by class.
pub fn precision_recall(source: Source<'_>, boxes: &BoxOutcomes) -> Option<Plot> {
    let Source { cases, matched, settings, point } = source;
    let (mut series, mut dots) = (Vec::new(), Vec::new());
    for (class, label) in cases.classes.iter().enumerate().filter(|(class, _)| boxes.num_truths[*class] > 0) {
        let num_truths = boxes.num_truths[class];
        let steps = boxes.steps(matched, Some(class as u16));
        let at = |&(_, right, wrong): &(f64, u64, u64)| {
            [right as f64 / num_truths as f64, right as f64 / (right + wrong) as f64]
        };
        let mut points: Vec<[f64; 2]> = steps.iter().map(at).collect();
        if let Some(&[_, precision]) = points.first() {
            points.insert(0, [0.0, precision]);
        }
        series.push(line(format!("{label} ({num_truths})"), Style::Line, class, thinned(points)));
        let counted = steps.partition_point(|step| step.0 >= point.min_score);
        dots.extend(steps[..counted].last().map(|step| (at(step), class)));
    }
    let caption = format!(
        "At IoU {}, {}; in brackets the boxes of the truth. Dots: boxes with a score of at least {:.2}.",
        settings.main_iou,
        rule(source),
        point.min_score
    );
    (cases.has_detector && !series.is_empty()).then(|| Plot {
        key: "pr",
        title: "Precision and recall by class".to_owned(),
        x: Axis::unit("Recall"),
        y: Axis::unit("Precision"),
        series,
        dots,
        caption,
    })
}

/// Share of the truth's boxes that are found over false positives a film, all classes together.
pub fn froc(source: Source<'_>, boxes: &BoxOutcomes) -> Option<Plot> {
    let Source { cases, matched, settings, point } = source;
    let num_truths: u64 = boxes.num_truths.iter().sum();
    if !cases.has_detector || num_truths == 0 {
        return None;
    }
    let num_films = cases.films.len() as f64;
    let at = |&(_, right, wrong): &(f64, u64, u64)| [wrong as f64 / num_films, right as f64 / num_truths as f64];
    let steps = boxes.steps(matched, None);
    let points: Vec<[f64; 2]> = steps.iter().map(at).collect();
    let counted = steps.partition_point(|step| step.0 >= point.min_score);
    let dots = steps[..counted].last().map(|step| (at(step), 0)).into_iter().collect();
    Some(Plot {
        key: "froc",
        title: "FROC, all classes".to_owned(),
        x: Axis { is_log: true, ..Axis::linear("False positives per film", FROC_RANGE[0], FROC_RANGE[1]) },
        y: Axis::unit("Sensitivity to lesions"),
        series: vec![line("Boxes of all classes".to_owned(), Style::Steps, 0, thinned(within(&points, FROC_RANGE)))],
        dots,
        caption: format!(
            "{num_truths} boxes of the truth on {num_films} films, at IoU {}, {}. Dot: boxes with a score of at least \
             {:.2}.",
            settings.main_iou,
            rule(source),
            point.min_score
        ),
    })
}

/// Average precision by class at the main IoU, the best on top.
pub fn average_precisions(settings: &Settings, figures: &DetectorFigures) -> Option<Plot> {
    let classes = figures.classes.iter().filter_map(|class| Some((class.label.clone(), class.ap_main?.value)));
    let mut bars: Vec<(LabelName, f64)> = classes.collect();
    bars.sort_by(|a, b| a.1.total_cmp(&b.1));
    let points = bars.iter().enumerate().map(|(place, (_, value))| [*value, place as f64]).collect();
    let names = bars.iter().map(|(label, _)| label.to_string()).collect();
    let mean = figures.map_main.map_or(String::new(), |mean| format!("Mean: {}. ", percent(mean.value)));
    let absent: Vec<&str> = figures.without_truth.iter().map(LabelName::as_str).collect();
    let absent =
        if absent.is_empty() { String::new() } else { format!(" Without truth and left out: {}.", absent.join(", ")) };
    (!bars.is_empty()).then(|| Plot {
        key: "ap",
        title: format!("Average precision at IoU {}", settings.main_iou),
        x: Axis::unit("AP"),
        y: Axis::named("", names),
        series: vec![line(String::new(), Style::Bars, 0, points)],
        dots: Vec::new(),
        caption: format!("{mean}By {} points of recall.{absent}", settings.interpolation.as_str()),
    })
}

/// Scores of boxes that find a lesion of their class and of those that do not.
pub fn box_scores(source: Source<'_>, boxes: &BoxOutcomes) -> Option<Plot> {
    let of = |kind: bool| {
        let boxes = boxes.order.iter().map(|&index| &source.matched.detections[index as usize]);
        boxes.filter(move |one| one.found.is_some() == kind).map(|one| one.score)
    };
    let series = [("Right boxes", true, 2), ("Wrong boxes", false, 1)];
    let series = series.map(|(name, kind, color)| histogram(name, color, of(kind)));
    let caption = format!("Each kind adds up to 100 %. At IoU {}, {}.", source.settings.main_iou, rule(source));
    score_plot("box-scores", "Scores of boxes", "Score", series, caption)
}

/// Truths by rows, answers by columns, at the point.
pub fn confusion(source: Source<'_>, boxes: &BoxOutcomes) -> Option<Matrix> {
    let Source { cases, matched, settings, point } = source;
    if !cases.has_detector || cases.classes.is_empty() {
        return None;
    }
    let nothing = cases.classes.len();
    let mut counts = vec![vec![0; nothing + 1]; nothing + 1];
    let mut is_counted = vec![false; matched.detections.len()];
    for &index in &boxes.order {
        is_counted[index as usize] = matched.detections[index as usize].score >= point.min_score;
    }
    let counts_for = |by: Option<u32>| by.filter(|&by| is_counted[by as usize]);
    let mut is_used = vec![false; matched.detections.len()];
    for truth in &matched.truths {
        let by = counts_for(truth.found_by).or_else(|| counts_for(truth.confused_by));
        let answer = by.map_or(nothing, |by| usize::from(matched.detections[by as usize].class));
        counts[usize::from(truth.class)][answer] += 1;
        if let Some(by) = by {
            is_used[by as usize] = true;
        }
    }
    for (index, one) in matched.detections.iter().enumerate() {
        if is_counted[index] && !is_used[index] {
            counts[nothing][usize::from(one.class)] += 1;
        }
    }
    let names = |last: &str| cases.classes.iter().map(LabelName::as_str).chain([last]).map(str::to_owned).collect();
    Some(Matrix {
        key: "confusion",
        title: "Confusion of classes".to_owned(),
        row_title: "Truth".to_owned(),
        column_title: "Answer".to_owned(),
        rows: names(NO_LESION),
        columns: names(MISSED),
        counts,
        caption: format!(
            "Boxes with a score of at least {:.2}, at IoU {}, {}. Shades are shares of a row.",
            point.min_score,
            settings.main_iou,
            rule(source)
        ),
    })
}

fn rule(source: Source<'_>) -> String {
    rule_text(source.settings.rule, !source.cases.probabilities.is_empty(), source.point.c_star)
}

/// As a part of a caption.
pub(in crate::domain::evaluation) fn rule_text(rule: fusion::FusionRule, has_classifier: bool, c_star: f64) -> String {
    use fusion::FusionRule::{DetectorOnly, Gate, Paper, ReleasedCode};
    match rule {
        _ if !has_classifier => "without a classifier".to_owned(),
        DetectorOnly => "detector only".to_owned(),
        Gate => format!("only on films of c* {c_star:.4} and over"),
        Paper => format!("fused at c* {c_star:.4}"),
        ReleasedCode => format!("fused at c* {c_star:.4} as the released code does"),
    }
}

/// The part of steps that lies between two values of x: what is reached at the left end, and nothing beyond the right one.
pub(in crate::domain::evaluation) fn within(points: &[[f64; 2]], [min, max]: [f64; 2]) -> Vec<[f64; 2]> {
    let from = points.partition_point(|point| point[0] <= min);
    let to = points.partition_point(|point| point[0] <= max);
    let mut part = Vec::new();
    part.extend(points[..from].last().map(|point| [min, point[1]]));
    part.extend(&points[from..to]);
    if to < points.len() {
        part.extend(points[..to].last().map(|point| [max, point[1]]));
    }
    part
}

#[cfg(test)]
mod tests {
    use super::super::tests::with;
    use super::*;
    use crate::domain::fusion::FusionRule;

    #[test]
    fn precision_and_recall_by_hand() {
        let plot = with(FusionRule::DetectorOnly, [0.3, 0.5], precision_recall).unwrap();
        let names: Vec<_> = plot.series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(names, ["A (2)", "B (1)"], "a class without truth has no curve");
        // A: right at 0.9, wrong at 0.8 and 0.7, right at 0.4.
        assert_eq!(plot.series[0].points, [[0.0, 1.0], [0.5, 1.0], [0.5, 0.5], [0.5, 1.0 / 3.0], [1.0, 0.5]]);
        assert_eq!(plot.series[1].points, [[0.0, 0.0], [0.0, 0.0]]);
        // Boxes of B are all under 0.5, so it has no dot.
        assert_eq!(plot.dots, [([0.5, 1.0 / 3.0], 0)]);
    }

    #[test]
    fn the_rule_takes_boxes_away() {
        // At c* 0.5 the films b and c are normal: of c, 0.8 stays and 0.45 goes; of b, 0.4 goes.
        let plot = with(FusionRule::Paper, [0.5, 0.5], precision_recall).unwrap();
        assert_eq!(plot.series[0].points, [[0.0, 1.0], [0.5, 1.0], [0.5, 0.5], [0.5, 1.0 / 3.0]]);
        assert_eq!(plot.series[1].points, [] as [[f64; 2]; 0]);
    }

    #[test]
    fn the_froc_counts_false_positives_a_film() {
        let plot = with(FusionRule::DetectorOnly, [0.3, 0.8], froc).unwrap();
        let third = 1.0 / 3.0;
        assert_eq!(
            plot.series[0].points,
            [[0.125, third], [0.25, third], [0.5, third], [0.75, third], [0.75, 2.0 * third]]
        );
        assert_eq!(plot.dots, [([0.25, third], 0)]);
    }

    #[test]
    fn steps_are_cut_at_both_ends() {
        let points = vec![[0.0, 0.1], [0.1, 0.2], [1.0, 0.5], [8.0, 0.6], [9.0, 0.7]];
        assert_eq!(within(&points, [0.125, 8.0]), [[0.125, 0.2], [1.0, 0.5], [8.0, 0.6], [8.0, 0.6]]);
        assert_eq!(within(&[[0.5, 0.5]], [0.125, 8.0]), [[0.5, 0.5]]);
        assert_eq!(within(&[], [0.125, 8.0]), [] as [[f64; 2]; 0]);
    }

    #[test]
    fn every_truth_and_every_box_is_in_the_confusion_once() {
        let matrix = with(FusionRule::DetectorOnly, [0.3, 0.45], confusion).unwrap();
        // A: one found, one missed (0.4 does not count). B on film a: taken for A by the box at 0.7.
        assert_eq!(matrix.counts, [[1, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 0, 0]]);
        assert_eq!(matrix.rows, ["A", "B", "C", NO_LESION]);
        assert_eq!(matrix.columns, ["A", "B", "C", MISSED]);
    }
}
