//! Instructions, definitions and reference cases beside the film: stays open while reading.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{ColorImage, RichText, ScrollArea, Sense, TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo};

use crate::domain::label::LabelName;
use crate::domain::reference::{Levels, Picture, Reference};
use crate::session::discussing::DiscussCommand;
use crate::session::{Command, ProjectCommand, ProjectPage};

use super::words::{tr, tr_args, translated};
use super::{Panel, kit, markdown, overlay, theme};

/// Reference pictures on the graphics card, each with the picture that it shows.
#[derive(Default)]
pub struct ReferenceTextures(HashMap<i64, (Arc<Picture>, TextureHandle)>);

impl std::fmt::Debug for ReferenceTextures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ReferenceTextures").field(&self.0.len()).finish()
    }
}

impl ReferenceTextures {
    /// `None` where the reference has no picture.
    pub(super) fn texture(&mut self, context: &egui::Context, reference: &Reference) -> Option<TextureHandle> {
        let picture = reference.picture.as_ref()?;
        if let Some((shown, texture)) = self.0.get(&reference.id)
            && (Arc::ptr_eq(shown, picture) || shown == picture)
        {
            return Some(texture.clone());
        }
        let size = [picture.width as usize, picture.height as usize];
        let image = match &picture.levels {
            Levels::Grey(levels) => ColorImage::from_gray(size, levels),
            Levels::Rgb(levels) => ColorImage::from_rgb(size, levels),
        };
        let texture = context.load_texture(format!("reference {}", reference.id), image, TextureOptions::LINEAR);
        self.0.insert(reference.id, (picture.clone(), texture.clone()));
        Some(texture)
    }

    fn keep_only(&mut self, references: &[Reference]) {
        if self.0.len() > references.len() {
            self.0.retain(|id, _| references.iter().any(|reference| reference.id == *id));
        }
    }
}

/// The reference pictures of a label, as large as the room allows but no higher than this; nothing where it has none.
/// Label cards show them under the definition.
pub(super) fn pictures_of_label_ui(ui: &mut Ui, panel: &mut Panel<'_>, label: &LabelName, max_height: f32) {
    let session = panel.session;
    for reference in session.guide.of_label(label).filter(|reference| reference.picture.is_some()) {
        picture_ui(ui, panel, reference, max_height);
        if !reference.caption.is_empty() {
            ui.label(RichText::new(&reference.caption).small().color(theme::weak()));
        }
    }
}

/// One picture, never enlarged beyond its own pixels.
pub(super) fn picture_ui(ui: &mut Ui, panel: &mut Panel<'_>, reference: &Reference, max_height: f32) {
    let Some(texture) = panel.state.references.texture(ui.ctx(), reference) else { return };
    let size = texture.size_vec2();
    let scale = (ui.available_width() / size.x).min(max_height / size.y).min(1.0);
    let (rect, response) = ui.allocate_exact_size(size * scale, Sense::hover());
    let name = reference.label.as_ref().map_or_else(String::new, |label| translated(label.as_str()).into_owned());
    response.widget_info(|| {
        WidgetInfo::labeled(egui::Role::Image, true, tr_args("Reference picture {}", &[&name]).trim_end())
    });
    let uv = egui::Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
    ui.painter().image(texture.id(), rect, uv, theme::UNTINTED);
    ui.painter().rect_stroke(rect, 2.0, egui::Stroke::new(1.0, theme::line()), egui::StrokeKind::Inside);
}

const PICTURE_HEIGHT: f32 = 220.0;

/// The side panel.
pub(super) fn instructions_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(project) = &session.project else { return };
    panel.state.references.keep_only(&session.guide.references);
    ui.horizontal(|ui| {
        kit::section_title(ui, tr("Reading instructions"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = Command::Discuss(DiscussCommand::ShowInstructions);
            kit::titled_button(ui, panel, &close, Some("×"));
            let edit = Command::ChangeProject(Box::new(ProjectCommand::Show(ProjectPage::Guide)));
            kit::toggle_button(ui, panel, &edit, tr("Edit"), false);
        });
    });
    ScrollArea::vertical().id_salt("instructions").auto_shrink(false).show(ui, |ui| {
        if project.settings.instructions.trim().is_empty() {
            ui.label(
                RichText::new(tr("This project gives no instructions yet. Edit writes some.")).color(theme::weak()),
            );
        } else {
            markdown::markdown_ui(ui, &project.settings.instructions);
        }
        cases_ui(ui, panel);
        kit::section(ui, tr("Labels"));
        for label in project.label_set.labels() {
            let has_picture = session.guide.of_label(&label.name).any(|reference| reference.picture.is_some());
            if label.definition.is_empty() && !has_picture {
                continue;
            }
            ui.add_space(theme::UNIT);
            ui.horizontal(|ui| {
                kit::swatch(ui, overlay::color_of(session, &label.name));
                ui.label(RichText::new(label.name.as_str()).color(theme::strong()));
            });
            if !label.definition.is_empty() {
                let text = RichText::new(translated(&label.definition).into_owned()).color(theme::text());
                ui.add(egui::Label::new(text).wrap());
            }
            pictures_of_label_ui(ui, panel, &label.name, PICTURE_HEIGHT);
        }
    });
}

/// Films of the project to compare with, and pictures that stand for no label of the set.
fn cases_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let is_case = |reference: &&Reference| reference.image.is_some() || reference.label.is_none();
    let cases: Vec<&Reference> = session.guide.references.iter().filter(is_case).collect();
    kit::section(ui, &format!("{}  {}", tr("Reference cases"), cases.len()));
    if cases.is_empty() {
        let text = tr("None yet. A film becomes one by its menu; a finding by \"Use as reference picture\".");
        ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
    }
    for (n, reference) in cases.into_iter().enumerate() {
        let title = case_title(reference, n);
        if reference.label.is_none() {
            picture_ui(ui, panel, reference, PICTURE_HEIGHT);
        }
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&title).color(theme::strong()));
            if let Some(image) = &reference.image {
                let response = ui.button(tr("Open beside"));
                response.widget_info(|| {
                    WidgetInfo::labeled(egui::Role::Button, true, tr_args("Open {} beside", &[&title]))
                });
                if response.on_hover_text(tr("The film in another viewport, to look at only")).clicked() {
                    panel.ask(Command::Discuss(DiscussCommand::OpenReference(image.clone())));
                }
            }
        });
        ui.add_space(theme::UNIT);
    }
}

/// Its caption, else its label, else its number.
pub(super) fn case_title(reference: &Reference, n: usize) -> String {
    match (&reference.label, reference.caption.trim()) {
        (_, caption) if !caption.is_empty() => caption.to_owned(),
        (Some(label), _) => tr_args("Case of {}", &[label]),
        (None, _) => tr_args("Case {}", &[&(n + 1)]),
    }
}

/// A picture's room in a list of references.
pub(super) const SMALL_PICTURE: Vec2 = Vec2::new(160.0, 120.0);
