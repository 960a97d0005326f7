//! Measures: region statistics against numpy, and the table of measurements through the program itself.

use std::path::Path;
use std::process::Command;

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::{Point, Rect};
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::imaging::{DisplayFacts, Film, GreyPlane, Modality, PixelGeometry, Pixels, SpacingSource};
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::measure::{MeasureKind, MeasureShape, Measurement, Values, values};
use rachis::domain::study::{FilmEntry, FilmSource};
use rachis::domain::task::TaskState;
use rachis::store::Store;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::dicom_facts::{file, shorts, text};
use crate::store_log::assert_log_rebuilds;

/// `tests/parity/measure_regions.py` made the numbers, with numpy.
#[test]
fn region_statistics_equal_numpys() {
    let golden: Value = serde_json::from_str(include_str!("../parity/measure_regions.json")).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert!(cases.len() > 40, "{}", cases.len());
    for case in cases {
        let kind = MeasureKind::from_key(case["kind"].as_str().unwrap()).unwrap();
        let [x0, y0, x1, y1] = numbers(&case["bounds"]);
        let shape = MeasureShape::new(kind, vec![Point::new(x0, y1), Point::new(x1, y0)]).unwrap();
        let film = golden_film(&case["film"]);
        let Values::Region(found) = values(&shape, &film.facts.geometry, Some(&film)) else { panic!("{kind:?}") };
        let expected = |key: &str| case["found"][key].as_f64();
        let check = |key: &str, found: Option<f64>| {
            let is_same = match (found, expected(key)) {
                (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                (found, expected) => found == expected,
            };
            assert!(is_same, "{key}: {found:?}, not {:?}, in {case}", expected(key));
        };
        check("num_pixels", Some(found.stats.map_or(0.0, |s| s.num_pixels as f64)));
        check("mean", found.stats.map(|s| s.mean));
        check("standard_deviation", found.stats.map(|s| s.standard_deviation));
        check("min", found.stats.map(|s| s.min));
        check("max", found.stats.map(|s| s.max));
        check("area_mm2", found.area.mm2);
        check("perimeter_mm", found.perimeter.mm);
    }
}

fn numbers<const N: usize>(list: &Value) -> [f64; N] {
    std::array::from_fn(|i| list[i].as_f64().unwrap())
}

/// The film that the script makes by the same formula.
fn golden_film(described: &Value) -> Film {
    let side = |key: &str| described[key].as_u64().unwrap();
    let (width, height) = (side("width"), side("height"));
    let value = |x: u64, y: u64| ((x * 7919 + y * 104_729 + (x * y) % 257 * 31) % 65536) as u16;
    let texels = (0..height).flat_map(|y| (0..width).map(move |x| value(x, y))).collect();
    let number = |key: &str| described[key].as_f64().unwrap();
    let facts = DisplayFacts {
        modality: Modality::Rescale { slope: number("slope"), intercept: number("intercept") },
        padding: described["padding"].is_array().then(|| numbers::<2>(&described["padding"]).into()),
        geometry: PixelGeometry::spaced(
            numbers(&described["spacing"]),
            SpacingSource::PixelSpacing { is_calibrated: true },
        ),
        ..DisplayFacts::default()
    };
    let plane = GreyPlane { texels, scale: 1.0, offset: 0.0 };
    Film::new(width as u32, height as u32, Pixels::Grey(plane), facts)
}

/// A file of 40 x 30 pixels, value = column + 100 * row, with 0.4 mm between rows and 0.1 mm between columns at the
/// detector.
fn film_bytes() -> Vec<u8> {
    let words: Vec<u16> = (0..30u16).flat_map(|y| (0..40u16).map(move |x| x + 100 * y)).collect();
    file(vec![
        shorts(0x0028_0002, "US", &[1]),
        text(0x0028_0004, "CS", "MONOCHROME2"),
        shorts(0x0028_0010, "US", &[30]),
        shorts(0x0028_0011, "US", &[40]),
        shorts(0x0028_0100, "US", &[16]),
        shorts(0x0028_0101, "US", &[16]),
        shorts(0x0028_0102, "US", &[15]),
        shorts(0x0028_0103, "US", &[0]),
        text(0x0018_1164, "DS", "0.4\\0.1"),
        shorts(0x7fe0_0010, "OW", &words),
    ])
}

/// A project with one such film, one whose file is not there, and reader R1.
fn project(folder: &Path) -> Store {
    project_of_frames(folder, 1)
}

fn project_of_frames(folder: &Path, num_frames: u32) -> Store {
    let mut store = crate::support::project(&folder.join("project"), 0);
    let bytes = film_bytes();
    let path = folder.join("film.dcm");
    std::fs::write(&path, &bytes).unwrap();
    let films = [("here", path, Sha256::digest(&bytes).into()), ("gone", folder.join("gone.dcm"), [7; 32])];
    let films: Vec<FilmEntry> = films
        .into_iter()
        .map(|(image, path, sha256)| {
            let mut film = crate::support::entry(0);
            film.facts.image = ImageId::new(image);
            (film.facts.width, film.facts.height, film.facts.num_frames) = (40, 30, num_frames);
            FilmEntry { source: FilmSource::File(path), sha256, ..film }
        })
        .collect();
    store.add_films(&films).unwrap();
    store
}

fn commit(store: &mut Store, image: &str, reader: &str, edits: Vec<Edit>) {
    for edit in edits {
        let (image, reader) = (ImageId::new(image), ReaderId::new(reader));
        store.commit(&NewLogEntry { image, reader, step: Step::Do, edit, made_at_ms: 1 }).unwrap();
    }
}

fn measure(id: u32, kind: MeasureKind, points: &[(f64, f64)]) -> Edit {
    let points = points.iter().map(|&(x, y)| Point::new(x, y)).collect();
    let shape = MeasureShape::new(kind, points).unwrap();
    Edit::Measure { before: None, after: Some(Measurement { id: AnnotationId::new(1, id), shape }) }
}

fn completed() -> Edit {
    Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed }
}

#[test]
fn the_table_of_measurements_has_values_with_units_and_their_source() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path());
    let ruler = measure(2, MeasureKind::Ruler, &[(0.5, 0.5), (30.5, 10.5)]);
    let region = measure(3, MeasureKind::Rectangle, &[(2.0, 1.0), (4.0, 2.0)]);
    let no_finding = Edit::Add(Annotation::no_finding(AnnotationId::new(1, 1), Origin::Drawn));
    commit(&mut store, "here", "R1", vec![no_finding, ruler, region, completed()]);
    commit(&mut store, "here", "R2", vec![measure(4, MeasureKind::Probe, &[(39.5, 29.5)])]);
    commit(&mut store, "gone", "R1", vec![measure(5, MeasureKind::Angle, &[(1.0, 1.0), (2.0, 2.0), (3.0, 1.0)])]);
    assert_log_rebuilds(&store);
    drop(store);
    let out = folder.path().join("measures.csv");
    let export = |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_rachis"))
            .args(["export", "--format", "measures", "--json"])
            .args([folder.path().join("project").as_path(), out.as_path()])
            .args(more)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), json, said)
    };
    let (code, json, _) = export(&[]);
    let report = &json["measures"];
    assert_eq!((code, &report["measurements"], &report["left_out_unfinished"]), (Some(0), &2.into(), &2.into()));
    let id = |n: u32| AnnotationId::new(1, n).0;
    let (ruler, region, probe, angle) = (id(2), id(3), id(4), id(5));
    let length = 30.0f64.hypot(40.0) * 0.1;
    let source = "imager_pixel_spacing";
    let finished = format!(
        "here,R1,{ruler},ruler,0.5 0.5;30.5 10.5,length,{length},mm,{source}\n\
         here,R1,{region},rectangle,2 1;4 2,mean,102.5,,{source}\n\
         here,R1,{region},rectangle,2 1;4 2,SD,0.5,,{source}\n\
         here,R1,{region},rectangle,2 1;4 2,min,102,,{source}\n\
         here,R1,{region},rectangle,2 1;4 2,max,103,,{source}\n"
    );
    let header = "image_id,rad_id,measurement,kind,points,quantity,value,unit,scale_source\n";
    let table = std::fs::read_to_string(&out).unwrap();
    assert!(table.starts_with(&format!("{header}{finished}")), "{table}");
    assert!(table.contains(&format!("here,R1,{region},rectangle,2 1;4 2,pixels,2,,{source}\n")), "{table}");
    assert!(!table.contains("R2") && !table.contains("gone"), "{table}");

    let (code, json, said) = export(&["--unfinished"]);
    assert_eq!((code, &json["measures"]["measurements"]), (Some(0), &4.into()));
    assert_eq!(json["measures"]["films_not_read"], serde_json::json!(["gone"]));
    assert!(said.contains("film gone"), "{said}");
    let table = std::fs::read_to_string(&out).unwrap();
    assert!(table.contains(&format!("gone,R1,{angle},angle,1 1;2 2;3 1,,,,\n")), "{table}");
    assert!(table.contains(&format!("here,R2,{probe},probe,39.5 29.5,value,2939,,{source}\n")), "{table}");
    assert_eq!(json["measures"]["rows"], table.lines().count() - 1);

    let (_, json, _) = export(&["--unfinished", "--reader", "R2"]);
    assert_eq!(json["measures"]["measurements"], 1);
    let before = std::fs::read_to_string(&out).unwrap();
    for refused in [&["--reader", "R9"][..], &["--no-rad-id"]] {
        let (code, _, said) = export(refused);
        assert_eq!(code, Some(1));
        assert!(said.contains("Nothing was written"), "{said}");
        assert_eq!(std::fs::read_to_string(&out).unwrap(), before);
    }
}

#[test]
fn pixel_values_of_a_film_of_several_frames_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project_of_frames(folder.path(), 2);
    let ruler = measure(2, MeasureKind::Ruler, &[(0.5, 0.5), (30.5, 10.5)]);
    let region = measure(3, MeasureKind::Rectangle, &[(2.0, 1.0), (4.0, 2.0)]);
    commit(&mut store, "here", "R1", vec![ruler, region, measure(4, MeasureKind::Probe, &[(39.5, 29.5)])]);
    let out = folder.path().join("measures.csv");
    let report = rachis::workflows::export_measures::export_measures(&store, &out, &[], true).unwrap();
    assert_eq!(report.without_pixels.iter().map(ImageId::as_str).collect::<Vec<_>>(), ["here"]);
    assert!(report.unread.is_empty());
    let table = std::fs::read_to_string(&out).unwrap();
    let quantities: Vec<&str> = table.lines().skip(1).filter_map(|line| line.split(',').nth(5)).collect();
    assert_eq!(quantities, ["length", "area", "perimeter", "width", "height", "column", "row"], "{table}");
}

#[test]
fn measurements_go_out_under_public_ids() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path());
    store.add_reader(&rachis::domain::project::Reader::new("nguyen_an", "Nguyen An")).unwrap();
    commit(&mut store, "here", "nguyen_an", vec![measure(2, MeasureKind::Ruler, &[(0.5, 0.5), (30.5, 10.5)])]);
    let public = store.public_reader_ids().unwrap()[&ReaderId::new("nguyen_an")].to_string();
    let out = folder.path().join("measures.csv");
    rachis::workflows::export_measures::export_measures(&store, &out, &["nguyen_an".into()], true).unwrap();
    let table = std::fs::read_to_string(&out).unwrap();
    assert!(!table.contains("nguyen"), "{table}");
    assert_eq!(table.lines().nth(1).and_then(|line| line.split(',').nth(1)), Some(public.as_str()), "{table}");
    assert!(store.kept_reader_ids().unwrap().iter().any(|(id, _)| id.as_str() == "nguyen_an"));
}

#[test]
fn measuring_changes_no_published_table() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path());
    let rect = Rect::from_columns(1.0, 2.0, 30.0, 20.0).unwrap();
    let label = rachis::domain::label::LabelName::new("Osteophytes");
    let boxed = Annotation::boxed(AnnotationId::new(1, 1), label, rect, Origin::Drawn).unwrap();
    commit(&mut store, "here", "R1", vec![Edit::Add(boxed), completed()]);
    let labels = rachis::formats::label_set::shipped_by_id("vindr_spine").unwrap();
    let table = |store: &Store, name: &str| {
        use rachis::workflows::export_labels::{ExportLabels, export_labels};
        let (to, image_labels) = (folder.path().join(name), folder.path().join(format!("{name} labels")));
        let options = ExportLabels::new(rachis::formats::table_form::TableForm::SpineXr);
        export_labels(store, &labels, &to, Some(&image_labels), &options).unwrap();
        std::fs::read_to_string(to).unwrap() + &std::fs::read_to_string(image_labels).unwrap()
    };
    let before = table(&store, "before");
    let reopen = Edit::SetTaskState { before: TaskState::Completed, after: TaskState::New };
    let measured = MeasureKind::ALL
        .into_iter()
        .zip(10..)
        .map(|(kind, id)| measure(id, kind, &[(3.0, 4.0), (9.0, 5.0), (8.0, 22.0), (20.0, 21.0)][..kind.num_points()]));
    let mut edits = vec![reopen];
    edits.extend(measured);
    edits.push(completed());
    commit(&mut store, "here", "R1", edits);
    commit(&mut store, "gone", "R1", vec![measure(40, MeasureKind::Probe, &[(1.0, 1.0)])]);
    assert_eq!(table(&store, "after"), before);
    assert_eq!(store.measurements().unwrap().len(), 10);
    assert_log_rebuilds(&store);
}
