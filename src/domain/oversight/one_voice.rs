//! What the project as a whole says of each film: its consensus, or else its readers together.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::people::CONSENSUS_LAYER;
use crate::domain::stats::Tally;

/// The tallies that count.
#[derive(Clone, PartialEq, Debug)]
pub struct OneVoice {
    pub tallies: Vec<Tally>,
    /// Every film has one voice: its boxes can be counted. Otherwise the majority of its readers speaks, and boxes of
    /// several readers stand side by side.
    pub is_single: bool,
    /// Mean number of people who read a film, over films that were read at all.
    pub readers_per_film: Option<f64>,
}

/// `repeats`: layers of further readings, which have no vote. As the papers do it: training films by the majority of their
/// readers, test films by consensus. A consensus stands before readers, whoever made it: reviewers, a rule, an import.
pub fn one_voice(tallies: &[Tally], repeats: &BTreeSet<ReaderId>) -> OneVoice {
    let consensus = ReaderId::new(CONSENSUS_LAYER);
    let settled: BTreeSet<&ImageId> =
        tallies.iter().filter(|tally| tally.reader == consensus).map(|tally| &tally.image).collect();
    let mut num_readers: BTreeMap<&ImageId, u64> = BTreeMap::new();
    for tally in tallies.iter().filter(|tally| tally.reader != consensus && !repeats.contains(&tally.reader)) {
        *num_readers.entry(&tally.image).or_default() += 1;
    }
    let readers_per_film =
        (!num_readers.is_empty()).then(|| num_readers.values().sum::<u64>() as f64 / num_readers.len() as f64);
    let is_single = num_readers.iter().all(|(image, num)| *num == 1 || settled.contains(image));
    let counts = |tally: &&Tally| {
        if settled.contains(&tally.image) { tally.reader == consensus } else { !repeats.contains(&tally.reader) }
    };
    let one = |tally: &Tally| {
        let mut tally = tally.clone();
        if is_single {
            tally.reader = ReaderId::new("all");
        }
        tally
    };
    OneVoice { tallies: tallies.iter().filter(counts).map(one).collect(), is_single, readers_per_film }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reading::Decision;

    fn tally(image: &str, reader: &str) -> Tally {
        Tally {
            image: image.into(),
            reader: reader.into(),
            decision: Decision::Abnormal,
            boxes: BTreeMap::new(),
            image_labels: BTreeSet::new(),
            unfit: None,
        }
    }

    #[test]
    fn what_was_settled_stands_before_what_was_read() {
        let repeats = BTreeSet::from([ReaderId::from("R1.2")]);
        let single = [tally("a", "R1"), tally("b", "R2"), tally("a", "R1.2")];
        let voice = one_voice(&single, &repeats);
        assert!(voice.is_single);
        assert_eq!(voice.tallies, [tally("a", "all"), tally("b", "all")]);
        assert_eq!(voice.readers_per_film, Some(1.0));

        let three = [tally("a", "R1"), tally("a", "R2"), tally("a", "consensus"), tally("b", "R1"), tally("b", "R3")];
        let voice = one_voice(&three, &repeats);
        assert!(!voice.is_single);
        assert_eq!(voice.tallies, [tally("a", "consensus"), tally("b", "R1"), tally("b", "R3")]);
        assert_eq!(voice.readers_per_film, Some(2.0));
        assert!(one_voice(&three[..3], &repeats).is_single, "all settled");
        assert_eq!(one_voice(&[], &repeats).readers_per_film, None);
    }
}
