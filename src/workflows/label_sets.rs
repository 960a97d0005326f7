//! The labels that a project reads with: its own, or those that ship under the name it was made with.

use std::path::Path;

use anyhow::{Context, bail};

use crate::domain::label::LabelSet;
use crate::domain::label_change::{LabelChange, LabelDraft};
use crate::formats::{csv, csv_label_set, label_set};
use crate::store::{LabelsChanged, NewLabelSet, Store};

/// The labels in force, and their version: 0 for a set that ships.
pub fn of_project(store: &Store) -> anyhow::Result<(LabelSet, i64)> {
    if let Some(own) = store.own_label_set()? {
        let set = label_set::parse(&own.labels)
            .with_context(|| format!("version {} of the project's labels can't be read", own.version))?;
        return Ok((set, own.version));
    }
    let id = &store.project().label_set;
    let set = label_set::shipped_by_id(id)
        .with_context(|| format!("this version does not have the label set {id:?}, which the project reads with"))?;
    Ok((set, 0))
}

/// Applies a change, and brings what exists over to it. Refused with nothing changed where the labels are not those any
/// more that the change was made from.
pub fn apply(store: &mut Store, change: &LabelChange, made_at_ms: i64) -> anyhow::Result<LabelsChanged> {
    let (now, version) = of_project(store)?;
    if now != *change.base {
        bail!("The labels were changed meanwhile, perhaps in another window. Nothing was changed.");
    }
    Ok(store.set_label_set(&NewLabelSet {
        based_on: version,
        labels: &label_set::write(&change.set),
        note: change.note.trim(),
        renames: &change.renames,
        removed: &change.removed,
        moved: &change.moved,
        made_at_ms,
    })?)
}

/// The labels of a file, CSV or JSON, or of another project's folder. What a CSV does not say comes from `base`.
pub fn read(path: &Path, base: &LabelSet) -> anyhow::Result<LabelSet> {
    if path.is_dir() || path.file_name().is_some_and(|name| name == "project.db") {
        return Ok(of_project(&Store::open_to_look(path)?)?.0);
    }
    let bytes = csv::read_whole(path).with_context(|| format!("{} can't be read", path.display()))?;
    let decoded = csv::decode(&bytes);
    if let Some(warning) = decoded.warnings.first() {
        bail!("{}, line {}: {}. Nothing was taken. Save it as UTF-8.", path.display(), warning.line, warning.message);
    }
    let text = decoded.text;
    let set = if is_json(path) || text.trim_start().starts_with('{') {
        label_set::parse(&text)?
    } else {
        csv_label_set::read(&text, base)?
    };
    Ok(set)
}

/// Writes labels as JSON where the file's name ends so, else as CSV.
pub fn write(path: &Path, set: &LabelSet) -> anyhow::Result<()> {
    let text = if is_json(path) { label_set::write(set) } else { csv_label_set::write(set) };
    std::fs::write(path, text).with_context(|| format!("{} can't be written", path.display()))
}

/// Takes the labels of a file over as they are.
pub fn import(store: &mut Store, path: &Path, note: &str, made_at_ms: i64) -> anyhow::Result<LabelsChanged> {
    let (base, _) = of_project(store)?;
    let set = read(path, &base)?;
    let mut draft = LabelDraft::of(base.into()).with_labels(set.labels());
    note.clone_into(&mut draft.note);
    apply(store, &draft.change()?, made_at_ms)
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}
