//! The key table of the README, from the command table.

use super::command::COMMANDS;

/// The key table of the README, in Markdown; a test holds the README to it.
pub fn key_table() -> String {
    use std::fmt::Write as _;
    let mut table = String::from("| Keys | Command | What it does |\n|---|---|---|\n");
    for row in COMMANDS.iter().filter(|row| !row.chords.is_empty()) {
        let keys: Vec<String> = row.chords.iter().map(|chord| format!("`{chord}`")).collect();
        let _ = writeln!(table, "| {} | {} | {} |", keys.join(" "), row.title, row.help);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_shows_the_keys_as_they_are() {
        let readme = include_str!("../../README.md");
        let start = readme.find("<!-- keys -->").expect("the marker") + "<!-- keys -->".len();
        let end = readme.find("<!-- /keys -->").expect("the end marker");
        assert_eq!(readme[start..end].trim(), key_table().trim(), "paste this table into README.md:\n{}", key_table());
    }
}
