//! Native file dialogs on a thread of their own; where the desktop has none, the window asks for the path itself.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::jobs::Lane;
use crate::session::{Event, FilePurpose};

use super::inbox::Post;

/// A dialog that closes faster than this was never seen: the desktop has none. Without a portal or zenity the
/// answer comes within some 20 ms and looks like Cancel.
const NEVER_SEEN: Duration = Duration::from_millis(150);

/// Asks and answers with `PathChosen`, or `NoFileDialog`.
pub fn choose(lane: &Lane, post: Post, purpose: FilePurpose) {
    lane.run(move || {
        let started = Instant::now();
        let paths = ask(purpose);
        if paths.is_empty() && started.elapsed() < NEVER_SEEN {
            post.event(Event::NoFileDialog(purpose));
        } else {
            post.event(Event::PathChosen { purpose, paths });
        }
    });
}

fn ask(purpose: FilePurpose) -> Vec<PathBuf> {
    let dialog = rfd::FileDialog::new().set_title(purpose.title());
    let one = |path: Option<PathBuf>| path.into_iter().collect();
    match purpose {
        FilePurpose::OpenProject
        | FilePurpose::CreateProject
        | FilePurpose::ImportFilms
        | FilePurpose::TakeOverLabelSet => one(dialog.pick_folder()),
        FilePurpose::ImportFilmFiles => dialog.pick_files().unwrap_or_default(),
        FilePurpose::ImportModel => {
            one(dialog.add_filter("safetensors, pth, pt", &["safetensors", "pth", "pt"]).pick_file())
        }
        FilePurpose::ExportModel => one(dialog.set_file_name("model.safetensors").save_file()),
        FilePurpose::ExportPlot => {
            one(dialog.add_filter("PNG, SVG, CSV", &["png", "svg", "csv"]).set_file_name("plot.png").save_file())
        }
        FilePurpose::ExportReadings => {
            one(dialog.add_filter("CSV, iMRMC", &["csv", "imrmc"]).set_file_name("readings.csv").save_file())
        }
        FilePurpose::PoolOfFilms => one(dialog.add_filter("TXT, CSV", &["txt", "csv"]).pick_file()),
        FilePurpose::ReferencePicture => one(dialog.add_filter("PNG", &["png"]).pick_file()),
        FilePurpose::ImportLabels => one(dialog.add_filter("CSV", &["csv"]).pick_file()),
        FilePurpose::ExportSpineXr | FilePurpose::ExportCxr | FilePurpose::ExportKaggle => {
            one(dialog.add_filter("CSV", &["csv"]).set_file_name("annotations.csv").save_file())
        }
        FilePurpose::EvaluatePredictions | FilePurpose::EvaluateClassifier | FilePurpose::EvaluateTruth => {
            one(dialog.add_filter("CSV, JSON, JSONL", &["csv", "json", "jsonl"]).pick_file())
        }
        FilePurpose::ExportEvaluationReport => {
            one(dialog.add_filter("HTML", &["html"]).set_file_name("evaluation.html").save_file())
        }
        FilePurpose::ExportEvaluationJson => {
            one(dialog.add_filter("JSON", &["json"]).set_file_name("evaluation.json").save_file())
        }
        FilePurpose::ExportEvaluationCsv => {
            one(dialog.add_filter("CSV", &["csv"]).set_file_name("evaluation.csv").save_file())
        }
        FilePurpose::ImportLabelSet | FilePurpose::StudyTruth => {
            one(dialog.add_filter("CSV, JSON", &["csv", "json"]).pick_file())
        }
        FilePurpose::ExportLabelSetCsv => {
            one(dialog.add_filter("CSV", &["csv"]).set_file_name("labels.csv").save_file())
        }
        FilePurpose::ExportLabelSetJson => {
            one(dialog.add_filter("JSON", &["json"]).set_file_name("labels.json").save_file())
        }
        FilePurpose::ExportVerdicts => {
            one(dialog.add_filter("CSV", &["csv"]).set_file_name("verdicts.csv").save_file())
        }
        FilePurpose::ExportAudit => one(dialog.add_filter("CSV", &["csv"]).set_file_name("audit.csv").save_file()),
        FilePurpose::ExportMeasures => {
            one(dialog.add_filter("CSV", &["csv"]).set_file_name("measurements.csv").save_file())
        }
    }
}
