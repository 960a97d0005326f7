-- Many readers: people with roles, films handed out, findings settled between readers, versions that were exported, and
-- an audit that nobody can rewrite unseen.
--
-- A layer is what one `rad_id` said: a reader's own; a second reading of a film by the same person, whose layer is a row
-- of `reader` of its own (`R3.2`, with `repeat_of` = `R3`); or 'consensus', what reviewers settled. So one table of marks,
-- one log and one set of rules serve them all.
-- `task` holds no state: where a task stands, its reading or its adjudication says.

-- `roles`: keys with a blank between them. `pin`: Argon2id in PHC form, NULL where signing in asks for none.
ALTER TABLE reader ADD COLUMN roles TEXT NOT NULL DEFAULT 'annotator reviewer data_manager owner';
ALTER TABLE reader ADD COLUMN certificate TEXT NOT NULL DEFAULT '';
ALTER TABLE reader ADD COLUMN pin TEXT;
ALTER TABLE reader ADD COLUMN num_wrong_pins INTEGER NOT NULL DEFAULT 0 CHECK (num_wrong_pins >= 0);
ALTER TABLE reader ADD COLUMN locked_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reader ADD COLUMN has_left INTEGER NOT NULL DEFAULT 0 CHECK (has_left IN (0, 1));
ALTER TABLE reader ADD COLUMN repeat_of TEXT CHECK (repeat_of <> rad_id);

-- `workflow`: 'free', 'single', 'blind 3', 'reviewed 3 2'. `about`: JSON, as in src/store/about.rs.
ALTER TABLE project ADD COLUMN workflow TEXT NOT NULL DEFAULT 'free';
ALTER TABLE project ADD COLUMN about TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(about));

-- Who agreed to which text on the use of the data.
CREATE TABLE data_use_consent (
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    text_sha256 BLOB NOT NULL CHECK (length(text_sha256) = 32),
    agreed_at INTEGER NOT NULL,
    PRIMARY KEY (rad_id, text_sha256)
) STRICT, WITHOUT ROWID;

-- One handing out of films. `plan` is JSON: pool, strategy, people, seed.
CREATE TABLE assignment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL DEFAULT '',
    plan TEXT NOT NULL CHECK (json_valid(plan))
) STRICT;

-- A film in somebody's hands. `rad_id` is the layer that it is read under. `place` is its place in that person's own
-- order; a higher `priority` comes first. `is_hidden_truth`: the film is there to be held against what is known of it.
CREATE TABLE task (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    stage TEXT NOT NULL CHECK (stage IN ('read', 'review')),
    place INTEGER NOT NULL,
    priority INTEGER NOT NULL DEFAULT 0,
    is_paused INTEGER NOT NULL DEFAULT 0 CHECK (is_paused IN (0, 1)),
    is_hidden_truth INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden_truth IN (0, 1)),
    assignment_id INTEGER NOT NULL REFERENCES assignment (id),
    UNIQUE (rad_id, stage, image_id)
) STRICT;

CREATE INDEX task_by_film ON task (image_id, stage, rad_id);

-- Films whose truth is known, and the layer that knows it.
CREATE TABLE hidden_truth (
    image_id TEXT PRIMARY KEY CHECK (image_id <> ''),
    layer TEXT NOT NULL CHECK (layer <> ''),
    reserved_at INTEGER NOT NULL,
    reserved_by TEXT NOT NULL DEFAULT ''
) STRICT;

-- A reader's own filters of the list.
CREATE TABLE saved_filter (
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    name TEXT NOT NULL CHECK (name <> ''),
    query TEXT NOT NULL,
    PRIMARY KEY (rad_id, name)
) STRICT, WITHOUT ROWID;

-- What reviewers did, step by step, undoing included; it alone says how a film was settled. `step` is JSON.
CREATE TABLE adjudication_step (
    seq INTEGER PRIMARY KEY AUTOINCREMENT CHECK (seq > 0),
    image_id TEXT NOT NULL CHECK (image_id <> ''),
    rad_id TEXT NOT NULL CHECK (rad_id <> ''),
    made_at INTEGER NOT NULL,
    session INTEGER NOT NULL,
    step TEXT NOT NULL CHECK (json_valid(step))
) STRICT;

CREATE INDEX adjudication_step_by_film ON adjudication_step (image_id, seq);

CREATE TRIGGER adjudication_step_is_kept BEFORE UPDATE ON adjudication_step
BEGIN
    SELECT RAISE(ABORT, 'What reviewers did is kept as it was.');
END;

CREATE TRIGGER adjudication_step_stays BEFORE DELETE ON adjudication_step
BEGIN
    SELECT RAISE(ABORT, 'What reviewers did is kept.');
END;

-- In sum of the steps, for lists: one row a film that was opened for review. `num_clusters`: findings and answers of the
-- whole film. `signers`: a JSON list of reader ids. `num_asked`: questions to readers; `num_waiting`: those that somebody
-- has still to answer. `settled_seq`: the entry of `edit_log` that wrote the consensus layer, while it stands.
CREATE TABLE adjudication (
    image_id TEXT PRIMARY KEY CHECK (image_id <> ''),
    num_clusters INTEGER NOT NULL CHECK (num_clusters >= 0),
    num_settled INTEGER NOT NULL CHECK (num_settled BETWEEN 0 AND num_clusters),
    signers TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(signers)),
    is_settled INTEGER NOT NULL DEFAULT 0 CHECK (is_settled IN (0, 1)),
    num_asked INTEGER NOT NULL DEFAULT 0 CHECK (num_asked >= 0),
    num_waiting INTEGER NOT NULL DEFAULT 0 CHECK (num_waiting BETWEEN 0 AND num_asked),
    settled_seq INTEGER CHECK ((settled_seq IS NOT NULL) = is_settled),
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where a mark of a consensus comes from. `source` is JSON: marks, rule, votes, rationale, people, time.
CREATE TABLE settled_mark (
    annotation_id INTEGER PRIMARY KEY CHECK (annotation_id > 0),
    source TEXT NOT NULL CHECK (json_valid(source))
) STRICT;

-- What left the project, under a tag. `sha256` is of what was written, file by file in order of names.
CREATE TABLE export_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tag TEXT NOT NULL UNIQUE CHECK (tag <> ''),
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL DEFAULT '',
    format TEXT NOT NULL CHECK (format <> ''),
    options TEXT NOT NULL CHECK (json_valid(options)),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    place TEXT NOT NULL,
    num_films INTEGER NOT NULL CHECK (num_films >= 0),
    num_marks INTEGER NOT NULL CHECK (num_marks >= 0)
) STRICT;

-- One link for each thing that happened: a row of `edit_log` ('edit'), `project_event` ('event') or `adjudication_step`
-- ('step'), by its `seq` there. `hash` is the SHA-256 of the hash before it and of that row (src/store/audit_chain.rs), so
-- that a row that was changed, taken out or put in shows.
CREATE TABLE audit_link (
    seq INTEGER PRIMARY KEY AUTOINCREMENT CHECK (seq > 0),
    kind TEXT NOT NULL CHECK (kind IN ('edit', 'event', 'step')),
    ref INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE UNIQUE INDEX audit_link_of ON audit_link (kind, ref);

CREATE TRIGGER audit_link_is_kept BEFORE UPDATE ON audit_link
BEGIN
    SELECT RAISE(ABORT, 'The record of what happened is kept as it was.');
END;

CREATE TRIGGER audit_link_stays BEFORE DELETE ON audit_link
BEGIN
    SELECT RAISE(ABORT, 'The record of what happened is kept.');
END;

PRAGMA user_version = 7;
