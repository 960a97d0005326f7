//! The films of the study and the patient's earlier ones as thumbnails, to click or to drag into a viewport.

use egui::{Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use crate::domain::study::{self, FilmEntry};
use crate::domain::task::TaskState;
use crate::session::{Command, Session};

use super::words::{tr, tr_args, translated};
use super::{Panel, theme};

const THUMBNAIL: Vec2 = Vec2::new(108.0, 132.0);

/// Whether there is another film to choose.
pub(super) fn is_needed(session: &Session) -> bool {
    session.pane.film.as_ref().is_some_and(|film| film.study.len() > 1 || !film.priors.is_empty())
}

pub(super) fn strip_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(film) = &session.pane.film else { return };
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        heading(ui, tr_args("Study, {} films", &[&film.study.len()]));
        for (n, entry) in film.study.iter().enumerate() {
            let name = tr_args("Film {} of the study", &[&(n + 1)]);
            film_ui(ui, panel, &name, entry);
        }
        let mut study = None;
        for entry in &film.priors {
            if study.replace(&entry.facts.study) != Some(&entry.facts.study) {
                heading(ui, prior_heading(film.entry.facts.study_date.as_deref(), entry.facts.study_date.as_deref()));
            }
            film_ui(ui, panel, tr("Prior film"), entry);
        }
    });
}

fn heading(ui: &mut Ui, text: String) {
    ui.label(RichText::new(text).small().color(theme::weak()));
}

/// How long before the study being read: a date would tell more of the patient than a reader needs.
fn prior_heading(read: Option<&str>, prior: Option<&str>) -> String {
    let years = |date: &str| -> Option<f64> {
        let (year, month) = (date.get(..4)?.parse::<f64>().ok()?, date.get(4..6)?.parse::<f64>().ok()?);
        Some(year + month / 12.0)
    };
    let (Some(read), Some(prior)) = (read.and_then(years), prior.and_then(years)) else {
        return tr("Another study").to_owned();
    };
    let apart = (read - prior).abs();
    let (months, years) = ((apart * 12.0).round(), apart.round());
    match (apart < 1.95, prior <= read) {
        (true, true) => tr_args("{} months before", &[&months]),
        (true, false) => tr_args("{} months later", &[&months]),
        (false, true) => tr_args("{} years before", &[&years]),
        (false, false) => tr_args("{} years later", &[&years]),
    }
}

/// A click opens the film; dragged into a viewport it is shown there.
fn film_ui(ui: &mut Ui, panel: &mut Panel<'_>, name: &str, entry: &FilmEntry) {
    let image = &entry.facts.image;
    let is_current = panel.session.pane.film.as_ref().is_some_and(|film| film.image() == image);
    let is_shown = panel.session.is_shown(image);
    if thumbnail_ui(ui, panel, name, entry, (is_current, is_shown)) {
        panel.ask(Command::OpenFilm(image.clone()));
    }
}

fn thumbnail_ui(
    ui: &mut Ui,
    panel: &Panel<'_>,
    name: &str,
    entry: &FilmEntry,
    (is_current, is_shown): (bool, bool),
) -> bool {
    let (rect, response) = ui.allocate_exact_size(THUMBNAIL, Sense::click_and_drag());
    response.dnd_set_drag_payload(entry.facts.image.clone());
    let view = view_name(entry, panel.session.is_blind());
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, is_current, format!("{name}, {view}")));
    let painter = ui.painter();
    painter.rect_filled(rect, 3.0, theme::CANVAS);
    if let Some(texture) = panel.state.thumbnails.get(&entry.facts.image) {
        let size = texture.size_vec2();
        let inner = rect.shrink(3.0);
        let scale = (inner.width() / size.x).min(inner.height() / size.y);
        let uv = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
        painter.image(texture.id(), Rect::from_center_size(rect.center(), size * scale), uv, theme::UNTINTED);
    }
    let color = if is_current {
        theme::accent()
    } else if is_shown {
        theme::accent_dim()
    } else if response.hovered() {
        theme::weak()
    } else {
        theme::line()
    };
    painter.rect_stroke(
        rect,
        3.0,
        Stroke::new(if is_current || is_shown { 2.0 } else { 1.0 }, color),
        StrokeKind::Inside,
    );
    let state = panel.session.worklist.row(&entry.facts.image).map(|row| row.state);
    let text = if state == Some(TaskState::Completed) { format!("{view}  {}", tr("done")) } else { view };
    ui.label(RichText::new(text).small().color(if is_current { theme::strong() } else { theme::weak() }));
    ui.add_space(theme::UNIT);
    response.clicked()
}

/// As the worklist names it.
fn view_name(entry: &FilmEntry, is_blind: bool) -> String {
    let facts = &entry.facts;
    let view = study::view_name(facts.view_position.as_deref(), facts.series_description.as_deref(), is_blind);
    view.map_or_else(|| tr("film").to_owned(), |view| translated(view).into_owned())
}
