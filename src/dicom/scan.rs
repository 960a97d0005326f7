//! From what a person points at to the files that may be films: folders, DICOMDIR, zip archives.
//!
//! Files are told apart by content, never by name.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;
use zip::ZipArchive;

use super::dicomdir;
use crate::domain::study::FilmSource;

/// Entries of one archive; a central directory can name more than a disk holds.
const ENTRY_LIMIT: usize = 2_000_000;
/// Folders within folders.
const DEPTH_LIMIT: usize = 64;

/// A file that may be a film. Whether it is one shows when its header is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    pub source: FilmSource,
    /// Size as the folder or the archive gives it.
    pub bytes: u64,
}

/// A place that could not be looked into.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unscanned {
    pub path: PathBuf,
    pub reason: String,
}

/// What a scan found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scanned {
    /// Each file once, however many paths lead to it, folders in the order of their names.
    pub candidates: Vec<Candidate>,
    pub unscanned: Vec<Unscanned>,
}

/// Looks through `paths`. `keep_going` is asked for every file with the number found so far; false
/// ends the scan early with what there is.
pub fn scan(paths: &[PathBuf], mut keep_going: impl FnMut(usize) -> bool) -> Scanned {
    let mut scan = Scan { out: Scanned::default(), seen: std::collections::HashSet::new() };
    for path in paths {
        if !scan.path(path, &mut keep_going) {
            break;
        }
    }
    scan.out
}

struct Scan {
    out: Scanned,
    /// Files taken already, links resolved.
    seen: std::collections::HashSet<PathBuf>,
}

impl Scan {
    /// False where the scan shall end.
    fn path(&mut self, path: &Path, keep_going: &mut impl FnMut(usize) -> bool) -> bool {
        if path.is_dir() {
            return self.folder(path, keep_going);
        }
        match dicomdir::read(path) {
            Ok(Some(named)) => {
                // A directory that names nothing, or files that are not there, is no better than none.
                if named.found.is_empty() || named.num_missing > 0 {
                    return self.folder(path.parent().unwrap_or(Path::new(".")), keep_going);
                }
                named.found.iter().all(|file| self.file(file, keep_going))
            }
            Ok(None) | Err(_) => self.file(path, keep_going),
        }
    }

    fn folder(&mut self, folder: &Path, keep_going: &mut impl FnMut(usize) -> bool) -> bool {
        // Links are followed, since films are often linked into place; walkdir refuses loops.
        let walk = WalkDir::new(folder).follow_links(true).max_depth(DEPTH_LIMIT).sort_by_file_name();
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    if !self.file(entry.path(), keep_going) {
                        return false;
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    let reason = if error.loop_ancestor().is_some() {
                        "a link that leads back to a folder around it".to_owned()
                    } else {
                        error.io_error().map_or_else(|| "it cannot be read".to_owned(), ToString::to_string)
                    };
                    self.out.unscanned.push(Unscanned { path, reason });
                }
            }
        }
        true
    }

    fn file(&mut self, path: &Path, keep_going: &mut impl FnMut(usize) -> bool) -> bool {
        if !keep_going(self.out.candidates.len()) {
            return false;
        }
        let unscanned = |error: &dyn ToString| Unscanned { path: path.to_owned(), reason: error.to_string() };
        let real = match path.canonicalize() {
            Ok(real) => real,
            Err(error) => {
                self.out.unscanned.push(unscanned(&error));
                return true;
            }
        };
        if !self.seen.insert(real) {
            return true;
        }
        match is_zip(path) {
            Ok(true) => return self.archive(path, keep_going),
            Ok(false) => {
                let bytes = path.metadata().map_or(0, |metadata| metadata.len());
                self.out.candidates.push(Candidate { source: FilmSource::File(path.to_owned()), bytes });
            }
            Err(error) => self.out.unscanned.push(unscanned(&error)),
        }
        true
    }

    fn archive(&mut self, path: &Path, keep_going: &mut impl FnMut(usize) -> bool) -> bool {
        let opened = File::open(path).map_err(|error| error.to_string());
        let opened = opened.and_then(|file| ZipArchive::new(BufReader::new(file)).map_err(|error| error.to_string()));
        let mut archive = match opened {
            Ok(archive) if archive.len() <= ENTRY_LIMIT => archive,
            Ok(archive) => {
                let reason = format!("the zip archive names {} files", archive.len());
                self.out.unscanned.push(Unscanned { path: path.to_owned(), reason });
                return true;
            }
            Err(error) => {
                let reason = format!("the zip archive cannot be read ({error})");
                self.out.unscanned.push(Unscanned { path: path.to_owned(), reason });
                return true;
            }
        };
        for index in 0..archive.len() {
            if !keep_going(self.out.candidates.len()) {
                return false;
            }
            let entry = match archive.by_index_raw(index) {
                Ok(entry) => entry,
                Err(error) => {
                    let reason = format!("entry {index} of the zip archive cannot be read ({error})");
                    self.out.unscanned.push(Unscanned { path: path.to_owned(), reason });
                    continue;
                }
            };
            if entry.is_dir() {
                continue;
            }
            let name = entry.name().map_or_else(|_| String::new(), std::borrow::Cow::into_owned);
            let source = FilmSource::Zip { archive: path.to_owned(), entry: name };
            self.out.candidates.push(Candidate { source, bytes: entry.size() });
        }
        true
    }
}

/// By its first bytes, an empty archive's included.
fn is_zip(path: &Path) -> std::io::Result<bool> {
    if !path.metadata()?.is_file() {
        return Ok(false);
    }
    let mut first = [0u8; 4];
    let mut file = File::open(path)?;
    Ok(match file.read_exact(&mut first) {
        Ok(()) => matches!(&first, b"PK\x03\x04" | b"PK\x05\x06"),
        Err(_) => false,
    })
}
