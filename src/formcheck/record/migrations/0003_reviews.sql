-- Reviews: what a clinician says about a session, one row for each that has one.
CREATE TABLE review (
    session_id INTEGER NOT NULL PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL, saved_at TEXT NOT NULL, reviewer TEXT NOT NULL, done BOOLEAN NOT NULL,
    text TEXT NOT NULL, outcome TEXT NOT NULL
);
