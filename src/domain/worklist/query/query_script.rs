//! Queries by their text against a handful of films, and what is said of those that make no sense.

use crate::domain::assignment::Stage;
use crate::domain::id::{ImageId, ReaderId, StudyId};
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::domain::study::Sex;
use crate::domain::task::TaskState;
use crate::domain::triage::Triage;
use crate::domain::worklist::{Held, RowTask, WorklistRow};

use super::fields::UNFIT;
use super::{FIELDS, QueriedFilm, Query, QueryWords, complete, quoted};

fn words() -> QueryWords {
    QueryWords {
        labels: ["Osteophytes", "Disc space narrowing", "Foraminal stenosis", "No finding"].map(String::from).to_vec(),
        readers: ["R1", "R2", "R12"].map(String::from).to_vec(),
    }
}

/// Film 0: new, F 70, osteophytes. 1: doing, M 60, p 0.85. 2: completed, no sex nor age, all labels. 3: unfit. 4: paused
/// review. 5: a second reading with priority, last changed on 2026-03-01.
fn films() -> Vec<WorklistRow> {
    let film = |n: usize| WorklistRow {
        view: if n.is_multiple_of(2) { "AP".into() } else { "Lateral".into() },
        ..WorklistRow::new(
            ImageId::new(format!("film{n}")),
            StudyId::new(format!("1.2.{}", n / 2)),
            ReaderId::new("R1"),
        )
    };
    let mut rows: Vec<WorklistRow> = (0..6).map(film).collect();
    (rows[0].sex, rows[0].age_years, rows[0].labels) = (Some(Sex::Female), Some(70.0), 0b1);
    (rows[0].num_marks, rows[0].decision) = (2, Decision::Abnormal);
    (rows[1].sex, rows[1].age_years, rows[1].state) = (Some(Sex::Male), Some(60.0), TaskState::Doing);
    rows[1].triage = Some(Triage { probability: Some(0.85), is_abnormal: Some(true), ..Triage::default() });
    (rows[2].state, rows[2].labels, rows[2].num_open_threads) = (TaskState::Completed, 0b111, 2);
    rows[3].unfit = Some(UnfitReason::LowQuality);
    let task =
        RowTask { stage: Stage::Read, place: 1, priority: 0, is_paused: false, is_repeat: false, is_waiting: false };
    rows[4].task = Some(RowTask { stage: Stage::Review, is_paused: true, ..task });
    rows[5].task = Some(RowTask { is_repeat: true, priority: 2, ..task });
    // Noon of that day.
    rows[5].last_edit_ms = Some(1_772_366_400_000);
    let by = |ids: &[&str]| ids.iter().map(|id| ReaderId::new(*id)).collect();
    let held = |people: &[&str], num_readers, num_done, num_needed| Held {
        by: by(people),
        num_readers,
        num_done,
        num_needed,
        done: [].into(),
    };
    rows[0].held = Some(held(&["R1", "R12"], 2, 1, 2));
    rows[2].held = Some(held(&["R7"], 1, 1, 1));
    rows[1].held = Some(held(&[], 0, 0, 1));
    rows
}

fn found(text: &str) -> Vec<usize> {
    let query = Query::parse(text, &words()).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    let rows = films();
    let passes = |n: &usize| query.passes(QueriedFilm { row: &rows[*n], study: rows[*n].decision });
    (0..rows.len()).filter(passes).collect()
}

#[test]
fn films_are_found_as_the_words_say() {
    for (text, expected) in [
        ("", &[0, 1, 2, 3, 4, 5][..]),
        ("  ", &[0, 1, 2, 3, 4, 5]),
        ("FILM3", &[3]),
        ("lat", &[1, 3, 5]),
        ("1.2.1 ap", &[2]),
        ("status:new", &[0, 5]),
        ("status:doing,completed", &[1, 2]),
        ("status:unfit", &[3]),
        ("state:paused", &[4]),
        ("age:>60", &[0]),
        ("age>=60", &[0, 1]),
        ("age: > 60", &[0]),
        ("age:60", &[1]),
        ("age:60..70", &[0, 1]),
        ("age:<=60", &[1]),
        ("age:none", &[2, 3, 4, 5]),
        ("has:age", &[0, 1]),
        ("sex:f", &[0]),
        ("sex:none", &[2, 3, 4, 5]),
        ("label:osteo", &[0, 2]),
        ("label:\"disc space\"", &[2]),
        ("label:disc_space_narrowing", &[2]),
        ("label:none", &[1, 3, 4, 5]),
        ("has:label", &[0, 2]),
        ("findings:2", &[0]),
        ("has:findings", &[0]),
        ("findings:0 sex:m", &[1]),
        ("has:comments", &[2]),
        ("comments:>1", &[2]),
        ("model:>0.8", &[1]),
        ("model:>85%", &[]),
        ("model:>=85%", &[1]),
        ("model:0.85", &[1]),
        ("model:abnormal", &[1]),
        ("model:none", &[0, 2, 3, 4, 5]),
        ("has:model", &[1]),
        ("decision:abnormal", &[0]),
        ("study-decision:undecided", &[1, 2, 3, 4, 5]),
        ("study:1.2.2", &[4, 5]),
        ("film:m5", &[5]),
        ("view:ap", &[0, 2, 4]),
        ("view:front", &[0, 2, 4]),
        ("unfit:any", &[3]),
        ("unfit:low_quality", &[3]),
        ("unfit:\"Low quality\"", &[3]),
        ("unfit:paediatric", &[]),
        ("stage:review", &[4]),
        ("stage:repeat", &[5]),
        ("status:being-read", &[0]),
        ("status:read-by-all", &[2]),
        ("priority:>0", &[5]),
        ("assigned:me", &[4, 5]),
        ("assigned:r1", &[0]),
        ("assigned:r2", &[]),
        ("assigned:none", &[1, 3]),
        ("readers:2 done:1", &[0]),
        ("readers:<1", &[1]),
        ("edited:2026-03-01", &[5]),
        ("edited:>2026-03-01", &[]),
        ("edited:>=2026-03-01", &[5]),
        ("edited:<2026-03-01", &[]),
        ("edited:<=2026-03-01", &[5]),
        ("edited:2026-02-01..2026-03-01", &[5]),
        ("not status:new", &[1, 2, 3, 4]),
        ("-status:new", &[1, 2, 3, 4]),
        ("not not status:new", &[0, 5]),
        ("-(status:new or status:unfit)", &[1, 2, 4]),
        ("status:new age:>60 or status:unfit", &[0, 3]),
        ("status:new and (age:>60 OR stage:repeat)", &[0, 5]),
        ("not age:>60", &[1, 2, 3, 4, 5]),
        ("\"film0\" or 'film1", &[0]),
    ] {
        assert_eq!(found(text), expected, "{text:?}");
    }
}

#[test]
fn what_makes_no_sense_is_said_with_its_place() {
    for (text, at, expected) in [
        ("age:>60 staus:new", 8..13, "There is no field \"staus\". Did you mean status?"),
        (
            "status:dun",
            7..10,
            "\"dun\" is no value of status. It knows: new, doing, completed, unfit, paused, waiting, being-read, read-by-all.",
        ),
        (
            "status:new,dun",
            11..14,
            "\"dun\" is no value of status. It knows: new, doing, completed, unfit, paused, waiting, being-read, read-by-all.",
        ),
        ("age:old", 4..7, "\"old\" is no number for age. Write it like age:>60."),
        ("age:", 0..4, "Something is missing after age, for example age:>60."),
        ("age:>", 0..5, "Something is missing after age, for example age:>60."),
        ("age:NaN", 4..7, "\"nan\" is no number for age. Write it like age:>60."),
        ("label:osteofytes", 6..16, "The project has no label \"osteofytes\". Did you mean Osteophytes?"),
        ("assigned:R9", 9..11, "The project has no reader \"R9\". It has: me, none, R1, R2, R12."),
        ("(status:new", 0..1, "A bracket is not closed."),
        ("status:new)", 10..11, "A bracket closes that was not opened."),
        (")", 0..1, "A bracket closes that was not opened."),
        ("()", 0..1, "Something is missing after \"(\"."),
        ("label:\"disc", 6..11, "A quotation mark is not closed."),
        ("age:>1 or", 7..9, "Something is missing after \"or\"."),
        ("or age:>1", 0..2, "Something is missing before \"or\"."),
        ("age:>1 and", 7..10, "Something is missing after \"and\"."),
        ("not", 0..3, "Something is missing after \"not\"."),
        ("model:maybe", 6..11, "\"maybe\" is no value of model. It knows: abnormal, normal, disagrees, none."),
        ("edited:2026-02-30", 7..17, "\"2026-02-30\" is no number for edited. Write it like edited:>2026-03-01."),
    ] {
        let error = Query::parse(text, &words()).expect_err(text);
        assert_eq!((error.at.clone(), error.to_string().as_str()), (at, expected), "{text:?}");
        assert!(text.get(error.at).is_some(), "{text:?}: whole letters are pointed at");
    }
}

#[test]
fn no_text_is_too_odd() {
    let deep = "(".repeat(10_000) + "a";
    assert!(Query::parse(&deep, &words()).is_err());
    assert!(Query::parse(&"not ".repeat(10_000), &words()).is_err());
    for text in
        ["ếêé:ü", "-", "- -", "\"", "tuổi:60", "a:b:c", ":", ">", "\u{3000}", "label:,", "(((", "age:1..", "-\"ế\""]
    {
        if let Err(error) = Query::parse(text, &words()) {
            assert!(text.get(error.at.clone()).is_some(), "{text:?} {error:?}");
        }
        for cursor in 0..=text.len() {
            let found = complete(text, cursor, &words());
            assert!(text.get(found.at).is_some(), "{text:?} at {cursor}");
        }
    }
}

#[test]
fn every_example_and_every_value_of_the_help_is_understood() {
    for row in FIELDS {
        let ok = |text: &str| assert!(Query::parse(text, &words()).is_ok(), "{text}");
        ok(row.example);
        assert!(row.example.starts_with(row.name), "{}", row.example);
        for value in row.values {
            ok(&format!("{}:{value}", row.name));
        }
    }
    let reasons: Vec<&str> = UnfitReason::ALL.map(UnfitReason::key).to_vec();
    assert_eq!(UNFIT[1..], reasons[..]);
}

#[test]
fn what_is_half_typed_is_completed() {
    let check = |text: &str, expected: &[&str]| {
        let found = complete(text, text.len(), &words());
        let texts: Vec<String> =
            found.items.iter().map(|item| format!("{}{}", &text[..found.at.start], item.text)).collect();
        assert_eq!(texts, expected, "{text:?}");
    };
    check("sta", &["status:", "stage:"]);
    check("age:>60 (vi", &["age:>60 (view:"]);
    check("-has:c", &["-has:comments"]);
    check("status:new,do", &["status:new,doing"]);
    check("label:\"disc sp", &["label:\"Disc space narrowing\""]);
    check("label:dis", &["label:\"Disc space narrowing\""]);
    check("label:FORAM", &["label:\"Foraminal stenosis\""]);
    check("sex:", &["sex:F", "sex:M", "sex:O", "sex:none"]);
    check("assigned:r1", &["assigned:R1", "assigned:R12"]);
    check("age:", &["age:>60"]);
    check("age:4", &[]);
    check("status:new", &[]);
    check("nothing", &[]);
    assert_eq!(complete("", 0, &words()).items.len(), FIELDS.len());
}

#[test]
fn a_value_with_blanks_is_written_in_quotes() {
    for value in ["Osteophytes", "Disc space narrowing", "-5", "a\"b", "1.2.840/3"] {
        let text = format!("film:{}", quoted(value));
        assert!(Query::parse(&text, &words()).is_ok(), "{text}");
    }
    assert_eq!(quoted("Disc space narrowing"), "\"Disc space narrowing\"");
    assert_eq!(quoted("1.2.3"), "1.2.3");
}
