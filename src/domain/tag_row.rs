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
    /// Rows that a blinded reader does not see.
    pub fn num_identity(&self) -> usize {
        self.rows.iter().filter(|row| row.is_identity).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
