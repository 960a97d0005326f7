//! Fills a project with as many films, readings and boxes as a national archive has, quickly and always alike.

use std::borrow::Cow;
use std::path::Path;

use rachis::domain::id::ImageId;
use rachis::domain::rules::default_rules;
use rachis::domain::study::{FilmEntry, FilmFacts, FilmSource, Sex};
use rachis::domain::task::TaskState;
use rachis::store::{ChunkKind, ChunkWriter, MarkRow, NewProject, Store};
use rusqlite::{Connection, params};

/// As many as read VinDr-CXR.
pub const READERS: [&str; 17] =
    ["R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15", "R16", "R17"];

/// How many of them read each film.
pub const READERS_A_FILM: usize = 3;

const LABELS: [&str; 5] = ["Osteophytes", "Disc space narrowing", "Surgical implant", "Foraminal stenosis", "Fracture"];

/// Rows of one chunk of the log.
const CHUNK: usize = 4000;

/// As the published files name films: 32 hex digits, in no order.
pub fn image_id(n: usize) -> String {
    format!("{:032x}", (n as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

/// What a project is filled with.
pub struct Archive<'a> {
    /// Three of them read each film.
    pub readers: &'a [&'a str],
    pub num_films: usize,
    pub num_boxes: usize,
    /// 4: every fourth reading is completed, the others are under way.
    pub completed_every: usize,
}

/// A project of films two to a study. Every tenth reading says "No finding"; the others share the boxes.
pub fn fill(folder: &Path, archive: &Archive<'_>) -> Store {
    let num_films = archive.num_films;
    let project = NewProject {
        name: "Archive".into(),
        label_set: "vindr_spine".into(),
        rules: default_rules(),
        is_synthetic: true,
    };
    let mut store = Store::create(folder, &project).unwrap();
    for chunk in (0..num_films).collect::<Vec<_>>().chunks(10_000) {
        let films: Vec<FilmEntry> = chunk.iter().map(|&n| film(n)).collect();
        assert_eq!(store.add_films(&films).unwrap().num_added(), films.len());
    }
    write_readings(&folder.join("project.db"), archive);
    store
}

fn film(n: usize) -> FilmEntry {
    let mut sha256 = [0; 32];
    sha256[..8].copy_from_slice(&(n as u64).to_le_bytes());
    FilmEntry {
        facts: FilmFacts {
            image: ImageId::new(image_id(n)),
            series: format!("1.2.840.113619.2.{}.{}", n / 2, n % 2).as_str().into(),
            study: format!("1.2.840.113619.1.{}", image_id(n / 2)).as_str().into(),
            patient: format!("{:012x}", n / 2).as_str().into(),
            width: 1600,
            height: 2500,
            num_frames: 1,
            modality: Some("DX".into()),
            body_part: Some("LSPINE".into()),
            view_position: Some(if n.is_multiple_of(2) { "AP" } else { "LATERAL" }.into()),
            laterality: None,
            series_description: None,
            sex: Some(if n.is_multiple_of(3) { Sex::Male } else { Sex::Female }),
            age_years: Some((n % 90) as f64),
            study_date: Some("20200131".into()),
            series_number: Some(1),
            instance_number: Some((n % 2) as i64),
            pixel_spacing_mm: Some([0.14, 0.14]),
            is_lossy: false,
            is_synthetic: true,
            file_bytes: 8 << 20,
        },
        source: FilmSource::File(format!("/archive/spine/train/{}.dicom", image_id(n)).into()),
        sha256,
    }
}

/// Marks, readings and the log's chunks in one transaction. The rules hold by construction, so the triggers and the
/// index wait until the rows are in.
fn write_readings(database: &Path, archive: &Archive<'_>) {
    let &Archive { readers, num_films, num_boxes, completed_every } = archive;
    let mut conn = Connection::open(database).unwrap();
    conn.pragma_update(None, "cache_size", -256 * 1024).unwrap();
    let tx = conn.transaction().unwrap();
    let aside: Vec<(String, String, String)> = tx
        .prepare("SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = 'annotation' AND type <> 'table'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (kind, name, _) in &aside {
        tx.execute_batch(&format!("DROP {kind} {name}")).unwrap();
    }
    tx.execute(
        "INSERT INTO import (id, made_at, session, file_name, sha256, format) VALUES (1, 1, 1, 'train.csv', zeroblob(32), 'spinexr')",
        [],
    )
    .unwrap();
    {
        let mut mark = tx
            .prepare(
                "INSERT INTO annotation (id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, origin, import_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'imported', 1)",
            )
            .unwrap();
        let mut reading = tx
            .prepare(
                "INSERT INTO reading (rad_id, image_id, state, updated_at, num_marks, has_no_finding, labels)
                 VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6)",
            )
            .unwrap();
        let mut log = tx
            .prepare("INSERT INTO edit_log (made_at, session, step, import_id, edit) VALUES (1, 1, 'import', 1, ?1)")
            .unwrap();
        let states = [TaskState::Completed, TaskState::Doing];
        let mut writers = states.map(|state| ChunkWriter::new(ChunkKind::Marks, state));
        let num_readings = num_films * READERS_A_FILM;
        // Readings that say "No finding" have no box: the others share all of them.
        let num_abnormal = num_readings - num_readings.div_ceil(10);
        let (mut id, mut abnormal) = (1i64 << 32, 0);
        for n in 0..num_readings {
            let (film, place) = (n / READERS_A_FILM, n % READERS_A_FILM);
            let (image, reader) = (image_id(film), readers[film % (readers.len() - READERS_A_FILM + 1) + place]);
            let state = usize::from(!n.is_multiple_of(completed_every));
            let is_normal = n.is_multiple_of(10);
            let boxes = if is_normal {
                1
            } else {
                abnormal += 1;
                num_boxes * abnormal / num_abnormal - num_boxes * (abnormal - 1) / num_abnormal
            };
            let mut labels = std::collections::BTreeSet::new();
            for b in 0..boxes {
                id += 1;
                let label = if is_normal { "No finding" } else { LABELS[(n + b * b) % LABELS.len()] };
                labels.insert(label);
                let x = (n % 1000) as f64 + b as f64 / 10.0;
                let columns = (!is_normal).then_some([x, x + 0.3, x + 100.5, x + 80.25]);
                mark.execute(params![
                    id,
                    image,
                    reader,
                    label,
                    columns.map(|c| c[0]),
                    columns.map(|c| c[1]),
                    columns.map(|c| c[2]),
                    columns.map(|c| c[3])
                ])
                .unwrap();
                writers[state].push_mark(&MarkRow {
                    id,
                    image_id: Cow::Borrowed(&image),
                    rad_id: reader.into(),
                    lesion_type: label.into(),
                    coordinates: columns.map(|[a, b, c, d]| format!("{a},{b},{c},{d}").into()),
                    coordinate_text: None,
                    extra: None,
                });
                if writers[state].num_rows() == CHUNK {
                    log.execute([writers[state].take()]).unwrap();
                }
            }
            let labels = serde_json::to_string(&labels).unwrap();
            let counted = if is_normal { 0 } else { boxes as i64 };
            reading.execute(params![reader, image, states[state].as_str(), counted, is_normal, labels]).unwrap();
        }
        for mut writer in writers {
            log.execute([writer.take()]).unwrap();
        }
    }
    for (_, _, sql) in &aside {
        tx.execute_batch(sql).unwrap();
    }
    tx.commit().unwrap();
}
