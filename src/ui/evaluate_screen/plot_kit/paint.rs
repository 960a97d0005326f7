//! Drawing a plot into a rectangle: the same on the screen and in a picture.

use std::f32::consts::FRAC_PI_2;
use std::sync::Arc;

use egui::epaint::TextShape;
use egui::{Align2, Color32, Galley, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};

use crate::domain::evaluation::plot::{Axis, Bar, Plot, Series, Style};
use crate::domain::evaluation::plots::GREY;
use crate::ui::theme;
use crate::ui::words::{translated, translated_name};

use super::{Hit, figures};

/// Where a plot's values lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Painted {
    pub outer: Rect,
    /// Between the axes.
    pub inner: Rect,
}

impl Painted {
    pub fn place(&self, plot: &Plot, [x, y]: [f64; 2]) -> Pos2 {
        let (x, y) = (plot.x.place(x) as f32, plot.y.place(y) as f32);
        pos2(self.inner.left() + x * self.inner.width(), self.inner.bottom() - y * self.inner.height())
    }

    pub fn bar(&self, plot: &Plot, bar: &Bar) -> Rect {
        Rect::from_two_pos(self.place(plot, [bar.x[0], bar.y[0]]), self.place(plot, [bar.x[1], bar.y[1]]))
    }
}

const PAD: f32 = 8.0;
const TICK: f32 = 4.0;
/// The most that names of classes beside the axis may take of the width.
const MOST_NAMES: f32 = 0.4;

pub(super) fn color(number: usize) -> Color32 {
    if number == GREY { theme::weak() } else { theme::series(number) }
}

pub(super) fn text(painter: &Painter, text: &str, color: Color32) -> Arc<Galley> {
    painter.layout_no_wrap(translated_name(text).into_owned(), theme::plot_font(), color)
}

/// Draws everything but the read-out.
pub(super) fn plot(painter: &Painter, outer: Rect, plot: &Plot) -> Painted {
    painter.rect(outer, 4.0, theme::window(), Stroke::new(theme::GRID_STROKE, theme::line()), StrokeKind::Inside);
    let top = title(painter, outer, &plot.title);
    let top = legend(painter, outer, top, plot);
    let bottom = caption(painter, outer, &plot.caption);
    let ticks = [&plot.x, &plot.y].map(Axis::ticks);
    let widest = ticks[1].iter().map(|(_, name)| text(painter, name, theme::weak()).size().x).fold(0.0, f32::max);
    let left = outer.left() + PAD + 16.0 + widest.min(outer.width() * MOST_NAMES) + TICK + 2.0;
    let foot = bottom - 16.0 - 16.0 - TICK;
    let inner = Rect::from_min_max(pos2(left, top + 6.0), pos2(outer.right() - PAD - 6.0, foot.max(top + 20.0)));
    let painted = Painted { outer, inner };
    grid(painter, &painted, plot, &ticks);
    axis_titles(painter, &painted, plot);
    // A hair more than the axes, or a line along an axis is cut in half.
    let clipped = painter.with_clip_rect(inner.expand(1.5).intersect(painter.clip_rect()));
    for bar in plot.bars() {
        clipped.rect_filled(painted.bar(plot, &bar), 1.0, color(plot.series[bar.series].color).gamma_multiply(0.75));
    }
    for series in &plot.series {
        curve(&clipped, &painted, plot, series);
    }
    for &(at, number) in &plot.dots {
        dot(painter, painted.place(plot, at), color(number));
    }
    painted
}

pub(super) fn title(painter: &Painter, outer: Rect, title: &str) -> f32 {
    let at = outer.min + vec2(PAD, PAD - 1.0);
    let title = translated_name(title).into_owned();
    painter.text(at, Align2::LEFT_TOP, title, theme::plot_title_font(), theme::strong()).bottom()
}

/// Names of the series, in as many lines as they need.
fn legend(painter: &Painter, outer: Rect, top: f32, plot: &Plot) -> f32 {
    let named = plot.series.iter().filter(|series| !series.name.is_empty());
    let mut at = pos2(outer.left() + PAD, top + 3.0);
    let mut bottom = top;
    for series in named {
        let room = outer.width() - 2.0 * PAD - 20.0;
        let galley = text(painter, &fitting(painter, &series.name, room), theme::text());
        let width = 20.0 + galley.size().x;
        if at.x + width > outer.right() - PAD && at.x > outer.left() + PAD {
            at = pos2(outer.left() + PAD, at.y + 15.0);
        }
        let middle = at.y + galley.size().y / 2.0;
        let color = color(series.color);
        let line = [pos2(at.x, middle), pos2(at.x + 15.0, middle)];
        match series.style {
            Style::Bars => {
                painter.rect_filled(Rect::from_center_size(line[0] + vec2(7.0, 0.0), Vec2::splat(9.0)), 1.0, color);
            }
            Style::Dashed => {
                painter.extend(Shape::dashed_line(&line, Stroke::new(theme::CURVE_STROKE, color), 4.0, 3.0));
            }
            Style::Points => {
                painter.circle_filled(line[0] + vec2(7.0, 0.0), 3.0, color);
            }
            Style::Line | Style::Steps => {
                painter.line_segment(line, Stroke::new(theme::CURVE_STROKE + 0.6, color));
            }
        }
        bottom = at.y + galley.size().y;
        painter.galley(at + vec2(20.0, 0.0), galley, theme::text());
        at.x += width + 12.0;
    }
    bottom
}

/// The top of the caption, which stands at the bottom.
pub(super) fn caption(painter: &Painter, outer: Rect, caption: &str) -> f32 {
    if caption.is_empty() {
        return outer.bottom() - PAD;
    }
    let width = outer.width() - 2.0 * PAD;
    let galley = painter.layout(translated(caption).into_owned(), theme::plot_font(), theme::weak(), width);
    let top = outer.bottom() - PAD + 2.0 - galley.size().y;
    painter.galley(pos2(outer.left() + PAD, top), galley, theme::weak());
    top - 4.0
}

fn grid(painter: &Painter, painted: &Painted, plot: &Plot, ticks: &[Vec<(f64, String)>; 2]) {
    let inner = painted.inner;
    let thin = Stroke::new(theme::GRID_STROKE, theme::line());
    let mut free_from = f32::NEG_INFINITY;
    for (value, name) in &ticks[0] {
        let x = painted.place(plot, [*value, plot.y.min]).x;
        painter.line_segment([pos2(x, inner.top()), pos2(x, inner.bottom() + TICK)], thin);
        let galley = text(painter, name, theme::weak());
        let half = galley.size().x / 2.0;
        // Names that would run into each other are left out.
        if x - half > free_from {
            free_from = x + half + 4.0;
            painter.galley(pos2(x - half, inner.bottom() + TICK), galley, theme::weak());
        }
    }
    for (value, name) in &ticks[1] {
        let y = painted.place(plot, [plot.x.min, *value]).y;
        if plot.y.names.is_empty() {
            painter.line_segment([pos2(inner.left() - TICK, y), pos2(inner.right(), y)], thin);
        }
        let galley = text(painter, &fitting(painter, name, painted.outer.width() * MOST_NAMES), theme::weak());
        painter.galley(
            pos2(inner.left() - TICK - 2.0, y) - vec2(galley.size().x, galley.size().y / 2.0),
            galley,
            theme::weak(),
        );
    }
    painter.rect_stroke(
        inner,
        0.0,
        Stroke::new(theme::GRID_STROKE, theme::weak().gamma_multiply(0.6)),
        StrokeKind::Outside,
    );
}

/// The name, cut where it has no room.
pub(super) fn fitting(painter: &Painter, name: &str, width: f32) -> String {
    let name = translated_name(name);
    let fits =
        |name: &str| painter.layout_no_wrap(name.to_owned(), theme::plot_font(), theme::weak()).size().x <= width;
    if fits(&name) {
        return name.into_owned();
    }
    let letters: Vec<char> = name.chars().collect();
    let cut = |num: usize| letters[..num].iter().chain(&['…']).collect::<String>();
    (1..letters.len()).rev().map(cut).find(|name| fits(name)).unwrap_or_default()
}

fn axis_titles(painter: &Painter, painted: &Painted, plot: &Plot) {
    let inner = painted.inner;
    let x = text(painter, &plot.x.title, theme::text());
    painter.galley(pos2(inner.center().x - x.size().x / 2.0, inner.bottom() + TICK + 14.0), x, theme::text());
    let y = text(painter, &plot.y.title, theme::text());
    let at = pos2(painted.outer.left() + PAD - 2.0, inner.center().y + y.size().x / 2.0);
    painter.add(TextShape::new(at, y, theme::text()).with_angle(-FRAC_PI_2));
}

fn curve(painter: &Painter, painted: &Painted, plot: &Plot, series: &Series) {
    let color = color(series.color);
    let stroke = Stroke::new(theme::CURVE_STROKE, color);
    let places = series.points.iter().map(|&point| painted.place(plot, point));
    match series.style {
        Style::Line => {
            painter.add(Shape::line(places.collect(), stroke));
        }
        Style::Steps => {
            let mut line: Vec<Pos2> = Vec::with_capacity(2 * series.points.len());
            for place in places {
                line.extend(line.last().map(|last| pos2(place.x, last.y)));
                line.push(place);
            }
            painter.add(Shape::line(line, stroke));
        }
        Style::Dashed => {
            let places: Vec<Pos2> = places.collect();
            painter.extend(Shape::dashed_line(&places, stroke, 5.0, 4.0));
        }
        Style::Points => {
            for place in places {
                painter.circle_filled(place, 3.0, color);
            }
        }
        Style::Bars => {}
    }
}

/// With a ring, so that it is seen on its own curve.
fn dot(painter: &Painter, at: Pos2, color: Color32) {
    painter.circle_filled(at, theme::DOT_RADIUS + 1.5, theme::window());
    painter.circle(at, theme::DOT_RADIUS - 0.5, color, Stroke::new(1.5, theme::strong()));
}

/// Marks a point and tells its figures beside it.
pub(super) fn read_out(painter: &Painter, painted: &Painted, plot: &Plot, hit: Hit) {
    let bar = plot.bars().into_iter().find(|bar| (bar.series, bar.point) == (hit.series, hit.point));
    let at = match &bar {
        Some(bar) => {
            let rect = painted.bar(plot, bar);
            painter.rect_stroke(rect, 1.0, Stroke::new(1.5, theme::strong()), StrokeKind::Outside);
            if plot.has_lying_bars() { rect.right_center() } else { rect.center_top() }
        }
        None => {
            let at = painted.place(plot, plot.series[hit.series].points[hit.point]);
            painter.circle_stroke(at, 4.0, Stroke::new(1.5, theme::strong()));
            at
        }
    };
    let galley = text(painter, &figures(plot, hit), theme::strong());
    let size = galley.size() + vec2(10.0, 6.0);
    let room = painted.outer.shrink(2.0);
    let above = at - vec2(size.x / 2.0, size.y + 8.0);
    let y = if above.y < painted.inner.top() { at.y + 10.0 } else { above.y };
    let x = above.x.clamp(room.left(), (room.right() - size.x).max(room.left()));
    let rect = Rect::from_min_size(pos2(x, y), size);
    painter.rect(rect, 3.0, theme::raised(), Stroke::new(1.0, theme::line()), StrokeKind::Inside);
    painter.galley(rect.min + vec2(5.0, 3.0), galley, theme::strong());
}
