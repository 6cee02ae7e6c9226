-- By what a result's angles are calibrated by hand: marks in the clip, or marks kept of an earlier one.
ALTER TABLE result ADD COLUMN calibration TEXT;
UPDATE result SET calibration = 'clip' WHERE calibrated_frames > 0;
UPDATE result SET calibrated_frames = 0 WHERE calibrated_frames IS NULL;
