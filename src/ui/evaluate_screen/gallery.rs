//! Of the screen of evaluations: crops of what was found, missed and mistaken.

use egui::Ui;

use super::super::Panel;

pub(super) fn gallery_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
