//! What happens to a window while a film is read: resized to nothing, moved to a monitor of another scale.

use egui_kittest::kittest::Queryable;
use rachis::session::Layout;

use crate::seat::{Seat, at_project, is_reading, wait};
use crate::support;

fn at_two_films(folder: &std::path::Path) -> Seat<'static> {
    drop(support::project(folder, 2));
    let mut seat = at_project(folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("Film 1, AP, New").click();
    wait(&mut seat, "the film", is_reading);
    seat.get_by_label("Two viewports").click();
    wait(&mut seat, "both films", |w| {
        w.session.layout == Layout::Two
            && w.session.panes().all(|(_, pane)| pane.film.as_ref().is_some_and(|film| film.film().is_some()))
    });
    wait(&mut seat, "the thumbnails", |w| w.state.thumbnails.len() == 2);
    seat.run_steps(3);
    seat
}

/// How many pixels of the left viewport show something.
fn num_lit(seat: &mut Seat<'_>) -> usize {
    let scale = seat.ctx.pixels_per_point();
    let rect = seat.get_by_label_contains("Film canvas 1").rect() * scale;
    let picture = seat.render().expect("a picture");
    let (left, top) = (rect.left() as u32, rect.top() as u32);
    image::imageops::crop_imm(&picture, left, top, rect.width() as u32, rect.height() as u32)
        .to_image()
        .pixels()
        .filter(|p| p.0[0] > 60)
        .count()
}

#[test]
fn a_window_resized_to_nothing_shows_the_same_picture_when_it_is_back() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_two_films(&scratch.path().join("project"));
    let before = seat.render().expect("a picture");
    for size in [[1.0, 1.0], [0.0, 0.0], [300.0, 1.0], [2.0, 700.0]] {
        seat.set_size(size.into());
        seat.run_steps(4);
    }
    seat.set_size([1280.0, 820.0].into());
    seat.run_steps(6);
    let after = seat.render().expect("a picture");
    let differing = before.pixels().zip(after.pixels()).filter(|(a, b)| a != b).count();
    assert_eq!((before.dimensions(), differing), (after.dimensions(), 0));
}

#[test]
fn a_monitor_of_another_scale_shows_the_film_in_its_own_pixels() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_two_films(&scratch.path().join("project"));
    let at_one = num_lit(&mut seat);
    let window = seat.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).expect("the window");
    window.native_pixels_per_point = Some(2.0);
    seat.run_steps(6);
    assert_eq!(seat.ctx.pixels_per_point(), 2.0);
    assert_eq!(seat.ctx.content_rect().width(), 1280.0);
    let at_two = num_lit(&mut seat);
    let ratio = at_two as f64 / at_one as f64;
    assert!(at_one > 10_000 && (3.8..4.2).contains(&ratio), "{at_one} pixels, then {at_two}");
    // 1:1 is one film pixel on one device pixel, whatever the scale.
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Num1);
    seat.run_steps(3);
    let session = &seat.state().session;
    let film = session.pane.film.as_ref().expect("open");
    assert!((film.viewport.scale(session.pane.canvas, film.grid()) - 0.5).abs() < 1e-9);
}
