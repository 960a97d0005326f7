//! Keeps the learning engine for whoever has films to be looked at: asked from any thread, it answers by news.

use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::domain::id::ImageId;

use super::engine_kept::Keeper;
use super::engine_news::{BatchNews, EngineNews};
use super::engine_process::{EngineProgram, Heard};
use super::film_queue::FilmWanted;

/// How long things may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EngineLimits {
    /// From the start to `ready`: libtorch and CUDA come from the disk.
    pub handshake: Duration,
    /// Between two signs of life while it looks at a film.
    pub silence: Duration,
    /// From the wish to stop to the end by force.
    pub cancel: Duration,
    /// Without work, before it is let go.
    pub idle: Duration,
    /// Before it is started again after it ended on its own; four times as long each time that it does so in a row.
    pub restart: Duration,
    /// After a start that failed, before films that nobody asked for by hand try again.
    pub absent: Duration,
}

impl Default for EngineLimits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(90),
            silence: Duration::from_mins(10),
            cancel: Duration::from_secs(15),
            idle: Duration::from_mins(10),
            restart: Duration::from_millis(200),
            absent: Duration::from_secs(30),
        }
    }
}

/// Which engine, and how it is to work.
#[derive(Clone, PartialEq, Debug)]
pub struct EngineOptions {
    pub program: EngineProgram,
    pub limits: EngineLimits,
    /// `cpu`, `cuda:0`; none: the best there is.
    pub device: Option<String>,
    /// `f32`, `bf16`; none: the fastest whose detections stay the same.
    pub precision: Option<String>,
}

impl EngineOptions {
    pub fn new(program: EngineProgram) -> Self {
        Self { program, limits: EngineLimits::default(), device: None, precision: None }
    }
}

#[derive(Debug)]
pub(super) enum Message {
    /// From the run of this number.
    Heard(u64, Heard),
    Expect(Vec<ImageId>),
    Want(FilmWanted),
    Batch(Vec<FilmWanted>, Sender<BatchNews>),
    StopBatch,
    Forget,
    TryAgain,
    Close,
}

/// The engine's keeper. Dropping it ends the engine at once; what it has not said is lost and can be asked again.
#[derive(Debug)]
pub struct EngineKeeper {
    handle: EngineHandle,
    thread: Option<JoinHandle<()>>,
}

/// To ask the keeper from any thread; returns at once.
#[derive(Clone, Debug)]
pub struct EngineHandle {
    sender: Sender<Message>,
}

impl EngineKeeper {
    /// `on_news` is called on the keeper's thread and should only pass on what it is told.
    pub fn start(options: EngineOptions, on_news: impl FnMut(EngineNews) + Send + 'static) -> Self {
        let (sender, inbox) = channel();
        let own = sender.clone();
        let run = move || Keeper::new(options, own, Box::new(on_news)).run(&inbox);
        let thread = Builder::new().name("engine".to_owned()).spawn(run);
        if let Err(error) = &thread {
            tracing::error!(%error, "no thread for the learning engine");
        }
        Self { handle: EngineHandle { sender }, thread: thread.ok() }
    }

    pub fn handle(&self) -> &EngineHandle {
        &self.handle
    }
}

impl Drop for EngineKeeper {
    fn drop(&mut self) {
        self.handle.tell(Message::Close);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the keeper of the learning engine ended in a panic");
        }
    }
}

impl EngineHandle {
    /// These films are expected from now on, the one on screen first. Films wanted before and not among them are dropped.
    pub fn expect(&self, images: Vec<ImageId>) {
        self.tell(Message::Expect(images));
    }

    /// Has models look at a film that is expected.
    pub fn want(&self, film: FilmWanted) {
        self.tell(Message::Want(film));
    }

    /// Has models look at many films when nothing more urgent is to be done. What becomes of each is sent; a sender that
    /// is dropped means that nothing more comes. One batch at a time: another takes the place of the first.
    pub fn start_batch(&self, films: Vec<FilmWanted>, news: Sender<BatchNews>) {
        self.tell(Message::Batch(films, news));
    }

    pub fn stop_batch(&self) {
        self.tell(Message::StopBatch);
    }

    /// Nothing that was asked is wanted any more: the project is another one.
    pub fn forget(&self) {
        self.tell(Message::Forget);
    }

    /// What failed may be tried again at once.
    pub fn try_again(&self) {
        self.tell(Message::TryAgain);
    }

    fn tell(&self, message: Message) {
        // The keeper is gone only when the program ends.
        let _ = self.sender.send(message);
    }
}
