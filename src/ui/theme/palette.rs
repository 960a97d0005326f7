//! The colours of the panels in both themes: neutral greys, so that nothing tints what the eye expects of the film.

use egui::Color32;

use crate::session::settings::Theme;

/// One theme's colours.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Palette {
    pub window: Color32,
    pub panel: Color32,
    pub raised: Color32,
    pub hovered: Color32,
    pub pressed: Color32,
    pub field: Color32,
    /// Check boxes and handles, told from their ground without their words.
    pub control: Color32,
    pub dialog: Color32,
    pub line: Color32,
    pub edge: Color32,
    pub text: Color32,
    pub strong: Color32,
    pub weak: Color32,
    pub accent: Color32,
    pub accent_dim: Color32,
    pub good: Color32,
    pub warn: Color32,
    pub bad: Color32,
    pub scrim: Color32,
    /// Of plots, in their order; told apart by those who see fewer colours too (after Okabe and Ito, 2008).
    pub series: [Color32; 14],
}

const fn grey(level: u8) -> Color32 {
    Color32::from_gray(level)
}

const DARK: Palette = Palette {
    window: grey(17),
    panel: grey(24),
    raised: grey(36),
    hovered: grey(48),
    pressed: grey(58),
    field: grey(14),
    control: grey(104),
    dialog: grey(28),
    line: grey(46),
    edge: grey(70),
    text: grey(208),
    strong: grey(236),
    weak: grey(156),
    accent: Color32::from_rgb(96, 165, 196),
    accent_dim: Color32::from_rgb(30, 58, 72),
    good: Color32::from_rgb(122, 178, 132),
    warn: Color32::from_rgb(216, 172, 92),
    bad: Color32::from_rgb(226, 118, 106),
    scrim: Color32::from_black_alpha(140),
    series: [
        Color32::from_rgb(86, 180, 233),
        Color32::from_rgb(230, 159, 0),
        Color32::from_rgb(64, 190, 150),
        Color32::from_rgb(204, 130, 176),
        Color32::from_rgb(240, 228, 96),
        Color32::from_rgb(232, 112, 62),
        Color32::from_rgb(150, 150, 240),
        grey(186),
        Color32::from_rgb(240, 170, 190),
        Color32::from_rgb(150, 210, 60),
        Color32::from_rgb(176, 128, 84),
        Color32::from_rgb(80, 220, 220),
        Color32::from_rgb(200, 90, 230),
        Color32::from_rgb(190, 216, 176),
    ],
};

/// Not white: a reading room is dim, and the film next to the panel is mostly black.
const LIGHT: Palette = Palette {
    window: grey(206),
    panel: grey(220),
    raised: grey(195),
    hovered: grey(184),
    pressed: grey(172),
    field: grey(236),
    control: grey(118),
    dialog: grey(226),
    line: grey(180),
    edge: grey(140),
    text: grey(32),
    strong: grey(8),
    weak: grey(72),
    accent: Color32::from_rgb(14, 82, 112),
    accent_dim: Color32::from_rgb(168, 203, 219),
    good: Color32::from_rgb(24, 84, 38),
    warn: Color32::from_rgb(116, 70, 0),
    bad: Color32::from_rgb(152, 28, 20),
    scrim: Color32::from_black_alpha(110),
    series: [
        Color32::from_rgb(0, 90, 150),
        Color32::from_rgb(146, 78, 0),
        Color32::from_rgb(0, 104, 74),
        Color32::from_rgb(136, 50, 104),
        Color32::from_rgb(104, 94, 0),
        Color32::from_rgb(176, 52, 16),
        Color32::from_rgb(78, 72, 186),
        grey(70),
        Color32::from_rgb(170, 24, 88),
        Color32::from_rgb(62, 104, 0),
        Color32::from_rgb(92, 56, 26),
        Color32::from_rgb(0, 98, 104),
        Color32::from_rgb(128, 20, 160),
        Color32::from_rgb(20, 40, 80),
    ],
};

pub(super) const fn of(theme: Theme) -> &'static Palette {
    match theme {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2, "relative luminance".
    fn luminance(color: Color32) -> f64 {
        let linear = |level: u8| {
            let c = f64::from(level) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    /// WCAG 2.2, "contrast ratio".
    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn contrast_is_as_the_guideline_computes_it() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(grey(119), Color32::WHITE) - 4.48).abs() < 0.01);
    }

    #[test]
    fn text_is_readable_in_both_themes() {
        for theme in Theme::ALL {
            let p = of(theme);
            for (ground, name) in [(p.panel, "panel"), (p.window, "window"), (p.raised, "button"), (p.dialog, "dialog")]
            {
                for (color, least, what) in [
                    (p.strong, 7.0, "strong"),
                    (p.text, 7.0, "text"),
                    (p.weak, 4.5, "weak"),
                    (p.good, 4.5, "good"),
                    (p.warn, 4.5, "warn"),
                    (p.bad, 4.5, "bad"),
                    // Edges and the focus ring: WCAG 1.4.11 asks 3 of what is not text.
                    (p.accent, 3.0, "accent"),
                ] {
                    let ratio = contrast(color, ground);
                    assert!(ratio >= least, "{}: {what} on {name}: {ratio:.2}", theme.name());
                }
            }
            for color in p.series {
                assert!(contrast(color, p.window) >= 3.0, "{}: a curve {color:?}", theme.name());
            }
            for ground in [p.panel, p.dialog] {
                assert!(contrast(p.control, ground) >= 3.0, "{}: a check box", theme.name());
            }
            assert!(contrast(p.strong, p.accent_dim) >= 7.0, "{}: text of a chosen row", theme.name());
            assert!(contrast(p.text, p.hovered) >= 7.0, "{}: text under the pointer", theme.name());
        }
    }

    #[test]
    fn greys_are_neutral() {
        for theme in Theme::ALL {
            let p = of(theme);
            for color in [p.window, p.panel, p.raised, p.hovered, p.pressed, p.field, p.dialog, p.line, p.text] {
                assert!(color.r() == color.g() && color.g() == color.b(), "{color:?}");
            }
        }
    }
}
