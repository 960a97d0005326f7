//! How far readers agree, and consensus by rule.

use egui::Ui;

use crate::ui::Panel;

/// What is half typed on the page.
#[derive(Default, Debug)]
pub struct AgreementPageState {}

pub(super) fn agreement_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
