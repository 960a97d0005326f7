-- The first schema: a project is one database, and the database itself keeps the rules that published data must keep.
--
-- Why so much SQL: anybody may open this file with another SQLite client, and data that broke a rule would travel on
-- into a published CSV. So the rules stand here as CHECKs, a unique index and triggers, where no writer can step round
-- them: not INSERT OR REPLACE (a row that would be replaced is refused, because REPLACE fires no DELETE trigger), and
-- not a client with foreign keys off (nothing rests on foreign keys).
-- `annotation` carries the published column names. It is the materialised view of `edit_log`, which is append-only.
-- Constraint names are sentences, because SQLite prints them.

PRAGMA application_id = 1380008776; -- "RACH"

-- What this project is. One row.
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

-- The rules a reading must keep, in the order in which they are reported.
CREATE TABLE rule (
    key TEXT PRIMARY KEY CHECK (key <> ''),
    position INTEGER NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('off', 'warning', 'error')),
    parameter REAL NOT NULL
) STRICT;

-- Who reads. The name is shown in the window and never exported.
CREATE TABLE reader (
    rad_id TEXT PRIMARY KEY CHECK (rad_id <> ''),
    name TEXT NOT NULL,
    years_of_experience INTEGER CHECK (years_of_experience BETWEEN 0 AND 120)
) STRICT;

-- One row for each time that a program opened the project to write. The number makes ids of marks unique.
CREATE TABLE session (
    number INTEGER PRIMARY KEY AUTOINCREMENT CHECK (number BETWEEN 1 AND 2147483647),
    opened_at INTEGER NOT NULL,
    program_version TEXT NOT NULL
) STRICT;

-- Facts of the films, never a patient's name. `source` is relative to the project folder, with '/', where the file is
-- inside it; a path that is not UTF-8 is a BLOB.
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

CREATE UNIQUE INDEX film_by_content ON film (sha256);
-- All that a worklist shows, in the order in which a reader leafs: the list opens from this index alone, unsorted.
CREATE INDEX film_in_order ON film (
    study_id, series_number, series_id, instance_number, image_id, view_position, series_description, sex, age_years
);

-- A published file that was taken in. `header` and `format` let an export give the same columns back; `details` is
-- JSON (byte order mark, line ends, counts).
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

-- The marks. `id` is session * 2^32 + a count, and the order of ids is the order of drawing.
-- Labels may come before their films, so `image_id` need not be in `film`.
-- `coordinate_text`: the four coordinates as an imported file wrote them, comma-separated, where that is not the
-- shortest decimal form. `extra`: the columns of the imported row that this program does not know, as written.
-- `origin`: 'drawn', 'imported' (with `import_id`), or 'copied <id>'.
-- `import_line`: the line of the imported file, for an export in the file's order. The ids of an import follow the films,
-- so that the marks of one film lie side by side.
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

CREATE INDEX annotation_by_film ON annotation (image_id, rad_id);

CREATE UNIQUE INDEX annotation_one_no_finding ON annotation (image_id, rad_id) WHERE lesion_type = 'No finding';

-- What a reader says of the film as a whole: the global labels, and 'Abnormal'.
CREATE TABLE image_label (
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    label TEXT NOT NULL CHECK (label <> ''),
    PRIMARY KEY (image_id, rad_id, label),
    CONSTRAINT "No finding is a row of annotation, not an image label" CHECK (lower(trim(label)) <> 'no finding')
) STRICT, WITHOUT ROWID;

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

-- Where one reader's reading of one film stands. The counts and `labels` (a JSON list, boxes and image labels together)
-- sum up `annotation` and `image_label`, so that a worklist of 100,000 films opens without looking at 2,000,000 marks.
-- The reader comes first in the key: a worklist is one reader's range.
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

CREATE INDEX reading_by_film ON reading (image_id, rad_id);

-- All that was ever done, in order. It alone rebuilds `annotation`, `image_label` and `reading`.
-- 'do', 'undo' and 'redo' carry one edit of one reading as JSON; 'undo' and 'redo' name the entry they are about.
-- 'import' carries a chunk of rows of one imported file as text (its form is described in src/store/chunk.rs).
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

CREATE INDEX edit_log_by_film ON edit_log (image_id, rad_id) WHERE image_id IS NOT NULL;

CREATE TRIGGER edit_log_no_update BEFORE UPDATE ON edit_log
BEGIN
    SELECT RAISE(ABORT, 'The edit log is append-only: an entry is never changed. Append an undo entry instead.');
END;

CREATE TRIGGER edit_log_no_delete BEFORE DELETE ON edit_log
BEGIN
    SELECT RAISE(ABORT, 'The edit log is append-only: an entry is never deleted. Append an undo entry instead.');
END;

-- INSERT OR REPLACE deletes without firing the trigger above.
CREATE TRIGGER edit_log_no_replace BEFORE INSERT ON edit_log
WHEN EXISTS (SELECT 1 FROM edit_log WHERE seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'The edit log is append-only: this position is taken. Leave seq out to append.');
END;

-- Which study and series an imported table says a film belongs to. The published films carry no such ids themselves.
CREATE TABLE imported_film (
    image_id TEXT PRIMARY KEY CHECK (image_id <> ''),
    study_id TEXT NOT NULL,
    series_id TEXT NOT NULL,
    import_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The rows of an imported table of image labels in their order, rows of zeros included, so that an export gives them back.
CREATE TABLE imported_reading (
    import_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    PRIMARY KEY (import_id, position)
) STRICT, WITHOUT ROWID;

-- Small view state: the last film of a reader, windows. JSON.
CREATE TABLE setting (
    key TEXT PRIMARY KEY CHECK (key <> ''),
    value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 1;
