//! People and the project from the command line: who may do what with `--as`, and that a PIN is asked for.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support;

/// Runs `rachis` with the words after PROJECT was put in, and a PIN where one is given.
fn run(project: &Path, words: &[&str], pins: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rachis"));
    let words = words.iter().map(|word| if *word == "PROJECT" { project.as_os_str() } else { word.as_ref() });
    command.args(words).stdin(Stdio::null()).env_remove("RACHIS_PIN").env_remove("RACHIS_NEW_PIN");
    // The log and the reports of faults.
    command.env("XDG_STATE_HOME", project.with_extension("state"));
    command.envs(pins.iter().copied()).output().unwrap()
}

#[track_caller]
fn done(project: &Path, words: &[&str], pins: &[(&str, &str)]) -> String {
    let output = run(project, words, pins);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn refused(project: &Path, words: &[&str], pins: &[(&str, &str)], says: &str) {
    let output = run(project, words, pins);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
    assert!(said.contains(says) && said.lines().count() == 1, "{words:?}: {said}");
}

#[test]
fn people_come_change_and_leave() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("p");
    drop(support::project(&project, 2));
    let add = ["reader", "add", "PROJECT", "R3", "--name", "Third", "--roles", "annotator,reviewer", "--years", "9"];
    assert!(done(&project, &add, &[]).contains("Added: R3 Third: annotator, reviewer"));
    refused(&project, &add, &[], "has a reader R3 already");
    refused(&project, &["reader", "add", "PROJECT", "R 4", "--name", "x"], &[], "no id for a reader");
    refused(&project, &["reader", "add", "PROJECT", "consensus", "--name", "x"], &[], "nobody can have this id");
    refused(&project, &["reader", "change", "PROJECT", "R9", "--left"], &[], "it has R1, R2, R3");
    done(&project, &["reader", "change", "PROJECT", "R3", "--certificate", "CC 7", "--left"], &[]);
    let list: Value = serde_json::from_str(&done(&project, &["reader", "list", "PROJECT", "--json"], &[])).unwrap();
    assert_eq!(list[2]["certificate"], "CC 7");
    assert_eq!((&list[2]["has_left"], &list[2]["years_of_experience"]), (&true.into(), &9.into()));
    refused(&project, &["stats", "PROJECT", "--as", "R3"], &[], "has left");
    refused(&project, &["stats", "PROJECT", "--as", "R9"], &[], "no reader R9");
    done(&project, &["reader", "change", "PROJECT", "R3", "--back"], &[]);
    done(&project, &["reader", "change", "PROJECT", "R2", "--roles", "annotator"], &[]);
    refused(&project, &["reader", "change", "PROJECT", "R1", "--roles", "annotator"], &[], "last owner");
    // Who only reads looks at nobody and changes nothing.
    for words in [
        &["stats", "PROJECT", "--as", "R2"][..],
        &["check", "PROJECT", "--quick", "--as", "R2"],
        &["export", "PROJECT", "out.csv", "--format", "cxr", "--as", "R2"],
        &["audit", "PROJECT", "--as", "R2"],
        &["project", "set", "PROJECT", "--open", "on", "--as", "R2"],
        &["reader", "change", "PROJECT", "R2", "--roles", "owner", "--as", "R2"],
    ] {
        let output = run(&project, words, &[]);
        assert!(!output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
    }
    let list = done(&project, &["reader", "list", "PROJECT", "--as", "R2"], &[]);
    assert!(list.contains("R2") && !list.contains("R1") && !list.contains("R3"), "{list}");
    // Who is shown only themselves is not told that there is no owner.
    assert!(!list.contains("nobody is an owner"), "{list}");
}

#[test]
fn once_an_owner_has_a_pin_the_project_opens_for_people_only() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("p");
    drop(support::project(&project, 2));
    let said = done(&project, &["reader", "pin", "PROJECT", "R1"], &[("RACHIS_NEW_PIN", "4711")]);
    assert!(said.contains("Without a PIN these can't sign in any more") && said.contains("R2"), "{said}");
    refused(&project, &["stats", "PROJECT"], &[], "Nobody is signed in");
    refused(&project, &["reader", "pin", "PROJECT", "R1", "--remove"], &[], "Nobody is signed in");
    refused(&project, &["stats", "PROJECT", "--as", "R1"], &[], "RACHIS_PIN");
    refused(&project, &["stats", "PROJECT", "--as", "R1"], &[("RACHIS_PIN", "1234")], "4 more tries");
    refused(&project, &["stats", "PROJECT", "--as", "R2"], &[], "needs one too");
    let own = &[("RACHIS_PIN", "4711")];
    assert!(done(&project, &["stats", "PROJECT", "--as", "R1"], own).contains('2'));
    // Everywhere in the line, also behind a further subcommand.
    done(&project, &["reader", "--as", "R1", "list", "PROJECT"], own);
    done(&project, &["model", "list", "PROJECT", "--as", "R1"], own);
    done(&project, &["train", "list", "PROJECT", "--as", "R1"], own);
    refused(
        &project,
        &["reader", "pin", "PROJECT", "R2", "--as", "R1"],
        &[own[0], ("RACHIS_NEW_PIN", "12")],
        "at least 4",
    );
    for _ in 0..5 {
        run(&project, &["stats", "PROJECT", "--as", "R1"], &[("RACHIS_PIN", "0000")]);
    }
    refused(&project, &["stats", "PROJECT", "--as", "R1"], own, "Too many wrong PINs");
}

#[test]
fn a_project_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("p");
    drop(support::project(&project, 1));
    let text = folder.path().join("use.txt");
    std::fs::write(&text, "Do not share.\nDo not look for patients.").unwrap();
    let from_file = format!("@{}", text.display());
    let set = ["project", "set", "PROJECT", "--name", "Spine", "--workflow", "reviewed:3:2", "--licence", "CC BY 4.0"];
    let more = ["--data-use", &from_file, "--least-review-years", "10", "--clinical-facts", "nothing"];
    done(&project, &[&set[..], &more[..]].concat(), &[]);
    let shown: Value = serde_json::from_str(&done(&project, &["project", "show", "PROJECT", "--json"], &[])).unwrap();
    for (key, expected) in [
        ("name", "Spine"),
        ("workflow", "reviewed:3:2"),
        ("licence", "CC BY 4.0"),
        ("data_use", "Do not share.\nDo not look for patients."),
        ("clinical_facts", "nothing"),
    ] {
        assert_eq!(shown[key], expected, "{key}");
    }
    assert_eq!(shown["least_review_years"], 10);
    refused(&project, &["project", "set", "PROJECT", "--name", " "], &[], "needs a name");
    refused(&project, &["project", "set", "PROJECT", "--licence", "@/nowhere/x"], &[], "Nothing was changed");
    assert!(done(&project, &["project", "show", "PROJECT"], &[]).contains("then 2 reviewers settle it"));
    refused(&project, &["project", "agree", "PROJECT", "--yes"], &[], "--as");
    assert!(done(&project, &["project", "agree", "PROJECT", "--as", "R1"], &[]).contains("Do not share"));
    assert!(done(&project, &["project", "agree", "PROJECT", "--yes", "--as", "R1"], &[]).contains("R1 has agreed"));
    let happened = done(&project, &["audit", "PROJECT"], &[]);
    assert!(happened.contains("R1 agreed to the text") && happened.contains("workflow"), "{happened}");
}
