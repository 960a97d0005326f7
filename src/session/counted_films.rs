//! The films behind a number that somebody clicked: the worklist shows them alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::agreement::Cell;
use crate::domain::evaluation::reader_study::StudyCell;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::stats::{LabelCell, Voice};
use crate::domain::study::Sex;

/// The films behind a number of a study of readers or of the data's own tables.
#[derive(Clone, PartialEq, Debug)]
pub struct CountedFilms {
    pub number: CountedNumber,
    pub images: Arc<BTreeSet<ImageId>>,
}

/// Which number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CountedNumber {
    /// Of a study; no reader: of all of them.
    Study { reader: Option<ReaderId>, cell: StudyCell },
    /// Of the table of labels.
    Label { voice: Voice, cell: LabelCell },
    /// Of the table of films.
    Sex(Sex),
    /// Of agreement: films in which the readings of a cell differ, and the cell in words.
    Differing { cell: Cell, name: String },
}
