//! Versions of exports: kept under a tag with the hash of what was written, and held against what lies there now.

use std::path::Path;

use anyhow::bail;

use crate::domain::exchange::{ExportPlan, VersionState, is_tag};
use crate::domain::id::ReaderId;
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::store::{ExportVersion, Store, StoreError};

use super::Course;
use super::output::hash_of;
use super::write::Exported;

/// # Errors
/// One sentence where the tag can't be one, or is taken. An empty one is fine: no version is kept.
pub(super) fn check_tag(store: &Store, tag: &str) -> anyhow::Result<()> {
    if tag.is_empty() {
        return Ok(());
    }
    if !is_tag(tag) {
        bail!(
            "{tag:?} can't be the tag of a version. Nothing was written. Use letters, digits, _ and . only, at most 255 of \
             them."
        );
    }
    if store.export_versions()?.iter().any(|version| version.tag == tag) {
        bail!("There is a version {tag:?} already. Nothing was written. Choose another tag.");
    }
    Ok(())
}

impl Exported {
    /// Keeps what was written as a version, where the plan has a tag.
    ///
    /// # Errors
    /// One sentence where it can't be kept; the files stay.
    pub fn keep(&self, store: &mut Store, plan: &ExportPlan, course: &Course<'_>) -> anyhow::Result<()> {
        if plan.tag.is_empty() {
            return Ok(());
        }
        let readers: Vec<&str> = plan.readers.iter().map(crate::domain::id::ReaderId::as_str).collect();
        let options = serde_json::json!({
            "readers": readers,
            "with_unfinished": plan.with_unfinished,
            "only_settled": plan.only_settled,
            "hides_readers": plan.hides_readers,
            "with_pictures": plan.with_pictures,
        });
        let place = std::path::absolute(&self.place).unwrap_or_else(|_| self.place.clone());
        let version = ExportVersion {
            tag: plan.tag.clone(),
            made_at_ms: course.at_ms,
            made_by: course.by.clone(),
            format: plan.format.key().to_owned(),
            options: options.to_string(),
            sha256: self.sha256,
            place: place.to_string_lossy().into_owned(),
            num_films: self.num_films as u64,
            num_marks: self.num_marks as u64,
        };
        let event = ProjectEvent {
            at_ms: course.at_ms,
            by: course.by.clone(),
            kind: EventKind::LabelsExported,
            what: format!(
                "Version \"{}\" was exported as {}: {} films, {} marks, SHA-256 {}.",
                plan.tag,
                plan.format.title(),
                self.num_films,
                self.num_marks,
                super::output::hex(&self.sha256),
            ),
            films: Vec::new(),
        };
        Ok(store.add_export_version(&version, &event)?)
    }
}

/// Has the project keep the numbers that readers go out under, before anything is written; `used` are those in what will
/// be written, by reader. Where it can't keep them, say on a disk that nobody can write to, gives the sentence that tells so.
///
/// # Errors
/// Where the person may not, and where somebody was added meanwhile whose id is one of the numbers.
pub(in crate::workflows) fn keep_numbers<'a>(
    store: &Store,
    used: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Option<String>, StoreError> {
    match store.keep_reader_ids() {
        Ok(()) => {}
        Err(StoreError::ReadOnly) => {
            return Ok(Some(
                "The project can't be written to, so the numbers that readers go out under are not kept: another export \
                 may number them otherwise."
                    .to_owned(),
            ));
        }
        Err(StoreError::Locked) => {
            return Ok(Some(
                "Another program writes to the project just now, so the numbers that readers go out under are not kept: \
                 another export may number them otherwise. Export again when it is done."
                    .to_owned(),
            ));
        }
        Err(other) => return Err(other),
    }
    let kept = store.public_reader_ids()?;
    let is_kept = |id: &str, out: &str| kept.get(&ReaderId::new(id)).is_some_and(|kept| kept.as_str() == out);
    if used.into_iter().all(|(id, out)| is_kept(id, out)) {
        return Ok(None);
    }
    Err(StoreError::RuleRefused("people were added while the labels were read. Export again".into()))
}

/// Holds a version against what lies at its place.
pub fn state_of(version: &ExportVersion) -> VersionState {
    match hash_of(Path::new(&version.place)) {
        Ok(Some(hash)) if hash == version.sha256 => VersionState::AsWritten,
        Ok(Some(_)) => VersionState::Changed,
        Ok(None) | Err(_) => VersionState::Gone,
    }
}
