//! The films that a reviewer is to settle: how far each is, who has signed, and which wait.

use egui::{CentralPanel, Color32, ScrollArea, Sense, Ui, Vec2, WidgetInfo};

use crate::domain::adjudication::{FilmToReview, ReviewStage};
use crate::session::Command;
use crate::session::team::ReviewCommand;

use super::super::words::{tr, tr_args, translated};
use super::super::{Panel, kit, shell, theme};
use super::review;

/// Where the columns begin, as shares of the width, and where the last one ends.
const COLUMNS: [f32; 7] = [0.0, 0.11, 0.20, 0.30, 0.50, 0.60, 1.0];

pub(super) fn films_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    egui::Panel::top("review head").frame(shell::bar_frame()).show_separator_line(false).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.heading(tr("Films to review"));
            kit::titled_button(ui, panel, &Command::ShowWorklist, None);
        });
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
        let titles = [tr("State"), tr("Readers"), tr("Settled"), tr("Signed by"), tr("Questions"), tr("Film")];
        row_ui(ui, &titles.map(|title| (title.to_owned(), theme::weak())), None, 0);
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, theme::row_height(), desk.films.len(), |ui, rows| {
            for n in rows {
                let film = &desk.films[n];
                let cells = cells(panel, film);
                let name = tr_args("Review film {}: {}, {}", &[&(n + 1), &stage_text(film), &cells[2].0]);
                if row_ui(ui, &cells, Some(&name), n) {
                    panel.out.push(crate::session::Input::Command(review(ReviewCommand::Open(film.image.clone()))));
                }
            }
        });
    });
}

fn stage_text(film: &FilmToReview) -> &'static str {
    if film.is_paused {
        return tr("Paused");
    }
    match film.stage {
        ReviewStage::Reading => tr("Being read"),
        ReviewStage::Ready => tr("Ready"),
        ReviewStage::UnderWay => tr("Under way"),
        ReviewStage::Settled => tr("Settled"),
    }
}

fn cells(panel: &Panel<'_>, film: &FilmToReview) -> [(String, Color32); 6] {
    let color = match film.stage {
        ReviewStage::Reading => theme::weak(),
        ReviewStage::Ready => theme::strong(),
        ReviewStage::UnderWay => theme::warn(),
        ReviewStage::Settled => theme::good(),
    };
    let settled = if film.num_items == 0 && film.stage <= ReviewStage::Ready {
        String::new()
    } else {
        tr_args("{} of {}", &[&film.num_settled, &film.num_items])
    };
    let signers: Vec<String> = film.signers.iter().map(ToString::to_string).collect();
    let questions = if film.num_questions > 0 { film.num_questions.to_string() } else { String::new() };
    let view = panel.session.worklist.row(&film.image).map(|row| row.view.clone()).filter(|view| !view.is_empty());
    let name = view.map_or_else(|| film.image.to_string(), |view| format!("{view}  {}", film.image));
    [
        (stage_text(film).to_owned(), color),
        (tr_args("{} of {}", &[&film.num_completed, &film.num_readers]), theme::text()),
        (settled, theme::text()),
        (signers.join(", "), theme::text()),
        (questions, theme::warn()),
        (name, theme::weak()),
    ]
}

/// A line of the table; its name makes it one that is clicked.
fn row_ui(ui: &mut Ui, cells: &[(String, Color32); 6], name: Option<&str>, n: usize) -> bool {
    let sense = if name.is_some() { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::row_height()), sense);
    if let Some(name) = name {
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Row, true, name));
    }
    let fill = match (name.is_some() && response.hovered(), n % 2) {
        (true, _) => theme::hovered(),
        (false, 1) => theme::panel(),
        (false, _) => theme::window(),
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    for (at, (text, color)) in cells.iter().enumerate() {
        let left = rect.left() + 16.0 + COLUMNS[at] * (rect.width() - 32.0);
        let right = rect.left() + 16.0 + COLUMNS[at + 1] * (rect.width() - 32.0);
        let mut job = egui::text::LayoutJob::simple_singleline(text.clone(), theme::overlay_font(), *color);
        job.wrap.max_width = right - left - 8.0;
        job.wrap.max_rows = 1;
        job.wrap.break_anywhere = true;
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(egui::pos2(left, rect.center().y - galley.size().y / 2.0), galley, *color);
    }
    let response = if cells[5].0.is_empty() { response } else { response.on_hover_text(&cells[5].0) };
    response.clicked()
}
