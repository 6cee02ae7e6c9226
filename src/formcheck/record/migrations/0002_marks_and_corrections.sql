-- Marks made during a set (P1), and corrections of what the program found.
CREATE TABLE mark (
    id INTEGER NOT NULL PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    kind TEXT NOT NULL, at_s FLOAT NOT NULL, knee_flexion_deg FLOAT, knee_se_deg FLOAT
);
CREATE INDEX ix_mark_session_id ON mark (session_id);
CREATE TABLE correction (
    id INTEGER NOT NULL PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    author_role TEXT NOT NULL, made_at TEXT NOT NULL, subject TEXT NOT NULL, value TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE INDEX ix_correction_session_id ON correction (session_id);
