//! When a command makes sense, and when what it switches is on.

use crate::domain::measure::MeasureKind;
use crate::domain::task::TaskState;

use super::command::{Command, Context};
use super::open_film::OpenFilm;
use super::panes::Layout;
use super::screen::Session;

impl Command {
    /// Whether what the command switches is on.
    pub fn is_on(&self, session: &Session) -> bool {
        match self {
            Self::ToggleMagnifier => session.is_magnifier_on,
            Self::ToggleMaximised => session.is_maximised,
            Self::ToggleFullScreen => session.is_full_screen,
            Self::ToggleKeepView => session.settings.keeps_view,
            Self::ToggleLinked => session.is_linked,
            Self::SetLayout(layout) => session.layout == *layout,
            Self::UseTool(tool) => session.tool == *tool,
            _ => false,
        }
    }

    /// Whether asking for it now makes sense; menus and the palette leave the others out.
    pub fn is_available(&self, session: &Session) -> bool {
        match self {
            Self::OpenProject
            | Self::CreateProject
            | Self::Quit
            | Self::Palette
            | Self::CheatSheet
            | Self::Escape
            | Self::ShowSettings
            | Self::ShowTestPattern => true,
            Self::ImportFilms
            | Self::ImportFilmFiles
            | Self::ImportLabels
            | Self::ExportSpineXr
            | Self::ExportCxr
            | Self::ExportKaggle => {
                session.project.is_some() && session.job.as_ref().is_none_or(|job| job.outcome.is_some())
            }
            Self::CancelJob => session.job.as_ref().is_some_and(|job| job.outcome.is_none() && job.can_stop),
            Self::ShowWorklist | Self::ChangeReader => session.reader.is_some(),
            Self::ShowFilm => session.reader.is_some() && !session.worklist.is_empty(),
            Self::RetrySave => session.save_failure().is_some(),
            Self::AddReader => session.project.is_some(),
            Self::Undo => session.pane.film.as_ref().is_some_and(|f| f.history.can_undo() || f.sketch.is_some()),
            Self::Redo => session.pane.film.as_ref().is_some_and(|f| f.history.can_redo()),
            Self::Reopen => session.pane.film.as_ref().is_some_and(|f| f.reading.state() == TaskState::Completed),
            Self::WindowPreset(n) => {
                session.pane.film.as_ref().and_then(OpenFilm::film).is_some_and(|film| *n < film.facts.voi.len())
            }
            Self::ToggleMiddleHeight => session.selected_kind() == Some(MeasureKind::VertebralHeight),
            Self::NextPane => session.layout != Layout::One,
            Self::ComparePrior => session.pane.film.as_ref().is_some_and(|film| !film.priors.is_empty()),
            Self::NextFrame | Self::PreviousFrame => {
                session.pane.film.as_ref().is_some_and(|f| f.entry.facts.num_frames > 1)
            }
            _ => session.pane.film.is_some() || self.row().is_none_or(|row| row.context == Context::Everywhere),
        }
    }
}
