//! Drawing tools: polygon, freehand, brush, eraser, point, line and boxes by clicks; and what is done to shapes.

use super::effect::Effect;
use super::screen::Session;

/// Something done to shapes.
#[derive(Clone, PartialEq, Debug)]
pub enum DrawCommand {
    /// The shape being drawn is done as it is.
    Finish,
}

impl DrawCommand {
    pub(super) const fn is_on(&self, _session: &Session) -> bool {
        false
    }

    pub(super) fn is_available(&self, session: &Session) -> bool {
        session.pane.film.is_some()
    }
}

impl Session {
    pub(super) fn draw_command(&mut self, command: DrawCommand, _now_ms: i64) -> Vec<Effect> {
        match command {
            DrawCommand::Finish => Vec::new(),
        }
    }
}
