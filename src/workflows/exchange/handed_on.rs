//! Versions, bundles and splits; and what other programs find in our files.

use std::path::{Path, PathBuf};

use crate::domain::attribute::Attributes;
use crate::domain::exchange::{ExportFormat, ExportPlan, SplitPlan, VersionState};
use crate::domain::shape::Shape;
use crate::domain::training::dataset::{SplitMethod, SplitSize, SplitUnit};
use crate::formats::exchange::{Said, SaidMark, yolo};
use crate::store::Store;
use crate::workflows::import_labels::{BadRows, ImportLabels};

use super::round_trips::{
    all_of, empty, empty_of, exported, has_area, image, imported, label, plain, plan, project, rect, texts_below,
    with_course, write,
};
use super::{export, import_any, state_of, write_bundle};

/// Kaggle's classes are those of the chest, and image labels have no places.
#[test]
fn chest_tables_come_back() {
    let place = tempfile::tempdir().unwrap();
    let mut store = empty_of(&place.path().join("from"), 3, "vindr_cxr");
    let mut marked = Said::new(image(0), "R1".into());
    marked.push(label("Cardiomegaly"), rect(691.0, 300.5, 900.25, 600.0), Attributes::default());
    let normal = Said { is_no_finding: true, ..Said::new(image(1), "R1".into()) };
    let told = Said {
        of_image: [label("Pneumonia"), label("COPD")].into_iter().collect(),
        ..Said::new(image(2), "R1".into())
    };
    for said in [&marked, &normal, &told] {
        write(&mut store, said, true);
    }
    let back = |format: ExportFormat| {
        let file = place.path().join(format.file_name());
        let lost = exported(&store, &plan(format, &[]), &file).lost;
        let mut to = empty_of(&place.path().join(format.key()), 3, "vindr_cxr");
        assert_eq!(imported(&mut to, &file, "R1").problems, Vec::<String>::new());
        (plain(all_of(&to)), lost)
    };
    let (kaggle, lost) = back(ExportFormat::Kaggle);
    assert_eq!(kaggle, [marked, normal.clone()]);
    assert_eq!((lost.answers, lost.silent), (2, 0), "a row of boxes has no place for what is said of the film");
    let (labels, _) = back(ExportFormat::ImageLabels);
    let cardiomegaly =
        Said { of_image: [label("Cardiomegaly")].into_iter().collect(), ..Said::new(image(0), "R1".into()) };
    assert_eq!(labels, [cardiomegaly, normal, told], "a mark's label, without its place");
}

#[test]
fn versions_are_kept_and_tell_what_became_of_their_files() {
    let place = tempfile::tempdir().unwrap();
    let (mut store, _) = project(&place.path().join("from"));
    let tagged =
        |format: ExportFormat, tag: &str, readers: &[&str]| ExportPlan { tag: tag.into(), ..plan(format, readers) };
    let one = tagged(ExportFormat::Coco, "v1", &[]);
    let file = place.path().join("a.json");
    let first = exported(&store, &one, &file);
    with_course(|course| first.keep(&mut store, &one, course)).unwrap();
    let two = tagged(ExportFormat::Yolo, "v2", &["R1"]);
    let second = exported(&store, &two, &place.path().join("yolo"));
    with_course(|course| second.keep(&mut store, &two, course)).unwrap();
    // The same content has the same hash.
    assert_eq!(exported(&store, &plan(ExportFormat::Coco, &[]), &place.path().join("b.json")).sha256, first.sha256);
    let states =
        |store: &Store| -> Vec<VersionState> { store.export_versions().unwrap().iter().map(state_of).collect() };
    assert_eq!(states(&store), [VersionState::AsWritten; 2]);
    std::fs::write(&file, "{}").unwrap();
    std::fs::remove_dir_all(place.path().join("yolo")).unwrap();
    assert_eq!(states(&store), [VersionState::Gone, VersionState::Changed]);
    let error = with_course(|course| export(&store, &one, &file, course)).unwrap_err().to_string();
    assert!(error.contains("There is a version \"v1\" already. Nothing was written."), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}");
}

#[test]
fn a_bundle_is_split_to_the_unit_and_comes_back() {
    let place = tempfile::tempdir().unwrap();
    // 40 films, 20 studies, 10 patients.
    let mut store = empty(&place.path().join("from"), 40);
    for n in 0..40 {
        let shape = rect(10.0, 10.0, 60.0 + n as f64, 50.0);
        let mut said = Said::new(image(n), "R1".into());
        if n % 3 == 0 {
            said.push(label(if n % 2 == 0 { "Osteophytes" } else { "Fracture" }), shape, Attributes::default());
        } else {
            said.is_no_finding = true;
        }
        write(&mut store, &said, true);
    }
    for (unit, test, expected) in [
        (SplitUnit::Patient, SplitSize::Count(3), [7, 3]),
        (SplitUnit::Study, SplitSize::Share(0.25), [15, 5]),
        (SplitUnit::Film, SplitSize::Count(7), [33, 7]),
    ] {
        let split = SplitPlan { unit, test, method: SplitMethod::Stratified, seed: 3, is_test_consensus: false };
        let to = place.path().join(unit.as_str());
        let bundled =
            with_course(|course| write_bundle(&store, &plan(ExportFormat::Coco, &[]), Some(&split), &to, course))
                .unwrap();
        assert_eq!(bundled.split.unwrap().map(|(units, _)| units), expected, "{unit:?}");
        let table = std::fs::read_to_string(to.join("split.csv")).unwrap();
        let mut part_of = std::collections::BTreeMap::new();
        for row in table.lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            let n = usize::from_str_radix(cells[0], 16).unwrap();
            let key = match unit {
                SplitUnit::Film => n,
                SplitUnit::Study => n / 2,
                SplitUnit::Patient => n / 4,
            };
            let part = *part_of.entry(key).or_insert(cells[2] == "test");
            assert_eq!(part, cells[2] == "test", "{unit:?} {key} is in both parts");
        }
        assert_eq!(part_of.len(), expected.iter().sum::<usize>());
        for name in [
            "README.md",
            "LICENSE.txt",
            "CITATION.cff",
            "SHA256SUMS",
            "train/annotations.json",
            "test/annotations.json",
        ] {
            assert!(to.join(name).is_file(), "{name}");
        }
        let mut back = empty(&place.path().join(format!("to {}", unit.as_str())), 40);
        let taken = imported(&mut back, &to, "R1");
        assert_eq!((taken.problems.len(), taken.num_readings), (0, 40), "{taken:?}");
        assert_eq!(plain(all_of(&back)), plain(all_of(&store)));
    }
    // The same seed gives the same bytes, and a bundle that was tampered with is told.
    let split = SplitPlan::default();
    let bundle = |name: &str| {
        let to = place.path().join(name);
        with_course(|course| write_bundle(&store, &plan(ExportFormat::SpineXr, &[]), Some(&split), &to, course))
            .unwrap()
    };
    assert_eq!(bundle("one").exported.sha256, bundle("two").exported.sha256);
    std::fs::write(place.path().join("two/train/annotations.csv"), "image_id\n").unwrap();
    let mut back = empty(&place.path().join("tampered"), 40);
    let options = ImportLabels { reader: "R1".into(), bad_rows: BadRows::Refuse, ..ImportLabels::of_everybody() };
    let taken = with_course(|course| import_any(&mut back, &place.path().join("two"), &options, course)).unwrap();
    assert!(taken.is_refused);
    assert_eq!(taken.problems, ["train/annotations.csv is not as it was exported"]);
    assert_eq!(all_of(&back), []);
}

/// Files of `tests/parity/exchange/` are ours; `exchange_readers.py` has read them with pycocotools and supervision and
/// written what it found.
#[test]
fn other_programs_find_the_marks_that_we_export() {
    let parity = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity");
    let place = tempfile::tempdir().unwrap();
    let (store, said) = project(&place.path().join("from"));
    for (format, readers) in
        [(ExportFormat::Coco, &[][..]), (ExportFormat::Yolo, &["R1"][..]), (ExportFormat::Voc, &["R1"][..])]
    {
        let to = place.path().join("exchange").join(if format.is_folder() { format.key() } else { "coco.json" });
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        exported(&store, &plan(format, readers), &to);
    }
    let relative = |root: &Path| -> Vec<(PathBuf, Vec<u8>)> {
        let all = texts_below(root).into_iter().filter(|(path, _)| path.extension().is_some());
        all.map(|(path, bytes)| (path.strip_prefix(root).unwrap().to_owned(), bytes)).collect()
    };
    let (ours, kept) = (relative(&place.path().join("exchange")), relative(&parity.join("exchange")));
    if ours != kept {
        let (ours, changed) = (place.keep(), ours.iter().find(|one| !kept.contains(one)));
        let which = changed.map(|(path, _)| path.display().to_string()).unwrap_or_default();
        panic!(
            "tests/parity/exchange is not what we export ({which}): take over {}/exchange, and run exchange_readers.py",
            ours.display()
        );
    }

    let found = std::fs::read_to_string(parity.join("exchange_readers.json")).unwrap();
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    let area: Vec<SaidMark> = said[0].marks.iter().filter_map(has_area).collect();
    let drawn: Vec<&SaidMark> = area.iter().chain(&said[1].marks).collect();
    // COCO: every label, box and area.
    assert_eq!(found["coco"]["images"], 2);
    let theirs = found["coco"]["annotations"].as_array().unwrap();
    assert_eq!(theirs.len(), drawn.len());
    for (row, mark) in theirs.iter().zip(&drawn) {
        assert_eq!(row["label"], mark.label.as_str());
        let bounds = mark.shape.bounds();
        let corners = [bounds.xmin(), bounds.ymin(), bounds.xmax(), bounds.ymax()];
        assert_eq!(serde_json::from_value::<[f64; 4]>(row["corners"].clone()).unwrap(), corners);
        // pycocotools counts pixels; a mask has just so many.
        if let Shape::Mask(mask) = &mark.shape {
            assert_eq!(row["mask_pixels"], mask.num_pixels());
        }
    }
    // YOLO and VOC: readers that keep 32-bit shares and whole pixels.
    for (key, reach) in [("yolo", 1e-3), ("voc", 1.0)] {
        let theirs = found[key]["boxes"].as_array().unwrap();
        assert_eq!(theirs.len(), area.len(), "{key}");
        assert_eq!(found[key]["images"], 2, "{key}");
        for (row, mark) in theirs.iter().zip(&area) {
            assert_eq!(row["label"], mark.label.as_str(), "{key}");
            let bounds = mark.shape.bounds();
            let corners = [bounds.xmin(), bounds.ymin(), bounds.xmax(), bounds.ymax()];
            let found: [f64; 4] = serde_json::from_value(row["corners"].clone()).unwrap();
            for (ours, theirs) in corners.iter().zip(found) {
                assert!((ours - theirs).abs() <= reach, "{key} {}: {corners:?} {found:?}", mark.label);
            }
        }
    }
    let names = std::fs::read_to_string(parity.join("exchange/yolo/data.yaml")).unwrap();
    let theirs: Vec<String> = serde_json::from_value(found["yolo"]["classes"].clone()).unwrap();
    assert_eq!(yolo::names_of_yaml(&names).unwrap(), theirs);
}
