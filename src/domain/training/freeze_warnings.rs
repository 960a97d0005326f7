//! What people should know of a data set before they train on it: few films of a class, a patient on both sides, films unread.

use std::collections::{BTreeMap, BTreeSet};

use super::balance::{BalanceOf, BalanceRow, balance};
use super::dataset::{FrozenDataset, Split, SplitUnit};
use crate::domain::evaluation::run::TruthSource;

/// A class on fewer training films than this is seldom learned. A rule of thumb of this program: VinDr-SpineXR's authors
/// folded the classes with 6 to 87 training boxes, and kept those from 268 on.
pub const FEW_FILMS: u32 = 30;

/// What was seen while freezing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[expect(clippy::struct_field_names, reason = "they are all numbers of something")]
pub(super) struct Noticed {
    pub num_unread: usize,
    pub num_contradictions: usize,
    pub num_undecided: usize,
    pub num_without_patient: usize,
    pub num_boxes_left_out: usize,
    pub num_boxes_without_area: usize,
    pub num_boxes_on_normal: usize,
    pub num_left_out: usize,
    pub num_locked_units: usize,
    pub num_asked_to_test: usize,
    pub num_kept_units: usize,
    pub num_not_synthetic: usize,
}

/// One sentence or two each, the gravest first.
pub(super) fn sentences(
    dataset: &FrozenDataset,
    noticed: &Noticed,
    learned_from: &BTreeMap<[u8; 32], String>,
) -> Vec<String> {
    let mut said = Vec::new();
    said.extend(of_patients(dataset));
    said.extend(of_films_seen_before(dataset, learned_from));
    of_classes(dataset, &mut said);
    if noticed.num_unread > 0 {
        let (films, have) = (counted(noticed.num_unread, "film"), if noticed.num_unread == 1 { "has" } else { "have" });
        said.push(format!("{films} {have} no completed reading and {} not in the data set.", are(noticed.num_unread)));
    }
    if noticed.num_contradictions > 0 {
        let num = noticed.num_contradictions;
        said.push(format!(
            "{} {} called both normal and abnormal, and {} left out. Settle {} first, or take the consensus of readers.",
            counted(num, "film"),
            are(num),
            are(num),
            if num == 1 { "it" } else { "them" }
        ));
    }
    if noticed.num_undecided > 0 {
        let num = noticed.num_undecided;
        let films = counted(num, "film");
        said.push(format!(
            "{films} {} completed without a finding and without \"No finding\", and left out.",
            were(num)
        ));
    }
    if noticed.num_locked_units > noticed.num_asked_to_test {
        let of = unit_word(dataset.plan.unit);
        said.push(format!(
            "{} {} locked for testing, more than the {} that were asked for. All of them are test films.",
            counted_as(noticed.num_locked_units, of),
            are(noticed.num_locked_units),
            noticed.num_asked_to_test
        ));
    }
    if noticed.num_kept_units > 0 {
        let num = noticed.num_kept_units;
        said.push(format!(
            "{} {} in training or dev, whatever the seed: models of this project learned from {} or were chosen by {}.",
            counted_as(num, unit_word(dataset.plan.unit)),
            if num == 1 { "stays" } else { "stay" },
            if num == 1 { "it" } else { "them" },
            if num == 1 { "it" } else { "them" }
        ));
    }
    if noticed.num_left_out > 0 {
        let num = noticed.num_left_out;
        said.push(format!("{} {} in no split, as the sizes ask for fewer.", counted(num, "film"), are(num)));
    }
    if noticed.num_boxes_without_area > 0 {
        let num = noticed.num_boxes_without_area;
        said.push(format!("{} {} left out: no area of the film lies in it.", counted_as(num, BOX), were(num)));
    }
    if noticed.num_boxes_on_normal > 0 {
        let num = noticed.num_boxes_on_normal;
        let boxes = counted_as(num, BOX);
        said.push(format!("{boxes} {} left out because most readers call the film normal.", were(num)));
    }
    if noticed.num_boxes_left_out > 0 {
        let num = noticed.num_boxes_left_out;
        said.push(format!(
            "{} {} left out by the label rules. Films with nothing else stay abnormal without a box.",
            counted_as(num, BOX),
            were(num)
        ));
    }
    if noticed.num_without_patient > 0 && dataset.plan.unit == SplitUnit::Patient {
        let num = noticed.num_without_patient;
        said.push(format!(
            "Of {} the patient is not known. Each study of theirs counts as a patient of its own.",
            counted(num, "film")
        ));
    }
    if dataset.plan.truth == TruthSource::EveryReader && dataset.films.iter().any(|film| film.readers.len() > 1) {
        said.push(
            "Readings of all readers stand side by side: a lesion that two readers marked is there twice. The consensus \
             of readers has it once."
                .to_owned(),
        );
    }
    said
}

/// What a class lacks to be learned or measured.
fn of_classes(dataset: &FrozenDataset, said: &mut Vec<String>) {
    let rows = balance(dataset);
    let num_of = |row: &BalanceRow, split| row.of_split(split).num_films;
    for row in &rows {
        let word = match row.of {
            BalanceOf::Abnormal => "abnormal",
            BalanceOf::Normal => "normal",
            BalanceOf::AllFilms | BalanceOf::Class(_) => continue,
        };
        if num_of(row, Split::Train) == 0 {
            said.push(format!("No training film is {word}. A classifier can't learn from that."));
        }
        for split in [Split::Dev, Split::Test] {
            if num_of(row, split) == 0 && dataset.num_of(split) > 0 {
                said.push(format!("No {} film is {word}. AUROC can't be computed there.", split.as_str()));
            }
        }
    }
    if dataset.num_of(Split::Dev) == 0 {
        said.push("There are no dev films. The best checkpoint and the threshold can't be chosen.".to_owned());
    }
    let classes: Vec<(String, &BalanceRow)> = rows
        .iter()
        .filter_map(|row| match &row.of {
            BalanceOf::Class(class) => Some((class.to_string(), row)),
            _ => None,
        })
        .collect();
    let named = |is_meant: &dyn Fn(&BalanceRow) -> bool| -> Vec<String> {
        classes.iter().filter(|(_, row)| is_meant(row)).map(|(name, _)| name.clone()).collect()
    };
    let never = named(&|row| num_of(row, Split::Train) == 0);
    if !never.is_empty() {
        said.push(format!("No training film has {}. A detector can't learn it.", listed(&never)));
    }
    let few: Vec<String> = classes
        .iter()
        .filter(|(_, row)| (1..FEW_FILMS).contains(&num_of(row, Split::Train)))
        .map(|(name, row)| format!("{name} ({})", num_of(row, Split::Train)))
        .collect();
    if !few.is_empty() {
        said.push(format!(
            "Few training films have {}. A detector seldom learns a class from fewer than {FEW_FILMS}: count rare labels \
             as another one, or read more films.",
            listed(&few)
        ));
    }
    for split in [Split::Dev, Split::Test] {
        let lacking = named(&|row| num_of(row, split) == 0 && num_of(row, Split::Train) > 0);
        if !lacking.is_empty() && dataset.num_of(split) > 0 {
            let (name, lacking) = (split.as_str(), listed(&lacking));
            said.push(format!("No {name} film has {lacking}. It has no figure of its own there."));
        }
    }
}

/// Films of one patient on both sides make a test look better than it is.
fn of_patients(dataset: &FrozenDataset) -> Option<String> {
    let mut splits: BTreeMap<u32, BTreeSet<Split>> = BTreeMap::new();
    for film in &dataset.films {
        splits.entry(film.patient).or_default().insert(film.split);
    }
    let num = splits.values().filter(|splits| splits.len() > 1).count();
    (num > 0).then(|| {
        let have = if num == 1 { "has" } else { "have" };
        format!(
            "{} {have} films in more than one split, so figures come out better than on new patients. Split by patient.",
            counted(num, "patient")
        )
    })
}

/// A model that learned from a film before knows it, and says so in its card only.
fn of_films_seen_before(dataset: &FrozenDataset, learned_from: &BTreeMap<[u8; 32], String>) -> Option<String> {
    let seen: Vec<&String> = dataset.films_of(Split::Test).filter_map(|film| learned_from.get(&film.sha256)).collect();
    let names: BTreeSet<String> = seen.iter().map(|name| format!("\"{name}\"")).collect();
    (!seen.is_empty()).then(|| {
        let num = seen.len();
        format!(
            "{} of the test {} to learn from in {}. A model of {} must not be tested on {}.",
            num,
            if num == 1 { "films was a film" } else { "films were films" },
            listed(&names.into_iter().collect::<Vec<_>>()),
            if num == 1 { "that data set" } else { "those data sets" },
            if num == 1 { "it" } else { "them" }
        )
    })
}

const BOX: [&str; 2] = ["box", "boxes"];

const fn unit_word(unit: SplitUnit) -> [&'static str; 2] {
    match unit {
        SplitUnit::Film => ["film", "films"],
        SplitUnit::Study => ["study", "studies"],
        SplitUnit::Patient => ["patient", "patients"],
    }
}

fn counted(num: usize, noun: &str) -> String {
    if num == 1 { format!("1 {noun}") } else { format!("{num} {noun}s") }
}

fn counted_as(num: usize, [one, many]: [&str; 2]) -> String {
    if num == 1 { format!("1 {one}") } else { format!("{num} {many}") }
}

const fn are(num: usize) -> &'static str {
    if num == 1 { "is" } else { "are" }
}

const fn were(num: usize) -> &'static str {
    if num == 1 { "was" } else { "were" }
}

/// `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
