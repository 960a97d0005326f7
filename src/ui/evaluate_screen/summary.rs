//! Of the screen of evaluations: tables in the paper's layout, with intervals.

use egui::{Grid, RichText, ScrollArea, Ui};

use crate::domain::evaluation::errors::{ErrorFilter, ErrorKind};
use crate::domain::evaluation::live::{ClassSnapshot, Snapshot};
use crate::domain::evaluation::published::{self, LESIONS};
use crate::domain::evaluation::result::Figure;
use crate::domain::evaluation::run::{Run, short_name};
use crate::domain::evaluation::settings::{Folding, Settings};
use crate::domain::label::LabelName;
use crate::session::Beside;
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, kit, theme};

use super::numbers::{beside_ui, film_figures, link_ui, num_resamples_at, percent, text_of, with_kinds};

/// Beside the name of a published row.
const PAPER: &str = "VinDr-SpineXR";

pub(super) fn summary_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.evaluating;
    let Some((run, snapshot)) = desk.open.clone().zip(desk.snapshots[0].clone()) else {
        super::nothing_open_ui(ui, panel.session);
        return;
    };
    let beside = desk.beside.clone();
    theme::solid_scroll_bars(ui);
    let other = beside.as_ref().map(|beside| &*beside.run).zip(desk.snapshots[1].clone());
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        // Tables are read down a column: lines stand as near as their letters allow.
        ui.spacing_mut().interact_size.y = theme::TABLE_ROW;
        head_ui(ui, &run);
        beside_ui(ui, panel);
        let rows: Vec<(&Run, &Snapshot)> =
            [(&*run, &*snapshot)].into_iter().chain(other.as_ref().map(|(run, at)| (*run, &**at))).collect();
        films_ui(ui, panel, &rows);
        boxes_ui(ui, panel, &run, &snapshot);
        published_boxes_ui(ui, &rows);
        if let Some(beside) = &beside {
            differences_ui(ui, &run, beside);
        }
        other_figures_ui(ui, &run);
    });
}

fn head_ui(ui: &mut Ui, run: &Run) {
    let summary = &run.summary;
    ui.label(RichText::new(summary.title()).size(theme::HEADING).color(theme::strong()));
    let films = tr_args("{} films", &[&summary.num_films]);
    let truth = translated(&summary.truth);
    let text = if summary.title() == short_name(&summary.answer) {
        tr_args("against {}, {}", &[&truth, &films])
    } else {
        tr_args("{} against {}, {}", &[&summary.answer, &truth, &films])
    };
    ui.label(RichText::new(text).color(theme::text()));
    ui.label(RichText::new(settings_text(&run.plan.settings, run.cases.num_folded)).color(theme::weak()));
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

/// `IoU 0.5, 101 points, 100 boxes a film and class, rule: paper; 10000 resamples by image, seed 1999`, and what was
/// folded.
fn settings_text(settings: &Settings, num_folded: u64) -> String {
    let bootstrap = settings.bootstrap;
    let text = tr_args(
        "IoU {}, AP by {} points, at most {} boxes a film and class, rule: {}. Intervals: {} %, {} resamples by {}, seed {}, {}.",
        &[
            &settings.main_iou,
            &settings.interpolation.as_str(),
            &settings.max_detections,
            &translated(settings.rule.as_str()),
            &((bootstrap.level * 1e8).round() / 1e6),
            &bootstrap.num_resamples,
            &translated(bootstrap.unit.as_str()),
            &bootstrap.seed,
            &translated(bootstrap.method.as_str()),
        ],
    );
    if settings.folding == Folding::None && num_folded == 0 {
        return text;
    }
    let folded = tr_args(
        "Labels that the answer has no class for count as Other lesions: {} boxes of the truth.",
        &[&num_folded],
    );
    format!("{text} {folded}")
}

/// Table 3.
fn films_ui(ui: &mut Ui, panel: &mut Panel<'_>, rows: &[(&Run, &Snapshot)]) {
    if rows.iter().all(|(run, _)| run.evaluation.classifier.is_none()) {
        return;
    }
    kit::section(ui, tr("Films: healthy or abnormal (the paper's Table 3), % with intervals"));
    Grid::new("table 3").num_columns(6).spacing([18.0, 4.0]).show(ui, |ui| {
        heads(ui, &[tr("Classifier"), tr("c*"), "AUROC", "F1", tr("Sensitivity"), tr("Specificity")]);
        for (place, (run, snapshot)) in rows.iter().enumerate() {
            let Some(figures) = &run.evaluation.classifier else { continue };
            row_name_ui(ui, run, place);
            ui.label(format!("{:.4}", snapshot.point.c_star));
            let films = film_figures(run, snapshot);
            for figure in [figures.auroc, films.f1, films.sensitivity, films.specificity] {
                if place == 0 {
                    films_link_ui(ui, panel, &text_of(figure));
                } else {
                    ui.label(RichText::new(text_of(figure)).color(theme::strong()));
                }
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
    if let Some((run, snapshot)) = rows.first() {
        weak(ui, &intervals_text(run, snapshot));
    }
}

/// Of how many resamples the intervals of films are.
fn intervals_text(run: &Run, snapshot: &Snapshot) -> String {
    let all = run.plan.settings.bootstrap.num_resamples;
    match num_resamples_at(run, snapshot) {
        0 => tr("Without resamples there are no intervals.").to_owned(),
        num if is_own_point(run, snapshot) => {
            tr_args("At the run's own point: intervals are of all {} resamples.", &[&num])
        }
        num => {
            tr_args("Away from the run's own point: intervals are of {} resamples, AUROC's of all {}.", &[&num, &all])
        }
    }
}

/// The first cell of a run's row: its name stands at the head of the page, and that of the one beside is kept short.
fn row_name_ui(ui: &mut Ui, run: &Run, place: usize) {
    if place == 0 {
        ui.label(RichText::new(tr("This evaluation")).color(theme::strong()));
    } else {
        let title = run.summary.title();
        ui.label(RichText::new(cut(&title)).color(theme::strong())).on_hover_text(title);
    }
}

/// So much of a name as a column of a table has room for.
fn cut(name: &str) -> String {
    const MOST_LETTERS: usize = 26;
    if name.chars().count() <= MOST_LETTERS {
        return name.to_owned();
    }
    name.chars().take(MOST_LETTERS - 1).chain(['…']).collect()
}

/// A figure of films that leads to the films called wrongly and rightly.
fn films_link_ui(ui: &mut Ui, panel: &mut Panel<'_>, text: &str) {
    let kinds = [
        ErrorKind::FilmTruePositive,
        ErrorKind::FilmFalsePositive,
        ErrorKind::FilmTrueNegative,
        ErrorKind::FilmFalseNegative,
    ];
    link_ui(ui, panel, text, tr("Films by their probability"), with_kinds(&kinds, None));
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
        link_ui(ui, panel, &text_of(map), &tr_args("All classes, {}", &[&"mAP"]), of_class(None));
        let all = [sum(|class| class.tp), sum(|class| class.fp), sum(|class| class.fn_), sum(|class| class.confusions)];
        for (name, filter, count) in columns(None, all) {
            link_ui(ui, panel, &count.to_string(), &tr_args("All classes, {}", &[&name]), filter);
        }
        let recall = percent(boxes.lesion_sensitivity.map(|figure| figure.value));
        link_ui(ui, panel, &recall, &tr_args("All classes, {}", &[&tr("Recall")]), of_truth(None));
        let (tp, all) = (sum(|class| class.tp), sum(|class| class.tp + class.fp));
        let precision = percent((all > 0).then(|| tp as f64 / all as f64));
        link_ui(ui, panel, &precision, &tr_args("All classes, {}", &[&tr("Precision")]), of_answer(None));
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

/// All items of a class, as its AP is of them; `None`: of all classes.
fn of_class(class: Option<u16>) -> ErrorFilter {
    let kinds = [ErrorKind::TruePositive, ErrorKind::FalsePositive, ErrorKind::FalseNegative, ErrorKind::Confusion];
    with_kinds(&kinds, class)
}

/// What there was to find.
fn of_truth(class: Option<u16>) -> ErrorFilter {
    with_kinds(&[ErrorKind::TruePositive, ErrorKind::FalseNegative, ErrorKind::Confusion], class)
}

/// What was answered.
fn of_answer(class: Option<u16>) -> ErrorFilter {
    let kinds = [ErrorKind::TruePositive, ErrorKind::FalsePositive, ErrorKind::Confusion];
    ErrorFilter { answered: class, ..with_kinds(&kinds, None) }
}

fn class_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run, snapshot: &Snapshot, class: usize, at: &ClassSnapshot) {
    let label = run.cases.classes[class].as_str();
    ui.label(RichText::new(label).color(theme::strong()));
    ui.label(at.num_truths.to_string());
    let own = run.evaluation.detector.as_ref().and_then(|detector| detector.classes.get(class)?.ap_main);
    let ap = if is_own_point(run, snapshot) { own } else { at.ap.map(bare) };
    let class_number = Some(class as u16);
    link_ui(ui, panel, &text_of(ap), &format!("{label}, AP"), of_class(class_number));
    for (name, filter, count) in columns(Some(class as u16), [at.tp, at.fp, at.fn_, at.confusions]) {
        link_ui(ui, panel, &count.to_string(), &format!("{label}, {name}"), filter);
    }
    let (recall, precision) = (tr("Recall"), tr("Precision"));
    link_ui(ui, panel, &percent(at.recall()), &format!("{label}, {recall}"), of_truth(class_number));
    link_ui(ui, panel, &percent(at.precision()), &format!("{label}, {precision}"), of_answer(class_number));
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
        for (place, (run, snapshot)) in rows.iter().enumerate() {
            let Some(boxes) = &snapshot.boxes else { continue };
            row_name_ui(ui, run, place);
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

/// Two runs over the same films and against one truth, that of the open run: so the figures of the run beside it are others
/// here than on its own page.
fn differences_ui(ui: &mut Ui, run: &Run, beside: &Beside) {
    let names = [run.summary.title(), beside.run.summary.title()];
    kit::section(ui, &tr_args("{} less {}", &[&names[1], &names[0]]));
    let truth = translated(&run.summary.truth);
    let c_stars = [run, &*beside.run].map(|run| run.evaluation.classifier.as_ref().and_then(|films| films.threshold));
    let text = match c_stars {
        [Some(first), Some(second)] if first == second => tr_args(
            "Both against the truth of {} at c* {}, over {} shared films.",
            &[&truth, &format!("{first:.4}"), &beside.num_shared],
        ),
        [Some(first), Some(second)] => tr_args(
            "Both against the truth of {}, each at its own c* ({} and {}), over {} shared films.",
            &[&truth, &format!("{first:.4}"), &format!("{second:.4}"), &beside.num_shared],
        ),
        _ => tr_args("Both against the truth of {}, over {} shared films.", &[&truth, &beside.num_shared]),
    };
    ui.label(RichText::new(text).color(theme::text()));
    if beside.num_other_truths > 0 {
        let text = tr_args(
            "{} was made against another truth ({}): on {} of these films it says something else. Its figures here are not those of the tables above.",
            &[&names[1], &translated(&beside.run.summary.truth), &beside.num_other_truths],
        );
        ui.add(egui::Label::new(RichText::new(text).color(theme::warn())).wrap());
    }
    Grid::new("differences").num_columns(6).spacing([18.0, 4.0]).show(ui, |ui| {
        let heads_of = names.each_ref().map(|name| cut(name));
        heads(ui, &[tr("Figure"), &heads_of[0], &heads_of[1], tr("Difference"), "p", tr("Test")]);
        for one in &beside.differences {
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
            weak(ui, &translated(one.test));
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
