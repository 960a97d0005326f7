//! Broken rules at the film: what is offered, what one click changes, and when completing is refused.

use crate::domain::annotation::Annotation;
use crate::domain::geometry::Point;
use crate::domain::rules::{Mend, Violation};

use super::gesture_script::{answer, play, reading_session, told};
use super::*;

fn violations(session: &Session) -> Vec<Violation> {
    session.pane.film.as_ref().expect("open").violations.clone()
}

fn do_mend(session: &mut Session, mend: Mend) {
    let effects = session.handle(Input::Command(Command::ApplyMend(Box::new(mend))), 0);
    answer(session, effects);
}

fn notice(session: &Session) -> String {
    session.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default()
}

/// After a script, the mend of this title that the film offers is done; then the film is as expected.
#[track_caller]
fn check(script: &str, title: &str, expected: &str) {
    let mut session = reading_session();
    play(&mut session, script);
    let before = told(&session);
    let mends: Vec<Mend> = violations(&session).into_iter().flat_map(|violation| violation.mends).collect();
    let mend = mends.iter().find(|mend| mend.title() == title).unwrap_or_else(|| panic!("{title}: {mends:?}"));
    do_mend(&mut session, mend.clone());
    assert_eq!(told(&session), expected, "{script}: {title}");
    // One step back, and the same click once more.
    play(&mut session, "Ctrl+Z");
    assert_eq!(told(&session).replace('*', ""), before.replace('*', ""), "{script}: {title} taken back");
    play(&mut session, "Ctrl+Shift+Z");
    assert_eq!(told(&session).replace('*', ""), expected.replace('*', ""), "{script}: {title} done again");
    // What was mended is not offered any more.
    do_mend(&mut session, mend.clone());
    assert!(notice(&session).contains("nothing to mend here"), "{}", notice(&session));
}

#[test]
fn one_click_mends_as_one_step() {
    check("1 draw 1,1,199,99 Ctrl+C Ctrl+V", "Delete", "film0 doing: Osteophytes(0,0,200,100)");
    check("1 draw 10,10,50,40", "Say present: Tumor", "film0 doing: *Osteophytes(10,10,50,40) +Tumor");
    check("t", "Take back: Tumor", "film0 doing:");
}

#[test]
fn completing_is_refused_with_the_list_until_it_is_mended() {
    let mut session = reading_session();
    play(&mut session, "1 draw 10,10,50,40 Shift+Enter");
    let film = session.pane.film.as_ref().expect("open");
    assert!(film.is_refused && film.num_errors() == 1);
    assert!(notice(&session).starts_with("Not completed: No global label is chosen."), "{}", notice(&session));
    let mend = film.violations[0].mends[0].clone();
    do_mend(&mut session, mend);
    assert!(!session.pane.film.as_ref().expect("open").is_refused);
    play(&mut session, "Shift+Enter");
    assert_eq!(told(&session), "film0 completed: *Osteophytes(10,10,50,40) +Tumor");
}

#[test]
fn a_normal_film_is_one_key_where_impressions_are_asked_for() {
    let mut session = reading_session();
    play(&mut session, "Ctrl+Enter");
    assert_eq!(told(&session), "film1 new:");
}

#[test]
fn a_locked_mark_is_not_mended() {
    let mut session = reading_session();
    play(&mut session, "1 draw 1,1,199,99 Ctrl+C Ctrl+V");
    let last = session.pane.film.as_ref().and_then(|film| film.selection).expect("the second");
    play(&mut session, "Shift+L");
    let before = told(&session);
    do_mend(&mut session, Mend::Remove(vec![last]));
    assert_eq!(told(&session), before);
    assert!(notice(&session).contains("locked"), "{}", notice(&session));
}

#[test]
fn going_to_a_culprit_selects_it_and_brings_it_into_view() {
    let mut session = reading_session();
    play(&mut session, "1 draw 150,60,190,90 draw 1,1,199,99 Ctrl+C Ctrl+V");
    let ids: Vec<_> = violations(&session).iter().flat_map(|v| v.culprits.clone()).collect();
    let twice = *ids.last().expect("marked twice");
    // Far from the upper left, where the culprit is.
    for _ in 0..8 {
        session.handle(Input::Wheel { slot: 0, at: Point::new(199.0, 99.0), steps: 1.0 }, 0);
    }
    let seen = |session: &Session| {
        let film = session.pane.film.as_ref().expect("open");
        let to_screen = film.viewport.screen_from_image(session.pane.canvas, film.grid());
        let bounds = film.reading.annotation(twice).and_then(Annotation::bounds).expect("a box");
        let size = session.pane.canvas.size;
        [bounds.min(), bounds.max()]
            .into_iter()
            .map(|p| to_screen.apply(p))
            .all(|p| p.x >= 0.0 && p.y >= 0.0 && p.x <= size.width && p.y <= size.height)
    };
    play(&mut session, "Escape");
    assert!(!seen(&session));
    play(&mut session, "key F6");
    let film = session.pane.film.as_ref().expect("open");
    assert!(film.selection == Some(twice) && seen(&session), "{:?}", film.viewport);
    // What is in sight stays where it is.
    let before = film.viewport;
    do_mend(&mut session, Mend::GoTo(twice));
    assert_eq!(session.pane.film.as_ref().expect("open").viewport, before);
}
