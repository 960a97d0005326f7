//! The engine's conversation with the program: lines in, lines out, one job after another.
//!
//! A thread reads; the main thread works. A closed stdin ends the program at once, wherever the work stands: a window
//! that crashed must not leave a device busy.

use std::collections::VecDeque;
use std::io::{BufRead, Read as _, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rachis::jobs::protocol::{FromEngine, JobNumber, JobSpec, MAX_LINE, OutcomeRow, ToEngine, VERSION};
use rachis::jobs::{CancelToken, Lane};

use crate::device;
use crate::predict_job::{self, Kept};

/// Where answers go: whole lines, from any thread.
#[derive(Clone)]
pub struct Voice(Arc<Mutex<Box<dyn Write + Send>>>);

impl std::fmt::Debug for Voice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Voice")
    }
}

impl Voice {
    pub fn new(output: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(output))))
    }

    /// A line that nobody can read any more ends nothing here: stdin closes too, and that does.
    pub fn say(&self, message: &FromEngine) {
        let mut line = match serde_json::to_string(message) {
            Ok(line) => line,
            Err(error) => return tracing::error!(%error, "a message that is no JSON"),
        };
        if line.len() >= MAX_LINE {
            return tracing::error!(bytes = line.len(), "a message longer than a line may be was not sent");
        }
        line.push('\n');
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = output.write_all(line.as_bytes()).and_then(|()| output.flush()) {
            tracing::error!(%error, "nobody hears the engine");
        }
    }
}

/// What waits to be done.
#[derive(Debug, Default)]
struct Queue {
    jobs: VecDeque<(JobNumber, JobSpec, CancelToken)>,
    running: Option<(JobNumber, CancelToken)>,
    is_greeted: bool,
    /// A greeting waits for its answer.
    wants_greeting: bool,
    /// End after what is running.
    is_leaving: bool,
}

/// The queue and the news that something came.
#[derive(Debug, Default)]
struct Desk {
    queue: Mutex<Queue>,
    changed: Condvar,
}

impl Desk {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves until the program says goodbye. `on_closed` is called on the reading thread when stdin closes; it should end
/// the program.
pub fn serve(input: impl BufRead + Send + 'static, voice: &Voice, on_closed: impl Fn() + Send + 'static) {
    let desk = Arc::new(Desk::default());
    let reader = Lane::detached("stdin");
    let (desk_of_reader, voice_of_reader) = (desk.clone(), voice.clone());
    reader.run(move || {
        read(input, &desk_of_reader, &voice_of_reader);
        on_closed();
        leave(&desk_of_reader);
    });
    let mut kept = Kept::default();
    while let Some(task) = next(&desk) {
        let (job, spec, token) = match task {
            Task::Greet => {
                voice.say(&ready());
                continue;
            }
            Task::Work(job, spec, token) => (job, spec, token),
        };
        voice.say(&FromEngine::Started { job });
        let outcome = match spec {
            JobSpec::Predict(spec) => predict_job::run(job, &spec, &token, &mut kept, voice),
        };
        desk.queue().running = None;
        voice.say(&FromEngine::Finished { job, outcome });
    }
}

/// The answer to a greeting. Asking a broken graphics card may take long, so it is not for the reading thread.
fn ready() -> FromEngine {
    FromEngine::Ready {
        protocol: VERSION,
        engine_version: env!("CARGO_PKG_VERSION").to_owned(),
        torch_version: device::torch_version(),
        devices: device::rows(),
    }
}

fn leave(desk: &Desk) {
    let mut queue = desk.queue();
    queue.is_leaving = true;
    if let Some((_, token)) = &queue.running {
        token.cancel();
    }
    desk.changed.notify_all();
}

/// What the main thread does next.
enum Task {
    Greet,
    Work(JobNumber, JobSpec, CancelToken),
}

/// Waits for the next task; `None` when it is time to go.
fn next(desk: &Desk) -> Option<Task> {
    let mut queue = desk.queue();
    loop {
        if std::mem::take(&mut queue.wants_greeting) {
            return Some(Task::Greet);
        }
        if queue.is_leaving {
            return None;
        }
        if let Some((job, spec, token)) = queue.jobs.pop_front() {
            queue.running = Some((job, token.clone()));
            return Some(Task::Work(job, spec, token));
        }
        queue = desk.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Reads lines until there are none.
fn read(mut input: impl BufRead, desk: &Desk, voice: &Voice) {
    let warn = |message: &str| voice.say(&FromEngine::Warning { job: None, message: message.to_owned() });
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut input).take(MAX_LINE as u64 + 1).read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => return tracing::error!(%error, "stdin can't be read"),
        }
        if line.len() > MAX_LINE {
            warn("The engine was sent a line that is too long, and left it out.");
            if !skip_line(&mut input) {
                return;
            }
            continue;
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice(&line) {
            Ok(message) => heed(message, desk, voice),
            Err(error) => {
                // Of the error, not of the line: paths of films stand in it.
                tracing::error!(line = error.line(), column = error.column(), "a line that is no message");
                warn("The engine was sent a line that it does not understand, and left it out.");
            }
        }
    }
}

/// Past the next end of line; false where the input ends first.
fn skip_line(input: &mut impl BufRead) -> bool {
    loop {
        let (found, len) = match input.fill_buf() {
            Ok([]) | Err(_) => return false,
            Ok(bytes) => match bytes.iter().position(|&byte| byte == b'\n') {
                Some(at) => (true, at + 1),
                None => (false, bytes.len()),
            },
        };
        input.consume(len);
        if found {
            return true;
        }
    }
}

fn heed(message: ToEngine, desk: &Desk, voice: &Voice) {
    match message {
        ToEngine::Hello { protocol, .. } if protocol == VERSION => {
            let mut queue = desk.queue();
            queue.is_greeted = true;
            queue.wants_greeting = true;
            desk.changed.notify_all();
        }
        ToEngine::Hello { protocol, version } => {
            voice.say(&FromEngine::Refused {
                message: format!(
                    "The learning engine is of version {} and can't work with Rachis {version} (they speak form {VERSION} and {protocol}). Install both from the same release.",
                    env!("CARGO_PKG_VERSION")
                ),
            });
            leave(desk);
        }
        ToEngine::Start { job, spec } => {
            let mut queue = desk.queue();
            if !queue.is_greeted || queue.is_leaving {
                drop(queue);
                let message = "The engine takes no job before a greeting or after a goodbye.".to_owned();
                voice.say(&FromEngine::Finished { job, outcome: OutcomeRow::Failed { message, advice: None } });
                return;
            }
            queue.jobs.push_back((job, spec, CancelToken::new()));
            desk.changed.notify_all();
        }
        ToEngine::Cancel { job } => {
            let mut queue = desk.queue();
            if let Some((running, token)) = &queue.running
                && *running == job
            {
                token.cancel();
                return;
            }
            let before = queue.jobs.len();
            queue.jobs.retain(|(waiting, ..)| *waiting != job);
            let was_waiting = queue.jobs.len() < before;
            drop(queue);
            if was_waiting {
                voice.say(&FromEngine::Finished { job, outcome: OutcomeRow::Cancelled });
            }
        }
        ToEngine::Ping => voice.say(&FromEngine::Pong),
        ToEngine::Bye => {
            let mut queue = desk.queue();
            queue.is_leaving = true;
            desk.changed.notify_all();
        }
    }
}
