//! The screen where somebody signs in: their name, their PIN, and what they agree to before the first film.

use egui::{Align, CentralPanel, Layout, RichText, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::domain::id::ReaderId;
use crate::domain::people::{Act, MOST_PIN, Matter, Pin, Reader, Role};
use crate::session::Command;
use crate::session::team::{PeopleCommand, SignIn, SignInStep, TeamCommand};

use super::words::{tr, tr_args, translated};
use super::{Panel, kit, markdown, role_words, shell, theme};

/// Of the names and the field of the PIN.
const WIDTH: f32 = 320.0;
/// Of a text that is read before it is agreed to.
const TEXT_WIDTH: f32 = 640.0;
/// From so many names on they stand in two columns.
const ONE_COLUMN: usize = 8;

/// What is half typed.
#[derive(Default)]
pub struct SignInForm {
    pin: String,
    /// How far down the text was scrolled to its end: only who came there can agree.
    has_reached_end: bool,
}

impl std::fmt::Debug for SignInForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignInForm(…)")
    }
}

pub(super) fn sign_in_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    CentralPanel::no_frame().frame(shell::body_frame()).show(ui, |ui| match &session.team.people.sign_in {
        None => names_ui(ui, panel),
        Some(SignIn { step: SignInStep::DataUse, .. }) => data_use_ui(ui, panel),
        Some(sign_in) => pin_ui(ui, panel, sign_in),
    });
}

fn names_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    panel.state.sign_in = SignInForm::default();
    let session = panel.session;
    let Some(open) = &session.project else { return };
    let readers = in_order(&open.readers);
    let num_columns = if readers.len() > ONE_COLUMN { 2 } else { 1 };
    let num_rows = readers.len().div_ceil(num_columns);
    ui.vertical_centered(|ui| {
        let room = ui.available_height() - 150.0 - num_rows as f32 * 42.0;
        ui.add_space((room * 0.45).max(24.0));
        ui.label(RichText::new(&open.settings.name).color(theme::weak()));
        ui.heading(tr("Who is reading?"));
        let marks = if open.settings.is_open {
            tr("Readers see each other's marks")
        } else {
            tr("Each reader sees only their own marks")
        };
        ui.label(RichText::new(marks).color(theme::weak()));
        if let Some(last) = session.reader_to_resume() {
            let text = tr_args("Enter: go on as {}, where {} left off", &[last, last]);
            ui.label(RichText::new(text).color(theme::text()));
        }
        ui.add_space(4.0 * theme::UNIT);
        let height = (ui.available_height() - 60.0).max(120.0);
        ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
            for row in 0..num_rows {
                let in_row: Vec<(usize, &Reader)> = (0..num_columns)
                    .map(|column| column * num_rows + row)
                    .filter_map(|n| Some((n, *readers.get(n)?)))
                    .collect();
                let gaps = (num_columns - 1) as f32 * ui.spacing().item_spacing.x;
                let width = num_columns as f32 * WIDTH + gaps;
                ui.allocate_ui_with_layout(
                    egui::vec2(width.min(ui.available_width()), 34.0),
                    Layout::left_to_right(Align::Center),
                    |ui| {
                        for (n, reader) in in_row {
                            name_ui(ui, panel, n, reader);
                        }
                    },
                );
            }
            ui.add_space(2.0 * theme::UNIT);
            if !readers.iter().any(|reader| reader.roles.has(Role::Owner)) {
                let text =
                    tr("Nobody looks after this project yet. Whoever is added here is an owner, and can make others owners too.");
                ui.scope(|ui| {
                    ui.set_max_width(1.5 * WIDTH);
                    ui.add(egui::Label::new(RichText::new(text).color(theme::warn())).wrap());
                });
                ui.add_space(theme::UNIT);
            }
            if session.may(Matter::People, Act::Change) {
                kit::command_button(ui, panel, &Command::AddReader);
            } else {
                let text = tr("Is your name missing? An owner of the project adds people.");
                ui.label(RichText::new(text).small().color(theme::weak()));
            }
        });
    });
}

/// One name: a wide button with what asks for a PIN said on it.
fn name_ui(ui: &mut Ui, panel: &mut Panel<'_>, n: usize, reader: &Reader) {
    let text = format!("{}   {}", reader.id, reader.name);
    let asks = if reader.has_pin { tr("PIN") } else { "" };
    let button = egui::Button::new(text).truncate().right_text(RichText::new(asks).small().color(theme::weak()));
    let button = ui.add(button.min_size(egui::vec2(WIDTH, 34.0)));
    button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr_args("Read as {}", &[&reader.id])));
    // Enter signs the one in who read last, else the first one.
    let is_first = panel.session.reader_to_resume().map_or(n == 0, |last| *last == reader.id);
    if is_first && panel.session.dialog.is_none() && ui.memory(|memory| memory.focused().is_none()) {
        button.request_focus();
        button.scroll_to_me(None);
    }
    let button = button.on_hover_text(role_words::roles_text(reader.roles));
    if button.clicked() {
        panel.ask(Command::SignInAs(reader.id.clone()));
    }
}

/// Who is there, R2 before R10; who left is not.
fn in_order(readers: &[Reader]) -> Vec<&Reader> {
    let mut there: Vec<&Reader> = readers.iter().filter(|reader| !reader.has_left).collect();
    there.sort_by_key(|reader| role_words::natural_key(reader.id.as_str()));
    there
}

fn pin_ui(ui: &mut Ui, panel: &mut Panel<'_>, sign_in: &SignIn) {
    let name = panel.session.project.iter().flat_map(|open| &open.readers).find(|reader| reader.id == sign_in.reader);
    let (is_checking, refused) = match &sign_in.step {
        SignInStep::Checking => (true, None),
        SignInStep::Refused { message, locked_until_ms } => (false, Some((message, *locked_until_ms))),
        SignInStep::Pin | SignInStep::DataUse => (false, None),
    };
    let now_ms = panel.state.now_ms;
    let wait_ms = refused.and_then(|(_, until)| until).map(|until| until - now_ms).filter(|ms| *ms > 0);
    let has_pin = name.is_some_and(|reader| reader.has_pin);
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.3);
        ui.heading(
            name.map_or_else(|| sign_in.reader.to_string(), |reader| format!("{}   {}", reader.id, reader.name)),
        );
        ui.add_space(2.0 * theme::UNIT);
        if has_pin {
            let can_type = !is_checking && wait_ms.is_none();
            ui.label(RichText::new(tr("Type your PIN")).color(theme::weak()));
            let field = TextEdit::singleline(&mut panel.state.sign_in.pin)
                .password(true)
                .char_limit(MOST_PIN)
                .align(egui::Align2::CENTER_CENTER)
                .desired_width(WIDTH);
            let response = ui.add_enabled(can_type, field);
            response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, can_type, tr("PIN")));
            // Before the field takes the keyboard again, which Enter took from it.
            let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if can_type && panel.session.dialog.is_none() && ui.memory(|memory| memory.focused().is_none()) {
                response.request_focus();
            }
            ui.add_space(theme::UNIT);
            let is_ready = can_type && !panel.state.sign_in.pin.is_empty();
            let button = egui::Button::new(tr("Sign in")).min_size(egui::vec2(WIDTH, 34.0));
            if (ui.add_enabled(is_ready, button).clicked() || is_entered) && is_ready {
                let pin = Pin::typed(std::mem::take(&mut panel.state.sign_in.pin));
                panel.ask(Command::Team(TeamCommand::People(PeopleCommand::GivePin(pin))));
            }
        }
        if is_checking {
            ui.label(RichText::new(tr("Checking…")).color(theme::weak()));
        }
        if let Some((message, locked_until_ms)) = refused {
            ui.add_space(theme::UNIT);
            let (text, color) = refusal_text(&sign_in.reader, message, locked_until_ms, wait_ms);
            ui.scope(|ui| {
                ui.set_max_width(1.5 * WIDTH);
                ui.add(egui::Label::new(RichText::new(text).color(color)).wrap());
            });
        }
        if wait_ms.is_some() {
            ui.ctx().request_repaint_after(std::time::Duration::from_millis(500));
        }
        ui.add_space(2.0 * theme::UNIT);
        if ui.add(egui::Button::new(tr("Other names")).min_size(egui::vec2(WIDTH, 0.0))).clicked() {
            leave(panel);
        }
        if has_pin {
            ui.add_space(2.0 * theme::UNIT);
            let text = tr("PIN forgotten? An owner of the project gives you a new one.");
            ui.label(RichText::new(text).small().color(theme::weak()));
        }
    });
}

/// Why somebody is not let in; a lock counts down, and is no more than a word once it has run out.
fn refusal_text(
    reader: &ReaderId,
    message: &str,
    locked_until_ms: Option<i64>,
    wait_ms: Option<i64>,
) -> (String, egui::Color32) {
    match (wait_ms, locked_until_ms) {
        (Some(wait_ms), _) => {
            let text = tr_args(
                "Too many wrong PINs for {}. Nothing was opened. Try again in {}, or ask an owner for a new PIN.",
                &[reader, &wait_text(wait_ms)],
            );
            (text, theme::bad())
        }
        (None, Some(_)) => (tr("The wait is over: you can try again.").to_owned(), theme::weak()),
        (None, None) => (translated(message).into_owned(), theme::bad()),
    }
}

/// Whole seconds, rounded up: the last second is waited for.
fn wait_text(wait_ms: i64) -> String {
    let secs = wait_ms.max(0).unsigned_abs().div_ceil(1000);
    super::statistics::duration(secs * 1000)
}

fn leave(panel: &mut Panel<'_>) {
    panel.state.sign_in = SignInForm::default();
    panel.ask(Command::Team(TeamCommand::People(PeopleCommand::LeaveSignIn)));
}

fn data_use_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(open) = &panel.session.project else { return };
    let about = &open.settings.about;
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.08).max(16.0));
        ui.scope(|ui| {
            ui.set_max_width(TEXT_WIDTH.min(ui.available_width() - 48.0));
            ui.label(RichText::new(&open.settings.name).color(theme::weak()));
            ui.heading(tr("Use of the data"));
            let text = tr("Before the first film, everybody agrees to this. It is kept who agreed to it, and when.");
            ui.label(RichText::new(text).color(theme::weak()));
            ui.add_space(2.0 * theme::UNIT);
            let height = ui.available_height() - 130.0;
            let frame = egui::Frame::new().fill(theme::panel()).corner_radius(6.0).inner_margin(16.0);
            let is_at_end = frame.show(ui, |ui| text_ui(ui, about, height.min(460.0))).inner;
            panel.state.sign_in.has_reached_end |= is_at_end;
            ui.add_space(2.0 * theme::UNIT);
            let is_ready = panel.state.sign_in.has_reached_end;
            let button = egui::Button::new(tr("I have read this and agree")).min_size(egui::vec2(WIDTH, 34.0));
            let button = ui.add_enabled(is_ready, button).on_disabled_hover_text(tr("Read to the end first."));
            if button.clicked() {
                panel.ask(Command::Team(TeamCommand::People(PeopleCommand::AgreeToDataUse)));
            }
            if !is_ready {
                ui.label(RichText::new(tr("Scroll to the end of the text to agree.")).small().color(theme::weak()));
            }
            if ui.add(egui::Button::new(tr("I do not agree")).min_size(egui::vec2(WIDTH, 0.0))).clicked() {
                leave(panel);
            }
        });
    });
}

/// What is agreed to, with licence and ethics under it. Whether its end is in sight.
fn text_ui(ui: &mut Ui, about: &crate::domain::project::About, height: f32) -> bool {
    ui.set_width(ui.available_width());
    theme::solid_scroll_bars(ui);
    let shown = ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            markdown::markdown_ui(ui, about.data_use.trim());
            for (title, text) in [(tr("Licence"), &about.licence), (tr("Ethics approval"), &about.ethics)] {
                if !text.trim().is_empty() {
                    kit::section(ui, title);
                    markdown::markdown_ui(ui, text.trim());
                }
            }
        });
    });
    shown.state.clamped_offset().y + shown.inner_rect.height() + 4.0 >= shown.content_size.y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_counts_down_to_the_last_second() {
        for (wait_ms, expected) in [(60_000, "1 min 0 s"), (59_001, "1 min 0 s"), (1, "1 s"), (0, "0 s"), (-5, "0 s")] {
            assert_eq!(wait_text(wait_ms), expected, "{wait_ms}");
        }
    }

    #[test]
    fn a_lock_counts_down_and_leaves_no_red_sentence_behind() {
        let said = |wait_ms| refusal_text(&"R1".into(), "Try again in 60 s.", Some(60_000), wait_ms);
        assert!(said(Some(31_000)).0.contains("Try again in 31 s") && said(Some(31_000)).1 == theme::bad());
        assert_eq!(said(None), ("The wait is over: you can try again.".to_owned(), theme::weak()));
        let wrong = refusal_text(&"R1".into(), "Wrong PIN.", None, None);
        assert_eq!(wrong, ("Wrong PIN.".to_owned(), theme::bad()));
    }

    #[test]
    fn names_stand_as_people_count() {
        let reader = |id: &str, has_left| Reader { has_left, ..Reader::new(id, "x") };
        let readers = [reader("R10", false), reader("R2", false), reader("R1", true), reader("A", false)];
        let ids: Vec<&str> = in_order(&readers).iter().map(|reader| reader.id.as_str()).collect();
        assert_eq!(ids, ["A", "R2", "R10"]);
    }
}
