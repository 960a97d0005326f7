//! The project's own row, its rules, and small view state.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::people::{Act, Matter};
use crate::domain::project::Project;
use crate::domain::rules::{RuleId, RuleSetting, Severity, default_rules};
use crate::domain::suggestion::ModelVisibility;

use super::error::{StoreError, unreadable};
use super::exchange::PUBLIC_IDS;
use super::project::Store;

impl Store {
    /// Replaces the project's rules.
    pub fn set_rules(&mut self, rules: &[RuleSetting]) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::Change)?;
        self.change_with_word(|conn, before| {
            write_rules(conn, rules)?;
            let words = |rule: &RuleSetting| match rule.id.row().parameter {
                Some(_) => format!("{} {}", rule.severity.as_str(), rule.parameter),
                None => rule.severity.as_str().to_owned(),
            };
            let changed = rules.iter().filter_map(|rule| {
                let from = before.rules.iter().find(|old| old.id == rule.id).map(words).unwrap_or_default();
                let to = words(rule);
                (from != to).then(|| format!("{}: {to}, before: {from}", rule.id.row().key))
            });
            let changed: Vec<String> = changed.collect();
            Ok((!changed.is_empty()).then(|| format!("Rules of the project were set: {}.", changed.join("; "))))
        })?;
        self.project_mut().rules = rules.to_vec();
        Ok(())
    }

    /// Whether readers see who a patient is. Windows that are open show it from their next start.
    pub fn set_blind(&mut self, is_blind: bool) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::Change)?;
        self.change_with_word(|conn, before| {
            write_setting(conn, BLIND, if is_blind { "true" } else { "false" })?;
            let words = |is_blind| if is_blind { "hidden" } else { "shown" };
            let (from, to) = (words(before.is_blind), words(is_blind));
            Ok((from != to).then(|| format!("Patients' identities are {to}; before: {from}.")))
        })?;
        self.project_mut().is_blind = is_blind;
        Ok(())
    }

    /// Whether readers see each other's marks and comments. Windows that are open show it from their next start.
    pub fn set_open(&mut self, is_open: bool) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::Change)?;
        self.change_with_word(|conn, before| {
            write_setting(conn, OPEN, if is_open { "true" } else { "false" })?;
            let what = if is_open {
                "Readers see each other's marks now; before: they did not."
            } else {
                "Readers no longer see each other's marks; before: they did."
            };
            Ok((before.is_open != is_open).then(|| what.to_owned()))
        })?;
        self.project_mut().is_open = is_open;
        Ok(())
    }

    /// What readers are told before they read.
    pub fn set_instructions(&mut self, text: &str) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::Change)?;
        self.change_with_word(|conn, before| {
            conn.execute("UPDATE project SET instructions = ?1", [text])?;
            let from = &before.instructions;
            Ok((from != text).then(|| format!("The instructions for readers are {text:?}; before: {from:?}.")))
        })?;
        text.clone_into(&mut self.project_mut().instructions);
        Ok(())
    }

    /// The project's secret that patients' pseudonyms are made with.
    pub fn patient_key(&self) -> Result<[u8; 16], StoreError> {
        self.require(Matter::Films, Act::Change)?;
        Ok(self.conn.query_row("SELECT patient_key FROM project", [], |row| row.get(0))?)
    }

    /// JSON as it was set, but for what tells of people.
    pub fn get_setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.require(Matter::Project, Act::See)?;
        if key == PUBLIC_IDS {
            return Err(StoreError::NotAllowed { matter: Matter::Exports, act: Act::See });
        }
        self.read_setting(key)
    }

    pub(super) fn read_setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    /// Small view state as JSON text; anything else is refused.
    pub fn set_setting(&mut self, key: &str, json: &str) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::See)?;
        if self.is_locked()? {
            return Err(StoreError::NobodySignedIn);
        }
        if [BLIND, OPEN, PUBLIC_IDS].contains(&key) {
            return Err(StoreError::NotAllowed { matter: Matter::Project, act: Act::Change });
        }
        write_setting(&self.conn, key, json)
    }
}

fn write_setting(conn: &Connection, key: &str, json: &str) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?;
    statement.execute([key, json])?;
    Ok(())
}

/// The key of a project's blindness among its settings.
const BLIND: &str = "blind";

/// A project that says nothing is blind; so is one that says something that this program does not know.
fn read_blind(conn: &Connection) -> Result<bool, StoreError> {
    let value: Option<String> =
        conn.query_row("SELECT value FROM setting WHERE key = ?1", [BLIND], |row| row.get(0)).optional()?;
    Ok(value.as_deref() != Some("false"))
}

/// The key under which a project's settings say that readers see each other's marks.
const OPEN: &str = "open";

/// A project that says nothing is closed.
fn read_open(conn: &Connection) -> Result<bool, StoreError> {
    let value: Option<String> =
        conn.query_row("SELECT value FROM setting WHERE key = ?1", [OPEN], |row| row.get(0)).optional()?;
    Ok(value.as_deref() == Some("true"))
}

pub(super) fn read_project(conn: &Connection) -> Result<Project, StoreError> {
    let row = conn
        .query_row(
            "SELECT name, label_set, is_synthetic, instructions, model_visibility, workflow, about FROM project",
            [],
            |row| {
                let texts: [String; 3] = [row.get(4)?, row.get(5)?, row.get(6)?];
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, texts))
            },
        )
        .optional()?;
    let (name, label_set, is_synthetic, instructions, [visibility, workflow, about]) =
        row.ok_or_else(|| unreadable("the project's own row", "it is missing"))?;
    let model_visibility =
        ModelVisibility::parse(&visibility).ok_or_else(|| unreadable("who sees what models say", visibility))?;
    Ok(Project {
        name,
        label_set,
        rules: read_rules(conn)?,
        is_synthetic,
        is_blind: read_blind(conn)?,
        is_open: read_open(conn)?,
        custom_rules: super::custom_rules::read_custom_rules(conn)?,
        instructions,
        model_visibility,
        workflow: super::about::workflow_from_text(&workflow)?,
        about: super::about::about_from_json(&about)?,
    })
}

/// The stored rules, then at their defaults those that the project does not name. A key that this program does not know
/// is left alone.
fn read_rules(conn: &Connection) -> Result<Vec<RuleSetting>, StoreError> {
    let mut statement = conn.prepare("SELECT key, severity, parameter FROM rule ORDER BY position, key")?;
    let mut rows = statement.query([])?;
    let mut rules: Vec<RuleSetting> = Vec::new();
    while let Some(row) = rows.next()? {
        let (key, severity): (String, String) = (row.get(0)?, row.get(1)?);
        let Some(id) = RuleId::from_key(&key) else { continue };
        let severity = Severity::parse(&severity).ok_or_else(|| unreadable("a rule's severity", severity))?;
        rules.push(RuleSetting { id, severity, parameter: row.get(2)? });
    }
    let missing: Vec<_> = default_rules().into_iter().filter(|d| rules.iter().all(|r| r.id != d.id)).collect();
    rules.extend(missing);
    Ok(rules)
}

pub(super) fn write_rules(conn: &Connection, rules: &[RuleSetting]) -> Result<(), StoreError> {
    for (position, rule) in rules.iter().enumerate() {
        conn.execute(
            "INSERT INTO rule (key, position, severity, parameter) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (key) DO UPDATE SET position = excluded.position, severity = excluded.severity,
             parameter = excluded.parameter",
            params![rule.id.row().key, position as i64, rule.severity.as_str(), rule.parameter],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::label::LabelName;
    use crate::domain::people::Reader;
    use crate::domain::project::{About, Workflow};
    use crate::domain::rules::{Condition, CustomRule};
    use crate::store::NewProject;

    fn softer() -> Vec<RuleSetting> {
        let mut rules = default_rules();
        for rule in &mut rules {
            if rule.id == RuleId::BoxTooSmall {
                rule.severity = Severity::Warning;
            }
        }
        rules
    }

    fn few() -> CustomRule {
        let label = LabelName::new("Surgical implant");
        let condition = Condition::Count { label, at_least: None, at_most: Some(4) };
        CustomRule { id: 0, title: "Few implants".into(), severity: Severity::Warning, condition }
    }

    #[test]
    fn each_change_of_what_readers_see_leaves_a_word() {
        let place = tempfile::tempdir().unwrap();
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(place.path(), &project).unwrap();
        store.add_reader(&Reader::new("R1", "One")).unwrap();
        store.sign_in(&"R1".into(), None).unwrap();
        type Change = fn(&mut Store) -> Result<(), StoreError>;
        let changes: [(Change, &str); 8] = [
            (|store| store.set_open(true), "see each other's marks now"),
            (|store| store.set_blind(false), "identities are shown"),
            (|store| store.set_model_visibility(ModelVisibility::Off), "models say: off"),
            (|store| store.set_instructions("Look at the pedicles."), "Look at the pedicles."),
            (|store| store.set_rules(&softer()), "box_too_small: warning"),
            (|store| store.set_workflow(Workflow::Blind { readers: 3 }), "workflow: blind 3, before: free"),
            (
                |store| store.set_about(&About { ethics: "IRB 12".into(), ..About::default() }),
                "ethics approval: \"IRB 12\", before: \"\"",
            ),
            (|store| store.set_custom_rules(&[few()]), "\"Few implants\" (warning: "),
        ];
        for (change, says) in changes {
            let num = store.events().unwrap().len();
            change(&mut store).unwrap();
            let events = store.events().unwrap();
            assert_eq!(events.len(), num + 1, "{says}");
            assert!(events[num].what.contains(says) && events[num].by == "R1", "{:?}", events[num]);
            assert!(events[num].what.contains("before: "), "{:?}", events[num]);
            change(&mut store).unwrap();
            assert_eq!(store.events().unwrap().len(), num + 1, "{says}: nothing is other than it was");
        }
        assert_eq!(store.check_audit(None, |_| true).unwrap().tampering, None);
    }
}
