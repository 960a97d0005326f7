//! Windowing beyond one drag: presets, the window of a region, enhancement, and what the next film takes over.

use crate::domain::geometry::Rect;
use crate::domain::imaging::{
    DisplaySettings, Enhancement, Film, Interpolation, Pixels, PresetKind, RelativeWindow, Voi, VoiFunction, Window,
    WindowPreset, shipped_presets, window_of_region,
};

use super::effect::Effect;
use super::open_film::{OpenFilm, Picture};
use super::screen::{NoticeKind, Session, Tool};
use super::settings::Settings;

/// The longest name of a preset, in letters.
const LONGEST_NAME: usize = 40;

/// How much sharper one key makes the film.
const KEY_SHARPENING: f32 = 0.5;

/// A region smaller than this many film pixels a side is a slip of the hand.
const LEAST_REGION_PX: f64 = 4.0;

/// What the session knows about windowing besides each film's own display.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Windowing {
    /// The project's own, in the order in which they were saved.
    pub presets: Vec<WindowPreset>,
    /// The panel with the histogram is shown.
    pub is_panel_open: bool,
    /// The panel asks for the name of a new preset.
    pub is_naming: bool,
    /// A handle or a slider is being dragged: the view is remembered when it is let go.
    pub(super) is_adjusting: bool,
    /// The tool that comes back when a region has been dragged.
    pub(super) tool_before: Tool,
}

/// What a person can ask for about windows.
#[derive(Clone, PartialEq, Debug)]
pub enum WindowCommand {
    /// One of [`shipped_presets`].
    Shipped(usize),
    /// One of the project's own.
    Project(usize),
    /// From the values inside the selected finding.
    OfFinding,
    TogglePanel,
    ToggleKeep,
    /// Asks for the name of a new preset.
    Name,
    /// The window now shown under this name; a preset of that name is replaced.
    Save {
        name: String,
        /// In terms of each film's own computed window, not of its values.
        is_relative: bool,
    },
    Delete(usize),
    /// While a handle is dragged, and when it is let go.
    Adjust {
        window: Window,
        is_final: bool,
    },
    Enhance {
        enhancement: Enhancement,
        is_final: bool,
    },
    ToggleSharpening,
    ToggleEqualised,
    UseInterpolation(Interpolation),
    NextInterpolation,
    ToggleDither,
}

/// A film's display as the next film takes it over.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct CarriedDisplay {
    voi: Option<CarriedVoi>,
    is_inverted: bool,
    enhancement: Enhancement,
    kind: FilmKind,
}

#[derive(Clone, PartialEq, Debug)]
enum CarriedVoi {
    /// The file's own, by position and name.
    OfFile(usize, Option<String>),
    Chosen(Window, RelativeWindow),
}

/// Films of one kind hold values that mean the same.
#[derive(Clone, PartialEq, Debug)]
struct FilmKind {
    modality: Option<String>,
    bits_stored: u16,
    unit: Option<String>,
    is_inverted: bool,
}

impl FilmKind {
    fn of(open: &OpenFilm, film: &Film) -> Self {
        let facts = &film.facts;
        Self {
            modality: open.entry.facts.modality.clone(),
            bits_stored: facts.bits_stored,
            unit: facts.unit.clone(),
            is_inverted: facts.is_inverted,
        }
    }
}

impl CarriedDisplay {
    /// What a film that is left gives on; `None` where nothing was ever shown.
    pub(super) fn of(open: &OpenFilm) -> Option<Self> {
        let (film, display) = (open.film()?, open.display.as_ref()?);
        let voi = match (film.facts.voi.iter().position(|voi| *voi == display.voi), &display.voi) {
            _ if !open.is_display_changed => None,
            (Some(n), voi) => Some(CarriedVoi::OfFile(n, voi.explanation().map(str::to_owned))),
            (None, Voi::Window(window)) => {
                let relative = RelativeWindow::of(window, &film.computed_window(), film.facts.is_inverted);
                Some(CarriedVoi::Chosen(window.clone(), relative))
            }
            (None, Voi::Lut(_)) => None,
        };
        Some(Self {
            voi,
            is_inverted: display.is_inverted,
            enhancement: display.enhancement,
            kind: FilmKind::of(open, film),
        })
    }

    /// On another film: `true` where the window is another than the film's first.
    pub(super) fn show_on(self, open: &OpenFilm, film: &Film, display: &mut DisplaySettings) -> bool {
        display.is_inverted = self.is_inverted;
        display.enhancement = self.enhancement;
        let voi = match self.voi {
            Some(CarriedVoi::OfFile(n, name)) => {
                film.facts.voi.get(n).filter(|voi| voi.explanation() == name.as_deref()).cloned()
            }
            Some(CarriedVoi::Chosen(window, _)) if self.kind == FilmKind::of(open, film) => Some(Voi::Window(window)),
            Some(CarriedVoi::Chosen(_, relative)) => PresetKind::Relative(relative).voi(film),
            None => None,
        };
        let has_voi = voi.is_some();
        if let Some(voi) = voi {
            display.voi = voi;
        }
        has_voi
    }
}

impl Session {
    pub(super) fn window_command(&mut self, command: WindowCommand) -> Vec<Effect> {
        match command {
            WindowCommand::Shipped(n) => self.use_preset(shipped_presets().get(n)),
            WindowCommand::Project(n) => self.use_preset(self.windowing.presets.get(n).cloned().as_ref()),
            WindowCommand::OfFinding => {
                let rect = self.pane.film.as_ref().and_then(|film| film.selected()?.rect());
                rect.map_or_else(Vec::new, |rect| self.window_region(rect))
            }
            WindowCommand::TogglePanel => {
                self.windowing.is_panel_open = !self.windowing.is_panel_open;
                self.windowing.is_naming = false;
                Vec::new()
            }
            WindowCommand::ToggleKeep => {
                let keeps_window = !self.settings.keeps_window;
                let text = if keeps_window {
                    "The next films open with the window that you choose."
                } else {
                    "Each film opens with its own window."
                };
                self.notify(NoticeKind::Info, text);
                self.change_settings(Settings { keeps_window, ..self.settings.clone() })
            }
            WindowCommand::Name => {
                self.windowing.is_panel_open = true;
                self.windowing.is_naming = true;
                Vec::new()
            }
            WindowCommand::Save { name, is_relative } => self.save_preset(&name, is_relative),
            WindowCommand::Delete(n) => {
                if n >= self.windowing.presets.len() {
                    return Vec::new();
                }
                self.windowing.presets.remove(n);
                vec![Effect::RememberPresets(self.windowing.presets.clone())]
            }
            WindowCommand::Adjust { window, is_final } => {
                self.windowing.is_adjusting = !is_final;
                self.change_display(|_, display| {
                    if is_usable(&window) {
                        display.voi = Voi::Window(window);
                    }
                })
            }
            WindowCommand::Enhance { enhancement, is_final } => {
                self.windowing.is_adjusting = !is_final;
                self.enhance(|now| *now = enhancement)
            }
            WindowCommand::ToggleSharpening => {
                self.enhance(|now| now.sharpening = if now.sharpening > 0.0 { 0.0 } else { KEY_SHARPENING })
            }
            WindowCommand::ToggleEqualised => self.enhance(|now| now.is_equalised = !now.is_equalised),
            WindowCommand::UseInterpolation(interpolation) => {
                self.change_settings(Settings { interpolation, ..self.settings.clone() })
            }
            WindowCommand::NextInterpolation => {
                let interpolation = self.settings.interpolation.next();
                let text = match interpolation {
                    Interpolation::Bilinear => "Enlarged smoothly (bilinear).",
                    Interpolation::Lanczos => "Enlarged sharply (Lanczos).",
                    Interpolation::Nearest => "Enlarged as squares, one for each pixel.",
                };
                self.notify(NoticeKind::Info, text);
                self.change_settings(Settings { interpolation, ..self.settings.clone() })
            }
            WindowCommand::ToggleDither => {
                let is_dithered = !self.settings.is_dithered;
                self.change_settings(Settings { is_dithered, ..self.settings.clone() })
            }
        }
    }

    /// A window over the values inside a rectangle of the film; the tool that was up before comes back.
    pub(super) fn window_region(&mut self, region: Rect) -> Vec<Effect> {
        if self.tool == Tool::Region {
            self.tool = self.windowing.tool_before;
        }
        let Some(film) = self.pane.film.as_ref().and_then(OpenFilm::film).cloned() else { return Vec::new() };
        let is_large = region.width() >= LEAST_REGION_PX && region.height() >= LEAST_REGION_PX;
        match window_of_region(&film, region).filter(|_| is_large) {
            Some(window) => self.change_display(|_, display| display.voi = Voi::Window(window)),
            None => {
                self.notify(NoticeKind::Info, "The region holds too few values for a window.");
                Vec::new()
            }
        }
    }

    /// Takes a tool up; a region's tool lasts for one drag.
    pub(super) fn use_tool(&mut self, tool: Tool) {
        if tool == Tool::Region && self.tool != Tool::Region {
            self.windowing.tool_before = self.tool;
        }
        self.tool = tool;
    }

    fn use_preset(&mut self, preset: Option<&WindowPreset>) -> Vec<Effect> {
        let Some(preset) = preset else { return Vec::new() };
        let name = preset.name.clone();
        self.change_display(|film, display| {
            if let Some(mut voi) = preset.kind.voi(film) {
                if let Voi::Window(window) = &mut voi {
                    window.explanation = Some(name);
                }
                display.voi = voi;
            }
        })
    }

    fn save_preset(&mut self, name: &str, is_relative: bool) -> Vec<Effect> {
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
        let Some(open) = self.pane.film.as_ref() else { return Vec::new() };
        let (Some(film), Some(window)) = (open.film(), open.window()) else { return Vec::new() };
        if name.is_empty() {
            self.notify(NoticeKind::Warning, "The preset needs a name.");
            return Vec::new();
        }
        let kind = if is_relative {
            PresetKind::Relative(RelativeWindow::of(&window, &film.computed_window(), film.facts.is_inverted))
        } else {
            PresetKind::Fixed { center: window.center, width: window.width, function: window.function }
        };
        let preset = WindowPreset { name: name.clone(), kind };
        self.windowing.is_naming = false;
        match self.windowing.presets.iter_mut().find(|p| p.name == name) {
            Some(same) => *same = preset,
            None => self.windowing.presets.push(preset),
        }
        self.notify(NoticeKind::Info, format!("Saved for this project: {name}"));
        vec![Effect::RememberPresets(self.windowing.presets.clone())]
    }

    /// Whether the active film is shown with its own window or LUT of this position.
    pub(super) fn shows_window_of_file(&self, n: usize) -> bool {
        let Some(open) = &self.pane.film else { return false };
        let shown = open.display.as_ref().map(|display| &display.voi);
        shown.is_some() && open.film().and_then(|film| film.facts.voi.get(n)) == shown
    }

    /// Whether the active film is shown with a window of this name that is not its own.
    pub(super) fn shows_window_named(&self, name: &str) -> bool {
        let Some(open) = &self.pane.film else { return false };
        let Some(Voi::Window(window)) = open.display.as_ref().map(|display| &display.voi) else { return false };
        let is_of_file = || matches!(open.shown_window(), super::viewport::ShownWindow::OfFile(_));
        window.explanation.as_deref() == Some(name) && (name == "computed" || !is_of_file())
    }

    fn enhance(&mut self, change: impl FnOnce(&mut Enhancement)) -> Vec<Effect> {
        self.change_display(|_, display| change(&mut display.enhancement))
    }

    /// Changes how the active film is shown; linked viewports follow.
    pub(super) fn change_display(&mut self, change: impl FnOnce(&Film, &mut DisplaySettings)) -> Vec<Effect> {
        let before = self.pane.film.as_ref().and_then(|film| film.display.clone());
        self.on_film(|open| {
            if let (Picture::Ready(film), Some(display)) = (&open.picture, &mut open.display) {
                change(film, display);
                open.is_display_changed = true;
            }
        });
        if let Some(before) = before {
            self.follow_display(&before);
        }
        Vec::new()
    }
}

impl WindowCommand {
    /// Whether asking for it now makes sense.
    pub(super) fn is_available(&self, session: &Session) -> bool {
        let film = session.pane.film.as_ref();
        let is_grey = film.and_then(OpenFilm::film).is_some_and(|film| matches!(film.pixels, Pixels::Grey(_)));
        match self {
            Self::Project(n) | Self::Delete(n) => is_grey && *n < session.windowing.presets.len(),
            Self::OfFinding => is_grey && film.is_some_and(|film| film.selected().is_some_and(|a| a.rect().is_some())),
            Self::TogglePanel
            | Self::ToggleKeep
            | Self::UseInterpolation(_)
            | Self::NextInterpolation
            | Self::ToggleDither => film.is_some(),
            _ => is_grey,
        }
    }

    /// Whether what the command switches is on.
    pub(super) fn is_on(&self, session: &Session) -> bool {
        let enhancement = session.pane.film.as_ref().and_then(|film| Some(film.display.as_ref()?.enhancement));
        match self {
            Self::Shipped(n) => {
                shipped_presets().get(*n).is_some_and(|preset| session.shows_window_named(&preset.name))
            }
            Self::Project(n) => {
                session.windowing.presets.get(*n).is_some_and(|preset| session.shows_window_named(&preset.name))
            }
            Self::TogglePanel => session.windowing.is_panel_open,
            Self::ToggleKeep => session.settings.keeps_window,
            Self::UseInterpolation(way) => session.settings.interpolation == *way,
            Self::ToggleDither => session.settings.is_dithered,
            Self::ToggleSharpening => enhancement.is_some_and(|e| e.sharpening > 0.0),
            Self::ToggleEqualised => enhancement.is_some_and(|e| e.is_equalised),
            _ => false,
        }
    }
}

/// What typed numbers and dragged handles may ask for.
fn is_usable(window: &Window) -> bool {
    let least = if window.function == VoiFunction::Linear { 1.0 } else { f64::MIN_POSITIVE };
    window.center.is_finite() && window.width.is_finite() && window.width >= least
}
