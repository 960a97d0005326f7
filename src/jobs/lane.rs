//! A named thread that does one thing after another, so that callers never wait.

use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};

type Work = Box<dyn FnOnce() + Send>;

/// Work handed over runs in order; dropping the lane lets what waits finish.
#[derive(Debug)]
pub struct Lane {
    sender: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl Lane {
    pub fn start(name: &str) -> Self {
        let (sender, receiver) = channel::<Work>();
        let run = move || {
            for work in receiver {
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
        Self { sender: Some(sender), thread: thread.ok() }
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
        self.sender = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("a lane ended in a panic");
        }
    }
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
        drop(lane);
        drop(sender);
        assert_eq!(receiver.iter().collect::<Vec<i32>>(), vec![0, 2]);
    }
}
