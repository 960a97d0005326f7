//! Of the screen of evaluations: verdicts on where model and label disagree.

use egui::Ui;

use super::super::Panel;

pub(super) fn review_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
