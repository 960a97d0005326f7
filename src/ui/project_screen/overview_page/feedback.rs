//! Of the overview: what readers wrote and nobody has settled yet, the longest waiting first.

use egui::{Grid, RichText, Ui, WidgetInfo};

use crate::domain::comment::Pin;
use crate::domain::oversight::{Overview, WaitingThread};
use crate::session::Command;
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, theme};

/// Comments that are shown at first, and at most.
const AT_FIRST: usize = 6;
const AT_MOST: usize = 200;
const TEXT_WIDTH: f32 = 560.0;

pub(super) fn feedback_ui(ui: &mut Ui, panel: &mut Panel<'_>, overview: &Overview) {
    if overview.waiting.is_empty() {
        ui.label(RichText::new(tr("None: every thread of comments is resolved.")).color(theme::weak()));
        return;
    }
    let num_shown = if panel.state.overview_page.shows_all_comments { AT_MOST } else { AT_FIRST };
    Grid::new("waiting comments").num_columns(4).spacing([20.0, 6.0]).striped(true).show(ui, |ui| {
        for thread in overview.waiting.iter().take(num_shown) {
            thread_ui(ui, panel, thread);
        }
    });
    let are_more = overview.waiting.len() > num_shown && num_shown < AT_MOST;
    if are_more && ui.button(tr_args("Show all {} comments", &[&overview.waiting.len()])).clicked() {
        panel.state.overview_page.shows_all_comments = true;
    }
}

fn thread_ui(ui: &mut Ui, panel: &mut Panel<'_>, thread: &WaitingThread) {
    ui.label(RichText::new(thread.by.as_str()).color(theme::strong()));
    let days = (panel.state.now_ms - thread.at_ms).max(0) / 86_400_000;
    let waits = match days {
        0 => tr("today").to_owned(),
        1 => tr("for 1 day").to_owned(),
        days => tr_args("for {} days", &[&days]),
    };
    ui.label(RichText::new(waits).color(if days >= 7 { theme::warn() } else { theme::weak() }));
    let about = match thread.pin {
        Pin::Film => tr("the film"),
        Pin::Place(_) => tr("a place"),
        Pin::Mark(_) => tr("a mark"),
    };
    let text = thread.text.split_whitespace().collect::<Vec<_>>().join(" ");
    ui.scope(|ui| {
        ui.set_max_width(TEXT_WIDTH);
        ui.add(egui::Label::new(text).truncate()).on_hover_text(tr_args("On {}: {}", &[&about, &thread.text]));
    });
    let open = ui.button(tr("Open the film"));
    open.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr_args("Open the film of {}", &[&thread.by])));
    if open.clicked() {
        panel.ask(Command::OpenFilm(thread.image.clone()));
    }
    ui.end_row();
}
