//! `rachis import-labels`: labels in any format into a project.

use std::path::PathBuf;

use anyhow::bail;
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::domain::exchange::{ExportFormat, ImportEffects, LeftOut};
use crate::domain::id::ReaderId;
use crate::formats::bad_row::BadRow;
use crate::store::Store;
use crate::workflows::exchange::{TakenUp, import_any, is_table};
use crate::workflows::import_labels::{
    AbsentFilms, BadRows, DEFAULT_READER, ImportLabels, LabelReport, NewReaders, import_labels,
};
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
    /// What to do when some rows cannot be taken. Left out: the good rows are taken, and the exit code is 3. "keep" says
    /// that this is what you want, and the exit code is 0.
    #[arg(long, value_name = "WHAT")]
    bad_rows: Option<OnBadRows>,
    /// What to do with labels of films that are not in the project: "keep" where the labels come first and the films later.
    /// Left out: they are bad rows.
    #[arg(long, value_name = "WHAT")]
    absent_films: Option<OnAbsentFilms>,
    /// What to do with labels of readers that the project does not know: "add" brings them into it, as annotators. Left
    /// out: they are bad rows.
    #[arg(long, value_name = "WHAT")]
    new_readers: Option<OnNewReaders>,
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

#[derive(ValueEnum, Clone, Copy, Debug)]
enum OnAbsentFilms {
    /// Take them.
    Keep,
    /// Leave them out.
    Refuse,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum OnNewReaders {
    /// They come into the project, as annotators.
    Add,
    /// Leave them out.
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
            None | Some(OnBadRows::Keep) => BadRows::Keep,
            Some(OnBadRows::Refuse) => BadRows::Refuse,
        },
        absent_films: match args.absent_films {
            Some(OnAbsentFilms::Keep) => AbsentFilms::Keep,
            None | Some(OnAbsentFilms::Refuse) => AbsentFilms::Refuse,
        },
        new_readers: match args.new_readers {
            Some(OnNewReaders::Add) => NewReaders::Add,
            None | Some(OnNewReaders::Refuse) => NewReaders::Refuse,
        },
    };
    if !is_table(&args.labels)? {
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
    let is_something = report.num_readings > 0 || report.num_held > 0;
    tell_whether_all(args, report.bad.len(), report.left_out, is_something, "row")
}

/// What nobody asked to leave out, and what is in the project neither from this file nor from before.
fn tell_whether_all(
    args: &ImportLabelsArgs,
    num_not_taken: usize,
    left_out: LeftOut,
    is_something: bool,
    noun: &str,
) -> anyhow::Result<()> {
    let wished = match (args.bad_rows, args.absent_films, args.new_readers) {
        (Some(OnBadRows::Keep), ..) => num_not_taken,
        (_, absent, new) => {
            let of_films = absent.map_or(0, |_| left_out.num_of_absent_films);
            let of_readers = new.map_or(0, |_| left_out.num_of_unknown_readers);
            // What stands twice in the file is taken once.
            of_films + of_readers + left_out.num_repeated
        }
    };
    let num = num_not_taken.saturating_sub(wished);
    if num == 0 {
        return Ok(());
    }
    if !is_something {
        bail!("nothing was taken: {} could not be, for the reasons under \"not taken\"", counted(num, noun));
    }
    let were = if num == 1 { "was" } else { "were" };
    let what = counted(num, noun);
    Err(super::NotAll(format!("not all was taken: {what} {were} left out, for the reasons under \"not taken\"")).into())
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
        bail!("nothing was taken, because {} stood in the way", counted(taken.num_not_taken(), "problem"));
    }
    let is_something = taken.num_readings > 0 || taken.num_held > 0;
    tell_whether_all(args, taken.num_not_taken(), taken.left_out, is_something, "problem")
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
        if taken.tables.is_empty() {
            lines.extend(ways_out(taken.left_out));
        }
    }
    lines.extend(taken.effects.sentences());
    lines.join("\n") + "\n" + &taken.tables.iter().map(table_as_text).collect::<String>()
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
        "left_out": left_out_as_json(taken.left_out),
        "new_people": taken.effects.new_people.iter().map(ReaderId::as_str).collect::<Vec<_>>(),
        "new_repeats": new_repeats_as_json(&taken.effects),
        "read_now": read_now_as_json(&taken.effects),
        "tables": taken.tables.iter().map(as_json).collect::<Vec<_>>(),
    })
}

fn as_text(report: &LabelReport) -> String {
    let effects = report.effects.sentences().into_iter().map(|sentence| sentence + "\n");
    table_as_text(report) + &effects.collect::<String>()
}

/// What to add to the command so that more is taken.
fn ways_out(left_out: LeftOut) -> Vec<String> {
    let mut lines = Vec::new();
    if left_out.num_of_absent_films > 0 {
        let num = left_out.num_of_absent_films;
        lines.push(format!("films that are not in the project: {num}; \"--absent-films keep\" takes their labels too"));
    }
    if left_out.num_of_unknown_readers > 0 {
        let num = left_out.num_of_unknown_readers;
        lines.push(format!("readers that the project does not know: {num}; \"--new-readers add\" brings them in"));
    }
    lines
}

fn left_out_as_json(left_out: LeftOut) -> Value {
    json!({
        "absent_films": left_out.num_of_absent_films,
        "unknown_readers": left_out.num_of_unknown_readers,
        "repeated": left_out.num_repeated,
    })
}

/// Whose each further reading is.
fn new_repeats_as_json(effects: &ImportEffects) -> Value {
    let repeats = effects.new_repeats.iter().map(|(layer, person)| (layer.to_string(), json!(person.as_str())));
    repeats.collect::<serde_json::Map<_, _>>().into()
}

fn read_now_as_json(effects: &ImportEffects) -> Value {
    effects
        .read_now
        .iter()
        .map(|(layer, num)| (layer.to_string(), json!(num)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// But for what came of it beside the labels: of several tables that is told once.
fn table_as_text(report: &LabelReport) -> String {
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
    lines.extend(ways_out(report.left_out));
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
        "left_out": left_out_as_json(report.left_out),
        "new_people": report.effects.new_people.iter().map(ReaderId::as_str).collect::<Vec<_>>(),
        "new_repeats": new_repeats_as_json(&report.effects),
        "read_now": read_now_as_json(&report.effects),
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
