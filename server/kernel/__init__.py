"""Words every part shares: time, identifiers, errors, events, permissions. Standard library only, no I/O."""
