//! How the word of several readers becomes one, label by label: how many must say it, and which box it gets.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::domain::label::LabelName;

/// The box of a lesion that several readers marked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum BoxForm {
    /// Coordinate by coordinate the middle one; of an even number, the mean of the middle two.
    #[default]
    Median,
    /// Coordinate by coordinate.
    Mean,
    /// Around all of them.
    Union,
    /// What all of them have; the median where that is nothing.
    Intersection,
    /// Weighted boxes fusion ([`super::wbf`]) with every reader a model of score 1: lesions are put together as it does.
    Wbf,
}

impl BoxForm {
    pub const ALL: [Self; 5] = [Self::Median, Self::Mean, Self::Union, Self::Intersection, Self::Wbf];

    /// Stable, as stored and as typed on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Median => "median",
            Self::Mean => "mean",
            Self::Union => "union",
            Self::Intersection => "intersection",
            Self::Wbf => "wbf",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.key() == key)
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Median => "Median of the boxes",
            Self::Mean => "Mean of the boxes",
            Self::Union => "Around all boxes",
            Self::Intersection => "What all boxes have",
            Self::Wbf => "Weighted boxes fusion",
        }
    }
}

/// How many readers must say it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Quorum {
    /// Of those who read the film, more than 0 and at most 1.
    Share(f64),
    /// At least 1. A film with fewer readers is left open.
    Readers(u32),
}

impl Default for Quorum {
    fn default() -> Self {
        Self::Share(0.5)
    }
}

impl Quorum {
    /// The least number of readers; `None` where a film has too few of them. Of a share it is rounded up (five readers and
    /// 0.7: four), as CVAT does.
    pub fn needed(self, num_readers: usize) -> Option<usize> {
        match self {
            // A little less than the product, because 0.1 of 30 is a little more than 3.
            Self::Share(share) => Some(((share * num_readers as f64 - 1e-9).ceil() as usize).max(1)),
            Self::Readers(num) => (num as usize <= num_readers).then_some((num as usize).max(1)),
        }
    }

    /// `0.5` is a share, `2` a number of readers, `1.0` all of them.
    pub fn parse(text: &str) -> Option<Self> {
        match text.parse::<u32>() {
            Ok(num) => (num >= 1).then_some(Self::Readers(num)),
            Err(_) => text.parse().ok().filter(|share| *share > 0.0 && *share <= 1.0).map(Self::Share),
        }
    }
}

impl std::fmt::Display for Quorum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Share(share) if share.fract() == 0.0 => write!(f, "{share:.1}"),
            Self::Share(share) => write!(f, "{share}"),
            Self::Readers(num) => write!(f, "{num}"),
        }
    }
}

/// How a label of a whole film is decided.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum VoteRule {
    /// Present where the quorum of readers says so.
    #[default]
    Majority,
    /// Present where it is at least as likely as not, with readers weighed by how often they agree
    /// ([`super::dawid_skene`]).
    DawidSkene,
}

impl VoteRule {
    pub const ALL: [Self; 2] = [Self::Majority, Self::DawidSkene];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Majority => "majority",
            Self::DawidSkene => "dawid-skene",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.key() == key)
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Majority => "Majority",
            Self::DawidSkene => "Dawid and Skene",
        }
    }
}

/// How one label is decided. Duggan et al. (BJR 2021): no one rule is best for every finding.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LabelPolicy {
    pub form: BoxForm,
    pub quorum: Quorum,
    /// Two marks that overlap so much (IoU) are one lesion.
    pub min_iou: f64,
    pub votes: VoteRule,
}

impl Default for LabelPolicy {
    fn default() -> Self {
        Self {
            form: BoxForm::default(),
            quorum: Quorum::default(),
            min_iou: super::SAME_LESION,
            votes: VoteRule::default(),
        }
    }
}

/// How every label is decided.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Policy {
    /// For labels without a policy of their own.
    pub usual: LabelPolicy,
    pub own: BTreeMap<LabelName, LabelPolicy>,
    /// Marks of different labels on one place are one lesion; its label is the one that most readers gave, of as many the
    /// one that stands first in the label set.
    pub is_across_classes: bool,
}

impl Policy {
    pub fn of(&self, label: &LabelName) -> LabelPolicy {
        self.own.get(label).copied().unwrap_or(self.usual)
    }

    /// `median, 0.5 of the readers, IoU 0.5, labels by majority; Fracture: union, ...`: as it is stored with what it made.
    pub fn in_words(&self) -> String {
        let words = |one: &LabelPolicy| {
            let quorum = match one.quorum {
                Quorum::Share(1.0) => "all readers".to_owned(),
                Quorum::Share(share) => format!("at least {share} of the readers"),
                Quorum::Readers(1) => "at least 1 reader".to_owned(),
                Quorum::Readers(num) => format!("at least {num} readers"),
            };
            format!("{}, {quorum}, IoU {}, labels by {}", one.form.key(), one.min_iou, one.votes.key())
        };
        let mut text = words(&self.usual);
        if self.is_across_classes {
            text.push_str(", across labels");
        }
        for (label, policy) in &self.own {
            let _ = write!(text, "; {label}: {}", words(policy));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_readers_is_rounded_up() {
        for (quorum, num_readers, expected) in [
            // The worked example of CVAT's manual.
            (Quorum::Share(0.7), 5, Some(4)),
            (Quorum::Share(0.5), 3, Some(2)),
            (Quorum::Share(0.5), 2, Some(1)),
            (Quorum::Share(0.5), 1, Some(1)),
            (Quorum::Share(0.1), 30, Some(3)),
            (Quorum::Share(1.0), 3, Some(3)),
            (Quorum::Share(0.01), 3, Some(1)),
            (Quorum::Readers(2), 3, Some(2)),
            (Quorum::Readers(2), 2, Some(2)),
            (Quorum::Readers(2), 1, None),
        ] {
            assert_eq!(quorum.needed(num_readers), expected, "{quorum:?} of {num_readers}");
        }
    }

    #[test]
    fn a_quorum_is_read_as_it_is_written() {
        for (text, expected) in [
            ("0.5", Some(Quorum::Share(0.5))),
            ("1.0", Some(Quorum::Share(1.0))),
            ("1", Some(Quorum::Readers(1))),
            ("3", Some(Quorum::Readers(3))),
            ("0", None),
            ("0.0", None),
            ("1.5", None),
            ("-1", None),
            ("NaN", None),
            ("most", None),
        ] {
            let quorum = Quorum::parse(text);
            assert_eq!(quorum, expected, "{text}");
            assert!(quorum.is_none_or(|quorum| quorum.to_string() == text), "{text}");
        }
    }

    #[test]
    fn a_policy_says_itself_in_words() {
        let mut policy = Policy::default();
        assert_eq!(policy.in_words(), "median, at least 0.5 of the readers, IoU 0.5, labels by majority");
        policy.usual.quorum = Quorum::Share(1.0);
        assert_eq!(policy.in_words(), "median, all readers, IoU 0.5, labels by majority");
        let own = LabelPolicy { form: BoxForm::Union, quorum: Quorum::Readers(1), ..LabelPolicy::default() };
        policy.own.insert(LabelName::new("Fracture"), own);
        assert!(policy.in_words().ends_with("; Fracture: union, at least 1 reader, IoU 0.5, labels by majority"));
        assert_eq!((policy.of(&LabelName::new("Fracture")), policy.of(&LabelName::new("Other"))), (own, policy.usual));
    }

    #[test]
    fn keys_come_back() {
        assert!(BoxForm::ALL.into_iter().all(|form| BoxForm::from_key(form.key()) == Some(form)));
        assert!(VoteRule::ALL.into_iter().all(|rule| VoteRule::from_key(rule.key()) == Some(rule)));
    }
}
