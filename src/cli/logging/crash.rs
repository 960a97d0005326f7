//! The crash report: where the program panicked, how it got there, and its last log lines, without patient data.

use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::panic::{self, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::log_file::{LogFile, append_to};

/// A codec that panics on every film of a folder writes this many reports in one run; the log counts the rest.
const MAX_REPORTS_PER_RUN: u32 = 3;
const MAX_REPORTS_KEPT: usize = 10;
/// The message's first characters say what happened; the rest is likely to be data.
const MAX_MESSAGE_CHARS: usize = 300;

/// Its log lines go to the file only: on the terminal the one sentence stands instead.
pub(super) const LOG_TARGET: &str = "rachis::panic";

/// What a panic tells, with nothing quoted in it.
struct Fault {
    thread: String,
    place: String,
    message: String,
}

/// Replaces the standard panic text, which may quote a film's header, by a report and one sentence.
pub(super) fn install(log: Option<Arc<LogFile>>) {
    let num_reports = AtomicU32::new(0);
    panic::set_hook(Box::new(move |info| {
        let fault = Fault::new(info);
        tracing::error!(target: LOG_TARGET, thread = fault.thread, place = fault.place, message = fault.message, "panic");
        let is_within_limit = num_reports.fetch_add(1, Ordering::Relaxed) < MAX_REPORTS_PER_RUN;
        let report = log.as_ref().filter(|_| is_within_limit).and_then(|log| {
            let text = report_text(&fault, &Backtrace::force_capture(), &log.recent_lines());
            save(log.folder(), &text)
        });
        // Elsewhere than on the main thread a panic costs one job, which says so itself.
        if fault.thread == "main" {
            eprintln!("{}", sentence(&fault, report.as_deref()));
        }
    }));
}

impl Fault {
    fn new(info: &PanicHookInfo<'_>) -> Self {
        Self {
            thread: std::thread::current().name().unwrap_or("unnamed").to_owned(),
            place: info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string),
            message: without_quotations(info.payload_as_str().unwrap_or("no message")),
        }
    }
}

fn sentence(fault: &Fault, report: Option<&Path>) -> String {
    let report = report.map_or_else(
        || "no report could be written".to_owned(),
        |path| format!("a report without patient data is in {}", path.display()),
    );
    // The hook cannot know whether somebody catches the panic further up, so it does not say that the program ended.
    format!(
        "A fault in the program at {} ended what was being done; what was saved is safe, and {report}.",
        fault.place
    )
}

fn report_text(fault: &Fault, backtrace: &Backtrace, recent_lines: &[String]) -> String {
    let mut text = format!(
        "Rachis {} on {} {}\nthread: {}\nplace: {}\nmessage: {}\n\nHow it got there:\n{backtrace}\n\nLast log lines:\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        fault.thread,
        fault.place,
        fault.message,
    );
    for line in recent_lines {
        writeln!(text, "{}", line.trim_end()).expect("writing to a String does not fail");
    }
    text
}

/// Writes the report and lets the oldest go. `None` where the folder cannot be written.
fn save(folder: &Path, text: &str) -> Option<PathBuf> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // Fixed width, so that the order of names is the order of time; the process keeps two of one instant apart.
    let path = folder.join(format!("crash-{:020}-{}.txt", since_epoch.as_nanos(), std::process::id()));
    append_to(&path).and_then(|mut file| file.write_all(text.as_bytes())).ok()?;
    let reports = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut reports: Vec<PathBuf> = reports.filter(|path| is_report(path)).collect();
    reports.sort();
    for old in reports.iter().rev().skip(MAX_REPORTS_KEPT) {
        fs::remove_file(old).ok();
    }
    Some(path)
}

fn is_report(path: &Path) -> bool {
    let starts_right = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("crash-"));
    starts_right && path.extension().is_some_and(|ending| ending == "txt")
}

/// Standard panics quote the value at hand: "byte index 3 is not a char boundary; it is inside 'ễ' of `Nguyễn^An`".
/// All from the first quotation mark to the last of its kind goes, and from an unpaired mark on everything.
fn without_quotations(message: &str) -> String {
    let mut text = String::new();
    let mut rest = message;
    while let Some(start) = rest.find(['`', '"']) {
        let mark = &rest[start..=start];
        text.push_str(&rest[..start]);
        text.push_str("[left out]");
        rest = rest[start + 1..].rfind(mark).map_or("", |end| &rest[start + 1 + end + 1..]);
    }
    text.push_str(rest);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_MESSAGE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(message: &str) -> Fault {
        Fault { thread: "main".into(), place: "src/x.rs:1:2".into(), message: without_quotations(message) }
    }

    #[test]
    fn quoted_text_stays_out() {
        let check = |message: &str, expected: &str| assert_eq!(without_quotations(message), expected, "{message}");
        check("index out of bounds: the len is 3", "index out of bounds: the len is 3");
        check("a film can't be empty", "a film can't be empty");
        check(
            "no entry: Error { name: \"Nguyen \\\"Van\\\" A\", id: 3 }",
            "no entry: Error { name: [left out], id: 3 }",
        );
        check("is inside `Nguyen`s` of a", "is inside [left out] of a");
        check("cut short: \"Nguyen", "cut short: [left out]");
        check("two\nlines", "two lines");
        assert_eq!(without_quotations(&"x".repeat(999)).len(), MAX_MESSAGE_CHARS);
    }

    #[test]
    fn a_slicing_panic_keeps_the_name_to_itself() {
        let name = String::from("Nguyễn^Văn");
        let payload = panic::catch_unwind(|| name[..5].len()).unwrap_err();
        let message = payload.downcast_ref::<String>().unwrap();
        assert!(message.contains("Nguy"), "the premise of this test: {message}");
        assert!(!fault(message).message.contains("Nguy"), "{}", fault(message).message);
    }

    #[test]
    fn the_report_says_where_and_how() {
        let lines = ["started\n".to_owned(), "imported num_films=3\n".to_owned()];
        let text = report_text(&fault("the sky fell"), &Backtrace::force_capture(), &lines);
        for part in
            [env!("CARGO_PKG_VERSION"), "src/x.rs:1:2", "the sky fell", "imported num_films=3", "the_report_says"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn old_reports_go() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("crash-notes.md"), "mine").unwrap();
        let saved: Vec<_> = (0..MAX_REPORTS_KEPT + 2).map(|_| save(folder.path(), "x").unwrap()).collect();
        let kept = |path: &PathBuf| path.exists();
        assert_eq!(saved.iter().map(kept).filter(|kept| *kept).count(), MAX_REPORTS_KEPT);
        assert!(saved.last().unwrap().exists() && !saved[0].exists());
        assert!(folder.path().join("crash-notes.md").exists());
    }

    #[test]
    fn says_one_sentence() {
        let said = sentence(&fault("x"), Some(Path::new("state/crash-1.txt")));
        assert!(said.contains("src/x.rs:1:2") && said.contains("state/crash-1.txt") && !said.contains('\n'), "{said}");
        assert!(sentence(&fault("x"), None).contains("no report"));
    }
}
