//! What the reader has read and in what time: only the reader's own numbers.

use egui::{Grid, RichText, ScrollArea, Ui};

use crate::domain::measure::MeasureKind;
use crate::domain::reading_time::ReaderStatistics;
use crate::session::{Command, DrawTool, Tool};

use super::words::{tr, tr_args};
use super::{Panel, kit, theme};

/// Days that are listed: half a month.
const NUM_DAYS: usize = 14;
/// So that values stand below each other.
const NAME_WIDTH: f32 = 150.0;

pub(super) fn statistics_ui(ui: &mut Ui, panel: &mut Panel<'_>, statistics: Option<&ReaderStatistics>) {
    kit::set_dialog_width(ui, 460.0);
    if let Some(reader) = &panel.session.reader {
        let text = tr_args("What {} read in this project. Nobody else is counted.", &[&reader.name]);
        ui.label(RichText::new(text).color(theme::weak()));
    }
    let Some(statistics) = statistics else {
        ui.label(tr("Counting…"));
        return;
    };
    if *statistics == ReaderStatistics::default() {
        ui.add_space(theme::UNIT);
        ui.label(tr("Nothing yet. Numbers come with the first film that you read."));
        return;
    }
    ScrollArea::vertical().max_height(ui.ctx().content_rect().height() * 0.6).auto_shrink([false, true]).show(
        ui,
        |ui| {
            numbers_ui(ui, statistics);
            tools_ui(ui, statistics);
            marks_ui(ui, statistics);
            days_ui(ui, statistics);
        },
    );
}

fn numbers_ui(ui: &mut Ui, statistics: &ReaderStatistics) {
    kit::section(ui, tr("Films"));
    Grid::new("films").num_columns(2).min_col_width(NAME_WIDTH).spacing([24.0, theme::UNIT]).show(ui, |ui| {
        line_ui(ui, tr("Completed"), &statistics.num_read.to_string());
        line_ui(ui, tr("Normal"), &statistics.num_normal.to_string());
        line_ui(ui, tr("Abnormal"), &statistics.num_abnormal.to_string());
        if statistics.num_unfit > 0 {
            line_ui(ui, tr("Unfit to be read"), &statistics.num_unfit.to_string());
        }
        line_ui(ui, tr("Median time per film"), &duration(statistics.median_ms));
        line_ui(ui, tr("Active time in all"), &duration(statistics.total_ms));
    });
    let note = tr("Time counts while the film is in front of you; pauses of over 30 seconds are left out.");
    ui.label(RichText::new(note).small().color(theme::weak()));
}

fn tools_ui(ui: &mut Ui, statistics: &ReaderStatistics) {
    if statistics.by_tool.is_empty() {
        return;
    }
    kit::section(ui, tr("Time by tool"));
    Grid::new("tools").num_columns(2).min_col_width(NAME_WIDTH).spacing([24.0, theme::UNIT]).show(ui, |ui| {
        for (tool, active_ms) in &statistics.by_tool {
            line_ui(ui, tool_title(tool), &duration(*active_ms));
        }
    });
}

fn marks_ui(ui: &mut Ui, statistics: &ReaderStatistics) {
    if statistics.marks.is_empty() {
        return;
    }
    kit::section(ui, tr("Marks by label"));
    Grid::new("marks").num_columns(2).min_col_width(NAME_WIDTH).spacing([24.0, theme::UNIT]).show(ui, |ui| {
        for (label, number) in &statistics.marks {
            line_ui(ui, label.as_str(), &number.to_string());
        }
    });
}

fn days_ui(ui: &mut Ui, statistics: &ReaderStatistics) {
    if statistics.days.is_empty() {
        return;
    }
    kit::section(ui, tr("By day"));
    Grid::new("days").num_columns(3).min_col_width(NAME_WIDTH).spacing([24.0, theme::UNIT]).show(ui, |ui| {
        for day in statistics.days.iter().take(NUM_DAYS) {
            ui.label(RichText::new(&day.day).color(theme::weak()));
            ui.label(if day.num_read == 1 { tr("1 film").to_owned() } else { tr_args("{} films", &[&day.num_read]) });
            ui.label(duration(day.active_ms));
            ui.end_row();
        }
    });
}

fn line_ui(ui: &mut Ui, name: &str, value: &str) {
    ui.label(RichText::new(name).color(theme::weak()));
    ui.label(value);
    ui.end_row();
}

/// The tool as its command is called.
fn tool_title(key: &str) -> &str {
    let plain = [Tool::Box, Tool::Select, Tool::Region, Tool::Window, Tool::Pan, Tool::Zoom];
    let drawing = DrawTool::ALL.map(Tool::Draw);
    let measuring = MeasureKind::ALL.map(Tool::Measure);
    let known = plain.into_iter().chain(drawing).chain(measuring).find(|tool| tool.key() == key);
    known.and_then(|tool| Command::UseTool(tool).row()).map_or(key, |row| tr(row.title))
}

/// Hours, minutes and seconds, as far as there are any.
pub(super) fn duration(active_ms: u64) -> String {
    let secs = (active_ms + 500) / 1000;
    match (secs / 3600, secs / 60 % 60, secs % 60) {
        (0, 0, s) => tr_args("{} s", &[&s]),
        (0, m, s) => tr_args("{} min {} s", &[&m, &s]),
        (h, m, _) => tr_args("{} h {} min", &[&h, &m]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_as_people_say_it() {
        for (active_ms, expected) in
            [(0, "0 s"), (499, "0 s"), (59_400, "59 s"), (59_600, "1 min 0 s"), (3_725_000, "1 h 2 min")]
        {
            assert_eq!(duration(active_ms), expected);
        }
    }

    #[test]
    fn every_tool_that_has_a_command_is_called_as_it_is_there() {
        assert_eq!(tool_title("cobb"), Command::UseTool(Tool::Measure(MeasureKind::Cobb)).row().unwrap().title);
        assert_eq!(tool_title("of a newer version"), "of a newer version");
    }
}
