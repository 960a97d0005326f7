//! Of the screen of evaluations: the data set's own tables beside the published ones.

use egui::Ui;

use super::super::Panel;

pub(super) fn data_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
