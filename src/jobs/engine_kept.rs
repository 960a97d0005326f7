//! The thread that keeps the learning engine: starts it when a film is wanted, has it look at one film after another, the
//! most urgent first, and lets it go after long idleness.
//!
//! A job is one film by all models that have not looked at it, so that the film that a person opens waits for one other
//! film at most. An engine that ends by itself costs the film that it looked at one try: it is started again after a pause
//! that grows, and a film that ended it twice is left out.

use std::collections::{HashMap, HashSet};
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::domain::id::ImageId;

use super::engine_failure::EngineFailure;
use super::engine_keeper::{EngineOptions, Message};
use super::engine_news::{Answer, BatchNews, EngineCondition, EngineNews};
use super::engine_process::{EngineProcess, Heard};
use super::film_places::FilmPlaces;
use super::film_queue::{FilmQueue, FilmWanted};
use super::protocol::{
    DeviceRow, FromEngine, JobNumber, JobSpec, OutcomeRow, PredictSpec, PredictionRow, ToEngine, VERSION,
};

/// How often in a row the engine may end on its own before it is given up.
const MOST_CRASHES: u32 = 5;
/// How often a film may end the engine.
const MOST_DEATHS: u32 = 2;
const WRONG_VERSION_ADVICE: &str = "Use the rachis-engine that was built together with this program.";
/// How many films of a batch in a row may fail of the same cause that is no film's, such as a bad file of weights, before
/// the rest is given up: before any film had an answer, and after.
const MOST_SAME_FAILURES: [u32; 2] = [2, 5];

/// The film that is being looked at.
struct Running {
    job: JobNumber,
    wanted: FilmWanted,
    is_of_batch: bool,
    /// Models that have not answered.
    unanswered: HashSet<i64>,
    failure: Option<EngineFailure>,
    /// Ended by force then.
    until: Instant,
    is_cancelled: bool,
}

impl Running {
    /// Whether the film is being looked at by all models that are asked.
    fn covers(&self, film: &FilmWanted) -> bool {
        let is_asked = |model| self.wanted.models.iter().any(|known| known.model == model);
        self.wanted.image == film.image && !self.is_cancelled && film.models.iter().all(|model| is_asked(model.model))
    }
}

enum Stage {
    Off,
    Starting { process: EngineProcess, until: Instant },
    Ready { process: EngineProcess, idle_since: Instant, engine: String },
}

/// The thread's own state.
pub(super) struct Keeper {
    options: EngineOptions,
    own: Sender<Message>,
    on_news: Box<dyn FnMut(EngineNews) + Send>,
    queue: FilmQueue,
    batch: Option<Sender<BatchNews>>,
    stage: Stage,
    /// Number of the run; what earlier ones still say is not heard.
    run_number: u64,
    last_job: JobNumber,
    running: Option<Running>,
    /// They do not belong into a log.
    places: FilmPlaces,
    /// Of the batch: whether a film had its answers.
    batch_goes: bool,
    /// Why the last films of the batch failed where it was no film's fault, and how many in a row.
    same_failure: Option<(EngineFailure, u32)>,
    num_crashes: u32,
    /// Not started again before.
    not_before: Option<Instant>,
    /// Why it does not start, and until when that is taken for granted.
    absent: Option<(EngineFailure, Instant)>,
    /// How often each film ended the engine.
    deaths: HashMap<ImageId, u32>,
}

impl Keeper {
    pub fn new(options: EngineOptions, own: Sender<Message>, on_news: Box<dyn FnMut(EngineNews) + Send>) -> Self {
        Self {
            options,
            own,
            on_news,
            queue: FilmQueue::default(),
            batch: None,
            stage: Stage::Off,
            run_number: 0,
            last_job: 0,
            running: None,
            places: FilmPlaces::default(),
            batch_goes: false,
            same_failure: None,
            num_crashes: 0,
            not_before: None,
            absent: None,
            deaths: HashMap::new(),
        }
    }

    pub fn run(mut self, inbox: &Receiver<Message>) {
        loop {
            let message = match self.next_deadline() {
                Some(at) => inbox.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match message {
                Ok(Message::Close) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => self.time_is_up(),
            }
            self.go_on();
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Off => self.not_before.filter(|_| !self.queue.is_empty()),
            Stage::Starting { until, .. } => Some(*until),
            Stage::Ready { idle_since, .. } => {
                Some(self.running.as_ref().map_or(*idle_since + self.options.limits.idle, |running| running.until))
            }
        }
    }

    fn time_is_up(&mut self) {
        let now = Instant::now();
        match &self.stage {
            Stage::Starting { until, .. } if now >= *until => {
                let secs = self.options.limits.handshake.as_secs();
                let failure = EngineFailure::new(
                    format!("The learning engine did not answer within {secs} s of its start."),
                    "Run \"rachis-engine devices\" in a terminal to see what it says.",
                );
                self.fail(Duration::ZERO, Some(failure));
            }
            Stage::Ready { .. } if self.running.as_ref().is_some_and(|running| now >= running.until) => {
                if self.running.as_ref().is_some_and(|running| running.is_cancelled) {
                    tracing::warn!("the learning engine did not stop when it was told to, and was ended");
                    self.end(Duration::ZERO);
                    self.settle_running(None);
                    self.tell(EngineCondition::Idle);
                } else {
                    let secs = self.options.limits.silence.as_secs();
                    let message = format!("The learning engine said nothing for {secs} s and was ended.");
                    self.fail(Duration::ZERO, Some(EngineFailure::new(message, "")));
                }
            }
            Stage::Ready { process, idle_since, .. }
                if self.running.is_none() && now >= *idle_since + self.options.limits.idle =>
            {
                process.say_or_log(&ToEngine::Bye);
                self.end(Duration::from_secs(1));
                self.tell(EngineCondition::Idle);
            }
            _ => {}
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Heard(number, heard) if number == self.run_number => self.hear(heard),
            Message::Heard(..) | Message::Close => {}
            Message::Expect(images) => {
                for image in self.queue.expect(images) {
                    self.settle(image, false, None);
                }
            }
            Message::Want(film) => self.want(film),
            Message::Batch(films, news) => self.start_batch(films, news),
            Message::StopBatch => self.stop_batch(),
            Message::Forget => {
                self.stop_batch();
                for image in self.queue.expect(Vec::new()) {
                    self.settle(image, false, None);
                }
                self.cancel_running();
                self.try_again();
            }
            Message::TryAgain => self.try_again(),
        }
    }

    fn start_batch(&mut self, mut films: Vec<FilmWanted>, news: Sender<BatchNews>) {
        self.stop_batch();
        // Somebody asks by hand: what failed may have been mended.
        self.try_again();
        self.batch = Some(news);
        self.batch_goes = false;
        self.same_failure = None;
        // Not twice, where it is being looked at.
        if let Some(running) = &mut self.running
            && running.unanswered.len() == running.wanted.models.len()
        {
            let num_before = films.len();
            films.retain(|film| !running.covers(film));
            running.is_of_batch |= films.len() < num_before;
        }
        self.queue.add_batch(films);
    }

    fn want(&mut self, film: FilmWanted) {
        if self.running.as_ref().is_some_and(|running| running.covers(&film)) {
            return;
        }
        let image = film.image.clone();
        if let Some((failure, until)) = &self.absent
            && Instant::now() < *until
        {
            let failure = failure.clone();
            self.settle(image, false, Some(failure));
        } else if self.deaths.get(&image).is_some_and(|&num| num >= MOST_DEATHS) {
            let failure = given_up(&image, None);
            self.settle(image, false, Some(failure));
        } else if !self.queue.want(film) {
            self.settle(image, false, None);
        }
    }

    fn try_again(&mut self) {
        self.absent = None;
        self.not_before = None;
        self.num_crashes = 0;
        self.deaths.clear();
    }

    fn stop_batch(&mut self) {
        self.batch = None;
        self.queue.drop_batch();
        if let Some(running) = self.running.as_mut().filter(|running| running.is_of_batch) {
            running.is_of_batch = false;
            if !self.queue.is_expected(&running.wanted.image) {
                self.cancel_running();
            }
        }
    }

    fn cancel_running(&mut self) {
        let Stage::Ready { process, .. } = &self.stage else { return };
        if let Some(running) = self.running.as_mut().filter(|running| !running.is_cancelled) {
            process.say_or_log(&ToEngine::Cancel { job: running.job });
            running.is_cancelled = true;
            running.until = Instant::now() + self.options.limits.cancel;
        }
    }

    /// Starts the engine where it is needed, and has it look at the next film.
    fn go_on(&mut self) {
        match &self.stage {
            Stage::Off if !self.queue.is_empty() && self.not_before.is_none_or(|at| Instant::now() >= at) => {
                self.start();
            }
            Stage::Ready { .. } if self.running.is_none() => self.start_job(),
            _ => {}
        }
    }

    fn start(&mut self) {
        self.run_number += 1;
        let (sender, number) = (self.own.clone(), self.run_number);
        let hear = move |heard| {
            let _ = sender.send(Message::Heard(number, heard));
        };
        match EngineProcess::start(&self.options.program, hear) {
            Ok(process) => {
                tracing::info!(id = process.id(), "the learning engine was started");
                process
                    .say_or_log(&ToEngine::Hello { protocol: VERSION, version: env!("CARGO_PKG_VERSION").to_owned() });
                self.stage = Stage::Starting { process, until: Instant::now() + self.options.limits.handshake };
                self.tell(EngineCondition::Starting);
            }
            Err(failure) => self.does_not_start(&failure),
        }
    }

    /// A film of which the engine can't even be told is settled, and the next one is tried.
    fn start_job(&mut self) {
        while self.running.is_none()
            && let Some((wanted, is_of_batch)) = self.queue.next()
        {
            self.start_film(wanted, is_of_batch);
        }
    }

    fn start_film(&mut self, wanted: FilmWanted, is_of_batch: bool) {
        let Stage::Ready { process, .. } = &self.stage else { return };
        self.last_job += 1;
        let spec = PredictSpec {
            models: wanted.models.clone(),
            films: vec![wanted.film.clone()],
            heat: true,
            device: self.options.device.clone(),
            precision: self.options.precision.clone(),
        };
        if process.say(&ToEngine::Start { job: self.last_job, spec: JobSpec::Predict(spec) }).is_err() {
            return self.settle(wanted.image.clone(), is_of_batch, Some(untellable(&wanted)));
        }
        self.places.add(&wanted.film);
        self.running = Some(Running {
            job: self.last_job,
            unanswered: wanted.models.iter().map(|model| model.model).collect(),
            wanted,
            is_of_batch,
            failure: None,
            until: Instant::now() + self.options.limits.silence,
            is_cancelled: false,
        });
    }

    fn hear(&mut self, heard: Heard) {
        // What is on stderr is no sign of life: a library may warn for ever.
        if let Some(running) = self.running.as_mut().filter(|running| !running.is_cancelled)
            && matches!(heard, Heard::Said(_))
        {
            running.until = Instant::now() + self.options.limits.silence;
        }
        match heard {
            Heard::Words(line) => self.words(&line),
            // It was let go, and this is its end.
            _ if matches!(self.stage, Stage::Off) => {}
            Heard::Said(message) => self.said(message),
            Heard::Garbage(what) => {
                let message = format!("The learning engine printed what is no message: {}", self.discreet(&what));
                let advice = "See whether rachis-engine, or what RACHIS_ENGINE names, is the right program.";
                self.fail(Duration::ZERO, Some(EngineFailure::new(message, advice)));
            }
            Heard::Ended => self.fail(Duration::from_secs(1), None),
        }
    }

    fn said(&mut self, message: FromEngine) {
        match message {
            FromEngine::Ready { protocol, engine_version, torch_version, devices } => {
                self.ready(protocol, engine_version, torch_version, devices);
            }
            FromEngine::Refused { message } => {
                self.fail(Duration::from_secs(1), Some(EngineFailure::new(message, WRONG_VERSION_ADVICE)));
            }
            FromEngine::Predicted { job, prediction } => self.predicted(job, &prediction),
            FromEngine::FilmFailed { job, message, .. } => {
                let failure = EngineFailure::told(&self.discreet(&message), None);
                if let Some(running) = self.running.as_mut().filter(|running| running.job == job) {
                    running.failure = Some(failure);
                }
            }
            FromEngine::Finished { job, outcome } => self.finished(job, outcome),
            FromEngine::Warning { message, .. } => {
                let message = self.discreet(&message);
                tracing::warn!(target: "rachis::engine", "{message}");
            }
            FromEngine::Started { .. }
            | FromEngine::Progress { .. }
            | FromEngine::Scalar { .. }
            | FromEngine::Artifact { .. }
            | FromEngine::Pong => {}
        }
    }

    fn ready(&mut self, protocol: u32, engine_version: String, torch_version: String, devices: Vec<DeviceRow>) {
        if protocol != VERSION {
            let message = format!("The learning engine speaks version {protocol}, this program version {VERSION}.");
            return self.fail(Duration::ZERO, Some(EngineFailure::new(message, WRONG_VERSION_ADVICE)));
        }
        match std::mem::replace(&mut self.stage, Stage::Off) {
            Stage::Starting { process, .. } => {
                let engine = format!("rachis-engine {engine_version}, libtorch {torch_version}");
                self.stage = Stage::Ready { process, idle_since: Instant::now(), engine };
                self.tell(EngineCondition::Ready { engine_version, torch_version, devices });
            }
            other => self.stage = other,
        }
    }

    fn predicted(&mut self, job: JobNumber, row: &PredictionRow) {
        let Stage::Ready { engine, .. } = &self.stage else { return };
        let Some(running) = self.running.as_mut().filter(|running| running.job == job) else { return };
        let Some(model) = running.wanted.models.iter().find(|model| model.model == row.model) else { return };
        let prediction = if row.image_id == running.wanted.film.image_id {
            row.to_prediction()
        } else {
            Err("the name of another film".to_owned())
        };
        match prediction {
            Ok(prediction) => {
                running.unanswered.remove(&row.model);
                let answer = Answer {
                    prediction,
                    model_sha256: model.sha256.clone(),
                    took_ms: row.took_ms,
                    engine: engine.clone(),
                };
                if let Some(batch) = self.batch.as_ref().filter(|_| running.is_of_batch) {
                    let _ = batch.send(BatchNews::Answered(answer.clone()));
                }
                (self.on_news)(EngineNews::Answered(answer));
            }
            Err(what) => {
                let message = format!("The engine's answer can't be used, for there is {what} in it.");
                running.failure = Some(EngineFailure::new(message, ""));
            }
        }
    }

    fn finished(&mut self, job: JobNumber, outcome: OutcomeRow) {
        let Some(running) = self.running.as_ref().filter(|running| running.job == job) else { return };
        let running_is_of_batch = running.is_of_batch;
        let is_whole_job = matches!(outcome, OutcomeRow::Failed { .. });
        let failure = match outcome {
            OutcomeRow::Completed => running.failure.clone().or_else(|| {
                let is_whole = running.unanswered.is_empty();
                (!is_whole).then(|| EngineFailure::new("The engine gave no answer.", ""))
            }),
            OutcomeRow::Cancelled if running.is_cancelled => None,
            OutcomeRow::Cancelled => Some(EngineFailure::new("The engine stopped before its answer.", "")),
            OutcomeRow::Failed { message, advice } => Some(EngineFailure::told(&self.discreet(&message), advice)),
        };
        self.num_crashes = 0;
        if let Stage::Ready { idle_since, .. } = &mut self.stage {
            *idle_since = Instant::now();
        }
        let is_hopeless = running_is_of_batch && self.is_hopeless(failure.as_ref(), is_whole_job);
        if is_hopeless && let Some(batch) = self.batch.take() {
            let _ = batch.send(BatchNews::GaveUp(failure.clone().unwrap_or_default()));
            self.queue.drop_batch();
        }
        self.settle_running(failure);
    }

    /// Takes note of how a film of the batch ended; whether the others will end in the same way.
    fn is_hopeless(&mut self, failure: Option<&EngineFailure>, is_whole_job: bool) -> bool {
        let Some(failure) = failure.filter(|_| is_whole_job) else {
            self.batch_goes |= failure.is_none();
            self.same_failure = None;
            return false;
        };
        let num_before = self.same_failure.take().filter(|(known, _)| known == failure).map_or(0, |(_, num)| num);
        self.same_failure = Some((failure.clone(), num_before + 1));
        num_before + 1 >= MOST_SAME_FAILURES[usize::from(self.batch_goes)]
    }

    fn words(&mut self, line: &str) {
        let line = self.discreet(line);
        tracing::info!(target: "rachis::engine", "{line}");
        if let Some(batch) = &self.batch {
            let _ = batch.send(BatchNews::Words(line));
        }
    }

    /// The text without the places of films: folders and files are named after patients.
    fn discreet(&self, text: &str) -> String {
        self.places.hide(text)
    }

    /// Ends the run. Its exit status where it ended by itself, and its last words.
    fn end(&mut self, grace: Duration) -> (Option<ExitStatus>, Vec<String>) {
        let process = match std::mem::replace(&mut self.stage, Stage::Off) {
            Stage::Off => return (None, Vec::new()),
            Stage::Starting { process, .. } | Stage::Ready { process, .. } => process,
        };
        let (status, words) = process.end(grace);
        (status, words.iter().map(|line| self.discreet(line)).collect())
    }

    /// Ends the run because of this failure, which the last words explain where there is none.
    fn fail(&mut self, grace: Duration, failure: Option<EngineFailure>) {
        let was_ready = matches!(self.stage, Stage::Ready { .. });
        let (status, words) = self.end(grace);
        let failure = failure.unwrap_or_else(|| EngineFailure::ended(status, &words));
        if was_ready { self.crashed(failure) } else { self.does_not_start(&failure) }
    }

    /// It ended on its own: the film that it looked at is tried once more, later and later.
    fn crashed(&mut self, failure: EngineFailure) {
        tracing::warn!("{}", failure.in_full());
        if let Some(running) = self.running.take() {
            let image = running.wanted.image.clone();
            let num_deaths = self.deaths.entry(image.clone()).or_default();
            *num_deaths += 1;
            if running.is_cancelled {
                self.settle(image, running.is_of_batch, None);
            } else if *num_deaths >= MOST_DEATHS {
                self.settle(image.clone(), running.is_of_batch, Some(given_up(&image, Some(&failure))));
            } else if !self.queue.put_back(running.wanted, running.is_of_batch) {
                self.settle(image, false, None);
            }
        }
        self.num_crashes += 1;
        if self.num_crashes >= MOST_CRASHES {
            self.num_crashes = 0;
            let message = format!("The learning engine ended {MOST_CRASHES} times in a row. {}", failure.message);
            return self.does_not_start(&EngineFailure { message, advice: failure.advice });
        }
        self.not_before = Some(Instant::now() + self.options.limits.restart * 4_u32.pow(self.num_crashes - 1));
        self.tell(EngineCondition::Crashed(failure));
    }

    /// Nothing can be looked at: everybody who waits is told why.
    fn does_not_start(&mut self, failure: &EngineFailure) {
        tracing::warn!("{}", failure.in_full());
        self.absent = Some((failure.clone(), Instant::now() + self.options.limits.absent));
        self.tell(EngineCondition::Absent(failure.clone()));
        if let Some(batch) = self.batch.take() {
            let _ = batch.send(BatchNews::GaveUp(failure.clone()));
        }
        for image in self.queue.take_all() {
            self.settle(image, false, Some(failure.clone()));
        }
    }

    fn settle_running(&mut self, failure: Option<EngineFailure>) {
        if let Some(running) = self.running.take() {
            self.settle(running.wanted.image, running.is_of_batch, failure);
        }
    }

    fn settle(&mut self, image: ImageId, is_of_batch: bool, failure: Option<EngineFailure>) {
        if let Some(batch) = self.batch.as_ref().filter(|_| is_of_batch) {
            let _ = batch.send(BatchNews::Settled { image: image.clone(), failure: failure.clone() });
        }
        (self.on_news)(EngineNews::Settled { image, failure });
    }

    fn tell(&mut self, condition: EngineCondition) {
        (self.on_news)(EngineNews::Changed(condition));
    }
}

/// Why the engine can't be told of a film: paths are texts in JSON.
fn untellable(wanted: &FilmWanted) -> EngineFailure {
    if wanted.film.path.to_str().is_none() {
        let message = "The name of the film's file or folder is not UTF-8, so models can't be told of it.";
        return EngineFailure::new(message, "Rename it and import the film again; it can be read as it is.");
    }
    if wanted.models.iter().any(|model| model.path.to_str().is_none()) {
        let message = "The name of the project's folder is not UTF-8, so the engine can't be told of its models.";
        return EngineFailure::new(message, "Rename the folder; readings are not affected.");
    }
    EngineFailure::new(
        "The film's path is too long, so models can't be told of it.",
        "Move the film and import it again.",
    )
}

/// Why a film is left out.
fn given_up(image: &ImageId, failure: Option<&EngineFailure>) -> EngineFailure {
    let why = failure.map_or_else(String::new, |failure| format!(" {}", failure.message));
    EngineFailure {
        message: format!("The learning engine ended {MOST_DEATHS} times at film {image}, so models leave it out.{why}"),
        advice: failure.and_then(|failure| failure.advice.clone()),
    }
}
