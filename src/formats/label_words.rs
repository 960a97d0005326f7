//! The words that a table or a COCO file uses for classes, before it is known what they mean.

use std::collections::HashSet;

use crate::formats::csv::Table;
use crate::formats::csv_cell;

/// Of the column `lesion_type` or `class_name`, each once, in the order of the file; of a table without such a column
/// its header, whose cells may be labels. Empty for a text that is no table.
pub fn of_table(text: &str) -> Vec<String> {
    let Some(table) = Table::new(text) else { return Vec::new() };
    let plain =
        |name: &str| -> String { name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let is_label = |name: &str| matches!(plain(name).as_str(), "lesiontype" | "classname");
    let Some(column) = table.header().iter().position(|name| is_label(name)) else {
        let is_id = |name: &str| matches!(plain(name).as_str(), "studyid" | "seriesid" | "imageid" | "radid");
        return table.header().iter().map(|name| name.trim().to_owned()).filter(|name| !is_id(name)).collect();
    };
    let parts = table.read(|piece| {
        let mut words: Vec<String> = Vec::new();
        let end = piece.for_each(|record| {
            if record.flaw().is_some() || record.num_fields() <= column {
                return;
            }
            let word = record.value(column);
            let word = csv_cell::without_guard(word.trim());
            if !word.is_empty() && !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        });
        (end, words)
    });
    let mut seen = HashSet::new();
    parts.into_iter().flat_map(|part| part.value).filter(|word| seen.insert(word.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_once_in_their_order() {
        assert_eq!(of_table("image_id,Lesion Type\na,Cat\nb,\nc,\"Dog\"\nd,Cat\n"), ["Cat", "Dog"]);
        assert_eq!(of_table("image_id,rad_id,Cat,No finding\na,R1,1,0\n"), ["Cat", "No finding"]);
        assert!(of_table("  \n").is_empty());
    }
}
