//! Who may do what, as the store keeps it: the table of rights, role by role.

use egui::{CollapsingHeader, Grid, RichText, Ui};

use crate::domain::people::{Act, Matter, Role, Roles, may};
use crate::ui::role_words::{role_help, role_text};
use crate::ui::theme;
use crate::ui::words::tr;

pub(super) fn rights_ui(ui: &mut Ui) {
    CollapsingHeader::new(tr("Who may do what")).default_open(false).show(ui, |ui| {
        Grid::new("rights").num_columns(6).spacing([20.0, 4.0]).striped(true).show(ui, |ui| {
            ui.label("");
            for role in Role::ALL {
                ui.label(RichText::new(role_text(role)).color(theme::strong())).on_hover_text(role_help(role));
            }
            ui.end_row();
            for matter in Matter::ALL {
                ui.label(tr(matter.title()));
                for role in Role::ALL {
                    right_ui(ui, Roles::NONE.with(role), matter);
                }
                ui.end_row();
            }
        });
        let text = tr(
            "A reader who reads blind sees nothing of others' readings, whatever other roles they have, until their films are read.",
        );
        ui.add(egui::Label::new(RichText::new(text).small().color(theme::weak())).wrap());
    });
}

fn right_ui(ui: &mut Ui, roles: Roles, matter: Matter) {
    let (text, color) = match (may(roles, matter, Act::See), may(roles, matter, Act::Change)) {
        (_, true) => (tr("changes"), theme::text()),
        (true, false) => (tr("sees"), theme::weak()),
        (false, false) => ("–", theme::weak()),
    };
    ui.label(RichText::new(text).color(color));
}
