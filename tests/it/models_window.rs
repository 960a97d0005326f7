//! The screen of models by accessibility labels: bringing models in, judging, using and removing them, in two windows.

use std::path::{Path, PathBuf};

use egui_kittest::SnapshotResults;
use egui_kittest::kittest::Queryable;
use rachis::domain::fusion::Pipeline;
use rachis::domain::model::ModelTask;
use rachis::domain::model_draft::ModelDraft;
use rachis::domain::suggestion::ModelVisibility;
use rachis::session::settings::Language;
use rachis::session::{Command, EngineDevice, EngineState, Event, FilePurpose, Input, ModelCommand, Screen};
use rachis::store::Store;
use rachis::workflows::models::{self, Doer};

use crate::seat::{self, Seat, wait};
use crate::{model_files, support};

fn ask(seat: &mut Seat<'_>, command: Command) {
    seat.state_mut().handle(Input::Command(command));
    seat.run_steps(3);
}

fn click(seat: &mut Seat<'_>, label: &str) {
    seat.get_by_label(label).click();
    seat.run_steps(4);
}

fn choose(seat: &mut Seat<'_>, purpose: FilePurpose, path: &Path) {
    seat.state_mut().handle(Input::Event(Event::PathChosen { purpose, paths: vec![path.to_owned()] }));
    wait(seat, "the file was taken", |w| w.session.model_desk.doing.is_none());
}

fn at_models<'a>(folder: &Path) -> Seat<'a> {
    let mut seat = seat::at_project(folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded && w.session.model_desk.is_loaded);
    click(&mut seat, "Models…");
    assert_eq!(seat.state().session.screen, Screen::Models);
    seat
}

fn in_use(seat: &Seat<'_>) -> Option<String> {
    let shelf = &seat.state().session.models;
    let model = shelf.model(shelf.in_use(ModelTask::Classify)?)?;
    Some(format!("{}@{}", model.card.name, model.version))
}

#[test]
fn a_model_is_brought_in_judged_used_and_removed() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_models(&folder);
    seat.get_by_label("No models yet");

    // With a card it comes in at once; without, a form asks.
    choose(
        &mut seat,
        FilePurpose::ImportModel,
        &model_files::classifier(scratch.path(), "a.safetensors", "Spine", 0.9),
    );
    wait(&mut seat, "the first model", |w| w.session.models.models.len() == 1);
    seat.get_by_label_contains("Model Spine v1");
    // In the list and on the card.
    assert_eq!(seat.query_all_by_label("AUROC 0.900 (0.870 to 0.920)").count(), 2);
    choose(&mut seat, FilePurpose::ImportModel, &model_files::plain(scratch.path(), "mine.safetensors", 0.5));
    seat.get_by_label("By its tensors it is densenet_small with one class.");
    click(&mut seat, "Import");
    wait(&mut seat, "the second model", |w| w.session.models.models.len() == 2 && w.session.dialog.is_none());
    seat.run_steps(3);

    // In use, with its threshold; then another, and back.
    click(&mut seat, "Model Spine v1");
    click(&mut seat, "Put Spine v1 in use");
    wait(&mut seat, "in use", |w| w.session.models.pipeline.classifier.is_some());
    let threshold = seat.state().session.models.pipeline.threshold;
    assert!((threshold - 0.31).abs() < 1e-12, "{threshold}");
    click(&mut seat, "Model mine v1");
    click(&mut seat, "Put mine v1 in use");
    wait(&mut seat, "the other", |w| w.session.models.history.len() == 4);
    assert_eq!(in_use(&seat).as_deref(), Some("mine@1"));
    click(&mut seat, "Roll back mine v1");
    wait(&mut seat, "the one before", |w| w.session.models.history.len() == 5);
    assert_eq!(in_use(&seat).as_deref(), Some("Spine@1"));

    // Deleting asks first, and what is in use is not deleted.
    click(&mut seat, "Model mine v1");
    click(&mut seat, "Delete mine v1");
    click(&mut seat, "Delete the weights");
    wait(&mut seat, "deleted", |w| w.session.models.models[1].is_deleted && w.session.dialog.is_none());
    click(&mut seat, "Show deleted (1)");
    seat.get_by_label_contains("Model mine v1");
    click(&mut seat, "Always");
    wait(&mut seat, "visibility", |w| {
        w.session.project.as_ref().is_some_and(|p| p.settings.model_visibility == ModelVisibility::Always)
    });
    click(&mut seat, "Back");
    assert_eq!(seat.state().session.screen, Screen::Worklist);
}

#[test]
fn what_can_not_come_in_is_said_and_something_can_be_done() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_models(&folder);
    choose(
        &mut seat,
        FilePurpose::ImportModel,
        &model_files::classifier(scratch.path(), "a.safetensors", "Spine", 0.9),
    );
    wait(&mut seat, "the first model", |w| w.session.models.models.len() == 1);
    let text = scratch.path().join("notes.pth");
    std::fs::write(&text, "no weights").unwrap();
    choose(&mut seat, FilePurpose::ImportModel, &text);
    seat.get_by_label_contains("neither safetensors nor a file of torch");
    seat.get_by_label("Choose another file…");
    click(&mut seat, "Understood");
    assert!(seat.query_by_label_contains("neither safetensors").is_none());
    let absent = EngineState::Absent { message: "The learning engine is not installed.".into(), advice: String::new() };
    seat.state_mut().handle(Input::Event(Event::EngineChanged(absent)));
    seat.run_steps(3);
    seat.get_by_label_contains("cargo xtask libtorch");
    let crashed = EngineState::Crashed { message: "The learning engine was killed.".into() };
    seat.state_mut().handle(Input::Event(Event::EngineChanged(crashed)));
    seat.run_steps(3);
    seat.get_by_label_contains("It is started again when it is needed.");
    let devices = vec![EngineDevice { id: "cpu".into(), name: "Some CPU".into(), memory: None }];
    let ready = EngineState::Ready { torch_version: "2.11.0".into(), devices };
    seat.state_mut().handle(Input::Event(Event::EngineChanged(ready)));
    seat.run_steps(3);
    seat.get_by_label("Engine: ready on cpu");
}

#[test]
fn a_change_of_models_in_one_window_is_seen_in_the_other() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut first = at_models(&folder);
    let mut second = at_models(&folder);
    let file = model_files::classifier(scratch.path(), "a.safetensors", "Spine", 0.9);
    choose(&mut first, FilePurpose::ImportModel, &file);
    wait(&mut first, "the model here", |w| w.session.models.models.len() == 1);
    wait(&mut second, "the model there", |w| w.session.models.models.len() == 1);
    click(&mut first, "Put Spine v1 in use");
    wait(&mut second, "in use there", |w| w.session.models.pipeline.classifier.is_some());
    assert_eq!(in_use(&second).as_deref(), Some("Spine@1"));
    let now = first.state().session.models.pipeline;
    let pipeline = Pipeline { threshold: 0.7, ..now };
    ask(&mut second, Command::Model(ModelCommand::SetPipeline(pipeline)));
    wait(&mut first, "the threshold here", |w| (w.session.models.pipeline.threshold - 0.7).abs() < 1e-12);
    // One change at a time: the screen's controls are off until the first is done.
    wait(&mut second, "the threshold is written", |w| w.session.model_desk.doing.is_none());
    ask(&mut second, Command::Model(ModelCommand::SetVisibility(ModelVisibility::Off)));
    wait(&mut first, "visibility here", |w| {
        w.session.project.as_ref().is_some_and(|p| p.settings.model_visibility == ModelVisibility::Off)
    });
}

#[test]
fn the_screen_of_models_looks_as_it_was_judged() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut store = support::project(&folder, 2);
    let add = |store: &mut Store, path: PathBuf, at_ms: i64| {
        models::import(store, &path, &ModelDraft::default(), Doer { by: "R1", at_ms }).unwrap().id
    };
    let first =
        add(&mut store, model_files::classifier(scratch.path(), "a.safetensors", "Spine", 0.9), 1_780_000_000_000);
    add(&mut store, model_files::classifier(scratch.path(), "b.safetensors", "Spine", 0.95), 1_780_000_060_000);
    models::promote(&mut store, first, Doer { by: "R1", at_ms: 1_780_000_120_000 }).unwrap();
    drop(store);
    let mut results = SnapshotResults::new();
    let mut seat = at_models(&folder);
    seat.state_mut().state.utc_offset_secs = 0;
    seat.event(egui::Event::PointerGone);
    seat.run_steps(4);
    results.add(seat.try_snapshot("models"));
    let second = seat.state().session.models.models[1].id;
    ask(&mut seat, Command::Model(ModelCommand::CompareWith(Some(second))));
    results.add(seat.try_snapshot("models_compared"));
    seat.state_mut().session.settings.language = Language::Vietnamese;
    seat.run_steps(4);
    results.add(seat.try_snapshot("models_vietnamese"));
}
