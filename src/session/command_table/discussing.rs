//! Comments, history, image quality, time and help.

use crate::domain::quality::UnfitReason;

use super::super::command::Command;
use super::super::discussing::DiscussCommand;
use super::Context::{Everywhere, Film};
use super::{CommandRow, row};

const fn unfit(id: &'static str, title: &'static str, reason: UnfitReason) -> CommandRow {
    let help = "Mark the film as unfit to be read for this reason: it leaves the queue and is counted";
    row(id, title, help, &[], Film, Command::Discuss(DiscussCommand::Unfit { reason, goes_on: false }))
}

pub(super) const ROWS: &[CommandRow] = &[
    row(
        "unfit",
        "Unfit…",
        "The film can't be read: choose why with a digit, and it leaves the queue",
        &["Alt+U"],
        Film,
        Command::Discuss(DiscussCommand::ChooseUnfit { goes_on: false }),
    ),
    row(
        "unfit_and_next",
        "Unfit, next…",
        "The film can't be read: choose why with a digit, and the next one opens",
        &["Ctrl+Alt+U"],
        Film,
        Command::Discuss(DiscussCommand::ChooseUnfit { goes_on: true }),
    ),
    unfit("unfit_other_modality", "Unfit: other modality", UnfitReason::OtherModality),
    unfit("unfit_other_body_part", "Unfit: other body part", UnfitReason::OtherBodyPart),
    unfit("unfit_paediatric", "Unfit: paediatric", UnfitReason::Paediatric),
    unfit("unfit_low_quality", "Unfit: low quality", UnfitReason::LowQuality),
    unfit("unfit_lateral_view", "Unfit: lateral view", UnfitReason::LateralView),
    unfit("unfit_wrong_orientation", "Unfit: wrong orientation", UnfitReason::WrongOrientation),
    unfit("unfit_residual_text", "Unfit: residual text", UnfitReason::ResidualText),
    row(
        "fit_to_read",
        "Fit again",
        "The film can be read after all: it is in the queue again",
        &[],
        Film,
        Command::Discuss(DiscussCommand::Fit),
    ),
    row(
        "no_finding_on_shown",
        "No finding on shown films",
        "Say \"No finding\" of every film of the study that is on the screen and undecided",
        &["Ctrl+Alt+N"],
        Film,
        Command::Discuss(DiscussCommand::NoFindingOnShown),
    ),
    row(
        "comment",
        "Comment",
        "Write a comment on the selected finding, at the pointer, or on the film",
        &["Ctrl+M"],
        Film,
        Command::Discuss(DiscussCommand::Comment),
    ),
    row(
        "toggle_resolved",
        "Resolved comments",
        "List resolved comments too, or only those that wait for an answer",
        &[],
        Film,
        Command::Discuss(DiscussCommand::ToggleResolved),
    ),
    row(
        "instructions",
        "Reading instructions",
        "What this project's readers are told, its labels and its reference cases, beside the film",
        &["F5"],
        Everywhere,
        Command::Discuss(DiscussCommand::ShowInstructions),
    ),
    row(
        "use_as_reference",
        "Use as reference picture",
        "Keep the selected finding, as the film shows it now, as a picture of its label",
        &[],
        Film,
        Command::Discuss(DiscussCommand::UseAsReference),
    ),
    row(
        "add_reference_case",
        "Add as reference case",
        "Let other readers open this film beside theirs to compare",
        &[],
        Film,
        Command::Discuss(DiscussCommand::AddFilmAsReference),
    ),
];
