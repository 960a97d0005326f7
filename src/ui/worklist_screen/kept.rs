//! The filters that the reader keeps: shown with a click, kept under a name, let go.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{PopupCloseBehavior, RichText, Ui, WidgetInfo};

use crate::session::Command;
use crate::session::listing::ListCommand;
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, theme};

pub(super) fn kept_filters_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let saved = panel.session.worklist.saved.clone();
    let button = egui::Button::new(tr("Kept filters"));
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    MenuButton::from_button(button).config(config).ui(ui, |ui| {
        ui.set_min_width(280.0);
        if saved.is_empty() {
            ui.label(RichText::new(tr("Nothing is kept yet")).color(theme::weak()));
        }
        for filter in saved {
            ui.horizontal(|ui| {
                let forget = ui.small_button("×").on_hover_text(tr("Let this filter go"));
                forget.widget_info(|| {
                    WidgetInfo::labeled(egui::Role::Button, true, tr_args("Let {} go", &[&filter.name]))
                });
                if forget.clicked() {
                    panel.ask(Command::List(ListCommand::Forget(filter.name.clone())));
                }
                let is_on = panel.session.worklist.filter.text == filter.query;
                if ui.selectable_label(is_on, &filter.name).on_hover_text(&filter.query).clicked() {
                    panel.ask(Command::List(ListCommand::Use(filter.name.clone())));
                    ui.close();
                }
            });
        }
        ui.separator();
        keep_ui(ui, panel);
    });
}

fn keep_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal(|ui| {
        let field = egui::TextEdit::singleline(&mut panel.state.query_field.name).desired_width(190.0);
        let response = ui.add(field.hint_text(tr("Name of the filter")));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Name of the filter")));
        let is_entered = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let name = panel.state.query_field.name.trim().to_owned();
        let command = Command::List(ListCommand::Keep(name.clone()));
        let can_keep = !name.is_empty() && command.is_available(panel.session);
        let keep = ui.add_enabled(can_keep, egui::Button::new(tr("Keep")));
        keep.widget_info(|| WidgetInfo::labeled(egui::Role::Button, can_keep, tr("Keep the filter")));
        if can_keep && (keep.clicked() || is_entered) {
            panel.ask(command);
            panel.state.query_field.name.clear();
        }
    });
    if panel.session.worklist.filter.is_empty() {
        ui.label(RichText::new(tr("Filter the list first; what it shows then can be kept.")).small().color(theme::weak()));
    }
}
