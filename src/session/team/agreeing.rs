//! The work of many: consensus by rule, and how far readers agree.

use crate::session::effect::Effect;
use crate::session::screen::Session;

use super::TeamTask;

/// What a person asks.
#[derive(Clone, PartialEq, Debug)]
pub enum AgreeCommand {
    /// Read it anew.
    Load,
}

/// What is asked of the store, on another thread; answered by [`AgreeNews`].
#[derive(Clone, PartialEq, Debug)]
pub enum AgreeTask {
    Load,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum AgreeNews {
    /// A sentence: what was done.
    Done(String),
    /// What could not be done, and why.
    Failed(String),
}

/// What the window knows of it.
#[derive(Clone, Default, Debug)]
pub struct AgreeDesk {
    pub is_loading: bool,
}

impl AgreeCommand {
    pub const fn is_available(&self, session: &Session) -> bool {
        session.project.is_some()
    }
}

impl Session {
    pub(super) fn agreeing_command(&mut self, command: AgreeCommand, _now_ms: i64) -> Vec<Effect> {
        match command {
            AgreeCommand::Load => {
                self.team.agreeing.is_loading = true;
                vec![TeamTask::Agree(AgreeTask::Load).effect()]
            }
        }
    }

    pub(super) fn agreeing_news(&mut self, news: AgreeNews, _now_ms: i64) -> Vec<Effect> {
        self.team.agreeing.is_loading = false;
        match news {
            AgreeNews::Done(text) => self.tell_team(false, text),
            AgreeNews::Failed(text) => self.tell_team(true, text),
        }
        Vec::new()
    }
}
