"""When a pair meets."""
