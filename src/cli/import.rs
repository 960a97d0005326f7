//! `rachis import`: films from files, folders, DICOMDIR and zip archives into a project.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::json;

use crate::domain::study::FilmSource;
use crate::jobs::{CancelToken, Progress};
use crate::store::Store;
use crate::workflows::import_films::{ImportOptions, ImportOutcome, ImportReport, import_films};

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
}

pub fn run(args: &ImportArgs) -> anyhow::Result<()> {
    for path in &args.paths {
        path.metadata().with_context(|| path.display().to_string())?;
    }
    let mut store = Store::open(&args.project)?;
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

/// A line on the terminal that says how far the import is; nothing where stderr is no terminal.
struct ProgressBar {
    /// When it was last drawn; `None` where there is no terminal.
    drawn: Option<Mutex<Instant>>,
}

impl ProgressBar {
    fn new() -> Self {
        let is_shown = std::io::stderr().is_terminal();
        Self { drawn: is_shown.then(|| Mutex::new(Instant::now())) }
    }

    fn show(&self, progress: &Progress) {
        const BETWEEN: Duration = Duration::from_millis(100);
        let Some(Ok(mut drawn)) = self.drawn.as_ref().map(Mutex::try_lock) else { return };
        if drawn.elapsed() < BETWEEN {
            return;
        }
        *drawn = Instant::now();
        let mut err = std::io::stderr().lock();
        // A terminal that is gone is no reason to stop.
        let _ = match progress.fraction() {
            Some(fraction) => {
                let filled = (fraction * 30.0) as usize;
                let (done, total) = (progress.done, progress.total);
                write!(err, "\r\x1b[K{} [{:<30}] {done} of {total}", progress.stage, "#".repeat(filled))
            }
            None => write!(err, "\r\x1b[K{} {}", progress.stage, progress.done),
        };
    }

    fn clear(&self) {
        if self.drawn.is_some() {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }
}
