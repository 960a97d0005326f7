//! Rows: evaluations of models and readers.

use super::super::command::Command;
use super::super::evaluating::EvaluateCommand;
use super::Context::Everywhere;
use super::{CommandRow, row};

pub(super) const ROWS: &[CommandRow] = &[
    row(
        "evaluate",
        "Evaluate…",
        "Hold what models or readers say against a truth: figures, curves and the films behind them",
        &[],
        Everywhere,
        Command::Evaluate(EvaluateCommand::Show),
    ),
    row(
        "threshold_up",
        "Raise the threshold",
        "The threshold of an evaluation that the slider moves, to the next hundredth above",
        &[],
        Everywhere,
        Command::Evaluate(EvaluateCommand::StepUp),
    ),
    row(
        "threshold_down",
        "Lower the threshold",
        "The threshold of an evaluation that the slider moves, to the next hundredth below",
        &[],
        Everywhere,
        Command::Evaluate(EvaluateCommand::StepDown),
    ),
    row(
        "threshold_reset",
        "Reset the thresholds",
        "Both thresholds of the open evaluation as its settings have them",
        &[],
        Everywhere,
        Command::Evaluate(EvaluateCommand::ResetPoint),
    ),
    row(
        "threshold_youden",
        "Threshold of largest Youden index",
        "c* where sensitivity + specificity is largest on these films: optimistic, because it was chosen on them",
        &[],
        Everywhere,
        Command::Evaluate(EvaluateCommand::Youden),
    ),
];
