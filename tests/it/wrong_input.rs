//! What people get wrong, through the command line: a sentence that says what to do, exit status 1, and the project's
//! content as it was.

use std::path::Path;
use std::process::Command;

use rachis::domain::people::{Reader, Role, Roles};
use rachis::domain::project::Workflow;
use rachis::domain::project_event::EventKind;
use rachis::store::{NewProject, Store};
use serde_json::Value;

use crate::support;

#[track_caller]
fn check(folder: &Path, words: &[&str], code: i32, says: &str) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_rachis"))
        .args(words)
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert_eq!(ran.status.code(), Some(code), "{words:?}\n{out}{err}");
    assert!(format!("{out}{err}").contains(says), "{words:?}: expected {says:?}\n{out}{err}");
    out
}

/// Every row of every table, but for the list of openings, which is no content.
fn content(folder: &Path) -> Vec<String> {
    let conn = rusqlite::Connection::open(folder.join("project.db")).unwrap();
    let tables: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('session', 'sqlite_sequence')")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut rows = Vec::new();
    for table in tables {
        let mut statement = conn.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let num = statement.column_count();
        let mut found = statement.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let cells: Vec<_> = (0..num).map(|i| row.get::<_, rusqlite::types::Value>(i).unwrap()).collect();
            rows.push(format!("{table} {cells:?}"));
        }
    }
    rows.sort();
    rows
}

/// Runs what must be refused.
#[track_caller]
fn refused(folder: &Path, words: &[&str], says: &[&str]) {
    let before = content(&folder.join("p"));
    let ran = Command::new(env!("CARGO_BIN_EXE_rachis"))
        .args(words)
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .output()
        .unwrap();
    let said = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1), "{words:?}\n{said}");
    for words in says {
        assert!(said.contains(words), "expected {words:?}\n{said}");
    }
    assert!(content(&folder.join("p")) == before, "{words:?} changed the project");
}

/// Four films; R1 and R2 own the project, R3 reads.
fn project(folder: &Path) -> Store {
    let mut store = support::project(&folder.join("p"), 4);
    let roles = Roles::NONE.with(Role::Annotator);
    store.add_reader(&Reader { roles, ..Reader::new("R3", "Reader three") }).unwrap();
    store
}

fn film(n: usize) -> String {
    support::entry(n).facts.image.to_string()
}

fn place() -> (tempfile::TempDir, Store) {
    let place = tempfile::tempdir().unwrap();
    let store = project(place.path());
    (place, store)
}

/// Two good rows around a bad one, in every format that names readers or labels.
fn written(folder: &Path, image: &str, reader: &str, label: &str) -> Vec<&'static str> {
    let (good, last) = (film(0), film(1));
    let table = format!(
        "study_id,series_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n\
         study0,series0,{good},R1,Osteophytes,10,20,60,90\n\
         study0,series0,{image},{reader},{label},30,40,90,99\n\
         study0,series0,{last},R2,No finding,,,,\n"
    );
    std::fs::write(folder.join("rows.csv"), table).unwrap();
    let coco = serde_json::json!({
        "info": {},
        "images": [{"id": 1, "file_name": format!("{good}.png"), "width": 320, "height": 480},
                   {"id": 2, "file_name": format!("{image}.png"), "width": 320, "height": 480}],
        "categories": [{"id": 1, "name": "Osteophytes"}, {"id": 2, "name": label}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 20, 50, 70], "area": 3500, "iscrowd": 0, "rad_id": "R1"},
            {"id": 2, "image_id": 2, "category_id": 2, "bbox": [30, 40, 60, 59], "area": 3540, "iscrowd": 0,
             "rad_id": reader},
        ],
    });
    std::fs::write(folder.join("coco.json"), coco.to_string()).unwrap();
    vec!["rows.csv", "coco.json"]
}

/// With `refuse` nothing is taken; with `keep` the good rows are, and the bad one is named and counted.
fn bad_in_every_format(image: &str, reader: &str, label: &str, says: &[&str], counted: Option<&str>) {
    for name in ["rows.csv", "coco.json"] {
        let (place, store) = place();
        let at = place.path();
        assert!(written(at, image, reader, label).contains(&name));
        refused(at, &["import-labels", "p", name, "--bad-rows", "refuse"], says);
        let noun = if name == "rows.csv" { "row" } else { "problem" };
        let says_so = format!("not all was taken: 1 {noun} was left out");
        let out = check(at, &["import-labels", "p", name, "--json"], 3, &says_so);
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["not_taken"].as_array().unwrap().len(), 1, "{name}: {report:#}");
        if let Some(key) = counted {
            assert_eq!(report["left_out"][key], 1, "{name}: {report:#}");
        }
        let said = report["not_taken"][0].to_string();
        assert!(says.iter().all(|words| said.contains(words)), "{name}: {said}");
        assert_eq!(store.reading(&film(0).as_str().into(), &"R1".into()).unwrap().num_marks(), 1, "{name}");
        let ids: Vec<String> = store.readers().unwrap().into_iter().map(|one| one.id.to_string()).collect();
        assert_eq!(ids, ["R1", "R2", "R3"], "{name}");
        // Whoever says that bad rows may stay out is not told off for them.
        check(at, &["import-labels", "p", name, "--bad-rows", "keep"], 0, "not taken: 1");
    }
}

#[test]
fn unknown_reader() {
    let says = ["the project has no reader R99", "add the person first"];
    bad_in_every_format(&film(2), "R99", "Fracture", &says, Some("unknown_readers"));
    let (place, store) = place();
    let at = place.path();
    refused(at, &["assign", "films", "p", "--to", "R99"], &["The project has no reader R99", "Nothing was handed out"]);
    refused(at, &["reader", "change", "p", "R99", "--years", "3"], &["no reader R99", "Nothing was changed"]);
    refused(at, &["tasks", "list", "p", "--as", "R99"], &["R99"]);
    refused(at, &["audit", "p", "--by", "R99"], &["no reader R99"]);
    refused(at, &["export", "p", "out.csv", "--format", "coco", "--reader", "R99"], &["no reader R99"]);
    // By choice they come in, as annotators, and the report and the record say so.
    written(at, &film(2), "R99", "Fracture");
    check(
        at,
        &["import-labels", "p", "rows.csv", "--new-readers", "add", "--as", "R1"],
        0,
        "R99 came into the project",
    );
    let roles = store.readers().unwrap().into_iter().find(|one| one.id.as_str() == "R99").unwrap().roles;
    assert_eq!(roles, Roles::NONE.with(Role::Annotator));
    let events = store.events().unwrap();
    let said = |kind| events.iter().rfind(|event| event.kind == kind).unwrap().clone();
    for event in [said(EventKind::ReaderAdded), said(EventKind::LabelsImported)] {
        assert!(event.by == "R1" && event.what.contains("R99 came into the project"), "{event:?}");
    }
}

#[test]
fn unknown_label() {
    let says = ["Unicorn", "is not one of the project's labels", "add the label to the project's"];
    bad_in_every_format(&film(2), "R1", "Unicorn", &says, None);
    let (place, _store) = place();
    refused(place.path(), &["consensus", "p", "--label", "Unicorn=union,1"], &["Unicorn"]);
}

#[test]
fn film_missing() {
    let says = ["nowhere is not in the project", "import the film first"];
    bad_in_every_format("nowhere", "R1", "Fracture", &says, Some("absent_films"));
    let (place, store) = place();
    let at = place.path();
    let told =
        check(at, &["import-labels", "p", written(at, "nowhere", "R1", "Fracture")[0]], 3, "--absent-films keep");
    assert!(told.contains("line 3: the film nowhere"), "{told}");
    check(at, &["import-labels", "p", "rows.csv", "--absent-films", "refuse"], 0, "line 3: the film nowhere");
    // Where nothing at all came in, it failed.
    let head = "study_id,series_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n";
    std::fs::write(at.join("alone.csv"), format!("{head}s,e,nowhere,R1,Osteophytes,10,20,60,90\n")).unwrap();
    check(at, &["import-labels", "p", "alone.csv"], 1, "nothing was taken: 1 row could not be");
    refused(at, &["assign", "films", "p", "--film", "nowhere"], &["no film nowhere", "Nothing was handed out"]);
    refused(at, &["audit", "p", "--film", "nowhere"], &["no film nowhere"]);
    // The labels first, the films later: by choice.
    check(at, &["import-labels", "p", "rows.csv", "--absent-films", "keep"], 0, "taken: 1 box");
    assert_eq!(store.reading(&"nowhere".into(), &"R1".into()).unwrap().num_marks(), 1);
}

#[test]
fn duplicate_rows() {
    let (place, store) = place();
    let at = place.path();
    let row = format!("study0,series0,{},R1,Osteophytes,10,20,60,90\n", film(0));
    let head = "study_id,series_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n";
    std::fs::write(at.join("rows.csv"), format!("{head}{row}{row}")).unwrap();
    let said = "the same film, reader, label and box stand in line 2 already; take one of the two rows out";
    refused(at, &["import-labels", "p", "rows.csv", "--bad-rows", "refuse"], &["line 3", said]);
    let mark = serde_json::json!({"image_id": 1, "category_id": 1, "bbox": [10, 20, 50, 70], "rad_id": "R2"});
    let coco = serde_json::json!({
        "images": [{"id": 1, "file_name": format!("{}.png", film(0)), "width": 320, "height": 480}],
        "categories": [{"id": 1, "name": "Osteophytes"}],
        "annotations": [mark, mark],
    });
    std::fs::write(at.join("coco.json"), coco.to_string()).unwrap();
    let twice = "stand in the file twice; take one of the two out";
    refused(at, &["import-labels", "p", "coco.json", "--bad-rows", "refuse"], &[twice]);
    let yes = "image_id,rad_id,Osteophytes,No finding\n";
    std::fs::write(at.join("labels.csv"), format!("{yes}{0},R1,0,1\n{0},R1,0,1\n", film(1))).unwrap();
    let second = "the same film and reader stand in line 2 already";
    refused(at, &["import-labels", "p", "labels.csv", "--bad-rows", "refuse"], &[second]);
    for (name, reader) in [("rows.csv", "R1"), ("coco.json", "R2")] {
        let out = check(at, &["import-labels", "p", name, "--json"], 0, "");
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["left_out"]["repeated"], 1, "{name}: {report:#}");
        assert_eq!(store.reading(&film(0).as_str().into(), &reader.into()).unwrap().num_marks(), 1, "{name}");
    }
}

/// What differs in a further column, or in how its numbers are written, is another mark: it is taken and told of.
#[test]
fn the_same_box_said_with_something_else() {
    let (place, store) = place();
    let at = place.path();
    let head = "study_id,series_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax,side\n";
    let row = |numbers: &str, side: &str| format!("study0,series0,{},R1,Osteophytes,{numbers},{side}\n", film(0));
    let plain = "10,20,60,90";
    let rows = [row(plain, "left"), row(plain, "right"), row("10.0,20,60,90", "left")];
    std::fs::write(at.join("rows.csv"), format!("{head}{}", rows.concat())).unwrap();
    let import = ["import-labels", "p", "rows.csv", "--bad-rows", "refuse", "--json"];
    let report = || -> Value { serde_json::from_str(&check(at, &import, 0, "")).unwrap() };
    let first = report();
    assert_eq!((&first["boxes"], first["worth_a_look"].as_array().unwrap().len()), (&3.into(), 2), "{first:#}");
    assert_eq!(store.reading(&film(0).as_str().into(), &"R1".into()).unwrap().num_marks(), 3);
    let again = report();
    assert_eq!((&again["boxes"], &again["in_the_project_already"]), (&0.into(), &3.into()), "{again:#}");
    // One that the project holds not yet is no repeat of those that it holds; a table without the column brings nothing new.
    std::fs::write(at.join("rows.csv"), format!("{head}{}", row(plain, "both"))).unwrap();
    assert_eq!(report()["boxes"], 1);
    std::fs::write(at.join("rows.csv"), format!("{head}{}", row(plain, ""))).unwrap();
    assert_eq!(report()["in_the_project_already"], 1);
}

#[test]
fn quorum_larger_than_readers() {
    let (place, _store) = place();
    let at = place.path();
    check(at, &["import-labels", "p", written(at, &film(0), "R2", "Osteophytes")[0]], 0, "taken: 2 boxes");
    refused(at, &["consensus", "p", "--quorum", "9"], &["quorum", "9"]);
    refused(at, &["consensus", "p", "--quorum", "1.5"], &["1.5", "whole number"]);
    refused(at, &["consensus", "p", "--least-readers", "9"], &["9"]);
}

#[test]
fn empty_pool() {
    let (place, mut store) = place();
    let at = place.path();
    store.set_workflow(Workflow::Blind { readers: 2 }).unwrap();
    refused(at, &["assign", "films", "p", "--query", "view:XX"], &["No film", "view:XX", "Nothing was handed out"]);
    refused(at, &["assign", "films", "p", "--query", "age:>200"], &["No film", "age:>200"]);
    refused(at, &["assign", "films", "p", "--sample", "0"], &["A sample of no films"]);
    refused(at, &["assign", "films", "p", "--hidden-truths"], &["No film is kept back"]);
    std::fs::write(at.join("none.txt"), "\n").unwrap();
    refused(at, &["assign", "films", "p", "--file", "none.txt"], &["none.txt"]);
}

/// A bundle comes in parts; where one of them is refused or can't be read, nothing of the others stays.
#[test]
fn parts_come_in_together() {
    let (place, store) = place();
    let at = place.path();
    let head = "study_id,series_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n";
    for (part, row) in [("train", film(0)), ("test", "nowhere".to_owned())] {
        std::fs::create_dir_all(at.join("bundle").join(part)).unwrap();
        let table = format!("{head}s,e,{row},R1,Osteophytes,10,20,60,90\n");
        std::fs::write(at.join("bundle").join(part).join("annotations.csv"), table).unwrap();
    }
    refused(at, &["import-labels", "p", "bundle", "--bad-rows", "refuse"], &["nowhere is not in the project"]);
    std::fs::write(at.join("bundle/test/annotations.csv"), "colour,size\nred,3\n").unwrap();
    refused(at, &["import-labels", "p", "bundle"], &["image_id"]);
    // Each of two parts fits the project, and the second does not fit the first.
    let table = format!("{head}s,e,{},R1,Osteophytes,10,20,60,90\n", film(0));
    std::fs::write(at.join("bundle/train/annotations.csv"), table).unwrap();
    std::fs::write(at.join("bundle/test/annotations.csv"), format!("{head}s,e,{},R1,No finding,,,,\n", film(0)))
        .unwrap();
    let both = &["import-labels", "p", "bundle", "--bad-rows", "refuse"];
    refused(at, both, &["nothing was taken", "the same reader"]);
    assert!(
        store.imports().unwrap().is_empty()
            && store.reading(&film(0).as_str().into(), &"R1".into()).unwrap().num_marks() == 0
    );
    let out = check(at, &["import-labels", "p", "bundle", "--json"], 3, "not all was taken");
    let report: Value = serde_json::from_str(&out).unwrap();
    let taken: Vec<usize> =
        report["tables"].as_array().unwrap().iter().map(|table| table["not_taken"].as_array().unwrap().len()).collect();
    assert!(taken.iter().sum::<usize>() == 1 && store.imports().unwrap().len() == 1, "{report:#}");
}

#[test]
fn what_was_handed_out_counts_as_read_and_the_report_says_so() {
    let (place, mut store) = place();
    let at = place.path();
    store.set_workflow(Workflow::Single).unwrap();
    check(at, &["assign", "films", "p", "--to", "R2"], 0, "4 films");
    let table = format!(
        "image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n{0},R2,Osteophytes,1,2,30,40\n{1},R2,No finding,,,,\n\
         {0},R1,No finding,,,,\n",
        film(0),
        film(1)
    );
    std::fs::write(at.join("rows.csv"), table).unwrap();
    check(at, &["import-labels", "p", "rows.csv", "--as", "R1"], 0, "2 handed-out films of R2 count as read now.");
    let coco = serde_json::json!({
        "images": [{"id": 1, "file_name": format!("{}.png", film(2)), "width": 320, "height": 480}],
        "categories": [{"id": 1, "name": "Osteophytes"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 20, 50, 70], "rad_id": "R2"}],
    });
    // By what is in it, whatever it is called.
    std::fs::write(at.join("coco.out"), coco.to_string()).unwrap();
    check(at, &["import-labels", "p", "coco.out", "--as", "R1"], 0, "1 handed-out film of R2 counts as read now.");
    let events = store.events().unwrap();
    let imports: Vec<_> = events.iter().filter(|event| event.kind == EventKind::LabelsImported).collect();
    assert_eq!(imports.len(), 2);
    assert!(imports[0].what.contains("2 handed-out films of R2") && imports[0].by == "R1", "{:?}", imports[0]);
    assert!(imports[1].what.contains("1 handed-out film of R2") && imports[1].by == "R1", "{:?}", imports[1]);
    check(at, &["audit", "p", "--verify"], 0, "each as it was written");
    let of_film = check(at, &["audit", "p", "--film", &film(0)], 0, "");
    assert!(of_film.contains("rows.csv") && of_film.contains("(R1)"), "{of_film}");
    assert!(!check(at, &["audit", "p", "--film", &film(3)], 0, "").contains("rows.csv"));
}

#[test]
fn people_and_settings_are_refused_for_what_is_wrong_with_them() {
    let (place, mut store) = place();
    let at = place.path();
    let years = ["reader", "add", "p", "R9", "--name", "Nine", "--years", "300"];
    refused(at, &years, &["R9 can't have so many years of experience: 0 to 120"]);
    // Who may not change people hears that, not that there is nobody of the name.
    check(at, &["reader", "pin", "p", "R2", "--as", "R3"], 1, "You may not change the people of this project");
    check(at, &["project", "set", "p", "--workflow", "reviewed:9:2"], 0, "asks for 9 readers, and 3 people");
    let text = check(at, &["project", "set", "p", "--workflow", "reviewed:3:2"], 0, "settle it");
    assert!(!text.contains("Note:"), "{text}");
    check(at, &["project", "set", "p", "--workflow", "free"], 0, "");
    let args = ["export", "p", "out.csv", "--format", "spinexr", "--reader", "consensus"];
    refused(at, &args, &["the project has no consensus yet", "rachis consensus"]);
    // A role that was asked for is the one that people have when films are dealt.
    store.set_workflow(Workflow::Single).unwrap();
    let mut third = store.readers().unwrap().into_iter().find(|one| one.id.as_str() == "R3").unwrap();
    third.has_left = true;
    store.change_reader(&third).unwrap();
    refused(at, &["assign", "films", "p", "--to", "R3"], &["R3 can't get these films: they have left the project"]);
}

#[test]
fn nobody_reads_on_the_command_line_before_they_agreed() {
    let (place, store) = place();
    let at = place.path();
    check(at, &["project", "set", "p", "--data-use", "For research only."], 0, "");
    let says = ["R2 has yet to agree", "Nothing was shown", "project agree"];
    for words in [&["tasks", "list", "p", "--as", "R2"][..], &["reader", "list", "p", "--as", "R2"]] {
        // Signing in leaves a word; the rest is as it was.
        let ran = Command::new(env!("CARGO_BIN_EXE_rachis")).args(words).current_dir(at).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert!(ran.status.code() == Some(1) && says.iter().all(|one| said.contains(one)), "{words:?}: {said}");
    }
    check(at, &["project", "show", "p", "--as", "R2"], 0, "For research only.");
    check(at, &["project", "agree", "p", "--as", "R2", "--yes"], 0, "R2 has agreed");
    check(at, &["tasks", "list", "p", "--as", "R2"], 0, "");
    assert!(!store.must_agree_to_data_use(&"R2".into()).unwrap());
}

#[test]
fn versions_are_listed_with_how_their_files_are() {
    let (place, _store) = place();
    let at = place.path();
    check(at, &["export", "p", "--list"], 0, "No version was kept yet");
    check(at, &["import-labels", "p", written(at, &film(2), "R2", "Osteophytes")[0]], 0, "taken: 2 boxes");
    check(at, &["export", "p", "v1.json", "--format", "coco", "--tag", "v1", "--as", "R1"], 0, "kept as version v1");
    let text = check(at, &["export", "p", "--list"], 0, "v1  ");
    assert!(text.contains("by R1") && text.contains("as it was written") && text.contains("SHA-256 "), "{text}");
    std::fs::remove_file(at.join("v1.json")).unwrap();
    let list: Value = serde_json::from_str(&check(at, &["export", "p", "--list", "--json"], 0, "")).unwrap();
    assert_eq!((&list["versions"][0]["tag"], &list["versions"][0]["state"]), (&"v1".into(), &"gone".into()));
}

/// Readers who came with labels own nothing; who is added then does.
#[test]
fn a_project_of_imported_readers_says_that_nobody_owns_it() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    let new = NewProject {
        name: "p".into(),
        label_set: "vindr_spine".into(),
        rules: rachis::domain::rules::default_rules(),
        is_synthetic: true,
    };
    drop(Store::create(&at.join("p"), &new).unwrap());
    std::fs::write(
        at.join("rows.csv"),
        "image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\na,R1,Osteophytes,1,2,30,40\n",
    )
    .unwrap();
    let words = ["import-labels", "p", "rows.csv", "--new-readers", "add", "--absent-films", "keep"];
    check(at, &words, 0, "R1 came into the project, as an annotator.");
    check(at, &["reader", "list", "p"], 0, "nobody is an owner of this project yet");
    check(at, &["reader", "change", "p", "R1", "--roles", "owner,annotator"], 0, "owner");
    let text = check(at, &["reader", "list", "p"], 0, "R1");
    assert!(!text.contains("nobody is an owner"), "{text}");
}
