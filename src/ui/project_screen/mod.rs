//! The project, page by page: how far it is, what it is, labels, rules, people, tasks, agreement, exports, audit.

mod overview_page;
mod about_page;
mod people_page;
mod person_form;
mod rights_table;
mod assignment_page;
mod agreement_page;
mod agreement_figures;
mod agreement_words;
mod consensus_form;
mod consensus_words;
mod exports_page;
mod audit_page;
mod custom_rule_form;
mod guide_page;
mod labels_page;
mod rules_page;

pub use about_page::AboutPageState;
pub(super) use about_page::workflow_ui;
pub use agreement_page::AgreementPageState;
pub use assignment_page::AssignmentPageState;
pub use audit_page::AuditPageState;
pub use exports_page::ExportsPageState;
pub(super) use exports_page::fitting_ui;
pub use guide_page::GuideDraft;
pub(crate) use labels_page::LabelEditorState;
pub use overview_page::OverviewPageState;
pub use people_page::PeoplePageState;
pub use rules_page::RulesPageState;

use egui::{Align2, CentralPanel, RichText, ScrollArea, Sense, Ui, Vec2, WidgetInfo};

use crate::session::{Command, ModelCommand, ProjectCommand, ProjectPage};

use super::words::tr;
use super::{Panel, kit, shell, theme};

/// Of the pages at the left.
const PAGES_WIDTH: f32 = 176.0;

/// Pages by what they are about: there are too many for a bar.
const GROUPS: [(&str, &[ProjectPage]); 3] = [
    (
        "Project",
        &[ProjectPage::Overview, ProjectPage::About, ProjectPage::Labels, ProjectPage::Rules, ProjectPage::Guide],
    ),
    ("Readers", &[ProjectPage::People, ProjectPage::Assignment, ProjectPage::Agreement]),
    ("Data", &[ProjectPage::Exports, ProjectPage::Audit]),
];

pub(super) fn project_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let page = panel.session.project_page;
    egui::Panel::left("project_pages").exact_size(PAGES_WIDTH).resizable(false).frame(shell::bar_frame()).show(
        ui,
        |ui| {
            ScrollArea::vertical().show(ui, |ui| pages_ui(ui, panel, page));
        },
    );
    if page == ProjectPage::About {
        about_page::apply_ui(ui, panel);
    }
    CentralPanel::default().frame(shell::body_frame().inner_margin(16)).show(ui, |ui| {
        ScrollArea::vertical().id_salt(page.title()).auto_shrink(false).show(ui, |ui| {
            // The bar lies over what is scrolled.
            ui.set_max_width(ui.available_width() - theme::SCROLL_BAR);
            match page {
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
            }
        });
    });
}

fn pages_ui(ui: &mut Ui, panel: &mut Panel<'_>, page: ProjectPage) {
    let leave = Command::ChangeProject(Box::new(ProjectCommand::Leave));
    ui.add_space(theme::UNIT);
    kit::toggle_button(ui, panel, &leave, tr("Back"), false);
    for (title, pages) in GROUPS {
        ui.add_space(2.0 * theme::UNIT);
        kit::section_title(ui, group_title(title));
        for other in pages {
            let show = Command::ChangeProject(Box::new(ProjectCommand::Show(*other)));
            page_ui(ui, panel, show, tr(other.title()), *other == page);
        }
    }
    ui.add_space(2.0 * theme::UNIT);
    ui.separator();
    page_ui(ui, panel, Command::Model(ModelCommand::Show), tr("Models"), false);
}

fn group_title(title: &'static str) -> &'static str {
    match title {
        "Readers" => tr("Readers"),
        "Data" => tr("Data"),
        _ => tr("Project"),
    }
}

/// One page: a line as wide as the panel.
fn page_ui(ui: &mut Ui, panel: &mut Panel<'_>, show: Command, title: &str, is_on: bool) {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::row_height()), Sense::click());
    let is_available = show.is_available(panel.session);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, is_available, is_on, title));
    let fill = match (is_on, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let color = if is_on { theme::strong() } else { theme::text() };
    let font = egui::TextStyle::Body.resolve(ui.style());
    ui.painter().text(rect.left_center() + Vec2::new(8.0, 0.0), Align2::LEFT_CENTER, title, font, color);
    if response.clicked() && !is_on {
        panel.ask(show);
    }
}

/// A sentence for whoever may look and not change.
fn only_owners_ui(ui: &mut Ui, can_change: bool) {
    if !can_change {
        ui.label(RichText::new(tr("Only an owner of the project changes this.")).color(theme::warn()));
    }
}
