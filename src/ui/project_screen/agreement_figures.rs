//! Figures of agreement: a map of readers by readers, and tables by label, reader and month, each a way to its films.

use egui::{Button, Grid, RichText, ScrollArea, Ui, Vec2, WidgetInfo};

use crate::domain::agreement::{Agreement, Cell, CellFigures, Figure};
use crate::session::team::AgreeCommand;
use crate::session::{Command, TeamCommand};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

use super::agreement_words::{about_figure, figure_text, interval_text, kind_text, value_text};

/// Of a field of the map.
const FIELD: Vec2 = Vec2::new(52.0, 28.0);

/// Figures that the map can show: those of two readers.
pub(super) const OF_PAIRS: [Figure; 8] = [
    Figure::F1At30,
    Figure::F1At50,
    Figure::F1At75,
    Figure::MeanIou,
    Figure::Cohen,
    Figure::Pabak,
    Figure::Positive,
    Figure::Negative,
];

/// Readers against readers. On the diagonal a reader's second readings, where there are some.
pub(super) fn map_ui(ui: &mut Ui, panel: &mut Panel<'_>, found: &Agreement, figure: Figure) {
    kit::section(ui, tr("Reader by reader"));
    ui.label(RichText::new(about_figure(figure)).color(theme::weak()));
    // Second readings have a layer of their own, and stand on the diagonal.
    let has_pair = |at: u16| (0..found.readers.len() as u16).any(|other| found.pair(at, other).is_some());
    let shown: Vec<u16> = (0..found.readers.len() as u16).filter(|&at| has_pair(at)).collect();
    ScrollArea::horizontal().id_salt("agreement map").show(ui, |ui| {
        Grid::new("agreement map").spacing([2.0, 2.0]).min_col_width(FIELD.x).show(ui, |ui| {
            ui.label("");
            for &column in &shown {
                ui.label(RichText::new(found.name(Cell::Reader(column))).color(theme::weak()));
            }
            ui.end_row();
            for &row in &shown {
                ui.label(RichText::new(found.name(Cell::Reader(row))).color(theme::weak()));
                for &column in &shown {
                    let cell = match row.cmp(&column) {
                        std::cmp::Ordering::Less => Cell::Pair(row, column),
                        std::cmp::Ordering::Equal => Cell::Repeat(row),
                        std::cmp::Ordering::Greater => Cell::Pair(column, row),
                    };
                    field_ui(ui, panel, found, cell, figure);
                }
                ui.end_row();
            }
        });
    });
}

fn field_ui(ui: &mut Ui, panel: &mut Panel<'_>, found: &Agreement, cell: Cell, figure: Figure) {
    let Some(figures) = found.cells.get(&cell) else {
        ui.add_sized(FIELD, egui::Label::new(RichText::new("·").color(theme::weak())));
        return;
    };
    let estimate = figures.figure(figure);
    let share = estimate.value.unwrap_or_default().clamp(0.0, 1.0) as f32;
    let fill = theme::raised().lerp_to_gamma(theme::accent(), if estimate.value.is_some() { share } else { 0.0 });
    let name = match cell {
        Cell::Repeat(_) => tr_args("{}, own second reading", &[&found.name(cell)]),
        _ => found.name(cell),
    };
    let num_films = found.differing_films(cell).len();
    let value = format!("{} {}", value_text(estimate.value), interval_text(estimate));
    let told = tr_args(
        "{}: {} {}; {} films, readings differ in {}",
        &[&name, &figure_text(figure), &value.trim_end(), &figures.num_comparisons, &num_films],
    );
    let text = RichText::new(value_text(estimate.value)).color(theme::on_color(fill));
    let show = Command::Team(TeamCommand::Agree(AgreeCommand::ShowFilms(cell)));
    let is_available = show.is_available(panel.session);
    let response = ui.add_sized(FIELD, Button::new(text).fill(fill));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_available, &told));
    let hint = if is_available { tr("Click: the films in which they differ") } else { tr("They differ in no film") };
    if response.on_hover_text(format!("{told}\n{hint}")).clicked() && is_available {
        panel.ask(show);
    }
}

/// Whether a cell is of a kind.
type IsMeant = fn(Cell) -> bool;

/// One table for each kind of cell.
pub(super) fn tables_ui(ui: &mut Ui, panel: &mut Panel<'_>, found: &Agreement) {
    let kinds: [(Cell, IsMeant); 6] = [
        (Cell::All, |cell| cell == Cell::All),
        (Cell::Label(0), |cell| matches!(cell, Cell::Label(_))),
        (Cell::Reader(0), |cell| matches!(cell, Cell::Reader(_))),
        (Cell::Others(0), |cell| matches!(cell, Cell::Others(_))),
        (Cell::Repeat(0), |cell| matches!(cell, Cell::Repeat(_))),
        (Cell::Month(0), |cell| matches!(cell, Cell::Month(_))),
    ];
    // A label that nobody ever gave has nothing to agree on.
    let cells_of = |(kind, is_meant): (Cell, IsMeant)| -> Vec<&CellFigures> {
        let says_something =
            |one: &&CellFigures| is_meant(one.cell) && (kind != Cell::Label(0) || is_given(found, one));
        found.cells.values().filter(says_something).collect()
    };
    let odd = kinds.into_iter().flat_map(cells_of).filter(|one| looks_odd(one));
    let odd: Vec<String> = odd.map(|one| cell_name(found, one.cell)).collect();
    if !odd.is_empty() {
        odd_ui(ui, &odd);
    }
    for (kind, is_meant) in kinds {
        let cells = cells_of((kind, is_meant));
        if !cells.is_empty() {
            table_ui(ui, panel, found, kind_text(kind), &cells);
        }
    }
}

/// Said once, above all tables: where two figures seem to say the opposite, and why.
fn odd_ui(ui: &mut Ui, names: &[String]) {
    ui.add_space(theme::UNIT);
    let text = tr_args(
        "Alpha is low beside a high F1 here: {}. Alpha is counted over places that somebody marked. Nearly all of these marks carry the same label, so chance alone would have readers agree almost as often, and alpha takes that off. It says little of such labels; F1 says whether readers find the same places.",
        &[&names.join(", ")],
    );
    ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
}

fn is_given(found: &Agreement, label: &CellFigures) -> bool {
    label.num_marks > 0 || label.figure(Figure::Positive).value.is_some() || found.differing.contains_key(&label.cell)
}

fn table_ui(ui: &mut Ui, panel: &mut Panel<'_>, found: &Agreement, title: &str, cells: &[&CellFigures]) {
    kit::section(ui, title);
    let has = |figure: &Figure| cells.iter().any(|one| one.figures.iter().any(|(known, _)| known == figure));
    let figures: Vec<Figure> = Figure::ALL.into_iter().filter(has).collect();
    let columns = Columns::fitting(ui.available_width(), figures.len());
    // In a window narrower than what must be read, the table is moved under the eye.
    ScrollArea::horizontal().id_salt(title).show(ui, |ui| {
        ui.spacing_mut().item_spacing = Vec2::ZERO;
        row_frame(ui, false, |ui| {
            let head = |ui: &mut Ui, width: f32, text: &str| {
                let text = RichText::new(text).font(theme::small_font()).color(theme::weak());
                cell_ui(ui, width, |ui| ui.add(egui::Label::new(text).wrap()))
            };
            head(ui, columns.name, "");
            head(ui, columns.count, tr("Compared"));
            head(ui, columns.count, tr("Differ in"));
            for &figure in &figures {
                head(ui, columns.figure, figure_text(figure)).on_hover_text(about_figure(figure));
            }
        });
        for (at, cell) in cells.iter().enumerate() {
            row_frame(ui, at % 2 == 0, |ui| row_ui(ui, panel, found, (cell, &figures), &columns));
        }
    });
}

/// How wide the columns are, in points: those of one table lie under those of the other.
struct Columns {
    name: f32,
    count: f32,
    figure: f32,
}

impl Columns {
    /// What counts leave, shared among the figures.
    fn fitting(room: f32, num_figures: usize) -> Self {
        let (name, count) = (152.0, 66.0);
        let left = room - name - 2.0 * count - 2.0 * ROW_MARGIN;
        let figure = (left / num_figures.max(1) as f32).floor().clamp(NARROWEST_FIGURE, 110.0);
        Self { name, count, figure }
    }
}

/// An interval has room in one line.
const NARROWEST_FIGURE: f32 = 70.0;
const ROW_MARGIN: f32 = 4.0;

fn row_frame(ui: &mut Ui, is_striped: bool, add: impl FnOnce(&mut Ui)) {
    let fill = if is_striped { ui.visuals().faint_bg_color } else { egui::Color32::TRANSPARENT };
    egui::Frame::new().fill(fill).inner_margin(ROW_MARGIN).show(ui, |ui| ui.horizontal_top(add));
}

/// So wide, whatever stands in it.
fn cell_ui<R>(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    let layout = egui::Layout::top_down(egui::Align::Min);
    ui.allocate_ui_with_layout(Vec2::new(width, 0.0), layout, |ui| {
        ui.set_width(width - GUTTER);
        let inner = add(ui);
        ui.set_min_width(width);
        inner
    })
    .inner
}

/// Between two columns.
const GUTTER: f32 = 4.0;

/// The paradox of kappa (Feinstein and Cicchetti, "High agreement but low kappa", 1990), which alpha has too: where nearly
/// every unit has one value, chance explains nearly all agreement.
fn looks_odd(one: &CellFigures) -> bool {
    let value = |figure| one.figure(figure).value;
    value(Figure::Alpha).is_some_and(|alpha| alpha < LOW_ALPHA) && value(Figure::F1At50).is_some_and(|f1| f1 > HIGH_F1)
}

/// Below 0.667 Krippendorff draws no conclusions; a reader stumbles where the two figures seem to say the opposite.
const LOW_ALPHA: f64 = 0.4;
const HIGH_F1: f64 = 0.75;

fn cell_name(found: &Agreement, cell: Cell) -> String {
    if cell == Cell::All { tr("All readers").to_owned() } else { found.name(cell) }
}

fn row_ui(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    found: &Agreement,
    (cell, figures): (&CellFigures, &[Figure]),
    columns: &Columns,
) {
    let name = cell_name(found, cell.cell);
    cell_ui(ui, columns.name, |ui| {
        ui.add(egui::Label::new(RichText::new(&name).color(theme::strong())).truncate());
    });
    cell_ui(ui, columns.count, |ui| ui.label(cell.num_comparisons.to_string()));
    cell_ui(ui, columns.count, |ui| {
        // In one line with the other numbers.
        (ui.spacing_mut().interact_size.y, ui.spacing_mut().button_padding) = (0.0, Vec2::ZERO);
        films_ui(ui, panel, &name, cell.cell, found.differing_films(cell.cell).len());
    });
    for &figure in figures {
        let estimate = cell.figure(figure);
        cell_ui(ui, columns.figure, |ui| {
            ui.label(RichText::new(value_text(estimate.value)).color(theme::text()));
            if estimate.interval.is_some() {
                ui.label(RichText::new(interval_text(estimate)).font(theme::small_font()).color(theme::weak()));
            }
        });
    }
}

/// How many films, and the way to them.
fn films_ui(ui: &mut Ui, panel: &mut Panel<'_>, name: &str, cell: Cell, num: usize) {
    let show = Command::Team(TeamCommand::Agree(AgreeCommand::ShowFilms(cell)));
    if !show.is_available(panel.session) {
        ui.label(num.to_string());
        return;
    }
    let response = ui.add(Button::new(RichText::new(num.to_string()).color(theme::accent())).frame(false));
    let told = tr_args("{}: readings differ in {} films", &[&name, &num]);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &told));
    let response = response.on_hover_cursor(egui::CursorIcon::PointingHand);
    if response.on_hover_text(tr_args("{}: show them", &[&told])).clicked() {
        panel.ask(show);
    }
}
