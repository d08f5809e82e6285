"""Guardians of the demonstration, and what everyone has consented to."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.kernel.principal import Principal, age_on
from server.people.consent import store as consent_store
from server.people.consent import texts as consent_texts
from server.people.consent.rules import GROWN_AGE, Capacity, Decision, How, Purpose
from server.people.consent.store import Entry, GuardianLink


async def consent(
    conn: AsyncConnection, told: Mapping[str, Any], people: Mapping[str, Principal], now: datetime
) -> None:
    """Writes down the guardians of ``told`` and what each person said, at its time. ``people`` are by login."""
    admin = next(person for person in people.values() if person.role is Role.ADMIN)
    organisation = admin.organisation_id
    for link in told["guardians"]:
        guardian, mentee = people[link["guardian"]].account_id, people[link["mentee"]].account_id
        since = now - timedelta(days=link["days_ago"])
        await consent_store.insert_link(
            conn,
            GuardianLink(
                new_id(), organisation, guardian, mentee, link["relation"], link["authority"], link["paper"], since,
                admin.account_id,
            ),
        )  # fmt: skip
    first = now - timedelta(days=max(said["days_ago"] for said in told["consents"]))
    await consent_texts.ensure_shipped(conn, organisation, first)
    entries = []
    for said in told["consents"]:
        mentee_of, speaker = people[said["mentee"]], people[said["by"]]
        at, how = now - timedelta(days=said["days_ago"]), How(said["how"])
        recorder = speaker.account_id if how is How.APP else people[said["seen_by"]].account_id
        words = [(purpose, Decision.GIVEN) for purpose in said["yes"]]
        words += [(purpose, Decision.REFUSED) for purpose in said["no"]]
        for purpose, decision in words:
            entries.append(
                Entry(
                    new_id(), organisation, mentee_of.account_id, Purpose(purpose), 1, decision, speaker.account_id,
                    _capacity(mentee_of, speaker, at), how, at, recorder, at,
                )
            )  # fmt: skip
    await consent_store.append(conn, entries)


def _capacity(mentee: Principal, speaker: Principal, at: datetime) -> Capacity:
    if speaker is not mentee:
        return Capacity.AUTHORITY
    born = mentee.birth_date
    grown = born is not None and age_on(born, at.date()) >= GROWN_AGE
    return Capacity.ADULT if grown else Capacity.SELF
