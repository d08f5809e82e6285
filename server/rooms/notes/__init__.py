"""Voice notes: uploaded piece by piece over a line that may break at any moment, said like any message, heard by who
may read it. The audio lives here; the message that names it lives in the log (docs/decisions/0130, 0131)."""
