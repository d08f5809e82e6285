"""From 'join' to flowing media."""
