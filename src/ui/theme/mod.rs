//! Colours, fonts and sizes: the only place where they are named.
//!
//! Colours of panels are functions, because the theme can change while the program runs: [`text`], [`weak`]. What lies
//! on the film has one set of colours in both themes, because the film's ground stays black: [`film`].

mod palette;
mod style;

use std::cell::Cell;

use egui::{Color32, FontFamily, FontId};

use crate::session::settings::{Density, Settings, Theme};

pub use style::install;

thread_local! {
    static LOOKS: Cell<(Theme, Density)> = const { Cell::new((Theme::Dark, Density::Comfortable)) };
}

/// Takes theme, density and size of the settings over; does nothing where they are in force already.
pub fn apply(ctx: &egui::Context, settings: &Settings) {
    let looks = (settings.theme, settings.density);
    LOOKS.set(looks);
    let applied = egui::Id::unique("looks in force");
    let wanted = (looks.0 as u8, looks.1 as u8, settings.zoom_percent);
    let before: Option<(u8, u8, u16)> = ctx.data(|data| data.get_temp(applied));
    if before == Some(wanted) {
        return;
    }
    ctx.data_mut(|data| data.insert_temp(applied, wanted));
    // Only what was chosen anew: the window system's own scale comes on top and is not ours to set.
    if before.map_or(100, |(_, _, zoom)| zoom) != settings.zoom_percent {
        ctx.set_zoom_factor(f32::from(settings.zoom_percent) / 100.0);
    }
    style::set(ctx, looks.0, looks.1);
}

macro_rules! colors {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        $($(#[$doc])* pub fn $name() -> Color32 {
            palette::of(LOOKS.get().0).$name
        })*
    };
}

colors! {
    /// Ground of lists and empty screens.
    window,
    /// Ground of bars and side panels.
    panel,
    /// Buttons.
    raised,
    hovered,
    pressed,
    line,
    text,
    /// Text that stands out.
    strong,
    /// Text that steps back.
    weak,
    accent,
    /// Ground of what is chosen.
    accent_dim,
    good,
    warn,
    bad,
    /// Behind a dialog.
    scrim,
}

/// Scroll bars that are seen without being pointed at, for tables that may be wider than the window.
pub fn solid_scroll_bars(ui: &mut egui::Ui) {
    ui.spacing_mut().scroll = egui::style::ScrollStyle { bar_width: 8.0, ..egui::style::ScrollStyle::solid() };
}

/// The colour of a plot's series; beyond the last they begin anew.
pub fn series(number: usize) -> Color32 {
    let colors = palette::of(LOOKS.get().0).series;
    colors[number % colors.len()]
}

/// Colours of what lies on the film: the same in both themes.
pub mod film {
    use egui::Color32;

    const fn grey(level: u8) -> Color32 {
        Color32::from_gray(level)
    }

    pub const TEXT: Color32 = grey(208);
    pub const STRONG: Color32 = grey(236);
    pub const WEAK: Color32 = grey(152);
    pub const LINE: Color32 = grey(46);
    pub const ACCENT: Color32 = Color32::from_rgb(96, 165, 196);
    pub const GOOD: Color32 = Color32::from_rgb(122, 178, 132);
    /// Of boxes that are settled: lighter than [`GOOD`], which is for words.
    pub const SETTLED: Color32 = Color32::from_rgb(112, 226, 138);
    pub const WARN: Color32 = Color32::from_rgb(216, 172, 92);
    pub const BAD: Color32 = Color32::from_rgb(226, 118, 106);
    /// Boxes of readers under review, told apart by those who see fewer colours too (after Okabe and Ito, 2008); none is
    /// the green of what is settled.
    const READERS: [Color32; 9] = [
        Color32::from_rgb(86, 180, 233),
        Color32::from_rgb(240, 170, 40),
        Color32::from_rgb(232, 130, 190),
        Color32::from_rgb(240, 228, 96),
        Color32::from_rgb(232, 112, 62),
        Color32::from_rgb(150, 150, 240),
        Color32::from_rgb(80, 220, 220),
        Color32::from_rgb(200, 150, 110),
        Color32::from_rgb(200, 110, 236),
    ];

    /// Of the reader at this place of a film's list; beyond the last they begin anew.
    pub const fn reader(place: usize) -> Color32 {
        READERS[place % READERS.len()]
    }

    /// Measures and their values.
    pub const MEASURE: Color32 = Color32::from_rgb(250, 216, 84);
    /// Drawing that a film brings along.
    pub const OVERLAY: Color32 = Color32::from_rgb(222, 196, 118);
}

/// Behind the film.
pub const CANVAS: Color32 = Color32::BLACK;
/// Under text that lies on the film.
pub const SHADE: Color32 = Color32::from_black_alpha(150);
/// Beside a thin line on the film, so that it is seen on white.
pub const HALO: Color32 = Color32::from_black_alpha(130);
/// Room that a scroll bar takes of what it lies over, in points.
pub const SCROLL_BAR: f32 = 12.0;
pub const MEASURE_STROKE: f32 = 1.5;
/// A picture in its own colours.
pub const UNTINTED: Color32 = Color32::WHITE;

pub const WINDOW: Color32 = Color32::from_gray(17);
pub const PANEL: Color32 = Color32::from_gray(24);
pub const HOVERED: Color32 = Color32::from_gray(48);
pub const ACCENT_DIM: Color32 = Color32::from_rgb(30, 58, 72);
pub const SCRIM: Color32 = Color32::from_black_alpha(140);
pub const TEXT: Color32 = film::TEXT;
pub const STRONG: Color32 = film::STRONG;
pub const WEAK: Color32 = film::WEAK;
pub const LINE: Color32 = film::LINE;
pub const ACCENT: Color32 = film::ACCENT;
pub const GOOD: Color32 = film::GOOD;
pub const WARN: Color32 = film::WARN;
pub const BAD: Color32 = film::BAD;
pub const ROW_HEIGHT: f32 = 28.0;
/// Size of a page's heading.
pub const HEADING: f32 = 16.0;

/// A grey level of the test pattern, 0 to 255.
pub const fn test_grey(level: u8) -> Color32 {
    Color32::from_gray(level)
}

/// Height of a line of a table of figures.
pub const TABLE_ROW: f32 = 20.0;
/// Spacing comes in fours.
pub const UNIT: f32 = 4.0;
pub const SIDE_PANEL_WIDTH: f32 = 316.0;
pub const WINDOW_PANEL_WIDTH: f32 = 284.0;
/// Of the list of findings under review, and of the card of one.
pub const REVIEW_LIST_WIDTH: f32 = 276.0;
pub const REVIEW_CARD_WIDTH: f32 = 316.0;
pub const HISTORY_WIDTH: f32 = 232.0;
pub const STRIP_WIDTH: f32 = 132.0;
pub const BOX_STROKE: f32 = 1.5;
pub const SELECTED_STROKE: f32 = 2.5;
pub const HANDLE_SIZE: f32 = 7.0;
/// How much of a mask's colour lies on the film: findings must be seen through it.
pub const MASK_FILL: f32 = 0.2;
/// How strong a suggestion is beside a mark: what a reader said stands before what a model says.
pub const SUGGESTED: f32 = 0.75;
/// How much of a mark is left while another is singled out.
pub const FAINT: f32 = 0.3;
/// Of what is settled beside what is looked at: it must be found again, on bone and on air.
pub const SETTLED_STROKE: f32 = 2.0;
pub const SETTLED: f32 = 0.85;
/// How strong findings are that wait for a decision, beside the one that is looked at.
pub const UNDECIDED: f32 = 0.9;
/// How much is left of the other findings while one is pointed at.
pub const ISOLATED: f32 = 0.12;
/// How much of truth and answer is left beside the item that is looked at.
pub const BESIDE_ITEM: f32 = 0.6;
pub const OVERLAY_TEXT: f32 = 13.0;
/// Of a plot's curves, of its grid, and the radius of the dot at the operating point.
pub const CURVE_STROKE: f32 = 1.6;
pub const GRID_STROKE: f32 = 0.8;
pub const DOT_RADIUS: f32 = 5.0;
/// From this width on a viewport has room for the line that tells its chain of steps.
pub const WIDE_VIEWPORT: f32 = 560.0;
/// Of the ring around the widget that has the keyboard.
pub const FOCUS_STROKE: f32 = 2.0;

/// Height of a line of a list.
pub fn row_height() -> f32 {
    match LOOKS.get().1 {
        Density::Comfortable => 28.0,
        Density::Compact => 22.0,
    }
}

/// Height of a label's line beside the film.
pub fn label_row_height() -> f32 {
    match LOOKS.get().1 {
        Density::Comfortable => 24.0,
        Density::Compact => 19.0,
    }
}

/// A label's colour as its set gives it.
pub const fn label_color(rgb: [u8; 3]) -> Color32 {
    Color32::from_rgb(rgb[0], rgb[1], rgb[2])
}

/// The same hue as light as text on a dark film must be.
pub fn readable(color: Color32) -> Color32 {
    let luminance = 0.2126 * f32::from(color.r()) + 0.7152 * f32::from(color.g()) + 0.0722 * f32::from(color.b());
    color.lerp_to_gamma(film::STRONG, ((150.0 - luminance) / 150.0).clamp(0.0, 0.7))
}

/// Black or white, whichever is read better on this colour.
pub fn on_color(color: Color32) -> Color32 {
    let luminance = 0.2126 * f32::from(color.r()) + 0.7152 * f32::from(color.g()) + 0.0722 * f32::from(color.b());
    if luminance > 110.0 { CANVAS } else { film::STRONG }
}

pub fn overlay_font() -> FontId {
    FontId::new(OVERLAY_TEXT, FontFamily::Proportional)
}

pub fn small_font() -> FontId {
    FontId::new(11.5, FontFamily::Proportional)
}

/// Of a plot's ticks, legend and caption.
pub fn plot_font() -> FontId {
    FontId::new(11.5, FontFamily::Proportional)
}

/// Of a plot's title.
pub fn plot_title_font() -> FontId {
    FontId::new(13.5, strong_family())
}

pub fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}
