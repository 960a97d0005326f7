//! Plots in the window: drawn from their data, read out by pointer and keyboard, clicked, copied and saved.

mod field;
mod paint;
mod picture;

use egui::{Align, EventFilter, Id, Key, Layout, Pos2, Response, Sense, Ui, Vec2, WidgetInfo};

use crate::domain::evaluation::plot::{Plot, Series, Style};
use crate::session::{Command, EvaluateCommand, Sheet};
use crate::ui::words::{tr, tr_args, translated, translated_name};
use crate::ui::{Panel, theme};

pub(in crate::ui) use field::field_ui;
pub use picture::picture;

use paint::Painted;

/// A point of a plot or a bar of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) struct Hit {
    /// Position in [`Plot::series`].
    pub series: usize,
    /// Position among the series' points.
    pub point: usize,
}

/// Of the row under a plot.
const BUTTONS_HEIGHT: f32 = 28.0;
/// How far from a curve the pointer may be to mean it, in points.
const REACH: f32 = 28.0;

/// A plot of this size with its buttons. `command`: what a click on a point or bar, or Enter on it, asks for.
pub(in crate::ui) fn plot_ui(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    plot: &Plot,
    size: Vec2,
    command: impl Fn(Hit) -> Option<EvaluateCommand>,
) -> Response {
    ui.allocate_ui_with_layout(size + Vec2::new(0.0, BUTTONS_HEIGHT), Layout::top_down(Align::Min), |ui| {
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let painted = paint::plot(ui.painter(), rect, plot);
        let hit = hit_of(ui, &response, plot, &painted);
        let label = spoken(plot, hit);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Figure, true, &label));
        if let Some(hit) = hit {
            paint::read_out(ui.painter(), &painted, plot, hit);
            let is_entered = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if let Some(command) = command(hit).filter(|_| response.clicked() || is_entered) {
                panel.ask(Command::Evaluate(command));
            }
            if response.hovered() && command(hit).is_some() {
                ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
            }
        }
        sheet_buttons(ui, panel, &plot.title, || Sheet::Plot(plot.clone()));
        response
    })
    .inner
}

/// Copy and save.
fn sheet_buttons(ui: &mut Ui, panel: &mut Panel<'_>, title: &str, sheet: impl Fn() -> Sheet) {
    ui.horizontal(|ui| {
        let title = &*translated_name(title);
        let copy = ui.small_button(tr("Copy"));
        copy.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr_args("Copy {}", &[&title])));
        if copy.on_hover_text(tr("The plot as a picture, for a paper or a mail")).clicked() {
            panel.ask(Command::Evaluate(EvaluateCommand::CopySheet(Box::new(sheet()))));
        }
        let save = ui.small_button(tr("Save…"));
        save.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr_args("Save {}", &[&title])));
        if save.on_hover_text(tr("As PNG, SVG or CSV, by the file's ending")).clicked() {
            panel.ask(Command::Evaluate(EvaluateCommand::SaveSheet(Box::new(sheet()))));
        }
    });
}

/// What a screen reader says: the title, the curves, how they were made, and the point that is read out.
fn spoken(plot: &Plot, hit: Option<Hit>) -> String {
    let mut text = format!("{}. ", translated_name(&plot.title));
    for series in plot.series.iter().filter(|series| !series.name.is_empty()) {
        text.push_str(&translated_name(&series.name));
        let counts: Option<Vec<String>> =
            (0..series.points.len()).map(|point| counted(plot, series, point).map(|count| count.to_string())).collect();
        if let Some(counts) = counts {
            text.push_str(": ");
            text.push_str(&counts.join(", "));
        }
        text.push_str("; ");
    }
    text.push_str(&translated(&plot.caption));
    if let Some(hit) = hit {
        text.push(' ');
        text.push_str(&figures(plot, hit));
    }
    text
}

/// `Osteophytes (3000): Recall 0.412, Precision 0.733`.
fn figures(plot: &Plot, hit: Hit) -> String {
    let series = &plot.series[hit.series];
    let at = series.points[hit.point];
    let value = |axis: &crate::domain::evaluation::plot::Axis, value: f64| match axis.names.get(value.max(0.0) as usize)
    {
        Some(name) => name.clone(),
        None => format!("{} {}", translated(&axis.title), number(axis.max, value)),
    };
    let mut figures = format!("{}, {}", value(&plot.x, at[0]), value(&plot.y, at[1]));
    if let Some(count) = counted(plot, series, hit.point) {
        figures = format!("{figures} ({count})");
    }
    if series.name.is_empty() { figures } else { format!("{}: {figures}", translated_name(&series.name)) }
}

/// Counts as they are, per cent to a tenth, shares to a thousandth.
fn number(most: f64, value: f64) -> String {
    match (most >= 5.0 && value.fract() == 0.0, most > 10.0) {
        (true, _) => format!("{value:.0}"),
        (false, true) => format!("{value:.1}"),
        (false, false) => format!("{value:.3}"),
    }
}

/// How many a bar of a histogram stands for: its height is a share of the series' number, which is in its name's brackets.
fn counted(plot: &Plot, series: &Series, point: usize) -> Option<u64> {
    if !plot.key.ends_with("-scores") || series.style != Style::Bars {
        return None;
    }
    let all: f64 = series.name.strip_suffix(')')?.rsplit_once('(')?.1.parse().ok()?;
    Some((series.points[point][1] * all).round() as u64)
}

/// The point under the pointer, or the one that the arrow keys have gone to while the plot has the keyboard.
fn hit_of(ui: &Ui, response: &Response, plot: &Plot, painted: &Painted) -> Option<Hit> {
    let kept = response.id.with("point");
    if let Some(at) = response.hover_pos() {
        let hit = nearest(plot, painted, at);
        keep(ui, kept, hit);
        return hit;
    }
    if !response.has_focus() {
        return None;
    }
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let now = ui.data(|data| data.get_temp::<[usize; 2]>(kept));
    let now =
        now.map(|[series, point]| Hit { series, point }).filter(|hit| is_there(plot, *hit)).or_else(|| first(plot))?;
    let pressed = |key: Key| ui.input(|input| input.num_presses(key)) as isize;
    let along = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
    let across = pressed(Key::ArrowDown) - pressed(Key::ArrowUp);
    let hit = moved(plot, now, along, across);
    keep(ui, kept, Some(hit));
    Some(hit)
}

fn keep(ui: &Ui, id: Id, hit: Option<Hit>) {
    if let Some(hit) = hit {
        ui.data_mut(|data| data.insert_temp(id, [hit.series, hit.point]));
    }
}

fn is_there(plot: &Plot, hit: Hit) -> bool {
    plot.series.get(hit.series).is_some_and(|series| is_readable(series.style) && hit.point < series.points.len())
}

/// Dashed lines only help the eye.
const fn is_readable(style: Style) -> bool {
    !matches!(style, Style::Dashed)
}

fn first(plot: &Plot) -> Option<Hit> {
    (0..plot.series.len()).map(|series| Hit { series, point: 0 }).find(|hit| is_there(plot, *hit))
}

fn moved(plot: &Plot, from: Hit, along: isize, across: isize) -> Hit {
    let mut hit = from;
    if across != 0 {
        let num = plot.series.len() as isize;
        let others = (1..=num).map(|step| (from.series as isize + step * across.signum()).rem_euclid(num) as usize);
        let readable = |&series: &usize| is_there(plot, Hit { series, point: 0 });
        hit.series = others.into_iter().find(readable).unwrap_or(from.series);
    }
    let points = plot.series[hit.series].points.len();
    // A curve of many points is gone along in fifty steps.
    let stride = if plot.series[hit.series].style == Style::Bars { 1 } else { points.div_ceil(50).max(1) as isize };
    hit.point = (hit.point.min(points - 1) as isize + along * stride).clamp(0, points as isize - 1) as usize;
    hit
}

fn nearest(plot: &Plot, painted: &Painted, at: Pos2) -> Option<Hit> {
    let bars = plot.bars();
    if !bars.is_empty() {
        // Anywhere in the bar's lane: a bar of zero can be meant too.
        let far = |bar: &crate::domain::evaluation::plot::Bar| {
            let rect = painted.bar(plot, bar);
            if plot.has_lying_bars() { (rect.center().y - at.y).abs() } else { (rect.center().x - at.x).abs() }
        };
        let bar = bars.iter().filter(|_| painted.inner.contains(at)).min_by(|a, b| far(a).total_cmp(&far(b)))?;
        return Some(Hit { series: bar.series, point: bar.point });
    }
    let mut best = (REACH, None);
    for (series, one) in plot.series.iter().enumerate().filter(|(_, one)| is_readable(one.style)) {
        for (point, &value) in one.points.iter().enumerate() {
            let distance = painted.place(plot, value).distance(at);
            if distance < best.0 {
                best = (distance, Some(Hit { series, point }));
            }
        }
    }
    best.1
}

/// A size for `num` plots beside each other: as many as have room, none smaller than can be read.
pub(in crate::ui) fn plot_size(ui: &Ui) -> Vec2 {
    let width = ui.available_width() - theme::UNIT;
    let columns = (width / 430.0).floor().clamp(1.0, 3.0);
    let each = ((width - (columns - 1.0) * 12.0) / columns).floor();
    Vec2::new(each, (each * 0.82).clamp(280.0, 460.0))
}
