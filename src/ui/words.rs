//! The interface in two languages: English stands in the code, Vietnamese in `assets/languages/vi.tsv`.
//!
//! What a panel says itself goes through [`tr`] or [`tr_args`]. What comes up from the session as a finished English
//! sentence goes through [`translated`], which knows it again by the template that it was made from; so nothing below
//! the interface knows of languages. A line of the table is English, a tab, Vietnamese; holes are `{}`, in Vietnamese
//! also `{1}`, `{2}` where the order differs. `tests/it/languages.rs` holds the table to the sources.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::{Display, Write as _};
use std::sync::OnceLock;

use crate::session::settings::Language;

const VIETNAMESE: &str = include_str!("../../assets/languages/vi.tsv");

thread_local! {
    static LANGUAGE: Cell<Language> = const { Cell::new(Language::English) };
}

/// Sets the language of everything that this thread draws from now on; the window does it once a frame.
pub fn speak(language: Language) {
    LANGUAGE.set(language);
}

/// The language now spoken.
pub fn language() -> Language {
    LANGUAGE.get()
}

/// The text in the language now spoken; English where the table has no line.
pub fn tr(english: &'static str) -> &'static str {
    match language() {
        Language::English => english,
        Language::Vietnamese => table().lines.get(english).copied().unwrap_or(english),
    }
}

/// A text with holes, translated and filled; the arguments stay as they are.
pub fn tr_args(english: &'static str, args: &[&dyn Display]) -> String {
    fill(tr(english), args)
}

/// A sentence that was made below the interface, in the language now spoken. One that no line of the table could have
/// made is given back as it is: English is better than nothing.
pub fn translated(text: &str) -> Cow<'_, str> {
    match language() {
        Language::English => Cow::Borrowed(text),
        Language::Vietnamese => table().translate(text, true),
    }
}

/// The same of a title or a name, which is no sentence: `Average precision at IoU 0.5`.
pub fn translated_name(text: &str) -> Cow<'_, str> {
    match language() {
        Language::English => Cow::Borrowed(text),
        Language::Vietnamese => {
            // `Normal films (12)`, `Osteophytes (7)`: how many stand in brackets.
            if let Some((name, count)) = text.rsplit_once(" (").filter(|(_, count)| count.ends_with(')')) {
                return Cow::Owned(format!("{} ({count}", table().translate(name, false)));
            }
            table().translate(text, false)
        }
    }
}

/// Every line of the Vietnamese table in its order, for the tests that hold it to the sources.
pub fn vietnamese_lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    lines_of(VIETNAMESE)
}

fn lines_of(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

struct Table {
    lines: HashMap<&'static str, &'static str>,
    /// Lines with holes, the ones with the most letters of their own first.
    templates: Vec<Template>,
}

struct Template {
    /// What stands before, between and after the holes.
    parts: Vec<&'static str>,
    vietnamese: &'static str,
    /// "Add {}" names an edit inside a sentence; alone it would catch half of another sentence.
    is_sentence: bool,
}

/// Lines with holes below this one are templates of sentences that come up from below the panels.
const SENTENCES: &str = "# Sentences from below";

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let lines: HashMap<_, _> = vietnamese_lines().collect();
        let sentences = VIETNAMESE.find(SENTENCES).map_or("", |at| &VIETNAMESE[at..]);
        let mut templates: Vec<Template> = lines_of(sentences)
            .filter(|(english, _)| english.contains("{}"))
            .map(|(english, vietnamese)| {
                let is_sentence = english.contains(':') || english.ends_with(['.', '?']);
                Template { parts: english.split("{}").collect(), vietnamese, is_sentence }
            })
            .collect();
        templates.sort_by_key(|t| std::cmp::Reverse(t.parts.iter().map(|part| part.len()).sum::<usize>()));
        Table { lines, templates }
    })
}

impl Table {
    fn translate<'a>(&self, text: &'a str, is_whole: bool) -> Cow<'a, str> {
        if let Some(vietnamese) = self.lines.get(text) {
            return Cow::Borrowed(vietnamese);
        }
        for template in self.templates.iter().filter(|template| template.is_sentence || !is_whole) {
            if let Some(args) = holes(&template.parts, text) {
                let args: Vec<Cow<'_, str>> = args.into_iter().map(|arg| self.translate(arg, false)).collect();
                let args: Vec<&dyn Display> = args.iter().map(|arg| arg as &dyn Display).collect();
                return Cow::Owned(fill(template.vietnamese, &args));
            }
        }
        Cow::Borrowed(text)
    }
}

/// What stands in the holes of a template, where the text could have been made from it.
fn holes<'a>(parts: &[&str], text: &'a str) -> Option<Vec<&'a str>> {
    let (first, rest) = parts.split_first()?;
    let (last, between) = rest.split_last()?;
    let mut left = text.strip_prefix(first)?.strip_suffix(last)?;
    let mut found = Vec::with_capacity(rest.len());
    for part in between {
        let (hole, after) = left.split_once(part)?;
        found.push(hole);
        left = after;
    }
    found.push(left);
    found.iter().all(|hole| !hole.is_empty()).then_some(found)
}

/// Puts the arguments into `{}` in their order, or into `{1}`, `{2}` by number.
fn fill(template: &str, args: &[&dyn Display]) -> String {
    let mut text = String::with_capacity(template.len() + 16);
    let mut rest = template;
    let mut next = 0;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((inside, after)) = after.split_once('}') else { break };
        text.push_str(before);
        let at =
            if inside.is_empty() { next } else { inside.parse::<usize>().map_or(usize::MAX, |n| n.wrapping_sub(1)) };
        next += 1;
        if let Some(arg) = args.get(at) {
            let _ = write!(text, "{arg}");
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_in_order_or_by_number() {
        assert_eq!(fill("{} of {}", &[&3, &"7"]), "3 of 7");
        assert_eq!(fill("{2} / {1}", &[&3, &"7"]), "7 / 3");
        assert_eq!(fill("none", &[&3]), "none");
        assert_eq!(fill("{} and {}", &[&3]), "3 and ");
    }

    #[test]
    fn a_sentence_is_known_by_its_template() {
        assert_eq!(holes(&["This is the ", " film."], "This is the last film."), Some(vec!["last"]));
        assert_eq!(holes(&["", " of ", ""], "3 of 7"), Some(vec!["3", "7"]));
        assert_eq!(holes(&["", " of ", ""], " of 7"), None);
        assert_eq!(holes(&["This is the ", " film."], "That is the last film."), None);
        assert_eq!(holes(&["aba", "aba"], "aba"), None, "beginning and end don't overlap");
    }

    #[test]
    fn nothing_changes_in_english_and_little_where_no_line_is_known() {
        speak(Language::English);
        assert_eq!(tr("Undo"), "Undo");
        assert_eq!(translated("The disk is on fire."), "The disk is on fire.");
        speak(Language::Vietnamese);
        assert_ne!(tr("Undo"), "Undo");
        assert_eq!(translated("The disk is on fire."), "The disk is on fire.");
        speak(Language::English);
    }

    #[test]
    fn sentences_inside_sentences_are_translated_too() {
        speak(Language::Vietnamese);
        let text = "Not completed: Osteophytes has no size to speak of. Enlarge it, or delete it. (2 more)";
        let said = translated(text);
        assert!(said.contains("Osteophytes") && !said.contains("size") && !said.contains("more"), "{said}");
        let said = translated("Undone: Add Osteophytes");
        let named = translated_name("Normal films (12)");
        assert!(named.ends_with(" (12)") && !named.contains("films"), "{named}");
        assert!(translated_name("Average precision at IoU 0.5").ends_with(" IoU 0.5"));
        assert!(!translated_name("Average precision at IoU 0.5").contains("precision"));
        let caption =
            "Boxes with a score of at least 0.30, at IoU 0.5, fused at c* 0.2808. Shades are shares of a row.";
        let shown = translated(caption);
        assert!(!shown.contains("fused") && !shown.contains("score") && shown.contains("0.2808"), "{shown}");
        assert!(said.ends_with(tr("Add {}").replace("{}", "Osteophytes").as_str()), "{said}");
        speak(Language::English);
    }
}
