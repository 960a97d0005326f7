//! A project is checked and counted: each fault is one row, and the exit code says whether there is one.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::rules::{RuleId, default_rules};
use rachis::domain::study::{FilmEntry, FilmFacts, FilmSource};
use rachis::domain::task::TaskState;
use rachis::store::{NewProject, Store};
use rachis::workflows::check::{CheckReport, FilmFault, check_project};
use rachis::workflows::stats::project_stats;
use sha2::{Digest, Sha256};

/// Films `a`, `b` beside the project, `z` in a zip file; 100 x 80 pixels.
fn project(folder: &Path) -> Store {
    let project =
        NewProject { name: "p".into(), label_set: "vindr_spine".into(), rules: default_rules(), is_synthetic: true };
    let mut store = Store::create(&folder.join("project"), &project).unwrap();
    let bytes = |name: &str| format!("film {name}").into_bytes();
    let mut films = Vec::new();
    for name in ["a", "b"] {
        let path = folder.join(name);
        std::fs::write(&path, bytes(name)).unwrap();
        films.push(film(name, FilmSource::File(path), &bytes(name)));
    }
    let archive = folder.join("films.zip");
    let mut zip = zip::ZipWriter::new(File::create(&archive).unwrap());
    zip.start_file("x/z.dcm", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(&bytes("z")).unwrap();
    zip.finish().unwrap();
    films.push(film("z", FilmSource::Zip { archive, entry: "x/z.dcm".into() }, &bytes("z")));
    assert_eq!(store.add_films(&films).unwrap().num_added(), 3);
    store
}

fn film(name: &str, source: FilmSource, bytes: &[u8]) -> FilmEntry {
    let facts = FilmFacts {
        image: name.into(),
        series: "s".into(),
        study: name.into(),
        patient: "p".into(),
        width: 100,
        height: 80,
        num_frames: 1,
        modality: None,
        body_part: None,
        view_position: None,
        laterality: None,
        series_description: None,
        sex: None,
        age_years: None,
        study_date: None,
        series_number: None,
        instance_number: None,
        pixel_spacing_mm: None,
        is_lossy: false,
        is_synthetic: true,
        file_bytes: bytes.len() as u64,
    };
    FilmEntry { facts, source, sha256: Sha256::digest(bytes).into() }
}

fn commit(store: &mut Store, film: &str, edits: Vec<Edit>) {
    let (image, reader) = (ImageId::from(film), ReaderId::from("R1"));
    let edit = Edit::Batch { name: "x".into(), edits };
    store.commit(&NewLogEntry { image, reader, step: Step::Do, edit, made_at_ms: 1 }).unwrap();
}

fn boxed(id: i64, label: &str, xmax: f64) -> Edit {
    let rect = Rect::from_columns(1.0, 1.0, xmax, 9.0).unwrap();
    Edit::Add(Annotation::boxed(AnnotationId(id), LabelName::new(label), rect, Origin::Drawn).unwrap())
}

fn completed() -> Edit {
    Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed }
}

fn checked(folder: &Path) -> CheckReport {
    check_project(&Store::open_to_look(&folder.join("project")).unwrap(), true, &|_, _| {}).unwrap()
}

#[test]
fn a_sound_project_has_nothing_to_report() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path());
    commit(&mut store, "a", vec![boxed(1, "Osteophytes", 100.0), completed()]);
    // Opened and not decided yet is no error.
    commit(&mut store, "b", vec![Edit::SetTaskState { before: TaskState::New, after: TaskState::Doing }]);
    let report = checked(folder.path());
    assert_eq!((report.num_errors(), report.num_warnings()), (0, 0), "{report:?}");
    assert_eq!((report.num_films, report.num_readings, report.num_marks), (3, 2, 1));
    let stats = project_stats(&Store::open_to_look(&folder.path().join("project")).unwrap()).unwrap();
    assert_eq!(stats.table.films.num_images, 3);
    assert_eq!(stats.table.columns[0].num_abnormal, 1);
}

#[test]
fn each_fault_is_one_row() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path());
    commit(&mut store, "a", vec![boxed(1, "Osteophytes", 100.5)]);
    commit(&mut store, "b", vec![completed()]);
    commit(&mut store, "elsewhere", vec![boxed(2, "Osteophytes", 1e6)]);
    commit(&mut store, "z", vec![boxed(3, "Bent", 9.0)]);
    std::fs::remove_file(folder.path().join("a")).unwrap();
    std::fs::write(folder.path().join("b"), "other").unwrap();
    let entry = FilmSource::Zip { archive: folder.path().join("films.zip"), entry: "not there".into() };
    store.add_films(&[film("y", entry, b"film y")]).unwrap();
    std::fs::write(folder.path().join("broken.zip"), "no zip").unwrap();
    let entry = FilmSource::Zip { archive: folder.path().join("broken.zip"), entry: "x".into() };
    store.add_films(&[film("x", entry, b"film x")]).unwrap();
    let raw = rusqlite::Connection::open(store.folder().join("project.db")).unwrap();
    raw.execute("UPDATE annotation SET ymax = 8 WHERE id = 3", []).unwrap();

    let report = checked(folder.path());
    let rules: Vec<_> = report.rules.iter().map(|r| (r.image.as_str(), r.violation.rule)).collect();
    assert_eq!(rules, [("a", Some(RuleId::BoxOutsideFilm)), ("b", Some(RuleId::NothingDecided))]);
    let mut faults = report.films.clone();
    faults.sort_by(|a, b| a.0.cmp(&b.0));
    let faults: Vec<_> = faults.iter().map(|(image, fault)| (image.as_str(), fault)).collect();
    assert_eq!(faults[0], ("a", &FilmFault::Missing));
    assert_eq!(faults[1], ("b", &FilmFault::Changed));
    assert!(matches!(faults[2], ("x", FilmFault::Unreadable(_))), "{faults:?}");
    assert_eq!(faults[3], ("y", &FilmFault::Missing));
    assert_eq!(faults.len(), 4);
    assert_eq!(report.log, ["film z, reader R1: the marks are not those of the log"]);
    assert_eq!(report.without_film.keys().map(ImageId::as_str).collect::<Vec<_>>(), ["elsewhere"]);
    assert_eq!(report.unknown_labels.keys().map(LabelName::as_str).collect::<Vec<_>>(), ["Bent"]);
    assert_eq!((report.num_errors(), report.num_warnings()), (7, 2));
    let quick = check_project(&store, false, &|_, _| {}).unwrap();
    assert!(quick.films.iter().all(|(image, _)| image.as_str() != "b"), "a quick look reads no film");
}

#[test]
fn the_commands_print_json_and_exit_with_1_where_there_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path());
    commit(&mut store, "a", vec![boxed(1, "Osteophytes", 50.0), completed()]);
    drop(store);
    let rachis = |command: &str| {
        let path = folder.path().join("project");
        let output = Command::new(env!("CARGO_BIN_EXE_rachis")).args([command, "--json"]).arg(path).output().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), json)
    };
    let (code, report) = rachis("check");
    assert_eq!((code, &report["errors"], &report["films"]), (Some(0), &0.into(), &3.into()), "{report}");
    let (code, stats) = rachis("stats");
    assert_eq!((code, &stats["images"], &stats["columns"][0]["abnormal_images"]), (Some(0), &3.into(), &1.into()));
    std::fs::remove_file(folder.path().join("b")).unwrap();
    let (code, report) = rachis("check");
    assert_eq!((code, &report["errors"]), (Some(1), &1.into()), "{report}");
    assert_eq!(report["film_faults"][0]["image_id"], "b");
}
