//! Going through what was done to a film: the history panel.

use super::effect::Effect;
use super::screen::Session;

/// A step through what was done.
#[derive(Clone, PartialEq, Debug)]
pub enum WalkCommand {
    /// The history panel, shown or not.
    ToggleHistory,
}

impl WalkCommand {
    pub(super) const fn is_on(&self, _session: &Session) -> bool {
        false
    }

    pub(super) fn is_available(&self, session: &Session) -> bool {
        session.pane.film.is_some()
    }
}

impl Session {
    pub(super) fn walk_command(&mut self, command: WalkCommand, _now_ms: i64) -> Vec<Effect> {
        match command {
            WalkCommand::ToggleHistory => Vec::new(),
        }
    }
}
