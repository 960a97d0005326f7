//! Where answer and truth agree and where not, one item each, to be looked at in any order.

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ErrorKind {
    /// A box that was found, of the right class.
    TruePositive,
    FalsePositive,
    FalseNegative,
    /// A box at the place of a truth of another class.
    Confusion,
    /// The film is called abnormal and is not, or the other way round, or rightly.
    FilmTruePositive,
    FilmFalsePositive,
    FilmTrueNegative,
    FilmFalseNegative,
}

/// One item of the gallery.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ErrorItem {
    pub kind: ErrorKind,
    /// Position in [`super::cases::Cases::films`].
    pub film: u32,
    /// Positions in the columns of detections and truths.
    pub detection: Option<u32>,
    pub truth: Option<u32>,
    /// Of the box, or of the film; `None` for what was missed.
    pub score: Option<f64>,
    /// With the truth it goes with, or else the best of any class; 0 where none touches.
    pub iou: f64,
    /// Area of the box in pixels; of the truth where there is one. 0 for films.
    pub area: f64,
}

/// Which items are shown.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ErrorFilter {
    /// None: all.
    pub kinds: Vec<ErrorKind>,
    /// Position in [`super::cases::Cases::classes`]: of the truth where there is one, else of the box.
    pub class: Option<u16>,
    /// Of a confusion: what the answer says.
    pub answered: Option<u16>,
    /// From and to, of the item's score, both included.
    pub scores: Option<[f64; 2]>,
    /// A slice, by its kind and name as in [`super::result::SliceFigures`].
    pub slice: Option<(String, String)>,
}

/// In which order; those without the quantity come last, ties by film.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ErrorOrder {
    #[default]
    HighestScore,
    LowestScore,
    HighestIou,
    LowestIou,
    Largest,
    Smallest,
}
