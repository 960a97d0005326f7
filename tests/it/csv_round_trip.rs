//! Published CSV in and out, row for row.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Point;
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::presence::{LabelAnswers, Presence};
use rachis::domain::rules::{RuleId, Severity, default_rules};
use rachis::domain::shape::{Line, Mask, Polygon, Shape};
use rachis::domain::study::FilmSource;
use rachis::domain::task::TaskState;
use rachis::formats::label_set::shipped_by_id;
use rachis::formats::table_form::TableForm;
use rachis::store::{NewProject, Store};
use rachis::workflows::export_labels::{ExportLabels, ExportReport, export_boxes, export_image_labels};
use rachis::workflows::import_labels::{BadRows, ImportLabels, LabelReport, import_labels};
use tempfile::TempDir;

use crate::store_log::film;

/// A project in a scratch folder.
struct Project {
    folder: TempDir,
    store: Store,
    set: &'static str,
}

impl Project {
    fn new(set: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project =
            NewProject { name: "CSV".into(), label_set: set.into(), rules: default_rules(), is_synthetic: false };
        let store = Store::create(&folder.path().join("project"), &project).unwrap();
        Self { folder, store, set }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn try_import(&mut self, bytes: &[u8], options: &ImportLabels) -> anyhow::Result<LabelReport> {
        let path = self.path("in.csv");
        std::fs::write(&path, bytes).unwrap();
        import_labels(&mut self.store, &shipped_by_id(self.set).unwrap(), &path, options)
    }

    fn import(&mut self, text: impl AsRef<[u8]>) -> LabelReport {
        let report = self.try_import(text.as_ref(), &ImportLabels::of_everybody()).unwrap();
        self.assert_sound();
        report
    }

    fn export_with(&self, options: &ExportLabels) -> anyhow::Result<(String, ExportReport)> {
        let path = self.path("out.csv");
        let report = export_boxes(&self.store, &shipped_by_id(self.set).unwrap(), &path, options)?;
        Ok((std::fs::read_to_string(path).unwrap(), report))
    }

    fn export(&self, form: TableForm) -> String {
        self.export_with(&ExportLabels::new(form)).unwrap().0
    }

    fn export_labels(&self, with_reader: bool) -> String {
        let path = self.path("labels.csv");
        let options = ExportLabels { with_reader, ..ExportLabels::new(TableForm::Cxr) };
        export_image_labels(&self.store, &shipped_by_id(self.set).unwrap(), &path, &options).unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    /// The log rebuilds the tables, and SQLite finds nothing wrong, constraints included.
    fn assert_sound(&self) {
        let book = self.store.rebuild_from_log().unwrap();
        assert!(book.refused.is_empty(), "{:?}", book.refused);
        assert_eq!(self.store.differences_from(&book).unwrap(), []);
        assert_eq!(self.store.integrity_problems().unwrap(), Vec::<String>::new());
    }
}

const SPINE: &str = "study_id,series_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n";
const CXR: &str = "image_id,rad_id,class_name,x_min,y_min,x_max,y_max\n";
const CXR_LABELS: &str = "Aortic enlargement,Atelectasis,Calcification,Cardiomegaly,Clavicle fracture,Consolidation,\
    Edema,Emphysema,Enlarged PA,ILD,Infiltration,Lung Opacity,Lung cavity,Lung cyst,Mediastinal shift,Nodule/Mass,\
    Pleural effusion,Pleural thickening,Pneumothorax,Pulmonary fibrosis,Rib fracture,Other lesion,COPD,Lung tumor,\
    Pneumonia,Tuberculosis,Other diseases,No finding";

/// Canonical input comes out byte for byte.
#[test]
fn published_tables_come_back_as_they_were() {
    let check = |set: &'static str, form: TableForm, with_reader: bool, table: &str| {
        let mut project = Project::new(set);
        let report = project.import(table);
        assert_eq!(report.form, form);
        assert_eq!(report.bad, []);
        assert_eq!(report.num_rows, table.lines().count() - 1);
        let options = ExportLabels { with_reader, ..ExportLabels::new(form) };
        assert_eq!(project.export_with(&options).unwrap().0, table);
        // Nothing more is taken the second time, and nothing is lost.
        let again = project.import(table);
        assert_eq!((again.num_held, again.bad.len()), (report.num_rows, 0));
        assert_eq!(project.export_with(&options).unwrap().0, table);
    };
    let spine = format!(
        "{SPINE}s1,e1,088ec4a2,rad1,Osteophytes,712.6,961.3,786.5,1011.7\n\
         s1,e1,088ec4a2,rad1,Spondylolysthesis,712.0,961.30,786.500,1011\n\
         s0,e0,000000aa,rad2,No finding,,,,\n\
         s1,e1,088ec4a2,rad2,Osteophytes,-3.5,0.001,1e3,1234.5678901234567\n\
         s1,e1,088ec4a2,rad1,Osteophytes,712.6,961.3,786.5,1011.8\n"
    );
    check("vindr_spine", TableForm::SpineXr, true, &spine);
    let cxr = format!(
        "{CXR}50a418190bc3fb1ef1633bf9678929b3,R11,No finding,,,,\n\
         9a5094b2563a1ef3ff50dc5c7ff71345,R10,Cardiomegaly,691.0,1375.0,1653.0,1831.0\n\
         9a5094b2563a1ef3ff50dc5c7ff71345,R8,Lung Opacity,1.5,2.5,3.25,4.125\n\
         051132a778e61a86eb147c7c6f564dfe,R10,Aortic enlargement,1264.0,743.0,1611.0,1019.0\n"
    );
    check("vindr_cxr", TableForm::Cxr, true, &cxr);
    let cxr_test = "image_id,class_name,x_min,y_min,x_max,y_max\n\
                    b,Other lesion,1,2,3,4\n\
                    a,No finding,,,,\n";
    check("vindr_cxr", TableForm::Cxr, false, cxr_test);
    let kaggle = "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max\n\
                  50a4,No finding,14,R11,,,,\n\
                  9a50,Cardiomegaly,3,R10,691.0,1375.0,1653.0,1831.0\n";
    check("vindr_cxr", TableForm::Kaggle, true, kaggle);
}

#[test]
fn image_labels_come_back_as_they_were() {
    let ones = |labels: &[&str]| {
        let cells: Vec<&str> = CXR_LABELS.split(',').map(|l| if labels.contains(&l) { "1" } else { "0" }).collect();
        cells.join(",")
    };
    let train = format!(
        "image_id,rad_id,{CXR_LABELS}\nb,R2,{}\nb,R10,{}\na,R1,{}\nc,R1,{}\n",
        ones(&["ILD", "Pneumonia"]),
        ones(&["No finding"]),
        ones(&[]),
        ones(&["Other diseases"]),
    );
    let mut project = Project::new("vindr_cxr");
    let report = project.import(&train);
    assert_eq!(report.form, TableForm::ImageLabels);
    assert_eq!((report.num_readings, report.num_image_labels, report.num_no_finding), (4, 3, 1));
    assert_eq!(project.export_labels(true), train);
    let reading = project.store.reading(&"b".into(), &"R2".into()).unwrap();
    assert_eq!(reading.state(), TaskState::Completed);
    assert_eq!(reading.image_labels().num_present(), 2);
    assert_eq!(project.store.reading(&"a".into(), &"R1".into()).unwrap().state(), TaskState::Completed);
    let again = project.import(&train);
    assert_eq!((again.num_held, again.num_readings), (4, 0));
    assert_eq!(project.export_labels(true), train);

    // The test table has no reader and spells one label otherwise.
    let test_labels = CXR_LABELS.replace("Other diseases", "Other disease");
    let test = format!("image_id,{test_labels}\nz,{}\ny,{}\n", ones(&["Other diseases"]), ones(&["No finding"]));
    let mut project = Project::new("vindr_cxr");
    project.import(&test);
    assert_eq!(project.export_labels(false), test);
    assert!(project.export_labels(true).contains("\nz,consensus,"));
}

/// What a reader said otherwise gives way to an imported label; what is unsure stands against "No finding".
#[test]
fn imported_image_labels_meet_other_answers() {
    let ones = |labels: &[&str]| {
        let cells: Vec<&str> = CXR_LABELS.split(',').map(|l| if labels.contains(&l) { "1" } else { "0" }).collect();
        cells.join(",")
    };
    let mut project = Project::new("vindr_cxr");
    for (film, label, presence) in
        [("a", "ILD", Presence::Absent), ("b", "ILD", Presence::Absent), ("c", "ILD", Presence::Unsure)]
    {
        let before = LabelAnswers::default();
        let after = before.clone().with(LabelName::new(label), Some(presence));
        let edit = Edit::SetImageLabels { before, after };
        let (image, reader) = (ImageId::new(film), ReaderId::new("R1"));
        project.store.commit(&NewLogEntry { image, reader, step: Step::Do, edit, made_at_ms: 1 }).unwrap();
    }
    let table = format!(
        "image_id,rad_id,{CXR_LABELS}\na,R1,{}\nb,R1,{}\nc,R1,{}\n",
        ones(&["ILD"]),
        ones(&["No finding"]),
        ones(&["No finding"]),
    );
    let report = project.import(table);
    let said: Vec<String> = report.bad.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].ends_with("the project holds findings of the same reader on this film")
            && said[0].starts_with("line 4"),
        "{said:?}"
    );
    let reading = |film: &str| project.store.reading(&ImageId::new(film), &ReaderId::new("R1")).unwrap();
    assert!(reading("a").image_labels().is_present(&LabelName::new("ILD")));
    assert!(reading("b").has_no_finding());
    assert!(!reading("c").has_no_finding());
}

/// A table of boxes has boxes: what has an area goes out as the box around it, what has none stays behind and is counted.
#[test]
fn every_shape_goes_out_as_a_box_or_is_counted() {
    let mut project = Project::new("vindr_spine");
    let at = |x: f64, y: f64| Point::new(x, y);
    let shapes = [
        Shape::Polygon(Polygon::new(vec![vec![at(1.0, 2.0), at(5.0, 2.0), at(3.0, 9.0)]]).unwrap()),
        Shape::Mask(Mask::new(10, 20, 3, 2, vec![1, 3, 2]).unwrap()),
        Shape::Point(at(4.0, 4.0)),
        Shape::Line(Line::new(vec![at(1.0, 1.0), at(9.0, 1.0)]).unwrap()),
        Shape::Line(Line::new(vec![at(1.0, 1.0), at(9.0, 5.0)]).unwrap()),
    ];
    for (n, shape) in (1..).zip(shapes) {
        let mark = Annotation::shaped(AnnotationId(n), LabelName::new("Fracture"), shape, Origin::Drawn).unwrap();
        let (image, reader) = (ImageId::new("a"), ReaderId::new("R1"));
        let entry = NewLogEntry { image, reader, step: Step::Do, edit: Edit::Add(mark), made_at_ms: 1 };
        project.store.commit(&entry).unwrap();
    }
    let edit = Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed };
    let (image, reader) = (ImageId::new("a"), ReaderId::new("R1"));
    project.store.commit(&NewLogEntry { image, reader, step: Step::Do, edit, made_at_ms: 1 }).unwrap();
    let (table, report) = project.export_with(&ExportLabels::new(TableForm::Cxr)).unwrap();
    let rows: Vec<&str> = table.lines().skip(1).collect();
    assert_eq!(rows, ["a,R1,Fracture,1,2,5,9", "a,R1,Fracture,10,20,13,22"]);
    assert_eq!((report.num_without_area, report.num_as_boxes), (3, 2));
    let mut other = Project::new("vindr_spine");
    assert_eq!(other.import(table).num_boxes, 2);
}

/// A box says its label of the film too.
#[test]
fn drawn_boxes_count_as_image_labels() {
    let mut project = Project::new("vindr_cxr");
    project.import(format!("{CXR}a,R1,Cardiomegaly,1,2,3,4\na,R1,Cardiomegaly,5,6,7,8\n"));
    let table = project.export_labels(true);
    let column = CXR_LABELS.split(',').position(|l| l == "Cardiomegaly").unwrap() + 2;
    let row: Vec<&str> = table.lines().nth(1).unwrap().split(',').collect();
    assert_eq!(row[column], "1");
    assert_eq!(row.iter().filter(|cell| **cell == "1").count(), 1);
}

#[test]
fn columns_are_taken_by_name_and_further_columns_are_kept() {
    let mut project = Project::new("vindr_spine");
    let table = "comment,ymax,XMAX,y_min,X_min,Lesion_Type,rad_ID,IMAGE_ID,seen at\n\
                 \"a, \"\"b\"\"\",4.50,3,2,1,spondylolisthesis,R1,f1,2020-01-01\n\
                 ,,,,,no finding,R1,f2,\n\
                 \"two\nlines\",8,7,6,5,Other lesion,R1,f1,\n";
    let report = project.import(table);
    assert_eq!((report.num_boxes, report.num_no_finding, report.bad.len()), (2, 1, 0));
    let expected = format!(
        "{},comment,seen at\n\
         ,,f1,R1,Spondylolysthesis,1,2,3,4.50,\"a, \"\"b\"\"\",2020-01-01\n\
         ,,f2,R1,No finding,,,,,,\n\
         ,,f1,R1,Other lesions,5,6,7,8,\"two\nlines\",\n",
        SPINE.trim_end()
    );
    assert_eq!(project.export(TableForm::SpineXr), expected);
    // With the columns as imported, only the spelling of the labels is canonical.
    let options = ExportLabels { as_imported: true, ..ExportLabels::new(TableForm::SpineXr) };
    let canonical = table
        .replace("spondylolisthesis", "Spondylolysthesis")
        .replace("no finding", "No finding")
        .replace("Other lesion,", "Other lesions,");
    assert_eq!(project.export_with(&options).unwrap().0, canonical);
}

/// Every form that people save the same table in gives the same marks.
#[test]
fn the_same_table_however_it_was_saved() {
    let plain = format!("{SPINE}s,e,f1,R1,Osteophytes,1,2,3,4\ns,e,f2,R1,No finding,,,,\n");
    let utf16 = |text: &str| -> Vec<u8> {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let saved: Vec<(&str, Vec<u8>)> = vec![
        ("LF", plain.clone().into()),
        ("no last line end", plain.trim_end().into()),
        ("CRLF", plain.replace('\n', "\r\n").into()),
        ("CR", plain.replace('\n', "\r").into()),
        ("byte order mark", format!("\u{feff}{plain}").into()),
        ("a mark that was encoded twice", format!("\u{ef}\u{bb}\u{bf}{plain}").into()),
        ("UTF-16", utf16(&plain)),
        ("quotes around everything", plain.lines().map(quoted).collect::<String>().into()),
        ("blank lines", plain.replace('\n', "\n\n").into()),
        ("blanks in cells", plain.replace("R1", " R1 ").replace("1,2", " 1 ,\t2").into()),
        ("NaN", plain.replace(",,,,", ",NaN,nan,NaN,NaN").into()),
        ("wide blanks in a label", plain.replace("No finding", "No\u{a0}finding ").into()),
    ];
    for (how, bytes) in saved {
        let mut project = Project::new("vindr_spine");
        let report = project.import(&bytes);
        assert_eq!(report.bad, [], "{how}");
        assert_eq!(project.export(TableForm::SpineXr), plain, "{how}");
    }
}

fn quoted(line: &str) -> String {
    let cells: Vec<String> = line.split(',').map(|cell| format!("\"{cell}\"")).collect();
    cells.join(",") + "\n"
}

#[test]
fn damaged_text_is_read_and_said() {
    let mut project = Project::new("vindr_spine");
    let mut bytes =
        format!("{},note\nf1,R1,Osteophytes,1,2,3,4,", "image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax").into_bytes();
    bytes.extend(b"caf\xe9\nf2,R1,No finding,,,,,caf\xc3\x83\xc2\xa9\n");
    let report = project.import(&bytes);
    assert_eq!(report.warnings.iter().map(|w| w.line).collect::<Vec<_>>(), [2]);
    assert_eq!(report.bad, []);
    let out = project.export(TableForm::SpineXr);
    assert!(out.contains(",caf\u{fffd}\n"), "{out}");
    // Text that was damaged before it came here, but is UTF-8, stays as it is.
    assert!(out.contains(",caf\u{c3}\u{a9}\n"), "{out}");
}

#[test]
fn each_bad_row_is_named_with_its_line() {
    let table = "image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n\
        ok,R1,Osteophytes,1,2,3,4\n\
        ok,R1,Scoliosis,1,2,3,4\n\
        ok,R1,Osteophytes,1,,3,4\n\
        ok,R1,Osteophytes,1,nan,3,4\n\
        ok,R1,Osteophytes,3,2,1,4\n\
        ok,R1,Osteophytes,1,4,3,4\n\
        ok,R1,Osteophytes,1,2,inf,4\n\
        ok,R1,Osteophytes,1,2,\"3,5\",4\n\
        ,R1,Osteophytes,1,2,3,4\n\
        ok,,Osteophytes,1,2,3,4\n\
        ok,R1,,1,2,3,4\n\
        ok,R1,Osteophytes,1,2,3\n\
        ok,R1,Osteophytes,1,2,3,4,5\n\
        ok,R1,No finding,,,,\n\
        normal,R1,No finding,,,,\n\
        normal,R1,No finding,,,,\n\
        other,R1,No finding,1,2,3,4\n\
        ok,R1,\"Osteophytes\"x,1,2,3,4\n\
        ok,R1,Osteophytes,1,2,3.0001,2.0005\n\
        \"open,R1,Osteophytes,1,2,3,4\n\
        last,R1,Osteophytes,5,6,7,8\n";
    let expected = [
        (3, "\"Scoliosis\" is not one of the project's labels"),
        (4, "ymin is missing"),
        (5, "ymin is missing"),
        (6, "xmin is not less than xmax"),
        (7, "ymin is not less than ymax"),
        (8, "xmax is not a finite number"),
        (9, "xmax is \"3,5\", which is not a number"),
        (10, "image_id is empty"),
        (11, "rad_id) is empty"),
        (12, "label is empty"),
        (13, "6 cells and the header has 7"),
        (14, "8 cells and the header has 7"),
        (15, "marks a finding on this film in line 2"),
        (17, "the first is in line 16"),
        (18, "coordinates must be empty"),
        (19, "text follows a closing quote"),
        (20, "its width or height is under 0.001 pixels"),
        (21, "a quote opens in this line"),
    ];
    let mut project = Project::new("vindr_spine");
    let report = project.import(table);
    let lines: Vec<u32> = report.bad.iter().map(|bad| bad.line).collect();
    assert_eq!(lines, expected.map(|e| e.0), "{:#?}", report.bad);
    for (bad, (line, words)) in report.bad.iter().zip(expected) {
        let said = bad.to_string();
        assert!(said.starts_with(&format!("line {line}: ")) && said.contains(words), "{said:?} should say {words:?}");
    }
    assert_eq!((report.num_rows, report.num_boxes, report.num_no_finding), (21, 2, 1));
    assert!(!report.is_refused);

    // All or nothing, as the person chose.
    let mut project = Project::new("vindr_spine");
    let refuse = ImportLabels { bad_rows: BadRows::Refuse, ..ImportLabels::of_everybody() };
    let report = project.try_import(table.as_bytes(), &refuse).unwrap();
    assert!(report.is_refused);
    assert_eq!(project.export(TableForm::SpineXr), SPINE);
    assert!(project.store.imports().unwrap().is_empty());
    // Also where only rows together are bad.
    let together = format!("{SPINE}s,e,a,R1,No finding,,,,\ns,e,a,R1,Osteophytes,1,2,3,4\n");
    assert!(project.try_import(together.as_bytes(), &refuse).unwrap().is_refused);
    assert!(project.store.imports().unwrap().is_empty());
}

#[test]
fn what_is_no_table_of_labels_is_refused_in_a_sentence() {
    let mut project = Project::new("vindr_cxr");
    for (text, words) in [
        ("", "empty"),
        ("\n\n", "empty"),
        ("image_id;class_name;x_min;y_min;x_max;y_max\n", "semicolons"),
        ("image_id,PredictionString\na,14 1 0 0 1 1\n", "predictions"),
        ("a,b\n1,2\n", "no column image_id"),
        ("\"image_id,class_name\n", "quote opens in the header"),
    ] {
        let said = project.try_import(text.as_bytes(), &ImportLabels::default()).expect_err(text).to_string();
        assert!(said.contains(words), "{text:?}: {said:?}");
    }
}

#[test]
fn bad_rows_of_image_labels_are_named_too() {
    let mut project = Project::new("vindr_cxr");
    let report = project.import(
        "image_id,rad_id,ILD,Pneumonia,No finding,age\n\
         a,R1,1,0,0,50\na,R1,0,0,1,50\nb,R1,2,0,0,50\nc,R1,1,0,1,50\nd,R1,,0,0,50\n,R1,0,0,1,50\ne,R1,0,0,1,50\n",
    );
    let said: Vec<String> = report.bad.iter().map(ToString::to_string).collect();
    let expected = [
        "line 3: the same film and reader stand in line 2 already; take one of the two rows out",
        "line 4: ILD is \"2\"; only 0 and 1 are allowed",
        "line 5: the row says \"No finding\" and ILD at once",
        "line 6: ILD is \"\"; only 0 and 1 are allowed",
        "line 7: the image_id is empty",
    ];
    assert_eq!(said, expected);
    assert!(report.warnings.iter().any(|w| w.message.contains("\"age\"")), "{:?}", report.warnings);
    assert_eq!(report.num_readings, 2);
}

#[test]
fn kaggle_classes_and_global_labels_are_checked() {
    let mut project = Project::new("vindr_cxr");
    let report = project.import(
        "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max\n\
         a,Cardiomegaly,3,R1,1,2,3,4\na,Cardiomegaly,4,R1,5,6,7,8\na,Pneumonia,7,R1,5,6,7,8\n",
    );
    let said: Vec<String> = report.bad.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("class_id \"4\" does not belong to Cardiomegaly"), "{said:?}");
    assert!(said[1].contains("Pneumonia is said of the film as a whole"), "{said:?}");
    project.import(format!("{CXR}a,R1,Edema,1,2,3,4\n"));
    let refused = project.export_with(&ExportLabels::new(TableForm::Kaggle)).unwrap_err().to_string();
    assert!(refused.contains("no \"Edema\" (1 marks)"), "{refused}");
}

#[test]
fn rows_are_held_against_what_the_project_has() {
    let mut project = Project::new("vindr_spine");
    project.import(format!("{SPINE}s,e,a,R1,Osteophytes,1,2,3,4\ns,e,b,R1,No finding,,,,\n"));
    let report = project.import(format!(
        "{SPINE}s,e,a,R1,Osteophytes,1.0,2.0,3.0,4.0\n\
         s,e,a,R1,Osteophytes,1,2,3,5\n\
         s,e,a,R2,No finding,,,,\n\
         s,e,b,R1,Fracture,1,2,3,4\n\
         s,e,b,R1,No finding,,,,\n"
    ));
    assert_eq!((report.num_held, report.num_boxes, report.num_no_finding), (2, 1, 1));
    let said: Vec<String> = report.bad.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["line 5: the project holds \"No finding\" of the same reader for this film"]);
    let report = project.import(format!("{SPINE}s,e,a,R1,No finding,,,,\n"));
    assert!(report.bad[0].to_string().contains("the project holds findings"), "{:?}", report.bad);
    let reading = project.store.reading(&ImageId::new("a"), &ReaderId::new("R1")).unwrap();
    assert_eq!((reading.num_marks(), reading.state()), (2, TaskState::Completed));
}

#[test]
fn the_projects_rules_decide_about_boxes() {
    let rules = |outside: Severity, duplicate: Severity| {
        let mut rules = default_rules();
        for rule in &mut rules {
            match rule.id {
                RuleId::BoxOutsideFilm => rule.severity = outside,
                RuleId::DuplicateBox => rule.severity = duplicate,
                _ => {}
            }
        }
        rules
    };
    // The film is 1600 x 2500.
    let table = format!(
        "{SPINE}s,e,film 1,R1,Osteophytes,0,0,1600,2500\ns,e,film 1,R1,Fracture,0,0,1600.5,2500\n\
         s,e,film 1,R1,Osteophytes,0,0,1600,2499\ns,e,unknown film,R1,Fracture,0,0,9999,9999\n"
    );
    for (outside, duplicate, bad, warned) in [
        (Severity::Error, Severity::Warning, vec![3], vec![4]),
        (Severity::Warning, Severity::Error, vec![4], vec![3]),
        (Severity::Off, Severity::Off, vec![], vec![]),
    ] {
        let mut project = Project::new("vindr_spine");
        project.store.add_films(&[film(1, FilmSource::File("1.dicom".into()))]).unwrap();
        project.store.set_rules(&rules(outside, duplicate)).unwrap();
        let report = project.import(&table);
        let lines = |rows: &[rachis::formats::bad_row::BadRow]| rows.iter().map(|r| r.line).collect::<Vec<_>>();
        assert_eq!((lines(&report.bad), lines(&report.rule_warnings)), (bad, warned));
    }
}

#[test]
fn films_belong_to_one_study() {
    let mut project = Project::new("vindr_spine");
    let report = project.import(format!("{SPINE}s,e,a,R1,Osteophytes,1,2,3,4\nt,e,a,R1,Fracture,1,2,3,4\n"));
    assert_eq!(report.bad[0].to_string(), "line 3: the film has study_id or series_id other than in line 2");
    // A film's own study stands where no imported table says another.
    project.store.add_films(&[film(1, FilmSource::File("1.dicom".into()))]).unwrap();
    project.import("image_id,lesion_type,xmin,ymin,xmax,ymax\nfilm 1,Fracture,1,2,3,4\n");
    let out = project.export(TableForm::SpineXr);
    assert!(
        out.ends_with("s,e,a,R1,Osteophytes,1,2,3,4\nstudy 1,series 1,film 1,consensus,Fracture,1,2,3,4\n"),
        "{out}"
    );
}

#[test]
fn unfinished_readings_and_other_readers_stay_out() {
    let mut project = Project::new("vindr_spine");
    project.import(format!("{SPINE},,a,R1,Osteophytes,1,2,3,4\n,,a,R2,No finding,,,,\n"));
    let reopen = rachis::domain::edit::Edit::SetTaskState { before: TaskState::Completed, after: TaskState::Doing };
    let entry = rachis::domain::log::NewLogEntry {
        image: "a".into(),
        reader: "R1".into(),
        step: rachis::domain::log::Step::Do,
        edit: reopen,
        made_at_ms: 1,
    };
    project.store.commit(&entry).unwrap();
    let all = ExportLabels::new(TableForm::SpineXr);
    let (text, report) = project.export_with(&all).unwrap();
    assert_eq!((text.lines().count(), report.num_unfinished), (2, 1));
    let (text, _) = project.export_with(&ExportLabels { with_unfinished: true, ..all.clone() }).unwrap();
    assert_eq!(text.lines().count(), 3);
    let one = ExportLabels { readers: vec!["R2".into()], with_reader: false, ..all.clone() };
    assert!(project.export_with(&one).unwrap().0.ends_with("\n,,a,No finding,,,,\n"));
    let mixed = ExportLabels { with_reader: false, with_unfinished: true, ..all };
    assert!(project.export_with(&mixed).unwrap_err().to_string().contains("2 readers (R1, R2)"));
}

#[test]
fn rows_of_films_that_are_unfit_stay_out_and_are_named() {
    use rachis::domain::edit::Edit;
    use rachis::domain::quality::{UnfitFilm, UnfitReason};
    let mut project = Project::new("vindr_spine");
    let rows = ",,a,R1,Osteophytes,1,2,3,4\n,,a,R2,No finding,,,,\n,,b,R1,Fracture,1.50,2,3,4\n";
    let given = format!("{SPINE},{}", &rows[1..]);
    project.import(&given);
    let options = ExportLabels { as_imported: true, ..ExportLabels::new(TableForm::SpineXr) };
    assert_eq!(project.export_with(&options).unwrap().0, given, "what came in goes out while nobody objects");
    let reopen = Edit::SetTaskState { before: TaskState::Completed, after: TaskState::Doing };
    let unfit = Edit::SetUnfit { before: None, after: Some(UnfitReason::ResidualText) };
    let edit = Edit::Batch { name: "Unfit".into(), edits: vec![reopen, unfit] };
    let entry = |edit, step| rachis::domain::log::NewLogEntry {
        image: "a".into(),
        reader: "R1".into(),
        step,
        edit,
        made_at_ms: 1,
    };
    let seq = project.store.commit(&entry(edit.clone(), rachis::domain::log::Step::Do)).unwrap();

    // One reader's word leaves out that reader's rows of that film, and nothing else.
    let (text, report) = project.export_with(&options).unwrap();
    assert_eq!(text, given.replace(",,a,R1,Osteophytes,1,2,3,4\n", ""));
    let named = UnfitFilm { image: "a".into(), reader: "R1".into(), reason: UnfitReason::ResidualText };
    assert_eq!((report.num_unfit, report.unfit_films), (1, vec![named]));
    let unfinished = ExportLabels { with_unfinished: true, ..options.clone() };
    assert_eq!(project.export_with(&unfinished).unwrap().0.lines().count(), 3, "unfinished or not");
    let other = ExportLabels { readers: vec!["R2".into()], ..options.clone() };
    assert!(project.export_with(&other).unwrap().1.unfit_films.is_empty());
    assert!(!project.export_labels(true).contains("a,R1"), "nor in the table of image labels");
    project.assert_sound();

    // Taken back, the file is what came in, to the byte.
    project.store.commit(&entry(edit.inverse(), rachis::domain::log::Step::Undo(seq))).unwrap();
    assert_eq!(project.export_with(&options).unwrap().0, given);
}

#[test]
fn formulas_go_out_as_text_and_come_back_as_they_were() {
    let mut project = Project::new("vindr_spine");
    let header = "image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax,note,score";
    project.import(format!(
        "{header}\n@film,=R1,Osteophytes,-1,2,3,4,\"=HYPERLINK(\"\"x\"\")\",-0.5\nb,R1,Fracture,1,2,3,4,'=kept,+\n"
    ));
    let out = project.export(TableForm::SpineXr);
    let expected = format!(
        "{},note,score\n\
         ,,'@film,'=R1,Osteophytes,-1,2,3,4,\"'=HYPERLINK(\"\"x\"\")\",-0.5\n\
         ,,b,R1,Fracture,1,2,3,4,'=kept,'+\n",
        SPINE.trim_end()
    );
    assert_eq!(out, expected);
    // What we wrote comes back as what it was.
    let mut again = Project::new("vindr_spine");
    again.import(&out);
    assert_eq!(again.export(TableForm::SpineXr), out);
    assert_eq!(again.store.reading(&"@film".into(), &"=R1".into()).unwrap().num_marks(), 1);
}

/// Enough for the large way: indexes and triggers taken away and put back, pieces of the file on all cores.
#[test]
fn a_large_table_goes_in_by_the_same_rules_and_comes_out_the_same() {
    let mut table = format!("{},comment\n", SPINE.trim_end());
    let labels = ["Osteophytes", "Fracture", "Other lesions"];
    for i in 0..40_000_u64 {
        let film = i.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 5_000;
        let (reader, rest) = (film % 3 + 1, film * 7919);
        let image = format!("{:032x}", u128::from(film + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        if film.is_multiple_of(10) {
            // One "No finding" each; the others of the same film are bad rows.
            writeln!(table, "s{rest:020},e{rest:020},{image},R{reader},No finding,,,,,").unwrap();
        } else {
            let (x, y) = (i % 1500, i % 2000);
            let label = labels[(i % 3) as usize];
            let note = if i % 50 == 0 { "\"a\nb, c\"" } else { "" };
            writeln!(
                table,
                "s{rest:020},e{rest:020},{image},R{reader},{label},{x}.5,{y}.250,{},{},{note}",
                x + 90,
                y + 70
            )
            .unwrap();
        }
    }
    assert!(table.len() > 4 << 20);
    let mut project = Project::new("vindr_spine");
    let report = project.import(&table);
    assert_eq!(report.num_rows, 40_000);
    assert_eq!(report.num_boxes + report.num_no_finding + report.bad.len(), 40_000);
    assert!(report.num_no_finding > 100 && report.num_boxes > 30_000);
    assert!(report.bad.iter().all(|bad| bad.to_string().contains("a second \"No finding\"")), "{:?}", report.bad[0]);
    let bad: std::collections::BTreeSet<u32> = report.bad.iter().map(|bad| bad.line).collect();
    let out = project.export(TableForm::SpineXr);
    // What went in, less the bad rows; a row's line is that of its beginning.
    let lines = table.split_inclusive('\n').zip(1..);
    let expected: String = lines.filter(|(_, line)| !bad.contains(line)).map(|(text, _)| text).collect();
    assert_eq!(out.len(), expected.len());
    assert!(out == expected, "the export is not the import");

    // Triggers, indexes, constraints and the log are all there again.
    let database = project.store.folder().join("project.db");
    let again = project.import(&table);
    assert_eq!((again.num_held, again.bad.len()), (report.num_boxes + report.num_no_finding, report.bad.len()));
    drop(project.store);
    let fresh = Project::new("vindr_spine");
    assert_eq!(schema(&database), schema(&fresh.store.folder().join("project.db")));
    let conn = rusqlite::Connection::open(&database).unwrap();
    let image: String = conn
        .query_row("SELECT image_id FROM annotation WHERE lesion_type = 'No finding' LIMIT 1", [], |row| row.get(0))
        .unwrap();
    let broken = conn.execute(
        "INSERT INTO annotation (id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax)
         SELECT 1, image_id, rad_id, 'Fracture', 1, 2, 3, 4 FROM annotation WHERE image_id = ?1",
        [image],
    );
    assert!(broken.unwrap_err().to_string().contains("No finding"));
    let mode: String = conn.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

fn schema(database: &Path) -> Vec<(String, String)> {
    let conn = rusqlite::Connection::open(database).unwrap();
    let mut statement =
        conn.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Another window on the project is no reason to fail, only to go through the write-ahead log.
#[test]
fn a_large_import_works_beside_another_window() {
    let mut table = SPINE.to_owned();
    for i in 0..45_000 {
        writeln!(table, "study {i},series {i},image {i:060},R1,No finding,,,,").unwrap();
    }
    assert!(table.len() > 4 << 20);
    let mut project = Project::new("vindr_spine");
    let other = Store::open(project.store.folder()).unwrap();
    assert_eq!(project.import(&table).num_no_finding, 45_000);
    assert_eq!(
        other.reading(&format!("image {:060}", 7).as_str().into(), &"R1".into()).unwrap().annotations().len(),
        1
    );
}

/// A row of a random table that keeps the rules.
fn any_rows() -> impl Strategy<Value = Vec<String>> {
    let number = prop_oneof![
        (0u32..3000).prop_map(|v| v.to_string()),
        (0u32..30000).prop_map(|v| format!("{:.1}", f64::from(v) / 10.0)),
        (0u32..3_000_000).prop_map(|v| format!("{:.3}", f64::from(v) / 1000.0)),
        (0.0..3000.0f64).prop_map(|v| v.to_string()),
    ];
    let size = 1u32..400;
    let note = prop_oneof![Just(String::new()), "[a-z ,\"\n=']{0,6}"];
    let label = prop::sample::select(vec!["Osteophytes", "Fracture", "Spondylolysthesis"]);
    let row = (0u8..6, 1u8..4, label, number.clone(), number, size.clone(), size, note);
    prop::collection::vec(row, 0..30).prop_map(|rows| {
        let mut normal = std::collections::BTreeSet::new();
        let mut out = Vec::new();
        for (film, reader, label, x, y, w, h, note) in rows {
            // The first two films are normal to everybody.
            let is_normal = film < 2;
            if is_normal && !normal.insert((film, reader)) {
                continue;
            }
            let far = |text: &str, more: u32| format!("{}", text.parse::<f64>().unwrap() + f64::from(more));
            let place = format!("s{},e{},f{film},R{reader}", film / 2, film);
            // A guard apostrophe comes in as none and goes out as one; a bare formula does not keep its form.
            let note = note.trim_start_matches(['=', '\'']).to_owned();
            let mut cell = String::new();
            rachis::formats::csv_cell::push_cell(&mut cell, &note);
            out.push(if is_normal {
                format!("{place},No finding,,,,,{cell}")
            } else {
                format!("{place},{label},{x},{y},{},{},{cell}", far(&x, w), far(&y, h))
            });
        }
        out
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn import_then_export_is_the_same_text(rows in any_rows()) {
        let header = format!("{},note", SPINE.trim_end());
        let table = std::iter::once(&header).chain(&rows).fold(String::new(), |text, row| text + row + "\n");
        let mut project = Project::new("vindr_spine");
        let report = project.import(&table);
        prop_assert_eq!(report.bad, []);
        let out = project.export(TableForm::SpineXr);
        // Without rows there is no import, and so no further column.
        let expected = if rows.is_empty() { SPINE.to_owned() } else { table };
        prop_assert_eq!(&out, &expected);
        // And export then import is the same project.
        let mut copy = Project::new("vindr_spine");
        copy.import(&out);
        let marks = |p: &Project| -> Vec<String> {
            let keys = p.store.reading_keys().unwrap();
            keys.iter().map(|(image, reader)| {
                let reading = p.store.reading(image, reader).unwrap();
                let marks = reading.annotations().iter().map(|a| (a.label().clone(), a.rect(), a.coordinate_text().map(str::to_owned), a.extra().map(str::to_owned)));
                format!("{image} {reader} {:?} {:?}", reading.state(), marks.collect::<Vec<_>>())
            }).collect()
        };
        prop_assert_eq!(marks(&copy), marks(&project));
    }
}

/// An import that is given up leaves the database as it was, the indexes and triggers that were taken away included.
#[test]
fn an_import_that_stops_halfway_changes_nothing() {
    let mut project = Project::new("vindr_spine");
    let database = project.store.folder().join("project.db");
    let before = schema(&database);
    project.store.prepare_large_import().unwrap();
    let session = project.store.begin_session().unwrap();
    let mut import = project.store.begin_import(session, 1_000_000, 1).unwrap();
    let mark = rachis::store::ImportedMark {
        id: rachis::domain::id::AnnotationId::new(session, 1),
        image: "a",
        reader: "R1",
        label: "No finding",
        columns: None,
        line: 2,
        coordinate_text: None,
        extra: None,
    };
    import.write_marks(std::iter::once(mark)).unwrap();
    drop(import);
    project.store.finish_large_import().unwrap();
    assert_eq!(schema(&database), before);
    project.assert_sound();
    assert!(project.store.reading_keys().unwrap().is_empty());
}

/// `tests/parity/csv_pandas.py` has read `csv_export.csv` with pandas and said what it found.
#[test]
fn pandas_finds_the_marks_that_we_export() {
    let parity = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity");
    let table = std::fs::read_to_string(parity.join("csv_export.csv")).unwrap();
    let found: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(parity.join("csv_pandas.json")).unwrap()).unwrap();
    let mut project = Project::new("vindr_spine");
    assert_eq!(project.import(&table).bad, []);
    assert_eq!(project.export(TableForm::SpineXr), table);

    let (mut boxes, mut normal) = (Vec::new(), std::collections::BTreeSet::new());
    for (image, reader) in project.store.reading_keys().unwrap() {
        for mark in project.store.reading(&image, &reader).unwrap().annotations() {
            match mark.rect() {
                None => drop(normal.insert(image.to_string())),
                Some(r) => boxes.push((
                    [image.to_string(), reader.to_string(), mark.label().to_string()],
                    [r.xmin(), r.ymin(), r.xmax(), r.ymax()],
                )),
            }
        }
    }
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut theirs: Vec<_> = found["boxes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| ([0, 1, 2].map(|i| text(&row[i])), [3, 4, 5, 6].map(|i| float_from_hex(&text(&row[i])))))
        .collect();
    boxes.sort_by(|a, b| a.partial_cmp(b).unwrap());
    theirs.sort_by(|a, b| a.partial_cmp(b).unwrap());
    assert_eq!(boxes, theirs);
    let normal: Vec<String> = normal.into_iter().collect();
    assert_eq!(found["normal_images"].as_array().unwrap().iter().map(text).collect::<Vec<_>>(), normal);
    assert_eq!(found["normal_coordinates_missing"], true);
    for (label, count) in found["count_by_label"].as_object().unwrap() {
        let ours = if label == "No finding" { 2 } else { boxes.iter().filter(|b| b.0[2] == *label).count() };
        assert_eq!(count.as_u64().unwrap(), ours as u64, "{label}");
    }
    assert_eq!(found["rows"], 8);
}

/// As Python writes a float exactly: `0x1.921fb54442d18p+1`.
fn float_from_hex(text: &str) -> f64 {
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (mantissa, exponent) = text.strip_prefix("0x").unwrap().split_once('p').unwrap();
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = u64::from_str_radix(&format!("{whole}{fraction}"), 16).unwrap();
    let power: i32 = exponent.parse::<i32>().unwrap() - 4 * fraction.len() as i32;
    sign * digits as f64 * 2f64.powi(power)
}
