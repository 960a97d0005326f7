//! `rachis import-labels`: a published table of labels into a project.

use std::path::PathBuf;

use anyhow::bail;
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::domain::id::ReaderId;
use crate::formats::bad_row::BadRow;
use crate::workflows::import_labels::{BadRows, DEFAULT_READER, ImportLabels, LabelReport, import_labels};
use crate::workflows::label_sets;

use super::person::Person;

/// Lines of one kind before the rest is only counted; `--json` has them all.
const SHOWN: usize = 20;

/// Bring a published table into a project: SpineXR, VinDr-CXR, Kaggle.
#[derive(clap::Args, Debug)]
pub struct ImportLabelsArgs {
    /// The project's folder.
    project: PathBuf,
    /// The table, as comma-separated values; its header says which it is.
    csv: PathBuf,
    /// Whose labels they are where the table has no rad_id.
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
    let labels = label_sets::of_project(&store)?.0;
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
    let report = import_labels(&mut store, &labels, &args.csv, &options)?;
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
