//! The window panel by accessibility labels: handles, numbers, enhancement, and presets that the project keeps.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::SnapshotResults;
use egui_kittest::kittest::Queryable;
use rachis::domain::imaging::{Enhancement, Voi, Window};
use rachis::session::windowing::WindowCommand;
use rachis::session::{Command, Input, Tool};

use crate::seat::{Seat, at_project, drag, is_reading, resume, wait};
use crate::support;

fn window(seat: &Seat<'_>) -> Window {
    let display = seat.state().session.pane.film.as_ref().unwrap().display.clone().unwrap();
    let Voi::Window(window) = display.voi else { panic!("a window") };
    window
}

fn drag_handle(seat: &mut Seat<'_>, name: &str, by: f32) {
    let from = seat.get_by_role_and_label(Role::Slider, name).rect().center();
    let press = |pressed, pos| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    seat.hover_at(from);
    seat.step();
    seat.event(press(true, from));
    seat.step();
    for k in 1..=4 {
        seat.hover_at(from + egui::vec2(by * k as f32 / 4.0, 0.0));
        seat.step();
    }
    seat.event(press(false, from + egui::vec2(by, 0.0)));
    seat.run_steps(3);
}

fn at_film<'a>(folder: &std::path::Path) -> Seat<'a> {
    let mut seat = at_project(folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("Film 1, AP, New").click();
    wait(&mut seat, "the film", is_reading);
    seat
}

#[test]
fn handles_numbers_and_keys_move_the_window() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_film(&folder);
    assert!(seat.query_by_label("Window's low end").is_none());
    seat.key_press(Key::F9);
    seat.run_steps(3);
    wait(&mut seat, "the strip's thumbnails", |w| w.state.thumbnails.len() == 2);
    let mut results = SnapshotResults::new();
    results.add(seat.try_snapshot("window_panel"));

    // The wedge's values and its WIDE window fill the plot, 262 points of it, with 4096 values and a margin.
    let (black, white) = window(&seat).ends();
    drag_handle(&mut seat, "Window's high end", -60.0);
    let after = window(&seat).ends();
    assert!((after.0 - black).abs() < 1e-6, "the other end stands still");
    assert!((white - after.1 - 60.0 * 4096.0 * 1.04 / 262.0).abs() < 60.0, "{white} {after:?}");
    drag_handle(&mut seat, "Window's level", 30.0);
    let moved = window(&seat).ends();
    assert!(((moved.1 - moved.0) - (after.1 - after.0)).abs() < 1e-6, "the width stays");
    assert!(moved.0 > after.0 + 200.0, "{moved:?}");
    drag_handle(&mut seat, "Window's low end", 2000.0);
    let (low, high) = window(&seat).ends();
    assert!(low < high && (high - moved.1).abs() < 1e-6, "ends never cross: {low} {high}");

    seat.get_by_role_and_label(Role::Slider, "Window's low end").focus();
    seat.run_steps(2);
    seat.key_press(Key::ArrowLeft);
    seat.run_steps(3);
    assert!(window(&seat).ends().0 < low - 5.0, "an arrow key moves the handle");
    results.unwrap();
}

#[test]
fn presets_of_the_project_outlast_the_program() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_film(&folder);
    seat.key_press(Key::F9);
    seat.run_steps(3);
    seat.get_by_label_contains("NARROW").click();
    seat.run_steps(3);
    assert_eq!((window(&seat).center, window(&seat).width), (1500.0, 600.0));
    seat.get_by_label("Equalise (CLAHE)").click();
    seat.run_steps(3);
    let name = seat.get_by_role_and_label(Role::TextInput, "Name of the preset");
    name.focus();
    seat.run_steps(2);
    seat.get_by_role_and_label(Role::TextInput, "Name of the preset").type_text("Cột sống");
    seat.run_steps(2);
    seat.get_by_label("Same values on every film").click();
    seat.run_steps(2);
    seat.get_by_label("Save").click();
    seat.run_steps(3);
    assert_eq!(seat.state().session.windowing.presets.len(), 1);

    // Another window by a region, then the program is closed and started again.
    seat.get_by_label_contains("Film canvas").focus();
    seat.run_steps(2);
    seat.key_press_modifiers(Modifiers::SHIFT, Key::W);
    seat.run_steps(3);
    assert_eq!(seat.state().session.tool, Tool::Region);
    drag(&mut seat, egui::PointerButton::Primary, (0.45, 0.4), (0.55, 0.5));
    let of_region = window(&seat);
    assert_eq!((of_region.explanation.as_deref(), seat.state().session.tool), (Some("region"), Tool::Box));
    assert_eq!(seat.state().session.pane.film.as_ref().unwrap().reading.num_marks(), 0);
    eframe::App::on_exit(seat.state_mut());
    drop(seat);

    let mut seat = at_project(&folder);
    resume(&mut seat);
    wait(&mut seat, "the film as it was left", is_reading);
    assert!(seat.state().session.windowing.is_panel_open);
    assert_eq!(window(&seat), of_region);
    let enhancement = seat.state().session.pane.film.as_ref().unwrap().display.clone().unwrap().enhancement;
    assert!(enhancement.is_equalised);
    seat.key_press_modifiers(Modifiers::ALT, Key::Num7);
    seat.run_steps(3);
    assert_eq!((window(&seat).center, window(&seat).width), (1500.0, 600.0));
    seat.get_by_label("Delete Cột sống").click();
    seat.run_steps(3);
    assert!(seat.state().session.windowing.presets.is_empty());
}

#[test]
fn a_device_that_cannot_enhance_offers_no_enhancement() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_film(&folder);
    let enhancement = Enhancement { sharpening: 1.0, ..Enhancement::default() };
    let command = Command::Window(WindowCommand::Enhance { enhancement, is_final: true });
    seat.state_mut().handle(Input::Command(command));
    seat.key_press(Key::F9);
    seat.run_steps(3);
    let canvas = seat.get_by_label_contains("Film canvas").rect();
    // Of the words in the lower left corner, those of enhancement alone are orange.
    let num_orange = |seat: &mut Seat<'_>| {
        let picture = seat.render().unwrap();
        let (left, bottom) = (canvas.left() as u32, canvas.bottom() as u32);
        let near = (left..left + 200).flat_map(|x| (bottom - 120..bottom).map(move |y| (x, y)));
        near.filter(|&(x, y)| {
            let p = picture.get_pixel(x, y).0;
            i32::from(p[0]) - i32::from(p[2]) > 80
        })
        .count()
    };
    for can_enhance in [true, false] {
        seat.state_mut().state.can_enhance = can_enhance;
        seat.run_steps(3);
        assert_eq!(seat.query_by_role_and_label(Role::Slider, "Sharpening").is_some(), can_enhance);
        assert_eq!(seat.query_by_label_contains("cannot enhance films").is_none(), can_enhance);
        assert_eq!(num_orange(&mut seat) > 0, can_enhance, "sharpened, it says");
    }
}
