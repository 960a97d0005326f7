//! Colours, fonts and sizes: the only place where they are named. Neutral greys, nothing brighter than the film.

use std::sync::Arc;

use egui::{Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke, TextStyle, Visuals};

const fn grey(level: u8) -> Color32 {
    Color32::from_gray(level)
}

/// Behind the film.
pub const CANVAS: Color32 = Color32::BLACK;
pub const WINDOW: Color32 = grey(17);
pub const PANEL: Color32 = grey(24);
pub const RAISED: Color32 = grey(36);
pub const HOVERED: Color32 = grey(48);
pub const PRESSED: Color32 = grey(58);
pub const LINE: Color32 = grey(46);
pub const TEXT: Color32 = grey(208);
pub const STRONG: Color32 = grey(236);
pub const WEAK: Color32 = grey(152);
pub const ACCENT: Color32 = Color32::from_rgb(96, 165, 196);
pub const ACCENT_DIM: Color32 = Color32::from_rgb(30, 58, 72);
pub const GOOD: Color32 = Color32::from_rgb(122, 178, 132);
pub const WARN: Color32 = Color32::from_rgb(216, 172, 92);
pub const BAD: Color32 = Color32::from_rgb(226, 118, 106);
/// Under text that lies on the film.
pub const SHADE: Color32 = Color32::from_black_alpha(150);
/// Drawing that a film brings along.
pub const FILM_OVERLAY: Color32 = Color32::from_rgb(222, 196, 118);
/// A picture in its own colours.
pub const UNTINTED: Color32 = Color32::WHITE;
/// Behind a dialog.
pub const SCRIM: Color32 = Color32::from_black_alpha(140);

/// Spacing comes in fours.
pub const UNIT: f32 = 4.0;
pub const SIDE_PANEL_WIDTH: f32 = 316.0;
pub const STRIP_WIDTH: f32 = 132.0;
pub const ROW_HEIGHT: f32 = 28.0;
pub const BOX_STROKE: f32 = 1.5;
pub const SELECTED_STROKE: f32 = 2.5;
pub const HANDLE_SIZE: f32 = 7.0;
pub const OVERLAY_TEXT: f32 = 13.0;

/// A label's colour as its set gives it.
pub const fn label_color(rgb: [u8; 3]) -> Color32 {
    Color32::from_rgb(rgb[0], rgb[1], rgb[2])
}

/// The same hue as light as text on a dark film must be.
pub fn readable(color: Color32) -> Color32 {
    let luminance = 0.2126 * f32::from(color.r()) + 0.7152 * f32::from(color.g()) + 0.0722 * f32::from(color.b());
    color.lerp_to_gamma(STRONG, ((150.0 - luminance) / 150.0).clamp(0.0, 0.7))
}

pub fn overlay_font() -> FontId {
    FontId::new(OVERLAY_TEXT, FontFamily::Proportional)
}

pub fn small_font() -> FontId {
    FontId::new(11.5, FontFamily::Proportional)
}

pub fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// Fonts and looks of the whole program.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    let inter = include_bytes!("../../assets/fonts/Inter-Regular.otf");
    let strong = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
    fonts.font_data.insert("Inter".into(), Arc::new(FontData::from_static(inter)));
    fonts.font_data.insert("Inter SemiBold".into(), Arc::new(FontData::from_static(strong)));
    fonts.families.entry(FontFamily::Proportional).or_default().insert(0, "Inter".into());
    let mut strong_fonts = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    strong_fonts.insert(0, "Inter SemiBold".into());
    fonts.families.insert(strong_family(), strong_fonts);
    ctx.set_fonts(fonts);
    ctx.set_theme(egui::Theme::Dark);
    ctx.all_styles_mut(|style| {
        style.visuals = visuals();
        style.text_styles = [
            (TextStyle::Small, FontId::new(11.5, FontFamily::Proportional)),
            (TextStyle::Body, FontId::new(13.5, FontFamily::Proportional)),
            (TextStyle::Button, FontId::new(13.5, FontFamily::Proportional)),
            (TextStyle::Monospace, FontId::new(12.5, FontFamily::Monospace)),
            (TextStyle::Heading, FontId::new(17.0, strong_family())),
        ]
        .into();
        style.spacing.item_spacing = egui::vec2(2.0 * UNIT, 1.5 * UNIT);
        style.spacing.button_padding = egui::vec2(2.5 * UNIT, 1.25 * UNIT);
        style.spacing.interact_size.y = 6.5 * UNIT;
        style.interaction.selectable_labels = false;
        style.animation_time = 0.0;
    });
}

fn visuals() -> Visuals {
    let mut v = Visuals::dark();
    v.panel_fill = PANEL;
    v.window_fill = grey(28);
    v.extreme_bg_color = grey(14);
    v.faint_bg_color = grey(27);
    v.override_text_color = None;
    v.weak_text_color = Some(WEAK);
    v.warn_fg_color = WARN;
    v.error_fg_color = BAD;
    v.hyperlink_color = ACCENT;
    v.selection.bg_fill = ACCENT_DIM;
    v.selection.stroke = Stroke::new(1.0, ACCENT);
    v.window_stroke = Stroke::new(1.0, LINE);
    let round = CornerRadius::same(4);
    for (state, fill, text) in [
        (&mut v.widgets.noninteractive, PANEL, TEXT),
        (&mut v.widgets.inactive, RAISED, TEXT),
        (&mut v.widgets.hovered, HOVERED, STRONG),
        (&mut v.widgets.active, PRESSED, STRONG),
        (&mut v.widgets.open, HOVERED, STRONG),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.fg_stroke = Stroke::new(1.0, text);
        state.bg_stroke = Stroke::NONE;
        state.corner_radius = round;
        state.expansion = 0.0;
    }
    v.widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
    v.widgets.hovered.bg_stroke = Stroke::new(1.0, grey(70));
    v.widgets.active.bg_stroke = Stroke::new(1.0, ACCENT);
    v
}
