//! Learned augmentation: 15 recipes of small changes to a film, of which one is taken at random each time it is shown.
//!
//! Policy "v2" of "Learning Data Augmentation Strategies for Object Detection" (Zoph et al. 2019), with the amounts of the
//! NumPy port that VinDr-SpineXR's released code carries (translations up to 250 pixels, cut-outs up to 100).

use Op::{
    AutoContrast, BoxCutout, Brightness, Color, Contrast, Cutout, Equalize, Rotate, Sharpness, ShearX, ShearY,
    Solarize, SolarizeAdd, TranslateY,
};

/// One kind of change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    /// Towards or away from grey: nothing on films, which are grey.
    Color,
    Brightness,
    Contrast,
    /// Sharper or softer, either as likely.
    Sharpness,
    /// From the darkest to the brightest level to 0 to 255.
    AutoContrast,
    /// Every level as often as any other.
    Equalize,
    /// Levels from a threshold on are inverted.
    Solarize,
    /// Levels below 128 are raised.
    SolarizeAdd,
    /// A square anywhere is filled.
    Cutout,
    /// Part of one box is filled.
    BoxCutout,
    /// About the middle, either way.
    Rotate,
    /// Rows move sideways, the further down the more, either way.
    ShearX,
    /// Columns move up or down, the further right the more.
    ShearY,
    /// Up or down.
    TranslateY,
}

/// What empty places are filled with.
pub const FILL_LEVEL: f32 = 128.0;
/// The shorter edge of films, in pixels, that the published pixels are for.
const POLICY_EDGE: f64 = 800.0;
/// How often a film is changed anew where no box is left of those it had.
pub const TRIES: usize = 10;

impl Op {
    /// What a magnitude of 0 to 10 means: degrees, pixels, a factor, a level, or a share of the box. Of changes that go
    /// either way, the size without its sign. 0 where the change has no amount.
    pub fn amount(self, magnitude: u8) -> f64 {
        let share = f64::from(magnitude) / 10.0;
        match self {
            AutoContrast | Equalize => 0.0,
            Color | Brightness | Contrast | Sharpness => 1.8 * share + 0.1,
            Solarize => (256.0 * share).floor(),
            SolarizeAdd => (110.0 * share).floor(),
            Cutout => (100.0 * share).floor(),
            BoxCutout => 0.75 * share,
            Rotate => 30.0 * share,
            ShearX | ShearY => 0.3 * share,
            TranslateY => 250.0 * share,
        }
    }

    /// The same on a film whose shorter edge has so many pixels. The published pixels are for films of 800, which their
    /// authors look at; 200 pixels up on a film of 256 would leave nothing of it. Larger films get the published ones.
    pub fn amount_on(self, magnitude: u8, shorter_edge: usize) -> f64 {
        let amount = self.amount(magnitude);
        let scale = (shorter_edge as f64 / POLICY_EDGE).min(1.0);
        match self {
            Cutout => (amount * scale).floor(),
            TranslateY => amount * scale,
            _ => amount,
        }
    }

    /// Whether the amount is taken or its opposite, by a coin.
    pub const fn goes_either_way(self) -> bool {
        matches!(self, Rotate | ShearX | ShearY | TranslateY | Sharpness)
    }
}

/// A change that is made with a probability.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Change {
    pub op: Op,
    pub probability: f64,
    /// 0 to 10.
    pub magnitude: u8,
}

const fn c(op: Op, probability: f64, magnitude: u8) -> Change {
    Change { op, probability, magnitude }
}

/// The recipes; the changes of one are made one after the other.
pub const POLICY_V2: [&[Change]; 15] = [
    &[c(Color, 0.0, 6), c(Cutout, 0.6, 8), c(Sharpness, 0.4, 8)],
    &[c(Rotate, 0.4, 8), c(Sharpness, 0.4, 2), c(Rotate, 0.8, 10)],
    &[c(TranslateY, 1.0, 8), c(AutoContrast, 0.8, 2)],
    &[c(AutoContrast, 0.4, 6), c(ShearX, 0.8, 8), c(Brightness, 0.0, 10)],
    &[c(SolarizeAdd, 0.2, 6), c(Contrast, 0.0, 10), c(AutoContrast, 0.6, 0)],
    &[c(Cutout, 0.2, 0), c(Solarize, 0.8, 8), c(Color, 1.0, 4)],
    &[c(TranslateY, 0.0, 4), c(Equalize, 0.6, 8), c(Solarize, 0.0, 10)],
    &[c(TranslateY, 0.2, 2), c(ShearY, 0.8, 8), c(Rotate, 0.8, 8)],
    &[c(Cutout, 0.8, 8), c(Brightness, 0.8, 8), c(Cutout, 0.2, 2)],
    &[c(Color, 0.8, 4), c(TranslateY, 1.0, 6), c(Rotate, 0.6, 6)],
    &[c(Rotate, 0.6, 10), c(BoxCutout, 1.0, 4), c(Cutout, 0.2, 8)],
    &[c(Rotate, 0.0, 0), c(Equalize, 0.6, 6), c(ShearY, 0.6, 8)],
    &[c(Brightness, 0.8, 8), c(AutoContrast, 0.4, 2), c(Brightness, 0.2, 2)],
    &[c(TranslateY, 0.4, 8), c(Solarize, 0.4, 6), c(SolarizeAdd, 0.2, 10)],
    &[c(Contrast, 1.0, 10), c(SolarizeAdd, 0.2, 8), c(Equalize, 0.2, 4)],
];

#[cfg(test)]
mod tests {
    use super::*;

    /// As published: probability and magnitude of each change.
    const PUBLISHED: &str = "\
        Color 0/6, Cutout .6/8, Sharpness .4/8 · Rotate .4/8, Sharpness .4/2, Rotate .8/10 · \
        TranslateY 1/8, AutoContrast .8/2 · AutoContrast .4/6, ShearX .8/8, Brightness 0/10 · \
        SolarizeAdd .2/6, Contrast 0/10, AutoContrast .6/0 · Cutout .2/0, Solarize .8/8, Color 1/4 · \
        TranslateY 0/4, Equalize .6/8, Solarize 0/10 · TranslateY .2/2, ShearY .8/8, Rotate .8/8 · \
        Cutout .8/8, Brightness .8/8, Cutout .2/2 · Color .8/4, TranslateY 1/6, Rotate .6/6 · \
        Rotate .6/10, BoxCutout 1/4, Cutout .2/8 · Rotate 0/0, Equalize .6/6, ShearY .6/8 · \
        Brightness .8/8, AutoContrast .4/2, Brightness .2/2 · TranslateY .4/8, Solarize .4/6, SolarizeAdd .2/10 · \
        Contrast 1/10, SolarizeAdd .2/8, Equalize .2/4";

    #[test]
    fn the_recipes_are_the_published_ones() {
        let ours: Vec<Vec<(String, f64, u8)>> = POLICY_V2
            .iter()
            .map(|recipe| recipe.iter().map(|c| (format!("{:?}", c.op), c.probability, c.magnitude)).collect())
            .collect();
        let change = |text: &str| {
            let (op, rest) = text.trim().split_once(' ').unwrap();
            let (probability, magnitude) = rest.split_once('/').unwrap();
            (op.to_owned(), probability.parse().unwrap(), magnitude.parse().unwrap())
        };
        let published: Vec<Vec<_>> =
            PUBLISHED.split('·').map(|recipe| recipe.split(',').map(change).collect()).collect();
        assert_eq!(ours, published);
    }

    #[test]
    fn amounts_are_the_published_formulas() {
        let check = |op: Op, magnitude, expected: f64| {
            assert!((op.amount(magnitude) - expected).abs() < 1e-12, "{op:?} {magnitude}");
        };
        check(Op::Rotate, 8, 24.0);
        check(Op::ShearX, 8, 0.24);
        check(Op::TranslateY, 6, 150.0);
        check(Op::Sharpness, 2, 0.46);
        check(Op::Brightness, 8, 1.54);
        // Cut to whole levels: 204.8 and 153.6.
        check(Op::Solarize, 8, 204.0);
        check(Op::Solarize, 6, 153.0);
        check(Op::SolarizeAdd, 8, 88.0);
        check(Op::Cutout, 8, 80.0);
        check(Op::BoxCutout, 4, 0.3);
    }

    #[test]
    fn pixels_shrink_with_the_film_and_never_grow() {
        let check = |op: Op, shorter_edge, expected: f64| {
            assert!((op.amount_on(8, shorter_edge) - expected).abs() < 1e-12, "{op:?} {shorter_edge}");
        };
        for (shorter_edge, up, half) in [(800, 200.0, 80.0), (1000, 200.0, 80.0), (400, 100.0, 40.0), (250, 62.5, 25.0)]
        {
            check(Op::TranslateY, shorter_edge, up);
            check(Op::Cutout, shorter_edge, half);
            check(Op::Rotate, shorter_edge, 24.0);
            check(Op::BoxCutout, shorter_edge, 0.6);
        }
        // Cut to whole pixels.
        check(Op::Cutout, 256, 25.0);
    }
}
