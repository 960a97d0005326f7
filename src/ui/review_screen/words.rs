//! How readers, findings and answers are called on the review screen, and the colour of each reader.

use egui::Color32;

use crate::domain::adjudication::{Finding, Outcome};
use crate::domain::presence::Presence;
use crate::session::Session;
use crate::session::team::Seen;
use crate::ui::theme;
use crate::ui::words::{tr, tr_args};

/// A, B, C in the order of the film's readers; their ids where names are shown.
pub(in crate::ui) fn reader_name(session: &Session, place: usize) -> String {
    let desk = &session.team.reviewing;
    let readers = desk.document().map(|document| document.case().readers()).unwrap_or_default();
    match readers.get(place).filter(|_| desk.shows_names) {
        Some(testimony) => testimony.reader.to_string(),
        None => letter(place),
    }
}

/// A to Z, then A2, B2 …
fn letter(place: usize) -> String {
    let letter = char::from(b'A' + (place % 26) as u8);
    if place < 26 { letter.to_string() } else { format!("{letter}{}", place / 26 + 1) }
}

pub(in crate::ui) fn seen_text(session: &Session, who: Seen) -> String {
    match who {
        Seen::Reader(place) => reader_name(session, place),
        Seen::Model => tr("Model").to_owned(),
        Seen::Reviewer => tr("Reviewer").to_owned(),
    }
}

/// On the film, whose ground is black in both themes.
pub(in crate::ui) const fn color_on_film(who: Seen) -> Color32 {
    match who {
        Seen::Reader(place) => theme::film::reader(place),
        Seen::Model => theme::film::TEXT,
        Seen::Reviewer => theme::film::STRONG,
    }
}

pub(super) fn standing_text(finding: &Finding, waits: bool) -> (&'static str, Color32) {
    match finding.ruling().map(|ruling| &ruling.outcome) {
        Some(Outcome::Kept { .. }) => (tr("settled"), theme::good()),
        Some(Outcome::Rejected) => (tr("rejected"), theme::weak()),
        None if waits => (tr("sent back"), theme::warn()),
        None => (tr("open"), theme::strong()),
    }
}

/// "seen by 2 of 3".
pub(super) fn seen_by_text(finding: &Finding) -> String {
    if finding.is_model_only() {
        return tr("model only").to_owned();
    }
    if finding.is_added() {
        return tr("added in review").to_owned();
    }
    let (num_saw, num_missed) = (finding.saw().len(), finding.missed().len());
    tr_args("seen by {} of {}", &[&num_saw, &(num_saw + num_missed)])
}

pub(super) fn presence_text(presence: Option<Presence>) -> &'static str {
    match presence {
        Some(Presence::Present) => tr("present"),
        Some(Presence::Absent) => tr("absent"),
        Some(Presence::Unsure) => tr("unsure"),
        None => tr("nothing"),
    }
}

/// Where it lies: its level where somebody said it, else the patient's side and the third of the film. Many findings of a
/// spine are called the same.
pub(in crate::ui) fn place_text(session: &Session, finding: &Finding) -> String {
    let film = session.pane.film.as_ref();
    let film = film.filter(|film| session.team.reviewing.image.as_ref() == Some(film.image()));
    let (attributes, shape) = match finding.ruling().map(|ruling| &ruling.outcome) {
        Some(Outcome::Kept { attributes, shape, .. }) => (attributes, shape),
        _ => (&finding.proposal().attributes, &finding.proposal().shape),
    };
    let mut parts: Vec<String> = attributes.level.iter().map(ToString::to_string).collect();
    if let Some(film) = film {
        let (size, center) = (film.size(), shape.bounds().center());
        let across = center.x / size.width.max(1.0);
        let [_, right, _, left] = film
            .film()
            .and_then(|picture| picture.facts.orientation.as_ref())
            .map_or([const { None }; 4], |orientation| orientation.edge_letters(0, false));
        let is_in_middle = (across - 0.5).abs() < 0.03;
        parts.extend(if across < 0.5 { left } else { right }.filter(|_| !is_in_middle));
        if attributes.level.is_none() {
            let thirds = [tr("upper third"), tr("middle third"), tr("lower third")];
            let third = (center.y / size.height.max(1.0) * 3.0).clamp(0.0, 2.0) as usize;
            parts.push(thirds[third].to_owned());
        }
    }
    parts.join(", ")
}
