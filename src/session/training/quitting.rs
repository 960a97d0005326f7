//! Closing the window while a run of its own is under way: the person says whether it goes on.

use super::super::effect::Effect;
use super::super::screen::{Dialog, Session};
use super::{TrainDialog, TrainTask};

/// Whether the window may close.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Leaving {
    #[default]
    No,
    /// The person said what becomes of the run.
    Decided,
}

impl Session {
    /// Somebody closes the window: `false` while a question has to be answered first.
    pub fn may_close(&mut self) -> bool {
        let is_read_only = self.project.as_ref().is_none_or(|project| project.is_read_only);
        if self.training.leaving == Leaving::Decided || is_read_only || self.training.own_live().is_none() {
            return true;
        }
        self.dialog = Some(Dialog::Train(TrainDialog::Quit));
        false
    }

    pub(super) fn quit_decided(&mut self, task: TrainTask) -> Vec<Effect> {
        self.dialog = None;
        self.training.leaving = Leaving::Decided;
        self.train_quietly(task)
    }
}
