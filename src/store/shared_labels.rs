//! What readers say of whole series and studies: one row an answer, shared by all films of it.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::edit::Edit;
use crate::domain::id::{ImageId, ReaderId, SeriesId, StudyId};
use crate::domain::label::LabelName;
use crate::domain::presence::{LabelAnswers, Presence, SharedScope};
use crate::domain::reading::Reading;

use super::error::{StoreError, unreadable};

/// The columns that name a scope.
pub(super) fn scope_columns(scope: &SharedScope) -> (&'static str, &str) {
    match scope {
        SharedScope::Series(id) => ("series", id.as_str()),
        SharedScope::Study(id) => ("study", id.as_str()),
    }
}

/// The series or study that an edit is about, if any.
pub(super) fn scopes_of(edit: &Edit) -> Vec<&SharedScope> {
    match edit {
        Edit::SetSharedLabels { scope, .. } => vec![scope],
        Edit::Batch { edits, .. } => edits.iter().flat_map(scopes_of).collect(),
        _ => Vec::new(),
    }
}

/// The film's series and study; `None` for a film that is not in the project.
pub(super) fn places_of(conn: &Connection, image: &ImageId) -> Result<Option<(SharedScope, SharedScope)>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT series_id, study_id FROM film WHERE image_id = ?1")?;
    let found = statement.query_row([image.as_str()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    let places = found.optional()?;
    Ok(places
        .map(|(series, study)| (SharedScope::Series(SeriesId::new(series)), SharedScope::Study(StudyId::new(study)))))
}

pub(super) fn load_shared(
    conn: &Connection,
    scope: &SharedScope,
    reader: &ReaderId,
) -> Result<LabelAnswers, StoreError> {
    let (kind, id) = scope_columns(scope);
    let mut statement = conn.prepare_cached(
        "SELECT label, presence FROM shared_label WHERE scope = ?1 AND scope_id = ?2 AND rad_id = ?3",
    )?;
    let mut rows = statement.query([kind, id, reader.as_str()])?;
    let mut answers = Vec::new();
    while let Some(row) = rows.next()? {
        let (label, presence): (String, String) = (row.get(0)?, row.get(1)?);
        let known = Presence::from_key(&presence).ok_or_else(|| unreadable("an answer", presence))?;
        answers.push((LabelName::new(label), known));
    }
    Ok(answers.into_iter().collect())
}

/// Refuses an edit that speaks of a series or study that its film is not of: the film shows its own alone, so nobody
/// would see what was said.
pub(super) fn check_scopes(conn: &Connection, edit: &Edit, image: &ImageId) -> Result<(), StoreError> {
    let scopes = scopes_of(edit);
    if scopes.is_empty() {
        return Ok(());
    }
    let own = places_of(conn, image)?;
    let is_own = |scope: &SharedScope| own.as_ref().is_some_and(|(series, study)| scope == series || scope == study);
    match scopes.into_iter().find(|scope| !is_own(scope)) {
        Some(_) => Err(StoreError::RuleRefused("the film is not of the series or study that is spoken of.".into())),
        None => Ok(()),
    }
}

/// Writes what a reading says of the scopes that its edit is about.
pub(super) fn write_shared(conn: &Connection, edit: &Edit, after: &Reading) -> Result<(), StoreError> {
    for scope in scopes_of(edit) {
        let answers = match scope {
            SharedScope::Series(_) => after.series_labels(),
            SharedScope::Study(_) => after.study_labels(),
        };
        let (kind, id) = scope_columns(scope);
        conn.prepare_cached("DELETE FROM shared_label WHERE scope = ?1 AND scope_id = ?2 AND rad_id = ?3")?
            .execute([kind, id, after.reader().as_str()])?;
        let mut insert = conn.prepare_cached(
            "INSERT INTO shared_label (scope, scope_id, rad_id, label, presence) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for (label, presence) in answers.iter() {
            insert.execute(params![kind, id, after.reader().as_str(), label.as_str(), presence.key()])?;
        }
    }
    Ok(())
}
