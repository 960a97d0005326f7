//! Which layer may use which, which crate belongs to whom, and what each layer never does: one table, one scan.

use std::path::Path;

use crate::tidy::source_text::{UsedPath, files, paths, project_root, read, tokens};

/// One folder of `src/`.
struct Layer {
    name: &'static str,
    /// Other layers that its code may name.
    may_use: &'static [&'static str],
    /// Paths that its code never names: parts of std, mostly.
    never: &'static [&'static [&'static str]],
    /// When given, the only crates besides std that it may name; tests may also use the test crates.
    only_crates: Option<&'static [&'static str]>,
}

const ADAPTER: &[&str] = &["domain"];
const ALL: &[&str] =
    &["domain", "session", "store", "dicom", "formats", "phantom", "jobs", "workflows", "render", "ui", "app", "cli"];

/// Files, network, threads, clocks and settings: what pure code does without.
const PURE: &[&[&str]] = &[
    &["std", "fs"],
    &["std", "net"],
    &["std", "thread"],
    &["std", "process"],
    &["std", "env"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["std", "sync", "Mutex"],
    &["std", "sync", "RwLock"],
];
const NO_FILES_NET_THREADS: &[&[&str]] =
    &[&["std", "fs"], &["std", "net"], &["std", "thread"], &["std", "process"], &["std", "sync", "Mutex"]];

const LAYERS: &[Layer] = &[
    Layer {
        name: "domain",
        may_use: &[],
        never: PURE,
        only_crates: Some(&["i_overlay", "libm", "rand_core", "rand_pcg", "thiserror"]),
    },
    Layer { name: "session", may_use: &["domain"], never: PURE, only_crates: Some(&["libm", "thiserror"]) },
    Layer { name: "store", may_use: ADAPTER, never: &[], only_crates: None },
    Layer { name: "dicom", may_use: ADAPTER, never: &[], only_crates: None },
    Layer { name: "formats", may_use: ADAPTER, never: &[], only_crates: None },
    Layer { name: "jobs", may_use: ADAPTER, never: &[], only_crates: None },
    Layer {
        name: "phantom",
        may_use: &["domain"],
        never: PURE,
        only_crates: Some(&["libm", "rand_core", "rand_pcg", "rayon", "thiserror"]),
    },
    Layer {
        name: "workflows",
        may_use: &["domain", "store", "dicom", "formats", "jobs", "phantom"],
        never: &[],
        only_crates: None,
    },
    Layer { name: "render", may_use: &["domain"], never: NO_FILES_NET_THREADS, only_crates: None },
    Layer { name: "ui", may_use: &["domain", "session", "render"], never: NO_FILES_NET_THREADS, only_crates: None },
    Layer { name: "app", may_use: ALL, never: &[], only_crates: None },
    Layer { name: "cli", may_use: ALL, never: &[], only_crates: None },
    Layer { name: "engine", may_use: &["domain", "dicom", "formats", "jobs"], never: &[], only_crates: None },
];

/// Crates that only some layers may name; a name that ends in `*` stands for all that begin so.
const CRATE_OWNERS: &[(&str, &[&str])] = &[
    ("egui*", &["render", "ui", "app"]),
    ("eframe", &["render", "ui", "app"]),
    ("epaint", &["render", "ui", "app"]),
    ("accesskit*", &["ui", "app"]),
    ("winit", &["app"]),
    ("wgpu*", &["render", "app"]),
    ("bytemuck", &["render"]),
    ("rfd", &["app"]),
    ("rusqlite", &["store"]),
    ("argon2", &["store"]),
    ("rpassword", &["cli"]),
    ("libsqlite3_sys", &["store"]),
    ("dicom_*", &["dicom"]),
    ("charls", &["dicom"]),
    ("jpeg2k", &["dicom"]),
    ("openjpeg_sys", &["dicom"]),
    ("turbojpeg_sys", &["dicom"]),
    ("tch", &["engine"]),
    ("torch_sys", &["engine"]),
    ("clap", &["cli", "engine"]),
    ("serde", &["store", "formats", "dicom", "jobs", "workflows", "app", "cli", "engine"]),
    ("serde_json", &["store", "formats", "dicom", "jobs", "workflows", "app", "cli", "engine"]),
    ("anyhow", &["workflows", "app", "cli", "engine"]),
    ("tracing_subscriber", &["app", "cli", "engine"]),
    ("directories", &["app", "cli"]),
];

const TEST_CRATES: &[&str] = &["proptest", "insta", "tempfile", "egui_kittest"];

/// Printing belongs to the command line (and to the engine's protocol); `write!` into a given place is fine.
const PRINTING: &[&str] = &["println", "print", "eprintln", "eprint"];
const MAY_PRINT: &[&str] = &["app", "cli", "engine"];

#[test]
fn layers_use_only_what_the_table_allows() {
    let manifest_crates = dependencies(&read(Path::new("Cargo.toml")));
    let mut breaches = Vec::new();
    for file in files("src", &[".rs"]) {
        let text = read(&file);
        breaches.extend(breaches_in(&file, &text, &manifest_crates));
    }
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn every_folder_of_src_has_a_row() {
    for entry in std::fs::read_dir(project_root().join("src")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let is_folder = entry.file_type().unwrap().is_dir();
        assert!(!is_folder || LAYERS.iter().any(|layer| layer.name == name), "src/{name} is in no row of LAYERS");
    }
}

/// Where a project may be opened for nobody: where somebody signs in, and where only its labels are read or a demo is made.
const OPENS_FOR_NOBODY: &[&str] =
    &["src/app/outside.rs", "src/cli/person.rs", "src/workflows/label_sets.rs", "src/workflows/make_demo.rs"];

/// The window opens by [`rachis::store::Doorway`], the command line by its `Person`, and workflows are handed a store.
#[test]
fn every_opening_of_a_project_acts_for_the_person_who_is_in() {
    let mut breaches = Vec::new();
    for file in ["src/app", "src/cli", "src/workflows"].iter().flat_map(|folder| files(folder, &[".rs"])) {
        if OPENS_FOR_NOBODY.iter().any(|allowed| file.ends_with(allowed)) {
            continue;
        }
        let opens = |path: &UsedPath| path.contains(&["Store", "open"]) || path.contains(&["Store", "open_to_look"]);
        for path in paths(&tokens(&read(&file))).into_iter().filter(|path| !path.is_test && opens(path)) {
            breaches.push(format!("{}:{}: {} acts for nobody", file.display(), path.line, path.text()));
        }
    }
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

/// What this file's code names and may not, as "file:line: sentence".
fn breaches_in(file: &Path, text: &str, manifest_crates: &[String]) -> Vec<String> {
    let segments: Vec<String> =
        file.with_extension("").iter().map(|segment| segment.to_string_lossy().into_owned()).collect();
    // src/store/rows.rs is the module store::rows; src/lib.rs and src/main.rs belong to no layer.
    let [_, layer_name, inner @ ..] = segments.as_slice() else { return Vec::new() };
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == layer_name) else { return Vec::new() };
    let depth = 1 + inner.iter().filter(|segment| *segment != "mod").count();
    let mut breaches = Vec::new();
    let mut say = |line: usize, what: String| breaches.push(format!("{}:{line}: {what}", file.display()));

    for path in paths(&tokens(text)) {
        if let Some(other) = layer_named(&path, depth) {
            if other != layer.name && !layer.may_use.contains(&other) {
                say(path.line, format!("{} may not use {other} ({})", layer.name, path.text()));
            }
        } else if let Some(reason) = crate_breach(layer, &path, manifest_crates) {
            say(path.line, reason);
        }
        let last = path.segments.last().map_or("", String::as_str);
        if !path.is_test && PRINTING.contains(&last) && !MAY_PRINT.contains(&layer.name) {
            say(path.line, format!("{} never prints ({last}!)", layer.name));
        }
        if !path.is_test && layer.never.iter().any(|never| path.contains(never)) {
            say(path.line, format!("{} does without {}", layer.name, path.text()));
        }
    }
    breaches
}

/// The layer that a path leads to, by `crate::`, by `rachis::` or by climbing with `super`.
fn layer_named(path: &UsedPath, depth: usize) -> Option<&'static str> {
    let num_supers = path.segments.iter().take_while(|segment| *segment == "super").count();
    let target = match path.segments.first()?.as_str() {
        "crate" | "rachis" => path.segments.get(1),
        "super" if num_supers == depth + path.num_inline_modules => path.segments.get(num_supers),
        _ => None,
    }?;
    LAYERS.iter().find(|layer| layer.name == target).map(|layer| layer.name)
}

fn crate_breach(layer: &Layer, path: &UsedPath, manifest_crates: &[String]) -> Option<String> {
    let name = path.segments.first()?;
    let fits = |pattern: &str| pattern.strip_suffix('*').map_or(name == pattern, |start| name.starts_with(start));
    if path.is_test && TEST_CRATES.contains(&name.as_str()) {
        return None;
    }
    if let Some((_, owners)) = CRATE_OWNERS.iter().find(|(pattern, _)| fits(pattern))
        && !owners.contains(&layer.name)
    {
        return Some(format!("{name} belongs to {}, not to {}", owners.join(", "), layer.name));
    }
    let allowed = layer.only_crates?;
    (manifest_crates.contains(name) && !allowed.contains(&name.as_str()))
        .then(|| format!("{} uses no {name} (only std and {})", layer.name, allowed.join(", ")))
}

/// Names as code writes them, of every dependency section of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut in_dependencies = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.trim_end().ends_with("dependencies]");
        } else if let Some((name, _)) = line.split_once('=')
            && in_dependencies
            && !line.starts_with('#')
        {
            names.push(name.trim().replace('-', "_"));
        }
    }
    names
}

#[test]
fn a_planted_breach_is_caught() {
    let crates =
        dependencies("[dependencies]\nserde-x = \"1\" # x\nrusqlite = \"1\"\n[dev-dependencies]\nproptest = \"1\"");
    assert_eq!(crates, ["serde_x", "rusqlite", "proptest"]);
    let check = |file: &str, text: &str, expected: &[&str]| {
        assert_eq!(breaches_in(Path::new(file), text, &crates), expected, "{file}: {text}");
    };
    check("src/domain/rules.rs", "use crate::domain::edit::Edit;\nuse std::fmt;", &[]);
    check(
        "src/domain/rules.rs",
        "//! x\nuse crate::store::Store;",
        &["src/domain/rules.rs:2: domain may not use store (crate::store::Store)"],
    );
    check(
        "src/dicom/read.rs",
        "use crate::{domain::id, formats::label_set};",
        &["src/dicom/read.rs:1: dicom may not use formats (crate::formats::label_set)"],
    );
    // Two steps up from src/ui/canvas.rs is the crate, from a module inside it only ui.
    check("src/ui/canvas.rs", "mod tests { use super::super::store::S; }", &[]);
    check(
        "src/ui/canvas.rs",
        "use super::super::store::S;",
        &["src/ui/canvas.rs:1: ui may not use store (super::super::store::S)"],
    );
    check("src/ui/mod.rs", "fn f() { let s = \"crate::store::x\"; } // crate::store::x", &[]);
    check(
        "src/session/mod.rs",
        "let now = std::time::Instant::now();",
        &["src/session/mod.rs:1: session does without std::time::Instant::now"],
    );
    check("src/domain/id.rs", "use std::{fs, fmt};", &["src/domain/id.rs:1: domain does without std::fs"]);
    check(
        "src/domain/id.rs",
        "use serde_x::De;",
        &["src/domain/id.rs:1: domain uses no serde_x (only std and i_overlay, libm, rand_core, rand_pcg, thiserror)"],
    );
    check("src/domain/id.rs", "#[cfg(test)]\nmod tests { use proptest::prelude::*; }", &[]);
    check(
        "src/formats/csv.rs",
        "rusqlite::Connection::open(p)",
        &["src/formats/csv.rs:1: rusqlite belongs to store, not to formats"],
    );
    check(
        "src/workflows/import.rs",
        "egui::Context",
        &["src/workflows/import.rs:1: egui belongs to render, ui, app, not to workflows"],
    );
    check(
        "src/workflows/import.rs",
        "println!(\"x\");",
        &["src/workflows/import.rs:1: workflows never prints (println!)"],
    );
    check("src/workflows/import.rs", "write!(f, \"x\");\n#[cfg(test)]\nmod tests { fn f() { println!(); } }", &[]);
    check("src/cli/mod.rs", "use crate::app; use rusqlite_x::y; println!();", &[]);
}
