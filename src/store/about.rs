//! What a project is and how its films get their labels, as the database holds it.

use rusqlite::params;
use serde::{Deserialize, Serialize};

use crate::domain::people::{Act, Matter};
use crate::domain::project::{About, ClinicalFacts, Description, Workflow};

use super::error::{StoreError, unreadable};
use super::project::Store;

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
        self.change_with_word(|conn, before| {
            conn.execute("UPDATE project SET workflow = ?1", [workflow_to_text(workflow)])?;
            let before = Description::of(before);
            Ok(changed_parts(&before, &Description { workflow, ..before.clone() }))
        })?;
        self.project_mut().workflow = workflow;
        Ok(())
    }

    pub fn set_about(&mut self, about: &About) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::Change)?;
        self.change_with_word(|conn, before| {
            conn.execute("UPDATE project SET about = ?1", [about_to_json(about)])?;
            let before = Description::of(before);
            Ok(changed_parts(&before, &Description { about: about.clone(), ..before.clone() }))
        })?;
        self.project_mut().about = about.clone();
        Ok(())
    }

    /// Name, workflow and all that is said of the project, at once.
    pub fn describe(&mut self, description: &Description) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::Change)?;
        description.check().map_err(|why| StoreError::RuleRefused(format!("{why}.")))?;
        let Description { name, workflow, about } = description;
        let name = name.trim();
        self.change_with_word(|conn, before| {
            let what = changed_parts(&Description::of(before), description);
            if what.is_some() {
                conn.execute(
                    "UPDATE project SET name = ?1, workflow = ?2, about = ?3",
                    params![name, workflow_to_text(*workflow), about_to_json(about)],
                )?;
            }
            Ok(what)
        })?;
        let project = self.project_mut();
        (project.name, project.workflow, project.about) = (name.to_owned(), *workflow, about.clone());
        Ok(())
    }
}

/// From what to what; `None` where nothing is other than it was.
fn changed_parts(before: &Description, after: &Description) -> Option<String> {
    let (old, new) = (&before.about, &after.about);
    let text = |text: &str| format!("{:?}", text.trim());
    let years = |years: [Option<u32>; 2]| {
        let words = |years: Option<u32>| years.map_or_else(|| "any".to_owned(), |years| years.to_string());
        format!("{} for readers and {} for reviewers", words(years[0]), words(years[1]))
    };
    let facts = |facts: ClinicalFacts| match facts {
        ClinicalFacts::AgeAndSex => "age and sex".to_owned(),
        ClinicalFacts::Nothing => "nothing".to_owned(),
    };
    let parts = [
        ("name", text(&before.name), text(&after.name)),
        ("workflow", workflow_to_text(before.workflow), workflow_to_text(after.workflow)),
        ("description", text(&old.description), text(&new.description)),
        ("ethics approval", text(&old.ethics), text(&new.ethics)),
        ("licence", text(&old.licence), text(&new.licence)),
        ("citation", text(&old.citation), text(&new.citation)),
        ("use of the data", text(&old.data_use), text(&new.data_use)),
        ("address of instructions", text(&old.link), text(&new.link)),
        ("least years of experience", years(old.least_years), years(new.least_years)),
        ("clinical facts", facts(old.clinical_facts), facts(new.clinical_facts)),
    ];
    let changed: Vec<String> = parts
        .into_iter()
        .filter(|(_, from, to)| from != to)
        .map(|(part, from, to)| format!("{part}: {to}, before: {from}"))
        .collect();
    (!changed.is_empty()).then(|| format!("Changed of the project: {}.", changed.join("; ")))
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
        let said = "Changed of the project: name: \"Spine\", before: \"p\"; workflow: blind 3, before: free; ethics approval: \
                    \"IRB 12\", before: \"\".";
        assert_eq!(told, [said]);
    }
}
