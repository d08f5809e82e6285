"""What people report: a message, a person, a worry. Each is a case at once; who reported follows how it goes."""
