//! What models say, as the project keeps it: written once, found by film, and quick however many there are.

use std::time::Instant;

use rachis::domain::geometry::Rect;
use rachis::domain::id::ImageId;
use rachis::domain::label::LabelName;
use rachis::domain::model::{Architecture, ModelContent, ModelId, ModelStep, ModelTask};
use rachis::domain::prediction::{Detection, HeatGrid, Prediction};
use rachis::store::{NewModel, PredictionOrigin, Store};

use crate::support;

/// A model with a hash of its own; what its file holds does not matter here.
fn add_model(store: &mut Store, number: u8) -> ModelId {
    let content = ModelContent::Weights { architecture: Architecture::RetinaNetSmall, sha256: [number; 32] };
    let model = NewModel {
        name: "detector",
        task: ModelTask::Detect,
        content,
        file: Some("detector.safetensors"),
        card: "{}",
        step: ModelStep::Imported,
        at_ms: 1,
        by: "",
    };
    store.add_model(&model).unwrap().id
}

fn prediction(image: &ImageId, model: ModelId, num: usize) -> Prediction {
    let detection = |n: usize| Detection {
        label: LabelName::new(if n.is_multiple_of(2) { "Osteophytes" } else { "Other lesions" }),
        score: 1.0 - n as f64 / 200.0,
        rect: Rect::from_columns(n as f64, 0.1, n as f64 + 10.25, 1.0 / 3.0).unwrap(),
    };
    Prediction {
        image: image.clone(),
        model,
        probability: Some(0.1 + 0.2),
        detections: (0..num).map(detection).collect(),
        heat: Some(HeatGrid { width: 2, height: 2, values: vec![0.0, 0.1, 1.0, f32::MIN_POSITIVE] }),
    }
}

fn origin() -> PredictionOrigin {
    PredictionOrigin { took_ms: 17, engine: "rachis-engine 0.1.0, libtorch 2.11.0".into() }
}

#[test]
fn a_prediction_comes_back_to_the_last_bit_and_stays_as_it_was_first_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = support::project(folder.path(), 3);
    let [one, two] = [add_model(&mut store, 1), add_model(&mut store, 2)];
    let image = support::entry(0).facts.image;
    let first = prediction(&image, one, 3);
    assert!(store.add_prediction(&first, &origin()).unwrap());
    assert_eq!(store.prediction(&image, one).unwrap().as_ref(), Some(&first));
    let other = Prediction { probability: Some(0.9), ..prediction(&image, one, 5) };
    assert!(!store.add_prediction(&other, &origin()).unwrap(), "kept as first written");
    let bare = Prediction { probability: None, heat: None, ..prediction(&image, two, 0) };
    assert!(store.add_prediction(&bare, &origin()).unwrap());
    assert_eq!(store.predictions(&image, &[two, ModelId(77), one]).unwrap(), [bare, first]);
    assert_eq!(store.models_without(&image, &[one, ModelId(77), two]).unwrap(), [ModelId(77)]);
    assert_eq!(store.models_without(&support::entry(1).facts.image, &[one]).unwrap(), [one]);
}

#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = support::project(folder.path(), 1);
    let model = add_model(&mut store, 1);
    let image = support::entry(0).facts.image;
    assert!(store.add_prediction(&prediction(&image, ModelId(99), 1), &origin()).is_err(), "no such model");
    let bad = Prediction { probability: Some(1.5), ..prediction(&image, model, 1) };
    assert!(store.add_prediction(&bad, &origin()).is_err());
    let mut bad = prediction(&image, model, 2);
    bad.detections[1].label = LabelName::no_finding();
    assert!(store.add_prediction(&bad, &origin()).is_err(), "the second box is refused, and with it the first");
    assert_eq!(store.models_without(&image, &[model]).unwrap(), [model]);
    drop(store);
    let mut looking = Store::open_to_look(folder.path()).unwrap();
    assert!(looking.add_prediction(&prediction(&image, model, 1), &origin()).is_err());
}

/// Looked at film by film, as a batch and the window do it.
#[test]
fn ten_thousand_films_are_no_full_scans() {
    const NUM: usize = 10_000;
    let folder = tempfile::tempdir().unwrap();
    let mut store = support::project(folder.path(), 0);
    let mut films: Vec<_> = (0..NUM).map(support::entry).collect();
    for (n, film) in films.iter_mut().enumerate() {
        film.sha256[..8].copy_from_slice(&(n as u64).to_le_bytes());
    }
    store.add_films(&films).unwrap();
    let model = add_model(&mut store, 1);
    let images: Vec<ImageId> = films.iter().map(|film| film.facts.image.clone()).collect();
    let time = |what: &str, num: usize, work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        let each = start.elapsed() / num as u32;
        println!("{what}: {each:?} each");
        each.as_micros()
    };
    let few = 200;
    let first = time("write into an empty table", few, &mut || {
        for image in &images[..few] {
            store.add_prediction(&prediction(image, model, 20), &origin()).unwrap();
        }
    });
    // The bulk by SQL of its own would not be what is measured; a smaller number of boxes is enough to fill the tables.
    let rest = time("write the others", NUM - few, &mut || {
        for image in &images[few..] {
            store.add_prediction(&prediction(image, model, 4), &origin()).unwrap();
        }
    });
    let read = time("read", few, &mut || {
        for image in &images[NUM / 2..NUM / 2 + few] {
            assert_eq!(store.predictions(image, &[model]).unwrap().len(), 1);
        }
    });
    let check = time("find what is missing in the whole project", 1, &mut || {
        for film in store.films().unwrap() {
            assert!(store.models_without(&film.facts.image, &[model]).unwrap().is_empty());
        }
    });
    // Generous: a scan of the table for each would be a hundred times as much.
    assert!(rest < 10 * first.max(2000), "{rest} µs after {first} µs");
    assert!(read < 20_000, "{read} µs");
    assert!(check < 10_000_000, "{check} µs");
}
