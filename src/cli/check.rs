//! `rachis check`: is a project sound, and if not, where.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use anyhow::bail;
use serde_json::{Value, json};

use crate::domain::rules::Severity;
use crate::workflows::check::{BrokenRule, CheckReport, FilmFault, check_project};

use super::person::Person;

/// Lines of one section before the rest is only counted; `--json` has them all.
const SHOWN: usize = 20;

/// Check a project: rules, database, log, film files.
#[derive(clap::Args, Debug)]
pub struct CheckArgs {
    /// The project's folder.
    project: PathBuf,
    /// Look only whether the films are there; do not read them.
    #[arg(long)]
    quick: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

pub fn run(args: &CheckArgs) -> anyhow::Result<()> {
    let shows_progress = !args.json && std::io::stderr().is_terminal();
    let on_film = |done: usize, total: usize| {
        if shows_progress && (done.is_multiple_of(16) || done == total) {
            eprint!("\rfilms {done}/{total}");
            let _ = std::io::stderr().flush();
        }
    };
    let report = check_project(&args.person.open_to_look(&args.project)?, !args.quick, &on_film)?;
    if shows_progress && report.num_films > 0 {
        eprintln!();
    }
    if args.json {
        println!("{:#}", as_json(&report));
    } else {
        print!("{}", as_text(&report, args.quick));
    }
    match report.num_errors() {
        0 => Ok(()),
        1 => bail!("1 error in this project"),
        n => bail!("{n} errors in this project"),
    }
}

fn as_text(report: &CheckReport, is_quick: bool) -> String {
    let synthetic = if report.project.is_synthetic { " (synthetic)" } else { "" };
    let mut lines = vec![format!(
        "Project: {}{synthetic}: {} films, {} readings, {} marks",
        report.project.name, report.num_films, report.num_readings, report.num_marks
    )];
    let films = if is_quick { "films in their places" } else { "films in their places and unchanged" };
    lines.extend(section("database sound", "the database is damaged", &report.database));
    lines.extend(section("log and tables agree", "log and tables disagree", &report.log));
    lines.extend(section(films, "films missing or changed", &film_lines(report)));
    lines.extend(section("no rule broken", "rules broken", &rule_lines(report, Severity::Error)));
    lines.extend(section("no warnings", "warnings", &warning_lines(report)));
    lines.join("\n") + "\n"
}

/// One line when all is well, otherwise the list.
fn section(good: &str, bad: &str, problems: &[String]) -> Vec<String> {
    if problems.is_empty() {
        return vec![format!("  ok     {good}")];
    }
    let mut lines = vec![format!("  {:<5}  {bad}", problems.len())];
    lines.extend(problems.iter().take(SHOWN).map(|problem| format!("         - {problem}")));
    if problems.len() > SHOWN {
        lines.push(format!("         and {} more; --json lists all", problems.len() - SHOWN));
    }
    lines
}

fn film_lines(report: &CheckReport) -> Vec<String> {
    let line = |(image, fault): &(_, FilmFault)| match fault {
        FilmFault::Missing => format!("film {image}: its file is missing. Put it back, or import it again."),
        FilmFault::Changed => format!("film {image}: its file has changed since it was imported."),
        FilmFault::Unreadable(why) => format!("film {image}: its file cannot be read: {why}."),
    };
    report.films.iter().map(line).collect()
}

fn rule_lines(report: &CheckReport, severity: Severity) -> Vec<String> {
    let line = |r: &BrokenRule| {
        let own = r.violation.custom.as_ref().map_or_else(String::new, |title| format!("{title}: "));
        format!("film {}, reader {}: {own}{}", r.image, r.reader, r.violation.message)
    };
    report.rules.iter().filter(|r| r.violation.severity == severity).map(line).collect()
}

fn warning_lines(report: &CheckReport) -> Vec<String> {
    let mut lines = rule_lines(report, Severity::Warning);
    lines.extend(report.without_film.keys().map(|image| format!("film {image} has labels and is not in the project.")));
    let unknown = |(label, n): (_, &usize)| {
        format!("the label set {} does not know {label:?} (readings: {n}).", report.project.label_set)
    };
    lines.extend(report.unknown_labels.iter().map(unknown));
    lines
}

fn as_json(report: &CheckReport) -> Value {
    let rule = |r: &BrokenRule| {
        let v = &r.violation;
        json!({
            "image_id": r.image.as_str(),
            "rad_id": r.reader.as_str(),
            "rule": v.rule.map_or("custom", |rule| rule.row().key),
            "title": v.rule_title(),
            "severity": v.severity.as_str(),
            "message": v.message,
            "marks": v.culprits.iter().map(|id| id.0).collect::<Vec<_>>(),
        })
    };
    let film = |(image, fault): &(crate::domain::id::ImageId, FilmFault)| {
        let (fault, detail) = match fault {
            FilmFault::Missing => ("missing", None),
            FilmFault::Changed => ("changed", None),
            FilmFault::Unreadable(why) => ("unreadable", Some(why)),
        };
        json!({"image_id": image.as_str(), "fault": fault, "detail": detail})
    };
    json!({
        "project": report.project.name,
        "films": report.num_films,
        "readings": report.num_readings,
        "marks": report.num_marks,
        "errors": report.num_errors(),
        "warnings": report.num_warnings(),
        "database": report.database,
        "log": report.log,
        "rules": report.rules.iter().map(rule).collect::<Vec<_>>(),
        "film_faults": report.films.iter().map(film).collect::<Vec<_>>(),
        "without_film": report.without_film.keys().map(crate::domain::id::ImageId::as_str).collect::<Vec<_>>(),
        "unknown_labels": report.unknown_labels.iter().map(|(label, n)| json!({"label": label.as_str(), "readings": n})).collect::<Vec<_>>(),
    })
}
