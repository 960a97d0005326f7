//! Of the screen of evaluations: crops of what was found, missed and mistaken, each a click away from its film.

use egui::{
    Align2, ComboBox, Event, Id, Key, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
};

use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::errors::{ErrorFilter, ErrorItem, ErrorKind, ErrorOrder};
use crate::domain::evaluation::run::Run;
use crate::domain::geometry::{self, Point};
use crate::session::evaluating::bounds_of;
use crate::session::{Command, ErrorIndex, ErrorList, EvaluateCommand};

use super::super::words::{tr, tr_args};
use super::super::{Panel, kit, theme};
use super::crops::{CropKey, Shelved};
use super::error_words::{class_text, item_kind_text, item_text, kind_color, kind_text, verdict_text};
use super::filter_chips::filter_chips_ui;

/// Smallest side of a crop on its card, in points; it grows until the row is full.
const CROP: f32 = 180.0;
const TEXT: f32 = 5.0 + 4.0 * LINE + 2.0;
const LINE: f32 = 16.0;
const GAP: f32 = 10.0;
/// How much of its surroundings a crop shows around its boxes, as a share of their longer side.
const SURROUNDINGS: f64 = 0.6;
/// In film pixels; less says nothing of where it lies.
const LEAST_SIDE: f64 = 160.0;

/// What the gallery keeps between frames.
#[derive(Debug, Default)]
pub struct GalleryState {
    /// The card that has the keyboard.
    cursor: usize,
    /// The cursor is to be brought into sight and to take the keyboard.
    wants_focus: bool,
    /// The item that was open in its film the last time: its card is gone back to.
    came_from: Option<usize>,
}

pub(super) fn gallery_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let desk = &session.evaluating;
    let Some(run) = desk.open.clone() else {
        return super::nothing_open_ui(ui, panel.session);
    };
    if !may_look_ui(ui, panel) {
        return;
    }
    let Some(index) = desk.errors.index.clone() else {
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
        return empty_ui(ui, tr("Sorting what was found and what was missed…"), "");
    };
    chips_ui(ui, panel);
    filters_ui(ui, panel, &run, &index);
    filter_chips_ui(ui, panel, &run, true);
    ui.add_space(theme::UNIT);
    if desk.errors.shown.places.is_empty() {
        return empty_ui(ui, tr("Nothing to show"), &why_empty(&run, &desk.filter));
    }
    grid_ui(ui, panel, &run, &index);
}

pub(super) fn empty_ui(ui: &mut Ui, title: &str, text: &str) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.3);
        ui.heading(title);
        ui.label(RichText::new(text).color(theme::weak()));
    });
}

/// `false` while the reader has not been told that nothing is blind here; then it is told.
pub(super) fn may_look_ui(ui: &mut Ui, panel: &mut Panel<'_>) -> bool {
    if !panel.session.must_be_told_not_blind() {
        return true;
    }
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.26);
        ui.heading(tr("What is shown here is not blind"));
        ui.add_space(theme::UNIT);
        let width = ui.available_width().min(560.0);
        ui.scope(|ui| {
            ui.set_max_width(width);
            let text = tr(
                "This project keeps readers apart from each other or from models. The crops and films here show what the model says and what the truth of this evaluation says, also of films that you have not read yet.",
            );
            ui.add(egui::Label::new(RichText::new(text).color(theme::text())).wrap());
            ui.add_space(theme::UNIT);
            let text = tr(
                "Each film that you look at here is noted as seen together with the model. Readings made after that do not count as blind.",
            );
            ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
        });
        ui.add_space(3.0 * theme::UNIT);
        kit::command_button(ui, panel, &Command::Evaluate(EvaluateCommand::Understand));
    });
    false
}

fn why_empty(run: &Run, filter: &ErrorFilter) -> String {
    let is_narrow =
        filter.class.is_some() || filter.answered.is_some() || filter.slice.is_some() || filter.scores.is_some();
    if run.cases.films.is_empty() {
        tr("This evaluation has no films.").to_owned()
    } else if is_narrow {
        tr("No item passes all of these filters. Take one away.").to_owned()
    } else if !run.cases.has_detector && run.cases.probabilities.is_empty() {
        tr("This evaluation has neither boxes nor probabilities.").to_owned()
    } else {
        tr("There is none of this kind at this operating point.").to_owned()
    }
}

fn show(panel: &mut Panel<'_>, change: impl FnOnce(&mut ErrorFilter)) {
    let mut filter = panel.session.evaluating.filter.clone();
    change(&mut filter);
    panel.ask(Command::Evaluate(EvaluateCommand::ShowErrors(Box::new(filter))));
}

/// One for each kind, with its count at the operating point.
fn chips_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.evaluating;
    let (counts, kinds) = (desk.errors.shown.counts, desk.filter.kinds.clone());
    let num = |kinds: &[ErrorKind]| kinds.iter().map(|kind| counts[*kind as usize]).sum::<u64>();
    ui.horizontal_wrapped(|ui| {
        let all = num(&ErrorKind::ALL.map(|(kind, _)| kind));
        if kit::chip(ui, &format!("{} {all}", tr("All")), kinds.is_empty()).clicked() {
            show(panel, |filter| filter.kinds.clear());
        }
        let disagreements = ErrorKind::DISAGREEMENTS;
        let text = format!("{} {}", tr("Disagreements"), num(&disagreements));
        if kit::chip(ui, &text, kinds == disagreements).clicked() {
            show(panel, |filter| filter.kinds = disagreements.to_vec());
        }
        for (kind, _) in ErrorKind::ALL {
            let is_on = kinds == [kind];
            if counts[kind as usize] > 0 || is_on {
                let text = format!("{} {}", kind_text(kind), counts[kind as usize]);
                if kit::chip(ui, &text, is_on).clicked() {
                    show(panel, |filter| filter.kinds = vec![kind]);
                }
            }
        }
    });
}

fn filters_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run, index: &ErrorIndex) {
    let filter = panel.session.evaluating.filter.clone();
    ui.horizontal_wrapped(|ui| {
        let class_name = |class: Option<u16>, any: &'static str| {
            class
                .and_then(|class| run.cases.classes.get(usize::from(class)))
                .map_or(any.to_owned(), ToString::to_string)
        };
        let class_menu = |ui: &mut Ui, name: &'static str, any: &'static str, now: Option<u16>| {
            let menu = ComboBox::from_id_salt(name).selected_text(class_name(now, any)).width(170.0);
            let mut chosen = None;
            let response = menu.show_ui(ui, |ui| {
                for class in std::iter::once(None).chain((0..run.cases.classes.len() as u16).map(Some)) {
                    if ui.selectable_label(now == class, class_name(class, any)).clicked() {
                        chosen = Some(class);
                    }
                }
            });
            response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, name));
            chosen
        };
        if let Some(class) = class_menu(ui, tr("Class"), tr("Any class"), filter.class) {
            show(panel, |filter| filter.class = class);
        }
        let has_confusions = panel.session.evaluating.errors.shown.counts[ErrorKind::Confusion as usize] > 0;
        if (has_confusions || filter.answered.is_some())
            && let Some(answered) = class_menu(ui, tr("Called"), tr("Called anything"), filter.answered)
        {
            show(panel, |filter| filter.answered = answered);
        }
        slice_menu_ui(ui, panel, index);
        scores_ui(ui, panel, &filter);
        let order = panel.session.evaluating.order;
        let menu = ComboBox::from_id_salt("gallery order").selected_text(tr(order.title())).width(150.0);
        let response = menu.show_ui(ui, |ui| {
            for (one, title) in ErrorOrder::ALL {
                if ui.selectable_label(order == one, tr(title)).clicked() {
                    panel.ask(Command::Evaluate(EvaluateCommand::Order(one)));
                }
            }
        });
        response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Order")));
        let num = panel.session.evaluating.errors.shown.places.len();
        ui.label(RichText::new(tr_args("{} items", &[&num])).color(theme::weak()));
    });
}

fn slice_menu_ui(ui: &mut Ui, panel: &mut Panel<'_>, index: &ErrorIndex) {
    let slice = panel.session.evaluating.filter.slice.clone();
    let text = slice.as_ref().map_or_else(|| tr("All slices").to_owned(), |(by, name)| format!("{by}: {name}"));
    let menu = ComboBox::from_id_salt("gallery slice").selected_text(text).width(160.0);
    let response = menu.show_ui(ui, |ui| {
        if ui.selectable_label(slice.is_none(), tr("All slices")).clicked() {
            show(panel, |filter| filter.slice = None);
        }
        for (by, names) in index.items.slices() {
            for name in names {
                let is_on = slice.as_ref().is_some_and(|(own, other)| own == by && other == name);
                if ui.selectable_label(is_on, format!("{by}: {name}")).clicked() {
                    show(panel, |filter| filter.slice = Some((by.to_owned(), name.to_owned())));
                }
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Slice")));
}

/// From and to which score.
fn scores_ui(ui: &mut Ui, panel: &mut Panel<'_>, filter: &ErrorFilter) {
    let [mut from, mut to] = filter.scores.unwrap_or([0.0, 1.0]);
    ui.label(RichText::new(tr("Score")).color(theme::weak()));
    let mut is_changed = false;
    for (value, name) in [(&mut from, tr("Score from")), (&mut to, tr("Score to"))] {
        let response = ui.add(egui::DragValue::new(value).speed(0.01).range(0.0..=1.0).fixed_decimals(2));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, name));
        is_changed |= response.changed();
    }
    if is_changed {
        let scores = ((from, to) != (0.0, 1.0)).then_some([from, to.max(from)]);
        show(panel, |filter| filter.scores = scores);
    }
}

fn card_id(place: usize) -> Id {
    Id::unique(("gallery card", place))
}

fn grid_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run, index: &ErrorIndex) {
    let num = panel.session.evaluating.errors.shown.places.len();
    let width = ui.available_width() - 14.0;
    let columns = (((width + GAP) / (CROP + GAP)) as usize).max(1);
    let side = ((width - GAP * (columns - 1) as f32) / columns as f32).floor();
    let row_height = side + TEXT;
    let num_rows = num.div_ceil(columns);
    let visible_rows = ((ui.available_height() / (row_height + GAP)) as usize).max(1);
    go_back_to_card(panel);
    keys(ui, panel, num, columns, visible_rows);
    let state = &panel.state.gallery;
    let (cursor, wants_focus) = (state.cursor.min(num - 1), state.wants_focus);
    ui.spacing_mut().item_spacing.y = GAP;
    let mut area = ScrollArea::vertical().id_salt("gallery").auto_shrink(false);
    if wants_focus {
        // Its row in the middle.
        let above = (ui.available_height() - row_height).max(0.0) / 2.0;
        let offset = (cursor / columns) as f32 * (row_height + GAP) - above;
        area = area.vertical_scroll_offset(offset.clamp(0.0, num_rows as f32 * (row_height + GAP)));
    }
    let mut films_seen = Vec::new();
    area.show_rows(ui, row_height, num_rows, |ui, rows| {
        for row in rows {
            let (rect, _) = ui.allocate_exact_size(Vec2::new(width, row_height), Sense::hover());
            for column in 0..columns {
                let place = row * columns + column;
                if place >= num {
                    break;
                }
                let min = rect.min + Vec2::new(column as f32 * (side + GAP), 0.0);
                let card = Rect::from_min_size(min, Vec2::new(side, row_height));
                let item = index.items.item(&run.cases, panel.session.evaluating.errors.shown.places[place]);
                if card_ui(ui, panel, run, card, place, &item) {
                    films_seen.push(item.film);
                }
            }
        }
    });
    if wants_focus {
        panel.state.gallery.wants_focus = false;
        ui.memory_mut(|memory| memory.request_focus(card_id(cursor)));
    }
    films_seen.retain(|film| !panel.session.is_noted(*film));
    films_seen.dedup();
    if !films_seen.is_empty() {
        panel.ask(Command::Evaluate(EvaluateCommand::SawCrops(films_seen)));
    }
}

/// Coming back from a film, its card has the keyboard.
fn go_back_to_card(panel: &mut Panel<'_>) {
    let desk = &panel.session.evaluating;
    let looked_at = desk.looked_at.filter(|_| desk.errors.list == ErrorList::Gallery);
    let state = &mut panel.state.gallery;
    if state.came_from != looked_at {
        state.came_from = looked_at;
        if let Some(place) = looked_at {
            state.cursor = place;
            state.wants_focus = true;
        }
    }
}

/// Arrows go from card to card while one has the keyboard.
fn keys(ui: &Ui, panel: &mut Panel<'_>, num: usize, columns: usize, visible_rows: usize) {
    let state = &mut panel.state.gallery;
    state.cursor = state.cursor.min(num - 1);
    let focused = ui.memory(egui::Memory::focused);
    // Tab or a click may have taken it to another card.
    let near = state.cursor.saturating_sub(200)..(state.cursor + 200).min(num);
    let Some(cursor) = focused.and_then(|id| near.into_iter().find(|place| card_id(*place) == id)) else { return };
    state.cursor = cursor;
    ui.memory_mut(|memory| {
        let filter = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        memory.set_focus_lock_filter(card_id(cursor), filter);
    });
    let events = ui.input(|i| i.events.clone());
    for event in events {
        let Event::Key { key, pressed: true, modifiers, .. } = event else { continue };
        if modifiers.any() {
            continue;
        }
        let at = state.cursor;
        let next = match key {
            Key::ArrowRight => at + 1,
            Key::ArrowLeft => at.saturating_sub(1),
            Key::ArrowDown => at + columns,
            Key::ArrowUp => at.checked_sub(columns).unwrap_or(at),
            Key::PageDown => at + columns * visible_rows,
            Key::PageUp => at.saturating_sub(columns * visible_rows),
            Key::Home => 0,
            Key::End => num - 1,
            _ => continue,
        };
        // Down from the row before the last ends on the last card.
        state.cursor = next.min(num - 1);
        state.wants_focus = true;
    }
}

/// The part of the film around an item; `None`: the whole film.
fn part_of(cases: &Cases, item: &ErrorItem) -> Option<geometry::Rect> {
    let bounds = bounds_of(cases, item)?;
    let side = (bounds.width().max(bounds.height()) * (1.0 + 2.0 * SURROUNDINGS)).max(LEAST_SIDE);
    let [mut x, mut y] = [bounds.center().x - side / 2.0, bounds.center().y - side / 2.0];
    // At an edge of the film the part is moved inward rather than cut, where the film is large enough.
    if let Some([width, height]) = cases.films[item.film as usize].size {
        x = x.min(f64::from(width) - side).max(0.0);
        y = y.min(f64::from(height) - side).max(0.0);
    }
    Some(geometry::Rect::from_corners(Point::new(x, y), Point::new(x + side, y + side)))
}

/// `true` where its crop was shown.
fn card_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run, card: Rect, place: usize, item: &ErrorItem) -> bool {
    let (session, cases) = (panel.session, &run.cases);
    let (film, side) = (&cases.films[item.film as usize], card.width());
    let response = ui.interact(card, card_id(place), Sense::click());
    let text = item_text(run, item);
    let ruling = session.ruling_on(item);
    response.widget_info(|| {
        let verdict = ruling.map_or_else(String::new, |ruling| format!(", {}", verdict_text(ruling.verdict)));
        let name = tr_args("Item {}: {}, film {}", &[&(place + 1), &text, &film.image]);
        WidgetInfo::labeled(egui::Role::Button, true, format!("{name}{verdict}"))
    });
    let window = session.evaluating.errors.windows.get(&film.image).map_or(0, |(number, _)| *number);
    let key = CropKey::new(film.image.clone(), part_of(cases, item), window);
    let painter = ui.painter().with_clip_rect(card.expand(2.0).intersect(ui.clip_rect()));
    let is_open = session.evaluating.looked_at == Some(place);
    let fill = if response.hovered() || is_open { theme::hovered() } else { theme::panel() };
    painter.rect_filled(card, 4.0, fill);
    let frame = Rect::from_min_size(card.min, Vec2::splat(side));
    let painter_of_crop = painter.with_clip_rect(frame.intersect(ui.clip_rect()));
    painter_of_crop.rect_filled(frame, 4.0, theme::CANVAS);
    let color = kind_color(item.kind);
    let is_there = match panel.state.crops.look(&key) {
        Shelved::There(texture, part) => {
            let size = texture.size_vec2();
            let scale = (side / size.x).min(side / size.y);
            let at = Rect::from_center_size(frame.center(), size * scale);
            let whole = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
            painter_of_crop.image(texture.id(), at, whole, theme::UNTINTED);
            boxes_on_crop(&painter_of_crop, cases, item, part, at);
            true
        }
        Shelved::Failed => {
            note(&painter_of_crop, frame, tr("This film can't be shown"));
            false
        }
        Shelved::OnItsWay => {
            note(&painter_of_crop, frame, "…");
            false
        }
    };
    painter.rect_filled(Rect::from_min_size(frame.left_bottom(), Vec2::new(side, 3.0)), 0.0, color);
    let kind = match ruling {
        Some(ruling) => format!("{} · {}", item_kind_text(run, item), verdict_text(ruling.verdict)),
        None => item_kind_text(run, item).to_owned(),
    };
    let class = if item.kind.is_of_film() { film.image.to_string() } else { class_text(cases, item) };
    let mut at = frame.left_bottom() + Vec2::new(6.0, 5.0);
    // The class has two lines, so that what a finding was called is to be read.
    for (text, color, rows) in [(kind, color, 1), (class, theme::text(), 2), (numbers(item), theme::weak(), 1)] {
        let mut job = egui::text::LayoutJob::simple(text, theme::small_font(), color, side - 12.0);
        job.wrap.max_rows = rows;
        let galley = painter.layout_job(job);
        let num_rows = galley.rows.len().max(1);
        painter.galley(at, galley, color);
        at.y += LINE * num_rows as f32;
    }
    if is_open {
        painter.rect_stroke(card, 4.0, Stroke::new(1.5, theme::accent()), StrokeKind::Inside);
    }
    if response.clicked() {
        panel.state.gallery.cursor = place;
        panel.ask(Command::Evaluate(EvaluateCommand::OpenError(place)));
    }
    response.on_hover_text(text);
    is_there
}

fn numbers(item: &ErrorItem) -> String {
    let score = item.score.map(|score| format!("{score:.2}"));
    match (item.kind.is_of_film(), score) {
        (true, Some(score)) => tr_args("p(abnormal) {}", &[&score]),
        (true, None) => String::new(),
        (false, Some(score)) => tr_args("Score {} · IoU {}", &[&score, &format!("{:.2}", item.iou)]),
        (false, None) => tr_args("IoU {}", &[&format!("{:.2}", item.iou)]),
    }
}

fn note(painter: &egui::Painter, frame: Rect, text: &str) {
    painter.text(frame.center(), Align2::CENTER_CENTER, text, theme::small_font(), theme::film::WEAK);
}

/// The truth in one line, the answer dashed.
fn boxes_on_crop(painter: &egui::Painter, cases: &Cases, item: &ErrorItem, part: geometry::Rect, at: Rect) {
    let place = |p: Point| {
        let share = |x: f64, from: f64, size: f64| ((x - from) / size.max(1.0)) as f32;
        let (x, y) = (share(p.x, part.xmin(), part.width()), share(p.y, part.ymin(), part.height()));
        at.min + Vec2::new(x * at.width(), y * at.height())
    };
    let on_crop = |rect: geometry::Rect| Rect::from_two_pos(place(rect.min()), place(rect.max()));
    let color = theme::readable(kind_color(item.kind));
    if let Some(rect) = item.truth.and_then(|truth| cases.truths.rect(truth as usize)) {
        for stroke in [Stroke::new(3.5, theme::HALO), Stroke::new(2.0, color)] {
            painter.rect_stroke(on_crop(rect), 0.0, stroke, StrokeKind::Middle);
        }
    }
    if let Some(rect) = item.detection.and_then(|detection| cases.detections.rect(detection as usize)) {
        let r = on_crop(rect);
        let corners = [r.left_top(), r.right_top(), r.right_bottom(), r.left_bottom(), r.left_top()];
        for stroke in [Stroke::new(3.0, theme::HALO), Stroke::new(1.5, color)] {
            painter.extend(egui::Shape::dashed_line(&corners, stroke, 5.0, 4.0));
        }
    }
}
