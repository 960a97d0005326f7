//! The view as it is kept in a project's settings: a wire twin, so that renaming the core breaks no project.

use serde::{Deserialize, Serialize};

use crate::domain::geometry::Point;
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::imaging::{Enhancement, VoiFunction, Window};
use crate::domain::label::LabelName;
use crate::domain::measure::MeasureKind;
use crate::session::viewport::{FilmView, ShownWindow, ViewState, Viewport, Zoom};
use crate::session::{DrawTool, Layout, OverlayState, Screen, Tool};

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
        tool: tool_name(view.tool).to_owned(),
        window_panel: view.is_window_panel_open,
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
        }
    }
}

const TOOLS: [Tool; 6] = [Tool::Box, Tool::Select, Tool::Window, Tool::Pan, Tool::Zoom, Tool::Region];

const fn tool_name(tool: Tool) -> &'static str {
    match tool {
        Tool::Box => "box",
        Tool::Select => "select",
        Tool::Window => "window",
        Tool::Pan => "pan",
        Tool::Zoom => "zoom",
        Tool::Region => "region",
        Tool::Draw(tool) => tool.key(),
        Tool::Measure(kind) => kind.key(),
    }
}

fn tool_of(name: &str) -> Tool {
    let drawing = DrawTool::from_key(name).map(Tool::Draw);
    let measuring = drawing.or(MeasureKind::from_key(name).map(Tool::Measure));
    TOOLS.into_iter().find(|tool| tool_name(*tool) == name).or(measuring).unwrap_or_default()
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
        };
        let second = FilmView { image: ImageId::new("other"), window: ShownWindow::OfFile(1), ..film.clone() };
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
            armed: Some(LabelName::new("Fracture")),
        };
        assert_eq!(from_json(&to_json(&view)), Some(view.clone()));
        assert_eq!(from_json("{}"), None);
    }
}
