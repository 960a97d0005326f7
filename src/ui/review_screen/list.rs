//! The findings of a film under review, the most disagreement first, and below them what is said of the whole film.

use egui::{Align, Color32, Layout, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use crate::domain::adjudication::{Finding, FindingFilter};
use crate::domain::label::{LabelScope, LabelSet};
use crate::session::team::{Merging, ReviewCommand, ReviewItem, Seen};

use super::super::words::{tr, tr_args};
use super::super::{Panel, kit, theme};
use super::review;
use super::testimonies::testimonies_ui;
use super::words::{color_on_film, place_text, presence_text, reader_name, seen_by_text, standing_text};

const ROW: f32 = 46.0;
const DOT: f32 = 9.0;
/// So many readers' words stand above the findings.
const MOST_READERS_ABOVE: usize = 5;

pub(super) fn list_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let desk = &session.team.reviewing;
    let Some(document) = desk.document() else {
        ui.label(RichText::new(tr("Opening the review…")).color(theme::weak()));
        return;
    };
    if document.num_items() == 0 {
        quiet(ui, tr("Nothing to settle: sign the film, or add what readers missed."));
        ui.add_space(theme::UNIT);
        return testimonies_ui(ui, panel, document);
    }
    let text = tr_args("{} of {} settled", &[&document.num_settled(), &document.num_items()]);
    ui.label(RichText::new(text).color(theme::text()));
    let share = document.num_settled() as f32 / document.num_items() as f32;
    ui.add(egui::ProgressBar::new(share).desired_height(6.0));
    ui.add_space(theme::UNIT);
    // Many readers would leave the findings no room: they come after them.
    let num_readers = document.case().readers().len();
    if num_readers <= MOST_READERS_ABOVE {
        testimonies_ui(ui, panel, document);
        ui.add_space(theme::UNIT);
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(theme::UNIT);
        ui.spacing_mut().button_padding.x = 7.0;
        for filter in FindingFilter::ALL {
            let num = document.findings().iter().filter(|finding| filter.keeps(finding)).count();
            let text = format!("{} {num}", filter_text(filter));
            if kit::chip(ui, &text, desk.filter == filter).clicked() {
                panel.out.push(crate::session::Input::Command(review(ReviewCommand::Filter(filter))));
            }
        }
    });
    ui.add_space(theme::UNIT);
    let items = desk.items();
    let is_pointed_at = ScrollArea::vertical()
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let mut hovered = None;
            let mut has_film_title = false;
            if document.findings().is_empty() {
                quiet(ui, tr("No reader marked anything on this film."));
            } else if desk.listed().next().is_none() {
                quiet(ui, tr("No finding passes this filter."));
            }
            for item in &items {
                match item {
                    ReviewItem::Finding(key) => {
                        let Some(finding) = document.finding(*key) else { continue };
                        if finding_row_ui(ui, panel, desk.number_of(*key), finding).hovered() {
                            hovered = Some(*key);
                        }
                    }
                    ReviewItem::Label(_) | ReviewItem::Fitness => {
                        if !std::mem::replace(&mut has_film_title, true) {
                            kit::section(ui, tr("The whole film"));
                        }
                        film_row_ui(ui, panel, item);
                    }
                }
            }
            let wide: Vec<&str> = panel
                .session
                .label_set()
                .into_iter()
                .flat_map(LabelSet::labels)
                .filter(|label| label.scope != LabelScope::Image)
                .map(|label| label.name.as_str())
                .collect();
            if !wide.is_empty() {
                let text = tr_args(
                    "Not settled here, because it is said of a whole series or study: {}. What each reader said of it stays, and the consensus says nothing of it.",
                    &[&wide.join(", ")],
                );
                ui.add_space(theme::UNIT);
                quiet(ui, &text);
            }
            if num_readers > MOST_READERS_ABOVE {
                ui.add_space(theme::UNIT);
                testimonies_ui(ui, panel, document);
            }
            hovered
        })
        .inner;
    // Pointed at in the list, it stands out on the film beside the chosen one.
    let is_over_list = ui.ui_contains_pointer();
    let was_over_list = std::mem::replace(&mut panel.state.reviewing.is_over_list, is_over_list);
    if (is_over_list || was_over_list) && desk.hovered != is_pointed_at {
        panel.ask(review(ReviewCommand::Hover(is_pointed_at)));
    }
}

fn quiet(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
}

fn filter_text(filter: FindingFilter) -> &'static str {
    match filter {
        FindingFilter::All => tr("All"),
        FindingFilter::Unsettled => tr("Unsettled"),
        FindingFilter::Ambiguous => tr("Ambiguous"),
        FindingFilter::MissedByOne => tr("Missed by one"),
        FindingFilter::ModelOnly => tr("Model only"),
        FindingFilter::Unanimous => tr("Unanimous"),
    }
}

fn finding_row_ui(ui: &mut Ui, panel: &mut Panel<'_>, number: usize, finding: &Finding) -> egui::Response {
    let desk = &panel.session.team.reviewing;
    let is_chosen = desk.is_chosen(finding.key());
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), ROW), Sense::click());
    let (standing, color) = standing_text(finding, desk.waits_for_answer(finding.key()));
    let labels = labels_text(finding);
    let seen = seen_by_text(finding);
    let place = place_text(panel.session, finding);
    let name = tr_args("Finding {}: {}, {}, {}", &[&number, &labels, &seen, &standing]);
    let name = if place.is_empty() { name } else { format!("{name}, {place}") };
    response.widget_info(|| WidgetInfo::selected(egui::Role::Row, true, is_chosen, &name));
    ground(ui, rect, is_chosen, response.hovered());
    let may_be_merged = desk.may_be_merged(finding.key());
    if may_be_merged {
        let is_marked = desk.merging().and_then(Merging::marked) == Some(finding.key());
        let width = if is_marked { theme::FOCUS_STROKE } else { 1.0 };
        ui.painter().rect_stroke(rect, 4.0, Stroke::new(width, theme::accent()), StrokeKind::Inside);
    }
    scroll_to_chosen(panel, &response, ReviewItem::Finding(finding.key()));
    let faded = |color: Color32| if finding.ruling().is_some() && !is_chosen { theme::weak() } else { color };
    let right = text_at(ui, rect, (-8.0, 5.0), standing, color, f32::INFINITY);
    let wide = text_at(ui, rect, (8.0, 5.0), &number.to_string(), theme::weak(), f32::INFINITY).max(14.0) + 14.0;
    text_at(ui, rect, (wide, 5.0), &labels, faded(theme::strong()), rect.width() - right - 20.0 - wide);
    let mut at = rect.left_top() + Vec2::new(8.0 + DOT / 2.0, 33.0);
    let readers = panel.session.team.reviewing.document().map(|document| document.case().readers());
    let members = panel.session.team.reviewing.members(finding);
    for place in 0..readers.unwrap_or_default().len() {
        let has = members.iter().any(|(who, _)| *who == Seen::Reader(place));
        dot(ui, at, color_on_film(Seen::Reader(place)), has);
        let text = reader_name(panel.session, place);
        let color = if has { theme::text() } else { theme::weak() };
        let galley = ui.painter().layout_no_wrap(text, theme::small_font(), color);
        let wide = galley.size().x;
        ui.painter().galley(at + Vec2::new(DOT / 2.0 + 3.0, -galley.size().y / 2.0), galley, color);
        at.x += DOT + 3.0 + wide + 8.0;
        if at.x > rect.right() - 90.0 {
            break;
        }
    }
    let small = |text: &str, at: &mut egui::Pos2, is_right: bool| {
        let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::small_font(), theme::weak());
        let (wide, high) = (galley.size().x, galley.size().y);
        let left = if is_right { rect.right() - 8.0 - wide } else { at.x - DOT / 2.0 };
        if left >= at.x - DOT / 2.0 && left + wide <= rect.right() - 7.0 {
            ui.painter().galley(egui::pos2(left, at.y - high / 2.0), galley, theme::weak());
            at.x = left + wide + 8.0 + DOT / 2.0;
        }
    };
    if let Some(score) = finding.model_score() {
        small(&tr_args("model {}", &[&format!("{score:.2}")]), &mut at, false);
    }
    let iou = finding.min_iou().map(|iou| format!("IoU {iou:.2}"));
    let told: Vec<&str> =
        [place.as_str(), iou.as_deref().unwrap_or_default()].into_iter().filter(|s| !s.is_empty()).collect();
    let whole = told.join("  ");
    // Where there is no room for both, the place says more.
    let room = rect.right() - 8.0 - at.x;
    let wide = ui.painter().layout_no_wrap(whole.clone(), theme::small_font(), theme::weak()).size().x;
    small(if wide <= room { &whole } else { &place }, &mut at, true);
    if response.clicked() {
        let adds = ui.input(|i| i.modifiers.shift);
        let key = finding.key();
        let command = match (adds, may_be_merged) {
            (true, _) => ReviewCommand::ChooseToo(key),
            (false, true) => ReviewCommand::MergeWith(key),
            (false, false) => ReviewCommand::Choose(ReviewItem::Finding(key)),
        };
        panel.ask(review(command));
    }
    let told = [labels.as_str(), &seen, &place].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    response.on_hover_text(told.join(" · "))
}

/// What it is called: as decided, else by how many readers.
pub(super) fn labels_text(finding: &Finding) -> String {
    if finding.ruling().is_some()
        && let Some((label, _)) = finding.shown()
    {
        return label.to_string();
    }
    match finding.votes() {
        [] => finding.proposal().label.to_string(),
        [(label, _)] => label.to_string(),
        many => many.iter().map(|(label, num)| format!("{label} {num}")).collect::<Vec<_>>().join(" / "),
    }
}

fn film_row_ui(ui: &mut Ui, panel: &mut Panel<'_>, item: &ReviewItem) {
    let desk = &panel.session.team.reviewing;
    let Some(document) = desk.document() else { return };
    let is_chosen = desk.chosen.as_ref() == Some(item);
    let (title, answer, is_settled) = match item {
        ReviewItem::Label(name) => {
            let Some(label) = document.labels().iter().find(|label| label.label == *name) else { return };
            let answer = label.ruling.as_ref().map_or(label.proposed, |ruling| ruling.answer);
            (name.to_string(), presence_text(answer), label.ruling.is_some())
        }
        ReviewItem::Fitness => {
            let Some(fitness) = document.fitness() else { return };
            let unfit = fitness.ruling.as_ref().map_or(fitness.proposed, |ruling| ruling.answer);
            let answer = unfit.map_or(tr("fit"), super::super::unfit_menu::reason_text);
            (tr("Fit to be read").to_owned(), answer, fitness.ruling.is_some())
        }
        ReviewItem::Finding(_) => return,
    };
    let (standing, color) = if is_settled { (tr("settled"), theme::good()) } else { (tr("open"), theme::strong()) };
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::row_height()), Sense::click());
    let name = tr_args("{}: {}, {}", &[&title, &answer, &standing]);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Row, true, is_chosen, &name));
    ground(ui, rect, is_chosen, response.hovered());
    scroll_to_chosen(panel, &response, item.clone());
    let top = rect.height() / 2.0 - 9.0;
    let right = text_at(ui, rect, (-8.0, top), standing, color, f32::INFINITY);
    let shown = format!("{title}: {answer}");
    text_at(ui, rect, (8.0, top), &shown, theme::text(), rect.width() - right - 28.0);
    if response.clicked() {
        panel.ask(review(ReviewCommand::Choose(item.clone())));
    }
    response.on_hover_text(shown);
}

/// The chosen row comes into sight once, so that the list can be scrolled away from it.
fn scroll_to_chosen(panel: &mut Panel<'_>, response: &egui::Response, item: ReviewItem) {
    let desk = &panel.session.team.reviewing;
    if desk.chosen.as_ref() == Some(&item) && panel.state.reviewing.scrolled_to.as_ref() != Some(&item) {
        response.scroll_to_me(None);
        panel.state.reviewing.scrolled_to = Some(item);
    }
}

fn ground(ui: &Ui, rect: Rect, is_chosen: bool, is_hovered: bool) {
    let fill = match (is_chosen, is_hovered) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::window(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
}

/// Filled for who saw it, a ring for who missed it.
pub(super) fn dot(ui: &Ui, at: egui::Pos2, color: Color32, is_filled: bool) {
    if is_filled {
        ui.painter().circle(at, DOT / 2.0, color, Stroke::new(1.0, theme::text()));
    } else {
        ui.painter().circle_stroke(at, DOT / 2.0 - 0.5, Stroke::new(1.0, theme::weak()));
    }
}

/// From the left, or with a negative place from the right; gives its width.
fn text_at(ui: &Ui, rect: Rect, (x, y): (f32, f32), text: &str, color: Color32, width: f32) -> f32 {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), theme::overlay_font(), color);
    job.wrap.max_width = width.max(10.0);
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let galley = ui.painter().layout_job(job);
    let wide = galley.size().x;
    let left = if x < 0.0 { rect.right() + x - wide } else { rect.left() + x };
    ui.painter().galley(egui::pos2(left, rect.top() + y), galley, color);
    wide
}

/// A box in the reader's colour, for lines of the card.
pub(super) fn swatch_ui(ui: &mut Ui, who: Seen, is_filled: bool) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(12.0, 14.0), Sense::hover());
    let rect = rect.shrink2(Vec2::new(0.5, 2.0));
    let color = color_on_film(who);
    if is_filled {
        ui.painter().rect(rect, 2.0, color, Stroke::new(1.0, theme::text()), StrokeKind::Inside);
    } else {
        ui.painter().rect_stroke(rect, 2.0, Stroke::new(1.0, theme::weak()), StrokeKind::Inside);
    }
}

/// A name at the left and a value at the right.
pub(super) fn pair_ui(ui: &mut Ui, name: &str, value: &str) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(name).color(theme::weak()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add(egui::Label::new(RichText::new(value).color(theme::text())).truncate());
        });
    });
}
