//! `rachis evaluate` on files that are easily misread: films by number or by file, several readers, missing probabilities.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};

struct Place(tempfile::TempDir);

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            std::fs::write(place.path(name), text).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, words: &str) -> Output {
        let words = ["evaluate"].into_iter().chain(words.split_whitespace());
        Command::new(env!("CARGO_BIN_EXE_rachis")).args(words).current_dir(self.0.path()).output().unwrap()
    }

    #[track_caller]
    fn json(&self, words: &str) -> Value {
        let done = self.run(&format!("{words} --bootstrap 0 --json out.json"));
        assert!(done.status.success(), "{words}: {}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice(&std::fs::read(self.path("out.json")).unwrap()).unwrap()
    }

    #[track_caller]
    fn fails(&self, words: &str, says: &str) {
        let done = self.run(words);
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(1), "{words}: {said}");
        assert!(said.contains(says) && said.trim_end().lines().count() == 1, "{words}: {said}");
    }
}

fn problems(json: &Value) -> Vec<(&str, u64)> {
    let list = json["problems"].as_array().unwrap();
    list.iter().map(|one| (one["kind"].as_str().unwrap(), one["count"].as_u64().unwrap())).collect()
}

fn class<'a>(json: &'a Value, label: &str) -> &'a Value {
    let classes = json["detector"]["classes"].as_array().unwrap();
    classes.iter().find(|class| class["label"] == label).unwrap()
}

/// `tests/parity/evaluate_order.py` made films 1 to 40 with equal scores, and asked pycocotools.
#[test]
fn films_with_numbers_stand_in_their_order_where_scores_are_equal() {
    let golden: Value = serde_json::from_str(include_str!("../parity/evaluate_order.json")).unwrap();
    let place = Place::new(&[("g.json", &golden["truth"].to_string()), ("r.json", &golden["results"].to_string())]);
    let json = place.json("--truth g.json --predictions r.json --iou coco");
    // Two films have no box at all.
    assert_eq!(problems(&json), [("truth_without_prediction", 2)]);
    for (label, expected) in golden["ap_by_iou"].as_object().unwrap() {
        let found = class(&json, label)["ap_by_iou"].as_array().unwrap();
        for (found, expected) in found.iter().zip(expected.as_array().unwrap()) {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            assert!((found - expected).abs() < 1e-12, "{label}: {found} for {expected}");
        }
    }
    let map = json["detector"]["map"].as_f64().unwrap();
    assert!((map - golden["map"].as_f64().unwrap()).abs() < 1e-12, "{map}");
}

const TRUTH: &str = r#"{"images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}, {"id": 3, "file_name": "c.png"}],
    "categories": [{"id": 0, "name": "Osteophytes"}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 0, "bbox": [0, 0, 10, 10]}]}"#;
const RESULTS: &str = r#"[{"image_id": 1, "category_id": 0, "bbox": [0, 0, 10, 10], "score": 0.4},
    {"image_id": 2, "category_id": 0, "bbox": [0, 0, 10, 10], "score": 0.45}]"#;

#[test]
fn boxes_by_number_and_probabilities_by_file_are_one_answer() {
    let place = Place::new(&[
        ("g.json", TRUTH),
        ("r.json", RESULTS),
        ("c.csv", "image_id,probability\na,0.9\nb,0.1\nc,0.2\n"),
        ("twice.csv", "image_id,probability\na,0.9\n1,0.8\nb,0.1\nc,0.2\n"),
        ("some.csv", "image_id,probability\na,0.9\n"),
    ]);
    let json = place.json("--truth g.json --predictions r.json --classifier c.csv --fuse 0.2808 --rule gate");
    assert_eq!(problems(&json), []);
    // Film b is called normal: the rule takes its false alarm away.
    let osteophytes = class(&json, "Osteophytes");
    assert_eq!((&osteophytes["tp"], &osteophytes["fp"], &osteophytes["ap"]), (&json!(1), &json!(0), &json!(1.0)));
    assert_eq!(json["classifier"]["num_left_out"], 0);
    let json = place.json("--truth g.json --predictions r.json --classifier twice.csv");
    assert_eq!(problems(&json), [("repeated", 1)]);
    // What the rule can't judge is said.
    let json = place.json("--truth g.json --predictions r.json --classifier some.csv --fuse 0.2808");
    assert_eq!(problems(&json), [("truth_without_prediction", 1), ("without_probability", 1)]);
}

#[test]
fn what_can_not_be_done_is_said() {
    let place = Place::new(&[
        ("g.json", TRUTH),
        ("r.json", RESULTS),
        ("none.json", "[]"),
        ("c.csv", "image_id,probability\na,0.9\n"),
    ]);
    // A detector that found nothing: every lesion is missed.
    let json = place.json("--truth g.json --predictions none.json");
    let osteophytes = class(&json, "Osteophytes");
    assert_eq!((&osteophytes["ap"], &osteophytes["fn"]), (&json!(0.0), &json!(1)));
    assert_eq!(problems(&json), [("truth_without_prediction", 3)]);
    let both = "--truth g.json --predictions r.json";
    place.fails(&format!("{both} --fuse 0.3"), "--fuse needs a probability");
    place.fails(&format!("{both} --rule gate"), "--rule needs a probability");
    place.fails(&format!("{both} --by study"), "can't be drawn by study");
    place.fails(&format!("{both} --by patient"), "can't be drawn by patient");
    place.fails(&format!("{both} --iou 0.5:0.6:inf"), "--iou");
    place.fails(&format!("{both} --reader R1"), "no reader can be chosen");
    let done = place.run(&format!("{both} --max-detections 0"));
    assert!(!done.status.success() && String::from_utf8_lossy(&done.stderr).contains("from 1 on"));
}

#[test]
fn several_readers_of_a_film_are_counted_or_one_is_chosen() {
    let truth = "image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n\
        a,R1,Osteophytes,0,0,10,10\na,R2,Osteophytes,0,0,10,11\na,R3,No finding,,,,\nb,R1,No finding,,,,\n";
    let predictions =
        "image_id,lesion_type,score,xmin,ymin,xmax,ymax\na,Osteophytes,0.5,0,0,10,10\nb,No finding,0.9,,,,\n";
    let place = Place::new(&[("t.csv", truth), ("p.csv", predictions)]);
    let json = place.json("--truth t.csv --predictions p.csv");
    assert_eq!((problems(&json), &json["counts"]["truth_boxes"]), (vec![("several_readers", 1)], &json!(2)));
    let json = place.json("--truth t.csv --predictions p.csv --reader R1");
    assert_eq!((problems(&json), &json["counts"]["truth_boxes"]), (vec![], &json!(1)));
    place.fails("--truth t.csv --predictions p.csv --reader R9", "R9");
}

/// By hand: of the normal films' truths, c is found first (0.95); then a, which has a lesion (0.9); then b (0.1).
#[test]
fn a_submissions_own_no_finding_makes_its_score() {
    let truth = "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max\n\
        a,Cardiomegaly,3,R1,10,10,50,50\nb,No finding,14,R1,,,,\nc,No finding,14,R1,,,,\n";
    let submission = "image_id,PredictionString\n\
        a,3 0.9 10 10 50 50 14 0.9 0 0 1 1 14 0.2 0 0 1 1\nb,14 0.1 0 0 1 1\nc,14 0.95 0 0 1 1\n";
    let place = Place::new(&[("t.csv", truth), ("s.csv", submission)]);
    let json = place.json("--truth t.csv --predictions s.csv");
    let kaggle = json["detector"]["kaggle"].as_f64().unwrap();
    let no_finding = 0.5 + 0.5 * 2.0 / 3.0;
    assert!((kaggle - f64::midpoint(1.0, no_finding)).abs() < 1e-12, "{kaggle}");
}
