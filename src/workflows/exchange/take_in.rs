//! Finds out which format a file or folder is in, and reads what it says.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use sha2::{Digest, Sha256};

use crate::domain::exchange::ExportFormat;
use crate::domain::id::{ImageId, ReaderId};
use crate::formats::csv;
use crate::formats::exchange::{Known, ReadBack, coco, image_text, single_json, vindr_lab, voc, yolo};
use crate::store::Store;
use crate::workflows::label_sets;

use super::output::CHECKSUMS;

/// A file of labels is no film: what is larger is refused before it is read.
const LARGEST_FILE: u64 = 2 << 30;

/// What was found at a place.
#[derive(Debug)]
pub enum Incoming {
    /// A table; there is a way of its own for tables.
    Table(PathBuf),
    Said {
        format: ExportFormat,
        back: ReadBack,
        /// Of everything that was read.
        sha256: [u8; 32],
    },
    /// Parts of a bundle, one after the other.
    Several(Vec<Incoming>),
}

/// Reads a file or folder in any format that labels go out in.
///
/// # Errors
/// One sentence where it is none, or can't be read.
pub fn read_path(store: &Store, place: &Path, reader: &ReaderId) -> anyhow::Result<Incoming> {
    let labels = label_sets::of_project(store)?.0;
    let sizes: BTreeMap<ImageId, [u32; 2]> = store
        .films()?
        .into_iter()
        .map(|film| (film.facts.image.clone(), [film.facts.width, film.facts.height]))
        .collect();
    let known = Known { labels: &labels, sizes: &sizes, reader };
    let incoming = if place.is_dir() { read_folder(place, &known)? } else { read_file(place, &known)? };
    incoming.with_context(|| {
        format!(
            "{} is in no format that is known here. Nothing was taken. Choose a CSV table, a JSON or XML file, an \
             annotated PNG, a YOLO or VOC folder, or a bundle",
            place.display()
        )
    })
}

fn bytes_of(path: &Path) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("{} cannot be read", path.display());
    if std::fs::metadata(path).with_context(cannot)?.len() > LARGEST_FILE {
        bail!("{} is larger than 2 GiB. Nothing was taken. Split it into several files.", path.display());
    }
    if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("png")) {
        return std::fs::read(path).with_context(cannot);
    }
    csv::read_whole(path).with_context(cannot)
}

fn text_of(path: &Path, bytes: &[u8]) -> anyhow::Result<String> {
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    Ok(text.map_err(|_| anyhow!("{} is not text in UTF-8. Nothing was taken.", path.display()))?.to_owned())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn has_end(path: &Path, end: &str) -> bool {
    path.extension().is_some_and(|own| own.eq_ignore_ascii_case(end))
}

/// What a file holds, by its first bytes rather than by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Content {
    Table,
    Json,
    Xml,
    Png,
}

impl Content {
    fn of(path: &Path, start: &[u8]) -> Self {
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let is_png = start.starts_with(b"\x89PNG");
        let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
        match first {
            _ if is_png || has_end(path, "png") => Self::Png,
            Some(b'{') => Self::Json,
            Some(b'<') => Self::Xml,
            _ if has_end(path, "json") => Self::Json,
            _ if has_end(path, "xml") => Self::Xml,
            _ => Self::Table,
        }
    }
}

/// Whether a file is a table, which has a way and a report of its own.
///
/// # Errors
/// Where it can't be read.
pub fn is_table(path: &Path) -> anyhow::Result<bool> {
    if path.is_dir() {
        return Ok(false);
    }
    let mut start = Vec::new();
    let file = std::fs::File::open(path);
    let read = file.and_then(|file| file.take(4096).read_to_end(&mut start));
    read.with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(Content::of(path, &start) == Content::Table)
}

fn read_file(path: &Path, known: &Known<'_>) -> anyhow::Result<Option<Incoming>> {
    let bytes = bytes_of(path)?;
    let sha256: [u8; 32] = Sha256::digest(&bytes).into();
    let said = |format: ExportFormat, back: Result<ReadBack, String>| -> anyhow::Result<Option<Incoming>> {
        let back = back.map_err(|why| anyhow!("{} can't be taken. {why} Nothing was taken.", path.display()))?;
        Ok(Some(Incoming::Said { format, back, sha256 }))
    };
    let content = Content::of(path, &bytes);
    if content == Content::Png {
        let Some(text) = image_text::text_of(&bytes) else {
            bail!(
                "{} carries no labels: it was not written as an annotated picture. Nothing was taken.",
                path.display()
            );
        };
        return said(ExportFormat::AnnotatedPng, single_json::read(&text, known));
    }
    if content == Content::Xml {
        let mut back = ReadBack::default();
        voc::read_film(&stem(path), &text_of(path, &bytes)?, known, &mut back);
        return said(ExportFormat::Voc, Ok(back));
    }
    if content == Content::Table {
        return Ok(Some(Incoming::Table(path.to_owned())));
    }
    let text = text_of(path, &bytes)?;
    #[expect(clippy::zero_sized_map_values, reason = "a set can't be read without its values")]
    let keys: BTreeMap<String, serde::de::IgnoredAny> = serde_json::from_str(&text)
        .map_err(|why| anyhow!("{} is not a JSON file of labels: {why}. Nothing was taken.", path.display()))?;
    let has = |key: &str| keys.contains_key(key);
    if has("format") && has("films") {
        said(ExportFormat::SingleJson, single_json::read(&text, known))
    } else if has("objects") && (has("finding") || has("impression")) {
        said(ExportFormat::VinDrLab, vindr_lab::read(&text, known))
    } else if has("images") && has("annotations") {
        said(ExportFormat::Coco, coco::read(&text, known))
    } else {
        Ok(None)
    }
}

/// Files of a folder with this end, by name.
fn files_in(folder: &Path, end: &str) -> anyhow::Result<Vec<PathBuf>> {
    let cannot = || format!("{} cannot be read", folder.display());
    let mut files = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        if path.is_file() && has_end(&path, end) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_folder(folder: &Path, known: &Known<'_>) -> anyhow::Result<Option<Incoming>> {
    let parts: Vec<PathBuf> =
        ["train", "test"].map(|part| folder.join(part)).into_iter().filter(|p| p.is_dir()).collect();
    let is_yolo_of_parts = folder.join("data.yaml").is_file();
    if !parts.is_empty() && !is_yolo_of_parts {
        let mut several = Vec::new();
        for part in parts {
            several.extend(read_folder(&part, known)?);
        }
        return Ok((!several.is_empty()).then_some(Incoming::Several(several)));
    }
    if is_yolo_of_parts {
        return read_yolo(folder, known).map(Some);
    }
    for annotations in [folder.join("Annotations"), folder.to_owned()] {
        let files = files_in(&annotations, "xml")?;
        if !files.is_empty() {
            return read_voc(&files, known).map(Some);
        }
    }
    let named = ExportFormat::ALL.map(ExportFormat::file_name);
    let mut labels: Vec<PathBuf> =
        named.iter().filter(|name| !name.is_empty()).map(|name| folder.join(name)).filter(|p| p.is_file()).collect();
    labels.dedup();
    if !labels.is_empty() {
        let mut several = Vec::new();
        for path in labels {
            several.extend(read_file(&path, known)?);
        }
        return Ok(if several.len() == 1 { several.pop() } else { Some(Incoming::Several(several)) });
    }
    let pictures = files_in(folder, "png")?;
    if pictures.is_empty() { Ok(None) } else { read_pictures(&pictures, known) }
}

fn read_yolo(folder: &Path, known: &Known<'_>) -> anyhow::Result<Incoming> {
    let mut hash = Sha256::new();
    let path = folder.join("data.yaml");
    let bytes = bytes_of(&path)?;
    hash.update(&bytes);
    let names = yolo::names_of_yaml(&text_of(&path, &bytes)?);
    let names = names.map_err(|why| anyhow!("{} can't be taken. {why} Nothing was taken.", folder.display()))?;
    // labels/, labels/train/, train/labels/: as programs lay them out.
    let mut files = Vec::new();
    for below in ["labels", "labels/train", "labels/val", "labels/test", "train/labels", "valid/labels", "test/labels"]
    {
        files.extend(files_in(&folder.join(below), "txt")?);
    }
    if files.is_empty() {
        bail!("{} has a data.yaml, but no files in labels/. Nothing was taken.", folder.display());
    }
    let mut back = ReadBack::default();
    for path in files {
        let bytes = bytes_of(&path)?;
        hash.update(&bytes);
        yolo::read_film(&stem(&path), &text_of(&path, &bytes)?, &names, known, &mut back);
    }
    Ok(Incoming::Said { format: ExportFormat::Yolo, back, sha256: hash.finalize().into() })
}

fn read_voc(files: &[PathBuf], known: &Known<'_>) -> anyhow::Result<Incoming> {
    let (mut hash, mut back) = (Sha256::new(), ReadBack::default());
    for path in files {
        let bytes = bytes_of(path)?;
        hash.update(&bytes);
        voc::read_film(&stem(path), &text_of(path, &bytes)?, known, &mut back);
    }
    Ok(Incoming::Said { format: ExportFormat::Voc, back, sha256: hash.finalize().into() })
}

fn read_pictures(files: &[PathBuf], known: &Known<'_>) -> anyhow::Result<Option<Incoming>> {
    let (mut hash, mut all, mut num_read) = (Sha256::new(), ReadBack::default(), 0);
    for path in files {
        let bytes = bytes_of(path)?;
        hash.update(&bytes);
        match image_text::text_of(&bytes).map(|text| single_json::read(&text, known)) {
            Some(Ok(back)) => {
                num_read += 1;
                all.said.extend(back.said);
                all.problems.extend(back.problems);
            }
            Some(Err(why)) => all.problems.push(format!("{}: {why}", path.display())),
            None => all.problems.push(format!("{}: it carries no labels", path.display())),
        }
    }
    let said = Incoming::Said { format: ExportFormat::AnnotatedPng, back: all, sha256: hash.finalize().into() };
    Ok((num_read > 0).then_some(said))
}

/// What is known of a bundle by its list of checksums: names of files that are changed or gone.
pub(super) fn damaged(folder: &Path) -> Vec<String> {
    let Ok(list) = std::fs::read_to_string(folder.join(CHECKSUMS)) else { return Vec::new() };
    let is_damaged = |line: &&str| {
        let Some((sum, name)) = line.split_once("  ") else { return false };
        std::fs::read(folder.join(name)).map_or(true, |bytes| super::output::hex(&Sha256::digest(bytes)) != sum)
    };
    list.lines().filter(is_damaged).filter_map(|line| Some(line.split_once("  ")?.1.to_owned())).collect()
}
