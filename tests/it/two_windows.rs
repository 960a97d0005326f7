//! Two windows of the program on one project: neither loses the other's edits, and each sees them soon.

use std::path::Path;
use std::time::{Duration, Instant};

use rachis::app::Window;
use rachis::domain::annotation::Origin;
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Rect;
use rachis::domain::id::ReaderId;
use rachis::domain::label::LabelName;
use rachis::session::{Command, Input, NoticeKind, ProjectCommand, SaveState, WalkCommand};
use rachis::store::Store;

use crate::seat::{self, Seat};
use crate::store_log::assert_log_rebuilds;
use crate::support;

/// The most that a reader may see what is no longer so.
const SOON: Duration = Duration::from_secs(1);

fn ask(seat: &mut Seat<'_>, command: Command) {
    seat.state_mut().handle(Input::Command(command));
    seat.step();
}

/// The first film, opened by this reader.
fn reading<'a>(folder: &Path, reader: &str) -> Seat<'a> {
    let mut seat = seat::at_project(folder);
    ask(&mut seat, Command::SignInAs(ReaderId::new(reader)));
    seat::wait(&mut seat, "the worklist", |w| !w.session.worklist.is_empty());
    ask(&mut seat, Command::OpenFilm(support::entry(0).facts.image));
    seat::wait(&mut seat, "the film", seat::is_reading);
    seat
}

fn draw(seat: &mut Seat<'_>, label: &str, from: (f32, f32), to: (f32, f32)) {
    ask(seat, Command::Escape);
    ask(seat, Command::AssignLabel(LabelName::new(label)));
    seat::drag(seat, egui::PointerButton::Primary, from, to);
}

fn labels(window: &Window) -> Vec<String> {
    let film = window.session.pane.film.as_ref().unwrap();
    film.reading.annotations().iter().map(|a| a.label().to_string()).collect()
}

/// Frames of both windows until it holds in the second; how long that took.
fn seen(first: &mut Seat<'_>, second: &mut Seat<'_>, what: &str, holds: impl Fn(&Window) -> bool) -> Duration {
    let start = Instant::now();
    while !holds(second.state()) {
        assert!(start.elapsed() < Duration::from_secs(20), "waited in vain: {what}");
        first.step();
        second.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    println!("{what}: {:?}", start.elapsed());
    start.elapsed()
}

#[test]
fn each_window_sees_the_others_edits_within_a_second_and_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    drop(support::project(folder.path(), 4));
    let (mut first, mut second) = (reading(folder.path(), "R1"), reading(folder.path(), "R1"));

    // What the second looks at stays as it is: view, selection and what is typed.
    draw(&mut second, "Osteophytes", (0.45, 0.3), (0.55, 0.4));
    seat::saved(&mut second);
    let selection = second.state().session.pane.film.as_ref().unwrap().selection;
    assert!(selection.is_some());
    ask(&mut second, Command::ZoomIn);
    ask(&mut second, Command::DraftComment("half a".into()));
    let view = second.state().session.pane.film.as_ref().unwrap().viewport;
    seen(&mut second, &mut first, "the first sees the second's box", |w| labels(w).len() == 1);
    let mut latencies = Vec::new();
    for n in 0..5 {
        let y = 0.45 + 0.08 * n as f32;
        draw(&mut first, "Disc space narrowing", (0.42, y), (0.5, y + 0.05));
        latencies.push(seen(&mut first, &mut second, "a box", |w| labels(w).len() == 2 + n));
    }
    println!("draw to seen: {latencies:?}");
    assert!(latencies.iter().all(|latency| *latency < SOON), "{latencies:?}");
    let film = second.state().session.pane.film.as_ref().unwrap();
    assert_eq!((film.viewport, film.selection), (view, selection));
    assert_eq!(film.comment_draft.as_deref(), Some("half a"));

    // The history is the same on both sides: the second takes back what the first did.
    assert_eq!(film.history.num_steps(), 6);
    ask(&mut second, Command::Undo);
    assert!(seen(&mut second, &mut first, "an undo", |w| labels(w).len() == 5) < SOON);
    ask(&mut first, Command::Walk(WalkCommand::GoTo(None)));
    assert!(seen(&mut first, &mut second, "a jump", |w| labels(w).is_empty()) < SOON);

    // The worklist follows too: complete a film in one, see it completed in the other.
    ask(&mut first, Command::NoFinding);
    ask(&mut first, Command::Complete);
    let is_completed = |w: &Window| {
        let row = w.session.worklist.row(&support::entry(0).facts.image);
        row.is_some_and(|row| row.state == rachis::domain::task::TaskState::Completed)
    };
    assert!(seen(&mut first, &mut second, "completed", is_completed) < SOON);

    // Both are written in full.
    second.state_mut().handle(Input::Command(Command::KeepComment));
    for seat in [&mut first, &mut second] {
        seat::saved(seat);
    }
    drop((first, second));
    let store = Store::open(folder.path()).unwrap();
    assert_log_rebuilds(&store);
    let image = support::entry(0).facts.image;
    assert_eq!(store.reading(&image, &ReaderId::new("R1")).unwrap().comment(), "half a");
}

#[test]
fn an_edit_of_what_is_no_longer_there_is_refused_and_the_film_shown_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    drop(support::project(folder.path(), 2));
    let (mut first, mut second) = (reading(folder.path(), "R1"), reading(folder.path(), "R1"));
    draw(&mut first, "Osteophytes", (0.45, 0.3), (0.55, 0.4));
    seen(&mut first, &mut second, "the box", |w| labels(w).len() == 1);

    // Deleted in the first; before the second has heard of it, it relabels the same box and draws another.
    ask(&mut first, Command::Delete);
    seat::saved(&mut first);
    let id = second.state().session.pane.film.as_ref().unwrap().reading.annotations()[0].id();
    for command in [Command::SelectMark(id), Command::AssignLabel(LabelName::new("Spondylolysthesis"))] {
        second.state_mut().handle(Input::Command(command));
    }
    let is_told = |w: &Window| {
        let notice = w.session.notice.as_ref();
        notice.is_some_and(|n| n.kind == NoticeKind::Error && n.text.contains("changed elsewhere first"))
    };
    assert!(seen(&mut first, &mut second, "the refusal", is_told) < SOON);
    assert!(seen(&mut first, &mut second, "the film as it is", |w| labels(w).is_empty()) < SOON);
    assert_eq!(second.state().session.save_state(), SaveState::Saved);
    // It goes on from there.
    draw(&mut second, "Other lesions", (0.45, 0.5), (0.55, 0.6));
    assert!(seen(&mut second, &mut first, "the next box", |w| labels(w) == ["Other lesions"]) < SOON);
    seat::saved(&mut second);
    drop((first, second));
    assert_log_rebuilds(&Store::open(folder.path()).unwrap());
}

#[test]
fn two_readers_work_side_by_side_and_see_only_their_own() {
    let folder = tempfile::tempdir().unwrap();
    drop(support::project(folder.path(), 2));
    let (mut first, mut second) = (reading(folder.path(), "R1"), reading(folder.path(), "R2"));
    for n in 0..4 {
        let y = 0.3 + 0.1 * n as f32;
        draw(&mut first, "Osteophytes", (0.42, y), (0.5, y + 0.05));
        draw(&mut second, "Other lesions", (0.5, y), (0.58, y + 0.05));
    }
    for seat in [&mut first, &mut second] {
        seat::saved(seat);
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(600) {
            seat.step();
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    assert_eq!(labels(first.state()), ["Osteophytes"; 4]);
    assert_eq!(labels(second.state()), ["Other lesions"; 4]);

    // What concerns all readers reaches all windows.
    let instructions = ProjectCommand::SetInstructions("Look at the pedicles first.".into());
    ask(&mut first, Command::ChangeProject(Box::new(instructions)));
    let is_told = |w: &Window| w.session.project.as_ref().unwrap().settings.instructions.contains("pedicles");
    assert!(seen(&mut first, &mut second, "instructions", is_told) < SOON);
    // In an open project readers see each other's marks come in.
    ask(&mut first, Command::ChangeProject(Box::new(ProjectCommand::SetOpen(true))));
    let is_open = |w: &Window| w.session.project.as_ref().unwrap().settings.is_open;
    assert!(seen(&mut first, &mut second, "the project is open", is_open) < SOON);
    draw(&mut first, "Foraminal stenosis", (0.6, 0.3), (0.66, 0.36));
    let sees = |w: &Window| {
        let others = &w.session.pane.film.as_ref().unwrap().others;
        others.iter().any(|reading| reading.num_marks() == 5)
    };
    assert!(seen(&mut first, &mut second, "the other reader's marks", sees) < SOON);
    assert_eq!(labels(second.state()), ["Other lesions"; 4]);
    drop((first, second));
    assert_log_rebuilds(&Store::open(folder.path()).unwrap());
}

#[test]
fn a_project_that_keeps_readers_apart_again_shows_no_film_with_others_marks() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = support::project(folder.path(), 4);
    store.set_open(true).unwrap();
    for n in 0..2 {
        let rect = Rect::from_columns(10.0, 10.0, 50.0, 60.0).unwrap();
        let id = rachis::domain::id::AnnotationId::new(store.session(), n + 1);
        let mark = rachis::domain::annotation::Annotation::boxed(id, LabelName::new("Fracture"), rect, Origin::Drawn);
        let entry = rachis::domain::log::NewLogEntry {
            image: support::entry(n as usize).facts.image,
            reader: ReaderId::new("R2"),
            step: rachis::domain::log::Step::Do,
            edit: Edit::Add(mark.unwrap()),
            made_at_ms: 1,
        };
        store.commit(&entry).unwrap();
    }
    drop(store);
    let mut seat = reading(folder.path(), "R1");
    let others = |w: &Window| w.session.pane.film.as_ref().unwrap().others.len();
    assert_eq!(others(seat.state()), 1);
    // Time for the next film to be read ahead.
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(600) {
        seat.step();
        std::thread::sleep(Duration::from_millis(20));
    }
    ask(&mut seat, Command::ChangeProject(Box::new(ProjectCommand::SetOpen(false))));
    seat::wait(&mut seat, "apart", |w| {
        let is_open = w.session.project.as_ref().unwrap().settings.is_open;
        assert!(is_open || others(w) == 0, "seen after it may not be");
        !is_open
    });
    seat.state_mut().handle(Input::Command(Command::OpenFilm(support::entry(1).facts.image)));
    let film = |w: &Window| w.session.pane.film.as_ref().unwrap().image().clone();
    seat::wait(&mut seat, "the next film", |w| {
        assert_eq!(others(w), 0);
        film(w) == support::entry(1).facts.image
    });
}

#[test]
fn a_script_that_writes_does_not_make_the_window_ask_all_the_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = support::project(folder.path(), 4);
    let mut seat = reading(folder.path(), "R1");
    let (image, reader) = (support::entry(2).facts.image, ReaderId::new("R2"));
    let start = Instant::now();
    let mut num_written = 0u32;
    let mut slowest = Duration::ZERO;
    // Another reader's films, as fast as they can be written: nothing of it is on this screen.
    while start.elapsed() < Duration::from_secs(2) {
        num_written += 1;
        let rect = Rect::from_columns(1.0, 2.0, 30.0, 40.0 + f64::from(num_written)).unwrap();
        let id = rachis::domain::id::AnnotationId::new(store.session(), num_written);
        let mark = rachis::domain::annotation::Annotation::boxed(id, LabelName::new("Fracture"), rect, Origin::Drawn);
        let entry = rachis::domain::log::NewLogEntry {
            image: image.clone(),
            reader: reader.clone(),
            step: rachis::domain::log::Step::Do,
            edit: Edit::Add(mark.unwrap()),
            made_at_ms: 1,
        };
        store.commit(&entry).unwrap();
        let frame = Instant::now();
        seat.state_mut().handle(Input::Command(Command::SelectNext));
        slowest = slowest.max(frame.elapsed());
        if num_written.is_multiple_of(8) {
            seat.step();
        }
    }
    println!("{num_written} edits of another program; the slowest command took {slowest:?}");
    assert!(num_written > 20, "{num_written}");
    assert!(slowest < Duration::from_millis(50), "{slowest:?}");
    assert_eq!(seat.state().session.notice, None);
}

#[test]
#[cfg(unix)]
fn a_project_that_cannot_be_written_opens_to_look_and_says_so() {
    use egui_kittest::kittest::Queryable;
    let folder = tempfile::tempdir().unwrap();
    drop(support::project(folder.path(), 2));
    // What the lane that opens projects falls back to, wherever a disk is read-only; root can write to any file.
    let mut seat = reading(folder.path(), "R1");
    seat.state_mut().session.project.as_mut().unwrap().is_read_only = true;
    draw(&mut seat, "Osteophytes", (0.45, 0.3), (0.55, 0.4));
    assert_eq!(labels(seat.state()), Vec::<String>::new());
    seat.run_steps(2);
    assert!(seat.query_by_label("TO LOOK ONLY").is_some());
    let notice = seat.state().session.notice.as_ref().unwrap();
    assert!(notice.text.contains("to look only"), "{}", notice.text);
}
