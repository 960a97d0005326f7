//! The plots of an evaluation, made from its cases, its pairs and its settings.
//!
//! Curves are over all scores of the boxes that the rule keeps at the point's c*; the dot on each is at the point. A plot
//! that would show nothing is not made: `None`.

use crate::domain::fusion;
use crate::domain::label::LabelName;
use crate::domain::metrics::confusion_counts::Counts;
use crate::domain::metrics::roc::Roc;

use super::cases::Cases;
use super::matched::Matched;
use super::plot::{Axis, Matrix, Plot, Series, Style};
use super::point::OperatingPoint;
use super::result::DetectorFigures;
use super::settings::{ProbabilitySource, Settings};

/// Bars of a histogram, from 0 to 1.
const NUM_SCORE_BINS: usize = 20;
const NUM_RELIABILITY_BINS: usize = 10;
/// FROC is drawn, and its mean taken, between these numbers of false positives a film.
const FROC_RANGE: [f64; 2] = [0.125, 8.0];
/// A point of a curve is left out when it is nearer than this to the one before, of the axes' length: no screen and no
/// print shows the difference.
const FINEST: f64 = 0.001;
/// What the last row and column of the confusion matrix are.
pub const NO_LESION: &str = "No lesion";
pub const MISSED: &str = "Missed";

/// What the plots are of.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub cases: &'a Cases,
    pub matched: &'a Matched,
    pub settings: &'a Settings,
    pub point: OperatingPoint,
}

/// All plots that there are, in the order of a report: films first, then boxes.
pub fn all(source: Source<'_>, figures: Option<&DetectorFigures>) -> Vec<Plot> {
    let boxes = BoxOutcomes::new(source);
    let plots = [
        roc(source),
        reliability(source),
        film_scores(source),
        precision_recall(source, &boxes),
        froc(source, &boxes),
        figures.and_then(|figures| average_precisions(source.settings, figures)),
        box_scores(source, &boxes),
    ];
    plots.into_iter().flatten().collect()
}

/// The probability of each film that is evaluated; `None` where the classifier did not answer.
pub fn probabilities(cases: &Cases, settings: &Settings) -> Vec<Option<f64>> {
    let of_film = |(film, probability): (usize, &Option<f64>)| {
        let probability = (*probability)?;
        Some(match settings.probability {
            ProbabilitySource::Classifier => probability,
            ProbabilitySource::Counterpart => {
                let scores = cases.detections.of_film(film).map(|index| cases.detections.scores[index]);
                fusion::counterpart(probability, scores)
            }
        })
    };
    cases.probabilities.iter().enumerate().map(of_film).collect()
}

/// Films that have both a truth and a probability.
fn judged(source: Source<'_>) -> (Vec<bool>, Vec<f64>) {
    let probabilities = probabilities(source.cases, source.settings);
    let films = source.cases.films.iter().zip(probabilities);
    films.filter_map(|(film, probability)| film.is_abnormal.zip(probability)).unzip()
}

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

/// Sensitivity over 1 - specificity, with c*.
pub fn roc(source: Source<'_>) -> Option<Plot> {
    let (truth, scores) = judged(source);
    let roc = Roc::of(&truth, &scores)?;
    let point = source.point.c_star;
    let counts = Counts::at(&truth, &scores, point);
    let (sensitivity, specificity) = (counts.sensitivity()?, counts.specificity()?);
    let curve = roc.points.iter().map(|point| [point.fpr, point.tpr]).collect();
    Some(Plot {
        key: "roc",
        title: "ROC of films".to_owned(),
        x: Axis::unit("1 - specificity"),
        y: Axis::unit("Sensitivity"),
        series: vec![
            line(String::new(), Style::Dashed, GREY, vec![[0.0, 0.0], [1.0, 1.0]]),
            line(format!("AUROC {}", percent(roc.auroc())), Style::Line, 0, thinned(curve)),
        ],
        dots: vec![([1.0 - specificity, sensitivity], 0)],
        caption: format!(
            "{} abnormal and {} normal films. At c* {point:.4}: sensitivity {}, specificity {}.",
            roc.num_positive,
            roc.num_negative,
            percent(sensitivity),
            percent(specificity),
        ),
    })
}

/// Share of abnormal films over the mean probability, in ten equal bins.
pub fn reliability(source: Source<'_>) -> Option<Plot> {
    let (truth, scores) = judged(source);
    let mut bins = [(0_u64, 0_u64, 0.0); NUM_RELIABILITY_BINS];
    for (&is_abnormal, &score) in truth.iter().zip(&scores) {
        let bin = &mut bins[bin_of(score, NUM_RELIABILITY_BINS)];
        *bin = (bin.0 + 1, bin.1 + u64::from(is_abnormal), bin.2 + score);
    }
    let full: Vec<_> = bins.into_iter().filter(|bin| bin.0 > 0).collect();
    let points: Vec<[f64; 2]> =
        full.iter().map(|&(count, abnormal, sum)| [sum / count as f64, abnormal as f64 / count as f64]).collect();
    if points.is_empty() {
        return None;
    }
    let num_films = truth.len();
    let most = full.iter().map(|bin| bin.0).max().unwrap_or(0);
    Some(Plot {
        key: "reliability",
        title: "Reliability of probabilities".to_owned(),
        x: Axis::unit("Mean probability"),
        y: Axis::unit("Share of abnormal films"),
        series: vec![
            line("Perfectly calibrated".to_owned(), Style::Dashed, GREY, vec![[0.0, 0.0], [1.0, 1.0]]),
            line("Films".to_owned(), Style::Line, 0, points.clone()),
            line(String::new(), Style::Points, 0, points),
        ],
        dots: Vec::new(),
        caption: format!(
            "{num_films} films in {} of {NUM_RELIABILITY_BINS} equal bins; the fullest has {most}. Below the line, \
             probabilities are too high.",
            full.len()
        ),
    })
}

/// Probabilities of abnormal and of normal films.
pub fn film_scores(source: Source<'_>) -> Option<Plot> {
    let (truth, scores) = judged(source);
    let of = |kind: bool| truth.iter().zip(&scores).filter(move |(is, _)| **is == kind).map(|(_, &score)| score);
    let series = [("Abnormal films", true, 1), ("Normal films", false, 2)];
    let series = series.map(|(name, kind, color)| histogram(name, color, of(kind)));
    let caption = format!("Each kind adds up to 100 %. c* is {:.4}.", source.point.c_star);
    score_plot("film-scores", "Probabilities of films", "Probability", series, caption)
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
        series: vec![line("Boxes of all classes".to_owned(), Style::Steps, 0, thinned(within(points, FROC_RANGE)))],
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

/// Position of the grey that stands for what is not measured.
pub const GREY: usize = usize::MAX;

fn line(name: String, style: Style, color: usize, points: Vec<[f64; 2]>) -> Series {
    Series { name, style, color, points }
}

fn rule(source: Source<'_>) -> String {
    use fusion::FusionRule::{DetectorOnly, Gate, Paper, ReleasedCode};
    let c_star = source.point.c_star;
    match source.settings.rule {
        _ if source.cases.probabilities.is_empty() => "without a classifier".to_owned(),
        DetectorOnly => "detector only".to_owned(),
        Gate => format!("only on films of c* {c_star:.4} and over"),
        Paper => format!("fused at c* {c_star:.4}"),
        ReleasedCode => format!("fused at c* {c_star:.4} as the released code does"),
    }
}

/// `88.61 %`.
fn percent(value: f64) -> String {
    format!("{:.2} %", value * 100.0)
}

/// The bin of a score from 0 to 1; a score of exactly 1 is in the last.
fn bin_of(score: f64, num_bins: usize) -> usize {
    ((score * num_bins as f64) as usize).min(num_bins - 1)
}

fn histogram(name: &str, color: usize, scores: impl Iterator<Item = f64>) -> (Series, u64) {
    let mut counts = [0_u64; NUM_SCORE_BINS];
    for score in scores {
        counts[bin_of(score, NUM_SCORE_BINS)] += 1;
    }
    let sum: u64 = counts.iter().sum();
    let middle = |bin: usize| (bin as f64 + 0.5) / NUM_SCORE_BINS as f64;
    let points = counts.iter().enumerate().map(|(bin, &n)| [middle(bin), n as f64 / sum.max(1) as f64]).collect();
    (line(format!("{name} ({sum})"), Style::Bars, color, points), sum)
}

fn score_plot(
    key: &'static str,
    title: &str,
    x: &str,
    histograms: [(Series, u64); 2],
    caption: String,
) -> Option<Plot> {
    let series: Vec<Series> = histograms.into_iter().filter(|(_, sum)| *sum > 0).map(|(series, _)| series).collect();
    let highest = series.iter().flat_map(|one| &one.points).map(|point| point[1]).fold(0.0, f64::max);
    // A round end over the highest bar.
    let end = [0.1, 0.2, 0.4, 0.6, 0.8].into_iter().find(|end| *end >= highest).unwrap_or(1.0);
    (!series.is_empty()).then(|| Plot {
        key,
        title: title.to_owned(),
        x: Axis::unit(x),
        y: Axis::linear("Share of the kind", 0.0, end),
        series,
        dots: Vec::new(),
        caption,
    })
}

/// Without points that are too near to the one before to be seen; the first and the last always stay.
fn thinned(points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let last = points.len().saturating_sub(1);
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for (place, point) in points.into_iter().enumerate() {
        let is_far = kept.last().is_none_or(|[x, y]| (point[0] - x).abs() + (point[1] - y).abs() >= FINEST);
        if is_far || place == last {
            kept.push(point);
        }
    }
    kept
}

/// The part of steps that lies between two values of x: what is reached at the left end, and nothing beyond the right one.
fn within(points: Vec<[f64; 2]>, [min, max]: [f64; 2]) -> Vec<[f64; 2]> {
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
    use super::*;
    use crate::domain::evaluation::cases::{BoxColumns, FilmCase};
    use crate::domain::fusion::FusionRule;
    use crate::domain::study::View;

    const SQUARE: [f64; 4] = [0.0, 0.0, 10.0, 10.0];
    const FAR: [f64; 4] = [50.0, 50.0, 60.0, 60.0];

    fn cases() -> Cases {
        let film = |name: &str, is_abnormal: bool| FilmCase {
            image: name.into(),
            study: name.into(),
            patient: name.into(),
            is_abnormal: Some(is_abnormal),
            size: Some([100, 100]),
            age_years: None,
            sex: None,
            view: View::Other,
            readers: Vec::new(),
        };
        let mut truths = BoxColumns::default();
        truths.push_film([(0, SQUARE, None), (1, FAR, None)]);
        truths.push_film([(0, SQUARE, None)]);
        truths.push_film([]);
        truths.push_film([]);
        let mut detections = BoxColumns::default();
        detections.push_film([(0, SQUARE, Some(0.9)), (0, FAR, Some(0.7))]);
        detections.push_film([(0, SQUARE, Some(0.4))]);
        detections.push_film([(0, SQUARE, Some(0.8)), (1, SQUARE, Some(0.45))]);
        detections.push_film([]);
        Cases {
            classes: ["A", "B", "C"].map(LabelName::new).to_vec(),
            films: vec![film("a", true), film("b", true), film("c", false), film("d", false)],
            truths,
            detections,
            has_detector: true,
            probabilities: vec![Some(0.9), Some(0.1), Some(0.4), None],
        }
    }

    fn with<T>(rule: FusionRule, point: [f64; 2], look: impl FnOnce(Source<'_>, &BoxOutcomes) -> T) -> T {
        let cases = cases();
        let settings = Settings { rule, ..Settings::default() };
        let matched = Matched::new(&cases, &settings);
        let point = OperatingPoint { c_star: point[0], min_score: point[1] };
        let source = Source { cases: &cases, matched: &matched, settings: &settings, point };
        look(source, &BoxOutcomes::new(source))
    }

    #[test]
    fn the_roc_leaves_out_films_without_an_answer() {
        let plot = with(FusionRule::Paper, [0.4, 0.3], |source, _| roc(source)).unwrap();
        assert_eq!(plot.series[1].points, [[0.0, 0.0], [0.0, 0.5], [1.0, 0.5], [1.0, 1.0]]);
        assert_eq!(plot.series[1].name, "AUROC 50.00 %");
        assert_eq!(plot.dots, [([1.0, 0.5], 0)]);
        assert!(plot.caption.starts_with("2 abnormal and 1 normal films."), "{}", plot.caption);
    }

    #[test]
    fn the_counterpart_takes_the_best_box_in() {
        let settings = Settings { probability: ProbabilitySource::Counterpart, ..Settings::default() };
        let found = probabilities(&cases(), &settings);
        let expected = [Some(0.9), Some(0.25), Some(0.6), None];
        for (found, expected) in found.into_iter().zip(expected) {
            assert_eq!(found.map(|p| (p * 1e9).round() / 1e9), expected);
        }
    }

    #[test]
    fn precision_and_recall_by_hand() {
        let plot = with(FusionRule::DetectorOnly, [0.3, 0.5], |source, boxes| precision_recall(source, boxes)).unwrap();
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
        let plot = with(FusionRule::Paper, [0.5, 0.5], |source, boxes| precision_recall(source, boxes)).unwrap();
        assert_eq!(plot.series[0].points, [[0.0, 1.0], [0.5, 1.0], [0.5, 0.5], [0.5, 1.0 / 3.0]]);
        assert_eq!(plot.series[1].points, [] as [[f64; 2]; 0]);
    }

    #[test]
    fn the_froc_counts_false_positives_a_film() {
        let plot = with(FusionRule::DetectorOnly, [0.3, 0.8], |source, boxes| froc(source, boxes)).unwrap();
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
        assert_eq!(within(points, [0.125, 8.0]), [[0.125, 0.2], [1.0, 0.5], [8.0, 0.6], [8.0, 0.6]]);
        assert_eq!(within(vec![[0.5, 0.5]], [0.125, 8.0]), [[0.5, 0.5]]);
        assert_eq!(within(Vec::new(), [0.125, 8.0]), [] as [[f64; 2]; 0]);
    }

    #[test]
    fn every_truth_and_every_box_is_in_the_confusion_once() {
        let matrix = with(FusionRule::DetectorOnly, [0.3, 0.45], |source, boxes| confusion(source, boxes)).unwrap();
        // A: one found, one missed (0.4 does not count). B on film a: taken for A by the box at 0.7.
        assert_eq!(matrix.counts, [[1, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 0, 0]]);
        assert_eq!(matrix.rows, ["A", "B", "C", NO_LESION]);
        assert_eq!(matrix.columns, ["A", "B", "C", MISSED]);
    }

    #[test]
    fn histograms_are_of_kinds() {
        let plot = with(FusionRule::DetectorOnly, [0.3, 0.3], |source, boxes| box_scores(source, boxes)).unwrap();
        let names: Vec<_> = plot.series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(names, ["Right boxes (2)", "Wrong boxes (3)"]);
        assert_eq!(plot.series[0].points[18], [0.925, 0.5]);
        assert_eq!(plot.y.max, 0.6);
        assert_eq!((bin_of(1.0, 10), bin_of(0.1, 10), bin_of(0.0, 10)), (9, 1, 0));
        let films = with(FusionRule::Paper, [0.3, 0.3], |source, _| film_scores(source)).unwrap();
        assert_eq!(films.series[1].name, "Normal films (1)");
    }

    #[test]
    fn reliability_has_a_point_for_each_full_bin() {
        let plot = with(FusionRule::Paper, [0.3, 0.3], |source, _| reliability(source)).unwrap();
        assert_eq!(plot.series[1].points, [[0.1, 1.0], [0.4, 0.0], [0.9, 1.0]]);
    }

    #[test]
    fn nothing_to_show_makes_no_plot() {
        let empty = Cases::default();
        let settings = Settings::default();
        let matched = Matched::new(&empty, &settings);
        let point = OperatingPoint { c_star: 0.5, min_score: 0.3 };
        let source = Source { cases: &empty, matched: &matched, settings: &settings, point };
        assert_eq!(all(source, None), []);
        assert_eq!(confusion(source, &BoxOutcomes::new(source)), None);
    }

    #[test]
    fn a_curve_keeps_its_shape_when_it_is_thinned() {
        let points: Vec<[f64; 2]> = (0..=100_000).map(|i| [f64::from(i) / 1e5, 0.5]).collect();
        let kept = thinned(points);
        assert!(kept.len() <= 1002, "{}", kept.len());
        assert_eq!((kept[0], kept[kept.len() - 1]), ([0.0, 0.5], [1.0, 0.5]));
        assert_eq!(thinned(vec![[0.0, 0.0], [0.0, 0.0]]).len(), 2);
    }
}
