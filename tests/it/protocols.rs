//! The three published protocols from films to labels, with simulated readers: SpineXR (one reader a study), VinDr-CXR
//! (three blind readers of seventeen, two reviewers) and the ribs (one expert a film).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use rachis::domain::adjudication::{MadeStep, Step as ReviewStep};
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::assignment::{Stage, Task};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::{Point, Rect, Size};
use rachis::domain::id::{AnnotationId, ImageId, ReaderId, StudyId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::people::{Reader, Role, Roles};
use rachis::domain::project::Workflow;
use rachis::domain::rules::default_rules;
use rachis::domain::shape::{Polygon, Shape};
use rachis::domain::study::FilmEntry;
use rachis::domain::task::TaskState;
use rachis::phantom::{SimulatedReader, studies};
use rachis::store::{NewProject, Store};
use serde_json::Value;

use crate::support;

/// Runs the program as a person does.
#[track_caller]
fn rachis(folder: &Path, words: &[&str], code: i32, says: &str) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_rachis")).args(words).current_dir(folder).output().unwrap();
    let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert_eq!(ran.status.code(), Some(code), "{words:?}\n{out}{err}");
    let said = if code == 0 { &out } else { &err };
    assert!(said.contains(says), "{words:?}: expected {says:?}\n{out}{err}");
    out
}

fn json(folder: &Path, words: &[&str]) -> Value {
    serde_json::from_str(&rachis(folder, words, 0, "")).unwrap()
}

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// A project with a data manager, readers and reviewers; nobody is two of these.
    fn new(labels: &str, workflow: Workflow, num_readers: u32, num_reviewers: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = NewProject {
            name: "Protocol".into(),
            label_set: labels.into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(&folder.path().join("p"), &project).unwrap();
        store.set_workflow(workflow).unwrap();
        let person = |id: String, role: Role, years: u32| Reader {
            years_of_experience: Some(years),
            roles: Roles::NONE.with(role),
            ..Reader::new(id.as_str(), format!("Dr {id} Canary"))
        };
        store.add_reader(&person("DM".into(), Role::DataManager, 0)).unwrap();
        for n in 1..=num_readers {
            store.add_reader(&person(format!("R{n}"), Role::Annotator, 5 + n % 4)).unwrap();
        }
        for n in 1..=num_reviewers {
            store.add_reader(&person(format!("S{n}"), Role::Reviewer, 20 + n)).unwrap();
        }
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn project(&self) -> PathBuf {
        self.path().join("p")
    }

    fn store(&self) -> Store {
        Store::open(&self.project()).unwrap()
    }

    /// As this person sees it.
    fn store_as(&self, id: &str) -> Store {
        let mut store = self.store();
        store.sign_in(&id.into(), None).unwrap();
        store
    }

    fn tasks(&self) -> Vec<Task> {
        self.store().tasks().unwrap()
    }
}

fn entry(n: usize, image: &str, study: &str) -> FilmEntry {
    let mut entry = support::entry(n);
    entry.facts.image = ImageId::new(image);
    entry.facts.study = StudyId::new(study);
    entry.sha256[..8].copy_from_slice(&(n as u64).to_be_bytes());
    entry
}

/// What a reader marks on a film.
type MarksOf<'a> = dyn Fn(&str, &ImageId) -> Vec<(LabelName, Shape)> + 'a;

/// Reads the next film in this person's hands, and says what it is.
fn read_next(store: &mut Store, person: &str, marks_of: &MarksOf<'_>) -> bool {
    let tasks = store.tasks_of(&person.into()).unwrap();
    let Some(task) = tasks.iter().find(|task| task.state != TaskState::Completed && task.stage == Stage::Read) else {
        return false;
    };
    let layer = store.layer_for(&task.image, &person.into()).unwrap();
    assert_eq!(layer, task.layer);
    let session = store.begin_session().unwrap();
    let mut edits: Vec<Edit> = (1..)
        .zip(marks_of(layer.as_str(), &task.image))
        .map(|(at, (label, shape))| {
            Edit::Add(Annotation::shaped(AnnotationId::new(session, at), label, shape, Origin::Drawn).unwrap())
        })
        .collect();
    if edits.is_empty() {
        edits.push(Edit::Add(Annotation::no_finding(AnnotationId::new(session, 1), Origin::Drawn)));
    }
    edits.push(Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed });
    let edit = Edit::Batch { name: "Reading".into(), edits };
    let image = task.image.clone();
    store.commit(&NewLogEntry { image, reader: layer, step: Step::Do, edit, made_at_ms: 1_000 }).unwrap();
    true
}

fn boxes(marks: Vec<(LabelName, Rect)>) -> Vec<(LabelName, Shape)> {
    marks.into_iter().map(|(label, rect)| (label, Shape::Box(rect))).collect()
}

/// Everybody by film, with a check that nobody has a film twice.
fn people_by_film(tasks: &[Task], stage: Stage) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut by_film: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for task in tasks.iter().filter(|task| task.stage == stage) {
        assert!(by_film.entry(task.image.as_str()).or_default().insert(task.person.as_str()), "twice: {task:?}");
    }
    by_film
}

fn loads(tasks: &[Task], stage: Stage) -> BTreeMap<&str, usize> {
    let mut loads: BTreeMap<&str, usize> = BTreeMap::new();
    for task in tasks.iter().filter(|task| task.stage == stage) {
        *loads.entry(task.person.as_str()).or_default() += 1;
    }
    loads
}

fn spread(loads: &BTreeMap<&str, usize>) -> usize {
    loads.values().max().unwrap() - loads.values().min().unwrap()
}

/// What is on a made-up chest film, by its number; half of the films are normal. Findings are small, so that some are
/// overlooked.
fn chest_truth(n: u64) -> Vec<(LabelName, Rect)> {
    const LABELS: [&str; 5] = ["Cardiomegaly", "Nodule/Mass", "Pleural effusion", "Calcification", "Lung Opacity"];
    if n.is_multiple_of(2) {
        return Vec::new();
    }
    (0..=(n % 3))
        .map(|at| {
            let (x, y) = (20.0 + 90.0 * at as f64, 30.0 + (n * 37 % 300) as f64);
            let label = LabelName::new(LABELS[(n / 2 + at) as usize % LABELS.len()]);
            (label, Rect::from_columns(x, y, x + 16.0, y + 18.0).unwrap())
        })
        .collect()
}

#[test]
fn chest_films_are_read_by_three_of_seventeen_and_settled_by_two() {
    const NUM_FILMS: usize = 200;
    let place = Place::new("vindr_cxr", Workflow::Reviewed { readers: 3, reviewers: 2 }, 17, 2);
    let (width, height) = support::FILM_SIDE;
    let size = Size::new(f64::from(width), f64::from(height));
    let films: Vec<FilmEntry> = (0..NUM_FILMS).map(|n| entry(n, &format!("{n:032x}"), &format!("1.2.{n}"))).collect();
    place.store().add_films(&films).unwrap();

    // The workflow says how: nothing has to be chosen.
    let shown = json(place.path(), &["assign", "films", "p", "--seed", "7", "--dry-run", "--json", "--as", "DM"]);
    assert_eq!(shown["tasks"].as_array().unwrap().len(), 3 * NUM_FILMS);
    assert!(place.tasks().is_empty(), "a look at it hands nothing out");
    let handed = json(place.path(), &["assign", "films", "p", "--seed", "7", "--json", "--as", "DM"]);
    assert_eq!(handed["tasks"], shown["tasks"], "the same seed deals the same");
    rachis(place.path(), &["assign", "films", "p", "--seed", "7"], 1, "in enough hands already");

    let tasks = place.tasks();
    let readers = people_by_film(&tasks, Stage::Read);
    assert_eq!(readers.len(), NUM_FILMS);
    assert!(readers.values().all(|people| people.len() == 3));
    let of_reader = loads(&tasks, Stage::Read);
    assert_eq!(of_reader.len(), 17);
    assert!(spread(&of_reader) <= 1, "{of_reader:?}");
    let mut orders: BTreeSet<Vec<ImageId>> = BTreeSet::new();
    for person in of_reader.keys() {
        let order: Vec<ImageId> = place
            .store_as(person)
            .tasks_of(&ReaderId::new(*person))
            .unwrap()
            .into_iter()
            .map(|task| task.image)
            .collect();
        assert!(!order.is_sorted(), "{person} reads in an order of their own");
        orders.insert(order);
    }
    assert_eq!(orders.len(), 17);
    // Two films that the same two people read stand in different orders for many of them: orders are not cut from one.
    let first_two: BTreeSet<&[ImageId]> = orders.iter().map(|order| &order[..2]).collect();
    assert_eq!(first_two.len(), 17);

    // The reviewers are in neither set of readers, and more senior.
    rachis(place.path(), &["assign", "films", "p", "--review", "--to", "R1,S1"], 1, "may not review films");
    json(place.path(), &["assign", "films", "p", "--review", "--json", "--as", "DM"]);
    let tasks = place.tasks();
    let reviewers = people_by_film(&tasks, Stage::Review);
    for (film, people) in &reviewers {
        assert_eq!(people, &BTreeSet::from(["S1", "S2"]));
        assert!(people.is_disjoint(&readers[film]));
    }
    assert_eq!(reviewers.len(), NUM_FILMS);

    let marks_of = |layer: &str, image: &ImageId| {
        let n = u64::from_str_radix(image.as_str(), 16).unwrap();
        let reader = SimulatedReader::new(5, layer[1..].parse().unwrap());
        boxes(reader.reading(n, &chest_truth(n), size).into_iter().filter(|(label, _)| is_chest(label)).collect())
    };
    for n in 1..=17 {
        let person = format!("R{n}");
        let mut store = place.store_as(&person);
        while read_next(&mut store, &person, &marks_of) {}
    }
    let shown = json(place.path(), &["tasks", "show", "p", "--stage", "read", "--json"]);
    for row in shown["people"].as_array().unwrap() {
        assert_eq!(row["films"], row["completed"], "{row}");
    }
    settle_all(&place);
}

/// The simulated readers mistake spine labels for each other; none of these is in a chest.
fn is_chest(label: &LabelName) -> bool {
    label.as_str() != "Osteophytes"
}

/// S1 rules on every finding, both sign, and the consensus leaves the project without a reader's id.
fn settle_all(place: &Place) {
    let (mut first, mut second) = (place.store_as("S1"), place.store_as("S2"));
    let films: Vec<ImageId> = first.tasks_of(&"S1".into()).unwrap().into_iter().map(|task| task.image).collect();
    let (mut num_disputed, mut num_unanimous) = (0, 0);
    for image in &films {
        let mut at_ms = 10_000;
        let mut step = |store: &mut Store, by: &str, step: ReviewStep| {
            at_ms += 1;
            let seen = store.review(image).unwrap().unwrap().num_steps();
            store.add_review_step(image, &MadeStep { by: by.into(), at_ms, step }, seen).unwrap()
        };
        let opened = first.open_review(image, &"S1".into(), 9_000).unwrap();
        assert_eq!(opened.document().case().readers().len(), 3);
        // Refused where all three agree on nothing.
        let unanimous = MadeStep { by: "S1".into(), at_ms: 9_500, step: ReviewStep::AcceptUnanimous };
        let mut review = match first.add_review_step(image, &unanimous, opened.num_steps()) {
            Ok(review) => {
                num_unanimous += 1;
                review
            }
            Err(_) => opened,
        };
        while let Some(key) = review.document().next_unsettled(None) {
            num_disputed += 1;
            let finding = review.document().finding(key).unwrap();
            let ruling = if finding.saw().len() >= 2 {
                ReviewStep::Accept { finding: key }
            } else {
                ReviewStep::Reject { finding: key }
            };
            review = step(&mut first, "S1", ruling);
        }
        assert!(review.document().is_complete());
        assert!(!step(&mut first, "S1", ReviewStep::Sign).document().is_settled(), "both sign");
        second.open_review(image, &"S2".into(), 9_000).unwrap();
        assert!(step(&mut second, "S2", ReviewStep::Sign).document().is_settled());
    }
    assert!(num_disputed > 20 && num_unanimous > 20, "{num_disputed} disputed, {num_unanimous} films with agreement");
    for task in place.tasks() {
        assert_eq!(task.state, TaskState::Completed, "{task:?}");
    }
    let words = ["export", "p", "--format", "cxr", "consensus.csv", "--reader", "consensus", "--no-rad-id"];
    rachis(place.path(), &words, 0, "");
    let table = std::fs::read_to_string(place.path().join("consensus.csv")).unwrap();
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("image_id,class_name,x_min,y_min,x_max,y_max"));
    let exported: BTreeSet<&str> = lines.map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(exported.len(), films.len(), "every film has a consensus, if only No finding");
    // Every reader's own layer is as it was.
    rachis(place.path(), &["export", "p", "--format", "cxr", "readers.csv"], 0, "");
    let table = std::fs::read_to_string(place.path().join("readers.csv")).unwrap();
    assert!(table.starts_with("image_id,rad_id,class_name"), "{}", &table[..60]);
    let readers: BTreeSet<(&str, &str)> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|cells| cells[1].starts_with('R'))
        .map(|cells| (cells[0], cells[1]))
        .collect();
    assert_eq!(readers.len(), 3 * films.len());
    assert!(!table.contains("Canary"));
}

#[test]
fn spine_studies_are_read_by_one_reader_each() {
    let place = Place::new("vindr_spine", Workflow::Single, 3, 0);
    let all: Vec<_> = studies(11, 30).collect();
    let mut films = Vec::new();
    let mut number_of: BTreeMap<ImageId, (usize, usize)> = BTreeMap::new();
    for (at, study) in all.iter().enumerate() {
        for number in 0..study.films.len() {
            let image = format!("{:032x}", films.len() + 1);
            number_of.insert(ImageId::new(image.as_str()), (at, number));
            films.push(entry(films.len(), &image, &format!("1.2.{at}")));
        }
    }
    place.store().add_films(&films).unwrap();
    rachis(place.path(), &["assign", "films", "p", "--as", "DM"], 0, "were handed out");
    let tasks = place.tasks();
    let by_film = people_by_film(&tasks, Stage::Read);
    assert_eq!(by_film.len(), films.len());
    assert!(by_film.values().all(|people| people.len() == 1));
    let mut by_study: BTreeMap<usize, BTreeSet<&ReaderId>> = BTreeMap::new();
    for task in &tasks {
        by_study.entry(number_of[&task.image].0).or_default().insert(&task.person);
    }
    assert!(by_study.values().all(|people| people.len() == 1), "a study stays with one reader: {by_study:?}");
    assert!(spread(&loads(&tasks, Stage::Read)) <= 3, "no study has more than three films");

    let marks_of = |layer: &str, image: &ImageId| {
        let (at, number) = number_of[image];
        boxes(all[at].reading(&SimulatedReader::new(11, layer[1..].parse().unwrap()), number, 0.1))
    };
    for n in 1..=3 {
        let person = format!("R{n}");
        let mut store = place.store_as(&person);
        while read_next(&mut store, &person, &marks_of) {}
    }
    // The published table: every film once, each by the reader that it was handed to.
    rachis(place.path(), &["export", "p", "--format", "spinexr", "out.csv"], 0, "");
    let table = std::fs::read_to_string(place.path().join("out.csv")).unwrap();
    assert!(table.starts_with("study_id,series_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax"), "{table}");
    let exported: BTreeSet<(&str, &str)> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|cells| (cells[2], cells[3]))
        .collect();
    assert_eq!(exported.len(), films.len());
    assert!(!table.contains("Canary"), "names never leave the project");

    // Reading again: another layer, held against the first.
    let again = json(
        place.path(),
        &["assign", "films", "p", "--strategy", "repeat", "--to", "R1", "--sample", "5", "--json", "--as", "DM"],
    );
    let num_repeats = again["tasks"].as_array().unwrap().len();
    let mut store = place.store_as("R1");
    let before: Vec<_> = tasks.iter().filter(|task| task.person.as_str() == "R1").collect();
    let first = store.reading(&before[0].image, &"R1".into()).unwrap();
    while read_next(&mut store, "R1", &|_, _| Vec::new()) {}
    let repeats: Vec<Task> = place.tasks().into_iter().filter(Task::is_repeat).collect();
    assert_eq!(repeats.len(), num_repeats);
    assert!(num_repeats > 0);
    assert!(repeats.iter().all(|task| task.layer.as_str() == "R1.2" && task.state == TaskState::Completed));
    assert_eq!(store.reading(&before[0].image, &"R1".into()).unwrap(), first, "the first reading stays as it was");
    let repeated = place.store().reading(&repeats[0].image, &"R1.2".into()).unwrap();
    assert!(repeated.has_no_finding());
    assert!(!place.store().readers().unwrap().iter().any(|reader| reader.id.as_str() == "R1.2"));
}

#[test]
fn ribs_are_drawn_by_one_expert_a_film() {
    let place = Place::new("vindr_rib", Workflow::Single, 2, 0);
    let films: Vec<FilmEntry> = (0..20).map(|n| entry(n, &format!("{n:032x}"), &format!("1.2.{n}"))).collect();
    place.store().add_films(&films).unwrap();
    rachis(place.path(), &["assign", "films", "p", "--unit", "film", "--as", "DM"], 0, "20 tasks for 2 people");
    assert_eq!(loads(&place.tasks(), Stage::Read), BTreeMap::from([("R1", 10), ("R2", 10)]));
    let ribs = |_: &str, _: &ImageId| {
        let sides = [("R", 20.0), ("L", 180.0)];
        let rib = |side: &str, x: f64, n: u32| {
            let y = 20.0 + 40.0 * f64::from(n);
            let outline = [(x, y), (x + 100.0, y + 10.0), (x + 100.0, y + 25.0), (x, y + 15.0)];
            let outline = outline.iter().map(|&(x, y)| Point::new(x, y)).collect();
            (LabelName::new(format!("{side}{n}").as_str()), Shape::Polygon(Polygon::new(vec![outline]).unwrap()))
        };
        sides.into_iter().flat_map(|(side, x)| (1..=10).map(move |n| rib(side, x, n))).collect()
    };
    for person in ["R1", "R2"] {
        let mut store = place.store_as(person);
        while read_next(&mut store, person, &ribs) {}
    }
    let store = place.store();
    for task in store.tasks().unwrap() {
        assert_eq!(task.state, TaskState::Completed);
        assert_eq!(store.reading(&task.image, &task.layer).unwrap().num_marks(), 20);
    }
}
