"""What a professional fills in for each kind of thing that leaves, and what of it must not be missing. Pure.

What an *information préoccupante* and a *signalement* say: French code of social action, articles L226-2-1 and L226-4;
FIELD 71.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from server.transport.wire import Identifier

Line = Annotated[str, Meta(max_length=200)]
Paragraph = Annotated[str, Meta(max_length=4_000)]
Department = Annotated[str, Meta(pattern=r"^(2[AB]|[0-9]{2,3})?$")]


class Parent(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody who has, or may have, parental authority. ``authority`` None: not known."""

    name: Line
    relation: Line = ""
    address: Line = ""
    phone: Line = ""
    authority: bool | None = None


class Fact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happened, when and where. ``on`` in words: a day, or as near as it is known."""

    on: Line = ""
    place: Line = ""
    what: Paragraph = ""


class Quote(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Words of the child. ``written``: a version of a message of theirs, which the server alone copies; ``heard``: said
    aloud, as ``heard_by`` noted it."""

    source: Literal["written", "heard"]
    text: Paragraph = ""
    said_at: Line = ""
    room: Identifier | None = None
    seq: Annotated[int, Meta(ge=1)] | None = None
    version: Annotated[int, Meta(ge=1)] | None = None
    heard_by: Line = ""


class _Letter(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"):
    reporter_name: Line = ""
    reporter_role: Line = ""
    reporter_organisation: Line = ""
    reporter_address: Line = ""
    reporter_phone: Line = ""
    reporter_email: Line = ""
    department: Department = ""
    child_name: Line = ""
    child_birth: Line = ""
    child_address: Line = ""
    child_school: Line = ""
    parents: Annotated[list[Parent], Meta(max_length=6)] = []
    parents_unknown: Line = ""
    parents_told: bool | None = None
    parents_untold_why: Paragraph = ""
    facts: Annotated[list[Fact], Meta(max_length=50)] = []
    words: Annotated[list[Quote], Meta(max_length=100)] = []
    no_words_why: Line = ""
    observations: Paragraph = ""
    measures: Paragraph = ""
    signed_by: Line = ""
    signed_at: Line = ""
    signed_on: date | None = None
    attach: bool = False


class Concern(_Letter, frozen=True, tag="concern"):
    """*Information préoccupante*, to the CRIP of the child's department."""


class Referral(_Letter, frozen=True, tag="referral"):
    """*Signalement*, to the prosecutor, with a copy to the CRIP."""

    court: Line = ""


class Relay(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind", tag="relay"):
    """To a specialised professional: a letter, or the bundle of the case. ``recipient_how``: how they are reached."""

    recipient_name: Line = ""
    recipient_organisation: Line = ""
    recipient_profession: Line = ""
    recipient_how: Line = ""
    why: Paragraph = ""
    letter: Paragraph = ""
    attach: bool = False


class Bundle(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind", tag="bundle"):
    """The case as a readable document and as data. ``recipient``: whom it is for."""

    recipient: Line = ""
    why: Paragraph = ""


Fields = Concern | Referral | Relay | Bundle
LETTERS = (Concern, Referral)


def missing(fields: Fields) -> list[str]:
    """The names of what must be there before it may leave, in the order of the form."""
    match fields:
        case Concern() | Referral():
            return list(_of_letter(fields))
        case Relay():
            needed = ["recipient_name", "recipient_profession", "recipient_how", "why"]
            if not fields.attach:
                needed.append("letter")
            return _blank(fields, needed)
        case Bundle():
            return _blank(fields, ["recipient", "why"])


def _of_letter(fields: Concern | Referral) -> Iterator[str]:
    yield from _blank(fields, ["court"]) if isinstance(fields, Referral) else []
    yield from _blank(fields, ["reporter_name", "reporter_role", "reporter_organisation"])
    if not fields.reporter_phone.strip() and not fields.reporter_email.strip():
        yield "reporter_phone"
    yield from _blank(fields, ["child_name", "child_birth", "child_address", "department"])
    if not fields.parents and not fields.parents_unknown.strip():
        yield "parents"
    yield from (f"parents.{at}.name" for at, parent in enumerate(fields.parents) if not parent.name.strip())
    if fields.parents_told is None:
        yield "parents_told"
    elif not fields.parents_told:
        yield from _blank(fields, ["parents_untold_why"])
    if not fields.facts:
        yield "facts"
    for at, fact in enumerate(fields.facts):
        yield from (f"facts.{at}.{name}" for name in _blank(fact, ["on", "place", "what"]))
    if not fields.words and not fields.no_words_why.strip():
        yield "words"
    for at, quote in enumerate(fields.words):
        needed = ["text"] if quote.source == "written" else ["text", "said_at", "heard_by"]
        yield from (f"words.{at}.{name}" for name in _blank(quote, needed))
    yield from _blank(fields, ["observations", "signed_by", "signed_at"])
    if fields.signed_on is None:
        yield "signed_on"


def _blank(of: Struct, names: list[str]) -> list[str]:
    return [name for name in names if not getattr(of, name).strip()]
