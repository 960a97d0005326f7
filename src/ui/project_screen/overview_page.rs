//! How far the project is: stages, progress, counts.

use egui::Ui;

use crate::ui::Panel;

/// What is half typed on the page.
#[derive(Default, Debug)]
pub struct OverviewPageState {}

pub(super) fn overview_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
