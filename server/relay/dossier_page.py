"""``dossier.html``: a case for somebody who reads it, from the first signal to the last decision."""

from collections.abc import Sequence
from typing import Final

from server.moderation.evidence import category_name
from server.relay import dossier
from server.relay.dossier import Dossier, Who
from server.relay.sheet import Sheet
from server.relay.texts import named

_SECTIONS: Final = (
    *("summary", "parties", "timeline", "tasks", "pages"),
    *("flags", "reports", "letters", "conversations", "calls", "visits"),
)


def render(case: Dossier, language: str) -> bytes:
    """The document; its words are those of the case, to the letter."""
    reference = case.case.reference
    foot = f"foot.{'outside' if case.circle == 'outside' else 'team'}"
    sheet = Sheet(language, case.zone, "", "")
    title = sheet.say("dossier.title", reference=reference)
    sheet = Sheet(language, case.zone, title, sheet.say(foot, reference=reference))
    made = {"at": sheet.moment(case.made_at), "zone": case.zone, "name": case.made_by.name}
    sheet.line(sheet.say("made", organisation=case.organisation, **made), "lead")
    sheet.line(sheet.say(f"circle.{case.circle}"))
    sheet.line(sheet.say("proof"), "small")
    shown = [one for one in _SECTIONS if one != "tasks" or case.circle == "team"]
    sheet.contents([(one, sheet.say(f"section.{one}")) for one in shown])
    for one in shown:
        sheet.heading(sheet.say(f"section.{one}"), anchor=one)
        _WRITERS[one](sheet, case)
    return sheet.end()


def _summary(sheet: Sheet, case: Dossier) -> None:
    one = case.case
    shown = (
        ("reference", one.reference),
        ("origin", named(sheet.language, "origin", one.origin)),
        ("category", category_name(one.category, sheet.language)),
        ("severity", str(one.severity)),
        ("state", named(sheet.language, "state", one.state)),
        ("opened_at", sheet.moment(one.opened_at)),
        ("due_at", sheet.moment(one.due_at)),
        ("owner", _name(one.owner)),
        ("acknowledged_at", sheet.moment(one.acknowledged_at)),
        ("acknowledged_by", _name(one.acknowledged_by)),
        ("outcome", named(sheet.language, "outcome", one.outcome) if one.outcome else ""),
        ("closed_at", sheet.moment(one.closed_at)),
    )
    sheet.facts((sheet.say(f"column.{name}"), value) for name, value in shown)


def _parties(sheet: Sheet, case: Dossier) -> None:
    def said(party: dossier.Party) -> str:
        words = [named(sheet.language, "role", party.who.role)]
        words += [named(sheet.language, "part", part) for part in party.parts]
        if party.birth_date is not None:
            words.append(sheet.say("born", day=sheet.day(party.birth_date)))
        return ", ".join(words)

    _or_nothing(sheet, case.parties)
    sheet.facts((party.who.name, said(party)) for party in case.parties)


def _timeline(sheet: Sheet, case: Dossier) -> None:
    _or_nothing(sheet, case.timeline)
    sheet.open("ol", "events")
    for entry in case.timeline:
        sheet.open("li")
        by = f", {entry.by.name}" if entry.by is not None else ""
        sheet.line(f"{sheet.moment(entry.at)} : {named(sheet.language, 'act', entry.act)}{by}")
        if entry.note is not None:
            sheet.line(named(sheet.language, "note", entry.tier or ""), "small")
            sheet.words_of(entry.note)
        sheet.close("li")
    sheet.close("ol")


def _tasks(sheet: Sheet, case: Dossier) -> None:
    _or_nothing(sheet, case.tasks)
    sheet.open("ol", "events")
    for task in case.tasks:
        sheet.open("li")
        sheet.words_of(task.words)
        people = [task.made_by.name, *([task.owner.name] if task.owner else [])]
        done = [sheet.moment(task.done_at)] if task.done_at else []
        sheet.line(", ".join([sheet.moment(task.made_at), *people, *done]), "small")
        sheet.close("li")
    sheet.close("ol")


def _pages(sheet: Sheet, case: Dossier) -> None:
    _or_nothing(sheet, case.pages)
    for page in case.pages:
        sheet.heading(sheet.say("step", round=page.round, step=page.step + 1, at=sheet.moment(page.at)), 3)
        sheet.facts((_reached(sheet, one), _sent(sheet, one.sent)) for one in page.reached)


def _reached(sheet: Sheet, one: dossier.Reached) -> str:
    return f"{one.name} ({sheet.say('outside_contact')})" if one.outside else one.name


def _sent(sheet: Sheet, sent: Sequence[dossier.Sent]) -> str:
    lines = []
    for one in sent:
        words = [named(sheet.language, "channel", one.channel)] if one.channel else []
        words += [named(sheet.language, "state", one.result), sheet.moment(one.at)]
        words += [named(sheet.language, "refusal", one.reason)] if one.reason else []
        lines.append(", ".join(filter(None, words)))
    return "\n".join(lines) or sheet.say("nothing")


def _flags(sheet: Sheet, case: Dossier) -> None:
    _or_nothing(sheet, case.flags)
    language = sheet.language
    for flag in case.flags:
        category = category_name(flag.category, language)
        sheet.heading(f"{sheet.moment(flag.raised_at)} : {category}", 3)
        own = "rules.own" if flag.rules_version is not None else "rules"
        reasons = [
            sheet.say(
                "label",
                category=category_name(one.category, language),
                severity=one.severity,
                rule=one.rule,
                version=one.version,
                score=f"{one.score:.2f}",
            )
            for one in flag.labels
        ]
        decided = [named(language, "state", flag.state), sheet.moment(flag.decided_at)]
        decided += [_name(flag.decided_by), _name(flag.seconded_by)]
        decided += [named(language, "reason", flag.reason)] if flag.reason else []
        facts = {
            "author": _name(flag.author),
            "severity": str(flag.severity),
            "action": named(language, "action", flag.action),
            "decision": ", ".join(filter(None, decided)),
            "reasons": "\n".join(reasons),
            "rules": sheet.say(own, engine=flag.engine, version=flag.rules_version or 0),
            "reviews": "\n".join(_review(sheet, one) for one in flag.reviews),
        }
        sheet.facts((sheet.say(f"column.{name}"), value) for name, value in facts.items())
        if flag.author.role == "mentee":
            sheet.child(flag.text, f"{flag.author.name}, {sheet.moment(flag.raised_at)}")
        else:
            sheet.line(sheet.say("marked_text"), "small")
            sheet.words_of(flag.text)
        if flag.appealed_at is not None:
            sheet.line(sheet.say("appeal", at=sheet.moment(flag.appealed_at)))
            if flag.appeal:
                sheet.words_of(flag.appeal)


def _review(sheet: Sheet, one: dossier.Review) -> str:
    words = [sheet.moment(one.at), f"{one.by.name} {named(sheet.language, 'review', one.act)}"]
    words += [named(sheet.language, "decision", one.decision)] if one.decision else []
    words += [named(sheet.language, "reason", one.reason)] if one.reason else []
    return ", ".join(words) + "".join(f"\n{text}" for text in (one.note, one.advice) if text)


def _reports(sheet: Sheet, case: Dossier) -> None:
    _or_nothing(sheet, case.reports)
    for report in case.reports:
        sheet.heading(f"{sheet.moment(report.at)} : {named(sheet.language, 'subject', report.subject)}", 3)
        facts = {
            "by": f"{report.by.name} ({named(sheet.language, 'role', report.by.role)})",
            "person": _name(report.person),
            "category": named(sheet.language, "report", report.kind),
            "stopped": sheet.say("yes") if report.stopped else "",
        }
        sheet.facts((sheet.say(f"column.{name}"), value) for name, value in facts.items())
        if report.words:
            if report.by.role == "mentee":
                sheet.child(report.words, f"{report.by.name}, {sheet.moment(report.at)}")
            else:
                sheet.words_of(report.words)
        for text in (*report.earlier, *([report.text] if report.text is not None else [])):
            sheet.line(sheet.say("reported_text"), "small")
            sheet.words_of(text)


def _letters(sheet: Sheet, case: Dossier) -> None:
    _or_nothing(sheet, case.letters)
    for letter in case.letters:
        other = letter.author.id != letter.person.id
        by = sheet.say("letter.to" if other else f"letter.of.{letter.line}", name=letter.person.name)
        sheet.heading(f"{sheet.moment(letter.at)} : {by}", 3)
        if letter.author.role == "mentee":
            sheet.child(letter.text, f"{letter.author.name}, {sheet.moment(letter.at)}")
        else:
            sheet.line(f"{letter.author.name} ({named(sheet.language, 'role', letter.author.role)})", "small")
            sheet.words_of(letter.text)


def _conversations(sheet: Sheet, case: Dossier) -> None:
    sheet.line(sheet.say("conversations.lead"), "lead")
    _or_nothing(sheet, case.conversations)
    for number, conversation in enumerate(case.conversations, 1):
        sheet.heading(sheet.say("conversation", number=number), 3)
        before: int | None = None
        for message in conversation.messages:
            if before is not None and message.seq > before + 1:
                sheet.line(sheet.say("gap"), "gap")
            before = message.seq
            _message(sheet, message)
    if case.voices_left_out:
        sheet.line(sheet.say("voice.left_out", count=case.voices_left_out))


def _message(sheet: Sheet, message: dossier.Message) -> None:
    sheet.open("div", "message marked" if message.marked else "message")
    role, state = named(sheet.language, "role", message.author.role), named(sheet.language, "state", message.state)
    sheet.line(f"{message.seq}. {message.author.name} ({role}), {sheet.moment(message.at)}, {state}", "small")
    for version in message.versions:
        at = sheet.moment(version.at)
        one = len(message.versions) == 1
        about = sheet.say("version.one" if one else "version", number=version.version, at=at)
        if not one:
            about += f", {named(sheet.language, 'state', version.state)}"
        text = version.text if message.voice is None else sheet.say("voice", file=message.voice)
        if message.author.role == "mentee":
            sheet.child(text, about)
        else:
            sheet.words_of(text)
            if not one:
                sheet.line(about, "small")
        if version.shown is not None:
            sheet.line(sheet.say("shown"), "small")
            sheet.words_of(version.shown)
    sheet.close("div")


def _calls(sheet: Sheet, case: Dossier) -> None:
    around = case.calls
    sheet.line(sheet.say("calls.lead", since=sheet.moment(around.since), until=sheet.moment(around.until)), "lead")
    if around.left_out:
        sheet.line(sheet.say("calls.left_out"))
    _or_nothing(sheet, around.calls)
    for call in around.calls:
        sheet.heading(_stretch(sheet, call.began_at, call.ended_at), 3)
        sheet.facts(
            (f"{one.who.name} ({named(sheet.language, 'role', one.who.role)})", _stay(sheet, one))
            for one in call.people
        )


def _stay(sheet: Sheet, one: dossier.Attended) -> str:
    when = _stretch(sheet, one.came_at, one.went_at)
    return when if one.why is None else f"{when}, {named(sheet.language, 'went', one.why)}"


def _stretch(sheet: Sheet, since: str, until: str | None) -> str:
    if until is None:
        return sheet.say("since", since=sheet.moment(since))
    return sheet.say("until", since=sheet.moment(since), until=sheet.moment(until))


def _visits(sheet: Sheet, case: Dossier) -> None:
    _or_nothing(sheet, case.visits)

    sheet.facts(
        (
            visit.who.name,
            f"{named(sheet.language, 'visit', visit.act)}, {_stretch(sheet, visit.entered_at, visit.left_at)}",
        )
        for visit in case.visits
    )


def _or_nothing(sheet: Sheet, found: Sequence[object]) -> None:
    if not found:
        sheet.line(sheet.say("nothing"))


def _name(who: Who | None) -> str:
    return "" if who is None else who.name


_WRITERS: Final = {
    "summary": _summary,
    "parties": _parties,
    "timeline": _timeline,
    "tasks": _tasks,
    "pages": _pages,
    "flags": _flags,
    "reports": _reports,
    "letters": _letters,
    "conversations": _conversations,
    "calls": _calls,
    "visits": _visits,
}
