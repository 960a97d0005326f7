//! What a reader who knows nothing of others can reach: every public method of the store, asked in their name, answers the
//! same whether or not somebody else has read the films too. A method that is new must take its place here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::comment::{Comment, Pin};
use rachis::domain::edit::Edit;
use rachis::domain::evaluation::run::EvaluationId;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::label::{LabelName, LabelSet};
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::model::{Architecture, ModelContent, ModelId, ModelStep, ModelTask};
use rachis::domain::people::{Act, Matter, Reader, Role, Roles, may};
use rachis::domain::prediction::Prediction;
use rachis::domain::presence::Presence;
use rachis::domain::project::{About, ClinicalFacts, Workflow};
use rachis::domain::reading_time::ReadingTime;
use rachis::domain::task::TaskState;
use rachis::domain::training::dataset::DatasetId;
use rachis::domain::training::spec::TrainingId;
use rachis::formats::table_form::TableForm;
use rachis::store::{NewModel, PredictionOrigin, Store, StoreError};
use rachis::workflows::export_labels::{ExportLabels, export_boxes, export_image_labels};
use rachis::workflows::export_measures::export_measures;
use rachis::workflows::label_sets;

use crate::support;
use crate::tidy::source_text::{files, project_root, read};

pub const NAME: &str = "CANARYNAME";
pub const ID: &str = "R777";
pub const WORDS: &str = "CANARYWORDS";
/// A coordinate that no other mark has.
pub const PLACE: f64 = 77.125;

type Ask = fn(&mut Store) -> String;

fn image(n: usize) -> ImageId {
    support::entry(n).facts.image
}

fn me(store: &Store) -> ReaderId {
    store.pass().expect("signed in").reader().clone()
}

fn labels(store: &Store) -> LabelSet {
    label_sets::of_project(store).unwrap().0
}

fn others() -> ReaderId {
    ReaderId::from(ID)
}

/// A row: the method's name, and everything that it answers as text.
macro_rules! ask {
    ($name:ident, $store:ident => $asked:expr) => {
        (stringify!($name), (|$store: &mut Store| format!("{:?}", $asked)) as Ask)
    };
}

/// Collects what a method visits.
macro_rules! visit {
    ($name:ident, $store:ident, $seen:ident => $asked:expr) => {
        (
            stringify!($name),
            (|$store: &mut Store| {
                let mut $seen: Vec<String> = Vec::new();
                let outcome = $asked;
                format!("{outcome:?} {:?}", $seen)
            }) as Ask,
        )
    };
}

/// What a reader may ask for. What they may not, [`gate`] reads in the source.
fn asked() -> Vec<(&'static str, Ask)> {
    vec![
        ask!(project, s => s.project()),
        ask!(folder, s => s.folder()),
        ask!(session, s => s.session()),
        ask!(begin_session, s => s.begin_session()),
        ask!(integrity_problems, s => s.integrity_problems()),
        ask!(pass, s => s.pass()),
        ask!(is_locked, s => s.is_locked()),
        ask!(require_sight, s => s.require_sight()),
        ask!(may_see_others_of, s => (0..3).map(|n| s.may_see_others_of(&image(n))).collect::<Vec<_>>()),
        ask!(is_own, s => (s.is_own(&me(s)), s.is_own(&others()))),
        ask!(readers, s => s.readers()),
        ask!(has_owner, s => s.has_owner()),
        ask!(locked_readers, s => s.locked_readers()),
        ask!(set_pin, s => s.set_pin(&others(), None)),
        ask!(must_agree_to_data_use, s => s.must_agree_to_data_use(&me(s))),
        ask!(agree_to_data_use, s => s.agree_to_data_use(&others(), "")),
        ask!(data_use_agreements, s => s.data_use_agreements()),
        ask!(has_content, s => s.has_content(&[0; 32])),
        ask!(film, s => s.film(&image(0))),
        ask!(films, s => s.films()),
        ask!(films_of_study, s => s.films_of_study(&support::entry(0).facts.study)),
        ask!(films_of_patient, s => s.films_of_patient(&support::entry(0).facts.patient)),
        ask!(reading, s => (0..3).map(|n| (s.reading(&image(n), &me(s)), s.reading(&image(n), &others()))).collect::<Vec<_>>()),
        ask!(log, s => (0..3).map(|n| (s.log(&image(n), &me(s)), s.log(&image(n), &others()))).collect::<Vec<_>>()),
        ask!(readings_of_others, s => (0..3).map(|n| s.readings_of_others(&image(n), &me(s))).collect::<Vec<_>>()),
        ask!(commit, s => s.commit(&entry(1, ID, Edit::SetComment { before: WORDS.into(), after: String::new() }))),
        ask!(worklist, s => (s.worklist(&me(s), &labels(s)), s.worklist(&others(), &labels(s)))),
        ask!(tasks, s => s.tasks()),
        ask!(tasks_of, s => (s.tasks_of(&me(s)), s.tasks_of(&others()))),
        ask!(layer_for, s => (s.layer_for(&image(0), &me(s)), s.layer_for(&image(0), &others()))),
        ask!(reader_statistics, s => (s.reader_statistics(&me(s)), s.reader_statistics(&others()))),
        ask!(add_reading_time, s => s.add_reading_time(&[time(ID)])),
        ask!(models_seen, s => (0..3).map(|n| (s.models_seen(&image(n), &me(s)), s.models_seen(&image(n), &others()))).collect::<Vec<_>>()),
        ask!(note_models_seen, s => s.note_models_seen(&image(0), &others(), &[ModelId(1)], 1)),
        ask!(imports, s => s.imports()),
        visit!(for_each_place, s, seen => s.for_each_place(|a, b, c| seen.push(format!("{a} {b} {c}")))),
        visit!(for_each_mark, s, seen => s.for_each_mark(|mark| seen.push(format!("{mark:?}")))),
        visit!(for_each_reading, s, seen => s.for_each_reading(|reading| seen.push(format!("{reading:?}")))),
        visit!(for_each_unfinished, s, seen => s.for_each_unfinished(|a, b| seen.push(format!("{a} {b}")))),
        visit!(for_each_area, s, seen => s.for_each_area(|a, b, c, d| seen.push(format!("{a} {b} {c} {d:?}")))),
        visit!(for_each_prediction_of, s, seen => s.for_each_prediction_of(ModelId(1), |a, b| seen.push(format!("{a} {b:?}")))),
        visit!(for_each_detection_of, s, seen => s.for_each_detection_of(ModelId(1), |d| seen.push(format!("{d:?}")))),
        ask!(own_label_set, s => s.own_label_set()),
        ask!(label_set_versions, s => s.label_set_versions()),
        ask!(label_uses, s => s.label_uses()),
        ask!(references, s => s.references()),
        ask!(get_setting, s => (s.get_setting("open"), s.get_setting("input:R1"), s.get_setting("public_reader_ids"))),
        ask!(set_setting, s => (
            s.set_setting("open", "true"), s.set_setting("blind", "false"), s.set_setting("public_reader_ids", "{}"),
            s.get_setting("open")
        )),
        ask!(models, s => s.models()),
        ask!(model, s => s.model(ModelId(1))),
        ask!(model_named, s => s.model_named("detector@1")),
        ask!(weights_of, s => s.model(ModelId(1)).map(|model| s.weights_of(&model.unwrap()))),
        ask!(models_in_use, s => s.models_in_use()),
        ask!(pipeline, s => s.pipeline()),
        ask!(model_history, s => s.model_history()),
        ask!(model_before, s => s.model_before(ModelTask::Detect)),
        ask!(prediction, s => (0..3).map(|n| s.prediction(&image(n), ModelId(1))).collect::<Vec<_>>()),
        ask!(predictions, s => s.predictions(&image(0), &[ModelId(1)])),
        ask!(models_without, s => s.models_without(&image(0), &[ModelId(1)])),
        ask!(add_prediction, s => s.add_prediction(&said(0), &origin())),
        ask!(trainings, s => s.trainings()),
        ask!(training, s => s.training(TrainingId(1))),
        ask!(datasets, s => s.datasets()),
        ask!(dataset, s => s.dataset(DatasetId(1))),
        ask!(locked_films, s => s.locked_films()),
        ask!(evaluations, s => s.evaluations()),
        ask!(evaluation, s => s.evaluation(EvaluationId(1))),
        ask!(reading_queue, s => s.reading_queue()),
        ask!(grey_prints, s => s.grey_prints()),
        ask!(add_grey_prints, s => s.add_grey_prints(&[])),
        ask!(events, s => s.events()),
        ask!(rescue_files, s => s.rescue_files()),
    ]
}

/// These tell nothing by themselves: a path leads to a file, and whoever can open the folder can open it without us.
const TELL_NOTHING: &[(&str, &str)] = &[
    ("create", "makes a project"),
    ("open", "gives an opening that is nobody's; the rest is asked of it"),
    ("open_to_look", "the same"),
    ("sign_in", "told apart by its own tests"),
    ("sign_out", "tells nothing"),
    ("act_as", "takes a pass, which only signing in makes"),
    ("doorway", "opens the project for the same person"),
    ("model_path", "a path"),
    ("models_folder", "a path"),
    ("training_folder", "a path"),
    ("evaluation_folder", "a path"),
    ("dataset_file", "a path"),
    ("replay", "commits, edit by edit"),
    ("in_one_step", "holds several imports together, each of which asks for itself"),
    ("add_event", "is written in the name of the person who is in"),
];

/// Checks of the store that by themselves keep what is another's from a blind reader, or take only what is in one's own
/// name. A method that begins with one of them needs no row.
const GATES: &[&str] = &[
    "require_sight",
    "require_layer",
    "require_person",
    "require_own",
    "require_review",
    "require_reviewer",
    "require_hands_of",
    "require_filters_of",
];

fn entry(n: usize, reader: &str, edit: Edit) -> NewLogEntry {
    NewLogEntry { image: image(n), reader: reader.into(), step: Step::Do, edit, made_at_ms: 1000 + n as i64 }
}

fn mark(id: i64, at: f64) -> Edit {
    let rect = Rect::from_columns(at, at, at + 30.0, at + 40.0).unwrap();
    Edit::Add(Annotation::boxed(AnnotationId(id), LabelName::new("Osteophytes"), rect, Origin::Drawn).unwrap())
}

fn time(reader: &str) -> ReadingTime {
    ReadingTime { reader: reader.into(), image: image(0), tool: "box".into(), active_ms: 77_000 }
}

fn said(n: usize) -> Prediction {
    Prediction { image: image(n), model: ModelId(1), probability: Some(0.5), detections: Vec::new(), heat: None }
}

fn origin() -> PredictionOrigin {
    PredictionOrigin { took_ms: 1, engine: "e".into() }
}

/// A reads-only person R2, and R3 who has every role and a film to read; both have read something.
fn base(folder: &Path) {
    let mut store = support::project(folder, 3);
    store.add_reader(&Reader::new("R3", "Reader three")).unwrap();
    store.add_reader(&Reader { roles: Roles::NONE.with(Role::Reviewer), ..Reader::new("R4", "Reader four") }).unwrap();
    let annotator = Roles::NONE.with(Role::Annotator);
    store.change_reader(&Reader { roles: annotator, ..Reader::new("R2", "Reader two") }).unwrap();
    store.set_workflow(Workflow::Reviewed { readers: 3, reviewers: 1 }).unwrap();
    store.set_about(&About { clinical_facts: ClinicalFacts::Nothing, ..About::default() }).unwrap();
    let content = ModelContent::Weights { architecture: Architecture::RetinaNetSmall, sha256: [1; 32] };
    let (name, task, step) = ("detector", ModelTask::Detect, ModelStep::Imported);
    let model = NewModel { name, task, content, file: Some("d.safetensors"), card: "{}", step, at_ms: 1, by: "R1" };
    store.add_model(&model).unwrap();
    for n in 0..3 {
        store.add_prediction(&said(n), &origin()).unwrap();
    }
    for (number, reader) in [(1, "R2"), (2, "R3")] {
        store.commit(&entry(0, reader, mark(number, 20.0))).unwrap();
        let done = Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed };
        store.commit(&entry(0, reader, done)).unwrap();
        store.commit(&entry(1, reader, mark(10 + number, 30.0))).unwrap();
    }
    drop(store);
    let conn = rusqlite::Connection::open(folder.join("project.db")).unwrap();
    conn.execute("INSERT INTO assignment (made_at, plan) VALUES (1, '{}')", []).unwrap();
    for (place, (reader, n)) in [("R2", 0), ("R2", 1), ("R3", 0), ("R3", 1)].into_iter().enumerate() {
        hand_out(&conn, reader, n, "read", place);
    }
    // Reviewed once everybody has read it: R4 may look at film 0 then, and at film 1 not yet.
    hand_out(&conn, "R4", 0, "review", 0);
    hand_out(&conn, "R4", 1, "review", 1);
}

fn hand_out(conn: &rusqlite::Connection, reader: &str, n: usize, stage: &str, place: usize) {
    let sql = "INSERT INTO task (image_id, rad_id, stage, place, assignment_id) VALUES (?1, ?2, ?3, ?4, 1)";
    conn.execute(sql, rusqlite::params![image(n).as_str(), reader, stage, place as i64]).unwrap();
}

/// Somebody else reads every film, and says all that can be said.
fn read_by_another(folder: &Path) {
    let mut store = Store::open(folder).unwrap();
    store.add_reader(&Reader { certificate: WORDS.into(), ..Reader::new(ID, NAME) }).unwrap();
    for n in 0..3 {
        let id = 7000 + n as i64 * 10;
        store.commit(&entry(n, ID, mark(id, PLACE))).unwrap();
        let present = [(LabelName::new("Foreign body"), Presence::Present)].into_iter().collect();
        let before = rachis::domain::presence::LabelAnswers::default();
        // The label set may give this label no film's scope; then the mark and the words are enough.
        let _ = store.commit(&entry(n, ID, Edit::SetImageLabels { before, after: present }));
        store.commit(&entry(n, ID, Edit::SetComment { before: String::new(), after: WORDS.into() })).unwrap();
        let comment = Comment {
            id: AnnotationId(id + 1),
            answers: None,
            pin: Pin::Film,
            text: WORDS.into(),
            is_resolved: false,
            made_at_ms: 5,
        };
        store.commit(&entry(n, ID, Edit::Comment { before: None, after: Some(comment) })).unwrap();
        let done = Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed };
        store.commit(&entry(n, ID, done)).unwrap();
        store.note_models_seen(&image(n), &others(), &[ModelId(1)], 7).unwrap();
    }
    store.add_reading_time(&[time(ID)]).unwrap();
    drop(store);
    let conn = rusqlite::Connection::open(folder.join("project.db")).unwrap();
    for n in 0..3 {
        hand_out(&conn, ID, n, "read", n);
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let target = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            copy(&file.path(), &target);
        } else {
            std::fs::copy(file.path(), target).map(|_| ()).unwrap();
        }
    }
}

/// The project as its owner left it, without and with somebody else's work.
pub fn twins(folder: &Path) -> [std::path::PathBuf; 2] {
    let [alone, among] = [folder.join("alone"), folder.join("among")];
    base(&alone);
    copy(&alone, &among);
    read_by_another(&among);
    // The same number of openings.
    drop(Store::open(&alone).unwrap());
    [alone, among]
}

fn answers(folder: &Path, reader: &str) -> BTreeMap<&'static str, String> {
    let mut store = Store::open(folder).unwrap();
    store.sign_in(&reader.into(), None).unwrap();
    let plain = |text: String| text.replace(&folder.display().to_string(), "PROJECT");
    asked().into_iter().map(|(name, ask)| (name, plain(ask(&mut store)))).collect()
}

fn assert_silent(name: &str, answer: &str) {
    for secret in [NAME, WORDS, &PLACE.to_string()] {
        assert!(!answer.contains(secret), "{name} tells of another reader ({secret}): {answer}");
    }
    // Where the id was part of the question, the refusal repeats it.
    let is_repeated = ["commit", "add_reading_time", "note_models_seen"].contains(&name);
    assert!(is_repeated || !answer.contains(ID), "{name} tells of another reader: {answer}");
}

#[test]
fn a_blind_reader_gets_the_same_answers_whether_or_not_others_have_read() {
    let folder = tempfile::tempdir().unwrap();
    let [alone, among] = twins(folder.path());
    let (alone, among) = (answers(&alone, "R2"), answers(&among, "R2"));
    for (name, answer) in &among {
        assert_silent(name, answer);
        assert_eq!(Some(answer), alone.get(name), "{name} tells that others have read");
    }
    let reading = &among["reading"];
    assert!(reading.contains("AnnotationId(1)") && reading.contains("Blind"), "one's own is there: {reading}");
    let films = &among["films"];
    assert!(!films.contains("Female") && !films.contains("63.0") && !films.contains("20200102"), "{films}");
    assert!(among["prediction"].starts_with("[Ok(Some("), "the film that was read shows what the model says");
    assert!(among["prediction"].contains("Ok(None)"), "the others do not: {}", among["prediction"]);
}

/// Somebody with every role sees the names that they hand films out to, but while they read, no mark and no count.
#[test]
fn an_owner_who_still_has_films_to_read_is_blind_too() {
    let folder = tempfile::tempdir().unwrap();
    let [alone, among] = twins(folder.path());
    let (alone, among) = (answers(&alone, "R3"), answers(&among, "R3"));
    let names = ["readers", "reading_queue", "set_pin", "tasks", "tasks_of", "layer_for"];
    for (name, answer) in among.iter().filter(|(name, _)| !names.contains(name)) {
        assert_silent(name, answer);
        assert_eq!(Some(answer), alone.get(name), "{name} tells that others have read");
    }
    let mut store = Store::open(&folder.path().join("among")).unwrap();
    store.sign_in(&"R3".into(), None).unwrap();
    assert!(store.require_sight().is_err());
    let tasks = store.tasks().unwrap();
    let of_another: Vec<_> = tasks.iter().filter(|task| task.person == others()).collect();
    assert!(!of_another.is_empty() && of_another.iter().all(|task| task.state == TaskState::New), "{of_another:?}");
}

#[test]
fn a_reviewer_sees_a_film_when_all_have_read_it_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let [alone, among] = twins(folder.path());
    // Film 0 has two readers, and both have completed it; the project asks for three, and among others has them.
    for (project, expected) in [(&alone, [false, false, false]), (&among, [true, false, false])] {
        let mut store = Store::open(project).unwrap();
        store.sign_in(&"R4".into(), None).unwrap();
        let seen: Vec<bool> = (0..3).map(|n| store.may_see_others_of(&image(n)).unwrap()).collect();
        assert_eq!(seen, expected);
        assert_eq!(store.readings_of_others(&image(0), &"R4".into()).is_ok(), expected[0]);
        assert!(matches!(store.readings_of_others(&image(1), &"R4".into()), Err(StoreError::Blind)));
        assert!(matches!(store.tallies(), Err(StoreError::Blind)), "all films together are for others");
    }
}

#[test]
fn a_blind_reader_exports_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [_, among] = twins(folder.path());
    for reader in ["R2", "R3"] {
        let mut store = Store::open(&among).unwrap();
        store.sign_in(&reader.into(), None).unwrap();
        let labels = labels(&store);
        for form in [TableForm::SpineXr, TableForm::Cxr, TableForm::Kaggle] {
            let to = folder.path().join("out.csv");
            assert!(export_boxes(&store, &labels, &to, &ExportLabels::new(form)).is_err());
            assert!(export_image_labels(&store, &labels, &to, &ExportLabels::new(TableForm::Cxr)).is_err());
            assert!(export_measures(&store, &to, &[], false).is_err());
            assert!(!to.exists(), "nothing half-done");
        }
    }
}

/// How a method begins, as far as that alone says that a reader who knows nothing of others gets nothing from it.
fn gate(body: &str) -> Option<&'static str> {
    let first: Vec<&str> =
        body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).take(2).collect();
    let asks = |line: &str, gate: &str| line.strip_prefix("self.").is_some_and(|l| l.starts_with(&format!("{gate}(")));
    if let Some(gate) = GATES.iter().find(|gate| first.iter().any(|line| asks(line, gate) && line.ends_with(")?;"))) {
        return Some(gate);
    }
    let annotator = Roles::NONE.with(Role::Annotator);
    let is_refused = |matter: Matter, act: Act| {
        let words = format!("self.require(Matter::{matter:?}, Act::{act:?})?;");
        first.first() == Some(&words.as_str()) && !may(annotator, matter, act)
    };
    // What is only looked at needs more than a right: somebody who has it may be reading too.
    Matter::ALL.into_iter().any(|matter| is_refused(matter, Act::Change)).then_some("right")
}

/// Names and bodies of the public methods of the store.
fn public_methods() -> BTreeMap<String, String> {
    let mut methods = BTreeMap::new();
    for file in files("src/store", &[".rs"]) {
        let text = read(&file);
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for block in text.split("\nimpl Store {").skip(1) {
            let block = block.split("\n}\n").next().unwrap_or_default();
            for method in block.split("\n    }\n") {
                let Some(at) = method.find("    pub fn ").or_else(|| method.find("    pub const fn ")) else {
                    continue;
                };
                let signature = &method[at..];
                let name = signature.split("fn ").nth(1).unwrap_or_default();
                let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let body = signature.split_once("{\n").map_or("", |(_, body)| body);
                assert!(methods.insert(name.clone(), body.to_owned()).is_none(), "{name} stands twice");
            }
        }
    }
    assert!(methods.len() > 100, "the source was found under {}", project_root().display());
    methods
}

#[test]
fn every_public_method_of_the_store_has_its_place_here() {
    let methods = public_methods();
    let asked: BTreeSet<&str> = asked().into_iter().map(|(name, _)| name).collect();
    let quiet: BTreeSet<&str> = TELL_NOTHING.iter().map(|(name, _)| *name).collect();
    let mut complaints = Vec::new();
    for (name, body) in &methods {
        if !asked.contains(name.as_str()) && !quiet.contains(name.as_str()) && gate(body).is_none() {
            complaints.push(format!(
                "{name}: begin it with `self.require(Matter::X, Act::Change)?` or `self.require_sight()?`, or add a row to \
                 `asked` that shows what a blind reader gets"
            ));
        }
    }
    let gone = asked.union(&quiet).filter(|name| !methods.contains_key(**name));
    complaints.extend(gone.map(|name| format!("{name}: the store has no such method any more")));
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
