-- Live supervision: knocks, and pauses of a room.
SELECT 1;
