//! What readers said, without anything that only the project knows: no ids of marks, no names, no times.

use crate::domain::attribute::Attributes;
use crate::domain::id::{ImageId, ReaderId, SeriesId, StudyId};
use crate::domain::label::{LabelName, LabelSet};
use crate::domain::presence::LabelAnswers;
use crate::domain::quality::UnfitReason;
use crate::domain::shape::Shape;

/// Everything that goes out.
#[derive(Clone, PartialEq, Debug)]
pub struct Content {
    /// Of the project.
    pub title: String,
    pub labels: LabelSet,
    /// By id.
    pub films: Vec<FilmOut>,
    /// By film, then reader.
    pub said: Vec<Said>,
}

/// A film as formats name it.
#[derive(Clone, PartialEq, Debug)]
pub struct FilmOut {
    pub image: ImageId,
    /// Empty where it is not known.
    pub study: StudyId,
    pub series: SeriesId,
    /// Width and height in pixels; `None` where the film itself is not in the project.
    pub size: Option<[u32; 2]>,
}

/// What one reader said of one film.
#[derive(Clone, PartialEq, Debug)]
pub struct Said {
    pub image: ImageId,
    /// As it goes out.
    pub reader: ReaderId,
    pub is_no_finding: bool,
    pub marks: Vec<SaidMark>,
    pub of_image: LabelAnswers,
    pub of_series: LabelAnswers,
    pub of_study: LabelAnswers,
    pub unfit: Option<UnfitReason>,
}

/// One label on one shape.
#[derive(Clone, PartialEq, Debug)]
pub struct SaidMark {
    pub label: LabelName,
    pub shape: Shape,
    pub attributes: Attributes,
    /// Marks of a reading with the same number lie on one shape.
    pub group: u32,
}

impl Said {
    pub fn new(image: ImageId, reader: ReaderId) -> Self {
        Self {
            image,
            reader,
            is_no_finding: false,
            marks: Vec::new(),
            of_image: LabelAnswers::default(),
            of_series: LabelAnswers::default(),
            of_study: LabelAnswers::default(),
            unfit: None,
        }
    }

    /// Nothing is said at all, not even that nothing was found.
    pub fn is_silent(&self) -> bool {
        !self.is_no_finding && self.marks.is_empty() && self.num_answers() == 0 && self.unfit.is_none()
    }

    pub fn num_answers(&self) -> usize {
        [&self.of_image, &self.of_series, &self.of_study].into_iter().map(|answers| answers.iter().count()).sum()
    }

    /// A mark on a shape of its own.
    pub fn push(&mut self, label: LabelName, shape: Shape, attributes: Attributes) {
        let group = self.marks.iter().map(|mark| mark.group + 1).max().unwrap_or(0);
        self.marks.push(SaidMark { label, shape, attributes, group });
    }
}

impl Content {
    pub fn film(&self, image: &ImageId) -> Option<&FilmOut> {
        let place = self.films.binary_search_by(|film| film.image.cmp(image)).ok()?;
        self.films.get(place)
    }

    pub fn of_film<'a>(&'a self, image: &'a ImageId) -> impl Iterator<Item = &'a Said> {
        let start = self.said.partition_point(|said| said.image < *image);
        self.said[start..].iter().take_while(move |said| said.image == *image)
    }

    /// Whose readings they are, each once.
    pub fn readers(&self) -> Vec<ReaderId> {
        let mut readers: Vec<ReaderId> = self.said.iter().map(|said| said.reader.clone()).collect();
        readers.sort();
        readers.dedup();
        readers
    }

    pub fn num_marks(&self) -> usize {
        self.said.iter().map(|said| said.marks.len()).sum()
    }

    /// The same of some films only.
    #[must_use]
    pub fn of_films(&self, is_wanted: impl Fn(&ImageId) -> bool) -> Self {
        let films = self.films.iter().filter(|film| is_wanted(&film.image)).cloned().collect();
        let said = self.said.iter().filter(|said| is_wanted(&said.image)).cloned().collect();
        Self { films, said, title: self.title.clone(), labels: self.labels.clone() }
    }
}

/// Marks that lie on one shape, in the order in which the shapes first come.
pub fn same_shapes(marks: &[SaidMark]) -> Vec<Vec<&SaidMark>> {
    let mut groups: Vec<Vec<&SaidMark>> = Vec::new();
    for mark in marks {
        match groups.iter_mut().find(|group| group[0].group == mark.group && group[0].shape == mark.shape) {
            Some(group) => group.push(mark),
            None => groups.push(vec![mark]),
        }
    }
    groups
}
