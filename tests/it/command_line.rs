//! The subcommands as a person runs them: what they say, what they leave on the disk, and their exit codes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use rachis::domain::rules::RULES;
use serde_json::Value;

/// A table with one row of each kind that can be taken, and lines 4 and 5 that cannot.
const TABLE_WITH_BAD_ROWS: &str = "image_id,rad_id,class_name,x_min,y_min,x_max,y_max\n\
    a,R1,No finding,,,,\n\
    b,R1,Osteophytes,1,2,30,40\n\
    b,R1,Unicorn,1,2,30,40\n\
    c,R1,Osteophytes,30,2,1,40\n";

const GOOD_TABLE: &str = "image_id,rad_id,class_name,x_min,y_min,x_max,y_max\n\
    a,R1,No finding,,,,\n\
    b,R1,Osteophytes,1,2,30,40\n";

const KAGGLE_TABLE: &str = "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max\n\
    a,No finding,14,R8,,,,\n\
    b,Cardiomegaly,3,R8,10,20.5,300,400\n\
    b,Cardiomegaly,3,R9,12,20,298,401.25\n";

/// A demo of four small films read by R2 and R3, made once. Cases may look at it, and leave it as it is.
fn demo() -> &'static Path {
    static DEMO: OnceLock<PathBuf> = OnceLock::new();
    DEMO.get_or_init(|| {
        // Never removed at the end, so it has one place, and not a new one at each run.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command_line_demo");
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{}: {error}", folder.display()),
            _ => {}
        }
        let words = ["demo", folder.to_str().unwrap(), "--studies", "2", "--scale", "0.05", "--seed", "634"];
        let made = Command::new(env!("CARGO_BIN_EXE_rachis")).args(words).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let said = String::from_utf8(made.stdout).unwrap();
        assert!(said.contains("4 synthetic films of 2 studies, 8 simulated readings"), "{said}");
        folder
    })
}

/// The films of the demo, in the order of their names.
fn demo_films() -> Vec<PathBuf> {
    files(&demo().join("films"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let found: BTreeSet<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.into_iter().collect()
}

/// A folder to work in, gone at the end.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs `rachis` with these words in this folder; DEMO and FILM stand for the shared demo and its first film.
    /// `says` is on stdout where all went well, otherwise on stderr, and a failure is one sentence.
    #[track_caller]
    fn check(&self, words: &str, code: i32, says: &str) -> String {
        let word = |word: &str| match word {
            "FILM" => demo_films()[0].clone().into_os_string(),
            _ if word.starts_with("DEMO") => word.replacen("DEMO", demo().to_str().unwrap(), 1).into(),
            _ => word.into(),
        };
        let ran = Command::new(env!("CARGO_BIN_EXE_rachis"))
            .args(words.split_whitespace().map(word))
            .current_dir(self.0.path())
            // The log and the reports of faults.
            .env("XDG_STATE_HOME", self.path("state"))
            .output()
            .unwrap();
        let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
        assert_eq!(ran.status.code(), Some(code), "rachis {words}\n{out}{err}");
        let said = if code == 0 { &out } else { &err };
        assert!(said.contains(says), "rachis {words}: expected {says:?}\n{out}{err}");
        match code {
            0 => assert!(err.is_empty(), "rachis {words}: {err}"),
            1 | 3 => {
                assert!(err.starts_with("rachis: ") && err.trim_end().lines().count() == 1, "rachis {words}: {err}");
            }
            _ => assert!(err.contains("Usage: ") || err.contains("--help"), "rachis {words}: {err}"),
        }
        out
    }

    #[track_caller]
    /// With words that hold blanks: exit code, output and errors.
    fn run_words(&self, words: &[&str]) -> (i32, String, String) {
        let ran = Command::new(env!("CARGO_BIN_EXE_rachis"))
            .args(words)
            .current_dir(self.0.path())
            .env("XDG_STATE_HOME", self.path("state"))
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (ran.status.code().unwrap(), text(ran.stdout), text(ran.stderr))
    }

    fn json(&self, words: &str) -> Value {
        serde_json::from_str(&self.check(words, 0, "")).unwrap()
    }
}

#[test]
fn bad_arguments_are_exit_code_2() {
    let place = Place::new();
    for words in [
        "frobnicate",
        "new",
        "new a --readers 0",
        "new a --readers some",
        "demo a --scale 0",
        "demo a --scale 1.5",
        "demo a --studies 0",
        "import DEMO",
        "import-labels DEMO",
        "import-labels DEMO a.csv --bad-rows perhaps",
        "export DEMO a.csv",
        "export DEMO a.csv --format pdf",
        "export DEMO a.csv --format cxr --as-imported --no-rad-id",
        "stats DEMO --majority --reader R2",
        "rules DEMO --set nothing_decided",
        "rules DEMO --set nothing_decided=loud",
        "rules DEMO --set duplicate_box=error:much",
        "pixels FILM",
        "pixels FILM --raw a --frame -1",
    ] {
        place.check(words, 2, "");
    }
    assert!(!place.path("a").exists() && !place.path("a.csv").exists());
    place.check("--version", 0, env!("CARGO_PKG_VERSION"));
    let help = place.check("--help", 0, "For research use only");
    let commands = ["check", "demo", "export", "import", "import-labels", "new", "open", "pixels", "rules", "stats"];
    for command in commands {
        assert!(help.contains(&format!("\n  {command} ")), "{command}\n{help}");
    }
}

#[test]
fn a_folder_that_is_no_project_is_one_sentence() {
    let place = Place::new();
    place.write("a.csv", GOOD_TABLE);
    std::fs::create_dir(place.path("empty")).unwrap();
    for words in [
        "check P",
        "stats P",
        "stats P --json",
        "rules P",
        "rules P --set nothing_decided=off",
        "import P FILM",
        "import-labels P a.csv",
        "export P b.csv --format cxr",
    ] {
        place.check(&words.replace('P', "nowhere"), 1, "no project at nowhere");
        place.check(&words.replace('P', "empty"), 1, "empty is not a Rachis project");
    }
    assert!(!place.path("nowhere").exists() && !place.path("b.csv").exists());
    assert!(files(&place.path("empty")).is_empty());
}

#[test]
fn projects_begin_empty_or_as_a_demo() {
    let place = Place::new();
    place.check("new one", 0, "one: an empty project for 1 reader, labels vindr_spine");
    place.check("new two --labels vindr_cxr --readers 3", 0, "for 3 readers, labels vindr_cxr");
    place.check("new one", 1, "one already holds a project");
    place.check("new other --labels spine", 1, "there are vindr_spine, vindr_cxr, vindr_rib");
    assert!(!place.path("other").exists());
    place.check("check one", 0, "0 films, 0 readings, 0 marks");
    // The same seed gives the same bytes.
    place.check("demo again --studies 2 --scale 0.05 --seed 634", 0, "again: 4 synthetic films of 2 studies");
    let (here, there) = (files(&place.path("again/films")), demo_films());
    assert_eq!(here.len(), 4);
    for (here, there) in here.iter().zip(&there) {
        assert_eq!(here.file_name(), there.file_name());
        assert!(std::fs::read(here).unwrap() == std::fs::read(there).unwrap(), "{}", here.display());
    }
}

#[test]
fn films_come_in_once() {
    let place = Place::new();
    place.check("new p", 0, "");
    place.write("notes.txt", "not a film");
    place.check("import p DEMO/films notes.txt", 0, "4 films imported, 1 not films");
    place.check("import p DEMO/films", 0, "0 films imported, 4 already there");
    let report = place.json("import p DEMO/films notes.txt --json");
    assert_eq!((&report["imported"], &report["duplicates"], &report["not_films"]), (&0.into(), &4.into(), &1.into()));
    assert_eq!(report["files"].as_array().unwrap().len(), 5);
    place.check("import p elsewhere", 1, "elsewhere: ");
    assert!(files(&place.path("p/films")).is_empty(), "referred to where they are");
    assert_eq!(place.json("check p --json")["films"], 4);
}

#[test]
fn labels_come_in_with_a_report_of_each_bad_row() {
    let place = Place::new();
    place.write("good.csv", GOOD_TABLE);
    place.write("bad.csv", TABLE_WITH_BAD_ROWS);
    place.check("new good", 0, "");
    place.check(
        "import-labels good good.csv --absent-films keep --new-readers add",
        0,
        "taken: 1 box, 1 \"No finding\", 0 image labels in 2 readings",
    );
    place.check(
        "import-labels good good.csv --absent-films keep --new-readers add",
        0,
        "in the project already: 2 rows",
    );

    place.check("new bad", 0, "");
    place.check(
        "import-labels bad bad.csv --bad-rows refuse --absent-films keep --new-readers add",
        1,
        "nothing was taken, because 2 rows could not be",
    );
    assert_eq!(place.json("check bad --json")["marks"], 0);
    let report = place.json("import-labels bad bad.csv --bad-rows keep --json --absent-films keep --new-readers add");
    assert_eq!((&report["rows"], &report["boxes"], &report["no_finding"]), (&4.into(), &1.into(), &1.into()));
    let lines: Vec<&Value> = report["not_taken"].as_array().unwrap().iter().map(|row| &row["line"]).collect();
    assert_eq!(lines, [4, 5]);
    let words = "import-labels bad bad.csv --absent-films keep --new-readers add";
    place.check(words, 3, "not all was taken: 2 rows were left out");
    let out = place.check(&format!("{words} --bad-rows keep"), 0, "not taken: 2 rows");
    assert!(out.contains("line 4: ") && out.contains("Unicorn") && out.contains("line 5: "), "{out}");
    assert_eq!(place.json("check bad --json")["marks"], 2);

    place.write("no.csv", "colour,size\nred,3\n");
    for (table, says) in [("no.csv", "image_id"), ("none.csv", "none.csv cannot be read")] {
        place.check(&format!("import-labels good {table}"), 1, says);
    }
}

#[test]
fn tables_go_out_and_come_back_the_same() {
    let place = Place::new();
    place.write("kaggle.csv", KAGGLE_TABLE);
    place.check("new chest --labels vindr_cxr", 0, "");
    place.check("import-labels chest kaggle.csv --absent-films keep --new-readers add", 0, "taken: 2 boxes");
    for (project, labels, format, num_rows) in [
        ("DEMO", "vindr_spine", "spinexr", 20),
        ("DEMO", "vindr_spine", "cxr", 20),
        ("chest", "vindr_cxr", "kaggle", 3),
    ] {
        let says = format!("{format}.csv: {num_rows} rows");
        place.check(&format!("export {project} {format}.csv --format {format} --labels labels.csv"), 0, &says);
        place.check(&format!("new {format} --labels {labels}"), 0, "");
        place.check(
            &format!("import-labels {format} {format}.csv --absent-films keep --new-readers add"),
            0,
            &format!("{num_rows} rows\ntaken: "),
        );
        place.check(&format!("export {format} back.csv --format {format} --labels labels_back.csv"), 0, "back.csv: ");
        assert_eq!(place.read("back.csv"), place.read(&format!("{format}.csv")));
        let sorted = |name: &str| place.read(name).lines().map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(sorted("labels_back.csv"), sorted("labels.csv"));
    }
    assert_eq!(place.read("kaggle.csv"), KAGGLE_TABLE);
}

#[test]
fn a_failed_export_leaves_the_old_files() {
    let place = Place::new();
    place.write("old.csv", "old");
    std::fs::create_dir(place.path("folder")).unwrap();
    for (words, says) in [
        ("export DEMO old.csv --format kaggle", "Nothing was written"),
        ("export DEMO old.csv --format cxr --no-rad-id", "marks of 2 readers (R2, R3)"),
        ("export DEMO old.csv --format cxr --as-imported", "no table of boxes was imported"),
        ("export DEMO old.csv --format cxr --labels old.csv", "would both go to old.csv"),
        ("export DEMO old.csv --format cxr --labels ./folder/../old.csv", "would both go to old.csv"),
        ("export DEMO old.csv --format cxr --labels nowhere/labels.csv", "nowhere/labels.csv cannot be written"),
        ("export DEMO folder --format cxr", "folder cannot be written"),
        ("export DEMO new.csv --format cxr --labels ./new.csv", "would both go to new.csv"),
    ] {
        place.check(words, 1, says);
        assert_eq!(place.read("old.csv"), "old", "{words}");
    }
    let left: Vec<PathBuf> = files(place.0.path()).into_iter().filter(|path| !path.ends_with("state")).collect();
    assert_eq!(left, [place.path("folder"), place.path("old.csv")], "nothing half written stays");
    place.check("export DEMO old.csv --format cxr --reader R2 --no-rad-id", 0, "old.csv: 10 rows");
    assert!(place.read("old.csv").starts_with("image_id,class_name,x_min"));
}

#[test]
fn check_tells_a_sound_project_from_a_broken_one() {
    let place = Place::new();
    place.check("new p", 0, "");
    place.check("import p DEMO/films --copy", 0, "4 films imported");
    place.check("check p", 0, "films in their places and unchanged");
    let folder = files(&place.path("p/films")).remove(0);
    std::fs::remove_file(files(&folder).remove(0)).unwrap();
    place.check("check p", 1, "1 error in this project");
    place.check("check p --quick", 1, "1 error in this project");
    place.check("check DEMO", 0, "4 films, 8 readings, 20 marks");
    assert_eq!(place.json("check DEMO --json")["errors"], 0);
}

#[test]
fn stats_count_the_demo() {
    let place = Place::new();
    let out = place.check("stats DEMO", 0, "Project: Synthetic spine films (synthetic)");
    assert!(out.contains("\nImages              4\n") && out.contains("majority"), "{out}");
    assert!(place.json("stats DEMO --json").is_object());
    let one = place.check("stats DEMO --reader R2", 0, " R2\n");
    assert!(!one.contains("R3") && !one.contains("majority"), "{one}");
    place.check("stats DEMO --reader R9", 1, "no readings of R9");
}

#[test]
fn readers_are_held_against_a_truth() {
    let place = Place::new();
    place.check("study DEMO", 2, "--truth");
    place.check("study DEMO --truth R9", 1, "R9 has not completed a film");
    place.check("study DEMO --others", 0, "all readers: ");
    place.check("study DEMO --truth R3 --mrmc OUT.csv", 0, "R2: 4 films with a truth");
    let table = place.read("OUT.csv");
    assert!(table.starts_with("readerID,caseID,modalityID,score\n-1,"), "{table}");
    // A header, four truths, four readings.
    assert_eq!(table.lines().count(), 9, "{table}");
    place.check("study DEMO --truth R3 --mrmc OUT.imrmc", 0, "R2");
    assert!(place.read("OUT.imrmc").contains("\nNR=1\nNM=1\nBEGIN DATA:\n"));
    place.check("study DEMO --others --mrmc NOT.csv", 1, "one truth for all readers");
    let rows = place.json("study DEMO --truth R3 --json");
    assert_eq!(rows.as_array().map(Vec::len), Some(1), "{rows}");
    place.check("report DEMO --out NOT.html", 1, "no evaluation yet");
}

#[test]
fn rules_are_shown_changed_and_kept() {
    let place = Place::new();
    let severity = |rules: &Value, key: &str| {
        let rule = rules.as_array().unwrap().iter().find(|rule| rule["key"] == key).unwrap();
        (rule["severity"].as_str().unwrap().to_owned(), rule["parameter"].as_f64())
    };
    place.check("new p", 0, "");
    let out = place.check("rules p", 0, "duplicate_box            warning  One mark a finding; IoU above which");
    assert_eq!(out.lines().count(), RULES.len(), "{out}");
    place.check("rules p --set duplicate_box=error:0.5 --set nothing_decided=off", 0, "nothing_decided          off");
    let rules = place.json("rules p --json");
    assert_eq!(severity(&rules, "duplicate_box"), ("error".to_owned(), Some(0.5)));
    assert_eq!(severity(&rules, "nothing_decided"), ("off".to_owned(), None));
    assert_eq!(severity(&rules, "box_outside_film"), ("error".to_owned(), None));
    for (words, says) in [
        ("rules p --set nonsense=off", "there is no rule \"nonsense\"; the rules are no_finding_with_boxes, "),
        ("rules p --set duplicate_box=error:1.5", "duplicate_box (IoU above which"),
        ("rules p --set nothing_decided=error:1", "those that have one are box_too_small, duplicate_box"),
        ("rules p --set nothing_decided=error --set nonsense=off", "Nothing was changed"),
    ] {
        place.check(words, 1, says);
        assert_eq!(place.json("rules p --json"), rules, "{words}");
    }
}

#[test]
fn a_project_has_rules_of_its_own() {
    let place = Place::new();
    place.check("new p", 0, "");
    let own = |rules: &Value| -> Vec<String> {
        let own = rules.as_array().unwrap().iter().filter(|rule| rule["key"].is_null());
        own.map(|rule| format!("{} {}: {}", rule["severity"], rule["title"], rule["condition"])).collect()
    };
    let add = |rule: &'static str| place.run_words(&["rules", "p", "--add", rule]);
    let (rc, out, _) = add("error | Few implants | Surgical implant: at most 4");
    assert!(rc == 0 && out.contains("(own)"), "{out}");
    let (rc, out, _) = add("Fracture excludes Osteophytes");
    assert!(rc == 0 && out.contains("Fracture excludes Osteophytes"), "{out}");
    let rules = place.json("rules p --json");
    let few = r#""error" "Few implants": "Surgical implant: at most 4""#;
    assert_eq!(own(&rules)[0], few);
    assert_eq!(own(&rules).len(), 2);
    for (rule, says) in [
        ("loud | Fracture: at most 4", "off, warning or error"),
        ("Fractur: at most 4", "no label \"Fractur\""),
        ("Few implants", "a rule reads like"),
    ] {
        let (rc, _, err) = add(rule);
        assert!(rc != 0 && err.contains(says), "{rule}: {err}");
        assert_eq!(place.json("rules p --json"), rules);
    }
    let (rc, ..) = place.run_words(&["rules", "p", "--remove", "Few implants"]);
    assert_eq!((rc, own(&place.json("rules p --json")).len()), (0, 1));
}

#[test]
fn pixels_are_as_stored_or_as_displayed() {
    let place = Place::new();
    place.check("pixels FILM --raw film.raw --png film.png", 0, "");
    let picture = image::open(place.path("film.png")).unwrap();
    let num_pixels = u64::from(picture.width()) * u64::from(picture.height());
    assert_eq!(std::fs::metadata(place.path("film.raw")).unwrap().len(), num_pixels * 2, "16 bits a pixel");
    let grey = picture.to_luma8();
    assert!(grey.iter().max() > grey.iter().min(), "there is something to see");
    place.check("pixels FILM --frame 1 --raw other.raw", 1, "frame 1 asked for, but the film has 1");
    place.check("pixels film.png --raw other.raw", 1, "film.png: not a DICOM file");
    place.check("pixels nowhere.dcm --raw other.raw", 1, "nowhere.dcm: ");
    assert!(!place.path("other.raw").exists());
}

#[test]
fn the_program_needs_no_libtorch() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_rachis")).unwrap();
    // What an ELF, Mach-O or PE file names as a library that it can't start without.
    for library in ["libtorch_cpu", "torch_cpu.dll", "libc10"] {
        let is_named = program.windows(library.len()).any(|bytes| bytes == library.as_bytes());
        assert!(!is_named, "rachis links {library}");
    }
}
