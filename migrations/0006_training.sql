-- Training: what models learned from, the runs that made them, and what was asked for and refused.
--
-- A frozen data set is the file `datasets/<id>.json`, whose hash stands here; a run is the folder `runs/training-<id>`,
-- where the engine writes how it stands. The rows here are what lists show and what must outlive a folder. None of it
-- follows from `edit_log`: no reading depends on it.
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

PRAGMA user_version = 6;
