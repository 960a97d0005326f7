//! A project as large as an archive opens and filters quickly, and saving stays quick in it.
//!
//! `RACHIS_SCALE_FILMS` and `RACHIS_SCALE_BOXES` make it large (100000 and 2000000 are the figures of the README, in a
//! release build); unset, it is small enough for every test run. `RACHIS_SCALE_FOLDER` keeps the project there.

use std::time::{Duration, Instant};

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::task::TaskState;
use rachis::formats::label_set;
use rachis::store::Store;

use crate::store_log::assert_log_rebuilds;

use crate::fill;

#[test]
fn a_large_project_opens_filters_and_saves_quickly() {
    let size = |name: &str, small: usize| std::env::var(name).map_or(small, |n| n.parse().unwrap());
    let (num_films, num_boxes) = (size("RACHIS_SCALE_FILMS", 1000), size("RACHIS_SCALE_BOXES", 20_000));
    let scratch = tempfile::tempdir().unwrap();
    let folder = std::env::var("RACHIS_SCALE_FOLDER").map_or(scratch.path().to_owned(), Into::into);
    let (started, before) = (Instant::now(), cpu());
    let archive = fill::Archive { readers: &fill::READERS[..3], num_films, num_boxes, completed_every: 4 };
    drop(fill::fill(&folder, &archive));
    let bytes = std::fs::metadata(folder.join("project.db")).unwrap().len();
    let (elapsed, mib) = (started.elapsed(), bytes >> 20);
    println!(
        "filled {num_films} films, {num_boxes} boxes: {elapsed:?} (processor {:?}), {mib} MiB",
        cpu().saturating_sub(before)
    );

    let (mut store, opening) = timed(|| Store::open(&folder).unwrap());
    println!("open {opening:?}");
    let labels = label_set::shipped_by_id("vindr_spine").unwrap();
    let reader = ReaderId::new("R1");
    let (list, first) = timed(|| store.worklist(&reader, &labels).unwrap());
    let before = cpu();
    let (again, second) = timed(|| store.worklist(&reader, &labels).unwrap());
    println!(
        "worklist of {} films: first {first:?}, again {second:?} (processor {:?})",
        list.len(),
        cpu().saturating_sub(before)
    );
    assert_eq!(list, again);
    assert_eq!(list.len(), num_films);
    // Every tenth reading of all is normal; every fourth is completed.
    let of_reader = |every: usize| (0..num_films).filter(|n| (n * fill::READERS_A_FILM).is_multiple_of(every)).count();
    assert_eq!(list.iter().filter(|row| row.state == TaskState::Completed).count(), of_reader(4));

    let bit = labels.labels().iter().position(|l| l.name.as_str() == "Fracture").unwrap();
    let before = cpu();
    let (found, filtering) = timed(|| {
        list.iter()
            .filter(|row| row.labels >> bit & 1 == 1 && row.state == TaskState::Doing)
            .cloned()
            .collect::<Vec<_>>()
    });
    println!(
        "filter by label and state: {} films, {filtering:?} (processor {:?})",
        found.len(),
        cpu().saturating_sub(before)
    );
    assert!(!found.is_empty() && found.len() < list.len());

    let image = ImageId::new(fill::image_id(num_films / 2));
    let (reading, loading) = timed(|| store.reading(&image, &reader).unwrap());
    println!("one reading of {} marks: {loading:?}", reading.annotations().len());

    let mut times = Vec::new();
    let mut processor = Duration::ZERO;
    for n in 0..2000u32 {
        let image = ImageId::new(fill::image_id(n as usize * 7919 % num_films));
        let rect = Rect::from_columns(1.0, 2.0, f64::from(n) + 3.5, 4.0).unwrap();
        let id = AnnotationId::new(store.session(), n);
        let mark = Annotation::boxed(id, LabelName::new("Other lesions"), rect, Origin::Drawn).unwrap();
        let stored = store.reading(&image, &reader).unwrap();
        if stored.has_no_finding() || stored.state() == TaskState::Completed {
            continue;
        }
        let edit = Edit::Add(mark);
        let entry = NewLogEntry { image, reader: reader.clone(), step: Step::Do, edit, made_at_ms: 2 };
        let before = cpu();
        times.push(timed(|| store.commit(&entry).unwrap()).1);
        processor += cpu().saturating_sub(before);
    }
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("commit, {} times: median {:?}, p99 {:?}, longest {:?}", times.len(), at(50), at(99), at(100));
    println!("commit: processor {:?} on average", processor / times.len() as u32);

    let before = cpu();
    let ((), checking) = timed(|| assert_log_rebuilds(&store));
    println!("log against tables: {checking:?} (processor {:?})", cpu().saturating_sub(before));
    let before = cpu();
    let (tallies, counting) = timed(|| store.tallies().unwrap());
    println!("counts of {} readings: {counting:?} (processor {:?})", tallies.len(), cpu().saturating_sub(before));
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let result = work();
    (result, started.elapsed())
}

/// What this thread has had of a processor: on a busy machine it says more than the clock. Linux only.
fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0))
}
