//! In which size and with which numbers films reach a network: the preprocessing of its card, and the sizes that training
//! draws.

use rachis::domain::model::{Architecture, ModelTask};
use rachis::domain::preprocessing::{
    DETECTRON2_MEAN, IMAGENET_MEAN, IMAGENET_STD, Preprocessing, Resize, Sampling, Tone,
};
use rachis::domain::training::parameters::Key;
use rachis::domain::training::recipe::Recipe;

/// The levels of a pyramid halve evenly: torchvision's and detectron2's `size_divisible`.
const MULTIPLE: usize = 32;
/// EfficientDet's coarsest level is a hundred-and-twenty-eighth of the side.
const EFFICIENTDET_MULTIPLE: u64 = 128;

/// How films become a network's input.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct InputRule {
    /// Of the model's card: dev films and every film after training are looked at so.
    pub preprocessing: Preprocessing,
    /// The smallest size that training draws, in the words of `preprocessing.resize`; the largest is that one.
    least: u32,
}

impl InputRule {
    /// EfficientDets take squares: their side is the largest shorter edge, to the nearest multiple of 128.
    pub fn new(architecture: Architecture, recipe: &Recipe) -> Self {
        let whole = |key| recipe.whole(key).min(u64::from(u32::MAX)) as u32;
        let most = whole(Key::ShorterEdgeMost);
        let least = whole(Key::ShorterEdgeLeast).min(most);
        let (resize, least) = match architecture.task() {
            ModelTask::Classify => {
                (Resize::Exact { width: whole(Key::InputWidth), height: whole(Key::InputHeight) }, 0)
            }
            ModelTask::Detect if architecture.as_str().starts_with("efficientdet") => {
                let multiple = EFFICIENTDET_MULTIPLE;
                let side = ((u64::from(most) + multiple / 2) / multiple).max(1) * multiple;
                let least = u64::from(least) * side / u64::from(most.max(1));
                (Resize::Letterbox { side: side as u32 }, least.max(1) as u32)
            }
            ModelTask::Detect => {
                (Resize::ShorterEdge { shorter: most, longest: whole(Key::LongestEdge).max(most) }, least)
            }
        };
        let tone = if recipe.choice(Key::Tone) == "displayed" { Tone::Displayed } else { Tone::ReleasedPng };
        let (divisor, mean, std) = match recipe.choice(Key::Statistics) {
            "detectron2" => (1.0, DETECTRON2_MEAN, [1.0; 3]),
            _ => (255.0, IMAGENET_MEAN, IMAGENET_STD),
        };
        let preprocessing = Preprocessing { tone, resize, sampling: Sampling::Antialiased, divisor, mean, std };
        Self { preprocessing, least }
    }

    /// Both ends of the sizes that training draws from; the same where there is nothing to draw.
    pub fn sizes(&self) -> [u32; 2] {
        match self.preprocessing.resize {
            Resize::Exact { .. } => [0, 0],
            Resize::ShorterEdge { shorter: most, .. } | Resize::Letterbox { side: most } => [self.least, most],
        }
    }

    /// Width and height of a film of `width` x `height` pixels in the drawn size.
    pub fn drawn_size(&self, drawn: u32, width: u32, height: u32) -> [u32; 2] {
        let resize = match self.preprocessing.resize {
            Resize::Exact { .. } => self.preprocessing.resize,
            Resize::ShorterEdge { longest, .. } => Resize::ShorterEdge { shorter: drawn, longest },
            Resize::Letterbox { .. } => Resize::Letterbox { side: drawn },
        };
        Preprocessing { resize, ..self.preprocessing }.input_size(width, height)
    }

    /// Width and height of the plane that films of these sizes lie on together.
    pub fn plane_size(&self, films: impl Iterator<Item = [usize; 2]>) -> [usize; 2] {
        let largest = films.fold([0, 0], |most, film| [most[0].max(film[0]), most[1].max(film[1])]);
        match self.preprocessing.resize {
            Resize::Exact { .. } => largest,
            Resize::ShorterEdge { .. } => largest.map(|side| side.div_ceil(MULTIPLE) * MULTIPLE),
            Resize::Letterbox { side } => [side as usize; 2],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rachis::domain::training::parameters::Value;
    use rachis::domain::training::recipe::Preset;

    #[test]
    fn presets_give_the_papers_and_the_released_codes_inputs() {
        use Architecture as A;
        let check = |architecture: Architecture, preset, expected: Preprocessing, sizes: [u32; 2]| {
            let recipe = Recipe::new(architecture.task(), preset);
            let rule = InputRule::new(architecture, &recipe);
            assert_eq!(rule.preprocessing, expected, "{architecture:?} {preset:?}");
            assert_eq!(rule.sizes(), sizes);
        };
        check(A::DenseNet121, Preset::Paper, Preprocessing::PAPER_CLASSIFIER, [0, 0]);
        check(A::DenseNet121, Preset::ReleasedCode, Preprocessing::RELEASED_CLASSIFIER, [0, 0]);
        check(A::FasterRcnnResNet50, Preset::Paper, Preprocessing::PAPER_DETECTOR, [640, 800]);
        check(A::SparseRcnnResNet50, Preset::ReleasedCode, Preprocessing::RELEASED_DETECTOR, [800, 800]);
        check(A::EfficientDetD2, Preset::Paper, Preprocessing::EFFDET_D2_DETECTOR, [614, 768]);
    }

    #[test]
    fn planes_halve_evenly() {
        let mut recipe = Recipe::new(ModelTask::Detect, Preset::Paper);
        recipe.set(Key::ShorterEdgeMost, Value::Whole(100)).unwrap();
        recipe.set(Key::LongestEdge, Value::Whole(200)).unwrap();
        let films = || [[100, 150], [120, 100]].into_iter();
        assert_eq!(InputRule::new(Architecture::RetinaNetSmall, &recipe).plane_size(films()), [128, 160]);
        assert_eq!(InputRule::new(Architecture::EfficientDetSmall, &recipe).plane_size(films()), [128, 128]);
        assert_eq!(InputRule::new(Architecture::RetinaNetSmall, &recipe).drawn_size(80, 300, 900), [67, 200]);
    }
}
