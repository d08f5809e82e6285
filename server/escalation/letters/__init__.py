"""Letters: a private line between a person and the professionals who answer for them, apart from the pair's chat."""
