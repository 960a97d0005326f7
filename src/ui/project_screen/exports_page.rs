//! What leaves the project: tables, bundles, versions.

use egui::Ui;

use crate::ui::Panel;

/// What is half typed on the page.
#[derive(Default, Debug)]
pub struct ExportsPageState {}

pub(super) fn exports_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
