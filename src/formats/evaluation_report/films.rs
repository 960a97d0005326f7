//! Of a report: how well films are told apart, in the layout of the paper's table 3.

use crate::domain::evaluation::published::{NUM_TEST_FILMS, TABLE_3};
use crate::domain::evaluation::result::ClassifierFigures;
use crate::domain::evaluation::run::Run;
use crate::formats::html::{Page, RowKind, Table};

use super::{UNDEFINED, about, figure_text, in_percent, percent};

pub(super) fn tables(page: &mut Page, run: &Run, figures: &ClassifierFigures, with_published: bool) {
    page.heading("Films: normal or abnormal");
    let mut table =
        Table::new("In per cent, with intervals", &["Classifier", "AUROC", "F1 score", "Sensitivity", "Specificity"]);
    let own = [figures.auroc, figures.f1, figures.sensitivity, figures.specificity];
    let cells = std::iter::once(run.summary.answer.clone()).chain(own.map(figure_text)).collect();
    table.push(RowKind::Own, cells);
    if with_published {
        for row in TABLE_3 {
            let cited = [row.auroc, row.f1, row.sensitivity, row.specificity];
            let name = std::iter::once(format!("{}, published", row.name));
            table.push(RowKind::Cited, name.chain(cited.map(|figure| figure.text())).collect());
        }
    }
    page.table(&table);
    if with_published {
        let [abnormal, normal] = NUM_TEST_FILMS;
        page.note(&format!(
            "Published: VinDr-SpineXR, table 3, on other films ({abnormal} abnormal, {normal} normal)."
        ));
    }
    page.table(&Table::of_pairs("More figures", more(figures, run.plan.settings.bootstrap.level)));
}

fn more(figures: &ClassifierFigures, level: f64) -> Vec<(String, String)> {
    let counts = figures.counts;
    let number = |value: Option<f64>| value.map_or(UNDEFINED.to_owned(), |value| format!("{value:.4}"));
    let delong = figures.auroc.and_then(|auroc| Some(in_percent(auroc.value, Some(figures.auroc_delong?))));
    let delong_title = format!("AUROC with DeLong's {} % interval", about::in_hundredths(level));
    let mut rows = vec![
        ("Abnormal films", figures.num_abnormal.to_string()),
        ("Normal films", figures.num_normal.to_string()),
        ("Films left out", format!("{}, without a truth or without a probability", figures.num_left_out)),
        ("Operating point c*", number(figures.threshold)),
        ("Abnormal, called abnormal", format!("{} of {}", counts.tp, counts.tp + counts.fn_)),
        ("Normal, called normal", format!("{} of {}", counts.tn, counts.tn + counts.fp)),
        (delong_title.as_str(), delong.unwrap_or_else(|| UNDEFINED.to_owned())),
        ("Precision", figure_text(figures.precision)),
        ("Average precision", percent(figures.average_precision)),
        ("Expected calibration error, ten equal bins", number(figures.ece)),
        ("Brier score", number(figures.brier)),
    ];
    if figures.auroc.is_none() {
        rows.push(("Why AUROC is undefined", "the films that are judged are all of one kind".to_owned()));
    }
    rows.into_iter().map(|(title, value)| (title.to_owned(), value)).collect()
}
