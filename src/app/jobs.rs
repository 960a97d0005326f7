//! Imports and exports as the window runs them: one at a time, on their own thread and their own connection.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::evaluation::live::OpenRun;
use crate::domain::evaluation::problems::Problem;
use crate::domain::evaluation::run::{Plan, Run};
use crate::domain::exchange::ImportWish;
use crate::domain::id::ImageId;
use crate::domain::label::LabelSet;
use crate::domain::quality::UnfitFilm;
use crate::domain::study::FilmSource;
use crate::formats::evaluation_json;
use crate::formats::table_form::TableForm;
use crate::jobs::run_folder::RunFolder;
use crate::jobs::{CancelToken, EngineHandle, Lane, Progress};
use crate::session::{Event, FilePurpose};
use crate::store::{Doorway, Store};
use crate::workflows::evaluation_runs::{self, Maker};
use crate::workflows::exchange::is_table;
use crate::workflows::export_labels::{ExportLabels, export_boxes, export_image_labels};
use crate::workflows::export_measures::{MeasureReport, export_measures};
use crate::workflows::import_films::{ImportOptions, ImportOutcome, ImportReport, import_films};
use crate::workflows::import_labels::{DEFAULT_READER, ImportLabels, LabelReport, import_labels};
use crate::workflows::label_sets;
use crate::workflows::predict::{self, FilmNews, PredictReport};

use super::inbox::Post;
use super::project_changes::now_ms;

/// Runs one job at a time; a second waits for the first.
#[derive(Debug)]
pub struct Jobs {
    post: Post,
    lane: Lane,
    cancel: CancelToken,
}

/// What a finished job tells the person.
pub(super) struct Told {
    pub(super) summary: String,
    /// One line each: what could not be taken and why.
    pub(super) report: Vec<String>,
}

impl Jobs {
    pub fn new(post: Post) -> Self {
        Self { post, lane: Lane::start("job"), cancel: CancelToken::new() }
    }

    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    pub fn import_films(&mut self, doorway: Doorway, paths: Vec<PathBuf>, copies: bool) {
        self.start("Import films", true, move |watch, cancel| {
            let mut store = doorway.open()?;
            let report = import_films(&mut store, &paths, ImportOptions { copy_films: copies }, watch, cancel)?;
            Ok(Told { summary: report.summary(), report: import_lines(&report) })
        });
    }

    pub fn import_labels(&mut self, doorway: Doorway, path: PathBuf, wish: ImportWish) {
        self.start("Import labels", true, move |watch, cancel| {
            let options = ImportLabels::of(DEFAULT_READER.into(), wish);
            if !is_table(&path)? {
                return super::team_desk::exchanging::take_labels(&doorway, &path, &options, watch, cancel);
            }
            watch(Progress::new("Reading rows", 0, 0));
            let mut store = doorway.open()?;
            let labels = label_set_of(&store)?;
            let report = import_labels(&mut store, &labels, &path, &options)?;
            Ok(Told { summary: label_summary(&report), report: label_lines(&report) })
        });
    }

    pub fn export(&mut self, doorway: Doorway, purpose: FilePurpose, to: PathBuf) {
        self.start("Export", false, move |watch, _| {
            watch(Progress::new("Writing rows", 0, 0));
            let store = doorway.open_to_look()?;
            if purpose == FilePurpose::ExportMeasures {
                return Ok(told_of_measures(&export_measures(&store, &to, &[], false)?, &to));
            }
            let labels = label_set_of(&store)?;
            let form = match purpose {
                FilePurpose::ExportCxr => TableForm::Cxr,
                FilePurpose::ExportKaggle => TableForm::Kaggle,
                _ => TableForm::SpineXr,
            };
            let options = ExportLabels::new(form);
            let boxes = export_boxes(&store, &labels, &to, &options)?;
            let mut summary = format!("{} rows written to {}", boxes.num_rows, to.display());
            if form == TableForm::Cxr {
                // Named after the chosen file, so that a second export beside it does not lose the first one's.
                let mut name = to.file_stem().unwrap_or_default().to_owned();
                name.push("_image_labels.csv");
                let beside = to.with_file_name(name);
                let readings = export_image_labels(&store, &labels, &beside, &options)?;
                let _ = write!(summary, ", {} readings to {}", readings.num_rows, beside.display());
            }
            if boxes.num_unfinished > 0 {
                let rows = if boxes.num_unfinished == 1 {
                    "1 row".to_owned()
                } else {
                    format!("{} rows", boxes.num_unfinished)
                };
                let _ = write!(summary, "; {rows} left out as not completed");
            }
            if boxes.num_unfit > 0 {
                let _ = write!(summary, "; {} left out as unfit", boxes.num_unfit);
            }
            if boxes.num_without_area > 0 {
                let _ = write!(summary, "; {} points and lines left out", boxes.num_without_area);
            }
            if boxes.num_as_boxes > 0 {
                let _ = write!(summary, "; {} other shapes as the boxes around them", boxes.num_as_boxes);
            }
            let report = boxes.unfit_films.iter().map(unfit_line).chain(boxes.unkept).collect();
            Ok(Told { summary, report })
        });
    }

    /// Has the models in use look at these films, with what is opened meanwhile going before.
    pub fn predict_films(&mut self, doorway: Doorway, images: Vec<ImageId>, engine: EngineHandle) {
        self.start("Predict films", true, move |watch, cancel| {
            watch(Progress::new("Looking for films", 0, 0));
            let store = doorway.open_to_look()?;
            let models = store.models_in_use()?;
            let mut films = Vec::new();
            for image in &images {
                films.extend(store.film(image)?);
            }
            let plan = predict::plan(&store, &films, &predict::refs_of(&store, &models))?;
            drop((store, films));
            if plan.films.is_empty() {
                let summary = "The models in use have looked at all of these films before.".to_owned();
                return Ok(Told { summary, report: Vec::new() });
            }
            let mut lines = Vec::new();
            // The folder is for looking into later; without it the project still has every answer.
            let mut run = match RunFolder::create(doorway.folder(), &predict::run_spec(&models, plan.films.len())) {
                Ok(run) => Some(run),
                Err(why) => {
                    lines.push(why);
                    None
                }
            };
            let mut tell = |news: FilmNews<'_>| {
                if let Some(run) = &mut run {
                    match news {
                        FilmNews::Settled { answers, .. } => answers.iter().for_each(|answer| run.add(&answer.row())),
                        FilmNews::Words(line) => run.log(line),
                    }
                }
                Ok(())
            };
            let report = predict::look_at(&engine, plan.films, &mut tell, watch, cancel)?;
            lines.extend(run.map(RunFolder::finish).unwrap_or_default());
            told_of_films(report, plan.num_done, lines)
        });
    }

    /// Evaluates, keeps the run, and opens it.
    pub fn evaluate(&mut self, doorway: Doorway, post: Post, plan: Plan, by: String) {
        self.start("Evaluate", true, move |watch, cancel| {
            let maker = Maker { by: &by, at_ms: now_ms() };
            let make = || {
                let mut store = doorway.open()?;
                evaluation_runs::make(&mut store, &plan, maker, watch, cancel)
            };
            // The screen waits for an answer, whatever happens.
            let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(make)).unwrap_or_else(|_| {
                Err(anyhow::anyhow!("The evaluation ended in a fault of the program. Nothing was kept."))
            });
            match made {
                Ok(run) => {
                    let told = told_of_evaluation(&run);
                    post.event(Event::EvaluationOpened(Ok(OpenRun::new(Arc::new(run)))));
                    Ok(told)
                }
                Err(error) => {
                    post.event(Event::EvaluationOpened(Err(format!("{error:#}"))));
                    Err(error)
                }
            }
        });
    }

    pub(super) fn start(
        &mut self,
        title: &'static str,
        can_stop: bool,
        work: impl FnOnce(&(dyn Fn(Progress) + Sync), &CancelToken) -> anyhow::Result<Told> + Send + 'static,
    ) {
        self.cancel = CancelToken::new();
        let (post, cancel) = (self.post.clone(), self.cancel.clone());
        post.event(Event::JobStarted { title: title.to_owned(), can_stop });
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

fn told_of_films(done: PredictReport, num_before: usize, mut lines: Vec<String>) -> anyhow::Result<Told> {
    let counted = |n: usize| if n == 1 { "1 film".to_owned() } else { format!("{n} films") };
    let mut summary = format!("{} looked at by the models in use", counted(done.num_predicted));
    if num_before > 0 {
        let _ = write!(summary, "; {} before", counted(num_before));
    }
    if !done.failures.is_empty() {
        let _ = write!(summary, "; {} could not be", counted(done.failures.len()));
    }
    if done.is_stopped {
        summary.push_str("; stopped, what was done is kept");
    }
    if let Some(failure) = done.gave_up {
        anyhow::bail!("{} {summary}.", failure.in_full());
    }
    lines.extend(done.failures.iter().map(|(image, failure)| format!("Film {image}: {}", failure.in_full())));
    Ok(Told { summary, report: lines })
}

fn told_of_evaluation(run: &Run) -> Told {
    let summary = format!("Evaluated: {}, {} films", run.summary.name, run.summary.num_films);
    let line = |problem: &Problem| {
        let (_, meaning) = evaluation_json::problem_words(problem.kind);
        format!("{} {meaning}: {}", problem.count, problem.examples.join("; "))
    };
    Told { summary, report: run.problems.iter().map(line).collect() }
}

fn unfit_line(film: &UnfitFilm) -> String {
    format!("Film {} is not in the table: {} found it unfit ({}).", film.image, film.reader, film.reason.title())
}

fn told_of_measures(done: &MeasureReport, to: &Path) -> Told {
    let mut summary = format!("{} measurements written to {}", done.num_measurements, to.display());
    if done.num_unfinished > 0 {
        let _ = write!(summary, "; {} left out as not completed", done.num_unfinished);
    }
    if done.num_unfit > 0 {
        let _ = write!(summary, "; {} left out as unfit", done.num_unfit);
    }
    let unread = |(image, why): (&ImageId, &String)| format!("Film {image} has no values in the table: {why}");
    let without_pixels = |image: &ImageId| {
        format!(
            "Film {image} has several frames, and measurements do not say on which they were drawn: its pixel values \
             are not in the table."
        )
    };
    let report = done.unread.iter().map(unread).chain(done.without_pixels.iter().map(without_pixels));
    Told { summary, report: report.chain(done.unkept.clone()).collect() }
}

fn label_set_of(store: &Store) -> anyhow::Result<LabelSet> {
    Ok(label_sets::of_project(store)?.0)
}

fn label_summary(report: &LabelReport) -> String {
    if report.is_refused {
        return format!("Nothing imported: {} of {} rows can't be taken.", report.bad.len(), report.num_rows);
    }
    let mut text = format!(
        "{} boxes, {} \"No finding\" and {} image labels in {} readings",
        report.num_boxes, report.num_no_finding, report.num_image_labels, report.num_readings
    );
    if report.num_held > 0 {
        let _ = write!(text, "; {} rows were there already", report.num_held);
    }
    if !report.bad.is_empty() {
        let _ = write!(text, "; {} rows could not be taken", report.bad.len());
    }
    text
}

fn label_lines(report: &LabelReport) -> Vec<String> {
    let bad = report.bad.iter().map(|row| format!("Line {}: {}", row.line, row.problem));
    let odd = report.rule_warnings.iter().map(|row| format!("Line {}: taken, but {}", row.line, row.problem));
    report.effects.sentences().into_iter().chain(report.left_out.sentences()).chain(bad).chain(odd).collect()
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
