//! Takes a query apart: words, brackets, terms; or says where it makes no sense.

use std::ops::Range;

use crate::domain::assignment::Stage;
use crate::domain::moment::day_start_ms;
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Decision;
use crate::domain::study::Sex;
use crate::domain::task::TaskState;
use crate::domain::worklist::ModelWord;

use super::fields::{ASSIGNED, DECISION, FIELDS, FieldRow, HAS, MODEL, SEX, STAGE, STATUS, UNFIT};
use super::{Holder, Node, NumberField, QueryWords, Span, Term};

/// Why a query makes no sense, and where: bytes of its text.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{why}")]
pub struct QueryError {
    pub at: Range<usize>,
    pub why: QueryProblem,
}

/// What is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum QueryProblem {
    #[error("There is no field \"{word}\". Did you mean {guess}?")]
    UnknownField { word: String, guess: &'static str },
    #[error("Something is missing after {field}, for example {example}.")]
    NoValue { field: &'static str, example: &'static str },
    #[error("\"{value}\" is no value of {field}. It knows: {known}.")]
    UnknownValue { field: &'static str, value: String, known: String },
    #[error("\"{value}\" is no number for {field}. Write it like {example}.")]
    NoNumber { field: &'static str, value: String, example: &'static str },
    #[error("The project has no label \"{value}\". Did you mean {guess}?")]
    UnknownLabel { value: String, guess: String },
    #[error("The project has no reader \"{value}\". It has: {known}.")]
    UnknownReader { value: String, known: String },
    #[error("A bracket is not closed.")]
    NotClosed,
    #[error("A bracket closes that was not opened.")]
    NotOpened,
    #[error("A quotation mark is not closed.")]
    OpenQuote,
    #[error("Something is missing after \"{word}\".")]
    NothingAfter { word: &'static str },
    #[error("Something is missing before \"{word}\".")]
    NothingBefore { word: &'static str },
}

const MS_PER_DAY: f64 = 86_400_000.0;
/// Brackets in brackets: more than anybody types, and few enough for any stack.
const DEEPEST: usize = 50;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Open,
    Close,
    Not,
    And,
    Or,
    Word,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Token {
    kind: Kind,
    at: Range<usize>,
}

pub(super) fn parse(text: &str, words: &QueryWords) -> Result<Option<Node>, QueryError> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { text, words, tokens, next: 0, depth: 0 };
    let node = parser.any("(")?;
    match parser.peek() {
        Some(token) => Err(wrong(token.at.clone(), QueryProblem::NotOpened)),
        None => Ok(Some(node)),
    }
}

const fn wrong(at: Range<usize>, why: QueryProblem) -> QueryError {
    QueryError { at, why }
}

fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some(&(start, letter)) = letters.peek() {
        let one = start..start + letter.len_utf8();
        match letter {
            '(' | ')' => {
                letters.next();
                tokens.push(Token { kind: if letter == '(' { Kind::Open } else { Kind::Close }, at: one });
            }
            // A dash before a term takes it away; within a word it is a letter.
            '-' if text[one.end..].starts_with(|c: char| !c.is_whitespace() && c != ')') => {
                letters.next();
                tokens.push(Token { kind: Kind::Not, at: one });
            }
            _ if letter.is_whitespace() => {
                letters.next();
            }
            _ => {
                let end = word_end(text, start)?;
                while letters.next_if(|(at, _)| *at < end).is_some() {}
                let word = &text[start..end];
                let kind = match word.to_lowercase().as_str() {
                    "not" => Kind::Not,
                    "and" => Kind::And,
                    "or" => Kind::Or,
                    _ => Kind::Word,
                };
                match tokens.last_mut() {
                    // `age: > 60` is one term: what ends in a sign goes on.
                    Some(last) if kind == Kind::Word && goes_on(&text[last.at.clone()], word) => last.at.end = end,
                    _ => tokens.push(Token { kind, at: start..end }),
                }
            }
        }
    }
    Ok(tokens)
}

/// A sign at the end of a word of which the rest stands behind a blank.
fn goes_on(word: &str, next: &str) -> bool {
    word.ends_with([':', '<', '>', '=']) && word.len() > 1 && !next.contains(':')
}

/// A blank or a bracket outside of quotes ends a word.
fn word_end(text: &str, start: usize) -> Result<usize, QueryError> {
    let mut quote = None;
    for (at, letter) in text[start..].char_indices() {
        let at = start + at;
        match (letter, quote) {
            ('"', None) => quote = Some(at),
            ('"', Some(_)) => quote = None,
            (_, None) if letter.is_whitespace() || letter == '(' || letter == ')' => return Ok(at),
            _ => {}
        }
    }
    match quote {
        Some(at) => Err(wrong(at..text.len(), QueryProblem::OpenQuote)),
        None => Ok(text.len()),
    }
}

struct Parser<'a> {
    text: &'a str,
    words: &'a QueryWords,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, kind: Kind) -> Option<Range<usize>> {
        let at = self.peek().filter(|token| token.kind == kind)?.at.clone();
        self.next += 1;
        Some(at)
    }

    /// What stands after `after`: alternatives with `or` between them.
    fn any(&mut self, after: &'static str) -> Result<Node, QueryError> {
        let mut nodes = vec![self.all(after)?];
        while self.take(Kind::Or).is_some() {
            nodes.push(self.all("or")?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) })
    }

    fn all(&mut self, after: &'static str) -> Result<Node, QueryError> {
        let mut nodes = Vec::new();
        let mut after = after;
        loop {
            match self.peek().map(|token| (token.kind, token.at.clone())) {
                Some((Kind::And, at)) if nodes.is_empty() => {
                    return Err(wrong(at, QueryProblem::NothingBefore { word: "and" }));
                }
                Some((Kind::Or, at)) if nodes.is_empty() => {
                    return Err(wrong(at, QueryProblem::NothingBefore { word: "or" }));
                }
                Some((Kind::And, _)) => {
                    self.next += 1;
                    after = "and";
                }
                Some((Kind::Open | Kind::Not | Kind::Word, _)) => {
                    nodes.push(self.one()?);
                    after = "";
                }
                Some((Kind::Or | Kind::Close, _)) | None => break,
            }
        }
        if nodes.is_empty() || after == "and" {
            if self.peek().is_some_and(|token| token.kind == Kind::Close) && after == "(" && self.depth == 0 {
                let at = self.tokens[self.next].at.clone();
                return Err(wrong(at, QueryProblem::NotOpened));
            }
            return Err(wrong(self.here(), QueryProblem::NothingAfter { word: after }));
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::All(nodes) })
    }

    /// The word before, or the end.
    fn here(&self) -> Range<usize> {
        let before = self.next.checked_sub(1).and_then(|n| self.tokens.get(n));
        before.map_or(0..self.text.len(), |token| token.at.clone())
    }

    fn one(&mut self) -> Result<Node, QueryError> {
        if let Some(at) = self.take(Kind::Not) {
            let is_there = self.peek().is_some_and(|t| matches!(t.kind, Kind::Open | Kind::Not | Kind::Word));
            if !is_there || self.depth >= DEEPEST {
                return Err(wrong(at, QueryProblem::NothingAfter { word: "not" }));
            }
            self.depth += 1;
            let node = self.one()?;
            self.depth -= 1;
            return Ok(Node::Not(Box::new(node)));
        }
        if let Some(at) = self.take(Kind::Open) {
            if self.depth >= DEEPEST {
                return Err(wrong(at, QueryProblem::NotClosed));
            }
            self.depth += 1;
            let node = self.any("(")?;
            self.depth -= 1;
            return self.take(Kind::Close).map(|_| node).ok_or(wrong(at, QueryProblem::NotClosed));
        }
        let at = self.take(Kind::Word).unwrap_or_else(|| self.here());
        self.term(at)
    }

    fn term(&self, at: Range<usize>) -> Result<Node, QueryError> {
        let text = &self.text[at.clone()];
        let sign = text.find([':', '<', '>', '=']).filter(|sign| text.find('"').is_none_or(|quote| *sign < quote));
        let Some(sign) = sign else {
            return Ok(Node::Term(Term::Text(unquoted(text).to_lowercase())));
        };
        let name = text[..sign].to_lowercase();
        let Some(field) = field_named(&name) else {
            let word = text[..sign].to_owned();
            let guess = closest(&name, FIELDS.iter().map(|row| row.name)).unwrap_or(FIELDS[0].name);
            return Err(wrong(at.start..at.start + sign, QueryProblem::UnknownField { word, guess }));
        };
        let start = at.start + sign + usize::from(text[sign..].starts_with(':'));
        let values = alternatives(self.text, start..at.end);
        let mut nodes = Vec::new();
        for place in values {
            let value = unquoted(self.text[place.clone()].trim());
            if value.trim_matches(['<', '>', '=', ' ']).is_empty() {
                let why = QueryProblem::NoValue { field: field.name, example: field.example };
                return Err(wrong(at, why));
            }
            let term = self.value(field, value.trim()).map_err(|why| wrong(place, why))?;
            nodes.push(term);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) })
    }

    fn value(&self, field: &'static FieldRow, value: &str) -> Result<Node, QueryProblem> {
        let lower = value.to_lowercase();
        let unknown = |known: &[&str]| QueryProblem::UnknownValue {
            field: field.name,
            value: value.to_owned(),
            known: known.join(", "),
        };
        let decision = || match lower.as_str() {
            "normal" => Ok(Decision::Normal),
            "abnormal" => Ok(Decision::Abnormal),
            "undecided" => Ok(Decision::Undecided),
            _ => Err(unknown(DECISION)),
        };
        let number = |number: NumberField| number_term(field, number, &lower);
        let term = match field.name {
            "film" => Term::Film(lower),
            "study" => Term::Study(lower),
            "view" => Term::View(lower),
            "status" => match lower.as_str() {
                "paused" => Term::Paused,
                "waiting" => Term::Waiting,
                "being-read" => Term::BeingRead,
                "read-by-all" => Term::ReadByAll,
                "unfit" => Term::Unfit(None),
                "done" => Term::State(TaskState::Completed),
                state => Term::State(TaskState::parse(state).ok_or_else(|| unknown(STATUS))?),
            },
            "stage" => match lower.as_str() {
                "repeat" => Term::Repeat,
                stage => Term::Stage(Stage::parse(stage).ok_or_else(|| unknown(STAGE))?),
            },
            "decision" => Term::Decision(decision()?),
            "study-decision" => Term::StudyDecision(decision()?),
            "sex" => match lower.as_str() {
                "none" => Term::Sex(None),
                sex => Term::Sex(Some(Sex::from_dicom(sex).ok_or_else(|| unknown(SEX))?)),
            },
            "unfit" => match lower.as_str() {
                "any" => Term::Unfit(None),
                reason => {
                    let key = reason.replace([' ', '-'], "_");
                    Term::Unfit(Some(UnfitReason::from_key(&key).ok_or_else(|| unknown(UNFIT))?))
                }
            },
            "label" if lower == "none" => return Ok(Node::Not(Box::new(Node::Term(Term::Labels(u128::MAX))))),
            "label" => Term::Labels(self.labels(value)?),
            "has" => return has(&lower).ok_or_else(|| unknown(HAS)),
            "assigned" => match lower.as_str() {
                "me" => Term::HandedTo(Holder::Me),
                "none" => Term::HandedTo(Holder::Nobody),
                reader if self.words.readers.iter().any(|id| id.eq_ignore_ascii_case(reader)) => {
                    Term::HandedTo(Holder::Reader(lower))
                }
                _ => {
                    let people = self.words.readers.iter().map(String::as_str);
                    let known: Vec<&str> = ASSIGNED.iter().copied().chain(people.take(12)).collect();
                    return Err(QueryProblem::UnknownReader { value: value.to_owned(), known: known.join(", ") });
                }
            },
            "model" => match lower.as_str() {
                "abnormal" => Term::Model(ModelWord::Abnormal),
                "normal" => Term::Model(ModelWord::Normal),
                "disagrees" => Term::Model(ModelWord::Disagrees),
                "none" => Term::Model(ModelWord::NotPredicted),
                word if word.starts_with(|c: char| c.is_alphabetic()) => return Err(unknown(MODEL)),
                _ => number(NumberField::Model)?,
            },
            "age" => number(NumberField::Age)?,
            "findings" => number(NumberField::Findings)?,
            "comments" => number(NumberField::Comments)?,
            "uncertainty" => number(NumberField::Uncertainty)?,
            "disagreement" => number(NumberField::Disagreement)?,
            "queue" => number(NumberField::Queue)?,
            "priority" => number(NumberField::Priority)?,
            "readers" => number(NumberField::Readers)?,
            "done" => number(NumberField::Done)?,
            "edited" => number(NumberField::Edited)?,
            _ => Term::Text(lower),
        };
        Ok(Node::Term(term))
    }

    /// The label of that name, else every label whose name holds the text. A line under stands for a blank.
    fn labels(&self, value: &str) -> Result<u128, QueryProblem> {
        let plain = |text: &str| text.to_lowercase().replace('_', " ");
        let value = plain(value);
        let names: Vec<String> = self.words.labels.iter().take(128).map(|label| plain(label)).collect();
        if let Some(exact) = names.iter().position(|name| *name == value) {
            return Ok(1 << exact);
        }
        let found = names.iter().enumerate().filter(|(_, name)| name.contains(&value));
        let mask = found.fold(0u128, |mask, (i, _)| mask | 1 << i);
        if mask != 0 {
            return Ok(mask);
        }
        let near = closest(&value, names.iter().map(String::as_str));
        let guess = near.and_then(|near| names.iter().position(|name| name == near));
        let guess = guess.or(if names.is_empty() { None } else { Some(0) });
        let guess = guess.map_or_else(String::new, |i| self.words.labels[i].clone());
        Err(QueryProblem::UnknownLabel { value, guess })
    }
}

pub(super) fn field_named(name: &str) -> Option<&'static FieldRow> {
    let name = match name {
        "state" => "status",
        "id" | "image" => "film",
        "p" => "model",
        "reader" => "assigned",
        "boxes" | "marks" => "findings",
        other => other,
    };
    FIELDS.iter().find(|row| row.name == name)
}

fn has(value: &str) -> Option<Node> {
    let known = |field| Some(Node::Not(Box::new(Node::Term(Term::Missing(field)))));
    let above_none = Span { low: 0.0, has_low: false, high: f64::INFINITY, has_high: true };
    match value {
        "findings" | "marks" | "boxes" => Some(Node::Term(Term::Number(NumberField::Findings, above_none))),
        "comments" | "comment" => Some(Node::Term(Term::Number(NumberField::Comments, above_none))),
        "label" | "labels" => Some(Node::Term(Term::Labels(u128::MAX))),
        "model" => Some(Node::Not(Box::new(Node::Term(Term::Model(ModelWord::NotPredicted))))),
        "age" => known(NumberField::Age),
        "sex" => Some(Node::Not(Box::new(Node::Term(Term::Sex(None))))),
        _ => None,
    }
}

/// `>60`, `>=60`, `<60`, `<=60`, `60`, `=60`, `20..40`, `none`.
fn number_term(row: &'static FieldRow, field: NumberField, text: &str) -> Result<Term, QueryProblem> {
    if text == "none" {
        return Ok(Term::Missing(field));
    }
    let bad = || QueryProblem::NoNumber { field: row.name, value: text.to_owned(), example: row.example };
    let is_day = field == NumberField::Edited;
    let plain = |text: &str| -> Result<f64, QueryProblem> {
        let text = text.trim();
        if is_day {
            return Ok(day_start_ms(text).ok_or_else(bad)? as f64);
        }
        let (digits, parts) = text.strip_suffix('%').map_or((text, 1.0), |digits| (digits, 100.0));
        let value: f64 = digits.parse().map_err(|_| bad())?;
        if value.is_finite() { Ok(value / parts) } else { Err(bad()) }
    };
    // A day is a span itself: after it is after its end.
    let end = |text: &str| plain(text).map(|value| if is_day { value + MS_PER_DAY } else { value });
    let up_from = |low: f64, has_low: bool| Span { low, has_low, high: f64::INFINITY, has_high: true };
    let down_from = |high: f64, has_high: bool| Span { low: f64::NEG_INFINITY, has_low: true, high, has_high };
    let span = if let Some((low, high)) = text.split_once("..") {
        Span { low: plain(low)?, has_low: true, high: end(high)?, has_high: !is_day }
    } else if let Some(rest) = text.strip_prefix(">=") {
        up_from(plain(rest)?, true)
    } else if let Some(rest) = text.strip_prefix("<=") {
        down_from(end(rest)?, !is_day)
    } else if let Some(rest) = text.strip_prefix('>') {
        up_from(end(rest)?, is_day)
    } else if let Some(rest) = text.strip_prefix('<') {
        down_from(plain(rest)?, false)
    } else {
        field.equals(plain(text.strip_prefix('=').unwrap_or(text))?)
    };
    Ok(Term::Number(field, span))
}

/// Where the values are that commas outside of quotes part.
fn alternatives(text: &str, at: Range<usize>) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let (mut start, mut is_quoted) = (at.start, false);
    for (n, letter) in text[at.clone()].char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => {
                places.push(start..at.start + n);
                start = at.start + n + 1;
            }
            _ => {}
        }
    }
    places.push(start..at.end);
    places
}

fn unquoted(text: &str) -> String {
    text.replace('"', "")
}

/// The word that the fewest changed letters make of this one, where that is less than half of them.
pub(super) fn closest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, best) = known.map(|other| (distance(word, other), other)).min()?;
    (distance * 2 <= word.chars().count()).then_some(best)
}

/// Letters to put in, take out or change (Levenshtein, 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in b.iter().enumerate() {
            let changed = corner + usize::from(letter != *other);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
