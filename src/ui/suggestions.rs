//! What models say of the film, beside it: their estimate, their suggestions one by one, and what became of them.

use egui::{Align, Align2, Layout, RichText, ScrollArea, Sense, Stroke, Ui, Vec2, WidgetInfo};

use crate::domain::annotation::Annotation;
use crate::domain::fusion::is_abnormal;
use crate::domain::suggestion::{Fate, Suggestion};
use crate::session::{Command, EngineState, NUM_STEPS, OpenFilm, Session, SuggestCommand, WhyHidden};

use super::words::{tr, tr_args, translated};
use super::{Panel, kit, overlay, theme};

/// Lines of suggestions in sight; the list keeps its height while they are decided.
const MOST_ROWS: usize = 3;
const BAR_HEIGHT: f32 = 12.0;
const SMALL_ROW: f32 = 18.0;

/// Nothing where the project shows readers nothing of models.
pub(super) fn suggestions_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let session = panel.session;
    match session.why_models_hidden(film) {
        Some(WhyHidden::NoModel | WhyHidden::Off | WhyHidden::Reference) => return,
        Some(WhyHidden::UntilCompleted) => {
            kit::section(ui, tr("Suggestions"));
            weak(ui, tr("Hidden until you have completed the film: first comes your own reading."));
            return;
        }
        None => {}
    }
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        kit::section_title(ui, tr("Suggestions"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().button_padding = Vec2::new(6.0, 2.0);
            let (heat, shown) =
                (Command::Suggest(SuggestCommand::ToggleHeat), Command::Suggest(SuggestCommand::ToggleShown));
            kit::toggle_button(ui, panel, &heat, tr("Heat map"), heat.is_on(session));
            kit::toggle_button(ui, panel, &shown, tr("Boxes"), shown.is_on(session));
        });
    });
    weak(ui, &models_text(session));
    estimate_ui(ui, session, film);
    opacity_ui(ui, panel, film);
    if let Some(text) = state_text(session, film) {
        weak(ui, &text);
    }
    if film.suggesting.suggestions.is_empty() {
        if film.suggesting.is_loaded && film.suggesting.num_missing(&session.models) == 0 {
            let has_detector = session.models.pipeline.detector.is_some();
            if has_detector {
                weak(ui, tr("No suggestion on this film."));
            }
        }
        return;
    }
    if !session.advice.is_hidden {
        slider_ui(ui, panel, film);
        list_ui(ui, panel, film);
    }
    provenance_ui(ui, session, film);
}

fn weak(ui: &mut Ui, text: &str) {
    let label = egui::Label::new(RichText::new(text).small().color(theme::weak())).wrap();
    ui.add(label);
}

/// "spine-detector v2 · spine-classifier v1".
fn models_text(session: &Session) -> String {
    let pipeline = &session.models.pipeline;
    let ids = [pipeline.detector, pipeline.classifier].into_iter().flatten();
    ids.filter_map(|id| session.model_name(id)).collect::<Vec<_>>().join(" · ")
}

/// Why there is no whole answer; nothing where there is one.
fn state_text(session: &Session, film: &OpenFilm) -> Option<String> {
    let suggesting = &film.suggesting;
    if suggesting.is_loaded && suggesting.num_missing(&session.models) == 0 {
        return None;
    }
    Some(match &session.engine {
        EngineState::Absent { .. } => {
            tr("No answer: the learning engine is not installed. The Models page says how to get it.").to_owned()
        }
        EngineState::Crashed { message } => tr_args("No answer: {}", &[&translated(message)]),
        _ if !suggesting.is_loaded || suggesting.num_awaited > 0 => tr("The model is looking at the film…").to_owned(),
        _ => tr("No answer for this film yet.").to_owned(),
    })
}

/// The classifier's probability as a bar, with the operating point as a line on it.
fn estimate_ui(ui: &mut Ui, session: &Session, film: &OpenFilm) {
    let Some(probability) = film.suggesting.probability else { return };
    let threshold = session.models.pipeline.threshold;
    let word = if is_abnormal(probability, threshold) { tr("abnormal") } else { tr("normal") };
    let text = tr_args("Estimate p(abnormal) {}: {}", &[&format!("{probability:.2}"), &word]);
    ui.horizontal(|ui| {
        ui.label(RichText::new(&text).color(theme::text()));
        let width = ui.available_width().max(40.0);
        let (rect, response) = ui.allocate_exact_size(Vec2::new(width, BAR_HEIGHT), Sense::hover());
        let painter = ui.painter();
        painter.rect_filled(rect, 3.0, theme::window());
        let mut filled = rect;
        filled.set_width(rect.width() * probability.clamp(0.0, 1.0) as f32);
        painter.rect_filled(filled, 3.0, theme::accent());
        let x = rect.left() + rect.width() * threshold as f32;
        painter.vline(x, rect.y_range().expand(2.0), Stroke::new(2.0, theme::strong()));
        response.on_hover_text(tr_args(
            "The classifier's probability that the film is abnormal; from {} on, the line, it says abnormal. An estimate, no diagnosis.",
            &[&format!("{threshold:.2}")],
        ));
    });
}

/// How strong the heat map is, while it is on.
fn opacity_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    if panel.session.shown_heat(film).is_none() {
        return;
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new(tr("Strength of the heat map")).small().color(theme::weak()));
        let mut opacity = panel.session.advice.heat_opacity;
        ui.spacing_mut().slider_width = ui.available_width() - 8.0;
        let response = ui.add(egui::Slider::new(&mut opacity, 0.05..=0.7).show_value(false));
        response.widget_info(|| WidgetInfo::slider(true, f64::from(opacity), tr("Strength of the heat map")));
        if response.changed() {
            panel.ask(Command::Suggest(SuggestCommand::HeatOpacity(opacity)));
        }
    });
}

/// The least score that is shown, and how many it hides.
fn slider_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let session = panel.session;
    let score = session.min_score();
    let pending = || film.suggesting.all().filter(|(_, fate)| *fate == Fate::Pending);
    let num_shown = pending().filter(|(one, _)| one.score >= score).count();
    let num_hidden = pending().count() - num_shown;
    ui.horizontal(|ui| {
        let text = tr_args("Score from {}", &[&format!("{score:.2}")]);
        ui.label(RichText::new(text).small().color(theme::weak()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let counts = tr_args("{} shown, {} hidden", &[&num_shown, &num_hidden]);
            ui.label(RichText::new(counts).small().color(theme::weak()));
            ui.spacing_mut().slider_width = (ui.available_width() - 8.0).max(40.0);
            // Whole steps: a slider that goes by 0.05 makes 0.3 to a hair more, and tells of that in every frame.
            let mut step = (score * NUM_STEPS).round() as i32;
            let response = ui.add(egui::Slider::new(&mut step, 0..=NUM_STEPS as i32).show_value(false));
            response.widget_info(|| WidgetInfo::slider(true, score, tr("Least score shown")));
            let response = response.on_hover_text(format!(
                "{}  [{} {}]",
                tr("Suggestions under this score are not shown and not asked about"),
                kit::shortcut(session, &Command::Suggest(SuggestCommand::ScoreDown)),
                kit::shortcut(session, &Command::Suggest(SuggestCommand::ScoreUp)),
            ));
            if response.changed() {
                panel.ask(Command::Suggest(SuggestCommand::MinScore(f64::from(step) / NUM_STEPS)));
            }
        });
    });
}

fn list_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let session = panel.session;
    let least = session.min_score();
    let in_sight = |fate: Fate| {
        film.suggesting.all().filter(move |(one, own)| *own == fate && one.score >= least).map(|(one, _)| one)
    };
    // What was turned down stays below, to be taken back.
    let rows: Vec<(&Suggestion, bool)> = in_sight(Fate::Pending)
        .map(|one| (one, false))
        .chain(in_sight(Fate::Rejected).map(|one| (one, true)))
        .collect();
    let num_rows = film.suggesting.suggestions.len().min(MOST_ROWS) as f32;
    let height = num_rows * (theme::row_height() + 1.0);
    let (_, place) = ui.allocate_space(Vec2::new(ui.available_width(), height));
    let mut list = ui.new_child(egui::UiBuilder::new().max_rect(place));
    list.spacing_mut().item_spacing.y = 1.0;
    let mut hovered = None;
    let area = ScrollArea::vertical().id_salt("suggestions list").auto_shrink(false);
    area.show_rows(&mut list, theme::row_height(), rows.len(), |ui, range| {
        for (one, is_rejected) in &rows[range] {
            if row_ui(ui, panel, film, one, *is_rejected) {
                hovered = Some(one.key);
            }
        }
    });
    if hovered != film.suggesting.hovered {
        panel.ask(Command::Suggest(SuggestCommand::Hover(hovered)));
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().button_padding = Vec2::new(6.0, 3.0);
        ui.spacing_mut().item_spacing.x = theme::UNIT;
        let all = Command::Suggest(SuggestCommand::AcceptAll);
        kit::titled_button(ui, panel, &all, Some(tr("Accept all")));
        kit::key_cap(ui, &kit::shortcut(session, &all));
        let focus = film.suggesting.focus().is_some();
        for (command, text) in [(SuggestCommand::Accept, tr("accept")), (SuggestCommand::Reject, tr("reject"))] {
            let keys = kit::shortcut(session, &Command::Suggest(command));
            kit::key_cap(ui, &keys);
            let color = if focus { theme::text() } else { theme::weak() };
            ui.label(RichText::new(text).small().color(color));
        }
    });
}

/// Whether the pointer is over it.
fn row_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm, one: &Suggestion, is_rejected: bool) -> bool {
    let (_, rect) = ui.allocate_space(Vec2::new(ui.available_width(), theme::row_height()));
    let is_focused = film.suggesting.focused.contains(&one.key);
    let name = format!("{} {:.2}", one.label, one.score);
    let id = ui.scope_id().with(("suggestion", one.key.model.0, one.key.number));
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| {
        let text =
            if is_rejected { tr_args("Rejected suggestion {}", &[&name]) } else { tr_args("Suggestion {}", &[&name]) };
        WidgetInfo::selected(egui::Role::ListItem, true, is_focused, text)
    });
    let is_hovered = response.contains_pointer();
    let fill = match (is_focused, is_hovered) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    if response.clicked() && !is_rejected {
        panel.ask(Command::Suggest(SuggestCommand::FocusOn(one.key)));
    }
    let mut row = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(Vec2::new(8.0, 2.0))));
    row.horizontal_centered(|ui| {
        dashed_swatch(ui, overlay::color_of(panel.session, &one.label));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0 * theme::UNIT;
            ui.spacing_mut().button_padding = Vec2::new(4.0, 1.0);
            if is_rejected {
                let text = (tr("take back"), tr_args("Take the rejection of {} back", &[&name]));
                small_button(ui, panel, text, SuggestCommand::Restore(one.key));
            } else {
                ui.spacing_mut().item_spacing.x = theme::UNIT;
                let (reject, accept) = (tr_args("Reject {}", &[&name]), tr_args("Accept {}", &[&name]));
                sign_button(ui, panel, (CROSS, &reject), SuggestCommand::RejectThis(one.key));
                sign_button(ui, panel, (TICK, &accept), SuggestCommand::AcceptThis(one.key));
            }
            ui.label(RichText::new(format!("{:.2}", one.score)).color(theme::text()));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let mut text = RichText::new(one.label.as_str());
                text =
                    if is_rejected { text.color(theme::weak()).strikethrough() } else { text.color(theme::strong()) };
                ui.add(egui::Label::new(text).selectable(false).truncate());
            });
        });
    });
    is_hovered
}

fn small_button(ui: &mut Ui, panel: &mut Panel<'_>, (text, spoken): (&str, String), command: SuggestCommand) {
    let response = ui.add(egui::Button::new(RichText::new(text).small().color(theme::strong())).small());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &spoken));
    if response.on_hover_text(&spoken).clicked() {
        panel.ask(Command::Suggest(command));
    }
}

/// Strokes of a sign in a square of one, from its middle.
type Sign = &'static [&'static [[f32; 2]]];
const TICK: Sign = &[&[[-0.5, 0.0], [-0.15, 0.35], [0.5, -0.4]]];
const CROSS: Sign = &[&[[-0.38, -0.38], [0.38, 0.38]], &[[-0.38, 0.38], [0.38, -0.38]]];

/// A button with a drawn sign: short, so that the label beside it is read whole.
fn sign_button(ui: &mut Ui, panel: &mut Panel<'_>, (sign, spoken): (Sign, &str), command: SuggestCommand) {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(24.0, 20.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, spoken));
    let visuals = ui.style().interact(&response);
    let stroke = Stroke::new(1.5, visuals.fg_stroke.color);
    ui.painter().rect_filled(rect, 4.0, visuals.weak_bg_fill);
    for line in sign {
        let points = line.iter().map(|&[x, y]| rect.center() + Vec2::new(x, y) * SIGN).collect();
        ui.painter().add(egui::Shape::line(points, stroke));
    }
    if response.on_hover_text(spoken).clicked() {
        panel.ask(Command::Suggest(command));
    }
}

/// Side of the square of a sign.
const SIGN: f32 = 11.0;

/// The square of a label's colour, broken as the box on the film is.
fn dashed_swatch(ui: &mut Ui, color: egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(10.0, 14.0), Sense::hover());
    let rect = rect.shrink2(Vec2::new(0.5, 2.0));
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    ui.painter().extend(egui::Shape::dashed_line(&corners, Stroke::new(1.5, color), 3.0, 2.0));
}

/// What became of the suggestions so far.
fn provenance_ui(ui: &mut Ui, session: &Session, film: &OpenFilm) {
    let sum = film.suggesting.provenance;
    // Of those under the slider nobody was asked.
    let num_pending = session.shown_suggestions(film).len();
    let iou = format!("{:.2}", sum.mean_iou.unwrap_or(0.0));
    let parts = [
        (sum.num_accepted, tr_args("{} accepted", &[&sum.num_accepted])),
        (sum.num_adjusted, tr_args("{} adjusted (mean IoU {})", &[&sum.num_adjusted, &iou])),
        (sum.num_rejected, tr_args("{} rejected", &[&sum.num_rejected])),
        (sum.num_matched, tr_args("{} marked alike", &[&sum.num_matched])),
        (sum.num_drawn, tr_args("{} drawn anew", &[&sum.num_drawn])),
        (num_pending, tr_args("{} undecided", &[&num_pending])),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|(num, _)| *num > 0).map(|(_, text)| text).collect();
    weak(ui, &parts.join(", "));
}

/// Where the selected finding came from; its place is kept where findings can come from models.
pub(super) fn origin_ui(ui: &mut Ui, panel: &Panel<'_>, film: &OpenFilm) {
    let session = panel.session;
    let text = film.selected().and_then(|mark| origin_text(session, film, mark));
    if text.is_none() && session.why_models_hidden(film).is_some() {
        return;
    }
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), SMALL_ROW), Sense::hover());
    let Some(text) = text else { return };
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &text));
    ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, &text, theme::small_font(), theme::weak());
}

/// "From spine-detector v2, adjusted (IoU 0.87)"; `None` for a mark of the reader's own.
pub(super) fn origin_text(session: &Session, film: &OpenFilm, mark: &Annotation) -> Option<String> {
    let (model, fate) = session.origin_of(film, mark)?;
    let name = session.model_name(model).unwrap_or_else(|| format!("#{}", model.0));
    Some(match fate {
        Some(Fate::AcceptedAsIs { .. }) => tr_args("From {}, as it was", &[&name]),
        Some(Fate::Adjusted { iou, is_relabelled: false, .. }) => {
            tr_args("From {}, adjusted (IoU {})", &[&name, &format!("{iou:.2}")])
        }
        Some(Fate::Adjusted { iou, .. }) => tr_args("From {}, relabelled (IoU {})", &[&name, &format!("{iou:.2}")]),
        _ => tr_args("From {}", &[&name]),
    })
}

/// Suggestions that a film to be completed leaves undecided.
pub(super) fn pending_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    kit::set_dialog_width(ui, 400.0);
    let session = panel.session;
    let Some(film) = &session.pane.film else { return };
    let pending = session.shown_suggestions(film);
    let what = match pending.len() {
        1 => tr("The detector suggests a finding that you neither marked nor rejected:").to_owned(),
        n => tr_args("The detector suggests {} findings that you neither marked nor rejected:", &[&n]),
    };
    ui.label(what);
    let height = ui.ctx().content_rect().height() * 0.4;
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        for one in &pending {
            ui.horizontal(|ui| {
                dashed_swatch(ui, overlay::color_of(session, &one.label));
                ui.label(RichText::new(one.label.as_str()).color(theme::strong()));
                ui.label(RichText::new(format!("{:.2}", one.score)).color(theme::weak()));
            });
        }
    });
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        if ui.button(tr("Complete all the same")).clicked() {
            panel.ask(Command::Confirm);
        }
        if ui.button(tr("Look at them")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
    ui.label(RichText::new(tr("Enter completes, Escape goes to the first of them")).small().color(theme::weak()));
}
