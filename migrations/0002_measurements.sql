-- What readers measured: a table of its own, because a measurement is no finding and never travels into a published CSV.
--
-- Only kind and points are kept, never a value: length, angle and grade follow from the points and from the film's own
-- pixel spacing, so that they are the same in every program that computes them and right again when a spacing was wrong.
-- `measurement` is a materialised view of `edit_log` as `annotation` is; ids come from the same count as its ids.
-- Points are in image pixels as everywhere; what each point is stands in src/domain/measure/shape.rs.

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

CREATE INDEX measurement_by_film ON measurement (image_id, rad_id);

-- INSERT OR REPLACE would delete the row that is there.
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

PRAGMA user_version = 2;
