//! Drawing tools, and what is done to shapes.

use super::super::command::Command;
use super::super::drawing::{DrawCommand, PasteSource};
use super::super::screen::{DrawTool, Tool};
use super::Context::Film;
use super::{CommandRow, row};

/// A drawing tool.
const fn tool(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    chords: &'static [&'static str],
    tool: DrawTool,
) -> CommandRow {
    row(id, title, help, chords, Film, Command::UseTool(Tool::Draw(tool)))
}

/// What is done to shapes.
const fn done(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    chords: &'static [&'static str],
    command: DrawCommand,
) -> CommandRow {
    row(id, title, help, chords, Film, Command::Draw(command))
}

pub(super) const ROWS: &[CommandRow] = &[
    tool(
        "tool_corners",
        "Box by two clicks",
        "A click on each of two opposite corners",
        &["Alt+B"],
        DrawTool::BoxByCorners,
    ),
    tool(
        "tool_extremes",
        "Box by four points",
        "Click the finding's topmost, lowest, leftmost and rightmost point, in any order",
        &["Alt+X"],
        DrawTool::BoxByExtremes,
    ),
    tool(
        "tool_polygon",
        "Polygon",
        "Click point by point; Enter, a double click or a click on the first point closes it, Backspace takes a point back",
        &["Alt+P"],
        DrawTool::Polygon,
    ),
    tool("tool_freehand", "Freehand", "Draw the outline in one stroke", &["Alt+D"], DrawTool::Freehand),
    tool(
        "tool_brush",
        "Brush",
        "Paint a mask, or paint on the selected one; Shift+wheel changes the size",
        &["Alt+M"],
        DrawTool::Brush,
    ),
    tool(
        "tool_eraser",
        "Eraser",
        "Rub out parts of the selected mask; Shift+wheel changes the size",
        &["Alt+E"],
        DrawTool::Eraser,
    ),
    tool("tool_point", "Point", "Mark a place by one click", &["Alt+O"], DrawTool::Point),
    tool(
        "tool_line",
        "Line",
        "Click point by point; Enter or a double click ends it, Backspace takes a point back",
        &["Alt+N"],
        DrawTool::Line,
    ),
    tool("tool_knife", "Knife", "Cut the selected polygon or mask in two with a stroke", &["Alt+K"], DrawTool::Knife),
    done("brush_larger", "Larger brush", "Brush and eraser a quarter larger", &["Ctrl+]"], DrawCommand::BrushLarger),
    done("brush_smaller", "Smaller brush", "Brush and eraser a fifth smaller", &["Ctrl+["], DrawCommand::BrushSmaller),
    done("finish_shape", "Finish the shape", "The shape being drawn is done", &[], DrawCommand::Finish),
    done(
        "take_point_back",
        "Take the point back",
        "Undo the last point of the shape being drawn",
        &[],
        DrawCommand::TakeBack,
    ),
    done("smooth", "Smooth", "Round the outline of the selected polygon", &["Alt+S"], DrawCommand::Smooth),
    done("split_shape", "Split", "Make a mark of each part of the selected one", &["Alt+T"], DrawCommand::Split),
    done("join_shapes", "Join", "Make one mark of the selected ones of one label", &["Alt+J"], DrawCommand::Join),
    done(
        "convert_shape",
        "Polygon or mask",
        "Turn the selected polygon into a mask, or the mask into a polygon",
        &["Alt+C"],
        DrawCommand::Convert,
    ),
    done(
        "mirror",
        "Copy to the other side",
        "Copy the selected marks mirrored, with the label of that side",
        &["Alt+Y"],
        DrawCommand::Mirror,
    ),
    done(
        "paste_prior",
        "Paste from the prior",
        "Take the marks of the prior beside this film to the same places",
        &["Ctrl+Shift+V"],
        DrawCommand::PasteFrom(PasteSource::Prior),
    ),
    done(
        "snap",
        "Snap to the edge",
        "The film's edge draws shapes to itself; Alt held suspends it",
        &["Alt+G"],
        DrawCommand::ToggleSnap,
    ),
];
