//! Labels, attributes and answers.

use crate::domain::presence::Presence;

use super::super::command::Command;
use super::super::labelling::{LabelCommand, NextLabel};
use super::Context::Film;
use super::{CommandRow, row};

pub(super) const ROWS: &[CommandRow] = &[
    row(
        "find_label",
        "Find a label",
        "Type part of a name: labels and findings of that name are left, Enter takes the first",
        &["Ctrl+Shift+F"],
        Film,
        Command::Label(LabelCommand::Search),
    ),
    row(
        "select_all",
        "Select all findings",
        "Select every mark of the film",
        &["Ctrl+A"],
        Film,
        Command::Label(LabelCommand::SelectAll),
    ),
    row(
        "add_label",
        "Another label on this shape",
        "The next label key adds its label to the selected shape instead of changing it",
        &["Ctrl+J"],
        Film,
        Command::Label(LabelCommand::Next(NextLabel::Add)),
    ),
    row(
        "answer_absent",
        "Absent",
        "The next label key says that its label is absent",
        &["Ctrl+B"],
        Film,
        Command::Label(LabelCommand::Next(NextLabel::Answer(Presence::Absent))),
    ),
    row(
        "answer_unsure",
        "Unsure",
        "The next label key says that its label may be there",
        &["Ctrl+U"],
        Film,
        Command::Label(LabelCommand::Next(NextLabel::Answer(Presence::Unsure))),
    ),
    row(
        "ask_attributes",
        "Attributes",
        "Level, severity, certainty and note of the selected finding",
        &["Alt+A"],
        Film,
        Command::Label(LabelCommand::AskAttributes),
    ),
];
