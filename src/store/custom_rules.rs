//! The rules that a project makes for itself.
//!
//! `custom_rule.condition` is a JSON object with one key, which says what kind of condition it is:
//!
//! - `{"count": {"label": "Surgical implant", "at_least": 1, "at_most": 4}}`: marks of the label on a film;
//! - `{"count_of_group": {"labels": ["Nodule/Mass", "Lung cavity"], "at_most": 5}}`: marks of all of them together;
//! - `{"size": {"label": "Nodule/Mass", "at_least": 3.0, "unit": "mm"}}`: the longer side, in `px` or `mm`;
//! - `{"requires": {"label": "Tuberculosis", "other": "Lung opacity"}}`: where the first is, the second is too;
//! - `{"excludes": {"label": "Nodule/Mass", "other": "Lung tumor"}}`: the two are never on one film.
//!
//! Limits that are not there are left out. A kind that this program does not know is left alone and not checked.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::domain::label::LabelName;
use crate::domain::rules::{Condition, CustomRule, Severity, SizeUnit};

use super::error::{StoreError, unreadable};
use super::project::Store;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ConditionRow {
    Count {
        label: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_least: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<u32>,
    },
    CountOfGroup {
        labels: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_least: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<u32>,
    },
    Size {
        label: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_least: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<f64>,
        unit: String,
    },
    Requires {
        label: String,
        other: String,
    },
    Excludes {
        label: String,
        other: String,
    },
}

impl ConditionRow {
    fn of(condition: &Condition) -> Self {
        match condition.clone() {
            Condition::Count { label, at_least, at_most } => {
                Self::Count { label: label.to_string(), at_least, at_most }
            }
            Condition::CountOfGroup { labels, at_least, at_most } => {
                Self::CountOfGroup { labels: labels.iter().map(LabelName::to_string).collect(), at_least, at_most }
            }
            Condition::Size { label, at_least, at_most, unit } => {
                Self::Size { label: label.to_string(), at_least, at_most, unit: unit.key().to_owned() }
            }
            Condition::Requires { label, other } => {
                Self::Requires { label: label.to_string(), other: other.to_string() }
            }
            Condition::Excludes { label, other } => {
                Self::Excludes { label: label.to_string(), other: other.to_string() }
            }
        }
    }

    /// `None` for a unit that this program does not know.
    fn into_condition(self) -> Option<Condition> {
        let name = |name: String| LabelName::new(name);
        Some(match self {
            Self::Count { label, at_least, at_most } => Condition::Count { label: name(label), at_least, at_most },
            Self::CountOfGroup { labels, at_least, at_most } => {
                Condition::CountOfGroup { labels: labels.into_iter().map(name).collect(), at_least, at_most }
            }
            Self::Size { label, at_least, at_most, unit } => {
                Condition::Size { label: name(label), at_least, at_most, unit: SizeUnit::from_key(&unit)? }
            }
            Self::Requires { label, other } => Condition::Requires { label: name(label), other: name(other) },
            Self::Excludes { label, other } => Condition::Excludes { label: name(label), other: name(other) },
        })
    }
}

fn condition(json: &str) -> Option<Condition> {
    serde_json::from_str::<ConditionRow>(json).ok()?.into_condition()
}

impl Store {
    /// Replaces the project's own rules; they get numbers where they have none. Rules of a kind that this program does
    /// not know stay.
    pub fn set_custom_rules(&mut self, rules: &[CustomRule]) -> Result<(), StoreError> {
        let tx = self.conn.transaction()?;
        let known: Vec<i64> = {
            let mut statement = tx.prepare("SELECT id, condition FROM custom_rule")?;
            let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
            let rows: Vec<(i64, String)> = rows.collect::<Result<_, _>>()?;
            rows.into_iter().filter(|(_, json)| condition(json).is_some()).map(|(id, _)| id).collect()
        };
        for id in &known {
            tx.execute("DELETE FROM custom_rule WHERE id = ?1", [id])?;
        }
        for (position, rule) in rules.iter().enumerate() {
            let json = serde_json::to_string(&ConditionRow::of(&rule.condition))
                .map_err(|error| unreadable("a rule of the project", error))?;
            let id = Some(rule.id).filter(|id| known.contains(id));
            tx.execute(
                "INSERT INTO custom_rule (id, position, title, severity, condition) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id, position as i64, rule.title, rule.severity.as_str(), json],
            )?;
        }
        let rules = read_custom_rules(&tx)?;
        tx.commit()?;
        self.project_mut().custom_rules = rules;
        Ok(())
    }
}

pub(super) fn read_custom_rules(conn: &Connection) -> Result<Vec<CustomRule>, StoreError> {
    let mut statement = conn.prepare("SELECT id, title, severity, condition FROM custom_rule ORDER BY position, id")?;
    let mut rows = statement.query([])?;
    let mut rules = Vec::new();
    while let Some(row) = rows.next()? {
        let (severity, json): (String, String) = (row.get(2)?, row.get(3)?);
        let Some(condition) = condition(&json) else { continue };
        let severity = Severity::parse(&severity).ok_or_else(|| unreadable("a rule's severity", severity))?;
        rules.push(CustomRule { id: row.get(0)?, title: row.get(1)?, severity, condition });
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_the_file_describes_is_the_form_that_is_written() {
        let check = |text: &str, json: &str| {
            let rule: Condition = text.parse().expect(text);
            assert_eq!(serde_json::to_string(&ConditionRow::of(&rule)).expect("JSON"), json);
            assert_eq!(condition(json), Some(rule));
        };
        check("Fracture: between 1 and 4", r#"{"count":{"label":"Fracture","at_least":1,"at_most":4}}"#);
        check("A + B: at most 5", r#"{"count_of_group":{"labels":["A","B"],"at_most":5}}"#);
        check("Nodule/Mass: at least 3 mm", r#"{"size":{"label":"Nodule/Mass","at_least":3.0,"unit":"mm"}}"#);
        check("A requires B", r#"{"requires":{"label":"A","other":"B"}}"#);
        check("A excludes B", r#"{"excludes":{"label":"A","other":"B"}}"#);
        assert_eq!(condition(r#"{"phase_of_the_moon":{"label":"A"}}"#), None);
    }
}
