-- What a legal hold keeps sealed of somebody who was forgotten: all of it, or their part in one pair (docs/decisions/0198).
ALTER TABLE sealed_remains ADD COLUMN pair_id uuid REFERENCES pairs (id);
