//! The process that carries out one run of training: started, told where the films lie, let go or ended.
//!
//! It tells nothing here: how it stands is in its folder. As long as its stdin is open it belongs to its starter; when that
//! is closed without the word `detach`, as by a killed window, it writes a checkpoint and stops.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use crate::domain::training::run::RunState;

use super::engine_failure::EngineFailure;
use super::engine_process::{EngineProgram, write_messages};
use super::protocol::FilmRef;
use super::training_folder::TrainingFolder;

/// The line on the trainer's stdin after which it goes on by itself.
pub const DETACH: &str = "detach";

/// How long a trainer may take to hear that it is to go on by itself.
const HEARD_WITHIN: Duration = Duration::from_secs(5);
/// How long a killed process may take to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(2);
/// The end of the log that explains an end, in bytes.
const LAST_WORDS: u64 = 4 << 10;

/// How a trainer's process ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TrainerEnd {
    /// In good order: how the run stands is in its folder.
    Ended,
    /// Without a word in the folder: killed, or it could not start.
    Died(EngineFailure),
}

/// A trainer that this program started. Dropped, it is asked to write a checkpoint and stop, and not waited for.
#[derive(Debug)]
pub struct Trainer {
    child: Child,
    /// To the thread that writes; gone once stdin is to be closed.
    sender: Option<Sender<Vec<u8>>>,
    /// Closed when the thread that writes is done.
    written: Receiver<()>,
    folder: TrainingFolder,
    /// How long the log was before: what stands there is of former starts.
    log_from: u64,
}

impl Trainer {
    /// Starts `rachis-engine train FOLDER` and tells it where the films lie. Their places go through its stdin alone: no
    /// file and no list of processes ever shows them.
    ///
    /// # Errors
    /// When the program can't be started, or its log not be written.
    pub fn start(program: &EngineProgram, folder: &TrainingFolder, films: &[FilmRef]) -> Result<Self, EngineFailure> {
        let cannot = |error: &io::Error| {
            let advice = "Free some space, or see who may write there, and go on with the run then.";
            EngineFailure::new(format!("The run's log can't be written: {error}. Nothing was trained."), advice)
        };
        let log = File::options().create(true).append(true).open(folder.log()).map_err(|error| cannot(&error))?;
        let log_from = log.metadata().map_or(0, |facts| facts.len());
        let mut lines = Vec::new();
        for film in films {
            serde_json::to_writer(&mut lines, film).map_err(|error| {
                EngineFailure::new(format!("A film's place can't be said to the learning engine: {error}."), "")
            })?;
            lines.push(b'\n');
        }
        lines.push(b'\n');
        let mut command = Command::new(&program.program);
        command.args(&program.arguments).arg("train").arg(folder.path());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log);
        // Ctrl-C in a terminal is for the command line, which then lets the trainer write its checkpoint.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| EngineFailure::not_started(&error))?;
        let stdin = child.stdin.take();
        let (sender, messages) = channel();
        let (write_open, written) = channel::<()>();
        let trainer = Self { child, sender: Some(sender), written, folder: folder.clone(), log_from };
        let Some(stdin) = stdin else {
            return Err(EngineFailure::new("The learning engine has no pipe.", ""));
        };
        let writer = Builder::new().name("trainer stdin".into()).spawn(move || {
            write_messages(stdin, &messages);
            drop(write_open);
        });
        writer.map_err(|error| EngineFailure::not_started(&error))?;
        trainer.say(lines);
        Ok(trainer)
    }

    pub const fn folder(&self) -> &TrainingFolder {
        &self.folder
    }

    /// Of its process.
    pub fn id(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// What a trainer that is gone was told is lost; its end is seen by [`Trainer::ended`].
    fn say(&self, bytes: Vec<u8>) {
        if let Some(sender) = &self.sender {
            let _ = sender.send(bytes);
        }
    }

    /// Lets it go on by itself after this program has ended.
    pub fn detach(mut self) {
        self.say(format!("{DETACH}\n").into_bytes());
        self.sender = None;
        // The thread ends when all is written. A trainer that does not listen is left as it is.
        let _ = self.written.recv_timeout(HEARD_WITHIN);
    }

    /// Asks it to write a checkpoint and stop. How it ended is to be looked at then.
    pub fn let_go(&mut self) {
        self.sender = None;
    }

    /// How its process ended; none while it lives.
    pub fn ended(&mut self) -> Option<TrainerEnd> {
        let status = match self.child.try_wait() {
            Ok(None) => return None,
            Ok(Some(status)) => Some(status),
            Err(_) => None,
        };
        self.sender = None;
        Some(self.end_of(status))
    }

    /// Closes its stdin, waits for its checkpoint this long, and ends it.
    pub fn stop(mut self, grace: Duration) -> TrainerEnd {
        self.sender = None;
        let until = Instant::now() + grace;
        loop {
            if let Some(end) = self.ended() {
                return end;
            }
            if Instant::now() > until {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let gone = Instant::now() + GONE_WITHIN;
        while Instant::now() < gone {
            if let Some(end) = self.ended() {
                return end;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        TrainerEnd::Died(EngineFailure::new("The trainer does not end although it was killed.", ""))
    }

    /// An exit that the folder does not tell of is the process's own.
    fn end_of(&self, status: Option<ExitStatus>) -> TrainerEnd {
        let told = self.folder.status().map(|status| status.state);
        let is_told = matches!(told, Some(RunState::Completed | RunState::Stopped | RunState::Failed));
        if is_told && status.is_none_or(|status| status.code().is_some()) {
            return TrainerEnd::Ended;
        }
        TrainerEnd::Died(EngineFailure::ended(status, &last_words(&self.folder, self.log_from)))
    }
}

/// The last lines of the log that were written since this start.
fn last_words(folder: &TrainingFolder, from: u64) -> Vec<String> {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(folder.log())?;
        let len = file.metadata()?.len();
        file.seek(SeekFrom::Start(len.saturating_sub(LAST_WORDS).max(from)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
}
