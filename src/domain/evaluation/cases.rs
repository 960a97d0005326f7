//! What is evaluated: films in columns, with their truth, their probabilities and their boxes.

use crate::domain::attribute::VertebralLevel;
use crate::domain::geometry::Rect;
use crate::domain::id::{ImageId, PatientId, ReaderId, StudyId};
use crate::domain::label::LabelName;
use crate::domain::study::{Sex, View};

/// Boxes of many films in columns, film by film: film `f` has the boxes `starts[f]..starts[f + 1]`.
#[derive(Clone, PartialEq, Debug)]
pub struct BoxColumns {
    /// One more than there are films; the first is 0.
    pub starts: Vec<u32>,
    /// Position in [`Cases::classes`].
    pub classes: Vec<u16>,
    /// `xmin, ymin, xmax, ymax` in pixels of the original film.
    pub rects: Vec<[f64; 4]>,
    /// 0 to 1 and, within a film, falling; empty for truths.
    pub scores: Vec<f64>,
}

impl Default for BoxColumns {
    fn default() -> Self {
        Self { starts: vec![0], classes: Vec::new(), rects: Vec::new(), scores: Vec::new() }
    }
}

impl BoxColumns {
    pub const fn len(&self) -> usize {
        self.classes.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    pub const fn num_films(&self) -> usize {
        self.starts.len() - 1
    }

    /// The boxes of a film.
    pub fn of_film(&self, film: usize) -> std::ops::Range<usize> {
        self.starts[film] as usize..self.starts[film + 1] as usize
    }

    /// The film of a box.
    pub fn film_of(&self, index: usize) -> usize {
        self.starts.partition_point(|&start| start as usize <= index) - 1
    }

    /// The film that follows, with its boxes.
    pub fn push_film(&mut self, boxes: impl IntoIterator<Item = (u16, [f64; 4], Option<f64>)>) {
        for (class, rect, score) in boxes {
            self.classes.push(class);
            self.rects.push(rect);
            self.scores.extend(score);
        }
        self.starts.push(self.classes.len() as u32);
    }

    /// Brings each film's boxes into the order of falling score; those of equal score stay as they stood.
    pub fn sort_films(&mut self) {
        self.parts().into_iter().for_each(BoxesOfFilms::sort);
    }

    /// Films by the thousand, so that several threads can sort them.
    pub fn parts(&mut self) -> Vec<BoxesOfFilms<'_>> {
        let (mut classes, mut rects, mut scores) = (&mut self.classes[..], &mut self.rects[..], &mut self.scores[..]);
        let mut parts = Vec::new();
        for first in (0..self.starts.len() - 1).step_by(FILMS_PER_PART) {
            let starts = &self.starts[first..self.starts.len().min(first + FILMS_PER_PART + 1)];
            let len = (starts[starts.len() - 1] - starts[0]) as usize;
            let part = BoxesOfFilms {
                starts,
                classes: classes.split_off_mut(..len).expect("as many as there are boxes"),
                rects: rects.split_off_mut(..len).expect("as many as there are boxes"),
                scores: scores.split_off_mut(..len).expect("each with its score"),
            };
            parts.push(part);
        }
        parts
    }

    /// `None` for a box without an area.
    pub fn rect(&self, index: usize) -> Option<Rect> {
        let [xmin, ymin, xmax, ymax] = self.rects[index];
        Rect::from_columns(xmin, ymin, xmax, ymax)
    }
}

const FILMS_PER_PART: usize = 1000;

/// Detections of some films of [`BoxColumns`].
#[derive(Debug)]
pub struct BoxesOfFilms<'a> {
    starts: &'a [u32],
    classes: &'a mut [u16],
    rects: &'a mut [[f64; 4]],
    scores: &'a mut [f64],
}

impl BoxesOfFilms<'_> {
    /// See [`BoxColumns::sort_films`].
    pub fn sort(self) {
        let mut order: Vec<u128> = Vec::new();
        let mut copy: Vec<(u16, [f64; 4], f64)> = Vec::new();
        for ends in self.starts.windows(2) {
            let boxes = (ends[0] - self.starts[0]) as usize..(ends[1] - self.starts[0]) as usize;
            let (classes, rects) = (&mut self.classes[boxes.clone()], &mut self.rects[boxes.clone()]);
            let scores = &mut self.scores[boxes];
            if scores.is_sorted_by(|a, b| a >= b) {
                continue;
            }
            // Score and place in one number: comparing numbers needs no branch, and no two are equal.
            order.clear();
            order.extend(scores.iter().zip(0..).map(|(score, place)| u128::from(falling(*score)) << 64 | place));
            order.sort_unstable();
            copy.clear();
            copy.extend(order.iter().map(|&key| {
                let from = key as u64 as usize;
                (classes[from], rects[from], scores[from])
            }));
            for (place, &(class, rect, score)) in copy.iter().enumerate() {
                (classes[place], rects[place], scores[place]) = (class, rect, score);
            }
        }
    }
}

/// A number that is the smaller, the greater the score is.
const fn falling(score: f64) -> u64 {
    let bits = score.to_bits();
    if bits >> 63 == 0 { !(bits | 1 << 63) } else { bits }
}

/// What is known of one film beside its boxes.
#[derive(Clone, PartialEq, Debug)]
pub struct FilmCase {
    pub image: ImageId,
    /// Equal to the image's where the input does not say: then each film counts as its own study and patient.
    pub study: StudyId,
    pub patient: PatientId,
    /// Whether the truth calls the film abnormal; `None` where it says nothing of the film: then the film is left out of
    /// the classifier's figures.
    pub is_abnormal: Option<bool>,
    /// In pixels, where it is known.
    pub size: Option<[u32; 2]>,
    pub age_years: Option<f64>,
    pub sex: Option<Sex>,
    pub view: View,
    /// Whose truth it is, in order of ids.
    pub readers: Vec<ReaderId>,
}

/// One answer over one set of films, held against one truth.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cases {
    /// Classes of boxes, in the order of the label set, without "No finding".
    pub classes: Vec<LabelName>,
    /// In order of image ids; those of COCO's truth by their numbers, where all are numbers, as pycocotools has them: boxes
    /// of equal score on two films stand in this order.
    pub films: Vec<FilmCase>,
    /// One truth box per mark, in the order in which the truth lists them.
    pub truths: BoxColumns,
    /// The vertebral level that readers gave each truth box; empty where nobody gave any.
    pub truth_levels: Vec<Option<VertebralLevel>>,
    /// How many of `truths` are of a label that counts as "Other lesions" ([`super::settings::Folding`]).
    pub num_folded: u64,
    /// Every box of the detector before any rule and threshold, at most [`super::settings::Settings::max_detections`]
    /// of each film and class are looked at.
    pub detections: BoxColumns,
    /// Whether there is a detector at all: without one, boxes are not evaluated.
    pub has_detector: bool,
    /// The classifier's, film by film; `None` where it did not answer. Empty without a classifier.
    pub probabilities: Vec<Option<f64>>,
    /// The confidence of the answer's own "No finding" box, film by film; `None` where it has none. Empty where no film
    /// has one.
    pub no_finding: Vec<Option<f64>>,
}

/// In square pixels, of `[xmin, ymin, xmax, ymax]`; 0 where nothing is inside.
pub(super) fn area([xmin, ymin, xmax, ymax]: [f64; 4]) -> f64 {
    (xmax - xmin).max(0.0) * (ymax - ymin).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_film_is_sorted_for_itself_and_equal_scores_stay_in_order() {
        let mut columns = BoxColumns::default();
        for film in [vec![0.5, 0.9, 0.5, 1.0, 0.0, 0.9], vec![], vec![0.2, 0.1], vec![-0.5, 0.0, 2.0]] {
            columns.push_film(film.into_iter().zip(0..).map(|(score, i)| (i, [f64::from(i); 4], Some(score))));
        }
        assert_eq!(columns.clone().parts().len(), 1);
        columns.sort_films();
        assert_eq!(columns.scores, [1.0, 0.9, 0.9, 0.5, 0.5, 0.0, 0.2, 0.1, 2.0, 0.0, -0.5]);
        assert_eq!(columns.classes, [3, 1, 5, 0, 2, 4, 0, 1, 2, 1, 0]);
        assert!(columns.rects.iter().zip(&columns.classes).all(|(rect, &class)| rect[0] == f64::from(class)));
    }

    #[test]
    fn all_of_many_films_are_sorted() {
        let mut columns = BoxColumns::default();
        for film in 0..2500_u32 {
            let scores = (0..film % 4).map(|i| f64::from((film + i * 7) % 10));
            columns.push_film(scores.map(|score| (0, [score; 4], Some(score))));
        }
        assert_eq!(columns.parts().len(), 3);
        columns.sort_films();
        for film in 0..2500 {
            assert!(columns.scores[columns.of_film(film)].is_sorted_by(|a, b| a >= b), "film {film}");
        }
        assert!(columns.rects.iter().zip(&columns.scores).all(|(rect, &score)| rect[0] == score));
        assert!(BoxColumns::default().parts().is_empty());
    }
}
