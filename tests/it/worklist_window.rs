//! The list in the window, by accessibility labels: queries, offers, filters that are kept, heads that sort, films handed out.

use egui::Key;
use egui_kittest::kittest::Queryable;
use rachis::domain::assignment::{Plan, Stage, Strategy};
use rachis::domain::task::TaskState;
use rachis::domain::worklist::SavedFilter;
use rachis::session::listing::ListCommand;
use rachis::session::worklist::{Sort, SortBy};
use rachis::session::{Command, Input, ProjectCommand, ProjectPage, Screen};
use rachis::store::Store;

use crate::seat::{Seat, at_project, is_reading, saved, wait};
use crate::support;
use crate::worklist_tasks::{as_person, complete, hand, handed_out, image};

fn at_list<'a>(folder: &std::path::Path, reader: &str) -> Seat<'a> {
    let mut seat = at_project(folder);
    // Whoever was here last is still in.
    seat.state_mut().handle(Input::Command(Command::ChangeReader));
    seat.run_steps(3);
    seat.get_by_label(&format!("Read as {reader}")).click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded && w.session.screen == Screen::Worklist);
    seat
}

fn type_query(seat: &mut Seat<'_>, text: &str) {
    seat.get_by_label("Find").focus();
    seat.run_steps(2);
    seat.get_by_label("Find").type_text(text);
    seat.run_steps(3);
}

fn num_shown(seat: &Seat<'_>) -> usize {
    seat.state().session.worklist.num_shown()
}

#[test]
fn a_query_is_typed_with_what_is_offered_and_kept_under_a_name() {
    let folder = tempfile::tempdir().unwrap();
    drop(support::project(folder.path(), 6));
    let mut seat = at_list(folder.path(), "R1");
    type_query(&mut seat, "vi");
    seat.get_by_label("view:").click();
    seat.run_steps(3);
    assert_eq!(seat.state().state.search, "view:");
    assert!(seat.state().session.worklist.query_error().is_some(), "something is missing");
    assert_eq!(num_shown(&seat), 6, "what is half typed hides nothing");
    type_query(&mut seat, "ll");
    assert_eq!(num_shown(&seat), 3);
    type_query(&mut seat, " ages:>3");
    seat.get_by_label_contains("There is no field \"ages\". Did you mean age?");
    assert_eq!(num_shown(&seat), 3, "what stands before it counts");

    seat.state_mut().handle(Input::Command(Command::FilterWorklist("view:ll age:>60".into())));
    seat.state_mut().handle(Input::Command(Command::List(ListCommand::Keep(" lateral films ".into()))));
    seat.get_by_label("Show all films").click();
    seat.run_steps(3);
    assert_eq!(num_shown(&seat), 6);
    seat.get_by_label("Kept filters").click();
    seat.run_steps(3);
    seat.get_by_label("lateral films").click();
    seat.run_steps(3);
    assert_eq!(num_shown(&seat), 3);
    saved(&mut seat);
    drop(seat);
    let expected = SavedFilter { name: "lateral films".into(), query: "view:ll age:>60".into() };
    assert_eq!(Store::open(folder.path()).unwrap().saved_filters(&"R1".into()).unwrap(), [expected]);
}

#[test]
fn every_head_sorts_and_a_third_click_brings_the_order_back() {
    let folder = tempfile::tempdir().unwrap();
    drop(support::project(folder.path(), 6));
    let mut seat = at_list(folder.path(), "R1");
    let sort = |seat: &Seat<'_>| seat.state().session.worklist.sort();
    for (head, by, is_ascending) in [
        ("State", SortBy::State, true),
        ("View", SortBy::View, true),
        ("Patient", SortBy::Age, false),
        ("Decision", SortBy::Decision, true),
        ("Study", SortBy::Study, false),
        ("Findings", SortBy::Findings, false),
        ("Comments", SortBy::Comments, false),
        ("Labels", SortBy::Labels, true),
        ("Changed", SortBy::LastEdit, false),
        ("Film", SortBy::Film, true),
    ] {
        for expected in [Some(Sort { by, is_ascending }), Some(Sort { by, is_ascending: !is_ascending }), None] {
            seat.get_by_role_and_label(egui::accesskit::Role::ColumnHeader, head).click();
            seat.run_steps(2);
            assert_eq!(sort(&seat), expected, "{head}");
        }
    }
}

#[test]
fn a_reader_goes_through_the_films_in_hand_and_a_reviewer_gets_to_reviews() {
    let folder = tempfile::tempdir().unwrap();
    let store = handed_out(folder.path());
    let first = store.tasks_of(&"A".into()).unwrap()[0].image.clone();
    drop(store);
    let mut seat = at_list(folder.path(), "A");
    assert_eq!(num_shown(&seat), 6);
    assert!(seat.query_by_label("Readers").is_none(), "who else reads is not said");
    seat.state_mut().handle(Input::Command(Command::ShowFilm));
    wait(&mut seat, "the film", is_reading);
    assert_eq!(*seat.state().session.pane.film.as_ref().unwrap().image(), first);
    drop(seat);

    let mut seat = at_list(folder.path(), "S");
    assert_eq!(seat.state().session.worklist.counts().new, 0);
    let image = seat.state().session.worklist.shown(0).unwrap().image.clone();
    seat.state_mut().handle(Input::Command(Command::OpenFilm(image)));
    seat.run_steps(3);
    assert_eq!(seat.state().session.screen, Screen::Review);
    drop(seat);

    let mut seat = at_list(folder.path(), "D");
    assert_eq!(num_shown(&seat), 10);
    seat.get_by_label("Handed to nobody 4").click();
    seat.run_steps(3);
    assert_eq!(num_shown(&seat), 4);
}

#[test]
fn films_that_were_read_without_being_handed_out_are_among_those_read_by_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = handed_out(folder.path());
    for reader in ["A", "B"] {
        complete(&mut store, reader, 7);
    }
    drop(store);
    let mut seat = at_list(folder.path(), "D");
    seat.get_by_label("Not read by all 9");
    seat.get_by_label("Read by all 1").click();
    seat.run_steps(3);
    assert_eq!(num_shown(&seat), 1);
    assert_eq!(seat.state().session.worklist.shown(0).unwrap().image, support::entry(7).facts.image);
}

fn open_menu(seat: &mut Seat<'_>, n: usize) {
    let list = &seat.state().session.worklist;
    let place = (0..10).find(|at| list.shown(*at).is_some_and(|row| row.image == image(n))).unwrap();
    seat.get_by_label_contains(&format!("Film {}, ", place + 1)).click_secondary();
    seat.run_steps(4);
}

#[test]
fn of_two_readings_by_the_same_person_only_the_one_that_was_chosen_is_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = handed_out(folder.path());
    complete(&mut store, "A", 0);
    complete(&mut store, "B", 0);
    hand(&mut store, &["A"], 0..1, Plan::new(Stage::Read, Strategy::Repeat));
    complete(&mut store, "A.2", 0);
    // Of what was handed to nobody.
    complete(&mut store, "A", 7);
    drop(store);
    let states = || {
        let mut store = Store::open(folder.path()).unwrap();
        as_person(&mut store, "A");
        ["A", "A.2"].map(|layer| store.reading(&image(0), &layer.into()).unwrap().state())
    };
    let mut seat = at_list(folder.path(), "D");
    open_menu(&mut seat, 7);
    seat.get_by_label_contains("completed by somebody to whom it was not handed out");
    assert!(seat.query_by_label_contains("Nobody has completed").is_none());
    seat.key_press(Key::Escape);
    seat.run_steps(4);
    open_menu(&mut seat, 0);
    seat.get_by_label("Give the first reading back to A, to be read again…");
    seat.get_by_label("Give back to B, to be read again…");
    seat.get_by_label("Give the later reading A.2 back to A, to be read again…").click();
    seat.run_steps(6);
    seat.get_by_label("Give the later reading A.2 of the film back to A, to be read again?");
    seat.key_press(Key::Enter);
    wait(&mut seat, "done", |w| w.session.notice.is_some() && !w.session.team.assigning.is_busy);
    assert_eq!(states(), [TaskState::Completed, TaskState::New]);
}

#[test]
fn a_completed_film_is_given_back_to_be_read_again_and_its_marks_stay() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = handed_out(folder.path());
    for n in 0..2 {
        complete(&mut store, "A", n);
    }
    drop(store);
    let state = |n: usize| {
        let mut store = Store::open(folder.path()).unwrap();
        as_person(&mut store, "A");
        let reading = store.reading(&image(n), &"A".into()).unwrap();
        (reading.state(), reading.has_no_finding())
    };
    // A reader has no such menu.
    let mut seat = at_list(folder.path(), "B");
    open_menu(&mut seat, 0);
    assert!(seat.query_by_label_contains("Give back").is_none());
    drop(seat);

    let mut seat = at_list(folder.path(), "D");
    open_menu(&mut seat, 2);
    seat.get_by_label("Nobody has completed this film.");
    seat.key_press(Key::Escape);
    seat.run_steps(4);
    open_menu(&mut seat, 0);
    seat.get_by_label("Give back to A, to be read again…").click();
    seat.run_steps(6);
    seat.get_by_label_contains("No mark is removed: A finds everything as it was left");
    seat.key_press(Key::Escape);
    seat.run_steps(4);
    assert_eq!(state(0), (TaskState::Completed, true), "asked, and left as it is");
    open_menu(&mut seat, 0);
    seat.get_by_label("Give back to A, to be read again…").click();
    seat.run_steps(6);
    seat.key_press(Key::Enter);
    let is_told = |w: &rachis::app::Window| {
        w.session.notice.as_ref().is_some_and(|told| told.text == "1 film was given back to be read again.")
    };
    wait(&mut seat, "it is told", is_told);
    assert_eq!((state(0), state(1)), ((TaskState::New, true), (TaskState::Completed, true)));

    // The rest of what the person has completed, where hands are counted.
    let page = Command::ChangeProject(Box::new(ProjectCommand::Show(ProjectPage::Assignment)));
    seat.state_mut().handle(Input::Command(page));
    wait(&mut seat, "hands", |w| w.session.team.assigning.facts.is_some() && !w.session.team.assigning.is_loading);
    seat.run_steps(4);
    seat.get_by_label("Change the tasks of A").click();
    seat.run_steps(4);
    seat.get_by_label("Give back what is completed…").click();
    seat.run_steps(6);
    seat.get_by_label("Give back to A").click();
    wait(&mut seat, "the rest is given back", |_| state(1) == (TaskState::New, true));
}
