//! What readers said, gathered from the project for an export: whose, of which films, under which ids.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{anyhow, bail};

use crate::domain::annotation::Annotation;
use crate::domain::consensus::sources::{ConsensusSource, ConsensusSources};
use crate::domain::exchange::ExportPlan;
use crate::domain::id::{AnnotationId, ImageId, ReaderId, SeriesId, StudyId};
use crate::domain::people::CONSENSUS_LAYER;
use crate::domain::reading::Reading;
use crate::domain::study::FilmEntry;
use crate::domain::task::TaskState;
use crate::formats::exchange::{Content, FilmOut, Lost, Said, SaidMark};
use crate::jobs::Progress;
use crate::store::{ConsensusLayer, Store};
use crate::workflows::label_sets;

use super::Course;

/// Readings between two words about how far it is.
const AT_ONCE: usize = 512;

/// What is exported, and what of it was left out already.
#[derive(Debug)]
pub struct Chosen {
    pub content: Content,
    /// The films themselves, where the project has them.
    pub entries: BTreeMap<ImageId, FilmEntry>,
    pub lost: Lost,
    /// Where the consensus of films comes from.
    consensus: BTreeMap<ImageId, ConsensusLayer>,
    rule: String,
    /// The id that each reader goes out under.
    public: BTreeMap<ReaderId, ReaderId>,
}

impl Chosen {
    /// Each reader, and the id that they go out under.
    pub(super) fn numbers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.public.iter().map(|(reader, out)| (reader.as_str(), out.as_str()))
    }

    /// Where what of the consensus is in this part of the content comes from.
    pub(super) fn consensus_in(&self, content: &Content) -> ConsensusSources {
        let said = content.said.iter().filter(|said| said.reader.as_str() == CONSENSUS_LAYER);
        let layers = said.filter_map(|said| self.consensus.get(&said.image));
        ConsensusSources::of(layers.map(|layer| layer.source), &self.rule)
    }
}

/// The readings that the plan asks for. Readings that are not completed, and those of films that their reader found unfit,
/// are left out and counted; a format that holds everything keeps the unfit ones.
pub fn gather(store: &Store, plan: &ExportPlan, keeps_unfit: bool, course: &mut Course<'_>) -> anyhow::Result<Chosen> {
    let public = store.public_reader_ids()?;
    refuse_unknown(plan, &public)?;
    let entries: BTreeMap<ImageId, FilmEntry> =
        store.films()?.into_iter().map(|film| (film.facts.image.clone(), film)).collect();
    let mut places: BTreeMap<ImageId, (StudyId, SeriesId)> = BTreeMap::new();
    store.for_each_place(|image, study, series| {
        places.insert(image.into(), (study.into(), series.into()));
    })?;
    let consensus = store.consensus_layers()?;
    refuse_unsettled(plan, &consensus)?;
    let (mut said, mut lost) = (Vec::new(), Lost::default());
    let keys = store.reading_keys()?;
    for (number, (image, reader)) in keys.iter().enumerate() {
        if number % AT_ONCE == 0 {
            course.go_on(Progress::new("Reading labels", number as u64, keys.len() as u64))?;
        }
        if !plan.readers.is_empty() && !plan.readers.contains(reader) {
            continue;
        }
        if plan.only_settled
            && reader.as_str() == CONSENSUS_LAYER
            && consensus.get(image).is_none_or(|layer| layer.source != ConsensusSource::Settled)
        {
            continue;
        }
        let reading = store.reading(image, reader)?;
        if reading.unfit().is_some() && !keeps_unfit {
            lost.unfit += 1;
            continue;
        }
        if reading.state() != TaskState::Completed && !plan.with_unfinished {
            lost.unfinished += usize::from(reading.state() != TaskState::New || reading.num_marks() > 0);
            continue;
        }
        // A layer of nobody's goes out under no id at all.
        let Some(out) = public.get(reader) else {
            bail!(
                "The readings of {reader} can't go out: the project has no such person. Add them on the People page."
            );
        };
        said.push(said_of(&reading, out.clone()));
    }
    said.sort_by(|a, b| (&a.image, &a.reader).cmp(&(&b.image, &b.reader)));
    let read: BTreeSet<ImageId> = said.iter().map(|said| said.image.clone()).collect();
    let films = read.into_iter().map(|image| {
        let (study, series) = match (entries.get(&image), places.get(&image)) {
            (Some(entry), _) => (entry.facts.study.clone(), entry.facts.series.clone()),
            (None, Some(place)) => place.clone(),
            (None, None) => ("".into(), "".into()),
        };
        let size = entries.get(&image).map(|entry| [entry.facts.width, entry.facts.height]);
        FilmOut { image, study, series, size }
    });
    let films: Vec<FilmOut> = films.collect();
    let labels = label_sets::of_project(store)?.0;
    let content = Content { title: store.project().name.clone(), labels, films, said };
    let rule = store.consensus_rules(consensus.values())?;
    Ok(Chosen { content, entries, lost, consensus, rule, public })
}

/// A mistyped reader must not leave an empty file where a full one was.
pub(super) fn refuse_unknown(plan: &ExportPlan, public: &BTreeMap<ReaderId, ReaderId>) -> anyhow::Result<()> {
    for reader in &plan.readers {
        if !public.contains_key(reader) {
            return Err(no_such_layer(reader, public.keys()));
        }
    }
    Ok(())
}

/// Nobody is to take an empty file for what reviewers settled.
fn refuse_unsettled(plan: &ExportPlan, consensus: &BTreeMap<ImageId, ConsensusLayer>) -> anyhow::Result<()> {
    let wants_nothing_else =
        !plan.readers.is_empty() && plan.readers.iter().all(|reader| reader.as_str() == CONSENSUS_LAYER);
    let is_settled = consensus.values().any(|layer| layer.source == ConsensusSource::Settled);
    if plan.only_settled && wants_nothing_else && !is_settled {
        return Err(nothing_settled());
    }
    Ok(())
}

pub(in crate::workflows) fn nothing_settled() -> anyhow::Error {
    anyhow!(
        "reviewers have settled no film yet, so there is no consensus to write without what rules made or what was \
         imported. Nothing was written. Settle films first, or take the whole consensus."
    )
}

/// In one sentence why nothing is written for somebody who said nothing here.
pub fn no_such_layer<'a>(reader: &ReaderId, known: impl Iterator<Item = &'a ReaderId>) -> anyhow::Error {
    if reader.as_str() == CONSENSUS_LAYER {
        return anyhow!(
            "the project has no consensus yet. Nothing was written. Make one by rule (\"rachis consensus\"), or have \
             reviewers settle films (\"rachis settle\")."
        );
    }
    let names: Vec<&str> = known.map(ReaderId::as_str).collect();
    anyhow!("there is no reader {reader} in the project; there are {}. Nothing was written.", names.join(", "))
}

fn said_of(reading: &Reading, reader: ReaderId) -> Said {
    let mut shapes: Vec<AnnotationId> = Vec::new();
    let mut group_of = |mark: &Annotation| {
        let key = mark.shape_key();
        let known = shapes.iter().position(|shape| *shape == key);
        known.unwrap_or_else(|| {
            shapes.push(key);
            shapes.len() - 1
        }) as u32
    };
    let marks = reading.annotations().iter().filter_map(|mark| {
        let shape = mark.shape()?.clone();
        let group = group_of(mark);
        Some(SaidMark { label: mark.label().clone(), shape, attributes: mark.attributes().clone(), group })
    });
    Said {
        is_no_finding: reading.has_no_finding(),
        marks: marks.collect(),
        of_image: reading.image_labels().clone(),
        of_series: reading.series_labels().clone(),
        of_study: reading.study_labels().clone(),
        unfit: reading.unfit(),
        ..Said::new(reading.image().clone(), reader)
    }
}
