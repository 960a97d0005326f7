//! Label sets as files: the three that ship with the program, and any other in the same JSON form.

use serde::Deserialize;

use crate::domain::label::{Label, LabelKind, LabelSet, LabelSetError};

/// A label set as its JSON file spells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetFile {
    id: String,
    title: String,
    source: String,
    labels: Vec<LabelRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelRow {
    name: String,
    code: Option<String>,
    kind: KindWord,
    hotkey: Option<char>,
    /// `#rrggbb`
    color: String,
    definition: String,
    #[serde(default)]
    aliases: Vec<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum KindWord {
    Local,
    Global,
}

/// Why a text is not a label set.
#[derive(Debug, thiserror::Error)]
pub enum LabelSetFileError {
    #[error("the label set is not in the expected JSON form: {0}")]
    Form(#[from] serde_json::Error),
    #[error("the label {label} has the colour {color:?}; write it as #rrggbb")]
    Color { label: String, color: String },
    #[error(transparent)]
    Set(#[from] LabelSetError),
}

const SHIPPED: [&str; 3] = [
    include_str!("../../assets/label_sets/vindr_spine.json"),
    include_str!("../../assets/label_sets/vindr_cxr.json"),
    include_str!("../../assets/label_sets/vindr_rib.json"),
];

/// The sets that ship: spine, chest, ribs.
pub fn shipped() -> Vec<LabelSet> {
    SHIPPED.iter().map(|text| parse(text).expect("the shipped label sets are valid; a test holds it")).collect()
}

/// A shipped set by id: `vindr_spine`, `vindr_cxr`, `vindr_rib`.
pub fn shipped_by_id(id: &str) -> Option<LabelSet> {
    shipped().into_iter().find(|set| set.id == id)
}

/// A label set from its JSON text.
pub fn parse(text: &str) -> Result<LabelSet, LabelSetFileError> {
    let file: SetFile = serde_json::from_str(text)?;
    let labels = file.labels.into_iter().map(label_from_row).collect::<Result<Vec<_>, _>>()?;
    Ok(LabelSet::new(&file.id, &file.title, &file.source, labels)?)
}

fn label_from_row(row: LabelRow) -> Result<Label, LabelSetFileError> {
    let Some(color) = color_from_hex(&row.color) else {
        return Err(LabelSetFileError::Color { label: row.name, color: row.color });
    };
    let kind = match row.kind {
        KindWord::Local => LabelKind::Local,
        KindWord::Global => LabelKind::Global,
    };
    Ok(Label {
        code: row.code,
        definition: row.definition,
        color,
        hotkey: row.hotkey,
        aliases: row.aliases,
        ..Label::named(row.name, kind)
    })
}

fn color_from_hex(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let rgb = u32::from_str_radix(digits, 16).ok()?;
    Some([(rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_six_hex_digits() {
        let check = |text: &str, expected: Option<[u8; 3]>| assert_eq!(color_from_hex(text), expected, "{text:?}");
        check("#ff8000", Some([255, 128, 0]));
        check("#FF8000", Some([255, 128, 0]));
        check("ff8000", None);
        check("#ff80", None);
        check("#+f8000", None);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let check = |text: &str, expected: &str| {
            let message = parse(text).expect_err(text).to_string();
            assert!(message.contains(expected), "{message:?} should say {expected:?}");
        };
        let with = |label: &str| format!(r#"{{"id":"x","title":"","source":"","labels":[{label}]}}"#);
        check("{", "not in the expected JSON form");
        let row = |kind: &str, color: &str| {
            format!(r#"{{"name":"{color}","kind":"{kind}","definition":"","color":"{color}","hotkey":"1"}}"#)
        };
        check(&with(&row("local", "red")), "#rrggbb");
        check(&with(&row("drawn", "#000000")), "unknown variant");
        let twice = format!("{},{}", row("local", "#000000"), row("local", "#000001"));
        check(&with(&twice), "gives the key '1' to both");
    }
}
