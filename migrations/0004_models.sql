-- Models in a project, what they say of films, and what readers made of it.
--
-- `annotation` is made anew because a CHECK can't be changed: a mark can come from a model's suggestion that a reader
-- accepted. `origin` is then 'suggested <model> <number>': the model's id and the detection's number on the film.
-- Models and predictions do not follow from `edit_log`; what a reader accepted or rejected does.

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

INSERT INTO annotation_new (
    id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, origin, coordinate_text, extra, import_id, import_line,
    shape, geometry, attributes, shape_key
)
SELECT
    id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, origin, coordinate_text, extra, import_id, import_line,
    shape, geometry, attributes, shape_key
FROM annotation ORDER BY id;

-- The triggers of `image_label` name the table that goes; they come back below.
DROP TRIGGER image_label_rules_insert;
DROP TRIGGER image_label_rules_update;
DROP TABLE annotation;
ALTER TABLE annotation_new RENAME TO annotation;
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

-- `file` is a name inside the project's folder `models`; an ensemble has `members` (a JSON list of ids) instead. A
-- deleted model keeps its row: marks and predictions name it. `card` is JSON, as in src/formats/model_card.rs.
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

-- What happened to models, by whom: imported, promoted, rolled back, deleted.
CREATE TABLE model_event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    model_id INTEGER NOT NULL REFERENCES model (id),
    step TEXT NOT NULL CHECK (step <> ''),
    at INTEGER NOT NULL,
    by TEXT NOT NULL DEFAULT ''
) STRICT;

-- The models in use and how their answers are put together: one row at most.
CREATE TABLE pipeline (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    classifier_id INTEGER REFERENCES model (id),
    detector_id INTEGER REFERENCES model (id),
    threshold REAL NOT NULL CHECK (threshold BETWEEN 0 AND 1),
    rule TEXT NOT NULL,
    min_score REAL NOT NULL CHECK (min_score BETWEEN 0 AND 1)
) STRICT;

-- What one model says of one film, once and for good. `heat`: where a classifier looked, as JSON {width, height, values}.
-- `took_ms` and `engine` tell how it was made.
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

CREATE INDEX prediction_by_model ON prediction (model_id, image_id);

-- Detections in pixels of the original film, under the published column names; `number` counts from 0 by falling score.
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

-- Suggestions that a reader turned down. Accepted ones are marks with their origin.
CREATE TABLE rejected_suggestion (
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    model_id INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 0),
    PRIMARY KEY (image_id, rad_id, model_id, number)
) STRICT, WITHOUT ROWID;

-- When a reader first saw what a model says of a film: what was read before and after is kept apart. Not in the log.
CREATE TABLE model_seen (
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    model_id INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL,
    PRIMARY KEY (image_id, rad_id, model_id)
) STRICT, WITHOUT ROWID;

-- Who sees what models say, and when: never, after completing the film once, always.
ALTER TABLE project ADD COLUMN model_visibility TEXT NOT NULL DEFAULT 'after'
    CHECK (model_visibility IN ('off', 'after', 'always'));

PRAGMA user_version = 4;
