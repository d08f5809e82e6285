"""Detectors of what leads two people away from here: one file per kind of detail, each woken only by its own signs."""
