//! How far the readers of a project agree: films and resamples cut into blocks, the blocks on all cores.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::bail;
use rayon::prelude::*;

use crate::domain::agreement::{Agreement, AgreementPlan, Readings, Settings};
use crate::domain::consensus::fused::ClassPolicies;
use crate::domain::consensus::{LabelPolicy, Policy};
use crate::domain::evaluation::settings::IntervalMethod;
use crate::domain::label::LabelName;
use crate::jobs::{CancelToken, Progress};
use crate::store::Store;
use crate::workflows::label_sets;

/// What is asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct AgreementAsked {
    /// Nothing but this label counts.
    pub label: Option<LabelName>,
    /// By which the other readers' word becomes one.
    pub policy: Policy,
    /// 0: no intervals.
    pub num_resamples: u32,
    pub seed: u64,
    pub method: IntervalMethod,
    pub level: f64,
}

impl Default for AgreementAsked {
    fn default() -> Self {
        Self {
            label: None,
            policy: Policy::default(),
            num_resamples: 1000,
            seed: 1999,
            method: IntervalMethod::Percentile,
            level: 0.95,
        }
    }
}

/// Reads every completed reading of the project and compares them.
///
/// # Errors
/// One sentence where the label is unknown, nobody read a film that somebody else read, or it was stopped.
pub fn agreement_of(
    store: &Store,
    asked: &AgreementAsked,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<Agreement> {
    watch(Progress::new("Reading what readers said", 0, 0));
    let set = label_sets::of_project(store)?.0;
    let known: Vec<LabelName> = set.labels().iter().map(|label| label.name.clone()).collect();
    let readings = store.readings_of_many(&known)?;
    if let Some(label) = asked.policy.own.keys().chain(&asked.label).find(|&label| !readings.labels.contains(label)) {
        bail!("The project has no label \"{label}\". Its labels are: {}.", list(&readings.labels));
    }
    agreement_of_readings(&readings, asked, watch, cancel)
}

/// The same from readings that are read already.
///
/// # Errors
/// One sentence where nobody read a film that somebody else read, or it was stopped.
pub fn agreement_of_readings(
    readings: &Readings,
    asked: &AgreementAsked,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<Agreement> {
    if !(0..readings.films.len()).any(|film| readings.of_film(film).len() >= 2) {
        bail!(
            "No film was completed by two readers, so there is nothing to compare. Hand films out to several readers, \
             or have some read a second time."
        );
    }
    let settings = Settings {
        only: asked
            .label
            .as_ref()
            .and_then(|label| readings.labels.iter().position(|one| one == label))
            .map(|at| at as u16),
        policies: policies_of(&asked.policy, &readings.labels),
        num_resamples: asked.num_resamples,
        seed: asked.seed,
        method: asked.method,
        level: asked.level,
    };
    let plan = AgreementPlan::new(readings, &settings);
    let films = blocks("Comparing readings", plan.num_blocks(), |block| plan.block(block), watch, cancel)?;
    let counted = plan.counted(films);
    let stage = "Resampling patients";
    let resamples = blocks(stage, counted.num_blocks(), |block| counted.block(block), watch, cancel)?;
    let num = counted.num_blocks_without_one();
    let without_one = blocks(stage, num, |block| counted.block_without_one(block), watch, cancel)?;
    Ok(counted.finish(&resamples, &without_one))
}

/// A policy with places in `labels` for names.
pub fn policies_of(policy: &Policy, labels: &[LabelName]) -> ClassPolicies {
    let of_class: Vec<LabelPolicy> = labels.iter().map(|label| policy.of(label)).collect();
    ClassPolicies { of_class, usual: policy.usual, is_across_classes: policy.is_across_classes }
}

pub(super) fn list(labels: &[LabelName]) -> String {
    labels.iter().map(LabelName::as_str).collect::<Vec<_>>().join(", ")
}

/// Blocks on all cores, in their order.
///
/// # Errors
/// When it was stopped.
pub(super) fn blocks<T: Send>(
    stage: &str,
    num_blocks: usize,
    block: impl Fn(usize) -> T + Sync,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<Vec<T>> {
    let done = AtomicU64::new(0);
    let run = |number: usize| {
        if cancel.is_cancelled() {
            return None;
        }
        let value = block(number);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(8) {
            watch(Progress::new(stage, done, num_blocks as u64));
        }
        Some(value)
    };
    match (0..num_blocks).into_par_iter().map(run).collect() {
        Some(blocks) => Ok(blocks),
        None => bail!("It was stopped. Nothing was changed."),
    }
}
