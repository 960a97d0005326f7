//! The window by accessibility labels: what a person reaches without knowing where it is on the screen.

use egui_kittest::kittest::Queryable;
use rachis::domain::task::TaskState;
use rachis::session::Layout;
use rachis::store::Store;

use crate::seat::{at_project, drag, drag_in, is_reading, resume, saved, wait};
use crate::support;

#[test]
fn a_reader_draws_labels_undoes_completes_and_finds_it_all_again() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 4));

    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("Film 1, AP, New").click();
    wait(&mut seat, "the film", is_reading);

    // Nothing decided: Enter says what to do instead of completing.
    seat.key_press(egui::Key::Enter);
    seat.run_steps(3);
    let notice = seat.state().session.notice.clone().expect("says why");
    assert!(notice.text.contains("Nothing is decided"), "{}", notice.text);

    // One key and one drag make a labelled finding; the armed label serves the next drag.
    seat.key_press(egui::Key::Num1);
    seat.run_steps(3);
    drag(&mut seat, egui::PointerButton::Primary, (0.45, 0.4), (0.55, 0.5));
    drag(&mut seat, egui::PointerButton::Primary, (0.45, 0.7), (0.52, 0.8));
    seat.get_by_label("Finding Osteophytes 2");

    // A click on another label changes the selected box; undo takes it back, redo does it again.
    seat.get_by_label("Label Vertebral collapse").click();
    seat.run_steps(3);
    seat.get_by_label("Finding Vertebral collapse 1");
    seat.get_by_label("Undo").click();
    seat.run_steps(3);
    assert!(seat.query_by_label("Finding Vertebral collapse 1").is_none());
    seat.get_by_label("Redo").click();
    seat.run_steps(3);
    seat.get_by_label("Finding Vertebral collapse 1");

    // "No finding" would remove both: it asks, and keeping keeps.
    seat.get_by_label("No finding").click();
    seat.run_steps(3);
    seat.get_by_label("Keep them").click();
    seat.run_steps(3);
    assert_eq!(seat.state().session.pane.film.as_ref().unwrap().reading.num_marks(), 2);

    // Windowing with the right button, then completing with one key opens the next film.
    drag(&mut seat, egui::PointerButton::Secondary, (0.5, 0.3), (0.6, 0.35));
    assert!(seat.state().session.pane.film.as_ref().unwrap().is_display_changed);
    let first = seat.state().session.pane.film.as_ref().unwrap().image().clone();
    seat.key_press(egui::Key::Enter);
    wait(&mut seat, "the next film", |w| w.session.pane.film.as_ref().is_some_and(|f| *f.image() != first));

    // A normal film is one chord.
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Enter);
    let third = support::entry(2).facts.image;
    wait(&mut seat, "the third film", |w| is_reading(w) && *w.session.pane.film.as_ref().unwrap().image() == third);
    saved(&mut seat);
    eframe::App::on_exit(seat.state_mut());
    drop(seat);

    // What the window called saved is in the project.
    let store = Store::open(&folder).unwrap();
    let reading = store.reading(&first, &rachis::domain::id::ReaderId::new("R1")).unwrap();
    assert_eq!(reading.state(), TaskState::Completed);
    let labels: Vec<&str> = reading.annotations().iter().map(|a| a.label().as_str()).collect();
    assert_eq!(labels, ["Osteophytes", "Vertebral collapse"]);
    drop(store);

    // Reopened, the same film shows, and undo still knows the first film's history.
    let mut seat = at_project(&folder);
    resume(&mut seat);
    wait(&mut seat, "the same film again", |w| {
        is_reading(w) && *w.session.pane.film.as_ref().unwrap().image() == third
    });
    seat.key_press(egui::Key::A);
    seat.run_steps(3);
    wait(&mut seat, "the film before", |w| is_reading(w) && *w.session.pane.film.as_ref().unwrap().image() != third);
    seat.key_press(egui::Key::A);
    wait(&mut seat, "the first film", |w| is_reading(w) && *w.session.pane.film.as_ref().unwrap().image() == first);
    for _ in 0..2 {
        seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Z);
        seat.run_steps(3);
    }
    seat.get_by_label("Finding Osteophytes 2");
    assert_eq!(seat.state().session.pane.film.as_ref().unwrap().reading.state(), TaskState::Doing);
}

#[test]
fn keys_typed_into_a_text_field_are_text() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("Film 1, AP, New").click();
    wait(&mut seat, "the film", is_reading);
    let comment = seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Remark");
    comment.focus();
    seat.run_steps(2);
    seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Remark").type_text("Gai xương, hẹp khe n1");
    seat.run_steps(2);
    assert!(!seat.state().session.pane.film.as_ref().unwrap().reading.has_no_finding());
    seat.get_by_label_contains("Film canvas").focus();
    seat.run_steps(3);
    saved(&mut seat);
    assert_eq!(seat.state().session.pane.film.as_ref().unwrap().reading.comment(), "Gai xương, hẹp khe n1");
}

#[test]
fn every_screen_state_has_its_next_action() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 0));
    let mut seat = at_project(&folder);
    seat.get_by_label("Add a reader");
    seat.get_by_label("Read as R2").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("No films yet");
    seat.get_by_label("Import films…");
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::K);
    seat.run_steps(3);
    seat.get_by_label("Command").type_text("new project");
    seat.run_steps(3);
    seat.get_by_label_contains("New project…");
    seat.key_press(egui::Key::Escape);
    seat.run_steps(3);
    assert!(seat.state().session.dialog.is_none());
}

#[test]
fn two_films_side_by_side_are_read_and_linked() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 4));
    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("Film 1, AP, New").click();
    wait(&mut seat, "the film", is_reading);
    seat.get_by_label("Two viewports").click();
    wait(&mut seat, "both films", |w| {
        w.session.layout == Layout::Two
            && w.session.panes().all(|(_, pane)| pane.film.as_ref().is_some_and(|film| film.film().is_some()))
    });

    // A drag in the other viewport draws on its film, and that one's findings show.
    seat.key_press(egui::Key::Num1);
    seat.run_steps(3);
    drag_in(&mut seat, "Film canvas 2", egui::PointerButton::Primary, (0.4, 0.4), (0.6, 0.5));
    seat.get_by_label("Film canvas 2, 1 findings");
    seat.get_by_label("Film canvas 1, 0 findings");
    assert_eq!(seat.state().session.active_slot, 1);
    seat.get_by_label("Finding Osteophytes 1");

    // Linked, the wheel over one viewport zooms both.
    seat.get_by_label("Link viewports").click();
    seat.run_steps(3);
    let zooms = |w: &rachis::app::Window| -> Vec<f64> {
        let scale = |pane: &rachis::session::Pane| {
            pane.film.as_ref().map_or(0.0, |film| film.viewport.scale(pane.canvas, film.grid()))
        };
        w.session.panes().map(|(_, pane)| scale(pane)).collect()
    };
    let before = zooms(seat.state());
    seat.key_press(egui::Key::Plus);
    seat.run_steps(3);
    let after = zooms(seat.state());
    assert!(
        before.iter().zip(&after).all(|(before, after)| (after / before - 1.2).abs() < 1e-6),
        "{before:?} {after:?}"
    );

    // The next film is the next study's first: frontal left, lateral right.
    seat.key_press(egui::Key::D);
    let third = support::entry(2).facts.image;
    wait(&mut seat, "the next study", |w| w.session.slot_of(&third) == Some(0) && is_reading(w));
    let fourth = support::entry(3).facts.image;
    wait(&mut seat, "its lateral film", |w| w.session.slot_of(&fourth) == Some(1));
    saved(&mut seat);
}

#[test]
fn enter_signs_the_first_reader_in() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 1));
    let mut seat = at_project(&folder);
    seat.run_steps(3);
    seat.key_press(egui::Key::Enter);
    seat.run_steps(3);
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    assert_eq!(seat.state().session.reader.as_ref().map(|reader| reader.id.as_str()), Some("R1"));
}
