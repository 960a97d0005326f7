//! What an item of the gallery is, in words and in colour.

use egui::Color32;

use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::errors::{ErrorItem, ErrorKind};
use crate::domain::evaluation::verdict::Verdict;
use crate::ui::theme;
use crate::ui::words::{tr, tr_args};

pub(in crate::ui) fn kind_text(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::TruePositive => tr("Found"),
        ErrorKind::FalsePositive => tr("False positive"),
        ErrorKind::FalseNegative => tr("Missed"),
        ErrorKind::Confusion => tr("Confused"),
        ErrorKind::FilmTruePositive => tr("Film rightly abnormal"),
        ErrorKind::FilmFalsePositive => tr("Film wrongly abnormal"),
        ErrorKind::FilmTrueNegative => tr("Film rightly normal"),
        ErrorKind::FilmFalseNegative => tr("Film wrongly normal"),
    }
}

pub(in crate::ui) fn kind_color(kind: ErrorKind) -> Color32 {
    match kind {
        ErrorKind::TruePositive | ErrorKind::FilmTruePositive | ErrorKind::FilmTrueNegative => theme::good(),
        ErrorKind::FalsePositive | ErrorKind::FilmFalsePositive => theme::warn(),
        ErrorKind::FalseNegative | ErrorKind::FilmFalseNegative => theme::bad(),
        ErrorKind::Confusion => theme::accent(),
    }
}

/// The class, or for a pair of two, what it is and what it was called; empty for whole films.
pub(in crate::ui) fn class_text(cases: &Cases, item: &ErrorItem) -> String {
    let held = item.truth.map(|at| &cases.classes[usize::from(cases.truths.classes[at as usize])]);
    let said = item.detection.map(|at| &cases.classes[usize::from(cases.detections.classes[at as usize])]);
    match (held, said) {
        (Some(held), Some(said)) if held != said => tr_args("{}, called {}", &[held, said]),
        (Some(one), _) | (None, Some(one)) => one.to_string(),
        (None, None) => String::new(),
    }
}

/// "Missed Osteophytes, IoU 0.00".
pub(in crate::ui) fn item_text(cases: &Cases, item: &ErrorItem) -> String {
    let kind = kind_text(item.kind);
    if item.kind.is_of_film() {
        let probability = item.score.map_or_else(String::new, |p| format!("{p:.2}"));
        return tr_args("{}, p(abnormal) {}", &[&kind, &probability]);
    }
    let (class, iou) = (class_text(cases, item), format!("{:.2}", item.iou));
    match item.score {
        Some(score) => tr_args("{} {}, score {}, IoU {}", &[&kind, &class, &format!("{score:.2}"), &iou]),
        None => tr_args("{} {}, IoU {}", &[&kind, &class, &iou]),
    }
}

pub(in crate::ui) fn verdict_text(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::ModelRight => tr("Model right"),
        Verdict::LabelRight => tr("Label right"),
        Verdict::Both => tr("Both right"),
        Verdict::Neither => tr("Neither right"),
        Verdict::Unclear => tr("Unclear"),
    }
}
