//! What stands against completing a film: each broken rule with its message, the way to its culprit, and what mends it.

use egui::{Align, Color32, Layout, Pos2, RichText, ScrollArea, Sense, Stroke, Ui, Vec2, WidgetInfo};

use crate::domain::rules::{Mend, Severity, Violation};
use crate::session::{Command, OpenFilm};

use super::words::{tr, tr_args, translated};
use super::{Panel, kit, theme};

/// Of the panel's height: how much the list takes at most before it scrolls.
const LARGEST_SHARE: f32 = 0.33;
/// So many violations of one rule are shown one by one without being asked for.
const MOST_UNFOLDED: usize = 2;
const ICON: f32 = 14.0;

/// Not decided yet is where every film starts, and no fault before somebody calls it completed.
fn is_quiet(film: &OpenFilm) -> bool {
    !film.is_refused
        && film.reading.num_marks() == 0
        && film.violations.iter().all(|v| v.rule.is_some_and(crate::domain::rules::RuleId::is_about_completeness))
}

/// The list; nothing where no rule is broken.
pub(super) fn violations_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    if film.violations.is_empty() {
        return;
    }
    if is_quiet(film) {
        for violation in &film.violations {
            let text = translated(&violation.message).into_owned();
            let response = ui.add(egui::Label::new(RichText::new(&text).color(theme::weak())).wrap());
            response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, spoken(violation)));
        }
        return;
    }
    let stroke = if film.is_refused { Stroke::new(1.5, theme::bad()) } else { Stroke::new(1.0, theme::line()) };
    let frame = egui::Frame::new().stroke(stroke).corner_radius(5.0).inner_margin(6.0);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        head_ui(ui, panel, film);
        let height = ui.ctx().content_rect().height() * LARGEST_SHARE;
        ScrollArea::vertical()
            .id_salt("broken rules")
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                for severity in [Severity::Error, Severity::Warning] {
                    let of_severity: Vec<&Violation> =
                        film.violations.iter().filter(|v| v.severity == severity).collect();
                    for group in of_severity.chunk_by(|a, b| a.is_of_same_rule(b)) {
                        group_ui(ui, panel, film, group);
                    }
                }
            });
    });
}

/// How many there are, and the key that goes from one to the next.
fn head_ui(ui: &mut Ui, panel: &Panel<'_>, film: &OpenFilm) {
    let num_errors = film.num_errors();
    let num_warnings = film.violations.len() - num_errors;
    let counted = |n: usize, one: &'static str, many: &'static str| match n {
        0 => None,
        1 => Some(tr(one).to_owned()),
        n => Some(many.replace("{}", &n.to_string())),
    };
    let counts: Vec<String> =
        [counted(num_errors, "1 error", tr("{} errors")), counted(num_warnings, "1 warning", tr("{} warnings"))]
            .into_iter()
            .flatten()
            .collect();
    let counts = counts.join(", ");
    ui.horizontal(|ui| {
        let (text, color) = match (film.is_refused, num_errors) {
            (true, _) => (tr_args("Not completed: {}", &[&counts]), theme::bad()),
            (false, 0) => (counts, theme::warn()),
            (false, _) => (counts, theme::bad()),
        };
        let text = RichText::new(text).font(egui::FontId::new(12.5, theme::strong_family())).color(color);
        ui.label(text);
        if Command::NextProblem.is_available(panel.session) {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let cap = kit::key_cap(ui, &kit::shortcut(panel.session, &Command::NextProblem));
                cap.on_hover_text(kit::tooltip(panel.session, &Command::NextProblem));
            });
        }
    });
}

fn group_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm, group: &[&Violation]) {
    let Some(first) = group.first() else { return };
    if group.len() <= MOST_UNFOLDED {
        for violation in group {
            violation_ui(ui, panel, film, violation);
        }
        return;
    }
    let title = match first.rule {
        Some(rule) => tr(rule.row().title).to_owned(),
        None => first.rule_title().to_owned(),
    };
    let is_open = panel.state.open_rules.contains(first.rule_title());
    let arrow = if is_open { "↓" } else { "→" };
    let response = lined_ui(ui, first.severity, |ui| {
        let text = format!("{title}  {}  {arrow}", group.len());
        ui.add(
            egui::Label::new(RichText::new(text).color(theme::text())).wrap().selectable(false).sense(Sense::click()),
        )
    });
    let kind = severity_word(first.severity);
    response.widget_info(|| {
        let text = format!("{kind}: {title}: {}", group.len());
        WidgetInfo::selected(egui::Role::Button, true, is_open, text)
    });
    if response.clicked() {
        let rule = first.rule_title().to_owned();
        if !panel.state.open_rules.remove(&rule) {
            panel.state.open_rules.insert(rule);
        }
    }
    if is_open {
        ui.indent(("rule", first.rule_title()), |ui| {
            for violation in group {
                violation_ui(ui, panel, film, violation);
            }
        });
    }
}

fn violation_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm, violation: &Violation) {
    let is_selected = film.selection.is_some_and(|id| violation.culprits.contains(&id));
    let response = lined_ui(ui, violation.severity, |ui| {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            if let Some(title) = &violation.custom
                && !violation.message.starts_with(title.as_str())
            {
                ui.label(RichText::new(title).small().color(theme::weak()));
            }
            let color = if is_selected { theme::strong() } else { theme::text() };
            let text = RichText::new(translated(&violation.message).into_owned()).color(color);
            let sense = if violation.culprits.is_empty() { Sense::hover() } else { Sense::click() };
            let response = ui.add(egui::Label::new(text).wrap().sense(sense).selectable(false));
            if !film.is_completed() && !violation.mends.is_empty() {
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = Vec2::new(theme::UNIT, theme::UNIT);
                    ui.spacing_mut().button_padding = Vec2::new(7.0, 2.0);
                    for mend in &violation.mends {
                        mend_ui(ui, panel, violation, mend);
                    }
                });
            }
            response
        })
        .inner
    });
    let role = if violation.culprits.is_empty() { egui::Role::Label } else { egui::Role::Button };
    response.widget_info(|| WidgetInfo::labeled(role, true, spoken(violation)));
    let response = if violation.culprits.is_empty() {
        response
    } else {
        response.on_hover_text(tr("Click to go there")).on_hover_cursor(egui::CursorIcon::PointingHand)
    };
    if response.clicked()
        && let Some(culprit) = violation.culprits.last()
    {
        panel.ask(Command::ApplyMend(Box::new(Mend::GoTo(*culprit))));
    }
}

fn mend_ui(ui: &mut Ui, panel: &mut Panel<'_>, violation: &Violation, mend: &Mend) {
    let text = match mend.words() {
        (words, Some(label)) => tr_args(words, &[label]),
        (words, None) => tr(words).to_owned(),
    };
    let response = ui.add(egui::Button::new(RichText::new(&text).small().color(theme::strong())).small());
    response.widget_info(|| {
        let text = tr_args("Mend: {}. {}", &[&text, &translated(&violation.message)]);
        WidgetInfo::labeled(egui::Role::Button, true, text)
    });
    if response.clicked() {
        panel.ask(Command::ApplyMend(Box::new(mend.clone())));
    }
}

fn severity_word(severity: Severity) -> &'static str {
    if severity == Severity::Error { tr("Error") } else { tr("Warning") }
}

fn spoken(violation: &Violation) -> String {
    let title = violation.custom.as_ref().map_or_else(String::new, |title| format!("{title}: "));
    format!("{}: {title}{}", severity_word(violation.severity), translated(&violation.message))
}

/// An icon at the left and what stands beside it.
fn lined_ui<R>(ui: &mut Ui, severity: Severity, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (rect, _) = ui.allocate_exact_size(Vec2::new(ICON, ICON + 3.0), Sense::hover());
        icon(ui, Pos2::new(rect.center().x, rect.center().y + 1.0), severity);
        content(ui)
    })
    .inner
}

/// Told apart by shape, not by colour alone: an error is a filled octagon, a warning an open triangle.
fn icon(ui: &Ui, at: Pos2, severity: Severity) {
    let painter = ui.painter();
    let radius = ICON / 2.0;
    if severity == Severity::Error {
        let corner = |k: i32| {
            let angle = std::f32::consts::FRAC_PI_8 + std::f32::consts::FRAC_PI_4 * k as f32;
            at + radius * Vec2::angled(angle)
        };
        let points: Vec<Pos2> = (0..8).map(corner).collect();
        painter.add(egui::Shape::convex_polygon(points, theme::bad(), Stroke::NONE));
        mark(ui, at, 1.0, theme::panel());
    } else {
        let up = at + Vec2::new(0.0, -radius + 0.5);
        let (left, right) = (at + Vec2::new(-radius, radius - 1.5), at + Vec2::new(radius, radius - 1.5));
        let stroke = Stroke::new(1.5, theme::warn());
        painter.add(egui::Shape::convex_polygon(vec![up, right, left], Color32::TRANSPARENT, stroke));
        mark(ui, at + Vec2::new(0.0, 1.5), 0.8, theme::warn());
    }
}

/// The exclamation mark inside.
fn mark(ui: &Ui, at: Pos2, scale: f32, color: Color32) {
    let painter = ui.painter();
    painter.line_segment(
        [at + Vec2::new(0.0, -4.0 * scale), at + Vec2::new(0.0, 1.0 * scale)],
        Stroke::new(1.6 * scale, color),
    );
    painter.circle_filled(at + Vec2::new(0.0, 3.3 * scale), 1.0 * scale, color);
}
