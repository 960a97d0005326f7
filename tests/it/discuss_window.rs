//! Image quality, studies, comments and instructions in the window, by accessibility labels.

use egui_kittest::kittest::Queryable;
use rachis::app::Window;
use rachis::domain::comment::{Comment, Pin};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Point;
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::quality::UnfitReason;
use rachis::session::discussing::DiscussCommand;
use rachis::session::{Command, Input, Layout, Screen};
use rachis::store::Store;

use crate::seat::{Seat, at_project, drag, is_reading, resume, saved, wait};
use crate::support;

fn image(n: usize) -> ImageId {
    support::entry(n).facts.image
}

/// At the first film of a project of four films in two studies, as R1.
fn at_first_film<'a>(folder: &std::path::Path) -> Seat<'a> {
    let mut seat = at_project(folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label_contains("Film 1, AP, New").click();
    wait(&mut seat, "the film is painted", |w| is_reading(w) && is_drawn(w));
    seat
}

fn is_drawn(window: &Window) -> bool {
    window.session.pane.film.as_ref().is_some_and(|film| film.is_drawn)
}

fn is_at(n: usize) -> impl Fn(&Window) -> bool {
    move |w| is_reading(w) && is_drawn(w) && w.session.pane.film.as_ref().is_some_and(|film| *film.image() == image(n))
}

fn written(store: &mut Store, n: usize, reader: &str, edit: Edit) {
    let entry = NewLogEntry { image: image(n), reader: ReaderId::new(reader), step: Step::Do, edit, made_at_ms: 1_000 };
    store.commit(&entry).unwrap();
}

fn comment(id: i64, answers: Option<i64>, text: &str, pin: Pin) -> Edit {
    let comment = Comment {
        id: AnnotationId(id),
        answers: answers.map(AnnotationId),
        pin,
        text: text.into(),
        is_resolved: false,
        made_at_ms: id,
    };
    Edit::Comment { before: None, after: Some(comment) }
}

fn notice(seat: &Seat<'_>) -> String {
    seat.state().session.notice.as_ref().map_or_else(String::new, |notice| notice.text.clone())
}

#[test]
fn an_unfit_film_leaves_the_queue_with_two_keys_and_comes_back_with_a_click() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 4));
    let mut seat = at_first_film(&folder);

    // A key opens the small list, a digit chooses.
    seat.key_press_modifiers(egui::Modifiers::ALT, egui::Key::U);
    seat.run_steps(3);
    seat.get_by_label("Unfit: Low quality");
    seat.key_press(egui::Key::Num4);
    seat.run_steps(3);
    let unfit = |seat: &Seat<'_>| seat.state().session.pane.film.as_ref().unwrap().reading.unfit();
    assert_eq!(unfit(&seat), Some(UnfitReason::LowQuality));
    seat.get_by_label("Unfit to be read: Low quality");
    assert!(seat.state().session.dialog.is_none());

    // One click takes it back, and undo takes that back.
    seat.get_by_label("Fit again").click_accesskit();
    seat.run_steps(3);
    assert_eq!(unfit(&seat), None);
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Z);
    seat.run_steps(3);
    assert_eq!(unfit(&seat), Some(UnfitReason::LowQuality));

    // The second film goes with one key more than its reason, straight to the third.
    seat.key_press(egui::Key::D);
    wait(&mut seat, "the second film", is_at(1));
    seat.key_press_modifiers(egui::Modifiers::CTRL | egui::Modifiers::ALT, egui::Key::U);
    seat.run_steps(3);
    seat.key_press(egui::Key::Num5);
    wait(&mut seat, "the third film", is_at(2));

    // Completing goes round past both.
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Enter);
    wait(&mut seat, "the fourth film", is_at(3));
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Enter);
    seat.run_steps(5);
    assert!(notice(&seat).contains("Every film"), "{}", notice(&seat));

    // The list counts them, shows them, and filters by reason.
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::L);
    seat.run_steps(3);
    seat.get_by_label("New 0");
    seat.get_by_label("Unfit 2").click();
    seat.run_steps(3);
    assert_eq!(seat.state().session.worklist.num_shown(), 2);
    seat.get_by_label("Film 1, AP, Unfit");
    seat.get_by_label("Lateral view 1").click();
    seat.run_steps(3);
    assert_eq!(seat.state().session.worklist.num_shown(), 1);
    seat.get_by_label("All 4").click();
    seat.run_steps(3);
    assert_eq!(seat.state().session.worklist.num_shown(), 4);
    saved(&mut seat);
    eframe::App::on_exit(seat.state_mut());
    drop(seat);

    // It is one reader's word: the other reader's queue has every film.
    let store = Store::open(&folder).unwrap();
    assert_eq!(store.reading(&image(1), &ReaderId::new("R1")).unwrap().unfit(), Some(UnfitReason::LateralView));
    drop(store);
    let mut seat = at_project(&folder);
    seat.state_mut().handle(Input::Command(Command::ChangeReader));
    seat.run_steps(3);
    seat.get_by_label("Read as R2").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("New 4");
}

#[test]
fn nobody_calls_a_film_unfit_that_was_not_shown() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_first_film(&folder);
    let ask =
        Input::Command(Command::Discuss(DiscussCommand::Unfit { reason: UnfitReason::LowQuality, goes_on: false }));
    seat.state_mut().session.pane.film.as_mut().unwrap().is_drawn = false;
    seat.state_mut().handle(ask);
    assert_eq!(seat.state().session.pane.film.as_ref().unwrap().reading.unfit(), None);
    assert!(notice(&seat).contains("not shown"), "{}", notice(&seat));
}

#[test]
fn a_study_is_decided_from_its_films() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 4));
    let mut seat = at_first_film(&folder);
    seat.get_by_label("Study: undecided · 0 of 2 films decided");
    seat.key_press(egui::Key::N);
    seat.run_steps(3);
    seat.get_by_label("Study: undecided · 1 of 2 films decided");

    // Both films on the screen: one key decides what was painted and is undecided.
    seat.key_press(egui::Key::F2);
    wait(&mut seat, "both films are painted", |w| {
        w.session.layout == Layout::Two
            && w.session.panes().all(|(_, pane)| pane.film.as_ref().is_some_and(|film| film.is_drawn))
    });
    seat.key_press_modifiers(egui::Modifiers::CTRL | egui::Modifiers::ALT, egui::Key::N);
    seat.run_steps(3);
    seat.get_by_label("Study: normal · 2 of 2 films decided");
    let num = seat.state().session.panes().filter(|(_, p)| p.film.as_ref().unwrap().reading.has_no_finding()).count();
    assert_eq!(num, 2);
    seat.key_press_modifiers(egui::Modifiers::CTRL | egui::Modifiers::ALT, egui::Key::N);
    seat.run_steps(3);
    seat.get_by_label("Study: normal · 2 of 2 films decided");

    // The list says so in a column that filters.
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::L);
    seat.run_steps(3);
    seat.state_mut().handle(Input::Command(Command::Discuss(DiscussCommand::FilterStudy(Some(
        rachis::domain::reading::Decision::Normal,
    )))));
    seat.run_steps(3);
    assert_eq!(seat.state().session.worklist.num_shown(), 2);
    saved(&mut seat);
}

fn draft(seat: &mut Seat<'_>, text: &str) {
    wait(seat, "the field", |w| w.session.pane.film.as_ref().is_some_and(|film| film.discussion.draft.is_some()));
    seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Comment text").focus();
    seat.run_steps(2);
    seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Comment text").type_text(text);
    seat.run_steps(3);
}

#[test]
fn a_thread_is_written_answered_resolved_and_kept_when_the_film_leaves() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 4));
    let mut seat = at_first_film(&folder);
    seat.key_press(egui::Key::Num1);
    seat.run_steps(2);
    drag(&mut seat, egui::PointerButton::Primary, (0.45, 0.4), (0.55, 0.5));

    // A key opens the field on the selected finding; it has the keyboard, and letters are text.
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::M);
    draft(&mut seat, "Spur or overlap? n1");
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Enter);
    seat.run_steps(3);
    let comments = |seat: &Seat<'_>| seat.state().session.pane.film.as_ref().unwrap().reading.comments().to_vec();
    let mark = seat.state().session.pane.film.as_ref().unwrap().reading.annotations()[0].id();
    assert_eq!(comments(&seat).len(), 1);
    assert!(!seat.state().session.pane.film.as_ref().unwrap().is_completed(), "the chord posted, and nothing else");
    assert_eq!((comments(&seat)[0].text.as_str(), comments(&seat)[0].pin), ("Spur or overlap? n1", Pin::Mark(mark)));
    seat.get_by_label("Spur or overlap? n1");
    assert_eq!(seat.state().session.shown_pins(&seat.state().session.pane).len(), 1);

    // The pin is beside its finding, goes with the overlays, and a click on it draws nothing.
    let pin = seat.state().session.shown_pins(&seat.state().session.pane)[0];
    let canvas = seat.get_by_label_contains("Film canvas").rect();
    let at = canvas.min + egui::vec2(pin.middle.x as f32, pin.middle.y as f32);
    seat.hover_at(at);
    seat.step();
    for pressed in [true, false] {
        let button = egui::PointerButton::Primary;
        seat.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers: egui::Modifiers::NONE });
        seat.step();
    }
    seat.run_steps(2);
    let film = seat.state().session.pane.film.as_ref().unwrap();
    assert_eq!((film.reading.num_marks(), film.discussion.chosen), (1, Some(pin.thread)));
    seat.key_press(egui::Key::Backtick);
    seat.run_steps(2);
    assert!(seat.state().session.shown_pins(&seat.state().session.pane).is_empty());
    seat.key_press(egui::Key::Backtick);
    seat.key_press(egui::Key::Backtick);
    seat.run_steps(2);

    // An answer that was only typed is kept when the film leaves.
    seat.get_by_label("Answer comment 1").click_accesskit();
    draft(&mut seat, "Overlap, see the lateral film");
    seat.state_mut().handle(Input::Command(Command::NextFilm));
    wait(&mut seat, "the second film", is_at(1));
    saved(&mut seat);
    seat.key_press(egui::Key::A);
    wait(&mut seat, "the first film again", is_at(0));
    assert_eq!(comments(&seat).len(), 2);
    assert_eq!(comments(&seat)[1].answers, Some(comments(&seat)[0].id));

    // Resolved, it is out of the list and off the film; the chip brings it back, and undo opens it again.
    seat.get_by_label("Comments  1");
    seat.get_by_label("Resolve comment 1").click_accesskit();
    seat.run_steps(3);
    seat.get_by_label("Comments  0");
    assert!(seat.state().session.shown_pins(&seat.state().session.pane).is_empty());
    assert_eq!(seat.state().session.worklist.row(&image(0)).unwrap().num_open_threads, 0);
    seat.get_by_label("1 resolved").click_accesskit();
    seat.run_steps(3);
    seat.get_by_label("Reopen comment 1").click_accesskit();
    seat.run_steps(3);
    seat.get_by_label("Comments  1");
    assert_eq!(seat.state().session.worklist.row(&image(0)).unwrap().num_open_threads, 1);

    // Deleting one's first word leaves the answer; undo brings it back.
    seat.get_all_by_label("Delete comment").next().unwrap().click_accesskit();
    seat.run_steps(3);
    seat.get_by_label("The first comment was deleted.");
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Z);
    seat.run_steps(3);
    assert!(seat.query_by_label("The first comment was deleted.").is_none());
    seat.get_all_by_label("Edit comment").next().unwrap().click_accesskit();
    draft(&mut seat, " Yes.");
    seat.get_by_label("Post comment").click_accesskit();
    seat.run_steps(3);
    assert!(comments(&seat)[0].text.contains("Yes."), "{:?}", comments(&seat)[0].text);
    saved(&mut seat);
}

#[test]
fn what_is_typed_stays_where_it_cannot_be_saved_and_blank_text_is_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_first_film(&folder);
    let ask = |command| Input::Command(Command::Discuss(command));
    let place = Pin::Place(Point::new(30.0, 40.0));
    seat.state_mut().handle(ask(DiscussCommand::CommentOn(place)));
    seat.state_mut().handle(ask(DiscussCommand::Type("  \n ".into())));
    seat.state_mut().handle(ask(DiscussCommand::Post));
    let film = |seat: &Seat<'_>| seat.state().session.pane.film.clone().unwrap();
    assert_eq!((film(&seat).reading.comments().len(), film(&seat).discussion.draft), (0, None));
    // A second comment that is begun keeps the first.
    seat.state_mut().handle(ask(DiscussCommand::CommentOn(place)));
    seat.state_mut().handle(ask(DiscussCommand::Type("first".into())));
    seat.state_mut().handle(ask(DiscussCommand::CommentOn(Pin::Film)));
    assert_eq!(film(&seat).reading.comments().len(), 1);
    assert_eq!(film(&seat).reading.comments()[0].pin, place);
    // A reading that may not change keeps the film where it is, and the text in its field.
    seat.state_mut().handle(ask(DiscussCommand::Type("second".into())));
    seat.state_mut().session.pane.film.as_mut().unwrap().is_reference = true;
    seat.state_mut().handle(Input::Command(Command::NextFilm));
    seat.run_steps(3);
    assert_eq!(film(&seat).discussion.draft.unwrap().text, "second");
    assert_eq!(*film(&seat).image(), image(0));
    seat.state_mut().session.pane.film.as_mut().unwrap().is_reference = false;
    seat.state_mut().handle(Input::Command(Command::ShowWorklist));
    assert_eq!(film(&seat).reading.comments().len(), 2);
    seat.run_steps(3);
    seat.get_by_label("Film 1, AP, New, 2 comments");
    saved(&mut seat);
}

/// Everything that the window says to a screen reader, and every text that it paints.
fn everything_said(seat: &mut Seat<'_>) -> String {
    seat.run_steps(3);
    let mut said = format!("{:?}", seat.root());
    for clipped in &seat.output().shapes {
        collect(&clipped.shape, &mut said);
    }
    said
}

fn collect(shape: &egui::Shape, said: &mut String) {
    match shape {
        egui::Shape::Text(text) => {
            said.push_str(text.galley.text());
            said.push('\n');
        }
        egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, said)),
        _ => {}
    }
}

#[test]
fn others_comments_are_seen_only_where_the_project_is_open() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut store = support::project(&folder, 2);
    let place = Pin::Place(Point::new(100.0, 100.0));
    written(&mut store, 0, "R2", comment(77, None, "QUESTIONMARKER", place));
    written(&mut store, 0, "R1", comment(78, Some(77), "MYANSWER", place));
    drop(store);
    let mut seat = at_first_film(&folder);
    let said = everything_said(&mut seat);
    assert!(said.contains("MYANSWER"), "one's own word is there, or the search finds nothing");
    assert!(!said.contains("QUESTIONMARKER") && !said.contains("R2"), "{said}");
    saved(&mut seat);
    eframe::App::on_exit(seat.state_mut());
    drop(seat);

    let mut store = Store::open(&folder).unwrap();
    store.set_open(true).unwrap();
    drop(store);
    let mut seat = at_project(&folder);
    resume(&mut seat);
    wait(&mut seat, "the film", is_at(0));
    let said = everything_said(&mut seat);
    assert!(said.contains("QUESTIONMARKER") && said.contains("R2") && !said.contains("Reader two"), "{said}");
    // Another's thread is settled by an answer, never by changing another's word.
    seat.get_by_label("Resolve comment 1").click_accesskit();
    seat.run_steps(3);
    seat.get_by_label("Comments  0");
    let own = seat.state().session.pane.film.as_ref().unwrap().reading.comments().to_vec();
    assert!(own.iter().all(|comment| comment.answers == Some(AnnotationId(77))) && own[1].is_resolved, "{own:?}");
    // Closed again while the film is on the screen, they are gone at once.
    let mut settings = seat.state().session.project.as_ref().unwrap().settings.clone();
    settings.is_open = false;
    seat.state_mut().session.project.as_mut().unwrap().settings = settings;
    let said = everything_said(&mut seat);
    assert!(!said.contains("QUESTIONMARKER"), "{said}");
}

#[test]
fn instructions_stay_open_beside_the_film_and_are_written_in_the_project() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 4));
    let mut seat = at_first_film(&folder);
    seat.key_press(egui::Key::F5);
    seat.run_steps(3);
    seat.get_by_label("This project gives no instructions yet. Edit writes some.");
    seat.get_by_label("Edit").click_accesskit();
    wait(&mut seat, "the page", |w| w.session.screen == Screen::Project);
    seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Reading instructions").focus();
    seat.run_steps(2);
    seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Reading instructions")
        .type_text("# Osteophytes\n- **Count** every spur");
    seat.run_steps(3);
    seat.get_by_label("Apply instructions").click_accesskit();
    wait(&mut seat, "applied", |w| {
        w.session.project.as_ref().is_some_and(|p| p.settings.instructions.starts_with("# Osteophytes"))
    });
    seat.get_by_label("Back").click();
    seat.run_steps(3);
    seat.get_by_label("Count every spur");
    // It is no dialog: the film is read while it stands there.
    seat.key_press(egui::Key::Num1);
    seat.run_steps(2);
    drag(&mut seat, egui::PointerButton::Primary, (0.4, 0.4), (0.6, 0.5));
    seat.get_by_label("Finding Osteophytes 1");

    // The finding becomes a picture of its label, and the film a case.
    seat.state_mut().handle(Input::Command(Command::Discuss(DiscussCommand::UseAsReference)));
    wait(&mut seat, "the picture", |w| w.session.guide.references.len() == 1);
    let picture = seat.state().session.guide.references[0].picture.clone().expect("a picture");
    assert!(
        picture.width > 20 && picture.width <= 512 && picture.height <= 512,
        "{} {}",
        picture.width,
        picture.height
    );
    seat.run_steps(2);
    seat.get_by_label("Reference picture Osteophytes");
    seat.state_mut().handle(Input::Command(Command::Discuss(DiscussCommand::AddFilmAsReference)));
    wait(&mut seat, "the case", |w| w.session.guide.references.len() == 2);

    // From another film the case opens beside it, to look at only.
    seat.state_mut().handle(Input::Command(Command::OpenFilm(image(2))));
    wait(&mut seat, "the third film", is_at(2));
    seat.get_by_label("Open Case 2 beside").click_accesskit();
    wait(&mut seat, "the case beside", |w| {
        w.session.layout == Layout::Two
            && w.session.slot_of(&image(0)).is_some_and(|slot| {
                w.session.pane_at(slot).unwrap().film.as_ref().is_some_and(|film| film.is_reference && film.is_drawn)
            })
    });
    assert_eq!(*seat.state().session.pane.film.as_ref().unwrap().image(), image(2), "the film being read stays it");
    let slot = seat.state().session.slot_of(&image(0)).unwrap();
    seat.state_mut().handle(Input::Command(Command::ActivatePane(slot)));
    seat.state_mut().handle(Input::Command(Command::Delete));
    seat.state_mut().handle(Input::Command(Command::MarkAbnormal));
    seat.run_steps(2);
    assert!(notice(&seat).contains("to compare with"), "{}", notice(&seat));
    seat.state_mut().handle(Input::Command(Command::OpenFilm(image(0))));
    seat.state_mut().handle(Input::Command(Command::MarkAbnormal));
    assert!(!notice(&seat).contains("to compare with"), "opened by itself, it is read");

    // On its page the list is named, ordered and cleared.
    seat.state_mut().handle(Input::Command(Command::ChangeProject(Box::new(rachis::session::ProjectCommand::Show(
        rachis::session::ProjectPage::Guide,
    )))));
    seat.run_steps(3);
    seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Caption of reference 1").focus();
    seat.run_steps(2);
    seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Caption of reference 1").type_text("Claw spur");
    seat.run_steps(2);
    seat.key_press(egui::Key::Enter);
    wait(&mut seat, "named", |w| w.session.guide.references[0].caption == "Claw spur");
    seat.get_by_label("Move reference 1 down").click_accesskit();
    wait(&mut seat, "named and moved", |w| w.session.guide.references.get(1).is_some_and(|r| r.caption == "Claw spur"));
    seat.get_by_label("Delete reference 1").click_accesskit();
    wait(&mut seat, "deleted", |w| w.session.guide.references.len() == 1);
    saved(&mut seat);
}
