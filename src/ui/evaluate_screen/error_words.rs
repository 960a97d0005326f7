//! What an item of the gallery is, in words and in colour.

use egui::Color32;

use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::errors::{ErrorItem, ErrorKind, is_found_already};
use crate::domain::evaluation::run::Run;
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

/// The same, where a false positive of the right class lies on a finding that another box has found, by that name.
pub(in crate::ui) fn item_kind_text(run: &Run, item: &ErrorItem) -> &'static str {
    let second = item.detection.filter(|_| item.kind == ErrorKind::FalsePositive);
    let main_iou = run.plan.settings.main_iou;
    let is_second = second.is_some_and(|at| is_found_already(&run.cases, at as usize, main_iou));
    if is_second { tr("False positive, found already") } else { kind_text(item.kind) }
}

/// The class, or for a pair of two, what it is and what it was called; empty for whole films.
pub(in crate::ui) fn class_text(cases: &Cases, item: &ErrorItem) -> String {
    let held = item.truth.map(|at| &cases.classes[usize::from(cases.truths.classes[at as usize])]);
    let said = item.detection.map(|at| &cases.classes[usize::from(cases.detections.classes[at as usize])]);
    match (held, said) {
        (Some(held), Some(said)) if held != said => called_text(held.as_str(), said.as_str()),
        (Some(one), _) | (None, Some(one)) => one.to_string(),
        (None, None) => String::new(),
    }
}

/// What it is, and what it was called.
pub(in crate::ui) fn called_text(held: &str, said: &str) -> String {
    format!("{held}{ARROW}{said}")
}

const ARROW: &str = " → ";

/// The text in one line of this width. Of a pair, what it was called is kept and what it is is shortened: the end of a
/// line is what goes missing otherwise.
pub(super) fn line(painter: &egui::Painter, text: &str, color: Color32, width: f32) -> std::sync::Arc<egui::Galley> {
    let lay = |text: String| painter.layout_no_wrap(text, theme::small_font(), color);
    let whole = lay(text.to_owned());
    if whole.size().x <= width {
        return whole;
    }
    if let Some((held, said)) = text.split_once(ARROW) {
        let mut held: Vec<char> = held.chars().collect();
        while held.len() > 4 {
            held.pop();
            let short: String = held.iter().collect();
            let galley = lay(format!("{}…{ARROW}{said}", short.trim_end()));
            if galley.size().x <= width {
                return galley;
            }
        }
    }
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), theme::small_font(), color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(10.0));
    painter.layout_job(job)
}

/// "Missed Osteophytes, IoU 0.00".
pub(in crate::ui) fn item_text(run: &Run, item: &ErrorItem) -> String {
    let (cases, kind) = (&run.cases, item_kind_text(run, item));
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
