//! Runs of training with a trainer of a few lines of shell: started, followed, paused, stopped, gone on with, let go,
//! refused; through the workflows and as a person runs `rachis train`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rachis::domain::evaluation::run::{FilmChoice, TruthSource};
use rachis::domain::geometry::Rect;
use rachis::domain::label::LabelName;
use rachis::domain::model::Architecture;
use rachis::domain::project_event::EventKind;
use rachis::domain::training::dataset::{
    DatasetId, FreezePlan, FrozenBox, FrozenDataset, FrozenFilm, Split, SplitMethod, SplitSize, SplitUnit,
};
use rachis::domain::training::parameters::{Key, Value};
use rachis::domain::training::recipe::{Preset, Recipe};
use rachis::domain::training::run::{RunState, Wish};
use rachis::domain::training::spec::{StartChoice, TrainingId, TrainingRequest};
use rachis::formats::frozen_dataset;
use rachis::jobs::{ENGINE_VARIABLE, EngineProgram, TrainerEnd};
use rachis::store::{NewDataset, NewLocks, Store};
use rachis::workflows::models::Doer;
use rachis::workflows::{train, train_outcome};

use crate::engine_fake::signal;
use crate::{model_files, support};

const BY: Doer<'_> = Doer { by: "R1", at_ms: 7 };

/// Keeps to the form of a run's folder as the real trainer does: lock, status, figures, wishes, films on stdin. Each step
/// takes as long as the file `slow` beside it says.
const SCRIPT: &str = r#"#!/bin/sh
HERE=$(dirname "$0")
[ "$1" = devices ] && { echo 'cpu: A fake, 1.0 GiB, f32'; exit 0; }
FOLDER=$2
exec 9>>"$FOLDER/lock"
flock -n 9 || { echo 'another trainer is at work here' >&2; exit 3; }
[ -e "$HERE/broken" ] && { echo 'Intel MKL FATAL ERROR: no such thing' >&2; exit 127; }
FILMS=0
while IFS= read -r line && [ -n "$line" ]; do FILMS=$((FILMS + 1)); done
echo "$FILMS films" >> "$HERE/said"
exec 3<&0
( while IFS= read -r line; do [ "$line" = detach ] && : > "$FOLDER/detached.$$"; done; : > "$FOLDER/closed.$$" ) <&3 9>&- &
NUM=$(sed -n 's/.*"iterations": \([0-9]*\).*/\1/p' "$FOLDER/spec.json")
STEP=$(cat "$FOLDER/checkpoint" 2>/dev/null || echo 0)
status() {
    printf '{"state":"%s","stage":"Learning","step":%s,"num_steps":%s,"eta_secs":1.5,"films_ready":[%s,%s],' \
        "$1" "$STEP" "$NUM" "$FILMS" "$FILMS" > "$FOLDER/.status"
    printf '"best":{"name":"AUROC","value":0.75,"step":%s},"message":null,"advice":null,"device":"cpu",' "$STEP" \
        >> "$FOLDER/.status"
    printf '"updated_at_ms":5}' >> "$FOLDER/.status"
    mv "$FOLDER/.status" "$FOLDER/status.json"
}
stop() { echo "$STEP" > "$FOLDER/checkpoint"; status stopped; echo stopped >> "$HERE/said"; exit 0; }
status preparing
while [ "$STEP" -lt "$NUM" ]; do
    [ -e "$FOLDER/closed.$$" ] && [ ! -e "$FOLDER/detached.$$" ] && stop
    case $(cat "$FOLDER/wish.json") in
        *'"pause"'*) status paused; sleep 0.02 9>&-; continue ;;
        *'"stop_now"'*) stop ;;
    esac
    STEP=$((STEP + 1))
    printf '{"step":%s,"of":"dev","name":"AUROC","value":0.5}\n' "$STEP" >> "$FOLDER/metrics.jsonl"
    status training
    [ -e "$HERE/slow" ] && sleep 0.05 9>&-
done
cp "$HERE/outcome-$(basename "$FOLDER")" "$FOLDER/model.safetensors"
cp "$HERE/dev.jsonl" "$FOLDER/dev.jsonl"
status completed
"#;

struct Place {
    scratch: tempfile::TempDir,
    store: Store,
    dataset: DatasetId,
}

impl Place {
    /// A project of eight films, four to learn from, two to choose by, two to test on, and a trainer beside it. The outcome
    /// of run `n` is a file of its own.
    fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        // Written by another process: what this one has open for writing, a child started by another test may hold open,
        // and a program that is open for writing can't be run.
        let mut cat = Command::new("/bin/sh")
            .args(["-c", "cat > engine.sh; chmod 755 engine.sh"])
            .current_dir(scratch.path())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        cat.stdin.take().unwrap().write_all(SCRIPT.as_bytes()).unwrap();
        assert!(cat.wait().unwrap().success());
        for run in 1..=4 {
            let auroc = 0.9 + f64::from(run) / 100.0;
            let file = format!("outcome-training-{run}");
            model_files::classifier(scratch.path(), &file, &format!("Trained {run}"), auroc);
        }
        let answer = |n: usize, p: f64| format!("{{\"image_id\":\"{n:032x}\",\"model\":0,\"probability\":{p}}}\n");
        std::fs::write(scratch.path().join("dev.jsonl"), answer(4, 0.25) + &answer(5, 0.625)).unwrap();
        let mut store = support::project(&scratch.path().join("p"), 8);
        let dataset = freeze(&mut store, "First");
        Self { scratch, store, dataset }
    }

    fn program(&self) -> EngineProgram {
        EngineProgram::at(self.scratch.path().join("engine.sh"))
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn start(&mut self, id: TrainingId) -> anyhow::Result<rachis::jobs::Trainer> {
        let program = self.program();
        train::start(&mut self.store, id, &program, BY)
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.beside("said")).unwrap_or_default()
    }

    fn state(&self, id: TrainingId) -> Option<RunState> {
        train::folder(&self.store, id).status().map(|status| status.state)
    }

    fn step(&self, id: TrainingId) -> u64 {
        train::folder(&self.store, id).status().map_or(0, |status| status.step)
    }

    #[track_caller]
    fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            assert!(start.elapsed() < Duration::from_secs(30), "waited in vain: {what}: {:?}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Runs `rachis train` with these words; `says` is on stdout where all went well, otherwise on stderr.
    #[track_caller]
    fn check(&self, words: &[&str], code: i32, says: &str) -> String {
        let ran = Command::new(env!("CARGO_BIN_EXE_rachis"))
            .arg("train")
            .args(words)
            .current_dir(self.scratch.path())
            .env("XDG_STATE_HOME", self.beside("state"))
            .env(ENGINE_VARIABLE, self.beside("engine.sh"))
            .output()
            .unwrap();
        let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
        assert_eq!(ran.status.code(), Some(code), "{words:?}\n{out}{err}");
        let said = if code == 0 { &out } else { &err };
        assert!(said.contains(says), "{words:?}: expected {says:?}\n{out}{err}");
        if code == 1 {
            assert_eq!(err.trim_end().lines().count(), 1, "{words:?}: {err}");
        }
        out
    }
}

use Split::{Dev, Test, Train};

const USUAL: [Split; 8] = [Train, Train, Train, Train, Dev, Dev, Test, Test];

fn freeze(store: &mut Store, name: &str) -> DatasetId {
    freeze_as(store, name, USUAL, |_| ())
}

fn freeze_as(
    store: &mut Store,
    name: &str,
    splits: [Split; 8],
    change: impl FnOnce(&mut Vec<FrozenFilm>),
) -> DatasetId {
    let films = store.films().unwrap();
    let film = |(n, film): (usize, &rachis::domain::study::FilmEntry)| FrozenFilm {
        image: film.facts.image.clone(),
        sha256: film.sha256,
        study: n as u32,
        patient: n as u32,
        width: film.facts.width,
        height: film.facts.height,
        split: splits[n],
        is_abnormal: n % 2 == 1,
        boxes: if n % 2 == 1 {
            let rect = Rect::from_columns(10.0, 20.0, 60.0, 80.0).unwrap();
            vec![FrozenBox { label: LabelName::new("Osteophytes"), rect }]
        } else {
            Vec::new()
        },
        readers: vec!["R1".into()],
    };
    let mut sorted: Vec<_> = films.iter().collect();
    sorted.sort_by(|a, b| a.facts.image.cmp(&b.facts.image));
    let mut dataset = FrozenDataset {
        plan: FreezePlan {
            name: name.into(),
            truth: TruthSource::Reader("R1".into()),
            films: FilmChoice::WithTruth,
            label_rules: Vec::new(),
            unit: SplitUnit::Film,
            method: SplitMethod::Random,
            sizes: [SplitSize::Count(4), SplitSize::Count(2), SplitSize::Count(2)],
            seed: 1,
            locks_test: false,
        },
        classes: vec![LabelName::new("Osteophytes")],
        films: sorted.into_iter().enumerate().map(film).collect(),
        locked: Vec::new(),
        made_at_ms: 5,
        made_by: "R1".into(),
        is_synthetic: true,
        warnings: Vec::new(),
    };
    change(&mut dataset.films);
    let text = frozen_dataset::to_json(&dataset);
    let new = NewDataset {
        name: name.into(),
        made_at_ms: 5,
        made_by: "R1".into(),
        sha256: frozen_dataset::sha256(&text),
        truth: "R1".into(),
        num_films: [4, 2, 2],
    };
    store.add_dataset(&new, &text, &NewLocks::default(), &[]).unwrap()
}

fn request(dataset: DatasetId, steps: u64) -> TrainingRequest {
    let mut recipe = Recipe::new(rachis::domain::model::ModelTask::Classify, Preset::Paper);
    recipe.set(Key::Iterations, Value::Whole(steps)).unwrap();
    TrainingRequest {
        name: String::new(),
        architecture: Architecture::DenseNetSmall,
        dataset,
        preset: Preset::Paper,
        recipe,
        start: StartChoice::Nothing,
        device: Some("cpu".into()),
        num_threads: None,
        group: None,
    }
}

#[test]
fn a_run_is_stopped_gone_on_with_and_its_model_put_in_use() {
    let mut place = Place::new();
    std::fs::write(place.beside("slow"), "").unwrap();
    let id = train::add(&mut place.store, &request(place.dataset, 40), BY).unwrap();
    assert_eq!(place.state(id), Some(RunState::Waiting));
    assert_eq!(train::next(&place.store).unwrap(), Some(id));
    let error = train_outcome::promote(&mut place.store, id, BY).unwrap_err().to_string();
    assert_eq!(error, "The run densenet_small on First is waiting, so it has no model yet. Nothing was changed.");

    let mut trainer = place.start(id).unwrap();
    assert!(train::folder(&place.store, id).is_locked(), "another window finds it at work from the first moment");
    place.wait_until("it learns", |place| place.step(id) > 1);
    assert_eq!(train::next(&place.store).unwrap(), None, "one at a time");
    let error = place.start(id).unwrap_err().to_string();
    assert!(error.contains("at work already"), "{error}");
    assert!(train::delete(&mut place.store, id).is_err());
    train::tell(&place.store, id, Wish::Pause).unwrap();
    place.wait_until("it pauses", |place| place.state(id) == Some(RunState::Paused));
    train::tell(&place.store, id, Wish::StopNow).unwrap();
    place.wait_until("it stops", |place| place.state(id) == Some(RunState::Stopped));
    let stopped_at = place.step(id);
    let end = loop {
        if let Some(end) = trainer.ended() {
            break end;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(end, TrainerEnd::Ended);
    train::settle(&mut place.store, id, &end, BY).unwrap();
    assert!(train::tell(&place.store, id, Wish::Pause).is_err(), "nobody hears it");

    std::fs::remove_file(place.beside("slow")).unwrap();
    let trainer = place.start(id).unwrap();
    place.wait_until("it completes", |place| place.state(id) == Some(RunState::Completed));
    drop(trainer);
    assert!(stopped_at < 40 && place.step(id) == 40);
    let figures = train::folder(&place.store, id).figures_from(&mut 0);
    let steps: Vec<u64> = figures.iter().map(|figure| figure.step).collect();
    assert_eq!(steps, (1..=40).collect::<Vec<_>>(), "no step was learned twice");
    assert_eq!(place.said(), "6 films\nstopped\n6 films\n", "no test film was told of");

    let model = train_outcome::promote(&mut place.store, id, BY).unwrap();
    assert_eq!(model.full_name(), "Trained 1@1");
    assert_eq!(place.store.pipeline().unwrap().classifier, Some(model.id));
    assert_eq!(train_outcome::promote(&mut place.store, id, BY).unwrap().id, model.id, "taken in once");
    use EventKind::{ModelPromoted, ReaderAdded, TrainingEnded, TrainingStarted};
    let kinds = place.store.events().unwrap().into_iter().map(|event| event.kind);
    let kinds: Vec<EventKind> = kinds.filter(|kind| *kind != ReaderAdded).collect();
    assert_eq!(kinds, [TrainingStarted, TrainingEnded, TrainingStarted, ModelPromoted]);

    // On with new labels, from the model.
    let second = freeze(&mut place.store, "Second");
    let next = train::continue_with(&place.store, id, second).unwrap();
    assert_eq!(next.start, StartChoice::Model(model.id));
    let id = train::add(&mut place.store, &next, BY).unwrap();
    let start = train::folder(&place.store, id).start().unwrap();
    assert_eq!(std::fs::read(start).unwrap(), std::fs::read(place.beside("outcome-training-1")).unwrap());
    let trainer = place.start(id).unwrap();
    place.wait_until("it completes too", |place| place.state(id) == Some(RunState::Completed));
    drop(trainer);
    let model = train_outcome::take_in(&mut place.store, id, BY).unwrap();
    let history = train_outcome::history(&place.store, model.id).unwrap();
    let saw: Vec<(&str, [u64; 2])> =
        history.lessons.iter().map(|lesson| (lesson.dataset_name.as_str(), lesson.num_films)).collect();
    assert_eq!(saw, [("Second", [4, 2]), ("First", [4, 2])]);
    assert_eq!(history.began_with, None);
}

#[test]
fn a_locked_film_is_refused_and_the_audit_knows() {
    let mut place = Place::new();
    let waiting = train::add(&mut place.store, &request(place.dataset, 2), BY).unwrap();
    let locks = NewLocks { films: vec![support::entry(5).sha256], at_ms: 1, by: "R1".into() };
    place.store.lock_films(place.dataset, &locks, &[]).unwrap();
    let error = train::add(&mut place.store, &request(place.dataset, 2), BY).unwrap_err().to_string();
    assert!(error.starts_with("The training was not started: 1 film to learn from"), "{error}");
    // A run that was made before the film was locked is refused when it is started.
    assert!(place.start(waiting).is_err());
    assert_eq!(place.store.trainings().unwrap().len(), 1);
    let refused = place.store.events().unwrap();
    let refused: Vec<_> = refused.iter().filter(|event| event.kind == EventKind::TrainingRefused).collect();
    assert_eq!(refused.len(), 2);
    assert_eq!(refused[0].films, [support::entry(5).facts.image]);
    assert_eq!(place.said(), "", "no trainer was started");
    // A test film may be locked.
    let test = NewLocks { films: vec![support::entry(6).sha256], ..locks };
    let mut other = Place::new();
    other.store.lock_films(other.dataset, &test, &[]).unwrap();
    train::add(&mut other.store, &request(other.dataset, 2), BY).unwrap();
}

/// Carries a run out to its end and takes its model into the project.
fn learned(place: &mut Place, id: TrainingId) -> rachis::store::StoredModel {
    let trainer = place.start(id).unwrap();
    place.wait_until("it completes", |place| place.state(id) == Some(RunState::Completed));
    drop(trainer);
    train_outcome::take_in(&mut place.store, id, BY).unwrap()
}

#[test]
fn a_model_is_not_chosen_by_or_tested_on_films_that_it_learned_from() {
    let mut place = Place::new();
    let id = train::add(&mut place.store, &request(place.dataset, 2), BY).unwrap();
    learned(&mut place, id);
    let second = freeze(&mut place.store, "Second");
    let next = train::continue_with(&place.store, id, second).unwrap();
    let id = train::add(&mut place.store, &next, BY).unwrap();
    let grandchild = learned(&mut place, id).id;
    // Film 1 was learned from two runs ago, film 5 chose the checkpoints.
    for (name, splits, says) in [
        ("Tests 1", [Train, Test, Train, Train, Dev, Dev, Train, Train], "1 film that"),
        ("Chooses by 1", [Train, Dev, Train, Train, Dev, Train, Test, Test], "1 film that"),
        ("Tests 4 and 5", [Train, Train, Train, Train, Test, Test, Dev, Dev], "2 films that"),
    ] {
        let dataset = freeze_as(&mut place.store, name, splits, |_| ());
        let from_model = TrainingRequest { start: StartChoice::Model(grandchild), ..request(dataset, 2) };
        let error = train::add(&mut place.store, &from_model, BY).unwrap_err().to_string();
        assert!(error.starts_with("The training was not started: Trained 2@1 learned from"), "{error}");
        assert!(error.contains(says), "{name}: {error}");
        let file = place.beside("outcome-training-2");
        let from_file = TrainingRequest { start: StartChoice::File(file), ..request(dataset, 2) };
        assert!(train::add(&mut place.store, &from_file, BY).is_err(), "{name}: the same weights as a file");
    }
    // What was not known before may be tested on, and films to choose by may be learned from.
    let fair = freeze_as(&mut place.store, "Fair", [Train, Train, Train, Train, Train, Dev, Dev, Test], |_| ());
    let from_model = TrainingRequest { start: StartChoice::Model(grandchild), ..request(fair, 2) };
    train::add(&mut place.store, &from_model, BY).unwrap();
    let events = place.store.events().unwrap();
    let num_refused = events.iter().filter(|event| event.kind == EventKind::TrainingRefused).count();
    assert_eq!(num_refused, 6);
}

#[test]
fn a_damaged_data_set_hides_its_own_models_alone_from_the_curve_of_gains() {
    use rachis::formats::model_file;
    let mut place = Place::new();
    let second = freeze(&mut place.store, "Second");
    for (dataset, value) in [(place.dataset, 0.25), (second, 0.5)] {
        let (_, text) = train::dataset(&place.store, dataset).unwrap();
        let hash = rachis::domain::model::hex_from_hash(&frozen_dataset::sha256(&text));
        let card = rachis::domain::model::ModelCard {
            data_sha256: Some(hash),
            ..model_files::classifier_card(&format!("On {}", dataset.0), 0.9)
        };
        let path = place.beside("weights.safetensors");
        let tensors = model_files::densenet(value);
        model_file::write(&path, Some((Architecture::DenseNetSmall, &card)), &tensors).unwrap();
        let draft = rachis::domain::model_draft::ModelDraft::default();
        rachis::workflows::models::import(&mut place.store, &path, &draft, BY).unwrap();
    }
    let names = |place: &Place| -> Vec<String> {
        let points = rachis::workflows::choose_next::gains(&place.store).unwrap();
        points.into_iter().map(|point| point.name).collect()
    };
    assert_eq!(names(&place), ["On 1@1", "On 2@1"]);
    std::fs::write(place.store.dataset_file(second), "{").unwrap();
    assert_eq!(names(&place), ["On 1@1"]);
}

#[test]
fn a_model_that_is_in_the_project_already_is_taken_as_the_runs_own() {
    let mut place = Place::new();
    let id = train::add(&mut place.store, &request(place.dataset, 2), BY).unwrap();
    let file = place.beside("outcome-training-1");
    let draft = rachis::domain::model_draft::ModelDraft::default();
    let known = rachis::workflows::models::import(&mut place.store, &file, &draft, BY).unwrap();
    assert_eq!(learned(&mut place, id).id, known.id);
    assert_eq!(place.store.training(id).unwrap().unwrap().made_model, Some(known.id));
}

#[test]
fn a_film_that_left_the_project_is_not_learned_from() {
    const GONE: &str = "00000000000000000000000000000002-gone";
    let mut place = Place::new();
    let gone = freeze_as(&mut place.store, "Gone", USUAL, |films| films[2].image = GONE.into());
    let id = train::add(&mut place.store, &request(gone, 2), BY).unwrap();
    let error = place.start(id).unwrap_err().to_string();
    assert!(error.contains("1 film of data set \"Gone\" left the project (the first is 0000"), "{error}");
    assert_eq!((place.state(id), place.said().as_str()), (Some(RunState::Waiting), ""));
}

#[test]
fn three_classifiers_have_a_name_and_a_data_set_of_their_own() {
    let mut place = Place::new();
    let request = request(place.dataset, 2);
    let ids = train::add_ensemble(&mut place.store, &request, "Three", BY).unwrap();
    assert_eq!(ids.len(), 3);
    for (name, why) in [("Three", "already"), (" Three ", "already"), ("3", "no number"), (" ", "no number")] {
        let error = train::add_ensemble(&mut place.store, &request, name, BY).unwrap_err().to_string();
        assert!(error.contains(why), "{name:?}: {error}");
    }
    assert_eq!(place.store.trainings().unwrap().len(), 3);
    // Made by hand: a fourth run of the group, on other films.
    let second = freeze(&mut place.store, "Second");
    let fourth = TrainingRequest { dataset: second, group: Some("Three".into()), ..request };
    let fourth = train::add(&mut place.store, &fourth, BY).unwrap();
    let error = train_outcome::promote_group(&mut place.store, "Three", BY).unwrap_err().to_string();
    assert!(error.contains("learned from different data sets"), "{error}");
    train::delete(&mut place.store, fourth).unwrap();
    // The abnormal dev film is given less than the normal one: no threshold tells them apart.
    let answer = |n: usize, p: f64| format!("{{\"image_id\":\"{n:032x}\",\"model\":0,\"probability\":{p}}}\n");
    std::fs::write(place.beside("dev.jsonl"), answer(4, 0.75) + &answer(5, 0.25)).unwrap();
    for id in ids {
        learned(&mut place, id);
    }
    let before = place.store.pipeline().unwrap();
    let error = train_outcome::promote_group(&mut place.store, "Three", BY).unwrap_err().to_string();
    assert!(error.starts_with("No threshold c* between 0 and 1"), "{error}");
    assert_eq!(place.store.pipeline().unwrap(), before);
}

#[test]
fn a_run_ends_with_its_starter_unless_it_is_let_go() {
    let mut place = Place::new();
    std::fs::write(place.beside("slow"), "").unwrap();
    let id = train::add(&mut place.store, &request(place.dataset, 60), BY).unwrap();
    let trainer = place.start(id).unwrap();
    place.wait_until("it learns", |place| place.step(id) > 0);
    drop(trainer);
    place.wait_until("it stops", |place| place.state(id) == Some(RunState::Stopped));

    let trainer = place.start(id).unwrap();
    place.wait_until("it learns again", |place| place.state(id) == Some(RunState::Training));
    trainer.detach();
    std::fs::remove_file(place.beside("slow")).unwrap();
    place.wait_until("it completes", |place| place.state(id) == Some(RunState::Completed));
}

#[test]
fn what_kills_a_trainer_is_told() {
    let mut place = Place::new();
    std::fs::write(place.beside("broken"), "").unwrap();
    let id = train::add(&mut place.store, &request(place.dataset, 3), BY).unwrap();
    let trainer = place.start(id).unwrap();
    let end = trainer.stop(Duration::from_secs(20));
    let TrainerEnd::Died(failure) = &end else { panic!("{end:?}") };
    assert!(failure.message.contains("Intel MKL FATAL ERROR"), "{failure:?}");
    train::settle(&mut place.store, id, &end, BY).unwrap();
    assert_eq!(place.state(id), Some(RunState::Interrupted), "it does not wait in the queue for ever");
    let why = train::folder(&place.store, id).status().unwrap().message.unwrap();
    assert!(why.contains("Intel MKL FATAL ERROR"), "{why}");

    std::fs::remove_file(place.beside("broken")).unwrap();
    std::fs::write(place.beside("slow"), "").unwrap();
    let mut trainer = place.start(id).unwrap();
    place.wait_until("it learns", |place| place.step(id) == 1);
    assert!(signal(trainer.id(), libc::SIGKILL));
    let end = loop {
        if let Some(end) = trainer.ended() {
            break end;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let TrainerEnd::Died(failure) = &end else { panic!("{end:?}") };
    assert!(!failure.message.contains("MKL"), "last words of a former start explain nothing: {failure:?}");
    train::settle(&mut place.store, id, &end, BY).unwrap();
    place.wait_until("nobody holds the lock", |place| place.state(id) == Some(RunState::Interrupted));
    let missing = EngineProgram::at(place.beside("nothing"));
    let error = train::start(&mut place.store, id, &missing, BY).unwrap_err().to_string();
    assert!(error.contains("rachis-engine, is not beside this program"), "{error}");
}

#[test]
fn the_command_line_trains_three_classifiers_and_makes_them_one() {
    let place = Place::new();
    place.check(&["list", "p"], 0, "no runs of training");
    let words = ["p", "--arch", "densenet_small", "--set", "iterations=3", "--ensemble", "Three", "--by", "R1"];
    let out = place.check(&words, 0, "step 3: AUROC 0.5000");
    assert_eq!(out.matches("state       completed").count(), 3, "{out}");
    let listed = place.check(&["list", "p"], 0, "Three, seed 2001");
    assert_eq!(listed.lines().count(), 3, "{listed}");
    place.check(&["promote", "p", "None"], 1, "No runs are called \"None\" together");
    place.check(&["promote", "p", "Three"], 0, "In use: Three@1");
    let pipeline = place.store.pipeline().unwrap();
    // Of two dev films the abnormal one was given 0.625, the other 0.25: c* is the higher.
    assert_eq!(pipeline.threshold.to_bits(), 0.625f64.to_bits());
    place.check(&["promote", "p", "Three"], 0, "In use: Three@1");
    place.check(&["history", "p", "Trained 1"], 0, "3 steps on 4 films of First (chosen by 2)");
    place.check(&["note", "p", "1", "Quick one."], 0, "");
    place.check(&["status", "p", "1"], 0, "note        Quick one.");
    let shown = place.check(&["status", "p", "1", "--json"], 0, "");
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&shown["status"]["state"], &shown["model"]), (&"completed".into(), &1.into()));
    place.check(&["delete", "p", "2"], 0, "is deleted");
    place.check(&["resume", "p", "2"], 1, "no run number 2");
    place.check(&["resume", "p", "1"], 1, "is completed");
}

#[test]
fn a_file_says_what_to_do_and_nonsense_is_refused() {
    let place = Place::new();
    let spec = place.beside("s.json");
    std::fs::write(
        &spec,
        r#"{"name": "Mine", "architecture": "densenet_small", "parameters": {"iterations": 5, "learning_rate": 0.5}}"#,
    )
    .unwrap();
    let words = ["p", "--spec", "s.json", "--preset", "released-code", "--set", "iterations=2", "--queue"];
    place.check(&words, 0, "Run 1 waits in the queue.");
    let made = train::spec(&place.store, TrainingId(1)).unwrap();
    assert_eq!((made.name.as_str(), made.preset), ("Mine", Preset::ReleasedCode));
    let recipe = &made.recipe;
    assert_eq!((recipe.whole(Key::Iterations), recipe.real(Key::LearningRate)), (2, 0.5));
    assert_eq!(recipe.steps(Key::LearningRateSteps), [5_000, 7_500], "the preset's");
    place.check(&["queue", "p"], 0, "state       completed");
    place.check(&["p", "--arch", "densenet_small", "--estimate", "--preset", "this-computer"], 0, "each film ");
    place.check(&["parameters", "--arch", "densenet_small"], 0, "learning_rate");
    place.check(&["p"], 1, "the network is not said");
    place.check(&["p", "--arch", "yolo"], 2, "there are densenet121");
    place.check(&["p", "--arch", "torchscript_classifier"], 2, "no network that can be trained");
    place.check(&["p", "--arch", "densenet_small", "--set", "epochs=3"], 2, "no parameter is called epochs");
    place.check(&["p", "--arch", "densenet_small", "--set", "momentum=2"], 1, "Momentum must be from 0 to 0.9999");
    place.check(&["p", "--arch", "densenet_small", "--set", "repeat_factor=0.1"], 1, "repeat_factor does not concern");
    place.check(&["p", "--arch", "densenet_small", "--dataset", "Other"], 1, "no data set \"Other\"");
    place.check(&["p", "--arch", "densenet_small", "--start", "Nobody"], 1, "has no model \"Nobody\"");
    std::fs::write(&spec, r#"{"steps": 5}"#).unwrap();
    place.check(&["p", "--spec", "s.json"], 1, "unknown field `steps`");
    place.check(&["stop", "p", "1"], 1, "is not at work");
    assert_eq!(place.store.trainings().unwrap().len(), 1, "nothing else was made");
    assert!(Path::new(&place.beside("said")).exists());
}

#[test]
fn runs_wait_in_the_order_that_people_want() {
    let mut place = Place::new();
    let mut add = || train::add(&mut place.store, &request(place.dataset, 2), BY).unwrap();
    let [a, b, c] = [add(), add(), add()];
    assert_eq!(train::queue(&place.store).unwrap(), [a, b, c]);
    train::put_first(&mut place.store, c).unwrap();
    assert_eq!(train::queue(&place.store).unwrap(), [c, a, b]);
    let d = train::add(&mut place.store, &request(place.dataset, 2), BY).unwrap();
    train::delete(&mut place.store, a).unwrap();
    assert_eq!(train::queue(&place.store).unwrap(), [c, b, d]);
    assert!(!place.store.training_folder(a).exists());
    assert_eq!(train::next(&place.store).unwrap(), Some(c));
    let names: Vec<i64> = train::list(&place.store).unwrap().iter().map(|run| run.stored.id.0).collect();
    assert_eq!(names, [d.0, c.0, b.0], "the newest first");
    // A data set without films of both kinds to choose by is no use to a classifier, and one of another task neither.
    let detector = Recipe::new(rachis::domain::model::ModelTask::Detect, Preset::Paper);
    let wrong = TrainingRequest { recipe: detector, ..request(place.dataset, 2) };
    let error = train::add(&mut place.store, &wrong, BY).unwrap_err().to_string();
    assert!(error.contains("not those of densenet_small"), "{error}");
}
