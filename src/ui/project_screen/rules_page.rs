//! Which rules a reading must keep, and the project's own rules.

use egui::Ui;

use crate::ui::Panel;

pub(super) fn rules_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
