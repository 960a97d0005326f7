//! Of the overview: the papers' "Characteristics" table, for training set, test set and total.

use egui::{ComboBox, Grid, RichText, ScrollArea, Ui, WidgetInfo};

use crate::domain::label::NO_FINDING;
use crate::domain::oversight::plots::part_title;
use crate::domain::oversight::{Overview, PartColumn};
use crate::domain::stats::{FilmRows, LabelColumn, Spread};
use crate::domain::training::dataset::DatasetId;
use crate::session::Command;
use crate::session::team::{OverseeCommand, TeamCommand};
use crate::ui::project_screen::consensus_words::consensus_line;
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, theme};

pub(super) fn table_ui(ui: &mut Ui, overview: &Overview) {
    let columns = &overview.table.columns;
    ScrollArea::horizontal().id_salt("characteristics across").show(ui, |ui| {
        Grid::new("characteristics").num_columns(4).min_col_width(96.0).spacing([24.0, 4.0]).striped(true).show(
            ui,
            |ui| {
                head_ui(ui, tr("Characteristic"), columns);
                films_ui(ui, overview, columns);
                readings_ui(ui, columns);
                labels_ui(ui, overview, columns);
            },
        );
    });
}

fn head_ui(ui: &mut Ui, first: &str, columns: &[PartColumn]) {
    ui.label(RichText::new(first).color(theme::weak()));
    for column in columns {
        ui.label(RichText::new(tr(part_title(column.part))).color(theme::weak()));
    }
    ui.end_row();
}

fn films_ui(ui: &mut Ui, overview: &Overview, columns: &[PartColumn]) {
    let mut row = |title: &str, cell: &dyn Fn(&FilmRows) -> String| {
        ui.label(title);
        for column in columns {
            ui.label(RichText::new(cell(&column.films)).color(theme::strong()));
        }
        ui.end_row();
    };
    let unknown = || tr("unknown").to_owned();
    row(tr("Years"), &|films| match films.years {
        None => unknown(),
        Some((from, to)) if from == to => from.to_string(),
        Some((from, to)) => tr_args("{} to {}", &[&from, &to]),
    });
    row(tr("Studies"), &|films| films.num_studies.to_string());
    row(tr("Images"), &|films| films.num_images.to_string());
    let size = |films: &FilmRows, pick: fn(Spread) -> f64| match (films.height, films.width) {
        (Some(height), Some(width)) => format!("{:.0} x {:.0}", pick(height), pick(width)),
        _ => unknown(),
    };
    row(tr("Mean size, height x width"), &|films| size(films, |spread| spread.mean));
    row(tr("Median size, height x width"), &|films| size(films, |spread| spread.median));
    let age = |films: &FilmRows, text: fn(Spread) -> String| films.age.map_or_else(unknown, text);
    row(tr("Age, mean [range], years"), &|films| {
        age(films, |age| format!("{:.0} [{:.0} - {:.0}]", age.mean, age.min.floor(), age.max.floor()))
    });
    row(tr("Age, median, years"), &|films| {
        age(films, |age| format!("{:.1}", age.median).trim_end_matches(".0").to_owned())
    });
    let share = |films: &FilmRows, num: u64| {
        films.percent_of_known_sex(num).map_or_else(unknown, |percent| format!("{percent:.2}"))
    };
    row(tr("Male, %"), &|films| share(films, films.num_male));
    row(tr("Female, %"), &|films| share(films, films.num_female));
    row(tr("Data size, GiB"), &|films| format!("{:.2}", films.gibibytes()));
    if let Some(num) = overview.readers_per_film {
        ui.label(tr("Readers per image"));
        for column in columns {
            let is_total = column.part == crate::domain::oversight::Part::Total;
            let text = if is_total { format!("{num:.2}") } else { String::new() };
            ui.label(RichText::new(text).color(theme::strong()));
        }
        ui.end_row();
    }
}

fn readings_ui(ui: &mut Ui, columns: &[PartColumn]) {
    let mut row = |title: &str, cell: fn(&LabelColumn) -> u64| {
        ui.label(title);
        for column in columns {
            let num = column.labels.as_ref().map_or(0, cell);
            ui.label(RichText::new(num.to_string()).color(theme::strong()));
        }
        ui.end_row();
    };
    row(tr("Normal images"), |column| column.num_normal);
    row(tr("Abnormal images"), |column| column.num_abnormal);
    row(tr("Unfit images"), |column| column.num_unfit);
    row(tr("Undecided images"), |column| column.num_undecided);
}

fn labels_ui(ui: &mut Ui, overview: &Overview, columns: &[PartColumn]) {
    let Some(total) = columns.last().and_then(|column| column.labels.as_ref()) else { return };
    let title = if overview.is_single { tr("Boxes (images) with the label") } else { tr("Images with the label (%)") };
    head_ui(ui, title, columns);
    for row in total.labels.iter().filter(|row| row.label.as_str() != NO_FINDING) {
        ui.label(match &row.code {
            Some(code) => format!("{} ({code})", row.label),
            None => row.label.to_string(),
        });
        for column in columns {
            let own = column.labels.iter().flat_map(|labels| &labels.labels).find(|own| own.label == row.label);
            let (boxes, images) = own.map_or((Some(0), 0), |own| (own.num_boxes, own.num_images));
            let text = match boxes.filter(|_| overview.is_single) {
                Some(boxes) => format!("{boxes} ({images})"),
                None => {
                    let share = 100.0 * images as f64 / column.films.num_images.max(1) as f64;
                    format!("{images} ({share:.2})")
                }
            };
            let color = if images == 0 { theme::weak() } else { theme::strong() };
            ui.label(RichText::new(text).color(color));
        }
        ui.end_row();
    }
}

/// Of the table with its columns, in points: the first is as wide as its longest words, in any language.
pub(super) fn width(ui: &Ui, overview: &Overview) -> f32 {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let width_of = |text: &str| ui.painter().layout_no_wrap(text.to_owned(), font.clone(), theme::text()).size().x;
    let labels = overview.table.columns.last().and_then(|column| column.labels.as_ref());
    let names = labels.iter().flat_map(|labels| &labels.labels).map(|row| width_of(row.label.as_str()) + 40.0);
    let titles = [
        tr("Median size, height x width"),
        tr("Age, mean [range], years"),
        tr("Undecided images"),
        tr("Boxes (images) with the label"),
        tr("Images with the label (%)"),
    ];
    let first = names.chain(titles.map(width_of)).fold(180.0, f32::max);
    first + 30.0 + 125.0 * overview.table.columns.len() as f32
}

/// Which data set training and test set are of, to be chosen.
fn split_ui(ui: &mut Ui, panel: &mut Panel<'_>, overview: &Overview) {
    if overview.splits.is_empty() {
        return;
    }
    let exists = |id: &DatasetId| overview.splits.iter().any(|(known, _)| known == id);
    let chosen = panel.session.team.overseeing.split.filter(exists).or(overview.split);
    let name_of = |id| overview.splits.iter().find(|(known, _)| Some(*known) == id).map_or("–", |(_, name)| name);
    ui.horizontal_wrapped(|ui| {
        ui.label(tr("Training and test set are those of the frozen data set"));
        let combo = ComboBox::from_id_salt("data set of the table").selected_text(name_of(chosen)).width(220.0);
        let response = combo.truncate().show_ui(ui, |ui| {
            for (id, name) in &overview.splits {
                if ui.selectable_label(Some(*id) == chosen, name).clicked() && Some(*id) != chosen {
                    panel.ask(Command::Team(TeamCommand::Oversee(OverseeCommand::Split(*id))));
                }
            }
        });
        response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Data set of the table")));
    });
}

/// Which parts, whose word it is, and what is not known.
pub(super) fn notes_ui(ui: &mut Ui, panel: &mut Panel<'_>, overview: &Overview) {
    split_ui(ui, panel, overview);
    let split = match overview.split {
        Some(_) => tr("Films that the data set does not hold count in the total only.").to_owned(),
        None if !overview.splits.is_empty() => {
            tr("That data set can't be read, so its films are not split here.").to_owned()
        }
        None => tr("No films are split yet: freezing a data set splits them into training and test set.").to_owned(),
    };
    let mut notes = vec![
        split,
        if overview.is_single {
            tr("Each film has one voice: its only reader, or its consensus.").to_owned()
        } else {
            tr("Labels are those of more than half of a film's readers, and the consensus where there is one. Boxes of several readers are not added up.")
            .to_owned()
        },
    ];
    if overview.consensus.num_films() > 0 {
        notes.push(consensus_line(&overview.consensus));
    }
    if let Some(total) = overview.table.columns.last() {
        let films = &total.films;
        for (num, text) in [
            (films.num_studies_undated, "{} studies have no date; years are of the others."),
            (films.num_studies_of_unknown_age, "The age is unknown for {} studies; it is of the others."),
            (films.num_studies_of_unknown_sex, "The sex is unknown for {} studies; shares are of the others."),
        ] {
            if num > 0 {
                notes.push(tr_args(text, &[&num]));
            }
        }
    }
    ui.add(egui::Label::new(RichText::new(notes.join(" ")).small().color(theme::weak())).wrap());
}
