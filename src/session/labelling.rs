//! Labels of marks, films, series and studies, and attributes of marks.

use super::effect::Effect;
use super::screen::Session;

/// Something said of a mark or a film.
#[derive(Clone, PartialEq, Debug)]
pub enum LabelCommand {
    /// Every mark of the film is selected.
    SelectAll,
}

impl LabelCommand {
    pub(super) const fn is_on(&self, _session: &Session) -> bool {
        false
    }

    pub(super) fn is_available(&self, session: &Session) -> bool {
        session.pane.film.is_some()
    }
}

impl Session {
    pub(super) fn label_command(&mut self, command: LabelCommand, _now_ms: i64) -> Vec<Effect> {
        match command {
            LabelCommand::SelectAll => Vec::new(),
        }
    }
}
