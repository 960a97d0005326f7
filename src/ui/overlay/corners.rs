//! The facts in the corners of a viewport: study, patient, window and what is under the pointer.

use egui::{Align2, Color32, Painter, Pos2, Rect, Vec2};

use crate::domain::imaging::{Enhancement, Laterality, Pixels, Voi, VoiFunction};
use crate::domain::study::Sex;
use crate::session::{OpenFilm, Pane, Session};

use super::chain_line::chain_line;
use super::planes::is_hidden;
use super::shaded_text;
use crate::ui::UiState;
use crate::ui::theme;
use crate::ui::words::{tr, tr_args, translated};

pub(super) fn corners_ui(
    painter: &Painter,
    (session, state): (&Session, &UiState),
    pane: &Pane,
    film: &OpenFilm,
    canvas: Rect,
) {
    let inner = canvas.shrink(10.0);
    lines(painter, inner.left_top(), Align2::LEFT_TOP, &study_lines(session, film));
    lines(painter, inner.right_top(), Align2::RIGHT_TOP, &[plain(patient_line(film))]);
    let is_wide = canvas.width() >= theme::WIDE_VIEWPORT;
    let chain = is_wide.then(|| plain(chain_line(session, state, pane, film)));
    let left_bottom: Vec<_> = chain.into_iter().chain(window_lines(session, state, pane, film)).collect();
    lines(painter, inner.left_bottom(), Align2::LEFT_BOTTOM, &left_bottom);
    lines(painter, inner.right_bottom(), Align2::RIGHT_BOTTOM, &[plain(cursor_line(film))]);
}

fn plain(text: String) -> (String, Color32) {
    (text, theme::film::TEXT)
}

fn lines(painter: &Painter, at: Pos2, anchor: Align2, texts: &[(String, Color32)]) {
    let texts: Vec<_> = texts.iter().filter(|(text, _)| !text.is_empty()).collect();
    let line = theme::OVERLAY_TEXT + 5.0;
    let is_bottom = anchor.y() == egui::Align::Max;
    for (i, (text, color)) in texts.iter().enumerate() {
        let row = if is_bottom { -((texts.len() - 1 - i) as f32) } else { i as f32 };
        shaded_text(painter, at + Vec2::new(0.0, row * line), anchor, text, *color);
    }
}

fn study_lines(session: &Session, film: &OpenFilm) -> Vec<(String, Color32)> {
    let facts = &film.entry.facts;
    let side = film.film().and_then(|picture| picture.facts.laterality).and_then(Laterality::marker);
    let view = [facts.body_part.as_deref(), facts.view_position.as_deref(), side].into_iter().flatten();
    let frames = if facts.num_frames > 1 {
        tr_args("Frame {} of {}", &[&(film.frame + 1), &facts.num_frames])
    } else {
        String::new()
    };
    let is_left_out = film.film().is_some_and(|film| film.facts.overlays.iter().any(|plane| is_hidden(session, plane)));
    let left_out = if is_left_out { tr("overlay hidden").to_owned() } else { String::new() };
    let view = view.collect::<Vec<_>>().join("  ");
    vec![plain(view), plain(frames), (lossy_line(film), theme::film::WARN), (left_out, theme::film::WEAK)]
}

/// What was lost on the way: a reader must know before judging fine structure.
fn lossy_line(film: &OpenFilm) -> String {
    let compression = film.film().and_then(|picture| picture.facts.compression.as_ref());
    match compression {
        Some(compression) => {
            let method = compression.method.as_ref().map_or_else(String::new, |method| format!("  {method}"));
            let ratio = compression.ratio.map_or_else(String::new, |ratio| format!("  {ratio:.0}:1"));
            format!("{}{method}{ratio}", tr("LOSSY"))
        }
        None if film.entry.facts.is_lossy => tr("LOSSY").to_owned(),
        None => String::new(),
    }
}

/// Age and sex: all that a blinded reader sees of the patient.
pub(in crate::ui) fn patient_line(film: &OpenFilm) -> String {
    let facts = &film.entry.facts;
    patient_text(facts.sex, facts.age_years)
}

/// "F  63 years"; months below two years.
pub(in crate::ui) fn patient_text(sex: Option<Sex>, age_years: Option<f64>) -> String {
    let age = age_years.map(|years| {
        if years < 2.0 {
            tr_args("{} months", &[&format!("{:.0}", years * 12.0)])
        } else {
            tr_args("{} years", &[&format!("{:.0}", years.floor())])
        }
    });
    let sex = sex.map(|sex| match sex {
        Sex::Female => tr("F").to_owned(),
        Sex::Male => tr("M").to_owned(),
        Sex::Other => tr("O").to_owned(),
    });
    [sex, age].into_iter().flatten().collect::<Vec<_>>().join("  ")
}

fn window_lines(session: &Session, state: &UiState, pane: &Pane, film: &OpenFilm) -> Vec<(String, Color32)> {
    let Some(display) = &film.display else { return Vec::new() };
    let chain = match (&display.voi, film.film().map(|f| &f.pixels)) {
        (_, Some(Pixels::Rgb(_))) => tr("Colour").to_owned(),
        (Voi::Window(window), _) => {
            let shape = match window.function {
                VoiFunction::Linear => "",
                VoiFunction::LinearExact => tr("exact"),
                VoiFunction::Sigmoid => tr("sigmoid"),
            };
            let name = window.explanation.as_ref().map_or_else(String::new, |e| format!("\"{}\"", translated(e)));
            joined(&[&format!("W {:.0}  L {:.0}", window.width, window.center), shape, &name])
        }
        (Voi::Lut(lut), _) => format!("LUT {}", lut.explanation.as_deref().unwrap_or("")),
    };
    let zoom = film.viewport.scale(pane.canvas, film.grid()) * pane.canvas.pixels_per_point;
    let inverted = if display.is_inverted { tr("inverted") } else { "" };
    let turned = match film.viewport.quarter_turns {
        0 => String::new(),
        n => tr_args("turned {}°", &[&(u32::from(n) * 90)]),
    };
    let flipped = if film.viewport.is_flipped { tr("FLIPPED") } else { "" };
    let is_grey = film.film().is_some_and(|picture| matches!(picture.pixels, Pixels::Grey(_)));
    // What the graphics device cannot do, and what no colour film has, is not on the screen.
    let enhancement = if is_grey && state.can_enhance { enhancement_line(display.enhancement) } else { String::new() };
    let kept = if session.settings.keeps_window { tr("kept") } else { "" };
    vec![
        plain(joined(&[&tr_args("Zoom {} %", &[&format!("{:.0}", zoom * 100.0)]), &turned, flipped])),
        (enhancement, theme::film::WARN),
        plain(joined(&[&chain, inverted, kept])),
    ]
}

/// What was done to the film's values besides windowing: an enhanced film is no longer what the detector saw.
fn enhancement_line(enhancement: Enhancement) -> String {
    let mut parts = Vec::new();
    if enhancement.is_equalised {
        parts.push("CLAHE".to_owned());
    }
    if enhancement.local_contrast != 0.0 {
        parts.push(format!("{} {:+.2}", tr("local contrast"), enhancement.local_contrast));
    }
    if enhancement.sharpening > 0.0 {
        parts.push(format!("{} {:.2}", tr("sharpened"), enhancement.sharpening));
    }
    parts.join("  ")
}

/// The parts that say something.
fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join("  ")
}

fn cursor_line(film: &OpenFilm) -> String {
    let (Some(p), Some(picture)) = (film.cursor, film.film()) else { return String::new() };
    let (x, y) = (p.x.floor() as u32, p.y.floor() as u32);
    match (picture.stored_value(x, y), picture.rgb(x, y)) {
        (Some(stored), _) => {
            let value = picture.facts.modality_value(stored);
            let unit = picture.facts.unit.as_ref().map_or_else(String::new, |u| format!(" {u}"));
            if value == stored {
                tr_args("x {}  y {}   value {}{}", &[&x, &y, &value, &unit])
            } else {
                tr_args("x {}  y {}   value {}{}  stored {}", &[&x, &y, &format!("{value:.1}"), &unit, &stored])
            }
        }
        (None, Some([r, g, b])) => format!("x {x}  y {y}   {r} {g} {b}"),
        (None, None) => String::new(),
    }
}
