//! Every file of the film zoo decodes to the manifest's values.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rachis::dicom::{self, Samples, StoredFrame};
use rachis::domain::imaging::Pixels;
use rachis::domain::study::FilmSource;
use sha2::{Digest as _, Sha256};

/// A folder of real films, where this machine has them.
pub fn films(folder: &str) -> Option<PathBuf> {
    if let Some(root) = crate::support::films() {
        return Some(root.join(folder));
    }
    println!("skipped: there are no real films here (RACHIS_FILMS says where they are)");
    None
}

/// Bytes as the manifests write hashes.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|n| char::from_digit(n.into(), 16).unwrap()).collect()
}

/// Rows of a CSV with quotes, by column name.
pub fn read_csv(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut rows: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut is_quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let field = rows.last_mut().unwrap().last_mut().unwrap();
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => rows.last_mut().unwrap().push(String::new()),
            '\n' if !is_quoted => rows.push(vec![String::new()]),
            '\r' if !is_quoted => {}
            c => field.push(c),
        }
    }
    let names = rows.remove(0);
    let whole = rows.into_iter().filter(|row| row.len() == names.len());
    whole.map(|row| names.iter().cloned().zip(row).collect()).collect()
}

/// Whether a frame equals what the manifest promises; the reason where not.
fn verdict(row: &BTreeMap<String, String>, folder: &Path, stored: &StoredFrame) -> Result<(), String> {
    let bytes = stored.samples.to_le_bytes();
    let hash = hex(&Sha256::digest(&bytes));
    if ["sha256_frame0_le", "alt_sha256_frame0_le", "sha256_rgb"].iter().any(|column| row[*column] == hash) {
        return Ok(());
    }
    let expected = folder.join("expected_lossy").join(format!("{}.npz", row["file"]));
    if row["lossy"] != "1" || !expected.exists() {
        return Err("another SHA-256".to_owned());
    }
    let tolerance = row["tolerance"]
        .split_once("max abs diff ")
        .map_or(0, |(_, text)| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap());
    let expected = frame0(&expected);
    let ours = signed_values(stored);
    if expected.len() != ours.len() {
        return Err(format!("{} samples instead of {}", ours.len(), expected.len()));
    }
    let difference = expected.iter().zip(&ours).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
    if difference <= tolerance { Ok(()) } else { Err(format!("off by {difference}, tolerance {tolerance}")) }
}

fn signed_values(stored: &StoredFrame) -> Vec<i64> {
    let is_signed = stored.number == dicom::Number::Signed;
    match &stored.samples {
        Samples::Bytes(v) => v.iter().map(|&n| if is_signed { i64::from(n as i8) } else { i64::from(n) }).collect(),
        Samples::Words(v) => v.iter().map(|&n| if is_signed { i64::from(n as i16) } else { i64::from(n) }).collect(),
        Samples::Longs(v) => v.iter().map(|&n| i64::from(n)).collect(),
        Samples::Doubles(_) => Vec::new(),
    }
}

/// The array `frame0` of a NumPy archive of integers.
fn frame0(path: &Path) -> Vec<i64> {
    let mut archive = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut bytes = Vec::new();
    archive.by_name("frame0.npy").unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(&bytes[..6], b"\x93NUMPY");
    let header_len = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8_lossy(&bytes[10..10 + header_len]).into_owned();
    assert!(header.contains("'fortran_order': False"), "{header}");
    let data = &bytes[10 + header_len..];
    let words = || data.chunks_exact(2);
    if header.contains("'|u1'") {
        data.iter().map(|&b| i64::from(b)).collect()
    } else if header.contains("'<u2'") {
        words().map(|c| i64::from(u16::from_le_bytes([c[0], c[1]]))).collect()
    } else if header.contains("'<i2'") {
        words().map(|c| i64::from(i16::from_le_bytes([c[0], c[1]]))).collect()
    } else {
        panic!("{}: {header}", path.display())
    }
}

#[test]
fn stored_values_are_those_of_the_manifest() {
    let Some(folder) = films("zoo") else { return };
    let rows = read_csv(&folder.join("manifest.csv"));
    let mut failures = Vec::new();
    for row in &rows {
        let source = FilmSource::File(folder.join(&row["file"]));
        let verdict = match dicom::decode_stored(&source, 0) {
            Ok(stored) => verdict(row, &folder, &stored),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = verdict {
            failures.push(format!("{} ({}): {why}", row["file"], row["ts_name"]));
        }
    }
    assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), rows.len(), failures.join("\n"));
    assert_eq!(rows.len(), 121, "the manifest is whole");
}

#[test]
fn facts_agree_with_the_manifest() {
    let Some(folder) = films("zoo") else { return };
    for row in &read_csv(&folder.join("manifest.csv")) {
        let file = &row["file"];
        let read = dicom::read_facts(&FilmSource::File(folder.join(file))).expect(file);
        let facts = read.facts;
        let number = |column: &str| row[column].parse::<u32>().unwrap();
        assert_eq!((facts.width, facts.height), (number("cols"), number("rows")), "{file}");
        assert_eq!(facts.num_frames, number("frames"), "{file}");
        assert_eq!(facts.modality.as_deref().unwrap_or(""), row["modality"], "{file}");
        assert_eq!(facts.body_part.as_deref().unwrap_or(""), row["body_part"].trim(), "{file}");
        assert_eq!(facts.file_bytes.to_string(), row["bytes"], "{file}");
        assert!(!facts.is_synthetic, "{file}");
        assert!(facts.is_lossy || row["lossy"] == "0", "{file}");
    }
}

#[test]
fn every_frame_of_multi_frame_films_decodes() {
    let Some(folder) = films("zoo") else { return };
    for row in read_csv(&folder.join("manifest.csv")).iter().filter(|row| row["frames"] != "1") {
        let path = folder.join(&row["file"]);
        let mut film = dicom::FilmFile::open_path(&path).unwrap();
        let frames: u32 = row["frames"].parse().unwrap();
        for frame in 0..frames {
            film.stored(frame, &mut dicom::InProcess).unwrap_or_else(|e| panic!("{} frame {frame}: {e}", row["file"]));
        }
        let beyond = film.stored(frames, &mut dicom::InProcess).unwrap_err();
        assert!(matches!(beyond, dicom::DicomError::NoSuchFrame { .. }), "{beyond}");
    }
}

#[test]
fn radiographs_are_shown_as_dcmtk_shows_them() {
    let Some(folder) = films("zoo") else { return };
    let mut compared = 0;
    let mut failures = Vec::new();
    for row in &read_csv(&folder.join("manifest.csv")) {
        let picture = folder.join("rendered").join(format!("{}.png", row["file"]));
        if !picture.exists() {
            continue;
        }
        let expected = image::open(&picture).unwrap().to_luma8();
        let film = dicom::decode(&FilmSource::File(folder.join(&row["file"])), 0).unwrap().film;
        let ours = match &film.pixels {
            Pixels::Grey(_) => film.rendered(&film.initial_settings()),
            Pixels::Rgb(rgb) => rgb.chunks_exact(3).map(|c| c[1]).collect(),
        };
        let ours = reduced(&ours, (film.width, film.height), expected.dimensions());
        let expected = expected.into_raw();
        compared += 1;
        let correlation = correlation(&ours, &expected);
        let total: u64 = ours.iter().zip(&expected).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = total as f64 / ours.len() as f64;
        // Without a window, dcmtk stretches least to greatest, and ours leaves out the extremes: only the order agrees.
        let has_window = !row["window_center"].is_empty() && row["voi_lut"] == "0";
        if correlation < if has_window { 0.98 } else { 0.8 } || (has_window && mean > 3.0) {
            failures.push(format!("{}: correlation {correlation:.3}, mean difference {mean:.1}", row["file"]));
        }
    }
    assert!(failures.is_empty(), "{} of {compared}:\n{}", failures.len(), failures.join("\n"));
    assert!(compared >= 20, "{compared}");
}

/// The picture at another size, each pixel the mean of what it covers.
fn reduced(picture: &[u8], (width, height): (u32, u32), (to_width, to_height): (u32, u32)) -> Vec<u8> {
    let span =
        |n: u32, from: u32, to: u32| (n * from / to) as usize..((n + 1) * from / to).max(n * from / to + 1) as usize;
    let mut out = Vec::new();
    for y in 0..to_height {
        for x in 0..to_width {
            let (rows, columns) = (span(y, height, to_height), span(x, width, to_width));
            let num = (rows.len() * columns.len()) as u64;
            let sum: u64 = rows
                .flat_map(|row| &picture[row * width as usize..][columns.clone()])
                .map(|&level| u64::from(level))
                .sum();
            out.push((sum / num) as u8);
        }
    }
    out
}

/// Of two pictures' grey levels, -1..=1; 1 where one of them is flat.
pub fn correlation(a: &[u8], b: &[u8]) -> f64 {
    let n = a.len() as f64;
    let mean = |v: &[u8]| v.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
    let (ma, mb) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (&x, &y) in a.iter().zip(b) {
        let (dx, dy) = (f64::from(x) - ma, f64::from(y) - mb);
        ab += dx * dy;
        aa += dx * dx;
        bb += dy * dy;
    }
    if aa == 0.0 || bb == 0.0 { 1.0 } else { ab / (aa * bb).sqrt() }
}

#[test]
fn patient_names_in_every_character_set() {
    let Some(folder) = films("charset") else { return };
    let rows = read_csv(&folder.join("manifest.csv"));
    for row in &rows {
        let source = FilmSource::File(PathBuf::from(&folder).join(&row["file"]));
        let name = dicom::patient_name(&source).unwrap().unwrap_or_default();
        assert_eq!(name, row["patient_name_utf8"], "{} {}", row["file"], row["specific_character_set"]);
    }
    assert_eq!(rows.len(), 17);
}

#[test]
fn another_dicom_library_reads_the_same() {
    let Some(folder) = films("zoo") else { return };
    let (mut num_headers, mut num_pictures) = (0, 0);
    for row in &read_csv(&folder.join("manifest.csv")) {
        let path = folder.join(&row["file"]);
        let Ok(object) = dicom_object::open_file(&path) else { continue };
        let text = |name: &str| {
            // Text under the representation OB or UN is text to us and bytes to it.
            let element = object.element_by_name(name).ok();
            let element = element.filter(|e| !matches!(e.vr(), dicom_core::VR::OB | dicom_core::VR::UN));
            let value = element.and_then(|e| e.to_str().ok().map(|text| text.trim_matches([' ', '\0']).to_owned()));
            value.filter(|text| !text.is_empty())
        };
        let facts = dicom::read_facts(&FilmSource::File(path.clone())).unwrap().facts;
        assert_eq!(text("Rows").as_deref(), Some(&*facts.height.to_string()), "{}", row["file"]);
        if let Some(modality) = text("Modality") {
            assert_eq!(facts.modality, Some(modality), "{}", row["file"]);
        }
        if let Some(uid) = text("SOPInstanceUID") {
            assert_eq!(facts.image.as_str(), uid, "{}", row["file"]);
        }
        if let Some(uid) = text("StudyInstanceUID") {
            assert_eq!(facts.study.as_str(), uid, "{}", row["file"]);
        }
        num_headers += 1;
        // It neither extends signs nor limits values to the bits stored, and reorders no planes: compare where it need not.
        let is_plain = row["lossy"] == "0" && row["samples"] == "1" && row["bits_alloc"] == row["bits_stored"];
        let is_swapped = row["ts_uid"].ends_with(".1.2.2") && row["bits_alloc"] == "32";
        if !is_plain || is_swapped || row["bits_alloc"] == "1" {
            continue;
        }
        let Ok(theirs) = dicom_pixeldata::PixelDecoder::decode_pixel_data_frame(&object, 0) else { continue };
        let ours = dicom::decode_stored(&FilmSource::File(path), 0).unwrap().samples.to_le_bytes();
        assert!(theirs.data().get(..ours.len()) == Some(&ours[..]), "{} differs", row["file"]);
        num_pictures += 1;
    }
    println!("{num_headers} headers and {num_pictures} pictures agree");
    assert!(num_headers >= 110 && num_pictures >= 25, "{num_headers} {num_pictures}");
}
