//! The screen of training: every tab in its states, by labels and keys, and how it looks.

use std::sync::Arc;

use egui_kittest::SnapshotResults;
use egui_kittest::kittest::Queryable;
use rachis::domain::evaluation::run::{FilmChoice, TruthSource};
use rachis::domain::geometry::{Point, Rect};
use rachis::domain::id::{ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::model::{Architecture, ModelTask};
use rachis::domain::prediction::Detection;
use rachis::domain::suggestion::ModelVisibility;
use rachis::domain::training::dataset::{
    DatasetId, FreezePlan, FrozenBox, FrozenDataset, FrozenFilm, Split, SplitMethod, SplitSize, SplitUnit,
};
use rachis::domain::training::parameters::{Key, Value};
use rachis::domain::training::queueing::{Queued, Reason};
use rachis::domain::training::recipe::{Preset, Recipe};
use rachis::domain::training::run::{Best, Figure, FigureOf, RunState, RunStatus, Wish};
use rachis::domain::training::spec::TrainingId;
use rachis::session::settings::{Language, Theme};
use rachis::session::training::{DatasetRow, Estimate, GainPoint, OpenDataset, RunRow, SampleFilm};
use rachis::session::{Command, Dialog, Event, Input, TrainCommand, TrainDialog, TrainNews, TrainPage};

use crate::seat::{self, Seat};
use crate::support;

const CLASSES: [&str; 7] = [
    "Disc space narrowing",
    "Foraminal stenosis",
    "Osteophytes",
    "Other lesions",
    "Spondylolysthesis",
    "Surgical implant",
    "Vertebral collapse",
];
const MADE_AT: i64 = 1_780_000_000_000;

fn ask(seat: &mut Seat<'_>, command: TrainCommand) {
    seat.state_mut().handle(Input::Command(Command::Train(command)));
    seat.run_steps(3);
}

fn tell(seat: &mut Seat<'_>, news: TrainNews) {
    seat.state_mut().handle(Input::Event(Event::Training(Box::new(news))));
    seat.run_steps(3);
}

/// 600 films; one class is rare.
fn dataset(id: i64, name: &str) -> OpenDataset {
    let films: Vec<FrozenFilm> = (0..600_u32)
        .map(|n| {
            let split = if n < 420 {
                Split::Train
            } else if n < 480 {
                Split::Dev
            } else {
                Split::Test
            };
            let class = [2, 2, 2, 0, 1, 3, 4, 5][n as usize % 8];
            let class = if n % 97 == 0 { 6 } else { class };
            let rect = Rect::from_corners(Point::new(10.0, 10.0), Point::new(60.0, 60.0));
            let is_abnormal = n % 2 == 0;
            FrozenFilm {
                image: ImageId::new(format!("{n:032x}")),
                sha256: [n as u8; 32],
                study: n / 2,
                patient: n / 2,
                width: 1000,
                height: 1200,
                split,
                is_abnormal,
                boxes: if is_abnormal {
                    vec![FrozenBox { label: LabelName::new(CLASSES[class]), rect }]
                } else {
                    Vec::new()
                },
                readers: vec![ReaderId::new("R1")],
            }
        })
        .collect();
    let plan = FreezePlan {
        name: name.into(),
        truth: TruthSource::Consensus,
        films: FilmChoice::WithTruth,
        label_rules: Vec::new(),
        unit: SplitUnit::Patient,
        method: SplitMethod::Stratified,
        sizes: [SplitSize::Share(0.7), SplitSize::Share(0.1), SplitSize::Share(0.2)],
        seed: 1999,
        locks_test: true,
    };
    let dataset = FrozenDataset {
        plan,
        classes: CLASSES.map(LabelName::new).to_vec(),
        films,
        locked: Vec::new(),
        made_at_ms: MADE_AT,
        made_by: "R1".into(),
        is_synthetic: true,
        warnings: vec!["Vertebral collapse has only 4 films to learn from.".into()],
    };
    let row = DatasetRow {
        id: DatasetId(id),
        name: name.into(),
        made_at_ms: MADE_AT,
        made_by: "R1".into(),
        truth: "consensus of readers".into(),
        num_films: [420, 60, 120],
        sha256: "9f2c41aa".repeat(8),
        is_locked: true,
    };
    OpenDataset::new(row, dataset)
}

fn status(state: RunState, step: u64) -> RunStatus {
    RunStatus {
        state,
        stage: "Learning".into(),
        step,
        num_steps: 10_000,
        eta_secs: Some(7800.0),
        films_ready: [480, 480],
        best: (step > 0).then(|| Best { name: "mAP@0.5".into(), value: 0.312, step: 4000 }),
        message: None,
        advice: None,
        device: "cpu".into(),
        updated_at_ms: MADE_AT,
    }
}

fn row(id: i64, name: &str, status: Option<RunStatus>) -> RunRow {
    RunRow {
        id: TrainingId(id),
        name: name.into(),
        architecture: Architecture::RetinaNetSmall,
        preset: Preset::ThisComputer,
        dataset: DatasetId(1),
        dataset_name: "First labels".into(),
        started_from: String::new(),
        group: None,
        made_at_ms: MADE_AT,
        made_by: "R1".into(),
        note: String::new(),
        made_model: None,
        is_ours: true,
        status,
        recipe: None,
        device: None,
        warnings: Vec::new(),
    }
}

/// A loss that falls with some noise, its parts, and figures of dev films that rise.
fn figures() -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut roll = 7_u64;
    let mut noise = move || {
        roll = roll.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (roll >> 40) as f64 / (1_u64 << 24) as f64 - 0.5
    };
    let mut add = |step: u64, of: FigureOf, name: &str, value: f64| {
        figures.push(Figure { step, of, name: name.to_owned(), value });
    };
    for step in (10..=5200).step_by(10) {
        let fall = 1.0 / (1.0 + step as f64 / 700.0);
        let (class, place) = (1.1 * fall + 0.1 + 0.1 * noise() * fall, 0.6 * fall + 0.12 + 0.06 * noise());
        add(step, FigureOf::Train, "loss", class + place);
        add(step, FigureOf::Train, "loss_classification", class);
        add(step, FigureOf::Train, "loss_bbox_regression", place);
        add(step, FigureOf::Train, "learning_rate", 0.001 * (step as f64 / 1000.0).min(1.0));
        add(step, FigureOf::Device, "step_ms", 820.0 + 60.0 * noise());
        add(step, FigureOf::Device, "data_wait_ms", if step < 100 { 300.0 } else { 4.0 + 3.0 * noise() });
        add(step, FigureOf::Device, "load", if step < 100 { 0.6 } else { 0.95 + 0.05 * noise() });
    }
    for step in (500..=5000).step_by(500) {
        let rise = 1.0 - 1.0 / (1.0 + step as f64 / 1500.0);
        add(step, FigureOf::Dev, "mAP@0.5", 0.42 * rise);
        for (place, class) in CLASSES.iter().enumerate() {
            add(
                step,
                FigureOf::Dev,
                &format!("AP@0.5 {class}"),
                (0.1 + 0.09 * place as f64) * rise + 0.05 * noise() + 0.03,
            );
        }
    }
    figures
}

fn open<'a>(folder: &std::path::Path) -> Seat<'a> {
    drop(support::project(folder, 4));
    let mut seat = seat::at_project(folder);
    seat.get_by_label("Read as R1").click();
    seat::wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    ask(&mut seat, TrainCommand::Show);
    seat::wait(&mut seat, "training", |w| w.session.training.is_loaded);
    seat
}

fn with_dataset(seat: &mut Seat<'_>) {
    let open = dataset(1, "First labels");
    tell(seat, TrainNews::Datasets(vec![open.row.clone()]));
    tell(seat, TrainNews::DatasetOpened(Ok(Arc::new(open))));
    seat.state_mut().session.training.failure = None;
}

fn images(seat: &Seat<'_>) -> Vec<ImageId> {
    let list = &seat.state().session.worklist;
    (0..list.num_shown()).filter_map(|n| list.shown(n)).map(|row| row.image.clone()).collect()
}

fn samples(seat: &Seat<'_>) -> Vec<SampleFilm> {
    let rect = |x: f64, y: f64| Rect::from_corners(Point::new(x, y), Point::new(x + 80.0, y + 60.0));
    let film = |image: ImageId| SampleFilm {
        image,
        size: [400, 300],
        probability: None,
        detections: vec![
            Detection { label: LabelName::new(CLASSES[2]), score: 0.81, rect: rect(44.0, 30.0) },
            Detection { label: LabelName::new(CLASSES[5]), score: 0.33, rect: rect(180.0, 150.0) },
            Detection { label: LabelName::new(CLASSES[5]), score: 0.05, rect: rect(280.0, 10.0) },
        ],
        truth: vec![(LabelName::new(CLASSES[2]), rect(40.0, 26.0))],
        is_abnormal: true,
        readers: vec![ReaderId::new("R1")],
    };
    images(seat).into_iter().map(film).collect()
}

fn with_run(seat: &mut Seat<'_>, run: RunRow) {
    let id = run.id;
    tell(
        seat,
        TrainNews::Runs(vec![
            run,
            row(3, "Three seeds, first", None),
            row(1, "First try", Some(status(RunState::Completed, 10_000))),
        ]),
    );
    ask(seat, TrainCommand::OpenRun(id));
    tell(seat, TrainNews::Figures { run: id, figures: figures(), is_whole: true });
    let films = samples(seat);
    tell(seat, TrainNews::Samples { run: id, step: 5000, films });
}

fn with_estimate(seat: &mut Seat<'_>) {
    let draft = seat.state().session.training.draft.clone().unwrap();
    let estimate = Estimate {
        secs: Some(12_000.0),
        memory_bytes: Some(2_300_000_000),
        disk_bytes: Some(640_000_000),
        basis: "Measured on this computer.".into(),
        device: "cpu".into(),
        warnings: Vec::new(),
        fitted: Some(draft.recipe.clone()),
    };
    tell(seat, TrainNews::Estimated { draft, outcome: Ok(estimate) });
}

fn next_films(seat: &Seat<'_>) -> Vec<Queued> {
    let why = [Reason::Uncertainty, Reason::Disagreement, Reason::Novelty, Reason::Random];
    images(seat).into_iter().zip(why).map(|(image, reason)| Queued { image, reason, score: 0.5 }).collect()
}

#[test]
fn an_empty_project_is_led_to_its_first_data_set() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = open(&scratch.path().join("project"));
    seat.get_by_label("First, freeze a data set");
    seat.get_all_by_label("Freeze a data set…").last().unwrap().click();
    seat.run_steps(4);
    seat.get_by_label("The paper's seven");
    seat.get_by_label("Freeze it");
    seat.get_by_label("Cancel").click();
    seat.run_steps(4);
    assert!(seat.state().session.dialog.is_none());
    ask(&mut seat, TrainCommand::Page(TrainPage::New));
    seat.get_by_label("Choose a data set first.");
    ask(&mut seat, TrainCommand::Page(TrainPage::Runs));
    seat.get_by_label("Nothing was trained yet");
    ask(&mut seat, TrainCommand::Page(TrainPage::Next));
    seat.get_by_label("No films are chosen yet");
}

#[test]
fn the_form_changes_and_takes_back_parameters_and_starts_as_it_stands() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = open(&scratch.path().join("project"));
    with_dataset(&mut seat);
    seat.get_by_label("Train on it").click();
    seat.run_steps(3);
    with_estimate(&mut seat);
    assert_eq!(seat.state().session.training.page, TrainPage::New);
    seat.get_by_label("about 3 h 20 min");
    seat.get_by_label("Find lesions").click();
    seat.run_steps(3);
    with_estimate(&mut seat);
    let draft = seat.state().session.training.draft.clone().unwrap();
    assert_eq!(draft.architecture, Architecture::SparseRcnnSmall);
    seat.get_by_label("Paper").click();
    seat.run_steps(3);
    with_estimate(&mut seat);
    assert_eq!(seat.state().session.training.draft.as_ref().unwrap().preset, Preset::Paper);
    seat.get_by_label("Start training");
    assert_eq!(seat.state().session.why_no_start(), None);
}

#[test]
fn closing_over_a_run_asks_and_what_is_said_holds() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = open(&scratch.path().join("project"));
    assert!(seat.state_mut().session.may_close(), "nothing runs");
    with_dataset(&mut seat);
    with_run(&mut seat, row(2, "Spine detector", Some(status(RunState::Training, 5200))));
    assert!(!seat.state_mut().session.may_close());
    seat.run_steps(3);
    seat.get_by_label("Stay here").click();
    seat.run_steps(3);
    assert!(!seat.state_mut().session.may_close(), "asked again");
    seat.run_steps(3);
    seat.get_by_label("Go on in the background").click();
    seat.run_steps(3);
    assert!(seat.state_mut().session.may_close());
}

/// Press and release in one frame, as a slow frame has them.
fn click_at_once(seat: &mut Seat<'_>, label: &str) {
    let pos = seat.get_by_role_and_label(egui::Role::ComboBox, label).rect().center();
    let button = |pressed| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: egui::Modifiers::NONE,
    };
    seat.input_mut().events.extend([egui::Event::PointerMoved(pos), button(true), button(false)]);
    seat.run_steps(3);
}

#[test]
fn a_list_lies_over_its_dialog_each_time_and_escape_closes_only_the_list() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = open(&scratch.path().join("project"));
    for round in 0..3 {
        ask(&mut seat, TrainCommand::AskFreeze);
        seat.run_steps(4);
        click_at_once(&mut seat, "Held for true");
        let at = seat.get_by_label("The readings of R1").rect().center();
        let front = seat.ctx.layer_id_at(at).unwrap();
        assert!(egui::Popup::is_id_open(&seat.ctx, front.id), "round {round}: the dialog hides its list");
        seat.key_press(egui::Key::Escape);
        seat.run_steps(3);
        assert!(seat.query_by_label("The readings of R1").is_none(), "round {round}");
        assert!(seat.state().session.dialog.is_some(), "round {round}: what was filled in is gone");
        seat.key_press(egui::Key::Escape);
        seat.run_steps(3);
        assert!(seat.state().session.dialog.is_none(), "round {round}");
    }
}

#[test]
fn a_model_is_put_in_use_after_a_question_and_a_stop_is_announced() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = open(&scratch.path().join("project"));
    with_dataset(&mut seat);
    with_run(&mut seat, row(2, "Spine detector", Some(status(RunState::Completed, 10_000))));
    seat.get_by_label("Put the model in use…").click();
    seat.run_steps(4);
    seat.get_by_label("mAP@0.5 0.312 on 60 dev films");
    seat.get_by_label("Put it in use");
    seat.get_by_label("Cancel").click();
    seat.run_steps(4);
    assert!(seat.state().session.dialog.is_none());
    let recipe = Recipe::new(ModelTask::Detect, Preset::Paper);
    let going = RunRow { recipe: Some(recipe), ..row(2, "Spine detector", Some(status(RunState::Training, 5200))) };
    with_run(&mut seat, going);
    seat.get_by_label("Stop at checkpoint");
    // As its button does, without the thread that would find no such run.
    seat.state_mut().session.training.wishes.insert(TrainingId(2), Wish::StopAtCheckpoint);
    seat.run_steps(4);
    seat.get_by_label("It stops at the checkpoint of step 6000.");
    seat.get_by_label("Do not stop");
    assert!(seat.query_by_label("Next in line").is_none());
    ask(&mut seat, TrainCommand::OpenRun(TrainingId(3)));
    assert!(seat.query_by_label("Next in line").is_none(), "it is the next one already");
}

#[test]
fn what_other_readers_hold_for_true_is_not_said_to_one_who_reads_apart() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = open(&scratch.path().join("project"));
    if let Some(project) = &mut seat.state_mut().session.project {
        project.settings.model_visibility = ModelVisibility::Always;
        project.settings.is_open = false;
    }
    with_dataset(&mut seat);
    with_run(&mut seat, row(2, "Spine detector", Some(status(RunState::Training, 5200))));
    let of_another = |film: SampleFilm| SampleFilm { readers: vec![ReaderId::new("R2")], ..film };
    let films: Vec<SampleFilm> = samples(&seat).into_iter().map(of_another).collect();
    seat.set_size(egui::vec2(1280.0, 1800.0));
    tell(&mut seat, TrainNews::Samples { run: TrainingId(2), step: 5000, films });
    seat.run_steps(4);
    assert!(seat.get_all_by_label("Dev film: 2 boxes ≥ 0.2").count() > 1);
    seat.get_by_label(
        "Solid: what the model says, where its score is 0.2 or more. These films are not learned from. What other readers \
         hold for true is not shown: readers of this project read apart.",
    );
}

#[test]
fn the_screen_of_training_looks_as_it_was_judged() {
    let scratch = tempfile::tempdir().unwrap();
    let mut results = SnapshotResults::new();
    let mut seat = open(&scratch.path().join("project"));
    seat.event(egui::Event::PointerGone);
    // Otherwise neither answers on dev films nor reasons are shown.
    if let Some(project) = &mut seat.state_mut().session.project {
        project.settings.model_visibility = ModelVisibility::Always;
    }
    seat.run_steps(4);
    results.add(seat.try_snapshot("train_empty"));
    with_dataset(&mut seat);
    results.add(seat.try_snapshot("train_data"));
    // Asked for by its command, the real list, which is empty, would be read anew and might come before the form is made.
    seat.state_mut().session.training.page = TrainPage::Data;
    seat.state_mut().session.dialog = Some(Dialog::Train(TrainDialog::Freeze));
    seat.run_steps(6);
    results.add(seat.try_snapshot("train_freeze"));
    seat.state_mut().session.settings.language = Language::Vietnamese;
    seat.run_steps(6);
    results.add(seat.try_snapshot("train_freeze_vietnamese"));
    seat.state_mut().session.settings.language = Language::English;
    seat.state_mut().handle(Input::Command(Command::CloseDialog));
    with_dataset(&mut seat);
    ask(&mut seat, TrainCommand::TrainOn(DatasetId(1)));
    with_estimate(&mut seat);
    results.add(seat.try_snapshot("train_new"));
    seat.set_size(egui::vec2(1024.0, 700.0));
    seat.run_steps(4);
    results.add(seat.try_snapshot("train_new_small"));
    seat.set_size(egui::vec2(1280.0, 820.0));
    seat.run_steps(4);
    with_run(&mut seat, row(2, "Spine detector", Some(status(RunState::Training, 5200))));
    seat::wait(&mut seat, "crops", |w| w.state.crops.num_on_their_way() == 0);
    results.add(seat.try_snapshot("train_run"));
    seat.state_mut().session.settings.language = Language::Vietnamese;
    seat.run_steps(4);
    results.add(seat.try_snapshot("train_run_vietnamese"));
    ask(&mut seat, TrainCommand::Page(TrainPage::New));
    with_estimate(&mut seat);
    results.add(seat.try_snapshot("train_new_vietnamese"));
    seat.state_mut().session.settings.language = Language::English;
    // Every curve and the samples, in a window that has room for them.
    ask(&mut seat, TrainCommand::OpenRun(TrainingId(2)));
    seat.set_size(egui::vec2(1280.0, 1800.0));
    seat.run_steps(4);
    results.add(seat.try_snapshot("train_run_whole"));
    seat.set_size(egui::vec2(1280.0, 820.0));
    let failed = RunStatus {
        message: Some("The loss is not a number any more: loss_classification at step 5200.".into()),
        advice: Some("Lower the learning rate, or limit gradients, and go on from the last checkpoint.".into()),
        ..status(RunState::Failed, 5200)
    };
    with_run(&mut seat, row(2, "Spine detector", Some(failed)));
    results.add(seat.try_snapshot("train_run_failed"));
    let mut recipe = Recipe::new(ModelTask::Detect, Preset::ThisComputer);
    recipe.set(Key::BatchSize, Value::Whole(3)).unwrap();
    let done = RunRow {
        recipe: Some(recipe),
        warnings: vec!["The dev films have only 4 films of Vertebral collapse: its figure says little.".into()],
        ..row(2, "Spine detector", Some(status(RunState::Completed, 10_000)))
    };
    with_run(&mut seat, done);
    results.add(seat.try_snapshot("train_run_done"));
    ask(&mut seat, TrainCommand::AskPromote(TrainingId(2)));
    seat.run_steps(4);
    results.add(seat.try_snapshot("train_promote"));
    seat.state_mut().handle(Input::Command(Command::CloseDialog));
    ask(&mut seat, TrainCommand::Page(TrainPage::Next));
    let films = next_films(&seat);
    tell(&mut seat, TrainNews::Next(films));
    let gain = |run: i64, num: u64, value: f64| GainPoint {
        name: format!("Run {run}"),
        num_train: num,
        figure: "mAP@0.5".into(),
        value,
        interval: Some([value - 0.05, value + 0.04]),
    };
    tell(&mut seat, TrainNews::Gains(vec![gain(1, 200, 0.21), gain(2, 320, 0.28), gain(4, 420, 0.31)]));
    seat::wait(&mut seat, "crops", |w| w.state.crops.num_on_their_way() == 0);
    results.add(seat.try_snapshot("train_next"));
    ask(&mut seat, TrainCommand::OpenRun(TrainingId(2)));
    seat.state_mut().session.settings.theme = Theme::Light;
    seat.run_steps(4);
    results.add(seat.try_snapshot("train_run_light"));
}
