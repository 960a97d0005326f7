//! What is asked of the selected findings: level, severity, certainty and a note. Its place is kept, so nothing jumps.

use egui::{RichText, Ui, WidgetInfo};

use crate::domain::annotation::Annotation;
use crate::domain::attribute::{AttributeKind, Attributes, Certainty, Grade, Vertebra, VertebralLevel};
use crate::domain::id::AnnotationId;
use crate::session::{AttributeChange, Command, LabelCommand, LabelFocus, OpenFilm, Session};

use super::super::words::{tr, tr_args};
use super::super::{Panel, theme};

/// Half-typed text of the two fields, and of which marks.
#[derive(Debug, Default)]
pub struct AttributeText {
    of: Vec<AnnotationId>,
    level: String,
    note: String,
    num_focus: u32,
}

/// What the selected marks say, where they say it alike.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said<T> {
    Alike(T),
    Nothing,
    Different,
}

impl<T: Copy + PartialEq> Said<T> {
    fn of(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Self::Alike)
    }

    fn and(self, value: Option<T>) -> Self {
        if self == Self::of(value) { self } else { Self::Different }
    }

    const fn alike(self) -> Option<T> {
        match self {
            Self::Alike(value) => Some(value),
            Self::Nothing | Self::Different => None,
        }
    }

    fn is(self, value: T) -> bool {
        self == Self::Alike(value)
    }
}

struct Common {
    grade: Said<Grade>,
    level: Said<VertebralLevel>,
    certainty: Said<Certainty>,
    /// `None` where they differ.
    note: Option<String>,
}

fn common<'m>(mut marks: impl Iterator<Item = &'m Annotation>) -> Option<Common> {
    let first = marks.next()?.attributes();
    let mut all = Common {
        grade: Said::of(first.grade),
        level: Said::of(first.level),
        certainty: Said::of(first.certainty),
        note: Some(first.note.clone()),
    };
    for Attributes { grade, level, certainty, note } in marks.map(Annotation::attributes) {
        all.grade = all.grade.and(*grade);
        all.level = all.level.and(*level);
        all.certainty = all.certainty.and(*certainty);
        all.note = all.note.filter(|known| known == note);
    }
    Some(all)
}

/// The line that stands there while nothing is selected.
const HINT: f32 = 22.0;

fn has_first_row(session: &Session) -> bool {
    let asks = |kind| session.label_set().is_some_and(|set| set.labels().iter().any(|l| l.asked().any(|k| k == kind)));
    asks(AttributeKind::Level) || asks(AttributeKind::Grade)
}

fn height(session: &Session) -> f32 {
    if has_first_row(session) { 2.0 * ROW } else { ROW }
}

/// Room that is kept for what is asked of a selected finding: the list has it while none is selected.
pub(super) fn spare_height(session: &Session, film: &OpenFilm) -> f32 {
    let is_selected = film.selected_marks().any(|mark| mark.shape().is_some());
    if is_selected { 0.0 } else { (height(session) - HINT).max(0.0) }
}

pub(super) fn attributes_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &OpenFilm) {
    let session = panel.session;
    let has_first_row = has_first_row(session);
    let size = egui::vec2(ui.available_width(), height(session) - spare_height(session, film));
    let (_, place) = ui.allocate_space(size);
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(place));
    ui.spacing_mut().item_spacing = egui::vec2(theme::UNIT, 2.0);
    ui.spacing_mut().button_padding.x = 5.0;
    let ids: Vec<AnnotationId> = film
        .selected_marks()
        .take(MOST_EDITED_AT_SIGHT)
        .filter(|mark| mark.shape().is_some())
        .map(Annotation::id)
        .collect();
    let Some(common) = common(film.selected_marks().filter(|mark| mark.shape().is_some())) else {
        panel.state.findings.attributes.of.clear();
        let text = RichText::new(tr("Select a finding to say more of it.")).small().color(theme::weak());
        ui.label(text);
        return;
    };
    if panel.state.findings.attributes.of != ids {
        let typed = &mut panel.state.findings.attributes;
        typed.level = common.level.alike().map_or_else(String::new, |level| level.to_string());
        typed.note = common.note.clone().unwrap_or_default();
        typed.of = ids;
    }
    let required = |kind| is_required(session, film, kind);
    if has_first_row {
        ui.horizontal(|ui| {
            level_ui(ui, panel, common.level, required(AttributeKind::Level));
            chips_ui(
                ui,
                panel,
                required(AttributeKind::Grade),
                &Grade::ALL.map(|grade| {
                    let is_on = common.grade.is(grade);
                    (tr(grade.title()), is_on, AttributeChange::Grade((!is_on).then_some(grade)))
                }),
            );
        });
    }
    ui.horizontal(|ui| {
        chips_ui(
            ui,
            panel,
            required(AttributeKind::Certainty),
            &Certainty::ALL.map(|certainty| {
                let is_on = common.certainty.is(certainty);
                (tr(certainty.title()), is_on, AttributeChange::Certainty((!is_on).then_some(certainty)))
            }),
        );
        note_ui(ui, panel, &common, required(AttributeKind::Note));
    });
}

/// Height of a row of this part.
const ROW: f32 = 26.0;

/// More marks than anybody looks at one by one: whether the selection changed is told by the first of them.
const MOST_EDITED_AT_SIGHT: usize = 64;

/// Whether one of the selected marks still lacks an answer that its label wants.
fn is_required(session: &Session, film: &OpenFilm, kind: AttributeKind) -> bool {
    let Some(set) = session.label_set() else { return false };
    film.selected_marks().any(|mark| {
        !mark.attributes().has(kind) && set.label(mark.label()).is_some_and(|label| label.required.contains(&kind))
    })
}

fn chips_ui(ui: &mut Ui, panel: &mut Panel<'_>, is_required: bool, chips: &[(&'static str, bool, AttributeChange)]) {
    for (text, is_on, change) in chips {
        let color = match (is_on, is_required) {
            (true, _) => theme::strong(),
            (false, true) => theme::warn(),
            (false, false) => theme::text(),
        };
        let response = ui.add(egui::Button::new(RichText::new(*text).small().color(color)).selected(*is_on));
        response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, *is_on, *text));
        if response.clicked() {
            panel.ask(Command::Label(LabelCommand::Attribute(change.clone())));
        }
    }
}

/// A field that understands `L4-5`, and a list to pick from.
fn level_ui(ui: &mut Ui, panel: &mut Panel<'_>, level: Said<VertebralLevel>, is_required: bool) {
    let mut text = std::mem::take(&mut panel.state.findings.attributes.level);
    let parsed = VertebralLevel::parse(&text);
    let is_wrong = !text.trim().is_empty() && parsed.is_none();
    let color = if is_wrong { theme::bad() } else { theme::strong() };
    let hint = if is_required { RichText::new(tr("Level")).color(theme::warn()) } else { RichText::new(tr("Level")) };
    let field = egui::TextEdit::singleline(&mut text).hint_text(hint).text_color(color).desired_width(54.0);
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Level")));
    let response = response.on_hover_text(tr("A vertebra or several: L4, L4-5, T12-L1"));
    if response.changed() {
        ui.ctx().request_repaint();
    }
    let typed = &mut panel.state.findings.attributes;
    let wants_focus =
        panel.session.label_focus == Some(LabelFocus::Attributes) && typed.num_focus != panel.session.num_label_focus;
    if wants_focus {
        typed.num_focus = panel.session.num_label_focus;
        response.request_focus();
    }
    if response.lost_focus() && !is_wrong {
        let now = level.alike();
        if parsed != now || (level == Said::Different && parsed.is_some()) {
            panel.ask(Command::Label(LabelCommand::Attribute(AttributeChange::Level(parsed))));
        }
        text = parsed.map_or_else(String::new, |level| level.to_string());
    }
    panel.state.findings.attributes.level = text;
    let menu = egui::containers::menu::MenuConfig::new().close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    let button = egui::containers::menu::MenuButton::new(RichText::new("T–L").small()).config(menu);
    let (button, _) = button.ui(ui, |ui| picker_ui(ui, panel, level.alike()));
    button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr("Pick a level")));
}

/// A click is one vertebra; with Shift, or on the one above or below the chosen one, a span.
fn picker_ui(ui: &mut Ui, panel: &mut Panel<'_>, now: Option<VertebralLevel>) {
    ui.label(RichText::new(tr("A click: one vertebra. Shift+click: from the chosen one to it.")).small());
    let all: Vec<Vertebra> = Vertebra::all().collect();
    let mut picked = None;
    egui::Grid::new("levels").spacing(egui::vec2(2.0, 2.0)).show(ui, |ui| {
        for row in all.chunks(6) {
            for &vertebra in row {
                let is_on = now.is_some_and(|level| level.upper <= vertebra && vertebra <= level.lower);
                let name = vertebra.to_string();
                let button = egui::Button::new(&name).selected(is_on).min_size(egui::vec2(34.0, 22.0));
                let response = ui.add(button);
                response.widget_info(|| {
                    WidgetInfo::selected(egui::Role::Button, true, is_on, tr_args("Vertebra {}", &[&name]))
                });
                if response.clicked() {
                    let spans = ui.input(|i| i.modifiers.shift);
                    picked = Some(match now.filter(|_| spans) {
                        Some(level) => {
                            VertebralLevel { upper: level.upper.min(vertebra), lower: level.lower.max(vertebra) }
                        }
                        None => VertebralLevel::one(vertebra),
                    });
                }
            }
            ui.end_row();
        }
    });
    ui.label(RichText::new(tr("Disc spaces")).small().color(theme::weak()));
    ui.horizontal(|ui| {
        for pair in all.windows(2).skip(11) {
            let level = VertebralLevel { upper: pair[0], lower: pair[1] };
            let response =
                ui.add(egui::Button::new(RichText::new(level.to_string()).small()).selected(now == Some(level)));
            if response.clicked() {
                picked = Some(level);
            }
        }
    });
    if let Some(level) = picked {
        let level = (now != Some(level)).then_some(level);
        panel.state.findings.attributes.level = level.map_or_else(String::new, |level| level.to_string());
        panel.ask(Command::Label(LabelCommand::Attribute(AttributeChange::Level(level))));
    }
}

fn note_ui(ui: &mut Ui, panel: &mut Panel<'_>, common: &Common, is_required: bool) {
    let typed = &mut panel.state.findings.attributes;
    let hint = RichText::new(if is_required { tr("Note (wanted)") } else { tr("Note") });
    let hint = if is_required { hint.color(theme::warn()) } else { hint };
    let field = egui::TextEdit::singleline(&mut typed.note).hint_text(hint).desired_width(f32::INFINITY);
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Note of the finding")));
    if response.changed() {
        ui.ctx().request_repaint();
    }
    if response.lost_focus() && common.note.as_deref() != Some(typed.note.trim()) {
        let change = AttributeChange::Note(typed.note.clone());
        panel.ask(Command::Label(LabelCommand::Attribute(change)));
    }
}
