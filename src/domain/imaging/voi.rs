//! Values of interest: windows and LUTs (PS3.3 C.11.2).

use std::sync::Arc;

/// How a window maps values (PS3.3 C.11.2.1.2 and C.11.2.1.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum VoiFunction {
    #[default]
    Linear,
    LinearExact,
    Sigmoid,
}

impl VoiFunction {
    /// The narrowest width that a window of this kind can be given by hand: LINEAR is a step at 1 (PS3.3 C.11.2.1.2.1).
    pub const fn least_width(self) -> f64 {
        match self {
            Self::Linear => 1.0,
            Self::LinearExact | Self::Sigmoid => 1e-6,
        }
    }
}

/// A window in modality values.
#[derive(Clone, PartialEq, Debug)]
pub struct Window {
    pub center: f64,
    /// At least 1 for LINEAR, above 0 for the others.
    pub width: f64,
    pub function: VoiFunction,
    /// The file's own words: `NORMAL`, `BONE`.
    pub explanation: Option<String>,
}

/// A table from modality values to grey.
#[derive(Clone, PartialEq, Debug)]
pub struct VoiLut {
    /// The modality value that maps to the first entry; below and above, the ends hold.
    pub first: f64,
    /// Bits of each entry: an entry of 2^bits - 1 is white.
    pub bits: u16,
    pub values: Arc<[u16]>,
    pub explanation: Option<String>,
}

/// One way to show the film.
#[derive(Clone, PartialEq, Debug)]
pub enum Voi {
    Window(Window),
    Lut(VoiLut),
}

impl Window {
    pub const fn linear(center: f64, width: f64) -> Self {
        Self { center, width, function: VoiFunction::Linear, explanation: None }
    }

    /// The window that is black at `low` and white at `high`; for a sigmoid, whose curve never ends, 12 % and 88 %.
    pub fn between(low: f64, high: f64, function: VoiFunction) -> Self {
        let (center, width) = (f64::midpoint(low, high), (high - low).abs().max(f64::MIN_POSITIVE));
        let explanation = None;
        match function {
            // The -0.5 and -1 of PS3.3 C.11.2.1.2.1.
            VoiFunction::Linear => Self { center: center + 0.5, width: width + 1.0, function, explanation },
            VoiFunction::LinearExact | VoiFunction::Sigmoid => Self { center, width, function, explanation },
        }
    }

    /// The values that [`Self::between`] makes this window from.
    pub fn ends(&self) -> (f64, f64) {
        let (center, width) = match self.function {
            VoiFunction::Linear => (self.center - 0.5, (self.width - 1.0).max(0.0)),
            VoiFunction::LinearExact | VoiFunction::Sigmoid => (self.center, self.width),
        };
        (center - width / 2.0, center + width / 2.0)
    }

    /// Fraction of white for a modality value, 0..=1.
    ///
    /// LINEAR: PS3.3 C.11.2.1.2.1, with the -0.5 and -1 of the standard; SIGMOID: C.11.2.1.3.1;
    /// LINEAR_EXACT: C.11.2.1.3.2. A width of 1 in LINEAR is a step.
    pub fn fraction(&self, value: f64) -> f64 {
        match self.function {
            VoiFunction::Linear => {
                let (center, width) = (self.center - 0.5, (self.width - 1.0).max(0.0));
                if value <= center - width / 2.0 {
                    0.0
                } else if value > center + width / 2.0 {
                    1.0
                } else {
                    ((value - center) / width + 0.5).clamp(0.0, 1.0)
                }
            }
            VoiFunction::LinearExact => {
                if value <= self.center - self.width / 2.0 {
                    0.0
                } else if value > self.center + self.width / 2.0 {
                    1.0
                } else {
                    ((value - self.center) / self.width + 0.5).clamp(0.0, 1.0)
                }
            }
            VoiFunction::Sigmoid => 1.0 / (1.0 + (-4.0 * (value - self.center) / self.width).exp()),
        }
    }
}

impl VoiLut {
    /// Fraction of white for a modality value, 0..=1.
    pub fn fraction(&self, value: f64) -> f64 {
        let Some(last) = self.values.len().checked_sub(1) else { return 0.0 };
        let white = f64::from((1u32 << self.bits.clamp(1, 16)) - 1);
        let index = (value - self.first).clamp(0.0, last as f64) as usize;
        (f64::from(self.values[index]) / white).clamp(0.0, 1.0)
    }
}

impl Voi {
    pub fn fraction(&self, value: f64) -> f64 {
        match self {
            Self::Window(window) => window.fraction(value),
            Self::Lut(lut) => lut.fraction(value),
        }
    }

    pub fn explanation(&self) -> Option<&str> {
        match self {
            Self::Window(window) => window.explanation.as_deref(),
            Self::Lut(lut) => lut.explanation.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_follows_the_standard_at_its_borders() {
        // PS3.3 C.11.2.1.2.1, c = 2048, w = 4096 onto 0..255.
        let window = Window::linear(2048.0, 4096.0);
        let check = |value: f64, expected: f64| {
            let got = window.fraction(value) * 255.0;
            assert!((got - expected).abs() < 1e-9, "{value}: {got} {expected}");
        };
        check(-1.0, 0.0);
        check(0.0, 0.0);
        check(4095.0, 255.0);
        check(4096.0, 255.0);
        check(2047.5, 127.5);
        check(1024.0, (1024.0 - 2047.5) / 4095.0 * 255.0 + 127.5);
    }

    #[test]
    fn a_width_of_one_is_a_step() {
        let window = Window::linear(100.0, 1.0);
        assert_eq!(window.fraction(99.5), 0.0);
        assert_eq!(window.fraction(99.6), 1.0);
    }

    #[test]
    fn sigmoid_and_exact_pass_through_the_middle() {
        for function in [VoiFunction::Sigmoid, VoiFunction::LinearExact] {
            let window = Window { function, ..Window::linear(50.0, 20.0) };
            assert!((window.fraction(50.0) - 0.5).abs() < 1e-12);
            assert!(window.fraction(55.0) > 0.5);
        }
        let sigmoid = Window { function: VoiFunction::Sigmoid, ..Window::linear(50.0, 20.0) };
        assert!((sigmoid.fraction(60.0) - 1.0 / (1.0 + (-2.0f64).exp())).abs() < 1e-12);
    }

    #[test]
    fn a_lut_holds_its_ends() {
        let lut = VoiLut { first: 10.0, bits: 8, values: vec![0, 51, 255].into(), explanation: None };
        assert_eq!(lut.fraction(-5.0), 0.0);
        assert_eq!(lut.fraction(11.0), 0.2);
        assert_eq!(lut.fraction(99.0), 1.0);
    }
}
