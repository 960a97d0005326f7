//! The machine's settings in a small JSON file of the person's configuration folder.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::imaging::Interpolation;
use crate::session::settings::{Density, Language, Settings, Theme};

/// Where the settings lie instead of the system's configuration folder; tests and portable installations set it.
pub const FOLDER_VARIABLE: &str = "RACHIS_CONFIG_DIR";

/// The wire twin: every field may be absent, so files of older versions stay readable.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct Row {
    language: Option<String>,
    theme: Option<String>,
    density: Option<String>,
    zoom_percent: Option<u16>,
    interpolation: Option<String>,
    dithered: Option<bool>,
    keeps_view: Option<bool>,
    snaps_to_edge: Option<bool>,
    keeps_window: Option<bool>,
    film_budget_mb: Option<u32>,
    texture_budget_mb: Option<u32>,
}

/// The folder of the person's configuration, where the system has one.
pub fn folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty()) {
        return Some(PathBuf::from(folder));
    }
    directories::ProjectDirs::from("", "", "rachis").map(|places| places.config_dir().to_owned())
}

/// The settings of a folder. A file that can't be read gives the defaults and a sentence; it is set aside under
/// another name, so that nothing that somebody wrote into it by hand is lost.
pub fn load(folder: &Path) -> (Settings, Option<String>) {
    let file = folder.join("settings.json");
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (Settings::default(), None),
        Err(error) => {
            tracing::warn!(%error, "settings.json can't be read");
            return (Settings::default(), Some(UNREADABLE.to_owned()));
        }
    };
    if let Ok(row) = serde_json::from_str::<Row>(&text) {
        return (settings_of(&row), None);
    }
    if let Err(error) = fs::rename(&file, folder.join("settings.bad.json")) {
        tracing::warn!(%error, "settings.json stays where it is");
    }
    (Settings::default(), Some(UNREADABLE.to_owned()))
}

const UNREADABLE: &str = "The settings file can't be read, so the settings are as on the first day.";

/// Writes the whole file anew and puts it in the old one's place: it is never half written.
pub fn save(folder: &Path, settings: &Settings) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let staged = folder.join(format!("settings.{}.tmp", std::process::id()));
    let mut file = fs::File::create(&staged)?;
    file.write_all(to_json(settings).as_bytes())?;
    file.sync_all()?;
    drop(file);
    fs::rename(&staged, folder.join("settings.json"))
}

fn to_json(settings: &Settings) -> String {
    let row = Row {
        language: Some(match settings.language {
            Language::English => "en".to_owned(),
            Language::Vietnamese => "vi".to_owned(),
        }),
        theme: Some(settings.theme.name().to_lowercase()),
        density: Some(settings.density.name().to_lowercase()),
        zoom_percent: Some(settings.zoom_percent),
        interpolation: Some(settings.interpolation.name().to_lowercase()),
        dithered: Some(settings.is_dithered),
        keeps_view: Some(settings.keeps_view),
        snaps_to_edge: Some(settings.snaps_to_edge),
        keeps_window: Some(settings.keeps_window),
        film_budget_mb: Some(settings.film_budget_mb),
        texture_budget_mb: Some(settings.texture_budget_mb),
    };
    serde_json::to_string_pretty(&row).expect("plain numbers and text")
}

/// What is absent or out of range is as on the first day.
fn settings_of(row: &Row) -> Settings {
    let default = Settings::default();
    let is = |text: &Option<String>, name: &str| text.as_deref() == Some(&*name.to_lowercase());
    Settings {
        language: if is(&row.language, "vi") { Language::Vietnamese } else { default.language },
        theme: Theme::ALL.into_iter().find(|theme| is(&row.theme, theme.name())).unwrap_or_default(),
        density: Density::ALL.into_iter().find(|density| is(&row.density, density.name())).unwrap_or_default(),
        zoom_percent: row.zoom_percent.filter(|zoom| (50..=300).contains(zoom)).unwrap_or(default.zoom_percent),
        interpolation: Interpolation::ALL
            .into_iter()
            .find(|way| is(&row.interpolation, way.name()))
            .unwrap_or(default.interpolation),
        is_dithered: row.dithered.unwrap_or(default.is_dithered),
        keeps_view: row.keeps_view.unwrap_or(default.keeps_view),
        snaps_to_edge: row.snaps_to_edge.unwrap_or(default.snaps_to_edge),
        keeps_window: row.keeps_window.unwrap_or(default.keeps_window),
        film_budget_mb: row.film_budget_mb.filter(|mb| *mb >= 64).unwrap_or(default.film_budget_mb),
        texture_budget_mb: row.texture_budget_mb.filter(|mb| *mb >= 64).unwrap_or(default.texture_budget_mb),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unlike_the_default() -> Settings {
        Settings {
            language: Language::Vietnamese,
            theme: Theme::Light,
            density: Density::Compact,
            zoom_percent: 125,
            interpolation: Interpolation::Lanczos,
            is_dithered: false,
            keeps_view: true,
            snaps_to_edge: false,
            keeps_window: true,
            film_budget_mb: 4096,
            texture_budget_mb: 256,
        }
    }

    #[test]
    fn settings_come_back_as_they_were() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("not there yet");
        assert_eq!(load(&folder), (Settings::default(), None));
        save(&folder, &unlike_the_default()).unwrap();
        assert_eq!(load(&folder), (unlike_the_default(), None));
        save(&folder, &Settings::default()).unwrap();
        assert_eq!(load(&folder), (Settings::default(), None));
        let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["settings.json"], "nothing half written is left behind");
    }

    #[test]
    fn a_damaged_file_is_said_once_and_set_aside() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("settings.json"), "{ \"theme\": \"li").unwrap();
        let (settings, warning) = load(scratch.path());
        assert_eq!(settings, Settings::default());
        assert!(warning.is_some());
        assert_eq!(load(scratch.path()), (Settings::default(), None));
        assert!(scratch.path().join("settings.bad.json").exists());
    }

    #[test]
    fn what_is_absent_or_absurd_is_as_on_the_first_day() {
        let scratch = tempfile::tempdir().unwrap();
        let text = "{\"theme\":\"light\",\"zoom_percent\":9000,\"film_budget_mb\":0,\"language\":\"tlh\",\"new\":1}";
        fs::write(scratch.path().join("settings.json"), text).unwrap();
        let (settings, warning) = load(scratch.path());
        assert_eq!(settings, Settings { theme: Theme::Light, ..Settings::default() });
        assert_eq!(warning, None);
    }
}
