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

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::domain::label::LabelName;
use crate::domain::people::{Act, Matter};
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

fn json(condition: &Condition) -> Result<String, StoreError> {
    serde_json::to_string(&ConditionRow::of(condition)).map_err(|error| unreadable("a rule of the project", error))
}

impl Store {
    /// Replaces the project's own rules; they get numbers where they have none. Rules of a kind that this program does
    /// not know stay. One whose number is gone meanwhile is added as a new one; a number that stands twice is refused.
    pub fn set_custom_rules(&mut self, rules: &[CustomRule]) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::Change)?;
        let mut numbers = BTreeSet::new();
        if let Some(twice) = rules.iter().find(|rule| rule.id != 0 && !numbers.insert(rule.id)) {
            let text = format!("the rule \"{}\" stands twice in the list. No rule was changed.", twice.title);
            return Err(StoreError::RuleRefused(text));
        }
        let mut rules_now = Vec::new();
        self.change_with_word(|conn, before| {
            write_custom_rules(conn, rules)?;
            rules_now = read_custom_rules(conn)?;
            let words = |rules: &[CustomRule]| {
                let one =
                    |rule: &CustomRule| format!("\"{}\" ({}: {})", rule.title, rule.severity.as_str(), rule.condition);
                if rules.is_empty() { "none".to_owned() } else { rules.iter().map(one).collect::<Vec<_>>().join(", ") }
            };
            let (from, to) = (words(&before.custom_rules), words(&rules_now));
            Ok((from != to).then(|| format!("The project's own rules: {to}; before: {from}.")))
        })?;
        self.project_mut().custom_rules = rules_now;
        Ok(())
    }
}

fn write_custom_rules(conn: &Connection, rules: &[CustomRule]) -> Result<(), StoreError> {
    let stored: Vec<(i64, String)> = {
        let mut statement = conn.prepare("SELECT id, condition FROM custom_rule")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    let known: Vec<i64> = stored.iter().filter(|(_, json)| condition(json).is_some()).map(|(id, _)| *id).collect();
    // Left to SQLite, a new rule could take the number of one that is written after it.
    let mut next = stored.iter().map(|(id, _)| *id).max().unwrap_or(0);
    for id in &known {
        conn.execute("DELETE FROM custom_rule WHERE id = ?1", [id])?;
    }
    for (position, rule) in rules.iter().enumerate() {
        let json = json(&rule.condition)?;
        let id = if known.contains(&rule.id) {
            rule.id
        } else {
            next += 1;
            next
        };
        conn.execute(
            "INSERT INTO custom_rule (id, position, title, severity, condition) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![id, position as i64, rule.title, rule.severity.as_str(), json],
        )?;
    }
    Ok(())
}

/// Rules follow labels that get other names; so does a title that only repeats the condition.
pub(super) fn rename_in_rules(
    tx: &Transaction<'_>,
    renames: &HashMap<&LabelName, &LabelName>,
) -> Result<(), StoreError> {
    for rule in read_custom_rules(tx)? {
        let after = rule.condition.renamed(renames);
        if after == rule.condition {
            continue;
        }
        let title = if rule.title == rule.condition.to_string() { after.to_string() } else { rule.title };
        tx.execute(
            "UPDATE custom_rule SET title = ?2, condition = ?3 WHERE id = ?1",
            params![rule.id, title, json(&after)?],
        )?;
    }
    Ok(())
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

    fn project(folder: &std::path::Path) -> Store {
        let rules = crate::domain::rules::default_rules();
        let new =
            crate::store::NewProject { name: "p".into(), label_set: "vindr_spine".into(), rules, is_synthetic: true };
        Store::create(folder, &new).expect("a project")
    }

    fn rule(id: i64, text: &str) -> CustomRule {
        CustomRule { id, ..text.parse().expect(text) }
    }

    #[test]
    fn a_rule_whose_number_is_gone_is_new_and_one_number_twice_is_refused() {
        let folder = tempfile::tempdir().expect("scratch");
        let mut store = project(folder.path());
        store.set_custom_rules(&[rule(0, "A: at most 1"), rule(0, "B: at most 1")]).expect("written");
        // A new one in front of those that have numbers, and one that another window has taken out.
        let wanted = [rule(0, "C: at most 1"), rule(1, "A: at most 1"), rule(77, "D: at most 1")];
        store.set_custom_rules(&wanted).expect("written");
        let told: Vec<String> = store.project().custom_rules.iter().map(|r| format!("{} {}", r.id, r.title)).collect();
        assert_eq!(told, ["3 C: at most 1", "1 A: at most 1", "4 D: at most 1"]);
        let twice = store.set_custom_rules(&[rule(1, "A: at most 1"), rule(1, "B: at most 1")]);
        let said = twice.expect_err("refused").to_string();
        assert!(said.contains("\"B: at most 1\" stands twice"), "{said}");
        assert_eq!(store.project().custom_rules.len(), 3);
    }

    #[test]
    fn rules_are_written_while_somebody_else_writes() {
        let folder = tempfile::tempdir().expect("scratch");
        let mut store = project(folder.path());
        let mut other = Store::open(folder.path()).expect("opens");
        let writer = std::thread::spawn(move || {
            for n in 0..200 {
                other.set_setting("view", &n.to_string()).expect("written");
            }
        });
        for n in 0..200 {
            store.set_custom_rules(&[rule(0, &format!("A: at most {n}"))]).expect("written");
        }
        writer.join().expect("done");
    }
}
