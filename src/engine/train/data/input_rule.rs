//! In which size and with which numbers films reach a network: the preprocessing of its card, and the sizes that training
//! draws.

use rachis::domain::model::Architecture;
use rachis::domain::preprocessing::{Preprocessing, Resize};
use rachis::domain::training::parameters::Key;
use rachis::domain::training::recipe::Recipe;
use rachis::domain::training::spec;

/// The levels of a pyramid halve evenly: torchvision's and detectron2's `size_divisible`.
const MULTIPLE: usize = 32;

/// How films become a network's input.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct InputRule {
    /// Of the model's card: dev films and every film after training are looked at so.
    pub preprocessing: Preprocessing,
    /// The smallest size that training draws, in the words of `preprocessing.resize`; the largest is that one.
    least: u32,
}

impl InputRule {
    pub fn new(architecture: Architecture, recipe: &Recipe) -> Self {
        let preprocessing = spec::preprocessing(architecture, recipe);
        let most = recipe.whole(Key::ShorterEdgeMost).max(1);
        let least = recipe.whole(Key::ShorterEdgeLeast).min(most);
        let least = match preprocessing.resize {
            Resize::Exact { .. } => 0,
            Resize::ShorterEdge { .. } => least as u32,
            Resize::Letterbox { side } => (least * u64::from(side) / most).max(1) as u32,
        };
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
    use rachis::domain::model::ModelTask;
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
