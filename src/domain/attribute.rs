//! What a reader says of one finding beside its label: how bad, at which level, how sure, and in words.

use std::fmt;

/// Which attribute.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AttributeKind {
    Grade,
    Level,
    Certainty,
    Note,
}

impl AttributeKind {
    pub const ALL: [Self; 4] = [Self::Grade, Self::Level, Self::Certainty, Self::Note];

    /// Stable, as stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Grade => "severity",
            Self::Level => "level",
            Self::Certainty => "certainty",
            Self::Note => "note",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Grade => "Severity",
            Self::Level => "Level",
            Self::Certainty => "Certainty",
            Self::Note => "Note",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Grade {
    Mild,
    Moderate,
    Severe,
}

impl Grade {
    pub const ALL: [Self; 3] = [Self::Mild, Self::Moderate, Self::Severe];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Mild => "mild",
            Self::Moderate => "moderate",
            Self::Severe => "severe",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Mild => "Mild",
            Self::Moderate => "Moderate",
            Self::Severe => "Severe",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.key() == key)
    }
}

/// How sure the reader is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Certainty {
    Possible,
    Probable,
    Definite,
}

impl Certainty {
    pub const ALL: [Self; 3] = [Self::Possible, Self::Probable, Self::Definite];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Probable => "probable",
            Self::Definite => "definite",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Possible => "Possible",
            Self::Probable => "Probable",
            Self::Definite => "Definite",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|certainty| certainty.key() == key)
    }
}

/// A vertebra from T1 down to S1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Vertebra(u8);

impl Vertebra {
    /// T1 to T12, L1 to L5, S1.
    pub const NUM: u8 = 18;

    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::NUM).map(Self)
    }

    /// `T1`, `th12`, `l5`, `S1`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("TH").map_or(text.clone(), |rest| format!("T{rest}"));
        Self::all().find(|vertebra| vertebra.to_string() == text)
    }
}

impl fmt::Display for Vertebra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            n @ 0..=11 => write!(f, "T{}", n + 1),
            n @ 12..=16 => write!(f, "L{}", n - 11),
            _ => f.write_str("S1"),
        }
    }
}

/// One vertebra, or several from `upper` down to `lower`: a disc space is named by the two that it lies between.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct VertebralLevel {
    pub upper: Vertebra,
    pub lower: Vertebra,
}

impl VertebralLevel {
    pub const fn one(vertebra: Vertebra) -> Self {
        Self { upper: vertebra, lower: vertebra }
    }

    /// `L4`, `L4-L5`, `L4/5`; the upper one first.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((upper, lower)) = text.split_once(['-', '/']) else { return Vertebra::parse(text).map(Self::one) };
        let upper = Vertebra::parse(upper)?;
        let is_number = lower.trim().bytes().all(|b| b.is_ascii_digit());
        let lower = if is_number { format!("{}{}", &upper.to_string()[..1], lower.trim()) } else { lower.to_owned() };
        let lower = Vertebra::parse(&lower)?;
        (upper <= lower).then_some(Self { upper, lower })
    }
}

impl fmt::Display for VertebralLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.upper == self.lower { write!(f, "{}", self.upper) } else { write!(f, "{}-{}", self.upper, self.lower) }
    }
}

/// The attributes of one label on one shape; what was not said is absent.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Attributes {
    pub grade: Option<Grade>,
    pub level: Option<VertebralLevel>,
    pub certainty: Option<Certainty>,
    pub note: String,
}

impl Attributes {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether something is said under this head.
    pub fn has(&self, kind: AttributeKind) -> bool {
        match kind {
            AttributeKind::Grade => self.grade.is_some(),
            AttributeKind::Level => self.level.is_some(),
            AttributeKind::Certainty => self.certainty.is_some(),
            AttributeKind::Note => !self.note.trim().is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_as_radiologists_write_them() {
        for (text, shown) in
            [("L4", "L4"), ("l4-l5", "L4-L5"), ("L4/5", "L4-L5"), ("Th12", "T12"), ("T12-L1", "T12-L1")]
        {
            assert_eq!(VertebralLevel::parse(text).map(|level| level.to_string()).as_deref(), Some(shown), "{text}");
        }
        for text in ["", "L6", "T13", "C7", "L5-L4", "S2", "L4-"] {
            assert_eq!(VertebralLevel::parse(text), None, "{text}");
        }
        assert_eq!(Vertebra::all().count(), 18);
    }
}
