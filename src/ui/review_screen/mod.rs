//! What readers disagree on, finding by finding: the list of clusters, the film, and the card of one cluster.

use egui::Ui;

use super::Panel;

/// What the screen keeps between frames.
#[derive(Default, Debug)]
pub struct ReviewScreenState {}

pub(super) fn review_ui(_ui: &mut Ui, _panel: &mut Panel<'_>) {}
