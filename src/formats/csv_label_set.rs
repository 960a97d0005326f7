//! Label sets as the CSV of VinDr Lab's programming interface: one row a label, families by the parent's name.
//!
//! The header says less than a label set: codes, keys, aliases, attributes, sides and counts are not in it. They are
//! kept where the set that is replaced has a label of that name.

use std::collections::HashMap;

use crate::domain::label::{FamilyChoice, Label, LabelKind, LabelName, LabelScope, LabelSet, LabelSetError};
use crate::domain::shape::ShapeKind;

use super::csv::Table;
use super::csv_cell::{push_cell, with_guard, without_guard};
use super::label_set::{color_from_hex, hex_from_color};

/// The header, exactly.
pub const HEADER: &str =
    "Name,Type,Scope,AnnotationType,ShortName,Description,Color,ChildrenSelectType,ParentName,Order";

/// Where a row gives no colour: the service's default.
const DEFAULT_COLOR: [u8; 3] = [0x4c, 0xaf, 0x50];

const TYPES: [(&str, LabelKind); 2] = [("FINDING", LabelKind::Local), ("IMPRESSION", LabelKind::Global)];
const SCOPES: [(&str, LabelScope); 3] =
    [("IMAGE", LabelScope::Image), ("SERIES", LabelScope::Series), ("STUDY", LabelScope::Study)];
/// The last two are ours: the service has no points and no lines.
const SHAPES: [(&str, ShapeKind); 5] = [
    ("BOUNDING_BOX", ShapeKind::Box),
    ("POLYGON", ShapeKind::Polygon),
    ("MASK", ShapeKind::Mask),
    ("POINT", ShapeKind::Point),
    ("LINE", ShapeKind::Line),
];
const TAG: &str = "TAG";
const CHOICES: [(&str, FamilyChoice); 2] = [("RADIO", FamilyChoice::Single), ("CHECKBOX", FamilyChoice::Multiple)];

/// Why a table is not a label set.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LabelCsvError {
    #[error("the table has no column {0}; its first line is to be {HEADER}")]
    NoColumn(&'static str),
    #[error("line {line}: {field} is {text:?}, which is none of {known}")]
    Word { line: u32, field: &'static str, text: String, known: String },
    #[error("line {line}: the colour {text:?} is not written as #rrggbb")]
    Color { line: u32, text: String },
    #[error("line {line}: a finding is drawn, so its AnnotationType can't be TAG")]
    TaggedFinding { line: u32 },
    #[error("line {line}: the quotes do not close")]
    Quotes { line: u32 },
    #[error("the table has no labels")]
    Empty,
    #[error(transparent)]
    Set(#[from] LabelSetError),
}

/// One row as read, before the rows are in their order.
struct Row {
    label: Label,
    /// Place among parents, place among a parent's children.
    order: (u64, u64),
}

/// A label set as a table. Families stand together, children after their parent.
pub fn write(set: &LabelSet) -> String {
    let mut out = String::from(HEADER);
    out.push('\n');
    let tops = set.labels().iter().filter(|label| label.parent.is_none());
    for (number, label) in (1..).zip(tops) {
        push_row(&mut out, set, label, &number.to_string());
        for (child_number, child) in (1..).zip(set.children(&label.name)) {
            push_row(&mut out, set, child, &format!("{number}.{child_number}"));
        }
    }
    out
}

fn push_row(out: &mut String, set: &LabelSet, label: &Label, order: &str) {
    let drawn = |shape: ShapeKind| word_of(&SHAPES, shape);
    let choice = match label.choice {
        FamilyChoice::Single => "RADIO",
        FamilyChoice::Multiple if set.children(&label.name).next().is_some() => "CHECKBOX",
        FamilyChoice::Multiple => "",
    };
    let color = hex_from_color(label.color);
    let shape = match label.kind {
        LabelKind::Global => TAG,
        LabelKind::Local => label.shapes.first().map_or("BOUNDING_BOX", |shape| drawn(*shape)),
    };
    let cells = [
        &*with_guard(label.name.as_str()),
        word_of(&TYPES, label.kind),
        word_of(&SCOPES, label.scope),
        shape,
        &*with_guard(label.short_name.as_deref().unwrap_or_default()),
        &*with_guard(&label.definition),
        &color,
        choice,
        &*with_guard(label.parent.as_ref().map_or("", LabelName::as_str)),
        order,
    ];
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_cell(out, cell);
    }
    out.push('\n');
}

fn word_of<T: Copy + PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}

/// A label set from a table. What the table does not say comes from the label of the same name in `base`, whose id and
/// title the set takes too.
pub fn read(text: &str, base: &LabelSet) -> Result<LabelSet, LabelCsvError> {
    let table = Table::new(text).ok_or(LabelCsvError::NoColumn("Name"))?;
    let column = |name: &'static str| table.header().iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
    let columns: HashMap<&str, usize> = HEADER.split(',').filter_map(|name| Some((name, column(name)?))).collect();
    for needed in ["Name", "Type"] {
        if !columns.contains_key(needed) {
            return Err(LabelCsvError::NoColumn(needed));
        }
    }
    let parts = table.read(|piece| {
        let mut records: Vec<(u32, Option<&'static str>, Vec<String>)> = Vec::new();
        let end = piece.for_each(|record| {
            if !record.is_blank() {
                let cells = (0..record.num_fields()).map(|i| record.value(i).into_owned()).collect();
                records.push((record.line, record.flaw(), cells));
            }
        });
        (end, records)
    });
    let mut rows = Vec::new();
    for part in parts {
        for (line, flaw, cells) in part.value {
            let line = part.first_line + line;
            if flaw.is_some() {
                return Err(LabelCsvError::Quotes { line });
            }
            let cell = |name: &str| columns.get(name).and_then(|&i| cells.get(i)).map_or("", String::as_str);
            rows.push(read_row(line, rows.len() as u64, &cell, base)?);
        }
    }
    if rows.is_empty() {
        return Err(LabelCsvError::Empty);
    }
    // Stable: rows of equal order stay as they are in the file.
    rows.sort_by_key(|row: &Row| row.order);
    let labels = rows.into_iter().map(|row| row.label).collect();
    Ok(LabelSet::new(&base.id, &base.title, &base.source, labels)?)
}

fn read_row<'c>(line: u32, index: u64, cell: &impl Fn(&str) -> &'c str, base: &LabelSet) -> Result<Row, LabelCsvError> {
    let text = |name: &str| without_guard(cell(name)).trim().to_owned();
    let kind = known(line, "Type", cell("Type"), &TYPES)?.unwrap_or(LabelKind::Global);
    let name = text("Name");
    let kept = base.label(&LabelName::new(name.as_str())).filter(|label| label.kind == kind);
    let shapes = match cell("AnnotationType").trim() {
        tag if tag.eq_ignore_ascii_case(TAG) && kind == LabelKind::Local => {
            return Err(LabelCsvError::TaggedFinding { line });
        }
        tag if tag.eq_ignore_ascii_case(TAG) => Vec::new(),
        word => {
            let shape = known(line, "AnnotationType", word, &SHAPES)?;
            match (shape, kept) {
                // The table names one shape; the label that is there may allow more.
                (Some(shape), Some(kept)) if kept.allows(shape) => kept.shapes.clone(),
                (Some(shape), _) => vec![shape],
                (None, kept) => kept.map_or_else(Vec::new, |kept| kept.shapes.clone()),
            }
        }
    };
    let color = match cell("Color").trim() {
        "" => kept.map_or(DEFAULT_COLOR, |label| label.color),
        hex => color_from_hex(hex).ok_or_else(|| LabelCsvError::Color { line, text: hex.to_owned() })?,
    };
    let label = Label {
        scope: known(line, "Scope", cell("Scope"), &SCOPES)?.unwrap_or_default(),
        choice: known(line, "ChildrenSelectType", cell("ChildrenSelectType"), &CHOICES)?.unwrap_or_default(),
        parent: Some(text("ParentName")).filter(|parent| !parent.is_empty()).map(LabelName::new),
        short_name: Some(text("ShortName")).filter(|short| !short.is_empty()),
        definition: without_guard(cell("Description")).to_owned(),
        shapes,
        color,
        ..kept.cloned().unwrap_or_else(|| Label::named(name, kind))
    };
    Ok(Row { label, order: order_of(cell("Order"), index) })
}

/// `3` is the third, `3.2` the second child of the third; what has no order stands where the file has it, after the rest.
fn order_of(text: &str, index: u64) -> (u64, u64) {
    let (major, minor) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    match (major.parse(), minor.parse()) {
        (Ok(major), Ok(minor)) => (major, minor),
        _ => (u64::MAX, index),
    }
}

/// The value of a word, in upper or lower case; `None` for an empty cell.
fn known<T: Copy>(
    line: u32,
    field: &'static str,
    text: &str,
    words: &[(&'static str, T)],
) -> Result<Option<T>, LabelCsvError> {
    let text = text.trim();
    if text.is_empty() && field != "Type" {
        return Ok(None);
    }
    match words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
        Some((_, value)) => Ok(Some(*value)),
        None => Err(LabelCsvError::Word {
            line,
            field,
            text: text.to_owned(),
            known: words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", "),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::label_set::shipped;

    fn base() -> LabelSet {
        shipped().swap_remove(0)
    }

    #[test]
    fn the_shipped_sets_come_back_as_they_went() {
        for set in shipped() {
            let text = write(&set);
            assert!(text.starts_with(HEADER), "{text}");
            assert_eq!(read(&text, &set).expect("as written"), set);
        }
    }

    #[test]
    fn commas_quotes_and_lines_stay_in_their_cells_and_parents_may_come_after_children() {
        let label = |name: &str, parent: Option<&str>| Label {
            parent: parent.map(LabelName::new),
            definition: "Say, \"so\":\nline 2, =1+1".to_owned(),
            short_name: Some("a,b".to_owned()),
            choice: if parent.is_none() { FamilyChoice::Single } else { FamilyChoice::Multiple },
            scope: LabelScope::Study,
            ..Label::named(name, LabelKind::Global)
        };
        let labels = vec![label("Bone, \"all\"", None), label("=Lytic", Some("Bone, \"all\"")), label("B", None)];
        let set = LabelSet::new("x", "T", "S", labels).expect("valid");
        assert_eq!(read(&write(&set), &set).expect("as written"), set);

        let turned = "Name,Type,Scope,AnnotationType,ShortName,Description,Color,ChildrenSelectType,ParentName,Order\n\
                      Child,IMPRESSION,IMAGE,TAG,,,#102030,,Parent,1.1\n\
                      Parent,IMPRESSION,IMAGE,TAG,,,#102031,RADIO,,1\n";
        let set = read(turned, &base()).expect("parents after children");
        assert_eq!(set.labels()[0].choice, FamilyChoice::Single);
        assert_eq!(set.labels()[1].parent, Some(LabelName::new("Parent")));
    }

    #[test]
    fn the_tenth_child_comes_after_the_second() {
        let row = |(name, parent, order): (&str, &str, &str)| {
            format!("{name},FINDING,IMAGE,BOUNDING_BOX,,,,,{parent},{order}")
        };
        let rows = [("c10", "P", "1.10"), ("c2", "P", "1.2"), ("P", "", "1"), ("Q", "", "")].map(row);
        let set = read(&format!("{HEADER}\n{}\n", rows.join("\n")), &base()).expect("valid");
        let names: Vec<&str> = set.labels().iter().map(|l| l.name.as_str()).collect();
        assert_eq!(names, ["P", "c2", "c10", "Q"]);
        assert_eq!(set.labels()[0].color, DEFAULT_COLOR);
    }

    #[test]
    fn what_the_header_does_not_say_stays_with_the_name() {
        let text =
            format!("{HEADER}\nOsteophytes,FINDING,IMAGE,POLYGON,,New words,#102030,,,1\nNew,FINDING,,,,,,,,2\n");
        let set = read(&text, &base()).expect("valid");
        let (old, new) = (base().resolve("Osteophytes").expect("there").clone(), &set.labels()[0]);
        assert_eq!((new.hotkey, &new.code, &new.aliases), (old.hotkey, &old.code, &old.aliases));
        assert_eq!(new.attributes, old.attributes);
        assert_eq!((new.definition.as_str(), new.color), ("New words", [0x10, 0x20, 0x30]));
        assert_eq!(set.labels()[1].hotkey, None);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let check = |rows: &str, expected: &str| {
            let said = read(&format!("{HEADER}\n{rows}"), &base()).expect_err(rows).to_string();
            assert!(said.contains(expected), "{said:?} should say {expected:?}");
        };
        check("A,FINDING,IMAGE,TAG,,,,,,1\n", "line 2: a finding is drawn");
        check("A,FINDING,,,,,,,,1\nB,DISEASE,,,,,,,,2\n", "line 3: Type is \"DISEASE\", which is none of FINDING");
        check("A,,,,,,,,,1\n", "line 2: Type is \"\"");
        check("A,FINDING,,,,,green,,,1\n", "line 2: the colour \"green\"");
        check("A,FINDING,,,,,,,Nobody,1\n", "which the set does not have");
        check("A,IMPRESSION,FILM,,,,,,,1\n", "Scope is \"FILM\"");
        check("A,FINDING,,,,\"open,,,,1\n", "the quotes do not close");
        check("\n", "no labels");
        let said = read("Label,Type\nA,FINDING\n", &base()).expect_err("no name").to_string();
        assert!(said.contains("no column Name"), "{said}");
    }
}
