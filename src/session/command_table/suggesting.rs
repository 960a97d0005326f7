//! What models say of the film: accepting, adjusting and rejecting suggestions, and how they are shown.

use super::super::command::Command;
use super::super::suggesting::SuggestCommand;
use super::Context::Film;
use super::{CommandRow, row};

const fn suggest(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    chords: &'static [&'static str],
    command: SuggestCommand,
) -> CommandRow {
    row(id, title, help, chords, Film, Command::Suggest(command))
}

pub(super) const ROWS: &[CommandRow] = &[
    suggest(
        "suggestion_accept",
        "Accept suggestion",
        "Make a mark of the suggestion in focus or under the pointer; a label key takes it under that label",
        &["Period"],
        SuggestCommand::Accept,
    ),
    suggest(
        "suggestion_reject",
        "Reject suggestion",
        "Turn down the suggestion in focus or under the pointer",
        &["Comma"],
        SuggestCommand::Reject,
    ),
    suggest(
        "suggestion_adjust",
        "Accept and adjust",
        "Make a mark of the suggestion and select it; or drag the corner of its dashed box",
        &["Slash", "Ctrl+T"],
        SuggestCommand::AcceptAndAdjust,
    ),
    suggest(
        "suggestion_accept_all",
        "Accept all suggestions",
        "Make marks of all suggestions that are shown, as one step",
        &["Ctrl+Shift+S"],
        SuggestCommand::AcceptAll,
    ),
    suggest(
        "suggestion_next",
        "Next suggestion",
        "Go to the suggestion with the next lower score",
        &["Ctrl+ArrowDown"],
        SuggestCommand::Next,
    ),
    suggest(
        "suggestion_previous",
        "Previous suggestion",
        "Go to the suggestion with the next higher score",
        &["Ctrl+ArrowUp"],
        SuggestCommand::Previous,
    ),
    suggest(
        "suggestion_score_up",
        "Fewer suggestions",
        "Show only suggestions with a score higher by 0.05",
        &["Ctrl+ArrowRight"],
        SuggestCommand::ScoreUp,
    ),
    suggest(
        "suggestion_score_down",
        "More suggestions",
        "Show suggestions with a score lower by 0.05, too",
        &["Ctrl+ArrowLeft"],
        SuggestCommand::ScoreDown,
    ),
    suggest(
        "suggestions_shown",
        "Show suggestions",
        "Show what the detector suggests on the film, or hide it",
        &["Shift+U"],
        SuggestCommand::ToggleShown,
    ),
    suggest(
        "heat_map",
        "Heat map",
        "Show in colour where the classifier looked, not what it found",
        &["Shift+M"],
        SuggestCommand::ToggleHeat,
    ),
];
