//! The keeper and the real engine, where it was built: handshake, a film that can't be, kill and restart.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rachis::domain::id::ImageId;
use rachis::domain::model::hex_from_hash;
use rachis::jobs::protocol::{FilmRef, JobSpec, ModelRef, PredictSpec, ToEngine, VERSION};
use rachis::jobs::{
    ENGINE_VARIABLE, EngineCondition, EngineKeeper, EngineNews, EngineOptions, EngineProgram, FilmWanted,
};

use crate::engine_fake::{is_gone, signal};

pub fn engine() -> Option<EngineOptions> {
    // Cargo names the file whether or not the feature had it built.
    let built = option_env!("CARGO_BIN_EXE_rachis-engine").map(PathBuf::from);
    let named = std::env::var_os(ENGINE_VARIABLE).map(PathBuf::from);
    let program = named.or(built).filter(|file| file.exists());
    if program.is_none() {
        println!("skipped: the engine was not built (feature torch), and {ENGINE_VARIABLE} names none");
    }
    Some(EngineOptions::new(EngineProgram::at(program?)))
}

/// A film and a model that are not there: the engine says so, and lives on.
fn nowhere(name: &str) -> FilmWanted {
    let path = std::env::temp_dir().join("nowhere");
    FilmWanted {
        image: name.into(),
        film: FilmRef { image_id: name.into(), path: path.join("film.dcm"), entry: None },
        models: vec![ModelRef { model: 1, path: path.join("m.safetensors"), sha256: "00".repeat(32) }],
    }
}

fn settle(keeper: &EngineKeeper, news: &Receiver<EngineNews>, name: &str) -> (String, Vec<EngineCondition>) {
    keeper.handle().expect(vec![ImageId::from(name)]);
    keeper.handle().want(nowhere(name));
    let mut conditions = Vec::new();
    loop {
        match news.recv_timeout(Duration::from_mins(2)).expect("news in time") {
            EngineNews::Changed(condition) => conditions.push(condition),
            EngineNews::Answered(answer) => panic!("{answer:?}"),
            EngineNews::Settled { failure, .. } => return (failure.expect("it fails").message, conditions),
        }
    }
}

#[test]
fn the_real_engine_greets_fails_politely_and_is_ended() {
    let Some(options) = engine() else { return };
    let (sender, news) = channel();
    let keeper = EngineKeeper::start(options, move |news| {
        let _ = sender.send(news);
    });
    let (message, conditions) = settle(&keeper, &news, "a");
    let Some(EngineCondition::Ready { torch_version, devices, .. }) = conditions.last() else {
        panic!("{conditions:?}: {message}")
    };
    assert!(torch_version.starts_with("2."), "{torch_version}");
    assert!(devices.iter().any(|device| device.id == "cpu"), "{devices:?}");
    assert!(!message.is_empty() && !message.contains("nowhere"), "{message}");
    // It lives on: the next film has the same engine.
    let (_, conditions) = settle(&keeper, &news, "b");
    assert_eq!(conditions, []);
}

/// The demo's models and a synthetic film of a spine, in a folder of their own.
struct Place {
    folder: tempfile::TempDir,
    models: Vec<ModelRef>,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let study = &rachis::phantom::studies(7, 1).next().unwrap();
        let film = study.film(0, 0.25);
        let (bytes, _) = rachis::workflows::make_demo::file_and_facts(7, study, 0, &film, "film").unwrap();
        std::fs::write(folder.path().join("film.dcm"), bytes).unwrap();
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/models");
        let model = |(number, name): (i64, &str)| {
            let path = models.join(name);
            let sha256 = hex_from_hash(&rachis::formats::model_file::sha256(&path).unwrap());
            ModelRef { model: number, path, sha256 }
        };
        let models = [(1, "demo_classifier.safetensors"), (2, "demo_detector.safetensors")].map(model).to_vec();
        Self { folder, models }
    }

    /// The same film under another name: a batch of any length.
    fn film(&self, name: &str) -> FilmWanted {
        FilmWanted {
            image: name.into(),
            film: FilmRef { image_id: name.into(), path: self.folder.path().join("film.dcm"), entry: None },
            models: self.models.clone(),
        }
    }

    /// The real engine, after a shell has written down its number.
    fn noting_runs(&self, options: EngineOptions) -> EngineOptions {
        let EngineProgram { program, .. } = options.program;
        let script = "echo $$ >> \"$0\"; exec \"$1\"".into();
        let arguments = vec!["-c".into(), script, self.runs_file().into_os_string(), program.into_os_string()];
        EngineOptions { program: EngineProgram { program: "/bin/sh".into(), arguments }, ..options }
    }

    fn runs_file(&self) -> PathBuf {
        self.folder.path().join("runs")
    }

    fn runs(&self) -> Vec<i32> {
        let text = std::fs::read_to_string(self.runs_file()).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    }
}

#[test]
fn a_real_engine_that_is_killed_in_the_middle_is_told_and_started_again() {
    let Some(options) = engine() else { return };
    let place = Place::new();
    let (sender, news) = channel();
    let keeper = EngineKeeper::start(place.noting_runs(options), move |news| {
        let _ = sender.send(news);
    });
    let names = ["a", "b", "c", "d"];
    let (batch, _batch_news) = channel();
    keeper.handle().start_batch(names.map(|name| place.film(name)).to_vec(), batch);
    let (mut crashes, mut answers, mut settled) = (Vec::new(), Vec::new(), Vec::new());
    while settled.len() < names.len() {
        match news.recv_timeout(Duration::from_mins(2)).expect("news in time") {
            EngineNews::Changed(EngineCondition::Crashed(failure)) => crashes.push(failure.message),
            EngineNews::Changed(_) => {}
            EngineNews::Answered(answer) => {
                if answers.is_empty() {
                    assert_eq!(place.runs().len(), 1);
                    assert!(signal(place.runs()[0], libc::SIGKILL));
                }
                answers.push((answer.prediction.image.to_string(), answer.prediction.model.0));
                let (is_classifier, said) = (answer.prediction.model.0 == 1, &answer.prediction);
                assert_eq!(said.probability.is_some(), is_classifier, "{said:?}");
            }
            EngineNews::Settled { image, failure } => settled.push((image.to_string(), failure)),
        }
    }
    assert_eq!(settled, names.map(|name| (name.to_owned(), None)));
    assert_eq!(crashes.len(), 1, "{crashes:?}");
    assert!(crashes[0].starts_with("The learning engine was killed."), "{crashes:?}");
    assert_eq!(place.runs().len(), 2, "a new engine");
    for name in names {
        for model in [1, 2] {
            assert!(answers.contains(&(name.to_owned(), model)), "{name} by {model}: {answers:?}");
        }
    }
    drop(keeper);
    assert!(place.runs().into_iter().all(is_gone));
}

#[test]
fn a_real_engine_whose_stdin_closes_is_no_orphan() {
    let Some(options) = engine() else { return };
    let place = Place::new();
    let mut child = Command::new(&options.program.program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let films = (0..50).map(|n| place.film(&format!("film{n}")).film).collect();
    let spec = PredictSpec { models: place.models.clone(), films, heat: true, device: None, precision: None };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    for message in
        [ToEngine::Hello { protocol: VERSION, version }, ToEngine::Start { job: 1, spec: JobSpec::Predict(spec) }]
    {
        writeln!(stdin, "{}", serde_json::to_string(&message).unwrap()).unwrap();
    }
    let mut line = String::new();
    while !line.contains("\"predicted\"") {
        line.clear();
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "it ends by itself");
    }
    // In the middle of the job, as when the window's process is gone.
    drop(stdin);
    let closed = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if closed.elapsed() < Duration::from_secs(10) => std::thread::sleep(Duration::from_millis(10)),
            None => {
                child.kill().unwrap();
                break None;
            }
        }
    };
    assert!(status.is_some(), "an orphan");
}
