//! One cell of a comma-separated table on its way out and in: its quotes, and the apostrophe that keeps a spreadsheet from running it.

use std::borrow::Cow;

/// Appends a cell, in quotes where it needs them.
pub fn push_cell(out: &mut String, value: &str) {
    if memchr::memchr3(b',', b'"', b'\n', value.as_bytes()).is_none() && !value.contains('\r') {
        out.push_str(value);
        return;
    }
    out.push('"');
    for (index, part) in value.split('"').enumerate() {
        if index > 0 {
            out.push_str("\"\"");
        }
        out.push_str(part);
    }
    out.push('"');
}

/// A text as it goes out: with an apostrophe before it where a spreadsheet would run it as a formula.
///
/// A spreadsheet takes a cell for a formula where it begins with `=`, `+`, `-`, `@`, a tab or a carriage return, and shows
/// it as text where an apostrophe comes first. Numbers stay as they are. A text that would read as an apostrophe of this
/// kind gets one more, so that [`without_guard`] takes back exactly what this adds.
pub fn with_guard(text: &str) -> Cow<'_, str> {
    if needs_guard(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A text as it comes in: without the apostrophe of [`with_guard`].
pub fn without_guard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if needs_guard(rest) => rest,
        _ => text,
    }
}

fn needs_guard(text: &str) -> bool {
    if !matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\'')) {
        return false;
    }
    let formula = text.trim_start_matches('\'');
    let is_number = || formula.len() == text.len() && formula.parse::<f64>().is_ok_and(f64::is_finite);
    formula.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_get_an_apostrophe_and_numbers_do_not() {
        let check = |value: &str, out: &str| {
            assert_eq!(with_guard(value), out);
            assert_eq!(without_guard(out), value);
        };
        check("=1+1", "'=1+1");
        check("@cmd", "'@cmd");
        check("-", "'-");
        check("-12.5", "-12.5");
        check("+1e3", "+1e3");
        check("+1e999", "'+1e999");
        check("\tx", "'\tx");
        check("'=1", "''=1");
        check("'quoted'", "'quoted'");
        check("a=b", "a=b");
        check("", "");
        assert_eq!(without_guard("=1+1"), "=1+1");
    }

    proptest! {
        #[test]
        fn the_guard_is_taken_back_exactly(text in "['=+@\t\r0-9e.-]{0,6}") {
            let out = with_guard(&text);
            prop_assert_eq!(without_guard(&out), text.as_str());
            prop_assert!(!out.starts_with(['=', '@', '\t', '\r']));
        }
    }
}
