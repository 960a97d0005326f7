//! What could stand where the keyboard is in a query: fields, values, labels, people.

use std::ops::Range;

use super::fields::FIELDS;
use super::parse::field_named;
use super::{QueryWords, quoted};

/// What may be put in the place of what is half typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completions {
    /// Bytes of the text that one of them replaces.
    pub at: Range<usize>,
    pub items: Vec<Completion>,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// Ends with a colon where a value follows.
    pub text: String,
    pub help: &'static str,
}

/// What could stand at this byte of the text; nothing where it lies within a letter.
pub fn complete(text: &str, cursor: usize, words: &QueryWords) -> Completions {
    let Some(before) = text.get(..cursor) else { return Completions { at: 0..0, items: Vec::new() } };
    let start = word_start(before);
    let word = &before[start..];
    let Some((name, values)) = word.split_once(':') else {
        return Completions { at: start..cursor, items: fields(word) };
    };
    let value_start = cursor - values.len() + values.rfind(',').map_or(0, |comma| comma + 1);
    let typed = plain(&before[value_start..]);
    let Some(field) = field_named(&name.to_lowercase()) else {
        return Completions { at: start..cursor, items: Vec::new() };
    };
    let own = field.values.iter().map(|value| (*value).to_owned());
    let named: &[String] = match field.name {
        "label" => &words.labels,
        "assigned" => &words.readers,
        _ => &[],
    };
    let mut known: Vec<String> = own.chain(named.iter().cloned()).collect();
    // What begins so comes before what only holds it.
    known.retain(|value| plain(value).contains(&typed));
    known.sort_by_key(|value| !plain(value).starts_with(&typed));
    let is_whole = known.len() == 1 && plain(&known[0]) == typed;
    let mut items: Vec<Completion> = known
        .iter()
        .filter(|_| !is_whole)
        .map(|value| Completion { text: quoted(value), help: "" })
        .collect();
    if field.values.is_empty() && named.is_empty() && typed.is_empty() {
        let example = field.example.split_once(':').map_or("", |(_, value)| value);
        items.push(Completion { text: example.to_owned(), help: field.help });
    }
    Completions { at: value_start..cursor, items }
}

fn fields(word: &str) -> Vec<Completion> {
    let word = word.to_lowercase();
    let rows = FIELDS.iter().filter(|row| row.name.starts_with(&word));
    rows.map(|row| Completion { text: format!("{}:", row.name), help: row.help }).collect()
}

/// Case, quotes and lines under do not count.
fn plain(text: &str) -> String {
    text.to_lowercase().replace('_', " ").replace('"', "")
}

/// Where the word begins that ends here.
fn word_start(before: &str) -> usize {
    let (mut start, mut is_quoted) = (0, false);
    for (at, letter) in before.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' | ')' => start = at + 1,
            '-' if at == start => start = at + 1,
            _ if letter.is_whitespace() => start = at + letter.len_utf8(),
            _ => {}
        }
    }
    start
}
