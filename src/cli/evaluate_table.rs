//! The figures of an evaluation as a table for people, as the paper's tables have them: in percent, intervals behind.

use std::fmt::Write as _;

use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::result::{ClassifierFigures, DetectorFigures, Evaluation, Figure};
use crate::domain::evaluation::settings::{ProbabilitySource, Settings, ThresholdChoice};
use crate::domain::fusion::FusionRule;
use crate::domain::label::LabelName;
use crate::domain::metrics::average_precision::mean;

/// The whole table, with line ends.
pub(super) fn text(settings: &Settings, cases: &Cases, evaluation: &Evaluation) -> String {
    let mut out = String::new();
    let num_films = cases.films.len();
    line(&mut out, &format!("{num_films} films, {} lesions in the truth", cases.truths.len()));
    if let Some(detector) = &evaluation.detector {
        detector_lines(&mut out, settings, evaluation.classifier.is_some(), detector);
    }
    if let Some(classifier) = &evaluation.classifier {
        classifier_lines(&mut out, settings, classifier);
    }
    if settings.bootstrap.num_resamples > 0 {
        let bootstrap = &settings.bootstrap;
        let intervals = format!(
            "Intervals: {} %, {}, {} resamples by {}, seed {}",
            round(bootstrap.level * 100.0),
            bootstrap.method.as_str(),
            bootstrap.num_resamples,
            bootstrap.unit.as_str(),
            bootstrap.seed
        );
        line(&mut out, "");
        if bootstrap.unit.has_several(&cases.films) {
            line(&mut out, &intervals);
        } else {
            line(&mut out, &format!("Intervals: none, because all films are of one {}", bootstrap.unit.as_str()));
        }
        if !evaluation.percentile_instead.is_empty() {
            let names = evaluation.percentile_instead.join(", ");
            line(&mut out, &format!("Percentile, because bca is undefined there: {names}"));
        }
    }
    out
}

fn detector_lines(out: &mut String, settings: &Settings, has_classifier: bool, figures: &DetectorFigures) {
    let ious: Vec<String> = settings.ious.iter().map(|&iou| round(iou)).collect();
    let rule = match settings.rule {
        rule if rule == FusionRule::DetectorOnly || !has_classifier => "boxes of the detector alone".to_owned(),
        rule => format!("boxes after the rule \"{}\"", rule.as_str()),
    };
    line(out, "");
    line(out, &format!("{rule}; AP in % over IoU {} ({})", ious.join(", "), settings.interpolation.as_str()));
    let counts = format!(
        "Counts: boxes with a score of {} and more, at IoU {}",
        round(settings.min_score),
        round(settings.main_iou)
    );
    line(out, &counts);
    let width = figures.classes.iter().map(|one| one.label.as_str().chars().count()).max().unwrap_or(0).max(8) + 2;
    let row = |out: &mut String, cells: [&str; 6]| {
        let [name, ap, truths, tp, fp, fn_] = cells;
        line(out, &format!("{name:<width$}{ap:>24}{truths:>8}{tp:>8}{fp:>9}{fn_:>8}"));
    };
    row(out, ["", "AP", "truths", "found", "false", "missed"]);
    for one in &figures.classes {
        let ap = match (one.ap_main, one.ap.len()) {
            (Some(figure), 1) => percent(Some(figure)),
            _ => percent(mean(one.ap.iter().copied()).map(|value| Figure { value, interval: None })),
        };
        let counts = [one.num_truths, one.tp, one.fp, one.fn_].map(|count| count.to_string());
        row(out, [one.label.as_str(), &ap, &counts[0], &counts[1], &counts[2], &counts[3]]);
    }
    let sum = |of: fn(&crate::domain::evaluation::result::ClassFigures) -> u64| -> String {
        figures.classes.iter().map(of).sum::<u64>().to_string()
    };
    let map = match (figures.map_main, figures.map.len()) {
        (Some(figure), 1) => percent(Some(figure)),
        _ => percent(figures.map_mean.map(|value| Figure { value, interval: None })),
    };
    row(out, ["mAP", &map, &sum(|c| c.num_truths), &sum(|c| c.tp), &sum(|c| c.fp), &sum(|c| c.fn_)]);
    if !figures.without_truth.is_empty() {
        let names: Vec<&str> = figures.without_truth.iter().map(LabelName::as_str).collect();
        line(out, &format!("Not in the mean, because there is nothing to find: {}", names.join(", ")));
    }
    if let Some(froc) = figures.froc {
        let values: Vec<String> = froc.iter().map(|&value| format!("{:.2}", value * 100.0)).collect();
        line(out, &format!("Sensitivity at 1/8, 1/4, 1/2, 1, 2, 4, 8 false alarms a film: {}", values.join(", ")));
    }
}

fn classifier_lines(out: &mut String, settings: &Settings, figures: &ClassifierFigures) {
    line(out, "");
    let what = match settings.probability {
        ProbabilitySource::Classifier => "Films",
        ProbabilitySource::Counterpart => "Films, by the counterpart with the best box",
    };
    let left_out =
        if figures.num_left_out > 0 { format!(", {} left out", figures.num_left_out) } else { String::new() };
    line(out, &format!("{what}: {} abnormal, {} normal{left_out}", figures.num_abnormal, figures.num_normal));
    let chosen = if settings.threshold == ThresholdChoice::Youden { " (Youden, chosen on these films)" } else { "" };
    let threshold = figures.threshold.map_or_else(|| "none".to_owned(), round);
    line(out, &format!("c* {threshold}{chosen}"));
    let rows = [
        ("AUROC", figures.auroc),
        ("F1", figures.f1),
        ("Sensitivity", figures.sensitivity),
        ("Specificity", figures.specificity),
        ("Precision", figures.precision),
    ];
    for (name, figure) in rows {
        line(out, &format!("{name:<14}{:>22}", percent(figure)));
    }
    if let (Some(auroc), Some(interval)) = (figures.auroc, figures.auroc_delong) {
        let delong = percent(Some(Figure { interval: Some(interval), ..auroc }));
        let level = round(settings.bootstrap.level * 100.0);
        line(out, &format!("AUROC with DeLong's {level} % interval: {delong}"));
    }
}

/// `83.07 (80.64,85.34)`; `-` for what is undefined.
fn percent(figure: Option<Figure>) -> String {
    let Some(figure) = figure else { return "-".to_owned() };
    let mut text = format!("{:.2}", figure.value * 100.0);
    if let Some([low, high]) = figure.interval {
        write!(text, " ({:.2},{:.2})", low * 100.0, high * 100.0).expect("a String takes all text");
    }
    text
}

/// Without idle digits: 0.5, 0.2808.
fn round(value: f64) -> String {
    ((value * 1e6).round() / 1e6).to_string()
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}
