-- A project in form 2, as the program of version 0.1.0 writes it: that of form 1 brought up to date, and seventy more edits with
-- undo and redo, measurements among them.
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
INSERT INTO session VALUES(3,1795301895096,'0.1.0');
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
INSERT INTO annotation VALUES(4294967312,'film a','R2','Fracture',782.4606508482247591,803.86805014126002785,2429.0130887350442209,1548.176763002052894,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(4294967318,'film a','R2','Osteophytes',1545.3620284218341112,799.38987274281680583,2981.5881363938005961,2048.764900008440236,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(4294967319,'film a','R2','Trượt "đốt" sống	',701.44804375618696212,730.14828262850642202,1096.6697142480313686,747.25335467629133744,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(4294967322,'film c','R2','No finding',NULL,NULL,NULL,NULL,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(8589934593,'imported','R1','Osteophytes',712.60000000000002272,961.29999999999995452,786.49999999999999997,1011.7000000000000454,'imported','712.60,961.3,786.5,1011.7','x',1,NULL);
INSERT INTO annotation VALUES(8589934594,'imported','R1','Fracture',1.0,2.0,3.0,4.0,'imported',NULL,NULL,1,NULL);
INSERT INTO annotation VALUES(12884901900,'film a','R1','No finding',NULL,NULL,NULL,NULL,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(12884901910,'film b','R1','No finding',NULL,NULL,NULL,NULL,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(12884901916,'film a','R2','Trượt "đốt" sống	',869.7820605281740427,569.16809623688459397,2197.6268537270279921,1388.6587300302833227,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(12884901917,'film a','R2','Other lesions',669.391234427690506,645.13359515927731989,2549.9868634010108506,2531.0836013427378929,'drawn',NULL,NULL,NULL,NULL);
INSERT INTO annotation VALUES(12884901921,'film c','R1','Osteophytes',1129.1603206880390644,1823.5806593671441078,1557.6605521908402352,1881.4449129125475792,'drawn',NULL,NULL,NULL,NULL);
CREATE TABLE image_label (
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    label TEXT NOT NULL CHECK (label <> ''),
    PRIMARY KEY (image_id, rad_id, label),
    CONSTRAINT "No finding is a row of annotation, not an image label" CHECK (lower(trim(label)) <> 'no finding')
) STRICT, WITHOUT ROWID;
INSERT INTO image_label VALUES('film a','R2','Other lesions');
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
INSERT INTO reading VALUES('R1','film a','new',replace('line\n1700000040270 \ 🦴','\n',char(10)),1700000040270,0,0,1,'["No finding"]');
INSERT INTO reading VALUES('R1','film b','new',replace('line\n1700000038820 \ 🦴','\n',char(10)),1700000052405,0,0,1,'["No finding"]');
INSERT INTO reading VALUES('R1','film c','new',replace('line\n1700000009474 \ 🦴','\n',char(10)),1700000053854,1,0,0,'["Osteophytes"]');
INSERT INTO reading VALUES('R1','imported','completed','',5,2,0,0,'["Fracture","Osteophytes"]');
INSERT INTO reading VALUES('R2','film a','new','',1700000052366,6,1,0,'["Fracture","Osteophytes","Other lesions","Trượt \"đốt\" sống\t"]');
INSERT INTO reading VALUES('R2','film b','completed',replace('line\n1700000051669 \ 🦴','\n',char(10)),1700000051669,0,2,0,'["Other lesions","Trượt \"đốt\" sống\t"]');
INSERT INTO reading VALUES('R2','film c','new',replace('line\n1700000053722 \ 🦴','\n',char(10)),1700000053722,0,0,1,'["No finding"]');
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
INSERT INTO measurement VALUES(12884901913,'film a','R1','vertebral_height',1022.3535450994968413,721.98433968797326087,424.65356794372200966,1850.9551468286663294,1017.758342120796442,2004.7607204187661408,693.81169169768691063,415.01838230341672898,1526.266200665384531,916.19359893165528774,1465.4442496299743652,1843.597425976768136);
INSERT INTO measurement VALUES(12884901914,'film a','R2','probe',641.75733093917369841,1600.4107730388641356,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO measurement VALUES(12884901915,'film a','R2','slip',1434.8498196993023156,928.17806279286742213,23.537164067849516869,1656.7295573949813843,75.276961384341120721,366.33405612595379351,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO measurement VALUES(12884901919,'film b','R1','slip',1051.3151569832116365,410.14148093760013579,1987.6988114677369595,697.50740678422152997,1101.1684764549136161,536.88010011054575444,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO measurement VALUES(12884901920,'film c','R2','slip',39.308158690109848976,959.03494991175830368,1881.067288041114807,450.65987371653318405,1038.9524476788938045,1975.6910275630652904,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO measurement VALUES(12884901922,'film c','R1','ellipse',1906.8784093353897333,1639.3786029294133186,1414.4125303477048874,1373.3108532819896936,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('session',3);
INSERT INTO sqlite_sequence VALUES('edit_log',131);
INSERT INTO sqlite_sequence VALUES('import',1);
CREATE UNIQUE INDEX film_by_content ON film (sha256);
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
COMMIT;
PRAGMA user_version = 2;
