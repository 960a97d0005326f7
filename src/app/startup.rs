//! Starting the window, and one plain sentence where that is not possible.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup};

use crate::session::{Event, Input, Session};
use crate::ui::UiState;

use super::outside::{Decode, Outside};
use super::window::{Window, open_at_start};
use super::{recent, settings_file};

/// Asked of the device where it has it: stitched spine films pass 8,192 rows.
const WANTED_TEXTURE_SIDE: u32 = 16384;

/// How often in a row a lost graphics device is made up for.
const NUM_REOPENINGS: u32 = 8;

/// What the next window begins with, where a graphics device was lost.
pub(super) struct Reopening {
    folder: Option<PathBuf>,
    /// Somebody was at work under their name.
    is_signed_in: bool,
}

impl Reopening {
    pub(super) fn of(session: &Session) -> Self {
        let folder = session.project.as_ref().map(|project| project.folder.clone());
        Self { folder, is_signed_in: session.reader.is_some() }
    }
}

/// Opens the window, on a project where one is named, and returns when it is closed.
/// The error is one sentence for the person.
pub fn run(folder: Option<PathBuf>, decode: Decode) -> Result<(), String> {
    if !has_display() {
        return Err("No display: DISPLAY and WAYLAND_DISPLAY are not set, so no window can open. The command line works without one; see rachis --help.".to_owned());
    }
    let decode = Arc::new(decode);
    let mut opened = Reopening { folder, is_signed_in: false };
    for _ in 0..=NUM_REOPENINGS {
        let (reopen, reopening) = channel();
        let outcome = show(opened, &decode, reopen);
        match reopening.try_recv() {
            // Whatever eframe said of the lost device, the next window has another.
            Ok(next) => opened = next,
            Err(_) => return outcome,
        }
        tracing::warn!("the window is opened again on a new graphics device");
    }
    Err("The graphics device was lost again and again; the graphics driver may need an update. Nothing of the work is lost.".to_owned())
}

/// One window until it is closed.
fn show(opened: Reopening, decode: &Arc<Decode>, reopen: Sender<Reopening>) -> Result<(), String> {
    let decode = decode.clone();
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Rachis")
            .with_app_id("rachis")
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([960.0, 600.0]),
        renderer: eframe::Renderer::Wgpu,
        wgpu_options: graphics(),
        ..eframe::NativeOptions::default()
    };
    let create: eframe::AppCreator<'_> = Box::new(move |creation| {
        let decode: Decode = Box::new(move |source, frame| decode(source, frame));
        let outside = Outside::new(creation.egui_ctx.clone(), decode, true);
        let mut window = Window::new(creation, outside, UiState { recent: recent::load(), ..UiState::default() });
        window.reopen = Some(reopen);
        if let Some(folder) = settings_file::folder() {
            let (settings, warning) = settings_file::load(&folder);
            window.handle(Input::Event(Event::SettingsLoaded(Box::new(settings))));
            if let Some(text) = warning {
                window.handle(Input::Event(Event::Warning(text)));
            }
        }
        if let Some(folder) = opened.folder {
            // Whoever had signed out stays signed out.
            window.session.resumes_unasked = opened.is_signed_in;
            open_at_start(&mut window, folder);
        }
        Ok(Box::new(window))
    });
    let outcome =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| eframe::run_native("Rachis", options, create)));
    match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::error!(?error, "the window did not open");
            Err(sentence(&format!("{error:?} {error}")))
        }
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
            Err(sentence(&text.unwrap_or_default()))
        }
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn has_display() -> bool {
    true
}

fn graphics() -> WgpuConfiguration {
    let mut options = WgpuConfiguration::default();
    if let WgpuSetup::CreateNew(setup) = &mut options.wgpu_setup {
        let describe = setup.device_descriptor.clone();
        setup.device_descriptor = Arc::new(move |adapter| {
            let mut descriptor = describe(adapter);
            descriptor.required_limits.max_texture_dimension_2d =
                WANTED_TEXTURE_SIDE.min(adapter.limits().max_texture_dimension_2d);
            descriptor
        });
    }
    options
}

/// What the person reads; the details are in the log.
fn sentence(details: &str) -> String {
    let missing =
        ["libX11", "libXcursor", "libX11-xcb", "libXi", "xkbcommon", "xlib"].iter().any(|l| details.contains(l));
    if details.contains("Failed to open connection to X server")
        || details.contains("NotSupported")
        || details.contains("wayland compositor")
    {
        "No display answers at DISPLAY or WAYLAND_DISPLAY, so no window can open.".to_owned()
    } else if missing {
        "A library of the window system is missing: install libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0, or run cargo xtask setup.".to_owned()
    } else if ["adapter", "surface", "WGPU", "Wgpu"].iter().any(|word| details.contains(word)) {
        "No graphics adapter: neither a graphics card nor software Vulkan answers. Install mesa-vulkan-drivers, or run cargo xtask setup.".to_owned()
    } else {
        "The window could not open; the log says more.".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::Reader;

    #[test]
    fn nobody_is_signed_in_again_who_had_signed_out() {
        let mut session = Session::default();
        assert!(!Reopening::of(&session).is_signed_in);
        session.reader = Some(Reader::new("R1", "Dr R1"));
        assert!(Reopening::of(&session).is_signed_in);
    }
}
