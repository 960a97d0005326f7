//! A text file with one film or study on each line, as VinDr Lab takes for assignment.

use std::collections::BTreeMap;

/// A line that can't be taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UidListError {
    #[error("line {line} says {uid} again, which is on line {first}. Take one of them out.")]
    Twice { line: usize, first: usize, uid: String },
    #[error("there is nothing in it. Write the id of one film or study on each line.")]
    Empty,
}

/// Line number and id of each line that has one. A byte order mark, blank lines and quotes around an id are overlooked.
pub fn read(text: &str) -> Result<Vec<(usize, &str)>, UidListError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut first_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut uids = Vec::new();
    for (line, uid) in (1..).zip(text.lines()) {
        let uid = uid.trim().trim_matches('"').trim();
        if uid.is_empty() {
            continue;
        }
        if let Some(&first) = first_of.get(uid) {
            return Err(UidListError::Twice { line, first, uid: uid.to_owned() });
        }
        first_of.insert(uid, line);
        uids.push((line, uid));
    }
    if uids.is_empty() { Err(UidListError::Empty) } else { Ok(uids) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_an_id_and_none_comes_twice() {
        assert_eq!(read("\u{feff}1.2.3\r\n\n  \"1.2.4\" \n1.2.5"), Ok(vec![(1, "1.2.3"), (3, "1.2.4"), (4, "1.2.5")]));
        assert_eq!(read("a\nb\na\n"), Err(UidListError::Twice { line: 3, first: 1, uid: "a".to_owned() }));
        for empty in ["", "\n \n", "\u{feff}"] {
            assert_eq!(read(empty), Err(UidListError::Empty), "{empty:?}");
        }
    }
}
