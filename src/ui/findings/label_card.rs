//! What a label means: definition, pictures, code, key and other names in a card beside the panel.

use egui::{Align2, Area, Id, Order, RichText, Ui, WidgetInfo};

use crate::domain::label::Label;
use crate::session::{Command, LabelCommand};

use super::super::words::{tr, tr_args, translated};
use super::super::{Panel, instructions, kit, shell, theme};

const WIDTH: f32 = 268.0;

/// Left of the panel, over the edge of the film; Escape or its button closes it.
pub(super) fn card_ui(ui: &Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let label = session.label_card.as_ref().and_then(|name| session.label_set()?.label(name));
    let Some(label) = label else { return };
    let corner = ui.max_rect().left_top() + egui::vec2(-3.0 * theme::UNIT, 0.0);
    let area = Area::new(Id::unique("label card")).order(Order::Middle).fixed_pos(corner).pivot(Align2::RIGHT_TOP);
    area.show(ui.ctx(), |ui| {
        shell::card_frame().show(ui, |ui| {
            ui.set_width(WIDTH);
            inside_ui(ui, panel, label);
        });
    });
}

fn inside_ui(ui: &mut Ui, panel: &mut Panel<'_>, label: &Label) {
    ui.horizontal(|ui| {
        kit::swatch(ui, theme::label_color(label.color));
        ui.label(RichText::new(label.name.as_str()).color(theme::strong()));
        if let Some(code) = &label.code {
            ui.label(RichText::new(code).small().color(theme::weak()));
        }
        if let Some(key) = label.hotkey {
            kit::key_cap(ui, &key.to_ascii_uppercase().to_string());
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let response = ui.add(egui::Button::new("×").frame(false));
            response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr("Close the definition")));
            if response.clicked() {
                panel.ask(Command::Label(LabelCommand::ShowCard(None)));
            }
        });
    });
    if !label.definition.is_empty() {
        ui.add_space(theme::UNIT);
        ui.add(egui::Label::new(RichText::new(translated(&label.definition)).color(theme::text())).wrap());
    }
    instructions::pictures_of_label_ui(ui, panel, &label.name, WIDTH);
    if !label.aliases.is_empty() {
        ui.add_space(theme::UNIT);
        let text = tr_args("Also called: {}", &[&label.aliases.join(", ")]);
        ui.add(egui::Label::new(RichText::new(text).small().color(theme::weak())).wrap());
    }
    if let Some(parent) = &label.parent {
        ui.label(RichText::new(tr_args("A kind of {}", &[parent])).small().color(theme::weak()));
    }
}
