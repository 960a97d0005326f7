//! Which elements of a header can tell who somebody is (PS3.15 annex E; the table is data, with its source, in
//! `assets/dicom/identity_attributes.txt`).

use std::collections::HashSet;
use std::sync::OnceLock;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

const TABLE: &str = include_str!("../../assets/dicom/identity_attributes.txt");

/// The table, read once.
struct Identity {
    tags: HashSet<Tag>,
    /// A mask and the tag under it, for groups that repeat.
    masked: Vec<(Tag, Tag)>,
}

fn identity() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| {
        let mut identity = Identity { tags: HashSet::new(), masked: Vec::new() };
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let Some((group, element)) = line.split(' ').next().and_then(|tag| tag.split_once(',')) else { continue };
            let (Some((gm, g)), Some((em, e))) = (masked(group), masked(element)) else { continue };
            if (gm, em) == (0xffff, 0xffff) {
                identity.tags.insert(Tag(g, e));
            } else {
                identity.masked.push((Tag(gm, em), Tag(g, e)));
            }
        }
        identity
    })
}

/// Four digits, `x` for any: the digits that count, and their value.
fn masked(text: &str) -> Option<(u16, u16)> {
    let mask: String = text.chars().map(|c| if c == 'x' { '0' } else { 'f' }).collect();
    let value = text.replace('x', "0");
    Some((u16::from_str_radix(&mask, 16).ok()?, u16::from_str_radix(&value, 16).ok()?))
}

/// Whether an element can tell who somebody is, by its tag and its value representation. Private elements and those that
/// the standard does not know are taken as such, since nobody vouches for them; so are names of persons, dates and
/// times, wherever they stand.
pub(super) fn is_identity(tag: Tag, vr: &str, is_known: bool) -> bool {
    if matches!(tag, tags::PATIENT_SEX | tags::PATIENT_AGE) || tag.1 == 0 {
        return false;
    }
    let table = identity();
    tag.0 % 2 == 1
        || !is_known
        || matches!(vr, "PN" | "DA" | "DT" | "TM")
        || table.tags.contains(&tag)
        || table.masked.iter().any(|(mask, value)| (tag.0 & mask.0, tag.1 & mask.1) == (value.0, value.1))
}

/// Elements whose own text must not stand in any other element either.
pub(super) fn is_name_or_number(tag: Tag) -> bool {
    matches!(
        tag,
        tags::PATIENT_NAME
            | tags::PATIENT_ID
            // Other Patient IDs, retired and still written.
            | Tag(0x0010, 0x1000)
            | tags::OTHER_PATIENT_NAMES
            | tags::PATIENT_BIRTH_DATE
            | tags::ACCESSION_NUMBER
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let table = identity();
        // Rows of table E.1-1 in 2026c without sex and age, and eight of group 2; three more repeat.
        assert_eq!((table.tags.len(), table.masked.len()), (649 + 8, 3));
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(lines, table.tags.len() + table.masked.len());
    }

    #[test]
    fn who_somebody_is_hides_and_what_is_seen_stays() {
        let check = |tag: Tag, vr: &str, is_known: bool, expected: bool| {
            assert_eq!(is_identity(tag, vr, is_known), expected, "{tag}");
        };
        for tag in [
            tags::PATIENT_NAME,
            tags::PATIENT_ID,
            tags::PATIENT_BIRTH_DATE,
            tags::ACCESSION_NUMBER,
            tags::INSTITUTION_NAME,
            tags::REFERRING_PHYSICIAN_NAME,
            tags::STUDY_INSTANCE_UID,
            tags::SOP_INSTANCE_UID,
            tags::MEDIA_STORAGE_SOP_INSTANCE_UID,
            tags::STUDY_DATE,
            tags::SERIES_DESCRIPTION,
            tags::IMAGE_COMMENTS,
            tags::STATION_NAME,
            tags::REQUEST_ATTRIBUTES_SEQUENCE,
            Tag(0x6002, 0x3000),
            Tag(0x5010, 0x0005),
        ] {
            check(tag, "LO", true, true);
        }
        for tag in [
            tags::PATIENT_SEX,
            tags::PATIENT_AGE,
            tags::ROWS,
            tags::PIXEL_SPACING,
            tags::MODALITY,
            tags::MANUFACTURER,
            tags::SOP_CLASS_UID,
            tags::VIEW_POSITION,
            tags::KVP,
            Tag(0x6002, 0x0010),
            Tag(0x0008, 0x0000),
        ] {
            check(tag, "LO", true, false);
        }
        check(Tag(0x0009, 0x1001), "LO", true, true);
        check(Tag(0x0008, 0x7777), "LO", false, true);
        check(Tag(0x0040, 0xa999), "PN", true, true);
        check(Tag(0x0040, 0xa999), "DT", true, true);
    }
}
