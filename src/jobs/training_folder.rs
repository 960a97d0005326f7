//! The folder of one run of training: the only thing that the trainer writes to, and that windows and the command line read.
//!
//! The trainer holds a lock on the file `lock` for as long as it lives. A run whose status says that it is at work and
//! whose lock is free was interrupted: its process was killed, or the power went.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::domain::training::run::{Best, Figure, FigureOf, RunState, RunStatus, Wish};

use super::protocol::PredictionRow;

/// How often, and after which pause, a trainer asks for its lock: others hold it for a moment when they look whether it is
/// free.
const LOCK_TRIES: u32 = 40;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// The stage that whoever starts a run writes for the trainer, before that one can speak for itself.
pub const STARTING: &str = "Starting";
/// How long a run may be starting before it was interrupted, in milliseconds.
const STARTING_MS: u64 = 60_000;

/// A run's folder, which must be there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrainingFolder {
    path: PathBuf,
}

/// Held by the trainer; free again when it is dropped or its process ends, however it ends.
#[derive(Debug)]
pub struct TrainingLock {
    _file: File,
}

#[derive(Serialize, Deserialize)]
struct StatusRow {
    state: String,
    stage: String,
    step: u64,
    num_steps: u64,
    eta_secs: Option<f64>,
    films_ready: [u64; 2],
    best: Option<BestRow>,
    message: Option<String>,
    advice: Option<String>,
    device: String,
    updated_at_ms: i64,
}

#[derive(Serialize, Deserialize)]
struct BestRow {
    name: String,
    value: f64,
    step: u64,
}

#[derive(Serialize, Deserialize)]
struct FigureRow {
    step: u64,
    of: String,
    name: String,
    /// JSON has no word for what is no finite number; such a loss is the end of a run and stands as null.
    value: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct WishRow {
    wish: String,
}

impl TrainingFolder {
    pub fn open(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the run is to do, as `formats::training_spec` has it.
    pub fn spec(&self) -> PathBuf {
        self.path.join("spec.json")
    }

    /// A copy of the frozen data set, as `formats::frozen_dataset` has it.
    pub fn dataset(&self) -> PathBuf {
        self.path.join("dataset.json")
    }

    /// The weights that the run starts from: `start.safetensors` or `start.pth`, where it does not start from nothing.
    pub fn start(&self) -> Option<PathBuf> {
        ["start.safetensors", "start.pth"].map(|name| self.path.join(name)).into_iter().find(|path| path.is_file())
    }

    /// Lines of the trainer's log and of its stderr.
    pub fn log(&self) -> PathBuf {
        self.path.join("engine.log")
    }

    /// Films in the size needed; gone when the run is completed.
    pub fn cache(&self) -> PathBuf {
        self.path.join("cache")
    }

    pub fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
    }

    pub fn checkpoint(&self, step: u64) -> PathBuf {
        self.checkpoints().join(format!("step-{step}.safetensors"))
    }

    pub fn best_checkpoint(&self) -> PathBuf {
        self.checkpoints().join("best.safetensors")
    }

    /// The steps of the checkpoints that are there, rising.
    pub fn checkpoint_steps(&self) -> Vec<u64> {
        steps_in(&self.checkpoints(), ".safetensors")
    }

    /// What the model said of the sample films after this step: a [`PredictionRow`] a line.
    pub fn samples(&self, step: u64) -> PathBuf {
        self.path.join("samples").join(format!("step-{step}.jsonl"))
    }

    /// The steps of which there are samples, rising.
    pub fn sample_steps(&self) -> Vec<u64> {
        steps_in(&self.path.join("samples"), ".jsonl")
    }

    /// The samples after a step; lines that can't be read are left out.
    pub fn read_samples(&self, step: u64) -> Vec<PredictionRow> {
        rows_in(&self.samples(step))
    }

    /// What the outcome says of every dev film: a [`PredictionRow`] a line. Thresholds of ensembles are chosen by it.
    pub fn dev_answers(&self) -> PathBuf {
        self.path.join("dev.jsonl")
    }

    /// # Errors
    /// When the disk is full or the folder is gone.
    pub fn write_dev_answers(&self, rows: &[PredictionRow]) -> io::Result<()> {
        let mut lines = Vec::new();
        for row in rows {
            serde_json::to_writer(&mut lines, row)?;
            lines.push(b'\n');
        }
        self.replace("dev.jsonl", &lines)
    }

    /// Lines that can't be read are left out.
    pub fn read_dev_answers(&self) -> Vec<PredictionRow> {
        rows_in(&self.dev_answers())
    }

    /// What came of the run, with its card.
    pub fn model(&self) -> PathBuf {
        self.path.join("model.safetensors")
    }

    /// The card for people.
    pub fn card(&self) -> PathBuf {
        self.path.join("card.md")
    }

    /// Figures of all steps, one a line.
    pub fn metrics(&self) -> PathBuf {
        self.path.join("metrics.jsonl")
    }

    /// # Errors
    /// When the disk is full or the folder is gone; the old status stays.
    pub fn write_status(&self, status: &RunStatus) -> io::Result<()> {
        let row = StatusRow {
            state: status.state.as_str().to_owned(),
            stage: status.stage.clone(),
            step: status.step,
            num_steps: status.num_steps,
            eta_secs: status.eta_secs,
            films_ready: status.films_ready,
            best: status.best.as_ref().map(|b| BestRow { name: b.name.clone(), value: b.value, step: b.step }),
            message: status.message.clone(),
            advice: status.advice.clone(),
            device: status.device.clone(),
            updated_at_ms: status.updated_at_ms,
        };
        self.replace("status.json", &serde_json::to_vec(&row)?)
    }

    /// How the run stands: as the trainer wrote, or interrupted where it is gone without a word. None where no trainer ever
    /// wrote.
    pub fn status(&self) -> Option<RunStatus> {
        let status = self.written_status()?;
        if !status.state.is_live() || self.is_locked() || is_just_starting(&status) {
            return Some(status);
        }
        // The trainer may have ended in good order between the two looks.
        let status = self.written_status()?;
        Some(if status.state.is_live() && !is_just_starting(&status) {
            RunStatus { state: RunState::Interrupted, eta_secs: None, ..status }
        } else {
            status
        })
    }

    /// What stands in `status.json`, whether or not it still holds. One that can't be read was half written when the power
    /// went.
    fn written_status(&self) -> Option<RunStatus> {
        let bytes = fs::read(self.path.join("status.json")).ok()?;
        let row = serde_json::from_slice::<StatusRow>(&bytes).ok();
        let known = row.and_then(|row| Some((RunState::parse(&row.state)?, row)));
        Some(known.map_or_else(unreadable, |(state, row)| RunStatus {
            state,
            stage: row.stage,
            step: row.step,
            num_steps: row.num_steps,
            eta_secs: row.eta_secs,
            films_ready: row.films_ready,
            best: row.best.map(|best| Best { name: best.name, value: best.value, step: best.step }),
            message: row.message,
            advice: row.advice,
            device: row.device,
            updated_at_ms: row.updated_at_ms,
        }))
    }

    /// # Errors
    /// When the disk is full or the folder is gone; the old wish stays.
    pub fn write_wish(&self, wish: Wish) -> io::Result<()> {
        self.replace("wish.json", &serde_json::to_vec(&WishRow { wish: wish.as_str().to_owned() })?)
    }

    /// What people want of the run; to go on, where nobody said anything.
    pub fn wish(&self) -> Wish {
        let row = fs::read(self.path.join("wish.json")).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        row.and_then(|row: WishRow| Wish::parse(&row.wish)).unwrap_or_default()
    }

    /// Adds lines to `metrics.jsonl`, all at once.
    ///
    /// # Errors
    /// When the disk is full; then a line may be cut, which readers leave out.
    pub fn add_figures(&self, figures: &[Figure]) -> io::Result<()> {
        let mut lines = Vec::new();
        for figure in figures {
            serde_json::to_writer(&mut lines, &row_of(figure))?;
            lines.push(b'\n');
        }
        File::options().append(true).create(true).open(self.metrics())?.write_all(&lines)
    }

    /// Leaves only figures up to this step, so that a run that goes on from a checkpoint writes the rest anew.
    ///
    /// # Errors
    /// When the disk is full; the old figures stay.
    pub fn cut_figures(&self, after_step: u64) -> io::Result<()> {
        let text = match fs::read(self.metrics()) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let is_kept = |line: &&[u8]| {
            line.ends_with(b"\n") && serde_json::from_slice::<FigureRow>(line).is_ok_and(|row| row.step <= after_step)
        };
        let kept: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').filter(is_kept).collect();
        self.replace("metrics.jsonl", &kept.concat())
    }

    /// The figures from this place in the file on; the place moves behind them. A file that became shorter, because its run
    /// went on from a checkpoint, is read anew from its beginning: whoever draws curves leaves out of a curve what stands
    /// at or after the step of a new point.
    pub fn figures_from(&self, offset: &mut u64) -> Vec<Figure> {
        let Ok(mut file) = File::open(self.metrics()) else { return Vec::new() };
        let len = file.metadata().map_or(0, |facts| facts.len());
        if len < *offset {
            *offset = 0;
        }
        let mut bytes = Vec::new();
        let read = file.seek(SeekFrom::Start(*offset)).and_then(|_| file.read_to_end(&mut bytes));
        // A line without an end is being written.
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        if read.is_err() {
            return Vec::new();
        }
        *offset += whole as u64;
        bytes[..whole].split(|&byte| byte == b'\n').filter_map(figure_of).collect()
    }

    /// The newest figures, from the last `bytes` of the file.
    pub fn last_figures(&self, bytes: u64) -> Vec<Figure> {
        let len = fs::metadata(self.metrics()).map_or(0, |facts| facts.len());
        // The first line is cut, and left out with that.
        self.figures_from(&mut len.saturating_sub(bytes))
    }

    /// The lock that a trainer holds; none where another one has it.
    ///
    /// # Errors
    /// When the file can't be made, or the file system knows no locks.
    pub fn try_lock(&self) -> io::Result<Option<TrainingLock>> {
        let file = File::options().create(true).truncate(false).write(true).open(self.lock_file())?;
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Some(TrainingLock { _file: file })),
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Whether a trainer is at work here.
    pub fn is_locked(&self) -> bool {
        let Ok(file) = File::open(self.lock_file()) else { return false };
        // Shared, so that several can look at once; free again when the file is closed.
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    fn lock_file(&self) -> PathBuf {
        self.path.join("lock")
    }

    /// Puts a file in place of an old one, so that nobody ever reads half of it.
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let part = self.path.join(format!(".{name}.{}", std::process::id()));
        let placed = fs::write(&part, bytes).and_then(|()| fs::rename(&part, self.path.join(name)));
        if placed.is_err() {
            // Half a file only takes room.
            let _ = fs::remove_file(&part);
        }
        placed
    }
}

/// Without a lock, but only because its trainer was started a moment ago.
fn is_just_starting(status: &RunStatus) -> bool {
    let is_starting = status.state == RunState::Preparing && status.stage == STARTING;
    is_starting && now_ms().abs_diff(status.updated_at_ms) < STARTING_MS
}

/// The time as it stands in a status.
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

fn unreadable() -> RunStatus {
    RunStatus {
        state: RunState::Interrupted,
        stage: String::new(),
        step: 0,
        num_steps: 0,
        eta_secs: None,
        films_ready: [0; 2],
        best: None,
        message: Some("How this run stands can't be read: its status is damaged.".to_owned()),
        advice: Some("Go on from its last checkpoint.".to_owned()),
        device: String::new(),
        updated_at_ms: 0,
    }
}

fn rows_in(path: &Path) -> Vec<PredictionRow> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn steps_in(folder: &Path, ending: &str) -> Vec<u64> {
    let step = |entry: fs::DirEntry| {
        entry.file_name().to_str()?.strip_prefix("step-")?.strip_suffix(ending)?.parse::<u64>().ok()
    };
    let mut steps: Vec<u64> = fs::read_dir(folder).into_iter().flatten().flatten().filter_map(step).collect();
    steps.sort_unstable();
    steps
}

fn row_of(figure: &Figure) -> FigureRow {
    let value = figure.value.is_finite().then_some(figure.value);
    FigureRow { step: figure.step, of: figure.of.as_str().to_owned(), name: figure.name.clone(), value }
}

fn figure_of(line: &[u8]) -> Option<Figure> {
    let row: FigureRow = serde_json::from_slice(line).ok()?;
    let value = row.value.unwrap_or(f64::NAN);
    Some(Figure { step: row.step, of: FigureOf::parse(&row.of)?, name: row.name, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(state: RunState) -> RunStatus {
        RunStatus {
            state,
            stage: "Learning".into(),
            step: 3,
            num_steps: 10,
            eta_secs: Some(1.5),
            films_ready: [2, 2],
            best: Some(Best { name: "AUROC".into(), value: 0.75, step: 2 }),
            message: None,
            advice: None,
            device: "cpu".into(),
            updated_at_ms: 5,
        }
    }

    fn figure(step: u64, of: FigureOf, value: f64) -> Figure {
        Figure { step, of, name: "loss".into(), value }
    }

    #[test]
    fn a_run_without_its_trainer_was_interrupted() {
        let place = tempfile::tempdir().unwrap();
        let folder = TrainingFolder::open(place.path());
        assert_eq!(folder.status(), None);
        for state in RunState::ALL {
            folder.write_status(&status(state)).unwrap();
            let expected = if state.is_live() { RunState::Interrupted } else { state };
            assert_eq!(folder.status().unwrap().state, expected);
            let lock = folder.try_lock().unwrap().unwrap();
            assert_eq!(folder.status(), Some(status(state)), "a trainer lives");
            drop(lock);
        }
        fs::write(place.path().join("status.json"), "{\"state\":").unwrap();
        assert_eq!(folder.status().unwrap().state, RunState::Interrupted);
        let names: Vec<_> = fs::read_dir(place.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "lock and status alone: {names:?}");
    }

    #[test]
    fn a_run_that_is_being_started_is_not_interrupted() {
        let place = tempfile::tempdir().unwrap();
        let folder = TrainingFolder::open(place.path());
        let starting = |age_ms: i64| RunStatus {
            stage: STARTING.into(),
            updated_at_ms: now_ms() - age_ms,
            ..status(RunState::Preparing)
        };
        for (age_ms, expected) in [(0, RunState::Preparing), (100_000, RunState::Interrupted)] {
            folder.write_status(&starting(age_ms)).unwrap();
            assert_eq!(folder.status().unwrap().state, expected, "{age_ms}");
        }
        // Once its trainer spoke, it speaks for itself.
        let spoke = RunStatus { stage: "Bringing films into size".into(), ..starting(0) };
        folder.write_status(&spoke).unwrap();
        assert_eq!(folder.status().unwrap().state, RunState::Interrupted);
    }

    #[test]
    fn two_trainers_never_work_on_one_run() {
        let place = tempfile::tempdir().unwrap();
        let folder = TrainingFolder::open(place.path());
        assert!(!folder.is_locked());
        let lock = folder.try_lock().unwrap();
        assert!(lock.is_some() && folder.is_locked());
        assert!(folder.try_lock().unwrap().is_none());
        drop(lock);
        assert!(!folder.is_locked());
    }

    #[test]
    fn wishes_are_kept() {
        let place = tempfile::tempdir().unwrap();
        let folder = TrainingFolder::open(place.path());
        assert_eq!(folder.wish(), Wish::GoOn);
        for wish in Wish::ALL {
            folder.write_wish(wish).unwrap();
            assert_eq!(folder.wish(), wish);
        }
    }

    #[test]
    fn figures_are_followed_and_cut_back() {
        let place = tempfile::tempdir().unwrap();
        let folder = TrainingFolder::open(place.path());
        let mut offset = 0;
        assert_eq!(folder.figures_from(&mut offset), []);
        folder.cut_figures(0).unwrap();
        let first = [figure(1, FigureOf::Train, 0.1 + 0.2), figure(1, FigureOf::Device, 5.0)];
        folder.add_figures(&first).unwrap();
        assert_eq!(folder.figures_from(&mut offset), first);
        assert_eq!(folder.figures_from(&mut offset), []);
        let second = [figure(2, FigureOf::Dev, 1.0), figure(3, FigureOf::Train, 2.0)];
        folder.add_figures(&second).unwrap();
        // As a process leaves it that was killed while it wrote.
        File::options().append(true).open(folder.metrics()).unwrap().write_all(b"{\"step\":1").unwrap();
        assert_eq!(folder.figures_from(&mut offset), second);
        folder.cut_figures(2).unwrap();
        folder.add_figures(&[figure(3, FigureOf::Train, 4.0)]).unwrap();
        let mut anew = 0;
        let all = folder.figures_from(&mut anew);
        assert_eq!(all.iter().map(|f| f.value).collect::<Vec<_>>(), [0.1 + 0.2, 5.0, 1.0, 4.0]);
        folder.cut_figures(1).unwrap();
        assert_eq!(folder.figures_from(&mut offset), first, "a shorter file is read anew");
        assert_eq!(folder.last_figures(1 << 20), first);
        assert_eq!(folder.last_figures(60), first[1..], "a line that is cut says nothing");
        folder.add_figures(&[figure(2, FigureOf::Train, f64::INFINITY)]).unwrap();
        assert!(folder.figures_from(&mut offset)[0].value.is_nan());
    }

    #[test]
    fn checkpoints_and_samples_are_found_by_their_steps() {
        let place = tempfile::tempdir().unwrap();
        let folder = TrainingFolder::open(place.path());
        assert_eq!(folder.checkpoint_steps(), [0; 0]);
        fs::create_dir(folder.checkpoints()).unwrap();
        for path in [folder.checkpoint(10), folder.checkpoint(9), folder.best_checkpoint()] {
            fs::write(path, "").unwrap();
        }
        fs::write(folder.checkpoints().join(".step-11.safetensors.part"), "").unwrap();
        assert_eq!(folder.checkpoint_steps(), [9, 10]);
        fs::create_dir(place.path().join("samples")).unwrap();
        fs::write(folder.samples(10), "{\"image_id\":\"a\",\"model\":0,\"probability\":0.5}\n{\"image").unwrap();
        assert_eq!(folder.sample_steps(), [10]);
        assert_eq!(folder.read_samples(10)[0].probability, Some(0.5));
        assert_eq!(folder.start(), None);
        fs::write(place.path().join("start.pth"), "").unwrap();
        assert_eq!(folder.start(), Some(place.path().join("start.pth")));
    }
}
