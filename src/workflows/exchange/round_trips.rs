//! Every format out of one project and into another: what it holds comes back as it was, and what it can't is counted.

use std::path::{Path, PathBuf};

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::attribute::{Attributes, Certainty, Grade, VertebralLevel};
use crate::domain::edit::Edit;
use crate::domain::exchange::{ExportFormat, ExportPlan};
use crate::domain::geometry::{Point, Rect};
use crate::domain::id::{AnnotationId, ImageId, PatientId, ReaderId, SeriesId, StudyId};
use crate::domain::label::LabelName;
use crate::domain::log::{NewLogEntry, Step};
use crate::domain::people::Reader;
use crate::domain::presence::{LabelAnswers, Presence, SharedScope};
use crate::domain::quality::UnfitReason;
use crate::domain::rules::default_rules;
use crate::domain::shape::{Line, Mask, Polygon, Shape};
use crate::domain::study::{FilmEntry, FilmFacts, FilmSource};
use crate::domain::task::TaskState;
use crate::formats::exchange::{Lost, Said, SaidMark, image_text, single_json};
use crate::jobs::CancelToken;
use crate::store::{NewProject, Store};
use crate::workflows::import_labels::{BadRows, ImportLabels};

use super::{Course, Exported, TakenUp, export, gather, import_any};

const SIZE: [u32; 2] = [1024, 640];

/// Nobody's name may be in any file.
const CANARY: &str = "Zvonimira";

fn film(n: usize) -> FilmEntry {
    FilmEntry {
        facts: FilmFacts {
            image: image(n),
            series: SeriesId::new(format!("1.2.{n}.1")),
            study: StudyId::new(format!("1.2.{}", n / 2)),
            patient: PatientId::new(format!("p{}", n / 4)),
            width: SIZE[0],
            height: SIZE[1],
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
            file_bytes: 1,
        },
        source: FilmSource::File(PathBuf::from(format!("films/{n}.dicom"))),
        sha256: [n as u8; 32],
    }
}

pub(super) fn image(n: usize) -> ImageId {
    ImageId::new(format!("{n:032x}"))
}

pub(super) fn empty(place: &Path, num_films: usize) -> Store {
    empty_of(place, num_films, "vindr_spine")
}

pub(super) fn empty_of(place: &Path, num_films: usize, label_set: &str) -> Store {
    let project = NewProject {
        name: "Round trips & more".into(),
        label_set: label_set.into(),
        rules: default_rules(),
        is_synthetic: true,
    };
    let mut store = Store::create(place, &project).unwrap();
    store.add_films(&(0..num_films).map(film).collect::<Vec<_>>()).unwrap();
    store
}

pub(super) fn label(name: &str) -> LabelName {
    LabelName::new(name)
}

pub(super) fn rect(x: f64, y: f64, right: f64, bottom: f64) -> Shape {
    Shape::Box(Rect::from_columns(x, y, right, bottom).unwrap())
}

fn outline(parts: &[&[(f64, f64)]]) -> Shape {
    let part = |points: &&[(f64, f64)]| points.iter().map(|&(x, y)| Point::new(x, y)).collect();
    Shape::Polygon(Polygon::new(parts.iter().map(part).collect()).unwrap())
}

/// One mark of every shape, two labels on one of them, attributes, and a box that no binary fraction hits.
fn marks() -> Vec<SaidMark> {
    let said = Attributes {
        grade: Some(Grade::Severe),
        level: VertebralLevel::parse("L4-L5"),
        certainty: Some(Certainty::Possible),
        note: "Gai xương <to> & \"cũ\"".to_owned(),
    };
    let mark = |name: &str, shape: Shape, attributes: &Attributes, group: u32| SaidMark {
        label: label(name),
        shape,
        attributes: attributes.clone(),
        group,
    };
    let none = Attributes::default();
    let mask = Mask::from_pixels([(300, 400), (301, 400), (301, 401), (299, 402)]).unwrap();
    let line = Line::new(vec![Point::new(5.5, 6.25), Point::new(100.0, 90.0), Point::new(120.0, 95.0)]).unwrap();
    let triangle = outline(&[&[(10.5, 20.0), (40.25, 22.0), (30.0, 60.0)]]);
    vec![
        mark("Osteophytes", rect(712.6, 261.3, 786.5, 311.7), &none, 0),
        mark("Disc space narrowing", rect(100.0, 200.0, 300.0, 250.0), &said, 1),
        mark("Fracture", triangle.clone(), &none, 2),
        mark("Other lesions", triangle, &none, 2),
        mark(
            "Surgical implant",
            outline(&[&[(500.0, 50.0), (560.0, 50.0), (530.0, 90.5)], &[(600.0, 50.0), (620.0, 50.0), (610.0, 80.0)]]),
            &none,
            3,
        ),
        mark("Sclerotic lesion", Shape::Mask(mask), &said, 4),
        mark("Foreign body", Shape::Point(Point::new(77.5, 88.25)), &none, 5),
        mark("Enthesophytes", Shape::Line(line), &none, 6),
    ]
}

pub(super) fn write(store: &mut Store, said: &Said, is_completed: bool) {
    let session = store.begin_session().unwrap();
    let mut ordinal = 0;
    let mut id = || {
        ordinal += 1;
        AnnotationId::new(session, ordinal)
    };
    let mut first = std::collections::BTreeMap::new();
    let mut edits = Vec::new();
    for mark in &said.marks {
        let id = id();
        let key = *first.entry(mark.group).or_insert(id);
        let made = Annotation::shaped(id, mark.label.clone(), mark.shape.clone(), Origin::Drawn).unwrap();
        edits.push(Edit::Add(made.with_attributes(mark.attributes.clone()).with_shape_key(Some(key))));
    }
    if said.is_no_finding {
        edits.push(Edit::Add(Annotation::no_finding(id(), Origin::Drawn)));
    }
    let before = LabelAnswers::default;
    if !said.of_image.is_empty() {
        edits.push(Edit::SetImageLabels { before: before(), after: said.of_image.clone() });
    }
    let facts = store.film(&said.image).unwrap().unwrap().facts;
    for (scope, after) in
        [(SharedScope::Series(facts.series), &said.of_series), (SharedScope::Study(facts.study), &said.of_study)]
    {
        if !after.is_empty() {
            edits.push(Edit::SetSharedLabels { scope, before: before(), after: after.clone() });
        }
    }
    if said.unfit.is_some() {
        edits.push(Edit::SetUnfit { before: None, after: said.unfit });
    }
    let after = if is_completed { TaskState::Completed } else { TaskState::Doing };
    edits.push(Edit::SetTaskState { before: TaskState::New, after });
    let edit = Edit::Batch { name: "Read".to_owned(), edits };
    let entry =
        NewLogEntry { image: said.image.clone(), reader: said.reader.clone(), step: Step::Do, edit, made_at_ms: 1 };
    store.commit(&entry).unwrap();
}

/// Readers R1 and, under her own name's sign, hoa, who goes out as R2. What they said, as it goes out.
pub(super) fn project(place: &Path) -> (Store, Vec<Said>) {
    let mut store = empty(place, 8);
    for (id, name) in [("R1", format!("{CANARY} Nguyen")), (CANARY, "Hoa".to_owned())] {
        store.add_reader(&Reader::new(id, name)).unwrap();
    }
    let said = |n: usize, reader: &str| Said::new(image(n), ReaderId::from(reader));
    let answers = |of: &[(&str, Presence)]| of.iter().map(|(name, p)| (label(name), *p)).collect::<LabelAnswers>();
    let everything = Said {
        marks: marks(),
        of_image: answers(&[("Vertebral collapse", Presence::Present), ("Ankylosis", Presence::Absent)]),
        of_series: answers(&[("Osteophytes", Presence::Unsure)]),
        of_study: answers(&[("Fracture", Presence::Present)]),
        ..said(0, "R1")
    };
    let normal = Said { is_no_finding: true, ..said(2, "R1") };
    let second = Said { marks: marks()[..2].to_vec(), ..said(0, CANARY) };
    let unfit = Said { unfit: Some(UnfitReason::LowQuality), ..said(4, "R1") };
    let open = Said { marks: marks()[..1].to_vec(), ..said(6, "R1") };
    for (one, is_completed) in [(&everything, true), (&normal, true), (&second, true), (&unfit, true), (&open, false)] {
        write(&mut store, one, is_completed);
    }
    let second = Said { reader: "R2".into(), ..second };
    (store, vec![everything, second, normal, unfit])
}

pub(super) fn with_course<T>(work: impl FnOnce(&mut Course<'_>) -> T) -> T {
    let cancel = CancelToken::new();
    work(&mut Course { by: "R1".to_owned(), at_ms: 9, tell: &mut |_| {}, cancel: &cancel })
}

pub(super) fn plan(format: ExportFormat, readers: &[&str]) -> ExportPlan {
    ExportPlan { format, readers: readers.iter().map(|&id| id.into()).collect(), ..ExportPlan::default() }
}

pub(super) fn exported(store: &Store, plan: &ExportPlan, to: &Path) -> Exported {
    with_course(|course| export(store, plan, to, course)).unwrap()
}

pub(super) fn imported(store: &mut Store, place: &Path, reader: &str) -> TakenUp {
    let options = ImportLabels { reader: reader.into(), ..ImportLabels::of_everybody() };
    let taken = with_course(|course| import_any(store, place, &options, course)).unwrap();
    let book = store.rebuild_from_log().unwrap();
    assert_eq!(store.differences_from(&book).unwrap(), [], "the log alone rebuilds what was taken");
    assert_eq!(store.integrity_problems().unwrap(), Vec::<String>::new());
    taken
}

/// All that a project holds, as it goes out.
pub(super) fn all_of(store: &Store) -> Vec<Said> {
    let plan = ExportPlan { with_unfinished: true, ..ExportPlan::default() };
    with_course(|course| gather(store, &plan, true, course)).unwrap().content.said
}

fn file_of(place: &Path, format: ExportFormat) -> PathBuf {
    let name = if format.is_folder() { format.key() } else { format.file_name() };
    place.join(format.key()).join(name)
}

pub(super) fn texts_below(place: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = walkdir::WalkDir::new(place).sort_by_file_name().into_iter().filter_map(Result::ok);
    files.filter(|f| f.file_type().is_file()).map(|f| (f.path().to_owned(), std::fs::read(f.path()).unwrap())).collect()
}

/// What a format holds of a reading.
fn held(said: &Said, keep: impl Fn(&SaidMark) -> Option<SaidMark>) -> Said {
    Said { marks: said.marks.iter().filter_map(keep).collect(), ..said.clone() }
}

pub(super) fn has_area(mark: &SaidMark) -> Option<SaidMark> {
    mark.shape.kind().has_area().then(|| mark.clone())
}

fn as_box(mark: &SaidMark) -> Option<SaidMark> {
    has_area(mark).map(|mark| SaidMark { shape: Shape::Box(mark.shape.bounds()), ..mark })
}

fn without_answers(said: Said) -> Said {
    let none = LabelAnswers::default;
    Said { of_image: none(), of_series: none(), of_study: none(), ..said }
}

/// Marks in their order; on which shapes they lie together, numbered anew.
pub(super) fn plain(mut said: Vec<Said>) -> Vec<Said> {
    said.retain(|one| !one.is_silent());
    for one in &mut said {
        let mut seen = Vec::new();
        for mark in &mut one.marks {
            let place = seen.iter().position(|group| *group == mark.group).unwrap_or_else(|| {
                seen.push(mark.group);
                seen.len() - 1
            });
            mark.group = place as u32;
        }
    }
    said
}

/// Out, in, and out again; what came back, and what was lost.
fn round_trip(format: ExportFormat, readers: &[&str], expected: &[Said]) -> Lost {
    let place = tempfile::tempdir().unwrap();
    let (store, _) = project(&place.path().join("from"));
    let file = file_of(place.path(), format);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let out = exported(&store, &plan(format, readers), &file);
    for (path, bytes) in texts_below(file.parent().unwrap()) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(CANARY), "a name is in {}", path.display());
    }
    let mut to = empty(&place.path().join("to"), 8);
    let taken = imported(&mut to, &file, "R1");
    assert_eq!(taken.problems, Vec::<String>::new(), "{format:?}");
    assert_eq!(plain(all_of(&to)), plain(expected.to_vec()), "{format:?}");
    // Nothing comes twice.
    let again = imported(&mut to, &file, "R1");
    assert_eq!((again.num_marks, again.num_readings), (0, 0), "{format:?}: {again:?}");
    assert_eq!(plain(all_of(&to)), plain(expected.to_vec()), "{format:?}");
    out.lost
}

#[test]
fn one_json_holds_everything() {
    let (_, said) = project(&tempfile::tempdir().unwrap().path().join("p"));
    let lost = round_trip(ExportFormat::SingleJson, &[], &said);
    assert_eq!(lost, Lost { unfinished: 1, ..Lost::default() });
}

#[test]
fn coco_holds_what_has_an_area() {
    let (_, said) = project(&tempfile::tempdir().unwrap().path().join("p"));
    let expected: Vec<Said> = said[..3].iter().map(|one| held(one, has_area)).collect();
    let lost = round_trip(ExportFormat::Coco, &[], &expected);
    assert_eq!(lost, Lost { points_and_lines: 2, unfit: 1, unfinished: 1, ..Lost::default() });
}

#[test]
fn vindr_lab_holds_what_has_an_area_and_what_is_present() {
    let (_, said) = project(&tempfile::tempdir().unwrap().path().join("p"));
    let mut expected: Vec<Said> = said[..3].iter().map(|one| held(one, has_area)).collect();
    expected[0].of_image = LabelAnswers::from_iter([label("Vertebral collapse")]);
    expected[0].of_series = LabelAnswers::default();
    let lost = round_trip(ExportFormat::VinDrLab, &[], &expected);
    let known = Lost { points_and_lines: 2, answers_not_present: 2, unfit: 1, unfinished: 1, ..Lost::default() };
    assert_eq!(lost, known);
}

#[test]
fn yolo_holds_boxes_of_one_reader() {
    let (_, said) = project(&tempfile::tempdir().unwrap().path().join("p"));
    let alone = |mark: &SaidMark| as_box(mark).map(|mark| SaidMark { attributes: Attributes::default(), ..mark });
    let mut expected: Vec<Said> =
        [&said[0], &said[2]].into_iter().map(|one| without_answers(held(one, alone))).collect();
    for (place, mark) in expected[0].marks.iter_mut().enumerate() {
        mark.group = place as u32;
    }
    let lost = round_trip(ExportFormat::Yolo, &["R1"], &expected);
    let known = Lost {
        points_and_lines: 2,
        as_boxes: 4,
        attributes: 2,
        shared_shapes: 1,
        answers: 4,
        unfit: 1,
        unfinished: 1,
        ..Lost::default()
    };
    assert_eq!(lost, known);
}

#[test]
fn voc_holds_boxes_simple_outlines_and_attributes_of_one_reader() {
    let (_, said) = project(&tempfile::tempdir().unwrap().path().join("p"));
    let simple = |mark: &SaidMark| match &mark.shape {
        Shape::Polygon(polygon) if polygon.parts().len() == 1 => Some(mark.clone()),
        _ => as_box(mark),
    };
    let mut expected: Vec<Said> =
        [&said[0], &said[2]].into_iter().map(|one| without_answers(held(one, simple))).collect();
    for (place, mark) in expected[0].marks.iter_mut().enumerate() {
        mark.group = place as u32;
    }
    let lost = round_trip(ExportFormat::Voc, &["R1"], &expected);
    let known = Lost {
        points_and_lines: 2,
        as_boxes: 2,
        shared_shapes: 1,
        answers: 4,
        unfit: 1,
        unfinished: 1,
        ..Lost::default()
    };
    assert_eq!(lost, known);
}

#[test]
fn tables_hold_boxes_of_all_readers_under_their_numbers() {
    let (_, said) = project(&tempfile::tempdir().unwrap().path().join("p"));
    let alone = |mark: &SaidMark| as_box(mark).map(|mark| SaidMark { attributes: Attributes::default(), ..mark });
    let mut expected: Vec<Said> = said[..3].iter().map(|one| without_answers(held(one, alone))).collect();
    for one in &mut expected {
        for (place, mark) in one.marks.iter_mut().enumerate() {
            mark.group = place as u32;
        }
    }
    for format in [ExportFormat::SpineXr, ExportFormat::Cxr] {
        let lost = round_trip(format, &[], &expected);
        let known = Lost {
            points_and_lines: 2,
            as_boxes: 4,
            attributes: 3,
            answers: 4,
            unfit: 1,
            unfinished: 1,
            ..Lost::default()
        };
        assert_eq!(lost, known, "{format:?}");
    }
}

#[test]
fn the_consensus_goes_out_without_readers_and_comes_back_as_the_consensus() {
    let place = tempfile::tempdir().unwrap();
    let (mut store, said) = project(&place.path().join("from"));
    let settled =
        Said { reader: "consensus".into(), marks: said[0].marks[..2].to_vec(), ..Said::new(image(0), "x".into()) };
    write(&mut store, &settled, true);
    let file = place.path().join("consensus.csv");
    let plan = ExportPlan { hides_readers: true, ..plan(ExportFormat::Cxr, &["consensus"]) };
    exported(&store, &plan, &file);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("image_id,class_name,x_min") && !text.contains("rad"), "{text}");
    assert_eq!(text.lines().count(), 3);
    let mut to = empty(&place.path().join("to"), 8);
    imported(&mut to, &file, "consensus");
    let back = all_of(&to);
    assert_eq!((back.len(), back[0].reader.as_str(), back[0].marks.len()), (1, "consensus", 2));
    // Several readers without their column could not be told apart.
    let mixed = ExportPlan { readers: Vec::new(), ..plan };
    let error = with_course(|course| export(&store, &mixed, &file, course)).unwrap_err().to_string();
    assert!(error.contains("A table without rad_id has no place for who marked what, and 3 readers"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "what was there stays");
}

#[test]
fn a_picture_that_carries_its_labels_gives_them_back() {
    let place = tempfile::tempdir().unwrap();
    let (store, said) = project(&place.path().join("from"));
    let content = with_course(|course| gather(&store, &ExportPlan::default(), true, course)).unwrap().content;
    let grey = crate::domain::imaging::GreyPlane { texels: vec![7; 1024 * 640], scale: 1.0, offset: 0.0 };
    let film = crate::domain::imaging::Film::new(
        SIZE[0],
        SIZE[1],
        crate::domain::imaging::Pixels::Grey(grey),
        crate::domain::imaging::DisplayFacts::default(),
    );
    let folder = place.path().join("pictures");
    std::fs::create_dir_all(&folder).unwrap();
    for film_out in &content.films {
        let one = content.of_films(|image| *image == film_out.image);
        let drawn = super::annotated::annotated(&film, &one);
        assert_eq!(drawn.width, SIZE[0], "full resolution");
        assert!(drawn.height > SIZE[1], "with a caption below");
        let png = crate::formats::picture::to_png(&drawn).unwrap();
        let name = format!("{}.png", film_out.image);
        std::fs::write(folder.join(name), image_text::with_text(png, &single_json::write(&one))).unwrap();
    }
    let mut to = empty(&place.path().join("to"), 8);
    let taken = imported(&mut to, &folder, "R1");
    assert_eq!(taken.problems, Vec::<String>::new());
    assert_eq!(plain(all_of(&to)), plain(said));
}

#[test]
fn marks_are_drawn_in_the_colour_of_their_label() {
    let place = tempfile::tempdir().unwrap();
    let (store, _) = project(&place.path().join("from"));
    let content = with_course(|course| gather(&store, &ExportPlan::default(), true, course)).unwrap().content;
    let one = content.of_films(|other| *other == image(0));
    let black = crate::domain::imaging::Pixels::Rgb(vec![0; 1024 * 640 * 3]);
    let film =
        crate::domain::imaging::Film::new(SIZE[0], SIZE[1], black, crate::domain::imaging::DisplayFacts::default());
    let drawn = super::annotated::annotated(&film, &one);
    let crate::domain::reference::Levels::Rgb(bytes) = &drawn.levels else { panic!("colours") };
    let at = |x: usize, y: usize| [0, 1, 2].map(|c| bytes[3 * (y * 1024 + x) + c]);
    let color = content.labels.label(&label("Disc space narrowing")).unwrap().color;
    // The lower edge of the second box, in its middle; and the middle of the box, where nothing is drawn.
    assert_eq!(at(200, 250), color);
    assert_eq!(at(200, 225), [0, 0, 0]);
}

#[test]
fn what_would_mix_readers_or_give_nothing_is_refused_in_a_sentence() {
    let place = tempfile::tempdir().unwrap();
    let (store, _) = project(&place.path().join("from"));
    let refused = |plan: &ExportPlan, to: &Path| {
        let error = with_course(|course| export(&store, plan, to, course)).unwrap_err().to_string();
        assert!(error.contains("othing was written"), "{error}");
        error
    };
    let to = place.path().join("out");
    assert!(refused(&plan(ExportFormat::Yolo, &[]), &to).contains("2 readers (R1, R2) could not be told apart"));
    assert!(refused(&plan(ExportFormat::Voc, &[]), &to).contains("Pascal VOC has no place"));
    assert!(refused(&plan(ExportFormat::Coco, &["R9"]), &to).contains("there is no reader R9"));
    let bad_tag = ExportPlan { tag: "a b".into(), ..plan(ExportFormat::Coco, &[]) };
    assert!(refused(&bad_tag, &to).contains("can't be the tag"));
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1, "nothing was written");
    let nobody = empty(&place.path().join("nobody"), 2);
    let error = with_course(|course| export(&nobody, &plan(ExportFormat::Coco, &[]), &to, course)).unwrap_err();
    assert!(error.to_string().contains("There is no completed reading"), "{error}");
    std::fs::create_dir(&to).unwrap();
    std::fs::write(to.join("mine.txt"), "x").unwrap();
    assert!(refused(&plan(ExportFormat::Yolo, &["R1"]), &to).contains("is there already"));
}

#[test]
fn bad_files_change_nothing_and_bad_marks_are_named() {
    let place = tempfile::tempdir().unwrap();
    let mut store = empty(&place.path().join("p"), 2);
    let file = place.path().join("labels.json");
    let mut tried = |text: &str, bad_rows: BadRows| {
        std::fs::write(&file, text).unwrap();
        let options = ImportLabels { reader: "R1".into(), bad_rows, ..ImportLabels::of_everybody() };
        with_course(|course| import_any(&mut store, &file, &options, course))
    };
    for (text, said) in [
        ("{", "is not a JSON file"),
        ("{\"a\": 1}", "is in no format that is known here"),
        ("{\"images\": 1, \"annotations\": []}", "not COCO's ground truth"),
        ("{\"format\": \"rachis-labels-9\", \"films\": []}", "Its form is \"rachis-labels-9\""),
    ] {
        let error = format!("{:#}", tried(text, BadRows::Keep).unwrap_err());
        assert!(error.contains(said) && error.contains("Nothing was taken"), "{error}");
    }
    let coco = r#"{"images": [{"id": 1, "file_name": "00000000000000000000000000000000.png"},
                              {"id": 2, "file_name": "00000000000000000000000000000001.png"}],
        "categories": [{"id": 1, "name": "Osteophytes"}, {"id": 2, "name": "Wings"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 50, 50]},
                        {"id": 2, "image_id": 1, "category_id": 2, "bbox": [10, 10, 50, 50]},
                        {"id": 3, "image_id": 1, "category_id": 1, "bbox": [1000, 10, 50, 50]},
                        {"id": 4, "image_id": 9, "category_id": 1, "bbox": [10, 10, 50, 50]},
                        {"id": 5, "image_id": 1, "category_id": 1, "bbox": [10, 10, -5, 50]}]}"#;
    let refused = tried(coco, BadRows::Refuse).unwrap();
    assert!(refused.is_refused && refused.num_marks == 0);
    assert_eq!(all_of(&store), []);
    let mut tried = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let options = ImportLabels { reader: "R1".into(), ..ImportLabels::of_everybody() };
        with_course(|course| import_any(&mut store, &file, &options, course)).unwrap()
    };
    let taken = tried(coco);
    assert_eq!((taken.num_marks, taken.num_no_finding, taken.problems.len()), (1, 1, 4), "{:?}", taken.problems);
    let all = taken.problems.join("\n");
    for said in ["\"Wings\" is not one of", "reaches outside the film", "there is no image 9", "no extent"] {
        assert!(all.contains(said), "{said}: {all}");
    }
    // A second image without annotations was "No finding"; now somebody draws on it.
    let other = coco.replace(
        "\"image_id\": 1, \"category_id\": 1, \"bbox\": [10, 10, 50",
        "\"image_id\": 2, \"category_id\": 1, \"bbox\": [10, 10, 50",
    );
    let taken = tried(&other);
    assert!(taken.problems.iter().any(|problem| problem.contains("the project holds \"No finding\"")), "{taken:?}");
    // The first image's annotations are all bad, which says nothing of the film.
    assert_eq!(taken.num_no_finding, 0);
}
