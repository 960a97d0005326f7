//! `rachis import`: films from files, folders, DICOMDIR and zip archives into a project.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;

use crate::domain::study::FilmSource;
use crate::jobs::CancelToken;
use crate::workflows::import_films::{ImportOptions, ImportOutcome, ImportReport, import_films};

use super::person::Person;
use super::progress_bar::ProgressBar;

/// Bring films into a project: files, folders, DICOMDIR, zip.
#[derive(clap::Args, Debug)]
pub struct ImportArgs {
    /// The project's folder.
    project: PathBuf,
    /// Films, folders, DICOMDIR files or zip archives.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Copy the films into the project instead of referring to them where they are.
    #[arg(long)]
    copy: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

pub fn run(args: &ImportArgs) -> anyhow::Result<()> {
    for path in &args.paths {
        path.metadata().with_context(|| path.display().to_string())?;
    }
    let mut store = args.person.open(&args.project)?;
    let bar = ProgressBar::new();
    let options = ImportOptions { copy_films: args.copy };
    let report = import_films(&mut store, &args.paths, options, &|progress| bar.show(&progress), &CancelToken::new())?;
    bar.clear();
    if args.json {
        println!("{}", as_json(&report));
    } else {
        for row in &report.rows {
            if let Some(reason) = &row.reason {
                let kind = if row.outcome == ImportOutcome::Imported { "warning" } else { name(row.outcome) };
                println!("{kind}: {}: {reason}", shown(&row.source));
            }
        }
        println!("{}", report.summary());
    }
    let num_failed = report.num(ImportOutcome::Failed);
    anyhow::ensure!(
        num_failed == 0 || report.num(ImportOutcome::Imported) + report.num(ImportOutcome::Duplicate) > 0,
        "no film could be imported"
    );
    if num_failed > 0 {
        let files = if num_failed == 1 { "1 file".to_owned() } else { format!("{num_failed} files") };
        return Err(super::NotAll(format!("not all was imported: {files} could not be")).into());
    }
    Ok(())
}

const fn name(outcome: ImportOutcome) -> &'static str {
    match outcome {
        ImportOutcome::Imported => "imported",
        ImportOutcome::Duplicate => "duplicate",
        ImportOutcome::NotAFilm => "not a film",
        ImportOutcome::Failed => "failed",
    }
}

fn shown(source: &FilmSource) -> String {
    match source {
        FilmSource::File(path) => path.display().to_string(),
        FilmSource::Zip { archive, entry } => format!("{} > {entry}", archive.display()),
    }
}

fn as_json(report: &ImportReport) -> serde_json::Value {
    let rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| {
            json!({
                "file": shown(&row.source),
                "outcome": name(row.outcome),
                "image_id": row.image.as_ref().map(|image| image.as_str().to_owned()),
                "reason": row.reason,
            })
        })
        .collect();
    json!({
        "imported": report.num(ImportOutcome::Imported),
        "duplicates": report.num(ImportOutcome::Duplicate),
        "not_films": report.num(ImportOutcome::NotAFilm),
        "failed": report.num(ImportOutcome::Failed),
        "files": rows,
    })
}
