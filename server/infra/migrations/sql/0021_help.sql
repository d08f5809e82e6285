-- Helplines that an admin edits, and letters between a person and their professionals.
SELECT 1;
