//! Of the screen of evaluations: tables in the paper's layout, with intervals.

use egui::{Grid, RichText, ScrollArea, Ui};

use crate::domain::evaluation::errors::{ErrorFilter, ErrorKind};
use crate::domain::evaluation::live::{ClassSnapshot, Snapshot};
use crate::domain::evaluation::published::{self, LESIONS};
use crate::domain::evaluation::result::{ClassifierFigures, Difference, Figure};
use crate::domain::evaluation::run::Run;
use crate::domain::evaluation::settings::Settings;
use crate::domain::label::LabelName;
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

use super::numbers::{beside_ui, link_ui, percent, text_of, with_kinds};

/// Beside the name of a published row.
const PAPER: &str = "VinDr-SpineXR";

pub(super) fn summary_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.evaluating;
    let Some((run, snapshot)) = desk.open.clone().zip(desk.snapshots[0].clone()) else {
        super::nothing_open_ui(ui);
        return;
    };
    let beside = desk.beside.clone();
    let other = beside.as_ref().map(|beside| &*beside.run).zip(desk.snapshots[1].clone());
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        // Tables are read down a column: lines stand as near as their letters allow.
        ui.spacing_mut().interact_size.y = theme::TABLE_ROW;
        head_ui(ui, &run);
        beside_ui(ui, panel);
        let rows: Vec<(&Run, &Snapshot)> =
            [(&*run, &*snapshot)].into_iter().chain(other.as_ref().map(|(run, at)| (*run, &**at))).collect();
        films_ui(ui, &rows);
        boxes_ui(ui, panel, &run, &snapshot);
        published_boxes_ui(ui, &rows);
        if let Some(beside) = &beside {
            differences_ui(ui, &beside.differences, [&run.summary.name, &beside.run.summary.name]);
        }
        other_figures_ui(ui, &run);
    });
}

fn head_ui(ui: &mut Ui, run: &Run) {
    ui.label(RichText::new(&run.summary.name).size(theme::HEADING).color(theme::strong()));
    let summary = &run.summary;
    let text = tr_args("{} against {}, {} films", &[&summary.answer, &summary.truth, &summary.num_films]);
    ui.label(RichText::new(text).color(theme::text()));
    ui.label(RichText::new(settings_text(&run.plan.settings)).color(theme::weak()));
    if summary.is_truth_changed {
        ui.label(
            RichText::new(tr("The truth in the project has changed since. These figures are of the truth as it was."))
                .color(theme::warn()),
        );
    }
    let num_problems: u64 = run.problems.iter().map(|problem| problem.count).sum();
    if num_problems > 0 {
        let text = tr_args("{} things in the input could not be taken as they stand.", &[&num_problems]);
        let examples: Vec<String> =
            run.problems.iter().flat_map(|problem| problem.examples.iter().take(3).cloned()).collect();
        ui.label(RichText::new(text).color(theme::warn())).on_hover_text(examples.join("\n"));
    }
}

/// `IoU 0.5, 101 points, 100 boxes a film and class, rule: paper; 10000 resamples by image, seed 1999`.
fn settings_text(settings: &Settings) -> String {
    let bootstrap = settings.bootstrap;
    tr_args(
        "IoU {}, AP by {} points, at most {} boxes a film and class, rule: {}. Intervals: {} %, {} resamples by {}, seed {}, {}; percentile of 2,000 while the slider is moved.",
        &[
            &settings.main_iou,
            &settings.interpolation.as_str(),
            &settings.max_detections,
            &settings.rule.as_str(),
            &((bootstrap.level * 1e8).round() / 1e6),
            &bootstrap.num_resamples,
            &bootstrap.unit.as_str(),
            &bootstrap.seed,
            &bootstrap.method.as_str(),
        ],
    )
}

/// The run's own figures where the slider stands at its own point, with all of its resamples; else what holds there.
fn film_figures(figures: &ClassifierFigures, snapshot: &Snapshot) -> [Option<Figure>; 4] {
    let at = snapshot.films.as_ref();
    let is_own = figures.threshold == Some(snapshot.point.c_star);
    let choose = |own: Option<Figure>, live: Option<Figure>| if is_own { own } else { live };
    [
        figures.auroc,
        choose(figures.f1, at.and_then(|films| films.f1)),
        choose(figures.sensitivity, at.and_then(|films| films.sensitivity)),
        choose(figures.specificity, at.and_then(|films| films.specificity)),
    ]
}

/// Table 3.
fn films_ui(ui: &mut Ui, rows: &[(&Run, &Snapshot)]) {
    if rows.iter().all(|(run, _)| run.evaluation.classifier.is_none()) {
        return;
    }
    kit::section(ui, tr("Films: healthy or abnormal (the paper's Table 3), % with intervals"));
    Grid::new("table 3").num_columns(6).spacing([18.0, 4.0]).show(ui, |ui| {
        heads(ui, &[tr("Classifier"), tr("c*"), "AUROC", "F1", tr("Sensitivity"), tr("Specificity")]);
        for (run, snapshot) in rows {
            let Some(figures) = &run.evaluation.classifier else { continue };
            ui.label(RichText::new(&run.summary.name).color(theme::strong()));
            ui.label(format!("{:.4}", snapshot.point.c_star));
            for figure in film_figures(figures, snapshot) {
                ui.label(RichText::new(text_of(figure)).color(theme::strong()));
            }
            ui.end_row();
        }
        for row in &published::TABLE_3 {
            weak(ui, &format!("{PAPER}, {}", row.name));
            weak(
                ui,
                &if row.name == "Ensemble" { format!("{:.4}", published::OPERATING_POINT) } else { "–".to_owned() },
            );
            for figure in [row.auroc, row.f1, row.sensitivity, row.specificity] {
                weak(ui, &figure.text());
            }
            ui.end_row();
        }
    });
}

/// Every class, the best on top, with its counts at the operating point.
fn boxes_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run, snapshot: &Snapshot) {
    let Some(boxes) = &snapshot.boxes else { return };
    kit::section(ui, tr("Boxes by class at the operating point"));
    let mut order: Vec<usize> = (0..boxes.classes.len()).collect();
    // Classes without truth have no figure and come last.
    let key = |class: usize| boxes.classes[class].ap.unwrap_or(-1.0);
    order.sort_by(|&a, &b| key(b).total_cmp(&key(a)));
    Grid::new("classes").num_columns(9).spacing([18.0, 4.0]).show(ui, |ui| {
        heads(
            ui,
            &[
                tr("Class"),
                tr("Truths"),
                &format!("AP@{}", run.plan.settings.main_iou),
                tr("TP"),
                tr("FP, nothing there"),
                tr("FP, another class"),
                tr("FN"),
                tr("Recall"),
                tr("Precision"),
            ],
        );
        for class in order {
            class_ui(ui, panel, run, snapshot, class, &boxes.classes[class]);
        }
        ui.label(RichText::new(tr("All")).color(theme::strong()));
        let sum = |of: fn(&ClassSnapshot) -> u64| boxes.classes.iter().map(of).sum::<u64>();
        ui.label(sum(|class| class.num_truths).to_string());
        let own = run.evaluation.detector.as_ref().and_then(|detector| detector.map_main);
        let map = if is_own_point(run, snapshot) { own } else { boxes.map.map(bare) };
        ui.label(RichText::new(text_of(map)).color(theme::strong()));
        let all = [sum(|class| class.tp), sum(|class| class.fp), sum(|class| class.fn_), sum(|class| class.confusions)];
        for (name, filter, count) in columns(None, all) {
            link_ui(ui, panel, &count.to_string(), &tr_args("All classes, {}", &[&name]), filter);
        }
        ui.label(percent(boxes.lesion_sensitivity.map(|figure| figure.value)));
        let (tp, all) = (sum(|class| class.tp), sum(|class| class.tp + class.fp));
        ui.label(percent((all > 0).then(|| tp as f64 / all as f64)));
        ui.end_row();
    });
}

/// Counts and what they lead to; `None`: over all classes. A truth that is confused is among what was missed, and the box
/// that confuses it stands in a column of its own, so that each number leads to as many items.
fn columns(class: Option<u16>, at: [u64; 4]) -> [(&'static str, ErrorFilter, u64); 4] {
    let [tp, fp, fn_, confusions] = at;
    let answered = ErrorFilter { answered: class, ..with_kinds(&[ErrorKind::Confusion], None) };
    [
        (tr("TP"), with_kinds(&[ErrorKind::TruePositive], class), tp),
        (tr("FP, nothing there"), with_kinds(&[ErrorKind::FalsePositive], class), fp - confusions),
        (tr("FP, another class"), answered, confusions),
        (tr("FN"), with_kinds(&[ErrorKind::FalseNegative, ErrorKind::Confusion], class), fn_),
    ]
}

fn class_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run, snapshot: &Snapshot, class: usize, at: &ClassSnapshot) {
    let label = run.cases.classes[class].as_str();
    ui.label(RichText::new(label).color(theme::strong()));
    ui.label(at.num_truths.to_string());
    let own = run.evaluation.detector.as_ref().and_then(|detector| detector.classes.get(class)?.ap_main);
    let ap = if is_own_point(run, snapshot) { own } else { at.ap.map(bare) };
    ui.label(RichText::new(text_of(ap)).color(theme::strong()));
    for (name, filter, count) in columns(Some(class as u16), [at.tp, at.fp, at.fn_, at.confusions]) {
        link_ui(ui, panel, &count.to_string(), &format!("{label}, {name}"), filter);
    }
    ui.label(percent(at.recall()));
    ui.label(percent(at.precision()));
    ui.end_row();
}

const fn bare(value: f64) -> Figure {
    Figure { value, interval: None }
}

/// AP moves with c* alone, and without a classifier not at all.
fn is_own_point(run: &Run, snapshot: &Snapshot) -> bool {
    run.evaluation.classifier.as_ref().is_none_or(|figures| figures.threshold == Some(snapshot.point.c_star))
}

/// Tables 4 and 5; left out where none of their classes is among the run's.
fn published_boxes_ui(ui: &mut Ui, rows: &[(&Run, &Snapshot)]) {
    let has = |run: &Run| LESIONS.iter().any(|(_, name)| run.cases.classes.iter().any(|class| class.as_str() == *name));
    if !rows.iter().any(|(run, snapshot)| snapshot.boxes.is_some() && has(run)) {
        return;
    }
    kit::section(ui, tr("Boxes beside the paper's Tables 4 and 5, AP in %"));
    Grid::new("tables 4 and 5").num_columns(9).spacing([18.0, 4.0]).show(ui, |ui| {
        weak(ui, tr("Detector"));
        for (code, name) in LESIONS {
            ui.label(RichText::new(code).color(theme::weak())).on_hover_text(name);
        }
        weak(ui, "mAP");
        ui.end_row();
        for (run, snapshot) in rows {
            let Some(boxes) = &snapshot.boxes else { continue };
            ui.label(RichText::new(&run.summary.name).color(theme::strong()));
            for (_, name) in LESIONS {
                let class = run.cases.classes.iter().position(|class| class.as_str() == name);
                let ap = class.and_then(|class| boxes.classes[class].ap);
                ui.label(RichText::new(percent(ap)).color(theme::strong()));
            }
            ui.label(RichText::new(percent(boxes.map)).color(theme::strong()));
            ui.end_row();
        }
        for row in published::TABLE_4.iter().chain(&published::TABLE_5) {
            weak(ui, &format!("{PAPER}, {}", row.name));
            for ap in row.ap {
                weak(ui, &format!("{ap:.2}"));
            }
            weak(ui, &format!("{:.2}", row.map));
            ui.end_row();
        }
    });
    ui.label(RichText::new(LESIONS.map(|(code, name)| format!("{code} {name}")).join(", ")).color(theme::weak()));
}

/// Two runs over the same films.
fn differences_ui(ui: &mut Ui, differences: &[Difference], [first, second]: [&str; 2]) {
    kit::section(ui, &tr_args("{} less {}, over the films that both have", &[&second, &first]));
    Grid::new("differences").num_columns(6).spacing([18.0, 4.0]).show(ui, |ui| {
        heads(ui, &[tr("Figure"), first, second, tr("Difference"), "p", tr("Test")]);
        for one in differences {
            ui.label(RichText::new(&one.name).color(theme::strong()));
            ui.label(percent(one.a));
            ui.label(percent(one.b));
            let color = match one.delta.and_then(|delta| delta.interval) {
                Some([low, _]) if low > 0.0 => theme::good(),
                Some([_, high]) if high < 0.0 => theme::bad(),
                _ => theme::text(),
            };
            ui.label(RichText::new(one.delta.map_or_else(|| "–".to_owned(), signed)).color(color));
            ui.label(one.p_value.map_or_else(|| "–".to_owned(), p_text));
            weak(ui, one.test);
            ui.end_row();
        }
    });
    weak(ui, tr("p-values are two-sided and not corrected for the number of comparisons."));
    weak(
        ui,
        tr(
            "Intervals of differences are percentile, on the same draws for both; thresholds are fixed, or chosen anew in each resample where the run does so.",
        ),
    );
}

/// `+1.20 (-0.3,2.7)`, in points of a percent.
fn signed(delta: Figure) -> String {
    let interval =
        delta.interval.map_or(String::new(), |[low, high]| format!(" ({:+.1},{:+.1})", 100.0 * low, 100.0 * high));
    format!("{:+.2}{interval}", 100.0 * delta.value)
}

fn p_text(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

fn other_figures_ui(ui: &mut Ui, run: &Run) {
    kit::section(ui, tr("Other figures at the run's own point"));
    let plain = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
    Grid::new("other figures").num_columns(2).spacing([18.0, 4.0]).show(ui, |ui| {
        let mut row = |name: &str, value: String| {
            weak(ui, name);
            ui.label(value);
            ui.end_row();
        };
        if let Some(films) = &run.evaluation.classifier {
            let delong = films.auroc_delong.zip(films.auroc);
            row(
                tr("AUROC with DeLong's interval"),
                delong.map_or_else(
                    || "–".to_owned(),
                    |(interval, figure)| published::in_percent(figure.value, Some(interval)),
                ),
            );
            row(tr("Average precision of films"), percent(films.average_precision));
            row(tr("Precision"), text_of(films.precision));
            row(tr("Calibration error (10 bins)"), plain(films.ece));
            row(tr("Brier score"), plain(films.brier));
            row(tr("Films left out (no truth or no probability)"), films.num_left_out.to_string());
        }
        if let Some(boxes) = &run.evaluation.detector {
            row(tr("mAP, mean over all IoUs of the run"), percent(boxes.map_mean));
            let recalls: Vec<String> = boxes.average_recall.iter().map(|value| percent(*value)).collect();
            row(tr("Average recall at 1, 10 and 100 boxes"), recalls.join(", "));
            let froc =
                boxes.froc.map_or_else(|| "–".to_owned(), |all| all.map(|value| percent(Some(value))).join(", "));
            row(tr("FROC: found at 1/8, 1/4, 1/2, 1, 2, 4, 8 false positives a film"), froc);
            row("CPM", percent(boxes.cpm));
            row(tr("VinBigData's score at IoU 0.4"), percent(boxes.kaggle));
            if !boxes.without_truth.is_empty() {
                let names: Vec<&str> = boxes.without_truth.iter().map(LabelName::as_str).collect();
                row(tr("Classes without truth, left out of means"), names.join(", "));
            }
        }
    });
}

fn heads(ui: &mut Ui, names: &[&str]) {
    for name in names {
        ui.label(RichText::new(*name).color(theme::weak()));
    }
    ui.end_row();
}

fn weak(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::weak()));
}
