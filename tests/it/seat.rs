//! A seat at the program for tests: the whole window without a display, driven by labels, keys and places.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use rachis::app::{Outside, Window};
use rachis::session::{Event, FilePurpose, Input, SaveState, Screen};
use rachis::ui::UiState;

use crate::support;

pub type Seat<'a> = Harness<'a, Window>;

/// The program at a project, its films decoded by a stand-in.
pub fn at_project<'a>(folder: &Path) -> Seat<'a> {
    with_films(folder, Box::new(|_, _| Ok(support::wedge())))
}

/// The program as it starts without a project.
pub fn at_welcome<'a>() -> Seat<'a> {
    started(Box::new(|_, _| Ok(support::wedge())))
}

/// At a project, with a decoder of the test's own.
pub fn with_films<'a>(folder: &Path, decode: rachis::app::Decode) -> Seat<'a> {
    let mut seat = started(decode);
    open(&mut seat, folder);
    seat
}

fn open(seat: &mut Seat<'_>, folder: &Path) {
    let paths = vec![PathBuf::from(folder)];
    seat.state_mut().handle(Input::Event(Event::PathChosen { purpose: FilePurpose::OpenProject, paths }));
    wait(seat, "the project is open", |w| w.session.project.is_some());
}

/// At a project, with a learning engine of the test's own.
#[cfg(unix)]
pub fn with_engine<'a>(folder: &Path, engine: rachis::jobs::EngineOptions) -> Seat<'a> {
    let mut seat = started_with(Box::new(|_, _| Ok(support::wedge())), Some(engine));
    open(&mut seat, folder);
    seat
}

fn started<'a>(decode: rachis::app::Decode) -> Seat<'a> {
    started_with(decode, None)
}

fn started_with<'a>(decode: rachis::app::Decode, engine: Option<rachis::jobs::EngineOptions>) -> Seat<'a> {
    let mut seat = Harness::builder()
        .with_size([1280.0, 820.0])
        .with_theme(egui::Theme::Dark)
        .with_render_cursor(false)
        .wgpu()
        .with_max_steps(64)
        .build_eframe(|creation| {
            let outside = Outside::new(creation.egui_ctx.clone(), decode, false);
            let outside = match engine {
                Some(engine) => outside.with_engine(engine),
                None => outside,
            };
            Window::new(creation, outside, UiState::default())
        });
    // Dither is noise on purpose: pictures without it compress to a quarter, and it has tests of its own.
    seat.state_mut().session.settings.is_dithered = false;
    seat
}

/// Steps frames until it holds.
pub fn wait(seat: &mut Seat<'_>, what: &str, holds: impl Fn(&Window) -> bool) {
    let start = Instant::now();
    while !holds(seat.state()) {
        assert!(start.elapsed() < Duration::from_secs(20), "waited in vain: {what}");
        seat.step();
        std::thread::sleep(Duration::from_millis(2));
    }
    seat.run_steps(3);
}

/// Goes on as whoever read last: one key where others could sit here too.
pub fn resume(seat: &mut Seat<'_>) {
    seat.run_steps(4);
    if seat.state().session.reader.is_none() {
        seat.key_press(egui::Key::Enter);
        seat.run_steps(4);
    }
}

/// A picture of the film screen has the study's small pictures in it.
pub fn has_thumbnails(window: &Window) -> bool {
    let film = window.session.pane.film.as_ref();
    film.is_some_and(|f| f.study.iter().all(|entry| window.state.thumbnails.contains_key(&entry.facts.image)))
}

pub fn is_reading(window: &Window) -> bool {
    window.session.pane.film.as_ref().is_some_and(|f| f.film().is_some()) && window.session.screen == Screen::Film
}

pub fn saved(seat: &mut Seat<'_>) {
    wait(seat, "saved", |w| w.session.save_state() == SaveState::Saved);
}

/// Drags over the canvas between two places given as shares of it.
pub fn drag(seat: &mut Seat<'_>, button: egui::PointerButton, from: (f32, f32), to: (f32, f32)) {
    drag_in(seat, "Film canvas", button, from, to);
}

/// The same in one of several viewports.
pub fn drag_in(seat: &mut Seat<'_>, canvas: &str, button: egui::PointerButton, from: (f32, f32), to: (f32, f32)) {
    let rect = seat.get_by_label_contains(canvas).rect();
    let at = |p: (f32, f32)| rect.min + egui::vec2(rect.width() * p.0, rect.height() * p.1);
    seat.hover_at(at(from));
    seat.step();
    seat.event(egui::Event::PointerButton { pos: at(from), button, pressed: true, modifiers: egui::Modifiers::NONE });
    seat.step();
    for k in 1..=4 {
        let t = k as f32 / 4.0;
        seat.hover_at(at((from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t)));
        seat.step();
    }
    seat.event(egui::Event::PointerButton { pos: at(to), button, pressed: false, modifiers: egui::Modifiers::NONE });
    seat.run_steps(3);
}
