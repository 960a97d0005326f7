-- A project in form 6, as the program of version 0.1.0 writes it: that of form 5 brought up to date, with two data sets, a
-- locked film, two runs of training, a reading queue and what the audit says.
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
    CHECK (model_visibility IN ('off', 'after', 'always'))) STRICT;
INSERT INTO project VALUES(1,'Spine','vindr_spine',1,1795292575705,'0.1.0',X'000102030405060708090a0b0c0d0e0f',replace('Đọc từ trên xuống.\nCount the vertebrae first.','\n',char(10)),'after');
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
) STRICT;
INSERT INTO reader VALUES('R1','Reader',10);
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
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('session',10);
INSERT INTO sqlite_sequence VALUES('edit_log',300);
INSERT INTO sqlite_sequence VALUES('import',1);
INSERT INTO sqlite_sequence VALUES('model',2);
INSERT INTO sqlite_sequence VALUES('model_event',4);
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

CREATE INDEX ruling_by_evaluation ON ruling (evaluation_id);
INSERT INTO evaluation VALUES(1,'Demo detector (version 1)',1763800000000,'R1','Demo detector (version 1)','R1',1,NULL,0.25,'abababababababababababababababababababababababababababababababab');
INSERT INTO evaluation VALUES(3,'Both models',1763800100000,'','Demo classifier (version 1) and Demo detector (version 1)','consensus of readers',1,0.5,NULL,'abababababababababababababababababababababababababababababababab');
INSERT INTO ruling VALUES(1,1,'film 1',0,NULL,'model right','','R1',1763800200000);
INSERT INTO ruling VALUES(2,1,'film 1',NULL,2,'unclear','Cut by the edge of the film','R1',1763800300000);
INSERT INTO ruling VALUES(3,1,'film 1',0,NULL,'both','Said again','R1',1763800400000);
INSERT INTO sqlite_sequence VALUES('evaluation',3);
INSERT INTO sqlite_sequence VALUES('ruling',3);
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

-- Films that no training of this project may learn from or choose by, by the content of their files: a copy under another
-- name is the same film. A lock is for good.
CREATE TABLE locked_film (
    sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32),
    dataset_id INTEGER NOT NULL REFERENCES dataset (id),
    locked_at INTEGER NOT NULL,
    locked_by TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TRIGGER locked_film_is_for_good_update BEFORE UPDATE ON locked_film
BEGIN
    SELECT RAISE(ABORT, 'A locked test film stays locked.');
END;

CREATE TRIGGER locked_film_is_for_good_delete BEFORE DELETE ON locked_film
BEGIN
    SELECT RAISE(ABORT, 'A locked test film stays locked.');
END;

-- `position` orders the queue of runs that wait; the smallest is next. `made_model` is the model that came of it.
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

-- Which films are worth reading next, by the models of one moment; made anew as a whole.
CREATE TABLE reading_queue (
    position INTEGER PRIMARY KEY,
    image_id TEXT NOT NULL UNIQUE CHECK (image_id <> ''),
    reason TEXT NOT NULL CHECK (reason IN ('uncertainty', 'disagreement', 'novelty', 'random')),
    score REAL NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- A film as 16 by 16 greys, by the content of its file: how new a film is, is how far it is from those that were learned
-- from. It follows from the film, is made once, and may be thrown away.
CREATE TABLE grey_print (
    sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32),
    greys BLOB NOT NULL CHECK (length(greys) = 256)
) STRICT, WITHOUT ROWID;

-- What happened in the project beside readings: data frozen, runs started, a training that was refused a test film.
CREATE TABLE project_event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    by TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL CHECK (kind <> ''),
    details TEXT NOT NULL CHECK (json_valid(details))
) STRICT;

CREATE TRIGGER project_event_is_written_once_update BEFORE UPDATE ON project_event
BEGIN
    SELECT RAISE(ABORT, 'What happened is not changed afterwards.');
END;

CREATE TRIGGER project_event_is_written_once_delete BEFORE DELETE ON project_event
BEGIN
    SELECT RAISE(ABORT, 'What happened is not removed.');
END;
INSERT INTO dataset VALUES(1,'First',1763800500000,'R1','cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','consensus of readers',7,1,2);
INSERT INTO dataset VALUES(4,'Đợt hai',1763800600000,'','efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef','R1',9,1,2);
INSERT INTO locked_film VALUES(X'0101010101010101010101010101010101010101010101010101010101010101',1,1763800500000,'R1');
INSERT INTO training VALUES(1,'Small detector','retinanet_small','this_computer',1,NULL,1763800700000,'R1',1,'Stopped too early',NULL);
INSERT INTO training VALUES(2,'Ensemble a','densenet_small','paper',4,'Ensemble',1763800800000,'',2,'',NULL);
INSERT INTO reading_queue VALUES(1,'film 1','uncertainty',0.875,1763800900000);
INSERT INTO grey_print VALUES(X'0101010101010101010101010101010101010101010101010101010101010101',zeroblob(256));
INSERT INTO project_event VALUES(1,1763800500000,'R1','dataset_frozen','{"what":"Data set \"First\" was frozen."}');
INSERT INTO project_event VALUES(2,1763800650000,'R1','training_refused','{"what":"Refused.","films":["film 1"]}');
INSERT INTO sqlite_sequence VALUES('dataset',4);
INSERT INTO sqlite_sequence VALUES('training',2);
INSERT INTO sqlite_sequence VALUES('project_event',2);
COMMIT;
PRAGMA user_version = 6;
