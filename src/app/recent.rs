//! The projects that were opened last, in a small file of the person's settings.

use std::fs;
use std::path::{Path, PathBuf};

const NUM_KEPT: usize = 6;

fn file() -> Option<PathBuf> {
    super::settings_file::folder().map(|folder| folder.join("recent.json"))
}

/// Newest first; folders that are gone are left out.
pub fn load() -> Vec<PathBuf> {
    let text = file().and_then(|file| fs::read_to_string(file).ok());
    let paths: Vec<PathBuf> = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    paths.into_iter().filter(|path| path.join("project.db").exists()).collect()
}

/// Puts a project first. A list that can't be written is not worth a word to the person.
pub fn remember(folder: &Path) {
    let Some(file) = file() else { return };
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let mut paths = load();
    paths.retain(|path| *path != folder);
    paths.insert(0, folder);
    paths.truncate(NUM_KEPT);
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
        let text = serde_json::to_string(&paths).unwrap_or_default();
        fs::write(&file, text)
    });
    if let Err(error) = written {
        tracing::debug!(%error, "the list of recent projects was not written");
    }
}
