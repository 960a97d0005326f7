//! Rows: the order of the list by what models say.

use super::super::command::Command;
use super::super::triage::TriageCommand;
use super::super::worklist::{Sort, SortBy};
use super::{CommandRow, Context, row};

const fn sorted(by: SortBy) -> Command {
    Command::Triage(TriageCommand::Sort(Some(Sort::highest_first(by))))
}

pub(super) const ROWS: &[CommandRow] = &[
    row(
        "sort_probability",
        "Sort by p(abnormal)",
        "List the films that the classifier holds for most likely abnormal first",
        &[],
        Context::Everywhere,
        sorted(SortBy::Probability),
    ),
    row(
        "sort_uncertainty",
        "Sort by uncertainty",
        "List the films first of which the classifier is least sure",
        &[],
        Context::Everywhere,
        sorted(SortBy::Uncertainty),
    ),
    row(
        "sort_disagreement",
        "Sort by disagreement",
        "List the films first where your completed reading and the models differ most",
        &[],
        Context::Everywhere,
        sorted(SortBy::Disagreement),
    ),
    row(
        "sort_reading_queue",
        "Sort by what is worth reading next",
        "List the films first from which models would learn most",
        &[],
        Context::Everywhere,
        sorted(SortBy::ReadingQueue),
    ),
    row(
        "sort_project",
        "Sort by study",
        "List the films in the project's order again",
        &[],
        Context::Everywhere,
        Command::Triage(TriageCommand::Sort(None)),
    ),
];
