//! The view as it is kept in a project's settings: a wire twin, so that renaming the core breaks no project.

use serde::{Deserialize, Serialize};

use crate::domain::geometry::Point;
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::imaging::{VoiFunction, Window};
use crate::domain::label::LabelName;
use crate::session::viewport::{ShownWindow, ViewState, Viewport, Zoom};
use crate::session::{OverlayState, Screen, Tool};

/// The settings key under which the last view stands.
pub const KEY: &str = "view";

#[derive(Serialize, Deserialize)]
struct Row {
    reader: String,
    screen: String,
    image: Option<String>,
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
    selection: Option<i64>,
    overlay: String,
    tool: String,
    armed: Option<String>,
}

/// As JSON.
pub fn to_json(view: &ViewState) -> String {
    let (preset, window, explanation) = match &view.window {
        ShownWindow::OfFile(n) => (Some(*n), None, None),
        ShownWindow::Chosen(w) => {
            (None, Some((w.center, w.width, function_name(w.function).to_owned())), w.explanation.clone())
        }
    };
    let row = Row {
        reader: view.reader.to_string(),
        screen: if view.screen == Screen::Film { "film" } else { "worklist" }.to_owned(),
        image: view.image.as_ref().map(ToString::to_string),
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
        selection: view.selection.map(|id| id.0),
        overlay: match view.overlay {
            OverlayState::All => "all",
            OverlayState::BoxesOnly => "boxes",
            OverlayState::Nothing => "nothing",
        }
        .to_owned(),
        tool: if view.tool == Tool::Select { "select" } else { "box" }.to_owned(),
        armed: view.armed.as_ref().map(ToString::to_string),
    };
    serde_json::to_string(&row).expect("plain numbers and text")
}

/// `None` where the text is of another version: the view then starts fresh.
pub fn from_json(text: &str) -> Option<ViewState> {
    let row: Row = serde_json::from_str(text).ok()?;
    let window = match row.window {
        Some((center, width, function)) => ShownWindow::Chosen(Window {
            center,
            width,
            function: function_of(&function),
            explanation: row.explanation,
        }),
        None => ShownWindow::OfFile(row.preset.unwrap_or(0)),
    };
    Some(ViewState {
        reader: ReaderId::new(row.reader),
        screen: if row.screen == "film" { Screen::Film } else { Screen::Worklist },
        image: row.image.map(ImageId::new),
        frame: row.frame,
        viewport: Viewport {
            zoom: row.scale.filter(|s| s.is_finite() && *s > 0.0).map_or(Zoom::Fit, Zoom::Scale),
            center: Point::new(row.center[0], row.center[1]),
            quarter_turns: row.quarter_turns % 4,
            is_flipped: row.flipped,
        },
        window,
        is_inverted: row.inverted,
        selection: row.selection.map(AnnotationId),
        overlay: match row.overlay.as_str() {
            "boxes" => OverlayState::BoxesOnly,
            "nothing" => OverlayState::Nothing,
            _ => OverlayState::All,
        },
        tool: if row.tool == "select" { Tool::Select } else { Tool::Box },
        armed: row.armed.map(LabelName::new),
    })
}

const fn function_name(function: VoiFunction) -> &'static str {
    match function {
        VoiFunction::Linear => "LINEAR",
        VoiFunction::LinearExact => "LINEAR_EXACT",
        VoiFunction::Sigmoid => "SIGMOID",
    }
}

fn function_of(name: &str) -> VoiFunction {
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
        let view = ViewState {
            reader: ReaderId::new("R1"),
            screen: Screen::Film,
            image: Some(ImageId::new("film")),
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
            selection: Some(AnnotationId(7)),
            overlay: OverlayState::BoxesOnly,
            tool: Tool::Select,
            armed: Some(LabelName::new("Fracture")),
        };
        assert_eq!(from_json(&to_json(&view)), Some(view.clone()));
        let second = ViewState { window: ShownWindow::OfFile(1), ..view };
        assert_eq!(from_json(&to_json(&second)), Some(second));
        assert_eq!(from_json("{}"), None);
    }
}
