//! Folders, DICOMDIR and zip files become films of a project.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rachis::dicom::isolated::Decoder;
use rachis::dicom::scan::scan;
use rachis::domain::id::ImageId;
use rachis::domain::rules::default_rules;
use rachis::domain::study::FilmSource;
use rachis::jobs::{CancelToken, Progress};
use rachis::store::{NewProject, Store};
use rachis::workflows::import_films::{ImportOptions, ImportOutcome, ImportReport, import_films};

use crate::dicom_zoo::films;

/// A 4 x 3 film, 16 bits, whose values tell it apart. `uid` empty: no UIDs at all, as in published films.
fn film_bytes(number: u16, uid: &str) -> Vec<u8> {
    fn element(out: &mut Vec<u8>, group: u16, number: u16, vr: &str, value: &[u8]) {
        let mut value = value.to_vec();
        if value.len() % 2 == 1 {
            value.push(if vr == "UI" { 0 } else { b' ' });
        }
        out.extend_from_slice(&group.to_le_bytes());
        out.extend_from_slice(&number.to_le_bytes());
        out.extend_from_slice(vr.as_bytes());
        if vr == "OW" {
            out.extend_from_slice(&[0, 0]);
            out.extend_from_slice(&(value.len() as u32).to_le_bytes());
        } else {
            out.extend_from_slice(&(value.len() as u16).to_le_bytes());
        }
        out.extend_from_slice(&value);
    }
    let mut out = vec![0; 128];
    out.extend_from_slice(b"DICM");
    element(&mut out, 2, 0x10, "UI", b"1.2.840.10008.1.2.1");
    if !uid.is_empty() {
        element(&mut out, 8, 0x18, "UI", uid.as_bytes());
    }
    element(&mut out, 8, 0x60, "CS", b"DX");
    element(&mut out, 0x10, 0x10, "PN", format!("Somebody^{}", number / 2).as_bytes());
    element(&mut out, 0x10, 0x40, "CS", b"F");
    element(&mut out, 0x10, 0x1010, "AS", b"049Y");
    element(&mut out, 0x28, 2, "US", &1u16.to_le_bytes());
    element(&mut out, 0x28, 4, "CS", b"MONOCHROME2");
    element(&mut out, 0x28, 0x10, "US", &3u16.to_le_bytes());
    element(&mut out, 0x28, 0x11, "US", &4u16.to_le_bytes());
    for (tag, value) in [(0x100, 16u16), (0x101, 12), (0x102, 11), (0x103, 0)] {
        element(&mut out, 0x28, tag, "US", &value.to_le_bytes());
    }
    let pixels: Vec<u8> = (0..12u16).flat_map(|n| (n * 100 + number).to_le_bytes()).collect();
    element(&mut out, 0x7fe0, 0x10, "OW", &pixels);
    out
}

fn project(folder: &Path) -> Store {
    let new = NewProject {
        name: "Test".into(),
        label_set: "vindr_spine".into(),
        rules: default_rules(),
        is_synthetic: false,
    };
    Store::create(&folder.join("project"), &new).unwrap()
}

fn import(store: &mut Store, paths: &[PathBuf], copy_films: bool) -> ImportReport {
    import_films(store, paths, ImportOptions { copy_films }, &|_| {}, &CancelToken::new()).unwrap()
}

fn hex_digit(n: u8) -> char {
    char::from_digit(u32::from(n), 16).unwrap()
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// A folder with films in every guise and things that are none.
fn medley(folder: &Path) -> PathBuf {
    let root = folder.join("incoming");
    write(&root.join("00a4089038fb4f7b926624bd31b3ca88.dicom"), &film_bytes(1, ""));
    write(&root.join("a/b/c/d/IM000001"), &film_bytes(2, "1.2.3.2"));
    write(&root.join("a/film.dcm"), &film_bytes(3, "1.2.3.3"));
    write(&root.join("a/the same film.dcm"), &film_bytes(2, "1.2.3.2"));
    write(&root.join("a/another film, same uid.dcm"), &film_bytes(4, "1.2.3.3"));
    write(&root.join("readme.txt"), b"Nothing to see in this file.");
    write(&root.join("empty.dcm"), b"");
    write(&root.join("cut.dcm"), &film_bytes(5, "1.2.3.5")[..300]);
    let mut zip = zip::ZipWriter::new(std::fs::File::create(root.join("films.zip")).unwrap());
    for (name, bytes) in [("x/y/film6", film_bytes(6, "1.2.3.6")), ("film1 again.dcm", film_bytes(1, ""))] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&root, root.join("a/round and round")).unwrap();
    root
}

fn outcome_of(report: &ImportReport, name: &str) -> (ImportOutcome, String) {
    let ends = |source: &FilmSource| match source {
        FilmSource::File(path) => path.ends_with(name),
        FilmSource::Zip { entry, .. } => entry == name,
    };
    let row = report.rows.iter().find(|row| ends(&row.source)).unwrap_or_else(|| panic!("no row for {name}"));
    (row.outcome, row.reason.clone().unwrap_or_default())
}

#[test]
fn films_that_nothing_names_are_named_by_their_content() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("incoming");
    // Names of patients, one name in two folders, and in an archive.
    let files = [("Doe^Jane.dcm", 1), ("a/IM000001", 2), ("b/IM000001", 3)];
    for (name, number) in files {
        write(&root.join(name), &film_bytes(number, ""));
    }
    let mut zip = zip::ZipWriter::new(std::fs::File::create(root.join("films.zip")).unwrap());
    zip.start_file("c/IM000001", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(&film_bytes(4, "")).unwrap();
    zip.finish().unwrap();

    let mut store = project(folder.path());
    let report = import(&mut store, std::slice::from_ref(&root), true);
    assert_eq!(report.summary(), "4 films imported");
    let mut images: Vec<String> = Vec::new();
    for film in store.films().unwrap() {
        let facts = &film.facts;
        let content: String = film.sha256[..16].iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hex_digit).collect();
        assert_eq!(facts.image.as_str(), content);
        assert_eq!((facts.series.as_str(), facts.study.as_str()), (facts.image.as_str(), facts.image.as_str()));
        let read = rachis::dicom::read_facts(&film.source).unwrap().facts;
        assert_eq!(read.image, facts.image, "the copy of the film has the same id");
        images.push(facts.image.as_str().to_owned());
    }
    images.sort();
    images.dedup();
    assert_eq!(images.len(), 4);
    let at_zip = report.rows.iter().find(|row| matches!(row.source, FilmSource::Zip { .. })).unwrap();
    assert!(images.contains(&at_zip.image.as_ref().unwrap().as_str().to_owned()));

    // Nothing of the project holds the name.
    let mut folders = vec![store.folder().to_owned()];
    let mut num_files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            assert!(!path.to_string_lossy().contains("Jane"), "{}", path.display());
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!bytes.windows(4).any(|window| window == b"Jane"), "{}", path.display());
                num_files += 1;
            }
        }
    }
    assert!(num_files >= 5, "the database and four films");
    assert_eq!(import(&mut store, &[root], true).summary(), "0 films imported, 4 already there");
}

#[test]
fn every_file_gets_its_row_and_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let root = medley(folder.path());
    let mut store = project(folder.path());
    let report = import(&mut store, std::slice::from_ref(&root), false);
    let check = |name: &str, expected: ImportOutcome, reason: &str| {
        let (outcome, text) = outcome_of(&report, name);
        assert!(outcome == expected && text.contains(reason), "{name}: {outcome:?} {text:?}");
    };
    check("00a4089038fb4f7b926624bd31b3ca88.dicom", ImportOutcome::Imported, "");
    check("IM000001", ImportOutcome::Imported, "");
    check("x/y/film6", ImportOutcome::Imported, "");
    check("film1 again.dcm", ImportOutcome::Duplicate, "");
    check("readme.txt", ImportOutcome::NotAFilm, "not a DICOM file");
    check("empty.dcm", ImportOutcome::NotAFilm, "too short");
    check("cut.dcm", ImportOutcome::Failed, "damaged");
    check("the same film.dcm", ImportOutcome::Duplicate, "");
    // The scan is in the order of names, so "another film" comes first and has the id.
    check("another film, same uid.dcm", ImportOutcome::Imported, "");
    check("film.dcm", ImportOutcome::Failed, "other content");
    #[cfg(unix)]
    check("round and round", ImportOutcome::Failed, "leads back");
    assert_eq!(store.films().unwrap().len(), 4);
    let film = store.film(&ImageId::from("00a4089038fb4f7b926624bd31b3ca88")).unwrap().unwrap();
    assert_eq!((film.facts.width, film.facts.height, film.facts.age_years), (4, 3, Some(49.0)));
    assert_eq!(film.facts.patient.as_str().len(), 16);
    assert!(!format!("{film:?}").contains("Somebody"), "no name in the project");
    // Films of the zip archive open like any other.
    let zipped = store.film(&ImageId::from("1.2.3.6")).unwrap().unwrap();
    let decoded = Decoder::new().decode(&zipped.source, 0).unwrap();
    assert_eq!(decoded.film.stored_value(1, 0), Some(106.0));
    println!("{}", report.summary());
}

#[test]
fn the_same_import_again_finds_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    let root = medley(folder.path());
    let mut store = project(folder.path());
    let first = import(&mut store, std::slice::from_ref(&root), false);
    let again = import(&mut store, &[root.clone(), root.join("a")], false);
    assert_eq!(again.num(ImportOutcome::Imported), 0);
    assert_eq!(again.rows.len(), first.rows.len() + usize::from(cfg!(unix)), "a path inside another adds nothing");
    assert_eq!(store.films().unwrap().len(), 4);
}

#[test]
fn copies_are_named_by_content_and_open() {
    let folder = tempfile::tempdir().unwrap();
    let root = medley(folder.path());
    let mut store = project(folder.path());
    let report = import(&mut store, std::slice::from_ref(&root), true);
    assert_eq!(report.num(ImportOutcome::Imported), 4);
    std::fs::remove_dir_all(&root).unwrap();
    let mut num_files = 0;
    for entry in walkdir::WalkDir::new(store.folder().join("films")).into_iter().map(Result::unwrap) {
        num_files += usize::from(entry.file_type().is_file());
    }
    assert_eq!(num_files, 4, "no copy of what was not imported");
    for film in store.films().unwrap() {
        let FilmSource::File(path) = &film.source else { panic!("{:?}", film.source) };
        assert!(path.starts_with(store.folder().join("films")), "{}", path.display());
        assert_eq!(path.file_stem().unwrap().len(), 64);
        Decoder::new().decode(&film.source, 0).unwrap();
    }
    // The originals come back under other names: the project knows their bytes.
    let again = import(&mut store, &[medley(folder.path())], true);
    assert_eq!(again.num(ImportOutcome::Imported), 0);
}

#[test]
fn a_cancelled_import_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("many");
    for number in 0..600 {
        write(&root.join(format!("{number}.dcm")), &film_bytes(number, &format!("1.2.{number}")));
    }
    let mut store = project(folder.path());
    let cancel = CancelToken::new();
    let seen = AtomicU64::new(0);
    let watch = |progress: Progress| {
        seen.fetch_max(progress.done, Ordering::Relaxed);
        if progress.total > 0 && progress.done >= 200 {
            cancel.cancel();
        }
    };
    let options = ImportOptions::default();
    let first = import_films(&mut store, std::slice::from_ref(&root), options, &watch, &cancel).unwrap();
    let num_first = first.num(ImportOutcome::Imported);
    assert!(first.is_cancelled && (200..600).contains(&num_first), "{num_first}");
    assert_eq!(store.films().unwrap().len(), num_first, "what was imported stays");
    let rest = import(&mut store, &[root], false);
    assert_eq!(rest.num(ImportOutcome::Imported), 600 - num_first);
    assert_eq!(rest.num(ImportOutcome::Duplicate), num_first);
    assert_eq!(store.films().unwrap().len(), 600);
}

#[test]
fn an_archive_of_zeros_costs_little() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("zeros.dcm", options).unwrap();
    let zeros = vec![0u8; 1 << 20];
    for _ in 0..64 {
        zip.write_all(&zeros).unwrap();
    }
    // A film that goes on for ever behind its pixels.
    zip.start_file("film.dcm", options).unwrap();
    zip.write_all(&film_bytes(1, "1.2.3")).unwrap();
    for _ in 0..400 {
        zip.write_all(&zeros).unwrap();
    }
    zip.finish().unwrap();
    let mut store = project(folder.path());
    let start = Instant::now();
    let report = import(&mut store, &[path], false);
    println!("{:?}: {:?}", start.elapsed(), report.rows);
    assert_eq!(outcome_of(&report, "zeros.dcm").0, ImportOutcome::NotAFilm);
    let (outcome, reason) = outcome_of(&report, "film.dcm");
    assert!(outcome == ImportOutcome::Failed && reason.contains("MiB"), "{reason}");
}

#[test]
fn real_media_with_any_directory_give_their_films() {
    let Some(folder) = films("dicomdir") else { return };
    let num_films = |paths: &[PathBuf]| scan(paths, |_| true).candidates.iter().filter(|c| is_film(&c.source)).count();
    let all = num_films(std::slice::from_ref(&folder));
    assert_eq!(all, 31);
    for name in ["DICOMDIR", "DICOMDIR-bigEnd", "DICOMDIR-implicit", "DICOMDIR-nooffset", "DICOMDIR-reordered"] {
        let named = scan(&[folder.join(name)], |_| true).candidates;
        assert!(named.len() == 31 && named.iter().all(|c| is_film(&c.source)), "{name}: {}", named.len());
    }
    // Its patients are not patients, but the files it names are there.
    assert!(num_films(&[folder.join("DICOMDIR-nopatient")]) >= 31);
    // An empty one: the folder is looked through.
    assert_eq!(num_films(&[folder.join("DICOMDIR-empty.dcm")]), all);
    // Fifty files without pixels, named by their own directory.
    assert_eq!(scan(&[folder.join("TINY_ALPHA/DICOMDIR")], |_| true).candidates.len(), 50);
}

fn is_film(source: &FilmSource) -> bool {
    rachis::dicom::read_facts(source).is_ok()
}

#[test]
fn the_whole_zoo_and_everything_bad_in_one_import() {
    let (Some(zoo), Some(bad)) = (films("zoo"), films("bad")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path());
    let report = import(&mut store, &[zoo.clone(), bad.clone()], false);
    let rows = |root: &Path, outcome: ImportOutcome| {
        let inside = |source: &FilmSource| matches!(source, FilmSource::File(path) if path.starts_with(root));
        report.rows.iter().filter(|row| row.outcome == outcome && inside(&row.source)).count()
    };
    println!("{}", report.summary());
    for row in report.rows.iter().filter(|row| matches!(&row.source, FilmSource::File(p) if p.starts_with(&zoo))) {
        let is_alien = matches!(&row.source, FilmSource::File(p) if p.extension().is_some_and(|e| e == "npz" || e == "png" || e == "csv" || e == "py"));
        if row.outcome == ImportOutcome::Failed && !is_alien {
            println!("{:?} {:?}", row.source, row.reason);
        }
    }
    // Some zoo films share a UID with others, different bytes: those are told of.
    let taken =
        report.rows.iter().filter(|row| row.reason.as_ref().is_some_and(|r| r.contains("other content"))).count();
    assert_eq!(
        rows(&zoo, ImportOutcome::Imported) + rows(&zoo, ImportOutcome::Duplicate) + taken_in(&report, &zoo),
        121
    );
    assert!(taken < 121);
    assert_eq!(store.films().unwrap().len(), report.num(ImportOutcome::Imported));
}

fn taken_in(report: &ImportReport, root: &Path) -> usize {
    let is_taken = |row: &&rachis::workflows::import_films::ImportRow| {
        row.reason.as_ref().is_some_and(|reason| reason.contains("other content"))
            && matches!(&row.source, FilmSource::File(path) if path.starts_with(root))
    };
    report.rows.iter().filter(is_taken).count()
}
