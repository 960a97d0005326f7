//! Why the learning engine, or its work on one film, failed: a sentence for the person, and what to do.

use std::process::ExitStatus;

/// Longest piece of the engine's own words that a sentence quotes, in characters.
const QUOTE: usize = 200;

/// How to get libtorch.
pub const LIBTORCH_ADVICE: &str =
    "Run \"cargo xtask libtorch\": it brings libtorch. Reading and everything else works without it.";

/// What to change when memory does not suffice.
pub const MEMORY_ADVICE: &str =
    "Close other programs that use the graphics card, choose a smaller model, or let the engine run on the CPU.";

/// What went wrong, and what to do about it where that is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EngineFailure {
    /// One or two sentences.
    pub message: String,
    pub advice: Option<String>,
}

impl EngineFailure {
    pub fn new(message: impl Into<String>, advice: &str) -> Self {
        let advice = (!advice.is_empty()).then(|| advice.to_owned());
        Self { message: message.into(), advice }
    }

    /// What the engine itself says of a job or a film. Its advice holds; where it has none, a want of memory is known by
    /// its words.
    pub fn told(message: &str, advice: Option<String>) -> Self {
        if let Some(known) = out_of_memory(message)
            && advice.is_none()
        {
            return known;
        }
        Self { message: quoted(message), advice }
    }

    /// The program can't be started at all.
    pub(super) fn not_started(error: &std::io::Error) -> Self {
        let advice = "Build it with \"cargo xtask build\", or say where it is with RACHIS_ENGINE.";
        match error.kind() {
            std::io::ErrorKind::NotFound => {
                Self::new("The learning engine, rachis-engine, is not beside this program.", advice)
            }
            std::io::ErrorKind::PermissionDenied => {
                Self::new("The learning engine, rachis-engine, may not be run: it is not marked as a program.", advice)
            }
            _ => Self::new(format!("The learning engine can't be started: {error}."), advice),
        }
    }

    /// The engine ended by itself: by its exit status and the last lines that it wrote on stderr.
    pub(super) fn ended(status: Option<ExitStatus>, last_words: &[String]) -> Self {
        let all = last_words.join("\n");
        if let Some(failure) = missing_library(&all).or_else(|| out_of_memory(&all)) {
            return failure;
        }
        let said = last_words.iter().rev().find(|line| !line.trim().is_empty()).map(|line| quoted(line));
        let said = said.map_or_else(String::new, |line| format!(" Its last words: {line}"));
        let (how, advice) = status.map_or(("ended".to_owned(), ""), in_words);
        Self::new(format!("The learning engine {how}.{said}"), advice)
    }

    /// Both in one text.
    pub fn in_full(&self) -> String {
        match &self.advice {
            Some(advice) => format!("{} {advice}", self.message),
            None => self.message.clone(),
        }
    }
}

/// The dynamic linker's words for a library that is not there: glibc's, musl's, and those of macOS.
fn missing_library(words: &str) -> Option<EngineFailure> {
    let glibc = words.split_once("error while loading shared libraries: ").map(|(_, rest)| rest);
    let musl = words.split_once("Error loading shared library ").map(|(_, rest)| rest);
    let macos = words.split_once("Library not loaded: ").map(|(_, rest)| rest);
    let rest = glibc.or(musl).or(macos)?;
    let name = rest.split([':', '\n', ' ']).next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default();
    // Its parts are libtorch, libtorch_cpu, libc10 and the like. No part's whole name stands here: by those names in its
    // file a program is found to be linked to libtorch.
    if name.strip_prefix("lib").is_some_and(|name| name.starts_with("torch") || name.starts_with("c10")) {
        return Some(EngineFailure::new(format!("libtorch is not here: {name} is missing."), LIBTORCH_ADVICE));
    }
    let message = format!("A library that the learning engine needs is not here: {name} is missing.");
    Some(EngineFailure::new(message, "Install it. Reading and everything else works without it."))
}

/// The words of CUDA, of libtorch's allocator on the CPU, and of C++ for too little memory.
fn out_of_memory(words: &str) -> Option<EngineFailure> {
    let lower = words.to_lowercase();
    let is_cuda = ["cuda out of memory", "cuda error: out of memory", "cudaerrormemoryallocation"]
        .iter()
        .any(|sign| lower.contains(sign));
    if is_cuda {
        return Some(EngineFailure::new("The graphics card has too little memory for this model.", MEMORY_ADVICE));
    }
    let is_cpu = ["defaultcpuallocator", "std::bad_alloc", "cannot allocate memory", "out of memory"]
        .iter()
        .any(|sign| lower.contains(sign));
    let advice = "Close other programs, or choose a smaller model.";
    is_cpu.then(|| EngineFailure::new("The computer has too little memory for this model.", advice))
}

/// One line of at most [`QUOTE`] characters. libtorch's errors go on for pages after their first line.
fn quoted(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    match line.char_indices().nth(QUOTE) {
        Some((end, _)) => format!("{} …", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

#[cfg(unix)]
fn in_words(status: ExitStatus) -> (String, &'static str) {
    use std::os::unix::process::ExitStatusExt as _;
    match status.signal() {
        Some(libc::SIGKILL) => {
            ("was killed".to_owned(), "Where nobody did, the computer ran out of memory: close other programs.")
        }
        Some(signal @ (libc::SIGSEGV | libc::SIGBUS | libc::SIGABRT | libc::SIGILL | libc::SIGFPE)) => {
            (format!("crashed (signal {signal})"), "")
        }
        Some(signal) => (format!("was ended by signal {signal}"), ""),
        None => (in_code(status), ""),
    }
}

#[cfg(not(unix))]
fn in_words(status: ExitStatus) -> (String, &'static str) {
    // STATUS_DLL_NOT_FOUND: there is no linker's message on Windows.
    if status.code() == Some(0xC000_0135_u32 as i32) {
        return ("misses a library, most likely libtorch".to_owned(), LIBTORCH_ADVICE);
    }
    (in_code(status), "")
}

fn in_code(status: ExitStatus) -> String {
    status.code().map_or_else(|| "ended".to_owned(), |code| format!("ended with exit code {code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(words: &str) -> EngineFailure {
        EngineFailure::ended(None, &words.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_missing_library_is_named_and_libtorch_can_be_got() {
        let said = "rachis-engine: error while loading shared libraries: libtorch_cpu.so: cannot open shared object \
                    file: No such file or directory";
        let failure = ended(said);
        assert_eq!(failure.message, "libtorch is not here: libtorch_cpu.so is missing.");
        assert!(failure.advice.unwrap().contains("cargo xtask libtorch"));
        let macos = ended("dyld[1]: Library not loaded: @rpath/libc10.dylib\n  Referenced from: x");
        assert_eq!(macos.message, "libtorch is not here: libc10.dylib is missing.");
        let other = ended("x: error while loading shared libraries: libgomp.so.1: cannot open");
        assert!(other.message.contains("libgomp.so.1 is missing"), "{}", other.message);
        assert!(!other.in_full().contains("libtorch"));
    }

    #[test]
    fn too_little_memory_is_told_from_a_crash() {
        let cuda = "terminate called after throwing an instance of 'c10::OutOfMemoryError'\n  what():  CUDA out of \
                    memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8.00 GiB";
        assert_eq!(ended(cuda).message, "The graphics card has too little memory for this model.");
        assert_eq!(EngineFailure::told("CUDA out of memory. Tried", None).advice.as_deref(), Some(MEMORY_ADVICE));
        let cpu = ended("what():  [enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate");
        assert!(cpu.message.starts_with("The computer has too little memory"), "{}", cpu.message);
        let own = EngineFailure::told("CUDA out of memory", Some("Take cuda:1.".into()));
        assert_eq!(own.advice.as_deref(), Some("Take cuda:1."));
    }

    #[test]
    fn long_errors_are_cut_to_their_first_line() {
        let long = format!("\n  {}\nframe #0: c10::Error", "x".repeat(500));
        let failure = EngineFailure::told(&long, None);
        assert_eq!(failure.message.chars().count(), QUOTE + 2);
        assert!(!failure.message.contains("frame"));
        assert_eq!(ended("first\nthe last\n\n").message, "The learning engine ended. Its last words: the last");
    }

    #[cfg(unix)]
    #[test]
    fn exit_codes_and_signals_are_words() {
        use std::os::unix::process::ExitStatusExt as _;
        let check = |raw: i32, expected: &str| {
            let text = EngineFailure::ended(Some(ExitStatus::from_raw(raw)), &[]).message;
            assert_eq!(text, expected);
        };
        check(3 << 8, "The learning engine ended with exit code 3.");
        check(libc::SIGKILL, "The learning engine was killed.");
        check(libc::SIGSEGV, "The learning engine crashed (signal 11).");
        check(libc::SIGTERM, "The learning engine was ended by signal 15.");
    }
}
