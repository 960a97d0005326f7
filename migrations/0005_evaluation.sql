-- Verdicts of people on where an evaluation's answer and truth disagree. The evaluation itself lies in its run folder.

-- Only ever added to: of several about the same disagreement the last counts, and the others tell how it came to that.
-- `detection` and `truth` are positions in the run's own columns of boxes; both empty for a whole film.
CREATE TABLE ruling (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    evaluation_id INTEGER NOT NULL,
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    detection INTEGER CHECK (detection >= 0),
    truth INTEGER CHECK (truth >= 0),
    verdict TEXT NOT NULL CHECK (verdict IN ('model right', 'label right', 'both', 'neither', 'unclear')),
    note TEXT NOT NULL DEFAULT '',
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    ruled_at INTEGER NOT NULL
) STRICT;

CREATE INDEX ruling_by_evaluation ON ruling (evaluation_id, id);

CREATE TRIGGER ruling_is_not_changed BEFORE UPDATE ON ruling
BEGIN
    SELECT RAISE(ABORT, 'a verdict is not changed: a later one replaces it');
END;

PRAGMA user_version = 5;
