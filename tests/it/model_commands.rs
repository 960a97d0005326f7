//! `rachis model` as a person runs it: what it says, what lies in the project, and its exit codes.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{model_files, support};

/// Runs `rachis model` with these words; `says` is on stdout where all went well, otherwise on stderr.
#[track_caller]
fn check(folder: &Path, words: &[&str], code: i32, says: &str) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_rachis"))
        .arg("model")
        .args(words)
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert_eq!(ran.status.code(), Some(code), "{words:?}\n{out}{err}");
    let said = if code == 0 { &out } else { &err };
    assert!(said.contains(says), "{words:?}: expected {says:?}\n{out}{err}");
    if code == 1 {
        assert_eq!(err.trim_end().lines().count(), 1, "{words:?}: {err}");
    }
    out
}

fn json(folder: &Path, words: &[&str]) -> Value {
    serde_json::from_str(&check(folder, words, 0, "")).unwrap()
}

#[test]
fn a_model_comes_in_is_used_rolled_back_handed_on_and_deleted() {
    let scratch = tempfile::tempdir().unwrap();
    let here = scratch.path();
    drop(support::project(&here.join("p"), 1));
    drop(support::project(&here.join("q"), 1));
    model_files::classifier(here, "a.safetensors", "Spine", 0.9);
    model_files::classifier(here, "b.safetensors", "Spine", 0.95);
    model_files::plain(here, "plain.safetensors", 0.5);
    check(here, &["list", "p"], 0, "The project has no models. Bring one in with rachis model import.");
    check(here, &["import", "p", "a.safetensors", "--by", "R1"], 0, "Imported: Spine@1.");
    check(here, &["import", "p", "b.safetensors"], 0, "Imported: Spine@2.");
    let plain = ["import", "p", "plain.safetensors", "--name", "Mine", "--threshold", "0.4", "--json"];
    let mine = json(here, &plain);
    assert_eq!(
        (&mine["name"], &mine["version"], &mine["architecture"]),
        (&"Mine".into(), &1.into(), &"densenet_small".into())
    );
    assert_eq!(mine["card"]["threshold"], 0.4);
    check(here, &["promote", "p", "Spine@1", "--by", "R1"], 0, "In use: Spine@1, c* 0.31");
    check(here, &["promote", "p", "Mine"], 0, "In use: Mine@1, c* 0.4");
    let used = json(here, &["use", "p", "--json"]);
    assert_eq!((&used["classifier"], &used["detector"]), (&"Mine@1".into(), &Value::Null));
    check(here, &["delete", "p", "Mine"], 1, "Mine@1 is in use. Roll it back");
    check(here, &["roll-back", "p", "classify"], 0, "In use again: Spine@1");
    check(here, &["roll-back", "p", "detect"], 1, "nothing to roll back");
    let both = ["ensemble", "p", "Spine@1", "Spine@2", "--name", "Both", "--mean", "logit", "--threshold", "0.5"];
    check(here, &both, 0, "Made: Both@1");
    let shown = json(here, &["show", "p", "Both", "--json"]);
    assert_eq!((&shown["architecture"], &shown["card"]["architecture"]), (&"ensemble".into(), &"ensemble".into()));
    check(here, &["delete", "p", "Spine@2"], 1, "member of the ensemble Both@1");
    check(here, &["export", "p", "Both", "x"], 1, "Export its members");
    check(here, &["export", "p", "Spine", "out.safetensors"], 0, "Spine@2 is written to out.safetensors");
    assert_eq!(
        std::fs::read(here.join("out.safetensors")).unwrap(),
        std::fs::read(here.join("b.safetensors")).unwrap()
    );
    check(here, &["import", "q", "out.safetensors"], 0, "Imported: Spine@1.");
    let [first, second] =
        [["show", "p", "Spine@2", "--json"], ["show", "q", "Spine", "--json"]].map(|w| json(here, &w));
    assert_eq!((&first["sha256"], &first["card"]), (&second["sha256"], &second["card"]));
    let shown = check(here, &["show", "p", "Spine@2"], 0, "AUROC 0.950 (0.920 to 0.970), on 120 synthetic films");
    assert!(shown.contains("yes: never for people"), "{shown}");
    check(here, &["delete", "p", "Mine", "--by", "R2"], 0, "The weights of Mine@1 are deleted");
    check(here, &["delete", "p", "Mine@1"], 1, "deleted already");
    let listed = check(here, &["list", "p"], 0, "in use");
    assert!(listed.contains("Both@1") && !listed.contains("Mine"), "{listed}");
    assert_eq!(json(here, &["list", "p", "--all", "--json"]).as_array().unwrap().len(), 4);
    assert_eq!(std::fs::read_dir(here.join("p/models")).unwrap().count(), 2);
}

#[test]
fn settings_are_shown_and_changed_and_nonsense_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let here = scratch.path();
    drop(support::project(&here.join("p"), 1));
    model_files::plain(here, "plain.safetensors", 0.5);
    std::fs::write(here.join("notes.txt"), "no weights").unwrap();
    let set = ["use", "p", "--threshold", "0.5", "--rule", "gate", "--min-score", "0.1", "--visibility", "always"];
    check(here, &set, 0, "rule        gate");
    let used = json(here, &["use", "p", "--json"]);
    assert_eq!((&used["threshold"], &used["visibility"]), (&0.5.into(), &"always".into()));
    check(here, &["use", "p", "--threshold", "1.5"], 2, "it is a number from 0 to 1");
    check(here, &["use", "p", "--rule", "any"], 2, "\"released code\"");
    check(here, &["import", "p", "plain.safetensors", "--arch", "yolo"], 2, "there are densenet121");
    check(here, &["import", "p", "plain.safetensors", "--preset", "mine"], 2, "\"paper classifier\"");
    check(here, &["import", "p", "plain.safetensors", "--arch", "retinanet_small"], 1, "classes are not said");
    let wrong = ["import", "p", "plain.safetensors", "--arch", "retinanet_small", "--classes", "A,B"];
    check(here, &wrong, 1, "its tensors are those of densenet_small, not of retinanet_small");
    check(here, &["import", "p", "notes.txt"], 1, "neither safetensors nor a file of torch");
    check(here, &["import", "p", "gone.pth"], 1, "Nothing was imported");
    check(here, &["show", "p", "None"], 1, "it has none yet");
    check(here, &["ensemble", "p", "a", "--name", "x"], 2, "2 values required");
    assert_eq!(std::fs::read_dir(here.join("p/models")).unwrap().count(), 0);
}
