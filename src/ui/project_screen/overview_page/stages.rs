//! Of the overview: the pipeline, stage by stage, each with its films and the share of all.

use egui::{Align2, FontId, RichText, Sense, Ui, Vec2, WidgetInfo};

use crate::domain::oversight::{Overview, Stage, StageCount};
use crate::domain::project::Workflow;
use crate::ui::theme;
use crate::ui::words::{tr, tr_args};

const HEIGHT: f32 = 92.0;
const GAP: f32 = 8.0;
/// No wider: a few stages need not fill a wide window.
const WIDEST: f32 = 210.0;

pub(super) fn stages_ui(ui: &mut Ui, overview: &Overview) {
    ui.add_space(theme::UNIT);
    ui.label(RichText::new(workflow_text(overview.workflow)).color(theme::weak()));
    ui.add_space(theme::UNIT);
    let num = overview.stages.len().max(1) as f32;
    let width = ((ui.available_width() - (num - 1.0) * GAP) / num).clamp(110.0, WIDEST);
    let all = overview.stages.first().map_or(0, |stage| stage.num_films);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        for stage in &overview.stages {
            stage_ui(ui, *stage, all, width);
        }
    });
}

fn stage_ui(ui: &mut Ui, count: StageCount, all: u64, width: f32) {
    let (title, help) = words(count.stage);
    let share = if all == 0 { 0.0 } else { count.num_films as f32 / all as f32 };
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, HEIGHT), Sense::hover());
    response.widget_info(|| {
        let text = tr_args("{}: {} of {} films", &[&title, &count.num_films, &all]);
        WidgetInfo::labeled(egui::Role::Label, true, text)
    });
    let painter = ui.painter();
    painter.rect_filled(rect, 6.0, theme::panel());
    let inside = rect.shrink2(Vec2::new(12.0, 8.0));
    painter.text(inside.left_top(), Align2::LEFT_TOP, title, theme::small_font(), theme::weak());
    let number = FontId::new(26.0, theme::strong_family());
    painter.text(inside.left_top() + Vec2::new(0.0, 18.0), Align2::LEFT_TOP, count.num_films, number, theme::strong());
    let line = match (count.stage, count.num_begun) {
        (Stage::Collected, _) => tr("films").to_owned(),
        (_, 0) => tr_args("{} %", &[&percent(share)]),
        (_, begun) => tr_args("{} %, {} in part", &[&percent(share), &begun]),
    };
    painter.text(inside.left_top() + Vec2::new(0.0, 50.0), Align2::LEFT_TOP, line, theme::small_font(), theme::weak());
    let mut bar = inside;
    bar.set_top(inside.bottom() - 4.0);
    painter.rect_filled(bar, 2.0, theme::raised());
    let mut full = bar;
    full.set_width(bar.width() * share);
    painter.rect_filled(full, 2.0, if share >= 1.0 { theme::good() } else { theme::accent() });
    response.on_hover_text(help);
}

/// Whole per cent; all but not quite all is 99.
fn percent(share: f32) -> u32 {
    if share < 1.0 { ((share * 100.0).round() as u32).min(99) } else { 100 }
}

fn words(stage: Stage) -> (&'static str, &'static str) {
    match stage {
        Stage::Collected => (tr("Collected"), tr("Imported, without names")),
        Stage::Filtered => (tr("Fit to be read"), tr("Not found unfit by most of those who judged them")),
        Stage::HandedOut => (tr("Handed out"), tr("In the hands of as many readers as the project asks for")),
        Stage::Read => (tr("Read"), tr("Completed by as many readers as the project asks for")),
        Stage::ToReview => {
            (tr("Handed to reviewers"), tr("In the hands of as many reviewers as the project asks for, or settled"))
        }
        Stage::Reviewed => (tr("Reviewed"), tr("Signed by at least one reviewer")),
        Stage::Settled => (tr("Settled"), tr("Signed by all reviewers")),
    }
}

fn workflow_text(workflow: Workflow) -> String {
    match workflow {
        Workflow::Free => tr("Everybody reads what they like; a film is read once somebody completed it.").to_owned(),
        Workflow::Single => tr("Each film is read by one reader.").to_owned(),
        Workflow::Blind { readers } => tr_args("Each film is read by {} readers, blind to each other.", &[&readers]),
        Workflow::Reviewed { readers, reviewers } => tr_args(
            "Each film is read by {} readers, blind to each other, and settled by {} reviewers.",
            &[&readers, &reviewers],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_is_a_hundred_per_cent() {
        for (share, expected) in [(0.0, 0), (0.004, 0), (0.5, 50), (0.999, 99), (1.0, 100)] {
            assert_eq!(percent(share), expected, "{share}");
        }
    }
}
