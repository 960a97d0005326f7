//! What was done to the film, and what the reader has read.

use crate::session::command::Command;
use crate::session::history_walk::WalkCommand;

use super::{CommandRow, Context, row};

pub(super) const ROWS: &[CommandRow] = &[
    row(
        "toggle_history",
        "History",
        "Show what was done to the film, step by step, and go back to any of it",
        &["Ctrl+H"],
        Context::Film,
        Command::Walk(WalkCommand::ToggleHistory),
    ),
    row(
        "my_statistics",
        "My statistics",
        "How many films you read, what you marked, and in what time",
        &["Ctrl+Shift+M"],
        Context::Everywhere,
        Command::Walk(WalkCommand::ShowMyStatistics),
    ),
];
