-- Results that a reviewer signed, and the protocol of each result, which a reviewer can change.
ALTER TABLE result ADD COLUMN protocol_sha256 TEXT REFERENCES protocol (sha256);
ALTER TABLE result ADD COLUMN reviewer TEXT;
ALTER TABLE result ADD COLUMN reviewed_at TEXT;
ALTER TABLE result ADD COLUMN calibrated_frames INTEGER;
ALTER TABLE result ADD COLUMN overruled INTEGER;
ALTER TABLE result ADD COLUMN withdrawn_at TEXT;
UPDATE result SET protocol_sha256 = (SELECT protocol_sha256 FROM session WHERE session.id = result.session_id);
