//! Named windows: the file's own, the computed one, percentiles, and those that a project keeps.

use super::{Film, Pixels, Voi, VoiFunction, Window, auto_window, window_between};

/// A named way to choose a window for a film.
#[derive(Clone, PartialEq, Debug)]
pub struct WindowPreset {
    pub name: String,
    pub kind: PresetKind,
}

/// How a preset finds its window.
#[derive(Clone, PartialEq, Debug)]
pub enum PresetKind {
    /// The file's own window or LUT, by position from 0.
    OfFile(usize),
    /// From the film's own values, border and air left out.
    Computed,
    /// Black and white where these shares (0..=1) of the patient's pixels are darker, as the film is shown.
    /// Radiographs have no absolute scale, so bone is where the brightest part of this film is.
    Percentiles { low: f64, high: f64 },
    /// The same modality values on every film: right for films of one device.
    Fixed { center: f64, width: f64, function: VoiFunction },
    /// Placed within the film's computed window.
    Relative(RelativeWindow),
}

/// A window in terms of a film's computed one, so that it means the same on a film of another device or exposure.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RelativeWindow {
    /// Where the center lies: 0 is the computed window's dark end as shown, 1 its bright end.
    pub center: f64,
    /// As a share of the computed width.
    pub width: f64,
    pub function: VoiFunction,
}

/// What every project offers besides the file's own windows.
pub fn shipped_presets() -> Vec<WindowPreset> {
    let preset = |name: &str, kind| WindowPreset { name: name.to_owned(), kind };
    vec![
        preset("Computed", PresetKind::Computed),
        preset("Bone", PresetKind::Percentiles { low: 0.25, high: 1.0 }),
        preset("Soft tissue", PresetKind::Percentiles { low: 0.0, high: 0.75 }),
        preset("Wide", PresetKind::Percentiles { low: 0.0, high: 1.0 }),
    ]
}

impl PresetKind {
    /// The window or LUT for this film; `None` where the film has no such one, and on colour films.
    pub fn voi(&self, film: &Film) -> Option<Voi> {
        let is_grey = matches!(film.pixels, Pixels::Grey(_));
        match *self {
            Self::OfFile(n) => film.facts.voi.get(n).cloned(),
            Self::Computed => is_grey.then(|| Voi::Window(auto_window(film))),
            Self::Percentiles { low, high } => {
                let histogram = film.patient_histogram()?;
                let (low, high) = if film.facts.is_inverted { (1.0 - high, 1.0 - low) } else { (low, high) };
                Some(Voi::Window(window_between(histogram.value_at(low)?, histogram.value_at(high)?)))
            }
            Self::Fixed { center, width, function } => {
                let is_usable = is_grey && center.is_finite() && width.is_finite() && width > 0.0;
                is_usable.then_some(Voi::Window(Window { center, width, function, explanation: None }))
            }
            Self::Relative(relative) => {
                is_grey.then(|| Voi::Window(relative.window(&auto_window(film), film.facts.is_inverted)))
            }
        }
    }
}

impl RelativeWindow {
    /// `window` in terms of `computed`, both of one film.
    pub fn of(window: &Window, computed: &Window, is_inverted: bool) -> Self {
        let ((low, high), (first, last)) = (window.ends(), computed.ends());
        let span = (last - first).max(f64::MIN_POSITIVE);
        let center = (f64::midpoint(low, high) - first) / span;
        let center = if is_inverted { 1.0 - center } else { center };
        Self { center, width: (high - low) / span, function: window.function }
    }

    /// On a film with this computed window.
    pub fn window(&self, computed: &Window, is_inverted: bool) -> Window {
        let (first, last) = computed.ends();
        let center = first + (last - first) * if is_inverted { 1.0 - self.center } else { self.center };
        let half = (self.width * (last - first) / 2.0).max(f64::MIN_POSITIVE);
        Window::between(center - half, center + half, self.function)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{DisplayFacts, GreyPlane, Histogram};
    use proptest::prelude::*;

    fn film(is_inverted: bool, low: u16, span: u16) -> Film {
        let texels = (0..200u32 * 200).map(|n| {
            let (x, y) = (n % 200, n / 200);
            let brightness = ((x * 37 + y * 91) % 1000) as u16;
            low + (u32::from(if is_inverted { 999 - brightness } else { brightness }) * u32::from(span) / 1000) as u16
        });
        let facts = DisplayFacts { is_inverted, ..DisplayFacts::default() };
        let plane = GreyPlane { texels: texels.collect(), scale: 1.0, offset: 0.0 };
        Film::new(200, 200, Pixels::Grey(plane), facts)
    }

    fn shown(film: &Film, kind: &PresetKind, brightness: f64) -> f64 {
        let voi = kind.voi(film).expect("grey");
        let (low, high) = Histogram::of_film(film).and_then(|h| h.range()).expect("values");
        let value =
            if film.facts.is_inverted { high - brightness * (high - low) } else { low + brightness * (high - low) };
        let fraction = voi.fraction(value);
        if film.facts.is_inverted { 1.0 - fraction } else { fraction }
    }

    #[test]
    fn percentiles_mean_the_same_on_films_of_both_polarities() {
        for is_inverted in [false, true] {
            for (low, span) in [(0, 900), (20_000, 30_000)] {
                let film = film(is_inverted, low, span);
                let bone = PresetKind::Percentiles { low: 0.35, high: 1.0 };
                assert!(shown(&film, &bone, 0.3) == 0.0 && shown(&film, &bone, 0.4) > 0.0, "{is_inverted} {span}");
                assert!((shown(&film, &bone, 0.675) - 0.5).abs() < 0.02, "{is_inverted} {span}");
            }
        }
    }

    #[test]
    fn every_shipped_preset_has_a_window_and_a_name_of_its_own() {
        let presets = shipped_presets();
        for preset in &presets {
            assert!(preset.kind.voi(&film(false, 5, 700)).is_some(), "{}", preset.name);
            assert_eq!(presets.iter().filter(|p| p.name == preset.name).count(), 1);
        }
        let colour = Film::new(1, 1, Pixels::Rgb(vec![1, 2, 3]), DisplayFacts::default());
        assert!(presets.iter().all(|preset| preset.kind.voi(&colour).is_none()));
        assert_eq!(PresetKind::OfFile(0).voi(&film(false, 0, 10)), None);
        let broken = PresetKind::Fixed { center: f64::NAN, width: 1.0, function: VoiFunction::Sigmoid };
        assert_eq!(broken.voi(&film(false, 0, 10)), None);
    }

    #[test]
    fn a_relative_window_follows_the_exposure() {
        let (first, second) = (film(false, 100, 1000), film(true, 3000, 20_000));
        let chosen = Window { function: VoiFunction::Sigmoid, ..Window::linear(600.0, 300.0) };
        let relative = RelativeWindow::of(&chosen, &auto_window(&first), false);
        let kind = PresetKind::Relative(relative);
        for brightness in [0.2, 0.5, 0.8] {
            let (a, b) = (shown(&first, &kind, brightness), shown(&second, &kind, brightness));
            assert!((a - b).abs() < 0.01, "{brightness}: {a} {b}");
        }
    }

    proptest! {
        #[test]
        fn relative_windows_come_back(
            center in -500.0..5000.0f64, width in 10.0..4000.0f64, which in 0usize..3, is_inverted: bool,
        ) {
            let function = [VoiFunction::Linear, VoiFunction::LinearExact, VoiFunction::Sigmoid][which];
            let window = Window { function, ..Window::linear(center, width) };
            let computed = Window::linear(1800.0, 2500.0);
            let back = RelativeWindow::of(&window, &computed, is_inverted).window(&computed, is_inverted);
            prop_assert!((back.center - center).abs() < 1e-6 && (back.width - width).abs() < 1e-6);
            prop_assert_eq!(back.function, function);
        }
    }
}
