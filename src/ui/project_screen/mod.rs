//! The project's own settings, page by page: labels, rules, instructions and reference cases.

mod custom_rule_form;
mod guide_page;
mod labels_page;
mod rules_page;

pub use guide_page::GuideDraft;
pub(crate) use labels_page::LabelEditorState;
pub use rules_page::RulesPageState;

use egui::{CentralPanel, ScrollArea, Ui};

use crate::session::{Command, ModelCommand, ProjectCommand, ProjectPage};

use super::words::tr;
use super::{Panel, kit, shell};

pub(super) fn project_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let page = panel.session.project_page;
    egui::Panel::top("project_bar").frame(shell::bar_frame()).show_separator_line(false).show(ui, |ui| {
        ui.horizontal(|ui| {
            let leave = Command::ChangeProject(Box::new(ProjectCommand::Leave));
            kit::toggle_button(ui, panel, &leave, tr("Back"), false);
            for other in ProjectPage::ALL {
                let show = Command::ChangeProject(Box::new(ProjectCommand::Show(other)));
                kit::toggle_button(ui, panel, &show, tr(other.title()), other == page);
            }
            kit::titled_button(ui, panel, &Command::Model(ModelCommand::Show), Some(tr("Models")));
        });
    });
    CentralPanel::default().frame(shell::body_frame().inner_margin(16)).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| match page {
            ProjectPage::Labels => labels_page::labels_ui(ui, panel),
            ProjectPage::Rules => rules_page::rules_ui(ui, panel),
            ProjectPage::Guide => guide_page::guide_ui(ui, panel),
        });
    });
}
