//! Real runs of training on small synthetic films: whole ones, and those that are stopped, killed, and gone on with.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rachis::domain::evaluation::run::{FilmChoice, TruthSource};
use rachis::domain::id::ImageId;
use rachis::domain::label::LabelName;
use rachis::domain::model::{Architecture, hex_from_hash};
use rachis::domain::training::dataset::{
    FreezePlan, FrozenBox, FrozenDataset, FrozenFilm, Split, SplitMethod, SplitSize, SplitUnit,
};
use rachis::domain::training::parameters::{Key, Value};
use rachis::domain::training::recipe::{Preset, Recipe};
use rachis::domain::training::run::{FigureOf, RunState, RunStatus, Wish};
use rachis::domain::training::spec::{StartFrom, TrainingSpec};
use rachis::formats::{frozen_dataset, model_file, training_spec};
use rachis::jobs::EngineProgram;
use rachis::jobs::protocol::FilmRef;
use rachis::jobs::training_folder::TrainingFolder;

use crate::engine_real::engine;

/// Longer than anything here takes on a computer that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(5);

/// Films, their frozen data set, and room for runs.
struct Place {
    root: tempfile::TempDir,
    engine: EngineProgram,
    films: Vec<FilmRef>,
    dataset: FrozenDataset,
}

impl Place {
    /// None where the engine was not built.
    fn new() -> Option<Self> {
        let engine = engine()?.program;
        let root = tempfile::tempdir().unwrap();
        let (mut films, mut frozen) = (Vec::new(), Vec::new());
        let classes: Vec<LabelName> = ["Osteophytes", "Other lesions"].map(LabelName::new).to_vec();
        for (patient, study) in rachis::phantom::studies(7, 10).enumerate() {
            for number in 0..study.films.len() {
                let film = study.film(number, 0.06);
                let name = format!("film{:03}", films.len());
                let (bytes, facts) =
                    rachis::workflows::make_demo::file_and_facts(7, &study, number, &film, &name).unwrap();
                let path = root.path().join(format!("{name}.dcm"));
                std::fs::write(&path, bytes).unwrap();
                let split = match patient {
                    0..=5 => Split::Train,
                    6..=8 => Split::Dev,
                    _ => Split::Test,
                };
                // Every other film without its findings: both kinds in every split, whatever the phantom drew.
                let kept = film.truth.iter().filter(|_| films.len() % 2 == 0);
                let class = |label: &LabelName| classes[usize::from(*label != classes[0])].clone();
                let mut boxes: Vec<FrozenBox> =
                    kept.map(|mark| FrozenBox { label: class(&mark.0), rect: mark.1 }).collect();
                boxes.sort_by(|a, b| a.label.cmp(&b.label).then(a.rect.xmin().total_cmp(&b.rect.xmin())));
                frozen.push(FrozenFilm {
                    image: ImageId::new(name.as_str()),
                    sha256: model_file::sha256(&path).unwrap(),
                    study: patient as u32,
                    patient: patient as u32,
                    width: facts.width,
                    height: facts.height,
                    split,
                    is_abnormal: films.len() % 2 == 0,
                    boxes,
                    readers: Vec::new(),
                });
                films.push(FilmRef { image_id: name, path, entry: None });
            }
        }
        let plan = FreezePlan {
            name: "small films".into(),
            truth: TruthSource::Consensus,
            films: FilmChoice::WithTruth,
            label_rules: Vec::new(),
            unit: SplitUnit::Patient,
            method: SplitMethod::Random,
            sizes: [SplitSize::Share(0.6), SplitSize::Share(0.3), SplitSize::Share(0.1)],
            seed: 1,
            locks_test: false,
        };
        let dataset = FrozenDataset {
            plan,
            classes,
            films: frozen,
            locked: Vec::new(),
            made_at_ms: 0,
            made_by: String::new(),
            is_synthetic: true,
            warnings: Vec::new(),
        };
        Some(Self { root, engine, films, dataset })
    }

    /// A run that is ready to start.
    fn run(&self, name: &str, architecture: Architecture, changes: &[(Key, Value)]) -> TrainingFolder {
        let text = frozen_dataset::to_json(&self.dataset);
        let mut recipe = Recipe::new(architecture.task(), Preset::Paper);
        let small = [
            (Key::BatchSize, Value::Whole(3)),
            (Key::WarmUpSteps, Value::Whole(2)),
            (Key::LoaderThreads, Value::Whole(1)),
            (Key::SampleFilms, Value::Whole(2)),
            (Key::EvaluateEvery, Value::Whole(5)),
            (Key::CheckpointEvery, Value::Whole(2)),
            (Key::InputWidth, Value::Whole(32)),
            (Key::InputHeight, Value::Whole(48)),
            (Key::ShorterEdgeLeast, Value::Whole(64)),
            (Key::ShorterEdgeMost, Value::Whole(80)),
            (Key::LongestEdge, Value::Whole(128)),
        ];
        for (key, value) in small.iter().chain(changes) {
            recipe.set(*key, value.clone()).unwrap();
        }
        let spec = TrainingSpec {
            name: "Small model".into(),
            architecture,
            dataset_sha256: frozen_dataset::sha256(&text),
            preset: Preset::Paper,
            recipe,
            start: StartFrom::Nothing,
            device: Some("cpu".into()),
            num_threads: Some(2),
            group: None,
            program_version: "test".into(),
        };
        let folder = TrainingFolder::open(self.root.path().join(name));
        std::fs::create_dir_all(folder.path()).unwrap();
        std::fs::write(folder.spec(), training_spec::to_json(&spec)).unwrap();
        std::fs::write(folder.dataset(), text).unwrap();
        folder
    }

    fn start(&self, folder: &TrainingFolder) -> Trainer {
        let mut command = Command::new(&self.engine.program);
        command.args(&self.engine.arguments).arg("train").arg(folder.path());
        self.started(command, folder)
    }

    fn started(&self, mut command: Command, folder: &TrainingFolder) -> Trainer {
        let log = std::fs::File::options().create(true).append(true).open(folder.log()).unwrap();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        for film in &self.films {
            writeln!(stdin, "{}", serde_json::to_string(film).unwrap()).unwrap();
        }
        writeln!(stdin).unwrap();
        Trainer { child, stdin: Some(stdin), folder: folder.clone() }
    }

    fn whole(&self, folder: &TrainingFolder) -> RunStatus {
        self.start(folder).ended();
        folder.status().unwrap()
    }
}

/// A trainer; killed when it is dropped.
struct Trainer {
    child: Child,
    stdin: Option<ChildStdin>,
    folder: TrainingFolder,
}

impl Trainer {
    fn ended(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "the trainer does not end: {:?}", self.folder.status());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// False where it ended before.
    fn wait_until(&mut self, holds: impl Fn(&TrainingFolder) -> bool) -> bool {
        let began = Instant::now();
        while !holds(&self.folder) {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(began.elapsed() < PATIENCE, "waited in vain: {:?}", self.folder.status());
            std::thread::sleep(Duration::from_millis(2));
        }
        true
    }
}

impl Drop for Trainer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Steps that are in `metrics.jsonl`.
fn steps_done(folder: &TrainingFolder) -> u64 {
    folder.figures_from(&mut 0).last().map_or(0, |figure| figure.step)
}

/// The lines of what has to be the same whenever the same run is made again.
fn lines(folder: &TrainingFolder) -> Vec<String> {
    let text = std::fs::read_to_string(folder.metrics()).unwrap();
    text.lines().filter(|line| !line.contains("\"of\":\"device\"")).map(str::to_owned).collect()
}

/// Everything that has to be the same.
fn assert_same(one: &TrainingFolder, other: &TrainingFolder) {
    assert_eq!(lines(one), lines(other));
    assert_eq!(one.checkpoint_steps(), other.checkpoint_steps());
    let last = *one.checkpoint_steps().last().unwrap();
    let hash = |path: &Path| hex_from_hash(&model_file::sha256(path).unwrap());
    for of in [TrainingFolder::model, TrainingFolder::card, TrainingFolder::best_checkpoint] {
        assert_eq!(hash(&of(one)), hash(&of(other)), "{}", of(one).display());
    }
    assert_eq!(hash(&one.checkpoint(last)), hash(&other.checkpoint(last)));
    assert_eq!(one.sample_steps(), other.sample_steps());
    for step in one.sample_steps() {
        assert_eq!(one.read_samples(step), other.read_samples(step));
    }
}

#[test]
fn a_small_classifier_learns_and_its_card_is_honest() {
    let Some(place) = Place::new() else { return };
    let changes = [(Key::Iterations, Value::Whole(12)), (Key::EmaDecay, Value::Real(0.5))];
    let folder = place.run("classifier", Architecture::DenseNetSmall, &changes);
    let status = place.whole(&folder);
    assert_eq!((status.state, status.message), (RunState::Completed, None), "{}", log(&folder));
    assert_eq!((status.step, status.num_steps), (12, 12));
    let num_used = place.dataset.films.iter().filter(|film| film.split != Split::Test).count() as u64;
    assert_eq!(status.films_ready, [num_used, num_used]);
    assert!(!folder.cache().exists(), "films are not needed any more");

    let figures = folder.figures_from(&mut 0);
    let count = |of, name: &str| figures.iter().filter(|figure| figure.of == of && figure.name == name).count();
    assert_eq!(count(FigureOf::Train, "loss"), 12);
    assert_eq!(count(FigureOf::Train, "learning_rate"), 12);
    assert_eq!(count(FigureOf::Dev, "AUROC"), 3);
    assert_eq!(count(FigureOf::Device, "step_ms"), 12);
    assert_eq!(folder.sample_steps(), [5, 10, 12]);
    assert_eq!(folder.read_samples(12).len(), 2);
    assert_eq!(folder.checkpoint_steps(), [10, 12]);

    let (architecture, card) = model_file::read_card(&folder.model()).unwrap();
    assert_eq!((architecture, card.name.as_str()), (Architecture::DenseNetSmall, "Small model"));
    assert!(card.is_synthetic && card.notes.contains("never be used for people"), "{}", card.notes);
    assert_eq!(card.data_sha256, Some(hex_from_hash(&model_file::sha256(&folder.dataset()).unwrap())));
    let best = status.best.unwrap();
    let metric = &card.metrics[0];
    assert_eq!((metric.name.as_str(), best.name.as_str()), ("AUROC", "AUROC"));
    assert!((metric.value - best.value).abs() < 1e-9, "{metric:?} {best:?}");
    assert!(metric.interval.is_some_and(|[low, high]| low <= metric.value && metric.value <= high), "{metric:?}");
    assert!(card.threshold.is_some() || best.value <= 0.5);
    assert!(card.training.contains(&format!("after step {}", best.step)), "{}", card.training);
    assert!(std::fs::read_to_string(folder.card()).unwrap().contains(&card.training));
    // Nothing in the folder tells where films lie.
    let place_of_films = place.root.path().to_str().unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        let bytes = std::fs::read(entry.path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(place_of_films), "{}", entry.path().display());
    }
}

#[test]
fn a_small_detector_learns_and_goes_on_to_the_same_bits() {
    let Some(place) = Place::new() else { return };
    let changes = [
        (Key::Iterations, Value::Whole(6)),
        (Key::Accumulate, Value::Whole(3)),
        (Key::FrozenStages, Value::Whole(1)),
        (Key::CheckpointEvery, Value::Whole(3)),
    ];
    let whole = place.run("whole", Architecture::FasterRcnnSmall, &changes);
    let status = place.whole(&whole);
    assert_eq!((status.state, status.message), (RunState::Completed, None), "{}", log(&whole));
    let (_, card) = model_file::read_card(&whole.model()).unwrap();
    assert_eq!(card.classes, place.dataset.classes);
    assert!(card.metrics.iter().any(|metric| metric.name == "mAP@0.5"), "{:?}", card.metrics);
    assert!(lines(&whole).iter().any(|line| line.contains("loss_rpn_box_reg")));

    let again = place.run("again", Architecture::FasterRcnnSmall, &changes);
    let mut trainer = place.start(&again);
    assert!(trainer.wait_until(|folder| steps_done(folder) >= 4));
    drop(trainer);
    assert_eq!(again.status().unwrap().state, RunState::Interrupted);
    assert_eq!(place.whole(&again).state, RunState::Completed, "{}", log(&again));
    assert_same(&whole, &again);
}

#[test]
fn killed_50_times_at_random_a_run_ends_as_if_nothing_had_happened() {
    const KILLS: u64 = 50;
    let Some(place) = Place::new() else { return };
    let changes = [(Key::Iterations, Value::Whole(160)), (Key::EvaluateEvery, Value::Whole(7))];
    let whole = place.run("whole", Architecture::DenseNetSmall, &changes);
    assert_eq!(place.whole(&whole).state, RunState::Completed, "{}", log(&whole));

    let killed = place.run("killed", Architecture::DenseNetSmall, &changes);
    let mut num_kills = 0;
    let mut num_learning = 0;
    // Any numbers will do; these are the same on every computer.
    let dice = |n: u64| n.wrapping_mul(6_364_136_223_846_793_005).rotate_left(29).wrapping_mul(0x9e37_79b9) >> 33;
    while num_kills < KILLS {
        let dice = dice(num_kills + 1);
        let mut trainer = place.start(&killed);
        let before = steps_done(&killed);
        if dice.is_multiple_of(5) {
            // Anywhere on the way to the first step.
            std::thread::sleep(Duration::from_millis(dice / 5 % 400));
        } else {
            // While it learns: the figures are cut back to the checkpoint, and grow again.
            let more = dice / 5 % 4;
            trainer.wait_until(|folder| {
                let state = folder.status().map(|status| status.state);
                state == Some(RunState::Training) && steps_done(folder) >= (before + more).saturating_sub(1)
            });
            std::thread::sleep(Duration::from_millis(dice / 20 % 30));
            num_learning += 1;
        }
        assert!(trainer.child.try_wait().unwrap().is_none(), "it ended after {num_kills} kills: {}", log(&killed));
        drop(trainer);
        num_kills += 1;
    }
    assert!(num_learning > KILLS / 2 && steps_done(&killed) > 10, "{num_learning}, {}", steps_done(&killed));
    assert_eq!(place.whole(&killed).state, RunState::Completed, "{}", log(&killed));
    assert_same(&whole, &killed);
}

#[test]
fn stopped_at_a_checkpoint_and_gone_on_with_a_run_is_the_same() {
    let Some(place) = Place::new() else { return };
    let changes = [
        (Key::Iterations, Value::Whole(45)),
        (Key::CheckpointEvery, Value::Whole(10)),
        (Key::EvaluateEvery, Value::Whole(15)),
        (Key::Optimiser, Value::Choice("adamw".into())),
        (Key::EmaDecay, Value::Real(0.9)),
        (Key::WindowJitter, Value::Real(0.2)),
    ];
    let whole = place.run("whole", Architecture::DenseNetSmall, &changes);
    assert_eq!(place.whole(&whole).state, RunState::Completed, "{}", log(&whole));
    let folder = place.run("stopped", Architecture::DenseNetSmall, &changes);
    for at in [10, 20] {
        folder.write_wish(Wish::GoOn).unwrap();
        let mut trainer = place.start(&folder);
        assert!(trainer.wait_until(|folder| steps_done(folder) > at - 10));
        folder.write_wish(Wish::StopAtCheckpoint).unwrap();
        assert!(trainer.ended().success());
        let status = folder.status().unwrap();
        assert_eq!((status.state, status.step), (RunState::Stopped, at));
    }
    folder.write_wish(Wish::GoOn).unwrap();
    assert_eq!(place.whole(&folder).state, RunState::Completed, "{}", log(&folder));
    assert_same(&whole, &folder);
}

#[test]
fn a_run_starts_from_the_model_of_another() {
    let Some(place) = Place::new() else { return };
    let changes = [(Key::Iterations, Value::Whole(2)), (Key::EvaluateEvery, Value::Whole(2))];
    let first = place.run("first", Architecture::RetinaNetSmall, &changes);
    assert_eq!(place.whole(&first).state, RunState::Completed, "{}", log(&first));
    let second = place.run("second", Architecture::RetinaNetSmall, &changes);
    let start = second.path().join("start.safetensors");
    std::fs::copy(first.model(), &start).unwrap();
    let spec = training_spec::parse(&std::fs::read_to_string(second.spec()).unwrap()).unwrap();
    let weights = StartFrom::Weights {
        description: "Small model (version 1)".into(),
        sha256: model_file::sha256(&start).unwrap(),
    };
    let spec = TrainingSpec { start: weights, ..spec };
    std::fs::write(second.spec(), training_spec::to_json(&spec)).unwrap();
    assert_eq!(place.whole(&second).state, RunState::Completed, "{}", log(&second));
    let loss = |folder: &TrainingFolder| folder.figures_from(&mut 0)[0].value;
    assert!((loss(&first) - loss(&second)).abs() > 1e-6, "the same first step from other weights");
    let (_, card) = model_file::read_card(&second.model()).unwrap();
    assert!(card.training.contains("from Small model (version 1)"), "{}", card.training);
    assert!(log(&second).contains("fresh=0"), "{}", log(&second));

    // Another file in its place is not taken for it, and checkpoints of another specification are not written over.
    std::fs::copy(first.checkpoint(2), &start).unwrap();
    let third = place.run("third", Architecture::RetinaNetSmall, &[(Key::Iterations, Value::Whole(3))]);
    std::fs::write(third.spec(), training_spec::to_json(&spec)).unwrap();
    std::fs::copy(&start, third.path().join("start.safetensors")).unwrap();
    assert!(place.whole(&third).message.unwrap().contains("not the ones that the run was made with"));
    std::fs::create_dir_all(third.checkpoints()).unwrap();
    std::fs::copy(first.checkpoint(2), third.checkpoint(2)).unwrap();
    assert!(place.whole(&third).message.unwrap().contains("of another specification"));
}

#[test]
fn a_run_pauses_stops_and_is_let_go_as_people_want() {
    let Some(place) = Place::new() else { return };
    let changes = [(Key::Iterations, Value::Whole(100_000)), (Key::CheckpointEvery, Value::Whole(1000))];
    let folder = place.run("wishes", Architecture::DenseNetSmall, &changes);
    let state = |folder: &TrainingFolder| folder.status().map(|status| status.state);

    let mut trainer = place.start(&folder);
    assert!(trainer.wait_until(|folder| steps_done(folder) >= 2));
    let mut second = place.start(&folder);
    assert!(!second.ended().success(), "two can't work on one run");
    assert_eq!(state(&folder), Some(RunState::Training));
    folder.write_wish(Wish::Pause).unwrap();
    assert!(trainer.wait_until(|folder| state(folder) == Some(RunState::Paused)));
    let paused_at = steps_done(&folder);
    assert_eq!(folder.checkpoint_steps().last(), Some(&paused_at), "a pause keeps what was learned");
    folder.write_wish(Wish::GoOn).unwrap();
    assert!(trainer.wait_until(|folder| steps_done(folder) > paused_at));
    folder.write_wish(Wish::StopNow).unwrap();
    assert!(trainer.ended().success());
    let status = folder.status().unwrap();
    assert_eq!(
        (status.state, status.message),
        (RunState::Stopped, Some(format!("Stopped after step {}.", status.step)))
    );
    assert_eq!(folder.checkpoint_steps().last(), Some(&status.step));
    assert!(folder.cache().exists() && !folder.model().exists());

    // A starter that goes without a word takes the run along.
    folder.write_wish(Wish::GoOn).unwrap();
    let mut trainer = place.start(&folder);
    assert!(trainer.wait_until(|folder| steps_done(folder) > status.step));
    trainer.stdin = None;
    assert!(trainer.ended().success());
    let status = folder.status().unwrap();
    assert!(status.message.unwrap().contains("program that started it ended"));

    // One that lets it go does not.
    let mut trainer = place.start(&folder);
    writeln!(trainer.stdin.as_mut().unwrap(), "detach").unwrap();
    trainer.stdin = None;
    assert!(trainer.wait_until(|folder| steps_done(folder) > status.step + 3));
    folder.write_wish(Wish::StopAtCheckpoint).unwrap();
    let at = steps_done(&folder);
    assert!(trainer.wait_until(|folder| steps_done(folder) > at + 2), "no checkpoint is due");
    folder.write_wish(Wish::StopNow).unwrap();
    assert!(trainer.ended().success());
}

#[test]
fn a_loss_that_is_no_number_stops_the_run_and_is_named() {
    let Some(place) = Place::new() else { return };
    let changes = [
        (Key::Iterations, Value::Whole(400)),
        (Key::LearningRate, Value::Real(10.0)),
        (Key::WarmUpSteps, Value::Whole(0)),
        (Key::ClipBy, Value::Choice("none".into())),
        (Key::EvaluateEvery, Value::Whole(1000)),
    ];
    let folder = place.run("wild", Architecture::RetinaNetSmall, &changes);
    let status = place.whole(&folder);
    assert_eq!(status.state, RunState::Failed);
    let message = status.message.unwrap();
    assert!(message.contains("not finite numbers") || message.contains("is not a finite number: "), "{message}");
    assert!(message.contains("loss_") || message.contains(" weights are"), "{message}");
    assert!(status.advice.unwrap().contains("lower learning rate"));
}

/// A shell's limit on files stands for a disk that is full: writing fails halfway in the same manner.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_the_run_and_room_lets_it_go_on() {
    let Some(place) = Place::new() else { return };
    let changes = [(Key::Iterations, Value::Whole(8))];
    let whole = place.run("whole", Architecture::DenseNetSmall, &changes);
    assert_eq!(place.whole(&whole).state, RunState::Completed, "{}", log(&whole));
    let checkpoint = std::fs::metadata(whole.checkpoint(8)).unwrap().len();

    let folder = place.run("full", Architecture::DenseNetSmall, &changes);
    let mut command = Command::new("/bin/sh");
    let limit = checkpoint / 512 / 2;
    // Without the trap the signal would end the process where a full disk only fails the write.
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" train \"$1\"");
    command.args(["-c", &script]).arg(&place.engine.program).arg(folder.path());
    assert!(!place.started(command, &folder).ended().success());
    let status = folder.status().unwrap();
    assert_eq!(status.state, RunState::Failed);
    let message = status.message.unwrap();
    assert!(message.starts_with("The disk is full: the checkpoint can't be written"), "{message}");
    assert!(status.advice.unwrap().contains("Free some space"));
    assert_eq!(folder.checkpoint_steps(), [] as [u64; 0]);
    assert_eq!(std::fs::read_dir(folder.checkpoints()).unwrap().count(), 0, "half a file only takes room");

    assert_eq!(place.whole(&folder).state, RunState::Completed, "{}", log(&folder));
    assert_same(&whole, &folder);
}

#[test]
fn what_does_not_fit_together_is_refused_before_anything_is_learned() {
    let Some(mut place) = Place::new() else { return };
    let folder = place.run("other", Architecture::DenseNetSmall, &[]);
    std::fs::write(folder.dataset(), frozen_dataset::to_json(&place.dataset).replace("small films", "others")).unwrap();
    let status = place.whole(&folder);
    assert!(status.message.unwrap().contains("not the one that the run was made for"));

    place.dataset.locked = vec![place.dataset.films[0].sha256];
    let folder = place.run("locked", Architecture::DenseNetSmall, &[]);
    let status = place.whole(&folder);
    assert_eq!(status.state, RunState::Failed);
    assert!(status.message.unwrap().contains("locked for testing"));
    assert!(!folder.metrics().exists() && !folder.cache().exists());
}

fn log(folder: &TrainingFolder) -> String {
    let status = folder.status();
    format!("{status:?}\n{}", std::fs::read_to_string(folder.log()).unwrap_or_default())
}
