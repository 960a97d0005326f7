//! A file or a folder that is there whole or not at all, with the hash of everything in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use crate::workflows::staged_file::StagedFile;

/// The list of what a folder holds, as `sha256sum --check` reads it; it is in no list itself.
pub const CHECKSUMS: &str = "SHA256SUMS";

/// Files on their way.
#[derive(Debug)]
pub struct Output {
    to: PathBuf,
    /// Where they are until all are written.
    part: PathBuf,
    sums: BTreeMap<String, [u8; 32]>,
    is_placed: bool,
}

impl Output {
    /// # Errors
    /// When there is something at the place already, or it can't be written.
    pub fn folder(to: &Path) -> anyhow::Result<Self> {
        let cannot = || format!("{} cannot be written", to.display());
        let is_empty_folder = to.is_dir() && std::fs::read_dir(to).with_context(cannot)?.next().is_none();
        if to.exists() && !is_empty_folder {
            bail!("{} is there already. Nothing was written. Choose a folder that is new or empty.", to.display());
        }
        let name = to.file_name().with_context(cannot)?;
        let mut part = name.to_owned();
        part.push(format!(".{}.part", std::process::id()));
        let part = to.with_file_name(part);
        if part.exists() {
            std::fs::remove_dir_all(&part).with_context(cannot)?;
        }
        std::fs::create_dir_all(&part).with_context(cannot)?;
        Ok(Self { to: to.to_owned(), part, sums: BTreeMap::new(), is_placed: false })
    }

    /// Where files lie by now, for work that writes by itself; tell of them with [`Output::note`].
    pub fn path(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.part.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be written", self.to.display()))?;
        }
        Ok(path)
    }

    pub fn put(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.path(name)?;
        std::fs::write(&path, bytes).with_context(|| format!("{} cannot be written", self.to.join(name).display()))?;
        self.sums.insert(name.to_owned(), Sha256::digest(bytes).into());
        Ok(())
    }

    /// A file that was written there by other means.
    pub fn note(&mut self, name: &str) -> anyhow::Result<()> {
        let bytes = std::fs::read(self.part.join(name)).with_context(|| format!("{name} cannot be read again"))?;
        self.sums.insert(name.to_owned(), Sha256::digest(&bytes).into());
        Ok(())
    }

    pub fn num_files(&self) -> usize {
        self.sums.len()
    }

    /// Writes the checksums and puts everything in place. The hash of the checksums is the hash of all.
    pub fn put_in_place(mut self) -> anyhow::Result<[u8; 32]> {
        let list = checksums(&self.sums);
        let cannot = || format!("{} cannot be written", self.to.display());
        std::fs::write(self.part.join(CHECKSUMS), &list).with_context(cannot)?;
        if self.to.is_dir() {
            std::fs::remove_dir(&self.to).with_context(cannot)?;
        }
        std::fs::rename(&self.part, &self.to).with_context(cannot)?;
        self.is_placed = true;
        Ok(Sha256::digest(list).into())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if !self.is_placed {
            // What can't be removed only takes room.
            let _ = std::fs::remove_dir_all(&self.part);
        }
    }
}

fn checksums(sums: &BTreeMap<String, [u8; 32]>) -> String {
    let mut list = String::new();
    for (name, sum) in sums {
        let _ = writeln!(list, "{}  {name}", hex(sum));
    }
    list
}

/// One file, whole or not at all; its hash.
pub fn put_file(to: &Path, bytes: &[u8]) -> anyhow::Result<[u8; 32]> {
    let mut staged = StagedFile::create(to)?;
    staged.file().write_all(bytes).with_context(|| format!("{} cannot be written", to.display()))?;
    staged.put_in_place()?;
    Ok(Sha256::digest(bytes).into())
}

/// The hash that was kept of a file or a folder, taken anew; `None` where it is not there. Files that came into a folder
/// since, from a viewer or a file manager, do not count; files that are gone or changed do.
pub fn hash_of(place: &Path) -> anyhow::Result<Option<[u8; 32]>> {
    let cannot = || format!("{} cannot be read", place.display());
    if place.is_file() {
        return Ok(Some(Sha256::digest(std::fs::read(place).with_context(cannot)?).into()));
    }
    let Ok(list) = std::fs::read_to_string(place.join(CHECKSUMS)) else { return Ok(None) };
    let mut sums = BTreeMap::new();
    for line in list.lines() {
        let Some((_, name)) = line.split_once("  ") else { continue };
        // A name that leads out of the folder is none of ours, and changes the hash.
        if let Ok(bytes) = std::fs::read(place.join(name))
            && !name.split('/').any(|part| part == "..")
        {
            sums.insert(name.to_owned(), Sha256::digest(&bytes).into());
        }
    }
    Ok(Some(Sha256::digest(checksums(&sums)).into()))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_there_whole_or_not_at_all_and_its_hash_tells_changes() {
        let place = tempfile::tempdir().unwrap();
        let to = place.path().join("out");
        let mut output = Output::folder(&to).unwrap();
        output.put("labels/a.txt", b"1").unwrap();
        drop(output);
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "nothing is left behind");
        let mut output = Output::folder(&to).unwrap();
        output.put("labels/a.txt", b"1").unwrap();
        output.put("data.yaml", b"2").unwrap();
        let hash = output.put_in_place().unwrap();
        assert_eq!(hash_of(&to).unwrap(), Some(hash));
        std::fs::write(to.join(".DS_Store"), "x").unwrap();
        assert_eq!(hash_of(&to).unwrap(), Some(hash), "what a file manager leaves is no change");
        std::fs::write(to.join("labels/a.txt"), "3").unwrap();
        assert_ne!(hash_of(&to).unwrap(), Some(hash));
        std::fs::remove_file(to.join("labels/a.txt")).unwrap();
        assert_ne!(hash_of(&to).unwrap(), Some(hash));
        assert_eq!(hash_of(&place.path().join("none")).unwrap(), None);
        let error = Output::folder(&to).unwrap_err().to_string();
        assert!(error.contains("is there already. Nothing was written."), "{error}");
    }
}
