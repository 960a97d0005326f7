//! The findings that may become one with the chosen one, each with its number: the reviewer says which.

use egui::{Align, Layout, RichText, Ui};

use crate::domain::adjudication::{Document, FindingKey};
use crate::session::keymap::Chord;
use crate::session::team::{Merging, ReviewCommand};
use crate::session::{Command, Screen, Session};

use super::super::words::{tr, tr_args};
use super::super::{Panel, kit, theme};
use super::card::{choice_row, key_ui};
use super::list::labels_text;
use super::review;
use super::words::seen_by_text;

pub(super) fn merging_ui(ui: &mut Ui, panel: &mut Panel<'_>, document: &Document, merging: &Merging) {
    kit::section_title(ui, tr("Merge with"));
    ui.horizontal_wrapped(|ui| {
        let keys = [("↑ ↓", tr("choose")), ("Enter", tr("merge")), ("Esc", tr("leave it"))];
        for (keys, what) in keys {
            kit::key_cap(ui, keys);
            ui.label(RichText::new(what).small().color(theme::weak()));
        }
    });
    ui.spacing_mut().item_spacing.y = 1.0;
    for &other in &merging.others {
        line_ui(ui, panel, document, merging, other);
    }
    ui.add_space(theme::UNIT);
    kit::titled_button(ui, panel, &Command::Escape, Some(tr("Leave it")));
}

fn line_ui(ui: &mut Ui, panel: &mut Panel<'_>, document: &Document, merging: &Merging, other: FindingKey) {
    let desk = &panel.session.team.reviewing;
    let Some(finding) = document.finding(other) else { return };
    let (number, labels) = (desk.number_of(other), labels_text(finding));
    let is_marked = merging.marked() == Some(other);
    let name = tr_args("Merge with finding {}: {}, {}", &[&number, &labels, &seen_by_text(finding)]);
    let (response, mut row) = choice_row(ui, ("merge", number), &name, is_marked);
    row.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        // Only the first nine have a digit.
        if number < 10 {
            key_ui(ui, &number.to_string());
        } else {
            ui.label(RichText::new(number.to_string()).small().color(theme::weak()));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let overlap = format!("IoU {:.2}", desk.overlap(merging.of, other));
            ui.label(RichText::new(overlap).small().color(theme::weak()));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let text = RichText::new(labels).color(theme::strong());
                ui.add(egui::Label::new(text).selectable(false).truncate());
            });
        });
    });
    if response.clicked() {
        panel.ask(review(ReviewCommand::MergeWith(other)));
    }
}

/// What a key does while there is something to choose; `None` where there is not, or the key is left to others.
pub(super) fn key(session: &Session, chord: &Chord, is_repeat: bool) -> Option<Vec<Command>> {
    session.team.reviewing.merging().filter(|_| session.screen == Screen::Review)?;
    if chord.ctrl || chord.alt {
        return None;
    }
    let asked = match chord.key.as_str() {
        "Escape" => return Some(vec![Command::Escape]),
        "ArrowDown" | "Tab" if !chord.shift => ReviewCommand::MarkToMerge(1),
        "ArrowUp" | "Tab" => ReviewCommand::MarkToMerge(-1),
        _ if is_repeat => return Some(Vec::new()),
        "Enter" if !chord.shift => ReviewCommand::Merge,
        // A digit that names none of them takes nobody's box either.
        key if !chord.shift && matches!(key.as_bytes(), [b'0'..=b'9']) => {
            let other = session.to_merge_by_key(key);
            return Some(other.map(|other| review(ReviewCommand::MergeWith(other))).into_iter().collect());
        }
        _ => return None,
    };
    Some(vec![review(asked)])
}
