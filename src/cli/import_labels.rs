//! `rachis import-labels`: labels in any format into a project.

use std::path::PathBuf;

use anyhow::bail;
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::domain::exchange::ExportFormat;
use crate::domain::id::ReaderId;
use crate::formats::bad_row::BadRow;
use crate::store::Store;
use crate::workflows::exchange::{TakenUp, import_any};
use crate::workflows::import_labels::{BadRows, DEFAULT_READER, ImportLabels, LabelReport, import_labels};
use crate::workflows::label_sets;

use super::exchange_words;
use super::person::Person;

/// Lines of one kind before the rest is only counted; `--json` has them all.
const SHOWN: usize = 20;

/// Bring labels into a project: tables, COCO, YOLO, Pascal VOC, VinDr Lab, JSON, annotated pictures, bundles.
#[derive(clap::Args, Debug)]
pub struct ImportLabelsArgs {
    /// The project's folder.
    project: PathBuf,
    /// The table, file or folder; what is in it says which format it is.
    labels: PathBuf,
    /// Whose labels they are where the file does not say.
    #[arg(long, value_name = "ID", default_value = DEFAULT_READER)]
    reader: String,
    /// What to do when some rows cannot be taken.
    #[arg(long, value_name = "WHAT", default_value = "keep")]
    bad_rows: OnBadRows,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum OnBadRows {
    /// Take the good rows, report the bad ones.
    Keep,
    /// Take nothing unless every row is good.
    Refuse,
}

pub fn run(args: &ImportLabelsArgs) -> anyhow::Result<()> {
    let mut store = args.person.open(&args.project)?;
    if args.reader.trim().is_empty() {
        bail!("the reader's id is empty");
    }
    let options = ImportLabels {
        reader: ReaderId::new(args.reader.trim()),
        bad_rows: match args.bad_rows {
            OnBadRows::Keep => BadRows::Keep,
            OnBadRows::Refuse => BadRows::Refuse,
        },
    };
    let is_other = |end: &str| args.labels.extension().is_some_and(|own| own.eq_ignore_ascii_case(end));
    if args.labels.is_dir() || ["json", "xml", "png"].into_iter().any(is_other) {
        return run_any(&mut store, args, &options);
    }
    let labels = label_sets::of_project(&store)?.0;
    let report = import_labels(&mut store, &labels, &args.labels, &options)?;
    if args.json {
        println!("{:#}", as_json(&report));
    } else {
        print!("{}", as_text(&report));
    }
    if report.is_refused {
        bail!("nothing was taken, because {} could not be", counted(report.bad.len(), "row"));
    }
    Ok(())
}

/// Any format but a table by itself.
fn run_any(store: &mut Store, args: &ImportLabelsArgs, options: &ImportLabels) -> anyhow::Result<()> {
    let taken = exchange_words::with_course(store, |store, course| import_any(store, &args.labels, options, course))?;
    if args.json {
        println!("{:#}", taken_as_json(&taken));
    } else {
        print!("{}", taken_as_text(&taken));
    }
    if taken.is_refused {
        let num = taken.problems.len() + taken.tables.iter().map(|table| table.bad.len()).sum::<usize>();
        bail!("nothing was taken of what could not be taken whole: {}", counted(num, "problem"));
    }
    Ok(())
}

fn taken_as_text(taken: &TakenUp) -> String {
    let title = taken.format.map_or("Tables", ExportFormat::title);
    let mut lines = vec![format!(
        "{title}: taken {}, {} \"No finding\", {} in {}",
        counted(taken.num_marks, "mark"),
        taken.num_no_finding,
        counted(taken.num_answers, "answer"),
        counted(taken.num_readings, "reading"),
    )];
    if taken.num_held > 0 {
        lines.push(format!("in the project already: {}", counted(taken.num_held, "mark")));
    }
    if !taken.problems.is_empty() {
        lines.push(format!("not taken: {}", counted(taken.problems.len(), "problem")));
        lines.extend(taken.problems.iter().take(SHOWN).map(|problem| format!("  {problem}")));
        if taken.problems.len() > SHOWN {
            lines.push(format!("  and {} more; --json lists them all", taken.problems.len() - SHOWN));
        }
    }
    lines.join("\n") + "\n" + &taken.tables.iter().map(as_text).collect::<String>()
}

fn taken_as_json(taken: &TakenUp) -> Value {
    json!({
        "format": taken.format.map(ExportFormat::key),
        "readings": taken.num_readings,
        "marks": taken.num_marks,
        "no_finding": taken.num_no_finding,
        "answers": taken.num_answers,
        "in_the_project_already": taken.num_held,
        "not_taken": taken.problems,
        "refused": taken.is_refused,
        "tables": taken.tables.iter().map(as_json).collect::<Vec<_>>(),
    })
}

fn as_text(report: &LabelReport) -> String {
    let mut lines = vec![format!("{}: {}", report.form.title(), counted(report.num_rows, "row"))];
    if !report.is_refused {
        lines.push(format!(
            "taken: {}, {} \"No finding\", {} in {}",
            counted_es(report.num_boxes, "box"),
            report.num_no_finding,
            counted(report.num_image_labels, "image label"),
            counted(report.num_readings, "reading"),
        ));
    }
    if report.num_held > 0 {
        lines.push(format!("in the project already: {}", counted(report.num_held, "row")));
    }
    for warning in report.warnings.iter().take(SHOWN) {
        lines.push(format!("note: line {}: {}", warning.line, warning.message));
    }
    lines.extend(section("not taken", &report.bad));
    lines.extend(section("taken, and worth a look", &report.rule_warnings));
    lines.join("\n") + "\n"
}

fn section(title: &str, rows: &[BadRow]) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("{title}: {}", counted(rows.len(), "row"))];
    lines.extend(rows.iter().take(SHOWN).map(|row| format!("  {row}")));
    if rows.len() > SHOWN {
        lines.push(format!("  and {} more; --json lists them all", rows.len() - SHOWN));
    }
    lines
}

fn as_json(report: &LabelReport) -> Value {
    let rows = |rows: &[BadRow]| -> Vec<Value> {
        rows.iter().map(|row| json!({ "line": row.line, "problem": row.problem.to_string() })).collect()
    };
    let notes: Vec<Value> =
        report.warnings.iter().map(|note| json!({ "line": note.line, "message": note.message })).collect();
    json!({
        "form": report.form.key(),
        "rows": report.num_rows,
        "boxes": report.num_boxes,
        "no_finding": report.num_no_finding,
        "image_labels": report.num_image_labels,
        "readings": report.num_readings,
        "in_the_project_already": report.num_held,
        "refused": report.is_refused,
        "not_taken": rows(&report.bad),
        "worth_a_look": rows(&report.rule_warnings),
        "notes": notes,
    })
}

fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

fn counted_es(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}es") }
}
