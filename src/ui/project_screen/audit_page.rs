//! What happened in the project, by whom, and whether the record is whole.

use egui::Ui;

use crate::ui::Panel;

/// What is half typed on the page.
#[derive(Default, Debug)]
pub struct AuditPageState {}

pub(super) fn audit_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
