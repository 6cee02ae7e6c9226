-- The standard error of the hip beside the hip; `migrate` derives it from the stored documents.
ALTER TABLE result ADD COLUMN hip_se_deg FLOAT;
