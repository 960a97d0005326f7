//! Merging findings under review: with which, where several overlap; and what is pointed at beside what is chosen.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use rachis::domain::adjudication::FindingFilter;
use rachis::domain::geometry::Point;
use rachis::session::input_map::{InputChange, Keys};
use rachis::session::settings::Language;
use rachis::session::team::{Hand, Merging, ReviewCommand, TeamCommand};
use rachis::session::{Command, Input};

use crate::review_window::{Mark, at_review_of, key, num_findings, plain};
use crate::seat::{Seat, saved};

/// One in the middle that two others overlap, the first one more; and one that nothing overlaps.
const MARKS: [Mark<'_>; 4] = [
    ("R1", "Other lesions", [150.0, 210.0, 250.0, 310.0]),
    ("R2", "Osteophytes", [110.0, 170.0, 190.0, 250.0]),
    ("R3", "Surgical implant", [235.0, 295.0, 305.0, 365.0]),
    ("R1", "Vertebral collapse", [20.0, 20.0, 80.0, 80.0]),
];

fn choose(seat: &mut Seat<'_>, label: &str) {
    seat.get_by_label_contains(&format!(": {label}, seen by 1 of 3")).click();
    seat.run_steps(4);
}

fn number(seat: &Seat<'_>, label: &str) -> usize {
    let desk = &seat.state().session.team.reviewing;
    let findings = desk.document().unwrap().findings().iter();
    findings.filter(|one| one.votes()[0].0.as_str() == label).map(|one| desk.number_of(one.key())).next().unwrap()
}

fn told(seat: &Seat<'_>) -> String {
    seat.state().session.notice.as_ref().map_or_else(String::new, |notice| notice.text.clone())
}

/// What the message says that became one.
fn message(seat: &Seat<'_>, other: &str) -> String {
    let (a, b) = (number(seat, "Other lesions"), number(seat, other));
    let names = [(a, "Other lesions"), (b, other)];
    let (first, last) = if a < b { (names[0], names[1]) } else { (names[1], names[0]) };
    format!("{} {} and {} {} are one finding now. U takes it back.", first.0, first.1, last.0, last.1)
}

fn is_marked(seat: &Seat<'_>, label: &str) -> bool {
    seat.get_by_label(&format!("Merge with finding {}: {label}, seen by 1 of 3", number(seat, label)));
    let desk = &seat.state().session.team.reviewing;
    desk.merging().and_then(Merging::marked).is_some_and(|key| desk.number_of(key) == number(seat, label))
}

/// A place of the film on the screen.
fn at(seat: &Seat<'_>, x: f64, y: f64) -> egui::Pos2 {
    let canvas = seat.get_by_label_contains("Film canvas").rect();
    let session = &seat.state().session;
    let film = session.pane.film.as_ref().unwrap();
    let p = film.viewport.screen_from_image(session.pane.canvas, film.grid()).apply(Point::new(x, y));
    canvas.min + egui::vec2(p.x as f32, p.y as f32)
}

#[test]
fn where_several_overlap_the_reviewer_says_with_which() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_review_of(&scratch.path().join("project"), 1, &MARKS);
    let undo = |seat: &mut Seat<'_>| {
        assert_eq!(num_findings(seat), 3);
        plain(seat, Key::U);
        assert_eq!(num_findings(seat), 4);
        choose(seat, "Other lesions");
    };
    choose(&mut seat, "Other lesions");
    plain(&mut seat, Key::M);
    assert_eq!(num_findings(&seat), 4, "nothing is merged before it is said with which");
    assert!(is_marked(&seat, "Osteophytes") && !is_marked(&seat, "Surgical implant"), "the one that overlaps most");
    let (wanted, other) = (number(&seat, "Osteophytes"), number(&seat, "Surgical implant"));
    let num_offered = |seat: &Seat<'_>| seat.query_all_by_label_contains("Merge with finding").count();
    assert_eq!(num_offered(&seat), 2);
    plain(&mut seat, Key::Escape);
    assert_eq!((num_offered(&seat), num_findings(&seat)), (0, 4));

    // The key once more takes the one that is marked.
    plain(&mut seat, Key::M);
    let expected = message(&seat, "Osteophytes");
    plain(&mut seat, Key::M);
    assert_eq!(told(&seat), expected);
    undo(&mut seat);
    // A digit takes the one of that number; one that stands for none of them decides nothing.
    let digit = |n: usize| [Key::Num1, Key::Num2, Key::Num3, Key::Num4][n - 1];
    plain(&mut seat, Key::M);
    let expected = message(&seat, "Surgical implant");
    let of_none = digit(number(&seat, "Vertebral collapse"));
    plain(&mut seat, of_none);
    assert_eq!(num_findings(&seat), 4);
    assert!(matches!(seat.state().session.team.reviewing.hand, Hand::Merging(_)));
    plain(&mut seat, digit(other));
    assert_eq!(told(&seat), expected);
    undo(&mut seat);
    // Arrows mark another, Enter takes it.
    plain(&mut seat, Key::M);
    plain(&mut seat, if other > wanted { Key::ArrowDown } else { Key::ArrowUp });
    assert!(is_marked(&seat, "Surgical implant"));
    plain(&mut seat, Key::Enter);
    assert_eq!(told(&seat), expected);
    undo(&mut seat);
    // A click on its line of the card, on its line of the list, or on it on the film.
    plain(&mut seat, Key::M);
    seat.get_by_label_contains(&format!("Merge with finding {other}")).click();
    seat.run_steps(4);
    assert_eq!(told(&seat), expected);
    undo(&mut seat);
    plain(&mut seat, Key::M);
    seat.get_by_label_contains(&format!("Finding {other}: Surgical implant")).click();
    seat.run_steps(4);
    assert_eq!(told(&seat), expected);
    undo(&mut seat);
    plain(&mut seat, Key::M);
    // In the corner that both have: the one to be merged is meant, not the chosen one.
    let place = at(&seat, 243.0, 303.0);
    seat.hover_at(place);
    seat.step();
    for pressed in [true, false] {
        let button = egui::PointerButton::Primary;
        seat.event(egui::Event::PointerButton { pos: place, button, pressed, modifiers: Modifiers::NONE });
        seat.step();
    }
    seat.run_steps(4);
    assert_eq!(told(&seat), expected);
    undo(&mut seat);
    // Another decision lets it go.
    plain(&mut seat, Key::M);
    choose(&mut seat, "Vertebral collapse");
    assert_eq!(seat.state().session.team.reviewing.hand, Hand::Free);
    plain(&mut seat, Key::M);
    assert!(told(&seat).starts_with("No other finding overlaps this one."), "{}", told(&seat));
    saved(&mut seat);
}

#[test]
fn one_that_is_not_in_sight_is_shown_before_it_is_merged_and_the_message_names_the_key_that_is_bound() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_review_of(&scratch.path().join("project"), 1, &MARKS[..2]);
    choose(&mut seat, "Osteophytes");
    plain(&mut seat, Key::Enter);
    let filter = ReviewCommand::Filter(FindingFilter::Unsettled);
    seat.state_mut().handle(Input::Command(Command::Team(TeamCommand::Review(filter))));
    seat.run_steps(3);
    choose(&mut seat, "Other lesions");
    assert_eq!(num_findings(&seat), 1, "the settled one is filtered out");
    plain(&mut seat, Key::M);
    assert_eq!(num_findings(&seat), 2, "it is shown, and nothing is merged");
    assert!(matches!(seat.state().session.team.reviewing.hand, Hand::Merging(_)));
    let keys = Keys::parse("Ctrl+ArrowLeft").unwrap();
    let input = seat.state().session.input.changed(InputChange::BindKeys("review_undo".into(), vec![keys]));
    seat.state_mut().session.input = input;
    plain(&mut seat, Key::M);
    assert!(told(&seat).ends_with("are one finding now, open again. Ctrl+← takes it back."), "{}", told(&seat));
    key(&mut seat, Modifiers::CTRL, Key::ArrowLeft);
    let input = seat.state().session.input.changed(InputChange::BindKeys("review_undo".into(), Vec::new()));
    seat.state_mut().session.input = input;
    choose(&mut seat, "Other lesions");
    seat.state_mut().session.settings.language = Language::Vietnamese;
    plain(&mut seat, Key::M);
    plain(&mut seat, Key::M);
    assert!(told(&seat).ends_with("Undo takes it back."), "{}", told(&seat));
    seat.get_by_label_contains("nay là một tổn thương, lại để mở. Hoàn tác để lấy lại.");
}

/// Pixels of a part of the window.
fn part(seat: &mut Seat<'_>, rect: egui::Rect) -> Vec<[u8; 4]> {
    let picture = seat.render().expect("a picture");
    let (min, max) = (rect.min.round(), rect.max.round());
    let at = |x: u32, y: u32| picture.get_pixel(x, y).0;
    (min.y as u32..max.y as u32).flat_map(|y| (min.x as u32..max.x as u32).map(move |x| at(x, y))).collect()
}

#[test]
fn what_is_chosen_stays_to_be_seen_while_another_is_pointed_at() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_review_of(&scratch.path().join("project"), 1, &MARKS);
    choose(&mut seat, "Vertebral collapse");
    seat.hover_at(egui::pos2(4.0, 4.0));
    seat.run_steps(6);
    let around = |seat: &Seat<'_>, [x, y, right, bottom]: [f64; 4]| {
        egui::Rect::from_min_max(at(seat, x, y), at(seat, right, bottom)).expand(2.0)
    };
    let (chosen, other) = (around(&seat, MARKS[3].2), around(&seat, MARKS[2].2));
    let (chosen_before, other_before) = (part(&mut seat, chosen), part(&mut seat, other));
    let row = seat.get_by_label_contains(": Surgical implant, seen by 1 of 3").rect().center();
    seat.hover_at(row);
    seat.run_steps(6);
    assert!(seat.state().session.team.reviewing.hovered.is_some());
    assert!(part(&mut seat, chosen) == chosen_before, "the chosen one is drawn as before");
    assert!(part(&mut seat, other) != other_before, "the one that is pointed at stands out");
}
