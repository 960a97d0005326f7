//! Of the screen of training: which films are worth reading next, why, and what the labels gained so far.

use egui::{RichText, ScrollArea, Sense, Ui, Vec2, WidgetInfo};

use crate::domain::evaluation::plot::{Axis, Plot, Series, Style};
use crate::domain::model::ModelTask;
use crate::domain::suggestion::ModelVisibility;
use crate::domain::task::TaskState;
use crate::domain::training::queueing::{Queued, Reason};
use crate::session::training::GainPoint;
use crate::session::{Command, ModelCommand, Session, TrainCommand};
use crate::ui::evaluate_screen::plot_kit::plot_ui;
use crate::ui::evaluate_screen::{CropKey, Shelved};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

use super::words::why_text;
use super::{action_button, empty_ui, primary_button, weak};

const ROW_HEIGHT: f32 = 60.0;
const GAIN_SIZE: Vec2 = Vec2::new(400.0, 280.0);
const TABLE_WIDTH: f32 = 470.0;

pub(super) fn side_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.training;
    for text in [
        tr("Not every film teaches a model as much. This list has unread films that would help most."),
        tr("Some are drawn by chance, so that it does not only learn what it finds hard."),
    ] {
        weak(ui, text);
        ui.add_space(theme::UNIT);
    }
    let num_read = desk.next.iter().filter(|film| is_read(panel.session, film)).count();
    if !desk.next.is_empty() {
        ui.label(tr_args("{} of {} read by you", &[&num_read, &desk.next.len()]));
        ui.add(progress(num_read as f32 / desk.next.len() as f32));
        ui.add_space(theme::UNIT);
        let help = tr("Opens the first film of the list that you have not read");
        if num_read < desk.next.len() {
            primary_button(ui, panel, TrainCommand::ReadNext, tr("Read the next one"), help);
        }
        ui.add_space(theme::UNIT);
        let help = tr("Looks again at what the models say of unread films");
        action_button(ui, panel, TrainCommand::ChooseNext, tr("Choose again"), help);
    }
    if !may_see_reasons(panel.session) {
        ui.add_space(theme::UNIT);
        weak(ui, tr("Why a film was chosen is not shown, so that it is read without the model."));
    }
}

fn is_read(session: &Session, film: &Queued) -> bool {
    session.worklist.row(&film.image).is_some_and(|row| row.state == TaskState::Completed)
}

/// A reason says something of what models think: not to a reader who is to read without them.
fn may_see_reasons(session: &Session) -> bool {
    session.project.as_ref().is_some_and(|open| open.settings.model_visibility == ModelVisibility::Always)
}

pub(super) fn next_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    if session.training.next.is_empty() && session.training.gains.is_empty() {
        let texts = [
            tr(
                "After a run, the models can say which unread films would teach them most: those they are unsure of, those they disagree on, and those that look new.",
            ),
            tr("Reading these first makes the next model better sooner."),
        ];
        let next = (TrainCommand::ChooseNext, tr("Choose films"));
        return empty_ui(ui, panel, tr("No films are chosen yet"), &texts, Some(next));
    }
    ui.horizontal_top(|ui| {
        ui.allocate_ui(Vec2::new(TABLE_WIDTH.min(ui.available_width()), ui.available_height()), |ui| {
            ui.vertical(|ui| table_ui(ui, panel));
        });
        ui.add_space(16.0);
        ui.vertical(|ui| gains_ui(ui, panel));
    });
}

fn table_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let films = &session.training.next;
    kit::section_title(ui, tr("Worth reading next"));
    if films.is_empty() {
        why_empty_ui(ui, panel);
        return;
    }
    theme::solid_scroll_bars(ui);
    ScrollArea::vertical().id_salt("next films").auto_shrink(false).show_rows(
        ui,
        ROW_HEIGHT,
        films.len(),
        |ui, rows| {
            for place in rows {
                row_ui(ui, panel, place, &films[place]);
            }
        },
    );
}

fn progress(share: f32) -> egui::ProgressBar {
    egui::ProgressBar::new(share).fill(theme::accent()).desired_height(8.0)
}

/// Which of the reasons it is, with what helps.
fn why_empty_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let has_unread = session.worklist.rows().any(|row| row.state != TaskState::Completed);
    let has_model = ModelTask::ALL.into_iter().any(|task| session.models.in_use(task).is_some());
    if !has_unread {
        weak(ui, tr("The list is empty because you have read every film. New films bring new ones to choose from."));
        kit::command_button(ui, panel, &Command::ImportFilms);
    } else if has_model {
        weak(ui, tr("The list is empty because no films were chosen yet, or somebody read all that were."));
        let help = tr("Looks at what the models say of unread films");
        primary_button(ui, panel, TrainCommand::ChooseNext, tr("Choose films"), help);
    } else {
        weak(
            ui,
            tr(
                "The list is empty, and no model is in use, so none has looked at the unread films. Put one in use first: \
                 without it films are chosen by how new they look and by chance.",
            ),
        );
        kit::command_button(ui, panel, &Command::Model(ModelCommand::Show));
        let help = tr("By how new films look and by chance");
        action_button(ui, panel, TrainCommand::ChooseNext, tr("Choose films"), help);
    }
}

fn row_ui(ui: &mut Ui, panel: &mut Panel<'_>, place: usize, film: &Queued) {
    let is_read = is_read(panel.session, film);
    let (rect, response) =
        ui.allocate_exact_size(Vec2::new(ui.available_width() - 8.0, ROW_HEIGHT - 4.0), Sense::click());
    let row = panel.session.worklist.row(&film.image);
    let name = row.map_or_else(|| film.image.to_string(), |row| row.study.to_string());
    let (why, help) = if may_see_reasons(panel.session) { why_text(film.reason) } else { ("", "") };
    response.widget_info(|| {
        WidgetInfo::labeled(egui::Role::Row, true, tr_args("Film {}: {} {}", &[&(place + 1), &name, &why]))
    });
    let fill = if response.hovered() { theme::hovered() } else { theme::panel() };
    ui.painter().rect_filled(rect, 4.0, fill);
    let side = rect.height() - 6.0;
    let picture = egui::Rect::from_min_size(rect.min + Vec2::new(40.0, 3.0), Vec2::splat(side));
    ui.painter().rect_filled(picture, 2.0, theme::CANVAS);
    if let Shelved::There(texture, part) = panel.state.crops.look(&CropKey::new(film.image.clone(), None, 0)) {
        let (w, h) = (part.width().max(1.0) as f32, part.height().max(1.0) as f32);
        let inner = egui::Rect::from_center_size(picture.center(), Vec2::new(w, h) * (side / w.max(h)));
        let uv = egui::Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
        ui.painter().image(texture.id(), inner, uv, theme::UNTINTED);
    }
    let middle = rect.center().y;
    let painter = ui.painter();
    let left = egui::Align2::LEFT_CENTER;
    let body = egui::TextStyle::Body.resolve(ui.style());
    painter.text(egui::pos2(rect.left() + 10.0, middle), left, place + 1, body.clone(), theme::weak());
    let at = picture.right() + 12.0;
    painter.text(egui::pos2(at, middle - 9.0), left, name, body, theme::strong());
    let state = if is_read { tr("read") } else { tr("not read yet") };
    let color = if is_read { theme::good() } else { theme::weak() };
    painter.text(egui::pos2(at, middle + 10.0), left, state, theme::small_font(), color);
    painter.text(
        egui::pos2(rect.right() - 12.0, middle),
        egui::Align2::RIGHT_CENTER,
        why,
        theme::small_font(),
        why_color(film.reason),
    );
    if response.clicked() {
        panel.ask(Command::Train(TrainCommand::OpenFilm(film.image.clone())));
    }
    if !help.is_empty() {
        response.on_hover_text(help);
    }
}

fn why_color(why: Reason) -> egui::Color32 {
    match why {
        Reason::Uncertainty => theme::warn(),
        Reason::Disagreement => theme::bad(),
        Reason::Novelty => theme::accent(),
        Reason::Random => theme::weak(),
    }
}

fn gains_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    kit::section_title(ui, tr("What labels gained"));
    let gains = &panel.session.training.gains;
    if gains.len() < 2 {
        weak(
            ui,
            tr("With two runs over data sets of different size a curve shows here what the added labels brought."),
        );
        return;
    }
    let width = ui.available_width().min(GAIN_SIZE.x);
    plot_ui(ui, panel, &gain_plot(gains), Vec2::new(width, GAIN_SIZE.y), |_| None);
    weak(
        ui,
        tr(
            "Figures of different dev films are not the same measure. Evaluate the models on one test set before you trust a small gain.",
        ),
    );
    for point in gains {
        let interval = point.interval.map_or_else(String::new, |[low, high]| format!(" ({low:.3} - {high:.3})"));
        let text = tr_args(
            "{}: {} {} with {} train films",
            &[&point.name, &point.figure, &format!("{:.3}{interval}", point.value), &point.num_train],
        );
        ui.add(egui::Label::new(RichText::new(text).small().color(theme::text())).wrap());
    }
}

/// One curve for each figure, over the number of films that were learned from; ends of intervals as dots.
fn gain_plot(gains: &[GainPoint]) -> Plot {
    let mut figures: Vec<&str> = gains.iter().map(|point| point.figure.as_str()).collect();
    figures.sort_unstable();
    figures.dedup();
    let mut series = Vec::new();
    for (place, figure) in figures.into_iter().enumerate() {
        let of = || gains.iter().filter(|point| point.figure == figure);
        let mut points: Vec<[f64; 2]> = of().map(|point| [point.num_train as f64, point.value]).collect();
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        series.push(Series { name: figure.to_owned(), style: Style::Line, color: place, points: points.clone() });
        series.push(Series { name: String::new(), style: Style::Points, color: place, points });
        let ends = of().filter_map(|point| Some((point.num_train as f64, point.interval?)));
        let ends: Vec<(f64, [f64; 2])> = ends.collect();
        for (x, [low, high]) in ends {
            series.push(Series {
                name: String::new(),
                style: Style::Line,
                color: place,
                points: vec![[x, low], [x, high]],
            });
        }
    }
    let most = gains.iter().map(|point| point.num_train).max().unwrap_or(1).max(1) as f64;
    Plot {
        key: "gain",
        title: tr("Figures by number of train films").to_owned(),
        x: Axis::linear(tr("Train films"), 0.0, most * 1.05),
        y: Axis::unit(tr("Figure")),
        series,
        dots: Vec::new(),
        caption: tr("Upright lines are 95 % intervals, where the run's card has them.").to_owned(),
    }
}
