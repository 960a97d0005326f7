//! A published table of 1,000,000 rows: parsed, brought into a project, and written out again, beside polars and sqlite3.

use std::cell::LazyCell;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use criterion::Criterion;
use rachis::domain::rules::default_rules;
use rachis::formats::table_form::TableForm;
use rachis::formats::{csv, csv_vindr, label_set};
use rachis::store::{NewProject, Store};
use rachis::workflows::export_labels::{ExportLabels, export_boxes};
use rachis::workflows::import_labels::{ImportLabels, import_labels};

use super::fill;

const NUM_ROWS: usize = 1_000_000;
const NUM_FILMS: usize = 100_000;
const LABELS: [&str; 7] = [
    "Osteophytes",
    "Disc space narrowing",
    "Surgical implant",
    "Foraminal stenosis",
    "Spondylolysthesis",
    "Vertebral collapse",
    "Other lesions",
];
const HEADER: &str = "study_id,series_id,image_id,reader_id,lesion_type,xmin,ymin,xmax,ymax,created_at,comment\n";

/// `RACHIS_PEERS=1` measures polars and sqlite3 in the same run, turn by turn; both must be installed.
pub fn bench(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    // Made when first needed: a filter may leave all of it out.
    let table = LazyCell::new(|| {
        let path = folder.path().join("table.csv");
        std::fs::write(&path, table_text()).expect("room for the table");
        path
    });
    let store = LazyCell::new(|| import(folder.path(), &table).1);
    let labels = label_set::shipped_by_id("vindr_spine").expect("shipped");

    let mut group = criterion.benchmark_group("table of 1,000,000 rows, 175 MB");
    group.sample_size(10);
    group.bench_function("read and parse", |b| {
        let table = table.as_path();
        b.iter(|| parse(table));
    });
    group.bench_function("into a project, rules and log included", |b| {
        let table = table.as_path();
        b.iter_custom(|n| (0..n).map(|_| import(folder.path(), table).0).sum());
    });
    let out = folder.path().join("out.csv");
    let options = ExportLabels::new(TableForm::SpineXr);
    group.bench_function("out of a project", |b| {
        let store = &*store;
        b.iter(|| export_boxes(store, &labels, &out, &options).expect("written"));
    });
    group.finish();
    if out.exists() {
        is_the_import(&out, &table);
    }
    if std::env::var_os("RACHIS_PEERS").is_some() {
        beside_peers(folder.path(), &table);
    }
}

fn is_the_import(out: &Path, table: &Path) {
    let (written, given) = (std::fs::read(out).expect("the export"), std::fs::read(table).expect("the table"));
    let line = |bytes: &[u8]| bytes.iter().position(|&b| b == b'\n').expect("a header");
    assert!(written[line(&written)..] == given[line(&given)..], "the export is not the import");
}

/// Text of the peers' table (the same columns, films, readers and sizes), keeping the rules: one film in eight is normal.
fn table_text() -> String {
    let mut state = 5_u64;
    let mut roll = |sides: u64| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    };
    let ids: Vec<String> = (0..NUM_FILMS).map(fill::image_id).collect();
    let mut is_said = vec![false; NUM_FILMS];
    let mut text = String::with_capacity(180 << 20);
    text.push_str(HEADER);
    for i in 0..NUM_ROWS {
        let mut film = roll(NUM_FILMS as u64) as usize;
        let is_normal = film.is_multiple_of(8) && !is_said[film];
        if film.is_multiple_of(8) && is_said[film] {
            film += 1 + i % 7;
        }
        is_said[film] = true;
        let (study, series) = (&ids[film], &ids[(film * 7 + 1) % NUM_FILMS]);
        let image = &ids[(film * 13 + 5) % NUM_FILMS];
        write!(text, "{study},{series},{image},R{},", film % 3 + 1).expect("a String takes everything");
        if is_normal {
            text.push_str("No finding,,,,");
        } else {
            let (x, y) = (roll(1_500_000) as f64 / 1e3, roll(2_300_000) as f64 / 1e3);
            let (w, h) = (roll(190_000) as f64 / 1e3 + 10.0, roll(190_000) as f64 / 1e3 + 10.0);
            let label = LABELS[roll(7) as usize];
            write!(text, "{label},{x:.3},{y:.3},{:.3},{:.3}", x + w, y + h).expect("a String takes everything");
        }
        let comment = if roll(20) == 0 { "\"note, with comma\"" } else { "" };
        writeln!(text, ",2025-01-{:02}T10:{:02}:00Z,{comment}", i % 28 + 1, i % 60).expect("a String takes everything");
    }
    text
}

fn parse(table: &Path) {
    let labels = label_set::shipped_by_id("vindr_spine").expect("shipped");
    let bytes = csv::read_whole(table).expect("the table");
    let decoded = csv::decode(&bytes);
    let Ok(csv_vindr::LabelFile::Boxes(table)) = csv_vindr::read(&decoded.text, &labels) else { panic!("boxes") };
    assert_eq!((table.num_rows(), table.bad.len()), (NUM_ROWS, 0));
}

/// The time, and the project.
fn import(folder: &Path, table: &Path) -> (std::time::Duration, Store) {
    let project = folder.join("project");
    if project.exists() {
        std::fs::remove_dir_all(&project).expect("ours");
    }
    let new = NewProject {
        name: "Archive".into(),
        label_set: "vindr_spine".into(),
        rules: default_rules(),
        is_synthetic: true,
    };
    let mut store = Store::create(&project, &new).expect("a new project");
    let labels = label_set::shipped_by_id("vindr_spine").expect("shipped");
    let start = Instant::now();
    let report = import_labels(&mut store, &labels, table, &ImportLabels::of_everybody()).expect("imported");
    let time = start.elapsed();
    assert_eq!((report.num_boxes + report.num_no_finding, report.bad.len()), (NUM_ROWS, 0));
    (time, store)
}

/// Ours and the peers', turn by turn, so that both meet the same moments of the machine; medians.
fn beside_peers(folder: &Path, table: &Path) {
    const TURNS: usize = 7;
    let labels = label_set::shipped_by_id("vindr_spine").expect("shipped");
    let database = folder.join("peer.db");
    let out = folder.join("peer.csv");
    let options = ExportLabels::new(TableForm::SpineXr);
    let mut secs: [Vec<f64>; 6] = Default::default();
    for _ in 0..TURNS {
        let start = Instant::now();
        parse(table);
        secs[0].push(start.elapsed().as_secs_f64());
        secs[1].push(polars(table));
        let (time, store) = import(folder, table);
        secs[2].push(time.as_secs_f64());
        secs[3].push(sqlite_import(&database, table));
        let start = Instant::now();
        export_boxes(&store, &labels, &out, &options).expect("written");
        secs[4].push(start.elapsed().as_secs_f64());
        secs[5].push(sqlite_export(&database, &out));
    }
    let names = ["parse", "parse, polars", "import", "import, sqlite3 .import", "export", "export, sqlite3 -csv"];
    for (name, secs) in names.iter().zip(&mut secs) {
        secs.sort_by(f64::total_cmp);
        println!("{name:28} median {:.3} s, least {:.3} s of {TURNS}", secs[TURNS / 2], secs[0]);
    }
}

/// Within one Python, after the libraries are loaded.
fn polars(table: &Path) -> f64 {
    let script = "import sys, time, polars; t = time.perf_counter(); n = len(polars.read_csv(sys.argv[1])); \
                  print(time.perf_counter() - t)";
    let output = Command::new("python3").args(["-c", script]).arg(table).output().expect("python3 is installed");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("polars is installed")
}

fn sqlite_import(database: &PathBuf, table: &Path) -> f64 {
    if database.exists() {
        std::fs::remove_file(database).expect("ours");
    }
    let create = "create table t(study_id text, series_id text, image_id text, reader_id text, lesion_type text, \
                  xmin real, ymin real, xmax real, ymax real, created_at text, comment text);";
    let import = format!(".import --skip 1 '{}' t", table.display());
    let start = Instant::now();
    let status = Command::new("sqlite3").arg(database).args([create, ".mode csv", &import]).status();
    assert!(status.expect("sqlite3 is installed").success());
    start.elapsed().as_secs_f64()
}

fn sqlite_export(database: &PathBuf, out: &Path) -> f64 {
    let file = std::fs::File::create(out).expect("room");
    let start = Instant::now();
    let mut command = Command::new("sqlite3");
    command.args(["-csv", "-header"]).arg(database).arg("select * from t").stdout(file);
    assert!(command.status().expect("sqlite3 is installed").success());
    start.elapsed().as_secs_f64()
}
