//! What a project is and how its films get their labels, as the database holds it.

use serde::{Deserialize, Serialize};

use crate::domain::people::{Act, Matter};
use crate::domain::project::{About, ClinicalFacts, Workflow};

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
}
