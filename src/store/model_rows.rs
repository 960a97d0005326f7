//! Models, their history and the pipeline as rows of the database.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::domain::fusion::{FusionRule, Pipeline};
use crate::domain::model::{
    Architecture, EnsembleMean, ModelContent, ModelEvent, ModelId, ModelStep, ModelTask, hash_from_hex,
};

use super::error::{StoreError, unreadable};
use super::models::StoredModel;

pub(super) const COLUMNS: &str =
    "id, name, version, task, architecture, file, sha256, members, card, added_at, added_by, is_deleted";

pub(super) fn refused(why: String) -> StoreError {
    StoreError::RuleRefused(why)
}

pub(super) const fn ensemble_text(mean: EnsembleMean) -> &'static str {
    match mean {
        EnsembleMean::Probability => "ensemble_of_probabilities",
        EnsembleMean::Logit => "ensemble_of_logits",
    }
}

pub(super) fn write_event(
    tx: &Transaction<'_>,
    model: ModelId,
    step: ModelStep,
    at_ms: i64,
    by: &str,
) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO model_event (model_id, step, at, by) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        model.0,
        step.as_str(),
        at_ms,
        by
    ])?;
    Ok(())
}

/// The oldest first.
pub(super) fn read_events(conn: &Connection) -> Result<Vec<ModelEvent>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT model_id, step, at, by FROM model_event ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let step: String = row.get(1)?;
        let step = ModelStep::parse(&step).ok_or_else(|| unreadable("what was done with a model", step))?;
        events.push(ModelEvent { model: ModelId(row.get(0)?), step, at_ms: row.get(2)?, by: row.get(3)? });
    }
    Ok(events)
}

pub(super) fn read_pipeline(conn: &Connection) -> Result<Pipeline, StoreError> {
    let sql = "SELECT classifier_id, detector_id, threshold, rule, min_score FROM pipeline";
    let row = conn
        .prepare_cached(sql)?
        .query_row([], |row| {
            let id = |n: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(n)?.map(ModelId));
            Ok((id(0)?, id(1)?, row.get(2)?, row.get::<_, String>(3)?, row.get(4)?))
        })
        .optional()?;
    let Some((classifier, detector, threshold, rule, min_score)) = row else { return Ok(Pipeline::default()) };
    let rule = FusionRule::parse(&rule).ok_or_else(|| unreadable("the fusion rule", rule))?;
    Ok(Pipeline { classifier, detector, threshold, rule, min_score })
}

pub(super) fn write_pipeline(tx: &Connection, pipeline: &Pipeline) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO pipeline (id, classifier_id, detector_id, threshold, rule, min_score)
         VALUES (1, ?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET classifier_id = excluded.classifier_id, detector_id = excluded.detector_id,
         threshold = excluded.threshold, rule = excluded.rule, min_score = excluded.min_score",
        params![
            pipeline.classifier.map(|id| id.0),
            pipeline.detector.map(|id| id.0),
            pipeline.threshold,
            pipeline.rule.as_str(),
            pipeline.min_score
        ],
    )?;
    Ok(())
}

pub(super) fn read_models(conn: &Connection) -> Result<Vec<StoredModel>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM model ORDER BY id"))?;
    let mut rows = statement.query([])?;
    let mut models = Vec::new();
    while let Some(row) = rows.next()? {
        models.push(from_row(row)?);
    }
    Ok(models)
}

pub(super) fn read_model(conn: &Connection, id: ModelId) -> Result<Option<StoredModel>, StoreError> {
    one(conn, &format!("SELECT {COLUMNS} FROM model WHERE id = ?1"), [id.0])
}

pub(super) fn must_have(conn: &Connection, id: ModelId) -> Result<StoredModel, StoreError> {
    read_model(conn, id)?.ok_or_else(|| refused(format!("the project has no model number {}.", id.0)))
}

pub(super) fn one(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<Option<StoredModel>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(from_row).transpose()
}

pub(super) fn from_row(row: &Row<'_>) -> Result<StoredModel, StoreError> {
    let name: String = row.get(1)?;
    let task: String = row.get(3)?;
    let task = ModelTask::parse(&task).ok_or_else(|| unreadable("a model's task", task))?;
    let architecture: String = row.get(4)?;
    let (sha256, members): (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
    let content = match (sha256, members) {
        (Some(hex), _) => ModelContent::Weights {
            architecture: Architecture::parse(&architecture)
                .ok_or_else(|| unreadable("a model's architecture", &architecture))?,
            sha256: hash_from_hex(&hex).ok_or_else(|| unreadable("a model's hash", &hex))?,
        },
        (None, members) => {
            let members = members.unwrap_or_default();
            let ids: Option<Vec<i64>> = serde_json::from_str(&members).ok();
            let ids = ids.ok_or_else(|| unreadable("a model's members", &members))?;
            let mean = [EnsembleMean::Probability, EnsembleMean::Logit]
                .into_iter()
                .find(|mean| ensemble_text(*mean) == architecture)
                .ok_or_else(|| unreadable("an ensemble's kind", &architecture))?;
            ModelContent::Ensemble { members: ids.into_iter().map(ModelId).collect(), mean }
        }
    };
    Ok(StoredModel {
        id: ModelId(row.get(0)?),
        name,
        version: row.get(2)?,
        task,
        content,
        file: row.get(5)?,
        card: row.get(8)?,
        added_at_ms: row.get(9)?,
        added_by: row.get(10)?,
        is_deleted: row.get(11)?,
    })
}
