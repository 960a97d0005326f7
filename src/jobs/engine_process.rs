//! One run of the learning engine: started, spoken to and listened to on threads of its own, and surely ended.
//!
//! Nothing here waits for the engine: what it is told goes to a thread that writes, what it says comes from one that
//! reads. Whoever holds the process ends it by dropping it; where the whole program is killed, the engine finds its stdin
//! closed and ends by itself.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use super::engine_failure::EngineFailure;
use super::protocol::{FromEngine, MAX_LINE, ToEngine};

/// Names the engine's program where it is not beside this one.
pub const ENGINE_VARIABLE: &str = "RACHIS_ENGINE";

/// Longest piece of a line of stderr that is kept, in bytes.
const MAX_WORDS: u64 = 4 << 10;
/// Lines of stderr that one run may bring; an engine that floods is heard no more, and read on.
const MAX_WORDS_LINES: usize = 2000;
/// Lines of stderr that explain an end.
const NUM_LAST_WORDS: usize = 20;
/// How long a killed process may take to be gone: one that is stuck in a driver is left to the system.
const GONE_WITHIN: Duration = Duration::from_secs(2);

/// How the engine is started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EngineProgram {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
}

impl EngineProgram {
    /// What `RACHIS_ENGINE` names, else `rachis-engine` beside the running program.
    pub fn find() -> Self {
        let named = std::env::var_os(ENGINE_VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
        let name = format!("rachis-engine{}", std::env::consts::EXE_SUFFIX);
        let beside = || std::env::current_exe().ok()?.parent().map(|folder| folder.join(&name));
        Self::at(named.or_else(beside).unwrap_or_else(|| PathBuf::from(&name)))
    }

    pub fn at(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), arguments: Vec::new() }
    }
}

/// What comes from a running engine.
#[derive(Debug)]
pub(super) enum Heard {
    Said(FromEngine),
    /// On stdout stood what is no message; nothing is heard after it.
    Garbage(String),
    /// A line of stderr.
    Words(String),
    /// stdout is closed: the engine ends or has ended.
    Ended,
}

/// A running engine.
#[derive(Debug)]
pub(super) struct EngineProcess {
    child: Child,
    /// To the thread that writes; gone once stdin is to be closed.
    sender: Option<Sender<Vec<u8>>>,
    /// The last lines of stderr.
    last_words: Arc<Mutex<VecDeque<String>>>,
    /// Closed when the thread that reads stderr has read all of it.
    words_end: Receiver<()>,
}

impl EngineProcess {
    /// Starts it; `hear` is called on threads for each thing that it says.
    pub fn start(
        program: &EngineProgram,
        hear: impl Fn(Heard) + Clone + Send + 'static,
    ) -> Result<Self, EngineFailure> {
        let mut child = Command::new(&program.program)
            .args(&program.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| EngineFailure::not_started(&error))?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (sender, messages) = channel();
        let (words_open, words_end) = channel::<()>();
        let last_words = Arc::new(Mutex::new(VecDeque::new()));
        let process = Self { child, sender: Some(sender), last_words: last_words.clone(), words_end };
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(EngineFailure::new("The learning engine has no pipes.", ""));
        };
        let hear_all = hear.clone();
        let hear_words = move |line: String| {
            let mut last = last_words.lock().unwrap_or_else(PoisonError::into_inner);
            last.push_back(line.clone());
            if last.len() > NUM_LAST_WORDS {
                last.pop_front();
            }
            drop(last);
            hear_all(Heard::Words(line));
        };
        let threads = [
            Builder::new().name("engine stdin".into()).spawn(move || write_messages(stdin, &messages)),
            Builder::new().name("engine stdout".into()).spawn(move || read_messages(stdout, &hear)),
            Builder::new().name("engine stderr".into()).spawn(move || {
                read_words(stderr, &hear_words);
                drop(words_open);
            }),
        ];
        match threads.into_iter().find_map(Result::err) {
            Some(error) => Err(EngineFailure::not_started(&error)),
            None => Ok(process),
        }
    }

    /// Hands a message over and returns at once. What an engine that is gone was told is lost; its end is heard.
    ///
    /// # Errors
    /// When the message can't be a line: a path that is not UTF-8, or a line that is too long. Nothing was said.
    pub fn say(&self, message: &ToEngine) -> Result<(), serde_json::Error> {
        let line = line_of(message)?;
        if let Some(sender) = &self.sender {
            let _ = sender.send(line);
        }
        Ok(())
    }

    /// For messages that can always be said: numbers and versions.
    pub fn say_or_log(&self, message: &ToEngine) {
        if let Err(error) = self.say(message) {
            tracing::error!(%error, "a message to the learning engine can't be said");
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Closes its stdin, gives it this long to end, and ends it. Its exit status where it ended by itself, and the last
    /// lines that it wrote on stderr.
    pub fn end(mut self, grace: Duration) -> (Option<ExitStatus>, Vec<String>) {
        self.sender = None;
        let status = wait_until(&mut self.child, Instant::now() + grace);
        if status.is_none() {
            self.kill();
        }
        // A program that the engine started may hold stderr open for as long as it likes.
        let _ = self.words_end.recv_timeout(Duration::from_millis(500));
        let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        (status, words.iter().cloned().collect())
    }

    fn kill(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let _ = self.child.kill();
        if wait_until(&mut self.child, Instant::now() + GONE_WITHIN).is_none() {
            tracing::error!("the learning engine does not end although it was killed");
        }
    }
}

impl Drop for EngineProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The exit status, where the process has one in time.
fn wait_until(child: &mut Child, until: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
            Ok(None) | Err(_) => return None,
        }
    }
}

/// The command line ends with the reader of its output by SIGPIPE; an engine that is gone must be no reason to end. The
/// signal comes to the thread that writes (POSIX, `write`), so it is held back there.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the standard library does not know of signals")]
fn outlive_closed_pipes() {
    // SAFETY: the set is made before it is read, and only this thread's mask is changed.
    unsafe {
        let mut set = std::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
    }
}

#[cfg(not(unix))]
const fn outlive_closed_pipes() {}

fn line_of(message: &ToEngine) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    if line.len() > MAX_LINE {
        return Err(serde::ser::Error::custom(format!("a line of {} bytes", line.len())));
    }
    Ok(line)
}

/// Until nobody has anything to say any more, or the engine does not listen.
pub(super) fn write_messages(mut stdin: ChildStdin, lines: &Receiver<Vec<u8>>) {
    outlive_closed_pipes();
    for line in lines {
        if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read_messages(stdout: impl Read, hear: &impl Fn(Heard)) {
    let mut stdout = BufReader::with_capacity(16 << 10, stdout);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut stdout).take(MAX_LINE as u64 + 1).read_until(b'\n', &mut line);
        // A line without an end is what a process that was killed leaves.
        if read.is_err() || line.last().is_none_or(|&last| last != b'\n' && line.len() <= MAX_LINE) {
            return hear(Heard::Ended);
        }
        if line.len() > MAX_LINE + usize::from(line.ends_with(b"\n")) {
            return hear(Heard::Garbage(format!("a line of more than {} KiB", MAX_LINE >> 10)));
        }
        match serde_json::from_slice(&line) {
            Ok(message) => hear(Heard::Said(message)),
            Err(_) => return hear(Heard::Garbage(excerpt(&line))),
        }
    }
}

/// The beginning of a line that is no message, fit to be shown.
fn excerpt(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let shown: String = text.trim().chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("{shown:?}")
}

fn read_words(stderr: impl Read, hear: &impl Fn(String)) {
    let mut stderr = BufReader::new(stderr);
    let mut line = Vec::new();
    let mut num_lines = 0;
    loop {
        line.clear();
        match (&mut stderr).take(MAX_WORDS).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) if num_lines < MAX_WORDS_LINES => {
                num_lines += 1;
                hear(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            // Read on, so that the engine does not stand still at a full pipe.
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn read(bytes: &[u8]) -> Vec<String> {
        let heard = RefCell::new(Vec::new());
        read_messages(bytes, &|what| heard.borrow_mut().push(format!("{what:?}")));
        heard.into_inner()
    }

    #[test]
    fn messages_are_read_until_the_end_or_until_something_else_stands_there() {
        let pong = b"{\"say\":\"pong\"}\n";
        assert_eq!(read(pong), ["Said(Pong)", "Ended"]);
        assert_eq!(read(b""), ["Ended"]);
        // Half a line is what a killed process leaves.
        assert_eq!(read(&[pong.as_slice(), b"{\"say\":\"po"].concat()), ["Said(Pong)", "Ended"]);
        assert_eq!(read(b"Intel MKL WARNING: x\n{\"say\":\"pong\"}\n"), ["Garbage(\"\\\"Intel MKL WARNING: x\\\"\")"]);
        assert_eq!(read(b"{\"say\":\"sing\"}\n").len(), 1, "an unknown message");
        assert_eq!(read(b"\xff\xfe\n").len(), 1, "no UTF-8");
    }

    #[test]
    fn the_longest_line_is_read_and_a_longer_one_is_not() {
        let of_len = |len: usize| {
            let mut line = b"{\"say\":\"pong\"".to_vec();
            line.resize(len - 1, b' ');
            line.extend_from_slice(b"}\n");
            line
        };
        assert_eq!(read(&of_len(MAX_LINE)), ["Said(Pong)", "Ended"]);
        let long = read(&of_len(MAX_LINE + 1));
        assert_eq!(long, ["Garbage(\"a line of more than 64 KiB\")"]);
        assert_eq!(read(&vec![b'x'; 3 * MAX_LINE]), long);
    }

    #[test]
    fn what_is_on_stderr_is_cut_into_lines_and_a_flood_is_not_heard() {
        let heard = RefCell::new(Vec::new());
        let hear = |line| heard.borrow_mut().push(line);
        read_words(&b"one\ntwo\xff\r\nthree"[..], &hear);
        assert_eq!(heard.borrow().as_slice(), ["one", "two\u{fffd}", "three"]);
        heard.borrow_mut().clear();
        read_words(&b"x\n".repeat(3 * MAX_WORDS_LINES)[..], &hear);
        assert_eq!(heard.borrow().len(), MAX_WORDS_LINES);
    }
}
