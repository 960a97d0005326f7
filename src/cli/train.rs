//! `rachis train`: runs of training, made, followed, paused, stopped, gone on with, and their models put in use.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, anyhow, bail};

use crate::domain::model::Architecture;
use crate::domain::training::dataset::DatasetId;
use crate::domain::training::parameters::{Key, PARAMETERS, Parameter, Value};
use crate::domain::training::recipe::Preset;
use crate::domain::training::run::{FigureOf, RunState, Wish};
use crate::domain::training::spec::{StartChoice, StartFrom, TrainingDraft, TrainingId, TrainingRequest, is_trainable};
use crate::formats::training_spec;
use crate::jobs::{EngineProgram, Progress, Trainer};
use crate::store::Store;
use crate::workflows::models::{self, Doer};
use crate::workflows::{datasets, train, train_outcome, train_plan};

use super::person::Person;
use super::progress_bar::ProgressBar;
use super::train_show::{
    estimate_json, estimate_text, history_text, list_json, list_text, parameters_text, status_json, status_text,
};

/// Train a network on a frozen data set of a project, and follow it. Ctrl-C stops it at a checkpoint.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct TrainArgs {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    new: NewArgs,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args, Debug)]
struct NewArgs {
    /// The project's folder.
    #[arg(required = true)]
    project: Option<PathBuf>,
    /// What to do, as a file: any part of what spec.json in a run's folder says. What stands here beside it holds before it.
    #[arg(long, value_name = "S.json")]
    spec: Option<PathBuf>,
    /// paper, released-code or this-computer.
    #[arg(long, value_parser = preset)]
    preset: Option<Preset>,
    /// The network: densenet121, fasterrcnn_small, …
    #[arg(long, value_parser = architecture)]
    arch: Option<Architecture>,
    /// The frozen data set by number or name. Without it, the newest.
    #[arg(long)]
    dataset: Option<String>,
    /// Weights to start from: a model of the project, or a file (.safetensors, .pth). Without it, from nothing.
    #[arg(long, value_name = "MODEL")]
    start: Option<String>,
    /// A parameter, as iterations=500; may be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    set: Vec<(Key, Value)>,
    /// Where to train: cpu, cuda:0. Without it, on the best device there is.
    #[arg(long)]
    device: Option<String>,
    /// Threads on the processor. Without it, one core is left to the window.
    #[arg(long)]
    threads: Option<u32>,
    /// What the model will be called.
    #[arg(long)]
    name: Option<String>,
    /// Three classifiers in one go, for an ensemble of this name: the paper's three networks, or three seeds of a small one.
    #[arg(long, value_name = "NAME")]
    ensemble: Option<String>,
    /// Leave it in the queue and do not start it.
    #[arg(long)]
    queue: bool,
    /// Start it, and let it go on by itself.
    #[arg(long, conflicts_with_all = ["queue", "ensemble"])]
    background: bool,
    /// Say how long it would take and how much memory it would need, and make no run.
    #[arg(long)]
    estimate: bool,
    /// The reader who trains, for the history.
    #[arg(long, default_value = "")]
    by: String,
    /// Print the outcome as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    /// List the project's runs.
    List {
        /// The project's folder.
        project: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// Show how a run stands.
    Status {
        /// The project's folder.
        project: PathBuf,
        /// The run's number.
        run: i64,
        #[arg(long)]
        json: bool,
    },
    /// Go on with a run that was stopped, failed or was interrupted, or start one that waits.
    Resume {
        /// The project's folder.
        project: PathBuf,
        /// The run's number.
        run: i64,
        /// Let it go on by itself.
        #[arg(long)]
        background: bool,
        #[arg(long, default_value = "")]
        by: String,
        #[arg(long)]
        json: bool,
    },
    /// Carry out the runs that wait, one after the other.
    Queue {
        /// The project's folder.
        project: PathBuf,
        #[arg(long, default_value = "")]
        by: String,
    },
    /// Pause a run that is at work, or let it go on with --off.
    Pause {
        /// The project's folder.
        project: PathBuf,
        /// The run's number.
        run: i64,
        /// Let it go on.
        #[arg(long)]
        off: bool,
    },
    /// Stop a run now, with a checkpoint of its own.
    Stop {
        /// The project's folder.
        project: PathBuf,
        /// The run's number.
        run: i64,
        /// At the next checkpoint that is due.
        #[arg(long)]
        at_checkpoint: bool,
    },
    /// Put the model of a completed run in use; of runs that belong together, by their name, their ensemble.
    Promote {
        /// The project's folder.
        project: PathBuf,
        /// The run's number, or the name of an ensemble.
        run: String,
        #[arg(long, default_value = "")]
        by: String,
    },
    /// Write or change a run's note.
    Note {
        /// The project's folder.
        project: PathBuf,
        /// The run's number.
        run: i64,
        /// Empty: no note.
        text: String,
    },
    /// Delete a run with its checkpoints; the model that came of it stays.
    Delete {
        /// The project's folder.
        project: PathBuf,
        /// The run's number.
        run: i64,
    },
    /// Show on what a model was trained, run by run.
    History {
        /// The project's folder.
        project: PathBuf,
        /// A model of the project by name, name@version or id.
        model: String,
    },
    /// List the parameters with their values in the presets.
    Parameters {
        /// The network.
        #[arg(long, value_parser = architecture)]
        arch: Architecture,
    },
}

pub fn run(args: &TrainArgs) -> anyhow::Result<()> {
    let person = &args.person;
    let Some(action) = &args.action else { return new(&args.new, person) };
    match action {
        Action::List { project, json } => {
            let store = person.open_to_look(project)?;
            let runs = train::list(&store)?;
            if *json {
                println!("{:#}", list_json(&runs));
            } else {
                print!("{}", list_text(&runs));
            }
            Ok(())
        }
        Action::Status { project, run, json } => {
            let store = person.open_to_look(project)?;
            print_status(&store, TrainingId(*run), *json)
        }
        Action::Resume { project, run, background, by, json } => {
            let mut store = person.open(project)?;
            carry_out(&mut store, TrainingId(*run), *background, person.name_or(by), *json)
        }
        Action::Queue { project, by } => {
            let mut store = person.open(project)?;
            loop {
                wait_for_others(&store)?;
                // Chosen after the wait: meanwhile the queue may have been put in another order, or gone on elsewhere.
                let Some(id) = train::next(&store)? else {
                    if train::queue(&store)?.is_empty() {
                        return Ok(());
                    }
                    continue;
                };
                carry_out_waiting(&mut store, id, false, person.name_or(by), false)?;
            }
        }
        Action::Pause { project, run, off } => {
            let store = person.open_to_look(project)?;
            train::tell(&store, TrainingId(*run), if *off { Wish::GoOn } else { Wish::Pause })?;
            println!("Told: run {run} {}.", if *off { "goes on" } else { "pauses after this step" });
            Ok(())
        }
        Action::Stop { project, run, at_checkpoint } => {
            let store = person.open_to_look(project)?;
            let wish = if *at_checkpoint { Wish::StopAtCheckpoint } else { Wish::StopNow };
            train::tell(&store, TrainingId(*run), wish)?;
            let when = if *at_checkpoint { "at the next checkpoint" } else { "after this step, with a checkpoint" };
            println!("Told: run {run} stops {when}.");
            Ok(())
        }
        Action::Promote { project, run, by } => {
            let mut store = person.open(project)?;
            let doer = Doer { by: person.name_or(by), at_ms: now_ms() };
            let model = match run.parse() {
                Ok(id) => train_outcome::promote(&mut store, TrainingId(id), doer)?,
                Err(_) => train_outcome::promote_group(&mut store, run, doer)?,
            };
            println!("In use: {}", model.full_name());
            Ok(())
        }
        Action::Note { project, run, text } => {
            let mut store = person.open(project)?;
            must_be(&store, TrainingId(*run))?;
            Ok(store.set_training_note(TrainingId(*run), text)?)
        }
        Action::Delete { project, run } => {
            let mut store = person.open(project)?;
            must_be(&store, TrainingId(*run))?;
            train::delete(&mut store, TrainingId(*run))?;
            println!("Run {run} is deleted with its checkpoints.");
            Ok(())
        }
        Action::History { project, model } => {
            let store = person.open_to_look(project)?;
            let stored = models::named(&store, model)?;
            print!("{}", history_text(&stored, &train_outcome::history(&store, stored.id)?));
            Ok(())
        }
        Action::Parameters { arch } => {
            print!("{}", parameters_text(arch.task()));
            Ok(())
        }
    }
}

fn new(args: &NewArgs, person: &Person) -> anyhow::Result<()> {
    let project = args.project.as_deref().context("the project's folder is not said")?;
    let mut store = person.open(project)?;
    let draft = match &args.spec {
        None => TrainingDraft::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
            training_spec::parse_draft(&text)
                .with_context(|| format!("{} can't be used. Nothing was started", path.display()))?
        }
    };
    let program = EngineProgram::find();
    let request = request(&store, args, draft, &program)?;
    if args.estimate {
        let (dataset, _) = train::dataset(&store, request.dataset)?;
        let computer = train_plan::this_computer(&program, request.device.as_deref());
        let known = train_plan::known_steps(&store);
        let plan = train_plan::plan(request.architecture, &request.recipe, &dataset, &computer, &known);
        if args.json {
            println!("{:#}", estimate_json(&plan));
        } else {
            print!("{}", estimate_text(&plan, &computer));
        }
        return Ok(());
    }
    let doer = Doer { by: person.name_or(&args.by), at_ms: now_ms() };
    let ids = match &args.ensemble {
        None => vec![train::add(&mut store, &request, doer)?],
        Some(group) => train::add_ensemble(&mut store, &request, group, doer)?,
    };
    for id in ids {
        if args.queue {
            println!("Run {} waits in the queue.", id.0);
            continue;
        }
        wait_for_others(&store)?;
        carry_out_waiting(&mut store, id, args.background, person.name_or(&args.by), args.json)?;
    }
    Ok(())
}

/// The file's words, changed by what stands on the command line.
fn request(
    store: &Store,
    args: &NewArgs,
    mut draft: TrainingDraft,
    program: &EngineProgram,
) -> anyhow::Result<TrainingRequest> {
    let dataset = dataset(store, args.dataset.as_deref(), draft.dataset_sha256)?;
    let architecture = args.arch.or(draft.architecture).with_context(|| {
        let small = Architecture::DenseNetSmall.as_str();
        format!("the network is not said. Nothing was started. Name it with --arch, as --arch {small}")
    })?;
    let preset = args.preset.unwrap_or(draft.preset);
    let device = args.device.clone().or(draft.device.take());
    let mut recipe = if preset == Preset::ThisComputer {
        let (frozen, _) = train::dataset(store, dataset)?;
        let computer = train_plan::this_computer(program, device.as_deref());
        let films = train_plan::film_counts(&frozen);
        train_plan::recipe_of(architecture, preset, &films, &computer, &train_plan::known_steps(store))
    } else {
        crate::domain::training::recipe::Recipe::new(architecture.task(), preset)
    };
    draft.changes.extend(args.set.iter().cloned());
    for (key, _) in &draft.changes {
        if recipe.get(*key).is_none() {
            let name = PARAMETERS.iter().find(|row| row.key == *key).map_or("", |row| row.name);
            bail!("{name} does not concern {}. Nothing was started.", architecture.as_str());
        }
    }
    draft.change(&mut recipe).map_err(|refused| anyhow!("{refused}. Nothing was started."))?;
    Ok(TrainingRequest {
        name: args.name.clone().or(draft.name).unwrap_or_default(),
        architecture,
        dataset,
        preset,
        recipe,
        start: start(store, args.start.as_deref(), &draft.start)?,
        device,
        num_threads: args.threads.or(draft.num_threads),
        // A run made after the file of another one is no member of that one's ensemble.
        group: None,
    })
}

fn dataset(store: &Store, named: Option<&str>, hash: Option<[u8; 32]>) -> anyhow::Result<DatasetId> {
    if let Some(word) = named {
        return Ok(datasets::named(store, word)?.id);
    }
    let all = store.datasets()?;
    let found = all.iter().find(|one| hash.is_none_or(|hash| one.content.sha256 == hash)).map(|one| one.id);
    found.with_context(|| match hash {
        Some(_) => "the project has no data set of this hash. Nothing was started",
        None => "the project has no frozen data set. Nothing was started. Make one with \"rachis dataset freeze\"",
    })
}

/// A file where there is one of that name, else a model of the project.
fn start(store: &Store, named: Option<&str>, drafted: &StartFrom) -> anyhow::Result<StartChoice> {
    if let Some(text) = named {
        return Ok(if Path::new(text).is_file() {
            StartChoice::File(text.into())
        } else {
            StartChoice::Model(models::named(store, text)?.id)
        });
    }
    let StartFrom::Weights { description, sha256 } = drafted else { return Ok(StartChoice::Nothing) };
    let is_it = |model: &&crate::store::StoredModel| matches!(&model.content, crate::domain::model::ModelContent::Weights { sha256: own, .. } if own == sha256);
    let found = store.models()?.iter().find(is_it).map(|model| model.id);
    let id = found.with_context(|| {
        format!("the weights to start from, {description}, are not in the project. Nothing was started. Name them with --start")
    })?;
    Ok(StartChoice::Model(id))
}

/// How often the folder is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// One training at a time: two share the device and are both slow.
fn wait_for_others(store: &Store) -> anyhow::Result<()> {
    let bar = ProgressBar::new();
    loop {
        let busy = train::list(store)?.into_iter().find(|run| run.state().is_some_and(RunState::is_live));
        let Some(run) = busy else { break };
        let status = run.status.as_ref();
        let (done, total) = status.map_or((0, 0), |status| (status.step, status.num_steps));
        bar.show(&Progress::new(format!("Waiting for run {}", run.stored.id.0), done, total));
        std::thread::sleep(LOOK);
    }
    bar.clear();
    Ok(())
}

/// Carries out a run of the queue; passes it over where it no longer waits, as another window took it up or out.
fn carry_out_waiting(
    store: &mut Store,
    id: TrainingId,
    in_background: bool,
    by: &str,
    json: bool,
) -> anyhow::Result<()> {
    match train::start(store, id, &EngineProgram::find(), Doer { by, at_ms: now_ms() }) {
        Ok(trainer) => follow_to_end(store, id, trainer, in_background, by, json),
        Err(_) if !train::is_waiting(store, id) => {
            if !json {
                println!("Run {} no longer waits: another window or command took it up or out.", id.0);
            }
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Starts a run or goes on with it, and follows it to its end.
fn carry_out(store: &mut Store, id: TrainingId, in_background: bool, by: &str, json: bool) -> anyhow::Result<()> {
    let trainer = train::start(store, id, &EngineProgram::find(), Doer { by, at_ms: now_ms() })?;
    follow_to_end(store, id, trainer, in_background, by, json)
}

fn follow_to_end(
    store: &mut Store,
    id: TrainingId,
    mut trainer: Trainer,
    in_background: bool,
    by: &str,
    json: bool,
) -> anyhow::Result<()> {
    if in_background {
        if let Some(end) = trainer.ended() {
            train::settle(store, id, &end, Doer { by, at_ms: now_ms() })?;
        } else {
            trainer.detach();
        }
    } else {
        let end = follow(&mut trainer, !json);
        train::settle(store, id, &end, Doer { by, at_ms: now_ms() })?;
    }
    print_status(store, id, json)?;
    let status = train::folder(store, id).status();
    if let Some(status) = status
        && matches!(status.state, RunState::Failed | RunState::Interrupted)
    {
        let why = status.message.unwrap_or_else(|| "the run did not complete".to_owned());
        bail!("{why} {}", status.advice.unwrap_or_else(|| format!("Go on with \"rachis train resume\" and {}.", id.0)));
    }
    Ok(())
}

fn follow(trainer: &mut Trainer, is_telling: bool) -> crate::jobs::TrainerEnd {
    let bar = ProgressBar::new();
    let folder = trainer.folder().clone();
    // What stood there before this start was told then.
    let mut offset = std::fs::metadata(folder.metrics()).map_or(0, |facts| facts.len());
    loop {
        let end = trainer.ended();
        if let Some(status) = folder.status() {
            let [ready, needed] = status.films_ready;
            let (done, total) = match status.state {
                RunState::Preparing => (ready, needed),
                _ => (status.step, status.num_steps),
            };
            bar.show(&Progress::new(status.stage, done, total));
        }
        let figures = folder.figures_from(&mut offset);
        if is_telling {
            for figure in figures.iter().filter(|figure| figure.of == FigureOf::Dev) {
                bar.clear();
                println!("step {}: {} {:.4}", figure.step, figure.name, figure.value);
            }
        }
        if let Some(end) = end {
            bar.clear();
            return end;
        }
        std::thread::sleep(LOOK);
    }
}

fn print_status(store: &Store, id: TrainingId, json: bool) -> anyhow::Result<()> {
    must_be(store, id)?;
    let run = train::list(store)?.into_iter().find(|run| run.stored.id == id);
    let run = run.with_context(|| format!("the project has no run number {}", id.0))?;
    if json {
        println!("{:#}", status_json(&run));
    } else {
        print!("{}", status_text(&run));
    }
    Ok(())
}

fn must_be(store: &Store, id: TrainingId) -> anyhow::Result<()> {
    store.training(id)?.map(|_| ()).with_context(|| format!("the project has no run number {}", id.0))
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64)
}

fn preset(text: &str) -> Result<Preset, String> {
    let known = || Preset::ALL.map(|preset| preset.as_str().replace(' ', "-")).join(", ");
    Preset::parse(text).ok_or_else(|| format!("no preset is called so; there are {}", known()))
}

fn architecture(text: &str) -> Result<Architecture, String> {
    let known = || {
        let all = Architecture::ALL.into_iter().filter(|(one, _)| is_trainable(*one));
        all.map(|(_, text)| text).collect::<Vec<_>>().join(", ")
    };
    let found = Architecture::parse(text).filter(|one| is_trainable(*one));
    found.ok_or_else(|| format!("no network that can be trained is called so; there are {}", known()))
}

/// `iterations=500`.
fn assignment(text: &str) -> Result<(Key, Value), String> {
    let (name, value) = text.split_once('=').ok_or("it is NAME=VALUE")?;
    let row = Parameter::named(name.trim()).ok_or_else(|| {
        let all: Vec<&str> = PARAMETERS.iter().map(|row| row.name).collect();
        format!("no parameter is called {name}; there are {}", all.join(", "))
    })?;
    Ok((row.key, row.parse(value).map_err(|why| format!("{name} {why}"))?))
}
