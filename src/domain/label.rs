//! Label sets: the names as published, what each means, how it is drawn, and the aliases it is imported under.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The one label that excludes all others.
pub const NO_FINDING: &str = "No finding";

/// Marks a film as abnormal without saying what is wrong with it; an image-level label of every set.
pub const ABNORMAL: &str = "Abnormal";

/// A label's canonical published name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelName(Arc<str>);

impl LabelName {
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    pub fn no_finding() -> Self {
        Self::new(NO_FINDING)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_no_finding(&self) -> bool {
        &*self.0 == NO_FINDING
    }
}

impl fmt::Display for LabelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LabelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

/// Local labels are drawn on the film, global ones are said of the film as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LabelKind {
    /// A finding: drawn as a box.
    Local,
    /// An impression: a tag on the film.
    Global,
}

/// One label of a set.
#[derive(Clone, PartialEq, Debug)]
pub struct Label {
    pub name: LabelName,
    /// The published code where there is one: `LT2`, `R7`.
    pub code: Option<String>,
    pub kind: LabelKind,
    /// In our own words.
    pub definition: String,
    /// sRGB; sets stay apart for colour-blind readers.
    pub color: [u8; 3],
    /// One key, lower case, fixed for the set; `None` where a set has more labels than keys.
    pub hotkey: Option<char>,
    /// Other spellings accepted on import, compared without case.
    pub aliases: Vec<String>,
}

/// The labels a project reads with, in published order.
#[derive(Clone, PartialEq, Debug)]
pub struct LabelSet {
    /// Stable id: `vindr_spine`, `vindr_cxr`, `vindr_rib`.
    pub id: String,
    pub title: String,
    /// Paper or data set that the names come from.
    pub source: String,
    labels: Vec<Label>,
    by_name: HashMap<String, usize>,
}

/// Why a list of labels is not a label set.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LabelSetError {
    #[error("the label set {set} names {name:?} twice (aliases count, case does not)")]
    DuplicateName { set: String, name: String },
    #[error("the label set {set} gives the key {key:?} to both {first} and {second}")]
    DuplicateKey { set: String, key: char, first: String, second: String },
}

impl LabelSet {
    pub fn new(id: &str, title: &str, source: &str, labels: Vec<Label>) -> Result<Self, LabelSetError> {
        let mut by_name = HashMap::new();
        for (index, label) in labels.iter().enumerate() {
            let names = std::iter::once(label.name.as_str()).chain(label.aliases.iter().map(String::as_str));
            for name in names {
                if by_name.insert(name.to_lowercase(), index).is_some_and(|other| other != index) {
                    return Err(LabelSetError::DuplicateName { set: id.to_owned(), name: name.to_owned() });
                }
            }
            if let Some(key) = label.hotkey
                && let Some(first) = labels[..index].iter().find(|l| l.hotkey == Some(key))
            {
                return Err(LabelSetError::DuplicateKey {
                    set: id.to_owned(),
                    key,
                    first: first.name.to_string(),
                    second: label.name.to_string(),
                });
            }
        }
        Ok(Self { id: id.to_owned(), title: title.to_owned(), source: source.to_owned(), labels, by_name })
    }

    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// By canonical name or alias, without case and surrounding blanks.
    pub fn resolve(&self, text: &str) -> Option<&Label> {
        self.by_name.get(&text.trim().to_lowercase()).map(|&index| &self.labels[index])
    }

    pub fn by_hotkey(&self, key: char) -> Option<&Label> {
        self.labels.iter().find(|label| label.hotkey == Some(key.to_ascii_lowercase()))
    }

    /// The labels that are drawn.
    pub fn local(&self) -> impl Iterator<Item = &Label> {
        self.labels.iter().filter(|label| label.kind == LabelKind::Local)
    }

    /// The labels said of the whole film.
    pub fn global(&self) -> impl Iterator<Item = &Label> {
        self.labels.iter().filter(|label| label.kind == LabelKind::Global)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(name: &str, aliases: &[&str], hotkey: Option<char>) -> Label {
        Label {
            name: LabelName::new(name),
            code: None,
            kind: LabelKind::Local,
            definition: String::new(),
            color: [0, 0, 0],
            hotkey,
            aliases: aliases.iter().map(|&a| a.to_owned()).collect(),
        }
    }

    #[test]
    fn aliases_lead_to_the_canonical_name() {
        let set =
            LabelSet::new("t", "", "", vec![label("Spondylolysthesis", &["Spondylolisthesis"], None)]).expect("valid");
        for text in ["Spondylolysthesis", "spondylolisthesis", " SPONDYLOLISTHESIS "] {
            assert_eq!(set.resolve(text).expect(text).name.as_str(), "Spondylolysthesis");
        }
        assert!(set.resolve("Scoliosis").is_none());
    }

    #[test]
    fn names_and_keys_are_unique() {
        let twice = LabelSet::new("t", "", "", vec![label("A", &["b"], None), label("B", &[], None)]);
        assert!(matches!(twice, Err(LabelSetError::DuplicateName { .. })));
        let keys = LabelSet::new("t", "", "", vec![label("A", &[], Some('1')), label("B", &[], Some('1'))]);
        assert!(matches!(keys, Err(LabelSetError::DuplicateKey { .. })));
    }
}
