"""What must be there before it may leave, named as the form names it."""

from typing import Any

import msgspec
import pytest

from server.relay.fields import Fields, missing
from tests.support.dispatches import LETTER, WORDS


@pytest.mark.parametrize(
    ("kind", "gone", "field"),
    [
        *((kind, {name: ""}, name) for kind in ("concern", "referral") for name in (
            "reporter_name", "reporter_role", "reporter_organisation", "reporter_phone", "child_name", "child_birth",
            "child_address", "department", "observations", "signed_by", "signed_at", "parents_untold_why",
        )),
        ("concern", {"signed_on": None}, "signed_on"),
        ("concern", {"parents_told": None}, "parents_told"),
        ("concern", {"parents": []}, "parents"),
        ("concern", {"facts": []}, "facts"),
        ("concern", {"facts": [{"on": "hier", "place": " ", "what": "x"}]}, "facts.0.place"),
        ("concern", {"words": []}, "words"),
        ("concern", {"words": [{"source": "heard", "text": "J’ai peur.", "heard_by": "Claire"}]}, "words.0.said_at"),
        ("referral", {"court": " "}, "court"),
        ("relay", {"recipient_name": ""}, "recipient_name"),
        ("relay", {"recipient_profession": ""}, "recipient_profession"),
        ("relay", {"recipient_how": ""}, "recipient_how"),
        ("relay", {"why": ""}, "why"),
        ("relay", {"letter": ""}, "letter"),
        ("bundle", {"recipient": ""}, "recipient"),
    ],
)  # fmt: skip
def test_each_required_field_is_named(kind: str, gone: dict[str, Any], field: str) -> None:
    whole: dict[str, Any] = {
        "concern": LETTER | {"words": [{"source": "written", "text": WORDS}]},
        "referral": LETTER | {"court": "Bobigny", "words": [{"source": "written", "text": WORDS}]},
        "relay": {
            "recipient_name": "Dr Ben",
            "recipient_profession": "psychiatre",
            "recipient_how": "téléphone",
            "why": "Idées suicidaires.",
            "letter": "Bonjour.",
        },
        "bundle": {"recipient": "Dr Ben", "why": "Pour un avis."},
    }[kind] | {"kind": kind}
    assert missing(msgspec.convert(whole, Fields)) == []
    assert missing(msgspec.convert(whole | gone, Fields)) == [field]
