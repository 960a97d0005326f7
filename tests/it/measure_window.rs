//! Measuring in the window, by accessibility labels: drawn, named, copied, hidden, undone, exported and found again.

use std::path::Path;

use egui::{Key, Modifiers, PointerButton};
use egui_kittest::kittest::Queryable;
use rachis::app::Window;
use rachis::domain::imaging::{Film, PixelGeometry, SpacingSource};
use rachis::session::{Command, Event, FilePurpose, Input, OverlayState, SaveState, Tool};

use crate::seat::{Seat, has_thumbnails, is_reading, resume, wait, with_films};
use crate::support;

/// The wedge with 0.2 mm between rows and 0.1 mm between columns.
fn stretched_wedge() -> Film {
    let mut film = support::wedge();
    film.facts.geometry = PixelGeometry::spaced([0.2, 0.1], SpacingSource::ImagerPixelSpacing { magnification: None });
    film
}

fn at_project<'a>(folder: &Path) -> Seat<'a> {
    with_films(folder, Box::new(|_, _| Ok(stretched_wedge())))
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
    resume(&mut seat);
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

/// What a reader sees, kept as a picture: every measure on one lateral film, the last one selected.
#[test]
fn every_measure_looks_as_it_was_judged() {
    use rachis::domain::measure::MeasureKind;
    use rachis::workflows::make_demo::{DemoRequest, FIRST_SEED, make_demo};
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let request =
        DemoRequest { folder: folder.clone(), num_studies: 1, seed: FIRST_SEED, scale: 0.22, has_models: false };
    make_demo(&request, &|_| {}, &rachis::jobs::CancelToken::default()).unwrap();
    let decode = |source: &_, frame| match rachis::dicom::decode(source, frame) {
        Ok(decoded) => Ok(decoded.film),
        Err(error) => Err(error.to_string()),
    };
    let mut seat = with_films(&folder, Box::new(decode));
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    let lateral = seat.state().session.worklist.shown(1).unwrap().image.clone();
    command(&mut seat, Command::OpenFilm(lateral));
    wait(&mut seat, "the film", is_reading);
    let size = seat.state().session.pane.film.as_ref().unwrap().size();
    // Places are shares of the film.
    for (kind, places) in [
        (MeasureKind::Ruler, &[(0.08, 0.1), (0.08, 0.4)][..]),
        (MeasureKind::Angle, &[(0.2, 0.8), (0.08, 0.8), (0.16, 0.66)]),
        (MeasureKind::Cobb, &[(0.36, 0.33), (0.5, 0.31), (0.38, 0.66), (0.52, 0.69)]),
        (MeasureKind::Slip, &[(0.3, 0.78), (0.42, 0.83), (0.36, 0.75)]),
        (MeasureKind::Cardiothoracic, &[(0.6, 0.1), (0.8, 0.14), (0.55, 0.18), (0.92, 0.19)]),
        (MeasureKind::Ellipse, &[(0.75, 0.4), (0.9, 0.5)]),
        (MeasureKind::Rectangle, &[(0.75, 0.6), (0.9, 0.66)]),
        (MeasureKind::Probe, &[(0.7, 0.9)]),
        (MeasureKind::VertebralHeight, &[(0.53, 0.5), (0.53, 0.57), (0.38, 0.51), (0.38, 0.575)]),
    ] {
        command(&mut seat, Command::UseTool(Tool::Measure(kind)));
        for &(x, y) in places {
            let at = place(&seat, (x * size.width, y * size.height));
            seat.hover_at(at);
            seat.step();
            press(&mut seat, at, true);
            press(&mut seat, at, false);
        }
    }
    command(&mut seat, Command::ToggleMiddleHeight);
    seat.event(egui::Event::PointerGone);
    wait(&mut seat, "thumbnails", has_thumbnails);
    wait(&mut seat, "saved", |w| w.session.save_state() == SaveState::Saved);
    assert_eq!(num_measured(&seat), 9);
    seat.run_steps(4);
    seat.snapshot("film_measures");
}
