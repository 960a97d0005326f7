//! What the project is: workflow, ethics, licence, use of its data.

use egui::Ui;

use crate::ui::Panel;

/// What is half typed on the page.
#[derive(Default, Debug)]
pub struct AboutPageState {}

pub(super) fn about_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
