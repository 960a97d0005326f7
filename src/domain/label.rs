//! Label sets: the names as published, what each means, how it is drawn, and the aliases it is imported under.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::attribute::AttributeKind;
use super::shape::ShapeKind;

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

/// What a global label is said of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum LabelScope {
    #[default]
    Image,
    Series,
    Study,
}

impl LabelScope {
    pub const ALL: [Self; 3] = [Self::Image, Self::Series, Self::Study];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Series => "series",
            Self::Study => "study",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.key() == key)
    }
}

/// How many children of a family may be chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FamilyChoice {
    #[default]
    Multiple,
    Single,
}

/// The patient's side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Right,
    Left,
}

impl Side {
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Right => Self::Left,
            Self::Left => Self::Right,
        }
    }
}

/// One label of a set.
#[derive(Clone, PartialEq, Debug)]
pub struct Label {
    pub name: LabelName,
    /// For crowded places; the name where there is none.
    pub short_name: Option<String>,
    /// Of a global label; local ones are of the image.
    pub scope: LabelScope,
    /// The label that this one is a kind of; families have two levels.
    pub parent: Option<LabelName>,
    /// Of a parent: how many of its children may be chosen.
    pub choice: FamilyChoice,
    /// Shapes that this label is drawn with; empty: any.
    pub shapes: Vec<ShapeKind>,
    /// What is asked of each mark.
    pub attributes: Vec<AttributeKind>,
    /// Which of them must be answered.
    pub required: Vec<AttributeKind>,
    /// The patient's side that the label is on, where its name says so.
    pub side: Option<Side>,
    /// Most marks of it on one film.
    pub most_per_film: Option<u32>,
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

impl Label {
    /// A label with nothing but its name and kind.
    pub fn named(name: impl Into<Arc<str>>, kind: LabelKind) -> Self {
        Self {
            name: LabelName::new(name),
            short_name: None,
            scope: LabelScope::Image,
            parent: None,
            choice: FamilyChoice::Multiple,
            shapes: Vec::new(),
            attributes: Vec::new(),
            required: Vec::new(),
            side: None,
            most_per_film: None,
            code: None,
            kind,
            definition: String::new(),
            color: [128, 128, 128],
            hotkey: None,
            aliases: Vec::new(),
        }
    }

    /// Whether a mark of this label may have that shape.
    pub fn allows(&self, shape: ShapeKind) -> bool {
        self.shapes.is_empty() || self.shapes.contains(&shape)
    }
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

    pub fn label(&self, name: &LabelName) -> Option<&Label> {
        self.labels.iter().find(|label| label.name == *name)
    }

    /// The kinds of this label.
    pub fn children<'a>(&'a self, parent: &'a LabelName) -> impl Iterator<Item = &'a Label> {
        self.labels.iter().filter(move |label| label.parent.as_ref() == Some(parent))
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
            hotkey,
            aliases: aliases.iter().map(|&a| a.to_owned()).collect(),
            ..Label::named(name, LabelKind::Local)
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
