//! The thread that keeps runs of training: starts them one after the other, follows their folders, and tells the window.
//!
//! A trainer is a process of its own and says everything in its folder, so runs that another window or the command line
//! started are followed in the same way.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::domain::training::estimate::{Computer, KnownStep};
use crate::domain::training::recipe::Preset;
use crate::domain::training::run::{RunState, RunStatus};
use crate::domain::training::spec::{TrainingId, TrainingRequest};
use crate::jobs::training_folder::TrainingFolder;
use crate::jobs::{EngineProgram, Trainer};
use crate::session::training::{Estimate, RunDraft};
use crate::session::{TrainNews, TrainTask};
use crate::store::{Doorway, Store};
use crate::workflows::models::Doer;
use crate::workflows::{train, train_outcome, train_plan};

use super::evaluations_desk::is_not_for_them;
use super::inbox::Post;
use super::models_desk;
use super::project_changes::now_ms;
use super::training_desk::{send, tell};
use super::training_rows;

/// How often folders are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// Runs of other windows and of the command line are seen that late.
const LIST_EVERY: Duration = Duration::from_secs(4);

/// What the keeper is asked.
#[derive(Debug)]
pub(super) enum Order {
    /// Tell all runs.
    Load,
    Task {
        task: TrainTask,
        by: String,
    },
}

/// A run whose curves somebody looks at.
#[derive(Debug, Default)]
struct Followed {
    /// How far its figures were told.
    offset: u64,
    has_begun: bool,
    sample_step: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Keeper {
    doorway: Doorway,
    post: Post,
    program: EngineProgram,
    is_read_only: bool,
    /// Started here.
    trainers: Vec<(TrainingId, Trainer)>,
    /// Folders of all runs, with what was told of them last.
    known: BTreeMap<TrainingId, (TrainingFolder, Option<RunStatus>)>,
    followed: BTreeMap<TrainingId, Followed>,
    /// Runs that wait are started when the one before ends: only by the window that was asked to train, or that was opened
    /// after such a window was closed.
    minds_queue: bool,
    is_leaving: bool,
    /// Completed runs whose models were looked after.
    taken: BTreeSet<TrainingId>,
    by: String,
    computers: HashMap<Option<String>, Computer>,
    steps: Option<Vec<KnownStep>>,
    listed_at: Option<Instant>,
}

impl Keeper {
    pub fn new(doorway: Doorway, post: Post, program: EngineProgram, is_read_only: bool) -> Self {
        Self {
            doorway,
            post,
            program,
            is_read_only,
            trainers: Vec::new(),
            known: BTreeMap::new(),
            followed: BTreeMap::new(),
            minds_queue: false,
            is_leaving: false,
            taken: BTreeSet::new(),
            by: String::new(),
            computers: HashMap::new(),
            steps: None,
            listed_at: None,
        }
    }

    /// Until the window lets go; then trainers go on by themselves, where they were not asked to stop.
    pub fn run(mut self, orders: &Receiver<Order>) {
        // A run that went on without a window is shown without being asked for. Nobody waits for it.
        self.list(false);
        loop {
            let first = match orders.recv_timeout(LOOK_EVERY) {
                Ok(order) => Some(order),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let mut waiting: Vec<Order> = first.into_iter().chain(orders.try_iter()).collect();
            // Of several estimates only the last one is still wanted.
            let is_estimate = |order: &Order| matches!(order, Order::Task { task: TrainTask::Estimate(_), .. });
            let last = waiting.iter().rposition(is_estimate);
            let mut place = 0;
            waiting.retain(|order| {
                place += 1;
                !is_estimate(order) || Some(place - 1) == last
            });
            for order in waiting {
                self.carry_out(order);
            }
            self.look();
        }
        for (_, trainer) in self.trainers.drain(..) {
            trainer.detach();
        }
    }

    fn carry_out(&mut self, order: Order) {
        let (task, by) = match order {
            Order::Load => return self.list(true),
            Order::Task { task, by } => (task, by),
        };
        self.by.clone_from(&by);
        let outcome = match task {
            TrainTask::Estimate(draft) => return self.estimate(draft),
            TrainTask::Follow(ids) => return self.follow(&ids),
            TrainTask::Start(draft) => self.start(&draft, &by).map(TrainNews::Started),
            TrainTask::Resume(id) => self.begin(id, &by).map(|()| TrainNews::Done(String::new())),
            TrainTask::Wish(id, wish) => {
                self.with_store(|store| train::tell(store, id, wish)).map(|()| TrainNews::Done(String::new()))
            }
            TrainTask::Withdraw(id) => self.with_store(|store| train::delete(store, id)).map(|()| {
                TrainNews::Done("The run is out of the queue. Nothing was learned, so nothing is lost.".to_owned())
            }),
            TrainTask::DeleteRun(id) => self.with_store(|store| train::delete(store, id)).map(|()| {
                TrainNews::Done("The run is deleted. A model that came of it stays on the Models page.".to_owned())
            }),
            TrainTask::First(id) => {
                self.with_store(|store| train::put_first(store, id)).map(|()| TrainNews::Done(String::new()))
            }
            TrainTask::Note(id, text) => self
                .with_store(|store| Ok(store.set_training_note(id, &text)?))
                .map(|()| TrainNews::Done(String::new())),
            TrainTask::Promote(id) => self.promote(id, &by),
            TrainTask::Detach => {
                self.is_leaving = true;
                self.trainers.drain(..).for_each(|(_, trainer)| trainer.detach());
                return;
            }
            TrainTask::StopAll => {
                self.is_leaving = true;
                // Dropped, they are asked to write a checkpoint and stop.
                self.trainers.clear();
                return;
            }
            // These go beside this thread.
            TrainTask::OpenDataset(_)
            | TrainTask::Freeze(_)
            | TrainTask::Lock(_)
            | TrainTask::DeleteDataset(_)
            | TrainTask::ChooseNext => return,
        };
        tell(&self.post, outcome);
        self.list(true);
    }

    fn with_store<T>(&self, work: impl FnOnce(&mut Store) -> anyhow::Result<T>) -> anyhow::Result<T> {
        work(&mut self.doorway.open()?)
    }

    /// `is_asked`: somebody waits for the answer, also for a bad one.
    fn list(&mut self, is_asked: bool) {
        let is_first = self.listed_at.is_none();
        self.listed_at = Some(Instant::now());
        let listed = self.doorway.open_to_look().map_err(anyhow::Error::from).and_then(|store| {
            let mut rows = training_rows::rows(&store)?;
            for row in &mut rows {
                row.is_ours = self.trainers.iter().any(|(id, _)| *id == row.id);
            }
            let folders = rows.iter().map(|row| (row.id, (train::folder(&store, row.id), row.status.clone())));
            Ok((folders.collect(), rows))
        });
        match listed {
            Ok((known, rows)) => {
                self.known = known;
                if is_first && !self.is_read_only && training_rows::waits_behind_another(&rows) {
                    self.minds_queue = true;
                }
                send(&self.post, TrainNews::Runs(rows));
            }
            // Who reads without knowing what runs tell is shown none, and did not ask for any.
            Err(error) if is_not_for_them(&error) => send(&self.post, TrainNews::Runs(Vec::new())),
            Err(error) if is_asked => {
                send(&self.post, TrainNews::Failed(format!("The runs can't be read. {error:#}")));
            }
            Err(error) => tracing::warn!(%error, "the runs of training were not read"),
        }
    }

    /// One look at everything that may have moved.
    fn look(&mut self) {
        let has_ended = self.settle_ended();
        let is_live = |(_, status): &(TrainingFolder, Option<RunStatus>)| {
            status.as_ref().is_some_and(|status| status.state.is_live())
        };
        let is_busy = !self.trainers.is_empty() || self.known.values().any(is_live);
        let is_due = self.listed_at.is_none_or(|at| at.elapsed() > LIST_EVERY);
        if has_ended || (is_busy && is_due) {
            self.list(true);
        }
        let is_final =
            |told: &Option<RunStatus>| told.as_ref().is_some_and(|status| status.state == RunState::Completed);
        for (id, (folder, told)) in self.known.iter_mut().filter(|(_, (_, told))| !is_final(told)) {
            let now = folder.status();
            if now != *told
                && let Some(status) = &now
            {
                send(&self.post, TrainNews::Status(*id, status.clone()));
                *told = now;
            }
        }
        self.tell_figures();
        if self.minds_queue && !self.is_leaving && self.trainers.is_empty() {
            self.start_next();
        }
        if !self.is_read_only {
            self.take_models_in();
        }
    }

    /// Trainers that ended: what that means for their runs.
    fn settle_ended(&mut self) -> bool {
        let mut ended = Vec::new();
        self.trainers.retain_mut(|(id, trainer)| match trainer.ended() {
            Some(end) => {
                ended.push((*id, end));
                false
            }
            None => true,
        });
        for (id, end) in &ended {
            let doer = Doer { by: &self.by, at_ms: now_ms() };
            if let Err(error) = self.with_store(|store| train::settle(store, *id, end, doer)) {
                tracing::warn!(%error, "how a run of training ended was not kept");
            }
            // Its step times are known now.
            self.steps = None;
        }
        !ended.is_empty()
    }

    fn start_next(&mut self) {
        let is_waiting = |(_, status): &(TrainingFolder, Option<RunStatus>)| {
            status.as_ref().is_some_and(|status| status.state == RunState::Waiting)
        };
        if !self.known.values().any(is_waiting) {
            return;
        }
        match self.with_store(|store| train::next(store)) {
            Ok(Some(id)) => {
                let by = self.by.clone();
                if let Err(error) = self.begin(id, &by)
                    // Another window took it up, or out.
                    && self.with_store(|store| Ok(train::is_waiting(store, id))).unwrap_or(true)
                {
                    // Not again and again: the person decides.
                    self.minds_queue = false;
                    send(&self.post, TrainNews::Failed(format!("{error:#}")));
                }
                self.list(true);
            }
            Ok(None) => {}
            Err(error) => {
                self.minds_queue = false;
                send(&self.post, TrainNews::Failed(format!("The queue of runs can't be read. {error:#}")));
            }
        }
    }

    fn begin(&mut self, id: TrainingId, by: &str) -> anyhow::Result<()> {
        let doer = Doer { by, at_ms: now_ms() };
        let program = self.program.clone();
        let trainer = self.with_store(|store| train::start(store, id, &program, doer))?;
        self.trainers.push((id, trainer));
        self.minds_queue = true;
        // Figures after its last checkpoint are written anew.
        if let Some(followed) = self.followed.get_mut(&id) {
            *followed = Followed::default();
        }
        Ok(())
    }

    fn start(&mut self, draft: &RunDraft, by: &str) -> anyhow::Result<Vec<TrainingId>> {
        let Some(dataset) = draft.dataset else { anyhow::bail!("Choose a data set first.") };
        let request = TrainingRequest {
            name: draft.name.trim().to_owned(),
            architecture: draft.architecture,
            dataset,
            preset: draft.preset,
            recipe: draft.recipe.clone(),
            start: draft.start.clone(),
            device: draft.device.clone(),
            num_threads: None,
            group: None,
        };
        let ids = self.with_store(|store| {
            let doer = Doer { by, at_ms: now_ms() };
            if !draft.is_ensemble {
                return Ok(vec![train::add(store, &request, doer)?]);
            }
            let group =
                if request.name.is_empty() { training_rows::free_group_name(store)? } else { request.name.clone() };
            train::add_ensemble(store, &request, &group, doer)
        })?;
        // The first one is started by the look that follows, where nothing is at work.
        self.minds_queue = true;
        Ok(ids)
    }

    fn promote(&self, id: TrainingId, by: &str) -> anyhow::Result<TrainNews> {
        let doer = Doer { by, at_ms: now_ms() };
        let model = self.with_store(|store| {
            let model = match training_rows::whole_group(store, id)? {
                Some(group) => train_outcome::promote_group(store, &group, doer)?,
                None => train_outcome::promote(store, id, doer)?,
            };
            self.post.event(models_desk::load(store));
            Ok(model)
        })?;
        Ok(TrainNews::Done(format!(
            "In use now: {}. \"Roll back\" on the Models page brings the one before back.",
            model.full_name()
        )))
    }

    /// A completed run's model stands with the others, whether this window or none was open when it ended.
    fn take_models_in(&mut self) {
        let Some(id) = self.known.iter().find_map(|(id, (_, status))| {
            let is_done = status.as_ref().is_some_and(|status| status.state == RunState::Completed);
            (is_done && !self.taken.contains(id)).then_some(*id)
        }) else {
            return;
        };
        self.taken.insert(id);
        let doer = Doer { by: &self.by, at_ms: now_ms() };
        let outcome = self.with_store(|store| {
            if store.training(id)?.is_some_and(|run| run.made_model.is_some()) {
                return Ok(false);
            }
            train_outcome::take_in(store, id, doer)?;
            self.post.event(models_desk::load(store));
            Ok(true)
        });
        match outcome {
            Ok(true) => self.list(true),
            Ok(false) => {}
            Err(error) => send(&self.post, TrainNews::Failed(format!("{error:#}"))),
        }
    }

    fn follow(&mut self, ids: &[TrainingId]) {
        self.followed = ids.iter().map(|id| (*id, Followed::default())).collect();
        self.tell_figures();
    }

    fn tell_figures(&mut self) {
        for (id, followed) in &mut self.followed {
            let Some((folder, _)) = self.known.get(id) else { continue };
            let len = std::fs::metadata(folder.metrics()).map_or(0, |facts| facts.len());
            let is_whole = !followed.has_begun || len < followed.offset;
            let figures = folder.figures_from(&mut followed.offset);
            followed.has_begun = true;
            if is_whole || !figures.is_empty() {
                send(&self.post, TrainNews::Figures { run: *id, figures, is_whole });
            }
            let newest = folder.sample_steps().last().copied();
            if let Some(step) = newest.filter(|_| newest != followed.sample_step) {
                followed.sample_step = newest;
                let films = training_rows::samples(folder, step);
                send(&self.post, TrainNews::Samples { run: *id, step, films });
            }
        }
    }

    fn estimate(&mut self, draft: Box<RunDraft>) {
        let outcome = self.estimated(&draft).map_err(|error| format!("{error:#}"));
        send(&self.post, TrainNews::Estimated { draft, outcome });
    }

    fn estimated(&mut self, draft: &RunDraft) -> anyhow::Result<Estimate> {
        let Some(id) = draft.dataset else { anyhow::bail!("Choose a data set first.") };
        let store = self.doorway.open_to_look()?;
        let (dataset, _) = train::dataset(&store, id)?;
        let program = self.program.clone();
        let computer = self
            .computers
            .entry(draft.device.clone())
            .or_insert_with(|| train_plan::this_computer(&program, draft.device.as_deref()))
            .clone();
        let steps = self.steps.get_or_insert_with(|| train_plan::known_steps(&store)).clone();
        // The form's values are the preset's until somebody changes one of them.
        let is_preset = draft.is_as_preset;
        let fitted = (draft.preset == Preset::ThisComputer).then(|| {
            let films = train_plan::film_counts(&dataset);
            train_plan::recipe_of(draft.architecture, draft.preset, &films, &computer, &steps)
        });
        let recipe = fitted.as_ref().filter(|_| is_preset).unwrap_or(&draft.recipe);
        let found = train_plan::plan(draft.architecture, recipe, &dataset, &computer, &steps);
        let basis = if found.is_measured {
            "By the step times of former runs on this computer."
        } else {
            "A guess before the first run of this network here: it may be wrong by a factor of two or three."
        };
        let device = match (&draft.device, &computer.graphics) {
            (Some(device), None) => device.clone(),
            (_, Some(card)) => card.name.clone(),
            (None, None) => "cpu".to_owned(),
        };
        let times = if draft.is_ensemble { 3.0 } else { 1.0 };
        Ok(Estimate {
            secs: Some(found.total_secs * times),
            memory_bytes: Some(found.memory_bytes),
            disk_bytes: Some(found.disk_bytes * if draft.is_ensemble { 3 } else { 1 }),
            basis: basis.to_owned(),
            device,
            warnings: found.warnings.iter().map(|&warning| warning.to_owned()).collect(),
            fitted,
        })
    }
}
