//! The project's own rules in one readable line, written and read: `error | Few implants | Surgical implant: at most 4`.

use std::fmt;
use std::str::FromStr;

use crate::domain::label::LabelName;

use super::Severity;
use super::custom::{Condition, CustomRule, SizeUnit};

const FORM: &str = "a rule reads like \"Fracture: at most 4\", \"Fracture: between 1 and 4\", \"Nodule: at least 3 mm\", \
                    \"Nodule + Mass: at most 5\", \"Pneumonia requires Consolidation\" or \"Cyst excludes Cavity\"";

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { label, at_least, at_most } => {
                write!(f, "{label}: {}", limits(at_least.as_ref(), at_most.as_ref()))
            }
            Self::CountOfGroup { labels, at_least, at_most } => {
                let names: Vec<&str> = labels.iter().map(LabelName::as_str).collect();
                write!(f, "{}: {}", names.join(" + "), limits(at_least.as_ref(), at_most.as_ref()))
            }
            Self::Size { label, at_least, at_most, unit } => {
                write!(f, "{label}: {} {}", limits(at_least.as_ref(), at_most.as_ref()), unit.key())
            }
            Self::Requires { label, other } => write!(f, "{label} requires {other}"),
            Self::Excludes { label, other } => write!(f, "{label} excludes {other}"),
        }
    }
}

fn limits<T: fmt::Display>(least: Option<T>, most: Option<T>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("between {least} and {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => "any number".to_owned(),
    }
}

impl FromStr for Condition {
    type Err = String;

    /// As [`Display`](fmt::Display) writes it; labels are taken as they stand.
    fn from_str(text: &str) -> Result<Self, String> {
        let name = |text: &str| match text.trim() {
            "" => Err(FORM.to_owned()),
            name => Ok(LabelName::new(name)),
        };
        let pair = |word| text.split_once(word);
        match (pair(" requires "), pair(" excludes ")) {
            (Some((label, other)), None) => {
                return Ok(Self::Requires { label: name(label)?, other: name(other)? });
            }
            (None, Some((label, other))) => {
                return Ok(Self::Excludes { label: name(label)?, other: name(other)? });
            }
            _ => {}
        }
        let (labels, limits) = text.rsplit_once(": ").ok_or(FORM)?;
        let words: Vec<&str> = limits.split_whitespace().collect();
        let (words, unit) = match words.split_last() {
            Some((last, words)) if SizeUnit::from_key(last).is_some() => (words, SizeUnit::from_key(last)),
            _ => (&words[..], None),
        };
        let (least, most) = match words {
            ["at", "least", least] => (Some(*least), None),
            ["at", "most", most] => (None, Some(*most)),
            ["between", least, "and", most] => (Some(*least), Some(*most)),
            _ => return Err(FORM.to_owned()),
        };
        if let Some(unit) = unit {
            let (at_least, at_most) = (number(least)?, number(most)?);
            return Ok(Self::Size { label: name(labels)?, at_least, at_most, unit });
        }
        let (at_least, at_most) = (number(least)?, number(most)?);
        let mut labels: Vec<LabelName> = labels.split(" + ").map(name).collect::<Result<_, _>>()?;
        Ok(match labels.len() {
            1 => Self::Count { label: labels.remove(0), at_least, at_most },
            _ => Self::CountOfGroup { labels, at_least, at_most },
        })
    }
}

fn number<T: FromStr>(text: Option<&str>) -> Result<Option<T>, String> {
    text.map(|text| text.parse().map_err(|_| format!("{text:?} is no number of that kind"))).transpose()
}

impl fmt::Display for CustomRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let condition = self.condition.to_string();
        if self.title == condition {
            write!(f, "{} | {condition}", self.severity.as_str())
        } else {
            write!(f, "{} | {} | {condition}", self.severity.as_str(), self.title)
        }
    }
}

impl FromStr for CustomRule {
    type Err = String;

    /// `SEVERITY | TITLE | CONDITION`; the title may be left out, and with it the severity, which is a warning then.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('|').map(str::trim).collect();
        let (severity, title, condition) = match parts[..] {
            [condition] => ("warning", None, condition),
            [severity, condition] => (severity, None, condition),
            [severity, title, condition] if !title.is_empty() => (severity, Some(title), condition),
            _ => return Err("a rule is SEVERITY | TITLE | CONDITION".to_owned()),
        };
        let severity = Severity::parse(severity).ok_or("the severity is off, warning or error")?;
        let condition: Condition = condition.parse()?;
        let title = title.map_or_else(|| condition.to_string(), str::to_owned);
        Ok(Self { id: 0, title, severity, condition })
    }
}
