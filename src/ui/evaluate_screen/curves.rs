//! Of the screen of evaluations: curves and bars with the operating point on each.

use egui::{RichText, ScrollArea, Ui};

use crate::domain::evaluation::errors::{ErrorFilter, ErrorKind};
use crate::domain::evaluation::live::side_by_side;
use crate::domain::evaluation::plot::Plot;
use crate::domain::label::LabelName;
use crate::session::EvaluateCommand;
use crate::ui::words::tr;
use crate::ui::{Panel, theme};

use super::numbers::{beside_ui, with_kinds};
use super::plot_kit::{Hit, field_ui, plot_size, plot_ui};

use ErrorKind::{
    Confusion, FalseNegative, FalsePositive, FilmFalseNegative, FilmFalsePositive, FilmTrueNegative, FilmTruePositive,
    TruePositive,
};

pub(super) fn curves_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.evaluating;
    let Some((run, snapshot)) = desk.open.clone().zip(desk.snapshots[0].clone()) else {
        super::nothing_open_ui(ui, panel.session);
        return;
    };
    let both = desk.beside.as_ref().zip(desk.snapshots[1].as_ref()).map(|(beside, other)| {
        let names = [run.summary.title(), beside.run.summary.title()];
        side_by_side(&snapshot.plots, &other.plots, [&names[0], &names[1]])
    });
    let plots = both.as_deref().unwrap_or(&snapshot.plots);
    let classes = &run.cases.classes;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        beside_ui(ui, panel);
        if plots.is_empty() {
            ui.label(
                RichText::new(tr("There is nothing to draw: no film has both a truth and an answer."))
                    .color(theme::weak()),
            );
        }
        let size = plot_size(ui);
        ui.spacing_mut().item_spacing = egui::vec2(12.0, 8.0);
        // Row by row from the top, so that plots beside each other stand on one line.
        let num_figures = plots.len() + usize::from(snapshot.confusion.is_some());
        let columns = ((ui.available_width() + 12.0) / (size.x + 12.0)).floor().max(1.0) as usize;
        for first in (0..num_figures).step_by(columns) {
            ui.horizontal_top(|ui| {
                for place in first..(first + columns).min(num_figures) {
                    match (plots.get(place), &snapshot.confusion) {
                        (Some(plot), _) => {
                            plot_ui(ui, panel, plot, size, |hit| films_behind(plot, hit, classes));
                        }
                        (None, Some(matrix)) => {
                            let nothing = classes.len();
                            field_ui(ui, panel, matrix, size, |row, column| cell_command(row, column, nothing));
                        }
                        (None, None) => {}
                    }
                }
            });
        }
    });
}

/// The films behind a point or bar.
fn films_behind(plot: &Plot, hit: Hit, classes: &[LabelName]) -> Option<EvaluateCommand> {
    let series = plot.series.get(hit.series)?;
    let at = *series.points.get(hit.point)?;
    let within = |kinds: &[ErrorKind], width: f64| {
        let low = ((at[0] / width).floor() * width).max(0.0);
        // A bin has its lower end and not its upper one, but the last.
        let high = if low + width < 1.0 - 1e-9 { (low + width).next_down() } else { 1.0 };
        ErrorFilter { scores: Some([low, high]), ..with_kinds(kinds, None) }
    };
    let of_class =
        |class: usize| with_kinds(&[TruePositive, FalsePositive, FalseNegative, Confusion], Some(class as u16));
    let filter = match (plot.key, series.color) {
        ("roc", _) => with_kinds(&[FilmFalsePositive, FilmFalseNegative], None),
        ("reliability", _) => within(&[FilmTruePositive, FilmFalsePositive, FilmTrueNegative, FilmFalseNegative], 0.1),
        ("film-scores", 1) => within(&[FilmTruePositive, FilmFalseNegative], 0.05),
        ("film-scores", _) => within(&[FilmTrueNegative, FilmFalsePositive], 0.05),
        ("pr", class) => of_class(class),
        ("froc", _) => with_kinds(&[FalsePositive, FalseNegative, Confusion], None),
        ("ap", _) => {
            let name = plot.y.names.get(at[1] as usize)?;
            of_class(classes.iter().position(|class| class.as_str() == name)?)
        }
        ("box-scores", 2) => within(&[TruePositive], 0.05),
        ("box-scores", _) => within(&[FalsePositive, Confusion], 0.05),
        _ => return None,
    };
    Some(EvaluateCommand::ShowErrors(Box::new(filter)))
}

/// Truths by rows, answers by columns, nothing last.
fn cell_command(row: usize, column: usize, nothing: usize) -> Option<EvaluateCommand> {
    let filter = match (row == nothing, column == nothing) {
        (true, true) => return None,
        (true, false) => with_kinds(&[FalsePositive], Some(column as u16)),
        (false, true) => with_kinds(&[FalseNegative], Some(row as u16)),
        (false, false) if row == column => with_kinds(&[TruePositive], Some(row as u16)),
        (false, false) => ErrorFilter { answered: Some(column as u16), ..with_kinds(&[Confusion], Some(row as u16)) },
    };
    Some(EvaluateCommand::ShowErrors(Box::new(filter)))
}
