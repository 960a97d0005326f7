//! The directory of a medium: which files it names (PS3.10 8, PS3.3 F).

use std::path::{Component, Path, PathBuf};

use dicom_dictionary_std::{tags, uids};

use super::walk::walk;
use super::{DicomError, Input};

/// Files that a DICOMDIR names.
#[derive(Debug, Default)]
pub struct NamedFiles {
    /// Those that exist, in the order of the records.
    pub found: Vec<PathBuf>,
    /// File IDs that lead to no file.
    pub num_missing: usize,
}

/// Reads the records of a DICOMDIR whatever their order and offsets; `None` where the file is none.
pub fn read(path: &Path) -> Result<Option<NamedFiles>, DicomError> {
    let walked = walk(Input::open(path)?)?;
    let root = walked.root();
    let is_directory =
        root.code(tags::MEDIA_STORAGE_SOP_CLASS_UID).as_deref() == Some(uids::MEDIA_STORAGE_DIRECTORY_STORAGE);
    if !is_directory && root.element(tags::DIRECTORY_RECORD_SEQUENCE).is_none() {
        return Ok(None);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut files = NamedFiles::default();
    for record in root.items(tags::DIRECTORY_RECORD_SEQUENCE) {
        let parts = record.codes(tags::REFERENCED_FILE_ID);
        if parts.iter().all(String::is_empty) {
            continue;
        }
        match resolved(folder, &parts) {
            Some(file) if !files.found.contains(&file) => files.found.push(file),
            Some(_) => {}
            None => files.num_missing += 1,
        }
    }
    Ok(Some(files))
}

/// A file ID below the folder, in whatever case the medium was copied: ISO 9660 drivers change it
/// and some append a version. Never outside the folder.
fn resolved(folder: &Path, parts: &[String]) -> Option<PathBuf> {
    let mut path = folder.to_owned();
    for part in parts.iter().flat_map(|part| part.split('/')).filter(|part| !part.is_empty()) {
        if !matches!(Path::new(part).components().collect::<Vec<_>>()[..], [Component::Normal(_)]) {
            return None;
        }
        let exact = path.join(part);
        path = if exact.exists() {
            exact
        } else {
            let same = |name: &str| {
                let name = name.split(';').next().unwrap_or(name).trim_end_matches('.');
                name.eq_ignore_ascii_case(part)
            };
            let entries = std::fs::read_dir(&path).ok()?;
            entries
                .filter_map(Result::ok)
                .map(|e| e.path())
                .find(|p| p.file_name().and_then(|name| name.to_str()).is_some_and(same))?
        };
    }
    path.is_file().then_some(path)
}
