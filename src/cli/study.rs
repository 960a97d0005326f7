//! `rachis study`: readers held against a truth, before they saw what a model says and after, or by the masks they drew.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::domain::evaluation::published::in_percent;
use crate::domain::evaluation::reader_study::{Pace, ReaderRow, ReaderStudy, StudySource, Way};
use crate::domain::evaluation::result::Figure;
use crate::domain::id::ReaderId;
use crate::formats::evaluation_json::problem_words;
use crate::workflows::reader_study::{save_mrmc, study_of};

use super::person::Person;

/// Hold the completed readings of a project against a reader, against the other readers, or a file.
#[derive(clap::Args, Debug)]
pub struct StudyArgs {
    /// The project's folder.
    project: PathBuf,
    /// The reader whose completed readings are held for true.
    #[arg(long, value_name = "READER", required_unless_present_any = ["others", "truth_file"])]
    truth: Option<String>,
    /// For each reader, what more than half of the other readers say.
    #[arg(long, conflicts_with_all = ["truth", "truth_file"])]
    others: bool,
    /// A published table, or COCO's ground truth, that says which films are abnormal.
    #[arg(long, value_name = "T", conflicts_with = "truth")]
    truth_file: Option<PathBuf>,
    /// Write reader, case, modality (with or without a model) and score for programs that analyse such studies: a table, or
    /// where the name ends in .imrmc the file that iMRMC opens.
    #[arg(long, value_name = "OUT")]
    mrmc: Option<PathBuf>,
    /// Compare the masks and polygons of each label on each film instead, with those of the reader held for true: Dice,
    /// IoU, Hausdorff and 95 % Hausdorff distance.
    #[arg(long, requires = "truth", conflicts_with_all = ["mrmc", "others", "truth_file"])]
    masks: bool,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

pub fn run(args: &StudyArgs) -> anyhow::Result<()> {
    if let (true, Some(truth)) = (args.masks, &args.truth) {
        return super::study_masks::run(&args.person.open_to_look(&args.project)?, &truth.as_str().into(), args.json);
    }
    let truth = match (&args.truth, &args.truth_file) {
        (Some(reader), _) => StudySource::Reader(reader.as_str().into()),
        (None, Some(path)) => StudySource::File(path.clone()),
        (None, None) => StudySource::OtherReaders,
    };
    let store = args.person.open_to_look(&args.project)?;
    let study = study_of(&store, &truth)?;
    for problem in study.problems.iter() {
        let (_, meaning) = problem_words(problem.kind);
        let example = problem.examples.first().map_or("", String::as_str);
        eprintln!("warning: {} {meaning} (first: {example})", problem.count);
    }
    if let Some(to) = &args.mrmc {
        save_mrmc(&store, &study, to)?;
    }
    if args.json {
        println!("{:#}", study.rows.iter().map(as_json).collect::<Value>());
    } else {
        print!("{}", as_text(&study));
    }
    Ok(())
}

fn name(row: &ReaderRow) -> &str {
    row.reader.as_ref().map_or("all readers", ReaderId::as_str)
}

fn as_text(study: &ReaderStudy) -> String {
    if study.rows.is_empty() {
        return "Nobody else has completed a film, so there is nobody to compare.\n".to_owned();
    }
    let mut out = String::new();
    for row in &study.rows {
        let unit = if row.reader.is_some() { "films" } else { "readings" };
        let mut lines =
            vec![format!("{}: {} {unit} with a truth, {} without", name(row), row.num_films, row.num_without_truth)];
        for (title, way) in [("without the model", row.without), ("with the model", row.with)] {
            if way.counts.total() > 0 {
                lines.push(format!("  {title:<18} {} {unit}; {}", way.counts.total(), shares(&way)));
            }
        }
        let switches = row.switches;
        if switches.num_films() > 0 {
            let p = row.p_value().map_or_else(String::new, |p| format!(" (McNemar, exact: p = {p:.4})"));
            lines.push(format!(
                "  of {} read in both ways: {} to right, {} to wrong{p}, {} stayed right, {} stayed wrong",
                switches.num_films(),
                switches.to_right,
                switches.to_wrong,
                switches.stayed_right,
                switches.stayed_wrong,
            ));
        }
        for (title, pace) in [("never shown a model", row.pace_without), ("shown a model", row.pace_with)] {
            if pace.num_films > 0 {
                lines.push(format!("  films {title}: median {}, {} timed", seconds(pace.median_ms), pace.num_films));
            }
        }
        if row.reader.is_none() {
            lines.push(
                "  intervals are of readings as if each were of another film, so too narrow; no p-value".to_owned(),
            );
        }
        out.push_str(&lines.join("\n"));
        out.push('\n');
    }
    out
}

/// In per cent, with Wilson's intervals.
fn shares(way: &Way) -> String {
    let text = |figure: Option<Figure>| {
        figure.map_or("undefined".to_owned(), |figure| in_percent(figure.value, figure.interval))
    };
    format!(
        "sensitivity {}, specificity {}, right {}",
        text(way.sensitivity()),
        text(way.specificity()),
        text(way.accuracy())
    )
}

fn seconds(ms: u64) -> String {
    format!("{:.1} s", ms as f64 / 1000.0)
}

fn as_json(row: &ReaderRow) -> Value {
    let figure =
        |figure: Option<Figure>| figure.map(|figure| json!({"value": figure.value, "interval": figure.interval}));
    let way = |way: &Way| {
        json!({
            "tp": way.counts.tp, "fp": way.counts.fp, "tn": way.counts.tn, "fn": way.counts.fn_,
            "unanswered": way.num_unanswered,
            "sensitivity": figure(way.sensitivity()),
            "specificity": figure(way.specificity()),
            "accuracy": figure(way.accuracy()),
        })
    };
    let pace = |pace: Pace| json!({"films": pace.num_films, "total_ms": pace.total_ms, "median_ms": pace.median_ms});
    json!({
        "reader": row.reader.as_ref().map(ReaderId::as_str),
        "films": row.num_films,
        "films_without_truth": row.num_without_truth,
        "without_model": way(&row.without),
        "with_model": way(&row.with),
        "to_right": row.switches.to_right,
        "to_wrong": row.switches.to_wrong,
        "stayed_right": row.switches.stayed_right,
        "stayed_wrong": row.switches.stayed_wrong,
        "intervals_of": if row.reader.is_some() { "films" } else { "readings" },
        "mcnemar_p": row.p_value(),
        "time_never_shown": pace(row.pace_without),
        "time_shown": pace(row.pace_with),
    })
}
