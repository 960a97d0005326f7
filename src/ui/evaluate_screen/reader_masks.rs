//! Of the page of readers: masks and outlines against those of the reader who is the truth, label by label.

use egui::{Grid, RichText, Ui};

use crate::domain::evaluation::mask_study::{BorderFigures, MaskRow, MaskStudy, Spread};
use crate::domain::id::ReaderId;
use crate::ui::words::{tr, tr_args};
use crate::ui::{kit, theme};

use super::readers::heads;

pub(super) fn masks_ui(ui: &mut Ui, reader_text: impl Fn(&ReaderId) -> String, study: &MaskStudy) {
    kit::section(ui, tr("Masks and outlines, pixel by pixel"));
    let about = tr(
        "Means, with medians in brackets, over films where both drew the label. Everything that a reader drew of one label on a film counts as one mask. Labels that were drawn only as boxes are left out.",
    );
    ui.label(RichText::new(about).color(theme::weak()));
    if study.readers.is_empty() {
        ui.label(tr("Nobody else has completed a film that this reader completed."));
        return;
    }
    Grid::new("masks of readers").num_columns(9).spacing([18.0, 4.0]).show(ui, |ui| {
        let figures = ["Dice", "IoU", tr("Hausdorff"), tr("Hausdorff 95 %")];
        let counts = [tr("Both"), tr("Missed"), tr("Added")];
        let names = [
            tr("Reader"),
            tr("Label"),
            counts[0],
            counts[1],
            counts[2],
            figures[0],
            figures[1],
            figures[2],
            figures[3],
        ];
        heads(ui, &names);
        for reader in &study.readers {
            let mut name = reader_text(&reader.reader);
            for row in std::iter::once(&reader.all).chain(&reader.labels) {
                row_ui(ui, &std::mem::take(&mut name), row);
            }
        }
    });
    for reader in &study.readers {
        if let Some(dice) = reader.all.dice_with_missed {
            let text = tr_args(
                "{}: mean Dice {} when what only one of both drew counts 0.",
                &[&reader_text(&reader.reader), &format!("{dice:.3}")],
            );
            ui.label(RichText::new(text).color(theme::weak()));
        }
    }
    if study.readers.iter().any(|reader| reader.all.px.is_some()) {
        let text =
            tr("Distances in px are of films whose pixel spacing is not known; they are in no mean with those in mm.");
        ui.label(RichText::new(text).color(theme::weak()));
    }
}

fn row_ui(ui: &mut Ui, reader: &str, row: &MaskRow) {
    ui.label(RichText::new(reader).color(theme::strong()));
    match &row.label {
        Some(label) => ui.label(label.as_str()),
        None => ui.label(RichText::new(tr("All labels")).color(theme::strong())),
    };
    for count in [row.num_both, row.num_missed, row.num_added] {
        ui.label(count.to_string());
    }
    for share in [row.dice, row.iou] {
        let text = share.map_or_else(|| "–".to_owned(), |share| spread_text(share, 3));
        ui.label(RichText::new(text).color(theme::strong()));
    }
    for border in [|figures: BorderFigures| figures.hausdorff, |figures: BorderFigures| figures.hausdorff_95] {
        let units = [(row.mm, "mm"), (row.px, "px")].into_iter();
        let texts = units.filter_map(|(figures, unit)| Some(format!("{} {unit}", spread_text(border(figures?), 2))));
        let text = texts.collect::<Vec<_>>().join(", ");
        ui.label(RichText::new(if text.is_empty() { "–" } else { &text }).color(theme::strong()));
    }
    ui.end_row();
}

/// `0.834 (0.841)`: mean and median.
fn spread_text(spread: Spread, digits: usize) -> String {
    format!("{:.digits$} ({:.digits$})", spread.mean, spread.median)
}
