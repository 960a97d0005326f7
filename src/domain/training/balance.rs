//! How many films and boxes of each class a data set has, split by split.

use crate::domain::label::LabelName;

use super::dataset::{FrozenDataset, FrozenFilm, Split};

/// What a row counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BalanceOf {
    Class(LabelName),
    /// Films that something is wrong with, with or without a box.
    Abnormal,
    Normal,
    AllFilms,
}

/// How many there are in one split, or in all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Count {
    pub num_films: u32,
    pub num_boxes: u32,
}

/// One row of the table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BalanceRow {
    pub of: BalanceOf,
    /// In the order of [`Split::ALL`].
    pub splits: [Count; 3],
}

impl BalanceRow {
    pub fn total(&self) -> Count {
        self.splits.iter().fold(Count::default(), |sum, one| Count {
            num_films: sum.num_films + one.num_films,
            num_boxes: sum.num_boxes + one.num_boxes,
        })
    }

    pub const fn of_split(&self, split: Split) -> Count {
        self.splits[split as usize]
    }
}

/// A row for each class in the order of classes, then abnormal, normal and all films.
pub fn balance(dataset: &FrozenDataset) -> Vec<BalanceRow> {
    let row = |of: BalanceOf| {
        let splits = Split::ALL.map(|split| {
            dataset.films_of(split).fold(Count::default(), |mut sum, film| {
                if let Some(num_boxes) = counted(&of, film) {
                    sum.num_films += 1;
                    sum.num_boxes += num_boxes;
                }
                sum
            })
        });
        BalanceRow { of, splits }
    };
    let classes = dataset.classes.iter().map(|class| BalanceOf::Class(class.clone()));
    classes.chain([BalanceOf::Abnormal, BalanceOf::Normal, BalanceOf::AllFilms]).map(row).collect()
}

/// How many boxes of it a film has; `None` where the film does not count.
fn counted(of: &BalanceOf, film: &FrozenFilm) -> Option<u32> {
    let all = film.boxes.len() as u32;
    match of {
        BalanceOf::Class(class) => {
            let num = film.boxes.iter().filter(|one| one.label == *class).count() as u32;
            (num > 0).then_some(num)
        }
        BalanceOf::Abnormal => film.is_abnormal.then_some(all),
        BalanceOf::Normal => (!film.is_abnormal).then_some(all),
        BalanceOf::AllFilms => Some(all),
    }
}
