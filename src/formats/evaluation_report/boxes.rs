//! Of a report: how well lesions are found, in the layout of the paper's tables 4 and 5, and class by class.

use crate::domain::evaluation::published::{DetectorRow, LESIONS, TABLE_4, TABLE_5};
use crate::domain::evaluation::result::{ClassFigures, DetectorFigures};
use crate::domain::evaluation::run::Run;
use crate::domain::label::LabelName;
use crate::formats::html::{Page, RowKind, Table};

use super::{figure_text, in_percent, is_published, percent};

/// False positives a film at which FROC is read.
const FROC_AT: [&str; 7] = ["1/8", "1/4", "1/2", "1", "2", "4", "8"];

pub(super) fn tables(page: &mut Page, run: &Run, figures: &DetectorFigures, with_published: bool) {
    page.heading("Lesions: found or not");
    if with_published {
        as_published(page, run, figures);
    }
    by_class(page, run, figures);
    page.table(&Table::of_pairs("More figures", more(run, figures)));
}

fn as_published(page: &mut Page, run: &Run, figures: &DetectorFigures) {
    let iou = run.plan.settings.main_iou;
    let mut header = vec!["Method".to_owned()];
    header.extend(LESIONS.map(|(code, _)| code.to_owned()));
    header.push(format!("mAP@{iou}"));
    let caption = "Average precision, in per cent".to_owned();
    let mut table = Table { caption, header, ..Table::default() };
    let of = |name: &str| figures.classes.iter().find(|class| class.label.as_str() == name);
    let own = LESIONS.map(|(_, name)| figure_text(of(name).and_then(|class| class.ap_main)));
    let mut cells = vec![run.summary.answer.clone()];
    cells.extend(own);
    cells.push(figure_text(figures.map_main));
    table.push(RowKind::Own, cells);
    let mut cite = |row: &DetectorRow, number: u8| {
        let mut cells = vec![format!("{}, table {number}", row.name)];
        cells.extend(row.ap.iter().chain([&row.map]).map(|value| format!("{value:.2}")));
        table.push(RowKind::Cited, cells);
    };
    for row in &TABLE_5 {
        cite(row, 5);
    }
    for row in &TABLE_4 {
        cite(row, 4);
    }
    page.table(&table);
    let codes: Vec<String> = LESIONS.iter().map(|(code, name)| format!("{code} {name}")).collect();
    page.note(&format!("{}.", codes.join(", ")));
    page.note(
        "Published rows are of other films, at IoU 0.5 (of table 4 only the mAP column; see the contradictions below).",
    );
    if figures.classes.iter().any(|class| !is_published(class.label.as_str()) && class.num_truths > 0) {
        page.note("The mean here is over more classes than the seven published ones; they are in the next table.");
    }
}

fn by_class(page: &mut Page, run: &Run, figures: &DetectorFigures) {
    let settings = &run.plan.settings;
    let mut header: Vec<String> =
        ["Class", "Truth boxes", "Boxes", "Found", "False", "Missed", "Largest recall"].map(str::to_owned).to_vec();
    header.push(format!("AP@{}", settings.main_iou));
    let others: Vec<usize> = (0..settings.ious.len()).filter(|&at| settings.ious[at] != settings.main_iou).collect();
    header.extend(others.iter().map(|&at| format!("AP@{}", settings.ious[at])));
    let caption = format!("By class; found, false and missed at a score of at least {}", settings.min_score);
    let mut table = Table { caption, header, ..Table::default() };
    for class in &figures.classes {
        table.push(RowKind::Plain, class_cells(class, &others));
    }
    let mut mean = vec!["Mean".to_owned()];
    mean.resize(7, String::new());
    mean.push(figure_text(figures.map_main));
    mean.extend(others.iter().map(|&at| percent(figures.map.get(at).copied().flatten())));
    table.push(RowKind::Own, mean);
    page.table(&table);
    if !figures.without_truth.is_empty() {
        let names: Vec<&str> = figures.without_truth.iter().map(LabelName::as_str).collect();
        page.note(&format!("Without truth, so without AP, and left out of the mean: {}.", names.join(", ")));
    }
}

fn class_cells(class: &ClassFigures, others: &[usize]) -> Vec<String> {
    let counts = [class.num_truths, class.num_detections, class.tp, class.fp, class.fn_];
    let mut cells = vec![class.label.to_string()];
    cells.extend(counts.iter().map(u64::to_string));
    cells.push(percent(class.recall));
    cells.push(figure_text(class.ap_main));
    cells.extend(others.iter().map(|&at| percent(class.ap.get(at).copied().flatten())));
    cells
}

fn more(run: &Run, figures: &DetectorFigures) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut row = |title: String, value: String| rows.push((title, value));
    if run.plan.settings.ious.len() > 1 {
        row(format!("mAP, mean over {} overlaps", run.plan.settings.ious.len()), percent(figures.map_mean));
    }
    for (most, value) in [1, 10, 100].into_iter().zip(figures.average_recall) {
        row(format!("Average recall, {most} at most for each film and class"), percent(value));
    }
    if let Some(froc) = figures.froc {
        let points: Vec<String> =
            FROC_AT.iter().zip(froc).map(|(at, value)| format!("{at}: {}", in_percent(value, None))).collect();
        row("Lesions found at false boxes per film".to_owned(), points.join(", "));
    }
    row("Their mean (CPM)".to_owned(), percent(figures.cpm));
    row("VinBigData competition (mAP at IoU 0.4 with \"No finding\")".to_owned(), percent(figures.kaggle));
    rows
}
