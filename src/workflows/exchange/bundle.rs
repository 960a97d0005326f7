//! A bundle to hand on: labels, split into train and test where that is wanted, with README, licence, citation, checksums.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::bail;

use crate::domain::consensus::sources::ConsensusSources;
use crate::domain::exchange::{ExportPlan, SplitPlan};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::NO_FINDING;
use crate::domain::people::CONSENSUS_LAYER;
use crate::domain::training::dataset::{Split, SplitSize, SplitUnit};
use crate::domain::training::split::{self, Unit};
use crate::formats::csv_cell;
use crate::formats::exchange::Content;
use crate::store::Store;

use super::gather::{Chosen, gather};
use super::output::Output;
use super::readme::{Part, citation, licence, readme};
use super::write::{Exported, check, keeps_unfit, write_into};
use super::{Course, versions};

/// A bundle that was written.
#[derive(Clone, PartialEq, Debug)]
pub struct Bundled {
    pub exported: Exported,
    /// Units and films of train and of test; nothing where it was not split.
    pub split: Option<[(usize, usize); 2]>,
    /// Test films that have no consensus, where test is to be the consensus.
    pub num_unsettled: usize,
    /// What a bundle should have and this one has not, a sentence each.
    pub missing: Vec<String>,
}

/// Writes a bundle into a new folder.
///
/// # Errors
/// One sentence: what happened, and that nothing was written.
pub fn write_bundle(
    store: &Store,
    plan: &ExportPlan,
    split: Option<&SplitPlan>,
    to: &Path,
    course: &mut Course<'_>,
) -> anyhow::Result<Bundled> {
    versions::check_tag(store, &plan.tag)?;
    let chosen = gather(store, plan, keeps_unfit(plan.format), course)?;
    check(plan, &chosen.content)?;
    let unkept = versions::keep_numbers(store, chosen.numbers())?;
    let mut lost = chosen.lost;
    let mut out = Output::folder(to)?;
    let (mut parts, mut dealt, mut num_unsettled) = (Vec::new(), None, 0);
    if let Some(split) = split {
        let split_of = deal(store, &chosen, split)?;
        let is_in = |image: &ImageId, which: Split| split_of.get(image).is_some_and(|(_, split)| *split == which);
        let train = chosen.content.of_films(|image| is_in(image, Split::Train));
        let test = chosen.content.of_films(|image| is_in(image, Split::Test));
        write_into(store, plan, &chosen, &train, ("train/", &mut out), &mut lost, course)?;
        parts.push(Part::of("train", &train, chosen.consensus_in(&train)));
        if split.is_test_consensus {
            let of_consensus =
                ExportPlan { readers: vec![ReaderId::new(CONSENSUS_LAYER)], hides_readers: true, ..plan.clone() };
            refuse_without_consensus(store)?;
            let settled = gather(store, &of_consensus, keeps_unfit(plan.format), course)?;
            let content = settled.content.of_films(|image| is_in(image, Split::Test));
            num_unsettled = test.films.len() - content.films.len();
            if content.said.is_empty() {
                bail!(
                    "None of the {} test films has a consensus, so nothing was written. Settle them, or let the test \
                     folder hold all readers.",
                    test.films.len()
                );
            }
            write_into(store, &of_consensus, &settled, &content, ("test/", &mut out), &mut lost, course)?;
            parts.push(Part::of("test", &content, settled.consensus_in(&content)));
        } else {
            write_into(store, plan, &chosen, &test, ("test/", &mut out), &mut lost, course)?;
            parts.push(Part::of("test", &test, chosen.consensus_in(&test)));
        }
        let units = |which: Split| {
            let films = split_of.values().filter(|(_, split)| *split == which);
            let units: BTreeSet<usize> = films.clone().map(|(unit, _)| *unit).collect();
            (units.len(), films.count())
        };
        dealt = Some([units(Split::Train), units(Split::Test)]);
        out.put("split.csv", split_csv(&chosen.content, &split_of).as_bytes())?;
    } else {
        write_into(store, plan, &chosen, &chosen.content, ("", &mut out), &mut lost, course)?;
        parts.push(Part::of("all", &chosen.content, chosen.consensus_in(&chosen.content)));
    }
    let about = store.project().about.clone();
    let mut missing = Vec::new();
    for (is_missing, what) in [
        (about.licence.trim().is_empty(), "No licence is stated on the About page, so nobody may use the bundle."),
        (about.citation.trim().is_empty(), "The About page does not say how the data are to be cited."),
        (about.ethics.trim().is_empty(), "The About page names no approval of an ethics committee."),
    ] {
        if is_missing {
            missing.push(what.to_owned());
        }
    }
    let project = store.project();
    out.put("README.md", readme(project, plan, split.zip(dealt.as_ref()), &parts, &lost).as_bytes())?;
    out.put("LICENSE.txt", licence(&about).as_bytes())?;
    out.put("CITATION.cff", citation(project, &plan.tag).as_bytes())?;
    let num_files = out.num_files();
    let sha256 = out.put_in_place()?;
    let exported = Exported {
        place: to.to_owned(),
        sha256,
        num_films: parts.iter().map(|part| part.num_films).sum(),
        num_readings: parts.iter().map(|part| part.num_readings).sum(),
        num_marks: parts.iter().map(|part| part.num_marks).sum(),
        num_files,
        consensus: parts.iter().fold(ConsensusSources::default(), |mut all, part| {
            all.add(&part.consensus);
            all
        }),
        unkept,
        lost,
    };
    Ok(Bundled { exported, split: dealt, num_unsettled, missing })
}

fn refuse_without_consensus(store: &Store) -> anyhow::Result<()> {
    if store.public_reader_ids()?.contains_key(&ReaderId::new(CONSENSUS_LAYER)) {
        return Ok(());
    }
    bail!(
        "The project has no consensus yet, so nothing was written. Settle films, or let the test folder hold all readers."
    )
}

/// Unit and split of each film. Films that are locked for testing are test films.
fn deal(store: &Store, chosen: &Chosen, plan: &SplitPlan) -> anyhow::Result<BTreeMap<ImageId, (usize, Split)>> {
    let locked = store.locked_films()?;
    let content = &chosen.content;
    let classes: BTreeSet<&str> = content.said.iter().flat_map(classes_of).collect();
    let classes: BTreeMap<&str, usize> = classes.into_iter().enumerate().map(|(place, class)| (class, place)).collect();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut units: Vec<Unit> = Vec::new();
    let mut unit_of: BTreeMap<ImageId, usize> = BTreeMap::new();
    for film in &content.films {
        let entry = chosen.entries.get(&film.image);
        let study = match film.study.as_str() {
            "" => format!("film {}", film.image),
            study => format!("study {study}"),
        };
        let patient = entry.map_or("", |entry| entry.facts.patient.as_str());
        let key = match plan.unit {
            SplitUnit::Film => format!("film {}", film.image),
            // A film of no known patient is one of a patient of its study's own.
            SplitUnit::Patient if !patient.is_empty() => format!("patient {patient}"),
            SplitUnit::Study | SplitUnit::Patient => study,
        };
        let next = numbers.len();
        let number = *numbers.entry(key).or_insert(next);
        if number == units.len() {
            units.push(Unit { counts: vec![0; classes.len()], ..Unit::default() });
        }
        let unit = &mut units[number];
        unit.is_locked |= entry.is_some_and(|entry| locked.contains(&entry.sha256));
        for class in content.of_film(&film.image).flat_map(classes_of) {
            unit.counts[classes[class]] += 1;
        }
        unit_of.insert(film.image.clone(), number);
    }
    let sizes = match plan.test {
        SplitSize::Share(share) => [SplitSize::Share(1.0 - share), SplitSize::Count(0), SplitSize::Share(share)],
        SplitSize::Count(count) => [SplitSize::Share(1.0), SplitSize::Count(0), SplitSize::Count(count)],
    };
    let num_locked = units.iter().filter(|unit| unit.is_locked).count();
    let sizes = match split::sizes(units.len(), sizes, num_locked) {
        Ok(sizes) => sizes,
        Err(why) => bail!("The films can't be split: {why} Nothing was written."),
    };
    let dealt = split::deal(&units, sizes, plan.method, plan.seed);
    let with_split = unit_of.into_iter().filter_map(|(image, unit)| Some((image, (unit, dealt[unit]?))));
    Ok(with_split.collect())
}

/// Labels of what is marked or said to be there, as often as it is; "No finding" is one too.
fn classes_of(said: &crate::formats::exchange::Said) -> impl Iterator<Item = &str> {
    let marked = said.marks.iter().map(|mark| mark.label.as_str());
    let present = said.of_image.present().map(crate::domain::label::LabelName::as_str);
    marked.chain(present).chain(said.is_no_finding.then_some(NO_FINDING))
}

fn split_csv(content: &Content, split_of: &BTreeMap<ImageId, (usize, Split)>) -> String {
    let mut text = "image_id,study_id,split\n".to_owned();
    for film in &content.films {
        let Some((_, split)) = split_of.get(&film.image) else { continue };
        csv_cell::push_cell(&mut text, film.image.as_str());
        text.push(',');
        csv_cell::push_cell(&mut text, film.study.as_str());
        let _ = writeln!(text, ",{}", split.as_str());
    }
    text
}
