//! How the learning engine is, in a word in the bar, and in sentences where it stands in the way.

use egui::{RichText, Ui, WidgetInfo};

use crate::session::{EngineState, Session};
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{shell, theme};

/// A dot and a few words.
pub(super) fn state_ui(ui: &mut Ui, session: &Session) {
    let (text, help, color) = match &session.engine {
        EngineState::Idle => (
            tr("Engine: not started").to_owned(),
            tr("The learning engine starts by itself with the first film that a model is to look at.").to_owned(),
            theme::weak(),
        ),
        EngineState::Starting => (
            tr("Engine: starting…").to_owned(),
            tr("Loading libtorch takes some seconds the first time.").to_owned(),
            theme::warn(),
        ),
        EngineState::Ready { torch_version, devices } => {
            let names: Vec<String> = devices.iter().map(|device| device_text(&device.name, device.memory)).collect();
            let best = devices.first().map_or("cpu", |device| device.id.as_str());
            (
                tr_args("Engine: ready on {}", &[&best]),
                tr_args("libtorch {}; devices: {}", &[torch_version, &names.join(", ")]),
                theme::good(),
            )
        }
        EngineState::Absent { .. } => (tr("Engine: not installed").to_owned(), String::new(), theme::warn()),
        EngineState::Crashed { .. } => (tr("Engine: ended by itself").to_owned(), String::new(), theme::bad()),
    };
    let response = ui.label(RichText::new(&text).color(theme::text()));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &text));
    if !help.is_empty() {
        response.on_hover_text(help);
    }
    let (dot, _) = ui.allocate_exact_size(egui::vec2(9.0, 9.0), egui::Sense::hover());
    ui.painter().circle_filled(dot.center(), 4.0, color);
}

fn device_text(name: &str, memory: Option<u64>) -> String {
    match memory {
        Some(bytes) => format!("{name} ({} GiB)", bytes >> 30),
        None => name.to_owned(),
    }
}

/// What happened, what it means, and what to do.
pub(super) fn banner_ui(ui: &mut Ui, session: &Session) {
    let lines: Vec<(String, egui::Color32)> = match &session.engine {
        EngineState::Absent { message, advice } => {
            let mut lines = vec![(translated(message).into_owned(), theme::warn())];
            if !advice.is_empty() {
                lines.push((translated(advice).into_owned(), theme::text()));
            }
            if !advice.contains("cargo xtask") {
                let how = tr(
                    "To get it: run \"cargo xtask libtorch\" and build again, or install a Python with torch 2.11.0 and build again.",
                );
                lines.push((how.to_owned(), theme::text()));
            }
            let rest = tr("Without it models don't look at films; reading and everything else works as ever.");
            lines.push((rest.to_owned(), theme::weak()));
            lines
        }
        EngineState::Crashed { message } => {
            let next = tr("It is started again when it is needed. Nothing that was read or predicted is lost.");
            vec![(translated(message).into_owned(), theme::bad()), (next.to_owned(), theme::text())]
        }
        EngineState::Idle | EngineState::Starting | EngineState::Ready { .. } => return,
    };
    egui::Panel::top("engine banner").frame(shell::bar_frame()).show_separator_line(false).show(ui, |ui| {
        for (line, color) in lines {
            ui.add(egui::Label::new(RichText::new(line).color(color)).wrap());
        }
    });
}
