//! The folder of one run in a project: what was asked (`spec.json`), what came (`predictions.jsonl`), what the engine said
//! (`engine.log`). Readable from Python in five lines.
//!
//! Neither patients nor places of films stand in it. A disk that is full costs the file that could not be written, and
//! nothing else: the run goes on.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::protocol::PredictionRow;

/// The project's folder of runs.
const RUNS: &str = "runs";
/// Numbers that are tried before the folder counts as unusable.
const MOST_RUNS: u32 = 1_000_000;

/// What a run is to do, as `spec.json` has it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RunSpec {
    /// `predict`.
    pub kind: String,
    pub program_version: String,
    pub models: Vec<RunModel>,
    pub num_films: usize,
    /// `null`: the best there is.
    pub device: Option<String>,
    pub precision: Option<String>,
}

/// A model of the run: enough to know it again.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RunModel {
    /// The model's id in the project.
    pub model: i64,
    /// `name@version`.
    pub name: String,
    pub sha256: String,
}

/// A run's folder, open for writing.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    predictions: Written,
    log: Written,
}

/// A file until it can't be written.
#[derive(Debug)]
struct Written {
    name: &'static str,
    file: Result<BufWriter<File>, String>,
}

impl RunFolder {
    /// Makes `runs/<number>-<kind>` in the project, the number after the highest there is.
    ///
    /// # Errors
    /// One sentence where the folder can't be made or `spec.json` not be written.
    pub fn create(project: &Path, spec: &RunSpec) -> Result<Self, String> {
        let runs = project.join(RUNS);
        let path = make(&runs, &spec.kind).map_err(|error| in_words("The run's folder", &error))?;
        let mut folder = Self {
            predictions: Written::create(&path, "predictions.jsonl"),
            log: Written::create(&path, "engine.log"),
            path,
        };
        let mut text =
            serde_json::to_string_pretty(spec).map_err(|error| format!("spec.json can't be written: {error}"))?;
        text.push('\n');
        let written = fs::write(folder.path.join("spec.json"), text);
        if let Err(error) = written {
            // Half a run is none.
            folder.predictions.give_up("");
            folder.log.give_up("");
            let _ = fs::remove_dir_all(&folder.path);
            return Err(in_words("The run's folder", &error));
        }
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line to `predictions.jsonl`.
    pub fn add(&mut self, row: &PredictionRow) {
        match serde_json::to_string(row) {
            Ok(line) => self.predictions.add(&line),
            Err(error) => self.predictions.give_up(&error.to_string()),
        }
    }

    /// Adds a line to `engine.log`.
    pub fn log(&mut self, line: &str) {
        self.log.add(line);
    }

    /// Ends the files; a sentence for each that is not whole.
    pub fn finish(mut self) -> Vec<String> {
        [&mut self.predictions, &mut self.log].into_iter().filter_map(Written::finish).collect()
    }
}

impl Written {
    fn create(folder: &Path, name: &'static str) -> Self {
        let file = File::create_new(folder.join(name)).map(BufWriter::new);
        Self { name, file: file.map_err(|error| in_words(&format!("The run's {name}"), &error)) }
    }

    fn add(&mut self, line: &str) {
        let Ok(file) = &mut self.file else { return };
        // Whole lines only, at once: a run that is killed leaves what it had.
        let written = writeln!(file, "{line}").and_then(|()| file.flush());
        if let Err(error) = written {
            self.give_up(&in_words(&format!("The run's {}", self.name), &error));
        }
    }

    fn give_up(&mut self, why: &str) {
        let file = std::mem::replace(&mut self.file, Err(why.to_owned()));
        if let Ok(file) = file {
            // What is still in memory would fail again when it is dropped.
            let _ = file.into_parts();
        }
    }

    fn finish(&mut self) -> Option<String> {
        if let Ok(file) = &mut self.file
            && let Err(error) = file.flush()
        {
            self.give_up(&in_words(&format!("The run's {}", self.name), &error));
        }
        self.file.as_ref().err().filter(|why| !why.is_empty()).cloned()
    }
}

fn make(runs: &Path, kind: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(runs)?;
    let number = |name: &str| name.split_once('-').and_then(|(number, _)| number.parse::<u32>().ok());
    let taken = fs::read_dir(runs)?.flatten().filter_map(|entry| number(&entry.file_name().to_string_lossy())).max();
    let first = taken.map_or(1, |number| number.saturating_add(1));
    for number in first..first.saturating_add(MOST_RUNS) {
        let path = runs.join(format!("{number}-{kind}"));
        match fs::create_dir(&path) {
            // Another window was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| path),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn in_words(what: &str, error: &io::Error) -> String {
    let why = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "the disk is full. Free some space".to_owned(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "the project's folder is read-only. Make it writable".to_owned()
        }
        _ => error.to_string(),
    };
    format!("{what} can't be written: {why}. What the project itself stores is not touched by this.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> RunSpec {
        RunSpec {
            kind: "predict".into(),
            program_version: "0.1.0".into(),
            models: vec![RunModel { model: 2, name: "demo@1".into(), sha256: "ab".into() }],
            num_films: 3,
            device: None,
            precision: Some("f32".into()),
        }
    }

    fn row() -> PredictionRow {
        PredictionRow {
            image_id: "film".into(),
            model: 2,
            model_sha256: "ab".into(),
            probability: Some(0.25),
            detections: Vec::new(),
            heat: None,
            took_ms: 7,
        }
    }

    #[test]
    fn runs_are_counted_and_their_files_are_lines_of_json() {
        let project = tempfile::tempdir().unwrap();
        fs::create_dir_all(project.path().join("runs/9-train")).unwrap();
        fs::write(project.path().join("runs/notes.txt"), "x").unwrap();
        let mut folder = RunFolder::create(project.path(), &spec()).unwrap();
        assert_eq!(folder.path(), project.path().join("runs/10-predict"));
        folder.add(&row());
        folder.log("started");
        folder.add(&row());
        let path = folder.path().to_owned();
        assert_eq!(folder.finish(), Vec::<String>::new());
        let lines = fs::read_to_string(path.join("predictions.jsonl")).unwrap();
        let rows: Vec<PredictionRow> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows, [row(), row()]);
        assert_eq!(fs::read_to_string(path.join("engine.log")).unwrap(), "started\n");
        let spec: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(path.join("spec.json")).unwrap()).unwrap();
        assert_eq!((&spec["models"][0]["name"], &spec["num_films"]), (&"demo@1".into(), &3.into()));
        assert_eq!(RunFolder::create(project.path(), &self::spec()).unwrap().path().file_name().unwrap(), "11-predict");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_said() {
        let project = tempfile::tempdir().unwrap();
        fs::write(project.path().join("runs"), "a file where the folder should be").unwrap();
        let why = RunFolder::create(project.path(), &spec()).unwrap_err();
        assert!(why.starts_with("The run's folder can't be written"), "{why}");
        assert!(why.contains("not touched"), "{why}");
    }

    /// Every write to `/dev/full` fails as a full disk does.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_costs_the_file_and_is_said_once() {
        let project = tempfile::tempdir().unwrap();
        let mut folder = RunFolder::create(project.path(), &spec()).unwrap();
        let full = File::options().write(true).open("/dev/full").unwrap();
        folder.predictions.file = Ok(BufWriter::new(full));
        for _ in 0..3 {
            folder.add(&row());
        }
        folder.log("still here");
        let path = folder.path().to_owned();
        let told = folder.finish();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("predictions.jsonl can't be written: the disk is full"), "{}", told[0]);
        assert_eq!(fs::read_to_string(path.join("engine.log")).unwrap(), "still here\n");
    }
}
