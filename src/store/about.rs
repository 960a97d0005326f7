//! What a project is and how its films get their labels, as the database holds it.

use rusqlite::{TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use crate::domain::people::{Act, Matter};
use crate::domain::project::{About, ClinicalFacts, Description, Workflow};
use crate::domain::project_event::{EventKind, ProjectEvent};

use super::error::{StoreError, unreadable};
use super::project::{Store, now_ms};
use super::project_events::insert_event;

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct AboutRow {
    description: String,
    ethics: String,
    licence: String,
    citation: String,
    data_use: String,
    link: String,
    least_years: [Option<u32>; 2],
    hides_age_and_sex: bool,
}

impl Store {
    pub fn set_workflow(&mut self, workflow: Workflow) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::Change)?;
        self.conn.execute("UPDATE project SET workflow = ?1", [workflow_to_text(workflow)])?;
        self.project_mut().workflow = workflow;
        Ok(())
    }

    pub fn set_about(&mut self, about: &About) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::Change)?;
        self.conn.execute("UPDATE project SET about = ?1", [about_to_json(about)])?;
        self.project_mut().about = about.clone();
        Ok(())
    }

    /// Name, workflow and all that is said of the project, at once.
    pub fn describe(&mut self, description: &Description) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::Change)?;
        description.check().map_err(|why| StoreError::RuleRefused(format!("{why}.")))?;
        let before = Description::of(self.project());
        let changed = changed_parts(&before, description);
        if changed.is_empty() {
            return Ok(());
        }
        let Description { name, workflow, about } = description;
        let name = name.trim();
        let by = self.doer("");
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute(
            "UPDATE project SET name = ?1, workflow = ?2, about = ?3",
            params![name, workflow_to_text(*workflow), about_to_json(about)],
        )?;
        let what = format!("Changed of the project: {}.", changed.join(", "));
        let kind = EventKind::ProjectChanged;
        insert_event(&tx, &ProjectEvent { at_ms: now_ms(), by, kind, what, films: Vec::new() })?;
        tx.commit()?;
        let project = self.project_mut();
        (project.name, project.workflow, project.about) = (name.to_owned(), *workflow, about.clone());
        Ok(())
    }
}

fn changed_parts(before: &Description, after: &Description) -> Vec<&'static str> {
    let (old, new) = (&before.about, &after.about);
    let parts = [
        ("name", before.name.trim() != after.name.trim()),
        ("workflow", before.workflow != after.workflow),
        ("description", old.description != new.description),
        ("ethics approval", old.ethics != new.ethics),
        ("licence", old.licence != new.licence),
        ("citation", old.citation != new.citation),
        ("use of the data", old.data_use != new.data_use),
        ("address of instructions", old.link != new.link),
        ("least experience", old.least_years != new.least_years),
        ("clinical facts", old.clinical_facts != new.clinical_facts),
    ];
    parts.into_iter().filter(|(_, is_changed)| *is_changed).map(|(part, _)| part).collect()
}

fn workflow_to_text(workflow: Workflow) -> String {
    match workflow {
        Workflow::Free => "free".to_owned(),
        Workflow::Single => "single".to_owned(),
        Workflow::Blind { readers } => format!("blind {readers}"),
        Workflow::Reviewed { readers, reviewers } => format!("reviewed {readers} {reviewers}"),
    }
}

pub(super) fn workflow_from_text(text: &str) -> Result<Workflow, StoreError> {
    let mut words = text.split_whitespace();
    let kind = words.next();
    let numbers: Vec<u32> = words.filter_map(|word| word.parse().ok()).collect();
    match (kind, numbers.as_slice()) {
        (Some("free"), []) => Ok(Workflow::Free),
        (Some("single"), []) => Ok(Workflow::Single),
        (Some("blind"), &[readers]) => Ok(Workflow::Blind { readers }),
        (Some("reviewed"), &[readers, reviewers]) => Ok(Workflow::Reviewed { readers, reviewers }),
        _ => Err(unreadable("how films get their labels", text)),
    }
}

fn about_to_json(about: &About) -> String {
    let About { description, ethics, licence, citation, data_use, link, least_years, clinical_facts } = about.clone();
    let hides_age_and_sex = clinical_facts == ClinicalFacts::Nothing;
    let row = AboutRow { description, ethics, licence, citation, data_use, link, least_years, hides_age_and_sex };
    serde_json::to_string(&row).expect("text and numbers")
}

pub(super) fn about_from_json(json: &str) -> Result<About, StoreError> {
    let row: AboutRow = serde_json::from_str(json).map_err(|why| unreadable("what the project is", why))?;
    let AboutRow { description, ethics, licence, citation, data_use, link, least_years, hides_age_and_sex } = row;
    let clinical_facts = if hides_age_and_sex { ClinicalFacts::Nothing } else { ClinicalFacts::AgeAndSex };
    Ok(About { description, ethics, licence, citation, data_use, link, least_years, clinical_facts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        for workflow in [
            Workflow::Free,
            Workflow::Single,
            Workflow::Blind { readers: 3 },
            Workflow::Reviewed { readers: 3, reviewers: 2 },
        ] {
            assert_eq!(workflow_from_text(&workflow_to_text(workflow)).unwrap(), workflow);
        }
        assert!(workflow_from_text("blind").is_err());
        let about = About {
            ethics: "IRB 12".into(),
            least_years: [Some(8), None],
            clinical_facts: ClinicalFacts::Nothing,
            ..About::default()
        };
        assert_eq!(about_from_json(&about_to_json(&about)).unwrap(), about);
        assert_eq!(about_from_json("{}").unwrap(), About::default());
    }

    #[test]
    fn a_description_is_written_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let new = crate::store::NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: crate::domain::rules::default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(folder.path(), &new).unwrap();
        let workflow = Workflow::Blind { readers: 3 };
        let about = About { ethics: "IRB 12".into(), ..About::default() };
        let bad = Description { name: "Spine".into(), workflow, about: About { link: "x".into(), ..about.clone() } };
        assert!(store.describe(&bad).is_err());
        assert_eq!(Description::of(store.project()).name, "p");
        let good = Description { name: "Spine".into(), workflow, about };
        for _ in 0..2 {
            store.describe(&good).unwrap();
        }
        drop(store);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(Description::of(store.project()), good);
        let told: Vec<String> = store.events().unwrap().into_iter().map(|event| event.what).collect();
        assert_eq!(told, ["Changed of the project: name, workflow, ethics approval."]);
    }
}
