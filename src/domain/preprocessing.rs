//! How a film becomes a network's input, and how what the network says maps back to the film's own pixels.

use crate::domain::geometry::Rect;

/// How stored values become grey levels.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Tone {
    /// What the released code's PNG files hold, computed from the film: VOI (the first window or LUT of the file), inverted
    /// where MONOCHROME1, stretched from the lowest to the highest value to 0 to 255, and cut to whole levels. No
    /// modality LUT.
    ReleasedPng,
    /// The film as displayed (modality LUT, VOI, polarity, padding masked), 0 to 255, unrounded.
    Displayed,
}

/// How the film's size becomes the network's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Resize {
    /// Exactly this size; the aspect ratio is not kept.
    Exact { width: u32, height: u32 },
    /// The shorter edge becomes `shorter`, unless the longer would pass `longest`; aspect kept.
    ShorterEdge { shorter: u32, longest: u32 },
    /// Fitted into a square of this side, at its top left, the rest filled with the mean; aspect kept.
    Letterbox { side: u32 },
}

/// How edges are interpolated when a film is made smaller.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sampling {
    /// Bilinear without antialiasing, corners not aligned: torchvision's detectors, OpenCV's INTER_LINEAR.
    Bilinear,
    /// Bilinear with antialiasing: Pillow's resize.
    Antialiased,
}

/// Everything between the film and the first layer, stored with the model. Grey is replicated to three channels.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Preprocessing {
    pub tone: Tone,
    pub resize: Resize,
    pub sampling: Sampling,
    /// Levels are divided by this first: 255 for inputs of 0 to 1, 1 for 0 to 255.
    pub divisor: f64,
    /// One a channel, in the network's own channel order.
    pub mean: [f64; 3],
    /// One a channel.
    pub std: [f64; 3],
}

/// ImageNet's statistics in the order red, green, blue, for levels of 0 to 1.
pub const IMAGENET_MEAN: [f64; 3] = [0.485, 0.456, 0.406];
/// The standard deviations that go with [`IMAGENET_MEAN`].
pub const IMAGENET_STD: [f64; 3] = [0.229, 0.224, 0.225];
/// detectron2's default means in the order blue, green, red, for levels of 0 to 255.
pub const DETECTRON2_MEAN: [f64; 3] = [103.53, 116.28, 123.675];

impl Preprocessing {
    /// Classifier of the paper: 224 x 224, ImageNet mean and deviation.
    pub const PAPER_CLASSIFIER: Self = Self {
        tone: Tone::ReleasedPng,
        resize: Resize::Exact { width: 224, height: 224 },
        sampling: Sampling::Antialiased,
        divisor: 255.0,
        mean: IMAGENET_MEAN,
        std: IMAGENET_STD,
    };
    /// Classifier of the released code: detectron2's means, deviation 1, channels blue, green, red.
    pub const RELEASED_CLASSIFIER: Self =
        Self { divisor: 1.0, mean: DETECTRON2_MEAN, std: [1.0; 3], ..Self::PAPER_CLASSIFIER };
    /// Detector of the paper, at the upper end of its training sizes.
    pub const PAPER_DETECTOR: Self =
        Self { resize: Resize::ShorterEdge { shorter: 800, longest: 1333 }, ..Self::PAPER_CLASSIFIER };
    /// Detector of the released code.
    pub const RELEASED_DETECTOR: Self =
        Self { divisor: 1.0, mean: DETECTRON2_MEAN, std: [1.0; 3], ..Self::PAPER_DETECTOR };
    /// torchvision's detection transform.
    pub const TORCHVISION_DETECTOR: Self = Self { sampling: Sampling::Bilinear, ..Self::PAPER_DETECTOR };

    /// Named presets, for import and for the card.
    pub const PRESETS: [(&'static str, Self); 5] = [
        ("paper classifier", Self::PAPER_CLASSIFIER),
        ("released classifier", Self::RELEASED_CLASSIFIER),
        ("paper detector", Self::PAPER_DETECTOR),
        ("released detector", Self::RELEASED_DETECTOR),
        ("torchvision detector", Self::TORCHVISION_DETECTOR),
    ];

    /// The size that a film of `width` x `height` pixels gets, padding aside, in input pixels.
    pub fn input_size(&self, width: u32, height: u32) -> [u32; 2] {
        let (w, h) = (f64::from(width), f64::from(height));
        let scaled = |scale: f64| [w, h].map(|side| ((side * scale) as u32).max(1));
        match self.resize {
            Resize::Exact { width, height } => [width, height],
            Resize::ShorterEdge { shorter, longest } => {
                scaled((f64::from(shorter) / w.min(h)).min(f64::from(longest) / w.max(h)))
            }
            Resize::Letterbox { side } => scaled(f64::from(side) / w.max(h)),
        }
    }

    /// A box of the network's input in pixels of the film. Each axis has its own factor, because sizes are whole numbers.
    /// `None` where nothing of it lies on the film.
    pub fn image_from_input(&self, input: [f64; 4], width: u32, height: u32) -> Option<Rect> {
        let size = self.input_size(width, height);
        let (fx, fy) = (f64::from(width) / f64::from(size[0]), f64::from(height) / f64::from(size[1]));
        let x = |v: f64| (v * fx).clamp(0.0, f64::from(width));
        let y = |v: f64| (v * fy).clamp(0.0, f64::from(height));
        Rect::from_columns(x(input[0]), y(input[1]), x(input[2]), y(input[3]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_edge_rules_until_the_longer_is_too_long() {
        let p = Preprocessing::PAPER_DETECTOR;
        assert_eq!(p.input_size(1000, 1200), [800, 960]);
        assert_eq!(p.input_size(1000, 3000), [444, 1333]);
        assert_eq!(Preprocessing::PAPER_CLASSIFIER.input_size(1000, 3000), [224, 224]);
    }

    #[test]
    fn the_whole_input_is_the_whole_film() {
        for (_, p) in Preprocessing::PRESETS {
            for (width, height) in [(2500, 1600), (1, 4000), (333, 777)] {
                let [w, h] = p.input_size(width, height).map(f64::from);
                let rect = p.image_from_input([0.0, 0.0, w, h], width, height).expect("on the film");
                assert_eq!([rect.xmax(), rect.ymax()], [f64::from(width), f64::from(height)]);
            }
        }
    }
}
