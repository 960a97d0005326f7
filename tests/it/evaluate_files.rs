//! `rachis evaluate` on files: every form of predictions gives the same figures, known by hand, and bad input is counted.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// Film a: two lesions; film b: one; film c: none.
const TRUTH: &str = "study_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n\
    s1,a,R1,Osteophytes,0,0,100,100\n\
    s1,a,R1,Surgical implant,200,200,300,300\n\
    s2,b,R1,Osteophytes,0,0,100,100\n\
    s3,c,R1,No finding,,,,\n";

const COCO_TRUTH: &str = r#"{"images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"},
        {"id": 3, "file_name": "c.png"}],
    "categories": [{"id": 10, "name": "Osteophytes"}, {"id": 11, "name": "Surgical implant"}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 10, "bbox": [0, 0, 100, 100]},
        {"id": 2, "image_id": 1, "category_id": 11, "bbox": [200, 200, 100, 100]},
        {"id": 3, "image_id": 2, "category_id": 10, "bbox": [0, 0, 100, 100]}]}"#;

/// Osteophytes by falling score: 0.9 on a, a hit (IoU 1); 0.85 on c, nothing there; 0.8 on b, a hit at an IoU of exactly
/// 0.5 (half of the truth); 0.4 on a, nothing there.
const TABLE: &str = "image_id,lesion_type,score,xmin,ymin,xmax,ymax\n\
    a,Osteophytes,0.9,0,0,100,100\n\
    a,Osteophytes,0.4,400,400,500,500\n\
    b,Osteophytes,0.8,0,0,100,50\n\
    c,Osteophytes,0.85,0,0,10,10\n";

const LINES: &str = r#"{"image_id":"a","model":1,"detections":[
{"lesion_type":"Osteophytes","score":0.9,"xmin":0,"ymin":0,"xmax":100,"ymax":100},
{"lesion_type":"Osteophytes","score":0.4,"xmin":400,"ymin":400,"xmax":500,"ymax":500}]}
{"image_id":"b","model":1,"detections":[
{"lesion_type":"Osteophytes","score":0.8,"xmin":0,"ymin":0,"xmax":100,"ymax":50}]}
{"image_id":"c","model":1,"detections":[
{"lesion_type":"Osteophytes","score":0.85,"xmin":0,"ymin":0,"xmax":10,"ymax":10}]}"#;

const RESULTS: &str = r#"[{"image_id": "a", "category_id": 0, "bbox": [0, 0, 100, 100], "score": 0.9},
    {"image_id": "a", "category_id": 0, "bbox": [400, 400, 100, 100], "score": 0.4},
    {"image_id": "b", "category_id": 0, "bbox": [0, 0, 100, 50], "score": 0.8},
    {"image_id": "c", "category_id": 0, "bbox": [0, 0, 10, 10], "score": 0.85}]"#;

const SUBMISSION: &str = "image_id,PredictionString\n\
    a,0 0.9 0 0 100 100 0 0.4 400 400 500 500\n\
    b,0 0.8 0 0 100 50\n\
    c,0 0.85 0 0 10 10\n";

const CLASSIFIER: &str = "image_id,probability\na,0.9\nb,0.1\nc,0.2\n";

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        // One line of JSON for each film.
        let lines = LINES.replace("[\n", "[").replace(",\n", ",");
        for (name, text) in [
            ("truth.csv", TRUTH),
            ("truth.json", COCO_TRUTH),
            ("p.csv", TABLE),
            ("p.jsonl", lines.as_str()),
            ("p.json", RESULTS),
            ("s.csv", SUBMISSION),
            ("c.csv", CLASSIFIER),
        ] {
            place.write(name, text);
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn run(&self, words: &str) -> Output {
        let words = ["evaluate"].into_iter().chain(words.split_whitespace());
        Command::new(env!("CARGO_BIN_EXE_rachis")).args(words).current_dir(self.0.path()).output().unwrap()
    }

    #[track_caller]
    fn json(&self, words: &str) -> Value {
        let done = self.run(&format!("{words} --bootstrap 200 --json out.json"));
        assert!(done.status.success(), "{words}: {}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice(&std::fs::read(self.path("out.json")).unwrap()).unwrap()
    }

    /// One sentence on stderr, and exit code 1.
    #[track_caller]
    fn fails(&self, words: &str, says: &str) {
        let done = self.run(words);
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(1), "{words}: {said}");
        assert!(said.contains(says) && said.trim_end().lines().count() == 1, "{words}: {said}");
    }
}

fn class<'a>(json: &'a Value, label: &str) -> &'a Value {
    let classes = json["detector"]["classes"].as_array().unwrap();
    classes.iter().find(|class| class["label"] == label).unwrap()
}

#[track_caller]
fn close(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap_or(f64::NAN);
    assert!((value - expected).abs() < 1e-12, "{value} for {expected}");
}

/// Precision is 1 up to recall 1/2 (51 of 101 points) and 2/3 from there on; the implant is not found.
const AP: f64 = (51.0 + 50.0 * 2.0 / 3.0) / 101.0;

#[test]
fn the_figures_of_three_films_are_those_by_hand() {
    let place = Place::new();
    let json = place.json("--truth truth.csv --predictions p.csv --classifier c.csv");
    let osteophytes = class(&json, "Osteophytes");
    close(&osteophytes["ap"], AP);
    let counts = |class: &Value| ["num_truths", "tp", "fp", "fn"].map(|key| class[key].as_u64().unwrap());
    assert_eq!(counts(osteophytes), [2, 2, 2, 0]);
    let implant = class(&json, "Surgical implant");
    close(&implant["ap"], 0.0);
    assert_eq!(counts(implant), [1, 0, 0, 1]);
    assert_eq!(class(&json, "Vertebral collapse")["ap"], Value::Null);
    assert_eq!(json["detector"]["classes_without_truth"].as_array().unwrap().len(), 5);
    close(&json["detector"]["map"], AP / 2.0);
    // Pairs of abnormal and normal: 0.9 over 0.2 is right, 0.1 over 0.2 is not.
    let films = &json["classifier"];
    close(&films["auroc"], 0.5);
    close(&films["sensitivity"], 0.5);
    close(&films["specificity"], 1.0);
    close(&films["f1"], 2.0 / 3.0);
    assert_eq!(json["problems"], serde_json::json!([]));
    assert_eq!((json["counts"]["films"].as_u64(), json["counts"]["truth_boxes"].as_u64()), (Some(3), Some(3)));
}

#[test]
fn rare_labels_count_as_other_lesions_where_it_is_asked_for() {
    let place = Place::new();
    let rare = "a,Fracture,0,0,10,10\nb,Ankylosis,0,0,10,10\nc,Osteophytes,0,0,10,10\n";
    place.write("rare.csv", &format!("image_id,lesion_type,xmin,ymin,xmax,ymax\n{rare}"));
    // One by the name of the seven, one by its own, which is not what the truth says.
    let said = "a,Other lesions,0.9,0,0,10,10\nb,Fracture,0.8,0,0,10,10\nc,Osteophytes,0.7,0,0,10,10\n";
    place.write("said.csv", &format!("image_id,lesion_type,score,xmin,ymin,xmax,ymax\n{said}"));
    let each = place.json("--truth rare.csv --predictions said.csv");
    close(&each["detector"]["map"], 1.0 / 3.0);
    assert_eq!((&each["settings"]["folding"], &each["counts"]["folded_boxes"]), (&"none".into(), &0.into()));
    let folded = place.json("--truth rare.csv --predictions said.csv --fold-rare");
    close(&folded["detector"]["map"], 1.0);
    close(&class(&folded, "Other lesions")["ap"], 1.0);
    assert_eq!(class(&folded, "Other lesions")["num_truths"], 2);
    assert_eq!(folded["detector"]["classes"].as_array().unwrap().len(), 7);
    assert_eq!(
        (&folded["settings"]["folding"], &folded["counts"]["folded_boxes"]),
        (&"other lesions".into(), &2.into())
    );
    let done = place.run("--truth rare.csv --predictions said.csv --fold-rare --bootstrap 0");
    assert!(String::from_utf8(done.stdout).unwrap().contains("Of these, 2 count as Other lesions"));
    place.fails("--truth rare.csv --predictions said.csv --fold-rare --labels vindr_cxr", "These labels lack some");
}

#[test]
fn every_form_of_the_same_predictions_gives_the_same_bytes() {
    let place = Place::new();
    let text = |words: &str| {
        place.json(words);
        std::fs::read_to_string(place.path("out.json")).unwrap()
    };
    let table = text("--truth truth.csv --predictions p.csv --classifier c.csv");
    for form in ["p.jsonl", "p.json", "s.csv"] {
        assert_eq!(text(&format!("--truth truth.csv --predictions {form} --classifier c.csv")), table, "{form}");
    }
    // The truth as COCO has it lists numbers of its own, which results go by.
    place.write("p10.json", &RESULTS.replace("\"category_id\": 0", "\"category_id\": 10").replace("\"a\"", "1"));
    let coco = place.json("--truth truth.json --predictions p10.json --classifier c.csv");
    assert_eq!(coco["detector"]["map"], serde_json::from_str::<Value>(&table).unwrap()["detector"]["map"]);
}

#[test]
fn the_rules_leave_out_what_they_should() {
    let place = Place::new();
    let check = |words: &str, expected: f64, counts: [u64; 2]| {
        let json = place.json(&format!("--truth truth.csv --predictions p.csv --classifier c.csv {words}"));
        let osteophytes = class(&json, "Osteophytes");
        close(&osteophytes["ap"], expected);
        assert_eq!(["tp", "fp"].map(|key| osteophytes[key].as_u64().unwrap()), counts, "{words}");
    };
    check("", AP, [2, 2]);
    // Films b (0.1) and c (0.2) are called normal: their boxes over 0.5 stay.
    check("--fuse 0.2808", AP, [2, 2]);
    // Nothing of b and c stays: one of two truths is found first of all.
    check("--fuse 0.2808 --rule gate", 51.0 / 101.0, [1, 1]);
    // b alone is called normal, and the false alarm on c stays.
    check("--fuse 0.2 --rule gate", 51.0 / 101.0, [1, 2]);
    check("--fuse 0.1 --rule gate", AP, [2, 2]);
    check("--min-score 0.8", AP, [2, 1]);
    check("--iou 0.51", 51.0 / 101.0, [1, 3]);
    check("--ap voc2010", 0.5 + 0.5 * 2.0 / 3.0, [2, 2]);
    check("--ap voc2007", (6.0 + 5.0 * 2.0 / 3.0) / 11.0, [2, 2]);
}

#[test]
fn what_is_wrong_with_the_input_is_counted() {
    let place = Place::new();
    place.write("bad.csv", &format!("{TABLE}zz,Osteophytes,0.5,0,0,1,1\na,Wings,0.5,0,0,1,1\na,Osteophytes,nan,0,0,1,1\na,Osteophytes,0.1,-5,0,1,1\na,Osteophytes,0.5,3,0,1,1\nbroken\n"));
    place.write("c2.csv", "image_id,probability\na,0.9\na,0.8\nb,nan\n");
    place.write("t2.csv", &format!("{TRUTH}s4,d,R1,Osteophytes,0,0,1,1\n"));
    let json = place.json("--truth t2.csv --predictions bad.csv --classifier c2.csv");
    let counts: Vec<(&str, u64)> = json["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["kind"].as_str().unwrap(), p["count"].as_u64().unwrap()))
        .collect();
    let expected = [
        ("prediction_without_truth", 1),
        ("truth_without_prediction", 1),
        ("unknown_class", 1),
        ("box_outside", 1),
        ("bad_box", 1),
        ("bad_score", 2),
        ("repeated", 1),
        ("bad_line", 1),
    ];
    assert_eq!(counts, expected);
    assert!(json["problems"].as_array().unwrap().iter().all(|p| !p["examples"][0].as_str().unwrap().is_empty()));
    assert_eq!(json["classifier"]["num_left_out"], 3);
    // One class of film only: what can't be said is null.
    assert_eq!(json["classifier"]["auroc"], Value::Null);
}

#[test]
fn where_nothing_can_be_used_one_sentence_says_so() {
    let place = Place::new();
    place.write("empty.csv", "");
    place.write("other.csv", "image_id,lesion_type,score,xmin,ymin,xmax,ymax\nx,Osteophytes,0.9,0,0,1,1\n");
    place.fails("--truth none.csv --predictions p.csv", "none.csv can't be read");
    place.fails("--truth empty.csv --predictions p.csv", "empty.csv can't be used as the truth");
    place.fails("--truth truth.csv --predictions empty.csv", "empty.csv can't be used as predictions");
    place.fails("--truth truth.csv --predictions other.csv", "No film of the predictions is in the truth");
    place.fails("--truth truth.csv --predictions truth.csv", "no column \"score\"");
    place.fails("--truth truth.csv", "nothing to evaluate");
    place.fails("--truth truth.csv --predictions p.csv --iou 2", "--iou 2");
    place.fails("--truth truth.csv --predictions p.csv --labels nowhere", "nowhere is no label set");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let place = Place::new();
    let text = |seed: u32| {
        place.json(&format!("--truth truth.csv --predictions p.csv --classifier c.csv --by study --seed {seed}"));
        std::fs::read_to_string(place.path("out.json")).unwrap()
    };
    assert_eq!(text(7), text(7));
}
