-- A project in form 7, as the program of version 0.1.0 writes it: that of form 6 brought up to date, with a workflow, a film
-- that was handed out, one that is kept back, a kept filter, an agreement to the use of the data, and a sealed record.
PRAGMA application_id = 1380008776;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE project (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    label_set TEXT NOT NULL CHECK (label_set <> ''),
    is_synthetic INTEGER NOT NULL CHECK (is_synthetic IN (0, 1)),
    created_at INTEGER NOT NULL,
    program_version TEXT NOT NULL,
    -- Mixed into every patient's pseudonym, so that a list of names can't be tried against it. Never exported.
    patient_key BLOB NOT NULL DEFAULT (randomblob(16)) CHECK (length(patient_key) = 16)
, instructions TEXT NOT NULL DEFAULT '', model_visibility TEXT NOT NULL DEFAULT 'after'
    CHECK (model_visibility IN ('off', 'after', 'always')), workflow TEXT NOT NULL DEFAULT 'free', about TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(about))) STRICT;
INSERT INTO project VALUES(1,'Spine','vindr_spine',1,1795292575705,'0.1.0',X'000102030405060708090a0b0c0d0e0f',replace('Đọc từ trên xuống.\nCount the vertebrae first.','\n',char(10)),'after','single','{"description":"","ethics":"IRB 12","licence":"CC BY 4.0","citation":"","data_use":"For research only.","link":"","least_years":[null,null],"hides_age_and_sex":false}');
CREATE TABLE rule (
    key TEXT PRIMARY KEY CHECK (key <> ''),
    position INTEGER NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('off', 'warning', 'error')),
    parameter REAL NOT NULL
) STRICT;
INSERT INTO rule VALUES('no_finding_with_boxes',0,'error',0.0);
INSERT INTO rule VALUES('nothing_decided',1,'error',0.0);
INSERT INTO rule VALUES('box_outside_film',2,'error',0.0);
INSERT INTO rule VALUES('box_too_small',3,'error',0.0010000000000000000208);
INSERT INTO rule VALUES('duplicate_box',4,'warning',0.9000000000000000222);
INSERT INTO rule VALUES('abnormal_without_box',5,'warning',0.0);
CREATE TABLE reader (
    rad_id TEXT PRIMARY KEY CHECK (rad_id <> ''),
    name TEXT NOT NULL,
    years_of_experience INTEGER CHECK (years_of_experience BETWEEN 0 AND 120)
, roles TEXT NOT NULL DEFAULT 'annotator reviewer data_manager owner', certificate TEXT NOT NULL DEFAULT '', pin TEXT, num_wrong_pins INTEGER NOT NULL DEFAULT 0 CHECK (num_wrong_pins >= 0), locked_until INTEGER NOT NULL DEFAULT 0, has_left INTEGER NOT NULL DEFAULT 0 CHECK (has_left IN (0, 1)), repeat_of TEXT CHECK (repeat_of <> rad_id)) STRICT;
INSERT INTO reader VALUES('R1','Reader',10,'annotator reviewer data_manager owner','',NULL,0,0,0,NULL);
CREATE TABLE session (
    number INTEGER PRIMARY KEY AUTOINCREMENT CHECK (number BETWEEN 1 AND 2147483647),
    opened_at INTEGER NOT NULL,
    program_version TEXT NOT NULL
) STRICT;
INSERT INTO session VALUES(1,1795292575709,'0.1.0');
INSERT INTO session VALUES(2,1795292575869,'0.1.0');
INSERT INTO session VALUES(3,1795301895096,'0.1.0');
INSERT INTO session VALUES(4,1795317184615,'0.1.0');
INSERT INTO session VALUES(5,1795317320306,'0.1.0');
INSERT INTO session VALUES(6,1795330381116,'0.1.0');
INSERT INTO session VALUES(7,1795330421328,'0.1.0');
INSERT INTO session VALUES(8,1795330421458,'0.1.0');
INSERT INTO session VALUES(9,1795330421576,'0.1.0');
INSERT INTO session VALUES(10,1795330421612,'0.1.0');
INSERT INTO session VALUES(11,1795364871688,'0.1.0');
INSERT INTO session VALUES(12,1795364871703,'0.1.0');
INSERT INTO session VALUES(13,1795364871715,'0.1.0');
INSERT INTO session VALUES(14,1795364871728,'0.1.0');
INSERT INTO session VALUES(15,1795364898901,'0.1.0');
CREATE TABLE film (
    image_id TEXT PRIMARY KEY CHECK (image_id <> ''),
    series_id TEXT NOT NULL CHECK (series_id <> ''),
    study_id TEXT NOT NULL CHECK (study_id <> ''),
    patient_id TEXT NOT NULL,
    width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0),
    num_frames INTEGER NOT NULL CHECK (num_frames > 0),
    modality TEXT,
    body_part TEXT,
    view_position TEXT,
    laterality TEXT,
    series_description TEXT,
    sex TEXT CHECK (sex IN ('M', 'F', 'O')),
    age_years REAL CHECK (age_years >= 0),
    study_date TEXT,
    series_number INTEGER,
    instance_number INTEGER,
    row_spacing_mm REAL,
    column_spacing_mm REAL,
    is_lossy INTEGER NOT NULL CHECK (is_lossy IN (0, 1)),
    is_synthetic INTEGER NOT NULL CHECK (is_synthetic IN (0, 1)),
    file_bytes INTEGER NOT NULL CHECK (file_bytes >= 0),
    source ANY NOT NULL CHECK (typeof(source) IN ('text', 'blob')),
    zip_entry TEXT,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    added_at INTEGER NOT NULL,
    CHECK ((row_spacing_mm IS NULL) = (column_spacing_mm IS NULL))
) STRICT;
INSERT INTO film VALUES('film 1','series 1','study 1','p',1600,2500,1,'DX',NULL,'AP',NULL,'Cột sống','F',0.5,'20200131',-1,NULL,0.14299999999999998823,0.2000000000000000111,0,1,1099511627776,'/films/1.dicom',NULL,X'0101010101010101010101010101010101010101010101010101010101010101',1795292575712);
CREATE TABLE import (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    made_at INTEGER NOT NULL,
    session INTEGER NOT NULL,
    file_name TEXT NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    format TEXT NOT NULL,
    header TEXT,
    num_rows INTEGER NOT NULL DEFAULT 0 CHECK (num_rows >= 0),
    details TEXT CHECK (json_valid(details))
) STRICT;
INSERT INTO import VALUES(1,5,1,'train.csv',X'0000000000000000000000000000000000000000000000000000000000000000','spinexr','image_id,rad_id',0,NULL);
CREATE TABLE image_label (
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    label TEXT NOT NULL CHECK (label <> ''), presence TEXT NOT NULL DEFAULT 'present'
    CHECK (presence IN ('present', 'absent', 'unsure')),
    PRIMARY KEY (image_id, rad_id, label),
    CONSTRAINT "No finding is a row of annotation, not an image label" CHECK (lower(trim(label)) <> 'no finding')
) STRICT, WITHOUT ROWID;
INSERT INTO image_label VALUES('film b','R2','Other lesions','present');
INSERT INTO image_label VALUES('film b','R2','Trượt "đốt" sống	','present');
INSERT INTO image_label VALUES('film c','R1','Fracture','present');
INSERT INTO image_label VALUES('shapes','R1','Osteophytes','present');
INSERT INTO image_label VALUES('shapes','R1','Scoliosis','unsure');
INSERT INTO image_label VALUES('shapes','R1','Tumor','absent');
CREATE TABLE reading (
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'doing', 'completed')),
    comment TEXT NOT NULL DEFAULT '',
    updated_at INTEGER NOT NULL,
    num_marks INTEGER NOT NULL DEFAULT 0 CHECK (num_marks >= 0),
    num_image_labels INTEGER NOT NULL DEFAULT 0 CHECK (num_image_labels >= 0),
    has_no_finding INTEGER NOT NULL DEFAULT 0 CHECK (has_no_finding IN (0, 1)),
    labels TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(labels)), unfit TEXT CHECK (
    unfit IN (
        'other_modality', 'other_body_part', 'paediatric', 'low_quality', 'lateral_view', 'wrong_orientation',
        'residual_text'
    )
),
    PRIMARY KEY (rad_id, image_id)
) STRICT, WITHOUT ROWID;
INSERT INTO reading VALUES('R1','film 1','new','',1700000100000,0,0,0,'[]','residual_text');
INSERT INTO reading VALUES('R1','film a','new',replace('line\n1700000040270 \ 🦴','\n',char(10)),1700000051194,1,0,0,'["Fracture"]','residual_text');
INSERT INTO reading VALUES('R1','film b','new',replace('line\n1700000024014 \ 🦴','\n',char(10)),1700000049200,0,0,1,'["No finding"]',NULL);
INSERT INTO reading VALUES('R1','film c','new',replace('line\n1700000009474 \ 🦴','\n',char(10)),1700000047141,4,1,0,'["Fracture","Osteophytes","Other lesions","Trượt \"đốt\" sống\t"]',NULL);
INSERT INTO reading VALUES('R1','imported','completed','',5,2,0,0,'["Fracture","Osteophytes"]',NULL);
INSERT INTO reading VALUES('R1','shapes','new','',1700000207000,10,1,0,'["Fracture","Osteophytes","Other lesions"]',NULL);
INSERT INTO reading VALUES('R2','film a','new','',1700000046245,0,0,1,'["No finding"]','other_modality');
INSERT INTO reading VALUES('R2','film b','completed',replace('line\n1700000051669 \ 🦴','\n',char(10)),1700000036063,0,2,0,'["Other lesions","Trượt \"đốt\" sống\t"]',NULL);
INSERT INTO reading VALUES('R2','film c','new',replace('line\n1700000053722 \ 🦴','\n',char(10)),1700000043470,0,0,1,'["No finding"]','paediatric');
CREATE TABLE edit_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT CHECK (seq > 0),
    made_at INTEGER NOT NULL,
    session INTEGER NOT NULL,
    image_id TEXT,
    rad_id TEXT,
    step TEXT NOT NULL CHECK (step IN ('do', 'undo', 'redo', 'import')),
    of_seq INTEGER,
    import_id INTEGER,
    edit TEXT NOT NULL,
    CHECK ((image_id IS NULL) = (import_id IS NOT NULL)),
    CHECK ((image_id IS NULL) = (rad_id IS NULL)),
    CHECK (step <> 'import' OR import_id IS NOT NULL),
    CHECK ((of_seq IS NOT NULL) = (step IN ('undo', 'redo') AND import_id IS NULL)),
    CHECK (of_seq < seq),
    CHECK (import_id IS NOT NULL OR json_valid(edit))
) STRICT;
INSERT INTO edit_log VALUES(1,1700000000021,1,'film b','R2','do',NULL,NULL,'{"set_comment":{"before":"","after":"line\n1700000000021 \\ 🦴"}}');
INSERT INTO edit_log VALUES(2,1700000001427,1,'film b','R2','do',NULL,NULL,'{"set_image_labels":{"before":[],"after":["Trượt \"đốt\" sống\t"]}}');
INSERT INTO edit_log VALUES(3,1700000002273,1,'film b','R2','do',NULL,NULL,'{"set_image_labels":{"before":["Trượt \"đốt\" sống\t"],"after":["Other lesions","Trượt \"đốt\" sống\t"]}}');
INSERT INTO edit_log VALUES(4,1700000003088,1,'film b','R2','do',NULL,NULL,'{"set_task_state":{"before":"new","after":"doing"}}');
INSERT INTO edit_log VALUES(5,1700000003381,1,'film b','R2','do',NULL,NULL,'{"add":{"id":4294967297,"lesion_type":"Osteophytes","box":[994.6350772026926,1819.3377023432404,1818.326092254594,2022.7094783952832],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(6,1700000003459,1,'film b','R1','do',NULL,NULL,'{"add":{"id":4294967298,"lesion_type":"Osteophytes","box":[858.8897711373866,1270.6394676156342,1796.0387772864103,1526.0077614991367],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(7,1700000003719,1,'film b','R2','undo',5,NULL,'{"remove":{"id":4294967297,"lesion_type":"Osteophytes","box":[994.6350772026926,1819.3377023432404,1818.326092254594,2022.7094783952832],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(8,1700000004108,1,'film a','R2','do',NULL,NULL,'{"add":{"id":4294967299,"lesion_type":"Trượt \"đốt\" sống\t","box":[1498.8393757715821,294.5415400005877,3316.769249320254,350.8088455481827],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(9,1700000004680,1,'film c','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":4294967300,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(10,1700000006377,1,'film c','R2','do',NULL,NULL,'{"remove":{"id":4294967300,"lesion_type":"No finding","origin":"drawn"}}');
INSERT INTO edit_log VALUES(11,1700000007326,1,'film c','R2','do',NULL,NULL,'{"add":{"id":4294967301,"lesion_type":"Osteophytes","box":[1621.4348596222699,646.0643547289073,1802.6401353033632,2275.5329896660896],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(12,1700000007705,1,'film a','R2','undo',8,NULL,'{"remove":{"id":4294967299,"lesion_type":"Trượt \"đốt\" sống\t","box":[1498.8393757715821,294.5415400005877,3316.769249320254,350.8088455481827],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(13,1700000008014,1,'film a','R2','redo',8,NULL,'{"add":{"id":4294967299,"lesion_type":"Trượt \"đốt\" sống\t","box":[1498.8393757715821,294.5415400005877,3316.769249320254,350.8088455481827],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(14,1700000008371,1,'film a','R2','do',NULL,NULL,'{"add":{"id":4294967302,"lesion_type":"Other lesions","box":[1272.386732224375,555.3540359456092,2116.201617211327,2237.967398636267],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(15,1700000008982,1,'film b','R1','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967298,"lesion_type":"Osteophytes","box":[858.8897711373866,1270.6394676156342,1796.0387772864103,1526.0077614991367],"origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":4294967303,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(16,1700000010514,1,'film c','R1','do',NULL,NULL,'{"add":{"id":4294967305,"lesion_type":"Osteophytes","box":[404.5315513461828,1955.9479757137597,825.9364462832361,2339.0318125246467],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(17,1700000011192,1,'film a','R1','do',NULL,NULL,'{"add":{"id":4294967306,"lesion_type":"No finding","origin":"drawn"}}');
INSERT INTO edit_log VALUES(18,1700000011551,1,'film c','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967301,"lesion_type":"Osteophytes","box":[1621.4348596222699,646.0643547289073,1802.6401353033632,2275.5329896660896],"origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":4294967307,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(19,1700000012606,1,'film a','R1','undo',17,NULL,'{"remove":{"id":4294967306,"lesion_type":"No finding","origin":"drawn"}}');
INSERT INTO edit_log VALUES(20,1700000012915,1,'film c','R2','undo',18,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967307,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":4294967301,"lesion_type":"Osteophytes","box":[1621.4348596222699,646.0643547289073,1802.6401353033632,2275.5329896660896],"origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(21,1700000013136,1,'film b','R2','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000000021 \\ 🦴","after":"line\n1700000013136 \\ 🦴"}}');
INSERT INTO edit_log VALUES(22,1700000013836,1,'film a','R2','do',NULL,NULL,'{"replace":{"before":{"id":4294967299,"lesion_type":"Trượt \"đốt\" sống\t","box":[1498.8393757715821,294.5415400005877,3316.769249320254,350.8088455481827],"origin":"drawn"},"after":{"id":4294967299,"lesion_type":"Trượt \"đốt\" sống\t","box":[505.68130110390484,964.7549568433315,722.1278767401725,2375.0830254184457],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(23,1700000013923,1,'film c','R2','do',NULL,NULL,'{"add":{"id":4294967309,"lesion_type":"Fracture","box":[758.4703668728471,768.3419787064195,798.2715354079753,2181.614528166354],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(24,1700000014872,1,'film a','R1','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":4294967310,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(25,1700000015624,1,'film b','R1','undo',15,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967303,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":4294967298,"lesion_type":"Osteophytes","box":[858.8897711373866,1270.6394676156342,1796.0387772864103,1526.0077614991367],"origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(26,1700000016150,1,'film a','R2','do',NULL,NULL,'{"replace":{"before":{"id":4294967302,"lesion_type":"Other lesions","box":[1272.386732224375,555.3540359456092,2116.201617211327,2237.967398636267],"origin":"drawn"},"after":{"id":4294967302,"lesion_type":"Other lesions","box":[674.9079221244901,642.80111839436,1039.554884238392,2496.7216675805303],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(27,1700000017448,1,'film b','R1','do',NULL,NULL,'{"replace":{"before":{"id":4294967298,"lesion_type":"Osteophytes","box":[858.8897711373866,1270.6394676156342,1796.0387772864103,1526.0077614991367],"origin":"drawn"},"after":{"id":4294967298,"lesion_type":"Osteophytes","box":[858.8897711373866,1270.6394676156342,1796.0387772864103,1526.0077614991367],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(28,1700000017579,1,'film a','R2','do',NULL,NULL,'{"remove":{"id":4294967299,"lesion_type":"Trượt \"đốt\" sống\t","box":[505.68130110390484,964.7549568433315,722.1278767401725,2375.0830254184457],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(29,1700000018435,1,'film c','R2','do',NULL,NULL,'{"set_comment":{"before":"","after":"line\n1700000018435 \\ 🦴"}}');
INSERT INTO edit_log VALUES(30,1700000018715,1,'film c','R2','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000018435 \\ 🦴","after":"line\n1700000018715 \\ 🦴"}}');
INSERT INTO edit_log VALUES(31,1700000019354,1,'film c','R1','undo',16,NULL,'{"remove":{"id":4294967305,"lesion_type":"Osteophytes","box":[404.5315513461828,1955.9479757137597,825.9364462832361,2339.0318125246467],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(32,1700000019433,1,'film b','R1','undo',27,NULL,'{"replace":{"before":{"id":4294967298,"lesion_type":"Osteophytes","box":[858.8897711373866,1270.6394676156342,1796.0387772864103,1526.0077614991367],"origin":"drawn"},"after":{"id":4294967298,"lesion_type":"Osteophytes","box":[858.8897711373866,1270.6394676156342,1796.0387772864103,1526.0077614991367],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(33,1700000019952,1,'film a','R2','do',NULL,NULL,'{"add":{"id":4294967312,"lesion_type":"Fracture","box":[756.6147458702326,1346.8500719126314,855.0684128964692,1455.8363012003153],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(34,1700000020389,1,'film b','R1','do',NULL,NULL,'{"set_image_labels":{"before":[],"after":["Osteophytes"]}}');
INSERT INTO edit_log VALUES(35,1700000020442,1,'film c','R2','do',NULL,NULL,'{"remove":{"id":4294967301,"lesion_type":"Osteophytes","box":[1621.4348596222699,646.0643547289073,1802.6401353033632,2275.5329896660896],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(36,1700000021037,1,'film a','R1','do',NULL,NULL,'{"set_comment":{"before":"","after":"line\n1700000021037 \\ 🦴"}}');
INSERT INTO edit_log VALUES(37,1700000021545,1,'film c','R1','do',NULL,NULL,'{"add":{"id":4294967313,"lesion_type":"No finding","origin":"drawn"}}');
INSERT INTO edit_log VALUES(38,1700000022552,1,'film c','R2','undo',35,NULL,'{"add":{"id":4294967301,"lesion_type":"Osteophytes","box":[1621.4348596222699,646.0643547289073,1802.6401353033632,2275.5329896660896],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(39,1700000022763,1,'film a','R1','undo',36,NULL,'{"set_comment":{"before":"line\n1700000021037 \\ 🦴","after":""}}');
INSERT INTO edit_log VALUES(40,1700000023528,1,'film c','R1','undo',37,NULL,'{"remove":{"id":4294967313,"lesion_type":"No finding","origin":"drawn"}}');
INSERT INTO edit_log VALUES(41,1700000023933,1,'film a','R2','do',NULL,NULL,'{"replace":{"before":{"id":4294967312,"lesion_type":"Fracture","box":[756.6147458702326,1346.8500719126314,855.0684128964692,1455.8363012003153],"origin":"drawn"},"after":{"id":4294967312,"lesion_type":"Fracture","box":[782.4606508482248,803.86805014126,2429.013088735044,1548.176763002053],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(42,1700000026025,1,'film b','R1','do',NULL,NULL,'{"add":{"id":4294967316,"lesion_type":"Trượt \"đốt\" sống\t","box":[1888.0818207357079,135.40768892131746,2057.6167527029666,1381.9366658145934],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(43,1700000027920,1,'film b','R1','do',NULL,NULL,'{"add":{"id":4294967317,"lesion_type":"Other lesions","box":[1416.7609996832907,1447.3159123398364,1441.485509699434,1637.3311925271898],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(44,1700000029364,1,'film c','R1','redo',37,NULL,'{"add":{"id":4294967313,"lesion_type":"No finding","origin":"drawn"}}');
INSERT INTO edit_log VALUES(45,1700000030274,1,'film a','R2','do',NULL,NULL,'{"set_image_labels":{"before":[],"after":["Other lesions"]}}');
INSERT INTO edit_log VALUES(46,1700000030419,1,'film a','R2','do',NULL,NULL,'{"add":{"id":4294967318,"lesion_type":"Osteophytes","box":[1545.362028421834,799.3898727428168,2981.5881363938006,2048.7649000084402],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(47,1700000030486,1,'film b','R1','undo',43,NULL,'{"remove":{"id":4294967317,"lesion_type":"Other lesions","box":[1416.7609996832907,1447.3159123398364,1441.485509699434,1637.3311925271898],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(48,1700000030694,1,'film a','R2','do',NULL,NULL,'{"add":{"id":4294967319,"lesion_type":"Trượt \"đốt\" sống\t","box":[701.448043756187,730.1482826285064,1096.6697142480314,747.2533546762913],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(49,1700000030925,1,'film c','R1','do',NULL,NULL,'{"set_comment":{"before":"","after":"line\n1700000030925 \\ 🦴"}}');
INSERT INTO edit_log VALUES(50,1700000030950,1,'film a','R1','redo',36,NULL,'{"set_comment":{"before":"","after":"line\n1700000021037 \\ 🦴"}}');
INSERT INTO edit_log VALUES(51,1700000032381,1,'film c','R1','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000030925 \\ 🦴","after":"line\n1700000032381 \\ 🦴"}}');
INSERT INTO edit_log VALUES(52,1700000032663,1,'film b','R2','do',NULL,NULL,'{"set_task_state":{"before":"doing","after":"completed"}}');
INSERT INTO edit_log VALUES(53,1700000033065,1,'film b','R1','do',NULL,NULL,'{"remove":{"id":4294967298,"lesion_type":"Osteophytes","box":[858.8897711373866,1270.6394676156342,1796.0387772864103,1526.0077614991367],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(54,1700000033208,1,'film b','R1','do',NULL,NULL,'{"add":{"id":4294967320,"lesion_type":"Osteophytes","box":[1026.2898989766836,163.42777408473194,1657.3818412611633,256.13355512566864],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(55,1700000033942,1,'film c','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967301,"lesion_type":"Osteophytes","box":[1621.4348596222699,646.0643547289073,1802.6401353033632,2275.5329896660896],"origin":"drawn"}},{"remove":{"id":4294967309,"lesion_type":"Fracture","box":[758.4703668728471,768.3419787064195,798.2715354079753,2181.614528166354],"origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":4294967321,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(56,1700000034475,1,'film c','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967321,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(57,1700000034729,1,'film b','R1','do',NULL,NULL,'{"set_image_labels":{"before":["Osteophytes"],"after":["Osteophytes","Trượt \"đốt\" sống\t"]}}');
INSERT INTO edit_log VALUES(58,1700000036571,1,'film a','R1','do',NULL,NULL,'{"remove":{"id":4294967310,"lesion_type":"No finding","origin":"drawn"}}');
INSERT INTO edit_log VALUES(59,1700000037017,1,'film a','R1','undo',58,NULL,'{"add":{"id":4294967310,"lesion_type":"No finding","origin":"drawn"}}');
INSERT INTO edit_log VALUES(60,1700000038820,1,'film b','R1','do',NULL,NULL,'{"set_comment":{"before":"","after":"line\n1700000038820 \\ 🦴"}}');
INSERT INTO edit_log VALUES(61,5,1,NULL,NULL,'import',NULL,1,replace('marks	completed\n8589934593	imported	R1	Osteophytes		712.60,961.3,786.5,1011.7	x\n			Fracture	1,2,3,4\n','\n',char(10)));
INSERT INTO edit_log VALUES(62,1700000000877,3,'film a','R1','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000021037 \\ 🦴","after":"line\n1700000000877 \\ 🦴"}}');
INSERT INTO edit_log VALUES(63,1700000001707,3,'film b','R1','do',NULL,NULL,'{"set_image_labels":{"before":["Osteophytes","Trượt \"đốt\" sống\t"],"after":["Osteophytes","Other lesions","Trượt \"đốt\" sống\t"]}}');
INSERT INTO edit_log VALUES(64,1700000002556,3,'film b','R1','do',NULL,NULL,'{"set_task_state":{"before":"new","after":"doing"}}');
INSERT INTO edit_log VALUES(65,1700000003419,3,'film b','R1','do',NULL,NULL,'{"replace":{"before":{"id":4294967320,"lesion_type":"Osteophytes","box":[1026.2898989766836,163.42777408473194,1657.3818412611633,256.13355512566864],"origin":"drawn"},"after":{"id":4294967320,"lesion_type":"Osteophytes","box":[289.5304919872433,1489.0853772442788,588.511148449257,2156.0679956620934],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(66,1700000005876,3,'film a','R2','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":12884901889,"kind":"ruler","points":[[1719.625073933974,789.9935786742717],[69.55038261041045,1137.7609978523105]]}}}');
INSERT INTO edit_log VALUES(67,1700000008154,3,'film b','R1','do',NULL,NULL,'{"replace":{"before":{"id":4294967320,"lesion_type":"Osteophytes","box":[289.5304919872433,1489.0853772442788,588.511148449257,2156.0679956620934],"origin":"drawn"},"after":{"id":4294967320,"lesion_type":"Osteophytes","box":[1961.3378499820828,1957.6898268908262,2976.4966803213956,2077.5710385984185],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(68,1700000008271,3,'film a','R2','undo',66,NULL,'{"measure":{"before":{"id":12884901889,"kind":"ruler","points":[[1719.625073933974,789.9935786742717],[69.55038261041045,1137.7609978523105]]},"after":null}}');
INSERT INTO edit_log VALUES(69,1700000008371,3,'film a','R2','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":12884901891,"kind":"vertebral_height","points":[[1618.6118388790637,242.34076585248113],[1068.617953574285,2036.9560454301536],[1403.8398153539747,1494.3222379814833],[1583.876295445487,392.17031997442245],[1864.7086022421718,1604.2042031791061],[1548.4794634878635,1002.8537396993488]]}}}');
INSERT INTO edit_log VALUES(70,1700000009152,3,'film c','R2','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":12884901892,"kind":"cardiothoracic","points":[[848.1749865468591,883.2664737254381],[403.3510850761086,1581.0436328332871],[237.1611557211727,757.208087015897],[300.3152176551521,287.68866669386625]]}}}');
INSERT INTO edit_log VALUES(71,1700000009474,3,'film c','R1','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000032381 \\ 🦴","after":"line\n1700000009474 \\ 🦴"}}');
INSERT INTO edit_log VALUES(72,1700000009662,3,'film c','R2','undo',70,NULL,'{"measure":{"before":{"id":12884901892,"kind":"cardiothoracic","points":[[848.1749865468591,883.2664737254381],[403.3510850761086,1581.0436328332871],[237.1611557211727,757.208087015897],[300.3152176551521,287.68866669386625]]},"after":null}}');
INSERT INTO edit_log VALUES(73,1700000009871,3,'film c','R2','redo',70,NULL,'{"measure":{"before":null,"after":{"id":12884901892,"kind":"cardiothoracic","points":[[848.1749865468591,883.2664737254381],[403.3510850761086,1581.0436328332871],[237.1611557211727,757.208087015897],[300.3152176551521,287.68866669386625]]}}}');
INSERT INTO edit_log VALUES(74,1700000010571,3,'film c','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":12884901893,"kind":"slip","points":[[1773.5131499599665,476.5065157301724],[1331.3780823703855,512.5344323702157],[1.827126681804657,236.4993616975844]]}}}');
INSERT INTO edit_log VALUES(75,1700000012216,3,'film a','R1','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000000877 \\ 🦴","after":"line\n1700000012216 \\ 🦴"}}');
INSERT INTO edit_log VALUES(76,1700000012971,3,'film a','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967302,"lesion_type":"Other lesions","box":[674.9079221244901,642.80111839436,1039.554884238392,2496.7216675805303],"origin":"drawn"}},{"remove":{"id":4294967312,"lesion_type":"Fracture","box":[782.4606508482248,803.86805014126,2429.013088735044,1548.176763002053],"origin":"drawn"}},{"remove":{"id":4294967318,"lesion_type":"Osteophytes","box":[1545.362028421834,799.3898727428168,2981.5881363938006,2048.7649000084402],"origin":"drawn"}},{"remove":{"id":4294967319,"lesion_type":"Trượt \"đốt\" sống\t","box":[701.448043756187,730.1482826285064,1096.6697142480314,747.2533546762913],"origin":"drawn"}},{"set_image_labels":{"before":["Other lesions"],"after":[]}},{"add":{"id":12884901894,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(77,1700000014782,3,'film c','R2','do',NULL,NULL,'{"replace":{"before":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"},"after":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"}}}');
INSERT INTO edit_log VALUES(78,1700000016744,3,'film a','R1','undo',75,NULL,'{"set_comment":{"before":"line\n1700000012216 \\ 🦴","after":"line\n1700000000877 \\ 🦴"}}');
INSERT INTO edit_log VALUES(79,1700000017945,3,'film c','R1','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967313,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":12884901898,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(80,1700000019742,3,'film a','R1','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967310,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":12884901900,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(81,1700000020869,3,'film b','R1','undo',67,NULL,'{"replace":{"before":{"id":4294967320,"lesion_type":"Osteophytes","box":[1961.3378499820828,1957.6898268908262,2976.4966803213956,2077.5710385984185],"origin":"drawn"},"after":{"id":4294967320,"lesion_type":"Osteophytes","box":[289.5304919872433,1489.0853772442788,588.511148449257,2156.0679956620934],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(82,1700000021264,3,'film c','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":12884901901,"kind":"slip","points":[[619.4358796738088,1134.5870355032384],[67.6597626581788,1038.2689989116043],[1682.7118939403445,330.7164475880563]]}}}');
INSERT INTO edit_log VALUES(83,1700000022042,3,'film a','R2','undo',76,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":12884901894,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":["Other lesions"]}},{"add":{"id":4294967319,"lesion_type":"Trượt \"đốt\" sống\t","box":[701.448043756187,730.1482826285064,1096.6697142480314,747.2533546762913],"origin":"drawn"}},{"add":{"id":4294967318,"lesion_type":"Osteophytes","box":[1545.362028421834,799.3898727428168,2981.5881363938006,2048.7649000084402],"origin":"drawn"}},{"add":{"id":4294967312,"lesion_type":"Fracture","box":[782.4606508482248,803.86805014126,2429.013088735044,1548.176763002053],"origin":"drawn"}},{"add":{"id":4294967302,"lesion_type":"Other lesions","box":[674.9079221244901,642.80111839436,1039.554884238392,2496.7216675805303],"origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(84,1700000023935,3,'film c','R1','do',NULL,NULL,'{"replace":{"before":{"id":12884901898,"lesion_type":"No finding","origin":"drawn"},"after":{"id":12884901898,"lesion_type":"No finding","origin":"drawn"}}}');
INSERT INTO edit_log VALUES(85,1700000023950,3,'film c','R1','do',NULL,NULL,'{"measure":{"before":{"id":12884901893,"kind":"slip","points":[[1773.5131499599665,476.5065157301724],[1331.3780823703855,512.5344323702157],[1.827126681804657,236.4993616975844]]},"after":{"id":12884901893,"kind":"slip","points":[[447.667943129316,1720.442795727402],[56.32590473815799,514.1878772657365],[1148.10916233249,1075.6162901110947]]}}}');
INSERT INTO edit_log VALUES(86,1700000024034,3,'film a','R1','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000000877 \\ 🦴","after":"line\n1700000024034 \\ 🦴"}}');
INSERT INTO edit_log VALUES(87,1700000024669,3,'film c','R1','undo',85,NULL,'{"measure":{"before":{"id":12884901893,"kind":"slip","points":[[447.667943129316,1720.442795727402],[56.32590473815799,514.1878772657365],[1148.10916233249,1075.6162901110947]]},"after":{"id":12884901893,"kind":"slip","points":[[1773.5131499599665,476.5065157301724],[1331.3780823703855,512.5344323702157],[1.827126681804657,236.4993616975844]]}}}');
INSERT INTO edit_log VALUES(88,1700000025531,3,'film c','R1','undo',84,NULL,'{"replace":{"before":{"id":12884901898,"lesion_type":"No finding","origin":"drawn"},"after":{"id":12884901898,"lesion_type":"No finding","origin":"drawn"}}}');
INSERT INTO edit_log VALUES(89,1700000027148,3,'film a','R2','do',NULL,NULL,'{"measure":{"before":{"id":12884901891,"kind":"vertebral_height","points":[[1618.6118388790637,242.34076585248113],[1068.617953574285,2036.9560454301536],[1403.8398153539747,1494.3222379814833],[1583.876295445487,392.17031997442245],[1864.7086022421718,1604.2042031791061],[1548.4794634878635,1002.8537396993488]]},"after":null}}');
INSERT INTO edit_log VALUES(90,1700000027703,3,'film c','R2','do',NULL,NULL,'{"measure":{"before":{"id":12884901892,"kind":"cardiothoracic","points":[[848.1749865468591,883.2664737254381],[403.3510850761086,1581.0436328332871],[237.1611557211727,757.208087015897],[300.3152176551521,287.68866669386625]]},"after":null}}');
INSERT INTO edit_log VALUES(91,1700000028133,3,'film c','R1','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":12884901898,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":12884901904,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(92,1700000028652,3,'film a','R1','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000024034 \\ 🦴","after":"line\n1700000028652 \\ 🦴"}}');
INSERT INTO edit_log VALUES(93,1700000028738,3,'film c','R1','undo',91,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":12884901904,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":12884901898,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(94,1700000030008,3,'film c','R2','undo',90,NULL,'{"measure":{"before":null,"after":{"id":12884901892,"kind":"cardiothoracic","points":[[848.1749865468591,883.2664737254381],[403.3510850761086,1581.0436328332871],[237.1611557211727,757.208087015897],[300.3152176551521,287.68866669386625]]}}}');
INSERT INTO edit_log VALUES(95,1700000030637,3,'film b','R1','undo',65,NULL,'{"replace":{"before":{"id":4294967320,"lesion_type":"Osteophytes","box":[289.5304919872433,1489.0853772442788,588.511148449257,2156.0679956620934],"origin":"drawn"},"after":{"id":4294967320,"lesion_type":"Osteophytes","box":[1026.2898989766836,163.42777408473194,1657.3818412611633,256.13355512566864],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(96,1700000031345,3,'film b','R2','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000013136 \\ 🦴","after":"line\n1700000031345 \\ 🦴"}}');
INSERT INTO edit_log VALUES(97,1700000032225,3,'film b','R1','undo',64,NULL,'{"set_task_state":{"before":"doing","after":"new"}}');
INSERT INTO edit_log VALUES(98,1700000033433,3,'film b','R1','do',NULL,NULL,'{"set_image_labels":{"before":["Osteophytes","Other lesions","Trượt \"đốt\" sống\t"],"after":["Fracture","Osteophytes","Other lesions","Trượt \"đốt\" sống\t"]}}');
INSERT INTO edit_log VALUES(99,1700000033956,3,'film c','R2','undo',77,NULL,'{"replace":{"before":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"},"after":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"}}}');
INSERT INTO edit_log VALUES(100,1700000034328,3,'film a','R2','do',NULL,NULL,'{"add":{"id":12884901907,"lesion_type":"Trượt \"đốt\" sống\t","box":[1274.0572045110166,1242.8609999008477,1809.600771432966,1860.1060781350732],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(101,1700000035964,3,'film b','R1','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967316,"lesion_type":"Trượt \"đốt\" sống\t","box":[1888.0818207357079,135.40768892131746,2057.6167527029666,1381.9366658145934],"origin":"drawn"}},{"remove":{"id":4294967320,"lesion_type":"Osteophytes","box":[1026.2898989766836,163.42777408473194,1657.3818412611633,256.13355512566864],"origin":"drawn"}},{"set_image_labels":{"before":["Fracture","Osteophytes","Other lesions","Trượt \"đốt\" sống\t"],"after":[]}},{"add":{"id":12884901910,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(102,1700000036089,3,'film c','R2','undo',73,NULL,'{"measure":{"before":{"id":12884901892,"kind":"cardiothoracic","points":[[848.1749865468591,883.2664737254381],[403.3510850761086,1581.0436328332871],[237.1611557211727,757.208087015897],[300.3152176551521,287.68866669386625]]},"after":null}}');
INSERT INTO edit_log VALUES(103,1700000036714,3,'film c','R2','redo',73,NULL,'{"measure":{"before":null,"after":{"id":12884901892,"kind":"cardiothoracic","points":[[848.1749865468591,883.2664737254381],[403.3510850761086,1581.0436328332871],[237.1611557211727,757.208087015897],[300.3152176551521,287.68866669386625]]}}}');
INSERT INTO edit_log VALUES(104,1700000037735,3,'film a','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":12884901913,"kind":"vertebral_height","points":[[1022.3535450994968,721.9843396879733],[424.653567943722,1850.9551468286663],[1017.7583421207964,2004.7607204187661],[693.8116916976869,415.01838230341673],[1526.2662006653845,916.1935989316553],[1465.4442496299744,1843.5974259767681]]}}}');
INSERT INTO edit_log VALUES(105,1700000037859,3,'film a','R2','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":12884901914,"kind":"probe","points":[[1827.8697017077357,1050.1419201623648]]}}}');
INSERT INTO edit_log VALUES(106,1700000038406,3,'film a','R2','do',NULL,NULL,'{"measure":{"before":{"id":12884901914,"kind":"probe","points":[[1827.8697017077357,1050.1419201623648]]},"after":{"id":12884901914,"kind":"probe","points":[[5.723101206123829,1632.9682360216975]]}}}');
INSERT INTO edit_log VALUES(107,1700000040105,3,'film c','R2','do',NULL,NULL,'{"measure":{"before":{"id":12884901892,"kind":"cardiothoracic","points":[[848.1749865468591,883.2664737254381],[403.3510850761086,1581.0436328332871],[237.1611557211727,757.208087015897],[300.3152176551521,287.68866669386625]]},"after":null}}');
INSERT INTO edit_log VALUES(108,1700000040270,3,'film a','R1','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000028652 \\ 🦴","after":"line\n1700000040270 \\ 🦴"}}');
INSERT INTO edit_log VALUES(109,1700000040739,3,'film c','R1','redo',91,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":12884901898,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":12884901904,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(110,1700000041657,3,'film c','R1','undo',109,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":12884901904,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":12884901898,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(111,1700000042756,3,'film b','R1','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000038820 \\ 🦴","after":"line\n1700000042756 \\ 🦴"}}');
INSERT INTO edit_log VALUES(112,1700000043669,3,'film b','R2','undo',96,NULL,'{"set_comment":{"before":"line\n1700000031345 \\ 🦴","after":"line\n1700000013136 \\ 🦴"}}');
INSERT INTO edit_log VALUES(113,1700000044545,3,'film c','R1','undo',82,NULL,'{"measure":{"before":{"id":12884901901,"kind":"slip","points":[[619.4358796738088,1134.5870355032384],[67.6597626581788,1038.2689989116043],[1682.7118939403445,330.7164475880563]]},"after":null}}');
INSERT INTO edit_log VALUES(114,1700000045225,3,'film c','R2','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000018715 \\ 🦴","after":"line\n1700000045225 \\ 🦴"}}');
INSERT INTO edit_log VALUES(115,1700000045764,3,'film b','R1','undo',111,NULL,'{"set_comment":{"before":"line\n1700000042756 \\ 🦴","after":"line\n1700000038820 \\ 🦴"}}');
INSERT INTO edit_log VALUES(116,1700000046385,3,'film c','R1','undo',79,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":12884901898,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":4294967313,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(117,1700000047239,3,'film a','R2','do',NULL,NULL,'{"measure":{"before":{"id":12884901914,"kind":"probe","points":[[5.723101206123829,1632.9682360216975]]},"after":{"id":12884901914,"kind":"probe","points":[[641.7573309391737,1600.4107730388641]]}}}');
INSERT INTO edit_log VALUES(118,1700000048198,3,'film c','R2','undo',114,NULL,'{"set_comment":{"before":"line\n1700000045225 \\ 🦴","after":"line\n1700000018715 \\ 🦴"}}');
INSERT INTO edit_log VALUES(119,1700000048493,3,'film a','R2','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":12884901915,"kind":"slip","points":[[1434.8498196993023,928.1780627928674],[23.537164067849517,1656.7295573949814],[75.27696138434112,366.3340561259538]]}}}');
INSERT INTO edit_log VALUES(120,1700000048829,3,'film a','R2','do',NULL,NULL,'{"add":{"id":12884901916,"lesion_type":"Trượt \"đốt\" sống\t","box":[869.782060528174,569.1680962368846,2197.626853727028,1388.6587300302833],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(121,1700000049915,3,'film a','R2','do',NULL,NULL,'{"add":{"id":12884901917,"lesion_type":"Other lesions","box":[669.3912344276905,645.1335951592773,2549.986863401011,2531.083601342738],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(122,1700000050294,3,'film a','R2','do',NULL,NULL,'{"remove":{"id":12884901907,"lesion_type":"Trượt \"đốt\" sống\t","box":[1274.0572045110166,1242.8609999008477,1809.600771432966,1860.1060781350732],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(123,1700000051144,3,'film c','R1','do',NULL,NULL,'{"remove":{"id":4294967313,"lesion_type":"No finding","origin":"drawn"}}');
INSERT INTO edit_log VALUES(124,1700000051669,3,'film b','R2','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000013136 \\ 🦴","after":"line\n1700000051669 \\ 🦴"}}');
INSERT INTO edit_log VALUES(125,1700000052366,3,'film a','R2','do',NULL,NULL,'{"replace":{"before":{"id":12884901916,"lesion_type":"Trượt \"đốt\" sống\t","box":[869.782060528174,569.1680962368846,2197.626853727028,1388.6587300302833],"origin":"drawn"},"after":{"id":12884901916,"lesion_type":"Trượt \"đốt\" sống\t","box":[869.782060528174,569.1680962368846,2197.626853727028,1388.6587300302833],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(126,1700000052405,3,'film b','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":12884901919,"kind":"slip","points":[[1051.3151569832116,410.14148093760014],[1987.698811467737,697.5074067842215],[1101.1684764549136,536.8801001105458]]}}}');
INSERT INTO edit_log VALUES(127,1700000052926,3,'film c','R2','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":12884901920,"kind":"slip","points":[[39.30815869010985,959.0349499117583],[1881.0672880411148,450.6598737165332],[1038.9524476788938,1975.6910275630653]]}}}');
INSERT INTO edit_log VALUES(128,1700000052996,3,'film c','R1','do',NULL,NULL,'{"measure":{"before":{"id":12884901893,"kind":"slip","points":[[1773.5131499599665,476.5065157301724],[1331.3780823703855,512.5344323702157],[1.827126681804657,236.4993616975844]]},"after":null}}');
INSERT INTO edit_log VALUES(129,1700000053722,3,'film c','R2','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000018715 \\ 🦴","after":"line\n1700000053722 \\ 🦴"}}');
INSERT INTO edit_log VALUES(130,1700000053830,3,'film c','R1','do',NULL,NULL,'{"add":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(131,1700000053854,3,'film c','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":12884901922,"kind":"ellipse","points":[[1906.8784093353897,1639.3786029294133],[1414.412530347705,1373.3108532819897]]}}}');
INSERT INTO edit_log VALUES(132,1700000002639,4,'film a','R2','do',NULL,NULL,'{"measure":{"before":{"id":12884901914,"kind":"probe","points":[[641.7573309391737,1600.4107730388641]]},"after":{"id":12884901914,"kind":"probe","points":[[396.9376048836857,1620.1447657719254]]}}}');
INSERT INTO edit_log VALUES(133,1700000003797,4,'film b','R1','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":12884901910,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":17179869185,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(134,1700000005186,4,'film a','R2','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":17179869186,"place":[1.5,-2.25],"text":"look 🦴 here","resolved":true,"made_at":1700000005186}}}');
INSERT INTO edit_log VALUES(135,1700000005589,4,'film c','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":17179869187,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(136,1700000006141,4,'film b','R1','undo',133,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":17179869185,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":12884901910,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(137,1700000006617,4,'film a','R2','do',NULL,NULL,'{"set_unfit":{"before":null,"after":"other_modality"}}');
INSERT INTO edit_log VALUES(138,1700000007360,4,'film c','R1','do',NULL,NULL,'{"add":{"id":17179869189,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"polygon":[[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]],[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]]]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(139,1700000008077,4,'film a','R2','do',NULL,NULL,'{"add":{"id":17179869190,"lesion_type":"Osteophytes","shape":{"point":[725.1166097018868,875.2081027664244]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(140,1700000009143,4,'film b','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":17179869191,"kind":"angle","points":[[1628.43463351205,1144.041396671906],[1733.4143566302955,1010.5297854244709],[128.11084121465683,1251.0055058635771]]}}}');
INSERT INTO edit_log VALUES(141,1700000012597,4,'film b','R1','do',NULL,NULL,'{"set_unfit":{"before":null,"after":"lateral_view"}}');
INSERT INTO edit_log VALUES(142,1700000013470,4,'film a','R2','do',NULL,NULL,'{"replace":{"before":{"id":12884901917,"lesion_type":"Other lesions","box":[669.3912344276905,645.1335951592773,2549.986863401011,2531.083601342738],"origin":"drawn"},"after":{"id":12884901917,"lesion_type":"Other lesions","box":[669.3912344276905,645.1335951592773,2549.986863401011,2531.083601342738],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(143,1700000014051,4,'film b','R1','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":12884901910,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":17179869195,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(144,1700000014740,4,'film a','R2','do',NULL,NULL,'{"replace":{"before":{"id":12884901916,"lesion_type":"Trượt \"đốt\" sống\t","box":[869.782060528174,569.1680962368846,2197.626853727028,1388.6587300302833],"origin":"drawn"},"after":{"id":12884901916,"lesion_type":"Osteophytes","box":[869.782060528174,569.1680962368846,2197.626853727028,1388.6587300302833],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(145,1700000015594,4,'film a','R2','undo',144,NULL,'{"replace":{"before":{"id":12884901916,"lesion_type":"Osteophytes","box":[869.782060528174,569.1680962368846,2197.626853727028,1388.6587300302833],"origin":"drawn"},"after":{"id":12884901916,"lesion_type":"Trượt \"đốt\" sống\t","box":[869.782060528174,569.1680962368846,2197.626853727028,1388.6587300302833],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(146,1700000016433,4,'film a','R2','do',NULL,NULL,'{"add":{"id":17179869196,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"polygon":[[[1448.5592285431921,1237.7159908991307],[1215.1814000103623,1445.6077680587769],[1242.4476363696158,1949.871857566759]],[[1448.5592285431921,1237.7159908991307],[1215.1814000103623,1445.6077680587769],[1242.4476363696158,1949.871857566759]]]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(147,1700000016690,4,'film a','R2','do',NULL,NULL,'{"set_unfit":{"before":"other_modality","after":null}}');
INSERT INTO edit_log VALUES(148,1700000017395,4,'film b','R1','undo',143,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":17179869195,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":12884901910,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(149,1700000018161,4,'film b','R1','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":17179869197,"mark":7,"text":"look 🦴 here","resolved":true,"made_at":1700000018161}}}');
INSERT INTO edit_log VALUES(150,1700000019307,4,'film c','R1','do',NULL,NULL,'{"remove":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(151,1700000019891,4,'film c','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":17179869199,"kind":"angle","points":[[994.8999043833464,1758.3636435251683],[721.6931567434222,2022.9642926752567],[513.0364578254521,1994.4917059931904]]}}}');
INSERT INTO edit_log VALUES(152,1700000020492,4,'film c','R1','undo',151,NULL,'{"measure":{"before":{"id":17179869199,"kind":"angle","points":[[994.8999043833464,1758.3636435251683],[721.6931567434222,2022.9642926752567],[513.0364578254521,1994.4917059931904]]},"after":null}}');
INSERT INTO edit_log VALUES(153,1700000021282,4,'film a','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967302,"lesion_type":"Other lesions","box":[674.9079221244901,642.80111839436,1039.554884238392,2496.7216675805303],"origin":"drawn"}},{"remove":{"id":4294967312,"lesion_type":"Fracture","box":[782.4606508482248,803.86805014126,2429.013088735044,1548.176763002053],"origin":"drawn"}},{"remove":{"id":4294967318,"lesion_type":"Osteophytes","box":[1545.362028421834,799.3898727428168,2981.5881363938006,2048.7649000084402],"origin":"drawn"}},{"remove":{"id":4294967319,"lesion_type":"Trượt \"đốt\" sống\t","box":[701.448043756187,730.1482826285064,1096.6697142480314,747.2533546762913],"origin":"drawn"}},{"remove":{"id":12884901916,"lesion_type":"Trượt \"đốt\" sống\t","box":[869.782060528174,569.1680962368846,2197.626853727028,1388.6587300302833],"origin":"drawn"}},{"remove":{"id":12884901917,"lesion_type":"Other lesions","box":[669.3912344276905,645.1335951592773,2549.986863401011,2531.083601342738],"origin":"drawn"}},{"remove":{"id":17179869190,"lesion_type":"Osteophytes","shape":{"point":[725.1166097018868,875.2081027664244]},"origin":"drawn"}},{"remove":{"id":17179869196,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"polygon":[[[1448.5592285431921,1237.7159908991307],[1215.1814000103623,1445.6077680587769],[1242.4476363696158,1949.871857566759]],[[1448.5592285431921,1237.7159908991307],[1215.1814000103623,1445.6077680587769],[1242.4476363696158,1949.871857566759]]]},"origin":"drawn"}},{"set_image_labels":{"before":["Other lesions"],"after":[]}},{"add":{"id":17179869201,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(154,1700000022263,4,'film c','R1','undo',150,NULL,'{"add":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(155,1700000022798,4,'film a','R2','do',NULL,NULL,'{"replace":{"before":{"id":17179869201,"lesion_type":"No finding","origin":"drawn"},"after":{"id":17179869201,"lesion_type":"No finding","origin":"drawn"}}}');
INSERT INTO edit_log VALUES(156,1700000024372,4,'film c','R1','do',NULL,NULL,'{"measure":{"before":{"id":12884901922,"kind":"ellipse","points":[[1906.8784093353897,1639.3786029294133],[1414.412530347705,1373.3108532819897]]},"after":{"id":12884901922,"kind":"ellipse","points":[[94.51818869076669,1669.6007427293807],[368.35565475188196,986.6477138008922]]}}}');
INSERT INTO edit_log VALUES(157,1700000025429,4,'film a','R2','undo',155,NULL,'{"replace":{"before":{"id":17179869201,"lesion_type":"No finding","origin":"drawn"},"after":{"id":17179869201,"lesion_type":"No finding","origin":"drawn"}}}');
INSERT INTO edit_log VALUES(158,1700000025821,4,'film b','R1','do',NULL,NULL,'{"set_unfit":{"before":"lateral_view","after":null}}');
INSERT INTO edit_log VALUES(159,1700000027460,4,'film a','R2','undo',153,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":17179869201,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":["Other lesions"]}},{"add":{"id":17179869196,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"polygon":[[[1448.5592285431921,1237.7159908991307],[1215.1814000103623,1445.6077680587769],[1242.4476363696158,1949.871857566759]],[[1448.5592285431921,1237.7159908991307],[1215.1814000103623,1445.6077680587769],[1242.4476363696158,1949.871857566759]]]},"origin":"drawn"}},{"add":{"id":17179869190,"lesion_type":"Osteophytes","shape":{"point":[725.1166097018868,875.2081027664244]},"origin":"drawn"}},{"add":{"id":12884901917,"lesion_type":"Other lesions","box":[669.3912344276905,645.1335951592773,2549.986863401011,2531.083601342738],"origin":"drawn"}},{"add":{"id":12884901916,"lesion_type":"Trượt \"đốt\" sống\t","box":[869.782060528174,569.1680962368846,2197.626853727028,1388.6587300302833],"origin":"drawn"}},{"add":{"id":4294967319,"lesion_type":"Trượt \"đốt\" sống\t","box":[701.448043756187,730.1482826285064,1096.6697142480314,747.2533546762913],"origin":"drawn"}},{"add":{"id":4294967318,"lesion_type":"Osteophytes","box":[1545.362028421834,799.3898727428168,2981.5881363938006,2048.7649000084402],"origin":"drawn"}},{"add":{"id":4294967312,"lesion_type":"Fracture","box":[782.4606508482248,803.86805014126,2429.013088735044,1548.176763002053],"origin":"drawn"}},{"add":{"id":4294967302,"lesion_type":"Other lesions","box":[674.9079221244901,642.80111839436,1039.554884238392,2496.7216675805303],"origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(160,1700000027941,4,'film b','R1','do',NULL,NULL,'{"measure":{"before":{"id":17179869191,"kind":"angle","points":[[1628.43463351205,1144.041396671906],[1733.4143566302955,1010.5297854244709],[128.11084121465683,1251.0055058635771]]},"after":{"id":17179869191,"kind":"angle","points":[[780.78864422068,485.8575265929103],[1508.1563995219767,614.0323450751603],[933.8015457000583,518.9115488026291]]}}}');
INSERT INTO edit_log VALUES(161,1700000028482,4,'film c','R2','undo',135,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":17179869187,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(162,1700000031589,4,'film b','R1','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":17179869203,"place":[1.5,-2.25],"text":"look 🦴 here","made_at":1700000031589}}}');
INSERT INTO edit_log VALUES(163,1700000032572,4,'film a','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":17179869204,"kind":"angle","points":[[80.22786899283528,233.65489748865366],[187.69534233398736,704.4293081983924],[564.7841703873128,660.9299429003149]]}}}');
INSERT INTO edit_log VALUES(164,1700000032873,4,'film a','R1','do',NULL,NULL,'{"remove":{"id":12884901900,"lesion_type":"No finding","origin":"drawn"}}');
INSERT INTO edit_log VALUES(165,1700000034126,4,'film c','R1','do',NULL,NULL,'{"replace":{"before":{"id":17179869189,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"polygon":[[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]],[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]]]},"origin":"drawn"},"after":{"id":17179869189,"lesion_type":"Other lesions","shape":{"polygon":[[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]],[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]]]},"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(166,1700000035026,4,'film c','R1','do',NULL,NULL,'{"replace":{"before":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"},"after":{"id":12884901921,"lesion_type":"Osteophytes","shape":{"mask":{"x":4,"y":-2,"width":3,"height":2,"runs":[1,3,2]}},"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(167,1700000035739,4,'film a','R1','do',NULL,NULL,'{"measure":{"before":{"id":17179869204,"kind":"angle","points":[[80.22786899283528,233.65489748865366],[187.69534233398736,704.4293081983924],[564.7841703873128,660.9299429003149]]},"after":null}}');
INSERT INTO edit_log VALUES(168,1700000036063,4,'film b','R2','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":17179869206,"place":[1.5,-2.25],"text":"look 🦴 here","resolved":true,"made_at":1700000036063}}}');
INSERT INTO edit_log VALUES(169,1700000036589,4,'film b','R1','undo',162,NULL,'{"comment":{"before":{"id":17179869203,"place":[1.5,-2.25],"text":"look 🦴 here","made_at":1700000031589},"after":null}}');
INSERT INTO edit_log VALUES(170,1700000039275,4,'film c','R1','undo',166,NULL,'{"replace":{"before":{"id":12884901921,"lesion_type":"Osteophytes","shape":{"mask":{"x":4,"y":-2,"width":3,"height":2,"runs":[1,3,2]}},"origin":"drawn"},"after":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(171,1700000040079,4,'film b','R1','do',NULL,NULL,'{"set_task_state":{"before":"new","after":"completed"}}');
INSERT INTO edit_log VALUES(172,1700000040788,4,'film c','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":17179869207,"kind":"cardiothoracic","points":[[1598.1397914737463,880.1357142161578],[1673.2528008352965,1053.2153263166547],[824.8535401560366,129.27215510979295],[788.7171784378588,804.1847678981721]]}}}');
INSERT INTO edit_log VALUES(173,1700000041293,4,'film b','R1','undo',171,NULL,'{"set_task_state":{"before":"completed","after":"new"}}');
INSERT INTO edit_log VALUES(174,1700000042883,4,'film c','R2','do',NULL,NULL,'{"set_unfit":{"before":null,"after":"residual_text"}}');
INSERT INTO edit_log VALUES(175,1700000043438,4,'film b','R1','redo',171,NULL,'{"set_task_state":{"before":"new","after":"completed"}}');
INSERT INTO edit_log VALUES(176,1700000044687,4,'film c','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":17179869211,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(177,1700000046184,4,'film c','R2','undo',176,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":17179869211,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(178,1700000047634,4,'film a','R2','undo',147,NULL,'{"set_unfit":{"before":null,"after":"other_modality"}}');
INSERT INTO edit_log VALUES(179,1700000048200,4,'film c','R1','do',NULL,NULL,'{"set_unfit":{"before":null,"after":"other_body_part"}}');
INSERT INTO edit_log VALUES(180,1700000051200,4,'film a','R2','do',NULL,NULL,'{"comment":{"before":{"id":17179869186,"place":[1.5,-2.25],"text":"look 🦴 here","resolved":true,"made_at":1700000005186},"after":null}}');
INSERT INTO edit_log VALUES(181,1700000052899,4,'film b','R1','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000038820 \\ 🦴","after":"line\n1700000052899 \\ 🦴"}}');
INSERT INTO edit_log VALUES(182,1700000053421,4,'film c','R1','do',NULL,NULL,'{"set_unfit":{"before":"other_body_part","after":null}}');
INSERT INTO edit_log VALUES(183,1700000053422,4,'film c','R2','do',NULL,NULL,'{"measure":{"before":{"id":12884901920,"kind":"slip","points":[[39.30815869010985,959.0349499117583],[1881.0672880411148,450.6598737165332],[1038.9524476788938,1975.6910275630653]]},"after":null}}');
INSERT INTO edit_log VALUES(184,1700000054288,4,'film a','R1','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":17179869216,"text":"look 🦴 here","made_at":1700000054288}}}');
INSERT INTO edit_log VALUES(185,1700000055064,4,'film a','R1','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":17179869217,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(186,1700000056128,4,'film a','R2','do',NULL,NULL,'{"add":{"id":17179869218,"lesion_type":"Fracture","shape":{"polygon":[[[827.736358018592,1810.775998275727],[230.44863371364772,941.8566988129169],[1314.6286676619202,61.775713162496686]],[[827.736358018592,1810.775998275727],[230.44863371364772,941.8566988129169],[1314.6286676619202,61.775713162496686]]]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(187,1700000056762,4,'film c','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":17179869219,"kind":"ruler","points":[[569.0217101611197,1544.123347826302],[1191.6147621627897,1488.9762958269566]]}}}');
INSERT INTO edit_log VALUES(188,1700000057039,4,'film c','R1','do',NULL,NULL,'{"set_task_state":{"before":"new","after":"completed"}}');
INSERT INTO edit_log VALUES(189,1700000058757,4,'film b','R1','do',NULL,NULL,'{"comment":{"before":{"id":17179869197,"mark":7,"text":"look 🦴 here","resolved":true,"made_at":1700000018161},"after":{"id":17179869197,"mark":7,"text":"look 🦴 here","resolved":true,"made_at":1700000018161}}}');
INSERT INTO edit_log VALUES(190,1700000059912,4,'film c','R2','undo',183,NULL,'{"measure":{"before":null,"after":{"id":12884901920,"kind":"slip","points":[[39.30815869010985,959.0349499117583],[1881.0672880411148,450.6598737165332],[1038.9524476788938,1975.6910275630653]]}}}');
INSERT INTO edit_log VALUES(191,1700000060499,4,'film a','R2','undo',186,NULL,'{"remove":{"id":17179869218,"lesion_type":"Fracture","shape":{"polygon":[[[827.736358018592,1810.775998275727],[230.44863371364772,941.8566988129169],[1314.6286676619202,61.775713162496686]],[[827.736358018592,1810.775998275727],[230.44863371364772,941.8566988129169],[1314.6286676619202,61.775713162496686]]]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(192,1700000062679,4,'film a','R1','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":17179869217,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":17179869222,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(193,1700000063678,4,'film a','R1','undo',192,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":17179869222,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":17179869217,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(194,1700000064355,4,'film c','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":17179869223,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(195,1700000064490,4,'film c','R1','undo',188,NULL,'{"set_task_state":{"before":"completed","after":"new"}}');
INSERT INTO edit_log VALUES(196,1700000065309,4,'film c','R1','undo',187,NULL,'{"measure":{"before":{"id":17179869219,"kind":"ruler","points":[[569.0217101611197,1544.123347826302],[1191.6147621627897,1488.9762958269566]]},"after":null}}');
INSERT INTO edit_log VALUES(197,1700000065579,4,'film a','R1','do',NULL,NULL,'{"measure":{"before":{"id":12884901913,"kind":"vertebral_height","points":[[1022.3535450994968,721.9843396879733],[424.653567943722,1850.9551468286663],[1017.7583421207964,2004.7607204187661],[693.8116916976869,415.01838230341673],[1526.2662006653845,916.1935989316553],[1465.4442496299744,1843.5974259767681]]},"after":{"id":12884901913,"kind":"vertebral_height","points":[[1979.2657766733319,461.2633708436042],[705.1047149877995,881.1644050776958],[877.4827042222023,1019.8824250549078],[27.765410382300615,664.6519340928644]]}}}');
INSERT INTO edit_log VALUES(198,1700000066503,4,'film b','R1','undo',189,NULL,'{"comment":{"before":{"id":17179869197,"mark":7,"text":"look 🦴 here","resolved":true,"made_at":1700000018161},"after":{"id":17179869197,"mark":7,"text":"look 🦴 here","resolved":true,"made_at":1700000018161}}}');
INSERT INTO edit_log VALUES(199,1700000067079,4,'film c','R1','do',NULL,NULL,'{"replace":{"before":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"},"after":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(200,1700000067090,4,'film c','R2','undo',194,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":17179869223,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(201,1700000067640,4,'film c','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":17179869224,"kind":"rectangle","points":[[1072.3958512898535,1243.5610627308488],[821.2036366723478,1966.744219282642]]}}}');
INSERT INTO edit_log VALUES(202,1700000068614,4,'film a','R2','redo',186,NULL,'{"add":{"id":17179869218,"lesion_type":"Fracture","shape":{"polygon":[[[827.736358018592,1810.775998275727],[230.44863371364772,941.8566988129169],[1314.6286676619202,61.775713162496686]],[[827.736358018592,1810.775998275727],[230.44863371364772,941.8566988129169],[1314.6286676619202,61.775713162496686]]]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(203,1700000069907,4,'film b','R1','undo',181,NULL,'{"set_comment":{"before":"line\n1700000052899 \\ 🦴","after":"line\n1700000038820 \\ 🦴"}}');
INSERT INTO edit_log VALUES(204,1700000070039,4,'film c','R1','do',NULL,NULL,'{"set_unfit":{"before":null,"after":"low_quality"}}');
INSERT INTO edit_log VALUES(205,1700000072283,4,'film c','R1','do',NULL,NULL,'{"replace":{"before":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"},"after":{"id":12884901921,"lesion_type":"Other lesions","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(206,1700000073280,4,'film a','R2','do',NULL,NULL,'{"remove":{"id":4294967312,"lesion_type":"Fracture","box":[782.4606508482248,803.86805014126,2429.013088735044,1548.176763002053],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(207,1700000074351,4,'film c','R2','undo',174,NULL,'{"set_unfit":{"before":"residual_text","after":null}}');
INSERT INTO edit_log VALUES(208,1700000074931,4,'film c','R2','do',NULL,NULL,'{"replace":{"before":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"},"after":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"}}}');
INSERT INTO edit_log VALUES(209,1700000075720,4,'film b','R1','undo',175,NULL,'{"set_task_state":{"before":"completed","after":"new"}}');
INSERT INTO edit_log VALUES(210,1700000076224,4,'film c','R2','do',NULL,NULL,'{"remove":{"id":4294967322,"lesion_type":"No finding","origin":"drawn"}}');
INSERT INTO edit_log VALUES(211,1700000077985,4,'film a','R1','do',NULL,NULL,'{"set_unfit":{"before":null,"after":"residual_text"}}');
INSERT INTO edit_log VALUES(212,1700000079514,4,'film b','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":17179869231,"kind":"cobb","points":[[833.4449460338801,306.23699090629816],[11.452383954077959,187.33762126788497],[1180.4843876585364,1108.2409650254995],[496.72411496192217,120.44159008190036]]}}}');
INSERT INTO edit_log VALUES(213,1700000081746,4,'film a','R2','do',NULL,NULL,'{"add":{"id":17179869232,"lesion_type":"Fracture","shape":{"line":[[745.701593361795,1461.1714641731232],[803.7607543580234,1801.4584525413811]]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(214,1700000082443,4,'film c','R2','do',NULL,NULL,'{"add":{"id":17179869233,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"point":[582.6402818113565,48.47701001726091]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(215,1700000083187,4,'film a','R1','do',NULL,NULL,'{"remove":{"id":17179869217,"lesion_type":"No finding","origin":"drawn"}}');
INSERT INTO edit_log VALUES(216,1700000083674,4,'film a','R1','do',NULL,NULL,'{"measure":{"before":null,"after":{"id":17179869234,"kind":"ruler","points":[[1128.5565557647496,1473.8499526884407],[337.4856177531183,115.77161556854844]]}}}');
INSERT INTO edit_log VALUES(217,1700000084289,4,'film a','R2','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":17179869235,"mark":7,"text":"look 🦴 here","made_at":1700000084289}}}');
INSERT INTO edit_log VALUES(218,1700000084366,4,'film a','R2','do',NULL,NULL,'{"remove":{"id":17179869190,"lesion_type":"Osteophytes","shape":{"point":[725.1166097018868,875.2081027664244]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(219,1700000085342,4,'film c','R1','undo',205,NULL,'{"replace":{"before":{"id":12884901921,"lesion_type":"Other lesions","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"},"after":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(220,1700000085719,4,'film c','R2','undo',214,NULL,'{"remove":{"id":17179869233,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"point":[582.6402818113565,48.47701001726091]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(221,1700000085926,4,'film c','R2','do',NULL,NULL,'{"measure":{"before":{"id":12884901920,"kind":"slip","points":[[39.30815869010985,959.0349499117583],[1881.0672880411148,450.6598737165332],[1038.9524476788938,1975.6910275630653]]},"after":null}}');
INSERT INTO edit_log VALUES(222,1700000100000,4,'film 1','R1','do',NULL,NULL,'{"set_shared_labels":{"scope":{"series":"series 1"},"before":[],"after":[["Scoliosis","absent"]]}}');
INSERT INTO edit_log VALUES(223,1700000100000,4,'film 1','R1','do',NULL,NULL,'{"set_shared_labels":{"scope":{"study":"study 1"},"before":[],"after":[["Scoliosis","unsure"]]}}');
INSERT INTO edit_log VALUES(224,1700000100000,4,'film 1','R1','undo',223,NULL,'{"set_shared_labels":{"scope":{"study":"study 1"},"before":[["Scoliosis","unsure"]],"after":[]}}');
INSERT INTO edit_log VALUES(225,1700000100000,4,'film 1','R1','redo',223,NULL,'{"set_shared_labels":{"scope":{"study":"study 1"},"before":[],"after":[["Scoliosis","unsure"]]}}');
INSERT INTO edit_log VALUES(226,1700000100000,4,'film 1','R1','do',NULL,NULL,'{"set_unfit":{"before":null,"after":"residual_text"}}');
INSERT INTO edit_log VALUES(227,1700000200500,5,'shapes','R1','do',NULL,NULL,'{"add":{"id":21474836481,"lesion_type":"Fracture","shape":{"polygon":[[[10.5,20.0],[40.25,22.0],[30.0,60.0]],[[80.0,80.0],[90.0,80.0],[85.0,95.0]]]},"attributes":{"severity":"severe","level":"L4-L5","certainty":"possible","note":"wedge, \"old\""},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(228,1700000201000,5,'shapes','R1','do',NULL,NULL,'{"add":{"id":21474836482,"lesion_type":"Other lesions","shape":{"polygon":[[[10.5,20.0],[40.25,22.0],[30.0,60.0]],[[80.0,80.0],[90.0,80.0],[85.0,95.0]]]},"shape_key":21474836481,"origin":"copied 21474836481"}}');
INSERT INTO edit_log VALUES(229,1700000201500,5,'shapes','R1','do',NULL,NULL,'{"add":{"id":21474836483,"lesion_type":"Fracture","shape":{"mask":{"x":5,"y":-2,"width":3,"height":2,"runs":[1,3,2]}},"attributes":{"severity":"severe","level":"L4-L5","certainty":"possible","note":"wedge, \"old\""},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(230,1700000202000,5,'shapes','R1','do',NULL,NULL,'{"add":{"id":21474836484,"lesion_type":"Other lesions","shape":{"mask":{"x":5,"y":-2,"width":3,"height":2,"runs":[1,3,2]}},"shape_key":21474836483,"origin":"copied 21474836483"}}');
INSERT INTO edit_log VALUES(231,1700000202500,5,'shapes','R1','do',NULL,NULL,'{"add":{"id":21474836485,"lesion_type":"Fracture","shape":{"point":[7.5,8.25]},"attributes":{"severity":"severe","level":"L4-L5","certainty":"possible","note":"wedge, \"old\""},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(232,1700000203000,5,'shapes','R1','do',NULL,NULL,'{"add":{"id":21474836486,"lesion_type":"Other lesions","shape":{"point":[7.5,8.25]},"shape_key":21474836485,"origin":"copied 21474836485"}}');
INSERT INTO edit_log VALUES(233,1700000203500,5,'shapes','R1','do',NULL,NULL,'{"add":{"id":21474836487,"lesion_type":"Fracture","shape":{"line":[[10.5,20.0],[40.25,22.0],[30.0,60.0]]},"attributes":{"severity":"severe","level":"L4-L5","certainty":"possible","note":"wedge, \"old\""},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(234,1700000204000,5,'shapes','R1','do',NULL,NULL,'{"add":{"id":21474836488,"lesion_type":"Other lesions","shape":{"line":[[10.5,20.0],[40.25,22.0],[30.0,60.0]]},"shape_key":21474836487,"origin":"copied 21474836487"}}');
INSERT INTO edit_log VALUES(235,1700000204500,5,'shapes','R1','do',NULL,NULL,'{"add":{"id":21474836489,"lesion_type":"Fracture","box":[1.5,2.25,30.1,40.7],"attributes":{"severity":"severe","level":"L4-L5","certainty":"possible","note":"wedge, \"old\""},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(236,1700000205000,5,'shapes','R1','do',NULL,NULL,'{"add":{"id":21474836490,"lesion_type":"Other lesions","box":[1.5,2.25,30.1,40.7],"shape_key":21474836489,"origin":"copied 21474836489"}}');
INSERT INTO edit_log VALUES(237,1700000205500,5,'shapes','R1','do',NULL,NULL,'{"set_image_labels":{"before":[],"after":["Osteophytes",["Scoliosis","unsure"],["Tumor","absent"]]}}');
INSERT INTO edit_log VALUES(238,1700000206000,5,'shapes','R1','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":21474836530,"mark":21474836481,"text":"Gãy cũ?","resolved":true,"made_at":1700000300050}}}');
INSERT INTO edit_log VALUES(239,1700000206500,5,'shapes','R1','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":21474836531,"answers":21474836530,"text":"Gãy cũ?","made_at":1700000300051}}}');
INSERT INTO edit_log VALUES(240,1700000207000,5,'shapes','R1','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":21474836532,"place":[3.5,4.0],"text":"Gãy cũ?","made_at":1700000300052}}}');
INSERT INTO edit_log VALUES(241,1700000001652,6,'film a','R2','do',NULL,NULL,'{"add":{"id":25769803778,"lesion_type":"Other lesions","shape":{"line":[[1668.2233002707362,157.60809991322458],[658.8548744507134,487.58605331368744]]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(242,1700000002454,6,'film a','R2','do',NULL,NULL,'{"set_image_labels":{"before":["Other lesions"],"after":[]}}');
INSERT INTO edit_log VALUES(243,1700000003464,6,'film c','R1','do',NULL,NULL,'{"add":{"id":25769803779,"lesion_type":"Other lesions","box":[1046.4047355148941,1717.7557089813054,2748.369473656863,3195.2530057786407],"origin":"suggested 1 4"}}');
INSERT INTO edit_log VALUES(244,1700000003654,6,'film b','R1','do',NULL,NULL,'{"reject":{"model":1,"number":4,"before":false,"after":true}}');
INSERT INTO edit_log VALUES(245,1700000004201,6,'film a','R1','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":25769803780,"place":[1.5,-2.25],"text":"look 🦴 here","made_at":1700000004201}}}');
INSERT INTO edit_log VALUES(246,1700000004741,6,'film b','R1','undo',244,NULL,'{"reject":{"model":1,"number":4,"before":true,"after":false}}');
INSERT INTO edit_log VALUES(247,1700000005027,6,'film c','R2','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":25769803781,"place":[1.5,-2.25],"text":"look 🦴 here","made_at":1700000005027}}}');
INSERT INTO edit_log VALUES(248,1700000005912,6,'film c','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":25769803782,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(249,1700000006914,6,'film a','R1','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":25769803784,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(250,1700000007853,6,'film c','R1','do',NULL,NULL,'{"replace":{"before":{"id":17179869189,"lesion_type":"Other lesions","shape":{"polygon":[[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]],[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]]]},"origin":"drawn"},"after":{"id":17179869189,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"polygon":[[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]],[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]]]},"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(251,1700000010149,6,'film c','R1','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":25769803786,"place":[1.5,-2.25],"text":"look 🦴 here","resolved":true,"made_at":1700000010149}}}');
INSERT INTO edit_log VALUES(252,1700000011900,6,'film c','R1','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000009474 \\ 🦴","after":"line\n1700000011900 \\ 🦴"}}');
INSERT INTO edit_log VALUES(253,1700000013185,6,'film b','R1','redo',244,NULL,'{"reject":{"model":1,"number":4,"before":false,"after":true}}');
INSERT INTO edit_log VALUES(254,1700000014123,6,'film a','R2','do',NULL,NULL,'{"comment":{"before":{"id":17179869235,"mark":7,"text":"look 🦴 here","made_at":1700000084289},"after":{"id":17179869235,"text":"look 🦴 here","resolved":true,"made_at":1700000084289}}}');
INSERT INTO edit_log VALUES(255,1700000014452,6,'film c','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":25769803782,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":25769803788,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(256,1700000015845,6,'film a','R2','do',NULL,NULL,'{"add":{"id":25769803789,"lesion_type":"Osteophytes","box":[725.6287079490721,1267.6463243421167,2329.790089279637,2345.2272918207946],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(257,1700000016540,6,'film a','R1','undo',249,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":25769803784,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}}]}}');
INSERT INTO edit_log VALUES(258,1700000019910,6,'film a','R1','undo',245,NULL,'{"comment":{"before":{"id":25769803780,"place":[1.5,-2.25],"text":"look 🦴 here","made_at":1700000004201},"after":null}}');
INSERT INTO edit_log VALUES(259,1700000020811,6,'film b','R1','do',NULL,NULL,'{"measure":{"before":{"id":12884901919,"kind":"slip","points":[[1051.3151569832116,410.14148093760014],[1987.698811467737,697.5074067842215],[1101.1684764549136,536.8801001105458]]},"after":null}}');
INSERT INTO edit_log VALUES(260,1700000021737,6,'film c','R1','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"}},{"remove":{"id":17179869189,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"polygon":[[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]],[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]]]},"origin":"drawn"}},{"remove":{"id":25769803779,"lesion_type":"Other lesions","box":[1046.4047355148941,1717.7557089813054,2748.369473656863,3195.2530057786407],"origin":"suggested 1 4"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":25769803791,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(261,1700000021824,6,'film b','R1','do',NULL,NULL,'{"measure":{"before":{"id":17179869191,"kind":"angle","points":[[780.78864422068,485.8575265929103],[1508.1563995219767,614.0323450751603],[933.8015457000583,518.9115488026291]]},"after":null}}');
INSERT INTO edit_log VALUES(262,1700000022247,6,'film c','R1','undo',260,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":25769803791,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":25769803779,"lesion_type":"Other lesions","box":[1046.4047355148941,1717.7557089813054,2748.369473656863,3195.2530057786407],"origin":"suggested 1 4"}},{"add":{"id":17179869189,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"polygon":[[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]],[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]]]},"origin":"drawn"}},{"add":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(263,1700000022583,6,'film a','R2','do',NULL,NULL,'{"measure":{"before":{"id":12884901915,"kind":"slip","points":[[1434.8498196993023,928.1780627928674],[23.537164067849517,1656.7295573949814],[75.27696138434112,366.3340561259538]]},"after":null}}');
INSERT INTO edit_log VALUES(264,1700000023225,6,'film c','R1','do',NULL,NULL,'{"add":{"id":25769803792,"lesion_type":"Osteophytes","box":[1973.0642145983875,642.6005607862025,3345.3343093937638,2555.3647294232997],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(265,1700000023991,6,'film a','R2','do',NULL,NULL,'{"reject":{"model":1,"number":2,"before":false,"after":true}}');
INSERT INTO edit_log VALUES(266,1700000024014,6,'film b','R1','do',NULL,NULL,'{"set_comment":{"before":"line\n1700000038820 \\ 🦴","after":"line\n1700000024014 \\ 🦴"}}');
INSERT INTO edit_log VALUES(267,1700000025643,6,'film c','R2','undo',255,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":25769803788,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":25769803782,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(268,1700000026442,6,'film b','R1','do',NULL,NULL,'{"measure":{"before":{"id":17179869231,"kind":"cobb","points":[[833.4449460338801,306.23699090629816],[11.452383954077959,187.33762126788497],[1180.4843876585364,1108.2409650254995],[496.72411496192217,120.44159008190036]]},"after":{"id":17179869231,"kind":"cobb","points":[[882.1377360112965,420.5761908479035],[1639.4361694529653,1123.109919918701],[1854.7029006183147,938.7236552648246],[306.62358983419836,110.70017691329122]]}}}');
INSERT INTO edit_log VALUES(269,1700000026550,6,'film a','R2','do',NULL,NULL,'{"set_image_labels":{"before":[],"after":[["Other lesions","unsure"]]}}');
INSERT INTO edit_log VALUES(270,1700000026620,6,'film a','R2','do',NULL,NULL,'{"comment":{"before":{"id":17179869235,"text":"look 🦴 here","resolved":true,"made_at":1700000084289},"after":null}}');
INSERT INTO edit_log VALUES(271,1700000027417,6,'film c','R1','undo',264,NULL,'{"remove":{"id":25769803792,"lesion_type":"Osteophytes","box":[1973.0642145983875,642.6005607862025,3345.3343093937638,2555.3647294232997],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(272,1700000027630,6,'film c','R2','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":25769803794,"text":"look 🦴 here","made_at":1700000027630}}}');
INSERT INTO edit_log VALUES(273,1700000028435,6,'film a','R1','redo',245,NULL,'{"comment":{"before":null,"after":{"id":25769803780,"place":[1.5,-2.25],"text":"look 🦴 here","made_at":1700000004201}}}');
INSERT INTO edit_log VALUES(274,1700000028720,6,'film c','R1','undo',252,NULL,'{"set_comment":{"before":"line\n1700000011900 \\ 🦴","after":"line\n1700000009474 \\ 🦴"}}');
INSERT INTO edit_log VALUES(275,1700000029575,6,'film a','R2','do',NULL,NULL,'{"replace":{"before":{"id":12884901917,"lesion_type":"Other lesions","box":[669.3912344276905,645.1335951592773,2549.986863401011,2531.083601342738],"origin":"drawn"},"after":{"id":12884901917,"lesion_type":"Fracture","box":[669.3912344276905,645.1335951592773,2549.986863401011,2531.083601342738],"origin":"drawn"}}}');
INSERT INTO edit_log VALUES(276,1700000031462,6,'film a','R1','do',NULL,NULL,'{"set_unfit":{"before":"residual_text","after":null}}');
INSERT INTO edit_log VALUES(277,1700000032280,6,'film c','R1','do',NULL,NULL,'{"set_image_labels":{"before":[],"after":[]}}');
INSERT INTO edit_log VALUES(278,1700000032710,6,'film b','R1','do',NULL,NULL,'{"reject":{"model":1,"number":3,"before":false,"after":true}}');
INSERT INTO edit_log VALUES(279,1700000033458,6,'film b','R1','undo',278,NULL,'{"reject":{"model":1,"number":3,"before":true,"after":false}}');
INSERT INTO edit_log VALUES(280,1700000034452,6,'film a','R1','undo',276,NULL,'{"set_unfit":{"before":null,"after":"residual_text"}}');
INSERT INTO edit_log VALUES(281,1700000035560,6,'film b','R1','undo',268,NULL,'{"measure":{"before":{"id":17179869231,"kind":"cobb","points":[[882.1377360112965,420.5761908479035],[1639.4361694529653,1123.109919918701],[1854.7029006183147,938.7236552648246],[306.62358983419836,110.70017691329122]]},"after":{"id":17179869231,"kind":"cobb","points":[[833.4449460338801,306.23699090629816],[11.452383954077959,187.33762126788497],[1180.4843876585364,1108.2409650254995],[496.72411496192217,120.44159008190036]]}}}');
INSERT INTO edit_log VALUES(282,1700000035888,6,'film a','R2','do',NULL,NULL,'{"reject":{"model":1,"number":1,"before":false,"after":true}}');
INSERT INTO edit_log VALUES(283,1700000036990,6,'film c','R2','do',NULL,NULL,'{"comment":{"before":{"id":25769803781,"place":[1.5,-2.25],"text":"look 🦴 here","made_at":1700000005027},"after":null}}');
INSERT INTO edit_log VALUES(284,1700000037403,6,'film a','R2','do',NULL,NULL,'{"add":{"id":25769803797,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"point":[1442.5547268334776,1847.3555033281446]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(285,1700000037661,6,'film b','R1','do',NULL,NULL,'{"measure":{"before":{"id":17179869231,"kind":"cobb","points":[[833.4449460338801,306.23699090629816],[11.452383954077959,187.33762126788497],[1180.4843876585364,1108.2409650254995],[496.72411496192217,120.44159008190036]]},"after":{"id":17179869231,"kind":"cobb","points":[[112.19261568784714,1722.5047236625105],[1077.588871235028,1206.350416066125],[1346.0909806769341,680.9604579079896],[1700.3897224999964,583.2822229918092]]}}}');
INSERT INTO edit_log VALUES(286,1700000038067,6,'film c','R1','do',NULL,NULL,'{"add":{"id":25769803798,"lesion_type":"Trượt \"đốt\" sống\t","box":[1843.7762212511152,1350.098873950541,2532.4487097004803,1688.6830052251369],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(287,1700000038849,6,'film a','R2','do',NULL,NULL,'{"remove":{"id":25769803778,"lesion_type":"Other lesions","shape":{"line":[[1668.2233002707362,157.60809991322458],[658.8548744507134,487.58605331368744]]},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(288,1700000039329,6,'film c','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":25769803782,"lesion_type":"No finding","origin":"drawn"}},{"set_image_labels":{"before":[],"after":[]}},{"add":{"id":25769803799,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(289,1700000040413,6,'film c','R1','do',NULL,NULL,'{"set_unfit":{"before":"low_quality","after":null}}');
INSERT INTO edit_log VALUES(290,1700000041518,6,'film c','R1','do',NULL,NULL,'{"replace":{"before":{"id":25769803779,"lesion_type":"Other lesions","box":[1046.4047355148941,1717.7557089813054,2748.369473656863,3195.2530057786407],"origin":"suggested 1 4"},"after":{"id":25769803779,"lesion_type":"Other lesions","box":[1451.6698106955737,34.411134919151664,3475.3481525315347,1924.0706118403375],"origin":"suggested 1 4"}}}');
INSERT INTO edit_log VALUES(291,1700000041937,6,'film c','R1','do',NULL,NULL,'{"remove":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(292,1700000042049,6,'film a','R2','do',NULL,NULL,'{"reject":{"model":1,"number":4,"before":false,"after":true}}');
INSERT INTO edit_log VALUES(293,1700000042946,6,'film c','R1','undo',291,NULL,'{"add":{"id":12884901921,"lesion_type":"Osteophytes","box":[1129.160320688039,1823.580659367144,1557.6605521908402,1881.4449129125476],"origin":"drawn"}}');
INSERT INTO edit_log VALUES(294,1700000043470,6,'film c','R2','do',NULL,NULL,'{"set_unfit":{"before":null,"after":"paediatric"}}');
INSERT INTO edit_log VALUES(295,1700000044022,6,'film a','R1','do',NULL,NULL,'{"add":{"id":25769803800,"lesion_type":"Fracture","shape":{"mask":{"x":6,"y":-2,"width":3,"height":2,"runs":[1,3,2]}},"origin":"drawn"}}');
INSERT INTO edit_log VALUES(296,1700000046245,6,'film a','R2','do',NULL,NULL,'{"batch":{"name":"No finding","edits":[{"remove":{"id":4294967302,"lesion_type":"Other lesions","box":[674.9079221244901,642.80111839436,1039.554884238392,2496.7216675805303],"origin":"drawn"}},{"remove":{"id":4294967318,"lesion_type":"Osteophytes","box":[1545.362028421834,799.3898727428168,2981.5881363938006,2048.7649000084402],"origin":"drawn"}},{"remove":{"id":4294967319,"lesion_type":"Trượt \"đốt\" sống\t","box":[701.448043756187,730.1482826285064,1096.6697142480314,747.2533546762913],"origin":"drawn"}},{"remove":{"id":12884901916,"lesion_type":"Trượt \"đốt\" sống\t","box":[869.782060528174,569.1680962368846,2197.626853727028,1388.6587300302833],"origin":"drawn"}},{"remove":{"id":12884901917,"lesion_type":"Fracture","box":[669.3912344276905,645.1335951592773,2549.986863401011,2531.083601342738],"origin":"drawn"}},{"remove":{"id":17179869196,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"polygon":[[[1448.5592285431921,1237.7159908991307],[1215.1814000103623,1445.6077680587769],[1242.4476363696158,1949.871857566759]],[[1448.5592285431921,1237.7159908991307],[1215.1814000103623,1445.6077680587769],[1242.4476363696158,1949.871857566759]]]},"origin":"drawn"}},{"remove":{"id":17179869218,"lesion_type":"Fracture","shape":{"polygon":[[[827.736358018592,1810.775998275727],[230.44863371364772,941.8566988129169],[1314.6286676619202,61.775713162496686]],[[827.736358018592,1810.775998275727],[230.44863371364772,941.8566988129169],[1314.6286676619202,61.775713162496686]]]},"origin":"drawn"}},{"remove":{"id":17179869232,"lesion_type":"Fracture","shape":{"line":[[745.701593361795,1461.1714641731232],[803.7607543580234,1801.4584525413811]]},"origin":"drawn"}},{"remove":{"id":25769803789,"lesion_type":"Osteophytes","box":[725.6287079490721,1267.6463243421167,2329.790089279637,2345.2272918207946],"origin":"drawn"}},{"remove":{"id":25769803797,"lesion_type":"Trượt \"đốt\" sống\t","shape":{"point":[1442.5547268334776,1847.3555033281446]},"origin":"drawn"}},{"set_image_labels":{"before":[["Other lesions","unsure"]],"after":[]}},{"add":{"id":25769803801,"lesion_type":"No finding","origin":"drawn"}}]}}');
INSERT INTO edit_log VALUES(297,1700000047141,6,'film c','R1','do',NULL,NULL,'{"set_image_labels":{"before":[],"after":["Fracture"]}}');
INSERT INTO edit_log VALUES(298,1700000049200,6,'film b','R1','do',NULL,NULL,'{"measure":{"before":{"id":17179869231,"kind":"cobb","points":[[112.19261568784714,1722.5047236625105],[1077.588871235028,1206.350416066125],[1346.0909806769341,680.9604579079896],[1700.3897224999964,583.2822229918092]]},"after":null}}');
INSERT INTO edit_log VALUES(299,1700000050064,6,'film a','R1','do',NULL,NULL,'{"measure":{"before":{"id":17179869234,"kind":"ruler","points":[[1128.5565557647496,1473.8499526884407],[337.4856177531183,115.77161556854844]]},"after":{"id":17179869234,"kind":"ruler","points":[[1329.5405411887914,1206.8618193939328],[1575.184627480805,504.22714532725513]]}}}');
INSERT INTO edit_log VALUES(300,1700000051194,6,'film a','R1','do',NULL,NULL,'{"comment":{"before":null,"after":{"id":25769803803,"mark":7,"text":"look 🦴 here","made_at":1700000051194}}}');
CREATE TABLE imported_film (
    image_id TEXT PRIMARY KEY CHECK (image_id <> ''),
    study_id TEXT NOT NULL,
    series_id TEXT NOT NULL,
    import_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE imported_reading (
    import_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    PRIMARY KEY (import_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE setting (
    key TEXT PRIMARY KEY CHECK (key <> ''),
    value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;
INSERT INTO setting VALUES('last_film/R1','"film 1"');
INSERT INTO setting VALUES('open','true');
CREATE TABLE measurement (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    image_id TEXT NOT NULL,
    rad_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    x1 REAL NOT NULL, y1 REAL NOT NULL,
    x2 REAL, y2 REAL,
    x3 REAL, y3 REAL,
    x4 REAL, y4 REAL,
    x5 REAL, y5 REAL,
    x6 REAL, y6 REAL,
    CONSTRAINT "image_id and rad_id must not be empty" CHECK (image_id <> '' AND rad_id <> ''),
    CONSTRAINT "kind is one of ruler, angle, cobb, vertebral_height, slip, cardiothoracic, ellipse, rectangle, probe" CHECK (
        kind IN (
            'ruler', 'angle', 'cobb', 'vertebral_height', 'slip', 'cardiothoracic', 'ellipse', 'rectangle', 'probe'
        )
    ),
    CONSTRAINT "a point has both x and y, and points are filled from the first on" CHECK (
        (x2 IS NULL) = (y2 IS NULL) AND (x3 IS NULL) = (y3 IS NULL) AND (x4 IS NULL) = (y4 IS NULL)
        AND (x5 IS NULL) = (y5 IS NULL) AND (x6 IS NULL) = (y6 IS NULL)
        AND (x3 IS NULL OR x2 IS NOT NULL) AND (x4 IS NULL OR x3 IS NOT NULL)
        AND (x5 IS NULL OR x4 IS NOT NULL) AND (x6 IS NULL OR x5 IS NOT NULL)
    ),
    CONSTRAINT "the number of points must be that of the kind: probe 1, ruler, ellipse, rectangle 2, angle, slip 3, cobb, cardiothoracic 4, vertebral_height 4 or 6" CHECK (
        CASE 1 + (x2 IS NOT NULL) + (x3 IS NOT NULL) + (x4 IS NOT NULL) + (x5 IS NOT NULL) + (x6 IS NOT NULL)
            WHEN 1 THEN kind = 'probe'
            WHEN 2 THEN kind IN ('ruler', 'ellipse', 'rectangle')
            WHEN 3 THEN kind IN ('angle', 'slip')
            WHEN 4 THEN kind IN ('cobb', 'cardiothoracic', 'vertebral_height')
            WHEN 6 THEN kind = 'vertebral_height'
            ELSE 0
        END
    ),
    CONSTRAINT "coordinates must be finite" CHECK (
        abs(x1) < 9e99 AND abs(y1) < 9e99
        AND coalesce(abs(x2), 0) < 9e99 AND coalesce(abs(y2), 0) < 9e99
        AND coalesce(abs(x3), 0) < 9e99 AND coalesce(abs(y3), 0) < 9e99
        AND coalesce(abs(x4), 0) < 9e99 AND coalesce(abs(y4), 0) < 9e99
        AND coalesce(abs(x5), 0) < 9e99 AND coalesce(abs(y5), 0) < 9e99
        AND coalesce(abs(x6), 0) < 9e99 AND coalesce(abs(y6), 0) < 9e99
    )
) STRICT;
INSERT INTO measurement VALUES(12884901913,'film a','R1','vertebral_height',1979.2657766733318567,461.26337084360420704,705.10471498779952524,881.16440507769584651,877.48270422220230099,1019.8824250549077988,27.765410382300615311,664.65193409286439417,NULL,NULL,NULL,NULL);
INSERT INTO measurement VALUES(12884901914,'film a','R2','probe',396.93760488368570805,1620.1447657719254494,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO measurement VALUES(12884901922,'film c','R1','ellipse',94.518188690766692158,1669.6007427293807268,368.35565475188195704,986.64771380089223385,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO measurement VALUES(17179869207,'film c','R1','cardiothoracic',1598.1397914737462997,880.13571421615779399,1673.2528008352965116,1053.2153263166546821,824.8535401560366154,129.27215510979294776,788.71717843785881995,804.18476789817214013,NULL,NULL,NULL,NULL);
INSERT INTO measurement VALUES(17179869224,'film c','R1','rectangle',1072.3958512898534536,1243.5610627308487891,821.20363667234778405,1966.7442192826420069,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO measurement VALUES(17179869234,'film a','R1','ruler',1329.5405411887913942,1206.8618193939328193,1575.1846274808049201,504.2271453272551298,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE shared_label (
    scope TEXT NOT NULL CHECK (scope IN ('series', 'study')),
    scope_id TEXT NOT NULL CHECK (scope_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    label TEXT NOT NULL CHECK (label <> ''),
    presence TEXT NOT NULL CHECK (presence IN ('present', 'absent', 'unsure')),
    PRIMARY KEY (scope, scope_id, rad_id, label)
) STRICT, WITHOUT ROWID;
INSERT INTO shared_label VALUES('series','series 1','R1','Scoliosis','absent');
INSERT INTO shared_label VALUES('study','study 1','R1','Scoliosis','unsure');
CREATE TABLE comment (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    answers INTEGER CHECK (answers > 0 AND answers <> id),
    pin_mark INTEGER CHECK (pin_mark > 0),
    pin_x REAL,
    pin_y REAL,
    text TEXT NOT NULL,
    is_resolved INTEGER NOT NULL CHECK (is_resolved IN (0, 1)),
    made_at INTEGER NOT NULL,
    CHECK ((pin_x IS NULL) = (pin_y IS NULL) AND (pin_x IS NULL OR pin_mark IS NULL)),
    CHECK (coalesce(abs(pin_x), 0) < 9e99 AND coalesce(abs(pin_y), 0) < 9e99)
) STRICT;
INSERT INTO comment VALUES(17179869197,'film b','R1',NULL,7,NULL,NULL,'look 🦴 here',1,1700000018161);
INSERT INTO comment VALUES(17179869206,'film b','R2',NULL,NULL,1.5,-2.25,'look 🦴 here',1,1700000036063);
INSERT INTO comment VALUES(17179869216,'film a','R1',NULL,NULL,NULL,NULL,'look 🦴 here',0,1700000054288);
INSERT INTO comment VALUES(21474836530,'shapes','R1',NULL,21474836481,NULL,NULL,'Gãy cũ?',1,1700000300050);
INSERT INTO comment VALUES(21474836531,'shapes','R1',21474836530,NULL,NULL,NULL,'Gãy cũ?',0,1700000300051);
INSERT INTO comment VALUES(21474836532,'shapes','R1',NULL,NULL,3.5,4.0,'Gãy cũ?',0,1700000300052);
INSERT INTO comment VALUES(25769803780,'film a','R1',NULL,NULL,1.5,-2.25,'look 🦴 here',0,1700000004201);
INSERT INTO comment VALUES(25769803786,'film c','R1',NULL,NULL,1.5,-2.25,'look 🦴 here',1,1700000010149);
INSERT INTO comment VALUES(25769803794,'film c','R2',NULL,NULL,NULL,NULL,'look 🦴 here',0,1700000027630);
INSERT INTO comment VALUES(25769803803,'film a','R1',NULL,7,NULL,NULL,'look 🦴 here',0,1700000051194);
CREATE TABLE reading_time (
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    tool TEXT NOT NULL CHECK (tool <> ''),
    day TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    active_ms INTEGER NOT NULL CHECK (active_ms >= 0),
    PRIMARY KEY (rad_id, image_id, tool, day)
) STRICT, WITHOUT ROWID;
INSERT INTO reading_time VALUES('R1','film 1','pan','2026-11-22',5);
INSERT INTO reading_time VALUES('R1','film a','box','2026-11-22',61000);
INSERT INTO reading_time VALUES('R1','film a','polygon','2026-11-22',12345);
CREATE TABLE custom_rule (
    id INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,
    title TEXT NOT NULL CHECK (title <> ''),
    severity TEXT NOT NULL CHECK (severity IN ('off', 'warning', 'error')),
    condition TEXT NOT NULL CHECK (json_valid(condition))
) STRICT;
INSERT INTO custom_rule VALUES(1,0,'At most eight osteophytes','warning','{"count":{"label":"Osteophytes","at_most":8}}');
CREATE TABLE label_set (
    version INTEGER PRIMARY KEY CHECK (version > 0),
    made_at INTEGER NOT NULL,
    labels TEXT NOT NULL CHECK (json_valid(labels)),
    note TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO label_set VALUES(1,1700000100000,replace('{\n  "id": "vindr_spine",\n  "title": "Spine radiographs (VinDr-SpineXR)",\n  "source": "VinDr-SpineXR: 13 lesion types and \"No finding\", in the order of Table 2 of the paper (Nguyen et al., MICCAI 2021); definitions by this project",\n  "labels": [\n    {\n      "name": "Ankylosis",\n      "code": "LT1",\n      "kind": "local",\n      "attributes": [\n        "level"\n      ],\n      "hotkey": "k",\n      "color": "#76623b",\n      "definition": "Bony bridging across a joint or disc space with the gap itself gone: the segment has fused. Mark the fused level.",\n      "aliases": [\n        "Ankyloses"\n      ]\n    },\n    {\n      "name": "Disc space narrowing",\n      "code": "LT2",\n      "kind": "local",\n      "attributes": [\n        "severity",\n        "level"\n      ],\n      "hotkey": "2",\n      "color": "#89ffd8",\n      "definition": "The gap between two vertebral bodies is lower than at the neighbouring levels, or its endplates nearly touch. Mark the disc space from endplate to endplate.",\n      "aliases": [\n        "Disc-space narrowing",\n        "Disk space narrowing",\n        "Narrowed disc space"\n      ]\n    },\n    {\n      "name": "Enthesophytes",\n      "code": "LT3",\n      "kind": "local",\n      "attributes": [\n        "level"\n      ],\n      "hotkey": "9",\n      "color": "#b1c43b",\n      "definition": "A bony spur that grows along a ligament or tendon from the place where it is attached, away from the edge of disc and joint, such as on the tip of a spinous process.",\n      "aliases": [\n        "Enthesophyte",\n        "Enthesiophytes"\n      ]\n    },\n    {\n      "name": "Foraminal stenosis",\n      "code": "LT4",\n      "kind": "local",\n      "attributes": [\n        "severity",\n        "level"\n      ],\n      "hotkey": "4",\n      "color": "#c4b1ff",\n      "definition": "The opening that lets the nerve root out between two pedicles is smaller than its neighbours, encroached upon by bone or by loss of disc height.",\n      "aliases": [\n        "Neural foraminal stenosis",\n        "Foraminal narrowing"\n      ]\n    },\n    {\n      "name": "Fracture",\n      "code": "LT5",\n      "kind": "local",\n      "attributes": [\n        "level"\n      ],\n      "hotkey": "c",\n      "color": "#b1279d",\n      "definition": "A break in bone: a lucent line, a step in the cortex or a displaced fragment, in body, arch or process. A body that has only lost height is a vertebral collapse.",\n      "aliases": [\n        "Fractures"\n      ]\n    },\n    {\n      "name": "Osteophytes",\n      "code": "LT6",\n      "kind": "local",\n      "attributes": [\n        "severity",\n        "level"\n      ],\n      "hotkey": "1",\n      "color": "#c4ff00",\n      "definition": "A bony spur or lip at the margin of a vertebral body or facet joint, growing outward from the edge of the endplate. One box for each spur, or for the two that face each other across a disc.",\n      "aliases": [\n        "Osteophyte"\n      ]\n    },\n    {\n      "name": "Sclerotic lesion",\n      "code": "LT7",\n      "kind": "local",\n      "attributes": [\n        "level"\n      ],\n      "hotkey": "0",\n      "color": "#14b162",\n      "definition": "A focal or diffuse area inside a vertebra that is denser than bone should be and is not explained by the endplate beside a worn disc.",\n      "aliases": [\n        "Sclerotic lesions"\n      ]\n    },\n    {\n      "name": "Spondylolysthesis",\n      "code": "LT8",\n      "kind": "local",\n      "attributes": [\n        "severity",\n        "level"\n      ],\n      "hotkey": "5",\n      "color": "#ebeb9d",\n      "definition": "One vertebral body has slipped forward, backward or sideways on the one below, so that the line of their posterior edges steps. Mark both bodies'' facing ends.",\n      "aliases": [\n        "Spondylolisthesis",\n        "Spondylolistesis"\n      ]\n    },\n    {\n      "name": "Subchondral sclerosis",\n      "code": "LT9",\n      "kind": "local",\n      "attributes": [\n        "severity",\n        "level"\n      ],\n      "hotkey": "8",\n      "color": "#d8b19d",\n      "definition": "Whitening and thickening of the bone just beneath an endplate or a facet''s joint surface, the mark of load on worn cartilage.",\n      "aliases": [\n        "Subchondral scleroses"\n      ]\n    },\n    {\n      "name": "Surgical implant",\n      "code": "LT10",\n      "kind": "local",\n      "attributes": [\n        "level"\n      ],\n      "hotkey": "3",\n      "color": "#c462ff",\n      "definition": "Anything a surgeon put in to stay: pedicle screws, rods, plates, cages, disc prostheses, cement. One box for each construct.",\n      "aliases": [\n        "Surgical implants"\n      ]\n    },\n    {\n      "name": "Vertebral collapse",\n      "code": "LT11",\n      "kind": "local",\n      "attributes": [\n        "severity",\n        "level"\n      ],\n      "hotkey": "6",\n      "color": "#d86200",\n      "definition": "A vertebral body that has lost height, in front, in the middle or all over, and looks wedged, biconcave or crushed beside its neighbours.",\n      "aliases": [\n        "Vertebral collapses",\n        "Collapsed vertebra"\n      ]\n    },\n    {\n      "name": "Foreign body",\n      "code": "LT12",\n      "kind": "local",\n      "hotkey": "b",\n      "color": "#9d00ff",\n      "definition": "Something that is not tissue and was not implanted to treat the spine: a bullet, a swallowed object, a lost needle.",\n      "aliases": [\n        "Foreign bodies"\n      ]\n    },\n    {\n      "name": "Other lesions",\n      "code": "LT13",\n      "kind": "local",\n      "attributes": [\n        "level"\n      ],\n      "hotkey": "7",\n      "color": "#9dc4c4",\n      "definition": "An abnormality of the spine that none of the other names fits. Say in the comment what it is.",\n      "aliases": [\n        "Other lesion"\n      ]\n    },\n    {\n      "name": "No finding",\n      "kind": "global",\n      "hotkey": "n",\n      "color": "#ebebff",\n      "definition": "Nothing abnormal is seen anywhere on this film. Excludes every other label.",\n      "aliases": [\n        "No findings"\n      ]\n    }\n  ]\n}\n','\n',char(10)),'as shipped');
CREATE TABLE reference_case (
    id INTEGER PRIMARY KEY,
    label TEXT NOT NULL DEFAULT '',
    image_id TEXT,
    caption TEXT NOT NULL DEFAULT '',
    png BLOB,
    CHECK (image_id IS NOT NULL OR png IS NOT NULL)
) STRICT;
INSERT INTO reference_case VALUES(1,'Osteophytes','film 1','Như thế này',NULL);
INSERT INTO reference_case VALUES(2,'',NULL,'A picture',X'89504e47');
CREATE TABLE IF NOT EXISTS "annotation" (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    image_id TEXT NOT NULL,
    rad_id TEXT NOT NULL,
    lesion_type TEXT NOT NULL,
    xmin REAL,
    ymin REAL,
    xmax REAL,
    ymax REAL,
    origin TEXT NOT NULL DEFAULT 'drawn',
    coordinate_text TEXT,
    extra TEXT,
    import_id INTEGER,
    import_line INTEGER,
    shape TEXT,
    geometry TEXT,
    attributes TEXT,
    shape_key INTEGER CHECK (shape_key > 0 AND shape_key <> id),
    CONSTRAINT "image_id, rad_id and lesion_type must not be empty" CHECK (
        image_id <> '' AND rad_id <> '' AND lesion_type <> ''
    ),
    CONSTRAINT "write No finding exactly so: capital N, one blank, no others" CHECK (
        lesion_type = 'No finding' OR lower(trim(lesion_type)) <> 'no finding'
    ),
    CONSTRAINT "a lesion needs all of xmin, ymin, xmax, ymax; No finding has none of them" CHECK (
        CASE lesion_type
            WHEN 'No finding' THEN coalesce(xmin, ymin, xmax, ymax, shape, attributes, shape_key) IS NULL
            ELSE xmin IS NOT NULL AND ymin IS NOT NULL AND xmax IS NOT NULL AND ymax IS NOT NULL
        END
    ),
    CONSTRAINT "xmin must be less than xmax and ymin less than ymax" CHECK (
        CASE WHEN shape IN ('point', 'line') THEN xmin <= xmax AND ymin <= ymax ELSE xmin < xmax AND ymin < ymax END
    ),
    CONSTRAINT "coordinates must be finite" CHECK (
        xmin > -9e99 AND ymin > -9e99 AND xmax < 9e99 AND ymax < 9e99
    ),
    CONSTRAINT "origin is 'drawn', 'imported' with import_id, 'copied <id>', or 'suggested <model> <number>'" CHECK (
        (origin = 'imported') = (import_id IS NOT NULL)
        AND (
            origin IN ('drawn', 'imported') OR origin GLOB 'copied [0-9]*' OR origin GLOB 'suggested [0-9]* [0-9]*'
        )
    ),
    CONSTRAINT "shape is polygon, mask, point or line with its geometry as JSON; a box has neither" CHECK (
        (shape IS NULL) = (geometry IS NULL)
        AND (shape IS NULL OR (shape IN ('polygon', 'mask', 'point', 'line') AND json_valid(geometry)))
    ),
    CONSTRAINT "attributes is JSON" CHECK (attributes IS NULL OR json_valid(attributes))
) STRICT;
INSERT INTO annotation VALUES(8589934593,'imported','R1','Osteophytes',712.60000000000002272,961.29999999999995452,786.49999999999999997,1011.7000000000000454,'imported','712.60,961.3,786.5,1011.7','x',1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(8589934594,'imported','R1','Fracture',1.0,2.0,3.0,4.0,'imported',NULL,NULL,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(12884901910,'film b','R1','No finding',NULL,NULL,NULL,NULL,'drawn',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(12884901921,'film c','R1','Osteophytes',1129.1603206880390644,1823.5806593671441078,1557.6605521908402352,1881.4449129125475792,'drawn',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(17179869189,'film c','R1','Trượt "đốt" sống	',36.964586855843663214,573.21640922874212264,1264.1231375206261873,1680.0936493761837483,'drawn',NULL,NULL,NULL,NULL,'polygon','[[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]],[[1264.1231375206262,573.2164092287421],[907.2259362004697,814.9387102164328],[36.96458685584366,1680.0936493761837]]]',NULL,NULL);
INSERT INTO annotation VALUES(21474836481,'shapes','R1','Fracture',10.499999999999999999,20.0,90.0,95.0,'drawn',NULL,NULL,NULL,NULL,'polygon','[[[10.5,20.0],[40.25,22.0],[30.0,60.0]],[[80.0,80.0],[90.0,80.0],[85.0,95.0]]]','{"severity":"severe","level":"L4-L5","certainty":"possible","note":"wedge, \"old\""}',NULL);
INSERT INTO annotation VALUES(21474836482,'shapes','R1','Other lesions',10.499999999999999999,20.0,90.0,95.0,'copied 21474836481',NULL,NULL,NULL,NULL,'polygon','[[[10.5,20.0],[40.25,22.0],[30.0,60.0]],[[80.0,80.0],[90.0,80.0],[85.0,95.0]]]',NULL,21474836481);
INSERT INTO annotation VALUES(21474836483,'shapes','R1','Fracture',5.0,-2.0,8.0,0.0,'drawn',NULL,NULL,NULL,NULL,'mask','{"height":2,"runs":[1,3,2],"width":3,"x":5,"y":-2}','{"severity":"severe","level":"L4-L5","certainty":"possible","note":"wedge, \"old\""}',NULL);
INSERT INTO annotation VALUES(21474836484,'shapes','R1','Other lesions',5.0,-2.0,8.0,0.0,'copied 21474836483',NULL,NULL,NULL,NULL,'mask','{"height":2,"runs":[1,3,2],"width":3,"x":5,"y":-2}',NULL,21474836483);
INSERT INTO annotation VALUES(21474836485,'shapes','R1','Fracture',7.5,8.25,7.5,8.25,'drawn',NULL,NULL,NULL,NULL,'point','[7.5,8.25]','{"severity":"severe","level":"L4-L5","certainty":"possible","note":"wedge, \"old\""}',NULL);
INSERT INTO annotation VALUES(21474836486,'shapes','R1','Other lesions',7.5,8.25,7.5,8.25,'copied 21474836485',NULL,NULL,NULL,NULL,'point','[7.5,8.25]',NULL,21474836485);
INSERT INTO annotation VALUES(21474836487,'shapes','R1','Fracture',10.499999999999999999,20.0,40.25,60.0,'drawn',NULL,NULL,NULL,NULL,'line','[[10.5,20.0],[40.25,22.0],[30.0,60.0]]','{"severity":"severe","level":"L4-L5","certainty":"possible","note":"wedge, \"old\""}',NULL);
INSERT INTO annotation VALUES(21474836488,'shapes','R1','Other lesions',10.499999999999999999,20.0,40.25,60.0,'copied 21474836487',NULL,NULL,NULL,NULL,'line','[[10.5,20.0],[40.25,22.0],[30.0,60.0]]',NULL,21474836487);
INSERT INTO annotation VALUES(21474836489,'shapes','R1','Fracture',1.5,2.25,30.10000000000000142,40.700000000000002842,'drawn',NULL,NULL,NULL,NULL,NULL,NULL,'{"severity":"severe","level":"L4-L5","certainty":"possible","note":"wedge, \"old\""}',NULL);
INSERT INTO annotation VALUES(21474836490,'shapes','R1','Other lesions',1.5,2.25,30.10000000000000142,40.700000000000002842,'copied 21474836489',NULL,NULL,NULL,NULL,NULL,NULL,NULL,21474836489);
INSERT INTO annotation VALUES(25769803779,'film c','R1','Other lesions',1451.6698106955736875,34.411134919151663779,3475.3481525315346517,1924.0706118403375058,'suggested 1 4',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(25769803798,'film c','R1','Trượt "đốt" sống	',1843.7762212511152029,1350.0988739505410194,2532.4487097004803218,1688.683005225136867,'drawn',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(25769803799,'film c','R2','No finding',NULL,NULL,NULL,NULL,'drawn',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(25769803800,'film a','R1','Fracture',6.0,-2.0,9.0,0.0,'drawn',NULL,NULL,NULL,NULL,'mask','{"height":2,"runs":[1,3,2],"width":3,"x":6,"y":-2}',NULL,NULL);
INSERT INTO annotation VALUES(25769803801,'film a','R2','No finding',NULL,NULL,NULL,NULL,'drawn',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE model (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL CHECK (name <> ''),
    version INTEGER NOT NULL CHECK (version > 0),
    task TEXT NOT NULL CHECK (task IN ('classify', 'detect')),
    architecture TEXT NOT NULL CHECK (architecture <> ''),
    file TEXT,
    sha256 TEXT CHECK (length(sha256) = 64),
    members TEXT CHECK (members IS NULL OR json_valid(members)),
    card TEXT NOT NULL CHECK (json_valid(card)),
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL DEFAULT '',
    is_deleted INTEGER NOT NULL DEFAULT 0 CHECK (is_deleted IN (0, 1)),
    UNIQUE (name, version),
    CONSTRAINT "a model has a file with its hash, or members" CHECK (
        (file IS NULL) = (sha256 IS NULL) AND (file IS NULL) <> (members IS NULL)
    )
) STRICT;
INSERT INTO model VALUES(1,'Demo classifier (synthetic)',1,'classify','densenet_small','29d48248fef362e64ded76d1331574056f056adba4ba1edeae6e8f92e45436c6.safetensors','29d48248fef362e64ded76d1331574056f056adba4ba1edeae6e8f92e45436c6',NULL,replace('{\n  "rachis_card": 1,\n  "name": "Demo classifier (synthetic)",\n  "architecture": "densenet_small",\n  "task": "classify",\n  "classes": [\n    "Abnormal"\n  ],\n  "preprocessing": {\n    "tone": "displayed",\n    "resize": {\n      "exact": {\n        "width": 256,\n        "height": 384\n      }\n    },\n    "sampling": "antialiased",\n    "divisor": 255.0,\n    "mean": [\n      0.485,\n      0.456,\n      0.406\n    ],\n    "std": [\n      0.229,\n      0.224,\n      0.225\n    ]\n  },\n  "threshold": 0.4539,\n  "synthetic": true,\n  "training": "From scratch on 3267 synthetic films of 1280 made-up patients (seeds 7001 and 7002), against what was drawn on them; checkpoint chosen on dev films of seed 8002. assets/models/train_demo_models.py, seed 5, 26 minutes on a shared CPU.",\n  "metrics": [\n    {\n      "name": "AUROC",\n      "value": 0.9922,\n      "interval": [\n        0.9825,\n        0.9989\n      ],\n      "measured_on": "321 synthetic test films of seed 9003"\n    },\n    {\n      "name": "sensitivity at c*",\n      "value": 0.9709,\n      "interval": [\n        0.9364,\n        0.9946\n      ],\n      "measured_on": "321 synthetic test films of seed 9003"\n    },\n    {\n      "name": "specificity at c*",\n      "value": 0.9664,\n      "interval": [\n        0.9257,\n        0.9938\n      ],\n      "measured_on": "321 synthetic test films of seed 9003"\n    },\n    {\n      "name": "F1 at c*",\n      "value": 0.9709,\n      "interval": [\n        0.9457,\n        0.9901\n      ],\n      "measured_on": "321 synthetic test films of seed 9003"\n    }\n  ],\n  "licence": "MIT OR Apache-2.0",\n  "notes": "Trained on synthetic films only, to show how the program works: never for people. Synthetic films are far simpler than real ones, so the figures say nothing about real films. The threshold is the dev films'' highest sensitivity + specificity. Intervals: 95 %, bootstrap over patients."\n}\n','\n',char(10)),1795330421311,'',0);
INSERT INTO model VALUES(2,'Demo detector (synthetic)',1,'detect','fasterrcnn_small','963d68ffa0b3d33255b03602ecb714473de610dd5857851f712d1df6da3dcc78.safetensors','963d68ffa0b3d33255b03602ecb714473de610dd5857851f712d1df6da3dcc78',NULL,replace('{\n  "rachis_card": 1,\n  "name": "Demo detector (synthetic)",\n  "architecture": "fasterrcnn_small",\n  "task": "detect",\n  "classes": [\n    "Osteophytes",\n    "Surgical implant",\n    "Spondylolysthesis",\n    "Foraminal stenosis",\n    "Disc space narrowing",\n    "Vertebral collapse",\n    "Other lesions"\n  ],\n  "preprocessing": {\n    "tone": "displayed",\n    "resize": {\n      "shorter_edge": {\n        "shorter": 448,\n        "longest": 768\n      }\n    },\n    "sampling": "antialiased",\n    "divisor": 255.0,\n    "mean": [\n      0.485,\n      0.456,\n      0.406\n    ],\n    "std": [\n      0.229,\n      0.224,\n      0.225\n    ]\n  },\n  "synthetic": true,\n  "training": "From scratch on 3267 synthetic films of 1280 made-up patients (seeds 7001 and 7002), against what was drawn on them; checkpoint chosen on dev films of seed 8002. assets/models/train_demo_models.py, seed 5, 33 minutes on a shared CPU.",\n  "metrics": [\n    {\n      "name": "mAP@0.5",\n      "value": 0.7135,\n      "interval": [\n        0.6507,\n        0.8292\n      ],\n      "measured_on": "321 synthetic test films of seed 9003"\n    },\n    {\n      "name": "AP@0.5 Osteophytes",\n      "value": 0.9781,\n      "interval": [\n        0.9628,\n        0.9901\n      ],\n      "measured_on": "321 synthetic test films of seed 9003, 333 boxes"\n    },\n    {\n      "name": "AP@0.5 Surgical implant",\n      "value": 1.0,\n      "interval": [\n        1.0,\n        1.0\n      ],\n      "measured_on": "321 synthetic test films of seed 9003, 23 boxes"\n    },\n    {\n      "name": "AP@0.5 Spondylolysthesis",\n      "value": 0.25,\n      "interval": [\n        0.1429,\n        1.0\n      ],\n      "measured_on": "321 synthetic test films of seed 9003, 1 boxes"\n    },\n    {\n      "name": "AP@0.5 Foraminal stenosis",\n      "value": 0.8678,\n      "interval": [\n        0.0833,\n        1.0\n      ],\n      "measured_on": "321 synthetic test films of seed 9003, 6 boxes"\n    },\n    {\n      "name": "AP@0.5 Disc space narrowing",\n      "value": 0.957,\n      "interval": [\n        0.9065,\n        0.9941\n      ],\n      "measured_on": "321 synthetic test films of seed 9003, 54 boxes"\n    },\n    {\n      "name": "AP@0.5 Vertebral collapse",\n      "value": 0.8379,\n      "interval": [\n        0.6528,\n        0.9587\n      ],\n      "measured_on": "321 synthetic test films of seed 9003, 23 boxes"\n    },\n    {\n      "name": "AP@0.5 Other lesions",\n      "value": 0.104,\n      "interval": [\n        0.0166,\n        0.2264\n      ],\n      "measured_on": "321 synthetic test films of seed 9003, 44 boxes"\n    }\n  ],\n  "licence": "MIT OR Apache-2.0",\n  "notes": "Trained on synthetic films only, to show how the program works: never for people. Synthetic films are far simpler than real ones, so the figures say nothing about real films. Ankylosis, enthesophytes, fractures, sclerotic lesions, subchondral sclerosis and foreign bodies count as \"Other lesions\". Intervals: 95 %, bootstrap over patients."\n}\n','\n',char(10)),1795330421457,'',0);
CREATE TABLE model_event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    model_id INTEGER NOT NULL REFERENCES model (id),
    step TEXT NOT NULL CHECK (step <> ''),
    at INTEGER NOT NULL,
    by TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO model_event VALUES(1,1,'imported',1795330421311,'');
INSERT INTO model_event VALUES(2,2,'imported',1795330421457,'');
INSERT INTO model_event VALUES(3,1,'promoted',1795330421575,'R1');
INSERT INTO model_event VALUES(4,2,'promoted',1795330421603,'');
CREATE TABLE pipeline (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    classifier_id INTEGER REFERENCES model (id),
    detector_id INTEGER REFERENCES model (id),
    threshold REAL NOT NULL CHECK (threshold BETWEEN 0 AND 1),
    rule TEXT NOT NULL,
    min_score REAL NOT NULL CHECK (min_score BETWEEN 0 AND 1)
) STRICT;
INSERT INTO pipeline VALUES(1,1,2,0.45390000000000002566,'paper',0.29999999999999998889);
CREATE TABLE prediction (
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    model_id INTEGER NOT NULL REFERENCES model (id),
    probability REAL CHECK (probability BETWEEN 0 AND 1),
    heat TEXT CHECK (heat IS NULL OR json_valid(heat)),
    made_at INTEGER NOT NULL,
    took_ms INTEGER NOT NULL DEFAULT 0,
    engine TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (image_id, model_id)
) STRICT, WITHOUT ROWID;
INSERT INTO prediction VALUES('film 1',1,0.75,'{"width":2,"height":1,"values":[0.25,1.0]}',1795292575705,120,'0.1.0');
INSERT INTO prediction VALUES('film 1',2,NULL,NULL,1795292575706,240,'0.1.0');
CREATE TABLE detection (
    image_id TEXT NOT NULL,
    model_id INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 0),
    lesion_type TEXT NOT NULL CHECK (lesion_type <> '' AND lesion_type <> 'No finding'),
    score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
    xmin REAL NOT NULL,
    ymin REAL NOT NULL,
    xmax REAL NOT NULL,
    ymax REAL NOT NULL,
    PRIMARY KEY (image_id, model_id, number),
    FOREIGN KEY (image_id, model_id) REFERENCES prediction (image_id, model_id) ON DELETE CASCADE,
    CHECK (xmin < xmax AND ymin < ymax AND xmin > -9e99 AND ymin > -9e99 AND xmax < 9e99 AND ymax < 9e99)
) STRICT, WITHOUT ROWID;
INSERT INTO detection VALUES('film 1',2,0,'Osteophytes',0.875,10.499999999999999999,20.25,40.0,60.124999999999999998);
INSERT INTO detection VALUES('film 1',2,1,'Other lesions',0.5,1.0,2.0,3.0,4.0);
CREATE TABLE rejected_suggestion (
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    model_id INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 0),
    PRIMARY KEY (image_id, rad_id, model_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO rejected_suggestion VALUES('film a','R2',1,1);
INSERT INTO rejected_suggestion VALUES('film a','R2',1,2);
INSERT INTO rejected_suggestion VALUES('film a','R2',1,4);
INSERT INTO rejected_suggestion VALUES('film b','R1',1,4);
CREATE TABLE model_seen (
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    model_id INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL,
    PRIMARY KEY (image_id, rad_id, model_id)
) STRICT, WITHOUT ROWID;
INSERT INTO model_seen VALUES('film 1','R1',2,1795292575707);
CREATE TABLE evaluation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL CHECK (name <> ''),
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL DEFAULT '',
    answer TEXT NOT NULL,
    truth TEXT NOT NULL,
    num_films INTEGER NOT NULL CHECK (num_films >= 0),
    auroc REAL CHECK (auroc BETWEEN 0 AND 1),
    map REAL CHECK (map BETWEEN 0 AND 1),
    truth_sha256 TEXT NOT NULL CHECK (length(truth_sha256) = 64)
) STRICT;
INSERT INTO evaluation VALUES(1,'Demo detector (version 1)',1763800000000,'R1','Demo detector (version 1)','R1',1,NULL,0.25,'abababababababababababababababababababababababababababababababab');
INSERT INTO evaluation VALUES(3,'Both models',1763800100000,'','Demo classifier (version 1) and Demo detector (version 1)','consensus of readers',1,0.5,NULL,'abababababababababababababababababababababababababababababababab');
CREATE TABLE ruling (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    evaluation_id INTEGER NOT NULL REFERENCES evaluation (id) ON DELETE CASCADE,
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    detection INTEGER CHECK (detection >= 0),
    truth INTEGER CHECK (truth >= 0),
    verdict TEXT NOT NULL CHECK (verdict IN ('model right', 'label right', 'both', 'neither', 'unclear')),
    note TEXT NOT NULL DEFAULT '',
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    at INTEGER NOT NULL
) STRICT;
INSERT INTO ruling VALUES(1,1,'film 1',0,NULL,'model right','','R1',1763800200000);
INSERT INTO ruling VALUES(2,1,'film 1',NULL,2,'unclear','Cut by the edge of the film','R1',1763800300000);
INSERT INTO ruling VALUES(3,1,'film 1',0,NULL,'both','Said again','R1',1763800400000);
CREATE TABLE dataset (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL CHECK (name <> ''),
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL DEFAULT '',
    sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
    truth TEXT NOT NULL,
    num_train INTEGER NOT NULL CHECK (num_train >= 0),
    num_dev INTEGER NOT NULL CHECK (num_dev >= 0),
    num_test INTEGER NOT NULL CHECK (num_test >= 0)
) STRICT;
INSERT INTO dataset VALUES(1,'First',1763800500000,'R1','cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','consensus of readers',7,1,2);
INSERT INTO dataset VALUES(4,'Đợt hai',1763800600000,'','efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef','R1',9,1,2);
CREATE TABLE locked_film (
    sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32),
    dataset_id INTEGER NOT NULL REFERENCES dataset (id),
    locked_at INTEGER NOT NULL,
    locked_by TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
INSERT INTO locked_film VALUES(X'0101010101010101010101010101010101010101010101010101010101010101',1,1763800500000,'R1');
CREATE TABLE training (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL CHECK (name <> ''),
    architecture TEXT NOT NULL CHECK (architecture <> ''),
    preset TEXT NOT NULL,
    dataset_id INTEGER NOT NULL REFERENCES dataset (id),
    group_name TEXT CHECK (group_name <> ''),
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL DEFAULT '',
    position INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    made_model INTEGER REFERENCES model (id)
) STRICT;
INSERT INTO training VALUES(1,'Small detector','retinanet_small','this_computer',1,NULL,1763800700000,'R1',1,'Stopped too early',NULL);
INSERT INTO training VALUES(2,'Ensemble a','densenet_small','paper',4,'Ensemble',1763800800000,'',2,'',NULL);
CREATE TABLE reading_queue (
    position INTEGER PRIMARY KEY,
    image_id TEXT NOT NULL UNIQUE CHECK (image_id <> ''),
    reason TEXT NOT NULL CHECK (reason IN ('uncertainty', 'disagreement', 'novelty', 'random')),
    score REAL NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;
INSERT INTO reading_queue VALUES(1,'film 1','uncertainty',0.875,1763800900000);
CREATE TABLE grey_print (
    sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32),
    greys BLOB NOT NULL CHECK (length(greys) = 256)
) STRICT, WITHOUT ROWID;
INSERT INTO grey_print VALUES(X'0101010101010101010101010101010101010101010101010101010101010101',X'00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE project_event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    by TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL CHECK (kind <> ''),
    details TEXT NOT NULL CHECK (json_valid(details))
) STRICT;
INSERT INTO project_event VALUES(1,1763800500000,'R1','dataset_frozen','{"what":"Data set \"First\" was frozen."}');
INSERT INTO project_event VALUES(2,1763800650000,'R1','training_refused','{"what":"Refused.","films":["film 1"]}');
INSERT INTO project_event VALUES(3,1795364871689,'','project_changed','{"what":"Changed of the project: workflow, ethics approval, licence, use of the data."}');
INSERT INTO project_event VALUES(4,1795364871705,'R1','signed_in','{"what":"R1 signed in."}');
INSERT INTO project_event VALUES(5,1795364871716,'','films_assigned','{"what":"1 films were handed out to read, 1 tasks for R1. Dealt: equal 1, seed 1999.","films":["film 1"]}');
INSERT INTO project_event VALUES(6,1795364898903,'R1','signed_in','{"what":"R1 signed in."}');
INSERT INTO project_event VALUES(7,1795364898904,'R1','data_use_agreed','{"what":"R1 agreed to the text on the use of the data."}');
CREATE TABLE data_use_consent (
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    text_sha256 BLOB NOT NULL CHECK (length(text_sha256) = 32),
    agreed_at INTEGER NOT NULL,
    PRIMARY KEY (rad_id, text_sha256)
) STRICT, WITHOUT ROWID;
INSERT INTO data_use_consent VALUES('R1',X'062e67b6cc5f12f0c3d580988b4c356b4691ed7ca3042770ee10cf43ea07add3',1795364898904);
CREATE TABLE assignment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL DEFAULT '',
    plan TEXT NOT NULL CHECK (json_valid(plan))
) STRICT;
INSERT INTO assignment VALUES(1,1795364871716,'','{"pool":"1 by chance of: all films","stage":"read","strategy":"equal","each":1,"unit":"study","people":["R1"],"seed":1999,"priority":0,"is_mixed_in":false,"is_hidden_truth":false}');
CREATE TABLE task (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    stage TEXT NOT NULL CHECK (stage IN ('read', 'review')),
    place INTEGER NOT NULL,
    priority INTEGER NOT NULL DEFAULT 0,
    is_paused INTEGER NOT NULL DEFAULT 0 CHECK (is_paused IN (0, 1)),
    is_hidden_truth INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden_truth IN (0, 1)),
    assignment_id INTEGER NOT NULL REFERENCES assignment (id),
    UNIQUE (rad_id, stage, image_id)
) STRICT;
INSERT INTO task VALUES(1,'film 1','R1','read',1,0,0,0,1);
CREATE TABLE hidden_truth (
    image_id TEXT PRIMARY KEY CHECK (image_id <> ''),
    layer TEXT NOT NULL CHECK (layer <> ''),
    reserved_at INTEGER NOT NULL,
    reserved_by TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO hidden_truth VALUES('no film yet','consensus',1,'R1');
CREATE TABLE saved_filter (
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    name TEXT NOT NULL CHECK (name <> ''),
    query TEXT NOT NULL,
    PRIMARY KEY (rad_id, name)
) STRICT, WITHOUT ROWID;
INSERT INTO saved_filter VALUES('R1','old','age:>60');
CREATE TABLE adjudication_step (
    seq INTEGER PRIMARY KEY AUTOINCREMENT CHECK (seq > 0),
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    made_at INTEGER NOT NULL,
    session INTEGER NOT NULL,
    step TEXT NOT NULL CHECK (json_valid(step))
) STRICT;
CREATE TABLE adjudication (
    image_id TEXT PRIMARY KEY CHECK (image_id <> ''),
    num_clusters INTEGER NOT NULL CHECK (num_clusters >= 0),
    num_settled INTEGER NOT NULL CHECK (num_settled BETWEEN 0 AND num_clusters),
    signers TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(signers)),
    is_settled INTEGER NOT NULL DEFAULT 0 CHECK (is_settled IN (0, 1)),
    num_asked INTEGER NOT NULL DEFAULT 0 CHECK (num_asked >= 0),
    num_waiting INTEGER NOT NULL DEFAULT 0 CHECK (num_waiting BETWEEN 0 AND num_asked),
    settled_seq INTEGER CHECK ((settled_seq IS NOT NULL) = is_settled),
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE settled_mark (
    annotation_id INTEGER PRIMARY KEY CHECK (annotation_id > 0),
    source TEXT NOT NULL CHECK (json_valid(source))
) STRICT;
CREATE TABLE export_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tag TEXT NOT NULL UNIQUE CHECK (tag <> ''),
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL DEFAULT '',
    format TEXT NOT NULL CHECK (format <> ''),
    options TEXT NOT NULL CHECK (json_valid(options)),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    place TEXT NOT NULL,
    num_films INTEGER NOT NULL CHECK (num_films >= 0),
    num_marks INTEGER NOT NULL CHECK (num_marks >= 0)
) STRICT;
CREATE TABLE audit_link (
    seq INTEGER PRIMARY KEY AUTOINCREMENT CHECK (seq > 0),
    kind TEXT NOT NULL CHECK (kind IN ('edit', 'event', 'step')),
    ref INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO audit_link VALUES(1,'edit',1,X'd277c13f035138f0873d108427b2e4ced7c80fcb4f0cef310b2a38cbfca4dd56');
INSERT INTO audit_link VALUES(2,'edit',2,X'20ff6337026954791f553cfc5750a1996dd22a17dbb3161ae3d523b83b32c6a3');
INSERT INTO audit_link VALUES(3,'edit',3,X'5791f3ee367bce501436aaf8533d541f1c1fa6e8b68ee0d41c6656c3f0c07f9c');
INSERT INTO audit_link VALUES(4,'edit',4,X'4e3691a2cf2bbac02bd364e7c04bd188a51545dc3d09096e39e1cccd0546e3cf');
INSERT INTO audit_link VALUES(5,'edit',5,X'16e51c7838b7a6f0f37ae1d28a8c5dd01d710b4775347bc55d5e0fbaa8663b7a');
INSERT INTO audit_link VALUES(6,'edit',6,X'5cd351dafd6c2dd6fd1947967722202571a6580ed08b7ac16b9e246ae4bdf024');
INSERT INTO audit_link VALUES(7,'edit',7,X'a1741d909fc0d6ee28f217a4ef86036a65769726fb8f476f8fc62c402aa1f7a3');
INSERT INTO audit_link VALUES(8,'edit',8,X'26b4380fc06738d2de3469f3b1b9ff2dcf0000e06286747fccae90657283591f');
INSERT INTO audit_link VALUES(9,'edit',9,X'43f4069d11b3dd9de52c54b446d85957c2a762ffe49f076edd79bc1bf11e2d0b');
INSERT INTO audit_link VALUES(10,'edit',10,X'cf88d7ffb76a1555257d7f40195febd2c515d80cbec85356734e99e7777a19fc');
INSERT INTO audit_link VALUES(11,'edit',11,X'4d1bf725de6ed52b92cb3618f9c377ea04e5b136a9a2eee101c7fc8f8047718d');
INSERT INTO audit_link VALUES(12,'edit',12,X'6392c40377f2c5aa1a974f952fa1081cd5289ebe0e7d057be62d5a5a73c92f21');
INSERT INTO audit_link VALUES(13,'edit',13,X'25aef930b6ecafe842b311b0c42e279faffd6559161be52b2f9764e6a453304a');
INSERT INTO audit_link VALUES(14,'edit',14,X'69f098846a9c56a46c69f593be815cfde3a7924fcd19ea02df8f135b5fda65f3');
INSERT INTO audit_link VALUES(15,'edit',15,X'89c12a0bfde97cc94bf23cf2c9fb94418e1249dc5b4a2ddb6fd0e949ed83de52');
INSERT INTO audit_link VALUES(16,'edit',16,X'68b7188aa004da0cd0351f46834e81f5ee0f8be3cdec3558dc7bff9e1811a35a');
INSERT INTO audit_link VALUES(17,'edit',17,X'b32ce6ccd8bd49802e508b666bded240a515dec91adfcd1e14c109a3c2aa51a2');
INSERT INTO audit_link VALUES(18,'edit',18,X'a8031ee1354bc617db92c894a054ee1528becbd1e283077c74e6d6169cbc8a54');
INSERT INTO audit_link VALUES(19,'edit',19,X'b9fe7b7505089a43251984c3d2ed42d219f103d93d094978cff1ac43717f62b6');
INSERT INTO audit_link VALUES(20,'edit',20,X'40712a83aa4041f03d186c0f51469f27beb448961fdbf5ce9d80f16d4ed8e839');
INSERT INTO audit_link VALUES(21,'edit',21,X'499641c728f297a4af3b642ff695e3b5e4a2b88ddc7e969421a88685bcdd8ee7');
INSERT INTO audit_link VALUES(22,'edit',22,X'a18a625d81903203bd8f93cf7ce63d741dea0dc6f7ba480f75cb0b2ecebfdbb8');
INSERT INTO audit_link VALUES(23,'edit',23,X'345a5c15d00ffdc5815431679ed5ddc6ba6779428f4cee913ac23b2e11d477df');
INSERT INTO audit_link VALUES(24,'edit',24,X'026ec052832e421d33cef791bedc5f7f3011415a8c1c34946cbc89fd6e875f3f');
INSERT INTO audit_link VALUES(25,'edit',25,X'f9634fb8804cb8b617c7b670d2d06a8582b5de9d25a85e94fb5bbac98fa06ea4');
INSERT INTO audit_link VALUES(26,'edit',26,X'271cc40924ecf86827c6bc76f64a3a41ae8df8c6ce44dc3d79be7a44d8388502');
INSERT INTO audit_link VALUES(27,'edit',27,X'b7b6641123d27ff3713a3bb2e726756fa4cdd0dfbd9885db6b9c7ed7d2e51ea7');
INSERT INTO audit_link VALUES(28,'edit',28,X'03ce7447f28028b5586503f588be53ee9300750183edcf24c274a6f94dbd3844');
INSERT INTO audit_link VALUES(29,'edit',29,X'4d6b9afe2a551faa9c065e797018abe57ffc83cddced7dec43d55bc863973647');
INSERT INTO audit_link VALUES(30,'edit',30,X'f899bd3bb6f447f2f9597d0eaa3ea7e1cf7202d41767dfd02fea648b230a5b81');
INSERT INTO audit_link VALUES(31,'edit',31,X'2f1e7ea607c749e275adb6455c318e64a7b308876ddbfe703b298218c0a8d0cf');
INSERT INTO audit_link VALUES(32,'edit',32,X'92d3bf119ecca04fd14028c58d73b5949e74d7d39dd4051495478591f6da0b4a');
INSERT INTO audit_link VALUES(33,'edit',33,X'68723e63d0951b0d734beca02c616a3cc59ed6d6e5587895bcfe4bceb1010ffe');
INSERT INTO audit_link VALUES(34,'edit',34,X'8d77112cedbb5784f436e26873a84e5f8fbeadbb84e9959f9769802a239efbf6');
INSERT INTO audit_link VALUES(35,'edit',35,X'40d2b8bbf9b9a8482109fa3c3c1fdffc732e816c097a7028795475e259aae779');
INSERT INTO audit_link VALUES(36,'edit',36,X'2094167904f009577b0631498ce0b62778f738cb1390c078445c9654a39a78af');
INSERT INTO audit_link VALUES(37,'edit',37,X'42e1a0ae879b77a632f7979413f2e8c7e30387e44c31f5461e889374d5b0206b');
INSERT INTO audit_link VALUES(38,'edit',38,X'8090fc5a9328972e42906ee42e6f57f55da46a7b6ed99a9e55faeef110bf0571');
INSERT INTO audit_link VALUES(39,'edit',39,X'04cb91aab2512c0027cdf31204e93f21145412c6a9894cf41c626a10ec32fd64');
INSERT INTO audit_link VALUES(40,'edit',40,X'1f946c609bd41c40cd11a5505766262aac5c3c46df9fc27dc251914e102ef64c');
INSERT INTO audit_link VALUES(41,'edit',41,X'338677ea9aff5c5b37b3063860fc3ef9deb153f3a408a8c8b6bdf4b5eec7fd11');
INSERT INTO audit_link VALUES(42,'edit',42,X'c9823990624c3a6a6c92506aded98bfe3d4efa91750c5f8d47e98075b2ad2855');
INSERT INTO audit_link VALUES(43,'edit',43,X'41dec8dea785dbd65fb9e689ab941a99472fc27c0d5777a2043bdfc0ff33c691');
INSERT INTO audit_link VALUES(44,'edit',44,X'5abd221ef6402f25029ed6a0c2bd15af26f0c6a0123f3eec2a000ddbfa902f27');
INSERT INTO audit_link VALUES(45,'edit',45,X'c1ea3d355c605fa4c4e1a48e6c3d4eb299947de5f616af763ab38b1862d0d16b');
INSERT INTO audit_link VALUES(46,'edit',46,X'd54feb532a7a0beee020d1b5997092e7722da93e0cf5a9dd690f2a2b703dec4a');
INSERT INTO audit_link VALUES(47,'edit',47,X'42ec163c5d46ea0b6272e632046edd37ccc5349180684b02a8c53fa6de0c352f');
INSERT INTO audit_link VALUES(48,'edit',48,X'a8f52120a0881eb40031c2ce93618e3297a614760a5132b967caf556aed0cc0a');
INSERT INTO audit_link VALUES(49,'edit',49,X'dc563518bafe779dd6d795fe918fb49f88e8b73f28977f0b77e260c6f7c75300');
INSERT INTO audit_link VALUES(50,'edit',50,X'86ec528a05f966e2ba265c38f4d3e444aa5caac074191e4d83bf2156a4b8e2e8');
INSERT INTO audit_link VALUES(51,'edit',51,X'bc72de381163e1b7e0e5517fdb8af65cca284c19df81e5ca59d807fdd81e1580');
INSERT INTO audit_link VALUES(52,'edit',52,X'086e1edf0878db404c66bb34e1f12a501fe4f3ae107b51cff5939ce05fb88260');
INSERT INTO audit_link VALUES(53,'edit',53,X'1aa1941957f498a585e657e1ca24e53dbcf73a91018a70172a2255dbb9867d5d');
INSERT INTO audit_link VALUES(54,'edit',54,X'5c670fcff1b011a0dfb86ae6c337676aba70a0235a9198865d538a8a0571cbdc');
INSERT INTO audit_link VALUES(55,'edit',55,X'0e22cfc1222cdd44690a896e4dfcffdd405fb3ddbea909a783a76d66d5b10065');
INSERT INTO audit_link VALUES(56,'edit',56,X'ea81f4559cfba7e783b5fb87d8c320a38825a6e576554a6ffca2740e8f8fe296');
INSERT INTO audit_link VALUES(57,'edit',57,X'670c2de13428b3407d50093ea2393eef878b84cc149fe3fdb1639231a59401f0');
INSERT INTO audit_link VALUES(58,'edit',58,X'56e20028bf3b6ed1656049cac97b1450b72bd0352c9a03e6d24c2525b1c38067');
INSERT INTO audit_link VALUES(59,'edit',59,X'dfccb42af2320847cd695a70d1d7cd17172b8e1f28c6d1a93ed45b3252edc44c');
INSERT INTO audit_link VALUES(60,'edit',60,X'9d89e28de48eba444bed0c9ecfe70e317a2886ee553b4367f928fc5bc84a926d');
INSERT INTO audit_link VALUES(61,'edit',61,X'2855f36e39f037a10e328665199fb68e620c1e10967c47e701d9e61c0b7f4d87');
INSERT INTO audit_link VALUES(62,'edit',62,X'01bd68ae62698faf90f07de461449b74f9802b423ce1f92af0de69d26caa8167');
INSERT INTO audit_link VALUES(63,'edit',63,X'5e8f574151d434a162f528ea7bbcfdbd576979d206b4ed21989093491652ab43');
INSERT INTO audit_link VALUES(64,'edit',64,X'5ba36a5c36286406e7159a867d58bc46580eb423fca01562b74696521c98194b');
INSERT INTO audit_link VALUES(65,'edit',65,X'1a78fcef656c18734e6bee06f85dac97fe1c67e697e8c2d8d8a6cdbec0fc884d');
INSERT INTO audit_link VALUES(66,'edit',66,X'89f9d66bf357eec95bd67335de16bbd693cfeef7deef328c9d41be8529866b7a');
INSERT INTO audit_link VALUES(67,'edit',67,X'092157beab7d4704c43143f271ad9fa46412e8a73dade27277f72aefaac09a3b');
INSERT INTO audit_link VALUES(68,'edit',68,X'df6a7e61414ddab0d30a9b2552578a409f518c4138239f050b6a0647e38a21ee');
INSERT INTO audit_link VALUES(69,'edit',69,X'4c21ed514fb67f08c21ce3d52513a254794697ce7c6d43f707ae0fad97dbcab9');
INSERT INTO audit_link VALUES(70,'edit',70,X'c04ecc54686edc74114635e8936a6f422cacb0e9b2b0c3f62831c79d57fe833a');
INSERT INTO audit_link VALUES(71,'edit',71,X'a876d73252d07ab64ceeaabb661dbc49ca49b7e44e060a333e15e99caf0093c3');
INSERT INTO audit_link VALUES(72,'edit',72,X'186675b6bd3dd4d72492c9ec6765b79beffc0ce4366dccdf4a78f868e9472817');
INSERT INTO audit_link VALUES(73,'edit',73,X'dc228ec8f8bce4e91b859e7b5c18bebc6fcaa56117c6cee6002669c59bcba743');
INSERT INTO audit_link VALUES(74,'edit',74,X'a617bf1d28ade5f037581d054317840496566788f37f0030f369aaf61179db3f');
INSERT INTO audit_link VALUES(75,'edit',75,X'235c59935485746674a38d5f2dfc6ea60ebe490563cffa49481ad082520004cf');
INSERT INTO audit_link VALUES(76,'edit',76,X'c02ea0ead2e326717e539f80c16bef7ab0b281b1403eb10040592d84197fb0ba');
INSERT INTO audit_link VALUES(77,'edit',77,X'ebfce37bd6d05d7ccda9d768520c846465bcfd056e94ae763dd077dd1a7430eb');
INSERT INTO audit_link VALUES(78,'edit',78,X'5b8e60392097f3579ca6bc5c8651705c85863cab764b074ef5dbb2502973a729');
INSERT INTO audit_link VALUES(79,'edit',79,X'ae3a7a54626a5da0ef62151a6588ea371645b848664cdbff03dfd7cd193a8603');
INSERT INTO audit_link VALUES(80,'edit',80,X'84f7f7de9c91433aaeca4cde8239c916eac25376de5becaf9415a8000c9db9fb');
INSERT INTO audit_link VALUES(81,'edit',81,X'cc49be08435d626e1a79f91a5c5cd34b8435b53564a71222f7658ec9cbdef762');
INSERT INTO audit_link VALUES(82,'edit',82,X'54c6bff0ea483ca436e2a9b1d3793fbc944ecaa9bd7f0830216349ab16c12f2e');
INSERT INTO audit_link VALUES(83,'edit',83,X'220cb2d9f058cdf1f8157568d68d9dc37a90c5add415f429c5469d691f3c171d');
INSERT INTO audit_link VALUES(84,'edit',84,X'8f9782e72c6a50920bd544c2bc69e66de3e583240ac53385a404c1be13f42196');
INSERT INTO audit_link VALUES(85,'edit',85,X'c95702294034f54c2ba8a7e81f322f8aad8400492cceba9e024bdfe5493301b4');
INSERT INTO audit_link VALUES(86,'edit',86,X'a88739f7e6416aeda677b92fa2680d1bbec035c7a028c9fe59459c913e6ac87c');
INSERT INTO audit_link VALUES(87,'edit',87,X'0f4682b3701647d2960955f110966dd02699c7773651369192b212030403fb53');
INSERT INTO audit_link VALUES(88,'edit',88,X'e5f1ce7f4b5ccc97e4f44934df646d775c0504a49cc2148a653469d5627a599e');
INSERT INTO audit_link VALUES(89,'edit',89,X'20919e2ffe771666a41c4c4a19f80f0c95e7c8f7303932523d0474342639366f');
INSERT INTO audit_link VALUES(90,'edit',90,X'febca152349154385fc882e0fe5ed3e6360535db6f3dff3ec684fe825f6d3965');
INSERT INTO audit_link VALUES(91,'edit',91,X'6576b6f501ef3860ffcad0f64b7968cccb1e0257bf3354169ed4f9957ca36858');
INSERT INTO audit_link VALUES(92,'edit',92,X'38afaff4f0ca7620c3d221e4d50090db93fdd03c0b89a29a35ff276810ccebe8');
INSERT INTO audit_link VALUES(93,'edit',93,X'9f6f2b1dc29d1a1dbcb5d7844d7e361343dc149b21ea83f1170d19c45f456549');
INSERT INTO audit_link VALUES(94,'edit',94,X'db892e220bef9531af3500af9def894f8b98236efe39755dd05143b567c9af48');
INSERT INTO audit_link VALUES(95,'edit',95,X'1ab553a323fe460d05f1c0730e21d55e9039a52f81eb018ff6154c211e678768');
INSERT INTO audit_link VALUES(96,'edit',96,X'f217d1b48d0fb889b426e38c76bfc7848d14c62b3803d9c75358a32b21897382');
INSERT INTO audit_link VALUES(97,'edit',97,X'5825bcab760d09c62a5193d63a68918ca46d79fa45513a3d65b8e8d6e6611f75');
INSERT INTO audit_link VALUES(98,'edit',98,X'c1df9ce34c8ad6f8077e093d8e3d6e6d194b0eadc99114994416c94c492a4e51');
INSERT INTO audit_link VALUES(99,'edit',99,X'0f4631cfdd2d2bbb18c9f4d58fd4eac0e990bd8afd7ec6aabe00b69f40eee4e9');
INSERT INTO audit_link VALUES(100,'edit',100,X'486190fdc545198946a057811119464886bca037623172e4729c4ad8c269489b');
INSERT INTO audit_link VALUES(101,'edit',101,X'f1c8f4824c814703666dfa62ff12bd8fe2d73296a5605f2fe0ae2af80e3b22bc');
INSERT INTO audit_link VALUES(102,'edit',102,X'81b5d8a723c4503ea23681982edf0117bd5b5737b63ac99c76a203398b737376');
INSERT INTO audit_link VALUES(103,'edit',103,X'49ef39d7ef592cc943c13a10c37d2c1eea1f03c2226bc085b6968c80833ba0e3');
INSERT INTO audit_link VALUES(104,'edit',104,X'17fea315a25c266bbc4196d7916fb9d68316e8ffaa46c0c0c6dedd20f5fc32b6');
INSERT INTO audit_link VALUES(105,'edit',105,X'6ae91db2d423992ea69b0ffa4887abd6190aa614dbcde4e8d5c85129327114da');
INSERT INTO audit_link VALUES(106,'edit',106,X'93dda7a020fc7f0c9e712dc39d05eef74f80c531c9b698a3e1023d00dbeb3c58');
INSERT INTO audit_link VALUES(107,'edit',107,X'a41fb4367fd22f3c5cad908479225bf616e919bc6e048ec0f35932db6b6d3822');
INSERT INTO audit_link VALUES(108,'edit',108,X'da9fcffa4a54100538427a625ee0057cabd3874454abb5eb130c045a6a7a5375');
INSERT INTO audit_link VALUES(109,'edit',109,X'56a03c7c170717a29c81de78206bf6282bd5f696edea6d5c93c920a9a25492cf');
INSERT INTO audit_link VALUES(110,'edit',110,X'725b61cd2563436782337ccf8c2d5b12d2c7312eec21fc06f1224c864d520296');
INSERT INTO audit_link VALUES(111,'edit',111,X'e4fa02917447e78e3eacc64c1ac948e1dfb51106b7d3edb26bfc4d9bc7ce4a33');
INSERT INTO audit_link VALUES(112,'edit',112,X'f06cf1d9824f77e125f5374e84fc519874898a7c48a431e74119a31d44503c9b');
INSERT INTO audit_link VALUES(113,'edit',113,X'346e1f4cb4124724b4630e7a4dc7d8c7aeed3b61d621b44b93bd7e39ecb165bb');
INSERT INTO audit_link VALUES(114,'edit',114,X'fcc9546e727d5283271fc149ecdfd8a3362f62c0b0c56517d08a5e0f2f3ebc76');
INSERT INTO audit_link VALUES(115,'edit',115,X'4a320a5245414d655e05bda03fbd374b41d30e1b236e2a13699d26403a29331b');
INSERT INTO audit_link VALUES(116,'edit',116,X'54430891e96ae98ffb46b724f3f45e9c7bdc3a439ec584e9055db942e9d075f8');
INSERT INTO audit_link VALUES(117,'edit',117,X'576792c5aaec9682f77c8b9fe7dd3dadc9c776af2c6d42aca89391f6f99c0526');
INSERT INTO audit_link VALUES(118,'edit',118,X'b2e493639a02ad250125cefc93fea72d4cc59560a6583e75edd166eba225eeef');
INSERT INTO audit_link VALUES(119,'edit',119,X'45def0314f82646738a60cc3a0a274262a5cc412fe2f57e4b4ba137d69143c15');
INSERT INTO audit_link VALUES(120,'edit',120,X'3083ef79f1416d192960313dcf2ee892540dfa0527a29416b9d04e488b864de8');
INSERT INTO audit_link VALUES(121,'edit',121,X'0a53a8ca19804cf7e83bee5454bc3ca7fd52d600dc48b0829f3b7a9f63b7c37e');
INSERT INTO audit_link VALUES(122,'edit',122,X'4e584eb1041b1139640f71067df669951a015ff6e1fbbd5039180f65e85770c8');
INSERT INTO audit_link VALUES(123,'edit',123,X'9020161484d30d2b8f0cef4e29fbf41800d51b53187a9e907a0375b5393b0e78');
INSERT INTO audit_link VALUES(124,'edit',124,X'9112cf411b2e51688c3b50c1d0f03401ef303f472c36f7d179c2a768c1c6e2d0');
INSERT INTO audit_link VALUES(125,'edit',125,X'4ca17a139eaa07df892590294208186679ae8523fc6b674fb0fcf5f3944da3e5');
INSERT INTO audit_link VALUES(126,'edit',126,X'ecf93431397275f58079b9ef84edfec9a2cc8fa6aed99601db6dfe413fc3eb92');
INSERT INTO audit_link VALUES(127,'edit',127,X'a35c7d3a2e5cb7845c5ea56366c89f9e63c184a93108b4732f4752059c2cdc3b');
INSERT INTO audit_link VALUES(128,'edit',128,X'568da6de9a2b569d4849dd0310fb4f29714758f27959b14cf9ddc4412a2ad21a');
INSERT INTO audit_link VALUES(129,'edit',129,X'8c4735595a05d21f5c6bd465504a34ab3ebd63c8321a9c063a2ed51fab844e5c');
INSERT INTO audit_link VALUES(130,'edit',130,X'c1f78af197c293d5726c0500d49ee6ab9dc872b66feb01875ab9ae9bc5a1ec65');
INSERT INTO audit_link VALUES(131,'edit',131,X'4b150843fbbf94e786ff99706f4c81f9632785c4eee75d2a6f263b30de389745');
INSERT INTO audit_link VALUES(132,'edit',132,X'7ed2427591a42d24ada0c9c0374d77dee4137158262c08b3b847eb295074d650');
INSERT INTO audit_link VALUES(133,'edit',133,X'613f31ff1323f016eba5b9d309c86be69f7fa9f5b54b0894f02c2d6198fdc65b');
INSERT INTO audit_link VALUES(134,'edit',134,X'c9fe4885f9b6ff85177eb54b719c425d3b6cd559ec604af0b8032322db200948');
INSERT INTO audit_link VALUES(135,'edit',135,X'e15f03c49cfb1456c884d9936cede88c0a8642e525703450eef2d69659831e50');
INSERT INTO audit_link VALUES(136,'edit',136,X'00820730652de0ab610445844538b3679411f01ddcd84a4440b5486e4a076cf1');
INSERT INTO audit_link VALUES(137,'edit',137,X'd705d3dfae3abb93a75ed22f86d7d89a6155cdd0caf552c8e3d7be64eb34bb43');
INSERT INTO audit_link VALUES(138,'edit',138,X'55c819c464f59304b0319f3f5c3d389af9dc8ff8495f992bbab44b166086ac75');
INSERT INTO audit_link VALUES(139,'edit',139,X'521f20cb088d2b27675f8d189c6b0537f1522310f53fc47efebfe93248d618aa');
INSERT INTO audit_link VALUES(140,'edit',140,X'f4bac78a5349f57c8b7d703f52d182971e2fd5e4f86165856fc46bec4159de88');
INSERT INTO audit_link VALUES(141,'edit',141,X'c98d40a9a394ba8171756f497bfeb7858107b416369179e0a808fd52d8d74108');
INSERT INTO audit_link VALUES(142,'edit',142,X'4c28d0d89b5f22ca35a189cfb783e12fba4d41002c39edd8de2f2bec1b581969');
INSERT INTO audit_link VALUES(143,'edit',143,X'20e3ad141c84ddef0f6581a478a9706d4f9a493ccd64901e3ee57a99a502130b');
INSERT INTO audit_link VALUES(144,'edit',144,X'c729963a34c224d4579a59df4af5e8553ff76ce58fa012d784dceda6f98aab8d');
INSERT INTO audit_link VALUES(145,'edit',145,X'98257dc8c1cb8fa92cf9958c75bf1e787fd4fa58a7b38f3933c1aae6c710120e');
INSERT INTO audit_link VALUES(146,'edit',146,X'a3c76544d14c9992c9d5182d63b333c1b2e4bb38b4d979bc864914b449a6e6f6');
INSERT INTO audit_link VALUES(147,'edit',147,X'9b3cdf460df5e4ba23ebe633a9fcf716562a8e675b274042af72123363b38672');
INSERT INTO audit_link VALUES(148,'edit',148,X'e854e3f2214b0c23632b06b55dd37775eb420aee58404f6b4d99da149afc6820');
INSERT INTO audit_link VALUES(149,'edit',149,X'ec37832a2fe1b90d7734602b92f471069f9aedd56ac0dfc4bc437d78b6e89272');
INSERT INTO audit_link VALUES(150,'edit',150,X'f59a88a09c674cd9263baffc24ce836e77aaf42bf6f3d6f34bb922096f91a958');
INSERT INTO audit_link VALUES(151,'edit',151,X'9dc2aab866c378b84eaa3c92cab3129f79fcdc22380e9d81403e84ced78dcea2');
INSERT INTO audit_link VALUES(152,'edit',152,X'b2fa5fa6aa338d89f7740664d1a523d02284a2c643a742f2585510d101b54cf3');
INSERT INTO audit_link VALUES(153,'edit',153,X'd76d0f3361980f0d9903a2d96e7561403f6e992e70000c87b5d4a9a36847836d');
INSERT INTO audit_link VALUES(154,'edit',154,X'3c9604a0e9a0258ba74b89138ac29794bfc14e329fa3266c724d5db4845f4650');
INSERT INTO audit_link VALUES(155,'edit',155,X'78228c999cbaf013f4882d3c0e93b09f7f7da2d7dd2593f73327e31d54e50a82');
INSERT INTO audit_link VALUES(156,'edit',156,X'1bb368dc3a7e48df3ae513e5c4ae970f3ef689cfdea61385b5e49558dc8dd0c1');
INSERT INTO audit_link VALUES(157,'edit',157,X'097479cc7821f2a756f4d6d1cc9aa150126d5be396b5a6d34924dea9534021d8');
INSERT INTO audit_link VALUES(158,'edit',158,X'd099cbb274ff8dc5237a921381ae3831783c98dff94c48ffb0a98f97cbacf5ac');
INSERT INTO audit_link VALUES(159,'edit',159,X'e15a03e7af62c03576a4dc7556b929ffc399b271422692cffce264b387a5ba77');
INSERT INTO audit_link VALUES(160,'edit',160,X'c77a74ac40c523c9c6758cf0c2d2d1ee88ecb02d8239cb3f0298bee1724a1850');
INSERT INTO audit_link VALUES(161,'edit',161,X'cb2c3daec4904a760c0dd03aa32149818ddc354957166b418fa56f98c4fe30b3');
INSERT INTO audit_link VALUES(162,'edit',162,X'fccdfe565fa3badf09afb5fdf2565074775f5af885523192bb3c9393fe35cbdf');
INSERT INTO audit_link VALUES(163,'edit',163,X'24c74787b87f325513527f3928351b837e26cd27727fb1e177dac4e964690d52');
INSERT INTO audit_link VALUES(164,'edit',164,X'f7c6c08912b573dc925920143379b809672e5aa7278b6f03bba9100289d544df');
INSERT INTO audit_link VALUES(165,'edit',165,X'c81b0d718cf54dda2636e363fa46611f44ab14c4b1ba3e816975bd0a781b0b0c');
INSERT INTO audit_link VALUES(166,'edit',166,X'2af33f928be96766ffba91500ece176177c20e84d62d24ce325ed8a3c3d872bb');
INSERT INTO audit_link VALUES(167,'edit',167,X'37bb6751996ff9abb9cb6bcb20066e448fc10b8fecbbf5bcf2e1afcbdc383e8d');
INSERT INTO audit_link VALUES(168,'edit',168,X'338f099c9681e516c461fa44000ed69763fe18702efb2f13bf6a6d3aec4b0827');
INSERT INTO audit_link VALUES(169,'edit',169,X'2421a0c74cbf4d73d3341037b829f405792098627e4053b87ed40c1778f8898e');
INSERT INTO audit_link VALUES(170,'edit',170,X'c3f4e76abc33b046b81cc49fa0db9b28cce88dc37d8c9dcf8efaf633f677607a');
INSERT INTO audit_link VALUES(171,'edit',171,X'878ec8f6de9f75aa11c782374bfa0ed99de5965116edc945c58bce7b89882c40');
INSERT INTO audit_link VALUES(172,'edit',172,X'cc094de4c0e34739961b5a04e23bfe5c97084d1411344c93ba080842dad2b173');
INSERT INTO audit_link VALUES(173,'edit',173,X'fd7134c4f3cde29e53c5fc836f62ece97f3b1e7e04b0ef2c42c87c57838d1b3a');
INSERT INTO audit_link VALUES(174,'edit',174,X'2e469d2cf509db69c2d8de04e3bfbfbafaef34e2e108c64ec3ab0b7719bc7668');
INSERT INTO audit_link VALUES(175,'edit',175,X'f21d79019954afced7926569e2d039d212f2ad84c48e68cc436ea7bf3fc9816e');
INSERT INTO audit_link VALUES(176,'edit',176,X'b5da39f503b7ae4896df945386772c2f1e3d32ed1d002129932559844277a26e');
INSERT INTO audit_link VALUES(177,'edit',177,X'105f28349aeed313bebda7e502ca93030dbb2df3b08c05304313941696d82427');
INSERT INTO audit_link VALUES(178,'edit',178,X'8400761f6f0d3d098d6500cba5835df2e1cc730c976257b45df9f36deb305413');
INSERT INTO audit_link VALUES(179,'edit',179,X'2dc937a5e84b53915117d5e9e55955c998dc996135f164cf5e9bdcc198fe3fec');
INSERT INTO audit_link VALUES(180,'edit',180,X'f4cfc2d9d79f095ef7b429c8d2b5370080f689e503e6f38bf427c0d77ac0bcf9');
INSERT INTO audit_link VALUES(181,'edit',181,X'52ec6b83073c4e4531c43c982532c08923cb1d8407624d4ecb60ae4a40b82427');
INSERT INTO audit_link VALUES(182,'edit',182,X'80bab39d4deafa6fac60ec1348c5316305d4d9300e589aed8bdbd9201a423a59');
INSERT INTO audit_link VALUES(183,'edit',183,X'4c84de7e2d01be166844d8614064b91054b07b46b49950defbafeeca8a517019');
INSERT INTO audit_link VALUES(184,'edit',184,X'442afdb3ccbff5bfc90224cb070169fa34e17ed905a04f23085a35975bbbd9de');
INSERT INTO audit_link VALUES(185,'edit',185,X'0f85c8c63ed2c0f46dbb8821c17085e45338965aebd5f7e149c9479f1b39b199');
INSERT INTO audit_link VALUES(186,'edit',186,X'048dde573329f73cd617e422d786c65e088ddab9b6c85b47ecab0319032beed1');
INSERT INTO audit_link VALUES(187,'edit',187,X'0fccc0cbefbb8fefa0afa4e87d0c79c14e365645f1c86a490d7018dde27f3b1f');
INSERT INTO audit_link VALUES(188,'edit',188,X'04dfdf1a24b295497dfe61323bd919a7567c5e9b066baccbe0a404ba33ab4ad6');
INSERT INTO audit_link VALUES(189,'edit',189,X'1ead0c1fe872caa343ae3f5b784b417d14c0a6703f9159c366bebb8a865b9fa9');
INSERT INTO audit_link VALUES(190,'edit',190,X'6dafc883b4cf0ce84e8b668e74a323881aeade2869bcc59e3ad59c0b5cd22dc2');
INSERT INTO audit_link VALUES(191,'edit',191,X'a49d8409f8fc15dce0b3171044c365c99f89b4b303b2d57d2cfc9ddc4325282b');
INSERT INTO audit_link VALUES(192,'edit',192,X'c29d205111f791ee958aae35cd48db21772f52493d27904cad0853c5fb2b3f2a');
INSERT INTO audit_link VALUES(193,'edit',193,X'cccb010b07c48138ef55b1a961677b65089c6413afaf39bfd38b30a7cdf509b8');
INSERT INTO audit_link VALUES(194,'edit',194,X'e57c9764503308679a1a5c7c901fb4565b43c3e30553498f651d974fa6f36c04');
INSERT INTO audit_link VALUES(195,'edit',195,X'41ed1551d48d7500fd8267f1115793bcf2ce8c942402b6bd38f92c6120614af8');
INSERT INTO audit_link VALUES(196,'edit',196,X'98556f11daa58a14df060bcf5dfcb03c0679da53624084e798db127d8425d447');
INSERT INTO audit_link VALUES(197,'edit',197,X'57171b7c3337140208ed8bbdbdf62970d13be9e1f138fa9707cb3dd4c4aef10f');
INSERT INTO audit_link VALUES(198,'edit',198,X'806216f3c42dae564039d934fd3f89f6fbdc49021facb6825417869a28a3f4b1');
INSERT INTO audit_link VALUES(199,'edit',199,X'7a9a0070a0ef6039866c30aedc812dd09c0bf8d655085dfb686086ff48136724');
INSERT INTO audit_link VALUES(200,'edit',200,X'75021e3a0d07b404cbce12b2e9c10835765ab113b96dc22615dac7531af6169d');
INSERT INTO audit_link VALUES(201,'edit',201,X'65667ae9153b77e32383cda3040ce93c7553c9a26862f52e0e94f5850fca9df4');
INSERT INTO audit_link VALUES(202,'edit',202,X'd014f7b4889d40e74644922d8ff846af5e77d4d47632bb0a023c87c88807dd95');
INSERT INTO audit_link VALUES(203,'edit',203,X'09273220aa1aadec1eb6d65ee0bba1041b0116ab7354425bfb76d89fdbc06654');
INSERT INTO audit_link VALUES(204,'edit',204,X'0bed6dfb94db7fd4dd6eef0b3111d1752487d06c156083c263088314e520c69d');
INSERT INTO audit_link VALUES(205,'edit',205,X'34b80898cc7f5e121de15ed2f939d603f7c46cb80f69ef85000b04285e727264');
INSERT INTO audit_link VALUES(206,'edit',206,X'0e510f047f6063b67ee0ed02fc5e697d99f11ca1e407265802fd485654d681c2');
INSERT INTO audit_link VALUES(207,'edit',207,X'bc77e7ea6af5cc45758cd191d37b9835cbed7ff185d140059c22f6841d381532');
INSERT INTO audit_link VALUES(208,'edit',208,X'8914139ed88568291bfa2e817fc46856e3dd029b2d226468534e48fc32838536');
INSERT INTO audit_link VALUES(209,'edit',209,X'41ff127b6b9488cdc3e47a9d168b3e7a41636ab9beebc007c0a4cc57e5890866');
INSERT INTO audit_link VALUES(210,'edit',210,X'7148cd7e975167c415171c94c75f2ad259b6e851a04403ebc3f0c0cbd4e79c29');
INSERT INTO audit_link VALUES(211,'edit',211,X'9271a8f14f642a8be8ca3983eaf8f4c0e711f6396cc6d6beb0ad7ae8a2069dc4');
INSERT INTO audit_link VALUES(212,'edit',212,X'9fe5a327bab7b32dc776c5d3a4f48740be3d8b45f36553c111bcb0eb73604932');
INSERT INTO audit_link VALUES(213,'edit',213,X'90a0000715bc99e537aa7c42a35c428b7f3d93df75b8b5f39527f2d1831224ef');
INSERT INTO audit_link VALUES(214,'edit',214,X'ac754ea6783d2a649c3f463d3a770e43171ecc9c806a2ec696671ac2f77df7c5');
INSERT INTO audit_link VALUES(215,'edit',215,X'b53505ccaacaef086ef2210706b2fad31298f694bfb109c47c8159a98d24b1ef');
INSERT INTO audit_link VALUES(216,'edit',216,X'1159126cd4be20705d59bedabfbc449db3935dec72ec58e263397c5ae302f14b');
INSERT INTO audit_link VALUES(217,'edit',217,X'e30cec800ff3db6bf009581579a003cf9e91ff205689c3a6b8679ee155641235');
INSERT INTO audit_link VALUES(218,'edit',218,X'505188862b05cb93507b0ed469fb13490f6bdd52fcb1af900ac1362847ac3b81');
INSERT INTO audit_link VALUES(219,'edit',219,X'eeb7084478d9778b04ebae96a9b5deb2d02827a5634515d41a217a2786861d73');
INSERT INTO audit_link VALUES(220,'edit',220,X'5fb9e9894a0285522067ac79497defe97ee2723acd70d1cb41e2fcd913bbbfce');
INSERT INTO audit_link VALUES(221,'edit',221,X'9e998a4a94020f436cad65a138e22d676232ca78682af0ae43330cdb4134743b');
INSERT INTO audit_link VALUES(222,'edit',222,X'ef93198bb27374a913e05d794eb9f9a52302b47ca0c40632984394601c5e5c0f');
INSERT INTO audit_link VALUES(223,'edit',223,X'34cb99b32dcd945751fdce2e36b4d8c6f4828b4b9f04e2ba52bec4a8b3915326');
INSERT INTO audit_link VALUES(224,'edit',224,X'9223491e0e979daf96ea3115bab7e4d0230ed8f55ce48b49649b24c6612d3cdb');
INSERT INTO audit_link VALUES(225,'edit',225,X'947e5d9787a2612375de7a2a1991d20ca908f37335da14464884ffbf4dd95f8e');
INSERT INTO audit_link VALUES(226,'edit',226,X'2d08d9569b0a4f60209d51e9bf90988732fb371a84cbfbe6cc5335f4acc527f2');
INSERT INTO audit_link VALUES(227,'edit',227,X'7c518c32d15e8d10e318156f07e646455ab3956bda10b87315f0335dbcd8cef5');
INSERT INTO audit_link VALUES(228,'edit',228,X'9c84149878d9fb3bf8f7cb9ec3e9122be4bbb11bd8733919cbc9c15b79e7ce8c');
INSERT INTO audit_link VALUES(229,'edit',229,X'767585c7f496444a16c1a99e3c010aab6a3062cee4407b6e83ab2f350f87e453');
INSERT INTO audit_link VALUES(230,'edit',230,X'd3e84af39ce20b93c069f3c3e2809bec1ecb4d4d3f15ce6b0ff16be74130eeb8');
INSERT INTO audit_link VALUES(231,'edit',231,X'd35ded32fb5c89a1273605723f433f9f2e8a92335c5120f1a37b93f0a9037e1d');
INSERT INTO audit_link VALUES(232,'edit',232,X'd48f0a53cfb49ac446d777ed2cc679d299ab4602d5376e277cef4323980d0336');
INSERT INTO audit_link VALUES(233,'edit',233,X'4828e26e9ba65cee7411816db9188a47c3a98f676e0f34a26b2671032a21a620');
INSERT INTO audit_link VALUES(234,'edit',234,X'47e96aee4baaadc1cf2ec27a4feb56cabf74a8bfbc04d7ae3c2acebc636636e9');
INSERT INTO audit_link VALUES(235,'edit',235,X'9e7591c0c6d44f81dac627f910425c652b635fb6e4fe78ced79e2dbcfb52a6f3');
INSERT INTO audit_link VALUES(236,'edit',236,X'b9b267fd82f09596edba2c3eefe5002a6861747884fa40796e6bc70dc4eda484');
INSERT INTO audit_link VALUES(237,'edit',237,X'148d7d738733829db93b67714e7c00a9c2886a5c33f585ac36598243af16048d');
INSERT INTO audit_link VALUES(238,'edit',238,X'6afbca122c1bed6c83de909650e4ffdde5631b97aeb095008ba1046da1369845');
INSERT INTO audit_link VALUES(239,'edit',239,X'9d3eb7b83544e3da06f07c70684dbfcae5c7ba8f94a121340854b2f20efbbedc');
INSERT INTO audit_link VALUES(240,'edit',240,X'a1a808c3f1b861223eaa1571d2310db703d9f9af269a1df21e78f947e1108e04');
INSERT INTO audit_link VALUES(241,'edit',241,X'e411dd93bf8d9ddb42b3022ce0d4a8eb8cfe54814aa50888a69bd3cb4c4d0405');
INSERT INTO audit_link VALUES(242,'edit',242,X'c763f59d1c4401bbad0afcd20af6df3fe15d3c7ebbacf9616a1b24475cc9733b');
INSERT INTO audit_link VALUES(243,'edit',243,X'3e11773fda592664e54479dda46fc81a6f9f0d22721261b958637e1045ca9005');
INSERT INTO audit_link VALUES(244,'edit',244,X'c9de95c9506225d6ff12c5c8bfff3ce0adb7245496883da71d843993bd946fc5');
INSERT INTO audit_link VALUES(245,'edit',245,X'b8708e935b4826e6d941eca34eefd17f9e3998065677b38a04267c9715ff8959');
INSERT INTO audit_link VALUES(246,'edit',246,X'cf20b900bfb039bed755c464d54ee74a8676d492aa4f601f851774509cfdd279');
INSERT INTO audit_link VALUES(247,'edit',247,X'786d014f558fdc091de451961b7020ab876f08b6503139093ebf857033cb2ba7');
INSERT INTO audit_link VALUES(248,'edit',248,X'8e1b5d360248a001aa5462826d4e5803283f96e2d28fd8991b4b53564b0e8703');
INSERT INTO audit_link VALUES(249,'edit',249,X'2ddcb3380671536c00447bf157b186acb06d0f70d96a5709139d9cd37fce9d95');
INSERT INTO audit_link VALUES(250,'edit',250,X'93a0adf14ee34b171759a207cb81840fdf631bee8063e90e96b77a9228ba19a9');
INSERT INTO audit_link VALUES(251,'edit',251,X'0e490510d2a58ae1d30abfb68ed32ede4889826dd027d524c03943fdef93dc04');
INSERT INTO audit_link VALUES(252,'edit',252,X'61ba7f81c312945327a046e2e5137b557f9cb9df398d5833483a7ff127498099');
INSERT INTO audit_link VALUES(253,'edit',253,X'a2c762fa14bb17c482753bbeb5ec96885e01da515cf0f7eff93d62d27cfa45f5');
INSERT INTO audit_link VALUES(254,'edit',254,X'5cfaeb2ebc7d047d299100d6566715d9cc2009901cf9eb90d46fa5a6a14c0a5c');
INSERT INTO audit_link VALUES(255,'edit',255,X'7710fc70ca8e1128cac90984ff579dc92a88d467250f13b8db4c135388cf4122');
INSERT INTO audit_link VALUES(256,'edit',256,X'edbe2187314fbac309b66b8a0183ee747ff81aa3b307cc0205e1b387cd25fbc7');
INSERT INTO audit_link VALUES(257,'edit',257,X'741c6fa6af53664fe693d7ef2ac64764b1dc5dd0a2cd512511139ed1ed572623');
INSERT INTO audit_link VALUES(258,'edit',258,X'2af2071bae04adcf8da8323fefe032d8942cc85a1ab21e4925b55e26beb43ef8');
INSERT INTO audit_link VALUES(259,'edit',259,X'1a99f304c656816a4bfec214f63fbca5df3af3d88754228b04d155d78e9cfafe');
INSERT INTO audit_link VALUES(260,'edit',260,X'bcf3042b734642a05cb9a770080418f3f8cf69fe0037647669cfbcc7b795d549');
INSERT INTO audit_link VALUES(261,'edit',261,X'7ffc20ed718e54f86611521aa34fedf6ef439db6f97e6d244d0cf90aa0a6f768');
INSERT INTO audit_link VALUES(262,'edit',262,X'b55c3ede2ad7fe177f1779ea629b90b8ae52c4793ccafeffb081af5b6d7d7ec8');
INSERT INTO audit_link VALUES(263,'edit',263,X'ba58e95d5a832adba7a793de15d1dd2240975de891c80dd23de9c8161d71d243');
INSERT INTO audit_link VALUES(264,'edit',264,X'e0fde5b8c1d7101e54fc58b6caa75e88a7ad6da85bc9556c65346e60d2b481d4');
INSERT INTO audit_link VALUES(265,'edit',265,X'fc2daa53048344d075ddc5da99f3d0186c63181362917dc7a31a4dacf0fdeeb6');
INSERT INTO audit_link VALUES(266,'edit',266,X'8cd39640bedbaff91ac16cbb496e073f20c5552b2bc144858758b64c72d02335');
INSERT INTO audit_link VALUES(267,'edit',267,X'29830349f0b5d149c4422d2e098a4b9eb3afc65c4d144976fc9c49e68d0abba5');
INSERT INTO audit_link VALUES(268,'edit',268,X'75f67eaa6b13278457ce30ec5b090c6e170341a6366998d7761877f056e8ccb3');
INSERT INTO audit_link VALUES(269,'edit',269,X'426ff93a2a85d3120db22a017efd7beef668994d8b210d9bede38c860c00847a');
INSERT INTO audit_link VALUES(270,'edit',270,X'9f6c7a1e31a7229a5e1553d84d9df9254c8d1e6ca46fcb950ddea08d7761f642');
INSERT INTO audit_link VALUES(271,'edit',271,X'ce093b7867de6bec7311b5e4ee4d9cb98ccdd99ef4cd7a6f01aa9f1a3cc26eca');
INSERT INTO audit_link VALUES(272,'edit',272,X'6e2bf2b9cb3c5d0aeee673be312ada5f8159de5ad3ff58fb212c587406511607');
INSERT INTO audit_link VALUES(273,'edit',273,X'4d62fa85e060fde369503d0b911961137ce64b61e34addda6e9526dab0555f3b');
INSERT INTO audit_link VALUES(274,'edit',274,X'52478962f6c789feabffbe2bb4fca5bf88f696d9b8735c2922aef86df7705804');
INSERT INTO audit_link VALUES(275,'edit',275,X'5a48b76bdc3bce280ac98717fa21d9fd86bcf5c1edf415a663d36b75e806007d');
INSERT INTO audit_link VALUES(276,'edit',276,X'9dc3c942a961ef111f24ec6f57ab61686bdefd738690753f7ffc25290fe6dc95');
INSERT INTO audit_link VALUES(277,'edit',277,X'9e196b4035dd3be9492f2a6fb2db712af860e330aed8fb09852388ce571fc0c9');
INSERT INTO audit_link VALUES(278,'edit',278,X'ab23eb60b6b8d25228944e24e28c9f473c986dfa8e5c3144ecd52c2c9a59a9fc');
INSERT INTO audit_link VALUES(279,'edit',279,X'b93f4588ea41a5e3b23a764027844213d34f5fc706dcea8813acb0cccfeb0b42');
INSERT INTO audit_link VALUES(280,'edit',280,X'07c654d8ceccd78faa0b9c88112cf5d119167c668da0390ecd8bd94bd8e92868');
INSERT INTO audit_link VALUES(281,'edit',281,X'ecc5dd8b6593c22a121ecad25206df5fed2c105b37edc9484d5d79605930bdc9');
INSERT INTO audit_link VALUES(282,'edit',282,X'c2342ad83b7c902cc57d31518127290736e593d578f37807e41a154fa60bacef');
INSERT INTO audit_link VALUES(283,'edit',283,X'9b97ab83a1c142aedc32101ce0d3567f958fc08001d157ca90a0ee24ac942780');
INSERT INTO audit_link VALUES(284,'edit',284,X'317e59d49af063bbb522259b3d35da9f5ce048a31f96eff1447f328ebcf6ea7b');
INSERT INTO audit_link VALUES(285,'edit',285,X'13b12ae4e47453eb3b2448acc7b3ec36d4c985fabb4e84dec8cfdd616928374f');
INSERT INTO audit_link VALUES(286,'edit',286,X'cd9f9f3b4f4737419b6e1f8c8a8b9c7afda9792c808fc033eeddb1a399689be9');
INSERT INTO audit_link VALUES(287,'edit',287,X'd1ada3b8d5cca5d4a5dfe2d8cb7dc64a7a69123f7e433ba7c8fc94ad87769f96');
INSERT INTO audit_link VALUES(288,'edit',288,X'6262d468aa7d36b081d9b97d2756fed8b1b0615f9ead71d105600fedbf81cef5');
INSERT INTO audit_link VALUES(289,'edit',289,X'5c712787b892e8b4e9c574e38bbc7c7c2427e15b794bceddb31c81d8730b4979');
INSERT INTO audit_link VALUES(290,'edit',290,X'f62680afb7d91527514cfafa199908bd92342b5d119fb92cecd3532145e32f78');
INSERT INTO audit_link VALUES(291,'edit',291,X'e052912564080a68774fff0506172c6910610fb8a5144ebe4c1a30481aef2d0c');
INSERT INTO audit_link VALUES(292,'edit',292,X'6bc1a4b9431abe69231e1bf3e6adf544b4af73c6ad51b352fc2bd566fadf6526');
INSERT INTO audit_link VALUES(293,'edit',293,X'c25d814bd05cbc8740e084fd1fbd5b999ab63627b09ecdc3e7977a47e448253a');
INSERT INTO audit_link VALUES(294,'edit',294,X'd314a0d70e812fbfccc35c7ec92074fe300e66957155968e2c9fc7bb543b7366');
INSERT INTO audit_link VALUES(295,'edit',295,X'a78ddd5e887d43a335e63f766495b68e4a147c301f8dac59146ddbca96d2e8b9');
INSERT INTO audit_link VALUES(296,'edit',296,X'a383c1f011d9d1a39b488b6ed8c0832701c4cd654babf6a64abdc7a1ee0b5df1');
INSERT INTO audit_link VALUES(297,'edit',297,X'8f9c9b1dff9f8bcf31424d9b0d9a06c256ced1930b87093921a1e239deaf9c67');
INSERT INTO audit_link VALUES(298,'edit',298,X'9df8930c4dd1e71e557998f708eb62852f9efeed6c819df775ec38071bfad988');
INSERT INTO audit_link VALUES(299,'edit',299,X'dd4fecb4a16236643254803a65579378e860655388f5081582221aab1bbcb6ee');
INSERT INTO audit_link VALUES(300,'edit',300,X'7051e43377cb4b2aad9e9b9d15fa4313bab61593d5909452eaa6fd2dd8aa0f8c');
INSERT INTO audit_link VALUES(301,'event',1,X'becfcfaf30ad6eb863b696d3d145928ebc1f7ec7554c4241935ddb19a99e80b6');
INSERT INTO audit_link VALUES(302,'event',2,X'8db2f49bd02e1215ccab0fb0c8428b562840862671b855a77ccf0d1a7fa49b90');
INSERT INTO audit_link VALUES(303,'event',3,X'a89da65998c7e8a3da7e0982c88e091be129a93989be998d1638cd040ed63cf4');
INSERT INTO audit_link VALUES(304,'event',4,X'f7413dcb1487de0334caa9943fa81c96c2d8a59184b80c4f69b36e3a9bb4f911');
INSERT INTO audit_link VALUES(305,'event',5,X'aefe9bfac0d850c2e733c4ec547bfa3b010e9a14d37fd81b2af8ad34e0e1a925');
INSERT INTO audit_link VALUES(306,'event',6,X'5640902e380e353b44ea5cb841bb3739bdb5e78dc4a98686289b5e8407fda001');
INSERT INTO audit_link VALUES(307,'event',7,X'9d8a837c3081771b7dfd0805ce33681eb7d8c661fa40cce90a90dc5a0a7f0fd1');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('session',15);
INSERT INTO sqlite_sequence VALUES('edit_log',300);
INSERT INTO sqlite_sequence VALUES('import',1);
INSERT INTO sqlite_sequence VALUES('model',2);
INSERT INTO sqlite_sequence VALUES('model_event',4);
INSERT INTO sqlite_sequence VALUES('evaluation',3);
INSERT INTO sqlite_sequence VALUES('ruling',3);
INSERT INTO sqlite_sequence VALUES('evaluation',3);
INSERT INTO sqlite_sequence VALUES('ruling',3);
INSERT INTO sqlite_sequence VALUES('dataset',4);
INSERT INTO sqlite_sequence VALUES('training',2);
INSERT INTO sqlite_sequence VALUES('project_event',7);
INSERT INTO sqlite_sequence VALUES('dataset',4);
INSERT INTO sqlite_sequence VALUES('training',2);
INSERT INTO sqlite_sequence VALUES('project_event',2);
INSERT INTO sqlite_sequence VALUES('audit_link',307);
INSERT INTO sqlite_sequence VALUES('assignment',1);
INSERT INTO sqlite_sequence VALUES('task',1);
CREATE UNIQUE INDEX film_by_content ON film (sha256);
CREATE INDEX film_in_order ON film (
    study_id, series_number, series_id, instance_number, image_id, view_position, series_description, sex, age_years
);
CREATE INDEX reading_by_film ON reading (image_id, rad_id);
CREATE INDEX edit_log_by_film ON edit_log (image_id, rad_id) WHERE image_id IS NOT NULL;
CREATE TRIGGER edit_log_no_update BEFORE UPDATE ON edit_log
BEGIN
    SELECT RAISE(ABORT, 'The edit log is append-only: an entry is never changed. Append an undo entry instead.');
END;
CREATE TRIGGER edit_log_no_delete BEFORE DELETE ON edit_log
BEGIN
    SELECT RAISE(ABORT, 'The edit log is append-only: an entry is never deleted. Append an undo entry instead.');
END;
CREATE TRIGGER edit_log_no_replace BEFORE INSERT ON edit_log
WHEN EXISTS (SELECT 1 FROM edit_log WHERE seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'The edit log is append-only: this position is taken. Leave seq out to append.');
END;
CREATE INDEX measurement_by_film ON measurement (image_id, rad_id);
CREATE TRIGGER measurement_rules_insert BEFORE INSERT ON measurement
WHEN EXISTS (SELECT 1 FROM measurement WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'There is a measurement with this id already. Give the new one another id, or UPDATE the one that is there.');
END;
CREATE TRIGGER measurement_rules_update BEFORE UPDATE OF id ON measurement
WHEN NEW.id <> OLD.id AND EXISTS (SELECT 1 FROM measurement WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'There is a measurement with this id already. Give this one another id.');
END;
CREATE INDEX comment_by_film ON comment (image_id, rad_id);
CREATE TRIGGER comment_rules_insert BEFORE INSERT ON comment
WHEN EXISTS (SELECT 1 FROM comment WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'There is a comment with this id already. Give the new one another id, or UPDATE the one that is there.');
END;
CREATE INDEX annotation_by_film ON annotation (image_id, rad_id);
CREATE UNIQUE INDEX annotation_one_no_finding ON annotation (image_id, rad_id) WHERE lesion_type = 'No finding';
CREATE TRIGGER annotation_rules_insert BEFORE INSERT ON annotation
BEGIN
    SELECT RAISE(ABORT, 'There is a mark with this id already. Give the new mark another id, or UPDATE the one that is there.')
    WHERE EXISTS (SELECT 1 FROM annotation WHERE id = NEW.id);
    SELECT RAISE(ABORT, 'This reader says "No finding" of this film. Remove "No finding" before adding a lesion.')
    WHERE NEW.lesion_type <> 'No finding' AND EXISTS (
        SELECT 1 FROM annotation
        WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id AND lesion_type = 'No finding'
    );
    SELECT RAISE(ABORT, 'This reader says "No finding" of this film already. One such row is enough; leave this one out.')
    WHERE NEW.lesion_type = 'No finding' AND EXISTS (
        SELECT 1 FROM annotation
        WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id AND lesion_type = 'No finding'
    );
    SELECT RAISE(ABORT, 'This reader has marked lesions on this film. Remove them before saying "No finding".')
    WHERE NEW.lesion_type = 'No finding' AND EXISTS (
        SELECT 1 FROM annotation WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id
    );
    SELECT RAISE(ABORT, 'This reader has put image labels on this film. Remove them, or say they are absent, before saying "No finding".')
    WHERE NEW.lesion_type = 'No finding' AND EXISTS (
        SELECT 1 FROM image_label
        WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id AND presence <> 'absent'
    );
END;
CREATE TRIGGER annotation_rules_update BEFORE UPDATE OF id, image_id, rad_id, lesion_type ON annotation
BEGIN
    SELECT RAISE(ABORT, 'There is a mark with this id already. Give this mark another id.')
    WHERE NEW.id <> OLD.id AND EXISTS (SELECT 1 FROM annotation WHERE id = NEW.id);
    SELECT RAISE(ABORT, 'This reader says "No finding" of this film. Remove "No finding" before adding a lesion.')
    WHERE NEW.lesion_type <> 'No finding' AND EXISTS (
        SELECT 1 FROM annotation
        WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id AND lesion_type = 'No finding' AND id <> OLD.id
    );
    SELECT RAISE(ABORT, 'This reader says "No finding" of this film already. One such row is enough; delete this one.')
    WHERE NEW.lesion_type = 'No finding' AND EXISTS (
        SELECT 1 FROM annotation
        WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id AND lesion_type = 'No finding' AND id <> OLD.id
    );
    SELECT RAISE(ABORT, 'This reader has marked lesions on this film. Remove them before saying "No finding".')
    WHERE NEW.lesion_type = 'No finding' AND EXISTS (
        SELECT 1 FROM annotation WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id AND id <> OLD.id
    );
    SELECT RAISE(ABORT, 'This reader has put image labels on this film. Remove them, or say they are absent, before saying "No finding".')
    WHERE NEW.lesion_type = 'No finding' AND EXISTS (
        SELECT 1 FROM image_label
        WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id AND presence <> 'absent'
    );
END;
CREATE TRIGGER image_label_rules_insert BEFORE INSERT ON image_label
WHEN NEW.presence <> 'absent' AND EXISTS (
    SELECT 1 FROM annotation
    WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id AND lesion_type = 'No finding'
)
BEGIN
    SELECT RAISE(ABORT, 'This reader says "No finding" of this film. Remove "No finding" before adding an image label.');
END;
CREATE TRIGGER image_label_rules_update BEFORE UPDATE ON image_label
WHEN NEW.presence <> 'absent' AND EXISTS (
    SELECT 1 FROM annotation
    WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id AND lesion_type = 'No finding'
)
BEGIN
    SELECT RAISE(ABORT, 'This reader says "No finding" of this film. Remove "No finding" before adding an image label.');
END;
CREATE INDEX prediction_by_model ON prediction (model_id, image_id);
CREATE INDEX ruling_by_evaluation ON ruling (evaluation_id);
CREATE TRIGGER locked_film_is_for_good_update BEFORE UPDATE ON locked_film
BEGIN
    SELECT RAISE(ABORT, 'A locked test film stays locked.');
END;
CREATE TRIGGER locked_film_is_for_good_delete BEFORE DELETE ON locked_film
BEGIN
    SELECT RAISE(ABORT, 'A locked test film stays locked.');
END;
CREATE TRIGGER project_event_is_written_once_update BEFORE UPDATE ON project_event
BEGIN
    SELECT RAISE(ABORT, 'What happened is not changed afterwards.');
END;
CREATE TRIGGER project_event_is_written_once_delete BEFORE DELETE ON project_event
BEGIN
    SELECT RAISE(ABORT, 'What happened is not removed.');
END;
CREATE INDEX task_by_film ON task (image_id, stage, rad_id);
CREATE INDEX adjudication_step_by_film ON adjudication_step (image_id, seq);
CREATE TRIGGER adjudication_step_is_kept BEFORE UPDATE ON adjudication_step
BEGIN
    SELECT RAISE(ABORT, 'What reviewers did is kept as it was.');
END;
CREATE TRIGGER adjudication_step_stays BEFORE DELETE ON adjudication_step
BEGIN
    SELECT RAISE(ABORT, 'What reviewers did is kept.');
END;
CREATE UNIQUE INDEX audit_link_of ON audit_link (kind, ref);
CREATE TRIGGER audit_link_is_kept BEFORE UPDATE ON audit_link
BEGIN
    SELECT RAISE(ABORT, 'The record of what happened is kept as it was.');
END;
CREATE TRIGGER audit_link_stays BEFORE DELETE ON audit_link
BEGIN
    SELECT RAISE(ABORT, 'The record of what happened is kept.');
END;
COMMIT;
PRAGMA user_version = 7;
