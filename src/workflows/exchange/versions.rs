//! Versions of exports: kept under a tag with the hash of what was written, and held against what lies there now.

use std::path::Path;

use anyhow::bail;

use crate::domain::exchange::{ExportPlan, VersionState, is_tag};
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

/// Has the project keep the numbers that readers go out under, before anything is written. Where it can't, say on a
/// disk that nobody can write to, gives the sentence that tells so.
///
/// # Errors
/// Where the person may not.
pub(in crate::workflows) fn keep_numbers(store: &Store) -> Result<Option<String>, StoreError> {
    match store.keep_reader_ids() {
        Ok(()) => Ok(None),
        Err(StoreError::ReadOnly) => Ok(Some(
            "The project can't be written to, so the numbers that readers go out under are not kept: another export \
             may number them otherwise."
                .to_owned(),
        )),
        Err(other) => Err(other),
    }
}

/// Holds a version against what lies at its place.
pub fn state_of(version: &ExportVersion) -> VersionState {
    match hash_of(Path::new(&version.place)) {
        Ok(Some(hash)) if hash == version.sha256 => VersionState::AsWritten,
        Ok(Some(_)) => VersionState::Changed,
        Ok(None) | Err(_) => VersionState::Gone,
    }
}
