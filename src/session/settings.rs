//! What holds on this computer for every project and every reader: looks, language and memory.

use crate::domain::imaging::Interpolation;

/// The language of the interface; labels and patient facts stay as the data has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    #[default]
    English,
    Vietnamese,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Vietnamese];

    /// In the language itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Vietnamese => "Tiếng Việt",
        }
    }
}

/// Colours of the panels; behind the film it is black in both.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    #[default]
    Dark,
    Light,
}

impl Theme {
    pub const ALL: [Self; 2] = [Self::Dark, Self::Light];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Dark => "Dark",
            Self::Light => "Light",
        }
    }
}

/// How much room widgets take.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Density {
    #[default]
    Comfortable,
    Compact,
}

impl Density {
    pub const ALL: [Self; 2] = [Self::Comfortable, Self::Compact];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Comfortable => "Comfortable",
            Self::Compact => "Compact",
        }
    }
}

/// The sizes of the interface that can be chosen, in percent of the monitor's own scale.
pub const ZOOM_PERCENTS: [u16; 7] = [75, 90, 100, 110, 125, 150, 200];

/// The budgets that can be chosen, in MiB.
pub const BUDGETS_MB: [u32; 6] = [256, 512, 1024, 2048, 4096, 8192];

/// Everything that is chosen once for the machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    pub language: Language,
    pub theme: Theme,
    pub density: Density,
    /// One of [`ZOOM_PERCENTS`].
    pub zoom_percent: u16,
    /// Between the film's pixels, where it is shown at 1:1 or larger.
    pub interpolation: Interpolation,
    /// Eight-bit output is dithered, so that slow ramps show no steps.
    pub is_dithered: bool,
    /// The next film is shown at the same place, size and turn.
    pub keeps_view: bool,
    /// The next film is shown with the same window.
    pub keeps_window: bool,
    /// The film's edge draws shapes to itself.
    pub snaps_to_edge: bool,
    /// Memory for decoded films, in MiB.
    pub film_budget_mb: u32,
    /// Memory of the graphics card for films, in MiB.
    pub texture_budget_mb: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::default(),
            theme: Theme::default(),
            density: Density::default(),
            zoom_percent: 100,
            interpolation: Interpolation::default(),
            is_dithered: true,
            keeps_view: false,
            keeps_window: false,
            snaps_to_edge: true,
            film_budget_mb: 1024,
            texture_budget_mb: 512,
        }
    }
}
