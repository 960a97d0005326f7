//! The view as it is kept in a project's settings: a wire twin, so that renaming the core breaks no project.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::comment::Pin;
use crate::domain::geometry::Point;
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::imaging::{Enhancement, VoiFunction, Window};
use crate::domain::label::LabelName;
use crate::domain::measure::MeasureKind;
use crate::session::drawing::Brush;
use crate::session::measuring::Sketch;
use crate::session::threads::{Draft, Target};
use crate::session::unfinished::Unfinished;
use crate::session::viewport::{FilmView, ShownWindow, ViewState, Viewport, Zoom};
use crate::session::{DrawTool, Layout, OverlayState, Screen, Tool};
use crate::store::{shape_from_json, shape_to_json};

/// The settings key under which the last view stands.
pub const KEY: &str = "view";

#[derive(Serialize, Deserialize)]
struct Row {
    reader: String,
    screen: String,
    /// Number of viewports.
    layout: usize,
    active: usize,
    linked: bool,
    films: Vec<Option<FilmRow>>,
    overlay: String,
    tool: String,
    #[serde(default)]
    window_panel: bool,
    #[serde(default)]
    history: bool,
    #[serde(default)]
    brush_radius: Option<f64>,
    armed: Option<String>,
}

/// One viewport.
#[derive(Serialize, Deserialize)]
struct FilmRow {
    image: String,
    frame: u32,
    /// `None`: fitted.
    scale: Option<f64>,
    center: [f64; 2],
    quarter_turns: u8,
    flipped: bool,
    /// Position among the file's own windows; `None`: the reader's, which follows.
    preset: Option<usize>,
    /// Center, width, function.
    window: Option<(f64, f64, String)>,
    explanation: Option<String>,
    inverted: bool,
    /// Sharpening, local contrast, equalised.
    #[serde(default)]
    enhancement: (f32, f32, bool),
    selection: Option<i64>,
    #[serde(default)]
    also_selected: Vec<i64>,
    #[serde(default)]
    hidden: Vec<i64>,
    #[serde(default)]
    locked: Vec<i64>,
    /// The comment while it was typed.
    #[serde(default)]
    draft: Option<String>,
    #[serde(default)]
    thread_draft: Option<DraftRow>,
    /// A mark without its label, as the store writes shapes.
    #[serde(default)]
    unlabelled: Option<String>,
    /// Kind and points of a half-drawn measure.
    #[serde(default)]
    sketch: Option<(String, Vec<[f64; 2]>)>,
    /// Tool and points of a half-drawn shape.
    #[serde(default)]
    drawing: Option<(String, Vec<[f64; 2]>)>,
}

/// A comment in a thread while it was typed.
#[derive(Serialize, Deserialize)]
struct DraftRow {
    target: TargetRow,
    text: String,
}

/// What it was to become: the first word on the film, a place or a mark, an answer to a thread, or another text.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TargetRow {
    OnFilm,
    AtPlace([f64; 2]),
    OnMark(i64),
    Answer(i64),
    Change(i64),
}

impl DraftRow {
    fn of(draft: &Draft) -> Self {
        let target = match draft.target {
            Target::New(Pin::Film) => TargetRow::OnFilm,
            Target::New(Pin::Place(at)) => TargetRow::AtPlace([at.x, at.y]),
            Target::New(Pin::Mark(id)) => TargetRow::OnMark(id.0),
            Target::Answer(id) => TargetRow::Answer(id.0),
            Target::Change(id) => TargetRow::Change(id.0),
        };
        Self { target, text: draft.text.clone() }
    }

    fn draft(self) -> Draft {
        let target = match self.target {
            TargetRow::OnFilm => Target::New(Pin::Film),
            TargetRow::AtPlace([x, y]) => Target::New(Pin::Place(Point::new(x, y))),
            TargetRow::OnMark(id) => Target::New(Pin::Mark(AnnotationId(id))),
            TargetRow::Answer(id) => Target::Answer(AnnotationId(id)),
            TargetRow::Change(id) => Target::Change(AnnotationId(id)),
        };
        Draft { target, text: self.text }
    }
}

/// As JSON.
pub fn to_json(view: &ViewState) -> String {
    let row = Row {
        reader: view.reader.to_string(),
        screen: if view.screen == Screen::Film { "film" } else { "worklist" }.to_owned(),
        layout: view.layout.num_panes(),
        active: view.active_slot,
        linked: view.is_linked,
        films: view.films.iter().map(|film| film.as_ref().map(FilmRow::of)).collect(),
        overlay: match view.overlay {
            OverlayState::All => "all",
            OverlayState::BoxesOnly => "boxes",
            OverlayState::Nothing => "nothing",
        }
        .to_owned(),
        tool: view.tool.key().to_owned(),
        window_panel: view.is_window_panel_open,
        history: view.is_history_open,
        brush_radius: Some(view.brush_radius),
        armed: view.armed.as_ref().map(ToString::to_string),
    };
    serde_json::to_string(&row).expect("plain numbers and text")
}

/// `None` where the text is of another version: the view then starts fresh.
pub fn from_json(text: &str) -> Option<ViewState> {
    let row: Row = serde_json::from_str(text).ok()?;
    let layout = Layout::ALL.into_iter().find(|layout| layout.num_panes() == row.layout)?;
    Some(ViewState {
        reader: ReaderId::new(row.reader),
        screen: if row.screen == "film" { Screen::Film } else { Screen::Worklist },
        layout,
        active_slot: row.active.min(row.layout - 1),
        is_linked: row.linked,
        films: row.films.into_iter().map(|film| film.map(FilmRow::view)).collect(),
        overlay: match row.overlay.as_str() {
            "boxes" => OverlayState::BoxesOnly,
            "nothing" => OverlayState::Nothing,
            _ => OverlayState::All,
        },
        tool: tool_of(&row.tool),
        is_window_panel_open: row.window_panel,
        is_history_open: row.history,
        brush_radius: row.brush_radius.filter(|r| r.is_finite() && *r > 0.0).unwrap_or(Brush::default().radius),
        armed: row.armed.map(LabelName::new),
    })
}

impl FilmRow {
    fn of(view: &FilmView) -> Self {
        let (preset, window, explanation) = match &view.window {
            ShownWindow::OfFile(n) => (Some(*n), None, None),
            ShownWindow::Chosen(w) => {
                (None, Some((w.center, w.width, function_name(w.function).to_owned())), w.explanation.clone())
            }
        };
        Self {
            image: view.image.to_string(),
            frame: view.frame,
            scale: match view.viewport.zoom {
                Zoom::Fit => None,
                Zoom::Scale(scale) => Some(scale),
            },
            center: [view.viewport.center.x, view.viewport.center.y],
            quarter_turns: view.viewport.quarter_turns,
            flipped: view.viewport.is_flipped,
            preset,
            window,
            explanation,
            inverted: view.is_inverted,
            enhancement: (view.enhancement.sharpening, view.enhancement.local_contrast, view.enhancement.is_equalised),
            selection: view.selection.map(|id| id.0),
            also_selected: numbers(&view.unfinished.also_selected),
            hidden: numbers(&view.unfinished.hidden),
            locked: numbers(&view.unfinished.locked),
            draft: view.unfinished.comment_draft.clone(),
            thread_draft: view.unfinished.thread_draft.as_ref().map(DraftRow::of),
            unlabelled: view.unfinished.unlabelled.as_ref().map(shape_to_json),
            sketch: view.unfinished.sketch.as_ref().map(|s| (s.kind.key().to_owned(), pairs(&s.points))),
            drawing: view.unfinished.drawing.as_ref().map(|(tool, points)| (tool.key().to_owned(), pairs(points))),
        }
    }

    fn view(self) -> FilmView {
        let window = match self.window {
            Some((center, width, function)) => ShownWindow::Chosen(Window {
                center,
                width,
                function: function_of(&function),
                explanation: self.explanation,
            }),
            None => ShownWindow::OfFile(self.preset.unwrap_or(0)),
        };
        FilmView {
            image: ImageId::new(self.image),
            frame: self.frame,
            viewport: Viewport {
                zoom: self.scale.filter(|s| s.is_finite() && *s > 0.0).map_or(Zoom::Fit, Zoom::Scale),
                center: Point::new(self.center[0], self.center[1]),
                quarter_turns: self.quarter_turns % 4,
                is_flipped: self.flipped,
            },
            window,
            is_inverted: self.inverted,
            enhancement: Enhancement {
                sharpening: self.enhancement.0.clamp(0.0, 1.0),
                local_contrast: self.enhancement.1.clamp(-1.0, 1.0),
                is_equalised: self.enhancement.2,
            },
            selection: self.selection.map(AnnotationId),
            unfinished: Unfinished {
                also_selected: ids(self.also_selected),
                hidden: ids(self.hidden),
                locked: ids(self.locked),
                comment_draft: self.draft,
                thread_draft: self.thread_draft.map(DraftRow::draft),
                unlabelled: self.unlabelled.as_deref().and_then(shape_from_json),
                sketch: self.sketch.and_then(|(kind, points)| {
                    let kind = MeasureKind::from_key(&kind)?;
                    // A measure with all its points is no sketch.
                    let is_open = points.len() < if kind.has_room_for(6) { 6 } else { kind.num_points() };
                    is_open.then(|| Sketch { kind, points: points_of(points) })
                }),
                drawing: self.drawing.and_then(|(tool, points)| Some((DrawTool::from_key(&tool)?, points_of(points)))),
            },
        }
    }
}

fn pairs(points: &[Point]) -> Vec<[f64; 2]> {
    points.iter().map(|p| [p.x, p.y]).collect()
}

fn points_of(pairs: Vec<[f64; 2]>) -> Vec<Point> {
    pairs.into_iter().map(|[x, y]| Point::new(x, y)).collect()
}

fn numbers(ids: &BTreeSet<AnnotationId>) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}

fn ids(numbers: Vec<i64>) -> BTreeSet<AnnotationId> {
    numbers.into_iter().map(AnnotationId).collect()
}

const TOOLS: [Tool; 6] = [Tool::Box, Tool::Select, Tool::Window, Tool::Pan, Tool::Zoom, Tool::Region];

fn tool_of(name: &str) -> Tool {
    let drawing = DrawTool::from_key(name).map(Tool::Draw);
    let measuring = drawing.or(MeasureKind::from_key(name).map(Tool::Measure));
    TOOLS.into_iter().find(|tool| tool.key() == name).or(measuring).unwrap_or_default()
}

pub(super) const fn function_name(function: VoiFunction) -> &'static str {
    match function {
        VoiFunction::Linear => "LINEAR",
        VoiFunction::LinearExact => "LINEAR_EXACT",
        VoiFunction::Sigmoid => "SIGMOID",
    }
}

pub(super) fn function_of(name: &str) -> VoiFunction {
    match name {
        "LINEAR_EXACT" => VoiFunction::LinearExact,
        "SIGMOID" => VoiFunction::Sigmoid,
        _ => VoiFunction::Linear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geometry::Rect;
    use crate::domain::shape::{Line, Shape};

    #[test]
    fn a_view_comes_back_as_it_was() {
        let film = FilmView {
            image: ImageId::new("film"),
            frame: 2,
            viewport: Viewport {
                zoom: Zoom::Scale(1.5),
                center: Point::new(10.25, 20.5),
                quarter_turns: 3,
                is_flipped: true,
            },
            window: ShownWindow::Chosen(Window {
                function: VoiFunction::Sigmoid,
                explanation: Some("BONE".into()),
                ..Window::linear(2048.5, 1000.25)
            }),
            is_inverted: true,
            enhancement: Enhancement { sharpening: 0.25, local_contrast: -0.5, is_equalised: true },
            selection: Some(AnnotationId(7)),
            unfinished: Unfinished {
                also_selected: ids(vec![8, 9]),
                hidden: ids(vec![10]),
                locked: ids(vec![7]),
                comment_draft: Some("half a sen".into()),
                thread_draft: Some(Draft { target: Target::Answer(AnnotationId(12)), text: "I do not".into() }),
                unlabelled: Rect::from_columns(1.5, 2.0, 30.25, 4.0).map(Shape::Box),
                sketch: Some(Sketch {
                    kind: MeasureKind::Cobb,
                    points: vec![Point::new(1.0, 2.5), Point::new(9.0, 2.5)],
                }),
                drawing: Some((DrawTool::Polygon, vec![Point::new(3.0, 4.25), Point::new(5.5, 6.0)])),
            },
        };
        let line = Line::new(vec![Point::new(1.5, 2.0), Point::new(3.0, 4.0)]).map(Shape::Line);
        let second = FilmView {
            image: ImageId::new("other"),
            window: ShownWindow::OfFile(1),
            unfinished: Unfinished { unlabelled: line, ..Unfinished::default() },
            ..film.clone()
        };
        let view = ViewState {
            reader: ReaderId::new("R1"),
            screen: Screen::Film,
            layout: Layout::Four,
            active_slot: 2,
            is_linked: true,
            films: vec![Some(film), None, Some(second), None],
            overlay: OverlayState::BoxesOnly,
            tool: Tool::Measure(MeasureKind::Cobb),
            is_window_panel_open: true,
            is_history_open: true,
            brush_radius: 7.5,
            armed: Some(LabelName::new("Fracture")),
        };
        assert_eq!(from_json(&to_json(&view)), Some(view.clone()));
        for target in [
            Target::New(Pin::Film),
            Target::New(Pin::Place(Point::new(1.5, 2.25))),
            Target::New(Pin::Mark(AnnotationId(3))),
            Target::Change(AnnotationId(4)),
        ] {
            let mut view = view.clone();
            if let Some(film) = &mut view.films[0] {
                film.unfinished.thread_draft = Some(Draft { target, text: "Is it?".into() });
            }
            assert_eq!(from_json(&to_json(&view)), Some(view.clone()));
        }
        assert_eq!(from_json("{}"), None);
    }
}
