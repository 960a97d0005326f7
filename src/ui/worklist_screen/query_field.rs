//! The field for a query: what is wrong stands out, and what could be typed next is offered below.

use std::ops::Range;

use egui::text::{CCursor, CCursorRange, LayoutJob, TextFormat};
use egui::{Key, Modifiers, Popup, PopupCloseBehavior, RichText, Ui, WidgetInfo};

use crate::domain::worklist::query::{Completion, Completions, complete};
use crate::session::Command;
use crate::ui::words::{tr, translated, translated_name};
use crate::ui::{Panel, theme};

/// What the field keeps between frames.
#[derive(Debug, Default)]
pub struct QueryFieldState {
    /// The offer that Enter takes.
    chosen: Option<usize>,
    /// Offers were put away for this text.
    dismissed: Option<String>,
    /// Where they were in the last frame: a click on one takes the keyboard from the field before it counts.
    offers: Option<egui::Rect>,
    /// The name of a filter to keep, half typed.
    pub name: String,
}

/// Offers at once; the others come as one types.
const NUM_OFFERS: usize = 10;

pub(super) fn query_field_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let id = ui.make_persistent_id("worklist query");
    let has_focus = ui.memory(|memory| memory.has_focus(id));
    let is_over_offers = panel
        .state
        .query_field
        .offers
        .is_some_and(|rect| ui.ctx().pointer_latest_pos().is_some_and(|p| rect.contains(p)));
    let is_open =
        (has_focus || is_over_offers) && panel.state.query_field.dismissed.as_ref() != Some(&panel.state.search);
    let offers = if is_open { offers(ui, panel, id) } else { None };
    if let Some(offers) = offers.as_ref().filter(|_| has_focus) {
        keys(ui, panel, id, offers);
    }
    let error = panel.session.worklist.query_error();
    let wrong =
        error.filter(|_| panel.session.worklist.filter.text == panel.state.search).map(|error| error.at.clone());
    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _: f32| {
        let job = job(ui, text.as_str(), wrong.clone());
        ui.ctx().fonts_mut(|fonts| fonts.layout_job(job))
    };
    let field = egui::TextEdit::singleline(&mut panel.state.search)
        .id(id)
        .desired_width(360.0)
        .hint_text(tr("Find films: part of an id, or status:new age:>60"))
        .layouter(&mut layouter);
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Find")));
    if response.changed() {
        let text = panel.state.search.clone();
        panel.state.query_field.chosen = None;
        panel.state.query_field.dismissed = None;
        panel.ask(Command::FilterWorklist(text));
    } else if !response.has_focus() && !is_over_offers {
        panel.state.search.clone_from(&panel.session.worklist.filter.text);
        panel.state.query_field.chosen = None;
        panel.state.query_field.dismissed = None;
    }
    panel.state.query_field.offers = None;
    let Some(offers) = offers else { return };
    let popup = Popup::from_response(&response).open(true).close_behavior(PopupCloseBehavior::IgnoreClicks).gap(2.0);
    if let Some(shown) = popup.show(|ui| offers_ui(ui, panel, &offers)) {
        panel.state.query_field.offers = Some(shown.response.rect);
        if let Some(item) = shown.inner {
            take(ui, panel, id, &offers.at, &item);
        }
    }
}

/// What is wrong with the query, where nobody types in it any more.
pub(super) fn error_ui(ui: &mut Ui, panel: &Panel<'_>) {
    let Some(error) = panel.session.worklist.query_error() else { return };
    if panel.state.query_field.offers.is_some() {
        return;
    }
    let text =
        format!("{} {}", translated(&error.to_string()), tr("Until then the list goes by what stands before it."));
    ui.label(RichText::new(text).color(theme::bad()));
}

/// What may follow at the cursor; `None` where there is nothing to say.
fn offers(ui: &Ui, panel: &Panel<'_>, id: egui::Id) -> Option<Completions> {
    let text = &panel.state.search;
    let state = egui::TextEdit::load_state(ui.ctx(), id);
    let at = state.and_then(|state| state.cursor.char_range()).map(|range| range.primary.index);
    let letters = at.map_or(usize::MAX, usize::from);
    let cursor = text.char_indices().nth(letters).map_or(text.len(), |(byte, _)| byte);
    let found = complete(text, cursor, panel.session.worklist.words());
    let has_error = panel.session.worklist.query_error().is_some();
    (!found.items.is_empty() || has_error).then_some(found)
}

fn keys(ui: &Ui, panel: &mut Panel<'_>, id: egui::Id, offers: &Completions) {
    let num = offers.items.len().min(NUM_OFFERS);
    if ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
        panel.state.query_field.dismissed = Some(panel.state.search.clone());
    }
    if num == 0 {
        return;
    }
    let field = &mut panel.state.query_field;
    if ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::ArrowDown)) {
        field.chosen = Some(field.chosen.map_or(0, |n| (n + 1) % num));
    }
    if ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::ArrowUp)) {
        field.chosen = Some(field.chosen.map_or(num - 1, |n| (n + num - 1) % num));
    }
    let Some(chosen) = field.chosen.filter(|n| *n < num) else { return };
    if ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Enter)) {
        take(ui, panel, id, &offers.at, &offers.items[chosen].clone());
    }
}

fn offers_ui(ui: &mut Ui, panel: &Panel<'_>, offers: &Completions) -> Option<Completion> {
    ui.set_min_width(420.0);
    if let Some(error) = panel.session.worklist.query_error() {
        ui.label(RichText::new(translated(&error.to_string())).color(theme::warn()));
    }
    let mut taken = None;
    for (n, item) in offers.items.iter().take(NUM_OFFERS).enumerate() {
        let is_chosen = panel.state.query_field.chosen == Some(n);
        let mut job = LayoutJob::default();
        let font = egui::TextStyle::Body.resolve(ui.style());
        job.append(&item.text, 0.0, TextFormat::simple(font.clone(), theme::strong()));
        if !item.help.is_empty() {
            job.append(&translated_name(item.help), 10.0, TextFormat::simple(font, theme::weak()));
        }
        // The arrows and Enter choose among them; Tab goes on to what stands beside the field.
        let response = ui.add(egui::Button::selectable(is_chosen, job).sense(egui::Sense::CLICK));
        response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, is_chosen, &item.text));
        if response.clicked() {
            taken = Some(item.clone());
        }
    }
    let num_more = offers.items.len().saturating_sub(NUM_OFFERS);
    if num_more > 0 {
        ui.label(
            RichText::new(crate::ui::words::tr_args("{} more: type on", &[&num_more])).small().color(theme::weak()),
        );
    }
    taken
}

/// Puts an offer in the place of what is half typed; the cursor goes behind it.
fn take(ui: &Ui, panel: &mut Panel<'_>, id: egui::Id, at: &Range<usize>, item: &Completion) {
    let text = &mut panel.state.search;
    if text.get(at.clone()).is_none() {
        return;
    }
    let is_whole = !item.text.ends_with(':');
    let is_last = at.end == text.len();
    text.replace_range(at.clone(), &item.text);
    let mut end = at.start + item.text.len();
    if is_whole && is_last {
        text.push(' ');
        end += 1;
    }
    let letters = text[..end].chars().count();
    let text = text.clone();
    let mut state = egui::TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(letters))));
    state.store(ui.ctx(), id);
    ui.memory_mut(|memory| memory.request_focus(id));
    panel.state.query_field.chosen = None;
    panel.state.query_field.dismissed = None;
    panel.ask(Command::FilterWorklist(text));
}

fn job(ui: &Ui, text: &str, wrong: Option<Range<usize>>) -> LayoutJob {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let plain = TextFormat::simple(font.clone(), theme::strong());
    let mut job = LayoutJob::default();
    match wrong.filter(|at| text.get(at.clone()).is_some()) {
        Some(at) => {
            let bad = TextFormat {
                underline: egui::Stroke::new(1.0, theme::bad()),
                ..TextFormat::simple(font, theme::bad())
            };
            job.append(&text[..at.start], 0.0, plain.clone());
            job.append(&text[at.clone()], 0.0, bad);
            job.append(&text[at.end..], 0.0, plain);
        }
        None => job.append(text, 0.0, plain),
    }
    job
}
