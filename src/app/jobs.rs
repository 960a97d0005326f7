//! Imports and exports as the window runs them: one at a time, on their own thread and their own connection.

use std::path::PathBuf;

use crate::domain::study::FilmSource;
use crate::jobs::{CancelToken, Lane, Progress};
use crate::session::{Event, FilePurpose};
use crate::store::Store;
use crate::workflows::import_films::{ImportOptions, ImportOutcome, ImportReport, import_films};

use super::inbox::Post;

/// Runs one job at a time; a second waits for the first.
#[derive(Debug)]
pub struct Jobs {
    post: Post,
    lane: Lane,
    cancel: CancelToken,
}

/// What a finished job tells the person.
struct Told {
    summary: String,
    /// One line each: what could not be taken and why.
    report: Vec<String>,
}

impl Jobs {
    pub fn new(post: Post) -> Self {
        Self { post, lane: Lane::start("job"), cancel: CancelToken::new() }
    }

    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    pub fn import_films(&mut self, folder: PathBuf, paths: Vec<PathBuf>) {
        self.start("Import films", move |watch, cancel| {
            let mut store = Store::open(&folder)?;
            let report = import_films(&mut store, &paths, ImportOptions::default(), watch, cancel)?;
            Ok(Told { summary: report.summary(), report: import_lines(&report) })
        });
    }

    pub fn import_labels(&mut self, _folder: PathBuf, _path: PathBuf) {}

    pub fn export(&mut self, _folder: PathBuf, _purpose: FilePurpose, _to: PathBuf) {}

    fn start(
        &mut self,
        title: &'static str,
        work: impl FnOnce(&(dyn Fn(Progress) + Sync), &CancelToken) -> anyhow::Result<Told> + Send + 'static,
    ) {
        self.cancel = CancelToken::new();
        let (post, cancel) = (self.post.clone(), self.cancel.clone());
        post.event(Event::JobStarted { title: title.to_owned() });
        self.lane.run(move || {
            let progress = std::sync::Mutex::new(post.clone());
            let watch = |p: Progress| {
                let post = progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                post.event(Event::JobProgress { stage: p.stage, done: p.done, total: p.total });
            };
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&watch, &cancel)));
            post.event(match outcome {
                Ok(Ok(told)) => Event::JobFinished { is_success: true, summary: told.summary, report: told.report },
                Ok(Err(error)) => {
                    Event::JobFinished { is_success: false, summary: format!("{title}: {error:#}"), report: Vec::new() }
                }
                Err(_) => Event::JobFinished {
                    is_success: false,
                    summary: format!("{title} ended in a fault of the program; what was done until then is kept."),
                    report: Vec::new(),
                },
            });
        });
    }
}

/// The rows of an import that a person should see: what is not in the project now, and what is odd.
fn import_lines(report: &ImportReport) -> Vec<String> {
    report
        .rows
        .iter()
        .filter(|row| row.outcome != ImportOutcome::Duplicate)
        .filter_map(|row| {
            let reason = row.reason.as_ref()?;
            let place = match &row.source {
                FilmSource::File(path) => path.display().to_string(),
                FilmSource::Zip { archive, entry } => format!("{} in {}", entry, archive.display()),
            };
            Some(format!("{place}: {reason}"))
        })
        .collect()
}
