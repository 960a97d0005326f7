//! Of the screen of evaluations: the list of kept runs and the form for a new one.

use egui::Ui;

use super::super::Panel;

pub(super) fn runs_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
