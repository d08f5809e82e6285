"""What only an operator can put right: settings, folders, ports, the database."""


class GroundError(Exception):
    """Something outside the program stops it. The text is one line for the operator: what is wrong, and what to do.
    It holds no personal data, and no secret."""
