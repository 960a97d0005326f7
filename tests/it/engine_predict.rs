//! `rachis predict` as a person runs it, with a scripted engine.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rachis::domain::model::{EnsembleMean, ModelContent, ModelId, ModelStep, ModelTask};
use rachis::jobs::protocol::PredictionRow;
use rachis::store::{NewModel, Store};
use serde_json::Value;

use crate::engine_fake::{Fake, add_models};
use crate::support;

struct Place {
    folder: tempfile::TempDir,
    engine: PathBuf,
    models: [ModelId; 2],
}

impl Place {
    fn new(fake: &Fake) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let models = add_models(&mut support::project(&folder.path().join("project"), 4));
        // RACHIS_ENGINE names one file; this one hands over to the script.
        let engine = folder.path().join("engine");
        let script = fake.options().program.arguments[0].clone();
        std::fs::write(&engine, format!("#!/bin/sh\n. {}\n", script.to_string_lossy())).unwrap();
        std::fs::set_permissions(&engine, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder, engine, models }
    }

    fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("predictions.jsonl")
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_rachis"))
            .arg("predict")
            .arg(self.project())
            .args(["--out", self.out().to_str().unwrap()])
            .args(words)
            .env("RACHIS_ENGINE", &self.engine)
            .output()
            .unwrap()
    }

    fn good(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn bad(&self, words: &[&str], code: i32) -> String {
        let output = self.run(words);
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }
}

fn rows(path: &Path) -> Vec<(String, i64, Option<f64>)> {
    let text = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| serde_json::from_str::<PredictionRow>(line).unwrap();
    text.lines().map(row).map(|row| (row.image_id, row.model, row.probability)).collect()
}

fn images() -> Vec<String> {
    (0..4).map(|n| support::entry(n).facts.image.to_string()).collect()
}

/// How many films' answers the project has of each model.
fn num_kept(store: &Store, models: [ModelId; 2]) -> [usize; 2] {
    let images = images();
    models.map(|model| {
        let is_kept = |image: &&String| store.prediction(&image.as_str().into(), model).unwrap().is_some();
        images.iter().filter(is_kept).count()
    })
}

#[test]
fn the_models_in_use_look_at_every_film_once() {
    let fake = Fake::new("");
    let place = Place::new(&fake);
    let said = place.good(&[]);
    assert!(said.contains("8 lines; 4 films looked at"), "{said}");
    let expected: Vec<_> =
        images().iter().flat_map(|image| place.models.map(|model| (image.clone(), model.0, Some(0.75)))).collect();
    assert_eq!(rows(&place.out()), expected);
    let store = Store::open_to_look(&place.project()).unwrap();
    assert_eq!(num_kept(&store, place.models), [4, 4]);
    drop(store);
    // Again, from what is stored: the same lines, and the engine is not even started.
    let runs = fake.runs().len();
    let first = std::fs::read_to_string(place.out()).unwrap();
    let report: Value = serde_json::from_str(&place.good(&["--json"])).unwrap();
    assert_eq!((&report["predicted"], &report["predicted_before"], &report["rows"]), (&0.into(), &4.into(), &8.into()));
    assert_eq!(fake.runs().len(), runs);
    assert_eq!(std::fs::read_to_string(place.out()).unwrap().replace(",\"took_ms\":0", ",\"took_ms\":5"), first);
}

#[test]
fn a_model_is_named_in_many_ways_and_nothing_need_be_kept() {
    let fake = Fake::new("");
    let place = Place::new(&fake);
    let classifier = place.models[0].0;
    for name in ["bone classifier", "bone classifier@1", &classifier.to_string()] {
        place.good(&["--model", name, "--no-store"]);
        let expected: Vec<_> = images().into_iter().map(|image| (image, classifier, Some(0.75))).collect();
        assert_eq!(rows(&place.out()), expected, "{name}");
    }
    assert_eq!(num_kept(&Store::open_to_look(&place.project()).unwrap(), place.models), [0, 0]);
    // A file that the project does not have is asked, and not kept.
    let file = place.folder.path().join("new.safetensors");
    std::fs::write(&file, "weights").unwrap();
    place.good(&["--model", "bone detector", "--model", file.to_str().unwrap()]);
    let detector = place.models[1].0;
    let expected: Vec<_> = images()
        .into_iter()
        .flat_map(|image| [(image.clone(), detector, Some(0.75)), (image, -2, Some(0.75))])
        .collect();
    assert_eq!(rows(&place.out()), expected);
    let store = Store::open_to_look(&place.project()).unwrap();
    assert_eq!(num_kept(&store, place.models), [0, 4]);
}

#[test]
fn an_ensemble_has_the_lines_of_its_members_and_its_own() {
    let fake = Fake::new(
        "predict() { for model in $models; do printf '{\"say\":\"predicted\",\"job\":%s,\"prediction\":{\"image_id\":\"%s\",\"model\":%s,\"probability\":0.%s}}\\n' \"$job\" \"$image\" \"$model\" \"$model\"; done; }",
    );
    let place = Place::new(&fake);
    let mut store = Store::open(&place.project()).unwrap();
    let [first, _] = place.models;
    let content =
        ModelContent::Weights { architecture: rachis::domain::model::Architecture::DenseNet121, sha256: [9; 32] };
    let card = store.model(first).unwrap().unwrap().card;
    let second = NewModel {
        name: "second",
        task: ModelTask::Classify,
        content,
        file: Some("1.safetensors"),
        card: &card,
        step: ModelStep::Imported,
        at_ms: 3,
        by: "",
    };
    let second = store.add_model(&second).unwrap().id;
    let content = ModelContent::Ensemble { members: vec![first, second], mean: EnsembleMean::Probability };
    let both = NewModel {
        name: "both",
        task: ModelTask::Classify,
        content,
        file: None,
        card: &card,
        step: ModelStep::Imported,
        at_ms: 4,
        by: "",
    };
    let both = store.add_model(&both).unwrap().id;
    drop(store);
    place.good(&["--model", "both"]);
    assert_eq!((first.0, second.0), (1, 3));
    let of_first: Vec<_> = rows(&place.out()).into_iter().filter(|row| row.0 == images()[0]).collect();
    let row = |model: ModelId, p: f64| (images()[0].clone(), model.0, Some(p));
    assert_eq!(of_first, [row(first, 0.1), row(second, 0.3), row(both, 0.2)]);
}

#[test]
fn films_that_fail_are_warnings_and_an_engine_that_does_not_start_is_a_failure() {
    let bad = images()[1].clone();
    let fake = Fake::new(&format!(
        "work() {{ [ \"$image\" = {bad} ] && failed 'the film has no pixels' || {{ predict; finished; }} }}"
    ));
    let place = Place::new(&fake);
    let output = place.run(&["--json"]);
    assert!(output.status.success());
    let warned = String::from_utf8(output.stderr).unwrap();
    assert!(warned.contains(&format!("warning: film {bad}: the film has no pixels")), "{warned}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["failed"][0]["image_id"], Value::from(bad.clone()));
    let written = rows(&place.out());
    assert_eq!(written.len(), 6);
    assert!(written.iter().all(|row| row.0 != bad));

    let broken = Fake::new("exit 1");
    let place = Place::new(&broken);
    std::fs::write(place.out(), "as it was").unwrap();
    let said = place.bad(&[], 1);
    assert!(said.contains("The learning engine ended with exit code 1"), "{said}");
    assert_eq!(std::fs::read_to_string(place.out()).unwrap(), "as it was");
    let said = place.bad(&["--model", "unicorn"], 1);
    assert!(said.contains("the project has no model \"unicorn\"") && said.contains("bone classifier@1"), "{said}");
    place.bad(&["--colour"], 2);
    assert!(place.bad(&["--precision", "f16"], 2).contains("bf16"));

    // Not a line for each of the films.
    let damaged = Fake::new("work() { failed 'The weights are damaged.'; }");
    let place = Place::new(&damaged);
    let said = place.bad(&[], 1);
    assert_eq!(said.matches("The weights are damaged.").count(), 1, "{said}");
}
