//! The work of many: handing films out to readers and following the tasks.

use crate::session::effect::Effect;
use crate::session::screen::Session;

use super::TeamTask;

/// What a person asks.
#[derive(Clone, PartialEq, Debug)]
pub enum AssignCommand {
    /// Read it anew.
    Load,
}

/// What is asked of the store, on another thread; answered by [`AssignNews`].
#[derive(Clone, PartialEq, Debug)]
pub enum AssignTask {
    Load,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum AssignNews {
    /// A sentence: what was done.
    Done(String),
    /// What could not be done, and why.
    Failed(String),
}

/// What the window knows of it.
#[derive(Clone, Default, Debug)]
pub struct AssignDesk {
    pub is_loading: bool,
}

impl AssignCommand {
    pub const fn is_available(&self, session: &Session) -> bool {
        session.project.is_some()
    }
}

impl Session {
    pub(super) fn assigning_command(&mut self, command: AssignCommand, _now_ms: i64) -> Vec<Effect> {
        match command {
            AssignCommand::Load => {
                self.team.assigning.is_loading = true;
                vec![TeamTask::Assign(AssignTask::Load).effect()]
            }
        }
    }

    pub(super) fn assigning_news(&mut self, news: AssignNews, _now_ms: i64) -> Vec<Effect> {
        self.team.assigning.is_loading = false;
        match news {
            AssignNews::Done(text) => self.tell_team(false, text),
            AssignNews::Failed(text) => self.tell_team(true, text),
        }
        Vec::new()
    }
}
