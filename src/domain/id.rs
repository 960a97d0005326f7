//! Identifiers as types, so that a study is never passed where a film is meant.

use std::fmt::{self, Write as _};
use std::sync::Arc;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }
    };
}

text_id! {
    /// One film as the published data sets name it: the file stem where that is 32 hex digits, otherwise the SOP Instance
    /// UID, and where there is none, 32 hex digits of its content.
    ImageId
}
text_id! {
    /// A DICOM series, by Series Instance UID, or made up from the study where the file names none.
    SeriesId
}
text_id! {
    /// A DICOM study, by Study Instance UID, or made up from the film where the file names none.
    StudyId
}
text_id! {
    /// A patient within the project. Never a name: a project-local pseudonym.
    PatientId
}
text_id! {
    /// A reader as the published files name one (`rad_id`: `R1`, `rad1`).
    ReaderId
}

impl ImageId {
    /// The published rule: a stem of exactly 32 hex digits is the id, otherwise the SOP Instance UID is. `None` where
    /// there is neither; [`ImageId::from_content`] names such a film. Its stem does not: that may be a patient's name,
    /// and `IM000001` is in every folder.
    pub fn from_file(stem: &str, sop_instance_uid: Option<&str>) -> Option<Self> {
        let is_hash = stem.len() == 32 && stem.bytes().all(|b| b.is_ascii_hexdigit());
        match sop_instance_uid {
            _ if is_hash => Some(Self::new(stem)),
            Some(uid) if !uid.is_empty() => Some(Self::new(uid)),
            _ => None,
        }
    }

    /// A film that nothing names: the first 32 hex digits of the SHA-256 of its whole file.
    pub fn from_content(sha256: &[u8; 32]) -> Self {
        let digits = sha256[..16].iter().fold(String::with_capacity(32), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a String takes all text");
            text
        });
        Self::new(digits)
    }
}

/// A mark within the project. The high 31 bits are the number of the session that made it, so two
/// windows on one project never make the same id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AnnotationId(pub i64);

impl AnnotationId {
    /// `session` as handed out by the store at opening; `ordinal` counts within it.
    pub fn new(session: u32, ordinal: u32) -> Self {
        Self((i64::from(session & 0x7fff_ffff) << 32) | i64::from(ordinal))
    }
}

/// A position in the project's append-only edit log, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LogSeq(pub i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_id_follows_the_published_rule() {
        let check = |stem: &str, uid: Option<&str>, expected: Option<&str>| {
            assert_eq!(ImageId::from_file(stem, uid).as_ref().map(ImageId::as_str), expected);
        };
        let published = "00a4089038fb4f7b926624bd31b3ca88";
        check(published, Some("1.2.3"), Some(published));
        check(published, None, Some(published));
        check("00A4089038FB4F7B926624BD31B3CA88", None, Some("00A4089038FB4F7B926624BD31B3CA88"));
        check("IM000001", Some("1.2.3"), Some("1.2.3"));
        check("IM000001", Some(""), None);
        check("IM000001", None, None);
        check("0a4089038fb4f7b926624bd31b3ca88", Some("1.2.3"), Some("1.2.3"));
    }

    #[test]
    fn a_film_without_a_name_is_named_by_its_content() {
        let sha256 = std::array::from_fn(|i| i as u8 * 7);
        assert_eq!(ImageId::from_content(&sha256).as_str(), "00070e151c232a31383f464d545b6269");
    }

    #[test]
    fn ids_of_two_sessions_never_meet() {
        assert!(AnnotationId::new(1, u32::MAX) < AnnotationId::new(2, 0));
        assert!(AnnotationId::new(u32::MAX, 1).0 > 0);
    }
}
