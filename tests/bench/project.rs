//! A project of 100,000 films and 2,000,000 boxes by 17 readers: opening, listing, filtering, and saving while a reader works.

use std::cell::Cell;

use criterion::{BatchSize, Criterion};
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::task::TaskState;
use rachis::domain::worklist::query::QueryWords;
use rachis::formats::label_set;
use rachis::session::worklist::{Filter, Sort, SortBy, Worklist};
use rachis::store::{Store, StoreThread};

use super::fill;

const NUM_FILMS: usize = 100_000;
const NUM_BOXES: usize = 2_000_000;

pub fn bench(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let archive =
        fill::Archive { readers: &fill::READERS, num_films: NUM_FILMS, num_boxes: NUM_BOXES, completed_every: 4 };
    drop(fill::fill(folder.path(), &archive));
    let labels = label_set::shipped_by_id("vindr_spine").expect("shipped");
    let reader = ReaderId::new("R1");

    let mut group = criterion.benchmark_group("project of 100,000 films, 2,000,000 boxes, 17 readers");
    group.sample_size(10);
    group.bench_function("open", |b| b.iter(|| Store::open(folder.path()).expect("opens")));
    let mut store = Store::open(folder.path()).expect("opens");
    group.bench_function("worklist", |b| b.iter(|| store.worklist(&reader, &labels).expect("lists")));

    let mut list = Worklist::default();
    list.set_rows(store.worklist(&reader, &labels).expect("lists"));
    let fracture = labels.labels().iter().position(|l| l.name.as_str() == "Fracture").map(|i| i as u32);
    let filters = [
        ("filter by label and state", Filter { label: fracture, state: Some(TaskState::Doing), ..Filter::default() }),
        ("filter by part of an id", Filter { text: "beef".into(), ..Filter::default() }),
    ];
    for (name, filter) in filters {
        group.bench_function(name, |b| b.iter(|| list.set_filter(filter.clone())));
    }
    // What a person may type and click: each is to be there within 50 ms.
    let names = labels.labels().iter().map(|label| label.name.to_string()).collect();
    list.set_words(QueryWords { labels: names, readers: fill::READERS.map(String::from).to_vec() });
    for query in [
        "status:new age:>60 label:osteophytes",
        "(view:lateral or sex:m) -has:label findings:>=3",
        "study:ff not study-decision:normal",
        "beef",
    ] {
        group.bench_function(format!("query {query}"), |b| {
            b.iter(|| list.set_filter(Filter { text: query.to_owned(), ..Filter::default() }));
        });
        assert!(list.query_error().is_none(), "{query}");
    }
    list.set_filter(Filter::default());
    for by in [
        SortBy::State,
        SortBy::View,
        SortBy::Age,
        SortBy::Decision,
        SortBy::Study,
        SortBy::Findings,
        SortBy::Comments,
        SortBy::Labels,
        SortBy::LastEdit,
        SortBy::Film,
    ] {
        group.bench_function(format!("sort by {by:?}"), |b| b.iter(|| list.set_sort(Some(Sort::highest_first(by)))));
    }
    list.set_sort(None);

    let ordinal = Cell::new(0);
    let images: Vec<ImageId> = (0..NUM_FILMS)
        .map(|n| ImageId::new(fill::image_id(n)))
        .filter(|image| list.row(image).is_some_and(|row| row.num_marks > 0 && row.state != TaskState::Completed))
        .take(100)
        .collect();
    let session = store.session();
    let next = || {
        ordinal.set(ordinal.get() + 1);
        let n = ordinal.get();
        let rect = Rect::from_columns(1.0, 2.0, f64::from(n) + 3.5, 4.0).expect("ordered");
        let id = AnnotationId::new(session, n);
        let mark = Annotation::boxed(id, LabelName::new("Other lesions"), rect, Origin::Drawn).expect("a lesion");
        NewLogEntry {
            image: images[n as usize % images.len()].clone(),
            reader: reader.clone(),
            step: Step::Do,
            edit: Edit::Add(mark),
            made_at_ms: i64::from(n),
        }
    };
    group.sample_size(50);
    group.measurement_time(std::time::Duration::from_millis(500));
    group.warm_up_time(std::time::Duration::from_millis(100));
    group.bench_function("save one edit, on disk", |b| {
        b.iter_batched(next, |entry| store.commit(&entry).expect("saved"), BatchSize::PerIteration);
    });
    // What the window's own thread spends on a save: it hands the edit over and goes on. The queue is emptied meanwhile,
    // as it is between two edits of a person.
    let saver = StoreThread::start(store, |_| {}).expect("the saving thread starts");
    let handed = || {
        saver.flush();
        next()
    };
    group.bench_function("hand one edit to the saving thread", |b| {
        b.iter_batched(handed, |entry| saver.commit(entry, None).expect("room in the queue"), BatchSize::PerIteration);
    });
    saver.flush();
    group.finish();
}
