//! The log rebuilds the tables; nothing saved is lost; what opening refuses.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use proptest::prelude::*;
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::{Edit, EditError};
use rachis::domain::geometry::{Point, Rect};
use rachis::domain::id::{AnnotationId, ImageId, LogSeq, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{LogEntry, NewLogEntry, Step};
use rachis::domain::measure::{MeasureKind, MeasureShape, Measurement};
use rachis::domain::presence::{LabelAnswers, Presence, SharedScope};
use rachis::domain::project::Reader;
use rachis::domain::quality::UnfitReason;
use rachis::domain::reading::Reading;
use rachis::domain::rules::default_rules;
use rachis::domain::study::{FilmEntry, FilmFacts, FilmSource, Sex};
use rachis::store::{AddedFilm, NewProject, Outcome, Store, StoreError, StoreThread};
use rusqlite::Connection;

use crate::store_walk::{self, Walk, commit_steps};

pub fn new_project() -> NewProject {
    NewProject { name: "Spine".into(), label_set: "vindr_spine".into(), rules: default_rules(), is_synthetic: true }
}

/// The log alone rebuilds the tables of this project.
pub fn assert_log_rebuilds(store: &Store) {
    let book = store.rebuild_from_log().unwrap();
    assert!(book.refused.is_empty(), "{:?}", book.refused);
    let differences = store.differences_from(&book).unwrap();
    assert!(differences.is_empty(), "{differences:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_walk_of_edits_undo_and_redo_is_in_tables_log_and_memory_alike(seed in any::<u64>(), steps in 1usize..80) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store_walk::project(folder.path());
        let mut walk = Walk::new(seed, &store);
        commit_steps(&mut walk, &mut store, steps);
        let store = if seed % 2 == 0 { store } else { drop(store); Store::open(folder.path()).unwrap() };
        for ((image, reader), reading) in &walk.readings {
            prop_assert_eq!(&store.reading(image, reader).unwrap(), reading);
        }
        prop_assert_eq!(&replayed(&store, &walk), &walk.readings);
        assert_log_rebuilds(&store);
        prop_assert!(store.integrity_problems().unwrap().is_empty());
    }

    #[test]
    fn the_store_thread_saves_in_order_and_an_undo_need_not_wait_for_its_place(seed in any::<u64>()) {
        let folder = tempfile::tempdir().unwrap();
        let store = store_walk::project(folder.path());
        let mut walk = Walk::new(seed, &store);
        let (outcomes, inbox) = mpsc::channel();
        let thread = StoreThread::start(store, move |outcome| outcomes.send(outcome).unwrap()).unwrap();
        let mut tickets = Vec::new();
        for _ in 0..60 {
            let step = walk.step();
            tickets.push(thread.commit(step.entry, step.of.map(|of| tickets[of])).unwrap());
        }
        thread.flush();
        let answers: Vec<Outcome> = inbox.try_iter().collect();
        for (place, (answer, ticket)) in answers.iter().zip(&tickets).enumerate() {
            prop_assert_eq!(answer, &Outcome::Saved { ticket: *ticket, seq: LogSeq(place as i64 + 1) });
        }
        prop_assert_eq!(answers.len(), tickets.len());
        let store = thread.close().unwrap();
        for ((image, reader), reading) in &walk.readings {
            prop_assert_eq!(&store.reading(image, reader).unwrap(), reading);
        }
        assert_log_rebuilds(&store);
    }
}

/// Every entry of the log applied in its order, by hand.
fn replayed(store: &Store, walk: &Walk) -> BTreeMap<(ImageId, ReaderId), Reading> {
    let mut log: Vec<_> = walk.readings.keys().flat_map(|(image, reader)| store.log(image, reader).unwrap()).collect();
    log.sort_by_key(|entry| entry.seq);
    let fresh = |(image, reader): &(ImageId, ReaderId)| Reading::new(image.clone(), reader.clone());
    let mut readings = walk.readings.keys().map(|key| (key.clone(), fresh(key))).collect();
    for LogEntry { entry, .. } in log {
        walk.apply(&entry.edit, &(entry.image, entry.reader), &mut readings).unwrap();
    }
    readings
}

fn entry(edit: Edit, step: Step) -> NewLogEntry {
    NewLogEntry { image: ImageId::new("film"), reader: ReaderId::new("R1"), step, edit, made_at_ms: 5 }
}

fn no_finding(id: u32) -> Edit {
    Edit::Add(Annotation::no_finding(AnnotationId::new(1, id), Origin::Drawn))
}

fn boxed(id: u32) -> Edit {
    let rect = Rect::from_columns(1.5, 2.25, 30.1, 40.7).unwrap();
    Edit::Add(Annotation::boxed(AnnotationId::new(1, id), LabelName::new("Fracture"), rect, Origin::Drawn).unwrap())
}

fn ruler(id: u32) -> Edit {
    let points = vec![Point::new(1.5, 2.25), Point::new(30.1, 40.7)];
    let shape = MeasureShape::new(MeasureKind::Ruler, points).unwrap();
    Edit::Measure { before: None, after: Some(Measurement { id: AnnotationId::new(1, id), shape }) }
}

#[test]
fn a_stale_edit_is_refused_with_nothing_changed() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(folder.path(), &new_project()).unwrap();
    store.commit(&entry(no_finding(1), Step::Do)).unwrap();
    let before = dump(folder.path());
    let comment = Edit::SetComment { before: "not this".into(), after: "x".into() };
    let batch = Edit::Batch { name: "half".into(), edits: vec![no_finding(1).inverse(), boxed(2), boxed(2)] };
    for (edit, expected) in [
        (no_finding(1), EditError::Stale),
        (no_finding(2), EditError::SecondNoFinding),
        (boxed(2), EditError::NoFindingWithBoxes),
        (boxed(3).inverse(), EditError::Stale),
        (comment, EditError::Stale),
        (ruler(2).inverse(), EditError::Stale),
        (batch, EditError::Stale),
        (Edit::SetUnfit { before: Some(UnfitReason::LowQuality), after: None }, EditError::Stale),
    ] {
        let error = store.commit(&entry(edit.clone(), Step::Do)).unwrap_err();
        assert!(matches!(&error, StoreError::Edit(e) if *e == expected), "{edit:?}: {error}");
        assert_eq!(dump(folder.path()), before, "{edit:?}");
    }
}

#[test]
fn what_is_said_of_a_study_is_refused_for_films_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = store_walk::project(folder.path());
    let said = |scope| Edit::SetSharedLabels {
        scope,
        before: LabelAnswers::default(),
        after: LabelAnswers::default().with(LabelName::new("Scoliosis"), Some(Presence::Present)),
    };
    let step = |film: &str, scope| NewLogEntry { image: film.into(), ..entry(said(scope), Step::Do) };
    let before = dump(folder.path());
    for (film, scope) in [
        ("film a", SharedScope::Study("study 2".into())),
        ("film a", SharedScope::Series("series 2".into())),
        ("no film", SharedScope::Study("study 1".into())),
    ] {
        let error = store.commit(&step(film, scope.clone())).unwrap_err();
        assert!(matches!(error, StoreError::RuleRefused(_)), "{film} {scope:?}: {error}");
        assert_eq!(dump(folder.path()), before);
    }
    store.commit(&step("film a", SharedScope::Study("study 1".into()))).unwrap();
    let of =
        |film: &str, reader: &str| store.reading(&film.into(), &reader.into()).unwrap().study_labels().num_present();
    let told = [("film a", "R1"), ("film b", "R1"), ("film c", "R1"), ("film b", "R2")].map(|(f, r)| of(f, r));
    assert_eq!(told, [1, 1, 0, 0]);
    assert_log_rebuilds(&store);
}

#[test]
fn an_undo_must_match_the_entry_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(folder.path(), &new_project()).unwrap();
    let seq = store.commit(&entry(boxed(1), Step::Do)).unwrap();
    store.commit(&entry(boxed(2), Step::Do)).unwrap();
    for (edit, step) in [
        (boxed(2).inverse(), Step::Undo(seq)),
        (boxed(1).inverse(), Step::Undo(LogSeq(99))),
        (boxed(1).inverse(), Step::Redo(seq)),
    ] {
        let error = store.commit(&entry(edit, step)).unwrap_err();
        assert!(matches!(error, StoreError::WrongStep(_)), "{error}");
    }
    let mut of_another = entry(boxed(1).inverse(), Step::Undo(seq));
    of_another.reader = ReaderId::new("R2");
    assert!(matches!(store.commit(&of_another), Err(StoreError::WrongStep(_))));
    store.commit(&entry(boxed(1).inverse(), Step::Undo(seq))).unwrap();
    store.commit(&entry(boxed(1), Step::Redo(seq))).unwrap();
    assert_log_rebuilds(&store);
}

#[test]
fn rows_that_the_log_does_not_account_for_are_found() {
    let cases: [(&str, &str); 15] = [
        ("UPDATE annotation SET xmax = xmax + 1e-9", "the marks are not those of the log"),
        ("DELETE FROM annotation", "the marks are not those of the log"),
        (
            "INSERT INTO image_label (image_id, rad_id, label) VALUES ('film', 'R1', 'x')",
            "the image labels are not those of the log",
        ),
        ("UPDATE reading SET state = 'completed'", "the state or the comment is not that of the log"),
        ("UPDATE reading SET num_marks = 9", "the worklist's counts do not match the marks"),
        ("UPDATE measurement SET x2 = x2 + 1e-9", "the measurements are not those of the log"),
        ("DELETE FROM measurement", "the measurements are not those of the log"),
        (
            "UPDATE annotation SET shape = 'point', geometry = '[1.5, 2.25]', xmax = xmin, ymax = ymin",
            "the marks are not those of the log",
        ),
        ("UPDATE annotation SET attributes = '{\"severity\":\"mild\"}'", "the marks are not those of the log"),
        ("UPDATE reading SET unfit = 'low_quality'", "the reason why the film is unfit is not that of the log"),
        (
            "INSERT INTO comment (image_id, rad_id, text, is_resolved, made_at) VALUES ('film', 'R1', 'x', 0, 1)",
            "the comments are not those of the log",
        ),
        (
            "INSERT INTO shared_label VALUES ('study', 's', 'R1', 'x', 'present')",
            "what was said of a whole series or study is in no entry of the log",
        ),
        (
            "INSERT INTO comment (image_id, rad_id, text, is_resolved, made_at) VALUES ('other', 'R1', 'x', 0, 1)",
            "there are rows that no entry of the log accounts for",
        ),
        (
            "INSERT INTO measurement (image_id, rad_id, kind, x1, y1) VALUES ('other', 'R1', 'probe', 1, 2)",
            "there are rows that no entry of the log accounts for",
        ),
        (
            "INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES ('other', 'R1', 'No finding')",
            "there are rows that no entry of the log accounts for",
        ),
    ];
    for (sql, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(folder.path(), &new_project()).unwrap();
        store.commit(&entry(boxed(1), Step::Do)).unwrap();
        store.commit(&entry(ruler(2), Step::Do)).unwrap();
        assert_log_rebuilds(&store);
        Connection::open(folder.path().join("project.db")).unwrap().execute_batch(sql).unwrap();
        let found = store.differences_from(&store.rebuild_from_log().unwrap()).unwrap();
        assert_eq!(found.iter().map(|d| d.what).collect::<Vec<_>>(), [expected], "{sql}");
    }
}

#[test]
fn two_windows_on_one_project_never_lose_each_others_edits() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Store::create(folder.path(), &new_project()).unwrap();
    let mut second = Store::open(folder.path()).unwrap();
    assert_ne!(first.session(), second.session());
    first.commit(&entry(boxed(1), Step::Do)).unwrap();
    // The second window had the film open when it was empty.
    let error = second.commit(&entry(no_finding(9), Step::Do)).unwrap_err();
    assert!(matches!(error, StoreError::Edit(EditError::NoFindingWithBoxes)), "{error}");
    second.commit(&entry(boxed(2), Step::Do)).unwrap();
    assert_eq!(first.reading(&ImageId::new("film"), &ReaderId::new("R1")).unwrap().num_marks(), 2);

    let walks: Vec<_> = [first, second]
        .into_iter()
        .enumerate()
        .map(|(i, mut store)| {
            std::thread::spawn(move || {
                for n in 100..150 {
                    let mut entry = entry(boxed(n), Step::Do);
                    entry.image = ImageId::new(format!("film {i}"));
                    let Edit::Add(mark) = &entry.edit else { unreachable!() };
                    let id = AnnotationId::new(store.session(), n);
                    let mark = Annotation::boxed(id, mark.label().clone(), mark.rect().unwrap(), Origin::Drawn);
                    entry.edit = Edit::Add(mark.unwrap());
                    store.commit(&entry).unwrap();
                }
            })
        })
        .collect();
    for walk in walks {
        walk.join().unwrap();
    }
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.reading_keys().unwrap().len(), 3);
    assert_log_rebuilds(&store);
}

#[test]
fn opening_says_what_is_wrong_and_leaves_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name);
    std::fs::create_dir(inside("empty")).unwrap();
    for (name, bytes) in [("text", b"hello".to_vec()), ("zero", Vec::new())] {
        std::fs::create_dir(inside(name)).unwrap();
        std::fs::write(inside(name).join("project.db"), bytes).unwrap();
    }
    std::fs::create_dir(inside("foreign")).unwrap();
    let foreign = Connection::open(inside("foreign").join("project.db")).unwrap();
    foreign.execute_batch("CREATE TABLE t (x)").unwrap();
    drop(foreign);
    drop(Store::create(&inside("newer"), &new_project()).unwrap());
    Connection::open(inside("newer/project.db")).unwrap().execute_batch("PRAGMA user_version = 7777").unwrap();

    let before = snapshot(folder.path());
    for (name, part) in [
        ("absent", "no project at"),
        ("empty", "no project.db in it"),
        ("text", "not a SQLite database"),
        ("zero", "not a SQLite database"),
        ("text/project.db", "not a SQLite database"),
        ("foreign", "another program"),
        ("newer", "newer Rachis"),
    ] {
        let error = Store::open(&inside(name)).map(drop).unwrap_err().to_string();
        assert!(error.contains(part), "{name}: {error}");
        let error = Store::open_to_look(&inside(name)).map(drop).unwrap_err().to_string();
        assert!(error.contains(part), "{name}: {error}");
    }
    assert_eq!(snapshot(folder.path()), before, "opening changed a file");
    let again = Store::create(&inside("newer"), &new_project());
    assert!(matches!(again, Err(StoreError::AlreadyAProject(_))));
}

#[test]
fn a_damaged_database_is_called_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(folder.path(), &new_project()).unwrap();
    for n in 0..200 {
        store.commit(&entry(boxed(n), Step::Do)).unwrap();
    }
    drop(store);
    let path = folder.path().join("project.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let page = 4096;
    for byte in &mut bytes[3 * page..] {
        *byte = 0x5a;
    }
    std::fs::write(&path, bytes).unwrap();
    let error = Store::open(folder.path()).and_then(|s| s.rebuild_from_log().map(drop)).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
    assert!(error.to_string().contains("backups"), "{error}");
}

#[test]
fn a_project_that_another_program_locks_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(folder.path(), &new_project()).unwrap();
    let other = Connection::open(folder.path().join("project.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.commit(&entry(boxed(1), Step::Do)).unwrap_err();
    assert!(matches!(error, StoreError::Locked), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    store.commit(&entry(boxed(1), Step::Do)).unwrap();
}

/// Names the read-only project to the process that looks at it.
const READ_ONLY: &str = "RACHIS_TEST_READ_ONLY_PROJECT";

#[test]
#[cfg(unix)]
fn a_read_only_project_can_be_looked_at_and_says_why_it_cannot_be_changed() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    if let Ok(folder) = std::env::var(READ_ONLY) {
        let folder = Path::new(&folder);
        let error = Store::open(folder).map(drop).unwrap_err();
        assert!(matches!(error, StoreError::ReadOnly), "{error}");
        let mut store = Store::open_to_look(folder).unwrap();
        assert_eq!(store.reading(&ImageId::new("film"), &ReaderId::new("R1")).unwrap().num_marks(), 1);
        assert_log_rebuilds(&store);
        let error = store.commit(&entry(boxed(2), Step::Do)).unwrap_err();
        assert!(matches!(error, StoreError::ReadOnly), "{error}");
        println!("looked");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("a project");
    let mut store = Store::create(&project, &new_project()).unwrap();
    store.commit(&entry(boxed(1), Step::Do)).unwrap();
    drop(store);
    let allow = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    allow(folder.path(), 0o755);
    allow(&project.join("project.db"), 0o444);
    allow(&project, 0o555);

    let program = std::env::current_exe().unwrap();
    let name = "store_log::a_read_only_project_can_be_looked_at_and_says_why_it_cannot_be_changed";
    let mut command = std::process::Command::new(program);
    command.args([name, "--exact", "--nocapture"]).env(READ_ONLY, &project);
    // Nothing is read-only for root.
    if std::fs::write(project.join("root"), "").is_ok() {
        std::fs::remove_file(project.join("root")).unwrap();
        command.uid(65534).current_dir("/");
    }
    let output = command.output();
    allow(&project, 0o755);
    match output {
        Err(error) => println!("skipped: this test cannot run itself without rights: {error}"),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && said.contains("looked"), "{said}{:?}", output.stderr);
        }
    }
}

/// The form that this program writes.
const NEWEST_FORM: i64 = 7;

fn form(database: &Path) -> i64 {
    Connection::open(database).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

/// Each step of an upgrade leaves a whole copy of the form before it, with every mark.
fn assert_backups_hold_the_forms_before(folder: &Path, dump: &Path) {
    let first: i64 = dump.file_stem().unwrap().to_string_lossy().parse().unwrap();
    let marks = |database: &Path| -> i64 {
        Connection::open(database).unwrap().query_row("SELECT count(*) FROM annotation", [], |row| row.get(0)).unwrap()
    };
    let mut forms: Vec<i64> = Vec::new();
    for backup in std::fs::read_dir(folder.join("backups")).into_iter().flatten().map(|file| file.unwrap().path()) {
        forms.push(form(&backup));
        assert_eq!(marks(&backup), marks(&folder.join("project.db")), "{}", backup.display());
    }
    forms.sort_unstable();
    assert_eq!(forms, (first..NEWEST_FORM).collect::<Vec<_>>(), "{}", dump.display());
    assert_eq!(form(&folder.join("project.db")), NEWEST_FORM);
}

/// One dump of a project of every released form of the database stands in `tests/data/schema`.
#[test]
fn a_project_of_every_released_form_opens_whole() {
    let dumps = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schema");
    let dumps: Vec<PathBuf> = std::fs::read_dir(dumps).unwrap().map(|f| f.unwrap().path()).collect();
    assert!(!dumps.is_empty());
    for dump in dumps {
        let folder = tempfile::tempdir().unwrap();
        let conn = Connection::open(folder.path().join("project.db")).unwrap();
        conn.execute_batch(&std::fs::read_to_string(&dump).unwrap()).unwrap();
        conn.close().unwrap();
        let is_older = form(&folder.path().join("project.db")) < NEWEST_FORM;
        let error = Store::open_to_look(folder.path()).map(drop);
        assert_eq!(matches!(error, Err(StoreError::Older { .. })), is_older, "{}: {error:?}", dump.display());
        let mut store = Store::open(folder.path()).unwrap();
        assert_backups_hold_the_forms_before(folder.path(), &dump);
        assert_log_rebuilds(&store);
        assert!(store.integrity_problems().unwrap().is_empty());
        assert_eq!(store.project().label_set, "vindr_spine");
        assert_eq!(store.films().unwrap().len(), 1);
        assert_eq!(store.readers().unwrap().len(), 1);
        let marks: usize = store.rebuild_from_log().unwrap().readings().map(|r| r.annotations().len()).sum();
        assert!(marks > 5, "{}: {marks} marks", dump.display());
        let mut walk = Walk::new(1, &store);
        commit_steps(&mut walk, &mut store, 20);
        assert_log_rebuilds(&store);
    }
}

#[test]
fn films_settings_and_readers_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(folder.path(), &new_project()).unwrap();
    let inside = film(1, FilmSource::File(folder.path().join("films/1.dicom")));
    let zipped = film(2, FilmSource::Zip { archive: "/data/b c.zip".into(), entry: "x/y.dcm".into() });
    let twin = FilmEntry { facts: film(3, inside.source.clone()).facts, sha256: inside.sha256, ..inside.clone() };
    let taken = FilmEntry { sha256: [9; 32], ..inside.clone() };
    let added = store.add_films(&[inside.clone(), zipped.clone(), twin, taken]).unwrap();
    let duplicate = AddedFilm::DuplicateContent(inside.facts.image.clone());
    assert_eq!(added.outcomes, [AddedFilm::Added, AddedFilm::Added, duplicate, AddedFilm::IdTaken]);
    assert_eq!(store.has_content(&zipped.sha256).unwrap(), Some(zipped.facts.image.clone()));
    assert_eq!(store.has_content(&[7; 32]).unwrap(), None);

    let reader = Reader { years_of_experience: Some(10), ..Reader::new("R1", "Nguyễn") };
    store.add_reader(&reader).unwrap();
    store.add_reader(&Reader { name: "other".into(), ..reader.clone() }).unwrap();
    store.set_setting("last_film/R1", "\"film\"").unwrap();
    store.set_setting("last_film/R1", "[1]").unwrap();
    let mut rules = default_rules();
    rules.reverse();
    rules[0].parameter = 0.5;
    store.set_rules(&rules).unwrap();
    drop(store);

    let store = Store::open(&folder.path().join("project.db")).unwrap();
    assert_eq!(store.films().unwrap(), [inside.clone(), zipped.clone()]);
    assert_eq!(store.film(&zipped.facts.image).unwrap(), Some(zipped.clone()));
    assert_eq!(store.films_of_study(&zipped.facts.study).unwrap(), [zipped]);
    assert_eq!(store.film(&ImageId::new("absent")).unwrap(), None);
    assert_eq!(store.readers().unwrap(), [reader]);
    assert_eq!(store.get_setting("last_film/R1").unwrap().as_deref(), Some("[1]"));
    assert_eq!(store.get_setting("absent").unwrap(), None);
    assert_eq!(store.project().rules, rules);

    // The folder can be moved with the films in it.
    drop(store);
    let moved = folder.path().with_extension("moved");
    std::fs::rename(folder.path(), &moved).unwrap();
    let store = Store::open(&moved).unwrap();
    assert_eq!(store.film(&inside.facts.image).unwrap().unwrap().source, FilmSource::File(moved.join("films/1.dicom")));
    drop(store);
    std::fs::rename(&moved, folder.path()).unwrap();
}

pub fn film(n: u8, source: FilmSource) -> FilmEntry {
    FilmEntry {
        facts: FilmFacts {
            image: ImageId::new(format!("film {n}")),
            series: format!("series {n}").as_str().into(),
            study: format!("study {n}").as_str().into(),
            patient: "p".into(),
            width: 1600,
            height: 2500,
            num_frames: 1,
            modality: Some("DX".into()),
            body_part: None,
            view_position: Some("AP".into()),
            laterality: None,
            series_description: Some("Cột sống".into()),
            sex: Some(Sex::Female),
            age_years: Some(0.5),
            study_date: Some("20200131".into()),
            series_number: Some(-1),
            instance_number: None,
            pixel_spacing_mm: Some([0.143, 0.2]),
            is_lossy: false,
            is_synthetic: true,
            file_bytes: 1 << 40,
        },
        source,
        sha256: [n; 32],
    }
}

/// Every row of every table, as text.
fn dump(folder: &Path) -> String {
    let conn = Connection::open(folder.join("project.db")).unwrap();
    let mut out = String::new();
    for table in ["annotation", "image_label", "shared_label", "comment", "measurement", "reading", "edit_log"] {
        let mut statement = conn.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for i in 0..columns {
                out.extend(format!("{:?} ", row.get_ref(i).unwrap()).chars());
            }
        }
    }
    out
}

/// Every file with its content's hash.
fn snapshot(folder: &Path) -> Vec<(PathBuf, String)> {
    use sha2::{Digest, Sha256};
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    files
        .filter(|f| f.file_type().is_file())
        .map(|f| (f.path().to_owned(), format!("{:x?}", &Sha256::digest(std::fs::read(f.path()).unwrap())[..8])))
        .collect()
}

#[test]
fn another_program_that_looks_takes_nothing_away() {
    // A second opening in this process, as a job makes one, must not loosen the locks of the first.
    if std::process::Command::new("sqlite3").arg("--version").output().is_err() {
        println!("skipped: sqlite3 is not installed (cargo xtask setup installs it)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("project");
    let mut store = crate::support::project(&project, 2);
    drop(Store::open_to_look(&project).unwrap());
    drop(Store::open(&project).unwrap());
    let database = project.join("project.db");
    let looked =
        std::process::Command::new("sqlite3").arg(&database).arg("SELECT count(*) FROM film").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&looked.stdout).trim(), "2");
    assert!(project.join("project.db-wal").exists(), "the log in use is still there");

    let image = crate::support::entry(0).facts.image;
    let reader = ReaderId::new("R1");
    let edit = Edit::SetComment { before: String::new(), after: "kept".into() };
    let entry = NewLogEntry { image: image.clone(), reader, step: Step::Do, edit, made_at_ms: 1 };
    store.commit(&entry).unwrap();
    // Seen from outside while the first is still open, so a kill would not lose it.
    let sql = format!("SELECT comment FROM reading WHERE image_id = '{image}'");
    let looked = std::process::Command::new("sqlite3").arg(&database).arg(sql).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&looked.stdout).trim(), "kept");
}
