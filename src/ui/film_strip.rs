//! The films of the study, side by side as thumbnails.

use egui::{Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use crate::domain::study::FilmEntry;
use crate::domain::task::TaskState;
use crate::session::Command;

use super::{Panel, theme};

const THUMBNAIL: Vec2 = Vec2::new(108.0, 132.0);

pub(super) fn strip_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(film) = &panel.session.film else { return };
    ui.label(RichText::new(format!("Study, {} films", film.study.len())).small().color(theme::WEAK));
    let (study, current) = (&film.study, film.image());
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for (n, entry) in study.iter().enumerate() {
            let is_current = entry.facts.image == *current;
            if thumbnail_ui(ui, panel, n, entry, is_current) {
                panel.ask(Command::OpenFilm(entry.facts.image.clone()));
            }
        }
    });
}

fn thumbnail_ui(ui: &mut Ui, panel: &Panel<'_>, n: usize, entry: &FilmEntry, is_current: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(THUMBNAIL, Sense::click());
    let view = view_name(entry);
    response.widget_info(|| {
        WidgetInfo::selected(egui::Role::Button, true, is_current, format!("Film {} of the study, {view}", n + 1))
    });
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
        theme::ACCENT
    } else if response.hovered() {
        theme::WEAK
    } else {
        theme::LINE
    };
    painter.rect_stroke(rect, 3.0, Stroke::new(if is_current { 2.0 } else { 1.0 }, color), StrokeKind::Inside);
    let state = panel.session.worklist.row(&entry.facts.image).map(|row| row.state);
    let text = if state == Some(TaskState::Completed) { format!("{view}  done") } else { view };
    ui.label(RichText::new(text).small().color(if is_current { theme::STRONG } else { theme::WEAK }));
    ui.add_space(theme::UNIT);
    response.clicked()
}

/// View position, else series description, else the file's number.
pub(super) fn view_name(entry: &FilmEntry) -> String {
    let facts = &entry.facts;
    let view = facts.view_position.clone().or_else(|| facts.series_description.clone());
    view.filter(|v| !v.is_empty()).unwrap_or_else(|| "film".to_owned())
}
