//! Measuring in the window, by accessibility labels: drawn, named, copied, hidden, undone, exported and found again.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, PointerButton};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use rachis::app::{Outside, Window};
use rachis::domain::imaging::{Film, PixelGeometry, SpacingSource};
use rachis::session::{Command, Event, FilePurpose, Input, OverlayState, SaveState, Tool};
use rachis::ui::UiState;

use crate::support;

type Seat<'a> = Harness<'a, Window>;

/// The wedge with 0.2 mm between rows and 0.1 mm between columns.
fn stretched_wedge() -> Film {
    let mut film = support::wedge();
    film.facts.geometry = PixelGeometry::spaced([0.2, 0.1], SpacingSource::ImagerPixelSpacing { magnification: None });
    film
}

fn at_project<'a>(folder: &Path) -> Seat<'a> {
    let mut seat = Harness::builder()
        .with_size([1280.0, 820.0])
        .with_theme(egui::Theme::Dark)
        .with_render_cursor(false)
        .wgpu()
        .with_max_steps(64)
        .build_eframe(|creation| {
            let outside = Outside::new(creation.egui_ctx.clone(), Box::new(|_, _| Ok(stretched_wedge())), false);
            Window::new(creation, outside, UiState::default())
        });
    let paths = vec![PathBuf::from(folder)];
    seat.state_mut().handle(Input::Event(Event::PathChosen { purpose: FilePurpose::OpenProject, paths }));
    wait(&mut seat, "the project is open", |w| w.session.project.is_some());
    seat
}

fn wait(seat: &mut Seat<'_>, what: &str, holds: impl Fn(&Window) -> bool) {
    let start = Instant::now();
    while !holds(seat.state()) {
        assert!(start.elapsed() < Duration::from_secs(20), "waited in vain: {what}");
        seat.step();
        std::thread::sleep(Duration::from_millis(2));
    }
    seat.run_steps(3);
}

fn is_reading(window: &Window) -> bool {
    window.session.pane.film.as_ref().is_some_and(|f| f.film().is_some())
}

/// Where a place on the film is in the window.
fn place(seat: &Seat<'_>, (x, y): (f64, f64)) -> egui::Pos2 {
    let pane = &seat.state().session.pane;
    let film = pane.film.as_ref().unwrap();
    let to_screen = film.viewport.screen_from_image(pane.canvas, film.grid());
    let at = to_screen.apply(rachis::domain::geometry::Point::new(x, y));
    seat.get_by_label_contains("Film canvas").rect().min + egui::vec2(at.x as f32, at.y as f32)
}

fn press(seat: &mut Seat<'_>, pos: egui::Pos2, pressed: bool) {
    let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
    seat.event(egui::Event::PointerButton { pos, button, pressed, modifiers });
    seat.step();
}

fn drag(seat: &mut Seat<'_>, from: (f64, f64), to: (f64, f64)) {
    let (from, to) = (place(seat, from), place(seat, to));
    seat.hover_at(from);
    seat.step();
    press(seat, from, true);
    for k in 1..=4 {
        seat.hover_at(from + (to - from) * (k as f32 / 4.0));
        seat.step();
    }
    press(seat, to, false);
    seat.run_steps(2);
}

fn key(seat: &mut Seat<'_>, modifiers: Modifiers, key: Key) {
    seat.key_press_modifiers(modifiers, key);
    seat.run_steps(3);
}

fn command(seat: &mut Seat<'_>, command: Command) {
    seat.state_mut().handle(Input::Command(command));
    seat.run_steps(3);
}

fn num_measured(seat: &Seat<'_>) -> usize {
    seat.state().session.pane.film.as_ref().unwrap().reading.measurements().len()
}

#[test]
fn a_reader_measures_in_a_turned_view_and_finds_it_all_again() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("Film 1, AP, New").click();
    wait(&mut seat, "the film", is_reading);
    seat.get_by_label_contains("Film canvas").focus();
    seat.run_steps(2);
    assert!(seat.query_by_label_contains("Measurements").is_none(), "nothing measured, nothing said");

    // 30 mm along the rows, 40 mm along the columns; the view is turned and flipped.
    key(&mut seat, Modifiers::NONE, Key::R);
    key(&mut seat, Modifiers::NONE, Key::H);
    key(&mut seat, Modifiers::SHIFT, Key::R);
    assert_eq!(seat.state().session.tool, Tool::Measure(rachis::domain::measure::MeasureKind::Ruler));
    drag(&mut seat, (10.0, 100.0), (310.0, 300.0));
    seat.get_by_label("Measurement Ruler 1: 50.0 mm (detector)");
    assert_eq!(num_measured(&seat), 1);

    key(&mut seat, Modifiers::COMMAND, Key::C);
    let copied = seat.state().session.notice.clone().unwrap().text;
    assert_eq!(copied, "Copied: Ruler: length 50.0 mm (detector)");

    // A click on its line in the panel selects; the buttons hide and delete; undo brings it back.
    key(&mut seat, Modifiers::NONE, Key::Escape);
    assert!(seat.state().session.pane.film.as_ref().unwrap().selection.is_none());
    seat.get_by_label_contains("Measurement Ruler 1").click();
    seat.run_steps(3);
    assert!(seat.state().session.pane.film.as_ref().unwrap().selected_measurement().is_some());
    seat.get_by_label("Delete Ruler 1").click();
    seat.run_steps(3);
    assert_eq!(num_measured(&seat), 0);
    command(&mut seat, Command::Undo);
    seat.get_by_label_contains("Measurement Ruler 1");

    // Drawn over the film with the overlays, and not without them.
    let with_marks = seat.render().unwrap();
    command(&mut seat, Command::CycleOverlay);
    command(&mut seat, Command::CycleOverlay);
    assert_eq!(seat.state().session.overlay, OverlayState::Nothing);
    let bare = seat.render().unwrap();
    let middle = place(&seat, (160.0, 200.0));
    let pixel = |picture: &image::RgbaImage| {
        let window = -2i32..=2;
        let around = window.clone().flat_map(|dx| window.clone().map(move |dy| (dx, dy)));
        let colour = |(dx, dy): (i32, i32)| {
            let p = picture.get_pixel((middle.x as i32 + dx) as u32, (middle.y as i32 + dy) as u32).0;
            i32::from(p[0]) - i32::from(p[2])
        };
        around.map(colour).max().unwrap()
    };
    assert!(pixel(&with_marks) > 60, "a yellow line on a grey film: {}", pixel(&with_marks));
    assert_eq!(pixel(&bare), 0, "grey without it");
    command(&mut seat, Command::CycleOverlay);
    wait(&mut seat, "saved", |w| w.session.save_state() == SaveState::Saved);
    drop(seat);

    let mut seat = at_project(&folder);
    wait(&mut seat, "the film again", is_reading);
    seat.get_by_label("Measurement Ruler 1: 50.0 mm (detector)");
    command(&mut seat, Command::NoFinding);
    command(&mut seat, Command::Complete);
    let out = scratch.path().join("measures.csv");
    let paths = vec![out.clone()];
    seat.state_mut().handle(Input::Event(Event::PathChosen { purpose: FilePurpose::ExportMeasures, paths }));
    let is_done = |w: &Window| w.session.job.as_ref().is_some_and(|job| job.outcome.is_some());
    wait(&mut seat, "the export", is_done);
    let table = std::fs::read_to_string(out).unwrap();
    assert_eq!(table.lines().count(), 2, "{table}");
    assert!(table.contains(",ruler,"), "{table}");
}
