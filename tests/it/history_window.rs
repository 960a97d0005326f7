//! The history panel and the reader's own statistics in the window.

use egui_kittest::kittest::Queryable;
use rachis::domain::id::{AnnotationId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::session::{Command, Dialog, Input, WalkCommand};

use crate::seat::{self, Seat};
use crate::support;

fn ask(seat: &mut Seat<'_>, command: Command) {
    seat.state_mut().handle(Input::Command(command));
    seat.run_steps(2);
}

fn reading<'a>(folder: &std::path::Path) -> Seat<'a> {
    let mut seat = seat::at_project(folder);
    ask(&mut seat, Command::SignInAs(ReaderId::new("R1")));
    seat::wait(&mut seat, "the worklist", |w| !w.session.worklist.is_empty());
    ask(&mut seat, Command::OpenFilm(support::entry(0).facts.image));
    seat::wait(&mut seat, "the film", seat::is_reading);
    seat
}

fn draw(seat: &mut Seat<'_>, label: &str, y: f32) {
    ask(seat, Command::Escape);
    ask(seat, Command::AssignLabel(LabelName::new(label)));
    seat::drag(seat, egui::PointerButton::Primary, (0.45, y), (0.55, y + 0.08));
}

fn marks(seat: &Seat<'_>) -> Vec<AnnotationId> {
    let film = seat.state().session.pane.film.as_ref().unwrap();
    film.reading.annotations().iter().map(rachis::domain::annotation::Annotation::id).collect()
}

#[test]
fn a_click_on_a_step_goes_there_and_what_was_left_is_still_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    drop(support::project(folder.path(), 2));
    let mut seat = reading(folder.path());
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::H);
    seat.run_steps(3);
    assert!(seat.query_by_label("Nothing was done to this film yet.").is_some());
    draw(&mut seat, "Osteophytes", 0.3);
    draw(&mut seat, "Disc space narrowing", 0.45);
    let first_branch = marks(&seat);
    ask(&mut seat, Command::Undo);
    draw(&mut seat, "Foraminal stenosis", 0.6);
    draw(&mut seat, "Other lesions", 0.75);
    let second_branch = marks(&seat);
    seat::saved(&mut seat);

    seat.get_by_label_contains("Add Disc space narrowing").click();
    seat.run_steps(4);
    assert_eq!(marks(&seat), first_branch);
    seat::saved(&mut seat);
    drop(seat);

    // Another start: the panel is open as it was left, and the other branch is a click away.
    let mut seat = seat::at_project(folder.path());
    seat::resume(&mut seat);
    seat::wait(&mut seat, "the film again", seat::is_reading);
    assert!(seat.state().session.is_history_open);
    assert_eq!(marks(&seat), first_branch);
    seat.get_by_label_contains("Add Other lesions").click();
    seat.run_steps(4);
    assert_eq!(marks(&seat), second_branch);
    seat.get_by_label_contains("Before the first step").click();
    seat.run_steps(4);
    assert_eq!(marks(&seat), []);
    seat::saved(&mut seat);
}

#[test]
fn the_readers_own_statistics_say_so_when_there_are_none_and_count_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    drop(support::project(folder.path(), 2));
    let mut seat = reading(folder.path());
    let is_counted = |w: &rachis::app::Window| matches!(w.session.dialog, Some(Dialog::MyStatistics(Some(_))));
    ask(&mut seat, Command::Walk(WalkCommand::ShowMyStatistics));
    seat::wait(&mut seat, "counted", is_counted);
    // Opening the film already took a moment.
    let is_empty = seat.query_by_label_contains("Nothing yet").is_some();
    let has_time = seat.query_by_label_contains("Time by tool").is_some();
    assert!(is_empty || has_time);
    ask(&mut seat, Command::CloseDialog);

    draw(&mut seat, "Osteophytes", 0.3);
    draw(&mut seat, "Osteophytes", 0.5);
    ask(&mut seat, Command::Complete);
    seat::saved(&mut seat);
    ask(&mut seat, Command::Walk(WalkCommand::ShowMyStatistics));
    seat::wait(&mut seat, "counted", is_counted);
    let Some(Dialog::MyStatistics(Some(statistics))) = &seat.state().session.dialog else { unreachable!() };
    assert_eq!((statistics.num_read, statistics.num_abnormal), (1, 1), "{:?}", seat.state().session.notice);
    assert_eq!(statistics.marks, [(LabelName::new("Osteophytes"), 2)]);
    assert!(statistics.total_ms > 0 && statistics.total_ms < 60_000, "{}", statistics.total_ms);
    assert_eq!(statistics.days.len(), 1);
}
