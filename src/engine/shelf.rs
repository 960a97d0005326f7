//! Models kept in memory between films, so that the next film waits for no file.

use std::rc::Rc;

use rachis::jobs::protocol::ModelRef;
use tch::Device;

use crate::failure::{Failure, caught};
use crate::loaded::Loaded;
use crate::precision::Precision;

/// Three classifiers, a detector, and their predecessors.
const MAX_MODELS: usize = 6;

/// What a loaded model is known by.
#[derive(Clone, PartialEq, Debug)]
struct Key {
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
    /// The model, loaded now or before.
    pub fn get(
        &mut self,
        model: &ModelRef,
        device: Device,
        precision: Option<Precision>,
    ) -> Result<Rc<Loaded>, Failure> {
        let key = Key { sha256: model.sha256.clone(), device, precision };
        let found = self.models.iter().position(|(known, _)| *known == key && !key.sha256.is_empty());
        let entry = match found {
            Some(at) => self.models.remove(at),
            None => {
                if self.models.len() >= MAX_MODELS {
                    self.models.remove(0);
                }
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
