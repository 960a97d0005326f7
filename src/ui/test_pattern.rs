//! A page to judge the monitor by: every square of it is made of whole pixels of the screen.
//!
//! After the usual quality-control images (AAPM TG18-QC, SMPTE RP 133), not a copy of either: a ramp in 17 steps, each
//! with a square 5 % and 95 % of the way to its neighbour's extreme; a ramp without steps; faint squares on black,
//! mid-grey and white; line pairs of one, two and three pixels in both directions, in the middle and in the corners; a
//! grid, a circle and corner marks for geometry.

use egui::{Id, Order, RichText, TextureOptions, Ui, WidgetInfo};

use crate::session::Command;

use super::words::tr;
use super::{Panel, theme};

/// The ground: middle grey.
const GROUND: u8 = 128;
const STEPS: usize = 17;
/// Differences of the faint squares from their ground, in grey levels of 255.
const FAINT: [u8; 6] = [1, 2, 3, 5, 8, 13];

pub(super) fn test_pattern_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let screen = ui.ctx().content_rect();
    let scale = ui.ctx().pixels_per_point();
    let size = [(screen.width() * scale).round() as usize, (screen.height() * scale).round() as usize];
    let texture = match panel.state.test_pattern.take().filter(|texture| texture.size() == size) {
        Some(texture) => texture,
        None => {
            let picture = egui::ColorImage::from_gray(size, &pattern(size[0], size[1]));
            ui.ctx().load_texture("test pattern", picture, TextureOptions::NEAREST)
        }
    };
    let area = egui::Area::new(Id::unique("test pattern")).order(Order::Foreground).fixed_pos(screen.min);
    area.show(ui.ctx(), |ui| {
        let response = ui.allocate_rect(screen, egui::Sense::click());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, tr("Test pattern")));
        // On whole pixels, or the line pairs smear.
        let on_pixels = egui::Rect::from_min_size(
            egui::pos2((screen.min.x * scale).round() / scale, (screen.min.y * scale).round() / scale),
            egui::vec2(size[0] as f32 / scale, size[1] as f32 / scale),
        );
        let uv = egui::Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
        ui.painter().image(texture.id(), on_pixels, uv, theme::UNTINTED);
    });
    panel.state.test_pattern = Some(texture);
    caption_ui(ui, panel, screen);
}

/// What to look for.
fn caption_ui(ui: &mut Ui, panel: &mut Panel<'_>, screen: egui::Rect) {
    // Between the line pairs of the lower corners.
    let unit = (screen.width() / 24.0).min(screen.height() / 16.0);
    let width = (screen.width() - 15.0 * unit).clamp(300.0, 900.0);
    let area = egui::Area::new(Id::unique("test pattern caption"))
        .order(Order::Tooltip)
        .anchor(egui::Align2::CENTER_BOTTOM, egui::vec2(0.0, -24.0));
    area.show(ui.ctx(), |ui| {
        egui::Frame::popup(ui.style()).show(ui, |ui| {
            ui.set_width(width);
            for line in [
                tr("Steps: each of the 17 differs from its neighbours, and its two small squares are seen, also in black and white."),
                tr("Ramp: no bands and no tint. An 8-bit screen has 256 levels; films are dithered between them."),
                tr("Faint squares differ from their ground by 1, 2, 3, 5, 8 and 13 levels of 255: on a good monitor in a dim room 3 is seen, mostly 2."),
                tr("Line pairs of 1, 2 and 3 pixels are black and white in both directions; grey means that the screen is scaled. Set it to its own resolution."),
                tr("The circle is round, the grid square, and all four corners are seen."),
            ] {
                ui.label(RichText::new(line).small());
            }
            ui.horizontal(|ui| {
                let (w, h) = (screen.width() * ui.ctx().pixels_per_point(), screen.height() * ui.ctx().pixels_per_point());
                ui.label(RichText::new(format!("{w:.0} × {h:.0}")).small().color(theme::weak()));
                if ui.button(tr("Full screen")).clicked() {
                    panel.ask(Command::ToggleFullScreen);
                }
                if ui.button(tr("Close")).clicked() {
                    panel.ask(Command::CloseDialog);
                }
            });
        });
    });
}

/// Grey levels, row by row.
struct Page {
    width: usize,
    height: usize,
    levels: Vec<u8>,
}

impl Page {
    fn fill(&mut self, x: usize, y: usize, width: usize, height: usize, level: impl Fn(usize, usize) -> u8) {
        for row in y..(y + height).min(self.height) {
            for column in x..(x + width).min(self.width) {
                self.levels[row * self.width + column] = level(column - x, row - y);
            }
        }
    }

    /// Where the sixteen units of the page begin.
    fn top(&self, unit: usize) -> usize {
        (self.height - 16 * unit.min(self.height / 16)) / 2
    }

    fn square(&mut self, x: usize, y: usize, side: usize, level: u8) {
        self.fill(x, y, side, side, |_, _| level);
    }
}

/// The whole page for a screen of so many pixels.
fn pattern(width: usize, height: usize) -> Vec<u8> {
    let mut page = Page { width, height, levels: vec![GROUND; width * height] };
    if width < 320 || height < 240 {
        return page.levels;
    }
    geometry(&mut page);
    let unit = (width / 24).min(height / 16).max(8);
    steps(&mut page, unit);
    ramp(&mut page, unit);
    faint(&mut page, unit);
    let side = unit * 3 / 2;
    let (right, low) = (width - 4 * side - unit / 2, height - 2 * side - unit / 2);
    for (x, y) in [(unit / 2, unit / 2), (right, unit / 2), (unit / 2, low), (right, low)] {
        line_pairs(&mut page, x, y, side);
    }
    page.levels
}

/// Grid, circle and corner marks.
fn geometry(page: &mut Page) {
    let (width, height) = (page.width, page.height);
    let cell = (height / 12).max(16);
    let (left, top) = (width / 2 % cell, height / 2 % cell);
    for x in (left..width).step_by(cell) {
        page.fill(x, 0, 1, height, |_, _| 160);
    }
    for y in (top..height).step_by(cell) {
        page.fill(0, y, width, 1, |_, _| 160);
    }
    let (cx, cy, radius) = (width as f64 / 2.0, height as f64 / 2.0, height as f64 * 0.47);
    let num = (radius * 8.0) as usize;
    for k in 0..num {
        let angle = k as f64 / num as f64 * std::f64::consts::TAU;
        let (x, y) = (cx + radius * angle.cos(), cy + radius * angle.sin());
        page.square(x as usize, y as usize, 2, 200);
    }
    // The very edge of the screen.
    page.fill(0, 0, width, 1, |_, _| 255);
    page.fill(0, height - 1, width, 1, |_, _| 255);
    page.fill(0, 0, 1, height, |_, _| 255);
    page.fill(width - 1, 0, 1, height, |_, _| 255);
}

/// The level of one of the 17 steps: 0, 16, 32 and so on, and 255.
fn step_level(step: usize) -> u8 {
    (step * 16).min(255) as u8
}

/// Seventeen steps in one row; in each a square 5 % and one 95 % of the way from it to the other end of the scale.
fn steps(page: &mut Page, unit: usize) {
    let size = unit * 5 / 4;
    let (x0, y) = ((page.width - STEPS * size) / 2, page.top(unit) + unit * 17 / 4);
    for step in 0..STEPS {
        let level = step_level(step);
        let x = x0 + step * size;
        page.fill(x, y, size, unit * 2, |_, _| level);
        let other = if level < 128 { 255.0 } else { 0.0 };
        let towards = |share: f64| (f64::from(level) + (other - f64::from(level)) * share).round() as u8;
        let side = size / 3;
        page.square(x + size / 2 - side / 2, y + unit / 3, side, towards(0.05));
        page.square(x + size / 2 - side / 2, y + unit * 7 / 6, side, towards(0.95));
    }
}

/// Black to white without steps, as wide as the steps.
fn ramp(page: &mut Page, unit: usize) {
    let width = STEPS * (unit * 5 / 4);
    let (x, y) = ((page.width - width) / 2, page.top(unit) + unit * 27 / 4);
    page.fill(x, y, width, unit * 3 / 2, |column, _| (column * 256 / width).min(255) as u8);
}

/// Faint squares on black, on middle grey and on white.
fn faint(page: &mut Page, unit: usize) {
    let (block, height) = (unit * 7, unit * 2);
    let x0 = (page.width - 3 * block) / 2;
    let y = page.top(unit) + unit * 35 / 4;
    for (n, ground) in [0u8, GROUND, 255].into_iter().enumerate() {
        let x = x0 + n * block;
        page.fill(x, y, block, height, |_, _| ground);
        for (k, difference) in FAINT.into_iter().enumerate() {
            let level = if ground == 255 { 255 - difference } else { ground + difference };
            page.square(x + unit / 2 + k * unit, y + height / 2 - unit * 3 / 8, unit * 3 / 4, level);
        }
    }
}

/// Three patches of upright lines above three of level ones: one, two and three pixels wide.
fn line_pairs(page: &mut Page, x: usize, y: usize, side: usize) {
    for thickness in 1..=3 {
        let left = x + (thickness - 1) * (side + side / 8);
        let is_white = |along: usize| if (along / thickness).is_multiple_of(2) { 255 } else { 0 };
        page.fill(left, y, side, side, |column, _| is_white(column));
        page.fill(left, y + side + side / 8, side, side * 3 / 4, |_, row| is_white(row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (usize, usize) = (1600, 1000);

    fn page() -> Vec<u8> {
        pattern(SIZE.0, SIZE.1)
    }

    #[test]
    fn every_level_of_the_ramp_and_of_the_steps_is_there() {
        let levels = page();
        let has = |level: u8| levels.contains(&level);
        assert!((0..=255).all(has));
        let steps: Vec<u8> = (0..STEPS).map(step_level).collect();
        assert_eq!((steps[0], steps[8], steps[16]), (0, 128, 255));
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn line_pairs_alternate_pixel_by_pixel() {
        let levels = page();
        let unit = (SIZE.0 / 24).min(SIZE.1 / 16);
        let row = unit / 2 + 5;
        let from = row * SIZE.0 + unit / 2;
        assert_eq!(levels[from..from + 6], [255, 0, 255, 0, 255, 0]);
        let side = unit * 3 / 2;
        let second = from + side + side / 8;
        assert_eq!(levels[second..second + 8], [255, 255, 0, 0, 255, 255, 0, 0]);
        let below = (unit / 2 + side + side / 8) * SIZE.0 + unit / 2 + 3;
        let column: Vec<u8> = (0..4).map(|k| levels[below + k * SIZE.0]).collect();
        assert_eq!(column, [255, 0, 255, 0]);
    }

    #[test]
    fn the_smallest_difference_is_one_level() {
        assert_eq!(FAINT[0], 1);
        let levels = page();
        assert!(levels.contains(&1) && levels.contains(&254) && levels.contains(&(GROUND + 1)));
    }

    #[test]
    fn a_window_of_any_size_has_a_page() {
        for (width, height) in [(1, 1), (320, 240), (321, 999), (5000, 300), (641, 481)] {
            assert_eq!(pattern(width, height).len(), width * height);
        }
    }
}
