//! A project: what is read, with which labels, under which rules, and how films get their labels.

use crate::domain::rules::{CustomRule, RuleSetting};
use crate::domain::suggestion::ModelVisibility;

pub use crate::domain::people::Reader;

/// A project's settings.
#[derive(Clone, PartialEq, Debug)]
pub struct Project {
    pub name: String,
    /// Id of the label set, as in [`crate::domain::label::LabelSet::id`].
    pub label_set: String,
    /// Every rule once, in the order that it is reported in.
    pub rules: Vec<RuleSetting>,
    /// Made from synthetic films only.
    pub is_synthetic: bool,
    /// Readers see nothing that tells who a patient is; on unless somebody turned it off.
    pub is_blind: bool,
    /// Readers see each other's marks and comments; off unless somebody turned it on.
    pub is_open: bool,
    /// The project's own rules, in the order that they are reported in.
    pub custom_rules: Vec<CustomRule>,
    /// What readers are told before they read; Markdown-like plain text.
    pub instructions: String,
    /// Who sees what models say, and when.
    pub model_visibility: ModelVisibility,
    /// How films get their labels.
    pub workflow: Workflow,
    /// What the project is, for whoever joins it or gets its data.
    pub about: About,
}

/// How films get their labels.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Workflow {
    /// Everybody reads what they like.
    #[default]
    Free,
    /// Each film is handed to one reader, as SpineXR and the ribs were made.
    Single,
    /// Each film is handed to `readers` people who know nothing of each other, as VinDr-CXR's training films were read.
    Blind { readers: u32 },
    /// Then `reviewers` others, more senior, settle what they disagree on, as VinDr-CXR's test films were read.
    Reviewed { readers: u32, reviewers: u32 },
}

impl Workflow {
    /// Readers of each film; `None` where nobody counts.
    pub const fn readers(self) -> Option<u32> {
        match self {
            Self::Free => None,
            Self::Single => Some(1),
            Self::Blind { readers } | Self::Reviewed { readers, .. } => Some(readers),
        }
    }

    /// Stage 1 of a film is complete: somebody read it, everybody who was to has completed it, and they are as many as the
    /// workflow asks for.
    pub fn is_stage_one_complete(self, num_readers: usize, num_completed: usize) -> bool {
        num_readers > 0 && num_completed == num_readers && num_completed >= self.least_readers()
    }

    /// Readers without whom a film is not read; none where nobody counts.
    pub fn least_readers(self) -> usize {
        self.readers().unwrap_or_default() as usize
    }

    /// People who settle each film afterwards.
    pub const fn reviewers(self) -> u32 {
        match self {
            Self::Reviewed { reviewers, .. } => reviewers,
            _ => 0,
        }
    }

    /// Readers get the films that are handed to them, and no others.
    pub const fn hands_out(self) -> bool {
        !matches!(self, Self::Free)
    }
}

/// What the project is, for whoever joins it or gets its data. Free text; empty where nothing is said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct About {
    pub description: String,
    /// Approval of the ethics committee.
    pub ethics: String,
    pub licence: String,
    /// As the data are to be cited.
    pub citation: String,
    /// What everybody must agree to before they see a film; empty: nothing.
    pub data_use: String,
    /// Web address of further instructions.
    pub link: String,
    /// Years of experience that a reader must have at least, and a reviewer.
    pub least_years: [Option<u32>; 2],
    /// How much of a patient a reader sees.
    pub clinical_facts: ClinicalFacts,
}

/// What an owner says of the project: what its page "About" changes at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    pub name: String,
    pub workflow: Workflow,
    pub about: About,
}

/// Why a description can't stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DescriptionError {
    #[error("a project needs a name")]
    NoName,
    #[error("a film needs at least one reader")]
    NoReaders,
    #[error("a review needs at least one reviewer")]
    NoReviewers,
    #[error("an address begins with https:// or http:// and has no blanks")]
    BadLink,
}

impl Description {
    pub fn of(project: &Project) -> Self {
        Self { name: project.name.clone(), workflow: project.workflow, about: project.about.clone() }
    }

    pub fn check(&self) -> Result<(), DescriptionError> {
        let link = self.about.link.trim();
        let is_address = link.starts_with("https://") || link.starts_with("http://");
        if self.name.trim().is_empty() {
            Err(DescriptionError::NoName)
        } else if self.workflow.readers() == Some(0) {
            Err(DescriptionError::NoReaders)
        } else if matches!(self.workflow, Workflow::Reviewed { reviewers: 0, .. }) {
            Err(DescriptionError::NoReviewers)
        } else if !link.is_empty() && (!is_address || link.contains(char::is_whitespace)) {
            Err(DescriptionError::BadLink)
        } else {
            Ok(())
        }
    }
}

/// How much of the patient and the request a reader sees while blind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ClinicalFacts {
    /// Age and sex, as for SpineXR.
    #[default]
    AgeAndSex,
    /// Nothing, as for VinDr-CXR.
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_stand_is_said() {
        let whole = |name: &str, link: &str, workflow| Description {
            name: name.into(),
            workflow,
            about: About { link: link.into(), ..About::default() },
        };
        for (description, expected) in [
            (whole("Spine", "", Workflow::Free), Ok(())),
            (whole("Spine", "https://x.vn/guide", Workflow::Single), Ok(())),
            (whole(" ", "", Workflow::Free), Err(DescriptionError::NoName)),
            (whole("Spine", "x.vn", Workflow::Free), Err(DescriptionError::BadLink)),
            (whole("Spine", "https://x y", Workflow::Free), Err(DescriptionError::BadLink)),
            (whole("Spine", "", Workflow::Blind { readers: 0 }), Err(DescriptionError::NoReaders)),
            (whole("S", "", Workflow::Reviewed { readers: 3, reviewers: 0 }), Err(DescriptionError::NoReviewers)),
        ] {
            assert_eq!(description.check(), expected, "{description:?}");
        }
    }
}
