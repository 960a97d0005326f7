//! The people of the project and their roles.

use egui::Ui;

use crate::ui::Panel;

/// What is half typed on the page.
#[derive(Default, Debug)]
pub struct PeoplePageState {}

pub(super) fn people_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
