-- A project in form 1, as the program of version 0.1.0 writes it: sixty edits with undo and redo, and one import.
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
) STRICT;
INSERT INTO project VALUES(1,'Spine','vindr_spine',1,1795292575705,'0.1.0',X'000102030405060708090a0b0c0d0e0f');
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
CREATE TABLE annotation (
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
    CONSTRAINT "image_id, rad_id and lesion_type must not be empty" CHECK (
        image_id <> '' AND rad_id <> '' AND lesion_type <> ''
    ),
    CONSTRAINT "write No finding exactly so: capital N, one blank, no others" CHECK (
        lesion_type = 'No finding' OR lower(trim(lesion_type)) <> 'no finding'
    ),
    CONSTRAINT "a lesion needs all of xmin, ymin, xmax, ymax; No finding has none of them" CHECK (
        CASE lesion_type
            WHEN 'No finding' THEN coalesce(xmin, ymin, xmax, ymax) IS NULL
            ELSE xmin IS NOT NULL AND ymin IS NOT NULL AND xmax IS NOT NULL AND ymax IS NOT NULL
        END
    ),
    CONSTRAINT "xmin must be less than xmax and ymin less than ymax" CHECK (xmin < xmax AND ymin < ymax),
    CONSTRAINT "coordinates must be finite" CHECK (
        xmin > -9e99 AND ymin > -9e99 AND xmax < 9e99 AND ymax < 9e99
    ),
    CONSTRAINT "origin is 'drawn', 'imported' with import_id, or 'copied <id>'" CHECK (
        (origin = 'imported') = (import_id IS NOT NULL)
        AND (origin IN ('drawn', 'imported') OR origin GLOB 'copied [0-9]*')
    )
) STRICT;
INSERT INTO annotation VALUES(4294967302,'film a','R2','Other lesions',674.90792212449014185,642.80111839435994623,1039.5548842383921055,2496.7216675805302657,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(4294967310,'film a','R1','No finding',NULL,NULL,NULL,NULL,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(4294967312,'film a','R2','Fracture',782.4606508482247591,803.86805014126002785,2429.0130887350442209,1548.176763002052894,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(4294967313,'film c','R1','No finding',NULL,NULL,NULL,NULL,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(4294967316,'film b','R1','Trượt "đốt" sống	',1888.081820735707879,135.40768892131745815,2057.6167527029665506,1381.9366658145934252,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(4294967318,'film a','R2','Osteophytes',1545.3620284218341112,799.38987274281680583,2981.5881363938005961,2048.764900008440236,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(4294967319,'film a','R2','Trượt "đốt" sống	',701.44804375618696212,730.14828262850642202,1096.6697142480313686,747.25335467629133744,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(4294967320,'film b','R1','Osteophytes',1026.2898989766836165,163.42777408473193645,1657.3818412611633448,256.1335551256686358,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(4294967322,'film c','R2','No finding',NULL,NULL,NULL,NULL,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(8589934593,'imported','R1','Osteophytes',712.60000000000002272,961.29999999999995452,786.49999999999999997,1011.7000000000000454,'imported','712.60,961.3,786.5,1011.7','x',1,NULL);
INSERT INTO annotation VALUES(8589934594,'imported','R1','Fracture',1.0,2.0,3.0,4.0,'imported',NULL,NULL,1,NULL);
CREATE TABLE image_label (
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    label TEXT NOT NULL CHECK (label <> ''),
    PRIMARY KEY (image_id, rad_id, label),
    CONSTRAINT "No finding is a row of annotation, not an image label" CHECK (lower(trim(label)) <> 'no finding')
) STRICT, WITHOUT ROWID;
INSERT INTO image_label VALUES('film a','R2','Other lesions');
INSERT INTO image_label VALUES('film b','R1','Osteophytes');
INSERT INTO image_label VALUES('film b','R1','Trượt "đốt" sống	');
INSERT INTO image_label VALUES('film b','R2','Other lesions');
INSERT INTO image_label VALUES('film b','R2','Trượt "đốt" sống	');
CREATE TABLE reading (
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'doing', 'completed')),
    comment TEXT NOT NULL DEFAULT '',
    updated_at INTEGER NOT NULL,
    num_boxes INTEGER NOT NULL DEFAULT 0 CHECK (num_boxes >= 0),
    num_image_labels INTEGER NOT NULL DEFAULT 0 CHECK (num_image_labels >= 0),
    has_no_finding INTEGER NOT NULL DEFAULT 0 CHECK (has_no_finding IN (0, 1)),
    labels TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(labels)),
    PRIMARY KEY (rad_id, image_id)
) STRICT, WITHOUT ROWID;
INSERT INTO reading VALUES('R1','film a','new',replace('line\n1700000021037 \ 🦴','\n',char(10)),1700000037017,0,0,1,'["No finding"]');
INSERT INTO reading VALUES('R1','film b','new',replace('line\n1700000038820 \ 🦴','\n',char(10)),1700000038820,2,2,0,'["Osteophytes","Trượt \"đốt\" sống\t"]');
INSERT INTO reading VALUES('R1','film c','new',replace('line\n1700000032381 \ 🦴','\n',char(10)),1700000032381,0,0,1,'["No finding"]');
INSERT INTO reading VALUES('R1','imported','completed','',5,2,0,0,'["Fracture","Osteophytes"]');
INSERT INTO reading VALUES('R2','film a','new','',1700000030694,4,1,0,'["Fracture","Osteophytes","Other lesions","Trượt \"đốt\" sống\t"]');
INSERT INTO reading VALUES('R2','film b','completed',replace('line\n1700000013136 \ 🦴','\n',char(10)),1700000032663,0,2,0,'["Other lesions","Trượt \"đốt\" sống\t"]');
INSERT INTO reading VALUES('R2','film c','new',replace('line\n1700000018715 \ 🦴','\n',char(10)),1700000034475,0,0,1,'["No finding"]');
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
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('session',2);
INSERT INTO sqlite_sequence VALUES('edit_log',61);
INSERT INTO sqlite_sequence VALUES('import',1);
CREATE UNIQUE INDEX film_by_content ON film (sha256);
-- All that a worklist shows, in the order in which a reader leafs: the list opens from this index alone, unsorted.
CREATE INDEX film_in_order ON film (
    study_id, series_number, series_id, instance_number, image_id, view_position, series_description, sex, age_years
);
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
    SELECT RAISE(ABORT, 'This reader has put image labels on this film. Remove them before saying "No finding".')
    WHERE NEW.lesion_type = 'No finding' AND EXISTS (
        SELECT 1 FROM image_label WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id
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
    SELECT RAISE(ABORT, 'This reader has put image labels on this film. Remove them before saying "No finding".')
    WHERE NEW.lesion_type = 'No finding' AND EXISTS (
        SELECT 1 FROM image_label WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id
    );
END;
CREATE TRIGGER image_label_rules_insert BEFORE INSERT ON image_label
WHEN EXISTS (
    SELECT 1 FROM annotation
    WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id AND lesion_type = 'No finding'
)
BEGIN
    SELECT RAISE(ABORT, 'This reader says "No finding" of this film. Remove "No finding" before adding an image label.');
END;
CREATE TRIGGER image_label_rules_update BEFORE UPDATE ON image_label
WHEN EXISTS (
    SELECT 1 FROM annotation
    WHERE image_id = NEW.image_id AND rad_id = NEW.rad_id AND lesion_type = 'No finding'
)
BEGIN
    SELECT RAISE(ABORT, 'This reader says "No finding" of this film. Remove "No finding" before adding an image label.');
END;
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
COMMIT;
PRAGMA user_version = 1;
