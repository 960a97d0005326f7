//! Settling what readers disagree on, in the window: one key a finding, by accessibility label, and everything undoes.

use std::path::Path;

use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable};
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::consensus::Policy;
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::label::{ABNORMAL, LabelName};
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::people::{CONSENSUS_LAYER, Role, Roles};
use rachis::domain::presence::{LabelAnswers, Presence};
use rachis::domain::project::Reader;
use rachis::domain::task::TaskState;
use rachis::jobs::CancelToken;
use rachis::session::Screen;
use rachis::session::team::Hand;
use rachis::session::viewport::Zoom;
use rachis::store::Store;
use rachis::workflows::consensus::{ConsensusAsked, make_consensus};

use crate::seat::{Seat, at_project, drag, is_reading, saved, wait};
use crate::support;

/// Reader, label and box of a mark.
pub type Mark<'a> = (&'a str, &'a str, [f64; 4]);

/// Three readers: seen by all alike, seen by two, called two things, seen by one, and two that overlap a little.
const MARKS: [Mark<'_>; 10] = [
    ("R1", "Osteophytes", [20.0, 20.0, 80.0, 80.0]),
    ("R2", "Osteophytes", [20.0, 20.0, 80.0, 80.0]),
    ("R3", "Osteophytes", [20.0, 20.0, 80.0, 80.0]),
    ("R1", "Osteophytes", [20.0, 200.0, 80.0, 260.0]),
    ("R2", "Osteophytes", [24.0, 204.0, 84.0, 264.0]),
    ("R1", "Disc space narrowing", [180.0, 20.0, 280.0, 60.0]),
    ("R2", "Foraminal stenosis", [182.0, 22.0, 282.0, 62.0]),
    ("R3", "Disc space narrowing", [180.0, 20.0, 280.0, 60.0]),
    ("R3", "Other lesions", [180.0, 200.0, 240.0, 260.0]),
    ("R1", "Other lesions", [210.0, 210.0, 290.0, 290.0]),
];
const NUM_FINDINGS: usize = 5;

pub fn film(n: usize) -> ImageId {
    ImageId::new(format!("{n:032x}"))
}

/// Read by three, to be settled by two others.
fn project(folder: &Path, num_films: usize, marks: &[Mark<'_>]) {
    let mut store = support::project(folder, num_films);
    let senior = |id: &str| Reader {
        years_of_experience: Some(30),
        roles: Roles::NONE.with(Role::Reviewer),
        ..Reader::new(id, "Senior")
    };
    store.add_reader(&Reader { years_of_experience: Some(5), ..Reader::new("R3", "Reader three") }).unwrap();
    store.add_reader(&senior("R4")).unwrap();
    store.add_reader(&senior("R5")).unwrap();
    for n in 0..num_films {
        for (at, &(reader, label, [x, y, right, bottom])) in marks.iter().enumerate() {
            let id = AnnotationId::new(1, (n * marks.len() + at + 1) as u32);
            let rect = Rect::from_columns(x, y, right, bottom).unwrap();
            let mark = Annotation::boxed(id, LabelName::new(label), rect, Origin::Drawn).unwrap();
            commit(&mut store, n, reader, Edit::Add(mark));
        }
        for reader in ["R1", "R2", "R3"] {
            let (before, after) = (TaskState::New, TaskState::Completed);
            commit(&mut store, n, reader, Edit::SetTaskState { before, after });
        }
    }
}

fn commit(store: &mut Store, n: usize, reader: &str, edit: Edit) {
    let entry = NewLogEntry { image: film(n), reader: reader.into(), step: Step::Do, edit, made_at_ms: 1000 };
    store.commit(&entry).unwrap();
}

pub fn key(seat: &mut Seat<'_>, modifiers: Modifiers, key: Key) {
    seat.key_press_modifiers(modifiers, key);
    seat.run_steps(4);
}

pub fn plain(seat: &mut Seat<'_>, pressed: Key) {
    key(seat, Modifiers::NONE, pressed);
}

fn is_open(window: &rachis::app::Window) -> bool {
    let has_film = window.session.pane.film.as_ref().is_some_and(|film| film.film().is_some());
    window.session.screen == Screen::Review && window.session.team.reviewing.review.is_some() && has_film
}

/// Signed in as R4, at the first film under review.
fn at_review<'a>(folder: &Path, num_films: usize) -> Seat<'a> {
    at_review_of(folder, num_films, &MARKS)
}

/// The same of these marks.
pub fn at_review_of<'a>(folder: &Path, num_films: usize, marks: &[Mark<'_>]) -> Seat<'a> {
    project(folder, num_films, marks);
    sat_down(folder, num_films)
}

fn sat_down<'a>(folder: &Path, num_films: usize) -> Seat<'a> {
    let mut seat = at_project(folder);
    seat.get_by_label("Read as R4").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("Review films").click();
    wait(&mut seat, "films to review", |w| w.session.team.reviewing.films.len() == num_films);
    seat.get_by_label_contains("Review film 1: To begin, not begun").click();
    wait(&mut seat, "the review", is_open);
    seat
}

/// The consensus of the first film as it is stored.
fn num_of_consensus(folder: &Path) -> usize {
    let store = Store::open_to_look(folder).unwrap();
    store.reading(&film(0), &ReaderId::new(CONSENSUS_LAYER)).unwrap().num_marks()
}

pub fn num_findings(seat: &Seat<'_>) -> usize {
    seat.query_all_by_label_contains("Finding ").filter(|node| node.accesskit_node().role() == egui::Role::Row).count()
}

/// The place of the first reader who marked the chosen finding.
fn first_who_saw_it(seat: &Seat<'_>) -> usize {
    let desk = &seat.state().session.team.reviewing;
    desk.place_of(&desk.chosen_finding().unwrap().saw()[0])
}

#[test]
fn a_film_is_settled_with_one_key_a_finding() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut seat = at_review(&folder, 1);
    assert_eq!(num_findings(&seat), NUM_FINDINGS);
    seat.get_by_label(&format!("0 of {NUM_FINDINGS} settled"));
    // What two call so and one otherwise says so; the most disagreement comes first, what all agree on last.
    seat.get_by_label_contains("Disc space narrowing 2 / Foraminal stenosis 1, seen by 3 of 3, open");
    seat.get_by_label_contains(&format!("Finding {NUM_FINDINGS}: Osteophytes, seen by 3 of 3, open"));
    // Who said what stands there whether they drew anything or not.
    seat.get_by_label("Reader A: 4 findings");
    seat.get_by_label("Reader C: 3 findings");
    // One is accepted, of one a reader's own box is taken, one is none; each key goes on to the next.
    for (num, pressed) in [Some(Key::Enter), None, Some(Key::X), Some(Key::Enter), Some(Key::Enter)].iter().enumerate()
    {
        seat.get_by_label(&format!("{num} of {NUM_FINDINGS} settled"));
        let of_reader = [Key::Num1, Key::Num2, Key::Num3][first_who_saw_it(&seat)];
        plain(&mut seat, pressed.unwrap_or(of_reader));
    }
    seat.get_by_label(&format!("{NUM_FINDINGS} of {NUM_FINDINGS} settled"));
    saved(&mut seat);
    key(&mut seat, Modifiers::SHIFT, Key::Enter);
    saved(&mut seat);
    seat.get_by_label("Signed by R4");
    seat.get_by_label("Settled: everybody has signed.");
    // One was rejected.
    assert_eq!(num_of_consensus(&folder), NUM_FINDINGS - 1);
}

#[test]
fn merging_accepting_all_completing_and_signing_undo() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut seat = at_review(&folder, 1);
    // The two that overlap a little are one.
    seat.get_all_by_label_contains("Other lesions, seen by 1 of 3, open").next().unwrap().click();
    seat.run_steps(4);
    plain(&mut seat, Key::M);
    assert_eq!(num_findings(&seat), NUM_FINDINGS - 1);
    seat.get_by_label_contains("Other lesions, seen by 2 of 3, open");
    let told = seat.state().session.notice.as_ref().unwrap().text.clone();
    let numbers: Vec<usize> = told.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [first, last] = numbers[..] else { panic!("two numbers: {told}") };
    assert_eq!(
        told,
        format!("{first} Other lesions and {last} Other lesions are one finding now. U takes it back."),
        "what became of them is told"
    );
    assert!(first < last && last <= NUM_FINDINGS);
    seat.get_by_label(&told);
    // Undone, and done again, and split.
    plain(&mut seat, Key::U);
    assert_eq!(num_findings(&seat), NUM_FINDINGS);
    key(&mut seat, Modifiers::CTRL, Key::Y);
    assert_eq!(num_findings(&seat), NUM_FINDINGS - 1);
    plain(&mut seat, Key::S);
    assert_eq!(num_findings(&seat), NUM_FINDINGS);
    // All that everybody agrees on, at one key.
    plain(&mut seat, Key::A);
    seat.get_by_label(&format!("1 of {NUM_FINDINGS} settled"));
    seat.get_by_label_contains("Osteophytes, seen by 3 of 3, settled");
    plain(&mut seat, Key::U);
    seat.get_by_label(&format!("0 of {NUM_FINDINGS} settled"));
    // Completed, and not.
    for _ in 0..NUM_FINDINGS {
        plain(&mut seat, Key::Enter);
    }
    seat.get_by_label(&format!("{NUM_FINDINGS} of {NUM_FINDINGS} settled"));
    plain(&mut seat, Key::U);
    seat.get_by_label(&format!("{} of {NUM_FINDINGS} settled", NUM_FINDINGS - 1));
    // A film with something open is not signed.
    key(&mut seat, Modifiers::SHIFT, Key::Enter);
    assert!(seat.query_by_label("Signed by R4").is_none());
    key(&mut seat, Modifiers::CTRL, Key::Y);
    key(&mut seat, Modifiers::SHIFT, Key::Enter);
    saved(&mut seat);
    assert_eq!(num_of_consensus(&folder), NUM_FINDINGS);
    key(&mut seat, Modifiers::CTRL, Key::R);
    saved(&mut seat);
    assert_eq!(num_of_consensus(&folder), 0);
    assert!(seat.query_by_label("Signed by R4").is_none());
    // What was settled stands.
    seat.get_by_label(&format!("{NUM_FINDINGS} of {NUM_FINDINGS} settled"));
    // Readers' own marks are as they were.
    let store = Store::open_to_look(&folder).unwrap();
    assert_eq!(store.reading(&film(0), &"R1".into()).unwrap().num_marks(), 4);
}

#[test]
fn whoever_takes_a_signature_back_is_told_that_a_rule_speaks_again() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    project(&folder, 1, &MARKS);
    let asked = ConsensusAsked { policy: Policy::default(), least_readers: 2, by: "R1".into(), at_ms: 2000 };
    make_consensus(&mut Store::open(&folder).unwrap(), &asked, &|_| {}, &CancelToken::new()).unwrap();
    let by_rule = num_of_consensus(&folder);
    assert!(by_rule > 0 && by_rule < NUM_FINDINGS);
    let mut seat = sat_down(&folder, 1);
    for _ in 0..NUM_FINDINGS {
        plain(&mut seat, Key::Enter);
    }
    key(&mut seat, Modifiers::SHIFT, Key::Enter);
    saved(&mut seat);
    assert_eq!(num_of_consensus(&folder), NUM_FINDINGS);
    key(&mut seat, Modifiers::CTRL, Key::R);
    let says_so = |w: &rachis::app::Window| {
        let text = w.session.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default();
        text.contains("the consensus of this film is again what a rule made of its readers")
    };
    wait(&mut seat, "the sentence", says_so);
    assert_eq!(num_of_consensus(&folder), by_rule);
}

#[test]
fn a_box_is_drawn_for_what_nobody_marked_and_escape_leaves_it() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_review(&scratch.path().join("project"), 1);
    plain(&mut seat, Key::D);
    seat.get_by_label("New finding");
    plain(&mut seat, Key::Escape);
    assert_eq!(seat.state().session.team.reviewing.hand, Hand::Free);
    plain(&mut seat, Key::D);
    drag(&mut seat, egui::PointerButton::Primary, (0.4, 0.7), (0.5, 0.8));
    plain(&mut seat, Key::Enter);
    assert_eq!(num_findings(&seat), NUM_FINDINGS + 1);
    seat.get_by_label_contains("added in review, settled");
    // Its film moves, windows and enlarges as on the reading screen.
    let before = seat.state().session.pane.film.as_ref().unwrap().viewport;
    plain(&mut seat, Key::N);
    let view = |seat: &Seat<'_>| seat.state().session.pane.film.as_ref().unwrap().viewport;
    assert_ne!(view(&seat), before);
    let near = view(&seat);
    drag(&mut seat, egui::PointerButton::Primary, (0.1, 0.9), (0.2, 0.8));
    assert_ne!(view(&seat).center, near.center);
    let window = |seat: &Seat<'_>| seat.state().session.pane.film.as_ref().unwrap().window();
    let shown = window(&seat);
    drag(&mut seat, egui::PointerButton::Secondary, (0.1, 0.9), (0.3, 0.8));
    assert_ne!(window(&seat), shown);
    plain(&mut seat, Key::F);
    assert_eq!(view(&seat).zoom, before.zoom);
    saved(&mut seat);
}

#[test]
fn a_question_goes_to_readers_and_films_follow_each_other() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut seat = at_review(&folder, 2);
    plain(&mut seat, Key::Q);
    seat.get_by_label("Your question").type_text("Is this a vessel?");
    seat.run_steps(4);
    key(&mut seat, Modifiers::CTRL, Key::Enter);
    seat.get_by_label_contains("seen by 2 of 3, sent back");
    saved(&mut seat);
    let asked = Store::open_to_look(&folder).unwrap().questions_to(&"R2".into()).unwrap();
    assert_eq!(asked.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["Is this a vessel?"]);
    // Readers go by letters until their names are asked for.
    seat.get_by_label_contains("Take the box of A");
    key(&mut seat, Modifiers::SHIFT, Key::N);
    seat.get_by_label_contains("Take the box of R1");
    for _ in 0..NUM_FINDINGS {
        plain(&mut seat, Key::Enter);
    }
    // Nobody who waits for an answer signs by habit; who means it signs once more.
    seat.get_by_label("1 question has no answer yet.");
    key(&mut seat, Modifiers::SHIFT, Key::Enter);
    assert_eq!(seat.state().session.team.reviewing.image, Some(film(0)));
    assert!(seat.query_by_label("Signed by R4").is_none());
    key(&mut seat, Modifiers::SHIFT, Key::Enter);
    wait(&mut seat, "the next film", |w| is_open(w) && w.session.team.reviewing.image == Some(film(1)));
    seat.get_by_label(&format!("0 of {NUM_FINDINGS} settled"));
    plain(&mut seat, Key::PageUp);
    wait(&mut seat, "the first film again", |w| is_open(w) && w.session.team.reviewing.image == Some(film(0)));
    seat.get_by_label("Signed by R4");
}

#[test]
fn a_reader_answers_a_question_and_learns_nothing_else() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut seat = at_review(&folder, 1);
    plain(&mut seat, Key::Q);
    seat.get_by_label("Your question").type_text("Is this a vessel?");
    seat.run_steps(4);
    seat.get_by_label("Send the question").click();
    saved(&mut seat);
    drop(seat);
    let mut seat = at_project(&folder);
    wait(&mut seat, "the names", |w| w.session.screen == Screen::SignIn && w.session.reader.is_none());
    seat.get_by_label("Read as R2").click();
    wait(&mut seat, "the question", |w| w.session.num_questions_waiting() == 1);
    seat.get_by_label("Questions from review").click();
    wait(&mut seat, "the film", is_reading);
    wait(&mut seat, "the place of the question", |w| {
        w.session.pane.film.as_ref().is_some_and(|film| film.viewport.zoom != Zoom::Fit)
    });
    // Above everything else of the panel.
    let top = |seat: &Seat<'_>, label: &str| seat.get_by_label(label).rect().top();
    assert!(top(&seat, "?1  Is this a vessel?") < top(&seat, "Decision"));
    plain(&mut seat, Key::F);
    assert!(seat.query_all_by_label_contains("R4").next().is_none(), "who asks is not told");
    // One key goes there, and what is typed is the answer.
    key(&mut seat, Modifiers::ALT, Key::Q);
    assert!(seat.state().session.pane.film.as_ref().is_some_and(|film| film.viewport.zoom != Zoom::Fit));
    seat.get_by_label("Your answer to question 1").type_text("No, bone.");
    seat.run_steps(4);
    key(&mut seat, Modifiers::CTRL, Key::Enter);
    wait(&mut seat, "the answer is kept", |w| {
        let desk = &w.session.team.reviewing;
        desk.num_on_way == 0 && desk.questions.iter().all(|question| question.answer.is_some())
    });
    seat.get_by_label("You answered: No, bone.");
    let asked = Store::open_to_look(&folder).unwrap().questions_to(&"R2".into()).unwrap();
    assert_eq!(asked[0].answer.as_deref(), Some("No, bone."));
}

#[test]
fn another_label_is_chosen_from_a_list_and_nothing_is_settled_before() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_review(&scratch.path().join("project"), 1);
    let unsettled = format!("0 of {NUM_FINDINGS} settled");
    seat.get_by_label_contains("Disc space narrowing 2 / Foraminal stenosis 1").click();
    seat.run_steps(4);
    let called = |seat: &Seat<'_>| {
        let desk = &seat.state().session.team.reviewing;
        let findings = desk.document().unwrap().findings().iter();
        let ruled = findings.filter(|one| one.ruling().is_some());
        ruled.filter_map(|one| one.shown()).map(|(label, _)| label.to_string()).collect::<Vec<_>>()
    };
    plain(&mut seat, Key::C);
    // What readers call it stands above what nobody called it, whatever the label set's order is.
    let top = |label: &str| seat.get_by_label(label).rect().top();
    assert!(top("Call it Disc space narrowing") < top("Call it Foraminal stenosis"));
    assert!(top("Call it Foraminal stenosis") < top("Call it Ankylosis"));
    seat.get_by_label(&unsettled);
    plain(&mut seat, Key::Escape);
    assert!(seat.query_by_label("Call it Ankylosis").is_none());
    seat.get_by_label(&unsettled);
    // It opens at the name that it has: Enter leaves all as it was.
    plain(&mut seat, Key::C);
    plain(&mut seat, Key::Enter);
    assert!(seat.query_by_label("Call it Ankylosis").is_none());
    seat.get_by_label(&unsettled);
    plain(&mut seat, Key::C);
    plain(&mut seat, Key::ArrowDown);
    plain(&mut seat, Key::Enter);
    assert_eq!(called(&seat), ["Foraminal stenosis"]);
    plain(&mut seat, Key::U);
    // Letters find names, also those that are keys of labels, and the one that opened the list.
    plain(&mut seat, Key::C);
    for (letter, pressed) in [("c", Key::C), ("o", Key::O), ("l", Key::L), ("l", Key::L)] {
        seat.event(Event::Text(letter.to_owned()));
        plain(&mut seat, pressed);
    }
    seat.get_by_label(&unsettled);
    assert!(seat.query_by_label("Call it Ankylosis").is_none());
    plain(&mut seat, Key::Enter);
    assert_eq!(called(&seat), ["Vertebral collapse"]);
    plain(&mut seat, Key::U);
    // A digit is a place in the list, while nothing is typed.
    plain(&mut seat, Key::C);
    plain(&mut seat, Key::Num2);
    assert_eq!(called(&seat), ["Foraminal stenosis"]);
    plain(&mut seat, Key::U);
    // A part of a name.
    plain(&mut seat, Key::C);
    seat.get_by_label("Find a label").type_text("collapse");
    seat.run_steps(4);
    assert!(seat.query_by_label("Call it Ankylosis").is_none());
    seat.get_by_label(&unsettled);
    plain(&mut seat, Key::Enter);
    assert_eq!(called(&seat), ["Vertebral collapse"]);
    seat.get_by_label(&format!("1 of {NUM_FINDINGS} settled"));
    // A box that is dragged gets the label that was chosen beside it.
    plain(&mut seat, Key::U);
    plain(&mut seat, Key::E);
    plain(&mut seat, Key::C);
    plain(&mut seat, Key::Num2);
    seat.get_by_label(&unsettled);
    plain(&mut seat, Key::Enter);
    assert_eq!(called(&seat), ["Foraminal stenosis"]);
    saved(&mut seat);
}

#[test]
fn who_found_nothing_is_seen_on_a_film_without_boxes() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut store = support::project(&folder, 1);
    let mut senior = Reader::new("R4", "Senior");
    (senior.years_of_experience, senior.roles) = (Some(30), Roles::NONE.with(Role::Reviewer));
    store.add_reader(&senior).unwrap();
    let normal = Annotation::no_finding(AnnotationId::new(1, 1), Origin::Drawn);
    commit(&mut store, 0, "R1", Edit::Add(normal));
    let after: LabelAnswers = std::iter::once((LabelName::new(ABNORMAL), Presence::Present)).collect();
    commit(&mut store, 0, "R2", Edit::SetImageLabels { before: LabelAnswers::default(), after });
    for reader in ["R1", "R2"] {
        let (before, after) = (TaskState::New, TaskState::Completed);
        commit(&mut store, 0, reader, Edit::SetTaskState { before, after });
    }
    drop(store);
    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R4").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("Review films").click();
    wait(&mut seat, "films to review", |w| w.session.team.reviewing.films.len() == 1);
    seat.get_by_label_contains("Review film 1: To begin").click();
    wait(&mut seat, "the review", is_open);
    seat.get_by_label("2 readers, all done");
    seat.get_by_label("Reader A: No finding");
    seat.get_by_label("Reader B: Abnormal");
}

#[test]
fn the_list_tells_how_much_readers_differ_and_is_ordered_and_filtered() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut seat = at_review(&folder, 2);
    // The first film is settled but for its signature.
    for _ in 0..NUM_FINDINGS {
        plain(&mut seat, Key::Enter);
    }
    saved(&mut seat);
    key(&mut seat, Modifiers::CTRL | Modifiers::SHIFT, Key::R);
    let knows_all = |w: &rachis::app::Window| {
        let desk = &w.session.team.reviewing;
        !desk.is_loading && desk.films.len() == 2 && desk.films.iter().all(|film| desk.list.knows(film))
    };
    wait(&mut seat, "what readers marked", knows_all);
    let gist = |seat: &Seat<'_>, n: usize| {
        let desk = &seat.state().session.team.reviewing;
        desk.list.gist_of(&desk.films[n]).unwrap()
    };
    // One is unanimous.
    assert_eq!((gist(&seat, 0).num_open, gist(&seat, 1).num_open), (0, NUM_FINDINGS));
    assert_eq!((gist(&seat, 1).num_items, gist(&seat, 1).num_differing), (NUM_FINDINGS, NUM_FINDINGS - 1));
    seat.get_by_label_contains(&format!(
        "Review film 1: Waits for my signature, {NUM_FINDINGS} of {NUM_FINDINGS} settled"
    ));
    seat.get_by_label("Order by Top disagreement");
    seat.get_by_label("Order by Open").click();
    seat.run_steps(4);
    seat.get_by_label_contains("Review film 1: To begin, not begun");
    seat.get_by_label("Waits for my signature 1").click();
    seat.run_steps(4);
    assert!(seat.query_by_label_contains("To begin, not begun").is_none());
    seat.get_by_label_contains("Review film 1: Waits for my signature").click();
    wait(&mut seat, "the review", is_open);
    // The list was left to one film: there is none before it, and the next one that waits is the other.
    key(&mut seat, Modifiers::SHIFT, Key::Enter);
    wait(&mut seat, "the next film", |w| is_open(w) && w.session.team.reviewing.image == Some(film(1)));
}
