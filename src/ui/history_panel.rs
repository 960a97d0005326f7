//! What was done to the film, step by step: branches beside each other, the state shown now marked, a click goes anywhere.

use egui::{Align2, RichText, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use crate::session::history::{History, HistoryLine};
use crate::session::{Command, WalkCommand};

use super::words::{self, tr, tr_args};
use super::{Panel, kit, theme};

/// How far one branch lies from the next, in points.
const BRANCH_STEP: f32 = 12.0;
/// Branches that are drawn apart; further ones lie on the last.
const MOST_BRANCHES: usize = 4;

pub(super) fn history_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal(|ui| {
        kit::section_title(ui, tr("History"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            kit::titled_button(ui, panel, &Command::Walk(WalkCommand::ToggleHistory), Some(tr("Close")));
        });
    });
    let Some(film) = &panel.session.pane.film else {
        ui.label(RichText::new(tr("No film is open.")).color(theme::weak()));
        return;
    };
    let history = &film.history;
    if history.num_steps() == 0 {
        ui.label(RichText::new(tr("Nothing was done to this film yet.")).color(theme::weak()));
        return;
    }
    ui.label(RichText::new(tr("Click a step to go there. What you leave stays here.")).small().color(theme::weak()));
    ui.add_space(theme::UNIT);
    let mut lines = history.lines();
    lines.reverse();
    let row_height = theme::row_height();
    // Lines go on from row to row.
    ui.spacing_mut().item_spacing.y = 0.0;
    // The newest is on top; the state before everything is the last row.
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, row_height, lines.len() + 1, |ui, rows| {
        for n in rows {
            match lines.get(n) {
                Some(line) => step_ui(ui, panel, line),
                None => start_ui(ui, panel, history),
            }
        }
    });
}

fn step_ui(ui: &mut Ui, panel: &mut Panel<'_>, line: &HistoryLine<'_>) {
    let title = words::translated(&line.entry.edit.title()).into_owned();
    let time = clock_text(line.entry.made_at_ms, panel.state.utc_offset_secs);
    let go = Command::Walk(WalkCommand::GoTo(Some(line.entry.at)));
    row_ui(ui, panel, &Row { title: &title, time: &time, branch: line.branch, line: Some(*line), go });
}

fn start_ui(ui: &mut Ui, panel: &mut Panel<'_>, history: &History) {
    let _ = history;
    let go = Command::Walk(WalkCommand::GoTo(None));
    row_ui(ui, panel, &Row { title: tr("Before the first step"), time: "", branch: 0, line: None, go });
}

struct Row<'a> {
    title: &'a str,
    time: &'a str,
    branch: usize,
    line: Option<HistoryLine<'a>>,
    go: Command,
}

fn row_ui(ui: &mut Ui, panel: &mut Panel<'_>, row: &Row<'_>) {
    let is_start = row.line.is_none();
    let film = panel.session.pane.film.as_ref();
    let is_current = row.line.map_or_else(|| film.is_some_and(|film| !film.history.can_undo()), |line| line.is_current);
    let is_done = is_start || row.line.is_some_and(|line| line.is_done);
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), theme::row_height()));
    let response = ui.interact(rect, ui.next_auto_id().with(("step", rect.min.y as i32)), Sense::click());
    response.widget_info(|| {
        let label = tr_args("Step {}: {}", &[&row.time, &row.title]);
        WidgetInfo::selected(egui::Role::ListItem, true, is_current, label)
    });
    let fill = match (is_current, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    let painter = ui.painter();
    painter.rect_filled(rect, 2.0, fill);
    let x = rect.min.x + 8.0 + BRANCH_STEP * row.branch.min(MOST_BRANCHES) as f32;
    let trunk = rect.min.x + 8.0;
    let line_color = if is_done { theme::accent() } else { theme::weak() };
    if !is_start {
        painter.vline(x, rect.center().y..=rect.max.y, egui::Stroke::new(1.5, line_color));
    }
    if row.line.is_some_and(|line| line.begins_branch) && row.branch > 0 {
        let corner = egui::pos2(x, rect.max.y);
        painter.line_segment([egui::pos2(trunk, rect.max.y), corner], egui::Stroke::new(1.0, theme::weak()));
    }
    if row.branch > 0 {
        painter.vline(trunk, rect.min.y..=rect.max.y, egui::Stroke::new(1.0, theme::weak()));
    }
    let at = egui::pos2(x, rect.center().y);
    painter.circle_filled(at, if is_current { 5.0 } else { 3.5 }, line_color);
    let color = match (is_current, is_done) {
        (true, _) => theme::strong(),
        (false, true) => theme::text(),
        (false, false) => theme::weak(),
    };
    let font = egui::TextStyle::Body.resolve(ui.style());
    let time_width = if row.time.is_empty() {
        0.0
    } else {
        let small = theme::small_font();
        painter.text(rect.right_center() - vec2(6.0, 0.0), Align2::RIGHT_CENTER, row.time, small, theme::weak()).width()
    };
    let left = x + 12.0;
    let space = (rect.max.x - time_width - 14.0 - left).max(20.0);
    let mut job = egui::text::LayoutJob::simple_singleline(row.title.to_owned(), font, color);
    job.wrap.max_width = space;
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let galley = painter.layout_job(job);
    painter.galley(egui::pos2(left, rect.center().y - galley.size().y / 2.0), galley, color);
    if response.on_hover_text(row.title).clicked() && !is_current {
        panel.ask(row.go.clone());
    }
}

/// Hour and minute of the day, with this computer's distance from UTC.
fn clock_text(made_at_ms: i64, utc_offset_secs: i64) -> String {
    let minutes = (made_at_ms.div_euclid(1000) + utc_offset_secs).div_euclid(60).rem_euclid(24 * 60);
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_that_of_the_place() {
        let at_ms = ((13 * 60 + 5) * 60 + 59) * 1000;
        assert_eq!(clock_text(at_ms, 0), "13:05");
        assert_eq!(clock_text(at_ms, 7 * 3600), "20:05");
        assert_eq!(clock_text(at_ms, -14 * 3600), "23:05");
        assert_eq!(clock_text(at_ms, 11 * 3600), "00:05");
    }
}
