-- The status of repetitions (met, not met, undecided) in place of 'good', and statistics that say what they
-- are of. `migrate` derives the new columns from the stored documents once all migrations are done.
DROP TABLE rep;
CREATE TABLE result_new (
    id INTEGER NOT NULL PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    kept_at TEXT NOT NULL, software TEXT NOT NULL, fingerprint TEXT NOT NULL, document BLOB NOT NULL,
    series_file TEXT NOT NULL, series_sha256 TEXT NOT NULL, side TEXT, usable_fraction FLOAT NOT NULL,
    rep_count INTEGER NOT NULL, met_reps INTEGER NOT NULL, not_met_reps INTEGER NOT NULL,
    undecided_reps INTEGER NOT NULL, knee_end_deg FLOAT, knee_end_met_deg FLOAT, knee_se_deg FLOAT,
    hip_mean_deg FLOAT, hip_range_deg FLOAT, rep_s FLOAT, peak_speed_deg_s FLOAT,
    UNIQUE (session_id, fingerprint)
);
INSERT INTO result_new (
    id, session_id, kept_at, software, fingerprint, document, series_file, series_sha256, side, usable_fraction,
    rep_count, met_reps, not_met_reps, undecided_reps
) SELECT
    id, session_id, kept_at, software, fingerprint, document, series_file, series_sha256, side, usable_fraction,
    rep_count, 0, 0, 0
FROM result;
DROP TABLE result;
ALTER TABLE result_new RENAME TO result;
CREATE INDEX ix_result_session_id ON result (session_id);
CREATE TABLE rep (
    result_id INTEGER NOT NULL REFERENCES result (id) ON DELETE CASCADE, number INTEGER NOT NULL,
    complete BOOLEAN NOT NULL, partial BOOLEAN NOT NULL, status TEXT, deciding TEXT NOT NULL,
    start_s FLOAT NOT NULL, peak_s FLOAT NOT NULL, end_s FLOAT NOT NULL,
    knee_start_deg FLOAT, knee_end_deg FLOAT, knee_se_deg FLOAT,
    hip_mean_deg FLOAT, hip_min_deg FLOAT, hip_max_deg FLOAT, hip_se_deg FLOAT,
    extend_s FLOAT, hold_s FLOAT, return_s FLOAT, peak_speed_deg_s FLOAT,
    PRIMARY KEY (result_id, number)
) WITHOUT ROWID;
