//! The card of what is chosen: who saw it, what each calls it, what would be taken, and what was decided.

use egui::{Align, Layout, RichText, ScrollArea, Ui, Vec2, WidgetInfo};

use crate::domain::adjudication::{Document, Finding, Outcome, ShapeFrom};
use crate::domain::presence::Presence;
use crate::domain::quality::UnfitReason;
use crate::session::team::{Hand, ReviewCommand, ReviewItem, Seen};
use crate::session::{Command, Session};

use super::super::words::{tr, tr_args};
use super::super::{Panel, kit, theme, unfit_menu};
use super::decisions::{buttons_ui, rationale_ui, signing_ui};
use super::list::{labels_text, pair_ui, swatch_ui};
use super::merging::merging_ui;
use super::naming::naming_ui;
use super::review;
use super::words::{place_text, presence_text, reader_name, seen_by_text, seen_text, standing_text};

pub(super) fn card_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let desk = &session.team.reviewing;
    let Some(document) = desk.document() else { return };
    egui::Panel::bottom("signing").show_separator_line(true).frame(egui::Frame::new()).show(ui, |ui| {
        signing_ui(ui, panel, document);
    });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        if let Hand::Box(held) = &desk.hand
            && held.of.is_none()
        {
            return added_ui(ui, panel);
        }
        match &desk.chosen {
            Some(ReviewItem::Finding(key)) => {
                if let Some(finding) = document.finding(*key) {
                    finding_ui(ui, panel, document, finding);
                }
            }
            Some(ReviewItem::Label(name)) => {
                if let Some(label) = document.labels().iter().find(|label| label.label == *name) {
                    let now = label.ruling.as_ref().map_or(label.proposed, |ruling| ruling.answer);
                    title_ui(ui, label.label.as_str(), label.ruling.is_some());
                    votes_ui(ui, panel, &label.votes.iter().map(|vote| presence_text(*vote)).collect::<Vec<_>>());
                    answers_ui(ui, panel, now);
                }
            }
            Some(ReviewItem::Fitness) => {
                if let Some(fitness) = document.fitness() {
                    let words = |unfit: Option<UnfitReason>| unfit.map_or(tr("fit"), unfit_menu::reason_text);
                    let now = fitness.ruling.as_ref().map_or(fitness.proposed, |ruling| ruling.answer);
                    title_ui(ui, tr("Fit to be read"), fitness.ruling.is_some());
                    votes_ui(ui, panel, &fitness.votes.iter().map(|vote| words(*vote)).collect::<Vec<_>>());
                    fitness_ui(ui, panel, now);
                }
            }
            None => {
                if document.num_items() > 0 {
                    ui.label(RichText::new(tr("Choose a finding in the list or on the film.")).color(theme::weak()));
                }
                kit::command_button(ui, panel, &review(ReviewCommand::Add));
            }
        }
    });
}

fn title_ui(ui: &mut Ui, title: &str, is_settled: bool) {
    ui.horizontal(|ui| {
        let text = RichText::new(title).size(theme::HEADING).color(theme::strong());
        ui.add(egui::Label::new(text).wrap());
        let (text, color) = if is_settled { (tr("settled"), theme::good()) } else { (tr("open"), theme::strong()) };
        ui.label(RichText::new(text).color(color));
    });
}

fn finding_ui(ui: &mut Ui, panel: &mut Panel<'_>, document: &Document, finding: &Finding) {
    let session = panel.session;
    let desk = &session.team.reviewing;
    let (standing, color) = standing_text(finding, desk.waits_for_answer(finding.key()));
    let text = format!("{}  {}", desk.number_of(finding.key()), labels_text(finding));
    let text = RichText::new(text).size(theme::HEADING).color(theme::strong());
    ui.add(egui::Label::new(text).wrap());
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(standing).color(color));
        ui.label(RichText::new(seen_by_text(finding)).color(theme::text()));
        if finding.is_unanimous() {
            ui.label(RichText::new(tr("unanimous")).color(theme::good()));
        }
    });
    ui.add_space(theme::UNIT);
    if let Some(merging) = desk.merging() {
        return merging_ui(ui, panel, document, merging);
    }
    readers_ui(ui, panel, document, finding);
    ui.add_space(theme::UNIT);
    labels_ui(ui, panel, finding);
    if desk.naming.is_some() {
        return;
    }
    if let (Some(least), Some(mean)) = (finding.min_iou(), finding.mean_iou()) {
        pair_ui(ui, tr("Overlap (IoU)"), &tr_args("least {}, mean {}", &[&two(least), &two(mean)]));
    }
    pair_ui(ui, tr("Box"), &box_text(session, finding));
    let place = place_text(session, finding);
    if !place.is_empty() {
        pair_ui(ui, tr("Place"), &place);
    }
    ui.add_space(theme::UNIT);
    buttons_ui(ui, panel, finding);
    questions_ui(ui, panel, document, finding);
    rationale_ui(ui, panel, finding);
}

fn two(value: f64) -> String {
    format!("{value:.2}")
}

/// Where the box comes from that the finding has or would get.
fn box_text(session: &Session, finding: &Finding) -> String {
    match finding.ruling().map(|ruling| &ruling.outcome) {
        Some(Outcome::Rejected) => tr("none: rejected").to_owned(),
        Some(Outcome::Kept { shape_from: ShapeFrom::Drawn, .. }) => tr("drawn in review").to_owned(),
        Some(Outcome::Kept { shape_from: ShapeFrom::Source(id), .. }) => {
            let members = session.team.reviewing.members(finding);
            let who = members.iter().find(|(_, source)| source.id == *id).map(|(who, _)| seen_text(session, *who));
            tr_args("of {}", &[&who.unwrap_or_default()])
        }
        Some(Outcome::Kept { shape_from: ShapeFrom::Proposal, .. }) | None => match finding.saw().len() {
            0 => tr("the model's").to_owned(),
            1 => tr("the only reader's").to_owned(),
            num => tr_args("median of {} readers", &[&num]),
        },
    }
}

/// A line for each reader, seen or missed, and one for the model; a click takes their box.
fn readers_ui(ui: &mut Ui, panel: &mut Panel<'_>, document: &Document, finding: &Finding) {
    let session = panel.session;
    let members = session.team.reviewing.members(finding);
    for place in 0..document.case().readers().len() {
        let own: Vec<_> = members.iter().filter(|(who, _)| *who == Seen::Reader(place)).collect();
        let name = reader_name(session, place);
        let text = match own.first() {
            Some((_, source)) if own.len() > 1 => tr_args("{}, {} boxes", &[&source.label, &own.len()]),
            Some((_, source)) => source.label.to_string(),
            None => tr("did not mark it").to_owned(),
        };
        line_ui(ui, panel, Seen::Reader(place), &ReviewCommand::Take(place), &name, &text, !own.is_empty());
    }
    if let Some((_, source)) = members.iter().find(|(who, _)| *who == Seen::Model) {
        let text = format!("{} {}", source.label, two(source.score.unwrap_or_default()));
        line_ui(ui, panel, Seen::Model, &ReviewCommand::TakeModel, tr("Model"), &text, true);
    }
}

/// One line: key, colour, who and what; pressed, it is taken where there is something to take.
fn line_ui(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    who: Seen,
    command: &ReviewCommand,
    name: &str,
    text: &str,
    may_take: bool,
) {
    let command = review(command.clone());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let keys = if may_take { kit::shortcut(panel.session, &command) } else { String::new() };
        key_ui(ui, &keys);
        swatch_ui(ui, who, may_take);
        let color = if may_take { theme::strong() } else { theme::weak() };
        ui.label(RichText::new(name).color(color));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let said = tr_args("Take the box of {}: {}", &[&name, &text]);
            let button = ui.add_enabled(may_take, egui::Button::new(tr("Take")).small());
            button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, may_take, &said));
            if button.on_hover_text(&said).clicked() {
                panel.ask(command);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let color = if may_take { theme::text() } else { theme::weak() };
                ui.add(egui::Label::new(RichText::new(text).color(color)).truncate());
            });
        });
    });
}

/// A line of a list of which one is chosen, as wide as there is room; the marked one stands out and stays in sight.
pub(super) fn choice_row(ui: &mut Ui, id: impl egui::AsIdSalt, name: &str, is_marked: bool) -> (egui::Response, Ui) {
    let (_, rect) = ui.allocate_space(Vec2::new(ui.available_width(), theme::label_row_height()));
    let response = ui.interact(rect, ui.scope_id().with(id), egui::Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, is_marked, name));
    let fill = match (is_marked, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    if is_marked {
        response.scroll_to_me(None);
    }
    let row = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(Vec2::new(6.0, 2.0))));
    (response, row)
}

/// A key cap, or its room.
pub(super) fn key_ui(ui: &mut Ui, keys: &str) {
    if keys.is_empty() {
        ui.allocate_exact_size(Vec2::new(18.0, 17.0), egui::Sense::hover());
    } else {
        kit::key_cap(ui, keys);
    }
}

/// The labels that readers gave it, each a click, and all others in the list that the key opens.
fn labels_ui(ui: &mut Ui, panel: &mut Panel<'_>, finding: &Finding) {
    let held = match &panel.session.team.reviewing.hand {
        Hand::Box(held) => Some(held.label.clone()),
        Hand::Free | Hand::Asking { .. } | Hand::Merging(_) => None,
    };
    let now = held.or_else(|| finding.shown().map(|(label, _)| label.clone()));
    let is_listed = panel.session.team.reviewing.naming.is_some();
    if finding.votes().len() > 1 && !is_listed {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(theme::UNIT);
            for (label, num) in finding.votes() {
                if kit::chip(ui, &format!("{label} {num}"), now.as_ref() == Some(label)).clicked() {
                    panel.ask(review(ReviewCommand::Label(label.clone())));
                }
            }
        });
    }
    naming_ui(ui, panel, now.as_ref().map_or("", |label| label.as_str()));
}

/// A finding that is being added.
fn added_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Hand::Box(held) = &panel.session.team.reviewing.hand else { return };
    ui.label(RichText::new(tr("New finding")).size(theme::HEADING).color(theme::strong()));
    let text = tr("Drag a box around a finding that nobody marked, choose its label, then press Enter.");
    ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
    naming_ui(ui, panel, held.label.as_str());
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        kit::titled_button(ui, panel, &review(ReviewCommand::Accept), Some(tr("Add it")));
        kit::titled_button(ui, panel, &Command::Escape, Some(tr("Leave it")));
    });
}

fn votes_ui(ui: &mut Ui, panel: &Panel<'_>, votes: &[&str]) {
    for (place, vote) in votes.iter().enumerate() {
        ui.horizontal(|ui| {
            let keys = kit::shortcut(panel.session, &review(ReviewCommand::Take(place)));
            key_ui(ui, &keys);
            swatch_ui(ui, Seen::Reader(place), true);
            ui.label(RichText::new(reader_name(panel.session, place)).color(theme::strong()));
            ui.label(RichText::new(*vote).color(theme::text()));
        });
    }
    ui.add_space(theme::UNIT);
}

fn answers_ui(ui: &mut Ui, panel: &mut Panel<'_>, now: Option<Presence>) {
    ui.horizontal_wrapped(|ui| {
        for presence in [Some(Presence::Present), Some(Presence::Unsure), Some(Presence::Absent), None] {
            if kit::chip(ui, presence_text(presence), now == presence).clicked() {
                panel.ask(review(ReviewCommand::Answer(presence)));
            }
        }
    });
    answered_ui(ui, panel, presence_text(now));
}

/// The list of answers by their keys, and taking what the program offers.
fn answered_ui(ui: &mut Ui, panel: &mut Panel<'_>, now: &str) {
    ui.add_space(theme::UNIT);
    naming_ui(ui, panel, now);
    ui.add_space(theme::UNIT);
    kit::titled_button(ui, panel, &review(ReviewCommand::Accept), Some(tr("Accept the answer")));
}

fn fitness_ui(ui: &mut Ui, panel: &mut Panel<'_>, now: Option<UnfitReason>) {
    ui.horizontal_wrapped(|ui| {
        for unfit in std::iter::once(None).chain(UnfitReason::ALL.map(Some)) {
            if kit::chip(ui, unfit.map_or(tr("fit"), unfit_menu::reason_text), now == unfit).clicked() {
                panel.ask(review(ReviewCommand::Judge(unfit)));
            }
        }
    });
    answered_ui(ui, panel, now.map_or(tr("fit"), unfit_menu::reason_text));
}

/// Questions about the finding, and what readers answered.
fn questions_ui(ui: &mut Ui, panel: &Panel<'_>, document: &Document, finding: &Finding) {
    let session = panel.session;
    for question in document.questions().iter().filter(|question| question.finding == finding.key()) {
        kit::section(ui, &tr_args("Question {}", &[&question.number]));
        ui.add(egui::Label::new(RichText::new(&question.text).color(theme::text())).wrap());
        for (reader, answer) in &question.answers {
            let name = reader_name(session, session.team.reviewing.place_of(reader));
            let (text, color) = match answer {
                Some(answer) => (format!("{name}: {answer}"), theme::text()),
                None => (tr_args("{} has not answered yet", &[&name]), theme::weak()),
            };
            ui.add(egui::Label::new(RichText::new(text).color(color)).wrap());
        }
    }
}
