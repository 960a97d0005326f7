//! The settings page: what holds for this computer, and what holds for the reader who is signed in.

use egui::{ComboBox, RichText, ScrollArea, Ui, WidgetInfo};

use crate::domain::imaging::Interpolation;
use crate::session::settings::{BUDGETS_MB, Density, Language, Settings, Theme, ZOOM_PERCENTS};
use crate::session::{Command, Session};

use super::key_table::{self, Listening};
use super::words::{tr, tr_args};
use super::{Panel, kit, theme};

/// What the page keeps between frames.
#[derive(Default, Debug)]
pub struct SettingsState {
    section: Section,
    pub(super) query: String,
    pub(super) listening: Option<Listening>,
}

impl SettingsState {
    /// Whether the next keys are to be bound and ask for nothing.
    pub const fn is_listening(&self) -> bool {
        self.listening.is_some()
    }

    pub(super) fn close(&mut self) {
        self.listening = None;
        self.query.clear();
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Section {
    #[default]
    Looks,
    Film,
    Keys,
    Mouse,
    Memory,
}

impl Section {
    const ALL: [Self; 5] = [Self::Looks, Self::Film, Self::Keys, Self::Mouse, Self::Memory];

    fn name(self) -> &'static str {
        match self {
            Self::Looks => tr("Language and looks"),
            Self::Film => tr("Film"),
            Self::Keys => tr("Keys"),
            Self::Mouse => tr("Mouse and wheel"),
            Self::Memory => tr("Memory"),
        }
    }

    const fn is_of_reader(self) -> bool {
        matches!(self, Self::Keys | Self::Mouse)
    }
}

/// Where the window is wide enough.
const WIDTH: f32 = 850.0;
const NAVIGATION: f32 = 170.0;
const TITLE: f32 = 170.0;

pub(super) fn settings_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let screen = ui.ctx().content_rect();
    let height = (screen.height() - 230.0).clamp(120.0, 560.0);
    // At twice the size on a small screen it must still be possible to go back.
    let width = WIDTH.min(screen.width() - 40.0);
    ui.set_width(width);
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.set_width(NAVIGATION);
            ui.set_min_height(height);
            for section in Section::ALL {
                let is_open = panel.state.settings.section == section;
                let button = egui::Button::new(section.name()).selected(is_open).min_size(egui::vec2(NAVIGATION, 0.0));
                let response = ui.add(button);
                response.widget_info(|| WidgetInfo::selected(egui::Role::Tab, true, is_open, section.name()));
                if response.clicked() {
                    panel.state.settings.section = section;
                    panel.state.settings.close();
                    ui.ctx().request_repaint();
                }
            }
        });
        ui.add_space(4.0 * theme::UNIT);
        ui.vertical(|ui| {
            ui.set_width(width - NAVIGATION - 40.0);
            let section = panel.state.settings.section;
            ui.label(RichText::new(whose(panel.session, section)).color(theme::weak()));
            ui.add_space(theme::UNIT);
            match section {
                Section::Looks => looks_ui(ui, panel),
                Section::Film => film_ui(ui, panel),
                Section::Keys => key_table::keys_ui(ui, panel, height - 40.0),
                Section::Mouse => {
                    ScrollArea::vertical().max_height(height - 40.0).auto_shrink(false).show(ui, |ui| {
                        key_table::mouse_ui(ui, panel);
                    });
                }
                Section::Memory => memory_ui(ui, panel),
            }
        });
    });
}

/// For whom the section holds.
fn whose(session: &Session, section: Section) -> String {
    match (&session.reader, section.is_of_reader()) {
        (_, false) => tr("For this computer: every project, every reader").to_owned(),
        (Some(reader), true) => tr_args("For reader {} in this project", &[&reader.id]),
        (None, true) => tr("Sign in to keep changes: keys and mouse belong to a reader").to_owned(),
    }
}

/// A row of choices of which one holds.
fn choice_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    title: &str,
    all: &[T],
    chosen: T,
    name: impl Fn(T) -> String,
) -> Option<T> {
    let mut picked = None;
    ui.horizontal_wrapped(|ui| {
        titled(ui, title);
        for value in all {
            let text = name(*value);
            let response = ui.add(egui::Button::new(&text).selected(*value == chosen));
            let accessible = format!("{title}: {text}");
            response.widget_info(|| WidgetInfo::selected(egui::Role::RadioButton, true, *value == chosen, &accessible));
            if response.clicked() {
                picked = Some(*value);
            }
        }
    });
    ui.add_space(theme::UNIT);
    picked
}

/// What a row is about, in a column of its own.
fn titled(ui: &mut Ui, title: &str) {
    let size = egui::vec2(TITLE, ui.spacing().interact_size.y);
    ui.allocate_ui_with_layout(size, egui::Layout::left_to_right(egui::Align::Center), |ui| {
        ui.set_min_width(TITLE);
        ui.label(title);
    });
}

fn change(panel: &mut Panel<'_>, change: impl FnOnce(&mut Settings)) {
    let mut settings = panel.session.settings.clone();
    change(&mut settings);
    panel.ask(Command::ChangeSettings(Box::new(settings)));
}

fn looks_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let now = panel.session.settings.clone();
    // Both names in their own language, and the row in both: who can't read this one finds it.
    let title = format!("{} / {}", "Language", "Ngôn ngữ");
    if let Some(language) = choice_ui(ui, &title, &Language::ALL, now.language, |l| l.name().to_owned()) {
        change(panel, |s| s.language = language);
    }
    if let Some(theme) = choice_ui(ui, tr("Theme"), &Theme::ALL, now.theme, |t| tr(t.name()).to_owned()) {
        change(panel, |s| s.theme = theme);
    }
    if let Some(density) = choice_ui(ui, tr("Density"), &Density::ALL, now.density, |d| tr(d.name()).to_owned()) {
        change(panel, |s| s.density = density);
    }
    let size = choice_ui(ui, tr("Size"), &ZOOM_PERCENTS, now.zoom_percent, |zoom| format!("{zoom} %"));
    if let Some(zoom) = size {
        change(panel, |s| s.zoom_percent = zoom);
    }
    ui.add_space(theme::UNIT);
    let text = tr("The size is beside the monitor's own scale, which is followed by itself.");
    ui.label(RichText::new(text).small().color(theme::weak()));
}

fn film_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let now = panel.session.settings.clone();
    let mut is_on = now.keeps_view;
    if ui.checkbox(&mut is_on, tr("Open the next film with this film's zoom, turn and place")).changed() {
        change(panel, |s| s.keeps_view = is_on);
    }
    let mut is_on = now.keeps_window;
    if ui.checkbox(&mut is_on, tr("Open the next film with this film's window")).changed() {
        change(panel, |s| s.keeps_window = is_on);
    }
    ui.add_space(theme::UNIT);
    let name = |filter: Interpolation| tr(filter.name()).to_owned();
    if let Some(filter) = choice_ui(ui, tr("Between pixels"), &Interpolation::ALL, now.interpolation, name) {
        change(panel, |s| s.interpolation = filter);
    }
    let mut is_on = now.is_dithered;
    if ui.checkbox(&mut is_on, tr("Dither to the screen's grey levels, so that slow ramps show no steps")).changed() {
        change(panel, |s| s.is_dithered = is_on);
    }
    ui.add_space(2.0 * theme::UNIT);
    ui.label(RichText::new(tr("Is the monitor fit to read on?")).color(theme::weak()));
    kit::command_button(ui, panel, &Command::ShowTestPattern);
}

fn memory_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let now = panel.session.settings.clone();
    let used = panel.state.memory_used;
    if let Some(mb) = budget_ui(ui, tr("Decoded films"), now.film_budget_mb, used[0]) {
        change(panel, |s| s.film_budget_mb = mb);
    }
    if let Some(mb) = budget_ui(ui, tr("Films on the graphics card"), now.texture_budget_mb, used[1]) {
        change(panel, |s| s.texture_budget_mb = mb);
    }
    ui.add_space(theme::UNIT);
    let text = tr("More memory keeps more films at hand. The film on the screen is always kept.");
    ui.label(RichText::new(text).small().color(theme::weak()));
}

fn budget_ui(ui: &mut Ui, title: &str, mb: u32, used: Option<u64>) -> Option<u32> {
    let mut picked = None;
    let name = |mb: u32| if mb < 1024 { format!("{mb} MB") } else { format!("{} GB", mb / 1024) };
    ui.horizontal_wrapped(|ui| {
        titled(ui, title);
        let response = ComboBox::from_id_salt(title).selected_text(name(mb)).width(110.0).show_ui(ui, |ui| {
            for budget in BUDGETS_MB {
                if ui.selectable_label(budget == mb, name(budget)).clicked() {
                    picked = Some(budget);
                }
            }
        });
        response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, title));
        if let Some(bytes) = used {
            ui.label(RichText::new(tr_args("{} MB in use", &[&(bytes >> 20)])).color(theme::weak()));
        }
    });
    ui.add_space(theme::UNIT);
    picked
}
