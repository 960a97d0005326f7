//! The project, page by page: how far it is, what it is, labels, rules, people, tasks, agreement, exports, audit.

mod overview_page;
mod about_page;
mod people_page;
mod assignment_page;
mod agreement_page;
mod exports_page;
mod audit_page;
mod custom_rule_form;
mod guide_page;
mod labels_page;
mod rules_page;

pub use about_page::AboutPageState;
pub use agreement_page::AgreementPageState;
pub use assignment_page::AssignmentPageState;
pub use audit_page::AuditPageState;
pub use exports_page::ExportsPageState;
pub use guide_page::GuideDraft;
pub(crate) use labels_page::LabelEditorState;
pub use overview_page::OverviewPageState;
pub use people_page::PeoplePageState;
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
            ProjectPage::Overview => overview_page::overview_ui(ui, panel),
            ProjectPage::About => about_page::about_ui(ui, panel),
            ProjectPage::People => people_page::people_ui(ui, panel),
            ProjectPage::Assignment => assignment_page::assignment_ui(ui, panel),
            ProjectPage::Agreement => agreement_page::agreement_ui(ui, panel),
            ProjectPage::Exports => exports_page::exports_ui(ui, panel),
            ProjectPage::Audit => audit_page::audit_ui(ui, panel),
        });
    });
}
