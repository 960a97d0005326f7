//! The films of a project: what their headers say and where their files are.

use std::path::{Path, PathBuf};

use rusqlite::types::{Value, ValueRef};
use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};

use crate::domain::id::{ImageId, PatientId, SeriesId, StudyId};
use crate::domain::people::{Act, Matter};
use crate::domain::study::{FilmEntry, FilmFacts, FilmSource, Sex, view_name};

use super::error::{StoreError, unreadable};
use super::project::{Store, now_ms};

/// What became of a film that was to be added.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AddedFilm {
    Added,
    /// The same bytes are in the project already, as this film.
    DuplicateContent(ImageId),
    /// Another film has this id.
    IdTaken,
}

/// What became of each film of a call, in its order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AddedFilms {
    pub outcomes: Vec<AddedFilm>,
}

impl AddedFilms {
    pub fn num_added(&self) -> usize {
        self.outcomes.iter().filter(|o| **o == AddedFilm::Added).count()
    }
}

const COLUMNS: &str = "image_id, series_id, study_id, patient_id, width, height, num_frames, modality, body_part, \
    view_position, laterality, series_description, sex, age_years, study_date, series_number, instance_number, \
    row_spacing_mm, column_spacing_mm, is_lossy, is_synthetic, file_bytes, source, zip_entry, sha256";

/// As a reader leafs through a study.
const ORDER: &str = "study_id, series_number, series_id, instance_number, image_id";

impl Store {
    /// The film with these bytes (SHA-256 of the whole file), where there is one.
    pub fn has_content(&self, sha256: &[u8; 32]) -> Result<Option<ImageId>, StoreError> {
        self.require(Matter::Films, Act::See)?;
        let mut statement = self.conn.prepare_cached("SELECT image_id FROM film WHERE sha256 = ?1")?;
        Ok(statement.query_row([sha256], |row| row.get::<_, String>(0).map(ImageId::new)).optional()?)
    }

    /// Adds films in one transaction: all that can be added are, or on an error none is.
    pub fn add_films(&mut self, films: &[FilmEntry]) -> Result<AddedFilms, StoreError> {
        self.require(Matter::Films, Act::Change)?;
        let folder = self.folder().to_owned();
        let now = now_ms();
        let mut added = AddedFilms::default();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut same_bytes = tx.prepare_cached("SELECT image_id FROM film WHERE sha256 = ?1")?;
            let mut same_id = tx.prepare_cached("SELECT 1 FROM film WHERE image_id = ?1")?;
            let places = (1..=26).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
            let mut insert = tx.prepare_cached(&format!("INSERT INTO film ({COLUMNS}, added_at) VALUES ({places})"))?;
            for film in films {
                let twin = same_bytes.query_row([&film.sha256], |row| row.get::<_, String>(0)).optional()?;
                added.outcomes.push(if let Some(twin) = twin {
                    AddedFilm::DuplicateContent(ImageId::new(twin))
                } else if same_id.exists([film.facts.image.as_str()])? {
                    AddedFilm::IdTaken
                } else {
                    let (source, zip_entry) = source_to_columns(&film.source, &folder)?;
                    let f = &film.facts;
                    insert.execute(params![
                        f.image.as_str(),
                        f.series.as_str(),
                        f.study.as_str(),
                        f.patient.as_str(),
                        f.width,
                        f.height,
                        f.num_frames,
                        f.modality,
                        f.body_part,
                        f.view_position,
                        f.laterality,
                        f.series_description,
                        f.sex.map(Sex::as_dicom),
                        f.age_years,
                        f.study_date,
                        f.series_number,
                        f.instance_number,
                        f.pixel_spacing_mm.map(|s| s[0]),
                        f.pixel_spacing_mm.map(|s| s[1]),
                        f.is_lossy,
                        f.is_synthetic,
                        f.file_bytes as i64,
                        source,
                        zip_entry,
                        film.sha256,
                        now,
                    ])?;
                    AddedFilm::Added
                });
            }
        }
        tx.commit()?;
        Ok(added)
    }

    pub fn film(&self, image: &ImageId) -> Result<Option<FilmEntry>, StoreError> {
        self.require(Matter::Films, Act::See)?;
        Ok(self.select_films("WHERE image_id = ?1", &[image.as_str()])?.pop())
    }

    /// All, study by study, as a reader leafs through them.
    pub fn films(&self) -> Result<Vec<FilmEntry>, StoreError> {
        self.require(Matter::Films, Act::See)?;
        self.select_films("", &[])
    }

    pub fn films_of_study(&self, study: &StudyId) -> Result<Vec<FilmEntry>, StoreError> {
        self.require(Matter::Films, Act::See)?;
        self.select_films("WHERE study_id = ?1", &[study.as_str()])
    }

    /// The films of one patient; none where the patient is not known.
    pub fn films_of_patient(&self, patient: &PatientId) -> Result<Vec<FilmEntry>, StoreError> {
        self.require(Matter::Films, Act::See)?;
        // Earlier studies are clinical information too.
        if patient.as_str().is_empty() || self.hides_clinical_facts()? {
            return Ok(Vec::new());
        }
        self.select_films("WHERE patient_id = ?1", &[patient.as_str()])
    }

    fn select_films(&self, which: &str, values: &[&str]) -> Result<Vec<FilmEntry>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM film {which} ORDER BY {ORDER}");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        let is_hidden = self.hides_clinical_facts()?;
        let mut films = Vec::new();
        while let Some(row) = rows.next()? {
            let mut film = film_from_row(row, self.folder())?;
            if is_hidden {
                hide_clinical_facts(&mut film.facts);
            }
            films.push(film);
        }
        Ok(films)
    }
}

/// Of a free text only what it says of the view.
fn hide_clinical_facts(facts: &mut FilmFacts) {
    let view = view_name(None, facts.series_description.as_deref(), true).map(str::to_owned);
    facts.series_description = view;
    (facts.sex, facts.age_years, facts.study_date) = (None, None, None);
}

fn film_from_row(row: &Row<'_>, folder: &Path) -> Result<FilmEntry, StoreError> {
    let text = |i: usize| row.get::<_, String>(i);
    let spacing: (Option<f64>, Option<f64>) = (row.get(17)?, row.get(18)?);
    let facts = FilmFacts {
        image: ImageId::new(text(0)?),
        series: SeriesId::new(text(1)?),
        study: StudyId::new(text(2)?),
        patient: PatientId::new(text(3)?),
        width: row.get(4)?,
        height: row.get(5)?,
        num_frames: row.get(6)?,
        modality: row.get(7)?,
        body_part: row.get(8)?,
        view_position: row.get(9)?,
        laterality: row.get(10)?,
        series_description: row.get(11)?,
        sex: row.get_ref(12)?.as_str_or_null().map_err(|e| unreadable("a film's sex", e))?.and_then(Sex::from_dicom),
        age_years: row.get(13)?,
        study_date: row.get(14)?,
        series_number: row.get(15)?,
        instance_number: row.get(16)?,
        pixel_spacing_mm: spacing.0.zip(spacing.1).map(|(row, column)| [row, column]),
        is_lossy: row.get(19)?,
        is_synthetic: row.get(20)?,
        file_bytes: row.get::<_, i64>(21)?.cast_unsigned(),
    };
    let source = source_from_columns(row.get_ref(22)?, row.get(23)?, folder)?;
    Ok(FilmEntry { facts, source, sha256: row.get(24)? })
}

/// Paths inside the project folder are stored relative to it, with `/`, so that the folder can be moved.
fn source_to_columns(source: &FilmSource, folder: &Path) -> Result<(Value, Option<String>), StoreError> {
    let (path, entry) = match source {
        FilmSource::File(path) => (path, None),
        FilmSource::Zip { archive, entry } => (archive, Some(entry.clone())),
    };
    let inside = path.strip_prefix(folder).ok().and_then(Path::to_str);
    if let Some(inside) = inside {
        return Ok((Value::Text(inside.replace(std::path::MAIN_SEPARATOR, "/")), entry));
    }
    let absolute = std::path::absolute(path).map_err(|e| StoreError::io("finding a film", path, e))?;
    Ok((path_to_value(&absolute), entry))
}

fn path_to_value(path: &Path) -> Value {
    #[cfg(unix)]
    if path.to_str().is_none() {
        use std::os::unix::ffi::OsStrExt;
        return Value::Blob(path.as_os_str().as_bytes().to_vec());
    }
    // Elsewhere a path that is not Unicode is kept as it shows; the film then counts as missing.
    Value::Text(path.to_string_lossy().into_owned())
}

fn source_from_columns(path: ValueRef<'_>, entry: Option<String>, folder: &Path) -> Result<FilmSource, StoreError> {
    let path = match path {
        ValueRef::Text(text) => PathBuf::from(str::from_utf8(text).map_err(|e| unreadable("a film's path", e))?),
        #[cfg(unix)]
        ValueRef::Blob(bytes) => {
            use std::os::unix::ffi::OsStrExt;
            PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
        }
        other => return Err(unreadable("a film's path", other.data_type())),
    };
    let path = folder.join(path);
    Ok(match entry {
        None => FilmSource::File(path),
        Some(entry) => FilmSource::Zip { archive: path, entry },
    })
}
