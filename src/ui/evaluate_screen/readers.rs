//! Of the screen of evaluations: readers held against the truth.

use egui::Ui;

use super::super::Panel;

pub(super) fn readers_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
