//! Of the screen of evaluations: tables in the paper's layout, with intervals.

use egui::Ui;

use super::super::Panel;

pub(super) fn summary_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
