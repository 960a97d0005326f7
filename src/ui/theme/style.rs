//! Fonts, and egui's own style in the colours and sizes of the theme.

use std::sync::Arc;

use egui::{CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke, Style, TextStyle, Visuals};

use super::palette::{self, Palette};
use super::{UNIT, strong_family};
use crate::session::settings::{Density, Theme};

/// Fonts and first looks of the whole program.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    let inter = include_bytes!("../../../assets/fonts/Inter-Regular.otf");
    let strong = include_bytes!("../../../assets/fonts/Inter-SemiBold.otf");
    fonts.font_data.insert("Inter".into(), Arc::new(FontData::from_static(inter)));
    fonts.font_data.insert("Inter SemiBold".into(), Arc::new(FontData::from_static(strong)));
    // egui's own fonts stay behind Inter: they have arrows and signs that it lacks, it has the Vietnamese letters.
    fonts.families.entry(FontFamily::Proportional).or_default().insert(0, "Inter".into());
    fonts.families.entry(FontFamily::Monospace).or_default().push("Inter".into());
    let mut strong_fonts = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    strong_fonts.insert(0, "Inter SemiBold".into());
    fonts.families.insert(strong_family(), strong_fonts);
    ctx.set_fonts(fonts);
    // Ctrl with plus, minus and 0 is the film's; the size of the interface is a setting.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    set(ctx, Theme::Dark, Density::Comfortable);
}

/// The looks in force from the next frame on.
pub(super) fn set(ctx: &egui::Context, theme: Theme, density: Density) {
    ctx.set_theme(match theme {
        Theme::Dark => egui::Theme::Dark,
        Theme::Light => egui::Theme::Light,
    });
    ctx.all_styles_mut(|style| {
        style.visuals = visuals(theme);
        sizes(style, density);
        style.interaction.selectable_labels = false;
        style.animation_time = 0.0;
    });
}

fn sizes(style: &mut Style, density: Density) {
    let is_compact = density == Density::Compact;
    let text = |comfortable: f32, family| FontId::new(if is_compact { comfortable - 1.0 } else { comfortable }, family);
    style.text_styles = [
        (TextStyle::Small, FontId::new(if is_compact { 11.0 } else { 11.5 }, FontFamily::Proportional)),
        (TextStyle::Body, text(13.5, FontFamily::Proportional)),
        (TextStyle::Button, text(13.5, FontFamily::Proportional)),
        (TextStyle::Monospace, text(12.5, FontFamily::Monospace)),
        (TextStyle::Heading, text(17.0, strong_family())),
    ]
    .into();
    let unit = if is_compact { 2.5 } else { UNIT };
    style.spacing.item_spacing = egui::vec2(2.0 * unit, 1.5 * unit);
    style.spacing.button_padding = egui::vec2(2.5 * unit, 1.25 * unit);
    style.spacing.interact_size.y = if is_compact { 5.25 * UNIT } else { 6.5 * UNIT };
}

fn visuals(theme: Theme) -> Visuals {
    let p: &Palette = palette::of(theme);
    let mut v = if theme == Theme::Dark { Visuals::dark() } else { Visuals::light() };
    // A steady caret: nothing on the screen moves by itself, and an idle window draws nothing.
    v.text_cursor.blink = false;
    v.panel_fill = p.panel;
    v.window_fill = p.dialog;
    v.extreme_bg_color = p.field;
    v.faint_bg_color = p.dialog;
    v.override_text_color = None;
    v.weak_text_color = Some(p.weak);
    v.warn_fg_color = p.warn;
    v.error_fg_color = p.bad;
    v.hyperlink_color = p.accent;
    v.selection.bg_fill = p.accent_dim;
    v.selection.stroke = Stroke::new(1.0, if theme == Theme::Dark { p.accent } else { p.strong });
    v.window_stroke = Stroke::new(1.0, p.line);
    let round = CornerRadius::same(4);
    for (state, fill, text) in [
        (&mut v.widgets.noninteractive, p.panel, p.text),
        (&mut v.widgets.inactive, p.raised, p.text),
        (&mut v.widgets.hovered, p.hovered, p.strong),
        (&mut v.widgets.active, p.pressed, p.strong),
        (&mut v.widgets.open, p.hovered, p.strong),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.fg_stroke = Stroke::new(1.0, text);
        state.bg_stroke = Stroke::NONE;
        state.corner_radius = round;
        state.expansion = 0.0;
    }
    for (state, fill) in
        [(&mut v.widgets.inactive, p.control), (&mut v.widgets.hovered, p.weak), (&mut v.widgets.active, p.weak)]
    {
        state.bg_fill = fill;
    }
    v.widgets.noninteractive.bg_stroke = Stroke::new(1.0, p.line);
    // Greys of buttons and of what they lie on are too near each other for a dim light screen.
    if theme == Theme::Light {
        v.widgets.inactive.bg_stroke = Stroke::new(1.0, p.edge.lerp_to_gamma(p.line, 0.5));
    }
    v.widgets.hovered.bg_stroke = Stroke::new(1.0, p.edge);
    v.widgets.active.bg_stroke = Stroke::new(1.0, p.accent);
    v
}
