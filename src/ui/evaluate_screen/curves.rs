//! Of the screen of evaluations: curves and bars with the operating point on each.

use egui::Ui;

use super::super::Panel;

pub(super) fn curves_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
