//! The window's frame: the screen that is shown, dialogs over it, and the status line under it.

use egui::{Align, CentralPanel, Frame, Layout, Margin, RichText, Ui};

use crate::session::{Command, Input, NoticeKind, SaveState, Screen, Session, TrainCommand, TrainPage};

use super::words::{tr, tr_args};
use super::{
    Panel, UiState, canvas, dialogs, evaluate_screen, film_screen, keys, kit, models_screen, project_screen,
    review_screen, sign_in, theme, train_screen, welcome, words, worklist_screen,
};

/// Draws one frame and appends what the person asked for.
pub fn show(ui: &mut Ui, session: &Session, state: &mut UiState, out: &mut Vec<Input>) {
    words::speak(session.settings.language);
    theme::apply(ui.ctx(), &session.settings);
    keys::inputs(ui, session, state, canvas::id(session.active_slot), out);
    let mut panel = Panel { session, state, out };
    status_line_ui(ui, &mut panel);
    match session.screen {
        Screen::Welcome => welcome::welcome_ui(ui, &mut panel),
        Screen::SignIn => sign_in::sign_in_ui(ui, &mut panel),
        Screen::Worklist => worklist_screen::worklist_ui(ui, &mut panel),
        Screen::Project => project_screen::project_ui(ui, &mut panel),
        Screen::Models => models_screen::models_ui(ui, &mut panel),
        Screen::Evaluate => evaluate_screen::evaluate_ui(ui, &mut panel),
        Screen::Train => train_screen::train_ui(ui, &mut panel),
        Screen::Review => review_screen::review_ui(ui, &mut panel),
        Screen::Film => film_screen::film_ui(ui, &mut panel),
    }
    dialogs::dialog_ui(ui, &mut panel);
    kit::focus_ring(ui.ctx());
    let dropped: Vec<_> = ui.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_path_buf()).collect());
    if !dropped.is_empty() {
        panel.out.push(Input::Event(crate::session::Event::FilesDropped(dropped)));
    }
}

/// Of a small card that lies over something else.
pub(super) fn card_frame() -> Frame {
    Frame::new()
        .fill(theme::panel())
        .stroke(egui::Stroke::new(1.0, theme::line()))
        .corner_radius(6.0)
        .inner_margin(Margin::symmetric(12, 10))
}

/// A bar of the window in the panel's colour.
pub(super) fn bar_frame() -> Frame {
    Frame::new().fill(theme::panel()).inner_margin(Margin::symmetric(12, 6))
}

/// The middle of the window.
pub(super) fn body_frame() -> Frame {
    Frame::new().fill(theme::window())
}

fn status_line_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    egui::Panel::bottom("status").exact_size(40.0).frame(bar_frame()).show_separator_line(false).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(tr("Research use only")).small().color(theme::weak()));
            if panel.session.is_synthetic() {
                kit::badge(ui, tr("SYNTHETIC"), theme::warn());
            }
            reader_ui(ui, panel);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                save_state_ui(ui, panel.session);
                if panel.session.save_failure().is_some() {
                    kit::titled_button(ui, panel, &Command::RetrySave, Some(tr("Try again")));
                }
                job_ui(ui, panel);
                training_ui(ui, panel);
                notice_ui(ui, panel.session);
            });
        });
    });
}

fn reader_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(reader) = &panel.session.reader else { return };
    let text = RichText::new(format!("{}  {}", reader.id, reader.name)).color(theme::weak());
    let button = ui.add(egui::Button::new(text).frame(false));
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, tr("Change reader")));
    if button.on_hover_text(kit::tooltip(panel.session, &Command::ChangeReader)).clicked() {
        panel.ask(Command::ChangeReader);
    }
}

fn notice_ui(ui: &mut Ui, session: &Session) {
    let Some(notice) = &session.notice else { return };
    let color = match notice.kind {
        NoticeKind::Info => theme::text(),
        NoticeKind::Warning => theme::warn(),
        NoticeKind::Error => theme::bad(),
    };
    let text = words::translated(&notice.text);
    ui.add(egui::Label::new(RichText::new(&*text).color(color)).truncate()).on_hover_text(&*text);
}

fn save_state_ui(ui: &mut Ui, session: &Session) {
    if session.project.is_none() {
        return;
    }
    if session.project.as_ref().is_some_and(|project| project.is_read_only) {
        kit::badge(ui, tr("TO LOOK ONLY"), theme::warn());
        ui.separator();
        return;
    }
    let (text, color) = match session.save_state() {
        SaveState::Saved => (tr("Saved"), theme::good()),
        SaveState::Saving(_) => (tr("Saving"), theme::weak()),
        SaveState::Failed(_) => (tr("Not saved"), theme::bad()),
    };
    let (dot, _) = ui.allocate_exact_size(egui::vec2(9.0, 9.0), egui::Sense::hover());
    ui.painter().circle_filled(dot.center(), 4.0, color);
    ui.label(RichText::new(text).color(if color == theme::bad() { theme::bad() } else { theme::text() }));
    ui.separator();
}

fn job_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(job) = panel.session.job.as_ref().filter(|job| job.outcome.is_none()) else { return };
    let text = if job.total > 0 {
        tr_args(
            "{}: {} {} of {}",
            &[&words::translated(&job.title), &words::translated(&job.stage), &job.done, &job.total],
        )
    } else {
        format!(
            "{}: {} {}",
            words::translated(&job.title),
            words::translated(&job.stage),
            if job.done > 0 { job.done.to_string() } else { String::new() }
        )
    };
    let share = if job.total > 0 { job.done as f32 / job.total as f32 } else { 0.0 };
    ui.add(egui::ProgressBar::new(share).desired_width(140.0).desired_height(8.0));
    ui.label(RichText::new(text).color(theme::weak()));
    if job.can_stop {
        kit::titled_button(ui, panel, &Command::CancelJob, Some(tr("Stop")));
    }
    ui.separator();
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(200));
}

/// A run that is under way, wherever one is in the window: training goes on for hours beside the reading.
fn training_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    if panel.session.screen == Screen::Train {
        return;
    }
    let Some(run) = panel.session.training.live() else { return };
    let (id, text) = (run.id, train_screen::live_run_text(run));
    let button = ui.add(egui::Button::new(RichText::new(&text).color(theme::weak())).frame(false).truncate());
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &text));
    if button.on_hover_text(tr("Click: the run in the screen of training")).clicked() {
        panel.ask(Command::Train(TrainCommand::Show));
        panel.ask(Command::Train(TrainCommand::Page(TrainPage::Runs)));
        panel.ask(Command::Train(TrainCommand::OpenRun(id)));
    }
    ui.separator();
}

/// An empty middle with a sentence and what to do next.
pub(super) fn empty_ui(ui: &mut Ui, panel: &mut Panel<'_>, title: &str, text: &str, next: &[Command]) {
    CentralPanel::no_frame().frame(body_frame()).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() * 0.36);
            ui.heading(title);
            ui.label(RichText::new(text).color(theme::weak()));
            ui.add_space(3.0 * theme::UNIT);
            for command in next {
                kit::command_button(ui, panel, command);
            }
        });
    });
}
