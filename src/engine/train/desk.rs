//! What a run says of itself in its folder, and what people want of it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rachis::domain::training::run::{RunState, RunStatus, Wish};
use rachis::jobs::training_folder::TrainingFolder;

use super::starter::Starter;

/// A status is written no more often than this, unless its state changes.
const EVERY: Duration = Duration::from_millis(250);

/// The run's folder with what stands in it now.
#[derive(Debug)]
pub struct Desk {
    pub folder: TrainingFolder,
    pub status: RunStatus,
    starter: Starter,
    written: Option<(Instant, RunState)>,
}

impl Desk {
    pub fn new(folder: TrainingFolder, starter: Starter) -> Self {
        // Of a run that goes on: until its checkpoint is read, it stands where it stood.
        let before = folder.status();
        let status = RunStatus {
            state: RunState::Preparing,
            stage: "Starting".to_owned(),
            step: before.as_ref().map_or(0, |before| before.step),
            num_steps: before.as_ref().map_or(0, |before| before.num_steps),
            eta_secs: None,
            films_ready: [0, 0],
            best: before.as_ref().and_then(|before| before.best.clone()),
            message: None,
            advice: None,
            // The run's last one, until it is known which is there now.
            device: before.map_or_else(String::new, |before| before.device),
            updated_at_ms: 0,
        };
        Self { folder, status, starter, written: None }
    }

    /// Says how the run stands, where that is due.
    pub fn tell(&mut self) {
        let is_due = self.written.is_none_or(|(at, state)| state != self.status.state || at.elapsed() >= EVERY);
        if is_due {
            self.tell_now();
        }
    }

    /// A status that can't be written costs nothing but the view: what matters are checkpoints, and those say so.
    pub fn tell_now(&mut self) {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.status.updated_at_ms = since_1970.as_millis() as i64;
        self.written = Some((Instant::now(), self.status.state));
        if let Err(error) = self.folder.write_status(&self.status) {
            tracing::warn!(%error, "the run's status can't be written");
        }
    }

    /// The same with another stage.
    pub fn stage(&mut self, stage: &str) {
        if self.status.stage == stage {
            return self.tell();
        }
        stage.clone_into(&mut self.status.stage);
        tracing::info!(step = self.status.step, "{stage}");
        self.tell_now();
    }

    /// What people want. A starter that is gone without a word wants its device back.
    pub fn wish(&self) -> Wish {
        if self.starter.is_gone() { Wish::StopNow } else { self.folder.wish() }
    }

    pub fn is_starter_gone(&self) -> bool {
        self.starter.is_gone()
    }
}
