//! What several integration tests share: small projects, and where the real films are.

use std::path::{Path, PathBuf};

use rachis::domain::id::{ImageId, PatientId, SeriesId, StudyId};
use rachis::domain::imaging::{DisplayFacts, Film, GreyPlane, Pixels, Voi, Window};
use rachis::domain::project::Reader;
use rachis::domain::rules::default_rules;
use rachis::domain::study::{FilmEntry, FilmFacts, FilmSource, Sex};
use rachis::store::{NewProject, Store};

/// The folder of real films, where there is one. A test that needs it says that it skipped.
pub fn films() -> Option<PathBuf> {
    let folder = std::env::var_os("RACHIS_FILMS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/films"), PathBuf::from);
    folder.join("zoo/manifest.csv").exists().then_some(folder)
}

/// Width and height of the test films.
pub const FILM_SIDE: (u32, u32) = (320, 480);

/// A film whose values rise from left to right and from top to bottom.
pub fn wedge() -> Film {
    let (width, height) = FILM_SIDE;
    let texels = (0..height).flat_map(|y| (0..width).map(move |x| (x * 6 + y * 4) as u16)).collect();
    let voi = vec![
        Voi::Window(Window { explanation: Some("WIDE".into()), ..Window::linear(2048.0, 4096.0) }),
        Voi::Window(Window { explanation: Some("NARROW".into()), ..Window::linear(1500.0, 600.0) }),
    ];
    let facts = DisplayFacts { bits_stored: 12, voi, ..DisplayFacts::default() };
    Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
}

/// Facts of film `n`; two films make a study.
pub fn entry(n: usize) -> FilmEntry {
    let (width, height) = FILM_SIDE;
    FilmEntry {
        facts: FilmFacts {
            image: ImageId::new(format!("{n:032x}")),
            series: SeriesId::new(format!("series{}", n / 2)),
            study: StudyId::new(format!("study{}", n / 2)),
            patient: PatientId::new(format!("patient{}", n / 2)),
            width,
            height,
            num_frames: 1,
            modality: Some("DX".into()),
            body_part: Some("LSPINE".into()),
            view_position: Some(if n.is_multiple_of(2) { "AP".into() } else { "LL".into() }),
            laterality: None,
            series_description: Some("Synthetic spine".into()),
            sex: Some(Sex::Female),
            age_years: Some(63.0),
            study_date: Some("20200102".into()),
            series_number: Some(1),
            instance_number: Some(n as i64 % 2 + 1),
            pixel_spacing_mm: Some([0.15, 0.15]),
            is_lossy: false,
            is_synthetic: true,
            file_bytes: 1000,
        },
        source: FilmSource::File(PathBuf::from(format!("films/{n:032x}.dicom"))),
        sha256: [n as u8; 32],
    }
}

/// A project of the spine label set with reader R1 and `num` films.
pub fn project(folder: &Path, num: usize) -> Store {
    let project = NewProject {
        name: "Test project".into(),
        label_set: "vindr_spine".into(),
        rules: default_rules(),
        is_synthetic: true,
    };
    let mut store = Store::create(folder, &project).unwrap();
    for (id, name) in [("R1", "Reader one"), ("R2", "Reader two")] {
        store.add_reader(&Reader { years_of_experience: Some(12), ..Reader::new(id, name) }).unwrap();
    }
    let films: Vec<FilmEntry> = (0..num).map(entry).collect();
    store.add_films(&films).unwrap();
    store
}
