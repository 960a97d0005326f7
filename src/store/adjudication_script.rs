//! Reviews in a project, told as scripts: who may review what and when, what is written at the last signature, and what
//! is left when it is taken back.

use proptest::prelude::*;

use super::adjudication::stored_review;
use super::adjudication_rows::{step_from_json, step_to_json};
use super::*;
use crate::domain::adjudication::{
    Case, Document, FilmToReview, Finding, FindingKey, MadeStep, Outcome, Review, ReviewStage, ShapeFrom, SourceId,
    Step,
};
use crate::domain::annotation::{Annotation, Origin};
use crate::domain::attribute::{Attributes, Grade};
use crate::domain::edit::Edit;
use crate::domain::geometry::{Point, Rect};
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::log::{NewLogEntry, Step as LogStep};
use crate::domain::model::ModelId;
use crate::domain::people::{CONSENSUS_LAYER, Reader, Role, Roles};
use crate::domain::presence::{LabelAnswers, Presence};
use crate::domain::project_event::EventKind;
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Reading;
use crate::domain::rules::default_rules;
use crate::domain::shape::{Line, Mask, Polygon, Shape};
use crate::domain::suggestion::SuggestionKey;
use crate::domain::task::TaskState;

const FILM: &str = "film";
const A: [f64; 4] = [0.5, 0.0, 100.0, 100.0];
const FAR: [f64; 4] = [500.0, 500.0, 600.0, 600.0];

fn image() -> ImageId {
    ImageId::new(FILM)
}

fn boxed([xmin, ymin, xmax, ymax]: [f64; 4]) -> Shape {
    Shape::Box(Rect::from_columns(xmin, ymin, xmax, ymax).unwrap())
}

/// Three readers of 8 years, two reviewers of 20, one film; handed out as the workflow says.
fn project(folder: &std::path::Path, workflow: &str) -> Store {
    let new =
        NewProject { name: "p".into(), label_set: "vindr_spine".into(), rules: default_rules(), is_synthetic: true };
    let mut store = Store::create(folder, &new).unwrap();
    let people = [("R1", 8), ("R2", 8), ("R3", 8), ("V1", 20), ("V2", 20)];
    for (id, years) in people {
        let role = if id.starts_with('V') { Role::Reviewer } else { Role::Annotator };
        let roles = Roles::NONE.with(role);
        store.add_reader(&Reader { years_of_experience: Some(years), roles, ..Reader::new(id, id) }).unwrap();
    }
    let film = "INSERT INTO film (image_id, series_id, study_id, patient_id, width, height, num_frames, is_lossy,
         is_synthetic, file_bytes, source, sha256, added_at)
         VALUES (?1, 's', 's', 'p', 1000, 1000, 1, 0, 1, 1, 'x', zeroblob(32), 0)";
    store.conn.execute(film, [FILM]).unwrap();
    store.conn.execute("UPDATE project SET workflow = ?1", [workflow]).unwrap();
    if workflow != "free" {
        store.conn.execute("INSERT INTO assignment (made_at, plan) VALUES (0, '{}')", []).unwrap();
        for (id, _) in people {
            let stage = if id.starts_with('V') { "review" } else { "read" };
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

fn mark(store: &mut Store, reader: &str, id: i64, label: &str, place: [f64; 4]) {
    let mark = Annotation::shaped(AnnotationId(id), LabelName::new(label), boxed(place), Origin::Drawn).unwrap();
    edit(store, reader, Edit::Add(mark));
}

fn complete(store: &mut Store, reader: &str) {
    let before = store.reading(&image(), &ReaderId::new(reader)).unwrap().state();
    edit(store, reader, Edit::SetTaskState { before, after: TaskState::Completed });
}

/// All see a fracture; R1 and R2 something else, under two names; R3 completes last.
fn read_by_two(store: &mut Store) {
    for (n, reader) in ["R1", "R2", "R3"].into_iter().enumerate() {
        mark(store, reader, n as i64 * 10 + 1, "Fracture", A);
        if n < 2 {
            mark(store, reader, n as i64 * 10 + 2, ["Osteophytes", "Other lesions"][n], FAR);
            complete(store, reader);
        }
    }
}

fn read_project(folder: &std::path::Path) -> Store {
    let mut store = project(folder, "reviewed 3 2");
    read_by_two(&mut store);
    complete(&mut store, "R3");
    store
}

fn open(store: &mut Store, reviewer: &str) -> Result<Review, StoreError> {
    store.open_review(&image(), &ReaderId::new(reviewer), 5)
}

fn step(store: &mut Store, by: &str, step: Step) -> Result<Review, StoreError> {
    let seen = stored_review(&store.conn, &image())?.map_or(0, |review| review.num_steps());
    store.add_review_step(&image(), &MadeStep { by: ReaderId::new(by), at_ms: 6, step }, seen)
}

fn consensus(store: &Store) -> Reading {
    store.reading(&image(), &ReaderId::new(CONSENSUS_LAYER)).unwrap()
}

fn readers_layers(store: &Store) -> Vec<Reading> {
    ["R1", "R2", "R3"].map(|reader| store.reading(&image(), &ReaderId::new(reader)).unwrap()).to_vec()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, StoreError>, needle: &str) {
    let text = answer.unwrap_err().to_string();
    assert!(text.contains(needle) && text.to_lowercase().contains("nothing"), "{text}");
}

/// Decides all, as proposed.
fn decide(store: &mut Store, by: &str) {
    let mut document = store.review(&image()).unwrap().unwrap().document().clone();
    while let Some(finding) = document.next_unsettled(None) {
        document = step(store, by, Step::Accept { finding }).unwrap().document().clone();
    }
}

fn settle(store: &mut Store) {
    open(store, "V1").unwrap();
    decide(store, "V1");
    step(store, "V1", Step::Sign).unwrap();
    step(store, "V2", Step::Sign).unwrap();
}

/// No more and no less than the document says.
fn assert_layer_is(store: &Store, document: &Document) {
    let (layer, written) = (document.layer(), consensus(store));
    let found: Vec<_> = written
        .annotations()
        .iter()
        .filter_map(|mark| Some((mark.label(), mark.shape()?, mark.attributes(), mark.origin())))
        .collect();
    let expected: Vec<_> =
        layer.marks.iter().map(|mark| (&mark.label, &mark.shape, &mark.attributes, &mark.origin)).collect();
    assert_eq!(found, expected);
    assert_eq!(written.has_no_finding(), layer.has_no_finding);
    assert_eq!((written.image_labels(), written.unfit()), (&layer.labels, layer.unfit));
    assert_eq!(written.state(), TaskState::Completed);
    let sources = store.settled_sources(&image()).unwrap();
    let sources: Vec<_> = sources.into_iter().map(|(_, source)| source).collect();
    assert_eq!(sources, layer.marks.iter().map(|mark| mark.source.clone()).collect::<Vec<_>>());
}

#[test]
fn stage_two_opens_when_stage_one_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path(), "reviewed 3 2");
    read_by_two(&mut store);
    refused(open(&mut store, "V1"), "2 of the 3 readers");
    let listed = |store: &Store| store.films_to_review(&ReaderId::new("V1")).unwrap().remove(0);
    let FilmToReview { stage, num_readers, num_completed, .. } = listed(&store);
    assert_eq!((stage, num_readers, num_completed), (ReviewStage::Reading, 3, 2));
    complete(&mut store, "R3");
    assert_eq!(listed(&store).stage, ReviewStage::Ready);
    open(&mut store, "V1").unwrap();
    let FilmToReview { stage, num_items, num_settled, .. } = listed(&store);
    assert_eq!((stage, num_items, num_settled), (ReviewStage::UnderWay, 2, 0));
    // A second look begins nothing anew.
    open(&mut store, "V2").unwrap();
    assert_eq!(store.review_steps(&image()).unwrap().len(), 1);
    // A reader takes the film up again: it is not complete any more.
    let (before, after) = (TaskState::Completed, TaskState::Doing);
    edit(&mut store, "R2", Edit::SetTaskState { before, after });
    let key = FindingKey(SourceId::Mark(AnnotationId(1)));
    refused(step(&mut store, "V1", Step::Accept { finding: key }), "2 of the 3 readers");
}

#[test]
fn who_may_not_review_a_film() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    refused(open(&mut store, "R9"), "no reader R9");
    refused(open(&mut store, "R1"), "not handed to R1");
    refused(store.open_review(&ImageId::new("gone"), &ReaderId::new("V1"), 1), "no film gone");
    let hand = "UPDATE task SET rad_id = ?1 WHERE rad_id = ?2";
    // Reading under a further layer is reading too.
    store.conn.execute("INSERT INTO reader (rad_id, name, repeat_of) VALUES ('V2.2', '', 'V2')", []).unwrap();
    store.conn.execute(hand, ["V2.2", "R3"]).unwrap();
    refused(open(&mut store, "V2"), "V2 has read this film");
    store.conn.execute(hand, ["R3", "V2.2"]).unwrap();
    open(&mut store, "V2").unwrap();
    store.conn.execute("UPDATE reader SET years_of_experience = 8 WHERE rad_id = 'V2'", []).unwrap();
    refused(open(&mut store, "V2"), "more senior");
    store.conn.execute("UPDATE reader SET years_of_experience = NULL, has_left = 1 WHERE rad_id = 'V2'", []).unwrap();
    refused(open(&mut store, "V2"), "has left");
    store.conn.execute("UPDATE reader SET roles = 'annotator', has_left = 0 WHERE rad_id = 'V2'", []).unwrap();
    refused(step(&mut store, "V2", Step::AcceptUnanimous), "no reviewer");
    let pass = store.sign_in(&ReaderId::new("V1"), None).unwrap();
    store.act_as(&pass).unwrap();
    refused(open(&mut store, "V2"), "V1 is signed in");
    refused(step(&mut store, "V2", Step::Sign), "V1 is signed in");
    assert_eq!(store.review_steps(&image()).unwrap().len(), 1);
}

#[test]
fn a_project_that_hands_nothing_out_lets_whoever_did_not_read_it_review() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path(), "free");
    let list = |store: &Store, who: &str| store.films_to_review(&ReaderId::new(who)).unwrap().len();
    assert_eq!(list(&store, "V1"), 0);
    refused(open(&mut store, "V1"), "0 of the 0 readers");
    mark(&mut store, "R1", 1, "Fracture", A);
    complete(&mut store, "R1");
    // Whoever only looked has read nothing.
    edit(&mut store, "V1", Edit::SetTaskState { before: TaskState::New, after: TaskState::Doing });
    assert_eq!((list(&store, "V1"), list(&store, "R1")), (1, 0));
    open(&mut store, "V1").unwrap();
    decide(&mut store, "V1");
    let review = step(&mut store, "V1", Step::Sign).unwrap();
    assert!(review.document().is_settled(), "one signature is enough where nobody asks for more");
    assert_layer_is(&store, review.document());
}

#[test]
fn the_last_signature_writes_the_consensus_and_taking_one_back_takes_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    let readers = readers_layers(&store);
    open(&mut store, "V1").unwrap();
    refused(step(&mut store, "V1", Step::Sign), "2 of the film's findings");
    decide(&mut store, "V1");
    let conflict = FindingKey(SourceId::Mark(AnnotationId(2)));
    let rationale = "Not at a joint.".to_owned();
    step(&mut store, "V2", Step::Explain { finding: conflict, rationale }).unwrap();
    let before = consensus(&store);
    step(&mut store, "V1", Step::Sign).unwrap();
    assert_eq!(consensus(&store), before, "one signature is half of them");
    let review = step(&mut store, "V2", Step::Sign).unwrap();
    assert_layer_is(&store, review.document());
    assert_eq!(consensus(&store).num_marks(), 2);
    refused(step(&mut store, "V1", Step::Reject { finding: conflict }), "settled");
    let row = store.films_to_review(&ReaderId::new("V2")).unwrap().remove(0);
    assert_eq!((row.stage, row.signers.len()), (ReviewStage::Settled, 2));

    step(&mut store, "V1", Step::Unsign).unwrap();
    assert_eq!(consensus(&store), before);
    assert!(store.settled_sources(&image()).unwrap().is_empty());
    step(&mut store, "V1", Step::Reject { finding: conflict }).unwrap();
    step(&mut store, "V1", Step::Sign).unwrap();
    let review = step(&mut store, "V2", Step::Sign).unwrap();
    assert_layer_is(&store, review.document());
    assert_eq!(consensus(&store).num_marks(), 1);
    // Undoing the last signature is taking it back too.
    step(&mut store, "V2", Step::Undo).unwrap();
    assert_eq!(consensus(&store), before);
    step(&mut store, "V2", Step::Redo).unwrap();
    assert_eq!(consensus(&store).num_marks(), 1);

    assert_eq!(readers_layers(&store), readers, "readers' layers stay as they were");
    let mut kinds: Vec<EventKind> = store.events().unwrap().into_iter().map(|event| event.kind).collect();
    kinds.retain(|kind| *kind != EventKind::ReaderAdded);
    let (settled, reopened) = (EventKind::FilmSettled, EventKind::ReviewReopened);
    assert_eq!(kinds, [settled, reopened, settled, reopened, settled]);
    let check = store.check_audit(None, |_| true).unwrap();
    assert_eq!((check.num_unsealed, check.tampering), (0, None));
    assert!(store.integrity_problems().unwrap().is_empty());
    // It is all on the disk.
    drop(store);
    let store = Store::open_to_look(folder.path()).unwrap();
    assert_layer_is(&store, store.review(&image()).unwrap().unwrap().document());
}

#[test]
fn an_imported_consensus_stands_again_when_a_signature_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    mark(&mut store, CONSENSUS_LAYER, 77, "Surgical implant", FAR);
    complete(&mut store, CONSENSUS_LAYER);
    let before = consensus(&store);
    settle(&mut store);
    assert!(consensus(&store).annotation(AnnotationId(77)).is_none());
    step(&mut store, "V2", Step::Unsign).unwrap();
    assert_eq!(consensus(&store), before);
    step(&mut store, "V2", Step::Sign).unwrap();
    // Somebody changes the consensus by another way: what was signed is not overwritten unseen.
    let reopen = Edit::SetTaskState { before: TaskState::Completed, after: TaskState::Doing };
    edit(&mut store, CONSENSUS_LAYER, reopen);
    let changed = consensus(&store);
    refused(step(&mut store, "V1", Step::Unsign), "changed since");
    assert_eq!(consensus(&store), changed);
    assert!(store.review(&image()).unwrap().unwrap().document().is_settled(), "nothing half-done");
}

#[test]
fn a_signature_can_be_taken_back_after_a_label_was_renamed() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    let before = consensus(&store);
    settle(&mut store);
    assert!(store.review_problems().unwrap().is_empty());
    store.conn.execute("UPDATE annotation SET lesion_type = 'Spur' WHERE lesion_type = 'Osteophytes'", []).unwrap();
    assert_eq!(store.review_problems().unwrap(), ["film film: the consensus is not what the reviewers signed"]);
    step(&mut store, "V1", Step::Unsign).unwrap();
    assert_eq!(consensus(&store), before);
    assert!(store.settled_sources(&image()).unwrap().is_empty() && store.review_problems().unwrap().is_empty());
    store.conn.execute("UPDATE adjudication SET num_settled = 0", []).unwrap();
    assert_eq!(
        store.review_problems().unwrap(),
        ["film film: the list says something else than the steps of its review"]
    );
}

#[test]
fn a_film_where_reviewers_reject_everything_has_no_finding() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    let review = open(&mut store, "V1").unwrap();
    for finding in review.document().findings() {
        step(&mut store, "V1", Step::Reject { finding: finding.key() }).unwrap();
    }
    step(&mut store, "V1", Step::Sign).unwrap();
    let review = step(&mut store, "V2", Step::Sign).unwrap();
    assert!(consensus(&store).has_no_finding());
    assert_layer_is(&store, review.document());
}

#[test]
fn marks_that_changed_begin_the_review_anew_until_it_is_settled() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    open(&mut store, "V1").unwrap();
    decide(&mut store, "V1");
    let change = |store: &mut Store, id: i64| {
        let (doing, completed) = (TaskState::Doing, TaskState::Completed);
        edit(store, "R3", Edit::SetTaskState { before: completed, after: doing });
        mark(store, "R3", id, "Osteophytes", FAR);
        complete(store, "R3");
    };
    change(&mut store, 900);
    let steps = store.review_steps(&image()).unwrap();
    let key = FindingKey(SourceId::Mark(AnnotationId(1)));
    for unseen in [Step::Sign, Step::Reject { finding: key }, Step::Undo] {
        refused(step(&mut store, "V1", unseen), "open the film again");
    }
    assert_eq!(store.review_steps(&image()).unwrap(), steps);
    let review = open(&mut store, "V1").unwrap();
    assert_eq!((review.document().num_items(), review.document().num_settled()), (2, 1));
    decide(&mut store, "V1");
    step(&mut store, "V1", Step::Sign).unwrap();
    step(&mut store, "V2", Step::Sign).unwrap();
    change(&mut store, 901);
    let review = open(&mut store, "V1").unwrap();
    assert!(review.document().is_settled(), "what was settled stays until somebody takes a signature back");
    step(&mut store, "V1", Step::Unsign).unwrap();
    refused(step(&mut store, "V1", Step::Sign), "open the film again");
    assert_eq!(open(&mut store, "V1").unwrap().document().num_items(), 3);
}

#[test]
fn a_question_reaches_its_reader_and_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    open(&mut store, "V1").unwrap();
    let finding = FindingKey(SourceId::Mark(AnnotationId(2)));
    let ask = Step::Ask { finding, to: vec![ReaderId::new("R3")], question: "Is there a spur?".into() };
    step(&mut store, "V1", ask).unwrap();
    assert_eq!(store.films_to_review(&ReaderId::new("V1")).unwrap()[0].num_questions, 1);
    assert!(store.questions_to(&ReaderId::new("R1")).unwrap().is_empty());
    let pass = store.sign_in(&ReaderId::new("R3"), None).unwrap();
    store.act_as(&pass).unwrap();
    let questions = store.questions_to(&ReaderId::new("R3")).unwrap();
    let expected = QuestionToReader {
        image: image(),
        number: 1,
        place: Point::new(550.0, 550.0),
        text: "Is there a spur?".into(),
        answer: None,
    };
    assert_eq!(questions, [expected]);
    let r3 = ReaderId::new("R3");
    refused(store.answer_question(&image(), &ReaderId::new("R1"), 1, "No.", 7), "R3 is signed in");
    refused(store.answer_question(&image(), &r3, 2, "No.", 7), "no such question");
    store.answer_question(&image(), &r3, 1, "Yes, a small one.", 7).unwrap();
    assert_eq!(store.questions_to(&ReaderId::new("R3")).unwrap()[0].answer.as_deref(), Some("Yes, a small one."));
    // A reader neither sees nor makes what reviewers do.
    assert!(store.review(&image()).is_err() && store.films_to_review(&ReaderId::new("R3")).is_err());
    for by_reader in [Step::Reject { finding }, Step::Answer { question: 1, text: "No.".into() }] {
        assert!(step(&mut store, "R3", by_reader).is_err());
    }
}

#[test]
fn a_reviewer_finds_their_own_questions_and_hears_where_the_project_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    let finding = FindingKey(SourceId::Mark(AnnotationId(2)));
    open(&mut store, "V1").unwrap();
    let ask = Step::Ask { finding, to: vec![ReaderId::new("R3")], question: "Is there a spur?".into() };
    step(&mut store, "V1", ask).unwrap();
    let asked_by = |store: &mut Store, id: &str| {
        let pass = store.sign_in(&ReaderId::new(id), None).unwrap();
        store.act_as(&pass).unwrap();
        store.questions_by(&ReaderId::new(id)).map(|sent| sent.len())
    };
    assert_eq!((asked_by(&mut store, "V1").unwrap(), asked_by(&mut store, "V2").unwrap()), (1, 0));
    store.conn.execute("DELETE FROM task WHERE rad_id = 'V1'", []).unwrap();
    assert_eq!(asked_by(&mut store, "V1").unwrap(), 0, "the film went to somebody else");
    store.conn.execute_batch("ALTER TABLE task RENAME TO lost").unwrap();
    let outcome = store.questions_by(&ReaderId::new("V1"));
    assert!(matches!(outcome, Err(StoreError::Database(_))), "{outcome:?}");
}

#[test]
fn the_record_names_the_finding_of_each_step_and_whose_readings_can_be_gone_through() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    let fracture = |one: &&Finding| one.votes().iter().any(|(label, _)| label.as_str() == "Fracture");
    let finding = open(&mut store, "V1").unwrap().document().findings().iter().find(fracture).unwrap().key();
    step(&mut store, "V1", Step::Accept { finding }).unwrap();
    let said = |edits| {
        let mut said = Vec::new();
        let filter = TrailFilter { edits, ..TrailFilter::default() };
        store.for_each_trail_row(&filter, |row| said.push(row.what)).unwrap();
        said
    };
    assert!(said(TrailEdits::None).contains(&"Review: Accept a finding: Fracture".to_owned()));
    let milestones = said(TrailEdits::Milestones);
    assert_eq!(milestones.iter().filter(|what| *what == "Complete").count(), 3, "{milestones:?}");
    assert!(!milestones.contains(&"Add Fracture".to_owned()), "{milestones:?}");
    assert!(said(TrailEdits::All).contains(&"Add Fracture".to_owned()));
    assert!(!said(TrailEdits::None).contains(&"Complete".to_owned()));
    let layers = store.recorded_layers(&image()).unwrap();
    assert_eq!(layers, ["R1", "R2", "R3"].map(ReaderId::from));
}

#[test]
fn steps_are_kept_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    open(&mut store, "V1").unwrap();
    for sql in ["UPDATE adjudication_step SET rad_id = 'V2'", "DELETE FROM adjudication_step"] {
        assert!(store.conn.execute(sql, []).is_err(), "{sql}");
    }
    let open = store.review_steps(&image()).unwrap().remove(0);
    refused(store.add_review_step(&image(), &open, 1), "begun by opening");
}

#[test]
fn every_step_is_read_as_it_was_written() {
    let finding = FindingKey(SourceId::Mark(AnnotationId(12)));
    let (label, film) = (LabelName::new("Fracture"), image());
    let point = |x: f64, y: f64| Point::new(x, y);
    let corners = vec![point(0.1, 0.2), point(9.0, 0.0), point(0.0, 9.5)];
    let shapes = [
        boxed([0.1, 0.2, 1.0 / 3.0, 7e3]),
        Shape::Polygon(Polygon::new(vec![corners.clone()]).unwrap()),
        Shape::Mask(Mask::from_rect(Rect::from_columns(1.0, 2.0, 5.0, 6.0).unwrap()).unwrap()),
        Shape::Point(point(3.5, 4.0)),
        Shape::Line(Line::new(corners).unwrap()),
    ];
    let attributes = Attributes { grade: Some(Grade::Severe), note: "Dày \"vỏ\"".into(), ..Attributes::default() };
    let model = SourceId::Model(SuggestionKey { model: ModelId(3), number: 4 });
    let mut steps = vec![
        Step::Accept { finding },
        Step::Take { finding, source: model },
        Step::Relabel { finding: FindingKey(SourceId::Added(0)), label: label.clone() },
        Step::Reject { finding: FindingKey(model) },
        Step::Clear { finding },
        Step::Explain { finding, rationale: "vì \"thế\"\n".into() },
        Step::Merge { findings: [finding, FindingKey(model)] },
        Step::Split { finding, out: vec![model, SourceId::Added(3)] },
        Step::Ask { finding, to: vec![ReaderId::new("R1"), ReaderId::new("đọc 2")], question: "?".into() },
        Step::Answer { question: 2, text: String::new() },
        Step::AcceptUnanimous,
        Step::AnswerLabel { label: label.clone(), presence: None },
        Step::AnswerLabel { label: label.clone(), presence: Some(Presence::Unsure) },
        Step::JudgeFitness { unfit: Some(UnfitReason::LowQuality) },
        Step::JudgeFitness { unfit: None },
        Step::Sign,
        Step::Unsign,
        Step::Undo,
        Step::Redo,
    ];
    for shape in shapes {
        steps.push(Step::Reshape { finding, shape: shape.clone() });
        steps.push(Step::Add { label: label.clone(), shape: shape.clone(), attributes: attributes.clone() });
        let marked = Annotation::shaped(AnnotationId(9), label.clone(), shape, Origin::Drawn).unwrap();
        let labels: LabelAnswers = [(label.clone(), Presence::Absent)].into_iter().collect();
        let marks = vec![marked.with_attributes(attributes.clone())];
        let (reader, completed) = (ReaderId::new("R 1"), TaskState::Completed);
        let reading = Reading::restored(film.clone(), reader, marks, labels, completed, String::new());
        let reading = reading.with_unfit(Some(UnfitReason::ResidualText));
        steps.push(Step::Open(Box::new(Case::new(film.clone(), &[reading], &[], &[ReaderId::new("V1")], 2))));
    }
    for step in steps {
        assert_eq!(step_from_json(&step_to_json(&step), &film).unwrap(), step);
    }
    for strange in [
        "{}",
        "{\"accept\":{\"finding\":\"mark x\"}}",
        "{\"unheard\":{}}",
        "[]",
        "{\"answer_label\":{\"label\":\"x\",\"answer\":\"perhaps\"}}",
    ] {
        assert!(step_from_json(strange, &film).is_err(), "{strange}");
    }
}

/// A step for the document that is there; some do not fit it.
fn some_step(document: &Document, kind: u8, at: usize) -> Step {
    let findings = document.findings();
    let key =
        |at: usize| findings.get(at % findings.len().max(1)).map_or(FindingKey(SourceId::Added(99)), Finding::key);
    match kind {
        0..4 => Step::Accept { finding: document.next_unsettled(None).unwrap_or_else(|| key(at)) },
        4 => Step::Reject { finding: key(at) },
        5 => Step::Merge { findings: [key(at), key(at + 1)] },
        6 => Step::Add { label: LabelName::new("Fracture"), shape: boxed(FAR), attributes: Attributes::default() },
        7 => Step::AnswerLabel { label: LabelName::new("Pneumonia"), presence: Presence::ALL.get(at % 4).copied() },
        8 => Step::Clear { finding: key(at) },
        9..13 => Step::Sign,
        13 => Step::Unsign,
        14 => Step::Undo,
        _ => Step::JudgeFitness { unfit: UnfitReason::ALL.get(at).copied() },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever is done in whatever order: while everybody has signed the layer says what the document says, otherwise it
    /// is as it was before; readers' layers never change.
    #[test]
    fn the_layer_stands_exactly_while_everybody_has_signed(
        steps in prop::collection::vec((0..16_u8, 0..9_usize, any::<bool>()), 0..40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = read_project(folder.path());
        let readers = readers_layers(&store);
        mark(&mut store, CONSENSUS_LAYER, 77, "Surgical implant", FAR);
        let before = consensus(&store);
        let mut review = open(&mut store, "V1").unwrap();
        for (kind, at, is_first) in steps {
            let who = if is_first { "V1" } else { "V2" };
            if let Ok(next) = step(&mut store, who, some_step(review.document(), kind, at)) {
                review = next;
            }
            prop_assert_eq!(&store.review(&image()).unwrap().unwrap(), &review);
            if review.document().is_settled() {
                assert_layer_is(&store, review.document());
            } else {
                prop_assert_eq!(&consensus(&store), &before);
                prop_assert!(store.settled_sources(&image()).unwrap().is_empty());
            }
        }
        prop_assert_eq!(readers_layers(&store), readers);
    }
}

#[test]
fn provenance_says_who_saw_it_and_who_decided() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    settle(&mut store);
    let sources = store.settled_sources(&image()).unwrap();
    let (id, source) = &sources[1];
    assert!(consensus(&store).annotation(*id).is_some());
    assert_eq!(source.votes, [(LabelName::new("Osteophytes"), 1), (LabelName::new("Other lesions"), 1)]);
    assert_eq!((source.num_readers, source.shape_from, source.by.as_str()), (3, ShapeFrom::Proposal, "V1"));
    let signers: Vec<(&str, i64)> = source.signers.iter().map(|(who, at)| (who.as_str(), *at)).collect();
    assert_eq!(signers, [("V1", 6), ("V2", 6)]);
    let review = store.review(&image()).unwrap().unwrap();
    let ruled = review.document().findings()[0].ruling().map(|ruling| &ruling.outcome);
    assert!(matches!(ruled, Some(Outcome::Kept { .. })));
}

#[test]
fn nobody_signs_or_replaces_what_they_have_not_seen() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    let seen = open(&mut store, "V1").unwrap();
    let finding = seen.document().findings()[0].key();
    assert_eq!(open(&mut store, "V2").unwrap().num_steps(), seen.num_steps());
    step(&mut store, "V2", Step::Reject { finding }).unwrap();
    for step in [Step::Accept { finding }, Step::Sign] {
        let made = MadeStep { by: ReaderId::new("V1"), at_ms: 7, step };
        refused(store.add_review_step(&image(), &made, seen.num_steps()), "went on with this film meanwhile");
    }
    // Having looked again, V1 goes on, also over steps that were undone.
    step(&mut store, "V1", Step::Accept { finding }).unwrap();
    step(&mut store, "V1", Step::Undo).unwrap();
    assert_eq!(open(&mut store, "V1").unwrap().num_steps(), seen.num_steps() + 3);
}
