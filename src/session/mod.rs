//! What the person is doing: commands, gestures, history, selection and view state; a pure state machine without I/O.
//!
//! [`Session::handle`] takes an [`Input`] and the time, and answers with [`Effect`]s for the outside to carry out.
#![deny(clippy::disallowed_methods)]

pub mod command;
pub mod command_table;
pub mod keymap;
pub mod input_map;
pub mod settings;
pub mod effect;
pub mod event;
pub mod history;
pub mod viewport;
pub mod unfinished;
pub mod panes;
mod hanging;
mod counted_films;
pub mod worklist;
pub mod listing;
pub mod triage;
mod tags;
pub mod open_film;
pub mod gesture;
pub mod measuring;
mod mending;
#[cfg(test)]
mod mending_script;
mod marks;
pub mod drawing;
pub mod labelling;
pub mod label_editor;
pub mod discussing;
mod queue;
pub mod threads;
pub mod guide;
pub mod history_walk;
mod reading_clock;
pub mod project_settings;
pub mod evaluating;
pub mod training;
pub mod team;
pub mod model_shelf;
pub mod model_commands;
mod predicting;
pub mod suggesting;
mod screen;
pub mod readme_keys;
mod handle;
mod leaving;
pub mod windowing;
mod events;
mod path_chosen;
mod elsewhere;
mod pointer;
#[cfg(test)]
mod gesture_script;
#[cfg(test)]
mod history_script;
#[cfg(test)]
mod draw_script;
#[cfg(test)]
mod reshape_script;
#[cfg(test)]
mod walk_script;
#[cfg(test)]
mod copy_script;
#[cfg(test)]
mod input_script;
#[cfg(test)]
mod labelling_script;
#[cfg(test)]
mod panes_script;
#[cfg(test)]
mod suggesting_script;
#[cfg(test)]
mod windowing_script;
#[cfg(test)]
mod measuring_script;

pub use command::{COMMANDS, Command};
pub use drawing::{DrawCommand, PasteSource};
pub use effect::{Effect, FilePurpose};
pub use evaluating::{
    Beside, BoxRole, DataTables, ErrorIndex, ErrorList, EvaluateCommand, EvaluateDialog, EvaluatePage, EvaluationDesk,
    EvaluationTask, FormFile, Sheet, ShownBox, Slider, StudyCommand, StudyDesk, StudyNews, StudyTask, TruthOwner,
};
pub use event::Event;
pub use handle::Input;
pub use history_walk::WalkCommand;
pub use model_commands::{ModelChange, ModelCommand, ModelDesk, ModelDialog, ModelDone, ModelFile};
pub use model_shelf::{EngineDevice, EngineState, ModelShelf};
pub use open_film::{OpenFilm, Picture};
pub use panes::{Layout, Pane};
pub use pointer::{PointerButton, PointerEvent, PointerKind};

pub use label_editor::{LabelDesk, LabelSetCommand, LabelVersion};
pub use labelling::{AttributeChange, LabelCommand, LabelFocus, NextLabel};
pub use project_settings::{NewProjectWish, ProjectCommand, ProjectPage};
pub use screen::DrawTool;
pub use screen::{Dialog, JobView, Notice, NoticeKind, OpenProject, OverlayState, SaveState, Screen, Session, Tool};
pub use suggesting::{NUM_STEPS, SuggestCommand, WhyHidden};
pub use tags::Tags;
pub use team::{TeamCommand, TeamDesk, TeamNews, TeamTask};
pub use training::{TrainCommand, TrainDialog, TrainNews, TrainPage, TrainTask, TrainingDesk};
