//! Models kept in memory between films, so that the next film waits for no file.

use std::rc::Rc;

use rachis::jobs::protocol::ModelRef;
use tch::Device;

use crate::failure::{Failure, caught};
use crate::loaded::Loaded;
use crate::precision::Precision;

/// Three classifiers, a detector, and their predecessors. A job of more keeps all of its own.
const MAX_MODELS: usize = 6;

/// What a loaded model is known by.
#[derive(Clone, PartialEq, Debug)]
struct Key {
    /// A TorchScript module's card lies beside it and is not in the hash: the same file may stand for two models.
    model: i64,
    sha256: String,
    device: Device,
    precision: Option<Precision>,
}

/// The most recently used last.
#[derive(Debug, Default)]
pub struct Shelf {
    models: Vec<(Key, Rc<Loaded>)>,
}

impl Shelf {
    /// The model, loaded now or before; the job wants `num_of_job` models for every film.
    pub fn get(
        &mut self,
        model: &ModelRef,
        device: Device,
        precision: Option<Precision>,
        num_of_job: usize,
    ) -> Result<Rc<Loaded>, Failure> {
        let key = Key { model: model.model, sha256: model.sha256.clone(), device, precision };
        let found = self.models.iter().position(|(known, _)| *known == key && !key.sha256.is_empty());
        let entry = match found {
            Some(at) => self.models.remove(at),
            None => {
                let num_before = MAX_MODELS.max(num_of_job) - 1;
                self.models.drain(..self.models.len().saturating_sub(num_before));
                let loaded = caught(|| Loaded::read(&model.path, &model.sha256, device, precision))?;
                (key, Rc::new(loaded))
            }
        };
        let model = entry.1.clone();
        self.models.push(entry);
        Ok(model)
    }

    /// Gives the memory back.
    pub fn clear(&mut self) {
        self.models.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial;
    use rachis::domain::model::Architecture;

    #[test]
    fn all_models_of_a_job_stay_and_the_oldest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let one = trial::model(folder.path(), 0, Architecture::DenseNetSmall, 64);
        let models: Vec<ModelRef> = (0..8).map(|model| ModelRef { model, ..one.clone() }).collect();
        let mut shelf = Shelf::default();
        let mut get = |at: usize, num: usize| shelf.get(&models[at], Device::Cpu, Some(Precision::F32), num);
        let first: Vec<Rc<Loaded>> = (0..7).map(|at| get(at, 7).unwrap()).collect();
        let again: Vec<Rc<Loaded>> = (0..7).map(|at| get(at, 7).unwrap()).collect();
        assert!(first.iter().zip(&again).all(|(a, b)| Rc::ptr_eq(a, b)));
        assert!(!Rc::ptr_eq(&first[0], &first[1]), "one file, two models");
        // A job of one more makes room for what jobs of few need.
        get(7, 1).unwrap();
        std::fs::remove_file(&one.path).unwrap();
        assert!((2..8).all(|at| get(at, 1).is_ok()));
        assert!(get(0, 1).is_err() && get(1, 1).is_err());
    }
}
