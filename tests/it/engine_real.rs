//! The keeper and the real engine, where it was built: handshake, a film that can't be, kill and restart.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rachis::domain::id::ImageId;
use rachis::jobs::protocol::{FilmRef, ModelRef};
use rachis::jobs::{
    ENGINE_VARIABLE, EngineCondition, EngineKeeper, EngineNews, EngineOptions, EngineProgram, FilmWanted,
};

fn engine() -> Option<EngineOptions> {
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
