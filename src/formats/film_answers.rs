//! What files of predictions say of films: boxes and probabilities, each checked, each bad one counted.

use std::collections::HashMap;

use crate::domain::evaluation::problems::{ProblemKind, Problems};
use crate::formats::bad_row::{BadRow, Problem};
use crate::formats::box_classes::{ClassSaid, Fold};

/// One predicted box.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AnsweredBox {
    /// Position in [`FilmAnswers::films`].
    pub film: u32,
    /// Position among the classes.
    pub class: u16,
    /// 0 to 1.
    pub score: f64,
    /// `xmin, ymin, xmax, ymax` in pixels of the original film; finite, with an area.
    pub rect: [f64; 4],
}

/// What files say of films.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct FilmAnswers {
    /// Ids, in the order in which they are first named.
    pub films: Vec<String>,
    /// 0 to 1, film by film.
    pub probabilities: Vec<Option<f64>>,
    /// The best confidence of a "No finding" box, film by film.
    pub no_finding: Vec<Option<f64>>,
    /// In the order of the file.
    pub boxes: Vec<AnsweredBox>,
    /// Somebody looked for boxes, even where none were found.
    pub has_detector: bool,
    by_name: HashMap<String, u32>,
}

/// A box as a file has it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SaidBox<'a> {
    /// `None` for a class that is not known.
    pub class: Option<ClassSaid>,
    /// The class as the file writes it.
    pub word: &'a str,
    pub score: f64,
    pub rect: [f64; 4],
}

impl FilmAnswers {
    pub fn new(has_detector: bool) -> Self {
        Self { has_detector, ..Self::default() }
    }

    /// The film's position; a new one where it was not named before.
    pub fn film(&mut self, name: &str) -> u32 {
        // Rows of one film mostly stand together.
        if let Some(last) = self.films.last().filter(|last| *last == name) {
            return self.by_name.get(last).copied().unwrap_or_default();
        }
        if let Some(&film) = self.by_name.get(name) {
            return film;
        }
        let film = self.films.len() as u32;
        self.by_name.insert(name.to_owned(), film);
        self.films.push(name.to_owned());
        self.probabilities.push(None);
        self.no_finding.push(None);
        film
    }

    /// What is said of the films that are meant.
    #[must_use]
    pub fn only(self, is_meant: impl Fn(&str) -> bool) -> Self {
        let mut kept = Self::new(self.has_detector);
        for (place, name) in self.films.iter().enumerate().filter(|(_, name)| is_meant(name)) {
            let film = kept.film(name) as usize;
            kept.probabilities[film] = self.probabilities[place];
            kept.no_finding[film] = self.no_finding[place];
        }
        for one in &self.boxes {
            if let Some(film) = kept.find(&self.films[one.film as usize]) {
                kept.boxes.push(AnsweredBox { film, ..*one });
            }
        }
        kept
    }

    /// Boxes of these classes count as another one.
    pub fn fold(&mut self, fold: &Fold) {
        for one in &mut self.boxes {
            one.class = fold.of(one.class).unwrap_or(one.class);
        }
    }

    pub fn find(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// Takes a box, or counts why not. Of "No finding" only the confidence is kept, the best of a film.
    pub fn add_box(&mut self, film: u32, said: &SaidBox<'_>, problems: &mut Problems, place: impl Fn() -> String) {
        self.has_detector = true;
        let name = &self.films[film as usize];
        let class = match said.class {
            Some(ClassSaid::Class(class)) => class,
            Some(ClassSaid::NoFinding) => return self.add_no_finding(film, said.score, problems, place),
            Some(ClassSaid::OfFilm) => {
                let example =
                    || format!("{}, film {name}: {:?} is said of whole films, not of boxes", place(), said.word);
                return problems.add(ProblemKind::UnknownClass, example);
            }
            None => {
                let example = || format!("{}, film {name}: there is no class {:?}", place(), said.word);
                return problems.add(ProblemKind::UnknownClass, example);
            }
        };
        if let Some(why) = flaw_of_rect(&said.rect) {
            return problems.add(ProblemKind::BadBox, || format!("{}, film {name}: {why}", place()));
        }
        if !(0.0..=1.0).contains(&said.score) {
            let example = || format!("{}, film {name}: a box with the score {}", place(), said.score);
            return problems.add(ProblemKind::BadScore, example);
        }
        self.boxes.push(AnsweredBox { film, class, score: said.score, rect: said.rect });
    }

    fn add_no_finding(&mut self, film: u32, score: f64, problems: &mut Problems, place: impl Fn() -> String) {
        if !(0.0..=1.0).contains(&score) {
            let name = &self.films[film as usize];
            let example = || format!("{}, film {name}: \"No finding\" with the score {score}", place());
            return problems.add(ProblemKind::BadScore, example);
        }
        let best = &mut self.no_finding[film as usize];
        *best = Some(best.map_or(score, |known| known.max(score)));
    }

    /// Takes a probability, or counts why not; the first of a film counts.
    pub fn add_probability(&mut self, film: u32, p: f64, problems: &mut Problems, place: impl Fn() -> String) {
        let name = &self.films[film as usize];
        if !(0.0..=1.0).contains(&p) {
            return problems.add(ProblemKind::BadScore, || format!("{}, film {name}: a probability of {p}", place()));
        }
        if self.probabilities[film as usize].is_some() {
            let example = || format!("{}, film {name}: a second probability, {p}", place());
            return problems.add(ProblemKind::Repeated, example);
        }
        self.probabilities[film as usize] = Some(p);
    }

    /// The probabilities of another file instead of its own.
    pub fn take_probabilities(&mut self, other: &Self) {
        self.probabilities.fill(None);
        for (name, &p) in other.films.iter().zip(&other.probabilities) {
            let film = self.film(name);
            self.probabilities[film as usize] = p;
        }
    }
}

/// What is wrong with a box, as words of a sentence.
pub fn flaw_of_rect(rect: &[f64; 4]) -> Option<String> {
    let [xmin, ymin, xmax, ymax] = *rect;
    // The bound that the database has for coordinates.
    if rect.iter().any(|value| value.is_nan() || value.abs() >= 9e99) {
        return Some("a box with a coordinate that is no number".to_owned());
    }
    (xmin >= xmax || ymin >= ymax).then(|| format!("a box without an area: {xmin}, {ymin} to {xmax}, {ymax}"))
}

/// Counts the rows that a table's reader could not take.
pub fn count_bad_rows(bad: &[BadRow], problems: &mut Problems) {
    for row in bad {
        let kind = match &row.problem {
            Problem::UnknownLabel(_) | Problem::GlobalLabel(_) | Problem::UnknownClass(_) => ProblemKind::UnknownClass,
            Problem::NoCoordinate(_)
            | Problem::NotANumber { .. }
            | Problem::NotFinite(_)
            | Problem::Unordered { .. }
            | Problem::BoxOfNoFinding => ProblemKind::BadBox,
            Problem::Confidence(_) => ProblemKind::BadScore,
            Problem::SecondRow { .. } | Problem::SecondNoFinding { .. } | Problem::Duplicate { .. } => {
                ProblemKind::Repeated
            }
            _ => ProblemKind::BadLine,
        };
        problems.add(kind, || row.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bad_box_is_counted_as_what_it_is() {
        let mut answers = FilmAnswers::default();
        let mut problems = Problems::default();
        let film = answers.film("f");
        let fine = SaidBox { class: Some(ClassSaid::Class(2)), word: "c", score: 0.5, rect: [0.0, 0.0, 2.0, 1.0] };
        let mut add = |said: SaidBox<'_>| answers.add_box(film, &said, &mut problems, || "line 1".to_owned());
        add(fine);
        add(SaidBox { score: f64::NAN, ..fine });
        add(SaidBox { score: 1.000_001, ..fine });
        add(SaidBox { score: -0.1, ..fine });
        add(SaidBox { score: 0.0, ..fine });
        add(SaidBox { score: 1.0, ..fine });
        add(SaidBox { class: None, ..fine });
        add(SaidBox { class: Some(ClassSaid::NoFinding), ..fine });
        add(SaidBox { class: Some(ClassSaid::NoFinding), score: 0.25, ..fine });
        add(SaidBox { class: Some(ClassSaid::NoFinding), score: f64::NAN, ..fine });
        add(SaidBox { class: Some(ClassSaid::OfFilm), ..fine });
        add(SaidBox { rect: [2.0, 0.0, 2.0, 1.0], ..fine });
        add(SaidBox { rect: [0.0, 0.0, f64::NAN, 1.0], ..fine });
        add(SaidBox { rect: [0.0, 0.0, f64::INFINITY, 1.0], ..fine });
        assert_eq!((answers.boxes.len(), &answers.no_finding[..]), (3, &[Some(0.5)][..]));
        let counts: Vec<_> = problems.iter().map(|p| (p.kind, p.count)).collect();
        assert_eq!(
            counts,
            [(ProblemKind::UnknownClass, 2), (ProblemKind::BadBox, 3), (ProblemKind::BadScore, 4)],
            "{problems:?}"
        );
    }

    #[test]
    fn the_first_probability_of_a_film_counts() {
        let mut answers = FilmAnswers::default();
        let mut problems = Problems::default();
        let film = answers.film("f");
        for p in [f64::NAN, 0.25, 0.75, 1.5] {
            answers.add_probability(film, p, &mut problems, || "line 1".to_owned());
        }
        assert_eq!(answers.probabilities, [Some(0.25)]);
        assert_eq!((problems.count(ProblemKind::BadScore), problems.count(ProblemKind::Repeated)), (2, 1));
        let mut other = FilmAnswers::default();
        let film = other.film("g");
        other.add_probability(film, 0.5, &mut problems, String::new);
        answers.take_probabilities(&other);
        assert_eq!(answers.probabilities, [None, Some(0.5)]);
    }
}
