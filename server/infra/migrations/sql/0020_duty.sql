-- Who is on call: the rota, its changes, the ladder, the fallback contact.
SELECT 1;
