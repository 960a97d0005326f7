//! A named thread that does one thing after another, so that callers never wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};

type Work = Box<dyn FnOnce() + Send>;

/// Work handed over runs in order; dropping the lane waits for the piece that runs and drops what has not begun.
#[derive(Debug)]
pub struct Lane {
    sender: Option<Sender<Work>>,
    is_closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Lane {
    pub fn start(name: &str) -> Self {
        let (sender, receiver) = channel::<Work>();
        let is_closing = Arc::new(AtomicBool::new(false));
        let closing = is_closing.clone();
        let run = move || {
            for work in receiver {
                if closing.load(Ordering::SeqCst) {
                    return;
                }
                // A panic in one piece of work costs that piece, not the lane.
                if std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err() {
                    tracing::error!("a piece of background work ended in a panic");
                }
            }
        };
        let thread = Builder::new().name(name.to_owned()).spawn(run);
        if let Err(error) = &thread {
            tracing::error!(%error, name, "no thread for background work");
        }
        Self { sender: Some(sender), is_closing, thread: thread.ok() }
    }

    /// A lane that nobody waits for when it is dropped: work may stand still for as long as a person does.
    pub fn detached(name: &str) -> Self {
        let mut lane = Self::start(name);
        lane.thread = None;
        lane
    }

    /// Hands work over and returns at once.
    pub fn run(&self, work: impl FnOnce() + Send + 'static) {
        if let Some(sender) = &self.sender
            && sender.send(Box::new(work)).is_err()
        {
            tracing::error!("background work was handed to a lane that is gone");
        }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.is_closing.store(true, Ordering::SeqCst);
        self.sender = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("a lane ended in a panic");
        }
    }
}

/// Threads that are worth starting for work that fills a core: at least two, so that one can be kept free for what
/// somebody waits for, and at most four.
pub fn num_workers() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_runs_in_order_and_a_panic_costs_only_itself() {
        let (sender, receiver) = channel();
        let lane = Lane::start("test");
        for n in 0..3 {
            let sender = sender.clone();
            lane.run(move || {
                assert_ne!(n, 1, "on purpose");
                let _ = sender.send(n);
            });
        }
        assert_eq!([receiver.recv(), receiver.recv()], [Ok(0), Ok(2)]);
    }

    #[test]
    fn a_lane_that_goes_takes_its_queue_with_it() {
        let (started, has_started) = channel();
        let (release, released) = channel::<()>();
        let (sender, receiver) = channel();
        let lane = Lane::start("test");
        lane.run(move || {
            let _ = started.send(());
            let _ = released.recv();
        });
        lane.run(move || {
            let _ = sender.send(1);
        });
        has_started.recv().unwrap();
        lane.is_closing.store(true, Ordering::SeqCst);
        drop(release);
        drop(lane);
        assert!(receiver.recv().is_err(), "the second piece never ran");
    }
}
