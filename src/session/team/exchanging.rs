//! The work of many: tables and bundles that leave the project and come back.

use crate::session::effect::Effect;
use crate::session::screen::Session;

use super::TeamTask;

/// What a person asks.
#[derive(Clone, PartialEq, Debug)]
pub enum ExchangeCommand {
    /// Read it anew.
    Load,
}

/// What is asked of the store, on another thread; answered by [`ExchangeNews`].
#[derive(Clone, PartialEq, Debug)]
pub enum ExchangeTask {
    Load,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum ExchangeNews {
    /// A sentence: what was done.
    Done(String),
    /// What could not be done, and why.
    Failed(String),
}

/// What the window knows of it.
#[derive(Clone, Default, Debug)]
pub struct ExchangeDesk {
    pub is_loading: bool,
}

impl ExchangeCommand {
    pub const fn is_available(&self, session: &Session) -> bool {
        session.project.is_some()
    }
}

impl Session {
    pub(super) fn exchanging_command(&mut self, command: ExchangeCommand, _now_ms: i64) -> Vec<Effect> {
        match command {
            ExchangeCommand::Load => {
                self.team.exchanging.is_loading = true;
                vec![TeamTask::Exchange(ExchangeTask::Load).effect()]
            }
        }
    }

    pub(super) fn exchanging_news(&mut self, news: ExchangeNews, _now_ms: i64) -> Vec<Effect> {
        self.team.exchanging.is_loading = false;
        match news {
            ExchangeNews::Done(text) => self.tell_team(false, text),
            ExchangeNews::Failed(text) => self.tell_team(true, text),
        }
        Vec::new()
    }
}
