//! What is held for true of films: a published table of boxes or image labels, or COCO's ground truth.

use std::collections::BTreeMap;

use crate::domain::evaluation::problems::{ProblemKind, Problems};
use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::formats::box_classes::{BoxClasses, ClassSaid, Fold};
use crate::formats::csv_vindr::{self, BoxTable, ImageLabelTable, LabelFile};
use crate::formats::film_answers::{count_bad_rows, flaw_of_rect};
use crate::formats::label_words;

/// One box that is held for true.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TrueBox {
    /// Position in [`FilmTruths::films`].
    pub film: u32,
    pub class: u16,
    /// `xmin, ymin, xmax, ymax` in pixels of the original film; finite, with an area.
    pub rect: [f64; 4],
}

/// What is known of a film.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TrueFilm {
    pub image: String,
    /// Empty where the file does not say.
    pub study: String,
    /// In order of ids.
    pub readers: Vec<ReaderId>,
    /// The film has a finding, of whatever class.
    pub has_finding: bool,
    /// "No finding" is said of it.
    pub has_no_finding: bool,
    /// Width and height in pixels.
    pub size: Option<[u32; 2]>,
    /// Where it stands among the films, if not by its id.
    pub place: Option<i64>,
}

impl TrueFilm {
    /// As the released code of VinDr-SpineXR has it: normal where "No finding" is said, a contradiction included.
    pub const fn is_abnormal(&self) -> bool {
        self.has_finding && !self.has_no_finding
    }
}

/// Films, and the boxes on them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct FilmTruths {
    /// In the order in which they are first named.
    pub films: Vec<TrueFilm>,
    /// In the order of the file.
    pub boxes: Vec<TrueBox>,
    /// The file says of films only whether they are normal.
    pub has_no_boxes: bool,
    /// How many of the boxes count as another class than they were marked as.
    pub num_folded: u64,
    by_name: BTreeMap<String, u32>,
}

impl FilmTruths {
    pub fn film(&mut self, name: &str) -> u32 {
        if let Some(&film) = self.by_name.get(name) {
            return film;
        }
        let film = self.films.len() as u32;
        self.by_name.insert(name.to_owned(), film);
        self.films.push(TrueFilm { image: name.to_owned(), ..TrueFilm::default() });
        film
    }

    /// The films that are meant, with their boxes.
    #[must_use]
    pub fn only(self, is_meant: impl Fn(&str) -> bool) -> Self {
        let mut kept = Self { has_no_boxes: self.has_no_boxes, num_folded: self.num_folded, ..Self::default() };
        for known in self.films.iter().filter(|film| is_meant(&film.image)) {
            let film = kept.film(&known.image);
            kept.films[film as usize] = known.clone();
        }
        for one in &self.boxes {
            if let Some(film) = kept.find(&self.films[one.film as usize].image) {
                kept.boxes.push(TrueBox { film, ..*one });
            }
        }
        // Other names go with their films.
        for (name, &film) in &self.by_name {
            if let Some(film) = kept.find(&self.films[film as usize].image) {
                kept.name_too(film, name);
            }
        }
        kept
    }

    /// Boxes of these classes count as another one.
    pub fn fold(&mut self, fold: &Fold) {
        for one in &mut self.boxes {
            if let Some(class) = fold.of(one.class) {
                one.class = class;
                self.num_folded += 1;
            }
        }
    }

    pub fn find(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// Another name of a film; one that is taken stays with its film.
    pub fn name_too(&mut self, film: u32, name: &str) {
        self.by_name.entry(name.to_owned()).or_insert(film);
    }

    /// Takes a finding, or counts why its box is left out; the film is abnormal all the same.
    pub fn add_finding(
        &mut self,
        film: u32,
        (class, word): (Option<ClassSaid>, &str),
        rect: [f64; 4],
        problems: &mut Problems,
        place: impl Fn() -> String,
    ) {
        let of_film = &mut self.films[film as usize];
        if class == Some(ClassSaid::NoFinding) {
            of_film.has_no_finding = true;
            return;
        }
        of_film.has_finding = true;
        let name = &of_film.image;
        let Some(ClassSaid::Class(class)) = class else {
            let example = || format!("{}, film {name}, in the truth: there is no class {word:?}", place());
            return problems.add(ProblemKind::UnknownClass, example);
        };
        if let Some(why) = flaw_of_rect(&rect) {
            return problems.add(ProblemKind::BadBox, || format!("{}, film {name}, in the truth: {why}", place()));
        }
        self.boxes.push(TrueBox { film, class, rect });
    }
}

/// Reads a published table.
///
/// # Errors
/// One sentence where it is none.
pub fn read_csv(text: &str, classes: &BoxClasses, problems: &mut Problems) -> Result<FilmTruths, String> {
    read_csv_of(text, classes, None, problems)
}

/// Reads a published table, and of several readers only what this one says; `None`: all of them together.
///
/// # Errors
/// One sentence where it is none, or where the reader is not in it.
pub fn read_csv_of(
    text: &str,
    classes: &BoxClasses,
    reader: Option<&str>,
    problems: &mut Problems,
) -> Result<FilmTruths, String> {
    let words = label_words::of_table(text);
    let labels = classes.labels_and(&words);
    let mut truths = FilmTruths::default();
    match csv_vindr::read(text, &labels).map_err(|why| why.to_string())? {
        LabelFile::Boxes(table) => take_boxes(&mut truths, &table, (classes, reader), problems),
        LabelFile::ImageLabels(table) => take_image_labels(&mut truths, &table, reader, problems),
    }
    if let Some(reader) = reader.filter(|_| truths.films.is_empty()) {
        return Err(format!("It says nothing by the reader {reader} (column rad_id)."));
    }
    for film in truths.films.iter().filter(|film| film.readers.len() > 1) {
        let readers: Vec<&str> = film.readers.iter().map(ReaderId::as_str).collect();
        problems.add(ProblemKind::SeveralReaders, || format!("film {}: {}", film.image, readers.join(", ")));
    }
    Ok(truths)
}

fn take_boxes(
    truths: &mut FilmTruths,
    table: &BoxTable<'_>,
    (classes, reader): (&BoxClasses, Option<&str>),
    problems: &mut Problems,
) {
    count_bad_rows(&table.bad, problems);
    let said: Vec<Option<ClassSaid>> = table.labels.iter().map(|name| classes.find(name.as_str())).collect();
    for row in table.rows().filter(|row| reader.is_none_or(|reader| row.reader == reader)) {
        let film = truths.film(row.image);
        let known = &mut truths.films[film as usize];
        add_reader(known, row.reader);
        if known.study.is_empty() {
            row.study.clone_into(&mut known.study);
        }
        let label = usize::from(row.label);
        let word: &LabelName = &table.labels[label];
        let place = || format!("line {}", row.line);
        truths.add_finding(film, (said[label], word.as_str()), row.columns.unwrap_or([f64::NAN; 4]), problems, place);
    }
}

fn take_image_labels(
    truths: &mut FilmTruths,
    table: &ImageLabelTable<'_>,
    reader: Option<&str>,
    problems: &mut Problems,
) {
    count_bad_rows(&table.bad, problems);
    truths.has_no_boxes = true;
    for row in table.rows.iter().filter(|row| reader.is_none_or(|reader| row.reader == reader)) {
        let film = truths.film(&row.image);
        let known = &mut truths.films[film as usize];
        add_reader(known, &row.reader);
        known.has_finding |= !row.positive.is_empty();
        known.has_no_finding |= row.is_no_finding;
    }
}

fn add_reader(film: &mut TrueFilm, reader: &str) {
    if !reader.is_empty()
        && let Err(place) = film.readers.binary_search_by(|known| known.as_str().cmp(reader))
    {
        film.readers.insert(place, reader.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::label_set;

    #[test]
    fn films_of_unknown_classes_are_abnormal_and_counted() {
        let text = "study_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n\
                    s,a,R2,Osteophytes,1,2,3,4\n\
                    s,a,R1,Spondylolisthesis,1,2,3,4\n\
                    s,b,R1,Wings,1,2,3,4\n\
                    s,c,R1,No finding,,,,\n\
                    s,d,R1,No finding,,,,\n\
                    s,d,R2,Osteophytes,1,2,3,4\n\
                    s,e,R1,Osteophytes,3,2,1,4\n";
        let classes = BoxClasses::new(label_set::shipped_by_id("vindr_spine").unwrap());
        let mut problems = Problems::default();
        let truths = read_csv(text, &classes, &mut problems).unwrap();
        let films: Vec<_> = truths.films.iter().map(|f| (f.image.as_str(), f.is_abnormal(), f.readers.len())).collect();
        assert_eq!(films, [("a", true, 2), ("b", true, 1), ("c", false, 1), ("d", false, 2)]);
        assert_eq!(truths.films[0].readers, ["R1".into(), "R2".into()]);
        assert_eq!(truths.boxes.len(), 3);
        let counts: Vec<_> = problems.iter().map(|p| (p.kind, p.count)).collect();
        use ProblemKind::{BadBox, SeveralReaders, UnknownClass};
        assert_eq!(counts, [(UnknownClass, 1), (BadBox, 1), (SeveralReaders, 2)], "{problems:?}");
        let mut problems = Problems::default();
        let truths = read_csv_of(text, &classes, Some("R2"), &mut problems).unwrap();
        let films: Vec<_> = truths.films.iter().map(|f| (f.image.as_str(), f.is_abnormal(), f.readers.len())).collect();
        assert_eq!((films, truths.boxes.len()), (vec![("a", true, 1), ("d", true, 1)], 2));
        // Of a row that can't be read nobody knows whose it is.
        assert_eq!((problems.iter().count(), problems.count(BadBox)), (1, 1), "{problems:?}");
        assert!(read_csv_of(text, &classes, Some("R9"), &mut problems).unwrap_err().contains("R9"));
    }

    #[test]
    fn image_labels_say_which_films_are_normal() {
        let text = "image_id,Osteophytes,Fracture,No finding\na,1,0,0\nb,0,0,1\n";
        let classes = BoxClasses::new(label_set::shipped_by_id("vindr_spine").unwrap());
        let truths = read_csv(text, &classes, &mut Problems::default()).unwrap();
        assert!(truths.has_no_boxes && truths.films[0].is_abnormal() && !truths.films[1].is_abnormal());
    }
}
