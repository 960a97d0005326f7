//! Rows: frozen data sets, training, and which films to read next.

use super::super::command::Command;
use super::super::training::TrainCommand;
use super::Context::Everywhere;
use super::{CommandRow, row};

pub(super) const ROWS: &[CommandRow] = &[
    row(
        "train",
        "Train…",
        "Let a model learn from the labels of this project, watch it, and bring it into use",
        &[],
        Everywhere,
        Command::Train(TrainCommand::Show),
    ),
    row(
        "freeze_data_set",
        "Freeze a data set…",
        "Keep films and labels as they are now, split for learning, choosing and testing",
        &[],
        Everywhere,
        Command::Train(TrainCommand::AskFreeze),
    ),
    row(
        "choose_next_films",
        "Choose films to read next",
        "List the unread films first that would teach the models most, and some at random",
        &[],
        Everywhere,
        Command::Train(TrainCommand::ChooseNext),
    ),
    row(
        "read_next_film",
        "Read the next of them",
        "Open the first film of that list that you have not read",
        &[],
        Everywhere,
        Command::Train(TrainCommand::ReadNext),
    ),
];
