//! Runs of training: asked for, queued, started, gone on with, told to pause or stop.
//!
//! A run's folder is all that its trainer knows; the project's row is what must outlive the folder. Test films are kept out
//! here before a run is made and again before it is started, by the content of their files.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};

use crate::domain::model::{Architecture, ModelContent, ModelTask, hex_from_hash};
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::training::dataset::{DatasetId, FrozenDataset, Split};
use crate::domain::training::parameters::Key;
use crate::domain::training::run::{RunState, RunStatus, Wish};
use crate::domain::training::spec::{StartChoice, StartFrom, TrainingId, TrainingRequest, TrainingSpec, is_trainable};
use crate::formats::{frozen_dataset, model_file, training_spec};
use crate::jobs::protocol::FilmRef;
use crate::jobs::training_folder::{STARTING, TrainingFolder};
use crate::jobs::{EngineProgram, Trainer, TrainerEnd, training_folder};
use crate::store::{NewTraining, Store, StoredTraining};

use super::datasets;
use super::evaluation_runs::Maker;
use super::model_files::{self, FileKind};
use super::models::Doer;
use super::predict::film_ref;
use super::train_leaks;

/// A run as people see it.
#[derive(Clone, PartialEq, Debug)]
pub struct TrainingSummary {
    pub stored: StoredTraining,
    /// None where its folder is gone.
    pub status: Option<RunStatus>,
}

impl TrainingSummary {
    pub fn state(&self) -> Option<RunState> {
        self.status.as_ref().map(|status| status.state)
    }
}

/// Puts a run at the end of the queue.
///
/// # Errors
/// One sentence where it can't be: then nothing is made. A run on films that are locked for testing is refused, and the
/// project remembers that it was asked for.
pub fn add(store: &mut Store, request: &TrainingRequest, doer: Doer<'_>) -> anyhow::Result<TrainingId> {
    let nothing = "Nothing was started.";
    let architecture = request.architecture;
    if !is_trainable(architecture) {
        bail!("A TorchScript module can't be trained. {nothing} Choose another network.");
    }
    if request.recipe.task() != architecture.task() {
        bail!("These parameters are not those of {}. {nothing} Choose the preset again.", architecture.as_str());
    }
    request.recipe.check_together().map_err(|refused| anyhow!("{refused}. {nothing}"))?;
    let (dataset, text) = dataset(store, request.dataset)?;
    datasets::refuse_locked_films(store, &dataset, maker(doer))?;
    train_leaks::refuse_leaks(store, &dataset, &request.start, maker(doer))?;
    has_enough(&dataset, request)?;
    let name = match request.name.trim() {
        "" => format!("{} on {}", architecture.as_str(), dataset.plan.name),
        name => name.to_owned(),
    };
    let runs = store.folder().join("runs");
    fs::create_dir_all(&runs).with_context(|| format!("{} can't be made. {nothing}", runs.display()))?;
    let staged = new_folder(&runs)?;
    let made = fill_folder(store, &staged, request, &name, &text).and_then(|()| {
        let new = NewTraining {
            name: name.clone(),
            architecture: architecture.as_str().to_owned(),
            preset: request.preset.as_str().to_owned(),
            dataset: request.dataset,
            group: request.group.clone(),
            made_at_ms: doer.at_ms,
            made_by: doer.by.to_owned(),
        };
        Ok(store.add_training(&new, &staged)?)
    });
    if made.is_err() {
        // Half a run is none.
        let _ = fs::remove_dir_all(&staged);
    }
    made
}

fn fill_folder(
    store: &Store,
    staged: &Path,
    request: &TrainingRequest,
    name: &str,
    dataset: &str,
) -> anyhow::Result<()> {
    let start = copy_start(store, staged, request)?;
    let spec = TrainingSpec {
        name: name.to_owned(),
        architecture: request.architecture,
        dataset_sha256: frozen_dataset::sha256(dataset),
        preset: request.preset,
        recipe: request.recipe.clone(),
        start,
        device: request.device.clone(),
        num_threads: request.num_threads,
        group: request.group.clone(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let folder = TrainingFolder::open(staged);
    let status = RunStatus {
        state: RunState::Waiting,
        stage: "Waiting".to_owned(),
        step: 0,
        num_steps: spec.recipe.whole(Key::Iterations),
        eta_secs: None,
        films_ready: [0; 2],
        best: None,
        message: None,
        advice: None,
        device: String::new(),
        updated_at_ms: 0,
    };
    fs::write(folder.spec(), training_spec::to_json(&spec))
        .and_then(|()| fs::write(folder.dataset(), dataset))
        .and_then(|()| folder.write_status(&status))
        .context("The run's folder can't be written. Nothing was started")
}

/// Copies the weights that the run starts from, so that nothing that happens to the project's models changes the run.
fn copy_start(store: &Store, staged: &Path, request: &TrainingRequest) -> anyhow::Result<StartFrom> {
    let (from, description) = match &request.start {
        StartChoice::Nothing => return Ok(StartFrom::Nothing),
        StartChoice::Model(id) => {
            let model =
                store.model(*id)?.context("The model to start from is not in the project. Nothing was started.")?;
            let name = model.full_name();
            let ModelContent::Weights { architecture, .. } = &model.content else {
                bail!("{name} is an ensemble, which has no weights of its own. Nothing was started. Choose a member.");
            };
            if model.is_deleted {
                bail!("{name} is deleted; its weights are gone. Nothing was started. Choose another model.");
            }
            if architecture.task() != request.architecture.task() {
                let can = architecture.task().as_str();
                bail!("{name} can only {can}. Nothing was started. Choose a model of the same task.");
            }
            let path = store.model_path(&model).context("The model's file is not named. Nothing was started.")?;
            (path, format!("{} (version {})", model.name, model.version))
        }
        StartChoice::File(path) => {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            (path.clone(), name)
        }
    };
    let ending = match model_files::look(&from)?.kind {
        FileKind::SafeTensors => "safetensors",
        FileKind::StateDict => "pth",
        FileKind::TorchScript => {
            bail!("{description} is a TorchScript module, which can't be trained. Nothing was started.")
        }
    };
    let to = staged.join(format!("start.{ending}"));
    let cannot = || format!("{description} can't be copied into the run's folder. Nothing was started");
    fs::copy(&from, &to).with_context(cannot)?;
    let sha256 = model_file::sha256(&to).with_context(cannot)?;
    Ok(StartFrom::Weights { description, sha256 })
}

/// The frozen data set as it lies in the project, and its text.
///
/// # Errors
/// When it is gone, or is not as it was frozen.
pub fn dataset(store: &Store, id: DatasetId) -> anyhow::Result<(FrozenDataset, String)> {
    let (_, dataset) = datasets::open(store, id)?;
    let path = store.dataset_file(id);
    let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
    Ok((dataset, text))
}

const fn maker(doer: Doer<'_>) -> Maker<'_> {
    Maker { by: doer.by, at_ms: doer.at_ms }
}

/// Without one film of each kind nothing can be learned.
fn has_enough(dataset: &FrozenDataset, request: &TrainingRequest) -> anyhow::Result<()> {
    let of = |split| dataset.films.iter().filter(move |film| film.split == split);
    let nothing = format!("in the data set {}. Nothing was started.", dataset.plan.name);
    let name_of = |split| if split == Split::Train { "to learn from" } else { "to choose the best checkpoint by" };
    for split in [Split::Train, Split::Dev] {
        let what = name_of(split);
        match request.architecture.task() {
            ModelTask::Classify => {
                let num_abnormal = of(split).filter(|film| film.is_abnormal).count();
                if num_abnormal == 0 || num_abnormal == of(split).count() {
                    bail!("A classifier needs normal and abnormal films {what}, which are not {nothing}");
                }
            }
            ModelTask::Detect => {
                if !of(split).any(|film| !film.boxes.is_empty()) {
                    bail!("A detector needs films with boxes {what}, which are not {nothing}");
                }
            }
        }
    }
    Ok(())
}

/// A folder that nothing looks at yet.
fn new_folder(runs: &Path) -> anyhow::Result<PathBuf> {
    for number in 0..1000 {
        let path = runs.join(format!(".training-{}-{number}", std::process::id()));
        match fs::create_dir(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => {
                made.with_context(|| format!("{} can't be written. Nothing was started", runs.display()))?;
                return Ok(path);
            }
        }
    }
    bail!("{} is full of unfinished runs. Remove what begins with .training", runs.display())
}

/// The run's folder.
pub fn folder(store: &Store, id: TrainingId) -> TrainingFolder {
    TrainingFolder::open(store.training_folder(id))
}

/// What the run is to do.
///
/// # Errors
/// When its folder is gone or was changed by hand.
pub fn spec(store: &Store, id: TrainingId) -> anyhow::Result<TrainingSpec> {
    let path = folder(store, id).spec();
    let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
    training_spec::parse(&text).with_context(|| format!("{} can't be used", path.display()))
}

/// Every run, the newest first.
///
/// # Errors
/// When the project can't be read.
pub fn list(store: &Store) -> anyhow::Result<Vec<TrainingSummary>> {
    let summary = |stored: StoredTraining| TrainingSummary { status: folder(store, stored.id).status(), stored };
    Ok(store.trainings()?.into_iter().map(summary).collect())
}

/// The runs that wait, the next one first.
///
/// # Errors
/// When the project can't be read.
pub fn queue(store: &Store) -> anyhow::Result<Vec<TrainingId>> {
    let mut waiting = list(store)?;
    waiting.retain(|run| run.state() == Some(RunState::Waiting));
    waiting.sort_by_key(|run| run.stored.position);
    Ok(waiting.into_iter().map(|run| run.stored.id).collect())
}

/// Whether a run is still in the queue.
pub fn is_waiting(store: &Store, id: TrainingId) -> bool {
    folder(store, id).status().is_some_and(|status| status.state == RunState::Waiting)
}

/// The run that is to start now: the first that waits, where none is at work.
///
/// # Errors
/// When the project can't be read.
pub fn next(store: &Store) -> anyhow::Result<Option<TrainingId>> {
    let is_busy = list(store)?.iter().any(|run| run.state().is_some_and(RunState::is_live));
    Ok(if is_busy { None } else { queue(store)?.first().copied() })
}

/// Moves a run that waits to the front of the queue.
///
/// # Errors
/// When the project can't be written.
pub fn put_first(store: &mut Store, id: TrainingId) -> anyhow::Result<()> {
    let waiting = queue(store)?;
    Ok(store.move_training(id, &waiting, 0)?)
}

/// Starts a run that waits, or goes on with one that was stopped, failed or was interrupted, from its last checkpoint.
///
/// # Errors
/// When it can't be, or is at work already. Films that were locked since are refused, as in [`add`].
pub fn start(store: &mut Store, id: TrainingId, program: &EngineProgram, doer: Doer<'_>) -> anyhow::Result<Trainer> {
    let stored = store.training(id)?.with_context(|| format!("The project has no run number {}.", id.0))?;
    let folder = folder(store, id);
    let name = &stored.content.name;
    let before = folder.status();
    let gone = || format!("The folder of the run {name} is gone, so it can't be started. Make a new run.");
    let before = before.with_context(gone)?;
    match before.state {
        RunState::Completed => bail!("The run {name} is completed. To train on, start a new run from its model."),
        state if state.is_live() => bail!("The run {name} is at work already. Nothing was changed."),
        _ => {}
    }
    let text = fs::read_to_string(folder.dataset()).with_context(gone)?;
    let dataset = frozen_dataset::parse(&text)?;
    if frozen_dataset::sha256(&text) != spec(store, id)?.dataset_sha256 {
        bail!("The data set in the folder of the run {name} is not the one it was made with. Make a new run.");
    }
    datasets::refuse_locked_films(store, &dataset, maker(doer))?;
    let films = films(store, &dataset)?;
    // Until the trainer has its lock, or for a minute, others read this as a run that is at work.
    let starting = RunStatus {
        state: RunState::Preparing,
        stage: STARTING.to_owned(),
        updated_at_ms: training_folder::now_ms(),
        message: None,
        advice: None,
        eta_secs: None,
        ..before.clone()
    };
    folder
        .write_wish(Wish::GoOn)
        .and_then(|()| folder.write_status(&starting))
        .context("The run's folder can't be written. Nothing was started")?;
    let mut trainer = match Trainer::start(program, &folder, &films) {
        Ok(trainer) => trainer,
        Err(failure) => {
            // As it was: the failure itself is what is told.
            let _ = folder.write_status(&before);
            return Err(anyhow!(failure.in_full()));
        }
    };
    wait_until_at_work(&mut trainer);
    store.add_event(&ProjectEvent {
        at_ms: doer.at_ms,
        by: doer.by.to_owned(),
        kind: EventKind::TrainingStarted,
        what: format!("The run {name} was started on the data set {}.", dataset.plan.name),
        films: Vec::new(),
    })?;
    Ok(trainer)
}

/// Where the films to learn from and to choose by lie. With a film that left the project nothing is started: what was made
/// ready of it before would be learned from all the same.
fn films(store: &Store, dataset: &FrozenDataset) -> anyhow::Result<Vec<FilmRef>> {
    let mut films = Vec::new();
    let mut gone = Vec::new();
    for film in dataset.films.iter().filter(|film| film.split != Split::Test) {
        let Some(entry) = store.film(&film.image)? else {
            gone.push(film.image.as_str());
            continue;
        };
        let mut film = film_ref(&entry);
        film.path = std::path::absolute(&film.path).unwrap_or(film.path);
        films.push(film);
    }
    if let Some(first) = gone.first() {
        let (num, name) = (gone.len(), &dataset.plan.name);
        let films = if num == 1 { "1 film".to_owned() } else { format!("{num} films") };
        bail!(
            "The training was not started: {films} of data set {name:?} left the project (the first is {first}). Bring them \
             back, or freeze the data set again and make a new run."
        );
    }
    Ok(films)
}

/// How long a trainer may take to say that it is at work, before it is followed like one that says so late.
const AT_WORK_WITHIN: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Until the trainer holds its folder or is gone: whoever looks next finds the run as it is.
fn wait_until_at_work(trainer: &mut Trainer) {
    let from = Instant::now();
    while !trainer.folder().is_locked() && trainer.ended().is_none() && from.elapsed() < AT_WORK_WITHIN {
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Tells a run that is at work what people want of it.
///
/// # Errors
/// When it is not at work, or its folder can't be written.
pub fn tell(store: &Store, id: TrainingId, wish: Wish) -> anyhow::Result<()> {
    let folder = folder(store, id);
    if !folder.status().is_some_and(|status| status.state.is_live()) {
        bail!("Run {} is not at work, so it can't be told anything. Go on with it first.", id.0);
    }
    folder.write_wish(wish).context("The run's folder can't be written, so the run goes on as before")
}

/// What a trainer's end means for its run: one that died has left it interrupted, and why is written for people.
///
/// # Errors
/// When the project can't be written.
pub fn settle(store: &mut Store, id: TrainingId, end: &TrainerEnd, doer: Doer<'_>) -> anyhow::Result<()> {
    let stored = store.training(id)?.with_context(|| format!("The project has no run number {}.", id.0))?;
    let folder = folder(store, id);
    let Some(mut status) = folder.status() else { return Ok(()) };
    // Another trainer may have been quicker; then the folder is that one's.
    if let TrainerEnd::Died(failure) = end
        && (status.state == RunState::Interrupted || status.state.is_live())
        && !folder.is_locked()
    {
        status.state = RunState::Interrupted;
        status.message = Some(failure.message.clone());
        status.advice = failure.advice.clone().or(Some("Go on with it: it begins at its last checkpoint.".to_owned()));
        status.eta_secs = None;
        // A full disk may be why it died; then the folder says what it said before.
        if let Err(error) = folder.write_status(&status) {
            tracing::warn!(%error, "how a run of training ended can't be written");
        }
    }
    let how = status.state.as_str();
    Ok(store.add_event(&ProjectEvent {
        at_ms: doer.at_ms,
        by: doer.by.to_owned(),
        kind: EventKind::TrainingEnded,
        what: format!("The run {} is {how} at step {} of {}.", stored.content.name, status.step, status.num_steps),
        films: Vec::new(),
    })?)
}

/// Takes a run out of the project with all that it wrote; the model that came of it stays.
///
/// # Errors
/// While it is at work.
pub fn delete(store: &mut Store, id: TrainingId) -> anyhow::Result<()> {
    let folder = folder(store, id);
    if folder.is_locked() || folder.status().is_some_and(|status| status.state.is_live()) {
        bail!("Run {} is at work. Nothing was deleted. Stop it first.", id.0);
    }
    Ok(store.delete_training(id)?)
}

/// The request that goes on with a model on another data set, everything else as the run that made it had it.
///
/// # Errors
/// When no model came of the run yet.
pub fn continue_with(store: &Store, id: TrainingId, dataset: DatasetId) -> anyhow::Result<TrainingRequest> {
    let stored = store.training(id)?.with_context(|| format!("The project has no run number {}.", id.0))?;
    let model = stored.made_model.with_context(|| {
        format!("No model of the run {} is in the project yet. Take its model in first.", stored.content.name)
    })?;
    let spec = spec(store, id)?;
    Ok(TrainingRequest {
        name: spec.name,
        architecture: spec.architecture,
        dataset,
        preset: spec.preset,
        recipe: spec.recipe,
        start: StartChoice::Model(model),
        device: spec.device,
        num_threads: spec.num_threads,
        group: None,
    })
}

/// Puts three classifiers at the end of the queue that become one model, called `group`: all of them or none.
///
/// # Errors
/// As [`add`]; and where runs are called so together already, or a number would be their name, which means a single run.
pub fn add_ensemble(
    store: &mut Store,
    request: &TrainingRequest,
    group: &str,
    doer: Doer<'_>,
) -> anyhow::Result<Vec<TrainingId>> {
    let group = group.trim();
    if group.is_empty() || group.parse::<i64>().is_ok() {
        bail!("An ensemble is called by a name that is no number. Nothing was started. Choose another name.");
    }
    if store.trainings()?.iter().any(|run| run.content.group.as_deref() == Some(group)) {
        bail!("Runs are called {group:?} together already. Nothing was started. Choose another name for these.");
    }
    let mut ids = Vec::new();
    for one in three_classifiers(request, group)? {
        match add(store, &one, doer) {
            Ok(id) => ids.push(id),
            Err(error) => {
                for id in ids {
                    store.delete_training(id)?;
                }
                return Err(error);
            }
        }
    }
    Ok(ids)
}

/// Three classifiers in one go: the paper's networks, or three seeds of a small one, each a run of one group.
///
/// # Errors
/// When the network is no classifier.
fn three_classifiers(request: &TrainingRequest, group: &str) -> anyhow::Result<Vec<TrainingRequest>> {
    if request.architecture.task() != ModelTask::Classify {
        bail!("Ensembles are of classifiers. Nothing was started. Choose a classifier.");
    }
    let paper = [Architecture::DenseNet121, Architecture::DenseNet169, Architecture::DenseNet201];
    let is_paper = paper.contains(&request.architecture);
    let seed = request.recipe.whole(Key::Seed);
    let one = |(n, paper): (u64, Architecture)| {
        let architecture = if is_paper { paper } else { request.architecture };
        let mut recipe = request.recipe.clone();
        if !is_paper {
            // A seed is within the range of 32 bits.
            let seed = (seed + n) % (u64::from(u32::MAX) + 1);
            let _ = recipe.set(Key::Seed, crate::domain::training::parameters::Value::Whole(seed));
        }
        let which =
            if is_paper { architecture.as_str().to_owned() } else { format!("seed {}", recipe.whole(Key::Seed)) };
        TrainingRequest {
            name: format!("{group}, {which}"),
            architecture,
            recipe,
            group: Some(group.to_owned()),
            ..request.clone()
        }
    };
    Ok((0..).zip(paper).map(one).collect())
}

/// Hash of the weights that a run starts from, in hexadecimal digits; empty where it starts from nothing.
pub fn start_hash(spec: &TrainingSpec) -> String {
    match &spec.start {
        StartFrom::Nothing => String::new(),
        StartFrom::Weights { sha256, .. } => hex_from_hash(sha256),
    }
}
