//! The list of names for what is under review: those that readers gave first, then all others, the first nine with a digit.

use egui::{Align, Layout, RichText, Ui, Vec2, WidgetInfo};

use crate::session::Command;
use crate::session::keymap::Chord;
use crate::session::team::{Name, NameToChoose, ReviewCommand};
use crate::session::{Screen, Session};

use super::super::words::{tr, tr_args};
use super::super::{Panel, kit, overlay, theme, unfit_menu};
use super::card::{choice_row, key_ui};
use super::review;
use super::words::presence_text;

/// The list while it is open, or the button that opens it, with the name that it has now.
pub(super) fn naming_ui(ui: &mut Ui, panel: &mut Panel<'_>, now: &str) {
    let Some(naming) = &panel.session.team.reviewing.naming else {
        // The ring around the field that is gone goes with the next frame.
        if std::mem::take(&mut panel.state.reviewing.has_name_focus) {
            ui.ctx().request_repaint();
        }
        return button_ui(ui, panel, now);
    };
    let lines = panel.session.names_to_choose();
    kit::section_title(ui, tr("Call it"));
    // Answers to a label and kinds of fitness are few: nothing has to be found among them.
    let has_field = !naming.query.is_empty() || lines.iter().any(|line| matches!(line.name, Name::Label(_)));
    if has_field {
        let mut typed = naming.query.clone();
        // It has the keyboard from the next frame on: the letter of the key that opened the list is not typed into it.
        // An id of its own: by its place alone, what stands there next would have the keyboard.
        let field = egui::TextEdit::singleline(&mut typed).id_salt("find a name").desired_width(f32::INFINITY);
        let response = ui.add(field.hint_text(tr("Type to find a label")));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Find a label")));
        if !std::mem::replace(&mut panel.state.reviewing.has_name_focus, true) {
            response.request_focus();
        }
        if response.changed() {
            panel.ask(review(ReviewCommand::FindName(typed)));
        }
    }
    ui.horizontal_wrapped(|ui| {
        for (keys, what) in [("↑ ↓", tr("choose")), ("Enter", tr("take it")), ("Esc", tr("leave it"))] {
            kit::key_cap(ui, keys);
            ui.label(RichText::new(what).small().color(theme::weak()));
        }
    });
    if lines.is_empty() {
        ui.label(RichText::new(tr("No label has this in its name.")).color(theme::weak()));
    }
    ui.spacing_mut().item_spacing.y = 1.0;
    let mut was_said = true;
    for (place, line) in lines.iter().enumerate() {
        if std::mem::replace(&mut was_said, line.num_votes > 0) && line.num_votes == 0 && place > 0 {
            ui.separator();
        }
        line_ui(ui, panel, line, place == naming.at);
    }
}

/// What it is called, a click or a key away from the list.
fn button_ui(ui: &mut Ui, panel: &mut Panel<'_>, now: &str) {
    let command = review(ReviewCommand::Name);
    let button = egui::Button::new(now)
        .shortcut_text(kit::shortcut(panel.session, &command))
        .truncate()
        .min_size(Vec2::new(ui.available_width(), theme::row_height()));
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr("Change label")));
    if response.on_hover_text(kit::tooltip(panel.session, &command)).clicked() {
        panel.ask(command);
    }
}

fn line_ui(ui: &mut Ui, panel: &mut Panel<'_>, line: &NameToChoose, is_at: bool) {
    let text = name_text(&line.name);
    let said = match line.num_votes {
        0 => String::new(),
        1 => tr("1 reader").to_owned(),
        num => tr_args("{} readers", &[&num]),
    };
    let name = tr_args("Call it {}", &[&text]);
    let (response, mut row) = choice_row(ui, ("name", &text), &name, is_at);
    row.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let key = line.key.map(|key| key.to_string()).unwrap_or_default();
        key_ui(ui, &key);
        if let Name::Label(label) = &line.name {
            kit::swatch(ui, overlay::color_of(panel.session, label));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let now = if line.is_now { tr("now") } else { "" };
            let right =
                [said.as_str(), now].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
            ui.label(RichText::new(right).small().color(theme::weak()));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let color = if line.num_votes > 0 { theme::strong() } else { theme::text() };
                ui.add(egui::Label::new(RichText::new(&text).color(color)).selectable(false).truncate());
            });
        });
    });
    if response.clicked() {
        panel.ask(review(ReviewCommand::CallIt(line.name.clone())));
    }
}

fn name_text(name: &Name) -> String {
    match name {
        Name::Label(label) => label.to_string(),
        Name::Answer(presence) => presence_text(*presence).to_owned(),
        Name::Fitness(unfit) => unfit.map_or(tr("fit"), unfit_menu::reason_text).to_owned(),
    }
}

/// What a key does while the list is open; `None` where the list is shut, or leaves the key to others.
pub(super) fn key(session: &Session, chord: &Chord, is_repeat: bool) -> Option<Vec<Command>> {
    session.team.reviewing.naming.as_ref().filter(|_| session.screen == Screen::Review)?;
    if chord.ctrl || chord.alt {
        return None;
    }
    let asked = match chord.key.as_str() {
        "Escape" => return Some(vec![Command::Escape]),
        "ArrowDown" | "Tab" if !chord.shift => Some(ReviewCommand::StepName(1)),
        "ArrowUp" | "Tab" => Some(ReviewCommand::StepName(-1)),
        _ if is_repeat => None,
        "Enter" => Some(ReviewCommand::TakeName),
        key => session.name_of_key(key).filter(|_| !chord.shift).map(ReviewCommand::CallIt),
    };
    Some(asked.map(review).into_iter().collect())
}
