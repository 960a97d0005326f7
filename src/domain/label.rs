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

impl FamilyChoice {
    pub const ALL: [Self; 2] = [Self::Multiple, Self::Single];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Multiple => "multiple",
            Self::Single => "single",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.key() == key)
    }
}

/// The patient's side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Right,
    Left,
}

impl Side {
    pub const ALL: [Self; 2] = [Self::Right, Self::Left];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Left => "left",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.key() == key)
    }

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

    /// What is asked of each mark, what must be answered among it.
    pub fn asked(&self) -> impl Iterator<Item = AttributeKind> + '_ {
        let asks = |kind: &AttributeKind| self.attributes.contains(kind) || self.required.contains(kind);
        AttributeKind::ALL.into_iter().filter(asks)
    }

    /// The short name, or the name where there is none.
    pub fn brief(&self) -> &str {
        self.short_name.as_deref().unwrap_or(self.name.as_str())
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

/// More labels than a worklist row has room for, one bit each.
pub const MOST_LABELS: usize = 128;

/// Letters of a name, as label services bound them.
pub const LONGEST_NAME: usize = 255;

/// Why a list of labels is not a label set.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LabelSetError {
    #[error("the label set {set} names {name:?} twice (aliases count, case does not)")]
    DuplicateName { set: String, name: String },
    #[error("the label set {set} gives the key {key:?} to both {first} and {second}")]
    DuplicateKey { set: String, key: char, first: String, second: String },
    #[error("label {number} has no name")]
    NoName { number: usize },
    #[error("the name {name:?} is longer than 255 letters")]
    LongName { name: String },
    #[error("a label set has at most 128 labels; this one has {num}")]
    TooMany { num: usize },
    #[error("\"No finding\" is written exactly so, is said of the film, and has no family: {name:?}")]
    NoFindingForm { name: String },
    #[error("{name} is a finding: it is drawn on a film, so it can't be of a whole series or study")]
    LocalScope { name: String },
    #[error("{child} belongs to {parent}, which the set does not have")]
    NoParent { child: String, parent: String },
    #[error("{child} belongs to {parent}, which belongs to another label itself; families have two levels")]
    ThirdLevel { child: String, parent: String },
    #[error(
        "{child} belongs to {parent}, but one is a finding and the other an impression, or they are of another scope"
    )]
    OtherKind { child: String, parent: String },
}

impl LabelSet {
    pub fn new(id: &str, title: &str, source: &str, labels: Vec<Label>) -> Result<Self, LabelSetError> {
        if labels.len() > MOST_LABELS {
            return Err(LabelSetError::TooMany { num: labels.len() });
        }
        let mut by_name = HashMap::new();
        for (index, label) in labels.iter().enumerate() {
            check_label(index, label)?;
            check_family(label, &labels)?;
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

/// What must hold of one label by itself.
fn check_label(index: usize, label: &Label) -> Result<(), LabelSetError> {
    let name = label.name.as_str();
    if name.trim().is_empty() {
        return Err(LabelSetError::NoName { number: index + 1 });
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(LabelSetError::LongName { name: name.to_owned() });
    }
    let is_no_finding = name.trim().eq_ignore_ascii_case(NO_FINDING);
    let is_plain = label.kind == LabelKind::Global && label.scope == LabelScope::Image && label.parent.is_none();
    if is_no_finding && !(label.name.is_no_finding() && is_plain) {
        return Err(LabelSetError::NoFindingForm { name: name.to_owned() });
    }
    if label.kind == LabelKind::Local && label.scope != LabelScope::Image {
        return Err(LabelSetError::LocalScope { name: name.to_owned() });
    }
    Ok(())
}

/// Two levels, and child and parent of one kind and scope.
fn check_family(label: &Label, labels: &[Label]) -> Result<(), LabelSetError> {
    let Some(parent) = &label.parent else { return Ok(()) };
    let names = || (label.name.to_string(), parent.to_string());
    let Some(found) = labels.iter().find(|l| l.name == *parent && l.name != label.name) else {
        let (child, parent) = names();
        return Err(LabelSetError::NoParent { child, parent });
    };
    let (child, parent) = names();
    if found.parent.is_some() || found.name.is_no_finding() {
        return Err(LabelSetError::ThirdLevel { child, parent });
    }
    if found.kind != label.kind || found.scope != label.scope {
        return Err(LabelSetError::OtherKind { child, parent });
    }
    Ok(())
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

    #[test]
    fn families_have_two_levels_of_one_kind_and_scope() {
        let child = |name: &str, parent: &str| Label {
            parent: Some(LabelName::new(parent)),
            ..Label::named(name, LabelKind::Global)
        };
        let check = |labels: Vec<Label>, expected: &str| {
            let said = LabelSet::new("t", "", "", labels).map_or_else(|e| e.to_string(), |_| "fine".to_owned());
            assert!(said.contains(expected), "{said:?} should say {expected:?}");
        };
        let parent = || Label::named("Pneumonia", LabelKind::Global);
        check(vec![child("Lobar", "Pneumonia"), parent()], "fine");
        check(vec![child("Lobar", "Pneumonia")], "which the set does not have");
        check(vec![child("Lobar", "Lobar")], "which the set does not have");
        check(vec![parent(), child("Lobar", "Pneumonia"), child("Upper", "Lobar")], "two levels");
        check(vec![Label { scope: LabelScope::Study, ..parent() }, child("Lobar", "Pneumonia")], "another scope");
        check(vec![Label::named("Pneumonia", LabelKind::Local), child("Lobar", "Pneumonia")], "an impression");
        check(vec![Label { scope: LabelScope::Series, ..Label::named("Nodule", LabelKind::Local) }], "drawn on a film");
    }

    #[test]
    fn names_are_there_and_no_finding_is_one_thing() {
        let check = |name: &str, kind: LabelKind, is_fine: bool| {
            let set = LabelSet::new("t", "", "", vec![Label::named(name, kind)]);
            assert_eq!(set.is_ok(), is_fine, "{name:?}: {set:?}");
        };
        check("  ", LabelKind::Local, false);
        check(&"x".repeat(256), LabelKind::Local, false);
        check(&"x".repeat(255), LabelKind::Local, true);
        check("No finding", LabelKind::Global, true);
        check("no finding", LabelKind::Global, false);
        check("No finding", LabelKind::Local, false);
        let many = (0..129).map(|n| Label::named(format!("Label {n}"), LabelKind::Local)).collect();
        assert_eq!(LabelSet::new("t", "", "", many), Err(LabelSetError::TooMany { num: 129 }));
    }
}
