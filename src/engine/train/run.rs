//! A run from its folder to its model: films into size, a network, the loop, the outcome; and how each end is told.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rachis::domain::model::hex_from_hash;
use rachis::domain::training::dataset::{FrozenDataset, Split};
use rachis::domain::training::parameters::Key;
use rachis::domain::training::run::{FigureOf, RunState, Wish};
use rachis::domain::training::spec::TrainingSpec;
use rachis::formats::{frozen_dataset, training_spec};
use rachis::jobs::CancelToken;
use rachis::jobs::protocol::FilmRef;
use rachis::jobs::training_folder::TrainingFolder;
use tch::Device;

use super::checkpoint::{Note, unwritten};
use super::data::cache::{self, Cache, Prepared, Wanted, refuse_locked};
use super::data::feeder::{FeedPlan, Feeder};
use super::data::input_rule::InputRule;
use super::desk::Desk;
use super::dev::DevFilms;
use super::kept;
use super::learn::{self, End, Lesson};
use super::lost_films;
use super::outcome::{self, Learned};
use super::start;
use super::starter::Starter;
use crate::device;
use crate::failure::{Failure, caught};

/// Train a network as a run's folder says, or go on with it.
#[derive(clap::Args, Debug)]
pub struct TrainArgs {
    /// The run's folder, with spec.json and dataset.json. The films come on stdin, one JSON object a line, then an empty
    /// line.
    folder: PathBuf,
}

/// Runs it; how it ends stands in the folder's status.
pub fn run(args: &TrainArgs) -> Result<(), Failure> {
    let folder = TrainingFolder::open(&args.folder);
    let lock = folder.try_lock().map_err(|error| Failure::new(format!("The run's folder can't be used ({error}).")))?;
    let Some(_lock) = lock else {
        return Err(Failure::new("Another program is at work on this run already. Nothing was changed."));
    };
    let (starter, films) = Starter::listen(BufReader::new(std::io::stdin()));
    let mut desk = Desk::new(folder, starter);
    desk.tell_now();
    let end = caught(|| whole(&mut desk, &films)).map_err(|failure| in_words(failure, &desk.folder));
    finish(&mut desk, &end);
    end.map(drop)
}

/// Every end is told in the status.
fn finish(desk: &mut Desk, end: &Result<End, Failure>) {
    desk.status.eta_secs = None;
    desk.status.stage = String::new();
    let told = desk.status.message.take();
    (desk.status.state, desk.status.message, desk.status.advice) = match end {
        // Films that were left out, a best checkpoint that was lost.
        Ok(End::Completed) => (RunState::Completed, told, None),
        Ok(End::Stopped) => {
            let step = desk.status.step;
            let why = if desk.is_starter_gone() {
                format!("Stopped after step {step}, because the program that started it ended.")
            } else {
                format!("Stopped after step {step}.")
            };
            (RunState::Stopped, Some(told.map_or_else(|| why.clone(), |told| format!("{why} {told}"))), None)
        }
        Err(failure) => (RunState::Failed, Some(failure.message.clone()), failure.advice.clone()),
    };
    desk.tell_now();
    if matches!(end, Ok(End::Completed)) {
        // After the status: a run that says it is complete needs no films any more.
        let _ = std::fs::remove_dir_all(desk.folder.cache());
    }
}

/// What libtorch says of a device, in the words of a run.
fn in_words(failure: Failure, folder: &TrainingFolder) -> Failure {
    let kept = folder.checkpoint_steps().last().map_or_else(
        || "No checkpoint was written yet".to_owned(),
        |step| format!("The checkpoint of step {step} is kept"),
    );
    if failure.message.contains("ran out of memory") {
        let whose = if failure.message.contains("graphics card") { "graphics card" } else { "computer" };
        return Failure {
            message: format!("The {whose} ran out of memory, and the run stopped. {kept}."),
            advice: Some(
                "Close other programs and go on with the run. If it happens again, start a new run with more parts of a step, fewer films a step, or smaller films."
                    .to_owned(),
            ),
        };
    }
    if failure.message.contains("CUDA error") || failure.message.contains("CUDA driver") {
        return Failure {
            message: format!("The graphics card does not answer any more ({}). {kept}.", failure.message),
            advice: Some(
                "Restart the computer if other programs miss the card too, then go on with the run.".to_owned(),
            ),
        };
    }
    failure
}

/// What a run is to do, read and held against each other.
struct Task {
    spec: TrainingSpec,
    dataset: Arc<FrozenDataset>,
    spec_sha256: String,
    dataset_sha256: String,
}

impl Task {
    fn read(folder: &TrainingFolder) -> Result<Self, Failure> {
        let text = |path: &Path, what: &str| {
            let absent = |error| Failure::new(format!("The run's {what} can't be read ({error}). Start the run anew."));
            std::fs::read_to_string(path).map_err(absent)
        };
        let spec_text = text(&folder.spec(), "specification")?;
        let spec = training_spec::parse(&spec_text)
            .map_err(|error| Failure::new(format!("The run's specification can't be used: {error}.")))?;
        let dataset_text = text(&folder.dataset(), "data set")?;
        let dataset = frozen_dataset::parse(&dataset_text).map_err(|error| Failure::new(error.to_string()))?;
        let sha256 = frozen_dataset::sha256(&dataset_text);
        if sha256 != spec.dataset_sha256 {
            return Err(Failure::new(
                "The run's data set is not the one that the run was made for. Nothing was learned. Start the run anew.",
            ));
        }
        refuse_locked(&dataset)?;
        Ok(Self {
            spec_sha256: what_is_learned(&spec_text)?,
            spec,
            dataset: Arc::new(dataset),
            dataset_sha256: hex_from_hash(&sha256),
        })
    }
}

/// A hash of all that decides what a run learns, as its specification says it: the run may go on under another name, or on
/// another device, and by a later program that knows more parameters.
fn what_is_learned(spec_text: &str) -> Result<String, Failure> {
    let unfit = |error| Failure::new(format!("The run's specification can't be used: {error}."));
    let mut rows: BTreeMap<String, serde_json::Value> = serde_json::from_str(spec_text).map_err(unfit)?;
    for key in ["name", "device", "num_threads", "group", "program_version"] {
        rows.remove(key);
    }
    Ok(hex_from_hash(&frozen_dataset::sha256(&serde_json::to_string(&rows).map_err(unfit)?)))
}

/// A run that learned on a graphics card and finds none would go on a hundred times slower without a word.
fn refuse_processor(asked: Option<&str>, before: &str, device: Device) -> Result<(), Failure> {
    if asked.is_some() || !before.starts_with("cuda") || device != Device::Cpu {
        return Ok(());
    }
    Err(Failure {
        message: format!("The run was on the graphics card {before}, and there is none now. Nothing was changed."),
        advice: Some(
            "See that the card and its driver are there, or restart the computer, then go on with the run. To go on slowly on the processor, write \"device\": \"cpu\" into spec.json in the run's folder."
                .to_owned(),
        ),
    })
}

fn whole(desk: &mut Desk, films: &Receiver<Result<Vec<FilmRef>, Failure>>) -> Result<End, Failure> {
    let task = Task::read(&desk.folder)?;
    let recipe = &task.spec.recipe;
    let device = device::parse(task.spec.device.as_deref())?;
    refuse_processor(task.spec.device.as_deref(), &desk.status.device, device)?;
    desk.status.device = match device {
        Device::Cuda(number) => format!("cuda:{number}"),
        _ => "cpu".to_owned(),
    };
    desk.status.num_steps = recipe.whole(Key::Iterations);
    kept::sweep(&desk.folder)?;
    let kept = kept::last(&desk.folder, |note| is_of(note, &task))?;
    let mut note = kept.as_ref().map_or_else(|| first_note(&task), |kept| kept.note.clone());
    desk.status.step = note.step;
    desk.status.best.clone_from(&note.best);
    // Of a process that was killed right after its checkpoint, or before one.
    kept::name_best(&desk.folder, note.best.as_ref())?;
    kept::forget_unnamed(&desk.folder);

    let films = films.recv().map_err(|_| Failure::new("The list of films did not come."))??;
    let left_out =
        (note.step > 0).then(|| note.left_out.take().unwrap_or_else(|| cache::failed_before(&desk.folder.cache())));
    let Some(Prepared { cache, failed }) = prepare(desk, &task, &films, left_out.as_ref())? else {
        return Ok(End::Stopped);
    };
    desk.status.message = lost_films::told(failed.len());
    if left_out.is_none() {
        lost_films::refuse(&task.dataset, recipe.task(), &failed)?;
    }
    note.left_out = Some(failed.iter().map(|film| film.image.as_str().to_owned()).collect());
    desk.stage("Reading weights");
    tch::set_num_threads(note.num_threads as i32);
    let (network, mut learner) = start::learner(&task.spec, &task.dataset, desk.folder.start().as_deref(), device)?;
    if let Some(kept) = &kept {
        let unfit =
            |why| Failure::new(format!("The run's checkpoint does not fit its network ({why}). Start the run anew."));
        kept.restore(&mut learner).map_err(unfit)?;
        tracing::info!(step = note.step, "going on from a checkpoint");
    }
    cut_figures(&desk.folder, &note).map_err(|error| unwritten("The run's figures", &error.into()))?;

    let cache = Arc::new(cache);
    let places = cache.places(&task.dataset, Split::Dev);
    let dev = DevFilms { dataset: &task.dataset, cache: &cache, places: &places, device };
    let card = outcome::card(&task.spec, &task.dataset, cache.rule().preprocessing);
    let lesson = Lesson { recipe, network: &network, card: &card, dev };
    let feed = |from_step| {
        let (cache, dataset, recipe) = (cache.clone(), task.dataset.clone(), recipe.clone());
        Feeder::start(FeedPlan { cache, dataset, recipe, device, from_step })
    };
    desk.status.state = RunState::Training;
    if learn::train(desk, &lesson, &mut learner, &mut note, feed)? == End::Stopped {
        return Ok(End::Stopped);
    }

    desk.stage("Measuring the finished model");
    let found = note
        .best
        .as_ref()
        .and_then(|best| Some((best, kept::best_weights(&desk.folder, best.step, |note| is_of(note, &task))?)));
    let lost_best = note.best.as_ref().filter(|_| found.is_none());
    if let Some(lost) = lost_best {
        let text = outcome::lost_best(lost);
        tracing::warn!("{text}");
        desk.status.message =
            Some(desk.status.message.take().map_or_else(|| text.clone(), |told| format!("{told} {text}")));
    }
    let (best, weights) =
        found.map_or_else(|| (None, learner.answer_weights()), |(best, weights)| (Some(best), weights));
    let num_train = outcome::num_train(&task.spec, &dev);
    let learned = Learned { spec: &task.spec, dev, num_train, num_failed: failed.len(), best, lost_best };
    let folder = desk.folder.clone();
    let is_done = outcome::write(&folder, card.clone(), &learned, &weights, &mut |_| {
        desk.tell();
        desk.wish() != Wish::StopNow
    })?;
    Ok(if is_done { End::Completed } else { End::Stopped })
}

fn first_note(task: &Task) -> Note {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u32;
    Note {
        step: 0,
        is_evaluated: true,
        best: None,
        left_out: None,
        num_threads: task.spec.num_threads.unwrap_or(cores.saturating_sub(1)).max(1),
        dataset_sha256: task.dataset_sha256.clone(),
        spec_sha256: task.spec_sha256.clone(),
    }
}

fn is_of(note: &Note, task: &Task) -> bool {
    note.dataset_sha256 == task.dataset_sha256 && note.spec_sha256 == task.spec_sha256
}

/// Figures after the checkpoint come anew, and so do those of dev films where the look at them was cut short.
fn cut_figures(folder: &TrainingFolder, note: &Note) -> std::io::Result<()> {
    folder.cut_figures(note.step)?;
    if note.is_evaluated {
        return Ok(());
    }
    let of_step = folder.figures_from(&mut 0).into_iter();
    let kept: Vec<_> = of_step.filter(|figure| figure.step == note.step && figure.of != FigureOf::Dev).collect();
    folder.cut_figures(note.step.saturating_sub(1))?;
    folder.add_figures(&kept)
}

/// Brings the films into the size that is needed. `None`: somebody wants the run to stop.
fn prepare(
    desk: &mut Desk,
    task: &Task,
    films: &[FilmRef],
    left_out: Option<&BTreeSet<String>>,
) -> Result<Option<Prepared>, Failure> {
    let rule = InputRule::new(task.spec.architecture, &task.spec.recipe);
    let folder = desk.folder.cache();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let dataset = &task.dataset;
    let wanted = Wanted { folder: &folder, dataset, films, rule, threads, left_out };
    let cancel = CancelToken::new();
    desk.stage("Bringing films into size");
    let prepared = Cache::prepare(
        &wanted,
        &mut |done, total| {
            desk.status.films_ready = [done, total];
            desk.tell();
            if desk.wish() == Wish::StopNow {
                cancel.cancel();
            }
        },
        &cancel,
    )?;
    for film in prepared.iter().flat_map(|prepared| &prepared.failed) {
        tracing::warn!(film = film.image.as_str(), why = film.why, "a film is left out");
    }
    Ok(prepared)
}

#[cfg(test)]
#[path = "run_script.rs"]
mod tests;
