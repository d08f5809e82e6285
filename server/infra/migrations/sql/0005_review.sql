-- The review queue: by when a flag wants to be looked at.

ALTER TABLE flags ADD COLUMN alert boolean DEFAULT false NOT NULL;
ALTER TABLE flags ADD COLUMN due_at timestamp with time zone;
