//! Why a film is unfit to be read: it leaves the queue and is counted.

use super::id::{ImageId, ReaderId};

/// The reasons of VinDr-CXR's outlier filter, and text left in the pixels.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum UnfitReason {
    OtherModality,
    OtherBodyPart,
    Paediatric,
    LowQuality,
    LateralView,
    WrongOrientation,
    ResidualText,
}

impl UnfitReason {
    pub const ALL: [Self; 7] = [
        Self::OtherModality,
        Self::OtherBodyPart,
        Self::Paediatric,
        Self::LowQuality,
        Self::LateralView,
        Self::WrongOrientation,
        Self::ResidualText,
    ];

    /// Stable, as stored and exported.
    pub const fn key(self) -> &'static str {
        match self {
            Self::OtherModality => "other_modality",
            Self::OtherBodyPart => "other_body_part",
            Self::Paediatric => "paediatric",
            Self::LowQuality => "low_quality",
            Self::LateralView => "lateral_view",
            Self::WrongOrientation => "wrong_orientation",
            Self::ResidualText => "residual_text",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::OtherModality => "Other modality",
            Self::OtherBodyPart => "Other body part",
            Self::Paediatric => "Paediatric",
            Self::LowQuality => "Low quality",
            Self::LateralView => "Lateral view",
            Self::WrongOrientation => "Wrong orientation",
            Self::ResidualText => "Residual text",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.key() == key)
    }
}

/// A film that one reader found unfit to be read; it says nothing of other readers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct UnfitFilm {
    pub image: ImageId,
    pub reader: ReaderId,
    pub reason: UnfitReason,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_and_differ() {
        for reason in UnfitReason::ALL {
            assert_eq!(UnfitReason::from_key(reason.key()), Some(reason));
        }
        assert_eq!(UnfitReason::from_key("Low quality"), None);
    }
}
