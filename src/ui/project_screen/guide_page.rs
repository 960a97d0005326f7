//! Instructions for readers, and the cases to compare with.

use egui::{RichText, Ui, WidgetInfo};

use crate::domain::label::LabelSet;
use crate::domain::reference::{Reference, ReferenceChange};
use crate::session::discussing::DiscussCommand;
use crate::session::{Command, ProjectCommand};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, instructions, kit, markdown, theme};

/// What is being typed on the page until it is applied.
#[derive(Default, Debug)]
pub struct GuideDraft {
    /// With the text that it began from: another text from outside does not lose what is typed.
    instructions: Option<String>,
    /// The caption of one reference while it is typed.
    caption: Option<(i64, String)>,
}

pub(super) fn guide_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(project) = &session.project else { return };
    kit::section_title(ui, tr("Reading instructions"));
    let hint = tr(
        "Begin a line with # for a heading or - for a list; **two stars** make words bold. Readers see it with one key.",
    );
    ui.label(RichText::new(hint).color(theme::weak()));
    let stored = &project.settings.instructions;
    let mut text = panel.state.guide_page.instructions.clone().unwrap_or_else(|| stored.clone());
    let is_wide = ui.available_width() > 900.0;
    let width = if is_wide { ui.available_width() / 2.0 - 16.0 } else { ui.available_width() };
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.set_width(width);
            let field = egui::TextEdit::multiline(&mut text).desired_rows(12).desired_width(width);
            let response = ui.add(field.hint_text(tr("What is a finding here, and what is not")));
            response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Reading instructions")));
            if response.changed() {
                panel.state.guide_page.instructions = Some(text.clone());
            }
            apply_ui(ui, panel, stored, &text);
        });
        if is_wide && !text.trim().is_empty() {
            ui.vertical(|ui| {
                ui.set_width(width);
                egui::Frame::new().fill(theme::panel()).inner_margin(12).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    markdown::markdown_ui(ui, &text);
                });
            });
        }
    });
    openness_ui(ui, panel);
    references_ui(ui, panel);
}

fn apply_ui(ui: &mut Ui, panel: &mut Panel<'_>, stored: &str, text: &str) {
    let is_changed = stored != text;
    if !is_changed {
        panel.state.guide_page.instructions = None;
    }
    ui.horizontal(|ui| {
        let apply = ui.add_enabled(is_changed, egui::Button::new(tr("Apply")));
        apply.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_changed, tr("Apply instructions")));
        if apply.clicked() {
            panel.ask(Command::ChangeProject(Box::new(ProjectCommand::SetInstructions(text.to_owned()))));
        }
        if is_changed {
            if ui.button(tr("Discard")).clicked() {
                panel.state.guide_page.instructions = None;
            }
            ui.label(RichText::new(tr("Not applied yet")).color(theme::warn()));
        }
    });
}

/// Whether readers see what the others marked and wrote.
fn openness_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(project) = &panel.session.project else { return };
    ui.add_space(2.0 * theme::UNIT);
    kit::section(ui, tr("Reading together"));
    let mut is_open = project.settings.is_open;
    let response = ui.checkbox(&mut is_open, tr("Readers see each other's marks and comments"));
    if response.changed() {
        panel.ask(Command::ChangeProject(Box::new(ProjectCommand::SetOpen(is_open))));
    }
    let text =
        tr("Leave it off while readings are to be independent: nobody then sees, copies or answers what others did.");
    ui.label(RichText::new(text).color(theme::weak()));
}

fn references_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let references = &session.guide.references;
    ui.add_space(2.0 * theme::UNIT);
    kit::section(ui, &format!("{}  {}", tr("Reference cases"), references.len()));
    let how = tr(
        "In a film, \"Use as reference picture\" keeps the selected finding as the film shows it, and \"Add as reference case\" the film itself.",
    );
    ui.add(egui::Label::new(RichText::new(how).color(theme::weak())).wrap());
    ui.horizontal(|ui| {
        let choose = Command::Discuss(DiscussCommand::ChoosePicture(None));
        if ui.button(tr("Picture from a file…")).clicked() {
            panel.ask(choose);
        }
    });
    let num = references.len();
    for (n, reference) in references.iter().enumerate() {
        ui.add_space(theme::UNIT);
        egui::Frame::new().fill(theme::panel()).corner_radius(4.0).inner_margin(8).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                ui.allocate_ui(instructions::SMALL_PICTURE, |ui| {
                    ui.set_min_size(instructions::SMALL_PICTURE);
                    if reference.picture.is_some() {
                        instructions::picture_ui(ui, panel, reference, instructions::SMALL_PICTURE.y);
                    } else {
                        ui.label(RichText::new(tr("Film")).color(theme::weak()));
                    }
                });
                ui.vertical(|ui| reference_ui(ui, panel, reference, n, num));
            });
        });
    }
}

fn reference_ui(ui: &mut Ui, panel: &mut Panel<'_>, reference: &Reference, n: usize, num: usize) {
    let (session, id) = (panel.session, reference.id);
    let change = |change: ReferenceChange| Command::Discuss(DiscussCommand::ChangeReference(change));
    ui.horizontal(|ui| {
        let shown = reference.label.as_ref().map_or(tr("No label"), |label| label.as_str());
        let menu = egui::ComboBox::from_id_salt(("label of reference", id)).selected_text(shown).width(220.0);
        let response = menu.show_ui(ui, |ui| {
            let labels = session.label_set().map(LabelSet::labels).unwrap_or_default();
            let choices = std::iter::once(None).chain(labels.iter().map(|label| Some(&label.name)));
            for choice in choices {
                let text = choice.map_or(tr("No label"), |name| name.as_str());
                if ui.selectable_label(reference.label.as_ref() == choice, text).clicked() {
                    panel.ask(change(ReferenceChange::SetLabel { id, label: choice.cloned() }));
                }
            }
        });
        let name = tr_args("Label of reference {}", &[&(n + 1)]);
        response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
        for (text, name, is_enabled, asked) in [
            ("↑", tr_args("Move reference {} up", &[&(n + 1)]), n > 0, ReferenceChange::Move { id, is_up: true }),
            (
                "↓",
                tr_args("Move reference {} down", &[&(n + 1)]),
                n + 1 < num,
                ReferenceChange::Move { id, is_up: false },
            ),
            ("×", tr_args("Delete reference {}", &[&(n + 1)]), true, ReferenceChange::Delete(id)),
        ] {
            let button = ui.add_enabled(is_enabled, egui::Button::new(text));
            button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_enabled, &name));
            if button.on_hover_text(&name).clicked() {
                panel.ask(change(asked));
            }
        }
    });
    let mut caption = match &panel.state.guide_page.caption {
        Some((typed, text)) if *typed == id => text.clone(),
        _ => reference.caption.clone(),
    };
    let field = egui::TextEdit::singleline(&mut caption).desired_width(ui.available_width().min(560.0));
    let response = ui.add(field.hint_text(tr("Caption: what it shows")));
    let name = tr_args("Caption of reference {}", &[&(n + 1)]);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, &name));
    if response.changed() {
        panel.state.guide_page.caption = Some((id, caption.clone()));
    }
    // Also where the page was left while it was being typed.
    let is_typed = panel.state.guide_page.caption.as_ref().is_some_and(|(typed, _)| *typed == id);
    if is_typed && !response.has_focus() && !response.changed() {
        panel.state.guide_page.caption = None;
        panel.ask(change(ReferenceChange::SetCaption { id, caption }));
    }
    if let Some(image) = &reference.image {
        ui.horizontal(|ui| {
            ui.label(RichText::new(tr("From a film of this project")).small().color(theme::weak()));
            if session.pane.film.is_some() {
                let open = ui.button(tr("Open beside"));
                open.widget_info(|| {
                    WidgetInfo::labeled(egui::Role::Button, true, tr_args("Open reference {} beside", &[&(n + 1)]))
                });
                if open.clicked() {
                    panel.ask(Command::ShowFilm);
                    panel.ask(Command::Discuss(DiscussCommand::OpenReference(image.clone())));
                }
            }
        });
    }
}
