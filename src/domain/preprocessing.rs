//! How a film becomes a network's input, and how what the network says maps back to the film's own pixels.

use crate::domain::geometry::Rect;
use crate::domain::imaging::{Film, GreyScale, Pixels, Voi};

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

    /// effdet's evaluation transform at the input size of its D0: ResizePad, whose bilinear is Pillow's, and ImageNet's
    /// statistics.
    pub const EFFDET_D0_DETECTOR: Self = Self { resize: Resize::Letterbox { side: 512 }, ..Self::PAPER_DETECTOR };
    /// The same at the size of D1.
    pub const EFFDET_D1_DETECTOR: Self = Self { resize: Resize::Letterbox { side: 640 }, ..Self::EFFDET_D0_DETECTOR };
    /// The same at the size of D2.
    pub const EFFDET_D2_DETECTOR: Self = Self { resize: Resize::Letterbox { side: 768 }, ..Self::EFFDET_D0_DETECTOR };

    /// Named presets, for import and for the card.
    pub const PRESETS: [(&'static str, Self); 8] = [
        ("paper classifier", Self::PAPER_CLASSIFIER),
        ("released classifier", Self::RELEASED_CLASSIFIER),
        ("paper detector", Self::PAPER_DETECTOR),
        ("released detector", Self::RELEASED_DETECTOR),
        ("torchvision detector", Self::TORCHVISION_DETECTOR),
        ("effdet d0 detector", Self::EFFDET_D0_DETECTOR),
        ("effdet d1 detector", Self::EFFDET_D1_DETECTOR),
        ("effdet d2 detector", Self::EFFDET_D2_DETECTOR),
    ];

    /// The size that a film of `width` x `height` pixels gets, padding aside, in input pixels, to the pixel as the
    /// reference computes it.
    pub fn input_size(&self, width: u32, height: u32) -> [u32; 2] {
        let (w, h) = (f64::from(width), f64::from(height));
        let cut = |scale: f64| [w, h].map(|side| ((side * scale) as u32).max(1));
        match (self.resize, self.sampling) {
            (Resize::Exact { width, height }, _) => [width, height],
            // torchvision's GeneralizedRCNNTransform: sizes are cut.
            (Resize::ShorterEdge { shorter, longest }, Sampling::Bilinear) => {
                cut((f64::from(shorter) / w.min(h)).min(f64::from(longest) / w.max(h)))
            }
            // detectron2's ResizeShortestEdge: sizes are rounded, in two steps.
            (Resize::ShorterEdge { shorter, longest }, Sampling::Antialiased) => {
                let (shorter, longest) = (f64::from(shorter), f64::from(longest));
                let sides = if w < h { [shorter, shorter / w * h] } else { [shorter / h * w, shorter] };
                let most = sides[0].max(sides[1]);
                let scale = if most > longest { longest / most } else { 1.0 };
                sides.map(|side| ((side * scale + 0.5) as u32).max(1))
            }
            // effdet's ResizePad.
            (Resize::Letterbox { side }, _) => cut((f64::from(side) / w).min(f64::from(side) / h)),
        }
    }

    /// A box of the network's input in pixels of the film. Each axis has its own factor, because sizes are whole numbers.
    /// `None` where nothing of it lies on the film.
    pub fn image_from_input(&self, input: [f64; 4], width: u32, height: u32) -> Option<Rect> {
        let size = self.input_size(width, height);
        // Multiplied first: the input's last edge is the film's to the last bit.
        let axis = |v: f64, film: u32, input: u32| (v * f64::from(film) / f64::from(input)).clamp(0.0, f64::from(film));
        let x = |v: f64| axis(v, width, size[0]);
        let y = |v: f64| axis(v, height, size[1]);
        Rect::from_columns(x(input[0]), y(input[1]), x(input[2]), y(input[3]))
    }
}

/// The film as levels of 0 to 255, row by row, at its own size.
pub fn levels(film: &Film, tone: Tone) -> Vec<f32> {
    let texels = match &film.pixels {
        Pixels::Grey(plane) => &plane.texels,
        Pixels::Rgb(bytes) => return levels_of_colour(bytes, tone),
    };
    let level_of_texel: Vec<f32> = match (tone, GreyScale::new(film, &film.initial_settings())) {
        (Tone::Displayed, Some(scale)) => scale.fractions().iter().map(|fraction| fraction * 255.0).collect(),
        _ => released_levels(film, texels),
    };
    texels.iter().map(|&texel| level_of_texel[usize::from(texel)]).collect()
}

/// vindr-spinexr's `dicom2png` for every texel that the film has: pydicom's `apply_voi_lut` on stored values (a LUT goes
/// before a window), `max - value` where MONOCHROME1, `(value - min) / max * 255`, cut. A film of one value is black
/// (the released code divides by zero there).
fn released_levels(film: &Film, texels: &[u16]) -> Vec<f32> {
    let Pixels::Grey(plane) = &film.pixels else { return Vec::new() };
    let voi = &film.facts.voi;
    let voi = voi.iter().find(|voi| matches!(voi, Voi::Lut(_))).or_else(|| voi.first());
    let mut is_present = vec![false; 1 << 16];
    for &texel in texels {
        is_present[usize::from(texel)] = true;
    }
    let value = |texel: u16| {
        let stored = plane.stored_value(texel);
        voi.map_or(stored, |voi| voi.fraction(stored))
    };
    let present = || (0..=u16::MAX).filter(|&texel| is_present[usize::from(texel)]);
    let low = present().map(value).fold(f64::INFINITY, f64::min);
    let high = present().map(value).fold(f64::NEG_INFINITY, f64::max);
    let range = high - low;
    let level = |texel: u16| {
        if !is_present[usize::from(texel)] || range <= 0.0 || range.is_nan() {
            return 0.0;
        }
        let above = if film.facts.is_inverted { high - value(texel) } else { value(texel) - low };
        (above / range * 255.0).clamp(0.0, 255.0).floor() as f32
    };
    (0..=u16::MAX).map(level).collect()
}

/// Colour films, which the papers have none of: luminance as Pillow converts (ITU-R BT.601), stretched where grey would be.
fn levels_of_colour(bytes: &[u8], tone: Tone) -> Vec<f32> {
    let luminance = |[r, g, b]: &[u8; 3]| 0.299 * f32::from(*r) + 0.587 * f32::from(*g) + 0.114 * f32::from(*b);
    let mut levels: Vec<f32> = bytes.as_chunks::<3>().0.iter().map(luminance).collect();
    if tone == Tone::ReleasedPng {
        let low = levels.iter().copied().fold(f32::INFINITY, f32::min);
        let range = levels.iter().copied().fold(f32::NEG_INFINITY, f32::max) - low;
        for level in &mut levels {
            *level = if range > 0.0 { ((*level - low) / range * 255.0).floor() } else { 0.0 };
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{DisplayFacts, GreyPlane, Window};

    fn film(texels: &[u16], facts: DisplayFacts) -> Film {
        let plane = GreyPlane { texels: texels.to_vec(), scale: 1.0, offset: 0.0 };
        Film::new(texels.len() as u32, 1, Pixels::Grey(plane), facts)
    }

    #[test]
    fn levels_are_those_of_the_released_codes_pictures() {
        let check = |texels: &[u16], facts: DisplayFacts, expected: &[f32]| {
            assert_eq!(levels(&film(texels, facts), Tone::ReleasedPng), expected, "{texels:?}");
        };
        let plain = DisplayFacts::default;
        // 100 of 100..400 is a third: 85.0 exactly is kept, 84.99 is cut.
        check(&[100, 200, 400], plain(), &[0.0, 85.0, 255.0]);
        check(&[100, 200, 401], plain(), &[0.0, 84.0, 255.0]);
        check(&[100, 200, 400], DisplayFacts { is_inverted: true, ..plain() }, &[255.0, 170.0, 0.0]);
        check(&[7, 7], plain(), &[0.0, 0.0]);
        // The window clips first; what is left is stretched. Rescale plays no part.
        let voi = vec![Voi::Window(Window::linear(150.5, 101.0))];
        let modality = crate::domain::imaging::Modality::Rescale { slope: 3.0, intercept: -50.0 };
        check(&[0, 150, 9999], DisplayFacts { modality, voi, ..plain() }, &[0.0, 127.0, 255.0]);
    }

    #[test]
    fn displayed_levels_are_not_cut() {
        let voi = vec![Voi::Window(Window::linear(150.5, 101.0))];
        let facts = DisplayFacts { voi, padding: Some((9999.0, 9999.0)), ..DisplayFacts::default() };
        let levels = levels(&film(&[0, 150, 9999], facts), Tone::Displayed);
        assert_eq!(levels, [0.0, 127.5, 0.0]);
    }

    #[test]
    fn sizes_are_the_references_to_the_pixel() {
        let check = |p: Preprocessing, film: [u32; 2], expected: [u32; 2]| {
            assert_eq!(p.input_size(film[0], film[1]), expected, "{film:?}");
        };
        // tests/parity/input_sizes.py prints these.
        for (width, height, torchvision, detectron2, effdet) in SIZES {
            check(Preprocessing::TORCHVISION_DETECTOR, [width, height], torchvision);
            check(Preprocessing::PAPER_DETECTOR, [width, height], detectron2);
            let letterbox = Resize::Letterbox { side: 512 };
            check(Preprocessing { resize: letterbox, ..Preprocessing::PAPER_DETECTOR }, [width, height], effdet);
        }
    }

    #[test]
    fn boxes_survive_the_way_there_and_back() {
        for (_, p) in Preprocessing::PRESETS {
            for (width, height) in [(2500, 1600), (331, 777), (1023, 4001), (37, 41)] {
                let [w, h] = p.input_size(width, height).map(f64::from);
                let film =
                    [0.13 * f64::from(width), 0.2 * f64::from(height), f64::from(width), 0.91 * f64::from(height)];
                let (fx, fy) = (w / f64::from(width), h / f64::from(height));
                let input = [film[0] * fx, film[1] * fy, film[2] * fx, film[3] * fy];
                let rect = p.image_from_input(input, width, height).expect("on the film");
                let back = [rect.xmin(), rect.ymin(), rect.xmax(), rect.ymax()];
                for (a, b) in film.into_iter().zip(back) {
                    assert!((a - b).abs() < 1e-9, "{film:?} {back:?}");
                }
            }
        }
    }

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

    /// Width and height of films; then of torchvision's, detectron2's and effdet's inputs.
    type Sizes = (u32, u32, [u32; 2], [u32; 2], [u32; 2]);
    const SIZES: [Sizes; 11] = [
        (2500, 1600, [1250, 800], [1250, 800], [512, 327]),
        (1600, 2500, [800, 1250], [800, 1250], [327, 512]),
        (1000, 3000, [444, 1333], [444, 1333], [170, 512]),
        (1066, 1066, [800, 800], [800, 800], [512, 512]),
        (1023, 4001, [340, 1333], [341, 1333], [130, 512]),
        (331, 777, [567, 1333], [568, 1333], [218, 512]),
        (37, 41, [800, 886], [800, 886], [462, 512]),
        (2455, 1602, [1225, 800], [1226, 800], [512, 334]),
        (999, 1307, [800, 1046], [800, 1047], [391, 512]),
        (817, 1024, [800, 1002], [800, 1003], [408, 512]),
        (302, 400, [800, 1059], [800, 1060], [386, 512]),
    ];
}
