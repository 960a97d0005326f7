//! House rules that a test can hold: what each file, name, dependency, shader and migration looks like.

pub mod source_text;

use std::path::Path;

use sha2::{Digest, Sha256};
use source_text::{Kind, files, paths, project_root, read, tokens};

/// Threads are started here and nowhere else.
const MAY_START_THREADS: &[&str] = &["src/jobs/", "src/store/thread.rs"];
/// Colours are chosen here and nowhere else.
const THEME: &str = "src/ui/theme";
const MAX_LINES: usize = 600;

#[test]
fn rust_files_open_with_a_sentence_and_stay_short() {
    let mut complaints = Vec::new();
    for file in rust_files() {
        let text = read(&file);
        let first = text.lines().next().unwrap_or_default();
        if first.strip_prefix("//! ").is_none_or(|sentence| sentence.trim().len() < 10) {
            complaints.push(format!("{}:1: opens with `//! ` and a sentence for a newcomer", file.display()));
        }
        let num_lines = text.lines().count();
        if num_lines > MAX_LINES && !file.starts_with("tests") {
            complaints.push(format!("{}: {num_lines} lines, over {MAX_LINES}: is it one concept?", file.display()));
        }
        let vague = |name: &str| ["utils", "util", "helpers", "helper", "common", "manager", "misc"].contains(&name);
        if file.with_extension("").iter().any(|part| vague(&part.to_string_lossy())) {
            complaints.push(format!("{}: a name that says what is in it", file.display()));
        }
    }
    assert_none(&complaints);
}

#[test]
fn nothing_is_left_open_or_ignored() {
    assert_none(&over_rust_files(left_open));
}

#[test]
fn threads_start_in_jobs_only() {
    assert_none(&over_rust_files(threads_started));
}

#[test]
fn colours_come_from_the_theme() {
    assert_none(&over_rust_files(colours_chosen));
}

#[test]
fn dependencies_say_what_they_are_for() {
    let complaints: Vec<String> = files(".", &["Cargo.toml"])
        .iter()
        .flat_map(|file| {
            unexplained_dependencies(&read(file)).into_iter().map(|said| format!("{}:{said}", file.display()))
        })
        .collect();
    assert_none(&complaints);
}

#[test]
fn no_file_names_a_place_on_somebodys_machine() {
    const TEXT: &[&str] = &[
        ".rs",
        ".toml",
        ".lock",
        ".md",
        ".sql",
        ".wgsl",
        ".json",
        ".jsonl",
        ".ron",
        ".txt",
        ".csv",
        ".sh",
        ".py",
        ".yml",
        ".yaml",
        ".snap",
        ".gitignore",
        "run",
    ];
    let complaints: Vec<String> = files(".", TEXT)
        .iter()
        .flat_map(|file| machine_paths(&read_lossy(file)).into_iter().map(|said| format!("{}:{said}", file.display())))
        .collect();
    assert_none(&complaints);
}

#[test]
fn migrations_are_numbered_explained_and_frozen() {
    let names: Vec<String> = files("migrations", &[".sql"])
        .iter()
        .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let mut complaints = Vec::new();
    for (position, name) in names.iter().enumerate() {
        if !name.starts_with(&format!("{:04}_", position + 1)) {
            complaints.push(format!("migrations/{name}: expected number {:04}", position + 1));
        }
        if !read(&Path::new("migrations").join(name)).starts_with("-- ") {
            complaints.push(format!("migrations/{name}:1: opens with a comment that says why"));
        }
    }
    let released = read(Path::new("migrations/released.txt"));
    complaints.extend(thawed(&released, |name| std::fs::read(project_root().join("migrations").join(name)).ok()));
    assert_none(&complaints);
}

/// A shader that needs another file's functions says so in its first lines: `// needs: common.wgsl`.
#[cfg(feature = "gui")]
#[test]
fn shaders_are_valid() {
    use wgpu::naga;
    let mut complaints = Vec::new();
    for file in files("shaders", &[".wgsl"]) {
        if let Err(said) = valid_shader(&with_needs(&file)) {
            complaints.push(format!("{}: {said}", file.display()));
        }
    }
    assert_none(&complaints);

    fn with_needs(file: &Path) -> String {
        let text = read(file);
        let needed = text.lines().filter_map(|line| line.strip_prefix("// needs: "));
        let parts: Vec<String> = needed.map(|name| read(&file.with_file_name(name.trim()))).collect();
        parts.join("\n") + &text
    }

    fn valid_shader(text: &str) -> Result<(), String> {
        let module = naga::front::wgsl::parse_str(text).map_err(|e| e.emit_to_string(text))?;
        let capabilities = naga::valid::Capabilities::default();
        naga::valid::Validator::new(naga::valid::ValidationFlags::all(), capabilities)
            .validate(&module)
            .map(drop)
            .map_err(|e| e.emit_to_string(text))
    }

    valid_shader("fn f() -> f32 { return 1.0; }").unwrap();
    assert!(valid_shader("fn f() -> f32 { return 1u; }").is_err(), "the check itself must be able to fail");
    assert!(valid_shader("fn f() -> f32 {").is_err(), "the check itself must be able to fail");
}

fn rust_files() -> Vec<std::path::PathBuf> {
    ["src", "tests", "xtask"].iter().flat_map(|folder| files(folder, &[".rs"])).collect()
}

/// Runs a check, which answers with lines and complaints, over every Rust file.
fn over_rust_files(check: fn(&str, &str) -> Vec<(usize, String)>) -> Vec<String> {
    let complaints = |file: &std::path::PathBuf| {
        let name = file.to_string_lossy().replace('\\', "/");
        check(&name, &read(file)).into_iter().map(move |(line, said)| format!("{name}:{line}: {said}"))
    };
    rust_files().iter().flat_map(complaints).collect()
}

fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn left_open(_file: &str, text: &str) -> Vec<(usize, String)> {
    let tokens = tokens(text);
    let texts: Vec<String> = tokens.iter().map(|token| token.kind.to_string()).collect();
    let mut complaints = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let next = texts.get(at + 1).map_or("", String::as_str);
        match (texts[at].as_str(), next) {
            ("todo" | "unimplemented" | "dbg", "!") => {
                complaints.push((token.line, format!("{}! is left open", texts[at])));
            }
            ("[", "ignore") if at > 0 && texts[at - 1] == "#" => complaints.push((
                token.line,
                "no test is ignored: what cannot run here says that it skipped, and why".to_owned(),
            )),
            _ => {}
        }
    }
    complaints
}

fn threads_started(file: &str, text: &str) -> Vec<(usize, String)> {
    if MAY_START_THREADS.iter().any(|place| file.starts_with(place)) || !file.starts_with("src/") {
        return Vec::new();
    }
    let starts = [&["thread", "spawn"], &["thread", "Builder"], &["thread", "scope"]];
    paths(&tokens(text))
        .into_iter()
        .filter(|path| !path.is_test && starts.iter().any(|start| path.contains(*start)))
        .map(|path| (path.line, format!("{} outside jobs: threads start there", path.text())))
        .collect()
}

fn colours_chosen(file: &str, text: &str) -> Vec<(usize, String)> {
    if file.starts_with(THEME) || !file.starts_with("src/") {
        return Vec::new();
    }
    let tokens = tokens(text);
    let mut complaints = Vec::new();
    for path in paths(&tokens) {
        let constructed = path.segments.windows(2).any(|pair| {
            let is_type = ["Color32", "Rgba", "Hsva", "HsvaGamma"].contains(&pair[0].as_str());
            // TRANSPARENT draws nothing and PLACEHOLDER asks for the theme's own: neither is a choice of colour.
            let is_constant = pair[1].chars().all(|c| c.is_ascii_uppercase() || c == '_')
                && !["TRANSPARENT", "PLACEHOLDER"].contains(&pair[1].as_str());
            is_type && (pair[1].starts_with("from_") || pair[1] == "new" || is_constant)
        });
        if constructed || path.segments.last().is_some_and(|last| last == "hex_color") {
            complaints.push((path.line, format!("{}: colours come from {THEME}", path.text())));
        }
    }
    // Label sets carry colours as text, so only the layers that draw are held to have none.
    if ["src/ui/", "src/app/", "src/render/", "src/session/"].iter().any(|drawing| file.starts_with(drawing)) {
        for token in &tokens {
            if let Kind::Text(text) = &token.kind
                && is_hex_colour(text)
            {
                complaints.push((token.line, format!("\"{text}\": colours come from {THEME}")));
            }
        }
    }
    complaints
}

fn is_hex_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| [3, 4, 6, 8].contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_hexdigit()))
}

/// "line: what" for each dependency without a trailing comment.
fn unexplained_dependencies(manifest: &str) -> Vec<String> {
    let mut in_dependencies = false;
    let mut complaints = Vec::new();
    for (number, line) in (1..).zip(manifest.lines()) {
        if line.starts_with('[') {
            in_dependencies = line.trim_end().ends_with("dependencies]");
        } else if in_dependencies && !line.starts_with('#') && line.contains('=') {
            let comment = line.rsplit_once(" # ").map_or("", |(_, comment)| comment.trim());
            if comment.is_empty() || comment.contains('"') {
                complaints.push(format!("{number}: {line}: a trailing comment says what it is for"));
            }
        }
    }
    complaints
}

/// Absolute paths of homes and work folders; spelled in two parts so that this file does not name them itself.
fn machine_paths(text: &str) -> Vec<String> {
    const PLACES: &[&str] =
        &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];
    let mut complaints = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for place in PLACES {
            // `../work/` or `src/work/` is a relative path and names no machine.
            let is_absolute = |at: usize| {
                line[..at].chars().next_back().is_none_or(|c| !(c.is_alphanumeric() || "._-/*}~".contains(c)))
            };
            if line.match_indices(place).any(|(at, _)| is_absolute(at)) {
                complaints.push(format!("{number}: names {place}, a place on one machine"));
            }
        }
    }
    complaints
}

/// Released migrations that changed or vanished. `released` has lines of SHA-256 and file name.
fn thawed(released: &str, content: impl Fn(&str) -> Option<Vec<u8>>) -> Vec<String> {
    let mut complaints = Vec::new();
    for line in released.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let Some((expected, name)) = line.split_once("  ") else {
            complaints.push(format!("migrations/released.txt: not `SHA-256  file`: {line}"));
            continue;
        };
        let found = content(name).map(|bytes| hex(&Sha256::digest(bytes)));
        if found.as_deref() != Some(expected) {
            complaints
                .push(format!("migrations/{name}: released, so it stays as it was; change the schema in a new file"));
        }
    }
    complaints
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[digit as usize]))
        .collect()
}

fn read_lossy(file: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(project_root().join(file)).unwrap()).into_owned()
}

#[test]
fn planted_breaches_are_caught() {
    let lines = |found: Vec<(usize, String)>| found.into_iter().map(|(line, _)| line).collect::<Vec<_>>();
    let open = "#[test]\n#[ignore]\nfn f() { todo!() }\n// todo!() #[ignore]\nlet s = \"todo!()\";";
    assert_eq!(lines(left_open("src/x.rs", open)), [2, 3]);

    let threads =
        "use std::thread;\nfn f() { thread::spawn(g); }\nthread::sleep(d);\n#[cfg(test)]\nmod t { thread::spawn(g); }";
    assert_eq!(lines(threads_started("src/cli/mod.rs", threads)), [2]);
    assert!(threads_started("src/jobs/pool.rs", threads).is_empty());

    let colours = "Color32::from_rgb(1, 2, 3);\nColor32::TRANSPARENT;\negui::Color32::RED;\nlet c = \"#ff0000\"; let d = \"#42\";";
    assert_eq!(lines(colours_chosen("src/ui/shell.rs", colours)), [1, 3, 4]);
    assert_eq!(lines(colours_chosen("src/formats/sets.rs", colours)), [1, 3]);
    assert!(colours_chosen("src/ui/theme/tokens.rs", colours).is_empty());

    let manifest = "[dependencies]\na = \"1\" # why\nb = \"1\"\n# c = 1\n[features]\nd = []\n[target.'cfg(unix)'.dependencies]\ne = \"1\" #\n";
    assert_eq!(unexplained_dependencies(manifest).len(), 2);

    let place = concat!("/ho", "me/");
    assert_eq!(machine_paths(&format!("a\nb {place}ada\n..{place}x src{place}y")).len(), 1);

    let was = format!("# why\n{}  0001_a.sql\n", hex(&Sha256::digest(b"CREATE")));
    assert!(thawed(&was, |_| Some(b"CREATE".to_vec())).is_empty());
    assert_eq!(thawed(&was, |_| Some(b"CREATE ".to_vec())).len(), 1);
    assert_eq!(thawed(&was, |_| None).len(), 1);
    assert_eq!(thawed("0001_a.sql", |_| None).len(), 1);
}
