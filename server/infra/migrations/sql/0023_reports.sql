-- Reports of messages and of people.
SELECT 1;
