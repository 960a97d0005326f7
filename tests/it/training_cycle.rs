//! A whole turn of learning with the real engine, on the command line, as a person goes it: labels are frozen, a classifier
//! and a detector are trained, both come into use, look at films, and are evaluated on films that they never saw.

use std::path::Path;
use std::process::Command;

use rachis::domain::evaluation::run::EvaluationId;
use rachis::domain::training::run::FigureOf;
use rachis::domain::training::spec::TrainingId;
use rachis::jobs::ENGINE_VARIABLE;
use rachis::store::Store;
use rachis::workflows::models::{self, ExportForm};
use rachis::workflows::{datasets, evaluation_runs, train};

use crate::engine_real::engine;

/// Runs `rachis` with these words, which must go well; what is on stdout.
#[track_caller]
fn rachis(folder: &Path, engine: &Path, words: &str) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_rachis"))
        .args(words.split(' '))
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .env(ENGINE_VARIABLE, engine)
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{words}\n{out}{err}");
    out.into_owned()
}

#[test]
fn from_labels_to_models_in_use_and_figures_of_films_never_seen() {
    let Some(options) = engine() else { return };
    let engine = options.program.program;
    let scratch = tempfile::tempdir().unwrap();
    let here = scratch.path();
    let run = |words: &str| rachis(here, &engine, words);
    run("demo p --studies 24 --scale 0.18 --no-models --seed 77");
    let freeze = "dataset freeze p --name First --reader R2 --spine-classes --unit study --dev 0.25 --test 0.4 --seed 1 \
                  --lock-test --by R2";
    run(&freeze.split_whitespace().collect::<Vec<_>>().join(" "));

    // From nothing; the loss of the last steps is below that of the first.
    let classifier = "train p --arch densenet_small --name Classifier --threads 1 --set iterations=40 --set batch_size=8 \
                      --set learning_rate=0.02 --set warm_up_steps=5 --set input_width=64 --set input_height=128 \
                      --set evaluate_every=20 --set checkpoint_every=20";
    let out = run(&classifier.split_whitespace().collect::<Vec<_>>().join(" "));
    assert!(out.contains("state       completed"), "{out}");
    // On from the demo's detector, which learned from films of other seeds.
    let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/models/demo_detector.safetensors");
    std::fs::copy(weights, here.join("start.safetensors")).unwrap();
    let detector = "train p --arch fasterrcnn_small --name Detector --start start.safetensors --threads 1 \
                    --set tone=displayed --set iterations=8 --set batch_size=2 --set learning_rate=0.001 \
                    --set warm_up_steps=2 --set shorter_edge_least=384 --set shorter_edge_most=384 \
                    --set longest_edge=768 --set evaluate_every=8 --set checkpoint_every=8 --set frozen_stages=1 \
                    --set learned_augmentation=off";
    run(&detector.split_whitespace().collect::<Vec<_>>().join(" "));
    for run_number in ["1", "2"] {
        run(&format!("train promote p {run_number} --by R1"));
    }
    run("predict p --out answers.jsonl");
    let told = run("evaluate --project p --reader R2 --test-films-of First --name Unseen");
    assert!(told.contains("Kept as evaluation 1"), "{told}");

    let store = Store::open(&here.join("p")).unwrap();
    let (_, dataset) = datasets::open(&store, datasets::named(&store, "First").unwrap().id).unwrap();
    let figures = train::folder(&store, TrainingId(1)).figures_from(&mut 0);
    let losses: Vec<f64> =
        figures.iter().filter(|f| f.of == FigureOf::Train && f.name == "loss").map(|f| f.value).collect();
    assert_eq!(losses.len(), 40);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    assert!(mean(&losses[30..]) < mean(&losses[..10]), "{losses:?}");

    // The weights are those of the runs, and their cards know what they learned from.
    let (_, text) = train::dataset(&store, rachis::domain::training::dataset::DatasetId(1)).unwrap();
    let hash = rachis::formats::frozen_dataset::sha256(&text);
    let pipeline = store.pipeline().unwrap();
    for id in [pipeline.classifier, pipeline.detector] {
        let model = rachis::workflows::models::model(&store.model(id.unwrap()).unwrap().unwrap());
        assert!(model.card.is_synthetic && !model.card.metrics.is_empty(), "{:?}", model.card);
        assert_eq!(model.card.data_sha256, Some(rachis::domain::model::hex_from_hash(&hash)));
        assert_eq!(model.added_by, "R1");
    }

    // Only films that no run was told of.
    let kept = evaluation_runs::open(&store, EvaluationId(1)).unwrap();
    let locked = store.locked_films().unwrap();
    let tested: Vec<_> = dataset.films.iter().filter(|film| locked.contains(&film.sha256)).collect();
    assert!(tested.len() > 10);
    assert_eq!(kept.cases.films.len(), tested.len());
    for film in &kept.cases.films {
        assert!(tested.iter().any(|one| one.image == film.image), "{film:?}");
    }
    let map = kept.evaluation.detector.unwrap().map_main.unwrap();
    assert!(map.value > 0.02, "it finds something: {map:?}");
    let auroc = kept.evaluation.classifier.unwrap().auroc.unwrap();

    // Handed on with the figures of the films never seen on its card.
    run("model export p Classifier whole.safetensors --figures-of 1");
    let (_, card) = rachis::formats::model_file::read_card(&here.join("whole.safetensors")).unwrap();
    let [first, ..] = card.metrics.as_slice() else { panic!("{card:?}") };
    assert_eq!((first.name.as_str(), first.value, first.interval), ("AUROC", auroc.value, auroc.interval));
    let num_abnormal = kept.cases.films.iter().filter(|film| film.is_abnormal == Some(true)).count();
    let on = format!("{} synthetic films, evaluation \"Unseen\", {num_abnormal} of them abnormal", tested.len());
    assert_eq!(first.measured_on, on);
    // In half the size too, but not with figures that are of other numbers.
    run("model export p Classifier half.safetensors --half");
    let size = |name: &str| std::fs::metadata(here.join(name)).unwrap().len() as f64;
    assert!(size("half.safetensors") < 0.6 * size("whole.safetensors"));
    let model = models::named(&store, "Classifier").unwrap().id;
    let form = ExportForm { is_half: true, figures_of: Some(EvaluationId(1)) };
    let why = models::export(&store, model, &here.join("x"), form).unwrap_err().to_string();
    assert!(why.contains("in full size"), "{why}");
    assert!(!here.join("x").exists());
    run("predict p --model half.safetensors --out half.jsonl");
}
