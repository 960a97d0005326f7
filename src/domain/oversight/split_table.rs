//! The papers' "Characteristics" table with the papers' columns: training set, test set, total.

use std::collections::BTreeMap;

use crate::domain::id::ImageId;
use crate::domain::label::LabelSet;
use crate::domain::stats::{FilmRows, LabelColumn, Tally, Voice, characteristics};
use crate::domain::study::FilmFacts;

use super::one_voice::OneVoice;

/// A column of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    Training,
    Test,
    Total,
}

/// One column.
#[derive(Clone, PartialEq, Debug)]
pub struct PartColumn {
    pub part: Part,
    pub films: FilmRows,
    /// `None` where no film of it was read.
    pub labels: Option<LabelColumn>,
}

/// The whole table.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SplitTable {
    /// Training and test where films were split, and the total.
    pub columns: Vec<PartColumn>,
}

/// `is_test`: the split, by film; empty where films were not split. A film that is in no part counts in the total only.
pub fn split_table(
    films: &[FilmFacts],
    voice: &OneVoice,
    labels: &LabelSet,
    is_test: &BTreeMap<ImageId, bool>,
) -> SplitTable {
    let in_part = |image: &ImageId, part: Part| match part {
        Part::Total => true,
        Part::Training => is_test.get(image) == Some(&false),
        Part::Test => is_test.get(image) == Some(&true),
    };
    let parts = if is_test.is_empty() { &[Part::Total][..] } else { &[Part::Training, Part::Test, Part::Total] };
    let column = |&part: &Part| {
        let tallies: Vec<Tally> = voice.tallies.iter().filter(|tally| in_part(&tally.image, part)).cloned().collect();
        let table = characteristics(films.iter().filter(|film| in_part(&film.image, part)), &tallies, labels);
        let mut columns = table.columns;
        // Of one voice there is one column; of many the last one is the majority. Where a part of many voices happens to
        // have been read by one person only, that person is its majority.
        let mut last = columns.pop();
        if let Some(last) = last.as_mut().filter(|_| !voice.is_single) {
            last.voice = Voice::Majority;
            last.labels.iter_mut().for_each(|row| row.num_boxes = None);
        }
        PartColumn { part, films: table.films, labels: last }
    };
    SplitTable { columns: parts.iter().map(column).collect() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::one_voice;
    use super::*;
    use crate::domain::label::{Label, LabelKind, LabelName};
    use crate::domain::reading::Decision;

    fn film(name: &str, age: f64) -> FilmFacts {
        FilmFacts {
            image: name.into(),
            series: "s".into(),
            study: name.into(),
            patient: "p".into(),
            width: 100,
            height: 200,
            num_frames: 1,
            modality: None,
            body_part: None,
            view_position: None,
            laterality: None,
            series_description: None,
            sex: None,
            age_years: Some(age),
            study_date: None,
            series_number: None,
            instance_number: None,
            pixel_spacing_mm: None,
            is_lossy: false,
            is_synthetic: true,
            file_bytes: 1,
        }
    }

    fn tally(image: &str, reader: &str, num: u64) -> Tally {
        let boxes = (num > 0).then(|| (LabelName::new("Fracture"), num)).into_iter().collect();
        let decision = if num > 0 { Decision::Abnormal } else { Decision::Normal };
        Tally {
            image: image.into(),
            reader: reader.into(),
            decision,
            boxes,
            image_labels: BTreeSet::new(),
            unfit: None,
        }
    }

    #[test]
    fn parts_add_up_to_the_total() {
        let set = LabelSet::new("t", "", "", vec![Label::named("Fracture", LabelKind::Local)]).unwrap();
        let films = [film("a", 10.0), film("b", 20.0), film("c", 60.0), film("d", 70.0)];
        let tallies = [tally("a", "R1", 2), tally("b", "R2", 0), tally("c", "R1", 3)];
        let is_test = BTreeMap::from([("a".into(), false), ("b".into(), false), ("c".into(), true)]);
        let table = split_table(&films, &one_voice(&tallies, &BTreeSet::new()), &set, &is_test);
        let told: Vec<_> = table
            .columns
            .iter()
            .map(|column| {
                let labels = column.labels.as_ref().unwrap();
                let age = column.films.age.unwrap().mean;
                (column.part, column.films.num_images, age, labels.num_normal, labels.labels[0].num_boxes)
            })
            .collect();
        assert_eq!(
            told,
            [
                (Part::Training, 2, 15.0, 1, Some(2)),
                (Part::Test, 1, 60.0, 0, Some(3)),
                (Part::Total, 4, 40.0, 1, Some(5)),
            ]
        );
        // Without a split there is the total only; of several readers a film, boxes are not added up.
        let several = [tally("a", "R1", 2), tally("a", "R2", 1), tally("b", "R1", 0)];
        let table = split_table(&films, &one_voice(&several, &BTreeSet::new()), &set, &BTreeMap::new());
        let [total] = &table.columns[..] else { panic!("{table:?}") };
        let row = &total.labels.as_ref().unwrap().labels[0];
        assert_eq!((row.num_boxes, row.num_images), (None, 1));
    }
}
