//! Going through what was done to a film: the history panel, jumps to any state of it, and the reader's own statistics.

use super::effect::{Effect, EntryRef, PendingStep};
use super::history::WalkStep;
use super::marks::sentence;
use super::screen::{Dialog, NoticeKind, Session};

/// A step through what was done.
#[derive(Clone, PartialEq, Debug)]
pub enum WalkCommand {
    /// The history panel, shown or not.
    ToggleHistory,
    /// To the state after that step; `None`: before the first.
    GoTo(Option<EntryRef>),
    /// How much the reader has read, and in what time.
    ShowMyStatistics,
}

impl WalkCommand {
    pub(super) const fn is_on(&self, session: &Session) -> bool {
        matches!(self, Self::ToggleHistory) && session.is_history_open
    }

    pub(super) const fn is_available(&self, session: &Session) -> bool {
        match self {
            Self::ShowMyStatistics => session.reader.is_some(),
            Self::ToggleHistory | Self::GoTo(_) => session.pane.film.is_some(),
        }
    }
}

impl Session {
    pub(super) fn walk_command(&mut self, command: &WalkCommand, now_ms: i64) -> Vec<Effect> {
        match command {
            WalkCommand::ToggleHistory => {
                self.is_history_open = !self.is_history_open;
                Vec::new()
            }
            WalkCommand::GoTo(step) => self.go_to(*step, now_ms),
            WalkCommand::ShowMyStatistics => self.show_statistics(now_ms),
        }
    }

    /// Goes to any state of the film, step by step in the log but as one jump to the reader. Where one step no longer
    /// fits, none is taken.
    fn go_to(&mut self, step: Option<EntryRef>, now_ms: i64) -> Vec<Effect> {
        if !self.may_write(false) {
            return Vec::new();
        }
        let Some(film) = &self.pane.film else { return Vec::new() };
        let Some(way) = film.history.way_to(step) else {
            self.notify(NoticeKind::Warning, "The history changed meanwhile; choose the step again.");
            return Vec::new();
        };
        let mut reading = film.reading.clone();
        for step in &way {
            let applied = match step {
                WalkStep::Undo(entry) => entry.edit.inverse().apply(&mut reading),
                WalkStep::Redo(entry) => entry.edit.apply(&mut reading),
            };
            if let Err(error) = applied {
                self.notify(NoticeKind::Warning, format!("Nothing was changed: {}", sentence(&error)));
                return Vec::new();
            }
        }
        let mut effects = Vec::new();
        for step in &way {
            let (edit, pending) = match step {
                WalkStep::Undo(entry) => (entry.edit.inverse(), PendingStep::Undo(entry.at)),
                WalkStep::Redo(entry) => (entry.edit.clone(), PendingStep::Redo(entry.at)),
            };
            effects.extend(self.write_one(edit, pending, now_ms));
        }
        if !effects.is_empty() {
            self.refresh_after_edit(now_ms);
            let text = match effects.len() {
                1 => "One step through the history.".to_owned(),
                n => format!("{n} steps through the history."),
            };
            self.notify(NoticeKind::Info, text);
        }
        effects
    }

    fn show_statistics(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(reader) = self.reader_id().cloned() else { return Vec::new() };
        let mut effects = self.keep_time(now_ms);
        self.dialog = Some(Dialog::MyStatistics(None));
        effects.push(Effect::LoadStatistics { reader });
        effects
    }
}
