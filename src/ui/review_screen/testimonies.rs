//! What each reader said of a film under review, whether or not they drew anything on it.

use egui::{Color32, RichText, Ui, Vec2, WidgetInfo};

use crate::domain::adjudication::{By, Document, Testimony};
use crate::domain::label::ABNORMAL;
use crate::session::team::Seen;

use super::super::words::{tr, tr_args};
use super::super::{Panel, kit, theme, unfit_menu};
use super::list::swatch_ui;
use super::words::reader_name;

/// One line a reader; all of them have completed the film, or it could not be reviewed.
pub(super) fn testimonies_ui(ui: &mut Ui, panel: &Panel<'_>, document: &Document) {
    let readers = document.case().readers();
    let title = match readers.len() {
        1 => tr("1 reader, done").to_owned(),
        num => tr_args("{} readers, all done", &[&num]),
    };
    kit::section_title(ui, &title);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(6.0, 2.0);
        ui.spacing_mut().interact_size.y = 17.0;
        for (place, testimony) in readers.iter().enumerate() {
            let (text, color) = said(document, testimony);
            let name = reader_name(panel.session, place);
            let line = ui.horizontal(|ui| {
                swatch_ui(ui, Seen::Reader(place), true);
                ui.label(RichText::new(&name).color(theme::strong()));
                ui.add(egui::Label::new(RichText::new(&text).color(color)).truncate());
            });
            let whole = tr_args("Reader {}: {}", &[&name, &text]);
            line.response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &whole));
        }
    });
}

/// Normal, abnormal or unfit, and how many findings.
fn said(document: &Document, testimony: &Testimony) -> (String, Color32) {
    if let Some(unfit) = testimony.unfit {
        return (tr_args("Unfit to be read: {}", &[&unfit_menu::reason_text(unfit)]), theme::warn());
    }
    if testimony.has_no_finding {
        return (tr("No finding").to_owned(), theme::good());
    }
    let by = By::Reader(testimony.reader.clone());
    let num_marks = document.case().sources().iter().filter(|source| source.by == by).count();
    let marks = match num_marks {
        0 => String::new(),
        1 => tr("1 finding").to_owned(),
        num => tr_args("{} findings", &[&num]),
    };
    let present = testimony
        .labels
        .present()
        .map(|label| if label.as_str() == ABNORMAL { tr("Abnormal") } else { label.as_str() });
    let parts: Vec<&str> = std::iter::once(marks.as_str()).filter(|part| !part.is_empty()).chain(present).collect();
    if parts.is_empty() {
        return (tr("nothing marked").to_owned(), theme::weak());
    }
    (parts.join(" · "), theme::text())
}
