"""A voice note in, one verdict out: the same policy as for words decides, by who speaks to whom.

Nothing here listens. A note is the finding ``voice`` and no more, so that data/policy.json delivers it, or holds it
until a professional has heard it (docs/decisions/0132).
"""

from datetime import datetime

from server.moderation.conversation import Conversation
from server.moderation.data_files import version_of
from server.moderation.policy import ORDINARY, decide
from server.moderation.verdict import Circumstances, Finding, Speaker, Verdict


def assess_voice(
    body: str,
    speaker: Speaker,
    conversation: Conversation | None = None,  # noqa: ARG001 - the signature of ``assess``
    *,
    now: datetime,  # noqa: ARG001 - likewise
    language: str | None = None,  # noqa: ARG001 - likewise
    circumstances: Circumstances = ORDINARY,
) -> Verdict:
    """What to do with the note that ``body`` names."""
    return decide(
        [Finding("voice", 1.0, 0, len(body), "voice.note", version=version_of("assess_voice.py"))],
        speaker,
        circumstances,
    )
