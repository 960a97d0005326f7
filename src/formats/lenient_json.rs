//! JSON as programs really write it: Python's NaN and Infinity are read as numbers that are none, and ids as text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Visitor};

/// A number; NaN where the file has `NaN`, `null` or words.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Num(pub f64);

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumVisitor;
        impl Visitor<'_> for NumVisitor {
            type Value = Num;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_f64<E>(self, value: f64) -> Result<Num, E> {
                Ok(Num(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Num, E> {
                Ok(Num(value as f64))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Num, E> {
                Ok(Num(value as f64))
            }

            fn visit_str<E>(self, text: &str) -> Result<Num, E> {
                Ok(Num(text.trim().parse().unwrap_or(f64::NAN)))
            }

            fn visit_unit<E>(self) -> Result<Num, E> {
                Ok(Num(f64::NAN))
            }
        }
        deserializer.deserialize_any(NumVisitor)
    }
}

/// An id that may be written as a number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TextId(pub String);

impl<'de> Deserialize<'de> for TextId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl Visitor<'_> for TextVisitor {
            type Value = TextId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id, as text or as a whole number")
            }

            fn visit_str<E>(self, text: &str) -> Result<TextId, E> {
                Ok(TextId(text.to_owned()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<TextId, E> {
                Ok(TextId(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<TextId, E> {
                Ok(TextId(value.to_string()))
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

/// A row that is as it should be, or why it is not: one bad row does not spoil the list.
#[derive(Clone, PartialEq, Debug)]
pub struct Row<T>(pub Result<T, String>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Row<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A value of any form takes much memory: it is there for one row at a time.
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(serde_json::from_value(value).map_err(|why| why.to_string())))
    }
}

/// The text with `NaN`, `Infinity` and `-Infinity` outside strings put into quotes, which [`Num`] reads. Everything
/// else, line numbers too, stays as it is.
pub fn with_quoted_nan(text: &str) -> Cow<'_, str> {
    const WORDS: [&str; 3] = ["NaN", "-Infinity", "Infinity"];
    if !WORDS.iter().any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    let (mut is_inside, mut is_escaped, mut from, mut at) = (false, false, 0, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let byte = bytes[at];
        if is_inside {
            is_inside = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
        } else if byte == b'"' {
            is_inside = true;
        } else if let Some(word) = WORDS.into_iter().find(|word| bytes[at..].starts_with(word.as_bytes())) {
            out.push_str(&text[from..at]);
            out.push('"');
            out.push_str(word);
            out.push('"');
            at += word.len();
            from = at;
            continue;
        }
        at += 1;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_numbers_are_quoted_outside_strings_only() {
        let check = |text: &str, expected: &str| assert_eq!(with_quoted_nan(text), expected);
        check(r#"{"a": 1.5}"#, r#"{"a": 1.5}"#);
        check(r#"{"a": NaN, "b": -Infinity}"#, r#"{"a": "NaN", "b": "-Infinity"}"#);
        check(r#"["NaN", "x\"NaN\\", NaN]"#, r#"["NaN", "x\"NaN\\", "NaN"]"#);
    }

    #[test]
    fn numbers_and_ids_are_read_in_every_form() {
        let nums: Vec<Num> = serde_json::from_str(r#"[1, -2, 0.25, "0.5", "NaN", "x", null]"#).unwrap();
        let values: Vec<Option<f64>> = nums.iter().map(|num| Some(num.0).filter(|v| !v.is_nan())).collect();
        assert_eq!(values, [Some(1.0), Some(-2.0), Some(0.25), Some(0.5), None, None, None]);
        let ids: Vec<TextId> = serde_json::from_str(r#"["a", 7, -1]"#).unwrap();
        assert_eq!(ids.iter().map(|id| id.0.as_str()).collect::<Vec<_>>(), ["a", "7", "-1"]);
    }
}
