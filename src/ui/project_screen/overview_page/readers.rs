//! Of the overview: how far each reader is, how fast, and what is left.

use egui::{Grid, RichText, ScrollArea, Ui, WidgetInfo};

use crate::domain::moment::day_text;
use crate::domain::oversight::{Overview, PACE_DAYS, ReaderProgress};
use crate::ui::role_words::natural_key;
use crate::ui::statistics::duration;
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, theme};

/// Readers that are shown at first.
const AT_FIRST: usize = 12;
const DAY_MS: i64 = 86_400_000;
const BAR_WIDTH: f32 = 150.0;

pub(super) fn readers_ui(ui: &mut Ui, panel: &mut Panel<'_>, overview: &Overview) {
    if overview.readers.is_empty() {
        ui.label(RichText::new(tr("Nobody reads in this project yet.")).color(theme::weak()));
        return;
    }
    let mut readers: Vec<&ReaderProgress> = overview.readers.iter().collect();
    readers.sort_by_key(|one| natural_key(one.reader.id.as_str()));
    let num_shown = if panel.state.overview_page.shows_all_readers { readers.len() } else { AT_FIRST };
    ScrollArea::horizontal().id_salt("readers across").show(ui, |ui| {
        Grid::new("progress of readers").num_columns(9).spacing([20.0, 6.0]).striped(true).show(ui, |ui| {
            let titles = [
                (tr("Reader"), ""),
                (tr("Completed"), tr("Completed films, of those in the reader's hands and those read without")),
                ("", ""),
                (tr("Reviewed"), tr("Films that the person signed, of those handed out for review")),
                (tr("Begun"), tr("Opened or marked, and not completed")),
                (tr("Time per film"), tr("Median of the time in front of a film; pauses are left out")),
                (tr("Films a day"), tr("Over the last four weeks, or since the first film in them")),
                (tr("Reading time left"), tr("Films left times the median time of a film")),
                (tr("Done by"), tr("If they go on at this pace")),
            ];
            for (title, help) in titles {
                let label = ui.label(RichText::new(title).small().color(theme::weak()));
                if !help.is_empty() {
                    label.on_hover_text(help);
                }
            }
            ui.end_row();
            for one in readers.iter().take(num_shown) {
                reader_ui(ui, panel.state.now_ms, one);
            }
            if readers.len() > 1 {
                all_ui(ui, panel.state.now_ms, &readers);
            }
        });
    });
    if readers.len() > num_shown {
        let text = tr_args("Show all {} readers", &[&readers.len()]);
        if ui.button(text).clicked() {
            panel.state.overview_page.shows_all_readers = true;
        }
    }
    let text = tr_args("Films a day are of the last {} days.", &[&PACE_DAYS]);
    ui.label(RichText::new(text).small().color(theme::weak()));
}

fn reader_ui(ui: &mut Ui, now_ms: i64, one: &ReaderProgress) {
    let color = if one.reader.has_left { theme::weak() } else { theme::text() };
    ui.label(RichText::new(format!("{}  {}", one.reader.id, one.reader.name)).color(color));
    let share = one.share() as f32;
    let fill = if share >= 1.0 { theme::good() } else { theme::accent() };
    let bar = bar_ui(ui, share, fill);
    let count = if one.num_given == 0 {
        tr("none in hand").to_owned()
    } else {
        tr_args("{} of {}", &[&one.num_done, &one.num_given])
    };
    bar.widget_info(|| WidgetInfo::labeled(egui::Role::ProgressIndicator, true, format!("{}: {count}", one.reader.id)));
    let paused = if one.num_paused > 0 { tr_args(", {} aside", &[&one.num_paused]) } else { String::new() };
    ui.label(format!("{count}{paused}"));
    let dash = || "–".to_owned();
    ui.label(RichText::new(reviews_text(one.num_signed, one.num_to_review)).color(color));
    let begun = if one.num_begun == 0 { dash() } else { one.num_begun.to_string() };
    let median = one.median_ms.map_or_else(dash, duration);
    let a_day = one.films_a_day.map_or_else(dash, |rate| format!("{rate:.1}"));
    let is_done = one.num_left() == 0 && one.num_given > 0;
    let left = one.left_ms.filter(|_| !is_done).map_or_else(dash, duration);
    let done_by = match one.left_days {
        _ if is_done => tr("done").to_owned(),
        Some(days) if days < 3650.0 => day_text(now_ms + (days.ceil() as i64) * DAY_MS),
        _ => dash(),
    };
    for text in [begun, median, a_day, left, done_by] {
        ui.label(RichText::new(text).color(color));
    }
    ui.end_row();
}

fn reviews_text(num_signed: u64, num_to_review: u64) -> String {
    if num_to_review == 0 { "–".to_owned() } else { tr_args("{} of {}", &[&num_signed, &num_to_review]) }
}

/// A bar that is empty where nothing is done; egui's own always shows its round end.
fn bar_ui(ui: &mut Ui, share: f32, fill: egui::Color32) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(egui::vec2(BAR_WIDTH, 8.0), egui::Sense::hover());
    ui.painter().rect_filled(rect, 3.0, theme::raised());
    let full = egui::Rect::from_min_size(rect.min, egui::vec2(rect.width() * share, rect.height()));
    ui.painter().rect_filled(full, 3.0, fill);
    response
}

/// All of them together: the project is done when the last one is.
fn all_ui(ui: &mut Ui, now_ms: i64, readers: &[&ReaderProgress]) {
    let sum = |of: fn(&ReaderProgress) -> u64| readers.iter().map(|one| of(one)).sum::<u64>();
    let strong = |text: String| RichText::new(text).color(theme::strong());
    let (num_done, num_given) = (sum(|one| one.num_done), sum(|one| one.num_given));
    ui.label(strong(tr("All readers").to_owned()));
    let share = if num_given == 0 { 0.0 } else { num_done.min(num_given) as f32 / num_given as f32 };
    bar_ui(ui, share, theme::accent());
    ui.label(strong(tr_args("{} of {}", &[&num_done, &num_given])));
    ui.label(strong(reviews_text(sum(|one| one.num_signed), sum(|one| one.num_to_review))));
    let begun = sum(|one| one.num_begun);
    ui.label(strong(if begun == 0 { "–".to_owned() } else { begun.to_string() }));
    ui.label("");
    let a_day: f64 = readers.iter().filter_map(|one| one.films_a_day).sum();
    ui.label(strong(if a_day > 0.0 { format!("{a_day:.1}") } else { "–".to_owned() }));
    let left: Vec<u64> = readers.iter().filter_map(|one| one.left_ms).collect();
    ui.label(strong(if left.is_empty() { "–".to_owned() } else { duration(left.iter().sum()) }));
    // Where somebody has films left and no pace, nobody knows.
    let open = || readers.iter().filter(|one| one.num_left() > 0 && !one.reader.has_left);
    let last = open().map(|one| one.left_days.unwrap_or(f64::INFINITY)).fold(0.0, f64::max);
    ui.label(strong(match last {
        _ if open().next().is_none() => tr("done").to_owned(),
        days if days < 3650.0 => day_text(now_ms + (days.ceil() as i64) * DAY_MS),
        _ => "–".to_owned(),
    }));
    ui.end_row();
}
