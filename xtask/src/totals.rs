//! Adds up what `cargo test` prints, test program by test program, and keeps what skipped tests said.

use std::fmt;

/// Sums over all test programs of one run.
#[derive(Default, Debug)]
pub struct Totals {
    passed: u64,
    failed: u64,
    programs: Vec<String>,
    skipped: Vec<String>,
    /// Between "successes:" and the next heading stands what passing tests printed.
    in_successes: bool,
    test: String,
}

impl Totals {
    /// Counts one line; returns it where a person should see it.
    pub fn read_line<'l>(&mut self, line: &'l str) -> Option<&'l str> {
        let plain = without_colour(line);
        let plain = plain.trim_end();
        if plain == "successes:" {
            self.in_successes = true;
        } else if plain == "failures:" || plain.starts_with("test result:") {
            self.in_successes = false;
        }
        if let Some(counts) = plain.strip_prefix("test result:") {
            self.passed += number_before(counts, " passed");
            self.failed += number_before(counts, " failed");
            if number_before(counts, " passed") + number_before(counts, " failed") > 0 {
                self.programs.push(plain.to_owned());
            }
        }
        if !self.in_successes {
            return Some(line);
        }
        if let Some(heading) = plain.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            heading.clone_into(&mut self.test);
        } else if !self.test.is_empty() && plain.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("skip")) {
            // One reason a test is enough, and one skip a test is what the totals count.
            self.skipped.push(format!("{}: {plain}", std::mem::take(&mut self.test)));
        }
        None
    }
}

/// The last line is the one that other programs read.
impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.programs {
            writeln!(f, "{line}")?;
        }
        for line in &self.skipped {
            writeln!(f, "skipped {line}")?;
        }
        let num_skipped = self.skipped.len() as u64;
        write!(f, "{} passed, {} failed", self.passed.saturating_sub(num_skipped), self.failed)?;
        if num_skipped > 0 {
            write!(f, ", {num_skipped} skipped")?;
        }
        writeln!(f)
    }
}

fn number_before(text: &str, word: &str) -> u64 {
    let Some(end) = text.find(word) else { return 0 };
    let before = &text[..end];
    let start = before.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    before[start..].parse().unwrap_or(0)
}

/// Terminal colours are ESC [ ... m.
fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        rest = rest[at..].find('m').map_or("", |end| &rest[at + end + 1..]);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "\
running 3 tests
test a ... ok
test b ... ok
test c ... FAILED

successes:

---- a stdout ----
Skipped: no films beside the project
skipped again, says the same test

---- b stdout ----
twelve rows

successes:
    a
    b

failures:

---- c stdout ----
assertion failed

failures:
    c

test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 4 filtered out; finished in 0.01s

running 1 test
test result: \u{1b}[32mok\u{1b}[m. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
running 0 tests
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";

    #[test]
    fn adds_up_and_keeps_the_skips() {
        let mut totals = Totals::default();
        let shown: Vec<_> = RUN.lines().filter_map(|line| totals.read_line(line)).collect();
        assert!(shown.contains(&"assertion failed") && !shown.contains(&"twelve rows"), "{shown:?}");
        let report = totals.to_string();
        assert!(report.contains("skipped a: Skipped: no films beside the project\n"), "{report}");
        assert_eq!(report.lines().last(), Some("2 passed, 1 failed, 1 skipped"));
        assert_eq!(report.lines().filter(|line| line.starts_with("test result:")).count(), 2);
    }
}
