//! What stands in front of the screen: palette, keys, settings, questions, paths and reports.

use egui::{Align2, Id, LayerId, Order, Popup, RichText, ScrollArea, Ui, WidgetInfo};

use crate::domain::exchange::ImportWish;
use crate::session::{Command, Dialog, Event, FilePurpose, Input, NewProjectWish};

use super::evaluate_screen::new_run;
use super::words::{tr, tr_args, translated};
use super::{
    Panel, cheat_sheet, give_back, kit, models_screen, palette, project_screen, settings_screen, statistics,
    suggestions, tag_browser, test_pattern, theme, train_screen, unfit_menu,
};

pub(super) fn dialog_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(dialog) = &session.dialog else {
        panel.state.palette_query.clear();
        panel.state.tag_query.clear();
        panel.state.has_tag_focus = false;
        panel.state.palette_choice = 0;
        panel.state.settings.close();
        panel.state.models.forms.close();
        panel.state.new_run.close();
        panel.state.freeze.close();
        panel.state.new_project = NewProjectWish::default();
        panel.state.test_pattern = None;
        panel.state.dialog_size = None;
        return;
    };
    if *dialog == Dialog::TestPattern {
        test_pattern::test_pattern_ui(ui, panel);
        return;
    }
    let screen = ui.ctx().content_rect();
    let scrim = egui::Area::new(Id::unique("scrim")).order(Order::Middle).fixed_pos(screen.min);
    scrim.show(ui.ctx(), |ui| {
        // Clicked, but no stop of the Tab key.
        let response = ui.allocate_rect(screen, egui::Sense::CLICK);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr("Outside the dialog")));
        ui.painter().rect_filled(screen, 0.0, theme::scrim());
        if response.clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
    let title = match dialog {
        Dialog::Palette => tr("Commands"),
        Dialog::CheatSheet => tr("Keys"),
        Dialog::Settings => tr("Settings"),
        Dialog::TestPattern => tr("Test pattern"),
        Dialog::Tags { .. } => tr("Tags"),
        Dialog::ConfirmNoFinding { .. } => tr("No finding"),
        Dialog::ChooseLabels { .. } => tr("New project"),
        Dialog::CopyFilms { .. } => tr("Import films"),
        Dialog::BadRows { .. } => tr("Import labels"),
        Dialog::PathField { .. } => tr("Path"),
        Dialog::MyStatistics(_) => tr("My statistics"),
        Dialog::ChooseUnfit { .. } => tr("Unfit to be read"),
        Dialog::Model(dialog) => models_screen::dialog_title(dialog),
        Dialog::Evaluate(dialog) => new_run::dialog_title(*dialog),
        Dialog::Train(dialog) => train_screen::dialog_title(*dialog),
        Dialog::PendingSuggestions { .. } => tr("Suggestions"),
        Dialog::GiveBack(_) => tr("Give back"),
        Dialog::Report { title, .. } => title,
    };
    let window = egui::Window::new(RichText::new(title).size(15.0))
        .id(Id::unique(("dialog", title)))
        .order(Order::Foreground)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_TOP, egui::vec2(0.0, (screen.height() * 0.1).min(90.0)));
    let shown = window.show(ui.ctx(), |ui| match dialog {
        Dialog::Palette => palette::palette_ui(ui, panel),
        Dialog::CheatSheet => {
            cheat_sheet::cheat_sheet_ui(ui, panel);
            close_ui(ui, panel);
        }
        Dialog::Settings => {
            settings_screen::settings_ui(ui, panel);
            close_ui(ui, panel);
        }
        Dialog::TestPattern => {}
        Dialog::Tags { tags, .. } => {
            tag_browser::tags_ui(ui, panel, tags, screen.height() * 0.75);
            close_ui(ui, panel);
        }
        Dialog::ConfirmNoFinding { num_findings, completes, .. } => confirm_ui(ui, panel, *num_findings, *completes),
        Dialog::ChooseLabels { folder } => labels_ui(ui, panel, folder),
        Dialog::CopyFilms { .. } => copy_ui(ui, panel),
        Dialog::BadRows { path } => bad_rows_ui(ui, panel, path),
        Dialog::PathField { purpose } => path_ui(ui, panel, *purpose),
        Dialog::MyStatistics(statistics) => {
            statistics::statistics_ui(ui, panel, statistics.as_deref());
            close_ui(ui, panel);
        }
        Dialog::ChooseUnfit { goes_on, .. } => unfit_menu::choose_ui(ui, panel, *goes_on),
        Dialog::Model(dialog) => models_screen::dialog_ui(ui, panel, dialog),
        Dialog::Evaluate(dialog) => new_run::dialog_ui(ui, panel, *dialog),
        Dialog::Train(dialog) => train_screen::dialog_ui(ui, panel, *dialog),
        Dialog::PendingSuggestions { .. } => suggestions::pending_ui(ui, panel),
        Dialog::GiveBack(asked) => give_back::confirm_ui(ui, panel, asked),
        Dialog::Report { lines, .. } => report_ui(ui, panel, lines),
    });
    lists_in_front(ui.ctx());
    // A window takes its size from the frame before: draw until it has come to rest.
    let size = shown.map(|shown| shown.response.rect.size());
    if panel.state.dialog_size != size {
        panel.state.dialog_size = size;
        ui.ctx().request_repaint();
    }
}

/// An open list lies over the dialog. Where press and release come in one frame, both ask to be in front, and egui then keeps
/// the order of before: a dialog that was opened again would hide the list and take its clicks.
fn lists_in_front(ctx: &egui::Context) {
    if !Popup::is_any_open(ctx) {
        return;
    }
    let layers = ctx.memory(|memory| memory.areas().visible_layer_ids());
    let is_list = |layer: &LayerId| layer.order == Order::Foreground && Popup::is_id_open(ctx, layer.id);
    for layer in layers.into_iter().filter(is_list) {
        ctx.move_to_top(layer);
    }
}

fn confirm_ui(ui: &mut Ui, panel: &mut Panel<'_>, num_findings: usize, completes: bool) {
    kit::set_dialog_width(ui, 380.0);
    let what = if num_findings == 1 { tr("1 finding").to_owned() } else { tr_args("{} findings", &[&num_findings]) };
    ui.label(if completes {
        tr_args("Remove {}, say \"No finding\", complete the film and go on? Undo brings them back.", &[&what])
    } else {
        tr_args("Remove {} and say \"No finding\"? Undo brings them back.", &[&what])
    });
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        if ui.button(tr_args("Remove {}", &[&what])).clicked() {
            panel.ask(Command::Confirm);
        }
        if ui.button(tr("Keep them")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
    ui.label(RichText::new(tr("Enter removes, Escape keeps")).small().color(theme::weak()));
}

fn labels_ui(ui: &mut Ui, panel: &mut Panel<'_>, folder: &std::path::Path) {
    kit::set_dialog_width(ui, 440.0);
    let of_folder = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let wish = &mut panel.state.new_project;
    kit::section_title(ui, tr("Project name"));
    let field = egui::TextEdit::singleline(&mut wish.name).desired_width(f32::INFINITY).hint_text(of_folder);
    ui.add(field).widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Project name")));
    kit::section(ui, tr("How films get their labels"));
    project_screen::workflow_ui(ui, &mut wish.workflow);
    ui.add_space(theme::UNIT);
    let text = tr("This can be changed later, under Project. People and their PINs are added there too.");
    ui.add(egui::Label::new(RichText::new(text).small().color(theme::weak())).wrap());
    ui.separator();
    ui.label(tr_args("Which labels does the project in {} read with?", &[&folder.display()]));
    ui.add_space(theme::UNIT);
    for (id, title) in panel.state.label_sets.clone() {
        if ui.add(egui::Button::new(&title).min_size(egui::vec2(430.0, 30.0))).clicked() {
            let wish = NewProjectWish { label_set: id, ..std::mem::take(&mut panel.state.new_project) };
            panel.ask(Command::CreateAs(Box::new(wish)));
        }
    }
    if ui.button(tr("Cancel")).clicked() {
        panel.ask(Command::CloseDialog);
    }
}

fn copy_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    kit::set_dialog_width(ui, 460.0);
    ui.label(tr("Leave the films where they are, or copy them into the project's folder?"));
    ui.label(
        RichText::new(tr("Films that are referred to are missing once they are moved or the disk is gone."))
            .color(theme::weak()),
    );
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        if ui.button(tr("Leave them there")).clicked() {
            panel.ask(Command::ImportPaths { copies: false });
        }
        if ui.button(tr("Copy them")).clicked() {
            panel.ask(Command::ImportPaths { copies: true });
        }
        if ui.button(tr("Cancel")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
}

fn bad_rows_ui(ui: &mut Ui, panel: &mut Panel<'_>, path: &std::path::Path) {
    kit::set_dialog_width(ui, 440.0);
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    ui.label(tr_args("If some rows of {} can't be taken, what about the good ones?", &[&name]));
    ui.label(RichText::new(tr("Either way the report names each bad row by its line.")).color(theme::weak()));
    ui.add_space(theme::UNIT);
    let mut wish = panel.state.exports_page.wish;
    super::project_screen::fitting_ui(ui, &mut wish);
    panel.state.exports_page.wish = wish;
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        if ui.button(tr("Take the good rows")).clicked() {
            panel.ask(Command::ImportRows { wish: ImportWish { refuses_bad: false, ..wish } });
        }
        if ui.button(tr("Take all or nothing")).clicked() {
            panel.ask(Command::ImportRows { wish: ImportWish { refuses_bad: true, ..wish } });
        }
        if ui.button(tr("Cancel")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
}

fn path_ui(ui: &mut Ui, panel: &mut Panel<'_>, purpose: FilePurpose) {
    kit::set_dialog_width(ui, 520.0);
    ui.label(tr(purpose.title()));
    let response = ui.add(egui::TextEdit::singleline(&mut panel.state.path_text).desired_width(f32::INFINITY));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Path")));
    response.request_focus();
    let is_done = ui.input(|i| i.key_pressed(egui::Key::Enter));
    ui.horizontal(|ui| {
        if (ui.button(tr("Take this path")).clicked() || is_done) && !panel.state.path_text.trim().is_empty() {
            let paths = vec![std::path::PathBuf::from(panel.state.path_text.trim())];
            panel.out.push(Input::Event(Event::PathChosen { purpose, paths }));
        }
        if ui.button(tr("Cancel")).clicked() {
            panel.ask(Command::CloseDialog);
        }
    });
    ui.label(
        RichText::new(tr("This desktop offers no file dialog, so type or paste the path."))
            .small()
            .color(theme::weak()),
    );
}

/// Lines of a report that are shown; the command line lists all of a longer one.
const REPORT_LINES: usize = 400;

fn report_ui(ui: &mut Ui, panel: &mut Panel<'_>, lines: &[String]) {
    kit::set_dialog_width(ui, 760.0);
    let height = ui.ctx().content_rect().height() - 220.0;
    ScrollArea::vertical().max_height(height).show(ui, |ui| {
        for (n, line) in lines.iter().take(REPORT_LINES).enumerate() {
            let color = if n == 0 { theme::strong() } else { theme::text() };
            ui.add(egui::Label::new(RichText::new(&*translated(line)).color(color)).wrap().selectable(true));
        }
        if lines.len() > REPORT_LINES {
            let more =
                tr_args("and {} more; the same import on the command line lists all", &[&(lines.len() - REPORT_LINES)]);
            ui.label(RichText::new(more).color(theme::weak()));
        }
    });
    close_ui(ui, panel);
}

fn close_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.add_space(theme::UNIT);
    if ui.button(tr("Close")).clicked() {
        panel.ask(Command::CloseDialog);
    }
}
