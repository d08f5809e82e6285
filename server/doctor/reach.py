"""Whether the professionals, and who is asked when none of them answers, hear of what is critical when they are not in
front of the page."""

from collections.abc import Sequence
from datetime import UTC, datetime

from server.doctor.finding import Finding
from server.escalation.duty.store import plan_of
from server.infra.database import Database
from server.pairs.holds_store import suspended
from server.people.everyone import all_organisations
from server.people.reach.reachable import Way, ways_to_professionals
from server.people.reach.who import Gateways
from server.settings import Settings


async def examine(database: Database, settings: Settings) -> list[Finding]:
    gateways = Gateways(mail=settings.smtp_url is not None, sms=settings.sms_url is not None)
    now, ways, last = datetime.now(UTC), [], 0
    async with database.everywhere() as conn:
        for organisation in await all_organisations(conn):
            ways += await ways_to_professionals(conn, organisation.id, now, gateways, suspended)
            last += (await plan_of(conn, organisation.id, since=now)).fallback is not None
    findings = [_professionals(ways, gateways)]
    if last and settings.public_url is None:
        findings.append(
            Finding(
                "fallback",
                "fix",
                "who is called when nobody answers says so by a link, and is sent none while BINOME_PUBLIC_URL is not "
                "set; set the site's address",
            )
        )
    return findings


def _professionals(ways: Sequence[Way], gateways: Gateways) -> Finding:
    out = sum(not way.channels for way in ways)
    if not out:
        return Finding("reach", "ok", f"{len(ways)} professionals and admins can be told when they are away")
    advice = "their admin sees who, under People"
    if not gateways.mail and not gateways.sms:
        advice = "set BINOME_SMTP_URL, BINOME_SMS_URL or both: letters are files until then"
    return Finding(
        "reach", "note", f"{out} of {len(ways)} professionals and admins hear of nothing when away; {advice}"
    )
