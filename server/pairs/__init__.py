"""The life of a pair and who answers for it."""
