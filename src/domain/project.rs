//! A project: what is read, with which labels, under which rules, and by whom.

use crate::domain::id::ReaderId;
use crate::domain::rules::{CustomRule, RuleSetting};
use crate::domain::suggestion::ModelVisibility;

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
}

/// A person who reads.
#[derive(Clone, PartialEq, Debug)]
pub struct Reader {
    /// As exported: `R1`.
    pub id: ReaderId,
    /// Shown in the window, never exported.
    pub name: String,
    pub years_of_experience: Option<u32>,
}
