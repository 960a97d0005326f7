//! Rows: evaluations of models and readers.

use super::super::command::Command;
use super::super::evaluating::EvaluateCommand;
use super::Context::Everywhere;
use super::{CommandRow, row};

pub(super) const ROWS: &[CommandRow] = &[row(
    "evaluate",
    "Evaluate…",
    "Hold what models or readers say against a truth: figures, curves and the films behind them",
    &[],
    Everywhere,
    Command::Evaluate(EvaluateCommand::Show),
)];
