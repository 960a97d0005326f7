//! An evaluation as a report: one page of what was evaluated and how, the paper's tables, plots, slices and problems.

mod about;
mod boxes;
mod films;

use crate::domain::evaluation::matched::Matched;
use crate::domain::evaluation::plot::Matrix;
use crate::domain::evaluation::plots::{self, Source};
use crate::domain::evaluation::point::OperatingPoint;
use crate::domain::evaluation::published::{CITATION, LESIONS, NOTES, in_percent};
use crate::domain::evaluation::result::{DetectorFigures, Figure, SliceFigures};
use crate::domain::evaluation::run::Run;
use crate::domain::evaluation::settings::ThresholdChoice;
use crate::domain::evaluation::verdict::Verdict;
use crate::domain::model::Model;
use crate::formats::evaluation_json::problem_words;
use crate::formats::html::{Page, RowKind, Table};
use crate::formats::svg;

/// Stands for a figure that can't be computed from these films.
const UNDEFINED: &str = "undefined";

/// The page. `models` are those whose answers were evaluated, with the members of an ensemble, as far as the project
/// still knows them. The same run gives the same bytes.
pub fn write(run: &Run, models: &[Model]) -> String {
    let mut page = Page::new(&format!("Evaluation of {} against {}", run.summary.answer, run.summary.truth));
    page.warning("For research use only. Not for diagnosis or treatment.");
    if models.iter().any(|model| model.card.is_synthetic) {
        page.warning("A model here was trained on synthetic films only: its figures say nothing about people.");
    }
    about::run(&mut page, run);
    for model in models {
        about::card(&mut page, model);
    }
    about::settings(&mut page, run, models);
    let has_spine_classes =
        run.cases.classes.is_empty() || run.cases.classes.iter().any(|label| is_published(label.as_str()));
    if let Some(figures) = &run.evaluation.classifier {
        films::tables(&mut page, run, figures, has_spine_classes);
    }
    if let Some(figures) = &run.evaluation.detector {
        boxes::tables(&mut page, run, figures, has_spine_classes);
    }
    pictures(&mut page, run);
    slices(&mut page, &run.evaluation.slices);
    problems(&mut page, run);
    verdicts(&mut page, run);
    if has_spine_classes {
        contradictions(&mut page, run);
        page.heading("Citation");
        page.paragraph(
            "Published rows are from this paper; whoever uses its data or figures cites it. They are of its own test \
             set, 1,010 abnormal and 1,068 normal films, and not of the films here.",
        );
        page.paragraph(CITATION);
    }
    page.note(&format!("Written by Rachis {}.", env!("CARGO_PKG_VERSION")));
    page.finish()
}

fn is_published(label: &str) -> bool {
    LESIONS.iter().any(|(_, name)| *name == label)
}

/// The point that the run's counts are at.
fn point(run: &Run) -> OperatingPoint {
    let chosen = run.evaluation.classifier.as_ref().and_then(|figures| figures.threshold);
    let given = match run.plan.settings.threshold {
        ThresholdChoice::Given(threshold) => Some(threshold),
        ThresholdChoice::Youden => None,
    };
    // Where none could be chosen, no film counts as normal and the rule takes nothing away.
    OperatingPoint { c_star: chosen.or(given).unwrap_or(0.0), min_score: run.plan.settings.min_score }
}

/// `88.61 (87.2,90.0)`, in per cent.
fn figure_text(figure: Option<Figure>) -> String {
    figure.map_or(UNDEFINED.to_owned(), |figure| in_percent(figure.value, figure.interval))
}

fn percent(value: Option<f64>) -> String {
    value.map_or(UNDEFINED.to_owned(), |value| in_percent(value, None))
}

/// Empty where a figure is not of this kind of slice.
fn percent_or_nothing(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| in_percent(value, None))
}

fn pictures(page: &mut Page, run: &Run) {
    let settings = &run.plan.settings;
    let matched = Matched::new(&run.cases, settings);
    let source = Source { cases: &run.cases, matched: &matched, settings, point: point(run) };
    let plots = plots::all(source, run.evaluation.detector.as_ref());
    let matrix = run.evaluation.detector.as_ref().and_then(|figures| confusion(source, figures));
    if plots.is_empty() && matrix.is_none() {
        return;
    }
    page.heading("Plots");
    for plot in &plots {
        page.picture(&svg::from_plot(plot));
    }
    if let Some(matrix) = matrix {
        page.picture(&svg::from_matrix(&matrix));
    }
}

/// With the counts that were kept with the run.
fn confusion(source: Source<'_>, figures: &DetectorFigures) -> Option<Matrix> {
    let matrix = plots::confusion(source, &plots::BoxOutcomes::new(source))?;
    Some(Matrix { counts: figures.confusion.clone(), ..matrix })
        .filter(|matrix| matrix.counts.len() == matrix.rows.len())
}

fn slices(page: &mut Page, slices: &[SliceFigures]) {
    if slices.is_empty() {
        return;
    }
    page.heading("Slices");
    page.note(
        "The same figures over parts of the films, and found lesions over parts of the boxes. In per cent, without \
         intervals; parts of few films say little. \"unknown\" is what nobody said or the film does not tell.",
    );
    let header = [
        "Part",
        "Films",
        "Truth boxes",
        "AUROC",
        "Sensitivity",
        "Specificity",
        "mAP",
        "Lesions found",
        "False boxes per film",
    ];
    for kind in slices.chunk_by(|a, b| a.by == b.by) {
        let mut table = Table::new(&slice_title(&kind[0].by), &header);
        for slice in kind {
            table.push(
                RowKind::Plain,
                vec![
                    slice.name.clone(),
                    slice.num_films.to_string(),
                    slice.num_truths.to_string(),
                    percent_or_nothing(slice.auroc),
                    percent_or_nothing(slice.sensitivity),
                    percent_or_nothing(slice.specificity),
                    percent_or_nothing(slice.map),
                    percent_or_nothing(slice.lesion_sensitivity),
                    slice.false_positives_per_film.map_or(String::new(), |value| format!("{value:.3}")),
                ],
            );
        }
        page.table(&table.without_empty_columns());
    }
}

fn slice_title(by: &str) -> String {
    match by {
        "age" => "Age, years",
        "sex" => "Sex",
        "view" => "View",
        "reader" => "Reader of the truth",
        "size" => "Size of the box, pixels (limits of COCO)",
        "share" => "Size of the box, of the film",
        "level" => "Vertebral level",
        "third" => "Place on the film",
        other => other,
    }
    .to_owned()
}

fn problems(page: &mut Page, run: &Run) {
    page.heading("What could not be taken as it stands");
    if run.problems.is_empty() {
        page.paragraph("Nothing: every line, film, box and score was used.");
        return;
    }
    for problem in run.problems.iter() {
        let (_, meaning) = problem_words(problem.kind);
        page.subheading(&format!("{} {meaning}", problem.count));
        page.list(problem.examples.iter().cloned());
        let num_more = problem.count.saturating_sub(problem.examples.len() as u64);
        if num_more > 0 {
            page.note(&format!("and {num_more} more"));
        }
    }
}

fn verdicts(page: &mut Page, run: &Run) {
    if run.rulings.is_empty() {
        return;
    }
    // A later verdict about the same disagreement replaces an earlier one.
    let mut last = std::collections::BTreeMap::new();
    for ruling in &run.rulings {
        last.insert((&ruling.image, ruling.detection, ruling.truth), ruling);
    }
    page.heading("Verdicts of reviewers");
    let mut table = Table::new("", &["Verdict", "Disagreements"]);
    for (verdict, name) in Verdict::ALL {
        let count = last.values().filter(|ruling| ruling.verdict == verdict).count();
        table.push(RowKind::Plain, vec![name.to_owned(), count.to_string()]);
    }
    page.table(&table);
    page.note("The figures above are of the labels as they were when the run was made, not of the verdicts.");
}

fn contradictions(page: &mut Page, run: &Run) {
    let has = |table: u8| match table {
        3 => run.evaluation.classifier.is_some(),
        _ => run.evaluation.detector.is_some(),
    };
    let notes: Vec<String> = NOTES
        .iter()
        .filter(|note| has(note.table))
        .map(|note| format!("Table {}: {}", note.table, note.text))
        .collect();
    if !notes.is_empty() {
        page.heading("Where the published figures contradict each other");
        page.list(notes);
    }
}
