//! A project of synthetic films with simulated readings, to try the program with.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, bail};
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::dicom::write::{SyntheticFile, name_from, synthetic_file, uid_from};
use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::Edit;
use crate::domain::id::{AnnotationId, ImageId, ReaderId, SeriesId, StudyId};
use crate::domain::log::{NewLogEntry, Step};
use crate::domain::project::Reader;
use crate::domain::rules::default_rules;
use crate::domain::study::{FilmEntry, FilmFacts, FilmSource};
use crate::domain::task::TaskState;
use crate::jobs::{CancelToken, Progress};
use crate::phantom::{Region, SimulatedReader, Study, SyntheticFilm, View, studies};
use crate::store::{NewProject, Store};
use crate::workflows::demo_models::add_demo_models;

/// Of the demo that everybody meets first: half of its 24 films are normal, the others show nine of the findings, and two studies are
/// later ones of a patient seen before.
pub const FIRST_SEED: u64 = 4632;
pub const FIRST_NUM_STUDIES: u64 = 12;

/// What to make.
#[derive(Clone, PartialEq, Debug)]
pub struct DemoRequest {
    /// Made where there is none; empty, or left by an interrupted demo of the same request.
    pub folder: PathBuf,
    /// Each has one to three films, two mostly.
    pub num_studies: u64,
    pub seed: u64,
    /// Of rows and columns against films of real size.
    pub scale: f32,
    /// With the two small models that suggest findings.
    pub has_models: bool,
}

/// What was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DemoReport {
    pub num_studies: u64,
    pub num_films: usize,
    /// Of the readers that are simulated.
    pub num_readings: usize,
    /// Told to stop before the end: the same request goes on from there.
    pub is_cancelled: bool,
}

/// Stands in the folder until the demo is whole; its text is the request.
const UNFINISHED: &str = "demo.unfinished";

/// Reader 1 is the person who tries the program, so nothing of that reader is made up.
const READERS: [(&str, &str, u32); 3] =
    [("R1", "Reader 1 (you)", 10), ("R2", "Reader 2 (simulated)", 14), ("R3", "Reader 3 (simulated)", 11)];

/// 2025-01-01 00:00 UTC: the simulated readings are dated from here, a minute apart, so that the same request gives
/// the same project.
const FIRST_READING_MS: i64 = 1_735_689_600_000;

/// Makes the project, on all cores. `progress` is called from any thread, with films; `cancel` is asked before each.
pub fn make_demo(
    request: &DemoRequest,
    progress: &(dyn Fn(&Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<DemoReport> {
    let mut store = open_folder(request)?;
    if request.has_models {
        add_demo_models(&mut store, FIRST_READING_MS).context("bringing the demo's models into it")?;
    }
    for (id, name, years) in READERS {
        let reader = Reader { years_of_experience: Some(years), ..Reader::new(id, name) };
        store.add_reader(&reader)?;
    }
    let all: Vec<Study> = studies(request.seed, request.num_studies).collect();
    let num_films = all.iter().map(|study| study.films.len() as u64).sum();
    let mut report =
        DemoReport { num_studies: request.num_studies, num_films: 0, num_readings: 0, is_cancelled: false };
    let done = AtomicU64::new(0);
    // Some studies at a time, so that an interrupted demo keeps what it has.
    for chunk in all.chunks(8) {
        let films: Vec<(&Study, usize)> =
            chunk.iter().flat_map(|study| (0..study.films.len()).map(move |number| (study, number))).collect();
        let known: Vec<Option<FilmEntry>> = films
            .iter()
            .map(|&(study, number)| store.film(&ImageId::new(name_from(study.film_numbers(number)))))
            .collect::<Result<_, _>>()?;
        let made: Vec<Option<FilmEntry>> = films
            .par_iter()
            .zip(known)
            .map(|(&(study, number), known)| {
                if cancel.is_cancelled() {
                    return Ok(None);
                }
                let entry = match known {
                    Some(entry) => entry,
                    None => write_film(request, study, number)?,
                };
                progress(&Progress::new("Taking synthetic films", done.fetch_add(1, Ordering::Relaxed) + 1, num_films));
                Ok(Some(entry))
            })
            .collect::<anyhow::Result<_>>()?;
        let entries: Vec<FilmEntry> = made.iter().flatten().cloned().collect();
        store.add_films(&entries).context("adding the films to the project")?;
        report.num_films += entries.len();
        for ((study, number), entry) in films.iter().zip(&made) {
            if let Some(entry) = entry {
                report.num_readings += read_film(&mut store, request, study, *number, &entry.facts.image)?;
            }
        }
        if made.iter().any(Option::is_none) {
            report.is_cancelled = true;
            return Ok(report);
        }
    }
    fs::remove_file(request.folder.join(UNFINISHED)).context("finishing the demo")?;
    Ok(report)
}

/// A new project in an empty folder, or the one that an interrupted demo of the same request left.
fn open_folder(request: &DemoRequest) -> anyhow::Result<Store> {
    let folder = &request.folder;
    let shown = folder.display();
    let note = format!("studies {} seed {} scale {}\n", request.num_studies, request.seed, request.scale);
    let unfinished = folder.join(UNFINISHED);
    match fs::read_to_string(&unfinished) {
        Ok(other) if other == note => {}
        Ok(other) => bail!(
            "{shown} holds an interrupted demo of another request ({}): ask for the same again, or choose another folder",
            other.trim()
        ),
        Err(_) => {
            let is_empty = match fs::read_dir(folder) {
                Ok(mut entries) => entries.next().is_none(),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
                Err(error) => return Err(error).with_context(|| format!("looking into {shown}")),
            };
            if !is_empty {
                bail!("{shown} is not empty, and nothing was changed in it: choose a new folder for the demo");
            }
            fs::create_dir_all(folder).with_context(|| format!("making the folder {shown}"))?;
            fs::write(&unfinished, note).with_context(|| format!("writing into {shown}"))?;
        }
    }
    if folder.join("project.db").exists() {
        return Ok(Store::open(folder)?);
    }
    let project = NewProject {
        name: "Synthetic spine films".to_owned(),
        label_set: "vindr_spine".to_owned(),
        rules: default_rules(),
        is_synthetic: true,
    };
    Ok(Store::create(folder, &project)?)
}

/// Takes a film and writes its file under its final name only when it is whole.
fn write_film(request: &DemoRequest, study: &Study, number: usize) -> anyhow::Result<FilmEntry> {
    let film = study.film(number, request.scale);
    let name = name_from(study.film_numbers(number));
    let (bytes, facts) = file_and_facts(request.seed, study, number, &film, &name)?;
    let path = request.folder.join("films").join(format!("{name}.dicom"));
    let unfinished = path.with_extension("unfinished");
    let mut file = fs::File::create(&unfinished).with_context(|| format!("writing {}", unfinished.display()))?;
    file.write_all(&bytes)
        .and_then(|()| file.sync_all())
        .with_context(|| format!("writing {}", unfinished.display()))?;
    fs::rename(&unfinished, &path).with_context(|| format!("naming {}", path.display()))?;
    Ok(FilmEntry { facts, source: FilmSource::File(path), sha256: Sha256::digest(&bytes).into() })
}

/// The DICOM file of a film, and its facts as reading that file gives them.
pub fn file_and_facts(
    seed: u64,
    study: &Study,
    number: usize,
    film: &SyntheticFilm,
    name: &str,
) -> anyhow::Result<(Vec<u8>, FilmFacts)> {
    let plan = &study.films[number];
    let (part, title_part, region) = match plan.region {
        Region::Lumbar => ("LSPINE", "lumbar spine", ("122496007", "Lumbar spine")),
        Region::Thoracic => ("TSPINE", "thoracic spine", ("122495006", "Thoracic spine")),
    };
    let (position, title_view, view, orientation) = match (plan.view, plan.is_facing_right()) {
        (View::Frontal, _) => ("AP", "AP", ("399348003", "antero-posterior"), "L\\F"),
        (View::Lateral, false) => ("LL", "lateral", ("399173006", "left lateral"), "P\\F"),
        (View::Lateral, true) => ("RL", "lateral", ("399198007", "right lateral"), "A\\F"),
    };
    let title = format!("{title_part} {title_view}");
    let file = SyntheticFile {
        patient_number: study.patient_number(),
        sex: study.patient.sex,
        age_years: study.patient.age_years,
        study_uid: uid_from(study.study_numbers()),
        series_uid: uid_from(study.film_numbers(number).map(|n| n ^ 0x5e_51e5)),
        instance_uid: uid_from(study.film_numbers(number)),
        study_date: study.date(seed),
        series_number: number as u32 + 1,
        instance_number: 1,
        title: &title,
        body_part: part,
        region,
        view_position: position,
        view,
        orientation,
        width: film.width,
        height: film.height,
        texels: &film.texels,
        bits_stored: film.bits_stored,
        is_monochrome1: film.is_monochrome1,
        windows: &film.windows,
        padding: film.padding,
        spacing_mm: film.spacing_mm.map(|mm| (mm * 1e6).round() / 1e6),
    };
    let bytes = synthetic_file(&file).context("writing a synthetic film")?;
    let facts = FilmFacts {
        image: ImageId::new(name),
        series: SeriesId::new(file.series_uid.as_str()),
        study: StudyId::new(file.study_uid.as_str()),
        patient: file.pseudonym(),
        width: file.width,
        height: file.height,
        num_frames: 1,
        modality: Some("DX".to_owned()),
        body_part: Some(part.to_owned()),
        view_position: Some(position.to_owned()),
        laterality: Some("U".to_owned()),
        series_description: Some(format!("Synthetic {title}")),
        sex: Some(file.sex),
        age_years: Some(f64::from(file.age_years)),
        study_date: Some(file.study_date.clone()),
        series_number: Some(i64::from(file.series_number)),
        instance_number: Some(i64::from(file.instance_number)),
        pixel_spacing_mm: file.spacing_mm.map(|mm| [mm, mm]),
        is_lossy: false,
        is_synthetic: true,
        file_bytes: bytes.len() as u64,
    };
    Ok((bytes, facts))
}

/// Completed readings of the simulated readers; how many were new.
fn read_film(
    store: &mut Store,
    request: &DemoRequest,
    study: &Study,
    number: usize,
    image: &ImageId,
) -> anyhow::Result<usize> {
    let mut num_new = 0;
    for (which, (id, _, _)) in READERS.iter().enumerate().skip(1) {
        let reader = ReaderId::new(*id);
        if store.reading(image, &reader)?.state() == TaskState::Completed {
            continue;
        }
        let marks = study.reading(&SimulatedReader::new(request.seed, which as u32 + 1), number, request.scale);
        // Unique in this session: a study has few films, a film few marks.
        let first = ((study.index as u32 * 8 + number as u32) * 4 + which as u32) * 128;
        let ids = (first..).map(|ordinal| AnnotationId::new(store.session(), ordinal));
        let mut edits: Vec<Edit> = ids
            .zip(marks)
            .filter_map(|(id, (label, rect))| Annotation::boxed(id, label, rect, Origin::Drawn))
            .map(Edit::Add)
            .collect();
        if edits.is_empty() {
            edits.push(Edit::Add(Annotation::no_finding(AnnotationId::new(store.session(), first), Origin::Drawn)));
        }
        edits.push(Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed });
        let minutes = study.index as i64 * 10 + number as i64 * 3 + which as i64;
        let entry = NewLogEntry {
            image: image.clone(),
            reader,
            step: Step::Do,
            edit: Edit::Batch { name: "Simulated reading".to_owned(), edits },
            made_at_ms: FIRST_READING_MS + minutes * 60_000,
        };
        store.commit(&entry).context("writing a simulated reading")?;
        num_new += 1;
    }
    Ok(num_new)
}
