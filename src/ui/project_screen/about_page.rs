//! What the project is: workflow, ethics, licence, use of its data.

use egui::{DragValue, Grid, RichText, TextEdit, Ui, WidgetInfo};

use crate::domain::people::{Act, Matter};
use crate::domain::project::{ClinicalFacts, Description, DescriptionError, Project, Workflow};
use crate::domain::suggestion::ModelVisibility;
use crate::session::{Command, ModelCommand, ProjectCommand, ProjectPage, Session};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, markdown, shell, theme};

/// What is half typed on the page.
#[derive(Default, Debug)]
pub struct AboutPageState {
    draft: Option<Box<Description>>,
}

/// Texts are no wider than can be read.
const WIDTH: f32 = 760.0;
/// So that fields stand below each other.
const TITLE_WIDTH: f32 = 150.0;

pub(super) fn about_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(open) = &session.project else { return };
    let stored = Description::of(&open.settings);
    let can_change = session.may(Matter::Project, Act::Change);
    let mut draft = panel.state.about_page.draft.take().unwrap_or_else(|| Box::new(stored.clone()));
    ui.set_max_width(WIDTH);
    ui.heading(tr("About this project"));
    super::only_owners_ui(ui, can_change);
    ui.add_enabled_ui(can_change, |ui| {
        project_ui(ui, &mut draft);
        labelling_ui(ui, &mut draft, &stored);
        sight_ui(ui, panel, &mut draft, &open.settings);
        release_ui(ui, &mut draft);
        data_use_ui(ui, session, &mut draft, &stored);
    });
    ui.add_space(4.0 * theme::UNIT);
    if can_change && *draft != stored {
        panel.state.about_page.draft = Some(draft);
    }
}

fn project_ui(ui: &mut Ui, draft: &mut Description) {
    kit::section(ui, tr("Project"));
    fields(ui, "project fields", |ui| {
        line_ui(ui, tr("Project name"), &mut draft.name, "");
        text_ui(ui, tr("Description"), &mut draft.about.description, 2, tr("What is read here, and what for"));
        line_ui(ui, tr("Further instructions"), &mut draft.about.link, "https://…");
    });
}

/// How films get their labels: one of four ways, with its numbers.
pub(in crate::ui) fn workflow_ui(ui: &mut Ui, now: &mut Workflow) {
    let readers = now.readers().unwrap_or(3).max(2);
    let choices = [
        (Workflow::Free, tr("Free"), tr("Everybody sees all films and reads what they like.")),
        (
            Workflow::Single,
            tr("Single reading"),
            tr("Each film is handed to one reader, as VinDr-SpineXR and VinDr-RibCXR were made."),
        ),
        (
            Workflow::Blind { readers },
            tr("Several readers, blind"),
            tr("Each film is handed to several readers who know nothing of each other, as VinDr-CXR's training films."),
        ),
        (
            Workflow::Reviewed { readers, reviewers: now.reviewers().max(2) },
            tr("Several readers, then review"),
            tr("Then more senior reviewers settle what the readers disagree on, as VinDr-CXR's test films."),
        ),
    ];
    let spacing = ui.spacing().item_spacing.y;
    ui.spacing_mut().item_spacing.y = theme::UNIT / 2.0;
    for (workflow, title, help) in choices {
        let is_on = std::mem::discriminant(&workflow) == std::mem::discriminant(now);
        ui.horizontal(|ui| {
            if ui.radio(is_on, title).clicked() && !is_on {
                *now = workflow;
            }
            if is_on {
                numbers_ui(ui, now);
            }
        });
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 14.0;
            ui.add_space(24.0);
            ui.add(egui::Label::new(RichText::new(help).small().color(theme::weak())).wrap());
        });
    }
    ui.spacing_mut().item_spacing.y = spacing;
}

fn labelling_ui(ui: &mut Ui, draft: &mut Description, stored: &Description) {
    kit::section(ui, tr("How films get their labels"));
    workflow_ui(ui, &mut draft.workflow);
    if draft.workflow != stored.workflow && stored.workflow.hands_out() {
        let text = tr("Films that were handed out stay in their readers' hands.");
        ui.label(RichText::new(text).color(theme::warn()));
    }
    ui.add_space(theme::UNIT);
    fields(ui, "experience", |ui| {
        let stages = [tr("Least years, readers"), tr("Least years, reviewers")];
        for (title, years) in stages.into_iter().zip(&mut draft.about.least_years) {
            title_ui(ui, title);
            ui.horizontal(|ui| {
                let mut is_asked = years.is_some();
                let check = ui.checkbox(&mut is_asked, "");
                check.widget_info(|| WidgetInfo::selected(egui::Role::CheckBox, true, is_asked, title));
                if is_asked {
                    let mut value = years.unwrap_or(8);
                    let drag = ui.add(DragValue::new(&mut value).range(1..=60).suffix(format!(" {}", tr("years"))));
                    drag.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, title));
                    *years = Some(value);
                } else {
                    *years = None;
                    ui.label(RichText::new(tr("any")).color(theme::weak()));
                }
            });
            ui.end_row();
        }
    });
}

/// How many readers and reviewers, where the workflow counts them.
fn numbers_ui(ui: &mut Ui, workflow: &mut Workflow) {
    let number = |ui: &mut Ui, title: &'static str, value: &mut u32, least: u32| {
        let response = ui.add(DragValue::new(value).range(least..=20).suffix(format!(" {title}")));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, title));
    };
    match workflow {
        Workflow::Free | Workflow::Single => {}
        Workflow::Blind { readers } => number(ui, tr("readers per film"), readers, 2),
        Workflow::Reviewed { readers, reviewers } => {
            number(ui, tr("readers per film"), readers, 2);
            number(ui, tr("reviewers per film"), reviewers, 1);
        }
    }
}

/// What readers see of the patient, of each other and of models: the first is changed here, the others have their pages.
fn sight_ui(ui: &mut Ui, panel: &mut Panel<'_>, draft: &mut Description, project: &Project) {
    kit::section(ui, tr("What readers see"));
    fields(ui, "sight", |ui| {
        title_ui(ui, tr("Of the patient"));
        ui.vertical(|ui| {
            for (facts, text) in [
                (ClinicalFacts::AgeAndSex, tr("Age and sex, as for VinDr-SpineXR")),
                (ClinicalFacts::Nothing, tr("Nothing, as for VinDr-CXR")),
            ] {
                ui.radio_value(&mut draft.about.clinical_facts, facts, text);
            }
        });
        ui.end_row();
        title_ui(ui, tr("Of other readers"));
        let text = if project.is_open { tr("Everything: marks, names, comments") } else { tr("Nothing") };
        let page = Command::ChangeProject(Box::new(ProjectCommand::Show(ProjectPage::Guide)));
        elsewhere_ui(ui, panel, text, page, tr("Instructions"));
        title_ui(ui, tr("Of what models say"));
        let text = match project.model_visibility {
            ModelVisibility::Off => tr("Nothing"),
            ModelVisibility::AfterReading => tr("After the film was completed once"),
            ModelVisibility::Always => tr("Always"),
        };
        elsewhere_ui(ui, panel, text, Command::Model(ModelCommand::Show), tr("Models"));
    });
}

/// What holds, and a way to the page where it is changed.
fn elsewhere_ui(ui: &mut Ui, panel: &mut Panel<'_>, text: &str, page: Command, title: &str) {
    ui.horizontal(|ui| {
        ui.label(text);
        let button = ui.small_button(tr_args("Change under {}", &[&title]));
        if button.clicked() {
            panel.ask(page);
        }
    });
    ui.end_row();
}

fn release_ui(ui: &mut Ui, draft: &mut Description) {
    kit::section(ui, tr("Ethics, licence, citation"));
    let about = &mut draft.about;
    fields(ui, "release", |ui| {
        text_ui(
            ui,
            tr("Ethics approval"),
            &mut about.ethics,
            1,
            tr("Committee, number, date; consent waived or given"),
        );
        text_ui(ui, tr("Licence"), &mut about.licence, 1, tr("Under which the labels and films are released"));
        text_ui(ui, tr("Citation"), &mut about.citation, 2, tr("As others are to cite the data"));
    });
    let text = tr("They go into every exported bundle.");
    ui.label(RichText::new(text).small().color(theme::weak()));
}

fn data_use_ui(ui: &mut Ui, session: &Session, draft: &mut Description, stored: &Description) {
    kit::section(ui, tr("Use of the data"));
    let text = tr("Everybody agrees to this text before their first film. Left empty, nothing is asked.");
    ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
    let field = TextEdit::multiline(&mut draft.about.data_use).desired_rows(5).desired_width(f32::INFINITY);
    let hint = tr("The data stay on this computer. Nobody tries to find out who a patient is. …");
    let response = ui.add(field.hint_text(hint));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Use of the data")));
    let is_changed = draft.about.data_use.trim() != stored.about.data_use.trim();
    if is_changed && !draft.about.data_use.trim().is_empty() {
        let text = tr("Once applied, everybody is asked to agree to the new text when they sign in next.");
        ui.label(RichText::new(text).color(theme::warn()));
        egui::CollapsingHeader::new(tr("As readers will see it")).show(ui, |ui| {
            markdown::markdown_ui(ui, draft.about.data_use.trim());
        });
    } else if !stored.about.data_use.trim().is_empty() {
        let people = session.project.iter().flat_map(|open| &open.readers).filter(|reader| !reader.has_left);
        let num_agreed = session.team.people.facts.agreed.len();
        let text = tr_args("{} of {} people have agreed to it.", &[&num_agreed, &people.count().max(num_agreed)]);
        ui.label(RichText::new(text).color(theme::weak()));
    }
}

/// Under the page while something on it is changed, so that it is in sight wherever the page is scrolled to.
pub(super) fn apply_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(draft) = panel.state.about_page.draft.clone() else { return };
    let problem = draft.check().err();
    let is_ready = problem.is_none();
    egui::Panel::bottom("apply what was changed").frame(shell::bar_frame()).show(ui, |ui| {
        ui.horizontal(|ui| {
            let apply = ui.add_enabled(is_ready, egui::Button::new(tr("Apply")));
            apply.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_ready, tr("Apply what was changed")));
            if apply.clicked() {
                panel.ask(Command::ChangeProject(Box::new(ProjectCommand::Describe(draft))));
            }
            if ui.button(tr("Discard")).clicked() {
                panel.state.about_page.draft = None;
            }
            match problem {
                None => ui.label(RichText::new(tr("Not applied yet")).color(theme::warn())),
                Some(problem) => ui.label(RichText::new(problem_text(problem)).color(theme::bad())),
            };
        });
    });
}

fn problem_text(problem: DescriptionError) -> &'static str {
    match problem {
        DescriptionError::NoName => tr("Give the project a name."),
        DescriptionError::NoReaders => tr("A film needs at least one reader."),
        DescriptionError::NoReviewers => tr("A review needs at least one reviewer."),
        DescriptionError::BadLink => tr("The address of further instructions begins with https:// and has no blanks."),
    }
}

fn fields(ui: &mut Ui, id: &str, content: impl FnOnce(&mut Ui)) {
    Grid::new(id).num_columns(2).min_col_width(TITLE_WIDTH).spacing([16.0, 8.0]).show(ui, content);
}

fn title_ui(ui: &mut Ui, title: &str) {
    ui.label(RichText::new(title).color(theme::weak()));
}

fn line_ui(ui: &mut Ui, title: &'static str, text: &mut String, hint: &str) {
    title_ui(ui, title);
    let response = ui.add(TextEdit::singleline(text).desired_width(WIDTH - TITLE_WIDTH - 40.0).hint_text(hint));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, title));
    ui.end_row();
}

fn text_ui(ui: &mut Ui, title: &'static str, text: &mut String, rows: usize, hint: &str) {
    title_ui(ui, title);
    let field = TextEdit::multiline(text).desired_rows(rows).desired_width(WIDTH - TITLE_WIDTH - 40.0);
    let response = ui.add(field.hint_text(hint));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, title));
    ui.end_row();
}
