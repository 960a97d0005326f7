//! Comments, image quality, instructions and the reader's own statistics.

use super::effect::Effect;
use super::screen::Session;

/// Something said about the film, or asked about the reading.
#[derive(Clone, PartialEq, Debug)]
pub enum DiscussCommand {
    /// What readers are told, and the cases to compare with.
    ShowInstructions,
}

impl DiscussCommand {
    pub(super) const fn is_on(&self, _session: &Session) -> bool {
        false
    }

    pub(super) fn is_available(&self, session: &Session) -> bool {
        session.pane.film.is_some()
    }
}

impl Session {
    pub(super) fn discuss_command(&mut self, command: DiscussCommand, _now_ms: i64) -> Vec<Effect> {
        match command {
            DiscussCommand::ShowInstructions => Vec::new(),
        }
    }
}
