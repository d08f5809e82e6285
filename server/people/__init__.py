"""Who exists, how they sign in, and what proves it."""
