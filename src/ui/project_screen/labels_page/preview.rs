//! What applying the draft would do to the project, and the versions that came before.

use egui::{RichText, Ui, WidgetInfo};

use crate::domain::label::LabelName;
use crate::domain::label_change::{LabelDraft, LabelUse};
use crate::domain::moment::day_text;
use crate::session::LabelSetCommand;
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, kit, theme};

use super::ask;

/// Nothing is applied before its button; the lines say what will follow. Its place is kept, so nothing jumps.
pub(super) fn preview_ui(ui: &mut Ui, panel: &mut Panel<'_>, draft: &mut LabelDraft) {
    let is_changed = draft.is_changed();
    let problem = draft.set().err().map(|why| why.to_string());
    let stuck: Vec<LabelName> =
        draft.removed().into_iter().chain(draft.moved()).filter(|name| used(panel, name).is_some()).collect();
    let can_apply = is_changed && problem.is_none() && stuck.is_empty();
    ui.horizontal(|ui| {
        let field = egui::TextEdit::singleline(&mut draft.note).desired_width(300.0);
        let response = ui.add_enabled(is_changed, field.hint_text(tr("What is changed, and why")));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, is_changed, tr("Note of this version")));
        let mut apply = egui::Button::new(tr("Apply"));
        if can_apply {
            apply = apply.fill(theme::accent_dim());
        }
        let response = ui.add_enabled(can_apply, apply);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, can_apply, tr("Apply the labels")));
        if response.clicked() {
            ask(panel, LabelSetCommand::Apply);
        }
        let response = ui.add_enabled(is_changed, egui::Button::new(tr("Discard")));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_changed, tr("Discard the changes")));
        if response.clicked() {
            ask(panel, LabelSetCommand::Discard);
            *draft = LabelDraft::of(draft.base.clone());
        }
    });
    if let Some(why) = &problem {
        let why = translated(why).into_owned();
        ui.label(RichText::new(tr_args("Not to be applied: {}", &[&why])).color(theme::bad()));
    }
    for name in &stuck {
        let found = used(panel, name).copied().unwrap_or_default();
        let text = tr_args(
            "{} is in use: {} marks and {} answers in {} readings. It can't be removed or become of another kind.",
            &[name, &found.num_marks, &found.num_answers, &found.num_readings],
        );
        ui.label(RichText::new(text).color(theme::bad()));
    }
    let line = |ui: &mut Ui, text: String| ui.label(RichText::new(text).color(theme::text()));
    for (from, to) in draft.renames() {
        let found = used(panel, &from).copied().unwrap_or_default();
        let text = tr_args(
            "{} becomes {}: {} marks and {} answers follow, in completed readings too",
            &[&from, &to, &found.num_marks, &found.num_answers],
        );
        line(ui, text);
    }
    let names = |names: Vec<&LabelName>| names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let (added, removed) = (draft.added().collect::<Vec<_>>(), draft.removed());
    if !added.is_empty() {
        line(ui, tr_args("New: {}", &[&names(added)]));
    }
    if !removed.is_empty() && stuck.is_empty() {
        line(ui, tr_args("Removed: {}", &[&names(removed.iter().collect())]));
    }
    if !is_changed {
        ui.label(
            RichText::new(tr("Nothing is changed. What you change here is applied all at once.")).color(theme::weak()),
        );
    }
}

fn used<'p>(panel: &'p Panel<'_>, name: &LabelName) -> Option<&'p LabelUse> {
    panel.session.label_desk.uses.get(name)
}

pub(super) fn history_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    if session.label_desk.versions.is_empty() {
        return;
    }
    kit::section(ui, tr("Versions"));
    for version in &session.label_desk.versions {
        ui.horizontal(|ui| {
            let day = day_text(version.made_at_ms);
            ui.label(RichText::new(tr_args("Version {}, {}", &[&version.version, &day])).color(theme::text()));
            ui.label(RichText::new(tr_args("{} labels", &[&version.set.labels().len()])).color(theme::weak()));
            ui.label(RichText::new(&version.note).color(theme::strong()));
            let response = ui.button(tr("Take back to it"));
            let name = tr_args("Take back to version {}", &[&version.version]);
            response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
            let response = response.on_hover_text(tr("Its labels come into the page; nothing is applied yet"));
            if response.clicked() {
                ask(panel, LabelSetCommand::TakeVersion(version.version));
            }
        });
    }
}
