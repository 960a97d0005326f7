//! Rows of a table that cannot be taken as they are: where they stand, and what is wrong with each, in a sentence.

/// A row that is not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadRow {
    /// Of the file, from 1; the header is line 1.
    pub line: u32,
    pub problem: Problem,
}

/// What is wrong with a row.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Problem {
    #[error("{0}")]
    Quotes(&'static str),
    #[error("the row has {found} cells and the header has {expected}{}", spanning(*.num_lines))]
    NumCells { found: usize, expected: usize, num_lines: u32 },
    #[error("the image_id is empty")]
    NoImage,
    #[error("the reader's id (rad_id) is empty")]
    NoReader,
    #[error("the label is empty")]
    NoLabel,
    #[error(
        "the film {0} is not in the project; import the film first, or choose to take labels of films that come later"
    )]
    NoSuchFilm(Box<str>),
    #[error("the project has no reader {0}; add the person first, or choose to add the people that a file brings")]
    NoSuchReader(Box<str>),
    #[error("reviewers have signed the consensus of film {0}; take the signatures back first, or leave its rows out")]
    Signed(Box<str>),
    #[error("the label {0:?} is not one of the project's labels; mend the row, or add the label to the project's")]
    UnknownLabel(Box<str>),
    #[error("{0} is said of the film as a whole and cannot have a box; put it into the table of image labels")]
    GlobalLabel(Box<str>),
    #[error("{0} is missing; a finding needs all four coordinates")]
    NoCoordinate(&'static str),
    #[error("{column} is {text:?}, which is not a number")]
    NotANumber { column: &'static str, text: Box<str> },
    #[error("{0} is not a finite number")]
    NotFinite(&'static str),
    #[error("{min} is not less than {max}; the box has no extent or its corners are swapped")]
    Unordered { min: &'static str, max: &'static str },
    #[error("\"No finding\" has no box; its coordinates must be empty")]
    BoxOfNoFinding,
    #[error("class_id {class_id:?} does not belong to {label}")]
    ClassId { class_id: Box<str>, label: Box<str> },
    #[error("the PredictionString has {0} words; each box takes six: class, confidence, xmin, ymin, xmax, ymax")]
    PredictionTokens(usize),
    #[error("there is no class {0:?}")]
    UnknownClass(Box<str>),
    #[error("the confidence {0:?} is not between 0 and 1")]
    Confidence(Box<str>),
    #[error("{column} is {text:?}; only 0 and 1 are allowed")]
    NotZeroOrOne { column: Box<str>, text: Box<str> },
    #[error("the row says \"No finding\" and {0} at once")]
    NoFindingAndLabel(Box<str>),
    #[error("the same film, reader, label and box stand in line {first_line} already; take one of the two rows out")]
    SameRow { first_line: u32 },
    #[error("the same film and reader stand in line {first_line} already; take one of the two rows out")]
    SecondRow { first_line: u32 },
    #[error("the film has study_id or series_id other than in line {first_line}")]
    OtherStudy { first_line: u32 },
    #[error("a second \"No finding\" of the same film and reader; the first is in line {first_line}")]
    SecondNoFinding { first_line: u32 },
    #[error("\"No finding\", but the same reader marks a finding on this film in line {line}")]
    NoFindingWithBoxes { line: u32 },
    #[error("\"No finding\", but the project holds findings of the same reader on this film")]
    ProjectHasFindings,
    #[error("the project holds \"No finding\" of the same reader for this film")]
    ProjectHasNoFinding,
    #[error("the box reaches outside the film, which is {width} x {height} pixels")]
    OutsideFilm { width: u32, height: u32 },
    #[error("the box has no size to speak of: its width or height is under {0} pixels")]
    TooSmall(TooSmall),
    #[error("the same reader marks {label} in the same place in line {first_line}")]
    Duplicate { first_line: u32, label: Box<str> },
}

/// A limit in pixels that compares bit by bit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TooSmall(pub f64);

impl Eq for TooSmall {}

impl std::fmt::Display for TooSmall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Display for BadRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

fn spanning(num_lines: u32) -> String {
    if num_lines > 1 {
        format!("; a quote makes {num_lines} lines one row, which may be a quote that was never closed")
    } else {
        String::new()
    }
}
