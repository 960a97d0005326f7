//! The label-set editor.

use egui::Ui;

use crate::ui::Panel;

pub(super) fn labels_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
