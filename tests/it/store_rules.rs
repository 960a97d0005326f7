//! The schema itself refuses what breaks a rule, whichever program writes.

use std::path::{Path, PathBuf};
use std::process::Command;

use rachis::domain::rules::default_rules;
use rachis::store::{NewProject, Store, StoreError};
use rusqlite::Connection;

/// What is in the project before each case.
const BEFORE: &str = "
    INSERT INTO annotation (id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax)
        VALUES (1, 'sick', 'R1', 'Osteophytes', 1, 2, 3, 4), (2, 'sick', 'R1', 'Fracture', 5, 6, 7, 8);
    INSERT INTO annotation (id, image_id, rad_id, lesion_type) VALUES (3, 'well', 'R1', 'No finding');
    INSERT INTO image_label (image_id, rad_id, label) VALUES ('said', 'R1', 'Pneumonia');
    INSERT INTO measurement (id, image_id, rad_id, kind, x1, y1, x2, y2)
        VALUES (4, 'sick', 'R1', 'ruler', 1, 2, 3, 4), (5, 'sick', 'R1', 'ellipse', 5, 6, 7, 8);
    INSERT INTO edit_log (made_at, session, image_id, rad_id, step, edit) VALUES (1, 1, 'sick', 'R1', 'do', '{}');
    INSERT INTO edit_log (made_at, session, image_id, rad_id, step, edit) VALUES (2, 1, 'sick', 'R1', 'do', '{}');
";

/// What another program may try, and a part of the refusal; empty where it is allowed.
const CASES: &[(&str, &str)] = &[
    // Coordinates, ordered and complete.
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('a','R1','x',1,2,3,4)",
        "",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('a','R1','x',3,2,1,4)",
        "xmin must be less",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('a','R1','x',1,2,1,4)",
        "xmin must be less",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('a','R1','x',1,4,3,2)",
        "xmin must be less",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('a','R1','x',1,2,3,2)",
        "xmin must be less",
    ),
    ("INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES ('a','R1','x')", "needs all of"),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax) VALUES ('a','R1','x',1,2,3)",
        "needs all of",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('a','R1','No finding',1,2,3,4)",
        "has none",
    ),
    ("INSERT INTO annotation (image_id, rad_id, lesion_type, ymax) VALUES ('a','R1','No finding',4)", "has none"),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('a','R1','x',1,2,9e999,4)",
        "finite",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('a','R1','x',-9e999,2,3,4)",
        "finite",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('a','R1','x','left',2,3,4)",
        "cannot store TEXT",
    ),
    ("UPDATE annotation SET xmin = 9 WHERE id = 1", "xmin must be less"),
    ("UPDATE annotation SET xmin = NULL WHERE id = 1", "needs all of"),
    ("UPDATE annotation SET xmin = 1, ymin = 1, xmax = 2, ymax = 2 WHERE id = 3", "has none"),
    ("UPDATE annotation SET xmin = 2.5 WHERE id = 1", ""),
    // Shapes beside boxes, and what is said with them.
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, shape) VALUES ('a','R1','x',1,2,3,4,'mask')",
        "with its geometry",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, shape, geometry) VALUES ('a','R1','x',1,2,3,4,'blob','[]')",
        "with its geometry",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, shape, geometry) VALUES ('a','R1','x',1,2,1,2,'point','[1,2]')",
        "",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, shape, geometry) VALUES ('a','R1','x',1,2,1,4,'mask','{}')",
        "xmin must be less",
    ),
    ("UPDATE annotation SET attributes = '{ severe' WHERE id = 1", "attributes is JSON"),
    ("UPDATE annotation SET attributes = '{}' WHERE id = 3", "has none"),
    ("UPDATE annotation SET shape_key = id WHERE id = 1", "CHECK"),
    ("INSERT INTO image_label (image_id, rad_id, label, presence) VALUES ('well','R1','Pneumonia','absent')", ""),
    (
        "INSERT INTO image_label (image_id, rad_id, label, presence) VALUES ('well','R1','Pneumonia','unsure')",
        "Remove \"No finding\"",
    ),
    ("INSERT INTO image_label (image_id, rad_id, label, presence) VALUES ('a','R1','Pneumonia','maybe')", "CHECK"),
    ("INSERT INTO shared_label VALUES ('patient','p','R1','x','present')", "CHECK"),
    ("INSERT INTO comment (image_id, rad_id, pin_x, text, is_resolved, made_at) VALUES ('a','R1',1,'t',0,1)", "CHECK"),
    // Measurements.
    ("INSERT INTO measurement (image_id, rad_id, kind, x1, y1) VALUES ('a','R1','probe',1,2)", ""),
    ("INSERT INTO measurement (image_id, rad_id, kind, x1, y1) VALUES ('well','R1','probe',1,2)", ""),
    ("INSERT INTO measurement (image_id, rad_id, kind, x1, y1) VALUES ('','R1','probe',1,2)", "must not be empty"),
    ("INSERT INTO measurement (image_id, rad_id, kind, x1, y1) VALUES ('a','R1','tape',1,2)", "kind is one of"),
    ("INSERT INTO measurement (image_id, rad_id, kind, x1, y1) VALUES ('a','R1','ruler',1,2)", "number of points"),
    ("INSERT INTO measurement (image_id, rad_id, kind, x1, y1) VALUES ('a','R1','probe',1,9e999)", "finite"),
    ("INSERT INTO measurement (image_id, rad_id, kind, x1, y1) VALUES ('a','R1','probe',1,-9e999)", "finite"),
    ("INSERT INTO measurement (image_id, rad_id, kind, x1, y1) VALUES ('a','R1','probe',1,9e999-9e999)", "NOT NULL"),
    (
        "INSERT INTO measurement (image_id, rad_id, kind, x1, y1) VALUES ('a','R1','probe','left',2)",
        "cannot store TEXT",
    ),
    ("INSERT INTO measurement (image_id, rad_id, kind, x1, y1, x2) VALUES ('a','R1','probe',1,2,3)", "both x and y"),
    (
        "INSERT INTO measurement (image_id, rad_id, kind, x1, y1, x3, y3) VALUES ('a','R1','ruler',1,2,3,4)",
        "from the first on",
    ),
    (
        "INSERT INTO measurement (image_id, rad_id, kind, x1, y1, x2, y2, x3, y3, x4, y4, x5, y5)
         VALUES ('a','R1','vertebral_height',1,2,3,4,5,6,7,8,9,10)",
        "number of points",
    ),
    (
        "INSERT INTO measurement (image_id, rad_id, kind, x1, y1, x2, y2, x3, y3, x4, y4, x5, y5, x6, y6)
         VALUES ('a','R1','vertebral_height',1,2,3,4,5,6,7,8,9,10,11,12)",
        "",
    ),
    (
        "INSERT INTO measurement (image_id, rad_id, kind, x1, y1, x2, y2, x3, y3, x4, y4, x5, y5, x6, y6)
         VALUES ('a','R1','cobb',1,2,3,4,5,6,7,8,9,10,11,12)",
        "number of points",
    ),
    ("UPDATE measurement SET kind = 'rectangle' WHERE id = 4", ""),
    ("UPDATE measurement SET kind = 'angle' WHERE id = 4", "number of points"),
    ("UPDATE measurement SET x2 = NULL, y2 = NULL WHERE id = 4", "number of points"),
    ("UPDATE measurement SET y2 = 9e999 WHERE id = 4", "finite"),
    ("UPDATE measurement SET id = 5 WHERE id = 4", "with this id already"),
    (
        "INSERT OR REPLACE INTO measurement (id, image_id, rad_id, kind, x1, y1) VALUES (4,'a','R1','probe',1,2)",
        "with this id already",
    ),
    // Names.
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('','R1','x',1,2,3,4)",
        "must not be empty",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('a','','x',1,2,3,4)",
        "must not be empty",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('a','R1','',1,2,3,4)",
        "must not be empty",
    ),
    ("INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES ('a','R1','no finding')", "exactly so"),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('a','R1',' NO FINDING ',1,2,3,4)",
        "exactly so",
    ),
    ("INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES (NULL,'R1','No finding')", "NOT NULL"),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, origin) VALUES ('a','R1','No finding','guessed')",
        "origin",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, origin) VALUES ('a','R1','No finding','imported')",
        "origin",
    ),
    ("INSERT INTO annotation (id, image_id, rad_id, lesion_type) VALUES (0,'a','R1','No finding')", "CHECK"),
    // "No finding" stands alone.
    ("INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES ('a','R1','No finding')", ""),
    ("INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES ('well','R2','No finding')", ""),
    ("INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES ('well','R1','No finding')", "already"),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES ('a','R1','No finding'), ('a','R1','No finding')",
        "already",
    ),
    ("INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES ('sick','R1','No finding')", "Remove them before"),
    ("INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES ('said','R1','No finding')", "image labels"),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('well','R1','x',1,2,3,4)",
        "Remove \"No finding\"",
    ),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES ('well','R2','x',1,2,3,4)",
        "",
    ),
    ("INSERT INTO image_label (image_id, rad_id, label) VALUES ('well','R1','Pneumonia')", "Remove \"No finding\""),
    ("INSERT INTO image_label (image_id, rad_id, label) VALUES ('sick','R1','Pneumonia')", ""),
    ("INSERT INTO image_label (image_id, rad_id, label) VALUES ('a','R1','No Finding')", "row of annotation"),
    ("INSERT INTO image_label (image_id, rad_id, label) VALUES ('a','R1','')", "CHECK"),
    ("UPDATE image_label SET image_id = 'well'", "Remove \"No finding\""),
    (
        "UPDATE annotation SET lesion_type = 'No finding', xmin = NULL, ymin = NULL, xmax = NULL, ymax = NULL WHERE id = 1",
        "Remove them before",
    ),
    (
        "UPDATE annotation SET lesion_type = 'No finding', xmin = NULL, ymin = NULL, xmax = NULL, ymax = NULL WHERE image_id = 'sick'",
        "Remove them before",
    ),
    ("UPDATE annotation SET image_id = 'well' WHERE id = 1", "Remove \"No finding\""),
    ("UPDATE annotation SET image_id = 'sick' WHERE id = 3", "Remove them before"),
    ("UPDATE annotation SET image_id = 'said' WHERE id = 3", "image labels"),
    ("UPDATE annotation SET lesion_type = 'x', xmin = 1, ymin = 1, xmax = 2, ymax = 2 WHERE id = 3", ""),
    (
        "INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES ('b','R1','No finding'); UPDATE annotation SET image_id = 'well' WHERE image_id = 'b'",
        "already",
    ),
    // REPLACE is no way round.
    ("INSERT OR REPLACE INTO annotation (image_id, rad_id, lesion_type) VALUES ('well','R1','No finding')", "already"),
    (
        "INSERT OR REPLACE INTO annotation (id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES (1,'a','R1','x',1,2,3,4)",
        "this id already",
    ),
    (
        "REPLACE INTO annotation (id, image_id, rad_id, lesion_type) VALUES (1,'sick','R1','No finding')",
        "this id already",
    ),
    (
        "INSERT OR IGNORE INTO annotation (id, image_id, rad_id, lesion_type) VALUES (1,'well','R1','No finding')",
        "this id already",
    ),
    (
        "INSERT INTO annotation (id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax) VALUES (1,'a','R1','x',1,2,3,4) ON CONFLICT DO UPDATE SET lesion_type = 'y'",
        "this id already",
    ),
    ("UPDATE OR REPLACE annotation SET id = 2 WHERE id = 1", "this id already"),
    (
        "INSERT OR REPLACE INTO image_label (image_id, rad_id, label) VALUES ('well','R1','Pneumonia')",
        "Remove \"No finding\"",
    ),
    (
        "PRAGMA foreign_keys = OFF; INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES ('sick','R1','No finding')",
        "Remove them before",
    ),
    (
        "PRAGMA recursive_triggers = ON; INSERT INTO annotation (image_id, rad_id, lesion_type) VALUES ('sick','R1','No finding')",
        "Remove them before",
    ),
    // The log only grows.
    ("INSERT INTO edit_log (made_at, session, image_id, rad_id, step, edit) VALUES (3, 1, 'a', 'R1', 'do', '{}')", ""),
    ("UPDATE edit_log SET made_at = 9", "append-only"),
    ("UPDATE edit_log SET edit = '[]' WHERE seq = 1", "append-only"),
    ("DELETE FROM edit_log", "append-only"),
    ("DELETE FROM edit_log WHERE seq = 2", "append-only"),
    (
        "REPLACE INTO edit_log (seq, made_at, session, image_id, rad_id, step, edit) VALUES (1, 3, 1, 'a', 'R1', 'do', '{}')",
        "append-only",
    ),
    (
        "INSERT OR REPLACE INTO edit_log (seq, made_at, session, image_id, rad_id, step, edit) VALUES (2, 3, 1, 'a', 'R1', 'do', '{}')",
        "append-only",
    ),
    (
        "INSERT INTO edit_log (seq, made_at, session, image_id, rad_id, step, edit) VALUES (1, 3, 1, 'a', 'R1', 'do', '{}') ON CONFLICT DO UPDATE SET edit = '[]'",
        "append-only",
    ),
    (
        "INSERT INTO edit_log (made_at, session, image_id, rad_id, step, edit) VALUES (3, 1, 'a', 'R1', 'do', 'not json')",
        "CHECK",
    ),
    (
        "INSERT INTO edit_log (made_at, session, image_id, rad_id, step, edit) VALUES (3, 1, NULL, NULL, 'do', '{}')",
        "CHECK",
    ),
    (
        "INSERT INTO edit_log (made_at, session, image_id, rad_id, step, of_seq, edit) VALUES (3, 1, 'a', 'R1', 'do', 1, '{}')",
        "CHECK",
    ),
    (
        "INSERT INTO edit_log (made_at, session, image_id, rad_id, step, edit) VALUES (3, 1, 'a', 'R1', 'undo', '{}')",
        "CHECK",
    ),
    // The rest.
    ("INSERT INTO reading (rad_id, image_id, state, updated_at) VALUES ('R1', 'a', 'asleep', 1)", "CHECK"),
    (
        "INSERT INTO project VALUES (2, 'second', 'vindr_spine', 0, 1, '', randomblob(16), '', 'after', 'free', '{}')",
        "CHECK",
    ),
    ("INSERT INTO setting VALUES ('k', '{')", "CHECK"),
];

#[test]
fn a_second_sqlite_connection_cannot_break_a_rule() {
    for (case, (sql, refusal)) in CASES.iter().enumerate() {
        let (_scratch, database) = scratch(case);
        // A plain connection: nothing that the program sets up for itself.
        let conn = Connection::open(&database).unwrap();
        let outcome = conn.execute_batch(sql).map_err(|e| e.to_string());
        check(&database, sql, refusal, outcome);
    }
}

#[test]
fn the_sqlite3_shell_cannot_break_a_rule() {
    let Ok(version) = Command::new("sqlite3").arg("--version").output() else {
        println!("skipped: there is no sqlite3 on this machine");
        return;
    };
    println!("sqlite3 {}", String::from_utf8_lossy(&version.stdout));
    for (case, (sql, refusal)) in CASES.iter().enumerate() {
        let (_scratch, database) = scratch(case);
        let output = Command::new("sqlite3").arg("-bail").arg(&database).arg(sql).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        check(&database, sql, refusal, if output.status.success() { Ok(()) } else { Err(said) });
    }
}

fn check(database: &Path, sql: &str, refusal: &str, outcome: Result<(), String>) {
    match outcome {
        Ok(()) => assert!(refusal.is_empty(), "should be refused: {sql}"),
        Err(said) if refusal.is_empty() => panic!("should be allowed: {sql}\n{said}"),
        Err(said) => assert!(said.contains(refusal), "{sql}\nsaid: {said}\nexpected: {refusal}"),
    }
    // Whatever was tried, what is there keeps the rules, and what was there is there.
    let conn = Connection::open(database).unwrap();
    let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let contradictions = "SELECT count(*) FROM annotation a WHERE lesion_type = 'No finding' AND (
        EXISTS (SELECT 1 FROM annotation b WHERE b.image_id = a.image_id AND b.rad_id = a.rad_id AND b.id <> a.id)
        OR EXISTS (SELECT 1 FROM image_label l WHERE l.image_id = a.image_id AND l.rad_id = a.rad_id
            AND l.presence <> 'absent'))";
    assert_eq!(count(contradictions), 0, "{sql}");
    assert!(count("SELECT count(*) FROM annotation") >= 3, "{sql}");
    assert!(count("SELECT count(*) FROM measurement WHERE id IN (4, 5)") == 2, "{sql}");
    let log = "SELECT count(*) FROM edit_log WHERE seq = made_at AND seq <= 2 AND edit = '{}'";
    assert_eq!(count(log), 2, "{sql}");
}

/// A fresh project with the rows of [`BEFORE`].
fn scratch(case: usize) -> (tempfile::TempDir, PathBuf) {
    use std::sync::OnceLock;
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let project = NewProject {
            name: "Rules".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        drop(Store::create(folder.path(), &project).unwrap());
        let database = folder.path().join("project.db");
        let conn = Connection::open(&database).unwrap();
        conn.execute_batch(BEFORE).unwrap();
        conn.close().unwrap();
        std::fs::read(database).unwrap()
    });
    let folder = tempfile::Builder::new().prefix(&format!("case{case}-")).tempdir().unwrap();
    let database = folder.path().join("project.db");
    std::fs::write(&database, template).unwrap();
    (folder, database)
}

#[test]
fn the_store_says_a_refusal_of_the_schema_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let project = NewProject {
        name: "Rules".into(),
        label_set: "vindr_spine".into(),
        rules: default_rules(),
        is_synthetic: true,
    };
    let mut store = Store::create(folder.path(), &project).unwrap();
    let error = store.set_setting("k", "{ not json").unwrap_err();
    assert!(matches!(error, StoreError::RuleRefused(_)), "{error}");
    assert!(error.to_string().contains("nothing was changed"), "{error}");
}
