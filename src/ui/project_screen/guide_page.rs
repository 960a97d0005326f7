//! Instructions for readers, and the cases to compare with.

use egui::Ui;

use crate::ui::Panel;

pub(super) fn guide_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
