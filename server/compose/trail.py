"""The audit trail: its heads each day and by letter, and the journal that people read of themselves."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.ground import Ground
from server.infra.mail import Mail
from server.people.everyone import all_organisations
from server.people.head_letters import HeadLetters
from server.people.journal import Journal
from server.people.journal_http import JournalHttp
from server.trail.daily import DailyHeads
from server.trail.http import TrailHttp


class Trail:
    def __init__(self, ground: Ground, mail: Mail) -> None:
        database = ground.database
        DailyHeads(database, ground.clock, _zones, ground.settings.data).register(ground.jobs)
        letters = HeadLetters(database, ground.jobs, mail)
        self.endpoints = (JournalHttp(Journal(database)), TrailHttp(database), letters)


async def _zones(conn: AsyncConnection) -> Mapping[UUID, str]:
    return {organisation.id: organisation.zone for organisation in await all_organisations(conn)}
