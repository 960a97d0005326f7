//! Completed readings of many films in columns: what agreement and consensus are computed from.

use std::ops::Range;

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::LabelName;

/// Readings film by film: film `f` has the readings `starts[f]..starts[f + 1]`, in the order of readers.
#[derive(Clone, PartialEq, Debug)]
pub struct Readings {
    pub readers: Vec<Layer>,
    /// In the label set's order, then others by name. "No finding" is not among them.
    pub labels: Vec<LabelName>,
    /// `2026-03`, rising.
    pub months: Vec<String>,
    /// By image id.
    pub films: Vec<Film>,
    /// One more than there are films; the first is 0.
    pub starts: Vec<u32>,
    pub readings: Vec<Said>,
    pub marks: Vec<Mark>,
    /// Image labels that are present: positions in `labels`.
    pub image_labels: Vec<u16>,
}

/// Whose readings they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layer {
    pub id: ReaderId,
    /// The position of the reader whose second reading of a film this is.
    pub repeat_of: Option<u16>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Film {
    pub image: ImageId,
    /// Films with the same number are resampled together. From 0, without gaps.
    pub patient: u32,
}

/// What one reader said of one film.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Said {
    /// Position in [`Readings::readers`].
    pub reader: u16,
    /// Position in [`Readings::months`]: when the reading was last changed.
    pub month: u16,
    pub has_no_finding: bool,
    /// Places in [`Readings::marks`]: from, and up to.
    pub marks: [u32; 2],
    /// Places in [`Readings::image_labels`].
    pub image_labels: [u32; 2],
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mark {
    pub id: i64,
    /// Position in [`Readings::labels`].
    pub label: u16,
    /// `xmin, ymin, xmax, ymax` in pixels of the original film, with an area.
    pub rect: [f64; 4],
}

impl Default for Readings {
    fn default() -> Self {
        Self {
            readers: Vec::new(),
            labels: Vec::new(),
            months: Vec::new(),
            films: Vec::new(),
            starts: vec![0],
            readings: Vec::new(),
            marks: Vec::new(),
            image_labels: Vec::new(),
        }
    }
}

impl Readings {
    pub fn of_film(&self, film: usize) -> &[Said] {
        &self.readings[self.starts[film] as usize..self.starts[film + 1] as usize]
    }

    pub fn marks_of(&self, said: &Said) -> &[Mark] {
        &self.marks[range(said.marks)]
    }

    pub fn image_labels_of(&self, said: &Said) -> &[u16] {
        &self.image_labels[range(said.image_labels)]
    }

    /// Readings of a film by different people: second readings by the same person left out.
    pub fn first_readings(&self, film: usize) -> impl Iterator<Item = &Said> {
        self.of_film(film).iter().filter(|said| self.readers[usize::from(said.reader)].repeat_of.is_none())
    }

    pub fn num_patients(&self) -> usize {
        self.films.iter().map(|film| film.patient + 1).max().unwrap_or(0) as usize
    }

    /// The film that follows, with what each reader said: the reader, the month, "No finding", marks and image labels.
    pub fn push_film(&mut self, film: Film, said: impl IntoIterator<Item = (u16, u16, bool, Vec<Mark>, Vec<u16>)>) {
        for (reader, month, has_no_finding, marks, image_labels) in said {
            let (mark, label) = (self.marks.len() as u32, self.image_labels.len() as u32);
            self.marks.extend(marks);
            self.image_labels.extend(image_labels);
            let marks = [mark, self.marks.len() as u32];
            let image_labels = [label, self.image_labels.len() as u32];
            self.readings.push(Said { reader, month, has_no_finding, marks, image_labels });
        }
        self.films.push(film);
        self.starts.push(self.readings.len() as u32);
    }
}

const fn range([from, to]: [u32; 2]) -> Range<usize> {
    from as usize..to as usize
}
