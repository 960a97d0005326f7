//! Makes the two models that `rachis demo` brings along, from nothing, with the program's own commands alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::{Outcome, build, rachis, run};

/// Films to learn from: studies, seed, and size against real films. Half the size is a quarter of the work.
const LEARN: [&str; 3] = ["1600", "7001", "0.5"];
/// Films to test on, in full size, as the demo's. The demo that people open has seed 4632: no made-up patient is in two.
const TEST: [&str; 3] = ["160", "9003", "1"];

/// One model: its recipe and its file, both in assets/models, and what the recipe calls it.
const MODELS: [(&str, &str, &str); 2] = [
    ("demo_detector.json", "demo_detector.safetensors", "Demo detector (synthetic)"),
    ("demo_classifier.json", "demo_classifier.safetensors", "Demo classifier (synthetic)"),
];

const LICENCE: &str = "MIT OR Apache-2.0";
const NOTES: &str = "Trained on synthetic films only, to show how the program works: never for people. Synthetic films \
                     are far simpler than real ones, so the figures say nothing about real films. The reference is what \
                     was drawn, the smallest findings included. Intervals: 95 %, bootstrap over patients.";

/// In `work`, which may hold what an interrupted making left: what is there is not made again, and a run that was
/// interrupted goes on from its last checkpoint.
pub fn make(root: &Path, work: &Path) -> Outcome {
    println!(
        "Building in release; then films, training and figures: about an hour and a half on two cores, 25 GB of disk."
    );
    build(root)?;
    fs::create_dir_all(work).map_err(|e| crate::demo::failed("make", work, &e))?;
    let maker = Maker { root, work };
    maker.once("films to learn from", || maker.films("learn", LEARN))?;
    maker.once("films to test on", || maker.films("test", TEST))?;
    maker.once("data set", || {
        let freeze = "dataset freeze {} --name demo --reader truth --spine-classes --unit patient --dev 0.06 --test 0 --seed 1999";
        maker.rachis("learn", freeze, &[])
    })?;
    for (recipe, file, name) in MODELS {
        let recipe = root.join("assets/models").join(recipe);
        maker.once(name, || match maker.training(name) {
            Some(Training { is_completed: true, .. }) => Ok(()),
            Some(Training { number, .. }) => maker.rachis("learn", "train resume {}", &[&number]),
            None => maker.rachis("learn", "train {} --dataset demo --spec", &[&recipe.to_string_lossy()]),
        })?;
        let handed = work.join(file).to_string_lossy().into_owned();
        let step = |what: &str, project, words, more: &[&str]| {
            maker.once(&format!("{name}, {what}"), || maker.rachis(project, words, more))
        };
        let number = maker.training(name).map_or_else(String::new, |training| training.number);
        step("taken up", "learn", "train promote {}", &[&number])?;
        step("handed on", "learn", "model export {} --half", &[name, &handed])?;
        step("brought in", "test", "model import {}", &[&handed, "--licence", LICENCE, "--notes", NOTES])?;
        step("in use", "test", "model promote {}", &[name])?;
    }
    maker.once("figures", || {
        // What the files hold is what is measured: the models came into this project in the size that is shipped.
        maker.rachis("test", "predict {} --out", &[&work.join("answers.jsonl").to_string_lossy()])?;
        let evaluate =
            "evaluate --project {} --reader truth --name demo-test --by patient --bootstrap 2000 --seed 5 --rule";
        maker.rachis("test", evaluate, &["detector only"])
    })?;
    for (_, file, name) in MODELS {
        let shipped = root.join("assets/models").join(file);
        maker.rachis("test", "model export {} --half --figures-of 1", &[name, &shipped.to_string_lossy()])?;
        maker.rachis("test", "model show {}", &[name])?;
    }
    println!("Both are in assets/models; what their cards say belongs into its README.");
    Ok(())
}

/// A run as its folder tells it.
struct Training {
    number: String,
    is_completed: bool,
}

struct Maker<'a> {
    root: &'a Path,
    work: &'a Path,
}

impl Maker<'_> {
    /// Does a step unless it was done before, and says how long it took.
    fn once(&self, name: &str, step: impl FnOnce() -> Outcome) -> Outcome {
        let done: PathBuf = self.work.join(format!("done-{}", name.replace([' ', ',', '(', ')'], "-")));
        if done.exists() {
            return Ok(());
        }
        println!("\n== {name}");
        let start = Instant::now();
        step()?;
        let minutes = start.elapsed().as_secs_f64() / 60.0;
        println!("== {name}: {minutes:.1} minutes");
        fs::write(&done, format!("{minutes:.1} minutes\n")).map_err(|e| crate::demo::failed("write", &done, &e))
    }

    /// The newest run of this name.
    fn training(&self, name: &str) -> Option<Training> {
        let runs = fs::read_dir(self.work.join("learn/runs")).ok()?;
        let of_name = runs.flatten().filter_map(|entry| {
            let number: u32 = entry.file_name().to_str()?.strip_prefix("training-")?.parse().ok()?;
            let text = |file: &str| fs::read_to_string(entry.path().join(file)).unwrap_or_default();
            let is_completed = text("status.json").contains("\"state\":\"completed\"");
            text("spec.json").contains(&format!("\"{name}\"")).then_some((number, is_completed))
        });
        let (number, is_completed) = of_name.max()?;
        Some(Training { number: number.to_string(), is_completed })
    }

    /// A project of synthetic films with what was drawn on them as the readings of `truth`.
    fn films(&self, project: &str, [studies, seed, scale]: [&str; 3]) -> Outcome {
        let folder = self.work.join(project);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|e| crate::demo::failed("remove", &folder, &e))?;
        }
        let key = self.work.join(format!("{project}.csv")).to_string_lossy().into_owned();
        let words = ["--studies", studies, "--seed", seed, "--scale", scale, "--answer-key", &key];
        self.rachis(project, "demo {} --no-models", &words)?;
        self.rachis(project, "import-labels {} --new-readers add", &[&key])
    }

    /// `rachis WORDS MORE`, where `{}` among the words is the project's folder.
    fn rachis(&self, project: &str, words: &str, more: &[&str]) -> Outcome {
        let folder = self.work.join(project).to_string_lossy().into_owned();
        let words: Vec<&str> = words.split(' ').map(|word| if word == "{}" { folder.as_str() } else { word }).collect();
        run(rachis(self.root, &words).args(more))
    }
}
