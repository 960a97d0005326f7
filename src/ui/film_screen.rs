//! The screen on which films are read: tools above, the study's films left, findings right, the film in the middle.

use egui::{CentralPanel, RichText, Ui};

use crate::domain::measure::MeasureKind;
use crate::session::{Command, DrawCommand, Layout, PasteSource, SuggestCommand, Tool};

use super::words::{tr, tr_args};
use super::{
    Panel, canvas, evaluate_screen, film_strip, findings, histogram_panel, history_panel, instructions, kit, shell,
    theme, tool_icons, window_menu,
};

pub(super) fn film_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    if panel.session.panes().all(|(_, pane)| pane.film.is_none()) {
        shell::empty_ui(ui, panel, tr("Opening the film…"), "", &[Command::ShowWorklist]);
        return;
    }
    egui::Panel::top("tools").frame(shell::bar_frame()).show_separator_line(false).show(ui, |ui| tools_ui(ui, panel));
    evaluate_screen::walk_bar_ui(ui, panel);
    if !panel.session.is_maximised {
        side_panels_ui(ui, panel);
    }
    CentralPanel::no_frame().show(ui, |ui| canvas::panes_ui(ui, panel));
}

fn side_panels_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    if film_strip::is_needed(panel.session) {
        egui::Panel::left("strip")
            .exact_size(theme::STRIP_WIDTH)
            .resizable(false)
            .show_separator_line(false)
            .frame(shell::bar_frame())
            .show(ui, |ui| film_strip::strip_ui(ui, panel));
    }
    egui::Panel::right("findings")
        .exact_size(theme::SIDE_PANEL_WIDTH)
        .resizable(false)
        .show_separator_line(false)
        .frame(shell::bar_frame())
        .show(ui, |ui| findings::findings_ui(ui, panel));
    if panel.session.is_history_open {
        egui::Panel::right("history")
            .exact_size(theme::HISTORY_WIDTH)
            .resizable(false)
            .show_separator_line(false)
            .frame(shell::bar_frame())
            .show(ui, |ui| history_panel::history_ui(ui, panel));
    }
    if panel.session.guide.is_open {
        egui::Panel::right("instructions")
            .exact_size(theme::WINDOW_PANEL_WIDTH)
            .resizable(false)
            .show_separator_line(false)
            .frame(shell::bar_frame())
            .show(ui, |ui| instructions::instructions_ui(ui, panel));
    }
    if panel.session.windowing.is_panel_open {
        egui::Panel::right("window panel")
            .exact_size(theme::WINDOW_PANEL_WIDTH)
            .resizable(false)
            .show_separator_line(false)
            .frame(shell::bar_frame())
            .show(ui, |ui| histogram_panel::panel_ui(ui, panel));
    }
}

fn tools_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    // A narrow window, a large interface or long words take a second row.
    ui.horizontal_wrapped(|ui| {
        kit::titled_button(ui, panel, &Command::ShowWorklist, None);
        position_ui(ui, panel);
        ui.separator();
        draw_tools_ui(ui, panel);
        let session = panel.session;
        kit::tool_menu(ui, panel, tr("Measure"), MEASURE_MENU);
        ui.separator();
        window_menu::menu_ui(ui, panel);
        let display = session.pane.film.as_ref().and_then(|f| f.display.as_ref());
        kit::toggle_button(ui, panel, &Command::Invert, tr("Invert"), display.is_some_and(|d| d.is_inverted));
        ui.separator();
        kit::titled_button(ui, panel, &Command::Fit, None);
        kit::titled_button(ui, panel, &Command::OneToOne, None);
        kit::command_menu(ui, panel, tr("Display"), VIEW_MENU);
        ui.separator();
        kit::close_together(ui, 2.0, |ui| {
            for layout in Layout::ALL {
                let text = layout.num_panes().to_string();
                kit::toggle_button(ui, panel, &Command::SetLayout(layout), &text, session.layout == layout);
            }
        });
        kit::toggle_button(ui, panel, &Command::ToggleLinked, tr("Link"), session.is_linked);
        kit::titled_button(ui, panel, &Command::ComparePrior, Some(tr("Prior")));
        ui.separator();
        kit::close_together(ui, 1.0, |ui| {
            tool_icons::undo_button(ui, panel);
            tool_icons::redo_button(ui, panel);
            tool_icons::history_button(ui, panel);
            tool_icons::settings_button(ui, panel);
        });
        kit::titled_button(ui, panel, &Command::CheatSheet, Some("?"));
    });
}

/// The drawing tools close together, and what is done to the shapes that are selected.
fn draw_tools_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    kit::close_together(ui, 1.0, |ui| {
        for tool in tool_icons::TOOLS {
            tool_icons::tool_button(ui, panel, tool);
        }
    });
    kit::command_menu(ui, panel, tr("Shape"), SHAPE_MENU);
}

/// What is done to shapes that are there.
const SHAPE_MENU: &[Command] = &[
    Command::Draw(DrawCommand::Smooth),
    Command::Draw(DrawCommand::Split),
    Command::Draw(DrawCommand::Join),
    Command::Draw(DrawCommand::Convert),
    Command::Draw(DrawCommand::Mirror),
    Command::Duplicate,
    Command::Copy,
    Command::Paste,
    Command::Draw(DrawCommand::PasteFrom(PasteSource::Prior)),
    Command::Draw(DrawCommand::BrushLarger),
    Command::Draw(DrawCommand::BrushSmaller),
    Command::Draw(DrawCommand::ToggleSnap),
];

const MEASURE_MENU: &[Command] = &[
    Command::UseTool(Tool::Measure(MeasureKind::Ruler)),
    Command::UseTool(Tool::Measure(MeasureKind::Angle)),
    Command::UseTool(Tool::Measure(MeasureKind::Cobb)),
    Command::UseTool(Tool::Measure(MeasureKind::VertebralHeight)),
    Command::ToggleMiddleHeight,
    Command::UseTool(Tool::Measure(MeasureKind::Slip)),
    Command::UseTool(Tool::Measure(MeasureKind::Cardiothoracic)),
    Command::UseTool(Tool::Measure(MeasureKind::Ellipse)),
    Command::UseTool(Tool::Measure(MeasureKind::Rectangle)),
    Command::UseTool(Tool::Measure(MeasureKind::Probe)),
];

/// How the film lies, and what shows it larger.
const VIEW_MENU: &[Command] = &[
    Command::FitWidth,
    Command::ZoomIn,
    Command::ZoomOut,
    Command::RotateRight,
    Command::RotateLeft,
    Command::FlipHorizontal,
    Command::FlipVertical,
    Command::ResetView,
    Command::ToggleMagnifier,
    Command::ToggleMaximised,
    Command::ToggleFullScreen,
    Command::ToggleKeepView,
    Command::CycleOverlay,
    Command::Suggest(SuggestCommand::ToggleShown),
    Command::Suggest(SuggestCommand::ToggleHeat),
];

fn position_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(film) = &panel.session.pane.film else { return };
    let (list, image) = (&panel.session.worklist, film.image());
    if let Some(at) = list.position(image) {
        ui.label(RichText::new(tr_args("{} of {}", &[&(at + 1), &list.num_shown()])).color(theme::weak()));
    }
}
