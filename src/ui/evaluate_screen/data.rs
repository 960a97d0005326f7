//! Of the screen of evaluations: the data set's own tables beside the published ones.

use egui::{Grid, Label, RichText, ScrollArea, Ui};

use crate::domain::evaluation::published_data::{Counted, PublishedTable, Row};
use crate::domain::label::{LabelName, NO_FINDING};
use crate::domain::stats::{Characteristics, FilmRows, LabelCell, LabelColumn, Spread};
use crate::domain::study::Sex;
use crate::session::worklist::CountedNumber;
use crate::ui::counted_words::voice_text;
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

use super::numbers::films_link_ui;

pub(super) fn data_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let studies = &panel.session.evaluating.studies;
    let label_set = panel.session.project.as_ref().map(|project| project.label_set.id.clone()).unwrap_or_default();
    let published = PublishedTable::of_label_set(&label_set);
    theme::solid_scroll_bars(ui);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.label(RichText::new(tr("Characteristics of the data")).size(theme::HEADING).color(theme::strong()));
        if let Some(why) = &studies.tables_failure {
            let text = tr_args("The data can't be counted: {}.", &[why]);
            ui.label(RichText::new(text).color(theme::warn()));
        }
        let Some(tables) = studies.tables.clone() else {
            if studies.tables_failure.is_none() {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(tr("Counting the project"));
                });
            }
            return;
        };
        let table = &tables.table;
        if let Some(published) = published {
            weak(ui, &tr_args("Grey columns are published: {}.", &[&published.title]));
        }
        ScrollArea::horizontal().id_salt("films across").show(ui, |ui| films_ui(ui, panel, &table.films, published));
        // Of many readers there are more columns than there is room.
        ScrollArea::horizontal().id_salt("labels across").show(ui, |ui| labels_ui(ui, panel, table, published));
        if table.num_images_without_film > 0 {
            let text = "{} images were read and are not in the project as films; they count above.";
            weak(ui, &tr_args(text, &[&table.num_images_without_film]));
        }
        if let Some(published) = published {
            kit::section(ui, &tr_args("{}: what does not fit there, and what is done here", &[&published.title]));
            for note in published.notes {
                ui.add(Label::new(RichText::new(format!("• {note}")).color(theme::text())).wrap());
            }
        }
    });
}

/// Studies and images: years, sizes, ages and sexes.
fn films_ui(ui: &mut Ui, panel: &mut Panel<'_>, films: &FilmRows, published: Option<&PublishedTable>) {
    kit::section(ui, tr("Studies and images"));
    Grid::new("characteristics").num_columns(5).spacing([24.0, 4.0]).show(ui, |ui| {
        head_ui(ui, tr("Characteristic"), &[tr("This project").to_owned()], published);
        for row in shown_rows(published) {
            ui.label(tr(row.title()));
            let text = own_cell(row, films);
            match row {
                Row::Male => films_link_ui(ui, panel, &text, films.num_male, CountedNumber::Sex(Sex::Male)),
                Row::Female => films_link_ui(ui, panel, &text, films.num_female, CountedNumber::Sex(Sex::Female)),
                _ => {
                    ui.label(RichText::new(text).color(theme::strong()));
                }
            }
            published_row_ui(ui, published, row);
        }
    });
    for (count, text) in [
        (films.num_studies_undated, "{} studies have no date; years are of the others."),
        (films.num_studies_of_unknown_age, "The age is unknown for {} studies; it is of the others."),
        (films.num_studies_of_unknown_sex, "The sex is unknown for {} studies; shares are of the others."),
        (films.num_other_sex, "The sex is neither male nor female for {} studies."),
    ] {
        if count > 0 {
            weak(ui, &tr_args(text, &[&count]));
        }
    }
}

/// Those that the published table has; without one, all. Normal and abnormal are of readers and stand in the next table.
fn shown_rows(published: Option<&PublishedTable>) -> Vec<Row> {
    let all = [
        Row::Years,
        Row::Studies,
        Row::Images,
        Row::MeanSize,
        Row::MedianSize,
        Row::MeanAge,
        Row::MedianAge,
        Row::Male,
        Row::Female,
        Row::Bytes,
    ];
    let is_shown = |row: &Row| published.is_none_or(|table| table.row(*row).is_some()) || *row == Row::Studies;
    all.into_iter().filter(is_shown).collect()
}

fn own_cell(row: Row, films: &FilmRows) -> String {
    let unknown = || tr("unknown").to_owned();
    let size = |pick: fn(Spread) -> f64| match (films.height, films.width) {
        (Some(height), Some(width)) => format!("{:.0} x {:.0}", pick(height), pick(width)),
        _ => unknown(),
    };
    let share = |count: u64| films.percent_of_known_sex(count).map_or_else(unknown, |percent| format!("{percent:.2}"));
    let age = |text: fn(Spread) -> String| films.age.map_or_else(unknown, text);
    match row {
        Row::Years => films.years.map_or_else(unknown, |(from, to)| {
            if from == to { from.to_string() } else { tr_args("{} to {}", &[&from, &to]) }
        }),
        Row::Studies => films.num_studies.to_string(),
        Row::Images => films.num_images.to_string(),
        Row::MeanSize => size(|spread| spread.mean),
        Row::MedianSize => size(|spread| spread.median),
        Row::MeanAge => age(|age| format!("{:.0} [{:.0} - {:.0}]", age.mean, age.min.floor(), age.max.floor())),
        Row::MedianAge => age(|age| format!("{:.2}", age.median)),
        Row::Male => share(films.num_male),
        Row::Female => share(films.num_female),
        Row::Bytes => format!("{:.2}", films.gibibytes()),
        Row::Normal | Row::Abnormal | Row::ReadersPerImage => String::new(),
    }
}

/// Normal and abnormal images and every label, reader by reader.
fn labels_ui(ui: &mut Ui, panel: &mut Panel<'_>, table: &Characteristics, published: Option<&PublishedTable>) {
    kit::section(ui, tr("Labels"));
    if table.columns.is_empty() {
        weak(ui, tr("Nothing has been read in this project yet; published counts stand alone."));
    }
    Grid::new("labels of the data").num_columns(8).spacing([24.0, 4.0]).striped(true).show(ui, |ui| {
        let voices: Vec<String> = table.columns.iter().map(|column| voice_text(&column.voice)).collect();
        head_ui(ui, tr("Label"), &voices, published);
        for row in [Row::Normal, Row::Abnormal] {
            ui.label(tr(row.title()));
            for column in &table.columns {
                let (count, cell) = match row {
                    Row::Normal => (column.num_normal, LabelCell::Normal),
                    _ => (column.num_abnormal, LabelCell::Abnormal),
                };
                label_link_ui(ui, panel, column, &count.to_string(), count, cell);
            }
            published_row_ui(ui, published, row);
        }
        for (code, label) in all_labels(table, published) {
            ui.label(if code.is_empty() { label.clone() } else { format!("{label} ({code})") });
            for column in &table.columns {
                let (text, num_images) = own_count(column, &label);
                let cell = LabelCell::Label(LabelName::new(&*label));
                label_link_ui(ui, panel, column, &text, num_images, cell);
            }
            let counts = published.and_then(|table| table.counts_of(&label));
            published_ui(ui, published, counts.map(|counts| counts.iter().map(u64::to_string).collect()));
        }
    });
    weak(
        ui,
        match published.map(|table| table.counted) {
            Some(Counted::Images) => {
                tr("Own counts: boxes, and in brackets the images with the label. Published counts are images.")
            }
            Some(Counted::Boxes) => {
                tr("Own counts: boxes, and in brackets the images with the label. Published counts are boxes.")
            }
            None => tr("Own counts: boxes, and in brackets the images with the label."),
        },
    );
}

/// Codes and names: of the columns, in their order, then those that only the published table has. "No finding" is the row
/// of normal images.
fn all_labels(table: &Characteristics, published: Option<&PublishedTable>) -> Vec<(String, String)> {
    let own = table.columns.iter().flat_map(|column| &column.labels);
    let own = own.map(|row| (row.code.clone().unwrap_or_default(), row.label.to_string()));
    let cited = published.into_iter().flat_map(|table| table.labels);
    let cited = cited.map(|(name, _)| (String::new(), (*name).to_owned()));
    let mut all: Vec<(String, String)> = Vec::new();
    for (code, label) in own.chain(cited) {
        if label != NO_FINDING && all.iter().all(|(_, known)| *known != label) {
            all.push((code, label));
        }
    }
    all
}

fn label_link_ui(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    column: &LabelColumn,
    text: &str,
    num_images: u64,
    cell: LabelCell,
) {
    let number = CountedNumber::Label { voice: column.voice.clone(), cell };
    films_link_ui(ui, panel, text, num_images, number);
}

/// Boxes, images in brackets; and the images alone.
fn own_count(column: &LabelColumn, label: &str) -> (String, u64) {
    let label = LabelName::new(label);
    let row = column.labels.iter().find(|row| row.label == label);
    let (boxes, images) = row.map_or((Some(0), 0), |row| (row.num_boxes, row.num_images));
    (boxes.map_or(format!("({images})"), |boxes| format!("{boxes} ({images})")), images)
}

fn head_ui(ui: &mut Ui, first: &str, own: &[String], published: Option<&PublishedTable>) {
    weak(ui, first);
    for title in own {
        weak(ui, title);
    }
    for title in published.map_or(&[][..], |table| table.columns) {
        let title = RichText::new(tr(title)).color(theme::weak());
        ui.label(title).on_hover_text(published.map_or("", |table| table.title));
    }
    ui.end_row();
}

fn published_row_ui(ui: &mut Ui, published: Option<&PublishedTable>, row: Row) {
    let cells = published.and_then(|table| table.row(row));
    published_ui(ui, published, cells.map(|cells| cells.iter().map(|&cell| cell.to_owned()).collect()));
}

/// The published cells of a row, which they end; dashes where the paper has none.
fn published_ui(ui: &mut Ui, published: Option<&PublishedTable>, cells: Option<Vec<String>>) {
    let num_columns = published.map_or(0, |table| table.columns.len());
    for cell in cells.unwrap_or_else(|| vec!["–".to_owned(); num_columns]) {
        weak(ui, &cell);
    }
    ui.end_row();
}

fn weak(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::weak()));
}
