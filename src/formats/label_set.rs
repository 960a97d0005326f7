//! Label sets as files: the three that ship with the program, and any other in the same JSON form.

use serde::{Deserialize, Serialize};

use crate::domain::attribute::AttributeKind;
use crate::domain::label::{FamilyChoice, Label, LabelKind, LabelName, LabelScope, LabelSet, LabelSetError, Side};
use crate::domain::shape::ShapeKind;

/// A label set as its JSON file spells it. Only what every file has is required.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SetFile {
    id: String,
    title: String,
    source: String,
    labels: Vec<LabelRow>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct LabelRow {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    short_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    kind: KindWord,
    /// `image`, `series`, `study`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    /// `multiple`, `single`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    choice: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shapes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    required: Vec<String>,
    /// `right`, `left`: the patient's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    side: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    most_per_film: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hotkey: Option<char>,
    /// `#rrggbb`
    color: String,
    definition: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
}

#[derive(Deserialize, Serialize, Clone, Copy)]
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
    #[error("the label {label} says {field} {word:?}, which is none of {known}")]
    Word { label: String, field: &'static str, word: String, known: String },
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

/// A label set as its JSON text; [`parse`] reads the same set back.
pub fn write(set: &LabelSet) -> String {
    let file = SetFile {
        id: set.id.clone(),
        title: set.title.clone(),
        source: set.source.clone(),
        labels: set.labels().iter().map(row_from_label).collect(),
    };
    serde_json::to_string_pretty(&file).expect("text, numbers and lists") + "\n"
}

fn row_from_label(label: &Label) -> LabelRow {
    let words = |kinds: &[AttributeKind]| kinds.iter().map(|kind| kind.key().to_owned()).collect();
    LabelRow {
        name: label.name.to_string(),
        short_name: label.short_name.clone(),
        code: label.code.clone(),
        kind: match label.kind {
            LabelKind::Local => KindWord::Local,
            LabelKind::Global => KindWord::Global,
        },
        scope: (label.scope != LabelScope::default()).then(|| label.scope.key().to_owned()),
        parent: label.parent.as_ref().map(ToString::to_string),
        choice: (label.choice != FamilyChoice::default()).then(|| label.choice.key().to_owned()),
        shapes: label.shapes.iter().map(|shape| shape.key().to_owned()).collect(),
        attributes: words(&label.attributes),
        required: words(&label.required),
        side: label.side.map(|side| side.key().to_owned()),
        most_per_film: label.most_per_film,
        hotkey: label.hotkey,
        color: hex_from_color(label.color),
        definition: label.definition.clone(),
        aliases: label.aliases.clone(),
    }
}

fn label_from_row(row: LabelRow) -> Result<Label, LabelSetFileError> {
    let Some(color) = color_from_hex(&row.color) else {
        return Err(LabelSetFileError::Color { label: row.name, color: row.color });
    };
    let kind = match row.kind {
        KindWord::Local => LabelKind::Local,
        KindWord::Global => LabelKind::Global,
    };
    let name = &row.name;
    let scopes = LabelScope::ALL.map(|scope| (scope.key(), scope));
    let choices = FamilyChoice::ALL.map(|choice| (choice.key(), choice));
    let sides = Side::ALL.map(|side| (side.key(), side));
    let shapes = ShapeKind::ALL.map(|shape| (shape.key(), shape));
    let kinds = AttributeKind::ALL.map(|kind| (kind.key(), kind));
    Ok(Label {
        scope: known(name, "scope", row.scope.as_deref(), &scopes)?.unwrap_or_default(),
        choice: known(name, "choice", row.choice.as_deref(), &choices)?.unwrap_or_default(),
        side: known(name, "side", row.side.as_deref(), &sides)?,
        shapes: all_known(name, "shapes", &row.shapes, &shapes)?,
        attributes: all_known(name, "attributes", &row.attributes, &kinds)?,
        required: all_known(name, "required", &row.required, &kinds)?,
        parent: row.parent.as_deref().map(LabelName::new),
        short_name: row.short_name,
        most_per_film: row.most_per_film,
        code: row.code,
        definition: row.definition,
        color,
        hotkey: row.hotkey,
        aliases: row.aliases,
        ..Label::named(row.name, kind)
    })
}

/// The value that a word of a file stands for.
fn known<T: Copy>(
    label: &str,
    field: &'static str,
    word: Option<&str>,
    all: &[(&'static str, T)],
) -> Result<Option<T>, LabelSetFileError> {
    let Some(word) = word else { return Ok(None) };
    match all.iter().find(|(key, _)| *key == word) {
        Some((_, value)) => Ok(Some(*value)),
        None => Err(LabelSetFileError::Word {
            label: label.to_owned(),
            field,
            word: word.to_owned(),
            known: all.iter().map(|(key, _)| *key).collect::<Vec<_>>().join(", "),
        }),
    }
}

fn all_known<T: Copy>(
    label: &str,
    field: &'static str,
    words: &[String],
    all: &[(&'static str, T)],
) -> Result<Vec<T>, LabelSetFileError> {
    words.iter().filter_map(|word| known(label, field, Some(word), all).transpose()).collect()
}

/// `#rrggbb`
pub(super) fn hex_from_color([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

pub(super) fn color_from_hex(text: &str) -> Option<[u8; 3]> {
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
    fn every_field_is_written_and_read_back() {
        for set in shipped() {
            assert_eq!(parse(&write(&set)).expect("as written"), set);
        }
        let text = r##"{"id":"x","title":"T","source":"","labels":[
            {"name":"Pneumonia","kind":"global","color":"#102030","definition":"d","scope":"study","choice":"single",
             "short_name":"Pn","code":"C1","hotkey":"p","aliases":["Lung infection"]},
            {"name":"Lobar","kind":"global","color":"#102031","definition":"","scope":"study","parent":"Pneumonia"},
            {"name":"L1","kind":"local","color":"#102032","definition":"","side":"left","most_per_film":1,
             "shapes":["polygon","mask"],"attributes":["severity","level"],"required":["level"]}]}"##;
        let set = parse(text).expect("valid");
        assert_eq!(set.labels()[0].choice, FamilyChoice::Single);
        assert_eq!(set.labels()[1].parent, Some(LabelName::new("Pneumonia")));
        assert_eq!(set.labels()[2].required, [AttributeKind::Level]);
        assert_eq!((set.labels()[2].side, set.labels()[2].most_per_film), (Some(Side::Left), Some(1)));
        assert_eq!(parse(&write(&set)).expect("as written"), set);
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
        let odd = row("local", "#000000").replace(r#""hotkey""#, r#""shapes":["star"],"hotkey""#);
        check(&with(&odd), "shapes \"star\", which is none of box, polygon");
        let twice = format!("{},{}", row("local", "#000000"), row("local", "#000001"));
        check(&with(&twice), "gives the key '1' to both");
    }
}
