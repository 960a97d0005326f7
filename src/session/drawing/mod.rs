//! Drawing tools: polygon, freehand, brush, eraser, point, line and boxes by clicks; and what is done to shapes.

mod change;
mod copy;
mod hold;
mod paint;
mod selecting;
mod snap;
mod tools;

use crate::domain::annotation::Origin;
use crate::domain::id::ReaderId;
use crate::domain::label::{Label, LabelName};
use crate::domain::shape::{Shape, ShapeKind};

use super::command::Command;
use super::effect::Effect;
use super::history_walk::WalkCommand;
use super::screen::{DrawTool, NoticeKind, Session, Tool};
use super::settings::Settings;

pub use hold::{Hold, VertexAt, outlines};
pub(super) use hold::{move_together, with_vertex};
pub use paint::Brush;
pub(super) use snap::Snap;
pub use tools::Drawing;

/// Where marks are taken from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PasteSource {
    /// The prior film that is shown beside this one.
    Prior,
    /// Another reader's reading of this film, where the project is open.
    Reader(ReaderId),
}

/// Something done to shapes.
#[derive(Clone, PartialEq, Debug)]
pub enum DrawCommand {
    /// The shape being drawn is done as it is.
    Finish,
    /// The last point of the shape being drawn is taken back.
    TakeBack,
    BrushLarger,
    BrushSmaller,
    /// The selected polygons get rounder outlines.
    Smooth,
    /// Each part of the selected polygon becomes a mark of its own.
    Split,
    /// The selected marks of one label become one.
    Join,
    /// A polygon becomes a mask, a mask a polygon.
    Convert,
    /// A copy of the selected marks on the other side of the film.
    Mirror,
    PasteFrom(PasteSource),
    ToggleSnap,
}

impl DrawCommand {
    pub(super) const fn is_on(&self, session: &Session) -> bool {
        matches!(self, Self::ToggleSnap) && session.settings.snaps_to_edge
    }

    pub(super) fn is_available(&self, session: &Session) -> bool {
        let Some(film) = &session.pane.film else { return false };
        let kinds = || film.selected_marks().filter_map(|mark| mark.shape().map(Shape::kind));
        match self {
            Self::Finish | Self::TakeBack => film.drawing.as_ref().is_some_and(|drawing| !drawing.tool.is_stroked()),
            Self::BrushLarger | Self::BrushSmaller => {
                matches!(session.tool, Tool::Draw(DrawTool::Brush | DrawTool::Eraser))
            }
            Self::Smooth => kinds().any(|kind| kind == ShapeKind::Polygon),
            Self::Split => {
                film.selected_marks().any(|mark| mark.shape().is_some_and(|shape| change::num_parts(shape) > 1))
            }
            Self::Join => kinds().filter(|kind| matches!(kind, ShapeKind::Polygon | ShapeKind::Mask)).count() > 1,
            Self::Convert => kinds().any(|kind| matches!(kind, ShapeKind::Polygon | ShapeKind::Mask)),
            Self::Mirror => kinds().next().is_some(),
            Self::PasteFrom(PasteSource::Prior) => session.prior_beside().is_some(),
            Self::PasteFrom(PasteSource::Reader(reader)) => {
                film.others.iter().any(|reading| reading.reader() == reader && reading.num_marks() > 0)
            }
            Self::ToggleSnap => true,
        }
    }
}

impl Session {
    pub(super) fn draw_command(&mut self, command: DrawCommand, now_ms: i64) -> Vec<Effect> {
        match command {
            DrawCommand::Finish => self.finish_drawing(now_ms),
            DrawCommand::TakeBack => {
                self.take_point_back();
                Vec::new()
            }
            DrawCommand::BrushLarger => self.change_brush(1.0),
            DrawCommand::BrushSmaller => self.change_brush(-1.0),
            DrawCommand::Smooth => self.smooth(now_ms),
            DrawCommand::Split => self.split(now_ms),
            DrawCommand::Join => self.join(now_ms),
            DrawCommand::Convert => self.convert(now_ms),
            DrawCommand::Mirror => self.copy_to_other_side(now_ms),
            DrawCommand::PasteFrom(source) => self.paste_from(&source, now_ms),
            DrawCommand::ToggleSnap => {
                let snaps_to_edge = !self.settings.snaps_to_edge;
                let text =
                    if snaps_to_edge { "The film's edge draws shapes to itself." } else { "Edges draw nothing." };
                self.notify(NoticeKind::Info, text);
                self.change_settings(Settings { snaps_to_edge, ..self.settings.clone() })
            }
        }
    }

    /// While a shape is drawn point by point, the keys of the reading mean the shape: Enter finishes it, Backspace and undo
    /// take a point back, redo puts it there again.
    pub(super) fn meant_while_drawing(&mut self, command: Command) -> Option<Command> {
        let is_drawing = self.pane.film.as_ref().is_some_and(|film| film.drawing.is_some());
        if !is_drawing {
            return Some(command);
        }
        match command {
            Command::CompleteAndNext => Some(Command::Draw(DrawCommand::Finish)),
            Command::Delete | Command::Undo => Some(Command::Draw(DrawCommand::TakeBack)),
            Command::Redo => {
                self.put_point_again();
                None
            }
            Command::Complete | Command::NormalAndNext | Command::NoFinding | Command::Walk(WalkCommand::GoTo(_)) => {
                self.notify(NoticeKind::Warning, HALF_DRAWN);
                None
            }
            other => Some(other),
        }
    }

    /// Why nothing can be drawn now.
    pub(super) fn obstacle_to_drawing(&self) -> Option<&'static str> {
        let film = self.pane.film.as_ref()?;
        if film.is_reference {
            Some("This film is shown to compare with. Open it from the list to read it.")
        } else if film.is_completed() {
            Some("The reading is completed. Press Ctrl+R to reopen it for changes.")
        } else if film.reading.has_no_finding() {
            Some("The film says \"No finding\". Press N to take it back, then draw.")
        } else if film.unlabelled.is_some() {
            Some(WAITS_FOR_LABEL)
        } else {
            None
        }
    }

    /// A finished shape gets the armed label at once, or waits for one that it fits.
    pub(super) fn take_shape(&mut self, shape: Shape, now_ms: i64) -> Vec<Effect> {
        let refusal = self.armed.as_ref().and_then(|label| self.why_not_shape(label, shape.kind()));
        match (self.armed.clone(), refusal) {
            (Some(label), None) => {
                let effects = self.add_mark(label, shape.clone(), Origin::Drawn, now_ms);
                // What could not be kept is not thrown away: it waits for its label, to be tried again.
                if let Some(film) = self.pane.film.as_mut().filter(|_| effects.is_empty()) {
                    film.unlabelled = Some(shape);
                }
                effects
            }
            (_, refusal) => {
                if let Some(film) = &mut self.pane.film {
                    film.unlabelled = Some(shape);
                    film.select_only(None);
                }
                match refusal {
                    Some(text) => self.notify(NoticeKind::Warning, text),
                    None => self.notify(NoticeKind::Info, "Press the label's key, or click it on the right."),
                }
                Vec::new()
            }
        }
    }

    /// Why a mark of this label can't have a shape of that kind.
    /// Where the tool in the hand draws what the label is not drawn as, one that fits is taken up.
    pub(super) fn take_up_fitting_tool(&mut self, label: &Label) {
        let kind = match self.tool {
            Tool::Box => ShapeKind::Box,
            Tool::Draw(tool) => match tool.draws() {
                Some(kind) => kind,
                None => return,
            },
            _ => return,
        };
        let Some(fitting) = label.shapes.first().filter(|_| !label.allows(kind)) else { return };
        self.use_tool(Tool::for_shape(*fitting));
        let allowed: Vec<&str> = label.shapes.iter().map(|kind| kind.key()).collect();
        let text = format!("{} is drawn as {}: the tool for it is taken up.", label.name, allowed.join(" or "));
        self.notify(NoticeKind::Info, text);
    }

    pub(super) fn why_not_shape(&self, label: &LabelName, kind: ShapeKind) -> Option<String> {
        let label: &Label = self.label_set()?.label(label)?;
        if label.allows(kind) {
            return None;
        }
        let allowed: Vec<&str> = label.shapes.iter().map(|kind| kind.key()).collect();
        Some(format!(
            "{} is drawn as {}, not as {}. Press the key of a label that fits, or Escape to drop the shape.",
            label.name,
            allowed.join(" or "),
            kind.key()
        ))
    }
}

/// What a half-drawn shape says to whatever would lose it.
pub(super) const HALF_DRAWN: &str = "A shape is half drawn. Finish it with Enter, or press Escape to drop it.";

/// The same of a shape without its label.
pub(super) const WAITS_FOR_LABEL: &str = "A shape waits for its label. Press a label key, or Escape to drop it.";
