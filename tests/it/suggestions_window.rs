//! What models say, through the whole window: by accessibility labels, in keys and clicks, and as pictures.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::SnapshotResults;
use egui_kittest::kittest::Queryable;
use rachis::app::Window;
use rachis::domain::fusion::Pipeline;
use rachis::domain::geometry::Rect;
use rachis::domain::id::ImageId;
use rachis::domain::label::LabelName;
use rachis::domain::model::{Architecture, Model, ModelCard, ModelContent, ModelId, ModelTask};
use rachis::domain::prediction::{Detection, HeatGrid, Prediction};
use rachis::domain::preprocessing::Preprocessing;
use rachis::domain::project::Project;
use rachis::domain::suggestion::ModelVisibility;
use rachis::jobs::CancelToken;
use rachis::session::{Command, EngineState, Event, Input, ModelShelf, SuggestCommand};
use rachis::workflows::make_demo::{DemoRequest, FIRST_SEED, make_demo};

use crate::seat::{Seat, at_project, has_thumbnails, is_reading, saved, wait, with_films};
use crate::support;

const CLASSIFIER: ModelId = ModelId(1);
const DETECTOR: ModelId = ModelId(2);

fn model(id: ModelId, name: &str, task: ModelTask) -> Model {
    let card = ModelCard {
        name: name.into(),
        task,
        classes: vec![LabelName::new("Osteophytes")],
        preprocessing: Preprocessing::PAPER_CLASSIFIER,
        threshold: None,
        is_synthetic: true,
        training: String::new(),
        data_sha256: None,
        metrics: Vec::new(),
        licence: String::new(),
        notes: String::new(),
    };
    let content = ModelContent::Weights { architecture: Architecture::DenseNetSmall, sha256: [0; 32] };
    Model { id, version: 2, content, card, added_at_ms: 0, added_by: String::new(), is_deleted: false }
}

fn send(seat: &mut Seat<'_>, event: Event) {
    seat.state_mut().handle(Input::Event(event));
    seat.run_steps(3);
}

fn ask(seat: &mut Seat<'_>, command: Command) {
    seat.state_mut().handle(Input::Command(command));
    seat.run_steps(3);
}

/// The models are in use, and readers see what they say then.
pub fn put_models_in_use(seat: &mut Seat<'_>, model_visibility: ModelVisibility) {
    let open = seat.state().session.project.as_ref().expect("open");
    let (settings, label_set) = (open.settings.clone(), open.label_set.clone());
    let models = vec![
        model(CLASSIFIER, "spine-classifier", ModelTask::Classify),
        model(DETECTOR, "spine-detector", ModelTask::Detect),
    ];
    let pipeline = Pipeline { classifier: Some(CLASSIFIER), detector: Some(DETECTOR), ..Pipeline::default() };
    send(seat, Event::ModelsLoaded(Box::new(ModelShelf { models, pipeline, history: Vec::new() })));
    send(seat, Event::ProjectChanged { project: Box::new(Project { model_visibility, ..settings }), label_set });
    if model_visibility == ModelVisibility::Always {
        // The project itself knows no models: what the store answers must not come after what the test says.
        let is_answered = |w: &Window| w.session.pane.film.as_ref().is_some_and(|film| film.suggesting.is_loaded);
        wait(seat, "the store has answered", is_answered);
    }
}

/// What they say of the film that is open; boxes as shares of it.
pub fn suggest(seat: &mut Seat<'_>, boxes: &[(&str, f64, [f64; 4])]) {
    let film = seat.state().session.pane.film.as_ref().expect("a film");
    let (image, size): (ImageId, _) = (film.image().clone(), film.size());
    let detection = |&(label, score, [a, b, c, d]): &(&str, f64, [f64; 4])| Detection {
        label: LabelName::new(label),
        score,
        rect: Rect::from_columns(a * size.width, b * size.height, c * size.width, d * size.height).expect("ordered"),
    };
    let blank =
        |model| Prediction { image: image.clone(), model, probability: None, detections: Vec::new(), heat: None };
    let bump = |at: usize, middle: f32| (-((at as f32 - middle) / 1.6).powi(2)).exp();
    let values: Vec<f32> = (0..49).map(|cell| bump(cell % 7, 3.0) * bump(cell / 7, 4.0)).collect();
    let predictions = vec![
        Prediction {
            probability: Some(0.62),
            heat: Some(HeatGrid { width: 7, height: 7, values }),
            ..blank(CLASSIFIER)
        },
        Prediction { detections: boxes.iter().map(detection).collect(), ..blank(DETECTOR) },
    ];
    send(seat, Event::PredictionsLoaded { image, predictions, num_awaited: 0 });
}

const THREE: &[(&str, f64, [f64; 4])] = &[
    ("Osteophytes", 0.91, [0.2, 0.2, 0.4, 0.3]),
    ("Disc space narrowing", 0.55, [0.5, 0.4, 0.8, 0.48]),
    ("Osteophytes", 0.34, [0.2, 0.6, 0.35, 0.7]),
];

/// The first of two films, open and shown.
fn at_film<'a>(folder: &Path) -> Seat<'a> {
    drop(support::project(folder, 2));
    let mut seat = at_project(folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("Film 1, AP, New").click();
    wait(&mut seat, "the film", |w| is_reading(w) && w.session.pane.film.as_ref().is_some_and(|film| film.is_drawn));
    seat.get_by_label_contains("Film canvas").focus();
    seat.run_steps(3);
    seat
}

fn num_marks(seat: &Seat<'_>) -> usize {
    seat.state().session.pane.film.as_ref().expect("a film").reading.num_marks()
}

fn key(seat: &mut Seat<'_>, modifiers: Modifiers, key: Key) {
    seat.key_press_modifiers(modifiers, key);
    seat.run_steps(4);
}

#[test]
fn suggestions_are_reached_by_labels_and_keys() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_film(&scratch.path().join("project"));
    assert!(seat.query_by_label_contains("Score from").is_none(), "no model in use: nothing said of models");
    put_models_in_use(&mut seat, ModelVisibility::Always);
    let image = seat.state().session.pane.film.as_ref().expect("a film").image().clone();
    send(&mut seat, Event::PredictionsLoaded { image, predictions: Vec::new(), num_awaited: 2 });
    seat.get_by_label_contains("The model is looking at the film");
    suggest(&mut seat, THREE);
    seat.get_by_label_contains("Estimate p(abnormal) 0.62: abnormal");
    seat.get_by_label_contains("3 shown, 0 hidden");
    seat.get_by_label("Suggestion Osteophytes 0.91");

    // All of them: one key.
    key(&mut seat, Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    assert_eq!(num_marks(&seat), 3);
    assert!(seat.query_by_label_contains("Suggestion Osteophytes").is_none());
    seat.get_by_label_contains("3 accepted");
    key(&mut seat, Modifiers::COMMAND, Key::Z);
    assert_eq!(num_marks(&seat), 0);

    // One by one, by clicks.
    seat.get_by_label("Accept Osteophytes 0.91").click();
    seat.run_steps(4);
    seat.get_by_label("Reject Disc space narrowing 0.55").click();
    seat.run_steps(4);
    seat.get_by_label("Rejected suggestion Disc space narrowing 0.55");
    seat.get_by_label_contains("1 accepted, 1 rejected, 1 undecided");
    seat.get_by_label("Take the rejection of Disc space narrowing 0.55 back").click();
    seat.run_steps(4);
    seat.get_by_label("Suggestion Disc space narrowing 0.55");
    // A selected mark tells where it came from.
    seat.get_by_label("Finding Osteophytes 1").click();
    seat.run_steps(4);
    seat.get_by_label("From spine-detector v2, as it was");
    key(&mut seat, Modifiers::NONE, Key::ArrowRight);
    seat.get_by_label_contains("From spine-detector v2, adjusted (IoU 0.9");

    // Completing asks about the two that are left; Escape goes to them.
    seat.get_by_label_contains("Film canvas").focus();
    seat.run_steps(2);
    key(&mut seat, Modifiers::COMMAND, Key::Enter);
    seat.get_by_label_contains("The detector suggests 2 findings");
    key(&mut seat, Modifiers::NONE, Key::Escape);
    assert!(seat.state().session.dialog.is_none());
    let focus = seat.state().session.pane.film.as_ref().and_then(|film| film.suggesting.focus());
    assert_eq!(focus.map(|key| key.number), Some(1));
    saved(&mut seat);
}

#[test]
fn a_film_with_suggestions_comes_to_rest_wherever_the_slider_stands() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_film(&scratch.path().join("project"));
    put_models_in_use(&mut seat, ModelVisibility::Always);
    suggest(&mut seat, THREE);
    saved(&mut seat);
    for step in [6].into_iter().chain(0..=20) {
        let score = f64::from(step) / 20.0;
        seat.state_mut().handle(Input::Command(Command::Suggest(SuggestCommand::MinScore(score))));
        let found = seat.try_run();
        assert!(found.is_ok(), "painted for ever at {score}: {found:?}");
        assert_eq!(seat.state().session.min_score(), score, "looking at the slider moves nothing");
    }
}

#[test]
fn states_without_an_answer_say_why() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_film(&scratch.path().join("project"));
    put_models_in_use(&mut seat, ModelVisibility::AfterReading);
    seat.get_by_label_contains("Hidden until you have completed the film");
    put_models_in_use(&mut seat, ModelVisibility::Off);
    assert!(seat.query_by_label_contains("Hidden until").is_none());
    put_models_in_use(&mut seat, ModelVisibility::Always);
    let absent = EngineState::Absent { message: "It is not there.".into(), advice: String::new() };
    send(&mut seat, Event::EngineChanged(absent));
    seat.get_by_label_contains("the learning engine is not installed");
    send(&mut seat, Event::EngineChanged(EngineState::Crashed { message: "It ended.".into() }));
    seat.get_by_label_contains("No answer: It ended.");
    suggest(&mut seat, &[]);
    seat.get_by_label_contains("No suggestion on this film.");
}

#[test]
fn what_was_seen_once_is_seen_again_after_the_program_ended() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut seat = at_film(&folder);
    let first = seat.state().session.pane.film.as_ref().unwrap().image().clone();
    put_models_in_use(&mut seat, ModelVisibility::AfterReading);
    key(&mut seat, Modifiers::NONE, Key::N);
    ask(&mut seat, Command::Complete);
    suggest(&mut seat, THREE);
    ask(&mut seat, Command::Reopen);
    saved(&mut seat);
    drop(seat);
    let store = rachis::store::Store::open(&folder).unwrap();
    assert_eq!(store.models_seen(&first, &"R1".into()).unwrap(), [CLASSIFIER, DETECTOR]);
    assert_eq!(store.models_seen(&first, &"R2".into()).unwrap(), []);
    drop(store);
    let mut seat = at_project(&folder);
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded || w.session.reader.is_none());
    if seat.state().session.reader.is_none() {
        seat.get_by_label("Read as R1").click();
        wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    }
    ask(&mut seat, Command::OpenFilm(first));
    wait(&mut seat, "the film", is_reading);
    put_models_in_use(&mut seat, ModelVisibility::AfterReading);
    suggest(&mut seat, THREE);
    seat.get_by_label_contains("3 shown, 0 hidden");
}

#[test]
fn suggestions_and_heat_map_look_as_they_were_judged() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let request =
        DemoRequest { folder: folder.clone(), num_studies: 2, seed: FIRST_SEED, scale: 0.15, has_models: false };
    make_demo(&request, &|_| {}, &CancelToken::default()).expect("a demo");
    let mut seat = with_films(
        &folder,
        Box::new(|source, frame| {
            rachis::dicom::decode(source, frame).map(|decoded| decoded.film).map_err(|error| error.to_string())
        }),
    );
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    let first = seat.state().session.worklist.shown(0).map(|row| row.image.clone()).expect("a film");
    ask(&mut seat, Command::OpenFilm(first));
    wait(&mut seat, "the film", |w| is_reading(w) && w.session.pane.wanted.is_none());
    put_models_in_use(&mut seat, ModelVisibility::Always);
    suggest(
        &mut seat,
        &[
            ("Osteophytes", 0.91, [0.36, 0.3, 0.46, 0.36]),
            ("Osteophytes", 0.83, [0.52, 0.3, 0.62, 0.37]),
            ("Disc space narrowing", 0.72, [0.38, 0.52, 0.62, 0.58]),
            ("Spondylolysthesis", 0.64, [0.4, 0.64, 0.62, 0.8]),
            ("Foraminal stenosis", 0.41, [0.36, 0.4, 0.44, 0.48]),
            ("Osteophytes", 0.22, [0.5, 0.1, 0.6, 0.2]),
        ],
    );
    ask(&mut seat, Command::Suggest(SuggestCommand::Next));
    ask(&mut seat, Command::Suggest(SuggestCommand::Accept));
    ask(&mut seat, Command::Suggest(SuggestCommand::Reject));
    wait(&mut seat, "thumbnails", has_thumbnails);
    saved(&mut seat);
    seat.event(egui::Event::PointerGone);
    seat.run_steps(8);
    let mut results = SnapshotResults::new();
    results.add(seat.try_snapshot("film_suggestions"));
    ask(&mut seat, Command::Complete);
    ask(&mut seat, Command::CompleteAndNext);
    seat.run_steps(8);
    results.add(seat.try_snapshot("dialog_suggestions"));
    ask(&mut seat, Command::CloseDialog);
    ask(&mut seat, Command::Escape);
    ask(&mut seat, Command::Suggest(SuggestCommand::ToggleShown));
    ask(&mut seat, Command::Suggest(SuggestCommand::ToggleHeat));
    seat.run_steps(8);
    results.add(seat.try_snapshot("film_heat_map"));
}
