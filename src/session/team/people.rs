//! The work of many: what a person asks about people, roles, PINs, and what the project is.

use crate::session::effect::Effect;
use crate::session::screen::Session;

use super::TeamTask;

/// What a person asks.
#[derive(Clone, PartialEq, Debug)]
pub enum PeopleCommand {
    /// Read it anew.
    Load,
}

/// What is asked of the store, on another thread; answered by [`PeopleNews`].
#[derive(Clone, PartialEq, Debug)]
pub enum PeopleTask {
    Load,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum PeopleNews {
    /// A sentence: what was done.
    Done(String),
    /// What could not be done, and why.
    Failed(String),
}

/// What the window knows of it.
#[derive(Clone, Default, Debug)]
pub struct PeopleDesk {
    pub is_loading: bool,
}

impl PeopleCommand {
    pub const fn is_available(&self, session: &Session) -> bool {
        session.project.is_some()
    }
}

impl Session {
    pub(super) fn people_command(&mut self, command: PeopleCommand, _now_ms: i64) -> Vec<Effect> {
        match command {
            PeopleCommand::Load => {
                self.team.people.is_loading = true;
                vec![TeamTask::People(PeopleTask::Load).effect()]
            }
        }
    }

    pub(super) fn people_news(&mut self, news: PeopleNews, _now_ms: i64) -> Vec<Effect> {
        self.team.people.is_loading = false;
        match news {
            PeopleNews::Done(text) => self.tell_team(false, text),
            PeopleNews::Failed(text) => self.tell_team(true, text),
        }
        Vec::new()
    }
}
