//! A file written beside its target and put in place when it is whole, so that a failure leaves the old file as it was.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// A file on its way. Dropped before [`StagedFile::put_in_place`], it leaves nothing behind.
#[derive(Debug)]
pub(super) struct StagedFile {
    file: File,
    /// Where it is written; the target itself where that is no ordinary file, such as a pipe.
    part: PathBuf,
    to: PathBuf,
}

impl StagedFile {
    /// Begins a file beside `to`.
    ///
    /// # Errors
    /// When the folder cannot be written; the sentence names `to`.
    pub fn create(to: &Path) -> anyhow::Result<Self> {
        let cannot = || format!("{} cannot be written", to.display());
        // Through a link, so that the rename replaces the file and not the link.
        let to_file = to.canonicalize().unwrap_or_else(|_| to.to_owned());
        let is_special = std::fs::metadata(&to_file).is_ok_and(|target| !target.is_file());
        if is_special {
            let file = File::create(&to_file).with_context(cannot)?;
            return Ok(Self { file, part: to_file.clone(), to: to_file });
        }
        let name = to_file.file_name().with_context(cannot)?;
        // Two exports at once, even to one target, must not write into one file.
        for number in 0..100 {
            let mut part = name.to_owned();
            part.push(format!(".{}-{number}.part", std::process::id()));
            let part = to_file.with_file_name(part);
            match File::create_new(&part) {
                Ok(file) => return Ok(Self { file, part, to: to_file }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).with_context(cannot),
            }
        }
        anyhow::bail!("{}: unfinished files of earlier exports (.part) stand beside it; remove them", cannot())
    }

    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Replaces the target by what was written.
    ///
    /// # Errors
    /// When the disk is full or the target cannot be replaced.
    pub fn put_in_place(mut self) -> anyhow::Result<()> {
        if self.part == self.to {
            return Ok(());
        }
        let placed = self.file.sync_all().and_then(|()| std::fs::rename(&self.part, &self.to));
        placed.with_context(|| format!("{} cannot be written", self.to.display()))?;
        self.part.clone_from(&self.to);
        Ok(())
    }
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        if self.part != self.to {
            // If it cannot be removed, it only takes room.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_old_file_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("labels.csv");
        std::fs::write(&to, "old").unwrap();
        let mut staged = StagedFile::create(&to).unwrap();
        staged.file().write_all(b"half").unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), b"old");
        drop(staged);
        assert_eq!(std::fs::read(&to).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
        let mut staged = StagedFile::create(&to).unwrap();
        staged.file().write_all(b"new").unwrap();
        staged.put_in_place().unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let error = StagedFile::create(Path::new("/nowhere/at/all/labels.csv")).unwrap_err();
        assert!(format!("{error:#}").starts_with("/nowhere/at/all/labels.csv cannot be written"), "{error:#}");
    }
}
