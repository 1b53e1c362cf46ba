-- Which weights answered: the SHA-256 of the model's files, where the backend knows it. Pinned at admission, so that no model changes in silence.
ALTER TABLE billing.reservation ADD COLUMN model_sha256 text CHECK (model_sha256 ~ '^[0-9a-f]{64}$');
ALTER TABLE billing.usage ADD COLUMN model_sha256 text CHECK (model_sha256 ~ '^[0-9a-f]{64}$');
