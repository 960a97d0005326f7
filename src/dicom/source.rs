//! From where a film's file is to its bytes: a file, or a file inside a zip archive.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::facts::{ReadFacts, facts_of};
use super::input::INFLATED_LIMIT;
use super::{DicomError, Input};
use crate::domain::study::FilmSource;

/// Opens film sources one after the other, keeping the last archive open.
#[derive(Default)]
pub struct Opener {
    archive: Option<(PathBuf, ZipArchive<BufReader<File>>)>,
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opener").field("archive", &self.archive.as_ref().map(|(path, _)| path)).finish()
    }
}

impl Opener {
    /// The source's bytes, read as far as somebody looks where it is a file of its own.
    pub fn input(&mut self, source: &FilmSource) -> Result<Input, DicomError> {
        match source {
            FilmSource::File(path) => Input::open(path),
            FilmSource::Zip { archive, entry } => Ok(Input::from_bytes(self.entry(archive, entry)?)),
        }
    }

    /// The film's facts, from its header.
    pub(super) fn facts(&mut self, source: &FilmSource) -> Result<ReadFacts, DicomError> {
        match source {
            FilmSource::File(path) => facts_of(Input::open(path)?, source, || hash_of(path)),
            FilmSource::Zip { .. } => Ok(self.facts_and_hash(source)?.0),
        }
    }

    /// The film's facts and the SHA-256 of its whole file. What is no film is not read to its end.
    pub fn facts_and_hash(&mut self, source: &FilmSource) -> Result<(ReadFacts, [u8; 32]), DicomError> {
        match source {
            FilmSource::File(path) => {
                let mut known = None;
                let facts = facts_of(Input::open(path)?, source, || Ok(*known.insert(hash_of(path)?)))?;
                let hash = known.map_or_else(|| hash_of(path), Ok)?;
                Ok((facts, hash))
            }
            FilmSource::Zip { archive, entry } => {
                let bytes = self.entry(archive, entry)?;
                let hash = Sha256::digest(&bytes).into();
                Ok((facts_of(Input::from_bytes(bytes), source, || Ok(hash))?, hash))
            }
        }
    }

    /// The SHA-256 of the film's whole file.
    pub fn content_hash(&mut self, source: &FilmSource) -> Result<[u8; 32], DicomError> {
        match source {
            FilmSource::File(path) => hash_of(path),
            FilmSource::Zip { archive, entry } => Ok(Sha256::digest(self.entry(archive, entry)?).into()),
        }
    }

    /// Copies the whole file of a film to a place where nothing is yet. A crash on the way leaves
    /// `to` with `.part` behind its name, and never a half film under its own.
    pub fn copy_to(&mut self, source: &FilmSource, to: &Path) -> Result<(), DicomError> {
        let mut part = to.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        match source {
            FilmSource::File(path) => {
                std::fs::copy(path, &part)?;
            }
            FilmSource::Zip { archive, entry } => std::fs::write(&part, self.entry(archive, entry)?)?,
        }
        File::open(&part)?.sync_all()?;
        std::fs::rename(&part, to)?;
        Ok(())
    }

    /// An archive's entry, unpacked up to a limit; an entry that is no DICOM file is refused after
    /// its first bytes, so that an archive of zeros costs nothing.
    fn entry(&mut self, path: &PathBuf, name: &str) -> Result<Vec<u8>, DicomError> {
        let bad_archive = |error| DicomError::damaged(format!("the zip archive cannot be read ({error})"));
        if self.archive.as_ref().is_none_or(|(open, _)| open != path) {
            let archive = ZipArchive::new(BufReader::new(File::open(path)?)).map_err(bad_archive)?;
            self.archive = Some((path.clone(), archive));
        }
        let (_, archive) = self.archive.as_mut().expect("opened above");
        let mut entry = archive.by_name(name).map_err(bad_archive)?;
        let unreadable = |error| DicomError::damaged(format!("the zip entry cannot be unpacked ({error})"));
        let mut bytes = Vec::new();
        (&mut entry).take(16 << 10).read_to_end(&mut bytes).map_err(unreadable)?;
        super::walk::recognise(&mut Input::from_bytes(bytes.clone()))?;
        let room = INFLATED_LIMIT - bytes.len();
        entry.take(room as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() > INFLATED_LIMIT {
            return Err(DicomError::TooLarge(format!("unpacked, it takes more than {} MiB", INFLATED_LIMIT >> 20)));
        }
        Ok(bytes)
    }
}

/// The SHA-256 of a whole file.
fn hash_of(path: &Path) -> Result<[u8; 32], DicomError> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0u8; 256 << 10];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hash.finalize().into()),
            n => hash.update(&piece[..n]),
        }
    }
}
