//! The films that a reviewer is to settle: how much their readers differ, how far each is, and which wait for whom.

use egui::{CentralPanel, Color32, RichText, ScrollArea, Sense, Ui, Vec2, WidgetInfo};

use crate::domain::adjudication::{FilmToReview, ReviewStage, ReviewTurn};
use crate::session::Command;
use crate::session::team::{FilmOrder, ReviewCommand};

use super::super::words::{tr, tr_args, translated};
use super::super::{Panel, kit, shell, theme};
use super::review;

const NUM_COLUMNS: usize = 9;
/// Where the columns begin, as shares of the width, and where the last one ends.
const COLUMNS: [f32; NUM_COLUMNS + 1] = [0.0, 0.155, 0.225, 0.305, 0.365, 0.43, 0.565, 0.645, 0.755, 1.0];
const TURNS: [ReviewTurn; 6] = [
    ReviewTurn::ToBegin,
    ReviewTurn::InWork,
    ReviewTurn::WaitsForAnswer,
    ReviewTurn::ToSign,
    ReviewTurn::Signed,
    ReviewTurn::NotYet,
];

pub(super) fn films_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    egui::Panel::top("review head").frame(shell::bar_frame()).show_separator_line(false).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.heading(tr("Films to review"));
            kit::titled_button(ui, panel, &Command::ShowWorklist, None);
        });
        if !panel.session.team.reviewing.films.is_empty() {
            filters_ui(ui, panel);
        }
    });
    let desk = &panel.session.team.reviewing;
    if let Some(why) = &desk.failure {
        let why = translated(why).into_owned();
        return shell::empty_ui(ui, panel, tr("The list can't be read"), &why, &[review(ReviewCommand::Load)]);
    }
    if desk.films.is_empty() {
        let (title, text) = if desk.is_loading {
            (tr("Reading the list…"), "")
        } else {
            let text =
                tr("Films come here when they are handed to you for review, or when somebody else has read them.");
            (tr("No films to review"), text)
        };
        return shell::empty_ui(ui, panel, title, text, &[Command::ShowWorklist]);
    }
    CentralPanel::no_frame().frame(shell::body_frame()).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        head_ui(ui, panel);
        let num_shown = desk.list.shown.len();
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, theme::row_height(), num_shown, |ui, rows| {
            let is_unknown = |film: &FilmToReview| !desk.list.knows(film);
            let has_unknown = rows.clone().any(|n| desk.films.get(desk.list.shown[n]).is_some_and(is_unknown));
            if has_unknown || desk.list.is_held_up() {
                panel.ask(review(ReviewCommand::FilmsInSight(rows.start, rows.end)));
            }
            for n in rows {
                let Some(film) = desk.list.shown.get(n).and_then(|place| desk.films.get(*place)) else { continue };
                let cells = cells(panel, film);
                let name = tr_args("Review film {}: {}, {}", &[&(n + 1), &cells[0].0, &progress_text(film)]);
                if row_ui(ui, &cells, &name, n) {
                    panel.ask(review(ReviewCommand::Open(film.image.clone())));
                }
            }
        });
    });
}

/// How many films wait for what; a click shows these.
fn filters_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.team.reviewing;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(theme::UNIT);
        let all = format!("{} {}", tr("All"), desk.films.len());
        if kit::chip(ui, &all, desk.list.filter.is_none()).clicked() {
            panel.ask(review(ReviewCommand::FilterFilms(None)));
        }
        for turn in TURNS {
            let Some(num) = desk.list.counts.get(&turn) else { continue };
            let is_on = desk.list.filter == Some(turn);
            if kit::chip(ui, &format!("{} {num}", turn_text(turn)), is_on).clicked() {
                panel.ask(review(ReviewCommand::FilterFilms((!is_on).then_some(turn))));
            }
        }
    });
}

fn turn_text(turn: ReviewTurn) -> &'static str {
    match turn {
        ReviewTurn::ToBegin => tr("To begin"),
        ReviewTurn::InWork => tr("In work"),
        ReviewTurn::WaitsForAnswer => tr("Waits for an answer"),
        ReviewTurn::ToSign => tr("Waits for my signature"),
        ReviewTurn::Signed => tr("Signed"),
        ReviewTurn::NotYet => tr("Not yet"),
    }
}

/// In a cell, where the word must also say what holds it up.
fn state_text(film: &FilmToReview, turn: ReviewTurn) -> (&'static str, Color32) {
    let color = match turn {
        ReviewTurn::ToBegin | ReviewTurn::ToSign => theme::strong(),
        ReviewTurn::InWork | ReviewTurn::WaitsForAnswer => theme::warn(),
        ReviewTurn::Signed => theme::good(),
        ReviewTurn::NotYet => theme::weak(),
    };
    let text = match (film.stage, turn) {
        (ReviewStage::Settled, _) => tr("Settled"),
        (_, ReviewTurn::Signed) => tr("Signed by me"),
        (ReviewStage::Reading, _) => tr("Being read"),
        (_, ReviewTurn::NotYet) => tr("Paused"),
        (_, turn) => turn_text(turn),
    };
    (text, color)
}

/// "3 of 8 settled"; nothing of a film that nobody opened.
fn progress_text(film: &FilmToReview) -> String {
    if film.stage <= ReviewStage::Ready {
        return tr("not begun").to_owned();
    }
    if film.num_items == 0 {
        return tr("nothing to settle").to_owned();
    }
    tr_args("{} of {} settled", &[&film.num_settled, &film.num_items])
}

/// A cell: what it says, and in which colour.
type Cells = [(String, Color32); NUM_COLUMNS];

fn cells(panel: &Panel<'_>, film: &FilmToReview) -> Cells {
    let session = panel.session;
    let (state, color) = state_text(film, session.turn_of(film));
    let (num_readers, num_completed) = (film.num_readers, film.num_completed);
    let readers = if num_completed < num_readers {
        tr_args("{} of {}", &[&num_completed, &num_readers])
    } else if num_readers == 1 {
        tr("1 done").to_owned()
    } else {
        tr_args("{} done", &[&num_readers])
    };
    let gist = session.team.reviewing.list.gist_of(film);
    let (mut findings, mut open) = (None, None);
    if let Some(gist) = gist {
        (findings, open) = (Some(gist.num_items), Some(gist.num_open));
    } else if film.stage > ReviewStage::Ready {
        (findings, open) = (Some(film.num_items), Some(film.num_items - film.num_settled.min(film.num_items)));
    }
    let number = |num: Option<usize>| num.map_or_else(String::new, |num| num.to_string());
    let is_open = open.is_some_and(|open| open > 0);
    let differ = gist.map(|gist| gist.num_differing);
    let disagreement = gist
        .filter(|gist| gist.num_items > 0)
        .map_or_else(String::new, |gist| tr_args("{} %", &[&gist.disagreement_percent()]));
    let signers: Vec<String> = film.signers.iter().map(ToString::to_string).collect();
    let questions = if film.num_questions > 0 { film.num_questions.to_string() } else { String::new() };
    let view = session.worklist.row(&film.image).map(|row| row.view.clone()).filter(|view| !view.is_empty());
    let name = view.map_or_else(|| film.image.to_string(), |view| format!("{view}  {}", film.image));
    [
        (state.to_owned(), color),
        (readers, theme::text()),
        (number(findings), theme::text()),
        (number(open), if is_open { theme::strong() } else { theme::weak() }),
        (number(differ), if differ == Some(0) { theme::weak() } else { theme::text() }),
        (disagreement, theme::text()),
        (questions, theme::warn()),
        (signers.join(", "), theme::text()),
        (name, theme::weak()),
    ]
}

/// Titles; those that order the list are clicked.
fn head_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let list = &panel.session.team.reviewing.list;
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::row_height()), Sense::hover());
    let of_disagreement = tr(
        "Of the finding on which readers differ most: how far they differ on whether it is there, what it is and where it is. 0 % is all alike, 100 % as different as can be.",
    );
    let titles = [
        (tr("State"), Some(FilmOrder::Turn), tr("What the film waits for; those that wait for you first")),
        (tr("Readers"), None, tr("How many readers have completed the film")),
        (tr("Findings"), Some(FilmOrder::Findings), tr("Findings and answers of the whole film, all readers together")),
        (tr("Open"), Some(FilmOrder::Open), tr("Those that are not settled yet")),
        (tr("Differ"), None, tr("Those on which not all readers agree")),
        (tr("Top disagreement"), Some(FilmOrder::Disagreement), of_disagreement),
        (tr("Questions"), Some(FilmOrder::Questions), tr("Questions that wait for a reader's answer")),
        (tr("Signed by"), None, ""),
        (tr("Film"), Some(FilmOrder::Given), tr("In the order in which they were handed out")),
    ];
    for (at, (title, order, help)) in titles.into_iter().enumerate() {
        let cell = column(rect, at);
        let arrow = match order {
            Some(order) if order == list.order && order != FilmOrder::Given => {
                if list.is_reversed {
                    " ↑"
                } else {
                    " ↓"
                }
            }
            _ => "",
        };
        let text = RichText::new(format!("{title}{arrow}")).color(theme::weak());
        let label = egui::Label::new(text).selectable(false).truncate();
        let mut child = ui
            .new_child(egui::UiBuilder::new().max_rect(cell).layout(egui::Layout::left_to_right(egui::Align::Center)));
        let Some(order) = order else {
            let response = child.add(label);
            if !help.is_empty() {
                response.on_hover_text(help);
            }
            continue;
        };
        let response = child.add(label.sense(Sense::click()));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr_args("Order by {}", &[&title])));
        if response.on_hover_text(help).on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            panel.ask(review(ReviewCommand::OrderFilms(order)));
        }
    }
}

fn column(rect: egui::Rect, at: usize) -> egui::Rect {
    let x = |share: f32| rect.left() + 12.0 + share * (rect.width() - 24.0);
    egui::Rect::from_x_y_ranges(x(COLUMNS[at])..=x(COLUMNS[at + 1]) - 8.0, rect.y_range())
}

/// A line of the table; pressed, the film opens.
fn row_ui(ui: &mut Ui, cells: &Cells, name: &str, n: usize) -> bool {
    let size = Vec2::new(ui.available_width(), theme::row_height());
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Row, true, name));
    let fill = match (response.hovered(), n % 2) {
        (true, _) => theme::hovered(),
        (false, 1) => theme::panel(),
        (false, _) => theme::window(),
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    for (at, (text, color)) in cells.iter().enumerate() {
        let cell = column(rect, at);
        let mut job = egui::text::LayoutJob::simple_singleline(text.clone(), theme::overlay_font(), *color);
        job.wrap.max_width = cell.width();
        job.wrap.max_rows = 1;
        job.wrap.break_anywhere = true;
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(egui::pos2(cell.left(), rect.center().y - galley.size().y / 2.0), galley, *color);
    }
    let film = &cells[NUM_COLUMNS - 1].0;
    let response = if film.is_empty() { response } else { response.on_hover_text(film) };
    response.clicked()
}
