//! Reads Rust source as words and paths, comments and strings left out, for tests that look at the code itself.

use std::path::{Path, PathBuf};

/// A word or mark of the source with its line (from 1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    pub line: usize,
    pub kind: Kind,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    Word(String),
    /// `::`
    Then,
    Mark(char),
    /// The text between the quotes, escapes as written.
    Text(String),
}

/// A path as used, `use` groups spelled out: `use std::{fs, io::Read}` gives `std::fs` and `std::io::Read`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UsedPath {
    pub line: usize,
    pub segments: Vec<String>,
    /// How many modules written in the file itself surround it.
    pub num_inline_modules: usize,
    /// Inside a `#[cfg(test)]` module.
    pub is_test: bool,
}

impl UsedPath {
    pub fn text(&self) -> String {
        self.segments.join("::")
    }

    /// True when the segments stand in it one after the other.
    pub fn contains(&self, segments: &[&str]) -> bool {
        self.segments.windows(segments.len()).any(|window| window == segments)
    }
}

pub fn project_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files under `folder` of the project that end in one of `endings`, sorted, as paths relative to the project.
/// Build output, the demo project and git's own files are left out.
pub fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(project_root().join(&folder)) else { continue };
        for entry in entries.map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            let path = if folder.as_os_str() == "." { PathBuf::from(&name) } else { folder.join(&name) };
            if entry.file_type().unwrap().is_dir() {
                if !["target", ".git", ".libtorch", ".libtorch-part", "demo", "corpus", "artifacts"]
                    .contains(&name.as_str())
                {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(project_root().join(path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Splits source into tokens. Comments, doc comments, lifetimes, characters and numbers are left out.
pub fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied().unwrap_or('\0');
        let start_line = line;
        let end = match c {
            '/' if next == '/' => skip_until(&chars, at, |_, c| c == '\n'),
            '/' if next == '*' => skip_block_comment(&chars, at),
            '"' => {
                let end = skip_quoted(&chars, at + 1);
                let text = chars[at + 1..end.saturating_sub(1).max(at + 1)].iter().collect();
                tokens.push(Token { line, kind: Kind::Text(text) });
                end
            }
            '\'' => skip_character_or_lifetime(&chars, at),
            'r' | 'b' | 'c' if let Some((start, end)) = raw_or_byte_string(&chars, at) => {
                tokens.push(Token { line, kind: Kind::Text(chars[start..end].iter().collect()) });
                skip_until(&chars, end + 1, |_, c| c != '#')
            }
            c if c.is_alphabetic() || c == '_' => {
                let end = skip_until(&chars, at, |_, c| !(c.is_alphanumeric() || c == '_'));
                tokens.push(Token { line, kind: Kind::Word(chars[at..end].iter().collect()) });
                end
            }
            c if c.is_ascii_digit() => skip_until(&chars, at, |_, c| !(c.is_alphanumeric() || c == '_')),
            ':' if next == ':' => {
                tokens.push(Token { line, kind: Kind::Then });
                at + 2
            }
            c if c.is_whitespace() => at + 1,
            c => {
                tokens.push(Token { line, kind: Kind::Mark(c) });
                at + 1
            }
        };
        let end = end.min(chars.len());
        line = start_line + chars[at..end].iter().filter(|&&c| c == '\n').count();
        at = end;
    }
    tokens
}

/// Every path of two or more segments, every single name that a `use` brings in, and every macro called.
pub fn paths(tokens: &[Token]) -> Vec<UsedPath> {
    let mut paths = Vec::new();
    // One entry for each open brace: is it a module's, and a test module's?
    let mut braces: Vec<(bool, bool)> = Vec::new();
    let mut test_attribute = false;
    let mut at = 0;
    while at < tokens.len() {
        let before = at.checked_sub(1).map(|before| &tokens[before].kind);
        match &tokens[at].kind {
            Kind::Mark('#') if is_cfg_test(&tokens[at..]) => test_attribute = true,
            Kind::Mark('{') => braces.push((false, false)),
            Kind::Mark('}') => drop(braces.pop()),
            Kind::Mark(';') => test_attribute = false,
            Kind::Word(word) if word == "mod" && is_mark(tokens, at + 2, '{') => {
                braces.push((true, test_attribute));
                test_attribute = false;
                at += 2;
            }
            Kind::Word(_) if !matches!(before, Some(Kind::Then | Kind::Mark('.'))) || starts_absolute(tokens, at) => {
                let single_counts = is_word(before, "use") || is_macro_call(tokens, at);
                let mut used = Vec::new();
                let end = read_path(tokens, at, &mut Vec::new(), &mut used);
                let num_inline_modules = braces.iter().filter(|(is_module, _)| *is_module).count();
                let is_test = test_attribute || braces.iter().any(|(_, is_test)| *is_test);
                paths.extend(
                    used.into_iter()
                        .filter(|(_, segments)| segments.len() > 1 || single_counts)
                        .map(|(line, segments)| UsedPath { line, segments, num_inline_modules, is_test }),
                );
                at = end - 1;
            }
            _ => {}
        }
        at += 1;
    }
    paths
}

/// Reads the path that starts at `at`, spelling groups out; returns where it ends.
fn read_path(tokens: &[Token], mut at: usize, prefix: &mut Vec<String>, used: &mut Vec<(usize, Vec<String>)>) -> usize {
    let num_before = prefix.len();
    let line = tokens[at].line;
    while let Some(Token { kind: Kind::Word(word), .. }) = tokens.get(at) {
        prefix.push(word.clone());
        at += 1;
        if tokens.get(at).map(|token| &token.kind) != Some(&Kind::Then) {
            break;
        }
        if is_mark(tokens, at + 1, '{') {
            at += 2;
            while at < tokens.len() && !is_mark(tokens, at, '}') {
                match tokens[at].kind {
                    Kind::Word(_) => at = read_path(tokens, at, prefix, used),
                    _ => at += 1,
                }
            }
            prefix.truncate(num_before);
            return at + 1;
        }
        if !matches!(tokens.get(at + 1), Some(Token { kind: Kind::Word(_), .. })) {
            break; // a turbofish or a star: what came before is the path
        }
        at += 1;
    }
    used.push((line, prefix.clone()));
    prefix.truncate(num_before);
    // `use a::b as c`: the new name is no path of its own.
    if is_word(tokens.get(at).map(|token| &token.kind), "as") { at + 2 } else { at }
}

/// `::serde::Value`: the leading mark belongs to no word before it.
fn starts_absolute(tokens: &[Token], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|then| tokens[then].kind == Kind::Then)
        && at.checked_sub(2).is_none_or(|before| {
            !matches!(tokens[before].kind, Kind::Word(_) | Kind::Mark('>'))
                || is_word(Some(&tokens[before].kind), "use")
        })
}

fn is_macro_call(tokens: &[Token], at: usize) -> bool {
    is_mark(tokens, at + 1, '!') && ['(', '[', '{'].iter().any(|&open| is_mark(tokens, at + 2, open))
}

fn is_cfg_test(tokens: &[Token]) -> bool {
    let texts: Vec<String> = tokens.iter().take(7).map(|token| token.kind.to_string()).collect();
    texts == ["#", "[", "cfg", "(", "test", ")", "]"]
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Then => f.write_str("::"),
            Self::Mark(mark) => write!(f, "{mark}"),
            Self::Text(text) => write!(f, "\"{text}\""),
        }
    }
}

fn is_mark(tokens: &[Token], at: usize, mark: char) -> bool {
    tokens.get(at).is_some_and(|token| token.kind == Kind::Mark(mark))
}

fn is_word(kind: Option<&Kind>, word: &str) -> bool {
    matches!(kind, Some(Kind::Word(found)) if found == word)
}

/// The first place from `at` on where `stops` says so, or the end.
fn skip_until(chars: &[char], at: usize, stops: impl Fn(usize, char) -> bool) -> usize {
    (at..chars.len()).find(|&place| stops(place, chars[place])).unwrap_or(chars.len())
}

/// Block comments nest.
fn skip_block_comment(chars: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut at = at;
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

/// From the first character inside the quotes to just past the closing one.
fn skip_quoted(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn skip_character_or_lifetime(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => skip_until(chars, at + 3, |_, c| c == '\'') + 1,
        (Some(_), Some('\'')) => at + 3,
        _ => at + 1, // a lifetime: its name is read as a word, which harms nobody
    }
}

/// For `r"..."`, `br#"..."#`, `b"..."` and their kin: where the text starts and where its closing quote stands.
fn raw_or_byte_string(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let mut start = at;
    let is_raw = {
        while matches!(chars.get(start), Some('r' | 'b' | 'c')) && start - at < 2 {
            start += 1;
        }
        chars[at..start].contains(&'r')
    };
    let num_hashes = if is_raw { skip_until(chars, start, |_, c| c != '#') - start } else { 0 };
    start += num_hashes;
    if chars.get(start) != Some(&'"') || at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_') {
        return None;
    }
    start += 1;
    if !is_raw {
        return Some((start, skip_quoted(chars, start) - 1));
    }
    let closes =
        |place: usize, c: char| c == '"' && (1..=num_hashes).all(|offset| chars.get(place + offset) == Some(&'#'));
    Some((start, skip_until(chars, start, closes)))
}

#[test]
fn comments_and_strings_are_no_code() {
    let source = "// use a::b;\n/* c::d /* e::f */ */ let s = \"g::h \\\" i::j\"; let r = r#\"k::l \" m::n\"#;\n\
                  let c = '\"'; let l: &'static o::P = q::<R>; b\"s::t\"; number::u";
    let found: Vec<String> = paths(&tokens(source)).iter().map(UsedPath::text).collect();
    assert_eq!(found, ["o::P", "number::u"]);
    assert_eq!(paths(&tokens(source)).last().unwrap().line, 3);
}

#[test]
fn groups_are_spelled_out() {
    let source = "use std::{fs, io::{self, Read as R}};\nuse egui;\nlet a = ::serde::Value; x.y::<z::Z>();";
    let found: Vec<String> = paths(&tokens(source)).iter().map(UsedPath::text).collect();
    assert_eq!(found, ["std::fs", "std::io::self", "std::io::Read", "egui", "serde::Value", "z::Z"]);
}

#[test]
fn knows_test_modules() {
    let source = "fn f() { a::b(); }\n#[cfg(test)]\nmod tests {\n use super::*;\n mod inner { c::d(); }\n}\ne::f();";
    let found: Vec<_> = paths(&tokens(source)).iter().map(|p| (p.text(), p.num_inline_modules, p.is_test)).collect();
    let expected = [("a::b", 0, false), ("super", 1, true), ("c::d", 2, true), ("e::f", 0, false)];
    assert_eq!(found, expected.map(|(text, num, is_test)| (text.to_owned(), num, is_test)));
}
