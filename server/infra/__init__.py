"""One adapter per file to the outside: database, embedded PostgreSQL, jobs, limits, telemetry. Knows no capability."""
