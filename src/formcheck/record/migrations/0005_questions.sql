-- Questions that wait for an answer, and red flags among the answers.
ALTER TABLE answer ADD COLUMN red_flags TEXT;
CREATE TABLE question (
    id INTEGER NOT NULL PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    asked_at TEXT NOT NULL, name TEXT NOT NULL
);
CREATE INDEX ix_question_session_id ON question (session_id);
