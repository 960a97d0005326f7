//! Figures of agreement: of all readers, of each pair, label, reader and month, and against the others or oneself.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::LabelName;

use super::chance::{divided, krippendorff_alpha};
use super::sums::Places;

/// What a figure is about. Readers, labels and months are positions in [`Agreement`]'s lists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cell {
    /// Every two readers of every film, added up.
    All,
    Label(u16),
    /// One reader against every other.
    Reader(u16),
    /// By the later of the two readings.
    Month(u16),
    /// Two readers; the second stands later in the list.
    Pair(u16, u16),
    /// A reader against the consensus of the others who read the film, two at least.
    Others(u16),
    /// A reader's first reading against the second one of the same film.
    Repeat(u16),
}

/// A measure of agreement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Figure {
    /// Twice the pairs of marks by all marks, at an overlap of 0.3; undefined where nobody marks anything.
    F1At30,
    F1At50,
    F1At75,
    /// Of pairs of marks at 0.5.
    MeanIou,
    /// Of two sides, whether films have it.
    Cohen,
    /// Of all readers, whether films have it.
    Fleiss,
    Pabak,
    Positive,
    Negative,
    /// Krippendorff's, of lesions put together across labels.
    Alpha,
}

impl Figure {
    pub const ALL: [Self; 10] = [
        Self::F1At30,
        Self::F1At50,
        Self::F1At75,
        Self::MeanIou,
        Self::Cohen,
        Self::Fleiss,
        Self::Pabak,
        Self::Positive,
        Self::Negative,
        Self::Alpha,
    ];

    /// Stable, for files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::F1At30 => "f1_30",
            Self::F1At50 => "f1_50",
            Self::F1At75 => "f1_75",
            Self::MeanIou => "mean_iou",
            Self::Cohen => "cohen_kappa",
            Self::Fleiss => "fleiss_kappa",
            Self::Pabak => "pabak",
            Self::Positive => "positive_agreement",
            Self::Negative => "negative_agreement",
            Self::Alpha => "krippendorff_alpha",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::F1At30 => "F1 at IoU 0.3",
            Self::F1At50 => "F1 at IoU 0.5",
            Self::F1At75 => "F1 at IoU 0.75",
            Self::MeanIou => "Mean IoU",
            Self::Cohen => "Cohen's kappa",
            Self::Fleiss => "Fleiss' kappa",
            Self::Pabak => "PABAK",
            Self::Positive => "Positive agreement",
            Self::Negative => "Negative agreement",
            Self::Alpha => "Krippendorff's alpha",
        }
    }
}

/// A figure and where it probably lies.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Estimate {
    /// `None` where it is undefined.
    pub value: Option<f64>,
    /// `None` without resamples, and of one patient alone.
    pub interval: Option<[f64; 2]>,
}

/// The figures of a cell.
#[derive(Clone, PartialEq, Debug)]
pub struct CellFigures {
    pub cell: Cell,
    /// Comparisons of two readings of a film; of a film with three readers there are three.
    pub num_comparisons: u64,
    /// Marks in them; one that stands in two comparisons counts twice.
    pub num_marks: u64,
    /// In the order of [`Figure::ALL`].
    pub figures: Vec<(Figure, Estimate)>,
}

impl CellFigures {
    pub fn figure(&self, figure: Figure) -> Estimate {
        self.figures.iter().find(|(one, _)| *one == figure).map(|(_, estimate)| *estimate).unwrap_or_default()
    }
}

/// How far the readers of a project agree.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Agreement {
    pub readers: Vec<ReaderId>,
    pub labels: Vec<LabelName>,
    pub months: Vec<String>,
    /// Films with two completed readings or more.
    pub num_films: usize,
    pub num_patients: usize,
    pub num_resamples: u32,
    /// Cells with at least one comparison.
    pub cells: BTreeMap<Cell, CellFigures>,
    /// Films in which the readings of a cell differ; all readers and single ones have those of their pairs. A mark that the other has not at an overlap of 0.5, or a label.
    pub differing: BTreeMap<Cell, Vec<ImageId>>,
    /// Figures whose intervals are percentile intervals although BCa was asked for, because it is undefined.
    pub num_stand_ins: usize,
}

impl Agreement {
    /// Of two readers in either order.
    pub fn pair(&self, a: u16, b: u16) -> Option<&CellFigures> {
        self.cells.get(&Cell::Pair(a.min(b), a.max(b)))
    }

    /// The films of a cell in which its readings differ, by id.
    pub fn differing_films(&self, cell: Cell) -> BTreeSet<ImageId> {
        let is_meant = |other: Cell| match (cell, other) {
            (Cell::All, Cell::Pair(..)) => true,
            (Cell::Reader(reader), Cell::Pair(a, b)) => reader == a || reader == b,
            _ => cell == other,
        };
        self.differing
            .iter()
            .filter(|(other, _)| is_meant(**other))
            .flat_map(|(_, films)| films.iter().cloned())
            .collect()
    }

    /// A cell in words: `R1 and R3`, `Osteophytes`, `2026-03`.
    pub fn name(&self, cell: Cell) -> String {
        let reader = |at: u16| self.readers.get(usize::from(at)).map_or_else(String::new, ToString::to_string);
        match cell {
            Cell::All => "All readers".to_owned(),
            Cell::Label(at) => self.labels.get(usize::from(at)).map_or_else(String::new, ToString::to_string),
            Cell::Month(at) => self.months.get(usize::from(at)).cloned().unwrap_or_default(),
            Cell::Pair(a, b) => format!("{} and {}", reader(a), reader(b)),
            Cell::Reader(at) | Cell::Others(at) | Cell::Repeat(at) => reader(at),
        }
    }
}

/// The figures that a cell has, in their order.
pub(super) fn figures_of(cell: Cell) -> impl Iterator<Item = Figure> {
    Figure::ALL.into_iter().filter(move |figure| match figure {
        Figure::Cohen => matches!(cell, Cell::Pair(..) | Cell::Reader(_) | Cell::Others(_) | Cell::Repeat(_)),
        Figure::Fleiss => matches!(cell, Cell::All | Cell::Label(_) | Cell::Month(_)),
        Figure::Alpha => matches!(cell, Cell::All | Cell::Label(_) | Cell::Month(_) | Cell::Reader(_)),
        _ => true,
    })
}

/// Every figure of a cell from the sums, in the order of [`figures_of`].
pub(super) fn values(places: &Places, cell: Cell, sum: &impl Fn(usize) -> f64) -> Vec<Option<f64>> {
    let found = places.comparisons_of(cell, sum);
    let table = found.table();
    let f1 = |at: usize| divided(2.0 * found.pairs[at], found.marks);
    figures_of(cell)
        .map(|figure| match figure {
            Figure::F1At30 => f1(0),
            Figure::F1At50 => f1(1),
            Figure::F1At75 => f1(2),
            Figure::MeanIou => divided(found.iou, found.pairs[1]),
            Figure::Cohen => table.cohen_kappa(),
            Figure::Fleiss => places.many_of(cell, sum)?.fleiss_kappa(),
            Figure::Pabak => table.pabak(),
            Figure::Positive => table.positive_agreement(),
            Figure::Negative => table.negative_agreement(),
            Figure::Alpha => {
                let (same, of_value) = places.values_of(cell, sum)?;
                krippendorff_alpha(same, of_value)
            }
        })
        .collect()
}
