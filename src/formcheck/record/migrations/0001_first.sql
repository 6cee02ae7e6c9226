-- The first schema: profiles, sessions, results, repetitions, answers, notes, prescriptions.
-- Which of these files was applied last; its name is that of the program which once applied them.
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
CREATE TABLE profile (
    id INTEGER NOT NULL PRIMARY KEY, code TEXT NOT NULL UNIQUE, made_at TEXT NOT NULL
);
CREATE TABLE protocol (
    sha256 TEXT NOT NULL PRIMARY KEY, id TEXT NOT NULL, version TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE session (
    id INTEGER NOT NULL PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    profile_id INTEGER NOT NULL REFERENCES profile (id) ON DELETE CASCADE,
    identity TEXT NOT NULL, origin TEXT NOT NULL, ended TEXT NOT NULL, practised_at TEXT NOT NULL, day TEXT NOT NULL,
    content_sha256 TEXT NOT NULL, protocol_sha256 TEXT NOT NULL REFERENCES protocol (sha256),
    model_name TEXT NOT NULL, model_sha256 TEXT NOT NULL,
    UNIQUE (profile_id, identity),
    CONSTRAINT origin_known CHECK (origin in ('analyze', 'live')),
    CONSTRAINT ended_known CHECK (ended in ('whole', 'stopped', 'interrupted'))
);
CREATE INDEX session_by_day ON session (profile_id, day);
CREATE INDEX ix_session_profile_id ON session (profile_id);
CREATE TABLE result (
    id INTEGER NOT NULL PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    kept_at TEXT NOT NULL, software TEXT NOT NULL, fingerprint TEXT NOT NULL, document BLOB NOT NULL,
    series_file TEXT NOT NULL, series_sha256 TEXT NOT NULL, side TEXT, usable_fraction FLOAT NOT NULL,
    rep_count INTEGER NOT NULL, good_reps INTEGER NOT NULL, knee_end_deg FLOAT, knee_se_deg FLOAT,
    hip_mean_deg FLOAT, hip_range_deg FLOAT, rep_s FLOAT, peak_speed_deg_s FLOAT,
    UNIQUE (session_id, fingerprint)
);
CREATE INDEX ix_result_session_id ON result (session_id);
CREATE TABLE rep (
    result_id INTEGER NOT NULL REFERENCES result (id) ON DELETE CASCADE, number INTEGER NOT NULL,
    complete BOOLEAN NOT NULL, partial BOOLEAN NOT NULL, good BOOLEAN NOT NULL,
    start_s FLOAT NOT NULL, peak_s FLOAT NOT NULL, end_s FLOAT NOT NULL,
    knee_start_deg FLOAT, knee_end_deg FLOAT, knee_se_deg FLOAT,
    hip_mean_deg FLOAT, hip_min_deg FLOAT, hip_max_deg FLOAT, hip_se_deg FLOAT,
    extend_s FLOAT, hold_s FLOAT, return_s FLOAT, peak_speed_deg_s FLOAT, faults TEXT NOT NULL,
    PRIMARY KEY (result_id, number)
) WITHOUT ROWID;
CREATE TABLE answer (
    id INTEGER NOT NULL PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    author_role TEXT NOT NULL, given_at TEXT NOT NULL, pain_before INTEGER, pain_after INTEGER,
    places TEXT, stopped_because TEXT,
    CONSTRAINT pain_before_in_range CHECK (pain_before between 0 and 10),
    CONSTRAINT pain_after_in_range CHECK (pain_after between 0 and 10)
);
CREATE INDEX ix_answer_session_id ON answer (session_id);
CREATE TABLE note (
    id INTEGER NOT NULL PRIMARY KEY,
    profile_id INTEGER NOT NULL REFERENCES profile (id) ON DELETE CASCADE,
    session_id INTEGER REFERENCES session (id) ON DELETE CASCADE,
    author_role TEXT NOT NULL, written_at TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX ix_note_profile_id ON note (profile_id);
CREATE INDEX ix_note_session_id ON note (session_id);
CREATE TABLE prescription (
    id INTEGER NOT NULL PRIMARY KEY,
    profile_id INTEGER NOT NULL REFERENCES profile (id) ON DELETE CASCADE,
    author_role TEXT NOT NULL, made_at TEXT NOT NULL, protocol_id TEXT NOT NULL, side TEXT NOT NULL,
    reps INTEGER NOT NULL, sets_per_day INTEGER NOT NULL, starts_on TEXT NOT NULL, ends_on TEXT, notes TEXT NOT NULL
);
CREATE INDEX ix_prescription_profile_id ON prescription (profile_id);
