//! The work of many: settling what readers disagree on, finding by finding.

use crate::session::effect::Effect;
use crate::session::screen::Session;

use super::TeamTask;

/// What a person asks.
#[derive(Clone, PartialEq, Debug)]
pub enum ReviewCommand {
    /// Read it anew.
    Load,
}

/// What is asked of the store, on another thread; answered by [`ReviewNews`].
#[derive(Clone, PartialEq, Debug)]
pub enum ReviewTask {
    Load,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum ReviewNews {
    /// A sentence: what was done.
    Done(String),
    /// What could not be done, and why.
    Failed(String),
}

/// What the window knows of it.
#[derive(Clone, Default, Debug)]
pub struct ReviewDesk {
    pub is_loading: bool,
}

impl ReviewCommand {
    pub const fn is_available(&self, session: &Session) -> bool {
        session.project.is_some()
    }
}

impl Session {
    pub(super) fn reviewing_command(&mut self, command: ReviewCommand, _now_ms: i64) -> Vec<Effect> {
        match command {
            ReviewCommand::Load => {
                self.team.reviewing.is_loading = true;
                vec![TeamTask::Review(ReviewTask::Load).effect()]
            }
        }
    }

    pub(super) fn reviewing_news(&mut self, news: ReviewNews, _now_ms: i64) -> Vec<Effect> {
        self.team.reviewing.is_loading = false;
        match news {
            ReviewNews::Done(text) => self.tell_team(false, text),
            ReviewNews::Failed(text) => self.tell_team(true, text),
        }
        Vec::new()
    }
}
