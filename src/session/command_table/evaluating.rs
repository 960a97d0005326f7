//! Rows: evaluations of models and readers.

use super::super::command::Command;
use super::super::evaluating::EvaluateCommand;
use super::Context::{Everywhere, Film};
use super::{CommandRow, row};
use crate::domain::evaluation::verdict::Verdict;

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
        "next_error",
        "Next item",
        "On to the next item of the gallery that this film was opened from",
        &["Shift+PageDown"],
        Film,
        Command::Evaluate(EvaluateCommand::NextError),
    ),
    row(
        "previous_error",
        "Previous item",
        "Back to the item before, of the gallery that this film was opened from",
        &["Shift+PageUp"],
        Film,
        Command::Evaluate(EvaluateCommand::PreviousError),
    ),
    row(
        "back_to_errors",
        "Back to gallery",
        "To the gallery or review that this film was opened from",
        &["Ctrl+Shift+L"],
        Film,
        Command::Evaluate(EvaluateCommand::BackToErrors),
    ),
    row(
        "rule_model_right",
        "Verdict: model right",
        "Model and label disagree here, and the model is right; on to the next item",
        &["Shift+F1"],
        Film,
        Command::Evaluate(EvaluateCommand::Rule(Verdict::ModelRight)),
    ),
    row(
        "rule_label_right",
        "Verdict: label right",
        "Model and label disagree here, and the label is right; on to the next item",
        &["Shift+F2"],
        Film,
        Command::Evaluate(EvaluateCommand::Rule(Verdict::LabelRight)),
    ),
    row(
        "rule_both",
        "Verdict: both right",
        "Model and label are two ways of seeing the same; on to the next item",
        &["Shift+F3"],
        Film,
        Command::Evaluate(EvaluateCommand::Rule(Verdict::Both)),
    ),
    row(
        "rule_neither",
        "Verdict: neither right",
        "Model and label are both wrong here; on to the next item",
        &["Shift+F4"],
        Film,
        Command::Evaluate(EvaluateCommand::Rule(Verdict::Neither)),
    ),
    row(
        "rule_unclear",
        "Verdict: unclear",
        "Who is right can't be told from this film; on to the next item",
        &["Shift+F5"],
        Film,
        Command::Evaluate(EvaluateCommand::Rule(Verdict::Unclear)),
    ),
    row(
        "fix_label",
        "Take the model's answer",
        "Add the model's box to your own reading, remove the box that it does not have, or take its label",
        &["Shift+F6"],
        Film,
        Command::Evaluate(EvaluateCommand::FixLabel),
    ),
    row(
        "show_gallery",
        "Show the gallery",
        "Look at the films of this evaluation, with what the model and the truth say of them",
        &[],
        Everywhere,
        Command::Evaluate(EvaluateCommand::Understand),
    ),
    row(
        "review_unruled",
        "Go on with the review",
        "To the first disagreement of the gallery's list that has no verdict yet",
        &[],
        Everywhere,
        Command::Evaluate(EvaluateCommand::OpenUnruled),
    ),
    row(
        "export_verdicts",
        "Export verdicts…",
        "Write every verdict of this evaluation as CSV, with its box, its figures and its note",
        &[],
        Everywhere,
        Command::Evaluate(EvaluateCommand::ExportVerdicts),
    ),
];
