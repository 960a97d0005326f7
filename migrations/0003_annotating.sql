-- Every kind of mark: shapes beside boxes, attributes, answers of three kinds, comments, films unfit to be read, reading
-- time, and what a project brings along for its readers: its own label set, rules, instructions and reference cases.
--
-- `annotation` is made anew because a CHECK can't be changed. Its published columns stay what they were: a mark of any
-- shape has the smallest box around it in xmin to ymax, so that a program that knows boxes only reads it as one.
-- As before, all of it but label set, rules, references, settings and reading time follows from `edit_log` alone.

-- What only this schema has:
-- `shape`: NULL for a box and for "No finding", else what `geometry` holds, in image pixels, as JSON:
--   'polygon' [[[x, y], ...], ...] one list a part; 'line' [[x, y], ...]; 'point' [x, y];
--   'mask' {"x", "y", "width", "height", "runs"}: run lengths, row by row, the first run outside.
-- `attributes`: JSON of what was said: "severity", "level", "certainty", "note"; NULL where nothing was.
-- `shape_key`: the id of the first mark on the same shape, where that is another one: several labels on one shape.
CREATE TABLE annotation_new (
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
    CONSTRAINT "origin is 'drawn', 'imported' with import_id, or 'copied <id>'" CHECK (
        (origin = 'imported') = (import_id IS NOT NULL)
        AND (origin IN ('drawn', 'imported') OR origin GLOB 'copied [0-9]*')
    ),
    CONSTRAINT "shape is polygon, mask, point or line with its geometry as JSON; a box has neither" CHECK (
        (shape IS NULL) = (geometry IS NULL)
        AND (shape IS NULL OR (shape IN ('polygon', 'mask', 'point', 'line') AND json_valid(geometry)))
    ),
    CONSTRAINT "attributes is JSON" CHECK (attributes IS NULL OR json_valid(attributes))
) STRICT;

INSERT INTO annotation_new (
    id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, origin, coordinate_text, extra, import_id, import_line
)
SELECT id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, origin, coordinate_text, extra, import_id, import_line
FROM annotation ORDER BY id;

-- The triggers of `image_label` name the table that goes; they come back below.
DROP TRIGGER image_label_rules_insert;
DROP TRIGGER image_label_rules_update;
DROP TABLE annotation;
ALTER TABLE annotation_new RENAME TO annotation;
CREATE INDEX annotation_by_film ON annotation (image_id, rad_id);
CREATE UNIQUE INDEX annotation_one_no_finding ON annotation (image_id, rad_id) WHERE lesion_type = 'No finding';

-- Said of a film: present, absent or unsure. Only 'absent' stands beside "No finding".
ALTER TABLE image_label ADD COLUMN presence TEXT NOT NULL DEFAULT 'present'
    CHECK (presence IN ('present', 'absent', 'unsure'));
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

-- Said of a whole series or study; the same on all its films.
CREATE TABLE shared_label (
    scope TEXT NOT NULL CHECK (scope IN ('series', 'study')),
    scope_id TEXT NOT NULL CHECK (scope_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    label TEXT NOT NULL CHECK (label <> ''),
    presence TEXT NOT NULL CHECK (presence IN ('present', 'absent', 'unsure')),
    PRIMARY KEY (scope, scope_id, rad_id, label)
) STRICT, WITHOUT ROWID;

-- `num_marks` counts marks of any shape; `labels` names marks and what is present. `unfit`: why the film is out of the
-- queue, NULL where it is fit to be read.
ALTER TABLE reading RENAME COLUMN num_boxes TO num_marks;
ALTER TABLE reading ADD COLUMN unfit TEXT CHECK (
    unfit IN (
        'other_modality', 'other_body_part', 'paediatric', 'low_quality', 'lateral_view', 'wrong_orientation',
        'residual_text'
    )
);

-- Threads about a film, a place on it (`pin_x`, `pin_y` in image pixels) or a mark. `answers` names the thread's first
-- comment, which may be another reader's.
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

CREATE INDEX comment_by_film ON comment (image_id, rad_id);

-- INSERT OR REPLACE would delete the row that is there.
CREATE TRIGGER comment_rules_insert BEFORE INSERT ON comment
WHEN EXISTS (SELECT 1 FROM comment WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'There is a comment with this id already. Give the new one another id, or UPDATE the one that is there.');
END;

-- How long a reader worked on a film with each tool, pauses left out. A tally, not data of the reading: it is not in the
-- log. `day` is the computer's calendar day, as 2024-05-31.
CREATE TABLE reading_time (
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    tool TEXT NOT NULL CHECK (tool <> ''),
    day TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    active_ms INTEGER NOT NULL CHECK (active_ms >= 0),
    PRIMARY KEY (rad_id, image_id, tool, day)
) STRICT, WITHOUT ROWID;

-- The project's own rules; `condition` is JSON (its form is described in src/store/custom_rules.rs).
CREATE TABLE custom_rule (
    id INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,
    title TEXT NOT NULL CHECK (title <> ''),
    severity TEXT NOT NULL CHECK (severity IN ('off', 'warning', 'error')),
    condition TEXT NOT NULL CHECK (json_valid(condition))
) STRICT;

-- The project's own label set, every version of it, in the form of the label-set files; none: the one that ships under
-- the project's `label_set`.
CREATE TABLE label_set (
    version INTEGER PRIMARY KEY CHECK (version > 0),
    made_at INTEGER NOT NULL,
    labels TEXT NOT NULL CHECK (json_valid(labels)),
    note TEXT NOT NULL DEFAULT ''
) STRICT;

-- What to compare with: a picture of a label, a film of the project, or both.
CREATE TABLE reference_case (
    id INTEGER PRIMARY KEY,
    label TEXT NOT NULL DEFAULT '',
    image_id TEXT,
    caption TEXT NOT NULL DEFAULT '',
    png BLOB,
    CHECK (image_id IS NOT NULL OR png IS NOT NULL)
) STRICT;

-- What readers are told before they read.
ALTER TABLE project ADD COLUMN instructions TEXT NOT NULL DEFAULT '';

PRAGMA user_version = 3;
