//! Figures of agreement and rules of consensus in words of the window's language.

use crate::domain::agreement::{Cell, Estimate, Figure};
use crate::domain::consensus::{BoxForm, VoteRule};
use crate::ui::words::tr;

pub(super) fn figure_text(figure: Figure) -> &'static str {
    match figure {
        Figure::F1At30 => tr("F1 at IoU 0.3"),
        Figure::F1At50 => tr("F1 at IoU 0.5"),
        Figure::F1At75 => tr("F1 at IoU 0.75"),
        Figure::MeanIou => tr("Mean IoU"),
        Figure::Cohen => tr("Cohen's kappa"),
        Figure::Fleiss => tr("Fleiss' kappa"),
        Figure::Pabak => tr("PABAK"),
        Figure::Positive => tr("Positive agreement"),
        Figure::Negative => tr("Negative agreement"),
        Figure::Alpha => tr("Krippendorff's alpha"),
    }
}

/// What a figure means, in a sentence or two.
pub(super) fn about_figure(figure: Figure) -> &'static str {
    match figure {
        Figure::F1At30 | Figure::F1At50 | Figure::F1At75 => {
            tr("Of all marks of two readers, the share that the other has too: same label, and overlapping so much.")
        }
        Figure::MeanIou => tr("How much marks overlap that are pairs at 0.5."),
        Figure::Cohen => tr(
            "Whether a film has it, by two readers, with what chance gives taken off. It is low where a finding is rare, however well readers agree: look at PABAK too.",
        ),
        Figure::Fleiss => tr(
            "Whether a film has it, by all its readers, with what chance gives taken off. It is low where a finding is rare, however well readers agree: look at PABAK too.",
        ),
        Figure::Pabak => tr(
            "Twice the share of films on which two readers say the same, less 1. It does not depend on how rare a finding is.",
        ),
        Figure::Positive => tr("Of all yes, the share that the other reader says too."),
        Figure::Negative => tr("Of all no, the share that the other reader says too."),
        Figure::Alpha => tr(
            "Marks are put together into lesions first. Then: what each reader calls each lesion, or nothing, with what chance gives taken off. Where nearly all lesions have one label, chance explains nearly all, and it is near 0 however well readers agree.",
        ),
    }
}

/// What a table of cells of this kind is called.
pub(super) fn kind_text(cell: Cell) -> &'static str {
    match cell {
        Cell::All => tr("All readers"),
        Cell::Label(_) => tr("By label"),
        Cell::Reader(_) => tr("Each reader against every other"),
        Cell::Month(_) => tr("By month"),
        Cell::Pair(..) => tr("By pair of readers"),
        Cell::Others(_) => tr("Each reader against the consensus of the others"),
        Cell::Repeat(_) => tr("Each reader against their own second reading"),
    }
}

pub(super) fn form_text(form: BoxForm) -> &'static str {
    match form {
        BoxForm::Median => tr("Median of the boxes"),
        BoxForm::Mean => tr("Mean of the boxes"),
        BoxForm::Union => tr("Around all boxes"),
        BoxForm::Intersection => tr("What all boxes have"),
        BoxForm::Wbf => tr("Weighted boxes fusion"),
    }
}

pub(super) fn votes_text(rule: VoteRule) -> &'static str {
    match rule {
        VoteRule::Majority => tr("Majority"),
        VoteRule::DawidSkene => tr("Dawid and Skene"),
    }
}

/// `0.86`; a dash where it is undefined.
pub(super) fn value_text(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"))
}

/// `(0.80, 0.90)`; empty where there is none.
pub(super) fn interval_text(estimate: Estimate) -> String {
    estimate.interval.map_or_else(String::new, |[low, high]| format!("({low:.2}, {high:.2})"))
}
