//! The checkpoints in a run's folder: which one the run goes on from, whose weights were best, and what may be let go.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rachis::domain::training::run::Best;
use rachis::jobs::training_folder::TrainingFolder;
use tch::Tensor;

use super::checkpoint::{self, Checkpoint, Note, unwritten};
use crate::failure::Failure;

/// What is added to the name of a checkpoint that can't be read.
const BAD: &str = "bad";

/// Clears away the half-written files of a process that was killed.
pub fn sweep(folder: &TrainingFolder) -> Result<(), Failure> {
    let checkpoints = folder.checkpoints();
    std::fs::create_dir_all(&checkpoints).map_err(|error| unwritten("The run's folder", &error.into()))?;
    for entry in std::fs::read_dir(&checkpoints).into_iter().flatten().flatten() {
        if entry.path().extension().is_none_or(|end| end != "safetensors" && end != BAD) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// The newest checkpoint that can be read; newer ones are set aside, so that they push out no good one.
///
/// # Errors
/// Where there are checkpoints and none can be read: to begin at 0 without a word would be worse. And where they are of
/// another run, which are never written over.
pub fn last(folder: &TrainingFolder, is_ours: impl Fn(&Note) -> bool) -> Result<Option<Checkpoint>, Failure> {
    let mut unread = Vec::new();
    for step in folder.checkpoint_steps().into_iter().rev() {
        match checkpoint::read(&folder.checkpoint(step)) {
            Ok(found) if is_ours(&found.note) => {
                for (step, why) in unread {
                    tracing::warn!(step, %why, "a checkpoint can't be read and is set aside");
                    set_aside(&folder.checkpoint(step))?;
                }
                return Ok(Some(found));
            }
            Ok(_) => {
                return Err(Failure::new(
                    "The checkpoints in the run's folder are of another specification or another data set. Nothing was changed. Start a new run.",
                ));
            }
            Err(why) => unread.push((step, why)),
        }
    }
    let Some((step, why)) = unread.first() else { return Ok(None) };
    Err(Failure {
        message: format!(
            "Not one of the run's {} checkpoints can be read (the last, of step {step}: {why}). Nothing was changed.",
            unread.len()
        ),
        advice: Some(
            "Use the version of the program that wrote them, copy them back from a backup, or start a new run."
                .to_owned(),
        ),
    })
}

fn set_aside(path: &Path) -> Result<(), Failure> {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(BAD);
    std::fs::rename(path, PathBuf::from(name)).map_err(|error| unwritten("The run's folder", &error.into()))
}

/// Lets go of all but the last checkpoints up to this step.
pub fn prune(folder: &TrainingFolder, step: u64, most: usize) {
    let steps: Vec<u64> = folder.checkpoint_steps().into_iter().filter(|&kept| kept <= step).collect();
    for &step in &steps[..steps.len().saturating_sub(most.max(1))] {
        if let Err(error) = std::fs::remove_file(folder.checkpoint(step)) {
            tracing::warn!(%error, step, "an old checkpoint can't be removed");
        }
    }
}

/// Where the weights of a better look wait until a checkpoint names them.
fn waiting(folder: &TrainingFolder, step: u64) -> PathBuf {
    folder.checkpoints().join(format!("best-{step}.safetensors"))
}

/// Keeps the weights that were best at the step of this note. Those that the last checkpoint names stay: the run may have
/// to go on from there, and need not see this better look again.
pub fn keep_best(folder: &TrainingFolder, note: &Note, weights: &BTreeMap<String, Tensor>) -> Result<(), Failure> {
    let path = waiting(folder, note.step);
    checkpoint::write_weights(&path, note, weights)?;
    forget_others(folder, Some(&path));
    Ok(())
}

/// A checkpoint names these as the best, and is on the disk: those before may go.
pub fn name_best(folder: &TrainingFolder, best: Option<&Best>) -> Result<(), Failure> {
    let Some(path) = best.map(|best| waiting(folder, best.step)).filter(|path| path.exists()) else { return Ok(()) };
    std::fs::rename(path, folder.best_checkpoint()).map_err(|error| unwritten("The best checkpoint", &error.into()))
}

/// Those that waited when the process was killed and that no checkpoint names.
pub fn forget_unnamed(folder: &TrainingFolder) {
    forget_others(folder, None);
}

fn forget_others(folder: &TrainingFolder, kept: Option<&Path>) {
    for entry in std::fs::read_dir(folder.checkpoints()).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name().to_str().is_some_and(|name| name.starts_with("best-")) && kept != Some(path.as_path()) {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// The weights of the best look, where they are still there.
pub fn best_weights(
    folder: &TrainingFolder,
    step: u64,
    is_ours: impl Fn(&Note) -> bool,
) -> Option<BTreeMap<String, Tensor>> {
    let found = checkpoint::read(&folder.best_checkpoint()).ok()?;
    (is_ours(&found.note) && found.note.step == step).then(|| found.weights())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(step: u64, best: u64) -> Note {
        let best = Some(Best { name: "AUROC".into(), value: 0.5, step: best });
        let (dataset_sha256, spec_sha256) = ("ab".into(), "cd".into());
        Note { step, is_evaluated: true, best, num_threads: 2, left_out: None, dataset_sha256, spec_sha256 }
    }

    fn weights(value: u64) -> BTreeMap<String, Tensor> {
        BTreeMap::from([("weight".to_owned(), Tensor::from(value as f32))])
    }

    struct Trial {
        _place: tempfile::TempDir,
        folder: TrainingFolder,
    }

    impl Trial {
        fn new() -> Self {
            let place = tempfile::tempdir().unwrap();
            let folder = TrainingFolder::open(place.path());
            sweep(&folder).unwrap();
            Self { _place: place, folder }
        }

        fn save(&self, step: u64, best: u64) {
            let note = note(step, best);
            checkpoint::write_weights(&self.folder.checkpoint(step), &note, &weights(step)).unwrap();
        }

        fn last(&self) -> Result<Option<u64>, Failure> {
            last(&self.folder, |note| note.spec_sha256 == "cd").map(|found| found.map(|found| found.note.step))
        }

        /// The value of the weights that were best after this step.
        fn best(&self, step: u64) -> Option<f64> {
            best_weights(&self.folder, step, |_| true).map(|weights| weights["weight"].double_value(&[]))
        }

        fn names(&self) -> Vec<String> {
            let entries = std::fs::read_dir(self.folder.checkpoints()).unwrap();
            let mut names: Vec<String> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }
    }

    #[test]
    fn the_best_weights_outlive_a_kill_before_the_checkpoint_that_names_better_ones() {
        let trial = Trial::new();
        let folder = &trial.folder;
        keep_best(folder, &note(4, 4), &weights(4)).unwrap();
        trial.save(6, 4);
        name_best(folder, note(6, 4).best.as_ref()).unwrap();
        assert_eq!(trial.best(4), Some(4.0));
        // Two better looks, and a kill before the next checkpoint.
        for step in [7, 8] {
            keep_best(folder, &note(step, step), &weights(step)).unwrap();
        }
        assert_eq!(trial.names(), ["best-8.safetensors", "best.safetensors", "step-6.safetensors"]);
        name_best(folder, note(6, 4).best.as_ref()).unwrap();
        forget_unnamed(folder);
        assert_eq!((trial.best(4), trial.best(8)), (Some(4.0), None));
        // The same with the checkpoint, and a kill right after it: the next start names them.
        keep_best(folder, &note(8, 8), &weights(8)).unwrap();
        trial.save(9, 8);
        name_best(folder, note(9, 8).best.as_ref()).unwrap();
        forget_unnamed(folder);
        assert_eq!((trial.best(4), trial.best(8)), (None, Some(8.0)));
        assert_eq!(best_weights(folder, 8, |_| false).map(|_| ()), None);
    }

    #[test]
    fn checkpoints_that_cannot_be_read_are_set_aside_and_push_out_no_good_one() {
        let trial = Trial::new();
        for step in [2, 4, 6, 8] {
            trial.save(step, 2);
        }
        for step in [6, 8] {
            std::fs::write(trial.folder.checkpoint(step), "half").unwrap();
        }
        assert_eq!(trial.last(), Ok(Some(4)));
        trial.save(5, 2);
        prune(&trial.folder, 5, 2);
        sweep(&trial.folder).unwrap();
        assert_eq!(
            trial.names(),
            ["step-4.safetensors", "step-5.safetensors", "step-6.safetensors.bad", "step-8.safetensors.bad"]
        );
        // Later ones than the run stands at are not counted.
        trial.save(9, 2);
        prune(&trial.folder, 5, 2);
        assert_eq!(trial.folder.checkpoint_steps(), [4, 5, 9]);
    }

    #[test]
    fn a_run_with_checkpoints_of_which_none_can_be_read_does_not_begin_at_0() {
        let trial = Trial::new();
        assert_eq!(trial.last(), Ok(None));
        for step in [2, 4] {
            std::fs::write(trial.folder.checkpoint(step), "half").unwrap();
        }
        let failure = trial.last().unwrap_err();
        assert!(failure.message.starts_with("Not one of the run's 2 checkpoints can be read (the last, of step 4: "));
        assert!(failure.message.ends_with("Nothing was changed.") && failure.advice.is_some(), "{failure}");
        assert_eq!(trial.folder.checkpoint_steps(), [2, 4]);
    }
}
