-- Evaluations of models and readers, and what reviewers say of where model and label disagree.
--
-- What an evaluation was made of and what came out lies in the project's folder `runs/evaluation-<id>`: truth, predictions,
-- settings and figures as files, so that what was evaluated stays as it was whatever happens to the labels, and so that
-- others can read it without this program. The rows here are what a list of them shows. Neither follows from `edit_log`:
-- no reading depends on them. `truth_sha256` is of the truth as it was: where the project's is another one by now, the
-- list says so.
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

-- `detection` and `truth` count from 0 in the run's files: the model's box, the label's box, or both where they differ in
-- class. A later row about the same disagreement replaces an earlier one, which stays to be read.
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

PRAGMA user_version = 5;
