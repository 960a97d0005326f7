//! Who counts as a reader of a film, told as scripts: for dealing, for reviewers, and for a consensus by rule.

use super::large_write::MANY_ROWS;
use super::*;
use crate::domain::adjudication::{MadeStep, MarkSource, ReviewStage, ShapeFrom, Step};
use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::Edit;
use crate::domain::geometry::Rect;
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::log::{NewLogEntry, Step as LogStep};
use crate::domain::people::{CONSENSUS_LAYER, Reader, Role, Roles};
use crate::domain::quality::UnfitReason;
use crate::domain::rules::default_rules;
use crate::domain::task::TaskState;

const FILM: &str = "film";

fn image() -> ImageId {
    ImageId::new(FILM)
}

/// Three readers of 8 years and two reviewers of 20; one film, in the hands of these people for reading and of V1 for
/// review.
fn project(folder: &std::path::Path, workflow: &str, readers: &[&str]) -> Store {
    let new =
        NewProject { name: "p".into(), label_set: "vindr_spine".into(), rules: default_rules(), is_synthetic: true };
    let mut store = Store::create(folder, &new).unwrap();
    for (id, years) in [("R1", 8), ("R2", 8), ("R3", 8), ("V1", 20), ("V2", 20)] {
        let role = if id.starts_with('V') { Role::Reviewer } else { Role::Annotator };
        let roles = Roles::NONE.with(role);
        store.add_reader(&Reader { years_of_experience: Some(years), roles, ..Reader::new(id, id) }).unwrap();
    }
    let film = "INSERT INTO film (image_id, series_id, study_id, patient_id, width, height, num_frames, is_lossy,
         is_synthetic, file_bytes, source, sha256, added_at)
         VALUES (?1, 's', 's', 'p', 1000, 1000, 1, 0, 1, 1, 'x', zeroblob(32), 0)";
    store.conn.execute(film, [FILM]).unwrap();
    store.conn.execute("UPDATE project SET workflow = ?1", [workflow]).unwrap();
    store.conn.execute("INSERT INTO assignment (made_at, plan) VALUES (0, '{}')", []).unwrap();
    let reviewers: &[&str] = if workflow == "free" { &[] } else { &["V1"] };
    for (people, stage) in [(readers, "read"), (reviewers, "review")] {
        for id in people {
            let task = "INSERT INTO task (image_id, rad_id, stage, place, assignment_id) VALUES (?1, ?2, ?3, 0, 1)";
            store.conn.execute(task, [FILM, id, stage]).unwrap();
        }
    }
    drop(store);
    Store::open(folder).unwrap()
}

fn edit(store: &mut Store, reader: &str, edit: Edit) {
    let reader = ReaderId::new(reader);
    store.commit(&NewLogEntry { image: image(), reader, step: LogStep::Do, edit, made_at_ms: 1 }).unwrap();
}

fn read(store: &mut Store, reader: &str, id: i64) {
    let rect = Rect::from_columns(10.0, 10.0, 90.0, 90.0).unwrap();
    let mark = Annotation::boxed(AnnotationId(id), LabelName::new("Fracture"), rect, Origin::Drawn).unwrap();
    edit(store, reader, Edit::Add(mark));
    edit(store, reader, Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed });
}

/// Whether V1 gets the film in the list, by the gate, and signed in.
#[track_caller]
fn assert_ready(store: &mut Store, num_readers: usize, num_completed: usize, is_ready: bool) {
    let v1 = ReaderId::new("V1");
    let row = store.films_to_review(&v1).unwrap().remove(0);
    let stage = if is_ready { ReviewStage::Ready } else { ReviewStage::Reading };
    assert_eq!((row.stage, row.num_readers, row.num_completed), (stage, num_readers, num_completed));
    assert_eq!(store.admit_reviewer(&image(), &v1).is_ok(), is_ready);
    let pass = store.sign_in(&v1, None).unwrap();
    store.act_as(&pass).unwrap();
    assert_eq!(store.may_see_others_of(&image()).unwrap(), is_ready);
    store.sign_out();
}

#[test]
fn who_read_a_film_without_being_asked_is_one_of_its_readers() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path(), "free", &[]);
    read(&mut store, "R1", 1);
    store.conn.execute("UPDATE project SET workflow = 'reviewed 3 1'", []).unwrap();
    for (id, stage) in [("R2", "read"), ("R3", "read"), ("V1", "review")] {
        let task = "INSERT INTO task (image_id, rad_id, stage, place, assignment_id) VALUES (?1, ?2, ?3, 0, 1)";
        store.conn.execute(task, [FILM, id, stage]).unwrap();
    }
    drop(store);
    let mut store = Store::open(folder.path()).unwrap();
    assert_ready(&mut store, 3, 1, false);
    read(&mut store, "R2", 2);
    read(&mut store, "R3", 3);
    assert_ready(&mut store, 3, 3, true);
    let review = store.open_review(&image(), &ReaderId::new("V1"), 5).unwrap();
    assert_eq!(review.document().findings()[0].saw().len(), 3);
}

#[test]
fn a_film_is_not_reviewed_before_as_many_read_it_as_the_workflow_asks() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path(), "reviewed 2 1", &[]);
    assert_ready(&mut store, 2, 0, false);
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path(), "reviewed 2 1", &["R1"]);
    read(&mut store, "R1", 1);
    assert_ready(&mut store, 2, 1, false);
    let why = store.open_review(&image(), &ReaderId::new("V1"), 5).unwrap_err().to_string();
    assert!(why.contains("1 of the 2 readers"), "{why}");
    let task = "INSERT INTO task (image_id, rad_id, stage, place, assignment_id) VALUES (?1, 'R2', 'read', 0, 1)";
    store.conn.execute(task, [FILM]).unwrap();
    read(&mut store, "R2", 2);
    assert_ready(&mut store, 2, 2, true);
}

#[test]
fn who_called_a_film_unfit_has_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path(), "free", &["R1"]);
    read(&mut store, "R1", 1);
    edit(&mut store, "V1", Edit::SetUnfit { before: None, after: Some(UnfitReason::LowQuality) });
    let v1 = ReaderId::new("V1");
    assert!(store.films_to_review(&v1).unwrap().is_empty());
    let why = store.open_review(&image(), &v1, 5).unwrap_err().to_string();
    assert!(why.contains("V1 has read this film"), "{why}");
}

#[test]
fn who_knows_the_truth_of_a_film_has_no_vote_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path(), "free", &[]);
    read(&mut store, "R1", 1);
    read(&mut store, "R2", 2);
    let votes = |store: &Store| {
        let readings = store.readings_of_many(&[]).unwrap();
        readings.of_film(0).iter().map(|said| readings.readers[usize::from(said.reader)].id.to_string()).collect()
    };
    let both: Vec<String> = votes(&store);
    assert_eq!(both, ["R1", "R2"]);
    store.reserve_truths(&[image()], &ReaderId::new("R2"), 1).unwrap();
    let one: Vec<String> = votes(&store);
    assert_eq!(one, ["R1"]);
}

/// What a rule makes of R1's and R2's marks.
fn by_rule() -> RuleFilm {
    let label = LabelName::new("Fracture");
    let source = MarkSource {
        marks: Vec::new(),
        shape_from: ShapeFrom::Proposal,
        min_iou: 0.5,
        votes: vec![(label.clone(), 2)],
        num_readers: 2,
        rationale: String::new(),
        by: ReaderId::new("R1"),
        at_ms: 1,
        signers: Vec::new(),
    };
    let rect = Rect::from_columns(10.0, 10.0, 90.0, 90.0).unwrap();
    let mark = RuleMark { label: label.clone(), rect, from: AnnotationId(1), source: KeptSource::from(&source) };
    RuleFilm { image: image(), marks: vec![mark], labels: vec![label], has_no_finding: false }
}

fn write(store: &mut Store, films: &[RuleFilm]) -> RuleWritten {
    store.write_consensus_by_rule(films, "A rule.", 9, &mut |_| true).unwrap().unwrap()
}

fn written(num_written: u64, num_kept: u64, num_emptied: u64) -> RuleWritten {
    RuleWritten { num_written, num_kept, num_emptied }
}

#[test]
fn what_a_stricter_rule_says_nothing_of_has_no_consensus_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path(), "free", &[]);
    let consensus = |store: &Store| store.reading(&image(), &ReaderId::new(CONSENSUS_LAYER)).unwrap();
    for _ in 0..2 {
        assert_eq!(write(&mut store, &[by_rule()]), written(1, 0, 0));
        assert_eq!((consensus(&store).num_marks(), consensus(&store).state()), (1, TaskState::Completed));
        assert_eq!(write(&mut store, &[]), written(0, 0, 1));
        let gone = consensus(&store);
        assert_eq!((gone.num_marks(), gone.state()), (0, TaskState::New));
        assert!(gone.image_labels().is_empty() && store.settled_sources(&image()).unwrap().is_empty());
        // Once is enough.
        assert_eq!(write(&mut store, &[]), written(0, 0, 0));
    }
    assert!(store.events().unwrap().iter().any(|event| event.what.contains("1 film has none any more")));
    assert_eq!(store.differences_from(&store.rebuild_from_log().unwrap()).unwrap(), []);
}

/// Such a write leaves the usual ways of the database aside: they must be back afterwards, however it ended.
#[test]
fn a_consensus_of_many_films_is_whole_or_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path(), "free", &[]);
    let num_films = MANY_ROWS.div_ceil(10);
    let films: Vec<RuleFilm> = (0..num_films)
        .map(|n| {
            let one = by_rule();
            RuleFilm { image: ImageId::new(format!("film{n:05}")), marks: vec![one.marks[0].clone(); 10], ..one }
        })
        .collect();
    let state = |store: &Store| -> (String, bool, i64) {
        let text = |pragma: &str| store.conn.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0)).unwrap();
        let num = store.conn.query_row("SELECT count(*) FROM settled_mark", [], |row| row.get(0)).unwrap();
        let is_loose = store.conn.query_row("PRAGMA ignore_check_constraints", [], |row| row.get(0)).unwrap();
        (text("journal_mode"), is_loose, num)
    };
    let schema = |store: &Store| -> Vec<String> {
        let mut statement = store.conn.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").unwrap();
        let mut texts: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        texts.sort();
        texts
    };
    let (usual, cache): (_, i64) =
        (schema(&store), store.conn.query_row("PRAGMA cache_size", [], |row| row.get(0)).unwrap());
    let stopped = store.write_consensus_by_rule(&films, "A rule.", 9, &mut |done| done < num_films as u64 / 2).unwrap();
    assert_eq!((stopped, state(&store)), (None, ("wal".into(), false, 0)));
    assert_eq!(write(&mut store, &films), written(num_films as u64, 0, 0));
    assert_eq!(state(&store), ("wal".into(), false, 10 * num_films as i64));
    let sound: String = store.conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    assert_eq!(store.check_audit(None, |_| true).unwrap().tampering, None);
    assert_eq!(schema(&store), usual, "triggers and indexes are back");
    assert_eq!(store.conn.query_row("PRAGMA cache_size", [], |row| row.get::<_, i64>(0)).unwrap(), cache);
}

#[test]
fn a_rule_may_write_where_a_signature_was_taken_back_and_not_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path(), "free", &[]);
    read(&mut store, "R1", 1);
    let v1 = ReaderId::new("V1");
    let review = store.open_review(&image(), &v1, 5).unwrap();
    let make = |store: &mut Store, step: Step| {
        let seen = store.review(&image()).unwrap().unwrap().num_steps();
        store.add_review_step(&image(), &MadeStep { by: v1.clone(), at_ms: 6, step }, seen).unwrap();
    };
    make(&mut store, Step::Reject { finding: review.document().findings()[0].key() });
    make(&mut store, Step::Sign);
    assert_eq!(write(&mut store, &[by_rule()]), written(0, 1, 0));
    assert_eq!(write(&mut store, &[]), written(0, 0, 0));
    make(&mut store, Step::Unsign);
    assert_eq!(write(&mut store, &[by_rule()]), written(1, 0, 0));
}

#[test]
fn what_reviewers_signed_is_given_back_once_a_signature_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path(), "reviewed 1 1", &["R1"]);
    read(&mut store, "R1", 1);
    let v1 = ReaderId::new("V1");
    let review = store.open_review(&image(), &v1, 5).unwrap();
    let make = |store: &mut Store, step: Step| {
        let seen = store.review(&image()).unwrap().unwrap().num_steps();
        store.add_review_step(&image(), &MadeStep { by: v1.clone(), at_ms: 6, step }, seen).unwrap();
    };
    make(&mut store, Step::Reject { finding: review.document().findings()[0].key() });
    make(&mut store, Step::Sign);
    let task = store.conn.query_row("SELECT id FROM task WHERE stage = 'read'", [], |row| row.get(0)).unwrap();
    let refused = store.give_back(&[task].into(), 7).unwrap_err().to_string();
    assert!(refused.contains("reviewers have signed"), "{refused}");
    assert_eq!(store.reading(&image(), &ReaderId::new("R1")).unwrap().state(), TaskState::Completed);
    make(&mut store, Step::Unsign);
    assert_eq!(store.give_back(&[task].into(), 8).unwrap().changed, 1);
}
