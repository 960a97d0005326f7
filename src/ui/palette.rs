//! The command palette: any command by typing part of its name in the language of the interface or in English.

use egui::{RichText, ScrollArea, Ui, WidgetInfo};

use crate::session::command::{COMMANDS, CommandRow};
use crate::session::{Command, Session};

use super::words::tr;
use super::{Panel, kit, theme};

pub(super) fn palette_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    kit::set_dialog_width(ui, 560.0);
    let field = egui::TextEdit::singleline(&mut panel.state.palette_query).desired_width(f32::INFINITY);
    let response = ui.add(field.hint_text(tr("Type what you want to do")));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Command")));
    response.request_focus();
    if response.changed() {
        panel.state.palette_choice = 0;
    }
    let session = panel.session;
    let mut found: Vec<_> = COMMANDS
        .iter()
        .filter(|row| row.command != Command::Palette && row.command.is_available(session))
        .filter(|row| matches(session, row, &panel.state.palette_query))
        .collect();
    found.sort_by_key(|row| rank(row, &panel.state.palette_query));
    let (down, up, enter) = ui.input(|i| {
        (i.key_pressed(egui::Key::ArrowDown), i.key_pressed(egui::Key::ArrowUp), i.key_pressed(egui::Key::Enter))
    });
    let last = found.len().saturating_sub(1);
    let choice = &mut panel.state.palette_choice;
    *choice = (*choice + usize::from(down)).saturating_sub(usize::from(up)).min(last);
    let choice = *choice;
    ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
        for (n, row) in found.iter().enumerate() {
            let keys = kit::shortcut(session, &row.command);
            let size = egui::vec2(ui.available_width() - 10.0, 26.0);
            let button = egui::Button::new(tr(row.title)).shortcut_text(keys).selected(n == choice).min_size(size);
            let response = ui.add(button).on_hover_text(tr(row.help));
            response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, n == choice, tr(row.title)));
            if n == choice && (down || up) {
                response.scroll_to_me(None);
            }
            if response.clicked() || (enter && n == choice) {
                panel.ask(Command::CloseDialog);
                panel.ask(row.command.clone());
            }
        }
        if found.is_empty() {
            ui.label(RichText::new(tr("No command has these words")).color(theme::weak()));
        }
    });
}

/// Whether title, help or keys hold every word of what was typed, in either language, with or without accents.
pub(super) fn matches(session: &Session, row: &CommandRow, typed: &str) -> bool {
    let keys = kit::shortcut(session, &row.command);
    let texts = [row.title, row.help, tr(row.title), tr(row.help), &keys].map(plain);
    plain(typed).split_whitespace().all(|word| texts.iter().any(|text| text.contains(word)))
}

/// What is called so comes before what only speaks of it: titles that begin with what was typed, titles that hold it,
/// the others; each in the table's order.
fn rank(row: &CommandRow, typed: &str) -> usize {
    let (typed, titles) = (plain(typed), [row.title, tr(row.title)].map(plain));
    if titles.iter().any(|title| title.starts_with(typed.trim())) {
        0
    } else {
        1 + usize::from(!titles.iter().any(|title| title.contains(typed.trim())))
    }
}

/// Lower case without the marks of Vietnamese vowels: who types `xoay` or `xoá` finds both.
fn plain(text: &str) -> String {
    const VOWELS: [(char, &str); 7] = [
        ('a', "àáãảạăằắẵẳặâầấẫẩậ"),
        ('e', "èéẽẻẹêềếễểệ"),
        ('i', "ìíĩỉị"),
        ('o', "òóõỏọôồốỗổộơờớỡởợ"),
        ('u', "ùúũủụưừứữửự"),
        ('y', "ỳýỹỷỵ"),
        ('d', "đ"),
    ];
    let bare = |letter: char| {
        if letter.is_ascii() {
            return letter;
        }
        VOWELS.iter().find(|(_, marked)| marked.contains(letter)).map_or(letter, |(bare, _)| *bare)
    };
    text.chars().flat_map(char::to_lowercase).map(bare).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_case_do_not_count() {
        assert_eq!(plain("Đảo MÀU, Phóng to"), "dao mau, phong to");
        let row = Command::Invert.row().unwrap();
        let session = Session::default();
        for typed in ["invert", "BLACK swap", "", "i"] {
            assert!(matches(&session, row, typed), "{typed}");
        }
        assert!(!matches(&session, row, "invert film"));
        super::super::words::speak(crate::session::settings::Language::Vietnamese);
        for typed in ["đảo màu", "dao mau", "invert"] {
            assert!(matches(&session, row, typed), "{typed}");
        }
        super::super::words::speak(crate::session::settings::Language::English);
    }

    #[test]
    fn a_command_comes_before_those_that_only_speak_of_it() {
        let ranks = |typed: &str| {
            let of = |id: &str| rank(COMMANDS.iter().find(|row| row.id == id).unwrap(), typed);
            [of("models"), of("predict_films"), of("import_model")]
        };
        assert_eq!(ranks("models"), [0, 2, 2]);
        assert_eq!(ranks("Model"), [0, 2, 1]);
        assert_eq!(ranks(""), [0, 0, 0]);
    }
}
