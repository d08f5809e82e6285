"""How many files and sockets this process may hold open."""

import contextlib
import resource

# The sockets of 10,000 connections (the gateway's bound), and plenty. macOS calls its hard limit infinite and then
# refuses more than its kernel's own bound, hence a number.
WANTED = 16_384


def raise_limit() -> int:
    """Raises the soft limit as far as it is wanted and allowed: distributions start processes with 1,024, which is
    1,000 people. Returns the limit that holds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # then it stays as it is, and accept() will say so
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
