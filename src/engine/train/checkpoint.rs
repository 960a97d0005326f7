//! Everything that a run needs to go on as if it had never stopped, in one file that is whole or not there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::Path;

use rachis::domain::training::run::Best;
use rachis::formats::model_file::{self, ModelFileError, StateDict};
use serde::{Deserialize, Serialize};
use tch::Tensor;

use super::ema::{self, Ema};
use super::optimiser::Optimiser;
use crate::failure::Failure;
use crate::params::Params;
use crate::weights;

/// The header's key that holds the note.
const KEY: &str = "rachis.checkpoint";
/// Counted up when an older program would misread a checkpoint.
const FORM: u32 = 1;

const MODEL: &str = "model.";
const OPTIMISER: &str = "optimiser.";
const AVERAGE: &str = "average.";

/// What a checkpoint says of itself. Order of films, changes to them and every other chance follow from the seed and the
/// step, so the step is all the state that they have.
#[derive(Clone, PartialEq, Debug)]
pub struct Note {
    /// Steps that are done.
    pub step: u64,
    /// Whether the dev films were looked at after this step, where they are due.
    pub is_evaluated: bool,
    pub best: Option<Best>,
    /// Threads of libtorch that it was computed on: on the processor the last bits depend on them.
    pub num_threads: u32,
    /// Films that could not be read when the run began to learn: the order of all others depends on them. None in
    /// checkpoints of programs that did not write it.
    pub left_out: Option<BTreeSet<String>>,
    /// Of the run's data set and of its spec: a checkpoint of another run is refused.
    pub dataset_sha256: String,
    pub spec_sha256: String,
}

#[derive(Serialize, Deserialize)]
struct NoteRow {
    rachis_checkpoint: u32,
    step: u64,
    is_evaluated: bool,
    best: Option<BestRow>,
    num_threads: u32,
    #[serde(default)]
    left_out: Option<BTreeSet<String>>,
    dataset_sha256: String,
    spec_sha256: String,
}

#[derive(Serialize, Deserialize)]
struct BestRow {
    name: String,
    value: f64,
    step: u64,
}

/// What learns.
#[derive(Debug)]
pub struct Learner {
    pub params: Params,
    pub optimiser: Optimiser,
    pub ema: Option<Ema>,
}

impl Learner {
    /// The weights that the outcome has: the average where there is one.
    pub fn answer_weights(&self) -> BTreeMap<String, Tensor> {
        match &self.ema {
            Some(ema) => ema.averages().iter().map(|(name, tensor)| (name.clone(), tensor.shallow_clone())).collect(),
            None => ema::values(&self.params),
        }
    }

    /// Names of weights that are no finite numbers any more.
    pub fn broken_weights(&self) -> Vec<String> {
        let is_broken = |tensor: &Tensor| {
            let sum = tch::no_grad(|| tensor.to_kind(tch::Kind::Float).abs().max());
            !sum.double_value(&[]).is_finite()
        };
        let floats = self.params.iter().filter(|(_, _, tensor)| tensor.is_floating_point() && tensor.numel() > 0);
        floats.filter(|(_, _, tensor)| is_broken(tensor)).map(|(name, ..)| name.to_owned()).collect()
    }

    /// Puts other weights where the network computes, and returns those that were there.
    pub fn exchange(&mut self, weights: &BTreeMap<String, Tensor>) -> Result<BTreeMap<String, Tensor>, Failure> {
        let before =
            tch::no_grad(|| self.params.iter().map(|(name, _, t)| (name.to_owned(), t.detach().copy())).collect());
        self.params.load(weights).map_err(|error| Failure::new(error.to_string()))?;
        Ok(before)
    }
}

/// Writes the file under another name first and waits until the disk has it: an old checkpoint is never lost for half a
/// new one.
pub fn write(path: &Path, note: &Note, learner: &Learner) -> Result<(), Failure> {
    let mut state = StateDict::new();
    for (name, tensor) in ema::values(&learner.params) {
        state.insert(format!("{MODEL}{name}"), weights::stored(&tensor)?);
    }
    for (name, tensor) in learner.optimiser.state() {
        state.insert(format!("{OPTIMISER}{name}"), weights::stored(tensor)?);
    }
    for (name, tensor) in learner.ema.iter().flat_map(Ema::averages) {
        state.insert(format!("{AVERAGE}{name}"), weights::stored(tensor)?);
    }
    write_state(path, note, &state)
}

/// Weights alone: what the best checkpoint is.
pub fn write_weights(path: &Path, note: &Note, weights_by_name: &BTreeMap<String, Tensor>) -> Result<(), Failure> {
    let stored = |(name, tensor): (&String, &Tensor)| Ok((format!("{MODEL}{name}"), weights::stored(tensor)?));
    write_state(path, note, &weights_by_name.iter().map(stored).collect::<Result<_, Failure>>()?)
}

fn write_state(path: &Path, note: &Note, state: &StateDict) -> Result<(), Failure> {
    let row = NoteRow {
        rachis_checkpoint: FORM,
        step: note.step,
        is_evaluated: note.is_evaluated,
        num_threads: note.num_threads,
        left_out: note.left_out.clone(),
        best: note.best.as_ref().map(|best| BestRow { name: best.name.clone(), value: best.value, step: best.step }),
        dataset_sha256: note.dataset_sha256.clone(),
        spec_sha256: note.spec_sha256.clone(),
    };
    let text = serde_json::to_string(&row).map_err(|error| Failure::new(error.to_string()))?;
    let part = path.with_extension("part");
    let written = model_file::write_noted(&part, Some((KEY, text)), state)
        .and_then(|()| Ok(File::open(&part)?.sync_all()?))
        .and_then(|()| Ok(fs::rename(&part, path)?))
        .and_then(|()| Ok(sync_folder(path)?));
    written.map_err(|error| {
        // Half a file only takes room.
        let _ = fs::remove_file(&part);
        unwritten("The checkpoint", &error)
    })
}

/// A file that the run can't do without is not written.
pub fn unwritten(what: &str, error: &ModelFileError) -> Failure {
    let is_full = matches!(error, ModelFileError::Io(error) if is_full(error));
    if is_full {
        Failure {
            message: format!(
                "The disk is full: {} can't be written. The run stops; what was written before is kept, and no reading is touched.",
                what.to_lowercase()
            ),
            advice: Some("Free some space, then go on with the run.".to_owned()),
        }
    } else {
        Failure {
            message: format!("{what} can't be written ({error}). The run stops; what was written before is kept."),
            advice: Some("See that the project's folder can be written to, then go on with the run.".to_owned()),
        }
    }
}

/// Whether a file could not be written because there is no room for it.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

/// The new name is on the disk too.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// A checkpoint as it was read.
#[derive(Debug)]
pub struct Checkpoint {
    pub note: Note,
    state: StateDict,
}

/// Reads a checkpoint; why not, in words for the log.
pub fn read(path: &Path) -> Result<Checkpoint, String> {
    let (text, state) = model_file::read_noted(path, KEY).map_err(|error| error.to_string())?;
    let text = text.ok_or("it is no checkpoint")?;
    let row: NoteRow = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if row.rachis_checkpoint != FORM {
        return Err("another version of the program wrote it".to_owned());
    }
    let note = Note {
        step: row.step,
        is_evaluated: row.is_evaluated,
        num_threads: row.num_threads,
        left_out: row.left_out,
        best: row.best.map(|best| Best { name: best.name, value: best.value, step: best.step }),
        dataset_sha256: row.dataset_sha256,
        spec_sha256: row.spec_sha256,
    };
    Ok(Checkpoint { note, state })
}

impl Checkpoint {
    /// Weights by name.
    pub fn weights(&self) -> BTreeMap<String, Tensor> {
        let model = self.state.iter().filter_map(|(name, stored)| Some((name.strip_prefix(MODEL)?, stored)));
        model.map(|(name, stored)| (name.to_owned(), weights::tensor(stored))).collect()
    }

    /// Puts everything back as it was.
    pub fn restore(&self, learner: &mut Learner) -> Result<(), String> {
        let find = |prefix: &str, name: &str| self.state.get(&format!("{prefix}{name}")).map(weights::tensor);
        learner.params.load(&self.weights()).map_err(|error| error.to_string())?;
        learner.optimiser.restore(self.note.step, |name| find(OPTIMISER, name))?;
        match &mut learner.ema {
            Some(ema) => ema.restore(|name| find(AVERAGE, name)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Init;
    use rachis::domain::model::ModelTask;
    use rachis::domain::training::recipe::{Preset, Recipe};
    use tch::{Device, Kind};

    fn learner(has_average: bool) -> Learner {
        tch::manual_seed(3);
        let mut params = Params::new(Device::Cpu);
        let _ = params.root().parameter("weight", &[5, 4], Init::Normal(1.0));
        let _ = params.root().counter("num_batches_tracked");
        let recipe = Recipe::new(ModelTask::Classify, Preset::Paper);
        let optimiser = Optimiser::new(&params, &recipe);
        let ema = has_average.then(|| Ema::new(&params, 0.9));
        Learner { params, optimiser, ema }
    }

    fn learn(learner: &mut Learner, steps: u64) {
        for _ in 0..steps {
            let weight = learner.params.get("weight").unwrap();
            let loss = (weight * weight).sum(Kind::Float);
            learner.optimiser.backward(&loss);
            learner.optimiser.step(0.01);
            if let Some(ema) = &mut learner.ema {
                ema.update(&learner.params);
            }
        }
    }

    fn note(step: u64) -> Note {
        let best = Best { name: "AUROC".into(), value: 0.1 + 0.2, step: 2 };
        let (dataset_sha256, spec_sha256) = ("ab".into(), "cd".into());
        let left_out = Some(BTreeSet::from(["film007".to_owned()]));
        Note { step, is_evaluated: true, best: Some(best), num_threads: 2, left_out, dataset_sha256, spec_sha256 }
    }

    #[test]
    fn what_is_read_goes_on_to_the_same_bits() {
        let folder = tempfile::tempdir().unwrap();
        for has_average in [false, true] {
            let path = folder.path().join("step-3.safetensors");
            let (mut whole, mut second) = (learner(has_average), learner(has_average));
            learn(&mut whole, 3);
            write(&path, &note(3), &whole).unwrap();
            let read = read(&path).unwrap();
            assert_eq!(read.note, note(3));
            read.restore(&mut second).unwrap();
            learn(&mut whole, 4);
            learn(&mut second, 4);
            let [a, b] = [&whole, &second].map(|learner| learner.params.get("weight").unwrap());
            assert!(a.equal(b));
            let [a, b] = [&whole, &second].map(|learner| learner.answer_weights().remove("weight").unwrap());
            assert!(a.equal(&b));
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
        }
        let mut other = learner(true);
        write(&folder.path().join("a.safetensors"), &note(1), &learner(false)).unwrap();
        let why = read(&folder.path().join("a.safetensors")).unwrap().restore(&mut other).unwrap_err();
        assert!(why.contains("num_batches_tracked"), "{why}");
    }

    #[test]
    fn damage_is_told_and_a_failed_write_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("step-1.safetensors");
        write(&path, &note(1), &learner(false)).unwrap();
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        assert!(read(&path).is_err());
        fs::write(&path, &bytes).unwrap();
        // A folder stands where the new file should be written.
        fs::create_dir(folder.path().join("step-1.part")).unwrap();
        let failure = write(&path, &note(2), &learner(false)).unwrap_err();
        assert!(failure.message.contains("what was written before is kept"), "{failure}");
        assert_eq!(read(&path).unwrap().note.step, 1);
        let full = unwritten("The checkpoint", &ModelFileError::Io(io::ErrorKind::StorageFull.into()));
        assert!(full.message.starts_with("The disk is full: the checkpoint") && full.advice.is_some(), "{full}");
    }

    #[test]
    fn weights_that_are_no_numbers_are_named() {
        let learner = learner(false);
        assert_eq!(learner.broken_weights(), Vec::<String>::new());
        let _ = tch::no_grad(|| learner.params.get("weight").unwrap().get(0).fill_(f64::NAN));
        assert_eq!(learner.broken_weights(), ["weight"]);
    }
}
