"""Who may be in a room, what is said there, who is present."""
