"""Why a rung changed: stable codes, whose sentences are in the clients."""

from typing import Literal

Reason = Literal[
    "weak_here",  # this person's own line
    "weak_there",  # the line of ``who``
    "path_tcp",  # UDP does not get through
    "path_web",  # neither UDP nor ICE-TCP does
    "no_path",  # nothing does, for now
    "no_voice",  # the line is too weak for a voice that can be understood
    "budget_near",  # four fifths of the data budget are used
    "budget",  # it is used up
    "pinned",  # the person asked for voices only
    "better",
    "better_there",  # the line of ``who``
]
