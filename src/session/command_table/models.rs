//! The project's models: their screen, and bringing one in.

use super::super::command::Command;
use super::super::model_commands::ModelCommand;
use super::Context::Everywhere;
use super::{CommandRow, row};

pub(super) const ROWS: &[CommandRow] = &[
    row(
        "models",
        "Models…",
        "The models of this project, which are in use, and who sees what they say",
        &[],
        Everywhere,
        Command::Model(ModelCommand::Show),
    ),
    row(
        "import_model",
        "Import a model…",
        "Bring a file with a network's weights into the project",
        &[],
        Everywhere,
        Command::Model(ModelCommand::ChooseFile),
    ),
    row(
        "make_ensemble",
        "Make an ensemble…",
        "Let several classifiers of this project answer as one, by the mean of what they say",
        &[],
        Everywhere,
        Command::Model(ModelCommand::AskEnsemble),
    ),
];
