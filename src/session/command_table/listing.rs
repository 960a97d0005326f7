//! Rows: the list of films.

use super::super::command::Command;
use super::super::listing::ListCommand;
use super::{CommandRow, Context, row};

pub(super) const ROWS: &[CommandRow] = &[row(
    "show_all_films",
    "Show all films",
    "Take every filter off the list of films",
    &[],
    Context::Everywhere,
    Command::List(ListCommand::ShowAll),
)];
