-- Calibrations by hand that are kept for a leg of a person.
CREATE TABLE calibration (
    id INTEGER NOT NULL PRIMARY KEY,
    profile_id INTEGER NOT NULL REFERENCES profile (id) ON DELETE CASCADE,
    made_at TEXT NOT NULL, side TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX ix_calibration_profile_id ON calibration (profile_id);
