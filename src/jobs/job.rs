//! One piece of long work: its states, how far it is, and how to stop it.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

/// Where a job stands. The last four are final.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum JobState {
    Queued,
    Starting,
    Running,
    Completed,
    /// Stopped because somebody asked for it; what was done stays done.
    Cancelled,
    /// Ended by an error of its own.
    Failed,
    /// Ended by something else: a panic, a killed process, the program's end.
    Interrupted,
}

impl JobState {
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Failed | Self::Interrupted)
    }
}

/// How far a job is.
#[derive(Clone, PartialEq, Debug)]
pub struct Progress {
    /// What it is doing, for the person who waits: `Reading films`.
    pub stage: String,
    pub done: u64,
    /// 0 where nobody knows yet.
    pub total: u64,
}

impl Progress {
    pub fn new(stage: impl Into<String>, done: u64, total: u64) -> Self {
        Self { stage: stage.into(), done, total }
    }

    /// 0..=1; `None` where the total is unknown.
    pub fn fraction(&self) -> Option<f64> {
        (self.total > 0).then(|| (self.done as f64 / self.total as f64).min(1.0))
    }
}

/// A wish to stop, shared by who wishes and who works.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the work tells while it runs, and what it asks.
#[derive(Clone)]
pub struct Report {
    sender: Sender<Progress>,
    cancel: CancelToken,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report").field("cancel", &self.cancel).finish_non_exhaustive()
    }
}

impl Report {
    /// Told to whoever holds the handle; nobody has to listen.
    pub fn progress(&self, progress: Progress) {
        let _ = self.sender.send(progress);
        (self.wake)();
    }

    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    pub fn cancel_token(&self) -> CancelToken {
        self.cancel.clone()
    }
}

/// How a job ended.
#[derive(Debug)]
pub enum Outcome<T, E> {
    Completed(T),
    /// With what was done until then.
    Cancelled(T),
    Failed(E),
    /// With what the panic said.
    Interrupted(String),
}

impl<T, E> Outcome<T, E> {
    pub const fn state(&self) -> JobState {
        match self {
            Self::Completed(_) => JobState::Completed,
            Self::Cancelled(_) => JobState::Cancelled,
            Self::Failed(_) => JobState::Failed,
            Self::Interrupted(_) => JobState::Interrupted,
        }
    }
}

/// Starts jobs.
#[derive(Clone, Copy, Debug)]
pub struct Job;

impl Job {
    /// Runs `work` on a thread of this name. `wake` is called after each progress and at the end,
    /// on that thread, so that a sleeping window looks.
    pub fn start<T, E>(
        name: &str,
        wake: impl Fn() + Send + Sync + 'static,
        work: impl FnOnce(&Report) -> Result<T, E> + Send + 'static,
    ) -> std::io::Result<JobHandle<T, E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let (inner_sender, inner) = channel::<Progress>();
        let cancel = CancelToken::new();
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(wake);
        let report = Report { sender: inner_sender, cancel: cancel.clone(), wake: wake.clone() };
        let state = Arc::new(Mutex::new(JobState::Queued));
        let shared_state = state.clone();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            let set = |new| *shared_state.lock().unwrap_or_else(PoisonError::into_inner) = new;
            set(JobState::Running);
            wake();
            let result = std::panic::catch_unwind(AssertUnwindSafe(|| work(&report)));
            let outcome = match result {
                Ok(Ok(value)) if report.is_cancelled() => Outcome::Cancelled(value),
                Ok(Ok(value)) => Outcome::Completed(value),
                Ok(Err(error)) => Outcome::Failed(error),
                Err(panic) => Outcome::Interrupted(words_of(panic.as_ref())),
            };
            set(outcome.state());
            wake();
            outcome
        })?;
        {
            // The thread may have been faster.
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            if *state == JobState::Queued {
                *state = JobState::Starting;
            }
        }
        Ok(JobHandle {
            name: name.to_owned(),
            thread,
            progress: inner,
            latest: None,
            cancel,
            state,
            started: Instant::now(),
        })
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason given".to_owned())
}

/// A job seen from outside.
#[derive(Debug)]
pub struct JobHandle<T, E> {
    name: String,
    thread: JoinHandle<Outcome<T, E>>,
    progress: Receiver<Progress>,
    latest: Option<Progress>,
    cancel: CancelToken,
    state: Arc<Mutex<JobState>>,
    started: Instant,
}

impl<T, E> JobHandle<T, E> {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn state(&self) -> JobState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The latest progress; never waits.
    pub fn progress(&mut self) -> Option<&Progress> {
        loop {
            match self.progress.try_recv() {
                Ok(progress) => self.latest = Some(progress),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return self.latest.as_ref(),
            }
        }
    }

    /// The next progress; waits for it, and gives `None` once the work has ended.
    pub fn next_progress(&mut self) -> Option<Progress> {
        let progress = self.progress.recv().ok()?;
        self.latest = Some(progress.clone());
        Some(progress)
    }

    /// Seconds until the end at the pace so far; `None` before anything is done.
    pub fn seconds_left(&self) -> Option<f64> {
        let progress = self.latest.as_ref().filter(|progress| progress.done > 0)?;
        let left = progress.total.checked_sub(progress.done)? as f64;
        Some(self.started.elapsed().as_secs_f64() / progress.done as f64 * left)
    }

    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for the end.
    pub fn join(self) -> Outcome<T, E> {
        self.thread.join().unwrap_or_else(|panic| Outcome::Interrupted(words_of(panic.as_ref())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(work: impl FnOnce(&Report) -> Result<u32, String> + Send + 'static) -> JobHandle<u32, String> {
        Job::start("test", || {}, work).unwrap()
    }

    #[test]
    fn a_job_tells_its_progress_and_its_result() {
        let mut job = start(|report| {
            (0..3).for_each(|n| report.progress(Progress::new("Counting", n, 3)));
            Ok(7)
        });
        let mut seen = Vec::new();
        while let Some(progress) = job.next_progress() {
            seen.push(progress.done);
        }
        assert_eq!(seen, vec![0, 1, 2]);
        assert!(matches!(job.join(), Outcome::Completed(7)));
    }

    #[test]
    fn a_cancelled_job_keeps_what_it_did() {
        let job = start(|report| {
            while !report.is_cancelled() {
                std::thread::yield_now();
            }
            Ok(3)
        });
        job.cancel();
        assert!(matches!(job.join(), Outcome::Cancelled(3)));
    }

    #[test]
    fn failure_and_panic_are_told_apart() {
        assert!(matches!(start(|_| Err("no disk".to_owned())).join(), Outcome::Failed(text) if text == "no disk"));
        let broken = start(|_| panic!("a fault"));
        while !broken.is_finished() {
            std::thread::yield_now();
        }
        assert_eq!(broken.state(), JobState::Interrupted);
        assert!(matches!(broken.join(), Outcome::Interrupted(text) if text.contains("a fault")));
    }
}
