//! Films handed out to readers, and how the tasks stand.

use egui::Ui;

use crate::ui::Panel;

/// What is half typed on the page.
#[derive(Default, Debug)]
pub struct AssignmentPageState {}

pub(super) fn assignment_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
