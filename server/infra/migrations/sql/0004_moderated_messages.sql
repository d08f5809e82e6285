-- What became of messages and of pairs by moderation.

ALTER TABLE messages ADD COLUMN advice text;
