//! Networks that come as a program with its weights, a TorchScript module: classifiers, and detectors that answer as
//! torchvision's do.

use std::path::Path;

use tch::{CModule, Device, IValue, Kind, TchError, Tensor};

use crate::layers::Mode;
use crate::models::{Boxes, Classifier, Detector, DetectorKind, ImageBatch};

/// Why a file is no module that can run here.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    #[error(
        "The TorchScript module uses operators of torchvision, which this engine does not have. Save the network's state \
         dict instead and bring that in under the network's own name."
    )]
    Operators,
    #[error("The TorchScript module can't be read: {0}")]
    Unreadable(TchError),
}

fn load(path: &Path, device: Device) -> Result<CModule, ScriptError> {
    let known = |error: TchError| {
        let is_operator = error.to_string().contains("Unknown builtin op: torchvision");
        if is_operator { ScriptError::Operators } else { ScriptError::Unreadable(error) }
    };
    let mut module = CModule::load_on_device(path, device).map_err(known)?;
    module.f_set_eval().map_err(known)?;
    Ok(module)
}

/// What a classifier's number means; no file says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Answer {
    #[default]
    Logit,
    /// 0 to 1. Held within 1e-6 and 1 - 1e-6, as the released ensemble does before it takes the logit.
    #[allow(dead_code, reason = "no card says it yet")]
    Probability,
}

/// A module that takes films (n, 3, h, w) and answers with one number each.
#[derive(Debug)]
pub struct ScriptClassifier {
    module: CModule,
    answer: Answer,
}

impl ScriptClassifier {
    pub fn load(path: &Path, answer: Answer, device: Device) -> Result<Self, ScriptError> {
        Ok(Self { module: load(path, device)?, answer })
    }
}

impl Classifier for ScriptClassifier {
    fn can_learn(&self) -> bool {
        false
    }

    /// Nobody can look inside: the films themselves.
    fn features(&self, pixels: &Tensor, _: Mode) -> Tensor {
        pixels.shallow_clone()
    }

    fn logits_of(&self, features: &Tensor) -> Tensor {
        let films = features.size()[0];
        let answer = run(self.module.forward_ts(&[features.to_kind(Kind::Float).contiguous()]));
        assert!(
            answer.numel() as i64 == films,
            "The TorchScript classifier answers with {:?} numbers for {films} films; one a film is needed.",
            answer.size()
        );
        let answer = answer.reshape([films, 1]);
        match self.answer {
            Answer::Logit => answer,
            Answer::Probability => answer.clamp(1e-6, 1.0 - 1e-6).logit(None),
        }
    }

    fn has_features(&self) -> bool {
        false
    }
}

/// A module that takes a list of films (3, h, w), or one film (1, 3, h, w), and answers with boxes, labels and scores.
#[derive(Debug)]
pub struct ScriptDetector {
    module: CModule,
    /// The label of the first class: 1 in torchvision's detectors, where 0 is the background.
    first_label: i64,
}

impl ScriptDetector {
    pub fn load(path: &Path, first_label: i64, device: Device) -> Result<Self, ScriptError> {
        Ok(Self { module: load(path, device)?, first_label })
    }

    /// What the module says of one film.
    fn answer(&self, film: &Tensor) -> IValue {
        let listed = self.module.forward_is(&[IValue::TensorList(vec![film.shallow_clone()])]);
        match listed {
            // Made by tracing, a module takes one film as it is.
            Err(error) if is_about_arguments(&error) => {
                run(self.module.forward_is(&[IValue::Tensor(film.unsqueeze(0))]))
            }
            other => run(other),
        }
    }

    fn found(&self, answer: IValue) -> Boxes {
        let mut parts = Vec::new();
        collect(answer, &mut parts);
        let part = |name: &str, fits: fn(&Tensor) -> bool| {
            let named = parts.iter().find(|(key, _)| key.as_deref() == Some(name));
            let found = named.or_else(|| parts.iter().find(|(key, tensor)| key.is_none() && fits(tensor)));
            let Some((_, tensor)) = found else {
                panic!("The TorchScript detector's answer has no {name}; it needs boxes, labels and scores.")
            };
            tensor.shallow_clone()
        };
        let boxes = part("boxes", |t| t.dim() == 2 && t.size()[1] == 4).to_kind(Kind::Float);
        let labels = part("labels", |t| t.dim() == 1 && matches!(t.kind(), Kind::Int64 | Kind::Int));
        let scores = part("scores", |t| t.dim() == 1 && t.is_floating_point()).to_kind(Kind::Float);
        let (scores, order) = scores.sort_stable(true, 0, true);
        let labels = labels.index_select(0, &order).to_kind(Kind::Int64) - self.first_label;
        Boxes { boxes: boxes.reshape([-1, 4]).index_select(0, &order), scores, labels }
    }
}

impl Detector for ScriptDetector {
    fn kind(&self) -> DetectorKind<'_> {
        DetectorKind::Foreign
    }

    /// Only the answer is to be had: `boxes.0`, `labels.0`, `scores.0` and so on, as [`Detector::detect`] gives them.
    fn raw(&self, batch: &ImageBatch, _: Mode) -> Vec<(String, Tensor)> {
        let named = |(i, found): (usize, Boxes)| {
            let Boxes { boxes, scores, labels } = found;
            [("boxes", boxes), ("labels", labels), ("scores", scores)].map(|(name, t)| (format!("{name}.{i}"), t))
        };
        self.detect(batch).into_iter().enumerate().flat_map(named).collect()
    }

    fn detect(&self, batch: &ImageBatch) -> Vec<Boxes> {
        let pixels = batch.pixels.to_kind(Kind::Float);
        let one = |(i, &[height, width]): (i64, &[i64; 2])| {
            let film = pixels.get(i).narrow(1, 0, height).narrow(2, 0, width).contiguous();
            self.found(self.answer(&film))
        };
        (0..).zip(&batch.sizes).map(one).collect()
    }
}

/// A module's own failure ends the work as any of libtorch's does, with its own words.
fn run<T>(outcome: Result<T, TchError>) -> T {
    outcome.unwrap_or_else(|error| panic!("{error}"))
}

/// The module takes arguments of other types than it was given.
fn is_about_arguments(error: &TchError) -> bool {
    let text = error.to_string();
    text.contains("Expected a value of type") || text.contains("but instead found type")
}

/// The tensors in an answer, with their names where it has any, at any depth: torchvision's scripted detectors answer with
/// (losses, [{boxes, labels, scores}]), traced ones with a tuple.
fn collect(value: IValue, parts: &mut Vec<(Option<String>, Tensor)>) {
    match value {
        IValue::Tensor(tensor) => parts.push((None, tensor)),
        IValue::TensorList(tensors) => parts.extend(tensors.into_iter().map(|tensor| (None, tensor))),
        IValue::Tuple(values) | IValue::GenericList(values) => {
            for value in values {
                collect(value, parts);
            }
        }
        IValue::GenericDict(entries) => {
            for entry in entries {
                match entry {
                    (IValue::String(name), IValue::Tensor(tensor)) => parts.push((Some(name), tensor)),
                    (_, value) => collect(value, parts),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{Golden, film};
    use std::path::PathBuf;

    const GOLDENS: &str = include_str!("../../../tests/parity/torchscript_modules.json");

    fn file(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity").join(name)
    }

    fn traced(inputs: &[Tensor], mut work: impl FnMut(&[Tensor]) -> Vec<Tensor>) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("traced.pt");
        CModule::create_by_tracing("Traced", "forward", inputs, &mut work).unwrap().save(&path).unwrap();
        (folder, path)
    }

    #[test]
    fn a_classifier_answers_as_in_python() {
        let golden = Golden::case(GOLDENS, "tiny");
        let net = ScriptClassifier::load(&file("torchscript_classifier.pt"), Answer::Logit, Device::Cpu).unwrap();
        golden.assert_whole("logits", &net.logits(&film(&[2, 3, 20, 15]), Mode::Eval), 1e-6);
        assert!(!net.has_features());
    }

    #[test]
    fn a_classifier_that_answers_with_probabilities_becomes_one_of_logits() {
        let (_folder, path) =
            traced(&[film(&[2, 3, 4, 4])], |x| vec![x[0].mean_dim([1i64, 2, 3].as_slice(), false, None)]);
        let net = ScriptClassifier::load(&path, Answer::Probability, Device::Cpu).unwrap();
        let films = Tensor::from_slice(&[0.25f32, 1.0]).reshape([2, 1, 1, 1]).expand([2, 3, 4, 4], false);
        let logits = Vec::<f32>::try_from(net.logits(&films, Mode::Eval).flatten(0, -1)).unwrap();
        assert!((logits[0] - (1.0f32 / 3.0).ln()).abs() < 1e-6);
        assert!(logits[1].is_finite() && logits[1] > 13.0);
    }

    #[test]
    fn a_detector_answers_for_each_film_as_in_python() {
        let golden = Golden::case(GOLDENS, "tiny");
        let net = ScriptDetector::load(&file("torchscript_detector.pt"), 1, Device::Cpu).unwrap();
        let batch = ImageBatch { pixels: film(&[2, 3, 16, 12]), sizes: vec![[16, 12], [11, 9]] };
        for (i, found) in net.detect(&batch).iter().enumerate() {
            golden.assert_whole(&format!("boxes.{i}"), &found.boxes, 1e-5);
            golden.assert_whole(&format!("scores.{i}"), &found.scores, 1e-6);
            golden.assert_whole(&format!("labels.{i}"), &found.labels, 0.0);
        }
    }

    #[test]
    fn a_detector_made_by_tracing_takes_one_film_and_answers_with_three_tensors() {
        let pixels = Tensor::arange(27, (Kind::Float, Device::Cpu)).reshape([1, 3, 3, 3]);
        let net = ScriptDetector::load(&file("torchscript_traced.pt"), 0, Device::Cpu).unwrap();
        let found = net.detect(&ImageBatch { pixels, sizes: vec![[3, 3]] }).remove(0);
        assert_eq!(Vec::<f32>::try_from(found.scores).unwrap(), [1.0, 0.0]);
        assert_eq!(Vec::<f32>::try_from(found.boxes.get(0)).unwrap(), [4.0, 5.0, 6.0, 7.0]);
        assert_eq!(Vec::<i64>::try_from(found.labels).unwrap(), [0, 0]);
    }

    #[test]
    fn a_module_that_needs_torchvision_is_refused_with_what_to_do() {
        let error = ScriptDetector::load(&file("torchscript_foreign.pt"), 1, Device::Cpu).unwrap_err();
        assert!(matches!(error, ScriptError::Operators), "{error}");
        assert!(error.to_string().contains("state dict"));
        let error = ScriptDetector::load(&file("torchscript_modules.json"), 1, Device::Cpu).unwrap_err();
        assert!(matches!(error, ScriptError::Unreadable(_)));
    }

    #[test]
    fn a_classifier_that_answers_with_more_than_one_number_says_so() {
        let (_folder, path) =
            traced(&[film(&[2, 3, 4, 4])], |x| vec![x[0].mean_dim([2i64, 3].as_slice(), false, None)]);
        let net = ScriptClassifier::load(&path, Answer::Logit, Device::Cpu).unwrap();
        let answer =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| net.logits(&film(&[2, 3, 4, 4]), Mode::Eval)));
        let said = *answer.unwrap_err().downcast::<String>().unwrap();
        assert!(said.contains("one a film is needed"), "{said}");
    }
}
