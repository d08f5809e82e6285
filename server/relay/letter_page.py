"""``letter.html``: an information préoccupante, a signalement, or a letter to a specialised professional."""

from dataclasses import dataclass

from server.relay.contacts import Contact, department_name
from server.relay.fields import Concern, Quote, Referral, Relay
from server.relay.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a letter: who sends it from where, and the contact of the CRIP where there is one."""

    organisation: str
    zone: str
    sender: str
    contact: Contact | None


def render(letter: Concern | Referral | Relay, around: Around, language: str, *, draft: bool) -> bytes:
    """``draft``: it says so of itself, and what is missing stands in it as missing."""
    first = Sheet(language, around.zone, "", "")
    kind = "relay" if isinstance(letter, Relay) else "concern" if isinstance(letter, Concern) else "referral"
    foot = first.say("foot.letter", organisation=around.organisation)
    sheet = Sheet(language, around.zone, first.say(f"{kind}.title"), foot)
    if draft:
        sheet.line(sheet.say("draft"), "draft")
    if isinstance(letter, Relay):
        _relay(sheet, letter, around, draft=draft)
    else:
        _letter(sheet, letter, around, kind, draft=draft)
    return sheet.end()


def _relay(sheet: Sheet, letter: Relay, around: Around, *, draft: bool) -> None:
    sheet.line(sheet.say("relay.from", name=around.sender, organisation=around.organisation), "lead")
    sheet.heading(sheet.say("relay.to"))
    recipient = [
        ("field.name", letter.recipient_name),
        ("relay.profession", letter.recipient_profession),
        ("relay.how", letter.recipient_how),
    ]
    if letter.recipient_organisation:
        recipient.insert(1, ("field.organisation", letter.recipient_organisation))
    sheet.facts(((sheet.say(name), value) for name, value in recipient), missing=draft)
    sheet.heading(sheet.say("relay.why"))
    _text(sheet, letter.why)
    if letter.letter.strip():
        sheet.heading(sheet.say("relay.letter"))
        _text(sheet, letter.letter)
    if letter.attach:
        sheet.line(sheet.say("letter.attached"))


def _letter(sheet: Sheet, letter: Concern | Referral, around: Around, kind: str, *, draft: bool) -> None:
    department = _department(sheet, letter.department)
    if isinstance(letter, Referral):
        court = letter.court.strip() or sheet.say("missing_field")
        sheet.line(sheet.say("referral.to", court=court), "lead")
        sheet.line(sheet.say("referral.copy", department=department))
    else:
        sheet.line(sheet.say("concern.to", department=department), "lead")
    _contact(sheet, around.contact)
    sheet.line(sheet.say(f"letter.law.{kind}"), "small")

    sheet.heading(sheet.say("letter.reporter"))
    reporter = (
        ("name", letter.reporter_name),
        ("role", letter.reporter_role),
        ("organisation", letter.reporter_organisation),
        ("address", letter.reporter_address),
        ("phone", letter.reporter_phone),
        ("email", letter.reporter_email),
    )
    sheet.facts(((sheet.say(f"field.{name}"), value.strip()) for name, value in reporter), missing=draft)

    sheet.heading(sheet.say("letter.child"))
    child = (
        ("name", letter.child_name),
        ("birth", letter.child_birth),
        ("address", letter.child_address),
        ("school", letter.child_school),
    )
    sheet.facts(((sheet.say(f"field.{name}"), value.strip()) for name, value in child), missing=draft)

    sheet.heading(sheet.say("letter.parents"))
    for parent in letter.parents:
        shown = (
            ("name", parent.name),
            ("relation", parent.relation),
            ("authority", _truth(sheet, truth=parent.authority)),
            ("address", parent.address),
            ("phone", parent.phone),
        )
        sheet.facts((sheet.say(f"field.{name}"), value.strip()) for name, value in shown)
    if not letter.parents:
        _text(sheet, letter.parents_unknown)
    told = "" if letter.parents_told is None else _truth(sheet, truth=letter.parents_told)
    sheet.facts([(sheet.say("field.parents_told"), told)], missing=draft)
    if letter.parents_told is False:
        _text(sheet, letter.parents_untold_why)

    sheet.heading(sheet.say("letter.facts"))
    for fact in letter.facts:
        happened = (("when", fact.on), ("where", fact.place), ("what", fact.what))
        sheet.facts(((sheet.say(f"field.{name}"), value.strip()) for name, value in happened), missing=draft)
    if not letter.facts:
        _text(sheet, "")

    sheet.heading(sheet.say("letter.words"))
    sheet.line(sheet.say("letter.words_lead"), "small")
    for quote in letter.words:
        sheet.child(quote.text, _said(sheet, quote))
    if not letter.words:
        _text(sheet, letter.no_words_why)

    sheet.heading(sheet.say("letter.observations"))
    sheet.line(sheet.say("letter.observations_lead"), "small")
    _text(sheet, letter.observations, "text own")
    if letter.measures.strip():
        sheet.heading(sheet.say("letter.measures"))
        _text(sheet, letter.measures)
    if letter.attach:
        sheet.line(sheet.say("letter.attached"))

    sheet.heading(sheet.say("letter.signature"))
    day = "" if letter.signed_on is None else sheet.day(letter.signed_on.isoformat())
    empty = sheet.say("missing_field")
    sheet.line(sheet.say("letter.signed", place=letter.signed_at.strip() or empty, day=day or empty))
    sheet.line(letter.signed_by.strip() or empty)
    sheet.line("", "signature")


def _department(sheet: Sheet, code: str) -> str:
    name = department_name(code)
    return sheet.say("missing_field") if name is None else sheet.say("department", name=name, code=code)


def _contact(sheet: Sheet, contact: Contact | None) -> None:
    if contact is None:
        sheet.line(sheet.say("crip.none"), "own")
        return
    sheet.words_of("\n".join(filter(None, (contact.name, contact.address, contact.phone, contact.email))))
    day = sheet.day(contact.checked_on.isoformat())
    sheet.line(sheet.say("crip.checked", day=day, source=contact.source), "small")


def _said(sheet: Sheet, quote: Quote) -> str:
    if quote.source == "heard":
        return sheet.say("quote.heard", at=quote.said_at, name=quote.heard_by)
    at = sheet.moment(quote.said_at)
    return sheet.say("quote.written", at=at, seq=quote.seq or 0, version=quote.version or 1)


def _truth(sheet: Sheet, *, truth: bool | None) -> str:
    return sheet.say("unknown" if truth is None else "yes" if truth else "no")


def _text(sheet: Sheet, text: str, style: str = "text") -> None:
    if text.strip():
        sheet.words_of(text.strip(), style)
    else:
        sheet.line(sheet.say("missing_field"), "missing")
