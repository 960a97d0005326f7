//! A film's header as a list: one row an element, as a tag browser shows it.

/// One element of a header, or one item of a sequence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TagRow {
    /// 0 in the data set itself; each item and each element within one is a step deeper.
    pub depth: u16,
    /// Group and element.
    pub tag: (u16, u16),
    /// What the standard calls it; `Item 2` for an item; empty where nobody knows.
    pub name: String,
    /// Two letters; empty for items.
    pub vr: String,
    /// Bytes of the value; `None` for sequences and items of no fixed length and for compressed pixels.
    pub length: Option<u64>,
    /// The value in words, cut where it is long; bulk data is told by its size.
    pub value: String,
    /// Whether it can tell who somebody is, and so is not for a blinded reader.
    pub is_identity: bool,
}

impl TagRow {
    /// `(0010,0020)`.
    pub fn tag_text(&self) -> String {
        format!("({:04X},{:04X})", self.tag.0, self.tag.1)
    }

    /// Whether it tells of the patient's age, sex, history or request: what a reader who judges the film alone must not
    /// know. Groups and names are those of DICOM PS3.6.
    pub const fn is_clinical(&self) -> bool {
        matches!(
            self.tag,
            (0x0010 | 0x0032 | 0x0038 | 0x0040, _)
                | (0x0008, 0x0020..=0x0035 | 0x1030 | 0x103E | 0x103F | 0x1080 | 0x1084 | 0x1110 | 0x1120 | 0x2112)
                | (0x0018, 0x1030)
        )
    }

    /// Whether the row holds every word of a search in its tag, name, representation or value. `query` is in lower case.
    pub fn matches(&self, query: &str) -> bool {
        let [tag, name, value] = [&self.tag_text(), &self.name, &self.value].map(|text| text.to_lowercase());
        // 00100020 and 0010,0020 find (0010,0020) too.
        let digits: String = tag.chars().filter(char::is_ascii_hexdigit).collect();
        query.split_whitespace().all(|word| {
            [&tag, &digits, &name, &value].iter().any(|text| text.contains(word)) || self.vr.eq_ignore_ascii_case(word)
        })
    }
}

/// A film's whole header.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TagList {
    /// In the file's order.
    pub rows: Vec<TagRow>,
    /// What was odd about the header.
    pub warnings: Vec<String>,
}

impl TagList {
    /// Leaves out what tells of the patient's age, sex, history or request, with all that stands within it.
    pub fn hide_clinical(&mut self) {
        let mut below: Option<u16> = None;
        self.rows.retain(|row| {
            below = below.filter(|depth| row.depth > *depth);
            if below.is_none() && row.is_clinical() {
                below = Some(row.depth);
            }
            below.is_none()
        });
    }

    /// Rows that a blinded reader does not see.
    pub fn num_identity(&self) -> usize {
        self.rows.iter().filter(|row| row.is_identity).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_of_the_patient_goes_with_all_that_is_within() {
        let row = |depth, tag| TagRow {
            depth,
            tag,
            name: String::new(),
            vr: String::new(),
            length: None,
            value: String::new(),
            is_identity: false,
        };
        let mut list = TagList::default();
        let rows =
            [(0, 0x0008, 0x0060), (0, 0x0010, 0x1010), (0, 0x0040, 0x0275), (1, 0xFFFE, 0xE000), (2, 0x0008, 0x0060)];
        list.rows = rows.into_iter().map(|(depth, group, element)| row(depth, (group, element))).collect();
        list.rows.push(row(0, (0x0018, 0x1164)));
        list.hide_clinical();
        let left: Vec<_> = list.rows.iter().map(|row| row.tag).collect();
        assert_eq!(left, [(0x0008, 0x0060), (0x0018, 0x1164)]);
    }

    #[test]
    fn a_search_finds_by_tag_name_and_value() {
        let row = TagRow {
            depth: 0,
            tag: (0x0018, 0x1164),
            name: "Imager Pixel Spacing".into(),
            vr: "DS".into(),
            length: Some(10),
            value: "0.15\\0.15".into(),
            is_identity: false,
        };
        let check = |query: &str, expected: bool| assert_eq!(row.matches(query), expected, "{query:?}");
        check("", true);
        check("0018,11", true);
        check("00181164", true);
        check("(0018", true);
        check("spacing", true);
        check("spacing 0.15", true);
        check("ds", true);
        check("spacing 0.16", false);
        check("us", false);
    }
}
