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
    for (number, (recipe, file, name)) in MODELS.into_iter().enumerate() {
        let place = root.join("assets/models");
        let (recipe, run_number) = (place.join(recipe), (number + 1).to_string());
        maker.once(name, || {
            if work.join("learn/runs").join(format!("training-{run_number}")).exists() {
                return maker.rachis("learn", "train resume {}", &[&run_number]);
            }
            maker.rachis("learn", "train {} --dataset demo --spec", &[&recipe.to_string_lossy()])
        })?;
        let handed = work.join(file).to_string_lossy().into_owned();
        maker.once(&format!("{name}, handed on"), || {
            maker.rachis("learn", "train promote {}", &[&run_number])?;
            maker.rachis("learn", "model export {} --half", &[name, &handed])?;
            maker.rachis("test", "model import {}", &[&handed])?;
            maker.rachis("test", "model promote {}", &[name])
        })?;
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
