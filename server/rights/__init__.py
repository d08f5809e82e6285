"""The rights of people over what is held about them: to have it, to have it put right, and to be forgotten."""
