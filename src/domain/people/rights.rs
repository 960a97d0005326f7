//! Who may do what: one table, after the permissions of VinDr Lab, which the store asks before it answers.

use super::role::{Role, Roles};

/// What a right is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Matter {
    /// People, their roles and PINs.
    People,
    /// Name, workflow, instructions, licence, rules.
    Project,
    /// Label sets.
    Labels,
    /// Films and what their files say.
    Films,
    /// Films handed out to readers.
    Tasks,
    /// One's own marks, labels and comments.
    OwnReading,
    /// What others marked, and every number that tells something of it.
    OthersReadings,
    /// What reviewers settle.
    Consensus,
    /// Models, evaluations, data sets and trainings.
    Models,
    /// Tables and bundles that leave the project.
    Exports,
    /// What happened in the project.
    Audit,
}

impl Matter {
    pub const ALL: [Self; 11] = [
        Self::People,
        Self::Project,
        Self::Labels,
        Self::Films,
        Self::Tasks,
        Self::OwnReading,
        Self::OthersReadings,
        Self::Consensus,
        Self::Models,
        Self::Exports,
        Self::Audit,
    ];

    pub const fn title(self) -> &'static str {
        match self {
            Self::People => "People",
            Self::Project => "Project settings",
            Self::Labels => "Labels",
            Self::Films => "Films",
            Self::Tasks => "Tasks",
            Self::OwnReading => "Own readings",
            Self::OthersReadings => "Readings of others",
            Self::Consensus => "Consensus",
            Self::Models => "Models",
            Self::Exports => "Exports",
            Self::Audit => "Audit",
        }
    }
}

impl Matter {
    /// In a sentence, after "see" or "change".
    pub const fn object(self) -> &'static str {
        match self {
            Self::People => "the people of this project",
            Self::Project => "the settings of this project",
            Self::Labels => "the labels of this project",
            Self::Films => "the films of this project",
            Self::Tasks => "who gets which films",
            Self::OwnReading => "readings",
            Self::OthersReadings => "the readings of others",
            Self::Consensus => "what reviewers settle",
            Self::Models => "models, data sets and trainings",
            Self::Exports => "what leaves the project or comes into it",
            Self::Audit => "the record of what happened",
        }
    }
}

/// What is done with it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Act {
    See,
    /// Adds, changes or removes.
    Change,
}

impl Act {
    pub const ALL: [Self; 2] = [Self::See, Self::Change];
}

/// Whether one of these roles may do it. Whether a reader is kept apart from others besides is the project's policy.
pub fn may(roles: Roles, matter: Matter, act: Act) -> bool {
    roles.iter().any(|role| role_may(role, matter, act))
}

fn role_may(role: Role, matter: Matter, act: Act) -> bool {
    use Matter::{
        Audit, Consensus, Exports, Films, Labels, Models, OthersReadings, OwnReading, People, Project, Tasks,
    };
    match act {
        Act::See => match matter {
            People | Project | Labels | Films | Tasks | Models => true,
            OwnReading => matches!(role, Role::Annotator | Role::Reviewer),
            OthersReadings | Consensus => role != Role::Annotator,
            Exports | Audit => matches!(role, Role::Owner | Role::DataManager),
        },
        Act::Change => match matter {
            OwnReading => matches!(role, Role::Annotator | Role::Reviewer),
            Consensus => role == Role::Reviewer,
            People | Project => role == Role::Owner,
            Labels | Films | Tasks | Models | Exports => matches!(role, Role::Owner | Role::DataManager),
            OthersReadings | Audit => false,
        },
    }
}
