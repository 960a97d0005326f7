//! The log file: kept small by moving it aside, its last lines held in memory for a crash report.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Past this many bytes the file is moved aside and a new one begun.
const MAX_BYTES: u64 = 4 << 20;
/// Files kept besides the one being written: rachis.1.log (the newest) to rachis.3.log.
const NUM_OLD_FILES: u32 = 3;
const NUM_RECENT_LINES: usize = 200;

/// One log file, shared by all threads.
///
/// Several processes may write to it at once: each line is one append, and one that is moved aside under another
/// process goes on there until that process ends.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    max_bytes: u64,
    file: Mutex<Option<File>>,
    recent: Mutex<VecDeque<String>>,
}

impl LogFile {
    /// Makes the folder where needed.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        Self::open_with_limit(folder, MAX_BYTES)
    }

    fn open_with_limit(folder: &Path, max_bytes: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join("rachis.log");
        let file = append_to(&path)?;
        Ok(Self { path, max_bytes, file: Mutex::new(Some(file)), recent: Mutex::default() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that crash reports go to as well.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// The last lines of this run, oldest first. Empty where another thread is writing: a crash report waits for
    /// nobody.
    pub(super) fn recent_lines(&self) -> Vec<String> {
        self.recent.try_lock().map(|lines| lines.iter().cloned().collect()).unwrap_or_default()
    }

    /// A full disk or a vanished folder costs the line, never the reading.
    fn write_line(&self, line: &[u8]) {
        {
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            if recent.len() == NUM_RECENT_LINES {
                recent.pop_front();
            }
            recent.push_back(String::from_utf8_lossy(line).into_owned());
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // The length on disk counts, since another process may be writing too.
        let length = file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |facts| facts.len());
        if file.is_none() || length + line.len() as u64 > self.max_bytes && length > 0 {
            *file = None; // closed first: an open file cannot be renamed on Windows
            self.move_aside();
            *file = append_to(&self.path).ok();
        }
        if let Some(file) = file.as_mut() {
            file.write_all(line).ok();
        }
    }

    /// rachis.log -> rachis.1.log -> rachis.2.log ..., the oldest goes.
    fn move_aside(&self) {
        // Another process may have just done so.
        if fs::metadata(&self.path).is_ok_and(|facts| facts.len() < self.max_bytes / 2) {
            return;
        }
        let old = |number: u32| self.folder().join(format!("rachis.{number}.log"));
        for number in (1..NUM_OLD_FILES).rev() {
            fs::rename(old(number), old(number + 1)).ok();
        }
        fs::rename(&self.path, old(1)).ok();
    }
}

/// Opens for appending, readable by nobody else.
pub(super) fn append_to(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600); // nobody else's business on a shared workstation
    options.open(path)
}

/// Tracing writes each event's line in one piece; `Arc<LogFile>` is thereby a writer for its file layer.
impl Write for &LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_line(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_stays_small_and_the_newest_lines_stay() {
        let folder = tempfile::tempdir().unwrap();
        let log = LogFile::open_with_limit(folder.path(), 100).unwrap();
        for number in 0..60 {
            log.write_line(format!("line {number:04}\n").as_bytes()); // ten bytes: ten lines a file
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(read("rachis.log").ends_with("line 0059\n"));
        assert!(read("rachis.1.log").ends_with("line 0049\n"));
        assert!(read("rachis.3.log").starts_with("line 0020\n"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
        assert_eq!(log.recent_lines().len(), 60);
    }

    #[test]
    fn memory_holds_the_last_lines_only() {
        let folder = tempfile::tempdir().unwrap();
        let log = LogFile::open(folder.path()).unwrap();
        for number in 0..NUM_RECENT_LINES + 5 {
            log.write_line(format!("{number}\n").as_bytes());
        }
        let recent = log.recent_lines();
        assert_eq!((recent.len(), recent[0].as_str()), (NUM_RECENT_LINES, "5\n"));
    }

    #[test]
    fn a_vanished_folder_costs_nothing_but_lines() {
        let folder = tempfile::tempdir().unwrap();
        let log = LogFile::open_with_limit(folder.path(), 10).unwrap();
        drop(folder);
        log.write_line(b"one line\n");
        log.write_line(b"another line\n");
        assert_eq!(log.recent_lines().len(), 2);
    }
}
